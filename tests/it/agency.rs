//! Agency contracts and the agent's report: what it tells, who accepts it, and what stays as it is.

use std::collections::BTreeMap;

use ambar::access::Role;
use ambar::cod::{self, CodError, CodMove, Step};
use ambar::commands::Ctx;
use ambar::db::{DbError, Tx};
use ambar::ids::{CodRegisterId, OwnerId, PayoutId};
use ambar::money::{self, Account, Posting, TransferReason};
use ambar::sandbox::on_the_way::{self, OnTheWay};
use ambar::units::{Clock, Kopecks};
use calamine::Reader as _;
use serde_json::{Value, json};

use crate::money::day;
use crate::picking::number;
use crate::read_back;
use crate::road::NOW;
use crate::seed::{self, World};
use crate::support::{Answer, TestApp, unique_name};

/// A shop with parcels at CDEK, and a report of days counted from now.
struct Office {
    app: TestApp,
    world: World,
    parcels: Vec<OnTheWay>,
    register: CodRegisterId,
}

impl Office {
    /// Parcels with so much cash on delivery each, on their way.
    async fn open(cods: &[i64]) -> Self {
        let app = TestApp::spawn_with(Clock::fixed(NOW)).await;
        let world = seed::world(&app.app).await;
        let route = on_the_way::route(&app.app, world.warehouse, world.owners[0], "cdek").await;
        let parcels: Vec<OnTheWay> = (0..)
            .zip(cods)
            .map(|(index, cod)| OnTheWay::new(format!("P-{index}")).with_cod(*cod))
            .collect();
        on_the_way::send(&app.app, &route.unwrap(), &parcels, NOW.plus_seconds(-40 * 86_400))
            .await
            .unwrap();
        Self { app, world, parcels, register: CodRegisterId::new() }
    }

    fn owner(&self) -> OwnerId {
        self.world.owners[0]
    }

    fn accountant(&self) -> &str {
        self.world.session(Role::Accountant)
    }

    async fn step(&self, parcel: usize, step: Step, sum: i64, days: i64) -> Result<(), CodError> {
        let parcel = self.parcels[parcel].parcel;
        let one = CodMove { parcel, step, amount: Kopecks::new(sum), day: day(NOW, days) };
        let ctx = Ctx::system(NOW);
        let work = async move |tx: &mut Tx| cod::advance(tx, &ctx, &[one]).await;
        self.app.app.db.write(work).await
    }

    /// The buyer paid, and the register lists it.
    async fn registered(&self, parcel: usize, days: i64) {
        let sum = self.parcels[parcel].cod.get();
        self.step(parcel, Step::Collected, sum, days).await.unwrap();
        self.step(parcel, Step::Registered(self.register), sum, days).await.unwrap();
    }

    /// All of it came in.
    async fn received(&self, parcel: usize, days: i64) {
        self.registered(parcel, days).await;
        let sum = self.parcels[parcel].cod.get();
        self.step(parcel, Step::Received(self.register), sum, days).await.unwrap();
    }

    async fn put_terms(&self, days: i64, change: Value) -> Answer {
        let mut terms = json!({
            "valid_from": day(NOW, days), "contract_number": "А-41",
            "contract_day": day(NOW, days), "agent_name": "ООО «Склад»",
            "agent_inn": "7707083893", "fee_bp": 250, "fee_minimum_kopecks": 5_000,
            "set_off": true, "advance": false, "payout_minimum_kopecks": 0,
            "payee": {
                "name": "ООО «Чай и чашка»", "inn": "7736050003", "kpp": "773601001",
                "account": "40702810400000000225", "bank_name": "ПАО «Банк»",
                "bic": "044525225", "corr_account": "30101810400000000225",
            },
        });
        for (key, value) in change.as_object().unwrap() {
            terms[key] = value.clone();
        }
        let path = format!("/v1/owners/{}/agency-terms", self.owner());
        let key = unique_name();
        self.app.send(reqwest::Method::PUT, self.accountant(), &path, Some(&key), Some(terms)).await
    }

