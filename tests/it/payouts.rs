//! Payouts: proposed by one person, approved by another, paid once, and taken back when the bank does not
//! carry them out.

mod returns;

use std::collections::BTreeMap;

use ambar::access::Role;
use ambar::args;
use ambar::bank::format::{self, Item};
use ambar::bank::statement as reading;
use ambar::carriers::model::DeliveryStatus;
use ambar::cod::{self, CodMove, Delivery, Step};
use ambar::commands::Ctx;
use ambar::db::{DbError, Tx};
use ambar::ids::{AgentReportId, BankAccountId, CodRegisterId, OwnerId, PayoutId};
use ambar::money::{self, Account, MoneyError, Posting, TransferReason};
use ambar::sandbox::on_the_way::{self, OnTheWay, Route};
use ambar::units::{Clock, Kopecks};
use serde_json::{Value, json};

use crate::bank::{BIC, Doc, OURS, OURS_TOO, THEIRS, account, balance, doc, statement, take};
use crate::money::day;
use crate::picking::number;
use crate::road::NOW;
use crate::seed::{self, World};
use crate::support::{Answer, TestApp, unique_name};

const TODAY: &str = "25.11.2026";

/// Two shops with contracts, and an account of ours.
struct Till {
    app: TestApp,
    world: World,
    account: BankAccountId,
    register: CodRegisterId,
    routes: Vec<Route>,
}

impl Till {
    async fn open() -> Self {
        let app = TestApp::spawn_with(Clock::fixed(NOW)).await;
        let world = seed::world(&app.app).await;
        let account = account(&app, OURS).await;
        let mut routes = Vec::new();
        for owner in world.owners {
            let route = on_the_way::route(&app.app, world.warehouse, owner, "cdek").await;
            routes.push(route.unwrap());
        }
        let till = Self { app, world, account, register: CodRegisterId::new(), routes };
        till.contract(0, THEIRS, 0).await;
        till.contract(1, OURS_TOO, 0).await;
        till
    }

    fn shop(&self, shop: usize) -> OwnerId {
        self.world.owners[shop]
    }

    async fn contract(&self, shop: usize, payee: &'static str, minimum: i64) {
        self.contract_by(Role::Accountant, shop, payee, minimum).await;
    }

    /// The first shop lets charges be set off.
    async fn contract_by(&self, role: Role, shop: usize, payee: &'static str, minimum: i64) {
        let since = day(NOW, -30);
        let terms = json!({
            "valid_from": since, "contract_number": "А-7", "contract_day": since,
            "agent_name": "ООО «Оператор»", "agent_inn": "7707083893", "fee_bp": 500,
            "fee_minimum_kopecks": 0, "set_off": shop == 0, "advance": false,
            "payout_minimum_kopecks": minimum,
            "payee": {
                "name": "ООО «Магазин»", "inn": "7736050003", "account": payee,
                "bank_name": "ПАО СБЕРБАНК", "bic": BIC, "corr_account": "30101810400000000225",
            },
        });
        let path = format!("/v1/owners/{}/agency-terms", self.shop(shop));
        let (token, key) = (self.world.session(role), unique_name());
        self.app.send(reqwest::Method::PUT, token, &path, Some(&key), Some(terms)).await.ok();
    }

    /// Parcels of a shop whose money came.
    async fn received(&self, shop: usize, name: &str, cods: &[i64]) -> Vec<OnTheWay> {
        let app = &self.app.app;
        let parcels: Vec<OnTheWay> = (0..)
            .zip(cods)
            .map(|(index, cod)| OnTheWay::new(format!("{name}-{index}")).with_cod(*cod))
            .collect();
        on_the_way::send(app, &self.routes[shop], &parcels, NOW).await.unwrap();
        let told: Vec<Delivery> = parcels
            .iter()
            .map(|one| Delivery {
                parcel: one.parcel,
                status: DeliveryStatus::Delivered,
                at: NOW,
                is_partial: false,
            })
            .collect();
        let ctx = Ctx::system(NOW);
        let work = async move |tx: &mut Tx| cod::follow(tx, &ctx, &told).await;
        app.db.write::<(), DbError, _>(work).await.unwrap();
        for step in [Step::Registered(self.register), Step::Received(self.register)] {
            self.step(&parcels, step).await;
        }
        parcels
    }

