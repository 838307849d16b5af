//! Which box an order's goods need: simple rules that a packer may overrule. Pure.
//!
//! **Invariant:** what is proposed satisfies every rule; where nothing does, nothing is proposed and
//! the packer is told which rule failed last.

use crate::ids::PackagingId;
use crate::text_enum;
use crate::units::{Grams, Kopecks, Millimetres};

/// How much of a box can be filled, in thousandths: goods do not stack without gaps.
pub const FILL_PER_MILLE: i64 = 750;

/// Weight may differ from what was computed by this share in thousandths, or by
/// [`WEIGHT_TOLERANCE_MIN_G`], whichever is more: tape, filler and the scale itself.
const WEIGHT_TOLERANCE_PER_MILLE: i64 = 50;
const WEIGHT_TOLERANCE_MIN_G: i64 = 50;

/// The three sides of something, the longest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sides([i64; 3]);

impl Sides {
    pub fn new(length: Millimetres, width: Millimetres, height: Millimetres) -> Self {
        let mut sides = [length.get(), width.get(), height.get()];
        sides.sort_unstable_by(|a, b| b.cmp(a));
        Self(sides)
    }

    fn volume_mm3(self) -> i128 {
        self.0.iter().map(|side| i128::from(*side)).product()
    }

    /// Whether the thing goes in, turned by right angles.
    fn holds(self, inner: Self) -> bool {
        self.0.iter().zip(inner.0).all(|(outer, inner)| *outer >= inner)
    }
}

/// Some pieces of a product that are to be packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Item {
    pub sides: Sides,
    pub weight: Grams,
    pub pieces: i64,
    pub fragile: bool,
    /// It travels in the box it came in.
    pub own_box: bool,
}

/// A box on the shelf of the packing table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Box {
    pub id: PackagingId,
    pub sides: Sides,
    pub load_max: Grams,
    pub tare: Grams,
    pub suits_fragile: bool,
}

text_enum! {
    /// Why no box is proposed.
    pub enum NoBox {
        /// A product that travels in its own box must be alone in its parcel.
        OwnBoxAlone = "own_box_alone",
        TooLarge = "too_large",
        TooHeavy = "too_heavy",
        Fragile = "fragile",
    }
}

/// What the rules say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proposal {
    Box(PackagingId),
    /// The goods are their own box.
    OwnBox,
    Nothing(NoBox),
}

