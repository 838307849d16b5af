//! Receipts that carriers tell by their interfaces: one job for each account and day.
//!
//! A receipt may come days after its day, so each of the last days is asked for again; what is known
//! adds nothing.

use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use super::{FiscalError, service, store};
use crate::app::App;
use crate::commands::Ctx;
use crate::db::{DbError, Tx};
use crate::ids::CarrierAccountId;
use crate::jobs::{Job, JobHandler, JobOutcome, JobPolicy, enqueue};
use crate::shipments::ShipmentError;
use crate::shipments::accounts::{account_find, accounts_active};
use crate::units::Day;

/// How often a node looks whether receipts are to be asked for.
pub const FETCH_CHECK_EVERY: Duration = Duration::from_mins(30);

const FETCH: &str = "fiscal_receipts_fetch";
/// Receipts appear up to so many days late.
const DAYS_BACK: u64 = 10;
/// So many receipts are written in one transaction.
const PART: usize = 1_000;

/// What a job of this kind is told, beside its account.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Fetch {
    day: Day,
}

/// Queues what is due, again and again until it is told to stop.
pub async fn fetch_regularly(app: App, every: Duration, stop: CancellationToken) {
    while !stop.is_cancelled() {
        if let Err(error) = queue_due(&app).await {
            tracing::warn!(%error, "receipts of carriers are not asked for");
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(every) => {}
        }
    }
}

/// Queues a job for each account that tells receipts and each of the last days, once a day whatever
/// nodes there are. Answers how many jobs.
pub async fn queue_due(app: &App) -> Result<usize, DbError> {
    let now = app.clock.now();
    let today = now.moscow_day();
    let read = async |tx: &mut Tx| accounts_active(tx).await;
    let accounts = app.db.read::<_, DbError, _>(read).await?;
    let mut queued = 0;
    for account in accounts {
        let program = app.connectors.of(&app.vault, &account);
        if !program.is_ok_and(|program| program.receipts().is_some()) {
            continue;
        }
        let id = account.id;
        let write = async move |tx: &mut Tx| {
            let ctx = Ctx::system(now);
            if !store::fetched(tx, id, today).await? {
                return Ok(0);
            }
            let days = days_before(today);
            for day in &days {
                let told = serde_json::to_value(Fetch { day: *day }).unwrap_or_default();
                enqueue(tx, &ctx, FETCH, &id.to_string(), told).await?;
            }
            Ok(days.len())
        };
        queued += app.db.write::<usize, DbError, _>(write).await?;
    }
    Ok(queued)
}

fn days_before(today: Day) -> Vec<Day> {
    let day = |back| today.date().checked_sub_days(chrono::Days::new(back)).map(Day::from_date);
    (0..DAYS_BACK).filter_map(day).collect()
}

/// What the workers of a node do for receipts.
pub fn handlers() -> Vec<Arc<dyn JobHandler>> {
    vec![Arc::new(FetchJob)]
}

struct FetchJob;

impl JobHandler for FetchJob {
    fn kind(&self) -> &'static str {
        FETCH
    }

    /// A carrier that is down in the night is asked until the morning.
    fn policy(&self) -> JobPolicy {
        JobPolicy {
            attempts_max: 12,
            lease_seconds: 5 * 60,
            pause_seconds_first: 30,
            pause_seconds_max: 60 * 60,
        }
    }

    fn run<'a>(&'a self, app: &'a App, job: &'a Job) -> BoxFuture<'a, Result<JobOutcome, String>> {
        Box::pin(async move {
            let told = serde_json::from_value(job.payload.clone());
            let told: Fetch = told.map_err(|error| error.to_string())?;
            let account =
                job.subject.parse().map_err(|error: crate::ids::IdError| error.to_string())?;
            fetch(app, account, told.day).await.map_err(|error| error.to_string())?;
            Ok(JobOutcome::Done)
        })
    }
}

/// Asks an account for the receipts of a day and keeps them; answers how many are new.
async fn fetch(app: &App, account: CarrierAccountId, day: Day) -> Result<u64, FiscalError> {
    let read = async move |tx: &mut Tx| account_find(tx, account).await;
    let found = app.db.read::<_, ShipmentError, _>(read).await?;
    if !found.active {
        return Ok(0);
    }
    let program = app.connectors.of(&app.vault, &found)?;
    let Some(asking) = program.receipts().map(|receipts| receipts.receipts(day)) else {
        return Ok(0);
    };
    let told = asking.await.map_err(ShipmentError::from)?;
    let ctx = Ctx::system(app.clock.now());
    let mut new = 0;
    for part in told.chunks(PART) {
        let part = part.to_vec();
        let write = async move |tx: &mut Tx| service::keep(tx, &ctx, account, &part).await;
        new += app.db.write::<u64, DbError, _>(write).await?;
    }
    Ok(new)
}
