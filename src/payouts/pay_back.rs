//! A payout that came back, or never left.

use super::PayoutError;
use super::model::{PayoutRow, PayoutState};
use super::service::run_find;
use super::store::{self, Returned};
use crate::bank::payment_order::Requisites;
use crate::bank::{self, BankError};
use crate::cod;
use crate::commands::Ctx;
use crate::db::{Tx, from_json};
use crate::fault::reason_checked;
use crate::ids::{BankDocumentId, PayoutId};
use crate::money::{
    Account, AccountKind, DocumentTransfer, Posting, TransferReason, of_document, open_day, post,
};
use crate::units::Day;

/// What a person says of it.
#[derive(Debug, Clone)]
pub struct Return {
    pub payout: PayoutId,
    pub reason: String,
    /// The receipt by which the money came back; none if it never left.
    pub document: Option<BankDocumentId>,
}

/// Takes a payout back by correcting transfers: its parcels are to be paid again, and what was taken off
/// is owed again.
///
/// # Errors
/// Without a receipt, a payout that a document of a statement carried out is refused; with one, a payout
/// that none did, and a receipt that is not all of its money. Whoever approved it is refused unless the
/// receipt comes from the payee's account.
pub async fn pay_back(tx: &mut Tx, ctx: &Ctx, input: &Return) -> Result<PayoutRow, PayoutError> {
    let reason = reason_checked(&input.reason)?;
    let payout = input.payout;
    let row = find(tx, payout).await?;
    if row.state != PayoutState::Ordered {
        return Err(PayoutError::NotOrdered { payout, state: row.seen_state() });
    }
    let is_of_payee = match input.document {
        Some(document) => check_receipt(tx, &row, document).await?,
        None => false,
    };
    if !is_of_payee {
        check_person(tx, ctx, &row).await?;
    }
    let day = open_day(tx, ctx.now.moscow_day()).await?;
    let from = match input.document {
        Some(document) => Account::BankSuspense(bank::receipt_take(tx, document, row.net).await?),
        None if bank::order_withdraw(tx, payout.uuid(), day).await? => {
            Account::BankOutgoing(row.account)
        }
        None => return Err(PayoutError::CarriedOut { payout }),
    };
    let transfers = of_document(tx, payout.uuid()).await?;
    let postings: Vec<Posting> = transfers
        .iter()
        .filter_map(|transfer| correction(&row, transfer, (&from, day), reason))
        .collect();
    let steps = postings.iter().find(|posting| posting.reason == TransferReason::CodPaid);
    let Some(transfer) = steps.map(|posting| posting.id) else {
        return Err(PayoutError::NotOrdered { payout, state: row.seen_state() });
    };
    post(tx, ctx, &postings).await?;
    let returned = Returned { day, reason, document: input.document, transfer };
    if !store::payout_return(tx, ctx, payout, &returned).await? {
        // Somebody else was faster.
        return Err(tx.conflict().into());
    }
    cod::unpay(tx, payout).await?;
    find(tx, payout).await
}

async fn find(tx: &mut Tx, payout: PayoutId) -> Result<PayoutRow, PayoutError> {
    store::find(tx, payout).await?.ok_or(PayoutError::NotFound { payout })
}

/// Refuses a receipt that is not what went away. Answers whether it comes from the payee's account.
async fn check_receipt(
    tx: &mut Tx,
    row: &PayoutRow,
    document: BankDocumentId,
) -> Result<bool, PayoutError> {
    let Some(left_on) = row.carried_out_on else {
        return Err(PayoutError::NotCarriedOut { payout: row.id });
    };
    let receipt = bank::document_find(tx, document).await?;
    let receipt = receipt.ok_or(BankError::DocumentNotFound { document })?;
    if receipt.amount_kopecks != row.net || receipt.booked_on < left_on {
        return Err(PayoutError::ReturnUnfit { payout: row.id, document, net: row.net });
    }
    let payee: Requisites = from_json(&row.payee)?;
    Ok(receipt.party_account == payee.account)
}

/// Nothing but a word says that the money never left, or that a stranger's receipt is it: not the word of
/// who sent it.
async fn check_person(tx: &mut Tx, ctx: &Ctx, row: &PayoutRow) -> Result<(), PayoutError> {
    let run = run_find(tx, row.run).await?;
    if ctx.is_second_person(&[run.decided_by]) { Ok(()) } else { Err(PayoutError::SecondPerson) }
}

/// The transfer that takes one of a payout's back. `from` gives what was ordered to be paid.
fn correction(
    row: &PayoutRow,
    transfer: &DocumentTransfer,
    (from, day): (&Account, Day),
    reason: &str,
) -> Option<Posting> {
    let clearing = Account::PayoutClearing(row.owner, row.id);
    let (why, sides) = match (transfer.reason, transfer.credit) {
        (TransferReason::CodPaid, _) => {
            (TransferReason::CodPaid, (clearing, Account::OwnerPayable(row.owner)))
        }
        (TransferReason::SetOff, AccountKind::OwnerPayable) => {
            (TransferReason::Correction, (Account::OwnerPayable(row.owner), clearing))
        }
        (TransferReason::SetOff, _) => {
            (TransferReason::Correction, (Account::OwnerCharges(row.owner), clearing))
        }
        (TransferReason::PaymentOrdered, _) => {
            (TransferReason::PaymentReturned, (from.clone(), clearing))
        }
        _ => return None,
    };
    let posting = Posting::new(why, sides, transfer.amount, day)
        .with_document(row.id.uuid())
        .with_note(reason)
        .correcting(transfer.id);
    Some(posting)
}
