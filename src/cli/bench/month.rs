//! A month of cash on delivery with every mistake planted: what is found, and how long each part takes.

use clap::Args;
use serde_json::{Map, Value, json};

use super::peak_memory_kib;
use crate::cli::serve;
use crate::config::DataArgs;
use crate::integrity;
use crate::sandbox::month::{self, MonthSize};

#[derive(Debug, Args)]
pub(in crate::cli) struct MonthArgs {
    #[arg(long, default_value_t = MonthSize::WHOLE.shops)]
    shops: usize,
    /// Parcels with cash on delivery.
    #[arg(long, default_value_t = MonthSize::WHOLE.parcels)]
    parcels: usize,
    /// How often each mistake is made.
    #[arg(long, default_value_t = MonthSize::WHOLE.copies)]
    copies: usize,
}

/// Fails unless everything planted was found, nothing else was, and the books balance.
pub(super) async fn run(data: &DataArgs, args: &MonthArgs) -> anyhow::Result<Value> {
    let app = serve::open_app(data).await?;
    let size = MonthSize { shops: args.shops, parcels: args.parcels, copies: args.copies };
    let month = Box::pin(month::play(&app, size)).await?;
    let report = integrity::verify(&app.db).await?;
    let engine = app.db.dialect();
    app.db.close().await;
    anyhow::ensure!(report.differences.is_empty(), "verify found {:?}", report.differences);
    let parts: Map<String, Value> = month
        .parts
        .iter()
        .map(|(part, took)| ((*part).to_owned(), json!({ "took_ms": took.as_millis() })))
        .collect();
    Ok(json!({
        "bench": "month",
        "engine": format!("{engine:?}").to_lowercase(),
        "shops": args.shops,
        "parcels": month.parcels,
        "registers": month.registers,
        "lines": month.lines,
        "planted_and_found": month.found,
        "parts": parts,
        "differences": report.differences.len(),
        "peak_memory_kib": peak_memory_kib(),
    }))
}
