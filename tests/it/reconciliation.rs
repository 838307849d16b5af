//! Receipts, registers and the chain of custody joined: what settles a register, what is told, and what
//! people do about it.

use std::fmt::Write as _;

use ambar::access::Role;
use ambar::cod::{self, CodMove, Step};
use ambar::commands::Ctx;
use ambar::db::Tx;
use ambar::ids::{AgentReportId, CodRegisterId};
use ambar::jobs::Workers;
use ambar::money::Account;
use ambar::reconciliation::{self, RunReport};
use ambar::registers::RegisterReport;
use ambar::sandbox::on_the_way;
use ambar::units::Kopecks;
use reqwest::Method;
use serde_json::{Value, json};

use crate::bank::{self, Doc, OURS, THEIRS, doc};
use crate::registers::{DAY, Desk, SENT, parcel};

const PAYER: &str = "7701234560";
const FACTORING: &str = "ИНН 7736050003 ООО Факторинг";

/// A desk with an account at a bank, and the carrier's payer described.
pub(crate) struct Office {
    pub(crate) desk: Desk,
    account: ambar::ids::BankAccountId,
}

pub(crate) fn carrier() -> String {
    "cdek".to_owned()
}

/// A payment of the carrier on 2026-11-18.
pub(crate) fn paid(number: &str, roubles: &str) -> Doc {
    doc(number, THEIRS, OURS, roubles, "18.11.2026")
}

impl Office {
    async fn open(desk: Desk) -> Self {
        let account = bank::account(&desk.app, OURS).await;
        let office = Self { desk, account };
        office.put("/v1/cod-payers", office.payers(&[PAYER])).await;
        office
    }

    pub(crate) async fn of_sample() -> Self {
        Self::open(Desk::of_sample().await).await
    }

    fn payers(&self, inns: &[&str]) -> Value {
        let payer = |inn: &&str| json!({ "inn": inn, "name": "ООО Плательщик" });
        let payers: Vec<Value> = inns.iter().map(payer).collect();
        json!({ "carrier": self.desk.route.carrier, "payers": payers })
    }

    async fn put(&self, path: &str, body: Value) -> Value {
        let (token, key) = (self.desk.world.admin(), crate::support::unique_name());
        self.desk.app.send(Method::PUT, token, path, Some(&key), Some(body)).await.ok()
    }

    /// An accepted register of parcels of the sample, by their last digits, with their sums in roubles.
    pub(crate) async fn register(&self, number: &str, lines: &[(u32, &str)]) -> RegisterReport {
        let mut text = "Номер отправления;Дата вручения;Сумма НП\n".to_owned();
        for (track, roubles) in lines {
            writeln!(text, "110550000{track};17.11.2026;{roubles}").unwrap();
        }
        let report = self.desk.import_of("cdek", number, text.as_bytes()).await.unwrap();
        self.desk.accept(&report).await.ok();
        report
    }

    pub(crate) async fn receive(&self, docs: &[Doc]) {
        let sums = (["0", "0", "0", "0"], "18.11.2026", "18.11.2026");
        bank::take(&self.desk.app, &bank::statement(OURS, sums, docs)).await;
    }

    pub(crate) async fn run(&self) -> RunReport {
        reconciliation::run(&self.desk.app.app, None).await.unwrap()
    }

    pub(crate) async fn shown(&self, register: CodRegisterId) -> Value {
        self.desk.get(&format!("/v1/registers/{register}")).await
    }

    pub(crate) async fn clearing(&self, register: CodRegisterId) -> i64 {
        self.desk.balance(Account::RegisterClearing(carrier(), register)).await
    }

    pub(crate) async fn received(&self) -> i64 {
        -self.desk.balance(Account::CodReceived(self.desk.owner())).await
    }

    pub(crate) async fn suspense(&self) -> i64 {
        -self.desk.balance(Account::BankSuspense(self.account)).await
    }

