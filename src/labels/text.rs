//! Text as dots, in the one font that comes with the program.
//!
//! Printers differ in fonts and most have no Cyrillic, so text is drawn here and sent as a picture.
//! The embedded font also makes every width known before printing.

#![expect(
    clippy::float_arithmetic,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "outlines are floating point; results are whole dots of a label of a few thousand"
)]

use std::sync::LazyLock;

use ab_glyph::{Font, FontRef, PxScale, ScaleFont, point};

use super::bitmap::Bitmap;
use super::template::{Align, Fit};

static FONT: LazyLock<FontRef<'static>> = LazyLock::new(|| {
    let bytes = include_bytes!("../../label-templates/fonts/DejaVuSansCondensed.ttf");
    FontRef::try_from_slice(bytes).expect("the embedded font is a font")
});

/// How much of a dot the outline must cover for the dot to be printed. A little under one half, as
/// thermal heads burn thin strokes too faintly.
const COVERAGE_MIN: f32 = 0.42;

/// The room for one text, in dots of the printer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Room {
    pub(super) width: u32,
    /// Height of a line at full size.
    pub(super) height: u32,
    pub(super) height_min: u32,
    pub(super) lines: u32,
    pub(super) align: Align,
    pub(super) fit: Fit,
}

impl Room {
    const fn total_height(self) -> u32 {
        self.height * self.lines
    }
}

/// Draws `text` as large as the room and its rule of fitting allow; none if it does not fit.
///
/// Several lines of a smaller size may stand in the room of few large ones: the size that is left
/// is then the largest at which all words fit.
pub(super) fn draw(text: &str, room: Room) -> Option<Bitmap> {
    let text = tidy(text);
    let (size, lines) = arrange(&text, room)?;
    let mut bitmap = Bitmap::new(room.width, room.total_height());
    let used = size * lines.len() as u32;
    // A single line that was made smaller stays in the middle of its row.
    let top = if room.lines == 1 { (room.total_height() - used) / 2 } else { 0 };
    for (index, line) in lines.iter().enumerate() {
        let left = room.align.offset(room.width.saturating_sub(width_of(line, size)));
        draw_line(line, size, left, top + size * index as u32, &mut bitmap);
    }
    Some(bitmap)
}

/// One line of plain words: control characters become spaces, and letters that were typed as a
/// base with a mark become the letter that the font has.
fn tidy(text: &str) -> String {
    let composed = text
        .replace("и\u{306}", "й")
        .replace("И\u{306}", "Й")
        .replace("е\u{308}", "ё")
        .replace("Е\u{308}", "Ё");
    let plain = composed.replace(char::is_control, " ");
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The largest size at which the text fits, and its lines.
fn arrange(text: &str, room: Room) -> Option<(u32, Vec<String>)> {
    let smallest = if room.fit == Fit::Refuse { room.height } else { room.height_min };
    for size in (smallest..=room.height).rev() {
        let lines = match room.fit {
            Fit::Wrap => wrap(text, room.width, size, false),
            Fit::Refuse | Fit::Shrink => {
                (width_of(text, size) <= room.width).then(|| vec![text.to_owned()])
            }
        };
        if let Some(lines) = lines.filter(|lines| fits_in_height(lines, size, room)) {
            return Some((size, lines));
        }
    }
    if room.fit != Fit::Wrap {
        return None;
    }
    let lines = wrap(text, room.width, room.height_min, true)?;
    fits_in_height(&lines, room.height_min, room).then_some((room.height_min, lines))
}

fn fits_in_height(lines: &[String], size: u32, room: Room) -> bool {
    size.saturating_mul(lines.len() as u32) <= room.total_height()
}

/// Breaks text between words and after hyphens and slashes. A piece wider than the line is broken
/// between any characters if `anywhere`, else the text does not fit.
fn wrap(text: &str, width: u32, size: u32, anywhere: bool) -> Option<Vec<String>> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        for (index, piece) in word.split_inclusive(['-', '/']).enumerate() {
            let line = lines.last_mut().expect("there is always a line");
            let glue = if index == 0 && !line.is_empty() { " " } else { "" };
            let longer = format!("{line}{glue}{piece}");
            if width_of(&longer, size) <= width {
                *line = longer;
            } else if width_of(piece, size) <= width {
                lines.push(piece.to_owned());
            } else if anywhere {
                break_anywhere(piece, width, size, &mut lines)?;
            } else {
                return None;
            }
        }
    }
    Some(lines)
}

