//! Making a wave of what is promised, and giving it back.
//!
//! All facts are read in few statements, the decisions are made in memory, and the rows are written
//! in bulk in the order of their stock keys. If a bin's stock changed in between, the database's own
//! rules refuse a row, and the whole runs again from fresh facts.

use std::collections::{BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

use crate::catalog::OrderPolicy;
use crate::commands::Ctx;
use crate::db::{DbError, Tx};
use crate::ids::{BatchId, OrderId, OrderLineId, PickTaskId, ProductId, WarehouseId, WaveId};
use crate::orders::{
    OrderStep, ReleasableLine, WaveFilter, line_cancel_rest, order_advance, orders_release,
    releasable_lines, reserve_waiting,
};
use crate::picking::allocate::{Allocation, Completeness, LineDemand, OrderDemand, Pick, allocate};
use crate::picking::batching::{CartLimits, Load, OrderLoad, batches};
use crate::picking::store::waves as store;
use crate::picking::store::waves::{NewBatch, NewTask, PieceLoad};
use crate::picking::{PickError, Wave, WaveState, refused_is_conflict};
use crate::series::{number_next, numbers_next};
use crate::units::{CubicCentimetres, Grams, Pieces, UtcMicros};

/// Which orders a wave takes, and on which carts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WaveIn {
    pub warehouse: WarehouseId,
    pub carrier: Option<String>,
    /// Orders promised until then: the cut-off of a carrier's collection.
    pub promised_before: Option<UtcMicros>,
    pub priority_min: Option<i64>,
    pub orders_max: i64,
    pub lines_max: i64,
    pub cart: CartLimits,
}

/// A line that the wave could not serve, though it was promised: its stock has expired or is in a
/// bin that nobody picks from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct LeftOut {
    pub order_id: OrderId,
    pub line_id: OrderLineId,
    pub product_id: ProductId,
    pub pieces: Pieces,
}

/// What was released.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct WaveReport {
    pub id: WaveId,
    pub number: String,
    pub orders: i64,
    pub lines: i64,
    pub batches: i64,
    pub tasks: i64,
    pub pieces: Pieces,
    pub left_out: Vec<LeftOut>,
}

/// Releases the next orders: hard reservations, carts, tasks.
pub async fn wave_release(tx: &mut Tx, ctx: &Ctx, input: &WaveIn) -> Result<WaveReport, PickError> {
    let filter = WaveFilter {
        warehouse: input.warehouse,
        carrier: input.carrier.clone(),
        promised_before: input.promised_before,
        priority_min: input.priority_min,
        orders_max: input.orders_max,
        lines_max: input.lines_max,
    };
    let lines = releasable_lines(tx, &filter).await?;
    let orders = demands(tx, &lines).await?;
    let products: Vec<ProductId> = distinct(lines.iter().map(|line| line.product));
    let today = ctx.now.moscow_day();
    let stock = store::stock_free(tx, input.warehouse, today, &products).await?;
    let allocation = allocate(&orders, stock);
    if allocation.picks.is_empty() {
        return Err(PickError::NothingToRelease);
    }
    let released: Vec<OrderId> = distinct(allocation.picks.iter().map(|pick| pick.order));
    orders_release(tx, ctx, &released).await?;
    let loads = store::piece_loads(tx, &products).await?;
    let carts = batches(&order_loads(&orders, &allocation.picks, &loads), &input.cart);
    let plan = Plan { lines: &lines, picks: &allocation.picks, carts };
    let report = plan.write(tx, ctx, input).await?;
    missing_cancel(tx, ctx, &allocation, &released).await?;
    let left_out = left_out(&allocation, &released);
    Ok(WaveReport { left_out, ..report })
}

fn distinct<T: Ord>(items: impl Iterator<Item = T>) -> Vec<T> {
    items.collect::<BTreeSet<T>>().into_iter().collect()
}

