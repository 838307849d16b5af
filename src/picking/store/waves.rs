//! Waves, and the facts from which one is made.

use crate::db::{Arg, Count, DbError, Tx};
use crate::ids::{BatchId, OrderId, PickTaskId, PlaceId, ProductId, WarehouseId, WaveId};
use crate::picking::allocate::{BinStock, Pick};
use crate::picking::{Batch, BatchState, Wave, WaveState};
use crate::units::{Day, Pieces, UtcMicros};
use crate::{args, record};

record! {
    struct StockRow {
        place: PlaceId,
        product: ProductId,
        lot: crate::ids::LotId,
        expires_on: Option<Day>,
        arrived_at: UtcMicros,
        sequence: i64,
        free: Pieces,
    }
}

record! {
    /// What one piece takes on a cart.
    #[derive(Debug, Clone, Copy)]
    pub(in crate::picking) struct PieceLoad {
        pub(in crate::picking) product: ProductId,
        pub(in crate::picking) volume_mm3: i64,
        pub(in crate::picking) weight_g: i64,
    }
}

record! {
    /// The policy under which an order was taken.
    #[derive(Debug, Clone, Copy)]
    pub(in crate::picking) struct OrderPolicyRow {
        pub(in crate::picking) order: OrderId,
        pub(in crate::picking) policy: crate::catalog::OrderPolicy,
    }
}

record! {
    struct IdRow {
        id: BatchId,
    }
}

record! {
    struct ProductRow {
        product: ProductId,
    }
}

record! {
    struct OrderRow {
        order: OrderId,
    }
}

/// A unit stands where its bin stands, also a box on a pallet.
const STOCK_FREE: &str = "SELECT b.place_id, b.product_id, b.lot_id, l.expires_on, b.arrived_at,
            COALESCE(p.sequence, h.sequence, g.sequence, 0), b.on_hand - b.reserved
     FROM balance b
     JOIN place p ON p.id = b.place_id
     LEFT JOIN place h ON h.id = p.inside_id
     LEFT JOIN place g ON g.id = h.inside_id
     JOIN lot l ON l.id = b.lot_id
     WHERE p.warehouse_id = $1 AND (l.expires_on IS NULL OR l.expires_on >= $2)
       AND b.condition = 'available' AND b.on_hand > b.reserved AND p.pickable AND NOT p.locked
       AND b.product_id IN (/*list*/)";

const PIECE_LOADS: &str = "SELECT id, length_mm * width_mm * height_mm, weight_g
     FROM product WHERE id IN (/*list*/)";

const ORDER_POLICIES: &str = "SELECT id, policy FROM shop_order WHERE id IN (/*list*/)";

const PRODUCTS_OF_ORDERS: &str =
    "SELECT DISTINCT product_id FROM order_line WHERE order_id IN (/*list*/)";

/// What the order still wants in all.
const ORDER_PIECES: &str = "SELECT CAST(COALESCE(SUM(ordered - cancelled), 0) AS BIGINT)
     FROM order_line WHERE order_id = $1";

const WAVE_INSERT: &str =
    "INSERT INTO wave (id, warehouse_id, number, carrier, cutoff_at, state, created_at)
     VALUES ($1, $2, $3, $4, $5, 'released', $6)";

const BATCH_INSERT: &str =
    "INSERT INTO batch (id, wave_id, warehouse_id, number, state, priority, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7)";

const SLOT_INSERT: &str =
    "INSERT INTO batch_slot (batch_id, slot, order_id, open) VALUES ($1, $2, $3, $4)";

const TASK_INSERT: &str =
    "INSERT INTO pick_task (id, batch_id, slot, sequence, warehouse_id, order_id, order_line_id,
         owner_id, product_id, lot_id, place_id, quantity, picked, dropped, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";

const WAVE_FIND: &str = "SELECT id, warehouse_id, number, carrier, cutoff_at, state, created_at
     FROM wave WHERE id = $1";

const WAVE_LIST: &str = "SELECT id, warehouse_id, number, carrier, cutoff_at, state, created_at
     FROM wave WHERE id < $1 AND (state = $2 OR $2 IS NULL) ORDER BY id DESC LIMIT $3";

