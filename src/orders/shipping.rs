//! What has left with a carrier, and the orders that are complete with it.

use std::collections::BTreeMap;

use super::release::order_advance;
use super::store::shipping as store;
use super::{OrderError, OrderStep};
use crate::commands::Ctx;
use crate::db::Tx;
use crate::ids::{OrderId, OrderLineId};
use crate::units::{OutOfRange, Pieces};

/// So many pieces of a line have left in a parcel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShippedPieces {
    pub order: OrderId,
    pub line: OrderLineId,
    pub pieces: Pieces,
}

/// Notes what has left, and ships the orders of which nothing that was packed stays behind. Answers
/// those.
pub async fn orders_ship(
    tx: &mut Tx,
    ctx: &Ctx,
    shipped: &[ShippedPieces],
) -> Result<Vec<OrderId>, OrderError> {
    let mut orders: Vec<OrderId> = shipped.iter().map(|pieces| pieces.order).collect();
    orders.sort_unstable();
    orders.dedup();
    // Two manifests with parcels of one order: the later one sees what the earlier one took.
    store::orders_hold(tx, &orders).await?;
    for (pieces, lines) in lines_by_pieces(shipped).map_err(store::out_of_range)? {
        store::lines_ship(tx, pieces, &lines).await?;
    }
    let complete = store::orders_complete(tx, &orders).await?;
    for order in &complete {
        order_advance(tx, ctx, *order, OrderStep::Ship).await?;
    }
    Ok(complete)
}

/// Lines of which equally many pieces have left are one statement: most are one or two.
fn lines_by_pieces(
    shipped: &[ShippedPieces],
) -> Result<BTreeMap<Pieces, Vec<OrderLineId>>, OutOfRange> {
    let mut sums: BTreeMap<OrderLineId, Pieces> = BTreeMap::new();
    for part in shipped {
        let sum = sums.entry(part.line).or_default();
        *sum = sum.checked_add(part.pieces)?;
    }
    let mut lines: BTreeMap<Pieces, Vec<OrderLineId>> = BTreeMap::new();
    for (line, pieces) in sums {
        lines.entry(pieces).or_default().push(line);
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_line_in_several_parcels_are_added_up() {
        let (order, first, second) = (OrderId::new(), OrderLineId::new(), OrderLineId::new());
        let part = |line, pieces| ShippedPieces { order, line, pieces: Pieces::new(pieces) };
        let lines = lines_by_pieces(&[part(first, 1), part(second, 3), part(first, 2)]).unwrap();
        assert_eq!(lines, BTreeMap::from([(Pieces::new(3), vec![first, second])]));
        assert!(lines_by_pieces(&[part(first, i64::MAX), part(first, 1)]).is_err());
    }
}
