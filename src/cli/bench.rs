//! `ambar bench`: figures of speed, as JSON. They are measured here and nowhere guessed.

mod devices;
mod import;
mod labels;
mod manifest;
mod money;
mod month;
mod points;
mod rates;
mod report;
mod reserve;
mod scan;
mod scanners;
mod timed;
mod tracking;

use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Subcommand};

use crate::config::{DataArgs, ListenArgs};

#[derive(Debug, Args)]
pub(super) struct BenchArgs {
    #[command(subcommand)]
    bench: Bench,
}

#[derive(Debug, Subcommand)]
enum Bench {
    /// Handhelds that confirm picks over HTTP, on a floor made for it.
    Scan(scan::ScanArgs),
    /// A frame of each kind of scanner into an event, and a text into its meaning.
    Devices(devices::DevicesArgs),
    /// Memory and speed of a server with many scanners on its door for TCP.
    Scanners(scanners::ScannersArgs),
    /// Parcel labels filled and drawn.
    Labels(labels::LabelsArgs),
    /// Importing delivery points, and finding the nearest.
    Points(points::PointsArgs),
    /// Importing a file of orders into the database.
    Import(import::ImportArgs),
    /// Reserving all waiting orders of the database, and releasing a wave.
    Reserve(reserve::ReserveArgs),
    /// Events of parcels on their way, kept and folded.
    Tracking(tracking::TrackingArgs),
    /// Prices of eight carriers for an order, asked and remembered.
    Rates(rates::RatesArgs),
    /// A manifest loaded and closed, with its papers and the carrier's act.
    Manifest(manifest::ManifestArgs),
    /// A month of registers, statements and invoices with every mistake in them.
    Month(month::MonthArgs),
    /// An agent's report drawn up, approved, read and printed.
    Report(report::ReportArgs),
    /// A register of collected money, a bank statement, and a page of a long account.
    Money(money::MoneyArgs),
}

pub(super) async fn run(data: &DataArgs, args: BenchArgs) -> anyhow::Result<ExitCode> {
    let figures = match args.bench {
        Bench::Scan(args) => scan::run(data, &args).await?,
        Bench::Devices(args) => devices::run(&args)?,
        Bench::Scanners(args) => scanners::run(data, &args).await?,
        Bench::Labels(args) => labels::run(&args)?,
        Bench::Points(args) => points::run(data, &args).await?,
        Bench::Import(args) => import::run(data, &args).await?,
        Bench::Reserve(args) => reserve::run(data, &args).await?,
        Bench::Tracking(args) => tracking::run(data, &args).await?,
        Bench::Rates(args) => rates::run(data, &args).await?,
        Bench::Manifest(args) => manifest::run(data, &args).await?,
        Bench::Month(args) => month::run(data, &args).await?,
        Bench::Report(args) => report::run(data, &args).await?,
        Bench::Money(args) => money::run(data, &args).await?,
    };
    println!("{}", serde_json::to_string_pretty(&figures)?);
    Ok(ExitCode::SUCCESS)
}

/// A server on a free port, for callers of this process alone.
fn quiet_doors() -> anyhow::Result<ListenArgs> {
    let listen = "127.0.0.1:0".parse()?;
    Ok(ListenArgs { listen, scanner_listen: "off".to_owned(), public_url: None })
}

/// A place among sorted times: so many per cent are before it.
#[derive(Debug, Clone, Copy)]
struct PerCent(usize);

fn micros(sorted: &[Duration], PerCent(place): PerCent) -> Option<u128> {
    let index = (sorted.len() * place / 100).min(sorted.len().saturating_sub(1));
    sorted.get(index).map(Duration::as_micros)
}

/// How often per second, for so many in this time.
fn per_second(count: usize, took: Duration) -> u64 {
    let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX).max(1);
    u64::try_from(count).unwrap_or(u64::MAX).saturating_mul(1_000_000) / micros
}

/// The most memory this process had, in KiB, where the system tells.
fn peak_memory_kib() -> Option<u64> {
    memory_kib(std::process::id(), "VmHWM:")
}

/// A figure of a process's memory in KiB, where the system tells: `VmRSS:` now, `VmHWM:` at most.
fn memory_kib(process: u32, figure: &str) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with(figure))?;
    line.split_whitespace().nth(1)?.parse().ok()
}
