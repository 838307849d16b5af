//! What carriers are asked of each of the last days: one job for each account and day.
//!
//! What a carrier has to tell of a day may come days later, so each of the last days is asked for again;
//! what is known adds nothing.

use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use super::accounts::{account_find, accounts_active};
use super::store::accounts as store;
use super::{AccountRow, Connected, ShipmentError};
use crate::app::App;
use crate::carriers::Carrier;
use crate::commands::Ctx;
use crate::db::{DbError, Tx};
use crate::ids::{CarrierAccountId, IdError};
use crate::jobs::{Job, JobHandler, JobOutcome, JobPolicy, enqueue};
use crate::units::Day;

/// How often a node looks whether carriers are to be asked.
const CHECK_EVERY: Duration = Duration::from_mins(30);

/// Something that is asked of each of the last days.
#[derive(Debug, Clone, Copy)]
pub struct DailyAsk {
    /// The kind of its jobs.
    pub job: &'static str,
    pub days_back: u64,
    /// How long one question may take.
    pub lease_seconds: i64,
    /// Whether a carrier tells it at all.
    pub is_told: fn(&dyn Carrier) -> bool,
    /// Asks an account for a day, and keeps what is told.
    pub ask: for<'a> fn(&'a App, CarrierAccountId, Day) -> BoxFuture<'a, Result<(), String>>,
}

/// Queues what is due, again and again until it is told to stop.
pub async fn ask_regularly(app: App, asks: Vec<DailyAsk>, stop: CancellationToken) {
    while !stop.is_cancelled() {
        for ask in &asks {
            if let Err(error) = ask.queue_due(&app).await {
                tracing::warn!(%error, job = ask.job, "carriers are not asked");
            }
        }
        stop.run_until_cancelled(tokio::time::sleep(CHECK_EVERY)).await;
    }
}

/// Queues what is due of all of these. Answers how many jobs.
pub async fn queue_due(app: &App, asks: &[DailyAsk]) -> Result<usize, DbError> {
    let mut queued = 0;
    for ask in asks {
        queued += ask.queue_due(app).await?;
    }
    Ok(queued)
}

/// What the workers of a node do for them.
pub fn handlers(asks: &[DailyAsk]) -> Vec<Arc<dyn JobHandler>> {
    asks.iter().map(|ask| Arc::new(*ask) as Arc<dyn JobHandler>).collect()
}

impl JobHandler for DailyAsk {
    fn kind(&self) -> &'static str {
        self.job
    }

    fn policy(&self) -> JobPolicy {
        JobPolicy::until_morning(self.lease_seconds)
    }

    fn run<'a>(&'a self, app: &'a App, job: &'a Job) -> BoxFuture<'a, Result<JobOutcome, String>> {
        Box::pin(async move {
            let (account, day) = asked_of(job)?;
            (self.ask)(app, account, day).await?;
            Ok(JobOutcome::Done)
        })
    }
}

/// What a job is told, beside its account.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Told {
    day: Day,
}

impl DailyAsk {
    /// Queues a job for each account that tells it and each of the last days, once a day whatever nodes
    /// there are. Answers how many jobs.
    async fn queue_due(self, app: &App) -> Result<usize, DbError> {
        let now = app.clock.now();
        let read = async |tx: &mut Tx| accounts_active(tx).await;
        let accounts = app.db.read::<_, DbError, _>(read).await?;
        let mut queued = 0;
        for account in accounts {
            let program = app.connectors.of(&app.vault, &account);
            if !program.is_ok_and(|program| (self.is_told)(program.as_ref())) {
                continue;
            }
            let id = account.id;
            let work = async move |tx: &mut Tx| self.queue(tx, &Ctx::system(now), id).await;
            queued += app.db.write::<usize, DbError, _>(work).await?;
        }
        Ok(queued)
    }

    async fn queue(
        self,
        tx: &mut Tx,
        ctx: &Ctx,
        account: CarrierAccountId,
    ) -> Result<usize, DbError> {
        let today = ctx.now.moscow_day();
        if !store::asked(tx, account, self.job, today).await? {
            return Ok(0);
        }
        let mut queued = 0;
        for back in 0..self.days_back {
            let told = serde_json::to_value(Told { day: today.minus_days(back) });
            let told = told.unwrap_or_default();
            enqueue(tx, ctx, self.job, &account.to_string(), told).await?;
            queued += 1;
        }
        Ok(queued)
    }
}

/// Whom a job asks, and of which day.
fn asked_of(job: &Job) -> Result<(CarrierAccountId, Day), String> {
    let told: Told =
        serde_json::from_value(job.payload.clone()).map_err(|error| error.to_string())?;
    let account = job.subject.parse().map_err(|error: IdError| error.to_string())?;
    Ok((account, told.day))
}

/// An account with its program; nothing when it is not in use any more.
pub async fn connected(
    app: &App,
    account: CarrierAccountId,
) -> Result<Option<(AccountRow, Connected)>, ShipmentError> {
    let read = async move |tx: &mut Tx| account_find(tx, account).await;
    let account = app.db.read::<_, ShipmentError, _>(read).await?;
    if !account.active {
        return Ok(None);
    }
    let program = app.connectors.of(&app.vault, &account)?;
    Ok(Some((account, program)))
}
