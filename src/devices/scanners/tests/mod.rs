//! The vectors of every description, both ways.

mod messages;
mod robust;

use std::sync::Arc;

use serde::Deserialize;

use super::super::bytes::Bytes;
use super::*;
use crate::devices::vectors::{Vectors, vectors_of};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Decode {
    about: String,
    chunks: Vec<Bytes>,
    events: Vec<Said>,
    /// Why a device would not send these bytes for these events.
    one_way: Option<String>,
    /// The line is silent after the last chunk.
    #[serde(default)]
    then_silent: bool,
}

/// One event; the first key says which.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Said {
    hello: Option<String>,
    scan: Option<Bytes>,
    sequence: Option<i64>,
    symbology: Option<String>,
    #[serde(default)]
    repeat: Repeat,
    event: Option<String>,
    answer: Option<Outcome>,
    #[serde(default)]
    text: Bytes,
    send: Option<Bytes>,
    fault: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Encode {
    about: String,
    reply: Option<Answer>,
    command: Option<String>,
    bytes: Bytes,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Answer {
    sequence: Option<i64>,
    verdict: Verdict,
    #[serde(default)]
    lines: Vec<String>,
}

impl Answer {
    fn reply(self) -> Reply {
        Reply { sequence: self.sequence, verdict: self.verdict, lines: self.lines }
    }
}

/// An event to compare, or the code of a fault, whose numbers are not the vector's business.
#[derive(Debug, PartialEq)]
enum Wanted {
    Event(ScannerEvent),
    Fault(String),
}

impl Said {
    fn wanted(&self) -> Wanted {
        if let Some(fault) = &self.fault {
            return Wanted::Fault(fault.clone());
        }
        Wanted::Event(
            match (&self.hello, &self.scan, self.event.as_deref(), self.answer, &self.send) {
                (Some(token), ..) => ScannerEvent::Hello { token: token.clone() },
                (_, Some(data), ..) => ScannerEvent::Scan(DeviceScan {
                    sequence: self.sequence,
                    data: data.0.clone(),
                    symbology: self.symbology.as_deref().map(Symbology::of),
                    repeat: self.repeat,
                }),
                (_, _, Some("no_read"), ..) => ScannerEvent::NoRead,
                (_, _, Some("heartbeat"), ..) => ScannerEvent::Heartbeat,
                (.., Some(outcome), _) => {
                    ScannerEvent::Answer { outcome, text: self.text.0.clone() }
                }
                (.., Some(bytes)) => ScannerEvent::SendNow(bytes.0.as_slice().into()),
                _ => panic!("an event is one of hello, scan, event, answer, send and fault"),
            },
        )
    }
}

fn got(event: ScannerEvent) -> Wanted {
    match event {
        ScannerEvent::Fault(fault) => Wanted::Fault(fault.code().to_owned()),
        event => Wanted::Event(event),
    }
}

fn streams() -> Vec<(&'static str, Arc<StreamProtocol>, Vectors<Decode, Encode>)> {
    FILES
        .iter()
        .filter_map(|(name, text)| {
            let protocol = Arc::clone(scanner(name).unwrap().stream()?);
            Some((*name, protocol, vectors_of(text)))
        })
        .collect()
}

#[test]
fn every_vector_is_decoded_whole_and_byte_by_byte() {
    for (name, protocol, vectors) in streams() {
        assert!(!vectors.decode.is_empty(), "{name} has no decode vector");
        for vector in vectors.decode {
            let about = format!("{name}: {}", vector.about);
            let wanted: Vec<_> = vector.events.iter().map(Said::wanted).collect();
            let whole: Vec<u8> = vector.chunks.iter().flat_map(|chunk| chunk.0.clone()).collect();
            let as_given: Vec<&[u8]> = vector.chunks.iter().map(|chunk| &**chunk).collect();
            let single: Vec<&[u8]> = whole.chunks(1).collect();
            for chunks in [as_given, vec![&whole], single] {
                let mut decoder = ScannerDecoder::new(&protocol);
                let mut events = Vec::new();
                for chunk in chunks {
                    decoder.push(chunk, |event| events.push(got(event)));
                }
                if vector.then_silent {
                    decoder.idle(|event| events.push(got(event)));
                }
                assert_eq!(events, wanted, "{about}");
            }
        }
    }
}

#[test]
fn every_vector_is_what_the_device_would_send() {
    for (name, protocol, vectors) in streams() {
        let mut both_ways = 0;
        for vector in vectors.decode.iter().filter(|vector| vector.one_way.is_none()) {
            let about = format!("{name}: {}", vector.about);
            let mut bytes = Vec::new();
            for said in &vector.events {
                match said.wanted() {
                    Wanted::Event(ScannerEvent::SendNow(_)) => {}
                    Wanted::Event(event) => {
                        let sent = protocol.device_bytes(&event);
                        bytes.extend(sent.unwrap_or_else(|| panic!("{about}: {event:?}")));
                    }
                    Wanted::Fault(fault) => panic!("{about}: no device means to send {fault}"),
                }
            }
            let whole: Vec<u8> = vector.chunks.iter().flat_map(|chunk| chunk.0.clone()).collect();
            assert_eq!(hex::encode_upper(bytes), hex::encode_upper(whole), "{about}");
            both_ways += 1;
        }
        assert!(both_ways > 0, "{name} has no vector that goes both ways");
    }
}

#[test]
fn every_reply_and_command_is_encoded_and_heard() {
    for (name, protocol, vectors) in streams() {
        let speaks = protocol.commands().next().is_some()
            || Verdict::ALL.iter().any(|verdict| {
                !protocol
                    .feedback(&Reply { sequence: None, verdict: *verdict, lines: vec![] })
                    .is_empty()
            });
        assert_eq!(speaks, !vectors.encode.is_empty(), "{name}: vectors for what we send");
        for Encode { about, reply, command, bytes } in vectors.encode {
            let about = format!("{name}: {about}");
            let mut reader = FeedbackReader::new(&protocol);
            let mut heard = Vec::new();
            reader.push(&bytes, |one| heard.push(one));
            reader.idle(|one| heard.push(one));
            let sent = match (reply, command) {
                (Some(answer), None) => {
                    let reply = answer.reply();
                    match heard.as_slice() {
                        [Heard::Verdict { verdict, sequence, .. }] => {
                            assert_eq!((*verdict, *sequence), (reply.verdict, reply.sequence));
                        }
                        other => assert!(bytes.is_empty(), "{about}: {other:?}"),
                    }
                    protocol.feedback(&reply)
                }
                (None, Some(name)) => {
                    assert_eq!(heard, [Heard::Command { name: name.clone() }], "{about}");
                    protocol.command(&name).unwrap()
                }
                _ => panic!("{about}: either a reply or a command"),
            };
            assert_eq!(hex::encode_upper(sent), hex::encode_upper(&*bytes), "{about}");
        }
    }
}

#[test]
fn every_file_is_listed_and_named_as_it_says() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/firmware-protocols/scanners");
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    names.sort();
    let listed: Vec<&str> = scanners().iter().map(ScannerProtocol::name).collect();
    assert_eq!(names, listed);
    for (file, _) in FILES {
        let scanner = scanner(file).unwrap();
        assert!(!scanner.title().ru.is_empty() && !scanner.title().en.is_empty(), "{file}");
        for setup in scanner.setup() {
            let commands: Vec<&str> =
                scanner.stream().map(|stream| stream.commands().collect()).unwrap_or_default();
            let is_known = |name: &String| commands.contains(&name.as_str());
            assert!(setup.command.iter().all(is_known), "{file}: {setup:?}");
        }
    }
}
