//! What is known of tariffs: their modes and the heaviest parcel, `tariffs.csv`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::carriers::model::{DeliveryMode, Spot};

/// From where to where a tariff goes, by the carrier's number of the mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mode {
    pub(super) from: DeliveryMode,
    pub(super) to: DeliveryMode,
}

impl Mode {
    pub(super) const fn of(number: i64) -> Option<Self> {
        use DeliveryMode::{Door, Locker, Point};
        let (from, to) = match number {
            1 => (Door, Door),
            2 => (Door, Point),
            3 => (Point, Door),
            4 => (Point, Point),
            6 => (Door, Locker),
            7 => (Point, Locker),
            8 => (Locker, Door),
            9 => (Locker, Point),
            10 => (Locker, Locker),
            _ => return None,
        };
        Some(Self { from, to })
    }

    /// Whether it begins there. We bring to offices, never to lockers.
    pub(super) const fn begins_at(self, spot: &Spot) -> bool {
        matches!(
            (self.from, spot),
            (DeliveryMode::Door, Spot::Door(_)) | (DeliveryMode::Point, Spot::Point { .. })
        )
    }

    pub(super) const fn ends_at(self, spot: &Spot) -> bool {
        matches!(
            (self.to, spot),
            (DeliveryMode::Door, Spot::Door(_))
                | (DeliveryMode::Point | DeliveryMode::Locker, Spot::Point { .. })
        )
    }
}

#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct Tariff {
    code: i64,
    mode: i64,
    pub(super) weight_max_g: Option<i64>,
}

impl Tariff {
    pub(super) const fn mode(self) -> Option<Mode> {
        Mode::of(self.mode)
    }
}

static TARIFFS: LazyLock<BTreeMap<i64, Tariff>> = LazyLock::new(|| {
    let mut reader = csv::Reader::from_reader(include_bytes!("../tariffs.csv").as_slice());
    let lines = reader.deserialize::<Tariff>();
    lines
        .map(|line| line.expect("the table of tariffs is valid"))
        .map(|one| (one.code, one))
        .collect()
});

/// What is known of a tariff; tariffs of new families are not.
pub(super) fn tariff(code: i64) -> Option<Tariff> {
    TARIFFS.get(&code).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tariff_of_the_table_has_a_mode() {
        assert!(TARIFFS.len() > 40);
        for one in TARIFFS.values() {
            assert!(one.mode().is_some(), "{one:?}");
        }
        assert_eq!(tariff(137).unwrap().mode(), Mode::of(3));
        assert_eq!(tariff(368).unwrap().weight_max_g, Some(30_000));
    }
}
