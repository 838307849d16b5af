//! What a register is made of.

use serde::{Deserialize, Serialize};

pub use crate::carriers::model::PayMethod;
use crate::ids::{BankDocumentId, CodRegisterId, FindingId, ParcelId, UserId};
use crate::units::{Day, Kopecks, UtcMicros};
use crate::{record, text_enum};

text_enum! {
    pub enum RegisterState {
        /// Its lines are being written: nobody sees it.
        Loading = "loading",
        /// Whole, and nothing is posted.
        Draft = "draft",
        Accepted = "accepted",
        Rejected = "rejected",
    }
}

text_enum! {
    /// Where a register came from.
    pub enum RegisterSource {
        File = "file",
        Api = "api",
    }
}

text_enum! {
    #[schema(as = CodRegisterLineKind)]
    pub enum LineKind {
        /// Taken from the buyer.
        Collected = "collected",
        /// Given back to the buyer.
        Refund = "refund",
        /// A service of the carrier that belongs to no parcel.
        Service = "service",
    }
}

impl LineKind {
    pub(super) const fn of(collected: Kopecks) -> Self {
        if collected.get() < 0 { Self::Refund } else { Self::Collected }
    }
}

text_enum! {
    /// For which payments a carrier's terms are.
    pub enum TermsMethod {
        Any = "any",
        Cash = "cash",
        Card = "card",
    }
}

text_enum! {
    /// By what the parcel of a line was found.
    pub enum MatchedBy {
        /// The carrier's number.
        Track = "track",
        /// Ours.
        Number = "number",
        /// The shop's, which no other shop's parcel with this carrier has.
        OrderNumber = "order_number",
        /// Without the zeros that a spreadsheet cut off.
        BareTrack = "bare_track",
        BareOrderNumber = "bare_order_number",
        /// Somebody said so.
        Person = "person",
    }
}

text_enum! {
    /// What does not agree.
    pub enum FindingKind {
        AmountDiffers = "amount_differs",
        ParcelUnknown = "parcel_unknown",
        DuplicateLine = "duplicate_line",
        PaidTwice = "paid_twice",
        ReturnedButPaid = "returned_but_paid",
        RefundAfterPayment = "refund_after_payment",
        PartialDelivery = "partial_delivery",
        FeeDiffers = "fee_differs",
        /// What is transferred is not what was collected less what was kept.
        LineDiffers = "line_differs",
        TotalDiffers = "total_differs",
        MethodDiffers = "method_differs",
        PrepaidCollected = "prepaid_collected",
        /// The parcel went with another carrier.
        OtherCarrier = "other_carrier",
        DayOutOfPeriod = "day_out_of_period",
        /// The order number is one of several shops or parcels.
        OrderNumberShared = "order_number_shared",
        /// Found only without its leading zeros.
        ZerosLost = "zeros_lost",
        RowUnreadable = "row_unreadable",
        /// A buyer paid, and no register of the carrier lists it in its usual time.
        AbsentFromRegisters = "absent_from_registers",
        /// The money of an accepted register has not come in the carrier's usual time.
        RegisterUnpaid = "register_unpaid",
        /// A receipt of a carrier's, or one that speaks of cash on delivery, for which there is no
        /// register.
        PaymentWithoutRegister = "payment_without_register",
        /// The receipt names a register with another sum.
        PaymentDiffers = "payment_differs",
        /// Somebody else pays for the carrier.
        PayerUnexpected = "payer_unexpected",
        /// Several registers, or several receipts, fit equally well.
        PaymentAmbiguous = "payment_ambiguous",
        /// What is kept for the delivery is not what the carrier offered.
        DeliveryDiffers = "delivery_differs",
        /// The VAT is not inside the fee and the delivery by the rate of the day.
        VatDiffers = "vat_differs",
        /// Another contract or legal entity than ours with the carrier.
        OtherContract = "other_contract",
        /// Sums that are no roubles: nothing is posted for them.
        CurrencyForeign = "currency_foreign",
        /// Most of the register is about parcels of another carrier, or its heading names one.
        OtherCarrierFile = "other_carrier_file",
        /// The workbook has more sheets than the one that is read.
        SheetUnread = "sheet_unread",
        /// The carrier tells a register that is there with other lines.
        RegisterChanged = "register_changed",
    }
}

