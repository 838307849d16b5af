//! Picking: people with carts who do what the screen says, and now and then something else.

use std::collections::VecDeque;
use std::sync::Arc;

use anyhow::{Context, bail, ensure};
use tokio::sync::Mutex;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};

use super::person::{Person, between, words};
use super::shops::{Market, Product};
use super::site::{Site, label};
use crate::barcodes::OwnKind;

/// What a picker does wrong, once each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slip {
    WrongBin,
    WrongItem,
    OverPick,
    WrongTote,
    Undo,
    Short,
    Damaged,
    DenyEmpty,
}

/// The plan of mistakes of each picker.
pub(super) const SLIPS: [&[Slip]; 5] = [
    &[Slip::WrongBin, Slip::WrongTote, Slip::Undo],
    &[Slip::WrongItem, Slip::OverPick, Slip::Short],
    &[Slip::WrongTote, Slip::WrongBin, Slip::Damaged],
    &[Slip::Undo, Slip::Short, Slip::WrongBin],
    &[Slip::OverPick, Slip::WrongItem, Slip::DenyEmpty],
];

/// How long a picker works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shift {
    /// Until no batch waits.
    Whole,
    /// Until everything was done wrong that was planned.
    Short,
}

/// Where the screen stands.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Stage {
    Bind,
    Bin(String),
    Item {
        article: String,
        pieces: i64,
    },
    Tote(String),
    Empty,
    Finish,
    Menu,
    Nothing,
    /// The display is too small for what was said.
    Unclear,
}

/// Totes that stand empty, and those that wait for a packer.
#[derive(Clone)]
pub(super) struct Totes {
    empty: Arc<Mutex<UnboundedReceiver<String>>>,
    full: UnboundedSender<String>,
}

impl Totes {
    pub(super) fn new(empty: UnboundedReceiver<String>, full: UnboundedSender<String>) -> Self {
        Self { empty: Arc::new(Mutex::new(empty)), full }
    }

    pub(super) async fn take(&self) -> anyhow::Result<String> {
        let tote = self.empty.lock().await.recv().await;
        tote.context("пустой тары нет")
    }
}

/// A picker at work.
pub(super) struct Picker<'d> {
    pub(super) person: Person,
    site: &'d Site,
    market: &'d Market,
    slips: VecDeque<Slip>,
    /// Totes on the cart.
    cart: Vec<String>,
    /// The bin where the picker stands.
    bin: String,
    pub(super) picks: u64,
}

impl<'d> Picker<'d> {
    pub(super) fn new(person: Person, site: &'d Site, market: &'d Market, slips: &[Slip]) -> Self {
        let slips = slips.iter().copied().collect();
        Self { person, site, market, slips, cart: Vec::new(), bin: String::new(), picks: 0 }
    }

    /// Cart after cart, until no batch waits or the shift is over.
    pub(super) async fn work(mut self, totes: Totes, shift: Shift) -> anyhow::Result<Self> {
        loop {
            if shift == Shift::Short && self.slips.is_empty() {
                self.person.scan("LOGOUT").await?;
                return Ok(self);
            }
            self.person.scan("PICK").await?;
            if self.stage() == Stage::Nothing {
                self.person.scan("LOGOUT").await?;
                // Who is asked about an empty bin depends on who gets which cart.
                let left = self.slips.iter().find(|slip| **slip != Slip::DenyEmpty);
                ensure!(left.is_none(), "{}: не сыграно {left:?}", self.person.name());
                return Ok(self);
            }
            self.finish_cart(&totes).await?;
        }
    }

    /// The rest of the cart on the screen; its totes go to the packers.
    async fn finish_cart(&mut self, totes: &Totes) -> anyhow::Result<()> {
        self.pick_all(totes).await?;
        self.hand_over(totes)
    }

    pub(super) fn hand_over(&mut self, totes: &Totes) -> anyhow::Result<()> {
        for tote in self.cart.drain(..) {
            totes.full.send(tote).context("упаковка закрыта")?;
        }
        Ok(())
    }

    /// Up to the menu.
    pub(super) async fn pick_all(&mut self, totes: &Totes) -> anyhow::Result<()> {
        let mut unclear = 0;
        loop {
            let stage = self.stage();
            unclear = if stage == Stage::Unclear { unclear + 1 } else { 0 };
            ensure!(unclear < 5, "{}: непонятно: {}", self.person.name(), self.person.text());
            if stage == Stage::Menu {
                return Ok(());
            }
            self.step(stage, totes).await?;
        }
    }

