//! Devices that send whole JSON messages: by HTTP, WebSocket or MQTT.

use serde::Deserialize;

use super::super::fault::FrameFault;
use super::event::ScannerEvent;
use super::feedback::Reply;
use super::symbology::Symbologies;
use crate::units::UtcMicros;

/// How a device that sends JSON talks.
#[derive(Debug, Clone, PartialEq)]
pub struct MessageProtocol {
    rules: MessageRules,
    symbologies: Symbologies,
}

/// One thing that a message said, and what the message knows about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageEvent {
    /// The device's name for itself, from the message or its topic.
    pub device: Option<String>,
    /// When it happened by the device's clock.
    pub happened_at: Option<UtcMicros>,
    /// The same key within `repeat_within` is the same event delivered again.
    pub key: Option<String>,
    pub event: ScannerEvent,
}

/// What to send to the device, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutgoingMessage {
    /// An MQTT topic or the path of a request; empty: the answer to the device's own request.
    pub address: String,
    pub body: String,
}

/// `[message]` of a protocol file.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MessageRules {
    max_bytes: usize,
}

impl MessageProtocol {
    pub(super) fn new(
        rules: MessageRules,
        symbologies: Symbologies,
    ) -> Result<Self, (&'static str, String)> {
        Ok(Self { rules, symbologies })
    }

    /// Reads a message. `topic` is the MQTT topic or the path it came by.
    pub fn read(&self, _topic: &str, body: &[u8]) -> Vec<MessageEvent> {
        let max_bytes = self.rules.max_bytes;
        let _ = &self.symbologies;
        if body.len() > max_bytes {
            let event = ScannerEvent::Fault(FrameFault::TooLong { max_bytes });
            return vec![MessageEvent { device: None, happened_at: None, key: None, event }];
        }
        Vec::new()
    }

    /// The feedback for a device, if its file describes one.
    pub fn feedback(&self, _device: &str, _reply: &Reply) -> Option<OutgoingMessage> {
        None
    }
}
