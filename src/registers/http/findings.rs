//! What does not agree in registers: lists, a workbook, decisions.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::access::caller::{Staff, rights};
use crate::app::App;
use crate::commands::Ctx;
use crate::db::{DbError, Tx};
use crate::http::{
    Body, IdPath, IdempotencyKey, Page, PageParams, Problem, ProblemBody, QueryParams, Reads,
    download,
};
use crate::i18n::Language;
use crate::ids::{CodRegisterId, FindingId};
use crate::registers::model::{
    FindingKind, FindingOut, FindingRow, FindingState, Resolution, Severity,
};
use crate::registers::store::findings as finding_store;
use crate::registers::store::findings::FindingFilter;
use crate::registers::{RegisterError, service, workbook};

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(register_finding_list))
        .routes(routes!(register_finding_xlsx))
        .routes(routes!(register_resolve))
        .routes(routes!(finding_list))
        .routes(routes!(finding_resolve))
}

fn told(rows: Vec<FindingRow>, language: Language) -> Vec<FindingOut> {
    rows.into_iter().map(|row| row.told(language)).collect()
}

/// What does not agree in a register, in the order of its rows; resolved ones, too.
#[utoipa::path(
    get, path = "/v1/registers/{id}/findings", tag = "money",
    params(("id" = CodRegisterId, Path), PageParams),
    responses((status = 200, body = Page<FindingOut>), (status = "default", body = ProblemBody))
)]
async fn register_finding_list(
    State(app): State<App>,
    _caller: Staff<rights::MoneyRead>,
    Reads(language): Reads,
    IdPath(id): IdPath<CodRegisterId>,
    QueryParams(page): QueryParams<PageParams>,
) -> Result<Json<Page<FindingOut>>, Problem> {
    super::find(&app, id).await?;
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
    let items = told(app.db.read::<_, DbError, _>(read).await?, language);
    Ok(Json(Page::new(items, limit, |item| item.id.to_string())))
}

/// What does not agree in a register as a workbook (расхождения реестра, XLSX).
#[utoipa::path(
    get, path = "/v1/registers/{id}/findings.xlsx", tag = "money",
    params(("id" = CodRegisterId, Path)),
    responses((status = 200, description = "XLSX"), (status = "default", body = ProblemBody))
)]
async fn register_finding_xlsx(
    State(app): State<App>,
    _caller: Staff<rights::MoneyRead>,
    Reads(language): Reads,
    IdPath(id): IdPath<CodRegisterId>,
) -> Result<Response, Problem> {
    let register = super::find(&app, id).await?;
    let bytes = workbook::of_register(&app, &register, language).await?;
    Ok(download(workbook::MEDIA_TYPE, "findings.xlsx", bytes))
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
    caller: Staff<rights::MoneyWork>,
    IdPath(id): IdPath<CodRegisterId>,
    key: IdempotencyKey,
    Body(told): Body<ResolveKindIn>,
) -> Result<Json<ResolvedOut>, Problem> {
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
    _caller: Staff<rights::MoneyRead>,
    Reads(language): Reads,
    QueryParams(params): QueryParams<FindingParams>,
) -> Result<Json<Page<FindingOut>>, Problem> {
    let page = PageParams { limit: params.limit, after: params.after };
    let limit = page.limit();
    let filter = FindingFilter {
        state: params.state.unwrap_or(FindingState::Open),
        kind: params.kind,
        severity: params.severity,
        after: page.after()?.unwrap_or(FindingId::from_uuid(uuid::Uuid::nil())),
    };
    let read = async move |tx: &mut Tx| finding_store::list(tx, filter, limit + 1).await;
    let items = told(app.db.read::<_, DbError, _>(read).await?, language);
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
    caller: Staff<rights::MoneyWork>,
    Reads(language): Reads,
    IdPath(id): IdPath<FindingId>,
    key: IdempotencyKey,
    Body(told): Body<ResolveIn>,
) -> Result<Json<FindingOut>, Problem> {
    let body = (id, told.clone());
    let work = async move |tx: &mut Tx, ctx: &Ctx| {
        service::resolve(tx, ctx, id, told.resolution, &told.reason).await
    };
    let done: Result<FindingRow, RegisterError> =
        app.command(&caller, key, "finding_resolve", &body, work).await;
    Ok(Json(done?.told(language)))
}
