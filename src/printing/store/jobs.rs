//! Print jobs and how far they are.

use serde_json::Value;
use uuid::Uuid;

use super::printers::Printer;
use crate::commands::Ctx;
use crate::db::{DbError, Tx};
use crate::devices::printer::Language;
use crate::ids::{OwnerId, PrintJobId, PrinterId, UserId, WarehouseId, ZoneId};
use crate::printing::PrintState;
use crate::units::UtcMicros;
use crate::{args, record};

record! {
    /// A label on its way.
    #[derive(Debug, Clone, PartialEq)]
    pub struct PrintJob {
        pub id: PrintJobId,
        pub warehouse: WarehouseId,
        pub printer: Option<PrinterId>,
        pub zone: Option<ZoneId>,
        pub owner: Option<OwnerId>,
        pub template: String,
        pub media: String,
        pub subject: String,
        pub data: Value,
        pub priority: i64,
        pub copies: i64,
        /// Came out for sure before the last sending.
        pub printed: i64,
        pub state: PrintState,
        pub reason: Option<String>,
        pub odometer_before: Option<i64>,
        pub stops: i64,
        pub recall_to: Option<PrinterId>,
        pub reprint_of: Option<PrintJobId>,
        pub created_at: UtcMicros,
        pub sent_at: Option<UtcMicros>,
        pub ended_at: Option<UtcMicros>,
    }
}

record! {
    /// One label as it goes to a printer.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub(in crate::printing) struct LabelBytes {
        pub(in crate::printing) label: Vec<u8>,
        pub(in crate::printing) sha256: Vec<u8>,
        pub(in crate::printing) language: Language,
        pub(in crate::printing) dots_per_mm: i64,
    }
}

/// Which jobs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::printing) struct JobFilter {
    pub(in crate::printing) state: Option<PrintState>,
    pub(in crate::printing) printer: Option<PrinterId>,
    pub(in crate::printing) subject: Option<String>,
}

const JOB_INSERT: &str = "INSERT INTO print_job
     (id, warehouse_id, printer_id, zone_id, owner_id, template, media, subject, data, priority,
      label, sha256, language, dots_per_mm, copies, printed, stops, state,
      reprint_of, reprint_reason, actor_id, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 0, 0, 'queued',
             $16, $17, $18, $19)";
const JOB_FIND: &str =
    "SELECT id, warehouse_id, printer_id, zone_id, owner_id, template, media, subject, data,
            priority, copies, printed, state, reason, odometer_before, stops, recall_to,
            reprint_of, created_at, sent_at, ended_at
     FROM print_job WHERE id = $1";
const JOB_LIST: &str =
    "SELECT id, warehouse_id, printer_id, zone_id, owner_id, template, media, subject, data,
            priority, copies, printed, state, reason, odometer_before, stops, recall_to,
            reprint_of, created_at, sent_at, ended_at
     FROM print_job WHERE id < $1 AND (state = $3 OR $3 IS NULL)
       AND (printer_id = $4 OR $4 IS NULL)
     ORDER BY id DESC LIMIT $2";
/// The same for one subject, found by it: its labels may be years apart.
const JOB_LIST_OF: &str =
    "SELECT id, warehouse_id, printer_id, zone_id, owner_id, template, media, subject, data,
            priority, copies, printed, state, reason, odometer_before, stops, recall_to,
            reprint_of, created_at, sent_at, ended_at
     FROM print_job WHERE subject = $5 AND id < $1 AND (state = $3 OR $3 IS NULL)
       AND (printer_id = $4 OR $4 IS NULL)
     ORDER BY id DESC LIMIT $2";
const JOB_IN_PRINTER: &str =
    "SELECT id, warehouse_id, printer_id, zone_id, owner_id, template, media, subject, data,
            priority, copies, printed, state, reason, odometer_before, stops, recall_to,
            reprint_of, created_at, sent_at, ended_at
     FROM print_job
     WHERE printer_id = $1 AND state IN ('sending', 'sent', 'unknown') AND ended_at IS NULL";
const JOB_NEXT: &str =
    "SELECT id, warehouse_id, printer_id, zone_id, owner_id, template, media, subject, data,
            priority, copies, printed, state, reason, odometer_before, stops, recall_to,
            reprint_of, created_at, sent_at, ended_at
     FROM print_job WHERE printer_id = $1 AND state = 'queued'
     ORDER BY priority DESC, id LIMIT 1";
