//! Queueing labels, the printers they go to, and what people decide about them.

use serde_json::{Value, json};

use super::bytes::{READY, hashed};
use super::store::{self, LabelBytes, PrintJob, Printer, Station};
use super::{
    LabelRequest, PrintError, PrintPriority, PrintState, PrinterChoice, PrinterState, ReadyLabel,
};
use crate::barcodes::{OwnCode, OwnKind};
use crate::commands::Ctx;
use crate::db::Tx;
use crate::devices::printer::{Language, PrinterProtocol};
use crate::fault::InputFaults;
use crate::ids::{DeviceId, PrintJobId, PrinterId, WarehouseId, ZoneId};
use crate::labels::{self, PrinterModel, Template};
use crate::series;

const COPIES_MAX: i64 = 1_000;
/// The usual head, 203 dpi, with which a label is tried before its printer is known.
const DOTS_PER_MM_USUAL: u32 = 8;
const READY_BYTES_MAX: usize = 4 * 1024 * 1024;
const REROUTE_SECONDS_MAX: i64 = 7 * 24 * 3600;
const CODE_TEMPLATE: &str = "printer";

/// The media of a template, as a printer names it: `58x40`.
pub fn media_of(template: &Template) -> String {
    format!("{}x{}", template.width_mm(), template.height_mm())
}

/// Queues a label. It is filled once here, so that wrong data is refused at once and by whom it can
/// be mended, and again for the density of the printer that it goes to.
pub async fn label_queue(
    tx: &mut Tx,
    ctx: &Ctx,
    request: &LabelRequest,
) -> Result<PrintJobId, PrintError> {
    let mut faults = InputFaults::default();
    faults.range("copies", request.copies, 1..=COPIES_MAX);
    faults.finish()?;
    let template = labels::template(request.template)?;
    labels::fill(template, &request.fields, PrinterModel::zpl(DOTS_PER_MM_USUAL))?;
    let media = media_of(template);
    let (printer, zone) = destination(tx, request.printer, &media).await?;
    let job = PrintJob {
        id: PrintJobId::new(),
        warehouse: request.warehouse,
        printer,
        zone,
        owner: request.owner,
        template: request.template.to_owned(),
        media,
        subject: request.subject.clone(),
        data: json!(request.fields),
        priority: request.priority.rank(),
        copies: request.copies,
        ..fresh(ctx)
    };
    queue(tx, ctx, &job, None, None).await?;
    Ok(job.id)
}

/// Queues a label that is bytes already. It goes only to a printer of its language and density.
pub async fn bytes_queue(
    tx: &mut Tx,
    ctx: &Ctx,
    request: &ReadyLabel,
) -> Result<PrintJobId, PrintError> {
    let mut faults = InputFaults::default();
    faults.range("copies", request.copies, 1..=COPIES_MAX);
    if request.label.is_empty() || request.label.len() > READY_BYTES_MAX {
        faults.note("label", "too_long");
    }
    faults.finish()?;
    let (printer, zone) = destination(tx, request.printer, &request.media).await?;
    let bytes = hashed(request.label.clone(), request.language, request.dots_per_mm);
    let job = PrintJob {
        id: PrintJobId::new(),
        warehouse: request.warehouse,
        printer,
        zone,
        owner: request.owner,
        template: READY.to_owned(),
        media: request.media.clone(),
        subject: request.subject.clone(),
        data: json!({}),
        priority: request.priority.rank(),
        copies: request.copies,
        ..fresh(ctx)
    };
    queue(tx, ctx, &job, Some(bytes), None).await?;
    Ok(job.id)
}

/// Which language and density a label that is to be bytes should have, so that it can go where it is
/// chosen to go: those of the device's own printer, or of the first of the media. Nothing: there is
/// no printer with such media.
pub async fn speech_of(
    tx: &mut Tx,
    warehouse: WarehouseId,
    choice: PrinterChoice,
    media: &str,
) -> Result<Option<(Language, i64)>, PrintError> {
    let (own, zone) = destination(tx, choice, media).await?;
    let printers = store::printers_of_media(tx, warehouse, media).await?;
    let best = printers
        .iter()
        .min_by_key(|printer| (own != Some(printer.id), zone.is_some() && printer.zone != zone));
    Ok(best.map(|printer| {
        let model = PrinterProtocol::find(&printer.model);
        (model.map_or(Language::Zpl, PrinterProtocol::language), printer.dots_per_mm)
    }))
}

