//! Warehouses, zones and bins over HTTP.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::access::caller::{Caller, rights};
use crate::app::App;
use crate::barcodes::{OwnCode, OwnKind};
use crate::catalog::service::bins::{self as service, BinTraits, BinsReport, NewBin};
use crate::catalog::service::places;
use crate::catalog::store::places::{Warehouse, Zone};
use crate::catalog::{BinLayout, BinPurpose, CatalogError, Mixing, Place, PlaceKind};
use crate::commands::Ctx;
use crate::db::Tx;
use crate::fault::InputFaults;
use crate::http::{
    Body, IdPath, IdempotencyKey, Page, PageParams, Problem, ProblemBody, QueryParams,
};
use crate::ids::{PlaceId, WarehouseId, ZoneId};
use crate::units::{CubicCentimetres, Grams, UtcMicros};

const REASON_LENGTH_MAX: usize = 500;

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(warehouse_create, warehouse_list))
        .routes(routes!(zone_create, zone_list))
        .routes(routes!(bin_create, bin_list))
        .routes(routes!(bins_generate))
        .routes(routes!(bin_get))
        .routes(routes!(bin_lock))
        .routes(routes!(bin_unlock))
        .routes(routes!(bin_rename))
}

#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
struct WarehouseIn {
    code: String,
    name: String,
}

/// A building (склад).
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
struct WarehouseOut {
    id: WarehouseId,
    code: String,
    name: String,
    created_at: UtcMicros,
}

impl From<Warehouse> for WarehouseOut {
    fn from(warehouse: Warehouse) -> Self {
        let Warehouse { id, code, name, created_at } = warehouse;
        Self { id, code, name, created_at }
    }
}

#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
struct ZoneIn {
    warehouse_id: WarehouseId,
    code: String,
    name: String,
}

/// A part of a warehouse (зона).
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
struct ZoneOut {
    id: ZoneId,
    warehouse_id: WarehouseId,
    code: String,
    name: String,
}

impl From<Zone> for ZoneOut {
    fn from(zone: Zone) -> Self {
        let Zone { id, warehouse, code, name } = zone;
        Self { id, warehouse_id: warehouse, code, name }
    }
}

#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
struct BinIn {
    zone_id: ZoneId,
    /// As printed: letters, digits and `-`.
    code: String,
    aisle: String,
    /// The position on a picker's way.
    sequence: i64,
    #[serde(flatten)]
    traits: BinTraits,
}

impl From<BinIn> for NewBin {
    fn from(input: BinIn) -> Self {
        Self {
            zone: input.zone_id,
            code: input.code,
            aisle: input.aisle,
            purpose: input.traits.purpose,
            sequence: input.sequence,
            volume_max_cm3: input.traits.volume_max_cm3,
            weight_max_g: input.traits.weight_max_g,
            mixing: input.traits.mixing,
        }
    }
}

#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
struct BinsGenerateIn {
    zone_id: ZoneId,
    #[serde(flatten)]
    layout: BinLayout,
    #[serde(flatten)]
    traits: BinTraits,
    /// Added to each position, so that one zone is walked after another.
    #[serde(default)]
    sequence_from: i64,
}

