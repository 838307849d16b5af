//! What goes wrong at the shelf: too few, damaged, another lot, a bin that is not empty.
//!
//! **Invariant:** what other pickers hold stays theirs; only free pieces are frozen.
//! **Invariant:** an order that a picker has in hand keeps its claim: if stock elsewhere is promised
//! softly to later orders, they give it back visibly and wait.

use crate::catalog::OrderPolicy;
use crate::commands::Ctx;
use crate::db::{DbError, Tx};
use crate::ids::{LotId, PickTaskId, PlaceId, ProductId};
use crate::orders::{
    OrderStep, line_cancel_rest, order_advance, order_cancel, reservations_shrink, reserve_waiting,
};
use crate::picking::allocate::{Completeness, LineDemand, OrderDemand, Pick, allocate};
use crate::picking::service::pick::{TaskIn, goods_of, task_on_device};
use crate::picking::service::withdraw::order_withdraw;
use crate::picking::store::tasks::LotBeside;
use crate::picking::store::{tasks, waves};
use crate::picking::{DropReason, PickError, TaskFacts, refused_is_conflict};
use crate::stock::counts::{CountCause, count_request};
use crate::stock::{Condition, Spot, StockMove, StockReason, stock_move};
use crate::units::{Pieces, UtcMicros};

/// What became of pieces that could not be picked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rest {
    pub pieces: Pieces,
    /// Found elsewhere, and put on the same cart's way.
    pub elsewhere: Pieces,
    /// Taken off the line, since the order goes with what there is.
    pub cancelled: Pieces,
    /// The order goes complete or not at all: it was taken off the cart and waits for stock.
    pub withdrawn: bool,
}

/// Fewer pieces lie there than the task says: the rest of the task is given up, what the books still
/// have of that lot in that bin is frozen until it is counted, and the line is looked for elsewhere.
pub async fn pick_short(
    tx: &mut Tx,
    ctx: &Ctx,
    at: &TaskIn,
    happened_at: UtcMicros,
) -> Result<Rest, PickError> {
    let task = task_on_device(tx, at).await?;
    let rest = give_up(tx, &task, task.left(), DropReason::Short).await?;
    let free = tasks::key_free(tx, task.place, task.product, task.lot).await?;
    room_make(tx, ctx, &task, free).await?;
    if free.is_positive() {
        change_condition(tx, ctx, &task, free, Condition::Hold, happened_at).await?;
    }
    count_request(tx, ctx, task.place, CountCause::ShortPick, None).await?;
    rest_settle(tx, ctx, &task, rest).await
}

/// Pieces of the task are damaged: they are set apart in the bin, and others are looked for.
pub async fn pick_damaged(
    tx: &mut Tx,
    ctx: &Ctx,
    at: &TaskIn,
    pieces: Pieces,
    happened_at: UtcMicros,
) -> Result<Rest, PickError> {
    let task = task_on_device(tx, at).await?;
    let rest = give_up(tx, &task, pieces, DropReason::Damaged).await?;
    change_condition(tx, ctx, &task, pieces, Condition::Damaged, happened_at).await?;
    rest_settle(tx, ctx, &task, rest).await
}

/// The other lots of the task's product that lie free in its bin.
pub async fn lots_beside(
    tx: &mut Tx,
    ctx: &Ctx,
    task: &TaskFacts,
) -> Result<Vec<LotBeside>, DbError> {
    tasks::lots_beside(tx, task, ctx.now.moscow_day()).await
}

/// Lets the task go on with another lot of the same bin, as far as it has free pieces. Answers the
/// new task.
pub async fn lot_swap(
    tx: &mut Tx,
    ctx: &Ctx,
    at: &TaskIn,
    lot: LotId,
) -> Result<TaskFacts, PickError> {
    let task = task_on_device(tx, at).await?;
    let beside = lots_beside(tx, ctx, &task).await?;
    let Some(other) = beside.into_iter().find(|other| other.lot == lot) else {
        return Err(PickError::LotNotFree { lot: lot.to_string() });
    };
    let pieces = other.free.min(task.left());
    give_up(tx, &task, pieces, DropReason::OtherLot).await?;
    let pick = Pick { lot, pieces, ..pick_of(&task) };
    let added = tasks_add(tx, ctx, &task, vec![pick]).await?;
    let new = added.first().copied().expect("one pick makes one task");
    let found = tasks::task_find(tx, new).await?;
    found.ok_or(PickError::NotFound { what: "task" })
}

/// The picker sees goods in a bin that should be empty.
pub async fn zero_check_disagree(tx: &mut Tx, ctx: &Ctx, place: PlaceId) -> Result<(), PickError> {
    count_request(tx, ctx, place, CountCause::ZeroCheck, None).await?;
    Ok(())
}