    /// What the operator pays of VAT this year.
    async fn operator_pays(&self, mode: &str, system: &str) {
        let body = json!({ "valid_from": "2026-01-01", "mode": mode, "tax_system": system });
        let (path, key) = ("/v1/vat-modes", unique_name());
        let (method, token) = (reqwest::Method::PUT, self.accountant());
        self.app.send(method, token, path, Some(&key), Some(body)).await.ok();
    }

    async fn draft(&self, from: i64, to: i64) -> Answer {
        let body = json!({
            "owner_id": self.owner(), "from": day(NOW, from), "to": day(NOW, to),
        });
        self.app.post(self.accountant(), "/v1/agent-reports", body).await
    }

    async fn post(&self, token: &str, report: &Value, what: &str, body: Value) -> Answer {
        let path = format!("/v1/agent-reports/{}/{what}", report["id"].as_str().unwrap());
        self.app.post(token, &path, body).await
    }

    /// By somebody else than who drew it up, as it is shown here.
    async fn approve(&self, report: &Value) -> Answer {
        let seen = json!({ "made_at": report["made_at"] });
        self.post(self.world.admin(), report, "approve", seen).await
    }

    async fn read(&self, token: &str, report: &Value, rest: &str) -> Answer {
        let path = format!("/v1/agent-reports/{}{rest}", report["id"].as_str().unwrap());
        self.app.get(token, &path).await
    }

    /// Debit less credit.
    async fn balance(&self, account: Account) -> i64 {
        let read = async move |tx: &mut Tx| money::balance(tx, &account).await;
        self.app.app.db.read::<Kopecks, DbError, _>(read).await.unwrap().get()
    }

    /// An accepted invoice of the carrier over the first two parcels.
    async fn invoice(&self, days: i64) {
        let file = "Номер накладной;Номер ИМ;Заказ;Услуга;Дата услуги;Вес, кг;Сумма\n\
                    TP-0;;;Доставка;;;300,00\nTP-1;;;Доставка;;;300,01\nИтого;;;;;;600,01\n";
        let base = format!("{}/v1/imports/carrier-invoices", self.app.base);
        let url =
            format!("{base}?carrier=cdek&day={}&number=77&discount_kopecks=-1001", day(NOW, days));
        let request = ambar::net::client().post(url).bearer_auth(self.accountant());
        let request = request.header("idempotency-key", unique_name()).body(file);
        let told: Value = request.send().await.unwrap().json().await.unwrap();
        let path = format!(
            "/v1/carrier-invoices/{}/accept",
            told["invoice_id"].as_str().unwrap_or_else(|| panic!("{told}"))
        );
        self.app.post(self.accountant(), &path, json!({})).await.ok();
    }
}

