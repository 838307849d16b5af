//! Waiting orders, what they lack, what is free, and the promises.

use crate::args;
use crate::db::{Arg, DbError, Tx};
use crate::ids::{OrderId, OrderLineId, OwnerId, ProductId, WarehouseId};
use crate::orders::model::{OrderPolicy, ReleasableLine, WaveFilter};
use crate::orders::state::OrderState;
use crate::record;
use crate::units::UtcMicros;

/// Where a run over the waiting orders stands: the rank of the last one it saw.
#[derive(Debug, Clone, Copy)]
pub(in crate::orders) struct Rank {
    /// The priority with the sign turned, so that all parts of a rank ascend.
    pub(in crate::orders) late: i64,
    pub(in crate::orders) promised_at: UtcMicros,
    pub(in crate::orders) order: OrderId,
}

/// The promised time of an order without one: behind all others.
pub(in crate::orders) const NEVER: UtcMicros = UtcMicros::from_micros(253_370_764_800_000_000);

impl Rank {
    pub(in crate::orders) const fn of(row: &WaitingRow) -> Self {
        Self { late: row.late, promised_at: row.promised_at, order: row.order }
    }

    pub(in crate::orders) const FIRST: Self = Self {
        late: i64::MIN,
        promised_at: UtcMicros::from_micros(0),
        order: OrderId::from_uuid(uuid::Uuid::nil()),
    };
}

record! {
    /// A waiting order.
    #[derive(Debug, Clone, Copy)]
    pub(in crate::orders) struct WaitingRow {
        pub(in crate::orders) order: OrderId,
        pub(in crate::orders) owner: OwnerId,
        pub(in crate::orders) state: OrderState,
        pub(in crate::orders) policy: OrderPolicy,
        pub(in crate::orders) late: i64,
        pub(in crate::orders) promised_at: UtcMicros,
    }
}

record! {
    /// A line of a waiting order: what is open and what is promised of it.
    #[derive(Debug, Clone, Copy)]
    pub(in crate::orders) struct OpenLineRow {
        pub(in crate::orders) order: OrderId,
        pub(in crate::orders) line: OrderLineId,
        pub(in crate::orders) line_number: i64,
        pub(in crate::orders) product: ProductId,
        pub(in crate::orders) open: i64,
        pub(in crate::orders) reserved: i64,
    }
}

record! {
    pub(in crate::orders) struct FreeRow {
        pub(in crate::orders) product: ProductId,
        pub(in crate::orders) free: i64,
    }
}

record! {
    /// A promise.
    #[derive(Debug, Clone, Copy)]
    pub(in crate::orders) struct PromiseRow {
        pub(in crate::orders) order: OrderId,
        pub(in crate::orders) line: OrderLineId,
        pub(in crate::orders) warehouse: WarehouseId,
        pub(in crate::orders) product: ProductId,
        pub(in crate::orders) quantity: i64,
    }
}

record! {
    pub(in crate::orders) struct OrderRow {
        pub(in crate::orders) order: OrderId,
    }
}

// The list of states is that of the partial index, without which `SQLite` would not use it.
// A partial order that is reserved already may still get more; the others in that state have all.
// The waiting orders behind a rank, with one more condition.
macro_rules! waiting {
    ($and:literal) => {
        concat!(
            "SELECT o.id, o.owner_id, o.state, o.policy, -o.priority, COALESCE(o.promised_at, $2)
     FROM shop_order o
     WHERE o.warehouse_id = $1 AND o.state IN ('accepted', 'reserved') AND (o.state = 'accepted' OR o.policy = 'partial')
       AND (-o.priority, COALESCE(o.promised_at, $2), o.id) > ($3, $4, $5)",
            $and,
            " ORDER BY -o.priority, COALESCE(o.promised_at, $2), o.id LIMIT $6"
        )
    };
}

const WAITING: &str = waiting!("");

const WAITING_IN_VAIN: &str = waiting!(
    " AND EXISTS (
           SELECT 1 FROM order_line l CROSS JOIN availability a
           WHERE l.order_id = o.id AND a.warehouse_id = o.warehouse_id AND a.product_id = l.product_id
             AND a.unallocated > a.reserved
             AND l.ordered - l.cancelled > COALESCE((SELECT r.quantity FROM reservation r WHERE r.order_line_id = l.id), 0))"
);

