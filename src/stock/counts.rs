//! Counting a place (пересчёт): blind, closed once, differences posted to and from lost-and-found.
//!
//! While somebody counts, the place is closed for new promises and tasks (`place.pickable`); what
//! pick tasks hold already stays held, so pickers go on.
//!
//! **Invariant:** a difference beyond the tolerance is posted only after somebody else has counted
//! again, and goods that moved during the count are counted again, never adjusted.
//! **Invariant:** what pick tasks hold is not lost by a count: the picker who finds it missing says so.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::floor::holds_goods;
use super::promises::{give_back, promise_waiting};
use super::store::counts::{self as store, LineKey, LyingRow, NewCount};
use super::{Condition, Goods, GoodsError, Spot, StockMove, StockReason, stock_move};
use crate::access::Scope;
use crate::catalog::{self, PlaceKind};
use crate::commands::Ctx;
use crate::db::{DbError, Tx};
use crate::fault::InputError;
use crate::ids::{CountId, LotId, PlaceId, ProductId, new_uuid};
use crate::text_enum;
use crate::units::Pieces;

pub use super::store::counts::{CountLineRow, CountRow};

/// A difference of so many pieces is posted at once; beyond it somebody else counts again.
pub const TOLERANCE_DEFAULT: Pieces = Pieces::new(2);

text_enum! {
    /// Why a place is counted.
    pub enum CountCause {
        Planned = "planned",
        ShortPick = "short_pick",
        ZeroCheck = "zero_check",
        Request = "request",
    }
}

text_enum! {
    pub enum CountState {
        Open = "open",
        Counting = "counting",
        Closed = "closed",
        Cancelled = "cancelled",
    }
}

/// One kind of goods in a count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted {
    pub product: ProductId,
    pub lot: LotId,
    pub condition: Condition,
    pub pieces: Pieces,
}

/// A count with its lines.
#[derive(Debug, Clone)]
pub struct CountView {
    pub count: CountRow,
    pub lines: Vec<CountLineRow>,
    /// The count of the same place that is to be done next.
    pub recount: Option<CountId>,
}

/// Asks for a count of a place. A place has one open count: asking again answers the same.
///
/// What a picker did not find is doubtful at once, so its place is closed for promises right away.
pub async fn count_request(
    tx: &mut Tx,
    ctx: &Ctx,
    place: PlaceId,
    cause: CountCause,
    tolerance: Option<Pieces>,
) -> Result<CountId, GoodsError> {
    let place = catalog::place_find(tx, place).await?;
    holds_goods(&place)?;
    let count = NewCount {
        warehouse: place.warehouse,
        place: place.id,
        cause,
        tolerance: tolerance.unwrap_or(TOLERANCE_DEFAULT),
        recount_of: None,
        froze: false,
    };
    let id = match store::insert(tx, ctx, &count).await? {
        Some(id) => id,
        None => match store::open_of_place(tx, place.id).await? {
            Some(id) => id,
            // It was closed between the two statements.
            None => return Err(tx.conflict().into()),
        },
    };
    if matches!(cause, CountCause::ShortPick | CountCause::ZeroCheck) {
        let count = count_find(tx, id).await?;
        freeze(tx, ctx, &count).await?;
    }
    Ok(id)
}

pub async fn count_find(tx: &mut Tx, id: CountId) -> Result<CountRow, GoodsError> {
    store::find(tx, id).await?.ok_or_else(|| GoodsError::NotFound { what: id.to_string() })
}

pub async fn count_list(
    tx: &mut Tx,
    after: CountId,
    state: Option<CountState>,
    limit: i64,
) -> Result<Vec<CountRow>, DbError> {
    store::list(tx, after, state, limit).await
}

/// A count with its lines. What was expected is told only after closing.
pub async fn count_view(tx: &mut Tx, id: CountId) -> Result<CountView, GoodsError> {
    let count = count_find(tx, id).await?;
    let lines = store::lines(tx, id).await?;
    let recount = store::open_of_place(tx, count.place).await?.filter(|open| *open != id);
    Ok(CountView { count, lines, recount })
}

/// Begins a count, or goes on with one that somebody has left.
pub async fn count_start(tx: &mut Tx, ctx: &Ctx, id: CountId) -> Result<CountRow, GoodsError> {
    let count = count_find(tx, id).await?;
    match count.state {
        CountState::Counting => return Ok(count),
        CountState::Closed | CountState::Cancelled => return Err(GoodsError::CountClosed),
        CountState::Open => {}
    }
    if let Some(first) = count.recount_of {
        let first = count_find(tx, first).await?;
        if first.actor.is_some() && first.actor == ctx.actor {
            return Err(GoodsError::RecountByAnother { bin: count.place_code });
        }
    }
    freeze(tx, ctx, &count).await?;
    if !store::start(tx, ctx, id, new_uuid()).await? {
        return Err(tx.conflict().into());
    }
    count_find(tx, id).await
}

