//! Invoices of carriers from CSV and XLSX.
//!
//! A row is read into the model that carriers' programs make, and all of them go through
//! [`crate::invoices`]. What the file does not say of the whole (its number, its day, a discount) is
//! told beside it.
//!
//! **Invariant:** an invoice is taken whole or not at all: one wrong row refuses it, and all wrong rows
//! are named.

use std::sync::Arc;

use serde::Serialize;

use super::cells::identifier;
use super::heading::Headed;
use super::map::{Columns, INVOICE, overrides};
use super::table::Row;
use super::{ImportError, Refusal, Source, store};
use crate::app::App;
use crate::carriers::model::{CarrierInvoice, ChargeKind, InvoiceLine};
use crate::commands::Ctx;
use crate::db::Tx;
use crate::fault::InputError;
use crate::ids::{CarrierInvoiceId, UserId};
use crate::invoices::{InvoiceState, Taking, take};
use crate::units::{Day, Grams, Kopecks};

/// A file with what is known of the invoice beside it.
#[derive(Debug, Clone)]
pub struct InvoiceRequest {
    /// The code of the carrier.
    pub carrier: String,
    pub source: Source,
    /// How the file is called in messages.
    pub file: String,
    /// The column map, as [`overrides`] takes it.
    pub map: String,
    pub number: String,
    pub day: Day,
    pub period: Option<(Day, Day)>,
    /// To be paid. Without it the row of totals says so, and the discount is added to it.
    pub total: Option<Kopecks>,
    pub vat: Option<Kopecks>,
    /// On the whole: negative is a discount, positive a fee.
    pub discount: Kopecks,
}

/// What a file came to.
#[derive(Debug, Clone, Serialize)]
pub struct InvoiceReport {
    /// Rows behind the heading, without that of totals.
    pub rows: i64,
    /// Nothing was taken in if a row was refused.
    pub invoice: Option<CarrierInvoiceId>,
    pub state: Option<InvoiceState>,
    /// It was there before.
    pub is_known: bool,
    pub refusals: Vec<Refusal>,
}

/// Takes a file in for `actor`, or for the operator at the command line.
pub async fn run(
    app: &App,
    request: InvoiceRequest,
    actor: Option<UserId>,
) -> Result<InvoiceReport, ImportError> {
    let list = read(&request)?;
    let rows = list.rows;
    if !list.refusals.is_empty() {
        let refusals = list.refusals.clone();
        keep(app, request.file, list).await?;
        return Ok(InvoiceReport { rows, invoice: None, state: None, is_known: false, refusals });
    }
    let taking = taking(request, list)?;
    let taken = Box::pin(take(app, taking, actor)).await?;
    Ok(InvoiceReport {
        rows,
        invoice: Some(taken.invoice.id),
        state: Some(taken.invoice.state),
        is_known: taken.is_known,
        refusals: Vec::new(),
    })
}

/// Keeps what was refused.
async fn keep(app: &App, file: String, list: List) -> Result<(), ImportError> {
    let ctx = Ctx::system(app.clock.now());
    let (hash, refusals): ([u8; 32], Arc<[Refusal]>) = (list.hash, list.refusals.into());
    let write = async move |tx: &mut Tx| -> Result<(), ImportError> {
        Ok(store::refusals_insert(tx, &ctx, None, hash, &file, &refusals).await?)
    };
    app.db.write(write).await
}

fn taking(request: InvoiceRequest, list: List) -> Result<Taking, ImportError> {
    let total = match (request.total, list.listed) {
        (Some(total), _) => total,
        (None, Some(listed)) => listed
            .checked_add(request.discount)
            .map_err(|_| InputError::one("discount_kopecks", "too_large"))?,
        (None, None) => return Err(InputError::one("total_kopecks", "missing").into()),
    };
    let invoice = CarrierInvoice {
        number: request.number.trim().to_owned(),
        day: request.day,
        period: request.period,
        total_kopecks: total,
        listed_kopecks: list.listed,
        vat_kopecks: request.vat,
        discount_kopecks: request.discount,
        lines: list.lines,
    };
    Ok(Taking { carrier: request.carrier.trim().to_owned(), file: request.file, invoice })
}

