//! Manifests over HTTP.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::model::{
    Closed, EntryState, Loaded, ManifestHead, ManifestKey, ManifestState, MissingParcels, Progress,
};
use super::store::{self, EntryRow, ManifestFilter, ManifestRow};
use super::{LabelSeen, ManifestError, act, closing, service};
use crate::access::caller::{Staff, rights};
use crate::app::App;
use crate::carriers::registry::carrier_of;
use crate::carriers::{ExportFormat, ManifestModel};
use crate::commands::Ctx;
use crate::db::Tx;
use crate::http::{
    Body, IdPath, IdempotencyKey, Page, PageParams, Problem, ProblemBody, QueryParams, download,
};
use crate::ids::{ManifestId, OrderId, ParcelId, WarehouseId};
use crate::units::{Day, Grams, Kopecks, UtcMicros};

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(manifest_list, manifest_open))
        .routes(routes!(manifest_get))
        .routes(routes!(manifest_parcel_list))
        .routes(routes!(parcel_load))
        .routes(routes!(parcel_unload))
        .routes(routes!(manifest_close))
        .routes(routes!(manifest_cancel))
        .routes(routes!(act_html))
        .routes(routes!(act_pdf))
        .routes(routes!(act_xlsx))
        .routes(routes!(register_xlsx))
        .routes(routes!(register_csv))
}

/// For which carrier, pick-up point and day parcels are collected.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ManifestIn {
    pub warehouse_id: WarehouseId,
    pub carrier: String,
    /// Empty where a carrier takes all points together.
    #[serde(default)]
    pub pickup_point: String,
    /// Today in Moscow unless told.
    pub day: Option<Day>,
}

/// A parcel by its number.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ParcelScanIn {
    pub parcel: String,
}

/// What becomes of parcels that were expected and not loaded.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CloseIn {
    #[serde(default)]
    pub missing: MissingParcels,
}

/// A manifest.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ManifestOut {
    pub id: ManifestId,
    pub warehouse_id: WarehouseId,
    /// Counted per warehouse; on the sheet's barcode.
    pub number: String,
    pub carrier: String,
    pub pickup_point: String,
    pub day: Day,
    pub state: ManifestState,
    /// Gap-free per warehouse and year; from the closing on.
    pub act_number: Option<String>,
    pub created_at: UtcMicros,
    pub closed_at: Option<UtcMicros>,
    pub progress: Progress,
}

/// A parcel on a manifest.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ManifestParcelOut {
    pub id: ParcelId,
    pub number: String,
    pub state: EntryState,
    pub loaded_at: Option<UtcMicros>,
    pub order_id: OrderId,
    /// The shop's own number.
    pub order_number: String,
    pub shop: String,
    pub weight_g: Grams,
    pub cod_kopecks: Kopecks,
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct ManifestListParams {
    warehouse_id: Option<WarehouseId>,
    state: Option<ManifestState>,
    carrier: Option<String>,
    day: Option<Day>,
    limit: Option<i64>,
    after: Option<String>,
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct ParcelListParams {
    /// `expected` lists what is still to be loaded.
    state: Option<EntryState>,
    limit: Option<i64>,
    after: Option<String>,
}

/// Manifests, newest first (реестры передачи).
#[utoipa::path(
    get, path = "/v1/manifests", tag = "manifests", params(ManifestListParams),
    responses((status = 200, body = Page<ManifestOut>), (status = "default", body = ProblemBody))
)]
async fn manifest_list(
    State(app): State<App>,
    _caller: Staff<rights::ManifestsRead>,
    QueryParams(params): QueryParams<ManifestListParams>,
) -> Result<Json<Page<ManifestOut>>, Problem> {
    let page = PageParams { limit: params.limit, after: params.after };
    let limit = page.limit();
    let newest = ManifestId::from_uuid(uuid::Uuid::max());
    let filter = ManifestFilter {
        warehouse: params.warehouse_id,
        state: params.state,
        carrier: params.carrier,
        day: params.day,
        before: page.after::<ManifestId>()?.unwrap_or(newest),
    };
    let read = async move |tx: &mut Tx| store::manifest_list(tx, &filter, limit + 1).await;
    let rows = app.db.read(read).await?;
    let items = rows.into_iter().map(ManifestOut::from).collect();
    Ok(Json(Page::new(items, limit, |item: &ManifestOut| item.id.to_string())))
}

