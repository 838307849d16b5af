//! Parcels at carriers, through the real clients against stand-ins that misbehave.

use std::sync::Arc;

use ambar::args;
use ambar::db::{Count, DbError, Tx};
use ambar::jobs::Workers;
use ambar::sandbox::carriers::{BadManner, Held, Misbehaviour, StandIn, Standing, boxberry, cdek};
use ambar::units::{Clock, UtcMicros};
use reqwest::Method;
use serde_json::{Value, json};

use crate::manifests::{self, Packed, Parcel};
use crate::seed::{self, World};
use crate::support::TestApp;

/// A noon of 2026, so that days are what they seem.
const NOW: i64 = 1_795_600_800_000_000;

pub(crate) struct Site {
    pub(crate) app: TestApp,
    pub(crate) world: World,
    pub(crate) workers: Workers,
    pub(crate) cdek: Standing,
    pub(crate) boxberry: Standing,
}

impl Site {
    pub(crate) async fn open() -> Self {
        let clock = Clock::fixed(UtcMicros::from_micros(NOW));
        let app = TestApp::spawn_with(clock.clone()).await;
        let world = seed::world(&app.app).await;
        let stand_in: Arc<dyn StandIn> = Arc::new(cdek::Cdek::new(clock.clone()));
        let cdek = Standing::start(stand_in).await.unwrap();
        let stand_in: Arc<dyn StandIn> = Arc::new(boxberry::BoxberryStandIn::with_clock(clock));
        let boxberry = Standing::start(stand_in).await.unwrap();
        let workers = Workers::new(app.app.clone(), ambar::shipments::handlers());
        let site = Self { app, world, workers, cdek, boxberry };
        site.account("cdek", &cdek::account(&site.cdek.url()), cdek::OFFICE).await;
        site.account("boxberry", &boxberry::account(&site.boxberry.url()), "010").await;
        site
    }

    pub(crate) async fn account(
        &self,
        carrier: &str,
        account: &ambar::carriers::registry::Account,
        office: &str,
    ) -> Value {
        let body = json!({
            "warehouse_id": self.world.warehouse,
            "carrier": carrier,
            "name": format!("Договор {carrier}"),
            "base_url": account.base_url,
            "settings": account.settings,
            "credentials": account.credentials,
            "sender": {
                "company": "ООО Склад", "inn": "7701234567",
                "contact": { "name": "Смирнова Анна", "phone": "+74951234567" },
            },
            "from": { "point": { "code": office, "address": { "city": "Москва" } } },
        });
        self.app.post(self.world.admin(), "/v1/carrier-accounts", body).await.ok()
    }

    pub(crate) async fn parcel(&self) -> Packed {
        manifests::packed(&self.app, &self.world, Parcel::default()).await
    }

    pub(crate) async fn send_by(&self, parcel: &Packed, carrier: &str, point: &str) -> Value {
        let path = format!("/v1/parcels/{}/carrier", parcel.id);
        let body = json!({ "carrier": carrier, "point_code": point });
        self.app.post(self.world.admin(), &path, body).await.ok()
    }

    pub(crate) async fn shipment(&self, shipment: &Value) -> Value {
        let path = format!("/v1/shipments/{}", shipment["id"].as_str().unwrap());
        self.app.get(self.world.admin(), &path).await.ok()
    }

    /// Does the work of the queue, and lets time pass between the runs, until nothing is due.
    pub(crate) async fn work(&self) {
        for _ in 0..60 {
            let done = self.workers.run_due().await.unwrap();
            self.app.app.clock.advance_seconds(if done == 0 { 120 } else { 3 });
            if done == 0 && self.open_jobs().await == 0 {
                return;
            }
        }
    }

    async fn open_jobs(&self) -> i64 {
        let sql = "SELECT COUNT(*) FROM job WHERE state IN ('queued', 'running')";
        let read = async move |tx: &mut Tx| tx.fetch_one::<Count>(sql, vec![]).await;
        self.app.app.db.read::<Count, DbError, _>(read).await.unwrap().value
    }

