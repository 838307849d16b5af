//! Instants and days. An instant is UTC with microseconds; a day belongs to no time zone.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Days, FixedOffset, NaiveDate, NaiveDateTime, SecondsFormat, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::db::{Arg, DbError, FromColumn, Row};

/// Microseconds since 1970-01-01 UTC. RFC 3339 in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct UtcMicros(i64);

/// Moscow time, in which papers and carriers' cut-offs are written; without daylight saving
/// since 2014 (Federal law 248-FZ of 21.07.2014).
const MOSCOW_OFFSET_S: i32 = 3 * 3600;

fn moscow() -> FixedOffset {
    FixedOffset::east_opt(MOSCOW_OFFSET_S).expect("three hours is a valid offset")
}

impl UtcMicros {
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    pub const fn micros(self) -> i64 {
        self.0
    }

    pub fn from_datetime(at: DateTime<Utc>) -> Self {
        Self(at.timestamp_micros())
    }

    /// The instant as chrono has it; an instant beyond its calendar becomes 1970.
    pub fn to_datetime(self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.0).unwrap_or_default()
    }

    #[must_use]
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(1_000_000)))
    }

    pub const fn seconds_since(self, earlier: Self) -> i64 {
        (self.0 - earlier.0) / 1_000_000
    }

    /// The day in Moscow.
    pub fn moscow_day(self) -> Day {
        Day(self.in_moscow().date_naive())
    }

    /// `22.11.2026 14:05` in Moscow.
    pub fn moscow_text(self) -> String {
        self.moscow_format("%d.%m.%Y %H:%M")
    }

    /// The time in Moscow, in a pattern of chrono.
    pub fn moscow_format(self, pattern: &str) -> String {
        self.in_moscow().format(pattern).to_string()
    }

    /// The instant of a Moscow time; nothing beyond the calendar.
    pub fn from_moscow(local: NaiveDateTime) -> Option<Self> {
        let at = local.and_local_timezone(moscow()).single()?;
        Some(Self::from_datetime(at.to_utc()))
    }

    fn in_moscow(self) -> DateTime<FixedOffset> {
        self.to_datetime().with_timezone(&moscow())
    }
}

impl fmt::Display for UtcMicros {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_datetime().to_rfc3339_opts(SecondsFormat::Micros, true))
    }
}

impl FromStr for UtcMicros {
    type Err = chrono::ParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        DateTime::parse_from_rfc3339(text).map(|at| Self::from_datetime(at.to_utc()))
    }
}

/// A calendar day, `2026-11-22`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(NaiveDate);

impl Day {
    pub const fn from_date(date: NaiveDate) -> Self {
        Self(date)
    }

    pub const fn date(self) -> NaiveDate {
        self.0
    }

    /// The day after; nothing at the end of the calendar.
    pub fn next(self) -> Option<Self> {
        self.0.succ_opt().map(Self)
    }

    /// So many days later; itself where the calendar ends.
    #[must_use]
    pub fn plus_days(self, days: u64) -> Self {
        Self(self.0.checked_add_days(Days::new(days)).unwrap_or(self.0))
    }

    /// So many days earlier; itself where the calendar begins.
    #[must_use]
    pub fn minus_days(self, days: u64) -> Self {
        Self(self.0.checked_sub_days(Days::new(days)).unwrap_or(self.0))
    }

    /// How many days it is after another; negative when it is before.
    pub fn days_since(self, earlier: Self) -> i64 {
        self.0.signed_duration_since(earlier.0).num_days()
    }

    /// `22.11.2026`.
    pub fn russian_text(self) -> String {
        self.0.format("%d.%m.%Y").to_string()
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.format("%Y-%m-%d").fmt(f)
    }
}

impl FromStr for Day {
    type Err = chrono::ParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        NaiveDate::parse_from_str(text, "%Y-%m-%d").map(Self)
    }
}

macro_rules! text_in_json {
    ($name:ident, $format:ident) => {
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .format(Some(utoipa::openapi::SchemaFormat::KnownFormat(
                        utoipa::openapi::KnownFormat::$format,
                    )))
                    .into()
            }
        }

        impl utoipa::ToSchema for $name {}

        impl From<$name> for Arg {
            fn from(value: $name) -> Self {
                Self::from(Some(value))
            }
        }
    };
}

text_in_json!(UtcMicros, DateTime);
text_in_json!(Day, Date);

impl From<Option<UtcMicros>> for Arg {
    fn from(value: Option<UtcMicros>) -> Self {
        Self::Time(value)
    }
}

impl From<Option<Day>> for Arg {
    fn from(value: Option<Day>) -> Self {
        Self::Day(value)
    }
}

impl FromColumn for UtcMicros {
    fn from_column(row: &Row<'_>, index: usize) -> Result<Self, DbError> {
        row.time(index)?.ok_or(DbError::UnexpectedNull { index })
    }
}

impl FromColumn for Day {
    fn from_column(row: &Row<'_>, index: usize) -> Result<Self, DbError> {
        row.day(index)?.ok_or(DbError::UnexpectedNull { index })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_survives_its_text() {
        let at: UtcMicros = "2026-11-22T21:30:00.000001Z".parse().unwrap();
        assert_eq!(at.to_string().parse(), Ok(at));
        assert_eq!(at.moscow_day().to_string(), "2026-11-23", "Moscow is three hours ahead");
        assert_eq!(at.moscow_text(), "23.11.2026 00:30");
    }
}
