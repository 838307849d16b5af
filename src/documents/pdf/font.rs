//! Letters of papers: which face has them, and how wide they are.
//!
//! **Invariant:** every character that is drawn has a glyph. What no face has, and control characters,
//! become `�`: a person sees that something was there.

#![expect(
    clippy::cast_possible_truncation,
    reason = "widths of letters are whole units of the font"
)]

use std::sync::LazyLock;

use ab_glyph::{Font as _, FontRef};

use super::template::Face;
use crate::labels;

const SERIF: &[u8] =
    include_bytes!("../../../document-templates/fonts/LiberationSerif-Regular.ttf");
const SERIF_BOLD: &[u8] =
    include_bytes!("../../../document-templates/fonts/LiberationSerif-Bold.ttf");

/// What stands for a character that cannot be drawn.
const REPLACEMENT: char = '\u{fffd}';

/// A face of the fonts inside the program.
pub(super) struct Loaded {
    font: FontRef<'static>,
    units_per_em: i64,
    pub(super) file: &'static [u8],
}

impl Loaded {
    fn new(file: &'static [u8]) -> Self {
        let font = FontRef::try_from_slice(file).expect("the embedded font is a font");
        let units_per_em = font.units_per_em().map_or(1, |units| units as i64);
        Self { font, units_per_em, file }
    }
}

static FACES: LazyLock<[Loaded; 3]> = LazyLock::new(|| {
    [Loaded::new(labels::font_file()), Loaded::new(SERIF), Loaded::new(SERIF_BOLD)]
});

/// The face of that number: see [`Glyph::face`].
pub(super) fn loaded() -> &'static [Loaded; 3] {
    &FACES
}

const fn number(face: Face) -> usize {
    match face {
        Face::Sans | Face::SansStrong => 0,
        Face::Serif => 1,
        Face::SerifBold => 2,
    }
}

/// One character as it is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Glyph {
    /// Which of the loaded faces has it.
    pub(super) face: usize,
    pub(super) id: u16,
    pub(super) character: char,
    /// In micrometres for an em of a metre, so that sizes multiply exactly.
    advance: i64,
}

/// An em for advances: large enough that rounding is lost below a micrometre.
const EM: i64 = 1_000_000;

impl Glyph {
    /// Width in micrometres for an em of so many.
    pub(super) const fn width(&self, em: i64) -> i64 {
        (self.advance * em + EM / 2) / EM
    }
}

/// The characters of a text as glyphs, in order. Marks that have no form of their own (directions,
/// joiners, soft hyphens) are left out, blanks of every kind are blanks.
pub(super) fn glyphs(text: &str, face: Face) -> Vec<Glyph> {
    text.chars().filter(|character| !is_formless(*character)).map(|c| glyph(c, face)).collect()
}

const fn is_formless(character: char) -> bool {
    matches!(
        character,
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
    )
}

fn glyph(character: char, face: Face) -> Glyph {
    let wanted = number(face);
    let shown = match character {
        '\t' | '\n' | '\r' => ' ',
        character if character.is_control() => REPLACEMENT,
        character => character,
    };
    let look = |face: usize, character: char| {
        let loaded = &FACES[face];
        let id = loaded.font.glyph_id(character);
        let advance = loaded.font.h_advance_unscaled(id) as i64 * EM / loaded.units_per_em;
        (id.0 != 0).then_some(Glyph { face, id: id.0, character, advance })
    };
    look(wanted, shown)
        .or_else(|| look(0, shown))
        .or_else(|| look(0, REPLACEMENT))
        .expect("the face of labels has the replacement character")
}

/// Width of glyphs in micrometres.
pub(super) fn width(glyphs: &[Glyph], em: i64) -> i64 {
    glyphs.iter().map(|glyph| glyph.width(em)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_face_has_the_letters_of_papers() {
        for face in [Face::Sans, Face::Serif, Face::SerifBold] {
            for glyph in glyphs("АЯаяЁё№«»—–+7(9)ҚқӘәҮү", face) {
                assert_eq!(glyph.face, number(face), "{} in {face:?}", glyph.character);
            }
        }
    }

    #[test]
    fn what_cannot_be_drawn_is_seen() {
        let drawn = glyphs("₽\u{1fae0}\u{0}\u{200b}\tб", Face::Serif);
        assert_eq!(drawn.len(), 5, "the joiner has no form");
        let letters: String = drawn.iter().map(|glyph| glyph.character).collect();
        assert_eq!(letters, "₽\u{fffd}\u{fffd} б");
        assert_eq!(drawn[0].face, 0, "the sign of the rouble is in the face of labels");
        assert!(drawn.iter().all(|glyph| glyph.id != 0));
    }

    #[test]
    fn widths_are_those_of_the_font() {
        // A digit of Liberation Serif is half an em.
        assert_eq!(width(&glyphs("00", Face::Serif), 4_000), 4_000);
    }
}