    async fn attempt(&self, action: &str, shipment: &Value) -> Value {
        let path = format!("/v1/shipments/{}/{action}", shipment["id"].as_str().unwrap());
        self.app.post(self.world.admin(), &path, json!({})).await.ok()
    }
}

fn alive(standing: &Standing) -> Vec<Held> {
    standing.stand_in.held().into_iter().filter(|held| !held.is_cancelled).collect()
}

#[tokio::test]
async fn a_parcel_is_told_labelled_loaded_and_acted() {
    let site = Site::open().await;
    let parcel = site.parcel().await;
    let shipment = site.send_by(&parcel, "cdek", "SPB3").await;
    assert_eq!(shipment["state"], "waiting");
    site.work().await;
    let shipment = site.shipment(&shipment).await;
    assert_eq!(shipment["state"], "registered", "{shipment}");
    assert!(shipment["quoted_kopecks"].as_i64().unwrap() > 0);
    assert_eq!(shipment["quote"]["price_kopecks"], shipment["quoted_kopecks"]);
    assert_eq!(shipment["status"], "created");
    let held = alive(&site.cdek);
    assert_eq!(held.len(), 1);
    assert_eq!(held[0].track, shipment["track"]);
    assert_eq!(held[0].cod_kopecks, 99_990, "to the kopeck");
    // The label is kept as it came, for ever, and shops see their own only.
    let path = format!("/v1/shipments/{}/label", shipment["id"].as_str().unwrap());
    let label = site.app.get(&site.world.keys[0], &path).await;
    assert!(label.bytes.starts_with(b"%PDF"), "{:?}", label.status);
    assert_eq!(site.app.get(&site.world.keys[1], &path).await.problem(404), "shipment_not_found");
    let body =
        json!({ "warehouse_id": site.world.warehouse, "carrier": "cdek", "pickup_point": "" });
    let manifest = site.app.post(site.world.admin(), "/v1/manifests", body).await.ok();
    let manifest_path = format!("/v1/manifests/{}", manifest["id"].as_str().unwrap());
    let load = json!({ "parcel": parcel.number });
    site.app.post(site.world.admin(), &format!("{manifest_path}/load"), load).await.ok();
    let closed =
        site.app.post(site.world.admin(), &format!("{manifest_path}/close"), json!({})).await;
    closed.ok();
    site.work().await;
    let acts =
        site.app.get(site.world.admin(), &format!("{manifest_path}/carrier-acts")).await.ok();
    assert_eq!(acts[0]["state"], "done", "{acts}");
    assert!(!acts[0]["numbers"].as_array().unwrap().is_empty());
    let file = acts[0]["files"][0]["id"].as_str().unwrap();
    let file_path = format!("{manifest_path}/carrier-acts/files/{file}");
    let file = site.app.get(site.world.admin(), &file_path).await;
    assert!(file.bytes.starts_with(b"%PDF"));
    assert!(alive(&site.cdek)[0].is_handed_over);
    site.app.finish().await;
}

#[tokio::test]
async fn whatever_happens_to_the_answers_a_carrier_holds_one_shipment() {
    let site = Site::open().await;
    let manners = [
        BadManner::CutAfterAccept,
        BadManner::BrokenBody,
        BadManner::ServerError,
        BadManner::TooManyRequests,
        BadManner::Html,
        BadManner::Slow,
    ];
    for (index, manner) in manners.into_iter().enumerate() {
        let parcel = site.parcel().await;
        site.boxberry.stand_in.manners().misbehave(Misbehaviour::once(manner));
        site.cdek.stand_in.manners().misbehave(Misbehaviour::once(manner).at("/v2/orders"));
        let by_cdek = site.send_by(&parcel, "cdek", "SPB3").await;
        site.work().await;
        assert_eq!(site.shipment(&by_cdek).await["state"], "registered", "{manner}");
        assert_eq!(alive(&site.cdek).len(), index + 1, "{manner}");
        let other = site.parcel().await;
        let by_boxberry = site.send_by(&other, "boxberry", "00932").await;
        site.work().await;
        assert_eq!(site.shipment(&by_boxberry).await["state"], "registered", "{manner}");
        assert_eq!(alive(&site.boxberry).len(), index + 1, "{manner}");
        site.cdek.stand_in.manners().behave();
        site.boxberry.stand_in.manners().behave();
    }
    site.app.finish().await;
}

