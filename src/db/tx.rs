//! One transaction, or one reading connection, of either engine.

use super::postgres::work::PgWork;
use super::{Arg, DbError, Dialect, Record, expand, sqlite};

/// What a store talks to. Its texts are `const`: no statement is ever made from input.
pub struct Tx {
    pub(super) engine: TxEngine,
    pub(super) failure: Failure,
    /// Somebody waits for what this transaction writes.
    pub(super) announced: bool,
}

/// The worst that happened to a transaction so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Failure {
    None,
    /// A statement failed: no other is run.
    Statement,
    /// Running the whole again can cure it.
    Conflict,
    /// The connection broke: running the whole again on another can cure it.
    Disconnected,
}

impl Failure {
    pub(super) const fn of(error: &DbError) -> Self {
        match error {
            DbError::Conflict => Self::Conflict,
            DbError::Disconnected(_) => Self::Disconnected,
            _ => Self::Statement,
        }
    }

    /// Whether running the whole transaction again can cure it.
    pub(super) const fn is_passing(self) -> bool {
        matches!(self, Self::Conflict | Self::Disconnected)
    }
}

pub(super) enum TxEngine {
    Sqlite(rusqlite::Connection),
    Postgres(PgWork),
}

impl Tx {
    pub(super) const fn new(engine: TxEngine) -> Self {
        Self { engine, failure: Failure::None, announced: false }
    }

    pub const fn dialect(&self) -> Dialect {
        match self.engine {
            TxEngine::Sqlite(_) => Dialect::Sqlite,
            TxEngine::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Rolls the transaction back and lets [`super::Db::write`] run it again: for a conflict that
    /// only the caller can see.
    pub const fn conflict(&mut self) -> DbError {
        self.failure = Failure::Conflict;
        DbError::Conflict
    }

    /// Wakes those who wait for [`super::Db::announced`], once this transaction is committed.
    pub const fn announce(&mut self) {
        self.announced = true;
    }

    /// Runs a statement without rows and answers how many rows it changed.
    pub async fn execute(&mut self, sql: &'static str, args: Vec<Arg>) -> Result<u64, DbError> {
        self.check()?;
        let outcome = match &mut self.engine {
            TxEngine::Sqlite(connection) => sqlite::execute(connection, sql, &args),
            TxEngine::Postgres(work) => work.execute(sql, args).await,
        };
        self.note(outcome)
    }

    /// Inserts a row that is new, or changes one that nobody asks about. On `PostgreSQL` it may wait
    /// for the next statement or the end of the transaction, to save a round trip. If it is refused
    /// there, the work is run again with each insert at its place, so that the refusal is always
    /// answered here.
    pub async fn insert(&mut self, sql: &'static str, args: Vec<Arg>) -> Result<(), DbError> {
        self.check()?;
        let outcome = match &mut self.engine {
            TxEngine::Sqlite(connection) => sqlite::execute(connection, sql, &args).map(drop),
            TxEngine::Postgres(work) => work.insert(sql, args).await,
        };
        self.note(outcome)
    }

    /// Answers all rows. The statement bounds them by itself (`LIMIT`).
    pub async fn fetch_all<T: Record>(
        &mut self,
        sql: &'static str,
        args: Vec<Arg>,
    ) -> Result<Vec<T>, DbError> {
        self.check()?;
        let outcome = match &mut self.engine {
            TxEngine::Sqlite(connection) => sqlite::fetch(connection, sql, &args),
            TxEngine::Postgres(work) => work.fetch(sql, args).await,
        };
        self.note(outcome)
    }

    pub async fn fetch_optional<T: Record>(
        &mut self,
        sql: &'static str,
        args: Vec<Arg>,
    ) -> Result<Option<T>, DbError> {
        Ok(self.fetch_all(sql, args).await?.into_iter().next())
    }

    pub async fn fetch_one<T: Record>(
        &mut self,
        sql: &'static str,
        args: Vec<Arg>,
    ) -> Result<T, DbError> {
        self.fetch_optional(sql, args).await?.ok_or(DbError::NoRow)
    }

    /// Answers the rows for a list of values of any length. The text holds `IN (/*list*/)` once;
    /// long lists are asked in parts, so that `ORDER BY` and `LIMIT` hold within a part only.
    pub async fn fetch_in<T: Record>(
        &mut self,
        sql: &'static str,
        args: Vec<Arg>,
        list: Vec<Arg>,
    ) -> Result<Vec<T>, DbError> {
        self.check()?;
        let mut found = Vec::new();
        for part in list.chunks(expand::LIST_MAX) {
            let length = expand::padded_length(part.len());
            let text = expand::list(sql, args.len() + 1, length);
            let mut values = args.clone();
            values.extend_from_slice(part);
            let padding = part.last().expect("a chunk is not empty").clone();
            values.resize(args.len() + length, padding);
            let outcome = match &mut self.engine {
                TxEngine::Sqlite(connection) => sqlite::fetch_text(connection, &text, &values),
                TxEngine::Postgres(work) => work.fetch_text(text, values).await,
            };
            found.append(&mut self.note(outcome)?);
        }
        Ok(found)
    }

    /// Writes many rows with the text that writes one (`… VALUES ($1, …, $n) …`).
    ///
    /// On `PostgreSQL` many rows share a round trip; `SQLite` has none to save.
    pub async fn insert_many(
        &mut self,
        sql: &'static str,
        rows: Vec<Vec<Arg>>,
    ) -> Result<u64, DbError> {
        self.check()?;
        let Some(columns) = rows.first().map(Vec::len) else { return Ok(0) };
        let outcome = match &mut self.engine {
            TxEngine::Sqlite(connection) => {
                rows.iter().try_fold(0, |sum, row| Ok(sum + sqlite::execute(connection, sql, row)?))
            }
            TxEngine::Postgres(work) => {
                let mut inserted = 0;
                for part in rows.chunks((expand::VALUES_MAX / columns).max(1)) {
                    let text = expand::rows(sql, columns, part.len());
                    inserted += work.execute_text(text, part.concat()).await?;
                }
                Ok(inserted)
            }
        };
        self.note(outcome)
    }

    const fn check(&self) -> Result<(), DbError> {
        if matches!(self.failure, Failure::None) { Ok(()) } else { Err(DbError::Aborted) }
    }

    pub(super) fn note<T>(&mut self, outcome: Result<T, DbError>) -> Result<T, DbError> {
        if let Err(error) = &outcome {
            self.failure = self.failure.max(Failure::of(error));
        }
        outcome
    }

    /// The outcome of the work that used this transaction. A failure that the work made nothing of
    /// is its outcome all the same: `PostgreSQL` answers a COMMIT after it with a silent roll-back.
    pub(super) fn settled<T, E: From<DbError>>(&self, outcome: Result<T, E>) -> Result<T, E> {
        match self.failure {
            Failure::None => outcome,
            Failure::Conflict => outcome.and(Err(DbError::Conflict.into())),
            Failure::Statement => outcome.and(Err(DbError::Aborted.into())),
            Failure::Disconnected => {
                outcome.and(Err(DbError::unavailable("the connection broke").into()))
            }
        }
    }
}
