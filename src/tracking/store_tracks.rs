//! What shipments were tracked by before. The statements are listed in `store`.

use super::store::Course;
use crate::db::{Arg, DbError, Tx};
use crate::ids::ShipmentId;
use crate::{args, record};

record! {
    /// What a shipment was tracked by before.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub(super) struct Former {
        pub(super) track: String,
        pub(super) shipment: ShipmentId,
    }
}

/// A shipment whose carrier tracks it by something else by now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Renamed {
    pub(super) shipment: ShipmentId,
    pub(super) carrier: String,
    /// Empty: it had none.
    pub(super) former: String,
    pub(super) present: String,
}

pub(super) const COURSES_BY_ID: &str =
    "SELECT id, owner_id, parcel_id, carrier, number, carrier_ref, track, state, status, status_at,
         attention, heard_at, poll_at, asked_at, seen_at, registered_at
     FROM shipment WHERE id IN (/*list*/)";

pub(super) const FORMERS: &str =
    "SELECT track, shipment_id FROM shipment_track WHERE carrier = $1 AND track IN (/*list*/)";

pub(super) const FORMER_INSERT: &str = "INSERT INTO shipment_track (carrier, track, shipment_id)
     VALUES ($1, $2, $3) ON CONFLICT (carrier, track, shipment_id) DO NOTHING";

pub(super) const TRACK_SET: &str = "UPDATE shipment SET track = $2 WHERE id = $1";

/// The shipments of a carrier that had one of these tracks before.
pub(super) async fn formers(
    tx: &mut Tx,
    carrier: &str,
    tracks: Vec<&str>,
) -> Result<Vec<Former>, DbError> {
    tx.fetch_in(FORMERS, args![carrier], tracks.into_iter().map(Arg::from).collect()).await
}

/// The shipments of a carrier that had one of these tracks before, each with it.
pub(super) async fn renamed(
    tx: &mut Tx,
    carrier: &str,
    tracks: Vec<&str>,
) -> Result<Vec<(String, Course)>, DbError> {
    let formers = formers(tx, carrier, tracks).await?;
    let ids = formers.iter().map(|former| Arg::from(former.shipment)).collect();
    let courses: Vec<Course> = tx.fetch_in(COURSES_BY_ID, args![], ids).await?;
    let course = |former: Former| {
        let course = courses.iter().find(|course| course.id == former.shipment)?;
        Some((former.track, course.clone()))
    };
    Ok(formers.into_iter().filter_map(course).collect())
}

/// Keeps the former track.
pub(super) async fn former_insert(tx: &mut Tx, renamed: &Renamed) -> Result<(), DbError> {
    let values = args![&renamed.carrier, &renamed.former, renamed.shipment];
    tx.execute(FORMER_INSERT, values).await.map(drop)
}

pub(super) async fn track_set(tx: &mut Tx, renamed: &Renamed) -> Result<(), DbError> {
    tx.execute(TRACK_SET, args![renamed.shipment, &renamed.present]).await.map(drop)
}
