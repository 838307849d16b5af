//! Carriers' registers: what is taken in, what does not agree, and what is posted.

use std::sync::{Arc, Mutex};

use ambar::args;
use ambar::carriers::model::{CodRegister, CodRegisterLine, DeliveryStatus, RegisterLineKind};
use ambar::carriers::{Answer, Carrier, Registers};
use ambar::cod::{self, Delivery};
use ambar::commands::Ctx;
use ambar::db::{Count, DbError, Tx};
use ambar::ids::{CarrierAccountId, OwnerId};
use ambar::imports::Source;
use ambar::jobs::Workers;
use ambar::money::{self, Account};
use ambar::registers::{self, RegisterError, RegisterReport, RegisterRequest};
use ambar::sandbox::on_the_way::{self, OnTheWay, Route};
use ambar::shipments::daily::{self, DailyAsk};
use ambar::units::{Clock, Day, Kopecks, UtcMicros};
use reqwest::Method;
use serde_json::{Value, json};

use crate::seed::{self, World};
use crate::support::TestApp;

/// 2026-11-16, 12:00 in Moscow.
pub(crate) const SENT: UtcMicros = UtcMicros::from_micros(1_794_819_600_000_000);
pub(crate) const DAY: i64 = 24 * 3600;
const SAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/carriers/samples/cod");

/// A shop's parcels with a carrier, and somebody who works with money.
pub(crate) struct Desk {
    pub(crate) app: TestApp,
    pub(crate) world: World,
    pub(crate) route: Route,
    pub(crate) parcels: Vec<OnTheWay>,
}

/// The carrier's number, the shop's, and the cash on delivery.
pub(crate) fn parcel(track: &str, order: &str, cod: i64) -> OnTheWay {
    let mut one = OnTheWay::new(format!("N-{track}-{order}")).with_cod(cod);
    track.clone_into(&mut one.track);
    order.clone_into(&mut one.order_number);
    one
}

impl Desk {
    pub(crate) async fn open(parcels: Vec<OnTheWay>) -> Self {
        let app = TestApp::spawn_with(Clock::fixed(SENT.plus_seconds(3 * DAY))).await;
        let world = seed::world(&app.app).await;
        let route =
            on_the_way::route(&app.app, world.warehouse, world.owners[0], "cdek").await.unwrap();
        on_the_way::send(&app.app, &route, &parcels, SENT).await.unwrap();
        Self { app, world, route, parcels }
    }

    /// Parcels of the lines of the sample, delivered.
    pub(crate) async fn of_sample() -> Self {
        let quoted = |mut one: OnTheWay, kopecks| {
            one.quoted = Kopecks::new(kopecks);
            one
        };
        let desk = Self::open(vec![
            quoted(parcel("1105500001", "SHOP-100045", 359_000), 41_200),
            quoted(parcel("1105500002", "SHOP-100046", 690_000), 64_180),
            parcel("1105500003", "SHOP-100047", 240_000),
            parcel("1105500004", "SHOP-100048", 329_000),
        ])
        .await;
        for index in 0..4 {
            desk.told(index, DeliveryStatus::Delivered).await;
        }
        desk
    }

    pub(crate) async fn told(&self, parcel: usize, status: DeliveryStatus) {
        let at = SENT.plus_seconds(DAY);
        let delivery =
            Delivery { parcel: self.parcels[parcel].parcel, status, at, is_partial: false };
        let ctx = Ctx::system(at);
        let work = async move |tx: &mut Tx| cod::follow(tx, &ctx, &[delivery]).await;
        self.app.app.db.write::<(), DbError, _>(work).await.unwrap();
    }

    pub(crate) async fn import(&self, text: &str) -> Result<RegisterReport, RegisterError> {
        self.import_of("cdek", "", text.as_bytes()).await
    }

