//! Batches in work: who has them, and which totes stand on them.

use crate::commands::Ctx;
use crate::db::{Count, DbError, Tx};
use crate::ids::{BatchId, DeviceId, OrderId, PlaceId, WarehouseId};
use crate::picking::{Batch, BatchState, Slot};
use crate::{args, record};

record! {
    struct IdRow {
        id: BatchId,
    }
}

record! {
    struct OrderRow {
        order: OrderId,
    }
}

record! {
    /// Whether a tote can be put on a cart, and what stands against it.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub(in crate::picking) struct ToteFacts {
        pub(in crate::picking) tote: PlaceId,
        pub(in crate::picking) code: String,
        pub(in crate::picking) kind: crate::catalog::PlaceKind,
        pub(in crate::picking) locked: bool,
        pub(in crate::picking) on_hand: i64,
        /// Slots of other carts that hold it.
        pub(in crate::picking) slots: i64,
    }
}

/// One batch with its progress. `$2` narrows to a warehouse.
const BATCH_FIND: &str = "SELECT b.id, b.wave_id, b.warehouse_id, b.number, b.state, b.priority, b.device_id,
            b.actor_id, b.claimed_at, COUNT(t.id), COUNT(CASE WHEN t.is_open THEN 1 END),
            CAST(COALESCE(SUM(t.quantity), 0) AS BIGINT), CAST(COALESCE(SUM(t.picked), 0) AS BIGINT),
            CAST(COALESCE(SUM(t.dropped), 0) AS BIGINT)
     FROM batch b LEFT JOIN pick_task t ON t.batch_id = b.id
     WHERE b.id = $1
     GROUP BY b.id, b.wave_id, b.warehouse_id, b.number, b.state, b.priority, b.device_id, b.actor_id, b.claimed_at";

const BATCH_LIST: &str = "SELECT b.id, b.wave_id, b.warehouse_id, b.number, b.state, b.priority, b.device_id,
            b.actor_id, b.claimed_at, COUNT(t.id), COUNT(CASE WHEN t.is_open THEN 1 END),
            CAST(COALESCE(SUM(t.quantity), 0) AS BIGINT), CAST(COALESCE(SUM(t.picked), 0) AS BIGINT),
            CAST(COALESCE(SUM(t.dropped), 0) AS BIGINT)
     FROM (SELECT id, wave_id, warehouse_id, number, state, priority, device_id, actor_id, claimed_at
           FROM batch WHERE id < $1 AND (state = $2 OR $2 IS NULL) ORDER BY id DESC LIMIT $3) AS b
     LEFT JOIN pick_task t ON t.batch_id = b.id
     GROUP BY b.id, b.wave_id, b.warehouse_id, b.number, b.state, b.priority, b.device_id, b.actor_id, b.claimed_at
     ORDER BY b.id DESC";

const BATCH_OF_DEVICE: &str = "SELECT id FROM batch
     WHERE warehouse_id = $1 AND state = 'picking' AND device_id = $2 ORDER BY priority DESC, id LIMIT 1";

const BATCHES_WAITING: &str = "SELECT id FROM batch
     WHERE warehouse_id = $1 AND state = 'open' ORDER BY priority DESC, id LIMIT 10";

const BATCH_BY_NUMBER: &str =
    "SELECT id FROM batch WHERE warehouse_id = $1 AND number = $2 AND state IN ('open', 'picking')";

/// Two devices that reach for one batch: the second finds it open no more.
const BATCH_CLAIM: &str =
    "UPDATE batch SET state = 'picking', device_id = $2, actor_id = $3, claimed_at = $4
     WHERE id = $1 AND state = 'open'";

const BATCH_TAKE_OVER: &str = "UPDATE batch SET device_id = $2, actor_id = $3, claimed_at = $4
     WHERE id = $1 AND state = 'picking'";

