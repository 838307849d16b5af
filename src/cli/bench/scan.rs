//! Confirmed picks over HTTP: the server of this process, handhelds on the same machine.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use anyhow::Context;
use clap::Args;
use serde_json::{Value, json};

use super::{PerCent, micros, per_second, quiet_doors};
use crate::cli::serve;
use crate::config::DataArgs;
use crate::integrity;
use crate::sandbox::floor::{self, Floor, FloorPlan};
use crate::sandbox::handheld::Handheld;
use crate::sandbox::picker::{Acknowledged, Picker};

#[derive(Debug, Args)]
pub(in crate::cli) struct ScanArgs {
    /// Handhelds that scan at the same time.
    #[arg(long, default_value_t = 64)]
    devices: usize,
    /// Lines of each order; every line is in a bin of its own.
    #[arg(long, default_value_t = 20)]
    lines: usize,
    /// Pieces of each line; every piece is a scan.
    #[arg(long, default_value_t = 10)]
    pieces: i64,
    /// Ledger lines that are there before.
    #[arg(long, default_value_t = 50_000)]
    entries: usize,
}

pub(super) async fn run(data: &DataArgs, args: &ScanArgs) -> anyhow::Result<Value> {
    let server = serve::start(data, &quiet_doors()?).await?;
    let plan = FloorPlan {
        devices: args.devices,
        lines_per_order: args.lines,
        pieces_per_line: args.pieces,
        entries: args.entries,
    };
    let floor = Arc::new(floor::build(&server.app, plan).await?);
    let base = format!("http://{}", server.http);
    let (scans, took) = work(&floor, &base).await?;
    let report = integrity::verify(&server.app.db).await?;
    let engine = server.app.db.dialect();
    server.stop().await;
    anyhow::ensure!(report.differences.is_empty(), "verify found {:?}", report.differences);
    let mut picks: Vec<Duration> = scans.iter().filter(|s| s.picked).map(|s| s.took).collect();
    picks.sort_unstable();
    Ok(json!({
        "bench": "scan",
        "engine": format!("{engine:?}").to_lowercase(),
        "devices": args.devices,
        "ledger_entries_before": args.entries,
        "ledger_entries_after": report.entries,
        "picks": picks.len(),
        "scans": scans.len(),
        "took_ms": took.as_millis(),
        "picks_per_s": per_second(picks.len(), took),
        "scans_per_s": per_second(scans.len(), took),
        "pick_p50_us": micros(&picks, PerCent(50)),
        "pick_p99_us": micros(&picks, PerCent(99)),
        "differences": report.differences.len(),
    }))
}

/// All handhelds at once, from the first pick to the last.
async fn work(floor: &Arc<Floor>, base: &str) -> anyhow::Result<(Vec<Acknowledged>, Duration)> {
    let client = crate::net::client();
    let mut pickers = Vec::new();
    for device in &floor.devices {
        let handheld = Handheld::http(client.clone(), vec![base.to_owned()], &device.token);
        pickers.push(Picker::begin(handheld, floor, device).await?);
    }
    let started = Instant::now();
    let mut tasks = tokio::task::JoinSet::new();
    for mut picker in pickers {
        let floor = Arc::clone(floor);
        tasks.spawn(async move {
            let mut scans = Vec::new();
            picker.pick_all(&floor, &AtomicBool::new(false), |scan| scans.push(scan)).await?;
            anyhow::Ok(scans)
        });
    }
    let mut all = Vec::new();
    while let Some(done) = tasks.join_next().await {
        all.extend(done.context("a picker ended early")??);
    }
    Ok((all, started.elapsed()))
}
