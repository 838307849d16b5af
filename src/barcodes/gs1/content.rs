//! What the characters of a value must mean, beyond their number and alphabet.
//!
//! Deliberately absent: the inner structure of North American coupons (AI 8110 and 8112), of which
//! only the digits are checked.

use chrono::{Months, NaiveDate};

use super::lists;
use crate::barcodes::gtin::check_digit;

crate::text_enum! {
    /// A rule of GS1 for a part of a value.
    pub enum Check {
        /// The last digit completes the others (mod 10).
        CheckDigit = "check",
        /// The last two characters complete the others (GS1 General Specifications, 7.9.5).
        CheckPair = "check-pair",
        /// Begins with a company prefix: four digits at least.
        Prefix = "prefix",
        /// The company prefix begins with the second digit.
        PrefixSecond = "prefix-second",
        /// `YYMMDD`, where day 00 is the whole month.
        DayOrMonth = "day-or-month",
        /// `YYMMDD`.
        Day = "day",
        /// `YYYYMMDD`.
        LongDay = "long-day",
        /// `hhmm`.
        Time = "time",
        Hour = "hour",
        Minute = "minute",
        Second = "second",
        /// A number of ISO 4217.
        Currency = "currency",
        /// A number of ISO 3166.
        Country = "country",
        CountryOr999 = "country-or-999",
        CountryLetters = "country-letters",
        /// `%` is followed by two hexadecimal digits.
        Percent = "percent",
        /// 0 or 1.
        Flag = "flag",
        /// Ten-thousand-millionths of degrees, 90 added.
        Latitude = "latitude",
        Longitude = "longitude",
        Hyphen = "hyphen",
        Zero = "zero",
        Nonzero = "nonzero",
        NoLeadingZero = "no-leading-zero",
        /// How a roll is wound: 0, 1 or 9.
        Winding = "winding",
        Iban = "iban",
        /// The number of a piece and of all pieces, two digits each.
        PieceOfTotal = "piece-of-total",
        /// `1/3`.
        PlaceInSequence = "place-in-sequence",
        Media = "media",
        Package = "package",
        Importer = "importer",
        Sex = "sex",
        NotOnlyDigits = "not-only-digits",
        Digits = "digits",
    }
}

impl Check {
    /// Whether a part of a value, already of the right length and alphabet, obeys the rule.
    pub(super) fn holds(self, text: &str) -> bool {
        let is_number_below = |end: u64| text.parse::<u64>().is_ok_and(|number| number < end);
        match self {
            Self::CheckDigit => {
                let (data, found) = text.split_at(text.len() - 1);
                check_digit(data).is_ok_and(|expected| found.starts_with(expected))
            }
            Self::CheckPair => has_check_pair(text),
            Self::Prefix => begins_with_digits(text, 4),
            Self::PrefixSecond => begins_with_digits(text, 5),
            Self::DayOrMonth => day_of(text).is_some(),
            Self::Day => !text.ends_with("00") && day_of(text).is_some(),
            Self::LongDay => long_day_of(text).is_some(),
            Self::Time => {
                let (hour, minute) = text.split_at(2);
                Self::Hour.holds(hour) && Self::Minute.holds(minute)
            }
            Self::Hour => is_number_below(24),
            Self::Minute | Self::Second => is_number_below(60),
            Self::Currency => lists::has(lists::CURRENCIES, text),
            Self::Country => lists::has(lists::COUNTRY_NUMBERS, text),
            Self::CountryOr999 => text == "999" || lists::has(lists::COUNTRY_NUMBERS, text),
            Self::CountryLetters => lists::has(lists::COUNTRY_LETTERS, text),
            Self::Percent => is_percent_encoded(text),
            Self::Flag => matches!(text, "0" | "1"),
            Self::Latitude => is_number_below(1_800_000_001),
            Self::Longitude => is_number_below(3_600_000_001),
            Self::Hyphen => text.bytes().all(|byte| byte == b'-'),
            Self::Zero => text.bytes().all(|byte| byte == b'0'),
            Self::Nonzero => text.bytes().any(|byte| byte != b'0'),
            Self::NoLeadingZero => text == "0" || !text.starts_with('0'),
            Self::Winding => matches!(text, "0" | "1" | "9"),
            Self::Iban => is_iban(text),
            Self::PieceOfTotal => {
                let (piece, total) = text.split_at(text.len() / 2);
                Self::Nonzero.holds(piece) && piece <= total
            }
            Self::PlaceInSequence => is_place_in_sequence(text),
            Self::Media => matches!(text.parse(), Ok(1..=10 | 80..=99_u32)),
            Self::Package => lists::has(lists::PACKAGE_TYPES, text),
            Self::Importer => {
                text.bytes().all(|byte| matches!(byte, b'-' | b'_') || byte.is_ascii_alphanumeric())
            }
            Self::Sex => matches!(text, "0" | "1" | "2" | "9"),
            Self::NotOnlyDigits => !Self::Digits.holds(text),
            Self::Digits => text.bytes().all(|byte| byte.is_ascii_digit()),
        }
    }
}

fn begins_with_digits(text: &str, count: usize) -> bool {
    text.get(..count).is_some_and(|prefix| prefix.bytes().all(|byte| byte.is_ascii_digit()))
}

/// GS1 reads a year of two digits as the nearest to today. Reading has no clock, so "today" is the
/// year of this release; only years more than half a century away from it could be read otherwise.
const CENTURY_YEAR: i32 = 2026;

