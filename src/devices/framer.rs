//! Cuts the bytes of one connection into frames.

use super::bytes::find;
use super::check::Order;
use super::fault::FrameFault;
use super::frame::{Beyond, CheckPlace, CheckRules, FrameRules, LengthRules, StartIs};

/// What a byte completed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Cut {
    /// The payload is in [`Framer::payload`] until the next byte.
    Frame,
    Fault(FrameFault),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Before the first byte of a frame.
    Idle,
    Frame,
    /// Behind the end, before the check.
    Check {
        left: usize,
    },
    /// Inside a frame that became too long.
    Skipping,
    /// Nothing more is read.
    Closed,
}

/// **Invariant:** `buffer` holds one frame at most.
#[derive(Debug, Clone)]
pub(super) struct Framer {
    buffer: Vec<u8>,
    state: State,
    /// The payload of the last frame, in `buffer`.
    payload: (usize, usize),
    /// Bytes of `buffer` that belong to what was reported already.
    done: usize,
    /// Bytes of the start that were seen.
    matched: usize,
    /// Bytes of the end that ended the frame; its check comes.
    end_bytes: usize,
    /// How far `swallow` is used up; beyond its length nothing is swallowed.
    swallowed: usize,
    garbage_bytes: usize,
    /// Bytes with which a start or an end can be complete; all others are data without a look.
    stops: [bool; 256],
    /// A frame of so many bytes without its end is too long.
    limit: usize,
}

impl Framer {
    pub(super) fn new(rules: &FrameRules) -> Self {
        let mut stops = [false; 256];
        let required = (rules.start_is == StartIs::Required).then_some(&rules.start);
        for last in rules.end.iter().chain(required).filter_map(|part| part.last()) {
            stops[usize::from(*last)] = true;
        }
        let end_bytes = rules.end.iter().map(|end| end.len()).max().unwrap_or(1);
        let check_bytes = rules.check.map_or(0, CheckRules::bytes);
        let start_bytes = if required.is_none() { rules.start.len() } else { 0 };
        Self {
            stops,
            limit: rules.max_bytes + end_bytes + check_bytes + start_bytes,
            buffer: Vec::new(),
            state: State::Idle,
            payload: (0, 0),
            done: 0,
            matched: 0,
            end_bytes: 0,
            swallowed: usize::MAX,
            garbage_bytes: 0,
        }
    }

    pub(super) fn payload(&self) -> &[u8] {
        &self.buffer[self.payload.0..self.payload.1]
    }

    pub(super) fn is_closed(&self) -> bool {
        self.state == State::Closed
    }

    /// All that is kept; behind a fault of a frame with a length, the frame first.
    pub(super) fn buffer(&self) -> &[u8] {
        &self.buffer
    }

    pub(super) const fn buffered_bytes(&self) -> usize {
        self.buffer.len()
    }

    /// Whether a frame has begun.
    pub(super) fn is_in_frame(&self) -> bool {
        self.matched > 0
            || self.buffer.len() > self.done
            || matches!(self.state, State::Frame | State::Check { .. } | State::Skipping)
    }

    /// Takes bytes off the front of `input` until they complete a frame or a fault.
    pub(super) fn next(&mut self, rules: &FrameRules, input: &mut &[u8]) -> Option<Cut> {
        if let Some(length) = rules.length {
            return self.next_counted(rules, length, input);
        }
        loop {
            self.take_plain(input);
            let (byte, rest) = input.split_first()?;
            *input = rest;
            if let Some(cut) = self.take(rules, *byte) {
                return Some(cut);
            }
        }
    }

    /// Takes all at once what can only be data.
    fn take_plain(&mut self, input: &mut &[u8]) {
        if self.state != State::Frame {
            return;
        }
        let room = self.limit.saturating_sub(self.buffer.len() + 1).min(input.len());
        let plain = input[..room].iter().position(|byte| self.stops[usize::from(*byte)]);
        let (data, rest) = input.split_at(plain.unwrap_or(room));
        self.buffer.extend_from_slice(data);
        *input = rest;
    }

