//! The only places where the text of a statement is put together: `IN` lists and rows of `VALUES`.
//!
//! Lists come in a few lengths only, padded by repeating the last value, so that few statements
//! are prepared. Values are always bound.

use std::fmt::Write as _;

/// Where a statement's list goes: `WHERE id IN (/*list*/)`.
pub(super) const LIST_MARK: &str = "/*list*/";

const LIST_LENGTHS: [usize; 7] = [1, 2, 5, 10, 20, 50, 100];

/// The longest list of one statement; longer ones are asked in parts.
pub(super) const LIST_MAX: usize = 100;

/// The most values that one statement binds when rows are inserted in bulk.
pub(super) const VALUES_MAX: usize = 8_000;

/// The length to which a list of `count` values is padded.
pub(super) fn padded_length(count: usize) -> usize {
    LIST_LENGTHS.into_iter().find(|length| *length >= count).unwrap_or(LIST_MAX)
}

/// Writes `$first, $first+1, …` in place of the mark.
pub(super) fn list(sql: &str, first: usize, length: usize) -> String {
    let mut places = String::new();
    for index in first..first + length {
        let comma = if index == first { "" } else { ", " };
        write!(places, "{comma}${index}").expect("writing to a string does not fail");
    }
    sql.replacen(LIST_MARK, &places, 1)
}

/// Repeats the one row of `… VALUES ($1, …, $n) …` `rows` times with counted-up places.
pub(super) fn rows(sql: &str, columns: usize, rows: usize) -> String {
    let start = sql.find("VALUES (").expect("a bulk insert has a row of values") + "VALUES ".len();
    let end = start + sql[start..].find(')').expect("the row of values ends") + 1;
    let mut values = String::new();
    for row in 0..rows {
        values.push_str(if row == 0 { "(" } else { ", (" });
        for column in 0..columns {
            let comma = if column == 0 { "" } else { ", " };
            write!(values, "{comma}${}", row * columns + column + 1)
                .expect("writing to a string does not fail");
        }
        values.push(')');
    }
    format!("{}{values}{}", &sql[..start], &sql[end..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_takes_the_places_behind_the_other_arguments() {
        assert_eq!(list("a = $1 AND b IN (/*list*/)", 2, 2), "a = $1 AND b IN ($2, $3)");
        assert_eq!(padded_length(3), 5);
        assert_eq!(padded_length(100), 100);
    }

    #[test]
    fn rows_are_repeated_and_what_follows_stays() {
        let text = rows("INSERT INTO t (a, b) VALUES ($1, $2) ON CONFLICT DO NOTHING", 2, 2);
        assert_eq!(text, "INSERT INTO t (a, b) VALUES ($1, $2), ($3, $4) ON CONFLICT DO NOTHING");
    }
}
