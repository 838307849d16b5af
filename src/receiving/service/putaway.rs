//! Goods go from the dock to their bins.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::access::Scope;
use crate::catalog::{self, BinPurpose, Place, Product};
use crate::commands::Ctx;
use crate::db::Tx;
use crate::fault::InputFaults;
use crate::ids::{LotId, OwnerId, PlaceId, ProductId, StockEntryId, WarehouseId};
use crate::receiving::ReceivingError;
use crate::receiving::putaway::{Candidate, Proposal, rank};
use crate::receiving::store::putaway::{self as store, Search};
use crate::stock::bins::Piece;
use crate::stock::floor::{self, Overfull};
use crate::stock::{self, Condition, Goods, Spot, StockMove, StockReason, stock_move};
use crate::units::{Pieces, UtcMicros};

pub use crate::receiving::store::putaway::WaitingRow as WaitingGoods;

/// How many bins of a kind are looked at for one proposal.
const CANDIDATES_MAX: i64 = 30;
const WAITING_MAX: i64 = 200;
const QUANTITY_MAX: i64 = 1_000_000;
const REASON_LENGTH_MAX: usize = 200;

/// Whether the bin is the proposed one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum PutChoice {
    Proposed,
    /// The worker knows better, and says why. Limits of size do not bind him; rules do.
    Override {
        reason: String,
    },
}

/// Goods that were put into a bin.
#[derive(Debug, Clone)]
pub struct PutIn {
    pub from: PlaceId,
    pub to: PlaceId,
    pub product: ProductId,
    pub lot: LotId,
    pub condition: Condition,
    pub quantity: Pieces,
    pub choice: PutChoice,
    pub happened_at: UtcMicros,
}

#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PutOut {
    pub entry_id: StockEntryId,
    /// What of the same goods is still at the dock.
    pub left: Pieces,
}

/// What stands at the docks and waits for a bin.
pub async fn goods_waiting(
    tx: &mut Tx,
    warehouse: WarehouseId,
    dock: Option<PlaceId>,
) -> Result<Vec<WaitingGoods>, ReceivingError> {
    Ok(store::waiting(tx, warehouse, dock, WAITING_MAX).await?)
}

/// Proposes a bin and keeps it for the caller for ten minutes. `skipped` are bins he has seen and
/// found unfit.
pub async fn putaway_propose(
    tx: &mut Tx,
    ctx: &Ctx,
    warehouse: WarehouseId,
    goods: &Goods,
    condition: Condition,
    skipped: &[PlaceId],
) -> Result<Proposal, ReceivingError> {
    floor::bin_claims_release(tx, ctx).await?;
    let product = catalog::product_find(tx, Scope::All, goods.product).await?;
    let search = Search {
        warehouse,
        purpose: purpose_for(condition),
        claimant: floor::claimant(ctx),
        now: ctx.now,
        limit: CANDIDATES_MAX,
    };
    let near = store::same_product(tx, &search, product.id).await?;
    let from = near.first().and_then(|bin| bin.sequence).unwrap_or(i64::MIN);
    let mut bins = near;
    bins.extend(store::empty(tx, &search, from).await?);
    if let Some(found) = choose(tx, ctx, &product, goods, (&bins, skipped)).await? {
        return Ok(found);
    }
    let mut rest = store::empty(tx, &search, i64::MIN).await?;
    rest.extend(store::shared(tx, &search, i64::MIN).await?);
    let found = choose(tx, ctx, &product, goods, (&rest, skipped)).await?;
    found.ok_or(ReceivingError::NoBin)
}

/// Available goods are stored; damaged ones wait apart for somebody's decision.
const fn purpose_for(condition: Condition) -> BinPurpose {
    match condition {
        Condition::Available | Condition::Hold => BinPurpose::Storage,
        Condition::Quarantine | Condition::Damaged => BinPurpose::Quarantine,
        Condition::Returns => BinPurpose::Returns,
    }
}

