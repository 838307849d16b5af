//! What became of a cargo: titles instead of codes, and rows that are taken back.

use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::Value;

use super::super::wire::{HistoryRow, StatusInfo};
use crate::carriers::local::moscow_instant;
use crate::carriers::model::{DeliveryStatus, EventFlag, Goal, Leg, Meaning, TrackEvent};
use crate::carriers::statuses::StatusTable;
use crate::units::UtcMicros;

pub(in super::super) static STATUSES: LazyLock<StatusTable> =
    LazyLock::new(|| StatusTable::parse(include_str!("../status.csv")));

/// A status as people read it, made comparable: lower case, ё as е, no punctuation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Title(pub(in super::super) String);

impl Title {
    pub(in super::super) fn of(name: &str) -> Self {
        let plain: String = name
            .to_lowercase()
            .chars()
            .map(|letter| if letter == 'ё' { 'е' } else { letter })
            .map(|letter| if letter.is_alphanumeric() { letter } else { ' ' })
            .collect();
        let words: Vec<&str> = plain.split_whitespace().collect();
        if let ["выдан", "мест", given, "из", all] = words[..]
            && let (Ok(given), Ok(all)) = (given.parse::<u32>(), all.parse::<u32>())
        {
            let told = if given < all {
                "выдан часть мест"
            } else {
                "выдан все места"
            };
            return Self(told.to_owned());
        }
        Self(words.join(" "))
    }

    /// Taken back before the carrier got it.
    pub(in super::super) fn is_annulled(&self) -> bool {
        self.0 == "аннулировано до приемки груза"
    }

    /// The sender brings it: nobody was sent to fetch it.
    pub(in super::super) fn is_awaited(&self) -> bool {
        self.0 == "ожидается передача груза от отправителя"
    }
}

struct Told<'a> {
    title: Title,
    words: String,
    at: UtcMicros,
    is_cancel: bool,
    raw: &'a Value,
}

/// Events in the order of time. A row that was taken back is told as what it was and, right after
/// it, as its annulment: whoever heard of it before and whoever did not come to the same.
pub(in super::super) fn events(
    rows: &[Value],
    info: &StatusInfo,
    goal: Option<&Goal>,
) -> Vec<TrackEvent> {
    let mut told: Vec<Told<'_>> = rows.iter().filter_map(read).collect();
    told.sort_by(|one, other| (one.at, &one.title.0).cmp(&(other.at, &other.title.0)));
    told.dedup_by(|one, other| (one.at, &one.title.0) == (other.at, &other.title.0));
    let is_planned = info.delivery_plan_date.as_ref().is_some_and(|date| !date.trim().is_empty());
    // The day of the last mile is planned late: before that a branch on the way looks like the end.
    let to_door = goal.map_or(is_planned, |goal| *goal == Goal::Door);
    let mut leg = Leg::Direct;
    let mut events = Vec::new();
    for row in told {
        let meaning = STATUSES.meaning(&row.title.0);
        let status = meaning.and_then(|meaning| meaning.status);
        if status == Some(DeliveryStatus::Returning) && !row.is_cancel {
            leg = Leg::Return;
        }
        let meaning = meaning.map(|meaning| Meaning {
            status: status.map(|status| on_leg(status, leg, to_door)),
            ..meaning
        });
        let event = TrackEvent {
            code: row.title.0,
            words: row.words,
            at: row.at,
            place: String::new(),
            leg,
            meaning,
            raw: row.raw.clone(),
        };
        // What is in no table moved nothing, and so its annulment must not take back anything that did.
        let moves =
            |meaning: Meaning| meaning.status.is_some() || meaning.flag == Some(EventFlag::Problem);
        let annuls = row.is_cancel && event.meaning.is_some_and(moves);
        let annulment = annuls.then(|| TrackEvent {
            code: format!("{}.отменено", event.code),
            at: UtcMicros::from_micros(event.at.micros().saturating_add(1)),
            meaning: Some(Meaning { status: None, flag: Some(EventFlag::Annuls) }),
            ..event.clone()
        });
        events.push(event);
        events.extend(annulment);
    }
    events
}

fn read(raw: &Value) -> Option<Told<'_>> {
    let row = HistoryRow::deserialize(raw).ok()?;
    let words = row.name?;
    let at = moscow_instant(&row.date?)?;
    let is_cancel = row.is_cancel == Some(true);
    Some(Told { title: Title::of(&words), words, at, is_cancel, raw })
}

fn on_leg(status: DeliveryStatus, leg: Leg, to_door: bool) -> DeliveryStatus {
    use DeliveryStatus::{
        Accepted, ArrivedAtPoint, Created, Delivered, InTransit, OutForDelivery, Returned,
        Returning,
    };
    match (leg, status) {
        (Leg::Return, Created | Accepted | InTransit | ArrivedAtPoint | OutForDelivery) => {
            Returning
        }
        (Leg::Return, Delivered) => Returned,
        (Leg::Direct, ArrivedAtPoint) if to_door => InTransit,
        (_, status) => status,
    }
}
