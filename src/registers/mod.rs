//! Carriers' registers of collected money (реестры наложенных платежей): taken in, compared with what
//! is known, and posted when a person accepts them.
//!
//! A register comes as a file ([`load`]) or from a carrier's interface ([`work`]). Its lines find their
//! parcels by exact numbers, set by set in SQL; what does not agree becomes a finding by pure rules
//! (`findings`). Accepting moves the money of the parcels along the chain ([`crate::cod`]) and books
//! what the carrier kept.
//!
//! **Invariant:** a register is whole or not there: while its lines are written it is `loading` and
//! nobody sees it. An import that was cut off begins anew with the next one of the same content.
//! **Invariant:** the same content is taken in once, whatever file, format or order of lines it comes
//! in ([`content_hash`](store)); so is the same number of a carrier in a year. What it lacks may be told
//! later, and that its carrier tells other lines is a finding.
//! **Invariant:** nothing is posted before a person accepts the whole, and nothing is accepted while a
//! blocking finding is open. A resolved finding has a reason, a person and a time.
//! **Invariant:** no difference is too small to be told; money moves beyond what was expected only by
//! a resolved finding.
//! **Invariant:** a carrier is asked outside of transactions; asking again adds nothing.
//!
//! Deliberately absent: the bank (who matches its payments closes the clearing account of a register),
//! and guessing which parcel a line may be about.

mod about;
mod findings;
pub mod http;
pub mod integrity;
mod load;
mod model;
mod news;
mod read;
mod service;
mod settle;
mod steps;
mod store;
mod terms;
#[cfg(test)]
mod tests;
mod told;
mod work;
mod workbook;

pub use self::findings::Raised;
pub use self::load::{RegisterReport, RegisterRequest, import};
pub use self::model::{
    CodContract, FeeTerms, FindingKind, FindingOut, FindingRow, FindingState, LineKind, MatchedBy,
    PayMethod, RegisterLineOut, RegisterOut, RegisterSource, RegisterState, Resolution, Severity,
    TermsMethod,
};
pub use self::service::{accept, assign, check, reject, resolve, resolve_kind, shown};
pub use self::settle::{Due, cover, due, uncover};
pub use self::store::QUERIES;
pub use self::store::settings::{contract_add, terms_set};
pub use self::work::ASKS;
use crate::cod::CodError;
use crate::commands::CommandError;
use crate::documents::DocumentError;
use crate::fault::InputError;
use crate::faults;
use crate::ids::{CodRegisterId, FindingId, ParcelId};
use crate::imports::ImportError;
use crate::money::MoneyError;
use crate::shipments::ShipmentError;
use crate::units::Kopecks;

faults! {
    /// Why a register is not taken in, accepted or rejected, or a finding not resolved.
    pub enum RegisterError {
        NotFound { register: CodRegisterId } => "register_not_found", NotFound, "there is no register {register}";
        FindingUnknown { finding: FindingId } => "finding_not_found", NotFound, "there is no finding {finding}";
        /// Only a draft is accepted, rejected or looked into.
        WrongState { state: RegisterState } => "register_wrong_state", Conflict, "the register is {state}";
        FindingsOpen { count: i64 } => "register_findings_open", Conflict, "{count} blocking findings are open";
        /// What is known of a parcel has changed since the register was compared.
        FactsChanged { line: i64 } => "register_facts_changed", Conflict, "line {line} is not as it was when the register was compared";
        /// Another import of the same register is faster.
        Taken => "register_import_taken", Conflict, "another import of this register is under way";
        NumberTaken { number: String, register: CodRegisterId } => "register_number_taken", Conflict, "the register {register} has the number {number} and other lines";
        FindingResolved => "finding_resolved", Conflict, "the finding is resolved";
        LineUnknown { line: i64 } => "register_line_not_found", NotFound, "the register has no line {line} about a parcel";
        /// Only a parcel that this carrier had.
        ParcelElsewhere { parcel: ParcelId, carrier: String } => "register_parcel_elsewhere", Invalid, "the parcel {parcel} did not go with {carrier}";
        ResolutionUnfit { kind: FindingKind, resolution: Resolution } => "finding_resolution_unfit", Invalid, "{kind} is not resolved by {resolution}";
        Empty { file: String } => "register_empty", Invalid, "{file} has no lines";
        /// All of it came.
        Settled { register: CodRegisterId } => "register_settled", Conflict, "the register {register} is settled";
        /// More than is to come, or the other way round.
        CoverTooBig { amount: Kopecks, open: Kopecks } => "register_cover_too_big", Conflict, "{amount} of {open} open kopecks cannot be covered";
        /// A report to the shop or a payout has it.
        MoneyReported { register: CodRegisterId } => "register_money_reported", Conflict, "money of the register {register} is reported or paid";
        SumTooBig => "register_sum_too_big", Invalid, "the sum does not fit";
    }
    wraps {
        Input(InputError),
        Command(CommandError),
        Import(ImportError),
        Cod(CodError),
        Money(MoneyError),
        Shipment(ShipmentError),
        Document(DocumentError),
    }
}