impl FindingKind {
    /// Whether it is about where the money is, and not about the lines of a draft.
    pub const fn is_of_reconciliation(self) -> bool {
        matches!(
            self,
            Self::AbsentFromRegisters
                | Self::RegisterUnpaid
                | Self::PaymentWithoutRegister
                | Self::PaymentDiffers
                | Self::PayerUnexpected
                | Self::PaymentAmbiguous
        )
    }
}

text_enum! {
    /// How much a finding matters.
    pub enum Severity {
        Notice = "notice",
        Warning = "warning",
        /// Nothing is accepted before a person resolved it.
        Blocking = "blocking",
    }
}

text_enum! {
    pub enum FindingState {
        Open = "open",
        Resolved = "resolved",
    }
}

text_enum! {
    /// What a person decides about a finding.
    #[schema(as = FindingResolution)]
    pub enum Resolution {
        /// The register is right: what was expected follows it.
        AcceptAmount = "accept_amount",
        /// What the register says is posted, and the rest stays a debt of the carrier.
        ClaimFromCarrier = "claim_from_carrier",
        /// Nothing is posted for this line.
        IgnoreLine = "ignore_line",
        /// Seen; nothing else is posted because of it.
        Acknowledge = "acknowledge",
        /// A person said by hand what the receipt is for.
        MatchByHand = "match_by_hand",
        /// Its register was rejected; nobody decides this by itself.
        RegisterRejected = "register_rejected",
        /// It is so no more; nobody decides this by itself.
        ClearedUp = "cleared_up",
    }
}

/// A line of a register, as it was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// Of its sheet, or of the carrier's list.
    pub(super) row: i64,
    pub(super) kind: LineKind,
    /// The carrier's number.
    pub(super) track: String,
    /// Ours.
    pub(super) number: String,
    /// The shop's, or ours where the carrier shows that.
    pub(super) order_number: String,
    pub(super) day: Option<Day>,
    /// Negative: given back.
    pub(super) collected: Kopecks,
    pub(super) fee: Option<Kopecks>,
    pub(super) delivery: Option<Kopecks>,
    pub(super) transferred: Option<Kopecks>,
    /// Inside the fee and the delivery.
    pub(super) vat: Option<Kopecks>,
    /// Empty: roubles.
    pub(super) currency: String,
    /// The contract, the legal entity or the taxpayer; empty where the line names none.
    pub(super) contract: String,
    pub(super) method: Option<PayMethod>,
}

record! {
    /// What the contract with a carrier lets it keep of a payment.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
    pub struct FeeTerms {
        pub carrier: String,
        pub method: TermsMethod,
        pub valid_from: Day,
        /// Hundredths of a per cent: 250 is 2.5 %.
        pub rate_bp: i64,
        /// Per parcel.
        pub minimum_kopecks: Kopecks,
    }
}

record! {
    /// A register of collected money (реестр наложенных платежей).
    #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
    pub struct RegisterOut {
        pub id: CodRegisterId,
        pub carrier: String,
        /// The carrier's; empty where it has none.
        pub number: String,
        pub day: Day,
        /// Of the payment order (платёжное поручение).
        pub payment_order: String,
        pub source: RegisterSource,
        pub file: String,
        pub sheet: String,
        pub state: RegisterState,
        pub lines: i64,
        /// Rows that could not be read; each is a finding.
        pub wrong_rows: i64,
        /// Taken from buyers less what was given back.
        pub collected_kopecks: Kopecks,
        pub fee_kopecks: Kopecks,
        pub delivery_kopecks: Kopecks,
        pub transferred_kopecks: Kopecks,
        /// What is still to come of an accepted one; the carrier is to take it from another one when it
        /// is less than zero.
        pub open_kopecks: Kopecks,
        /// When the last of it came.
        pub settled_on: Option<Day>,
        /// As what a person booked the rest that did not come: `set_off`, `claim` or `write_off`.
        pub difference_to: Option<String>,
        pub difference_kopecks: Option<Kopecks>,
        /// What its row of totals says.
        pub collected_stated_kopecks: Option<Kopecks>,
        pub transferred_stated_kopecks: Option<Kopecks>,
        pub created_by: Option<UserId>,
        pub created_at: UtcMicros,
        pub decided_by: Option<UserId>,
        pub decided_at: Option<UtcMicros>,
        /// Why it was rejected.
        pub reason: Option<String>,
    }
}

