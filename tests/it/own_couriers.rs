//! Parcels that the operator's own couriers bring, and what people enter of any parcel.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use ambar::carriers::model::{DeliveryStatus, Registered, Registration, ShipmentAsk, ShipmentRef};
use ambar::carriers::registry::Account;
use ambar::carriers::{Answer, Carrier, Shipping};
use serde_json::{Value, json};

use crate::picking::number;
use crate::road::{HOUR, NOW, Road, went};
use crate::shipments::Site;
use crate::support::unique_name;

fn couriers(settings: Value) -> Account {
    Account { base_url: None, settings, credentials: json!({}), time_max: None }
}

async fn events_of(site: &Site, shipment: &Value) -> Value {
    let path = format!("/v1/shipments/{}/events", shipment["id"].as_str().unwrap());
    site.app.get(site.world.admin(), &path).await.ok()
}

#[tokio::test]
async fn a_parcel_goes_by_own_couriers_from_the_register_to_the_buyer() {
    let site = Site::open().await;
    site.account("own", &couriers(json!({})), "").await;
    let parcel = site.parcel().await;
    let admin = site.world.admin();
    let shipment = site.send_by(&parcel, "own", "").await;
    let path = format!("/v1/shipments/{}/events", shipment["id"].as_str().unwrap());
    let early = site.app.post(admin, &path, json!({ "status": "accepted" })).await;
    assert_eq!(early.problem(409), "shipment_not_tracked");
    site.work().await;
    let shipment = site.shipment(&shipment).await;
    assert_eq!(shipment["state"], "registered", "{shipment}");
    assert_eq!(shipment["track"], shipment["number"]);
    assert_eq!(shipment["carrier_name"], "Собственная курьерская служба");
    assert_eq!(shipment["quoted_kopecks"], Value::Null, "nobody named a price");
    assert_eq!(shipment["problem"], Value::Null);

    let body =
        json!({ "warehouse_id": site.world.warehouse, "carrier": "own", "pickup_point": "" });
    let manifest = site.app.post(admin, "/v1/manifests", body).await.ok();
    let manifest = format!("/v1/manifests/{}", manifest["id"].as_str().unwrap());
    let load = json!({ "parcel": parcel.number });
    site.app.post(admin, &format!("{manifest}/load"), load).await.ok();
    site.app.post(admin, &format!("{manifest}/close"), json!({})).await.ok();
    site.work().await;
    let register = site.app.get(admin, &format!("{manifest}/register.csv")).await;
    let register = String::from_utf8(register.bytes).unwrap();
    assert!(register.contains(&parcel.number), "{register}");
    let acts = site.app.get(admin, &format!("{manifest}/carrier-acts")).await.ok();
    assert_eq!((&acts[0]["state"], &acts[0]["numbers"]), (&json!("done"), &json!([])));

    for status in ["accepted", "out_for_delivery", "delivered"] {
        site.app.app.clock.advance_seconds(HOUR);
        let body = json!({ "status": status, "words": "Курьер Олег", "place": "Москва" });
        let course = site.app.post(admin, &path, body).await.ok();
        assert_eq!((&course["status"], &course["attention"]), (&json!(status), &Value::Null));
    }
    let history = events_of(&site, &shipment).await;
    assert_eq!(history["events"].as_array().unwrap().len(), 3);
    assert_eq!(history["events"][0]["source"], "person");
    assert_eq!(history["events"][0]["words"], "Курьер Олег");
    let feed = site.app.get(&site.world.keys[0], "/v1/events").await.ok();
    let of_parcel = feed["items"].as_array().unwrap().iter();
    let told: Vec<&str> = of_parcel
        .filter(|event| event["type"] == "parcel.status_changed")
        .map(|event| event["data"]["status"].as_str().unwrap())
        .collect();
    assert_eq!(told, ["accepted", "out_for_delivery", "delivered"]);
    site.app.finish().await;
}

