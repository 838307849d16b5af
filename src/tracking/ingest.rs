//! What carriers told goes into the database: new events are kept, and their shipments folded anew.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use serde_json::Value;

use super::announce::{Change, announce};
use super::renamed;
use super::rules::{self, EventSource, Fact, fold};
use super::store::{self, Course, EventRow, Kept, Key};
use super::store_tracks::Renamed;
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
    let news: News = app.db.read(look).await?;
    let unknown = news.unknown;
    if news.fresh.is_empty() && news.renamed.is_empty() {
        return Ok(Ingested { unknown, ..Ingested::default() });
    }
    let news = Arc::new(news);
    let write = async move |tx: &mut Tx| keep(tx, &ctx, &news.fresh, &news.renamed).await;
    let kept: Ingested = app.db.write::<_, DbError, _>(write).await?;
    Ok(Ingested { unknown, ..kept })
}

/// What of that which was told is new.
#[derive(Debug, Default)]
struct News {
    /// Events that are not kept yet.
    fresh: Vec<EventRow>,
    /// Shipments that their carrier calls otherwise by now.
    renamed: Vec<Renamed>,
    /// How many shipments nobody here sent.
    unknown: u64,
}

async fn look(tx: &mut Tx, ctx: &Ctx, carrier: &str, tracks: &[Track]) -> Result<News, DbError> {
    let references: Vec<&ShipmentRef> = tracks.iter().map(|track| &track.reference).collect();
    let found = courses_of(tx, carrier, &references).await?;
    let mut news = News::default();
    for (track, course) in tracks.iter().zip(found) {
        match course {
            Some(course) => {
                let rows = track.events.iter().map(|event| row(&course, event, ctx.now));
                news.fresh.extend(rows);
                news.renamed.extend(renamed::of(&course, track));
            }
            None => news.unknown += 1,
        }
    }
    let ids: Vec<ShipmentId> = ids_of(&news.fresh);
    let mut seen: HashSet<(ShipmentId, Vec<u8>)> =
        store::prints(tx, &ids).await?.into_iter().collect();
    news.fresh.retain(|row| seen.insert((row.shipment, row.print.clone())));
    news.renamed = renamed::not_noted(tx, carrier, news.renamed).await?;
    Ok(news)
}

fn ids_of(rows: &[EventRow]) -> Vec<ShipmentId> {
    let ids: BTreeSet<ShipmentId> = rows.iter().map(|row| row.shipment).collect();
    ids.into_iter().collect()
}

/// What a reference is called in one of the three ways.
type Name = fn(&ShipmentRef) -> &str;

