//! What people decide: what a receipt is for, and where the rest of a register goes.

use super::ReconciliationError;
use super::model::{DifferenceTo, FixedDelays, Payers};
use super::rounds::Pair;
use super::store::{self, Difference};
use crate::bank::requisites::is_inn;
use crate::bank::{self, Assignment, MatchHow, Matching};
use crate::commands::Ctx;
use crate::db::Tx;
use crate::fault::{InputFaults, reason_checked};
use crate::ids::{BankDocumentId, CodRegisterId, TransferId};
use crate::money::{self, Account, Posting, TransferReason};
use crate::registers::{self, Due};
use crate::units::Kopecks;

const CARRIER_MAX: usize = 100;
const NAME_MAX: usize = 200;
const PAYERS_MAX: usize = 50;
const DAYS_MAX: i64 = 365;

/// Says who pays for a carrier: these and nobody else.
pub async fn payers_set(
    tx: &mut Tx,
    ctx: &Ctx,
    set: &Payers,
) -> Result<Payers, ReconciliationError> {
    let mut faults = InputFaults::default();
    faults.text("carrier", &set.carrier, CARRIER_MAX);
    if set.payers.len() > PAYERS_MAX {
        faults.note("payers", "too_long");
    }
    for (index, one) in set.payers.iter().enumerate() {
        faults.text(&format!("payers[{index}].name"), &one.name, NAME_MAX);
        if !is_inn(&one.inn) {
            faults.note(format!("payers[{index}].inn"), "bad_check_digit");
        }
        if set.payers[..index].iter().any(|other| other.inn == one.inn) {
            faults.note(format!("payers[{index}].inn"), "duplicate");
        }
    }
    faults.finish()?;
    store::payers_set(tx, set).await?;
    store::cure(tx, ctx).await?;
    Ok(set.clone())
}

/// Fixes how long a carrier may take, or leaves it to what it usually takes.
pub async fn delays_set(tx: &mut Tx, fixed: &FixedDelays) -> Result<(), ReconciliationError> {
    let mut faults = InputFaults::default();
    faults.text("carrier", &fixed.carrier, CARRIER_MAX);
    for (field, days) in [("register_days", fixed.register_days), ("bank_days", fixed.bank_days)] {
        faults.range(field, days.unwrap_or(0), 0..=DAYS_MAX);
    }
    faults.finish()?;
    Ok(store::delays_set(tx, fixed).await?)
}

/// Gives a register so much of a receipt; settles it with the last of it. Answers what is left of the
/// register.
pub(super) async fn pair_up(
    tx: &mut Tx,
    ctx: &Ctx,
    due: &Due,
    pair: Pair,
    how: MatchHow,
) -> Result<Kopecks, ReconciliationError> {
    let matching = Matching {
        document: pair.document,
        register: pair.register,
        carrier: due.carrier.clone(),
        amount: pair.amount,
        how,
    };
    let day = bank::match_document(tx, ctx, &matching).await?;
    Ok(registers::cover(tx, ctx, due, pair.amount, day).await?)
}

/// A person says that so much of a receipt is for a register: accepted, and no more than is to come.
pub async fn match_by_hand(
    tx: &mut Tx,
    ctx: &Ctx,
    (document, register): (BankDocumentId, CodRegisterId),
    amount: Kopecks,
) -> Result<(), ReconciliationError> {
    let due = registers::due(tx, register).await?;
    pair_up(tx, ctx, &due, Pair { document, register, amount }, MatchHow::Person).await?;
    store::cure(tx, ctx).await?;
    Ok(())
}

/// A receipt was not for a register after all. When that had settled the register, the money of its
/// parcels is taken back; refused once a report or a payout has it.
pub async fn unmatch(
    tx: &mut Tx,
    ctx: &Ctx,
    (document, register): (BankDocumentId, CodRegisterId),
    reason: &str,
) -> Result<(), ReconciliationError> {
    let reason = reason_checked(reason)?;
    let due = registers::due(tx, register).await?;
    let undone = bank::match_undo(tx, ctx, (document, register), reason).await?;
    Ok(registers::uncover(tx, ctx, &due, undone.amount, undone.day).await?)
}

