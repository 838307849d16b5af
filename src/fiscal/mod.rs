//! Buyers' receipts under 54-ФЗ: what carriers need to give them, and what they gave.
//!
//! Who takes the money at the hand-over gives the receipt: the carrier, as the shop's agent, by a cash
//! register of its own. `lines` says what its receipt has to say: only what is paid on delivery, at the
//! prices that the carrier was told, as lines of the fiscal format. What the registers gave comes back
//! from the carrier's interface ([`work`]), or by hand, and is kept with the parcel.
//!
//! **Invariant:** the lines of a parcel add up to its cash on delivery, to the kopeck; prices are spread
//! in one place, `shipments::compose`.
//! **Invariant:** what a carrier was told keeps its rates of VAT: a sale of 2025 is returned at 20 %.
//! **Invariant:** a receipt is one by its fiscal drive and its number on it: told again, it adds nothing.
//! It is never changed, and the sum of a parcel's receipts is recomputed by `verify`.
//! **Invariant:** what a carrier told of a receipt stands; what a person entered by mistake is annulled
//! with a reason, by a person or by what the carrier tells of the same receipt, and stays to be seen.
//! **Invariant:** how a buyer paid (cash or card) is what the receipt says, if no register said it before.
//! **Invariant:** nothing of the buyer is kept with a receipt.
//!
//! Deliberately absent: cash registers of our own, and the operator of fiscal data.
//!
//! Source: order of the ФНС ЕД-7-20/662@ (fiscal documents, formats 1.05 and 1.2) with ЕД-7-20/1050@.

pub mod http;
pub mod integrity;
mod lines;
mod service;
mod store;
mod work;

pub use self::lines::{ReceiptLine, Subject, lines_of};
pub use self::service::{Receipt, ReceiptSource, ReceiptTrouble, annul, keep, keep_by_hand};
pub use self::store::{QUERIES, ReceiptRow};
pub use self::work::ASKS;
use crate::commands::CommandError;
use crate::fault::InputError;
use crate::faults;
use crate::ids::ParcelId;
use crate::shipments::ShipmentError;

faults! {
    /// Why receipts are not shown or kept.
    pub enum FiscalError {
        /// Another parcel has it, or it says something else there.
        Taken { drive: String, document: i64, parcel: ParcelId } => "receipt_taken", Conflict, "the receipt {document} of the drive {drive} is kept with {parcel}";
        /// Nothing is to be annulled.
        Unknown { drive: String, document: i64, parcel: ParcelId } => "receipt_unknown", NotFound, "{parcel} has no receipt {document} of the drive {drive}";
        /// Only what a person entered can be wrong here.
        OfCarrier { drive: String, document: i64 } => "receipt_of_carrier", Conflict, "the carrier told the receipt {document} of the drive {drive}";
    }
    wraps {
        Input(InputError),
        Command(CommandError),
        Shipment(ShipmentError),
    }
}