const WAREHOUSES: &str = "SELECT id FROM warehouse ORDER BY id";

const WAITING_FOR: &str = "SELECT o.id, o.owner_id, o.state, o.policy, -o.priority, COALESCE(o.promised_at, $2)
     FROM shop_order o
     WHERE o.warehouse_id = $1 AND o.state IN ('accepted', 'reserved') AND (o.state = 'accepted' OR o.policy = 'partial')
       AND EXISTS (
           SELECT 1 FROM order_line l CROSS JOIN availability a
           WHERE l.order_id = o.id AND a.warehouse_id = o.warehouse_id AND a.product_id = l.product_id
             AND a.unallocated > a.reserved
             AND l.ordered - l.cancelled > COALESCE((SELECT r.quantity FROM reservation r WHERE r.order_line_id = l.id), 0)
             AND l.product_id IN (/*list*/))";

const ORDERS: &str =
    "SELECT o.id, o.owner_id, o.state, o.policy, -o.priority, COALESCE(o.promised_at, $1)
     FROM shop_order o WHERE o.state IN ('accepted', 'reserved') AND o.id IN (/*list*/)
     ORDER BY o.id";

const ORDERS_LOCKED: &str =
    "SELECT o.id, o.owner_id, o.state, o.policy, -o.priority, COALESCE(o.promised_at, $1)
     FROM shop_order o WHERE o.state IN ('accepted', 'reserved') AND o.id IN (/*list*/)
     ORDER BY o.id FOR UPDATE";

const ORDERS_FREE: &str =
    "SELECT o.id, o.owner_id, o.state, o.policy, -o.priority, COALESCE(o.promised_at, $1)
     FROM shop_order o WHERE o.state IN ('accepted', 'reserved') AND o.id IN (/*list*/)
     ORDER BY o.id FOR UPDATE SKIP LOCKED";

const OPEN_LINES: &str = "SELECT l.order_id, l.id, l.line_number, l.product_id,
            l.ordered - l.cancelled, COALESCE(r.quantity, 0)
     FROM order_line l LEFT JOIN reservation r ON r.order_line_id = l.id
     WHERE l.ordered > l.cancelled AND l.order_id IN (/*list*/)";

const FREE: &str = "SELECT product_id, unallocated - reserved FROM availability
     WHERE warehouse_id = $1 AND product_id IN (/*list*/) ORDER BY product_id";

const FREE_LOCKED: &str = "SELECT product_id, unallocated - reserved FROM availability
     WHERE warehouse_id = $1 AND product_id IN (/*list*/) ORDER BY product_id FOR UPDATE";

const FREE_SKIPPED: &str = "SELECT product_id, unallocated - reserved FROM availability
     WHERE warehouse_id = $1 AND product_id IN (/*list*/) ORDER BY product_id FOR UPDATE SKIP LOCKED";

const PROMISE: &str = "INSERT INTO reservation (order_line_id, warehouse_id, owner_id, product_id, quantity, reserved_at)
     VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (order_line_id) DO UPDATE
     SET quantity = reservation.quantity + excluded.quantity, reserved_at = excluded.reserved_at";

const PROMISES: &str =
    "SELECT l.order_id, r.order_line_id, r.warehouse_id, r.product_id, r.quantity
     FROM order_line l JOIN reservation r ON r.order_line_id = l.id
     WHERE l.order_id IN (/*list*/)";

const PROMISES_END: &str =
    "DELETE FROM reservation WHERE order_line_id IN (/*list*/) RETURNING order_line_id";

const PROMISE_SET: &str =
    "UPDATE reservation SET quantity = $2 WHERE order_line_id = $1 AND quantity > $2";

const PROMISES_OF: &str = "SELECT l.order_id, r.order_line_id, r.warehouse_id, r.product_id, r.quantity
     FROM reservation r JOIN order_line l ON l.id = r.order_line_id JOIN shop_order o ON o.id = l.order_id
     WHERE r.warehouse_id = $1 AND r.product_id = $2
     ORDER BY o.priority, COALESCE(o.promised_at, $3) DESC, o.id DESC, l.line_number DESC";

