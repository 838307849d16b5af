//! The one font that comes with the program: widths of texts, and letters as dots.
//!
//! Printers differ in fonts and most have no Cyrillic, so text is drawn here and sent as a picture.
//! The embedded font also makes every width known before printing.
//!
//! Widths are counted in units of the font, whole numbers, so that one text has one width at every
//! size. Letters that were drawn once are kept, within a limit.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "outlines are floating point; results are whole dots of a label of a few thousand"
)]

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::LazyLock;

use ab_glyph::{Font, FontRef, GlyphId, PxScale, point};

use super::bitmap::{Bitmap, Ink};

/// The file, to be sent to printers that shall write with it.
pub(super) const FILE: &[u8] =
    include_bytes!("../../label-templates/fonts/DejaVuSansCondensed.ttf");

static FONT: LazyLock<FontRef<'static>> =
    LazyLock::new(|| FontRef::try_from_slice(FILE).expect("the embedded font is a font"));

/// How much of a dot the outline must cover for the dot to be printed. A little under one half, as
/// thermal heads burn thin strokes too faintly.
const COVERAGE_MIN: f32 = 0.42;

/// Drawn letters that a thread keeps: those of a few templates at a few sizes.
const KEPT_BYTES_MAX: usize = 4 << 20;

/// Letters whose number and width are looked up once: up to the signs `№` and `₽`.
const KNOWN_LETTERS: u32 = 0x2200;

#[derive(Clone, Copy)]
struct Letter {
    id: GlyphId,
    advance: i64,
}

static LETTERS: LazyLock<Vec<Letter>> = LazyLock::new(|| {
    (0..KNOWN_LETTERS).map(|code| look_up(char::from_u32(code).unwrap_or(' '))).collect()
});

/// Units of the font: from the lowest descender to the highest ascender, the ascender alone, and
/// the em.
struct Heights {
    line: i64,
    ascent: i64,
    em: i64,
}

static HEIGHTS: LazyLock<Heights> = LazyLock::new(|| Heights {
    line: FONT.height_unscaled() as i64,
    ascent: FONT.ascent_unscaled() as i64,
    em: FONT.units_per_em().map_or(1, |units| units as i64),
});

fn look_up(character: char) -> Letter {
    let id = FONT.glyph_id(character);
    Letter { id, advance: FONT.h_advance_unscaled(id) as i64 }
}

fn letter(character: char) -> Letter {
    LETTERS.get(character as usize).copied().unwrap_or_else(|| look_up(character))
}

/// Height of a line in units of the font.
pub(super) fn line_units() -> i64 {
    HEIGHTS.line
}

/// The em, which printers call the height of a font, for a line of that height in dots.
pub(super) fn em_of_line(line: u32) -> u32 {
    u32::try_from(i64::from(line) * HEIGHTS.em / HEIGHTS.line).unwrap_or(0).max(1)
}

/// The height of a line for that em, in dots.
pub(super) fn line_of_em(em: u32) -> u32 {
    let line = (i64::from(em) * HEIGHTS.line + HEIGHTS.em / 2) / HEIGHTS.em;
    u32::try_from(line).unwrap_or(u32::MAX).max(1)
}

/// From the top of a line of that height to its baseline, in dots.
pub(super) fn baseline(line: u32) -> u32 {
    let dots = (i64::from(line) * HEIGHTS.ascent * 2 + HEIGHTS.line) / (HEIGHTS.line * 2);
    u32::try_from(dots).unwrap_or(0)
}

/// Where each letter of a text begins and ends, in units of the font.
#[derive(Debug, Clone)]
pub(super) struct Measured {
    pub(super) letters: Vec<char>,
    begins: Vec<i64>,
    ends: Vec<i64>,
}

impl Measured {
    pub(super) fn new(text: &str) -> Self {
        let letters: Vec<char> = text.chars().collect();
        let mut begins = Vec::with_capacity(letters.len());
        let mut ends = Vec::with_capacity(letters.len());
        let (mut pen, mut previous) = (0, None);
        for character in &letters {
            let Letter { id, advance } = letter(*character);
            pen += previous.map_or(0, |before| FONT.kern_unscaled(before, id) as i64);
            begins.push(pen);
            pen += advance;
            ends.push(pen);
            previous = Some(id);
        }
        Self { letters, begins, ends }
    }

