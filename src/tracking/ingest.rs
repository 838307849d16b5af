//! What carriers told goes into the database: new events are kept, and their shipments folded anew.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use serde_json::Value;

use super::announce::{Change, announce};
use super::rules::{self, EventSource, Fact, fold};
use super::store::{self, Course, EventRow, Kept, Key};
use crate::app::App;
use crate::carriers::model::{DeliveryStatus, ShipmentRef, Track, TrackEvent};
use crate::cod::{self, Delivery};
use crate::commands::{Ctx, body_hash};
use crate::db::{DbError, Tx};
use crate::ids::{ShipmentId, TrackingEventId};
use crate::shipments::{Attention, ShipmentState};
use crate::units::UtcMicros;

/// So many shipments are written in one transaction.
const TRACKS_AT_ONCE: usize = 200;
/// A shipment that is on its way again after its end is asked for so soon.
const AGAIN_SECONDS: i64 = 3600;

/// What came of what was told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ingested {
    /// Shipments that nobody here sent. What was told of them is left.
    pub unknown: u64,
    /// Events that are new.
    pub events: u64,
    /// Shipments that are somewhere else now.
    pub moved: u64,
}

impl Ingested {
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            unknown: self.unknown + other.unknown,
            events: self.events + other.events,
            moved: self.moved + other.moved,
        }
    }
}

/// Keeps what a carrier told of shipments and moves them. The same told again changes nothing, and
/// costs no transaction.
///
/// An error of one shipment does not keep the others from being written; it is answered at the end.
pub async fn ingest(app: &App, carrier: &str, tracks: Vec<Track>) -> Result<Ingested, DbError> {
    let (mut sum, mut failure) = (Ingested::default(), None);
    for part in tracks.chunks(TRACKS_AT_ONCE) {
        match part_ingest(app, carrier, part.to_vec()).await {
            Ok(done) => sum = sum.plus(done),
            Err(error @ (DbError::Unavailable(_) | DbError::Disconnected(_))) => return Err(error),
            Err(_) => {
                for track in part {
                    match part_ingest(app, carrier, vec![track.clone()]).await {
                        Ok(done) => sum = sum.plus(done),
                        Err(error) => {
                            let number = &track.reference.number;
                            tracing::error!(%error, carrier, number, "events were not kept");
                            failure = Some(error);
                        }
                    }
                }
            }
        }
    }
    app.metrics.tracking(carrier, sum);
    failure.map_or(Ok(sum), Err)
}

async fn part_ingest(app: &App, carrier: &str, tracks: Vec<Track>) -> Result<Ingested, DbError> {
    let ctx = Ctx::system(app.clock.now());
    let carrier = carrier.to_owned();
    let look = async move |tx: &mut Tx| look(tx, &ctx, &carrier, &tracks).await;
    let (fresh, unknown) = app.db.read(look).await?;
    if fresh.is_empty() {
        return Ok(Ingested { unknown, ..Ingested::default() });
    }
    let fresh = Arc::new(fresh);
    let write = async move |tx: &mut Tx| keep(tx, &ctx, &fresh).await;
    let kept: Ingested = app.db.write::<_, DbError, _>(write).await?;
    Ok(Ingested { unknown, ..kept })
}

/// The events that are not kept yet, and how many shipments nobody here sent.
async fn look(
    tx: &mut Tx,
    ctx: &Ctx,
    carrier: &str,
    tracks: &[Track],
) -> Result<(Vec<EventRow>, u64), DbError> {
    let references: Vec<&ShipmentRef> = tracks.iter().map(|track| &track.reference).collect();
    let found = courses_of(tx, carrier, &references).await?;
    let mut unknown = 0;
    let mut rows = Vec::new();
    for (track, course) in tracks.iter().zip(found) {
        match course {
            Some(course) => {
                rows.extend(track.events.iter().map(|event| row(&course, event, ctx.now)));
            }
            None => unknown += 1,
        }
    }
    let ids: Vec<ShipmentId> = ids_of(&rows);
    let mut seen: HashSet<(ShipmentId, Vec<u8>)> =
        store::prints(tx, &ids).await?.into_iter().collect();
    rows.retain(|row| seen.insert((row.shipment, row.print.clone())));
    Ok((rows, unknown))
}

