//! Ours to DPD's and back, without any calls.

mod order;
mod point;
mod quote;
mod track;

pub(super) use order::{cancelled, decided, left_out, orders, refused};
pub(super) use point::point;
pub(super) use quote::{cost, quotes};
#[cfg(test)]
pub(super) use track::{STATUSES, tracks};
pub(super) use track::{asked, batch};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::CODE;
use crate::carriers::CarrierError;
use crate::carriers::model::Spot;

pub(super) fn malformed(error: impl std::fmt::Display) -> CarrierError {
    CarrierError::malformed(CODE, error)
}

/// The bytes of a file in an answer; lines of its text may be broken.
pub(super) fn file(base64: &str) -> Result<Vec<u8>, CarrierError> {
    let whole: String = base64.split_whitespace().collect();
    STANDARD.decode(whole).map_err(malformed)
}

/// A terminal or point: parcels are brought there.
const fn is_terminal(spot: &Spot) -> bool {
    matches!(spot, Spot::Point { .. })
}

/// `4060000`, `40600.5`: without zeros that say nothing.
fn short(decimal: &str) -> String {
    let decimal = decimal.strip_suffix(".00").unwrap_or(decimal);
    decimal.to_owned()
}