    async fn reported(&self, shop: usize, name: &str, cods: &[i64]) -> Vec<OnTheWay> {
        let parcels = self.received(shop, name, cods).await;
        self.step(&parcels, Step::Reported(AgentReportId::new())).await;
        parcels
    }

    /// All of their money goes a step on.
    async fn step(&self, parcels: &[OnTheWay], step: Step) {
        let today = day(NOW, 0);
        let of = |one: &OnTheWay| CodMove { parcel: one.parcel, step, amount: one.cod, day: today };
        let moves: Vec<CodMove> = parcels.iter().map(of).collect();
        let ctx = Ctx::system(NOW);
        let work = async move |tx: &mut Tx| cod::advance(tx, &ctx, &moves).await;
        self.app.app.db.write(work).await.unwrap();
    }

    async fn disputed(&self, parcel: &OnTheWay, why: Option<&'static str>) {
        let parcel = parcel.parcel;
        let work = async move |tx: &mut Tx| {
            let sql = "UPDATE cod SET disputed = $2, disputed_on = $3 WHERE parcel_id = $1";
            tx.execute(sql, args![parcel, why, why.map(|_| day(NOW, 0))]).await
        };
        self.app.app.db.write::<u64, DbError, _>(work).await.unwrap();
    }

    async fn charge(&self, shop: usize, sum: i64, days: i64) {
        let sides = (Account::OwnerCharges(self.shop(shop)), Account::AgentFee);
        let posting =
            Posting::new(TransferReason::AgentFee, sides, Kopecks::new(sum), day(NOW, days));
        let ctx = Ctx::system(NOW);
        let work =
            async move |tx: &mut Tx| money::post(tx, &ctx, std::slice::from_ref(&posting)).await;
        self.app.app.db.write::<(), MoneyError, _>(work).await.unwrap();
    }

    async fn make(&self, account: BankAccountId) -> Answer {
        let body = json!({ "cut_off": day(NOW, 0), "bank_account_id": account });
        self.app.post(self.world.session(Role::Accountant), "/v1/payout-runs", body).await
    }

    /// A run that the accountant made.
    async fn run(&self) -> String {
        self.make(self.account).await.ok()["id"].as_str().unwrap().to_owned()
    }

    async fn decide(&self, role: Role, run: &str, what: &str, body: Value) -> Answer {
        let path = format!("/v1/payout-runs/{run}/{what}");
        self.app.post(self.world.session(role), &path, body).await
    }

    /// As the run is shown now.
    async fn seen(&self, run: &str) -> Value {
        let path = format!("/v1/payout-runs/{run}");
        let shown = self.app.get(self.world.admin(), &path).await.ok();
        json!({ "made_at": shown["made_at"] })
    }

    async fn approve(&self, role: Role, run: &str) -> Answer {
        self.decide(role, run, "approve", self.seen(run).await).await
    }

    async fn approved(&self) -> String {
        let run = self.run().await;
        let told = self.approve(Role::Administrator, &run).await.ok();
        assert_eq!(told["state"], "approved");
        run
    }

    /// Sums by shop: gross, debt, set off, net.
    async fn paid(&self, run: &str) -> BTreeMap<usize, [i64; 4]> {
        let mut found = BTreeMap::new();
        for one in self.payouts(self.world.admin(), &format!("?run_id={run}")).await {
            let sums = ["gross_kopecks", "debt_kopecks", "set_off_kopecks", "net_kopecks"];
            found.insert(self.place(&one), sums.map(|name| one[name].as_i64().unwrap()));
        }
        found
    }

    fn place(&self, thing: &Value) -> usize {
        self.world.owners.iter().position(|owner| thing["owner_id"] == json!(owner)).unwrap()
    }

    async fn left_out(&self, run: &str) -> BTreeMap<usize, String> {
        let path = format!("/v1/payout-runs/{run}");
        let told = self.app.get(self.world.admin(), &path).await.ok();
        let rows = told["left_out"].as_array().unwrap().iter();
        rows.map(|one| (self.place(one), one["reason"].as_str().unwrap().to_owned())).collect()
    }

    async fn payouts(&self, token: &str, query: &str) -> Vec<Value> {
        let told = self.app.get(token, &format!("/v1/payouts{query}")).await.ok();
        told["items"].as_array().unwrap().clone()
    }

    async fn money(&self, shop: usize) -> Value {
        let path = format!("/v1/owners/{}/money", self.shop(shop));
        self.app.get(&self.world.keys[shop], &path).await.ok()
    }

