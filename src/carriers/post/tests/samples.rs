//! Recorded answers of the real services.

use serde_json::Value;

use super::*;
use crate::carriers::model::ShipmentRef;
use crate::carriers::post::map::{self, Product, Target};
use crate::carriers::post::wire::{AnswerReply, HistoryReply, Office, Order, TariffReply};
use crate::carriers::soap::{self, Said};

/// A file of the facts beside the project.
fn sample(name: &str) -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/carriers/samples/russian-post");
    let path = format!("{folder}/{name}");
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[test]
fn a_price_with_vat_is_read() {
    let text = sample("otpravka.get-tariff-and-delivery-period.response.json");
    let reply: TariffReply = serde_json::from_str(&text).unwrap();
    let quote = map::contract_quote(&reply, Product::PostalParcel, DeliveryMode::Point).unwrap();
    assert_eq!(quote.price_kopecks.get(), 61_148 + 13_453);
    assert_eq!((quote.days_min, quote.days_max), (Some(38), Some(40)));
    assert_eq!(quote.lines.len(), 1);
    assert_eq!(quote.lines[0].price_kopecks, quote.price_kopecks, "an item is not added");
}

#[test]
fn a_post_office_is_read() {
    let office: Office =
        serde_json::from_str(&sample("otpravka.office-by-index.response.json")).unwrap();
    assert_eq!((office.postal_code.as_str(), office.settlement.as_str()), ("410012", "Саратов"));
    assert!(matches!(Target::at(office), Ok(Target::Office(_))));
}

#[test]
fn an_order_in_a_batch_is_read() {
    let text = sample("otpravka.shipment-search.response.json");
    let orders: Vec<Order> = serde_json::from_str(&text).unwrap();
    assert_eq!(orders.len(), 1);
    let order = &orders[0];
    assert_eq!((order.id, order.order_num.as_str()), (115_527_611, "223"));
    assert_eq!(order.barcode.as_deref(), Some("80083740712514"));
    assert_eq!(order.batch_name.as_deref(), Some("24"));
    assert_eq!((order.total_rate_wo_vat, order.total_vat), (Some(16_500), Some(3_300)));
}

/// Our order has no field that this one has not, but for those that it leaves out.
#[test]
fn the_constructed_order_has_our_fields_and_types() {
    let text = sample("otpravka.create-order-v2.request.cod.CONSTRUCTED.json");
    let theirs: Value = serde_json::from_str(&text).unwrap();
    let theirs = theirs[0].as_object().unwrap();
    let address = crate::carriers::post::wire::CleanAddress {
        index: Some("644015".to_owned()),
        room: Some("12".to_owned()),
        ..Default::default()
    };
    let name = crate::carriers::post::wire::CleanName {
        surname: Some("Иванов".to_owned()),
        name: Some("Иван".to_owned()),
        middle_name: Some("Иванович".to_owned()),
        ..Default::default()
    };
    let ask = parcel("W-000123");
    let target = Target::Address(Box::new(address));
    let ours = map::order_ask(&ask, "109012", &target, name, 79_001_234_567).unwrap();
    let ours = serde_json::to_value(ours).unwrap();
    let ours = ours.as_object().unwrap();
    let ours_only: Vec<&str> =
        ours.keys().map(String::as_str).filter(|name| !theirs.contains_key(*name)).collect();
    assert_eq!(ours_only, ["fiscal-data", "inner-num", "sender-name"]);
    let kind = |value: &Value| std::mem::discriminant(value);
    for (name, value) in ours.iter().filter(|(name, _)| theirs.contains_key(*name)) {
        assert_eq!(kind(value), kind(&theirs[name]), "{name}");
    }
}

fn reference(track: &str) -> ShipmentRef {
    ShipmentRef { number: "W-1".to_owned(), track: track.to_owned(), ..ShipmentRef::default() }
}

#[test]
fn a_history_is_read() {
    let text = sample("tracking.rtm34.getOperationHistory.response.ems-cod.xml");
    let Ok(Said::Answer(reply)) = soap::read::<HistoryReply>(&text) else { panic!("an answer") };
    let records = reply.data.records;
    let track = map::history_track(&reference("EA123456789RU"), &records, &[]);
    let event = &track.events[0];
    assert_eq!((event.code.as_str(), event.words.as_str()), ("1.1", "Прием: Единичный"));
    assert_eq!(event.at.to_string(), "2015-07-09T15:08:00.000000Z");
    assert_eq!(event.place, "111555 Москва 555");
    assert_eq!(records[0].finance.payment, Some(2_500_000));
    assert_eq!(event.raw["FinanceParameters"]["Payment"], 2_500_000);
}

#[test]
fn an_answer_to_a_ticket_is_read() {
    let text = sample("tracking.fc.answerByTicket.response.xml");
    let Ok(Said::Answer(reply)) = soap::read::<AnswerReply>(&text) else { panic!("an answer") };
    let items = reply.value.unwrap().items;
    let track = map::ticket_track(&reference("ZB005012591HK"), &items[0]);
    assert_eq!(items[0].barcode, "ZB005012591HK");
    assert_eq!(track.events.len(), 8);
    let codes: Vec<&str> = track.events.iter().map(|event| event.code.as_str()).collect();
    assert_eq!(codes, ["1.1", "8.4", "8.0", "8.4", "8.4", "8.2", "4.3", "8.2"]);
    // The first one was in Bashkortostan, two hours ahead of Moscow.
    assert_eq!(track.events[0].at.to_string(), "2015-09-08T12:07:00.000000Z");
    assert_eq!(track.events[1].words, "Обработка: Покинуло сортировочный центр");
    assert!(track.events.iter().all(|event| event.meaning.is_some()));
}
