//! The rows of registers.

pub(super) mod findings;
mod integrity;
pub(super) mod lines;
pub(super) mod matching;
pub(super) mod news;
pub(super) mod registers;
pub(super) mod settings;

pub use self::integrity::RULES;

pub const QUERIES: &[&[&str]] = &[
    findings::QUERIES,
    lines::QUERIES,
    matching::MATCHES,
    matching::QUERIES,
    news::QUERIES,
    registers::QUERIES,
    settings::QUERIES,
];
