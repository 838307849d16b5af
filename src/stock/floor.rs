//! Goods enter a bin: the one place that asks all its rules, for putaway and for moves.
//!
//! **Invariant:** whoever checks a bin holds its claim, which is a lock until the transaction ends,
//! so that two people cannot both be told that the same bin is empty.

use std::collections::BTreeMap;

use super::bins::{self, BinLoad, Piece};
use super::store::{counts, floor};
use super::{Condition, Goods, GoodsError, Spot, StockError};
use crate::access::Scope;
use crate::catalog::{self, BinPurpose, Mixing, Place, PlaceKind};
use crate::commands::Ctx;
use crate::db::{DbError, Tx};
use crate::ids::{LotId, OwnerId, PlaceId, ProductId, WarehouseId};
use crate::text_enum;
use crate::units::{Day, Pieces};

pub use super::store::floor::StockRow;

/// How long a bin waits for somebody who was sent to it.
const CLAIM_SECONDS: i64 = 600;
/// How many rows of stock are listed for one place or product.
const STOCK_ROWS_MAX: i64 = 500;

text_enum! {
    /// What to do when the goods are larger or heavier than what is left of a bin.
    #[derive(Default)]
    pub enum Overfull {
        #[default]
        Refuse = "refuse",
        /// Somebody looked at the bin and says that they fit.
        Allow = "allow",
    }
}

/// Who claims bins: a device, or a person at a desk.
pub fn claimant(ctx: &Ctx) -> uuid::Uuid {
    let person = || ctx.actor.map(crate::ids::UserId::uuid);
    ctx.device.map(crate::ids::DeviceId::uuid).or_else(person).unwrap_or(ctx.command.uuid())
}

/// Sends the caller to the bin for ten minutes, unless somebody else is on his way there.
pub async fn bin_claim(
    tx: &mut Tx,
    ctx: &Ctx,
    bin: PlaceId,
    product: ProductId,
) -> Result<bool, DbError> {
    let span = [ctx.now, ctx.now.plus_seconds(CLAIM_SECONDS)];
    floor::claim(tx, bin, claimant(ctx), product, span).await
}

/// Frees the bins that wait for the caller.
pub async fn bin_claims_release(tx: &mut Tx, ctx: &Ctx) -> Result<(), DbError> {
    floor::claims_release(tx, claimant(ctx)).await
}

/// What lies in each of these bins; one without goods is absent.
pub async fn bin_loads(
    tx: &mut Tx,
    bins: &[PlaceId],
) -> Result<BTreeMap<PlaceId, BinLoad>, DbError> {
    floor::loads(tx, bins).await
}

/// Which of these owners' contracts forbid a bin shared with others today.
pub async fn strict_owners(
    tx: &mut Tx,
    day: Day,
    owners: Vec<OwnerId>,
) -> Result<Vec<OwnerId>, DbError> {
    floor::strict_owners(tx, day, owners).await
}

/// Refuses unless these pieces may enter the place. The caller then posts them.
pub async fn place_enter(
    tx: &mut Tx,
    ctx: &Ctx,
    place: &Place,
    piece: &Piece,
    quantity: Pieces,
    overfull: Overfull,
) -> Result<(), GoodsError> {
    let bin = || place.code.clone();
    holds_goods(place)?;
    if place.locked {
        return Err(GoodsError::BinLocked { bin: bin() });
    }
    counting_refuses(tx, place).await?;
    if !has_rules(place) {
        return Ok(());
    }
    if !bin_claim(tx, ctx, place.id, piece.product).await? {
        return Err(GoodsError::BinClaimed { bin: bin() });
    }
    let load = floor::loads(tx, &[place.id]).await?.remove(&place.id).unwrap_or_default();
    let rule = place.mixing.unwrap_or(Mixing::Any);
    if !bins::mixing_allows(rule, &load, piece) {
        return Err(GoodsError::BinMixing { bin: bin(), rule });
    }
    if load.has_stranger(piece.owner) {
        let mut owners: Vec<OwnerId> = load.owners.iter().copied().collect();
        owners.push(piece.owner);
        if !floor::strict_owners(tx, ctx.now.moscow_day(), owners).await?.is_empty() {
            return Err(GoodsError::BinOwners { bin: bin() });
        }
    }
    let fits = bins::fits(place, &load, piece);
    if overfull == Overfull::Refuse && fits < quantity {
        return Err(GoodsError::BinFull { bin: bin(), fits });
    }
    Ok(())
}

