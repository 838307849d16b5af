//! The vectors of devices that send messages, both ways.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value;

use super::super::super::bytes::Bytes;
use super::super::*;
use super::Answer;
use crate::devices::vectors::{Vectors, vectors_of};
use crate::units::UtcMicros;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Decode {
    about: String,
    #[serde(default)]
    topic: String,
    body: String,
    events: Vec<Said>,
    one_way: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Said {
    scan: Option<Bytes>,
    sequence: Option<i64>,
    symbology: Option<String>,
    battery: Option<u8>,
    event: Option<String>,
    fault: Option<String>,
    device: Option<String>,
    key: Option<String>,
    at: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Encode {
    about: String,
    #[serde(default)]
    device: String,
    reply: Answer,
    #[serde(default)]
    address: String,
    body: String,
}

impl Said {
    fn at(&self) -> Option<UtcMicros> {
        let at = chrono::DateTime::parse_from_rfc3339(self.at.as_ref()?).unwrap();
        Some(UtcMicros::from_datetime(at.to_utc()))
    }

    fn event(&self) -> Option<ScannerEvent> {
        if let Some(data) = &self.scan {
            return Some(ScannerEvent::Scan(DeviceScan {
                sequence: self.sequence,
                data: data.0.clone(),
                symbology: self.symbology.as_deref().map(Symbology::of),
                repeat: Repeat::No,
            }));
        }
        if let Some(percent) = self.battery {
            return Some(ScannerEvent::Battery { percent });
        }
        (self.event.as_deref() == Some("no_read")).then_some(ScannerEvent::NoRead)
    }
}

fn messages() -> Vec<(&'static str, Arc<MessageProtocol>, Vectors<Decode, Encode>)> {
    FILES
        .iter()
        .filter_map(|(name, text)| {
            let protocol = Arc::clone(scanner(name).unwrap().message()?);
            Some((*name, protocol, vectors_of(text)))
        })
        .collect()
}

#[test]
fn every_message_says_what_its_vector_says() {
    for (name, protocol, vectors) in messages() {
        for vector in vectors.decode {
            let about = format!("{name}: {}", vector.about);
            let events = protocol.read(&vector.topic, vector.body.as_bytes());
            assert_eq!(events.len(), vector.events.len(), "{about}: {events:?}");
            for (got, wanted) in events.iter().zip(&vector.events) {
                match (&got.event, &wanted.fault) {
                    (ScannerEvent::Fault(fault), Some(code)) => {
                        assert_eq!(fault.code(), code, "{about}");
                    }
                    (event, _) => assert_eq!(Some(event), wanted.event().as_ref(), "{about}"),
                }
                assert_eq!(got.device, wanted.device, "{about}");
                assert_eq!(got.key, wanted.key, "{about}");
                assert_eq!(got.happened_at, wanted.at(), "{about}");
            }
        }
    }
}

#[test]
fn every_message_is_what_the_device_would_send() {
    for (name, protocol, vectors) in messages() {
        let mut both_ways = 0;
        for vector in vectors.decode.iter().filter(|vector| vector.one_way.is_none()) {
            let about = format!("{name}: {}", vector.about);
            let [said] = vector.events.as_slice() else { panic!("{about}: one event") };
            let event = MessageEvent {
                device: said.device.clone(),
                happened_at: said.at(),
                key: said.key.clone(),
                event: said.event().unwrap(),
            };
            let sent: Value =
                serde_json::from_str(&protocol.device_message(&event).unwrap()).unwrap();
            assert_eq!(sent, serde_json::from_str::<Value>(&vector.body).unwrap(), "{about}");
            both_ways += 1;
        }
        assert!(both_ways > 0, "{name} has no vector that goes both ways");
    }
}

#[test]
fn every_feedback_is_the_message_of_its_vector() {
    for (name, protocol, vectors) in messages() {
        let answers = protocol.feedback("d", &reply_of(Verdict::Ok)).is_some();
        assert_eq!(answers, !vectors.encode.is_empty(), "{name}: vectors for its feedback");
        for Encode { about, device, reply, address, body } in vectors.encode {
            let sent = protocol.feedback(&device, &reply.reply()).unwrap();
            assert_eq!(sent.address, address, "{name}: {about}");
            let read = |text: &str| serde_json::from_str::<Value>(text).unwrap();
            assert_eq!(read(&sent.body), read(&body), "{name}: {about}");
        }
    }
}

fn reply_of(verdict: Verdict) -> Reply {
    Reply { sequence: None, verdict, lines: Vec::new() }
}

#[test]
fn a_device_cannot_choose_the_topic_of_another() {
    let protocol = scanner("generic-mqtt-json").unwrap().message().unwrap();
    for name in ["", "a/b", "+", "#", "a b", "../x", "ё\n"] {
        assert_eq!(protocol.feedback(name, &reply_of(Verdict::Ok)), None, "{name}");
    }
}

#[test]
fn a_message_beyond_its_limits_is_not_read() {
    let protocol = scanner("generic-mqtt-json").unwrap().message().unwrap();
    let large = format!("{{\"data\": \"{}\"}}", "A".repeat(10 << 20));
    let many = format!("[{}{{}}]", "{},".repeat(200));
    let deep = "[".repeat(100_000);
    for (body, code) in [(large, "too_long"), (many, "too_many"), (deep, "too_long")] {
        let events = protocol.read("", body.as_bytes());
        let [MessageEvent { event: ScannerEvent::Fault(fault), .. }] = events.as_slice() else {
            panic!("{code}: {events:?}");
        };
        assert_eq!(fault.code(), code);
    }
    let deep = "[".repeat(10_000);
    assert!(matches!(
        protocol.read("", deep.as_bytes()).as_slice(),
        [MessageEvent { event: ScannerEvent::Fault(_), .. }]
    ));
}
