//! The rows of the catalogue.

pub(super) mod barcodes;
pub(super) mod owners;
pub(super) mod places;
pub(super) mod products;

/// Every statement of the catalogue, by file.
pub const QUERIES: [&[&str]; 4] =
    [barcodes::QUERIES, owners::QUERIES, places::QUERIES, products::QUERIES];