const RELEASABLE: &str = "SELECT o.id FROM shop_order o
     WHERE o.warehouse_id = $1 AND o.state = 'reserved'
       AND (o.carrier = $2 OR $2 IS NULL)
       AND (o.promised_at < $3 OR $3 IS NULL) AND (o.priority >= $4 OR $4 IS NULL)
     ORDER BY -o.priority, COALESCE(o.promised_at, $6), o.id LIMIT $5";

const RELEASABLE_FREE: &str = "SELECT o.id FROM shop_order o
     WHERE o.warehouse_id = $1 AND o.state = 'reserved'
       AND (o.carrier = $2 OR $2 IS NULL)
       AND (o.promised_at < $3 OR $3 IS NULL) AND (o.priority >= $4 OR $4 IS NULL)
     ORDER BY -o.priority, COALESCE(o.promised_at, $6), o.id LIMIT $5 FOR UPDATE SKIP LOCKED";

const RELEASABLE_LINES: &str = "SELECT o.id, l.id, o.owner_id, r.product_id, r.quantity, o.carrier, o.pickup_point,
            o.priority, o.promised_at
     FROM shop_order o JOIN order_line l ON l.order_id = o.id JOIN reservation r ON r.order_line_id = l.id
     WHERE o.id IN (/*list*/) ORDER BY o.id, l.line_number";

pub(in crate::orders) const QUERIES: &[&str] = &[
    WAITING,
    WAITING_IN_VAIN,
    WAREHOUSES,
    WAITING_FOR,
    ORDERS,
    OPEN_LINES,
    FREE,
    PROMISE,
    PROMISES,
    PROMISES_END,
    PROMISE_SET,
    PROMISES_OF,
    RELEASABLE,
    RELEASABLE_LINES,
];

pub(in crate::orders) const POSTGRES_QUERIES: &[&str] =
    &[ORDERS_LOCKED, ORDERS_FREE, FREE_LOCKED, FREE_SKIPPED, RELEASABLE_FREE];

/// What to do about a row that another transaction holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::orders) enum Held {
    Wait,
    /// Leave it out: the caller holds locks of its own, and waiting could close a circle.
    Skip,
}

fn list<I: Copy + Ord + Into<Arg>>(ids: &[I]) -> Vec<Arg> {
    let mut sorted = ids.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    sorted.into_iter().map(Into::into).collect()
}

/// Which of the waiting orders are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::orders) enum Waiting {
    All,
    /// Those that lack a product of which something is free.
    InVain,
}

/// The next waiting orders behind `after`, in the order of rank.
pub(in crate::orders) async fn waiting(
    tx: &mut Tx,
    which: Waiting,
    warehouse: WarehouseId,
    after: Rank,
    limit: i64,
) -> Result<Vec<WaitingRow>, DbError> {
    let text = match which {
        Waiting::All => WAITING,
        Waiting::InVain => WAITING_IN_VAIN,
    };
    let place = args![warehouse, NEVER, after.late, after.promised_at, after.order, limit];
    tx.fetch_all(text, place).await
}

pub(in crate::orders) async fn warehouses(tx: &mut Tx) -> Result<Vec<WarehouseId>, DbError> {
    record! { struct WarehouseRow { warehouse: WarehouseId } }
    let rows: Vec<WarehouseRow> = tx.fetch_all(WAREHOUSES, args![]).await?;
    Ok(rows.into_iter().map(|row| row.warehouse).collect())
}

/// Waiting orders that lack one of these products, of which something is free.
pub(in crate::orders) async fn waiting_for(
    tx: &mut Tx,
    warehouse: WarehouseId,
    products: &[ProductId],
) -> Result<Vec<WaitingRow>, DbError> {
    let mut rows: Vec<WaitingRow> =
        tx.fetch_in(WAITING_FOR, args![warehouse, NEVER], list(products)).await?;
    rows.sort_unstable_by_key(|row| (row.late, row.promised_at, row.order));
    rows.dedup_by_key(|row| row.order);
    Ok(rows)
}

