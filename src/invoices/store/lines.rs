//! Lines of invoices and what does not agree with them.

use std::collections::BTreeSet;

use crate::commands::Ctx;
use crate::db::{Arg, Count, DbError, Tx};
use crate::ids::{CarrierInvoiceId, OwnerId};
use crate::invoices::model::{ExceptionKind, ExceptionRow, Finding, LineRow, Resolution};
use crate::units::Kopecks;
use crate::{args, record};

record! {
    /// Where a charge stands.
    pub(in crate::invoices) struct Place {
        pub(in crate::invoices) identity: String,
        pub(in crate::invoices) invoice: CarrierInvoiceId,
        pub(in crate::invoices) line: i64,
        pub(in crate::invoices) is_accepted: bool,
    }
}

record! {
    /// What the lines of an invoice make together.
    pub(in crate::invoices) struct Sums {
        pub(in crate::invoices) amount: Kopecks,
        pub(in crate::invoices) vat: Kopecks,
        /// Lines whose VAT is told.
        pub(in crate::invoices) with_vat: i64,
        pub(in crate::invoices) count: i64,
    }
}

record! {
    /// How many exceptions of a kind there are.
    pub(in crate::invoices) struct Tally {
        pub(in crate::invoices) kind: ExceptionKind,
        pub(in crate::invoices) count: i64,
        pub(in crate::invoices) open: i64,
    }
}

macro_rules! line_columns {
    () => {
        "line, track, number, order_number, kind, words, amount_kopecks, vat_kopecks, weight_g,
         service_day, identity, parcel_id, owner_id, quoted_kopecks, declared_g, weighed_g"
    };
}

macro_rules! exception_columns {
    () => {
        "line, kind, expected, found, resolution, owner_id, reason, resolved_at"
    };
}

// What the carrier told stays; what is known of the parcel is as it is now.
const UPSERT: &str = "INSERT INTO carrier_invoice_line
     (invoice_id, line, track, number, order_number, kind, words, amount_kopecks, vat_kopecks,
         weight_g, service_day, identity, parcel_id, owner_id, quoted_kopecks, declared_g, weighed_g)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
     ON CONFLICT (invoice_id, line) DO UPDATE SET identity = excluded.identity,
         parcel_id = excluded.parcel_id, owner_id = excluded.owner_id,
         quoted_kopecks = excluded.quoted_kopecks, declared_g = excluded.declared_g,
         weighed_g = excluded.weighed_g";

const PAGE: &str = concat!(
    "SELECT ",
    line_columns!(),
    " FROM carrier_invoice_line l
     WHERE invoice_id = $1 AND line > $2 AND (CAST($3 AS TEXT) IS NULL OR EXISTS (
         SELECT 1 FROM carrier_invoice_exception e
         WHERE e.invoice_id = l.invoice_id AND e.line = l.line AND e.kind = $3))
     ORDER BY line LIMIT $4"
);

const SUMS: &str = "SELECT COALESCE(CAST(SUM(amount_kopecks) AS BIGINT), 0),
         COALESCE(CAST(SUM(vat_kopecks) AS BIGINT), 0), COUNT(vat_kopecks), COUNT(*)
     FROM carrier_invoice_line WHERE invoice_id = $1";

const PLACES: &str = "SELECT l.identity, l.invoice_id, l.line, i.state = 'accepted'
     FROM carrier_invoice_line l JOIN carrier_invoice i ON i.id = l.invoice_id
     WHERE l.identity IN (/*list*/) AND i.state <> 'rejected'";

const NOTE: &str = "INSERT INTO carrier_invoice_exception (invoice_id, line, kind, expected, found)
     VALUES ($1, $2, $3, $4, $5) ON CONFLICT (invoice_id, line, kind) DO NOTHING";

const FORGET: &str =
    "DELETE FROM carrier_invoice_exception WHERE invoice_id = $1 AND resolution IS NULL";

// What was decided about a parcel that nobody knew says nothing once it is known.
const FORGET_FOUND: &str = "DELETE FROM carrier_invoice_exception
     WHERE invoice_id = $1 AND kind = 'unknown_parcel' AND line IN (
         SELECT l.line FROM carrier_invoice_line l
         WHERE l.invoice_id = $1 AND l.parcel_id IS NOT NULL)";

const CLEAR: &str = "DELETE FROM carrier_invoice_line WHERE invoice_id = $1";

const EXCEPTIONS: &str = concat!(
    "SELECT ",
    exception_columns!(),
    " FROM carrier_invoice_exception
     WHERE invoice_id = $1 AND line >= $2 AND line <= $3 ORDER BY line, kind"
);

const TALLY: &str = "SELECT kind, COUNT(*), COUNT(*) FILTER (WHERE resolution IS NULL)
     FROM carrier_invoice_exception WHERE invoice_id = $1 GROUP BY kind ORDER BY kind";

