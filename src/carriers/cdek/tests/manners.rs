//! Bad manners, and the ways that end otherwise.

use std::sync::Arc;

use super::super::wire::TokenAnswer;
use super::flow::{ask, quote, setup, stand};
use super::requests::pickup;
use crate::carriers::model::{
    Answers, BuyOut, DeliveryMode, DeliveryStatus, EventFlag, Handover, HandoverAsk, HandoverDone,
    Leg, Pickup, PickupAsk, PointKind, Registered, Registration, ShipmentAsk, ShipmentRef, Spot,
    Track,
};
use crate::carriers::registry::connect;
use crate::carriers::{Carrier, CarrierError};
use crate::sandbox::carriers::{BadManner, Misbehaviour, StandIn, Standing, Step, cdek};
use crate::units::{Grams, Kopecks};

async fn decided(carrier: &dyn Carrier, ask: &ShipmentAsk) -> Registration {
    let shipping = carrier.shipping().unwrap();
    let mut state = shipping.create(ask).await.unwrap();
    for _ in 0..10 {
        let Registration::Pending(reference) = &state else { return state };
        state = shipping.find(reference).await.unwrap().expect("it is known");
    }
    panic!("it is never decided")
}

async fn registered(carrier: &dyn Carrier, ask: &ShipmentAsk) -> Registered {
    match decided(carrier, ask).await {
        Registration::Registered(registered) => registered,
        other => panic!("{other:?}"),
    }
}

async fn refused(carrier: &dyn Carrier, ask: &ShipmentAsk) -> String {
    match decided(carrier, ask).await {
        Registration::Refused(reasons) => reasons[0].code.clone(),
        other => panic!("{other:?}"),
    }
}

async fn tracked(carrier: &dyn Carrier, shipment: &ShipmentRef) -> Track {
    let tracking = carrier.tracking().unwrap();
    tracking.track(std::slice::from_ref(shipment)).await.unwrap().remove(0)
}

fn misbehave(standing: &Standing, manner: BadManner, path: &str) {
    standing.stand_in.manners().misbehave(Misbehaviour::once(manner).at(path));
}

fn to(mut ask: ShipmentAsk, point: &str) -> ShipmentAsk {
    ask.to = Spot::Point { code: point.to_owned(), address: ask.to.address().clone() };
    ask
}

#[tokio::test]
async fn refusals_of_the_second_look_are_told_by_their_codes() {
    let (standing, carrier) = stand().await;
    let carrier = carrier.as_ref();
    misbehave(&standing, BadManner::TariffGone, "/v2/orders");
    assert_eq!(refused(carrier, &ask("P-1")).await, "err_result_service_empty");
    misbehave(&standing, BadManner::ClosedPoint, "/v2/orders");
    assert_eq!(refused(carrier, &ask("P-2")).await, "ve_receiver_pickup_point_incorrect");
    assert_eq!(refused(carrier, &to(ask("P-3"), "SPB777")).await, "code_invalid");
    let mut heavy = to(ask("P-4"), "SPB902");
    heavy.tariff = "368".to_owned();
    heavy.package.weight_g = Grams::new(16_000);
    assert_eq!(refused(carrier, &heavy).await, "error_validate_postamat_package_weight");
    let mut dear = ask("P-5");
    dear.items[0].cod_kopecks = Kopecks::new(20_000_000);
    assert_eq!(refused(carrier, &dear).await, "error_validate_receiver_city_cash_limit");
    assert!(standing.stand_in.held().is_empty(), "{:?}", standing.stand_in.held());
}

#[tokio::test]
async fn a_point_that_was_replaced_is_told() {
    let (standing, carrier) = stand().await;
    let found = registered(carrier.as_ref(), &to(ask("P-1"), "SPB40")).await;
    assert_eq!(found.point_changed_to.as_deref(), Some("SPB3"));
    assert_eq!(found.warnings[0].code, "v2_delivery_point_changed");
    let kept = registered(carrier.as_ref(), &to(ask("P-2"), "SPB18")).await;
    assert_eq!((kept.point_changed_to, kept.warnings), (None, Vec::new()));
    assert_eq!(standing.stand_in.held().len(), 2);
}

