//! What people decide about registers, and what holds whatever carriers say before and after.

use ambar::args;
use ambar::carriers::model::{
    Address, BuyOut, CodRegister, Contact, DeliveryStatus, Item, Package, Party, Seller,
    ShipmentAsk, Spot,
};
use ambar::db::{DbError, Tx};
use ambar::ids::CodRegisterId;
use ambar::registers::RegisterError;
use ambar::sandbox::on_the_way;
use ambar::taxes::VatRate;
use ambar::units::{Grams, Kopecks};
use reqwest::Method;
use serde_json::{Value, json};

use crate::registers::{Desk, SENT, kinds, parcel, sample_registers};
use crate::support::unique_name;

impl Desk {
    /// The only open finding of a kind.
    async fn finding(&self, kind: &str) -> String {
        let page = self.get(&format!("/v1/findings?kind={kind}")).await;
        assert_eq!(page["items"].as_array().unwrap().len(), 1, "{page}");
        page["items"][0]["id"].as_str().unwrap().to_owned()
    }

    async fn decide(&self, finding: &str, resolution: &str) -> crate::support::Answer {
        let body = json!({ "resolution": resolution, "reason": "так решили" });
        self.post(&format!("/v1/findings/{finding}/resolve"), body).await
    }

    async fn fee_of_three_per_cent(&self) {
        let terms = json!({
            "carrier": "cdek", "method": "any", "valid_from": "2026-01-01", "rate_bp": 300,
            "minimum_kopecks": 0,
        });
        let (token, key) = (self.world.admin(), unique_name());
        let put = self.app.send(Method::PUT, token, "/v1/cod-fee-terms", Some(&key), Some(terms));
        put.await.ok();
    }
}

#[tokio::test]
async fn a_mistyped_day_does_not_put_a_register_into_the_future() {
    let desk = Desk::of_sample().await;
    let text = "Номер отправления;Дата вручения;Сумма НП\n1105500001;17.12.2026;3590\n";
    let report = desk.import(text).await.unwrap();
    assert_eq!(kinds(&desk.findings(&report).await), [(2, "day_out_of_period")]);
    let shown = desk.get(&format!("/v1/registers/{}", report.register)).await;
    assert_eq!(shown["day"], "2026-11-19", "today");
    desk.accept(&report).await.ok();
    let later = "SELECT COUNT(*) FROM money_transfer WHERE day > '2026-11-19'";
    assert_eq!(desk.count(later).await, 0);

    let path = format!("{}/v1/registers/import?carrier=cdek&day=2026-12-17", desk.app.base);
    let request = ambar::net::client().post(path).bearer_auth(desk.world.admin());
    let request = request.header("idempotency-key", unique_name());
    let told: Value = request.body(text).send().await.unwrap().json().await.unwrap();
    assert_eq!(told["code"], "input_invalid", "{told}");
    desk.app.finish().await;
}

#[tokio::test]
async fn a_decision_about_a_draft_can_be_changed_and_words_can_be_said_later() {
    let desk = Desk::of_sample().await;
    desk.fee_of_three_per_cent().await;
    let text = "Номер отправления;Сумма НП;Комиссия\n1105500001;3500;105\n1105500002;6900;300\n";
    let report = desk.import(text).await.unwrap();
    let found = desk.findings(&report).await;
    assert_eq!(kinds(&found), [(2, "amount_differs"), (3, "fee_differs")]);
    let lines = format!("/v1/registers/{}/lines", report.register);
    let is_ignored = async || desk.get(&lines).await["items"][0]["ignored"].clone();
    let amount = desk.finding("amount_differs").await;
    desk.decide(&amount, "ignore_line").await.ok();
    assert_eq!(is_ignored().await, true);
    desk.decide(&amount, "accept_amount").await.ok();
    assert_eq!(is_ignored().await, false);
    desk.accept(&report).await.ok();
    let registered = "SELECT CAST(SUM(registered_kopecks) AS BIGINT) FROM cod";
    assert_eq!(desk.count(registered).await, 350_000 + 690_000);

    let late = desk.decide(&amount, "ignore_line").await;
    assert_eq!(late.problem(409), "register_wrong_state", "it is posted");
    let fee = desk.finding("fee_differs").await;
    assert_eq!(desk.decide(&fee, "ignore_line").await.problem(409), "register_wrong_state");
    assert_eq!(desk.decide(&fee, "claim_from_carrier").await.ok()["state"], "resolved");
    assert_eq!(desk.get("/v1/findings").await["items"], json!([]));
    desk.app.finish().await;
}