/// Adds pieces that were just counted.
pub async fn count_add(tx: &mut Tx, id: CountId, counted: &Counted) -> Result<(), GoodsError> {
    if !counted.pieces.is_positive() {
        return Err(InputError::one("quantity", "too_small").into());
    }
    ensure_counting(tx, id).await?;
    Ok(store::line_add(tx, id, key_of(counted), counted.pieces).await?)
}

/// Takes back what was just counted.
pub async fn count_take(tx: &mut Tx, id: CountId, counted: &Counted) -> Result<(), GoodsError> {
    ensure_counting(tx, id).await?;
    if store::line_take(tx, id, key_of(counted), counted.pieces).await? {
        Ok(())
    } else {
        Err(GoodsError::NotCounted)
    }
}

/// Replaces everything counted so far and closes: the whole result at once.
pub async fn count_submit(
    tx: &mut Tx,
    ctx: &Ctx,
    id: CountId,
    counted: &[Counted],
    reason: Option<&str>,
) -> Result<CountView, GoodsError> {
    if count_find(tx, id).await?.state == CountState::Closed {
        return count_view(tx, id).await;
    }
    count_start(tx, ctx, id).await?;
    ensure_counting(tx, id).await?;
    store::lines_clear(tx, id).await?;
    for line in counted {
        catalog::product_find(tx, Scope::All, line.product).await?;
        store::line_add(tx, id, key_of(line), line.pieces).await?;
    }
    count_close(tx, ctx, id, reason).await
}

/// Gives a count up: nothing is posted, and the place opens again.
pub async fn count_cancel(tx: &mut Tx, ctx: &Ctx, id: CountId) -> Result<CountView, GoodsError> {
    if !store::end(tx, ctx, id, CountState::Cancelled).await? {
        count_find(tx, id).await?;
        return Err(GoodsError::CountClosed);
    }
    let count = count_find(tx, id).await?;
    thaw(tx, ctx, &count).await?;
    count_view(tx, id).await
}

/// Closes a count and posts the differences, or asks for a recount. The second time it only
/// answers what the first time came to.
pub async fn count_close(
    tx: &mut Tx,
    ctx: &Ctx,
    id: CountId,
    reason: Option<&str>,
) -> Result<CountView, GoodsError> {
    if !store::end(tx, ctx, id, CountState::Closed).await? {
        return match count_find(tx, id).await?.state {
            CountState::Closed => count_view(tx, id).await,
            CountState::Open | CountState::Counting => Err(GoodsError::CountNotStarted),
            CountState::Cancelled => Err(GoodsError::CountClosed),
        };
    }
    let count = count_find(tx, id).await?;
    let differences = compare(tx, &count).await?;
    let moved = moved_products(tx, &count, &differences).await?;
    let was_disturbed = differences.iter().any(|line| moved.contains(&line.key.product));
    let is_beyond = differences.iter().any(|line| line.pieces().abs() > count.tolerance.get());
    if was_disturbed || (is_beyond && count.recount_of.is_none()) {
        let recount_of = if was_disturbed { count.recount_of } else { Some(id) };
        recount_open(tx, ctx, &count, recount_of).await?;
    } else {
        post(tx, ctx, &count, &differences, reason).await?;
        thaw(tx, ctx, &count).await?;
    }
    count_view(tx, id).await
}

/// One kind of goods of which not as much lies there as the balances say.
#[derive(Debug, Clone)]
struct Difference {
    key: LineKey,
    counted: i64,
    lying: Option<LyingRow>,
}

impl Difference {
    /// Found when positive, lost when negative.
    fn pieces(&self) -> i64 {
        self.counted - self.lying.map_or(0, |row| row.on_hand.get())
    }
}

async fn compare(tx: &mut Tx, count: &CountRow) -> Result<Vec<Difference>, GoodsError> {
    let mut all: BTreeMap<(ProductId, LotId, Condition), Difference> = BTreeMap::new();
    for line in store::lines(tx, count.id).await? {
        let key = LineKey { product: line.product, lot: line.lot, condition: line.condition };
        let difference = Difference { key, counted: line.counted.get(), lying: None };
        all.insert((key.product, key.lot, key.condition), difference);
    }
    for row in store::lying(tx, count.place).await? {
        let key = LineKey { product: row.product, lot: row.lot, condition: row.condition };
        all.entry((key.product, key.lot, key.condition))
            .or_insert(Difference { key, counted: 0, lying: None })
            .lying = Some(row);
    }
    for line in all.values() {
        let expected = line.lying.map_or(Pieces::ZERO, |row| row.on_hand);
        store::line_expect(tx, count.id, line.key, expected).await?;
    }
    Ok(all.into_values().filter(|line| line.pieces() != 0).collect())
}