const BATCHES_OF_WAVE: &str = "SELECT b.id, b.wave_id, b.warehouse_id, b.number, b.state, b.priority, b.device_id,
            b.actor_id, b.claimed_at, COUNT(t.id), COUNT(CASE WHEN t.is_open THEN 1 END),
            CAST(COALESCE(SUM(t.quantity), 0) AS BIGINT), CAST(COALESCE(SUM(t.picked), 0) AS BIGINT),
            CAST(COALESCE(SUM(t.dropped), 0) AS BIGINT)
     FROM batch b LEFT JOIN pick_task t ON t.batch_id = b.id
     WHERE b.wave_id = $1
     GROUP BY b.id, b.wave_id, b.warehouse_id, b.number, b.state, b.priority, b.device_id, b.actor_id, b.claimed_at
     ORDER BY b.id";

/// Each batch by a guarded change of its own: a picker who claims it now wins or waits.
const BATCH_CANCEL_OPEN: &str =
    "UPDATE batch SET state = 'cancelled' WHERE id = $1 AND state = 'open'";

const BATCHES_OPEN: &str = "SELECT id FROM batch WHERE wave_id = $1 AND state = 'open' ORDER BY id";

const BATCH_TASKS_DROP: &str =
    "UPDATE pick_task SET dropped = quantity - picked, drop_reason = 'cancelled'
     WHERE batch_id = $1 AND is_open";

const BATCH_SLOTS_CLOSE: &str = "UPDATE batch_slot SET open = FALSE WHERE batch_id = $1 AND open
     RETURNING order_id";

const WAVE_END: &str = "UPDATE wave SET state = $2 WHERE id = $1 AND state = 'released'
       AND NOT EXISTS (SELECT 1 FROM batch WHERE wave_id = $1 AND state IN ('open', 'picking'))";

pub(super) const QUERIES: &[&str] = &[
    STOCK_FREE,
    PIECE_LOADS,
    ORDER_POLICIES,
    PRODUCTS_OF_ORDERS,
    ORDER_PIECES,
    WAVE_INSERT,
    BATCH_INSERT,
    SLOT_INSERT,
    TASK_INSERT,
    WAVE_FIND,
    WAVE_LIST,
    BATCHES_OF_WAVE,
    BATCH_CANCEL_OPEN,
    BATCHES_OPEN,
    BATCH_TASKS_DROP,
    BATCH_SLOTS_CLOSE,
    WAVE_END,
];

/// All free stock of the products that may be picked today.
pub(in crate::picking) async fn stock_free(
    tx: &mut Tx,
    warehouse: WarehouseId,
    today: Day,
    products: &[ProductId],
) -> Result<Vec<BinStock>, DbError> {
    let list = products.iter().copied().map(Arg::from).collect();
    let rows: Vec<StockRow> = tx.fetch_in(STOCK_FREE, args![warehouse, today], list).await?;
    // A list is padded by repeating its last value, which answers no row twice.
    let stock = rows.into_iter().map(|row| BinStock {
        place: row.place,
        product: row.product,
        lot: row.lot,
        expires_on: row.expires_on,
        arrived_at: row.arrived_at,
        sequence: row.sequence,
        free: row.free,
    });
    Ok(stock.collect())
}

pub(in crate::picking) async fn piece_loads(
    tx: &mut Tx,
    products: &[ProductId],
) -> Result<Vec<PieceLoad>, DbError> {
    tx.fetch_in(PIECE_LOADS, vec![], products.iter().copied().map(Arg::from).collect()).await
}

pub(in crate::picking) async fn order_policies(
    tx: &mut Tx,
    orders: &[OrderId],
) -> Result<Vec<OrderPolicyRow>, DbError> {
    tx.fetch_in(ORDER_POLICIES, vec![], orders.iter().copied().map(Arg::from).collect()).await
}

/// The products of these orders, each once.
pub(in crate::picking) async fn products_of_orders(
    tx: &mut Tx,
    orders: &[OrderId],
) -> Result<Vec<ProductId>, DbError> {
    let list = orders.iter().copied().map(Arg::from).collect();
    let rows: Vec<ProductRow> = tx.fetch_in(PRODUCTS_OF_ORDERS, vec![], list).await?;
    let distinct: std::collections::BTreeSet<_> = rows.into_iter().map(|row| row.product).collect();
    Ok(distinct.into_iter().collect())
}

pub(in crate::picking) async fn order_pieces(
    tx: &mut Tx,
    order: OrderId,
) -> Result<Pieces, DbError> {
    Ok(Pieces::new(tx.fetch_one::<Count>(ORDER_PIECES, args![order]).await?.value))
}

