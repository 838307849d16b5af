//! Invoices of carriers over HTTP.

mod proof;

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use self::proof::CarrierChargeOut;
use super::model::{ExceptionKind, ExceptionRow, Invoice, InvoiceState, LineRow, Resolution};
use super::store::{self, InvoiceFilter, Outcome, Tally};
use super::{Decision, InvoiceError, dispute, service};
use crate::access::caller::{Staff, rights};
use crate::app::App;
use crate::carriers::ExportFormat;
use crate::carriers::model::ChargeKind;
use crate::commands::Ctx;
use crate::db::Tx;
use crate::fault::InputError;
use crate::http::{
    Body, IdPath, IdempotencyKey, Page, PageParams, Problem, ProblemBody, QueryParams, ReasonIn,
    download,
};
use crate::ids::{CarrierInvoiceId, OwnerId, ParcelId, UserId};
use crate::imports::Source;
use crate::imports::http::RefusalOut;
use crate::imports::invoices::{InvoiceRequest, run};
use crate::units::{Day, Grams, Kopecks, UtcMicros};

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(invoice_import))
        .routes(routes!(invoice_list))
        .routes(routes!(invoice_get))
        .routes(routes!(invoice_line_list))
        .routes(routes!(invoice_check))
        .routes(routes!(invoice_resolve))
        .routes(routes!(invoice_accept))
        .routes(routes!(invoice_reject))
        .routes(routes!(invoice_disputes))
        .merge(proof::router())
}

/// What the file does not say of itself.
#[derive(Debug, Clone, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct InvoiceImportParams {
    /// The code of the carrier.
    carrier: String,
    /// The carrier's number of the invoice.
    number: String,
    day: Day,
    /// What it is for.
    period_from: Option<Day>,
    period_to: Option<Day>,
    /// To be paid. Without it the row of totals says so; needed where a file says several totals, has
    /// sums that stand on no line, or has further sheets.
    total_kopecks: Option<Kopecks>,
    /// On the whole: negative is a discount, positive a fee.
    discount_kopecks: Option<Kopecks>,
    vat_kopecks: Option<Kopecks>,
    /// `field=Heading,…` where headings are not the known ones.
    map: Option<String>,
    /// The name of the file in messages.
    file: Option<String>,
}

/// What a file came to. An invoice is taken whole: one wrong row refuses it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct InvoiceImportOut {
    rows: i64,
    invoice_id: Option<CarrierInvoiceId>,
    state: Option<InvoiceState>,
    /// The same invoice was there before, whatever its file.
    is_known: bool,
    /// How many rows are wrong.
    refused: i64,
    /// The first thousand of them.
    refusals: Vec<RefusalOut>,
}

/// An invoice of a carrier.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
struct InvoiceOut {
    id: CarrierInvoiceId,
    carrier: String,
    number: String,
    day: Day,
    period_from: Option<Day>,
    period_to: Option<Day>,
    /// To be paid, VAT included.
    total_kopecks: Kopecks,
    vat_kopecks: Option<Kopecks>,
    /// On the whole: negative is a discount, positive a fee.
    discount_kopecks: Kopecks,
    state: InvoiceState,
    file: String,
    line_count: i64,
    created_at: UtcMicros,
    decided_by: Option<UserId>,
    decided_at: Option<UtcMicros>,
    /// Why it was rejected.
    reason: Option<String>,
}

/// How many exceptions of a kind an invoice has.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
struct TallyOut {
    kind: ExceptionKind,
    /// Nothing is accepted while one of them is open.
    is_blocking: bool,
    count: i64,
    open: i64,
}

/// An invoice with what does not agree.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
struct InvoiceDetailOut {
    #[serde(flatten)]
    invoice: InvoiceOut,
    exceptions: Vec<TallyOut>,
    /// Of the invoice as a whole.
    about_whole: Vec<ExceptionOut>,
}

