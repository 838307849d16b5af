//! Quantities with their unit in the type: nobody adds grams to kopecks by accident.
//!
//! **Invariant:** all of them are whole numbers. Arithmetic is checked; an overflow is an error,
//! not a wrapped sum.
//! **Invariant:** nothing here reads the clock but [`Clock`].

mod clock;
mod time;

pub use clock::Clock;
pub use time::{Day, UtcMicros};

use serde::{Deserialize, Serialize};

/// A result that does not fit into 64 bits, or a negative count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the quantity is out of range")]
pub struct OutOfRange;

macro_rules! quantity {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default,
            Serialize, Deserialize, utoipa::ToSchema,
        )]
        #[serde(transparent)]
        pub struct $name(i64);

        impl $name {
            pub const ZERO: Self = Self(0);

            pub const fn new(value: i64) -> Self {
                Self(value)
            }

            pub const fn get(self) -> i64 {
                self.0
            }

            pub fn checked_add(self, other: Self) -> Result<Self, OutOfRange> {
                self.0.checked_add(other.0).map(Self).ok_or(OutOfRange)
            }

            pub fn checked_sub(self, other: Self) -> Result<Self, OutOfRange> {
                self.0.checked_sub(other.0).map(Self).ok_or(OutOfRange)
            }

            pub fn checked_times(self, factor: i64) -> Result<Self, OutOfRange> {
                self.0.checked_mul(factor).map(Self).ok_or(OutOfRange)
            }

            pub const fn is_positive(self) -> bool {
                self.0 > 0
            }

            pub const fn is_zero(self) -> bool {
                self.0 == 0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl From<$name> for crate::db::Arg {
            fn from(value: $name) -> Self {
                Self::Int(Some(value.0))
            }
        }

        impl From<Option<$name>> for crate::db::Arg {
            fn from(value: Option<$name>) -> Self {
                Self::Int(value.map(|v| v.0))
            }
        }

        impl crate::db::FromColumn for $name {
            fn from_column(row: &crate::db::Row<'_>, index: usize) -> Result<Self, crate::db::DbError> {
                i64::from_column(row, index).map(Self)
            }
        }
    };
}

quantity!(
    /// Money in kopecks (копейки).
    Kopecks
);
quantity!(
    /// Weight in grams (граммы).
    Grams
);
quantity!(
    /// Length in millimetres (миллиметры).
    Millimetres
);
quantity!(
    /// Volume in cubic centimetres.
    CubicCentimetres
);
quantity!(
    /// Base units of a product (штуки).
    Pieces
);

impl CubicCentimetres {
    /// Rounded up: so much room it needs.
    pub const fn of_cubic_millimetres(volume: i64) -> Self {
        Self(volume.saturating_add(999) / 1_000)
    }
}

impl Kopecks {
    /// `1 234,56 ₽` as Russian documents write it.
    pub fn to_roubles_text(self) -> String {
        let sign = if self.0 < 0 { "−" } else { "" };
        let value = self.0.unsigned_abs();
        let whole = (value / 100).to_string();
        let mut grouped = String::new();
        for (index, digit) in whole.chars().enumerate() {
            if index > 0 && (whole.len() - index).is_multiple_of(3) {
                grouped.push('\u{a0}');
            }
            grouped.push(digit);
        }
        format!("{sign}{grouped},{:02}\u{a0}₽", value % 100)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_overflow_is_an_error() {
        assert_eq!(Pieces::new(i64::MAX).checked_add(Pieces::new(1)), Err(OutOfRange));
        assert_eq!(Kopecks::new(i64::MIN).checked_sub(Kopecks::new(1)), Err(OutOfRange));
        assert_eq!(Grams::new(i64::MAX).checked_times(2), Err(OutOfRange));
    }

    #[test]
    fn roubles_are_written_as_documents_write_them() {
        assert_eq!(Kopecks::new(123_456_789).to_roubles_text(), "1\u{a0}234\u{a0}567,89\u{a0}₽");
        assert_eq!(Kopecks::new(-5).to_roubles_text(), "−0,05\u{a0}₽");
    }
}
