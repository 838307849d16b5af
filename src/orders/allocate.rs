//! Who gets what is free: one pass over the waiting orders in the order of their rank.
//!
//! The rank is the priority, then the promised time, then age. Each order takes what its policy
//! lets it take before the next one is asked, so that the outcome depends on the facts alone.
//!
//! **Invariant:** what is granted of a product never exceeds what was free of it.
//! **Invariant:** a complete-only order is granted all it lacks or nothing.

use std::collections::HashMap;

use super::model::OrderPolicy;
use crate::ids::{OrderId, OrderLineId, OwnerId, ProductId};

/// A line that waits: how much of it is neither cancelled nor promised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Need {
    pub(super) line: OrderLineId,
    pub(super) product: ProductId,
    pub(super) missing: i64,
}

/// An order that waits, with what it holds already and its lines in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Demand {
    pub(super) order: OrderId,
    pub(super) owner: OwnerId,
    pub(super) policy: OrderPolicy,
    /// Pieces that are promised to it already.
    pub(super) held: i64,
    pub(super) needs: Vec<Need>,
}

/// What an order gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Grant {
    pub(super) order: OrderId,
    pub(super) owner: OwnerId,
    /// Line, product and pieces; never zero pieces.
    pub(super) lines: Vec<(OrderLineId, ProductId, i64)>,
    /// A wave may take the order.
    pub(super) releasable: bool,
}

/// Grants what is free to the demands in the order given, and takes it from `free`.
pub(super) fn allocate(demands: &[Demand], free: &mut HashMap<ProductId, i64>) -> Vec<Grant> {
    demands.iter().map(|demand| grant(demand, free)).collect()
}

fn grant(demand: &Demand, free: &mut HashMap<ProductId, i64>) -> Grant {
    let mut lines = Vec::new();
    let mut lacking = 0;
    for need in &demand.needs {
        let left = free.entry(need.product).or_insert(0);
        let taken = need.missing.min(*left).max(0);
        *left -= taken;
        lacking += need.missing - taken;
        if taken > 0 {
            lines.push((need.line, need.product, taken));
        }
    }
    if demand.policy == OrderPolicy::CompleteOnly && lacking > 0 {
        for (_, product, taken) in lines.drain(..) {
            *free.entry(product).or_insert(0) += taken;
        }
    }
    let granted: i64 = lines.iter().map(|(_, _, pieces)| pieces).sum();
    let releasable = match demand.policy {
        OrderPolicy::CompleteOnly | OrderPolicy::Backorder => lacking == 0,
        OrderPolicy::Partial => demand.held + granted > 0,
    };
    Grant { order: demand.order, owner: demand.owner, lines, releasable }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn products() -> Vec<ProductId> {
        (1..=4).map(|n| ProductId::from_uuid(uuid::Uuid::from_u128(n))).collect()
    }

    fn demand(policy: OrderPolicy, needs: &[(usize, i64)]) -> Demand {
        let needs = needs.iter().map(|(product, missing)| Need {
            line: OrderLineId::new(),
            product: products()[*product],
            missing: *missing,
        });
        Demand {
            order: OrderId::new(),
            owner: OwnerId::from_uuid(uuid::Uuid::nil()),
            policy,
            held: 0,
            needs: needs.collect(),
        }
    }

    #[test]
    fn an_order_that_cannot_be_complete_leaves_its_goods_to_the_next() {
        let mut free = HashMap::from([(products()[0], 5)]);
        let first = demand(OrderPolicy::CompleteOnly, &[(0, 3), (1, 1)]);
        let second = demand(OrderPolicy::CompleteOnly, &[(0, 3)]);
        let grants = allocate(&[first, second], &mut free);
        assert!(grants[0].lines.is_empty() && !grants[0].releasable);
        assert!(grants[1].releasable);
        assert_eq!(free[&products()[0]], 2);
    }

    #[test]
    fn a_backorder_keeps_what_it_got_and_waits_for_the_rest() {
        let mut free = HashMap::from([(products()[0], 2)]);
        let needs = [(0, 3)];
        let grants = allocate(
            &[demand(OrderPolicy::Backorder, &needs), demand(OrderPolicy::Partial, &needs)],
            &mut free,
        );
        assert_eq!(grants[0].lines[0].2, 2);
        assert!(!grants[0].releasable);
        assert!(grants[1].lines.is_empty() && !grants[1].releasable);
    }

    proptest! {
        #[test]
        fn nothing_is_granted_twice_and_policies_hold(
            stock in prop::collection::vec(0_i64..20, 4),
            orders in prop::collection::vec(
                (0_usize..3, prop::collection::vec((0_usize..4, 1_i64..8), 1..5)), 0..12),
        ) {
            let demands: Vec<Demand> = orders
                .iter()
                .map(|(policy, needs)| demand(OrderPolicy::ALL[*policy], needs))
                .collect();
            let mut free: HashMap<_, _> = products().into_iter().zip(stock.clone()).collect();
            let grants = allocate(&demands, &mut free);
            for (product, had) in products().into_iter().zip(stock) {
                let given: i64 = grants
                    .iter()
                    .flat_map(|grant| &grant.lines)
                    .filter(|(_, of, _)| *of == product)
                    .map(|(_, _, pieces)| pieces)
                    .sum();
                prop_assert_eq!(given + free[&product], had);
                prop_assert!(free[&product] >= 0);
            }
            for (demand, grant) in demands.iter().zip(&grants) {
                let wanted: i64 = demand.needs.iter().map(|need| need.missing).sum();
                let given: i64 = grant.lines.iter().map(|(_, _, pieces)| pieces).sum();
                match demand.policy {
                    OrderPolicy::CompleteOnly => prop_assert!(given == 0 || given == wanted),
                    OrderPolicy::Partial => prop_assert_eq!(grant.releasable, given > 0),
                    OrderPolicy::Backorder => prop_assert_eq!(grant.releasable, given == wanted),
                }
            }
        }
    }
}
