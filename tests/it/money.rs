//! The money ledger and the chain of COD: what can happen to a parcel's money, and what cannot.

use ambar::access::Role;
use ambar::args;
use ambar::carriers::model::DeliveryStatus;
use ambar::carriers::registry::Account as CarrierAccount;
use ambar::cod::{self, CodError, CodMove, Delivery, Step};
use ambar::commands::Ctx;
use ambar::db::{Count, DbError, Tx};
use ambar::ids::{AgentReportId, CodRegisterId, OwnerId, PayoutId};
use ambar::money::{self, Account, MoneyError, Posting, TransferReason};
use ambar::sandbox::on_the_way::{self, OnTheWay, Route};
use ambar::tracking::ingest;
use ambar::units::{Clock, Day, Kopecks, UtcMicros};

use serde_json::{Value, json};

use crate::manifests::Packed;
use crate::picking::number;
use crate::road::{DAY, NOW, track, went};
use crate::seed;
use crate::shipments::Site;
use crate::support::TestApp;

/// A shop with parcels at a carrier.
pub(crate) struct Purse {
    pub(crate) app: TestApp,
    pub(crate) route: Route,
    pub(crate) parcels: Vec<OnTheWay>,
}

impl Purse {
    /// Parcels with so much cash on delivery each, handed over now.
    pub(crate) async fn open(cods: &[i64]) -> Self {
        let app = TestApp::spawn_with(Clock::fixed(NOW)).await;
        let warehouse = on_the_way::warehouse(&app.app).await.unwrap();
        let owner = on_the_way::shop(&app.app, "gamma").await.unwrap();
        let route = on_the_way::route(&app.app, warehouse, owner, "cdek").await.unwrap();
        let parcels: Vec<OnTheWay> = (0..)
            .zip(cods)
            .map(|(index, cod)| OnTheWay::new(format!("P-{index}")).with_cod(*cod))
            .collect();
        on_the_way::send(&app.app, &route, &parcels, NOW).await.unwrap();
        Self { app, route, parcels }
    }

    pub(crate) fn owner(&self) -> OwnerId {
        self.route.owner
    }

    /// The carrier said so, on that day from now.
    pub(crate) async fn told(&self, parcel: usize, status: DeliveryStatus, day: i64) {
        let (parcel, at) = (self.parcels[parcel].parcel, NOW.plus_seconds(day * DAY));
        self.follow(Delivery { parcel, status, at, is_partial: false }).await;
    }

    async fn follow(&self, delivery: Delivery) {
        let ctx = Ctx::system(delivery.at);
        let work = async move |tx: &mut Tx| cod::follow(tx, &ctx, &[delivery]).await;
        self.app.app.db.write::<(), DbError, _>(work).await.unwrap();
    }

    pub(crate) async fn advance(
        &self,
        parcel: usize,
        step: Step,
        sum: i64,
    ) -> Result<(), CodError> {
        let parcel = self.parcels[parcel].parcel;
        let one = CodMove { parcel, step, amount: Kopecks::new(sum), day: day(NOW, 1) };
        let ctx = Ctx::system(NOW);
        let work = async move |tx: &mut Tx| cod::advance(tx, &ctx, &[one]).await;
        self.app.app.db.write(work).await
    }

    /// Debit less credit.
    pub(crate) async fn balance(&self, account: Account) -> i64 {
        let read = async move |tx: &mut Tx| money::balance(tx, &account).await;
        self.app.app.db.read::<Kopecks, DbError, _>(read).await.unwrap().get()
    }

    async fn count(&self, sql: &'static str) -> i64 {
        let read = async move |tx: &mut Tx| tx.fetch_one::<Count>(sql, vec![]).await;
        self.app.app.db.read::<Count, DbError, _>(read).await.unwrap().value
    }
}

pub(crate) fn day(from: UtcMicros, days: i64) -> Day {
    from.plus_seconds(days * DAY).moscow_day()
}

fn carrier() -> String {
    "cdek".to_owned()
}

