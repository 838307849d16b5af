//! Bad registers of carriers: each fault is named with file, sheet and row, and the rest is usable.

use std::io::Cursor;

use ambar::money::Account;
use ambar::sandbox::on_the_way;
use calamine::{Reader, Xlsx, open_workbook_from_rs};
use rust_xlsxwriter::{Format, Workbook};
use serde_json::{Value, json};

use crate::registers::{Desk, SENT, kinds, parcel};
use crate::support::{Answer, unique_name};

impl Desk {
    /// A file over HTTP.
    async fn upload(&self, carrier: &str, file: &str, bytes: Vec<u8>) -> Value {
        let path = format!("{}/v1/registers/import?carrier={carrier}&file={file}", self.app.base);
        let request = reqwest::Client::new().post(path).bearer_auth(self.world.admin());
        let request = request.header("idempotency-key", unique_name()).body(bytes);
        request.send().await.unwrap().json().await.unwrap()
    }

    /// Row, kind, amount and sentence of each finding, in a language.
    async fn sentences(&self, register: &str, language: &str) -> Vec<(i64, String, i64, String)> {
        let path = format!("{}/v1/registers/{register}/findings?limit=100", self.app.base);
        let request = reqwest::Client::new().get(path).bearer_auth(self.world.admin());
        let request = request.header("accept-language", language);
        let page: Value = request.send().await.unwrap().json().await.unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let told = |one: &Value| {
            let amount = one["amount_kopecks"].as_i64().unwrap_or_default();
            assert!(!one["allowed"].as_array().unwrap().is_empty(), "{one}");
            assert!(one["allowed"].as_array().unwrap().contains(&one["proposed"]), "{one}");
            (one["line"].as_i64().unwrap(), text(&one["kind"]), amount, text(&one["text"]))
        };
        page["items"].as_array().unwrap().iter().map(told).collect()
    }

    async fn assign(&self, register: &str, line: i64, body: Value) -> Answer {
        self.post(&format!("/v1/registers/{register}/lines/{line}/parcel"), body).await
    }
}

const HEADINGS: [&str; 9] = [
    "Номер отправления",
    "Номер заказа ИМ",
    "Дата вручения",
    "Сумма НП",
    "Вознаграждение",
    "Стоимость доставки",
    "НДС",
    "Валюта",
    "Договор",
];

/// A register with each fault in a row of its own, from row 5 on.
fn bad_workbook() -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.set_name("Реестр").unwrap();
    sheet.merge_range(0, 0, 0, 8, "Реестр платежей СДЭК", &Format::new()).unwrap();
    sheet.write(1, 0, "Принципал: ООО «Склад», ИНН 5001007322").unwrap();
    for (place, heading) in (0..).zip(HEADINGS) {
        sheet.write(3, place, heading).unwrap();
    }
    let rows: [[&str; 9]; 9] = [
        ["T-1", "", "17.11.2026", "1 000,00", "'30,00", "300,00", "5,41", "руб.", "№ 17"],
        ["T-1", "", "17.11.2026", "1000.0", "", "", "", "", ""],
        ["77", "", "17.11.2026", "2000", "", "", "", "", ""],
        ["T-9", "", "17.11.2026", "10", "", "", "", "", ""],
        ["T-3", "", "позавчера", "3000", "", "", "", "", ""],
        ["T-4", "", "17.11.2026", "4000", "", "412,00", "", "", ""],
        ["T-5", "", "17.11.2026", "5000", "150", "", "25,00", "", ""],
        ["T-6", "", "17.11.2026", "6000", "", "", "", "KZT", ""],
        ["T-7", "", "17.11.2026", "7000", "", "", "", "", "№ 99"],
    ];
    for (line, row) in (4..).zip(rows) {
        for (place, cell) in (0..).zip(row) {
            sheet.write(line, place, cell).unwrap();
        }
    }
    sheet.write(13, 0, "Итого").unwrap();
    sheet.write(13, 3, "26 010,01").unwrap();
    book.save_to_buffer().unwrap()
}

