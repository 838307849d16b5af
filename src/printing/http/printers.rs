//! Printers: how they are, who uses them, what is found on the network.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::access::caller::{Caller, rights};
use crate::app::App;
use crate::commands::Ctx;
use crate::db::Tx;
use crate::devices::printer::{Confirmation, Language, PrinterProtocol};
use crate::http::{Body, IdPath, IdempotencyKey, Problem, ProblemBody};
use crate::ids::{DeviceId, PrintJobId, PrinterId, WarehouseId, ZoneId};
use crate::printing::discovery::{self, Found, Identified};
use crate::printing::service::{self, NewPrinter};
use crate::printing::store::{self, Printer};
use crate::printing::{PrintError, PrinterState};
use crate::units::UtcMicros;

/// Labels of one model are moved to another printer when theirs stood still for so long.
const REROUTE_SECONDS_USUAL: i64 = 300;
const MODEL_USUAL: &str = "zebra-zpl";

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(printer_list, printer_create))
        .routes(routes!(printer_model_list))
        .routes(routes!(printer_discover))
        .routes(routes!(printer_identify))
        .routes(routes!(printer_pause))
        .routes(routes!(printer_resume))
        .routes(routes!(printer_test_label))
        .routes(routes!(printer_code_label))
        .routes(routes!(device_station))
}

/// A label printer on the network.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
struct PrinterIn {
    warehouse_id: WarehouseId,
    name: String,
    /// One of /v1/printer-models; `zebra-zpl` when absent.
    model: Option<String>,
    /// Whose people it serves first; anybody's when absent.
    zone_id: Option<ZoneId>,
    /// Host name or address.
    host: String,
    /// Usually 9100.
    port: i64,
    /// What is loaded: `58x40`, `100x150`.
    media: String,
    /// 6, 8, 12 or 24.
    dots_per_mm: i64,
    /// Stopped for longer than this many seconds, its labels go to another printer of the same
    /// media; 300 when absent.
    reroute_after_s: Option<i64>,
}

#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
struct PrinterOut {
    id: PrinterId,
    warehouse_id: WarehouseId,
    name: String,
    /// What its own label says: scanned on a handheld, it is chosen.
    barcode: String,
    model: String,
    zone_id: Option<ZoneId>,
    host: String,
    port: i64,
    media: String,
    dots_per_mm: i64,
    active: bool,
    reroute_after_s: Option<i64>,
    /// As it was last seen.
    state: PrinterState,
    /// The printer's own reason: `media_out`, `head_open`, …
    state_reason: Option<String>,
    state_at: Option<UtcMicros>,
    stopped_at: Option<UtcMicros>,
    /// Labels in its whole life, as it last said.
    odometer: Option<i64>,
}

impl From<Printer> for PrinterOut {
    fn from(printer: Printer) -> Self {
        Self {
            barcode: service::own_code_of(&printer).to_string(),
            id: printer.id,
            warehouse_id: printer.warehouse,
            name: printer.name,
            model: printer.model,
            zone_id: printer.zone,
            host: printer.host,
            port: printer.port,
            media: printer.media,
            dots_per_mm: printer.dots_per_mm,
            active: printer.active,
            reroute_after_s: printer.reroute_after_s,
            state: printer.state,
            state_reason: printer.state_reason,
            state_at: printer.state_at,
            stopped_at: printer.stopped_at,
            odometer: printer.odometer,
        }
    }
}

/// The printers, with how they are (принтеры).
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
    let new = NewPrinter {
        warehouse: body.warehouse_id,
        name: body.name.clone(),
        model: body.model.clone().unwrap_or_else(|| MODEL_USUAL.to_owned()),
        zone: body.zone_id,
        host: body.host.clone(),
        port: body.port,
        media: body.media.clone(),
        dots_per_mm: body.dots_per_mm,
        reroute_after_s: Some(body.reroute_after_s.unwrap_or(REROUTE_SECONDS_USUAL)),
    };
    let work = async move |tx: &mut Tx, ctx: &Ctx| {
        service::printer_create(tx, ctx, &new).await.map(PrinterOut::from)
    };
    Ok(Json(app.command(&caller, key, "printer_create", &body, work).await?))
}

/// A model of printer that is known.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
struct PrinterModelOut {
    name: String,
    title: String,
    language: Language,
    /// What proves that a label came out.
    confirmation: Confirmation,
}

/// The models of printers (модели принтеров).
#[utoipa::path(
    get, path = "/v1/printer-models", tag = "printing",
    responses((status = 200, body = Vec<PrinterModelOut>), (status = "default", body = ProblemBody))
)]
async fn printer_model_list(_caller: Caller<rights::PrintingWork>) -> Json<Vec<PrinterModelOut>> {
    let out = |model: &PrinterProtocol| PrinterModelOut {
        name: model.name().to_owned(),
        title: model.title().to_owned(),
        language: model.language(),
        confirmation: model.confirmation(),
    };
    Json(PrinterProtocol::all().iter().map(out).collect())
}

