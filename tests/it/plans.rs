//! How statements run: none of them reads through a table that grows with the work.

use std::collections::BTreeMap;

use ambar::db::{DbError, Dialect, Tx};

use crate::storage;
use crate::support::TestApp;

/// What grows from day to day, or with the range of goods.
const GROWING: [&str; 67] = [
    "acceptance_waiver",
    "agent_report",
    "agent_report_charge",
    "agent_report_line",
    "agent_report_settlement",
    "availability",
    "balance",
    "bank_document",
    "bank_match",
    "bank_order",
    "bank_statement",
    "barcode",
    "batch",
    "batch_slot",
    "carrier_charge",
    "carrier_invoice",
    "carrier_invoice_exception",
    "carrier_invoice_line",
    "carrier_message",
    "carrier_pickup",
    "cod",
    "cod_register",
    "cod_register_line",
    "cod_step",
    "command",
    "delivery_point",
    "device",
    "discrepancy",
    "fiscal_receipt",
    "import_refusal",
    "inbound",
    "inbound_line",
    "inbound_reversal",
    "job",
    "lot",
    "manifest",
    "manifest_parcel",
    "marking_code",
    "money_account",
    "money_balance",
    "money_finding",
    "money_transfer",
    "money_turnover",
    "order_event",
    "order_line",
    "parcel",
    "parcel_line",
    "payout",
    "payout_left_out",
    "payout_run",
    "pick_task",
    "place",
    "print_job",
    "product",
    "put_back",
    "receipt",
    "reservation",
    "shipment",
    "shop_event",
    "shipment_track",
    "shop_order",
    "stock_count",
    "stock_count_line",
    "stock_entry",
    "tracking_event",
    "user_session",
    "wave",
];

/// What may read everything, and why.
fn reads_all(sql: &str) -> bool {
    // The auditor recomputes all of history, and the measurements build their own world.
    ambar::integrity::RULES.iter().any(|rules| rules.contains(&sql))
        || ambar::integrity::COUNTS.contains(&sql)
        || ambar::sandbox::QUERIES.contains(&sql)
}

/// The tables behind the aliases of a statement.
fn aliases(sql: &str) -> BTreeMap<String, String> {
    let words: Vec<&str> = sql
        .split(|c: char| c.is_whitespace() || matches!(c, ',' | '(' | ')'))
        .filter(|word| !word.is_empty())
        .collect();
    let mut found = BTreeMap::new();
    for (index, word) in words.iter().enumerate() {
        if GROWING.contains(word) {
            let next = match words.get(index + 1) {
                Some(&"AS") => words.get(index + 2),
                next => next,
            };
            found.insert((*word).to_owned(), (*word).to_owned());
            if let Some(alias) = next.filter(|next| next.chars().all(|c| c.is_ascii_lowercase())) {
                found.insert((*alias).to_owned(), (*word).to_owned());
            }
        }
    }
    found
}

/// The lines of a plan that read through a whole growing table.
fn scans(dialect: Dialect, sql: &str, plan: &str) -> Vec<String> {
    let aliases = aliases(sql);
    let table_after = |line: &str, mark: &str| {
        let name = line.split(mark).nth(1)?.split_whitespace().next()?;
        aliases.get(name).cloned()
    };
    plan.lines()
        .filter_map(|line| {
            let table = match dialect {
                Dialect::Postgres => table_after(line, "Seq Scan on "),
                Dialect::Sqlite if line.contains(" AUTOMATIC ") => table_after(line, "SEARCH "),
                Dialect::Sqlite if line.contains("USING") => None,
                Dialect::Sqlite => table_after(line, "SCAN "),
            };
            table.map(|table| format!("{table}: {}", line.trim()))
        })
        .collect()
}

#[tokio::test]
async fn no_statement_reads_through_a_growing_table() {
    let app = TestApp::spawn().await;
    let dialect = app.app.db.dialect();
    let mut found = Vec::new();
    for sql in storage::all_queries().into_iter().filter(|sql| !reads_all(sql)) {
        let work = async move |tx: &mut Tx| tx.plan(sql).await;
        let plan = app.app.db.write::<String, DbError, _>(work).await;
        let plan = plan.unwrap_or_else(|error| panic!("{error}\n{sql}"));
        let scans = scans(dialect, sql, &plan);
        if !scans.is_empty() {
            found.push(format!("{}\n    {sql}", scans.join("\n")));
        }
    }
    assert!(found.is_empty(), "{} statements:\n{}", found.len(), found.join("\n\n"));
    app.finish().await;
}
