//! The states of parcels on their way out.

use crate::db::{DbError, Tx};
use crate::ids::{ManifestId, OrderId, ParcelId};
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

pub const QUERIES: &[&str] = &[PARCEL_LOAD, PARCEL_UNLOAD, PARCELS_HAND_OVER, PARCELS_HOLD];

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
