//! What a test asks the engine about a statement: that it can be prepared, and how it would run.

use super::tx::TxEngine;
use super::{DbError, Tx, expand};

impl Tx {
    /// Lets the engine prepare `sql` without running it.
    pub async fn prepare(&mut self, sql: &'static str) -> Result<(), DbError> {
        let text = expand::list(sql, 90, 1);
        match &mut self.engine {
            TxEngine::Sqlite(connection) => {
                connection.prepare(&text.replace('$', "?"))?;
            }
            TxEngine::Postgres(work) => {
                use sqlx::{AssertSqlSafe, Executor, SqlSafeStr};
                let text = expand::list(sql, places(sql) + 1, 1);
                work.writing().await?.prepare(AssertSqlSafe(text).into_sql_str()).await?;
            }
        }
        Ok(())
    }

    /// The engine's plan of `sql` as text, for any values.
    pub async fn plan(&mut self, sql: &'static str) -> Result<String, DbError> {
        match &mut self.engine {
            TxEngine::Sqlite(connection) => {
                let text = expand::list(sql, 90, 1).replace('$', "?");
                let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {text}"))?;
                let mut rows = statement.raw_query();
                let mut lines = Vec::new();
                while let Some(row) = rows.next()? {
                    lines.push(row.get::<_, String>(3)?);
                }
                Ok(lines.join("\n"))
            }
            TxEngine::Postgres(work) => {
                use sqlx::{AssertSqlSafe, Row};
                let connection = work.writing().await?;
                let count = places(sql) + usize::from(sql.contains(expand::LIST_MARK));
                let text = expand::list(sql, places(sql) + 1, 1);
                // Small tables would always be scanned; the question is whether an index serves.
                let prepare = format!(
                    "SET LOCAL enable_seqscan = off; SET LOCAL plan_cache_mode = force_generic_plan; \
                     PREPARE plan_of AS {text}"
                );
                sqlx::raw_sql(AssertSqlSafe(prepare)).execute(&mut *connection).await?;
                let nulls = vec!["NULL"; count].join(", ");
                let arguments = if count == 0 { String::new() } else { format!("({nulls})") };
                let explain = format!("EXPLAIN EXECUTE plan_of{arguments}");
                let rows =
                    sqlx::raw_sql(AssertSqlSafe(explain)).fetch_all(&mut *connection).await?;
                sqlx::raw_sql("DEALLOCATE plan_of").execute(&mut *connection).await?;
                let lines: Result<Vec<String>, _> = rows.iter().map(|row| row.try_get(0)).collect();
                Ok(lines?.join("\n"))
            }
        }
    }
}

/// The highest `$n` of a statement.
fn places(sql: &str) -> usize {
    sql.split('$')
        .skip(1)
        .filter_map(|rest| {
            let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
            digits.parse().ok()
        })
        .max()
        .unwrap_or(0)
}
