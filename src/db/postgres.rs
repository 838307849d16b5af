//! `PostgreSQL` through sqlx: a pool, prepared statements, one transaction per command.

use std::time::Duration;

use sqlx::postgres::{PgArguments, PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::{Arguments, AssertSqlSafe};

use super::tx::{Tx, TxEngine};
use super::{Arg, Attempt, DbError, Record, Row};

const CONNECTIONS_MAX: u32 = 32;
const STATEMENTS_CACHED: usize = 512;
/// How long a command waits for the database before its caller hears 503.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);

#[derive(Clone)]
pub(super) struct PostgresDb {
    pool: PgPool,
}

impl PostgresDb {
    pub(super) async fn open(url: &str) -> Result<Self, DbError> {
        let options: PgConnectOptions = url.parse()?;
        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS_MAX)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            // A dead connection is found by its error and the command is run again: asking first
            // would cost each command a round trip.
            .test_before_acquire(false)
            .connect_with(options.statement_cache_capacity(STATEMENTS_CACHED))
            .await?;
        Ok(Self { pool })
    }

    pub(super) async fn close(&self) {
        self.pool.close().await;
    }

    pub(super) async fn write<T, E, F>(&self, work: &F) -> Attempt<T, E>
    where
        F: AsyncFn(&mut Tx) -> Result<T, E>,
        E: From<DbError>,
    {
        let mut tx = match self.pool.begin().await {
            Ok(tx) => Tx::new(TxEngine::Postgres(tx)),
            Err(error) => return lost_or_done(error),
        };
        let outcome = work(&mut tx).await;
        let conflict = tx.conflict;
        let TxEngine::Postgres(transaction) = tx.engine else {
            unreachable!("a transaction keeps its engine")
        };
        match outcome {
            Ok(value) => match transaction.commit().await {
                Ok(()) => Attempt::Done(Ok(value)),
                Err(error) => lost_or_done(error),
            },
            Err(error) => {
                // A failed roll-back means a lost connection; the server rolls back by itself.
                if let Err(lost) = transaction.rollback().await {
                    tracing::warn!(error = %lost, "the roll-back did not reach the database");
                }
                if conflict { Attempt::Conflict(error) } else { Attempt::Done(Err(error)) }
            }
        }
    }

    pub(super) async fn read<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: AsyncFn(&mut Tx) -> Result<T, E>,
        E: From<DbError>,
    {
        let connection = self.pool.acquire().await.map_err(DbError::from)?;
        work(&mut Tx::new(TxEngine::PostgresRead(connection))).await
    }

    pub(super) async fn snapshot<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: AsyncFn(&mut Tx) -> Result<T, E>,
        E: From<DbError>,
    {
        const BEGIN: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
        let transaction = self.pool.begin_with(BEGIN).await.map_err(DbError::from)?;
        work(&mut Tx::new(TxEngine::Postgres(transaction))).await
    }
}

/// A connection that broke before or at COMMIT is a conflict like any other: the command is run
/// again, and its idempotency key keeps it from happening twice.
fn lost_or_done<T, E: From<DbError>>(error: sqlx::Error) -> Attempt<T, E> {
    let broken = matches!(error, sqlx::Error::Io(_) | sqlx::Error::WorkerCrashed);
    let error = DbError::from(error);
    if broken || matches!(error, DbError::Conflict) {
        Attempt::Conflict(E::from(error))
    } else {
        Attempt::Done(Err(E::from(error)))
    }
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

pub(super) async fn execute_text(
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

pub(super) async fn fetch_text<T: Record>(
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
