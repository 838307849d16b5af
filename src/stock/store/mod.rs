//! The rows of the ledger.

pub(super) mod counts;
pub(super) mod floor;
pub(super) mod lists;

use super::StockMove;
use crate::args;
use crate::commands::Ctx;
use crate::db::{Arg, DbError, Tx};
use crate::ids::StockEntryId;

const ENTRY_INSERT: &str = "INSERT INTO stock_entry
     (id, command_id, reason, owner_id, product_id, lot_id, quantity, from_place_id, from_condition,
      to_place_id, to_condition, pick_task_id, document_id, actor_id, device_id, note, happened_at, recorded_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)";

pub const QUERIES: &[&str] = &[ENTRY_INSERT];

pub use self::lists::QUERIES as LIST_QUERIES;

/// On an engine without row triggers, this is where explicit statements would take their place.
pub(super) async fn entry_insert(
    tx: &mut Tx,
    ctx: &Ctx,
    line: &StockMove,
) -> Result<StockEntryId, DbError> {
    let id = StockEntryId::new();
    tx.insert(ENTRY_INSERT, entry_args(id, ctx, line)).await?;
    Ok(id)
}

/// Writes many lines at once, in the order given: sort them by product and place first.
pub async fn entry_insert_many(
    tx: &mut Tx,
    ctx: &Ctx,
    lines: &[StockMove],
) -> Result<u64, DbError> {
    let rows = lines.iter().map(|line| entry_args(StockEntryId::new(), ctx, line)).collect();
    tx.insert_many(ENTRY_INSERT, rows).await
}

fn entry_args(id: StockEntryId, ctx: &Ctx, line: &StockMove) -> Vec<Arg> {
    args![
        id,
        ctx.command,
        line.reason,
        line.goods.owner,
        line.goods.product,
        line.goods.lot,
        line.goods.quantity,
        line.from.place,
        line.from.condition,
        line.to.place,
        line.to.condition,
        line.task,
        line.document,
        ctx.actor,
        ctx.device,
        line.note.clone(),
        line.happened_at,
        ctx.now,
    ]
}
