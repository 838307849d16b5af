//! Rows.

use serde_json::Value;

use super::rule::{LeftOut, Sums};
use crate::bank::payment_order::Requisites;
use crate::db::{DbError, from_json};
use crate::ids::{
    BankAccountId, BankDocumentId, OwnerId, PayoutId, PayoutRunId, TransferId, UserId,
};
use crate::units::{Day, Kopecks, UtcMicros};
use crate::{record, text_enum};

text_enum! {
    pub enum RunState {
        /// Proposed.
        Draft = "draft",
        /// Its payment orders are made.
        Approved = "approved",
        Rejected = "rejected",
    }
}

text_enum! {
    pub enum PayoutState {
        /// Proposed.
        Draft = "draft",
        /// The bank is told of it.
        Ordered = "ordered",
        /// A statement says that it left the account. Seen, not stored.
        Paid = "paid",
        /// It came back, or never left.
        Returned = "returned",
        /// Of a run that was rejected.
        Rejected = "rejected",
    }
}

record! {
    /// A run, with what it comes to.
    #[derive(Debug, Clone)]
    pub struct RunRow {
        pub id: PayoutRunId,
        pub account: BankAccountId,
        pub cut_off: Day,
        pub state: RunState,
        pub made_by: Option<UserId>,
        pub made_at: UtcMicros,
        pub decided_by: Option<UserId>,
        pub decided_at: Option<UtcMicros>,
        pub reason: Option<String>,
        /// `Requisites` of who pays.
        pub payer: Option<Value>,
        pub order_day: Option<Day>,
        pub payouts: i64,
        pub net: Kopecks,
    }
}

record! {
    /// What a shop is paid by a run.
    #[derive(Debug, Clone)]
    pub struct PayoutRow {
        pub id: PayoutId,
        pub run: PayoutRunId,
        pub account: BankAccountId,
        pub owner: OwnerId,
        pub state: PayoutState,
        pub parcels: i64,
        pub gross: Kopecks,
        pub debt: Kopecks,
        pub set_off: Kopecks,
        pub net: Kopecks,
        pub contract_number: String,
        pub contract_day: Day,
        /// `Requisites` of who is paid.
        pub payee: Value,
        pub purpose: String,
        pub order_number: Option<String>,
        pub order_day: Option<Day>,
        /// When it left the account, by the statement.
        pub carried_out_on: Option<Day>,
        pub returned_on: Option<Day>,
        pub return_reason: Option<String>,
        pub return_document: Option<BankDocumentId>,
    }
}

impl PayoutRow {
    /// As far as the bank says.
    pub fn seen_state(&self) -> PayoutState {
        match (self.state, self.carried_out_on) {
            (PayoutState::Ordered, Some(_)) => PayoutState::Paid,
            (state, _) => state,
        }
    }

    /// What was proposed.
    pub(super) fn proposal(&self) -> Result<Proposal, DbError> {
        Ok(Proposal {
            owner: self.owner,
            parcels: self.parcels,
            sums: Sums { gross: self.gross, debt: self.debt, set_off: self.set_off, net: self.net },
            contract_number: self.contract_number.clone(),
            contract_day: self.contract_day,
            payee: from_json(&self.payee)?,
            purpose: self.purpose.clone(),
        })
    }
}

/// What is proposed to be paid to a shop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Proposal {
    pub(super) owner: OwnerId,
    pub(super) parcels: i64,
    pub(super) sums: Sums,
    pub(super) contract_number: String,
    pub(super) contract_day: Day,
    pub(super) payee: Requisites,
    pub(super) purpose: String,
}

/// A payout that becomes an order to pay.
#[derive(Debug, Clone)]
pub(super) struct Ordered {
    pub(super) id: PayoutId,
    pub(super) proposal: Proposal,
    pub(super) number: String,
    /// Of its parcels' steps.
    pub(super) transfer: TransferId,
}

record! {
    /// A shop that a run leaves out.
    #[derive(Debug, Clone)]
    pub struct LeftOutRow {
        pub owner: OwnerId,
        pub reason: LeftOut,
        pub due: Kopecks,
        pub debt: Kopecks,
        pub charges: Kopecks,
    }
}

record! {
    /// Payouts to a shop are held back.
    #[derive(Debug, Clone)]
    pub struct HoldRow {
        pub owner: OwnerId,
        pub reason: String,
        pub held_by: Option<UserId>,
        pub held_at: UtcMicros,
    }
}
