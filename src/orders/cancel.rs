//! Orders and lines that are cancelled, at every stage.

use serde_json::{Value, json};

use super::OrderError;
use super::cod::Due;
use super::release::{advance_from, order_event};
use super::reserve::{reserve_waiting, unpromise};
use super::state::{OrderState, OrderStep};
use super::store::progress::{self, HeadRow};
use super::store::reserve as store;
use crate::commands::Ctx;
use crate::db::{DbError, Tx};
use crate::fault::Foreign;
use crate::ids::{OrderId, OrderLineId, OwnerId};
use crate::units::Pieces;
use crate::{manifests, packing, picking};

/// Cancels an order. Its promises go to the next in rank, its tasks are dropped, what was picked or
/// packed goes back to the shelf. Cancelling what is cancelled changes nothing.
pub async fn order_cancel(
    tx: &mut Tx,
    ctx: &Ctx,
    order: OrderId,
    reason: &str,
) -> Result<(), OrderError> {
    let head = head_find(tx, order, None).await?;
    cancel(tx, ctx, head, reason).await
}

pub(super) async fn cancel(
    tx: &mut Tx,
    ctx: &Ctx,
    head: HeadRow,
    reason: &str,
) -> Result<(), OrderError> {
    let freed = match head.state {
        OrderState::Cancelled => return Ok(()),
        OrderState::Shipped => return Err(OrderError::Shipped),
        OrderState::Accepted | OrderState::Reserved => unpromise(tx, &[head.order]).await?,
        _ => {
            withdraw(tx, ctx, &head).await?;
            std::collections::BTreeMap::default()
        }
    };
    let next = head.state.next(OrderStep::Cancel)?;
    progress::lines_cancel(tx, head.order).await?;
    progress::advance(tx, head.order, head.state, next).await?;
    order_event(tx, ctx, head.order, "cancel", next, json!({ "reason": reason })).await?;
    for (warehouse, products) in freed {
        reserve_waiting(tx, ctx, warehouse, Some(products)).await?;
    }
    Ok(())
}

/// Takes the goods of an order out of the hands of pickers and packers; its state stays.
async fn withdraw(tx: &mut Tx, ctx: &Ctx, head: &HeadRow) -> Result<(), OrderError> {
    manifests::order_withdraw(tx, ctx, head.order).await.map_err(Foreign::new)?;
    if head.state == OrderState::Packed {
        packing::order_unpack(tx, ctx, head.order).await.map_err(Foreign::new)?;
    }
    picking::order_withdraw(tx, ctx, head.order).await.map_err(Foreign::new)?;
    Ok(())
}

/// Lets an order that a wave took wait again, with its goods on the way back to the shelf.
pub(super) async fn withdraw_to_waiting(
    tx: &mut Tx,
    ctx: &Ctx,
    head: &HeadRow,
) -> Result<OrderState, OrderError> {
    withdraw(tx, ctx, head).await?;
    let mut state = head.state;
    if state == OrderState::Packed {
        state = advance_from(tx, ctx, head.order, state, OrderStep::Unpack).await?;
    }
    advance_from(tx, ctx, head.order, state, OrderStep::Withdraw).await
}

/// Locks an order; another owner's is answered like one that does not exist.
pub(super) async fn head_find(
    tx: &mut Tx,
    order: OrderId,
    owner: Option<OwnerId>,
) -> Result<HeadRow, OrderError> {
    let head = progress::head_lock(tx, order, owner).await?;
    head.ok_or(OrderError::NotFound { what: "order" })
}

/// Takes pieces off a line, and off what the buyer pays on delivery what they cost. Answers the detail
/// of the event; nothing when the line has no such rest.
pub(super) async fn line_take(
    tx: &mut Tx,
    order: OrderId,
    line: OrderLineId,
    pieces: Pieces,
    reason: &str,
) -> Result<Option<Value>, DbError> {
    let due = Due::of(tx, order).await?;
    if !progress::line_cancel(tx, line, pieces).await? {
        return Ok(None);
    }
    let mut detail = json!({ "line": line, "pieces": pieces, "reason": reason });
    if let Some(cod) = due.follow(tx).await? {
        detail["cod_kopecks"] = json!(cod);
    }
    Ok(Some(detail))
}

/// Takes pieces off a line that will not be delivered, such as what a picker did not find. What the
/// buyer pays on delivery follows.
pub async fn line_cancel_rest(
    tx: &mut Tx,
    ctx: &Ctx,
    line: OrderLineId,
    pieces: Pieces,
    reason: &str,
) -> Result<(), OrderError> {
    let found = progress::line_order(tx, line).await?;
    let found = found.ok_or(OrderError::NotFound { what: "order_line" })?;
    let taken = line_take(tx, found.order, line, pieces, reason).await?;
    let detail = taken.ok_or(OrderError::LineRest { line, pieces })?;
    if found.state.is_waiting() {
        let lines = store::open_lines(tx, &[found.order]).await?;
        match lines.iter().find(|row| row.line == line).map_or(0, |row| row.open) {
            0 => store::promises_end(tx, &[line]).await?,
            open => store::promise_set(tx, line, open).await?,
        }
    }
    order_event(tx, ctx, found.order, "line_short", found.state, detail).await
}
