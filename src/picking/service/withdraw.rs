//! An order that leaves picking: cancelled, changed, or unable to be completed.

use crate::commands::Ctx;
use crate::db::{DbError, Tx};
use crate::ids::OrderId;
use crate::packing::order_unpack;
use crate::picking::store::{batches, put_backs, tasks};
use crate::picking::{NewPutBack, PickError};
use crate::stock::Goods;

/// Takes the order out of picking and packing; what was taken for it goes onto the put-back list. The
/// picker is told by the next screen. An order that no wave has is left as it is, and so is the
/// order's state, which is its own capability's.
pub async fn order_withdraw(tx: &mut Tx, ctx: &Ctx, order: OrderId) -> Result<(), PickError> {
    order_unpack(tx, ctx, order).await?;
    cart_clear(tx, ctx, order).await?;
    Ok(())
}

/// Drops the order's open tasks, puts what lies in its tote onto the put-back list, and takes it off
/// its cart.
pub async fn cart_clear(tx: &mut Tx, ctx: &Ctx, order: OrderId) -> Result<(), DbError> {
    tasks::order_tasks_drop(tx, order).await?;
    let contents = tasks::tote_contents(tx, order).await?;
    let lines: Vec<NewPutBack> = contents
        .into_iter()
        .map(|line| NewPutBack {
            warehouse: line.warehouse,
            order,
            place: line.tote,
            goods: Goods {
                owner: line.owner,
                product: line.product,
                lot: line.lot,
                quantity: line.pieces,
            },
        })
        .collect();
    put_backs::put_backs_insert(tx, ctx.now, &lines).await?;
    batches::slots_of_order_close(tx, order).await
}