    /// Findings of a state by kind and sum.
    pub(crate) async fn findings(&self, state: &str) -> Vec<(String, i64)> {
        let page = self.desk.get(&format!("/v1/findings?state={state}")).await;
        let items = page["items"].as_array().unwrap();
        let one = |item: &Value| {
            let kind = item["kind"].as_str().unwrap().to_owned();
            (kind, item["amount_kopecks"].as_i64().unwrap())
        };
        items.iter().map(one).collect()
    }

    async fn finding(&self, kind: &str) -> Value {
        let page = self.desk.get(&format!("/v1/findings?kind={kind}")).await;
        page["items"][0].clone()
    }

    pub(crate) async fn match_by_hand(
        &self,
        document: usize,
        register: CodRegisterId,
        sum: i64,
    ) -> crate::support::Answer {
        let id = bank::documents(&self.desk.app).await[document].id;
        let body = json!({ "register_id": register, "amount_kopecks": sum });
        self.desk.post(&format!("/v1/bank/documents/{id}/match"), body).await
    }

    /// By somebody else than who accepts registers.
    pub(crate) async fn post_second(&self, path: &str, body: Value) -> crate::support::Answer {
        let (app, world) = (&self.desk.app, &self.desk.world);
        app.post(world.session(Role::Accountant), path, body).await
    }

    pub(crate) async fn unmatch(
        &self,
        document: usize,
        register: CodRegisterId,
    ) -> crate::support::Answer {
        let id = bank::documents(&self.desk.app).await[document].id;
        let body = json!({ "register_id": register, "reason": "не тот реестр" });
        self.desk.post(&format!("/v1/bank/documents/{id}/unmatch"), body).await
    }

    pub(crate) async fn advance(&self, parcel: usize, step: Step, sum: i64) {
        let parcel = self.desk.parcels[parcel].parcel;
        let day = SENT.plus_seconds(2 * DAY).moscow_day();
        let one = CodMove { parcel, step, amount: Kopecks::new(sum), day };
        let ctx = Ctx::system(SENT);
        let work = async move |tx: &mut Tx| cod::advance(tx, &ctx, &[one]).await;
        self.desk.app.app.db.write(work).await.unwrap();
    }

    pub(crate) async fn finish(self) {
        self.desk.app.finish().await;
    }
}

pub(crate) fn told(found: &[(String, i64)]) -> Vec<(&str, i64)> {
    found.iter().map(|(kind, sum)| (kind.as_str(), *sum)).collect()
}

#[tokio::test]
async fn a_receipt_settles_its_register_once_and_can_be_taken_back_until_shops_are_told() {
    let office = Office::of_sample().await;
    // One of its parcels was promised to the shop before the money came.
    office.advance(1, Step::Advanced(AgentReportId::new()), 690_000).await;
    let register = office.register("71", &[(1, "3590"), (2, "6900")]).await.register;
    assert_eq!(office.shown(register).await["open_kopecks"], 1_049_000);
    office.receive(&[paid("900", "10490.00").says("По реестру 71")]).await;

    let app = &office.desk.app.app;
    let (left, right) =
        futures::join!(reconciliation::run(app, None), reconciliation::run(app, None));
    assert_eq!(left.unwrap().settled + right.unwrap().settled, 1, "two nodes at once");
    assert_eq!(office.run().await, RunReport::default(), "again nothing is left to do");
    let shown = office.shown(register).await;
    assert_eq!((&shown["open_kopecks"], &shown["settled_on"]), (&json!(0), &json!("2026-11-18")));
    assert_eq!((office.clearing(register).await, office.suspense().await), (0, 0));
    assert_eq!(office.received().await, 359_000, "what was advanced is not received again");
    assert_eq!(office.desk.balance(Account::OwnerAdvance(office.desk.owner())).await, 0);
    assert_eq!(office.desk.balance(Account::OwnerPayable(office.desk.owner())).await, -690_000);
    let states = office.desk.count("SELECT COUNT(*) FROM cod WHERE received_on IS NOT NULL").await;
    assert_eq!(states, 2);

    assert_eq!(
        office.match_by_hand(0, register, 1).await.problem(409),
        "bank_match_too_big",
        "nothing is left of the receipt"
    );
    let undone = office.unmatch(0, register).await.ok();
    assert_eq!(undone["document"]["open_kopecks"], 1_049_000);
    assert_eq!(undone["matches"].as_array().unwrap().len(), 1, "it stays to be seen");
    assert_eq!((office.received().await, office.clearing(register).await), (0, 0));
    assert_eq!(office.desk.balance(Account::OwnerAdvance(office.desk.owner())).await, 690_000);
    assert_eq!(office.unmatch(0, register).await.problem(404), "bank_match_not_found");

    assert_eq!(office.run().await.matched, 0, "what a person took back is the person's");
    assert_eq!(told(&office.findings("open").await), [("payment_without_register", 1_049_000)]);
    let more = office.match_by_hand(0, register, 1_049_001).await;
    assert_eq!(more.problem(409), "bank_match_too_big");
    office.match_by_hand(0, register, 49_000).await.ok();
    assert_eq!(office.shown(register).await["open_kopecks"], 1_000_000);
    assert_eq!(office.received().await, 0, "a part settles nothing");
    office.match_by_hand(0, register, 1_000_000).await.ok();
    assert_eq!(office.shown(register).await["settled_on"], "2026-11-18");
    office.advance(0, Step::Reported(AgentReportId::new()), 359_000).await;
    let refused = office.unmatch(0, register).await;
    assert_eq!(refused.problem(409), "register_money_reported");
    assert_eq!(office.shown(register).await["open_kopecks"], 0, "and nothing of it was done");
    office.finish().await;
}

