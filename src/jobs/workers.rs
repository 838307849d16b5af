//! The workers: they claim due jobs, run their handlers and write down how it ended.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::FutureExt;
use rand::RngExt;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use super::store;
use super::{Job, JobHandler, JobOutcome, JobPolicy};
use crate::app::App;
use crate::db::{DbError, Tx};
use crate::ids::{JobId, new_uuid};
use crate::units::UtcMicros;

/// How many jobs one node runs at once. Most wait for somebody outside; a slow carrier must not fill
/// all places while others are there.
const RUNNING_MAX: usize = 64;
/// How long a job of another node, or one that becomes due, waits at most.
const POLL: Duration = Duration::from_secs(1);
/// A run is cut off so long before its lease ends.
const LEASE_MARGIN_SECONDS: i64 = 5;
const ERROR_LENGTH_MAX: usize = 2_000;
/// Done jobs are swept out after a week.
const DONE_KEPT_SECONDS: i64 = 7 * 24 * 3600;
const SWEEP_EVERY: Duration = Duration::from_mins(10);
const SWEEP_COUNT_MAX: i64 = 1_000;
const OUTCOME_TRIES_MAX: u32 = 10;

/// The handlers of a node, ready to work.
#[derive(Clone)]
pub struct Workers {
    app: App,
    handlers: Arc<HashMap<&'static str, Arc<dyn JobHandler>>>,
    /// Wakes the loop when a run has ended.
    freed: Arc<Notify>,
}

/// The running workers. They stop when it is dropped; [`WorkersHandle::stop`] also waits for them.
pub struct WorkersHandle {
    stop: DropGuard,
    claiming: JoinHandle<()>,
    running: TaskTracker,
}

impl WorkersHandle {
    /// Claims no more jobs and waits until those that run have ended.
    pub async fn stop(self) {
        drop(self.stop);
        if let Err(error) = self.claiming.await {
            tracing::error!(%error, "the workers' loop ended by a panic");
        }
        self.running.close();
        self.running.wait().await;
    }
}

/// A job that this node may run.
struct Claim {
    job: Job,
    run: Uuid,
    handler: Arc<dyn JobHandler>,
}

impl Workers {
    /// Starts working; jobs of kinds without a handler here are left to other nodes.
    pub fn start(app: App, handlers: Vec<Arc<dyn JobHandler>>) -> WorkersHandle {
        let workers = Self::new(app, handlers);
        let stop = CancellationToken::new();
        let running = TaskTracker::new();
        let claiming = tokio::spawn(workers.claim_until(stop.clone(), running.clone()));
        WorkersHandle { stop: stop.drop_guard(), claiming, running }
    }

    pub fn new(app: App, handlers: Vec<Arc<dyn JobHandler>>) -> Self {
        let count = handlers.len();
        let handlers: HashMap<_, _> =
            handlers.into_iter().map(|handler| (handler.kind(), handler)).collect();
        assert_eq!(handlers.len(), count, "a kind of job has one handler");
        Self { app, handlers: Arc::new(handlers), freed: Arc::new(Notify::new()) }
    }

    /// Runs what is due now, waits for it, and answers how many jobs that were.
    pub async fn run_due(&self) -> Result<usize, DbError> {
        let claims = self.claim(RUNNING_MAX).await?;
        let count = claims.len();
        futures::future::join_all(claims.into_iter().map(|claim| self.run(claim))).await;
        Ok(count)
    }

    async fn claim_until(self, stop: CancellationToken, running: TaskTracker) {
        let mut swept_at: Option<Instant> = None;
        while !stop.is_cancelled() {
            // Registered before the look into the queue, so that no call in between is missed.
            let mut queued = std::pin::pin!(self.app.db.announced());
            queued.as_mut().enable();
            let free = RUNNING_MAX.saturating_sub(running.len());
            match self.claim(free).await {
                Ok(claims) => {
                    for claim in claims {
                        let workers = self.clone();
                        running.spawn(async move {
                            workers.run(claim).await;
                            workers.freed.notify_one();
                        });
                    }
                }
                Err(error) => tracing::warn!(%error, "jobs could not be claimed"),
            }
            if swept_at.is_none_or(|at| at.elapsed() > SWEEP_EVERY) {
                swept_at = Some(Instant::now());
                self.sweep().await;
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = queued => {}
                () = self.freed.notified() => {}
                () = tokio::time::sleep(POLL) => {}
            }
        }
    }

    /// Takes up to `count_max` due jobs. Only a look, and no transaction, when there are none.
    async fn claim(&self, count_max: usize) -> Result<Vec<Claim>, DbError> {
        if count_max == 0 || self.handlers.is_empty() {
            return Ok(Vec::new());
        }
        let now = self.app.clock.now();
        let kinds: Vec<String> = self.handlers.keys().map(|kind| (*kind).to_owned()).collect();
        let limit = i64::try_from(count_max).unwrap_or(i64::MAX);
        let look = async move |tx: &mut Tx| store::job_due(tx, now, &kinds, limit).await;
        let mut due = self.app.db.read(look).await?;
        if due.is_empty() {
            return Ok(Vec::new());
        }
        due.sort_by_key(|job| job.id);
        let leases: Vec<_> = due.into_iter().filter_map(|job| self.with_lease(job, now)).collect();
        let take = async move |tx: &mut Tx| {
            let mut taken = Vec::new();
            for (job, lease_until) in &leases {
                let run = new_uuid();
                if store::job_claim(tx, job, run, now, *lease_until).await? {
                    taken.push((job.clone(), run));
                }
            }
            Ok::<_, DbError>(taken)
        };
        let taken = self.app.db.write(take).await?;
        let claim = |(job, run): (Job, Uuid)| {
            let handler = Arc::clone(self.handlers.get(job.kind.as_str())?);
            Some(Claim { job, run, handler })
        };
        Ok(taken.into_iter().filter_map(claim).collect())
    }

