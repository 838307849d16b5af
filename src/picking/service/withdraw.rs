//! An order that leaves picking: cancelled, changed, or unable to be completed.

use crate::commands::Ctx;
use crate::db::Tx;
use crate::ids::OrderId;
use crate::picking::store::{batches, put_backs, tasks};
use crate::picking::{NewPutBack, WithdrawError};
use crate::stock::Goods;

/// Drops the order's open tasks, puts what lies in its tote onto the put-back list, and takes it off
/// its cart. The picker is told by the next screen. An order that no wave has is left as it is.
pub async fn order_withdraw(tx: &mut Tx, ctx: &Ctx, order: OrderId) -> Result<(), WithdrawError> {
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
    batches::slots_of_order_close(tx, order).await?;
    Ok(())
}