    /// Puts totes onto the cart, up to the first bin.
    pub(super) async fn bind_all(&mut self, totes: &Totes) -> anyhow::Result<()> {
        while self.stage() == Stage::Bind {
            self.step(Stage::Bind, totes).await?;
        }
        Ok(())
    }

    /// Picks one piece or a few of the task on the screen.
    pub(super) async fn pick_one(&mut self, totes: &Totes) -> anyhow::Result<()> {
        let before = self.picks;
        while self.picks == before {
            let stage = self.stage();
            self.step(stage, totes).await?;
        }
        Ok(())
    }

    /// Up to a screen that shows a task.
    pub(super) async fn settle(&mut self) -> anyhow::Result<()> {
        while self.stage() == Stage::Empty {
            self.person.scan("YES").await?;
        }
        Ok(())
    }

    /// Goes on with a task that was taken away meanwhile.
    pub(super) async fn task_gone(&mut self, totes: &Totes) -> anyhow::Result<()> {
        let picks = self.picks;
        for _ in 0..4 {
            let stage = self.stage();
            self.step(stage, totes).await?;
            if self.person.says("Это задание снято") {
                self.picks = picks;
                self.site.tally.caught("заказ отменён под рукой сборщика");
                return Ok(());
            }
        }
        bail!("снятое задание не замечено: {}", self.person.text())
    }

    /// Goes on with a cart that another device has taken over.
    pub(super) async fn not_yours(&mut self, totes: &Totes) -> anyhow::Result<()> {
        let picks = self.picks;
        for _ in 0..4 {
            let stage = self.stage();
            if let Err(error) = self.step(stage, totes).await {
                ensure!(self.person.says("не на этом устройстве"), "{error:#}");
                self.picks = picks;
                self.site.tally.caught("скан с терминала, у которого забрали тележку");
                return Ok(());
            }
        }
        bail!("чужая тележка не замечена: {}", self.person.text())
    }

    /// The totes of a cart that another picker began.
    pub(super) fn take_over(&mut self, other: &mut Self) {
        self.cart.append(&mut other.cart);
    }

    async fn step(&mut self, stage: Stage, totes: &Totes) -> anyhow::Result<()> {
        match stage {
            Stage::Bind => {
                let tote = totes.take().await?;
                self.person.scan(&tote).await?;
                self.cart.push(tote);
                Ok(())
            }
            Stage::Bin(code) => self.go(&code).await,
            Stage::Item { article, pieces } => self.take(&article, pieces).await,
            Stage::Tote(code) => self.drop_into(&code).await,
            Stage::Empty => self.look_into().await,
            Stage::Finish => self.person.scan("DONE").await,
            Stage::Unclear => self.person.send("CANCEL").await,
            Stage::Menu | Stage::Nothing => {
                bail!("{}: нет тележки: {}", self.person.name(), self.person.text())
            }
        }
    }

    /// The next mistake, if it fits here.
    fn slips(&mut self, fitting: &[Slip]) -> Option<Slip> {
        let next = self.slips.front().copied().filter(|slip| fitting.contains(slip))?;
        self.slips.pop_front();
        Some(next)
    }

    async fn go(&mut self, code: &str) -> anyhow::Result<()> {
        ensure!(self.site.bins.contains(code), "ячейки {code} нет");
        if self.slips(&[Slip::WrongBin]).is_some() {
            let other = self.site.bins.iter().find(|bin| bin.as_str() != code);
            let other = label(OwnKind::Bin, other.context("другой ячейки нет")?)?;
            self.person.refused(&other, "Не та ячейка", "не та ячейка").await?;
        }
        self.person.scan(&label(OwnKind::Bin, code)?).await?;
        code.clone_into(&mut self.bin);
        Ok(())
    }

    async fn take(&mut self, article: &str, pieces: i64) -> anyhow::Result<()> {
        let product = self.known(article)?;
        let fitting = [Slip::WrongItem, Slip::OverPick, Slip::Short, Slip::Damaged];
        match self.slips(&fitting) {
            Some(Slip::WrongItem) => {
                let other = &self.market.other_than(product)?.code;
                self.person.refused(other, "Не тот товар", "не тот товар").await?;
            }
            Some(Slip::OverPick) => {
                let many = (pieces + 1).to_string();
                self.person.refused(&many, "а нужно ещё", "лишнее при отборе").await?;
            }
            Some(Slip::Short) => return self.short("SHORT", "недобор").await,
            Some(Slip::Damaged) => return self.short("DAMAGED", "брак в ячейке").await,
            _ => {}
        }
        if pieces > 1 {
            self.person.scan(&pieces.to_string()).await?;
        }
        self.person.scan(&product.code).await?;
        self.picks += 1;
        // With one tote the scan of the item was the pick.
        if !matches!(self.stage(), Stage::Tote(_)) {
            self.undone().await?;
        }
        Ok(())
    }

