//! The largest-remainder rule: sums that concern a whole invoice, divided to the kopeck. Pure.
//!
//! **Invariant:** the parts add up to what was spread, and each differs from its exact proportion by
//! less than a kopeck.
//! **Invariant:** the same input gives the same parts: of equal remainders the first one gets the kopeck.

use std::collections::BTreeMap;

use crate::units::OutOfRange;

/// In which proportion something is spread over `bases`: by their signed sums, so that what is given
/// back bears its part with its own sign; where the signs nearly cancel each other out, and parts
/// would grow beyond all measure, by their magnitudes; equally if all are zero.
fn weights(bases: &[i64]) -> Vec<i128> {
    let signed: Vec<i128> = bases.iter().copied().map(i128::from).collect();
    let sum: i128 = signed.iter().sum();
    let magnitude: i128 = signed.iter().map(|base| base.abs()).sum();
    if magnitude == 0 {
        return vec![1; bases.len()];
    }
    match (sum.abs() * 2 >= magnitude, sum < 0) {
        (true, false) => signed,
        (true, true) => signed.into_iter().map(|base| -base).collect(),
        (false, _) => signed.into_iter().map(i128::abs).collect(),
    }
}

/// The parts of `sum`, in the order of `bases`; none if there are none.
pub fn spread(sum: i64, bases: &[i64]) -> Result<Vec<i64>, OutOfRange> {
    let weights = weights(bases);
    let whole: i128 = weights.iter().sum();
    if whole == 0 {
        return Ok(Vec::new());
    }
    let exact = weights.iter().map(|weight| i128::from(sum) * weight);
    let (mut parts, remainders): (Vec<i128>, Vec<i128>) =
        exact.map(|exact| (exact.div_euclid(whole), exact.rem_euclid(whole))).unzip();
    let left = i128::from(sum) - parts.iter().sum::<i128>();
    let mut places: Vec<usize> = (0..parts.len()).collect();
    places.sort_by_key(|place| (std::cmp::Reverse(remainders[*place]), *place));
    for (_, place) in (0..left).zip(places) {
        parts[place] += 1;
    }
    parts.into_iter().map(|part| i64::try_from(part).map_err(|_| OutOfRange)).collect()
}

