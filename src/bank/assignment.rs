//! Receipts that are for no register: what a carrier or a shop owed beyond it. And payments to carriers for
//! their services.

use super::model::{BankMatchRow, MatchHow, MatchTarget};
use super::service::{self, Booking, book, take_back};
use super::{BankError, store};
use crate::access::Scope;
use crate::catalog::owner_find;
use crate::commands::Ctx;
use crate::db::Tx;
use crate::fault::{InputError, InputFaults};
use crate::ids::{BankDocumentId, OwnerId, TransferId};
use crate::units::Kopecks;

const CARRIER_MAX: usize = 100;

/// What so much of a receipt, or of a payment to a carrier, is for when no register is behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    pub document: BankDocumentId,
    /// Anything but a register.
    pub to: MatchTarget,
    /// Of a carrier's account alone.
    pub carrier: Option<String>,
    /// Of a shop's account alone.
    pub owner: Option<OwnerId>,
    pub amount: Kopecks,
    pub reason: String,
}

fn check(assignment: &Assignment) -> Result<(), InputError> {
    let Assignment { to, carrier, owner, amount, reason, .. } = assignment;
    let mut faults = InputFaults::default();
    if *to == MatchTarget::Register {
        faults.note("to", "unknown");
    }
    match carrier {
        Some(carrier) if to.is_of_carrier() => faults.text("carrier", carrier, CARRIER_MAX),
        Some(_) => faults.note("carrier", "unknown"),
        None if to.is_of_carrier() => faults.note("carrier", "missing"),
        None => {}
    }
    match owner {
        Some(_) if !to.is_of_owner() => faults.note("owner_id", "unknown"),
        None if to.is_of_owner() => faults.note("owner_id", "missing"),
        _ => {}
    }
    if !amount.is_positive() {
        faults.note("amount_kopecks", "too_small");
    }
    faults.reason(reason);
    faults.finish()
}

/// Says that so much of a receipt is for what a carrier or a shop owed: `BankSuspense` to its account. Of a
/// payment to others that no order of ours explains it may be said that it is for a carrier's settlement:
/// there the sides change places.
pub async fn assign(tx: &mut Tx, ctx: &Ctx, assignment: &Assignment) -> Result<(), BankError> {
    check(assignment)?;
    if let Some(owner) = assignment.owner {
        owner_find(tx, Scope::All, owner).await?;
    }
    let booking = Booking {
        document: assignment.document,
        to: assignment.to,
        register: None,
        carrier: assignment.carrier.clone(),
        owner: assignment.owner,
        amount: assignment.amount,
        how: MatchHow::Person,
        note: Some(assignment.reason.trim().to_owned()),
    };
    book(tx, ctx, booking).await.map(drop)
}

/// Takes what [`assign`] did back by a correcting transfer: that part of the document is open again.
pub async fn assign_undo(
    tx: &mut Tx,
    ctx: &Ctx,
    (document, transfer): (BankDocumentId, TransferId),
    why: &str,
) -> Result<(), BankError> {
    let row = service::document(tx, document).await?;
    let is_it = |one: &BankMatchRow| one.transfer == transfer && one.to != MatchTarget::Register;
    let found = store::match_list(tx, document).await?.into_iter().find(is_it);
    let found = found.ok_or(BankError::AssignmentNotFound { document, transfer })?;
    if found.undo.is_some() {
        return Err(BankError::AssignmentUndone { transfer });
    }
    take_back(tx, ctx, &row, &[found], why).await.map(drop)
}
