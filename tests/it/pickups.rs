//! Couriers called through the real clients, against stand-ins that misbehave: one comes.

use std::time::Duration;

use ambar::args;
use ambar::carriers::registry::connect;
use ambar::db::{Arg, DbError, Tx};
use ambar::sandbox::carriers::{BadManner, Misbehaviour, Standing, boxberry, post};
use serde_json::{Value, json};

use crate::shipments::Site;
use crate::support::Answer;

const INTAKES: &str = "/v2/intakes";
const METHODS: &str = "json.php";

/// A warehouse with contracts, and what is asked of couriers there.
struct Yard {
    site: Site,
    cdek: String,
    boxberry: String,
}

impl Yard {
    async fn open() -> Self {
        let site = Site::open().await;
        let accounts = site.app.get(site.world.admin(), "/v1/carrier-accounts").await.ok();
        let id = |carrier: &str| {
            let items = accounts["items"].as_array().unwrap();
            let found = items.iter().find(|account| account["carrier"] == carrier).unwrap();
            found["id"].as_str().unwrap().to_owned()
        };
        Self { cdek: id("cdek"), boxberry: id("boxberry"), site }
    }

    fn body(&self, account: &str, day: &str) -> Value {
        json!({
            "warehouse_id": self.site.world.warehouse, "account_id": account, "day": day,
            "from": "10:00", "to": "18:00", "comment": "Ворота 3",
            "address": { "postcode": "115191", "city": "Москва", "line": "ул Складская, д 1" },
            "load": { "parcels": 3, "weight_g": 4000, "volume_cm3": 9000 },
        })
    }

    async fn post(&self, path: &str, body: Value) -> Answer {
        self.site.app.post(self.site.world.admin(), path, body).await
    }

    async fn call(&self, account: &str, day: &str) -> Value {
        let called = self.post("/v1/pickups", self.body(account, day)).await.ok();
        assert_eq!(called["state"], "waiting", "{called}");
        called
    }

    async fn act(&self, pickup: &Value, action: &str, body: Value) -> Answer {
        let id = pickup["id"].as_str().unwrap();
        self.post(&format!("/v1/pickups/{id}/{action}"), body).await
    }

    async fn see(&self, pickup: &Value) -> Value {
        let path = format!("/v1/pickups/{}", pickup["id"].as_str().unwrap());
        self.site.app.get(self.site.world.admin(), &path).await.ok()
    }

    /// What becomes of a call.
    async fn settled(&self, pickup: &Value) -> Value {
        self.site.work().await;
        self.see(pickup).await
    }

    async fn write(&self, sql: &'static str, args: Vec<Arg>) {
        let work = async move |tx: &mut Tx| tx.execute(sql, args.clone()).await;
        assert!(self.site.app.app.db.write::<u64, DbError, _>(work).await.unwrap() > 0, "{sql}");
    }

    /// The node was killed after it had written down that it tells the carrier.
    async fn killed(&self) {
        let now = self.site.app.app.clock.now();
        let sql = "UPDATE carrier_pickup SET sent_at = $1 WHERE state = 'waiting'";
        self.write(sql, args![now]).await;
    }

    /// Its jobs are run once more, as after a lease that ended too early.
    async fn again(&self) {
        let sql = "UPDATE job SET state = 'queued', worker_id = NULL, lease_until = NULL,
             finished_at = NULL WHERE kind = $1";
        self.write(sql, args!["carrier_pickup"]).await;
        self.site.work().await;
    }
}

fn once(standing: &Standing, manner: BadManner, path: &str) {
    standing.stand_in.manners().misbehave(Misbehaviour::once(manner).at(path));
}

fn code(pickup: &Value) -> &str {
    pickup["problem"]["code"].as_str().unwrap_or_default()
}

