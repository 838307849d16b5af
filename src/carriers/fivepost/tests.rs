use std::time::Duration;

use serde_json::json;

use super::map::STATUSES;
use super::*;
use crate::carriers::conformance::{Setup, Stage};
use crate::carriers::model::{
    Address, Answers, BuyOut, Contact, DeliveryStatus, Item, Leg, Package, Party, Seller, VatRate,
};
use crate::sandbox::carriers::fivepost::{FivepostStandIn, account};
use crate::sandbox::carriers::{BadManner, Misbehaviour, StandIn, Step};
use crate::units::{Grams, Kopecks};

const KAZAN: &str = "01a5f3f6-0000-4000-8000-000000000004";
const LOCKER: &str = "01a5f3f6-0000-4000-8000-000000000005";
const NO_COD: &str = "01a5f3f6-0000-4000-8000-000000000002";

fn point(code: &str, city: &str) -> Spot {
    let address = Address { city: city.to_owned(), ..Address::default() };
    Spot::Point { code: code.to_owned(), address }
}

fn package(number: &str) -> Package {
    Package {
        number: number.to_owned(),
        weight_g: Grams::new(2_100),
        length_mm: 300,
        width_mm: 250,
        height_mm: 180,
    }
}

fn quote_ask(to: Spot, mode: DeliveryMode) -> QuoteAsk {
    QuoteAsk {
        from: point("WH-1", "Москва"),
        to,
        mode,
        package: package(""),
        declared_kopecks: Kopecks::new(329_000),
        cod_kopecks: Kopecks::ZERO,
        buy_out: BuyOut::Whole,
        day: "2026-11-25".parse().unwrap(),
    }
}

fn ask(number: &str) -> ShipmentAsk {
    ShipmentAsk {
        number: number.to_owned(),
        tariff: "HUBD_DDU".to_owned(),
        sender: Party::default(),
        from: point("WH-1", "Москва"),
        recipient: Contact {
            name: "Петров Пётр".to_owned(),
            phone: "8 916 123-45-67".to_owned(),
            email: "buyer@example.ru".to_owned(),
        },
        to: point(KAZAN, "Казань"),
        seller: Seller::default(),
        package: package("FF0000000451"),
        items: vec![Item {
            article: "KR-42".to_owned(),
            name: "Кроссовки 42".to_owned(),
            quantity: 2,
            weight_g: Grams::new(900),
            declared_kopecks: Kopecks::new(164_500),
            cod_kopecks: Kopecks::new(164_500),
            vat: VatRate::TwentyTwo,
            marks: vec!["0104600".to_owned()],
            is_marked: true,
        }],
        delivery_fee_kopecks: Kopecks::new(15_050),
        delivery_fee_vat: VatRate::TwentyTwo,
        buy_out: BuyOut::Whole,
        day: "2026-11-25".parse().unwrap(),
        comment: String::new(),
    }
}

async fn stage() -> Stage<Fivepost, FivepostStandIn> {
    Stage::start(FivepostStandIn::new(), |url| {
        let mut account = account(url);
        account.time_max = Some(Duration::from_millis(400));
        Fivepost::connect(&account).unwrap()
    })
    .await
}

#[test]
fn an_order_is_told_as_the_sheet_says() {
    let settings: Settings = serde_json::from_value(account("").settings).unwrap();
    let order = serde_json::to_value(order(&ask("SHOP-1"), &settings).unwrap()).unwrap();
    let wanted = json!({
        "senderOrderId": "SHOP-1",
        "clientOrderId": "SHOP-1",
        "brandName": "Ромашка",
        "clientName": "Петров Пётр",
        "clientPhone": "+79161234567",
        "clientEmail": "buyer@example.ru",
        "senderLocation": "WH-1",
        "receiverLocation": KAZAN,
        "undeliverableOption": "RETURN",
        "shipmentDate": "2026-11-25T09:00:00Z",
        "plannedReceiveDate": "2026-11-25T09:00:00Z",
        "rateTypeCode": "HUBD_DDU",
        "cost": {
            "price": 3290, "priceCurrency": "RUB",
            "paymentValue": 3440.5, "paymentCurrency": "RUB", "paymentType": "CASHLESS",
            "deliveryCost": 150.5, "deliveryCostCurrency": "RUB",
        },
        "cargoes": [{
            "senderCargoId": "FF0000000451",
            "barcodes": [{ "value": "FF0000000451" }],
            "height": 180, "width": 250, "length": 300, "weight": 2_100_000,
            "price": 3290, "currency": "RUB",
            "productValues": [
                { "name": "Кроссовки 42", "value": 1, "price": 1645, "currency": "RUB", "vat": 22,
                  "vendorCode": "KR-42", "upiCode": "MDEwNDYwMA==" },
                { "name": "Кроссовки 42", "value": 1, "price": 1645, "currency": "RUB", "vat": 22,
                  "vendorCode": "KR-42" },
            ],
        }],
    });
    assert_eq!(order, wanted);
}

