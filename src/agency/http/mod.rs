//! Agency terms and agent's reports over HTTP. A shop reads its own terms and accepted reports.

mod out;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use self::out::{
    AgencyTermsOut, AgentReportDetailOut, AgentReportLineOut, AgentReportOut, SettlementOut,
};
use super::model::{Report, ReportState};
use super::store::{lines, reports};
use super::{AgencyError, AgencyTermsIn, papers, service, terms_list, terms_set};
use crate::access::Scope;
use crate::access::caller::{Caller, Staff, rights};
use crate::app::App;
use crate::carriers::ExportFormat;
use crate::commands::Ctx;
use crate::db::Tx;
use crate::http::{
    Body, IdPath, IdempotencyKey, Page, PageParams, Problem, ProblemBody, QueryParams, ReasonIn,
    download,
};
use crate::ids::{AgentReportId, OwnerId};
use crate::invoices::http::CarrierChargeOut;
use crate::units::{Day, UtcMicros};

/// Invoices and payments of a shop in one period: more are not shown beside the report.
const PARTS_MAX: i64 = 5_000;

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(agency_terms_list, agency_terms_put))
        .routes(routes!(agent_report_list, agent_report_draft))
        .routes(routes!(agent_report_get))
        .routes(routes!(agent_report_lines))
        .routes(routes!(agent_report_refresh))
        .routes(routes!(agent_report_approve))
        .routes(routes!(agent_report_reject))
        .routes(routes!(agent_report_pdf))
        .routes(routes!(agent_report_xlsx))
}

/// Of which shop and days a report is drawn up.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct AgentReportIn {
    owner_id: OwnerId,
    /// The day after the last accepted report.
    from: Day,
    /// Not after today.
    to: Day,
}

/// Which state of a draft was looked at.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct AgentReportApproveIn {
    /// Of the report, as it was shown: one that was drawn up anew since is refused.
    made_at: UtcMicros,
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct AgentReportParams {
    /// The operator's people may name a shop; a shop sees its own.
    owner_id: Option<OwnerId>,
    state: Option<ReportState>,
    limit: Option<i64>,
    after: Option<String>,
}

/// Agency terms of a shop, the last ones first (условия агентского договора).
#[utoipa::path(
    get, path = "/v1/owners/{id}/agency-terms", tag = "agent reports", params(("id" = OwnerId, Path)),
    responses((status = 200, body = Page<AgencyTermsOut>), (status = "default", body = ProblemBody))
)]
async fn agency_terms_list(
    State(app): State<App>,
    caller: Caller<rights::MoneyRead>,
    IdPath(id): IdPath<OwnerId>,
) -> Result<Json<Page<AgencyTermsOut>>, Problem> {
    let scope = caller.scope();
    let read = async move |tx: &mut Tx| terms_list(tx, scope, id).await;
    let rows = app.db.read::<_, AgencyError, _>(read).await?;
    Ok(Json(Page { items: rows.into_iter().map(AgencyTermsOut::from).collect(), next: None }))
}

/// Writes down what the agency contract says from a day on (внести условия агентского договора). Terms
/// that an accepted report used stay.
#[utoipa::path(
    put, path = "/v1/owners/{id}/agency-terms", tag = "agent reports", request_body = AgencyTermsIn,
    params(("id" = OwnerId, Path)),
    responses((status = 200, body = AgencyTermsOut), (status = "default", body = ProblemBody))
)]
async fn agency_terms_put(
    State(app): State<App>,
    caller: Staff<rights::MoneyWork>,
    IdPath(id): IdPath<OwnerId>,
    key: IdempotencyKey,
    Body(body): Body<AgencyTermsIn>,
) -> Result<Json<AgencyTermsOut>, Problem> {
    let input = body.clone();
    let work = async move |tx: &mut Tx, ctx: &Ctx| -> Result<AgencyTermsOut, AgencyError> {
        Ok(terms_set(tx, ctx, id, &input).await?.into())
    };
    Ok(Json(app.command(&caller, key, "agency_terms_put", &(id, &body), work).await?))
}

