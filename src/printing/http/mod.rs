//! Printers, labels and print jobs over HTTP.

mod jobs;
mod printers;

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{LabelRequest, PrintError, PrintPriority, PrinterChoice, service};
use crate::access::caller::{Caller, rights};
use crate::app::App;
use crate::db::Tx;
use crate::http::{Body, IdempotencyKey, Problem, ProblemBody, QueryParams};
use crate::ids::{PrintJobId, PrinterId, WarehouseId, ZoneId};
use crate::labels;

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .merge(printers::router())
        .merge(jobs::router())
        .routes(routes!(template_list))
        .routes(routes!(label_picture))
        .routes(routes!(label_print))
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
    /// The printers of this zone first.
    pub zone_id: Option<ZoneId>,
    pub copies: Option<i64>,
    pub priority: Option<PrintPriority>,
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
        printer: choice(body.printer_id, body.zone_id),
        copies: body.copies.unwrap_or(1),
        priority: body.priority.unwrap_or(PrintPriority::Usual),
    };
    let work = async move |tx: &mut Tx, ctx: &crate::commands::Ctx| {
        service::label_queue(tx, ctx, &request).await
    };
    Ok(Json(app.command(&caller, key, "label_print", &body, work).await?))
}

fn choice(printer: Option<PrinterId>, zone: Option<ZoneId>) -> PrinterChoice {
    match (printer, zone) {
        (Some(printer), _) => PrinterChoice::Printer(printer),
        (None, Some(zone)) => PrinterChoice::Zone(zone),
        (None, None) => PrinterChoice::Any,
    }
}
