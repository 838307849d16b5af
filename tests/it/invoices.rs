//! Carriers' invoices: what is passed on, to whom, and that nobody pays twice or a kopeck more.

mod again;

use ambar::args;
use ambar::carriers::model::{CarrierInvoice, ChargeKind, InvoiceLine};
use ambar::commands::Ctx;
use ambar::db::{Count, DbError, Tx};
use ambar::documents::{Cell, Column, Sheet, xlsx};
use ambar::fault::Fault as _;
use ambar::ids::{CarrierInvoiceId, OwnerId};
use ambar::integrity;
use ambar::invoices::{Taking, take};
use ambar::money::{self, Account, MoneyError, Posting, TransferReason};
use ambar::sandbox::on_the_way::{self, OnTheWay};
use ambar::units::{Clock, Kopecks};
use calamine::{Data, Reader as _};
use serde_json::{Value, json};

use crate::picking::number;
use crate::road::NOW;
use crate::seed::{self, World};
use crate::support::{TestApp, unique_name};

const HEAD: &str = "Номер накладной;Номер ИМ;Заказ;Услуга;Дата услуги;Вес, кг;Сумма\n";

/// Three shops with four parcels each at CDEK.
struct Desk {
    app: TestApp,
    world: World,
    shops: [OwnerId; 3],
}

impl Desk {
    async fn open() -> Self {
        let app = TestApp::spawn_with(Clock::fixed(NOW)).await;
        let world = seed::world(&app.app).await;
        let third = on_the_way::shop(&app.app, "gamma").await.unwrap();
        let shops = [world.owners[0], world.owners[1], third];
        let desk = Self { app, world, shops };
        for (letter, shop) in ["A", "B", "C"].into_iter().zip(shops) {
            desk.send(shop, "cdek", letter).await;
        }
        desk
    }

    /// Parcels `A-1` … `A-4` with the tracks `TA-1` … and the orders `OA-1` …
    async fn send(&self, shop: OwnerId, carrier: &str, letter: &str) {
        let app = &self.app.app;
        let route = on_the_way::route(app, self.world.warehouse, shop, carrier).await.unwrap();
        let parcels: Vec<OnTheWay> =
            (1..=4).map(|index| OnTheWay::new(format!("{letter}-{index}"))).collect();
        on_the_way::send(app, &route, &parcels, NOW).await.unwrap();
    }

    /// What a file came to.
    async fn import(&self, number: &str, file: impl Into<Vec<u8>>, more: &str) -> Value {
        self.import_of("2026-11-20", number, file, more).await
    }

    async fn import_of(
        &self,
        day: &str,
        number: &str,
        file: impl Into<Vec<u8>>,
        more: &str,
    ) -> Value {
        let base = format!("{}/v1/imports/carrier-invoices", self.app.base);
        let url = format!("{base}?carrier=cdek&day={day}&number={number}{more}");
        let request = ambar::net::client().post(url).bearer_auth(self.world.admin());
        let request = request.header("idempotency-key", unique_name()).body(file.into());
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        let mut told: Value = answer.json().await.unwrap();
        told["status"] = json!(status);
        told
    }

    /// A draft of these rows; what is to be paid stands in the last row.
    async fn draft(&self, number: &str, rows: &str, more: &str) -> String {
        let told = self.import(number, format!("{HEAD}{rows}"), more).await;
        assert_eq!(told["state"], "draft", "{told}");
        told["invoice_id"].as_str().unwrap().to_owned()
    }

    async fn get(&self, id: &str, rest: &str) -> Value {
        self.app.get(self.world.admin(), &format!("/v1/carrier-invoices/{id}{rest}")).await.ok()
    }

    async fn post(&self, id: &str, what: &str, body: Value) -> crate::support::Answer {
        let path = format!("/v1/carrier-invoices/{id}/{what}");
        self.app.post(self.world.admin(), &path, body).await
    }

