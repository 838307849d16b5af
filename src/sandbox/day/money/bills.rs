//! What the carriers invoice: a discount or a fee on the whole of each, and four mistakes.

use std::collections::BTreeMap;

use anyhow::{Context, ensure};
use serde_json::json;

use super::ground::Partner;
use super::registers::{Form, Taken, windows_text};
use super::{Office, number, shown, today};
use crate::documents::{Cell, Column, Sheet, xlsx};
use crate::sandbox::day::site::text_of;
use crate::units::{Day, Grams, Kopecks};

const DELIVERY: &str = "Доставка";
const COD_FEE: &str = "Вознаграждение за наложенный платёж";
const SURCHARGE: i64 = 4_500;
const STRANGE: i64 = 15_000;
const TOO_MUCH: i64 = 10_000;
/// On the whole of the last invoice; the others have a discount.
const ON_TOP: i64 = 9_999;
const HEADINGS: [&str; 6] =
    ["Номер накладной", "Заказ", "Услуга", "Дата услуги", "Вес, кг", "Сумма"];

/// What is wrong with an invoice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Slip {
    Weight,
    Unknown,
    Repeated,
    Price,
    None,
}

/// One for each carrier.
const SLIPS: [Slip; 7] =
    [Slip::Weight, Slip::Unknown, Slip::Repeated, Slip::Price, Slip::None, Slip::None, Slip::None];

impl Slip {
    /// The exception, the tally of the day, what is decided, and what the accountant writes.
    const fn told(self) -> Option<[&'static str; 4]> {
        match self {
            Self::Weight => Some([
                "weight_above_ours",
                "счёт перевозчика: вес больше нашего",
                "pass_on",
                "Перевозчик прислал протокол взвешивания",
            ]),
            Self::Unknown => Some([
                "unknown_parcel",
                "счёт перевозчика: чужое отправление",
                "operator",
                "Отправление не наше, сумма оспорена",
            ]),
            Self::Repeated => Some([
                "duplicate",
                "счёт перевозчика: услуга дважды",
                "operator",
                "Услуга повторена, сумма оспорена",
            ]),
            Self::Price => Some([
                "amount_differs",
                "счёт перевозчика: цена не та, что обещана",
                "pass_on",
                "Зона доставки уточнена перевозчиком",
            ]),
            Self::None => None,
        }
    }
}

#[derive(Debug, Clone)]
struct Row {
    track: String,
    order: String,
    service: &'static str,
    weight: Option<i64>,
    sum: i64,
}

/// What a carrier invoices.
struct Bill<'a> {
    partner: &'a Partner,
    number: String,
    rows: Vec<Row>,
    /// On the whole: negative is a discount.
    on_whole: i64,
    slip: Slip,
}

/// What the invoices came to.
pub(super) struct Billed {
    pub(super) invoices: usize,
    pub(super) invoiced: i64,
    /// To the shops.
    pub(super) charged: i64,
    /// On the carriers' clearing accounts.
    pub(super) left: i64,
}

fn rows(partner: &Partner, taken: &[Taken]) -> Vec<Row> {
    let mut rows = Vec::new();
    for parcel in &partner.parcels {
        let row = |service, sum| Row {
            track: parcel.track.clone(),
            order: parcel.order.clone(),
            service,
            weight: None,
            sum,
        };
        rows.push(row(DELIVERY, parcel.quoted));
        let of_carrier = taken.iter().filter(|one| one.carrier == partner.code);
        let kept = of_carrier.flat_map(|one| &one.fees).find(|(track, _)| *track == parcel.track);
        rows.extend(kept.map(|(_, fee)| row(COD_FEE, *fee)));
    }
    rows
}

fn bill<'a>(partner: &'a Partner, place: usize, taken: &[Taken]) -> Bill<'a> {
    let (mut rows, slip) = (rows(partner, taken), SLIPS[place]);
    let first = rows[0].clone();
    match slip {
        Slip::Weight => rows.push(Row {
            service: "Доплата за вес",
            weight: Some(partner.parcels[0].weight + 500),
            sum: SURCHARGE,
            ..first
        }),
        Slip::Unknown => {
            let track = format!("X{}", first.track);
            rows.push(Row { track, order: String::new(), sum: STRANGE, ..first });
        }
        Slip::Repeated => rows.push(first),
        Slip::Price => rows[0].sum += TOO_MUCH,
        Slip::None => {}
    }
    let listed: i64 = rows.iter().map(|row| row.sum).sum();
    // Never a round part, so that it has to be spread by remainders.
    let on_whole = if place + 1 == SLIPS.len() { ON_TOP } else { -(listed / 100 + 1) };
    Bill { partner, number: (7_001 + place).to_string(), rows, on_whole, slip }
}

