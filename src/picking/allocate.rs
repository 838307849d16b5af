//! Which bin gives what to which order: first expired first out, then first in first out, then the
//! way through the warehouse. Pure: facts in, picks out.
//!
//! **Invariant:** no bin gives more than it has free, and no line gets more than it asked for.
//! **Invariant:** an order that goes complete or not at all gets everything or nothing.

use std::collections::HashMap;

use crate::ids::{LotId, OrderId, OrderLineId, PlaceId, ProductId};
use crate::units::{Day, Pieces, UtcMicros};

/// Free stock of one lot in one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BinStock {
    pub place: PlaceId,
    pub product: ProductId,
    pub lot: LotId,
    pub expires_on: Option<Day>,
    pub arrived_at: UtcMicros,
    /// Where the place stands on the way through the warehouse.
    pub sequence: i64,
    pub free: Pieces,
}

/// What one line still needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LineDemand {
    pub line: OrderLineId,
    pub product: ProductId,
    pub quantity: Pieces,
}

/// Whether an order may go with less than was promised to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Completeness {
    AllOrNothing,
    WhatThereIs,
}

/// One order's lines; orders come in the order of their precedence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderDemand {
    pub order: OrderId,
    pub completeness: Completeness,
    pub lines: Vec<LineDemand>,
}

/// So many pieces of a lot in a place are for this line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pick {
    pub order: OrderId,
    pub line: OrderLineId,
    pub product: ProductId,
    pub lot: LotId,
    pub place: PlaceId,
    pub sequence: i64,
    pub pieces: Pieces,
}

/// A line for which the bins had too little.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Missing {
    pub order: OrderId,
    pub line: OrderLineId,
    pub product: ProductId,
    pub pieces: Pieces,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Allocation {
    pub picks: Vec<Pick>,
    pub missing: Vec<Missing>,
}

/// Gives the stock to the orders, one after another.
pub fn allocate(orders: &[OrderDemand], stock: Vec<BinStock>) -> Allocation {
    let mut shelves = Shelves::of(stock);
    let mut allocation = Allocation::default();
    for order in orders {
        let mut missing = shelves.missing_for(order);
        let refused = order.completeness == Completeness::AllOrNothing && !missing.is_empty();
        if !refused {
            for line in &order.lines {
                shelves.take(order.order, line, &mut allocation.picks);
            }
        }
        allocation.missing.append(&mut missing);
    }
    allocation
}

/// The stock by product, the next to leave first.
struct Shelves {
    by_product: HashMap<ProductId, Shelf>,
}

struct Shelf {
    stock: Vec<BinStock>,
    /// The first that is not used up.
    next: usize,
    free: i64,
}

impl Shelves {
    fn of(stock: Vec<BinStock>) -> Self {
        let mut by_product = HashMap::<ProductId, Shelf>::new();
        for bin in stock {
            let empty = || Shelf { stock: Vec::new(), next: 0, free: 0 };
            let shelf = by_product.entry(bin.product).or_insert_with(empty);
            shelf.free += bin.free.get();
            shelf.stock.push(bin);
        }
        for shelf in by_product.values_mut() {
            shelf.stock.sort_by_key(|bin| {
                let expiry = (bin.expires_on.is_none(), bin.expires_on);
                (expiry, bin.arrived_at, bin.sequence, bin.place, bin.lot)
            });
        }
        Self { by_product }
    }

    /// What the order would lack, line by line; two lines may want one product.
    fn missing_for(&self, order: &OrderDemand) -> Vec<Missing> {
        let mut left = HashMap::<ProductId, i64>::new();
        let mut missing = Vec::new();
        for line in &order.lines {
            let left = left.entry(line.product).or_insert_with(|| {
                self.by_product.get(&line.product).map_or(0, |shelf| shelf.free)
            });
            let wanted = line.quantity.get();
            let taken = wanted.min(*left);
            *left -= taken;
            if taken < wanted {
                let pieces = Pieces::new(wanted - taken);
                let (order, product) = (order.order, line.product);
                missing.push(Missing { order, line: line.line, product, pieces });
            }
        }
        missing
    }

