//! `ambar verify`: the history against what is stored.

use std::process::ExitCode;

use clap::Args;

use super::serve::open;
use crate::config::DataArgs;
use crate::integrity;

#[derive(Debug, Args)]
pub(super) struct VerifyArgs {
    /// Print the report as JSON.
    #[arg(long)]
    json: bool,
}

/// The exit status is 0 only if nothing differs.
pub(super) async fn run(data: &DataArgs, args: &VerifyArgs) -> anyhow::Result<ExitCode> {
    let db = open(data).await?;
    let report = integrity::verify(&db).await?;
    db.close().await;
    if args.json {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        for found in &report.differences {
            println!("{}: {}: {} != {}", found.rule, found.subject, found.stored, found.recomputed);
        }
        println!("{} entries, {} differences", report.entries, report.differences.len());
    }
    let sound = report.differences.is_empty();
    Ok(if sound { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
