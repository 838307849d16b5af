//! The steps of orders with their events, and what a wave takes.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::OrderError;
use super::cancel::line_take;
use super::model::{OrderPolicy, ReleasableLine, WaveFilter};
use super::reserve::unpromise;
use super::state::{OrderState, OrderStep};
use super::store::progress::{self, Event};
use super::store::reserve::{self as store, Held};
use crate::commands::Ctx;
use crate::db::Tx;
use crate::ids::OrderId;

/// A line of an order's history before it is written.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderNote {
    pub order: OrderId,
    /// What happened, in `snake_case`.
    pub kind: &'static str,
    /// The state after it.
    pub state: OrderState,
    pub detail: Value,
}

/// Notes in the history of an order what happened to it.
pub async fn order_event(
    tx: &mut Tx,
    ctx: &Ctx,
    order: OrderId,
    kind: &str,
    state: OrderState,
    detail: Value,
) -> Result<(), OrderError> {
    Ok(progress::events_insert(tx, ctx, vec![Event { order, kind, state, detail }]).await?)
}

/// Notes what happened to many orders.
pub async fn order_events(tx: &mut Tx, ctx: &Ctx, notes: Vec<OrderNote>) -> Result<(), OrderError> {
    let event = |note: OrderNote| Event {
        order: note.order,
        kind: note.kind,
        state: note.state,
        detail: note.detail,
    };
    Ok(progress::events_insert(tx, ctx, notes.into_iter().map(event).collect()).await?)
}

/// Moves an order one step, with an event. A step that leads nowhere else changes nothing.
pub async fn order_advance(
    tx: &mut Tx,
    ctx: &Ctx,
    order: OrderId,
    step: OrderStep,
) -> Result<OrderState, OrderError> {
    let head = progress::head_lock(tx, order, None).await?;
    let head = head.ok_or(OrderError::NotFound { what: "order" })?;
    advance_from(tx, ctx, order, head.state, step).await
}

/// Moves an order whose row is locked in the state `from`.
pub(super) async fn advance_from(
    tx: &mut Tx,
    ctx: &Ctx,
    order: OrderId,
    from: OrderState,
    step: OrderStep,
) -> Result<OrderState, OrderError> {
    let next = from.next(step)?;
    if next != from {
        progress::advance(tx, order, from, next).await?;
        order_event(tx, ctx, order, step.as_str(), next, json!({})).await?;
    }
    Ok(next)
}

/// The promised lines that a wave may take, order by order in the order of rank. The orders are
/// locked: another wave at the same time gets others.
pub async fn releasable_lines(
    tx: &mut Tx,
    filter: &WaveFilter,
) -> Result<Vec<ReleasableLine>, OrderError> {
    let orders = store::releasable_orders(tx, filter).await?;
    let mut by_order: HashMap<OrderId, Vec<ReleasableLine>> = HashMap::new();
    for line in store::releasable_lines(tx, &orders).await? {
        by_order.entry(line.order).or_default().push(line);
    }
    let lines_max = usize::try_from(filter.lines_max).unwrap_or(0);
    let mut taken: Vec<ReleasableLine> = Vec::new();
    for order in orders {
        let lines = by_order.remove(&order).unwrap_or_default();
        if !taken.is_empty() && taken.len() + lines.len() > lines_max {
            break;
        }
        taken.extend(lines);
    }
    Ok(taken)
}

/// Hands reserved orders to a wave: their promises end, and the wave holds the goods itself in the
/// same transaction. What a partial order was not promised is cancelled, and the buyer does not pay for
/// it.
pub async fn orders_release(tx: &mut Tx, ctx: &Ctx, orders: &[OrderId]) -> Result<(), OrderError> {
    let locked = store::orders_lock(tx, orders, Held::Wait).await?;
    let states: HashMap<OrderId, (OrderState, OrderPolicy)> =
        locked.iter().map(|row| (row.order, (row.state, row.policy))).collect();
    for &order in orders {
        match states.get(&order) {
            Some((OrderState::Reserved, _)) => {}
            _ => return Err(OrderError::NotReleasable { order }),
        }
    }
    let partial: Vec<OrderId> = locked
        .iter()
        .filter(|row| row.policy == OrderPolicy::Partial)
        .map(|row| row.order)
        .collect();
    let mut notes = Vec::new();
    for short in progress::short_lines(tx, &partial).await? {
        let (order, line, pieces) = (short.order, short.line, short.missing);
        let Some(detail) = line_take(tx, order, line, pieces, "not_available").await? else {
            return Err(tx.conflict().into());
        };
        let state = OrderState::Reserved;
        notes.push(OrderNote { order, kind: "line_short", state, detail });
    }
    unpromise(tx, orders).await?;
    let (from, to) = (OrderState::Reserved, OrderState::Reserved.next(OrderStep::Release)?);
    progress::advance_many(tx, orders, from, to).await?;
    let kind = OrderStep::Release.as_str();
    notes.extend(locked.iter().map(|row| OrderNote {
        order: row.order,
        kind,
        state: to,
        detail: json!({}),
    }));
    order_events(tx, ctx, notes).await
}