pub(in crate::picking) async fn wave_insert(tx: &mut Tx, wave: &Wave) -> Result<(), DbError> {
    let row = args![
        wave.id,
        wave.warehouse,
        &wave.number,
        wave.carrier.clone(),
        wave.cutoff_at,
        wave.created_at,
    ];
    tx.execute(WAVE_INSERT, row).await.map(drop)
}

/// A batch before it is written.
pub(in crate::picking) struct NewBatch {
    pub(in crate::picking) id: BatchId,
    pub(in crate::picking) number: String,
    pub(in crate::picking) priority: i64,
    /// The orders, by slot.
    pub(in crate::picking) orders: Vec<OrderId>,
}

/// A task before it is written.
pub(in crate::picking) struct NewTask {
    pub(in crate::picking) id: PickTaskId,
    pub(in crate::picking) batch: BatchId,
    pub(in crate::picking) slot: i64,
    pub(in crate::picking) owner: crate::ids::OwnerId,
    pub(in crate::picking) pick: Pick,
}

pub(in crate::picking) async fn batches_insert(
    tx: &mut Tx,
    wave: &Wave,
    batches: &[NewBatch],
) -> Result<(), DbError> {
    let row = |batch: &NewBatch| {
        args![
            batch.id,
            wave.id,
            wave.warehouse,
            &batch.number,
            BatchState::Open,
            batch.priority,
            wave.created_at,
        ]
    };
    tx.insert_many(BATCH_INSERT, batches.iter().map(row).collect()).await?;
    let slots = batches.iter().flat_map(|batch| {
        (1_i64..).zip(&batch.orders).map(|(slot, order)| args![batch.id, slot, *order, true])
    });
    tx.insert_many(SLOT_INSERT, slots.collect()).await.map(drop)
}

/// Writes the tasks in the order of their balances' keys.
pub(in crate::picking) async fn tasks_insert(
    tx: &mut Tx,
    warehouse: WarehouseId,
    now: UtcMicros,
    tasks: &mut [NewTask],
) -> Result<(), DbError> {
    tasks.sort_by_key(|task| (task.pick.product, task.pick.place, task.pick.lot, task.id));
    let row = |task: &NewTask| {
        args![
            task.id,
            task.batch,
            task.slot,
            task.pick.sequence,
            warehouse,
            task.pick.order,
            task.pick.line,
            task.owner,
            task.pick.product,
            task.pick.lot,
            task.pick.place,
            task.pick.pieces,
            Pieces::ZERO,
            Pieces::ZERO,
            now,
        ]
    };
    tx.insert_many(TASK_INSERT, tasks.iter().map(row).collect()).await.map(drop)
}

pub(in crate::picking) async fn wave_find(
    tx: &mut Tx,
    wave: WaveId,
) -> Result<Option<Wave>, DbError> {
    tx.fetch_optional(WAVE_FIND, args![wave]).await
}

pub(in crate::picking) async fn wave_list(
    tx: &mut Tx,
    before: WaveId,
    state: Option<WaveState>,
    limit: i64,
) -> Result<Vec<Wave>, DbError> {
    tx.fetch_all(WAVE_LIST, args![before, state, limit]).await
}

pub(in crate::picking) async fn batches_of_wave(
    tx: &mut Tx,
    wave: WaveId,
) -> Result<Vec<Batch>, DbError> {
    tx.fetch_all(BATCHES_OF_WAVE, args![wave]).await
}

/// Cancels the wave's batches that nobody has begun, and answers their orders.
pub(in crate::picking) async fn untouched_cancel(
    tx: &mut Tx,
    wave: WaveId,
) -> Result<Vec<OrderId>, DbError> {
    let open: Vec<IdRow> = tx.fetch_all(BATCHES_OPEN, args![wave]).await?;
    let mut orders = Vec::new();
    for batch in open {
        if tx.execute(BATCH_CANCEL_OPEN, args![batch.id]).await? == 0 {
            continue;
        }
        tx.execute(BATCH_TASKS_DROP, args![batch.id]).await?;
        let rows: Vec<OrderRow> = tx.fetch_all(BATCH_SLOTS_CLOSE, args![batch.id]).await?;
        orders.extend(rows.into_iter().map(|row| row.order));
    }
    Ok(orders)
}

/// Ends the wave if none of its batches is open.
pub(in crate::picking) async fn wave_end(
    tx: &mut Tx,
    wave: WaveId,
    state: WaveState,
) -> Result<bool, DbError> {
    Ok(tx.execute(WAVE_END, args![wave, state]).await? == 1)
}
