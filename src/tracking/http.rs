//! Tracking over HTTP: events, attention, and the door for carriers' own messages.

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::by_hand::{self, ByHand};
use super::rules::EventSource;
use super::store::{self, AttentionFilter, AttentionRow, Course, EventRow};
use super::{TrackingError, hooks, service};
use crate::access::caller::{Caller, Staff, rights};
use crate::app::App;
use crate::carriers::model::{DeliveryStatus, EventFlag, Leg};
use crate::commands::Ctx;
use crate::db::{DbError, Tx};
use crate::http::{
    Body, IdPath, IdempotencyKey, Page, PageParams, Problem, ProblemBody, QueryParams,
};
use crate::ids::{OwnerId, ParcelId, ShipmentId, TrackingEventId, UserId, WarehouseId};
use crate::shipments::{Attention, ShipmentState};
use crate::units::UtcMicros;

/// The largest message of a carrier.
const MESSAGE_BYTES_MAX: usize = 256 * 1024;

pub fn router() -> OpenApiRouter<App> {
    let messages = OpenApiRouter::new()
        .routes(routes!(hook_message))
        .layer(DefaultBodyLimit::max(MESSAGE_BYTES_MAX));
    OpenApiRouter::new()
        .routes(routes!(attention_list))
        .routes(routes!(shipment_event_list, shipment_event_add))
        .routes(routes!(track_now))
        .routes(routes!(attention_acknowledge))
        .merge(messages)
}

/// Which shipments to list.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct AttentionParams {
    attention: Option<Attention>,
    carrier: Option<String>,
    limit: Option<i64>,
    after: Option<String>,
}

/// A shipment that somebody should look at.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct AttentionOut {
    pub shipment_id: ShipmentId,
    pub owner_id: OwnerId,
    pub warehouse_id: WarehouseId,
    pub parcel_id: ParcelId,
    pub carrier: String,
    pub number: String,
    pub track: String,
    pub attention: Attention,
    pub status: Option<DeliveryStatus>,
    pub status_at: Option<UtcMicros>,
    /// The last news.
    pub heard_at: Option<UtcMicros>,
}

/// Where a shipment is.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CourseOut {
    pub shipment_id: ShipmentId,
    pub parcel_id: ParcelId,
    pub carrier: String,
    pub number: String,
    pub track: String,
    pub state: ShipmentState,
    pub status: Option<DeliveryStatus>,
    pub status_at: Option<UtcMicros>,
    pub attention: Option<Attention>,
    /// The last news.
    pub heard_at: Option<UtcMicros>,
    /// When the carrier is asked again; absent when it is asked no more.
    pub poll_at: Option<UtcMicros>,
}

/// An event as the carrier told it, or a person entered it.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct TrackEventOut {
    pub id: TrackingEventId,
    /// The carrier's code.
    pub code: String,
    /// The carrier's words.
    pub words: String,
    pub at: UtcMicros,
    pub place: String,
    pub leg: Leg,
    /// What it means to us; absent when it moves nothing.
    pub status: Option<DeliveryStatus>,
    pub flag: Option<EventFlag>,
    /// False: the code is in no table.
    pub is_known: bool,
    pub source: EventSource,
    /// Who entered it; the operator sees it.
    pub actor_id: Option<UserId>,
    /// Why it was entered; the operator sees it.
    pub reason: Option<String>,
    pub received_at: UtcMicros,
}

/// What became of a parcel, by somebody who knows.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StatusIn {
    pub status: DeliveryStatus,
    /// Now without it.
    pub happened_at: Option<UtcMicros>,
    /// The shop reads them, too.
    #[serde(default)]
    pub words: String,
    #[serde(default)]
    pub place: String,
    /// Compulsory for what does not follow from what is known: a delivery that was none.
    #[serde(default)]
    pub reason: String,
}

/// A shipment with all its events, newest first.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct TrackEventsOut {
    pub shipment: CourseOut,
    pub events: Vec<TrackEventOut>,
}