/// Agent's reports, newest first (отчёты агента). A shop sees its own accepted ones.
#[utoipa::path(
    get, path = "/v1/agent-reports", tag = "agent reports", params(AgentReportParams),
    responses((status = 200, body = Page<AgentReportOut>), (status = "default", body = ProblemBody))
)]
async fn agent_report_list(
    State(app): State<App>,
    caller: Caller<rights::MoneyRead>,
    QueryParams(params): QueryParams<AgentReportParams>,
) -> Result<Json<Page<AgentReportOut>>, Problem> {
    let owner = caller.scope().narrowed(params.owner_id);
    let state = match caller.scope() {
        Scope::All => params.state,
        Scope::Owner(_) => Some(ReportState::Accepted),
    };
    let page = PageParams { limit: params.limit, after: params.after };
    let limit = page.limit();
    let newest = AgentReportId::from_uuid(uuid::Uuid::max());
    let before = page.after::<AgentReportId>()?.unwrap_or(newest);
    let read = async move |tx: &mut Tx| reports::list(tx, owner, state, before, limit + 1).await;
    let rows = app.db.read(read).await?;
    let items = rows.into_iter().map(AgentReportOut::from).collect();
    Ok(Json(Page::new(items, limit, |item: &AgentReportOut| item.id.to_string())))
}

/// Draws an agent's report up as a draft (составить отчёт агента).
#[utoipa::path(
    post, path = "/v1/agent-reports", tag = "agent reports", request_body = AgentReportIn,
    responses((status = 201, body = AgentReportOut), (status = "default", body = ProblemBody))
)]
async fn agent_report_draft(
    State(app): State<App>,
    caller: Staff<rights::MoneyWork>,
    key: IdempotencyKey,
    Body(body): Body<AgentReportIn>,
) -> Result<(StatusCode, Json<AgentReportOut>), Problem> {
    let (owner, days) = (body.owner_id, (body.from, body.to));
    let work = async move |tx: &mut Tx, ctx: &Ctx| -> Result<AgentReportOut, AgencyError> {
        Ok(service::draft(tx, ctx, owner, days).await?.into())
    };
    let report = app.command(&caller, key, "agent_report_draft", &body, work).await?;
    Ok((StatusCode::CREATED, Json(report)))
}

/// An agent's report with carriers' invoices and payments (отчёт агента).
#[utoipa::path(
    get, path = "/v1/agent-reports/{id}", tag = "agent reports",
    params(("id" = AgentReportId, Path)),
    responses((status = 200, body = AgentReportDetailOut), (status = "default", body = ProblemBody))
)]
async fn agent_report_get(
    State(app): State<App>,
    caller: Caller<rights::MoneyRead>,
    IdPath(id): IdPath<AgentReportId>,
) -> Result<Json<AgentReportDetailOut>, Problem> {
    let scope = caller.scope();
    let read = async move |tx: &mut Tx| -> Result<AgentReportDetailOut, AgencyError> {
        let report = service::find(tx, scope, id).await?;
        let charges = lines::charges(tx, id, PARTS_MAX).await?;
        let settlements = lines::settlements(tx, id, PARTS_MAX).await?;
        Ok(AgentReportDetailOut {
            report: report.into(),
            carrier_charges: charges.into_iter().map(CarrierChargeOut::from).collect(),
            settlements: settlements.into_iter().map(SettlementOut::from).collect(),
        })
    };
    Ok(Json(app.db.snapshot(read).await?))
}

/// The parcels of an agent's report (отправления отчёта агента).
#[utoipa::path(
    get, path = "/v1/agent-reports/{id}/lines", tag = "agent reports",
    params(("id" = AgentReportId, Path), PageParams),
    responses((status = 200, body = Page<AgentReportLineOut>), (status = "default", body = ProblemBody))
)]
async fn agent_report_lines(
    State(app): State<App>,
    caller: Caller<rights::MoneyRead>,
    IdPath(id): IdPath<AgentReportId>,
    QueryParams(page): QueryParams<PageParams>,
) -> Result<Json<Page<AgentReportLineOut>>, Problem> {
    let (scope, limit) = (caller.scope(), page.limit());
    let after = page.after::<i64>()?.unwrap_or_default();
    let read = async move |tx: &mut Tx| -> Result<_, AgencyError> {
        service::find(tx, scope, id).await?;
        Ok(lines::lines(tx, id, after, limit + 1).await?)
    };
    let rows = app.db.snapshot(read).await?;
    let items = rows.into_iter().map(AgentReportLineOut::from).collect();
    Ok(Json(Page::new(items, limit, |item: &AgentReportLineOut| item.line.to_string())))
}

