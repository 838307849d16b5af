//! Promises that must be taken back, because stock turned out to be missing or damaged.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::json;

use super::OrderError;
use super::model::{OrderPolicy, ShrinkReport};
use super::release::{OrderNote, order_events};
use super::reserve::unpromise;
use super::state::{OrderState, OrderStep};
use super::store::progress;
use super::store::reserve::{self as store, Held, PromiseRow, WaitingRow};
use crate::commands::Ctx;
use crate::db::Tx;
use crate::ids::{OrderId, ProductId, WarehouseId};
use crate::units::Pieces;

/// Takes promises back, the last in rank first, until `pieces` of the product can leave what is
/// available. Each order that loses something has it in its history.
///
/// What pick tasks hold is not touched: fewer pieces may become free than were asked for. The caller
/// moves the stock and then lets orders be sought anew ([`super::reserve_waiting`]).
pub async fn reservations_shrink(
    tx: &mut Tx,
    ctx: &Ctx,
    warehouse: WarehouseId,
    product: ProductId,
    pieces: Pieces,
) -> Result<ShrinkReport, OrderError> {
    // The orders are locked before what is available, and read again behind the locks.
    let promised = store::promises_of(tx, warehouse, product).await?;
    let orders: Vec<OrderId> = promised.iter().map(|row| row.order).collect();
    let locked = store::orders_lock(tx, &orders, Held::Wait).await?;
    let promised = store::promises_of(tx, warehouse, product).await?;
    let free = store::free_lock(tx, warehouse, &[product], Held::Wait).await?;
    let wanted = pieces.get() - free.first().map_or(0, |row| row.free);
    let losers = losers(&promised, &locked, wanted);
    let mut report = ShrinkReport::default();
    let mut notes = Vec::new();
    let mut whole = Vec::new();
    for loser in &losers {
        report.given_back = Pieces::new(report.given_back.get() + loser.pieces);
        report.orders.push(loser.order.order);
        if loser.order.policy == OrderPolicy::CompleteOnly {
            whole.push(loser.order.order);
        } else {
            for &(line, left) in &loser.lines {
                match left {
                    0 => store::promises_end(tx, &[line]).await?,
                    left => store::promise_set(tx, line, left).await?,
                }
            }
        }
        notes.push((loser.order, loser.pieces));
    }
    let freed: BTreeSet<ProductId> =
        unpromise(tx, &whole).await?.into_values().flatten().filter(|p| *p != product).collect();
    report.products = freed.into_iter().collect();
    unreserve(tx, ctx, product, notes).await?;
    Ok(report)
}

/// What one order loses: its lines with what is left of their promises.
struct Loser {
    order: WaitingRow,
    pieces: i64,
    lines: Vec<(crate::ids::OrderLineId, i64)>,
}

/// Who loses, so that `wanted` pieces become free. A complete-only order loses all its promises.
fn losers(promised: &[PromiseRow], locked: &[WaitingRow], mut wanted: i64) -> Vec<Loser> {
    let heads: HashMap<OrderId, WaitingRow> = locked.iter().map(|row| (row.order, *row)).collect();
    let mut by_order: BTreeMap<usize, Loser> = BTreeMap::new();
    let mut places: HashMap<OrderId, usize> = HashMap::new();
    for row in promised {
        let Some(&order) = heads.get(&row.order) else { continue };
        let known = places.contains_key(&row.order);
        let whole = order.policy == OrderPolicy::CompleteOnly;
        if wanted <= 0 && !(known && whole) {
            continue;
        }
        let taken = if whole { row.quantity } else { row.quantity.min(wanted) };
        wanted -= taken;
        let next = places.len();
        let place = *places.entry(row.order).or_insert(next);
        let loser = by_order.entry(place).or_insert(Loser { order, pieces: 0, lines: Vec::new() });
        loser.pieces += taken;
        loser.lines.push((row.line, row.quantity - taken));
    }
    by_order.into_values().collect()
}

/// Notes the losses, and lets orders wait again that a wave may no longer take.
async fn unreserve(
    tx: &mut Tx,
    ctx: &Ctx,
    product: ProductId,
    losses: Vec<(WaitingRow, i64)>,
) -> Result<(), OrderError> {
    let orders: Vec<OrderId> = losses.iter().map(|(row, _)| row.order).collect();
    let holding: BTreeSet<OrderId> =
        store::promises(tx, &orders).await?.into_iter().map(|row| row.order).collect();
    let mut notes = Vec::new();
    let mut back = Vec::new();
    for (row, pieces) in losses {
        let stays = row.policy == OrderPolicy::Partial && holding.contains(&row.order);
        let mut state = row.state;
        if state == OrderState::Reserved && !stays {
            state = state.next(OrderStep::Unreserve)?;
            back.push(row.order);
        }
        let detail = json!({ "product": product, "pieces": pieces });
        notes.push(OrderNote { order: row.order, kind: "reservation_shrunk", state, detail });
    }
    progress::advance_many(tx, &back, OrderState::Reserved, OrderState::Accepted).await?;
    order_events(tx, ctx, notes).await
}
