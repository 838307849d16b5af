//! The history of an item as our events.
//!
//! A return has no codes of its own: after "Возврат" (type 3) or "Возврат скомплектован" the same
//! codes tell of the way back, under the same number.

use std::sync::LazyLock;

use serde_json::Value;

use crate::carriers::model::{
    DeliveryStatus, EventFlag, Goal, Leg, Meaning, ShipmentRef, Track, TrackEvent,
};
use crate::carriers::post::wire::{HistoryRecord, PostalOrderEvent, TicketItem};
use crate::carriers::statuses::StatusTable;
use crate::carriers::zone;
use crate::units::UtcMicros;

const STATUS_CSV: &str = include_str!("../status.csv");

/// All operations (`OperType.OperAttr`) and events of money transfers (`cod.EventType`).
pub(in super::super) fn table() -> &'static StatusTable {
    static TABLE: LazyLock<StatusTable> = LazyLock::new(|| StatusTable::parse(STATUS_CSV));
    &TABLE
}

/// An operation before its leg is known.
struct Operation {
    code: String,
    words: String,
    at: UtcMicros,
    index: String,
    place: String,
    destination: String,
    raw: Value,
}

/// What `rtm34` told, with the events of the money transfer where there are any.
///
/// Operations whose time cannot be read are left out: they have no place in the order.
pub(in super::super) fn history_track(
    reference: &ShipmentRef,
    records: &[HistoryRecord],
    transfers: &[PostalOrderEvent],
) -> Track {
    let operations = records.iter().filter_map(|record| {
        let operation = &record.operation;
        let place = &record.address.operation;
        Some(Operation {
            code: format!("{}.{}", operation.kind.id, operation.attribute.id),
            words: words(&operation.kind.name, &operation.attribute.name),
            at: operation.date.parse().ok()?,
            index: place.index.clone(),
            place: place_of(&place.index, &place.description),
            destination: record.address.destination.index.clone(),
            raw: serde_json::to_value(record).unwrap_or_default(),
        })
    });
    let mut track = track(reference, operations.collect());
    track.events.extend(transfers.iter().filter_map(transfer_event));
    track.events.sort_by_key(|event| event.at);
    track
}

/// What became of the money alone.
pub(in super::super) fn transfer_track(
    reference: &ShipmentRef,
    transfers: &[PostalOrderEvent],
) -> Track {
    let events = transfers.iter().filter_map(transfer_event).collect();
    Track { reference: reference.clone(), events }
}

/// Money has no way back of its own: told with a history or alone, it is the same event.
fn transfer_event(event: &PostalOrderEvent) -> Option<TrackEvent> {
    let code = format!("cod.{}", event.kind);
    Some(TrackEvent {
        words: event.name.clone(),
        at: event.date.parse().ok()?,
        place: event.index.clone(),
        leg: Leg::Direct,
        meaning: table().meaning(&code),
        raw: serde_json::to_value(event).unwrap_or_default(),
        code,
    })
}

/// What the answer to a ticket told. Its words are only those of the type.
pub(in super::super) fn ticket_track(reference: &ShipmentRef, item: &TicketItem) -> Track {
    let operations = item.operations.iter().filter_map(|operation| {
        let code = format!("{}.{}", operation.kind, operation.attribute);
        let words =
            table().find(&code).map_or_else(|| operation.name.clone(), |row| row.name.clone());
        Some(Operation {
            words,
            code,
            at: zone::instant(&operation.date, &operation.index)?,
            index: operation.index.clone(),
            place: place_of(&operation.index, ""),
            destination: String::new(),
            raw: serde_json::to_value(operation).unwrap_or_default(),
        })
    });
    track(reference, operations.collect())
}

fn words(kind: &str, attribute: &str) -> String {
    let parts = [kind, attribute].into_iter().filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join(": ")
}