/// Something that does not agree.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
struct ExceptionOut {
    kind: ExceptionKind,
    /// Kopecks or grams, as the kind is.
    expected: Option<i64>,
    found: Option<i64>,
    resolution: Option<Resolution>,
    owner_id: Option<OwnerId>,
    reason: Option<String>,
    resolved_at: Option<UtcMicros>,
}

/// A line: what was offered, told, weighed, invoiced and charged, side by side.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
struct InvoiceLineOut {
    line: i64,
    track: String,
    number: String,
    order_number: String,
    kind: ChargeKind,
    /// The carrier's name of the service.
    service: String,
    service_day: Option<Day>,
    parcel_id: Option<ParcelId>,
    owner_id: Option<OwnerId>,
    quoted_kopecks: Option<Kopecks>,
    declared_weight_g: Option<Grams>,
    weighed_g: Option<Grams>,
    invoiced_weight_g: Option<Grams>,
    invoiced_kopecks: Kopecks,
    vat_kopecks: Option<Kopecks>,
    /// Who was charged, and how much; nobody before the invoice is accepted.
    charged_owner_id: Option<OwnerId>,
    passed_kopecks: Option<Kopecks>,
    written_off_kopecks: Option<Kopecks>,
    exceptions: Vec<ExceptionOut>,
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct InvoiceListParams {
    carrier: Option<String>,
    state: Option<InvoiceState>,
    limit: Option<i64>,
    after: Option<String>,
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct InvoiceLineParams {
    /// Lines with an exception of this kind only.
    exception: Option<ExceptionKind>,
    limit: Option<i64>,
    after: Option<String>,
}

/// What a person decides about exceptions of one kind.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct InvoiceResolveIn {
    kind: ExceptionKind,
    /// 0 is the invoice as a whole.
    lines: Vec<i64>,
    resolution: Resolution,
    /// With `owner` only.
    owner_id: Option<OwnerId>,
    reason: String,
}

/// Takes a carrier's invoice in from a CSV or XLSX file (загрузить счёт перевозчика). The same
/// invoice again, in whatever file, is the first one.
#[utoipa::path(
    post, path = "/v1/imports/carrier-invoices", tag = "carrier invoices", params(InvoiceImportParams),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, body = InvoiceImportOut), (status = "default", body = ProblemBody))
)]
async fn invoice_import(
    State(app): State<App>,
    caller: Staff<rights::MoneyWork>,
    _key: IdempotencyKey,
    QueryParams(params): QueryParams<InvoiceImportParams>,
    body: Bytes,
) -> Result<Json<InvoiceImportOut>, Problem> {
    let period = match (params.period_from, params.period_to) {
        (None, None) => None,
        (Some(from), Some(to)) => Some((from, to)),
        (None, Some(_)) => return Err(InputError::one("period_from", "missing").into()),
        (Some(_), None) => return Err(InputError::one("period_to", "missing").into()),
    };
    let request = InvoiceRequest {
        carrier: params.carrier,
        source: Source::Bytes(Arc::from(body.as_ref())),
        file: params.file.unwrap_or_else(|| "invoice.csv".to_owned()),
        map: params.map.unwrap_or_default(),
        number: params.number,
        day: params.day,
        period,
        total: params.total_kopecks,
        vat: params.vat_kopecks,
        discount: params.discount_kopecks.unwrap_or_default(),
    };
    let report = Box::pin(run(&app, request, caller.principal.user(), |_| {})).await?;
    Ok(Json(InvoiceImportOut {
        rows: report.rows,
        invoice_id: report.invoice,
        state: report.state,
        is_known: report.is_known,
        refused: report.refused,
        refusals: report.refusals.iter().map(RefusalOut::from).collect(),
    }))
}