#[tokio::test]
async fn a_refusal_is_told_in_the_carriers_words_and_another_carrier_takes_it() {
    let site = Site::open().await;
    let parcel = site.parcel().await;
    site.cdek.stand_in.manners().misbehave(Misbehaviour::once(BadManner::RefuseLater));
    let shipment = site.send_by(&parcel, "cdek", "SPB3").await;
    site.work().await;
    let refused = site.shipment(&shipment).await;
    assert_eq!(refused["state"], "refused", "{refused}");
    assert_eq!(refused["problem"]["code"], "carrier_refused");
    assert!(refused["problem"]["text"].as_str().unwrap().starts_with("СДЭК не принимает: "));
    // It is not loaded, and the shift goes on with another carrier.
    let body =
        json!({ "warehouse_id": site.world.warehouse, "carrier": "cdek", "pickup_point": "" });
    let manifest = site.app.post(site.world.admin(), "/v1/manifests", body).await.ok();
    let load = format!("/v1/manifests/{}/load", manifest["id"].as_str().unwrap());
    let loading = json!({ "parcel": parcel.number });
    let loaded = site.app.post(site.world.admin(), &load, loading).await;
    assert_eq!(loaded.problem(409), "parcel_not_registered");
    let other = site.send_by(&parcel, "boxberry", "00932").await;
    site.work().await;
    assert_eq!(site.shipment(&other).await["state"], "registered");
    assert_eq!(site.shipment(&shipment).await["state"], "cancelled");
    assert_eq!((alive(&site.cdek).len(), alive(&site.boxberry).len()), (0, 1));
    site.app.finish().await;
}

#[tokio::test]
async fn a_refused_shipment_is_told_anew_under_another_number() {
    let site = Site::open().await;
    let parcel = site.parcel().await;
    site.cdek.stand_in.manners().misbehave(Misbehaviour::once(BadManner::RefuseLater));
    let shipment = site.send_by(&parcel, "cdek", "SPB3").await;
    site.work().await;
    let again = site.attempt("retry", &shipment).await;
    assert_eq!(again["number"], format!("{}R2", parcel.number));
    site.work().await;
    assert_eq!(site.shipment(&shipment).await["state"], "registered");
    assert_eq!(alive(&site.cdek).len(), 1);
    let path = format!("/v1/shipments/{}/retry", shipment["id"].as_str().unwrap());
    let twice = site.app.post(site.world.admin(), &path, json!({})).await;
    assert_eq!(twice.problem(409), "shipment_wrong_state");
    site.app.finish().await;
}

#[tokio::test]
async fn what_is_given_up_is_taken_back_at_the_carrier() {
    let site = Site::open().await;
    let parcel = site.parcel().await;
    let shipment = site.send_by(&parcel, "cdek", "SPB3").await;
    site.work().await;
    assert_eq!(alive(&site.cdek).len(), 1);
    assert_eq!(site.attempt("cancel", &shipment).await["state"], "cancelling");
    site.work().await;
    assert_eq!(site.shipment(&shipment).await["state"], "cancelled");
    assert_eq!(alive(&site.cdek).len(), 0);
    // Never told: nothing is to be taken back.
    let other = site.parcel().await;
    let shipment = site.send_by(&other, "boxberry", "00932").await;
    assert_eq!(site.attempt("cancel", &shipment).await["state"], "cancelled");
    site.work().await;
    assert!(alive(&site.boxberry).is_empty());
    site.app.finish().await;
}