fn place_of(index: &str, description: &str) -> String {
    let known = Some(index).filter(|index| !index.is_empty() && *index != "0");
    let parts = known.into_iter().chain(Some(description).filter(|text| !text.is_empty()));
    parts.collect::<Vec<_>>().join(" ")
}

/// Gives every operation its leg and its meaning. They come in any order, some of them twice.
///
/// What begins the way back is the last of the way there: a part of the goods was taken at the buyer's
/// office. A hand-over at that very office calls the return off.
fn track(reference: &ShipmentRef, mut operations: Vec<Operation>) -> Track {
    operations.sort_by_key(|operation| operation.at);
    operations.dedup_by(|one, other| {
        one.code == other.code && one.at == other.at && one.index == other.index
    });
    let standings = standings(&operations);
    let mut leg = Leg::Direct;
    let mut destination = office(reference);
    let mut events = Vec::with_capacity(operations.len());
    for (operation, standing) in operations.into_iter().zip(standings) {
        let known = table().meaning(&operation.code);
        let is_annulled = standing == Standing::Annulled;
        let begins = begins_return(&operation.code) && !is_annulled;
        if leg == Leg::Direct && !begins && operation.destination.len() == 6 {
            destination.clone_from(&operation.destination);
        }
        let is_own_office = !destination.is_empty() && operation.index == destination;
        let is_handed_out = known.and_then(|known| known.status) == Some(DeliveryStatus::Delivered);
        if is_handed_out && is_own_office && !is_annulled {
            leg = Leg::Direct;
        }
        let meaning = match standing {
            Standing::Idle => Some(Meaning { status: None, flag: Some(EventFlag::Info) }),
            Standing::Annulled | Standing::Holds => known.map(|known| on_leg(known, leg)),
        };
        let Operation { code, words, at, place, raw, .. } = operation;
        events.push(TrackEvent { code, words, at, place, leg, meaning, raw });
        if begins {
            leg = Leg::Return;
        }
    }
    Track { reference: reference.clone(), events }
}

/// The office that the item goes to, before a record names it: tickets name none.
fn office(reference: &ShipmentRef) -> String {
    match &reference.goal {
        Some(Goal::Point(code)) if code.len() == 6 => code.clone(),
        _ => String::new(),
    }
}

/// What became of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    Holds,
    /// A later one takes it back.
    Annulled,
    /// It takes back what moved nothing, and so must not take back anything that did.
    Idle,
}

/// Which operations a later one takes back (type 26): the one right before it that still counts.
fn standings(operations: &[Operation]) -> Vec<Standing> {
    let mut standings = vec![Standing::Holds; operations.len()];
    let mut open: Vec<(usize, bool)> = Vec::new();
    for (at, operation) in operations.iter().enumerate() {
        let meaning = table().meaning(&operation.code);
        let flag = meaning.and_then(|meaning| meaning.flag);
        if flag != Some(EventFlag::Annuls) {
            let is_status = meaning.is_some_and(|meaning| meaning.status.is_some());
            open.push((at, is_status || flag == Some(EventFlag::Problem)));
            continue;
        }
        let before = open.pop();
        if let Some((before, _)) = before {
            standings[before] = Standing::Annulled;
        }
        if before.is_none_or(|(_, says)| !says) {
            standings[at] = Standing::Idle;
        }
    }
    standings
}

/// "Возврат", "Зарегистрировано заявление на возврат", "Возврат скомплектован".
fn begins_return(code: &str) -> bool {
    code.starts_with("3.") || ["8.36", "8.41"].contains(&code)
}

/// What a code means on this leg. On the way back a hand-over is one to the sender.
fn on_leg(known: Meaning, leg: Leg) -> Meaning {
    use DeliveryStatus as Status;
    if leg == Leg::Direct {
        return known;
    }
    let status = known.status.map(|status| match status {
        Status::Accepted | Status::InTransit | Status::ArrivedAtPoint | Status::OutForDelivery => {
            Status::Returning
        }
        Status::Delivered => Status::Returned,
        other => other,
    });
    Meaning { status, ..known }
}