/// `FOR UPDATE` is not portable; an update of the row by itself locks it as well.
const BATCH_HOLD: &str = "UPDATE batch SET device_id = device_id WHERE id = $1 AND device_id = $2
       AND state = 'picking'";

const BATCH_FINISH: &str =
    "UPDATE batch SET state = 'picked' WHERE id = $1 AND device_id = $2 AND state = 'picking'";

const TASKS_OPEN_COUNT: &str = "SELECT COUNT(*) FROM pick_task WHERE batch_id = $1 AND is_open";

const SLOTS: &str =
    "SELECT s.slot, s.order_id, o.number, o.external_number, w.name, s.tote_id, p.code, s.open
     FROM batch_slot s
     JOIN shop_order o ON o.id = s.order_id
     JOIN owner w ON w.id = o.owner_id
     LEFT JOIN place p ON p.id = s.tote_id
     WHERE s.batch_id = $1 ORDER BY s.slot";

const TOTE_FACTS: &str = "SELECT p.id, p.code, p.kind, p.locked,
            (SELECT CAST(COALESCE(SUM(b.on_hand), 0) AS BIGINT) FROM balance b WHERE b.place_id = p.id),
            (SELECT COUNT(*) FROM batch_slot s WHERE s.tote_id = p.id AND s.open)
     FROM place p WHERE p.warehouse_id = $1 AND p.code = $2";

const SLOT_BIND: &str = "UPDATE batch_slot SET tote_id = $3
     WHERE batch_id = $1 AND slot = $2 AND open AND tote_id IS NULL
       AND NOT EXISTS (SELECT 1 FROM batch_slot s WHERE s.tote_id = $3 AND s.open)";

/// The orders of a batch that are still on its cart.
const ORDERS_ON_CART: &str =
    "SELECT order_id FROM batch_slot WHERE batch_id = $1 AND open ORDER BY order_id";

/// Only a cart without totes: nothing has been picked onto it.
const BATCH_GIVE_BACK: &str =
    "UPDATE batch SET state = 'open', device_id = NULL, actor_id = NULL, claimed_at = NULL
     WHERE id = $1 AND device_id = $2 AND state = 'picking'
       AND NOT EXISTS (SELECT 1 FROM batch_slot WHERE batch_id = $1 AND tote_id IS NOT NULL)";

const SLOTS_OF_ORDER_CLOSE: &str =
    "UPDATE batch_slot SET open = FALSE WHERE order_id = $1 AND open";

pub(super) const QUERIES: &[&str] = &[
    BATCH_FIND,
    BATCH_LIST,
    BATCH_OF_DEVICE,
    BATCHES_WAITING,
    BATCH_BY_NUMBER,
    BATCH_CLAIM,
    BATCH_TAKE_OVER,
    BATCH_HOLD,
    BATCH_FINISH,
    TASKS_OPEN_COUNT,
    SLOTS,
    TOTE_FACTS,
    SLOT_BIND,
    ORDERS_ON_CART,
    BATCH_GIVE_BACK,
    SLOTS_OF_ORDER_CLOSE,
];

pub(in crate::picking) async fn batch_find(
    tx: &mut Tx,
    batch: BatchId,
) -> Result<Option<Batch>, DbError> {
    tx.fetch_optional(BATCH_FIND, args![batch]).await
}

pub(in crate::picking) async fn batch_list(
    tx: &mut Tx,
    before: BatchId,
    state: Option<BatchState>,
    limit: i64,
) -> Result<Vec<Batch>, DbError> {
    tx.fetch_all(BATCH_LIST, args![before, state, limit]).await
}

/// The batch that the device has in work.
pub(in crate::picking) async fn batch_of_device(
    tx: &mut Tx,
    warehouse: WarehouseId,
    device: DeviceId,
) -> Result<Option<BatchId>, DbError> {
    let row: Option<IdRow> = tx.fetch_optional(BATCH_OF_DEVICE, args![warehouse, device]).await?;
    Ok(row.map(|row| row.id))
}

