//! `ambar crash-test`: kills servers under working handhelds and audits the ledger.

use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;

use super::serve;
use crate::config::DataArgs;
use crate::sandbox::crash::{self, Node};
use crate::sandbox::floor::{self, FloorPlan};

#[derive(Debug, Args)]
pub(super) struct CrashArgs {
    /// How often a server is killed.
    #[arg(long, default_value_t = 20)]
    kills: u32,
    /// Servers on one database; more than one needs PostgreSQL.
    #[arg(long, default_value_t = 1)]
    nodes: usize,
    #[arg(long, default_value_t = 64)]
    devices: usize,
}

/// The exit status is 0 only if nothing answered was lost, doubled or made up.
pub(super) async fn run(data: &DataArgs, args: &CrashArgs) -> anyhow::Result<ExitCode> {
    anyhow::ensure!(args.nodes > 0 && args.devices > 0, "нужен хотя бы один сервер и один сканер");
    anyhow::ensure!(
        args.nodes == 1 || data.server_url().is_some(),
        "несколько серверов работают только на PostgreSQL: задайте --database-url"
    );
    let app = serve::open_app(data).await?;
    // More work than the test has time for.
    let plan = FloorPlan {
        devices: args.devices,
        lines_per_order: 20,
        pieces_per_line: 10_000,
        entries: 0,
    };
    let floor = Arc::new(floor::build(&app, plan).await?);
    app.db.close().await;

    let mut nodes = Vec::new();
    for _ in 0..args.nodes {
        let mut node = Node::new(std::env::current_exe()?, serve::arguments(data))?;
        node.start().await?;
        nodes.push(node);
    }
    let answers = crash::run(&floor, &mut nodes, args.kills).await?;
    for node in &mut nodes {
        node.kill().await?;
    }

    let db = serve::open(data).await?;
    let report = crash::audit(&db, &answers).await?;
    db.close().await;
    println!("{}", serde_json::to_string_pretty(&report)?);
    println!("{} differences", report.differences);
    Ok(if report.is_sound() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