    async fn resolve(&self, id: &str, kind: &str, line: i64, resolution: &str) -> Value {
        let body = json!({
            "kind": kind, "lines": [line], "resolution": resolution, "reason": "так решили",
        });
        self.post(id, "resolve", body).await.ok()
    }

    async fn accept(&self, id: &str) {
        assert_eq!(self.post(id, "accept", json!({})).await.ok()["state"], "accepted");
    }

    /// Debit less credit.
    async fn balance(&self, account: Account) -> i64 {
        let read = async move |tx: &mut Tx| money::balance(tx, &account).await;
        self.app.app.db.read::<Kopecks, DbError, _>(read).await.unwrap().get()
    }

    /// What the shops owe.
    async fn charged(&self) -> [i64; 3] {
        let [first, second, third] = self.shops.map(Account::OwnerCharges);
        [self.balance(first).await, self.balance(second).await, self.balance(third).await]
    }

    async fn settlement(&self) -> i64 {
        self.balance(Account::CarrierSettlement("cdek".to_owned())).await
    }

    async fn written_off(&self) -> i64 {
        self.balance(Account::WriteOff).await
    }

    /// Kind and number of open exceptions.
    async fn open_exceptions(&self, id: &str) -> Vec<(String, i64)> {
        let told = self.get(id, "").await;
        let all = told["exceptions"].as_array().unwrap().iter();
        all.map(|one| (one["kind"].as_str().unwrap().to_owned(), one["open"].as_i64().unwrap()))
            .filter(|(_, open)| *open > 0)
            .collect()
    }
}

fn named(kinds: &[(&str, i64)]) -> Vec<(String, i64)> {
    kinds.iter().map(|(kind, count)| ((*kind).to_owned(), *count)).collect()
}

#[tokio::test]
async fn an_invoice_comes_once_whatever_its_file_and_a_wrong_row_refuses_it() {
    let desk = Desk::open().await;
    let rows = "TA-1;;;Доставка;01.11.2026;0,5;300,00\nTB-1;;;Доставка;02.11.2026;0,5;300,00\nИтого;;;;;;600,00\n";
    let file = format!("{HEAD}{rows}");
    let first = desk.import("77", file.clone(), "").await;
    assert_eq!((&first["state"], &first["is_known"]), (&json!("draft"), &json!(false)), "{first}");
    let again = desk.import("77", file.clone(), "").await;
    assert_eq!((&again["invoice_id"], &again["is_known"]), (&first["invoice_id"], &json!(true)));

    let titles =
        ["Номер накладной", "Номер ИМ", "Заказ", "Услуга", "Дата услуги", "Вес, кг", "Сумма"];
    let row = |track: &str, service: &str, day: &str, weight: Cell, sum: i64| {
        let texts = [track, "", "", service, day].map(Cell::text);
        let mut cells = texts.to_vec();
        cells.extend([weight, Cell::Money(Kopecks::new(sum))]);
        cells
    };
    let half = || Cell::text("0.500");
    let sheet = Sheet {
        name: "Счёт".to_owned(),
        columns: titles.map(|title| Column::new(title, 10)).to_vec(),
        rows: vec![
            row("TA-1", "Доставка", "2026-11-01", half(), 30_000),
            row("TB-1", "Доставка", "2026-11-02", half(), 30_000),
            row("Итого", "", "", Cell::Empty, 60_000),
        ],
        ..Sheet::default()
    };
    let workbook = desk.import("77", xlsx::write(&sheet).unwrap(), "").await;
    assert_eq!(workbook["invoice_id"], first["invoice_id"], "another file says the same");

    let turned = "TB-1;;;Доставка;02.11.2026;0,5;300,00\n\nTA-1;;;Доставка;01.11.2026;0,5;300,00\n";
    let turned = desk.import("77", format!("{HEAD}{turned}"), "&total_kopecks=60000").await;
    assert_eq!(turned["invoice_id"], first["invoice_id"], "in another order, without its sum");

    let other = desk.import("77", file.replace("300,00\nTB", "299,00\nTB"), "").await;
    assert_eq!((&other["status"], &other["code"]), (&json!(409), &json!("invoice_number_taken")));
    let wrong =
        desk.import("78", format!("{HEAD}TA-2;;;Доставка;;;\nTA-3;;;;завтра;;1\n"), "").await;
    assert_eq!(wrong["invoice_id"], Value::Null);
    let refused: Vec<_> = wrong["refusals"].as_array().unwrap().iter().collect();
    assert_eq!((&refused[0]["line"], &refused[0]["code"]), (&json!(2), &json!("missing")));
    assert_eq!((&refused[1]["line"], &refused[1]["code"]), (&json!(3), &json!("not_a_day")));
    let no_total = desk.import("79", format!("{HEAD}TA-2;;;Доставка;;;1\n"), "").await;
    assert_eq!((&no_total["status"], &no_total["code"]), (&json!(422), &json!("input_invalid")));
    let early = desk.import_of("2027-11-20", "80", file.clone(), "").await;
    assert_eq!((&early["status"], &early["fields"][0]["field"]), (&json!(422), &json!("day")));
    assert_eq!(number(&desk.app, "SELECT COUNT(*) FROM carrier_invoice").await, 1);

    let id = first["invoice_id"].as_str().unwrap();
    let reason = json!({ "reason": "исправлен" });
    assert_eq!(desk.post(id, "reject", reason.clone()).await.ok()["state"], "rejected");
    assert_eq!(desk.post(id, "reject", reason).await.ok()["reason"], "исправлен");
    let accepted = desk.post(id, "accept", json!({})).await;
    assert_eq!(accepted.problem(409), "invoice_not_draft");
    let corrected = desk.import("77", file, "").await;
    assert_ne!(corrected["invoice_id"], first["invoice_id"], "its number is free again");
    desk.app.finish().await;
}