const JOBS_UNASSIGNED: &str =
    "SELECT id, warehouse_id, printer_id, zone_id, owner_id, template, media, subject, data,
            priority, copies, printed, state, reason, odometer_before, stops, recall_to,
            reprint_of, created_at, sent_at, ended_at
     FROM print_job WHERE printer_id IS NULL AND state = 'queued'
     ORDER BY priority DESC, id LIMIT $1";
const JOB_LABEL: &str = "SELECT label, sha256, language, dots_per_mm FROM print_job
     WHERE id = $1 AND label IS NOT NULL AND language IS NOT NULL";
const JOB_ASSIGN: &str = "UPDATE print_job SET printer_id = $2, reason = NULL
     WHERE id = $1 AND printer_id IS NULL AND state = 'queued'";
const JOB_REASON: &str =
    "UPDATE print_job SET reason = $2 WHERE id = $1 AND ended_at IS NULL AND state <> 'cancelled'";
const JOBS_MOVE: &str = "UPDATE print_job SET printer_id = $2, reason = $3
     WHERE printer_id = $1 AND state = 'queued' AND media = $4
       AND (template <> 'ready' OR (language = $5 AND dots_per_mm = $6))";
/// Only the node that holds the printer begins, and only one label at a time.
const JOB_SENDING: &str = "UPDATE print_job
     SET state = 'sending', label = $4, sha256 = $5, language = $6, dots_per_mm = $7,
         odometer_before = $8, stops = 0, sending_at = $9, sent_at = NULL, reason = NULL
     WHERE id = $1 AND printer_id = $2 AND state = 'queued'
       AND EXISTS (SELECT 1 FROM printer AS p
             WHERE p.id = $2 AND p.node_id = $3 AND p.lease_until > $9 AND p.active)
       AND NOT EXISTS (SELECT 1 FROM print_job AS other WHERE other.printer_id = $2
             AND other.state IN ('sending', 'sent', 'unknown') AND other.ended_at IS NULL)";
const JOB_SENT: &str =
    "UPDATE print_job SET state = 'sent', sent_at = $2 WHERE id = $1 AND state = 'sending'";
const JOB_LOST: &str = "UPDATE print_job SET state = 'unknown', reason = $2
     WHERE id = $1 AND state IN ('sending', 'sent', 'unknown') AND ended_at IS NULL";
const JOB_STOP: &str = "UPDATE print_job SET reason = $2, stops = stops + $3
     WHERE id = $1 AND state IN ('sending', 'sent', 'unknown') AND ended_at IS NULL";
const JOB_GOES_ON: &str = "UPDATE print_job SET reason = NULL
     WHERE id = $1 AND state = 'sent' AND ended_at IS NULL AND reason IS NOT NULL";
const JOB_ENDS: &str = "UPDATE print_job
     SET state = $2, reason = $3, ended_at = $4, printed = $5, recall_to = NULL
     WHERE id = $1 AND ended_at IS NULL AND state IN ('queued', 'sending', 'sent', 'unknown')";
const JOB_AGAIN: &str = "UPDATE print_job
     SET state = 'queued', reason = $2, printed = $3, printer_id = $4, recall_to = NULL,
         odometer_before = NULL, stops = 0, sending_at = NULL, sent_at = NULL
     WHERE id = $1 AND ended_at IS NULL AND state IN ('sending', 'sent', 'unknown')";
const JOB_CANCEL: &str = "UPDATE print_job SET state = 'cancelled', reason = NULL, ended_at = $2
     WHERE id = $1 AND state = 'queued'";
const JOB_REROUTE: &str = "UPDATE print_job SET printer_id = $2, reason = NULL
     WHERE id = $1 AND state = 'queued'";
const JOB_RECALL: &str = "UPDATE print_job SET recall_to = $2
     WHERE id = $1 AND state IN ('sending', 'sent', 'unknown') AND ended_at IS NULL";
const JOB_DECIDE_PRINTED: &str = "UPDATE print_job
     SET state = 'confirmed', decided_by = $2, ended_at = $3, printed = copies
     WHERE id = $1 AND ended_at IS NOT NULL AND state IN ('unknown', 'sent')";
const JOB_DECIDE_AGAIN: &str = "UPDATE print_job
     SET state = 'queued', decided_by = $2, printed = copies - $3, printer_id = COALESCE($4, printer_id),
         reason = NULL, ended_at = NULL, odometer_before = NULL, stops = 0,
         sending_at = NULL, sent_at = NULL
     WHERE id = $1 AND ended_at IS NOT NULL AND state IN ('unknown', 'failed', 'sent') AND $3 <= copies";

