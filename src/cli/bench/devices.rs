//! What a scan costs before anybody looks at it: bytes into an event, and text into what it means.

use std::hint::black_box;
use std::time::{Duration, Instant};

use clap::Args;
use serde_json::{Map, Value, json};

use crate::barcodes;
use crate::devices::{
    self, DeviceScan, MessageEvent, MessageProtocol, ScannerDecoder, ScannerEvent, ScannerProtocol,
    StreamProtocol,
};
use crate::units::{Clock, UtcMicros};

/// What is scanned in every language.
const CODE: &str = "0104670540176099215'W9Um\u{1d}93dGVz";
/// Texts by what is hard about them.
const TEXTS: [(&str, &str); 4] = [
    ("ean13", "4601234567893"),
    ("own", "BN-A-01-02-3-S"),
    ("marking_without_gs", "0104670540176099215'W9Um93dGVz"),
    ("digital_link", "https://id.gs1.org/01/04601234567893/10/L1"),
];
/// A time is taken of so many in a row: one alone is shorter than the clock can tell.
const IN_A_ROW: u32 = 100;

#[derive(Debug, Args)]
pub(in crate::cli) struct DevicesArgs {
    /// How often each is measured; the median is told.
    #[arg(long, default_value_t = 200)]
    rounds: usize,
}

/// Needs no database.
pub(super) fn run(args: &DevicesArgs) -> anyhow::Result<Value> {
    anyhow::ensure!(args.rounds > 0, "нужен хотя бы один замер");
    let now = Clock::system().now();
    let (mut frames, mut slowest) = (Map::new(), 0);
    for protocol in devices::scanners() {
        let Some(took_ns) = frame_ns(protocol, args.rounds, now) else { continue };
        slowest = slowest.max(took_ns);
        frames.insert(protocol.name().to_owned(), json!(took_ns));
    }
    let mut texts = Map::new();
    for (name, text) in TEXTS {
        let took_ns = median_ns(args.rounds, || {
            black_box(barcodes::read(black_box(text)));
        });
        texts.insert(name.to_owned(), json!(took_ns));
    }
    Ok(json!({
        "bench": "devices",
        "code_bytes": CODE.len(),
        "frame_to_event_ns": frames,
        "frame_to_event_slowest_ns": slowest,
        "text_to_meaning_ns": texts,
    }))
}

/// Nothing for a protocol whose device cannot send this code.
fn frame_ns(protocol: &ScannerProtocol, rounds: usize, now: UtcMicros) -> Option<u64> {
    match (protocol.stream(), protocol.message()) {
        (Some(stream), _) => stream_ns(stream, rounds),
        (None, Some(message)) => message_ns(message, rounds, now),
        (None, None) => None,
    }
}

fn stream_ns(protocol: &std::sync::Arc<StreamProtocol>, rounds: usize) -> Option<u64> {
    let frame = protocol.device_bytes(&ScannerEvent::Scan(DeviceScan::of(CODE)))?;
    let mut decoder = ScannerDecoder::new(protocol);
    let mut events = 0_usize;
    let took_ns = median_ns(rounds, || {
        decoder.push(black_box(&frame), |event| {
            black_box(&event);
            events += 1;
        });
        // Protocols whose frames end by silence.
        if decoder.is_in_frame() {
            decoder.idle(|event| {
                black_box(&event);
                events += 1;
            });
        }
    });
    (events > 0).then_some(took_ns)
}

fn message_ns(protocol: &MessageProtocol, rounds: usize, now: UtcMicros) -> Option<u64> {
    let event = |sequence| MessageEvent {
        device: Some("ring-7".to_owned()),
        happened_at: Some(now),
        key: None,
        event: ScannerEvent::Scan(DeviceScan { sequence, ..DeviceScan::of(CODE) }),
    };
    let numbered = protocol.device_message(&event(Some(41)));
    let message = numbered.or_else(|| protocol.device_message(&event(None)))?;
    let topic = protocol.topic().unwrap_or_default().replace('+', "ring-7");
    Some(median_ns(rounds, || {
        black_box(protocol.read(black_box(&topic), black_box(message.as_bytes())));
    }))
}

/// The median time of one call, in nanoseconds.
fn median_ns(rounds: usize, mut work: impl FnMut()) -> u64 {
    let mut times: Vec<Duration> = (0..rounds)
        .map(|_| {
            let started = Instant::now();
            for _ in 0..IN_A_ROW {
                work();
            }
            started.elapsed() / IN_A_ROW
        })
        .collect();
    times.sort_unstable();
    let middle = times.get(times.len() / 2).map_or(0, Duration::as_nanos);
    u64::try_from(middle).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_is_measured_and_every_text_means_something() {
        let told = run(&DevicesArgs { rounds: 1 }).expect("it needs nothing");
        let measured = told["frame_to_event_ns"].as_object().map_or(0, Map::len);
        assert_eq!(measured, devices::scanners().len(), "{told}");
        let marking = barcodes::read(TEXTS[2].1);
        assert!(marking.marking().is_some() && !marking.repairs.is_empty());
        assert!(barcodes::read(TEXTS[0].1).gtin().is_some());
        assert!(barcodes::read(TEXTS[3].1).gs1().is_some());
        assert!(barcodes::read(TEXTS[1].1).own().is_some(), "an own code");
    }
}
