//! When it runs: after each import and acceptance, and once a day.

use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::{run, store};
use crate::app::App;
use crate::commands::Ctx;
use crate::db::{DbError, Tx};
use crate::jobs::{Job, JobHandler, JobOutcome, JobPolicy, enqueue};

/// How often a node looks whether the day's run is due.
pub const CHECK_EVERY: Duration = Duration::from_mins(30);

const RUN: &str = "reconciliation_run";

/// Queues a run for when this transaction is committed. `subject` is what caused it.
pub async fn queue(tx: &mut Tx, ctx: &Ctx, subject: &str) -> Result<(), DbError> {
    enqueue(tx, ctx, RUN, subject, json!({})).await.map(drop)
}

/// Queues the run of each day until it is told to stop: what becomes late does so by itself.
pub async fn run_regularly(app: App, every: Duration, stop: CancellationToken) {
    while !stop.is_cancelled() {
        if let Err(error) = queue_due(&app).await {
            tracing::warn!(%error, "the daily reconciliation is not queued");
        }
        stop.run_until_cancelled(tokio::time::sleep(every)).await;
    }
}

/// Queues the day's run, once whatever nodes there are. Answers how many jobs.
pub async fn queue_due(app: &App) -> Result<usize, DbError> {
    let now = app.clock.now();
    let write = async move |tx: &mut Tx| {
        let day = now.moscow_day();
        if !store::run_on(tx, day).await? {
            return Ok(0);
        }
        queue(tx, &Ctx::system(now), &day.to_string()).await?;
        Ok(1)
    };
    app.db.write(write).await
}

/// What the workers of a node do for reconciliation.
pub fn handlers() -> Vec<Arc<dyn JobHandler>> {
    vec![Arc::new(RunJob)]
}

struct RunJob;

impl JobHandler for RunJob {
    fn kind(&self) -> &'static str {
        RUN
    }

    fn policy(&self) -> JobPolicy {
        JobPolicy { lease_seconds: 15 * 60, ..JobPolicy::default() }
    }

    fn run<'a>(&'a self, app: &'a App, _job: &'a Job) -> BoxFuture<'a, Result<JobOutcome, String>> {
        Box::pin(async move {
            let report = run::run(app, None).await.map_err(|error| error.to_string())?;
            let (matched, settled, raised) = (report.matched, report.settled, report.raised);
            tracing::info!(matched, settled, raised, "receipts and registers were looked through");
            Ok(JobOutcome::Done)
        })
    }
}