fn ids_of(rows: &[EventRow]) -> Vec<ShipmentId> {
    let ids: BTreeSet<ShipmentId> = rows.iter().map(|row| row.shipment).collect();
    ids.into_iter().collect()
}

/// What a reference and a shipment are called in one of the three ways.
type Name = fn(&ShipmentRef) -> &str;
type CourseName = fn(&Course) -> &str;

/// The shipment of each reference: by our number, else by the carrier's id, else by the track.
pub(super) async fn courses_of(
    tx: &mut Tx,
    carrier: &str,
    references: &[&ShipmentRef],
) -> Result<Vec<Option<Course>>, DbError> {
    let mut found: Vec<Option<Course>> = vec![None; references.len()];
    let ways: [(Key, Name, CourseName); 3] = [
        (Key::Number, |one| &one.number, |course| &course.number),
        (Key::CarrierRef, |one| &one.id, |course| &course.carrier_ref),
        (Key::Track, |one| &one.track, |course| &course.track),
    ];
    for (key, name, course_name) in ways {
        let open = references.iter().zip(&found).filter(|(_, found)| found.is_none());
        let names: BTreeSet<&str> = open.map(|(reference, _)| name(reference)).collect();
        let names: Vec<&str> = names.into_iter().filter(|name| !name.is_empty()).collect();
        if names.is_empty() {
            continue;
        }
        let mut by_name: HashMap<String, Course> = HashMap::new();
        for course in store::courses_by(tx, carrier, key, names).await? {
            // Tracks come round again after years: the newest shipment is meant.
            let name = course_name(&course).to_owned();
            let older = by_name.get(&name).is_some_and(|other| other.id > course.id);
            if !older {
                by_name.insert(name, course);
            }
        }
        for (reference, found) in references.iter().zip(&mut found) {
            if found.is_none() {
                *found = by_name.get(name(reference)).cloned();
            }
        }
    }
    Ok(found)
}

/// No database keeps a zero byte in a text.
pub(super) fn clean(text: &str) -> String {
    text.replace('\0', "")
}

fn clean_json(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(clean(text)),
        Value::Array(items) => Value::Array(items.iter().map(clean_json).collect()),
        Value::Object(fields) => Value::Object(
            fields.iter().map(|(name, value)| (clean(name), clean_json(value))).collect(),
        ),
        other => other.clone(),
    }
}

fn row(course: &Course, event: &TrackEvent, now: UtcMicros) -> EventRow {
    let (code, words, place) = (clean(&event.code), clean(&event.words), clean(&event.place));
    let print = body_hash(&(&code, event.at.micros(), &words, event.leg, &place)).to_vec();
    EventRow {
        id: TrackingEventId::new(),
        shipment: course.id,
        owner: course.owner,
        print,
        code,
        words,
        at: event.at,
        place,
        leg: event.leg,
        status: event.meaning.and_then(|meaning| meaning.status),
        flag: event.meaning.and_then(|meaning| meaning.flag),
        is_known: event.meaning.is_some(),
        source: EventSource::Carrier,
        actor: None,
        raw: clean_json(&event.raw),
        received_at: now,
    }
}

