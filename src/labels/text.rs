//! Text in its room: the rule by which it is made smaller or broken into lines.
//!
//! **Invariant:** what is placed is the whole text; what cannot be placed is refused.

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;

use super::bitmap::Bitmap;
use super::font::{self, Measured, Pen};
use super::template::{Align, Fit};
use super::zpl::graphic;

/// The room for one text, in dots of the printer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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

/// A text with the place of its lines within its room.
#[derive(Debug, Clone)]
pub(super) struct Arranged {
    text: Measured,
    /// Height of each line.
    pub(super) size: u32,
    lines: Vec<Range<usize>>,
    room: Room,
}

/// A text as dots, with its place in the room.
#[derive(Debug)]
pub(super) struct Drawn {
    pub(super) x: u32,
    pub(super) y: u32,
    pub(super) picture: Bitmap,
    acs: OnceCell<Vec<u8>>,
}

impl Drawn {
    /// The picture as data of `^GFA`.
    pub(super) fn acs(&self) -> &[u8] {
        self.acs.get_or_init(|| graphic::to_acs(&self.picture))
    }
}

/// What a thread keeps of drawn texts.
const KEPT_BYTES_MAX: usize = 4 << 20;
/// Longer texts are addresses and names, which hardly come again.
const KEPT_LETTERS_MAX: usize = 64;

#[derive(Default)]
struct Kept {
    texts: HashMap<(String, Room), Rc<Drawn>>,
    bytes: usize,
}

thread_local! {
    static KEPT: RefCell<Kept> = RefCell::default();
}

/// Draws a text, or finds it drawn: the labels of one shop and one carrier repeat most of their
/// words. None if it does not fit.
pub(super) fn drawn(text: &str, room: Room) -> Option<Rc<Drawn>> {
    KEPT.with_borrow_mut(|kept| {
        let key = (text.to_owned(), room);
        if let Some(drawn) = kept.texts.get(&key) {
            return Some(Rc::clone(drawn));
        }
        let (x, y, picture) = Arranged::new(text, room)?.picture();
        let drawn = Rc::new(Drawn { x, y, picture, acs: OnceCell::new() });
        if text.len() <= KEPT_LETTERS_MAX {
            // Compressed it takes about as much again.
            kept.bytes += 256 + drawn.picture.bytes().len() * 2;
            if kept.bytes > KEPT_BYTES_MAX {
                *kept = Kept::default();
            }
            kept.texts.insert(key, Rc::clone(&drawn));
        }
        Some(drawn)
    })
}

/// One line: where it begins in the room, and what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) x: u32,
    pub(super) top: u32,
    pub(super) text: String,
}

impl Arranged {
    /// Makes `text` as large as the room and its rule of fitting allow; none if it does not fit.
    ///
    /// Several lines of a smaller size may stand in the room of few large ones: the size that is
    /// left is then the largest at which all words fit.
    pub(super) fn new(text: &str, room: Room) -> Option<Self> {
        let text = Measured::new(&tidy(text));
        let (size, lines) = match room.fit {
            Fit::Wrap => wrap_largest(&text, room)?,
            Fit::Shrink | Fit::Refuse => {
                (one_line(&text, room)?, std::iter::once(0..text.letters.len()).collect())
            }
        };
        Some(Self { text, size, lines, room })
    }

    /// The top of a line; a single line that was made smaller stays in the middle of its row.
    fn top(&self, index: usize) -> u32 {
        let (number, index) = (self.lines.len(), u32::try_from(index).unwrap_or(0));
        let used = self.size * u32::try_from(number).unwrap_or(0);
        let above = if self.room.lines == 1 { (self.room.total_height() - used) / 2 } else { 0 };
        above + self.size * index
    }

    fn left(&self, line: &Range<usize>) -> u32 {
        let width = self.text.width(line.start, line.end, self.size);
        self.room.align.offset(self.room.width.saturating_sub(width))
    }

    pub(super) fn lines(&self) -> impl Iterator<Item = Line> {
        self.lines.iter().enumerate().map(|(index, line)| Line {
            x: self.left(line),
            top: self.top(index),
            text: self.text.letters[line.clone()].iter().collect(),
        })
    }

    /// The text as dots, with its place in the room; as small as the ink allows.
    pub(super) fn picture(&self) -> (u32, u32, Bitmap) {
        // A letter may lean a little out of its width.
        let margin = self.size / 8;
        let left = self.lines.iter().map(|line| self.left(line)).min().unwrap_or(0);
        let left = left.saturating_sub(margin);
        let end = |line: &Range<usize>| {
            self.left(line) + self.text.width(line.start, line.end, self.size)
        };
        let right = self.lines.iter().map(end).max().unwrap_or(0) + margin;
        let width = right.min(self.room.width).max(left + 1) - left;
        let first_top = self.top(0);
        let height = self.size * u32::try_from(self.lines.len()).unwrap_or(0);
        let mut picture = Bitmap::new(width, height);
        for (index, line) in self.lines.iter().enumerate() {
            let pen = Pen {
                x: i64::from(self.left(line) - left),
                top: i64::from(self.top(index) - first_top),
                width: self.size,
            };
            self.text.draw(line.start, line.end, self.size, pen, &mut picture);
        }
        let (above, picture) = picture.trimmed();
        (left, first_top + above, picture)
    }
}