/// Locks those of the orders that still wait for goods or a wave; in the order of rank.
pub(in crate::orders) async fn orders_lock(
    tx: &mut Tx,
    orders: &[OrderId],
    held: Held,
) -> Result<Vec<WaitingRow>, DbError> {
    let locked = match held {
        Held::Wait => ORDERS_LOCKED,
        Held::Skip => ORDERS_FREE,
    };
    let sql = tx.dialect().choose(ORDERS, locked);
    let mut rows: Vec<WaitingRow> = tx.fetch_in(sql, args![NEVER], list(orders)).await?;
    rows.sort_unstable_by_key(|row| (row.late, row.promised_at, row.order));
    rows.dedup_by_key(|row| row.order);
    Ok(rows)
}

/// The open lines of the orders, by order and line number.
pub(in crate::orders) async fn open_lines(
    tx: &mut Tx,
    orders: &[OrderId],
) -> Result<Vec<OpenLineRow>, DbError> {
    let mut rows: Vec<OpenLineRow> = tx.fetch_in(OPEN_LINES, args![], list(orders)).await?;
    rows.sort_unstable_by_key(|row| (row.order, row.line_number));
    Ok(rows)
}

/// Locks what is available of the products and answers what is free of each.
pub(in crate::orders) async fn free_lock(
    tx: &mut Tx,
    warehouse: WarehouseId,
    products: &[ProductId],
    held: Held,
) -> Result<Vec<FreeRow>, DbError> {
    let locked = match held {
        Held::Wait => FREE_LOCKED,
        Held::Skip => FREE_SKIPPED,
    };
    let sql = tx.dialect().choose(FREE, locked);
    tx.fetch_in(sql, args![warehouse], list(products)).await
}

/// What is free of the products, as far as can be seen without locks.
pub(in crate::orders) async fn free(
    tx: &mut Tx,
    warehouse: WarehouseId,
    products: &[ProductId],
) -> Result<Vec<FreeRow>, DbError> {
    tx.fetch_in(FREE, args![warehouse], list(products)).await
}

/// Writes promises, or adds to those that are there. What is available of their products is locked.
pub(in crate::orders) async fn promise_many(
    tx: &mut Tx,
    rows: Vec<Vec<Arg>>,
) -> Result<u64, DbError> {
    tx.insert_many(PROMISE, rows).await
}

pub(in crate::orders) async fn promises(
    tx: &mut Tx,
    orders: &[OrderId],
) -> Result<Vec<PromiseRow>, DbError> {
    let mut rows: Vec<PromiseRow> = tx.fetch_in(PROMISES, args![], list(orders)).await?;
    rows.sort_unstable_by_key(|row| (row.product, row.line));
    Ok(rows)
}

/// Ends promises; whoever calls has locked what is available of their products.
pub(in crate::orders) async fn promises_end(
    tx: &mut Tx,
    lines: &[OrderLineId],
) -> Result<(), DbError> {
    record! { struct LineRow { _line: OrderLineId } }
    tx.fetch_in::<LineRow>(PROMISES_END, args![], list(lines)).await.map(drop)
}

/// Lowers a promise.
pub(in crate::orders) async fn promise_set(
    tx: &mut Tx,
    line: OrderLineId,
    quantity: i64,
) -> Result<(), DbError> {
    tx.execute(PROMISE_SET, args![line, quantity]).await.map(drop)
}

/// The promises of a product, the last in rank first.
pub(in crate::orders) async fn promises_of(
    tx: &mut Tx,
    warehouse: WarehouseId,
    product: ProductId,
) -> Result<Vec<PromiseRow>, DbError> {
    tx.fetch_all(PROMISES_OF, args![warehouse, product, NEVER]).await
}

/// Locks the first orders in rank that a wave may take; two waves at once take different ones.
pub(in crate::orders) async fn releasable_orders(
    tx: &mut Tx,
    filter: &WaveFilter,
) -> Result<Vec<OrderId>, DbError> {
    let sql = tx.dialect().choose(RELEASABLE, RELEASABLE_FREE);
    let args = args![
        filter.warehouse,
        filter.carrier.clone(),
        filter.promised_before,
        filter.priority_min,
        filter.orders_max,
        NEVER,
    ];
    let rows: Vec<OrderRow> = tx.fetch_all(sql, args).await?;
    Ok(rows.into_iter().map(|row| row.order).collect())
}

pub(in crate::orders) async fn releasable_lines(
    tx: &mut Tx,
    orders: &[OrderId],
) -> Result<Vec<ReleasableLine>, DbError> {
    tx.fetch_in(RELEASABLE_LINES, args![], list(orders)).await
}
