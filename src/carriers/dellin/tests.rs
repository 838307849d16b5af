use std::time::Duration;

use serde_json::{Value, json};

use super::map::{
    Course, STATUSES, calculator_body, events, ours, quote, registration, request_body,
};
use super::wire::{Answer as Envelope, Calculation, Orders};
use super::*;
use crate::carriers::attempt::{Sent, register};
use crate::carriers::conformance::{Setup, Stage};
use crate::carriers::model::{
    Address, Answers, BuyOut, Contact, DeliveryStatus, EventFlag, Item, Leg, Package, Party,
    Seller, TrackEvent, VatRate,
};
use crate::sandbox::carriers::dellin::{APPKEY, DellinStandIn, LOGIN, PASSWORD, account};
use crate::sandbox::carriers::{BadManner, Misbehaviour, StandIn, Step};
use crate::units::{Grams, Kopecks};

const SAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/carriers/samples/dellin/");

fn sample(name: &str) -> Value {
    let path = format!("{SAMPLES}{name}");
    let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_slice(&bytes).unwrap()
}

fn address(city: &str, line: &str) -> Address {
    Address { city: city.to_owned(), line: line.to_owned(), ..Address::default() }
}

fn point(code: &str, city: &str) -> Spot {
    Spot::Point { code: code.to_owned(), address: address(city, "") }
}

fn package(number: &str) -> Package {
    Package {
        number: number.to_owned(),
        weight_g: Grams::new(2_100),
        length_mm: 300,
        width_mm: 300,
        height_mm: 200,
    }
}

fn quote_ask(from: Spot, to: Spot) -> QuoteAsk {
    QuoteAsk {
        from,
        mode: match &to {
            Spot::Door(_) => DeliveryMode::Door,
            Spot::Point { .. } => DeliveryMode::Point,
        },
        to,
        package: package(""),
        declared_kopecks: Kopecks::new(329_000),
        cod_kopecks: Kopecks::ZERO,
        buy_out: BuyOut::Whole,
        day: "2026-11-25".parse().unwrap(),
    }
}

/// From a door in Moscow to a door in Kazan, paid on receipt.
fn ask(number: &str) -> ShipmentAsk {
    let contact = |name: &str, phone: &str| Contact {
        name: name.to_owned(),
        phone: phone.to_owned(),
        email: String::new(),
    };
    ShipmentAsk {
        number: number.to_owned(),
        tariff: "auto".to_owned(),
        sender: Party {
            company: "РОМАШКА".to_owned(),
            inn: "7707083893".to_owned(),
            kpp: "770701001".to_owned(),
            contact: contact("Иванов Иван", "+74951234567"),
        },
        from: Spot::Door(address("Москва", "ул Складская, 1")),
        recipient: contact("Петров Пётр", "+79161234567"),
        to: Spot::Door(address("Казань", "ул Баумана, 1, кв 5")),
        seller: Seller::default(),
        package: package(number),
        items: vec![Item {
            article: "KR-42".to_owned(),
            name: "Кроссовки 42".to_owned(),
            quantity: 1,
            weight_g: Grams::new(1_900),
            declared_kopecks: Kopecks::new(329_000),
            cod_kopecks: Kopecks::new(329_000),
            vat: VatRate::Ten,
            marks: vec!["0104600000000015215abcDEFghij123".to_owned()],
            is_marked: true,
        }],
        delivery_fee_kopecks: Kopecks::new(30_050),
        delivery_fee_vat: VatRate::TwentyTwo,
        buy_out: BuyOut::Whole,
        day: "2026-11-25".parse().unwrap(),
        comment: String::new(),
    }
}

fn ask_to_terminal(number: &str) -> ShipmentAsk {
    ShipmentAsk {
        from: point("36", "Москва"), to: point("108", "Казань"), ..ask(number)
    }
}

async fn stage() -> Stage<Dellin, DellinStandIn> {
    Stage::start(DellinStandIn::new(), |url| {
        let mut account = account(url);
        account.time_max = Some(Duration::from_millis(400));
        Dellin::connect(&account).unwrap()
    })
    .await
}

fn statuses(events: &[TrackEvent]) -> Vec<DeliveryStatus> {
    events.iter().filter_map(|event| event.meaning?.status).collect()
}

