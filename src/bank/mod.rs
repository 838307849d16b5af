//! The operator's accounts at banks: statements in, receipts matched to carriers' registers, payment
//! orders out.
//!
//! A statement is a file of the exchange format of 1С ([`format`]); each of its documents is a row and a
//! transfer of the money ledger, and waits on [`Account::BankSuspense`](crate::money::Account) until
//! somebody says what it is for: a carrier's register, what a carrier or a shop owed beyond it, or a carrier's
//! services that were paid.
//! [`matching`] proposes registers, by rules without a database; the rest is said by people.
//!
//! **Invariant:** a document is taken once, however often, in whatever order, encoding or overlapping
//! period statements bring it. Documents that are equal in everything are counted, not lost.
//! **Invariant:** nothing but documents of statements and the balance that an account was opened with
//! moves [`Account::Bank`](crate::money::Account), so it is what the bank says.
//! **Invariant:** of two equally good candidates none is chosen.
//! **Invariant:** a shop sees nothing of it.
//!
//! Deliberately absent: a connection to a bank. Files are taken from the bank's client and given to it.

mod accounts;
mod assignment;
pub mod board;
mod books;
pub mod format;
pub mod http;
pub mod import;
pub mod integrity;
pub mod matching;
mod model;
pub mod payment_order;
mod purpose;
pub mod requisites;
mod service;
pub mod statement;
mod store;
#[cfg(test)]
mod tests;

pub use self::accounts::{BankAccountIn, account_create, account_update};
pub use self::assignment::{Assignment, assign, assign_undo};
pub use self::model::{
    BankAccountRow, BankDocumentRow, BankMatchRow, Direction, MatchHow, MatchTarget, StatementRow,
};
pub use self::service::{
    Matching, OrderedPayment, Undone, match_document, match_undo, order_note, order_withdraw,
    orders_note, receipt_take, set_aside,
};
pub use self::store::{
    account_find, account_list, document_find, document_list, document_open_list,
    document_unexplained_list, match_list, to_match, undone,
};
use crate::catalog::CatalogError;
use crate::commands::CommandError;
use crate::fault::InputError;
use crate::faults;
use crate::ids::{BankAccountId, BankDocumentId, CodRegisterId, TransferId};
use crate::imports::ImportError;
use crate::money::MoneyError;
use crate::units::Kopecks;

pub const QUERIES: &[&[&str]] = &[store::QUERIES];

faults! {
    /// Why something is not done with an account, a statement or a document.
    pub enum BankError {
        FileNotExchange { file: String } => "bank_file_not_exchange", Invalid, "the file {file} is not 1CClientBankExchange";
        /// The file is of accounts that nobody described.
        AccountUnknown { file: String, account: String } => "bank_account_unknown", Invalid, "the account {account} of the file {file} is not one of ours";
        AccountNotFound { account: BankAccountId } => "bank_account_not_found", NotFound, "there is no account {account}";
        AccountTaken { number: String } => "bank_account_taken", Conflict, "the account {number} is described already";
        DocumentNotFound { document: BankDocumentId } => "bank_document_not_found", NotFound, "there is no document {document}";
        /// Only what comes in from others pays a register; of what goes out only a payment to a carrier is
        /// explained by hand.
        NotIncoming { document: BankDocumentId } => "bank_document_not_incoming", Conflict, "the document {document} is no receipt from others, and no payment to a carrier";
        /// More than is left of the receipt.
        MatchTooBig { amount: Kopecks, open: Kopecks } => "bank_match_too_big", Conflict, "{amount} of {open} open kopecks cannot be matched";
        MatchNotFound { document: BankDocumentId, register: CodRegisterId } => "bank_match_not_found", NotFound, "the document {document} is not matched to {register}";
        /// Matches to registers are taken back by the register.
        AssignmentNotFound { document: BankDocumentId, transfer: TransferId } => "bank_assignment_not_found", NotFound, "the document {document} is not assigned by {transfer}";
        AssignmentUndone { transfer: TransferId } => "bank_assignment_undone", Conflict, "the assignment {transfer} is taken back already";
        OrderTaken { number: String } => "bank_order_taken", Conflict, "the payment order {number} of this day is there already";
        SumTooBig => "bank_sum_too_big", Invalid, "the sum does not fit";
    }
    wraps {
        Input(InputError),
        Import(ImportError),
        Catalog(CatalogError),
        Money(MoneyError),
        Command(CommandError),
    }
}
