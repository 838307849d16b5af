//! How long money has been where it is: by carrier, shop and state. Pure.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::store::AgeRow;
use crate::ids::OwnerId;
use crate::text_enum;
use crate::units::{Day, Kopecks};

text_enum! {
    /// In whose hands money is that has not come to the shop.
    pub enum AgeState {
        /// The buyer has it.
        Expected = "expected",
        /// The carrier has it, and no register lists it.
        Collected = "collected",
        /// The carrier has it, and a register lists it.
        Registered = "registered",
        /// We have it, and the shop was not told.
        Received = "received",
        /// We have it, and the shop was told.
        Reported = "reported",
        /// We have it, and somebody holds it back, whether the shop was told or not.
        Disputed = "disputed",
    }
}

/// The first and the last day of each bucket; the last one has no end.
const BUCKETS: [(i64, Option<i64>); 5] =
    [(0, Some(3)), (4, Some(7)), (8, Some(14)), (15, Some(30)), (31, None)];

/// Parcels whose money has been where it is for so many days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct AgeBucket {
    pub from_days: i64,
    /// Nothing: and more.
    pub to_days: Option<i64>,
    pub count: i64,
    pub sum_kopecks: Kopecks,
}

/// Money of a shop with a carrier in one state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct AgeLine {
    pub carrier: String,
    pub owner_id: OwnerId,
    pub state: AgeState,
    /// Parcels. One of which a part is in a register and a part is not counts in both states.
    pub count: i64,
    pub sum_kopecks: Kopecks,
    /// After so many days it is late; nothing where it is not the carrier's turn.
    pub late_after_days: Option<i64>,
    pub late_count: i64,
    pub late_kopecks: Kopecks,
    pub buckets: Vec<AgeBucket>,
}

fn empty(row: &AgeRow, late_after_days: Option<i64>) -> AgeLine {
    let bucket = |(from_days, to_days)| {
        let sum_kopecks = Kopecks::ZERO;
        AgeBucket { from_days, to_days, count: 0, sum_kopecks }
    };
    AgeLine {
        carrier: row.carrier.clone(),
        owner_id: row.owner,
        state: row.state,
        count: 0,
        sum_kopecks: Kopecks::ZERO,
        late_after_days,
        late_count: 0,
        late_kopecks: Kopecks::ZERO,
        buckets: BUCKETS.map(bucket).to_vec(),
    }
}

fn add(count: &mut i64, sum: &mut Kopecks, row: &AgeRow) {
    *count += row.count;
    *sum = Kopecks::new(sum.get().saturating_add(row.sum.get()));
}

/// Puts days into buckets. `late_after` is how long a carrier usually takes for a state.
pub fn age(
    rows: &[AgeRow],
    today: Day,
    late_after: impl Fn(&str, AgeState) -> Option<i64>,
) -> Vec<AgeLine> {
    let mut lines: BTreeMap<(&str, OwnerId, AgeState), AgeLine> = BTreeMap::new();
    for row in rows {
        let key = (row.carrier.as_str(), row.owner, row.state);
        let late = late_after(&row.carrier, row.state);
        let line = lines.entry(key).or_insert_with(|| empty(row, late));
        let days = row.day.map_or(0, |day| today.days_since(day)).max(0);
        add(&mut line.count, &mut line.sum_kopecks, row);
        if late.is_some_and(|late| days > late) {
            add(&mut line.late_count, &mut line.late_kopecks, row);
        }
        let fits = |one: &&mut AgeBucket| one.to_days.is_none_or(|to| days <= to);
        if let Some(bucket) = line.buckets.iter_mut().find(fits) {
            add(&mut bucket.count, &mut bucket.sum_kopecks, row);
        }
    }
    lines.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_fall_into_buckets_and_what_is_slower_than_usual_is_late() {
        let owner = OwnerId::new();
        let row = |state, day: &str, count, sum| AgeRow {
            carrier: "cdek".to_owned(),
            owner,
            state,
            day: day.parse().ok(),
            count,
            sum: Kopecks::new(sum),
        };
        let rows = [
            row(AgeState::Collected, "2026-11-22", 1, 100),
            row(AgeState::Collected, "2026-11-19", 2, 200),
            row(AgeState::Collected, "2026-11-18", 1, 1_000),
            row(AgeState::Collected, "2026-10-01", 1, 5_000),
            row(AgeState::Reported, "2026-10-01", 1, 7),
            row(AgeState::Disputed, "2026-11-10", 1, 9),
        ];
        let today = "2026-11-22".parse().expect("a day");
        let late = |_: &str, state| (state == AgeState::Collected).then_some(4);
        let lines = age(&rows, today, late);
        assert_eq!(lines.len(), 3);
        let collected = &lines[0];
        assert_eq!((collected.count, collected.sum_kopecks.get()), (5, 6_300));
        assert_eq!((collected.late_count, collected.late_kopecks.get()), (1, 5_000));
        let buckets: Vec<(i64, i64)> =
            collected.buckets.iter().map(|one| (one.count, one.sum_kopecks.get())).collect();
        assert_eq!(buckets, [(3, 300), (1, 1_000), (0, 0), (0, 0), (1, 5_000)]);
        assert_eq!((lines[1].late_after_days, lines[1].late_count), (None, 0));
        assert_eq!((lines[2].state, lines[2].buckets[2].count), (AgeState::Disputed, 1));
    }
}