/// Opens the manifest of a carrier, pick-up point and day, or finds the open one, and collects the
/// parcels that are packed for it (открыть реестр).
#[utoipa::path(
    post, path = "/v1/manifests", tag = "manifests", request_body = ManifestIn,
    responses((status = 200, body = ManifestOut), (status = "default", body = ProblemBody))
)]
async fn manifest_open(
    State(app): State<App>,
    caller: Staff<rights::ManifestsWork>,
    key: IdempotencyKey,
    Body(body): Body<ManifestIn>,
) -> Result<Json<ManifestOut>, Problem> {
    let input = body.clone();
    let work = async move |tx: &mut Tx, ctx: &Ctx| -> Result<ManifestOut, ManifestError> {
        let key = ManifestKey {
            warehouse: input.warehouse_id,
            carrier: input.carrier.trim().to_owned(),
            pickup_point: input.pickup_point.trim().to_owned(),
            day: input.day.unwrap_or_else(|| ctx.now.moscow_day()),
        };
        let head = service::manifest_open(tx, ctx, &key).await?;
        let progress = service::manifest_progress(tx, head.id).await?;
        Ok(ManifestOut::of(head, progress))
    };
    Ok(Json(app.command(&caller, key, "manifest_open", &body, work).await?))
}

/// One manifest with its progress (реестр).
#[utoipa::path(
    get, path = "/v1/manifests/{id}", tag = "manifests", params(("id" = ManifestId, Path)),
    responses((status = 200, body = ManifestOut), (status = "default", body = ProblemBody))
)]
async fn manifest_get(
    State(app): State<App>,
    _caller: Staff<rights::ManifestsRead>,
    IdPath(id): IdPath<ManifestId>,
) -> Result<Json<ManifestOut>, Problem> {
    let read = async move |tx: &mut Tx| -> Result<ManifestOut, ManifestError> {
        let head = service::manifest_find(tx, id).await?;
        let progress = service::manifest_progress(tx, id).await?;
        Ok(ManifestOut::of(head, progress))
    };
    Ok(Json(app.db.snapshot(read).await?))
}

/// The parcels of a manifest (места реестра).
#[utoipa::path(
    get, path = "/v1/manifests/{id}/parcels", tag = "manifests",
    params(("id" = ManifestId, Path), ParcelListParams),
    responses((status = 200, body = Page<ManifestParcelOut>), (status = "default", body = ProblemBody))
)]
async fn manifest_parcel_list(
    State(app): State<App>,
    _caller: Staff<rights::ManifestsRead>,
    IdPath(id): IdPath<ManifestId>,
    QueryParams(params): QueryParams<ParcelListParams>,
) -> Result<Json<Page<ManifestParcelOut>>, Problem> {
    let page = PageParams { limit: params.limit, after: params.after };
    let limit = page.limit();
    let first = ParcelId::from_uuid(uuid::Uuid::nil());
    let after = page.after::<ParcelId>()?.unwrap_or(first);
    let state = params.state;
    let read = async move |tx: &mut Tx| -> Result<Vec<EntryRow>, ManifestError> {
        service::manifest_find(tx, id).await?;
        Ok(store::entry_list(tx, id, state, after, limit + 1).await?)
    };
    let rows = app.db.read(read).await?;
    let items = rows.into_iter().map(ManifestParcelOut::from).collect();
    Ok(Json(Page::new(items, limit, |item: &ManifestParcelOut| item.id.to_string())))
}

/// Loads a parcel (погрузить место). A second time changes nothing and answers `already`.
#[utoipa::path(
    post, path = "/v1/manifests/{id}/load", tag = "manifests", params(("id" = ManifestId, Path)),
    request_body = ParcelScanIn,
    responses((status = 200, body = Loaded), (status = "default", body = ProblemBody))
)]
async fn parcel_load(
    State(app): State<App>,
    caller: Staff<rights::ManifestsWork>,
    IdPath(id): IdPath<ManifestId>,
    key: IdempotencyKey,
    Body(body): Body<ParcelScanIn>,
) -> Result<Json<Loaded>, Problem> {
    let number = body.parcel.trim().to_owned();
    let work = async move |tx: &mut Tx, ctx: &Ctx| -> Result<Loaded, ManifestError> {
        service::parcel_load(tx, ctx, id, &number, LabelSeen::Named).await
    };
    Ok(Json(app.command(&caller, key, "parcel_load", &(id, &body), work).await?))
}

