//! Papers as long as their data: blocks of text, a table over several pages, signatures.
//!
//! **Invariant:** the head of the table stands on every page that has rows of it, and every such page
//! says the sums of its rows, unless it is the only one.
//! **Invariant:** signatures stand on a page with at least one row or line before them.

use serde_json::{Value, json};

use super::PaperError;
use super::fill;
use super::font::{self, Glyph};
use super::page::{Page, Style};
use super::table::{self, Row};
use super::template::{Along, Block, Face, Flow, Section};
use super::text;

/// Heights for an em of 1,000.
pub(super) const LINE: i64 = 1_200;
const ASCENT: i64 = 900;
/// Of the running head and the page numbers.
const SMALL: i64 = 2_820;
/// A signature: above its line, and below it.
const ROOM_TO_SIGN: i64 = 13_000;
const UNDER_SIGNATURE: i64 = 4_000;
const BETWEEN_SIGNATURES: i64 = 12_000;
/// The head of a table, a row and its sums.
const ROOM_FOR_TABLE: i64 = 30_000;

/// Lines of one block, of which each may go to the next page.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    pub(super) height: i64,
    texts: Vec<(i64, i64, Along, Face, i64, Vec<Glyph>)>,
}

/// The paper so far.
pub(super) struct Sheets {
    pub(super) pages: Vec<Page>,
    /// Where the next thing goes on the last page.
    pub(super) y: i64,
    pub(super) left: i64,
    pub(super) width: i64,
    top: i64,
    pub(super) bottom: i64,
}

impl Sheets {
    pub(super) fn page(&mut self) -> &mut Page {
        if self.pages.is_empty() {
            self.pages.push(Page::default());
        }
        self.pages.last_mut().expect("one was pushed just now if there was none")
    }

    pub(super) fn next_page(&mut self) {
        self.pages.push(Page::default());
        self.y = self.top;
    }

    pub(super) const fn room(&self) -> i64 {
        self.bottom - self.y
    }

    /// What an empty page holds.
    pub(super) const fn room_max(&self) -> i64 {
        self.bottom - self.top
    }

    /// Each where it fits.
    fn pieces(&mut self, pieces: Vec<Piece>) {
        for piece in pieces {
            if piece.height > self.room() {
                self.next_page();
            }
            self.piece(piece);
        }
    }

    fn piece(&mut self, piece: Piece) {
        let y = self.y;
        for (left, width, along, face, em, glyphs) in piece.texts {
            let at = (self.left + left, y + em * ASCENT / 1_000);
            self.page().text(at, width, along, (face, em), glyphs);
        }
        self.y += piece.height;
    }
}

/// The pages of a paper that flows.
pub(super) fn pages(
    flow: &Flow,
    (width, height): (i64, i64),
    model: &Value,
) -> Result<Vec<Page>, PaperError> {
    let margins = flow.margins;
    let mut sheets = Sheets {
        pages: vec![Page::default()],
        y: margins.top.0,
        left: margins.side.0,
        width: width - 2 * margins.side.0,
        top: margins.top.0,
        bottom: height - margins.bottom.0,
    };
    sheets.pieces(pieces(&flow.before, model, sheets.width)?);
    let after = pieces(&flow.after, model, sheets.width)?;
    let signing = if flow.signatures.is_empty() { 0 } else { ROOM_TO_SIGN + UNDER_SIGNATURE };
    let end = after.iter().map(|piece| piece.height).sum::<i64>() + signing;
    let rows: Vec<Row> = table::rows(&flow.table, model, sheets.width)?;
    let sections = sections(flow, model, sheets.width)?;
    let end_after = |index: usize| if index == sections.len() { end } else { 0 };
    table::place(&flow.table, model, rows, end_after(0), &mut sheets)?;
    for (index, section) in (1..).zip(&sections) {
        let before = pieces(&section.before, model, sheets.width)?;
        // Its words stay with the beginning of their table.
        let height: i64 = before.iter().map(|piece| piece.height).sum();
        if height + ROOM_FOR_TABLE > sheets.room() {
            sheets.next_page();
        }
        sheets.pieces(before);
        let rows = table::rows(&section.table, model, sheets.width)?;
        table::place(&section.table, model, rows, end_after(index), &mut sheets)?;
    }
    place_end(flow, after, signing, &mut sheets);
    number_pages(&flow.running.fill(model)?, height, &mut sheets);
    Ok(sheets.pages)
}