#[tokio::test]
async fn a_report_tells_what_came_and_a_second_person_makes_it_due() {
    let office = Office::open(&[150_000, 150_020, 99_900]).await;
    let (owner, accountant, admin) = (office.owner(), office.accountant(), office.world.admin());
    assert_eq!(office.draft(-20, -10).await.problem(409), "agency_terms_missing");
    let refused = office.put_terms(-30, json!({ "fee_bp": -1, "agent_inn": "1" })).await;
    assert_eq!(refused.problem(422), "input_invalid");
    office.put_terms(-30, json!({})).await.ok();
    office.operator_pays("general", "osn").await;
    office.received(0, -15).await;
    office.received(1, -12).await;
    office.received(2, -5).await;
    office.invoice(-11).await;

    let draft = office.draft(-20, -10).await.ok();
    assert_eq!((&draft["state"], &draft["line_count"]), (&json!("draft"), &json!(2)));
    assert_eq!((&draft["received_kopecks"], &draft["number"]), (&json!(300_020), &Value::Null));
    // The minimum for both: 2.5 % are 37.50 and 37.51.
    assert_eq!(draft["fee_vat_rate"], "22");
    assert_eq!((&draft["fee_kopecks"], &draft["fee_vat_kopecks"]), (&json!(10_000), &json!(1_803)));
    assert_eq!(draft["carrier_kopecks"], 59_000, "less its discount");
    assert_eq!(
        (&draft["set_off_kopecks"], &draft["to_pay_kopecks"]),
        (&json!(69_000), &json!(231_020))
    );
    assert_eq!(office.draft(-9, -8).await.problem(409), "agent_report_draft_exists");
    let key = &office.world.keys[0];
    assert_eq!(office.read(key, &draft, "").await.problem(404), "agent_report_not_found");
    let seen = json!({ "made_at": draft["made_at"] });
    let own = office.post(accountant, &draft, "approve", seen).await;
    assert_eq!(own.problem(403), "agent_report_same_person");
    assert_eq!(office.balance(Account::OwnerPayable(owner)).await, 0, "nothing is due by a draft");

    let approvals = futures::future::join_all((0..4).map(|_| office.approve(&draft))).await;
    for approved in approvals {
        let approved = approved.ok();
        assert_eq!(
            (&approved["state"], &approved["number"]),
            (&json!("accepted"), &json!("2026-000001"))
        );
    }
    assert_eq!(office.balance(Account::OwnerPayable(owner)).await, -300_020);
    assert_eq!(office.balance(Account::CodReceived(owner)).await, -99_900);
    assert_eq!(office.balance(Account::OwnerCharges(owner)).await, 69_000);
    assert_eq!(office.balance(Account::AgentFee).await, -10_000);
    let late = office.post(admin, &draft, "refresh", json!({})).await;
    assert_eq!(late.problem(409), "agent_report_not_draft");

    let told = office.read(key, &draft, "").await.ok();
    assert_eq!(told["carrier_charges"][0]["invoiced_kopecks"], 60_001);
    assert_eq!(told["carrier_charges"][0]["cost_kopecks"], 59_000);
    assert_eq!(told["carrier_charges"][0]["charged_kopecks"], 59_000);
    let first = office.read(key, &draft, "/lines?limit=1").await.ok();
    assert_eq!(first["items"][0]["order_number"], "OP-0");
    let second = format!("/lines?limit=1&after={}", first["next"].as_str().unwrap());
    let second = office.read(key, &draft, &second).await.ok();
    assert_eq!(
        (&second["items"][0]["amount_kopecks"], &second["next"]),
        (&json!(150_020), &Value::Null)
    );
    let other = &office.world.keys[1];
    for rest in ["", "/lines", "/report.pdf", "/report.xlsx"] {
        let foreign = office.read(other, &draft, rest).await;
        assert_eq!(foreign.problem(404), "agent_report_not_found", "{rest}");
    }
    assert_eq!(office.app.get(other, "/v1/agent-reports").await.ok()["items"], json!([]));
    let own = office.app.get(key, "/v1/agent-reports").await.ok();
    assert_eq!(own["items"].as_array().unwrap().len(), 1);
    papers(&office, key, &draft).await;

    assert_eq!(office.draft(-8, -1).await.problem(409), "agent_report_period_unfit");
    let next = office.draft(-9, -1).await.ok();
    assert_eq!(next["opening_payable_kopecks"], 300_020);
    assert_eq!((&next["line_count"], &next["carrier_kopecks"]), (&json!(1), &json!(0)));
    office.app.finish().await;
}

/// Both papers say what the report says.
async fn papers(office: &Office, key: &str, report: &Value) {
    let pdf = office.read(key, report, "/report.pdf").await;
    assert!(pdf.status.is_success());
    let said: String = read_back::pages(&pdf.bytes).iter().map(read_back::ReadPage::text).collect();
    let said = said.replace('\n', " ");
    let said = said.replace('\u{a0}', " ");
    for text in [
        "Отчёт агента № 2026-000001",
        "OP-0",
        "3 000,20",
        "2 310,20",
        "разница 0,00",
        "№ А-41",
        "НДС 22 % 18,03",
    ] {
        assert!(said.contains(text), "{text} is not in {said}");
    }
    let book = office.read(key, report, "/report.xlsx").await;
    let mut book: calamine::Xlsx<_> =
        calamine::open_workbook_from_rs(std::io::Cursor::new(book.bytes)).unwrap();
    let lines = book.worksheet_range("Отправления").unwrap();
    assert_eq!(lines.height(), 1 + 2 + 1, "a head, two parcels and the sums");
    let sums = book.worksheet_range("Услуги перевозчиков").unwrap();
    assert_eq!(sums.get_value((1, 6)), Some(&calamine::Data::Float(590.0)));
}