/// One line of plain words: control characters become spaces, and letters that were typed as a
/// base with a mark become the letter that the font has.
fn tidy(text: &str) -> String {
    let has_marks = text.contains(['\u{306}', '\u{308}']);
    let composed = if has_marks {
        text.replace("и\u{306}", "й")
            .replace("И\u{306}", "Й")
            .replace("е\u{308}", "ё")
            .replace("Е\u{308}", "Ё")
    } else {
        text.to_owned()
    };
    let mut words = composed
        .split(|character: char| character.is_whitespace() || character.is_control())
        .filter(|word| !word.is_empty());
    let mut plain = words.next().unwrap_or_default().to_owned();
    for word in words {
        plain.push(' ');
        plain.push_str(word);
    }
    plain
}

/// The widest that a line of that height may be, in units of the font.
fn units_max(width: u32, size: u32) -> i64 {
    i64::from(width) * font::line_units() / i64::from(size.max(1))
}

/// The largest size at which the text fits in one line.
fn one_line(text: &Measured, room: Room) -> Option<u32> {
    let units = text.units(0, text.letters.len()).max(1);
    let largest = i64::from(room.width) * font::line_units() / units;
    let size = u32::try_from(largest).unwrap_or(u32::MAX).min(room.height);
    let smallest = if room.fit == Fit::Refuse { room.height } else { room.height_min };
    (size >= smallest).then_some(size)
}

fn wrap_largest(text: &Measured, room: Room) -> Option<(u32, Vec<Range<usize>>)> {
    let lines_at = |size: u32| (room.total_height() / size.max(1)) as usize;
    for size in (room.height_min..=room.height).rev() {
        let limit = units_max(room.width, size);
        if let Some(lines) = wrap(text, limit, lines_at(size), Breaks::BetweenWords) {
            return Some((size, lines));
        }
    }
    let (size, limit) = (room.height_min, units_max(room.width, room.height_min));
    let lines = wrap(text, limit, lines_at(size), Breaks::Anywhere)?;
    Some((size, lines))
}

/// Where a piece that is wider than a line may be broken.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Breaks {
    BetweenWords,
    Anywhere,
}

/// Breaks text between words and after hyphens and slashes; none if it takes more than `lines_max`.
fn wrap(
    text: &Measured,
    limit: i64,
    lines_max: usize,
    breaks: Breaks,
) -> Option<Vec<Range<usize>>> {
    let mut lines: Vec<Range<usize>> = Vec::new();
    let mut line = 0..0;
    for piece in pieces(&text.letters) {
        if text.units(line.start, piece.end) <= limit && (line.start < line.end || lines.is_empty())
        {
            line.end = piece.end;
            continue;
        }
        if line.start < line.end {
            lines.push(line.clone());
        }
        line = piece.clone();
        while text.units(line.start, line.end) > limit {
            if breaks == Breaks::BetweenWords {
                return None;
            }
            let fitting = |end: &usize| text.units(line.start, *end) <= limit;
            let end = (line.start + 1..line.end).rev().find(fitting)?;
            lines.push(line.start..end);
            line.start = end;
        }
        if lines.len() >= lines_max {
            return None;
        }
    }
    lines.push(line);
    (lines.len() <= lines_max).then_some(lines)
}

/// Words, cut after hyphens and slashes; spaces belong to none.
fn pieces(letters: &[char]) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        while letters.get(at) == Some(&' ') {
            at += 1;
        }
        let start = at;
        while let Some(letter) = letters.get(at).filter(|letter| **letter != ' ') {
            at += 1;
            if matches!(letter, '-' | '/') {
                break;
            }
        }
        (start < at).then_some(start..at)
    })
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

    fn arrange(text: &str, room: Room) -> Option<(u32, Vec<String>)> {
        let arranged = Arranged::new(text, room)?;
        Some((arranged.size, arranged.lines().map(|line| line.text).collect()))
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
            if let Some(arranged) = Arranged::new(&text, ROOM) {
                let widest = |line: Line| {
                    Measured::new(&line.text).width(0, line.text.chars().count(), arranged.size)
                };
                prop_assert!(arranged.lines().map(widest).all(|width| width <= ROOM.width));
                let squeezed = |text: &str| text.replace(' ', "");
                let drawn: String = arranged.lines().map(|line| line.text).collect();
                prop_assert_eq!(squeezed(&drawn), squeezed(&tidy(&text)));
                let (x, y, picture) = arranged.picture();
                prop_assert!(x + picture.width() <= ROOM.width);
                prop_assert!(y + picture.height() <= ROOM.height * ROOM.lines);
            }
        }
    }
}
