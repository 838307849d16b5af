//! Goods moved by hand: from a bin or a handling unit to a bin (перемещение).

use serde::{Deserialize, Serialize};

use super::bins::Piece;
use super::floor::{self, Overfull};
use super::promises::promise_waiting;
use super::{Condition, Goods, GoodsError, Spot, StockMove, StockReason, stock_move};
use crate::access::Scope;
use crate::catalog;
use crate::commands::Ctx;
use crate::db::Tx;
use crate::fault::InputError;
use crate::ids::{LotId, PlaceId, ProductId, StockEntryId};
use crate::units::{Pieces, UtcMicros};

/// So many pieces of one lot from one place to another.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MoveIn {
    pub from: PlaceId,
    pub to: PlaceId,
    pub product: ProductId,
    pub lot: LotId,
    pub condition: Condition,
    pub quantity: Pieces,
    pub overfull: Overfull,
    pub note: Option<String>,
    pub happened_at: UtcMicros,
}

/// Moves goods by hand. What pick tasks hold stays, and so does what orders were promised.
pub async fn goods_relocate(
    tx: &mut Tx,
    ctx: &Ctx,
    input: &MoveIn,
) -> Result<StockEntryId, GoodsError> {
    if !input.quantity.is_positive() {
        return Err(InputError::one("quantity", "too_small").into());
    }
    let from = catalog::place_find(tx, input.from).await?;
    let to = catalog::place_find(tx, input.to).await?;
    if from.id == to.id {
        return Err(GoodsError::SamePlace { place: to.code });
    }
    let product = catalog::product_find(tx, Scope::All, input.product).await?;
    let goods = Goods {
        owner: product.owner,
        product: product.id,
        lot: input.lot,
        quantity: input.quantity,
    };
    floor::place_leave(tx, &from, &goods, input.condition, Some(&to)).await?;
    let piece = Piece::of(&product, input.lot);
    floor::place_enter(tx, ctx, &to, &piece, input.quantity, input.overfull).await?;

    let spot = Spot { place: from.id, condition: input.condition };
    let target = Spot { place: to.id, condition: input.condition };
    let mut line = StockMove::new(StockReason::Move, goods, spot, target, input.happened_at);
    line.note.clone_from(&input.note);
    let entry = stock_move(tx, ctx, &line).await?;
    floor::bin_claims_release(tx, ctx).await?;
    let was_promisable = floor::is_promisable(&from, input.condition);
    if floor::is_promisable(&to, input.condition) && !was_promisable {
        promise_waiting(tx, ctx, to.warehouse, vec![product.id]).await?;
    }
    Ok(entry)
}
