//! What happened to an order, and what webhooks speak of.

use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::Value;

use super::times::instant;
use crate::carriers::CarrierError;
use crate::carriers::cdek::CODE;
use crate::carriers::cdek::wire::{HookEvent, OrderEntity, Related, Status};
use crate::carriers::model::{
    DeliveryStatus, EventFlag, Leg, Meaning, ShipmentRef, TrackEvent, WebhookHint,
};
use crate::carriers::statuses::StatusTable;

pub(in super::super) static STATUSES: LazyLock<StatusTable> =
    LazyLock::new(|| StatusTable::parse(include_str!("../status.csv")));

/// The sub-code of an event that the carrier took back.
const REVOKED: &str = "deleted";

/// Whose events they are: an undelivered order comes back under a number of its own.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Whose {
    Order,
    /// Of an order that was not delivered.
    Return,
    /// Of a buyer who got it and sends it back, or of a reverse order.
    Customer,
}

pub(super) fn statuses(entity: &OrderEntity) -> Vec<Status> {
    entity.statuses.iter().filter_map(|raw| Status::deserialize(raw).ok()).collect()
}

pub(in super::super) fn direct_events(
    entity: &OrderEntity,
) -> Result<Vec<TrackEvent>, CarrierError> {
    events(entity, Whose::Order)
}

pub(in super::super) fn return_events(
    entity: &OrderEntity,
) -> Result<Vec<TrackEvent>, CarrierError> {
    events(entity, Whose::Return)
}

pub(in super::super) fn customer_events(
    entity: &OrderEntity,
) -> Result<Vec<TrackEvent>, CarrierError> {
    events(entity, Whose::Customer)
}

/// Oldest first. Arrays come newest first, but that is not promised, and stamps may be equal.
fn events(entity: &OrderEntity, whose: Whose) -> Result<Vec<TrackEvent>, CarrierError> {
    let is_part = is_partly_taken(entity);
    let mut events = Vec::new();
    for raw in entity.statuses.iter().rev() {
        let (event, taken_back) = event(raw, whose, is_part)?;
        events.push(event);
        events.extend(taken_back);
    }
    events.sort_by_key(|event| (event.at, event.code != "ACCEPTED"));
    Ok(events)
}

/// What a status says, and what takes it back where the carrier revoked it. Whoever hears of both at
/// once needs both: taking back is taking back the last event before it.
fn event(
    raw: &Value,
    whose: Whose,
    is_part: IsPart,
) -> Result<(TrackEvent, Option<TrackEvent>), CarrierError> {
    let malformed = |said: String| CarrierError::malformed(CODE, said);
    let status = Status::deserialize(raw).map_err(|error| malformed(format!("status: {error}")))?;
    let at = instant(&status.date_time.0)
        .ok_or_else(|| malformed(format!("time of a status: {:?}", status.date_time.0)))?;
    let mut code = status.code.0.clone();
    if !status.reason_code.0.is_empty() {
        code = format!("{code}.{}", status.reason_code.0);
    }
    let event = TrackEvent {
        meaning: meaning_of(&status, &code, whose, is_part),
        code,
        words: status.name.0,
        at,
        place: status.city.0,
        leg: if whose == Whose::Order { Leg::Direct } else { Leg::Return },
        raw: raw.clone(),
    };
    let taken_back = (status.deleted == Some(true)).then(|| taken_back(&event));
    Ok((event, taken_back))
}

/// Where the status itself said nothing, nothing is taken back: it would be the event before it.
fn taken_back(event: &TrackEvent) -> TrackEvent {
    let said =
        |meaning: Meaning| meaning.status.is_some() || meaning.flag == Some(EventFlag::Problem);
    let flag = if event.meaning.is_some_and(said) { EventFlag::Annuls } else { EventFlag::Info };
    TrackEvent {
        code: format!("{}.{REVOKED}", event.code),
        meaning: Some(Meaning { status: None, flag: Some(flag) }),
        ..event.clone()
    }
}

