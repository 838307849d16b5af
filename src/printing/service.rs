//! Queueing labels, and the printers they go to.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::store::{self, PrintJob, Printer};
use super::{LabelRequest, PRINT_JOB, PrintError, PrintState, PrinterChoice};
use crate::commands::Ctx;
use crate::db::Tx;
use crate::fault::InputFaults;
use crate::ids::{PrintJobId, PrinterId};
use crate::jobs;
use crate::labels::{self, PrinterModel, Template};

const COPIES_MAX: i64 = 1_000;
/// The usual head, 203 dpi, with which a label is tried before its printer is known.
const DOTS_PER_MM_USUAL: u32 = 8;

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
    let printer = match request.printer {
        PrinterChoice::Printer(id) => Some(
            store::printer_find(tx, id)
                .await?
                .ok_or(PrintError::PrinterUnknown { printer: id })?
                .id,
        ),
        PrinterChoice::Device(device) => store::printer_of_device(tx, device, &media).await?,
        PrinterChoice::Any => None,
    };
    let job = PrintJob {
        id: PrintJobId::new(),
        warehouse: request.warehouse,
        printer,
        owner: request.owner,
        template: request.template.to_owned(),
        media,
        subject: request.subject.clone(),
        data: json!(request.fields),
        copies: request.copies,
        state: PrintState::Queued,
        reason: None,
        reprint_of: None,
        created_at: ctx.now,
        sent_at: None,
    };
    queue(tx, ctx, &job, None).await?;
    Ok(job.id)
}

/// Prints a label once more, for a stated reason: it came out spoilt, or fell off.
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
    let old = store::job_find(tx, id).await?.ok_or(PrintError::JobUnknown { job: id })?;
    if let Some(printer) = printer
        && store::printer_find(tx, printer).await?.is_none()
    {
        return Err(PrintError::PrinterUnknown { printer });
    }
    let again = PrintJob {
        id: PrintJobId::new(),
        printer: printer.or(old.printer),
        state: PrintState::Queued,
        reason: None,
        reprint_of: Some(old.id),
        created_at: ctx.now,
        sent_at: None,
        copies: 1,
        ..old
    };
    queue(tx, ctx, &again, Some(reason)).await?;
    Ok(again.id)
}

async fn queue(
    tx: &mut Tx,
    ctx: &Ctx,
    job: &PrintJob,
    reprint_reason: Option<&str>,
) -> Result<(), PrintError> {
    store::job_insert(tx, ctx, job, reprint_reason).await?;
    jobs::enqueue(tx, ctx, PRINT_JOB, &job.id.to_string(), Value::Null).await?;
    Ok(())
}

/// Adds a printer of a warehouse.
pub async fn printer_create(tx: &mut Tx, ctx: &Ctx, printer: &Printer) -> Result<(), PrintError> {
    let mut faults = InputFaults::default();
    faults.text("name", &printer.name, 100);
    faults.text("host", &printer.host, 200);
    faults.range("port", printer.port, 1..=65_535);
    if !labels::templates().iter().any(|template| media_of(template) == printer.media) {
        faults.note("media", "unknown");
    }
    if ![6, 8, 12, 24].contains(&printer.dots_per_mm) {
        faults.note("dots_per_mm", "unknown");
    }
    faults.finish()?;
    if store::printer_insert(tx, printer, ctx.now).await? {
        Ok(())
    } else {
        Err(PrintError::PrinterNameTaken { name: printer.name.clone() })
    }
}

/// The fields of a queued label.
pub(super) fn fields_of(job: &PrintJob) -> BTreeMap<String, String> {
    serde_json::from_value(job.data.clone()).unwrap_or_default()
}