    fn known(&self, article: &str) -> anyhow::Result<&'d Product> {
        let product = self.market.products.iter().find(|product| product.article == article);
        product.with_context(|| format!("артикула {article} нет"))
    }

    /// Too few, or broken: the screen says what becomes of the rest.
    async fn short(&mut self, word: &str, kind: &'static str) -> anyhow::Result<()> {
        self.person.send(word).await?;
        let told = ["Ищите ещё", "Больше нет", "Заказ ждёт товара"];
        let answered = told.iter().any(|words| self.person.says(words));
        let warned = self.person.shown().feedback == "warn";
        ensure!(answered && warned, "{kind}: показано {}", self.person.text());
        self.site.tally.caught(kind);
        Ok(())
    }

    async fn drop_into(&mut self, code: &str) -> anyhow::Result<()> {
        let tote = label(OwnKind::HandlingUnit, code)?;
        let other = self.cart.iter().find(|known| **known != tote).cloned();
        if let Some(other) = other
            && self.slips(&[Slip::WrongTote]).is_some()
        {
            self.person.refused(&other, "Не та тара", "не та тара").await?;
        }
        self.person.scan(&tote).await?;
        self.undone().await
    }

    /// Takes the pick back and does it again.
    async fn undone(&mut self) -> anyhow::Result<()> {
        if self.slips(&[Slip::Undo]).is_some() {
            self.person.warned("UNDO", "Отменено: верните", "отбор отменён").await?;
        }
        Ok(())
    }

    async fn look_into(&mut self) -> anyhow::Result<()> {
        if self.slips(&[Slip::DenyEmpty]).is_some() {
            let kind = "ячейка должна быть пуста, а в ней товар";
            return self.person.warned("NO", "Назначен пересчёт", kind).await;
        }
        self.person.scan("YES").await
    }

    fn stage(&self) -> Stage {
        stage_of(&self.person.text(), self.market)
    }
}

/// What the screen asks for, read like a person reads it.
fn stage_of(text: &str, market: &Market) -> Stage {
    if text.contains("Поставьте тару") {
        return Stage::Bind;
    }
    if text.contains("теперь пуста") {
        return Stage::Empty;
    }
    if let Some(tote) = between(text, "шт. в T-", " ").filter(|_| text.contains("Положите"))
    {
        return Stage::Tote(format!("T-{}", tote.trim_end_matches(['.', ':'])));
    }
    if let Some(bin) = between(text, "Идите к ", " ") {
        return Stage::Bin(bin.trim_end_matches('.').to_owned());
    }
    if let Some(pieces) = between(text, "Возьмите ", " ").and_then(|pieces| pieces.parse().ok())
    {
        return match market.on_screen(text) {
            Some(product) => Stage::Item { article: product.article.clone(), pieces },
            None => Stage::Unclear,
        };
    }
    if text.contains("собрана. Отвезите") {
        return Stage::Finish;
    }
    if text.contains("Выберите работу") {
        return Stage::Menu;
    }
    if text.contains("Партий для отбора нет") {
        return Stage::Nothing;
    }
    debug_assert!(words(text).next().is_some(), "a screen says something");
    Stage::Unclear
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_scanner_s_display_is_enough() {
        let market = Market { clients: Vec::new(), products: Vec::new() };
        let read = |text: &str| stage_of(text, &market);
        assert_eq!(read("Идите к A-01-02-1 и отсканируйте.."), Stage::Bin("A-01-02-1".to_owned()));
        let tote = "Положите 2 шт. в T-000012 (место 3): сканируйте тару A-01-02-1..";
        assert_eq!(read(tote), Stage::Tote("T-000012".to_owned()));
        assert_eq!(read("Возьмите 2 шт.: сканируйте товар"), Stage::Unclear);
        assert_eq!(read("Партия B000001 собрана. Отвезите тележку.."), Stage::Finish);
    }
}