    /// The payment orders of a run, as the reader of statements reads them.
    async fn orders(&self, run: &str) -> Vec<reading::Payment> {
        let path = format!("/v1/payout-runs/{run}/orders.txt");
        let file = self.app.get(self.world.admin(), &path).await;
        assert!(file.status.is_success());
        let again = self.app.get(self.world.admin(), &path).await;
        assert_eq!(again.bytes, file.bytes);
        let (_, items) = format::read(&file.bytes);
        let mut faults = Vec::new();
        let orders = items
            .iter()
            .filter_map(|item| match item {
                Item::Section(section) => reading::payment(section, &mut faults),
                _ => None,
            })
            .collect();
        assert_eq!(faults, [], "control digits, sums and days");
        orders
    }

    /// The bank says so today.
    async fn bank_says(&self, opening: i64, documents: &[Doc]) {
        let roubles = |sum: i64| format!("{}.{:02}", sum / 100, sum % 100);
        let of = |is_in: bool| {
            let these = documents.iter().filter(|one| (one.payee == OURS) == is_in);
            these.map(|one| one.roubles.replace('.', "").parse::<i64>().unwrap()).sum::<i64>()
        };
        let closing = opening + of(true) - of(false);
        let sums = [opening, of(true), of(false), closing].map(roubles);
        let sums = [&*sums[0], &*sums[1], &*sums[2], &*sums[3]];
        let report = take(&self.app, &statement(OURS, (sums, TODAY, TODAY), documents)).await;
        assert_eq!(report.faults, []);
    }

    async fn clearing(&self, shop: usize, payout: &Value) -> i64 {
        let payout: PayoutId = payout["id"].as_str().unwrap().parse().unwrap();
        balance(&self.app, Account::PayoutClearing(self.shop(shop), payout)).await
    }
}

#[tokio::test]
async fn what_is_due_is_ordered_by_a_second_person_and_paid_when_the_bank_says_so() {
    let till = Till::open().await;
    let parcels = till.reported(0, "A", &[100_000, 50_000, 7_000]).await;
    till.disputed(&parcels[2], Some("спорят о сумме")).await;
    till.received(0, "N", &[30_000]).await;
    till.reported(1, "B", &[80_000]).await;
    till.charge(0, 7_500, 0).await;
    till.charge(0, 900, 1).await;
    till.charge(1, 1_000, 0).await;

    let run = till.run().await;
    let expected = [(0, [150_000, 0, 7_500, 142_500]), (1, [80_000, 0, 0, 80_000])];
    assert_eq!(till.paid(&run).await, BTreeMap::from(expected));
    assert_eq!(
        till.payouts(&till.world.keys[0], "").await,
        [] as [Value; 0],
        "a draft is nobody's"
    );
    let own = till.approve(Role::Accountant, &run).await;
    assert_eq!(own.problem(403), "payout_second_person");
    let path = format!("/v1/payout-runs/{run}/orders.txt");
    let early = till.app.get(till.world.admin(), &path).await;
    assert_eq!(early.problem(409), "payout_run_not_approved");
    till.approve(Role::Administrator, &run).await.ok();

    let orders = till.orders(&run).await;
    assert_eq!(orders.len(), 2);
    let first = orders.iter().find(|one| one.amount == Kopecks::new(142_500)).unwrap();
    assert!(first.purpose.contains("№ А-7 от 26.10.2026"), "{}", first.purpose);
    let outgoing = Account::BankOutgoing(till.account);
    assert_eq!(balance(&till.app, outgoing.clone()).await, -222_500);
    assert_eq!(balance(&till.app, Account::OwnerPayable(till.shop(0))).await, -7_000);
    assert_eq!(balance(&till.app, Account::OwnerCharges(till.shop(0))).await, 900);

    let documents: Vec<Doc> = [(142_500, THEIRS), (80_000, OURS_TOO)]
        .map(|(sum, payee)| {
            let order = orders.iter().find(|one| one.amount == Kopecks::new(sum)).unwrap();
            doc(&order.number, OURS, payee, &format!("{}.00", sum / 100), TODAY)
        })
        .into();
    till.bank_says(1_000_000, &documents[..1]).await;
    assert_eq!(balance(&till.app, outgoing).await, -80_000, "the other is on its way");
    let own = till.payouts(&till.world.keys[0], "").await;
    assert_eq!(
        (own.len(), &own[0]["state"], &own[0]["paid_on"]),
        (1, &json!("paid"), &json!(day(NOW, 0)))
    );
    assert_eq!(till.clearing(0, &own[0]).await, 0);
    let others = till.payouts(&till.world.keys[1], &format!("?owner_id={}", till.shop(0))).await;
    assert_eq!((others.len(), &others[0]["state"]), (1, &json!("ordered")));
    let path = format!("/v1/payouts/{}", others[0]["id"].as_str().unwrap());
    assert_eq!(till.app.get(&till.world.keys[0], &path).await.problem(404), "payout_not_found");
    let foreign = till.app.get(&till.world.keys[0], &format!("{path}/parcels")).await;
    assert_eq!(foreign.problem(404), "payout_not_found");
    let path = format!("/v1/payouts/{}/parcels", own[0]["id"].as_str().unwrap());
    let listed = till.app.get(&till.world.keys[0], &path).await.ok();
    assert_eq!(listed["items"].as_array().unwrap().len(), 2);
    assert_eq!(listed["items"][0]["order_number"], "OA-0");
    let hidden = till.app.get(&till.world.keys[0], "/v1/payout-runs").await;
    assert_eq!(hidden.problem(403), "forbidden");

    let told = till.money(0).await;
    assert_eq!(told["paid_kopecks"], 142_500);
    assert_eq!(told["received_kopecks"], 30_000);
    assert_eq!(
        (&told["payable_kopecks"], &told["disputed_kopecks"]),
        (&json!(7_000), &json!(7_000))
    );
    assert_eq!(told["next"]["left_out"], "nothing_due");
    till.app.finish().await;
}

