//! The money ledger: double entry in kopecks.
//!
//! **Invariant:** a transfer takes from one account what it gives to another, so the sum of all
//! balances is zero. Balances and the turnovers of days are moved by the ledger's own trigger.
//! **Invariant:** transfers are never changed. A correction is a new one that names the one it corrects.
//! **Invariant:** nothing is posted on a day of a closed period. Periods close in their order and for
//! ever; whoever posts holds the book, so that none closes over a posting under way.
//! **Invariant:** accounts have the parties that their kind needs ([`Account`]); a shop's accounts
//! carry its owner.

mod account;
mod books;
pub mod http;
pub mod integrity;
mod ledger;
mod store;

pub use self::account::{Account, AccountKind};
pub use self::ledger::{Posting, first_open_day, open_day, post};
pub use self::store::{
    DocumentTransfer, balance, balances, debits_after, of_document, owners_in_debit,
};
use crate::commands::CommandError;
use crate::fault::InputError;
use crate::faults;
use crate::ids::{MoneyAccountId, TransferId};
use crate::text_enum;
use crate::units::{Day, Kopecks};

pub const QUERIES: &[&[&str]] = &[store::QUERIES];

faults! {
    /// Why money is not moved.
    pub enum MoneyError {
        AmountNotPositive { amount: Kopecks } => "money_amount_not_positive", Invalid, "{amount} kopecks cannot be transferred";
        AccountNotFound { account: MoneyAccountId } => "money_account_not_found", NotFound, "there is no account {account}";
        TransferNotFound { transfer: TransferId } => "money_transfer_not_found", NotFound, "there is no transfer {transfer}";
        SpanReversed { from: Day, to: Day } => "money_span_reversed", Invalid, "{from} is after {to}";
        SumTooBig => "money_sum_too_big", Invalid, "the sum does not fit";
        /// Today goes on.
        PeriodNotOver { day: Day } => "money_period_not_over", Conflict, "the day {day} is not over";
        PeriodClosed { day: Day } => "money_period_closed", Conflict, "the period with the day {day} is closed";
    }
    wraps { Input(InputError), Command(CommandError) }
}

text_enum! {
    /// Why money moved.
    pub enum TransferReason {
        CodExpected = "cod_expected",
        CodReleased = "cod_released",
        CodCollected = "cod_collected",
        CodRegistered = "cod_registered",
        CodReceived = "cod_received",
        CodAdvanced = "cod_advanced",
        CodAdvanceCleared = "cod_advance_cleared",
        CodReported = "cod_reported",
        CodPaid = "cod_paid",
        CodRefunded = "cod_refunded",
        /// Kept by the carrier from what it owed.
        Withheld = "withheld",
        BankIn = "bank_in",
        BankOut = "bank_out",
        /// A receipt was said to be for something.
        BankMatched = "bank_matched",
        /// A carrier's invoice.
        CarrierCharged = "carrier_charged",
        /// The same to the owner.
        PassedOn = "passed_on",
        AgentFee = "agent_fee",
        /// An owner's debt taken from what is due to it (зачёт).
        SetOff = "set_off",
        PaymentOrdered = "payment_ordered",
        PaymentReturned = "payment_returned",
        Claimed = "claimed",
        WrittenOff = "written_off",
        Correction = "correction",
    }
}
