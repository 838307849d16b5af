//! Gap-free numbers: taken in the transaction that uses them, and given back with it.
//!
//! The row of a series is a lock: whoever takes a number waits for whoever took the last one. Use
//! them for what the law or people count, never on the path of a scan.

use crate::args;
use crate::db::{Count, DbError, Tx};

const NUMBER_NEXT: &str = "INSERT INTO number_series (name, next_value) VALUES ($1, 1 + $2)
     ON CONFLICT (name) DO UPDATE SET next_value = number_series.next_value + $2
     RETURNING next_value - $2";

pub const QUERIES: &[&str] = &[NUMBER_NEXT];

/// The next number of a series; the first is 1.
pub async fn number_next(tx: &mut Tx, series: &str) -> Result<i64, DbError> {
    numbers_next(tx, series, 1).await
}

/// Takes `count` numbers in a row and answers the first.
pub async fn numbers_next(tx: &mut Tx, series: &str, count: i64) -> Result<i64, DbError> {
    debug_assert!(count > 0, "nobody takes no number");
    Ok(tx.fetch_one::<Count>(NUMBER_NEXT, args![series, count]).await?.value)
}
