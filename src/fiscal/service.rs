//! Keeping receipts with their parcels.

use std::collections::BTreeSet;

use super::FiscalError;
use super::store::{self, ReceiptRow};
use crate::carriers::model::{DRIVE_DIGITS, FiscalReceipt, NUMBER_MAX, ReceiptKind};
use crate::commands::Ctx;
use crate::db::{DbError, Tx};
use crate::fault::{InputError, InputFaults, reason_checked};
use crate::ids::{CarrierAccountId, OwnerId, ParcelId};
use crate::shipments::ShipmentError;
use crate::text_enum;
use crate::units::UtcMicros;

/// Clocks of cash registers go wrong by a little.
const AHEAD_SECONDS: i64 = 300;
const SUM_MAX: i64 = 100_000_000_000;

text_enum! {
    /// Who told of a receipt.
    pub enum ReceiptSource {
        /// The carrier's interface.
        Api = "api",
        /// A person.
        Hand = "hand",
    }
}

text_enum! {
    /// Why somebody should look at the receipts of a parcel.
    pub enum ReceiptTrouble {
        /// The buyer paid, and there is no receipt.
        Missing = "missing",
        /// Receipts and money differ.
        Differs = "differs",
    }
}

/// A receipt and the parcel it is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    pub parcel: ParcelId,
    pub owner: OwnerId,
    pub receipt: FiscalReceipt,
}

/// Why a receipt is annulled that a person entered otherwise than the carrier tells it.
const TOLD_OTHERWISE: &str = "перевозчик прислал этот чек с другими данными";

/// Keeps what a contract's carrier told; answers how many are new. What is of no parcel of the contract,
/// or is no receipt, is left out. What a person entered otherwise is annulled.
pub async fn keep(
    tx: &mut Tx,
    ctx: &Ctx,
    account: CarrierAccountId,
    told: &[FiscalReceipt],
) -> Result<u64, DbError> {
    let whole: Vec<&FiscalReceipt> =
        told.iter().filter(|receipt| check(receipt, ctx.now).is_ok()).collect();
    let tracks: Vec<&str> = whole.iter().map(|receipt| receipt.track.as_str()).collect();
    let parcels = store::by_track(tx, account, &tracks).await?;
    let rows: Vec<Receipt> = whole
        .iter()
        .filter_map(|receipt| {
            let (parcel, owner) = *parcels.get(&receipt.track)?;
            Some(Receipt { parcel, owner, receipt: (*receipt).clone() })
        })
        .collect();
    if rows.len() < told.len() {
        let left = told.len() - rows.len();
        tracing::warn!(%account, left, "receipts of no parcel, or that cannot be read");
    }
    annul_otherwise(tx, ctx, &rows).await?;
    store::receipts_insert(tx, ctx, &rows, ReceiptSource::Api).await
}

/// The carrier knows its receipts better than whoever typed one in.
async fn annul_otherwise(tx: &mut Tx, ctx: &Ctx, told: &[Receipt]) -> Result<(), DbError> {
    let drives: BTreeSet<&str> = told.iter().map(|one| one.receipt.drive.as_str()).collect();
    let entered = store::by_hand(tx, &drives).await?;
    let mut wrong: Vec<&ReceiptRow> = entered
        .iter()
        .filter(|row| {
            let is_same =
                |told: &FiscalReceipt| told.drive == row.drive && told.document == row.document;
            let mut same = told.iter().filter(|one| is_same(&one.receipt));
            same.any(|one| one.parcel != row.parcel || !row.says(&one.receipt))
        })
        .collect();
    // In one order, so that two of these do not wait for each other in a circle.
    wrong.sort_by_key(|row| row.parcel);
    for row in wrong {
        store::annul(tx, ctx, (&row.drive, row.document), TOLD_OTHERWISE).await?;
    }
    Ok(())
}

