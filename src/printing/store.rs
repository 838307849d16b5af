//! Printers and print jobs as rows.

use serde_json::Value;

use super::PrintState;
use crate::commands::Ctx;
use crate::db::{DbError, Tx};
use crate::ids::{DeviceId, OwnerId, PrintJobId, PrinterId, WarehouseId};
use crate::units::UtcMicros;
use crate::{args, record};

record! {
    /// A label printer as it stands on a table.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Printer {
        pub id: PrinterId,
        pub warehouse: WarehouseId,
        pub name: String,
        pub host: String,
        pub port: i64,
        pub media: String,
        pub dots_per_mm: i64,
        pub active: bool,
    }
}

record! {
    /// A label on its way.
    #[derive(Debug, Clone, PartialEq)]
    pub struct PrintJob {
        pub id: PrintJobId,
        pub warehouse: WarehouseId,
        pub printer: Option<PrinterId>,
        pub owner: Option<OwnerId>,
        pub template: String,
        pub media: String,
        pub subject: String,
        pub data: Value,
        pub copies: i64,
        pub state: PrintState,
        pub reason: Option<String>,
        pub reprint_of: Option<PrintJobId>,
        pub created_at: UtcMicros,
        pub sent_at: Option<UtcMicros>,
    }
}

record! {
    struct PrinterIdRow {
        id: PrinterId,
    }
}

