//! Масса-К, protocol 100: a command and its data, inside a frame with the maker's own CRC.

use super::super::fault::FrameFault;
use super::event::{Done, Load, Motion, Refusal, ScaleEvent, Weight};

const MASSA: u8 = 0x24;
const NAME: u8 = 0x21;
const PARAMETERS: u8 = 0x76;
const TARE_DONE: u8 = 0x12;
const TARE_REFUSED: u8 = 0x15;
const ZERO_DONE: u8 = 0x27;
const ERROR: u8 = 0x28;
const NACK: u8 = 0xF0;
const SET_TARE: u8 = 0xA3;
/// Tenths of a gram in one division, by the code of the division.
const DIVISIONS: [i64; 5] = [1, 10, 100, 1_000, 10_000];

const REFUSALS: &[(u8, Refusal)] = &[
    (0x07, Refusal::Unsupported),
    (0x09, Refusal::NotWeighing),
    (0x0A, Refusal::BadInput),
    (0x0B, Refusal::Faulty),
    (0x10, Refusal::NoLink),
    (0x11, Refusal::NoLink),
    (0x15, Refusal::CannotZero),
    (0x17, Refusal::NoLink),
    (0x18, Refusal::LoadedAtStart),
    (0x19, Refusal::Faulty),
];
const OVERLOAD: u8 = 0x08;

pub(super) fn meaning(body: &[u8]) -> ScaleEvent {
    match body {
        [MASSA, a, b, c, d, division, stable, net, _zero, ..] => {
            let shown = i64::from(i32::from_le_bytes([*a, *b, *c, *d]));
            let Some(factor) = DIVISIONS.get(usize::from(*division)) else {
                return ScaleEvent::Fault(FrameFault::BadForm);
            };
            ScaleEvent::Weight(Weight {
                tenths_g: shown * factor,
                motion: if *stable == 1 { Motion::Stable } else { Motion::Moving },
                load: if *net == 1 { Load::Net } else { Load::Gross },
            })
        }
        [TARE_DONE, ..] => ScaleEvent::Done(Done::Tare),
        [TARE_REFUSED, ..] => ScaleEvent::Refused(Refusal::CannotTare),
        [ZERO_DONE, ..] => ScaleEvent::Done(Done::Zero),
        [ERROR, OVERLOAD, ..] => ScaleEvent::Overload,
        [ERROR, code, ..] => {
            let known = REFUSALS.iter().find(|(known, _)| known == code);
            ScaleEvent::Refused(known.map_or(Refusal::Other, |(_, refusal)| *refusal))
        }
        [NACK, ..] => ScaleEvent::Refused(Refusal::Transmission),
        [NAME | PARAMETERS, text @ ..] => ScaleEvent::Told { text: text.to_vec() },
        _ => ScaleEvent::Fault(FrameFault::BadForm),
    }
}

pub(super) fn device_payload(event: &ScaleEvent) -> Option<Vec<u8>> {
    Some(match event {
        ScaleEvent::Weight(weight) => {
            let is_whole = weight.tenths_g % 10 == 0;
            let shown = if is_whole { weight.tenths_g / 10 } else { weight.tenths_g };
            let mut body = vec![MASSA];
            body.extend_from_slice(&i32::try_from(shown).ok()?.to_le_bytes());
            body.push(u8::from(is_whole));
            body.push(u8::from(weight.motion == Motion::Stable));
            body.push(u8::from(weight.load == Load::Net));
            body.push(u8::from(weight.tenths_g == 0));
            body
        }
        ScaleEvent::Overload => vec![ERROR, OVERLOAD],
        ScaleEvent::Done(Done::Tare) => vec![TARE_DONE],
        ScaleEvent::Done(Done::Zero) => vec![ZERO_DONE],
        ScaleEvent::Refused(Refusal::CannotTare) => vec![TARE_REFUSED],
        ScaleEvent::Refused(Refusal::Transmission) => vec![NACK],
        ScaleEvent::Refused(refusal) => {
            let (code, _) = REFUSALS.iter().find(|(_, known)| known == refusal)?;
            vec![ERROR, *code]
        }
        ScaleEvent::Told { text } => [&[NAME], text.as_slice()].concat(),
        _ => return None,
    })
}

/// The body that sets a tare. Scales with a division of a gram take grams.
pub(super) fn tare_body(tare_g: i64) -> Option<Vec<u8>> {
    let value = i32::try_from(tare_g).ok()?;
    Some([&[SET_TARE], value.to_le_bytes().as_slice()].concat())
}
