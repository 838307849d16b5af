//! A device that sends JSON: it makes the payloads, whoever uses it carries them.

use std::sync::Arc;

use crate::devices::{DeviceScan, MessageEvent, MessageProtocol, ScannerEvent};
use crate::units::UtcMicros;

/// One device with its counter.
#[derive(Debug, Clone)]
pub struct SandboxMessageDevice {
    protocol: Arc<MessageProtocol>,
    name: String,
    counter: i64,
}

impl SandboxMessageDevice {
    pub fn new(protocol: &Arc<MessageProtocol>, name: &str) -> Self {
        Self { protocol: Arc::clone(protocol), name: name.to_owned(), counter: 0 }
    }

    /// The MQTT topic that it publishes to.
    pub fn topic(&self) -> Option<String> {
        Some(self.protocol.topic()?.replace('+', &self.name))
    }

    /// The message of its next scan.
    pub fn scan(&mut self, data: &[u8], at: UtcMicros) -> Option<String> {
        self.counter += 1;
        self.again(data, at)
    }

    /// The message of a scan that somebody else counts; nothing if the protocol has no numbers.
    pub fn numbered(&self, data: &[u8], at: UtcMicros, number: i64) -> Option<String> {
        self.message(data, at, Some(number))
    }

    /// The last message again, as a broker delivers it twice.
    pub fn again(&self, data: &[u8], at: UtcMicros) -> Option<String> {
        let with_number = self.message(data, at, Some(self.counter));
        with_number.or_else(|| self.message(data, at, None))
    }

    /// The message of its battery.
    pub fn battery(&self, percent: u8) -> Option<String> {
        self.protocol.device_message(&MessageEvent {
            device: Some(self.name.clone()),
            happened_at: None,
            key: None,
            event: ScannerEvent::Battery { percent },
        })
    }

    fn message(&self, data: &[u8], at: UtcMicros, sequence: Option<i64>) -> Option<String> {
        let scan = DeviceScan { sequence, ..DeviceScan::of(data) };
        self.protocol.device_message(&MessageEvent {
            device: Some(self.name.clone()),
            happened_at: Some(at),
            key: sequence.is_none().then(|| format!("{}-{}", self.name, self.counter)),
            event: ScannerEvent::Scan(scan),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::devices::{ScannerProtocol, scanners};

    #[test]
    fn every_message_protocol_reads_what_its_device_sends() {
        for protocol in scanners().iter().filter_map(ScannerProtocol::message) {
            let mut device = SandboxMessageDevice::new(protocol, "ring-7");
            let at = UtcMicros::from_micros(1_800_000_000_000_000);
            let topic = device.topic().unwrap_or_default();
            let message = device.scan(b"4601234567893", at).unwrap();
            let events = protocol.read(&topic, message.as_bytes());
            let [MessageEvent { event: ScannerEvent::Scan(scan), key, .. }] = events.as_slice()
            else {
                panic!("{message}: {events:?}");
            };
            assert_eq!(scan.data, b"4601234567893");
            let again =
                protocol.read(&topic, device.again(b"4601234567893", at).unwrap().as_bytes());
            assert_eq!(again[0].key, *key, "{message}");
        }
    }
}