    /// Called when the line was silent for the patience of the rules.
    pub(super) fn idle(&mut self, rules: &FrameRules) -> Option<Cut> {
        self.forget_done();
        if self.state == State::Closed || !self.is_in_frame() {
            return None;
        }
        let ends_by_silence = rules.end.is_empty() && rules.length.is_none();
        if ends_by_silence && self.state == State::Frame {
            return self.frame_ended(rules, 0);
        }
        let bytes = self.buffer.len() + self.matched;
        let was_skipping = self.state == State::Skipping;
        self.reset();
        (!was_skipping).then_some(Cut::Fault(FrameFault::Cut { bytes }))
    }

    fn reset(&mut self) {
        self.buffer.clear();
        self.done = 0;
        self.matched = 0;
        self.state = State::Idle;
    }

    fn forget_done(&mut self) {
        if self.done > 0 {
            self.buffer.drain(..self.done.min(self.buffer.len()));
            self.done = 0;
            self.payload = (0, 0);
        }
    }

    // --- frames between a start and an end --------------------------------------------------

    fn take(&mut self, rules: &FrameRules, byte: u8) -> Option<Cut> {
        self.forget_done();
        match self.state {
            State::Closed => None,
            State::Idle => self.take_idle(rules, byte),
            State::Frame => self.take_in_frame(rules, byte),
            State::Check { left } => {
                self.buffer.push(byte);
                if left > 1 {
                    self.state = State::Check { left: left - 1 };
                    return None;
                }
                self.checked_frame(rules)
            }
            State::Skipping => {
                self.skip(rules, byte);
                None
            }
        }
    }

    fn take_idle(&mut self, rules: &FrameRules, byte: u8) -> Option<Cut> {
        if self.is_swallowed(rules, byte) {
            return None;
        }
        if self.matched == 0 && rules.singles.contains(&byte) {
            self.buffer.push(byte);
            return Some(self.frame(0, 1));
        }
        if rules.start.is_empty() || rules.start_is == StartIs::Optional {
            self.state = State::Frame;
            return self.take_in_frame(rules, byte);
        }
        self.matched = advanced(&rules.start, self.matched, byte, &mut self.garbage_bytes);
        if self.matched == rules.start.len() {
            self.matched = 0;
            self.state = State::Frame;
            return self.reported_garbage();
        }
        if self.garbage_bytes >= rules.max_bytes {
            if rules.beyond == Beyond::Close {
                self.state = State::Closed;
            }
            return self.reported_garbage();
        }
        None
    }

    fn is_swallowed(&mut self, rules: &FrameRules, byte: u8) -> bool {
        let rest = rules.swallow.get(self.swallowed..).unwrap_or_default();
        if let Some(at) = rest.iter().position(|wanted| *wanted == byte) {
            self.swallowed += at + 1;
            true
        } else {
            self.swallowed = usize::MAX;
            false
        }
    }

    fn reported_garbage(&mut self) -> Option<Cut> {
        let bytes = std::mem::take(&mut self.garbage_bytes);
        (bytes > 0).then_some(Cut::Fault(FrameFault::Garbage { bytes }))
    }

    fn take_in_frame(&mut self, rules: &FrameRules, byte: u8) -> Option<Cut> {
        self.buffer.push(byte);
        if let Some(end) = rules.end.iter().find(|end| self.buffer.ends_with(end)) {
            let end_bytes = end.len();
            return self.frame_ended(rules, end_bytes);
        }
        let start = &rules.start;
        if rules.start_is == StartIs::Required && !start.is_empty() && self.buffer.ends_with(start)
        {
            // The device began anew: what came before it broke off.
            let bytes = self.buffer.len() - start.len();
            self.buffer.clear();
            return (bytes > 0).then_some(Cut::Fault(FrameFault::Cut { bytes }));
        }
        if self.buffer.len() >= self.limit {
            return Some(self.too_long(rules));
        }
        None
    }

    fn too_long(&mut self, rules: &FrameRules) -> Cut {
        self.buffer.clear();
        self.state = match rules.beyond {
            Beyond::Discard => State::Skipping,
            Beyond::Close => State::Closed,
        };
        Cut::Fault(FrameFault::TooLong { max_bytes: rules.max_bytes })
    }

