//! ambar (амбар): a warehouse and delivery system for fulfilment operators.
//!
//! `ARCHITECTURE.md` is the map; each module's own docs say what it keeps and what it does not do.

pub mod barcodes;
pub mod db;
pub mod devices;
pub mod ids;
pub mod labels;
pub mod units;