/// A file that was read.
struct List {
    hash: [u8; 32],
    rows: i64,
    lines: Vec<InvoiceLine>,
    /// What the row of totals says.
    listed: Option<Kopecks>,
    refusals: Vec<Refusal>,
}

fn read(request: &InvoiceRequest) -> Result<List, ImportError> {
    let told = overrides(&request.map)?;
    let survey = request.source.survey(&request.file)?;
    let columns = |cells: &[String]| match Columns::among(INVOICE, &request.file, cells, &told) {
        Ok(columns) => Ok(Some(columns)),
        Err(ImportError::ColumnMissing { .. }) => Ok(None),
        Err(other) => Err(other),
    };
    let mut table = Headed::open(&request.source, &survey, "amount", columns)?;
    let columns = table.columns.clone();
    let mut list =
        List { hash: survey.hash, rows: 0, lines: Vec::new(), listed: None, refusals: Vec::new() };
    let mut is_after_total = false;
    while let Some(row) = table.next_row()? {
        if is_total(&row) {
            is_after_total = true;
            match columns.sum(&row, "amount") {
                Ok(listed) => list.listed = listed.or(list.listed),
                Err(refusal) => list.refusals.push(refusal),
            }
            continue;
        }
        // Signatures stand below the totals.
        if is_after_total && columns.text(&row, "amount").trim().is_empty() {
            continue;
        }
        list.rows += 1;
        // As the file counts, so that people find it there; numbers need not begin with one.
        match line(&columns, &row, row.line) {
            Ok(line) => list.lines.push(line),
            Err(refusal) => list.refusals.push(refusal),
        }
    }
    Ok(list)
}

/// A row of totals: its first cell with anything in it says so.
fn is_total(row: &Row) -> bool {
    let first = row.cells.iter().find(|cell| !cell.is_empty()).map(|cell| cell.to_lowercase());
    first.is_some_and(|first| first.starts_with("итого") || first.starts_with("всего"))
}

fn line(columns: &Columns, row: &Row, line: i64) -> Result<InvoiceLine, Refusal> {
    let number = |field: &str| identifier(columns.text(row, field));
    let amount = columns.sum(row, "amount")?;
    let words = columns.text(row, "service").trim().to_owned();
    Ok(InvoiceLine {
        line,
        track: number("track"),
        number: number("number"),
        order_number: number("order"),
        kind: kind(&words),
        words,
        amount_kopecks: amount.ok_or_else(|| columns.refuse(row, "amount", "missing"))?,
        vat_kopecks: columns.sum(row, "vat")?,
        weight_g: columns.exact(row, "weight_kg", 3)?.map(Grams::new),
        service_day: columns.day(row, "service_day")?,
    })
}

/// Parts of carriers' words for what they charge for; the first that is there counts, so what is
/// narrower comes first.
const WORDS: &[(&str, ChargeKind)] = &[
    ("переадрес", ChargeKind::AddressCorrection),
    ("адреса", ChargeKind::AddressCorrection),
    ("перевес", ChargeKind::WeightSurcharge),
    ("за вес", ChargeKind::WeightSurcharge),
    ("веса", ChargeKind::WeightSurcharge),
    ("налож", ChargeKind::CodFee),
    ("агентск", ChargeKind::CodFee),
    ("кассов", ChargeKind::CodFee),
    ("страх", ChargeKind::Insurance),
    ("объявленн", ChargeKind::Insurance),
    ("хранен", ChargeKind::Storage),
    ("упаков", ChargeKind::Packaging),
    ("забор", ChargeKind::Pickup),
    ("возврат", ChargeKind::Return),
    ("доставк", ChargeKind::Delivery),
    ("пересылк", ChargeKind::Delivery),
];