#[tokio::test]
async fn own_couriers_with_a_price_are_offered_where_they_go() {
    let site = Site::open().await;
    let zone = |city: &str| {
        couriers(json!({ "zones": [
            { "name": "Город", "cities": [city], "price_kopecks": 100, "days": 1 },
        ]}))
    };
    let account = site.account("own", &zone("Нигде"), "").await;
    let parcel = site.parcel().await;
    let shipment = site.send_by(&parcel, "own", "").await;
    site.work().await;
    let refused = site.shipment(&shipment).await;
    assert_eq!(refused["problem"]["code"], "shipment_without_offer", "{refused}");
    let order = format!("/v1/orders/{}", parcel.order);
    let order = site.app.get(site.world.admin(), &order).await.ok();
    let city = order["recipient"]["city"].as_str().unwrap().to_owned();
    let path = format!("/v1/carrier-accounts/{}", account["id"].as_str().unwrap());
    let mut body = json!({
        "warehouse_id": site.world.warehouse, "carrier": "own", "name": "Наши",
        "sender": {}, "from": { "door": { "city": "Москва" } },
    });
    body["settings"] = zone(&city).settings;
    let changed =
        site.app.send(reqwest::Method::PUT, site.world.admin(), &path, Some("change"), Some(body));
    changed.await.ok();
    let path = format!("/v1/shipments/{}/retry", shipment["id"].as_str().unwrap());
    site.app.post(site.world.admin(), &path, json!({})).await.ok();
    site.work().await;
    let taken = site.shipment(&shipment).await;
    assert_eq!(taken["state"], "registered", "{taken}");
    assert_eq!((&taken["tariff"], &taken["quoted_kopecks"]), (&json!("Город"), &json!(100)));
    site.app.finish().await;
}

#[tokio::test]
async fn a_delivery_is_undone_by_a_person_with_a_reason_only() {
    let road = Road::open().await;
    let id = road.parcel("P-1").await;
    road.told("P-1", &[went(0, DeliveryStatus::Accepted), went(1, DeliveryStatus::Delivered)])
        .await;
    road.app.app.clock.advance_seconds(3 * HOUR);
    let (admin, shop) = (road.world.admin(), &road.world.keys[0]);
    let path = format!("/v1/shipments/{id}/events");
    let set = async |token: &str, body: Value| road.app.post(token, &path, body).await;
    let plain = json!({ "status": "out_for_delivery" });
    assert_eq!(set(shop, plain.clone()).await.problem(403), "forbidden");
    assert_eq!(set(admin, plain).await.problem(409), "shipment_reason_missing");
    assert_eq!(set(admin, json!({ "status": "eaten" })).await.problem(422), "body_invalid");
    let undo = |hours: i64, reason: &str| {
        let at = NOW.plus_seconds(hours * HOUR);
        json!({ "status": "out_for_delivery", "happened_at": at, "reason": reason })
    };
    let reason = "курьер отметил не ту посылку";
    assert_eq!(set(admin, undo(0, reason)).await.problem(422), "input_invalid", "before it");
    assert_eq!(set(admin, undo(9, reason)).await.problem(422), "input_invalid", "tomorrow");
    assert_eq!(set(admin, undo(2, &"x".repeat(501))).await.problem(422), "input_invalid");
    assert_eq!(number(&road.app, "SELECT COUNT(*) FROM tracking_event").await, 2);

    let key = unique_name();
    let done = road.app.post_with_key(admin, &path, &key, undo(2, reason)).await.ok();
    assert_eq!((&done["status"], &done["attention"]), (&json!("out_for_delivery"), &Value::Null));
    assert_eq!(road.app.post_with_key(admin, &path, &key, undo(2, reason)).await.ok(), done);
    set(admin, undo(2, reason)).await.ok();
    assert_eq!(number(&road.app, "SELECT COUNT(*) FROM tracking_event").await, 4);
    let told = road.feed().await.last().unwrap()["data"].clone();
    assert_eq!(
        (&told["status_before"], &told["status"]),
        (&json!("delivered"), &json!("out_for_delivery"))
    );
    let seen = road.app.get(admin, &path).await.ok()["events"][0].clone();
    assert_eq!((&seen["source"], &seen["reason"]), (&json!("person"), &json!(reason)));
    assert!(seen["actor_id"].as_str().unwrap().starts_with("usr_"), "{seen}");
    let seen = road.history(id).await["events"][0].clone();
    assert_eq!((&seen["actor_id"], &seen["reason"]), (&Value::Null, &Value::Null), "not the shop");
    let trail = road.app.get(admin, "/v1/audit").await.ok();
    assert!(trail["items"][0].to_string().contains(reason), "{trail}");

    road.told("P-1", &[went(1, DeliveryStatus::Lost)]).await;
    assert_eq!(road.standing(id).await, ("out_for_delivery".to_owned(), None), "it is older");
    road.told("P-1", &[went(4, DeliveryStatus::Delivered)]).await;
    assert_eq!(road.standing(id).await, ("delivered".to_owned(), None));
    road.app.finish().await;
}