/// What every new job begins with.
fn fresh(ctx: &Ctx) -> PrintJob {
    PrintJob {
        id: PrintJobId::new(),
        warehouse: WarehouseId::from_uuid(uuid::Uuid::nil()),
        printer: None,
        zone: None,
        owner: None,
        template: String::new(),
        media: String::new(),
        subject: String::new(),
        data: Value::Null,
        priority: PrintPriority::Usual.rank(),
        copies: 1,
        printed: 0,
        state: PrintState::Queued,
        reason: None,
        odometer_before: None,
        stops: 0,
        recall_to: None,
        reprint_of: None,
        created_at: ctx.now,
        sent_at: None,
        ended_at: None,
    }
}

/// The printer if it is sure by now, and the zone whose printers go first.
async fn destination(
    tx: &mut Tx,
    choice: PrinterChoice,
    media: &str,
) -> Result<(Option<PrinterId>, Option<ZoneId>), PrintError> {
    match choice {
        PrinterChoice::Printer(id) => {
            let found = store::printer_find(tx, id).await?;
            let printer = found.ok_or(PrintError::PrinterUnknown { printer: id })?;
            Ok((Some(printer.id), printer.zone))
        }
        PrinterChoice::Device(device) => {
            let Some(station) = store::station_find(tx, device).await? else {
                return Ok((None, None));
            };
            let own = match station.printer {
                Some(printer) if store::is_usable(tx, printer, media).await? => Some(printer),
                _ => None,
            };
            Ok((own, station.zone))
        }
        PrinterChoice::Zone(zone) => Ok((None, Some(zone))),
        PrinterChoice::Any => Ok((None, None)),
    }
}

/// Prints a label once more, for a stated reason: it came out spoilt, or fell off. On a printer of
/// the same language and density the same bytes go out.
pub async fn reprint(
    tx: &mut Tx,
    ctx: &Ctx,
    id: PrintJobId,
    printer: Option<PrinterId>,
    reason: &str,
) -> Result<PrintJobId, PrintError> {
    if reason.trim().is_empty() {
        return Err(PrintError::ReasonMissing);
    }
    let old = job_find(tx, id).await?;
    if let Some(printer) = printer {
        fitting(tx, printer, old.warehouse, &old.media).await?;
    }
    let bytes = store::job_label(tx, id).await?;
    let again = PrintJob {
        id: PrintJobId::new(),
        warehouse: old.warehouse,
        printer: printer.or(old.printer),
        zone: old.zone,
        owner: old.owner,
        template: old.template,
        media: old.media,
        subject: old.subject,
        data: old.data,
        priority: PrintPriority::Urgent.rank(),
        reprint_of: Some(old.id),
        ..fresh(ctx)
    };
    queue(tx, ctx, &again, bytes, Some(reason)).await?;
    Ok(again.id)
}

async fn queue(
    tx: &mut Tx,
    ctx: &Ctx,
    job: &PrintJob,
    bytes: Option<LabelBytes>,
    reprint_reason: Option<&str>,
) -> Result<(), PrintError> {
    store::job_insert(tx, ctx, job, bytes, reprint_reason).await?;
    tx.announce();
    Ok(())
}

async fn job_find(tx: &mut Tx, id: PrintJobId) -> Result<PrintJob, PrintError> {
    store::job_find(tx, id).await?.ok_or(PrintError::JobUnknown { job: id })
}

/// The printer, if it is of the warehouse and has this media.
async fn fitting(
    tx: &mut Tx,
    id: PrinterId,
    warehouse: WarehouseId,
    media: &str,
) -> Result<Printer, PrintError> {
    let found = store::printer_find(tx, id).await?;
    let printer = found.ok_or(PrintError::PrinterUnknown { printer: id })?;
    if printer.warehouse != warehouse || printer.media != media {
        return Err(PrintError::PrinterUnfit { name: printer.name, media: media.to_owned() });
    }
    Ok(printer)
}