/// The smallest box that satisfies all rules.
pub fn propose(items: &[Item], boxes: &[Box]) -> Proposal {
    if items.iter().any(|item| item.own_box) {
        let alone = items.iter().map(|item| item.pieces).sum::<i64>() == 1;
        return if alone { Proposal::OwnBox } else { Proposal::Nothing(NoBox::OwnBoxAlone) };
    }
    let volume: i128 =
        items.iter().map(|item| item.sides.volume_mm3() * i128::from(item.pieces)).sum();
    let roomy = |r#box: &&Box| {
        volume * 1000 <= r#box.sides.volume_mm3() * i128::from(FILL_PER_MILLE)
            && items.iter().all(|item| r#box.sides.holds(item.sides))
    };
    let weight = goods_weight(items);
    let fragile = items.iter().any(|item| item.fragile);
    let roomy: Vec<_> = boxes.iter().filter(roomy).collect();
    let strong: Vec<_> = roomy.iter().filter(|r#box| weight <= r#box.load_max).collect();
    let gentle = strong.iter().filter(|r#box| !fragile || r#box.suits_fragile);
    match gentle.min_by_key(|r#box| (r#box.sides.volume_mm3(), r#box.id)) {
        Some(r#box) => Proposal::Box(r#box.id),
        None if roomy.is_empty() => Proposal::Nothing(NoBox::TooLarge),
        None if strong.is_empty() => Proposal::Nothing(NoBox::TooHeavy),
        None => Proposal::Nothing(NoBox::Fragile),
    }
}

/// What the goods weigh by the catalogue.
pub fn goods_weight(items: &[Item]) -> Grams {
    let sum = items
        .iter()
        .fold(0_i64, |sum, item| sum.saturating_add(item.weight.get().saturating_mul(item.pieces)));
    Grams::new(sum)
}

/// Whether a scale's answer can be true. Goods of unknown weight make every answer possible that is
/// not less than what is known.
pub fn weight_is_plausible(expected: Grams, measured: Grams, all_known: bool) -> bool {
    let share = expected.get().saturating_mul(WEIGHT_TOLERANCE_PER_MILLE) / 1000;
    let tolerance = share.max(WEIGHT_TOLERANCE_MIN_G);
    let difference = measured.get().saturating_sub(expected.get());
    if all_known { difference.abs() <= tolerance } else { difference >= -tolerance }
}

/// What a closed parcel weighs without its box.
pub fn load(measured: Grams, tare: Grams) -> Grams {
    Grams::new(measured.get().saturating_sub(tare.get()))
}

/// What parcels with goods of the price `packed` collect together, of an order that collects `cod` for
/// goods of the price `goods`: their price, or their share when a part of the order was paid before.
/// It is rounded down; the order's last parcel carries the rest.
pub fn cod_of_packed(cod: Kopecks, goods: Kopecks, packed: Kopecks) -> Kopecks {
    if cod >= goods {
        return packed;
    }
    let share = i128::from(cod.get()) * i128::from(packed.get()) / i128::from(goods.get());
    Kopecks::new(i64::try_from(share).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn sides(length: i64, width: i64, height: i64) -> Sides {
        Sides::new(Millimetres::new(length), Millimetres::new(width), Millimetres::new(height))
    }

    fn item(sides: Sides, weight: i64) -> Item {
        Item { sides, weight: Grams::new(weight), pieces: 1, fragile: false, own_box: false }
    }

    fn a_box(number: u128, sides: Sides) -> Box {
        let id = PackagingId::from_uuid(Uuid::from_u128(number));
        let (load_max, tare) = (Grams::new(5_000), Grams::new(100));
        Box { id, sides, load_max, tare, suits_fragile: false }
    }

    #[test]
    fn the_smallest_box_that_fits_is_proposed() {
        let boxes = [a_box(1, sides(400, 300, 200)), a_box(2, sides(200, 150, 100))];
        assert_eq!(propose(&[item(sides(90, 180, 90), 300)], &boxes), Proposal::Box(boxes[1].id));
        let long = item(sides(20, 20, 350), 300);
        assert_eq!(propose(&[long], &boxes), Proposal::Box(boxes[0].id), "the longest edge counts");
    }

    #[test]
    fn each_rule_is_named_when_it_leaves_nothing() {
        let boxes = [a_box(1, sides(400, 300, 200))];
        let small = item(sides(50, 50, 50), 100);
        let nothing = |items: &[Item]| match propose(items, &boxes) {
            Proposal::Nothing(why) => why,
            other => panic!("{other:?}"),
        };
        assert_eq!(nothing(&[item(sides(500, 10, 10), 1)]), NoBox::TooLarge);
        assert_eq!(nothing(&[Item { pieces: 200, ..small }]), NoBox::TooLarge, "too many");
        assert_eq!(nothing(&[item(sides(50, 50, 50), 5_001)]), NoBox::TooHeavy);
        assert_eq!(nothing(&[Item { fragile: true, ..small }]), NoBox::Fragile);
        assert_eq!(nothing(&[Item { own_box: true, ..small }, small]), NoBox::OwnBoxAlone);
        assert_eq!(propose(&[Item { own_box: true, ..small }], &boxes), Proposal::OwnBox);
    }

    #[test]
    fn a_weight_is_compared_with_what_is_known() {
        let expected = Grams::new(2_000);
        assert!(weight_is_plausible(expected, Grams::new(2_100), true));
        assert!(!weight_is_plausible(expected, Grams::new(2_101), true));
        assert!(weight_is_plausible(Grams::new(100), Grams::new(150), true), "the least tolerance");
        assert!(weight_is_plausible(expected, Grams::new(9_000), false));
        assert!(!weight_is_plausible(expected, Grams::new(1_000), false));
    }

    #[test]
    fn parcels_collect_the_price_of_their_goods_or_their_share() {
        let packed = |cod: i64, part: i64| {
            cod_of_packed(Kopecks::new(cod), Kopecks::new(150_000), Kopecks::new(part)).get()
        };
        assert_eq!(packed(150_000, 100_000), 100_000);
        assert_eq!(packed(180_000, 100_000), 100_000, "the delivery is no price of goods");
        assert_eq!(packed(75_001, 100_000), 50_000);
        assert_eq!(packed(0, 100_000), 0);
        let none = Kopecks::ZERO;
        assert_eq!(cod_of_packed(Kopecks::new(500), none, none), none, "goods without prices");
    }

    proptest! {
        #[test]
        fn no_parcel_but_the_last_collects_more_than_its_goods_cost(
            prices in proptest::collection::vec(0_i64..1_000_000, 2..8),
            cod in 0_i64..8_000_000,
        ) {
            let goods: i64 = prices.iter().sum();
            let (mut packed, mut carried) = (0, 0);
            for price in &prices {
                packed += price;
                let due = cod_of_packed(Kopecks::new(cod), Kopecks::new(goods), Kopecks::new(packed));
                prop_assert!((0..=*price).contains(&(due.get() - carried)));
                carried = due.get();
            }
            prop_assert_eq!(carried, cod.min(goods));
        }

        #[test]
        fn what_is_proposed_satisfies_every_rule(
            items in proptest::collection::vec((1_i64..300, 1_i64..300, 1_i64..300, 0_i64..2_000, 1_i64..4, any::<bool>()), 1..5),
            boxes in proptest::collection::vec((50_i64..600, 50_i64..600, 50_i64..600, 0_i64..9_000, any::<bool>()), 0..6),
        ) {
            let items: Vec<_> = items.into_iter().map(|(l, w, h, weight, pieces, fragile)| {
                Item { pieces, fragile, ..item(sides(l, w, h), weight) }
            }).collect();
            let boxes: Vec<_> = (1_u128..).zip(boxes).map(|(number, (l, w, h, load, gentle))| {
                Box { load_max: Grams::new(load), suits_fragile: gentle, ..a_box(number, sides(l, w, h)) }
            }).collect();
            if let Proposal::Box(id) = propose(&items, &boxes) {
                let chosen = boxes.iter().find(|r#box| r#box.id == id).unwrap();
                prop_assert!(goods_weight(&items) <= chosen.load_max);
                prop_assert!(items.iter().all(|item| chosen.sides.holds(item.sides)));
                prop_assert!(chosen.suits_fragile || items.iter().all(|item| !item.fragile));
            }
        }
    }
}