#[tokio::test]
async fn a_discount_is_spread_over_shops_to_the_kopeck_and_each_sees_its_own() {
    let desk = Desk::open().await;
    let rows = "TA-1;;;Доставка;;;100,01\nTA-2;;;Доставка;;;33,33\nTB-1;;;Доставка;;;50,00\n\
                TB-2;;;Возврат;;;-10,00\nTC-1;;;Доставка;;;7,77\nИтого;;;;;;181,11\n";
    let id = desk.draft("1", rows, "&discount_kopecks=-1000").await;
    desk.accept(&id).await;
    // 10.00 of 181.11 in proportion to 133.34, 40.00 and 7.77.
    let charged = desk.charged().await;
    assert_eq!(charged, [13_334 - 736, 4_000 - 221, 777 - 43]);
    assert_eq!(charged.iter().sum::<i64>(), 17_111);
    assert_eq!(desk.settlement().await, -17_111);
    let invoice: CarrierInvoiceId = id.parse().unwrap();
    assert_eq!(desk.balance(Account::PassThrough("cdek".to_owned(), invoice)).await, 0);
    assert_eq!(desk.written_off().await, 0);

    let range = "from=2026-11-01&to=2026-11-30";
    let path = |shop: usize, end: &str| {
        format!("/v1/owners/{}/pass-through{end}?{range}", desk.shops[shop])
    };
    let own = desk.app.get(&desk.world.keys[0], &path(0, "")).await.ok();
    assert_eq!(own["invoiced_kopecks"], 13_334);
    assert_eq!(own["shared_kopecks"], -736);
    assert_eq!(own["charged_kopecks"], 12_598);
    assert_eq!(own["difference_kopecks"], 0);
    assert_eq!(own["invoices"][0]["number"], "1");
    assert_eq!(own["invoices"][0]["difference_kopecks"], 0);
    let foreign = desk.app.get(&desk.world.keys[0], &path(1, "")).await;
    assert_eq!(foreign.problem(404), "not_found");
    let foreign = desk.app.get(&desk.world.keys[0], &path(1, ".xlsx")).await;
    assert_eq!(foreign.problem(404), "not_found");
    let lines =
        desk.app.get(&desk.world.keys[0], &format!("/v1/carrier-invoices/{id}/lines")).await;
    assert_eq!(lines.problem(403), "forbidden");
    let paper = desk.app.get(&desk.world.keys[1], &path(1, ".xlsx")).await;
    assert!(paper.status.is_success());
    let mut book: calamine::Xlsx<_> =
        calamine::open_workbook_from_rs(std::io::Cursor::new(paper.bytes)).unwrap();
    let range = book.worksheet_range_at(0).unwrap().unwrap();
    assert!(range.rows().any(|row| row.last() == Some(&Data::Float(37.79))), "{range:?}");

    let lines = desk.get(&id, "/lines?limit=2").await;
    assert_eq!(lines["items"][0]["quoted_kopecks"], 30_000);
    assert_eq!(lines["items"][0]["weighed_g"], 500);
    assert_eq!(lines["items"][0]["invoiced_kopecks"], 10_001);
    assert_eq!(lines["items"][0]["charged_owner_id"], json!(desk.shops[0]));
    assert_eq!(lines["items"][0]["exceptions"][0]["kind"], "amount_differs");
    let next = format!("/lines?limit=500&after={}", lines["next"].as_str().unwrap());
    assert_eq!(desk.get(&id, &next).await["items"].as_array().unwrap().len(), 3);
    desk.app.finish().await;
}

