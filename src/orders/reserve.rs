//! Promises: soft reservations (мягкий резерв) of waiting orders.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::OrderError;
use super::allocate::{Demand, Grant, Need, allocate};
use super::model::ReserveReport;
use super::release::{OrderNote, order_events};
use super::state::{OrderState, OrderStep};
use super::store::progress;
use super::store::reserve::{self as store, Held, Rank, Waiting, WaitingRow};
use crate::app::App;
use crate::args;
use crate::commands::{Command, Ctx, body_hash, run};
use crate::db::Tx;
use crate::ids::{OrderId, OwnerId, ProductId, WarehouseId};

/// So many orders are promised stock in one transaction: few enough that scans wait for it only
/// briefly, many enough that it pays. `SQLite` also gets slower by the square: each insert with a
/// trigger walks the undo log that the transaction has in memory.
pub(super) const CHUNK_ORDERS: i64 = 50;

/// Promises free stock to waiting orders, first in rank first.
///
/// With `products` only orders that lack one of these are looked at, and rows that other
/// transactions hold are left out instead of waited for: the caller has moved stock and holds locks
/// of its own. What was left out is found by the regular run ([`super::reserve_regularly`]).
pub async fn reserve_waiting(
    tx: &mut Tx,
    ctx: &Ctx,
    warehouse: WarehouseId,
    products: Option<Vec<ProductId>>,
) -> Result<ReserveReport, OrderError> {
    let mut report = ReserveReport::default();
    if let Some(products) = products {
        let waiting = store::waiting_for(tx, warehouse, &products).await?;
        for chunk in waiting.chunks(usize::try_from(CHUNK_ORDERS).unwrap_or(usize::MAX)) {
            let orders: Vec<OrderId> = chunk.iter().map(|row| row.order).collect();
            report = report.plus(promise(tx, ctx, warehouse, &orders, Held::Skip).await?);
        }
        return Ok(report);
    }
    let mut after = Some(Rank::FIRST);
    while let Some(rank) = after {
        let (done, next) = reserve_chunk(tx, ctx, warehouse, rank).await?;
        report = report.plus(done);
        after = next;
    }
    Ok(report)
}

/// Promises free stock to all waiting orders of a warehouse, some hundred per transaction.
pub async fn reserve_all(app: &App, warehouse: WarehouseId) -> Result<ReserveReport, OrderError> {
    let mut report = ReserveReport::default();
    let mut after = Some(Rank::FIRST);
    while let Some(rank) = after {
        let command = reserve_command(warehouse);
        let work = async move |tx: &mut Tx, ctx: &Ctx| {
            let (done, next) = reserve_chunk(tx, ctx, warehouse, rank).await?;
            Ok::<_, OrderError>((done, next.map(|rank| (rank.late, rank.promised_at, rank.order))))
        };
        let (done, next) = run(&app.db, &app.clock, command, work).await?;
        report = report.plus(done);
        after = next.map(|(late, promised_at, order)| Rank { late, promised_at, order });
    }
    Ok(report)
}

/// The command of the system itself that promises stock of a warehouse.
pub(super) fn reserve_command(warehouse: WarehouseId) -> Command {
    Command {
        scope: warehouse.uuid(),
        key: format!("reserve-{}", crate::ids::new_uuid().simple()),
        action: "orders_reserve",
        body_hash: body_hash(&warehouse),
        request: None,
        actor: None,
        device: None,
        owner: None,
    }
}

/// The next orders behind `after`, and where they end; nothing if there are no more.
async fn reserve_chunk(
    tx: &mut Tx,
    ctx: &Ctx,
    warehouse: WarehouseId,
    after: Rank,
) -> Result<(ReserveReport, Option<Rank>), OrderError> {
    let waiting = store::waiting(tx, Waiting::All, warehouse, after, CHUNK_ORDERS).await?;
    let Some(last) = waiting.last() else { return Ok((ReserveReport::default(), None)) };
    let next = Rank::of(last);
    let orders: Vec<OrderId> = waiting.iter().map(|row| row.order).collect();
    Ok((promise(tx, ctx, warehouse, &orders, Held::Wait).await?, Some(next)))
}

/// Promises what is free to these orders, first in rank first.
pub(super) async fn promise(
    tx: &mut Tx,
    ctx: &Ctx,
    warehouse: WarehouseId,
    orders: &[OrderId],
    held: Held,
) -> Result<ReserveReport, OrderError> {
    let waiting = store::orders_lock(tx, orders, held).await?;
    let demands = demands(tx, &waiting).await?;
    let products: BTreeSet<ProductId> =
        demands.iter().flat_map(|demand| &demand.needs).map(|need| need.product).collect();
    let products: Vec<ProductId> = products.into_iter().collect();
    let rows = store::free_lock(tx, warehouse, &products, held).await?;
    let mut free: HashMap<ProductId, i64> =
        rows.into_iter().map(|row| (row.product, row.free)).collect();
    let grants = allocate(&demands, &mut free);
    let states: HashMap<OrderId, OrderState> =
        waiting.iter().map(|row| (row.order, row.state)).collect();
    grants_write(tx, ctx, warehouse, &grants, &states).await
}

