//! Connections that are kept open between commands.
//!
//! Not the pool of sqlx: that one asks each connection whether it is alive when it comes back, a
//! round trip for every command, a third of all that a scan needs. Here a connection comes back
//! only after work that ended well; any other is dropped, and a dead one is found by its error.
//!
//! **Invariant:** after one connection broke, none that was made before is lent again: the server
//! went away, and the others have most likely gone with it.

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use sqlx::Connection as _;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::db::DbError;

/// A database server does most with a few connections for each of its cores, and all nodes share
/// what it admits.
const CONNECTIONS_MAX: u32 = 12;
/// How long a command waits for the database before its caller hears 503: as long as for a file. All
/// callers of a node that is loaded log in anew at once after the server was away.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);
/// A server that has just started, or has no connection left, is asked again after this time.
const BUSY_PAUSE: Duration = Duration::from_millis(100);
/// What stood between may have forgotten a connection that was silent for so long.
const IDLE_TIME_MAX: Duration = Duration::from_mins(10);

pub(super) struct Pool {
    options: PgConnectOptions,
    kept: Mutex<Kept>,
    permits: Arc<Semaphore>,
}

#[derive(Default)]
struct Kept {
    /// Counted up whenever a connection broke.
    generation: u64,
    /// The one that came back last is at the end.
    idle: Vec<Idle>,
}

struct Idle {
    generation: u64,
    since: Instant,
    connection: PgConnection,
}

/// The right to use one connection.
pub(super) struct Permit {
    generation: u64,
    #[expect(dead_code, reason = "held for its end")]
    permit: OwnedSemaphorePermit,
}

impl Pool {
    pub(super) fn new(options: PgConnectOptions) -> Self {
        let permits = Arc::new(Semaphore::new(CONNECTIONS_MAX as usize));
        Self { options, kept: Mutex::default(), permits }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().expect("no holder panics")
    }

    /// A connection; the permit is kept for as long as it is in use. An error says that there is no
    /// way to the database now: it is never [`DbError::Disconnected`].
    pub(super) async fn acquire(&self) -> Result<(Permit, PgConnection), DbError> {
        let waiting = tokio::time::timeout(ACQUIRE_TIMEOUT, self.acquire_patiently());
        waiting.await.unwrap_or_else(|_| Err(DbError::unavailable("no connection became free")))
    }

    async fn acquire_patiently(&self) -> Result<(Permit, PgConnection), DbError> {
        let permit = Arc::clone(&self.permits).acquire_owned().await;
        let permit = permit.map_err(|_| DbError::unavailable("the database is closed"))?;
        loop {
            if let Some(idle) = self.kept().take() {
                return Ok((Permit { generation: idle.generation, permit }, idle.connection));
            }
            let generation = self.kept().generation;
            match PgConnection::connect_with(&self.options).await {
                Ok(connection) => return Ok((Permit { generation, permit }, connection)),
                Err(error) if is_busy(&error) => tokio::time::sleep(BUSY_PAUSE).await,
                Err(error) => return Err(DbError::Unavailable(Box::new(error))),
            }
        }
    }

    /// Keeps a connection on which nothing is under way.
    pub(super) fn release(&self, permit: Permit, connection: PgConnection) {
        let mut kept = self.kept();
        if permit.generation == kept.generation {
            let since = Instant::now();
            kept.idle.push(Idle { generation: permit.generation, since, connection });
        }
        // Only now another may come and take the connection.
        drop(permit);
    }

    /// The connection of this permit broke. What was made after it is left alone.
    pub(super) fn broke(&self, permit: Permit) {
        let mut kept = self.kept();
        if permit.generation == kept.generation {
            kept.generation += 1;
            kept.idle.clear();
        }
        drop(permit);
    }

    /// Waits for the work under way and closes all connections.
    pub(super) async fn close(&self) {
        let all = self.permits.acquire_many(CONNECTIONS_MAX).await;
        self.permits.close();
        drop(all);
        let idle = std::mem::take(&mut self.kept().idle);
        for Idle { connection, .. } in idle {
            if let Err(error) = connection.close().await {
                tracing::debug!(%error, "a connection was not closed in order");
            }
        }
    }
}

impl Kept {
    /// The connection that was used last. If even that one is too old, all are.
    fn take(&mut self) -> Option<Idle> {
        let last = self.idle.pop()?;
        if last.since.elapsed() > IDLE_TIME_MAX {
            self.idle.clear();
            return None;
        }
        Some(last)
    }
}

/// Whether the server is there and will take connections soon: it starts up, or has no place left.
fn is_busy(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    matches!(code.as_deref(), Some("57P03" | "53300"))
}