#[tokio::test]
async fn a_charge_on_two_invoices_is_passed_on_once_and_a_later_surcharge_is_a_new_one() {
    let desk = Desk::open().await;
    let first =
        "TA-1;;;Доставка;01.11.2026;0,5;300\nTB-1;;;Доставка;01.11.2026;0,5;300\nИтого;;;;;;600\n";
    let first = desk.draft("1", first, "").await;
    desk.accept(&first).await;
    // The same delivery by our own number, a surcharge, and the same storage twice.
    let second = ";A-1;;Доставка;01.11.2026;0,5;300\nTA-1;;;Доплата за вес;15.12.2026;;300\n\
                  TB-1;;;Хранение;02.12.2026;;20\nTB-1;;;Хранение;02.12.2026;;20\nИтого;;;;;;640\n";
    let second = desk.draft("2", second, "&period_from=2026-12-01&period_to=2026-12-31").await;
    assert_eq!(desk.open_exceptions(&second).await, named(&[("duplicate", 2)]));
    let lines = desk.get(&second, "/lines?exception=duplicate").await;
    let found: Vec<_> = lines["items"].as_array().unwrap().iter().map(|one| &one["line"]).collect();
    assert_eq!(found, [2, 5]);
    let early = desk.post(&second, "accept", json!({})).await;
    assert_eq!(early.problem(409), "invoice_unresolved");
    desk.resolve(&second, "duplicate", 2, "operator").await;
    desk.resolve(&second, "duplicate", 5, "separate").await;
    desk.accept(&second).await;
    assert_eq!(desk.charged().await, [60_000, 34_000, 0]);
    assert_eq!(desk.written_off().await, 30_000, "until the carrier gives it back");
    assert_eq!(desk.settlement().await, -124_000);

    // Under a third number, all of it is known.
    let third =
        "TA-1;;;Доставка;01.11.2026;0,5;300\nTB-1;;;Хранение;02.12.2026;;20\nИтого;;;;;;320\n";
    let third = desk.draft("3", third, "").await;
    assert_eq!(desk.open_exceptions(&third).await, named(&[("duplicate", 2)]));
    desk.app.finish().await;
}

