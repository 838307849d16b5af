//! Changes of orders, at every stage.

use serde_json::json;

use super::OrderError;
use super::cancel::{head_find, withdraw_to_waiting};
use super::cod::Due;
use super::intake::line_rows;
use super::model::{LinesMore, OrderChange};
use super::read::order_find;
use super::release::{advance_from, order_event};
use super::request::{KOPECKS_MAX, lines_resolve};
use super::reserve::{promise, reserve_waiting, unpromise};
use super::state::{OrderState, OrderStep};
use super::store::intake;
use super::store::progress::{self, HeadRow};
use super::store::reserve::Held;
use crate::access::Scope;
use crate::commands::Ctx;
use crate::db::Tx;
use crate::fault::InputFaults;
use crate::ids::{OrderId, OwnerId, ProductId};

const TEXT_MAX: usize = 200;
pub(super) const QUANTITY_MAX: i64 = 1_000_000;
pub(super) const PRIORITY_MAX: i64 = 1_000;

/// Changes an order.
///
/// Before a wave took it, promises follow the new quantities. After that, new quantities withdraw it
/// from the wave: what was picked goes back to the shelf and the order waits again; address, carrier
/// and priority just change until it is packed. A packed order is unpacked for any change. What has
/// left is not changed. What the buyer pays on delivery follows new quantities.
pub async fn order_change(
    tx: &mut Tx,
    ctx: &Ctx,
    owner: Option<OwnerId>,
    order: OrderId,
    change: &OrderChange,
) -> Result<(), OrderError> {
    check(change)?;
    let head = head_find(tx, order, owner).await?;
    match head.state {
        OrderState::Shipped => return Err(OrderError::Shipped),
        OrderState::Cancelled => return Err(OrderError::Cancelled),
        _ => {}
    }
    let recipient = change.recipient.as_ref().map(|recipient| json!(recipient));
    progress::change(tx, order, change, recipient).await?;
    let mut state = head.state;
    if !change.lines.is_empty() || state == OrderState::Packed {
        state = lines_change(tx, ctx, &head, change).await?;
    }
    order_event(tx, ctx, order, "changed", state, json!(change)).await
}

/// Sets the new quantities and promises anew; answers the state after it.
async fn lines_change(
    tx: &mut Tx,
    ctx: &Ctx,
    head: &HeadRow,
    change: &OrderChange,
) -> Result<OrderState, OrderError> {
    let order = head.order;
    let (state, freed) = if head.state.is_waiting() {
        promises_end(tx, ctx, head).await?
    } else {
        (withdraw_to_waiting(tx, ctx, head).await?, Vec::new())
    };
    let due = Due::of(tx, order).await?;
    for (index, line) in change.lines.iter().enumerate() {
        if !progress::line_set(tx, order, line.line_id, line.quantity).await? {
            let mut faults = InputFaults::default();
            faults.note(format!("lines[{index}].line_id"), "unknown");
            faults.finish()?;
        }
    }
    if progress::open_pieces(tx, order).await? == 0 {
        return Err(OrderError::Empty);
    }
    due.follow(tx).await?;
    promise_anew(tx, ctx, head, state, freed).await
}

/// Lines more for an order that no wave has taken yet.
///
/// They are promised stock in the same transaction, by the order's policy: an order that goes only
/// whole gives its promises back when the new lines are not there.
pub async fn order_lines_add(
    tx: &mut Tx,
    ctx: &Ctx,
    owner: Option<OwnerId>,
    order: OrderId,
    more: &LinesMore,
) -> Result<(), OrderError> {
    let head = head_find(tx, order, owner).await?;
    match head.state {
        OrderState::Accepted | OrderState::Reserved => {}
        OrderState::Shipped => return Err(OrderError::Shipped),
        OrderState::Cancelled => return Err(OrderError::Cancelled),
        state => return Err(OrderError::LinesTooLate { state }),
    }
    let whose = order_find(tx, Scope::All, order).await?.owner;
    let last = progress::line_number_last(tx, order).await?;
    let mut faults = InputFaults::default();
    faults.text("reason", &more.reason, TEXT_MAX);
    if let Some(cod) = more.cod_kopecks {
        faults.range("cod_kopecks", cod.get(), 0..=KOPECKS_MAX);
    }
    let before = usize::try_from(last).unwrap_or(usize::MAX);
    let lines = lines_resolve(tx, whose, &more.lines, before, &mut faults).await?;
    faults.finish()?;
    let (state, freed) = promises_end(tx, ctx, &head).await?;
    intake::lines_insert(tx, line_rows(order, whose, last + 1, &lines)).await?;
    progress::cod_set(tx, order, more.cod_kopecks).await?;
    let state = promise_anew(tx, ctx, &head, state, freed).await?;
    order_event(tx, ctx, order, "lines_added", state, json!(more)).await
}

/// Gives back what a waiting order is promised; answers its state and the products.
async fn promises_end(
    tx: &mut Tx,
    ctx: &Ctx,
    head: &HeadRow,
) -> Result<(OrderState, Vec<ProductId>), OrderError> {
    let freed = unpromise(tx, &[head.order]).await?.into_values().flatten().collect();
    let state = match head.state {
        OrderState::Reserved => {
            advance_from(tx, ctx, head.order, head.state, OrderStep::Unreserve).await?
        }
        state => state,
    };
    Ok((state, freed))
}

/// Promises a waiting order what its lines want now, then others what it does not want any more.
async fn promise_anew(
    tx: &mut Tx,
    ctx: &Ctx,
    head: &HeadRow,
    state: OrderState,
    freed: Vec<ProductId>,
) -> Result<OrderState, OrderError> {
    // Its own stock first: nobody could take it in between, since its rows are locked.
    let report = promise(tx, ctx, head.warehouse, &[head.order], Held::Wait).await?;
    if !freed.is_empty() {
        reserve_waiting(tx, ctx, head.warehouse, Some(freed)).await?;
    }
    Ok(if report.orders_reserved > 0 { OrderState::Reserved } else { state })
}

fn check(change: &OrderChange) -> Result<(), OrderError> {
    let mut faults = InputFaults::default();
    faults.text("reason", &change.reason, TEXT_MAX);
    for (field, value) in [("carrier", &change.carrier), ("pickup_point", &change.pickup_point)] {
        if value.as_ref().is_some_and(|text| text.chars().count() > TEXT_MAX) {
            faults.note(field, "too_long");
        }
    }
    if change.carrier.as_ref().is_some_and(|text| text.trim().is_empty()) {
        faults.note("carrier", "missing");
    }
    if let Some(recipient) = &change.recipient {
        faults.text("recipient.name", &recipient.name, TEXT_MAX);
    }
    if let Some(priority) = change.priority {
        faults.range("priority", priority, -PRIORITY_MAX..=PRIORITY_MAX);
    }
    let mut seen = std::collections::BTreeSet::new();
    for (index, line) in change.lines.iter().enumerate() {
        faults.range(&format!("lines[{index}].quantity"), line.quantity.get(), 0..=QUANTITY_MAX);
        if !seen.insert(line.line_id) {
            faults.note(format!("lines[{index}].line_id"), "duplicate");
        }
    }
    Ok(faults.finish()?)
}