#[tokio::test]
async fn each_fault_of_a_bad_file_is_named_with_file_sheet_and_row() {
    let cods =
        [("T-1", 1), ("0077", 2), ("T-3", 3), ("T-4", 4), ("T-5", 5), ("T-6", 6), ("T-7", 7)];
    let desk =
        Desk::open(cods.iter().map(|(track, cod)| parcel(track, track, cod * 100_000)).collect())
            .await;
    let contract = json!({ "carrier": "cdek", "number": "17", "inn": "5001007322" });
    desk.post("/v1/cod-contracts", contract).await.ok();
    let wrong = desk.post("/v1/cod-contracts", json!({ "carrier": "cdek", "inn": "1" })).await;
    assert_eq!(wrong.problem(422), "input_invalid");
    let known = desk.get("/v1/cod-contracts?carrier=cdek").await;
    assert_eq!(known[0]["inn"], "5001007322");

    let came = desk.upload("cdek", "bad.xlsx", bad_workbook()).await;
    assert_eq!(came["wrong_rows"][0]["row"], 9, "{came}");
    assert_eq!(
        (&came["register"]["sheet"], &came["register"]["lines"]),
        (&json!("Реестр"), &json!(8))
    );
    let id = came["register"]["id"].as_str().unwrap();
    let told = desk.sentences(id, "ru").await;
    let found: Vec<(i64, &str, i64)> =
        told.iter().map(|(line, kind, amount, _)| (*line, kind.as_str(), *amount)).collect();
    let expected = [
        (0, "total_differs", 1),
        (6, "duplicate_line", 100_000),
        (7, "zeros_lost", 200_000),
        (8, "parcel_unknown", 1_000),
        (9, "row_unreadable", 0),
        (10, "delivery_differs", 11_200),
        (11, "vat_differs", 2_500 - 2_705),
        (12, "currency_foreign", 600_000),
        (13, "other_contract", 700_000),
    ];
    assert_eq!(found, expected);
    for (line, kind, _, text) in &told {
        let row = if *line == 0 { String::new() } else { format!(", строка {line}") };
        assert!(text.starts_with(&format!("bad.xlsx, лист «Реестр»{row}: ")), "{kind}: {text}");
    }
    assert!(told[5].3.contains("412,00") && told[5].3.contains("500 г"), "{}", told[5].3);
    assert!(told[4].3.contains("«позавчера»"), "{}", told[4].3);
    let english = desk.sentences(id, "en").await;
    assert!(english[3].3.starts_with("bad.xlsx, sheet “Реестр”, row 8: no parcel of ours"));

    let path = format!("/v1/registers/{id}/findings.xlsx");
    let bytes = desk.app.get(desk.world.admin(), &path).await.bytes;
    let mut book: Xlsx<_> = open_workbook_from_rs(Cursor::new(bytes)).unwrap();
    let rows = book.worksheet_range_at(0).unwrap().unwrap();
    assert!(rows.rows().any(|row| row[0] == 12.0 && row[1] == "Другая валюта"), "{rows:?}");
    let shops = desk.app.get(&desk.world.keys[0], &path).await;
    assert_eq!(shops.problem(403), "forbidden");
    desk.app.finish().await;
}

#[tokio::test]
async fn another_carriers_register_is_told_as_a_whole() {
    let desk = Desk::open(vec![parcel("C-1", "C-1", 1_000)]).await;
    let (warehouse, owner) = (desk.world.warehouse, desk.world.owners[0]);
    let other = on_the_way::route(&desk.app.app, warehouse, owner, "dpd").await.unwrap();
    let theirs = [parcel("D-1", "D-1", 2_000), parcel("D-2", "D-2", 3_000)];
    on_the_way::send(&desk.app.app, &other, &theirs, SENT).await.unwrap();
    let text = "Номер DPD;Трек;Сумма НП\n;C-1;10\n;D-1;20\n;D-2;30\n";
    let came = desk.upload("cdek", "dpd.csv", text.as_bytes().to_vec()).await;
    let id = came["register"]["id"].as_str().unwrap();
    let told = desk.sentences(id, "ru").await;
    let found: Vec<(i64, &str)> =
        told.iter().map(|(line, kind, ..)| (*line, kind.as_str())).collect();
    assert_eq!(found, [(0, "other_carrier_file"), (3, "other_carrier"), (4, "other_carrier")]);
    assert!(told[0].3.contains("2 из 3") && told[0].3.contains("dpd"), "{}", told[0].3);

    let path = format!("/v1/registers/{id}/resolve");
    let leave = json!({ "kind": "other_carrier_file", "resolution": "ignore_line", "reason": "х" });
    assert_eq!(desk.post(&path, leave).await.problem(422), "finding_resolution_unfit");
    let right = desk.upload("dpd", "dpd.csv", "Трек;НП\nD-1;20\n".into()).await;
    assert_eq!(right["findings"], 0);
    desk.app.finish().await;
}

