//! One command on a connection, in as few round trips as its statements allow.
//!
//! What only reads runs before the transaction begins: at READ COMMITTED each statement sees a
//! state of its own anyway. Inserts that nobody asks about wait, and travel together as one
//! statement at the end. A command that reads and then inserts thus needs no BEGIN and no COMMIT:
//! its one writing statement is its transaction.
//!
//! Work that is dropped half-way closes its connection, and the server rolls back.

use sqlx::postgres::PgConnection;

use super::{execute, execute_text, fetch, fetch_text};
use crate::db::{Arg, DbError, Record, expand};

pub(in crate::db) struct PgWork {
    connection: PgConnection,
    begun: bool,
    waiting: Vec<(&'static str, Vec<Arg>)>,
    /// Nothing waits: the command is run again, and each refusal has to come from its statement.
    eager: bool,
}

impl PgWork {
    pub(super) const fn new(connection: PgConnection, eager: bool) -> Self {
        Self { connection, begun: false, waiting: Vec::new(), eager }
    }

    /// Begins at once: all statements see one state of the data.
    pub(super) async fn begin_snapshot(&mut self) -> Result<(), DbError> {
        control(&mut self.connection, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
        self.begun = true;
        Ok(())
    }

    /// The connection inside the transaction, with all that waited done.
    pub(in crate::db) async fn writing(&mut self) -> Result<&mut PgConnection, DbError> {
        if !self.begun {
            control(&mut self.connection, "BEGIN").await?;
            self.begun = true;
        }
        self.insert_waiting().await?;
        Ok(&mut self.connection)
    }

    /// The connection for a statement of this text.
    async fn connection(&mut self, sql: &str) -> Result<&mut PgConnection, DbError> {
        let only_reads = sql.starts_with("SELECT") && !sql.contains("FOR UPDATE");
        if only_reads && self.waiting.is_empty() {
            return Ok(&mut self.connection);
        }
        self.writing().await
    }

    pub(in crate::db) async fn insert(
        &mut self,
        sql: &'static str,
        args: Vec<Arg>,
    ) -> Result<(), DbError> {
        if self.eager {
            return self.execute(sql, args).await.map(drop);
        }
        let waiting: usize = self.waiting.iter().map(|(_, args)| args.len()).sum();
        if waiting + args.len() > expand::VALUES_MAX {
            self.writing().await?;
        }
        self.waiting.push((sql, args));
        Ok(())
    }

    pub(in crate::db) async fn execute(
        &mut self,
        sql: &'static str,
        args: Vec<Arg>,
    ) -> Result<u64, DbError> {
        execute(self.writing().await?, sql, args).await
    }

    pub(in crate::db) async fn execute_text(
        &mut self,
        sql: String,
        args: Vec<Arg>,
    ) -> Result<u64, DbError> {
        execute_text(self.writing().await?, sql, args).await
    }

    pub(in crate::db) async fn fetch<T: Record>(
        &mut self,
        sql: &'static str,
        args: Vec<Arg>,
    ) -> Result<Vec<T>, DbError> {
        fetch(self.connection(sql).await?, sql, args).await
    }

    pub(in crate::db) async fn fetch_text<T: Record>(
        &mut self,
        sql: String,
        args: Vec<Arg>,
    ) -> Result<Vec<T>, DbError> {
        fetch_text(self.connection(&sql).await?, sql, args).await
    }

    /// Ends the work for good. An error means that nothing was written, unless the connection broke.
    pub(super) async fn commit(&mut self) -> Result<(), DbError> {
        self.insert_waiting().await?;
        if self.begun {
            control(&mut self.connection, "COMMIT").await?;
            self.begun = false;
        }
        Ok(())
    }

    /// Gives the connection back, with what was not committed undone; one that cannot even do that
    /// is not used again.
    pub(super) async fn end(mut self) -> Option<PgConnection> {
        if self.begun
            && let Err(lost) = control(&mut self.connection, "ROLLBACK").await
        {
            tracing::warn!(error = %lost, "the roll-back did not reach the database");
            return None;
        }
        Some(self.connection)
    }

    /// Runs all inserts that wait in one round trip.
    async fn insert_waiting(&mut self) -> Result<(), DbError> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let inserts = std::mem::take(&mut self.waiting);
        let parts: Vec<_> = inserts.iter().map(|(sql, args)| (*sql, args.len())).collect();
        let text = expand::together(&parts);
        let args = inserts.into_iter().flat_map(|(_, args)| args).collect();
        execute_text(&mut self.connection, text, args).await.map(drop)
    }
}

async fn control(connection: &mut PgConnection, sql: &'static str) -> Result<(), DbError> {
    sqlx::raw_sql(sql).execute(connection).await?;
    Ok(())
}
