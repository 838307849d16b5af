//! Deciding about invoices.

use std::collections::{BTreeSet, HashMap};

use super::InvoiceError;
use super::compare::aliases;
use super::model::{ExceptionKind, ExceptionRow, Invoice, InvoiceState, LineRow, Resolution};
use super::settle::{self, Charge};
use super::store;
use super::take::{LINES_MAX, LINES_PER_PART, compare, compare_whole, credited};
use crate::access::Scope;
use crate::carriers::model::InvoiceLine;
use crate::catalog::owner_find;
use crate::commands::Ctx;
use crate::db::{Arg, DbError, Tx};
use crate::fault::{InputFaults, reason_checked};
use crate::ids::{CarrierInvoiceId, OwnerId};
use crate::money::{Account, balance, open_day, post};

const ALL_LINES: (i64, i64) = (0, i64::MAX);

/// What a person decides about exceptions of one kind.
#[derive(Debug, Clone)]
pub struct Decision {
    pub kind: ExceptionKind,
    /// 0 is the invoice as a whole.
    pub lines: Vec<i64>,
    pub resolution: Resolution,
    /// With [`Resolution::Owner`] only.
    pub owner: Option<OwnerId>,
    pub reason: String,
}

pub async fn find(tx: &mut Tx, id: CarrierInvoiceId) -> Result<Invoice, InvoiceError> {
    let found = store::find(tx, id).await?;
    found.ok_or(InvoiceError::NotFound { what: "carrier_invoice" })
}

/// The invoice as it is now, its caller's until the commit.
pub(super) async fn hold(tx: &mut Tx, id: CarrierInvoiceId) -> Result<Invoice, InvoiceError> {
    let held = store::hold(tx, id).await?;
    held.ok_or(InvoiceError::NotFound { what: "carrier_invoice" })
}

async fn hold_draft(tx: &mut Tx, id: CarrierInvoiceId) -> Result<Invoice, InvoiceError> {
    let invoice = hold(tx, id).await?;
    match invoice.state {
        InvoiceState::Draft => Ok(invoice),
        state => Err(InvoiceError::NotDraft { number: invoice.number, state }),
    }
}

/// Decides about exceptions of a draft; what was decided before can be decided anew.
pub async fn resolve(
    tx: &mut Tx,
    ctx: &Ctx,
    id: CarrierInvoiceId,
    decision: &Decision,
) -> Result<Invoice, InvoiceError> {
    let Decision { kind, resolution, owner, .. } = *decision;
    let mut faults = InputFaults::default();
    faults.reason(&decision.reason);
    if decision.lines.is_empty() {
        faults.note("lines", "missing");
    }
    match (resolution, owner) {
        (Resolution::Owner, None) => faults.note("owner_id", "missing"),
        (Resolution::Owner, Some(_)) | (_, None) => {}
        (_, Some(_)) => faults.note("owner_id", "unknown"),
    }
    faults.finish()?;
    if !kind.admits(resolution) {
        return Err(InvoiceError::ResolutionUnfit { exception: kind, resolution });
    }
    let invoice = hold_draft(tx, id).await?;
    if let Some(owner) = owner {
        owner_find(tx, Scope::All, owner).await?;
    }
    let answer = (resolution, owner, decision.reason.trim());
    let found = store::resolve(tx, ctx, id, (kind, &decision.lines), answer).await?;
    let found: BTreeSet<i64> = found.into_iter().collect();
    match decision.lines.iter().find(|line| !found.contains(line)) {
        Some(line) => Err(InvoiceError::ExceptionUnknown { line: *line }),
        None => Ok(invoice),
    }
}

/// Compares a draft anew: parcels and other invoices may have come or gone. What somebody decided
/// stays, but for a parcel that was unknown then.
pub async fn check(tx: &mut Tx, id: CarrierInvoiceId) -> Result<Invoice, InvoiceError> {
    let invoice = hold_draft(tx, id).await?;
    store::forget(tx, id).await?;
    let lines = lines_all(tx, id).await?;
    for part in lines.chunks(LINES_PER_PART) {
        let told: Vec<InvoiceLine> = part.iter().map(LineRow::told).collect();
        compare(tx, &invoice, &told).await?;
    }
    store::forget_found(tx, id).await?;
    compare_whole(tx, &invoice).await?;
    Ok(invoice)
}

async fn lines_all(tx: &mut Tx, id: CarrierInvoiceId) -> Result<Vec<LineRow>, DbError> {
    store::lines_page(tx, id, 0, None, LINES_MAX).await
}

/// All lines and exceptions.
pub(super) async fn with_exceptions(
    tx: &mut Tx,
    id: CarrierInvoiceId,
) -> Result<(Vec<LineRow>, Vec<ExceptionRow>), DbError> {
    Ok((lines_all(tx, id).await?, store::exceptions(tx, id, ALL_LINES).await?))
}

/// Gives an invoice up: its number is free for the one that the carrier corrects.
pub async fn reject(
    tx: &mut Tx,
    ctx: &Ctx,
    id: CarrierInvoiceId,
    reason: &str,
) -> Result<Invoice, InvoiceError> {
    let reason = reason_checked(reason)?;
    let invoice = hold(tx, id).await?;
    if invoice.state != InvoiceState::Rejected && !store::reject(tx, ctx, id, reason).await? {
        return Err(InvoiceError::NotDraft { number: invoice.number, state: invoice.state });
    }
    find(tx, id).await
}

