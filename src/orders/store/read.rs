//! Orders as they are shown.

use serde_json::Value;

use crate::args;
use crate::db::{Arg, DbError, Tx};
use crate::ids::{OrderEventId, OrderId, OwnerId, ProductId};
use crate::orders::model::{Order, OrderLine};
use crate::orders::state::OrderState;
use crate::record;
use crate::units::{Pieces, UtcMicros};

record! {
    /// A line of an order's history.
    pub(in crate::orders) struct EventRow {
        pub(in crate::orders) id: OrderEventId,
        pub(in crate::orders) kind: String,
        pub(in crate::orders) state: OrderState,
        pub(in crate::orders) detail: Value,
        pub(in crate::orders) user_name: Option<String>,
        pub(in crate::orders) device_name: Option<String>,
        pub(in crate::orders) happened_at: UtcMicros,
    }
}

record! {
    /// What of an order's goods went back to the shelf, or is on its way there.
    pub(in crate::orders) struct ReturnedRow {
        pub(in crate::orders) product: ProductId,
        pub(in crate::orders) quantity: Pieces,
    }
}

/// Which orders a list shows.
#[derive(Debug, Clone)]
pub(in crate::orders) struct ListFilter {
    pub(in crate::orders) owner: Option<OwnerId>,
    pub(in crate::orders) state: Option<OrderState>,
    pub(in crate::orders) external_number: Option<String>,
    pub(in crate::orders) carrier: Option<String>,
    pub(in crate::orders) before: OrderId,
    pub(in crate::orders) limit: i64,
}

const ORDER: &str = "SELECT id, owner_id, warehouse_id, number, external_number, state, policy, priority, promised_at,
            carrier, pickup_point, recipient, cod_kopecks, version, created_at
     FROM shop_order WHERE id = $1 AND (owner_id = $2 OR $2 IS NULL)";

const LIST: &str = "SELECT id, owner_id, warehouse_id, number, external_number, state, policy, priority, promised_at,
            carrier, pickup_point, recipient, cod_kopecks, version, created_at
     FROM shop_order
     WHERE id < $1 AND (state = $2 OR $2 IS NULL) AND (external_number = $3 OR $3 IS NULL)
       AND (carrier = $4 OR $4 IS NULL)
     ORDER BY id DESC LIMIT $5";

const LIST_OWN: &str = "SELECT id, owner_id, warehouse_id, number, external_number, state, policy, priority, promised_at,
            carrier, pickup_point, recipient, cod_kopecks, version, created_at
     FROM shop_order
     WHERE id < $1 AND (state = $2 OR $2 IS NULL) AND (external_number = $3 OR $3 IS NULL)
       AND (carrier = $4 OR $4 IS NULL) AND owner_id = $6
     ORDER BY owner_id, id DESC LIMIT $5";

const LINES: &str = "SELECT l.id, l.order_id, l.line_number, l.product_id, p.article, p.name, l.price_kopecks, l.ordered, l.cancelled,
            COALESCE(r.quantity, 0) + COALESCE(t.held, 0), COALESCE(t.picked, 0), l.packed, l.shipped
     FROM order_line l JOIN product p ON p.id = l.product_id
     LEFT JOIN reservation r ON r.order_line_id = l.id
     LEFT JOIN (SELECT order_line_id, CAST(SUM(quantity - dropped) AS BIGINT) AS held, CAST(SUM(picked) AS BIGINT) AS picked
                FROM pick_task WHERE order_id = $1 GROUP BY order_line_id) AS t ON t.order_line_id = l.id
     WHERE l.order_id = $1 ORDER BY l.line_number";

const RETURNED: &str = "SELECT product_id, CAST(SUM(quantity) AS BIGINT) FROM put_back
     WHERE order_id = $1 GROUP BY product_id";

const EVENTS: &str = "SELECT e.id, e.kind, e.state, e.detail, u.name, d.name, e.happened_at
     FROM order_event e LEFT JOIN app_user u ON u.id = e.actor_id LEFT JOIN device d ON d.id = e.device_id
     WHERE e.order_id = $1 ORDER BY e.id";

const HEADS: &str = "SELECT id, owner_id, warehouse_id, number, external_number, state, policy, priority, promised_at,
            carrier, pickup_point, recipient, cod_kopecks, version, created_at
     FROM shop_order WHERE id IN (/*list*/)";

pub(in crate::orders) const QUERIES: &[&str] =
    &[ORDER, LIST, LIST_OWN, LINES, RETURNED, EVENTS, HEADS];

pub(in crate::orders) async fn order(
    tx: &mut Tx,
    order: OrderId,
    owner: Option<OwnerId>,
) -> Result<Option<Order>, DbError> {
    tx.fetch_optional(ORDER, args![order, owner]).await
}

pub(in crate::orders) async fn heads(
    tx: &mut Tx,
    orders: &[OrderId],
) -> Result<Vec<Order>, DbError> {
    tx.fetch_in(HEADS, args![], orders.iter().copied().map(Arg::from).collect()).await
}

/// Orders before an id, newest first.
pub(in crate::orders) async fn list(
    tx: &mut Tx,
    filter: &ListFilter,
) -> Result<Vec<Order>, DbError> {
    let mut args = args![
        filter.before,
        filter.state,
        filter.external_number.clone(),
        filter.carrier.clone(),
        filter.limit,
    ];
    match filter.owner {
        Some(owner) => {
            args.push(owner.into());
            tx.fetch_all(LIST_OWN, args).await
        }
        None => tx.fetch_all(LIST, args).await,
    }
}

pub(in crate::orders) async fn lines(
    tx: &mut Tx,
    order: OrderId,
) -> Result<Vec<OrderLine>, DbError> {
    tx.fetch_all(LINES, args![order]).await
}

pub(in crate::orders) async fn returned(
    tx: &mut Tx,
    order: OrderId,
) -> Result<Vec<ReturnedRow>, DbError> {
    tx.fetch_all(RETURNED, args![order]).await
}

pub(in crate::orders) async fn events(
    tx: &mut Tx,
    order: OrderId,
) -> Result<Vec<EventRow>, DbError> {
    tx.fetch_all(EVENTS, args![order]).await
}
