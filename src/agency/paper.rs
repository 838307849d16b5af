//! The agent's report as PDF and as a workbook.

use serde_json::{Value, json};

use super::AgencyTermsIn;
use super::model::{DayRow, LineKind, Report, ReportLine, SettlementRow};
use crate::carriers::registry::carrier_of;
use crate::documents::{Cell, Column, DocumentError, Sheet, pdf, typography, words, xlsx};
use crate::invoices::{Passed, passed_sheet};
use crate::money::TransferReason;
use crate::units::Kopecks;

/// Of more parcels the PDF has the sums of days: nobody reads a hundred pages of rows.
pub(super) const PDF_LINES_MAX: i64 = 1_000;

/// The model of a report to try the paper with.
pub const EXAMPLE: &str = include_str!("../../document-templates/forms/examples/agent_report.json");

/// All that a paper shows.
pub(super) struct Parts {
    pub(super) report: Report,
    pub(super) terms: AgencyTermsIn,
    /// All of them, or none and their days.
    pub(super) lines: Vec<ReportLine>,
    pub(super) days: Vec<DayRow>,
    pub(super) charges: Vec<Passed>,
    pub(super) settlements: Vec<SettlementRow>,
}

const fn kind_words(kind: LineKind) -> &'static str {
    match kind {
        LineKind::Received => "Получено",
        LineKind::Advanced => "Аванс до поступления",
        LineKind::Refunded => "Возвращено покупателю",
    }
}

/// What a payout takes from the money of buyers is not what is transferred: debts and services are taken
/// off it, by rows of their own.
fn reason_words(row: &SettlementRow) -> &'static str {
    match row.reason {
        TransferReason::CodPaid if row.payable.get() < 0 => "Возврат выплаты",
        TransferReason::CodPaid => "Деньги покупателей, включённые в выплату",
        TransferReason::SetOff if row.payable.is_zero() => "Зачёт услуг из выплаты",
        TransferReason::SetOff => "Удержан из выплаты долг за возвраты",
        TransferReason::PaymentReturned => "Возврат платежа банком",
        TransferReason::Correction => "Исправление",
        TransferReason::WrittenOff => "Списание",
        _ => "Прочие расчёты",
    }
}

fn carrier_name(code: &str) -> String {
    carrier_of(code).name().to_owned()
}

/// `Отчёт агента № 2026-000017 от 22.11.2026`, or that it is a draft.
fn title(report: &Report) -> String {
    match (&report.number, report.decided_at) {
        (Some(number), Some(at)) => {
            format!("Отчёт агента № {number} от {}", at.moscow_day().russian_text())
        }
        _ => "Отчёт агента (черновик)".to_owned(),
    }
}

fn parcels(count: i64) -> String {
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    typography::plural(count, ["строка", "строки", "строк"])
}

/// Labels and sums of the reckoning.
fn reckoning(parts: &Parts) -> Vec<(&'static str, Kopecks)> {
    let report = &parts.report;
    let all = [
        ("Задолженность перед принципалом на начало", report.opening_payable),
        ("Получено от покупателей", report.received),
        ("Аванс до поступления денег", report.advanced),
        ("Возвращено покупателям", report.refunded),
        ("Перечислено и зачтено за период", report.paid),
        ("Задолженность перед принципалом на конец", report.closing_payable()),
        ("Услуги к оплате на начало", report.opening_charges),
        ("Вознаграждение агента", report.fee),
        ("в том числе НДС", report.fee_vat),
        ("Услуги перевозчиков без наценки", report.carrier),
        ("Оплачено и зачтено за услуги", report.settled),
        ("Услуги к оплате на конец", report.closing_charges()),
        ("Зачитывается по договору", report.set_off),
        ("К перечислению принципалу", report.to_pay()),
        ("Долг принципала", report.debt()),
        ("Услуги к оплате сверх зачёта", report.charges_due()),
    ];
    let always = ["Получено от покупателей", "Вознаграждение агента", "К перечислению принципалу"];
    all.into_iter().filter(|(label, sum)| !sum.is_zero() || always.contains(label)).collect()
}

fn line_row(line: &ReportLine) -> Value {
    json!({
        "day": line.day.russian_text(), "order_number": line.order_number, "number": line.number,
        "carrier": carrier_name(&line.carrier), "kind": kind_words(line.kind),
        "amount_kopecks": line.amount, "fee_kopecks": line.fee,
    })
}

fn day_row(row: &DayRow) -> Value {
    json!({
        "day": row.day.russian_text(), "order_number": parcels(row.count), "number": "",
        "carrier": carrier_name(&row.carrier), "kind": kind_words(row.kind),
        "amount_kopecks": row.amount, "fee_kopecks": row.fee,
    })
}

