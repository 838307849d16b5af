//! The writer: all commands that wait become one transaction.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use crate::db::DbError;
use crate::db::tx::{Tx, TxEngine};

/// Runs a command and answers whether its changes are kept, and how its caller is told.
pub(super) type Job = Box<dyn FnOnce(&mut Tx) -> (bool, Finish) + Send>;

/// Tells the caller, once it is known whether the group is on the disk.
pub(super) type Finish = Box<dyn FnOnce(Result<(), DbError>) + Send>;

const GROUP_COMMANDS_MAX: usize = 64;
/// A group ends after this much work, so that the first command does not wait for the last.
const GROUP_WORK_MAX: Duration = Duration::from_millis(5);

/// Serves commands until the last sender is gone.
pub(super) fn run(connection: Connection, jobs: &Receiver<Job>) {
    let mut tx = Tx::new(TxEngine::Sqlite(connection));
    while let Ok(first) = jobs.recv() {
        tx = run_group(tx, first, jobs);
    }
    // Closing folds the log into the file; what fails here is folded at the next start.
    if let TxEngine::Sqlite(connection) = tx.engine
        && let Err((_, error)) = connection.close()
    {
        tracing::warn!(%error, "the database file was not closed cleanly");
    }
}

fn run_group(mut tx: Tx, first: Job, jobs: &Receiver<Job>) -> Tx {
    let mut finishes = Vec::new();
    let mut next = Some(first);
    let begun = batch(&tx, "BEGIN IMMEDIATE");
    let started = Instant::now();
    while let Some(job) = next {
        let finish;
        (tx, finish) = run_one(tx, job);
        finishes.extend(finish);
        let full = finishes.len() >= GROUP_COMMANDS_MAX || started.elapsed() >= GROUP_WORK_MAX;
        next = if full { None } else { jobs.try_recv().ok() };
    }
    let committed = begun.and_then(|()| batch(&tx, "COMMIT"));
    if committed.is_err() && in_transaction(&tx) {
        // Nothing can be done if this fails too: BEGIN of the next group will say so.
        drop(batch(&tx, "ROLLBACK"));
    }
    let failure = committed.err().map(|error| error.to_string());
    for finish in finishes {
        finish(failure.as_deref().map_or(Ok(()), |why| Err(DbError::unavailable(why))));
    }
    tx
}

/// Runs one command in a savepoint. A panic undoes that command alone: its caller's channel is
/// dropped with the closure and answers that the writer ended.
fn run_one(tx: Tx, job: Job) -> (Tx, Option<Finish>) {
    let mut tx = Tx::new(tx.engine);
    if !in_transaction(&tx) {
        // The group is lost already: a full disk rolls it back. Dropping the job tells its caller.
        return (tx, None);
    }
    let saved = batch(&tx, "SAVEPOINT command");
    let outcome = catch_unwind(AssertUnwindSafe(|| job(&mut tx)));
    let (keep, finish) = match outcome {
        Ok((keep, finish)) => (keep && saved.is_ok(), Some(finish)),
        Err(_) => (false, None),
    };
    if in_transaction(&tx) {
        let end = if keep { "RELEASE command" } else { "ROLLBACK TO command; RELEASE command" };
        if let Err(error) = batch(&tx, end) {
            tracing::error!(%error, "a command could not be closed");
        }
    }
    (tx, finish)
}

fn batch(tx: &Tx, sql: &str) -> Result<(), DbError> {
    match &tx.engine {
        TxEngine::Sqlite(connection) => Ok(connection.execute_batch(sql)?),
        TxEngine::Postgres(_) => unreachable!("the writer of SQLite has no other engine"),
    }
}

fn in_transaction(tx: &Tx) -> bool {
    matches!(&tx.engine, TxEngine::Sqlite(connection) if !connection.is_autocommit())
}
