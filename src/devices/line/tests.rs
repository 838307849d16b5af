//! The vectors of the description, and what must hold for any bytes.

use proptest::prelude::*;
use serde::Deserialize;

use super::protocol::LINE_TCP;
use super::*;

#[derive(Deserialize)]
struct File {
    vector: Vectors,
}

#[derive(Deserialize)]
struct Vectors {
    decode: Vec<Decode>,
    encode: Vec<Encode>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Decode {
    about: String,
    #[serde(default)]
    chunks: Vec<String>,
    #[serde(default)]
    chunks_hex: Vec<String>,
    frames: Vec<Expected>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    hello: Option<String>,
    scan: Option<String>,
    scan_hex: Option<String>,
    sequence: Option<i64>,
    error: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Encode {
    about: String,
    reply: Answer,
    bytes: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Answer {
    sequence: Option<i64>,
    feedback: Feedback,
    lines: Vec<String>,
}

impl Expected {
    fn frame(&self) -> Result<LineFrame, LineError> {
        if let Some(error) = &self.error {
            return Err(match error.as_str() {
                "bad_hello" => LineError::BadHello,
                "bad_sequence" => LineError::BadSequence,
                other => panic!("no vector can expect {other}"),
            });
        }
        if let Some(token) = &self.hello {
            return Ok(LineFrame::Hello { token: token.clone() });
        }
        let data = match (&self.scan, &self.scan_hex) {
            (Some(text), None) => text.clone().into_bytes(),
            (None, Some(digits)) => hex::decode(digits).unwrap(),
            _ => panic!("a frame is one of hello, scan, scan_hex and error"),
        };
        Ok(LineFrame::Scan { sequence: self.sequence, data })
    }
}

fn vectors() -> Vectors {
    toml::from_str::<File>(LINE_TCP).unwrap().vector
}

fn with(from: &str, to: &str) -> LineProtocol {
    let changed = LINE_TCP.replacen(from, to, 1);
    assert_ne!(changed, LINE_TCP);
    LineProtocol::parse(&changed).unwrap()
}

fn decode(protocol: &LineProtocol, bytes: &[u8]) -> Vec<Result<LineFrame, LineError>> {
    LineDecoder::new(protocol).push(bytes)
}

fn scan(data: &[u8]) -> LineFrame {
    LineFrame::Scan { sequence: None, data: data.to_vec() }
}

#[test]
fn every_vector_is_decoded_whole_and_byte_by_byte() {
    let protocol = LineProtocol::line_tcp();
    for vector in vectors().decode {
        let texts = vector.chunks.iter().map(|text| text.clone().into_bytes());
        let digits = vector.chunks_hex.iter().map(|digits| hex::decode(digits).unwrap());
        let chunks: Vec<Vec<u8>> = texts.chain(digits).collect();
        let expected: Vec<_> = vector.frames.iter().map(Expected::frame).collect();
        let mut decoder = LineDecoder::new(&protocol);
        let frames: Vec<_> = chunks.iter().flat_map(|chunk| decoder.push(chunk)).collect();
        assert_eq!(frames, expected, "{}", vector.about);
        let mut decoder = LineDecoder::new(&protocol);
        let bytes = chunks.concat();
        let frames: Vec<_> = bytes.iter().flat_map(|byte| decoder.push(&[*byte])).collect();
        assert_eq!(frames, expected, "{}, byte by byte", vector.about);
    }
}

#[test]
fn every_vector_is_encoded() {
    let protocol = LineProtocol::line_tcp();
    for Encode { about, reply: Answer { sequence, feedback, lines }, bytes } in vectors().encode {
        let sent = protocol.encode_reply(&Reply { sequence, feedback, lines });
        assert_eq!(String::from_utf8(sent).unwrap(), bytes, "{about}");
    }
}

#[test]
fn a_frame_beyond_the_limit_is_reported_once_and_skipped() {
    let protocol = with("frame_max_bytes = 4096", "frame_max_bytes = 8");
    let frames = decode(&protocol, b"12345678\r123456789 and more\r\nA1\r");
    let expected =
        [Ok(scan(b"12345678")), Err(LineError::TooLong { max_bytes: 8 }), Ok(scan(b"A1"))];
    assert_eq!(frames, expected);
}

#[test]
fn a_frame_beyond_the_limit_can_close_the_connection() {
    let closing = LINE_TCP.replacen("frame_max_bytes = 4096", "frame_max_bytes = 8", 1).replacen(
        "beyond = \"discard\"",
        "beyond = \"close\"",
        1,
    );
    let mut decoder = LineDecoder::new(&LineProtocol::parse(&closing).unwrap());
    assert_eq!(decoder.push(b"123456789\rA1\r"), [Err(LineError::TooLong { max_bytes: 8 })]);
    assert!(decoder.is_closed());
    assert!(decoder.push(b"A1\r").is_empty());
}

#[test]
fn the_three_ends_differ_in_what_is_data() {
    let cases: [(&str, &[&[u8]]); 2] = [("lf", &[b"A\rB\r", b"C"]), ("crlf", &[b"A\rB", b"C"])];
    for (end, expected) in cases {
        let protocol = with("end = \"cr\"", &format!("end = \"{end}\""));
        let expected: Vec<_> = expected.iter().map(|data| Ok(scan(data))).collect();
        let bytes: &[u8] = if end == "lf" { b"A\rB\r\nC\n" } else { b"A\rB\r\nC\r\n" };
        assert_eq!(decode(&protocol, bytes), expected, "{end}");
    }
    let protocol = with("end = \"cr\"", "end = \"crlf\"");
    assert_eq!(decode(&protocol, b"A\r\r\n"), [Ok(scan(b"A\r"))]);
}

#[test]
fn garbage_before_a_required_start_is_counted() {
    let protocol = with("start = \"optional\"", "start = \"required\"");
    let frames = decode(&protocol, b"\x00xy\r\n\x02A1\r\n");
    assert_eq!(frames, [Err(LineError::Garbage { bytes: 3 }), Ok(scan(b"A1"))]);
}

#[test]
fn a_display_with_an_old_code_page_gets_one_byte_a_letter() {
    let protocol = with("encoding = \"utf-8\"", "encoding = \"ibm866\"");
    let lines = vec!["Чай №1 ✓".to_owned()];
    let sent = protocol.encode_reply(&Reply { sequence: None, feedback: Feedback::Ok, lines });
    assert_eq!(sent, b"OK\x07\r\n\x97\xA0\xA9 \xFC1 ?\r\n\r\n");
}

#[test]
fn a_wrong_description_says_what_is_wrong() {
    for (from, to, what) in [
        ("end = \"cr\"", "end = \"tab\"", "unknown variant"),
        ("frame_max_bytes = 4096", "frame_max_bytes = 0", "frame_max_bytes must be"),
        ("columns = 20", "columns = 0", "at least 4 columns"),
        ("\"utf-8\"", "\"koi7\"", "the encoding koi7 is not known"),
    ] {
        let error = LineProtocol::parse(&LINE_TCP.replacen(from, to, 1)).unwrap_err();
        assert!(error.to_string().contains(what), "{error}");
    }
    assert_eq!(LineProtocol::line_tcp().name(), "line-tcp");
    assert!(!LineProtocol::line_tcp().title().is_empty());
}

proptest! {
    #[test]
    fn any_bytes_give_the_same_frames_however_they_are_cut(
        bytes in proptest::collection::vec(
            prop_oneof![any::<u8>(), Just(b'\r'), Just(b'\n'), Just(2_u8), Just(b'#'), Just(b' ')],
            0..200,
        ),
        cut in 1_usize..20,
        end in proptest::sample::select(&["cr ", "lf", "crlf"][..]),
    ) {
        let end = format!("end = \"{}\"", end.trim());
        let text = LINE_TCP.replacen("end = \"cr\"", &end, 1).replacen("4096", "24", 1);
        let protocol = LineProtocol::parse(&text).unwrap();
        let mut decoder = LineDecoder::new(&protocol);
        let frames: Vec<_> = bytes.chunks(cut).flat_map(|chunk| decoder.push(chunk)).collect();
        prop_assert_eq!(&frames, &decode(&protocol, &bytes));
        for frame in frames.into_iter().flatten() {
            if let LineFrame::Scan { data, .. } = frame {
                prop_assert!(data.len() <= 24);
            }
        }
    }

    #[test]
    fn a_reply_stays_within_the_display(lines in proptest::collection::vec(any::<String>(), 0..8)) {
        let protocol = LineProtocol::line_tcp();
        let reply = Reply { sequence: Some(7), feedback: Feedback::Ok, lines };
        let sent = String::from_utf8(protocol.encode_reply(&reply)).unwrap();
        let body = sent.strip_prefix("#7 OK\u{7}\r\n").unwrap().strip_suffix("\r\n").unwrap();
        let shown: Vec<_> = body.split_terminator("\r\n").collect();
        prop_assert!(shown.len() <= 4);
        for line in shown {
            prop_assert!(line.chars().count() <= 20 && !line.contains(char::is_control));
        }
    }

    #[test]
    fn a_scan_that_is_sent_is_read(number in 0_i64..1_000_000, data in "[!-~][ -~]{0,60}") {
        let frames = decode(&LineProtocol::line_tcp(), format!("#{number} {data}\r\n").as_bytes());
        let expected = LineFrame::Scan { sequence: Some(number), data: data.into_bytes() };
        prop_assert_eq!(frames, [Ok(expected)]);
    }
}
