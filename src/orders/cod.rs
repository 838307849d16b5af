//! The cash on delivery of an order follows its goods: the buyer does not pay for what is not sent.

use super::store::progress::{self, DueRow};
use crate::db::{DbError, Tx};
use crate::ids::OrderId;
use crate::units::Kopecks;

/// What an order collected, and what its goods cost, before its lines were changed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Due {
    order: OrderId,
    cod: Kopecks,
    goods: Kopecks,
}

impl Due {
    /// Holds the order until the end of the transaction, so that no other change comes between.
    pub(super) async fn of(tx: &mut Tx, order: OrderId) -> Result<Self, DbError> {
        progress::head_lock(tx, order, None).await?;
        let rows = progress::due(tx, order).await?;
        let cod = rows.first().map_or(Kopecks::ZERO, |row| row.cod);
        Ok(Self { order, cod, goods: price_of(&rows) })
    }

    /// Sets what the order collects for the lines as they are now; answers it when it is another sum.
    pub(super) async fn follow(self, tx: &mut Tx) -> Result<Option<Kopecks>, DbError> {
        let goods = price_of(&progress::due(tx, self.order).await?);
        let cod = cod_after(self.cod, self.goods, goods);
        if cod == self.cod {
            return Ok(None);
        }
        progress::cod_set(tx, self.order, Some(cod)).await?;
        Ok(Some(cod))
    }
}

fn price_of(rows: &[DueRow]) -> Kopecks {
    let prices = rows.iter().map(|row| row.price.get().saturating_mul(row.open.get()));
    Kopecks::new(prices.fold(0, i64::saturating_add))
}

/// What is collected when goods of the price `before` become goods of the price `after`.
///
/// What is above the price of the goods is the delivery and stays. When a part was paid before, the
/// rest shrinks and grows with the goods; it is rounded up, so that parcels that were closed before
/// never carry more than the order.
fn cod_after(cod: Kopecks, before: Kopecks, after: Kopecks) -> Kopecks {
    let (cod, before, after) = (cod.get(), before.get(), after.get());
    if cod <= 0 {
        return Kopecks::new(cod);
    }
    if cod >= before {
        return Kopecks::new(after.saturating_add(cod - before));
    }
    let product = i128::from(cod) * i128::from(after);
    let share = (product + i128::from(before) - 1) / i128::from(before);
    Kopecks::new(i64::try_from(share).unwrap_or(cod))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn after(cod: i64, before: i64, after: i64) -> i64 {
        cod_after(Kopecks::new(cod), Kopecks::new(before), Kopecks::new(after)).get()
    }

    #[test]
    fn the_delivery_stays_and_the_goods_go() {
        assert_eq!(after(150_000, 150_000, 100_000), 100_000);
        assert_eq!(after(180_000, 150_000, 100_000), 130_000);
        assert_eq!(after(180_000, 150_000, 0), 30_000);
        assert_eq!(after(100_000, 100_000, 300_000), 300_000);
    }

    #[test]
    fn what_was_paid_before_is_shared() {
        assert_eq!(after(0, 150_000, 100_000), 0);
        assert_eq!(after(75_000, 150_000, 100_000), 50_000);
        assert_eq!(after(10_001, 20_000, 10_000), 5_001, "rounded up");
        assert_eq!(after(75_000, 150_000, 0), 0);
    }

    #[test]
    fn goods_without_prices_change_nothing() {
        assert_eq!(after(10_001, 0, 0), 10_001);
    }

    proptest! {
        #[test]
        fn less_goods_never_cost_more_and_never_less_than_nothing(
            cod in 0_i64..2_000_000, before in 0_i64..1_000_000, part in 0_i64..=1_000,
        ) {
            let less = before * part / 1_000;
            let due = after(cod, before, less);
            prop_assert!((0..=cod).contains(&due));
            if cod >= before && cod > 0 {
                prop_assert_eq!(due - less, cod - before);
            } else {
                prop_assert!(due <= less, "{} is more than the goods", due);
            }
        }
    }
}