/// Takes a parcel off the manifest again (снять место с погрузки).
#[utoipa::path(
    post, path = "/v1/manifests/{id}/unload", tag = "manifests", params(("id" = ManifestId, Path)),
    request_body = ParcelScanIn,
    responses((status = 200, body = Progress), (status = "default", body = ProblemBody))
)]
async fn parcel_unload(
    State(app): State<App>,
    caller: Staff<rights::ManifestsWork>,
    IdPath(id): IdPath<ManifestId>,
    key: IdempotencyKey,
    Body(body): Body<ParcelScanIn>,
) -> Result<Json<Progress>, Problem> {
    let number = body.parcel.trim().to_owned();
    let work = async move |tx: &mut Tx, ctx: &Ctx| -> Result<Progress, ManifestError> {
        service::parcel_unload(tx, ctx, id, &number).await
    };
    Ok(Json(app.command(&caller, key, "parcel_unload", &(id, &body), work).await?))
}

/// Closes a manifest and hands its parcels over (закрыть реестр, акт приёма-передачи). It happens
/// once: every further call answers the same.
#[utoipa::path(
    post, path = "/v1/manifests/{id}/close", tag = "manifests", params(("id" = ManifestId, Path)),
    request_body = CloseIn,
    responses((status = 200, body = Closed), (status = "default", body = ProblemBody))
)]
async fn manifest_close(
    State(app): State<App>,
    caller: Staff<rights::ManifestsWork>,
    IdPath(id): IdPath<ManifestId>,
    key: IdempotencyKey,
    Body(body): Body<CloseIn>,
) -> Result<Json<Closed>, Problem> {
    let work = async move |tx: &mut Tx, ctx: &Ctx| -> Result<Closed, ManifestError> {
        closing::manifest_close(tx, ctx, id, body.missing).await
    };
    Ok(Json(app.command(&caller, key, "manifest_close", &(id, body), work).await?))
}

/// Gives up a manifest on which nothing is loaded (отменить реестр).
#[utoipa::path(
    post, path = "/v1/manifests/{id}/cancel", tag = "manifests", params(("id" = ManifestId, Path)),
    responses((status = 200, body = ManifestOut), (status = "default", body = ProblemBody))
)]
async fn manifest_cancel(
    State(app): State<App>,
    caller: Staff<rights::ManifestsWork>,
    IdPath(id): IdPath<ManifestId>,
    key: IdempotencyKey,
) -> Result<Json<ManifestOut>, Problem> {
    let work = async move |tx: &mut Tx, ctx: &Ctx| -> Result<ManifestOut, ManifestError> {
        service::manifest_cancel(tx, ctx, id).await?;
        let head = service::manifest_find(tx, id).await?;
        let progress = service::manifest_progress(tx, id).await?;
        Ok(ManifestOut::of(head, progress))
    };
    Ok(Json(app.command(&caller, key, "manifest_cancel", &id, work).await?))
}

/// The act of a closed manifest to print (акт приёма-передачи).
#[utoipa::path(
    get, path = "/v1/manifests/{id}/act.html", tag = "manifests", params(("id" = ManifestId, Path)),
    responses((status = 200, body = String, content_type = "text/html"), (status = "default", body = ProblemBody))
)]
async fn act_html(
    State(app): State<App>,
    _caller: Staff<rights::ManifestsRead>,
    IdPath(id): IdPath<ManifestId>,
) -> Result<Response, Problem> {
    let model = act_of(&app, id).await?;
    Ok(axum::response::Html(act::html(&model)?).into_response())
}

/// The act of a closed manifest as PDF (акт приёма-передачи).
#[utoipa::path(
    get, path = "/v1/manifests/{id}/act.pdf", tag = "manifests", params(("id" = ManifestId, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "application/pdf"), (status = "default", body = ProblemBody))
)]
async fn act_pdf(
    State(app): State<App>,
    _caller: Staff<rights::ManifestsRead>,
    IdPath(id): IdPath<ManifestId>,
) -> Result<Response, Problem> {
    let model = act_of(&app, id).await?;
    let name = format!("act-{}.pdf", model.act_number);
    let drawn = tokio::task::spawn_blocking(move || act::pdf(&model)).await;
    let bytes = drawn.expect("drawing does not panic")?;
    Ok(download("application/pdf", &name, bytes))
}