fn break_anywhere(piece: &str, width: u32, size: u32, lines: &mut Vec<String>) -> Option<()> {
    if lines.last().is_some_and(|line| !line.is_empty()) {
        lines.push(String::new());
    }
    for character in piece.chars() {
        let line = lines.last_mut().expect("there is always a line");
        let longer = format!("{line}{character}");
        if width_of(&longer, size) <= width {
            *line = longer;
        } else {
            lines.push(character.to_string());
            if width_of(&character.to_string(), size) > width {
                return None;
            }
        }
    }
    Some(())
}

/// Width in whole dots of one line.
fn width_of(text: &str, size: u32) -> u32 {
    let font = FONT.as_scaled(PxScale::from(size as f32));
    let (mut width, mut previous) = (0.0, None);
    for character in text.chars() {
        let id = font.glyph_id(character);
        width += previous.map_or(0.0, |before| font.kern(before, id)) + font.h_advance(id);
        previous = Some(id);
    }
    width.ceil() as u32
}

fn draw_line(text: &str, size: u32, left: u32, top: u32, bitmap: &mut Bitmap) {
    let scale = PxScale::from(size as f32);
    let font = FONT.as_scaled(scale);
    let baseline = (top as f32 + font.ascent()).round();
    let (mut x, mut previous) = (left as f32, None);
    for character in text.chars() {
        let id = font.glyph_id(character);
        x += previous.map_or(0.0, |before| font.kern(before, id));
        // Whole dots for every glyph, so that one letter looks the same everywhere in a line.
        let glyph = id.with_scale_and_position(scale, point(x.round(), baseline));
        if let Some(outline) = FONT.outline_glyph(glyph) {
            let bounds = outline.px_bounds();
            outline.draw(|column, row, coverage| {
                let (x, y) = (bounds.min.x + column as f32, bounds.min.y + row as f32);
                if coverage >= COVERAGE_MIN && x >= 0.0 && y >= 0.0 {
                    bitmap.blacken(x as u32, y as u32);
                }
            });
        }
        x += font.h_advance(id);
        previous = Some(id);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ROOM: Room = Room {
        width: 200,
        height: 30,
        height_min: 16,
        lines: 2,
        align: Align::Left,
        fit: Fit::Wrap,
    };

    #[test]
    fn the_font_has_the_letters_of_the_trade() {
        for character in "АЯаяЁё№₽«»—°×²³ІЇЎЎґқңү".chars() {
            assert_ne!(FONT.glyph_id(character).0, 0, "{character} has a glyph");
        }
    }

    #[test]
    fn a_short_text_keeps_its_size() {
        assert_eq!(arrange("Чай", ROOM), Some((30, vec!["Чай".to_owned()])));
    }

    #[test]
    fn a_long_text_is_broken_and_made_smaller_and_loses_nothing() {
        let text = "Кружка керамическая с двойными стенками, 350 мл, белая";
        let (size, lines) = arrange(text, ROOM).unwrap();
        assert!(size < 30 && lines.len() > 2, "{size} {lines:?}");
        assert_eq!(lines.join(" "), text);
        let (size, lines) = arrange("Электроводонагревательный/настенный", ROOM).unwrap();
        assert_eq!(lines.concat(), "Электроводонагревательный/настенный", "{size}");
    }

    #[test]
    fn a_text_that_does_not_fit_is_refused() {
        assert_eq!(arrange(&"Кружка ".repeat(30), ROOM), None);
        let one = "Кружка керамическая белая";
        assert_eq!(arrange(one, Room { fit: Fit::Refuse, ..ROOM }), None);
        assert!(arrange(one, Room { fit: Fit::Shrink, ..ROOM }).is_some_and(|(size, _)| size < 30));
    }

    #[test]
    fn letters_typed_as_two_signs_become_one() {
        assert_eq!(tidy("чаи\u{306}\r\nе\u{308}ж "), "чай ёж");
    }

    proptest! {
        #[test]
        fn nothing_is_drawn_wider_than_its_room_or_lost(text in "[а-яА-Яa-z0-9 /-]{1,60}") {
            let tidy = tidy(&text);
            if let Some((size, lines)) = arrange(&tidy, ROOM) {
                prop_assert!(lines.iter().all(|line| width_of(line, size) <= ROOM.width));
                let squeezed = |text: &str| text.replace(' ', "");
                prop_assert_eq!(squeezed(&lines.concat()), squeezed(&tidy));
            }
        }
    }
}