#[tokio::test]
async fn the_money_of_a_parcel_goes_from_hand_to_hand_and_each_step_is_in_the_books() {
    let purse = Purse::open(&[150_000, 50_000, 0]).await;
    let owner = purse.owner();
    assert_eq!(purse.balance(Account::CodAtBuyer(owner, carrier())).await, 200_000);
    assert_eq!(purse.count("SELECT COUNT(*) FROM cod").await, 2, "a prepaid parcel has no chain");
    assert_eq!(purse.count("SELECT COUNT(*) FROM money_transfer").await, 1, "one for all parcels");

    purse.told(0, DeliveryStatus::Delivered, 1).await;
    purse.told(0, DeliveryStatus::Delivered, 2).await;
    purse.told(2, DeliveryStatus::Delivered, 1).await;
    assert_eq!(purse.balance(Account::CodAtCarrier(owner, carrier())).await, 150_000);
    assert_eq!(purse.balance(Account::CodAtBuyer(owner, carrier())).await, 50_000);

    let register = CodRegisterId::new();
    purse.advance(0, Step::Registered(register), 150_000).await.unwrap();
    purse.advance(0, Step::Received(register), 150_000).await.unwrap();
    assert_eq!(purse.balance(Account::CodRegistered(owner, carrier())).await, 0);
    assert_eq!(purse.balance(Account::RegisterClearing(carrier(), register)).await, 150_000);
    assert_eq!(purse.balance(Account::CodReceived(owner)).await, -150_000);
    assert_eq!(purse.balance(Account::CodPending(owner)).await, -50_000);

    let (report, payout) = (AgentReportId::new(), PayoutId::new());
    let early = purse.advance(0, Step::Paid(payout), 150_000).await;
    assert!(matches!(early, Err(CodError::OutOfOrder { .. })), "{early:?}");
    purse.advance(0, Step::Reported(report), 150_000).await.unwrap();
    assert_eq!(purse.balance(Account::OwnerPayable(owner)).await, -150_000);
    purse.advance(0, Step::Paid(payout), 150_000).await.unwrap();
    assert_eq!(purse.balance(Account::OwnerPayable(owner)).await, 0);
    assert_eq!(purse.balance(Account::PayoutClearing(owner, payout)).await, -150_000);

    purse.advance(0, Step::Refunded(register), 20_000).await.unwrap();
    assert_eq!(purse.balance(Account::OwnerPayable(owner)).await, 20_000, "the shop owes it");
    let sum = "SELECT CAST(SUM(debit_kopecks - credit_kopecks) AS BIGINT) FROM money_balance";
    assert_eq!(purse.count(sum).await, 0);
    purse.app.finish().await;
}

#[tokio::test]
async fn a_parcel_that_comes_back_brings_nothing_and_one_that_turns_again_is_paid_once() {
    let purse = Purse::open(&[70_000]).await;
    let owner = purse.owner();
    purse.told(0, DeliveryStatus::Delivered, 1).await;
    purse.told(0, DeliveryStatus::Returned, 2).await;
    assert_eq!(purse.balance(Account::CodAtCarrier(owner, carrier())).await, 0);
    assert_eq!(purse.balance(Account::CodPending(owner)).await, 0);
    purse.told(0, DeliveryStatus::Delivered, 3).await;
    assert_eq!(purse.balance(Account::CodAtCarrier(owner, carrier())).await, 70_000);

    purse.advance(0, Step::Registered(CodRegisterId::new()), 70_000).await.unwrap();
    purse.told(0, DeliveryStatus::Lost, 4).await;
    assert_eq!(purse.balance(Account::CodRegistered(owner, carrier())).await, 70_000);
    purse.app.finish().await;
}

