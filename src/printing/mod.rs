//! Printing: a label is queued in the transaction that wants it, and sent after the commit.
//!
//! Each printer has one writer at a time ([`PrintService`]): the node that holds its lease. It sends
//! one job, watches the printer until the job is decided, and takes the next.
//!
//! **Invariant:** a label is never lost: without a printer, or with one that is off or stopped, it
//! waits, and a person sees why.
//! **Invariant:** a label is never doubled by itself. Before its first byte goes out, a row says that
//! it may have; from then on only the printer's own figures decide (`verdict.rs`), and where they do
//! not, a person does ([`service::decide_printed`], [`service::decide_again`]).
//! **Invariant:** what a printer holds when it stops is left to it: it prints the spoiled label again
//! by itself.
//! **Invariant:** the bytes that went out are kept with their hash, so that the same label can be
//! printed again for ever.

mod bytes;
mod choice;
pub mod discovery;
pub mod http;
mod link;
pub mod service;
mod store;
mod supervisor;
mod task;
mod verdict;
mod watch;

use std::collections::BTreeMap;

use crate::commands::CommandError;
use crate::devices::printer::Language;
use crate::ids::{DeviceId, OwnerId, PrintJobId, PrinterId, WarehouseId, ZoneId};
use crate::labels::LabelError;
use crate::{faults, text_enum};

pub use self::service::{bytes_queue, label_queue, speech_of, station_printer_choose};
pub use self::store::{PrintJob, Printer, QUERIES};
pub use self::supervisor::{PrintService, PrintServiceHandle, PrintSettings};

faults! {
    /// Why something is not printed.
    pub enum PrintError {
        /// The template refuses the data.
        Label { why: String } => "label_invalid", Invalid, "the label cannot be filled: {why}";
        TemplateUnknown { template: String } => "template_unknown", NotFound, "there is no label {template}";
        PrinterUnknown { printer: PrinterId } => "printer_unknown", NotFound, "there is no printer {printer}";
        /// No printer of this warehouse has the label that was scanned.
        PrinterCodeUnknown { code: String } => "printer_code_unknown", NotFound, "there is no printer with the code {code}";
        PrinterNameTaken { name: String } => "printer_name_taken", Conflict, "the name {name} is taken";
        /// Another warehouse, or other labels in it.
        PrinterUnfit { name: String, media: String } => "printer_unfit", Conflict, "the printer {name} does not print {media} here";
        JobUnknown { job: PrintJobId } => "print_job_unknown", NotFound, "there is no print job {job}";
        ReasonMissing => "reprint_reason_missing", Invalid, "a reprint needs a reason";
        /// Only what is queued can be cancelled: the rest is in a printer, or done.
        JobNotQueued { state: PrintState } => "print_job_not_queued", Conflict, "the print job is {state}";
        /// Only what nobody knows about is decided by a person.
        JobDecided { state: PrintState } => "print_job_decided", Conflict, "the print job is {state}";
        /// It is done, so that there is nothing to send elsewhere.
        JobOver { state: PrintState } => "print_job_over", Conflict, "the print job is {state}";
        /// Nobody answers there, or not as a label printer.
        NotIdentified { address: String, why: String } => "printer_not_identified", Conflict, "{address}: {why}";
        DiscoveryFailed { why: String } => "printer_discovery_failed", Unavailable, "looking for printers failed: {why}";
        DeviceUnknown { device: DeviceId } => "print_device_unknown", NotFound, "there is no device {device}";
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
        /// All bytes were taken by the printer; it has not said yet that they came out.
        Sent = "sent",
        /// The printer's own figures say that it came out, or a person does.
        Confirmed = "confirmed",
        /// The connection broke in the middle. While it is not ended, the printer is asked; after
        /// that a person decides.
        Unknown = "unknown",
        Failed = "failed",
        Cancelled = "cancelled",
    }
}

text_enum! {
    /// A printer as it was last seen.
    pub enum PrinterState {
        Unseen = "unseen",
        Ready = "ready",
        Printing = "printing",
        /// It said why: no labels, head open.
        Stopped = "stopped",
        /// It takes connections and answers nothing: probably stopped.
        Silent = "silent",
        Offline = "offline",
    }
}

impl PrinterState {
    pub const fn is_stopped(self) -> bool {
        matches!(self, Self::Stopped | Self::Silent | Self::Offline)
    }
}

text_enum! {
    /// Which labels go first.
    pub enum PrintPriority {
        /// Somebody stands there and waits.
        Urgent = "urgent",
        Usual = "usual",
        /// Many at once, for later.
        Batch = "batch",
    }
}

impl PrintPriority {
    /// The larger, the earlier.
    pub const fn rank(self) -> i64 {
        match self {
            Self::Urgent => 20,
            Self::Usual => 10,
            Self::Batch => 0,
        }
    }

    const fn of_rank(rank: i64) -> Self {
        match rank {
            20.. => Self::Urgent,
            10..20 => Self::Usual,
            _ => Self::Batch,
        }
    }
}

/// Which printer a label goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PrinterChoice {
    Printer(PrinterId),
    /// The device's own printer if it has the right media, else one of its zone, else any.
    Device(DeviceId),
    /// One of the zone with the right media, else any.
    Zone(ZoneId),
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
    pub priority: PrintPriority,
}

/// A label that somebody else made: a carrier, or a writer of another language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadyLabel {
    pub label: Vec<u8>,
    pub language: Language,
    pub dots_per_mm: i64,
    /// Such as `100x150`.
    pub media: String,
    pub subject: String,
    pub warehouse: WarehouseId,
    pub owner: Option<OwnerId>,
    pub printer: PrinterChoice,
    pub copies: i64,
    pub priority: PrintPriority,
}
