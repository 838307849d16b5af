//! The facts behind a line that is not promised: where its product lies and who has it.

use super::reserve::NEVER;
use crate::args;
use crate::db::{Arg, DbError, Tx};
use crate::ids::{OrderId, ProductId, WarehouseId};
use crate::orders::model::Order;
use crate::record;

record! {
    /// So many pieces of a product lie in places of a kind.
    pub(in crate::orders) struct LyingRow {
        pub(in crate::orders) product: ProductId,
        pub(in crate::orders) whereabouts: String,
        pub(in crate::orders) on_hand: i64,
        /// Held by pick tasks.
        pub(in crate::orders) held: i64,
    }
}

record! {
    /// What other orders were promised of a product.
    pub(in crate::orders) struct OthersRow {
        pub(in crate::orders) product: ProductId,
        pub(in crate::orders) pieces: i64,
        /// How many of them stand before this order in rank.
        pub(in crate::orders) orders_before: i64,
    }
}

const LYING: &str = "SELECT product_id, whereabouts, CAST(SUM(on_hand) AS BIGINT), CAST(SUM(reserved) AS BIGINT) FROM (
         SELECT b.product_id, b.on_hand, b.reserved,
                CASE WHEN b.condition <> 'available' THEN b.condition
                     WHEN p.pickable THEN 'pickable'
                     WHEN p.locked THEN 'locked'
                     WHEN COALESCE(p.purpose, o.purpose) = 'receiving' THEN 'receiving'
                     WHEN COALESCE(p.purpose, o.purpose) = 'quarantine' THEN 'quarantine'
                     WHEN COALESCE(p.purpose, o.purpose) = 'returns' THEN 'returns'
                     ELSE 'elsewhere' END AS whereabouts
         FROM balance b JOIN place p ON p.id = b.place_id LEFT JOIN place o ON o.id = p.inside_id
         WHERE p.warehouse_id = $1 AND b.product_id IN (/*list*/)
     ) AS lying GROUP BY product_id, whereabouts";

const OTHERS: &str = "SELECT r.product_id, CAST(SUM(r.quantity) AS BIGINT),  COUNT(DISTINCT CASE WHEN (-o.priority, COALESCE(o.promised_at, $3), o.id) < ($4, $5, $2) THEN l.order_id END)
     FROM reservation r JOIN order_line l ON l.id = r.order_line_id JOIN shop_order o ON o.id = l.order_id
     WHERE r.warehouse_id = $1 AND l.order_id <> $2 AND r.product_id IN (/*list*/)
     GROUP BY r.product_id";

pub(in crate::orders) const QUERIES: &[&str] = &[LYING, OTHERS];

fn list(products: &[ProductId]) -> Vec<Arg> {
    products.iter().copied().map(Arg::from).collect()
}

pub(in crate::orders) async fn lying(
    tx: &mut Tx,
    warehouse: WarehouseId,
    products: &[ProductId],
) -> Result<Vec<LyingRow>, DbError> {
    tx.fetch_in(LYING, args![warehouse], list(products)).await
}

pub(in crate::orders) async fn others(
    tx: &mut Tx,
    order: &Order,
    products: &[ProductId],
) -> Result<Vec<OthersRow>, DbError> {
    let id: OrderId = order.id;
    let promised = order.promised_at.unwrap_or(NEVER);
    let args = args![order.warehouse, id, NEVER, -order.priority, promised];
    tx.fetch_in(OTHERS, args, list(products)).await
}