#[tokio::test]
async fn the_return_of_the_rest_leaves_what_was_paid_for_a_part_to_the_register() {
    let purse = Purse::open(&[1_000, 1_000]).await;
    let owner = purse.owner();
    for (day, status) in [
        (1, DeliveryStatus::PartlyDelivered),
        (2, DeliveryStatus::Returning),
        (3, DeliveryStatus::Returned),
    ] {
        purse.told(0, status, day).await;
    }
    // Of this one all was told at once.
    let (parcel, at) = (purse.parcels[1].parcel, NOW.plus_seconds(3 * DAY));
    let returned = Delivery { parcel, status: DeliveryStatus::Returned, at, is_partial: true };
    purse.follow(returned).await;
    assert_eq!(purse.balance(Account::CodAtBuyer(owner, carrier())).await, 2_000);
    let missed = "SELECT COUNT(*) FROM cod
         WHERE is_partial AND registered_kopecks = 0 AND collected_on IS NOT NULL";
    assert_eq!(purse.count(missed).await, 2, "both are waited for");

    let register = CodRegisterId::new();
    purse.advance(0, Step::Collected, 600).await.unwrap();
    purse.advance(0, Step::Registered(register), 600).await.unwrap();
    purse.advance(0, Step::Released, 400).await.unwrap();
    purse.told(0, DeliveryStatus::Lost, 4).await;
    assert_eq!(purse.balance(Account::CodRegistered(owner, carrier())).await, 600);
    assert_eq!(purse.balance(Account::CodAtBuyer(owner, carrier())).await, 1_000);

    purse.told(1, DeliveryStatus::InTransit, 5).await;
    purse.told(1, DeliveryStatus::Returned, 6).await;
    assert_eq!(purse.balance(Account::CodAtBuyer(owner, carrier())).await, 0, "it was annulled");
    assert_eq!(purse.balance(Account::CodPending(owner)).await, -600);
    purse.app.finish().await;
}

#[tokio::test]
async fn what_goes_forth_and_back_in_one_work_is_what_is_left_of_it() {
    let purse = Purse::open(&[1_000]).await;
    let (owner, parcel) = (purse.owner(), purse.parcels[0].parcel);
    let register = Step::Registered(CodRegisterId::new());
    // Two lines of a register: each is right, and the first lets the rest go.
    let moves = [
        (Step::Collected, 600),
        (register, 600),
        (Step::Released, 400),
        (Step::Released, -400),
        (Step::Collected, 400),
        (register, 400),
    ];
    let moves: Vec<CodMove> = moves
        .into_iter()
        .map(|(step, sum)| CodMove { parcel, step, amount: Kopecks::new(sum), day: day(NOW, 1) })
        .collect();
    let ctx = Ctx::system(NOW);
    let work = async move |tx: &mut Tx| cod::advance(tx, &ctx, &moves).await;
    purse.app.app.db.write::<(), CodError, _>(work).await.unwrap();
    assert_eq!(purse.balance(Account::CodRegistered(owner, carrier())).await, 1_000);
    assert_eq!(purse.balance(Account::CodAtBuyer(owner, carrier())).await, 0);
    let released = "SELECT COUNT(*) FROM cod_step WHERE step = 'released'";
    assert_eq!(purse.count(released).await, 0);
    purse.app.finish().await;
}

#[tokio::test]
async fn what_no_register_lists_is_shown_the_oldest_first_and_page_by_page() {
    let purse = Purse::open(&[100, 200, 300, 400]).await;
    for (parcel, days) in [(0, -1), (1, -3), (2, -2), (3, -3)] {
        purse.told(parcel, DeliveryStatus::Delivered, days).await;
    }
    let world = seed::world(&purse.app.app).await;
    let accountant = world.session(Role::Accountant);
    let (mut days, mut sums, mut after) = (Vec::new(), Vec::new(), String::new());
    loop {
        let path = format!("/v1/cod/absent?carrier=cdek&days=1&limit=1{after}");
        let page = purse.app.get(accountant, &path).await.ok();
        let item = &page["items"][0];
        days.push(item["collected_on"].as_str().unwrap().to_owned());
        sums.push(item["collected_kopecks"].as_i64().unwrap());
        let Some(next) = page["next"].as_str() else { break };
        after = format!("&after={next}");
    }
    assert_eq!(days, [-3, -3, -2, -1].map(|days| day(NOW, days).to_string()));
    sums.sort_unstable();
    assert_eq!(sums, [100, 200, 300, 400]);
    let eve = purse.app.get(accountant, "/v1/cod/absent?carrier=cdek&days=3").await.ok();
    assert_eq!(eve["items"].as_array().unwrap().len(), 2);
    let order = &purse.parcels[2].order_number;
    let named = format!("/v1/cod?order_number={order}");
    let of_order = purse.app.get(accountant, &named).await.ok();
    assert_eq!(of_order["items"].as_array().unwrap().len(), 1);
    assert_eq!(of_order["items"][0]["collected_kopecks"], 300);
    let other = purse.app.get(&world.keys[0], &named).await.ok();
    assert_eq!(other["items"], json!([]), "another shop's");
    purse.app.finish().await;
}