/// The parts of `sum` that lines bear, in their order. It is spread over the parties first and then
/// over the lines of each, so that not only a line but a party, too, is right to the kopeck.
pub fn spread_by_party<P: Ord + Copy>(
    sum: i64,
    lines: &[(P, i64)],
) -> Result<Vec<i64>, OutOfRange> {
    let mut parties: BTreeMap<P, Vec<usize>> = BTreeMap::new();
    for (place, (party, _)) in lines.iter().enumerate() {
        parties.entry(*party).or_default().push(place);
    }
    let bases = parties.values().map(|places| {
        let mut sums = places.iter().map(|place| lines[*place].1);
        sums.try_fold(0_i64, i64::checked_add).ok_or(OutOfRange)
    });
    let of_parties = spread(sum, &bases.collect::<Result<Vec<i64>, _>>()?)?;
    let mut parts = vec![0; lines.len()];
    for (places, part) in parties.values().zip(of_parties) {
        let own: Vec<i64> = places.iter().map(|place| lines[*place].1).collect();
        for (place, part) in places.iter().zip(spread(part, &own)?) {
            parts[*place] = part;
        }
    }
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn kopecks_go_to_the_largest_remainders_and_of_equal_ones_to_the_first() {
        assert_eq!(spread(100, &[1, 1, 1]).unwrap(), [34, 33, 33]);
        assert_eq!(spread(-100, &[1, 1, 1]).unwrap(), [-33, -33, -34]);
        assert_eq!(spread(10, &[333, 333, 334]).unwrap(), [3, 3, 4]);
        assert_eq!(spread(-5_000, &[20_000, 30_000]).unwrap(), [-2_000, -3_000]);
        assert_eq!(spread(7, &[]).unwrap(), Vec::<i64>::new());
    }

    #[test]
    fn what_is_given_back_bears_its_part_and_what_costs_nothing_bears_none() {
        assert_eq!(spread(-800, &[10_000, -2_000, 0]).unwrap(), [-1_000, 200, 0]);
        assert_eq!(spread(-800, &[-10_000, 2_000]).unwrap(), [-1_000, 200]);
        assert_eq!(spread(3, &[0, 0]).unwrap(), [2, 1], "nothing costs anything");
        assert_eq!(spread(-100, &[1_000, -999]).unwrap(), [-50, -50], "they cancel each other out");
    }

    #[test]
    fn a_shop_with_many_lines_does_not_gather_kopecks() {
        let lines: Vec<(u8, i64)> =
            std::iter::repeat_n((1, 1), 50).chain(std::iter::repeat_n((2, 1), 100)).collect();
        let parts = spread_by_party(-75, &lines).unwrap();
        assert_eq!(parts[..50].iter().sum::<i64>(), -25);
        assert_eq!(parts[50..].iter().sum::<i64>(), -50);
    }

    #[test]
    fn the_largest_sums_are_not_too_large_to_reckon_with() {
        let parts = spread(i64::MAX, &[i64::MAX, i64::MAX, i64::MIN]).unwrap();
        assert_eq!(parts.iter().map(|part| i128::from(*part)).sum::<i128>(), i128::from(i64::MAX));
        assert!(spread_by_party(1, &[(1, i64::MAX), (1, 1)]).is_err());
    }

    /// Whether `part` is less than a kopeck from `sum * weight / whole`.
    fn is_near(part: i64, sum: i64, weight: i128, whole: i128) -> bool {
        (i128::from(part) * whole - i128::from(sum) * weight).abs() < whole
    }

    proptest! {
        #[test]
        fn parts_add_up_and_no_owner_is_off_by_a_kopeck(
            lines in prop::collection::vec(
                (0_u8..6, prop_oneof![Just(0), -200_000_i64..200_000, 1_i64..10_000_000]), 1..80),
            sum in -5_000_000_i64..5_000_000,
        ) {
            let parts = spread_by_party(sum, &lines).unwrap();
            prop_assert_eq!(parts.iter().sum::<i64>(), sum);
            let mut owners: BTreeMap<u8, (i64, i64)> = BTreeMap::new();
            for ((owner, amount), part) in lines.iter().zip(&parts) {
                let sums = owners.entry(*owner).or_default();
                *sums = (sums.0 + amount, sums.1 + part);
            }
            let bases: Vec<i64> = owners.values().map(|(base, _)| *base).collect();
            let weights = weights(&bases);
            let whole: i128 = weights.iter().sum();
            prop_assert!(whole > 0);
            for ((_, part), weight) in owners.values().zip(weights) {
                prop_assert!(is_near(*part, sum, weight, whole), "{} of {}", part, sum);
            }
            prop_assert_eq!(spread_by_party(sum, &lines).unwrap(), parts);
        }

        #[test]
        fn nobody_bears_more_than_its_measure(
            bases in prop::collection::vec(-1_000_000_i64..1_000_000, 1..20),
            sum in -1_000_000_i64..1_000_000,
        ) {
            let parts = spread(sum, &bases).unwrap();
            prop_assert_eq!(parts.iter().sum::<i64>(), sum);
            prop_assert!(parts.iter().all(|part| part.abs() <= 2 * sum.abs() + 1));
        }

        #[test]
        fn costs_that_are_all_positive_share_by_their_sums(
            bases in prop::collection::vec(1_i64..1_000_000, 1..40),
            sum in -1_000_000_i64..1_000_000,
        ) {
            let whole: i128 = bases.iter().copied().map(i128::from).sum();
            for (part, base) in spread(sum, &bases).unwrap().into_iter().zip(&bases) {
                prop_assert!(is_near(part, sum, i128::from(*base), whole));
            }
        }
    }
}