#[tokio::test]
async fn drafts_with_the_same_charge_cannot_both_be_accepted() {
    let desk = Desk::open().await;
    let rows = "TA-1;;;Доставка;01.11.2026;0,5;300\nИтого;;;;;;300\n";
    let early = desk.draft("1", rows, "").await;
    let late = desk.draft("2", rows, "").await;
    assert_eq!(desk.open_exceptions(&early).await, []);
    desk.resolve(&late, "duplicate", 2, "separate").await;
    desk.accept(&late).await;
    let refused = desk.post(&early, "accept", json!({})).await;
    assert_eq!(refused.problem(409), "invoice_charges_repeated");
    assert_eq!(desk.get(&early, "").await["state"], "draft", "nothing of it is posted");
    desk.post(&early, "check", json!({})).await.ok();
    assert_eq!(desk.open_exceptions(&early).await, named(&[("duplicate", 1)]));
    let unfit = json!({ "kind": "duplicate", "lines": [2], "resolution": "spread", "reason": "?" });
    let unfit = desk.post(&early, "resolve", unfit).await;
    assert_eq!(unfit.problem(422), "invoice_resolution_unfit");
    desk.resolve(&early, "duplicate", 2, "operator").await;
    desk.accept(&early).await;
    assert_eq!(desk.charged().await, [30_000, 0, 0]);
    assert_eq!(desk.written_off().await, 30_000);
    desk.app.finish().await;
}

#[tokio::test]
async fn what_is_unknown_waits_for_a_person_and_a_wrong_total_does_too() {
    let desk = Desk::open().await;
    desk.send(desk.shops[2], "dpd", "D").await;
    let rows = ";;OA-1;Доставка;;0,5;300\nTX-9;;;Доставка;;;100\nTX-8;;;Доставка;;;50\n\
                ;;;Забор;;;30\n;D-1;;Доставка;;;10\nTB-2;;;Доставка;;0,7;300\nИтого;;;;;;790\n";
    let id = desk.draft("1", rows, "&total_kopecks=79005").await;
    let expected = [
        ("not_our_carrier", 1),
        ("total_differs", 1),
        ("unknown_parcel", 3),
        ("weight_above_ours", 1),
    ];
    assert_eq!(desk.open_exceptions(&id).await, named(&expected));
    let whole = desk.get(&id, "").await["about_whole"][0].clone();
    assert_eq!((&whole["expected"], &whole["found"]), (&json!(79_000), &json!(79_005)));

    let path = format!("/v1/carrier-invoices/{id}/disputes.xlsx");
    let paper = desk.app.get(desk.world.admin(), &path);
    let mut book: calamine::Xlsx<_> =
        calamine::open_workbook_from_rs(std::io::Cursor::new(paper.await.bytes)).unwrap();
    let range = book.worksheet_range_at(0).unwrap().unwrap();
    let text = |text: &str| Data::String(text.to_owned());
    for track in ["TX-9", "TX-8", "TB-2"] {
        assert!(range.rows().any(|row| row.contains(&text(track))), "{track} is not there");
    }
    let whole = range.rows().find(|row| row.contains(&text("Счёт в целом"))).unwrap();
    assert_eq!((&whole[6], &whole[7]), (&Data::Float(790.05), &Data::Float(790.0)));
    assert_eq!(whole[11], text("Итог не равен сумме строк"));
    let weight = text("Вес больше измеренного на наших весах");
    assert!(range.rows().any(|row| row.contains(&weight) && row.contains(&Data::Float(0.7))));

    let assign = json!({
        "kind": "unknown_parcel", "lines": [3], "resolution": "owner",
        "owner_id": desk.shops[1], "reason": "нашли по звонку",
    });
    desk.post(&id, "resolve", assign).await.ok();
    desk.resolve(&id, "unknown_parcel", 4, "operator").await;
    desk.resolve(&id, "unknown_parcel", 5, "spread").await;
    desk.resolve(&id, "not_our_carrier", 6, "operator").await;
    let nothing =
        json!({ "kind": "duplicate", "lines": [6], "resolution": "operator", "reason": "?" });
    let nothing = desk.post(&id, "resolve", nothing).await;
    assert_eq!(nothing.problem(404), "invoice_exception_unknown");
    assert_eq!(desk.post(&id, "accept", json!({})).await.problem(409), "invoice_unresolved");
    desk.resolve(&id, "total_differs", 0, "operator").await;
    desk.post(&id, "check", json!({})).await.ok();
    assert_eq!(
        desk.open_exceptions(&id).await,
        named(&[("weight_above_ours", 1)]),
        "decided is decided"
    );
    desk.accept(&id).await;
    // The 30.00 for fetching over 300, 400 and the operator's 60.
    let charged = desk.charged().await;
    assert_eq!(charged, [30_000 + 1_184, 40_000 + 1_579, 0]);
    assert_eq!(desk.written_off().await, 6_000 + 237 + 5);
    assert_eq!(desk.settlement().await, -79_005);
    desk.app.finish().await;
}

