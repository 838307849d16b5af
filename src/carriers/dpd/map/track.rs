//! States of parcels and events of orders.

use std::sync::LazyLock;

use super::malformed;
use crate::carriers::CarrierError;
use crate::carriers::dpd::Queue;
use crate::carriers::dpd::wire::{BatchIn, EventIn, GoodsIn, StateIn};
use crate::carriers::local::moscow;
use crate::carriers::model::{
    DeliveryStatus, EventBatch, Goal, Leg, ShipmentRef, Track, TrackEvent,
};
use crate::carriers::statuses::StatusTable;
use crate::units::UtcMicros;

pub(crate) static STATUSES: LazyLock<StatusTable> =
    LazyLock::new(|| StatusTable::parse(include_str!("../status.csv")));

/// Moscow, where no offset is named.
const PATTERNS: [&str; 2] = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S"];

/// The detail of a state on the way back.
const RETURN: &str = ".return";

/// A time that nobody can read is that of the batch: one event does not stop a queue.
fn time(text: &str, batch: &BatchIn) -> Result<UtcMicros, CarrierError> {
    let at = moscow(text, &PATTERNS).or_else(|| moscow(&batch.doc_date, &PATTERNS));
    at.ok_or_else(|| malformed(format!("an event at {text:?}")))
}

/// A batch of a queue. None: nothing is there, and nothing is to be confirmed.
pub(crate) fn batch(said: &BatchIn) -> Result<Option<EventBatch>, CarrierError> {
    let tracks = tracks(said)?;
    if tracks.is_empty() || ["", "0"].contains(&said.doc_id.as_str()) {
        return Ok(None);
    }
    let is_last = said.result_complete.trim() == "true";
    Ok(Some(EventBatch { id: said.doc_id.clone(), tracks, is_last }))
}

/// What was told of one shipment that was asked for: it is known where it goes.
pub(crate) fn asked(
    said: &BatchIn,
    shipment: &ShipmentRef,
    queue: Queue,
) -> Result<Vec<TrackEvent>, CarrierError> {
    let event = |state: &StateIn| of_state(state, detail(state, shipment, queue), said);
    said.states.iter().map(event).collect()
}

/// What a state means beside its word, for who knows more than the state says.
///
/// A parcel that goes to a point waits for its buyer at the terminal that delivers it, or at the
/// terminal that is its point. Where events are told, they say how it was handed out: a state would
/// say that all of it was.
fn detail(state: &StateIn, shipment: &ShipmentRef, queue: Queue) -> &'static str {
    if is_return(state) {
        return RETURN;
    }
    match (state.new_state.as_str(), &shipment.goal) {
        ("OnTerminalDelivery", Some(Goal::Point(_))) => ".point",
        ("OnTerminal", Some(Goal::Point(code))) if *code == state.terminal_code => ".point",
        ("Delivered", _) if queue == Queue::Events => ".by_events",
        _ => "",
    }
}

fn is_return(state: &StateIn) -> bool {
    state.is_return.trim() == "true"
}

/// What was told, shipment by shipment, in the order in which it was told.
pub(crate) fn tracks(said: &BatchIn) -> Result<Vec<Track>, CarrierError> {
    let mut tracks: Vec<Track> = Vec::new();
    let mut add = |reference: ShipmentRef, event: TrackEvent| {
        let same = |track: &&mut Track| {
            let known = &track.reference;
            (&known.number, &known.track) == (&reference.number, &reference.track)
        };
        match tracks.iter_mut().find(same) {
            Some(track) => track.events.push(event),
            None => tracks.push(Track { reference, events: vec![event] }),
        }
    };
    for state in &said.states {
        let detail = if is_return(state) { RETURN } else { "" };
        let event = of_state(state, detail, said)?;
        add(reference(&state.client_order_nr, &state.dpd_order_nr), event);
    }
    for event in &said.event {
        add(reference(&event.client_order_nr, &event.dpd_order_nr), of_event(event, said)?);
    }
    Ok(tracks)
}

fn reference(number: &str, track: &str) -> ShipmentRef {
    ShipmentRef { number: number.to_owned(), track: track.to_owned(), ..ShipmentRef::default() }
}

fn of_state(state: &StateIn, detail: &str, batch: &BatchIn) -> Result<TrackEvent, CarrierError> {
    let code = format!("{}{detail}", state.new_state);
    let row = STATUSES.find(&code);
    let known = row.map_or_else(|| state.new_state.clone(), |row| row.name.clone());
    let words = [known.as_str(), &state.incident_name].join(" ").trim().to_owned();
    Ok(TrackEvent {
        words,
        at: time(&state.transition_time, batch)?,
        place: [state.terminal_city.as_str(), &state.terminal_code].join(" ").trim().to_owned(),
        leg: leg(&code, is_return(state)),
        meaning: STATUSES.meaning(&code),
        raw: serde_json::to_value(state).map_err(malformed)?,
        code,
    })
}

fn leg(code: &str, is_return: bool) -> Leg {
    let status = STATUSES.meaning(code).and_then(|meaning| meaning.status);
    let is_back = matches!(status, Some(DeliveryStatus::Returning | DeliveryStatus::Returned));
    if is_return || is_back { Leg::Return } else { Leg::Direct }
}

fn of_event(event: &EventIn, batch: &BatchIn) -> Result<TrackEvent, CarrierError> {
    let code = code_of(event);
    let parameter = |name: &str| {
        let found = event.parameter.iter().find(|parameter| parameter.param_name == name);
        found.map(|parameter| parameter.value_string.clone()).unwrap_or_default()
    };
    let words = [event.event_name.as_str(), &event.reason_name].join(" ").trim().to_owned();
    Ok(TrackEvent {
        words,
        at: time(&event.event_date, batch)?,
        place: parameter("PointCity"),
        leg: leg(&code, false),
        meaning: STATUSES.meaning(&code),
        raw: serde_json::to_value(event).map_err(malformed)?,
        code,
    })
}

/// The number of an event; where goods were handed out, with what the lines say of them. Words that
/// are not understood make a code that no table has: a person looks.
fn code_of(event: &EventIn) -> String {
    let number = event.event_number.trim();
    if !["3304", "3305"].contains(&number) {
        return number.to_owned();
    }
    let lines = event.parameter.iter().flat_map(|parameter| &parameter.value);
    let lines: Vec<Option<Outcome>> =
        lines.filter(|line| !line.state_name.is_empty()).map(outcome).collect();
    let has = |outcome| lines.contains(&Some(outcome));
    if lines.contains(&None) || (has(Outcome::Refused) && !has(Outcome::Taken)) {
        format!("{number}.unclear")
    } else if has(Outcome::Refused) {
        format!("{number}.partial")
    } else {
        number.to_owned()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Taken,
    Refused,
}

/// The carrier publishes no list of these words.
fn outcome(line: &GoodsIn) -> Option<Outcome> {
    let words = line.state_name.to_lowercase();
    let has = |roots: &[&str]| roots.iter().any(|root| words.contains(root));
    if has(&["отказ", "возвра", "не вруч", "не выда", "не достав"]) {
        return Some(Outcome::Refused);
    }
    has(&["вруч", "выда", "достав", "выкуп"]).then_some(Outcome::Taken)
}
