//! Goods that were picked and are not wanted any more: back to the shelf.

use serde::{Deserialize, Serialize};

use crate::commands::Ctx;
use crate::db::{DbError, Tx};
use crate::ids::{OrderId, PlaceId, PutBackId, WarehouseId};
use crate::orders::reserve_waiting;
use crate::picking::store::put_backs;
use crate::picking::{PickError, PutBack};
use crate::stock::{Goods, Spot, StockMove, StockReason, stock_move};
use crate::units::{Pieces, UtcMicros};

/// A line for the put-back list: what lies where, and why it was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPutBack {
    pub warehouse: WarehouseId,
    pub order: OrderId,
    /// The tote or the packing bin it lies in now.
    pub place: PlaceId,
    pub goods: Goods,
}

/// Pieces that somebody lays into a bin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PutBackIn {
    pub put_back: PutBackId,
    pub bin_code: String,
    pub pieces: Pieces,
    pub happened_at: UtcMicros,
}

pub async fn put_backs_add(tx: &mut Tx, ctx: &Ctx, lines: &[NewPutBack]) -> Result<(), DbError> {
    put_backs::put_backs_insert(tx, ctx.now, lines).await
}

/// What is to be put back out of a place.
pub async fn put_backs_open(tx: &mut Tx, place: PlaceId) -> Result<Vec<PutBack>, DbError> {
    const LINES_MAX: i64 = 200;
    let first = PutBackId::from_uuid(uuid::Uuid::nil());
    put_backs::put_back_list(tx, first, Some(place), LINES_MAX).await
}

/// Moves pieces of a put-back line into a bin, where orders that wait get them.
pub async fn put_back_confirm(
    tx: &mut Tx,
    ctx: &Ctx,
    input: &PutBackIn,
) -> Result<PutBack, PickError> {
    let found = put_backs::put_back_find(tx, input.put_back).await?;
    let line = found.ok_or(PickError::NotFound { what: "put_back" })?;
    let left = Pieces::new(line.quantity.get() - line.done.get());
    if left.is_zero() {
        return Err(PickError::PutBackDone);
    }
    if input.pieces > left || !input.pieces.is_positive() {
        return Err(PickError::PutBackTooMany { wanted: input.pieces, left });
    }
    let bin = put_backs::bin_facts(tx, line.warehouse, &input.bin_code).await?;
    let bin = bin.ok_or(PickError::NotFound { what: "bin" })?;
    if bin.locked || !bin.pickable {
        return Err(PickError::PutBackPlace { code: bin.code });
    }
    if !put_backs::put_back_do(tx, line.id, input.pieces).await? {
        return Err(tx.conflict().into());
    }
    let goods =
        Goods { owner: line.owner, product: line.product, lot: line.lot, quantity: input.pieces };
    let (from, to) = (Spot::available(line.place), Spot::available(bin.place));
    let entry = StockMove::new(StockReason::PutBack, goods, from, to, input.happened_at)
        .with_document(line.order.uuid());
    stock_move(tx, ctx, &entry).await?;
    reserve_waiting(tx, ctx, line.warehouse, Some(vec![line.product])).await?;
    let done = Pieces::new(line.done.get() + input.pieces.get());
    Ok(PutBack { done, ..line })
}
