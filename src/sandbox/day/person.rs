//! Somebody with a handheld who reads the screen and knows what it ought to say.

use anyhow::{Context, ensure};

use super::report::Tally;
use crate::sandbox::handheld::{Handheld, Shown};

/// How one of the staff logs in.
#[derive(Debug, Clone)]
pub(super) struct Badge {
    pub(super) name: String,
    /// What the badge's barcode holds.
    pub(super) barcode: String,
    pub(super) pin: String,
}

/// A person at a device.
pub(super) struct Person {
    name: String,
    handheld: Handheld,
    shown: Shown,
    last: String,
    tally: Tally,
}

impl Person {
    /// Logs in, up to the menu.
    pub(super) async fn log_in(
        handheld: Handheld,
        badge: &Badge,
        tally: &Tally,
    ) -> anyhow::Result<Self> {
        let shown = Shown::default();
        let (name, last, tally) = (badge.name.clone(), String::new(), tally.clone());
        let mut person = Self { name, handheld, shown, last, tally };
        person.scan(&badge.barcode).await?;
        person.scan(&badge.pin).await?;
        ensure!(person.says("Выберите работу"), "{}: не вошёл: {}", person.name, person.text());
        Ok(person)
    }

    /// A scan that has to be taken, if only with a warning.
    pub(super) async fn scan(&mut self, data: &str) -> anyhow::Result<()> {
        self.send(data).await?;
        ensure!(!self.shown.is_error(), "{}: скан «{data}» не принят: {}", self.name, self.text());
        Ok(())
    }

    /// Scans, whatever the verdict.
    pub(super) async fn send(&mut self, data: &str) -> anyhow::Result<()> {
        data.clone_into(&mut self.last);
        let scanned = self.handheld.scan(data).await;
        self.shown = scanned.with_context(|| format!("{}: «{data}»", self.name))?;
        Ok(())
    }

    /// A mistake: it has to be refused with these words.
    pub(super) async fn refused(
        &mut self,
        data: &str,
        words: &str,
        kind: &'static str,
    ) -> anyhow::Result<()> {
        self.mistake(data, "error", words, kind).await
    }

    /// A slip that the screen warns of with these words.
    pub(super) async fn warned(
        &mut self,
        data: &str,
        words: &str,
        kind: &'static str,
    ) -> anyhow::Result<()> {
        self.mistake(data, "warn", words, kind).await
    }

    async fn mistake(
        &mut self,
        data: &str,
        verdict: &str,
        words: &str,
        kind: &'static str,
    ) -> anyhow::Result<()> {
        self.send(data).await?;
        self.is_told(verdict, words, kind)
    }

    /// Whether the last scan was the mistake that it should be.
    pub(super) fn is_told(
        &self,
        verdict: &str,
        words: &str,
        kind: &'static str,
    ) -> anyhow::Result<()> {
        ensure!(
            self.shown.feedback == verdict && self.says(words),
            "{}: {kind}: на скан «{}» ожидалось {verdict} «{words}», а показано {} «{}»",
            self.name,
            self.last,
            self.shown.feedback,
            self.text()
        );
        self.tally.caught(kind);
        Ok(())
    }

    /// The answer got lost: the device sends the same number again and has to see the same.
    pub(super) async fn repeats(&mut self) -> anyhow::Result<()> {
        let again = self.handheld.repeat_last(&self.last).await?;
        ensure!(again == self.shown, "{}: повтор скана ответил иначе", self.name);
        self.tally.caught("повтор скана с тем же номером");
        Ok(())
    }

    pub(super) const fn shown(&self) -> &Shown {
        &self.shown
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// The screen as one line; small displays break it anywhere.
    pub(super) fn text(&self) -> String {
        self.shown.lines.join(" ")
    }

    pub(super) fn says(&self, words: &str) -> bool {
        self.text().contains(words)
    }
}

/// The words of a screen without the signs around them.
pub(super) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split_whitespace().map(|word| word.trim_matches(['.', ',', ':', '?', '(', ')', '«', '»']))
}

/// What stands between two pieces of a text.
pub(super) fn between<'t>(text: &'t str, before: &str, after: &str) -> Option<&'t str> {
    let (_, rest) = text.split_once(before)?;
    Some(rest.split_once(after).map_or(rest, |(found, _)| found).trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_display_is_read_like_a_large_one() {
        let text = "Положите 2 шт. в T-000001 (место 1): сканируйте тару..";
        assert_eq!(between(text, "шт. в ", " "), Some("T-000001"));
        assert!(words("Чай CHAI-01..").any(|word| word == "CHAI-01"));
        assert_eq!(between(text, "нет", " "), None);
    }
}
