//! What a database can answer instead of a result.

use std::error::Error;

/// A failure of the database, told apart as far as both engines can.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// Two rows with one key. Which key: ask in the statement (`ON CONFLICT`), `SQLite` does not say.
    #[error("a row with this key exists")]
    Unique,
    #[error("a row that is pointed at does not exist, or is still pointed at")]
    ForeignKey,
    /// A `CHECK` or a trigger refused, by its name.
    #[error("the rule {rule} refuses the change")]
    Check { rule: String },
    #[error("a value is missing")]
    NotNull,
    /// Another transaction was faster. [`super::Db::write`] runs the work again.
    #[error("another transaction changed the same data")]
    Conflict,
    /// The closure of a transaction awaited something other than the database.
    #[error("the work of a transaction waited for something outside the database")]
    Waited,
    /// A statement of this transaction failed before.
    #[error("the transaction has failed already")]
    Aborted,
    #[error("the column {index} is null")]
    UnexpectedNull { index: usize },
    #[error("the word {word} is unknown")]
    UnknownWord { word: String },
    #[error("no row")]
    NoRow,
    /// The database cannot be reached, or its disk is full. Nothing was changed.
    #[error("the database is not available: {0}")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
    /// The connection broke. What it had begun was rolled back or, at its very end, is committed:
    /// [`super::Db::write`] runs the work again on another connection and finds out.
    #[error("the connection to the database broke: {0}")]
    Disconnected(#[source] Box<dyn Error + Send + Sync>),
    #[error("the database failed: {0}")]
    Engine(#[source] Box<dyn Error + Send + Sync>),
    #[error("the migration {name} was changed after it ran here")]
    MigrationChanged { name: String },
}

impl DbError {
    pub(super) fn unavailable(why: &str) -> Self {
        Self::Unavailable(why.into())
    }

    /// Whether the named `CHECK` or trigger refused.
    pub fn is_check(&self, name: &str) -> bool {
        matches!(self, Self::Check { rule } if rule == name)
    }
}

/// `SQLite`: a snapshot is stale or the file is busy.
const SQLITE_RETRYABLE: [i32; 3] = [5, 261, 517];

impl From<rusqlite::Error> for DbError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ffi;
        let rusqlite::Error::SqliteFailure(failure, message) = &error else {
            return match error {
                rusqlite::Error::QueryReturnedNoRows => Self::NoRow,
                other => Self::Engine(Box::new(other)),
            };
        };
        let rule = || {
            let text = message.as_deref().unwrap_or_default();
            text.rsplit(": ").next().unwrap_or(text).to_owned()
        };
        match failure.extended_code {
            code if SQLITE_RETRYABLE.contains(&code) => Self::Conflict,
            ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY => Self::Unique,
            ffi::SQLITE_CONSTRAINT_FOREIGNKEY => Self::ForeignKey,
            ffi::SQLITE_CONSTRAINT_NOTNULL => Self::NotNull,
            ffi::SQLITE_CONSTRAINT_CHECK | ffi::SQLITE_CONSTRAINT_TRIGGER => {
                Self::Check { rule: rule() }
            }
            code if matches!(
                code & 0xff,
                ffi::SQLITE_FULL | ffi::SQLITE_IOERR | ffi::SQLITE_CANTOPEN | ffi::SQLITE_READONLY
            ) =>
            {
                Self::Unavailable(Box::new(error))
            }
            _ => Self::Engine(Box::new(error)),
        }
    }
}

impl From<sqlx::Error> for DbError {
    fn from(error: sqlx::Error) -> Self {
        use sqlx::error::ErrorKind;
        match &error {
            sqlx::Error::RowNotFound => Self::NoRow,
            sqlx::Error::Database(database) if ends_connection(&**database) => {
                Self::Disconnected(Box::new(error))
            }
            sqlx::Error::Database(database) => {
                match (database.kind(), database.code().as_deref()) {
                    // Serialisation failure, deadlock.
                    (_, Some("40001" | "40P01")) => Self::Conflict,
                    // No disk, memory or connections left; cancelled from outside; trouble with files.
                    (_, Some(code))
                        if code.starts_with("53") || code.starts_with("58") || code == "57014" =>
                    {
                        Self::Unavailable(Box::new(error))
                    }
                    (ErrorKind::UniqueViolation, _) => Self::Unique,
                    (ErrorKind::ForeignKeyViolation, _) => Self::ForeignKey,
                    (ErrorKind::NotNullViolation, _) => Self::NotNull,
                    (ErrorKind::CheckViolation, _) => Self::Check {
                        rule: database
                            .constraint()
                            .map_or_else(|| database.message().to_owned(), str::to_owned),
                    },
                    _ => Self::Engine(Box::new(error)),
                }
            }
            // An answer that nobody understands belongs to another question: the connection is lost.
            sqlx::Error::Io(_) | sqlx::Error::Protocol(_) | sqlx::Error::WorkerCrashed => {
                Self::Disconnected(Box::new(error))
            }
            sqlx::Error::Tls(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed => {
                Self::Unavailable(Box::new(error))
            }
            _ => Self::Engine(Box::new(error)),
        }
    }
}

/// Whether the server gives up the connection with this error: it shuts down, or was told to end this
/// connection. One that takes no writes any more has become a standby: the way to the database leads
/// elsewhere now.
fn ends_connection(error: &dyn sqlx::error::DatabaseError) -> bool {
    use sqlx::postgres::{PgDatabaseError, PgSeverity};
    let severity = error.try_downcast_ref::<PgDatabaseError>().map(PgDatabaseError::severity);
    matches!(severity, Some(PgSeverity::Fatal | PgSeverity::Panic))
        || error.code().is_some_and(|code| code.starts_with("08") || code == "25006")
}
