//! Reserving all waiting orders of a database, and then a wave.

use std::time::Instant;

use anyhow::Context;
use clap::Args;
use serde_json::{Value, json};

use super::peak_memory_kib;
use crate::catalog;
use crate::cli::serve;
use crate::commands::Ctx;
use crate::config::DataArgs;
use crate::db::Tx;
use crate::integrity;
use crate::orders;
use crate::picking::{self, CartLimits, WaveIn};
use crate::sandbox::shelves;

#[derive(Debug, Args)]
pub(in crate::cli) struct ReserveArgs {
    /// Pieces of every product that are put on the shelves first, unless some are there.
    #[arg(long, default_value_t = 100_000)]
    stock: i64,
    /// Lines of the wave.
    #[arg(long, default_value_t = 10_000)]
    wave_lines: i64,
}

/// Measures on a database that holds orders, such as `ambar import` leaves it.
pub(super) async fn run(data: &DataArgs, args: &ReserveArgs) -> anyhow::Result<Value> {
    let app = serve::open_app(data).await?;
    let warehouse = app
        .db
        .read(async |tx: &mut Tx| catalog::warehouse_default(tx).await)
        .await
        .context("в базе нет склада: сначала импортируйте заказы")?;
    let stocked = shelves::fill(&app, warehouse, args.stock).await?;

    let started = Instant::now();
    let reserved = orders::reserve_all(&app, warehouse).await?;
    let reserve_took = started.elapsed();

    let wave = WaveIn {
        warehouse,
        carrier: None,
        promised_before: None,
        priority_min: None,
        orders_max: args.wave_lines,
        lines_max: args.wave_lines,
        cart: CartLimits::default(),
    };
    let now = app.clock.now();
    let work = async move |tx: &mut Tx| picking::wave_release(tx, &Ctx::system(now), &wave).await;
    let started = Instant::now();
    let wave = app.db.write(work).await?;
    let wave_took = started.elapsed();

    let report = integrity::verify(&app.db).await?;
    let engine = app.db.dialect();
    app.db.close().await;
    Ok(json!({
        "bench": "reserve",
        "engine": format!("{engine:?}").to_lowercase(),
        "products_stocked": stocked,
        "orders": reserved.orders,
        "orders_reserved": reserved.orders_reserved,
        "lines": reserved.lines,
        "pieces": reserved.pieces,
        "reserve_took_ms": reserve_took.as_millis(),
        "wave_orders": wave.orders,
        "wave_lines": wave.lines,
        "wave_tasks": wave.tasks,
        "wave_took_ms": wave_took.as_millis(),
        "differences": report.differences.len(),
        "peak_memory_kib": peak_memory_kib(),
    }))
}