#[tokio::test]
async fn what_a_register_let_go_stays_so_whatever_the_carrier_says_then() {
    let desk = Desk::of_sample().await;
    let report = desk.import("Номер отправления;Сумма НП\n1105500001;700\n").await.unwrap();
    desk.decide(&desk.finding("amount_differs").await, "accept_amount").await.ok();
    desk.accept(&report).await.ok();
    let sums = async || {
        let released = "SELECT CAST(SUM(released_kopecks) AS BIGINT) FROM cod";
        let collected = "SELECT collected_kopecks FROM cod WHERE registered_kopecks > 0";
        (desk.count(released).await, desk.count(collected).await)
    };
    assert_eq!(sums().await, (289_000, 70_000));
    for status in [DeliveryStatus::PartlyDelivered, DeliveryStatus::Delivered] {
        desk.told(0, status).await;
        assert_eq!(sums().await, (289_000, 70_000), "{status}");
    }
    desk.app.finish().await;
}

#[tokio::test]
async fn a_parcel_that_was_taken_in_part_is_missed_and_posted_as_the_register_says() {
    let desk = Desk::of_sample().await;
    desk.told(2, DeliveryStatus::PartlyDelivered).await;
    let absent = desk.get("/v1/cod/absent?carrier=cdek&days=1").await;
    assert_eq!(absent["items"].as_array().unwrap().len(), 4, "that one, too");
    let text = "Номер отправления;Сумма НП\n1105500003;1200\n";
    let report = desk.import(text).await.unwrap();
    desk.decide(&desk.finding("amount_differs").await, "accept_amount").await.ok();
    desk.accept(&report).await.ok();
    let rest = "SELECT expected_kopecks - released_kopecks - collected_kopecks FROM cod
         WHERE registered_kopecks > 0";
    assert_eq!(desk.count(rest).await, 0, "nothing is expected any more");
    let returned = desk.import("Номер отправления;Сумма НП;Доставка\n1105500004;0;350\n");
    desk.told(3, DeliveryStatus::Returned).await;
    let returned = returned.await.unwrap();
    let found = desk.findings(&returned).await;
    assert!(!kinds(&found).iter().any(|(_, kind)| *kind == "amount_differs"), "{found:?}");
    desk.app.finish().await;
}

/// What a carrier is told of three pieces, two of which cost the same.
fn ask(prices: [i64; 2], delivery_fee: i64) -> ShipmentAsk {
    let item = |(quantity, price): (i64, i64)| Item {
        article: format!("A-{price}"),
        name: "Кружка".to_owned(),
        quantity,
        weight_g: Grams::new(100),
        declared_kopecks: Kopecks::new(price),
        cod_kopecks: Kopecks::new(price),
        vat: VatRate::Exempt,
        marks: Vec::new(),
        is_marked: false,
    };
    let (number, from) = ("N-1".to_owned(), Spot::Door(Address::default()));
    let package = Package {
        number: number.clone(),
        weight_g: Grams::new(300),
        length_mm: 100,
        width_mm: 100,
        height_mm: 100,
    };
    ShipmentAsk {
        number,
        tariff: String::new(),
        sender: Party::default(),
        to: from.clone(),
        from,
        recipient: Contact::default(),
        seller: Seller::default(),
        package,
        items: [2, 1].into_iter().zip(prices).map(item).collect(),
        delivery_fee_kopecks: Kopecks::new(delivery_fee),
        delivery_fee_vat: VatRate::Exempt,
        buy_out: BuyOut::Partial,
        day: SENT.moscow_day(),
        comment: String::new(),
    }
}

impl Desk {
    /// The buyer took a part of what the carrier was told; the rest may be on its way back.
    async fn taken_in_part(&self, index: usize, ask: ShipmentAsk, status: DeliveryStatus) {
        self.told(index, DeliveryStatus::PartlyDelivered).await;
        if status != DeliveryStatus::PartlyDelivered {
            self.told(index, status).await;
        }
        let shipment = self.parcels[index].shipment;
        let ask = serde_json::to_value(ask).unwrap();
        let work = async move |tx: &mut Tx| {
            let sql = "UPDATE shipment SET ask = $2, status = $3 WHERE id = $1";
            tx.execute(sql, args![shipment, ask.clone(), status]).await
        };
        self.app.app.db.write::<u64, DbError, _>(work).await.unwrap();
    }

