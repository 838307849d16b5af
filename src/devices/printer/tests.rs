//! Every vector of every model, and what holds for arbitrary bytes.

use proptest::prelude::*;
use serde::Deserialize;

use super::protocol::SOURCES;
use super::*;
use crate::devices::vectors::{Vectors, vectors_of};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Decode {
    about: String,
    reply: ReplyKind,
    #[serde(default)]
    bytes: String,
    #[serde(default)]
    bytes_hex: String,
    #[serde(default)]
    faults: Vec<PrinterFault>,
    #[serde(default)]
    warnings: Vec<PrinterWarning>,
    formats_waiting: Option<u32>,
    labels_left: Option<u32>,
    partial: Option<bool>,
    printing: Option<bool>,
    #[serde(default)]
    label_hangs: bool,
    model: Option<String>,
    dots_per_mm: Option<u32>,
    count: Option<i64>,
    error: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Encode {
    about: String,
    ask: Option<String>,
    label: Option<String>,
    copies: Option<usize>,
    bytes: String,
}

fn read(
    kind: ReplyKind,
    model: &PrinterProtocol,
    bytes: &[u8],
    cut: usize,
) -> Result<Reply, PrinterError> {
    let mut reader = ReplyReader::new(kind, model);
    for chunk in bytes.chunks(cut) {
        if let Some(reply) = reader.push(chunk) {
            return reply;
        }
    }
    reader.finish()
}

fn check(vector: &Decode, answered: Result<Reply, PrinterError>) {
    let about = &vector.about;
    if let Some(wanted) = &vector.error {
        let word = match answered.unwrap_err() {
            PrinterError::Incomplete { .. } => "incomplete",
            PrinterError::Field { .. } => "field",
            other => panic!("{about}: {other}"),
        };
        assert_eq!(word, wanted, "{about}");
        return;
    }
    let reply = answered.unwrap();
    assert_eq!(reply.count(), vector.count, "{about}");
    match reply {
        Reply::Status(status) => {
            let wanted = PrinterStatus {
                formats_waiting: vector.formats_waiting,
                labels_left: vector.labels_left,
                partial: vector.partial,
                printing: vector.printing,
                label_hangs: vector.label_hangs,
                ..PrinterStatus::with_faults(vector.faults.clone())
            };
            assert_eq!(status, wanted, "{about}");
        }
        Reply::Errors { status, warnings } => {
            let wanted = PrinterStatus::with_faults(vector.faults.clone()).faults;
            assert_eq!((status.faults, &warnings), (wanted, &vector.warnings), "{about}");
        }
        Reply::Identity(identity) => {
            assert_eq!(Some(identity.model), vector.model, "{about}");
            assert_eq!(identity.dots_per_mm, vector.dots_per_mm, "{about}");
        }
        Reply::Value(_) => assert_eq!(vector.model, None, "{about}"),
    }
}

#[test]
fn every_model_keeps_its_vectors() {
    let mut count = 0;
    for ((name, source), model) in SOURCES.iter().zip(PrinterProtocol::all()) {
        assert_eq!(model.name(), *name);
        assert!(!model.title().is_empty());
        let vectors: Vectors<Decode, Encode> = vectors_of(source);
        for vector in &vectors.decode {
            let bytes = if vector.bytes_hex.is_empty() {
                vector.bytes.clone().into_bytes()
            } else {
                hex::decode(&vector.bytes_hex).unwrap()
            };
            for cut in 1..=bytes.len() {
                check(vector, read(vector.reply, model, &bytes, cut));
            }
            count += 1;
        }
        for vector in &vectors.encode {
            let sent = match (vector.ask.as_deref(), &vector.label) {
                (Some("status"), _) => model.status().unwrap().command.clone().into_bytes(),
                (Some("odometer"), _) => model.odometer().unwrap().command.clone().into_bytes(),
                (Some("clear"), _) => model.clear().unwrap().to_vec(),
                (Some(other), _) => panic!("nobody asks {other}"),
                (None, label) => {
                    let label = label.as_deref().unwrap().as_bytes();
                    with_copies(model.language(), label, vector.copies.unwrap())
                }
            };
            assert_eq!(String::from_utf8_lossy(&sent), vector.bytes, "{name}: {}", vector.about);
            count += 1;
        }
    }
    assert!(count > 30, "{count} vectors");
}

#[test]
fn a_description_that_cannot_work_is_refused() {
    let zebra = SOURCES[0].1;
    for (from, to, what) in [
        ("language = \"zpl\"", "language = \"epl\"", "unknown variant"),
        ("[odometer]", "[odometre]", "unknown field"),
        ("poll_ms = 250", "poll_ms = 0", "at least 1"),
    ] {
        let error = PrinterProtocol::parse(&zebra.replacen(from, to, 1)).unwrap_err();
        assert!(error.to_string().contains(what), "{error}");
    }
    let (_, silent) = SOURCES.iter().find(|(name, _)| *name == "zpl-silent").unwrap();
    let silent = silent.replacen("\"none\"", "\"counters\"", 1);
    assert!(PrinterProtocol::parse(&silent).unwrap_err().to_string().contains("status question"));
}

#[test]
fn alerts_are_read() {
    for (line, wanted) in [
        (
            "ERROR CONDITION: HEAD OPEN [05-22-2026 10:11:12] [18J]",
            Alert::Stopped(PrinterFault::HeadOpen),
        ),
        ("ERROR CLEARED: HEAD OPEN [x]", Alert::Cleared(PrinterFault::HeadOpen)),
        ("ERROR CONDITION: PAPER OUT", Alert::Stopped(PrinterFault::MediaOut)),
        ("ALERT: PRINTER PAUSED", Alert::Stopped(PrinterFault::Paused)),
        ("ALERT: PQ JOB COMPLETED [x]", Alert::BatchDone),
        ("ALERT: MEDIA LOW", Alert::Warned(PrinterWarning::MediaLow)),
        ("LABEL READY", Alert::LabelReady),
        ("LABEL TAKEN", Alert::LabelTaken),
        ("ALERT: COLD START", Alert::Other("ALERT: COLD START".to_owned())),
    ] {
        assert_eq!(Alert::parse(line), wanted, "{line}");
    }
}

#[test]
fn a_reply_without_end_is_bounded() {
    let model = PrinterProtocol::find("zebra-zpl").unwrap();
    let endless = vec![b'7'; REPLY_BYTES_MAX + 1];
    let error = read(ReplyKind::HostStatus, model, &endless, 100).unwrap_err();
    assert_eq!(error, PrinterError::TooLong { max_bytes: REPLY_BYTES_MAX });
}

proptest! {
    #[test]
    fn any_bytes_give_the_same_reply_however_they_are_cut(
        bytes in proptest::collection::vec(
            prop_oneof![
                any::<u8>(), Just(2_u8), Just(3_u8), Just(b'\r'), Just(b'\n'), Just(b'"'),
                Just(b','), Just(b'0'), Just(b'1'),
            ],
            0..300,
        ),
        model in proptest::sample::select(PrinterProtocol::all()),
        text in any::<String>(),
    ) {
        fuzz::reply(&model, &bytes);
        fuzz::description(&text);
    }

    #[test]
    fn a_status_that_is_cut_or_hurt_is_never_ready_by_mistake(
        flags in proptest::collection::vec(0_u8..2, 5),
        left in 0_u32..1_000,
        cut in 1_usize..30,
    ) {
        let text = format!(
            "\u{2}030,{},{},1245,{:03},0,0,{},000,0,0,0\u{3}\r\n\u{2}000,0,{},{},1,2,4,0,{left:08},1,000\u{3}\r\n\u{2}1234,0\u{3}\r\n",
            flags[0], flags[1], left, flags[2], flags[3], flags[4],
        );
        let model = PrinterProtocol::find("zebra-zpl").unwrap();
        let Reply::Status(status) = read(ReplyKind::HostStatus, model, text.as_bytes(), cut).unwrap()
        else { panic!("~HS gives a status") };
        prop_assert_eq!(status.is_stopped(), flags[0] + flags[1] + flags[3] + flags[4] > 0);
        prop_assert_eq!(status.is_busy(), left > 0);
        prop_assert_eq!(status.partial, Some(flags[2] == 1));
    }
}
