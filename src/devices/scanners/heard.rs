//! The side of the device: what it hears from us. For simulated scanners, and to test that feedback is
//! unmistakable.

use std::sync::Arc;

use super::super::bytes::find;
use super::feedback::Verdict;
use super::protocol::StreamProtocol;

/// More than any feedback has.
const BUFFER_BYTES_MAX: usize = 16_384;

/// One thing that the device was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// The frame arrived.
    Accepted,
    /// The frame arrived damaged: send it again.
    Refused,
    Verdict {
        verdict: Verdict,
        /// The scan that it is about.
        sequence: Option<i64>,
        /// What stands on the display, in the display's encoding and with its escapes.
        text: Vec<u8>,
    },
    Command {
        name: String,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Known {
    Accepted,
    Refused,
    Verdict(Verdict),
    Command(String),
}

/// Reads what goes to one device.
#[derive(Debug, Clone)]
pub struct FeedbackReader {
    protocol: Arc<StreamProtocol>,
    /// All that can be said, longest first.
    known: Vec<(Known, Vec<u8>)>,
    buffer: Vec<u8>,
}

impl FeedbackReader {
    pub fn new(protocol: &Arc<StreamProtocol>) -> Self {
        Self { protocol: Arc::clone(protocol), known: known(protocol), buffer: Vec::new() }
    }

    /// Takes bytes and hands on what they say. Bytes that mean nothing are left out.
    pub fn push(&mut self, bytes: &[u8], mut to: impl FnMut(Heard)) {
        for byte in bytes {
            if self.buffer.len() >= BUFFER_BYTES_MAX {
                self.buffer.clear();
            }
            self.buffer.push(*byte);
            while let Some((heard, used)) = self.front(Patience::Wait) {
                self.buffer.drain(..used);
                if let Some(heard) = heard {
                    to(heard);
                }
            }
        }
    }

    /// Nothing more comes: a shorter feedback that could have gone on is meant.
    pub fn idle(&mut self, mut to: impl FnMut(Heard)) {
        while let Some((heard, used)) = self.front(Patience::Over) {
            self.buffer.drain(..used);
            if let Some(heard) = heard {
                to(heard);
            }
        }
        self.buffer.clear();
    }

    /// What the buffer begins with and how long it is; nothing while it may go on.
    fn front(&self, patience: Patience) -> Option<(Option<Heard>, usize)> {
        if self.buffer.is_empty() {
            return None;
        }
        let (sequence, number_bytes) = match self.number() {
            Ok(number) => number,
            Err(Unfinished) if patience == Patience::Wait => return None,
            Err(Unfinished) => (None, 0),
        };
        let rest = &self.buffer[number_bytes..];
        let goes_on = |bytes: &[u8]| bytes.len() > rest.len() && bytes.starts_with(rest);
        if patience == Patience::Wait && self.known.iter().any(|(_, bytes)| goes_on(bytes)) {
            return None;
        }
        let found = self.known.iter().find(|(_, bytes)| rest.starts_with(bytes));
        let Some((known, bytes)) = found else { return Some((None, 1)) };
        let used = number_bytes + bytes.len();
        Some(match known {
            Known::Accepted => (Some(Heard::Accepted), used),
            Known::Refused => (Some(Heard::Refused), used),
            Known::Command(name) => (Some(Heard::Command { name: name.clone() }), used),
            Known::Verdict(verdict) => {
                let (text, end) = self.text(&self.buffer[used..])?;
                let text = self.buffer[used..used + text].to_vec();
                (Some(Heard::Verdict { verdict: *verdict, sequence, text }), used + end)
            }
        })
    }

    fn number(&self) -> Result<(Option<i64>, usize), Unfinished> {
        let (before, after) = self.protocol.feedback.around_number();
        if before.is_empty() || !self.buffer.starts_with(before) {
            return Ok((None, 0));
        }
        let rest = &self.buffer[before.len()..];
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if digits == rest.len() || rest[digits..].len() < after.len() {
            return Err(Unfinished);
        }
        if !rest[digits..].starts_with(after) {
            return Ok((None, 0));
        }
        let number = std::str::from_utf8(&rest[..digits]).ok().and_then(|text| text.parse().ok());
        Ok((number, before.len() + digits + after.len()))
    }

    /// How long the text on the display is, and how long with its end.
    fn text(&self, rest: &[u8]) -> Option<(usize, usize)> {
        let end = self.protocol.feedback.end();
        if end.is_empty() {
            return Some((0, 0));
        }
        let line_end = self.protocol.display.as_ref().map_or(&[][..], |display| display.line_end());
        if line_end.is_empty() {
            return find(rest, end).map(|at| (at, at + end.len()));
        }
        let mut at = 0;
        while !rest[at..].starts_with(end) {
            at += find(&rest[at..], line_end)? + line_end.len();
        }
        Some((at, at + end.len()))
    }
}

fn known(protocol: &StreamProtocol) -> Vec<(Known, Vec<u8>)> {
    let mut all = vec![
        (Known::Accepted, protocol.answer.accept.0.clone()),
        (Known::Refused, protocol.answer.refuse.0.clone()),
    ];
    for verdict in Verdict::ALL {
        let mut bytes = Vec::new();
        protocol.wrap_commands(protocol.feedback.of(*verdict), &mut bytes);
        all.push((Known::Verdict(*verdict), bytes));
    }
    for name in protocol.commands() {
        let bytes = protocol.command(name).unwrap_or_default();
        all.push((Known::Command(name.to_owned()), bytes));
    }
    all.retain(|(_, bytes)| !bytes.is_empty());
    all.sort_by_key(|(_, bytes)| std::cmp::Reverse(bytes.len()));
    all
}

struct Unfinished;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Patience {
    /// More may come.
    Wait,
    Over,
}
