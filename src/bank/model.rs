//! Rows.

use serde_json::Value;

use crate::ids::{
    BankAccountId, BankDocumentId, BankStatementId, CodRegisterId, OwnerId, TransferId, UserId,
};
use crate::money::Account;
use crate::units::{Day, Kopecks, UtcMicros};
use crate::{record, text_enum};

text_enum! {
    /// Which way the money went.
    pub enum Direction {
        /// From others to us.
        In = "in",
        /// From us to others.
        Out = "out",
        /// From another account of ours: the side that it came in.
        OwnIn = "own_in",
        /// To another account of ours: the side that it went out.
        OwnOut = "own_out",
    }
}

impl Direction {
    pub const fn is_incoming(self) -> bool {
        matches!(self, Self::In | Self::OwnIn)
    }
}

text_enum! {
    /// Who said what a receipt is for.
    pub enum MatchHow {
        /// The rules.
        Rule = "rule",
        Person = "person",
    }
}

text_enum! {
    /// What a receipt, a payment to others, or a part of it, is for.
    pub enum MatchTarget {
        Register = "register",
        /// What a carrier acknowledged to owe beyond registers.
        CarrierClaims = "carrier_claims",
        /// What a carrier withheld or was paid too much; of a payment to it, what it is paid for its services.
        CarrierSettlement = "carrier_settlement",
        /// What a shop owes for services.
        OwnerCharges = "owner_charges",
        /// What a shop was paid too much.
        OwnerPayable = "owner_payable",
    }
}

impl MatchTarget {
    pub(super) const fn is_of_carrier(self) -> bool {
        matches!(self, Self::CarrierClaims | Self::CarrierSettlement)
    }

    pub(super) const fn is_of_owner(self) -> bool {
        matches!(self, Self::OwnerCharges | Self::OwnerPayable)
    }
}

record! {
    /// An account of the operator's at a bank.
    #[derive(Debug, Clone)]
    pub struct BankAccountRow {
        pub id: BankAccountId,
        pub number: String,
        pub bic: String,
        pub bank_name: String,
        pub corr_account: String,
        /// Whose it is, as payment orders call him.
        pub name: String,
        pub inn: String,
        pub kpp: Option<String>,
        pub active: bool,
        /// The first day of the earliest statement, and what was there before it.
        pub opened_on: Option<Day>,
        pub opened_kopecks: Kopecks,
        pub created_at: UtcMicros,
    }
}

record! {
    /// A statement of one account, as a file brought it.
    #[derive(Debug, Clone)]
    pub struct StatementRow {
        pub id: BankStatementId,
        pub account: BankAccountId,
        pub file_name: String,
        pub from_day: Option<Day>,
        pub to_day: Option<Day>,
        pub opening_kopecks: Option<Kopecks>,
        pub income_kopecks: Option<Kopecks>,
        pub outcome_kopecks: Option<Kopecks>,
        pub closing_kopecks: Option<Kopecks>,
        /// Of the account in the file, new ones or not.
        pub documents: i64,
        /// `Fault`s.
        pub warnings: Value,
        pub imported_by: Option<UserId>,
        pub imported_at: UtcMicros,
        /// None: its import broke off, and is to be repeated.
        pub finished_at: Option<UtcMicros>,
    }
}

record! {
    /// A document of a statement.
    #[derive(Debug, Clone)]
    pub struct BankDocumentRow {
        pub id: BankDocumentId,
        pub account: BankAccountId,
        /// The one that brought it first.
        pub statement: BankStatementId,
        pub direction: Direction,
        pub kind: String,
        pub number: String,
        pub day: Day,
        /// When it moved the account.
        pub booked_on: Day,
        pub amount_kopecks: Kopecks,
        /// What of it somebody said what it is for.
        pub matched_kopecks: Kopecks,
        pub party_account: String,
        pub party_inn: Option<String>,
        pub party_name: String,
        pub purpose: String,
        /// Pairs of key and value, in the order of the file.
        pub fields: Value,
        pub transfer: TransferId,
        /// It carries out a payment order of ours.
        pub is_ordered: bool,
    }
}

impl BankDocumentRow {
    /// What of it waits until somebody says what it is for: a receipt from others, or a payment to them that
    /// no order of ours explains.
    pub(super) fn open(&self) -> Kopecks {
        match self.direction {
            Direction::In | Direction::Out if !self.is_ordered => {
                Kopecks::new(self.amount_kopecks.get() - self.matched_kopecks.get())
            }
            _ => Kopecks::ZERO,
        }
    }

    /// Debit and credit of saying that it is for an account.
    pub(super) fn sides(&self, account: Account) -> (Account, Account) {
        let suspense = Account::BankSuspense(self.account);
        if self.direction.is_incoming() { (suspense, account) } else { (account, suspense) }
    }
}

record! {
    /// What a receipt was said to be for, or a payment to others.
    #[derive(Debug, Clone)]
    pub struct BankMatchRow {
        pub transfer: TransferId,
        pub document: BankDocumentId,
        pub to: MatchTarget,
        /// Of a register alone.
        pub register: Option<CodRegisterId>,
        /// The register's, or whose account it is.
        pub carrier: Option<String>,
        pub owner: Option<OwnerId>,
        pub amount_kopecks: Kopecks,
        pub how: MatchHow,
        pub matched_by: Option<UserId>,
        pub matched_at: UtcMicros,
        /// The transfer that took it back.
        pub undo: Option<TransferId>,
    }
}

impl BankMatchRow {
    /// The account that it credits, or debits for a payment to others; nothing when the party that the account needs is not named.
    pub(super) fn account(&self) -> Option<Account> {
        let carrier = || self.carrier.clone();
        match self.to {
            MatchTarget::Register => Some(Account::RegisterClearing(carrier()?, self.register?)),
            MatchTarget::CarrierClaims => carrier().map(Account::CarrierClaims),
            MatchTarget::CarrierSettlement => carrier().map(Account::CarrierSettlement),
            MatchTarget::OwnerCharges => self.owner.map(Account::OwnerCharges),
            MatchTarget::OwnerPayable => self.owner.map(Account::OwnerPayable),
        }
    }
}