    async fn listed(&self, register: &str) -> Vec<String> {
        let page = self.get(&format!("/v1/registers/{register}/lines")).await;
        let how = |line: &Value| line["matched_by"].as_str().unwrap_or("-").to_owned();
        page["items"].as_array().unwrap().iter().map(how).collect()
    }
}

#[tokio::test]
async fn of_what_was_taken_in_part_the_register_says_how_much_whatever_became_of_the_rest() {
    let desk = Desk::of_sample().await;
    let (returned, part) = (DeliveryStatus::Returned, DeliveryStatus::PartlyDelivered);
    desk.taken_in_part(2, ask([60_000, 80_000], 40_000), returned).await;
    desk.taken_in_part(3, ask([60_000, 169_000], 40_000), part).await;
    let text = "Номер отправления;Сумма НП\n1105500003;600\n1105500004;1000\n";
    let report = desk.import(text).await.unwrap();
    let expected = [(2, "partial_delivery"), (3, "partial_delivery")];
    assert_eq!(kinds(&desk.findings(&report).await), expected, "with the delivery, and without");
    desk.accept(&report).await.ok();
    let registered = "SELECT CAST(SUM(registered_kopecks) AS BIGINT) FROM cod";
    assert_eq!(desk.count(registered).await, 60_000 + 100_000);
    let collected = "SELECT CAST(SUM(collected_kopecks) AS BIGINT) FROM cod
         WHERE registered_kopecks > 0";
    assert_eq!(desk.count(collected).await, 60_000 + 100_000);
    let released = "SELECT CAST(SUM(released_kopecks) AS BIGINT) FROM cod";
    assert_eq!(desk.count(released).await, 180_000 + 229_000);
    desk.app.finish().await;
}

#[tokio::test]
async fn a_parcel_may_be_paid_by_two_lines() {
    let desk = Desk::of_sample().await;
    let ways = "Номер отправления;Сумма НП;Способ оплаты\n\
                1105500001;1590;наличные\n1105500001;2000;карта\n";
    let report = desk.import(ways).await.unwrap();
    assert_eq!(desk.findings(&report).await, [], "together they are what was expected");
    desk.accept(&report).await.ok();
    let registered = "SELECT CAST(SUM(registered_kopecks) AS BIGINT) FROM cod";
    assert_eq!(desk.count(registered).await, 359_000);
    let methods = "SELECT COUNT(*) FROM cod WHERE method IS NOT NULL";
    assert_eq!(desk.count(methods).await, 0, "neither of the two");

    let text = "Номер отправления;Сумма НП\n1105500002;6000\n1105500002;900\n";
    let report = desk.import(text).await.unwrap();
    let expected = [(2, "amount_differs"), (3, "duplicate_line")];
    assert_eq!(kinds(&desk.findings(&report).await), expected);
    for kind in ["amount_differs", "duplicate_line"] {
        desk.decide(&desk.finding(kind).await, "accept_amount").await.ok();
    }
    desk.accept(&report).await.ok();
    assert_eq!(desk.count(registered).await, 359_000 + 690_000);
    let released = "SELECT COUNT(*) FROM cod_step WHERE step = 'released'";
    assert_eq!(desk.count(released).await, 0, "what one line lets go the other one takes");
    desk.app.finish().await;
}

#[tokio::test]
async fn what_is_told_later_of_a_register_is_not_lost() {
    let desk = Desk::of_sample().await;
    let unpaid = |one: CodRegister| CodRegister { payment_order: String::new(), ..one };
    desk.ask_daily(sample_registers().into_iter().map(unpaid).collect()).await;
    let page = desk.get("/v1/registers").await;
    let path = format!("/v1/registers/{}", page["items"][0]["id"].as_str().unwrap());
    assert_eq!(page["items"][0]["payment_order"], "");
    desk.post(&format!("{path}/accept"), json!({})).await.ok();
    let runs = "SELECT COUNT(*) FROM job WHERE kind = 'reconciliation_run'";
    let before = desk.count(runs).await;
    for _ in 0..2 {
        desk.ask_again(sample_registers()).await;
        assert_eq!(desk.get(&path).await["payment_order"], "4471");
        assert_eq!(desk.count(runs).await, before + 1, "a receipt may name it; once");
    }

    let text = "Номер отправления;Сумма НП\n1105500003;2400\n";
    let report = desk.import(text).await.unwrap();
    let again = desk.import_of("cdek", "12", text.as_bytes()).await.unwrap();
    assert_eq!((again.is_known, again.register), (true, report.register));
    let number =
        async |id: CodRegisterId| desk.get(&format!("/v1/registers/{id}")).await["number"].clone();
    assert_eq!(number(report.register).await, "12");
    let other = "Номер отправления;Сумма НП\n1105500004;3290\n";
    let unnumbered = desk.import(other).await.unwrap().register;
    desk.import_of("cdek", "12", other.as_bytes()).await.unwrap();
    assert_eq!(number(unnumbered).await, "", "another one has it");
    desk.app.finish().await;
}