#[tokio::test]
async fn money_that_is_held_back_says_since_when_and_ages_by_itself() {
    let app = TestApp::spawn_with(Clock::fixed(NOW)).await;
    let world = seed::world(&app.app).await;
    let shop = world.owners[0];
    let route = on_the_way::route(&app.app, world.warehouse, shop, "cdek").await.unwrap();
    let parcels: Vec<OnTheWay> =
        ["P-1", "P-2"].into_iter().map(|number| OnTheWay::new(number).with_cod(10_000)).collect();
    on_the_way::send(&app.app, &route, &parcels, NOW).await.unwrap();
    let purse = Purse { app, route, parcels };
    let register = CodRegisterId::new();
    for parcel in [0, 1] {
        purse.told(parcel, DeliveryStatus::Delivered, 0).await;
        purse.advance(parcel, Step::Registered(register), 10_000).await.unwrap();
        purse.advance(parcel, Step::Received(register), 10_000).await.unwrap();
    }
    purse.advance(0, Step::Reported(AgentReportId::new()), 4_000).await.unwrap();

    let path = format!("/v1/cod/{}", purse.parcels[0].parcel);
    let reason = json!({ "reason": "спорят о сумме" });
    let held = purse.app.post(world.admin(), &format!("{path}/hold"), reason).await.ok();
    assert_eq!(held["held_on"], day(NOW, 0).to_string());
    assert!(held["held_by"].is_string(), "{held}");
    let shown = purse.app.get(&world.keys[0], &path).await.ok();
    assert_eq!((&shown["held_on"], &shown["held_by"]), (&held["held_on"], &Value::Null));
    assert_eq!(purse.app.get(&world.keys[1], &path).await.problem(404), "cod_parcel_unknown");

    let ages = async || {
        let ages = purse.app.get(world.admin(), "/v1/cod/ageing").await.ok();
        let line = |line: &Value| {
            (line["state"].as_str().unwrap().to_owned(), line["sum_kopecks"].as_i64().unwrap())
        };
        ages["lines"].as_array().unwrap().iter().map(line).collect::<Vec<_>>()
    };
    let state = |state: &str, sum: i64| (state.to_owned(), sum);
    assert_eq!(ages().await, [state("received", 10_000), state("disputed", 10_000)]);
    let freed = purse.app.post(world.admin(), &format!("{path}/release"), json!({})).await.ok();
    assert_eq!((&freed["held_on"], &freed["held_by"]), (&Value::Null, &Value::Null));
    assert_eq!(ages().await, [state("received", 16_000), state("reported", 4_000)]);
    purse.app.finish().await;
}

#[tokio::test]
async fn what_is_advanced_before_the_bank_has_it_stays_visible_until_it_comes() {
    let purse = Purse::open(&[90_000]).await;
    let owner = purse.owner();
    purse.told(0, DeliveryStatus::Delivered, 1).await;
    let (report, register) = (AgentReportId::new(), CodRegisterId::new());
    let early = purse.advance(0, Step::Reported(report), 90_000).await;
    assert!(matches!(early, Err(CodError::OutOfOrder { .. })), "{early:?}");
    purse.advance(0, Step::Advanced(report), 90_000).await.unwrap();
    assert_eq!(purse.balance(Account::OwnerAdvance(owner)).await, 90_000);
    purse.advance(0, Step::Registered(register), 90_000).await.unwrap();
    purse.advance(0, Step::Received(register), 90_000).await.unwrap();
    purse.advance(0, Step::AdvanceCleared(register), 90_000).await.unwrap();
    assert_eq!(purse.balance(Account::OwnerAdvance(owner)).await, 0);
    assert_eq!(purse.balance(Account::CodReceived(owner)).await, 0);
    assert_eq!(purse.balance(Account::OwnerPayable(owner)).await, -90_000);
    purse.app.finish().await;
}

