//! Shipments over HTTP.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::file_out;
use crate::access::caller::{Caller, rights};
use crate::app::App;
use crate::carriers::model::{DeliveryMode, DeliveryStatus};
use crate::carriers::registry::name_of;
use crate::commands::Ctx;
use crate::db::Tx;
use crate::http::{
    Body, IdPath, IdempotencyKey, Page, PageParams, Problem, ProblemBody, QueryParams,
};
use crate::i18n::{self, Language};
use crate::ids::{OwnerId, ParcelId, ShipmentId};
use crate::shipments::store::shipments::{self as store, ShipmentFilter};
use crate::shipments::{Attention, FileRow, Shipment, ShipmentError, ShipmentState, service};
use crate::units::{Kopecks, UtcMicros};

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(shipment_list))
        .routes(routes!(shipment_get))
        .routes(routes!(shipment_retry))
        .routes(routes!(shipment_cancel))
        .routes(routes!(shipment_label))
        .routes(routes!(parcel_carrier_change))
}

/// What is wrong with a shipment or a call.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub(super) struct ShipmentProblem {
    code: String,
    /// What to do, in Russian.
    text: String,
}

/// A parcel at a carrier (отправление).
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
struct ShipmentOut {
    id: ShipmentId,
    parcel_id: ParcelId,
    owner_id: OwnerId,
    carrier: String,
    carrier_name: String,
    /// Ours; the carrier knows it.
    number: String,
    state: ShipmentState,
    mode: DeliveryMode,
    point_code: String,
    tariff: String,
    /// What the carrier offered, and nothing else.
    quoted_kopecks: Option<Kopecks>,
    quote: Option<Value>,
    /// The carrier's number.
    track: String,
    problem: Option<ShipmentProblem>,
    has_label: bool,
    status: Option<DeliveryStatus>,
    status_at: Option<UtcMicros>,
    attention: Option<Attention>,
    created_at: UtcMicros,
    registered_at: Option<UtcMicros>,
}

impl From<Shipment> for ShipmentOut {
    fn from(row: Shipment) -> Self {
        Self {
            id: row.id,
            parcel_id: row.parcel,
            owner_id: row.owner,
            carrier_name: name_of(&row.carrier).to_owned(),
            carrier: row.carrier,
            number: row.number,
            state: row.state,
            mode: row.mode,
            point_code: row.point_code,
            tariff: row.tariff,
            quoted_kopecks: row.quoted_kopecks,
            quote: row.quote,
            track: row.track,
            problem: row.problem.as_ref().map(told),
            has_label: row.label.is_some(),
            status: row.status,
            status_at: row.status_at,
            attention: row.attention,
            created_at: row.created_at,
            registered_at: row.registered_at,
        }
    }
}

/// A stored problem as a sentence.
pub(super) fn told(problem: &Value) -> ShipmentProblem {
    let code = problem.get("code").and_then(Value::as_str).unwrap_or("internal").to_owned();
    let args = problem.get("args").and_then(Value::as_object);
    let args: Vec<(&str, String)> = args
        .into_iter()
        .flatten()
        .map(|(name, value)| {
            (name.as_str(), value.as_str().map_or_else(|| value.to_string(), str::to_owned))
        })
        .collect();
    let text = i18n::lookup(Language::Russian, &format!("problem-{code}"), &args);
    ShipmentProblem { text: text.unwrap_or_else(|| code.clone()), code }
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct ShipmentQuery {
    state: Option<ShipmentState>,
    carrier: Option<String>,
    attention: Option<Attention>,
}

/// Shipments, the latest first (отправления); a shop sees its own.
#[utoipa::path(
    get, path = "/v1/shipments", tag = "carriers", params(PageParams, ShipmentQuery),
    responses((status = 200, body = Page<ShipmentOut>), (status = "default", body = ProblemBody))
)]
async fn shipment_list(
    State(app): State<App>,
    caller: Caller<rights::OrdersRead>,
    QueryParams(page): QueryParams<PageParams>,
    QueryParams(query): QueryParams<ShipmentQuery>,
) -> Result<Json<Page<ShipmentOut>>, Problem> {
    let limit = page.limit();
    let filter = ShipmentFilter {
        owner: caller.scope().owner(),
        state: query.state,
        carrier: query.carrier,
        attention: query.attention,
        before: page.after()?.unwrap_or(ShipmentId::from_uuid(uuid::Uuid::max())),
    };
    let read = async move |tx: &mut Tx| -> Result<Vec<Shipment>, ShipmentError> {
        Ok(store::shipment_list(tx, &filter, limit + 1).await?)
    };
    let items = app.db.read(read).await?.into_iter().map(ShipmentOut::from).collect();
    Ok(Json(Page::new(items, limit, |shipment: &ShipmentOut| shipment.id.to_string())))
}

async fn find(
    tx: &mut Tx,
    id: ShipmentId,
    owner: Option<OwnerId>,
) -> Result<Shipment, ShipmentError> {
    let found = store::shipment_find(tx, id, owner).await?;
    found.ok_or(ShipmentError::NotFound { shipment: id })
}

