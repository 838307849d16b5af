//! The weights of packing tables as rows.

use crate::db::{DbError, Tx};
use crate::ids::{ConnectionId, DeviceId};
use crate::packing::Reading;
use crate::units::{Grams, UtcMicros};
use crate::{args, record};

record! {
    /// The last weight of a table's scale.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub(in crate::packing) struct ReadingRow {
        pub(in crate::packing) scale: ConnectionId,
        pub(in crate::packing) weight: Grams,
        pub(in crate::packing) read_at: UtcMicros,
    }
}

pub(super) const READING_WRITE: &str =
    "INSERT INTO scale_reading (device_id, scale_id, weight_g, words, read_at, taken)
     VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (device_id) DO UPDATE SET scale_id = excluded.scale_id,
         weight_g = excluded.weight_g, words = excluded.words, read_at = excluded.read_at,
         taken = excluded.taken";

pub(super) const READING_FIND: &str =
    "SELECT scale_id, weight_g, read_at FROM scale_reading WHERE device_id = $1";

pub(super) const READING_STILL: &str = "UPDATE scale_reading SET read_at = $2 WHERE device_id = $1";

/// Takes the weight that was read: another one may have come to rest since.
pub(super) const READING_TAKE: &str = "UPDATE scale_reading SET taken = $2
     WHERE device_id = $1 AND taken = $3 AND weight_g = $4";

pub(super) const READING_END: &str =
    "UPDATE scale_reading SET taken = $2 WHERE device_id = $1 AND taken = $3";

pub(in crate::packing) async fn reading_write(
    tx: &mut Tx,
    reading: &Reading,
) -> Result<(), DbError> {
    let args = args![
        reading.device,
        reading.scale,
        reading.weight,
        reading.words.clone(),
        reading.read_at,
        false,
    ];
    tx.execute(READING_WRITE, args).await.map(drop)
}

pub(in crate::packing) async fn reading_find(
    tx: &mut Tx,
    device: DeviceId,
) -> Result<Option<ReadingRow>, DbError> {
    tx.fetch_optional(READING_FIND, args![device]).await
}

pub(in crate::packing) async fn reading_still(
    tx: &mut Tx,
    device: DeviceId,
    now: UtcMicros,
) -> Result<(), DbError> {
    tx.execute(READING_STILL, args![device, now]).await.map(drop)
}

/// False when another parcel took the weight, the scale is empty, or it shows another weight now.
pub(in crate::packing) async fn reading_take(
    tx: &mut Tx,
    device: DeviceId,
    weight: Grams,
) -> Result<bool, DbError> {
    Ok(tx.execute(READING_TAKE, args![device, true, false, weight]).await? == 1)
}

/// Nothing stands on the scale any more.
pub(in crate::packing) async fn reading_end(tx: &mut Tx, device: DeviceId) -> Result<(), DbError> {
    tx.execute(READING_END, args![device, true, false]).await.map(drop)
}
