//! ambar (амбар): a warehouse and delivery system for fulfilment operators.
//!
//! `ARCHITECTURE.md` is the map; each module's own docs say what it keeps and what it does not do.

pub mod access;
pub mod app;
pub mod bank;
pub mod barcodes;
pub mod carriers;
pub mod catalog;
pub mod cli;
pub mod cod;
pub mod commands;
pub mod config;
pub mod connections;
pub mod db;
pub mod devices;
pub mod documents;
pub mod fault;
pub mod http;
pub mod i18n;
pub mod ids;
pub mod imports;
pub mod invoices;
pub mod jobs;
pub mod labels;
pub mod manifests;
pub mod money;
pub mod net;
pub mod notices;
pub mod orders;
pub mod packing;
pub mod payouts;
pub mod picking;
pub mod points;
pub mod printing;
pub mod rates;
pub mod receiving;
pub mod registers;
pub mod sandbox;
pub mod secrets;
pub mod series;
pub mod shipments;
pub mod stock;
pub mod terminal;
pub mod tracking;
pub mod units;
