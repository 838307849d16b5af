//! CAS: the polled frame of AP, SW, ER and PD scales, and the continuous one of CI, NT and PDS
//! indicators (their user's manuals).

use super::super::fault::FrameFault;
use super::decimal::{kilograms, tenths_g};
use super::event::{Load, Motion, Refusal, ScaleEvent, Weight};

const ACK: u8 = 0x06;
const NAK: u8 = 0x15;

/// What a frame or a single byte of a polled scale says; nothing for ACK, which asks for DC1.
pub(super) fn polled(payload: &[u8]) -> Option<ScaleEvent> {
    let bad = ScaleEvent::Fault(FrameFault::BadForm);
    Some(match payload {
        [ACK] => return None,
        [NAK] => ScaleEvent::Refused(Refusal::Busy),
        [status, sign, rest @ ..] => {
            let motion = if *status == b'S' { Motion::Stable } else { Motion::Moving };
            // Six digits and two letters, or seven and one.
            let at = rest.iter().position(u8::is_ascii_alphabetic).unwrap_or(rest.len());
            let (number, unit) = rest.split_at(at);
            let value = tenths_g(number, unit);
            match (sign, value) {
                (b' ', Some(tenths_g)) => weight(tenths_g, motion, Load::AsShown),
                (b'-', Some(tenths_g)) => weight(-tenths_g, motion, Load::AsShown),
                _ => bad,
            }
        }
        _ => bad,
    })
}

/// `ST,GS,` id, lamp, `,`, eight places of weight, a blank, the unit.
pub(super) fn continuous(payload: &[u8]) -> ScaleEvent {
    let bad = ScaleEvent::Fault(FrameFault::BadForm);
    let (Some(status), Some(load)) = (payload.get(..2), payload.get(3..5)) else { return bad };
    let (Some(number), Some(unit)) = (payload.get(9..17), payload.get(18..20)) else { return bad };
    let motion = match status {
        b"OL" => return ScaleEvent::Overload,
        b"ST" => Motion::Stable,
        b"US" => Motion::Moving,
        _ => return bad,
    };
    let load = match load {
        b"GS" => Load::Gross,
        b"NT" => Load::Net,
        _ => return bad,
    };
    tenths_g(number, unit).map_or(bad, |tenths_g| weight(tenths_g, motion, load))
}

const fn weight(tenths_g: i64, motion: Motion, load: Load) -> ScaleEvent {
    ScaleEvent::Weight(Weight { tenths_g, motion, load })
}

pub(super) fn polled_payload(event: &ScaleEvent) -> Option<Vec<u8>> {
    let ScaleEvent::Weight(weight) = event else { return None };
    let status = if weight.motion == Motion::Stable { 'S' } else { 'U' };
    let sign = if weight.tenths_g < 0 { '-' } else { ' ' };
    let number = kilograms(weight.tenths_g.checked_abs()?);
    (number.len() <= 6).then(|| format!("{status}{sign}{number:>6}kg").into_bytes())
}

pub(super) fn continuous_payload(event: &ScaleEvent) -> Option<Vec<u8>> {
    let (status, load, number) = match event {
        ScaleEvent::Overload => ("OL", "GS", "0.000".to_owned()),
        ScaleEvent::Weight(weight) => (
            if weight.motion == Motion::Stable { "ST" } else { "US" },
            if weight.load == Load::Net { "NT" } else { "GS" },
            kilograms(weight.tenths_g),
        ),
        _ => return None,
    };
    if number.len() > 8 {
        return None;
    }
    let mut out = format!("{status},{load},").into_bytes();
    // Number of the scale, and lamps, whose highest bit is always set.
    out.extend_from_slice(&[1, 0x80, b',']);
    out.extend_from_slice(format!("{number:>8} kg").as_bytes());
    Some(out)
}
