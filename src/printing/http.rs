//! Printers, labels and print jobs over HTTP.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::store::{self, PrintJob, Printer};
use super::{LabelRequest, PrintError, PrintState, PrinterChoice, service};
use crate::access::caller::{Caller, rights};
use crate::app::App;
use crate::db::Tx;
use crate::http::{
    Body, IdPath, IdempotencyKey, Page, PageParams, Problem, ProblemBody, QueryParams,
};
use crate::ids::{PrintJobId, PrinterId, WarehouseId};
use crate::labels;
use crate::units::UtcMicros;

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(printer_list, printer_create))
        .routes(routes!(printer_pause))
        .routes(routes!(printer_resume))
        .routes(routes!(template_list))
        .routes(routes!(label_picture))
        .routes(routes!(label_print))
        .routes(routes!(print_job_list))
        .routes(routes!(job_reprint))
}

/// A label printer that speaks ZPL over TCP.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PrinterIn {
    pub warehouse_id: WarehouseId,
    pub name: String,
    /// Host name or address.
    pub host: String,
    /// Usually 9100.
    pub port: i64,
    /// What is loaded: `58x40`, `100x150`.
    pub media: String,
    /// 6, 8, 12 or 24.
    pub dots_per_mm: i64,
}

#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PrinterOut {
    pub id: PrinterId,
    pub warehouse_id: WarehouseId,
    pub name: String,
    pub host: String,
    pub port: i64,
    pub media: String,
    pub dots_per_mm: i64,
    pub active: bool,
}

impl From<Printer> for PrinterOut {
    fn from(printer: Printer) -> Self {
        Self {
            id: printer.id,
            warehouse_id: printer.warehouse,
            name: printer.name,
            host: printer.host,
            port: printer.port,
            media: printer.media,
            dots_per_mm: printer.dots_per_mm,
            active: printer.active,
        }
    }
}

/// The printers (принтеры).
#[utoipa::path(
    get, path = "/v1/printers", tag = "printing",
    responses((status = 200, body = Vec<PrinterOut>), (status = "default", body = ProblemBody))
)]
async fn printer_list(
    State(app): State<App>,
    _caller: Caller<rights::PrintingWork>,
) -> Result<Json<Vec<PrinterOut>>, Problem> {
    let printers = app.db.read(async |tx: &mut Tx| store::printer_list(tx).await).await?;
    Ok(Json(printers.into_iter().map(PrinterOut::from).collect()))
}

/// Adds a printer (новый принтер).
#[utoipa::path(
    post, path = "/v1/printers", tag = "printing", request_body = PrinterIn,
    responses((status = 200, body = PrinterOut), (status = "default", body = ProblemBody))
)]
async fn printer_create(
    State(app): State<App>,
    caller: Caller<rights::WarehouseWrite>,
    key: IdempotencyKey,
    Body(body): Body<PrinterIn>,
) -> Result<Json<PrinterOut>, Problem> {
    let input = body.clone();
    let work = async move |tx: &mut Tx, ctx: &crate::commands::Ctx| {
        let printer = Printer {
            id: PrinterId::new(),
            warehouse: input.warehouse_id,
            name: input.name.clone(),
            host: input.host.clone(),
            port: input.port,
            media: input.media.clone(),
            dots_per_mm: input.dots_per_mm,
            active: true,
        };
        service::printer_create(tx, ctx, &printer).await?;
        Ok::<_, PrintError>(PrinterOut::from(printer))
    };
    Ok(Json(app.command(&caller, key, "printer_create", &body, work).await?))
}

/// Takes a printer out of use; its labels go to another one of the same media (остановить).
#[utoipa::path(
    post, path = "/v1/printers/{id}/pause", tag = "printing", params(("id" = PrinterId, Path)),
    responses((status = 200, body = PrinterId), (status = "default", body = ProblemBody))
)]
async fn printer_pause(
    State(app): State<App>,
    caller: Caller<rights::PrintingWork>,
    key: IdempotencyKey,
    IdPath(id): IdPath<PrinterId>,
) -> Result<Json<PrinterId>, Problem> {
    set_active(&app, &caller, key, id, false).await
}

/// Takes a printer into use again (включить).
#[utoipa::path(
    post, path = "/v1/printers/{id}/resume", tag = "printing", params(("id" = PrinterId, Path)),
    responses((status = 200, body = PrinterId), (status = "default", body = ProblemBody))
)]
async fn printer_resume(
    State(app): State<App>,
    caller: Caller<rights::PrintingWork>,
    key: IdempotencyKey,
    IdPath(id): IdPath<PrinterId>,
) -> Result<Json<PrinterId>, Problem> {
    set_active(&app, &caller, key, id, true).await
}

async fn set_active(
    app: &App,
    caller: &Caller<rights::PrintingWork>,
    key: IdempotencyKey,
    id: PrinterId,
    active: bool,
) -> Result<Json<PrinterId>, Problem> {
    let work = async move |tx: &mut Tx, _: &crate::commands::Ctx| {
        if store::printer_set_active(tx, id, active).await? {
            Ok(id)
        } else {
            Err(PrintError::PrinterUnknown { printer: id })
        }
    };
    let action = if active { "printer_resume" } else { "printer_pause" };
    Ok(Json(app.command(caller, key, action, &id, work).await?))
}

/// A label template.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct TemplateOut {
    pub name: String,
    pub title_ru: String,
    pub title_en: String,
    pub media: String,
    /// Field names with an example of each.
    pub example: BTreeMap<String, String>,
}

