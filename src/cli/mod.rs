//! The command line: what an operator types.
//!
//! Errors end up here as sentences for a person; the exit status is 0 only when all went well.

mod backup;
mod bench;
mod crash_test;
mod demo;
mod document;
mod import;
mod label;
mod sandbox;
mod sandbox_carriers;
mod serve;
mod verify;

use std::process::ExitCode;

use clap::parser::ValueSource;
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use tracing_subscriber::EnvFilter;

use crate::config::DataArgs;

/// ambar (амбар): склад и доставка для фулфилмент-операторов.
#[derive(Debug, Parser)]
#[command(name = "ambar", version, about)]
struct Cli {
    #[command(flatten)]
    data: DataArgs,
    /// Write the log as JSON lines.
    #[arg(long, env = "AMBAR_LOG_JSON", global = true)]
    log_json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Play a day of a warehouse from an empty folder, then serve it.
    Demo(demo::DemoArgs),
    /// Run the server: HTTP, scanners, printers, jobs.
    Serve(serve::ServeArgs),
    /// Bring the schema of the database to this version and end.
    Migrate,
    /// Recompute everything from history and print the differences.
    Verify(verify::VerifyArgs),
    /// Take a file in: products, stock, orders, bins, a carrier's points, register or invoice, a bank's statement.
    Import(import::ImportArgs),
    /// Show labels and write them for a printer, without a server.
    Label(label::LabelArgs),
    /// Draw papers and forms as PDF, without a server.
    Document(document::DocumentArgs),
    /// Measure, and print the figures as JSON.
    Bench(bench::BenchArgs),
    /// Kill servers under working handhelds and audit the ledger. Needs an empty database.
    CrashTest(crash_test::CrashArgs),
    /// Play a scanner, a scale, a printer or carriers that are not there, to try a server with.
    Sandbox(sandbox::SandboxArgs),
    /// Copy the embedded database while it is in use.
    Backup(backup::BackupArgs),
    /// Put a copy back in place of the embedded database. The server must be stopped.
    Restore(backup::RestoreArgs),
}

/// Runs the program.
pub fn main() -> ExitCode {
    let matches = Cli::command().get_matches();
    let folder = match matches.value_source("data_dir") {
        None | Some(ValueSource::DefaultValue) => demo::Folder::Default,
        Some(_) => demo::Folder::Named,
    };
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    start_log(cli.log_json);
    crate::net::prepare();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("ambar: {error}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(run(cli, folder)) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("ambar: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(cli: Cli, folder: demo::Folder) -> anyhow::Result<ExitCode> {
    match cli.command {
        Command::Demo(args) => demo::run(&cli.data, folder, args).await,
        Command::Serve(args) => serve::run(&cli.data, args).await,
        Command::Migrate => serve::migrate(&cli.data).await,
        Command::Verify(args) => verify::run(&cli.data, &args).await,
        Command::Import(args) => import::run(&cli.data, &args).await,
        Command::Label(args) => label::run(&args),
        Command::Document(args) => document::run(&args),
        Command::Bench(args) => bench::run(&cli.data, args).await,
        Command::CrashTest(args) => crash_test::run(&cli.data, &args).await,
        Command::Sandbox(args) => sandbox::run(args).await,
        Command::Backup(args) => backup::backup(&cli.data, &args),
        Command::Restore(args) => backup::restore(&cli.data, &args),
    }
}

fn start_log(json: bool) {
    let filter = EnvFilter::try_from_env("AMBAR_LOG")
        .unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn,hyper=warn"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if json { log.json().init() } else { log.compact().init() }
}
