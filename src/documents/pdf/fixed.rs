//! Forms: everything at its place.

use serde_json::Value;

use super::PaperError;
use super::fill::{self, Phrase};
use super::font;
use super::page::{Page, Style};
use super::template::{
    Along, Area, CodeKind, Drawing, Element, Face, Form, Length, RowColumn, Rows, Side,
};
use super::text::{self, Lines};
use crate::fault::InputError;
use crate::labels::{self, FieldKind, SymbolError};

/// Heights of lines for an em of 1,000: from one baseline to the next, and of a capital.
const LINE: i64 = 1_160;
const CAPITAL: i64 = 729;
/// From a written line down to its rule.
const ABOVE_RULE: i64 = 500;
/// What is free above the first of the rules, where there is but one.
const ABOVE_SINGLE_RULE: i64 = 5_000;
/// Letters of 6.5 points: smaller ones are used only for what has no room otherwise.
const EASILY_READ: i64 = 2_293;
/// Letters of 4.5 points: smaller ones are not used.
const LEAST: i64 = 1_588;
/// Modules of bar codes: the least that every reader is promised, and more than enough.
const MODULE_MIN: i64 = 250;
const MODULE_MAX: i64 = 500;

/// The pages of a form for every item of its list.
pub(super) fn pages(form: &Form, model: &Value) -> Result<Vec<Page>, PaperError> {
    let items = fill::at(model, &form.each)?.as_array();
    let items = items.ok_or_else(|| PaperError::Template(format!("{} is no list", form.each)))?;
    let mut pages = Vec::with_capacity(items.len() * form.sides.len());
    for (index, item) in items.iter().enumerate() {
        let field = place_of(item, || format!("{}[{index}].", form.each));
        for side in &form.sides {
            pages.push(draw_side(side, item, &field)?);
        }
    }
    Ok(pages)
}

/// What stands before the paths of an item when one is refused: its place in the list, or what it
/// says itself where a form is made of parts of a model.
fn place_of(item: &Value, place: impl Fn() -> String) -> String {
    item.get("at").and_then(Value::as_str).map_or_else(place, str::to_owned)
}

fn draw_side(side: &Side, model: &Value, field: &str) -> Result<Page, PaperError> {
    let mut page = Page::default();
    for origin in &side.copies {
        let mut pen = Pen { page: &mut page, model, field, x: origin.0.0, y: origin.1.0 };
        for element in &side.elements {
            pen.element(element)?;
        }
    }
    Ok(page)
}

/// Draws the elements of one copy of a form.
struct Pen<'a> {
    page: &'a mut Page,
    model: &'a Value,
    /// What stands before the paths of this item when one is refused.
    field: &'a str,
    x: i64,
    y: i64,
}

/// How a text is written.
#[derive(Clone, Copy)]
struct Hand {
    face: Face,
    along: Along,
    em: i64,
    least: i64,
}