impl Bill<'_> {
    fn listed(&self) -> i64 {
        self.rows.iter().map(|row| row.sum).sum()
    }

    fn file(&self, day: Day, form: Form) -> anyhow::Result<(String, Vec<u8>)> {
        let money = |sum: i64| Cell::Money(Kopecks::new(sum));
        let row = |row: &Row| {
            vec![
                Cell::text(&row.track),
                Cell::text(&row.order),
                Cell::text(row.service),
                Cell::text(day.russian_text()),
                row.weight.map_or(Cell::Empty, |weight| Cell::Weight(Grams::new(weight))),
                money(row.sum),
            ]
        };
        let mut totals = vec![Cell::Empty; HEADINGS.len()];
        totals[0] = Cell::text("Итого");
        totals[HEADINGS.len() - 1] = money(self.listed());
        let sheet = Sheet {
            name: "Счёт".to_owned(),
            title: format!("Счёт № {} {}", self.number, self.partner.name),
            head: Vec::new(),
            columns: HEADINGS.map(|title| Column::new(title, 20)).to_vec(),
            rows: self.rows.iter().map(row).collect(),
            totals,
        };
        let (bytes, ending) = match form {
            Form::Workbook => (xlsx::write(&sheet)?, "xlsx"),
            Form::Text => (windows_text(sheet)?, "csv"),
        };
        let (code, number, whole) = (self.partner.code, &self.number, self.on_whole);
        let told = format!(
            "carrier={code}&number={number}&day={day}&discount_kopecks={whole}&file={code}.{ending}"
        );
        Ok((format!("/v1/imports/carrier-invoices?{told}"), bytes))
    }
}

pub(super) async fn take_all(
    office: &Office<'_>,
    taken: &[Taken],
) -> anyhow::Result<(Billed, String)> {
    let day = today();
    let partners = office.partners.iter().enumerate();
    let bills: Vec<Bill<'_>> = partners.map(|(place, one)| bill(one, place, taken)).collect();
    for (place, bill) in bills.iter().enumerate() {
        take(office, bill, (day, Form::of(place))).await?;
    }
    let accounts = bills.len() + taken.len();
    let left = office.left_on(&["pass_through", "register_clearing"], accounts).await?;
    let mut charged = 0;
    for shop in office.shops {
        let path = format!("/v1/owners/{}/pass-through", shop.owner);
        let proof = shop.api.get(&path).await?;
        let sum = |field: &str| number(&proof, field);
        let (invoiced, shared) = (sum("invoiced_kopecks")?, sum("shared_kopecks")?);
        let own = sum("charged_kopecks")?;
        let is_equal = invoiced + shared == own && sum("difference_kopecks")? == 0;
        ensure!(is_equal && invoiced > 0, "{}: {proof}", shop.shop.name);
        charged += own;
        let book = shop.api.download(&format!("{path}.xlsx")).await?;
        office.keep(&format!("{}-pass-through.xlsx", shop.shop.code), &book).await?;
    }
    let invoiced: i64 = bills.iter().map(|bill| bill.listed() + bill.on_whole).sum();
    let slips = bills.iter().filter(|bill| bill.slip != Slip::None).count();
    let came_to = format!(
        "счетов {} на {}, ошибок подложено и найдено {slips}, магазинам {}, счета-транзиты перевозчиков: {}",
        bills.len(),
        shown(invoiced),
        shown(charged),
        shown(left)
    );
    Ok((Billed { invoices: bills.len(), invoiced, charged, left }, came_to))
}

async fn take(
    office: &Office<'_>,
    bill: &Bill<'_>,
    (day, form): (Day, Form),
) -> anyhow::Result<()> {
    let (clerk, number) = (office.clerk, &bill.number);
    let (path, bytes) = bill.file(day, form)?;
    let told = clerk.upload(&path, bytes).await?;
    ensure!(told["is_known"] == false, "счёт {number} уже есть: {told}");
    let id = text_of(&told, "invoice_id")?;
    let (path, bytes) = bill.file(day, form.other())?;
    let again = clerk.upload(&path, bytes).await?;
    let is_same = again["is_known"] == true && again["invoice_id"] == id.as_str();
    ensure!(is_same, "счёт {number} принят дважды: {again}");
    office.tally.caught("счёт перевозчика загружен дважды, другим файлом");
    let path = format!("/v1/carrier-invoices/{id}");
    decide(office, bill, &path).await?;
    let accepted = clerk.post(&format!("{path}/accept"), &json!({})).await?;
    let total = bill.listed() + bill.on_whole;
    let is_right = accepted["state"] == "accepted" && accepted["total_kopecks"] == total;
    ensure!(is_right, "счёт {number} на {}: {accepted}", shown(total));
    Ok(())
}

/// What was planted is found and decided about.
async fn decide(office: &Office<'_>, bill: &Bill<'_>, path: &str) -> anyhow::Result<()> {
    let clerk = office.clerk;
    let draft = clerk.get(path).await?;
    let mut seen = BTreeMap::new();
    for one in draft["exceptions"].as_array().context("нет расхождений счёта")? {
        seen.insert(text_of(one, "kind")?, number(one, "count")?);
    }
    let told = bill.slip.told();
    let planted: BTreeMap<String, i64> =
        told.iter().map(|[kind, ..]| ((*kind).to_owned(), 1)).collect();
    ensure!(seen == planted, "счёт {}: подложено {planted:?}, найдено {seen:?}", bill.number);
    let Some([kind, mistake, resolution, reason]) = told else { return Ok(()) };
    office.tally.caught(mistake);
    let disputes = clerk.download(&format!("{path}/disputes.xlsx")).await?;
    office.keep(&format!("{}-{}-disputes.xlsx", bill.partner.code, bill.number), &disputes).await?;
    let lines = clerk.list(&format!("{path}/lines?exception={kind}")).await?;
    let line = number(lines.first().context("строки нет")?, "line")?;
    if bill.slip == Slip::Unknown {
        clerk.refused(&format!("{path}/accept"), &json!({}), "invoice_unresolved").await?;
        office.tally.caught("счёт с неразобранными расхождениями не принят");
    }
    let body = json!({
        "kind": kind, "lines": [line], "resolution": resolution, "reason": reason,
    });
    clerk.post(&format!("{path}/resolve"), &body).await?;
    Ok(())
}
