//! What has left.

use crate::db::{Arg, DbError, Tx};
use crate::ids::OrderId;
use crate::ids::OrderLineId;
use crate::units::{OutOfRange, Pieces};
use crate::{args, record};

record! {
    struct OrderRow {
        order: OrderId,
    }
}

record! {
    struct LineRow {
        _line: OrderLineId,
    }
}

// Changes nothing, but holds the rows until the end of the transaction on both engines.
const ORDERS_HOLD: &str =
    "UPDATE shop_order SET version = version WHERE id IN (/*list*/) RETURNING id";

const LINES_SHIP: &str =
    "UPDATE order_line SET shipped = shipped + $1 WHERE id IN (/*list*/) RETURNING id";

const ORDERS_COMPLETE: &str = "SELECT o.id FROM shop_order o
     WHERE o.state = 'packed' AND o.id IN (/*list*/) AND NOT EXISTS
         (SELECT 1 FROM order_line l WHERE l.order_id = o.id AND l.shipped < l.packed)
     ORDER BY o.id";

pub(super) const QUERIES: &[&str] = &[ORDERS_HOLD, LINES_SHIP, ORDERS_COMPLETE];

pub(in crate::orders) async fn orders_hold(tx: &mut Tx, orders: &[OrderId]) -> Result<(), DbError> {
    let list = orders.iter().map(|order| Arg::from(*order)).collect();
    tx.fetch_in::<OrderRow>(ORDERS_HOLD, args![], list).await.map(drop)
}

pub(in crate::orders) async fn lines_ship(
    tx: &mut Tx,
    pieces: Pieces,
    lines: &[OrderLineId],
) -> Result<(), DbError> {
    let list = lines.iter().map(|line| Arg::from(*line)).collect();
    tx.fetch_in::<LineRow>(LINES_SHIP, args![pieces], list).await.map(drop)
}

/// The packed ones of these orders of which everything packed has left.
pub(in crate::orders) async fn orders_complete(
    tx: &mut Tx,
    orders: &[OrderId],
) -> Result<Vec<OrderId>, DbError> {
    let list = orders.iter().map(|order| Arg::from(*order)).collect();
    let rows: Vec<OrderRow> = tx.fetch_in(ORDERS_COMPLETE, args![], list).await?;
    Ok(rows.into_iter().map(|row| row.order).collect())
}

/// More pieces than a column holds cannot have been packed.
pub(in crate::orders) fn out_of_range(error: OutOfRange) -> DbError {
    DbError::Engine(Box::new(error))
}
