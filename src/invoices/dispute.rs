//! What is written to a carrier about its invoice.

use std::collections::BTreeMap;

use super::model::{ExceptionKind, ExceptionRow, Invoice, LineRow, Resolution};
use crate::carriers::model::ChargeKind;
use crate::carriers::registry::carrier_of;
use crate::documents::{Cell, Column, DocumentError, Sheet, xlsx};
use crate::units::{Grams, Kopecks};

/// What the carrier is asked about: differences that nobody found to be right.
#[derive(Debug)]
pub(super) struct Disputed {
    /// Of the invoice as a whole.
    whole: Vec<ExceptionRow>,
    lines: Vec<(LineRow, Vec<ExceptionRow>)>,
}

pub(super) fn disputed(lines: Vec<LineRow>, exceptions: Vec<ExceptionRow>) -> Disputed {
    let mut about: BTreeMap<i64, Vec<ExceptionRow>> = BTreeMap::new();
    for one in exceptions {
        let is_right = matches!(
            one.resolution,
            Some(Resolution::PassOn | Resolution::Separate | Resolution::Owner)
        );
        // Who gets what is given back is nothing to the carrier.
        if !is_right && one.kind != ExceptionKind::CreditOfOperator {
            about.entry(one.line).or_default().push(one);
        }
    }
    let whole = about.remove(&0).unwrap_or_default();
    let with = |line: LineRow| about.remove(&line.line).map(|about| (line, about));
    Disputed { whole, lines: lines.into_iter().filter_map(with).collect() }
}

/// The list of differences as a workbook (реестр разногласий).
pub(super) fn workbook(invoice: &Invoice, disputed: &Disputed) -> Result<Vec<u8>, DocumentError> {
    let columns = [
        ("Строка", 8),
        ("Номер отправления", 20),
        ("Номер отправителя", 20),
        ("Заказ", 18),
        ("Услуга", 24),
        ("Дата услуги", 12),
        ("По счёту, ₽", 12),
        ("Наш расчёт, ₽", 14),
        ("Вес по счёту, кг", 10),
        ("Вес заявленный, кг", 10),
        ("Вес на наших весах, кг", 10),
        ("Разногласие", 50),
    ];
    let Disputed { whole, lines } = disputed;
    let sum = lines.iter().map(|(line, _)| line.amount.get()).sum();
    let mut totals = vec![Cell::Empty, Cell::text(format!("Всего строк: {}", lines.len()))];
    totals.extend(std::iter::repeat_n(Cell::Empty, 4));
    totals.push(Cell::Money(Kopecks::new(sum)));
    xlsx::write(&Sheet {
        name: "Разногласия".to_owned(),
        title: format!(
            "Реестр разногласий к счёту № {} от {}",
            invoice.number,
            invoice.day.russian_text()
        ),
        head: vec![
            ("Перевозчик".to_owned(), carrier_of(&invoice.carrier).name().to_owned()),
            ("Сумма счёта".to_owned(), invoice.total.to_roubles_text()),
        ],
        columns: columns.map(|(title, width)| Column::new(title, width)).to_vec(),
        rows: whole
            .iter()
            .map(row_of_whole)
            .chain(lines.iter().map(|(line, about)| row(line, about)))
            .collect(),
        totals,
    })
}

/// What concerns the whole invoice is always a sum.
fn row_of_whole(one: &ExceptionRow) -> Vec<Cell> {
    let sum = |sum: Option<i64>| sum.map_or(Cell::Empty, |sum| Cell::Money(Kopecks::new(sum)));
    let words = match one.kind {
        ExceptionKind::VatDiffers => "НДС счёта не равен сумме НДС строк",
        kind => sentence(kind),
    };
    let mut cells = vec![Cell::Empty, Cell::text("Счёт в целом")];
    cells.resize(6, Cell::Empty);
    cells.extend([sum(one.found), sum(one.expected)]);
    cells.resize(11, Cell::Empty);
    cells.push(Cell::text(words));
    cells
}

fn row(line: &LineRow, about: &[ExceptionRow]) -> Vec<Cell> {
    let weight = |grams: Option<Grams>| grams.map_or(Cell::Empty, Cell::Weight);
    let words = if line.words.is_empty() { service(line.kind) } else { &line.words };
    // The offer is for the delivery; other services have no price of ours.
    let quoted = line.quoted.filter(|_| line.kind == ChargeKind::Delivery);
    let said: Vec<&str> = about.iter().map(|one| sentence(one.kind)).collect();
    vec![
        Cell::Whole(line.line),
        Cell::text(&line.track),
        Cell::text(&line.number),
        Cell::text(&line.order_number),
        Cell::text(words),
        line.service_day.map_or(Cell::Empty, |day| Cell::text(day.russian_text())),
        Cell::Money(line.amount),
        quoted.map_or(Cell::Empty, Cell::Money),
        weight(line.weight),
        weight(line.declared),
        weight(line.weighed),
        Cell::text(said.join("; ")),
    ]
}

const fn service(kind: ChargeKind) -> &'static str {
    match kind {
        ChargeKind::Delivery => "Доставка",
        ChargeKind::Return => "Возврат",
        ChargeKind::CodFee => "Приём наложенного платежа",
        ChargeKind::Insurance => "Страхование",
        ChargeKind::Storage => "Хранение",
        ChargeKind::WeightSurcharge => "Доплата за вес",
        ChargeKind::AddressCorrection => "Изменение адреса",
        ChargeKind::Pickup => "Забор",
        ChargeKind::Packaging => "Упаковка",
        ChargeKind::Other => "Прочее",
    }
}

const fn sentence(kind: ExceptionKind) -> &'static str {
    match kind {
        ExceptionKind::UnknownParcel => "Отправления с таким номером у нас нет",
        ExceptionKind::NotOurCarrier => "Отправление передано другому перевозчику",
        ExceptionKind::Duplicate => "Услуга уже выставлена",
        ExceptionKind::CreditOfOperator => "Возврат услуги, которую оплатил оператор",
        ExceptionKind::AmountDiffers => "Сумма отличается от расчёта при оформлении",
        ExceptionKind::WeightAboveOurs => "Вес больше измеренного на наших весах",
        ExceptionKind::VatDiffers => "НДС не соответствует сумме",
        ExceptionKind::TotalDiffers => "Итог не равен сумме строк",
    }
}
