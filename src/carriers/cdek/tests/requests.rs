//! Every request, field by field as the carrier describes it.

use serde_json::{Value, json};

use super::super::account::{self, LabelFormat, Prealert, Settings};
use super::super::map;
use super::flow;
use crate::carriers::CarrierError;
use crate::carriers::model::{
    Address, BuyOut, Contact, DeliveryMode, PickupAsk, ShipmentAsk, Spot, VatRate,
};
use crate::carriers::registry::Account;
use crate::units::{Grams, Kopecks};

fn settings() -> Settings {
    Settings { sender_city_code: Some(44), ..Settings::default() }
}

fn told(ask: &ShipmentAsk) -> Value {
    serde_json::to_value(map::order_ask(ask, &settings()).unwrap()).unwrap()
}

fn door() -> Spot {
    Spot::Door(Address {
        postcode: "190000".to_owned(),
        region: String::new(),
        city: "Санкт-Петербург".to_owned(),
        line: "Невский проспект, д. 1, кв. 10".to_owned(),
        kladr: String::new(),
        fias: String::new(),
    })
}

#[test]
fn an_order_to_a_point_says_exactly_this() {
    assert_eq!(
        told(&flow::ask("P-000001")),
        json!({
            "type": 1,
            "number": "P-000001",
            "tariff_code": 136,
            "shipment_point": "MSK5",
            "delivery_point": "SPB3",
            "delivery_recipient_cost": { "value": 250.5, "vat_sum": 45.17, "vat_rate": 22 },
            "sender": {
                "company": "ООО Склад",
                "name": "Смирнова Анна",
                "tin": "7701234567",
                "phones": [{ "number": "+74951234567" }]
            },
            "seller": { "name": "ООО Ромашка", "inn": "7707654321", "phone": "+74957654321" },
            "recipient": {
                "name": "Петров Пётр Петрович",
                "email": "petrov@example.com",
                "phones": [{ "number": "+79991234567" }]
            },
            "packages": [{
                "number": "P-000001",
                "weight": 1250,
                "length": 30,
                "width": 20,
                "height": 11,
                "items": [{
                    "name": "Футболка, M",
                    "ware_key": "TSHIRT-M",
                    "payment": { "value": 999.9, "vat_sum": 180.31, "vat_rate": 22 },
                    "cost": 999.9,
                    "weight": 300,
                    "amount": 2
                }]
            }]
        })
    );
}

#[test]
fn an_order_to_a_door_is_the_published_sample() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/carriers/samples");
    let text = std::fs::read(format!("{folder}/cdek/order_create_cod_request.json")).unwrap();
    let mut sample: Value = serde_json::from_slice(&text).unwrap();
    // What we never say, and the rate that is not in force any more.
    sample["recipient"].as_object_mut().unwrap().remove("company");
    sample["recipient"]["phones"][0].as_object_mut().unwrap().remove("additional");
    let item = &mut sample["packages"][0]["items"][0];
    item.as_object_mut().unwrap().remove("brand");
    item.as_object_mut().unwrap().remove("country_code");
    item["payment"] = json!({ "value": 50000, "vat_sum": 9016.39, "vat_rate": 22 });
    sample["to_location"]["country_code"] = json!("RU");
    let mut ask = flow::ask("ORDER-2025-12345");
    ask.tariff = "137".to_owned();
    ask.comment = "Позвонить за час до доставки".to_owned();
    ask.from = Spot::Point { code: "MSK123".to_owned(), address: Address::default() };
    ask.to = door();
    ask.sender = crate::carriers::model::Party::default();
    ask.seller = crate::carriers::model::Seller::default();
    ask.delivery_fee_kopecks = Kopecks::new(0);
    ask.package.number = "1".to_owned();
    ask.package.weight_g = Grams::new(2_000);
    (ask.package.length_mm, ask.package.width_mm, ask.package.height_mm) = (300, 200, 150);
    let item = &mut ask.items[0];
    item.article = "LAPTOP-001".to_owned();
    item.name = "Ноутбук ASUS".to_owned();
    item.quantity = 1;
    item.weight_g = Grams::new(2_000);
    (item.cod_kopecks, item.declared_kopecks) = (Kopecks::new(5_000_000), Kopecks::new(5_000_000));
    let mut said = told(&ask);
    // The sample writes "value": 50000, which we write alike.
    assert_eq!(said["packages"][0]["items"][0]["payment"]["value"].to_string(), "50000");
    said["recipient"]["name"] = json!("Петров Пётр Петрович");
    assert_eq!(said, sample);
}

