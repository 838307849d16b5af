//! Devices that send whole JSON messages: by HTTP, WebSocket or MQTT.
//!
//! **Invariant:** a message gives at most `max_events` events, and one larger than `max_bytes` is not
//! read at all.

mod feedback;
mod rules;
mod write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::DateTime;
use serde_json::Value;

use super::super::fault::FrameFault;
use super::event::{DeviceScan, Repeat, ScannerEvent};
use super::symbology::{Symbologies, Symbology};
use crate::units::UtcMicros;

pub use feedback::OutgoingMessage;
pub(super) use rules::MessageRules;
use rules::{Encoding, Pointer, Source};

/// A name longer than this names nothing.
const NAME_BYTES_MAX: usize = 128;

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

/// One reading inside a message.
#[derive(Clone, Copy)]
struct Reading<'a> {
    root: &'a Value,
    item: &'a Value,
}

impl<'a> Reading<'a> {
    fn at(self, pointer: &Pointer) -> Option<&'a Value> {
        let found = match pointer.0.strip_prefix('^') {
            Some(of_root) => self.root.pointer(of_root),
            None => self.item.pointer(&pointer.0),
        };
        found.filter(|value| !value.is_null())
    }

    /// A text or a whole number as text.
    fn text(self, pointer: &Pointer) -> Option<String> {
        let text = match self.at(pointer)? {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            _ => return None,
        };
        (1..=NAME_BYTES_MAX).contains(&text.len()).then_some(text)
    }
}

impl MessageProtocol {
    pub(super) fn new(
        rules: MessageRules,
        symbologies: Symbologies,
    ) -> Result<Self, (&'static str, String)> {
        rules.check()?;
        Ok(Self { rules, symbologies })
    }

    /// The MQTT topic to subscribe to, with `+` where the device names itself.
    pub fn topic(&self) -> Option<&str> {
        self.rules.topic.as_deref()
    }

    /// The same key from the same device within this time is the same event; zero: never.
    pub const fn repeat_within(&self) -> std::time::Duration {
        std::time::Duration::from_millis(self.rules.repeat_within_ms)
    }

    /// The largest message that is read, in bytes.
    pub const fn bytes_max(&self) -> usize {
        self.rules.max_bytes
    }

    /// Reads a message. `topic` is the MQTT topic it came by; else it is empty.
    pub fn read(&self, topic: &str, body: &[u8]) -> Vec<MessageEvent> {
        let refused = |fault| {
            let event = ScannerEvent::Fault(fault);
            vec![MessageEvent { device: self.of_topic(topic), happened_at: None, key: None, event }]
        };
        let max_bytes = self.rules.max_bytes;
        if body.len() > max_bytes {
            return refused(FrameFault::TooLong { max_bytes });
        }
        let Ok(root) = serde_json::from_slice::<Value>(body) else {
            return refused(FrameFault::NotJson);
        };
        let Some(listed) = root.pointer(&self.rules.list.0) else {
            return refused(FrameFault::NoData { pointer: self.rules.list.0.clone() });
        };
        let items: &[Value] = match listed {
            Value::Array(items) => items,
            single => std::slice::from_ref(single),
        };
        if items.len() > self.rules.max_events {
            return refused(FrameFault::TooMany { max: self.rules.max_events });
        }
        let mut out = Vec::with_capacity(items.len());
        for item in items {
            let reading = Reading { root: &root, item };
            let (device, happened_at) = (self.device(topic, reading), self.time(reading));
            let key = self.key(reading);
            self.events(reading, |event| {
                let (device, key) = (device.clone(), key.clone());
                out.push(MessageEvent { device, happened_at, key, event });
            });
        }
        out
    }

    fn events(&self, reading: Reading<'_>, mut out: impl FnMut(ScannerEvent)) {
        let percent = self.rules.battery.as_ref().and_then(|battery| reading.at(battery)?.as_u64());
        let battery = percent.and_then(|percent| u8::try_from(percent).ok()).filter(|p| *p <= 100);
        if let Some(percent) = battery {
            out(ScannerEvent::Battery { percent });
        }
        if let Some(rule) = &self.rules.no_read
            && let Some(told) = reading.text(&rule.at)
            && rule.matches(&told)
        {
            return out(ScannerEvent::NoRead);
        }
        let found =
            self.rules.data.iter().find_map(|source| Some((source, reading.at(&source.at)?)));
        match found {
            Some((source, value)) => out(bytes_of(source, value).map_or_else(
                || {
                    let pointer = source.at.0.clone();
                    ScannerEvent::Fault(FrameFault::BadEncoding { pointer })
                },
                |data| self.scan(reading, data),
            )),
            None if battery.is_some() => {}
            None => {
                let pointer = self.rules.data[0].at.0.clone();
                out(ScannerEvent::Fault(FrameFault::NoData { pointer }));
            }
        }
    }

    fn scan(&self, reading: Reading<'_>, data: Vec<u8>) -> ScannerEvent {
        let code = self.rules.symbology.as_ref().and_then(|pointer| reading.text(pointer));
        let sequence = self.rules.sequence.as_ref().and_then(|at| reading.at(at)?.as_i64());
        let symbology: Option<Symbology> = code.map(|code| self.symbologies.named(&code));
        ScannerEvent::Scan(DeviceScan { sequence, data, symbology, repeat: Repeat::No })
    }

    fn device(&self, topic: &str, reading: Reading<'_>) -> Option<String> {
        let named = self.rules.device.as_ref().and_then(|pointer| reading.text(pointer));
        named.or_else(|| self.of_topic(topic))
    }

    fn of_topic(&self, topic: &str) -> Option<String> {
        let level = self.rules.device_level()?;
        topic.split('/').nth(level).filter(|name| !name.is_empty()).map(str::to_owned)
    }

    fn time(&self, reading: Reading<'_>) -> Option<UtcMicros> {
        let told = reading.at(self.rules.happened_at.as_ref()?)?;
        if let Some(ms) = told.as_i64() {
            return ms.checked_mul(1_000).map(UtcMicros::from_micros);
        }
        let text = told.as_str()?;
        // Some write the offset without its colon.
        let at = DateTime::parse_from_rfc3339(text)
            .or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f%z"));
        at.ok().map(|at| UtcMicros::from_datetime(at.to_utc()))
    }

    fn key(&self, reading: Reading<'_>) -> Option<String> {
        self.rules.key.iter().find_map(|group| {
            let parts: Vec<String> =
                group.iter().filter_map(|pointer| reading.text(pointer)).collect();
            (!parts.is_empty()).then(|| parts.join(" "))
        })
    }
}

fn bytes_of(source: &Source, value: &Value) -> Option<Vec<u8>> {
    match source.encoding {
        Encoding::Text => value.as_str().map(|text| text.as_bytes().to_vec()),
        Encoding::Hex => hex::decode(value.as_str()?).ok(),
        Encoding::Base64 => STANDARD.decode(value.as_str()?).ok(),
        // A byte of Java has a sign.
        Encoding::Bytes => value
            .as_array()?
            .iter()
            .map(|byte| match byte.as_i64()? {
                signed @ -128..=-1 => u8::try_from(signed + 256).ok(),
                unsigned => u8::try_from(unsigned).ok(),
            })
            .collect(),
    }
}