#[tokio::test]
async fn a_number_that_is_taken_makes_no_second_order() {
    let (standing, carrier) = stand().await;
    let first = registered(carrier.as_ref(), &ask("P-1")).await;
    let shipping = carrier.shipping().unwrap();
    let Registration::Pending(second) = shipping.create(&ask("P-1")).await.unwrap() else {
        panic!("it is taken at first");
    };
    let mut found = Ok(None);
    for _ in 0..4 {
        found = shipping.find(&second).await;
    }
    // The carrier shows the newest of equal numbers, which is the refused one: a person must look.
    assert!(matches!(found, Err(CarrierError::Unclear { .. })), "{found:?}");
    let by_id = shipping.find(&first.reference).await.unwrap();
    assert_eq!(by_id, Some(Registration::Registered(first)));
    assert_eq!(standing.stand_in.held().len(), 1);
}

#[tokio::test]
async fn an_unknown_number_is_nothing_and_a_moved_order_stays() {
    let (standing, carrier) = stand().await;
    let shipping = carrier.shipping().unwrap();
    let nobody = ShipmentRef { number: "P-0".to_owned(), ..ShipmentRef::default() };
    assert_eq!(shipping.find(&nobody).await.unwrap(), None);
    shipping.cancel(&nobody).await.unwrap();
    let found = registered(carrier.as_ref(), &ask("P-1")).await.reference;
    standing.stand_in.advance("P-1", Step::Accept).unwrap();
    let kept = shipping.cancel(&found).await.unwrap_err();
    assert!(kept.said().contains("error_validate_order_delete_status"), "{kept}");
    assert!(!standing.stand_in.held()[0].is_cancelled);
    misbehave(&standing, BadManner::Html, "/v2/orders");
    let down = shipping.find(&found).await.unwrap_err();
    assert!(matches!(down, CarrierError::Unavailable { .. }), "{down:?}");
}

#[tokio::test]
async fn a_parcel_that_is_not_taken_comes_back() {
    let (standing, carrier) = stand().await;
    let found = registered(carrier.as_ref(), &ask("P-1")).await.reference;
    for step in [Step::Accept, Step::Transit, Step::Arrive, Step::Return, Step::Returned] {
        standing.stand_in.advance("P-1", step).unwrap();
    }
    let track = tracked(carrier.as_ref(), &found).await;
    assert_eq!(track.reference, found);
    let last = track.events.last().unwrap();
    assert_eq!(
        (last.leg, last.meaning.unwrap().status),
        (Leg::Return, Some(DeliveryStatus::Returned))
    );
    let refused = track.events.iter().find(|event| event.code == "NOT_DELIVERED.11").unwrap();
    assert_eq!(refused.meaning.unwrap().status, Some(DeliveryStatus::Returning));
    let body = standing.stand_in.webhook_body("P-1").unwrap();
    let hints = carrier.webhooks().unwrap().read(&body).unwrap();
    assert_eq!((&hints[0].reference.id, &hints[0].reference.track), (&found.id, &found.track));
}

#[tokio::test]
async fn events_twice_in_disorder_and_unknown_do_no_harm() {
    let (standing, carrier) = stand().await;
    let found = registered(carrier.as_ref(), &ask("P-1")).await.reference;
    for step in [Step::Accept, Step::Transit, Step::FailAttempt, Step::OutForDelivery, Step::Lose] {
        standing.stand_in.advance("P-1", step).unwrap();
    }
    let plain = tracked(carrier.as_ref(), &found).await.events;
    let codes = |events: &[crate::carriers::model::TrackEvent]| -> Vec<String> {
        events.iter().map(|event| event.code.clone()).collect()
    };
    assert_eq!(
        codes(&plain)[2..],
        [
            "RECEIVED_AT_SHIPMENT_WAREHOUSE",
            "SENT_TO_RECIPIENT_CITY",
            "RETURNED_TO_RECIPIENT_CITY_WAREHOUSE.2",
            "TAKEN_BY_COURIER",
            "NOT_DELIVERED.26"
        ]
    );
    assert_eq!(plain[4].meaning.unwrap().flag, Some(EventFlag::Problem));
    assert_eq!(plain[6].meaning.unwrap().status, Some(DeliveryStatus::Lost));
    misbehave(&standing, BadManner::DisorderedEvents, "/v2/orders");
    assert_eq!(tracked(carrier.as_ref(), &found).await.events, plain);
    misbehave(&standing, BadManner::DuplicateEvents, "/v2/orders");
    let mut twice = tracked(carrier.as_ref(), &found).await.events;
    assert_eq!(twice.len(), plain.len() * 2);
    twice.dedup();
    assert_eq!(twice, plain, "a copy is the same in everything");
    misbehave(&standing, BadManner::UnknownCode, "/v2/orders");
    let odd = tracked(carrier.as_ref(), &found).await.events;
    let unknown: Vec<_> = odd.iter().filter(|event| event.meaning.is_none()).collect();
    assert_eq!(unknown.len(), 1);
    assert_eq!(unknown[0].code, "MET_BY_A_ROBOT.26");
}

