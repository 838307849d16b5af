//! Text fields: which font, which lines, and the dots of both.

use std::ops::Range;

use crate::labels::bitmap::{Bitmap, Turn};
use crate::labels::font::{self, Measured, Pen};
use crate::labels::template::Align;

use super::ELEMENT_DOTS_MAX;
use super::place::{Cell, Piece};

/// The highest letter, in dots: half of the longest label.
const LETTER_DOTS_MAX: u32 = 3_000;

/// A font with its size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Font {
    /// Height, what printers call it: the em.
    pub(super) height: u32,
    /// As the height when letters stand as they were designed.
    pub(super) width: u32,
    /// From one letter to the next where all are equally wide.
    pub(super) pitch: Option<u32>,
}

/// Height, width and gap of the bitmap fonts at magnification 1.
const BITMAP_FONTS: [(u8, u32, u32, u32); 8] = [
    (b'A', 9, 5, 1),
    (b'B', 11, 7, 2),
    (b'C', 18, 10, 2),
    (b'D', 18, 10, 2),
    (b'E', 28, 15, 5),
    (b'F', 26, 13, 3),
    (b'G', 60, 40, 8),
    (b'H', 21, 13, 6),
];

impl Font {
    /// The font of that letter. A size of 0 is as good as none; bitmap fonts come in whole multiples
    /// of their dots, all others in any size.
    pub(super) fn new(letter: u8, height: Option<u32>, width: Option<u32>) -> Self {
        let given =
            |size: Option<u32>| size.filter(|size| *size > 0).map(|size| size.min(LETTER_DOTS_MAX));
        let (height, width) = (given(height), given(width));
        let bitmap = BITMAP_FONTS.iter().find(|(name, ..)| *name == letter);
        let Some((_, base_height, base_width, gap)) = bitmap else {
            let height = height.or(width).unwrap_or(15);
            return Self { height, width: width.unwrap_or(height), pitch: None };
        };
        let times = |size: u32, base: u32| ((size + base / 2) / base).clamp(1, 10);
        let down = height.map(|height| times(height, *base_height));
        let across = width.map(|width| times(width, *base_width)).or(down).unwrap_or(1);
        let height = base_height * down.unwrap_or(across);
        let pitch = (base_width + gap) * across;
        // Our letters are drawn to fill the cell; capitals are about as wide as 0.7 em.
        Self { height, width: (base_width * across * 10 / 7).max(1), pitch: Some(pitch) }
    }

    fn line(self) -> u32 {
        font::line_of_em(self.height)
    }

    fn line_across(self) -> u32 {
        font::line_of_em(self.width)
    }

    fn width_of(self, text: &Measured, letters: &Range<usize>) -> u32 {
        match self.pitch {
            Some(pitch) => u32::try_from(letters.len()).unwrap_or(u32::MAX).saturating_mul(pitch),
            None => text.width(letters.start, letters.end, self.line_across()),
        }
    }

    fn draw(self, text: &Measured, letters: &Range<usize>, at: (u32, u32), picture: &mut Bitmap) {
        let (x, top) = (i64::from(at.0), i64::from(at.1));
        let (line, width) = (self.line(), self.line_across());
        let Some(pitch) = self.pitch else {
            let pen = Pen { x, top, width };
            text.draw(letters.start, letters.end, line, pen, picture);
            return;
        };
        for (place, index) in letters.clone().enumerate() {
            let own = i64::from(text.width(index, index + 1, width));
            let left = i64::try_from(place).unwrap_or(0) * i64::from(pitch);
            let pen = Pen { x: x + left + (i64::from(pitch) - own) / 2, top, width };
            text.draw(index, index + 1, line, pen, picture);
        }
    }

    /// How much work it is to draw so many letters, in dots.
    pub(super) fn work(self, letters: usize) -> u64 {
        const OUTLINE_FACTOR: u64 = 16;
        let letters = u64::try_from(letters).unwrap_or(u64::MAX);
        let letter = u64::from(self.height) * u64::from(self.width) * OUTLINE_FACTOR;
        letters.saturating_mul(letter)
    }
}

/// `^FB`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Block {
    pub(super) width: u32,
    pub(super) lines_max: u32,
    /// Added between lines; may be negative.
    pub(super) spacing: i64,
    pub(super) align: Align,
    /// Indent of all lines but the first.
    pub(super) hanging: u32,
}

/// Text that was drawn, and how far it reaches.
#[derive(Debug)]
pub(super) struct DrawnText {
    pub(super) piece: Piece,
    /// From the beginning of the text to where the next would go on.
    pub(super) advance: u32,
    /// What did not come out as asked.
    pub(super) oddity: Option<&'static str>,
}