    pub(crate) async fn import_of(
        &self,
        carrier: &str,
        number: &str,
        bytes: &[u8],
    ) -> Result<RegisterReport, RegisterError> {
        let request = RegisterRequest {
            carrier: carrier.to_owned(),
            source: Source::Bytes(bytes.into()),
            file: "реестр.csv".to_owned(),
            number: number.to_owned(),
            day: None,
            payment_order: String::new(),
            map: String::new(),
        };
        registers::import(&self.app.app, request, None, |_| {}).await
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        self.app.get(self.world.admin(), path).await.ok()
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> crate::support::Answer {
        self.app.post(self.world.admin(), path, body).await
    }

    /// Row, kind and severity of each finding of a register.
    pub(crate) async fn findings(&self, report: &RegisterReport) -> Vec<(i64, String, String)> {
        let path = format!("/v1/registers/{}/findings", report.register);
        let page = self.get(&path).await;
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let items = page["items"].as_array().unwrap();
        items
            .iter()
            .map(|one| (one["line"].as_i64().unwrap(), text(&one["kind"]), text(&one["severity"])))
            .collect()
    }

    async fn resolve_all(&self, report: &RegisterReport, kind: &str, resolution: &str) -> i64 {
        let path = format!("/v1/registers/{}/resolve", report.register);
        let body =
            json!({ "kind": kind, "resolution": resolution, "reason": "сверено с договором" });
        self.post(&path, body).await.ok()["resolved"].as_i64().unwrap()
    }

    pub(crate) async fn accept(&self, report: &RegisterReport) -> crate::support::Answer {
        self.post(&format!("/v1/registers/{}/accept", report.register), json!({})).await
    }

    /// Debit less credit.
    pub(crate) async fn balance(&self, account: Account) -> i64 {
        let read = async move |tx: &mut Tx| money::balance(tx, &account).await;
        self.app.app.db.read::<Kopecks, DbError, _>(read).await.unwrap().get()
    }

    pub(crate) async fn count(&self, sql: &'static str) -> i64 {
        let read = async move |tx: &mut Tx| tx.fetch_one::<Count>(sql, vec![]).await;
        self.app.app.db.read::<Count, DbError, _>(read).await.unwrap().value
    }

    pub(crate) fn parcel_id(&self, index: usize) -> String {
        self.parcels[index].parcel.to_string()
    }

    pub(crate) fn owner(&self) -> OwnerId {
        self.route.owner
    }
}

fn carrier() -> String {
    "cdek".to_owned()
}

pub(crate) fn kinds(found: &[(i64, String, String)]) -> Vec<(i64, &str)> {
    found.iter().map(|(line, kind, _)| (*line, kind.as_str())).collect()
}

const CLEAN: &str = "Номер отправления;Дата вручения;Сумма НП;Комиссия;К перечислению
1105500001;17.11.2026;3 590,00;107,70;3 482,30
1105500002;17.11.2026;6 900,00;207,00;6 693,00
Итого;;10 490,00;314,70;10 175,30
";

#[tokio::test]
async fn a_clean_register_has_no_finding_and_is_posted_when_somebody_accepts_it() {
    let desk = Desk::of_sample().await;
    let report = desk.import(CLEAN).await.unwrap();
    assert_eq!((report.lines, report.findings, report.wrong_rows), (2, 0, 0));
    let transfers = "SELECT COUNT(*) FROM money_transfer WHERE reason = 'cod_registered'";
    assert_eq!(desk.count(transfers).await, 0, "nothing is posted before");

    let path = format!("/v1/registers/{}", report.register);
    let shown = desk.get(&path).await;
    assert_eq!(shown["state"], "draft");
    assert_eq!(shown["day"], "2026-11-17");
    assert_eq!(shown["collected_kopecks"], 1_049_000);
    let first = desk.get(&format!("{path}/lines?limit=1")).await;
    assert_eq!(first["items"][0]["matched_by"], "track");
    let next = first["next"].as_str().unwrap();
    let second = desk.get(&format!("{path}/lines?limit=1&after={next}")).await;
    assert_eq!(second["items"][0]["track"], "1105500002");

    let accept = format!("{path}/accept");
    let done = desk.app.post_with_key(desk.world.admin(), &accept, "once", json!({})).await.ok();
    assert_eq!(done["state"], "accepted");
    let again = desk.app.post_with_key(desk.world.admin(), &accept, "once", json!({})).await.ok();
    assert_eq!(done, again);
    assert_eq!(desk.accept(&report).await.problem(409), "register_wrong_state");

    let owner = desk.owner();
    assert_eq!(desk.balance(Account::CodRegistered(owner, carrier())).await, 1_049_000);
    assert_eq!(desk.balance(Account::CodAtCarrier(owner, carrier())).await, 569_000);
    assert_eq!(desk.balance(Account::CarrierSettlement(carrier())).await, 31_470);
    let clearing = Account::RegisterClearing(carrier(), report.register);
    assert_eq!(desk.balance(clearing).await, -31_470, "what it kept; the bank brings the rest");
    desk.app.finish().await;
}

#[tokio::test]
async fn the_same_register_is_taken_in_once_whatever_file_it_comes_in() {
    let desk = Desk::of_sample().await;
    let first = desk.import(CLEAN).await.unwrap();
    let again = desk.import(CLEAN).await.unwrap();
    assert!(!first.is_known && again.is_known);
    let turned = "Реестр;;;;\nК перечислению;Комиссия;Сумма НП;Дата вручения;Номер отправления
6693.00;207.0;6900;2026-11-17;1105500002\n;;;;\n3482.3;107,7;3590;46343;1105500001.0\n";
    let other = desk.import(turned).await.unwrap();
    assert_eq!((other.register, other.is_known), (first.register, true));
    assert_eq!(desk.count("SELECT COUNT(*) FROM cod_register_line").await, 2);

    let numbered = desk.import_of("cdek", "77", CLEAN.replace("107,70", "107,71").as_bytes()).await;
    let numbered = numbered.unwrap();
    let reused = desk.import_of("cdek", "77", CLEAN.replace("107,70", "107,72").as_bytes()).await;
    assert!(matches!(reused, Err(RegisterError::NumberTaken { .. })), "{reused:?}");

    let path = format!("/v1/registers/{}/reject", numbered.register);
    assert_eq!(desk.post(&path, json!({ "reason": " " })).await.problem(422), "input_invalid");
    desk.post(&path, json!({ "reason": "прислан по ошибке" })).await.ok();
    assert_eq!(desk.get("/v1/findings").await["items"], json!([]), "nothing is left to decide");
    let anew = desk.import_of("cdek", "77", CLEAN.replace("107,70", "107,71").as_bytes()).await;
    assert_ne!(anew.unwrap().register, numbered.register);
    desk.app.finish().await;
}

#[tokio::test]
async fn an_import_that_was_killed_is_seen_by_nobody_and_begins_anew() {
    let desk = Desk::of_sample().await;
    let first = desk.import(CLEAN).await.unwrap();
    let id = first.register;
    // As a kill between two transactions leaves it: one line is there, and no more.
    let cut = async move |tx: &mut Tx| {
        tx.execute("UPDATE cod_register SET state = 'loading', lines = 1 WHERE id = $1", args![id])
            .await?;
        tx.execute("DELETE FROM cod_register_line WHERE register_id = $1 AND line > 2", args![id])
            .await
    };
    desk.app.app.db.write::<u64, DbError, _>(cut).await.unwrap();
    assert_eq!(desk.get("/v1/registers").await["items"], json!([]));
    let path = format!("/v1/registers/{id}");
    let hidden = desk.app.get(desk.world.admin(), &path).await;
    assert_eq!(hidden.problem(404), "register_not_found");
    assert_eq!(desk.accept(&first).await.problem(404), "register_not_found");

    let again = desk.import(CLEAN).await.unwrap();
    assert_eq!((again.register, again.is_known, again.lines), (id, false, 2));
    assert_eq!(desk.count("SELECT COUNT(*) FROM cod_register_line").await, 2);
    desk.accept(&again).await.ok();
    desk.app.finish().await;
}

#[tokio::test]
async fn every_fault_of_the_sample_is_found_and_accepting_waits_for_people() {
    let desk = Desk::of_sample().await;
    let bytes = std::fs::read(format!("{SAMPLES}/generic_register_with_faults_constructed.csv"));
    let paid = "Номер отправления;Дата вручения;Сумма НП\n1105500004;16.11.2026;3290\n";
    let before = desk.import(paid).await.unwrap();
    desk.accept(&before).await.ok();
    let terms = json!({
        "carrier": "cdek", "method": "any", "valid_from": "2026-01-01", "rate_bp": 300,
        "minimum_kopecks": 6000,
    });
    let put =
        desk.app.send(Method::PUT, desk.world.admin(), "/v1/cod-fee-terms", Some("t"), Some(terms));
    put.await.ok();
    // The buyer took a piece of two.
    desk.told(2, DeliveryStatus::PartlyDelivered).await;

    let report = desk.import_of("cdek", "4471", &bytes.unwrap()).await.unwrap();
    let found = desk.findings(&report).await;
    let expected = [
        (4, "duplicate_line"),
        (5, "amount_differs"),
        (5, "fee_differs"),
        (6, "parcel_unknown"),
        (7, "refund_after_payment"),
    ];
    assert_eq!(kinds(&found), expected, "the total is what its lines come to");
    assert_eq!(desk.accept(&report).await.problem(409), "register_findings_open");

    assert_eq!(desk.resolve_all(&report, "duplicate_line", "ignore_line").await, 1);
    assert_eq!(desk.resolve_all(&report, "parcel_unknown", "ignore_line").await, 1);
    let path = "/v1/findings?kind=amount_differs";
    let one = desk.get(path).await["items"][0]["id"].as_str().unwrap().to_owned();
    let resolve = format!("/v1/findings/{one}/resolve");
    let unfit = json!({ "resolution": "acknowledge", "reason": "так" });
    assert_eq!(desk.post(&resolve, unfit).await.problem(422), "finding_resolution_unfit");
    let silent = json!({ "resolution": "accept_amount", "reason": "" });
    assert_eq!(desk.post(&resolve, silent).await.problem(422), "input_invalid");
    let fit = json!({ "resolution": "accept_amount", "reason": "взята одна вещь из двух" });
    assert_eq!(desk.post(&resolve, fit.clone()).await.ok()["state"], "resolved");
    assert_eq!(desk.post(&resolve, fit.clone()).await.ok()["state"], "resolved", "said again");

    desk.accept(&report).await.ok();
    assert_eq!(desk.post(&resolve, fit).await.problem(409), "register_wrong_state");
    let owner = desk.owner();
    let registered = 359_000 + 690_000 + 120_000 + 329_000;
    assert_eq!(desk.balance(Account::CodRegistered(owner, carrier())).await, registered);
    assert_eq!(
        desk.balance(Account::CodAtBuyer(owner, carrier())).await,
        0,
        "the rest is released"
    );
    assert_eq!(
        desk.balance(Account::OwnerPayable(owner)).await,
        329_000,
        "given back to the buyer"
    );
    let kept = 10_770 + 41_200 + 20_700 + 64_180 + 5_000 + 30_000 - 9_870;
    let clearing = Account::RegisterClearing(carrier(), report.register);
    assert_eq!(desk.balance(clearing).await, -kept - 329_000);
    desk.app.finish().await;
}

#[tokio::test]
async fn parcels_are_found_by_exact_numbers_and_never_guessed() {
    let desk = Desk::open(vec![
        parcel("T-1", "A-1", 1_000),
        parcel("T-2", "A-2", 2_000),
        parcel("T-3", "0045", 3_000),
        parcel("0077", "A-4", 4_000),
        parcel("T-5", "SAME", 5_000),
    ])
    .await;
    let second = desk.world.owners[1];
    let warehouse = desk.world.warehouse;
    let theirs = on_the_way::route(&desk.app.app, warehouse, second, "cdek").await.unwrap();
    on_the_way::send(&desk.app.app, &theirs, &[parcel("T-6", "SAME", 5_000)], SENT).await.unwrap();
    let other = on_the_way::route(&desk.app.app, warehouse, second, "dpd").await.unwrap();
    on_the_way::send(&desk.app.app, &other, &[parcel("D-1", "D-1", 900)], SENT).await.unwrap();

    let text = "Трек;Номер заказа;Сумма НП\nT-1;;10\n;A-2;20\n;45;30\n77;;40\n;SAME;50\n;D-1;9\n;N-T-5-SAME;50\nT-9;;1\n";
    let report = desk.import(text).await.unwrap();
    let path = format!("/v1/registers/{}/lines", report.register);
    let page = desk.get(&path).await;
    let matched: Vec<&str> = page["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| line["matched_by"].as_str().unwrap_or("-"))
        .collect();
    let expected =
        ["track", "order_number", "bare_order_number", "bare_track", "-", "-", "number", "-"];
    assert_eq!(matched, expected);
    let found = desk.findings(&report).await;
    let expected = [
        (4, "zeros_lost"),
        (5, "zeros_lost"),
        (6, "order_number_shared"),
        (7, "other_carrier"),
        (9, "parcel_unknown"),
    ];
    assert_eq!(kinds(&found), expected);
    desk.app.finish().await;
}

#[tokio::test]
async fn what_changed_since_the_comparison_is_found_before_anything_is_posted() {
    let desk = Desk::of_sample().await;
    let two = "Номер отправления;Сумма НП\n1105500001;3590\n1105500099;100\n";
    let report = desk.import(two).await.unwrap();
    assert_eq!(kinds(&desk.findings(&report).await), [(3, "parcel_unknown")]);
    desk.told(0, DeliveryStatus::Returned).await;
    let late = [parcel("1105500099", "LATE", 10_000)];
    on_the_way::send(&desk.app.app, &desk.route, &late, SENT).await.unwrap();
    let path = format!("/v1/registers/{}/check", report.register);
    let state = "UPDATE shipment SET status = 'returned' WHERE track = '1105500001'";
    let returned = async move |tx: &mut Tx| tx.execute(state, vec![]).await;
    desk.app.app.db.write::<u64, DbError, _>(returned).await.unwrap();
    desk.post(&path, json!({})).await.ok();
    assert_eq!(kinds(&desk.findings(&report).await), [(2, "returned_but_paid")]);
    desk.resolve_all(&report, "returned_but_paid", "ignore_line").await;
    desk.accept(&report).await.ok();
    assert_eq!(desk.balance(Account::CodRegistered(desk.owner(), carrier())).await, 10_000);

    let twice =
        desk.import("Номер отправления;Сумма НП;Комиссия\n1105500099;100;1\n").await.unwrap();
    assert_eq!(kinds(&desk.findings(&twice).await), [(2, "paid_twice")]);
    let unseen = desk.import("Номер отправления;Сумма НП\n1105500002;6900\n").await.unwrap();
    desk.told(1, DeliveryStatus::Returned).await;
    assert_eq!(desk.accept(&unseen).await.problem(409), "register_facts_changed");
    assert_eq!(desk.get(&format!("/v1/registers/{}", unseen.register)).await["state"], "draft");
    desk.app.finish().await;
}

#[tokio::test]
async fn a_shop_sees_its_own_money_and_no_register() {
    let desk = Desk::of_sample().await;
    let second = desk.world.owners[1];
    let theirs = on_the_way::route(&desk.app.app, desk.world.warehouse, second, "cdek").await;
    let theirs = theirs.unwrap();
    on_the_way::send(&desk.app.app, &theirs, &[parcel("X-1", "X-1", 7_700)], SENT).await.unwrap();
    let report = desk.import(CLEAN).await.unwrap();
    desk.accept(&report).await.ok();

    let own = desk.app.get(&desk.world.keys[0], "/v1/cod").await.ok();
    let states: Vec<&str> =
        own["items"].as_array().unwrap().iter().map(|one| one["state"].as_str().unwrap()).collect();
    assert_eq!(states.len(), 4);
    assert_eq!(states.iter().filter(|state| **state == "registered").count(), 2);
    let named = format!("/v1/cod?owner_id={}", desk.owner());
    let other = desk.app.get(&desk.world.keys[1], &named).await.ok();
    assert_eq!(other["items"].as_array().unwrap().len(), 1, "whatever it names, its own alone");
    assert_eq!(other["items"][0]["expected_kopecks"], 7_700);
    assert_eq!(desk.get("/v1/cod").await["items"].as_array().unwrap().len(), 5);

    let absent = desk.get("/v1/cod/absent?carrier=cdek&days=1").await;
    assert_eq!(absent["items"].as_array().unwrap().len(), 2, "delivered, and in no register");
    for path in ["/v1/registers", &format!("/v1/registers/{}", report.register), "/v1/findings"] {
        let refused = desk.app.get(&desk.world.keys[0], path).await;
        assert_eq!(refused.problem(403), "forbidden", "{path}");
    }
    desk.app.finish().await;
}

#[tokio::test]
async fn a_file_comes_over_http_and_its_wrong_rows_are_named() {
    let desk = Desk::of_sample().await;
    let text = "Код;Сумма НП\n1105500001;3590\n1105500002;много\n";
    let send = async |query: &str, body: &'static str| {
        let path = format!("{}/v1/registers/import?{query}", desk.app.base);
        let request = reqwest::Client::new().post(path).bearer_auth(desk.world.admin());
        let request = request.header("idempotency-key", crate::support::unique_name()).body(body);
        request.send().await.unwrap().json::<Value>().await.unwrap()
    };
    assert_eq!(send("carrier=cdek", text).await["code"], "import_column_missing");
    let map = "carrier=cdek&file=a.csv&map=track%3D%D0%9A%D0%BE%D0%B4";
    let told = send(map, text).await;
    assert_eq!(told["wrong_rows"][0]["row"], 3, "{told}");
    assert_eq!(told["wrong_rows"][0]["column"], "Сумма НП");
    assert_eq!((&told["blocking"], &told["register"]["lines"]), (&json!(1), &json!(1)));
    let kept = send("carrier=cdek", "Код;Сумма НП\n1105500003;2400\n").await;
    assert_eq!(kept["register"]["lines"], 1, "the heading was learnt: {kept}");
    assert_eq!(send("", text).await["code"], "input_invalid");
    desk.app.finish().await;
}

/// A carrier that tells registers.
struct Teller(Mutex<Vec<CodRegister>>);

impl Carrier for Teller {
    fn code(&self) -> &'static str {
        "cdek"
    }