#[tokio::test]
async fn one_order_that_cannot_be_read_hides_no_other() {
    let (standing, carrier) = stand().await;
    let one = registered(carrier.as_ref(), &ask("P-1")).await.reference;
    let two = registered(carrier.as_ref(), &ask("P-2")).await.reference;
    let nobody = ShipmentRef { number: "P-9".to_owned(), ..ShipmentRef::default() };
    misbehave(&standing, BadManner::ServerError, &one.id);
    let tracking = carrier.tracking().unwrap();
    let tracks = tracking.track(&[one.clone(), two.clone(), nobody]).await.unwrap();
    let numbers: Vec<&str> = tracks.iter().map(|track| track.reference.number.as_str()).collect();
    assert_eq!(numbers, ["P-2"]);
    misbehave(&standing, BadManner::ServerError, &one.id);
    assert!(tracking.track(&[one]).await.is_err());
}

#[tokio::test]
async fn an_act_leaves_out_what_the_carrier_does_not_have() {
    let (standing, carrier) = stand().await;
    let there = registered(carrier.as_ref(), &ask("P-1")).await.reference;
    let gone = registered(carrier.as_ref(), &ask("P-2")).await.reference;
    carrier.shipping().unwrap().cancel(&gone).await.unwrap();
    let mut ask = HandoverAsk {
        number: "M-000001".to_owned(),
        day: ask("none").day,
        from: ask("none").from,
        shipments: vec![there.clone(), gone],
        reference: None,
    };
    let done: HandoverDone = loop {
        match carrier.handovers().unwrap().hand_over(&ask).await.unwrap() {
            Handover::Pending { reference } => ask.reference = Some(reference),
            Handover::Done(done) => break done,
        }
    };
    assert_eq!(done.numbers, [there.track]);
    assert_eq!(done.files.len(), 1);
    assert!(done.files[0].bytes.starts_with(b"%PDF"));
    assert_eq!(done.files[0].name, "cdek-waybill-M-000001-1.pdf");
    let refused: Vec<&str> = done.refused.iter().map(|one| one.number.as_str()).collect();
    assert_eq!(refused, ["P-2"]);
    assert!(!done.refused[0].reasons[0].text.is_empty());
    let held = standing.stand_in.held();
    assert!(held[0].is_handed_over && !held[1].is_handed_over, "{held:?}");
}

#[tokio::test]
async fn couriers_come_once_a_day_to_an_address() {
    let (standing, carrier) = stand().await;
    let pickups = carrier.pickups().unwrap();
    let Pickup::Pending { reference } = pickups.pick_up(&pickup()).await.unwrap() else {
        panic!("a call is checked first")
    };
    let asked = PickupAsk { reference: Some(reference.clone()), ..pickup() };
    assert!(matches!(pickups.pick_up(&asked).await.unwrap(), Pickup::Pending { .. }));
    let called = Pickup::Called { reference: reference.clone(), warnings: Vec::new() };
    assert_eq!(pickups.pick_up(&asked).await.unwrap(), called);
    let Pickup::There { reasons } = pickups.pick_up(&pickup()).await.unwrap() else {
        panic!("one an address and day")
    };
    assert_eq!(reasons[0].code, "v2_intake_exists_by_date_address");
    let back = pickups.taking_back().unwrap();
    for _ in 0..2 {
        back.pickup_cancel(&reference).await.unwrap();
    }
    let Pickup::Pending { reference: anew } = pickups.pick_up(&pickup()).await.unwrap() else {
        panic!("the first one is gone")
    };
    assert_ne!(anew, reference);
    back.pickup_cancel(&anew).await.unwrap();
    assert_eq!(standing.stand_in.couriers(), 0, "it is waited for until nobody comes");
    setup(&standing, carrier.as_ref()).one_courier(&pickup(), "/v2/intakes").await;
}

#[tokio::test]
async fn a_call_that_is_not_taken_back_after_all_is_told() {
    let (standing, carrier) = stand().await;
    let pickups = carrier.pickups().unwrap();
    let Pickup::Pending { reference } = pickups.pick_up(&pickup()).await.unwrap() else {
        panic!("a call is checked first")
    };
    misbehave(&standing, BadManner::RefuseLater, "DELETE /v2/intakes");
    let back = pickups.taking_back().unwrap();
    let kept = back.pickup_cancel(&reference).await.unwrap_err();
    assert!(kept.said().contains("Курьер уже выехал"), "{kept}");
    assert_eq!(standing.stand_in.couriers(), 1);
}

