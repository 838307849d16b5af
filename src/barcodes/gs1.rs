//! GS1 element strings: application identifiers (AI) and their values.
//!
//! A value whose AI has a *predefined* length needs no separator; any other ends at FNC1, which a
//! scanner sends as `<GS>` (byte 1D), or at the end (GS1 General Specifications, 7.8).
//!
//! **Invariant:** a [`Gs1`] was read to its end: lengths, digits, check digits and days are right.
//!
//! Deliberately absent: rules about which AIs must stand together. Foreign labels break them and
//! are usable all the same.

use chrono::{Datelike, Months, NaiveDate};

use super::BarcodeError;
use super::gtin::{Gtin, verify_check_digit};
use crate::units::Day;

/// The separator, FNC1 inside a symbol.
pub const GS: char = '\u{1d}';

/// GS1 reads a year of two digits as the nearest to today. Reading has no clock, so "today" is the
/// year of this release; only years more than half a century away from it could be read otherwise.
const CENTURY_YEAR: i32 = 2026;

/// One application identifier with its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element {
    pub ai: String,
    pub value: String,
}

/// A whole element string, in the order of the symbol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gs1 {
    elements: Vec<Element>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Content {
    Text,
    Digits,
    /// Digits of which the last (or the 13th or 14th, where more may follow) is a check digit.
    Checked(usize),
    Day,
    DayAndTime,
}

struct Format {
    min: usize,
    max: usize,
    content: Content,
}

const fn text(max: usize) -> Format {
    Format { min: 1, max, content: Content::Text }
}

const fn digits(min: usize, max: usize) -> Format {
    Format { min, max, content: Content::Digits }
}

const fn checked(at: usize, max: usize) -> Format {
    Format { min: at, max, content: Content::Checked(at) }
}

const fn day(content: Content, length: usize) -> Format {
    Format { min: length, max: length, content }
}

/// How many digits an AI has, by its first two.
fn ai_length(first_two: &str) -> Option<usize> {
    let number: u32 = first_two.parse().ok()?;
    match number {
        0..=22 | 30 | 37 | 90..=99 => Some(2),
        23..=25 | 40..=42 | 71 => Some(3),
        31..=36 | 39 | 43 | 70 | 72 | 80..=82 => Some(4),
        _ => None,
    }
}

/// The length, AI included, of AIs that need no separator; true even for AIs not yet assigned.
fn predefined_length(first_two: &str) -> Option<usize> {
    let number: u32 = first_two.parse().ok()?;
    match number {
        0 => Some(20),
        1..=3 | 41 => Some(16),
        4 => Some(18),
        11..=19 => Some(8),
        20 => Some(4),
        31..=36 => Some(10),
        _ => None,
    }
}

/// The format of a value. AIs of 310n kind are asked by their first three digits.
fn format_of(ai: &str) -> Option<Format> {
    let format = match ai {
        "00" => checked(18, 18),
        "01" | "02" | "03" => checked(14, 14),
        "10" | "21" | "22" | "420" => text(20),
        "11" | "12" | "13" | "15" | "16" | "17" => day(Content::Day, 6),
        "20" => digits(2, 2),
        "235" | "8020" => text(if ai == "235" { 28 } else { 25 }),
        "240" | "241" | "250" | "251" | "400" | "401" | "403" | "8004" | "90" => text(30),
        "242" => digits(1, 6),
        "253" => checked(13, 30),
        "255" => checked(13, 25),
        "30" | "37" => digits(1, 8),
        "402" => checked(17, 17),
        "410" | "411" | "412" | "413" | "414" | "415" | "416" | "417" => checked(13, 13),
        "421" => text(12),
        "422" => digits(3, 3),
        "7003" => day(Content::DayAndTime, 10),
        "8003" => checked(14, 30),
        "8005" => digits(6, 6),
        "8006" => digits(18, 18),
        "8008" => digits(8, 12),
        _ => return format_of_family(ai),
    };
    Some(format)
}

fn format_of_family(ai: &str) -> Option<Format> {
    match (ai.len(), ai.get(..2)?) {
        (2, "91" | "92" | "93" | "94" | "95" | "96" | "97" | "98" | "99") | (4, "43") => {
            Some(text(90))
        }
        (4, "31" | "32" | "33" | "34" | "35" | "36") if ai.as_bytes()[3] <= b'5' => {
            Some(digits(6, 6))
        }
        (4, "39") => match ai.as_bytes()[2] {
            b'0' | b'2' => Some(digits(1, 15)),
            b'1' | b'3' => Some(digits(4, 18)),
            _ => None,
        },
        _ => None,
    }
}

/// Character set 82 of GS1: everything a value of text may hold.
pub(super) const fn is_value_character(character: char) -> bool {
    matches!(character, '!' | '"' | '%'..='?' | 'A'..='Z' | '_' | 'a'..='z')
}