#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
struct BinLockIn {
    reason: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
struct RenameIn {
    code: String,
}

/// A bin or a handling unit (место).
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub(super) struct PlaceOut {
    pub(super) id: PlaceId,
    warehouse_id: WarehouseId,
    kind: PlaceKind,
    code: String,
    /// What is printed on it, to be scanned.
    barcode: Option<String>,
    /// Its stock can be promised to orders.
    pickable: bool,
    locked: bool,
    purpose: Option<BinPurpose>,
    sequence: Option<i64>,
    mixing: Option<Mixing>,
    volume_max_cm3: Option<CubicCentimetres>,
    weight_max_g: Option<Grams>,
    inside_id: Option<PlaceId>,
}

/// The printed form of the code. A parcel's code is its printed form, and nothing is stuck on places
/// outside the warehouse.
fn barcode(place: &Place) -> Option<String> {
    let kind = match place.kind {
        PlaceKind::Bin => OwnKind::Bin,
        PlaceKind::Pallet | PlaceKind::Tote | PlaceKind::Box => OwnKind::HandlingUnit,
        PlaceKind::Parcel => return Some(place.code.clone()),
        _ => return None,
    };
    OwnCode::new(kind, &place.code).ok().map(|code| code.to_string())
}

impl From<Place> for PlaceOut {
    fn from(place: Place) -> Self {
        let barcode = barcode(&place);
        Self {
            id: place.id,
            barcode,
            warehouse_id: place.warehouse,
            kind: place.kind,
            code: place.code,
            pickable: place.pickable,
            locked: place.locked,
            purpose: place.purpose,
            sequence: place.sequence,
            mixing: place.mixing,
            volume_max_cm3: place.volume_max_cm3,
            weight_max_g: place.weight_max_g,
            inside_id: place.inside,
        }
    }
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct BinQuery {
    warehouse_id: Option<WarehouseId>,
    zone_id: Option<ZoneId>,
    limit: Option<i64>,
    after: Option<String>,
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct ZoneQuery {
    warehouse_id: Option<WarehouseId>,
    limit: Option<i64>,
    after: Option<String>,
}

/// Creates a warehouse with the places outside it (новый склад).
#[utoipa::path(
    post, path = "/v1/warehouses", tag = "catalog", request_body = WarehouseIn,
    responses((status = 201, body = WarehouseOut), (status = "default", body = ProblemBody))
)]
async fn warehouse_create(
    State(app): State<App>,
    caller: Caller<rights::WarehouseWrite>,
    key: IdempotencyKey,
    Body(input): Body<WarehouseIn>,
) -> Result<(StatusCode, Json<WarehouseOut>), Problem> {
    let body = input.clone();
    let work = async move |tx: &mut Tx, ctx: &Ctx| {
        let made = places::warehouse_create(tx, ctx, &input.code, &input.name).await?;
        Ok::<_, CatalogError>(WarehouseOut::from(made))
    };
    let warehouse = app.command(&caller, key, "warehouse_create", &body, work).await?;
    Ok((StatusCode::CREATED, Json(warehouse)))
}

/// Warehouses, oldest first (склады).
#[utoipa::path(
    get, path = "/v1/warehouses", tag = "catalog", params(PageParams),
    responses((status = 200, body = Page<WarehouseOut>), (status = "default", body = ProblemBody))
)]
async fn warehouse_list(
    State(app): State<App>,
    _caller: Caller<rights::CatalogRead>,
    QueryParams(page): QueryParams<PageParams>,
) -> Result<Json<Page<WarehouseOut>>, Problem> {
    let limit = page.limit();
    let after = page.after()?.unwrap_or(WarehouseId::from_uuid(uuid::Uuid::nil()));
    let read = async move |tx: &mut Tx| places::warehouse_list(tx, after, limit + 1).await;
    let items = app.db.read(read).await?.into_iter().map(WarehouseOut::from).collect();
    Ok(Json(Page::new(items, limit, |warehouse: &WarehouseOut| warehouse.id.to_string())))
}

/// Creates a zone (новая зона).
#[utoipa::path(
    post, path = "/v1/zones", tag = "catalog", request_body = ZoneIn,
    responses((status = 201, body = ZoneOut), (status = "default", body = ProblemBody))
)]
async fn zone_create(
    State(app): State<App>,
    caller: Caller<rights::WarehouseWrite>,
    key: IdempotencyKey,
    Body(input): Body<ZoneIn>,
) -> Result<(StatusCode, Json<ZoneOut>), Problem> {
    let body = input.clone();
    let work = async move |tx: &mut Tx, _: &Ctx| {
        let ZoneIn { warehouse_id, code, name } = &input;
        let zone = service::zone_create(tx, *warehouse_id, code, name).await?;
        Ok::<_, CatalogError>(ZoneOut::from(zone))
    };
    let zone = app.command(&caller, key, "zone_create", &body, work).await?;
    Ok((StatusCode::CREATED, Json(zone)))
}