impl Pen<'_> {
    fn element(&mut self, element: &Element) -> Result<(), PaperError> {
        match &element.when {
            Some(path) if !fill::is_there(self.model, path)? => Ok(()),
            _ => self.drawing(&element.drawing),
        }
    }

    fn area(&self, [left, top, width, height]: &Area) -> (i64, i64, i64, i64) {
        (self.x + left.0, self.y + top.0, width.0, height.0)
    }

    fn drawing(&mut self, drawing: &Drawing) -> Result<(), PaperError> {
        match drawing {
            Drawing::Frame { at, line, dashed } => {
                self.page.frame(self.area(at), line.0, Style::of(*dashed));
            }
            Drawing::Hatched { at } => {
                self.page.hatch(self.area(at));
                self.page.frame(self.area(at), 150, Style::Solid);
            }
            Drawing::Rule { at: [left, top, width], line, dashed } => {
                let from = (self.x + left.0, self.y + top.0);
                self.page.line(from, (from.0 + width.0, from.1), line.0, Style::of(*dashed));
            }
            Drawing::Upright { at: [left, top, height], line, dashed } => {
                let from = (self.x + left.0, self.y + top.0);
                self.page.line(from, (from.0, from.1 + height.0), line.0, Style::of(*dashed));
            }
            Drawing::Say { at: [left, top], text, size, face, along } => {
                let glyphs = font::glyphs(&text.fill(self.model)?, *face);
                let at = (self.x + left.0, self.y + top.0);
                self.page.text(at, 0, *along, (*face, size.0), glyphs);
            }
            Drawing::Passage { at: [left, top, width], text, size } => {
                let lines = text::wrap(&text.fill(self.model)?, Face::Sans, size.0, width.0);
                let lines = Lines { em: size.0, lines };
                let first = self.y + top.0 + size.0 * CAPITAL / 1_000;
                self.lines((self.x + left.0, first), width.0, Along::Left, Face::Sans, lines);
            }
            Drawing::Write { left, rules, width, text, size, along } => {
                let hand = Hand { face: Face::Sans, along: *along, em: size.0, least: LEAST };
                self.write(left.0, rules, width.0, text, hand)?;
            }
            Drawing::Fill { at, text, size, least, along, face } => {
                let hand = Hand { face: *face, along: *along, em: size.0, least: least.0 };
                self.fill(self.area(at), text, hand)?;
            }
            Drawing::Cells { at, count, pitch, text, size } => {
                let pitch = pitch.unwrap_or(at[2]).0;
                self.cells(self.area(at), (*count, pitch), text, size.0)?;
            }
            Drawing::Tick { at: [left, top, side], on } => {
                self.tick((self.x + left.0, self.y + top.0), side.0, on)?;
            }
            Drawing::Code { at, code, value } => {
                let number = value.text(self.model)?;
                self.code(self.area(at), *code, &number, &value.path)?;
            }
            Drawing::Rows(rows) => self.rows(rows)?,
        }
        Ok(())
    }

    fn refused(&self, phrase: &Phrase) -> PaperError {
        self.wrong(phrase.field(), "too_long")
    }

    fn wrong(&self, path: &str, code: &'static str) -> PaperError {
        PaperError::Input(InputError::one(format!("{}{path}", self.field), code))
    }

    fn lines(
        &mut self,
        (x, first): (i64, i64),
        width: i64,
        along: Along,
        face: Face,
        lines: Lines,
    ) {
        for (index, glyphs) in (0..).zip(lines.lines) {
            let baseline = first + index * (lines.em * LINE / 1_000);
            self.page.text((x, baseline), width, along, (face, lines.em), glyphs);
        }
    }

    fn write(
        &mut self,
        left: i64,
        rules: &[Length],
        width: i64,
        phrase: &Phrase,
        hand: Hand,
    ) -> Result<(), PaperError> {
        let filled = phrase.fill(self.model)?;
        let size = (hand.em, EASILY_READ.min(hand.em));
        if let Some(fitted) = text::fit(&filled, hand.face, size, width, |_| rules.len()) {
            self.ruled((left, rules, width), hand, &fitted, 1);
            return Ok(());
        }
        let above = match rules {
            [first, second, ..] => second.0 - first.0,
            _ => ABOVE_SINGLE_RULE,
        };
        // Two or more small lines to a rule, as large as they can be.
        for count in 2..=4_usize {
            let steps = i64::try_from(count - 1).unwrap_or(0);
            let em = (above - 2 * ABOVE_RULE) * 1_000 / (CAPITAL + steps * LINE);
            let size = (em.min(size.1), LEAST);
            if em < LEAST {
                break;
            }
            let fitted = text::fit(&filled, hand.face, size, width, |_| count * rules.len());
            if let Some(fitted) = fitted {
                self.ruled((left, rules, width), hand, &fitted, count);
                return Ok(());
            }
        }
        Err(self.refused(phrase))
    }

    /// Lines above their rules, so many to each.
    fn ruled(
        &mut self,
        (left, rules, width): (i64, &[Length], i64),
        hand: Hand,
        fitted: &Lines,
        count: usize,
    ) {
        let step = fitted.em * LINE / 1_000;
        for (rule, lines) in rules.iter().zip(fitted.lines.chunks(count)) {
            let lowest = self.y + rule.0 - ABOVE_RULE;
            let mut baseline = lowest - (i64::try_from(lines.len()).unwrap_or(1) - 1) * step;
            for glyphs in lines {
                let at = (self.x + left, baseline);
                baseline += step;
                let style = (hand.face, fitted.em);
                self.page.text(at, width, hand.along, style, glyphs.clone());
            }
        }
    }

    fn fill(
        &mut self,
        (x, y, width, height): (i64, i64, i64, i64),
        phrase: &Phrase,
        hand: Hand,
    ) -> Result<(), PaperError> {
        let filled = phrase.fill(self.model)?;
        let most = |em: i64| {
            let below = (height - em * CAPITAL / 1_000).max(0) / (em * LINE / 1_000);
            usize::try_from(below + 1).unwrap_or(1)
        };
        let size = (hand.em, hand.least);
        let fitted = text::fit(&filled, hand.face, size, width, most);
        let fitted = fitted.ok_or_else(|| self.refused(phrase))?;
        let below = i64::try_from(fitted.lines.len() - 1).unwrap_or(0);
        let used = (below * LINE + CAPITAL) * fitted.em / 1_000;
        let first = y + (height - used) / 2 + fitted.em * CAPITAL / 1_000;
        self.lines((x, first), width, hand.along, hand.face, fitted);
        Ok(())
    }

    fn cells(
        &mut self,
        (x, y, width, height): (i64, i64, i64, i64),
        (count, pitch): (usize, i64),
        phrase: &Phrase,
        em: i64,
    ) -> Result<(), PaperError> {
        let glyphs = font::glyphs(&phrase.fill(self.model)?, Face::Sans);
        if glyphs.len() > count {
            return Err(self.refused(phrase));
        }
        let mut glyphs = glyphs.into_iter();
        let baseline = y + i64::midpoint(height, em * CAPITAL / 1_000);
        for left in (0..).map(|index| x + index * pitch).take(count) {
            self.page.frame((left, y, width, height), 150, Style::Solid);
            if let Some(glyph) = glyphs.next() {
                let at = (left, baseline);
                self.page.text(at, width, Along::Centre, (Face::Sans, em), vec![glyph]);
            }
        }
        Ok(())
    }

    fn tick(&mut self, (x, y): (i64, i64), side: i64, on: &str) -> Result<(), PaperError> {
        const INSET: i64 = 600;
        self.page.frame((x, y, side, side), 200, Style::Solid);
        if fill::is_there(self.model, on)? {
            let (near, far) = (INSET, side - INSET);
            self.page.line((x + near, y + near), (x + far, y + far), 350, Style::Solid);
            self.page.line((x + far, y + near), (x + near, y + far), 350, Style::Solid);
        }
        Ok(())
    }

    fn code(
        &mut self,
        (x, y, width, height): (i64, i64, i64, i64),
        kind: CodeKind,
        number: &str,
        path: &str,
    ) -> Result<(), PaperError> {
        let kind = match kind {
            CodeKind::Postal => FieldKind::Postal,
            CodeKind::Code128 => FieldKind::Code128,
            CodeKind::Datamatrix => FieldKind::Datamatrix,
        };
        let symbol = labels::paper_symbol(kind, number).map_err(|error| match error {
            SymbolError::Format => self.wrong(path, "bad_format"),
            SymbolError::CheckDigit => self.wrong(path, "bad_check_digit"),
            SymbolError::TooLong => self.wrong(path, "too_long"),
        })?;
        let is_linear = symbol.height == 1;
        let quiet = 2 * symbol.quiet;
        let by_width = width / i64::from(symbol.width + quiet);
        let by_height =
            if is_linear { by_width } else { height / i64::from(symbol.height + quiet) };
        let module = by_width.min(by_height).min(MODULE_MAX);
        if module < MODULE_MIN {
            return Err(self.wrong(path, "too_long"));
        }
        let tall = if is_linear { height } else { module };
        let left = x + (width - module * i64::from(symbol.width)) / 2;
        let top = if is_linear { y } else { y + (height - module * i64::from(symbol.height)) / 2 };
        let area = |(column, row, columns): &(u32, u32, u32)| {
            let at = |modules: u32| i64::from(modules) * module;
            (left + at(*column), top + i64::from(*row) * tall, at(*columns), tall)
        };
        self.page.ops.push(super::page::Op::Black(symbol.runs.iter().map(area).collect()));
        Ok(())
    }

    fn rows(&mut self, rows: &Rows) -> Result<(), PaperError> {
        let model = self.model;
        let items = fill::at(model, &rows.items)?.as_array().map_or(&[][..], Vec::as_slice);
        if items.len() > rows.count {
            return Err(self.wrong(&rows.items, "too_long"));
        }
        let total: i64 = rows.columns.iter().map(|column| column.width.0).sum();
        for index in 0..rows.count {
            let top = rows.top.0 + i64::try_from(index).unwrap_or(0) * rows.height.0;
            let from = (self.x + rows.left.0, self.y + top);
            self.page.frame((from.0, from.1, total, rows.height.0), 150, Style::Solid);
            let Some(item) = items.get(index) else { continue };
            let place = || format!("{}{}[{index}].", self.field, rows.items);
            let field = place_of(item, place);
            let mut left = rows.left.0;
            for column in &rows.columns {
                let area = (self.x + left, from.1, column.width.0, rows.height.0);
                let mut pen =
                    Pen { page: &mut *self.page, model: item, field: &field, x: self.x, y: self.y };
                pen.row_cell(area, column)?;
                left += column.width.0;
            }
        }
        Ok(())
    }

    fn row_cell(
        &mut self,
        (x, y, width, height): (i64, i64, i64, i64),
        column: &RowColumn,
    ) -> Result<(), PaperError> {
        const INSET: i64 = 800;
        let hand = Hand { face: Face::Sans, along: column.along, em: column.size.0, least: LEAST };
        let area = (x + INSET, y + INSET / 2, width - 2 * INSET, height - INSET);
        self.fill(area, &column.text, hand)
    }
}