/// Refuses what nobody may take goods out of by hand, or put goods into.
pub fn holds_goods(place: &Place) -> Result<(), GoodsError> {
    match place.kind {
        PlaceKind::Bin | PlaceKind::Pallet | PlaceKind::Box => Ok(()),
        _ => Err(GoodsError::PlaceUnfit { place: place.code.clone() }),
    }
}

/// Whether goods are kept there. Docks, tables and staging areas take whatever stands on them.
pub const fn has_rules(place: &Place) -> bool {
    matches!(
        place.purpose,
        Some(BinPurpose::Storage | BinPurpose::Quarantine | BinPurpose::Returns)
    )
}

async fn counting_refuses(tx: &mut Tx, place: &Place) -> Result<(), GoodsError> {
    if counts::is_counting(tx, place.id).await? {
        return Err(GoodsError::BinCounting { bin: place.code.clone() });
    }
    Ok(())
}

/// Refuses unless these pieces may leave the place by hand. What pick tasks hold stays, and what
/// orders were promised, too, unless the goods can be promised where they go.
pub async fn place_leave(
    tx: &mut Tx,
    place: &Place,
    goods: &Goods,
    condition: Condition,
    goes_to: Option<&Place>,
) -> Result<(), GoodsError> {
    holds_goods(place)?;
    if place.locked {
        return Err(GoodsError::BinLocked { bin: place.code.clone() });
    }
    counting_refuses(tx, place).await?;
    let spot = Spot { place: place.id, condition };
    free_ensure(tx, spot, goods.product, goods.lot, goods.quantity).await?;
    let stays_promisable = goes_to.is_some_and(|to| is_promisable(to, condition));
    if is_promisable(place, condition) && !stays_promisable {
        unpromised_ensure(tx, place.warehouse, goods.product, goods.quantity).await?;
    }
    Ok(())
}

/// What lies there of a lot and is held for no pick task.
pub async fn free_pieces(
    tx: &mut Tx,
    spot: Spot,
    product: ProductId,
    lot: LotId,
) -> Result<Pieces, DbError> {
    floor::free_pieces(tx, spot.place, product, lot, spot.condition).await
}

/// Refuses if fewer pieces than wanted lie there free of pick tasks.
async fn free_ensure(
    tx: &mut Tx,
    spot: Spot,
    product: ProductId,
    lot: LotId,
    wanted: Pieces,
) -> Result<(), GoodsError> {
    let free = free_pieces(tx, spot, product, lot).await?;
    if free < wanted {
        return Err(StockError::Insufficient { wanted }.into());
    }
    Ok(())
}

/// Refuses if so many pieces cannot leave what is promised to orders.
async fn unpromised_ensure(
    tx: &mut Tx,
    warehouse: WarehouseId,
    product: ProductId,
    leaving: Pieces,
) -> Result<(), GoodsError> {
    let promised = floor::promised(tx, warehouse, product).await?;
    let left = promised.unallocated.get() - leaving.get();
    if left < promised.reserved.get() {
        return Err(StockError::Promised.into());
    }
    Ok(())
}

/// What lies in a place, as far as `scope` may see.
pub async fn stock_in_place(
    tx: &mut Tx,
    scope: Scope,
    place: PlaceId,
) -> Result<Vec<StockRow>, GoodsError> {
    let place = catalog::place_find(tx, place).await?;
    Ok(floor::stock_in_place(tx, &place, scope.owner(), STOCK_ROWS_MAX).await?)
}

/// Where a product lies, in walking order.
pub async fn stock_of_product(
    tx: &mut Tx,
    scope: Scope,
    product: ProductId,
    warehouse: Option<WarehouseId>,
) -> Result<Vec<StockRow>, GoodsError> {
    let product = catalog::product_find(tx, scope, product).await?;
    Ok(floor::stock_of_product(tx, &product, scope.owner(), warehouse, STOCK_ROWS_MAX).await?)
}

/// The lot of a product by its code; the empty code is that of goods without lots.
pub async fn lot_by_code(
    tx: &mut Tx,
    product: ProductId,
    code: &str,
) -> Result<Option<LotId>, DbError> {
    counts::lot_by_code(tx, product, code).await
}

/// Whether orders can be promised goods that lie so.
pub const fn is_promisable(place: &Place, condition: Condition) -> bool {
    place.pickable && matches!(condition, Condition::Available)
}