/// What was looked at, and what came of it.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AcknowledgeIn {
    /// What the shipment called for.
    pub attention: Attention,
    /// Kept in the audit trail.
    pub reason: String,
}

/// Shipments that somebody should look at, newest first (посылки, требующие внимания).
#[utoipa::path(
    get, path = "/v1/tracking/attention", tag = "tracking", params(AttentionParams),
    responses((status = 200, body = Page<AttentionOut>), (status = "default", body = ProblemBody))
)]
async fn attention_list(
    State(app): State<App>,
    caller: Caller<rights::OrdersRead>,
    QueryParams(params): QueryParams<AttentionParams>,
) -> Result<Json<Page<AttentionOut>>, Problem> {
    let page = PageParams { limit: params.limit, after: params.after };
    let limit = page.limit();
    let newest = ShipmentId::from_uuid(uuid::Uuid::max());
    let filter = AttentionFilter {
        owner: caller.scope().owner(),
        attention: params.attention,
        carrier: params.carrier,
        before: page.after::<ShipmentId>()?.unwrap_or(newest),
    };
    let read = async move |tx: &mut Tx| store::attention_list(tx, &filter, limit + 1).await;
    let rows = app.db.read::<_, DbError, _>(read).await?;
    let items = rows.into_iter().map(AttentionOut::from).collect();
    Ok(Json(Page::new(items, limit, |item: &AttentionOut| item.shipment_id.to_string())))
}

/// All that the carrier told of a shipment (история отправления).
#[utoipa::path(
    get, path = "/v1/shipments/{id}/events", tag = "tracking", params(("id" = ShipmentId, Path)),
    responses((status = 200, body = TrackEventsOut), (status = "default", body = ProblemBody))
)]
async fn shipment_event_list(
    State(app): State<App>,
    caller: Caller<rights::OrdersRead>,
    IdPath(id): IdPath<ShipmentId>,
) -> Result<Json<TrackEventsOut>, Problem> {
    let owner = caller.scope().owner();
    let read = async move |tx: &mut Tx| service::events(tx, id, owner).await;
    let (course, events) = app.db.read::<_, TrackingError, _>(read).await?;
    let events = events.into_iter().map(|event| event_out(event, owner)).collect();
    Ok(Json(TrackEventsOut { shipment: course.into(), events }))
}

/// Sets by hand what became of a parcel (указать статус вручную).
#[utoipa::path(
    post, path = "/v1/shipments/{id}/events", tag = "tracking",
    params(("id" = ShipmentId, Path)), request_body = StatusIn,
    responses((status = 200, body = CourseOut), (status = "default", body = ProblemBody))
)]
async fn shipment_event_add(
    State(app): State<App>,
    caller: Staff<rights::ManifestsWork>,
    IdPath(id): IdPath<ShipmentId>,
    key: IdempotencyKey,
    Body(body): Body<StatusIn>,
) -> Result<Json<CourseOut>, Problem> {
    let said = ByHand::from(body.clone());
    let work = async move |tx: &mut Tx, ctx: &Ctx| -> Result<CourseOut, TrackingError> {
        Ok(by_hand::status_set(tx, ctx, id, &said).await?.into())
    };
    Ok(Json(app.command(&caller, key, "shipment_event_add", &(id, &body), work).await?))
}

/// Asks the carrier for a shipment at once (узнать статус сейчас).
#[utoipa::path(
    post, path = "/v1/shipments/{id}/track-now", tag = "tracking", params(("id" = ShipmentId, Path)),
    responses((status = 200, body = CourseOut), (status = "default", body = ProblemBody))
)]
async fn track_now(
    State(app): State<App>,
    caller: Caller<rights::OrdersWrite>,
    IdPath(id): IdPath<ShipmentId>,
    key: IdempotencyKey,
) -> Result<Json<CourseOut>, Problem> {
    let owner = caller.scope().owner();
    let work = async move |tx: &mut Tx, ctx: &Ctx| -> Result<CourseOut, TrackingError> {
        Ok(service::track_now(tx, ctx, id, owner).await?.into())
    };
    let course = app.command(&caller, key, "shipment_track_now", &id, work).await?;
    app.tracking_bell.ring();
    Ok(Json(course))
}