#[tokio::test]
async fn an_accepted_report_is_paid_by_an_order_that_names_it_and_the_next_one_tells() {
    let till = Till::open().await;
    till.received(0, "A", &[100_000, 50_000]).await;
    let report = async |from: i64, to: i64| {
        let (from, to) = (day(NOW, from), day(NOW, to));
        let body = json!({ "owner_id": till.shop(0), "from": from, "to": to });
        let desk = till.world.session(Role::Accountant);
        till.app.post(desk, "/v1/agent-reports", body).await.ok()
    };
    let drawn = report(-5, 0).await;
    let run = till.run().await;
    assert_eq!(till.paid(&run).await, BTreeMap::new(), "a draft makes nothing due");
    let path = format!("/v1/agent-reports/{}/approve", drawn["id"].as_str().unwrap());
    let seen = json!({ "made_at": drawn["made_at"] });
    let accepted = till.app.post(till.world.admin(), &path, seen).await.ok();
    let number = accepted["number"].as_str().unwrap();
    assert_eq!(accepted["to_pay_kopecks"], 142_500);

    till.decide(Role::Accountant, &run, "refresh", json!({})).await.ok();
    assert_eq!(till.paid(&run).await, BTreeMap::from([(0, [150_000, 0, 7_500, 142_500])]));
    till.approve(Role::Administrator, &run).await.ok();
    let orders = till.orders(&run).await;
    let [order] = orders.as_slice() else { panic!("{} orders", orders.len()) };
    let named =
        format!("агентский договор № А-7 от 26.10.2026, отчёт агента № {number} от {TODAY}.");
    assert!(order.purpose.contains(&named), "{}", order.purpose);
    let carried_out = doc(&order.number, OURS, THEIRS, "1425.00", TODAY);
    till.bank_says(500_000, &[carried_out]).await;
    let own = till.payouts(&till.world.keys[0], "").await;
    assert_eq!(own[0]["state"], "paid");
    assert_eq!(till.clearing(0, &own[0]).await, 0);

    // Past midnight in Moscow.
    till.app.app.clock.advance_seconds(12 * 3600);
    let next = report(1, 1).await;
    for (what, sum) in [
        ("opening_payable", 150_000),
        ("opening_charges", 7_500),
        ("paid", 150_000),
        ("settled", 7_500),
        ("closing_payable", 0),
        ("closing_charges", 0),
    ] {
        assert_eq!(next[format!("{what}_kopecks")], sum, "{what}");
    }
    till.app.finish().await;
}