/// What a carrier's word means; a file without words lists deliveries.
fn kind(words: &str) -> ChargeKind {
    if words.is_empty() {
        return ChargeKind::Delivery;
    }
    let words = words.to_lowercase();
    let known = WORDS.iter().find(|(part, _)| words.contains(part)).map(|(_, kind)| *kind);
    known.or_else(|| ChargeKind::parse(&words)).unwrap_or(ChargeKind::Other)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(text: &str) -> List {
        read(&InvoiceRequest {
            carrier: "cdek".to_owned(),
            source: Source::Bytes(text.as_bytes().into()),
            file: "счёт.csv".to_owned(),
            map: String::new(),
            number: "1".to_owned(),
            day: "2026-11-30".parse().unwrap(),
            period: None,
            total: None,
            vat: None,
            discount: Kopecks::ZERO,
        })
        .unwrap()
    }

    #[test]
    fn a_carriers_file_is_read_by_its_headings_and_its_totals_are_not_a_line() {
        let list = list(
            "Номер накладной;Номер ИМ;Услуга;Дата услуги;Расчётный вес, кг;Сумма;НДС\n\
             1001;P-1;Доставка до ПВЗ;01.11.2026;0,7;305,50;55,09\n\
             1001;P-1;Перевес;2026-11-02T00:00:00;;-10;\n\
             Итого;;;;;295,50;\n",
        );
        assert!(list.refusals.is_empty(), "{:?}", list.refusals);
        assert_eq!((list.rows, list.listed), (2, Some(Kopecks::new(29_550))));
        let [first, second] = &list.lines[..] else { panic!("{:?}", list.lines) };
        assert_eq!((first.line, first.track.as_str(), first.number.as_str()), (2, "1001", "P-1"));
        assert_eq!((first.kind, first.amount_kopecks.get()), (ChargeKind::Delivery, 30_550));
        assert_eq!(
            (first.weight_g, first.vat_kopecks),
            (Some(Grams::new(700)), Some(Kopecks::new(5_509)))
        );
        assert_eq!(
            (second.kind, second.amount_kopecks.get()),
            (ChargeKind::WeightSurcharge, -1_000)
        );
        assert_eq!(second.service_day, Some("2026-11-02".parse().unwrap()));
    }

    #[test]
    fn the_heading_may_stand_below_a_title_and_signatures_are_no_lines() {
        let list = list(
            "Акт № 7 от 30.11.2026;;;\n;;;\nЗаказчик:;ООО «Склад»;;\n\
             Номер отправления;Услуга;Начислено;\n;;Сумма;НДС\n1001;Доставка;305,50;55,09\n\
             Итого;;305,50;\nГлавный бухгалтер;Иванова;;\n",
        );
        assert!(list.refusals.is_empty(), "{:?}", list.refusals);
        assert_eq!((list.rows, list.listed), (1, Some(Kopecks::new(30_550))));
        assert_eq!((list.lines[0].line, list.lines[0].track.as_str()), (6, "1001"));
        assert_eq!(list.lines[0].vat_kopecks, Some(Kopecks::new(5_509)));
    }

    #[test]
    fn wrong_rows_are_named_one_by_one() {
        let list = list("Трек;Сумма;Дата\nT1;;\nT2;1,005;\nT3;1;вчера\nT4;1;\n");
        let codes: Vec<_> = list.refusals.iter().map(|one| (one.line, one.code)).collect();
        assert_eq!(codes, [(2, "missing"), (3, "not_a_price"), (4, "not_a_day")]);
        assert_eq!(list.lines.len(), 1);
    }

    #[test]
    fn short_years_and_what_formulas_leave_are_read_as_in_a_register() {
        let list = list("Трек;Сумма;Дата\nT1;305.49999999999997;01.11.26\n");
        assert!(list.refusals.is_empty(), "{:?}", list.refusals);
        assert_eq!(list.lines[0].amount_kopecks, Kopecks::new(30_550));
        assert_eq!(list.lines[0].service_day, Some("2026-11-01".parse().unwrap()));
    }

    #[test]
    fn words_of_carriers_are_understood_by_what_is_narrower() {
        assert_eq!(kind("Доставка возврата"), ChargeKind::Return);
        assert_eq!(kind("Корректировка веса при доставке"), ChargeKind::WeightSurcharge);
        assert_eq!(kind("Агентское вознаграждение"), ChargeKind::CodFee);
        assert_eq!(kind("Изменение адреса доставки"), ChargeKind::AddressCorrection);
        assert_eq!((kind("СМС"), kind("")), (ChargeKind::Other, ChargeKind::Delivery));
    }
}