pub(super) const QUERIES: &[&str] = &[
    JOB_INSERT,
    JOB_FIND,
    JOB_LIST,
    JOB_LIST_OF,
    JOB_IN_PRINTER,
    JOB_NEXT,
    JOBS_UNASSIGNED,
    JOB_LABEL,
    JOB_ASSIGN,
    JOB_REASON,
    JOBS_MOVE,
    JOB_SENDING,
    JOB_SENT,
    JOB_LOST,
    JOB_STOP,
    JOB_GOES_ON,
    JOB_ENDS,
    JOB_AGAIN,
    JOB_CANCEL,
    JOB_REROUTE,
    JOB_RECALL,
    JOB_DECIDE_PRINTED,
    JOB_DECIDE_AGAIN,
];

/// Queues a job; `bytes` are there when the label is not made from a template now.
pub(in crate::printing) async fn job_insert(
    tx: &mut Tx,
    ctx: &Ctx,
    job: &PrintJob,
    bytes: Option<LabelBytes>,
    reprint_reason: Option<&str>,
) -> Result<(), DbError> {
    let values = args![
        job.id,
        job.warehouse,
        job.printer,
        job.zone,
        job.owner,
        &job.template,
        &job.media,
        &job.subject,
        job.data.clone(),
        job.priority,
        bytes.as_ref().map(|bytes| bytes.label.clone()),
        bytes.as_ref().map(|bytes| bytes.sha256.clone()),
        bytes.as_ref().map(|bytes| bytes.language),
        bytes.as_ref().map(|bytes| bytes.dots_per_mm),
        job.copies,
        job.reprint_of,
        reprint_reason.map(str::to_owned),
        ctx.actor,
        job.created_at,
    ];
    tx.execute(JOB_INSERT, values).await.map(drop)
}

pub(in crate::printing) async fn job_find(
    tx: &mut Tx,
    id: PrintJobId,
) -> Result<Option<PrintJob>, DbError> {
    tx.fetch_optional(JOB_FIND, args![id]).await
}

pub(in crate::printing) async fn job_list(
    tx: &mut Tx,
    filter: &JobFilter,
    before: PrintJobId,
    limit: i64,
) -> Result<Vec<PrintJob>, DbError> {
    let mut values = args![before, limit, filter.state, filter.printer];
    match &filter.subject {
        None => tx.fetch_all(JOB_LIST, values).await,
        Some(subject) => {
            values.push(subject.as_str().into());
            tx.fetch_all(JOB_LIST_OF, values).await
        }
    }
}

/// The job that was sent to a printer, or is being sent, and is not ended.
pub(in crate::printing) async fn job_in_printer(
    tx: &mut Tx,
    printer: PrinterId,
) -> Result<Option<PrintJob>, DbError> {
    tx.fetch_optional(JOB_IN_PRINTER, args![printer]).await
}

/// The most urgent and oldest job that waits for a printer.
pub(in crate::printing) async fn job_next(
    tx: &mut Tx,
    printer: PrinterId,
) -> Result<Option<PrintJob>, DbError> {
    tx.fetch_optional(JOB_NEXT, args![printer]).await
}

pub(in crate::printing) async fn jobs_unassigned(
    tx: &mut Tx,
    limit: i64,
) -> Result<Vec<PrintJob>, DbError> {
    tx.fetch_all(JOBS_UNASSIGNED, args![limit]).await
}

/// The bytes of a label that was sent once, or was queued as bytes.
pub(in crate::printing) async fn job_label(
    tx: &mut Tx,
    id: PrintJobId,
) -> Result<Option<LabelBytes>, DbError> {
    tx.fetch_optional(JOB_LABEL, args![id]).await
}

pub(in crate::printing) async fn job_assign(
    tx: &mut Tx,
    id: PrintJobId,
    printer: PrinterId,
) -> Result<(), DbError> {
    tx.execute(JOB_ASSIGN, args![id, printer]).await.map(drop)
}

/// Says why a job does not go on.
pub(in crate::printing) async fn job_reason(
    tx: &mut Tx,
    id: PrintJobId,
    reason: String,
) -> Result<(), DbError> {
    tx.execute(JOB_REASON, args![id, reason]).await.map(drop)
}

/// Gives what waits for one printer to another of the same media. A label that is bytes already stays
/// when the other does not speak its language or has another density.
pub(in crate::printing) async fn jobs_move(
    tx: &mut Tx,
    from: &Printer,
    to: PrinterId,
    prints: (Language, i64),
    reason: String,
) -> Result<u64, DbError> {
    let (language, dots_per_mm) = prints;
    let values = args![from.id, to, reason, &from.media, language, dots_per_mm];
    tx.execute(JOBS_MOVE, values).await
}

