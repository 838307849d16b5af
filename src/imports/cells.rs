//! What cells of carriers' files mean: sums, days and numbers, as people and spreadsheets leave them.
//! Pure.

use chrono::NaiveDate;

use super::Refusal;
use super::map::{Columns, decimal};
use super::table::Row;
use crate::units::{Day, Kopecks};

/// A spreadsheet counts days from here: its 60 is a day that never was, so that days of our time are
/// right.
const SERIAL_ZERO: (i32, u32, u32) = (1899, 12, 30);
/// 1982 to 2119: other whole numbers are no days.
const SERIALS: std::ops::RangeInclusive<i64> = 30_000..=80_000;
/// So many nines or zeros behind the kopecks are what became of a decimal in a binary cell.
const ARTEFACT_DIGITS: usize = 6;

impl Columns {
    /// Roubles as kopecks; what is given back is less than zero. A dash is nothing.
    pub fn sum(&self, row: &Row, field: &str) -> Result<Option<Kopecks>, Refusal> {
        match self.text(row, field).trim() {
            "" | "-" | "—" => Ok(None),
            text => match kopecks(text) {
                Some(sum) => Ok(Some(sum)),
                None => Err(self.refuse(row, field, "not_a_price")),
            },
        }
    }

    /// A day, where the cell has one.
    pub fn day(&self, row: &Row, field: &str) -> Result<Option<Day>, Refusal> {
        match self.text(row, field).trim() {
            "" => Ok(None),
            text => match day(text) {
                Some(day) => Ok(Some(day)),
                None => Err(self.refuse(row, field, "not_a_day")),
            },
        }
    }
}

/// A sum as digits with one sign between roubles and kopecks: `1,234.50` and `1.234,50` have the last
/// one of two, and the other parts thousands. A minus may stand behind (`500,00-`).
fn digits(text: &str) -> Option<String> {
    let text = text.trim().trim_end_matches(['₽', '.', 'р', 'у', 'б']).trim();
    let plain: String = text
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '\'')
        .map(|c| if c == '−' { '-' } else { c })
        .collect();
    let plain = match plain.strip_suffix('-') {
        Some(rest) => format!("-{rest}"),
        None => plain,
    };
    let (Some(comma), Some(point)) = (plain.rfind(','), plain.rfind('.')) else {
        return Some(plain);
    };
    let (whole, rest) = plain.split_at(comma.max(point));
    let parting = if comma > point { '.' } else { ',' };
    let mut groups = whole.trim_start_matches('-').split(parting);
    let is_first = groups.next().is_some_and(|first| (1..=3).contains(&first.len()));
    let are_thousands = is_first && groups.all(|group| group.len() == 3);
    are_thousands.then(|| format!("{}{rest}", whole.replace(parting, "")))
}

/// Roubles as carriers write them: `3 590,00`, `-98.7`, `1 200 ₽`. Exact: what has parts of a kopeck
/// is no sum, but for the far digits that a binary cell leaves of a decimal.
pub(crate) fn kopecks(text: &str) -> Option<Kopecks> {
    let plain = digits(text)?;
    if let Some(value) = decimal(&plain, 2) {
        return Some(Kopecks::new(value));
    }
    let (_, rest) = plain.split_once(['.', ','])?;
    let (kept, far) = rest.split_at_checked(2)?;
    let near = plain.len() - rest.len() + kept.len();
    let is_all = |digit: u8| {
        let mut digits = far.bytes().take(ARTEFACT_DIGITS);
        far.len() > ARTEFACT_DIGITS && digits.all(|byte| byte == digit)
    };
    let value = decimal(&plain[..near], 2)?;
    let away = if plain.starts_with('-') { -1 } else { 1 };
    if !far.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    match (is_all(b'0'), is_all(b'9')) {
        (true, _) => Some(Kopecks::new(value)),
        (_, true) => value.checked_add(away).map(Kopecks::new),
        _ => None,
    }
}

/// A number as it was before a spreadsheet had it.
pub(crate) fn identifier(text: &str) -> String {
    let text = text.trim().trim_start_matches(['\'', '=']).trim_matches('"').trim();
    let whole = text.strip_suffix(".0").or_else(|| text.strip_suffix(",0"));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    whole.filter(|whole| is_number(whole)).unwrap_or(text).to_owned()
}

/// `17.11.2026`, `2026-11-17`, with or without a time, or a spreadsheet's count of days, whose fraction
/// is a time.
fn day(text: &str) -> Option<Day> {
    let text = text.trim();
    let (whole, time) = text.split_once([',', '.']).unwrap_or((text, ""));
    let is_count = time.bytes().all(|byte| byte.is_ascii_digit());
    let serial = decimal(whole, 0).filter(|serial| is_count && SERIALS.contains(serial));
    if let Some(serial) = serial {
        let (year, month, day) = SERIAL_ZERO;
        let zero = NaiveDate::from_ymd_opt(year, month, day)?;
        return Some(Day::from_date(zero).plus_days(serial.unsigned_abs()));
    }
    let date = text.split([' ', 'T', '\u{a0}']).next()?.trim_end_matches(',');
    ["%d.%m.%y", "%d.%m.%Y", "%Y-%m-%d", "%d/%m/%Y"]
        .into_iter()
        .find_map(|format| NaiveDate::parse_from_str(date, format).ok())
        .map(Day::from_date)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_mean_what_they_show() {
        let sums = [
            ("3\u{a0}590,00", Some(359_000)),
            ("1 200 ₽", Some(120_000)),
            ("98,7 руб.", Some(9_870)),
            ("−98,70", Some(-9_870)),
            ("107.69999999999999", Some(10_770)),
            ("-0.0999999999999", Some(-10)),
            ("107.70000000000001", Some(10_770)),
            ("1,234.50", Some(123_450)),
            ("1.234,5", Some(123_450)),
            ("-12,345,678.90", Some(-1_234_567_890)),
            ("1,234.500000000001", Some(123_450)),
            ("500,00-", Some(-50_000)),
            ("1 234,50− руб.", Some(-123_450)),
            ("-500-", None),
            ("1,23.45", None),
            ("1.2,345.6", None),
            ("1,234", None),
            ("-", None),
            ("0.005", None),
            ("1.234567", None),
            ("сто", None),
            ("", None),
        ];
        for (text, sum) in sums {
            assert_eq!(kopecks(text), sum.map(Kopecks::new), "{text}");
        }
        let days = ["17.11.2026", "2026-11-17", "17.11.26", "17.11.2026 14:05", "46343"];
        for text in days.into_iter().chain(["46343.0", "46343.58", "46343,999988426"]) {
            assert_eq!(day(text).unwrap().to_string(), "2026-11-17", "{text}");
        }
        assert_eq!([day("17"), day("31.02.2026"), day("")], [None; 3]);
        assert_eq!(identifier("1105500001.0"), "1105500001");
        assert_eq!(identifier("'00123"), "00123");
        assert_eq!(identifier("A-1.0"), "A-1.0");
    }
}
