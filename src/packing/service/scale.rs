//! The scale of a packing table: a weight stands still on it until one parcel takes it.

use serde::{Deserialize, Serialize};

use crate::commands::Ctx;
use crate::db::{DbError, Tx};
use crate::ids::{ConnectionId, DeviceId};
use crate::packing::{PackError, store};
use crate::units::{Grams, UtcMicros};

/// A weight is that of the parcel on the scale now, not of one that stood there before.
/// As long as it stands there, the scale says so again.
const READING_SECONDS_MAX: i64 = 30;

/// What a parcel weighs, and who says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Weighing {
    pub weight: Grams,
    /// The scale; without it a person typed the weight.
    pub scale: Option<ConnectionId>,
}

impl Weighing {
    pub const fn typed(weight: Grams) -> Self {
        Self { weight, scale: None }
    }
}

/// A weight that came to rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// At whose table the scale stands.
    pub device: DeviceId,
    pub scale: ConnectionId,
    pub weight: Grams,
    /// What the scale sent, for whoever doubts the number.
    pub words: Vec<u8>,
    pub read_at: UtcMicros,
}

/// Notes a weight that came to rest, in place of the last one.
pub async fn weight_note(tx: &mut Tx, reading: &Reading) -> Result<(), DbError> {
    store::scale::reading_write(tx, reading).await
}

/// Notes that the same weight still stands there.
pub async fn weight_still(tx: &mut Tx, device: DeviceId, now: UtcMicros) -> Result<(), DbError> {
    store::scale::reading_still(tx, device, now).await
}

/// Notes that nothing stands there any more.
pub async fn weight_gone(tx: &mut Tx, device: DeviceId) -> Result<(), DbError> {
    store::scale::reading_end(tx, device).await
}

/// Takes the weight that stands still at a device's table. It belongs to one parcel: a second taking
/// finds nothing until the scale was empty in between.
pub async fn weight_take(tx: &mut Tx, ctx: &Ctx, device: DeviceId) -> Result<Weighing, PackError> {
    let reading = store::scale::reading_find(tx, device).await?.ok_or(PackError::ScaleMissing)?;
    let is_old = ctx.now.seconds_since(reading.read_at) > READING_SECONDS_MAX;
    if is_old || !store::scale::reading_take(tx, device, reading.weight).await? {
        return Err(PackError::ScaleEmpty);
    }
    Ok(Weighing { weight: reading.weight, scale: Some(reading.scale) })
}
