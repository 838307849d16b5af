//! From the bytes of a connection to what the device said.

use std::collections::VecDeque;
use std::sync::Arc;

use super::super::bytes::find;
use super::super::fault::FrameFault;
use super::super::framer::{Cut, Framer};
use super::event::{DeviceScan, Repeat, ScannerEvent};
use super::protocol::{AimRule, Packets, StreamProtocol};
use super::ssi;
use super::symbology::{Symbology, aim_of};

const HELLO: &[u8] = b"HELLO";
const TOKEN_BYTES_MAX: usize = 128;
/// More digits than this would not fit into 64 bits with a sign.
const SEQUENCE_DIGITS_MAX: usize = 18;
/// Codes in one telegram; beyond it the rest is one code.
const CODES_MAX: usize = 256;

/// Reads one connection of one scanner.
#[derive(Debug, Clone)]
pub struct ScannerDecoder {
    protocol: Arc<StreamProtocol>,
    framer: Framer,
    assembly: ssi::Assembly,
    /// What one frame said, if it said several things.
    pending: VecDeque<ScannerEvent>,
    is_first: bool,
    accept: Option<Arc<[u8]>>,
    refuse: Option<Arc<[u8]>>,
}

impl ScannerDecoder {
    pub fn new(protocol: &Arc<StreamProtocol>) -> Self {
        let some = |bytes: &[u8]| (!bytes.is_empty()).then(|| Arc::from(bytes));
        Self {
            protocol: Arc::clone(protocol),
            framer: Framer::new(&protocol.frame),
            assembly: ssi::Assembly::new(),
            pending: VecDeque::new(),
            is_first: true,
            accept: some(&protocol.answer.accept),
            refuse: some(&protocol.answer.refuse),
        }
    }

    pub const fn protocol(&self) -> &Arc<StreamProtocol> {
        &self.protocol
    }

    /// Takes bytes off the front of `input` up to the next thing that the device said. Call it until
    /// it gives nothing: then all bytes are taken.
    pub fn next(&mut self, input: &mut &[u8]) -> Option<ScannerEvent> {
        loop {
            if let Some(event) = self.pending.pop_front() {
                return Some(event);
            }
            let cut = self.framer.next(&self.protocol.frame, input)?;
            self.understand(cut);
        }
    }

    /// Takes all bytes and hands on what they say.
    pub fn push(&mut self, mut bytes: &[u8], mut to: impl FnMut(ScannerEvent)) {
        while let Some(event) = self.next(&mut bytes) {
            to(event);
        }
    }

    /// Whether a frame has begun and is not whole. If nothing more comes within
    /// [`StreamProtocol::patience`], call [`idle`](Self::idle).
    pub fn is_in_frame(&self) -> bool {
        self.framer.is_in_frame() || self.assembly.is_open()
    }

    /// The line was silent: ends a frame that ends by silence, gives up one that broke off.
    pub fn idle(&mut self, mut to: impl FnMut(ScannerEvent)) {
        if let Some(cut) = self.framer.idle(&self.protocol.frame) {
            self.understand(cut);
        }
        if self.assembly.is_open() {
            let bytes = self.assembly.give_up();
            self.pending.push_back(ScannerEvent::Fault(FrameFault::Cut { bytes }));
        }
        while let Some(event) = self.pending.pop_front() {
            to(event);
        }
    }

    /// Whether the connection should be closed: its device sent what the description forbids.
    pub fn is_closed(&self) -> bool {
        self.framer.is_closed()
    }

    /// Bytes that are kept for the rest of a frame.
    pub fn buffered_bytes(&self) -> usize {
        self.framer.buffered_bytes() + self.assembly.buffered_bytes()
    }

    fn understand(&mut self, cut: Cut) {
        let out = &mut self.pending;
        match cut {
            Cut::Fault(fault) => {
                if fault == FrameFault::WrongCheck
                    && let Some(refuse) = &self.refuse
                {
                    out.push_back(ScannerEvent::SendNow(Arc::clone(refuse)));
                }
                if fault == FrameFault::WrongCheck {
                    self.assembly.damaged(self.framer.buffer());
                }
                out.push_back(ScannerEvent::Fault(fault));
            }
            Cut::Frame if self.protocol.packets == Packets::Ssi => {
                let accept = &self.accept;
                let accept = |out: &mut VecDeque<ScannerEvent>| send_now(accept.as_ref(), out);
                self.assembly.take(&self.protocol, self.framer.payload(), accept, out);
            }
            Cut::Frame => {
                let is_first = std::mem::replace(&mut self.is_first, false);
                let payload = self.framer.payload();
                meaning(&self.protocol, payload, is_first, self.accept.as_ref(), out);
            }
        }
    }
}

fn send_now(bytes: Option<&Arc<[u8]>>, out: &mut VecDeque<ScannerEvent>) {
    out.extend(bytes.map(|bytes| ScannerEvent::SendNow(Arc::clone(bytes))));
}

