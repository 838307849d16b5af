//! Receipts against the parcels they are of: rules of `verify`.

pub use super::store::RULES;
