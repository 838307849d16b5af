//! States, events, and what is taken off lines.

use serde_json::Value;

use crate::args;
use crate::commands::Ctx;
use crate::db::{Arg, DbError, Tx};
use crate::ids::{OrderEventId, OrderId, OrderLineId, OwnerId, WarehouseId};
use crate::orders::model::OrderChange;
use crate::orders::state::OrderState;
use crate::record;
use crate::units::{Kopecks, Pieces};

record! {
    /// An order whose row is locked.
    #[derive(Debug, Clone, Copy)]
    pub(in crate::orders) struct HeadRow {
        pub(in crate::orders) order: OrderId,
        pub(in crate::orders) warehouse: WarehouseId,
        pub(in crate::orders) state: OrderState,
    }
}

record! {
    /// A line of which more is open than is promised.
    #[derive(Debug, Clone, Copy)]
    pub(in crate::orders) struct ShortLineRow {
        pub(in crate::orders) order: OrderId,
        pub(in crate::orders) line: OrderLineId,
        pub(in crate::orders) missing: Pieces,
    }
}

record! {
    pub(in crate::orders) struct LineOrderRow {
        pub(in crate::orders) order: OrderId,
        pub(in crate::orders) state: OrderState,
    }
}

record! {
    /// What an order collects, beside what is not cancelled of one of its lines.
    #[derive(Debug, Clone, Copy)]
    pub(in crate::orders) struct DueRow {
        pub(in crate::orders) cod: Kopecks,
        pub(in crate::orders) open: Pieces,
        pub(in crate::orders) price: Kopecks,
    }
}

record! {
    struct IdRow {
        _order: OrderId,
    }
}

// Changes nothing, but holds the row until the end of the transaction on both engines.
const HEAD_LOCK: &str =
    "UPDATE shop_order SET version = version WHERE id = $1 AND (owner_id = $2 OR $2 IS NULL)
     RETURNING id, warehouse_id, state";

const ADVANCE: &str =
    "UPDATE shop_order SET state = $3, version = version + 1 WHERE id = $1 AND state = $2";

const ADVANCE_MANY: &str = "UPDATE shop_order SET state = $2, version = version + 1
     WHERE state = $1 AND id IN (/*list*/) RETURNING id";

const EVENT_INSERT: &str = "INSERT INTO order_event
     (id, order_id, kind, state, detail, actor_id, device_id, happened_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";

const SHORT_LINES: &str =
    "SELECT l.order_id, l.id, l.ordered - l.cancelled - COALESCE(r.quantity, 0)
     FROM order_line l LEFT JOIN reservation r ON r.order_line_id = l.id
     WHERE l.ordered - l.cancelled > COALESCE(r.quantity, 0) AND l.order_id IN (/*list*/)
     ORDER BY l.id";

const LINE_CANCEL: &str = "UPDATE order_line SET cancelled = cancelled + $2
     WHERE id = $1 AND packed + cancelled + $2 <= ordered";

const LINE_ORDER: &str =
    "SELECT o.id, o.state FROM order_line l JOIN shop_order o ON o.id = l.order_id
     WHERE l.id = $1";

const LINES_CANCEL: &str = "UPDATE order_line SET cancelled = ordered - packed WHERE order_id = $1 AND cancelled < ordered - packed";

const LINE_SET: &str = "UPDATE order_line
     SET ordered = CASE WHEN $3 > ordered THEN $3 ELSE ordered END,
         cancelled = CASE WHEN $3 > ordered THEN 0 ELSE ordered - $3 END
     WHERE id = $1 AND order_id = $2 AND packed <= $3";

const OPEN_PIECES: &str = "SELECT CAST(COALESCE(SUM(ordered - cancelled), 0) AS BIGINT) FROM order_line WHERE order_id = $1";

const CHANGE: &str = "UPDATE shop_order SET carrier = COALESCE($2, carrier), pickup_point = COALESCE($3, pickup_point),
         recipient = COALESCE($4, recipient), priority = COALESCE($5, priority),
         promised_at = COALESCE($6, promised_at), version = version + 1
     WHERE id = $1";

const LINE_NUMBER_LAST: &str =
    "SELECT CAST(COALESCE(MAX(line_number), 0) AS BIGINT) FROM order_line WHERE order_id = $1";

const COD_SET: &str =
    "UPDATE shop_order SET cod_kopecks = COALESCE($2, cod_kopecks), version = version + 1
     WHERE id = $1";

const DUE: &str = "SELECT o.cod_kopecks, l.ordered - l.cancelled, l.price_kopecks
     FROM shop_order o JOIN order_line l ON l.order_id = o.id WHERE o.id = $1";

pub(in crate::orders) const QUERIES: &[&str] = &[
    HEAD_LOCK,
    ADVANCE,
    ADVANCE_MANY,
    EVENT_INSERT,
    SHORT_LINES,
    LINE_CANCEL,
    LINE_ORDER,
    LINES_CANCEL,
    LINE_SET,
    OPEN_PIECES,
    CHANGE,
    LINE_NUMBER_LAST,
    COD_SET,
    DUE,
];

/// Locks an order and answers where it stands. With an owner only that owner's.
pub(in crate::orders) async fn head_lock(
    tx: &mut Tx,
    order: OrderId,
    owner: Option<OwnerId>,
) -> Result<Option<HeadRow>, DbError> {
    tx.fetch_optional(HEAD_LOCK, args![order, owner]).await
}

pub(in crate::orders) async fn advance(
    tx: &mut Tx,
    order: OrderId,
    from: OrderState,
    to: OrderState,
) -> Result<(), DbError> {
    if tx.execute(ADVANCE, args![order, from, to]).await? == 1 {
        Ok(())
    } else {
        Err(tx.conflict())
    }
}

/// Moves orders that are all in one state; answers how many were.
pub(in crate::orders) async fn advance_many(
    tx: &mut Tx,
    orders: &[OrderId],
    from: OrderState,
    to: OrderState,
) -> Result<usize, DbError> {
    let mut ids = orders.to_vec();
    ids.sort_unstable();
    let ids: Vec<Arg> = ids.into_iter().map(Arg::from).collect();
    Ok(tx.fetch_in::<IdRow>(ADVANCE_MANY, args![from, to], ids).await?.len())
}

/// What happened to an order.
pub(in crate::orders) struct Event<'a> {
    pub(in crate::orders) order: OrderId,
    pub(in crate::orders) kind: &'a str,
    pub(in crate::orders) state: OrderState,
    pub(in crate::orders) detail: Value,
}

