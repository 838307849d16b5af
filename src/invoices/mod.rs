//! Invoices of carriers (счета перевозчиков), passed on without a kopeck of markup.
//!
//! An invoice comes as a file (`imports/invoices.rs`) or from a carrier's program ([`work`]); [`take`] writes
//! its lines in parts, finds their parcels and notes what does not agree ([`compare`]). People decide about
//! exceptions; [`accept`] posts what the carrier is owed and what each shop is charged for it.
//!
//! **Invariant:** what a shop is charged is what the carrier invoiced for its parcels with its part of
//! the invoice's discount or fee. No table has a place for anything to add.
//! **Invariant:** the account between carrier and shops is zero once an invoice is accepted; `verify`
//! recomputes it.
//! **Invariant:** a charge is passed on once, on however many invoices it stands, unless a person says
//! that it only looks the same.
//! **Invariant:** an accepted invoice and its charges are never changed.
//! **Invariant:** what is given back for a charge that the operator bore is the shop's only if a person
//! says so.
//!
//! Deliberately absent: tariffs of ours, and paying. Tests: `tests/it/invoices.rs`,
//! `tests/it/carrier_invoices.rs`.

mod compare;
mod dispute;
pub mod http;
pub mod integrity;
mod model;
mod passed;
mod service;
mod settle;
pub mod spread;
mod store;
mod take;
mod work;

pub use self::model::{
    ExceptionKind, ExceptionRow, Finding, Invoice, InvoiceState, Known, LineRow, Resolution,
};
pub use self::passed::{Passed, passed_sheet};
pub use self::service::{Decision, accept, check, find, reject, resolve};
pub use self::store::QUERIES;
pub use self::take::{LINES_MAX, Taken, Taking, take};
pub use self::work::ASKS;
use crate::catalog::CatalogError;
use crate::commands::CommandError;
use crate::fault::InputError;
use crate::faults;
use crate::money::MoneyError;
use crate::shipments::ShipmentError;
use crate::units::Kopecks;

faults! {
    /// Why an invoice is not taken in or not accepted.
    pub enum InvoiceError {
        NotFound { what: &'static str } => "not_found", NotFound, "no such {what}";
        /// The carrier's number stands on another invoice of the year.
        NumberTaken { number: String } => "invoice_number_taken", Conflict, "there is another invoice {number} of this carrier and year";
        NotDraft { number: String, state: InvoiceState } => "invoice_not_draft", Conflict, "the invoice {number} is {state}";
        Unresolved { count: i64 } => "invoice_unresolved", Conflict, "{count} exceptions wait for a decision";
        /// Another invoice was accepted since this one was compared.
        Repeated { count: u64 } => "invoice_charges_repeated", Conflict, "{count} charges were accepted on another invoice";
        ResolutionUnfit { exception: ExceptionKind, resolution: Resolution } => "invoice_resolution_unfit", Invalid, "{resolution} does not answer {exception}";
        ExceptionUnknown { line: i64 } => "invoice_exception_unknown", NotFound, "the line {line} has no such exception";
        NothingToCharge => "invoice_nothing_to_charge", Conflict, "nobody bears a line, so nothing can be spread";
        SumTooBig => "invoice_sum_too_big", Invalid, "the sums do not fit";
        NotSettled { left: Kopecks } => "invoice_not_settled", Internal, "{left} kopecks are left between the carrier and the shops";
    }
    wraps {
        Input(InputError),
        Command(CommandError),
        Catalog(CatalogError),
        Money(MoneyError),
        Shipment(ShipmentError),
    }
}
