//! What people enter of parcels: where no carrier tells (a courier of ours), and where one was wrong.
//!
//! **Invariant:** what a person says is an event like any other: kept for ever, folded by the same
//! rules, told to the shop.
//! **Invariant:** a status that does not follow from what is known needs a reason, and names who says
//! so: nobody undoes a delivery in silence.

use serde_json::json;

use super::TrackingError;
use super::ingest::{clean, facts_of, keep};
use super::rules::{EventSource, Fact, fold};
use super::service::course_find;
use super::store::{self, Course, EventRow, Kept};
use crate::carriers::model::{DeliveryStatus, EventFlag, Leg};
use crate::commands::{Ctx, body_hash};
use crate::db::Tx;
use crate::fault::{InputError, InputFaults};
use crate::ids::{ShipmentId, TrackingEventId};
use crate::shipments::ShipmentState;
use crate::units::UtcMicros;

const TEXT_MAX: usize = 500;
/// Clocks of desks go wrong by a little.
const AHEAD_SECONDS: i64 = 300;

/// What a person says of a parcel.
#[derive(Debug, Clone)]
pub(super) struct ByHand {
    pub(super) status: DeliveryStatus,
    /// Nothing: now.
    pub(super) happened_at: Option<UtcMicros>,
    /// For the shop as well.
    pub(super) words: String,
    pub(super) place: String,
    /// For the operator; compulsory for what does not follow from what is known.
    pub(super) reason: String,
}

impl ByHand {
    fn check(&self, now: UtcMicros) -> Result<(), InputError> {
        let mut faults = InputFaults::default();
        for (field, text) in
            [("words", &self.words), ("place", &self.place), ("reason", &self.reason)]
        {
            if text.chars().count() > TEXT_MAX {
                faults.note(field, "too_long");
            }
        }
        if self.happened_at.is_some_and(|at| at > now.plus_seconds(AHEAD_SECONDS)) {
            faults.note("happened_at", "too_large");
        }
        faults.finish()
    }
}

/// Sets what became of a parcel, as an event of its own.
pub(super) async fn status_set(
    tx: &mut Tx,
    ctx: &Ctx,
    id: ShipmentId,
    said: &ByHand,
) -> Result<Course, TrackingError> {
    said.check(ctx.now)?;
    let locked = store::courses_lock(tx, &[id]).await?.pop();
    let course = locked.ok_or(TrackingError::unknown(id))?;
    if course.state != ShipmentState::Registered {
        return Err(TrackingError::NotTracked { state: course.state });
    }
    let kept = store::kept(tx, &[id]).await?;
    let event = event(&course, &kept, said, ctx)?;
    keep(tx, ctx, &[event], &[]).await?;
    course_find(tx, id, None).await
}

/// The event that brings the parcel there: a plain one, or a correction if only that does.
fn event(
    course: &Course,
    kept: &[Kept],
    said: &ByHand,
    ctx: &Ctx,
) -> Result<EventRow, TrackingError> {
    let plain = row(course, said, said.happened_at.unwrap_or(ctx.now), None, ctx);
    if leads_there(kept, &plain) {
        return Ok(plain);
    }
    if said.reason.trim().is_empty() {
        let status = course.status.unwrap_or(DeliveryStatus::Created);
        return Err(TrackingError::ReasonMissing { status });
    }
    // Carriers' clocks may be ahead of ours.
    let latest = kept.iter().map(|one| one.fact.at).max();
    let usual = || latest.map_or(ctx.now, |latest| latest.max(ctx.now));
    let at = said.happened_at.unwrap_or_else(usual);
    let correction = row(course, said, at, Some(EventFlag::Annuls), ctx);
    if leads_there(kept, &correction) {
        return Ok(correction);
    }
    // What it would correct came later.
    Err(InputError::one("happened_at", "too_small").into())
}

/// Whether the parcel is where this event says, by all that is known.
fn leads_there(kept: &[Kept], event: &EventRow) -> bool {
    let mut facts = facts_of(kept, None);
    facts.push(Fact {
        print: event.print.clone(),
        code: event.code.clone(),
        at: event.at,
        leg: event.leg,
        status: event.status,
        flag: event.flag,
        source: event.source,
        is_known: event.is_known,
        is_seen: true,
    });
    fold(&facts).status == event.status
}

fn row(
    course: &Course,
    said: &ByHand,
    at: UtcMicros,
    flag: Option<EventFlag>,
    ctx: &Ctx,
) -> EventRow {
    let kind = if flag.is_some() { "corrected" } else { "by_hand" };
    let code = format!("{kind}.{}", said.status);
    let (words, place) = (clean(said.words.trim()), clean(said.place.trim()));
    let reason = clean(said.reason.trim());
    EventRow {
        id: TrackingEventId::new(),
        shipment: course.id,
        owner: course.owner,
        print: body_hash(&(&code, at.micros(), &words, &place, &reason)).to_vec(),
        code,
        words,
        at,
        place,
        leg: Leg::Direct,
        status: Some(said.status),
        flag,
        is_known: true,
        source: EventSource::Person,
        actor: ctx.actor,
        raw: json!({ "reason": reason }),
        received_at: ctx.now,
    }
}