#[tokio::test]
async fn a_person_says_which_parcel_a_line_is_about() {
    let desk = Desk::open(vec![parcel("T-1", "A-1", 1_000), parcel("T-2", "A-2", 2_000)]).await;
    let (warehouse, owner) = (desk.world.warehouse, desk.world.owners[0]);
    let other = on_the_way::route(&desk.app.app, warehouse, owner, "dpd").await.unwrap();
    let theirs = [parcel("D-1", "D-1", 2_000)];
    on_the_way::send(&desk.app.app, &other, &theirs, SENT).await.unwrap();
    let report = desk.import("Трек;Сумма НП\nT-1;10\nX-2;20\n").await.unwrap();
    let id = report.register.to_string();
    assert_eq!(kinds(&desk.findings(&report).await), [(3, "parcel_unknown")]);

    let [first, second] = [0, 1].map(|index| desk.parcel_id(index));
    let to = |parcel: &str| json!({ "parcel_id": parcel, "reason": "по накладной" });
    let elsewhere = desk.assign(&id, 3, to(&theirs[0].parcel.to_string())).await;
    assert_eq!(elsewhere.problem(422), "register_parcel_elsewhere");
    assert_eq!(desk.assign(&id, 9, to(&second)).await.problem(404), "register_line_not_found");
    let silent = json!({ "parcel_id": second, "reason": " " });
    assert_eq!(desk.assign(&id, 3, silent).await.problem(422), "input_invalid");

    desk.assign(&id, 3, to(&first)).await.ok();
    assert_eq!(kinds(&desk.findings(&report).await), [(3, "duplicate_line")]);
    let given = desk.assign(&id, 3, to(&second)).await.ok();
    assert_eq!(
        (&given["matched_by"], &given["matched_reason"]),
        (&json!("person"), &json!("по накладной"))
    );
    assert_eq!(desk.findings(&report).await, [], "it is what was expected");
    desk.post(&format!("/v1/registers/{id}/check"), json!({})).await.ok();
    assert_eq!(desk.findings(&report).await, [], "what a person said stays");

    desk.accept(&report).await.ok();
    assert_eq!(desk.assign(&id, 3, to(&first)).await.problem(409), "register_wrong_state");
    assert_eq!(desk.balance(Account::CodRegistered(owner, "cdek".to_owned())).await, 3_000);
    desk.app.finish().await;
}

#[tokio::test]
async fn a_second_sheet_and_a_second_row_of_totals_are_told_of() {
    let desk = Desk::open(vec![parcel("T-1", "T-1", 100_000), parcel("T-2", "T-2", 200_000)]).await;
    let mut book = Workbook::new();
    for (name, track, sum) in [("Октябрь", "T-1", 1_000), ("Ноябрь", "T-2", 2_000)] {
        let sheet = book.add_worksheet();
        sheet.set_name(name).unwrap();
        for (place, heading) in (0..).zip(["Номер отправления", "Сумма НП"])
        {
            sheet.write(0, place, heading).unwrap();
        }
        sheet.write(1, 0, track).unwrap();
        sheet.write(1, 1, sum).unwrap();
    }
    book.add_worksheet().set_name("Пустой").unwrap();
    let told = desk.upload("cdek", "two.xlsx", book.save_to_buffer().unwrap()).await;
    let id = told["register"]["id"].as_str().unwrap().to_owned();
    let found = desk.sentences(&id, "ru").await;
    let [(0, kind, 0, text)] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(kind, "sheet_unread");
    assert!(text.contains("Ноябрь") && !text.contains("Пустой"), "{text}");

    let text = "Номер отправления;Сумма НП;Комиссия;К перечислению\nT-2;2000;60;1940\nИтого;2001;60;1940\n\
                Всего к перечислению: одна тысяча девятьсот сорок рублей;;;\n";
    let report = desk.import(text).await.unwrap();
    assert_eq!(kinds(&desk.findings(&report).await), [(0, "total_differs")]);
    desk.app.finish().await;
}