#[tokio::test]
async fn who_is_not_paid_is_named_with_the_reason() {
    let till = Till::open().await;
    let parcels = till.reported(0, "A", &[50_000]).await;
    till.contract(0, THEIRS, 50_001).await;
    till.reported(1, "B", &[80_000]).await;
    let hold = async |what: &str| {
        let path = format!("/v1/owners/{}/payout-{what}", till.shop(1));
        let body = json!({ "reason": "нет договора на бумаге" });
        till.app.post(till.world.session(Role::Accountant), &path, body).await
    };
    hold("hold").await.ok();
    assert_eq!(hold("hold").await.problem(409), "payout_held");
    assert_eq!(till.money(1).await["hold"]["reason"], "нет договора на бумаге");

    let run = till.run().await;
    let reasons = async || {
        let left_out = till.left_out(&run).await;
        [0, 1].map(|shop| left_out.get(&shop).cloned().unwrap_or_default())
    };
    assert_eq!(reasons().await, ["below_minimum", "held"]);
    let empty = till.approve(Role::Administrator, &run).await;
    assert_eq!(empty.problem(409), "payout_run_empty");
    assert_eq!(till.make(till.account).await.problem(409), "payout_run_open");

    hold("release").await.ok();
    assert_eq!(hold("release").await.problem(409), "payout_not_held");
    till.contract(0, THEIRS, 50_000).await;
    let refresh = async || till.decide(Role::Accountant, &run, "refresh", json!({})).await.ok();
    assert_eq!(refresh().await["net_kopecks"], 130_000);
    assert_eq!(reasons().await, ["", ""]);
    let beside = account(&till.app, OURS_TOO).await;
    let second = till.make(beside).await.ok()["id"].as_str().unwrap().to_owned();
    let elsewhere = till.left_out(&second).await.into_values().collect::<Vec<_>>();
    assert_eq!(elsewhere, ["in_another_run", "in_another_run"]);

    till.charge(0, 50_000, 0).await;
    let forget = async |tx: &mut Tx| {
        tx.execute("DELETE FROM agency_terms WHERE fee_bp = 500", args![]).await
    };
    refresh().await;
    assert_eq!(reasons().await, ["set_off", ""]);
    till.app.app.db.write::<u64, DbError, _>(forget).await.unwrap();
    refresh().await;
    assert_eq!(reasons().await, ["no_terms", "no_terms"]);
    till.contract(0, THEIRS, 0).await;
    till.disputed(&parcels[0], Some("спорят")).await;
    refresh().await;
    assert_eq!(reasons().await[0], "nothing_due");
    let why = json!({ "reason": "передумали" });
    let given_up = till.decide(Role::Accountant, &run, "reject", why).await.ok();
    assert_eq!(
        (&given_up["state"], &given_up["reason"]),
        (&json!("rejected"), &json!("передумали"))
    );
    let late = till.approve(Role::Administrator, &run).await;
    assert_eq!(late.problem(409), "payout_run_decided");
    till.app.finish().await;
}

#[tokio::test]
async fn a_refund_of_money_that_is_not_due_takes_nothing_from_other_parcels() {
    let till = Till::open().await;
    let reported = till.reported(1, "B", &[100_000, 200_000]).await;
    till.disputed(&reported[0], Some("спорят о сумме")).await;
    till.step(&reported[..1], Step::Refunded(till.register)).await;
    let received = till.received(1, "N", &[30_000]).await;
    till.step(&received, Step::Refunded(till.register)).await;
    assert_eq!(till.money(1).await["debt_kopecks"], 0);
    let run = till.approved().await;
    assert_eq!(till.paid(&run).await, BTreeMap::from([(1, [200_000, 0, 0, 200_000])]));

    // Let go, it bears its own refund.
    till.disputed(&reported[0], None).await;
    till.reported(1, "C", &[50_000]).await;
    let run = till.run().await;
    assert_eq!(till.paid(&run).await, BTreeMap::from([(1, [150_000, 100_000, 0, 50_000])]));
    till.app.finish().await;
}

