//! Phones, times and places as carriers of Russia write them.

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime};
use serde_json::Value;

use crate::units::UtcMicros;

const MOSCOW_OFFSET_S: i32 = 3 * 3600;

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

/// The instant of a time that is written with an offset, or without one in Moscow's time.
pub(super) fn moscow_instant(text: &str) -> Option<UtcMicros> {
    let text = text.trim();
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Some(UtcMicros::from_datetime(at.to_utc()));
    }
    let formats = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M"];
    let local = formats.iter().find_map(|format| NaiveDateTime::parse_from_str(text, format).ok());
    let local = local.or_else(|| {
        let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
        Some(day.and_time(NaiveTime::MIN))
    })?;
    let moscow = FixedOffset::east_opt(MOSCOW_OFFSET_S)?;
    let at = local.and_local_timezone(moscow).single()?;
    Some(UtcMicros::from_datetime(at.to_utc()))
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
}