/// Printers that announce themselves on the local network (найти принтеры). Nothing is sent to them.
#[utoipa::path(
    get, path = "/v1/printers/discovered", tag = "printing",
    responses((status = 200, body = Vec<Found>), (status = "default", body = ProblemBody))
)]
async fn printer_discover(
    _caller: Caller<rights::WarehouseWrite>,
) -> Result<Json<Vec<Found>>, Problem> {
    Ok(Json(discovery::browse(discovery::BROWSE_TIME).await?))
}

/// An address that somebody wants to know more about.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
struct IdentifyIn {
    host: String,
    /// 9100 when absent.
    port: Option<i64>,
}

/// Asks one address what printer it is (опознать принтер). A printer answers; it prints nothing.
#[utoipa::path(
    post, path = "/v1/printers/identify", tag = "printing", request_body = IdentifyIn,
    responses((status = 200, body = Identified), (status = "default", body = ProblemBody))
)]
async fn printer_identify(
    _caller: Caller<rights::WarehouseWrite>,
    _key: IdempotencyKey,
    Body(body): Body<IdentifyIn>,
) -> Result<Json<Identified>, Problem> {
    Ok(Json(discovery::identify(&body.host, body.port.unwrap_or(9100)).await?))
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
    let work = async move |tx: &mut Tx, _: &Ctx| {
        if store::printer_set_active(tx, id, active).await? {
            tx.announce();
            Ok(id)
        } else {
            Err(PrintError::PrinterUnknown { printer: id })
        }
    };
    let action = if active { "printer_resume" } else { "printer_pause" };
    Ok(Json(app.command(caller, key, action, &id, work).await?))
}

/// Prints an example on this printer (пробная этикетка).
#[utoipa::path(
    post, path = "/v1/printers/{id}/test-label", tag = "printing",
    params(("id" = PrinterId, Path)),
    responses((status = 200, body = PrintJobId), (status = "default", body = ProblemBody))
)]
async fn printer_test_label(
    State(app): State<App>,
    caller: Caller<rights::PrintingWork>,
    key: IdempotencyKey,
    IdPath(id): IdPath<PrinterId>,
) -> Result<Json<PrintJobId>, Problem> {
    let work = async move |tx: &mut Tx, ctx: &Ctx| service::test_label_queue(tx, ctx, id).await;
    Ok(Json(app.command(&caller, key, "printer_test_label", &id, work).await?))
}

/// Where a printer's own label is printed.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
struct CodeLabelIn {
    /// Any printer with 58×40 when absent.
    printer_id: Option<PrinterId>,
}

/// Prints the label that is stuck on the printer and scanned to choose it (этикетка принтера).
#[utoipa::path(
    post, path = "/v1/printers/{id}/code-label", tag = "printing", request_body = CodeLabelIn,
    params(("id" = PrinterId, Path)),
    responses((status = 200, body = PrintJobId), (status = "default", body = ProblemBody))
)]
async fn printer_code_label(
    State(app): State<App>,
    caller: Caller<rights::PrintingWork>,
    key: IdempotencyKey,
    IdPath(id): IdPath<PrinterId>,
    Body(body): Body<CodeLabelIn>,
) -> Result<Json<PrintJobId>, Problem> {
    let on = body.printer_id;
    let work = async move |tx: &mut Tx, ctx: &Ctx| service::code_label_queue(tx, ctx, id, on).await;
    Ok(Json(app.command(&caller, key, "printer_code_label", &(id, &body), work).await?))
}

/// Where a device is used.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
struct StationIn {
    /// Its labels come out here, if the media fits.
    printer_id: Option<PrinterId>,
    /// Else on a printer of this zone, else on any.
    zone_id: Option<ZoneId>,
}

/// Says where a device is used, for the choice of its printer (рабочее место устройства).
#[utoipa::path(
    put, path = "/v1/devices/{id}/station", tag = "printing", request_body = StationIn,
    params(("id" = DeviceId, Path)),
    responses((status = 200, body = StationIn), (status = "default", body = ProblemBody))
)]
async fn device_station(
    State(app): State<App>,
    caller: Caller<rights::WarehouseWrite>,
    key: IdempotencyKey,
    IdPath(id): IdPath<DeviceId>,
    Body(body): Body<StationIn>,
) -> Result<Json<StationIn>, Problem> {
    let input = body.clone();
    let work = async move |tx: &mut Tx, _: &Ctx| {
        service::station_set(tx, id, input.printer_id, input.zone_id).await?;
        Ok::<_, PrintError>(input.clone())
    };
    Ok(Json(app.command(&caller, key, "device_station", &(id, &body), work).await?))
}