#[test]
fn what_the_carrier_would_refuse_is_named() {
    let settings: Settings = serde_json::from_value(account("").settings).unwrap();
    let field = |change: fn(&mut ShipmentAsk)| {
        let mut ask = ask("P-1");
        change(&mut ask);
        match order(&ask, &settings) {
            Err(CarrierError::NotSayable { field, .. }) => field,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(field(|ask| ask.to = Spot::Door(Address::default())), "to");
    assert_eq!(field(|ask| ask.to = point("108", "Казань")), "to");
    assert_eq!(field(|ask| ask.recipient.phone = "12".into()), "recipient.phone");
    assert_eq!(field(|ask| ask.recipient.name.clear()), "recipient.name");
    assert_eq!(field(|ask| ask.package.width_mm = 0), "package");
    assert_eq!(field(|ask| ask.buy_out = BuyOut::Partial), "buy_out");
}

#[test]
fn every_status_of_the_sheet_is_in_the_table() {
    for code in [
        "CREATED",
        "APPROVED",
        "REJECTED",
        "PROBLEM",
        "RECEIVED_IN_WAREHOUSE_BY_PLACES",
        "PRESORTED",
        "RECEIVED_IN_WAREHOUSE_IN_DETAILS",
        "SORTED_IN_WAREHOUSE",
        "PLACED_IN_CONSOLIDATION_CELL_IN_WAREHOUSE",
        "COMPLECTED_IN_WAREHOUSE",
        "READY_TO_BE_SHIPPED_FROM_WAREHOUSE",
        "PLACED_IN_POSTAMAT",
        "PICKED_UP",
        "READY_FOR_WITHDRAW_FROM_PICKUP_POINT",
        "WITHDRAWN_FROM_PICKUP_POINT",
        "WAITING_FOR_REPICKUP",
        "LOST",
        "UTILIZED",
        "CANCELLED",
        "RETURNED_TO_PARTNER",
    ] {
        assert!(STATUSES.meaning(code).is_some(), "{code}");
    }
    assert_eq!(STATUSES.codes().count(), 20);
}

#[tokio::test]
async fn it_does_what_every_carrier_must() {
    let stage = stage().await;
    let setup = Setup {
        carrier: &stage.carrier,
        standing: &stage.standing,
        quote: quote_ask(point("", "Казань"), DeliveryMode::Point),
        ask,
        create: "/api/v3/orders",
        cancel: "cancelOrder",
        hand_over: &[],
    };
    setup.holds().await;
}

#[tokio::test]
async fn a_number_that_is_used_leads_to_the_order_that_has_it() {
    let stage = stage().await;
    let first = stage.created(&ask("P-1")).await;
    let again = stage.carrier.create(&ask("P-1")).await.unwrap();
    assert_eq!(again, Registration::Pending(first));
    assert_eq!(stage.stand_in.held().len(), 1);
}

#[tokio::test]
async fn what_is_wrong_is_refused_in_the_carriers_words() {
    let stage = stage().await;
    let refused = async |ask: &ShipmentAsk| match stage.carrier.create(ask).await.unwrap() {
        Registration::Refused(reasons) => reasons[0].text.clone(),
        other => panic!("{other:?}"),
    };
    let mut no_cod = ask("P-1");
    no_cod.to = point(NO_COD, "Москва");
    assert!(refused(&no_cod).await.contains("не принимает оплату"));
    for manner in [BadManner::ClosedPoint, BadManner::TariffGone] {
        stage.misbehave(manner);
        assert!(!refused(&ask("P-2")).await.is_empty(), "{manner}");
        stage.stand_in.manners().behave();
    }
    assert!(stage.stand_in.held().is_empty());
}

#[tokio::test]
async fn a_token_that_has_ended_is_renewed_once() {
    let stage = stage().await;
    stage.created(&ask("P-1")).await;
    stage.stand_in.end_tokens();
    stage.created(&ask("P-2")).await;
    assert_eq!(stage.stand_in.held().len(), 2);
}

#[tokio::test]
async fn rates_of_a_point_are_offers() {
    let stage = stage().await;
    let offers = async |to: Spot, mode, weight_g| {
        let mut ask = quote_ask(to, mode);
        ask.package.weight_g = Grams::new(weight_g);
        stage.carrier.quote(&ask).await.unwrap()
    };
    let light = offers(point(KAZAN, "Казань"), DeliveryMode::Point, 3_000).await;
    assert_eq!((light[0].tariff.as_str(), light[0].price_kopecks.get()), ("HUBD_DDU", 21_000));
    assert_eq!((light[0].days_min, light[0].days_max), (Some(3), Some(4)));
    let heavy = offers(point(KAZAN, "Казань"), DeliveryMode::Point, 4_100).await;
    assert_eq!(heavy[0].price_kopecks.get(), 21_000 + 2 * 2_440, "each begun kilogram");
    let locker = offers(point("", "Казань"), DeliveryMode::Locker, 2_000).await;
    assert_eq!(locker[0].mode, DeliveryMode::Locker);
    let heavy = offers(point(LOCKER, "Казань"), DeliveryMode::Locker, 9_000).await;
    assert!(heavy.is_empty(), "the cells of the locker hold five kilograms");
    assert!(offers(Spot::Door(Address::default()), DeliveryMode::Door, 2_000).await.is_empty());
}

#[tokio::test]
async fn points_come_in_parts() {
    let stage = stage().await;
    let first = Points::points(&stage.carrier, None).await.unwrap();
    assert_eq!((first.points.len(), first.next.as_deref()), (4, Some("1")));
    let last = Points::points(&stage.carrier, first.next.as_deref()).await.unwrap();
    assert_eq!((last.points.len(), last.next), (2, None));
    let locker = &last.points[0];
    assert_eq!((locker.code.as_str(), locker.kind), (LOCKER, PointKind::Locker));
    assert_eq!(locker.limits.weight_max_g, Some(Grams::new(5_000)));
    assert_eq!(locker.limits.sides_max_mm, Some([400, 300, 200]));
    assert_eq!((first.points[1].cash, first.points[1].postcode.as_str()), (Answers::No, "125009"));
}

#[tokio::test]
async fn events_are_told_once_and_in_order_and_a_return_as_one() {
    let stage = stage().await;
    let shipment = stage.created(&ask("P-1")).await;
    stage.carrier.find(&shipment).await.unwrap();
    for step in [Step::Accept, Step::Transit, Step::Arrive, Step::Return, Step::Returned] {
        stage.stand_in.advance("P-1", step).unwrap();
    }
    let orderly = stage.told(&shipment).await;
    let last = orderly.last().unwrap();
    assert_eq!(last.meaning.unwrap().status, Some(DeliveryStatus::Returned));
    assert_eq!((last.leg, orderly[0].leg), (Leg::Return, Leg::Direct));
    for manner in [BadManner::DuplicateEvents, BadManner::DisorderedEvents] {
        stage.misbehave(manner);
        assert_eq!(stage.told(&shipment).await, orderly, "{manner}");
        stage.stand_in.manners().behave();
    }
    stage.misbehave(BadManner::UnknownCode);
    let strange = stage.told(&shipment).await;
    assert_eq!(strange.last().map(|event| event.meaning), Some(None));
}

#[test]
fn an_archive_that_is_none_is_named() {
    let refused = label_in(b"%PDF-1.4").unwrap_err();
    assert!(matches!(refused, CarrierError::Malformed { .. }), "{refused}");
}

#[tokio::test]
async fn an_order_that_cannot_be_read_costs_the_others_nothing() {
    let stage = stage().await;
    let mut shipments = Vec::new();
    for number in ["P-1", "P-2", "P-3"] {
        shipments.push(stage.created(&ask(number)).await);
    }
    let how = Misbehaviour::always(BadManner::ServerError).at("P-2");
    stage.stand_in.manners().misbehave(how);
    let tracks = stage.carrier.track(&shipments).await.unwrap();
    let numbers: Vec<&str> = tracks.iter().map(|track| track.reference.number.as_str()).collect();
    assert_eq!(numbers, ["P-1", "P-3"]);
    let failed = stage.carrier.track(&shipments[1..2]).await;
    assert!(failed.is_err(), "nobody was told of: {failed:?}");
}
