//! Refreshing: each carrier is asked for its points once a day, and when somebody wants it.
//!
//! The points belong to the carrier, not to an account: the first account that gets an answer is
//! enough.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use super::import::Closing;
use super::{ImportReport, PointsError, import, store};
use crate::app::App;
use crate::commands::Ctx;
use crate::db::{DbError, Tx};
use crate::ids::{CarrierAccountId, JobId};
use crate::jobs::{Job, JobHandler, JobOutcome, JobPolicy, enqueue};
use crate::shipments::{AccountRow, Connected, accounts};

/// How often a node looks whether a refresh is due.
pub const REFRESH_CHECK_EVERY: Duration = Duration::from_mins(10);

const REFRESH: &str = "points_refresh";
const DAY_SECONDS: i64 = 24 * 60 * 60;
const BUSY_SECONDS: i64 = 30;

/// What a job of this kind is told, beside its carrier.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Refresh {
    /// None: any of the carrier.
    account: Option<CarrierAccountId>,
    closing: Closing,
}

/// Queues what is due, again and again until it is told to stop.
pub async fn refresh_regularly(app: App, every: Duration, stop: CancellationToken) {
    while !stop.is_cancelled() {
        if let Err(error) = queue_due(&app).await {
            tracing::warn!(%error, "no refresh of delivery points could be queued");
        }
        stop.run_until_cancelled(tokio::time::sleep(every)).await;
    }
}

/// Queues a refresh of each carrier whose time has come, once whatever nodes there are.
pub async fn queue_due(app: &App) -> Result<usize, DbError> {
    let now = app.clock.now();
    let read = async |tx: &mut Tx| {
        Ok::<_, DbError>((accounts::accounts_active(tx).await?, store::source_list(tx).await?))
    };
    let (accounts, sources) = app.db.read(read).await?;
    let is_due = |carrier: &str| {
        let known = sources.iter().find(|source| source.carrier == carrier);
        known.is_none_or(|source| source.due_at <= now)
    };
    let mut carriers = BTreeSet::new();
    for account in &accounts {
        if !carriers.contains(&account.carrier)
            && is_due(&account.carrier)
            && connected(app, account).is_ok()
        {
            carriers.insert(account.carrier.clone());
        }
    }
    let mut queued = 0;
    for carrier in carriers {
        let work = async move |tx: &mut Tx| queue_one(tx, &Ctx::system(now), &carrier).await;
        queued += usize::from(app.db.write::<bool, DbError, _>(work).await?);
    }
    Ok(queued)
}

async fn queue_one(tx: &mut Tx, ctx: &Ctx, carrier: &str) -> Result<bool, DbError> {
    store::source_insert(tx, carrier, ctx.now).await?;
    if !store::source_due(tx, carrier, ctx.now.plus_seconds(DAY_SECONDS), ctx.now).await? {
        return Ok(false);
    }
    refresh_enqueue(tx, ctx, carrier, None, Closing::Plausible).await?;
    Ok(true)
}

/// Queues a refresh now.
pub(super) async fn refresh_enqueue(
    tx: &mut Tx,
    ctx: &Ctx,
    carrier: &str,
    account: Option<CarrierAccountId>,
    closing: Closing,
) -> Result<JobId, DbError> {
    let told = serde_json::to_value(Refresh { account, closing }).unwrap_or_default();
    enqueue(tx, ctx, REFRESH, carrier, told).await
}

/// The program of an account, if its carrier names its points.
pub(super) fn connected(app: &App, account: &AccountRow) -> Result<Connected, PointsError> {
    let program = app.connectors.of(&app.vault, account)?;
    if program.points().is_none() {
        return Err(PointsError::NotTold { carrier: account.carrier.clone() });
    }
    Ok(program)
}

/// What the workers of a node do for points.
pub fn handlers() -> Vec<Arc<dyn JobHandler>> {
    vec![Arc::new(RefreshJob)]
}

struct RefreshJob;

impl JobHandler for RefreshJob {
    fn kind(&self) -> &'static str {
        REFRESH
    }

    fn policy(&self) -> JobPolicy {
        JobPolicy::until_morning(30 * 60)
    }

    fn run<'a>(&'a self, app: &'a App, job: &'a Job) -> BoxFuture<'a, Result<JobOutcome, String>> {
        Box::pin(async move {
            let told = serde_json::from_value(job.payload.clone());
            let told: Refresh = told.map_err(|error| error.to_string())?;
            match refresh(app, &job.subject, told).await {
                Ok(report) => {
                    tracing::info!(
                        carrier = job.subject,
                        ?report,
                        "delivery points were refreshed"
                    );
                    Ok(JobOutcome::Done)
                }
                Err(PointsError::Busy { .. }) => Ok(JobOutcome::Later { seconds: BUSY_SECONDS }),
                Err(error @ (PointsError::Implausible { .. } | PointsError::NotTold { .. })) => {
                    Ok(JobOutcome::GiveUp { reason: error.to_string() })
                }
                Err(error) => Err(error.to_string()),
            }
        })
    }
}

/// Imports the points of a carrier by one of its accounts; the next one is tried when one fails.
async fn refresh(app: &App, carrier: &str, told: Refresh) -> Result<ImportReport, PointsError> {
    let read = async |tx: &mut Tx| accounts::accounts_active(tx).await;
    let accounts: Vec<AccountRow> = app.db.read::<_, DbError, _>(read).await?;
    let serving = accounts.into_iter().filter(|account| {
        account.carrier == carrier && told.account.is_none_or(|wanted| wanted == account.id)
    });
    let mut outcome = Err(PointsError::NotTold { carrier: carrier.to_owned() });
    for account in serving {
        outcome = match connected(app, &account) {
            Ok(program) => Box::pin(import(app, &program, told.closing)).await,
            Err(error) => Err(error),
        };
        if matches!(
            outcome,
            Ok(_) | Err(PointsError::Busy { .. } | PointsError::Implausible { .. })
        ) {
            break;
        }
    }
    outcome
}
