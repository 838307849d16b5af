//! Connections that are kept open between commands.
//!
//! Not the pool of sqlx: that one asks each connection whether it is alive when it comes back, a
//! round trip for every command, a third of all that a scan needs. Here a connection comes back
//! only after work that ended well; any other is dropped, and a dead one is found by its error.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use sqlx::Connection as _;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::db::DbError;

/// A database server does most with a few connections for each of its cores, and all nodes share
/// what it admits.
const CONNECTIONS_MAX: u32 = 12;
/// How long a command waits for the database before its caller hears 503.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);

pub(super) struct Pool {
    options: PgConnectOptions,
    idle: Mutex<Vec<PgConnection>>,
    permits: Arc<Semaphore>,
}

/// The right to use one connection.
pub(super) struct Permit(#[expect(dead_code, reason = "held for its end")] OwnedSemaphorePermit);

impl Pool {
    pub(super) fn new(options: PgConnectOptions) -> Self {
        let permits = Arc::new(Semaphore::new(CONNECTIONS_MAX as usize));
        Self { options, idle: Mutex::default(), permits }
    }

    /// A connection; the permit is kept for as long as it is in use.
    pub(super) async fn acquire(&self) -> Result<(Permit, PgConnection), DbError> {
        let waiting = tokio::time::timeout(ACQUIRE_TIMEOUT, self.acquire_patiently());
        waiting.await.unwrap_or_else(|_| Err(DbError::unavailable("no connection became free")))
    }

    async fn acquire_patiently(&self) -> Result<(Permit, PgConnection), DbError> {
        let permit = Arc::clone(&self.permits).acquire_owned().await;
        let permit = permit.map_err(|_| DbError::unavailable("the database is closed"))?;
        let idle = self.idle.lock().expect("no holder panics").pop();
        let connection = match idle {
            Some(connection) => connection,
            None => PgConnection::connect_with(&self.options).await?,
        };
        Ok((Permit(permit), connection))
    }

    /// Keeps a connection on which nothing is under way.
    pub(super) fn release(&self, connection: PgConnection) {
        self.idle.lock().expect("no holder panics").push(connection);
    }

    /// After one connection broke: the others have most likely gone with it.
    pub(super) fn forget_idle(&self) {
        self.idle.lock().expect("no holder panics").clear();
    }

    /// Waits for the work under way and closes all connections.
    pub(super) async fn close(&self) {
        let all = self.permits.acquire_many(CONNECTIONS_MAX).await;
        self.permits.close();
        drop(all);
        let idle = std::mem::take(&mut *self.idle.lock().expect("no holder panics"));
        for connection in idle {
            if let Err(error) = connection.close().await {
                tracing::debug!(%error, "a connection was not closed in order");
            }
        }
    }
}