/// The further tables that have rows.
fn sections<'a>(flow: &'a Flow, model: &Value, width: i64) -> Result<Vec<&'a Section>, PaperError> {
    let mut found = Vec::new();
    for section in &flow.sections {
        if !table::rows(&section.table, model, width)?.is_empty() {
            found.push(section);
        }
    }
    Ok(found)
}

/// What stands under the last table. It breaks only where it cannot be kept with the last row.
fn place_end(flow: &Flow, after: Vec<Piece>, signing: i64, sheets: &mut Sheets) {
    /// Lines that stay with the signatures.
    const KEPT: usize = 2;
    let mut rest: i64 = after.iter().map(|piece| piece.height).sum::<i64>() + signing;
    let count = after.len();
    for (index, piece) in after.into_iter().enumerate() {
        let is_kept = index + KEPT == count || (index == 0 && count <= KEPT);
        let needed = if is_kept { rest } else { piece.height };
        if needed > sheets.room() {
            sheets.next_page();
        }
        rest -= piece.height;
        sheets.piece(piece);
    }
    if signing > 0 {
        if signing > sheets.room() {
            sheets.next_page();
        }
        sign(&flow.signatures, sheets);
    }
}

fn sign(people: &[(String, String)], sheets: &mut Sheets) {
    let count = i64::try_from(people.len()).unwrap_or(1).max(1);
    let width = (sheets.width - (count - 1) * BETWEEN_SIGNATURES) / count;
    let (em, hint) = (3_175, 2_470);
    let line = sheets.y + ROOM_TO_SIGN;
    for (index, (word, what)) in (0..).zip(people) {
        let left = sheets.left + index * (width + BETWEEN_SIGNATURES);
        let glyphs = font::glyphs(word, Face::Serif);
        let page = sheets.page();
        page.text((left, line - 8_000), width, Along::Left, (Face::Serif, em), glyphs);
        page.line((left, line), (left + width, line), 200, Style::Solid);
        let glyphs = font::glyphs(what, Face::Serif);
        page.text((left, line + 2_800), width, Along::Centre, (Face::Serif, hint), glyphs);
    }
    sheets.y = line + UNDER_SIGNATURE;
}

fn number_pages(running: &str, height: i64, sheets: &mut Sheets) {
    let (left, width, total) = (sheets.left, sheets.width, sheets.pages.len());
    // A long title is said in full on the first page.
    let line = text::wrap(running, Face::Serif, SMALL, width).into_iter().next();
    for (index, page) in sheets.pages.iter_mut().enumerate() {
        let words = format!("Лист {} из {total}", index + 1);
        let glyphs = font::glyphs(&words, Face::Serif);
        let at = (left, height - 9_000);
        page.text(at, width, Along::Right, (Face::Serif, SMALL), glyphs);
        if let Some(line) = line.as_ref().filter(|_| index > 0) {
            page.text((left, 9_500), width, Along::Right, (Face::Serif, SMALL), line.clone());
        }
    }
}

fn pieces(blocks: &[Block], model: &Value, width: i64) -> Result<Vec<Piece>, PaperError> {
    let mut pieces = Vec::new();
    for block in blocks {
        match block {
            Block::Text { text, size, face, along, when, space } => {
                let is_left_out = match when {
                    Some(path) => !fill::is_there(model, path)?,
                    None => false,
                };
                if is_left_out {
                    continue;
                }
                if space.0 > 0 {
                    pieces.push(Piece { height: space.0, texts: Vec::new() });
                }
                for glyphs in text::wrap(&text.fill(model)?, *face, size.0, width) {
                    let texts = vec![(0, width, *along, *face, size.0, glyphs)];
                    pieces.push(Piece { height: size.0 * LINE / 1_000, texts });
                }
            }
            Block::Pair { label, text, size, indent } => {
                let value = text.fill(model)?;
                if value.is_empty() {
                    continue;
                }
                let (room, em) = (width - indent.0, size.0);
                let lines = text::wrap(&value, Face::SerifBold, em, room);
                for (index, glyphs) in lines.into_iter().enumerate() {
                    let mut texts =
                        vec![(indent.0, room, Along::Left, Face::SerifBold, em, glyphs)];
                    if index == 0 {
                        let glyphs = font::glyphs(label, Face::Serif);
                        texts.push((0, indent.0, Along::Left, Face::Serif, em, glyphs));
                    }
                    pieces.push(Piece { height: em * 1_350 / 1_000, texts });
                }
            }
        }
    }
    Ok(pieces)
}

/// The model of the words before the sums of a page.
pub(super) fn counted(rows: usize) -> Value {
    json!({ "count": rows })
}
