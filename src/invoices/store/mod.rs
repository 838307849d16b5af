//! The rows of invoices.

mod charges;
mod lines;
mod matching;

pub(super) use self::charges::{Outcome, borne, charges_insert, ordinals, outcomes, passed};
pub(super) use self::lines::{
    Place, Tally, exceptions, forget, forget_found, lines_clear, lines_page, lines_upsert, note,
    places, resolve, sums, tally,
};
pub(super) use self::matching::{Match, Matcher, matches};
use chrono::Datelike;

use super::model::{Invoice, InvoiceState};
use crate::args;
use crate::commands::Ctx;
use crate::db::{Count, DbError, Tx};
use crate::ids::CarrierInvoiceId;

macro_rules! invoice_columns {
    () => {
        "id, carrier, number, day, period_from, period_to, total_kopecks, listed_kopecks,
         vat_kopecks, discount_kopecks, state, content, numbering, file, line_count, created_at,
         decided_by, decided_at, reason"
    };
}

const FIND: &str = concat!("SELECT ", invoice_columns!(), " FROM carrier_invoice WHERE id = $1");

// Changes nothing, but holds the row until the end of the transaction on both engines.
const HOLD: &str = concat!(
    "UPDATE carrier_invoice SET state = state WHERE id = $1 RETURNING ",
    invoice_columns!()
);

const BY_CONTENT: &str = concat!(
    "SELECT ",
    invoice_columns!(),
    " FROM carrier_invoice WHERE carrier = $1 AND content = $2 AND state <> 'rejected'"
);

const BY_NUMBER: &str = concat!(
    "SELECT ",
    invoice_columns!(),
    " FROM carrier_invoice
     WHERE carrier = $1 AND number = $2 AND year = $3 AND state <> 'rejected'"
);

/// A person did not accept what the carrier's program told.
const TURNED_DOWN: &str = "SELECT COUNT(*) FROM carrier_invoice
     WHERE carrier = $1 AND content = $2 AND state = 'rejected' AND file = '' AND reason <> $3";

const LIST: &str = concat!(
    "SELECT ",
    invoice_columns!(),
    " FROM carrier_invoice
     WHERE (carrier = $1 OR $1 IS NULL) AND (state = $2 OR $2 IS NULL) AND id < $3
     ORDER BY id DESC LIMIT $4"
);

const INSERT: &str = "INSERT INTO carrier_invoice
     (id, carrier, number, year, day, period_from, period_to, total_kopecks, listed_kopecks,
         vat_kopecks, discount_kopecks, state, content, numbering, file, line_count, created_by,
         created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'loading', $12, $13, $14, $15, $16, $17)
     ON CONFLICT DO NOTHING";

const RENUMBER: &str = "UPDATE carrier_invoice SET numbering = $2, file = $3
     WHERE id = $1 AND state = 'loading'";

const LOADED: &str =
    "UPDATE carrier_invoice SET state = 'draft' WHERE id = $1 AND state = 'loading'";

const ACCEPT: &str = "UPDATE carrier_invoice
     SET state = 'accepted', decided_by = $2, decided_at = $3 WHERE id = $1 AND state = 'draft'";

const REJECT: &str = "UPDATE carrier_invoice
     SET state = 'rejected', decided_by = $2, decided_at = $3, reason = $4
     WHERE id = $1 AND state IN ('loading', 'draft')";

const OWN_QUERIES: &[&str] = &[
    FIND,
    HOLD,
    BY_CONTENT,
    BY_NUMBER,
    TURNED_DOWN,
    LIST,
    INSERT,
    RENUMBER,
    LOADED,
    ACCEPT,
    REJECT,
];

pub const QUERIES: &[&[&str]] = &[OWN_QUERIES, charges::QUERIES, lines::QUERIES, matching::QUERIES];

/// Which invoices a list shows.
#[derive(Debug, Clone)]
pub(super) struct InvoiceFilter {
    pub(super) carrier: Option<String>,
    pub(super) state: Option<InvoiceState>,
    pub(super) before: CarrierInvoiceId,
}

pub(super) async fn find(tx: &mut Tx, id: CarrierInvoiceId) -> Result<Option<Invoice>, DbError> {
    tx.fetch_optional(FIND, args![id]).await
}

/// The invoice as it is now, its caller's until the commit.
pub(super) async fn hold(tx: &mut Tx, id: CarrierInvoiceId) -> Result<Option<Invoice>, DbError> {
    tx.fetch_optional(HOLD, args![id]).await
}

pub(super) async fn by_content(
    tx: &mut Tx,
    carrier: &str,
    content: &[u8],
) -> Result<Option<Invoice>, DbError> {
    tx.fetch_optional(BY_CONTENT, args![carrier, content]).await
}

/// The one with the number and the year of this one.
pub(super) async fn by_number(tx: &mut Tx, own: &Invoice) -> Result<Option<Invoice>, DbError> {
    tx.fetch_optional(BY_NUMBER, args![&own.carrier, &own.number, year(own)]).await
}

/// Whether one with this content came in no file and was rejected, but not because its import broke off.
pub(super) async fn is_turned_down(
    tx: &mut Tx,
    carrier: &str,
    content: &[u8],
    abandoned: &str,
) -> Result<bool, DbError> {
    let values = args![carrier, content, abandoned];
    Ok(tx.fetch_one::<Count>(TURNED_DOWN, values).await?.value > 0)
}

/// Carriers count by years.
fn year(invoice: &Invoice) -> i64 {
    i64::from(invoice.day.date().year())
}

pub(super) async fn list(
    tx: &mut Tx,
    filter: &InvoiceFilter,
    limit: i64,
) -> Result<Vec<Invoice>, DbError> {
    tx.fetch_all(LIST, args![filter.carrier.as_ref(), filter.state, filter.before, limit]).await
}

/// False: its number or its content is there already.
pub(super) async fn insert(tx: &mut Tx, ctx: &Ctx, invoice: &Invoice) -> Result<bool, DbError> {
    let values = args![
        invoice.id,
        &invoice.carrier,
        &invoice.number,
        year(invoice),
        invoice.day,
        invoice.period_from,
        invoice.period_to,
        invoice.total,
        invoice.listed,
        invoice.vat,
        invoice.discount,
        invoice.content.clone(),
        invoice.numbering.clone(),
        &invoice.file,
        invoice.line_count,
        ctx.actor,
        ctx.now,
    ];
    Ok(tx.execute(INSERT, values).await? == 1)
}

/// Its lines are counted like those of this one from now on. False: it is loaded.
pub(super) async fn renumber(
    tx: &mut Tx,
    id: CarrierInvoiceId,
    own: &Invoice,
) -> Result<bool, DbError> {
    Ok(tx.execute(RENUMBER, args![id, own.numbering.clone(), &own.file]).await? == 1)
}

pub(super) async fn loaded(tx: &mut Tx, id: CarrierInvoiceId) -> Result<(), DbError> {
    tx.execute(LOADED, args![id]).await.map(drop)
}

/// False: it is no draft.
pub(super) async fn accept(tx: &mut Tx, ctx: &Ctx, id: CarrierInvoiceId) -> Result<bool, DbError> {
    Ok(tx.execute(ACCEPT, args![id, ctx.actor, ctx.now]).await? == 1)
}

/// False: it is decided already.
pub(super) async fn reject(
    tx: &mut Tx,
    ctx: &Ctx,
    id: CarrierInvoiceId,
    reason: &str,
) -> Result<bool, DbError> {
    Ok(tx.execute(REJECT, args![id, ctx.actor, ctx.now, reason]).await? == 1)
}
