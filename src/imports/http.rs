//! Small files over HTTP; large ones go through the command line.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::points::{self, PointsRequest};
use super::table::Source;
use super::{ImportKind, ImportMode, ImportReport, ImportRequest, NewProducts, Refusal, run};
use crate::access::Principal;
use crate::access::caller::{Caller, rights};
use crate::app::App;
use crate::http::{IdempotencyKey, Problem, ProblemBody, QueryParams};
use crate::i18n::Language;
use crate::ids::{OwnerId, WarehouseId};
use crate::orders::OrderError;
use crate::points::Closing;

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(import_orders))
        .routes(routes!(import_products))
        .routes(routes!(import_stock))
        .routes(routes!(import_bins))
        .routes(routes!(import_points))
}

/// How a file is to be read.
#[derive(Debug, Clone, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct ImportParams {
    /// The operator's people name the shop; a shop's key is its own.
    owner_id: Option<OwnerId>,
    warehouse_id: Option<WarehouseId>,
    /// `field=Heading,…` where headings are not the known ones.
    map: Option<String>,
    /// The name of the file in messages.
    file: Option<String>,
    /// Unknown articles of an order file become products.
    create_products: Option<bool>,
    /// All rows or none.
    whole: Option<bool>,
}

/// A row that was not applied, in words.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct RefusalOut {
    line: i64,
    column: Option<String>,
    code: String,
    value: String,
    detail: String,
}

/// What an import came to.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct ImportOut {
    file: String,
    rows: i64,
    created: i64,
    unchanged: i64,
    refused: usize,
    products_created: i64,
    refusals: Vec<RefusalOut>,
}

/// Imports orders from a CSV or XLSX file (загрузка заказов). Repeating it adds nothing.
#[utoipa::path(
    post, path = "/v1/imports/orders", tag = "imports", params(ImportParams),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, body = ImportOut), (status = "default", body = ProblemBody))
)]
async fn import_orders(
    State(app): State<App>,
    caller: Caller<rights::OrdersWrite>,
    QueryParams(params): QueryParams<ImportParams>,
    _key: IdempotencyKey,
    body: Bytes,
) -> Result<Json<ImportOut>, Problem> {
    import(&app, &caller.principal, ImportKind::Orders, params, &body).await
}

/// Imports products from a CSV or XLSX file (загрузка товаров). Repeating it adds nothing.
#[utoipa::path(
    post, path = "/v1/imports/products", tag = "imports", params(ImportParams),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, body = ImportOut), (status = "default", body = ProblemBody))
)]
async fn import_products(
    State(app): State<App>,
    caller: Caller<rights::CatalogWrite>,
    QueryParams(params): QueryParams<ImportParams>,
    _key: IdempotencyKey,
    body: Bytes,
) -> Result<Json<ImportOut>, Problem> {
    import(&app, &caller.principal, ImportKind::Products, params, &body).await
}

/// Imports the stock to start with from a CSV or XLSX file (загрузка остатков). The same file again
/// adds nothing.
#[utoipa::path(
    post, path = "/v1/imports/stock", tag = "imports", params(ImportParams),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, body = ImportOut), (status = "default", body = ProblemBody))
)]
async fn import_stock(
    State(app): State<App>,
    caller: Caller<rights::StockAdjust>,
    QueryParams(params): QueryParams<ImportParams>,
    _key: IdempotencyKey,
    body: Bytes,
) -> Result<Json<ImportOut>, Problem> {
    import(&app, &caller.principal, ImportKind::Stock, params, &body).await
}

/// Imports bins from a CSV or XLSX file (загрузка ячеек). Repeating it adds nothing.
#[utoipa::path(
    post, path = "/v1/imports/bins", tag = "imports", params(ImportParams),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, body = ImportOut), (status = "default", body = ProblemBody))
)]
async fn import_bins(
    State(app): State<App>,
    caller: Caller<rights::WarehouseWrite>,
    QueryParams(params): QueryParams<ImportParams>,
    _key: IdempotencyKey,
    body: Bytes,
) -> Result<Json<ImportOut>, Problem> {
    import(&app, &caller.principal, ImportKind::Bins, params, &body).await
}