/// Charges an invoice to those who bear it, in one piece. A second time changes nothing.
pub async fn accept(tx: &mut Tx, ctx: &Ctx, id: CarrierInvoiceId) -> Result<Invoice, InvoiceError> {
    let invoice = hold(tx, id).await?;
    if invoice.state == InvoiceState::Accepted {
        return Ok(invoice);
    }
    let exceptions = store::tally(tx, id).await?;
    let count = exceptions.iter().filter(|one| one.kind.is_blocking()).map(|one| one.open).sum();
    if count > 0 {
        return Err(InvoiceError::Unresolved { count });
    }
    if !store::accept(tx, ctx, id).await? {
        return Err(InvoiceError::NotDraft { number: invoice.number, state: invoice.state });
    }
    let (lines, exceptions) = with_exceptions(tx, id).await?;
    let charges = settle::charges(&invoice, &lines, &exceptions)?;
    let day = open_day(tx, invoice.day).await?;
    post(tx, ctx, &settle::postings(&invoice, &charges, day)?).await?;
    // Posting holds the carrier's account until the commit: what another invoice of it came to by now
    // is seen from here on.
    check_credits(tx, &lines, &exceptions).await?;
    check_aliases(tx, &invoice, &lines, &exceptions).await?;
    write(tx, ctx, &invoice, charges).await?;
    let left = balance(tx, &Account::PassThrough(invoice.carrier, id)).await?;
    if !left.is_zero() {
        return Err(InvoiceError::NotSettled { left });
    }
    find(tx, id).await
}

/// What the operator bore may have been accepted since this invoice was compared.
async fn check_credits(
    tx: &mut Tx,
    lines: &[LineRow],
    exceptions: &[ExceptionRow],
) -> Result<(), InvoiceError> {
    let decided = lines_with(exceptions, ExceptionKind::CreditOfOperator);
    let found = credited(tx, lines).await?;
    let open = found.iter().filter(|one| !decided.contains(&one.line)).count();
    match i64::try_from(open).unwrap_or(i64::MAX) {
        0 => Ok(()),
        count => Err(InvoiceError::Unresolved { count }),
    }
}

/// The same may have been charged while nobody knew its parcel, since this invoice was compared.
async fn check_aliases(
    tx: &mut Tx,
    invoice: &Invoice,
    lines: &[LineRow],
    exceptions: &[ExceptionRow],
) -> Result<(), InvoiceError> {
    let decided = lines_with(exceptions, ExceptionKind::Duplicate);
    let undecided = lines.iter().filter(|line| !decided.contains(&line.line));
    let aliases: Vec<Vec<String>> =
        undecided.map(|line| aliases(line, &invoice.carrier, invoice.day)).collect();
    let asked = aliases.iter().flatten().map(Arg::from).collect();
    let charged = store::ordinals(tx, asked).await?;
    let is_charged = |names: &&Vec<String>| names.iter().any(|name| charged.contains_key(name));
    match u64::try_from(aliases.iter().filter(is_charged).count()).unwrap_or(u64::MAX) {
        0 => Ok(()),
        count => Err(InvoiceError::Repeated { count }),
    }
}

fn lines_with(exceptions: &[ExceptionRow], kind: ExceptionKind) -> BTreeSet<i64> {
    exceptions.iter().filter(|one| one.kind == kind).map(|one| one.line).collect()
}

/// Writes the charges in the order of what they are, so that invoices with the same ones wait for each
/// other and not in a circle.
async fn write(
    tx: &mut Tx,
    ctx: &Ctx,
    invoice: &Invoice,
    charges: Vec<Charge>,
) -> Result<(), InvoiceError> {
    let mut numbered = numbered(tx, charges).await?;
    numbered.sort_by(|(one, first), (other, second)| {
        (&one.identity, first).cmp(&(&other.identity, second))
    });
    let new = store::charges_insert(tx, ctx, invoice, &numbered).await?;
    let count = u64::try_from(numbered.len()).unwrap_or(u64::MAX);
    if new == count { Ok(()) } else { Err(InvoiceError::Repeated { count: count - new }) }
}

/// The first charge of its kind is number one; those that people let pass beside it count on.
async fn numbered(tx: &mut Tx, charges: Vec<Charge>) -> Result<Vec<(Charge, i64)>, DbError> {
    let repeats = charges.iter().filter(|charge| charge.is_repeat);
    let identities: Vec<Arg> = repeats.map(|charge| Arg::from(&charge.identity)).collect();
    let mut last: HashMap<String, i64> = store::ordinals(tx, identities).await?;
    let (repeats, first): (Vec<Charge>, Vec<Charge>) =
        charges.into_iter().partition(|charge| charge.is_repeat);
    let mut numbered = Vec::new();
    for charge in first {
        last.entry(charge.identity.clone()).or_insert(1);
        numbered.push((charge, 1));
    }
    for charge in repeats {
        let ordinal = last.entry(charge.identity.clone()).or_default();
        *ordinal += 1;
        numbered.push((charge, *ordinal));
    }
    Ok(numbered)
}
