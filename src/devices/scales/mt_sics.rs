//! Mettler Toledo MT-SICS: lines of words (reference manual 11780711).

use super::super::fault::FrameFault;
use super::decimal::{kilograms, tenths_g};
use super::event::{Done, Load, Motion, Refusal, ScaleEvent, Weight};

pub(super) fn meaning(line: &[u8]) -> ScaleEvent {
    let mut words = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    let (id, status) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let (number, unit) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    match (id, status) {
        (b"ES" | b"ET", _) => ScaleEvent::Refused(Refusal::Transmission),
        (b"EL", _) => ScaleEvent::Refused(Refusal::Unsupported),
        (b"S" | b"Z" | b"ZI" | b"T" | b"TI" | b"TA" | b"TAC", b"I") => {
            ScaleEvent::Refused(Refusal::Busy)
        }
        (b"S", b"+") => ScaleEvent::Overload,
        (b"S", b"-") => ScaleEvent::Underload,
        (b"Z" | b"ZI", b"+" | b"-") => ScaleEvent::Refused(Refusal::CannotZero),
        (b"T" | b"TI", b"+" | b"-") => ScaleEvent::Refused(Refusal::CannotTare),
        (b"TA" | b"TAC", b"L") => ScaleEvent::Refused(Refusal::BadInput),
        (b"S", b"S") => weight(number, unit, Motion::Stable),
        (b"S", b"D") => weight(number, unit, Motion::Moving),
        (b"Z", b"A") | (b"ZI", b"S" | b"D") => ScaleEvent::Done(Done::Zero),
        (b"T" | b"TI", b"S" | b"D") | (b"TA" | b"TAC", b"A") => ScaleEvent::Done(Done::Tare),
        (b"I4", b"A") => ScaleEvent::Restarted { serial: quoted(line) },
        (b"I2" | b"D" | b"DW", _) => ScaleEvent::Told { text: line.to_vec() },
        _ => ScaleEvent::Fault(FrameFault::BadForm),
    }
}

fn weight(number: &[u8], unit: &[u8], motion: Motion) -> ScaleEvent {
    tenths_g(number, unit).map_or(ScaleEvent::Fault(FrameFault::BadForm), |tenths_g| {
        ScaleEvent::Weight(Weight { tenths_g, motion, load: Load::AsShown })
    })
}

fn quoted(line: &[u8]) -> String {
    let text = String::from_utf8_lossy(line);
    text.split('"').nth(1).unwrap_or_default().to_owned()
}

/// The line that says so.
pub(super) fn device_payload(event: &ScaleEvent) -> Option<Vec<u8>> {
    Some(match event {
        ScaleEvent::Weight(weight) => {
            let status = if weight.motion == Motion::Stable { 'S' } else { 'D' };
            format!("S {status} {:>10} kg", kilograms(weight.tenths_g)).into_bytes()
        }
        ScaleEvent::Overload => b"S +".to_vec(),
        ScaleEvent::Underload => b"S -".to_vec(),
        ScaleEvent::Refused(Refusal::Busy) => b"S I".to_vec(),
        ScaleEvent::Refused(Refusal::Transmission) => b"ES".to_vec(),
        ScaleEvent::Refused(Refusal::Unsupported) => b"EL".to_vec(),
        ScaleEvent::Done(Done::Zero) => b"Z A".to_vec(),
        ScaleEvent::Done(Done::Tare) => b"TAC A".to_vec(),
        ScaleEvent::Restarted { serial } => format!("I4 A \"{serial}\"").into_bytes(),
        ScaleEvent::Told { text } => text.clone(),
        _ => return None,
    })
}