    fn with_lease(&self, job: Job, now: UtcMicros) -> Option<(Job, UtcMicros)> {
        let policy = self.handlers.get(job.kind.as_str())?.policy();
        Some((job, now.plus_seconds(policy.lease_seconds)))
    }

    async fn run(&self, claim: Claim) {
        let Claim { job, run, handler } = claim;
        let policy = handler.policy();
        // Attempts count from the claim, so that a job which kills its worker ends, too.
        let verdict = if job.attempts >= policy.attempts_max {
            Verdict::dead("the worker vanished during the last attempt")
        } else {
            let outcome = self.run_handler(&*handler, &job, policy).await;
            judge(outcome, job.attempts + 1, policy)
        };
        self.app.metrics.job(&job.kind, verdict.word());
        if let Verdict::Dead { error } = &verdict {
            tracing::error!(job = %job.id, kind = %job.kind, subject = %job.subject, %error, "a job is dead");
        }
        self.write_down(job.id, run, verdict).await;
    }

    async fn run_handler(
        &self,
        handler: &dyn JobHandler,
        job: &Job,
        policy: JobPolicy,
    ) -> Result<JobOutcome, String> {
        let seconds = policy.lease_seconds.saturating_sub(LEASE_MARGIN_SECONDS).max(1);
        let limit = Duration::from_secs(seconds.unsigned_abs());
        let run = AssertUnwindSafe(handler.run(&self.app, job)).catch_unwind();
        match tokio::time::timeout(limit, run).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_)) => Err("the handler panicked".to_owned()),
            Err(_) => Err(format!("not finished after {seconds} s")),
        }
    }

    /// Writes how a run ended. If the database stays away, the lease runs out and another run finds
    /// what this one did.
    async fn write_down(&self, id: JobId, run: Uuid, verdict: Verdict) {
        let clock = self.app.clock.clone();
        let write = Arc::new(verdict);
        for _ in 0..OUTCOME_TRIES_MAX {
            let (clock, verdict) = (clock.clone(), Arc::clone(&write));
            let work = async move |tx: &mut Tx| verdict.write(tx, id, run, clock.now()).await;
            match self.app.db.write(work).await {
                Ok(true) => return,
                Ok(false) => {
                    tracing::warn!(job = %id, "the lease of a job ran out before its outcome");
                    return;
                }
                Err(error @ (DbError::Unavailable(_) | DbError::Disconnected(_))) => {
                    tracing::warn!(job = %id, %error, "the outcome of a job waits for the database");
                    tokio::time::sleep(POLL).await;
                }
                Err(error) => {
                    tracing::error!(job = %id, %error, "the outcome of a job was not written");
                    return;
                }
            }
        }
    }

    async fn sweep(&self) {
        let oldest = self.app.clock.now().plus_seconds(-DONE_KEPT_SECONDS);
        let before = first_id_of(oldest);
        let work = async move |tx: &mut Tx| store::job_sweep(tx, before, SWEEP_COUNT_MAX).await;
        if let Err(error) = self.app.db.write::<u64, DbError, _>(work).await {
            tracing::warn!(%error, "old jobs were not swept out");
        }
    }
}

/// The smallest id that could have been made at `at`: a UUID version 7 starts with milliseconds.
fn first_id_of(at: UtcMicros) -> JobId {
    let millis = u128::try_from(at.micros() / 1_000).unwrap_or(0);
    JobId::from_uuid(Uuid::from_u128(millis << 80))
}

/// What becomes of a job after a run.
enum Verdict {
    Done,
    Later { seconds: i64 },
    Failed { error: String, pause_seconds: i64 },
    Dead { error: String },
}

impl Verdict {
    fn dead(error: &str) -> Self {
        Self::Dead { error: error.chars().take(ERROR_LENGTH_MAX).collect() }
    }

    const fn word(&self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Later { .. } => "later",
            Self::Failed { .. } => "failed",
            Self::Dead { .. } => "dead",
        }
    }

    async fn write(
        &self,
        tx: &mut Tx,
        id: JobId,
        run: Uuid,
        now: UtcMicros,
    ) -> Result<bool, DbError> {
        match self {
            Self::Done => store::job_done(tx, id, run, now).await,
            Self::Later { seconds } => {
                store::job_again(tx, id, run, now.plus_seconds(*seconds), None).await
            }
            Self::Failed { error, pause_seconds } => {
                let run_at = now.plus_seconds(*pause_seconds);
                store::job_again(tx, id, run, run_at, Some(error.clone())).await
            }
            Self::Dead { error } => store::job_dead(tx, id, run, now, error.clone()).await,
        }
    }
}

fn judge(outcome: Result<JobOutcome, String>, attempts: i64, policy: JobPolicy) -> Verdict {
    match outcome {
        Ok(JobOutcome::Done) => Verdict::Done,
        Ok(JobOutcome::Later { seconds }) => Verdict::Later { seconds },
        Ok(JobOutcome::GiveUp { reason }) => Verdict::dead(&reason),
        Err(error) if attempts >= policy.attempts_max => Verdict::dead(&error),
        Err(error) => {
            let longest = policy.pause_seconds(attempts).max(1);
            let pause_seconds = rand::rng().random_range((longest + 1) / 2..=longest);
            let error = error.chars().take(ERROR_LENGTH_MAX).collect();
            Verdict::Failed { error, pause_seconds }
        }
    }
}
