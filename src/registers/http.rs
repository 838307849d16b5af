//! Registers and findings over HTTP. They list parcels of all shops, so they are the operator's alone;
//! a shop sees the money of its own parcels (`GET /v1/cod`).

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::load::{RegisterReport, RegisterRequest};
use super::model::{
    FeeTerms, FindingKind, FindingOut, FindingState, RegisterLineOut, RegisterOut, RegisterState,
    Resolution, Severity,
};
use super::store::findings::FindingFilter;
use super::store::{findings as finding_store, lines, registers, settings};
use super::{RegisterError, load, service};
use crate::access::caller::{Caller, rights};
use crate::app::App;
use crate::commands::Ctx;
use crate::db::{DbError, Tx};
use crate::fault::{InputError, InputFaults};
use crate::http::{
    Body, IdPath, IdempotencyKey, Page, PageParams, Problem, ProblemBody, QueryParams,
};
use crate::i18n::Language;
use crate::ids::{CodRegisterId, FindingId};
use crate::imports::{Refusal, Source};
use crate::units::Day;

const CARRIER_MAX: usize = 100;
/// A whole part of a payment.
const RATE_BP_MAX: i64 = 10_000;
const MINIMUM_MAX: i64 = 100_000_000;

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(register_import))
        .routes(routes!(register_list))
        .routes(routes!(register_get))
        .routes(routes!(register_line_list))
        .routes(routes!(register_finding_list))
        .routes(routes!(register_check))
        .routes(routes!(register_accept))
        .routes(routes!(register_reject))
        .routes(routes!(register_resolve))
        .routes(routes!(finding_list))
        .routes(routes!(finding_resolve))
        .routes(routes!(fee_terms_list, fee_terms_set))
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
    caller: Caller<rights::MoneyWork>,
    QueryParams(params): QueryParams<ImportParams>,
    _key: IdempotencyKey,
    body: Bytes,
) -> Result<Json<RegisterImportOut>, Problem> {
    caller.staff_only()?;
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
    Ok(Json(imported(register, &report)))
}

fn imported(register: RegisterOut, report: &RegisterReport) -> RegisterImportOut {
    RegisterImportOut {
        register,
        is_known: report.is_known,
        wrong_rows: report.refusals.iter().map(wrong_row).collect(),
        findings: report.findings,
        blocking: report.blocking,
    }
}

fn wrong_row(refusal: &Refusal) -> WrongRowOut {
    WrongRowOut {
        row: refusal.line,
        column: refusal.column.clone(),
        code: refusal.code.to_owned(),
        value: refusal.value.clone(),
        detail: refusal.text(Language::Russian),
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
    caller: Caller<rights::MoneyRead>,
    QueryParams(params): QueryParams<RegisterParams>,
) -> Result<Json<Page<RegisterOut>>, Problem> {
    caller.staff_only()?;
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
    caller: Caller<rights::MoneyRead>,
    IdPath(id): IdPath<CodRegisterId>,
) -> Result<Json<RegisterOut>, Problem> {
    caller.staff_only()?;
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
    caller: Caller<rights::MoneyRead>,
    IdPath(id): IdPath<CodRegisterId>,
    QueryParams(page): QueryParams<PageParams>,
) -> Result<Json<Page<RegisterLineOut>>, Problem> {
    caller.staff_only()?;
    find(&app, id).await?;
    let (limit, after) = (page.limit(), page.after()?.unwrap_or(0));
    let read = async move |tx: &mut Tx| lines::list(tx, id, after, limit + 1).await;
    let items = app.db.read::<_, DbError, _>(read).await?;
    Ok(Json(Page::new(items, limit, |item| item.line.to_string())))
}

/// What does not agree in a register, in the order of its rows; resolved ones, too.
#[utoipa::path(
    get, path = "/v1/registers/{id}/findings", tag = "money",
    params(("id" = CodRegisterId, Path), PageParams),
    responses((status = 200, body = Page<FindingOut>), (status = "default", body = ProblemBody))
)]
async fn register_finding_list(
    State(app): State<App>,
    caller: Caller<rights::MoneyRead>,
    IdPath(id): IdPath<CodRegisterId>,
    QueryParams(page): QueryParams<PageParams>,
) -> Result<Json<Page<FindingOut>>, Problem> {
    caller.staff_only()?;
    find(&app, id).await?;
    let (limit, after) = (page.limit(), page.after::<FindingId>()?);
    let read = async move |tx: &mut Tx| {
        let start = match after {
            None => None,
            Some(after) => finding_store::find(tx, after).await?,
        };
        let nil = FindingId::from_uuid(uuid::Uuid::nil());
        let behind = start.map_or((0, nil), |finding| (finding.line, finding.id));
        finding_store::of_register(tx, id, behind, limit + 1).await
    };
    let items = app.db.read::<_, DbError, _>(read).await?;
    Ok(Json(Page::new(items, limit, |item| item.id.to_string())))
}

