//! `SQLite` through rusqlite: one writer thread with group commit, and a few reading connections.
//!
//! The writer takes all commands that wait, runs each in a savepoint of one transaction, commits,
//! and only then answers: one fsync serves all of them. A command's future is polled once, on the
//! writer's thread, where every call to the database completes at once.

mod group;
mod statements;

use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::{Arc, Mutex, mpsc};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use tokio::sync::{Notify, Semaphore, oneshot};

pub(super) use self::statements::{execute, fetch, fetch_text};
use super::tx::{Failure, Tx, TxEngine};
use super::{Attempt, DbError};

const READERS: usize = 4;
const STATEMENTS_CACHED: usize = 512;
/// How long a connection waits for another process, such as a backup, to let go of the file.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// 16 MiB of log before it is written back: rarer write-backs, and a file that stays small.
const CHECKPOINT_PAGES: i64 = 4_000;
const CACHE_KIB: i64 = 32 * 1024;

#[derive(Clone)]
pub(super) struct SqliteDb {
    shared: Arc<Shared>,
}

struct Shared {
    path: PathBuf,
    announced: Arc<Notify>,
    writer: Mutex<Option<mpsc::Sender<group::Job>>>,
    thread: Mutex<Option<std::thread::JoinHandle<()>>>,
    readers: Mutex<Vec<Connection>>,
    reading: Semaphore,
}

impl SqliteDb {
    pub(super) async fn open(path: PathBuf, announced: Arc<Notify>) -> Result<Self, DbError> {
        let opened =
            tokio::task::spawn_blocking(move || Self::open_blocking(path, announced)).await;
        opened.map_err(|e| DbError::Engine(Box::new(e)))?
    }

    fn open_blocking(path: PathBuf, announced: Arc<Notify>) -> Result<Self, DbError> {
        let connection = open_writer(&path)?;
        let (sender, receiver) = mpsc::channel();
        let thread = std::thread::Builder::new()
            .name("sqlite-writer".to_owned())
            .spawn(move || group::run(connection, &receiver))
            .map_err(|e| DbError::Unavailable(Box::new(e)))?;
        Ok(Self {
            shared: Arc::new(Shared {
                path,
                announced,
                writer: Mutex::new(Some(sender)),
                thread: Mutex::new(Some(thread)),
                readers: Mutex::new(Vec::new()),
                reading: Semaphore::new(READERS),
            }),
        })
    }

    pub(super) async fn close(&self) {
        let shared = Arc::clone(&self.shared);
        let closed = tokio::task::spawn_blocking(move || {
            drop(shared.writer.lock().expect("no holder panics").take());
            let thread = shared.thread.lock().expect("no holder panics").take();
            if let Some(thread) = thread
                && thread.join().is_err()
            {
                tracing::error!("the writer of the database ended with a panic");
            }
            shared.readers.lock().expect("no holder panics").clear();
        });
        if closed.await.is_err() {
            tracing::error!("closing the database was interrupted");
        }
    }

    pub(super) async fn write<T, E, F>(&self, work: Arc<F>) -> Attempt<T, E>
    where
        F: AsyncFn(&mut Tx) -> Result<T, E> + Send + Sync + 'static,
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let shared = Arc::clone(&self.shared);
        let job: group::Job = Box::new(move |tx| {
            let outcome = poll_once(work(tx));
            let outcome = tx.settled(outcome);
            let (failure, announced) = (tx.failure, tx.announced);
            let keep = outcome.is_ok();
            let finish: group::Finish = Box::new(move |committed| {
                let attempt = match (outcome, committed) {
                    (Ok(value), Ok(())) => {
                        if announced {
                            shared.announced.notify_waiters();
                        }
                        Attempt::Done(Ok(value))
                    }
                    (Ok(_), Err(error)) => Attempt::Done(Err(E::from(error))),
                    (Err(error), _) if failure == Failure::Conflict => Attempt::Conflict(error),
                    (Err(error), _) => Attempt::Done(Err(error)),
                };
                // A caller that went away needs no answer; its command stays done.
                drop(answer.send(attempt));
            });
            (keep, finish)
        });
        let sender = self.shared.writer.lock().expect("no holder panics").clone();
        if sender.is_none_or(|sender| sender.send(job).is_err()) {
            return Attempt::Done(Err(DbError::unavailable("the database is closed").into()));
        }
        let gone = || Attempt::Done(Err(DbError::unavailable("the command was not run").into()));
        answered.await.unwrap_or_else(|_| gone())
    }

    pub(super) async fn read<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: AsyncFn(&mut Tx) -> Result<T, E> + Send + Sync + 'static,
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        let closed = |_| DbError::unavailable("the database is closed");
        let _permit = self.shared.reading.acquire().await.map_err(closed)?;
        let shared = Arc::clone(&self.shared);
        let reading = tokio::task::spawn_blocking(move || shared.read_blocking(&work));
        match reading.await {
            Ok(outcome) => outcome,
            Err(panic) => Err(DbError::Engine(Box::new(panic)).into()),
        }
    }
}

impl Shared {
    fn read_blocking<T, E, F>(&self, work: &F) -> Result<T, E>
    where
        F: AsyncFn(&mut Tx) -> Result<T, E>,
        E: From<DbError>,
    {
        let pooled = self.readers.lock().expect("no holder panics").pop();
        let connection = match pooled {
            Some(connection) => connection,
            None => open_reader(&self.path)?,
        };
        connection.execute_batch("BEGIN").map_err(DbError::from)?;
        let mut tx = Tx::new(TxEngine::Sqlite(connection));
        let outcome = poll_once(work(&mut tx));
        let outcome = tx.settled(outcome);
        let TxEngine::Sqlite(connection) = tx.engine else {
            unreachable!("a transaction keeps its engine")
        };
        // A connection that cannot even end its read is not used again.
        if connection.execute_batch("COMMIT").is_ok() {
            self.readers.lock().expect("no holder panics").push(connection);
        }
        outcome
    }
}

/// Polls a command to its end. Nothing inside waits, unless it waits for something else than the
/// database, and then it must not hold the writer.
fn poll_once<T, E: From<DbError>>(work: impl Future<Output = Result<T, E>>) -> Result<T, E> {
    let mut work = pin!(work);
    match work.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(outcome) => outcome,
        Poll::Pending => Err(DbError::Waited.into()),
    }
}

fn open_writer(path: &Path) -> Result<Connection, DbError> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
    configure(&connection)?;
    Ok(connection)
}

fn open_reader(path: &Path) -> Result<Connection, DbError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    configure(&connection)?;
    // Sorting in memory. Not for the writer: a savepoint's journal that may not leave the memory is
    // walked from its start after each statement, which makes long transactions quadratic.
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    Ok(connection)
}

fn configure(connection: &Connection) -> Result<(), DbError> {
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
    // Plans of prepared statements stay. Otherwise values newly bound may make SQLite plan a
    // statement anew at each run, which costs more than most of ours do.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_CACHED);
    Ok(())
}