    fn name(&self) -> &'static str {
        "СДЭК"
    }

    fn registers(&self) -> Option<&dyn Registers> {
        Some(self)
    }
}

impl Registers for Teller {
    fn registers(&self, day: Day) -> Answer<'_, Vec<CodRegister>> {
        let told = self.0.lock().unwrap().iter().filter(|one| one.day == day).cloned().collect();
        Box::pin(async move { Ok(told) })
    }
}

impl Desk {
    /// The contract is in use, and this is its carrier.
    pub(crate) async fn connect(&self, carrier: Arc<dyn Carrier>) {
        let account: CarrierAccountId = self.route.account;
        let use_it = async move |tx: &mut Tx| {
            let sql = "UPDATE carrier_account SET active = $2 WHERE id = $1";
            tx.execute(sql, args![account, true]).await
        };
        self.app.app.db.write::<u64, DbError, _>(use_it).await.unwrap();
        self.app.app.connectors.put(account, 1, carrier);
    }

    /// Another day comes, on which the carrier is asked one thing. Nobody logs in anew for that.
    pub(crate) async fn day(&self, asks: &[DailyAsk]) {
        let app = &self.app.app;
        app.clock.advance_seconds(DAY);
        let until = app.clock.now().plus_seconds(DAY);
        let stay = async move |tx: &mut Tx| {
            tx.execute("UPDATE user_session SET expires_at = $1", args![until]).await
        };
        app.db.write::<u64, DbError, _>(stay).await.unwrap();
        assert_eq!(daily::queue_due(app, asks).await.unwrap(), 1);
        assert_eq!(daily::queue_due(app, asks).await.unwrap(), 0, "once a day");
        let workers = Workers::new(app.clone(), daily::handlers(asks));
        assert_eq!(workers.run_due().await.unwrap(), 1);
    }