/// Keeps events, moves their shipments and tells the shops. To be called at the end of a transaction.
pub(super) async fn keep(tx: &mut Tx, ctx: &Ctx, fresh: &[EventRow]) -> Result<Ingested, DbError> {
    let ids = ids_of(fresh);
    let courses = store::courses_lock(tx, &ids).await?;
    let events = store::events_insert(tx, fresh).await?;
    if events == 0 {
        return Ok(Ingested::default());
    }
    let mut kept: HashMap<ShipmentId, Vec<Kept>> = HashMap::new();
    for one in store::kept(tx, &ids).await? {
        kept.entry(one.shipment).or_default().push(one);
    }
    let (mut changes, mut moved) = (Vec::new(), 0);
    for course in courses {
        let kept = kept.remove(&course.id).unwrap_or_default();
        let change = refold(course, &kept, ctx.now);
        moved += u64::from(change.course.status != change.status_before);
        changes.push(change);
    }
    let courses: Vec<&Course> = changes.iter().map(|change| &change.course).collect();
    store::courses_set(tx, &courses).await?;
    let deliveries: Vec<Delivery> = changes.iter().filter_map(delivery_of).collect();
    cod::follow(tx, ctx, &deliveries).await?;
    announce(tx, ctx, &changes).await?;
    Ok(Ingested { unknown: 0, events, moved })
}

/// What the money of a parcel follows. A shipment that was given up carries it no more: the parcel goes
/// by another one, and what becomes of the first says nothing of its money.
fn delivery_of(change: &Change) -> Option<Delivery> {
    let course = &change.course;
    if matches!(course.state, ShipmentState::Cancelling | ShipmentState::Cancelled) {
        return None;
    }
    let status = course.status.filter(|status| Some(*status) != change.status_before)?;
    Some(Delivery { parcel: course.parcel, status, at: course.status_at? })
}

/// Where a shipment is by all its events, after something new was heard.
fn refold(course: Course, kept: &[Kept], now: UtcMicros) -> Change {
    let outcome = fold(&facts_of(kept, course.seen_at));
    let told = |one: &&Kept| one.fact.status.is_some() && Some(one.fact.at) == outcome.status_at;
    let told = kept.iter().find(told);
    let (words, place) = told.map(|one| (one.words.clone(), one.place.clone())).unwrap_or_default();
    let registered = course.registered_at.map(|at| (DeliveryStatus::Created, at));
    let status = outcome.status.or(registered.map(|(status, _)| status));
    let status_at = outcome.status_at.or(registered.map(|(_, at)| at));
    let (status_before, attention_before) = (course.status, course.attention);
    let attention = attention_of(status, outcome.attention, course.attention);
    let poll_at = poll_at(&course, status, now);
    let course = Course { status, status_at, attention, heard_at: Some(now), poll_at, ..course };
    Change { course, status_before, attention_before, words, place }
}

/// The events for the rules. Whoever entered one has seen it, and what was there.
pub(super) fn facts_of(kept: &[Kept], seen_at: Option<UtcMicros>) -> Vec<Fact> {
    let seen = |one: &Kept| {
        one.fact.source == EventSource::Person
            || seen_at.is_some_and(|seen_at| one.received_at <= seen_at)
    };
    kept.iter().map(|one| Fact { is_seen: seen(one), ..one.fact.clone() }).collect()
}

/// A closed point stays a reason to look until the parcel is past it.
fn attention_of(
    status: Option<DeliveryStatus>,
    folded: Option<Attention>,
    before: Option<Attention>,
) -> Option<Attention> {
    let is_past =
        status.is_some_and(|status| rules::is_end(status) || status == DeliveryStatus::Returning);
    match (folded, before) {
        (None | Some(Attention::UnknownCode), Some(Attention::PointClosed)) if !is_past => before,
        (folded, _) => folded,
    }
}

fn poll_at(course: &Course, status: Option<DeliveryStatus>, now: UtcMicros) -> Option<UtcMicros> {
    if course.state != ShipmentState::Registered {
        return None;
    }
    if status.is_some_and(rules::is_end) {
        let later = rules::asked_next(status, now, now, 0)?;
        return Some(course.poll_at.map_or(later, |due| due.min(later)));
    }
    Some(course.poll_at.unwrap_or_else(|| now.plus_seconds(AGAIN_SECONDS)))
}
