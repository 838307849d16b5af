//! What becomes of parcels on their way: told late, twice, in any order, and by several doors at once.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use ambar::carriers::model::{
    DeliveryStatus, EventBatch, EventFlag, Leg, Meaning, ShipmentRef, Track, TrackEvent,
};
use ambar::db::Dialect;
use ambar::sandbox::carriers::{BadManner, Misbehaviour, Step};
use ambar::tracking::{
    HookTaken, Ingested, Poller, ingest, message_take, silence_note, subscribe_all,
};
use serde_json::{Value, json};

use crate::picking::number;
use crate::road::{
    CODE, DAY, HOUR, INTERVAL, Road, Teller, account, event, failed, shipment, track, unheard, way,
    went,
};
use crate::shipments::Site;
use crate::support::unique_name;

#[tokio::test]
async fn events_told_in_any_order_and_twice_come_to_the_same_and_are_told_to_the_shop_once() {
    let road = Road::open().await;
    let orders: [[usize; 4]; 4] = [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1], [1, 3, 0, 2]];
    for (index, order) in orders.into_iter().enumerate() {
        let number = format!("P-{index}");
        let id = road.parcel(&number).await;
        for which in order {
            assert_eq!(road.told(&number, &way()[which..=which]).await.events, 1);
            let again = road.told(&number, &way()[which..=which]).await;
            assert_eq!(again, Ingested::default(), "told again");
        }
        assert_eq!(road.told(&number, &[way(), way()].concat()).await, Ingested::default());
        assert_eq!(road.standing(id).await, ("delivered".to_owned(), None), "{order:?}");
        let history = road.history(id).await;
        let told = history["events"].as_array().unwrap();
        assert_eq!(told.len(), 4);
        let codes: Vec<&str> = told.iter().map(|one| one["code"].as_str().unwrap()).collect();
        assert_eq!(codes, ["delivered", "arrived_at_point", "in_transit", "accepted"]);
        assert_eq!(history["shipment"]["status_at"], told[0]["at"]);
    }
    let feed = road.feed().await;
    let of = |number: &str| -> Vec<String> {
        let own = feed.iter().filter(|event| event["data"]["parcel_number"] == number);
        own.map(|event| event["data"]["status"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(of("P-0"), ["accepted", "in_transit", "arrived_at_point", "delivered"]);
    assert_eq!(of("P-1"), ["delivered"], "what came late moved nothing");
    let last = feed.last().unwrap();
    assert_eq!(last["type"], "parcel.status_changed", "{last}");
    assert_eq!(last["data"]["order_number"], last["data"]["parcel_number"]);
    road.app.finish().await;
}

#[tokio::test]
async fn a_shipment_is_known_by_our_number_the_carriers_id_or_its_track_and_others_are_left() {
    let road = Road::open().await;
    let id = road.parcel("P-1").await;
    let by = |reference: ShipmentRef, events: Vec<TrackEvent>| Track { reference, events };
    let tracks = vec![
        by(
            ShipmentRef { id: "ref-P-1".to_owned(), ..ShipmentRef::default() },
            vec![way()[0].clone()],
        ),
        by(
            ShipmentRef { track: "track-P-1".to_owned(), ..ShipmentRef::default() },
            vec![way()[1].clone()],
        ),
        by(
            ShipmentRef { number: "P-1".to_owned(), ..ShipmentRef::default() },
            vec![way()[2].clone()],
        ),
        by(ShipmentRef { number: "foreign".to_owned(), ..ShipmentRef::default() }, way()),
        by(ShipmentRef::default(), way()),
    ];
    let done = ingest(&road.app.app, CODE, tracks.clone()).await.unwrap();
    assert_eq!(done, Ingested { unknown: 2, events: 3, moved: 1 });
    assert_eq!(road.standing(id).await.0, "arrived_at_point");
    let other = ingest(&road.app.app, "another", tracks).await.unwrap();
    assert_eq!(other.events, 0, "another carrier does not move it");
    let metrics = road.app.app.metrics.text();
    assert!(metrics.contains(r#"carrier="teller",outcome="unknown"} 2"#), "{metrics}");
    road.app.finish().await;
}

#[tokio::test]
async fn an_event_that_is_read_anew_counts_as_it_was_read_last() {
    let road = Road::open().await;
    let id = road.parcel("P-1").await;
    let (there, given) =
        (went(0, DeliveryStatus::ArrivedAtPoint), went(5, DeliveryStatus::Delivered));
    road.told("P-1", &[there.clone(), given.clone()]).await;
    assert_eq!(road.standing(id).await, ("delivered".to_owned(), None));
    road.app.app.clock.advance_seconds(HOUR);
    let part = Some(Meaning { status: Some(DeliveryStatus::PartlyDelivered), flag: None });
    let part = TrackEvent { meaning: part, ..given };
    assert_eq!(road.told("P-1", &[there.clone(), part.clone()]).await.events, 1);
    assert_eq!(road.standing(id).await, ("partly_delivered".to_owned(), None));
    assert_eq!(road.told("P-1", &[there.clone(), part]).await, Ingested::default());

    let second = road.parcel("P-2").await;
    let back = TrackEvent { leg: Leg::Return, ..went(9, DeliveryStatus::InTransit) };
    let begins = went(8, DeliveryStatus::Returning);
    road.told("P-2", &[there.clone(), begins.clone(), back.clone()]).await;
    assert_eq!(road.standing(second).await, ("returning".to_owned(), None));
    road.app.app.clock.advance_seconds(HOUR);
    let annuls = Some(Meaning { status: None, flag: Some(EventFlag::Annuls) });
    let annulment = TrackEvent { meaning: annuls, ..event(8, "returning.annulled", None) };
    let on_its_way = TrackEvent { leg: Leg::Direct, ..back };
    road.told("P-2", &[there, begins, annulment, on_its_way]).await;
    assert_eq!(road.standing(second).await, ("in_transit".to_owned(), None));
    road.app.finish().await;
}

#[tokio::test]
async fn a_shipment_that_its_carrier_calls_otherwise_is_known_by_both_tracks() {
    let road = Road::open().await;
    let id = road.parcel("P-1").await;
    let told = async |number: &str, track: &str, events: &[TrackEvent]| {
        let (number, track) = (number.to_owned(), track.to_owned());
        let reference = ShipmentRef { number, track, ..ShipmentRef::default() };
        let tracks = vec![Track { reference, events: events.to_vec() }];
        ingest(&road.app.app, CODE, tracks).await.unwrap()
    };
    let track = async || road.history(id).await["shipment"]["track"].clone();
    assert_eq!(told("P-1", "final-P-1", &[]).await, Ingested::default());
    assert_eq!(track().await, "final-P-1");
    for (index, by) in ["track-P-1", "final-P-1"].into_iter().enumerate() {
        let done = told("", by, &way()[index..=index]).await;
        assert_eq!((done.unknown, done.events), (0, 1), "{by}");
    }
    assert_eq!(told("P-1", "track-P-1", &way()[2..3]).await.events, 1);
    assert_eq!(track().await, "final-P-1", "a door that is late does not call it as before");
    let back = TrackEvent { leg: Leg::Return, ..went(40, DeliveryStatus::InTransit) };
    assert_eq!(told("P-1", "return-P-1", &[back]).await.events, 1);
    assert_eq!(track().await, "final-P-1", "a return has a number of its own");
    assert_eq!(number(&road.app, "SELECT COUNT(*) FROM shipment_track").await, 1);
    assert_eq!(told("", "nobody's", &way()).await.unknown, 1);
    road.app.finish().await;
}

#[tokio::test]
async fn a_shipment_that_a_carrier_stumbles_over_costs_the_others_nothing() {
    let road = Road::open().await;
    let numbers = road.parcels(5).await;
    for number in &numbers {
        road.teller.tells(number, &way()[..1]);
    }
    road.teller.stumbles_over.lock().unwrap().push(numbers[2].clone());
    let poller = Poller::new(road.app.app.clone());
    assert_eq!(poller.run_due().await.unwrap().events, 4);
    road.teller.stumbles_over.lock().unwrap().clear();
    road.app.app.clock.advance_seconds(INTERVAL);
    assert_eq!(poller.run_due().await.unwrap().events, 1, "it is asked for at its next time");
    road.app.finish().await;
}

#[tokio::test]
async fn trouble_calls_for_people_and_a_person_can_put_it_aside_with_a_reason() {
    let road = Road::open().await;
    let id = road.parcel("P-1").await;
    let attention = async |road: &Road| road.standing(id).await.1;
    let list = async |token: &str, query: &str| {
        let path = format!("/v1/tracking/attention{query}");
        road.app.get(token, &path).await.ok()["items"].as_array().unwrap().len()
    };
    let (own, foreign) = (&road.world.keys[0], &road.world.keys[1]);
    road.told("P-1", &[went(0, DeliveryStatus::Accepted), failed(1)]).await;
    assert_eq!(attention(&road).await.as_deref(), Some("problem"));
    assert_eq!((list(own, "").await, list(foreign, "").await), (1, 0));
    assert_eq!(list(road.world.admin(), "?attention=problem&carrier=teller").await, 1);
    assert_eq!(list(road.world.admin(), "?attention=silent").await, 0);
    let kinds: Vec<Value> = road.feed().await.iter().map(|event| event["type"].clone()).collect();
    assert_eq!(kinds, ["parcel.status_changed", "parcel.problem"]);

    let path = format!("/v1/shipments/{id}/attention/acknowledge");
    let body = |attention: &str, reason: &str| json!({ "attention": attention, "reason": reason });
    let seen = async |token: &str, body: Value| road.app.post(token, &path, body).await;
    let admin = road.world.admin();
    assert_eq!(seen(admin, body("problem", "")).await.problem(422), "input_invalid");
    assert_eq!(seen(admin, body("silent", "x")).await.problem(409), "shipment_attention_gone");
    assert_eq!(seen(own, body("problem", "x")).await.problem(403), "forbidden");
    let done = seen(admin, body("problem", "позвонили покупателю")).await.ok();
    assert_eq!(done["attention"], Value::Null);
    let trail = road.app.get(admin, "/v1/audit").await.ok();
    assert!(trail["items"][0].to_string().contains("позвонили покупателю"), "{trail}");

    road.app.app.clock.advance_seconds(60);
    let reworded =
        TrackEvent { words: "Попытка не удалась".to_owned(), ..failed(1) };
    road.told("P-1", &[event(2, "note", None), reworded]).await;
    assert_eq!(attention(&road).await, None, "what was seen does not call again");
    road.told("P-1", &[unheard(3)]).await;
    assert_eq!(attention(&road).await.as_deref(), Some("unknown_code"));
    assert_eq!(road.standing(id).await.0, "accepted", "a code in no table moves nothing");
    assert_eq!(road.history(id).await["events"][0]["is_known"], false);
    road.told("P-1", &[went(4, DeliveryStatus::Delivered)]).await;
    assert_eq!(attention(&road).await, None);
    road.told("P-1", &[went(40, DeliveryStatus::InTransit)]).await;
    assert_eq!(road.standing(id).await, ("delivered".to_owned(), Some("contradiction".to_owned())));
    road.app.finish().await;
}

#[tokio::test]
async fn texts_that_a_database_cannot_hold_are_kept_without_what_it_cannot() {
    let road = Road::open().await;
    let id = road.parcel("P-1").await;
    let odd = TrackEvent {
        words: "Прин\0ято".to_owned(),
        raw: json!({ "a\0b": ["c\0d", { "e": "\\u0000" }] }),
        ..went(0, DeliveryStatus::Accepted)
    };
    assert_eq!(road.told("P-1", &[odd]).await.events, 1);
    assert_eq!(road.history(id).await["events"][0]["words"], "Принято");
    road.app.finish().await;
}

/// Another node on the same database. A file has one writer: there both nodes are the same one.
async fn beside(road: &Road) -> ambar::app::App {
    match road.app.app.db.dialect() {
        Dialect::Sqlite => road.app.app.clone(),
        Dialect::Postgres => {
            let (node, _) = road.app.spawn_beside().await;
            node.connectors.put(road.account, 1, road.teller.clone());
            node
        }
    }
}

#[tokio::test]
async fn nodes_that_poll_at_once_ask_for_each_shipment_once() {
    let road = Road::open().await;
    let numbers = road.parcels(40).await;
    for number in &numbers {
        road.teller.tells(number, &way()[..2]);
    }
    let node = beside(&road).await;
    let (one, two) = (Poller::new(road.app.app.clone()), Poller::new(node.clone()));
    let (left, right) = futures::join!(one.run_due(), two.run_due());
    let sum = left.unwrap().plus(right.unwrap());
    assert_eq!((sum.events, sum.moved), (80, 40));
    assert_eq!(road.teller.asked(), numbers);
    futures::join!(one.run_due(), two.run_due()).0.unwrap();
    assert_eq!(road.teller.asked().len(), 40, "it is not time yet");
    road.app.app.clock.advance_seconds(INTERVAL);
    assert_eq!(one.run_due().await.unwrap(), Ingested::default(), "nothing is new");
    assert_eq!(road.teller.asked().len(), 80);
    if node.db.dialect() == Dialect::Postgres {
        node.db.close().await;
    }
    road.app.finish().await;
}

#[tokio::test]
async fn nodes_that_hear_of_the_same_shipment_at_once_fold_what_both_heard() {
    let road = Road::open().await;
    let node = beside(&road).await;
    for round in 0..10 {
        let number = format!("P-{round}");
        let id = road.parcel(&number).await;
        let (early, late) = (track(&number, &way()[..3]), track(&number, &way()[1..]));
        let (one, two) = futures::join!(
            ingest(&road.app.app, CODE, vec![early]),
            ingest(&node, CODE, vec![late]),
        );
        assert_eq!(one.unwrap().events + two.unwrap().events, 4);
        assert_eq!(road.standing(id).await, ("delivered".to_owned(), None));
    }
    if node.db.dialect() == Dialect::Postgres {
        node.db.close().await;
    }
    road.app.finish().await;
}

#[tokio::test]
async fn a_carrier_that_is_down_is_left_alone_for_a_while_and_others_are_not() {
    let road = Road::open().await;
    let numbers = road.parcels(3).await;
    let other = account(&road.app, &road.world, "other", "another-hook").await;
    let talking = Arc::new(Teller::default());
    road.app.app.connectors.put(other, 1, talking.clone());
    shipment(&road.app, &road.world, 0, other, "O-1").await;
    road.teller.is_down.store(true, Ordering::SeqCst);
    let poller = Poller::new(road.app.app.clone());
    poller.run_due().await.unwrap();
    assert_eq!(talking.asked(), ["O-1"]);
    road.teller.is_down.store(false, Ordering::SeqCst);
    poller.run_due().await.unwrap();
    assert!(road.teller.asked().is_empty(), "it is left alone");
    road.app.app.clock.advance_seconds(30);
    poller.run_due().await.unwrap();
    assert_eq!(road.teller.asked(), numbers, "and then asked for everything that was due");
    road.app.finish().await;
}

#[tokio::test]
async fn an_account_whose_asking_panicked_is_asked_again() {
    let road = Road::open().await;
    road.parcel("P-1").await;
    let poller = Arc::new(Poller::new(road.app.app.clone()));
    road.teller.panics.store(true, Ordering::SeqCst);
    let broken = Arc::clone(&poller);
    let ended = tokio::spawn(async move { broken.run_due().await }).await;
    assert!(ended.is_err_and(|error| error.is_panic()));
    road.teller.panics.store(false, Ordering::SeqCst);
    road.app.app.clock.advance_seconds(INTERVAL);
    poller.run_due().await.unwrap();
    assert_eq!(road.teller.asked(), ["P-1"]);
    road.app.finish().await;
}

#[tokio::test]
async fn a_shipment_at_its_end_is_asked_for_some_days_more_and_then_never_again() {
    let road = Road::open().await;
    let id = road.parcel("P-1").await;
    road.teller.tells("P-1", &way());
    let poller = Poller::new(road.app.app.clone());
    for _ in 0..(10 * 24) {
        poller.run_due().await.unwrap();
        road.app.app.clock.advance_seconds(HOUR);
    }
    let times = road.teller.asked().len();
    assert!((8..=14).contains(&times), "asked {times} times");
    assert_eq!(road.history(id).await["shipment"]["poll_at"], Value::Null);
    let path = format!("/v1/shipments/{id}/track-now");
    road.app.post(&road.world.keys[0], &path, json!({})).await.ok();
    poller.run_due().await.unwrap();
    assert_eq!(road.teller.asked().len(), times + 1, "unless somebody wants it");
    road.app.finish().await;
}

#[tokio::test]
async fn a_queue_is_confirmed_after_its_events_are_kept_and_told_again_if_it_was_not() {
    let road = Road::open_with(Teller { keeps_queue: true, ..Teller::default() }).await;
    let first = road.parcel("P-1").await;
    let second = road.parcel("P-2").await;
    let batch =
        |id: &str, tracks: Vec<Track>, is_last| EventBatch { id: id.to_owned(), tracks, is_last };
    road.teller.queue.lock().unwrap().extend([
        batch("1", vec![track("P-1", &way()[..1]), track("nobody's", &way())], false),
        batch("2", vec![track("P-2", &way()), track("P-1", &way()[1..2])], true),
    ]);
    *road.teller.confirmations_lost.lock().unwrap() = 1;
    let poller = Poller::new(road.app.app.clone());
    let done = poller.run_due().await.unwrap();
    assert_eq!((done.events, done.unknown), (1, 1));
    assert_eq!(road.standing(first).await.0, "accepted", "it is kept before it is confirmed");
    assert!(road.teller.confirmed.lock().unwrap().is_empty());
    road.app.app.clock.advance_seconds(30);
    let done = poller.run_due().await.unwrap();
    assert_eq!(done.events, 5, "what was told again is not new");
    assert_eq!(*road.teller.confirmed.lock().unwrap(), ["1", "2"]);
    assert_eq!(road.standing(first).await.0, "in_transit");
    assert_eq!(road.standing(second).await.0, "delivered");
    road.teller.queue.lock().unwrap().push_back(batch("3", vec![], true));
    poller.run_due().await.unwrap();
    assert_eq!(road.teller.confirmed.lock().unwrap().len(), 2, "the carrier is left alone");
    road.app.app.clock.advance_seconds(INTERVAL);
    let node = beside(&road).await;
    let other = Poller::new(node.clone());
    let (one, two) = futures::join!(poller.run_due(), other.run_due());
    assert_eq!(one.unwrap().plus(two.unwrap()), Ingested::default());
    assert_eq!(road.teller.confirmed.lock().unwrap().len(), 3, "one node has the queue");
    if node.db.dialect() == Dialect::Postgres {
        node.db.close().await;
    }
    road.app.finish().await;
}

async fn message(road: &Road, hook: &str, body: Vec<u8>) -> crate::support::Answer {
    let url = format!("{}/v1/carrier-hooks/{hook}", road.app.base);
    let response = reqwest::Client::new().post(url).body(body).send().await.unwrap();
    let status = response.status();
    crate::support::Answer { status, bytes: response.bytes().await.unwrap().to_vec() }
}

#[tokio::test]
async fn a_flood_of_messages_is_kept_answered_and_ends_in_one_question() {
    let road = Road::open().await;
    road.parcel("P-1").await;
    road.teller.tells("P-1", &way()[..1]);
    let poller = Poller::new(road.app.app.clone());
    poller.run_due().await.unwrap();
    road.app.app.clock.advance_seconds(60);
    let hook = "hook-of-the-teller";
    let bodies = (0..60).map(|index| format!(r#"{{"number":"P-1","n":{}}}"#, index % 30));
    let sent = bodies.map(|body| message(&road, hook, body.into_bytes()));
    for answer in futures::future::join_all(sent).await {
        assert_eq!(answer.status, 200);
    }
    let kept = "SELECT COUNT(*) FROM carrier_message";
    assert_eq!(number(&road.app, kept).await, 30, "each once");
    for odd in ["", "{", "<html>", r#"{"number":"nobody's"}"#] {
        assert_eq!(message(&road, hook, odd.as_bytes().to_vec()).await.status, 200, "{odd}");
    }
    assert_eq!(message(&road, hook, vec![0xff; 1000]).await.status, 200);
    assert_eq!(number(&road.app, kept).await, 35, "what cannot be read is kept as well");
    assert_eq!(message(&road, "guessed", vec![]).await.problem(404), "carrier_hook_unknown");
    let large = vec![b' '; 256 * 1024 + 1];
    assert_eq!(message(&road, hook, large).await.problem(413), "body_too_large");
    assert_eq!(number(&road.app, kept).await, 35);

    assert_eq!(number(&road.app, "SELECT COUNT(*) FROM tracking_event").await, 1);
    poller.run_due().await.unwrap();
    poller.run_due().await.unwrap();
    assert_eq!(road.teller.asked().len(), 2, "one question for all of them");
    let more = br#"{"number":"P-1","n":"once more"}"#.to_vec();
    let taken = message_take(&road.app.app, hook, more.clone()).await.unwrap();
    assert_eq!(taken, HookTaken { is_new: true, woken: 1 });
    let again = message_take(&road.app.app, hook, more).await.unwrap();
    assert_eq!(again, HookTaken { is_new: false, woken: 0 });
    poller.run_due().await.unwrap();
    assert_eq!(road.teller.asked().len(), 2, "the carrier was asked this moment");
    road.app.app.clock.advance_seconds(10);
    poller.run_due().await.unwrap();
    assert_eq!(road.teller.asked().len(), 3);
    road.app.finish().await;
}

#[tokio::test]
async fn carriers_are_told_daily_where_to_send_their_messages() {
    let road = Road::open().await;
    let mut done = HashMap::new();
    road.teller.is_down.store(true, Ordering::SeqCst);
    let base = "https://ambar.example.ru/";
    assert_eq!(subscribe_all(&road.app.app, base, &mut done).await.unwrap(), 0);
    road.teller.is_down.store(false, Ordering::SeqCst);
    for expected in [1, 0] {
        assert_eq!(subscribe_all(&road.app.app, base, &mut done).await.unwrap(), expected);
    }
    road.app.app.clock.advance_seconds(DAY);
    assert_eq!(subscribe_all(&road.app.app, base, &mut done).await.unwrap(), 1);
    let url = "https://ambar.example.ru/v1/carrier-hooks/hook-of-the-teller";
    assert_eq!(*road.teller.subscribed.lock().unwrap(), [url, url]);
    road.app.finish().await;
}

#[tokio::test]
async fn parcels_without_news_surface_once_and_again_after_somebody_looked() {
    let road = Road::open().await;
    let quiet = road.parcel("P-1").await;
    let heard = road.parcel("P-2").await;
    let arrived = road.parcel("P-3").await;
    road.told("P-3", &way()).await;
    road.app.app.clock.advance_seconds(3 * DAY);
    road.told("P-2", &way()[..1]).await;
    assert_eq!(silence_note(&road.app.app).await.unwrap(), 0);
    road.app.app.clock.advance_seconds(2 * DAY + 1);
    assert_eq!(silence_note(&road.app.app).await.unwrap(), 1);
    assert_eq!(silence_note(&road.app.app).await.unwrap(), 0);
    assert_eq!(road.standing(quiet).await.1.as_deref(), Some("silent"));
    assert_eq!((road.standing(heard).await.1, road.standing(arrived).await.1), (None, None));
    assert_eq!(road.feed().await.last().unwrap()["type"], "parcel.problem");
    road.told("P-1", &way()[..1]).await;
    assert_eq!(road.standing(quiet).await.1, None, "it speaks again");
    road.app.finish().await;
}

#[tokio::test]
async fn a_shop_sees_its_own_parcels_only() {
    let road = Road::open().await;
    let id = road.parcel("P-1").await;
    road.told("P-1", &[failed(0)]).await;
    let foreign = &road.world.keys[1];
    let events = format!("/v1/shipments/{id}/events");
    assert_eq!(road.app.get(foreign, &events).await.problem(404), "shipment_not_found");
    let now = format!("/v1/shipments/{id}/track-now");
    let answer = road.app.post(foreign, &now, json!({})).await;
    assert_eq!(answer.problem(404), "shipment_not_found");
    assert!(road.app.get(foreign, "/v1/events").await.ok()["items"].as_array().unwrap().is_empty());
    let key = unique_name();
    let own = &road.world.keys[0];
    let first = road.app.post_with_key(own, &now, &key, json!({})).await.ok();
    assert_eq!(first, road.app.post_with_key(own, &now, &key, json!({})).await.ok());
    road.app.finish().await;
}

#[tokio::test]
async fn a_parcel_of_a_real_carrier_is_followed_to_its_buyer_through_bad_manners() {
    let site = Site::open().await;
    let parcel = site.parcel().await;
    let shipment = site.send_by(&parcel, "cdek", "SPB3").await;
    site.work().await;
    let shipment = site.shipment(&shipment).await;
    let number = shipment["number"].as_str().unwrap().to_owned();
    let poller = Poller::new(site.app.app.clone());
    let manners = site.cdek.stand_in.manners();
    let mut seen = Vec::new();
    for step in Step::WAY {
        site.cdek.stand_in.advance(&number, step).unwrap();
        manners.misbehave(Misbehaviour::once(BadManner::ServerError));
        poller.run_due().await.unwrap();
        manners.behave();
        manners.misbehave(Misbehaviour::always(BadManner::DuplicateEvents));
        manners.misbehave(Misbehaviour::always(BadManner::DisorderedEvents));
        site.app.app.clock.advance_seconds(HOUR);
        poller.run_due().await.unwrap();
        manners.behave();
        site.app.app.clock.advance_seconds(HOUR);
        seen.push(site.shipment(&shipment).await["status"].as_str().unwrap().to_owned());
    }
    assert_eq!(seen.last().unwrap(), "delivered", "{seen:?}");
    assert_eq!(site.shipment(&shipment).await["attention"], Value::Null);
    site.app.finish().await;
}
