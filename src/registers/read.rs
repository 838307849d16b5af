//! A register as a file: where its heading stands, what its columns mean, and what a row says. Pure.
//!
//! Columns are known by their names, in any order and in any of the first rows. A number is taken as
//! the file shows it, less what a spreadsheet does to it: a trailing `.0`, an apostrophe, blanks.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use super::about::{About, about, currency_in};
use super::model::{Line, LineKind, PayMethod};
use crate::imports::cells::{identifier, kopecks};
use crate::imports::heading::Headed;
use crate::imports::map::{Columns, Field, field, folded};
use crate::imports::table::{Row, Survey};
use crate::imports::{ImportError, Refusal, Source};
use crate::units::{Day, Kopecks, OutOfRange};

const TEXT_MAX: usize = 100;
/// Ten billion roubles: no line is of more, and rules may add up and compare any two of its sums.
const SUM_MAX: u64 = 1_000_000_000_000;

const FIELDS: &[Field] = &[
    field(
        "track",
        &[
            "НомерОтправления",
            "НомерНакладной",
            "Накладная",
            "ТрекНомер",
            "Трек",
            "ШПИ",
            "ШК",
            "Отправление",
            "НомерЗаказаСДЭК",
            "НомерСДЭК",
            "CdekNumber",
            "TrackNumber",
        ],
    ),
    field("number", &["НашНомер", "НомерМеста", "НомерПосылки", "НомерОтправителя"]),
    field(
        "order_number",
        &[
            "НомерЗаказаИМ",
            "НомерОтправленияИМ",
            "НомерЗаказаИнтернетМагазина",
            "НомерИМ",
            "ЗаказИМ",
            "НомерЗаказаКлиента",
            "НомерЗаказа",
            "Заказ",
            "OrderNumber",
        ],
    ),
    field(
        "day",
        &[
            "ДатаВручения",
            "ДатаВыдачи",
            "ДатаВрученияВыдачи",
            "ДатаДоставки",
            "ДатаПолучения",
            "ДатаОплаты",
            "Дата",
        ],
    ),
    field(
        "collected",
        &[
            "СуммаНП",
            "СуммаНаложенногоПлатежа",
            "НаложенныйПлатёж",
            "НаложенныйПлатеж",
            "НП",
            "СуммаКОплате",
            "КОплате",
            "ПолученоСПокупателя",
            "ПринятоОтПолучателя",
            "СуммаПлатежа",
            "PaymentSum",
            "Сумма",
        ],
    ),
    field("method", &["СпособОплаты", "ТипОплаты", "ФормаОплаты", "ВидОплаты"]),
    field(
        "fee",
        &[
            "Комиссия",
            "АгентскоеВознаграждение",
            "Вознаграждение",
            "ВознаграждениеАгента",
            "СуммаВознаграждения",
            "КомиссияЗаНП",
            "AgentCommissionSum",
        ],
    ),
    field(
        "delivery",
        &[
            "СтоимостьДоставки",
            "СтоимостьУслуг",
            "СуммаДоставки",
            "УслугиДоставки",
            "Доставка",
            "TotalSumWithoutAgent",
        ],
    ),
    field(
        "transferred",
        &[
            "КПеречислению",
            "СуммаКПеречислению",
            "ИтогоКПеречислению",
            "Перечислено",
            "TransferSum",
        ],
    ),
    field(
        "vat",
        &[
            "НДС",
            "СуммаНДС",
            "ВТомЧислеНДС",
            "ВТЧНДС",
            "НДСКомиссии",
            "НДССКомиссии",
            "НДСАгентскогоВознаграждения",
        ],
    ),
    field("currency", &["Валюта", "КодВалюты", "ВалютаПлатежа", "Currency"]),
    field(
        "contract",
        &[
            "Договор",
            "НомерДоговора",
            "Контракт",
            "ИННКлиента",
            "ИННЗаказчика",
            "ИННПринципала",
            "ИНН",
            "ЮрЛицо",
            "ЮридическоеЛицо",
            "Contract",
        ],
    ),
];

/// Columns with money, the most telling first.
const SUMS: [&str; 4] = ["collected", "transferred", "fee", "delivery"];
const NUMBERS: [&str; 3] = ["track", "number", "order_number"];

/// What one row of the file is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Read {
    Line(Line),
    /// It cannot be read, and is told.
    Wrong(Refusal),
    /// «Итого».
    Total(Totals),
}

