//! Invoices of carriers from CSV and XLSX.
//!
//! A row is read into the model that carriers' programs make, and all of them go through
//! [`crate::invoices`]. What the file does not say of the whole (its number, its day, a discount) is
//! told beside it.
//!
//! **Invariant:** an invoice is taken whole or not at all: one wrong row refuses it, and all wrong rows
//! are named.
//! **Invariant:** no sum of a file vanishes: where it says more than one total, or has sums that are
//! nobody's line, a person says what is to be paid, and what the lines do not make is an exception.

use std::sync::Arc;

use serde::Serialize;

use super::cells::identifier;
use super::heading::Headed;
use super::map::{Columns, INVOICE, overrides};
use super::table::Row;
use super::{ImportError, ImportProgress, Refusal, Source, store};
use crate::app::App;
use crate::carriers::model::{CarrierInvoice, ChargeKind, InvoiceLine};
use crate::commands::Ctx;
use crate::db::Tx;
use crate::fault::InputError;
use crate::ids::{CarrierInvoiceId, UserId};
use crate::invoices::{InvoiceState, LINES_MAX, Taking, take};
use crate::units::{Day, Grams, Kopecks};

/// So many wrong rows are named; the others are counted.
const REFUSALS_MAX: usize = 1_000;

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
    /// To be paid. Without it the row of totals says so, and the discount is added to it; it is needed
    /// where the file does not say one sum for all of it.
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
    /// How many rows are wrong.
    pub refused: i64,
    /// The first thousand of them.
    pub refusals: Vec<Refusal>,
}

