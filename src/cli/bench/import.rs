//! Importing a file of orders with its products: time and memory.

use std::time::Instant;

use clap::Args;
use serde_json::{Value, json};

use super::{peak_memory_kib, per_second};
use crate::cli::{import, serve};
use crate::config::DataArgs;

#[derive(Debug, Args)]
pub(in crate::cli) struct ImportArgs {
    #[command(flatten)]
    import: import::ImportArgs,
}

pub(super) async fn run(data: &DataArgs, args: &ImportArgs) -> anyhow::Result<Value> {
    let app = serve::open_app(data).await?;
    let started = Instant::now();
    let report = import::import(&app, &args.import).await?;
    let took = started.elapsed();
    let engine = app.db.dialect();
    app.db.close().await;
    let rows = usize::try_from(report.rows)?;
    Ok(json!({
        "bench": "import",
        "engine": format!("{engine:?}").to_lowercase(),
        "rows": report.rows,
        "created": report.created,
        "unchanged": report.unchanged,
        "products_created": report.products_created,
        "refused": report.refusals.len(),
        "took_ms": took.as_millis(),
        "rows_per_s": per_second(rows, took),
        "peak_memory_kib": peak_memory_kib(),
    }))
}