/// The act of a closed manifest as a workbook (акт приёма-передачи).
#[utoipa::path(
    get, path = "/v1/manifests/{id}/act.xlsx", tag = "manifests", params(("id" = ManifestId, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream"), (status = "default", body = ProblemBody))
)]
async fn act_xlsx(
    State(app): State<App>,
    _caller: Staff<rights::ManifestsRead>,
    IdPath(id): IdPath<ManifestId>,
) -> Result<Response, Problem> {
    let model = act_of(&app, id).await?;
    let name = format!("act-{}.xlsx", model.act_number);
    Ok(download(ExportFormat::Xlsx.media_type(), &name, act::workbook(&model)?))
}

/// The carrier's register of a closed manifest as a workbook (реестр для перевозчика).
#[utoipa::path(
    get, path = "/v1/manifests/{id}/register.xlsx", tag = "manifests", params(("id" = ManifestId, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream"), (status = "default", body = ProblemBody))
)]
async fn register_xlsx(
    State(app): State<App>,
    _caller: Staff<rights::ManifestsRead>,
    IdPath(id): IdPath<ManifestId>,
) -> Result<Response, Problem> {
    register(&app, id, ExportFormat::Xlsx).await
}

/// The carrier's register of a closed manifest as text (реестр для перевозчика).
#[utoipa::path(
    get, path = "/v1/manifests/{id}/register.csv", tag = "manifests", params(("id" = ManifestId, Path)),
    responses((status = 200, body = String, content_type = "text/csv"), (status = "default", body = ProblemBody))
)]
async fn register_csv(
    State(app): State<App>,
    _caller: Staff<rights::ManifestsRead>,
    IdPath(id): IdPath<ManifestId>,
) -> Result<Response, Problem> {
    register(&app, id, ExportFormat::Csv).await
}

async fn register(app: &App, id: ManifestId, format: ExportFormat) -> Result<Response, Problem> {
    let model = act_of(app, id).await?;
    let carrier = carrier_of(&model.carrier);
    let files = match carrier.manifests() {
        Some(export) => export.manifest_export(&model)?,
        None => Vec::new(),
    };
    let file = files.into_iter().find(|file| file.format == format);
    let file = file.ok_or_else(|| Problem::of("route_unknown", Vec::new()))?;
    Ok(download(file.format.media_type(), &file.name, file.bytes))
}

/// What the act says, once there is one.
async fn act_of(app: &App, id: ManifestId) -> Result<ManifestModel, ManifestError> {
    let read = async move |tx: &mut Tx| -> Result<ManifestModel, ManifestError> {
        let head = service::manifest_find(tx, id).await?;
        let act = store::manifest_act(tx, id).await?;
        act.ok_or(ManifestError::NotClosed { number: head.number })
    };
    app.db.read(read).await
}

impl ManifestOut {
    fn of(head: ManifestHead, progress: Progress) -> Self {
        Self {
            id: head.id,
            warehouse_id: head.warehouse,
            number: head.number,
            carrier: head.carrier,
            pickup_point: head.pickup_point,
            day: head.day,
            state: head.state,
            act_number: head.act_number,
            created_at: head.created_at,
            closed_at: head.closed_at,
            progress,
        }
    }
}

impl From<ManifestRow> for ManifestOut {
    fn from(row: ManifestRow) -> Self {
        Self {
            id: row.id,
            warehouse_id: row.warehouse,
            number: row.number,
            carrier: row.carrier,
            pickup_point: row.pickup_point,
            day: row.day,
            state: row.state,
            act_number: row.act_number,
            created_at: row.created_at,
            closed_at: row.closed_at,
            progress: Progress { expected: row.expected, loaded: row.loaded, missing: row.missing },
        }
    }
}

impl From<EntryRow> for ManifestParcelOut {
    fn from(row: EntryRow) -> Self {
        Self {
            id: row.parcel,
            number: row.number,
            state: row.state,
            loaded_at: row.loaded_at,
            order_id: row.order,
            order_number: row.order_number,
            shop: row.shop,
            weight_g: row.weight_g,
            cod_kopecks: row.cod_kopecks,
        }
    }
}