record! {
    /// A line of a register.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
    pub struct RegisterLineOut {
        /// The row of its sheet.
        pub line: i64,
        pub kind: LineKind,
        pub track: String,
        pub number: String,
        pub order_number: String,
        pub day: Option<Day>,
        pub collected_kopecks: Kopecks,
        pub fee_kopecks: Option<Kopecks>,
        pub delivery_kopecks: Option<Kopecks>,
        pub transferred_kopecks: Option<Kopecks>,
        /// Inside the fee and the delivery.
        pub vat_kopecks: Option<Kopecks>,
        /// Empty: roubles.
        pub currency: String,
        /// The contract or the taxpayer (ИНН) that the line names.
        pub contract: String,
        pub method: Option<PayMethod>,
        pub parcel_id: Option<ParcelId>,
        pub matched_by: Option<MatchedBy>,
        /// Why a person gave it this parcel.
        pub matched_reason: Option<String>,
        /// Nothing is posted for it.
        pub ignored: bool,
    }
}

record! {
    /// A contract with a carrier, as its registers name it: by the number, by the taxpayer, or both.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
    #[serde(deny_unknown_fields)]
    pub struct CodContract {
        pub carrier: String,
        /// Empty: any.
        #[serde(default)]
        pub number: String,
        /// Ours (ИНН); empty: that of the sender of the carrier's accounts.
        #[serde(default)]
        pub inn: String,
    }
}

record! {
    /// What does not agree, and where.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
    pub struct FindingRow {
        pub id: FindingId,
        pub kind: FindingKind,
        pub severity: Severity,
        pub register_id: Option<CodRegisterId>,
        pub line: i64,
        pub parcel_id: Option<ParcelId>,
        /// Of a bank's statement.
        pub document_id: Option<BankDocumentId>,
        pub amount_kopecks: Option<Kopecks>,
        pub args: serde_json::Value,
        pub proposed: Resolution,
        pub state: FindingState,
        pub resolution: Option<Resolution>,
        pub reason: Option<String>,
        pub resolved_by: Option<UserId>,
        pub resolved_at: Option<UtcMicros>,
        pub created_at: UtcMicros,
        /// Of the register.
        pub number: Option<String>,
        pub file: Option<String>,
        pub sheet: Option<String>,
    }
}

/// What does not agree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct FindingOut {
    pub id: FindingId,
    pub kind: FindingKind,
    pub severity: Severity,
    /// File, sheet and row, what does not agree, and what to do, in the caller's language.
    pub text: String,
    pub register_id: Option<CodRegisterId>,
    /// The row of the register; 0: the whole of it.
    pub line: i64,
    pub parcel_id: Option<ParcelId>,
    /// Of a bank's statement.
    pub document_id: Option<BankDocumentId>,
    /// By how much it differs, or what is at stake.
    pub amount_kopecks: Option<Kopecks>,
    pub args: serde_json::Value,
    /// What is usually done.
    pub proposed: Resolution,
    /// What a person may decide.
    pub allowed: Vec<Resolution>,
    pub state: FindingState,
    pub resolution: Option<Resolution>,
    pub reason: Option<String>,
    pub resolved_by: Option<UserId>,
    pub resolved_at: Option<UtcMicros>,
    pub created_at: UtcMicros,
}