/// Compares a draft anew with what is known by now (сверить заново).
#[utoipa::path(
    post, path = "/v1/registers/{id}/check", tag = "money", params(("id" = CodRegisterId, Path)),
    responses((status = 200, body = RegisterOut), (status = "default", body = ProblemBody))
)]
async fn register_check(
    State(app): State<App>,
    caller: Caller<rights::MoneyWork>,
    IdPath(id): IdPath<CodRegisterId>,
    key: IdempotencyKey,
) -> Result<Json<RegisterOut>, Problem> {
    caller.staff_only()?;
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
    caller: Caller<rights::MoneyWork>,
    IdPath(id): IdPath<CodRegisterId>,
    key: IdempotencyKey,
) -> Result<Json<RegisterOut>, Problem> {
    caller.staff_only()?;
    let work = async move |tx: &mut Tx, ctx: &Ctx| service::accept(tx, ctx, id).await;
    let done: Result<RegisterOut, RegisterError> =
        app.command(&caller, key, "register_accept", &id, work).await;
    Ok(Json(done?))
}

/// Why.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct RejectIn {
    reason: String,
}

/// Rejects a register as a whole (отклонить реестр). Its content may come again.
#[utoipa::path(
    post, path = "/v1/registers/{id}/reject", tag = "money", params(("id" = CodRegisterId, Path)),
    request_body = RejectIn,
    responses((status = 200, body = RegisterOut), (status = "default", body = ProblemBody))
)]
async fn register_reject(
    State(app): State<App>,
    caller: Caller<rights::MoneyWork>,
    IdPath(id): IdPath<CodRegisterId>,
    key: IdempotencyKey,
    Body(told): Body<RejectIn>,
) -> Result<Json<RegisterOut>, Problem> {
    caller.staff_only()?;
    let body = (id, told);
    let reason = body.1.reason.clone();
    let work = async move |tx: &mut Tx, ctx: &Ctx| service::reject(tx, ctx, id, &reason).await;
    let done: Result<RegisterOut, RegisterError> =
        app.command(&caller, key, "register_reject", &body, work).await;
    Ok(Json(done?))
}

/// What is decided about all open findings of a kind.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct ResolveKindIn {
    kind: FindingKind,
    resolution: Resolution,
    reason: String,
}

/// How many findings were resolved.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
struct ResolvedOut {
    resolved: i64,
}

/// Resolves all open findings of a kind in a register.
#[utoipa::path(
    post, path = "/v1/registers/{id}/resolve", tag = "money", params(("id" = CodRegisterId, Path)),
    request_body = ResolveKindIn,
    responses((status = 200, body = ResolvedOut), (status = "default", body = ProblemBody))
)]
async fn register_resolve(
    State(app): State<App>,
    caller: Caller<rights::MoneyWork>,
    IdPath(id): IdPath<CodRegisterId>,
    key: IdempotencyKey,
    Body(told): Body<ResolveKindIn>,
) -> Result<Json<ResolvedOut>, Problem> {
    caller.staff_only()?;
    let body = (id, told.clone());
    let work = async move |tx: &mut Tx, ctx: &Ctx| {
        let decided = (told.resolution, told.reason.as_str());
        let resolved = service::resolve_kind(tx, ctx, id, told.kind, decided).await?;
        Ok(ResolvedOut { resolved })
    };
    let done: Result<ResolvedOut, RegisterError> =
        app.command(&caller, key, "register_resolve", &body, work).await;
    Ok(Json(done?))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct FindingParams {
    /// `open` unless told.
    state: Option<FindingState>,
    kind: Option<FindingKind>,
    severity: Option<Severity>,
    limit: Option<i64>,
    after: Option<String>,
}

/// What does not agree, the oldest first (расхождения).
#[utoipa::path(
    get, path = "/v1/findings", tag = "money", params(FindingParams),
    responses((status = 200, body = Page<FindingOut>), (status = "default", body = ProblemBody))
)]
async fn finding_list(
    State(app): State<App>,
    caller: Caller<rights::MoneyRead>,
    QueryParams(params): QueryParams<FindingParams>,
) -> Result<Json<Page<FindingOut>>, Problem> {
    caller.staff_only()?;
    let page = PageParams { limit: params.limit, after: params.after };
    let limit = page.limit();
    let filter = FindingFilter {
        state: params.state.unwrap_or(FindingState::Open),
        kind: params.kind,
        severity: params.severity,
        after: page.after()?.unwrap_or(FindingId::from_uuid(uuid::Uuid::nil())),
    };
    let read = async move |tx: &mut Tx| finding_store::list(tx, filter, limit + 1).await;
    let items = app.db.read::<_, DbError, _>(read).await?;
    Ok(Json(Page::new(items, limit, |item| item.id.to_string())))
}

