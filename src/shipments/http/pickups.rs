//! Calls for couriers over HTTP.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use chrono::NaiveTime;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::shipments::{ShipmentProblem, told};
use crate::access::caller::{Staff, rights};
use crate::app::App;
use crate::carriers::model::{Address, Contact};
use crate::carriers::registry::name_of;
use crate::commands::Ctx;
use crate::db::{DbError, Tx};
use crate::fault::InputError;
use crate::http::{
    Body, IdPath, IdempotencyKey, Page, PageParams, Problem, ProblemBody, QueryParams,
};
use crate::ids::{CarrierAccountId, PickupId, WarehouseId};
use crate::shipments::pickups::{
    self, PickupCancelWay, PickupError, PickupIn, PickupLoad, PickupRow, PickupState,
};
use crate::shipments::store::pickups::{self as store, PickupFilter};
use crate::units::{Day, Grams, UtcMicros};

const CLOCK: &str = "%H:%M";

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(pickup_list, pickup_create))
        .routes(routes!(pickup_get))
        .routes(routes!(pickup_cancel))
        .routes(routes!(pickup_retry))
        .routes(routes!(pickup_confirm))
}

/// A courier to be called.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = PickupIn)]
struct PickupBody {
    warehouse_id: WarehouseId,
    account_id: CarrierAccountId,
    day: Day,
    /// `14:00`, by the clock of the address (its postcode tells the zone; Moscow without one).
    from: String,
    to: String,
    /// Where the courier comes; the door of the account without it.
    address: Option<Address>,
    /// Whom the courier asks for; the sender of the account without it.
    contact: Option<Contact>,
    #[serde(default)]
    comment: String,
    /// What there is to fetch; without it the parcels of the account are counted that are packed or
    /// loaded.
    load: Option<PickupLoad>,
}

impl PickupBody {
    fn input(&self) -> Result<PickupIn, InputError> {
        let time = |field, text: &str| {
            let read = NaiveTime::parse_from_str(text.trim(), CLOCK);
            read.map_err(|_| InputError::one(field, "bad_format"))
        };
        Ok(PickupIn {
            warehouse: self.warehouse_id,
            account: self.account_id,
            day: self.day,
            from: time("from", &self.from)?,
            to: time("to", &self.to)?,
            address: self.address.clone(),
            contact: self.contact.clone(),
            comment: self.comment.clone(),
            load: self.load,
        })
    }
}

/// A call for a courier (вызов курьера, забор).
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
struct PickupOut {
    id: PickupId,
    warehouse_id: WarehouseId,
    account_id: CarrierAccountId,
    carrier: String,
    carrier_name: String,
    /// Ours; the courier's paper has it in the comment.
    number: String,
    day: Day,
    from: String,
    to: String,
    address: Address,
    contact: Contact,
    comment: String,
    parcels: i64,
    weight_g: Grams,
    volume_cm3: i64,
    state: PickupState,
    /// The carrier's number; empty when it told none.
    reference: String,
    problem: Option<ShipmentProblem>,
    created_at: UtcMicros,
    told_at: Option<UtcMicros>,
    cancelled_at: Option<UtcMicros>,
}

fn clock(minute: i64) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

impl PickupOut {
    fn of(row: PickupRow) -> Result<Self, DbError> {
        let ask = row.ask()?;
        Ok(Self {
            id: row.id,
            warehouse_id: row.warehouse,
            account_id: row.account,
            carrier_name: name_of(&row.carrier).to_owned(),
            carrier: row.carrier,
            number: row.number,
            day: row.day,
            from: clock(ask.from_minute),
            to: clock(ask.to_minute),
            address: ask.from.address().clone(),
            contact: ask.contact,
            comment: ask.comment,
            parcels: ask.parcels,
            weight_g: ask.weight_g,
            volume_cm3: ask.volume_cm3,
            state: row.state,
            reference: row.reference,
            problem: row.problem.as_ref().map(told),
            created_at: row.created_at,
            told_at: row.told_at,
            cancelled_at: row.cancelled_at,
        })
    }
}

async fn shown(tx: &mut Tx, id: PickupId) -> Result<PickupOut, PickupError> {
    Ok(PickupOut::of(pickups::pickup_find(tx, id).await?)?)
}

