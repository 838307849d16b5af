//! From bytes to one reply.

use super::{
    Identity, PrinterError, PrinterProtocol, PrinterStatus, PrinterWarning, StatusByte, tspl, zpl,
};
use crate::text_enum;

/// The longest reply that is waited for.
pub const REPLY_BYTES_MAX: usize = 4096;
const STX: u8 = 0x02;
const ETX: u8 = 0x03;
const HOST_FRAMES: usize = 3;

text_enum! {
    /// The form of a reply.
    pub enum ReplyKind {
        /// `~HS`: three frames, three bare lines, or three quoted lines.
        HostStatus = "host_status",
        /// `~HQES`.
        HostErrors = "host_errors",
        /// `~HI`.
        HostIdentity = "host_identity",
        /// `getvar`: text in quotes.
        Value = "value",
        /// `<ESC>!?`: one byte.
        TsplByte = "tspl_byte",
        /// `<ESC>!S`: four bytes in a frame.
        TsplWords = "tspl_words",
        /// A line of text.
        Line = "line",
    }
}

/// What a printer answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    Status(PrinterStatus),
    Errors {
        status: PrinterStatus,
        warnings: Vec<PrinterWarning>,
    },
    Identity(Identity),
    /// None: the printer does not know the name.
    Value(Option<String>),
}

impl Reply {
    /// The number in a value, such as that of an odometer.
    pub fn count(&self) -> Option<i64> {
        match self {
            Self::Value(Some(text)) => zpl::count(text),
            _ => None,
        }
    }
}

/// Reads one reply of a known form, skipping what stands before it.
#[derive(Debug, Clone)]
pub struct ReplyReader {
    kind: ReplyKind,
    table: Vec<StatusByte>,
    buffer: Vec<u8>,
}

impl ReplyReader {
    pub fn new(kind: ReplyKind, protocol: &PrinterProtocol) -> Self {
        Self { kind, table: protocol.status_bytes().to_vec(), buffer: Vec::new() }
    }

    /// Takes bytes; answers once the reply is whole. Bytes behind it are dropped.
    pub fn push(&mut self, bytes: &[u8]) -> Option<Result<Reply, PrinterError>> {
        for byte in bytes {
            if self.buffer.len() == REPLY_BYTES_MAX {
                return Some(Err(PrinterError::TooLong { max_bytes: REPLY_BYTES_MAX }));
            }
            self.buffer.push(*byte);
            if self.may_end_at(*byte)
                && let Some(reply) = self.whole()
            {
                return Some(reply);
            }
        }
        None
    }

    /// Nothing more comes: what is here is the reply, or it is incomplete.
    pub fn finish(self) -> Result<Reply, PrinterError> {
        let text = String::from_utf8_lossy(&self.buffer).into_owned();
        let lines = bare_lines(&text);
        match self.kind {
            // The last line of a clone may come without its end.
            ReplyKind::HostStatus if !self.buffer.contains(&STX) => {
                zpl::host_status(&lines).map(Reply::Status)
            }
            ReplyKind::HostStatus => {
                Err(PrinterError::Incomplete { lines: frames(&self.buffer).len() })
            }
            ReplyKind::Line if !lines_of(&text).is_empty() => {
                Ok(Reply::Value(zpl::value(lines_of(&text)[0])))
            }
            _ => Err(PrinterError::Incomplete { lines: lines.len() }),
        }
    }

    const fn may_end_at(&self, byte: u8) -> bool {
        match self.kind {
            ReplyKind::TsplByte => true,
            _ => matches!(byte, ETX | b'\n' | b'\r' | b'"'),
        }
    }

    fn whole(&self) -> Option<Result<Reply, PrinterError>> {
        match self.kind {
            ReplyKind::HostStatus => self.host_status(),
            ReplyKind::HostErrors => {
                let text = frames(&self.buffer).into_iter().next()?;
                let read = zpl::host_errors(&text);
                Some(read.map(|(status, warnings)| Reply::Errors { status, warnings }))
            }
            ReplyKind::HostIdentity => {
                let text = frames(&self.buffer).into_iter().next()?;
                Some(zpl::host_identity(&text).map(Reply::Identity))
            }
            ReplyKind::Value => Some(Ok(Reply::Value(zpl::value(&quoted(&self.buffer)?)))),
            ReplyKind::TsplByte => {
                let byte = *self.buffer.last()?;
                Some(Ok(Reply::Status(tspl::status_byte(byte, &self.table))))
            }
            ReplyKind::TsplWords => {
                let at = self.buffer.iter().position(|byte| *byte == STX)?;
                let [words @ .., ETX] = &self.buffer[at + 1..] else { return None };
                let words: [u8; 4] = words.try_into().ok()?;
                Some(Ok(Reply::Status(tspl::status_words(words))))
            }
            ReplyKind::Line => {
                let text = String::from_utf8_lossy(&self.buffer);
                let line = lines_of(&text).into_iter().next()?.to_owned();
                Some(Ok(Reply::Value(zpl::value(&line))))
            }
        }
    }

    fn host_status(&self) -> Option<Result<Reply, PrinterError>> {
        let lines = if self.buffer.contains(&STX) {
            let lines = frames(&self.buffer);
            (lines.len() >= HOST_FRAMES).then_some(lines)?
        } else if self.buffer.contains(&b'"') {
            bare_lines(&quoted(&self.buffer)?)
        } else {
            // A line counts once its end was seen.
            let end = self.buffer.iter().rposition(|byte| matches!(byte, b'\r' | b'\n'))?;
            let lines = bare_lines(&String::from_utf8_lossy(&self.buffer[..end]));
            (lines.len() >= HOST_FRAMES).then_some(lines)?
        };
        Some(zpl::host_status(&lines).map(Reply::Status))
    }
}

/// The texts between STX and ETX.
fn frames(bytes: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    for part in bytes.split(|byte| *byte == STX).skip(1) {
        if let Some(end) = part.iter().position(|byte| *byte == ETX) {
            found.push(String::from_utf8_lossy(&part[..end]).trim().to_owned());
        }
    }
    found
}

/// The text between the first two quotes.
fn quoted(bytes: &[u8]) -> Option<String> {
    let mut parts = bytes.split(|byte| *byte == b'"').skip(1);
    let text = parts.next()?;
    parts.next()?;
    Some(String::from_utf8_lossy(text).into_owned())
}

fn lines_of(text: &str) -> Vec<&str> {
    text.split(['\r', '\n']).map(str::trim).filter(|line| !line.is_empty()).collect()
}

/// Lines that can be of `~HS`; an alert in between is none.
fn bare_lines(text: &str) -> Vec<String> {
    let text = text.trim_start_matches('"');
    let lines = lines_of(text).into_iter().filter(|line| zpl::looks_like_host_line(line));
    lines.map(str::to_owned).collect()
}
