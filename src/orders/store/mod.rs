//! The rows of orders, by what is asked.

pub(super) mod intake;
pub(super) mod progress;
pub(super) mod read;
pub(super) mod reserve;
pub(super) mod shipping;
pub(super) mod why;

/// Every statement that both engines understand.
pub const QUERIES: &[&[&str]] = &[
    intake::QUERIES,
    progress::QUERIES,
    read::QUERIES,
    reserve::QUERIES,
    shipping::QUERIES,
    why::QUERIES,
];

/// The texts with row locks, which `PostgreSQL` alone understands and needs.
pub const POSTGRES_QUERIES: &[&str] = reserve::POSTGRES_QUERIES;
