//! The rows of shipments, accounts and carriers' files.

pub(in crate::shipments) mod accounts;
pub(in crate::shipments) mod acts;
pub(in crate::shipments) mod facts;
pub(in crate::shipments) mod forms;
pub(in crate::shipments) mod pickups;
pub(in crate::shipments) mod points;
pub(in crate::shipments) mod shipments;

/// All texts of this capability, for the test that prepares them.
pub const QUERIES: &[&[&str]] = &[
    accounts::QUERIES,
    acts::QUERIES,
    facts::QUERIES,
    pickups::QUERIES,
    forms::QUERIES,
    points::QUERIES,
    shipments::QUERIES,
];
