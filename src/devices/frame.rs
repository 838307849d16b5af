//! What a frame looks like, as a protocol file says it, and how one is put together.

use std::time::Duration;

use serde::Deserialize;

use super::bytes::Bytes;
use super::check::{CheckKind, Order};

/// A frame of this length holds the largest QR code four times over.
const FRAME_BYTES_MAX: usize = 16_384;
const PART_BYTES_MAX: usize = 32;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum StartIs {
    #[default]
    Required,
    /// Taken off where it is there.
    Optional,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Beyond {
    /// Reported once and skipped.
    #[default]
    Discard,
    /// Reported, and nothing more is read.
    Close,
}

/// A frame's length: the same for all, or in the frame itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LengthRules {
    /// The whole frame, if all are equally long.
    #[serde(default)]
    pub(super) fixed: usize,
    /// Where the length stands, from the first byte of the frame.
    #[serde(default)]
    pub(super) at: usize,
    /// How many bytes it has.
    #[serde(default)]
    pub(super) bytes: usize,
    #[serde(default)]
    pub(super) order: Order,
    /// Whole frame less the number that stands there.
    #[serde(default)]
    pub(super) adds: usize,
}

/// A byte of the head by which a true frame is told from garbage.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Mark {
    pub(super) at: usize,
    pub(super) one_of: Bytes,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum CheckForm {
    #[default]
    Raw,
    /// Two hexadecimal digits a byte.
    Hex,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum CheckPlace {
    #[default]
    BeforeEnd,
    AfterEnd,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CheckRules {
    pub(super) kind: CheckKind,
    #[serde(default)]
    pub(super) order: Order,
    #[serde(default)]
    pub(super) form: CheckForm,
    #[serde(default)]
    pub(super) place: CheckPlace,
    /// In frames with a length: the first byte that is checked.
    #[serde(default)]
    pub(super) from: usize,
}

impl CheckRules {
    pub(super) const fn bytes(self) -> usize {
        match self.form {
            CheckForm::Raw => self.kind.bytes(),
            CheckForm::Hex => self.kind.bytes() * 2,
        }
    }

    pub(super) fn append(self, checked: &[u8], out: &mut Vec<u8>) {
        let value = self.kind.of(checked);
        let both = match self.order {
            Order::Big => value.to_be_bytes(),
            Order::Little => value.to_le_bytes(),
        };
        let one = [value.to_le_bytes()[0]];
        let bytes: &[u8] = if self.kind.bytes() == 1 { &one } else { &both };
        match self.form {
            CheckForm::Raw => out.extend_from_slice(bytes),
            CheckForm::Hex => out.extend_from_slice(hex::encode_upper(bytes).as_bytes()),
        }
    }

    pub(super) fn agrees(self, checked: &[u8], sent: &[u8]) -> bool {
        let value = self.kind.of(checked);
        let of_raw = |raw: &[u8]| match (raw, self.order) {
            ([one], _) => u16::from(*one) == value,
            ([high, low], Order::Big) | ([low, high], Order::Little) => {
                u16::from_be_bytes([*high, *low]) == value
            }
            _ => false,
        };
        match self.form {
            CheckForm::Raw => of_raw(sent),
            CheckForm::Hex => {
                let mut raw = [0; 2];
                let Some(raw) = raw.get_mut(..self.kind.bytes()) else { return false };
                hex::decode_to_slice(sent, raw).is_ok() && of_raw(raw)
            }
        }
    }
}

/// `[frame]` of a protocol file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FrameRules {
    #[serde(default)]
    pub(super) start: Bytes,
    #[serde(default)]
    pub(super) start_is: StartIs,
    /// Any of these ends a frame. None: a frame ends by its length or by silence.
    #[serde(default)]
    pub(super) end: Vec<Bytes>,
    /// Bytes right behind the end that belong to it, in this order, each there or not.
    #[serde(default)]
    pub(super) swallow: Bytes,
    #[serde(default)]
    pub(super) length: Option<LengthRules>,
    #[serde(default)]
    pub(super) marks: Vec<Mark>,
    /// In frames with a length: where the payload begins.
    #[serde(default)]
    pub(super) payload_at: usize,
    #[serde(default)]
    pub(super) check: Option<CheckRules>,
    /// Single bytes that are frames of their own between the others.
    #[serde(default)]
    pub(super) singles: Bytes,
    /// Without an end: the silence that ends a frame.
    #[serde(default)]
    pub(super) silence_ms: u64,
    /// A frame that stands still so long in its middle is given up.
    #[serde(default = "default_timeout_ms")]
    pub(super) timeout_ms: u64,
    /// The longest payload.
    pub(super) max_bytes: usize,
    #[serde(default)]
    pub(super) beyond: Beyond,
}

const fn default_timeout_ms() -> u64 {
    2_000
}

impl FrameRules {
    /// The first thing that cannot be, with the key to look at.
    pub(super) fn problem(&self) -> Option<(&'static str, String)> {
        if !(1..=FRAME_BYTES_MAX).contains(&self.max_bytes) {
            return Some(("frame.max_bytes", format!("must be 1 to {FRAME_BYTES_MAX}")));
        }
        let parts = self.end.iter().chain([&self.start, &self.swallow, &self.singles]);
        if parts.into_iter().any(|part| part.len() > PART_BYTES_MAX) {
            return Some(("frame.start", format!("no part is longer than {PART_BYTES_MAX} bytes")));
        }
        if self.end.iter().any(|end| end.is_empty()) {
            return Some(("frame.end", "an end has at least one byte".to_owned()));
        }
        match &self.length {
            None if self.end.is_empty() && self.silence_ms == 0 => {
                Some(("frame.end", "a frame needs end, length or silence_ms".to_owned()))
            }
            None if !self.marks.is_empty() || self.payload_at > 0 => {
                Some(("frame.length", "marks and payload_at are for frames with a length".into()))
            }
            None => None,
            Some(length) => self.length_problem(*length),
        }
    }

    fn length_problem(&self, length: LengthRules) -> Option<(&'static str, String)> {
        let wrong = |problem: &str| Some(("frame.length", problem.to_owned()));
        if self.end.len() > 1 {
            return wrong("a frame with a length has one end at most");
        }
        let head = self.head_bytes(length);
        let tail = self.tail_bytes();
        if length.fixed > 0 {
            if length.fixed < head + tail || length.fixed > FRAME_BYTES_MAX {
                return wrong("fixed must hold the start, the marks, the check and the end");
            }
        } else if !(1..=4).contains(&length.bytes) || length.adds > FRAME_BYTES_MAX {
            return wrong("give fixed, or at, bytes (1 to 4) and adds");
        }
        if self.start_is == StartIs::Optional {
            return wrong("the start of a frame with a length is required");
        }
        if length.fixed == 0 && self.payload_at < length.at.saturating_add(length.bytes)
            || self.payload_at < self.start.len()
        {
            return wrong("payload_at lies behind the start and the length");
        }
        if self.payload_at > head || self.check.is_some_and(|check| check.from > self.payload_at) {
            return wrong("check.from is not behind payload_at, which is not behind the head");
        }
        if head > 256 {
            return wrong("a head has at most 256 bytes");
        }
        None
    }

    /// Bytes that must be there before a frame with a length can be judged.
    pub(super) fn head_bytes(&self, length: LengthRules) -> usize {
        let marks = self.marks.iter().map(|mark| mark.at + 1).max().unwrap_or(0);
        let check = self.check.map_or(0, |check| check.from);
        let number = length.at + length.bytes;
        [self.start.len(), marks, number, self.payload_at, check].into_iter().max().unwrap_or(0)
    }

    /// Check and end behind the payload of a frame with a length.
    pub(super) fn tail_bytes(&self) -> usize {
        self.check.map_or(0, CheckRules::bytes) + self.end.first().map_or(0, |end| end.len())
    }

    /// How long a frame may stand still before its owner calls `idle`.
    pub(super) const fn patience(&self) -> Duration {
        if self.end.is_empty() && self.length.is_none() {
            Duration::from_millis(self.silence_ms)
        } else {
            Duration::from_millis(self.timeout_ms)
        }
    }

    /// How far the check is from the end of what a device sends.
    pub(super) fn bytes_behind_check(&self) -> usize {
        let end = match self.check.map(|check| check.place) {
            Some(CheckPlace::AfterEnd) => 0,
            _ => self.end.first().map_or(0, |end| end.len()),
        };
        end + self.swallow.len()
    }

    /// Puts a payload into a frame, as the device would send it.
    pub(super) fn wrap(&self, payload: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(payload.len() + 16);
        match self.length {
            Some(length) => self.wrap_counted(length, payload, &mut out),
            None => self.wrap_delimited(payload, &mut out),
        }
        out
    }

    fn wrap_delimited(&self, payload: &[u8], out: &mut Vec<u8>) {
        if self.start_is == StartIs::Required {
            out.extend_from_slice(&self.start);
        }
        let begin = out.len();
        out.extend_from_slice(payload);
        let end: &[u8] = self.end.first().map_or(&[], |end| end);
        match self.check {
            None => out.extend_from_slice(end),
            Some(check) if check.place == CheckPlace::BeforeEnd => {
                check.append(payload, out);
                out.extend_from_slice(end);
            }
            Some(check) => {
                out.extend_from_slice(end);
                let checked = out[begin..].to_vec();
                check.append(&checked, out);
            }
        }
        out.extend_from_slice(&self.swallow);
    }

    fn wrap_counted(&self, length: LengthRules, payload: &[u8], out: &mut Vec<u8>) {
        out.extend_from_slice(&self.start);
        out.resize(self.payload_at, 0);
        for mark in self.marks.iter().filter(|mark| mark.at < self.payload_at) {
            out[mark.at] = mark.one_of.first().copied().unwrap_or(0);
        }
        out.extend_from_slice(payload);
        let whole = out.len() + self.tail_bytes();
        if length.fixed == 0 {
            let number = u32::try_from(whole.saturating_sub(length.adds)).unwrap_or(u32::MAX);
            let field = &mut out[length.at..length.at + length.bytes];
            match length.order {
                Order::Big => field.copy_from_slice(&number.to_be_bytes()[4 - length.bytes..]),
                Order::Little => field.copy_from_slice(&number.to_le_bytes()[..length.bytes]),
            }
        }
        if let Some(check) = self.check {
            let checked = out[check.from..].to_vec();
            check.append(&checked, out);
        }
        out.extend_from_slice(self.end.first().map_or(&[], |end| end));
    }
}