/// Reads `YYMMDD`; day 00 is the last of the month.
pub(super) fn day_of(text: &str) -> Option<NaiveDate> {
    let two: i32 = text.get(..2)?.parse().ok()?;
    let century = CENTURY_YEAR / 100 * 100;
    let year = match two - CENTURY_YEAR % 100 {
        51.. => century - 100 + two,
        ..=-50 => century + 100 + two,
        _ => century + two,
    };
    day_in(year, text.get(2..6)?)
}

fn long_day_of(text: &str) -> Option<NaiveDate> {
    let year = text.get(..4)?.parse().ok()?;
    day_in(year, text.get(4..8)?).filter(|_| !text.ends_with("00"))
}

fn day_in(year: i32, month_and_day: &str) -> Option<NaiveDate> {
    let month = month_and_day.get(..2)?.parse().ok()?;
    let day: u32 = month_and_day.get(2..)?.parse().ok()?;
    if day > 0 {
        return NaiveDate::from_ymd_opt(year, month, day);
    }
    NaiveDate::from_ymd_opt(year, month, 1)?.checked_add_months(Months::new(1))?.pred_opt()
}

/// Each character's place in set 82 counts by a prime, the last before the pair by 2, modulo 1021.
fn has_check_pair(text: &str) -> bool {
    const PAIR: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
    const PRIMES: [usize; 23] =
        [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83];
    let Some((data, pair)) = text.len().checked_sub(2).map(|at| text.split_at(at)) else {
        return false;
    };
    let place = |byte: u8| (0..byte).filter(|lower| super::is_value_byte(*lower)).count();
    let sum: usize =
        data.bytes().rev().zip(PRIMES).map(|(byte, prime)| place(byte) * prime).sum::<usize>()
            % 1021;
    data.len() <= PRIMES.len() && pair.as_bytes() == [PAIR[sum / 32], PAIR[sum % 32]]
}

fn is_percent_encoded(text: &str) -> bool {
    text.split('%').skip(1).all(|after| {
        after.get(..2).is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
    })
}

/// The first four characters stand last, letters count from 10, and the number is 1 modulo 97
/// (ISO 13616).
fn is_iban(text: &str) -> bool {
    if text.len() <= 10 || !lists::has(lists::COUNTRY_LETTERS, &text[..2]) {
        return false;
    }
    let (head, tail) = text.split_at(4);
    let mut remainder = 0;
    for character in tail.chars().chain(head.chars()) {
        let Some(value) = character.to_digit(36).filter(|_| !character.is_ascii_lowercase()) else {
            return false;
        };
        remainder = (remainder * if value < 10 { 10 } else { 100 } + value) % 97;
    }
    remainder == 1
}

fn is_place_in_sequence(text: &str) -> bool {
    let number = |part: &str| {
        let is_plain = Check::Digits.holds(part) && !part.starts_with('0');
        is_plain.then(|| part.parse::<u32>().ok())?
    };
    let places = text.split_once('/').map(|(place, last)| (number(place), number(last)));
    matches!(places, Some((Some(place), Some(last))) if place <= last)
}

#[cfg(test)]
mod tests {
    use chrono::Datelike;

    use super::*;

    #[test]
    fn the_century_is_the_nearest() {
        for (text, year) in [("76", 2076), ("77", 1977), ("26", 2026), ("00", 2000)] {
            assert_eq!(day_of(&format!("{text}0101")).unwrap().year(), year);
        }
    }

    /// A rule, a value that obeys it, and one that does not.
    #[test]
    fn each_rule_takes_the_right_and_refuses_the_wrong() {
        for (check, right, wrong) in [
            ("check", "04601234567893", "04601234567890"),
            ("check-pair", "1987654Ad4X4bL5ttr2310c2K", "1987654Ad4X4bL5ttr2310cXK"),
            ("check-pair", "12345678901234567890123NT", "N"),
            ("prefix", "4601X", "460X"),
            ("prefix-second", "14601X", "1460X"),
            ("day-or-month", "260200", "260230"),
            ("day", "260228", "260200"),
            ("long-day", "20240229", "20230229"),
            ("long-day", "19991231", "19991200"),
            ("time", "2359", "2400"),
            ("hour", "00", "24"),
            ("minute", "59", "60"),
            ("second", "00", "60"),
            ("currency", "643", "000"),
            ("country", "643", "999"),
            ("country-or-999", "999", "998"),
            ("country-letters", "RU", "RX"),
            ("percent", "A%20B", "A%2"),
            ("percent", "%D0%A2", "%GG"),
            ("flag", "1", "2"),
            ("latitude", "1800000000", "1800000001"),
            ("longitude", "3600000000", "3600000001"),
            ("hyphen", "-", "+"),
            ("zero", "0", "1"),
            ("nonzero", "0010", "0000"),
            ("no-leading-zero", "10", "010"),
            ("winding", "9", "2"),
            ("iban", "DE91100000000123456789", "DE91100000000123456788"),
            ("iban", "MU43BOMM0101123456789101000MUR", "XX43BOMM0101123456789101000MUR"),
            ("piece-of-total", "0102", "0201"),
            ("piece-of-total", "0202", "0000"),
            ("place-in-sequence", "1/3", "4/3"),
            ("place-in-sequence", "2/2", "0/2"),
            ("media", "80", "11"),
            ("package", "PX", "??"),
            ("importer", "_", "/"),
            ("sex", "9", "3"),
            ("not-only-digits", "1A", "12"),
            ("digits", "12", "1A"),
        ] {
            let rule = Check::parse(check).unwrap();
            assert!(rule.holds(right), "{check} {right}");
            assert!(!rule.holds(wrong), "{check} {wrong}");
        }
    }
}