/// Takes a label back that was not sent yet.
pub async fn job_cancel(tx: &mut Tx, ctx: &Ctx, id: PrintJobId) -> Result<(), PrintError> {
    if store::job_cancel(tx, id, ctx.now).await? {
        return Ok(());
    }
    let state = job_find(tx, id).await?.state;
    Err(PrintError::JobNotQueued { state })
}

/// Sends a job to another printer of the same media. What waits goes there at once; what is in a
/// printer is taken out of it first, and goes on only once the printer said that it forgot it.
pub async fn job_reroute(
    tx: &mut Tx,
    _ctx: &Ctx,
    id: PrintJobId,
    to: PrinterId,
) -> Result<(), PrintError> {
    let job = job_find(tx, id).await?;
    fitting(tx, to, job.warehouse, &job.media).await?;
    if store::job_reroute(tx, id, to).await? || store::job_recall(tx, id, to).await? {
        tx.announce();
        return Ok(());
    }
    let state = job_find(tx, id).await?.state;
    Err(PrintError::JobOver { state })
}

/// A person looked: it came out.
pub async fn decide_printed(tx: &mut Tx, ctx: &Ctx, id: PrintJobId) -> Result<(), PrintError> {
    if store::job_decide_printed(tx, id, ctx.actor, ctx.now).await? {
        return Ok(());
    }
    let state = job_find(tx, id).await?.state;
    Err(PrintError::JobDecided { state })
}

/// A person looked: so many copies are missing, all by default.
pub async fn decide_again(
    tx: &mut Tx,
    ctx: &Ctx,
    id: PrintJobId,
    copies: Option<i64>,
    printer: Option<PrinterId>,
) -> Result<(), PrintError> {
    let job = job_find(tx, id).await?;
    let copies = copies.unwrap_or(job.copies);
    let mut faults = InputFaults::default();
    faults.range("copies", copies, 1..=job.copies);
    faults.finish()?;
    if let Some(printer) = printer {
        fitting(tx, printer, job.warehouse, &job.media).await?;
    }
    if store::job_decide_again(tx, id, ctx.actor, copies, printer).await? {
        tx.announce();
        return Ok(());
    }
    Err(PrintError::JobDecided { state: job.state })
}

/// A printer to be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPrinter {
    pub warehouse: WarehouseId,
    pub name: String,
    pub model: String,
    pub zone: Option<ZoneId>,
    pub host: String,
    pub port: i64,
    pub media: String,
    pub dots_per_mm: i64,
    pub reroute_after_s: Option<i64>,
}

/// Adds a printer of a warehouse.
pub async fn printer_create(
    tx: &mut Tx,
    ctx: &Ctx,
    new: &NewPrinter,
) -> Result<Printer, PrintError> {
    let mut faults = InputFaults::default();
    faults.text("name", &new.name, 100);
    faults.text("host", &new.host, 200);
    faults.range("port", new.port, 1..=65_535);
    if !labels::templates().iter().any(|template| media_of(template) == new.media) {
        faults.note("media", "unknown");
    }
    if ![6, 8, 12, 24].contains(&new.dots_per_mm) {
        faults.note("dots_per_mm", "unknown");
    }
    if PrinterProtocol::find(&new.model).is_none() {
        faults.note("model", "unknown");
    }
    if let Some(seconds) = new.reroute_after_s {
        faults.range("reroute_after_s", seconds, 0..=REROUTE_SECONDS_MAX);
    }
    if let Some(zone) = new.zone
        && !store::zone_is_of(tx, zone, new.warehouse).await?
    {
        faults.note("zone_id", "unknown");
    }
    faults.finish()?;
    let number = series::number_next(tx, "printer").await?;
    let printer = Printer {
        id: PrinterId::new(),
        warehouse: new.warehouse,
        name: new.name.clone(),
        code: format!("{number:04}"),
        model: new.model.clone(),
        zone: new.zone,
        host: new.host.clone(),
        port: new.port,
        media: new.media.clone(),
        dots_per_mm: new.dots_per_mm,
        active: true,
        reroute_after_s: new.reroute_after_s,
        created_at: ctx.now,
        state: PrinterState::Unseen,
        state_reason: None,
        state_at: None,
        stopped_at: None,
        odometer: None,
    };
    if !store::printer_insert(tx, &printer).await? {
        return Err(PrintError::PrinterNameTaken { name: new.name.clone() });
    }
    tx.announce();
    Ok(printer)
}

