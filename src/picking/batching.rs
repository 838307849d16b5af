//! Which orders go together on one cart. Pure.
//!
//! **Invariant:** a cart with several orders keeps all of its limits; an order that is too large for
//! a tote goes alone, so that it goes at all.
//! **Invariant:** orders keep their sequence: nobody is overtaken by a smaller one.

use serde::{Deserialize, Serialize};

use crate::ids::OrderId;
use crate::units::{CubicCentimetres, Grams};

/// How much may lie in one thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Load {
    pub volume_cm3: CubicCentimetres,
    pub weight_g: Grams,
}

impl Load {
    pub const EMPTY: Self = Self { volume_cm3: CubicCentimetres::ZERO, weight_g: Grams::ZERO };

    /// Both together; what cannot be counted is too much for every cart.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        let volume = self.volume_cm3.get().saturating_add(other.volume_cm3.get());
        let weight = self.weight_g.get().saturating_add(other.weight_g.get());
        Self { volume_cm3: CubicCentimetres::new(volume), weight_g: Grams::new(weight) }
    }

    fn fits(self, limit: Self) -> bool {
        self.volume_cm3 <= limit.volume_cm3 && self.weight_g <= limit.weight_g
    }
}

/// A cart: so many slots with a tote each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CartLimits {
    pub slots: i64,
    /// What one tote holds.
    pub tote: Load,
    /// What the whole cart holds.
    pub cart: Load,
}

impl Default for CartLimits {
    /// Eight totes of 60 × 40 × 30 cm, each of a weight that one person lifts.
    fn default() -> Self {
        let load = |volume, weight| Load {
            volume_cm3: CubicCentimetres::new(volume),
            weight_g: Grams::new(weight),
        };
        Self { slots: 8, tote: load(60_000, 15_000), cart: load(480_000, 120_000) }
    }
}

/// One order and what it brings along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrderLoad {
    pub order: OrderId,
    pub load: Load,
}

/// Puts the orders onto carts, one after another.
pub fn batches(orders: &[OrderLoad], limits: &CartLimits) -> Vec<Vec<OrderId>> {
    let mut carts = Vec::new();
    let mut cart = Vec::new();
    let mut loaded = Load::EMPTY;
    let slots = usize::try_from(limits.slots).unwrap_or(1).max(1);
    for order in orders {
        let together = loaded.plus(order.load);
        let joins =
            cart.len() < slots && order.load.fits(limits.tote) && together.fits(limits.cart);
        if joins {
            cart.push(order.order);
            loaded = together;
            continue;
        }
        if !cart.is_empty() {
            carts.push(std::mem::take(&mut cart));
        }
        if order.load.fits(limits.tote) && order.load.fits(limits.cart) {
            cart.push(order.order);
            loaded = order.load;
        } else {
            carts.push(vec![order.order]);
            loaded = Load::EMPTY;
        }
    }
    if !cart.is_empty() {
        carts.push(cart);
    }
    carts
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn load(volume: i64, weight: i64) -> Load {
        Load { volume_cm3: CubicCentimetres::new(volume), weight_g: Grams::new(weight) }
    }

    fn limits(slots: i64) -> CartLimits {
        CartLimits { slots, tote: load(10, 10), cart: load(15, 100) }
    }

    fn order(number: u128, load: Load) -> OrderLoad {
        OrderLoad { order: OrderId::from_uuid(Uuid::from_u128(number)), load }
    }

    fn sizes(orders: &[OrderLoad], limits: &CartLimits) -> Vec<usize> {
        batches(orders, limits).iter().map(Vec::len).collect()
    }

    #[test]
    fn slots_volume_and_weight_limit_a_cart() {
        let light: Vec<_> = (1..=5).map(|number| order(number, load(1, 1))).collect();
        assert_eq!(sizes(&light, &limits(2)), [2, 2, 1]);
        let bulky: Vec<_> = (1..=3).map(|number| order(number, load(8, 1))).collect();
        assert_eq!(sizes(&bulky, &limits(9)), [1, 1, 1]);
    }

    #[test]
    fn an_order_too_large_for_a_tote_goes_alone() {
        let small = load(1, 1);
        let orders =
            [order(1, load(99, 1)), order(2, small), order(3, load(1, 99)), order(4, small)];
        assert_eq!(sizes(&orders, &limits(4)), [1, 1, 1, 1]);
        let orders = [order(1, load(99, 1)), order(2, small), order(4, small)];
        assert_eq!(sizes(&orders, &limits(4)), [1, 2]);
    }

    proptest! {
        #[test]
        fn each_order_is_on_one_cart_and_shared_carts_keep_their_limits(
            loads in proptest::collection::vec((0_i64..20, 0_i64..20), 0..30),
            slots in 1_i64..5,
        ) {
            let orders: Vec<_> = (1_u128..).zip(&loads)
                .map(|(number, (volume, weight))| order(number, load(*volume, *weight))).collect();
            let limits = limits(slots);
            let carts = batches(&orders, &limits);
            let placed: Vec<_> = carts.concat();
            let asked: Vec<_> = orders.iter().map(|order| order.order).collect();
            prop_assert_eq!(placed, asked);
            for cart in carts.iter().filter(|cart| cart.len() > 1) {
                prop_assert!(i64::try_from(cart.len()).unwrap() <= slots);
                let total = orders.iter().filter(|order| cart.contains(&order.order))
                    .inspect(|order| assert!(order.load.fits(limits.tote)))
                    .fold(Load::EMPTY, |sum, order| sum.plus(order.load));
                prop_assert!(total.fits(limits.cart));
            }
        }
    }
}