    fn take(&mut self, order: OrderId, line: &LineDemand, picks: &mut Vec<Pick>) {
        let Some(stand) = self.by_product.get_mut(&line.product) else { return };
        let mut wanted = line.quantity.get();
        while wanted > 0 {
            let Some(bin) = stand.stock.get_mut(stand.next) else { return };
            let taken = wanted.min(bin.free.get());
            if taken > 0 {
                picks.push(Pick {
                    order,
                    line: line.line,
                    product: line.product,
                    lot: bin.lot,
                    place: bin.place,
                    sequence: bin.sequence,
                    pieces: Pieces::new(taken),
                });
            }
            bin.free = Pieces::new(bin.free.get() - taken);
            stand.free -= taken;
            wanted -= taken;
            if bin.free.is_zero() {
                stand.next += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn id(number: u128) -> Uuid {
        Uuid::from_u128(number)
    }

    fn bin(number: u128, expires_on: Option<&str>, arrived: i64, sequence: i64) -> BinStock {
        BinStock {
            place: PlaceId::from_uuid(id(number)),
            product: ProductId::from_uuid(id(1)),
            lot: LotId::from_uuid(id(number)),
            expires_on: expires_on.map(|day| day.parse().unwrap()),
            arrived_at: UtcMicros::from_micros(arrived),
            sequence,
            free: Pieces::new(2),
        }
    }

    fn order(number: u128, completeness: Completeness, quantities: &[i64]) -> OrderDemand {
        let line = |(index, quantity): (usize, &i64)| LineDemand {
            line: OrderLineId::from_uuid(id(number * 100 + index as u128)),
            product: ProductId::from_uuid(id(1)),
            quantity: Pieces::new(*quantity),
        };
        let lines = quantities.iter().enumerate().map(line).collect();
        OrderDemand { order: OrderId::from_uuid(id(number)), completeness, lines }
    }

    #[test]
    fn what_expires_first_leaves_first_then_what_came_first_then_what_is_on_the_way() {
        let stock = vec![
            bin(1, None, 1, 1),
            bin(2, Some("2027-02-01"), 9, 9),
            bin(3, Some("2027-01-01"), 9, 9),
            bin(4, None, 0, 7),
            bin(5, None, 0, 5),
        ];
        let demand = [order(1, Completeness::WhatThereIs, &[9])];
        let places: Vec<_> =
            allocate(&demand, stock).picks.iter().map(|pick| pick.place.uuid()).collect();
        assert_eq!(places, [3, 2, 5, 4, 1].map(id));
    }

    #[test]
    fn an_order_that_goes_complete_or_not_at_all_leaves_its_stock_to_the_next() {
        let stock = vec![bin(1, None, 0, 0)];
        let demand = [
            order(1, Completeness::AllOrNothing, &[1, 2]),
            order(2, Completeness::WhatThereIs, &[5]),
        ];
        let allocation = allocate(&demand, stock);
        assert_eq!(allocation.picks.len(), 1);
        assert_eq!(allocation.picks[0].order, demand[1].order);
        assert_eq!(allocation.picks[0].pieces, Pieces::new(2));
        let missing: Vec<_> = allocation.missing.iter().map(|line| line.pieces.get()).collect();
        assert_eq!(missing, [1, 3]);
    }

    proptest! {
        #[test]
        fn never_more_than_free_and_never_more_than_asked(
            free in proptest::collection::vec(0_i64..6, 0..8),
            wanted in proptest::collection::vec((any::<bool>(), proptest::collection::vec(1_i64..5, 1..4)), 0..8),
        ) {
            let stock: Vec<_> = (0_u128..).zip(&free).map(|(number, free)| {
                BinStock { free: Pieces::new(*free), ..bin(number, None, 0, 0) }
            }).collect();
            let orders: Vec<_> = (1_u128..).zip(&wanted).map(|(number, (strict, lines))| {
                let rule = if *strict { Completeness::AllOrNothing } else { Completeness::WhatThereIs };
                order(number, rule, lines)
            }).collect();
            let allocation = allocate(&orders, stock.clone());
            for bin in &stock {
                let taken: i64 = allocation.picks.iter()
                    .filter(|pick| pick.place == bin.place).map(|pick| pick.pieces.get()).sum();
                prop_assert!(taken <= bin.free.get());
            }
            for order in &orders {
                let mut short = false;
                let mut any = false;
                for line in &order.lines {
                    let taken: i64 = allocation.picks.iter()
                        .filter(|pick| pick.line == line.line).map(|pick| pick.pieces.get()).sum();
                    prop_assert!(taken <= line.quantity.get());
                    short |= taken < line.quantity.get();
                    any |= taken > 0;
                }
                if order.completeness == Completeness::AllOrNothing {
                    prop_assert!(!short || !any, "all or nothing");
                }
                let told = allocation.missing.iter().any(|line| line.order == order.order);
                prop_assert_eq!(short, told, "what is missing is told");
            }
        }
    }
}
