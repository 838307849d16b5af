//! What a point takes: the rule. Pure.

use serde::{Deserialize, Serialize};

use crate::carriers::model::{Answers, BuyOut, Package, PointLimits, PointModel};
use crate::shipments::compose::volume_cm3;
use crate::text_enum;
use crate::units::{Grams, Kopecks};

/// What a point says about parcels that it takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PointRules {
    pub limits: PointLimits,
    pub cash: Answers,
    pub card: Answers,
    pub partial_buy_out: Answers,
    pub hands_out: Answers,
    pub takes_in: Answers,
    pub is_closed: bool,
}

impl From<&PointModel> for PointRules {
    fn from(point: &PointModel) -> Self {
        Self {
            limits: point.limits.clone(),
            cash: point.cash,
            card: point.card,
            partial_buy_out: point.partial_buy_out,
            hands_out: point.hands_out,
            takes_in: point.takes_in,
            is_closed: point.is_closed,
        }
    }
}

text_enum! {
    /// Why a point does not take a parcel.
    pub enum MisfitReason {
        Closed = "closed",
        HandsNothingOut = "hands_nothing_out",
        /// In grams.
        TooHeavy = "too_heavy",
        /// In millimetres.
        SideTooLong = "side_too_long",
        /// In millimetres.
        SumOfSides = "sum_of_sides",
        /// In cubic centimetres.
        Volume = "volume",
        CodNotTaken = "cod_not_taken",
        /// In kopecks.
        CodOverLimit = "cod_over_limit",
        NoPartialBuyOut = "no_partial_buy_out",
    }
}

/// Why a point does not take a parcel, with the parcel's figure and the limit in the reason's unit;
/// both are zero where there is nothing to compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{reason}: {actual}, at most {limit}")]
pub struct Misfit {
    pub reason: MisfitReason,
    pub actual: i64,
    pub limit: i64,
}

impl Misfit {
    const fn plain(reason: MisfitReason) -> Self {
        Self { reason, actual: 0, limit: 0 }
    }

    /// A figure as people read it: roubles for money, the reason's unit otherwise.
    pub fn figure(&self, value: i64) -> String {
        match self.reason {
            MisfitReason::CodOverLimit => Kopecks::new(value).to_roubles_text(),
            _ => value.to_string(),
        }
    }
}

/// Whether a point takes a parcel for which `cod` is collected. What a point does not say is not
/// against it.
pub fn fits(
    point: &PointRules,
    package: &Package,
    cod: Kopecks,
    buy_out: BuyOut,
) -> Result<(), Misfit> {
    if point.is_closed {
        return Err(Misfit::plain(MisfitReason::Closed));
    }
    if point.hands_out == Answers::No {
        return Err(Misfit::plain(MisfitReason::HandsNothingOut));
    }
    size_fits(&point.limits, package)?;
    payment_fits(point, cod)?;
    if buy_out == BuyOut::Partial && point.partial_buy_out == Answers::No {
        return Err(Misfit::plain(MisfitReason::NoPartialBuyOut));
    }
    Ok(())
}

fn size_fits(limits: &PointLimits, package: &Package) -> Result<(), Misfit> {
    let sides = package.sides_mm();
    within(MisfitReason::TooHeavy, package.weight_g.get(), limits.weight_max_g.map(Grams::get))?;
    within(MisfitReason::SideTooLong, sides[0], limits.longest_max_mm)?;
    if let Some(most) = limits.sides_max_mm {
        for (side, most) in sides.into_iter().zip(most) {
            within(MisfitReason::SideTooLong, side, Some(most))?;
        }
    }
    let sum = sides.into_iter().fold(0, i64::saturating_add);
    within(MisfitReason::SumOfSides, sum, limits.sum_of_sides_max_mm)?;
    within(MisfitReason::Volume, volume_cm3(package), limits.volume_max_cm3)
}

fn payment_fits(point: &PointRules, cod: Kopecks) -> Result<(), Misfit> {
    if !cod.is_positive() {
        return Ok(());
    }
    let nothing = point.limits.cod_max_kopecks.is_some_and(|most| !most.is_positive());
    if nothing || (point.cash == Answers::No && point.card == Answers::No) {
        return Err(Misfit::plain(MisfitReason::CodNotTaken));
    }
    let most = point.limits.cod_max_kopecks.map(Kopecks::get);
    within(MisfitReason::CodOverLimit, cod.get(), most)
}

