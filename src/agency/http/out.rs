//! Terms and reports as they are answered.

use serde::{Deserialize, Serialize};

use crate::agency::model::{LineKind, Report, ReportLine, ReportState, SettlementRow};
use crate::agency::{AgencyTerms, AgencyTermsIn};
use crate::ids::{AgentReportId, OwnerId, ParcelId, TransferId, UserId};
use crate::invoices::http::CarrierChargeOut;
use crate::money::TransferReason;
use crate::taxes::VatRate;
use crate::units::{Day, Kopecks, UtcMicros};

/// Terms that hold from a day until later ones begin.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub(super) struct AgencyTermsOut {
    owner_id: OwnerId,
    terms: AgencyTermsIn,
    written_at: UtcMicros,
}

impl From<AgencyTerms> for AgencyTermsOut {
    fn from(row: AgencyTerms) -> Self {
        Self { owner_id: row.owner, terms: row.terms, written_at: row.written_at }
    }
}

/// An agent's report (отчёт агента).
///
/// What is due at the end is `opening_payable + received + advanced - refunded - paid`; what the shop
/// owes for services is `opening_charges + fee + carrier - settled`.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub(super) struct AgentReportOut {
    pub(super) id: AgentReportId,
    owner_id: OwnerId,
    /// Given when it is accepted.
    number: Option<String>,
    from: Day,
    to: Day,
    state: ReportState,
    /// Which terms hold on the last day.
    terms_from: Day,
    line_count: i64,
    /// The end of the report before it.
    opening_payable_kopecks: Kopecks,
    opening_charges_kopecks: Kopecks,
    received_kopecks: Kopecks,
    /// Of the contract, before the bank had it.
    advanced_kopecks: Kopecks,
    /// Given back to buyers.
    refunded_kopecks: Kopecks,
    fee_kopecks: Kopecks,
    /// The operator's on the last day.
    fee_vat_rate: VatRate,
    /// Inside the fee.
    fee_vat_kopecks: Kopecks,
    /// What carriers charged, without anything added.
    carrier_kopecks: Kopecks,
    /// What payouts and corrections took from the payable and from the charges.
    paid_kopecks: Kopecks,
    settled_kopecks: Kopecks,
    closing_payable_kopecks: Kopecks,
    closing_charges_kopecks: Kopecks,
    /// What the contract lets be taken from the payable for the charges.
    set_off_kopecks: Kopecks,
    to_pay_kopecks: Kopecks,
    /// What the shop has to give back.
    debt_kopecks: Kopecks,
    /// What the shop has to pay for services besides.
    charges_due_kopecks: Kopecks,
    created_by: Option<UserId>,
    created_at: UtcMicros,
    /// Who drew it up last.
    made_by: Option<UserId>,
    made_at: UtcMicros,
    decided_by: Option<UserId>,
    decided_at: Option<UtcMicros>,
    /// Why it was rejected.
    reason: Option<String>,
}

impl From<Report> for AgentReportOut {
    fn from(report: Report) -> Self {
        Self {
            id: report.id,
            owner_id: report.owner,
            from: report.from,
            to: report.to,
            state: report.state,
            terms_from: report.terms_from,
            line_count: report.line_count,
            opening_payable_kopecks: report.opening_payable,
            opening_charges_kopecks: report.opening_charges,
            received_kopecks: report.received,
            advanced_kopecks: report.advanced,
            refunded_kopecks: report.refunded,
            fee_kopecks: report.fee,
            fee_vat_rate: report.fee_vat_rate,
            fee_vat_kopecks: report.fee_vat,
            carrier_kopecks: report.carrier,
            paid_kopecks: report.paid,
            settled_kopecks: report.settled,
            closing_payable_kopecks: report.closing_payable(),
            closing_charges_kopecks: report.closing_charges(),
            set_off_kopecks: report.set_off,
            to_pay_kopecks: report.to_pay(),
            debt_kopecks: report.debt(),
            charges_due_kopecks: report.charges_due(),
            created_by: report.created_by,
            created_at: report.created_at,
            made_by: report.made_by,
            made_at: report.made_at,
            decided_by: report.decided_by,
            decided_at: report.decided_at,
            number: report.number,
            reason: report.reason,
        }
    }
}

/// A report with its invoices and payments.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct AgentReportDetailOut {
    #[serde(flatten)]
    pub(super) report: AgentReportOut,
    pub(super) carrier_charges: Vec<CarrierChargeOut>,
    pub(super) settlements: Vec<SettlementOut>,
}

/// A payment, a set-off or a correction over the shop's accounts.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct SettlementOut {
    transfer_id: TransferId,
    day: Day,
    reason: TransferReason,
    /// What it took from the payable, and from the charges.
    payable_kopecks: Kopecks,
    charges_kopecks: Kopecks,
}

impl From<SettlementRow> for SettlementOut {
    fn from(row: SettlementRow) -> Self {
        Self {
            transfer_id: row.transfer,
            day: row.day,
            reason: row.reason,
            payable_kopecks: row.payable,
            charges_kopecks: row.charges,
        }
    }
}

/// The money of one parcel in a report.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub(super) struct AgentReportLineOut {
    pub(super) line: i64,
    kind: LineKind,
    parcel_id: ParcelId,
    number: String,
    order_number: String,
    carrier: String,
    day: Day,
    /// Negative: given back to the buyer.
    amount_kopecks: Kopecks,
    fee_kopecks: Kopecks,
}

impl From<ReportLine> for AgentReportLineOut {
    fn from(line: ReportLine) -> Self {
        Self {
            line: line.line,
            kind: line.kind,
            parcel_id: line.parcel,
            number: line.number,
            order_number: line.order_number,
            carrier: line.carrier,
            day: line.day,
            amount_kopecks: line.amount,
            fee_kopecks: line.fee,
        }
    }
}
