//! What a printer keeps from label to label.

use encoding_rs::{Encoding, WINDOWS_1251, WINDOWS_1252};

use crate::labels::bitmap::Turn;

use super::code::Bar;
use super::command::Command;

/// What lasts from label to label.
#[derive(Debug, Clone)]
pub(super) struct Settings {
    pub(super) home: (i64, i64),
    pub(super) shift: i64,
    pub(super) top: i64,
    pub(super) is_inverted: bool,
    pub(super) is_mirrored: bool,
    pub(super) reverses_all: bool,
    pub(super) turn: Turn,
    pub(super) font: (u8, Option<u32>, Option<u32>),
    pub(super) bar: Bar,
    pub(super) charset: Charset,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Charset {
    Utf8,
    Single(&'static Encoding),
}

impl Default for Settings {
    /// As a printer is after it was switched on.
    fn default() -> Self {
        Self {
            home: (0, 0),
            shift: 0,
            top: 0,
            is_inverted: false,
            is_mirrored: false,
            reverses_all: false,
            turn: Turn::None,
            font: (b'A', None, None),
            bar: Bar::DEFAULT,
            charset: Charset::Single(WINDOWS_1252),
        }
    }
}

impl Settings {
    /// Obeys a command that says how labels are printed; the text says what is odd about it.
    pub(super) fn obey(&mut self, command: &Command<'_>, paper_dots: u32) -> Result<(), String> {
        let switch = |on: u8| command.letter(0) == Some(on);
        match &command.name {
            b"LH" => self.home = (command.signed(0).unwrap_or(0), command.signed(1).unwrap_or(0)),
            b"LS" => self.shift = command.signed(0).unwrap_or(0),
            b"LT" => self.top = command.signed(0).unwrap_or(0),
            b"LR" => self.reverses_all = switch(b'Y'),
            b"PO" => self.is_inverted = switch(b'I'),
            b"PM" => self.is_mirrored = switch(b'Y'),
            b"CF" => {
                let letter = command.letter(0).unwrap_or(self.font.0);
                self.font = (letter, command.number(1), command.number(2));
            }
            b"CI" => return self.charset(command),
            b"PW" if command.number(0).is_some_and(|asked| asked > paper_dots) => {
                return Err(format!("^PW is wider than the paper of {paper_dots} dots"));
            }
            // Speed, darkness, media, cutter, feed, serial settings, aliases of fonts and what was
            // told to the cutter of commands: nothing of it shows on paper.
            b"PW" | b"LL" | b"MM" | b"MN" | b"MT" | b"MD" | b"PR" | b"PF" | b"PP" | b"CW"
            | b"CC" | b"CD" | b"CT" | b"MC" | b"MF" | b"ML" | b"ZZ" | b"JZ" | b"JU" | b"JT"
            | b"JJ" | b"TO" | b"SS" | b"SZ" | b"HV" | b"HH" | b"EG" | b"EF" | b"KD" | b"ST"
            | b"SL" => {}
            _ => return Err(format!("{} is not known", command.title())),
        }
        Ok(())
    }

    fn charset(&mut self, command: &Command<'_>) -> Result<(), String> {
        let number = command.number(0).unwrap_or(0);
        self.charset = match number {
            28 => Charset::Utf8,
            33 => Charset::Single(WINDOWS_1251),
            _ => Charset::Single(WINDOWS_1252),
        };
        match number {
            0..=13 | 27 | 28 | 33 => Ok(()),
            _ => Err(format!("^CI{number} is read as windows-1252")),
        }
    }

    /// `^BY`.
    pub(super) fn bar(&mut self, command: &Command<'_>) {
        let bar = &mut self.bar;
        if let Some(module) = command.number(0) {
            bar.module = module.clamp(1, 10);
        }
        if let Some(ratio) = command.parameter(1).and_then(tenths) {
            bar.ratio_tenths = ratio.clamp(20, 30);
        }
        if let Some(height) = command.number(2) {
            bar.height = height.max(1);
        }
    }
}

pub(super) fn turn_of(letter: u8) -> Option<Turn> {
    match letter {
        b'N' => Some(Turn::None),
        b'R' => Some(Turn::Quarter),
        b'I' => Some(Turn::Half),
        b'B' => Some(Turn::ThreeQuarters),
        _ => None,
    }
}

/// `2.5` as 25.
fn tenths(text: &[u8]) -> Option<u32> {
    let text = std::str::from_utf8(text).ok()?;
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let whole: u32 = whole.trim().parse().ok().filter(|whole| *whole < 100)?;
    let tenth = part.chars().next().and_then(|digit| digit.to_digit(10)).unwrap_or(0);
    Some(whole * 10 + tenth)
}
