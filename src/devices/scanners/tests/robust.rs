//! What must hold for any bytes, for every description.

use std::sync::Arc;

use proptest::prelude::*;

use super::super::*;
use crate::devices::{FrameFault, fuzz};

const LINE_TCP: &str = include_str!("../../../../firmware-protocols/scanners/line-tcp.toml");

fn all_streams() -> Vec<(&'static str, Arc<StreamProtocol>)> {
    scanners().iter().filter_map(|one| Some((one.name(), Arc::clone(one.stream()?)))).collect()
}

fn events_of(protocol: &Arc<StreamProtocol>, chunks: &[&[u8]]) -> Vec<ScannerEvent> {
    let mut decoder = ScannerDecoder::new(protocol);
    let mut events = Vec::new();
    for chunk in chunks {
        decoder.push(chunk, |event| events.push(event));
    }
    decoder.idle(|event| events.push(event));
    events
}

fn scans(events: &[ScannerEvent]) -> Vec<&[u8]> {
    fn data(event: &ScannerEvent) -> Option<&[u8]> {
        match event {
            ScannerEvent::Scan(scan) => Some(&scan.data),
            _ => None,
        }
    }
    events.iter().filter_map(data).collect()
}

fn changed(changes: &[(&str, &str)]) -> Arc<StreamProtocol> {
    let mut text = LINE_TCP.to_owned();
    for (from, to) in changes {
        let next = text.replacen(from, to, 1);
        assert_ne!(next, text, "{from}");
        text = next;
    }
    Arc::clone(ScannerProtocol::parse("line-tcp", &text).unwrap().stream().unwrap())
}

#[test]
fn ten_megabytes_without_an_end_are_one_fault_and_little_memory() {
    for (name, protocol) in all_streams() {
        let mut decoder = ScannerDecoder::new(&protocol);
        let mut faults = 0;
        let mut others = 0;
        let mut frame = protocol.device_bytes(&ScannerEvent::Scan(DeviceScan::of("A"))).unwrap();
        let piece = vec![b'x'; 1 << 16];
        frame.truncate(1);
        decoder.push(&frame, |_| {});
        for _ in 0..160 {
            decoder.push(&piece, |event| match event {
                ScannerEvent::Fault(_) => faults += 1,
                _ => others += 1,
            });
            assert!(decoder.buffered_bytes() <= 40_000, "{name}");
        }
        assert!(faults > 0 && others == 0, "{name}: {faults} faults, {others} others");
    }
}

#[test]
fn after_garbage_the_next_frame_is_read() {
    for (name, protocol) in all_streams() {
        let frame = protocol.device_bytes(&ScannerEvent::Scan(DeviceScan::of("GOOD-1"))).unwrap();
        let mut garbage = vec![0, 1, 0xFE, b'q', 2];
        // What is ended by its end only takes the garbage for data of a frame of its own.
        garbage.extend_from_slice(b"\r\n");
        let mut decoder = ScannerDecoder::new(&protocol);
        let mut events = Vec::new();
        decoder.push(&garbage, |event| events.push(event));
        decoder.idle(|event| events.push(event));
        decoder.push(&frame, |event| events.push(event));
        decoder.idle(|event| events.push(event));
        assert_eq!(scans(&events).last(), Some(&&b"GOOD-1"[..]), "{name}: {events:?}");
    }
}

#[test]
fn a_frame_beyond_the_limit_is_reported_once_and_skipped() {
    let protocol = changed(&[("max_bytes = 4096", "max_bytes = 8")]);
    let events = events_of(&protocol, &[b"12345678\r1234567890 and more\r\nA1\r"]);
    assert_eq!(scans(&events), [&b"12345678"[..], b"A1"]);
    assert_eq!(events[1], ScannerEvent::Fault(FrameFault::TooLong { max_bytes: 8 }));
    assert_eq!(events.len(), 3);
}

#[test]
fn a_frame_beyond_the_limit_can_close_the_connection() {
    let protocol = changed(&[
        ("max_bytes = 4096", "max_bytes = 8"),
        ("beyond = \"discard\"", "beyond = \"close\""),
    ]);
    let mut decoder = ScannerDecoder::new(&protocol);
    let mut events = Vec::new();
    decoder.push(b"1234567890\rA1\r", |event| events.push(event));
    assert_eq!(events, [ScannerEvent::Fault(FrameFault::TooLong { max_bytes: 8 })]);
    assert!(decoder.is_closed());
}

