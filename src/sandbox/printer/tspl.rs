//! A TSPL printer's ears and mouth.

use super::state::{Format, State};
use super::{Answers, Speech, Trouble};

const BITMAP_ONLY: [&str; 5] = ["SIZE", "GAP", "CLS", "BITMAP", "PRINT"];

/// Does what the bytes say, as far as they are whole.
pub(super) fn work(state: &mut State) -> Vec<u8> {
    let mut answer = Vec::new();
    while let Some(reply) = next(state) {
        answer.extend(reply);
    }
    let is_quiet = state.has(Trouble::Silence) || state.build.answers == Answers::Nothing;
    if is_quiet { Vec::new() } else { answer }
}

/// Takes the next question, or the next whole label, off the input.
fn next(state: &mut State) -> Option<Vec<u8>> {
    if state.input.first() == Some(&0x1B) {
        let question = *state.input.get(2)?;
        state.input.drain(..3);
        return Some(match question {
            b'?' => vec![status_byte(state)],
            b'S' => status_words(state),
            b'R' => {
                state.forget();
                Vec::new()
            }
            _ => Vec::new(),
        });
    }
    let mut at = 0;
    let mut is_known = true;
    loop {
        // A question overtakes the label that is being sent.
        let line = line(&state.input[at..])?;
        let end = at + line.length;
        if line.text.starts_with("~!T") {
            state.input.drain(at..end);
            return Some(b"SANDBOX-TSPL\r\n".to_vec());
        }
        let word = line.text.split([' ', ',']).next().unwrap_or_default();
        is_known &= word.is_empty() || BITMAP_ONLY.contains(&word);
        if word == "PRINT" {
            let copies = copies(&line.text);
            let mut label: Vec<u8> = state.input.drain(..end).take(at).collect();
            label.extend_from_slice(b"PRINT 1,1\r\n");
            let is_dropped = state.build.speech == Speech::TsplBitmapOnly && !is_known;
            if !is_dropped && copies > 0 {
                state.formats.push_back(Format { label, left: copies, drawn: false });
            }
            return Some(Vec::new());
        }
        at = end;
    }
}

struct Line {
    text: String,
    /// With its line end, and the bytes of a bitmap.
    length: usize,
}

fn line(bytes: &[u8]) -> Option<Line> {
    if bytes.starts_with(b"BITMAP ") {
        let commas = bytes.iter().enumerate().filter(|(_, byte)| **byte == b',');
        let header_end = commas.map(|(at, _)| at).nth(4)?;
        let text = String::from_utf8_lossy(&bytes[..header_end]).into_owned();
        let mut numbers = text.trim_start_matches("BITMAP ").split(',').map(str::parse::<usize>);
        let (width, height) = (numbers.nth(2)?.ok()?, numbers.next()?.ok()?);
        let end = header_end + 1 + width * height;
        let rest = bytes.get(end..)?;
        let ending = rest.iter().position(|byte| *byte == b'\n')?;
        return Some(Line { text, length: end + ending + 1 });
    }
    let end = bytes.iter().position(|byte| *byte == b'\n')?;
    let text = String::from_utf8_lossy(&bytes[..end]).trim().to_owned();
    Some(Line { text, length: end + 1 })
}

/// `PRINT sets,copies`.
fn copies(line: &str) -> u32 {
    let numbers = line.trim_start_matches("PRINT").split(',');
    numbers.map(|number| number.trim().parse().unwrap_or(1)).product()
}

fn status_byte(state: &State) -> u8 {
    let bits = [
        (Trouble::HeadOpen, 0x01),
        (Trouble::PaperOut, 0x04),
        (Trouble::RibbonOut, 0x08),
        (Trouble::Pause, 0x10),
    ];
    let wrong = bits.iter().filter(|(trouble, _)| state.has(*trouble));
    match wrong.fold(0, |all, (_, bit)| all | bit) {
        0 if state.is_printing() => 0x20,
        byte => byte,
    }
}

fn status_words(state: &State) -> Vec<u8> {
    let is_wrong = state.has(Trouble::PaperOut) || state.has(Trouble::RibbonOut);
    let head = match () {
        () if state.has(Trouble::Pause) => b'`',
        () if is_wrong || state.has(Trouble::HeadOpen) => b'E',
        () if state.is_printing() => b'P',
        () => b'@',
    };
    let media = 0x40
        | u8::from(state.has(Trouble::PaperOut))
        | u8::from(state.has(Trouble::RibbonOut)) << 2;
    vec![0x02, head, b'@', b'@', media, 0x03, b'\r', b'\n']
}
