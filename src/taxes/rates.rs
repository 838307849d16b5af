//! The law's rates and their first days. Pure.

use chrono::{Datelike, NaiveDate};

use crate::text_enum;
use crate::units::{Day, Kopecks};

text_enum! {
    /// The VAT in a price.
    #[derive(Default)]
    pub enum VatRate {
        /// The seller pays no VAT (без НДС).
        #[default]
        Exempt = "exempt",
        Zero = "0",
        Five = "5",
        Seven = "7",
        Ten = "10",
        /// Of sales before 2026, and of their returns.
        Twenty = "20",
        TwentyTwo = "22",
    }
}

impl VatRate {
    /// Per cent; nothing without VAT.
    pub const fn per_cent(self) -> Option<i64> {
        match self {
            Self::Exempt => None,
            Self::Zero => Some(0),
            Self::Five => Some(5),
            Self::Seven => Some(7),
            Self::Ten => Some(10),
            Self::Twenty => Some(20),
            Self::TwentyTwo => Some(22),
        }
    }

    /// The VAT inside a gross sum, rounded half up to the kopeck; of a sum that is given back, as much
    /// the other way.
    pub fn inside(self, gross: Kopecks) -> Kopecks {
        let rate = i128::from(self.per_cent().unwrap_or(0));
        let (sum, base) = (i128::from(gross.get()), 100 + rate);
        let vat = (sum.abs() * rate * 2 + base) / (base * 2) * sum.signum();
        Kopecks::new(i64::try_from(vat).expect("a part is not larger than the whole"))
    }

    /// Tag 1199 of a line whose price is known: the rate itself.
    pub const fn tag(self) -> i64 {
        match self {
            Self::Twenty => 1,
            Self::Ten => 2,
            Self::Zero => 5,
            Self::Exempt => 6,
            Self::Five => 7,
            Self::Seven => 8,
            Self::TwentyTwo => 11,
        }
    }

    /// Tag 1199 of money that is paid before the sale: the computed rate (22/122).
    pub const fn tag_of_advance(self) -> i64 {
        match self {
            Self::Twenty => 3,
            Self::Ten => 4,
            Self::Five => 9,
            Self::Seven => 10,
            Self::TwentyTwo => 12,
            Self::Zero | Self::Exempt => self.tag(),
        }
    }
}

text_enum! {
    /// What a seller pays.
    #[derive(Default)]
    pub enum VatMode {
        /// No VAT: exempt, or a system of taxation without it.
        #[default]
        None = "none",
        /// 5 % without deductions.
        Five = "5",
        /// 7 % without deductions.
        Seven = "7",
        /// The rates of general taxation.
        General = "general",
    }
}

text_enum! {
    /// What is sold, as far as its rate goes.
    #[derive(Default)]
    pub enum VatClass {
        #[default]
        General = "general",
        /// Food, goods for children, books, medical goods of the government's lists.
        Reduced = "reduced",
        /// Such as exported goods.
        Zero = "zero",
        /// Exempt by itself, whoever sells it.
        Exempt = "exempt",
    }
}

text_enum! {
    /// A system of taxation (система налогообложения).
    pub enum TaxSystem {
        /// Общая.
        General = "osn",
        /// УСН, income.
        SimpleIncome = "usn_income",
        /// УСН, income less expenses.
        SimpleProfit = "usn_profit",
        /// ЕСХН.
        Farming = "eshn",
        /// ПСН.
        Patent = "psn",
    }
}

impl TaxSystem {
    /// Tag 1055.
    pub const fn tag(self) -> i64 {
        match self {
            Self::General => 1,
            Self::SimpleIncome => 2,
            Self::SimpleProfit => 4,
            Self::Farming => 16,
            Self::Patent => 32,
        }
    }

    /// Whether a payer under this system can have the mode. General taxation may be freed of VAT
    /// (art. 145); 5 and 7 % are for УСН alone; a patent has no VAT.
    pub const fn has(self, mode: VatMode) -> bool {
        match self {
            Self::General | Self::Farming => matches!(mode, VatMode::None | VatMode::General),
            Self::SimpleIncome | Self::SimpleProfit => true,
            Self::Patent => matches!(mode, VatMode::None),
        }
    }
}

/// Rates that the law changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Levy {
    General,
    Reduced,
    Five,
    Seven,
}

