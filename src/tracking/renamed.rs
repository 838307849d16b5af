//! Shipments that their carrier calls otherwise after a while: a preliminary code becomes a final one.
//!
//! **Invariant:** what a shipment was ever tracked by leads to it for ever: the present track is its own,
//! the former ones are kept beside. A former track does not become the present one again: some doors of
//! a carrier are late.

use std::collections::BTreeSet;

use super::ingest::clean;
use super::store::Course;
use super::store_tracks::{self as store, Former, Renamed};
use crate::carriers::model::{Leg, Track};
use crate::db::{DbError, Tx};

/// What a carrier calls a shipment by now, if that is not what we know. Only our number and the
/// carrier's id say that it is this one; a return under a number of its own is another name of the way
/// back alone.
pub(super) fn of(course: &Course, track: &Track) -> Option<Renamed> {
    let told = &track.reference;
    let mut legs = track.events.iter().map(|event| event.leg);
    if !track.events.is_empty() && legs.all(|leg| leg == Leg::Return) {
        return None;
    }
    let is_surely = (!told.number.is_empty() && told.number == course.number)
        || (!told.id.is_empty() && told.id == course.carrier_ref);
    let present = clean(&told.track);
    let is_other = !present.is_empty() && present != course.track;
    (is_surely && is_other).then(|| Renamed {
        shipment: course.id,
        carrier: course.carrier.clone(),
        former: course.track.clone(),
        present,
    })
}

/// Those of which the new track was not known before, one for each shipment.
pub(super) async fn not_noted(
    tx: &mut Tx,
    carrier: &str,
    mut renamed: Vec<Renamed>,
) -> Result<Vec<Renamed>, DbError> {
    if renamed.is_empty() {
        return Ok(renamed);
    }
    let tracks: BTreeSet<&str> = renamed.iter().map(|one| one.present.as_str()).collect();
    let known = store::formers(tx, carrier, tracks.into_iter().collect()).await?;
    renamed.retain(|one| {
        let is_it =
            |former: &Former| former.shipment == one.shipment && former.track == one.present;
        !known.iter().any(is_it)
    });
    renamed.sort_by_key(|one| one.shipment);
    renamed.dedup_by_key(|one| one.shipment);
    Ok(renamed)
}

/// Writes down those of these shipments, which are locked. Whoever was faster has said what the present
/// track is.
pub(super) async fn note(
    tx: &mut Tx,
    courses: &mut [Course],
    renamed: &[Renamed],
) -> Result<(), DbError> {
    for one in renamed {
        let course = courses.iter_mut().find(|course| course.id == one.shipment);
        let Some(course) = course.filter(|course| course.track == one.former) else { continue };
        store::track_set(tx, one).await?;
        if !one.former.is_empty() {
            store::former_insert(tx, one).await?;
        }
        course.track.clone_from(&one.present);
    }
    Ok(())
}
