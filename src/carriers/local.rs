//! Phones, times and places as carriers of Russia write them.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime};
use serde_json::Value;

use crate::units::UtcMicros;

/// Eleven digits that begin with 7, of a Russian phone however it is written.
pub(super) fn russian_phone(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    match (digits.len(), digits.as_bytes().first()) {
        (11, Some(b'7')) => Some(digits),
        (11, Some(b'8')) => Some(format!("7{}", &digits[1..])),
        (10, Some(_)) => Some(format!("7{digits}")),
        _ => None,
    }
}

/// The instant of a time that names its offset, or a Moscow time in the first of the patterns that
/// fits: most carriers write Moscow time and do not say so.
pub(super) fn moscow(text: &str, patterns: &[&str]) -> Option<UtcMicros> {
    let text = text.trim();
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Some(UtcMicros::from_datetime(at.to_utc()));
    }
    let local = patterns.iter().find_map(|one| NaiveDateTime::parse_from_str(text, one).ok())?;
    UtcMicros::from_moscow(local)
}

/// Like [`moscow`], in the usual patterns; a day alone is its midnight.
pub(super) fn moscow_instant(text: &str) -> Option<UtcMicros> {
    let patterns = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M"];
    moscow(text, &patterns).or_else(|| {
        let day = NaiveDate::parse_from_str(text.trim(), "%Y-%m-%d").ok()?;
        UtcMicros::from_moscow(day.and_time(NaiveTime::MIN))
    })
}

/// Degrees told as a number or as a text; an empty text is none.
pub(super) fn degrees(said: Option<&Value>) -> Option<f64> {
    match said? {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phones_become_eleven_digits() {
        for text in ["+7 (916) 123-45-67", "89161234567", "9161234567", "79161234567"] {
            assert_eq!(russian_phone(text).as_deref(), Some("79161234567"), "{text}");
        }
        for text in ["", "12345", "+380501234567", "+375291234567"] {
            assert_eq!(russian_phone(text), None, "{text}");
        }
    }

    #[test]
    fn times_without_an_offset_are_moscow_times() {
        for text in [
            "2026-11-25T13:05:00",
            "2026-11-25 13:05:00",
            "2026-11-25 13:05",
            "2026-11-25T13:05:00.000+03:00",
            "2026-11-25T10:05:00Z",
        ] {
            let at = moscow_instant(text).map(|at| at.to_string());
            assert_eq!(at.as_deref(), Some("2026-11-25T10:05:00.000000Z"), "{text}");
        }
        let midnight = moscow_instant("2026-11-25").map(|at| at.to_string());
        assert_eq!(midnight.as_deref(), Some("2026-11-24T21:00:00.000000Z"));
        assert_eq!(moscow_instant(""), None);
    }

    #[test]
    fn moscow_is_three_hours_ahead_unless_an_offset_is_named() {
        let read = |text| moscow(text, &["%d.%m.%Y %H:%M", "%Y-%m-%dT%H:%M:%S%.f"]);
        let expected = "2026-11-22T21:30:00Z".parse().ok();
        for text in ["23.11.2026 00:30", "2026-11-23T00:30:00", "2026-11-23T02:30:00+05:00"] {
            assert_eq!(read(text), expected, "{text}");
        }
        assert_eq!(read("31.02.2026 00:30"), None);
    }
}