#[tokio::test]
async fn two_nodes_that_hear_of_one_delivery_collect_it_once() {
    let purse = Purse::open(&[10_000; 20]).await;
    let deliveries: Vec<Delivery> = purse
        .parcels
        .iter()
        .map(|one| Delivery {
            parcel: one.parcel,
            status: DeliveryStatus::Delivered,
            at: NOW,
            is_partial: false,
        })
        .collect();
    let tell = |deliveries: Vec<Delivery>| {
        let db = purse.app.app.db.clone();
        async move {
            let ctx = Ctx::system(NOW);
            let work = async move |tx: &mut Tx| cod::follow(tx, &ctx, &deliveries).await;
            db.write::<(), DbError, _>(work).await
        }
    };
    let backwards: Vec<Delivery> = deliveries.iter().rev().copied().collect();
    let told = [deliveries.clone(), backwards, deliveries.clone(), deliveries];
    for done in futures::future::join_all(told.map(tell)).await {
        done.unwrap();
    }
    let owner = purse.owner();
    assert_eq!(purse.balance(Account::CodAtCarrier(owner, carrier())).await, 200_000);
    purse.app.finish().await;
}

#[tokio::test]
async fn nobody_changes_what_was_posted_or_posts_into_a_closed_period() {
    let purse = Purse::open(&[30_000]).await;
    for sql in [
        "UPDATE money_transfer SET amount_kopecks = 1",
        "DELETE FROM money_transfer",
        "UPDATE cod_step SET amount_kopecks = 1",
        "DELETE FROM cod_step",
    ] {
        let work = async move |tx: &mut Tx| tx.execute(sql, vec![]).await;
        let refused = purse.app.app.db.write::<u64, DbError, _>(work).await;
        assert!(matches!(refused, Err(DbError::Check { .. })), "{sql}: {refused:?}");
    }
    let close = async move |tx: &mut Tx| {
        tx.execute("UPDATE money_book SET closed_until = $1", args![day(NOW, 3)]).await
    };
    purse.app.app.db.write::<u64, DbError, _>(close).await.unwrap();
    let again = async move |tx: &mut Tx| {
        tx.execute("UPDATE money_book SET closed_until = $1", args![day(NOW, 2)]).await
    };
    let reopened = purse.app.app.db.write::<u64, DbError, _>(again).await;
    assert!(reopened.is_err_and(|error| error.is_check("money_book_goes_on")));

    let sides = (Account::WriteOff, Account::CodPending(purse.owner()));
    let late = Posting::new(TransferReason::WrittenOff, sides, Kopecks::new(1), day(NOW, 3));
    let ctx = Ctx::system(NOW);
    let work = async move |tx: &mut Tx| money::post(tx, &ctx, std::slice::from_ref(&late)).await;
    let refused = purse.app.app.db.write(work).await;
    assert!(matches!(refused, Err(MoneyError::PeriodClosed { .. })), "{refused:?}");

    purse.told(0, DeliveryStatus::Delivered, 1).await;
    let owner = purse.owner();
    assert_eq!(purse.balance(Account::CodAtCarrier(owner, carrier())).await, 30_000);
    let first_open = async move |tx: &mut Tx| {
        let sql = "SELECT COUNT(*) FROM money_transfer WHERE reason = 'cod_collected' AND day = $1";
        tx.fetch_one::<Count>(sql, args![day(NOW, 4)]).await
    };
    let count = purse.app.app.db.read::<Count, DbError, _>(first_open).await.unwrap().value;
    assert_eq!(count, 1, "late news are booked on the first open day");
    purse.app.finish().await;
}