#[tokio::test]
async fn what_the_operator_bore_is_given_back_to_whom_a_person_says() {
    let desk = Desk::open().await;
    let rows = "TA-1;;;Доставка;;0,5;300\nTA-2;;;Хранение;;;70\nTA-1;;;Доставка;;0,5;300\n\
                Итого;;;;;;670\n";
    let charged = desk.draft("1", rows, "").await;
    // Imported before the operator bore anything.
    let early = desk.draft("2", "TA-1;;;Доставка;;;-100\nИтого;;;;;;-100\n", "").await;
    assert_eq!(desk.open_exceptions(&early).await, named(&[("amount_differs", 1)]));
    desk.resolve(&charged, "duplicate", 4, "operator").await;
    desk.accept(&charged).await;
    assert_eq!((desk.charged().await[0], desk.written_off().await), (37_000, 30_000));
    assert_eq!(desk.post(&early, "accept", json!({})).await.problem(409), "invoice_unresolved");
    desk.post(&early, "check", json!({})).await.ok();
    let found = [("amount_differs", 1), ("credit_of_operator", 1)];
    assert_eq!(desk.open_exceptions(&early).await, named(&found));
    desk.resolve(&early, "credit_of_operator", 2, "pass_on").await;
    desk.accept(&early).await;
    assert_eq!((desk.charged().await[0], desk.written_off().await), (27_000, 30_000));

    let back = "TA-1;;;Доставка;;;-300\nTA-2;;;Хранение;;;-70\nИтого;;;;;;-370\n";
    let back = desk.draft("3", back, "").await;
    assert_eq!(desk.open_exceptions(&back).await, named(&found), "the storage was the shop's");
    assert_eq!(desk.post(&back, "accept", json!({})).await.problem(409), "invoice_unresolved");
    desk.resolve(&back, "credit_of_operator", 2, "operator").await;
    desk.accept(&back).await;
    assert_eq!((desk.charged().await[0], desk.written_off().await), (20_000, 0));
    assert_eq!(desk.settlement().await, -20_000);
    desk.app.finish().await;
}

#[tokio::test]
async fn what_was_decided_of_an_unknown_parcel_is_gone_once_it_is_known() {
    let desk = Desk::open().await;
    let rows = "TE-1;;;Доставка;;0,5;300\nTX-9;;;Доставка;;0,5;100\nИтого;;;;;;400\n";
    let id = desk.draft("1", rows, "").await;
    assert_eq!(desk.open_exceptions(&id).await, named(&[("unknown_parcel", 2)]));
    desk.resolve(&id, "unknown_parcel", 2, "operator").await;
    desk.resolve(&id, "unknown_parcel", 3, "operator").await;
    let fourth = on_the_way::shop(&desk.app.app, "delta").await.unwrap();
    desk.send(fourth, "cdek", "E").await;
    desk.post(&id, "check", json!({})).await.ok();
    let left = desk.get(&id, "").await["exceptions"].clone();
    assert_eq!((&left[0]["kind"], &left[0]["count"]), (&json!("unknown_parcel"), &json!(1)));
    assert_eq!(left.as_array().unwrap().len(), 1, "{left}");
    desk.accept(&id).await;
    assert_eq!(desk.charged().await, [0, 0, 0]);
    assert_eq!(desk.balance(Account::OwnerCharges(fourth)).await, 30_000);
    assert_eq!(desk.written_off().await, 10_000);
    desk.app.finish().await;
}

