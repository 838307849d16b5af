//! Statements on one `SQLite` connection.

use std::cell::RefCell;
use std::collections::HashMap;

use rusqlite::types::{ToSqlOutput, Value};
use rusqlite::{CachedStatement, Connection, ToSql, params_from_iter};

use crate::db::{Arg, DbError, Record, Row};

pub(in crate::db) fn execute(
    connection: &Connection,
    sql: &'static str,
    args: &[Arg],
) -> Result<u64, DbError> {
    let mut statement = prepare(connection, sql)?;
    let changed = statement.execute(params_from_iter(args))?;
    Ok(u64::try_from(changed).expect("a count of rows fits into 64 bits"))
}

pub(in crate::db) fn fetch<T: Record>(
    connection: &Connection,
    sql: &'static str,
    args: &[Arg],
) -> Result<Vec<T>, DbError> {
    rows(prepare(connection, sql)?, args)
}

/// For texts that were put together by the facade itself.
pub(in crate::db) fn fetch_text<T: Record>(
    connection: &Connection,
    sql: &str,
    args: &[Arg],
) -> Result<Vec<T>, DbError> {
    rows(connection.prepare_cached(&numbered(sql))?, args)
}

fn rows<T: Record>(mut statement: CachedStatement<'_>, args: &[Arg]) -> Result<Vec<T>, DbError> {
    let mut rows = statement.query(params_from_iter(args))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(T::from_row(&Row::Sqlite(row))?);
    }
    Ok(found)
}

thread_local! {
    /// Statements by the address of their text: each is rewritten once per thread.
    static NUMBERED: RefCell<HashMap<(usize, usize), &'static str>> = RefCell::default();
}

fn prepare<'c>(
    connection: &'c Connection,
    sql: &'static str,
) -> Result<CachedStatement<'c>, DbError> {
    let address = (sql.as_ptr() as usize, sql.len());
    let known = NUMBERED.with_borrow(|known| known.get(&address).copied());
    let text = known.unwrap_or_else(|| {
        // Leaked on purpose: there are as many as there are `const` statements in the program.
        let text: &'static str = Box::leak(numbered(sql).into_boxed_str());
        NUMBERED.with_borrow_mut(|known| known.insert(address, text));
        text
    });
    Ok(connection.prepare_cached(text)?)
}

/// Turns `$n` into `?n`: `SQLite` takes `$1` for a name and numbers names as they appear.
fn numbered(sql: &str) -> String {
    sql.replace('$', "?")
}

impl ToSql for Arg {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let value = match self {
            Self::Int(value) => value.map(Value::Integer),
            Self::Text(value) => return value.to_sql(),
            Self::Bool(value) => value.map(|flag| Value::Integer(i64::from(flag))),
            Self::Bytes(value) => return value.to_sql(),
            Self::Id(value) => value.map(|id| Value::Blob(id.as_bytes().to_vec())),
            Self::Time(value) => value.map(|at| Value::Integer(at.micros())),
            Self::Day(value) => value.map(|day| Value::Text(day.to_string())),
            Self::Json(value) => value.as_ref().map(|json| Value::Text(json.to_string())),
        };
        Ok(ToSqlOutput::Owned(value.unwrap_or(Value::Null)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record;

    record! {
        #[derive(Debug, PartialEq)]
        struct Pair {
            first: i64,
            second: i64,
        }
    }

    #[test]
    fn places_are_numbered_by_their_number_and_not_by_their_order() {
        let connection = Connection::open_in_memory().unwrap();
        let pairs: Vec<Pair> =
            fetch(&connection, "SELECT $2, $1", &[Arg::from(1_i64), Arg::from(2_i64)]).unwrap();
        assert_eq!(pairs, [Pair { first: 2, second: 1 }]);
    }
}