#[tokio::test]
async fn the_way_of_a_parcels_money_names_the_paper_of_each_step() {
    let office = Office::of_sample().await;
    let register = office.register("71", &[(1, "3590"), (2, "6900")]).await.register;
    office.receive(&[paid("900", "10490.00").says("По реестру 71")]).await;
    office.run().await;
    let (desk, path) = (&office.desk, format!("/v1/cod/{}", office.desk.parcels[0].parcel));
    let way = |told: &Value| {
        let one = |step: &Value| {
            let text = |field: &str| step[field].as_str().unwrap_or_default().to_owned();
            (text("step"), text("paper"), text("paper_id"), text("paper_number"))
        };
        told["steps"].as_array().unwrap().iter().map(one).collect::<Vec<_>>()
    };
    let step = |step: &str, [paper, id, number]: [&str; 3]| {
        (step.to_owned(), paper.to_owned(), id.to_owned(), number.to_owned())
    };
    let told = desk.get(&path).await;
    let id = register.to_string();
    let papers = ["register", id.as_str(), "71"];
    let expected = [
        step("expected", ["", "", ""]),
        step("collected", ["", "", ""]),
        step("registered", papers),
        step("received", papers),
    ];
    assert_eq!(way(&told), expected);
    assert!(told["steps"][0]["transfer_id"].is_string());
    assert_eq!(
        (&told["state"], &told["order_number"]),
        (&json!("received"), &json!("SHOP-100045"))
    );
    let bank = &told["bank_documents"];
    assert_eq!(
        (&bank[0]["number"], &bank[0]["amount_kopecks"]),
        (&json!("900"), &json!(1_049_000))
    );
    assert_eq!((&bank[0]["direction"], bank.as_array().unwrap().len()), (&json!("in"), 1));

    let own = desk.app.get(&desk.world.keys[0], &path).await.ok();
    let papers = ["register", "", ""];
    assert_eq!(way(&own)[2..], [step("registered", papers), step("received", papers)]);
    assert_eq!(
        (&own["bank_documents"], &own["steps"][0]["transfer_id"]),
        (&json!([]), &Value::Null)
    );
    let foreign = desk.app.get(&desk.world.keys[1], &path).await;
    assert_eq!(foreign.problem(404), "cod_parcel_unknown");
    let named = "/v1/cod?order_number=SHOP-100045";
    let counted = async |token: &str| {
        desk.app.get(token, named).await.ok()["items"].as_array().unwrap().len()
    };
    assert_eq!(counted(desk.world.admin()).await, 1);
    assert_eq!(counted(&desk.world.keys[0]).await, 1);
    assert_eq!(counted(&desk.world.keys[1]).await, 0);
    office.finish().await;
}