#[tokio::test]
async fn a_refund_after_payment_is_a_debt_that_the_next_payouts_make_good() {
    let till = Till::open().await;
    let first = till.reported(0, "A", &[40_000]).await;
    till.approved().await;
    till.step(&first, Step::Refunded(till.register)).await;
    let told = till.money(0).await;
    assert_eq!(
        (&told["payable_kopecks"], &told["debt_kopecks"]),
        (&json!(-40_000), &json!(40_000))
    );
    assert_eq!(told["next"]["left_out"], "debt");

    till.reported(0, "B", &[30_000]).await;
    let run = till.run().await;
    assert_eq!(till.left_out(&run).await, BTreeMap::from([(0, "debt".to_owned())]));
    let third = till.reported(0, "C", &[25_000, 9_000]).await;
    // Refunded before it is paid: it comes and goes.
    till.step(&third[1..], Step::Refunded(till.register)).await;
    till.charge(0, 2_000, 0).await;
    till.decide(Role::Accountant, &run, "refresh", json!({})).await.ok();
    assert_eq!(till.paid(&run).await, BTreeMap::from([(0, [64_000, 49_000, 2_000, 13_000])]));
    till.approve(Role::Administrator, &run).await.ok();
    let told = till.money(0).await;
    for name in ["payable_kopecks", "debt_kopecks", "charges_kopecks"] {
        assert_eq!(told[name], 0, "{name}");
    }
    assert_eq!(told["paid_kopecks"], 53_000);
    till.app.finish().await;
}

#[tokio::test]
async fn a_run_is_approved_as_it_was_made_and_pays_once() {
    let till = Till::open().await;
    let parcels = till.reported(0, "A", &[40_000, 5_000]).await;
    let run = till.run().await;
    till.disputed(&parcels[1], Some("спорят")).await;
    let approve = async |role: Role| till.approve(role, &run).await;
    assert_eq!(approve(Role::Administrator).await.problem(409), "payout_run_stale");
    till.decide(Role::Administrator, &run, "refresh", json!({})).await.ok();
    assert_eq!(approve(Role::Administrator).await.problem(403), "payout_second_person");

    // No terms with a wrong number are taken; these went wrong in the database.
    till.contract_by(Role::Administrator, 0, THEIRS, 0).await;
    let spoil = async |tx: &mut Tx| {
        let sql = "UPDATE agency_terms SET payee_account = '40702810500000000003'";
        tx.execute(sql, args![]).await
    };
    till.app.app.db.write::<u64, DbError, _>(spoil).await.unwrap();
    till.decide(Role::Administrator, &run, "refresh", json!({})).await.ok();
    let refused = approve(Role::Accountant).await;
    assert_eq!(refused.json()["fields"][0]["field"], "orders[0].payee.account");
    assert_eq!(refused.problem(422), "input_invalid");
    // Where the money goes was written down by who would send it there.
    till.contract(0, THEIRS, 0).await;
    till.decide(Role::Administrator, &run, "refresh", json!({})).await.ok();
    assert_eq!(approve(Role::Accountant).await.problem(403), "payout_second_person");
    assert_eq!(number(&till.app, "SELECT COUNT(*) FROM bank_order").await, 0);
    till.contract_by(Role::Administrator, 0, THEIRS, 0).await;

    let path = format!("/v1/payout-runs/{run}/approve");
    let keys = ["1", "1", "2", "3", "4", "5", "6", "7"];
    let accountant = till.world.session(Role::Accountant);
    let seen = till.seen(&run).await;
    let all = keys.map(|key| till.app.post_with_key(accountant, &path, key, seen.clone()));
    for answer in futures::future::join_all(all).await {
        assert_eq!(answer.ok()["state"], "approved");
    }
    assert_eq!(number(&till.app, "SELECT COUNT(*) FROM bank_order").await, 1);
    assert_eq!(balance(&till.app, Account::BankOutgoing(till.account)).await, -40_000);
    assert_eq!(till.orders(&run).await[0].number, "1");
    let twice = till.run().await;
    assert_eq!(till.left_out(&twice).await, BTreeMap::from([(0, "nothing_due".to_owned())]));
    till.app.finish().await;
}

#[tokio::test]
async fn a_run_that_was_made_anew_is_not_approved_unseen() {
    let till = Till::open().await;
    till.reported(0, "A", &[40_000]).await;
    let run = till.run().await;
    let seen = till.seen(&run).await;
    till.reported(1, "B", &[80_000]).await;
    till.app.app.clock.advance_seconds(1);
    till.decide(Role::Accountant, &run, "refresh", json!({})).await.ok();
    let unseen = till.decide(Role::Administrator, &run, "approve", seen).await;
    assert_eq!(unseen.problem(409), "payout_run_stale");
    let silent = till.decide(Role::Administrator, &run, "approve", json!({})).await;
    assert_eq!(silent.problem(422), "body_invalid");
    assert_eq!(number(&till.app, "SELECT COUNT(*) FROM bank_order").await, 0);
    let approved = till.approve(Role::Administrator, &run).await.ok();
    assert_eq!(approved["net_kopecks"], 120_000);
    till.app.finish().await;
}
