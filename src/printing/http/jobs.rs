//! Print jobs: how far they are, and what people do about them.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::access::caller::{Caller, rights};
use crate::app::App;
use crate::commands::Ctx;
use crate::db::Tx;
use crate::http::{
    Body, IdPath, IdempotencyKey, Page, PageParams, Problem, ProblemBody, QueryParams,
};
use crate::ids::{PrintJobId, PrinterId};
use crate::printing::store::{self, JobFilter, PrintJob};
use crate::printing::{PrintError, PrintPriority, PrintState, service};
use crate::units::UtcMicros;

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(print_job_list))
        .routes(routes!(job_reprint))
        .routes(routes!(job_cancel))
        .routes(routes!(job_reroute))
        .routes(routes!(job_confirm))
        .routes(routes!(job_print_again))
}

#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
struct PrintJobOut {
    id: PrintJobId,
    printer_id: Option<PrinterId>,
    template: String,
    media: String,
    subject: String,
    priority: PrintPriority,
    copies: i64,
    /// Copies that came out for sure.
    printed: i64,
    state: PrintState,
    /// Why it waits, stands still, failed or is unknown: the printer's own words where it said some.
    reason: Option<String>,
    /// Somebody has to look at the printer and say whether it came out.
    needs_decision: bool,
    reprint_of: Option<PrintJobId>,
    created_at: UtcMicros,
    sent_at: Option<UtcMicros>,
    ended_at: Option<UtcMicros>,
}

impl From<PrintJob> for PrintJobOut {
    fn from(job: PrintJob) -> Self {
        Self {
            id: job.id,
            printer_id: job.printer,
            template: job.template,
            media: job.media,
            subject: job.subject,
            priority: PrintPriority::of_rank(job.priority),
            copies: job.copies,
            printed: job.printed,
            state: job.state,
            reason: job.reason,
            needs_decision: job.state == PrintState::Unknown && job.ended_at.is_some(),
            reprint_of: job.reprint_of,
            created_at: job.created_at,
            sent_at: job.sent_at,
            ended_at: job.ended_at,
        }
    }
}

/// Which print jobs.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct PrintJobFilter {
    state: Option<PrintState>,
    printer_id: Option<PrinterId>,
    /// Exactly this subject: a parcel's number, an article.
    subject: Option<String>,
}

/// Print jobs, newest first (задания на печать).
#[utoipa::path(
    get, path = "/v1/print-jobs", tag = "printing", params(PageParams, PrintJobFilter),
    responses((status = 200, body = Page<PrintJobOut>), (status = "default", body = ProblemBody))
)]
async fn print_job_list(
    State(app): State<App>,
    _caller: Caller<rights::PrintingWork>,
    QueryParams(page): QueryParams<PageParams>,
    QueryParams(filter): QueryParams<PrintJobFilter>,
) -> Result<Json<Page<PrintJobOut>>, Problem> {
    let limit = page.limit();
    let newest = PrintJobId::from_uuid(uuid::Uuid::max());
    let before = page.after::<PrintJobId>()?.unwrap_or(newest);
    let filter = JobFilter {
        state: filter.state,
        printer: filter.printer_id,
        subject: filter.subject.filter(|subject| !subject.is_empty()),
    };
    let read = async move |tx: &mut Tx| store::job_list(tx, &filter, before, limit + 1).await;
    let items = app.db.read(read).await?.into_iter().map(PrintJobOut::from).collect();
    Ok(Json(Page::new(items, limit, |job: &PrintJobOut| job.id.to_string())))
}

/// Why a label is printed once more.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
struct ReprintIn {
    reason: String,
    printer_id: Option<PrinterId>,
}

/// Prints a label once more (перепечать).
#[utoipa::path(
    post, path = "/v1/print-jobs/{id}/reprint", tag = "printing", request_body = ReprintIn,
    params(("id" = PrintJobId, Path)),
    responses((status = 200, body = PrintJobId), (status = "default", body = ProblemBody))
)]
async fn job_reprint(
    State(app): State<App>,
    caller: Caller<rights::PrintingWork>,
    key: IdempotencyKey,
    IdPath(id): IdPath<PrintJobId>,
    Body(body): Body<ReprintIn>,
) -> Result<Json<PrintJobId>, Problem> {
    let input = body.clone();
    let work = async move |tx: &mut Tx, ctx: &Ctx| {
        service::reprint(tx, ctx, id, input.printer_id, &input.reason).await
    };
    Ok(Json(app.command(&caller, key, "label_reprint", &(id, &body), work).await?))
}