#[tokio::test]
async fn what_changes_after_the_draft_is_drawn_up_anew_and_held_money_waits() {
    let office = Office::open(&[100_000, 200_000, 300_000]).await;
    let (owner, accountant) = (office.owner(), office.accountant());
    office.put_terms(-30, json!({ "fee_minimum_kopecks": 0, "set_off": false })).await.ok();
    office.received(0, -15).await;
    let draft = office.draft(-20, -10).await.ok();
    assert_eq!((&draft["fee_kopecks"], &draft["fee_vat_rate"]), (&json!(2_500), &json!("exempt")));

    office.operator_pays("5", "usn_income").await;
    assert_eq!(office.approve(&draft).await.problem(409), "agent_report_facts_changed");
    let refreshed = office.post(accountant, &draft, "refresh", json!({})).await.ok();
    assert_eq!(
        (&refreshed["fee_vat_rate"], &refreshed["fee_vat_kopecks"]),
        (&json!("5"), &json!(119))
    );
    office.received(1, -12).await;
    assert_eq!(office.approve(&refreshed).await.problem(409), "agent_report_facts_changed");
    office
        .put_terms(-30, json!({ "fee_bp": 100, "fee_minimum_kopecks": 0, "set_off": false }))
        .await
        .ok();
    let refreshed = office.post(accountant, &draft, "refresh", json!({})).await.ok();
    assert_eq!(
        (&refreshed["received_kopecks"], &refreshed["fee_kopecks"]),
        (&json!(300_000), &json!(3_000))
    );

    let held = format!("/v1/cod/{}", office.parcels[1].parcel);
    let reason = json!({ "reason": "покупатель спорит" });
    let answer = office.app.post(accountant, &format!("{held}/hold"), reason).await.ok();
    assert_eq!(answer["held_because"], "покупатель спорит");
    assert_eq!(office.approve(&refreshed).await.problem(409), "agent_report_facts_changed");
    office.app.app.clock.advance_seconds(1);
    let last = office.post(accountant, &draft, "refresh", json!({})).await.ok();
    let unseen = office.approve(&refreshed).await;
    assert_eq!(unseen.problem(409), "agent_report_facts_changed", "not what he looked at");
    let approved = office.approve(&last).await.ok();
    assert_eq!(approved["received_kopecks"], 100_000);
    assert_eq!(
        (&approved["set_off_kopecks"], &approved["charges_due_kopecks"]),
        (&json!(0), &json!(1_000))
    );
    assert_eq!(office.balance(Account::OwnerPayable(owner)).await, -100_000);

    let used = office.put_terms(-30, json!({ "fee_bp": 300 })).await;
    assert_eq!(used.problem(409), "agency_terms_used");
    assert_eq!(office.put_terms(-10, json!({})).await.problem(409), "agency_terms_used");
    office.put_terms(-9, json!({ "fee_bp": 300, "fee_minimum_kopecks": 0 })).await.ok();
    office.received(2, -5).await;
    let given_up = office.draft(-9, -3).await.ok();
    let reason = json!({ "reason": "период короче" });
    let rejected = office.post(accountant, &given_up, "reject", reason).await.ok();
    assert_eq!(rejected["state"], "rejected");
    let gone = office.approve(&given_up).await;
    assert_eq!(gone.problem(409), "agent_report_not_draft");

    office.app.post(accountant, &format!("{held}/release"), json!({})).await.ok();
    let again = office.app.post(accountant, &format!("{held}/release"), json!({})).await;
    assert_eq!(again.problem(409), "cod_not_held");
    let next = office.draft(-9, -1).await.ok();
    assert_eq!(next["received_kopecks"], 500_000, "with what was held");
    assert_eq!(next["fee_kopecks"], 2_000 + 9_000, "each by the terms of its day");
    office.approve(&next).await.ok();
    assert_eq!(number(&office.app, "SELECT COUNT(*) FROM agent_report_line").await, 3);
    for sql in [
        "UPDATE agent_report SET fee_kopecks = 0 WHERE state = 'accepted'",
        "UPDATE agent_report_line SET fee_kopecks = 0",
        "DELETE FROM agent_report_line",
        "DELETE FROM agent_report",
    ] {
        let work = async move |tx: &mut Tx| tx.execute(sql, vec![]).await;
        let refused = office.app.app.db.write::<u64, DbError, _>(work).await;
        assert!(refused.is_err_and(|error| error.is_check("agent_report_stays")), "{sql}");
    }
    office.app.finish().await;
}