/// Invoices of carriers, newest first (счета перевозчиков).
#[utoipa::path(
    get, path = "/v1/carrier-invoices", tag = "carrier invoices", params(InvoiceListParams),
    responses((status = 200, body = Page<InvoiceOut>), (status = "default", body = ProblemBody))
)]
async fn invoice_list(
    State(app): State<App>,
    _caller: Staff<rights::MoneyRead>,
    QueryParams(params): QueryParams<InvoiceListParams>,
) -> Result<Json<Page<InvoiceOut>>, Problem> {
    let page = PageParams { limit: params.limit, after: params.after };
    let limit = page.limit();
    let newest = CarrierInvoiceId::from_uuid(uuid::Uuid::max());
    let filter = InvoiceFilter {
        carrier: params.carrier,
        state: params.state,
        before: page.after::<CarrierInvoiceId>()?.unwrap_or(newest),
    };
    let read = async move |tx: &mut Tx| store::list(tx, &filter, limit + 1).await;
    let rows = app.db.read(read).await?;
    let items = rows.into_iter().map(InvoiceOut::from).collect();
    Ok(Json(Page::new(items, limit, |item: &InvoiceOut| item.id.to_string())))
}

/// One invoice with what does not agree (счёт перевозчика).
#[utoipa::path(
    get, path = "/v1/carrier-invoices/{id}", tag = "carrier invoices",
    params(("id" = CarrierInvoiceId, Path)),
    responses((status = 200, body = InvoiceDetailOut), (status = "default", body = ProblemBody))
)]
async fn invoice_get(
    State(app): State<App>,
    _caller: Staff<rights::MoneyRead>,
    IdPath(id): IdPath<CarrierInvoiceId>,
) -> Result<Json<InvoiceDetailOut>, Problem> {
    let read = async move |tx: &mut Tx| -> Result<InvoiceDetailOut, InvoiceError> {
        let invoice = service::find(tx, id).await?;
        detail(tx, invoice).await
    };
    Ok(Json(app.db.snapshot(read).await?))
}

async fn detail(tx: &mut Tx, invoice: Invoice) -> Result<InvoiceDetailOut, InvoiceError> {
    let exceptions = store::tally(tx, invoice.id).await?;
    let about_whole = store::exceptions(tx, invoice.id, (0, 0)).await?;
    Ok(InvoiceDetailOut {
        invoice: invoice.into(),
        exceptions: exceptions.into_iter().map(TallyOut::from).collect(),
        about_whole: about_whole.into_iter().map(ExceptionOut::from).collect(),
    })
}

/// The lines of an invoice, with what was offered, told and weighed beside them (строки счёта).
#[utoipa::path(
    get, path = "/v1/carrier-invoices/{id}/lines", tag = "carrier invoices",
    params(("id" = CarrierInvoiceId, Path), InvoiceLineParams),
    responses((status = 200, body = Page<InvoiceLineOut>), (status = "default", body = ProblemBody))
)]
async fn invoice_line_list(
    State(app): State<App>,
    _caller: Staff<rights::MoneyRead>,
    IdPath(id): IdPath<CarrierInvoiceId>,
    QueryParams(params): QueryParams<InvoiceLineParams>,
) -> Result<Json<Page<InvoiceLineOut>>, Problem> {
    let page = PageParams { limit: params.limit, after: params.after };
    let limit = page.limit();
    let after = page.after::<i64>()?.unwrap_or_default();
    let only = params.exception;
    let read = async move |tx: &mut Tx| -> Result<Vec<InvoiceLineOut>, InvoiceError> {
        service::find(tx, id).await?;
        let lines = store::lines_page(tx, id, after, only, limit + 1).await?;
        let ends = lines.first().zip(lines.last()).map(|(first, last)| (first.line, last.line));
        let Some(shown) = ends else { return Ok(Vec::new()) };
        let exceptions = store::exceptions(tx, id, shown).await?;
        let outcomes = store::outcomes(tx, id, shown).await?;
        Ok(lines.into_iter().map(|line| line_out(line, &exceptions, &outcomes)).collect())
    };
    let items = app.db.snapshot(read).await?;
    Ok(Json(Page::new(items, limit, |item: &InvoiceLineOut| item.line.to_string())))
}