/// Draws a text; none if it is larger than any label.
pub(super) fn draw(text: &str, font: Font, block: Option<Block>, turn: Turn) -> Option<DrawnText> {
    let text = match block {
        // In a block `\&` is a new line and `\\` a backslash.
        Some(_) => text.replace("\\\\", "\u{1}").replace("\\&", "\n").replace('\u{1}', "\\"),
        None => text.to_owned(),
    };
    let text = Measured::new(&text);
    let all = text.letters.len();
    let lines = match block {
        Some(block) => break_lines(&text, font, block),
        None => std::iter::once(0..all).collect(),
    };
    let number = u32::try_from(lines.len()).ok()?;
    let widest = lines.iter().map(|line| font.width_of(&text, line)).max().unwrap_or(0);
    let width = block.map_or(widest, |block| block.width);
    let lines_shown = block.map_or(1, |block| number.clamp(1, block.lines_max));
    let step = i64::from(font.height) + block.map_or(0, |block| block.spacing);
    let step = u32::try_from(step.max(1)).ok()?;
    // Letters hang out of their cell: accents above, tails below, both a little to the sides.
    let margin = font.height / 2 + 1;
    let tall = step.checked_mul(lines_shown - 1)?.checked_add(font.line())?;
    let across = widest.max(width).checked_add(2 * margin)?;
    if u64::from(across) * u64::from(tall) > ELEMENT_DOTS_MAX {
        return None;
    }
    let mut picture = Bitmap::new(across, tall);
    for (index, line) in lines.iter().enumerate() {
        let row = u32::try_from(index).ok()?.min(lines_shown - 1);
        let (align, hanging) = block.map_or((Align::Left, 0), |block| {
            (block.align, if index == 0 { 0 } else { block.hanging })
        });
        let left_over = width.saturating_sub(font.width_of(&text, line) + hanging);
        let x = margin + hanging + align.offset(left_over);
        font.draw(&text, line, (x, row * step), &mut picture);
    }
    let to_baseline = font::baseline(font.line());
    // The top of a cell is that of capitals: three quarters of the em above the baseline.
    let cell = Cell {
        x: margin,
        y: to_baseline.saturating_sub(font.height * 3 / 4),
        width,
        height: step * (lines_shown - 1) + font.height,
    };
    let baseline = step * (lines_shown - 1) + to_baseline;
    let oddity = if number > lines_shown {
        Some("a text has more lines than its block: the rest is printed over the last one")
    } else if widest > width {
        Some("a word is wider than its block")
    } else {
        None
    };
    let piece = Piece { picture, cell, baseline, turn };
    Some(DrawnText { piece, advance: widest, oddity })
}

/// Breaks between words; a word that is wider than the block stands out of it.
fn break_lines(text: &Measured, font: Font, block: Block) -> Vec<Range<usize>> {
    let mut lines = Vec::new();
    let mut line: Option<Range<usize>> = None;
    let mut at = 0;
    while at < text.letters.len() {
        if text.letters[at] == '\n' {
            lines.push(line.take().unwrap_or(at..at));
            at += 1;
            continue;
        }
        if text.letters[at] == ' ' {
            at += 1;
            continue;
        }
        let is_gap = |letter: &char| matches!(letter, ' ' | '\n');
        let length = text.letters[at..].iter().position(is_gap);
        let end = length.map_or(text.letters.len(), |length| at + length);
        let room =
            if lines.is_empty() { block.width } else { block.width.saturating_sub(block.hanging) };
        line = match line.take() {
            Some(begun) if font.width_of(text, &(begun.start..end)) <= room => {
                Some(begun.start..end)
            }
            Some(full) => {
                lines.push(full);
                Some(at..end)
            }
            None => Some(at..end),
        };
        at = end;
    }
    lines.extend(line);
    if lines.is_empty() {
        lines.push(0..0);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    const BLOCK: Block =
        Block { width: 200, lines_max: 3, spacing: 0, align: Align::Left, hanging: 0 };

    fn draw_block(text: &str, block: Block) -> DrawnText {
        draw(text, Font::new(b'0', Some(30), None), Some(block), Turn::None).unwrap()
    }

    #[test]
    fn bitmap_fonts_come_in_whole_multiples() {
        assert_eq!(Font::new(b'D', Some(20), None).height, 18);
        assert_eq!(Font::new(b'D', Some(50), Some(30)).height, 54);
        assert_eq!(Font::new(b'A', None, None).pitch, Some(6));
        assert_eq!(Font::new(b'0', Some(40), None).width, 40);
        assert_eq!(Font::new(b'0', None, Some(0)).height, 15);
    }

    #[test]
    fn blocks_break_between_words_and_say_what_does_not_fit() {
        let one = draw_block("ab", BLOCK);
        let three = draw_block("ab\\&cd\\&ef", BLOCK);
        assert_eq!((one.piece.cell.height, three.piece.cell.height), (30, 90));
        assert!(three.oddity.is_none());
        let many = draw_block(&"слово ".repeat(30), BLOCK);
        assert!(many.oddity.unwrap().contains("more lines"));
        let wide = draw_block("Параллелограммометрия", BLOCK);
        assert!(wide.oddity.unwrap().contains("wider"));
    }

    #[test]
    fn a_text_larger_than_any_label_is_not_drawn() {
        let huge = Font::new(b'0', Some(32_000), Some(32_000));
        assert!(draw(&"W".repeat(3_000), huge, None, Turn::None).is_none());
    }
}