#[tokio::test]
async fn several_registers_in_one_payment_and_several_payments_of_one_are_found_by_the_job() {
    let office = Office::of_sample().await;
    let first = office.register("", &[(1, "3590")]).await.register;
    let second = office.register("", &[(2, "6900")]).await.register;
    let third = office.register("73", &[(3, "2400"), (4, "3290")]).await.register;
    let rest = [
        paid("900", "10490.00").says("Перечисление денег покупателей"),
        paid("901", "2000.00").says("Реестр 73, часть 1"),
        paid("902", "3690.00").says("Реестр 73, часть 2"),
        paid("903", "55.00").of("ИНН 7736050003 ООО Магазин").says("Оплата по счёту 8 за хранение"),
    ];
    office.receive(&rest[..2]).await;
    let workers = Workers::new(office.desk.app.app.clone(), reconciliation::handlers());
    assert_eq!(workers.run_due().await.unwrap(), 4, "one for each register and statement");
    for register in [first, second] {
        assert_eq!(office.shown(register).await["settled_on"], "2026-11-18");
    }
    assert_eq!(told(&office.findings("open").await), [("payment_differs", -369_000)]);

    office.receive(&rest).await;
    assert_eq!(workers.run_due().await.unwrap(), 1);
    assert_eq!(office.findings("open").await, [], "the second half came");
    let cured = office.desk.get("/v1/findings?state=resolved").await["items"][0].clone();
    assert_eq!(cured["resolution"], "cleared_up");
    assert_eq!(cured["reason"], "receipt_matched");
    assert_eq!(office.clearing(third).await, 0);
    assert_eq!(office.received().await, 359_000 + 690_000 + 240_000 + 329_000);
    assert_eq!(office.suspense().await, 5_500, "what a shop pays for its storage is none of this");
    assert_eq!(reconciliation::queue_due(&office.desk.app.app).await.unwrap(), 1);
    assert_eq!(reconciliation::queue_due(&office.desk.app.app).await.unwrap(), 0, "once a day");
    office.finish().await;
}

#[tokio::test]
async fn of_two_equally_good_registers_none_is_chosen_until_a_person_says() {
    let mut parcels = vec![parcel("1105500001", "A-1", 100_000)];
    parcels.push(parcel("1105500002", "A-2", 100_000));
    let office = Office::open(Desk::open(parcels).await).await;
    let first = office.register("", &[(1, "1000")]).await.register;
    office.register("", &[(2, "1000")]).await;
    let payments = [
        paid("900", "1000.00").says("Перевод за ноябрь"),
        paid("901", "1000.00").says("Перевод за ноябрь"),
    ];
    office.receive(&payments[..1]).await;
    assert_eq!((office.run().await.matched, office.run().await.raised), (0, 0));
    assert_eq!(told(&office.findings("open").await), [("payment_ambiguous", 100_000)]);
    let finding = office.finding("payment_ambiguous").await;
    assert_eq!(finding["args"]["registers"].as_array().unwrap().len(), 2, "{finding}");
    assert_eq!(finding["proposed"], "match_by_hand");

    office.match_by_hand(0, first, 100_000).await.ok();
    assert_eq!(office.findings("open").await, []);
    office.receive(&payments).await;
    assert_eq!(office.run().await.settled, 1, "only one is left for the second payment");
    assert_eq!(office.received().await, 200_000);
    office.finish().await;
}