#[tokio::test]
async fn an_account_has_a_statement_page_by_page_and_a_shop_sees_its_own() {
    let purse = Purse::open(&[10_000, 20_000, 30_000, 40_000]).await;
    for (parcel, days) in [(0, 1), (1, 1), (2, 2), (3, 4)] {
        purse.told(parcel, DeliveryStatus::Delivered, days).await;
    }
    let world = seed::world(&purse.app.app).await;
    let accountant = world.session(Role::Accountant);
    let path = "/v1/money/accounts?kind=cod_at_carrier";
    let found = purse.app.get(accountant, path).await.ok();
    let account = found["items"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(found["items"][0]["debit_kopecks"], 100_000);
    let of_owner = format!("{path}&owner_id={}", purse.owner());
    assert_eq!(purse.app.get(accountant, &of_owner).await.ok(), found, "one kind of one shop's");

    let (from, to) = (day(NOW, 1), day(NOW, 2));
    let page = |after: String| {
        let path =
            format!("/v1/money/accounts/{account}/statement?from={from}&to={to}&limit=2{after}");
        async { purse.app.get(accountant, &{ path }).await.ok() }
    };
    let first = page(String::new()).await;
    assert_eq!((&first["opening_kopecks"], &first["closing_kopecks"]), (&json!(0), &json!(60_000)));
    let balances = |page: &Value| -> Vec<i64> {
        let lines = page["lines"].as_array().unwrap();
        lines.iter().map(|line| line["balance_kopecks"].as_i64().unwrap()).collect()
    };
    assert_eq!(balances(&first), [10_000, 30_000]);
    assert_eq!(first["lines"][0]["other"], "cod_at_buyer");
    let second = page(format!("&after={}", first["next"].as_str().unwrap())).await;
    assert_eq!((balances(&second), &second["next"]), (vec![60_000], &Value::Null));

    let shop = &world.keys[0];
    let own = purse.app.get(shop, "/v1/money/accounts").await.ok();
    assert_eq!(own["items"], json!([]), "the accounts are another shop's");
    let path = format!("/v1/money/accounts/{account}/statement?from={from}&to={to}");
    assert_eq!(purse.app.get(shop, &path).await.problem(404), "money_account_not_found");

    let path = format!("/v1/money/trial-balance?day={}", day(NOW, 4));
    let trial = purse.app.get(accountant, &path).await.ok();
    assert_eq!(trial["debit_kopecks"], trial["credit_kopecks"]);
    assert_eq!(trial["debit_kopecks"], 200_000, "expected, and then collected");
    let path = format!("/v1/money/trial-balance?day={}", day(NOW, 1));
    let earlier = purse.app.get(accountant, &path).await.ok();
    let sides = (&earlier["debit_kopecks"], &earlier["credit_kopecks"]);
    assert_eq!(sides, (&json!(130_000), &json!(130_000)), "without what came later");
    let path = format!("/v1/money/trial-balance?day={}", day(NOW, -1));
    assert_eq!(purse.app.get(accountant, &path).await.ok()["lines"], json!([]));
    purse.app.finish().await;
}

#[tokio::test]
async fn a_period_is_closed_once_in_its_order_and_by_who_may() {
    let purse = Purse::open(&[10_000]).await;
    let world = seed::world(&purse.app.app).await;
    let accountant = world.session(Role::Accountant);
    let close = async |token: &str, last_day: Day| {
        purse.app.post(token, "/v1/money/periods", json!({ "last_day": last_day })).await
    };
    assert_eq!(close(accountant, day(NOW, 0)).await.problem(409), "money_period_not_over");
    assert_eq!(close(world.session(Role::Picker), day(NOW, -2)).await.problem(403), "forbidden");
    close(accountant, day(NOW, -2)).await.ok();
    assert_eq!(close(accountant, day(NOW, -2)).await.problem(409), "money_period_closed");
    assert_eq!(close(accountant, day(NOW, -9)).await.problem(409), "money_period_closed");
    close(accountant, day(NOW, -1)).await.ok();
    let periods = purse.app.get(accountant, "/v1/money/periods").await.ok();
    let days: Vec<&str> = periods["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|period| period["last_day"].as_str().unwrap())
        .collect();
    assert_eq!(days, [day(NOW, -1).to_string(), day(NOW, -2).to_string()]);
    purse.app.finish().await;
}

/// A parcel with cash on delivery that own couriers take, and its shipment.
async fn with_couriers(site: &Site) -> (Packed, Value) {
    let account = CarrierAccount {
        base_url: None,
        settings: json!({}),
        credentials: json!({}),
        time_max: None,
    };
    site.account("own", &account, "").await;
    let parcel = site.parcel().await;
    let shipment = site.send_by(&parcel, "own", "").await;
    site.work().await;
    (parcel, site.shipment(&shipment).await)
}

async fn handed_over(site: &Site, parcel: &Packed) {
    let admin = site.world.admin();
    let body =
        json!({ "warehouse_id": site.world.warehouse, "carrier": "own", "pickup_point": "" });
    let manifest = site.app.post(admin, "/v1/manifests", body).await.ok();
    let manifest = format!("/v1/manifests/{}", manifest["id"].as_str().unwrap());
    let load = json!({ "parcel": parcel.number });
    site.app.post(admin, &format!("{manifest}/load"), load).await.ok();
    site.app.post(admin, &format!("{manifest}/close"), json!({})).await.ok();
}

/// What was collected and released of the only parcel with cash on delivery, and what is expected.
async fn sums(site: &Site) -> [i64; 3] {
    let list = site.app.get(&site.world.keys[0], "/v1/cod").await.ok();
    assert_eq!(list["items"].as_array().unwrap().len(), 1, "{list}");
    let sum = |name: &str| list["items"][0][name].as_i64().unwrap();
    [sum("expected_kopecks"), sum("collected_kopecks"), sum("released_kopecks")]
}

#[tokio::test]
async fn a_parcel_that_arrived_before_its_manifest_was_closed_is_paid_for() {
    let site = Site::open().await;
    let (parcel, shipment) = with_couriers(&site).await;
    let path = format!("/v1/shipments/{}/events", shipment["id"].as_str().unwrap());
    let delivered = json!({ "status": "delivered" });
    site.app.post(site.world.admin(), &path, delivered).await.ok();
    handed_over(&site, &parcel).await;
    let [expected, collected, released] = sums(&site).await;
    assert!(expected > 0);
    assert_eq!((collected, released), (expected, 0));
    site.app.finish().await;
}

#[tokio::test]
async fn what_a_register_lists_before_the_manifest_is_closed_is_not_expected_twice() {
    let site = Site::open().await;
    let (packed, _) = with_couriers(&site).await;
    let (parcel, register) = (packed.id, CodRegisterId::new());
    let ctx = Ctx::system(site.app.app.clock.now());
    let work = async move |tx: &mut Tx| {
        let (amount, day) = (Kopecks::new(100), ctx.now.moscow_day());
        let moves = [Step::Expected, Step::Collected, Step::Registered(register)]
            .map(|step| CodMove { parcel, step, amount, day });
        cod::advance(tx, &ctx, &moves).await
    };
    site.app.app.db.write::<(), CodError, _>(work).await.unwrap();
    handed_over(&site, &packed).await;
    let due = number(&site.app, "SELECT CAST(SUM(cod_kopecks) AS BIGINT) FROM parcel").await;
    assert!(due > 100);
    assert_eq!(sums(&site).await, [due, 100, 0]);
    site.app.finish().await;
}

#[tokio::test]
async fn news_of_a_shipment_that_was_taken_back_do_not_touch_the_money_of_its_parcel() {
    let site = Site::open().await;
    let (parcel, first) = with_couriers(&site).await;
    let path = format!("/v1/shipments/{}/cancel", first["id"].as_str().unwrap());
    site.app.post(site.world.admin(), &path, json!({})).await.ok();
    site.work().await;
    let second = site.send_by(&parcel, "own", "").await;
    site.work().await;
    assert_ne!(first["number"], second["number"]);
    handed_over(&site, &parcel).await;
    let [expected, ..] = sums(&site).await;
    let told = async |shipment: &Value, status: DeliveryStatus| {
        let number = shipment["number"].as_str().unwrap();
        let told = track(number, &[went(1, status)]);
        assert_eq!(ingest(&site.app.app, "own", vec![told]).await.unwrap().events, 1);
    };
    told(&first, DeliveryStatus::Cancelled).await;
    assert_eq!(sums(&site).await, [expected, 0, 0]);
    told(&second, DeliveryStatus::Delivered).await;
    assert_eq!(sums(&site).await, [expected, expected, 0]);
    site.app.finish().await;
}