impl Gs1 {
    /// Reads an element string to its end. A leading separator is not part of it.
    pub fn parse(text: &str) -> Result<Self, BarcodeError> {
        let mut elements = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let position = text.len() - rest.len();
            let (element, after) = read_element(rest, position)?;
            elements.push(element);
            // A separator after a value that does not need one is tolerated.
            rest = after.strip_prefix(GS).unwrap_or(after);
        }
        if elements.is_empty() {
            return Err(BarcodeError::UnknownAi { position: 0 });
        }
        Ok(Self { elements })
    }

    pub fn elements(&self) -> &[Element] {
        &self.elements
    }

    /// The value of an AI, the first one if it stands there twice.
    pub fn get(&self, ai: &str) -> Option<&str> {
        self.elements.iter().find(|element| element.ai == ai).map(|element| element.value.as_str())
    }

    /// The product: AI 01, or 02 on a handling unit that holds nothing else.
    pub fn gtin(&self) -> Option<Gtin> {
        let value = self.get("01").or_else(|| self.get("02"))?;
        Gtin::parse(value).ok()
    }

    pub fn sscc(&self) -> Option<&str> {
        self.get("00")
    }

    pub fn lot(&self) -> Option<&str> {
        self.get("10")
    }

    pub fn serial(&self) -> Option<&str> {
        self.get("21")
    }

    /// The last day of use: AI 17, else 7003, else 15 (best before).
    pub fn expires_on(&self) -> Option<Day> {
        let exact = self.get("17").or_else(|| self.get("7003")).or_else(|| self.get("15"))?;
        day_of(exact.get(..6)?).map(Day::from_date)
    }

    /// How many pieces: AI 37 (of the contained product) or 30.
    pub fn count(&self) -> Option<i64> {
        self.get("37").or_else(|| self.get("30"))?.parse().ok()
    }

    /// Net weight (AI 310n), if it is a whole number of grams.
    pub fn net_weight_g(&self) -> Option<i64> {
        let element = self.elements.iter().find(|element| element.ai.starts_with("310"))?;
        let decimals: u32 = element.ai[3..].parse().ok()?;
        let value: i64 = element.value.parse().ok()?;
        if decimals <= 3 {
            return Some(value * 10_i64.pow(3 - decimals));
        }
        let divisor = 10_i64.pow(decimals - 3);
        (value % divisor == 0).then_some(value / divisor)
    }

    /// What identifies one piece: GTIN and serial number, without a cryptographic tail (КИ).
    pub fn piece(&self) -> Option<String> {
        Some(format!("01{}21{}", self.get("01")?, self.serial()?))
    }
}

fn read_element(rest: &str, position: usize) -> Result<(Element, &str), BarcodeError> {
    let unknown = BarcodeError::UnknownAi { position };
    let (Some(first_two), true) = (rest.get(..2), rest.is_char_boundary(2)) else {
        return Err(unknown);
    };
    let ai = ai_length(first_two).and_then(|length| rest.get(..length)).ok_or(unknown.clone())?;
    let format = format_of(ai).ok_or(unknown)?;
    let body = &rest[ai.len()..];
    let end = match predefined_length(first_two) {
        Some(length) => {
            let wanted = length - ai.len();
            let found = body.find(GS).unwrap_or(body.len());
            if found < wanted || !body.is_char_boundary(wanted) {
                return Err(too_short_or_empty(ai, wanted, found.min(wanted)));
            }
            wanted
        }
        None => body.find(GS).unwrap_or(body.len()),
    };
    let value = &body[..end];
    check_value(ai, &format, value)?;
    Ok((Element { ai: ai.to_owned(), value: value.to_owned() }, &body[end..]))
}

fn too_short_or_empty(ai: &str, wanted: usize, found: usize) -> BarcodeError {
    let ai = ai.to_owned();
    match found {
        0 => BarcodeError::EmptyValue { ai },
        _ => BarcodeError::ValueTooShort { ai, wanted, found },
    }
}

fn check_value(ai: &str, format: &Format, value: &str) -> Result<(), BarcodeError> {
    let found = value.chars().count();
    if found < format.min {
        return Err(too_short_or_empty(ai, format.min, found));
    }
    let ai_owned = || ai.to_owned();
    if found > format.max {
        return Err(BarcodeError::ValueTooLong { ai: ai_owned(), wanted: format.max, found });
    }
    if let Some(character) = value.chars().find(|character| !is_value_character(*character)) {
        return Err(BarcodeError::ValueCharacter { ai: ai_owned(), character });
    }
    // From here on the value is ASCII, so that positions of bytes are positions of characters.
    let digits_up_to = match format.content {
        Content::Text => 0,
        Content::Checked(at) => at,
        Content::Digits | Content::Day | Content::DayAndTime => value.len(),
    };
    if !value.as_bytes()[..digits_up_to].iter().all(u8::is_ascii_digit) {
        return Err(BarcodeError::ValueNotDigits { ai: ai_owned() });
    }
    match format.content {
        Content::Checked(at) => match verify_check_digit(&value[..at]) {
            Err(BarcodeError::CheckDigit { expected, found }) => {
                Err(BarcodeError::ValueCheckDigit { ai: ai_owned(), expected, found })
            }
            other => other,
        },
        Content::Day if day_of(value).is_none() => {
            Err(BarcodeError::ValueNotADay { ai: ai_owned() })
        }
        Content::DayAndTime if !is_day_and_time(value) => {
            Err(BarcodeError::ValueNotADay { ai: ai_owned() })
        }
        _ => Ok(()),
    }
}