/// The label templates (шаблоны этикеток).
#[utoipa::path(
    get, path = "/v1/label-templates", tag = "printing",
    responses((status = 200, body = Vec<TemplateOut>), (status = "default", body = ProblemBody))
)]
async fn template_list(_caller: Caller<rights::PrintingWork>) -> Json<Vec<TemplateOut>> {
    let out = |template: &labels::Template| TemplateOut {
        name: template.name().to_owned(),
        title_ru: template.title_ru().to_owned(),
        title_en: template.title_en().to_owned(),
        media: service::media_of(template),
        example: template.example(),
    };
    Json(labels::templates().iter().map(out).collect())
}

/// A label as a picture (предпросмотр): `/v1/labels/item.png?dpmm=8&name=…`. Fields come as query
/// parameters; those of the template's example when none is given.
#[utoipa::path(
    get, path = "/v1/labels/{file}", tag = "printing",
    params(
        ("file" = String, Path, description = "name of the template and `.png`"),
        ("dpmm" = Option<u32>, Query, description = "dots per millimetre: 6, 8, 12 or 24; 8"),
    ),
    responses(
        (status = 200, content_type = "image/png", body = Vec<u8>),
        (status = "default", body = ProblemBody)
    )
)]
async fn label_picture(
    _caller: Caller<rights::PrintingWork>,
    Path(file): Path<String>,
    QueryParams(mut fields): QueryParams<BTreeMap<String, String>>,
) -> Result<Response, Problem> {
    let name = file.strip_suffix(".png").unwrap_or_default();
    let template = labels::template(name).map_err(PrintError::from)?;
    let dots_per_mm = match fields.remove("dpmm").map(|dpmm| dpmm.parse::<u32>()) {
        None => 8,
        // No head has as many dots as what is no number.
        Some(dpmm) => dpmm.unwrap_or(0),
    };
    if fields.is_empty() {
        fields = template.example();
    }
    let png = labels::preview_png(template, &fields, dots_per_mm).map_err(PrintError::from)?;
    Ok(([(header::CONTENT_TYPE, "image/png")], png).into_response())
}

/// A label to be printed.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct LabelIn {
    pub warehouse_id: WarehouseId,
    pub template: String,
    pub fields: BTreeMap<String, String>,
    /// What it is stuck on, to find it again.
    pub subject: String,
    /// Any printer with the right media when absent.
    pub printer_id: Option<PrinterId>,
    pub copies: Option<i64>,
}

/// Prints a label (печать этикетки).
#[utoipa::path(
    post, path = "/v1/labels", tag = "printing", request_body = LabelIn,
    responses((status = 200, body = PrintJobId), (status = "default", body = ProblemBody))
)]
async fn label_print(
    State(app): State<App>,
    caller: Caller<rights::PrintingWork>,
    key: IdempotencyKey,
    Body(body): Body<LabelIn>,
) -> Result<Json<PrintJobId>, Problem> {
    let name = body.template.clone();
    let known = labels::templates().iter().find(|template| template.name() == name);
    let template = known.ok_or(PrintError::TemplateUnknown { template: name })?.name();
    let request = LabelRequest {
        template,
        fields: body.fields.clone(),
        subject: body.subject.clone(),
        warehouse: body.warehouse_id,
        owner: None,
        printer: body.printer_id.map_or(PrinterChoice::Any, PrinterChoice::Printer),
        copies: body.copies.unwrap_or(1),
    };
    let work = async move |tx: &mut Tx, ctx: &crate::commands::Ctx| {
        service::label_queue(tx, ctx, &request).await
    };
    Ok(Json(app.command(&caller, key, "label_print", &body, work).await?))
}

#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PrintJobOut {
    pub id: PrintJobId,
    pub printer_id: Option<PrinterId>,
    pub template: String,
    pub media: String,
    pub subject: String,
    pub copies: i64,
    pub state: PrintState,
    /// Why it waits, failed or is unknown.
    pub reason: Option<String>,
    pub reprint_of: Option<PrintJobId>,
    pub created_at: UtcMicros,
    pub sent_at: Option<UtcMicros>,
}

impl From<PrintJob> for PrintJobOut {
    fn from(job: PrintJob) -> Self {
        Self {
            id: job.id,
            printer_id: job.printer,
            template: job.template,
            media: job.media,
            subject: job.subject,
            copies: job.copies,
            state: job.state,
            reason: job.reason,
            reprint_of: job.reprint_of,
            created_at: job.created_at,
            sent_at: job.sent_at,
        }
    }
}

/// Which print jobs.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct PrintJobFilter {
    state: Option<PrintState>,
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
    let read = async move |tx: &mut Tx| store::job_list(tx, filter.state, before, limit + 1).await;
    let items = app.db.read(read).await?.into_iter().map(PrintJobOut::from).collect();
    Ok(Json(Page::new(items, limit, |job: &PrintJobOut| job.id.to_string())))
}

/// Why a label is printed once more.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ReprintIn {
    pub reason: String,
    pub printer_id: Option<PrinterId>,
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
    let work = async move |tx: &mut Tx, ctx: &crate::commands::Ctx| {
        service::reprint(tx, ctx, id, input.printer_id, &input.reason).await
    };
    Ok(Json(app.command(&caller, key, "label_reprint", &(id, &body), work).await?))
}
