//! The time of places in Russia, where local time is told without an offset.
//!
//! By the first three digits of the postcode; the zones are those in force since
//! 2020-12-27 (Federal law 107-FZ as amended).

use chrono::{FixedOffset, NaiveDateTime};

use crate::units::UtcMicros;

/// Ranges of prefixes whose clock is not Moscow's, with their hours from UTC.
const ZONES: [(u32, u32, i32); 22] = [
    (236, 238, 2),
    (410, 416, 4),
    (426, 427, 4),
    (432, 433, 4),
    (443, 446, 4),
    (450, 462, 5),
    (614, 629, 5),
    (630, 636, 7),
    (640, 641, 5),
    (644, 646, 6),
    (647, 663, 7),
    (664, 666, 8),
    (667, 668, 7),
    (669, 671, 8),
    (672, 678, 9),
    (679, 682, 10),
    (683, 684, 12),
    (685, 686, 11),
    (687, 687, 9),
    (688, 689, 12),
    (690, 692, 10),
    (693, 694, 11),
];
const MOSCOW_HOURS: i32 = 3;

/// The instant of `08.09.2015 17:07:00` at a post office.
pub(super) fn instant(local: &str, index: &str) -> Option<UtcMicros> {
    let local = NaiveDateTime::parse_from_str(local.trim(), "%d.%m.%Y %H:%M:%S").ok()?;
    instant_of(local, index)
}

/// The instant of a local time at a place; Moscow's clock where the postcode is not known.
pub fn instant_of(local: NaiveDateTime, postcode: &str) -> Option<UtcMicros> {
    let offset = FixedOffset::east_opt(hours(postcode) * 3_600)?;
    let at = local.and_local_timezone(offset).single()?;
    Some(UtcMicros::from_datetime(at.to_utc()))
}

fn hours(index: &str) -> i32 {
    let prefix: Option<u32> = index.get(..3).and_then(|text| text.parse().ok());
    let zone = prefix.and_then(|prefix| {
        ZONES.iter().find(|(first, last, _)| (*first..=*last).contains(&prefix))
    });
    zone.map_or(MOSCOW_HOURS, |(_, _, hours)| *hours)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn local_times_become_utc_by_the_place() {
        for (index, expected) in [
            ("101000", "2026-11-20T09:00:00.000000Z"),
            ("630099", "2026-11-20T05:00:00.000000Z"),
            ("236006", "2026-11-20T10:00:00.000000Z"),
            ("683000", "2026-11-20T00:00:00.000000Z"),
            ("0", "2026-11-20T09:00:00.000000Z"),
        ] {
            let at = instant("20.11.2026 12:00:00", index).unwrap();
            assert_eq!(at.to_string(), expected, "{index}");
        }
        assert_eq!(instant("2026-11-20", "101000"), None);
    }
}