#[tokio::test]
async fn a_call_that_is_found_wrong_later_comes_back_in_the_carriers_words() {
    let (standing, carrier) = stand().await;
    let pickups = carrier.pickups().unwrap();
    let wrong = Misbehaviour::once(BadManner::RefuseLater).at("/v2/intakes");
    standing.stand_in.manners().misbehave(wrong);
    let Pickup::Pending { reference } = pickups.pick_up(&pickup()).await.unwrap() else {
        panic!("a call is checked first")
    };
    let asked = PickupAsk { reference: Some(reference), ..pickup() };
    let refused = loop {
        match pickups.pick_up(&asked).await {
            Ok(Pickup::Pending { .. }) => {}
            other => break other,
        }
    };
    assert!(matches!(refused, Err(CarrierError::Refused { .. })), "{refused:?}");
    assert_eq!(standing.stand_in.couriers(), 0);
}

#[tokio::test]
async fn points_have_their_limits() {
    let (standing, carrier) = stand().await;
    let points = carrier.points().unwrap();
    let page = points.points(None).await.unwrap();
    assert_eq!(page.next, None);
    let find = |code: &str| page.points.iter().find(|point| point.code == code).unwrap();
    let locker = find("SPB902");
    assert_eq!(locker.kind, PointKind::Locker);
    assert_eq!(locker.limits.weight_max_g, Some(Grams::new(15_000)));
    assert_eq!(locker.limits.sides_max_mm, Some([600, 410, 380]));
    assert_eq!(locker.partial_buy_out, Answers::No);
    let unpaid = find("MSK67");
    assert_eq!(unpaid.limits.cod_max_kopecks, Some(Kopecks::new(0)));
    assert_eq!((unpaid.cash, unpaid.card), (Answers::No, Answers::No));
    assert_eq!(find("MSK241").limits.weight_max_g, Some(Grams::new(5_000)));
    misbehave(&standing, BadManner::ClosedPoint, "/v2/deliverypoints");
    let left = points.points(None).await.unwrap();
    assert_eq!(left.points.len() + 1, page.points.len());
    assert!(points.points(Some("last")).await.is_err());
}

#[tokio::test]
async fn prices_follow_the_mode_the_services_and_the_weight() {
    let (_standing, carrier) = stand().await;
    let quoting = carrier.quoting().unwrap();
    let plain = quoting.quote(&quote(DeliveryMode::Point)).await.unwrap();
    let tariffs: Vec<&str> = plain.iter().map(|one| one.tariff.as_str()).collect();
    assert_eq!(tariffs, ["136", "234", "483"]);
    let lines: Vec<&str> = plain[0].lines.iter().map(|line| line.name.as_str()).collect();
    assert_eq!(lines, ["Доставка", "Страхование"]);
    let sum: i64 = plain[0].lines.iter().map(|line| line.price_kopecks.get()).sum();
    assert_eq!(plain[0].price_kopecks.get(), sum);
    let mut partial = quote(DeliveryMode::Point);
    partial.buy_out = BuyOut::Partial;
    let dearer = quoting.quote(&partial).await.unwrap();
    assert_eq!(dearer[0].price_kopecks.get() - plain[0].price_kopecks.get(), 18_300);
    let mut heavy = quote(DeliveryMode::Locker);
    heavy.package.weight_g = Grams::new(20_000);
    assert_eq!(quoting.quote(&heavy).await.unwrap(), []);
    heavy.package.weight_g = Grams::new(60_000);
    assert_eq!(quoting.quote(&heavy).await.unwrap(), [], "no tariff takes it");
    let mut nowhere = quote(DeliveryMode::Point);
    let address = crate::carriers::model::Address {
        city: "Урюпинск".to_owned(),
        ..Default::default()
    };
    nowhere.to = Spot::Point { code: String::new(), address };
    let refused = quoting.quote(&nowhere).await.unwrap_err();
    assert!(refused.said().contains("v2_recipient_location_not_recognized"), "{refused}");
}