/// Zones, oldest first (зоны).
#[utoipa::path(
    get, path = "/v1/zones", tag = "catalog", params(ZoneQuery),
    responses((status = 200, body = Page<ZoneOut>), (status = "default", body = ProblemBody))
)]
async fn zone_list(
    State(app): State<App>,
    _caller: Caller<rights::WarehouseRead>,
    QueryParams(query): QueryParams<ZoneQuery>,
) -> Result<Json<Page<ZoneOut>>, Problem> {
    let page = PageParams { limit: query.limit, after: query.after };
    let (limit, warehouse) = (page.limit(), query.warehouse_id);
    let after = page.after()?.unwrap_or(ZoneId::from_uuid(uuid::Uuid::nil()));
    let read = async move |tx: &mut Tx| service::zone_list(tx, warehouse, after, limit + 1).await;
    let items = app.db.read(read).await?.into_iter().map(ZoneOut::from).collect();
    Ok(Json(Page::new(items, limit, |zone: &ZoneOut| zone.id.to_string())))
}

/// Creates one bin (новая ячейка).
#[utoipa::path(
    post, path = "/v1/bins", tag = "catalog", request_body = BinIn,
    responses((status = 201, body = PlaceOut), (status = "default", body = ProblemBody))
)]
async fn bin_create(
    State(app): State<App>,
    caller: Caller<rights::WarehouseWrite>,
    key: IdempotencyKey,
    Body(input): Body<BinIn>,
) -> Result<(StatusCode, Json<PlaceOut>), Problem> {
    let body = input.clone();
    let new = NewBin::from(input);
    let work = async move |tx: &mut Tx, ctx: &Ctx| {
        Ok::<_, CatalogError>(PlaceOut::from(service::bin_create(tx, ctx, &new).await?))
    };
    let bin = app.command(&caller, key, "bin_create", &body, work).await?;
    Ok((StatusCode::CREATED, Json(bin)))
}

/// Creates the bins of a layout that are not there yet (ячейки по диапазонам).
#[utoipa::path(
    post, path = "/v1/bins/generate", tag = "catalog", request_body = BinsGenerateIn,
    responses((status = 200, body = BinsReport), (status = "default", body = ProblemBody))
)]
async fn bins_generate(
    State(app): State<App>,
    caller: Caller<rights::WarehouseWrite>,
    key: IdempotencyKey,
    Body(input): Body<BinsGenerateIn>,
) -> Result<Json<BinsReport>, Problem> {
    let body = input.clone();
    let work = async move |tx: &mut Tx, ctx: &Ctx| {
        let BinsGenerateIn { zone_id, layout, traits, sequence_from } = &input;
        service::bins_generate(tx, ctx, *zone_id, layout, *traits, *sequence_from).await
    };
    Ok(Json(app.command(&caller, key, "bins_generate", &body, work).await?))
}

/// Bins, oldest first (ячейки).
#[utoipa::path(
    get, path = "/v1/bins", tag = "catalog", params(BinQuery),
    responses((status = 200, body = Page<PlaceOut>), (status = "default", body = ProblemBody))
)]
async fn bin_list(
    State(app): State<App>,
    _caller: Caller<rights::WarehouseRead>,
    QueryParams(query): QueryParams<BinQuery>,
) -> Result<Json<Page<PlaceOut>>, Problem> {
    let page = PageParams { limit: query.limit, after: query.after };
    let limit = page.limit();
    let after = page.after()?.unwrap_or(PlaceId::from_uuid(uuid::Uuid::nil()));
    let (warehouse, zone) = (query.warehouse_id, query.zone_id);
    let read =
        async move |tx: &mut Tx| service::bin_list(tx, warehouse, zone, after, limit + 1).await;
    let items = app.db.read(read).await?.into_iter().map(PlaceOut::from).collect();
    Ok(Json(Page::new(items, limit, |bin: &PlaceOut| bin.id.to_string())))
}

