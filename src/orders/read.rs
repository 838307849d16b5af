//! Orders as they are shown: the head, the lines with how far they have come, the history.

use std::collections::HashMap;

use super::OrderError;
use super::model::{Order, OrderLine};
use super::store::read as store;
use crate::access::Scope;
use crate::db::Tx;
use crate::ids::{OrderId, ProductId};
use crate::units::Pieces;

pub(super) use super::store::read::{EventRow, ListFilter, list};

/// An order; another owner's is answered like one that does not exist.
pub async fn order_find(tx: &mut Tx, scope: Scope, order: OrderId) -> Result<Order, OrderError> {
    let found = store::order(tx, order, scope.owner()).await?;
    found.ok_or(OrderError::NotFound { what: "order" })
}

/// The lines of an order. What was picked and went back to the shelf counts no more.
pub async fn order_lines(tx: &mut Tx, order: OrderId) -> Result<Vec<OrderLine>, OrderError> {
    let mut lines = store::lines(tx, order).await?;
    let mut returned: HashMap<ProductId, i64> = HashMap::new();
    for row in store::returned(tx, order).await? {
        returned.insert(row.product, row.quantity.get());
    }
    for line in &mut lines {
        let Some(left) = returned.get_mut(&line.product) else { continue };
        let taken = (*left).min(line.picked.get());
        *left -= taken;
        line.picked = Pieces::new(line.picked.get() - taken);
        line.reserved = Pieces::new(line.reserved.get() - taken);
    }
    Ok(lines)
}

pub(super) async fn order_history(
    tx: &mut Tx,
    order: OrderId,
) -> Result<Vec<EventRow>, OrderError> {
    Ok(store::events(tx, order).await?)
}

/// The heads of orders, by id.
pub(super) async fn order_heads(
    tx: &mut Tx,
    orders: &[OrderId],
) -> Result<HashMap<OrderId, Order>, OrderError> {
    let heads = store::heads(tx, orders).await?;
    Ok(heads.into_iter().map(|order| (order.id, order)).collect())
}
