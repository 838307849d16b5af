//! Zebra SSI: what stands inside its packets (Simple Serial Interface, Programmer's Guide 72E-40451).
//!
//! A packet is opcode, source, status and data; length and checksum are the frame's.
//!
//! **Invariant:** a packet that the scanner repeats because our answer was lost is the same scan.

use std::collections::VecDeque;

use super::super::check::CheckKind;
use super::super::fault::FrameFault;
use super::event::{DeviceScan, Outcome, Repeat, ScannerEvent};
use super::protocol::StreamProtocol;
use super::symbology::Symbology;

const ACK: u8 = 0xD0;
const NAK: u8 = 0xD1;
const DECODE_DATA: u8 = 0xF3;
const FROM_SCANNER: u8 = 0x00;
const FROM_HOST: u8 = 0x04;
const IS_REPEATED: u8 = 0x01;
const HAS_MORE: u8 = 0x02;
/// Data of one packet: its length, opcode, source, status and type are counted in 255.
const DATA_BYTES_MAX: usize = 250;

/// What must be remembered between the packets of a connection.
#[derive(Debug, Clone, Default)]
pub(super) struct Assembly {
    /// Type and data of the last packet.
    last: Vec<u8>,
    /// The data of the packets of one scan.
    joined: Vec<u8>,
    /// The next packet begins a scan.
    is_whole: bool,
    /// The scan became too long; the rest of it is not taken.
    is_skipped: bool,
    /// The last packet was not understood, so its repetition is new to us.
    is_lost: bool,
}

impl Assembly {
    pub(super) const fn new() -> Self {
        Self {
            last: Vec::new(),
            joined: Vec::new(),
            is_whole: true,
            is_skipped: false,
            is_lost: false,
        }
    }

    pub(super) const fn buffered_bytes(&self) -> usize {
        self.last.len() + self.joined.len()
    }

    /// A packet came in whose check is wrong. If it was no repetition itself, its repetition is new.
    pub(super) fn damaged(&mut self, frame: &[u8]) {
        const STATUS_AT: usize = 3;
        if frame.get(STATUS_AT).is_some_and(|status| status & IS_REPEATED == 0) {
            self.is_lost = true;
        }
    }

    /// Whether more packets of a scan must come.
    pub(super) const fn is_open(&self) -> bool {
        !self.is_whole
    }

    /// The rest of a scan does not come: gives back how much was there.
    pub(super) fn give_up(&mut self) -> usize {
        let bytes = self.joined.len();
        *self = Self::new();
        bytes
    }

    pub(super) fn take(
        &mut self,
        protocol: &StreamProtocol,
        packet: &[u8],
        accept: impl FnOnce(&mut VecDeque<ScannerEvent>),
        out: &mut VecDeque<ScannerEvent>,
    ) {
        let [opcode, _source, status, data @ ..] = packet else {
            out.push_back(ScannerEvent::Fault(FrameFault::BadForm));
            return;
        };
        match *opcode {
            ACK => out.push_back(answer(Outcome::Accepted, data)),
            NAK => out.push_back(answer(Outcome::Refused, data)),
            DECODE_DATA => {
                accept(out);
                self.decoded(protocol, *status, data, out);
            }
            _ => {
                accept(out);
                out.push_back(answer(Outcome::Told, &packet[..1]));
            }
        }
    }

    fn decoded(
        &mut self,
        protocol: &StreamProtocol,
        status: u8,
        packet: &[u8],
        out: &mut VecDeque<ScannerEvent>,
    ) {
        let Some((kind, data)) = packet.split_first() else {
            out.push_back(ScannerEvent::Fault(FrameFault::BadForm));
            return;
        };
        let was_lost = std::mem::take(&mut self.is_lost);
        let is_again = status & IS_REPEATED != 0 && !was_lost && self.last == packet;
        let has_more = status & HAS_MORE != 0;
        if !is_again {
            if !self.is_whole && self.last.first() != Some(kind) {
                let bytes = self.give_up();
                out.push_back(ScannerEvent::Fault(FrameFault::Cut { bytes }));
            }
            if self.is_whole {
                self.joined.clear();
                self.is_skipped = false;
            }
            self.joined.extend_from_slice(data);
            self.last.clear();
            self.last.extend_from_slice(packet);
            self.is_whole = !has_more;
            if self.joined.len() > protocol.frame.max_bytes {
                if !self.is_skipped {
                    let max_bytes = protocol.frame.max_bytes;
                    out.push_back(ScannerEvent::Fault(FrameFault::TooLong { max_bytes }));
                }
                self.is_skipped = true;
                self.joined.clear();
            }
        }
        if self.is_skipped {
            return;
        }
        if has_more {
            return;
        }
        out.push_back(ScannerEvent::Scan(DeviceScan {
            sequence: None,
            data: self.joined.clone(),
            symbology: Some(protocol.symbologies.numbered(*kind)),
            repeat: if is_again { Repeat::Again } else { Repeat::No },
        }));
    }
}

fn answer(outcome: Outcome, text: &[u8]) -> ScannerEvent {
    ScannerEvent::Answer { outcome, text: text.to_vec() }
}

/// A command of ours: opcode and data.
pub(super) fn host_packet(command: &[u8]) -> Vec<u8> {
    packet(command, FROM_HOST, 0)
}

fn packet(command: &[u8], source: u8, status: u8) -> Vec<u8> {
    let (opcode, data) = command.split_first().unwrap_or((&0, &[]));
    let length = u8::try_from(data.len() + 4).unwrap_or(u8::MAX);
    let mut out = vec![length, *opcode, source, status];
    out.extend_from_slice(data);
    let check = CheckKind::TwosComplement16.of(&out);
    out.extend_from_slice(&check.to_be_bytes());
    out
}

/// What the scanner sends: the packets of a scan, or its answer to a command.
pub(super) fn device_packets(protocol: &StreamProtocol, event: &ScannerEvent) -> Option<Vec<u8>> {
    match event {
        ScannerEvent::Scan(scan) => {
            let kind = kind_of(protocol, scan.symbology.as_ref());
            let repeated = if scan.repeat == Repeat::Again { IS_REPEATED } else { 0 };
            let pieces: Vec<&[u8]> = scan.data.chunks(DATA_BYTES_MAX).collect();
            let mut out = Vec::new();
            for (number, piece) in pieces.iter().enumerate() {
                let more = if number + 1 < pieces.len() { HAS_MORE } else { 0 };
                let command = [&[DECODE_DATA, kind], *piece].concat();
                out.extend_from_slice(&packet(&command, FROM_SCANNER, repeated | more));
            }
            Some(out)
        }
        ScannerEvent::Answer { outcome: Outcome::Accepted, text } => {
            Some(packet(&[&[ACK], text.as_slice()].concat(), FROM_SCANNER, 0))
        }
        ScannerEvent::Answer { outcome: Outcome::Refused, text } => {
            Some(packet(&[&[NAK], text.as_slice()].concat(), FROM_SCANNER, 0))
        }
        ScannerEvent::Answer { outcome: Outcome::Told, text } => {
            Some(packet(text, FROM_SCANNER, 0))
        }
        _ => None,
    }
}

fn kind_of(protocol: &StreamProtocol, symbology: Option<&Symbology>) -> u8 {
    let code = symbology.and_then(|known| match known {
        Symbology::Named(name) if name.len() == 2 => Some(&**name),
        known => protocol.symbologies.code_of(known),
    });
    code.and_then(|code| u8::from_str_radix(code, 16).ok()).unwrap_or(0)
}