/// A row of totals, as far as it says anything.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Totals {
    pub(super) collected: Option<Kopecks>,
    pub(super) fee: Option<Kopecks>,
    pub(super) delivery: Option<Kopecks>,
    pub(super) transferred: Option<Kopecks>,
}

impl Totals {
    /// What is not said here is as it was said before: a register may have several rows of totals.
    fn or(self, before: Self) -> Self {
        Self {
            collected: self.collected.or(before.collected),
            fee: self.fee.or(before.fee),
            delivery: self.delivery.or(before.delivery),
            transferred: self.transferred.or(before.transferred),
        }
    }
}

/// The rows of a register, one by one.
pub(super) struct Reader {
    table: Headed,
    about: About,
    is_after_total: bool,
}

impl Reader {
    /// `told` names columns; what a carrier's earlier files were told (`kept`) counts where the file
    /// has such a heading.
    pub(super) fn open(
        source: &Source,
        survey: &Survey,
        told: &BTreeMap<String, String>,
        kept: &BTreeMap<String, String>,
    ) -> Result<Self, ImportError> {
        let under = |cells: &[String]| columns(&survey.file, cells, told, kept);
        let table = Headed::open(source, survey, "track, collected", under)?;
        let sums: Vec<String> =
            SUMS.iter().filter_map(|field| table.columns.heading(field)).collect();
        let about = about(&table.above, &table.heading, &sums);
        let about = About { sheets_unread: table.sheets_unread().to_vec(), ..about };
        Ok(Self { table, about, is_after_total: false })
    }

    pub(super) fn sheet(&self) -> &str {
        self.table.sheet()
    }

    /// What the file says of all its lines.
    pub(super) const fn about(&self) -> &About {
        &self.about
    }

    pub(super) fn next(&mut self) -> Result<Option<Read>, ImportError> {
        loop {
            let Some(row) = self.table.next_row()? else { return Ok(None) };
            let columns = &self.table.columns;
            if is_total(columns, &row) {
                self.is_after_total = true;
                return Ok(Some(Read::Total(totals(columns, &row))));
            }
            let has_number = NUMBERS.iter().any(|field| is_told(columns, &row, field));
            let has_sum = kopecks(columns.text(&row, "collected")).is_some();
            // Signatures stand below the totals.
            if self.is_after_total && !has_number && !has_sum {
                continue;
            }
            return Ok(Some(match line(columns, &row, &self.about.currency) {
                Ok(line) => Read::Line(line),
                Err(refusal) => Read::Wrong(refusal),
            }));
        }
    }
}

fn is_told(columns: &Columns, row: &Row, field: &str) -> bool {
    !columns.text(row, field).trim().is_empty()
}

/// The columns under these cells; nothing when they are no heading.
fn columns(
    file: &str,
    cells: &[String],
    told: &BTreeMap<String, String>,
    kept: &BTreeMap<String, String>,
) -> Result<Option<Columns>, ImportError> {
    let headings: Vec<String> = cells.iter().map(|cell| folded(cell)).collect();
    let is_here = |heading: &String| headings.contains(&folded(heading));
    let mut names = told.clone();
    for (name, heading) in kept {
        if is_here(heading) {
            names.entry(name.clone()).or_insert_with(|| heading.clone());
        }
    }
    let columns = match Columns::among(FIELDS, file, cells, &names) {
        Ok(columns) => columns,
        Err(ImportError::ColumnMissing { .. }) => return Ok(None),
        Err(other) => return Err(other),
    };
    let has_number = NUMBERS.iter().any(|name| columns.has(name));
    Ok((has_number && columns.has("collected")).then_some(columns))
}

/// «Итого» in any cell of a row that names no parcel. Where it stands in the number's own cell, digits
/// behind it count parcels («Итого: 25 отправлений»).
fn is_total(columns: &Columns, row: &Row) -> bool {
    let is_word = |cell: &str| {
        let cell = folded(cell);
        cell.starts_with("итого") || cell.starts_with("всего")
    };
    let has_digits = |field: &str| columns.text(row, field).bytes().any(|b| b.is_ascii_digit());
    NUMBERS.iter().any(|field| is_word(columns.text(row, field)))
        || (!["track", "order_number"].iter().any(|f| has_digits(f))
            && row.cells.iter().any(|cell| is_word(cell)))
}

