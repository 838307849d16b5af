//! `PostgreSQL` through sqlx: a pool, prepared statements, one transaction per command.

mod pool;
pub(super) mod work;

use std::sync::Arc;

use sqlx::postgres::{PgArguments, PgConnectOptions, PgConnection};
use sqlx::{Arguments, AssertSqlSafe};
use tokio::sync::Notify;

use self::pool::{Permit, Pool};
use self::work::PgWork;
use super::tx::{Failure, Tx, TxEngine};
use super::{Arg, Attempt, DbError, Record, Row};

const STATEMENTS_CACHED: usize = 512;
/// A connection that died while nobody used it is found by the first attempt; the next one is new.
const READ_ATTEMPTS: u32 = 3;

#[derive(Clone)]
pub(super) struct PostgresDb {
    pool: Arc<Pool>,
    announced: Arc<Notify>,
}

impl PostgresDb {
    pub(super) async fn open(url: &str, announced: Arc<Notify>) -> Result<Self, DbError> {
        let options: PgConnectOptions = url.parse()?;
        let pool = Pool::new(options.statement_cache_capacity(STATEMENTS_CACHED));
        let (permit, connection) = pool.acquire().await?;
        pool.release(permit, connection);
        Ok(Self { pool: Arc::new(pool), announced })
    }

    pub(super) async fn close(&self) {
        self.pool.close().await;
    }

    /// `again`: an earlier run of the same work met a conflict.
    ///
    /// What fails at the end of the work is a conflict like any other: the work is run again. There
    /// each insert is refused at its place, and the idempotency key keeps what was committed by a
    /// connection that broke from happening twice.
    pub(super) async fn write<T, E, F>(&self, work: &F, again: bool) -> Attempt<T, E>
    where
        F: AsyncFn(&mut Tx) -> Result<T, E>,
        E: From<DbError>,
    {
        let (permit, connection) = match self.pool.acquire().await {
            Ok(acquired) => acquired,
            Err(error) => return Attempt::Done(Err(error.into())),
        };
        let mut tx = Tx::new(TxEngine::Postgres(PgWork::new(connection, again)));
        let outcome = work(&mut tx).await;
        let outcome = tx.settled(outcome);
        let (mut failure, announced) = (tx.failure, tx.announced);
        let mut done = work_of(tx);
        let attempt = match outcome {
            Ok(value) => match done.commit().await {
                Ok(()) => {
                    if announced {
                        self.announced.notify_waiters();
                    }
                    Attempt::Done(Ok(value))
                }
                Err(error) => {
                    failure = Failure::of(&error);
                    if again && !failure.is_passing() {
                        Attempt::Done(Err(error.into()))
                    } else {
                        Attempt::Conflict(error.into())
                    }
                }
            },
            Err(error) if failure.is_passing() => Attempt::Conflict(error),
            Err(error) => Attempt::Done(Err(error)),
        };
        self.give_back(permit, done, failure).await;
        attempt
    }

    pub(super) async fn read<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: AsyncFn(&mut Tx) -> Result<T, E>,
        E: From<DbError>,
    {
        self.look(Sight::EachItsOwn, work).await
    }

    pub(super) async fn snapshot<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: AsyncFn(&mut Tx) -> Result<T, E>,
        E: From<DbError>,
    {
        self.look(Sight::One, work).await
    }

    async fn look<T, E, F>(&self, sight: Sight, work: F) -> Result<T, E>
    where
        F: AsyncFn(&mut Tx) -> Result<T, E>,
        E: From<DbError>,
    {
        let mut attempts = 0;
        loop {
            let (permit, connection) = self.pool.acquire().await?;
            let mut reading = PgWork::new(connection, true);
            let begun = match sight {
                Sight::EachItsOwn => Ok(()),
                Sight::One => reading.begin_snapshot().await,
            };
            let mut tx = Tx::new(TxEngine::Postgres(reading));
            let outcome = match tx.note(begun) {
                Ok(()) => work(&mut tx).await,
                Err(error) => Err(error.into()),
            };
            let outcome = tx.settled(outcome);
            let failure = tx.failure;
            self.give_back(permit, work_of(tx), failure).await;
            attempts += 1;
            if failure != Failure::Disconnected || attempts == READ_ATTEMPTS {
                return outcome;
            }
        }
    }

    /// Ends what was not committed and keeps the connection, unless it broke.
    async fn give_back(&self, permit: Permit, work: PgWork, failure: Failure) {
        let connection = match failure {
            Failure::Disconnected => None,
            Failure::None | Failure::Statement | Failure::Conflict => work.end().await,
        };
        match connection {
            Some(connection) => self.pool.release(permit, connection),
            None => self.pool.broke(permit),
        }
    }
}

/// What the statements of a reading see.
#[derive(Debug, Clone, Copy)]
enum Sight {
    EachItsOwn,
    /// All the same state of the data.
    One,
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
