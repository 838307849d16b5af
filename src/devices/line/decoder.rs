//! From bytes to frames.

use super::LineError;
use super::protocol::{Beyond, End, Identity, LineProtocol, Start};

const STX: u8 = 0x02;
const HELLO: &[u8] = b"HELLO";
const TOKEN_BYTES_MAX: usize = 128;
/// More digits than this would not fit into 64 bits with a sign.
const SEQUENCE_DIGITS_MAX: usize = 18;

/// One line that a device sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LineFrame {
    /// The device says who it is, in the first line of a connection.
    Hello { token: String },
    /// A scan, as it stood between start and end. A number that was seen before is the same scan
    /// sent again.
    Scan { sequence: Option<i64>, data: Vec<u8> },
}

/// Cuts the bytes of one connection into frames.
#[derive(Debug, Clone)]
pub struct LineDecoder {
    protocol: LineProtocol,
    buffer: Vec<u8>,
    state: State,
    /// The frame before ended at CR: one LF behind it belongs to that end.
    swallow_lf: bool,
    /// In `crlf` a CR was read that is an end only if LF follows.
    held_cr: bool,
    is_first: bool,
    garbage_bytes: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Before the first byte of a frame.
    Idle,
    Frame,
    /// Inside a frame that became too long.
    Skipping,
    /// Nothing more is read.
    Closed,
}

impl LineDecoder {
    pub fn new(protocol: &LineProtocol) -> Self {
        Self {
            protocol: protocol.clone(),
            buffer: Vec::new(),
            state: State::Idle,
            swallow_lf: false,
            held_cr: false,
            is_first: true,
            garbage_bytes: 0,
        }
    }

    /// Takes the next bytes of the connection and gives the frames that they complete.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<Result<LineFrame, LineError>> {
        let mut out = Vec::new();
        for byte in bytes {
            self.take(*byte, &mut out);
        }
        out
    }

    /// Whether the connection should be closed: its device sent what the description forbids.
    pub fn is_closed(&self) -> bool {
        self.state == State::Closed
    }

    fn take(&mut self, byte: u8, out: &mut Vec<Result<LineFrame, LineError>>) {
        if self.state == State::Closed {
            return;
        }
        if std::mem::take(&mut self.swallow_lf) && byte == b'\n' {
            return;
        }
        match self.protocol.frame.end {
            End::Cr if byte == b'\r' => {
                self.swallow_lf = true;
                self.end_frame(out);
            }
            End::Lf if byte == b'\n' => self.end_frame(out),
            End::CrLf => {
                if std::mem::take(&mut self.held_cr) {
                    if byte == b'\n' {
                        return self.end_frame(out);
                    }
                    // The CR was data after all.
                    self.data(b'\r', out);
                }
                if byte == b'\r' {
                    self.held_cr = true;
                } else {
                    self.data(byte, out);
                }
            }
            End::Cr | End::Lf => self.data(byte, out),
        }
    }

    fn data(&mut self, byte: u8, out: &mut Vec<Result<LineFrame, LineError>>) {
        let rules = self.protocol.frame;
        match self.state {
            State::Closed | State::Skipping => {}
            State::Idle if rules.start != Start::None && byte == STX => {
                if self.garbage_bytes > 0 {
                    out.push(Err(LineError::Garbage { bytes: self.garbage_bytes }));
                    self.garbage_bytes = 0;
                }
                self.state = State::Frame;
            }
            State::Idle if rules.start == Start::Required => {
                self.garbage_bytes = self.garbage_bytes.saturating_add(1);
            }
            State::Idle | State::Frame if self.buffer.len() < rules.frame_max_bytes => {
                self.state = State::Frame;
                self.buffer.push(byte);
            }
            State::Idle | State::Frame => {
                self.buffer.clear();
                out.push(Err(LineError::TooLong { max_bytes: rules.frame_max_bytes }));
                self.state = match rules.beyond {
                    Beyond::Discard => State::Skipping,
                    Beyond::Close => State::Closed,
                };
            }
        }
    }

    fn end_frame(&mut self, out: &mut Vec<Result<LineFrame, LineError>>) {
        let state = std::mem::replace(&mut self.state, State::Idle);
        // A line end without a frame is a sign of life or the rest of garbage.
        if state == State::Frame && !self.buffer.is_empty() {
            let is_first = std::mem::replace(&mut self.is_first, false);
            out.push(meaning(&self.buffer, self.protocol.identity, is_first));
        }
        self.buffer.clear();
    }
}

fn meaning(line: &[u8], identity: Identity, is_first: bool) -> Result<LineFrame, LineError> {
    if identity.hello && is_first && line.starts_with(HELLO) {
        match &line[HELLO.len()..] {
            [] => return Err(LineError::BadHello),
            [b' ', token @ ..] => return hello(token),
            _ => {}
        }
    }
    if identity.sequence
        && let Some((digits, data)) = split_sequence(line)
    {
        if digits.len() > SEQUENCE_DIGITS_MAX {
            return Err(LineError::BadSequence);
        }
        let number = digits.iter().fold(0, |number, digit| number * 10 + i64::from(digit - b'0'));
        return Ok(LineFrame::Scan { sequence: Some(number), data: data.to_vec() });
    }
    Ok(LineFrame::Scan { sequence: None, data: line.to_vec() })
}

fn hello(token: &[u8]) -> Result<LineFrame, LineError> {
    let is_usable =
        (1..=TOKEN_BYTES_MAX).contains(&token.len()) && token.iter().all(u8::is_ascii_graphic);
    if !is_usable {
        return Err(LineError::BadHello);
    }
    Ok(LineFrame::Hello { token: token.iter().copied().map(char::from).collect() })
}

/// `#`, digits and a space, then the data; anything else is data from its first byte.
fn split_sequence(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let rest = line.strip_prefix(b"#")?;
    let length = rest.iter().position(|byte| !byte.is_ascii_digit())?;
    (length > 0 && rest[length] == b' ').then(|| (&rest[..length], &rest[length + 1..]))
}