pub(in crate::orders) async fn events_insert(
    tx: &mut Tx,
    ctx: &Ctx,
    events: Vec<Event<'_>>,
) -> Result<(), DbError> {
    let row = |event: Event<'_>| {
        let id = OrderEventId::new();
        args![
            id,
            event.order,
            event.kind,
            event.state,
            event.detail,
            ctx.actor,
            ctx.device,
            ctx.now
        ]
    };
    tx.insert_many(EVENT_INSERT, events.into_iter().map(row).collect()).await.map(drop)
}

pub(in crate::orders) async fn short_lines(
    tx: &mut Tx,
    orders: &[OrderId],
) -> Result<Vec<ShortLineRow>, DbError> {
    let ids = orders.iter().copied().map(Arg::from).collect();
    tx.fetch_in(SHORT_LINES, args![], ids).await
}

/// Takes pieces off a line, unless they are packed or cancelled already.
pub(in crate::orders) async fn line_cancel(
    tx: &mut Tx,
    line: OrderLineId,
    pieces: Pieces,
) -> Result<bool, DbError> {
    Ok(tx.execute(LINE_CANCEL, args![line, pieces]).await? == 1)
}

pub(in crate::orders) async fn line_order(
    tx: &mut Tx,
    line: OrderLineId,
) -> Result<Option<LineOrderRow>, DbError> {
    tx.fetch_optional(LINE_ORDER, args![line]).await
}

/// Takes everything that is not packed off all lines.
pub(in crate::orders) async fn lines_cancel(tx: &mut Tx, order: OrderId) -> Result<(), DbError> {
    tx.execute(LINES_CANCEL, args![order]).await.map(drop)
}

/// Sets what a line shall come to.
pub(in crate::orders) async fn line_set(
    tx: &mut Tx,
    order: OrderId,
    line: OrderLineId,
    quantity: Pieces,
) -> Result<bool, DbError> {
    Ok(tx.execute(LINE_SET, args![line, order, quantity]).await? == 1)
}

/// How many pieces of an order are not cancelled.
pub(in crate::orders) async fn open_pieces(tx: &mut Tx, order: OrderId) -> Result<i64, DbError> {
    Ok(tx.fetch_one::<crate::db::Count>(OPEN_PIECES, args![order]).await?.value)
}

pub(in crate::orders) async fn change(
    tx: &mut Tx,
    order: OrderId,
    change: &OrderChange,
    recipient: Option<Value>,
) -> Result<(), DbError> {
    let values = args![
        order,
        change.carrier.clone(),
        change.pickup_point.clone(),
        recipient,
        change.priority,
        change.promised_at,
    ];
    tx.execute(CHANGE, values).await.map(drop)
}

/// The number of the last line of an order.
pub(in crate::orders) async fn line_number_last(
    tx: &mut Tx,
    order: OrderId,
) -> Result<i64, DbError> {
    Ok(tx.fetch_one::<crate::db::Count>(LINE_NUMBER_LAST, args![order]).await?.value)
}

/// What an order collects and what its goods cost, line by line.
pub(in crate::orders) async fn due(tx: &mut Tx, order: OrderId) -> Result<Vec<DueRow>, DbError> {
    tx.fetch_all(DUE, args![order]).await
}

/// Counts a change, and sets what the buyer pays on delivery if that is told.
pub(in crate::orders) async fn cod_set(
    tx: &mut Tx,
    order: OrderId,
    cod: Option<Kopecks>,
) -> Result<(), DbError> {
    tx.execute(COD_SET, args![order, cod]).await.map(drop)
}
