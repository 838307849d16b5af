//! `ambar bench`: figures of speed, as JSON. They are measured here and nowhere guessed.

mod import;
mod reserve;
mod scan;

use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Subcommand};

use crate::config::DataArgs;

#[derive(Debug, Args)]
pub(super) struct BenchArgs {
    #[command(subcommand)]
    bench: Bench,
}

#[derive(Debug, Subcommand)]
enum Bench {
    /// Handhelds that confirm picks over HTTP, on a floor made for it.
    Scan(scan::ScanArgs),
    /// Importing a file of orders into the database.
    Import(import::ImportArgs),
    /// Reserving all waiting orders of the database, and releasing a wave.
    Reserve(reserve::ReserveArgs),
}

pub(super) async fn run(data: &DataArgs, args: BenchArgs) -> anyhow::Result<ExitCode> {
    let figures = match args.bench {
        Bench::Scan(args) => scan::run(data, &args).await?,
        Bench::Import(args) => import::run(data, &args).await?,
        Bench::Reserve(args) => reserve::run(data, &args).await?,
    };
    println!("{}", serde_json::to_string_pretty(&figures)?);
    Ok(ExitCode::SUCCESS)
}

/// How often per second, for so many in this time.
fn per_second(count: usize, took: Duration) -> u64 {
    let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX).max(1);
    u64::try_from(count).unwrap_or(u64::MAX).saturating_mul(1_000_000) / micros
}

/// The most memory this process had, in KiB, where the system tells.
fn peak_memory_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}