fn meaning(
    protocol: &StreamProtocol,
    frame: &[u8],
    is_first: bool,
    accept: Option<&Arc<[u8]>>,
    out: &mut VecDeque<ScannerEvent>,
) {
    for rule in &protocol.replies {
        if frame.starts_with(&rule.begins) && frame.ends_with(&rule.ends) {
            let text = frame.to_vec();
            return out.push_back(ScannerEvent::Answer { outcome: rule.means, text });
        }
    }
    send_now(accept, out);
    if protocol.identity.hello && is_first && frame.starts_with(HELLO) {
        match &frame[HELLO.len()..] {
            [] => return out.push_back(ScannerEvent::Fault(FrameFault::BadHello)),
            [b' ', token @ ..] => return out.push_back(hello(token)),
            _ => {}
        }
    }
    let data = &protocol.data;
    if !data.heartbeat.is_empty() && *frame == *data.heartbeat {
        return out.push_back(ScannerEvent::Heartbeat);
    }
    if !data.no_read.is_empty() && *frame == *data.no_read {
        return out.push_back(ScannerEvent::NoRead);
    }
    let mut sequence = None;
    let mut rest = frame;
    if protocol.identity.sequence
        && let Some((digits, after)) = split_sequence(frame)
    {
        if digits.len() > SEQUENCE_DIGITS_MAX {
            return out.push_back(ScannerEvent::Fault(FrameFault::BadSequence));
        }
        let number = digits.iter().fold(0, |number, digit| number * 10 + i64::from(digit - b'0'));
        sequence = Some(number);
        rest = after;
    }
    rest = rest.strip_prefix(&*data.prefix).unwrap_or(rest);
    rest = rest.strip_suffix(&*data.suffix).unwrap_or(rest);
    let mut codes = 1;
    while !data.separator.is_empty()
        && codes < CODES_MAX
        && let Some(at) = find(rest, &data.separator)
    {
        out.push_back(scan(protocol, sequence, &rest[..at]));
        rest = &rest[at + data.separator.len()..];
        codes += 1;
    }
    out.push_back(scan(protocol, sequence, rest));
}

fn scan(protocol: &StreamProtocol, sequence: Option<i64>, data: &[u8]) -> ScannerEvent {
    let aim = match protocol.data.aim {
        AimRule::Split => aim_of(data),
        AimRule::Keep => None,
    };
    let data = if aim.is_some() { &data[3..] } else { data };
    ScannerEvent::Scan(DeviceScan {
        sequence,
        data: data.to_vec(),
        symbology: aim.map(Symbology::Aim),
        repeat: Repeat::No,
    })
}

fn hello(token: &[u8]) -> ScannerEvent {
    let is_usable =
        (1..=TOKEN_BYTES_MAX).contains(&token.len()) && token.iter().all(u8::is_ascii_graphic);
    if !is_usable {
        return ScannerEvent::Fault(FrameFault::BadHello);
    }
    ScannerEvent::Hello { token: token.iter().copied().map(char::from).collect() }
}

/// `#`, digits and a space, then the data; anything else is data from its first byte.
fn split_sequence(frame: &[u8]) -> Option<(&[u8], &[u8])> {
    let rest = frame.strip_prefix(b"#")?;
    let length = rest.iter().position(|byte| !byte.is_ascii_digit())?;
    (length > 0 && rest[length] == b' ').then(|| (&rest[..length], &rest[length + 1..]))
}

impl StreamProtocol {
    /// What a device of this kind would send to say so: the other direction of the decoder. Nothing
    /// if this protocol cannot say it.
    pub fn device_bytes(&self, event: &ScannerEvent) -> Option<Vec<u8>> {
        if self.packets == Packets::Ssi {
            return ssi::device_packets(self, event);
        }
        let payload = match event {
            ScannerEvent::Hello { token } if self.identity.hello => {
                [HELLO, b" ", token.as_bytes()].concat()
            }
            ScannerEvent::Scan(scan) => self.scan_payload(scan),
            ScannerEvent::NoRead if !self.data.no_read.is_empty() => self.data.no_read.0.clone(),
            ScannerEvent::Heartbeat if !self.data.heartbeat.is_empty() => {
                self.data.heartbeat.0.clone()
            }
            ScannerEvent::Answer { text, .. } => match text.as_slice() {
                [single] if self.frame.singles.contains(single) => return Some(text.clone()),
                _ => text.clone(),
            },
            _ => return None,
        };
        Some(self.frame.wrap(&payload))
    }

    /// The same with a check that does not agree; nothing if this protocol has no check.
    pub fn damaged_device_bytes(&self, event: &ScannerEvent) -> Option<Vec<u8>> {
        let mut bytes = self.device_bytes(event).filter(|_| self.has_check())?;
        let at = bytes.len().checked_sub(1 + self.frame.bytes_behind_check())?;
        bytes[at] ^= 1;
        Some(bytes)
    }

    fn scan_payload(&self, scan: &DeviceScan) -> Vec<u8> {
        let mut out = Vec::with_capacity(scan.data.len() + 16);
        if let Some(number) = scan.sequence.filter(|_| self.identity.sequence) {
            out.extend_from_slice(format!("#{number} ").as_bytes());
        }
        out.extend_from_slice(&self.data.prefix);
        if self.data.aim == AimRule::Split
            && let Some(aim) = scan.symbology.as_ref().and_then(Symbology::aim)
        {
            out.extend_from_slice(&aim);
        }
        out.extend_from_slice(&scan.data);
        out.extend_from_slice(&self.data.suffix);
        out
    }
}
