//! Registers and findings over HTTP. They list parcels of all shops, so they are the operator's alone;
//! a shop sees the money of its own parcels (`GET /v1/cod`).

mod findings;
mod terms;

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::load::{RegisterReport, RegisterRequest};
use super::model::{RegisterLineOut, RegisterOut, RegisterState};
use super::store::{lines, registers};
use super::{RegisterError, load, service};
use crate::access::caller::{Staff, rights};
use crate::app::App;
use crate::commands::Ctx;
use crate::db::{DbError, Tx};
use crate::fault::InputError;
use crate::http::{
    Body, IdPath, IdempotencyKey, Page, PageParams, Problem, ProblemBody, QueryParams, Reads,
    ReasonIn,
};
use crate::i18n::Language;
use crate::ids::{CodRegisterId, ParcelId};
use crate::imports::{Refusal, Source};
use crate::units::Day;

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(register_import))
        .routes(routes!(register_list))
        .routes(routes!(register_get))
        .routes(routes!(register_line_list))
        .routes(routes!(register_line_assign))
        .routes(routes!(register_check))
        .routes(routes!(register_accept))
        .routes(routes!(register_reject))
        .merge(findings::router())
        .merge(terms::router())
}

#[derive(Debug, Clone, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct ImportParams {
    /// The code of the carrier whose register it is; must be told.
    carrier: Option<String>,
    /// The carrier's number of the register.
    number: Option<String>,
    /// The last day of its lines unless told.
    day: Option<Day>,
    /// The number of the payment order (платёжное поручение).
    payment_order: Option<String>,
    /// `field=Heading,…` where headings are not the known ones; kept for the carrier's next files.
    map: Option<String>,
    /// The name of the file in messages.
    file: Option<String>,
}

/// A row that could not be read, in words.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct WrongRowOut {
    row: i64,
    column: Option<String>,
    code: String,
    value: String,
    detail: String,
}

/// What taking a register in came to.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct RegisterImportOut {
    register: RegisterOut,
    /// It was there already, and nothing was added.
    is_known: bool,
    /// Rows that could not be read; the first thousand of them.
    wrong_rows: Vec<WrongRowOut>,
    /// Open ones.
    findings: i64,
    blocking: i64,
}

/// Takes in a carrier's register of collected money from a CSV or XLSX file (загрузка реестра). The
/// same register again adds nothing, and nothing is posted.
#[utoipa::path(
    post, path = "/v1/registers/import", tag = "money", params(ImportParams),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, body = RegisterImportOut), (status = "default", body = ProblemBody))
)]
async fn register_import(
    State(app): State<App>,
    caller: Staff<rights::MoneyWork>,
    Reads(language): Reads,
    QueryParams(params): QueryParams<ImportParams>,
    _key: IdempotencyKey,
    body: Bytes,
) -> Result<Json<RegisterImportOut>, Problem> {
    let request = RegisterRequest {
        carrier: params.carrier.unwrap_or_default(),
        source: Source::Bytes(Arc::from(body.as_ref())),
        file: params.file.unwrap_or_else(|| "register.csv".to_owned()),
        number: params.number.unwrap_or_default(),
        day: params.day,
        payment_order: params.payment_order.unwrap_or_default(),
        map: params.map.unwrap_or_default(),
    };
    let report = Box::pin(load::import(&app, request, caller.principal.user(), |_| {})).await?;
    let register = find(&app, report.register).await?;
    Ok(Json(imported(register, &report, language)))
}

fn imported(
    register: RegisterOut,
    report: &RegisterReport,
    language: Language,
) -> RegisterImportOut {
    RegisterImportOut {
        register,
        is_known: report.is_known,
        wrong_rows: report.refusals.iter().map(|one| wrong_row(one, language)).collect(),
        findings: report.findings,
        blocking: report.blocking,
    }
}

fn wrong_row(refusal: &Refusal, language: Language) -> WrongRowOut {
    WrongRowOut {
        row: refusal.line,
        column: refusal.column.clone(),
        code: refusal.code.to_owned(),
        value: refusal.value.clone(),
        detail: refusal.text(language),
    }
}

async fn find(app: &App, id: CodRegisterId) -> Result<RegisterOut, RegisterError> {
    let read = async move |tx: &mut Tx| registers::find(tx, id).await;
    let found = app.db.read::<_, DbError, _>(read).await?;
    found.ok_or(RegisterError::NotFound { register: id })
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct RegisterParams {
    carrier: Option<String>,
    state: Option<RegisterState>,
    limit: Option<i64>,
    after: Option<String>,
}

/// Registers, the newest first (реестры перевозчиков).
#[utoipa::path(
    get, path = "/v1/registers", tag = "money", params(RegisterParams),
    responses((status = 200, body = Page<RegisterOut>), (status = "default", body = ProblemBody))
)]
async fn register_list(
    State(app): State<App>,
    _caller: Staff<rights::MoneyRead>,
    QueryParams(params): QueryParams<RegisterParams>,
) -> Result<Json<Page<RegisterOut>>, Problem> {
    let page = PageParams { limit: params.limit, after: params.after };
    let limit = page.limit();
    let newest = CodRegisterId::from_uuid(uuid::Uuid::max());
    let before = page.after()?.unwrap_or(newest);
    let read = async move |tx: &mut Tx| {
        registers::list(tx, before, params.carrier.clone(), params.state, limit + 1).await
    };
    let items = app.db.read::<_, DbError, _>(read).await?;
    Ok(Json(Page::new(items, limit, |item| item.id.to_string())))
}