#[tokio::test]
async fn a_courier_is_called_for_what_waits_and_taken_back() {
    let yard = Yard::open().await;
    let mut body = yard.body(&yard.cdek, "2026-11-26");
    body["load"] = Value::Null;
    assert_eq!(yard.post("/v1/pickups", body.clone()).await.problem(409), "pickup_nothing_waits");
    for _ in 0..2 {
        let parcel = yard.site.parcel().await;
        yard.site.send_by(&parcel, "cdek", "SPB3").await;
    }
    let other = yard.site.parcel().await;
    yard.site.send_by(&other, "boxberry", "00932").await;
    yard.site.work().await;
    let pickup = yard.post("/v1/pickups", body.clone()).await.ok();
    assert_eq!(pickup["parcels"], 2);
    assert_eq!(pickup["weight_g"], 2_500);
    assert_eq!(pickup["volume_cm3"], 12_000);
    assert_eq!(pickup["contact"]["name"], "Смирнова Анна");
    let told = yard.settled(&pickup).await;
    assert_eq!(told["state"], "told", "{told}");
    assert!(!told["reference"].as_str().unwrap().is_empty() && told["problem"].is_null());
    assert_eq!(yard.site.cdek.stand_in.couriers(), 1);
    assert_eq!(yard.post("/v1/pickups", body.clone()).await.problem(409), "pickup_taken");
    for state in ["cancelling", "cancelling"] {
        assert_eq!(yard.act(&pickup, "cancel", json!({})).await.ok()["state"], state);
    }
    let gone = yard.settled(&pickup).await;
    assert_eq!((&gone["state"], yard.site.cdek.stand_in.couriers()), (&json!("cancelled"), 0));
    assert_eq!(yard.act(&pickup, "cancel", json!({})).await.ok()["state"], "cancelled");
    let anew = yard.post("/v1/pickups", body).await.ok();
    assert_eq!(yard.settled(&anew).await["state"], "told");
    assert_eq!(yard.site.cdek.stand_in.couriers(), 1);
    let list = yard.site.app.get(yard.site.world.admin(), "/v1/pickups?state=told").await.ok();
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
    assert_eq!(list["items"][0]["id"], anew["id"]);
    yard.site.app.finish().await;
}

#[tokio::test]
async fn a_carrier_that_refuses_doubles_is_told_until_one_courier_comes() {
    let yard = Yard::open().await;
    let manners = [
        BadManner::CutAfterAccept,
        BadManner::BrokenBody,
        BadManner::ServerError,
        BadManner::TooManyRequests,
        BadManner::Html,
    ];
    for (index, manner) in manners.into_iter().enumerate() {
        once(&yard.site.cdek, manner, INTAKES);
        let pickup = yard.call(&yard.cdek, &format!("2026-12-0{}", index + 1)).await;
        let told = yard.settled(&pickup).await;
        assert_eq!(told["state"], "told", "{manner}: {told}");
        assert_eq!(yard.site.cdek.stand_in.couriers(), index + 1, "{manner}");
        if manner == BadManner::CutAfterAccept {
            assert_eq!((code(&told), &told["reference"]), ("pickup_there", &json!("")), "{told}");
            let cancel = yard.act(&pickup, "cancel", json!({})).await;
            assert_eq!(cancel.problem(409), "pickup_cancel_by_phone");
        }
    }
    let pickup = yard.call(&yard.cdek, "2026-12-10").await;
    yard.killed().await;
    assert_eq!(yard.settled(&pickup).await["state"], "told");
    yard.again().await;
    assert_eq!(yard.site.cdek.stand_in.couriers(), manners.len() + 1);
    yard.site.app.finish().await;
}

/// The program of an account that waits a second for its carrier, not half a minute.
fn impatient(yard: &Yard) {
    let mut account = boxberry::account(&yard.site.boxberry.url());
    account.time_max = Some(Duration::from_secs(1));
    let program = connect("boxberry", &account).unwrap();
    let id = yard.boxberry.parse().unwrap();
    yard.site.app.app.connectors.put(id, 1, program.into());
}