/// A reason that the table does not tell apart changes nothing.
fn meaning_of(status: &Status, code: &str, whose: Whose, is_part: IsPart) -> Option<Meaning> {
    let known = STATUSES.meaning(code).or_else(|| STATUSES.meaning(&status.code.0))?;
    Some(match whose {
        Whose::Order if is_part == IsPart::Yes => partly(known),
        Whose::Order => known,
        Whose::Return => on_the_way_back(known),
        Whose::Customer => Meaning { status: None, flag: Some(EventFlag::Info) },
    })
}

fn partly(known: Meaning) -> Meaning {
    match known.status {
        Some(DeliveryStatus::Delivered) => {
            Meaning { status: Some(DeliveryStatus::PartlyDelivered), ..known }
        }
        _ => known,
    }
}

/// The return's own end is the sender's door.
const fn on_the_way_back(known: Meaning) -> Meaning {
    let status = match known.status {
        Some(DeliveryStatus::Delivered | DeliveryStatus::PartlyDelivered) => {
            Some(DeliveryStatus::Returned)
        }
        Some(DeliveryStatus::Lost) => Some(DeliveryStatus::Lost),
        Some(DeliveryStatus::Cancelled) | None => None,
        Some(_) => Some(DeliveryStatus::Returning),
    };
    let flag = match (status, known.flag) {
        (None, None) => Some(EventFlag::Info),
        (_, flag) => flag,
    };
    Meaning { status, flag }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum IsPart {
    Yes,
    No,
}

/// The buyer took something, and not all.
fn is_partly_taken(entity: &OrderEntity) -> IsPart {
    let zero = crate::carriers::amounts::JsonDecimal::default();
    let items = || entity.packages.iter().flat_map(|package| &package.items);
    let took_something =
        items().any(|item| item.delivery_amount.is_some_and(|took| took.0 > zero.0));
    let left_something = items().any(|item| {
        matches!((item.delivery_amount, item.amount), (Some(took), Some(all)) if took.0 < all.0)
    });
    if took_something && left_something { IsPart::Yes } else { IsPart::No }
}

/// Shipments that a message speaks of. Messages of papers and offices speak of none.
pub(in super::super) fn hints(body: &[u8]) -> Result<Vec<WebhookHint>, CarrierError> {
    let malformed =
        |error: serde_json::Error| CarrierError::malformed(CODE, format!("webhook: {error}"));
    let raw: serde_json::Map<String, Value> = serde_json::from_slice(body).map_err(malformed)?;
    let raw = Value::Object(raw);
    let event = HookEvent::deserialize(&raw).map_err(malformed)?;
    if ["PRINT_FORM", "PREALERT_CLOSED", "OFFICE_AVAILABILITY"].contains(&event.kind.0.as_str()) {
        return Ok(Vec::new());
    }
    let attributes = event.attributes;
    let direct =
        |one: &&Related| ["direct_order", "client_direct_order"].contains(&one.kind.0.as_str());
    // A return has a number of its own: what it came from is the shipment that is known here.
    let reference = match attributes.related_entities.iter().find(direct) {
        Some(direct) => ShipmentRef {
            id: direct.uuid.0.clone(),
            track: direct.cdek_number.0.clone(),
            ..ShipmentRef::default()
        },
        None => ShipmentRef {
            number: attributes.number.0,
            // The id of an agreement on delivery is told here by some versions: only orders' are taken.
            id: if is_of_order(&event.kind.0) { event.uuid.0 } else { String::new() },
            track: attributes.cdek_number.0,
            ..ShipmentRef::default()
        },
    };
    let is_named =
        [&reference.number, &reference.id, &reference.track].iter().any(|one| !one.is_empty());
    Ok(if is_named { vec![WebhookHint { reference, raw }] } else { Vec::new() })
}

/// Messages whose id is the order's.
fn is_of_order(kind: &str) -> bool {
    ["ORDER_STATUS", "ORDER_MODIFIED", "ACCOMPANYING_WAYBILL", "DELIV_AGREEMENT", "DELIV_PROBLEM"]
        .contains(&kind)
}