fn totals(columns: &Columns, row: &Row) -> Totals {
    let sum = |field: &str| kopecks(columns.text(row, field));
    Totals {
        collected: sum("collected"),
        fee: sum("fee"),
        delivery: sum("delivery"),
        transferred: sum("transferred"),
    }
}

fn line(columns: &Columns, row: &Row, currency: &str) -> Result<Line, Refusal> {
    let number = |field: &str| -> String {
        identifier(columns.text(row, field)).chars().take(TEXT_MAX).collect()
    };
    let (track, order_number, number) = (number("track"), number("order_number"), number("number"));
    if track.is_empty() && number.is_empty() && order_number.is_empty() {
        let named = NUMBERS.into_iter().find(|name| columns.has(name));
        return Err(columns.refuse(row, named.unwrap_or("track"), "missing"));
    }
    let Some(collected) = columns.sum(row, "collected")? else {
        return Err(columns.refuse(row, "collected", "missing"));
    };
    Ok(Line {
        row: row.line,
        kind: LineKind::of(collected),
        track,
        number,
        order_number,
        day: columns.day(row, "day")?,
        collected,
        fee: columns.sum(row, "fee")?,
        delivery: columns.sum(row, "delivery")?,
        transferred: columns.sum(row, "transferred")?,
        vat: vat(columns, row)?,
        currency: currency_in(columns.text(row, "currency"), currency),
        contract: identifier(columns.text(row, "contract")).chars().take(TEXT_MAX).collect(),
        method: PayMethod::from_words(columns.text(row, "method")),
    })
}

/// «Без НДС» is no sum, and no mistake.
fn vat(columns: &Columns, row: &Row) -> Result<Option<Kopecks>, Refusal> {
    if folded(columns.text(row, "vat")).starts_with("без") {
        return Ok(None);
    }
    columns.sum(row, "vat")
}

/// What a register comes to, whatever the order of its lines.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Digest {
    pub(super) lines: i64,
    pub(super) wrong: Vec<Refusal>,
    pub(super) collected: Kopecks,
    pub(super) fee: Kopecks,
    pub(super) delivery: Kopecks,
    pub(super) transferred: Kopecks,
    pub(super) stated: Option<Totals>,
    pub(super) day_last: Option<Day>,
    contents: Vec<[u8; 32]>,
}

impl Digest {
    pub(super) fn add(&mut self, read: &Read) -> Result<(), OutOfRange> {
        match read {
            Read::Wrong(refusal) => {
                self.contents.push(hash_of(&["wrong", &refusal.value, refusal.code]));
                self.wrong.push(refusal.clone());
            }
            Read::Total(totals) => self.stated = Some(totals.or(self.stated.unwrap_or_default())),
            Read::Line(line) => {
                let sums =
                    [Some(line.collected), line.fee, line.delivery, line.transferred, line.vat];
                if sums.iter().flatten().any(|sum| sum.get().unsigned_abs() > SUM_MAX) {
                    return Err(OutOfRange);
                }
                let some = |sum: Option<Kopecks>| sum.unwrap_or(Kopecks::ZERO);
                self.lines += 1;
                self.collected = self.collected.checked_add(line.collected)?;
                self.fee = self.fee.checked_add(some(line.fee))?;
                self.delivery = self.delivery.checked_add(some(line.delivery))?;
                self.transferred = self.transferred.checked_add(some(line.transferred))?;
                self.day_last = self.day_last.max(line.day);
                self.contents.push(content(line));
            }
        }
        Ok(())
    }

    /// The same for the same lines in any order.
    pub(super) fn hash(&mut self) -> [u8; 32] {
        self.contents.sort_unstable();
        let mut hash = Sha256::new();
        for content in &self.contents {
            hash.update(content);
        }
        hash.finalize().into()
    }
}

fn content(line: &Line) -> [u8; 32] {
    let sum = |sum: Option<Kopecks>| sum.map(|sum| sum.to_string()).unwrap_or_default();
    hash_of(&[
        line.kind.as_str(),
        &line.track,
        &line.number,
        &line.order_number,
        &line.day.map(|day| day.to_string()).unwrap_or_default(),
        &line.collected.to_string(),
        &sum(line.fee),
        &sum(line.delivery),
        &sum(line.transferred),
        &sum(line.vat),
        &line.currency,
        &line.contract,
        line.method.map_or("", PayMethod::as_str),
    ])
}

fn hash_of(parts: &[&str]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    hash.finalize().into()
}