/// The promised lines by order, in the order of precedence, with each order's policy.
async fn demands(tx: &mut Tx, lines: &[ReleasableLine]) -> Result<Vec<OrderDemand>, DbError> {
    let ids = distinct(lines.iter().map(|line| line.order));
    let policies = store::order_policies(tx, &ids).await?;
    let policies: HashMap<OrderId, OrderPolicy> =
        policies.into_iter().map(|row| (row.order, row.policy)).collect();
    let mut places = HashMap::<OrderId, usize>::new();
    let mut orders: Vec<OrderDemand> = Vec::new();
    for line in lines {
        let place = *places.entry(line.order).or_insert_with(|| {
            let completeness = match policies.get(&line.order) {
                Some(OrderPolicy::Partial) => Completeness::WhatThereIs,
                _ => Completeness::AllOrNothing,
            };
            orders.push(OrderDemand { order: line.order, completeness, lines: Vec::new() });
            orders.len() - 1
        });
        let demand = LineDemand { line: line.line, product: line.product, quantity: line.quantity };
        orders[place].lines.push(demand);
    }
    Ok(orders)
}

/// What each released order brings onto a cart, in the order of precedence.
fn order_loads(orders: &[OrderDemand], picks: &[Pick], loads: &[PieceLoad]) -> Vec<OrderLoad> {
    let pieces: HashMap<ProductId, &PieceLoad> =
        loads.iter().map(|load| (load.product, load)).collect();
    let mut volumes = HashMap::<OrderId, (i64, i64)>::new();
    for pick in picks {
        let (volume, weight) = volumes.entry(pick.order).or_default();
        if let Some(piece) = pieces.get(&pick.product) {
            let count = pick.pieces.get();
            *volume = volume.saturating_add(piece.volume_mm3.saturating_mul(count));
            *weight = weight.saturating_add(piece.weight_g.saturating_mul(count));
        }
    }
    let load = |order: &OrderDemand| {
        let (volume_mm3, weight) = *volumes.get(&order.order)?;
        let volume_cm3 = CubicCentimetres::of_cubic_millimetres(volume_mm3);
        let load = Load { volume_cm3, weight_g: Grams::new(weight) };
        Some(OrderLoad { order: order.order, load })
    };
    orders.iter().filter_map(load).collect()
}

/// An order that goes with what there is loses what its promise cannot give.
async fn missing_cancel(
    tx: &mut Tx,
    ctx: &Ctx,
    allocation: &Allocation,
    released: &[OrderId],
) -> Result<(), PickError> {
    for missing in &allocation.missing {
        if released.binary_search(&missing.order).is_ok() {
            line_cancel_rest(tx, ctx, missing.line, missing.pieces, "not_pickable").await?;
        }
    }
    Ok(())
}

fn left_out(allocation: &Allocation, released: &[OrderId]) -> Vec<LeftOut> {
    let missing = allocation.missing.iter();
    let waiting = missing.filter(|line| released.binary_search(&line.order).is_err());
    let told = waiting.map(|line| LeftOut {
        order_id: line.order,
        line_id: line.line,
        product_id: line.product,
        pieces: line.pieces,
    });
    told.collect()
}

/// What is decided, before it is written.
struct Plan<'a> {
    lines: &'a [ReleasableLine],
    picks: &'a [Pick],
    carts: Vec<Vec<OrderId>>,
}

