//! Who bears what of an invoice. Pure.

use std::collections::BTreeMap;

use super::InvoiceError;
use super::model::{ExceptionKind, ExceptionRow, Invoice, LineRow, Resolution};
use super::spread::spread_by_party;
use crate::carriers::model::ChargeKind;
use crate::ids::{OwnerId, ParcelId};
use crate::money::{Account, Posting, TransferReason};
use crate::units::{Day, Kopecks, OutOfRange};

/// A line with who bears it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Charge {
    pub(super) line: i64,
    pub(super) parcel: Option<ParcelId>,
    pub(super) owner: Option<OwnerId>,
    pub(super) kind: ChargeKind,
    pub(super) service_day: Option<Day>,
    pub(super) identity: String,
    /// A person said that it only looks like one before.
    pub(super) is_repeat: bool,
    pub(super) invoiced: i64,
    pub(super) passed: i64,
    pub(super) written_off: i64,
    pub(super) reason: Option<String>,
}

/// Who bears a line.
enum Bearer {
    Owner(OwnerId),
    Operator,
    /// All who bear others.
    All,
}

type Decided<'a> = BTreeMap<i64, Vec<&'a ExceptionRow>>;

/// The charges of an invoice whose exceptions are decided. Their sums passed and written off make its
/// total.
pub(super) fn charges(
    invoice: &Invoice,
    lines: &[LineRow],
    exceptions: &[ExceptionRow],
) -> Result<Vec<Charge>, InvoiceError> {
    let mut decided: Decided<'_> = BTreeMap::new();
    for one in exceptions {
        decided.entry(one.line).or_default().push(one);
    }
    let mut charges = Vec::with_capacity(lines.len() + 1);
    let mut bearing: Vec<(Option<OwnerId>, i64)> = Vec::new();
    let mut places = Vec::new();
    let mut common = invoice.discount.get();
    for line in lines {
        let about = decided.get(&line.line).map(Vec::as_slice).unwrap_or_default();
        let (bearer, reason) = bearer(line, about)?;
        let mut charge = charge(line, about, reason);
        match bearer {
            Bearer::All => common = added(common, line.amount.get())?,
            Bearer::Operator => bearing.push((None, line.amount.get())),
            Bearer::Owner(owner) => {
                charge.owner = Some(owner);
                bearing.push((Some(owner), line.amount.get()));
            }
        }
        if !matches!(bearer, Bearer::All) {
            places.push(charges.len());
        }
        charges.push(charge);
    }
    let difference = difference(invoice, lines)?;
    let about = decided.get(&0).map(Vec::as_slice).unwrap_or_default();
    let answer = about.iter().find(|one| one.kind == ExceptionKind::TotalDiffers);
    match answer.and_then(|one| one.resolution) {
        Some(Resolution::Spread) => common = added(common, difference)?,
        Some(_) if difference != 0 => {
            let reason = answer.and_then(|one| one.reason.clone());
            charges.push(remainder(invoice, difference, reason));
        }
        _ => {}
    }
    if bearing.is_empty() && common != 0 {
        return Err(InvoiceError::NothingToCharge);
    }
    let parts = spread_by_party(common, &bearing).map_err(too_big)?;
    for ((place, (_, amount)), part) in places.into_iter().zip(bearing).zip(parts) {
        let sum = added(amount, part)?;
        let charge = &mut charges[place];
        *if charge.owner.is_some() { &mut charge.passed } else { &mut charge.written_off } = sum;
    }
    Ok(charges)
}

fn too_big(_: OutOfRange) -> InvoiceError {
    InvoiceError::SumTooBig
}

fn added(sum: i64, more: i64) -> Result<i64, InvoiceError> {
    sum.checked_add(more).ok_or(InvoiceError::SumTooBig)
}

/// The stated total less what lines and discount make.
fn difference(invoice: &Invoice, lines: &[LineRow]) -> Result<i64, InvoiceError> {
    let made =
        lines.iter().try_fold(invoice.discount.get(), |sum, line| added(sum, line.amount.get()))?;
    invoice.total.get().checked_sub(made).ok_or(InvoiceError::SumTooBig)
}

/// The operator's decision comes first, then that all bear it; a parcel's own shop before the one
/// that was named for it.
fn bearer(
    line: &LineRow,
    about: &[&ExceptionRow],
) -> Result<(Bearer, Option<String>), InvoiceError> {
    let decided = |wanted: Resolution| about.iter().find(|one| one.resolution == Some(wanted));
    if let Some(one) = decided(Resolution::Operator) {
        return Ok((Bearer::Operator, one.reason.clone()));
    }
    if let Some(one) = decided(Resolution::Spread) {
        return Ok((Bearer::All, one.reason.clone()));
    }
    let named = decided(Resolution::Owner);
    match line.owner.or_else(|| named.and_then(|one| one.owner)) {
        Some(owner) => Ok((Bearer::Owner(owner), named.and_then(|one| one.reason.clone()))),
        None => Err(InvoiceError::Unresolved { count: 1 }),
    }
}

fn charge(line: &LineRow, about: &[&ExceptionRow], reason: Option<String>) -> Charge {
    Charge {
        line: line.line,
        parcel: line.parcel,
        owner: None,
        kind: line.kind,
        service_day: line.service_day,
        identity: line.identity.clone(),
        is_repeat: about.iter().any(|one| one.kind == ExceptionKind::Duplicate),
        invoiced: line.amount.get(),
        passed: 0,
        written_off: 0,
        reason,
    }
}

/// What the operator bears of a total that is not the sum of its lines.
fn remainder(invoice: &Invoice, difference: i64, reason: Option<String>) -> Charge {
    Charge {
        line: 0,
        parcel: None,
        owner: None,
        kind: ChargeKind::Other,
        service_day: None,
        identity: format!("total/{}", invoice.id),
        is_repeat: false,
        invoiced: difference,
        passed: 0,
        written_off: difference,
        reason,
    }
}

/// The transfers: what we owe the carrier, and what of it owners and the operator bear.
pub(super) fn postings(
    invoice: &Invoice,
    charges: &[Charge],
    day: Day,
) -> Result<Vec<Posting>, InvoiceError> {
    let through = || Account::PassThrough(invoice.carrier.clone(), invoice.id);
    let mut sums: BTreeMap<OwnerId, i64> = BTreeMap::new();
    let mut written_off = 0;
    for charge in charges {
        written_off = added(written_off, charge.written_off)?;
        if let Some(owner) = charge.owner {
            let sum = sums.entry(owner).or_default();
            *sum = added(*sum, charge.passed)?;
        }
    }
    let settlement = Account::CarrierSettlement(invoice.carrier.clone());
    let mut moves =
        vec![(TransferReason::CarrierCharged, (through(), settlement), invoice.total.get())];
    moves.extend(sums.into_iter().map(|(owner, sum)| {
        (TransferReason::PassedOn, (Account::OwnerCharges(owner), through()), sum)
    }));
    moves.push((TransferReason::WrittenOff, (Account::WriteOff, through()), written_off));
    let posting = |(reason, (debit, credit), sum): (TransferReason, (Account, Account), i64)| {
        // The direction is the sides: what is given back goes the other way.
        let sides = if sum < 0 { (credit, debit) } else { (debit, credit) };
        let amount = Kopecks::new(sum.checked_abs().ok_or(InvoiceError::SumTooBig)?);
        Ok(Posting::new(reason, sides, amount, day)
            .with_document(invoice.id.uuid())
            .with_note(format!("{} № {}", invoice.carrier, invoice.number)))
    };
    moves.into_iter().filter(|(.., sum)| *sum != 0).map(posting).collect()
}