#[test]
fn a_scan_of_many_packets_beyond_the_limit_is_refused_whole() {
    let protocol = scanner("zebra-ssi").unwrap().stream().unwrap();
    let long = protocol.device_bytes(&ScannerEvent::Scan(DeviceScan::of("A".repeat(9_000))));
    let next = protocol.device_bytes(&ScannerEvent::Scan(DeviceScan::of("B")));
    let events = events_of(protocol, &[&long.unwrap(), &next.unwrap()]);
    let faults = events.iter().filter(|event| matches!(event, ScannerEvent::Fault(_))).count();
    assert_eq!((scans(&events), faults), (vec![&b"B"[..]], 1));
}

#[test]
fn several_codes_of_one_telegram_are_several_scans() {
    let protocol = changed(&[("[identity]", "[data]\nseparator = \" | \"\n\n[identity]")]);
    let events = events_of(&protocol, &[b"A1 | B2 | C3\r"]);
    assert_eq!(scans(&events), [&b"A1"[..], b"B2", b"C3"]);
}

#[test]
fn a_check_in_digits_before_the_end_is_verified() {
    let check = "check = { kind = \"crc16_modbus\", form = \"hex\" }\nmax_bytes = 4096";
    let protocol = changed(&[("max_bytes = 4096", check)]);
    let frame = protocol.device_bytes(&ScannerEvent::Scan(DeviceScan::of("123456789"))).unwrap();
    assert_eq!(frame, b"1234567894B37\r\n");
    let events = events_of(&protocol, &[b"1234567884B37\r\nxy\r\n", &frame]);
    assert_eq!(scans(&events), [b"123456789"]);
    assert_eq!(events.len(), 3);
}

#[test]
fn a_display_with_an_old_code_page_gets_one_byte_a_letter() {
    let protocol = changed(&[("encoding = \"utf-8\"", "encoding = \"ibm866\"")]);
    let lines = vec!["Чай №1 ✓".to_owned()];
    let sent = protocol.feedback(&Reply { sequence: None, verdict: Verdict::Ok, lines });
    assert_eq!(sent, b"OK\x07\r\n\x97\xA0\xA9 \xFC1 ?\r\n\r\n");
}

#[test]
fn a_wrong_description_names_the_line_and_the_key() {
    for (from, to, line, key, what) in [
        ("max_bytes = 4096", "max_bytes = 0", 12, "frame.max_bytes", "must be"),
        ("max_bytes = 4096", "max_byte = 4096", 12, "max_byte", "unknown field"),
        ("columns = 20", "columns = 0", 31, "display.columns", "at least 4 columns"),
        ("\"utf-8\"", "\"koi7\"", 30, "display.encoding", "koi7 is not known"),
        ("end = [\"\\r\"]", "end = []", 10, "frame.end", "needs end"),
        ("start = \"\\u0002\"", "start = { hex = \"0\" }", 8, "start", "Odd number of digits"),
        (
            "channels = [\"tcp_server\", ",
            "channels = [\"carrier_pigeon\", ",
            5,
            "channels",
            "unknown",
        ),
    ] {
        let text = LINE_TCP.replacen(from, to, 1);
        assert_ne!(text, LINE_TCP, "{from}");
        let error = ScannerProtocol::parse("line-tcp", &text).unwrap_err();
        assert_eq!((error.line, error.key.as_str()), (line, key), "{error}");
        assert!(error.problem.contains(what), "{error}");
    }
}

fn mixed_bytes() -> impl Strategy<Value = Vec<u8>> {
    let signs =
        proptest::sample::select(&b"\x00\x02\x02\x02\x02\x03\x04\x06\r\n\t#| ;]0\xF3\xD0"[..]);
    proptest::collection::vec(prop_oneof![2 => signs, 1 => any::<u8>()], 0..200)
}