/// The report on A4. Of very many parcels it has the sums of days and says so.
pub(super) fn pdf(parts: &Parts) -> Result<Vec<u8>, DocumentError> {
    let Parts { report, terms, .. } = parts;
    let rows: Vec<Value> = if parts.days.is_empty() {
        parts.lines.iter().map(line_row).collect()
    } else {
        parts.days.iter().map(day_row).collect()
    };
    let charge = |row: &Passed| {
        json!({
            "carrier": carrier_name(&row.carrier), "number": row.number,
            "day": row.day.russian_text(), "lines": row.lines, "invoiced_kopecks": row.invoiced,
            "shared_kopecks": row.shared(), "charged_kopecks": row.charged,
        })
    };
    let settlement = |row: &SettlementRow| {
        json!({
            "day": row.day.russian_text(), "reason": reason_words(row),
            "payable_kopecks": row.payable, "charges_kopecks": row.charges,
        })
    };
    let sums: Vec<Value> = reckoning(parts)
        .into_iter()
        .map(|(label, sum)| json!({ "label": label, "sum_kopecks": sum }))
        .collect();
    // What is empty is left out, and the rest is counted on.
    let settlements_section = if parts.charges.is_empty() { 2 } else { 3 };
    let reckoning_section = settlements_section + i32::from(!parts.settlements.is_empty());
    let model = json!({
        "settlements_section": settlements_section, "reckoning_section": reckoning_section,
        "title": title(report), "contract_number": terms.contract_number,
        "contract_day": terms.contract_day.russian_text(),
        "from": report.from.russian_text(), "to": report.to.russian_text(),
        "agent": format!("{}, ИНН {}", terms.agent_name, terms.agent_inn),
        "principal": format!("{}, ИНН {}", terms.payee.name, terms.payee.inn),
        "terms": fee_words(terms), "rows": rows, "line_count": parcels(report.line_count),
        "is_by_days": !parts.days.is_empty(),
        "charges": parts.charges.iter().map(charge).collect::<Vec<_>>(),
        "difference_kopecks": Passed::total(&parts.charges, Passed::difference),
        "settlements": parts.settlements.iter().map(settlement).collect::<Vec<_>>(),
        "sums": sums, "to_pay": words::sum(report.to_pay()),
        "debt": if report.debt().is_zero() { String::new() } else { words::sum(report.debt()) },
        "fee": words::sum(report.fee), "vat": vat_words(parts),
    });
    Ok(pdf::render(pdf::Template::AgentReport, &model)?)
}

/// `2,50 % от суммы, не менее 50,00 ₽ за отправление`.
fn fee_words(terms: &AgencyTermsIn) -> String {
    let part = typography::decimal(terms.fee_bp, 2);
    let least = terms.fee_minimum_kopecks;
    if least.is_zero() {
        format!("{part} % от полученной суммы")
    } else {
        let least = least.to_roubles_text();
        format!("{part} % от полученной суммы, не менее {least} за отправление")
    }
}

fn vat_words(parts: &Parts) -> String {
    match parts.report.fee_vat_rate.per_cent() {
        None => "НДС не облагается".to_owned(),
        Some(rate) => {
            format!("в том числе НДС {rate} % {}", parts.report.fee_vat.to_roubles_text())
        }
    }
}