    /// The carrier is asked by the day's jobs, and tells these.
    pub(crate) async fn ask_daily(&self, told: Vec<CodRegister>) {
        self.connect(Arc::new(Teller(Mutex::new(told)))).await;
        assert_eq!(daily::queue_due(&self.app.app, registers::ASKS).await.unwrap(), 7);
        let workers = Workers::new(self.app.app.clone(), daily::handlers(registers::ASKS));
        assert_eq!(workers.run_due().await.unwrap(), 7);
    }

    /// It is asked for the same days once more, and tells these.
    pub(crate) async fn ask_again(&self, told: Vec<CodRegister>) {
        self.app.app.connectors.put(self.route.account, 1, Arc::new(Teller(Mutex::new(told))));
        let again = "UPDATE job SET state = 'queued', finished_at = NULL
             WHERE kind = 'cod_registers_fetch'";
        let work = async move |tx: &mut Tx| tx.execute(again, vec![]).await;
        self.app.app.db.write::<u64, DbError, _>(work).await.unwrap();
        let workers = Workers::new(self.app.app.clone(), daily::handlers(registers::ASKS));
        assert_eq!(workers.run_due().await.unwrap(), 7);
    }
}

/// The carrier's answer of the sample.
pub(crate) fn sample_registers() -> Vec<CodRegister> {
    let text = std::fs::read(format!("{SAMPLES}/cdek_registries_constructed.json")).unwrap();
    let told: Value = serde_json::from_slice(&text).unwrap();
    let kopecks = |sum: &Value| {
        let roubles = format!("{:.2}", sum.as_f64().unwrap());
        Kopecks::new(roubles.replace('.', "").parse().unwrap())
    };
    let line = |order: &Value| CodRegisterLine {
        kind: RegisterLineKind::Shipment,
        track: order["cdek_number"].as_str().unwrap().to_owned(),
        number: String::new(),
        collected_kopecks: kopecks(&order["payment_sum"]),
        fee_kopecks: Some(kopecks(&order["agent_commission_sum"])),
        delivery_kopecks: Some(kopecks(&order["total_sum_without_agent"])),
        transferred_kopecks: Some(kopecks(&order["transfer_sum"])),
        method: None,
    };
    let register = |one: &Value| CodRegister {
        number: one["registry_number"].to_string(),
        day: one["payment_date"].as_str().unwrap().parse().unwrap(),
        payment_order: one["payment_order_number"].as_str().unwrap().to_owned(),
        total_kopecks: Some(kopecks(&one["sum"])),
        lines: one["orders"].as_array().unwrap().iter().map(line).collect(),
    };
    told["registries"].as_array().unwrap().iter().map(register).collect()
}