/// What is noted before the first byte goes out.
#[derive(Debug, Clone)]
pub(in crate::printing) struct Start {
    pub(in crate::printing) job: PrintJobId,
    pub(in crate::printing) printer: PrinterId,
    pub(in crate::printing) node: Uuid,
    pub(in crate::printing) bytes: LabelBytes,
    pub(in crate::printing) odometer: Option<i64>,
    pub(in crate::printing) at: UtcMicros,
}

/// Begins to send; answers false if this node may not, or the label is not waiting any more.
pub(in crate::printing) async fn job_sending(tx: &mut Tx, start: &Start) -> Result<bool, DbError> {
    let values = args![
        start.job,
        start.printer,
        start.node,
        start.bytes.label.clone(),
        start.bytes.sha256.clone(),
        start.bytes.language,
        start.bytes.dots_per_mm,
        start.odometer,
        start.at,
    ];
    Ok(tx.execute(JOB_SENDING, values).await? == 1)
}

pub(in crate::printing) async fn job_sent(
    tx: &mut Tx,
    id: PrintJobId,
    now: UtcMicros,
) -> Result<(), DbError> {
    tx.execute(JOB_SENT, args![id, now]).await.map(drop)
}

/// The connection broke after the first byte.
pub(in crate::printing) async fn job_lost(
    tx: &mut Tx,
    id: PrintJobId,
    reason: String,
) -> Result<(), DbError> {
    tx.execute(JOB_LOST, args![id, reason]).await.map(drop)
}

/// The printer stopped with the job in it; `spoiled` labels are printed again by the printer itself.
pub(in crate::printing) async fn job_stop(
    tx: &mut Tx,
    id: PrintJobId,
    reason: String,
    spoiled: i64,
) -> Result<(), DbError> {
    tx.execute(JOB_STOP, args![id, reason, spoiled]).await.map(drop)
}

/// The cause of a stop is gone.
pub(in crate::printing) async fn job_goes_on(tx: &mut Tx, id: PrintJobId) -> Result<(), DbError> {
    tx.execute(JOB_GOES_ON, args![id]).await.map(drop)
}

pub(in crate::printing) async fn job_ends(
    tx: &mut Tx,
    job: &PrintJob,
    state: PrintState,
    reason: Option<String>,
    printed: i64,
    now: UtcMicros,
) -> Result<bool, DbError> {
    Ok(tx.execute(JOB_ENDS, args![job.id, state, reason, now, printed]).await? == 1)
}

/// Puts back what did not come out, for the same printer or another one.
pub(in crate::printing) async fn job_again(
    tx: &mut Tx,
    id: PrintJobId,
    reason: String,
    printed: i64,
    printer: Option<PrinterId>,
) -> Result<bool, DbError> {
    Ok(tx.execute(JOB_AGAIN, args![id, reason, printed, printer]).await? == 1)
}

pub(in crate::printing) async fn job_cancel(
    tx: &mut Tx,
    id: PrintJobId,
    now: UtcMicros,
) -> Result<bool, DbError> {
    Ok(tx.execute(JOB_CANCEL, args![id, now]).await? == 1)
}

pub(in crate::printing) async fn job_reroute(
    tx: &mut Tx,
    id: PrintJobId,
    to: PrinterId,
) -> Result<bool, DbError> {
    Ok(tx.execute(JOB_REROUTE, args![id, to]).await? == 1)
}

/// Asks for a job to be taken out of its printer.
pub(in crate::printing) async fn job_recall(
    tx: &mut Tx,
    id: PrintJobId,
    to: PrinterId,
) -> Result<bool, DbError> {
    Ok(tx.execute(JOB_RECALL, args![id, to]).await? == 1)
}

pub(in crate::printing) async fn job_decide_printed(
    tx: &mut Tx,
    id: PrintJobId,
    by: Option<UserId>,
    now: UtcMicros,
) -> Result<bool, DbError> {
    Ok(tx.execute(JOB_DECIDE_PRINTED, args![id, by, now]).await? == 1)
}

/// Queues so many copies once more.
pub(in crate::printing) async fn job_decide_again(
    tx: &mut Tx,
    id: PrintJobId,
    by: Option<UserId>,
    copies: i64,
    printer: Option<PrinterId>,
) -> Result<bool, DbError> {
    Ok(tx.execute(JOB_DECIDE_AGAIN, args![id, by, copies, printer]).await? == 1)
}
