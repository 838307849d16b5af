//! One SQL text, two engines: `SQLite` in the process, or `PostgreSQL` by URL.
//!
//! A store calls [`Tx::execute`] and [`Tx::fetch_all`] with a `const` text in the subset that both
//! engines understand, and never learns which one answers. [`Db::write`] runs a closure as one
//! transaction and repeats it as a whole when the engine met a conflict; [`Db::read`] runs one on a
//! reading connection.
//!
//! **Invariant:** a command is answered only after its transaction is on the disk.
//! **Invariant:** after a failed statement the transaction is dead on both engines, as it is on
//! `PostgreSQL` alone by nature.
//! **Invariant:** a closure given to [`Db::write`] waits for nothing but the database. `SQLite`'s
//! writer refuses one that does ([`DbError::Waited`]).
//!
//! Deliberately absent: an ORM, anything that builds SQL but the lists of [`Tx::fetch_in`]
//! the rows of [`Tx::insert_many`] and the inserts that [`Tx::insert`] sends together, a second copy of a text.

mod arg;
pub mod backup;
mod dialect;
mod error;
mod expand;
pub mod explain;
pub mod migrate;
mod postgres;
mod row;
mod sqlite;
mod tx;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use rand::RngExt;
use tokio::sync::Notify;
use tokio::sync::futures::Notified;

pub use arg::Arg;
pub use dialect::Dialect;
pub use error::DbError;
pub use row::{FromColumn, Record, Row, from_json};
pub use tx::Tx;

use crate::db::postgres::PostgresDb;
use crate::db::sqlite::SqliteDb;

/// How often a transaction that met a conflict is run again before its caller is told.
const RETRIES_MAX: u32 = 8;
const RETRY_PAUSE_MS_MAX: u64 = 50;

/// Where the data lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// An `SQLite` file. It is made when it does not exist.
    File(PathBuf),
    /// A `postgres://` URL.
    Url(String),
}

/// The database. Cheap to clone; all clones share one writer or one pool.
#[derive(Clone)]
pub struct Db {
    engine: Engine,
    announced: Arc<Notify>,
}

#[derive(Clone)]
enum Engine {
    Sqlite(SqliteDb),
    Postgres(PostgresDb),
}

impl Db {
    pub async fn open(location: &Location) -> Result<Self, DbError> {
        let announced = Arc::new(Notify::new());
        let waking = Arc::clone(&announced);
        let engine = match location {
            Location::File(path) => Engine::Sqlite(SqliteDb::open(path.clone(), waking).await?),
            Location::Url(url) => Engine::Postgres(PostgresDb::open(url, waking).await?),
        };
        Ok(Self { engine, announced })
    }

    pub const fn dialect(&self) -> Dialect {
        match self.engine {
            Engine::Sqlite(_) => Dialect::Sqlite,
            Engine::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Runs `work` as one transaction and commits it if it answers `Ok`.
    ///
    /// `work` may run several times: it must take its facts from the transaction alone.
    pub async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: AsyncFn(&mut Tx) -> Result<T, E> + Send + Sync + 'static,
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        let work = Arc::new(work);
        let mut attempt = 0;
        loop {
            let outcome = match &self.engine {
                Engine::Sqlite(db) => db.write(Arc::clone(&work)).await,
                // Boxed: the whole work is inside, and whoever waits for it would be as large.
                Engine::Postgres(db) => Box::pin(db.write(&*work, attempt > 0)).await,
            };
            match outcome {
                Attempt::Done(result) => return result,
                Attempt::Conflict(error) if attempt == RETRIES_MAX => return Err(error),
                Attempt::Conflict(_) => {
                    attempt += 1;
                    let pause_ms = rand::rng().random_range(1..=RETRY_PAUSE_MS_MAX);
                    tokio::time::sleep(Duration::from_millis(pause_ms)).await;
                }
            }
        }
    }

    /// Runs `work` on a reading connection. Its statements may see different states of the data.
    pub async fn read<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: AsyncFn(&mut Tx) -> Result<T, E> + Send + Sync + 'static,
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        match &self.engine {
            Engine::Sqlite(db) => db.read(work).await,
            Engine::Postgres(db) => db.read(work).await,
        }
    }