/// A register.
#[utoipa::path(
    get, path = "/v1/registers/{id}", tag = "money", params(("id" = CodRegisterId, Path)),
    responses((status = 200, body = RegisterOut), (status = "default", body = ProblemBody))
)]
async fn register_get(
    State(app): State<App>,
    _caller: Staff<rights::MoneyRead>,
    IdPath(id): IdPath<CodRegisterId>,
) -> Result<Json<RegisterOut>, Problem> {
    Ok(Json(find(&app, id).await?))
}

/// Lines of a register, in the order of its rows.
#[utoipa::path(
    get, path = "/v1/registers/{id}/lines", tag = "money",
    params(("id" = CodRegisterId, Path), PageParams),
    responses((status = 200, body = Page<RegisterLineOut>), (status = "default", body = ProblemBody))
)]
async fn register_line_list(
    State(app): State<App>,
    _caller: Staff<rights::MoneyRead>,
    IdPath(id): IdPath<CodRegisterId>,
    QueryParams(page): QueryParams<PageParams>,
) -> Result<Json<Page<RegisterLineOut>>, Problem> {
    find(&app, id).await?;
    let (limit, after) = (page.limit(), page.after()?.unwrap_or(0));
    let read = async move |tx: &mut Tx| lines::list(tx, id, after, limit + 1).await;
    let items = app.db.read::<_, DbError, _>(read).await?;
    Ok(Json(Page::new(items, limit, |item| item.line.to_string())))
}

/// Which parcel a line is about, and how that is known.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct AssignIn {
    parcel_id: ParcelId,
    reason: String,
}

/// Says by hand which parcel a line of a draft is about (указать отправление); it is compared anew. The
/// parcel must have gone with the register's carrier.
#[utoipa::path(
    post, path = "/v1/registers/{id}/lines/{line}/parcel", tag = "money",
    params(("id" = CodRegisterId, Path), ("line" = i64, Path, description = "The row of its sheet")),
    request_body = AssignIn,
    responses((status = 200, body = RegisterLineOut), (status = "default", body = ProblemBody))
)]
async fn register_line_assign(
    State(app): State<App>,
    caller: Staff<rights::MoneyWork>,
    Path((id, line)): Path<(String, String)>,
    key: IdempotencyKey,
    Body(told): Body<AssignIn>,
) -> Result<Json<RegisterLineOut>, Problem> {
    let id: CodRegisterId = id.parse().map_err(|_| InputError::one("id", "invalid"))?;
    let line = line.parse().map_err(|_| InputError::one("line", "invalid"))?;
    let body = (id, line, told.clone());
    let work = async move |tx: &mut Tx, ctx: &Ctx| {
        service::assign(tx, ctx, (id, line), told.parcel_id, &told.reason).await
    };
    let done: Result<RegisterLineOut, RegisterError> =
        app.command(&caller, key, "register_line_assign", &body, work).await;
    Ok(Json(done?))
}

/// Compares a draft anew with what is known by now (сверить заново).
#[utoipa::path(
    post, path = "/v1/registers/{id}/check", tag = "money", params(("id" = CodRegisterId, Path)),
    responses((status = 200, body = RegisterOut), (status = "default", body = ProblemBody))
)]
async fn register_check(
    State(app): State<App>,
    caller: Staff<rights::MoneyWork>,
    IdPath(id): IdPath<CodRegisterId>,
    key: IdempotencyKey,
) -> Result<Json<RegisterOut>, Problem> {
    let work = async move |tx: &mut Tx, ctx: &Ctx| service::check(tx, ctx, id).await;
    let done: Result<RegisterOut, RegisterError> =
        app.command(&caller, key, "register_check", &id, work).await;
    Ok(Json(done?))
}

/// Accepts a register as a whole: its money is posted (принять реестр).
#[utoipa::path(
    post, path = "/v1/registers/{id}/accept", tag = "money", params(("id" = CodRegisterId, Path)),
    responses((status = 200, body = RegisterOut), (status = "default", body = ProblemBody))
)]
async fn register_accept(
    State(app): State<App>,
    caller: Staff<rights::MoneyWork>,
    IdPath(id): IdPath<CodRegisterId>,
    key: IdempotencyKey,
) -> Result<Json<RegisterOut>, Problem> {
    let work = async move |tx: &mut Tx, ctx: &Ctx| service::accept(tx, ctx, id).await;
    let done: Result<RegisterOut, RegisterError> =
        app.command(&caller, key, "register_accept", &id, work).await;
    Ok(Json(done?))
}

/// Rejects a register as a whole (отклонить реестр). Its content may come again.
#[utoipa::path(
    post, path = "/v1/registers/{id}/reject", tag = "money", params(("id" = CodRegisterId, Path)),
    request_body = ReasonIn,
    responses((status = 200, body = RegisterOut), (status = "default", body = ProblemBody))
)]
async fn register_reject(
    State(app): State<App>,
    caller: Staff<rights::MoneyWork>,
    IdPath(id): IdPath<CodRegisterId>,
    key: IdempotencyKey,
    Body(told): Body<ReasonIn>,
) -> Result<Json<RegisterOut>, Problem> {
    let body = (id, told);
    let reason = body.1.reason.clone();
    let work = async move |tx: &mut Tx, ctx: &Ctx| service::reject(tx, ctx, id, &reason).await;
    let done: Result<RegisterOut, RegisterError> =
        app.command(&caller, key, "register_reject", &body, work).await;
    Ok(Json(done?))
}
