//! What a barcode says: check digits, product numbers, GS1 element strings, our own codes.
//!
//! [`read`] takes whatever a scanner sent and answers a [`Scan`] with every meaning the text can
//! have, the likeliest first. The task at hand chooses among them; this module never does.
//!
//! **Invariant:** reading never fails and never panics. A text that means nothing else is
//! [`Candidate::Text`].
//! **Invariant:** what was sent stays in [`Scan::raw`]; every change made to it is named in
//! [`Scan::repairs`].
//!
//! Deliberately absent: any look-up. Whose product, bin or parcel a code names is the catalogue's
//! business. Symbols are drawn in `labels`.

mod error;
pub mod gs1;
mod gtin;
mod internal;
mod marking;
mod own;
mod postal;
mod repair;
mod scan;
#[cfg(test)]
mod tests;
mod weighed;

pub use error::BarcodeError;
pub use gs1::{Element, Gs1};
pub use gtin::{Gtin, check_digit};
pub use internal::InternalNumber;
pub use marking::{MarkingCode, MarkingForm};
pub use own::{CommandCode, OwnCode, OwnKind, folded};
pub use postal::PostalNumber;
pub use repair::Repair;
pub use scan::{Aim, Candidate, Scan, read, read_as, read_bytes};
pub use weighed::{Measure, WeighedPattern};
