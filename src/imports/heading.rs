//! Files whose heading stands below a title, in one of the first rows. Pure.

use std::collections::VecDeque;

use super::map::Columns;
use super::table::{HEADING_ROWS_MAX, Row, Survey, Table};
use super::{ImportError, Source};

/// The rows of a file below its heading, wherever that stands.
pub(crate) struct Headed {
    table: Table,
    pub(crate) columns: Columns,
    /// Its cells, as they stand in the file.
    pub(crate) heading: Vec<String>,
    /// What stands above it.
    pub(crate) above: Vec<Row>,
    /// Read while the heading was looked for.
    before: VecDeque<Row>,
}

impl Headed {
    /// `columns` says what the cells of a row are as a heading, or that they are none; of several the
    /// one with the most columns is taken. `wanted` are the fields that a heading must have.
    pub(crate) fn open(
        source: &Source,
        survey: &Survey,
        wanted: &str,
        columns: impl Fn(&[String]) -> Result<Option<Columns>, ImportError>,
    ) -> Result<Self, ImportError> {
        let mut table = source.bare(survey)?;
        let mut before = VecDeque::new();
        while before.len() <= HEADING_ROWS_MAX {
            let Some(row) = table.next_row()? else { break };
            before.push_back(row);
        }
        let found = find(before.make_contiguous(), columns)?;
        let Some(Found { first, rows, heading, columns }) = found else {
            let filled = |row: &&Row| row.cells.iter().filter(|cell| !cell.is_empty()).count();
            let widest = before.iter().max_by_key(filled);
            return Err(ImportError::ColumnMissing {
                file: survey.file.clone(),
                field: wanted.to_owned(),
                headings: widest.map(|row| row.cells.join(", ")).unwrap_or_default(),
            });
        };
        let above = before.drain(..first).collect();
        before.drain(..rows);
        Ok(Self { table, columns, heading, above, before })
    }

    pub(crate) fn sheets_unread(&self) -> &[String] {
        &self.table.sheets_unread
    }

    pub(crate) fn sheet(&self) -> &str {
        &self.table.sheet
    }

    /// The next row below the heading that is not empty.
    pub(crate) fn next_row(&mut self) -> Result<Option<Row>, ImportError> {
        match self.before.pop_front() {
            Some(row) => Ok(Some(row)),
            None => self.table.next_row(),
        }
    }
}

struct Found {
    /// Rows above it.
    first: usize,
    /// Rows that it takes up.
    rows: usize,
    heading: Vec<String>,
    columns: Columns,
}

/// A heading with merged cells stands in two rows: what the lower one says goes before.
fn find(
    rows: &[Row],
    columns: impl Fn(&[String]) -> Result<Option<Columns>, ImportError>,
) -> Result<Option<Found>, ImportError> {
    let mut best: Option<Found> = None;
    for (first, row) in rows.iter().take(HEADING_ROWS_MAX).enumerate() {
        let below = rows.get(first + 1).map(|below| merged(&row.cells, &below.cells));
        let alone = (1, row.cells.clone());
        for (rows, heading) in std::iter::once(alone).chain(below.map(|cells| (2, cells))) {
            let Some(columns) = columns(&heading)? else { continue };
            if best.as_ref().is_none_or(|best| columns.count() > best.columns.count()) {
                best = Some(Found { first, rows, heading, columns });
            }
        }
    }
    Ok(best)
}

fn merged(above: &[String], below: &[String]) -> Vec<String> {
    let count = above.len().max(below.len());
    let cell = |cells: &[String], place: usize| cells.get(place).cloned().unwrap_or_default();
    let pick = |place| match cell(below, place) {
        text if text.is_empty() => cell(above, place),
        text => text,
    };
    (0..count).map(pick).collect()
}
