//! What people decide: what a receipt is for, and where the rest of a register goes.

use super::ReconciliationError;
use super::model::{DifferenceTo, FixedDelays, Payers};
use super::rounds::Pair;
use super::store;
use crate::bank::requisites::is_inn;
use crate::bank::{self, MatchHow, Matching};
use crate::commands::Ctx;
use crate::db::Tx;
use crate::fault::{InputFaults, reason_checked};
use crate::ids::{BankDocumentId, CodRegisterId};
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

/// Books what is left of a register, so that it is settled without it.
pub async fn difference(
    tx: &mut Tx,
    ctx: &Ctx,
    register: CodRegisterId,
    to: DifferenceTo,
    reason: &str,
) -> Result<(), ReconciliationError> {
    let reason = reason_checked(reason)?;
    let due = registers::due(tx, register).await?;
    let (open, carrier) = (due.open, due.carrier.clone());
    let today = ctx.now.moscow_day();
    // Refuses a register of which nothing is left.
    registers::cover(tx, ctx, &due, open, today).await?;
    let clearing = Account::RegisterClearing(carrier.clone(), register);
    let (why, other) = match to {
        DifferenceTo::SetOff => (TransferReason::Withheld, Account::CarrierSettlement(carrier)),
        DifferenceTo::Claim => (TransferReason::Claimed, Account::CarrierClaims(carrier)),
        DifferenceTo::WriteOff => (TransferReason::WrittenOff, Account::WriteOff),
    };
    let sides = if open.is_positive() { (other, clearing) } else { (clearing, other) };
    let amount = Kopecks::new(open.get().saturating_abs());
    let day = money::open_day(tx, today).await?;
    let posting =
        Posting::new(why, sides, amount, day).with_document(register.uuid()).with_note(reason);
    money::post(tx, ctx, &[posting]).await?;
    store::cure(tx, ctx).await?;
    Ok(())
}