    /// Looks for the end of what is skipped, or for the start of the next frame.
    fn skip(&mut self, rules: &FrameRules, byte: u8) {
        self.buffer.push(byte);
        if rules.end.iter().any(|end| self.buffer.ends_with(end)) {
            self.buffer.clear();
            self.state = State::Idle;
            self.swallowed = 0;
        } else if rules.start_is == StartIs::Required
            && !rules.start.is_empty()
            && self.buffer.ends_with(&rules.start)
        {
            self.buffer.clear();
            self.state = State::Frame;
        } else if self.buffer.len() >= 64 {
            // Longer than any start or end: only the last bytes can be the beginning of one.
            self.buffer.drain(..32);
        }
    }

    fn frame_ended(&mut self, rules: &FrameRules, end_bytes: usize) -> Option<Cut> {
        self.end_bytes = end_bytes;
        match rules.check {
            Some(check) if check.place == CheckPlace::AfterEnd => {
                self.state = State::Check { left: check.bytes() };
                None
            }
            _ => self.checked_frame(rules),
        }
    }

    fn checked_frame(&mut self, rules: &FrameRules) -> Option<Cut> {
        self.state = State::Idle;
        self.swallowed = 0;
        let begin = match rules.start_is {
            StartIs::Optional if self.buffer.starts_with(&rules.start) => rules.start.len(),
            _ => 0,
        };
        let Some(check) = rules.check else {
            let end = self.buffer.len() - self.end_bytes;
            return self.whole_frame(rules, begin.min(end), end);
        };
        let whole = self.buffer.len();
        let (end, checked, sent) = if check.place == CheckPlace::AfterEnd {
            let at = whole - check.bytes();
            (at - self.end_bytes, begin..at, at..whole)
        } else {
            let end = whole - self.end_bytes;
            let Some(at) = end.checked_sub(check.bytes()).filter(|at| *at >= begin) else {
                self.buffer.clear();
                return (end > begin).then_some(Cut::Fault(FrameFault::WrongCheck));
            };
            (at, begin..at, at..end)
        };
        if check.agrees(&self.buffer[checked], &self.buffer[sent]) {
            self.whole_frame(rules, begin, end)
        } else {
            self.buffer.clear();
            Some(Cut::Fault(FrameFault::WrongCheck))
        }
    }

    /// A frame without a payload is a sign of life or the rest of garbage.
    fn whole_frame(&mut self, rules: &FrameRules, begin: usize, end: usize) -> Option<Cut> {
        if end - begin > rules.max_bytes {
            let cut = self.too_long(rules);
            if self.state == State::Skipping {
                self.state = State::Idle;
            }
            return Some(cut);
        }
        let cut = self.frame(begin, end);
        (end > begin).then_some(cut)
    }

    fn frame(&mut self, begin: usize, end: usize) -> Cut {
        self.payload = (begin, end);
        self.done = self.buffer.len();
        Cut::Frame
    }

    // --- frames with a length ---------------------------------------------------------------

    fn next_counted(
        &mut self,
        rules: &FrameRules,
        length: LengthRules,
        input: &mut &[u8],
    ) -> Option<Cut> {
        loop {
            self.forget_done();
            if self.state == State::Closed {
                return None;
            }
            match self.judge(rules, length) {
                Ok(cut) => return Some(cut),
                Err(0) => {}
                Err(missing) => {
                    if input.is_empty() {
                        return None;
                    }
                    let (taken, rest) = input.split_at(missing.min(input.len()));
                    self.buffer.extend_from_slice(taken);
                    *input = rest;
                }
            }
        }
    }