#[tokio::test]
async fn accepting_at_the_same_time_posts_once_and_for_ever() {
    let desk = Desk::open().await;
    let rows = "TA-1;;;Доставка;;;300\nTC-1;;;Доставка;;;300\nИтого;;;;;;600\n";
    let id = desk.draft("1", rows, "").await;
    let accept = || desk.post(&id, "accept", json!({}));
    for answer in futures::future::join_all([accept(), accept(), accept(), accept()]).await {
        assert_eq!(answer.ok()["state"], "accepted");
    }
    assert_eq!(desk.charged().await, [30_000, 0, 30_000]);
    assert_eq!(number(&desk.app, "SELECT COUNT(*) FROM money_transfer").await, 3);
    assert_eq!(number(&desk.app, "SELECT COUNT(*) FROM carrier_charge").await, 2);
    for sql in [
        "UPDATE carrier_charge SET passed_kopecks = 1",
        "DELETE FROM carrier_charge",
        "UPDATE carrier_invoice SET state = 'draft', decided_at = NULL",
        "UPDATE carrier_invoice SET total_kopecks = 1",
    ] {
        let work = async move |tx: &mut Tx| tx.execute(sql, args![]).await;
        let refused = desk.app.app.db.write::<u64, DbError, _>(work).await;
        assert!(matches!(refused, Err(DbError::Check { .. })), "{sql}: {refused:?}");
    }
    let given_back = "TA-1;;;Доставка;;;-300\nИтого;;;;;;-300\n";
    let given_back = desk.draft("2", given_back, "").await;
    desk.accept(&given_back).await;
    assert_eq!(desk.charged().await, [0, 0, 30_000], "what is given back goes the same way");
    assert_eq!(desk.settlement().await, -30_000);
    desk.app.finish().await;
}

#[tokio::test]
async fn an_import_that_broke_off_goes_on_where_it_was() {
    let desk = Desk::open().await;
    let rows: Vec<String> = (0..1_200)
        .map(|index| format!("TA-{};;;Хранение;;;{},00\n", index % 4 + 1, index + 1))
        .collect();
    let rows = rows.concat();
    let file = format!("{HEAD}{rows}Итого;;;;;;{},00\n", 1_200 * 1_201 / 2);
    let told = desk.import("1", file.clone(), "").await;
    assert_eq!(told["state"], "draft", "{told}");
    let break_off = async || {
        for sql in [
            "UPDATE carrier_invoice SET state = 'loading' WHERE state = 'draft'",
            "DELETE FROM carrier_invoice_line WHERE line > 500",
        ] {
            let work = async move |tx: &mut Tx| tx.execute(sql, args![]).await;
            desk.app.app.db.write::<u64, DbError, _>(work).await.unwrap();
        }
    };
    break_off().await;
    let again = desk.import("1", file.clone(), "").await;
    assert_eq!((&again["state"], &again["invoice_id"]), (&json!("draft"), &told["invoice_id"]));
    let lines = "SELECT COUNT(*) FROM carrier_invoice_line";
    assert_eq!(number(&desk.app, lines).await, 1_200);

    // In a file whose lines have other numbers it begins anew.
    break_off().await;
    let below = file.replacen('\n', "\n;;;;;;\n", 1);
    let again = desk.import("1", below, "").await;
    assert_eq!((&again["state"], &again["invoice_id"]), (&json!("draft"), &told["invoice_id"]));
    assert_eq!(number(&desk.app, lines).await, 1_200);
    assert_eq!(number(&desk.app, "SELECT MIN(line) FROM carrier_invoice_line").await, 3);

    // Corrected, it takes the place of the one that nobody ever saw.
    break_off().await;
    let corrected =
        file.replace("Хранение;;;1,00", "Хранение;;;2,00").replace("720600,00", "720601,00");
    let told = desk.import("1", corrected, "").await;
    assert_eq!(told["state"], "draft", "{told}");
    let abandoned = desk.get(again["invoice_id"].as_str().unwrap(), "").await;
    assert_eq!(abandoned["reason"], "import_abandoned");
    let again = told;
    let id = again["invoice_id"].as_str().unwrap();
    assert_eq!(desk.open_exceptions(id).await, []);
    desk.accept(id).await;
    assert_eq!(desk.charged().await, [72_060_100, 0, 0]);
    let read = async move |tx: &mut Tx| {
        let sql = "SELECT COUNT(*) FROM carrier_charge WHERE passed_kopecks <> invoiced_kopecks";
        tx.fetch_one::<Count>(sql, args![]).await
    };
    let changed = desk.app.app.db.read::<Count, DbError, _>(read).await.unwrap().value;
    assert_eq!(changed, 0, "without a discount each line is passed on as it is");
    desk.app.finish().await;
}

