//! How long a carrier usually takes: nine of ten of the last ones took no longer.

use super::model::{Delays, FixedDelays};
use super::store::{self, Took};
use crate::db::{DbError, Tx};

/// Until enough is known of a carrier.
const DAYS_USUAL: i64 = 7;
const PARCELS_LOOKED_AT: i64 = 500;
const PARCELS_MIN: usize = 20;
const REGISTERS_LOOKED_AT: i64 = 30;
const REGISTERS_MIN: usize = 5;

/// The days that nine of ten took at most; nothing of fewer than `count_min`.
fn nine_of_ten(took: &[Took], count_min: usize) -> Option<i64> {
    if took.len() < count_min {
        return None;
    }
    let mut days: Vec<i64> = took.iter().map(|one| one.until.days_since(one.from).max(0)).collect();
    days.sort_unstable();
    let place = (days.len() * 9).div_ceil(10).saturating_sub(1);
    days.get(place).copied()
}

/// What a carrier may take: as a person fixed it, else as it usually does.
pub(super) async fn of_carrier(tx: &mut Tx, carrier: &str) -> Result<Delays, DbError> {
    let fixed = store::delays_fixed(tx, carrier).await?.unwrap_or_default();
    let FixedDelays { register_days: register_days_fixed, bank_days: bank_days_fixed, .. } = fixed;
    let parcels = store::parcels_took(tx, carrier, PARCELS_LOOKED_AT).await?;
    let register_days_measured = nine_of_ten(&parcels, PARCELS_MIN);
    let registers = store::registers_took(tx, carrier, REGISTERS_LOOKED_AT).await?;
    let bank_days_measured = nine_of_ten(&registers, REGISTERS_MIN);
    Ok(Delays {
        carrier: carrier.to_owned(),
        register_days: register_days_fixed.or(register_days_measured).unwrap_or(DAYS_USUAL),
        bank_days: bank_days_fixed.or(bank_days_measured).unwrap_or(DAYS_USUAL),
        register_days_fixed,
        bank_days_fixed,
        register_days_measured,
        bank_days_measured,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Day;

    #[test]
    fn the_slowest_tenth_does_not_count() {
        let from: Day = "2026-11-01".parse().expect("a day");
        let took = |days: u64| Took { from, until: from.plus_days(days) };
        let mut all: Vec<Took> = (1..=18).map(|_| took(3)).collect();
        assert_eq!(nine_of_ten(&all, 20), None, "too few");
        all.extend([took(40), took(50)]);
        assert_eq!(nine_of_ten(&all, 20), Some(3));
        all.push(took(60));
        assert_eq!(nine_of_ten(&all, 20), Some(40));
        let early = Took { from, until: "2026-10-30".parse().expect("a day") };
        assert_eq!(nine_of_ten(&[early], 1), Some(0));
    }
}
