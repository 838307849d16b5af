//! What every code of the carrier's list means, and how a way is told.

use serde_json::{Value, json};

use super::super::map::{self, STATUSES};
use super::super::wire::OrderEntity;
use crate::carriers::model::{DeliveryStatus, EventFlag, Leg};

use DeliveryStatus::{
    Accepted, ArrivedAtPoint, Cancelled, Created, Delivered, InTransit, Lost, OutForDelivery,
    PartlyDelivered, Returned, Returning,
};

const MEANINGS: [(&str, DeliveryStatus); 49] = [
    ("ACCEPTED", Created),
    ("CREATED", Created),
    ("INVALID", Cancelled),
    ("REMOVED", Cancelled),
    ("RECEIVED_AT_SHIPMENT_WAREHOUSE", Accepted),
    ("READY_TO_SHIP_AT_SENDING_OFFICE", InTransit),
    ("READY_FOR_SHIPMENT_IN_SENDER_CITY", InTransit),
    ("READY_FOR_SHIPMENT_IN_TRANSIT_CITY", InTransit),
    ("PASSED_TO_CARRIER_AT_SENDING_OFFICE", InTransit),
    ("TAKEN_BY_TRANSPORTER_FROM_SENDER_CITY", InTransit),
    ("RETURNED_TO_SENDER_CITY_WAREHOUSE", InTransit),
    ("SEND_TO_TRANSIT_OFFICE", InTransit),
    ("SENT_TO_TRANSIT_CITY", InTransit),
    ("MET_AT_TRANSIT_OFFICE", InTransit),
    ("ACCEPTED_IN_TRANSIT_CITY", InTransit),
    ("ACCEPTED_AT_TRANSIT_WAREHOUSE", InTransit),
    ("ENTERED_TO_OFFICE_TRANSIT_WAREHOUSE", InTransit),
    ("RETURNED_TO_TRANSIT_WAREHOUSE", InTransit),
    ("READY_TO_SHIP_IN_TRANSIT_OFFICE", InTransit),
    ("PASSED_TO_CARRIER_AT_TRANSIT_OFFICE", InTransit),
    ("TAKEN_BY_TRANSPORTER_FROM_TRANSIT_CITY", InTransit),
    ("SENT_TO_SENDER_CITY", InTransit),
    ("MET_AT_SENDING_OFFICE", InTransit),
    ("ACCEPTED_IN_SENDER_CITY", InTransit),
    ("SEND_TO_RECIPIENT_OFFICE", InTransit),
    ("SENT_TO_RECIPIENT_CITY", InTransit),
    ("MET_AT_RECIPIENT_OFFICE", InTransit),
    ("ACCEPTED_IN_RECIPIENT_CITY", InTransit),
    ("ACCEPTED_AT_RECIPIENT_CITY_WAREHOUSE", InTransit),
    ("ENTERED_TO_DELIVERY_WAREHOUSE", InTransit),
    ("ENTERED_TO_WAREHOUSE_ON_DEMAND", InTransit),
    ("ACCEPTED_AT_PICK_UP_POINT", ArrivedAtPoint),
    ("POSTOMAT_POSTED", ArrivedAtPoint),
    ("TAKEN_BY_COURIER", OutForDelivery),
    ("RETURNED_TO_RECIPIENT_CITY_WAREHOUSE", InTransit),
    ("POSTOMAT_RECEIVED", Delivered),
    ("POSTOMAT_SEIZED", Returning),
    ("DELIVERED", Delivered),
    ("DELIVERED.20", PartlyDelivered),
    ("DELIVERED.3", Delivered),
    ("NOT_DELIVERED", Returning),
    ("NOT_DELIVERED.11", Returning),
    ("NOT_DELIVERED.26", Lost),
    ("NOT_DELIVERED.27", Lost),
    ("IN_CUSTOMS_INTERNATIONAL", InTransit),
    ("SHIPPED_TO_DESTINATION", InTransit),
    ("PASSED_TO_TRANSIT_CARRIER", InTransit),
    ("IN_CUSTOMS_LOCAL", InTransit),
    ("CUSTOMS_COMPLETE", InTransit),
];

#[test]
fn every_code_means_what_the_carrier_describes() {
    for (code, status) in MEANINGS {
        let meaning = STATUSES.meaning(code).unwrap_or_else(|| panic!("{code} is not known"));
        assert_eq!(meaning.status, Some(status), "{code}");
    }
    for code in STATUSES.codes() {
        let exact = code.strip_suffix(".*").unwrap_or(code);
        assert!(MEANINGS.iter().any(|(known, _)| *known == exact), "{code} is not described");
    }
    assert_eq!(STATUSES.meaning("MET_BY_A_ROBOT"), None);
}

fn order(statuses: &Value, items: &Value) -> OrderEntity {
    let entity = json!({ "uuid": "u", "statuses": statuses, "packages": [{ "items": items }] });
    serde_json::from_value(entity).unwrap()
}

fn status(code: &str, at: &str) -> Value {
    json!({ "code": code, "name": "n", "date_time": at, "city": "Омск", "deleted": false })
}