#[tokio::test]
async fn what_a_carriers_program_tells_is_taken_the_same_way_and_verify_sees_what_is_left() {
    let desk = Desk::open().await;
    let line = |line: i64, track: &str, sum: i64| InvoiceLine {
        line,
        track: track.to_owned(),
        number: String::new(),
        order_number: String::new(),
        kind: ChargeKind::CodFee,
        words: "НПП".to_owned(),
        amount_kopecks: Kopecks::new(sum),
        vat_kopecks: None,
        weight_g: None,
        service_day: None,
    };
    let day = NOW.moscow_day();
    let invoice = |lines: Vec<InvoiceLine>| CarrierInvoice {
        number: "API-1".to_owned(),
        day,
        period: Some((day, day)),
        total_kopecks: Kopecks::new(1_001),
        listed_kopecks: None,
        vat_kopecks: None,
        discount_kopecks: Kopecks::new(1),
        lines,
    };
    let taking = |lines: Vec<InvoiceLine>| Taking {
        carrier: "cdek".to_owned(),
        file: String::new(),
        invoice: invoice(lines),
    };
    let app = &desk.app.app;
    let twice =
        take(app, taking(vec![line(1, "TA-1", 500), line(1, "TB-1", 500)]), None, |_| {}).await;
    assert_eq!(twice.unwrap_err().code(), "input_invalid");
    let right = || taking(vec![line(1, "TA-1", 500), line(2, "TB-1", 500)]);
    let (first, again) =
        futures::join!(take(app, right(), None, |_| {}), take(app, right(), None, |_| {}));
    let (first, again) = (first.unwrap(), again.unwrap());
    assert_eq!(first.invoice.id, again.invoice.id);
    assert_ne!(first.is_known, again.is_known, "taken in once, whoever was faster");
    let id = first.invoice.id;
    desk.accept(&id.to_string()).await;
    assert_eq!(desk.charged().await, [501, 500, 0]);

    let through = Account::PassThrough("cdek".to_owned(), id);
    for sides in [(through.clone(), Account::AgentFee), (Account::AgentFee, through)] {
        let before = integrity::verify(&app.db).await.unwrap().differences;
        assert_eq!(before.len(), 0);
        let one = Posting::new(TransferReason::Correction, sides, Kopecks::new(1), day);
        let back = Posting { debit: one.credit.clone(), credit: one.debit.clone(), ..one.clone() };
        let back = Posting { id: ambar::ids::TransferId::new(), ..back };
        for (posting, differences) in [(one, 1), (back, 0)] {
            let work = async move |tx: &mut Tx| {
                money::post(tx, &Ctx::system(NOW), std::slice::from_ref(&posting)).await
            };
            app.db.write::<(), MoneyError, _>(work).await.unwrap();
            let found = integrity::verify(&app.db).await.unwrap().differences;
            assert_eq!(found.len(), differences, "{found:?}");
            assert!(found.iter().all(|one| one.rule == "carrier_invoice_pass_through"));
        }
    }
    desk.app.finish().await;
}
