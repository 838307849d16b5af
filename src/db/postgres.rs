//! `PostgreSQL` through sqlx: a pool, prepared statements, one transaction per command.

mod pool;
pub(super) mod work;

use std::sync::Arc;

use sqlx::postgres::{PgArguments, PgConnectOptions, PgConnection};
use sqlx::{Arguments, AssertSqlSafe};
use tokio::sync::Notify;

use self::pool::Pool;
use self::work::PgWork;
use super::tx::{Failure, Tx, TxEngine};
use super::{Arg, Attempt, DbError, Record, Row};

const STATEMENTS_CACHED: usize = 512;
/// A connection that died while nobody used it is found by the first attempt.
const READ_ATTEMPTS: u32 = 2;

#[derive(Clone)]
pub(super) struct PostgresDb {
    pool: Arc<Pool>,
    announced: Arc<Notify>,
}

impl PostgresDb {
    pub(super) async fn open(url: &str, announced: Arc<Notify>) -> Result<Self, DbError> {
        let options: PgConnectOptions = url.parse()?;
        let pool = Pool::new(options.statement_cache_capacity(STATEMENTS_CACHED));
        let (_permit, connection) = pool.acquire().await?;
        pool.release(connection);
        Ok(Self { pool: Arc::new(pool), announced })
    }

    pub(super) async fn close(&self) {
        self.pool.close().await;
    }

    /// `again`: an earlier run of the same work met a conflict.
    pub(super) async fn write<T, E, F>(&self, work: &F, again: bool) -> Attempt<T, E>
    where
        F: AsyncFn(&mut Tx) -> Result<T, E>,
        E: From<DbError>,
    {
        let (_permit, connection) = match self.pool.acquire().await {
            Ok(acquired) => acquired,
            Err(error) => return self.refused_or_lost(error, true),
        };
        let mut tx = Tx::new(TxEngine::Postgres(PgWork::new(connection, again)));
        let outcome = work(&mut tx).await;
        let (failure, announced) = (tx.failure, tx.announced);
        let done = work_of(tx);
        match outcome {
            Err(error) if failure == Failure::Disconnected => {
                self.pool.forget_idle();
                Attempt::Conflict(error)
            }
            Ok(value) => match done.commit().await {
                Ok(connection) => {
                    self.pool.release(connection);
                    if announced {
                        self.announced.notify_waiters();
                    }
                    Attempt::Done(Ok(value))
                }
                Err(error) => self.refused_or_lost(error, again),
            },
            Err(error) => {
                if let Some(connection) = done.rollback().await {
                    self.pool.release(connection);
                }
                if failure == Failure::Conflict {
                    Attempt::Conflict(error)
                } else {
                    Attempt::Done(Err(error))
                }
            }
        }
    }

    pub(super) async fn read<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: AsyncFn(&mut Tx) -> Result<T, E>,
        E: From<DbError>,
    {
        let mut attempts = 0;
        loop {
            let (_permit, connection) = self.pool.acquire().await?;
            let (outcome, broken) = self.look(PgWork::new(connection, true), &work).await;
            attempts += 1;
            if !broken || attempts == READ_ATTEMPTS {
                return outcome;
            }
        }
    }

    pub(super) async fn snapshot<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: AsyncFn(&mut Tx) -> Result<T, E>,
        E: From<DbError>,
    {
        let (_permit, connection) = self.pool.acquire().await?;
        self.look(PgWork::snapshot(connection).await?, &work).await.0
    }

    /// Answers also whether the connection broke meanwhile.
    async fn look<T, E, F>(&self, reading: PgWork, work: &F) -> (Result<T, E>, bool)
    where
        F: AsyncFn(&mut Tx) -> Result<T, E>,
    {
        let mut tx = Tx::new(TxEngine::Postgres(reading));
        let outcome = work(&mut tx).await;
        if tx.failure == Failure::Disconnected {
            self.pool.forget_idle();
            return (outcome, true);
        }
        if let Some(connection) = work_of(tx).rollback().await {
            self.pool.release(connection);
        }
        (outcome, false)
    }

    /// What failed at the end of the work is a conflict like any other: the command is run again.
    /// There each insert is refused at its place, and the idempotency key keeps what was written by
    /// a connection that broke from happening twice.
    fn refused_or_lost<T, E: From<DbError>>(&self, error: DbError, again: bool) -> Attempt<T, E> {
        if matches!(error, DbError::Disconnected(_)) {
            self.pool.forget_idle();
        }
        if !again || error.is_passing() {
            Attempt::Conflict(E::from(error))
        } else {
            Attempt::Done(Err(E::from(error)))
        }
    }
}

fn work_of(tx: Tx) -> PgWork {
    let TxEngine::Postgres(work) = tx.engine else {
        unreachable!("a transaction keeps its engine")
    };
    work
}

pub(super) async fn execute(
    connection: &mut PgConnection,
    sql: &'static str,
    args: Vec<Arg>,
) -> Result<u64, DbError> {
    #[expect(clippy::disallowed_methods, reason = "this is the facade")]
    let query = sqlx::query_with(sql, arguments(args)?);
    Ok(query.execute(connection).await?.rows_affected())
}

async fn execute_text(
    connection: &mut PgConnection,
    sql: String,
    args: Vec<Arg>,
) -> Result<u64, DbError> {
    #[expect(clippy::disallowed_methods, reason = "this is the facade")]
    let query = sqlx::query_with(AssertSqlSafe(sql), arguments(args)?);
    Ok(query.execute(connection).await?.rows_affected())
}

pub(super) async fn fetch<T: Record>(
    connection: &mut PgConnection,
    sql: &'static str,
    args: Vec<Arg>,
) -> Result<Vec<T>, DbError> {
    #[expect(clippy::disallowed_methods, reason = "this is the facade")]
    let query = sqlx::query_with(sql, arguments(args)?);
    query.fetch_all(connection).await?.iter().map(|row| T::from_row(&Row::Postgres(row))).collect()
}

async fn fetch_text<T: Record>(
    connection: &mut PgConnection,
    sql: String,
    args: Vec<Arg>,
) -> Result<Vec<T>, DbError> {
    #[expect(clippy::disallowed_methods, reason = "this is the facade")]
    let query = sqlx::query_with(AssertSqlSafe(sql), arguments(args)?);
    query.fetch_all(connection).await?.iter().map(|row| T::from_row(&Row::Postgres(row))).collect()
}

fn arguments(args: Vec<Arg>) -> Result<PgArguments, DbError> {
    let mut list = PgArguments::default();
    for arg in args {
        let added = match arg {
            Arg::Int(value) => list.add(value),
            Arg::Text(value) => list.add(value),
            Arg::Bool(value) => list.add(value),
            Arg::Bytes(value) => list.add(value),
            Arg::Id(value) => list.add(value),
            Arg::Time(value) => list.add(value.map(crate::units::UtcMicros::to_datetime)),
            Arg::Day(value) => list.add(value.map(crate::units::Day::date)),
            Arg::Json(value) => list.add(value),
        };
        added.map_err(DbError::Engine)?;
    }
    Ok(list)
}