async fn moved_products(
    tx: &mut Tx,
    count: &CountRow,
    differences: &[Difference],
) -> Result<BTreeSet<ProductId>, DbError> {
    let products: BTreeSet<ProductId> = differences.iter().map(|line| line.key.product).collect();
    let mark = count.mark.expect("a count that was begun has a mark");
    let products = products.into_iter().collect();
    Ok(store::moved_since(tx, count.place, mark, products).await?.into_iter().collect())
}

/// The place stays closed for promises until the recount.
async fn recount_open(
    tx: &mut Tx,
    ctx: &Ctx,
    count: &CountRow,
    recount_of: Option<CountId>,
) -> Result<(), GoodsError> {
    let next = NewCount {
        warehouse: count.warehouse,
        place: count.place,
        cause: count.cause,
        tolerance: count.tolerance,
        recount_of,
        froze: count.froze,
    };
    store::froze_set(tx, count.id, false).await?;
    match store::insert(tx, ctx, &next).await? {
        Some(_) => Ok(()),
        None => Err(tx.conflict().into()),
    }
}

async fn post(
    tx: &mut Tx,
    ctx: &Ctx,
    count: &CountRow,
    differences: &[Difference],
    reason: Option<&str>,
) -> Result<(), GoodsError> {
    let lost_and_found =
        catalog::virtual_place(tx, count.warehouse, PlaceKind::LostAndFound).await?;
    let note = reason.unwrap_or(count.cause.as_str());
    for line in differences {
        let held = line.lying.map_or(0, |row| row.reserved.get());
        // The counted goods cover what is held first; what tasks hold cannot leave.
        let pieces = line.pieces().max(-line.lying.map_or(0, |row| row.on_hand.get() - held));
        if pieces == 0 {
            continue;
        }
        let LineKey { product, lot, condition } = line.key;
        let owner = match line.lying {
            Some(row) => row.owner,
            None => catalog::product_find(tx, Scope::All, product).await?.owner,
        };
        let goods = Goods { owner, product, lot, quantity: Pieces::new(pieces.abs()) };
        let [here, away] = [count.place, lost_and_found].map(|place| Spot { place, condition });
        let (why, from, to) = if pieces > 0 {
            (StockReason::CountFound, away, here)
        } else {
            (StockReason::CountLost, here, away)
        };
        let entry = StockMove::new(why, goods, from, to, ctx.now)
            .with_document(count.id.uuid())
            .with_note(note);
        stock_move(tx, ctx, &entry).await?;
    }
    Ok(())
}

/// Closes the place for new promises and tasks. Promises that the rest of the stock cannot keep are
/// given back, visibly; they are sought again when the place opens.
async fn freeze(tx: &mut Tx, ctx: &Ctx, count: &CountRow) -> Result<(), GoodsError> {
    let place = catalog::place_find(tx, count.place).await?;
    if count.froze || !place.pickable {
        return Ok(());
    }
    let mut free: BTreeMap<ProductId, i64> = BTreeMap::new();
    for row in store::lying(tx, place.id).await? {
        if row.condition == Condition::Available {
            *free.entry(row.product).or_default() += row.on_hand.get() - row.reserved.get();
        }
    }
    for (product, pieces) in free.into_iter().filter(|(_, pieces)| *pieces > 0) {
        give_back(tx, ctx, place.warehouse, product, Pieces::new(pieces)).await?;
    }
    if store::pickable_set(tx, place.id, false).await? {
        store::froze_set(tx, count.id, true).await?;
    }
    Ok(())
}

/// Opens the place again and promises what lies there to those who wait.
async fn thaw(tx: &mut Tx, ctx: &Ctx, count: &CountRow) -> Result<(), GoodsError> {
    if !count.froze || !store::pickable_set(tx, count.place, true).await? {
        return Ok(());
    }
    let lying = store::lying(tx, count.place).await?;
    let products: BTreeSet<ProductId> = lying.into_iter().map(|row| row.product).collect();
    promise_waiting(tx, ctx, count.warehouse, products.into_iter().collect()).await
}

async fn ensure_counting(tx: &mut Tx, id: CountId) -> Result<(), GoodsError> {
    if store::touch(tx, id).await? {
        return Ok(());
    }
    match count_find(tx, id).await?.state {
        CountState::Open => Err(GoodsError::CountNotStarted),
        _ => Err(GoodsError::CountClosed),
    }
}

const fn key_of(counted: &Counted) -> LineKey {
    LineKey { product: counted.product, lot: counted.lot, condition: counted.condition }
}