#[test]
fn the_calculator_is_asked_as_the_sheet_says() {
    let settings =
        Settings { payment_city_kladr: Some("7700000000000000000000000".into()), ..settings() };
    let mut wanted = sample("calculator_request_terminal.json");
    let ask = QuoteAsk {
        declared_kopecks: Kopecks::new(1_500_000),
        package: Package {
            number: String::new(),
            weight_g: Grams::new(60_000),
            length_mm: 1_000,
            width_mm: 800,
            height_mm: 600,
        },
        ..quote_ask(point("36", "Москва"), point("108", "Казань"))
    };
    let body = calculator_body(&ask, &ask.to, DeliveryKind::Auto, &settings).unwrap();
    // The sample has two places of 60 kg; a parcel is one place.
    wanted["cargo"]["quantity"] = json!(1);
    wanted["cargo"]["totalVolume"] = json!(0.48);
    wanted["cargo"]["totalWeight"] = json!(60);
    wanted["cargo"]["weight"] = json!(60);
    wanted["cargo"]["length"] = json!(1);
    wanted["cargo"]["insurance"]["statedValue"] = json!(15_000);
    wanted["cargo"]["insurance"]["term"] = json!(true);
    wanted["members"]["requester"]["uid"] = json!("ddebc744-6a8e-11ea-80ca-901b0ecef0f1");
    // These two are added by the client.
    wanted.as_object_mut().unwrap().retain(|name, _| name != "appkey" && name != "sessionID");
    assert_eq!(serde_json::to_value(&body).unwrap(), wanted);
}

fn settings() -> Settings {
    serde_json::from_value(account("").settings).unwrap()
}

#[test]
fn an_order_is_told_as_the_sheet_says() {
    let ask = ShipmentAsk {
        from: point("36", "Москва"),
        delivery_fee_kopecks: Kopecks::ZERO,
        ..ask("SHOP-100045")
    };
    let body = serde_json::to_value(request_body(&ask, &settings()).unwrap()).unwrap();
    let wanted = json!({
        "inOrder": true,
        "orderNumber": "SHOP-100045",
        "cargoCode": "SHOP-100045",
        "delivery": {
            "deliveryType": { "type": "auto" },
            "derival": { "produceDate": "2026-11-25", "variant": "terminal", "terminalID": "36",
                         "requirements": [] },
            "arrival": { "variant": "address",
                         "address": { "search": "Казань, ул Баумана, 1, кв 5" },
                         "time": { "worktimeStart": "09:00", "worktimeEnd": "18:00" } },
            "packages": [],
        },
        "members": {
            "requester": { "role": "sender", "uid": "ddebc744-6a8e-11ea-80ca-901b0ecef0f1",
                           "email": "logist@example.ru" },
            "sender": {
                "counteragent": { "form": "0xbc1e63c5f81187e244490a5afd657cbd", "name": "РОМАШКА",
                                  "inn": "7707083893" },
                "contactPersons": [{ "name": "Иванов Иван" }],
                "phoneNumbers": [{ "number": "74951234567" }],
            },
            "receiver": { "counteragent": { "form": "0xAB91FEEA04F6D4AD48DF42161B6C2E7A",
                "name": "Петров Пётр", "isAnonym": true, "phone": "79161234567" } },
        },
        "cargo": { "quantity": 1, "weight": 2.1, "totalWeight": 2.1, "length": 0.3, "width": 0.3,
            "height": 0.2, "totalVolume": 0.018, "freightUID": "0xa4a904cf9927043442973c854c077430",
            "insurance": { "statedValue": 3290, "payer": "sender", "term": true } },
        "payment": {
            "type": "noncash", "primaryPayer": "sender",
            "paymentCity": "7700000000000000000000000",
            "cashOnDelivery": {
                "orderNumber": "SHOP-100045", "orderDate": "2026-11-25", "paymentType": "cash",
                "products": [{ "productName": "Кроссовки 42", "productCode": "KR-42",
                    "productAmount": 1, "costWithVAT": 3290, "VATRate": 10, "marking": true,
                    "markingCodes": ["0104600000000015215abcDEFghij123"] }],
            },
        },
    });
    assert_eq!(body, wanted);
    let sheet = sample("request_create_address_anonymous_receiver.json");
    let receiver = "/members/receiver/counteragent";
    assert_eq!(body.pointer(receiver), sheet.pointer(receiver));
    let names = |value: &Value| {
        value.as_object().unwrap().keys().cloned().collect::<std::collections::BTreeSet<_>>()
    };
    assert!(names(&sheet["cargo"]).is_subset(&names(&body["cargo"])));
    let cash = sample("request_payment_cod_block.json");
    assert_eq!(
        names(&cash["payment"]["cashOnDelivery"]["products"][0]),
        names(&body["payment"]["cashOnDelivery"]["products"][0]),
    );
}