fn within(reason: MisfitReason, actual: i64, most: Option<i64>) -> Result<(), Misfit> {
    match most {
        Some(limit) if actual > limit => Err(Misfit { reason, actual, limit }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point() -> PointRules {
        PointRules {
            limits: PointLimits {
                weight_max_g: Some(Grams::new(15_000)),
                sides_max_mm: Some([600, 400, 300]),
                longest_max_mm: None,
                sum_of_sides_max_mm: Some(1_250),
                volume_max_cm3: Some(60_000),
                cod_max_kopecks: Some(Kopecks::new(1_500_000)),
            },
            cash: Answers::No,
            card: Answers::Yes,
            partial_buy_out: Answers::Unknown,
            hands_out: Answers::Yes,
            takes_in: Answers::No,
            is_closed: false,
        }
    }

    fn package(weight_g: i64, sides: [i64; 3]) -> Package {
        Package {
            number: "P-1".to_owned(),
            weight_g: Grams::new(weight_g),
            length_mm: sides[0],
            width_mm: sides[1],
            height_mm: sides[2],
        }
    }

    fn why(point: &PointRules, package: &Package, cod: i64) -> Option<(MisfitReason, i64, i64)> {
        let misfit = fits(point, package, Kopecks::new(cod), BuyOut::Whole).err()?;
        Some((misfit.reason, misfit.actual, misfit.limit))
    }

    #[test]
    fn a_parcel_at_each_limit_fits_and_one_above_it_does_not() {
        use MisfitReason::{CodOverLimit, SideTooLong, SumOfSides, TooHeavy, Volume};
        let point = point();
        assert_eq!(why(&point, &package(15_000, [300, 400, 500]), 1_500_000), None);
        assert_eq!(why(&point, &package(15_001, [1, 1, 1]), 0), Some((TooHeavy, 15_001, 15_000)));
        assert_eq!(why(&point, &package(1, [10, 10, 601]), 0), Some((SideTooLong, 601, 600)));
        // Turned as it may be, the middle side is what does not go in.
        assert_eq!(why(&point, &package(1, [401, 100, 500]), 0), Some((SideTooLong, 401, 400)));
        assert_eq!(why(&point, &package(1, [300, 400, 600]), 0), Some((SumOfSides, 1_300, 1_250)));
        let flat = PointRules {
            limits: PointLimits { volume_max_cm3: Some(59), ..PointLimits::default() },
            ..point.clone()
        };
        assert_eq!(why(&flat, &package(1, [400, 300, 500]), 0), Some((Volume, 60_000, 59)));
        assert_eq!(
            why(&point, &package(1, [1, 1, 1]), 1_500_001),
            Some((CodOverLimit, 1_500_001, 1_500_000))
        );
    }

    #[test]
    fn what_a_point_does_not_do_is_named() {
        let parcel = package(1, [1, 1, 1]);
        let closed = PointRules { is_closed: true, ..point() };
        assert_eq!(why(&closed, &parcel, 0), Some((MisfitReason::Closed, 0, 0)));
        let taking = PointRules { hands_out: Answers::No, ..point() };
        assert_eq!(why(&taking, &parcel, 0), Some((MisfitReason::HandsNothingOut, 0, 0)));
        let prepaid = PointRules { card: Answers::No, ..point() };
        assert_eq!(why(&prepaid, &parcel, 0), None);
        assert_eq!(why(&prepaid, &parcel, 1), Some((MisfitReason::CodNotTaken, 0, 0)));
        let nothing =
            PointLimits { cod_max_kopecks: Some(Kopecks::ZERO), ..PointLimits::default() };
        let nothing = PointRules { limits: nothing, cash: Answers::Unknown, ..point() };
        assert_eq!(why(&nothing, &parcel, 1), Some((MisfitReason::CodNotTaken, 0, 0)));
        let whole = PointRules { partial_buy_out: Answers::No, ..point() };
        let partial = fits(&whole, &parcel, Kopecks::ZERO, BuyOut::Partial).unwrap_err();
        assert_eq!(partial.reason, MisfitReason::NoPartialBuyOut);
        assert!(fits(&whole, &parcel, Kopecks::ZERO, BuyOut::Whole).is_ok());
    }

    #[test]
    fn a_point_that_says_nothing_takes_everything() {
        let silent = PointRules {
            limits: PointLimits::default(),
            cash: Answers::Unknown,
            card: Answers::Unknown,
            partial_buy_out: Answers::Unknown,
            hands_out: Answers::Unknown,
            takes_in: Answers::Unknown,
            is_closed: false,
        };
        let large = package(1_000_000, [9_000, 9_000, 9_000]);
        assert_eq!(fits(&silent, &large, Kopecks::new(i64::MAX), BuyOut::Partial), Ok(()));
    }
}
