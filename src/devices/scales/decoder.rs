//! From the bytes of a connection to what the scale said.

use std::sync::Arc;

use super::super::framer::{Cut, Framer};
use super::event::ScaleEvent;
use super::protocol::{Language, ScaleProtocol};
use super::{cas, massa_k, mt_sics};

/// Reads one connection of one scale.
#[derive(Debug, Clone)]
pub struct ScaleDecoder {
    protocol: Arc<ScaleProtocol>,
    framer: Framer,
    after_ack: Option<Arc<[u8]>>,
}

impl ScaleDecoder {
    pub fn new(protocol: &Arc<ScaleProtocol>) -> Self {
        Self {
            protocol: Arc::clone(protocol),
            framer: Framer::new(&protocol.frame),
            after_ack: protocol.after_ack(),
        }
    }

    pub const fn protocol(&self) -> &Arc<ScaleProtocol> {
        &self.protocol
    }

    /// Takes bytes off the front of `input` up to the next thing that the scale said. Call it until
    /// it gives nothing: then all bytes are taken.
    pub fn next(&mut self, input: &mut &[u8]) -> Option<ScaleEvent> {
        loop {
            let cut = self.framer.next(&self.protocol.frame, input)?;
            if let Some(event) = self.understand(cut) {
                return Some(event);
            }
        }
    }

    /// Takes all bytes and hands on what they say.
    pub fn push(&mut self, mut bytes: &[u8], mut to: impl FnMut(ScaleEvent)) {
        while let Some(event) = self.next(&mut bytes) {
            to(event);
        }
    }

    /// Whether a frame has begun and is not whole.
    pub fn is_in_frame(&self) -> bool {
        self.framer.is_in_frame()
    }

    /// The line was silent: gives up a frame that broke off.
    pub fn idle(&mut self) -> Option<ScaleEvent> {
        let cut = self.framer.idle(&self.protocol.frame)?;
        self.understand(cut)
    }

    /// Whether the connection should be closed.
    pub fn is_closed(&self) -> bool {
        self.framer.is_closed()
    }

    /// Bytes that are kept for the rest of a frame.
    pub const fn buffered_bytes(&self) -> usize {
        self.framer.buffered_bytes()
    }

    fn understand(&self, cut: Cut) -> Option<ScaleEvent> {
        let payload = match cut {
            Cut::Fault(fault) => return Some(ScaleEvent::Fault(fault)),
            Cut::Frame => self.framer.payload(),
        };
        match self.protocol.language {
            Language::MtSics => Some(mt_sics::meaning(payload)),
            Language::CasContinuous => Some(cas::continuous(payload)),
            Language::MassaK100 => Some(massa_k::meaning(payload)),
            Language::CasPolled => {
                let then = || self.after_ack.clone().map(ScaleEvent::SendNow);
                cas::polled(payload).or_else(then)
            }
        }
    }
}
