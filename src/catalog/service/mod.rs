//! What can be done with the catalogue, each inside the caller's transaction.

pub mod acceptance;
pub mod barcodes;
pub mod bins;
pub mod owners;
pub mod places;
pub mod products;
pub mod units;