/// The shipment of each reference: by our number, else by the carrier's id, else by the track.
pub(super) async fn courses_of(
    tx: &mut Tx,
    carrier: &str,
    references: &[&ShipmentRef],
) -> Result<Vec<Option<Course>>, DbError> {
    let mut found: Vec<Option<Course>> = vec![None; references.len()];
    let ways: [(Key, Name); 3] = [
        (Key::Number, |one| &one.number),
        (Key::CarrierRef, |one| &one.id),
        (Key::Track, |one| &one.track),
    ];
    for (key, name) in ways {
        let open = references.iter().zip(&found).filter(|(_, found)| found.is_none());
        let names: BTreeSet<&str> = open.map(|(reference, _)| name(reference)).collect();
        let names: Vec<&str> = names.into_iter().filter(|name| !name.is_empty()).collect();
        if names.is_empty() {
            continue;
        }
        let mut by_name: HashMap<String, Course> = HashMap::new();
        for (name, course) in store::courses_by(tx, carrier, key, names).await? {
            // Tracks come round again after years: the newest shipment is meant.
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
    // Also what it means: read anew beside what came later, the same event may mean something else.
    let told = (&code, event.at.micros(), &words, event.leg, &place, event.meaning);
    let print = body_hash(&told).to_vec();
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
pub(super) async fn keep(
    tx: &mut Tx,
    ctx: &Ctx,
    fresh: &[EventRow],
    renamed: &[Renamed],
) -> Result<Ingested, DbError> {
    let ids = ids_of(fresh);
    let touched = ids.iter().copied().chain(renamed.iter().map(|one| one.shipment));
    let touched: BTreeSet<ShipmentId> = touched.collect();
    let touched: Vec<ShipmentId> = touched.into_iter().collect();
    let mut courses = store::courses_lock(tx, &touched).await?;
    renamed::note(tx, &mut courses, renamed).await?;
    let events = store::events_insert(tx, fresh).await?;
    if events == 0 {
        return Ok(Ingested::default());
    }
    // Of a shipment that is only called otherwise nothing is heard.
    courses.retain(|course| ids.binary_search(&course.id).is_ok());
    let mut kept: HashMap<ShipmentId, Vec<Kept>> = HashMap::new();
    for one in store::kept(tx, &ids).await? {
        kept.entry(one.shipment).or_default().push(one);
    }
    let new: HashSet<(ShipmentId, &[u8])> =
        fresh.iter().map(|row| (row.shipment, row.print.as_slice())).collect();
    let (mut changes, mut moved) = (Vec::new(), 0);
    for course in courses {
        let kept = kept.remove(&course.id).unwrap_or_default();
        let is_new = |one: &Kept| new.contains(&(one.shipment, one.fact.print.as_slice()));
        let change = refold(course, &kept, is_new, ctx.now);
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

/// What the money of a parcel follows: the shipment that it goes by, not one that was taken back.
fn delivery_of(change: &Change) -> Option<Delivery> {
    let course = &change.course;
    if matches!(course.state, ShipmentState::Cancelling | ShipmentState::Cancelled) {
        return None;
    }
    let is_other = course.status != change.status_before || change.is_partial != change.was_partial;
    let status = course.status.filter(|_| is_other)?;
    let (parcel, at, is_partial) = (course.parcel, course.status_at?, change.is_partial);
    Some(Delivery { parcel, status, at, is_partial })
}

/// Where a shipment is by all its events, after something new was heard.
fn refold(course: Course, kept: &[Kept], is_new: impl Fn(&Kept) -> bool, now: UtcMicros) -> Change {
    let outcome = fold(&facts_of(kept, course.seen_at));
    let told = |one: &&Kept| one.fact.status.is_some() && Some(one.fact.at) == outcome.status_at;
    let told = in_force(kept).into_iter().find(told);
    let (words, place) = told.map(|one| (one.words.clone(), one.place.clone())).unwrap_or_default();
    let before: Vec<Kept> = kept.iter().filter(|one| !is_new(one)).cloned().collect();
    let was_partial = fold(&facts_of(&before, None)).is_partial;
    let registered = course.registered_at.map(|at| (DeliveryStatus::Created, at));
    let status = outcome.status.or(registered.map(|(status, _)| status));
    let status_at = outcome.status_at.or(registered.map(|(_, at)| at));
    let (status_before, attention_before) = (course.status, course.attention);
    let attention = attention_of(status, outcome.attention, course.attention);
    let poll_at = poll_at(&course, status, now);
    let course = Course { status, status_at, attention, heard_at: Some(now), poll_at, ..course };
    let is_partial = outcome.is_partial;
    Change { course, status_before, attention_before, is_partial, was_partial, words, place }
}

/// The events as they were read last. What a carrier's event means depends on those around it: once
/// it was read anew, what it was taken for before is only kept.
fn in_force(kept: &[Kept]) -> Vec<&Kept> {
    let mut last: HashMap<(UtcMicros, &str), UtcMicros> = HashMap::new();
    for one in kept.iter().filter(|one| one.fact.source == EventSource::Carrier) {
        let at = last.entry((one.fact.at, one.fact.code.as_str())).or_insert(one.received_at);
        *at = one.received_at.max(*at);
    }
    let is_last = |one: &&Kept| {
        one.fact.source == EventSource::Person
            || last.get(&(one.fact.at, one.fact.code.as_str())) == Some(&one.received_at)
    };
    kept.iter().filter(is_last).collect()
}

/// The events for the rules. Whoever entered one has seen it, and what was there: also what is only
/// told in other words since.
pub(super) fn facts_of(kept: &[Kept], seen_at: Option<UtcMicros>) -> Vec<Fact> {
    let is_same = |one: &Kept, other: &Kept| {
        let reading = |kept: &Kept| {
            let Fact { at, leg, status, flag, is_known, .. } = kept.fact;
            (at, leg, status, flag, is_known)
        };
        reading(one) == reading(other) && one.fact.code == other.fact.code
    };
    let seen = |one: &Kept| {
        one.fact.source == EventSource::Person
            || seen_at.is_some_and(|seen_at| {
                kept.iter().any(|told| told.received_at <= seen_at && is_same(told, one))
            })
    };
    in_force(kept).into_iter().map(|one| Fact { is_seen: seen(one), ..one.fact.clone() }).collect()
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