#[tokio::test]
async fn a_kopeck_is_told_until_somebody_books_it() {
    let office = Office::of_sample().await;
    let short = office.register("71", &[(1, "3590")]).await.register;
    let long = office.register("72", &[(2, "6900")]).await.register;
    office
        .receive(&[
            paid("900", "3589.99").says("По реестру 71"),
            paid("901", "6900.01").says("По реестру 72"),
        ])
        .await;
    assert_eq!(office.run().await.raised, 2);
    let expected = [("payment_differs", -1), ("payment_differs", 1)];
    let mut found = office.findings("open").await;
    found.sort();
    assert_eq!(told(&found), expected);
    let over = office.match_by_hand(0, long, 690_001).await;
    assert_eq!(over.problem(409), "bank_match_too_big");
    let over = office.match_by_hand(1, short, 359_001).await;
    assert_eq!(over.problem(409), "register_cover_too_big");

    office.match_by_hand(0, short, 358_999).await.ok();
    office.match_by_hand(1, long, 690_000).await.ok();
    office.run().await;
    assert_eq!(office.findings("open").await.len(), 2, "neither is cured by that");
    assert_eq!(office.shown(short).await["open_kopecks"], 1);
    assert_eq!(office.received().await, 690_000);
    let path = format!("/v1/registers/{short}/difference");
    let silent = json!({ "to": "set_off", "reason": " " });
    assert_eq!(office.desk.post(&path, silent).await.problem(422), "input_invalid");
    let body = json!({ "to": "set_off", "reason": "округление в счёте 8" });
    let done = office.desk.post(&path, body.clone()).await.ok();
    assert_eq!((&done["open_kopecks"], done["settled_on"].is_string()), (&json!(0), true));
    assert_eq!(office.desk.post(&path, body).await.problem(409), "register_settled");
    assert_eq!(office.desk.balance(Account::CarrierSettlement(carrier())).await, 1);
    assert_eq!((office.clearing(short).await, office.received().await), (0, 1_049_000));
    assert_eq!(told(&office.findings("open").await), [("payment_differs", 1)]);
    assert_eq!(office.suspense().await, 1, "a kopeck of nobody's");

    let last = office.register("74", &[(3, "2400"), (4, "3290")]).await.register;
    let path = format!("/v1/registers/{last}/difference");
    for to in ["claim", "write_off"] {
        let body = json!({ "to": to, "reason": "перевозчик утратил реестр" });
        let own = office.desk.post(&path, body).await;
        assert_eq!(own.problem(403), "reconciliation_second_person", "who accepted it");
    }
    assert_eq!(office.shown(last).await["open_kopecks"], 569_000);
    let body = json!({ "to": "claim", "reason": "перевозчик утратил реестр" });
    office.post_second(&path, body).await.ok();
    assert_eq!(office.desk.balance(Account::CarrierClaims(carrier())).await, 569_000);
    office.finish().await;
}

