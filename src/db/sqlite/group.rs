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
    if let Err(error) = batch(&tx, "BEGIN IMMEDIATE") {
        tracing::warn!(%error, "no transaction could be begun");
        undo_group(&tx);
        // All that wait already have waited for the same reason. Dropping a job tells its caller.
        drop(first);
        while let Ok(job) = jobs.try_recv() {
            drop(job);
        }
        return tx;
    }
    let mut finishes = Vec::new();
    let mut next = Some(first);
    let started = Instant::now();
    while let Some(job) = next {
        let finish;
        (tx, finish) = run_one(tx, job);
        finishes.extend(finish);
        let full = finishes.len() >= GROUP_COMMANDS_MAX || started.elapsed() >= GROUP_WORK_MAX;
        next = if full { None } else { jobs.try_recv().ok() };
    }
    let failure = batch(&tx, "COMMIT").err().map(|error| error.to_string());
    if let Some(error) = &failure {
        tracing::warn!(%error, commands = finishes.len(), "a group of commands was not committed");
        undo_group(&tx);
    }
    for finish in finishes {
        finish(failure.as_deref().map_or(Ok(()), |why| Err(DbError::unavailable(why))));
    }
    tx
}

/// Runs one command in a savepoint. A panic undoes that command alone: its caller's channel is
/// dropped with the closure and answers that it was not run.
fn run_one(tx: Tx, job: Job) -> (Tx, Option<Finish>) {
    let mut tx = Tx::new(tx.engine);
    if !in_transaction(&tx) {
        // The group is lost already: a full disk rolls it back. Dropping the job tells its caller.
        return (tx, None);
    }
    if let Err(error) = batch(&tx, "SAVEPOINT command") {
        tracing::error!(%error, "a command could not be begun");
        undo_group(&tx);
        return (tx, None);
    }
    let outcome = catch_unwind(AssertUnwindSafe(|| job(&mut tx)));
    let (keep, finish) = match outcome {
        Ok((keep, finish)) => (keep, Some(finish)),
        Err(_) => (false, None),
    };
    if in_transaction(&tx) {
        let end = if keep { "RELEASE command" } else { "ROLLBACK TO command; RELEASE command" };
        if let Err(error) = batch(&tx, end) {
            // What it did cannot be told apart from what the others did.
            tracing::error!(%error, "a command could not be closed");
            undo_group(&tx);
        }
    }
    (tx, finish)
}

/// Rolls all commands of the group back: its COMMIT fails, and each caller is told.
fn undo_group(tx: &Tx) {
    // Nothing can be done if this fails too: BEGIN of the next group will say so.
    if in_transaction(tx)
        && let Err(error) = batch(tx, "ROLLBACK")
    {
        tracing::error!(%error, "a group of commands could not be rolled back");
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::sqlite;
    use std::sync::mpsc::{Sender, channel};

    fn insert(told: &Sender<Result<(), String>>) -> Job {
        let told = told.clone();
        Box::new(move |tx| {
            let TxEngine::Sqlite(connection) = &tx.engine else { unreachable!() };
            let done = sqlite::execute(connection, "INSERT INTO t (a) VALUES (1)", &[]);
            let tell = move |committed: Result<(), DbError>| {
                told.send(committed.map_err(|error| error.to_string())).unwrap();
            };
            (done.is_ok(), Box::new(tell))
        })
    }

    /// A file, and the writer's connection to it, which does not wait for others.
    fn file(name: &str) -> (std::path::PathBuf, Connection) {
        let file = std::env::temp_dir().join(format!("ambar_group_{name}_{}", std::process::id()));
        drop(std::fs::remove_file(&file));
        let connection = Connection::open(&file).unwrap();
        connection.busy_timeout(Duration::ZERO).unwrap();
        connection.execute_batch("CREATE TABLE t (a INTEGER)").unwrap();
        (file, connection)
    }

    #[test]
    fn all_that_wait_hear_at_once_that_the_file_is_held_and_later_ones_are_done() {
        let (file, connection) = file("held");
        let other = Connection::open(&file).unwrap();
        other.execute_batch("BEGIN EXCLUSIVE").unwrap();
        let (jobs, queue) = channel();
        let (told, hear) = channel();
        for _ in 0..5 {
            jobs.send(insert(&told)).unwrap();
        }
        let first = queue.recv().unwrap();
        let mut tx = run_group(Tx::new(TxEngine::Sqlite(connection)), first, &queue);
        assert!(hear.try_recv().is_err(), "none was run");
        assert!(queue.try_recv().is_err(), "none waits any longer");
        other.execute_batch("COMMIT").unwrap();
        tx = run_group(tx, insert(&told), &queue);
        assert_eq!(hear.try_recv().unwrap(), Ok(()));
        drop(tx);
        let count: i64 = other.query_row("SELECT COUNT(*) FROM t", [], |row| row.get(0)).unwrap();
        assert_eq!(count, 1);
        std::fs::remove_file(file).unwrap();
    }

    #[test]
    fn nothing_of_a_group_is_kept_or_acknowledged_when_its_transaction_is_lost() {
        let (file, connection) = file("lost");
        let (jobs, queue) = channel();
        let (told, hear) = channel();
        // What a full disk does to the transaction.
        let lose: Job = Box::new(|tx: &mut Tx| {
            batch(tx, "ROLLBACK").unwrap();
            let finish: Finish = Box::new(|committed| assert!(committed.is_err()));
            (false, finish)
        });
        jobs.send(lose).unwrap();
        jobs.send(insert(&told)).unwrap();
        let tx = run_group(Tx::new(TxEngine::Sqlite(connection)), insert(&told), &queue);
        assert!(hear.try_recv().unwrap().is_err(), "the first was run and is lost");
        assert!(hear.try_recv().is_err(), "the last was not run");
        // On a busy machine the group may have ended before it.
        drop(queue.try_recv());
        let tx = run_group(tx, insert(&told), &queue);
        assert_eq!(hear.try_recv().unwrap(), Ok(()));
        let TxEngine::Sqlite(connection) = tx.engine else { unreachable!() };
        let count = "SELECT COUNT(*) FROM t";
        let count: i64 = connection.query_row(count, [], |row| row.get(0)).unwrap();
        assert_eq!(count, 1);
        std::fs::remove_file(file).unwrap();
    }
}
