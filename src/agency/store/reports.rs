//! The rows of reports.

use crate::agency::model::{Report, ReportState};
use crate::commands::Ctx;
use crate::db::{DbError, Tx};
use crate::ids::{AgentReportId, OwnerId};
use crate::units::{Day, UtcMicros};
use crate::{args, record};

record! {
    struct WrittenAt {
        at: UtcMicros,
    }
}

/// The columns of [`Report`].
macro_rules! columns {
    () => {
        "id, owner_id, number, from_day, to_day, state, terms_from, line_count,
         opening_payable_kopecks, opening_charges_kopecks, received_kopecks, advanced_kopecks,
         refunded_kopecks, fee_kopecks, fee_vat_rate, fee_vat_kopecks, carrier_kopecks,
         paid_kopecks, settled_kopecks, set_off_kopecks, created_by, created_at, made_by, made_at, decided_by,
         decided_at, reason"
    };
}

const INSERT: &str = "INSERT INTO agent_report
     (id, owner_id, from_day, to_day, state, terms_from, created_by, created_at, made_by, made_at)
     VALUES ($1, $2, $3, $4, 'draft', $5, $6, $7, $6, $7) ON CONFLICT DO NOTHING";

const FIND: &str = concat!("SELECT ", columns!(), " FROM agent_report WHERE id = $1");

// Changes nothing, but holds a draft until the end of the transaction on both engines.
const HOLD: &str = concat!(
    "UPDATE agent_report SET state = state WHERE id = $1 AND state = 'draft' RETURNING ",
    columns!()
);

const LAST: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM agent_report WHERE owner_id = $1 AND state = 'accepted' ORDER BY to_day DESC LIMIT 1"
);

const LIST: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM agent_report WHERE id < $1 AND (state = $2 OR $2 IS NULL) ORDER BY id DESC LIMIT $3"
);

const LIST_OWN: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM agent_report WHERE owner_id = $4 AND id < $1 AND (state = $2 OR $2 IS NULL)
     ORDER BY id DESC LIMIT $3"
);

const FIGURES: &str = "UPDATE agent_report SET terms_from = $2, line_count = $3,
         opening_payable_kopecks = $4, opening_charges_kopecks = $5, received_kopecks = $6,
         advanced_kopecks = $7, refunded_kopecks = $8, fee_kopecks = $9, fee_vat_rate = $10,
         fee_vat_kopecks = $11, carrier_kopecks = $12, paid_kopecks = $13, settled_kopecks = $14,
         set_off_kopecks = $15, made_by = $16, made_at = $17
     WHERE id = $1 AND state = 'draft'";

const ACCEPT: &str = "UPDATE agent_report SET state = 'accepted', number = $2, decided_by = $3,
         decided_at = $4
     WHERE id = $1 AND state = 'draft'";

const REJECT: &str = "UPDATE agent_report SET state = 'rejected', reason = $2, decided_by = $3,
         decided_at = $4
     WHERE id = $1 AND state = 'draft'";

// Nobody writes the terms anew before the report is accepted.
const TERMS_HOLD: &str = "UPDATE agency_terms SET written_at = written_at
     WHERE owner_id = $1 AND valid_from = $2 RETURNING written_at";

pub(super) const QUERIES: &[&str] =
    &[INSERT, FIND, HOLD, LAST, LIST, LIST_OWN, FIGURES, ACCEPT, REJECT, TERMS_HOLD];

/// Begins a draft. Answers whether the shop had none.
pub(in crate::agency) async fn insert(
    tx: &mut Tx,
    ctx: &Ctx,
    (id, owner): (AgentReportId, OwnerId),
    (from, to): (Day, Day),
    terms_from: Day,
) -> Result<bool, DbError> {
    let values = args![id, owner, from, to, terms_from, ctx.actor, ctx.now];
    Ok(tx.execute(INSERT, values).await? == 1)
}

pub(in crate::agency) async fn find(
    tx: &mut Tx,
    id: AgentReportId,
) -> Result<Option<Report>, DbError> {
    tx.fetch_optional(FIND, args![id]).await
}

/// The draft, its caller's until the commit; nothing if it is none any more.
pub(in crate::agency) async fn hold(
    tx: &mut Tx,
    id: AgentReportId,
) -> Result<Option<Report>, DbError> {
    tx.fetch_optional(HOLD, args![id]).await
}

pub(in crate::agency) async fn last_accepted(
    tx: &mut Tx,
    owner: OwnerId,
) -> Result<Option<Report>, DbError> {
    tx.fetch_optional(LAST, args![owner]).await
}

/// Newest first, of one shop or of all.
pub(in crate::agency) async fn list(
    tx: &mut Tx,
    owner: Option<OwnerId>,
    state: Option<ReportState>,
    before: AgentReportId,
    limit: i64,
) -> Result<Vec<Report>, DbError> {
    match owner {
        Some(owner) => tx.fetch_all(LIST_OWN, args![before, state, limit, owner]).await,
        None => tx.fetch_all(LIST, args![before, state, limit]).await,
    }
}

/// Writes what a draft comes to, and who drew it up.
pub(in crate::agency) async fn figures_set(
    tx: &mut Tx,
    ctx: &Ctx,
    report: &Report,
) -> Result<(), DbError> {
    let values = args![
        report.id,
        report.terms_from,
        report.line_count,
        report.opening_payable,
        report.opening_charges,
        report.received,
        report.advanced,
        report.refunded,
        report.fee,
        report.fee_vat_rate,
        report.fee_vat,
        report.carrier,
        report.paid,
        report.settled,
        report.set_off,
        ctx.actor,
        ctx.now,
    ];
    tx.execute(FIGURES, values).await.map(drop)
}

pub(in crate::agency) async fn accept(
    tx: &mut Tx,
    ctx: &Ctx,
    id: AgentReportId,
    number: &str,
) -> Result<(), DbError> {
    tx.execute(ACCEPT, args![id, number, ctx.actor, ctx.now]).await.map(drop)
}

pub(in crate::agency) async fn reject(
    tx: &mut Tx,
    ctx: &Ctx,
    id: AgentReportId,
    reason: &str,
) -> Result<(), DbError> {
    tx.execute(REJECT, args![id, reason, ctx.actor, ctx.now]).await.map(drop)
}

/// When the terms were written; they are the caller's until the commit.
pub(in crate::agency) async fn terms_hold(
    tx: &mut Tx,
    owner: OwnerId,
    valid_from: Day,
) -> Result<Option<UtcMicros>, DbError> {
    let row: Option<WrittenAt> = tx.fetch_optional(TERMS_HOLD, args![owner, valid_from]).await?;
    Ok(row.map(|row| row.at))
}