/// One shipment.
#[utoipa::path(
    get, path = "/v1/shipments/{id}", tag = "carriers", params(("id" = ShipmentId, Path)),
    responses((status = 200, body = ShipmentOut), (status = "default", body = ProblemBody))
)]
async fn shipment_get(
    State(app): State<App>,
    caller: Caller<rights::OrdersRead>,
    IdPath(id): IdPath<ShipmentId>,
) -> Result<Json<ShipmentOut>, Problem> {
    let owner = caller.scope().owner();
    let read = async move |tx: &mut Tx| find(tx, id, owner).await;
    Ok(Json(app.db.read(read).await?.into()))
}

/// The carrier's label as it came, for ever (этикетка службы доставки).
#[utoipa::path(
    get, path = "/v1/shipments/{id}/label", tag = "carriers", params(("id" = ShipmentId, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "application/pdf"), (status = "default", body = ProblemBody))
)]
async fn shipment_label(
    State(app): State<App>,
    caller: Caller<rights::OrdersRead>,
    IdPath(id): IdPath<ShipmentId>,
) -> Result<Response, Problem> {
    let owner = caller.scope().owner();
    let read = async move |tx: &mut Tx| -> Result<FileRow, ShipmentError> {
        let shipment = find(tx, id, owner).await?;
        let label = shipment.label.ok_or(ShipmentError::NoLabel)?;
        store::file_find(tx, label).await?.ok_or(ShipmentError::NoLabel)
    };
    Ok(file_out(app.db.read(read).await?))
}

/// Tells a refused shipment to its carrier anew (повторить).
#[utoipa::path(
    post, path = "/v1/shipments/{id}/retry", tag = "carriers",
    params(("id" = ShipmentId, Path)),
    responses((status = 200, body = ShipmentOut), (status = "default", body = ProblemBody))
)]
async fn shipment_retry(
    State(app): State<App>,
    caller: Caller<rights::PackingWork>,
    IdPath(id): IdPath<ShipmentId>,
    key: IdempotencyKey,
) -> Result<Json<ShipmentOut>, Problem> {
    let owner = caller.scope().owner();
    let work = async move |tx: &mut Tx, ctx: &Ctx| {
        find(tx, id, owner).await?;
        service::shipment_retry(tx, ctx, id).await?;
        Ok::<_, ShipmentError>(ShipmentOut::from(find(tx, id, owner).await?))
    };
    Ok(Json(app.command(&caller, key, "shipment_retry", &id, work).await?))
}

/// Gives a shipment up; the parcel stays packed (отменить отправление).
#[utoipa::path(
    post, path = "/v1/shipments/{id}/cancel", tag = "carriers",
    params(("id" = ShipmentId, Path)),
    responses((status = 200, body = ShipmentOut), (status = "default", body = ProblemBody))
)]
async fn shipment_cancel(
    State(app): State<App>,
    caller: Caller<rights::PackingWork>,
    IdPath(id): IdPath<ShipmentId>,
    key: IdempotencyKey,
) -> Result<Json<ShipmentOut>, Problem> {
    let owner = caller.scope().owner();
    let work = async move |tx: &mut Tx, ctx: &Ctx| {
        find(tx, id, owner).await?;
        service::shipment_cancel(tx, ctx, id).await?;
        Ok::<_, ShipmentError>(ShipmentOut::from(find(tx, id, owner).await?))
    };
    Ok(Json(app.command(&caller, key, "shipment_cancel", &id, work).await?))
}

/// How a packed parcel shall go.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
struct CarrierChangeIn {
    /// A carrier with an account here, or `auto`.
    carrier: String,
    /// The carrier's code of the buyer's point; empty for a door.
    #[serde(default)]
    point_code: String,
}

/// Sends a packed parcel with another carrier, or to another point (сменить службу доставки).
#[utoipa::path(
    post, path = "/v1/parcels/{id}/carrier", tag = "carriers", request_body = CarrierChangeIn,
    params(("id" = ParcelId, Path)),
    responses((status = 200, body = ShipmentOut), (status = "default", body = ProblemBody))
)]
async fn parcel_carrier_change(
    State(app): State<App>,
    caller: Caller<rights::PackingWork>,
    IdPath(parcel): IdPath<ParcelId>,
    key: IdempotencyKey,
    Body(input): Body<CarrierChangeIn>,
) -> Result<Json<ShipmentOut>, Problem> {
    let body = json!({ "parcel": parcel, "to": input });
    let work = async move |tx: &mut Tx, ctx: &Ctx| {
        let (carrier, point) = (input.carrier.trim(), input.point_code.trim());
        let id = service::carrier_change(tx, ctx, parcel, carrier, point).await?;
        Ok::<_, ShipmentError>(ShipmentOut::from(find(tx, id, None).await?))
    };
    Ok(Json(app.command(&caller, key, "parcel_carrier_change", &body, work).await?))
}