const RESOLVE: &str = "UPDATE carrier_invoice_exception
     SET resolution = $3, owner_id = $4, reason = $5, resolved_by = $6, resolved_at = $7
     WHERE invoice_id = $1 AND kind = $2 AND line IN (/*list*/)
     RETURNING line";

pub(super) const QUERIES: &[&str] =
    &[UPSERT, PAGE, SUMS, PLACES, NOTE, FORGET, FORGET_FOUND, CLEAR, EXCEPTIONS, TALLY, RESOLVE];

pub(in crate::invoices) async fn lines_upsert(
    tx: &mut Tx,
    invoice: CarrierInvoiceId,
    lines: &[LineRow],
) -> Result<(), DbError> {
    let row = |line: &LineRow| {
        args![
            invoice,
            line.line,
            &line.track,
            &line.number,
            &line.order_number,
            line.kind,
            &line.words,
            line.amount,
            line.vat,
            line.weight,
            line.service_day,
            &line.identity,
            line.parcel,
            line.owner,
            line.quoted,
            line.declared,
            line.weighed,
        ]
    };
    tx.insert_many(UPSERT, lines.iter().map(row).collect()).await.map(drop)
}

/// Lines behind `after`, all or those with an exception of this kind.
pub(in crate::invoices) async fn lines_page(
    tx: &mut Tx,
    invoice: CarrierInvoiceId,
    after: i64,
    only: Option<ExceptionKind>,
    limit: i64,
) -> Result<Vec<LineRow>, DbError> {
    tx.fetch_all(PAGE, args![invoice, after, only, limit]).await
}

pub(in crate::invoices) async fn sums(
    tx: &mut Tx,
    invoice: CarrierInvoiceId,
) -> Result<Sums, DbError> {
    tx.fetch_one(SUMS, args![invoice]).await
}

/// Where the same charges stand on invoices that are not rejected.
pub(in crate::invoices) async fn places(
    tx: &mut Tx,
    identities: &BTreeSet<String>,
) -> Result<Vec<Place>, DbError> {
    let list: Vec<Arg> = identities.iter().map(Arg::from).collect();
    tx.fetch_in(PLACES, args![], list).await
}

/// Notes what does not agree; what somebody has decided stays decided.
pub(in crate::invoices) async fn note(
    tx: &mut Tx,
    invoice: CarrierInvoiceId,
    findings: &[Finding],
) -> Result<(), DbError> {
    let row = |one: &Finding| args![invoice, one.line, one.kind, one.expected, one.found];
    tx.insert_many(NOTE, findings.iter().map(row).collect()).await.map(drop)
}

/// Takes off what nobody has decided.
pub(in crate::invoices) async fn forget(
    tx: &mut Tx,
    invoice: CarrierInvoiceId,
) -> Result<(), DbError> {
    tx.execute(FORGET, args![invoice]).await.map(drop)
}

/// Takes off what was decided about unknown parcels that are known by now.
pub(in crate::invoices) async fn forget_found(
    tx: &mut Tx,
    invoice: CarrierInvoiceId,
) -> Result<(), DbError> {
    tx.execute(FORGET_FOUND, args![invoice]).await.map(drop)
}

/// Takes all lines off.
pub(in crate::invoices) async fn lines_clear(
    tx: &mut Tx,
    invoice: CarrierInvoiceId,
) -> Result<(), DbError> {
    tx.execute(CLEAR, args![invoice]).await.map(drop)
}

/// The exceptions of these lines.
pub(in crate::invoices) async fn exceptions(
    tx: &mut Tx,
    invoice: CarrierInvoiceId,
    (first, last): (i64, i64),
) -> Result<Vec<ExceptionRow>, DbError> {
    tx.fetch_all(EXCEPTIONS, args![invoice, first, last]).await
}

pub(in crate::invoices) async fn tally(
    tx: &mut Tx,
    invoice: CarrierInvoiceId,
) -> Result<Vec<Tally>, DbError> {
    tx.fetch_all(TALLY, args![invoice]).await
}

/// Decides about exceptions of a kind; answers the lines that have one.
pub(in crate::invoices) async fn resolve(
    tx: &mut Tx,
    ctx: &Ctx,
    invoice: CarrierInvoiceId,
    (kind, lines): (ExceptionKind, &[i64]),
    (resolution, owner, reason): (Resolution, Option<OwnerId>, &str),
) -> Result<Vec<i64>, DbError> {
    let values = args![invoice, kind, resolution, owner, reason, ctx.actor, ctx.now];
    let list = lines.iter().map(|line| Arg::from(*line)).collect();
    let found: Vec<Count> = tx.fetch_in(RESOLVE, values, list).await?;
    Ok(found.into_iter().map(|row| row.value).collect())
}