/// What stands on the printer's own label, to be scanned by whoever wants to print there.
pub fn own_code_of(printer: &Printer) -> OwnCode {
    OwnCode::new(OwnKind::Printer, &printer.code).expect("printers are numbered by us")
}

/// Queues the label that is stuck on a printer.
pub async fn code_label_queue(
    tx: &mut Tx,
    ctx: &Ctx,
    id: PrinterId,
    on: Option<PrinterId>,
) -> Result<PrintJobId, PrintError> {
    let found = store::printer_find(tx, id).await?;
    let printer = found.ok_or(PrintError::PrinterUnknown { printer: id })?;
    let code = own_code_of(&printer).to_string();
    let request = LabelRequest {
        template: CODE_TEMPLATE,
        fields: [("code", &code), ("name", &printer.name), ("media", &printer.media)]
            .map(|(field, value)| (field.to_owned(), value.clone()))
            .into(),
        subject: code,
        warehouse: printer.warehouse,
        owner: None,
        printer: on.map_or(PrinterChoice::Any, PrinterChoice::Printer),
        copies: 1,
        priority: PrintPriority::Usual,
    };
    label_queue(tx, ctx, &request).await
}

/// Queues a label with the example of a template that fits the printer's media.
pub async fn test_label_queue(
    tx: &mut Tx,
    ctx: &Ctx,
    id: PrinterId,
) -> Result<PrintJobId, PrintError> {
    let found = store::printer_find(tx, id).await?;
    let printer = found.ok_or(PrintError::PrinterUnknown { printer: id })?;
    let template = labels::templates().iter().find(|t| media_of(t) == printer.media);
    let template =
        template.ok_or_else(|| PrintError::TemplateUnknown { template: printer.media.clone() })?;
    let request = LabelRequest {
        template: template.name(),
        fields: template.example(),
        subject: format!("test {}", printer.name),
        warehouse: printer.warehouse,
        owner: None,
        printer: PrinterChoice::Printer(id),
        copies: 1,
        priority: PrintPriority::Urgent,
    };
    label_queue(tx, ctx, &request).await
}

/// Binds a device to the printer whose code was scanned on it; answers the printer's name and media.
pub async fn station_printer_choose(
    tx: &mut Tx,
    device: DeviceId,
    warehouse: WarehouseId,
    code: &str,
) -> Result<Printer, PrintError> {
    let unknown = || PrintError::PrinterCodeUnknown { code: code.to_owned() };
    let printer = store::printer_by_code(tx, warehouse, code).await?.ok_or_else(unknown)?;
    if !store::station_printer_set(tx, device, warehouse, printer.id).await? {
        return Err(PrintError::DeviceUnknown { device });
    }
    Ok(printer)
}

/// Says where a device is used: its printer, and the zone whose printers come next.
pub async fn station_set(
    tx: &mut Tx,
    device: DeviceId,
    printer: Option<PrinterId>,
    zone: Option<ZoneId>,
) -> Result<(), PrintError> {
    let warehouse = store::device_warehouse(tx, device).await?;
    let warehouse = warehouse.ok_or(PrintError::DeviceUnknown { device })?;
    let mut faults = InputFaults::default();
    if let Some(zone) = zone
        && !store::zone_is_of(tx, zone, warehouse).await?
    {
        faults.note("zone_id", "unknown");
    }
    if let Some(id) = printer {
        let found = store::printer_find(tx, id).await?;
        if found.is_none_or(|printer| printer.warehouse != warehouse) {
            return Err(PrintError::PrinterUnknown { printer: id });
        }
    }
    faults.finish()?;
    let station = Station { printer, zone };
    if store::station_set(tx, device, warehouse, station).await? {
        Ok(())
    } else {
        Err(PrintError::DeviceUnknown { device })
    }
}
