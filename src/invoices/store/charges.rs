//! What accepted invoices cost, and whom.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::commands::Ctx;
use crate::db::{Arg, DbError, Tx};
use crate::ids::{CarrierInvoiceId, ChargeId, OwnerId, ParcelId};
use crate::invoices::Passed;
use crate::invoices::model::Invoice;
use crate::invoices::settle::Charge;
use crate::units::{Day, Kopecks};
use crate::{args, record};

record! {
    struct Ordinal {
        identity: String,
        last: i64,
    }
}

record! {
    struct Borne {
        parcel: ParcelId,
    }
}

record! {
    /// What a line came to.
    pub(in crate::invoices) struct Outcome {
        pub(in crate::invoices) line: i64,
        pub(in crate::invoices) owner: Option<OwnerId>,
        pub(in crate::invoices) passed: Kopecks,
        pub(in crate::invoices) written_off: Kopecks,
    }
}

const INSERT: &str = "INSERT INTO carrier_charge
     (id, invoice_id, line, parcel_id, owner_id, kind, service_day, day, invoiced_kopecks,
         passed_kopecks, written_off_kopecks, reason, identity, ordinal, recorded_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
     ON CONFLICT (identity, ordinal) DO NOTHING";

const ORDINALS: &str = "SELECT identity, MAX(ordinal) FROM carrier_charge
     WHERE identity IN (/*list*/) GROUP BY identity";

const BORNE: &str = "SELECT DISTINCT parcel_id FROM carrier_charge
     WHERE owner_id IS NULL AND written_off_kopecks > 0 AND parcel_id IN (/*list*/)";

const OUTCOMES: &str = "SELECT line, owner_id, passed_kopecks, written_off_kopecks
     FROM carrier_charge WHERE invoice_id = $1 AND line >= $2 AND line <= $3 ORDER BY line";

const PASSED: &str = "SELECT i.id, i.carrier, i.number, i.day, COUNT(*),
         CAST(SUM(c.invoiced_kopecks) AS BIGINT), CAST(SUM(c.passed_kopecks) AS BIGINT),
         (SELECT COALESCE(CAST(SUM(CASE WHEN t.debit_id = a.id THEN t.amount_kopecks
                                        ELSE -t.amount_kopecks END) AS BIGINT), 0)
          FROM money_account a JOIN money_transfer t ON a.id IN (t.debit_id, t.credit_id)
          WHERE a.owner_id = $1 AND a.kind = 'owner_charges' AND t.document_id = i.id)
     FROM carrier_charge c JOIN carrier_invoice i ON i.id = c.invoice_id
     WHERE c.owner_id = $1 AND c.day >= $2 AND c.day <= $3
     GROUP BY i.id, i.carrier, i.number, i.day ORDER BY i.day, i.id LIMIT $4";

pub(super) const QUERIES: &[&str] = &[INSERT, ORDINALS, BORNE, OUTCOMES, PASSED];

/// Writes the charges of an invoice; answers how many were new.
pub(in crate::invoices) async fn charges_insert(
    tx: &mut Tx,
    ctx: &Ctx,
    invoice: &Invoice,
    charges: &[(Charge, i64)],
) -> Result<u64, DbError> {
    let row = |(charge, ordinal): &(Charge, i64)| {
        args![
            ChargeId::new(),
            invoice.id,
            charge.line,
            charge.parcel,
            charge.owner,
            charge.kind,
            charge.service_day,
            invoice.day,
            charge.invoiced,
            charge.passed,
            charge.written_off,
            charge.reason.as_ref(),
            &charge.identity,
            *ordinal,
            ctx.now,
        ]
    };
    tx.insert_many(INSERT, charges.iter().map(row).collect()).await
}

/// The last ordinal of charges like these.
pub(in crate::invoices) async fn ordinals(
    tx: &mut Tx,
    identities: Vec<Arg>,
) -> Result<HashMap<String, i64>, DbError> {
    let rows: Vec<Ordinal> = tx.fetch_in(ORDINALS, args![], identities).await?;
    Ok(rows.into_iter().map(|row| (row.identity, row.last)).collect())
}

/// For which of these parcels the operator bore something.
pub(in crate::invoices) async fn borne(
    tx: &mut Tx,
    parcels: &BTreeSet<ParcelId>,
) -> Result<HashSet<ParcelId>, DbError> {
    let list = parcels.iter().map(|parcel| Arg::from(*parcel)).collect();
    let rows: Vec<Borne> = tx.fetch_in(BORNE, args![], list).await?;
    Ok(rows.into_iter().map(|row| row.parcel).collect())
}

/// What these lines came to; nothing before the invoice is accepted.
pub(in crate::invoices) async fn outcomes(
    tx: &mut Tx,
    invoice: CarrierInvoiceId,
    (first, last): (i64, i64),
) -> Result<Vec<Outcome>, DbError> {
    tx.fetch_all(OUTCOMES, args![invoice, first, last]).await
}

/// The owner's part of each invoice of these days.
pub(in crate::invoices) async fn passed(
    tx: &mut Tx,
    owner: OwnerId,
    (from, to): (Day, Day),
    limit: i64,
) -> Result<Vec<Passed>, DbError> {
    tx.fetch_all(PASSED, args![owner, from, to, limit]).await
}
