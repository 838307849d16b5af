//! Printers and print jobs as rows.

mod jobs;
mod printers;

pub use self::jobs::PrintJob;
pub(super) use self::jobs::*;
pub use self::printers::Printer;
pub(super) use self::printers::*;

pub const QUERIES: &[&[&str]] = &[jobs::QUERIES, printers::QUERIES];