/// Takes back a label that was not sent yet (отменить).
#[utoipa::path(
    post, path = "/v1/print-jobs/{id}/cancel", tag = "printing",
    params(("id" = PrintJobId, Path)),
    responses((status = 200, body = PrintJobId), (status = "default", body = ProblemBody))
)]
async fn job_cancel(
    State(app): State<App>,
    caller: Caller<rights::PrintingWork>,
    key: IdempotencyKey,
    IdPath(id): IdPath<PrintJobId>,
) -> Result<Json<PrintJobId>, Problem> {
    let work = async move |tx: &mut Tx, ctx: &Ctx| {
        service::job_cancel(tx, ctx, id).await?;
        Ok::<_, PrintError>(id)
    };
    Ok(Json(app.command(&caller, key, "print_job_cancel", &id, work).await?))
}

/// Where a label shall go instead.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
struct RerouteIn {
    printer_id: PrinterId,
}

/// Sends a label to another printer; one that stopped with it is made to forget it first
/// (на другой принтер).
#[utoipa::path(
    post, path = "/v1/print-jobs/{id}/reroute", tag = "printing", request_body = RerouteIn,
    params(("id" = PrintJobId, Path)),
    responses((status = 200, body = PrintJobId), (status = "default", body = ProblemBody))
)]
async fn job_reroute(
    State(app): State<App>,
    caller: Caller<rights::PrintingWork>,
    key: IdempotencyKey,
    IdPath(id): IdPath<PrintJobId>,
    Body(body): Body<RerouteIn>,
) -> Result<Json<PrintJobId>, Problem> {
    let to = body.printer_id;
    let work = async move |tx: &mut Tx, ctx: &Ctx| {
        service::job_reroute(tx, ctx, id, to).await?;
        Ok::<_, PrintError>(id)
    };
    Ok(Json(app.command(&caller, key, "print_job_reroute", &(id, &body), work).await?))
}

/// Says that an unknown label came out: somebody has it in the hand (напечатано).
#[utoipa::path(
    post, path = "/v1/print-jobs/{id}/confirm", tag = "printing",
    params(("id" = PrintJobId, Path)),
    responses((status = 200, body = PrintJobId), (status = "default", body = ProblemBody))
)]
async fn job_confirm(
    State(app): State<App>,
    caller: Caller<rights::PrintingWork>,
    key: IdempotencyKey,
    IdPath(id): IdPath<PrintJobId>,
) -> Result<Json<PrintJobId>, Problem> {
    let work = async move |tx: &mut Tx, ctx: &Ctx| {
        service::decide_printed(tx, ctx, id).await?;
        Ok::<_, PrintError>(id)
    };
    Ok(Json(app.command(&caller, key, "print_job_confirm", &id, work).await?))
}

/// What is missing of a label that is unknown or failed.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
struct PrintAgainIn {
    /// All copies when absent.
    copies: Option<i64>,
    printer_id: Option<PrinterId>,
}

/// Says that an unknown or failed label did not come out, and prints what is missing (не напечатано).
#[utoipa::path(
    post, path = "/v1/print-jobs/{id}/print-again", tag = "printing", request_body = PrintAgainIn,
    params(("id" = PrintJobId, Path)),
    responses((status = 200, body = PrintJobId), (status = "default", body = ProblemBody))
)]
async fn job_print_again(
    State(app): State<App>,
    caller: Caller<rights::PrintingWork>,
    key: IdempotencyKey,
    IdPath(id): IdPath<PrintJobId>,
    Body(body): Body<PrintAgainIn>,
) -> Result<Json<PrintJobId>, Problem> {
    let input = body.clone();
    let work = async move |tx: &mut Tx, ctx: &Ctx| {
        service::decide_again(tx, ctx, id, input.copies, input.printer_id).await?;
        Ok::<_, PrintError>(id)
    };
    Ok(Json(app.command(&caller, key, "print_job_again", &(id, &body), work).await?))
}