#[test]
fn a_prepaid_parcel_names_no_vat_and_a_marked_piece_is_a_line() {
    let mut ask = flow::ask("P-000002");
    ask.delivery_fee_kopecks = Kopecks::new(0);
    ask.items[0].cod_kopecks = Kopecks::new(0);
    ask.items[0].quantity = 3;
    ask.items[0].marks =
        vec!["0104601234567890215abc\u{1d}91x".to_owned(), "0104601234567890215abd".to_owned()];
    let said = told(&ask);
    assert!(said.get("delivery_recipient_cost").is_none());
    let items = said["packages"][0]["items"].as_array().unwrap();
    let lines: Vec<_> = items
        .iter()
        .map(|item| (item["ware_key"].as_str().unwrap(), item["amount"].as_i64().unwrap()))
        .collect();
    assert_eq!(lines, [("TSHIRT-M #1", 1), ("TSHIRT-M #2", 1), ("TSHIRT-M", 1)]);
    assert_eq!(items[0]["marking"], "0104601234567890215abc\u{1d}91x");
    // As the bytes of the request have it: ASCII 29 escaped, nothing else touched.
    assert_eq!(items[0]["marking"].to_string(), r#""0104601234567890215abc\u001d91x""#);
    assert!(items[2].get("marking").is_none());
    assert_eq!(items[0]["payment"], json!({ "value": 0 }));
}

#[test]
fn partial_buy_out_is_a_service_where_there_is_a_part() {
    let mut ask = flow::ask("P-000003");
    ask.buy_out = BuyOut::Partial;
    assert_eq!(told(&ask)["services"], json!([{ "code": "PART_DELIV" }]));
    ask.tariff = "368".to_owned();
    assert!(told(&ask).get("services").is_none(), "nobody chooses at a locker");
    ask.tariff = "136".to_owned();
    ask.items[0].quantity = 1;
    assert!(told(&ask).get("services").is_none());
}

#[test]
fn goods_without_vat_collect_without_a_rate() {
    let mut ask = flow::ask("P-000004");
    ask.items[0].vat = VatRate::Exempt;
    assert_eq!(told(&ask)["packages"][0]["items"][0]["payment"], json!({ "value": 999.9 }));
}

#[test]
fn phones_go_out_in_the_international_form() {
    for (written, sent) in [
        ("8 (999) 123-45-67", "+79991234567"),
        ("+79991234567", "+79991234567"),
        ("+375 29 123-45-67", "+375291234567"),
    ] {
        let mut ask = flow::ask("P-000006");
        ask.recipient.phone = written.to_owned();
        assert_eq!(told(&ask)["recipient"]["phones"], json!([{ "number": sent }]), "{written}");
    }
}

#[test]
fn what_cannot_be_said_is_named_by_its_field() {
    let refused = |change: fn(&mut ShipmentAsk)| {
        let mut ask = flow::ask("P-000005");
        change(&mut ask);
        match map::order_ask(&ask, &Settings::default()) {
            Err(CarrierError::NotSayable { field, .. }) => field,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(refused(|ask| ask.recipient.phone = "+7999123".to_owned()), "recipient.phone");
    assert_eq!(refused(|ask| ask.recipient.phone = "нет".to_owned()), "recipient.phone");
    assert_eq!(refused(|ask| ask.recipient.name = "12345".to_owned()), "recipient.name");
    assert_eq!(refused(|ask| ask.tariff = "эконом".to_owned()), "tariff");
    assert_eq!(refused(|ask| ask.tariff = "137".to_owned()), "tariff");
    assert_eq!(refused(|ask| ask.package.weight_g = Grams::new(60_000)), "package.weight_g");
    assert_eq!(refused(|ask| ask.items.clear()), "items");
    assert_eq!(refused(|ask| ask.items[0].quantity = 1_000), "items.quantity");
    let nowhere = |ask: &mut ShipmentAsk| {
        ask.to = Spot::Point { code: String::new(), address: Address::default() };
    };
    assert_eq!(refused(nowhere), "to.code");
    let streetless = |ask: &mut ShipmentAsk| {
        ask.tariff = "137".to_owned();
        ask.to = Spot::Door(Address { city: "Казань".to_owned(), ..Address::default() });
    };
    assert_eq!(refused(streetless), "to");
    assert_eq!(refused(|ask| ask.number = "Заказ".to_owned()), "number");
}

#[test]
fn prices_are_asked_for_with_services_apart() {
    let mut ask = flow::quote(DeliveryMode::Point);
    ask.buy_out = BuyOut::Partial;
    let said = serde_json::to_value(map::quote_ask(&ask, &settings()).unwrap()).unwrap();
    assert_eq!(
        said,
        json!({
            "date": "2026-11-23T20:00:00+0300",
            "type": 1,
            "currency": 1,
            "lang": "rus",
            "from_location": { "code": 44, "country_code": "RU", "city": "Москва", "address": "Москва" },
            "to_location": {
                "country_code": "RU",
                "city": "Санкт-Петербург",
                "address": "Санкт-Петербург"
            },
            "services": [
                { "code": "INSURANCE", "parameter": "1999.80" },
                { "code": "PART_DELIV" }
            ],
            "packages": [{ "weight": 1250, "length": 30, "width": 20, "height": 11 }]
        })
    );
}

#[test]
fn a_call_for_a_courier_says_exactly_this() {
    let ask = pickup();
    let said = serde_json::to_value(map::intake_ask(&ask, &settings()).unwrap()).unwrap();
    assert_eq!(
        said,
        json!({
            "intake_date": "2026-11-23",
            "intake_time_from": "16:00",
            "intake_time_to": "19:30",
            "name": "Посылки, 12 шт.",
            "weight": 15000,
            "length": 40,
            "width": 40,
            "height": 40,
            "comment": "Ворота 3",
            "sender": { "name": "Смирнова Анна", "phones": [{ "number": "+74951234567" }] },
            "from_location": {
                "code": 44,
                "postal_code": "190000",
                "country_code": "RU",
                "city": "Санкт-Петербург",
                "address": "Невский проспект, д. 1, кв. 10"
            }
        })
    );
    let early = PickupAsk { from_minute: 8 * 60, ..ask };
    let error = map::intake_ask(&early, &settings()).unwrap_err();
    assert!(matches!(error, CarrierError::NotSayable { field: "from_minute", .. }), "{error}");
}

pub(super) fn pickup() -> PickupAsk {
    PickupAsk {
        number: "C-000001".to_owned(),
        from: door(),
        contact: Contact {
            name: "Смирнова Анна".to_owned(),
            phone: "+7 (495) 123-45-67".to_owned(),
            email: String::new(),
        },
        day: "2026-11-23".parse().unwrap(),
        from_minute: 16 * 60,
        to_minute: 19 * 60 + 30,
        parcels: 12,
        weight_g: Grams::new(15_000),
        volume_cm3: 64_000,
        comment: "Ворота 3".to_owned(),
        reference: None,
    }
}

#[test]
fn a_wrong_account_is_named_without_its_secrets() {
    let account = |settings: Value, credentials: Value| Account {
        base_url: None,
        settings,
        credentials,
        time_max: None,
    };
    let keys = json!({ "client_id": "account", "client_secret": "s3cr3t" });
    let whole = account(json!({ "label_format": "A7", "prealert": "on" }), keys.clone());
    let read = account::settings(&whole).unwrap();
    assert_eq!((read.label_format, read.prealert), (LabelFormat::A7, Prealert::On));
    assert_eq!(account::base_url(&whole).unwrap(), "https://api.cdek.ru");
    assert!(account::credentials(&whole).is_ok());
    let unknown =
        account::settings(&account(json!({ "shipment_pont": "MSK5" }), keys)).unwrap_err();
    assert!(unknown.to_string().contains("shipment_pont"), "{unknown}");
    for (wrong, named) in [
        (json!({ "client_id": "account" }), "client_secret"),
        (json!({ "client_id": "account", "client_secret": 777_123 }), "client_secret"),
        (json!({ "client_id": "a", "client_secret": "s3cr3t", "token": "s3cr3t" }), "token"),
        (json!("s3cr3t"), "client_id"),
    ] {
        let Err(error) = account::credentials(&account(json!({}), wrong)) else {
            panic!("{named} is wrong");
        };
        let said = error.to_string();
        assert!(said.contains(named), "{said}");
        assert!(!said.contains("s3cr3t") && !said.contains("777"), "{said}");
    }
}
