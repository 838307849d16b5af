//! Waves, carts, pick tasks, short picks, put-back.

use crate::args;
use crate::commands::Ctx;
use crate::db::{DbError, Tx};
use crate::ids::{LotId, OrderId, OwnerId, PlaceId, ProductId, PutBackId, WarehouseId};
use crate::record;

record! {
    struct LeftRow {
        warehouse: WarehouseId,
        owner: OwnerId,
        product: ProductId,
        lot: LotId,
        place: PlaceId,
        quantity: i64,
    }
}

const TASKS_DROP: &str =
    "UPDATE pick_task SET dropped = quantity - picked, drop_reason = 'cancelled'
     WHERE order_id = $1 AND picked + dropped < quantity";

const TOTES: &str =
    "SELECT p.warehouse_id, b.owner_id, b.product_id, b.lot_id, b.place_id, b.on_hand
     FROM batch_slot s JOIN balance b ON b.place_id = s.tote_id JOIN place p ON p.id = s.tote_id
     WHERE s.order_id = $1 AND s.open = $2";

const PUT_BACK: &str = "INSERT INTO put_back
     (id, warehouse_id, order_id, owner_id, product_id, lot_id, place_id, quantity, done, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";

const SLOTS_CLOSE: &str = "UPDATE batch_slot SET open = $2 WHERE order_id = $1";

pub const QUERIES: &[&str] = &[TASKS_DROP, TOTES, PUT_BACK, SLOTS_CLOSE];

/// Drops the open tasks of an order and sends what lies in its totes back to the shelf.
pub async fn order_withdraw(tx: &mut Tx, ctx: &Ctx, order: OrderId) -> Result<(), DbError> {
    tx.execute(TASKS_DROP, args![order]).await?;
    let left: Vec<LeftRow> = tx.fetch_all(TOTES, args![order, true]).await?;
    let row = |row: LeftRow| {
        let id = PutBackId::new();
        let LeftRow { warehouse, owner, product, lot, place, quantity } = row;
        args![id, warehouse, order, owner, product, lot, place, quantity, 0_i64, ctx.now]
    };
    tx.insert_many(PUT_BACK, left.into_iter().map(row).collect()).await?;
    tx.execute(SLOTS_CLOSE, args![order, false]).await.map(drop)
}