/// What is decided about a finding, and why.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct ResolveIn {
    resolution: Resolution,
    reason: String,
}

/// Resolves a finding (разобрать расхождение).
#[utoipa::path(
    post, path = "/v1/findings/{id}/resolve", tag = "money", params(("id" = FindingId, Path)),
    request_body = ResolveIn,
    responses((status = 200, body = FindingOut), (status = "default", body = ProblemBody))
)]
async fn finding_resolve(
    State(app): State<App>,
    caller: Caller<rights::MoneyWork>,
    IdPath(id): IdPath<FindingId>,
    key: IdempotencyKey,
    Body(told): Body<ResolveIn>,
) -> Result<Json<FindingOut>, Problem> {
    caller.staff_only()?;
    let body = (id, told.clone());
    let work = async move |tx: &mut Tx, ctx: &Ctx| {
        service::resolve(tx, ctx, id, told.resolution, &told.reason).await
    };
    let done: Result<FindingOut, RegisterError> =
        app.command(&caller, key, "finding_resolve", &body, work).await;
    Ok(Json(done?))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct TermsParams {
    /// Must be told.
    carrier: Option<String>,
}

/// What a carrier may keep of collected money, by method and day (условия перевозчика).
#[utoipa::path(
    get, path = "/v1/cod-fee-terms", tag = "money", params(TermsParams),
    responses((status = 200, body = Vec<FeeTerms>), (status = "default", body = ProblemBody))
)]
async fn fee_terms_list(
    State(app): State<App>,
    caller: Caller<rights::MoneyRead>,
    QueryParams(params): QueryParams<TermsParams>,
) -> Result<Json<Vec<FeeTerms>>, Problem> {
    caller.staff_only()?;
    let carrier = params.carrier.ok_or_else(|| InputError::one("carrier", "missing"))?;
    let read = async move |tx: &mut Tx| settings::terms(tx, &carrier).await;
    Ok(Json(app.db.read::<_, DbError, _>(read).await?))
}

/// Sets what a carrier may keep from a day on. Registers that were compared before keep their findings.
#[utoipa::path(
    put, path = "/v1/cod-fee-terms", tag = "money", request_body = FeeTerms,
    responses((status = 200, body = FeeTerms), (status = "default", body = ProblemBody))
)]
async fn fee_terms_set(
    State(app): State<App>,
    caller: Caller<rights::MoneyWork>,
    key: IdempotencyKey,
    Body(terms): Body<FeeTerms>,
) -> Result<Json<FeeTerms>, Problem> {
    caller.staff_only()?;
    let mut faults = InputFaults::default();
    faults.text("carrier", &terms.carrier, CARRIER_MAX);
    faults.range("rate_bp", terms.rate_bp, 0..=RATE_BP_MAX);
    faults.range("minimum_kopecks", terms.minimum_kopecks.get(), 0..=MINIMUM_MAX);
    faults.finish()?;
    let new = terms.clone();
    let work = async move |tx: &mut Tx, _: &Ctx| {
        settings::terms_set(tx, &new).await?;
        Ok(new.clone())
    };
    let done: Result<FeeTerms, RegisterError> =
        app.command(&caller, key, "fee_terms_set", &terms, work).await;
    Ok(Json(done?))
}
