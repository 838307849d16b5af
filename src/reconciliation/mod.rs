//! The bank, the carriers' registers and the chain of custody joined (сверка).
//!
//! A receipt is matched to the registers that it pays by the rules of [`crate::bank::matching`], or by a
//! person; with the last of its money a register is settled ([`crate::registers::cover`]), and from then
//! on the money of its parcels is received. What does not agree becomes a finding beside those of the
//! registers' lines; what the facts cure is closed by the system, which says by what.
//!
//! **Invariant:** a receipt is matched by itself only to the kopeck, and only when one choice is better
//! than all others.
//! **Invariant:** runs at any time, on any node, after a kill, again: each thing is done and told once.
//! **Invariant:** nothing is hidden by a tolerance: what is left of a register or of a receipt stays open
//! until a person books it, with a reason. What people booked can be taken back by a correction, once.
//! **Invariant:** a register is settled without its money (a claim, a write-off) only by somebody else than
//! who accepted it.
//! **Invariant:** what it costs depends on what is open, not on what was.
//! **Invariant:** a shop sees the age of its own money, and nothing else of it.
//!
//! Deliberately absent: what shops are told and paid. Tests: `tests/it/reconciliation.rs`.

mod delays;
mod findings;
pub mod http;
mod model;
mod rounds;
mod run;
mod service;
mod store;
mod work;

pub use self::model::{Delays, DifferenceTo, FixedDelays, Payer, Payers, RunReport};
pub use self::run::run;
pub use self::service::{
    assign, delays_set, difference, difference_undo, match_by_hand, payers_set, unassign, unmatch,
};
pub use self::store::QUERIES;
pub use self::work::{CHECK_EVERY, handlers, queue, queue_due, run_regularly};
use crate::access::AccessError;
use crate::bank::BankError;
use crate::commands::CommandError;
use crate::fault::InputError;
use crate::faults;
use crate::ids::CodRegisterId;
use crate::money::MoneyError;
use crate::registers::RegisterError;

faults! {
    /// Why a receipt is not matched, or a difference not booked.
    pub enum ReconciliationError {
        /// One at a time, so that it is clear what taking it back means.
        DifferenceBooked { register: CodRegisterId } => "reconciliation_difference_booked", Conflict, "a difference of the register {register} is booked already";
        /// Who accepted the register does not say that its money will not come.
        SecondPerson => "reconciliation_second_person", Forbidden, "a second person decides";
        DifferenceNotFound { register: CodRegisterId } => "reconciliation_difference_not_found", Conflict, "no difference of the register {register} is booked";
    }
    wraps {
        Input(InputError),
        Access(AccessError),
        Bank(BankError),
        Register(RegisterError),
        Money(MoneyError),
        Command(CommandError),
    }
}