/// A person says that so much of a receipt is for what a carrier or a shop owed, and for no register; or a
/// payment for what we owed a carrier.
pub async fn assign(
    tx: &mut Tx,
    ctx: &Ctx,
    assignment: &Assignment,
) -> Result<(), ReconciliationError> {
    bank::assign(tx, ctx, assignment).await?;
    store::cure(tx, ctx).await?;
    Ok(())
}

/// What a person said by [`assign`] was wrong: that part of the receipt is open again.
pub async fn unassign(
    tx: &mut Tx,
    ctx: &Ctx,
    what: (BankDocumentId, TransferId),
    reason: &str,
) -> Result<(), ReconciliationError> {
    let reason = reason_checked(reason)?;
    Ok(bank::assign_undo(tx, ctx, what, reason).await?)
}

/// What a difference moves: debit and credit, and how much.
fn sides(due: &Due, to: DifferenceTo, amount: Kopecks) -> ((Account, Account), Kopecks) {
    let clearing = Account::RegisterClearing(due.carrier.clone(), due.id);
    let other = match to {
        DifferenceTo::SetOff => Account::CarrierSettlement(due.carrier.clone()),
        DifferenceTo::Claim => Account::CarrierClaims(due.carrier.clone()),
        DifferenceTo::WriteOff => Account::WriteOff,
    };
    let sides = if amount.is_positive() { (other, clearing) } else { (clearing, other) };
    (sides, Kopecks::new(amount.get().saturating_abs()))
}

/// Books what is left of a register, so that it is settled without it.
///
/// # Errors
/// Whoever accepted the register is refused, unless the carrier set its own invoice off.
pub async fn difference(
    tx: &mut Tx,
    ctx: &Ctx,
    register: CodRegisterId,
    to: DifferenceTo,
    reason: &str,
) -> Result<(), ReconciliationError> {
    let reason = reason_checked(reason)?;
    let due = registers::due(tx, register).await?;
    if to.is_lost() && !ctx.is_second_person(&[store::accepted_by(tx, register).await?]) {
        return Err(ReconciliationError::SecondPerson);
    }
    let today = ctx.now.moscow_day();
    // Refuses a register of which nothing is left.
    registers::cover(tx, ctx, &due, due.open, today).await?;
    let why = match to {
        DifferenceTo::SetOff => TransferReason::Withheld,
        DifferenceTo::Claim => TransferReason::Claimed,
        DifferenceTo::WriteOff => TransferReason::WrittenOff,
    };
    let (sides, amount) = sides(&due, to, due.open);
    let day = money::open_day(tx, today).await?;
    let posting =
        Posting::new(why, sides, amount, day).with_document(register.uuid()).with_note(reason);
    let booked = Difference { transfer: posting.id, to, amount: due.open };
    money::post(tx, ctx, &[posting]).await?;
    if !store::difference_note(tx, register, booked).await? {
        return Err(ReconciliationError::DifferenceBooked { register });
    }
    store::cure(tx, ctx).await?;
    Ok(())
}

/// The difference of a register was booked by mistake: the register is open again by as much. Refused
/// once a report or a payout has the money of its parcels. Answers where the difference had gone.
pub async fn difference_undo(
    tx: &mut Tx,
    ctx: &Ctx,
    register: CodRegisterId,
    reason: &str,
) -> Result<DifferenceTo, ReconciliationError> {
    let reason = reason_checked(reason)?;
    let due = registers::due(tx, register).await?;
    let booked = store::difference(tx, register).await?;
    let booked = booked.ok_or(ReconciliationError::DifferenceNotFound { register })?;
    if !store::difference_drop(tx, register, booked.transfer).await? {
        return Err(tx.conflict().into());
    }
    let today = ctx.now.moscow_day();
    registers::uncover(tx, ctx, &due, booked.amount, due.settled_on.unwrap_or(today)).await?;
    let ((debit, credit), amount) = sides(&due, booked.to, booked.amount);
    let day = money::open_day(tx, today).await?;
    let posting = Posting::new(TransferReason::Correction, (credit, debit), amount, day)
        .with_document(register.uuid())
        .with_note(reason)
        .correcting(booked.transfer);
    money::post(tx, ctx, &[posting]).await?;
    Ok(booked.to)
}