/// Takes a file in for `actor`, or for the operator at the command line. `progress` is told after
/// each part of its lines.
pub async fn run(
    app: &App,
    request: InvoiceRequest,
    actor: Option<UserId>,
    progress: impl FnMut(ImportProgress) + Send,
) -> Result<InvoiceReport, ImportError> {
    let list = read(&request)?;
    let (rows, refused) = (list.rows, list.refused);
    if !list.refusals.is_empty() {
        let refusals = list.refusals.clone();
        keep(app, request.file, list).await?;
        let (invoice, state, is_known) = (None, None, false);
        return Ok(InvoiceReport { rows, invoice, state, is_known, refused, refusals });
    }
    let taking = taking(request, list)?;
    let taken = Box::pin(take(app, taking, actor, progress)).await?;
    Ok(InvoiceReport {
        rows,
        invoice: Some(taken.invoice.id),
        state: Some(taken.invoice.state),
        is_known: taken.is_known,
        refused,
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
        (None, Some(listed)) if !list.is_doubtful => listed
            .checked_add(request.discount)
            .map_err(|_| InputError::one("discount_kopecks", "too_large"))?,
        (None, _) => return Err(InputError::one("total_kopecks", "missing").into()),
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
    /// What the first row of totals says.
    listed: Option<Kopecks>,
    /// It says another total too, or there are sums that stand on no line.
    is_doubtful: bool,
    refused: i64,
    refusals: Vec<Refusal>,
}

impl List {
    fn refuse(&mut self, refusal: Refusal) {
        self.refused += 1;
        if self.refusals.len() < REFUSALS_MAX {
            self.refusals.push(refusal);
        }
    }

    /// Below the first total the same may stand in words.
    fn add_total(&mut self, told: Result<Option<Kopecks>, Refusal>) {
        match (self.listed, told) {
            (None, Ok(listed)) => self.listed = listed,
            (None, Err(refusal)) => self.refuse(refusal),
            (Some(listed), Ok(Some(other))) => self.is_doubtful |= other != listed,
            (Some(_), _) => {}
        }
    }
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
    let mut list = List {
        hash: survey.hash,
        rows: 0,
        lines: Vec::new(),
        listed: None,
        // Nobody knows whether they hold lines, too.
        is_doubtful: !table.sheets_unread().is_empty(),
        refused: 0,
        refusals: Vec::new(),
    };
    let mut is_after_total = false;
    while let Some(row) = table.next_row()? {
        if let Some(total) = total(&row) {
            is_after_total = true;
            if total == Total::Whole {
                list.add_total(columns.sum(&row, "amount"));
            }
            continue;
        }
        if is_after_total && !is_charge(&columns, &row) {
            list.is_doubtful |= is_sum_of_nothing(&columns, &row);
            continue;
        }
        list.rows += 1;
        if list.rows > LINES_MAX {
            return Err(InputError::one("lines", "too_large").into());
        }
        // As the file counts, so that people find it there; numbers need not begin with one.
        match line(&columns, &row, row.line) {
            Ok(line) => list.lines.push(line),
            Err(refusal) => list.refuse(refusal),
        }
    }
    Ok(list)
}

/// What a row of totals sums up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Total {
    Whole,
    /// The VAT, or what is without it.
    Part,
}

/// How a part of a total is called.
const PARTS: &[&str] = &[
    "ндс",
    "сумма ндс",
    "без ндс",
    "сумма без ндс",
    "без налога",
    "в том числе",
    "в т.ч",
    "в т. ч",
];

fn is_part(text: &str) -> bool {
    let text = text.to_lowercase();
    PARTS.iter().any(|part| text.starts_with(part))
}

/// A row of totals: its first cell with anything in it says so.
fn total(row: &Row) -> Option<Total> {
    let first = row.cells.iter().find(|cell| !cell.is_empty())?.to_lowercase();
    let of = first.strip_prefix("итого").or_else(|| first.strip_prefix("всего"))?;
    let of = of.trim_start_matches(|c: char| !c.is_alphanumeric());
    Some(if is_part(of) { Total::Part } else { Total::Whole })
}

/// Whether a row below the totals is a charge: signatures have no sum, and what is said of the totals
/// names no parcel.
fn is_charge(columns: &Columns, row: &Row) -> bool {
    let is_name = |field: &&str| {
        let name = columns.text(row, field);
        name.chars().any(|c| c.is_ascii_digit()) && !is_part(name)
    };
    !columns.text(row, "amount").trim().is_empty()
        && ["track", "number", "order"].iter().any(is_name)
}

/// Whether a row that is no charge has a sum all the same: a discount or a fee on the whole.
fn is_sum_of_nothing(columns: &Columns, row: &Row) -> bool {
    let first = row.cells.iter().find(|cell| !cell.is_empty());
    let has_sum = matches!(columns.sum(row, "amount"), Ok(Some(sum)) if !sum.is_zero());
    has_sum && first.is_none_or(|first| !is_part(first))
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
        kind: ChargeKind::of_words(&words),
        words,
        amount_kopecks: amount.ok_or_else(|| columns.refuse(row, "amount", "missing"))?,
        vat_kopecks: columns.sum(row, "vat")?,
        weight_g: columns.exact(row, "weight_kg", 3)?.map(Grams::new),
        service_day: columns.day(row, "service_day")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::documents::{Cell, Column, Sheet, xlsx};

    fn request(bytes: &[u8]) -> InvoiceRequest {
        InvoiceRequest {
            carrier: "cdek".to_owned(),
            source: Source::Bytes(bytes.into()),
            file: "счёт.csv".to_owned(),
            map: String::new(),
            number: "1".to_owned(),
            day: "2026-11-30".parse().unwrap(),
            period: None,
            total: None,
            vat: None,
            discount: Kopecks::ZERO,
        }
    }

    fn list(text: &str) -> List {
        read(&request(text.as_bytes())).unwrap()
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
    fn the_sum_with_vat_is_taken_and_what_stands_below_the_total_is_no_charge() {
        let list = list(
            "Номер накладной;Услуга;Сумма;НДС;Сумма с НДС\n\
             1001;Доставка;250,00;55,00;305,00\n\
             Итого без НДС:;;250,00;;250,00\n\
             Итого;;250,00;55,00;305,00\n\
             Итого НДС;;;;55,00\n\
             В том числе НДС 22 %:;;;;55,00\n\
             ;В том числе НДС;;;55,09\n\
             Всего к оплате;;;;триста пять рублей\n\
             1002;Доставка;10,00;2,20;12,20\n\
             Главный бухгалтер;Иванова;;;\n",
        );
        assert!(list.refusals.is_empty(), "{:?}", list.refusals);
        assert_eq!((list.rows, list.listed), (2, Some(Kopecks::new(30_500))));
        let sums: Vec<i64> = list.lines.iter().map(|line| line.amount_kopecks.get()).collect();
        assert_eq!(sums, [30_500, 1_220], "and what names a parcel is one");
    }

    /// What is to be paid, as a file says it alone, or with what is told beside it.
    fn total(bytes: &[u8], told: Option<i64>) -> Option<i64> {
        let request = InvoiceRequest { total: told.map(Kopecks::new), ..request(bytes) };
        let list = read(&request).unwrap();
        assert!(list.refusals.is_empty(), "{:?}", list.refusals);
        taking(request, list).ok().map(|taking| taking.invoice.total_kopecks.get())
    }

    #[test]
    fn a_file_that_says_more_than_one_total_says_none() {
        let file =
            |below: &str| format!("Трек;Услуга;Сумма\nT1;;100\nT2;;81,11\nИтого;;181,11\n{below}");
        for (below, alone) in [
            ("Всего к оплате;;181,11\n", Some(18_111)),
            ("Всего к оплате;;сто восемьдесят один рубль\n", Some(18_111)),
            (";В том числе НДС;30,18\nБез налога (НДС);;151\n", Some(18_111)),
            ("Бухгалтер;Иванова;-\n", Some(18_111)),
            ("Скидка по договору;;-10\nИтого к оплате;;171,11\n", None),
            ("Итого к оплате;;171,11\n", None),
            ("Скидка по договору;;-10\n", None),
            ("Плата за обслуживание;;300\n", None),
        ] {
            assert_eq!(total(file(below).as_bytes(), None), alone, "{below}");
            assert_eq!(total(file(below).as_bytes(), Some(17_111)), Some(17_111), "{below}");
        }
    }

    #[test]
    fn of_a_workbook_with_lines_on_more_than_one_sheet_a_person_says_the_total() {
        let sheet = |name: &str, track: &str| Sheet {
            name: name.to_owned(),
            columns: ["Трек", "Сумма"].map(|title| Column::new(title, 10)).to_vec(),
            rows: [track, "Итого"]
                .map(|first| vec![Cell::text(first), Cell::Money(Kopecks::new(30_000))])
                .to_vec(),
            ..Sheet::default()
        };
        let (first, second) = (sheet("Октябрь", "T1"), sheet("Ноябрь", "T2"));
        let alone = xlsx::write_all(std::slice::from_ref(&first)).unwrap();
        assert_eq!(total(&alone, None), Some(30_000));
        let both = xlsx::write_all(&[first, second]).unwrap();
        assert_eq!(total(&both, None), None);
        assert_eq!(total(&both, Some(60_000)), Some(60_000), "which its lines do not make");
    }

    #[test]
    fn what_is_to_be_paid_comes_before_what_is_without_vat() {
        for to_be_paid in ["Всего", "Итого", "К оплате", "Сумма к оплате"]
        {
            let list = list(&format!(
                "Трек;Стоимость;НДС;{to_be_paid}\nT1;250,00;55,00;305,00\nИтого;250,00;55,00;305,00\n"
            ));
            assert_eq!(list.listed, Some(Kopecks::new(30_500)), "{to_be_paid}");
            assert_eq!(list.lines[0].amount_kopecks, Kopecks::new(30_500), "{to_be_paid}");
        }
    }

    #[test]
    fn a_file_without_end_is_not_read_to_its_end() {
        let rows = |count: i64, row: &str| {
            let rows = row.repeat(usize::try_from(count).unwrap());
            format!("Трек;Сумма\n{rows}").into_bytes()
        };
        let many = request(&rows(LINES_MAX + 1, "T1;1\n"));
        let told = read(&many).map(|list| list.rows).unwrap_err();
        assert!(matches!(told, ImportError::Input(_)), "{told}");
        let wrong = read(&request(&rows(1_500, "T1;\n"))).unwrap();
        assert_eq!((wrong.refused, wrong.refusals.len()), (1_500, REFUSALS_MAX));
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
}