/// One bin. What lies in it: `/v1/stock?place_id=`.
#[utoipa::path(
    get, path = "/v1/bins/{id}", tag = "catalog", params(("id" = PlaceId, Path)),
    responses((status = 200, body = PlaceOut), (status = "default", body = ProblemBody))
)]
async fn bin_get(
    State(app): State<App>,
    _caller: Caller<rights::WarehouseRead>,
    IdPath(id): IdPath<PlaceId>,
) -> Result<Json<PlaceOut>, Problem> {
    let bin = app.db.read(async move |tx: &mut Tx| service::bin_find(tx, id).await).await?;
    Ok(Json(bin.into()))
}

/// Closes a bin, so that nothing in it can be promised (заблокировать ячейку). Refused with
/// `stock_promised` while orders need what lies there.
#[utoipa::path(
    post, path = "/v1/bins/{id}/lock", tag = "catalog", request_body = BinLockIn,
    params(("id" = PlaceId, Path)),
    responses((status = 200, body = PlaceOut), (status = "default", body = ProblemBody))
)]
async fn bin_lock(
    State(app): State<App>,
    caller: Caller<rights::WarehouseWrite>,
    IdPath(id): IdPath<PlaceId>,
    key: IdempotencyKey,
    Body(input): Body<BinLockIn>,
) -> Result<Json<PlaceOut>, Problem> {
    let mut faults = InputFaults::default();
    faults.text("reason", &input.reason, REASON_LENGTH_MAX);
    faults.finish()?;
    let body = json!({ "bin_id": id, "reason": input.reason });
    let work = async move |tx: &mut Tx, _: &Ctx| {
        Ok::<_, CatalogError>(PlaceOut::from(service::bin_lock(tx, id).await?))
    };
    Ok(Json(app.command(&caller, key, "bin_lock", &body, work).await?))
}

/// Opens a bin again (разблокировать ячейку).
#[utoipa::path(
    post, path = "/v1/bins/{id}/unlock", tag = "catalog",
    params(("id" = PlaceId, Path)),
    responses((status = 200, body = PlaceOut), (status = "default", body = ProblemBody))
)]
async fn bin_unlock(
    State(app): State<App>,
    caller: Caller<rights::WarehouseWrite>,
    IdPath(id): IdPath<PlaceId>,
    key: IdempotencyKey,
) -> Result<Json<PlaceOut>, Problem> {
    let work = async move |tx: &mut Tx, _: &Ctx| {
        Ok::<_, CatalogError>(PlaceOut::from(service::bin_unlock(tx, id).await?))
    };
    Ok(Json(app.command(&caller, key, "bin_unlock", &id, work).await?))
}

/// Gives a bin another code (переименовать ячейку); its history stays with it.
#[utoipa::path(
    post, path = "/v1/bins/{id}/rename", tag = "catalog", request_body = RenameIn,
    params(("id" = PlaceId, Path)),
    responses((status = 200, body = PlaceOut), (status = "default", body = ProblemBody))
)]
async fn bin_rename(
    State(app): State<App>,
    caller: Caller<rights::WarehouseWrite>,
    IdPath(id): IdPath<PlaceId>,
    key: IdempotencyKey,
    Body(input): Body<RenameIn>,
) -> Result<Json<PlaceOut>, Problem> {
    let body = json!({ "bin_id": id, "code": input.code });
    let work = async move |tx: &mut Tx, _: &Ctx| {
        Ok::<_, CatalogError>(PlaceOut::from(service::bin_rename(tx, id, &input.code).await?))
    };
    Ok(Json(app.command(&caller, key, "bin_rename", &body, work).await?))
}