/// Puts the attention of a shipment aside, with the reason (отметить просмотренным).
#[utoipa::path(
    post, path = "/v1/shipments/{id}/attention/acknowledge", tag = "tracking",
    params(("id" = ShipmentId, Path)), request_body = AcknowledgeIn,
    responses((status = 200, body = CourseOut), (status = "default", body = ProblemBody))
)]
async fn attention_acknowledge(
    State(app): State<App>,
    caller: Staff<rights::ManifestsWork>,
    IdPath(id): IdPath<ShipmentId>,
    key: IdempotencyKey,
    Body(body): Body<AcknowledgeIn>,
) -> Result<Json<CourseOut>, Problem> {
    // It is the operator who has to look: a shop that put something aside would hide it from him.
    let (attention, reason) = (body.attention, body.reason.clone());
    let work = async move |tx: &mut Tx, ctx: &Ctx| -> Result<CourseOut, TrackingError> {
        Ok(service::attention_seen(tx, ctx, id, attention, &reason).await?.into())
    };
    let named = (id, &body);
    Ok(Json(app.command(&caller, key, "attention_acknowledge", &named, work).await?))
}

/// Takes a message that a carrier sends by itself (уведомление перевозчика).
///
/// The address is the secret: nobody logs in here. What is told is not believed, the shipment is
/// asked for; so everything that can be kept is answered with 200.
#[utoipa::path(
    post, path = "/v1/carrier-hooks/{hook}", tag = "tracking", params(("hook" = String, Path)),
    request_body(content = String, content_type = "application/json"), security(()),
    responses((status = 200), (status = "default", body = ProblemBody))
)]
async fn hook_message(
    State(app): State<App>,
    Path(hook): Path<String>,
    body: Result<Bytes, BytesRejection>,
) -> Result<StatusCode, Problem> {
    let body = body.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::of("body_too_large", vec![]),
        _ => Problem::of("body_invalid", vec![("why", rejection.body_text())]),
    })?;
    hooks::message_take(&app, &hook, body.to_vec()).await?;
    Ok(StatusCode::OK)
}

impl From<AttentionRow> for AttentionOut {
    fn from(row: AttentionRow) -> Self {
        Self {
            shipment_id: row.id,
            owner_id: row.owner,
            warehouse_id: row.warehouse,
            parcel_id: row.parcel,
            carrier: row.carrier,
            number: row.number,
            track: row.track,
            attention: row.attention,
            status: row.status,
            status_at: row.status_at,
            heard_at: row.heard_at,
        }
    }
}

impl From<Course> for CourseOut {
    fn from(course: Course) -> Self {
        Self {
            shipment_id: course.id,
            parcel_id: course.parcel,
            carrier: course.carrier,
            number: course.number,
            track: course.track,
            state: course.state,
            status: course.status,
            status_at: course.status_at,
            attention: course.attention,
            heard_at: course.heard_at,
            poll_at: course.poll_at,
        }
    }
}

impl From<StatusIn> for ByHand {
    fn from(body: StatusIn) -> Self {
        Self {
            status: body.status,
            happened_at: body.happened_at,
            words: body.words,
            place: body.place,
            reason: body.reason,
        }
    }
}

/// An event for a shop, or without one for the operator.
fn event_out(event: EventRow, shop: Option<OwnerId>) -> TrackEventOut {
    let is_ours = event.source == EventSource::Person && shop.is_none();
    let reason = event.raw.get("reason").and_then(serde_json::Value::as_str).map(str::to_owned);
    TrackEventOut {
        id: event.id,
        code: event.code,
        words: event.words,
        at: event.at,
        place: event.place,
        leg: event.leg,
        status: event.status,
        flag: event.flag,
        is_known: event.is_known,
        source: event.source,
        actor_id: event.actor.filter(|_| is_ours),
        reason: reason.filter(|_| is_ours),
        received_at: event.received_at,
    }
}
