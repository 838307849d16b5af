//! What people and shops ask of tracking.

use super::TrackingError;
use super::store::{self, Course, EventRow};
use crate::commands::Ctx;
use crate::db::{DbError, Tx};
use crate::fault::reason_checked;
use crate::ids::{OwnerId, ShipmentId};
use crate::shipments::{Attention, ShipmentState};
use crate::units::UtcMicros;

/// A shipment is not asked for more often than so, whoever wants it.
const GAP_SECONDS: i64 = 10;
const EVENTS_MAX: i64 = 1_000;

/// `owner`: whose it must be; nothing for the operator.
pub(super) async fn course_find(
    tx: &mut Tx,
    id: ShipmentId,
    owner: Option<OwnerId>,
) -> Result<Course, TrackingError> {
    store::course_find(tx, id, owner).await?.ok_or(TrackingError::unknown(id))
}

/// A shipment with its events, newest first.
pub(super) async fn events(
    tx: &mut Tx,
    id: ShipmentId,
    owner: Option<OwnerId>,
) -> Result<(Course, Vec<EventRow>), TrackingError> {
    let course = course_find(tx, id, owner).await?;
    let events = store::events(tx, id, EVENTS_MAX).await?;
    Ok((course, events))
}

/// Makes a shipment due. Who wants that again and again is answered by one question.
pub(super) async fn wanted(tx: &mut Tx, course: &Course, now: UtcMicros) -> Result<bool, DbError> {
    let earliest = course.asked_at.map_or(now, |asked_at| asked_at.plus_seconds(GAP_SECONDS));
    Ok(store::wanted(tx, &[course.id], earliest.max(now)).await? > 0)
}

/// Has the carrier asked for a shipment at once.
pub(super) async fn track_now(
    tx: &mut Tx,
    ctx: &Ctx,
    id: ShipmentId,
    owner: Option<OwnerId>,
) -> Result<Course, TrackingError> {
    let course = course_find(tx, id, owner).await?;
    if course.state != ShipmentState::Registered {
        return Err(TrackingError::NotTracked { state: course.state });
    }
    wanted(tx, &course, ctx.now).await?;
    course_find(tx, id, owner).await
}

/// Puts the attention of a shipment aside. What calls for it later does so anew.
pub(super) async fn attention_seen(
    tx: &mut Tx,
    ctx: &Ctx,
    id: ShipmentId,
    attention: Attention,
    reason: &str,
) -> Result<Course, TrackingError> {
    reason_checked(reason)?;
    course_find(tx, id, None).await?;
    if !store::seen(tx, id, attention, ctx.now).await? {
        return Err(TrackingError::AttentionGone);
    }
    course_find(tx, id, None).await
}
