//! The rows of terms and reports.

pub(super) mod lines;
pub(super) mod reports;
pub(super) mod terms;

pub const QUERIES: &[&[&str]] = &[terms::QUERIES, reports::QUERIES, lines::QUERIES];
