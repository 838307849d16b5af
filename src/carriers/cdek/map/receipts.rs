//! Receipts of the carrier's cash registers.

use super::times;
use crate::carriers::cdek::wire::{Check, CheckPayment};
use crate::carriers::model::{FiscalReceipt, ReceiptKind};
use crate::units::Kopecks;

/// A receipt; nothing when it lacks what makes it one.
pub(in super::super) fn receipt(check: &Check) -> Option<FiscalReceipt> {
    let kind = match check.kind.0.as_str() {
        "CASH_RECEIPT_IN" => ReceiptKind::Sale,
        "CASH_RECEIPT_REFUND" => ReceiptKind::Refund,
        _ => return None,
    };
    let total_kopecks = sum(&check.payment_info, |_| true)?;
    Some(FiscalReceipt {
        track: check.cdek_number.0.clone(),
        drive: check.fiscal_storage_number.0.clone(),
        document: check.document_number.0.parse().ok()?,
        sign: check.fiscal_sign.0.parse().ok()?,
        kind,
        at: times::instant(&check.date.0)?,
        shift: check.shift_no.0.parse().ok(),
        cash_kopecks: sum(&check.payment_info, |kind| kind == "CASH")?,
        card_kopecks: sum(&check.payment_info, |kind| kind == "CARD")?,
        total_kopecks,
    })
}

fn sum(payments: &[CheckPayment], is_meant: impl Fn(&str) -> bool) -> Option<Kopecks> {
    let meant = payments.iter().filter(|one| is_meant(&one.kind.0));
    meant
        .map(|one| one.sum)
        .try_fold(Kopecks::ZERO, |all, one| all.checked_add(one?.kopecks()).ok())
}