/// Drops pieces of the task and answers how many.
async fn give_up(
    tx: &mut Tx,
    task: &TaskFacts,
    pieces: Pieces,
    reason: DropReason,
) -> Result<Pieces, PickError> {
    let left = task.left();
    if left.is_zero() {
        return Err(PickError::TaskClosed);
    }
    if pieces > left || !pieces.is_positive() {
        return Err(PickError::OverPick { wanted: pieces, left });
    }
    if tasks::task_drop(tx, task.task, pieces, reason).await? {
        return Ok(pieces);
    }
    Err(tx.conflict().into())
}

async fn change_condition(
    tx: &mut Tx,
    ctx: &Ctx,
    task: &TaskFacts,
    pieces: Pieces,
    condition: Condition,
    happened_at: UtcMicros,
) -> Result<(), PickError> {
    let from = Spot::available(task.place);
    let to = Spot { place: task.place, condition };
    let goods = goods_of(task, pieces);
    let line = StockMove::new(StockReason::Condition, goods, from, to, happened_at)
        .with_document(task.order.uuid());
    stock_move(tx, ctx, &line).await?;
    Ok(())
}

/// Lets later orders give back what must leave availability.
async fn room_make(
    tx: &mut Tx,
    ctx: &Ctx,
    task: &TaskFacts,
    pieces: Pieces,
) -> Result<Vec<ProductId>, PickError> {
    if pieces.is_zero() {
        return Ok(Vec::new());
    }
    let report = reservations_shrink(tx, ctx, task.warehouse, task.product, pieces).await?;
    Ok(report.products)
}

/// Looks for the pieces in other bins, and settles what cannot be found by the order's policy.
async fn rest_settle(
    tx: &mut Tx,
    ctx: &Ctx,
    task: &TaskFacts,
    pieces: Pieces,
) -> Result<Rest, PickError> {
    let today = ctx.now.moscow_day();
    let stock = waves::stock_free(tx, task.warehouse, today, &[task.product]).await?;
    let lines = vec![LineDemand { line: task.line, product: task.product, quantity: pieces }];
    let completeness = Completeness::WhatThereIs;
    let demand = [OrderDemand { order: task.order, completeness, lines }];
    let picks = allocate(&demand, stock).picks;
    let elsewhere = Pieces::new(picks.iter().map(|pick| pick.pieces.get()).sum());
    let mut freed = room_make(tx, ctx, task, elsewhere).await?;
    tasks_add(tx, ctx, task, picks).await?;
    let missing = Pieces::new(pieces.get() - elsewhere.get());
    let mut rest = Rest { pieces, elsewhere, ..Rest::default() };
    if missing.is_positive() {
        let policies = waves::order_policies(tx, &[task.order]).await?;
        if policies.first().is_some_and(|row| row.policy == OrderPolicy::Partial) {
            line_cancel_rest(tx, ctx, task.line, missing, "short_pick").await?;
            rest.cancelled = missing;
            if waves::order_pieces(tx, task.order).await?.is_zero() {
                order_cancel(tx, ctx, task.order, "short_pick").await?;
            }
        } else {
            order_withdraw(tx, ctx, task.order).await?;
            order_advance(tx, ctx, task.order, OrderStep::Withdraw).await?;
            rest.withdrawn = true;
            freed.push(task.product);
        }
    }
    if !freed.is_empty() {
        reserve_waiting(tx, ctx, task.warehouse, Some(freed)).await?;
    }
    Ok(rest)
}

/// Puts more tasks onto the same cart's way, for the same slot.
async fn tasks_add(
    tx: &mut Tx,
    ctx: &Ctx,
    task: &TaskFacts,
    picks: Vec<Pick>,
) -> Result<Vec<PickTaskId>, PickError> {
    let mut new: Vec<waves::NewTask> = picks
        .into_iter()
        .map(|pick| waves::NewTask {
            id: PickTaskId::new(),
            batch: task.batch,
            slot: task.slot,
            owner: task.owner,
            pick,
        })
        .collect();
    let ids = new.iter().map(|task| task.id).collect();
    match waves::tasks_insert(tx, task.warehouse, ctx.now, &mut new).await {
        Ok(()) => Ok(ids),
        Err(error) => Err(refused_is_conflict(tx, error).into()),
    }
}

const fn pick_of(task: &TaskFacts) -> Pick {
    Pick {
        order: task.order,
        line: task.line,
        product: task.product,
        lot: task.lot,
        place: task.place,
        sequence: task.sequence,
        pieces: task.quantity,
    }
}
