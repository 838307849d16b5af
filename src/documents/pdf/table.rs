//! A table over several pages: its head on each, the sums of each, the sums of all.

use serde_json::Value;

use super::PaperError;
use super::fill;
use super::flow::{LINE, Sheets, counted};
use super::font::Glyph;
use super::page::Style;
use super::template::{Along, Column, Face, Table};
use super::text;
use crate::fault::InputError;

/// Around the text of a cell, in micrometres.
const INSET: i64 = 1_000;
const ASCENT: i64 = 900;

/// Lines of the cells of a row, and what it adds to the sums.
pub(super) struct Row {
    cells: Vec<Vec<Vec<Glyph>>>,
    sums: Vec<Option<i64>>,
}

impl Row {
    fn lines(&self) -> usize {
        self.cells.iter().map(Vec::len).max().unwrap_or(1)
    }

    /// The first lines of every cell; what is left stays in this row.
    fn split_off(&mut self, lines: usize) -> Vec<Vec<Vec<Glyph>>> {
        let first = |cell: &mut Vec<Vec<Glyph>>| {
            let rest = cell.split_off(lines.min(cell.len()));
            std::mem::replace(cell, rest)
        };
        self.cells.iter_mut().map(first).collect()
    }
}

/// The rows of the model, broken into lines.
pub(super) fn rows(table: &Table, model: &Value, width: i64) -> Result<Vec<Row>, PaperError> {
    let items = fill::at(model, &table.rows)?.as_array().map_or(&[][..], Vec::as_slice);
    let widths = widths(table, width);
    let row = |(line, item): (usize, &Value)| {
        let mut item = item.clone();
        if let Some(fields) = item.as_object_mut() {
            fields.insert("line".to_owned(), Value::from(line));
        }
        let mut row = Row { cells: Vec::new(), sums: Vec::new() };
        for (column, width) in table.columns.iter().zip(&widths) {
            let words = column.text.fill(&item)?;
            row.cells.push(text::wrap(&words, Face::Serif, table.size.0, width - 2 * INSET));
            row.sums.push(column.sum.as_ref().map_or(Ok(None), |sum| sum.number_if_any(&item))?);
        }
        Ok(row)
    };
    (1..).zip(items).map(row).collect()
}

/// The widths of the columns; the one without a width has what the others leave.
fn widths(table: &Table, width: i64) -> Vec<i64> {
    let known: i64 = table.columns.iter().filter_map(|column| column.width).map(|w| w.0).sum();
    let own = |column: &Column| column.width.map_or(width - known, |own| own.0);
    table.columns.iter().map(own).collect()
}

/// Sums of the columns, where anything is to be added.
#[derive(Clone)]
struct Sums {
    rows: usize,
    sums: Vec<Option<i64>>,
}

impl Sums {
    fn new(table: &Table) -> Self {
        Self { rows: 0, sums: vec![None; table.columns.len()] }
    }

    fn add(&mut self, row: &Row) -> Result<(), PaperError> {
        self.rows += 1;
        for (sum, more) in self.sums.iter_mut().zip(&row.sums) {
            if let Some(more) = more {
                let added = sum.unwrap_or(0).checked_add(*more);
                *sum = Some(added.ok_or_else(|| InputError::one("rows", "too_large"))?);
            }
        }
        Ok(())
    }
}

/// Draws the table from where the paper is, so that `end` micrometres fit under its last row.
pub(super) fn place(
    table: &Table,
    model: &Value,
    rows: Vec<Row>,
    end: i64,
    sheets: &mut Sheets,
) -> Result<(), PaperError> {
    let widths = widths(table, sheets.width);
    let mut placer = Placer {
        sheets,
        table,
        head: head(table, &widths),
        widths,
        page: Sums::new(table),
        all: Sums::new(table),
        is_divided: false,
    };
    let (line, sum) = (placer.height(1), placer.sum_height());
    if placer.sheets.room() < placer.head_height() + line + sum {
        placer.sheets.next_page();
    }
    placer.draw_head();
    let last = rows.len().saturating_sub(1);
    // Sums of the page and of all, and what follows, stay with the last row where a page holds it.
    let behind = 2 * sum + end;
    for (index, row) in rows.into_iter().enumerate() {
        let height = placer.height(row.lines());
        let full = placer.sheets.room_max() - placer.head_height();
        let needed = match index == last {
            true if height + behind <= full => height + behind,
            true => height + 2 * sum,
            false => height + sum,
        };
        if needed > placer.sheets.room() && placer.page.rows > 0 {
            placer.turn()?;
        }
        placer.all.add(&row)?;
        placer.page.add(&row)?;
        placer.row(row)?;
    }
    if 2 * sum > placer.sheets.room() {
        placer.turn()?;
    }
    if placer.is_divided {
        placer.page_sums()?;
    }
    let words = table.total.fill(model)?;
    let all = placer.all.clone();
    placer.sums(&words, &all)
}

struct Placer<'a> {
    sheets: &'a mut Sheets,
    table: &'a Table,
    head: Vec<Vec<Vec<Glyph>>>,
    widths: Vec<i64>,
    page: Sums,
    all: Sums,
    /// Whether the table has gone to another page.
    is_divided: bool,
}

