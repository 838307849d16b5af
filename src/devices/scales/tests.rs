//! The vectors of every scale, both ways, and what must hold for any bytes.

use proptest::prelude::*;
use serde::Deserialize;

use super::super::bytes::Bytes;
use super::*;
use crate::devices::fuzz;
use crate::devices::vectors::{Vectors, vectors_of};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Decode {
    about: String,
    chunks: Vec<Bytes>,
    events: Vec<Said>,
    /// Why a scale would not send these bytes for these events.
    one_way: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Said {
    tenths_g: Option<i64>,
    motion: Option<Motion>,
    load: Option<Load>,
    event: Option<String>,
    done: Option<Done>,
    refused: Option<Refusal>,
    restarted: Option<String>,
    told: Option<Bytes>,
    send: Option<Bytes>,
    fault: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Encode {
    about: String,
    request: Option<ScaleRequest>,
    tare_g: Option<i64>,
    bytes: Bytes,
}

#[derive(Debug, PartialEq)]
enum Wanted {
    Event(ScaleEvent),
    Fault(String),
}

impl Said {
    fn wanted(&self) -> Wanted {
        if let Some(fault) = &self.fault {
            return Wanted::Fault(fault.clone());
        }
        let load = self.load.unwrap_or(Load::AsShown);
        Wanted::Event(match self {
            Self { tenths_g: Some(tenths_g), motion: Some(motion), .. } => {
                ScaleEvent::Weight(Weight { tenths_g: *tenths_g, motion: *motion, load })
            }
            Self { done: Some(done), .. } => ScaleEvent::Done(*done),
            Self { refused: Some(refusal), .. } => ScaleEvent::Refused(*refusal),
            Self { restarted: Some(serial), .. } => {
                ScaleEvent::Restarted { serial: serial.clone() }
            }
            Self { told: Some(text), .. } => ScaleEvent::Told { text: text.0.clone() },
            Self { send: Some(bytes), .. } => ScaleEvent::SendNow(bytes.0.as_slice().into()),
            Self { event: Some(word), .. } if word == "overload" => ScaleEvent::Overload,
            Self { event: Some(word), .. } if word == "underload" => ScaleEvent::Underload,
            _ => panic!("no event says so"),
        })
    }
}

fn got(event: ScaleEvent) -> Wanted {
    match event {
        ScaleEvent::Fault(fault) => Wanted::Fault(fault.code().to_owned()),
        event => Wanted::Event(event),
    }
}

fn with_vectors() -> Vec<(&'static str, &'static Arc<ScaleProtocol>, Vectors<Decode, Encode>)> {
    FILES.iter().map(|(name, text)| (*name, scale(name).unwrap(), vectors_of(text))).collect()
}

#[test]
fn every_vector_is_decoded_whole_and_byte_by_byte() {
    for (name, protocol, vectors) in with_vectors() {
        assert!(!vectors.decode.is_empty(), "{name} has no decode vector");
        for vector in vectors.decode {
            let wanted: Vec<_> = vector.events.iter().map(Said::wanted).collect();
            let whole: Vec<u8> = vector.chunks.iter().flat_map(|chunk| chunk.0.clone()).collect();
            for size in [1, 3, whole.len()] {
                let mut decoder = ScaleDecoder::new(protocol);
                let mut events = Vec::new();
                for chunk in whole.chunks(size) {
                    decoder.push(chunk, |event| events.push(got(event)));
                }
                assert_eq!(events, wanted, "{name}: {}", vector.about);
            }
        }
    }
}

#[test]
fn every_vector_is_what_the_scale_would_send() {
    for (name, protocol, vectors) in with_vectors() {
        let mut both_ways = 0;
        for vector in vectors.decode.iter().filter(|vector| vector.one_way.is_none()) {
            let mut bytes = Vec::new();
            for said in &vector.events {
                let Wanted::Event(event) = said.wanted() else {
                    panic!("{name}: no scale means to send a fault");
                };
                bytes.extend(protocol.device_bytes(&event).unwrap());
            }
            let whole: Vec<u8> = vector.chunks.iter().flat_map(|chunk| chunk.0.clone()).collect();
            assert_eq!(
                hex::encode_upper(bytes),
                hex::encode_upper(whole),
                "{name}: {}",
                vector.about
            );
            both_ways += 1;
        }
        assert!(both_ways > 0, "{name} has no vector that goes both ways");
    }
}

#[test]
fn every_request_is_encoded() {
    for (name, protocol, vectors) in with_vectors() {
        assert_eq!(protocol.is_polled(), !vectors.encode.is_empty(), "{name}: vectors of requests");
        for Encode { about, request, tare_g, bytes } in vectors.encode {
            let sent = match (request, tare_g) {
                (Some(request), None) => protocol.request(request),
                (None, Some(tare_g)) => protocol.tare_request(tare_g),
                _ => panic!("{name}: {about}: either a request or a tare"),
            };
            assert_eq!(sent.as_deref(), Some(&*bytes), "{name}: {about}");
        }
    }
}

#[test]
fn every_file_is_listed() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/firmware-protocols/scales");
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    names.sort();
    let listed: Vec<&str> = scales().iter().map(|scale| scale.name()).collect();
    assert_eq!(names, listed);
}

#[test]
fn a_scale_gone_mad_costs_little_memory() {
    for protocol in scales() {
        let mut decoder = ScaleDecoder::new(protocol);
        let piece = vec![0xF8; 1 << 16];
        for _ in 0..160 {
            decoder.push(&piece, |event| assert!(matches!(event, ScaleEvent::Fault(_))));
            assert!(decoder.buffered_bytes() <= 2_000, "{}", protocol.name());
        }
    }
}

fn mixed_bytes() -> impl Strategy<Value = Vec<u8>> {
    let signs = &b"\x01\x02\x03\x04\x05\x06\x15\xF8\x55\xCE\x00\r\nSD+- .0195kgtTZI,USOLGN"[..];
    proptest::collection::vec(
        prop_oneof![3 => proptest::sample::select(signs), 1 => any::<u8>()],
        0..200,
    )
}

proptest! {
    #[test]
    fn any_bytes_give_the_same_events_however_they_are_cut(bytes in mixed_bytes()) {
        for protocol in scales() {
            fuzz::scale(protocol, &bytes);
        }
    }

    #[test]
    fn a_weight_that_is_sent_is_read_behind_garbage(
        tenths_g in -99_999_i64..=999_999,
        garbage in "[a-z]{0,12}",
        stable in proptest::sample::select(Motion::ALL),
    ) {
        for protocol in scales() {
            let load = match protocol.name() {
                "massa-k-100" | "cas-continuous" => Load::Gross,
                _ => Load::AsShown,
            };
            // Two decimals of a gram do not fit into the six places of a CAS.
            let tenths_g = tenths_g / 10 * 10;
            let weight = ScaleEvent::Weight(Weight { tenths_g, motion: stable, load });
            let mut decoder = ScaleDecoder::new(protocol);
            let mut events = Vec::new();
            // A line of garbage ends like a line.
            decoder.push(format!("{garbage}\r\n").as_bytes(), |_| {});
            decoder.push(&protocol.device_bytes(&weight).unwrap(), |event| events.push(event));
            prop_assert_eq!(events.last(), Some(&weight), "{}: {:?}", protocol.name(), events);
        }
    }
}
