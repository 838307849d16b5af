//! Payouts to shops: what was collected for them, less what they owe, by payment orders.
//!
//! A run proposes one payout for each shop that something is due to, and says why it leaves the others
//! out. A second person approves it: then the parcels are paid, debts and charges are taken off, and the
//! payment orders are made, all in one transaction. The bank's statement says when one was carried out.
//!
//! **Invariant:** who approves a run did not make it, nor write down where its money goes, and it is
//! approved as it was made and as he saw it: if anything has changed since, it is made anew.
//! **Invariant:** unless the payee's account sends all of it back, who approved a payout does not take it
//! back.
//! **Invariant:** nothing but the steps of parcels makes a payout's sum. What a parcel's chain does not let
//! be paid is not paid.
//! **Invariant:** the clearing account of each payout is zero, also after the money came back.
//! **Invariant:** what is due to a shop is in at most one open run.
//! **Invariant:** a shop sees its own payouts once they are ordered, and nothing of runs.

pub mod http;
pub mod integrity;
mod model;
mod pay_back;
mod position;
mod rule;
mod service;
mod store;

pub use self::model::{HoldRow, LeftOutRow, PayoutRow, PayoutState, RunRow, RunState};
pub use self::pay_back::{Return, pay_back};
pub use self::position::{Position, hold, position, release};
pub use self::rule::{LeftOut, Sums};
pub use self::service::{run_approve, run_create, run_orders, run_refresh, run_reject};
use crate::bank::BankError;
use crate::catalog::CatalogError;
use crate::cod::CodError;
use crate::commands::CommandError;
use crate::fault::InputError;
use crate::faults;
use crate::ids::{BankAccountId, BankDocumentId, OwnerId, PayoutId, PayoutRunId};
use crate::money::MoneyError;
use crate::units::Kopecks;

pub const QUERIES: &[&[&str]] = &[store::QUERIES];

faults! {
    /// Why nothing is paid.
    pub enum PayoutError {
        RunNotFound { run: PayoutRunId } => "payout_run_not_found", NotFound, "there is no run {run}";
        /// An account has one draft at a time.
        RunOpen { run: PayoutRunId } => "payout_run_open", Conflict, "the run {run} of this account is open";
        RunDecided { run: PayoutRunId, state: RunState } => "payout_run_decided", Conflict, "the run {run} is {state}";
        RunNotApproved { run: PayoutRunId, state: RunState } => "payout_run_not_approved", Conflict, "the run {run} is {state}";
        RunEmpty { run: PayoutRunId } => "payout_run_empty", Conflict, "the run {run} pays nobody";
        /// What it would pay now differs from what was proposed.
        RunStale { run: PayoutRunId } => "payout_run_stale", Conflict, "what is due has changed since the run {run} was made";
        /// Who made the run or wrote a payee down does not approve it, and who approved it does not
        /// say that the money did not arrive, unless the payee sends it back.
        SecondPerson => "payout_second_person", Forbidden, "a second person decides";
        AccountInactive { account: BankAccountId } => "payout_account_inactive", Conflict, "the account {account} is not in use";
        NotFound { payout: PayoutId } => "payout_not_found", NotFound, "there is no payout {payout}";
        NotOrdered { payout: PayoutId, state: PayoutState } => "payout_not_ordered", Conflict, "the payout {payout} is {state}";
        /// A document of a statement says that it was carried out.
        CarriedOut { payout: PayoutId } => "payout_carried_out", Conflict, "the bank carried the payout {payout} out";
        /// What never left does not come back by a receipt.
        NotCarriedOut { payout: PayoutId } => "payout_not_carried_out", Conflict, "no statement says that the payout {payout} left";
        /// Another sum than the payout's, or from before it left.
        ReturnUnfit { payout: PayoutId, document: BankDocumentId, net: Kopecks } => "payout_return_unfit", Conflict, "the receipt {document} is not the {net} kopecks of the payout {payout}";
        Held { owner: OwnerId } => "payout_held", Conflict, "payouts to {owner} are held already";
        NotHeld { owner: OwnerId } => "payout_not_held", Conflict, "payouts to {owner} are not held";
        SumTooBig => "payout_sum_too_big", Invalid, "the sum does not fit";
    }
    wraps {
        Input(InputError),
        Bank(BankError),
        Cod(CodError),
        Money(MoneyError),
        Catalog(CatalogError),
        Command(CommandError),
    }
}