#[test]
fn a_way_is_told_oldest_first_whatever_the_order_and_the_zone() {
    let told = json!([
        status("DELIVERED", "2026-11-22T12:00:00+0700"),
        status("ACCEPTED", "2026-11-20T05:00:00Z"),
        status("TAKEN_BY_COURIER", "2026-11-22T07:30:00+03:00"),
        status("CREATED", "2026-11-20T05:00:00+0000"),
    ]);
    let events = map::direct_events(&order(&told, &json!([]))).unwrap();
    let codes: Vec<&str> = events.iter().map(|event| event.code.as_str()).collect();
    assert_eq!(codes, ["ACCEPTED", "CREATED", "TAKEN_BY_COURIER", "DELIVERED"]);
    assert_eq!(events[3].at.to_string(), "2026-11-22T05:00:00.000000Z");
    assert_eq!(events[3].place, "Омск");
    assert!(events.iter().all(|event| event.leg == Leg::Direct));
}

#[test]
fn a_part_that_was_taken_is_a_partial_delivery() {
    let told = json!([status("DELIVERED", "2026-11-22T12:00:00+0700")]);
    let meaning = |items: Value| {
        map::direct_events(&order(&told, &items)).unwrap()[0].meaning.unwrap().status.unwrap()
    };
    let item = |amount: i64, taken: i64| json!({ "amount": amount, "delivery_amount": taken });
    assert_eq!(meaning(json!([item(2, 1)])), PartlyDelivered);
    assert_eq!(meaning(json!([item(1, 1), item(1, 0)])), PartlyDelivered);
    assert_eq!(meaning(json!([item(2, 2)])), Delivered);
    // Some answers do not tell what was taken yet.
    assert_eq!(meaning(json!([item(2, 0)])), Delivered);
    let by_reason = json!([{ "code": "DELIVERED", "date_time": "2026-11-22", "reason_code": 20 }]);
    let events = map::direct_events(&order(&by_reason, &json!([]))).unwrap();
    assert_eq!(events[0].code, "DELIVERED.20");
    assert_eq!(events[0].meaning.unwrap().status, Some(PartlyDelivered));
}

#[test]
fn what_was_taken_may_be_told_late_of_the_same_event() {
    let told = json!([status("DELIVERED", "2026-11-22T12:00:00+0700")]);
    let reading = |taken: i64| {
        let items = json!([{ "amount": 2, "delivery_amount": taken }]);
        map::direct_events(&order(&told, &items)).unwrap().remove(0)
    };
    let (first, second) = (reading(0), reading(1));
    // Code and time are those by which the later reading replaces the former.
    assert_eq!((&first.code, first.at, first.leg), (&second.code, second.at, second.leg));
    assert_eq!(first.meaning.unwrap().status, Some(Delivered));
    assert_eq!(second.meaning.unwrap().status, Some(PartlyDelivered));
}

#[test]
fn a_status_that_was_revoked_takes_itself_back() {
    let revoked = |code: &str| {
        let mut told = status(code, "2026-11-22T12:00:00+0700");
        told["deleted"] = json!(true);
        order(&json!([told]), &json!([]))
    };
    let events = map::direct_events(&revoked("DELIVERED")).unwrap();
    let codes: Vec<&str> = events.iter().map(|event| event.code.as_str()).collect();
    assert_eq!(codes, ["DELIVERED", "DELIVERED.deleted"], "and nothing that was told before");
    assert_eq!(events[0].at, events[1].at);
    let meaning = |event: usize| events[event].meaning.unwrap();
    assert_eq!((meaning(0).status, meaning(0).flag), (Some(Delivered), None));
    assert_eq!((meaning(1).status, meaning(1).flag), (None, Some(EventFlag::Annuls)));
    // What moved nothing has nothing to take back.
    for events in [
        map::customer_events(&revoked("DELIVERED")).unwrap(),
        map::direct_events(&revoked("MET_BY_A_ROBOT")).unwrap(),
    ] {
        assert_eq!(events.len(), 2);
        assert!(events.iter().filter_map(|event| event.meaning).all(|one| one.status.is_none()));
        assert_eq!(events[1].meaning.unwrap().flag, Some(EventFlag::Info));
    }
}

#[test]
fn the_way_back_ends_at_the_sender() {
    let told = json!([
        status("DELIVERED", "2026-11-24T12:00:00Z"),
        status("ACCEPTED_AT_PICK_UP_POINT", "2026-11-23T12:00:00Z"),
        status("CREATED", "2026-11-22T12:00:00Z"),
        status("MET_BY_A_ROBOT", "2026-11-25T12:00:00Z"),
    ]);
    let order = order(&told, &json!([]));
    let events = map::return_events(&order).unwrap();
    let meanings: Vec<_> = events.iter().map(|event| event.meaning.map(|one| one.status)).collect();
    assert_eq!(
        meanings,
        [Some(Some(Returning)), Some(Some(Returning)), Some(Some(Returned)), None]
    );
    assert!(events.iter().all(|event| event.leg == Leg::Return));
    let events = map::customer_events(&order).unwrap();
    assert!(events.iter().filter_map(|event| event.meaning).all(|one| one.status.is_none()));
}

#[test]
fn a_status_without_a_time_is_named() {
    let told = json!([status("CREATED", "вчера")]);
    let error = map::direct_events(&order(&told, &json!([]))).unwrap_err();
    assert!(error.to_string().contains("вчера"), "{error}");
}