#[tokio::test]
async fn an_advance_is_told_once_and_a_refund_after_the_payout_is_a_debt() {
    let office = Office::open(&[80_000, 60_000]).await;
    let owner = office.owner();
    office.put_terms(-30, json!({ "advance": true })).await.ok();
    office.registered(0, -15).await;
    office.received(1, -14).await;
    let first = office.draft(-20, -10).await.ok();
    assert_eq!(
        (&first["advanced_kopecks"], &first["received_kopecks"]),
        (&json!(80_000), &json!(60_000))
    );
    let first = office.approve(&first).await.ok();
    assert_eq!(first["fee_kopecks"], 10_000);
    assert_eq!(office.balance(Account::OwnerAdvance(owner)).await, 80_000);
    assert_eq!(office.balance(Account::OwnerPayable(owner)).await, -140_000);

    // It comes in, all of it is paid out, and then one buyer has his money back.
    let payout = PayoutId::new();
    office.step(0, Step::Received(office.register), 80_000, -8).await.unwrap();
    office.step(0, Step::AdvanceCleared(office.register), 80_000, -8).await.unwrap();
    for (parcel, sum) in [(0, 80_000), (1, 60_000)] {
        office.step(parcel, Step::Paid(payout), sum, -7).await.unwrap();
    }
    let sides = (Account::PayoutClearing(owner, payout), Account::OwnerCharges(owner));
    let set_off = Posting::new(TransferReason::SetOff, sides, Kopecks::new(10_000), day(NOW, -7));
    let work = async move |tx: &mut Tx| {
        money::post(tx, &Ctx::system(NOW), std::slice::from_ref(&set_off)).await
    };
    office.app.app.db.write(work).await.unwrap();
    office.step(1, Step::Refunded(CodRegisterId::new()), 60_000, -4).await.unwrap();

    let second = office.draft(-9, -1).await.ok();
    assert_eq!((&second["received_kopecks"], &second["advanced_kopecks"]), (&json!(0), &json!(0)));
    assert_eq!((&second["refunded_kopecks"], &second["fee_kopecks"]), (&json!(60_000), &json!(0)));
    assert_eq!(
        (&second["opening_payable_kopecks"], &second["paid_kopecks"]),
        (&json!(140_000), &json!(140_000))
    );
    assert_eq!(
        (&second["opening_charges_kopecks"], &second["settled_kopecks"]),
        (&json!(10_000), &json!(10_000))
    );
    assert_eq!((&second["debt_kopecks"], &second["to_pay_kopecks"]), (&json!(60_000), &json!(0)));
    office.approve(&second).await.ok();
    assert_eq!(office.balance(Account::OwnerPayable(owner)).await, 60_000, "the shop owes it");
    let third = office.draft(0, 0).await.ok();
    assert_eq!(
        (&third["line_count"], &third["opening_payable_kopecks"]),
        (&json!(0), &json!(-60_000))
    );
    office.app.finish().await;
}