    /// Like [`Db::read`], but all statements see one state of the data.
    pub async fn snapshot<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: AsyncFn(&mut Tx) -> Result<T, E> + Send + Sync + 'static,
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        match &self.engine {
            Engine::Sqlite(db) => db.read(work).await,
            Engine::Postgres(db) => db.snapshot(work).await,
        }
    }

    /// Waits for the next commit of this node that was announced ([`Tx::announce`]).
    pub fn announced(&self) -> Notified<'_> {
        self.announced.notified()
    }

    /// Answers `Ok` when the database answers.
    pub async fn ping(&self) -> Result<(), DbError> {
        self.read(async |tx: &mut Tx| {
            tx.fetch_one::<Count>("SELECT CAST(1 AS BIGINT)", vec![]).await.map(drop)
        })
        .await
    }

    /// Ends the writer and closes the connections; what was queued is finished first.
    pub async fn close(&self) {
        match &self.engine {
            Engine::Sqlite(db) => db.close().await,
            Engine::Postgres(db) => db.close().await,
        }
    }
}

/// What one run of a transaction came to.
enum Attempt<T, E> {
    Done(Result<T, E>),
    /// Rolled back because of a conflict with another transaction; another run may succeed.
    Conflict(E),
}

/// Writes the arguments of a statement: `args![order.id, pieces]`.
#[macro_export]
macro_rules! args {
    ($($value:expr),* $(,)?) => { vec![$($crate::db::Arg::from($value)),*] };
}

/// Declares a struct that is read from a row, field by field in the order of the columns.
#[macro_export]
macro_rules! record {
    ($(#[$meta:meta])* $vis:vis struct $name:ident { $($(#[$field_meta:meta])* $field_vis:vis $field:ident : $type:ty),* $(,)? }) => {
        $(#[$meta])*
        $vis struct $name { $($(#[$field_meta])* $field_vis $field: $type),* }

        impl $crate::db::Record for $name {
            #[allow(unused_assignments, reason = "the last field leaves a position that nobody reads")]
            fn from_row(row: &$crate::db::Row<'_>) -> Result<Self, $crate::db::DbError> {
                let mut next = 0;
                $(
                    let $field = <$type as $crate::db::FromColumn>::from_column(row, next)?;
                    next += 1;
                )*
                Ok(Self { $($field),* })
            }
        }
    };
}

/// Declares an enum that is a `TEXT` column, a JSON string and a word in the API.
#[macro_export]
macro_rules! text_enum {
    ($(#[$meta:meta])* $vis:vis enum $name:ident { $($(#[$variant_meta:meta])* $variant:ident = $text:tt),* $(,)? }) => {
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord,
            serde::Serialize, serde::Deserialize, utoipa::ToSchema,
        )]
        $(#[$meta])*
        $vis enum $name { $($(#[$variant_meta])* #[serde(rename = $text)] $variant),* }

        impl $name {
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),* }
            }

            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$variant),)* _ => None }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl From<$name> for $crate::db::Arg {
            fn from(value: $name) -> Self {
                Self::Text(Some(value.as_str().to_owned()))
            }
        }

        impl From<Option<$name>> for $crate::db::Arg {
            fn from(value: Option<$name>) -> Self {
                Self::Text(value.map(|value| value.as_str().to_owned()))
            }
        }

        impl $crate::db::FromColumn for $name {
            fn from_column(row: &$crate::db::Row<'_>, index: usize) -> Result<Self, $crate::db::DbError> {
                let text = String::from_column(row, index)?;
                Self::parse(&text).ok_or($crate::db::DbError::UnknownWord { word: text })
            }
        }
    };
}

record! {
    /// One whole number, as `COUNT` and `SUM` answer it.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct Count {
        pub value: i64,
    }
}
