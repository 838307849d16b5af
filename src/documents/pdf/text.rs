//! Text in the room there is: lines, and the size at which they fit.
//!
//! **Invariant:** all glyphs of a text are in its lines, but for the blanks at which it was broken.

use super::font::{self, Glyph};
use super::template::Face;

/// A text that was broken into lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Lines {
    /// In micrometres.
    pub(super) em: i64,
    pub(super) lines: Vec<Vec<Glyph>>,
}

/// Breaks a text at blanks, and words that are wider than a line between letters. Every text has
/// at least one line.
pub(super) fn wrap(text: &str, face: Face, em: i64, width: i64) -> Vec<Vec<Glyph>> {
    let glyphs = font::glyphs(text, face);
    let mut lines = Vec::new();
    let mut line: Vec<Glyph> = Vec::new();
    let mut used = 0;
    for word in glyphs.split(is_blank).filter(|word| !word.is_empty()) {
        let blank = font::glyphs(" ", face)[0];
        let word_width = font::width(word, em);
        let gap = if line.is_empty() { 0 } else { blank.width(em) };
        if used + gap + word_width <= width {
            if gap > 0 {
                line.push(blank);
            }
            line.extend(word);
            used += gap + word_width;
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
            used = 0;
        }
        for glyph in word {
            let next = glyph.width(em);
            if used + next > width && !line.is_empty() {
                lines.push(std::mem::take(&mut line));
                used = 0;
            }
            line.push(*glyph);
            used += next;
        }
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

/// Where a line may be broken: at blanks, not at those that hold together.
fn is_blank(glyph: &Glyph) -> bool {
    glyph.character.is_whitespace() && !matches!(glyph.character, '\u{a0}' | '\u{202f}')
}

/// Sizes that are tried, in micrometres of em: each about half a point below the last.
const STEP: i64 = 176;

/// The largest size between `em` and `least` at which the text takes no more lines than `most`
/// allows at that size; none if there is no such size.
pub(super) fn fit(
    text: &str,
    face: Face,
    (em, least): (i64, i64),
    width: i64,
    most: impl Fn(i64) -> usize,
) -> Option<Lines> {
    let glyphs = font::glyphs(text, face);
    let mut em = em;
    loop {
        let most = most(em);
        // A text that is too long for all lines together is not worth breaking.
        let room = width.saturating_mul(i64::try_from(most).unwrap_or(i64::MAX));
        if font::width(&glyphs, em) <= room.saturating_add(width / 4) {
            let lines = wrap(text, face, em, width);
            if lines.len() <= most && lines.iter().all(|line| font::width(line, em) <= width) {
                return Some(Lines { em, lines });
            }
        }
        if em <= least {
            return None;
        }
        em = (em - STEP).max(least);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(lines: &[Vec<Glyph>]) -> Vec<String> {
        lines.iter().map(|line| line.iter().map(|glyph| glyph.character).collect()).collect()
    }

    #[test]
    fn lines_break_at_blanks_and_long_words_between_letters() {
        // A digit of the serif face is half an em: eight to a line.
        let lines = wrap("1234 567 89 123456789012", Face::Serif, 1_000, 4_000);
        assert_eq!(said(&lines), ["1234 567", "89", "12345678", "9012"]);
        assert_eq!(said(&wrap("", Face::Serif, 1_000, 4_000)), [""]);
        assert_eq!(
            said(&wrap("12\u{a0}3456 78", Face::Serif, 1_000, 3_000)),
            ["12\u{a0}345", "6 78"]
        );
    }

    #[test]
    fn a_text_gets_smaller_before_it_is_refused() {
        let fit_in = |text: &str, most| fit(text, Face::Serif, (4_000, 2_000), 20_000, |_| most);
        assert_eq!(fit_in("1234567890", 1).unwrap().em, 4_000);
        let smaller = fit_in("123456789012345", 1).unwrap();
        assert!((2_000..4_000).contains(&smaller.em) && smaller.lines.len() == 1);
        assert_eq!(fit_in("123456789012345678901", 1), None, "21 digits at 1 mm are 21 mm");
        assert_eq!(fit_in("1234567890 1234567890", 2).unwrap().em, 4_000);
        assert_eq!(fit_in(&"Щ".repeat(10_000), 3), None);
    }
}
