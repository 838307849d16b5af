//! The states of parcels on their way out.

use crate::db::{DbError, Tx};
use crate::ids::{ManifestId, OrderId, ParcelId, WarehouseId};
use crate::packing::ScanBack;
use crate::units::UtcMicros;
use crate::{args, record};

record! {
    struct StateRow {
        state: String,
    }
}

const PARCEL_LOAD: &str = "UPDATE parcel SET state = 'loaded' WHERE id = $1 AND state = 'packed'";

const PARCEL_UNLOAD: &str = "UPDATE parcel SET state = 'packed' WHERE id = $1 AND state = 'loaded'";

const PARCELS_HAND_OVER: &str =
    "UPDATE parcel SET state = 'handed_over' WHERE state = 'loaded' AND id IN
     (SELECT parcel_id FROM manifest_parcel WHERE manifest_id = $1 AND state = 'loaded')";

// Changes nothing, but holds the rows until the end of the transaction on both engines.
const PARCELS_HOLD: &str = "UPDATE parcel SET state = state WHERE order_id = $1 RETURNING state";

const LABEL_VERIFY: &str = "UPDATE parcel SET verified_at = COALESCE(verified_at, $3)
     WHERE number = $1 AND warehouse_id = $2 AND state IN ('packed', 'loaded', 'handed_over')";

const SCAN_BACK_SET: &str = "UPDATE warehouse SET scan_back = $2 WHERE id = $1";

pub const QUERIES: &[&str] =
    &[PARCEL_LOAD, PARCEL_UNLOAD, PARCELS_HAND_OVER, PARCELS_HOLD, LABEL_VERIFY, SCAN_BACK_SET];

pub(super) async fn parcel_load(tx: &mut Tx, parcel: ParcelId) -> Result<bool, DbError> {
    Ok(tx.execute(PARCEL_LOAD, args![parcel]).await? == 1)
}

pub(super) async fn parcel_unload(tx: &mut Tx, parcel: ParcelId) -> Result<bool, DbError> {
    Ok(tx.execute(PARCEL_UNLOAD, args![parcel]).await? == 1)
}

pub(super) async fn parcels_hand_over(tx: &mut Tx, manifest: ManifestId) -> Result<u64, DbError> {
    tx.execute(PARCELS_HAND_OVER, args![manifest]).await
}

pub(super) async fn parcels_gone(tx: &mut Tx, order: OrderId) -> Result<usize, DbError> {
    let rows: Vec<StateRow> = tx.fetch_all(PARCELS_HOLD, args![order]).await?;
    Ok(rows.iter().filter(|row| ["loaded", "handed_over"].contains(&row.state.as_str())).count())
}

pub(super) async fn label_verify(
    tx: &mut Tx,
    warehouse: WarehouseId,
    number: &str,
    at: UtcMicros,
) -> Result<bool, DbError> {
    Ok(tx.execute(LABEL_VERIFY, args![number, warehouse, at]).await? == 1)
}

pub(super) async fn scan_back_set(
    tx: &mut Tx,
    warehouse: WarehouseId,
    scan_back: ScanBack,
) -> Result<bool, DbError> {
    Ok(tx.execute(SCAN_BACK_SET, args![warehouse, scan_back]).await? == 1)
}
