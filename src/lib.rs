//! ambar (амбар): a warehouse and delivery system for fulfilment operators.
//!
//! `ARCHITECTURE.md` is the map; each module's own docs say what it keeps and what it does not do.

pub mod access;
pub mod app;
pub mod barcodes;
pub mod commands;
pub mod db;
pub mod devices;
pub mod fault;
pub mod http;
pub mod i18n;
pub mod ids;
pub mod labels;
pub mod stock;
pub mod units;
