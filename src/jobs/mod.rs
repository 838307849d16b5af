//! The queue and outbox: work done after a commit.
//!
//! A command that wants something done outside the database (a label printed, a carrier told, a
//! reservation sought again) writes a row of `job` in its own transaction with [`enqueue`]. The
//! workers of any node claim such rows, run the handler of their kind, and write down how it ended.
//!
//! **Invariant:** a job is run by one worker at a time. A claim is a guarded update that sets a
//! lease and the id of the run; a worker that crashed loses the job when its lease ends, one that
//! hangs is cut off before that, and one that comes back late can no longer write its outcome.
//! **Invariant:** a job is run *at least* once. Its effect happening exactly once is the handler's
//! duty: it carries our own number (the job's id or its subject) to the other side and asks there by
//! that number before it tries again, or writes its effect by a statement that a repeat does not
//! change.
//! **Invariant:** handlers run outside of transactions; they open their own short ones.
//! **Invariant:** a job that failed too often is kept as `dead` with its last error until somebody
//! retries it. Nothing is dropped silently.
//!
//! Deliberately absent: an order between jobs. A handler that needs one (labels of one printer) asks
//! the database itself whether it is its turn, and answers [`JobOutcome::Later`] if not.

pub mod http;
mod service;
mod store;
mod workers;

use futures::future::BoxFuture;
use serde_json::Value;

pub use self::service::{enqueue, enqueue_with, job_retry};
pub use self::store::QUERIES;
pub use self::workers::{Workers, WorkersHandle};
use crate::app::App;
use crate::commands::CommandError;
use crate::ids::JobId;
use crate::units::UtcMicros;
use crate::{faults, record, text_enum};

faults! {
    /// Why a job cannot be looked at or run again.
    pub enum JobError {
        NotFound { job: JobId } => "job_not_found", NotFound, "there is no job {job}";
        /// Only a job that was given up can be retried.
        NotDead { job: JobId, state: JobState } => "job_not_dead", Conflict, "the job {job} is {state}";
    }
    wraps { Command(CommandError) }
}

text_enum! {
    /// How far a job is.
    pub enum JobState {
        Queued = "queued",
        Running = "running",
        Done = "done",
        /// Failed too often, or cannot succeed: waits for a person.
        Dead = "dead",
    }
}

record! {
    /// A job as its handler sees it.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Job {
        pub id: JobId,
        pub kind: String,
        /// What it is about: an id or number that people can search for.
        pub subject: String,
        pub payload: Value,
        /// How often it was tried before this run.
        pub attempts: i64,
        pub created_at: UtcMicros,
    }
}

/// A job to be queued, for [`enqueue_with`].
#[derive(Debug, Clone, PartialEq)]
pub struct NewJob {
    pub kind: &'static str,
    pub subject: String,
    pub payload: Value,
    /// Not before this time; at once when absent.
    pub run_at: Option<UtcMicros>,
    /// The larger, the earlier. Usual work has 0.
    pub priority: i64,
}

impl NewJob {
    pub fn new(kind: &'static str, subject: impl Into<String>, payload: Value) -> Self {
        Self { kind, subject: subject.into(), payload, run_at: None, priority: 0 }
    }

    #[must_use]
    pub const fn not_before(mut self, at: UtcMicros) -> Self {
        self.run_at = Some(at);
        self
    }

    #[must_use]
    pub const fn with_priority(mut self, priority: i64) -> Self {
        self.priority = priority;
        self
    }
}

/// How a run ended, when it did not fail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JobOutcome {
    Done,
    /// Not its turn yet: run it again in so many seconds. This is no failure and is not counted.
    Later {
        seconds: i64,
    },
    /// It can never succeed: dead at once.
    GiveUp {
        reason: String,
    },
}

/// How patient the workers are with a kind of job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JobPolicy {
    /// Runs until the job is dead.
    pub attempts_max: i64,
    /// How long a claim holds. A run is cut off a little before.
    pub lease_seconds: i64,
    /// The pause after the first failure; it doubles with each further one.
    pub pause_seconds_first: i64,
    pub pause_seconds_max: i64,
}

impl Default for JobPolicy {
    /// Ten attempts in about half an hour.
    fn default() -> Self {
        Self { attempts_max: 10, lease_seconds: 60, pause_seconds_first: 2, pause_seconds_max: 600 }
    }
}

impl JobPolicy {
    /// For carriers: one that is down in the night is asked until the morning.
    pub const fn until_morning(lease_seconds: i64) -> Self {
        Self {
            attempts_max: 12,
            lease_seconds,
            pause_seconds_first: 30,
            pause_seconds_max: 60 * 60,
        }
    }

    /// The longest pause after `failures` failed runs; the workers wait between half of it and all.
    pub fn pause_seconds(&self, failures: i64) -> i64 {
        let doublings = u32::try_from(failures.saturating_sub(1)).unwrap_or(0).min(30);
        self.pause_seconds_first.saturating_mul(1 << doublings).min(self.pause_seconds_max)
    }
}

/// Does the jobs of one kind.
pub trait JobHandler: Send + Sync + 'static {
    /// The kind that was given to [`enqueue`].
    fn kind(&self) -> &'static str;

    fn policy(&self) -> JobPolicy {
        JobPolicy::default()
    }

    /// Runs once. An error is shown to people as the job's `last_error` and leads to another run.
    fn run<'a>(&'a self, app: &'a App, job: &'a Job) -> BoxFuture<'a, Result<JobOutcome, String>>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_their_limit() {
        let policy = JobPolicy::default();
        let pauses: Vec<i64> = (1..=4).map(|failures| policy.pause_seconds(failures)).collect();
        assert_eq!(pauses, [2, 4, 8, 16]);
        assert_eq!(policy.pause_seconds(1_000_000), 600);
        assert_eq!(policy.pause_seconds(0), 2);
    }
}