/// Draws a draft up anew (обновить черновик отчёта агента).
#[utoipa::path(
    post, path = "/v1/agent-reports/{id}/refresh", tag = "agent reports",
    params(("id" = AgentReportId, Path)),
    responses((status = 200, body = AgentReportOut), (status = "default", body = ProblemBody))
)]
async fn agent_report_refresh(
    State(app): State<App>,
    caller: Staff<rights::MoneyWork>,
    IdPath(id): IdPath<AgentReportId>,
    key: IdempotencyKey,
) -> Result<Json<AgentReportOut>, Problem> {
    let work = async move |tx: &mut Tx, ctx: &Ctx| -> Result<AgentReportOut, AgencyError> {
        Ok(service::refresh(tx, ctx, id).await?.into())
    };
    Ok(Json(app.command(&caller, key, "agent_report_refresh", &id, work).await?))
}

/// Accepts a draft that somebody else drew up (утвердить отчёт агента). It happens once.
#[utoipa::path(
    post, path = "/v1/agent-reports/{id}/approve", tag = "agent reports",
    params(("id" = AgentReportId, Path)),
    request_body = AgentReportApproveIn,
    responses((status = 200, body = AgentReportOut), (status = "default", body = ProblemBody))
)]
async fn agent_report_approve(
    State(app): State<App>,
    caller: Staff<rights::MoneyApprove>,
    IdPath(id): IdPath<AgentReportId>,
    key: IdempotencyKey,
    Body(body): Body<AgentReportApproveIn>,
) -> Result<Json<AgentReportOut>, Problem> {
    let made_at = body.made_at;
    let work = async move |tx: &mut Tx, ctx: &Ctx| -> Result<AgentReportOut, AgencyError> {
        Ok(service::approve(tx, ctx, id, made_at).await?.into())
    };
    Ok(Json(app.command(&caller, key, "agent_report_approve", &(id, &body), work).await?))
}

/// Gives a draft up (отклонить отчёт агента).
#[utoipa::path(
    post, path = "/v1/agent-reports/{id}/reject", tag = "agent reports",
    params(("id" = AgentReportId, Path)),
    request_body = ReasonIn,
    responses((status = 200, body = AgentReportOut), (status = "default", body = ProblemBody))
)]
async fn agent_report_reject(
    State(app): State<App>,
    caller: Staff<rights::MoneyWork>,
    IdPath(id): IdPath<AgentReportId>,
    key: IdempotencyKey,
    Body(body): Body<ReasonIn>,
) -> Result<Json<AgentReportOut>, Problem> {
    let reason = body.reason.clone();
    let work = async move |tx: &mut Tx, ctx: &Ctx| -> Result<AgentReportOut, AgencyError> {
        Ok(service::reject(tx, ctx, id, &reason).await?.into())
    };
    Ok(Json(app.command(&caller, key, "agent_report_reject", &(id, &body), work).await?))
}

/// The report as PDF (отчёт агента). Very many parcels are added up by day; the workbook has them all.
#[utoipa::path(
    get, path = "/v1/agent-reports/{id}/report.pdf", tag = "agent reports",
    params(("id" = AgentReportId, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "application/pdf"), (status = "default", body = ProblemBody))
)]
async fn agent_report_pdf(
    State(app): State<App>,
    caller: Caller<rights::MoneyRead>,
    IdPath(id): IdPath<AgentReportId>,
) -> Result<Response, Problem> {
    let (report, bytes) = papers::pdf(&app, caller.scope(), id).await?;
    Ok(download("application/pdf", &file_name(&report, "pdf"), bytes))
}

/// The report as a workbook with all parcels (отчёт агента).
#[utoipa::path(
    get, path = "/v1/agent-reports/{id}/report.xlsx", tag = "agent reports",
    params(("id" = AgentReportId, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream"), (status = "default", body = ProblemBody))
)]
async fn agent_report_xlsx(
    State(app): State<App>,
    caller: Caller<rights::MoneyRead>,
    IdPath(id): IdPath<AgentReportId>,
) -> Result<Response, Problem> {
    let (report, bytes) = papers::workbook(&app, caller.scope(), id).await?;
    Ok(download(ExportFormat::Xlsx.media_type(), &file_name(&report, "xlsx"), bytes))
}

fn file_name(report: &Report, end: &str) -> String {
    format!("agent-report-{}.{end}", report.number.as_deref().unwrap_or("draft"))
}