/// The best of the bins that nobody else was sent to.
async fn choose(
    tx: &mut Tx,
    ctx: &Ctx,
    product: &Product,
    goods: &Goods,
    (bins, skipped): (&[Place], &[PlaceId]),
) -> Result<Option<Proposal>, ReceivingError> {
    let bins: Vec<Place> = bins.iter().filter(|bin| !skipped.contains(&bin.id)).cloned().collect();
    for proposal in ranked(tx, ctx, product, goods, &bins).await? {
        if !floor::bin_claim(tx, ctx, proposal.bin, goods.product).await? {
            continue;
        }
        // Whoever held it before may have filled it since it was looked at; from now on nobody can.
        let claimed: Vec<Place> =
            bins.iter().filter(|bin| bin.id == proposal.bin).cloned().collect();
        if let Some(sure) = ranked(tx, ctx, product, goods, &claimed).await?.pop() {
            return Ok(Some(sure));
        }
        floor::bin_claims_release(tx, ctx).await?;
    }
    Ok(None)
}

/// The bins that may take the goods as they are loaded now, best first.
async fn ranked(
    tx: &mut Tx,
    ctx: &Ctx,
    product: &Product,
    goods: &Goods,
    bins: &[Place],
) -> Result<Vec<Proposal>, ReceivingError> {
    let ids: Vec<PlaceId> = bins.iter().map(|bin| bin.id).collect();
    let mut loads = floor::bin_loads(tx, &ids).await?;
    let candidates: Vec<Candidate> = bins
        .iter()
        .map(|bin| Candidate { bin: bin.clone(), load: loads.remove(&bin.id).unwrap_or_default() })
        .collect();
    let mut owners: BTreeSet<OwnerId> = BTreeSet::from([goods.owner]);
    owners.extend(candidates.iter().flat_map(|candidate| candidate.load.owners.iter()));
    let owners = owners.into_iter().collect();
    let strict = floor::strict_owners(tx, ctx.now.moscow_day(), owners).await?;
    let piece = Piece::of(product, goods.lot);
    Ok(rank(&piece, goods.quantity, &candidates, &strict.into_iter().collect()))
}

/// Puts goods into a bin, all of them or a part.
pub async fn putaway_put(tx: &mut Tx, ctx: &Ctx, input: &PutIn) -> Result<PutOut, ReceivingError> {
    let mut faults = InputFaults::default();
    faults.range("quantity", input.quantity.get(), 1..=QUANTITY_MAX);
    if let PutChoice::Override { reason } = &input.choice {
        faults.text("reason", reason, REASON_LENGTH_MAX);
    }
    faults.finish()?;
    let from = catalog::place_find(tx, input.from).await?;
    let to = catalog::place_find(tx, input.to).await?;
    if !floor::has_rules(&to) {
        return Err(ReceivingError::NotForGoods { bin: to.code });
    }
    let product = catalog::product_find(tx, Scope::All, input.product).await?;
    let goods = Goods {
        owner: product.owner,
        product: product.id,
        lot: input.lot,
        quantity: input.quantity,
    };
    floor::place_leave(tx, &from, &goods, input.condition, Some(&to)).await?;
    let overfull = match input.choice {
        PutChoice::Proposed => Overfull::Refuse,
        PutChoice::Override { .. } => Overfull::Allow,
    };
    let piece = Piece::of(&product, input.lot);
    floor::place_enter(tx, ctx, &to, &piece, input.quantity, overfull).await?;
    let condition = input.condition;
    let [source, target] = [from.id, to.id].map(|place| Spot { place, condition });
    let mut line = StockMove::new(StockReason::Putaway, goods, source, target, input.happened_at);
    if let PutChoice::Override { reason } = &input.choice {
        line = line.with_note(reason.clone());
    }
    let entry_id = stock_move(tx, ctx, &line).await?;
    floor::bin_claims_release(tx, ctx).await?;
    if floor::is_promisable(&to, condition) {
        stock::promise_waiting(tx, ctx, to.warehouse, vec![product.id]).await?;
    }
    let left = floor::free_pieces(tx, source, product.id, input.lot).await?;
    Ok(PutOut { entry_id, left })
}
