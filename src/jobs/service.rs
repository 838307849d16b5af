//! Queueing jobs, and giving dead ones another chance.

use serde_json::Value;

use super::store::{self, JobRow};
use super::{JobError, NewJob};
use crate::commands::Ctx;
use crate::db::{DbError, Tx};
use crate::ids::JobId;

/// Queues a job to be run as soon as the transaction is committed.
///
/// `subject` is what people look for (an id or a number), `payload` what the handler needs. Secrets
/// have no business in either.
pub async fn enqueue(
    tx: &mut Tx,
    ctx: &Ctx,
    kind: &'static str,
    subject: &str,
    payload: Value,
) -> Result<JobId, DbError> {
    enqueue_with(tx, ctx, &NewJob::new(kind, subject, payload)).await
}

/// Like [`enqueue`], with a time before which it is not run, or a priority.
pub async fn enqueue_with(tx: &mut Tx, ctx: &Ctx, job: &NewJob) -> Result<JobId, DbError> {
    store::job_insert(tx, ctx, job).await
}

/// Queues a dead job anew, with all its attempts.
pub async fn job_retry(tx: &mut Tx, ctx: &Ctx, job: JobId) -> Result<(), JobError> {
    if store::job_revive(tx, job, ctx.now).await? {
        return Ok(());
    }
    let state = job_find(tx, job).await?.state;
    Err(JobError::NotDead { job, state })
}

pub(super) async fn job_find(tx: &mut Tx, job: JobId) -> Result<JobRow, JobError> {
    store::job_find(tx, job).await?.ok_or(JobError::NotFound { job })
}