#[tokio::test]
async fn what_was_collected_is_registered_to_the_kopeck() {
    let (standing, carrier) = stand().await;
    let found = registered(carrier.as_ref(), &ask("P-1")).await.reference;
    for step in Step::WAY {
        standing.stand_in.advance("P-1", step).unwrap();
    }
    let delivered = tracked(carrier.as_ref(), &found).await.events.pop().unwrap();
    assert_eq!(delivered.meaning.unwrap().status, Some(DeliveryStatus::Delivered));
    let registers = carrier.registers().unwrap();
    let told = registers.registers(delivered.at.moscow_day()).await.unwrap();
    let line = &told[0].lines[0];
    assert_eq!((&line.track, line.number.as_str()), (&found.track, "P-1"));
    assert_eq!(line.collected_kopecks, ask("P-1").cod_kopecks());
    let kept = line.collected_kopecks.get() - line.transferred_kopecks.unwrap().get();
    assert_eq!(line.fee_kopecks.unwrap().get(), kept);
    assert_eq!(registers.registers("2020-01-01".parse().unwrap()).await.unwrap(), []);
}

#[tokio::test]
async fn a_subscription_is_made_once() {
    let (standing, carrier) = stand().await;
    let webhooks = carrier.webhooks().unwrap();
    for _ in 0..3 {
        webhooks.subscribe("https://ambar.example/hooks/9f2c").await.unwrap();
    }
    let url = standing.stand_in.webhook_url();
    assert_eq!(url.as_deref(), Some("https://ambar.example/hooks/9f2c"));
    webhooks.subscribe("https://ambar.example/hooks/other").await.unwrap();
    let full = webhooks.subscribe("https://ambar.example/hooks/third").await.unwrap_err();
    assert!(matches!(full, CarrierError::Refused { .. }), "{full:?}");
}

#[tokio::test]
async fn a_token_that_ended_early_is_renewed_once() {
    let stand_in = Arc::new(cdek::Cdek::default());
    let standing = Standing::start(Arc::clone(&stand_in) as Arc<dyn StandIn>).await.unwrap();
    let carrier = connect("cdek", &cdek::account(&standing.url())).unwrap();
    let points = carrier.points().unwrap();
    points.points(None).await.unwrap();
    assert_eq!(stand_in.tokens(), 1);
    misbehave(&standing, BadManner::KeysEnded, "/v2/deliverypoints");
    for _ in 0..2 {
        points.points(None).await.unwrap();
        assert_eq!(stand_in.tokens(), 2, "one new token, and it is kept");
    }
}

#[tokio::test]
async fn a_token_in_an_answer_that_cannot_be_read_is_not_shown() {
    let (standing, carrier) = stand().await;
    misbehave(&standing, BadManner::BrokenBody, "/v2/oauth/token");
    let error = carrier.points().unwrap().points(None).await.unwrap_err();
    assert!(matches!(error, CarrierError::Malformed { .. }), "{error:?}");
    assert!(!format!("{error:?}").contains("sandbox."), "{error:?}");
    carrier.points().unwrap().points(None).await.unwrap();
}

#[test]
fn the_life_of_a_token_is_a_number_or_a_text() {
    for (said, lives) in [
        (serde_json::json!({ "access_token": "t", "expires_in": 3599 }), "3599"),
        (serde_json::json!({ "access_token": "t", "expires_in": "3599" }), "3599"),
        (serde_json::json!({ "access_token": "t" }), ""),
    ] {
        let answer: TokenAnswer = serde_json::from_value(said).unwrap();
        assert_eq!(answer.expires_in.0, lives);
    }
}

#[tokio::test]
async fn a_wrong_secret_is_named_and_kept() {
    let (standing, _) = stand().await;
    let mut account = cdek::account(&standing.url());
    account.credentials["client_secret"] = serde_json::json!("wrong-s3cr3t");
    let carrier = connect("cdek", &account).unwrap();
    let error = carrier.points().unwrap().points(None).await.unwrap_err();
    assert!(matches!(error, CarrierError::Credentials { .. }), "{error:?}");
    assert!(!format!("{error:?}").contains("s3cr3t"), "{error:?}");
}

#[tokio::test]
async fn a_gateway_that_finds_nothing_does_not_speak_of_orders() {
    let (standing, _) = stand().await;
    let account = cdek::account(&format!("{}/nowhere", standing.url()));
    let carrier = connect("cdek", &account).unwrap();
    let order = ShipmentRef { number: "P-1".to_owned(), ..ShipmentRef::default() };
    let found = carrier.shipping().unwrap().find(&order).await;
    assert!(matches!(found, Err(CarrierError::Malformed { .. })), "{found:?}");
}