/// Reads `YYMMDD`; day 00 is the last of the month.
fn day_of(text: &str) -> Option<NaiveDate> {
    let two: i32 = text.get(..2)?.parse().ok()?;
    let month = text.get(2..4)?.parse().ok()?;
    let day: u32 = text.get(4..6)?.parse().ok()?;
    let century = CENTURY_YEAR / 100 * 100;
    let year = match two - CENTURY_YEAR % 100 {
        51.. => century - 100 + two,
        ..=-50 => century + 100 + two,
        _ => century + two,
    };
    if day > 0 {
        return NaiveDate::from_ymd_opt(year, month, day);
    }
    NaiveDate::from_ymd_opt(year, month, 1)?.checked_add_months(Months::new(1))?.pred_opt()
}

/// Reads `YYMMDDhhmm`, where day 00 has no meaning.
fn is_day_and_time(text: &str) -> bool {
    let part = |from: usize| text.get(from..from + 2).and_then(|part| part.parse::<u32>().ok());
    day_of(&text[..6]).is_some_and(|day| Some(day.day()) == part(4))
        && part(6).is_some_and(|hour| hour < 24)
        && part(8).is_some_and(|minute| minute < 60)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn a_logistic_label_is_read_to_its_end() {
        let gs1 = Gs1::parse("010460123456789310AB-77\u{1d}1726123121XYZ").unwrap();
        assert_eq!(gs1.gtin(), Some(Gtin::parse("4601234567893").unwrap()));
        assert_eq!((gs1.lot(), gs1.serial()), (Some("AB-77"), Some("XYZ")));
        assert_eq!(gs1.expires_on(), Some(day("2026-12-31")));
        assert_eq!(gs1.piece().unwrap(), "010460123456789321XYZ");
    }

    #[test]
    fn a_pallet_says_what_it_holds() {
        let gs1 = Gs1::parse("00346006820000000014020460123456789337120\u{1d}3103001250").unwrap();
        assert_eq!(gs1.sscc(), Some("346006820000000014"));
        assert_eq!(gs1.gtin(), Some(Gtin::parse("4601234567893").unwrap()));
        assert_eq!((gs1.count(), gs1.net_weight_g()), (Some(120), Some(1250)));
    }

    #[test]
    fn superfluous_separators_are_tolerated() {
        let gs1 = Gs1::parse("0104601234567893\u{1d}17260200\u{1d}10A\u{1d}").unwrap();
        assert_eq!(gs1.expires_on(), Some(day("2026-02-28")), "day 00 is the last of the month");
        assert_eq!(gs1.elements().len(), 3);
    }

    #[test]
    fn the_century_is_the_nearest() {
        for (text, year) in [("76", 2076), ("77", 1977), ("26", 2026), ("00", 2000)] {
            assert_eq!(day_of(&format!("{text}0101")).unwrap().year(), year);
        }
    }

    #[test]
    fn each_defect_has_its_own_error() {
        let ai = |ai: &str| ai.to_owned();
        let cases = [
            ("", BarcodeError::UnknownAi { position: 0 }),
            ("0104601234567893?", BarcodeError::UnknownAi { position: 16 }),
            ("05", BarcodeError::UnknownAi { position: 0 }),
            ("10", BarcodeError::EmptyValue { ai: ai("10") }),
            ("10\u{1d}21A", BarcodeError::EmptyValue { ai: ai("10") }),
            ("01046", BarcodeError::ValueTooShort { ai: ai("01"), wanted: 14, found: 3 }),
            (
                "10123456789012345678901",
                BarcodeError::ValueTooLong { ai: ai("10"), wanted: 20, found: 21 },
            ),
            ("30x", BarcodeError::ValueNotDigits { ai: ai("30") }),
            ("10a b", BarcodeError::ValueCharacter { ai: ai("10"), character: ' ' }),
            (
                "0104601234567890",
                BarcodeError::ValueCheckDigit { ai: ai("01"), expected: '3', found: '0' },
            ),
            ("17261301", BarcodeError::ValueNotADay { ai: ai("17") }),
            ("17260230", BarcodeError::ValueNotADay { ai: ai("17") }),
            ("70032612002400", BarcodeError::ValueNotADay { ai: ai("7003") }),
        ];
        for (text, error) in cases {
            assert_eq!(Gs1::parse(text), Err(error), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn arbitrary_text_does_not_panic(text in "(00|01|02|10|17|21|37|310[0-9]|[\u{1d}0-9A-zЯ])*") {
            if let Ok(gs1) = Gs1::parse(&text) {
                let _ = (gs1.gtin(), gs1.expires_on(), gs1.count(), gs1.net_weight_g());
                let length: usize = gs1.elements().iter().map(|e| e.ai.len() + e.value.len()).sum();
                prop_assert!(length <= text.len());
            }
        }
    }
}