/// The report as a workbook: its reckoning, and all parcels, invoices and payments on sheets of their
/// own.
pub(super) fn workbook(parts: &Parts) -> Result<Vec<u8>, DocumentError> {
    let Parts { report, terms, .. } = parts;
    let row = |(label, sum): (&'static str, Kopecks)| vec![Cell::text(label), Cell::Money(sum)];
    let head = [
        (
            "Договор",
            format!("№ {} от {}", terms.contract_number, terms.contract_day.russian_text()),
        ),
        ("Период", format!("{} — {}", report.from.russian_text(), report.to.russian_text())),
        ("Агент", format!("{}, ИНН {}", terms.agent_name, terms.agent_inn)),
        ("Принципал", format!("{}, ИНН {}", terms.payee.name, terms.payee.inn)),
        ("Вознаграждение", format!("{}; {}", fee_words(terms), vat_words(parts))),
    ];
    let summary = Sheet {
        name: "Итоги".to_owned(),
        title: title(report),
        head: head.map(|(label, value)| (label.to_owned(), value)).to_vec(),
        columns: columns(&[("Показатель", 50), ("Сумма, ₽", 18)]),
        rows: reckoning(parts).into_iter().map(row).collect(),
        totals: Vec::new(),
    };
    let sheets =
        [summary, lines_sheet(parts), charges_sheet(&parts.charges), settlements_sheet(parts)];
    xlsx::write_all(&sheets)
}

fn columns(columns: &[(&str, u16)]) -> Vec<Column> {
    columns.iter().map(|(title, width)| Column::new(*title, *width)).collect()
}

fn total<T>(rows: &[T], of: impl Fn(&T) -> i64) -> Cell {
    Cell::Money(Kopecks::new(rows.iter().map(of).sum()))
}

fn lines_sheet(parts: &Parts) -> Sheet {
    let row = |line: &ReportLine| {
        vec![
            Cell::Whole(line.line),
            Cell::text(line.day.russian_text()),
            Cell::text(&line.order_number),
            Cell::text(&line.number),
            Cell::text(&line.carrier),
            Cell::text(kind_words(line.kind)),
            Cell::Money(line.amount),
            Cell::Money(line.fee),
        ]
    };
    let mut totals = vec![Cell::text("Всего")];
    totals.resize(6, Cell::Empty);
    totals.push(total(&parts.lines, |line| line.amount.get()));
    totals.push(total(&parts.lines, |line| line.fee.get()));
    Sheet {
        name: "Отправления".to_owned(),
        columns: columns(&[
            ("№", 8),
            ("Дата", 12),
            ("Заказ", 22),
            ("Отправление", 22),
            ("Перевозчик", 16),
            ("Операция", 22),
            ("Сумма, ₽", 16),
            ("Вознаграждение агента, ₽", 16),
        ]),
        rows: parts.lines.iter().map(row).collect(),
        totals,
        ..Sheet::default()
    }
}

fn charges_sheet(charges: &[Passed]) -> Sheet {
    let mut sheet = passed_sheet(charges, "Начислено принципалу, ₽");
    sheet.columns.push(Column::new("Разница, ₽", 12));
    for (cells, row) in sheet.rows.iter_mut().zip(charges) {
        cells.push(Cell::Money(row.difference()));
    }
    sheet.totals.push(Cell::Money(Passed::total(charges, Passed::difference)));
    sheet
}

fn settlements_sheet(parts: &Parts) -> Sheet {
    let row = |row: &SettlementRow| {
        vec![
            Cell::text(row.day.russian_text()),
            Cell::text(reason_words(row)),
            Cell::Money(row.payable),
            Cell::Money(row.charges),
        ]
    };
    Sheet {
        name: "Выплаты и зачёты".to_owned(),
        columns: columns(&[
            ("Дата", 12),
            ("Основание", 40),
            ("Из денег покупателей, ₽", 18),
            ("За услуги, ₽", 18),
        ]),
        rows: parts.settlements.iter().map(row).collect(),
        totals: vec![
            Cell::text("Всего"),
            Cell::Empty,
            total(&parts.settlements, |row| row.payable.get()),
            total(&parts.settlements, |row| row.charges.get()),
        ],
        ..Sheet::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::documents::read_back;
    use crate::ids::TransferId;
    use crate::units::Day;

    #[test]
    fn no_row_of_a_payout_says_that_more_was_transferred_than_was() {
        use TransferReason::{CodPaid, SetOff};
        let day: Day = "2026-11-02".parse().unwrap();
        let row = |reason, payable: i64, charges: i64| SettlementRow {
            transfer: TransferId::new(),
            day,
            reason,
            payable: Kopecks::new(payable),
            charges: Kopecks::new(charges),
        };
        for (reason, payable, charges, words) in [
            (CodPaid, 100_000, 0, "Деньги покупателей, включённые в выплату"),
            (SetOff, -30_000, 0, "Удержан из выплаты долг за возвраты"),
            (SetOff, 0, 20_000, "Зачёт услуг из выплаты"),
            (CodPaid, -100_000, 0, "Возврат выплаты"),
        ] {
            assert_eq!(reason_words(&row(reason, payable, charges)), words);
        }
    }

    #[test]
    fn the_pdf_has_the_parties_the_proof_and_the_sums() {
        let model: Value = serde_json::from_str(EXAMPLE).unwrap();
        let file = pdf::render(pdf::Template::AgentReport, &model).unwrap();
        assert_eq!(file, pdf::render(pdf::Template::AgentReport, &model).unwrap());
        let pages = read_back::pages(&file);
        assert!(pages.iter().all(read_back::ReadPage::is_within));
        let said: String = pages.iter().map(read_back::ReadPage::text).collect();
        let said = said.replace('\n', " ");
        for text in [
            "Отчёт агента № 2026-000017 от 02.11.2026",
            "агентскому договору № А-41 от 12.01.2026",
            "ООО «Склад»",
            "З-4417",
            "Возвращено покупателю",
            "Услуги перевозчиков",
            "разница 0,00",
            "К перечислению принципалу",
            "Одна тысяча сто девяносто",
            "Агент",
            "Принципал",
        ] {
            assert!(said.contains(text), "{text} is not in {said}");
        }
    }
}