impl Plan<'_> {
    async fn write(&self, tx: &mut Tx, ctx: &Ctx, input: &WaveIn) -> Result<WaveReport, PickError> {
        let warehouse = input.warehouse;
        let number = number_next(tx, &format!("wave:{warehouse}")).await?;
        let wave = Wave {
            id: WaveId::new(),
            warehouse,
            number: format!("W{number:06}"),
            carrier: input.carrier.clone(),
            cutoff_at: input.promised_before,
            state: WaveState::Released,
            created_at: ctx.now,
        };
        store::wave_insert(tx, &wave).await?;
        let count = i64::try_from(self.carts.len()).expect("a wave has few carts");
        let first = numbers_next(tx, &format!("batch:{warehouse}"), count).await?;
        let batches = self.batches(first);
        let mut tasks = self.tasks(&batches);
        if let Err(error) = store::batches_insert(tx, &wave, &batches).await {
            return Err(refused_is_conflict(tx, error).into());
        }
        if let Err(error) = store::tasks_insert(tx, warehouse, ctx.now, &mut tasks).await {
            return Err(refused_is_conflict(tx, error).into());
        }
        let lines: BTreeSet<OrderLineId> = self.picks.iter().map(|pick| pick.line).collect();
        let number_of = |length: usize| i64::try_from(length).expect("a wave fits into memory");
        Ok(WaveReport {
            id: wave.id,
            number: wave.number,
            orders: number_of(self.carts.iter().map(Vec::len).sum()),
            lines: number_of(lines.len()),
            batches: count,
            tasks: number_of(tasks.len()),
            pieces: Pieces::new(self.picks.iter().map(|pick| pick.pieces.get()).sum()),
            left_out: Vec::new(),
        })
    }

    /// The carts with their numbers; a cart is as urgent as its most urgent order.
    fn batches(&self, first: i64) -> Vec<NewBatch> {
        let priorities: HashMap<OrderId, i64> =
            self.lines.iter().map(|line| (line.order, line.priority)).collect();
        let carts = (first..).zip(&self.carts).map(|(number, orders)| {
            let urgent = orders.iter().filter_map(|order| priorities.get(order)).max();
            NewBatch {
                id: BatchId::new(),
                number: format!("B{number:06}"),
                priority: urgent.copied().unwrap_or_default(),
                orders: orders.clone(),
            }
        });
        carts.collect()
    }

    /// The tasks; their ids follow the walk, so that bins with one number stay together.
    fn tasks(&self, batches: &[NewBatch]) -> Vec<NewTask> {
        let mut slots = HashMap::<OrderId, (usize, i64)>::new();
        for (index, batch) in batches.iter().enumerate() {
            for (slot, order) in (1_i64..).zip(&batch.orders) {
                slots.insert(*order, (index, slot));
            }
        }
        let owners: HashMap<OrderId, crate::ids::OwnerId> =
            self.lines.iter().map(|line| (line.order, line.owner)).collect();
        let mut walk: Vec<&Pick> = self.picks.iter().collect();
        walk.sort_by_key(|pick| (pick.sequence, pick.place, pick.product, slots[&pick.order].1));
        let task = |pick: &Pick| {
            let (batch, slot) = slots[&pick.order];
            NewTask {
                id: PickTaskId::new(),
                batch: batches[batch].id,
                slot,
                owner: owners[&pick.order],
                pick: *pick,
            }
        };
        walk.into_iter().map(task).collect()
    }
}

/// What became of a cancelled wave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct WaveCancelled {
    /// Orders that wait again, most of them with their promise.
    pub orders: i64,
    /// The wave has batches that are being picked or are picked; these go on.
    pub goes_on: i64,
}

/// Cancels what nobody has begun: its orders wait again and get their promise back first.
pub async fn wave_cancel(tx: &mut Tx, ctx: &Ctx, wave: WaveId) -> Result<WaveCancelled, PickError> {
    let found = store::wave_find(tx, wave).await?.ok_or(PickError::NotFound { what: "wave" })?;
    if found.state != WaveState::Released {
        return Err(PickError::WaveFinished { number: found.number });
    }
    let orders = store::untouched_cancel(tx, wave).await?;
    if orders.is_empty() {
        return Err(PickError::WaveInWork { number: found.number });
    }
    for order in &orders {
        order_advance(tx, ctx, *order, OrderStep::Withdraw).await?;
    }
    let all = store::batches_of_wave(tx, wave).await?;
    let cancelled =
        |batch: &&crate::picking::Batch| batch.state == crate::picking::BatchState::Cancelled;
    let goes_on = all.len() - all.iter().filter(cancelled).count();
    let end = if goes_on == 0 { WaveState::Cancelled } else { WaveState::Done };
    store::wave_end(tx, wave, end).await?;
    let products = store::products_of_orders(tx, &orders).await?;
    reserve_waiting(tx, ctx, found.warehouse, Some(products)).await?;
    let count = |length: usize| i64::try_from(length).expect("a wave fits into memory");
    Ok(WaveCancelled { orders: count(orders.len()), goes_on: count(goes_on) })
}
