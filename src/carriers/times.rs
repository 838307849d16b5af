//! Carriers' times: most write Moscow time and do not say so.

use chrono::{DateTime, FixedOffset, NaiveDateTime};

use crate::units::UtcMicros;

/// Without daylight saving since 2014 (Federal law 248-FZ of 21.07.2014).
const MOSCOW_OFFSET_S: i32 = 3 * 3600;

/// Reads a time that names its offset, or a Moscow time in the first of the patterns that fits.
pub fn moscow(text: &str, patterns: &[&str]) -> Option<UtcMicros> {
    let text = text.trim();
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Some(UtcMicros::from_datetime(at.to_utc()));
    }
    let local = patterns.iter().find_map(|one| NaiveDateTime::parse_from_str(text, one).ok())?;
    let offset = FixedOffset::east_opt(MOSCOW_OFFSET_S)?;
    let at = local.and_local_timezone(offset).single()?;
    Some(UtcMicros::from_datetime(at.to_utc()))
}

#[cfg(test)]
mod tests {
    use super::*;

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