/// How a list of delivery points is to be read.
#[derive(Debug, Clone, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct PointsParams {
    /// `field=Heading,…` where headings are not the known ones.
    map: Option<String>,
    /// The name of the file in messages.
    file: Option<String>,
    /// All rows or none.
    whole: Option<bool>,
    /// The file is the whole list: points that it does not name are closed. One wrong row refuses it.
    replace: Option<bool>,
    /// With `replace`: `any` if more than half of the points have really closed.
    closing: Option<Closing>,
}

/// What an import of points came to.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct PointsImportOut {
    file: String,
    rows: i64,
    created: usize,
    changed: usize,
    unchanged: usize,
    closed: usize,
    reopened: usize,
    refused: usize,
    refusals: Vec<RefusalOut>,
}

/// Imports a carrier's delivery points from a CSV or XLSX file (загрузка пунктов выдачи), as they are
/// taken from its interface. Repeating it adds nothing.
#[utoipa::path(
    post, path = "/v1/carriers/{code}/points/import", tag = "imports",
    params(("code" = String, Path), PointsParams),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, body = PointsImportOut), (status = "default", body = ProblemBody))
)]
async fn import_points(
    State(app): State<App>,
    caller: Caller<rights::CarriersManage>,
    Path(carrier): Path<String>,
    QueryParams(params): QueryParams<PointsParams>,
    _key: IdempotencyKey,
    body: Bytes,
) -> Result<Json<PointsImportOut>, Problem> {
    let file = params.file.unwrap_or_else(|| "points.csv".to_owned());
    let is_whole_list = params.replace.unwrap_or(false);
    let request = PointsRequest {
        carrier,
        source: Source::Bytes(Arc::from(body.as_ref())),
        file: file.clone(),
        map: params.map.unwrap_or_default(),
        mode: if params.whole.unwrap_or(false) { ImportMode::Whole } else { ImportMode::Rows },
        closing: match params.closing {
            _ if !is_whole_list => Closing::Named,
            Some(closing) => closing,
            None => Closing::Plausible,
        },
    };
    let report = Box::pin(points::run(&app, request, caller.principal.user())).await?;
    Ok(Json(PointsImportOut {
        file,
        rows: report.rows,
        created: report.points.created,
        changed: report.points.changed,
        unchanged: report.points.unchanged,
        closed: report.points.closed,
        reopened: report.points.reopened,
        refused: report.refusals.len(),
        refusals: report.refusals.iter().map(RefusalOut::from).collect(),
    }))
}

impl From<&Refusal> for RefusalOut {
    fn from(refusal: &Refusal) -> Self {
        Self {
            line: refusal.line,
            column: refusal.column.clone(),
            code: refusal.code.to_owned(),
            value: refusal.value.clone(),
            detail: refusal.text(Language::Russian),
        }
    }
}

async fn import(
    app: &App,
    principal: &Principal,
    kind: ImportKind,
    params: ImportParams,
    body: &Bytes,
) -> Result<Json<ImportOut>, Problem> {
    let own = principal.scope().owner();
    if let (Some(own), Some(named)) = (own, params.owner_id)
        && own != named
    {
        return Err(OrderError::NotFound { what: "owner" }.into());
    }
    let whole = params.whole.unwrap_or(false);
    let create = params.create_products.unwrap_or(false)
        && principal.may(crate::access::Right::CatalogWrite);
    let file = params.file.unwrap_or_else(|| format!("{kind}.csv"));
    let request = ImportRequest {
        kind,
        source: Source::Bytes(Arc::from(body.as_ref())),
        file: file.clone(),
        owner: own.or(params.owner_id),
        warehouse: params.warehouse_id,
        map: params.map.unwrap_or_default(),
        new_products: if create { NewProducts::Create } else { NewProducts::Refuse },
        mode: if whole { ImportMode::Whole } else { ImportMode::Rows },
    };
    let report = run(app, request, principal.user(), |_| {}).await?;
    Ok(Json(shown(file, &report)))
}

fn shown(file: String, report: &ImportReport) -> ImportOut {
    ImportOut {
        file,
        rows: report.rows,
        created: report.created,
        unchanged: report.unchanged,
        refused: report.refusals.len(),
        products_created: report.products_created,
        refusals: report.refusals.iter().map(RefusalOut::from).collect(),
    }
}