#[tokio::test]
async fn a_call_that_may_have_been_taken_is_told_again_by_a_person_only() {
    let yard = Yard::open().await;
    impatient(&yard);
    let couriers = || yard.site.boxberry.stand_in.couriers();
    let manners = [BadManner::SilentAfterAccept, BadManner::CutAfterAccept, BadManner::BrokenBody];
    for (index, manner) in manners.into_iter().enumerate() {
        once(&yard.site.boxberry, manner, METHODS);
        let pickup = yard.call(&yard.boxberry, &format!("2026-12-0{}", index + 1)).await;
        let unclear = yard.settled(&pickup).await;
        assert_eq!((&unclear["state"], code(&unclear)), (&json!("unclear"), "pickup_unclear"));
        let text = unclear["problem"]["text"].as_str().unwrap();
        assert!(text.contains("Позвоните"), "{text}");
        yard.again().await;
        assert_eq!(couriers(), index + 1, "{manner}");
        assert_eq!(yard.act(&pickup, "confirm", json!({})).await.ok()["state"], "told");
        assert_eq!(yard.act(&pickup, "retry", json!({})).await.problem(409), "pickup_wrong_state");
        let cancel = yard.act(&pickup, "cancel", json!({})).await;
        assert_eq!(cancel.problem(409), "pickup_cancel_by_phone");
        let by_phone = json!({ "way": "by_phone" });
        for _ in 0..2 {
            let cancelled = yard.act(&pickup, "cancel", by_phone.clone()).await.ok();
            assert_eq!(cancelled["state"], "cancelled");
        }
    }
    let before = couriers();
    once(&yard.site.boxberry, BadManner::TooManyRequests, METHODS);
    let limited = yard.call(&yard.boxberry, "2026-12-10").await;
    assert_eq!(yard.settled(&limited).await["state"], "told", "nothing had happened");
    assert_eq!(couriers(), before + 1);
    for (day, is_killed) in [("2026-12-11", true), ("2026-12-12", false)] {
        let pickup = yard.call(&yard.boxberry, day).await;
        if is_killed {
            yard.killed().await;
        } else {
            once(&yard.site.boxberry, BadManner::ServerError, METHODS);
        }
        let before = couriers();
        assert_eq!(yard.settled(&pickup).await["state"], "unclear");
        assert_eq!(couriers(), before, "it never came there");
        assert_eq!(yard.act(&pickup, "retry", json!({})).await.ok()["state"], "waiting");
        assert_eq!(yard.settled(&pickup).await["state"], "told");
        yard.again().await;
        assert_eq!(couriers(), before + 1);
    }
    yard.site.app.finish().await;
}

#[tokio::test]
async fn a_refused_call_has_the_carriers_words_and_another_chance() {
    let yard = Yard::open().await;
    let both = [
        (&yard.site.cdek, &yard.cdek, INTAKES, "Курьер не приезжает"),
        (&yard.site.boxberry, &yard.boxberry, "CreateIntake", "Забор с этого адреса невозможен"),
    ];
    for (standing, account, path, words) in both {
        once(standing, BadManner::RefuseLater, path);
        let pickup = yard.call(account, "2026-11-26").await;
        let refused = yard.settled(&pickup).await;
        assert_eq!((&refused["state"], code(&refused)), (&json!("refused"), "carrier_refused"));
        assert!(refused["problem"]["text"].as_str().unwrap().contains(words), "{refused}");
        assert_eq!(standing.stand_in.couriers(), 0);
        assert_eq!(yard.act(&pickup, "retry", json!({})).await.ok()["state"], "waiting");
        assert_eq!(yard.settled(&pickup).await["state"], "told");
        assert_eq!(standing.stand_in.couriers(), 1);
    }
    once(&yard.site.boxberry, BadManner::RefuseLater, "CreateIntake");
    let pickup = yard.call(&yard.boxberry, "2026-11-27").await;
    assert_eq!(yard.settled(&pickup).await["state"], "refused");
    assert_eq!(yard.act(&pickup, "cancel", json!({})).await.ok()["state"], "cancelled");
    let early = yard.call(&yard.boxberry, "2026-11-27").await;
    assert_eq!(yard.act(&early, "cancel", json!({})).await.ok()["state"], "cancelled");
    assert_eq!(yard.settled(&early).await["state"], "cancelled", "nobody had heard of it");
    assert_eq!(yard.site.boxberry.stand_in.couriers(), 1);
    yard.site.app.finish().await;
}