#[tokio::test]
async fn a_carrier_is_asked_for_its_registers_once_a_day_and_tells_each_once() {
    let desk = Desk::of_sample().await;
    desk.ask_daily(sample_registers()).await;
    assert_eq!(daily::queue_due(&desk.app.app, registers::ASKS).await.unwrap(), 0, "once a day");
    let workers = Workers::new(desk.app.app.clone(), daily::handlers(registers::ASKS));
    let again =
        "UPDATE job SET state = 'queued', finished_at = NULL WHERE kind = 'cod_registers_fetch'";
    let work = async move |tx: &mut Tx| tx.execute(again, vec![]).await;
    desk.app.app.db.write::<u64, DbError, _>(work).await.unwrap();
    assert_eq!(workers.run_due().await.unwrap(), 7);
    assert_eq!(desk.count("SELECT COUNT(*) FROM job WHERE state = 'done'").await, 7);

    let page = desk.get("/v1/registers?carrier=cdek").await;
    let all = page["items"].as_array().unwrap();
    assert_eq!(all.len(), 1, "told twice, taken in once");
    assert_eq!(all[0]["number"], "900123");
    assert_eq!(all[0]["source"], "api");
    assert_eq!(all[0]["payment_order"], "4471");
    assert_eq!(all[0]["transferred_stated_kopecks"], 912_150);
    let path = format!("/v1/registers/{}", all[0]["id"].as_str().unwrap());
    let found = desk.get(&format!("{path}/findings")).await;
    assert_eq!(found["items"], json!([]), "a clean register");
    desk.post(&format!("{path}/accept"), json!({})).await.ok();
    assert_eq!(desk.balance(Account::CarrierSettlement(carrier())).await, 136_850);
    desk.app.finish().await;
}

#[tokio::test]
async fn what_a_person_turned_down_is_not_told_again_by_the_carrier() {
    let desk = Desk::of_sample().await;
    desk.ask_daily(sample_registers()).await;
    let page = desk.get("/v1/registers").await;
    let path = format!("/v1/registers/{}/reject", page["items"][0]["id"].as_str().unwrap());
    desk.post(&path, json!({ "reason": "придёт исправленный" })).await.ok();
    let again = "UPDATE job SET state = 'queued', finished_at = NULL";
    let work = async move |tx: &mut Tx| tx.execute(again, vec![]).await;
    desk.app.app.db.write::<u64, DbError, _>(work).await.unwrap();
    let workers = Workers::new(desk.app.app.clone(), daily::handlers(registers::ASKS));
    assert_eq!(workers.run_due().await.unwrap(), 7);
    assert_eq!(desk.get("/v1/registers").await["items"].as_array().unwrap().len(), 1);
    // By mail it may come again.
    desk.import(CLEAN).await.unwrap();
    desk.app.finish().await;
}