/// Keeps a receipt that a person entered. The same again changes nothing.
pub async fn keep_by_hand(
    tx: &mut Tx,
    ctx: &Ctx,
    parcel: ParcelId,
    receipt: &FiscalReceipt,
) -> Result<ReceiptRow, FiscalError> {
    check(receipt, ctx.now)?;
    let owner = store::owner_of(tx, parcel, None).await?.ok_or(ShipmentError::ParcelUnknown)?;
    let row = Receipt { parcel, owner, receipt: receipt.clone() };
    store::receipts_insert(tx, ctx, &[row], ReceiptSource::Hand).await?;
    let kept = store::receipt_find(tx, &receipt.drive, receipt.document).await?;
    let kept = kept.ok_or(DbError::NoRow)?;
    if kept.parcel != parcel || !kept.says(receipt) {
        return Err(FiscalError::Taken {
            drive: kept.drive,
            document: kept.document,
            parcel: kept.parcel,
        });
    }
    Ok(kept)
}

/// Annuls what a person entered by mistake: it counts no more, and its numbers are free for the receipt
/// that has them.
pub async fn annul(
    tx: &mut Tx,
    ctx: &Ctx,
    parcel: ParcelId,
    (drive, document): (&str, i64),
    reason: &str,
) -> Result<ReceiptRow, FiscalError> {
    let reason = reason_checked(reason)?;
    let drive = drive.trim();
    let kept = store::receipt_find(tx, drive, document).await?;
    let Some(kept) = kept.filter(|kept| kept.parcel == parcel) else {
        return Err(FiscalError::Unknown { drive: drive.to_owned(), document, parcel });
    };
    if kept.source == ReceiptSource::Api {
        return Err(FiscalError::OfCarrier { drive: kept.drive, document });
    }
    if !store::annul(tx, ctx, (drive, document), reason).await? {
        return Err(tx.conflict().into());
    }
    let (annulled_at, annul_reason) = (Some(ctx.now), Some(reason.to_owned()));
    Ok(ReceiptRow { annulled_at, annul_reason, ..kept })
}

fn check(receipt: &FiscalReceipt, now: UtcMicros) -> Result<(), InputError> {
    let mut faults = InputFaults::default();
    let digits = receipt.drive.bytes().filter(u8::is_ascii_digit).count();
    if digits != DRIVE_DIGITS || receipt.drive.len() != DRIVE_DIGITS {
        faults.note("fiscal_drive", "bad_format");
    }
    faults.range("document_number", receipt.document, 1..=NUMBER_MAX);
    faults.range("fiscal_sign", receipt.sign, 0..=NUMBER_MAX);
    if let Some(shift) = receipt.shift {
        faults.range("shift", shift, 1..=NUMBER_MAX);
    }
    faults.range("cash_kopecks", receipt.cash_kopecks.get(), 0..=SUM_MAX);
    faults.range("card_kopecks", receipt.card_kopecks.get(), 0..=SUM_MAX);
    let paid = receipt.cash_kopecks.get().saturating_add(receipt.card_kopecks.get());
    faults.range("total_kopecks", receipt.total_kopecks.get(), paid.max(1)..=SUM_MAX);
    if receipt.at > now.plus_seconds(AHEAD_SECONDS) {
        faults.note("issued_at", "too_large");
    }
    faults.finish()
}

/// What a buyer's camera reads on the receipt, and anybody can check at the tax service.
pub(super) fn qr(row: &ReceiptRow) -> String {
    let at = row.at.moscow_format("%Y%m%dT%H%M");
    let (roubles, rest) = (row.total.get() / 100, row.total.get() % 100);
    let kind = match row.kind {
        ReceiptKind::Sale => 1,
        ReceiptKind::Refund => 2,
    };
    let ReceiptRow { drive, document, sign, .. } = row;
    format!("t={at}&s={roubles}.{rest:02}&fn={drive}&i={document}&fp={sign}&n={kind}")
}