const PRINTER_INSERT: &str = "INSERT INTO printer
     (id, warehouse_id, name, host, port, media, dots_per_mm, active, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (warehouse_id, name) DO NOTHING";
const PRINTER_LIST: &str = "SELECT id, warehouse_id, name, host, port, media, dots_per_mm, active FROM printer ORDER BY name";
const PRINTER_FIND: &str = "SELECT id, warehouse_id, name, host, port, media, dots_per_mm, active FROM printer WHERE id = $1";
const PRINTER_OF_MEDIA: &str =
    "SELECT id, warehouse_id, name, host, port, media, dots_per_mm, active
     FROM printer WHERE warehouse_id = $1 AND media = $2 AND active ORDER BY name LIMIT 1";
const PRINTER_SET_ACTIVE: &str = "UPDATE printer SET active = $2 WHERE id = $1";
const PRINTER_OF_DEVICE: &str = "SELECT p.id FROM device d JOIN printer p ON p.id = d.printer_id
     WHERE d.id = $1 AND p.media = $2 AND p.active";
const JOB_INSERT: &str = "INSERT INTO print_job
     (id, warehouse_id, printer_id, owner_id, template, media, subject, data, copies, state,
      reprint_of, reprint_reason, actor_id, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'queued', $10, $11, $12, $13)";
const JOB_FIND: &str =
    "SELECT id, warehouse_id, printer_id, owner_id, template, media, subject, data,
            copies, state, reason, reprint_of, created_at, sent_at
     FROM print_job WHERE id = $1";
const JOB_LIST: &str =
    "SELECT id, warehouse_id, printer_id, owner_id, template, media, subject, data,
            copies, state, reason, reprint_of, created_at, sent_at
     FROM print_job WHERE id < $1 ORDER BY id DESC LIMIT $2";
const JOB_LIST_BY_STATE: &str =
    "SELECT id, warehouse_id, printer_id, owner_id, template, media, subject,
            data, copies, state, reason, reprint_of, created_at, sent_at
     FROM print_job WHERE state = $3 AND id < $1 ORDER BY id DESC LIMIT $2";
const JOB_INTERRUPTED: &str = "UPDATE print_job SET state = 'unknown', reason = 'interrupted'
     WHERE printer_id = $1 AND state = 'sending' AND sending_at < $2";
const JOB_SENDING: &str = "UPDATE print_job
     SET state = 'sending', printer_id = $2, zpl = $3, sha256 = $4, sending_at = $5, reason = NULL
     WHERE id = $1 AND state = 'queued'
       AND NOT EXISTS (SELECT 1 FROM print_job AS other WHERE other.printer_id = $2 AND other.state = 'sending')";
const JOB_SENT: &str =
    "UPDATE print_job SET state = 'sent', sent_at = $2 WHERE id = $1 AND state = 'sending'";
const JOB_WAITS: &str = "UPDATE print_job SET state = 'queued', reason = $2 WHERE id = $1 AND state IN ('queued', 'sending')";
const JOB_ENDS: &str =
    "UPDATE print_job SET state = $2, reason = $3 WHERE id = $1 AND state IN ('queued', 'sending')";

pub const QUERIES: &[&str] = &[
    PRINTER_INSERT,
    PRINTER_LIST,
    PRINTER_FIND,
    PRINTER_OF_MEDIA,
    PRINTER_SET_ACTIVE,
    PRINTER_OF_DEVICE,
    JOB_INSERT,
    JOB_FIND,
    JOB_LIST,
    JOB_LIST_BY_STATE,
    JOB_INTERRUPTED,
    JOB_SENDING,
    JOB_SENT,
    JOB_WAITS,
    JOB_ENDS,
];

/// Adds a printer; answers false if its name is taken in the warehouse.
pub(super) async fn printer_insert(
    tx: &mut Tx,
    printer: &Printer,
    now: UtcMicros,
) -> Result<bool, DbError> {
    let values = args![
        printer.id,
        printer.warehouse,
        &printer.name,
        &printer.host,
        printer.port,
        &printer.media,
        printer.dots_per_mm,
        printer.active,
        now,
    ];
    Ok(tx.execute(PRINTER_INSERT, values).await? == 1)
}

pub(super) async fn printer_list(tx: &mut Tx) -> Result<Vec<Printer>, DbError> {
    tx.fetch_all(PRINTER_LIST, vec![]).await
}

pub(super) async fn printer_find(tx: &mut Tx, id: PrinterId) -> Result<Option<Printer>, DbError> {
    tx.fetch_optional(PRINTER_FIND, args![id]).await
}

pub(super) async fn printer_of_media(
    tx: &mut Tx,
    warehouse: WarehouseId,
    media: &str,
) -> Result<Option<Printer>, DbError> {
    tx.fetch_optional(PRINTER_OF_MEDIA, args![warehouse, media]).await
}

pub(super) async fn printer_set_active(
    tx: &mut Tx,
    id: PrinterId,
    active: bool,
) -> Result<bool, DbError> {
    Ok(tx.execute(PRINTER_SET_ACTIVE, args![id, active]).await? == 1)
}

pub(super) async fn printer_of_device(
    tx: &mut Tx,
    device: DeviceId,
    media: &str,
) -> Result<Option<PrinterId>, DbError> {
    let row: Option<PrinterIdRow> =
        tx.fetch_optional(PRINTER_OF_DEVICE, args![device, media]).await?;
    Ok(row.map(|row| row.id))
}

pub(super) async fn job_insert(
    tx: &mut Tx,
    ctx: &Ctx,
    job: &PrintJob,
    reprint_reason: Option<&str>,
) -> Result<(), DbError> {
    let values = args![
        job.id,
        job.warehouse,
        job.printer,
        job.owner,
        &job.template,
        &job.media,
        &job.subject,
        job.data.clone(),
        job.copies,
        job.reprint_of,
        reprint_reason.map(str::to_owned),
        ctx.actor,
        job.created_at,
    ];
    tx.execute(JOB_INSERT, values).await.map(drop)
}

pub(super) async fn job_find(tx: &mut Tx, id: PrintJobId) -> Result<Option<PrintJob>, DbError> {
    tx.fetch_optional(JOB_FIND, args![id]).await
}

pub(super) async fn job_list(
    tx: &mut Tx,
    state: Option<PrintState>,
    before: PrintJobId,
    limit: i64,
) -> Result<Vec<PrintJob>, DbError> {
    match state {
        Some(state) => tx.fetch_all(JOB_LIST_BY_STATE, args![before, limit, state]).await,
        None => tx.fetch_all(JOB_LIST, args![before, limit]).await,
    }
}

/// Gives up on labels whose sender died: nobody knows whether they were printed.
pub(super) async fn jobs_interrupted(
    tx: &mut Tx,
    printer: PrinterId,
    since: UtcMicros,
) -> Result<u64, DbError> {
    tx.execute(JOB_INTERRUPTED, args![printer, since]).await
}

/// Takes the printer for this label; answers false if it is busy or the label is not waiting.
pub(super) async fn job_sending(
    tx: &mut Tx,
    id: PrintJobId,
    printer: PrinterId,
    zpl: Vec<u8>,
    sha256: Vec<u8>,
    now: UtcMicros,
) -> Result<bool, DbError> {
    Ok(tx.execute(JOB_SENDING, args![id, printer, zpl, sha256, now]).await? == 1)
}

pub(super) async fn job_sent(tx: &mut Tx, id: PrintJobId, now: UtcMicros) -> Result<(), DbError> {
    tx.execute(JOB_SENT, args![id, now]).await.map(drop)
}

/// Puts a label back: nothing of it went out.
pub(super) async fn job_waits(tx: &mut Tx, id: PrintJobId, why: String) -> Result<(), DbError> {
    tx.execute(JOB_WAITS, args![id, why]).await.map(drop)
}

pub(super) async fn job_ends(
    tx: &mut Tx,
    id: PrintJobId,
    state: PrintState,
    why: String,
) -> Result<(), DbError> {
    tx.execute(JOB_ENDS, args![id, state, why]).await.map(drop)
}
