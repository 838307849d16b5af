//! The act of handover (акт приёма-передачи) as PDF, as a page to print and as a workbook.

use askama::Template;
use serde_json::{Value, json};

use crate::carriers::registry::carrier_of;
use crate::carriers::{ManifestModel, ParcelModel};
use crate::documents::words::{self, Gender};
use crate::documents::{Cell, Column, DocumentError, Sheet, pdf, typography, xlsx};

#[derive(Template)]
#[template(path = "act.html")]
struct ActPage<'a> {
    act: &'a ManifestModel,
    carrier: String,
    lines: Vec<ActLine<'a>>,
    places: String,
    weight: String,
    cod: String,
    missing: String,
}

struct ActLine<'a> {
    parcel: &'a ParcelModel,
    weight: String,
    cod: String,
}

impl<'a> ActLine<'a> {
    fn of(parcel: &'a ParcelModel) -> Self {
        let weight = typography::kilograms(parcel.weight_g);
        Self { parcel, weight, cod: parcel.cod_kopecks.to_roubles_text() }
    }
}

/// The act on A4.
pub fn html(act: &ManifestModel) -> Result<String, DocumentError> {
    let page = ActPage {
        act,
        carrier: carrier_of(&act.carrier).name().to_owned(),
        lines: act.parcels.iter().map(ActLine::of).collect(),
        places: places(act),
        weight: typography::kilograms(act.weight_g()),
        cod: act.cod_kopecks().to_roubles_text(),
        missing: act.missing.join(", "),
    };
    Ok(page.render()?)
}

/// The model of an act to try the paper with: JSON of a [`ManifestModel`].
pub const EXAMPLE: &str = include_str!("../../document-templates/forms/examples/handover_act.json");

/// The act as PDF: the head of the table on every page with the sums of its rows, and signatures
/// never alone.
pub fn pdf(act: &ManifestModel) -> Result<Vec<u8>, DocumentError> {
    const FORMS: [&str; 3] = ["место", "места", "мест"];
    let row = |parcel: &ParcelModel| {
        json!({
            "number": parcel.number, "order_number": parcel.order_number, "shop": parcel.shop,
            "recipient": parcel.recipient.name, "weight_g": parcel.weight_g,
            "cod_kopecks": parcel.cod_kopecks,
        })
    };
    let count = u64::try_from(act.parcels.len()).unwrap_or(u64::MAX);
    let said = words::number(count, Gender::Neuter);
    let rows: Vec<Value> = act.parcels.iter().map(row).collect();
    let model = json!({
        "act_number": act.act_number, "day": act.day.russian_text(), "warehouse": act.warehouse,
        "carrier": carrier_of(&act.carrier).name(), "pickup_point": act.pickup_point,
        "number": act.number, "closed_at": act.closed_at.moscow_text(), "parcels": rows,
        "places": places(act), "places_words": format!("{said} {}", typography::noun(count, FORMS)),
        "cod_kopecks": act.cod_kopecks(), "missing": act.missing.join(", "),
    });
    Ok(pdf::render(pdf::Template::HandoverAct, &model)?)
}

/// The act as a workbook.
pub fn workbook(act: &ManifestModel) -> Result<Vec<u8>, DocumentError> {
    xlsx::write(&sheet(act))
}

fn sheet(act: &ManifestModel) -> Sheet {
    let head = [
        ("Склад", act.warehouse.clone()),
        ("Перевозчик", carrier_of(&act.carrier).name().to_owned()),
        ("Пункт выдачи", act.pickup_point.clone()),
        ("Реестр", act.number.clone()),
        ("Закрыт", format!("{} (МСК)", act.closed_at.moscow_text())),
        ("Остались на складе", act.missing.join(", ")),
    ];
    let columns = [
        ("№", 6),
        ("Место", 20),
        ("Заказ", 20),
        ("Магазин", 24),
        ("Получатель", 30),
        ("Вес, кг", 10),
        ("Наложенный платёж, ₽", 14),
    ];
    let row = |(index, parcel): (i64, &ParcelModel)| {
        vec![
            Cell::Whole(index),
            Cell::text(&parcel.number),
            Cell::text(&parcel.order_number),
            Cell::text(&parcel.shop),
            Cell::text(&parcel.recipient.name),
            Cell::Weight(parcel.weight_g),
            Cell::Money(parcel.cod_kopecks),
        ]
    };
    let mut totals = vec![Cell::Empty, Cell::text(format!("Всего: {}", places(act)))];
    totals.extend([Cell::Empty, Cell::Empty, Cell::Empty]);
    totals.extend([Cell::Weight(act.weight_g()), Cell::Money(act.cod_kopecks())]);
    Sheet {
        name: "Акт".to_owned(),
        title: format!("Акт приёма-передачи № {} от {}", act.act_number, act.day.russian_text()),
        head: head
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(label, value)| (label.to_owned(), value))
            .collect(),
        columns: columns.map(|(title, width)| Column::new(title, width)).to_vec(),
        rows: (1..).zip(&act.parcels).map(row).collect(),
        totals,
    }
}

fn places(act: &ManifestModel) -> String {
    typography::plural(act.parcels.len(), ["место", "места", "мест"])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::documents::read_back;

    #[test]
    fn the_pdf_says_what_the_page_says() {
        let act: ManifestModel = serde_json::from_str(EXAMPLE).unwrap();
        let file = pdf(&act).unwrap();
        assert_eq!(file, pdf(&act).unwrap(), "the same model gives the same bytes");
        let pages = read_back::pages(&file);
        assert!(pages.len() == 1 && pages[0].is_within());
        let said = pages[0].text().replace('\n', " ");
        for parcel in &act.parcels {
            for text in [&parcel.number, &parcel.order_number, &parcel.shop] {
                assert!(said.contains(text.as_str()), "{text} is not in {said}");
            }
        }
        for text in [
            "Акт приёма-передачи № ТВ-2026-000041 от 12.09.2026",
            "Закрыт",
            "12.09.2026 18:20 (МСК)",
            "Всего по акту: 3 места",
            "4,75013 490,00",
            "Передано: три места. Сумма наложенного платежа: Тринадцать тысяч четыреста девяносто",
            "остались на складе: СД-000119.",
            "Сдал",
            "Принял",
        ] {
            assert!(said.contains(text), "{text} is not in {said}");
        }
        assert!(html(&act).unwrap().contains("СД-000119"));
    }
}