/// Which rate a levy has from a day (year, month, day) on; of each levy the earliest first.
const RATES: &[(Levy, (i32, u32, u32), VatRate)] = &[
    (Levy::General, (2019, 1, 1), VatRate::Twenty),
    (Levy::General, (2026, 1, 1), VatRate::TwentyTwo),
    (Levy::Reduced, (2019, 1, 1), VatRate::Ten),
    (Levy::Five, (2025, 1, 1), VatRate::Five),
    (Levy::Seven, (2025, 1, 1), VatRate::Seven),
];

/// The rate of what is sold on that day. A day before the first one of the table has the first rate:
/// [`begins`] keeps modes from beginning earlier.
pub fn rate_on(mode: VatMode, class: VatClass, day: Day) -> VatRate {
    let levy = match (mode, class) {
        (VatMode::None, _) | (_, VatClass::Exempt) => return VatRate::Exempt,
        (_, VatClass::Zero) => return VatRate::Zero,
        (VatMode::Five, _) => Levy::Five,
        (VatMode::Seven, _) => Levy::Seven,
        (VatMode::General, VatClass::Reduced) => Levy::Reduced,
        (VatMode::General, VatClass::General) => Levy::General,
    };
    let on = (day.date().year(), day.date().month(), day.date().day());
    let all = RATES.iter().filter(|(of, ..)| *of == levy);
    let holds = all.clone().rfind(|(_, since, _)| *since <= on).or_else(|| all.clone().next());
    holds.map(|(.., rate)| *rate).expect("each levy has a row")
}

/// The first day of a mode; nothing where it was always there.
pub fn begins(mode: VatMode) -> Option<Day> {
    let levy = match mode {
        VatMode::None => return None,
        VatMode::Five => Levy::Five,
        VatMode::Seven => Levy::Seven,
        VatMode::General => Levy::General,
    };
    let (_, (year, month, day), _) = RATES.iter().find(|(of, ..)| *of == levy)?;
    NaiveDate::from_ymd_opt(*year, *month, *day).map(Day::from_date)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn the_rate_is_that_of_the_day_of_the_sale() {
        let on = |text, mode, class| rate_on(mode, class, day(text));
        let general = |text| on(text, VatMode::General, VatClass::General);
        assert_eq!(general("2025-12-31"), VatRate::Twenty);
        assert_eq!(general("2026-01-01"), VatRate::TwentyTwo);
        for (text, class, rate) in [
            ("2025-12-31", VatClass::Reduced, VatRate::Ten),
            ("2026-01-01", VatClass::Reduced, VatRate::Ten),
            ("2026-01-01", VatClass::Zero, VatRate::Zero),
            ("2026-01-01", VatClass::Exempt, VatRate::Exempt),
        ] {
            assert_eq!(on(text, VatMode::General, class), rate, "{text} {class}");
        }
        assert_eq!(on("2026-05-01", VatMode::Five, VatClass::Reduced), VatRate::Five);
        assert_eq!(on("2026-05-01", VatMode::Seven, VatClass::General), VatRate::Seven);
        assert_eq!(on("2026-05-01", VatMode::None, VatClass::Zero), VatRate::Exempt);
        assert_eq!(begins(VatMode::Seven), Some(day("2025-01-01")));
        assert_eq!(begins(VatMode::None), None);
    }

    #[test]
    fn vat_inside_a_sum_is_rounded_half_up_and_given_back_as_it_was_taken() {
        let inside = |rate: VatRate, sum| rate.inside(Kopecks::new(sum)).get();
        assert_eq!(inside(VatRate::TwentyTwo, 12_200), 2_200);
        assert_eq!(inside(VatRate::Twenty, 3), 1, "0.5 goes up");
        assert_eq!(inside(VatRate::Twenty, -3), -1);
        assert_eq!(inside(VatRate::Exempt, 12_200), 0);
        assert_eq!(inside(VatRate::TwentyTwo, i64::MIN + 1), -inside(VatRate::TwentyTwo, i64::MAX));
    }

    #[test]
    fn each_rate_and_each_computed_rate_has_a_code_of_its_own() {
        let mut codes: Vec<i64> = VatRate::ALL.iter().map(|rate| rate.tag()).collect();
        codes.extend(VatRate::ALL.iter().map(|rate| rate.tag_of_advance()));
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes, (1..=12).collect::<Vec<_>>());
    }
}
