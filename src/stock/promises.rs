//! What moves of stock mean for the promises to orders.
//!
//! **Invariant:** stock that leaves what can be promised gives its promises back first, visibly on
//! each order; stock that arrives is promised to whoever waits, in the same transaction.

use super::GoodsError;
use crate::commands::Ctx;
use crate::db::Tx;
use crate::ids::{ProductId, WarehouseId};
use crate::orders;
use crate::units::Pieces;

/// Gives promises back, so that `pieces` of the product can leave.
pub(super) async fn give_back(
    tx: &mut Tx,
    ctx: &Ctx,
    warehouse: WarehouseId,
    product: ProductId,
    pieces: Pieces,
) -> Result<(), GoodsError> {
    orders::reservations_shrink(tx, ctx, warehouse, product, pieces).await?;
    Ok(())
}

/// Promises what became available to the orders that wait for it.
pub async fn promise_waiting(
    tx: &mut Tx,
    ctx: &Ctx,
    warehouse: WarehouseId,
    products: Vec<ProductId>,
) -> Result<(), GoodsError> {
    orders::reserve_waiting(tx, ctx, warehouse, Some(products)).await?;
    Ok(())
}