#[test]
fn without_vat_no_rate_is_told_and_zero_is_one() {
    let mut ask = ask("P-1");
    ask.items[0].vat = VatRate::Exempt;
    ask.delivery_fee_vat = VatRate::Zero;
    let body = serde_json::to_value(request_body(&ask, &settings()).unwrap()).unwrap();
    let products = &body["payment"]["cashOnDelivery"]["products"];
    assert_eq!(products[0].get("VATRate"), None);
    assert_eq!(products[1]["VATRate"], 0);
    assert_eq!(products[1]["costWithVAT"], 300.5);
}

#[test]
fn what_the_carrier_would_refuse_is_named() {
    let field = |change: fn(&mut ShipmentAsk)| {
        let mut ask = ask("P-1");
        change(&mut ask);
        match request_body(&ask, &settings()) {
            Err(CarrierError::NotSayable { field, .. }) => field,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(field(|ask| ask.recipient.phone = "12".into()), "recipient.phone");
    assert_eq!(field(|ask| ask.recipient.name.clear()), "recipient.name");
    assert_eq!(field(|ask| ask.to = point("abc", "Казань")), "to");
    assert_eq!(field(|ask| ask.package.height_mm = 3_000), "package");
    assert_eq!(field(|ask| ask.package.weight_g = Grams::new(100_000)), "package");
    assert_eq!(field(|ask| ask.tariff = "express-plus".into()), "tariff");
    assert_eq!(field(|ask| ask.buy_out = BuyOut::Partial), "buy_out");
    assert_eq!(field(|ask| ask.sender.inn.clear()), "sender.inn");
}

#[test]
fn the_calculation_of_the_sample_is_an_offer() {
    let said: Envelope<Calculation> =
        serde_json::from_value(sample("calculator_response_ok.json")).unwrap();
    let mut ask = quote_ask(point("36", "Москва"), point("108", "Казань"));
    ask.day = "2026-09-05".parse().unwrap();
    let offer = quote(&said.data.unwrap(), DeliveryKind::Auto, &ask, &ask.to).unwrap();
    assert_eq!(offer.price_kopecks, Kopecks::new(168_000));
    assert_eq!((offer.days_min, offer.days_max), (Some(3), Some(3)));
    let lines: Vec<i64> = offer.lines.iter().map(|line| line.price_kopecks.get()).collect();
    assert_eq!(lines, [48_000, 47_500]);
}

#[test]
fn a_price_by_contract_is_no_offer() {
    let said: Calculation = serde_json::from_value(json!({
        "price": null, "auto": { "price": null, "contractPrice": true },
    }))
    .unwrap();
    let ask = quote_ask(point("36", "Москва"), point("108", "Казань"));
    assert_eq!(quote(&said, DeliveryKind::Auto, &ask, &ask.to), None);
}

#[test]
fn the_order_of_the_sample_is_a_registered_shipment() {
    let said: Orders = serde_json::from_value(sample("orders_response_item.json")).unwrap();
    let asked = ShipmentRef { number: "P-1".into(), ..ShipmentRef::default() };
    let Registration::Registered(known) = registration(&said.orders[0], &asked) else {
        panic!("{said:?}")
    };
    assert_eq!((known.reference.number.as_str(), known.reference.id.as_str()), ("P-1", "39513109"));
    assert_eq!(known.price_kopecks, None, "zero is not a price");
}

#[test]
fn every_state_of_the_sheet_has_its_meaning() {
    use DeliveryStatus::{
        Accepted, ArrivedAtPoint, Cancelled, Created, Delivered, InTransit, OutForDelivery,
    };
    for (code, status) in [
        ("draft", Created),
        ("processing", Created),
        ("pickup", Created),
        ("waiting", Created),
        ("declined", Cancelled),
        ("received", Accepted),
        ("received_warehousing", Accepted),
        ("inway", InTransit),
        ("arrived", ArrivedAtPoint),
        ("warehousing", ArrivedAtPoint),
        ("arrived_to_airport", ArrivedAtPoint),
        ("airport_warehousing", ArrivedAtPoint),
        ("delivery", OutForDelivery),
        ("accompanying_documents_return", Delivered),
        ("finished", Delivered),
    ] {
        assert_eq!(STATUSES.meaning(code).unwrap().status, Some(status), "{code}");
    }
    for detail in [
        "pickup.pickup_waiting_pickup",
        "pickup.pickup_departed",
        "pickup.pickup_arrived",
        "pickup.pickup_arrived_at_first",
        "pickup.pickup_arrived_at_last",
        "pickup.pickup_finished",
        "delivery.delivery_waiting_delivery",
        "delivery.delivery_departed",
        "delivery.delivery_arrived",
        "delivery.delivery_finished",
    ] {
        assert_eq!(STATUSES.meaning(detail).unwrap().flag, Some(EventFlag::Info), "{detail}");
    }
    assert_eq!(STATUSES.meaning("teleported"), None);
}

#[test]
fn a_refinement_that_nobody_knows_hides_no_state() {
    let rows = [json!({
        "state": "inway", "stateName": "В пути", "stateDate": "2023-01-12T15:52:40.000+03:00",
        "detailedStatus": "sorting", "detailedStatusRus": null, "detailedStatusDate": null,
    })];
    let told = events(&rows, &Course::default());
    let codes: Vec<(&str, bool)> =
        told.iter().map(|event| (event.code.as_str(), event.meaning.is_some())).collect();
    assert_eq!(codes, [("inway", true), ("inway.sorting", false)]);
    assert_eq!(told[0].at.to_string(), "2023-01-12T12:52:40.000000Z");
}

#[test]
fn only_an_order_that_is_not_found_is_unknown() {
    assert!(is_not_found(&CarrierError::refused(CODE, "608001", "Заказ не найден")));
    assert!(!is_not_found(&CarrierError::refused(CODE, "180002", "Укажите терминал")));
    let down =
        CarrierError::Unavailable { carrier: CODE, said: "Заказ не найден".into() };
    assert!(!is_not_found(&down));
}

#[tokio::test]
async fn it_does_what_every_carrier_must() {
    let stage = stage().await;
    let setup = Setup {
        carrier: &stage.carrier,
        standing: &stage.standing,
        quote: quote_ask(point("36", "Москва"), point("", "Казань")),
        ask,
        create: "/v2/request.json",
        cancel: "cancel_pickup",
        hand_over: &[],
    };
    setup.holds().await;
}

#[tokio::test]
async fn a_declined_order_is_refused_in_the_carriers_words() {
    let stage = stage().await;
    stage.misbehave(BadManner::RefuseLater);
    let Registration::Refused(reasons) = stage.carrier.create(&ask("P-1")).await.unwrap() else {
        panic!("it is declined")
    };
    assert_eq!(reasons[0].text, "Характер груза не принимается к перевозке");
    assert!(stage.stand_in.held()[0].is_cancelled);
}

#[tokio::test]
async fn a_taken_order_that_the_list_does_not_tell_yet_is_never_made_again() {
    let stage = stage().await;
    let how = Misbehaviour::once(BadManner::ServerError).at("/v3/orders.json");
    stage.stand_in.manners().misbehave(how);
    let Registration::Pending(reference) = stage.carrier.create(&ask("P-1")).await.unwrap() else {
        panic!("the order could not be looked at")
    };
    let unseen = ShipmentRef { id: "77".into(), ..reference.clone() };
    assert_eq!(
        stage.carrier.find(&unseen).await.unwrap(),
        Some(Registration::Pending(unseen.clone()))
    );
    let settled = register(&stage.carrier, &ask("P-1"), &reference, Sent::Perhaps).await.unwrap();
    assert!(matches!(settled, Registration::Registered(_)), "{settled:?}");
    assert_eq!(stage.stand_in.held().len(), 1);
}

#[tokio::test]
async fn a_session_that_has_ended_is_renewed_once() {
    let stage = stage().await;
    stage.created(&ask("P-1")).await;
    stage.stand_in.end_sessions();
    stage.created(&ask("P-2")).await;
    assert_eq!(stage.stand_in.held().len(), 2);
    let mut account = account(stage.standing.url());
    account.credentials = json!({ "appkey": APPKEY, "login": LOGIN, "password": PASSWORD });
    let by_password = Dellin::connect(&account).unwrap();
    by_password.create(&ask("P-3")).await.unwrap();
    account.credentials["password"] = json!("stolen");
    let refused = Dellin::connect(&account).unwrap().create(&ask("P-4")).await.unwrap_err();
    assert!(matches!(&refused, CarrierError::Credentials { .. }), "{refused}");
    assert!(!refused.to_string().contains("stolen"));
}

#[tokio::test]
async fn a_return_is_told_as_one() {
    use DeliveryStatus::{Accepted, Created, InTransit, OutForDelivery, Returned, Returning};
    let stage = stage().await;
    let shipment = stage.created(&ask("P-1")).await;
    stage.go("P-1", &[Step::Accept, Step::Transit, Step::Arrive, Step::OutForDelivery]);
    let steps = [Step::FailAttempt, Step::Return, Step::Arrive, Step::Returned];
    stage.go("P-1", &steps);
    let told = stage.told(&shipment).await;
    assert_eq!(
        statuses(&told),
        [
            Created,
            Created,
            Accepted,
            InTransit,
            InTransit,
            OutForDelivery,
            InTransit,
            Returning,
            Returning,
            Returned
        ],
        "a terminal on the way to a door is no arrival"
    );
    assert_eq!(told.last().unwrap().leg, Leg::Return);
}

#[tokio::test]
async fn events_are_told_once_and_in_order_whatever_the_carrier_does() {
    let stage = stage().await;
    let shipment = stage.created(&ask_to_terminal("P-1")).await;
    stage.go("P-1", &Step::WAY);
    let orderly = stage.told(&shipment).await;
    assert!(statuses(&orderly).contains(&DeliveryStatus::ArrivedAtPoint), "a terminal is the end");
    for manner in [BadManner::DuplicateEvents, BadManner::DisorderedEvents] {
        stage.misbehave(manner);
        assert_eq!(stage.told(&shipment).await, orderly, "{manner}");
        stage.stand_in.manners().behave();
    }
    stage.misbehave(BadManner::UnknownCode);
    let strange = stage.told(&shipment).await;
    let last = strange.last().unwrap();
    assert_eq!((last.code.as_str(), last.meaning), ("teleported", None));
}

#[tokio::test]
async fn a_closed_point_and_a_tariff_that_is_gone_are_refused_with_words() {
    let stage = stage().await;
    for manner in [BadManner::ClosedPoint, BadManner::TariffGone] {
        stage.misbehave(manner);
        let refused = stage.carrier.create(&ask_to_terminal("P-1")).await;
        let Err(CarrierError::Refused { reasons, .. }) = refused else { panic!("{refused:?}") };
        assert!(!reasons[0].text.is_empty() && !reasons[0].code.is_empty(), "{reasons:?}");
        if manner == BadManner::ClosedPoint {
            let page = Points::points(&stage.carrier, None).await.unwrap();
            assert!(page.points.iter().all(|point| point.code != "108"));
        }
        stage.stand_in.manners().behave();
    }
    assert!(stage.stand_in.held().is_empty());
}

#[tokio::test]
async fn terminals_are_told_with_their_limits() {
    let stage = stage().await;
    let page = Points::points(&stage.carrier, None).await.unwrap();
    assert_eq!((page.points.len(), page.next), (10, None));
    let point = |code: &str| page.points.iter().find(|point| point.code == code).unwrap();
    let small = point("1507");
    assert_eq!(small.limits.weight_max_g, Some(Grams::new(15_000)));
    assert_eq!(small.limits.sides_max_mm, Some([540, 390, 390]));
    assert_eq!((small.cash, small.city.as_str()), (Answers::No, "Санкт-Петербург"));
    assert_eq!(small.postcode, "191040");
    assert_eq!(point("764").hands_out, Answers::No);
    assert_eq!((point("764").latitude, point("36").latitude), (None, Some(55.621_48)));
}

#[tokio::test]
async fn all_ways_are_offered_where_they_go() {
    let stage = stage().await;
    let door = |city| Spot::Door(address(city, "ул Ленина, 1"));
    let offers = |from, to| {
        let carrier = &stage.carrier;
        async move {
            let ask = quote_ask(from, to);
            let offers = carrier.quote(&ask).await.unwrap();
            offers.into_iter().map(|offer| offer.tariff).collect::<Vec<_>>()
        }
    };
    assert_eq!(offers(door("Москва"), door("Казань")).await, ["auto", "small"]);
    assert_eq!(offers(point("36", "Москва"), point("", "Казань")).await, ["auto"]);
    let nowhere: [String; 0] = [];
    assert_eq!(offers(point("36", "Москва"), point("", "Норильск")).await, nowhere);
    assert_eq!(offers(door("Москва"), door("Норильск")).await, nowhere, "by contract");
    let mut ask = quote_ask(door("Москва"), door("Казань"));
    ask.to = Spot::Door(Address {
        city: "Казань".into(),
        kladr: "16000001".into(),
        ..Address::default()
    });
    let offers = stage.carrier.quote(&ask).await.unwrap();
    assert_eq!(offers[0].days_min, Some(7), "a day more than to a terminal");
}

#[tokio::test]
async fn only_a_subscription_that_was_made_is_pointed_here() {
    let stage = stage().await;
    let shipment = stage.created(&ask("P-1")).await;
    let address = "https://ambar.example/v1/hooks";
    stage.carrier.subscribe(address).await.unwrap();
    assert_eq!(stage.stand_in.webhook_url(), None, "each start would make another");
    stage.stand_in.make_subscription();
    let mut account = account(stage.standing.url());
    account.settings["webhook_id"] = json!("1");
    let named = Dellin::connect(&account).unwrap();
    for _ in 0..12 {
        named.subscribe(address).await.unwrap();
    }
    assert_eq!(stage.stand_in.webhook_url().as_deref(), Some(address));
    let hints = stage.carrier.read(&stage.stand_in.webhook_body("P-1").unwrap()).unwrap();
    assert_eq!(hints[0].reference.id, shipment.id);
    assert_eq!(hints[0].reference.number, "P-1");
    assert!(stage.carrier.read(b"<html>").is_err());
    assert!(stage.carrier.read(b"{}").unwrap().is_empty());
}

#[tokio::test]
async fn an_order_that_is_not_known_costs_the_others_nothing() {
    let stage = stage().await;
    let shipment = stage.created(&ask("P-1")).await;
    let unknown = ShipmentRef { id: "77".into(), ..shipment.clone() };
    let tracks = stage.carrier.track(&[unknown, shipment.clone()]).await.unwrap();
    let ids: Vec<&str> = tracks.iter().map(|track| track.reference.id.as_str()).collect();
    assert_eq!(ids, [shipment.id.as_str()]);
    assert!(!tracks[0].events.is_empty());
}

#[test]
fn of_several_orders_one_without_a_number_is_nobodys() {
    let found = |numbers: &[Value]| {
        let order = |number: &Value| json!({ "orderId": "7", "orderNumber": number });
        let orders: Vec<Value> = numbers.iter().map(order).collect();
        let said: Orders = serde_json::from_value(json!({ "orders": orders })).unwrap();
        ours(said.orders, "P-1").map(|order| order.is_some())
    };
    assert!(found(&[json!("P-1"), json!("P-2")]).unwrap());
    assert!(!found(&[json!("P-2")]).unwrap());
    assert!(found(&[Value::Null]).unwrap(), "the only one that was found by our number");
    let unclear = found(&[Value::Null, json!("P-2")]);
    assert!(matches!(unclear, Err(CarrierError::Unclear { .. })), "{unclear:?}");
}

#[test]
fn a_wrong_account_names_its_field() {
    let problem = |change: fn(&mut Account)| {
        let mut account = account("http://127.0.0.1:1");
        change(&mut account);
        match Dellin::connect(&account) {
            Err(CarrierError::Account { problem, .. }) => problem,
            _ => panic!("it is accepted"),
        }
    };
    assert!(problem(|account| account.settings["freight"] = json!("x")).contains("freight"));
    assert!(problem(|account| account.settings["freight_uid"] = json!(5)).contains("settings"));
    assert!(problem(|account| account.credentials = json!({ "appkey": "x" })).contains("pat"));
    assert!(problem(|account| account.credentials = json!({ "pat": "x" })).contains("appkey"));
}
