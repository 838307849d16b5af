//! How a parcel leaves: from packed to loaded to handed over.
//!
//! **Invariant:** the parcel's own row decides between loading it and cancelling it: both are guarded
//! updates of it, so exactly one of two at the same time succeeds.

mod store;

pub use self::store::QUERIES;
use crate::db::{DbError, Tx};
use crate::ids::{ManifestId, OrderId, ParcelId, WarehouseId};
use crate::packing::ScanBack;
use crate::units::UtcMicros;

/// Marks a packed parcel as loaded. False: it is not packed any more.
pub async fn parcel_load(tx: &mut Tx, parcel: ParcelId) -> Result<bool, DbError> {
    store::parcel_load(tx, parcel).await
}

/// Takes a loaded parcel off the truck. False: it is not loaded.
pub async fn parcel_unload(tx: &mut Tx, parcel: ParcelId) -> Result<bool, DbError> {
    store::parcel_unload(tx, parcel).await
}

/// Hands over all parcels that are loaded on a manifest, and answers how many those were.
pub async fn parcels_hand_over(tx: &mut Tx, manifest: ManifestId) -> Result<u64, DbError> {
    store::parcels_hand_over(tx, manifest).await
}

/// Holds the parcels of an order until the end of the transaction and answers how many of them are
/// loaded or gone: those cannot be taken back.
pub async fn parcels_gone(tx: &mut Tx, order: OrderId) -> Result<usize, DbError> {
    store::parcels_gone(tx, order).await
}

/// Notes that the label of a closed parcel was scanned back: it hangs on the parcel and can be read.
/// False: there is no closed parcel of that number.
pub async fn label_verify(
    tx: &mut Tx,
    warehouse: WarehouseId,
    number: &str,
    at: UtcMicros,
) -> Result<bool, DbError> {
    store::label_verify(tx, warehouse, number, at).await
}

/// Says where labels have to be scanned back. False: there is no such warehouse.
pub async fn scan_back_set(
    tx: &mut Tx,
    warehouse: WarehouseId,
    scan_back: ScanBack,
) -> Result<bool, DbError> {
    store::scan_back_set(tx, warehouse, scan_back).await
}