/// Both lists are in the order of lines.
fn line_out(line: LineRow, exceptions: &[ExceptionRow], outcomes: &[Outcome]) -> InvoiceLineOut {
    let first = exceptions.partition_point(|one| one.line < line.line);
    let own = exceptions[first..].iter().take_while(|one| one.line == line.line);
    let outcome = outcomes.binary_search_by_key(&line.line, |one| one.line);
    let outcome = outcome.ok().map(|place| &outcomes[place]);
    InvoiceLineOut {
        line: line.line,
        track: line.track,
        number: line.number,
        order_number: line.order_number,
        kind: line.kind,
        service: line.words,
        service_day: line.service_day,
        parcel_id: line.parcel,
        owner_id: line.owner,
        quoted_kopecks: line.quoted,
        declared_weight_g: line.declared,
        weighed_g: line.weighed,
        invoiced_weight_g: line.weight,
        invoiced_kopecks: line.amount,
        vat_kopecks: line.vat,
        charged_owner_id: outcome.and_then(|one| one.owner),
        passed_kopecks: outcome.map(|one| one.passed),
        written_off_kopecks: outcome.map(|one| one.written_off),
        exceptions: own.cloned().map(ExceptionOut::from).collect(),
    }
}

/// Compares a draft anew with our parcels and other invoices (сверить счёт заново).
#[utoipa::path(
    post, path = "/v1/carrier-invoices/{id}/check", tag = "carrier invoices",
    params(("id" = CarrierInvoiceId, Path)),
    responses((status = 200, body = InvoiceDetailOut), (status = "default", body = ProblemBody))
)]
async fn invoice_check(
    State(app): State<App>,
    caller: Staff<rights::MoneyWork>,
    IdPath(id): IdPath<CarrierInvoiceId>,
    key: IdempotencyKey,
) -> Result<Json<InvoiceDetailOut>, Problem> {
    let work = async move |tx: &mut Tx, _: &Ctx| -> Result<InvoiceDetailOut, InvoiceError> {
        let invoice = service::check(tx, id).await?;
        detail(tx, invoice).await
    };
    Ok(Json(app.command(&caller, key, "carrier_invoice_check", &id, work).await?))
}

/// Decides about exceptions of a draft (решить по расхождениям): whose a charge is, who bears it.
#[utoipa::path(
    post, path = "/v1/carrier-invoices/{id}/resolve", tag = "carrier invoices",
    params(("id" = CarrierInvoiceId, Path)), request_body = InvoiceResolveIn,
    responses((status = 200, body = InvoiceDetailOut), (status = "default", body = ProblemBody))
)]
async fn invoice_resolve(
    State(app): State<App>,
    caller: Staff<rights::MoneyWork>,
    IdPath(id): IdPath<CarrierInvoiceId>,
    key: IdempotencyKey,
    Body(body): Body<InvoiceResolveIn>,
) -> Result<Json<InvoiceDetailOut>, Problem> {
    let decision = Decision {
        kind: body.kind,
        lines: body.lines.clone(),
        resolution: body.resolution,
        owner: body.owner_id,
        reason: body.reason.clone(),
    };
    let work = async move |tx: &mut Tx, ctx: &Ctx| -> Result<InvoiceDetailOut, InvoiceError> {
        let invoice = service::resolve(tx, ctx, id, &decision).await?;
        detail(tx, invoice).await
    };
    Ok(Json(app.command(&caller, key, "carrier_invoice_resolve", &(id, &body), work).await?))
}