#[tokio::test]
async fn a_carrier_that_is_down_all_evening_holds_up_nobody() {
    let site = Site::open().await;
    let parcel = site.parcel().await;
    let down = Misbehaviour::always(BadManner::ServerError);
    site.cdek.stand_in.manners().misbehave(down);
    let shipment = site.send_by(&parcel, "cdek", "SPB3").await;
    for _ in 0..5 {
        site.workers.run_due().await.unwrap();
        site.app.app.clock.advance_seconds(700);
    }
    let waiting = site.shipment(&shipment).await;
    assert!(["waiting", "choosing"].contains(&waiting["state"].as_str().unwrap()), "{waiting}");
    assert_eq!(waiting["problem"]["code"], "carrier_unavailable");
    let other = site.parcel().await;
    let by_boxberry = site.send_by(&other, "boxberry", "00932").await;
    site.workers.run_due().await.unwrap();
    site.workers.run_due().await.unwrap();
    assert_eq!(site.shipment(&by_boxberry).await["state"], "registered");
    let moved = site.send_by(&parcel, "boxberry", "00932").await;
    site.work().await;
    assert_eq!(site.shipment(&moved).await["state"], "registered");
    assert_eq!((alive(&site.cdek).len(), alive(&site.boxberry).len()), (0, 2));
    site.app.finish().await;
}

#[tokio::test]
async fn the_terms_of_the_shop_choose_the_carrier() {
    let site = Site::open().await;
    let owner = site.world.owners[0];
    let terms = format!("/v1/owners/{owner}/delivery-terms");
    let preferred = json!({ "goal": "preferred", "carriers": ["boxberry"] });
    let key = &site.world.keys[0];
    site.app.send(Method::PUT, key, &terms, Some("terms-1"), Some(preferred)).await.ok();
    let foreign = json!({ "goal": "cheapest" });
    let other = site.app.send(Method::PUT, &site.world.keys[1], &terms, Some("1"), Some(foreign));
    assert_eq!(other.await.problem(404), "not_found");
    let parcel = site.parcel().await;
    let shipment = site.send_by(&parcel, "auto", "00932").await;
    assert_eq!(shipment["state"], "choosing");
    site.work().await;
    let chosen = site.shipment(&shipment).await;
    assert_eq!((&chosen["carrier"], &chosen["state"]), (&json!("boxberry"), &json!("registered")));
    let cheap = json!({ "goal": "cheapest", "price_max_kopecks": 1 });
    site.app.send(Method::PUT, key, &terms, Some("terms-2"), Some(cheap)).await.ok();
    let parcel = site.parcel().await;
    let shipment = site.send_by(&parcel, "auto", "00932").await;
    site.work().await;
    let dear = site.shipment(&shipment).await;
    assert_eq!(dear["state"], "refused", "{dear}");
    assert_eq!(dear["problem"]["code"], "shipment_without_offer");
    assert!(dear["problem"]["text"].as_str().unwrap().contains("предел магазина"));
    site.app.finish().await;
}