#[tokio::test]
async fn a_parcel_in_parts_bears_its_fee_and_the_minimum_once() {
    let office = Office::open(&[100_000, 400_000, 100_000]).await;
    office.put_terms(-30, json!({ "advance": true })).await.ok();
    // A part came in; of the third parcel the rest is registered and advanced beside it.
    for (parcel, registered, received) in
        [(0, 90_000, 90_000), (1, 100_000, 100_000), (2, 100_000, 40_000)]
    {
        let cod = office.parcels[parcel].cod.get();
        office.step(parcel, Step::Collected, cod, -16).await.unwrap();
        office.step(parcel, Step::Registered(office.register), registered, -15).await.unwrap();
        office.step(parcel, Step::Received(office.register), received, -15).await.unwrap();
    }
    let first = office.draft(-20, -10).await.ok();
    assert_eq!((&first["line_count"], &first["advanced_kopecks"]), (&json!(4), &json!(60_000)));
    assert_eq!(first["fee_kopecks"], 15_000, "the minimum for each parcel, not for each line");
    office.approve(&first).await.ok();

    let rest = CodRegisterId::new();
    for (parcel, sum) in [(0, 10_000), (1, 300_000)] {
        office.step(parcel, Step::Registered(rest), sum, -5).await.unwrap();
        office.step(parcel, Step::Received(rest), sum, -5).await.unwrap();
    }
    let second = office.draft(-9, -1).await.ok();
    assert_eq!((&second["line_count"], &second["received_kopecks"]), (&json!(2), &json!(310_000)));
    // 2.5 % of 100 000 are below the minimum still; of 400 000 they are twice the minimum.
    assert_eq!(second["fee_kopecks"], 5_000);
    let lines = office.read(office.accountant(), &second, "/lines").await.ok();
    let fees = |order: &str| {
        let mut lines = lines["items"].as_array().unwrap().iter();
        lines.find(|line| line["order_number"] == order).unwrap()["fee_kopecks"].clone()
    };
    assert_eq!((fees("OP-0"), fees("OP-1")), (json!(0), json!(5_000)));
    office.approve(&second).await.ok();
    assert_eq!(office.balance(Account::AgentFee).await, -20_000);
    office.app.finish().await;
}

fn told(fees: &[(&str, i64)]) -> BTreeMap<String, i64> {
    fees.iter().map(|(order, fee)| ((*order).to_owned(), *fee)).collect()
}

#[tokio::test]
async fn half_a_kopeck_of_fee_is_a_kopeck_and_less_is_none() {
    let office = Office::open(&[10, 9, 29, 30]).await;
    office.put_terms(-30, json!({ "fee_bp": 500, "fee_minimum_kopecks": 0 })).await.ok();
    for parcel in 0..3 {
        office.received(parcel, -15).await;
    }
    // Of the last one a third comes first.
    office.step(3, Step::Collected, 30, -16).await.unwrap();
    let part = async |sum: i64, days: i64| {
        let register = CodRegisterId::new();
        office.step(3, Step::Registered(register), sum, days).await.unwrap();
        office.step(3, Step::Received(register), sum, days).await.unwrap();
    };
    let fees = async |report: &Value| {
        let lines = office.read(office.accountant(), report, "/lines").await.ok();
        let lines = lines["items"].as_array().unwrap().iter();
        let fee = |line: &Value| {
            (
                line["order_number"].as_str().unwrap().to_owned(),
                line["fee_kopecks"].as_i64().unwrap(),
            )
        };
        lines.map(fee).collect::<BTreeMap<String, i64>>()
    };
    part(10, -15).await;
    let first = office.draft(-20, -10).await.ok();
    assert_eq!(fees(&first).await, told(&[("OP-0", 1), ("OP-1", 0), ("OP-2", 1), ("OP-3", 1)]));
    assert_eq!(first["fee_kopecks"], 3);
    office.approve(&first).await.ok();
    part(20, -5).await;
    let second = office.draft(-9, -1).await.ok();
    assert_eq!(fees(&second).await, told(&[("OP-3", 1)]), "two for all of it, and one was charged");
    office.approve(&second).await.ok();
    assert_eq!(office.balance(Account::AgentFee).await, -4);
    office.app.finish().await;
}
