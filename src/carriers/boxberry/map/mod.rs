//! Ours to Boxberry's and back, without any calls.

mod ask;
mod point;
mod quote;
mod track;

pub(super) use ask::{intake, order};
pub(super) use point::point;
pub(super) use quote::{calculated, calculation, costs, costs_params, reaches};
pub(super) use track::{STATUSES, events, mark};

use super::CODE;
use super::wire::Loose;
use crate::carriers::model::Reason;
use crate::carriers::{CarrierError, amounts};
use crate::units::Kopecks;

/// Roubles of an answer.
pub(super) fn kopecks(roubles: &Loose) -> Result<Kopecks, CarrierError> {
    amounts::kopecks(&roubles.0).map_err(malformed)
}

pub(super) fn malformed(error: impl std::fmt::Display) -> CarrierError {
    CarrierError::malformed(CODE, error)
}

/// Whether a refusal says that there is nothing of the kind, by its beginning: Boxberry has words only.
pub(super) fn is_no_data(reasons: &[Reason]) -> bool {
    reasons.iter().any(|one| one.text.trim().to_lowercase().starts_with("нет данных"))
}

/// The digits by which files of a parcel are asked for: a track is three letters and these.
pub(super) fn parcel_id(track: &str) -> String {
    track.chars().filter(char::is_ascii_digit).collect()
}
