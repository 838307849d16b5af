//! Handling units over HTTP.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::bins::PlaceOut;
use crate::access::caller::{Caller, rights};
use crate::app::App;
use crate::catalog::service::units as service;
use crate::catalog::{CatalogError, PlaceKind};
use crate::commands::Ctx;
use crate::db::Tx;
use crate::http::{
    Body, IdPath, IdempotencyKey, Page, PageParams, Problem, ProblemBody, QueryParams,
};
use crate::ids::{PlaceId, WarehouseId};

/// How many units directly inside one are shown with it; all of them are listed by `inside_id`.
const INSIDE_SHOWN_MAX: i64 = 500;

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(unit_create, unit_list))
        .routes(routes!(unit_get))
        .routes(routes!(unit_put))
}

#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
struct UnitIn {
    warehouse_id: WarehouseId,
    /// `pallet`, `tote`, `box` or `parcel`.
    kind: PlaceKind,
    #[serde(default)]
    inside_id: Option<PlaceId>,
}

#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
struct PutIn {
    /// The bin or unit to stand in; `null` takes it out.
    inside_id: Option<PlaceId>,
}

/// A handling unit with what is above and below it (грузовая единица).
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct UnitTreeOut {
    unit: PlaceOut,
    /// What it stands in, from the nearest to the bin.
    holders: Vec<PlaceOut>,
    /// The units directly inside.
    units: Vec<PlaceOut>,
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct UnitQuery {
    warehouse_id: Option<WarehouseId>,
    /// What stands directly in this bin or unit.
    inside_id: Option<PlaceId>,
    limit: Option<i64>,
    after: Option<String>,
}

/// Creates a handling unit with the next code of its kind (новая грузовая единица).
#[utoipa::path(
    post, path = "/v1/handling-units", tag = "catalog", request_body = UnitIn,
    responses((status = 201, body = PlaceOut), (status = "default", body = ProblemBody))
)]
async fn unit_create(
    State(app): State<App>,
    caller: Caller<rights::WarehouseWrite>,
    key: IdempotencyKey,
    Body(input): Body<UnitIn>,
) -> Result<(StatusCode, Json<PlaceOut>), Problem> {
    let body = input.clone();
    let work = async move |tx: &mut Tx, ctx: &Ctx| {
        let UnitIn { warehouse_id, kind, inside_id } = input.clone();
        let unit = service::handling_unit_create(tx, ctx, warehouse_id, kind, inside_id).await?;
        Ok::<_, CatalogError>(PlaceOut::from(unit))
    };
    let unit = app.command(&caller, key, "handling_unit_create", &body, work).await?;
    Ok((StatusCode::CREATED, Json(unit)))
}

/// Handling units, oldest first (грузовые единицы).
#[utoipa::path(
    get, path = "/v1/handling-units", tag = "catalog", params(UnitQuery),
    responses((status = 200, body = Page<PlaceOut>), (status = "default", body = ProblemBody))
)]
async fn unit_list(
    State(app): State<App>,
    _caller: Caller<rights::WarehouseRead>,
    QueryParams(query): QueryParams<UnitQuery>,
) -> Result<Json<Page<PlaceOut>>, Problem> {
    let page = PageParams { limit: query.limit, after: query.after };
    let limit = page.limit();
    let after = page.after()?.unwrap_or(PlaceId::from_uuid(uuid::Uuid::nil()));
    let (warehouse, inside) = (query.warehouse_id, query.inside_id);
    let read = async move |tx: &mut Tx| {
        service::handling_unit_list(tx, warehouse, inside, after, limit + 1).await
    };
    let items = app.db.read(read).await?.into_iter().map(PlaceOut::from).collect();
    Ok(Json(Page::new(items, limit, |unit: &PlaceOut| unit.id.to_string())))
}

/// One handling unit, where it stands and what stands in it (дерево).
#[utoipa::path(
    get, path = "/v1/handling-units/{id}", tag = "catalog", params(("id" = PlaceId, Path)),
    responses((status = 200, body = UnitTreeOut), (status = "default", body = ProblemBody))
)]
async fn unit_get(
    State(app): State<App>,
    _caller: Caller<rights::WarehouseRead>,
    IdPath(id): IdPath<PlaceId>,
) -> Result<Json<UnitTreeOut>, Problem> {
    let read = async move |tx: &mut Tx| {
        let unit = service::handling_unit_find(tx, id).await?;
        let holders = service::holders(tx, &unit).await?;
        let start = PlaceId::from_uuid(uuid::Uuid::nil());
        let inside = Some(unit.id);
        let units = service::handling_unit_list(tx, None, inside, start, INSIDE_SHOWN_MAX).await?;
        Ok::<_, CatalogError>((unit, holders, units))
    };
    let (unit, holders, units) = app.db.read(read).await?;
    Ok(Json(UnitTreeOut {
        unit: unit.into(),
        holders: holders.into_iter().map(PlaceOut::from).collect(),
        units: units.into_iter().map(PlaceOut::from).collect(),
    }))
}

/// Puts a unit into a bin or another unit (поставить).
#[utoipa::path(
    post, path = "/v1/handling-units/{id}/put", tag = "catalog", request_body = PutIn,
    params(("id" = PlaceId, Path)),
    responses((status = 200, body = PlaceOut), (status = "default", body = ProblemBody))
)]
async fn unit_put(
    State(app): State<App>,
    caller: Caller<rights::WarehouseWrite>,
    IdPath(id): IdPath<PlaceId>,
    key: IdempotencyKey,
    Body(input): Body<PutIn>,
) -> Result<Json<PlaceOut>, Problem> {
    let body = json!({ "unit_id": id, "inside_id": input.inside_id });
    let work = async move |tx: &mut Tx, _: &Ctx| {
        let unit = service::handling_unit_put(tx, id, input.inside_id).await?;
        Ok::<_, CatalogError>(PlaceOut::from(unit))
    };
    Ok(Json(app.command(&caller, key, "handling_unit_put", &body, work).await?))
}
