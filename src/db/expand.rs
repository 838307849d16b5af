//! The only places where the text of a statement is put together: `IN` lists, rows of `VALUES`, and
//! inserts that travel together.
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
    let end = start + row_length(&sql[start..]);
    let mut values = String::new();
    for row in 0..rows {
        values.push_str(if row == 0 { "" } else { ", " });
        push_counted_on(&mut values, &sql[start..end], row * columns);
    }
    format!("{}{values}{}", &sql[..start], &sql[end..])
}

/// How long a row is that begins here: up to the bracket that closes its first.
fn row_length(text: &str) -> usize {
    let mut open = 0_usize;
    for (index, sign) in text.char_indices() {
        match sign {
            '(' => open += 1,
            ')' if open == 1 => return index + 1,
            ')' => open -= 1,
            _ => {}
        }
    }
    panic!("the row of values ends")
}

/// Makes one statement of several inserts, each with its number of values: `WITH w0 AS (…) …`.
pub(super) fn together(inserts: &[(&str, usize)]) -> String {
    let mut text = String::new();
    let mut bound = 0;
    for (index, (sql, values)) in inserts.iter().enumerate() {
        let last = index + 1 == inserts.len();
        let open = match (index, last) {
            (_, true) => " ".to_owned(),
            (0, false) => "WITH w0 AS (".to_owned(),
            (_, false) => format!(", w{index} AS ("),
        };
        text.push_str(&open);
        push_counted_on(&mut text, sql, bound);
        text.push_str(if last { "" } else { ")" });
        bound += values;
    }
    text
}

/// Writes a statement with its places counted on behind `bound` others.
fn push_counted_on(text: &mut String, sql: &str, bound: usize) {
    let mut parts = sql.split('$');
    text.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let digits = part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len());
        let place: usize = part[..digits].parse().expect("a place has a number");
        write!(text, "${}{}", place + bound, &part[digits..])
            .expect("writing to a string does not fail");
    }
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
    fn inserts_travel_as_one_statement_with_places_of_their_own() {
        let first = ("INSERT INTO a VALUES ($1, $2)", 2);
        let second = ("INSERT INTO b VALUES ($2, $1)", 2);
        assert_eq!(together(&[first]), " INSERT INTO a VALUES ($1, $2)");
        assert_eq!(
            together(&[first, second]),
            "WITH w0 AS (INSERT INTO a VALUES ($1, $2)) INSERT INTO b VALUES ($4, $3)"
        );
    }

    #[test]
    fn rows_are_repeated_and_what_follows_stays() {
        let text = rows("INSERT INTO t (a, b) VALUES ($1, $2) ON CONFLICT DO NOTHING", 2, 2);
        assert_eq!(text, "INSERT INTO t (a, b) VALUES ($1, $2), ($3, $4) ON CONFLICT DO NOTHING");
    }

    #[test]
    fn rows_keep_the_types_that_they_name() {
        let text = rows("FROM (VALUES (CAST($1 AS uuid), $2)) AS v WHERE id = v.column1", 2, 2);
        assert_eq!(
            text,
            "FROM (VALUES (CAST($1 AS uuid), $2), (CAST($3 AS uuid), $4)) AS v WHERE id = v.column1"
        );
    }
}
