//! Integration tests by capability, over real HTTP and a real database: an `SQLite` file of its own
//! per test, or a `PostgreSQL` database of its own when `TEST_DATABASE_URL` is set.
//!
//! Every test ends with [`support::TestApp::finish`], which runs the integrity check.

#![allow(
    clippy::unwrap_used,
    clippy::too_many_lines,
    reason = "a test that cannot go on fails here, and its story is told in one piece"
)]

mod access;
mod agency;
mod assignments;
mod bank;
mod carrier_invoices;
mod catalog;
mod connections;
mod counts;
mod fiscal;
mod floor;
mod full_disk;
mod imports;
mod invoices;
mod jobs;
mod ledger;
mod loading;
mod lost_orders;
mod manifests;
mod marks;
mod money;
mod month;
mod notices;
mod order_lines;
mod orders;
mod outage;
mod own_couriers;
mod packing;
mod payouts;
mod picking;
mod pickups;
mod places;
mod plans;
mod points;
mod post_forms;
mod printer_choice;
mod printers;
mod printing;
mod problems;
mod put_back;
#[path = "../../src/documents/read_back.rs"]
#[allow(dead_code, reason = "unit tests use more of it")]
mod read_back;
mod receiving;
mod reconciliation;
mod register_decisions;
mod register_files;
mod register_news;
mod registers;
mod regular;
mod road;
mod robust;
mod sandbox_carriers;
mod schema;
mod secrets;
mod seed;
mod shipments;
mod storage;
mod support;
mod terminal;
mod tickets;
mod tls;
mod tracking;