#[tokio::test]
async fn a_register_that_its_carrier_changed_is_told_of_once() {
    let desk = Desk::of_sample().await;
    desk.ask_daily(sample_registers()).await;
    let changed = || {
        let mut changed = sample_registers();
        changed[0].lines.pop();
        changed
    };
    for _ in 0..2 {
        desk.ask_again(changed()).await;
    }
    assert_eq!(desk.get("/v1/registers").await["items"].as_array().unwrap().len(), 1);
    let found = desk.get("/v1/findings").await["items"].clone();
    assert_eq!(found.as_array().unwrap().len(), 1, "{found}");
    assert_eq!(found[0]["kind"], "register_changed");
    assert_eq!((&found[0]["severity"], &found[0]["line"]), (&json!("warning"), &json!(0)));
    let path = format!("/v1/registers/{}/accept", found[0]["register_id"].as_str().unwrap());
    desk.post(&path, json!({})).await.ok();
    let finding = desk.finding("register_changed").await;
    assert_eq!(desk.decide(&finding, "acknowledge").await.ok()["state"], "resolved");
    desk.ask_again(changed()).await;
    assert_eq!(desk.get("/v1/findings").await["items"], json!([]), "somebody has seen it");
    desk.app.finish().await;
}

#[tokio::test]
async fn carriers_count_their_registers_by_years() {
    let desk = Desk::of_sample().await;
    let of = |track: &str, day: &str| {
        format!("Номер отправления;Дата вручения;Сумма НП\n{track};{day};1\n")
    };
    let import = async |text: String| desk.import_of("cdek", "5", text.as_bytes()).await;
    import(of("1105500001", "17.11.2026")).await.unwrap();
    import(of("1105500002", "17.11.2025")).await.unwrap();
    let same = import(of("1105500003", "16.11.2026")).await;
    assert!(matches!(same, Err(RegisterError::NumberTaken { .. })), "{same:?}");
    desk.app.finish().await;
}

#[tokio::test]
async fn an_order_in_several_parcels_is_the_one_with_cash_on_delivery() {
    let desk = Desk::open(vec![
        parcel("T-1", "SPLIT", 5_000),
        parcel("T-2", "0088", 6_000),
        parcel("T-3", "ALONE", 0),
    ])
    .await;
    let (warehouse, second) = (desk.world.warehouse, desk.world.owners[1]);
    let theirs = on_the_way::route(&desk.app.app, warehouse, second, "cdek").await.unwrap();
    let prepaid = [parcel("T-4", "SPLIT", 0), parcel("T-5", "0088", 0)];
    on_the_way::send(&desk.app.app, &theirs, &prepaid, SENT).await.unwrap();
    let text = "Номер заказа;Сумма НП\nSPLIT;50\n88;60\nALONE;0\n";
    let report = desk.import(text).await.unwrap();
    let expected = ["order_number", "bare_order_number", "order_number"];
    assert_eq!(desk.listed(&report.register.to_string()).await, expected);
    assert_eq!(kinds(&desk.findings(&report).await), [(3, "zeros_lost")]);
    desk.app.finish().await;
}

#[tokio::test]
async fn a_parcel_is_known_by_the_track_that_it_had_before() {
    let desk = Desk::of_sample().await;
    let shipment = desk.parcels[0].shipment;
    let former = async move |tx: &mut Tx| {
        let sql = "INSERT INTO shipment_track (carrier, track, shipment_id) VALUES ($1, $2, $3)";
        tx.execute(sql, args!["cdek", "OLD-1", shipment]).await
    };
    desk.app.app.db.write::<u64, DbError, _>(former).await.unwrap();
    let report = desk.import("Номер отправления;Сумма НП\nOLD-1;3590\n").await.unwrap();
    assert_eq!(desk.listed(&report.register.to_string()).await, ["track"]);
    assert_eq!(desk.findings(&report).await, []);
    desk.app.finish().await;
}