#[tokio::test]
async fn all_carriers_are_quoted_side_by_side() {
    let site = Site::open().await;
    let parcel = site.parcel().await;
    let path =
        format!("/v1/orders/{}/rates?mode=point&point_code=SPB3&weight_g=1200", parcel.order);
    let offers = site.app.get(&site.world.keys[0], &path).await.ok();
    let cdek = offers.as_array().unwrap().iter().find(|offer| offer["carrier"] == "cdek").unwrap();
    let prices: Vec<i64> = cdek["quotes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|quote| quote["price_kopecks"].as_i64().unwrap())
        .collect();
    assert!(!prices.is_empty() && prices.is_sorted(), "{offers}");
    // Remembered: the carrier may be down now.
    site.cdek.stand_in.manners().misbehave(Misbehaviour::always(BadManner::ServerError));
    let again = site.app.get(&site.world.keys[0], &path).await.ok();
    assert_eq!(again[1]["quotes"], offers[1]["quotes"]);
    let door = format!("/v1/orders/{}/rates?mode=door&weight_g=5000", parcel.order);
    let offers = site.app.get(&site.world.keys[0], &door).await.ok();
    let cdek = offers.as_array().unwrap().iter().find(|offer| offer["carrier"] == "cdek").unwrap();
    assert!(cdek["problem"].as_str().unwrap().contains("не отвечает"), "{offers}");
    assert_eq!(site.app.get(&site.world.keys[1], &path).await.problem(404), "not_found");
    site.app.finish().await;
}

#[tokio::test]
async fn keys_are_sealed_and_shown_to_nobody() {
    let site = Site::open().await;
    let accounts = site.app.get(site.world.admin(), "/v1/carrier-accounts").await;
    let shown = String::from_utf8_lossy(&accounts.bytes).into_owned();
    assert!(shown.contains("boxberry") && !shown.contains(boxberry::TOKEN), "{shown}");
    let sql = "SELECT COUNT(*) FROM command WHERE CAST(request AS TEXT) LIKE $1";
    let token = format!("%{}%", boxberry::TOKEN);
    let read = async move |tx: &mut Tx| tx.fetch_one::<Count>(sql, args![&token]).await;
    let noted = site.app.app.db.read::<Count, DbError, _>(read).await.unwrap().value;
    assert_eq!(noted, 0, "the trail shows no keys");
    assert_eq!(
        site.app.get(&site.world.keys[0], "/v1/carrier-accounts").await.problem(403),
        "forbidden"
    );
    let wrong = json!({
        "warehouse_id": site.world.warehouse, "carrier": "cdek", "owner_id": site.world.owners[0],
        "name": "x", "credentials": { "login": "x" }, "sender": {}, "from": { "door": {} },
    });
    let answer = site.app.post(site.world.admin(), "/v1/carrier-accounts", wrong).await;
    assert_eq!(answer.problem(422), "carrier_account");
    site.app.finish().await;
}

#[tokio::test]
async fn what_may_be_at_the_carrier_is_not_given_up_when_the_keys_end() {
    let site = Site::open().await;
    let parcel = site.parcel().await;
    let cut = Misbehaviour::once(BadManner::CutAfterAccept).at("/v2/orders");
    site.cdek.stand_in.manners().misbehave(cut);
    let shipment = site.send_by(&parcel, "cdek", "SPB3").await;
    site.workers.run_due().await.unwrap();
    assert_eq!(alive(&site.cdek).len(), 1, "the answer was lost");
    site.cdek.stand_in.manners().misbehave(Misbehaviour::always(BadManner::KeysEnded));
    for _ in 0..3 {
        site.app.app.clock.advance_seconds(60);
        site.workers.run_due().await.unwrap();
    }
    let waiting = site.shipment(&shipment).await;
    assert_eq!(waiting["state"], "waiting", "{waiting}");
    assert_eq!(waiting["problem"]["code"], "carrier_credentials");
    let path = format!("/v1/shipments/{}/retry", shipment["id"].as_str().unwrap());
    let again = site.app.post(site.world.admin(), &path, json!({})).await;
    assert_eq!(again.problem(409), "shipment_wrong_state", "it would be told as another one");
    site.cdek.stand_in.manners().behave();
    site.work().await;
    let registered = site.shipment(&shipment).await;
    assert_eq!(
        (&registered["state"], &registered["number"]),
        (&json!("registered"), &json!(parcel.number))
    );
    assert_eq!(alive(&site.cdek).len(), 1);
    site.app.finish().await;
}

#[tokio::test]
async fn the_choice_of_a_carrier_where_there_is_none_is_refused_with_words() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let parcel = manifests::packed(&app, &world, Parcel::default()).await;
    let path = format!("/v1/parcels/{}/carrier", parcel.id);
    let shipment = app.post(world.admin(), &path, json!({ "carrier": "auto" })).await.ok();
    let workers = Workers::new(app.app.clone(), ambar::shipments::handlers());
    workers.run_due().await.unwrap();
    let path = format!("/v1/shipments/{}", shipment["id"].as_str().unwrap());
    let refused = app.get(world.admin(), &path).await.ok();
    assert_eq!(refused["state"], "refused", "{refused}");
    assert_eq!(refused["problem"]["code"], "carrier_without_account");
    app.finish().await;
}
