//! Printing: a label is queued in the transaction that wants it, and sent after the commit.
//!
//! **Invariant:** a label is never lost: without a printer, or with one that is off, it waits and is
//! tried again, and a person sees why.
//! **Invariant:** a label is never doubled by itself: what failed before its first byte went out is
//! sent again; what failed later is `unknown`, and a person decides ([`service::reprint`]).
//! **Invariant:** the bytes that went out are kept with their hash, so that the same label can be
//! printed again for ever.

pub mod http;
pub mod service;
mod store;
mod worker;

use std::collections::BTreeMap;

use crate::commands::CommandError;
use crate::ids::{OwnerId, PrintJobId, PrinterId, WarehouseId};
use crate::labels::LabelError;
use crate::{faults, text_enum};

pub use self::service::label_queue;
pub use self::store::QUERIES;
pub use self::worker::PrintHandler;

/// The kind of a print job in the queue.
pub const PRINT_JOB: &str = "print";

faults! {
    /// Why something is not printed.
    pub enum PrintError {
        /// The template refuses the data.
        Label { why: String } => "label_invalid", Invalid, "the label cannot be filled: {why}";
        TemplateUnknown { template: String } => "template_unknown", NotFound, "there is no label {template}";
        PrinterUnknown { printer: PrinterId } => "printer_unknown", NotFound, "there is no printer {printer}";
        PrinterNameTaken { name: String } => "printer_name_taken", Conflict, "the name {name} is taken";
        JobUnknown { job: PrintJobId } => "print_job_unknown", NotFound, "there is no print job {job}";
        ReasonMissing => "reprint_reason_missing", Invalid, "a reprint needs a reason";
    }
    wraps {
        Input(crate::fault::InputError),
        Command(CommandError),
    }
}

impl From<LabelError> for PrintError {
    fn from(error: LabelError) -> Self {
        match error {
            LabelError::UnknownTemplate { name } => Self::TemplateUnknown { template: name },
            other => Self::Label { why: other.to_string() },
        }
    }
}

text_enum! {
    /// How far a label is.
    pub enum PrintState {
        Queued = "queued",
        Sending = "sending",
        /// All bytes were taken by the printer.
        Sent = "sent",
        /// The connection broke in the middle: look at the printer.
        Unknown = "unknown",
        Failed = "failed",
        Cancelled = "cancelled",
    }
}

/// Which printer a label goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PrinterChoice {
    Printer(PrinterId),
    /// The device's own printer if it has the right media, else any of the warehouse.
    Device(crate::ids::DeviceId),
    /// Any printer of the warehouse with the right media.
    Any,
}

/// A label that is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelRequest {
    pub template: &'static str,
    pub fields: BTreeMap<String, String>,
    /// What it is stuck on: an id or number that people can search for.
    pub subject: String,
    pub warehouse: WarehouseId,
    pub owner: Option<OwnerId>,
    pub printer: PrinterChoice,
    pub copies: i64,
}
