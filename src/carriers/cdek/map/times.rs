//! Times as СДЭК writes them: with offsets of all spellings, with and without a fraction.

use chrono::DateTime;

use crate::carriers::local::moscow_instant;
use crate::units::{Day, UtcMicros};

/// Offsets come as `+0700`, `+07:00` and `Z`.
const FORMAT: &str = "%Y-%m-%dT%H:%M:%S%.f%#z";

/// An instant; what names no offset is Moscow's.
pub(super) fn instant(text: &str) -> Option<UtcMicros> {
    match DateTime::parse_from_str(text, FORMAT) {
        Ok(at) => Some(UtcMicros::from_datetime(at.to_utc())),
        Err(_) => moscow_instant(text),
    }
}

/// The day of an instant or a day.
pub(super) fn day(text: &str) -> Option<Day> {
    text.parse().ok().or_else(|| instant(text).map(UtcMicros::moscow_day))
}

/// An hour of a day in Moscow, the offset without a colon as the carrier wants it.
pub(super) fn moscow_hour(day: Day, hour: i64) -> String {
    format!("{day}T{hour:02}:00:00+0300")
}

/// `09:30` of minutes after midnight.
pub(super) fn clock(minute: i64) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_spellings_of_one_instant_are_the_same() {
        for text in [
            "2026-03-05T21:47:22+0000",
            "2026-03-05T21:47:22+00:00",
            "2026-03-06T04:47:22+0700",
            "2026-03-06T00:47:22+03:00",
            "2026-03-05T21:47:22Z",
            "2026-03-05T21:47:22.000000Z",
        ] {
            let at = instant(text).expect(text);
            assert_eq!(at.to_string(), "2026-03-05T21:47:22.000000Z", "{text}");
        }
        assert_eq!(instant("2026-03-06").unwrap().to_string(), "2026-03-05T21:00:00.000000Z");
        for text in ["", "yesterday", "2026-13-01", "2026-03-05T25:47:22Z"] {
            assert_eq!(instant(text), None, "{text}");
        }
        assert_eq!(day("2026-11-18T22:00:00+0000").unwrap().to_string(), "2026-11-19");
    }

    #[test]
    fn hours_go_out_with_an_offset_without_a_colon() {
        let day: Day = "2026-11-22".parse().unwrap();
        assert_eq!(moscow_hour(day, 9), "2026-11-22T09:00:00+0300");
        assert_eq!(clock(9 * 60 + 5), "09:05");
    }
}