    /// What the buffer begins with, or how many bytes are missing to say it; none are if a byte of
    /// garbage was dropped and the rest is to be looked at.
    fn judge(&mut self, rules: &FrameRules, length: LengthRules) -> Result<Cut, usize> {
        let Some(first) = self.buffer.first() else { return Err(1) };
        if rules.singles.contains(first) {
            if let Some(garbage) = self.reported_garbage() {
                return Ok(garbage);
            }
            self.payload = (0, 1);
            self.done = 1;
            return Ok(Cut::Frame);
        }
        if !self.may_be_head(rules) {
            return self.drop_garbage(rules);
        }
        let head = rules.head_bytes(length);
        if self.buffer.len() < head {
            // One by one: the next may show that this is no head at all.
            return Err(1);
        }
        if let Some(garbage) = self.reported_garbage() {
            return Ok(garbage);
        }
        let tail = rules.tail_bytes();
        let whole = self.whole_bytes(length);
        if whole > head.max(rules.payload_at) + rules.max_bytes + tail {
            self.done = 1;
            if rules.beyond == Beyond::Close {
                self.state = State::Closed;
            }
            return Ok(Cut::Fault(FrameFault::TooLong { max_bytes: rules.max_bytes }));
        }
        if whole < head + tail {
            self.done = 1;
            return Ok(Cut::Fault(FrameFault::BadForm));
        }
        if self.buffer.len() < whole {
            return Err(whole - self.buffer.len());
        }
        Ok(self.judge_whole(rules, whole))
    }

    fn judge_whole(&mut self, rules: &FrameRules, whole: usize) -> Cut {
        let end = whole - rules.end.first().map_or(0, |end| end.len());
        let is_ended = rules.end.first().is_none_or(|wanted| self.buffer[end..whole] == **wanted);
        let payload_end = end - rules.check.map_or(0, CheckRules::bytes);
        let agrees = rules.check.is_none_or(|check| {
            check.agrees(&self.buffer[check.from..payload_end], &self.buffer[payload_end..end])
        });
        if !is_ended || !agrees {
            // The start may have been garbage with a true frame behind it.
            self.done = 1;
            return Cut::Fault(if agrees { FrameFault::BadForm } else { FrameFault::WrongCheck });
        }
        self.payload = (rules.payload_at, payload_end);
        self.done = whole;
        Cut::Frame
    }

    fn may_be_head(&self, rules: &FrameRules) -> bool {
        let known = self.buffer.len().min(rules.start.len());
        self.buffer[..known] == rules.start[..known]
            && rules
                .marks
                .iter()
                .all(|mark| self.buffer.get(mark.at).is_none_or(|byte| mark.one_of.contains(byte)))
    }

    fn drop_garbage(&mut self, rules: &FrameRules) -> Result<Cut, usize> {
        let first = rules.start.first();
        let skip = match first {
            Some(first) => {
                find(&self.buffer[1..], &[*first]).map_or(self.buffer.len(), |at| at + 1)
            }
            None => 1,
        };
        self.buffer.drain(..skip);
        self.garbage_bytes = self.garbage_bytes.saturating_add(skip);
        if self.garbage_bytes < rules.max_bytes {
            return Err(0);
        }
        if rules.beyond == Beyond::Close {
            self.state = State::Closed;
        }
        self.reported_garbage().ok_or(0)
    }

    fn whole_bytes(&self, length: LengthRules) -> usize {
        if length.fixed > 0 {
            return length.fixed;
        }
        let field = &self.buffer[length.at..length.at + length.bytes];
        let number = match length.order {
            Order::Big => field.iter().fold(0, |number, byte| number << 8 | usize::from(*byte)),
            Order::Little => {
                field.iter().rev().fold(0, |number, byte| number << 8 | usize::from(*byte))
            }
        };
        number.saturating_add(length.adds)
    }
}

/// How much of the start is seen after this byte; what no longer belongs to it is garbage.
fn advanced(start: &[u8], matched: usize, byte: u8, garbage_bytes: &mut usize) -> usize {
    if start[matched] == byte {
        return matched + 1;
    }
    // The longest end of what was read that a start can begin with.
    let kept = (1..=matched)
        .find(|skip| {
            start[*skip..matched] == start[..matched - skip] && start[matched - skip] == byte
        })
        .map_or(0, |skip| matched - skip + 1);
    *garbage_bytes = garbage_bytes.saturating_add(matched + 1 - kept);
    kept
}
