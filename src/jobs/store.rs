//! The rows of the queue.

use uuid::Uuid;

use super::{Job, JobState, NewJob};
use crate::commands::Ctx;
use crate::db::{Arg, DbError, Tx};
use crate::ids::JobId;
use crate::units::UtcMicros;
use crate::{args, record};

record! {
    /// A job as people see it.
    pub(super) struct JobRow {
        pub(super) id: JobId,
        pub(super) kind: String,
        pub(super) subject: String,
        pub(super) payload: serde_json::Value,
        pub(super) state: JobState,
        pub(super) priority: i64,
        pub(super) attempts: i64,
        pub(super) run_at: UtcMicros,
        pub(super) last_error: Option<String>,
        pub(super) created_at: UtcMicros,
        pub(super) finished_at: Option<UtcMicros>,
    }
}

const JOB_INSERT: &str = "INSERT INTO job
     (id, kind, subject, payload, state, priority, attempts, run_at, created_at)
     VALUES ($1, $2, $3, $4, 'queued', $5, 0, $6, $7)";

/// Due are queued jobs and those whose worker has let its lease run out.
const JOB_DUE: &str = "SELECT id, kind, subject, payload, attempts, created_at FROM job
     WHERE state IN ('queued', 'running') AND run_at <= $1
       AND (lease_until IS NULL OR lease_until <= $1) AND kind IN (/*list*/)
     ORDER BY priority DESC, run_at, id LIMIT $2";

const JOB_CLAIM: &str = "UPDATE job
     SET state = 'running', worker_id = $1, lease_until = $2, attempts = attempts + 1
     WHERE id = $3 AND attempts = $4 AND state IN ('queued', 'running')
       AND (lease_until IS NULL OR lease_until <= $5)";

const JOB_DONE: &str = "UPDATE job
     SET state = 'done', lease_until = NULL, finished_at = $1, last_error = NULL
     WHERE id = $2 AND worker_id = $3 AND state = 'running'";

const JOB_AGAIN: &str = "UPDATE job
     SET state = 'queued', lease_until = NULL, worker_id = NULL, run_at = $1,
         attempts = attempts - $2, last_error = COALESCE($3, last_error)
     WHERE id = $4 AND worker_id = $5 AND state = 'running'";

const JOB_DEAD: &str = "UPDATE job
     SET state = 'dead', lease_until = NULL, finished_at = $1, last_error = $2
     WHERE id = $3 AND worker_id = $4 AND state = 'running'";

const JOB_RETRY: &str = "UPDATE job
     SET state = 'queued', attempts = 0, run_at = $1, worker_id = NULL, finished_at = NULL
     WHERE id = $2 AND state = 'dead'";

const JOB_SWEEP: &str = "DELETE FROM job WHERE id IN
     (SELECT id FROM job WHERE state = 'done' AND id < $1 ORDER BY id LIMIT $2)";

const JOB_FIND: &str = "SELECT id, kind, subject, payload, state, priority, attempts, run_at,
         last_error, created_at, finished_at
     FROM job WHERE id = $1";

const JOB_LIST: &str = "SELECT id, kind, subject, payload, state, priority, attempts, run_at,
         last_error, created_at, finished_at
     FROM job WHERE (state = $1 OR $1 IS NULL) AND (kind = $2 OR $2 IS NULL)
       AND (subject = $3 OR $3 IS NULL) AND id < $4
     ORDER BY id DESC LIMIT $5";

pub const QUERIES: &[&str] = &[
    JOB_INSERT, JOB_DUE, JOB_CLAIM, JOB_DONE, JOB_AGAIN, JOB_DEAD, JOB_RETRY, JOB_SWEEP, JOB_FIND,
    JOB_LIST,
];

pub(super) async fn job_insert(tx: &mut Tx, ctx: &Ctx, job: &NewJob) -> Result<JobId, DbError> {
    let id = JobId::new();
    let run_at = job.run_at.unwrap_or(ctx.now);
    let values =
        args![id, job.kind, &job.subject, job.payload.clone(), job.priority, run_at, ctx.now];
    tx.insert(JOB_INSERT, values).await?;
    tx.announce();
    Ok(id)
}

/// The most urgent jobs of these kinds that somebody should run now.
pub(super) async fn job_due(
    tx: &mut Tx,
    now: UtcMicros,
    kinds: &[String],
    count_max: i64,
) -> Result<Vec<Job>, DbError> {
    let kinds: Vec<Arg> = kinds.iter().map(Arg::from).collect();
    tx.fetch_in(JOB_DUE, args![now, count_max], kinds).await
}

/// Takes a due job for the run `run`, unless another worker was faster.
pub(super) async fn job_claim(
    tx: &mut Tx,
    job: &Job,
    run: Uuid,
    now: UtcMicros,
    lease_until: UtcMicros,
) -> Result<bool, DbError> {
    let values = args![run, lease_until, job.id, job.attempts, now];
    Ok(tx.execute(JOB_CLAIM, values).await? == 1)
}

pub(super) async fn job_done(
    tx: &mut Tx,
    id: JobId,
    run: Uuid,
    now: UtcMicros,
) -> Result<bool, DbError> {
    Ok(tx.execute(JOB_DONE, args![now, id, run]).await? == 1)
}

/// Queues a job again at `run_at`, after a failure with its error, or uncounted without one.
pub(super) async fn job_again(
    tx: &mut Tx,
    id: JobId,
    run: Uuid,
    run_at: UtcMicros,
    error: Option<String>,
) -> Result<bool, DbError> {
    let uncounted = i64::from(error.is_none());
    Ok(tx.execute(JOB_AGAIN, args![run_at, uncounted, error, id, run]).await? == 1)
}

pub(super) async fn job_dead(
    tx: &mut Tx,
    id: JobId,
    run: Uuid,
    now: UtcMicros,
    error: String,
) -> Result<bool, DbError> {
    Ok(tx.execute(JOB_DEAD, args![now, error, id, run]).await? == 1)
}

/// Queues a dead job anew.
pub(super) async fn job_revive(tx: &mut Tx, id: JobId, now: UtcMicros) -> Result<bool, DbError> {
    tx.announce();
    Ok(tx.execute(JOB_RETRY, args![now, id]).await? == 1)
}

/// Deletes done jobs that are older than `before`, at most `count_max` at once.
pub(super) async fn job_sweep(tx: &mut Tx, before: JobId, count_max: i64) -> Result<u64, DbError> {
    tx.execute(JOB_SWEEP, args![before, count_max]).await
}

pub(super) async fn job_find(tx: &mut Tx, id: JobId) -> Result<Option<JobRow>, DbError> {
    tx.fetch_optional(JOB_FIND, args![id]).await
}

/// Which jobs a list shows.
#[derive(Debug, Clone)]
pub(super) struct JobFilter {
    pub(super) state: Option<JobState>,
    pub(super) kind: Option<String>,
    pub(super) subject: Option<String>,
    pub(super) before: JobId,
}

pub(super) async fn job_list(
    tx: &mut Tx,
    filter: &JobFilter,
    limit: i64,
) -> Result<Vec<JobRow>, DbError> {
    let values =
        args![filter.state, filter.kind.clone(), filter.subject.clone(), filter.before, limit];
    tx.fetch_all(JOB_LIST, values).await
}
