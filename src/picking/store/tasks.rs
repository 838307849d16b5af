//! Pick tasks: the hot path of the scanner, and what goes wrong at the shelf.

use crate::db::{DbError, Tx};
use crate::ids::{BatchId, LotId, OrderId, OwnerId, PickTaskId, PlaceId, ProductId, WarehouseId};
use crate::picking::{BARCODE_END, BARCODE_PIECES, DropReason, TaskCursor, TaskFacts};
use crate::units::{Day, Pieces};
use crate::{args, record};

record! {
    /// Another lot of the task's product in the task's bin.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct LotBeside {
        pub lot: LotId,
        pub code: String,
        pub expires_on: Option<Day>,
        pub free: Pieces,
    }
}

record! {
    struct FreeRow {
        free: Pieces,
    }
}

record! {
    /// What lies in a tote of an order.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub(in crate::picking) struct ToteContent {
        pub(in crate::picking) warehouse: WarehouseId,
        pub(in crate::picking) tote: PlaceId,
        pub(in crate::picking) owner: OwnerId,
        pub(in crate::picking) product: ProductId,
        pub(in crate::picking) lot: LotId,
        pub(in crate::picking) pieces: Pieces,
    }
}

/// What every text about tasks reads, in the order of [`TaskFacts`].
macro_rules! task_facts {
    ($barcode_pieces:literal, $barcode_end:literal, $where:literal) => {
        concat!(
            "SELECT t.id, t.batch_id, b.number, b.state, b.device_id, t.slot, t.sequence, t.warehouse_id, t.order_id,
                t.order_line_id, t.owner_id, t.product_id, p.article, p.name, t.lot_id, l.code, l.expires_on,
                t.place_id, c.code, t.quantity, t.picked, t.dropped, t.drop_reason, s.tote_id, o.code, s.open,
                (SELECT CAST(COALESCE(SUM(h.on_hand), 0) AS BIGINT) FROM balance h WHERE h.place_id = t.place_id),
                (SELECT string_agg(a.value || CAST(", $barcode_pieces, " AS TEXT) || CAST(a.pieces AS TEXT),
                                   CAST(", $barcode_end, " AS TEXT))
                 FROM barcode a WHERE a.product_id = t.product_id)
             FROM pick_task t
             JOIN batch b ON b.id = t.batch_id
             JOIN batch_slot s ON s.batch_id = t.batch_id AND s.slot = t.slot
             JOIN product p ON p.id = t.product_id
             JOIN lot l ON l.id = t.lot_id
             JOIN place c ON c.id = t.place_id
             LEFT JOIN place o ON o.id = s.tote_id
             WHERE ",
            $where
        )
    };
}

const TASK_FIND: &str = task_facts!("$2", "$3", "t.id = $1");

/// The open tasks of a batch from a point of the way on.
const TASKS_FROM: &str = task_facts!(
    "$2",
    "$3",
    "t.batch_id = $1 AND t.is_open AND (t.sequence, t.id) >= ($4, $5)
     ORDER BY t.sequence, t.id LIMIT $6"
);

const TASKS_OF_BATCH: &str = task_facts!("$2", "$3", "t.batch_id = $1 ORDER BY t.sequence, t.id");

const TASK_DROP: &str = "UPDATE pick_task SET dropped = dropped + $2, drop_reason = $3
     WHERE id = $1 AND picked + dropped + $2 <= quantity";

const ORDER_TASKS_DROP: &str =
    "UPDATE pick_task SET dropped = quantity - picked, drop_reason = 'cancelled'
     WHERE order_id = $1 AND is_open";

const KEY_FREE: &str = "SELECT on_hand - reserved FROM balance
     WHERE place_id = $1 AND product_id = $2 AND lot_id = $3 AND condition = 'available'";

const LOTS_BESIDE: &str = "SELECT b.lot_id, l.code, l.expires_on, b.on_hand - b.reserved
     FROM balance b JOIN lot l ON l.id = b.lot_id
     WHERE b.place_id = $1 AND b.product_id = $2 AND b.lot_id <> $3 AND b.condition = 'available'
       AND b.on_hand > b.reserved AND (l.expires_on IS NULL OR l.expires_on >= $4)
     ORDER BY l.expires_on NULLS LAST, b.lot_id";

const TOTE_CONTENTS: &str =
    "SELECT p.warehouse_id, b.place_id, b.owner_id, b.product_id, b.lot_id, b.on_hand
     FROM batch_slot s JOIN place p ON p.id = s.tote_id JOIN balance b ON b.place_id = s.tote_id
     WHERE s.order_id = $1 AND s.open AND b.condition = 'available'
     ORDER BY b.place_id, b.product_id, b.lot_id";

pub(super) const QUERIES: &[&str] = &[
    TASK_FIND,
    TASKS_FROM,
    TASKS_OF_BATCH,
    TASK_DROP,
    ORDER_TASKS_DROP,
    KEY_FREE,
    LOTS_BESIDE,
    TOTE_CONTENTS,
];

pub(in crate::picking) async fn task_find(
    tx: &mut Tx,
    task: PickTaskId,
) -> Result<Option<TaskFacts>, DbError> {
    tx.fetch_optional(TASK_FIND, args![task, BARCODE_PIECES, BARCODE_END]).await
}

/// The first open tasks at or behind a point of the batch's way.
pub(in crate::picking) async fn tasks_from(
    tx: &mut Tx,
    batch: BatchId,
    cursor: TaskCursor,
    limit: i64,
) -> Result<Vec<TaskFacts>, DbError> {
    let (sequence, task) = (cursor.sequence, cursor.task);
    let args = args![batch, BARCODE_PIECES, BARCODE_END, sequence, task, limit];
    tx.fetch_all(TASKS_FROM, args).await
}

pub(in crate::picking) async fn tasks_of_batch(
    tx: &mut Tx,
    batch: BatchId,
) -> Result<Vec<TaskFacts>, DbError> {
    tx.fetch_all(TASKS_OF_BATCH, args![batch, BARCODE_PIECES, BARCODE_END]).await
}

/// Gives up pieces of a task; their stock is free again.
pub(in crate::picking) async fn task_drop(
    tx: &mut Tx,
    task: PickTaskId,
    pieces: Pieces,
    reason: DropReason,
) -> Result<bool, DbError> {
    Ok(tx.execute(TASK_DROP, args![task, pieces, reason]).await? == 1)
}

pub(in crate::picking) async fn order_tasks_drop(
    tx: &mut Tx,
    order: OrderId,
) -> Result<u64, DbError> {
    tx.execute(ORDER_TASKS_DROP, args![order]).await
}

/// What lies free in a place of one lot.
pub(in crate::picking) async fn key_free(
    tx: &mut Tx,
    place: PlaceId,
    product: ProductId,
    lot: LotId,
) -> Result<Pieces, DbError> {
    let row: Option<FreeRow> = tx.fetch_optional(KEY_FREE, args![place, product, lot]).await?;
    Ok(row.map_or(Pieces::ZERO, |row| row.free))
}

pub(in crate::picking) async fn lots_beside(
    tx: &mut Tx,
    facts: &TaskFacts,
    today: Day,
) -> Result<Vec<LotBeside>, DbError> {
    tx.fetch_all(LOTS_BESIDE, args![facts.place, facts.product, facts.lot, today]).await
}

pub(in crate::picking) async fn tote_contents(
    tx: &mut Tx,
    order: OrderId,
) -> Result<Vec<ToteContent>, DbError> {
    tx.fetch_all(TOTE_CONTENTS, args![order]).await
}