#[tokio::test]
async fn a_call_that_is_given_up_while_it_is_told_is_taken_back() {
    let yard = Yard::open().await;
    let pickup = yard.call(&yard.cdek, "2026-11-26").await;
    yard.killed().await;
    assert_eq!(yard.act(&pickup, "cancel", json!({})).await.ok()["state"], "cancelling");
    let by_phone = yard.act(&pickup, "cancel", json!({ "way": "by_phone" })).await;
    assert_eq!(by_phone.problem(409), "pickup_being_told");
    // The carrier never named a number: only a person can take it back.
    let lost = yard.settled(&pickup).await;
    assert_eq!((&lost["state"], code(&lost)), (&json!("unclear"), "pickup_cancel_by_phone"));
    let by_phone = yard.act(&pickup, "cancel", json!({ "way": "by_phone" })).await.ok();
    assert_eq!(by_phone["state"], "cancelled");
    // The carrier is down until the hours are over: it never heard of the call.
    let pickup = yard.call(&yard.boxberry, "2026-11-26").await;
    let later = yard.site.app.app.clock.now().plus_seconds(4 * 86_400);
    yard.write("UPDATE user_session SET expires_at = $1", args![later]).await;
    yard.site.app.app.clock.advance_seconds(3 * 86_400);
    let late = yard.settled(&pickup).await;
    assert_eq!((&late["state"], code(&late)), (&json!("refused"), "pickup_too_late"));
    assert_eq!(yard.act(&pickup, "retry", json!({})).await.problem(409), "pickup_too_late");
    assert_eq!(yard.site.boxberry.stand_in.couriers(), 0);
    yard.site.app.finish().await;
}

#[tokio::test]
async fn what_no_courier_can_do_is_refused_with_what_to_do() {
    let yard = Yard::open().await;
    let with = |changes: Value| {
        let mut body = yard.body(&yard.cdek, "2026-11-26");
        for (name, value) in changes.as_object().unwrap() {
            body[name] = value.clone();
        }
        body
    };
    for (changes, status, problem) in [
        (json!({ "day": "2026-11-24" }), 422, "pickup_in_the_past"),
        (json!({ "day": "2026-11-25", "from": "12:00" }), 422, "pickup_in_the_past"),
        (json!({ "from": "18:00" }), 422, "pickup_times_reversed"),
        (json!({ "from": "19:00" }), 422, "pickup_times_reversed"),
        (json!({ "from": "25:00" }), 422, "input_invalid"),
        (json!({ "address": null }), 422, "pickup_without_door"),
        (json!({ "contact": { "name": "", "phone": "" } }), 422, "input_invalid"),
        (json!({ "load": { "parcels": 0, "weight_g": 1, "volume_cm3": 1 } }), 422, "input_invalid"),
        (
            json!({ "account_id": ambar::ids::CarrierAccountId::new() }),
            404,
            "carrier_account_not_found",
        ),
        (
            json!({ "warehouse_id": ambar::ids::WarehouseId::new() }),
            404,
            "carrier_account_not_found",
        ),
    ] {
        let refused = yard.post("/v1/pickups", with(changes.clone())).await;
        assert_eq!(refused.problem(status), problem, "{changes}");
    }
    // By the clock of the place: in Novosibirsk the afternoon has begun.
    let mut eastern = with(json!({ "day": "2026-11-25", "from": "16:00" }));
    eastern["address"]["postcode"] = json!("630099");
    assert_eq!(yard.post("/v1/pickups", eastern).await.problem(422), "pickup_in_the_past");
    let account = post::account("http://127.0.0.1:9");
    let account = json!({
        "warehouse_id": yard.site.world.warehouse, "carrier": "post", "name": "Почта",
        "base_url": account.base_url, "settings": account.settings,
        "credentials": account.credentials,
        "sender": { "contact": { "name": "Смирнова Анна", "phone": "+74951234567" } },
        "from": { "door": { "city": "Москва" } },
    });
    let account = yard.post("/v1/carrier-accounts", account).await.ok();
    let body = with(json!({ "account_id": account["id"] }));
    assert_eq!(yard.post("/v1/pickups", body).await.problem(422), "pickup_not_offered");
    let body = with(json!({}));
    let shop = yard.site.app.post(&yard.site.world.keys[0], "/v1/pickups", body).await;
    assert_eq!(shop.problem(403), "forbidden");
    assert_eq!(yard.site.cdek.stand_in.couriers(), 0);
    yard.site.app.finish().await;
}