/// Calls a carrier's courier to fetch parcels (вызвать курьера).
#[utoipa::path(
    post, path = "/v1/pickups", tag = "carriers", request_body = PickupBody,
    responses((status = 201, body = PickupOut), (status = "default", body = ProblemBody))
)]
async fn pickup_create(
    State(app): State<App>,
    caller: Staff<rights::ManifestsWork>,
    key: IdempotencyKey,
    Body(body): Body<PickupBody>,
) -> Result<(StatusCode, Json<PickupOut>), Problem> {
    let input = body.input()?;
    let programs = app.clone();
    let work = async move |tx: &mut Tx, ctx: &Ctx| -> Result<PickupOut, PickupError> {
        let known = (&programs.connectors, &programs.vault);
        Ok(PickupOut::of(pickups::pickup_create(tx, ctx, known, &input).await?)?)
    };
    let pickup = app.command(&caller, key, "pickup_create", &body, work).await?;
    Ok((StatusCode::CREATED, Json(pickup)))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct PickupQuery {
    warehouse: Option<WarehouseId>,
    state: Option<PickupState>,
    day: Option<Day>,
}

/// Calls for couriers, the latest first (вызовы курьеров).
#[utoipa::path(
    get, path = "/v1/pickups", tag = "carriers", params(PageParams, PickupQuery),
    responses((status = 200, body = Page<PickupOut>), (status = "default", body = ProblemBody))
)]
async fn pickup_list(
    State(app): State<App>,
    _caller: Staff<rights::ManifestsRead>,
    QueryParams(page): QueryParams<PageParams>,
    QueryParams(query): QueryParams<PickupQuery>,
) -> Result<Json<Page<PickupOut>>, Problem> {
    let limit = page.limit();
    let filter = PickupFilter {
        warehouse: query.warehouse,
        state: query.state,
        day: query.day,
        before: page.after()?.unwrap_or(PickupId::from_uuid(uuid::Uuid::max())),
    };
    let read = async move |tx: &mut Tx| -> Result<Vec<PickupOut>, PickupError> {
        let rows = store::pickup_list(tx, &filter, limit + 1).await?;
        Ok(rows.into_iter().map(PickupOut::of).collect::<Result<_, _>>()?)
    };
    let items = app.db.read(read).await?;
    Ok(Json(Page::new(items, limit, |pickup: &PickupOut| pickup.id.to_string())))
}

/// One call for a courier.
#[utoipa::path(
    get, path = "/v1/pickups/{id}", tag = "carriers", params(("id" = PickupId, Path)),
    responses((status = 200, body = PickupOut), (status = "default", body = ProblemBody))
)]
async fn pickup_get(
    State(app): State<App>,
    _caller: Staff<rights::ManifestsRead>,
    IdPath(id): IdPath<PickupId>,
) -> Result<Json<PickupOut>, Problem> {
    Ok(Json(app.db.read(async move |tx: &mut Tx| shown(tx, id).await).await?))
}

/// Who takes a call back.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
struct PickupCancelIn {
    /// `by_phone`: the carrier was asked by phone, this only writes it down.
    #[serde(default = "by_interface")]
    way: PickupCancelWay,
}

const fn by_interface() -> PickupCancelWay {
    PickupCancelWay::Interface
}

/// Takes a call back; one that is cancelled stays so (отменить вызов).
#[utoipa::path(
    post, path = "/v1/pickups/{id}/cancel", tag = "carriers", request_body = PickupCancelIn,
    params(("id" = PickupId, Path)),
    responses((status = 200, body = PickupOut), (status = "default", body = ProblemBody))
)]
async fn pickup_cancel(
    State(app): State<App>,
    caller: Staff<rights::ManifestsWork>,
    IdPath(id): IdPath<PickupId>,
    key: IdempotencyKey,
    Body(input): Body<PickupCancelIn>,
) -> Result<Json<PickupOut>, Problem> {
    let body = json!({ "pickup": id, "way": input.way });
    let programs = app.clone();
    let work = async move |tx: &mut Tx, ctx: &Ctx| -> Result<PickupOut, PickupError> {
        let known = (&programs.connectors, &programs.vault);
        pickups::pickup_cancel(tx, ctx, known, id, input.way).await?;
        shown(tx, id).await
    };
    Ok(Json(app.command(&caller, key, "pickup_cancel", &body, work).await?))
}

/// Tells a call anew that was refused, or that the carrier does not have after all (повторить).
#[utoipa::path(
    post, path = "/v1/pickups/{id}/retry", tag = "carriers",
    params(("id" = PickupId, Path)),
    responses((status = 200, body = PickupOut), (status = "default", body = ProblemBody))
)]
async fn pickup_retry(
    State(app): State<App>,
    caller: Staff<rights::ManifestsWork>,
    IdPath(id): IdPath<PickupId>,
    key: IdempotencyKey,
) -> Result<Json<PickupOut>, Problem> {
    let work = async move |tx: &mut Tx, ctx: &Ctx| -> Result<PickupOut, PickupError> {
        pickups::pickup_retry(tx, ctx, id).await?;
        shown(tx, id).await
    };
    Ok(Json(app.command(&caller, key, "pickup_retry", &id, work).await?))
}

/// Writes down that the carrier has an unclear call, as it said by phone (подтвердить).
#[utoipa::path(
    post, path = "/v1/pickups/{id}/confirm", tag = "carriers",
    params(("id" = PickupId, Path)),
    responses((status = 200, body = PickupOut), (status = "default", body = ProblemBody))
)]
async fn pickup_confirm(
    State(app): State<App>,
    caller: Staff<rights::ManifestsWork>,
    IdPath(id): IdPath<PickupId>,
    key: IdempotencyKey,
) -> Result<Json<PickupOut>, Problem> {
    let work = async move |tx: &mut Tx, ctx: &Ctx| -> Result<PickupOut, PickupError> {
        pickups::pickup_confirm(tx, ctx, id).await?;
        shown(tx, id).await
    };
    Ok(Json(app.command(&caller, key, "pickup_confirm", &id, work).await?))
}
