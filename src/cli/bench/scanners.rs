//! Many scanners on the door for TCP: what the server's process takes of memory, and how fast it answers.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use clap::Args;
use serde_json::{Value, json};

use super::{PerCent, memory_kib, micros, per_second};
use crate::cli::serve;
use crate::config::DataArgs;
use crate::devices::{self, DeviceScan, StreamProtocol, Verdict};
use crate::integrity;
use crate::sandbox::crash::Node;
use crate::sandbox::devices::{Manners, SandboxScanner};
use crate::sandbox::floor::{self, FloorPlan};

/// What the door speaks.
const PROTOCOL: &str = "line-tcp";
/// A scanner is answered at once or late, but it is answered.
const PATIENCE: Duration = Duration::from_mins(1);

#[derive(Debug, Args)]
pub(in crate::cli) struct ScannersArgs {
    /// Scanners that are connected at the same time.
    #[arg(long, default_value_t = 500)]
    count: usize,
    /// Scans of each; more than a score are slowed down to ten in a second.
    #[arg(long, default_value_t = 15)]
    scans: usize,
}

/// Measures a server of its own on a database that may hold other floors.
pub(super) async fn run(data: &DataArgs, args: &ScannersArgs) -> anyhow::Result<Value> {
    anyhow::ensure!(args.count > 0 && args.scans > 0, "нужен хотя бы один сканер и один скан");
    let app = serve::open_app(data).await?;
    let engine = app.db.dialect();
    let plan =
        FloorPlan { devices: args.count, lines_per_order: 1, pieces_per_line: 1, entries: 0 };
    let floor = floor::build(&app, plan).await?;
    app.db.close().await;

    let mut node = Node::with_scanners(std::env::current_exe()?, serve::arguments(data))?;
    node.start().await?;
    let address = node.scanners().context("у сервера нет двери для сканеров")?;
    let process = node.process().context("сервер не работает")?;
    let before = memory_kib(process, "VmRSS:");
    let protocol = devices::scanner(PROTOCOL).and_then(|known| known.stream());
    let protocol = protocol.context("нет такого сканера")?;
    let mut scanners = Vec::with_capacity(args.count);
    for device in &floor.devices {
        scanners.push(enrolled(protocol, address, &device.token).await?);
    }
    let connected = memory_kib(process, "VmRSS:");
    let (mut times, took, scanners) = scan_all(scanners, &floor.badge, args.scans).await?;
    let scanned = memory_kib(process, "VmRSS:");
    let peak = memory_kib(process, "VmHWM:");
    drop(scanners);
    node.kill().await?;
    let db = serve::open(data).await?;
    let report = integrity::verify(&db).await?;
    db.close().await;

    times.sort_unstable();
    Ok(json!({
        "bench": "scanners",
        "engine": format!("{engine:?}").to_lowercase(),
        "scanners": args.count,
        "memory_without_kib": before,
        "memory_connected_kib": connected,
        "memory_scanning_kib": scanned,
        "memory_peak_kib": peak,
        "scans": times.len(),
        "took_ms": took.as_millis(),
        "scans_per_s": per_second(times.len(), took),
        "scan_p50_us": micros(&times, PerCent(50)),
        "scan_p99_us": micros(&times, PerCent(99)),
        "differences": report.differences.len(),
    }))
}

/// Connected, and the server knows which device it is.
async fn enrolled(
    protocol: &Arc<StreamProtocol>,
    address: SocketAddr,
    token: &str,
) -> anyhow::Result<SandboxScanner> {
    let mut scanner = SandboxScanner::connect(protocol, address).await?.waiting(PATIENCE);
    let response = scanner.hello(token).await?;
    anyhow::ensure!(response.verdict == Some(Verdict::Ok), "сканер не узнан: {response:?}");
    Ok(scanner)
}

type Scanned = (Vec<Duration>, Duration, Vec<SandboxScanner>);

/// All at once, each scan as soon as the last one is answered. The scanners stay connected.
async fn scan_all(
    scanners: Vec<SandboxScanner>,
    badge: &str,
    scans: usize,
) -> anyhow::Result<Scanned> {
    let started = Instant::now();
    let mut tasks = tokio::task::JoinSet::new();
    for mut scanner in scanners {
        let scan = DeviceScan::of(badge);
        tasks.spawn(async move {
            let mut times = Vec::with_capacity(scans);
            for _ in 0..scans {
                let started = Instant::now();
                let response = scanner.scan(&scan, Manners::Good).await?;
                anyhow::ensure!(response.verdict == Some(Verdict::Ok), "скан: {response:?}");
                times.push(started.elapsed());
            }
            Ok((times, scanner))
        });
    }
    let (mut all, mut connected) = (Vec::new(), Vec::new());
    while let Some(done) = tasks.join_next().await {
        let (times, scanner) = done.context("a scanner ended early")??;
        all.extend(times);
        connected.push(scanner);
    }
    Ok((all, started.elapsed(), connected))
}
