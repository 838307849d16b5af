//! Entries for whoever throws random bytes at the codecs: what must hold for any input is asserted here.

use std::sync::Arc;

use super::scales::{ScaleDecoder, ScaleEvent, ScaleProtocol, StableRules, StableWeight};
use super::scanners::{
    DeviceScan, FeedbackReader, MessageProtocol, Reply, ScannerDecoder, ScannerEvent,
    ScannerProtocol, StreamProtocol, Verdict,
};

/// Reads bytes whole and byte by byte; both must say the same.
pub fn scanner(protocol: &Arc<StreamProtocol>, bytes: &[u8]) {
    let mut whole = Vec::new();
    let mut decoder = ScannerDecoder::new(protocol);
    decoder.push(bytes, |event| whole.push(event));
    decoder.idle(|event| whole.push(event));
    let mut single = Vec::new();
    let mut decoder = ScannerDecoder::new(protocol);
    for byte in bytes {
        decoder.push(&[*byte], |event| single.push(event));
    }
    decoder.idle(|event| single.push(event));
    assert_eq!(whole, single, "the same bytes, cut otherwise");
    let mut reader = FeedbackReader::new(protocol);
    reader.push(bytes, |_| {});
    reader.idle(|_| {});
}

/// Reads a message, as a topic too.
pub fn message(protocol: &MessageProtocol, bytes: &[u8]) {
    let topic = String::from_utf8_lossy(bytes);
    for said in protocol.read(&topic, bytes) {
        assert!(said.device.is_none_or(|device| device.len() <= topic.len().max(128)));
    }
}

/// Reads a description of a device, and what it describes must hold as well.
pub fn description(text: &str) {
    match ScannerProtocol::parse("any", text) {
        Err(error) => assert!(error.line >= 1, "an error names its line"),
        Ok(described) => {
            if let Some(stream) = described.stream() {
                let sent = stream.device_bytes(&ScannerEvent::Scan(DeviceScan::of("A1")));
                scanner(stream, &sent.unwrap_or_default());
                scanner(stream, text.as_bytes());
                for verdict in Verdict::ALL {
                    let lines = vec![text.to_owned()];
                    stream.feedback(&Reply { sequence: Some(1), verdict: *verdict, lines });
                }
            }
            if let Some(messages) = described.message() {
                message(messages, text.as_bytes());
            }
        }
    }
    match ScaleProtocol::parse("any", text) {
        Err(error) => assert!(error.line >= 1, "an error names its line"),
        Ok(described) => {
            let described = Arc::new(described);
            scale(
                &described,
                described.device_bytes(&ScaleEvent::Overload).as_deref().unwrap_or(&[]),
            );
            scale(&described, text.as_bytes());
        }
    }
}

/// Reads the bytes of a scale whole and byte by byte; both must say the same.
pub fn scale(protocol: &Arc<ScaleProtocol>, bytes: &[u8]) {
    let mut whole = Vec::new();
    let mut decoder = ScaleDecoder::new(protocol);
    decoder.push(bytes, |event| whole.push(event));
    whole.extend(decoder.idle());
    let mut single = Vec::new();
    let mut decoder = ScaleDecoder::new(protocol);
    for byte in bytes {
        decoder.push(&[*byte], |event| single.push(event));
    }
    single.extend(decoder.idle());
    assert_eq!(whole, single, "the same bytes, cut otherwise");
    let mut stable = StableWeight::new(StableRules::default());
    for event in &whole {
        stable.take(event);
    }
}