fn head(table: &Table, widths: &[i64]) -> Vec<Vec<Vec<Glyph>>> {
    let title = |(column, width): (&Column, &i64)| {
        text::wrap(&column.title, Face::SerifBold, table.size.0, width - 2 * INSET)
    };
    table.columns.iter().zip(widths).map(title).collect()
}

impl Placer<'_> {
    const fn em(&self) -> i64 {
        self.table.size.0
    }

    /// Of a row with so many lines.
    fn height(&self, lines: usize) -> i64 {
        let lines = i64::try_from(lines).unwrap_or(i64::MAX / LINE / 10_000);
        lines * (self.em() * LINE / 1_000) + 2 * INSET
    }

    /// A table that adds nothing up has no row for it.
    fn sum_height(&self) -> i64 {
        let adds = self.table.columns.iter().any(|column| column.sum.is_some());
        if adds { self.height(1) } else { 0 }
    }

    fn head_height(&self) -> i64 {
        let lines = self.head.iter().map(Vec::len).max().unwrap_or(1);
        self.height(lines) + self.height(1)
    }

    fn draw_head(&mut self) {
        let lines = self.head.iter().map(Vec::len).max().unwrap_or(1);
        let titles = self.head.clone();
        self.cells(titles, lines, Face::SerifBold, |_| Along::Centre);
        let number = |number: usize| {
            text::wrap(&number.to_string(), Face::Serif, self.em(), self.sheets.width)
        };
        let numbers = (1..=self.widths.len()).map(number).collect();
        self.cells(numbers, 1, Face::Serif, |_| Along::Centre);
    }

    /// Ends the page with its sums and begins the next one with the head.
    fn turn(&mut self) -> Result<(), PaperError> {
        self.page_sums()?;
        self.sheets.next_page();
        self.is_divided = true;
        self.page = Sums::new(self.table);
        self.draw_head();
        Ok(())
    }

    /// A row, on as many pages as it takes.
    fn row(&mut self, mut row: Row) -> Result<(), PaperError> {
        loop {
            let room = self.sheets.room() - self.sum_height() - 2 * INSET;
            let lines = usize::try_from(room / (self.em() * LINE / 1_000)).unwrap_or(0).max(1);
            let count = row.lines();
            if count <= lines {
                self.row_cells(row.cells, count);
                return Ok(());
            }
            let first = row.split_off(lines);
            self.row_cells(first, lines);
            self.turn()?;
        }
    }

    fn row_cells(&mut self, cells: Vec<Vec<Vec<Glyph>>>, lines: usize) {
        let table = self.table;
        self.cells(cells, lines, Face::Serif, |column| table.columns[column].along);
    }

    fn cells(
        &mut self,
        cells: Vec<Vec<Vec<Glyph>>>,
        lines: usize,
        face: Face,
        along: impl Fn(usize) -> Along,
    ) {
        let (em, height) = (self.em(), self.height(lines));
        let (top, mut left) = (self.sheets.y, self.sheets.left);
        for (index, (cell, width)) in cells.into_iter().zip(&self.widths).enumerate() {
            let page = self.sheets.page();
            page.frame((left, top, *width, height), 200, Style::Solid);
            for (line, glyphs) in (0..).zip(cell) {
                let at =
                    (left + INSET, top + INSET + em * ASCENT / 1_000 + line * (em * LINE / 1_000));
                page.text(at, width - 2 * INSET, along(index), (face, em), glyphs);
            }
            left += width;
        }
        self.sheets.y += height;
    }

    fn page_sums(&mut self) -> Result<(), PaperError> {
        let words = self.table.page_total.fill(&counted(self.page.rows))?;
        let page = self.page.clone();
        self.sums(&words, &page)
    }

    /// A row of sums: its words take the columns before the first sum.
    fn sums(&mut self, words: &str, sums: &Sums) -> Result<(), PaperError> {
        if self.sum_height() == 0 {
            return Ok(());
        }
        let first = self.table.columns.iter().position(|column| column.sum.is_some());
        let first = first.unwrap_or(self.widths.len());
        let wide: i64 = self.widths.iter().take(first).sum();
        let mut left = self.sheets.left;
        self.sum_cell(left, wide, Along::Left, words)?;
        left += wide;
        for (index, column) in self.table.columns.iter().enumerate().skip(first) {
            let sum = sums.sums.get(index).copied().flatten();
            let words = match (sum, &column.sum) {
                (Some(sum), Some(place)) => place.show_number(sum),
                _ => String::new(),
            };
            self.sum_cell(left, self.widths[index], Along::Right, &words)?;
            left += self.widths[index];
        }
        self.sheets.y += self.sum_height();
        Ok(())
    }

    fn sum_cell(
        &mut self,
        left: i64,
        width: i64,
        along: Along,
        words: &str,
    ) -> Result<(), PaperError> {
        let (em, room) = (self.em(), width - 2 * INSET);
        let fitted = text::fit(words, Face::SerifBold, (em, em / 4), room, |_| 1)
            .ok_or_else(|| InputError::one(self.table.rows.as_str(), "too_long"))?;
        let (top, height) = (self.sheets.y, self.sum_height());
        let page = self.sheets.page();
        page.frame((left, top, width, height), 200, Style::Solid);
        let baseline = top + INSET + em * ASCENT / 1_000;
        for glyphs in fitted.lines {
            let style = (Face::SerifBold, fitted.em);
            page.text((left + INSET, baseline), room, along, style, glyphs);
        }
        Ok(())
    }
}
