//! Receipts that carriers' cash registers gave to buyers (чеки).

use serde::{Deserialize, Serialize};

use crate::text_enum;
use crate::units::{Kopecks, UtcMicros};

text_enum! {
    /// What a receipt is about (признак расчёта, tag 1054).
    pub enum ReceiptKind {
        /// Приход.
        Sale = "sale",
        /// Возврат прихода.
        Refund = "refund",
    }
}

/// A receipt as far as it is a document: nothing of the buyer.
///
/// The three numbers by which anybody finds it at the tax service are those of the fiscal drive, of the
/// document on it and its sign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FiscalReceipt {
    /// The carrier's number of the shipment.
    pub track: String,
    /// ФН, tag 1041: sixteen digits.
    pub drive: String,
    /// ФД, tag 1040: counted on the drive.
    pub document: i64,
    /// ФПД, tag 1077.
    pub sign: i64,
    pub kind: ReceiptKind,
    pub at: UtcMicros,
    /// Tag 1038.
    pub shift: Option<i64>,
    /// Tag 1031.
    pub cash_kopecks: Kopecks,
    /// Tag 1081.
    pub card_kopecks: Kopecks,
    /// Tag 1020. More than cash and card where a part was paid in another way.
    pub total_kopecks: Kopecks,
}

/// Digits of the number of a fiscal drive.
pub const DRIVE_DIGITS: usize = 16;
/// Documents and signs are numbers of four bytes.
pub const NUMBER_MAX: i64 = 4_294_967_295;
