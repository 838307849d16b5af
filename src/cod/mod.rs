//! Cash on delivery (наложенный платёж) as a chain of custody: whose hands the money of each parcel
//! is in.
//!
//! A parcel's money is expected from its handover, collected when the buyer paid, registered by the
//! carrier, received by the bank, reported to the shop and paid out. Each step is a line of
//! `cod_step` and part of a transfer of the money ledger; the sums in `cod` are moved by the step.
//!
//! **Invariant:** no step overtakes the one before it: nothing is paid that was not reported, and
//! nothing reported that the bank does not have, but for what the contract lets be advanced.
//! **Invariant:** the steps of one transfer sum up to it, so the accounts and the parcels agree.
//! **Invariant:** steps of the past are never changed; what was wrong is taken back by a new one.
//!
//! Deliberately absent: what a register or a bank says. That is the work of those who read them.

mod ageing;
mod all;
mod arrival;
mod chain;
pub mod http;
pub mod integrity;
mod paying;
mod service;
mod store;

pub use self::ageing::{AgeBucket, AgeLine, AgeState, age};
pub use self::all::{StepSource, advance_all};
pub use self::arrival::{receive, take_back};
pub use self::chain::{Step, StepKind};
pub use self::paying::{pay, unpay};
pub use self::service::{CodMove, Delivery, advance, expect, follow, hold, release};
pub use self::store::{AgeRow, Cod, PaidParcel, Unpaid, ageing, excused, paid_parcels, unpaid};
use crate::commands::CommandError;
use crate::fault::InputError;
use crate::faults;
use crate::ids::ParcelId;
use crate::money::MoneyError;

pub const QUERIES: &[&[&str]] = store::QUERIES;

faults! {
    /// Why the money of parcels is not moved.
    pub enum CodError {
        ParcelUnknown { parcel: ParcelId } => "cod_parcel_unknown", NotFound, "there is no parcel {parcel}";
        /// A step before this one is missing.
        OutOfOrder { rule: String } => "cod_out_of_order", Conflict, "the money of the parcel has not come so far: {rule}";
        /// Nobody holds it back.
        NotHeld { parcel: ParcelId } => "cod_not_held", Conflict, "the money of {parcel} is not held back";
        SumTooBig => "cod_sum_too_big", Invalid, "the sum does not fit";
    }
    wraps { Money(MoneyError), Input(InputError), Command(CommandError) }
}
