//! What became of an order.

use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::Value;

use super::super::wire::{HistoryRow, Order};
use crate::carriers::local::moscow_instant;
use crate::carriers::model::{DeliveryStatus, Leg, Meaning, TrackEvent};
use crate::carriers::statuses::StatusTable;
use crate::units::UtcMicros;

pub(in super::super) static STATUSES: LazyLock<StatusTable> =
    LazyLock::new(|| StatusTable::parse(include_str!("../status.csv")));

/// What of an order decides how its states are read.
#[derive(Debug, Clone, Copy, Default)]
pub(in super::super) struct Course {
    /// It ends at a door: a terminal on its way is no point of arrival.
    to_door: Option<bool>,
    is_returned: Option<bool>,
    returned_at: Option<UtcMicros>,
}

impl From<&Order> for Course {
    fn from(order: &Order) -> Self {
        Self {
            to_door: order.ordered_delivery_to_address,
            is_returned: order.return_state,
            returned_at: order.return_date.as_deref().and_then(moscow_instant),
        }
    }
}

impl Course {
    /// Without a date of the return only the present state is on the way back.
    fn leg(&self, at: UtcMicros, is_last: impl FnOnce() -> bool) -> Leg {
        let back = self.is_returned == Some(true)
            && self.returned_at.map_or_else(is_last, |returned_at| at >= returned_at);
        if back { Leg::Return } else { Leg::Direct }
    }

    fn meaning(&self, code: &str, leg: Leg) -> Option<Meaning> {
        use DeliveryStatus::{ArrivedAtPoint, Delivered, InTransit, Returned, Returning};
        let meaning = STATUSES.meaning(code)?;
        let status = meaning.status.map(|status| match (leg, status) {
            (Leg::Return, Delivered) => Returned,
            (Leg::Return, DeliveryStatus::Cancelled) => DeliveryStatus::Cancelled,
            (Leg::Return, _) => Returning,
            (Leg::Direct, ArrivedAtPoint) if self.to_door == Some(true) => InTransit,
            (Leg::Direct, status) => status,
        });
        Some(Meaning { status, ..meaning })
    }
}

/// Events of one order in the order of time. A state and its refinement are two events: one that is
/// not known does not hide the other.
pub(in super::super) fn events(rows: &[Value], course: &Course) -> Vec<TrackEvent> {
    let mut told: Vec<(String, String, UtcMicros, &Value)> = Vec::new();
    for raw in rows {
        let Ok(row) = HistoryRow::deserialize(raw) else { continue };
        let (Some(state), Some(at)) = (row.state, instant(row.state_date.as_ref())) else {
            continue;
        };
        let words = row.state_name.unwrap_or_default();
        if let Some(detail) = row.detailed_status.filter(|detail| *detail != state) {
            let at = instant(row.detailed_status_date.as_ref()).unwrap_or(at);
            let words = row.detailed_status_rus.unwrap_or_else(|| words.clone());
            told.push((format!("{state}.{detail}"), words, at, raw));
        }
        told.push((state, words, at, raw));
    }
    told.sort_by(|one, other| (one.2, &one.0).cmp(&(other.2, &other.0)));
    told.dedup_by(|one, other| (one.2, &one.0) == (other.2, &other.0));
    let last = told.last().map(|(_, _, at, _)| *at);
    let event = |(code, words, at, raw): (String, String, UtcMicros, &Value)| {
        let leg = course.leg(at, || Some(at) == last);
        let meaning = course.meaning(&code, leg);
        let raw = raw.clone();
        TrackEvent { meaning, code, words, at, place: String::new(), leg, raw }
    };
    told.into_iter().map(event).collect()
}

fn instant(text: Option<&String>) -> Option<UtcMicros> {
    text.and_then(|text| moscow_instant(text))
}
