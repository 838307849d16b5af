//! Packing: parcels, packaging rules, weight control.

use crate::args;
use crate::commands::Ctx;
use crate::db::{DbError, Tx};
use crate::ids::OrderId;

const LINES_UNPACK: &str = "UPDATE order_line SET packed = packed - COALESCE((
         SELECT CAST(SUM(l.quantity) AS BIGINT) FROM parcel_line l JOIN parcel p ON p.id = l.parcel_id
         WHERE l.order_line_id = order_line.id AND p.state IN ('open', 'packed')), 0)
     WHERE order_id = $1";

const PARCELS_CANCEL: &str =
    "UPDATE parcel SET state = 'cancelled' WHERE order_id = $1 AND state IN ('open', 'packed')";

pub const QUERIES: &[&str] = &[LINES_UNPACK, PARCELS_CANCEL];

/// Cancels the parcels of an order that have not been loaded.
pub async fn order_unpack(tx: &mut Tx, _ctx: &Ctx, order: OrderId) -> Result<(), DbError> {
    tx.execute(LINES_UNPACK, args![order]).await?;
    tx.execute(PARCELS_CANCEL, args![order]).await.map(drop)
}