proptest! {
    // Each case runs through all protocols.
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_bytes_give_the_same_events_however_they_are_cut(bytes in mixed_bytes(), cut in 1_usize..20) {
        for (name, protocol) in all_streams() {
            let pieces: Vec<&[u8]> = bytes.chunks(cut).collect();
            let whole = events_of(&protocol, &[&bytes]);
            prop_assert_eq!(&whole, &events_of(&protocol, &pieces), "{}", name);
            fuzz::scanner(&protocol, &bytes);
        }
    }

    #[test]
    fn small_limits_hold(bytes in mixed_bytes(), cut in 1_usize..20) {
        let protocol = changed(&[("max_bytes = 4096", "max_bytes = 24")]);
        let pieces: Vec<&[u8]> = bytes.chunks(cut).collect();
        let whole = events_of(&protocol, &[&bytes]);
        prop_assert_eq!(&whole, &events_of(&protocol, &pieces));
        for data in scans(&whole) {
            prop_assert!(data.len() <= 24);
        }
    }

    #[test]
    fn a_scan_that_is_sent_is_read_by_every_protocol(data in "[0-9A-Z]{1,40}", cut in 1_usize..9) {
        for (name, protocol) in all_streams() {
            let sent = protocol.device_bytes(&ScannerEvent::Scan(DeviceScan::of(data.as_str())));
            let sent = sent.unwrap();
            let pieces: Vec<&[u8]> = sent.chunks(cut).collect();
            let events = events_of(&protocol, &pieces);
            prop_assert_eq!(scans(&events), [data.as_bytes()], "{}: {:?}", name, events);
        }
    }

    #[test]
    fn a_long_scan_travels_whole(length in 1_usize..4_000) {
        let data = "0123456789".repeat(400)[..length].to_owned();
        for (name, protocol) in all_streams() {
            let sent = protocol.device_bytes(&ScannerEvent::Scan(DeviceScan::of(data.as_str())));
            let events = events_of(&protocol, &[&sent.unwrap()]);
            prop_assert_eq!(scans(&events), [data.as_bytes()], "{}", name);
        }
    }

    #[test]
    fn feedback_is_heard_as_it_was_meant(
        lines in proptest::collection::vec(any::<String>(), 0..6),
        verdict in proptest::sample::select(Verdict::ALL),
    ) {
        for (name, protocol) in all_streams() {
            let sent = protocol.feedback(&Reply { sequence: None, verdict, lines: lines.clone() });
            let mut reader = FeedbackReader::new(&protocol);
            let mut heard = Vec::new();
            reader.push(&sent, |one| heard.push(one));
            reader.idle(|one| heard.push(one));
            let verdicts: Vec<_> = heard.iter().map(|one| match one {
                Heard::Verdict { verdict, .. } => Some(*verdict),
                _ => None,
            }).collect();
            let wanted = if sent.is_empty() { vec![] } else { vec![Some(verdict)] };
            prop_assert_eq!(verdicts, wanted, "{}: {:?}", name, sent);
        }
    }

    #[test]
    fn a_reply_stays_within_the_display(lines in proptest::collection::vec(any::<String>(), 0..8)) {
        let protocol = scanner("line-tcp").unwrap().stream().unwrap();
        let reply = Reply { sequence: Some(7), verdict: Verdict::Ok, lines };
        let sent = String::from_utf8(protocol.feedback(&reply)).unwrap();
        let body = sent.strip_prefix("#7 OK\u{7}\r\n").unwrap().strip_suffix("\r\n").unwrap();
        let shown: Vec<_> = body.split_terminator("\r\n").collect();
        prop_assert!(shown.len() <= 4);
        for line in shown {
            prop_assert!(line.chars().count() <= 20 && !line.contains(char::is_control));
        }
    }

    #[test]
    fn any_message_is_read_or_refused(body in ".{0,200}", bytes in mixed_bytes()) {
        for protocol in scanners().iter().filter_map(ScannerProtocol::message) {
            fuzz::message(protocol, body.as_bytes());
            fuzz::message(protocol, &bytes);
        }
    }

    #[test]
    fn any_text_on_a_display_leaves_the_message_json(lines in proptest::collection::vec(any::<String>(), 0..5)) {
        let reply = Reply { sequence: None, verdict: Verdict::Error, lines };
        for protocol in scanners().iter().filter_map(ScannerProtocol::message) {
            if let Some(sent) = protocol.feedback("ring-1", &reply) {
                let read: serde_json::Value = serde_json::from_str(&sent.body).unwrap();
                prop_assert!(read.is_object());
            }
        }
    }

    #[test]
    fn any_description_is_read_or_refused(text in ".{0,300}", at in 0_usize..1500, with in ".{0,5}") {
        fuzz::description(&text);
        let mut changed = LINE_TCP.to_owned();
        let at = (at..changed.len()).find(|at| changed.is_char_boundary(*at)).unwrap_or(0);
        changed.insert_str(at, &with);
        fuzz::description(&changed);
    }
}