/// Whether these orders would be promised anything, as far as can be seen without locks.
pub(super) async fn would_promise(
    tx: &mut Tx,
    warehouse: WarehouseId,
    waiting: &[WaitingRow],
) -> Result<bool, OrderError> {
    let demands = demands(tx, waiting).await?;
    let products: Vec<ProductId> =
        demands.iter().flat_map(|demand| &demand.needs).map(|need| need.product).collect();
    let rows = store::free(tx, warehouse, &products).await?;
    let mut free = rows.into_iter().map(|row| (row.product, row.free)).collect();
    Ok(allocate(&demands, &mut free).iter().any(|grant| !grant.lines.is_empty()))
}

async fn demands(tx: &mut Tx, waiting: &[WaitingRow]) -> Result<Vec<Demand>, OrderError> {
    let ids: Vec<OrderId> = waiting.iter().map(|row| row.order).collect();
    let mut by_order: HashMap<OrderId, (i64, Vec<Need>)> = HashMap::new();
    for line in store::open_lines(tx, &ids).await? {
        let (held, needs) = by_order.entry(line.order).or_default();
        *held += line.reserved;
        let missing = line.open - line.reserved;
        if missing > 0 {
            needs.push(Need { line: line.line, product: line.product, missing });
        }
    }
    let demand = |row: &WaitingRow| {
        let (held, needs) = by_order.remove(&row.order).unwrap_or_default();
        Demand { order: row.order, owner: row.owner, policy: row.policy, held, needs }
    };
    Ok(waiting
        .iter()
        .map(demand)
        .filter(|demand| demand.held > 0 || !demand.needs.is_empty())
        .collect())
}

async fn grants_write(
    tx: &mut Tx,
    ctx: &Ctx,
    warehouse: WarehouseId,
    grants: &[Grant],
    states: &HashMap<OrderId, OrderState>,
) -> Result<ReserveReport, OrderError> {
    let mut report = ReserveReport { orders: len(grants), ..ReserveReport::default() };
    let mut rows = Vec::new();
    let mut notes = Vec::new();
    let mut reserved = Vec::new();
    for grant in grants {
        let before = states.get(&grant.order).copied().unwrap_or_default();
        let pieces: i64 = grant.lines.iter().map(|(_, _, pieces)| pieces).sum();
        report.lines += len(&grant.lines);
        report.pieces += pieces;
        for &(line, product, pieces) in &grant.lines {
            rows.push(((line, product), grant.owner, pieces));
        }
        let mut state = before;
        if grant.releasable && before == OrderState::Accepted {
            state = before.next(OrderStep::Reserve)?;
            reserved.push(grant.order);
        }
        if pieces > 0 || state != before {
            let detail = serde_json::json!({ "pieces": pieces, "lines": grant.lines.len() });
            notes.push(OrderNote { order: grant.order, kind: "reserved", state, detail });
        }
    }
    // What is available is locked already. In the order of lines neighbours share their pages.
    rows.sort_unstable_by_key(|(key, _, _)| *key);
    let rows: Vec<_> = rows
        .into_iter()
        .map(|((line, product), owner, pieces): ((_, ProductId), OwnerId, i64)| {
            args![line, warehouse, owner, product, pieces, ctx.now]
        })
        .collect();
    store::promise_many(tx, rows).await?;
    progress::advance_many(tx, &reserved, OrderState::Accepted, OrderState::Reserved).await?;
    report.orders_reserved = len(&reserved);
    order_events(tx, ctx, notes).await?;
    Ok(report)
}

fn len<T>(items: &[T]) -> i64 {
    i64::try_from(items.len()).unwrap_or(i64::MAX)
}

/// Takes back all promises of these orders and answers the products that became free, by
/// warehouse. The orders are locked already.
pub(super) async fn unpromise(
    tx: &mut Tx,
    orders: &[OrderId],
) -> Result<BTreeMap<WarehouseId, Vec<ProductId>>, OrderError> {
    let promises = store::promises(tx, orders).await?;
    let mut freed: BTreeMap<WarehouseId, Vec<ProductId>> = BTreeMap::new();
    for promise in &promises {
        freed.entry(promise.warehouse).or_default().push(promise.product);
    }
    for (warehouse, products) in &mut freed {
        products.dedup();
        store::free_lock(tx, *warehouse, products, Held::Wait).await?;
    }
    let lines: Vec<_> = promises.iter().map(|promise| promise.line).collect();
    store::promises_end(tx, &lines).await?;
    Ok(freed)
}
