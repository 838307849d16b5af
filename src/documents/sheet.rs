//! A table with a title, what stands above it, and its totals.

use crate::units::{Grams, Kopecks};

/// One value of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    Empty,
    Text(String),
    Whole(i64),
    /// Shown in roubles.
    Money(Kopecks),
    /// Shown in kilograms.
    Weight(Grams),
}

impl Cell {
    pub fn text(value: impl Into<String>) -> Self {
        Self::Text(value.into())
    }
}

/// The head of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    pub title: String,
    /// In characters.
    pub width: u16,
}

impl Column {
    pub fn new(title: impl Into<String>, width: u16) -> Self {
        Self { title: title.into(), width }
    }
}

/// What an XLSX or CSV file says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sheet {
    /// The name of the tab; Excel takes 31 characters without `[]:*?/\`.
    pub name: String,
    pub title: String,
    /// Lines between title and table: a label and its value.
    pub head: Vec<(String, String)>,
    pub columns: Vec<Column>,
    /// As many cells as there are columns.
    pub rows: Vec<Vec<Cell>>,
    /// Under the table, or empty.
    pub totals: Vec<Cell>,
}