    /// Width of the letters `first..end`, in units of the font.
    pub(super) fn units(&self, first: usize, end: usize) -> i64 {
        if first >= end { 0 } else { self.ends[end - 1] - self.begins[first] }
    }

    /// Width of these letters in dots, for a line of that height.
    pub(super) fn width(&self, first: usize, end: usize, line: u32) -> u32 {
        let dots = (self.units(first, end) * i64::from(line)).max(0);
        u32::try_from(dots.unsigned_abs().div_ceil(HEIGHTS.line.unsigned_abs())).unwrap_or(u32::MAX)
    }

    /// Draws letters `first..end` so that the line's top is at `top`.
    pub(super) fn draw(&self, first: usize, end: usize, line: u32, at: Pen, picture: &mut Bitmap) {
        for index in first..end {
            let units = self.begins[index] - self.begins[first];
            let dots = (units * i64::from(at.width) * 2 + HEIGHTS.line) / (HEIGHTS.line * 2);
            let glyph = glyph(letter(self.letters[index]).id, line, at.width);
            if let Some(dots_of_glyph) = &glyph.dots {
                let x = at.x + dots + i64::from(glyph.left);
                let y = at.top + i64::from(baseline(line)) + i64::from(glyph.above);
                picture.paint(x, y, dots_of_glyph, Ink::Black);
            }
        }
    }
}

/// Where a line begins, and how wide its letters are: as wide as `width` is high when they stand
/// as the font has them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pen {
    pub(super) x: i64,
    pub(super) top: i64,
    pub(super) width: u32,
}

struct Glyph {
    left: i32,
    /// Of its highest row from the baseline; negative is above.
    above: i32,
    dots: Option<Bitmap>,
}

#[derive(Default)]
struct Kept {
    glyphs: HashMap<(u16, u32, u32), Rc<Glyph>>,
    bytes: usize,
}

thread_local! {
    static KEPT: RefCell<Kept> = RefCell::default();
}

fn glyph(id: GlyphId, line: u32, width: u32) -> Rc<Glyph> {
    KEPT.with_borrow_mut(|kept| {
        if let Some(glyph) = kept.glyphs.get(&(id.0, line, width)) {
            return Rc::clone(glyph);
        }
        let glyph = Rc::new(draw_glyph(id, line, width));
        kept.bytes += 64 + glyph.dots.as_ref().map_or(0, |dots| dots.bytes().len());
        if kept.bytes > KEPT_BYTES_MAX {
            *kept = Kept::default();
        }
        kept.glyphs.insert((id.0, line, width), Rc::clone(&glyph));
        glyph
    })
}

fn draw_glyph(id: GlyphId, line: u32, width: u32) -> Glyph {
    let scale = PxScale { x: width as f32, y: line as f32 };
    let Some(outline) = FONT.outline_glyph(id.with_scale_and_position(scale, point(0.0, 0.0)))
    else {
        return Glyph { left: 0, above: 0, dots: None };
    };
    let bounds = outline.px_bounds();
    let mut dots = Bitmap::new(bounds.width() as u32, bounds.height() as u32);
    outline.draw(|x, y, coverage| {
        if coverage >= COVERAGE_MIN {
            dots.blacken(x, y);
        }
    });
    Glyph { left: bounds.min.x as i32, above: bounds.min.y as i32, dots: Some(dots) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_font_has_the_letters_of_the_trade() {
        for character in "АЯаяЁё№₽«»—°×²³ІЇЎЎґқңү".chars() {
            assert_ne!(letter(character).id.0, 0, "{character} has a glyph");
        }
    }

    #[test]
    fn a_part_of_a_text_is_as_wide_as_it_is_alone() {
        let whole = Measured::new("Тара, AVAST");
        assert_eq!(whole.units(6, 11), Measured::new("AVAST").units(0, 5));
        assert_eq!(whole.units(3, 3), 0);
        assert!(whole.width(0, 11, 40) > whole.width(0, 10, 40));
    }

    #[test]
    fn em_and_line_belong_together() {
        for line in 10..300 {
            assert!(line_of_em(em_of_line(line)).abs_diff(line) <= 1, "{line}");
        }
        assert!(baseline(100) > 70 && baseline(100) < 90);
    }
}