#[tokio::test]
async fn strangers_lone_payments_and_late_carriers_are_told_once_and_cured_by_facts() {
    let office = Office::of_sample().await;
    let register = office.register("71", &[(1, "3590")]).await.register;
    let late = office.register("72", &[(2, "6900")]).await.register;
    office
        .receive(&[
            paid("900", "3590.00").of(FACTORING).says("Реестр 71, уступка"),
            paid("901", "77.00").says("Наложенные платежи"),
        ])
        .await;
    let delays = json!({ "carrier": "cdek", "register_days": 1, "bank_days": 1 });
    let told_delays = office.put("/v1/cod-delays", delays).await;
    assert_eq!(told_delays["register_days"], 1);
    assert_eq!(told_delays["register_days_measured"], json!(null), "too few of them");
    let report = office.run().await;
    assert_eq!((report.settled, report.raised), (1, 5));
    assert_eq!(office.run().await, RunReport::default());
    let mut found = office.findings("open").await;
    found.sort();
    let expected = [
        ("absent_from_registers", 240_000),
        ("absent_from_registers", 329_000),
        ("payer_unexpected", 359_000),
        ("payment_without_register", 7_700),
        ("register_unpaid", 690_000),
    ];
    assert_eq!(told(&found), expected);
    assert_eq!(office.finding("register_unpaid").await["register_id"], json!(late));
    assert_eq!(office.finding("payer_unexpected").await["register_id"], json!(register));
    let absent = office.finding("absent_from_registers").await;
    assert!(absent["parcel_id"].is_string() && absent["args"]["days"] == 2, "{absent}");

    office.put("/v1/cod-payers", office.payers(&[PAYER, "7736050003"])).await;
    let wrong = office.payers(&["7736050004"]);
    let (app, token) = (&office.desk.app, office.desk.world.admin());
    let refused = app.send(Method::PUT, token, "/v1/cod-payers", Some("x"), Some(wrong)).await;
    assert_eq!(refused.problem(422), "input_invalid");
    let lone = office.finding("payment_without_register").await;
    let path = format!("/v1/findings/{}/resolve", lone["id"].as_str().unwrap());
    let decided = json!({ "resolution": "acknowledge", "reason": "вернём перевозчику" });
    office.desk.post(&path, decided).await.ok();
    office.register("73", &[(3, "2400")]).await;
    let both = [
        paid("900", "3590.00").of(FACTORING).says("Реестр 71, уступка"),
        paid("901", "77.00").says("Наложенные платежи"),
        paid("902", "6900.00").says("Реестр 72"),
    ];
    office.receive(&both).await;
    let report = office.run().await;
    assert_eq!((report.settled, report.cleared), (1, 2));
    let mut found = office.findings("open").await;
    found.sort();
    assert_eq!(told(&found), [("absent_from_registers", 329_000), ("register_unpaid", 240_000)]);
    office.finish().await;
}

#[tokio::test]
async fn the_age_of_money_is_shown_by_state_and_a_shop_sees_its_own() {
    let office = Office::of_sample().await;
    let world = &office.desk.world;
    let theirs =
        on_the_way::route(&office.desk.app.app, world.warehouse, world.owners[1], "cdek").await;
    let other = [parcel("X-1", "X-1", 7_700)];
    on_the_way::send(&office.desk.app.app, &theirs.unwrap(), &other, SENT).await.unwrap();
    office.register("71", &[(1, "3590")]).await;
    office.register("72", &[(2, "6900")]).await;
    office.receive(&[paid("900", "3590.00").says("По реестру 71")]).await;
    office.run().await;
    let delays = json!({ "carrier": "cdek", "register_days": 1, "bank_days": 5 });
    office.put("/v1/cod-delays", delays).await;

    let own = office.desk.app.get(&world.keys[0], "/v1/cod/ageing").await.ok();
    let lines = own["lines"].as_array().unwrap();
    let line = |state: &str| lines.iter().find(|one| one["state"] == state).unwrap();
    assert_eq!(own["day"], "2026-11-19");
    let collected = line("collected");
    assert_eq!((&collected["count"], &collected["sum_kopecks"]), (&json!(2), &json!(569_000)));
    assert_eq!((&collected["late_count"], &collected["late_after_days"]), (&json!(2), &json!(1)));
    assert_eq!(collected["buckets"][0]["sum_kopecks"], 569_000);
    assert_eq!(line("registered")["late_count"], 0);
    assert_eq!(line("received")["sum_kopecks"], 359_000);
    assert_eq!(lines.len(), 3, "{own}");

    let named = format!("/v1/cod/ageing?owner_id={}", world.owners[0]);
    let second = office.desk.app.get(&world.keys[1], &named).await.ok();
    let lines = second["lines"].as_array().unwrap();
    assert_eq!(lines.len(), 1, "whatever it names, its own alone");
    assert_eq!((&lines[0]["state"], &lines[0]["sum_kopecks"]), (&json!("expected"), &json!(7_700)));
    let all = office.desk.get("/v1/cod/ageing").await;
    assert_eq!(all["lines"].as_array().unwrap().len(), 4);
    for path in ["/v1/cod-payers?carrier=cdek", "/v1/cod-delays?carrier=cdek"] {
        assert_eq!(office.desk.app.get(&world.keys[0], path).await.problem(403), "forbidden");
    }
    office.finish().await;
}