pub(in crate::picking) async fn batches_waiting(
    tx: &mut Tx,
    warehouse: WarehouseId,
) -> Result<Vec<BatchId>, DbError> {
    let rows: Vec<IdRow> = tx.fetch_all(BATCHES_WAITING, args![warehouse]).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

pub(in crate::picking) async fn batch_by_number(
    tx: &mut Tx,
    warehouse: WarehouseId,
    number: &str,
) -> Result<Option<BatchId>, DbError> {
    let row: Option<IdRow> = tx.fetch_optional(BATCH_BY_NUMBER, args![warehouse, number]).await?;
    Ok(row.map(|row| row.id))
}

pub(in crate::picking) async fn batch_claim(
    tx: &mut Tx,
    ctx: &Ctx,
    batch: BatchId,
    device: DeviceId,
) -> Result<bool, DbError> {
    Ok(tx.execute(BATCH_CLAIM, args![batch, device, ctx.actor, ctx.now]).await? == 1)
}

pub(in crate::picking) async fn batch_take_over(
    tx: &mut Tx,
    ctx: &Ctx,
    batch: BatchId,
    device: DeviceId,
) -> Result<bool, DbError> {
    Ok(tx.execute(BATCH_TAKE_OVER, args![batch, device, ctx.actor, ctx.now]).await? == 1)
}

/// Keeps the batch with this device until the transaction ends.
pub(in crate::picking) async fn batch_hold(
    tx: &mut Tx,
    batch: BatchId,
    device: DeviceId,
) -> Result<bool, DbError> {
    Ok(tx.execute(BATCH_HOLD, args![batch, device]).await? == 1)
}

/// Lets a cart that is still empty wait for somebody else.
pub(in crate::picking) async fn batch_give_back(
    tx: &mut Tx,
    batch: BatchId,
    device: DeviceId,
) -> Result<bool, DbError> {
    Ok(tx.execute(BATCH_GIVE_BACK, args![batch, device]).await? == 1)
}

pub(in crate::picking) async fn batch_finish(
    tx: &mut Tx,
    batch: BatchId,
    device: DeviceId,
) -> Result<bool, DbError> {
    Ok(tx.execute(BATCH_FINISH, args![batch, device]).await? == 1)
}

pub(in crate::picking) async fn tasks_open_count(
    tx: &mut Tx,
    batch: BatchId,
) -> Result<i64, DbError> {
    Ok(tx.fetch_one::<Count>(TASKS_OPEN_COUNT, args![batch]).await?.value)
}

pub(in crate::picking) async fn slots(tx: &mut Tx, batch: BatchId) -> Result<Vec<Slot>, DbError> {
    tx.fetch_all(SLOTS, args![batch]).await
}

pub(in crate::picking) async fn tote_facts(
    tx: &mut Tx,
    warehouse: WarehouseId,
    code: &str,
) -> Result<Option<ToteFacts>, DbError> {
    tx.fetch_optional(TOTE_FACTS, args![warehouse, code]).await
}

pub(in crate::picking) async fn slot_bind(
    tx: &mut Tx,
    batch: BatchId,
    slot: i64,
    tote: PlaceId,
) -> Result<bool, DbError> {
    Ok(tx.execute(SLOT_BIND, args![batch, slot, tote]).await? == 1)
}

pub(in crate::picking) async fn orders_on_cart(
    tx: &mut Tx,
    batch: BatchId,
) -> Result<Vec<OrderId>, DbError> {
    let rows: Vec<OrderRow> = tx.fetch_all(ORDERS_ON_CART, args![batch]).await?;
    Ok(rows.into_iter().map(|row| row.order).collect())
}

pub(in crate::picking) async fn slots_of_order_close(
    tx: &mut Tx,
    order: OrderId,
) -> Result<(), DbError> {
    tx.execute(SLOTS_OF_ORDER_CLOSE, args![order]).await.map(drop)
}
