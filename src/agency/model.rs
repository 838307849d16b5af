//! What a report consists of.

use crate::ids::{AgentReportId, OwnerId, ParcelId, TransferId, UserId};
use crate::money::TransferReason;
use crate::record;
use crate::taxes::VatRate;
use crate::text_enum;
use crate::units::{Day, Kopecks, UtcMicros};

use super::AgencyError;

text_enum! {
    /// How far a report has come.
    pub enum ReportState {
        Draft = "draft",
        Accepted = "accepted",
        /// Given up; it has no lines any more.
        Rejected = "rejected",
    }
}

text_enum! {
    /// What happened to the money of a parcel.
    #[schema(as = AgentReportLineKind)]
    pub enum LineKind {
        /// It came in.
        Received = "received",
        /// It is promised by the contract before it came in.
        Advanced = "advanced",
        /// The carrier took it back: the buyer has it again.
        Refunded = "refunded",
    }
}

record! {
    /// A report. What is owed to the shop is positive in its payable, what the shop owes is positive in
    /// its charges.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Report {
        pub id: AgentReportId,
        pub owner: OwnerId,
        /// None before it is accepted.
        pub number: Option<String>,
        pub from: Day,
        pub to: Day,
        pub state: ReportState,
        /// Of the contract that holds on the last day.
        pub terms_from: Day,
        pub line_count: i64,
        /// The end of the report before it.
        pub opening_payable: Kopecks,
        pub opening_charges: Kopecks,
        pub received: Kopecks,
        pub advanced: Kopecks,
        pub refunded: Kopecks,
        pub fee: Kopecks,
        /// Of the operator on the last day.
        pub fee_vat_rate: VatRate,
        /// Inside the fee.
        pub fee_vat: Kopecks,
        /// What carriers charged.
        pub carrier: Kopecks,
        /// What payments and corrections took from the payable and from the charges.
        pub paid: Kopecks,
        pub settled: Kopecks,
        /// To be taken from the payable for the charges.
        pub set_off: Kopecks,
        pub created_by: Option<UserId>,
        pub created_at: UtcMicros,
        /// Who drew it up last.
        pub made_by: Option<UserId>,
        pub made_at: UtcMicros,
        pub decided_by: Option<UserId>,
        pub decided_at: Option<UtcMicros>,
        /// Why it was rejected.
        pub reason: Option<String>,
    }
}

record! {
    /// The money of one parcel.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct ReportLine {
        pub line: i64,
        pub kind: LineKind,
        pub parcel: ParcelId,
        /// Of the parcel.
        pub number: String,
        /// The shop's.
        pub order_number: String,
        pub carrier: String,
        pub day: Day,
        /// Negative: given back to the buyer.
        pub amount: Kopecks,
        pub fee: Kopecks,
    }
}

record! {
    /// A payment, a set-off or a correction over the shop's accounts.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct SettlementRow {
        pub transfer: TransferId,
        pub day: Day,
        pub reason: TransferReason,
        /// What it took from the payable, and from the charges.
        pub payable: Kopecks,
        pub charges: Kopecks,
    }
}

record! {
    /// Lines of one day and carrier together.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub(super) struct DayRow {
        pub(super) day: Day,
        pub(super) carrier: String,
        pub(super) kind: LineKind,
        pub(super) count: i64,
        pub(super) amount: Kopecks,
        pub(super) fee: Kopecks,
    }
}

/// Adds signed kopecks.
pub(super) fn sum(parts: &[i64]) -> Result<i64, AgencyError> {
    parts.iter().try_fold(0_i64, |sum, part| sum.checked_add(*part)).ok_or(AgencyError::SumTooBig)
}

impl Report {
    /// What buyers paid that the report hands on.
    pub fn collected(&self) -> Kopecks {
        Kopecks::new(self.received.get().saturating_add(self.advanced.get()))
    }

    /// What is owed to the shop at the end; negative: its debt.
    pub fn closing_payable(&self) -> Kopecks {
        let come = self.opening_payable.get().saturating_add(self.collected().get());
        let gone = self.refunded.get().saturating_add(self.paid.get());
        Kopecks::new(come.saturating_sub(gone))
    }

    /// What the shop owes for services at the end, before anything is set off.
    pub fn closing_charges(&self) -> Kopecks {
        let come = self.opening_charges.get().saturating_add(self.fee.get());
        let come = come.saturating_add(self.carrier.get());
        Kopecks::new(come.saturating_sub(self.settled.get()))
    }

    /// To be paid to the shop.
    pub fn to_pay(&self) -> Kopecks {
        Kopecks::new(self.closing_payable().get().saturating_sub(self.set_off.get()).max(0))
    }

    /// What the shop has to give back.
    pub fn debt(&self) -> Kopecks {
        Kopecks::new(self.closing_payable().get().saturating_neg().max(0))
    }

    /// What the shop has to pay for services apart from the set-off.
    pub fn charges_due(&self) -> Kopecks {
        Kopecks::new(self.closing_charges().get().saturating_sub(self.set_off.get()))
    }

    /// How much of the charges the payable bears, where the contract lets it be set off.
    pub(super) fn set_off_possible(&self) -> Kopecks {
        Kopecks::new(self.closing_payable().get().min(self.closing_charges().get()).max(0))
    }
}