/// Accepts an invoice: the carrier is owed it, and the shops are charged (принять счёт). It happens
/// once.
#[utoipa::path(
    post, path = "/v1/carrier-invoices/{id}/accept", tag = "carrier invoices",
    params(("id" = CarrierInvoiceId, Path)),
    responses((status = 200, body = InvoiceOut), (status = "default", body = ProblemBody))
)]
async fn invoice_accept(
    State(app): State<App>,
    caller: Staff<rights::MoneyWork>,
    IdPath(id): IdPath<CarrierInvoiceId>,
    key: IdempotencyKey,
) -> Result<Json<InvoiceOut>, Problem> {
    let work = async move |tx: &mut Tx, ctx: &Ctx| -> Result<InvoiceOut, InvoiceError> {
        Ok(service::accept(tx, ctx, id).await?.into())
    };
    Ok(Json(app.command(&caller, key, "carrier_invoice_accept", &id, work).await?))
}

/// Gives an invoice up that is not accepted (отклонить счёт).
#[utoipa::path(
    post, path = "/v1/carrier-invoices/{id}/reject", tag = "carrier invoices",
    params(("id" = CarrierInvoiceId, Path)), request_body = ReasonIn,
    responses((status = 200, body = InvoiceOut), (status = "default", body = ProblemBody))
)]
async fn invoice_reject(
    State(app): State<App>,
    caller: Staff<rights::MoneyWork>,
    IdPath(id): IdPath<CarrierInvoiceId>,
    key: IdempotencyKey,
    Body(body): Body<ReasonIn>,
) -> Result<Json<InvoiceOut>, Problem> {
    let reason = body.reason.clone();
    let work = async move |tx: &mut Tx, ctx: &Ctx| -> Result<InvoiceOut, InvoiceError> {
        Ok(service::reject(tx, ctx, id, &reason).await?.into())
    };
    Ok(Json(app.command(&caller, key, "carrier_invoice_reject", &(id, &body), work).await?))
}

/// What the carrier is asked about, as a workbook to send (реестр разногласий).
#[utoipa::path(
    get, path = "/v1/carrier-invoices/{id}/disputes.xlsx", tag = "carrier invoices",
    params(("id" = CarrierInvoiceId, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream"), (status = "default", body = ProblemBody))
)]
async fn invoice_disputes(
    State(app): State<App>,
    _caller: Staff<rights::MoneyRead>,
    IdPath(id): IdPath<CarrierInvoiceId>,
) -> Result<Response, Problem> {
    let read = async move |tx: &mut Tx| -> Result<_, InvoiceError> {
        let invoice = service::find(tx, id).await?;
        let (lines, exceptions) = service::with_exceptions(tx, id).await?;
        Ok((invoice, dispute::disputed(lines, exceptions)))
    };
    let (invoice, disputed) = app.db.snapshot(read).await?;
    Ok(workbook("disputes.xlsx", dispute::workbook(&invoice, &disputed)?))
}

fn workbook(name: &'static str, bytes: Vec<u8>) -> Response {
    download(ExportFormat::Xlsx.media_type(), name, bytes)
}

impl From<Invoice> for InvoiceOut {
    fn from(invoice: Invoice) -> Self {
        Self {
            id: invoice.id,
            carrier: invoice.carrier,
            number: invoice.number,
            day: invoice.day,
            period_from: invoice.period_from,
            period_to: invoice.period_to,
            total_kopecks: invoice.total,
            vat_kopecks: invoice.vat,
            discount_kopecks: invoice.discount,
            state: invoice.state,
            file: invoice.file,
            line_count: invoice.line_count,
            created_at: invoice.created_at,
            decided_by: invoice.decided_by,
            decided_at: invoice.decided_at,
            reason: invoice.reason,
        }
    }
}

impl From<Tally> for TallyOut {
    fn from(row: Tally) -> Self {
        let Tally { kind, count, open } = row;
        Self { kind, is_blocking: kind.is_blocking(), count, open }
    }
}

impl From<ExceptionRow> for ExceptionOut {
    fn from(row: ExceptionRow) -> Self {
        Self {
            kind: row.kind,
            expected: row.expected,
            found: row.found,
            resolution: row.resolution,
            owner_id: row.owner,
            reason: row.reason,
            resolved_at: row.resolved_at,
        }
    }
}