/// A carrier that takes everything and does not say what became of it.
#[derive(Default)]
struct Undecided {
    created: AtomicU32,
    has_decided: AtomicBool,
}

impl Carrier for Undecided {
    fn code(&self) -> &'static str {
        "own"
    }

    fn name(&self) -> &'static str {
        "Молчун"
    }

    fn shipping(&self) -> Option<&dyn Shipping> {
        Some(self)
    }
}

impl Shipping for Undecided {
    fn find<'a>(&'a self, shipment: &'a ShipmentRef) -> Answer<'a, Option<Registration>> {
        Box::pin(async move {
            let reference = shipment.clone();
            Ok(Some(if self.has_decided.load(Ordering::SeqCst) {
                Registration::Registered(Registered { reference, ..Registered::default() })
            } else {
                Registration::Pending(reference)
            }))
        })
    }

    fn create<'a>(&'a self, ask: &'a ShipmentAsk) -> Answer<'a, Registration> {
        Box::pin(async move {
            self.created.fetch_add(1, Ordering::SeqCst);
            let number = ask.number.clone();
            Ok(Registration::Pending(ShipmentRef { number, ..ShipmentRef::default() }))
        })
    }

    fn cancel<'a>(&'a self, _shipment: &'a ShipmentRef) -> Answer<'a, ()> {
        Box::pin(async { Ok(()) })
    }
}

#[tokio::test]
async fn a_carrier_that_never_decides_is_a_matter_for_people_after_an_hour() {
    let site = Site::open().await;
    let account = site.account("own", &couriers(json!({})), "").await;
    let carrier = Arc::new(Undecided::default());
    let id = account["id"].as_str().unwrap().parse().unwrap();
    site.app.app.connectors.put(id, 1, carrier.clone());
    let parcel = site.parcel().await;
    let shipment = site.send_by(&parcel, "own", "").await;
    let pass = async |seconds: i64| {
        site.app.app.clock.advance_seconds(seconds);
        site.workers.run_due().await.unwrap();
        site.shipment(&shipment).await
    };
    let asked_soon = pass(0).await;
    assert_eq!(asked_soon["state"], "checking", "{asked_soon}");
    for seconds in [2, 600, 1_200, 1_200] {
        assert_eq!(pass(seconds).await["problem"], Value::Null);
    }
    let long = pass(1_200).await;
    assert_eq!((&long["state"], &long["attention"]), (&json!("checking"), &json!("unconfirmed")));
    assert_eq!(long["problem"]["code"], "shipment_unconfirmed");
    assert!(long["problem"]["text"].as_str().unwrap().contains(&parcel.number), "{long}");
    let list = "/v1/tracking/attention?attention=unconfirmed";
    let list = site.app.get(site.world.admin(), list).await.ok();
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
    let path = format!("/v1/shipments/{}/attention/acknowledge", long["id"].as_str().unwrap());
    let seen = json!({ "attention": "unconfirmed", "reason": "менеджер ищет" });
    site.app.post(site.world.admin(), &path, seen).await.ok();
    let later = pass(2 * HOUR).await;
    assert_eq!((&later["state"], &later["attention"]), (&json!("checking"), &Value::Null));
    assert_eq!(later["problem"]["code"], "shipment_unconfirmed", "it says so still");
    assert_eq!(carrier.created.load(Ordering::SeqCst), 1, "never told anew");

    let other = site.parcel().await;
    let given_up = site.send_by(&other, "own", "").await;
    site.workers.run_due().await.unwrap();
    let cancel = format!("/v1/shipments/{}/cancel", given_up["id"].as_str().unwrap());
    site.app.post(site.world.admin(), &cancel, json!({})).await.ok();
    pass(2 * HOUR).await;
    let waits = site.shipment(&given_up).await;
    assert_eq!(
        (&waits["state"], &waits["problem"]["code"]),
        (&json!("cancelling"), &json!("shipment_unconfirmed"))
    );
    carrier.has_decided.store(true, Ordering::SeqCst);
    let decided = pass(600).await;
    assert_eq!((&decided["state"], &decided["problem"]), (&json!("registered"), &Value::Null));
    pass(600).await;
    assert_eq!(site.shipment(&given_up).await["state"], "cancelled");
    site.app.finish().await;
}
