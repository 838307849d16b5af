//! Changes of orders, at every stage.

use serde_json::json;

use super::OrderError;
use super::cancel::{head_find, withdraw_to_waiting};
use super::model::OrderChange;
use super::release::{advance_from, order_event};
use super::reserve::{promise, reserve_waiting, unpromise};
use super::state::{OrderState, OrderStep};
use super::store::progress::{self, HeadRow};
use super::store::reserve::Held;
use crate::commands::Ctx;
use crate::db::Tx;
use crate::fault::InputFaults;
use crate::ids::{OrderId, OwnerId};

const TEXT_MAX: usize = 200;
pub(super) const QUANTITY_MAX: i64 = 1_000_000;
pub(super) const PRIORITY_MAX: i64 = 1_000;

/// Changes an order.
///
/// Before a wave took it, promises follow the new quantities. After that, new quantities withdraw it
/// from the wave: what was picked goes back to the shelf and the order waits again; address, carrier
/// and priority just change until it is packed. A packed order is unpacked for any change. What has
/// left is not changed.
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
    let mut freed = Vec::new();
    let mut state = head.state;
    if state.is_waiting() {
        freed = unpromise(tx, &[order]).await?.into_values().flatten().collect();
        if state == OrderState::Reserved {
            state = advance_from(tx, ctx, order, state, OrderStep::Unreserve).await?;
        }
    } else {
        state = withdraw_to_waiting(tx, ctx, head).await?;
    }
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
    // Its own stock first: nobody could take it in between, since its rows are locked.
    let report = promise(tx, ctx, head.warehouse, &[order], Held::Wait).await?;
    if report.orders_reserved > 0 {
        state = OrderState::Reserved;
    }
    if !freed.is_empty() {
        reserve_waiting(tx, ctx, head.warehouse, Some(freed)).await?;
    }
    Ok(state)
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
