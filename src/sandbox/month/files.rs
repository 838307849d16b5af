//! Registers as the carriers of the month send them.

use anyhow::Context;
use encoding_rs::{UTF_8, WINDOWS_1251};

use super::manners::{Manner, Names, Style};
use super::plan::{Line, Register};
use crate::carriers::amounts::roubles_text;
use crate::documents::{Cell, Column, Sheet, typography, xlsx};
use crate::units::{Day, Kopecks};

/// A file with the row of each line of its register.
pub(super) struct RegisterFile {
    pub(super) name: String,
    pub(super) bytes: Vec<u8>,
    pub(super) first_row: i64,
}

/// Who reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Edition {
    /// As the carrier sends it.
    First,
    /// The same lines from its other office: backwards, and in a plain layout.
    Second,
}

/// The file of a register whose parcels were handed over on `sent`.
pub(super) fn file(
    register: &Register,
    sent: Day,
    edition: Edition,
) -> anyhow::Result<RegisterFile> {
    let manner = register.manner();
    let style = match edition {
        Edition::First => manner.style,
        Edition::Second => Style::Utf8,
    };
    let mut rows: Vec<Vec<Cell>> = Vec::with_capacity(register.lines.len());
    for line in &register.lines {
        rows.push(cells(manner, line, sent.plus_days(line.days)));
    }
    if edition == Edition::Second {
        rows.reverse();
    }
    let sheet = Sheet {
        name: "Реестр".to_owned(),
        title: format!("Реестр наложенных платежей {}", register.number),
        head: vec![("Перевозчик".to_owned(), manner.name.to_owned())],
        columns: headings(manner).iter().map(|title| Column::new(*title, 18)).collect(),
        rows,
        totals: totals(register),
    };
    let (bytes, ending, first_row) = match style {
        // Title, head, an empty row and the heading stand above.
        Style::Workbook if register.has_second_sheet => {
            (xlsx::write_all(&[sheet, services()])?, "xlsx", 5)
        }
        Style::Workbook => (xlsx::write(&sheet)?, "xlsx", 5),
        Style::Utf8 | Style::Windows => (text(&sheet, style)?, "csv", 2),
    };
    Ok(RegisterFile { name: format!("{}.{ending}", register.number), bytes, first_row })
}

/// What some carriers put behind the register.
fn services() -> Sheet {
    Sheet {
        name: "Услуги".to_owned(),
        columns: ["Услуга", "Сумма"].map(|title| Column::new(title, 18)).to_vec(),
        rows: vec![vec![Cell::text("Хранение"), money(150_000)]],
        ..Sheet::default()
    }
}

fn headings(manner: &Manner) -> Vec<&'static str> {
    let mut headings = Vec::new();
    if manner.names != Names::Order {
        headings.push("Номер отправления");
    }
    if manner.names_orders() {
        headings.push("Номер заказа ИМ");
    }
    headings.extend(["Дата вручения", "Сумма НП"]);
    if manner.tells_method {
        headings.push("Способ оплаты");
    }
    headings.push("Вознаграждение агента");
    if manner.keeps_delivery {
        headings.push("Стоимость доставки");
    }
    headings.push("К перечислению");
    if manner.tells_papers {
        headings.extend(["НДС", "Договор", "Валюта"]);
    }
    headings
}

fn money(sum: i64) -> Cell {
    Cell::Money(Kopecks::new(sum))
}

fn cells(manner: &Manner, line: &Line, day: Day) -> Vec<Cell> {
    let mut cells = Vec::new();
    if manner.names != Names::Order {
        cells.push(Cell::text(&line.track));
    }
    if manner.names_orders() {
        cells.push(Cell::text(&line.order_number));
    }
    cells.push(Cell::text(day.russian_text()));
    cells.push(line.garbage.map_or_else(|| money(line.collected), Cell::text));
    if manner.tells_method {
        cells.push(Cell::text(if line.is_card { "Карта" } else { "Наличные" }));
    }
    cells.push(money(line.fee));
    if manner.keeps_delivery {
        cells.push(money(line.delivery));
    }
    cells.push(money(line.transferred));
    if manner.tells_papers {
        cells.extend([money(line.vat), Cell::text(line.contract), Cell::text(line.currency)]);
    }
    cells
}

/// Of all lines, also of those that cannot be read.
fn totals(register: &Register) -> Vec<Cell> {
    let manner = register.manner();
    let sum = |of: fn(&Line) -> i64| money(register.lines.iter().map(of).sum());
    let mut cells = vec![Cell::text("Итого")];
    if manner.names == Names::Both {
        cells.push(Cell::Empty);
    }
    let collected: i64 = register.lines.iter().map(|line| line.collected).sum();
    cells.extend([Cell::Empty, money(collected + register.total_off)]);
    if manner.tells_method {
        cells.push(Cell::Empty);
    }
    cells.push(sum(|line| line.fee));
    if manner.keeps_delivery {
        cells.push(sum(|line| line.delivery));
    }
    cells.push(sum(|line| line.transferred));
    if manner.tells_papers {
        cells.extend([Cell::Empty, Cell::Empty, Cell::Empty]);
    }
    cells
}

fn text(sheet: &Sheet, style: Style) -> anyhow::Result<Vec<u8>> {
    let mut writer = csv::WriterBuilder::new().delimiter(b';').from_writer(Vec::new());
    writer.write_record(sheet.columns.iter().map(|column| &column.title))?;
    for row in sheet.rows.iter().chain(std::iter::once(&sheet.totals)) {
        writer.write_record(row.iter().map(|cell| field(cell, style)))?;
    }
    let bytes = writer.into_inner().ok().context("a table in memory has room")?;
    let encoding = if style == Style::Windows { WINDOWS_1251 } else { UTF_8 };
    let text = String::from_utf8(bytes)?;
    Ok(encoding.encode(&text).0.into_owned())
}

fn field(cell: &Cell, style: Style) -> String {
    match cell {
        Cell::Text(text) => text.clone(),
        Cell::Money(sum) if style == Style::Windows => typography::decimal(sum.get(), 2),
        Cell::Money(sum) => roubles_text(*sum),
        Cell::Empty | Cell::Whole(_) | Cell::Weight(_) => String::new(),
    }
}
