//! The carrier's own answers and messages.

use serde::de::DeserializeOwned;

use super::super::map;
use super::super::wire::{
    CheckAnswer, Entity, Envelope, FormEntity, FullTariffs, Office, OrderEntity, PaymentAnswer,
    RegistriesAnswer, TariffList, Uuid,
};
use super::flow;
use crate::carriers::CarrierError;
use crate::carriers::model::{
    Answers, DeliveryMode, DeliveryStatus, PointKind, ReceiptKind, RegisterLineKind, Registration,
    ShipmentRef,
};

fn bytes(name: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/carriers/samples");
    std::fs::read(format!("{folder}/{name}")).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn sample<T: DeserializeOwned>(name: &str) -> T {
    serde_json::from_slice(&bytes(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn asked() -> ShipmentRef {
    ShipmentRef { number: "P-000001".to_owned(), ..ShipmentRef::default() }
}

#[test]
fn an_accepted_order_is_pending_under_its_id() {
    let answer: Envelope<Entity> = sample("cdek/order_create_202_response.json");
    let id = answer.entity.as_ref().unwrap().uuid();
    assert_eq!(id, "2e35a3c9-ff85-4224-bf21-0a2675c3bf6c");
    let looked: Envelope<OrderEntity> = sample("cdek/order_create_202_response.json");
    match map::registration(&asked(), &looked) {
        Some(Registration::Pending(reference)) => {
            assert_eq!((reference.id.as_str(), reference.track.as_str()), (id, ""));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_created_order_is_registered_with_its_number_and_price() {
    let answer: Envelope<OrderEntity> = sample("cdek/order_info_created.json");
    let Some(Registration::Registered(registered)) = map::registration(&asked(), &answer) else {
        panic!("it is registered");
    };
    assert_eq!(registered.reference.track, "1107009111");
    assert_eq!(registered.reference.id, "b23e5e72-84d2-4fe8-94b9-052f5488b149");
    assert_eq!(registered.price_kopecks.unwrap().get(), 218_340);
    assert_eq!(registered.point_changed_to, None);
    let events = map::direct_events(answer.entity.as_ref().unwrap()).unwrap();
    let told: Vec<_> =
        events.iter().map(|event| (event.code.as_str(), event.at.to_string())).collect();
    assert_eq!(
        told,
        [
            ("ACCEPTED", "2026-03-05T21:47:21.000000Z".to_owned()),
            ("CREATED", "2026-03-05T21:47:22.000000Z".to_owned())
        ]
    );
    assert!(
        events.iter().all(|event| event.meaning.unwrap().status == Some(DeliveryStatus::Created))
    );
}

#[test]
fn a_duplicate_number_is_told_in_the_carriers_words() {
    let answer: Envelope<OrderEntity> = sample("cdek/order_info_requests_invalid.json");
    let Some(Registration::Refused(reasons)) = map::registration(&asked(), &answer) else {
        panic!("it is refused");
    };
    assert_eq!(reasons[0].code, "error_validate_im_dep_number_has_already_had_integration");
    assert!(reasons[0].text.starts_with("Введенный номер отправления"), "{reasons:?}");
}

#[test]
fn offices_become_points() {
    let offices: Vec<Office> = sample("cdek/deliverypoints_list.json");
    let points: Vec<_> = offices.iter().filter_map(map::point).collect();
    assert_eq!(points.len(), 2);
    let point = &points[0];
    assert_eq!((point.code.as_str(), point.kind), ("NSK1", PointKind::Office));
    assert_eq!((point.city.as_str(), point.postcode.as_str()), ("Новосибирск", "630007"));
    assert_eq!((point.latitude, point.longitude), (Some(55.015_91), Some(82.929_12)));
    assert_eq!((point.cash, point.card), (Answers::Yes, Answers::Yes));
    assert_eq!((point.hands_out, point.takes_in), (Answers::Yes, Answers::Yes));
    assert_eq!((point.limits.weight_max_g, point.limits.cod_max_kopecks), (None, None));
    assert_eq!(point.phone, "+73832022250");
}

#[test]
fn a_tariff_is_offered_when_its_total_is_known() {
    let names: TariffList = sample("cdek/calculator_tarifflist_response.json");
    let ask = flow::quote(DeliveryMode::Point);
    assert_eq!(map::offers(&ask, &names, FullTariffs::default()), []);
    let totals: FullTariffs = serde_json::from_str(
        r#"{"tariff_codes":[{"tariff_code":"62","status":"SUCCESS","result":{
            "delivery_sum":1710.0,"total_sum":1891.35,"currency":"RUB","weight_calc":1250,
            "period_min":8,"period_max":12,"services":[{"code":"INSURANCE","sum":15.0,
            "total_sum":18.3,"discount_percent":0,"discount_sum":0,"vat_rate":22,"vat_sum":3.3}]}}]}"#,
    )
    .unwrap();
    let offers = map::offers(&ask, &names, totals);
    assert_eq!(offers.len(), 1);
    let offer = &offers[0];
    assert_eq!((offer.tariff.as_str(), offer.mode), ("62", DeliveryMode::Point));
    assert_eq!(offer.tariff_name, "Магистральный экспресс склад-склад");
    assert_eq!(offer.price_kopecks.get(), 189_135);
    assert_eq!((offer.days_min, offer.days_max), (Some(8), Some(12)));
    let lines: Vec<_> =
        offer.lines.iter().map(|line| (line.name.as_str(), line.price_kopecks.get())).collect();
    assert_eq!(lines, [("Доставка", 171_000), ("Страхование", 1_830)]);
}

#[test]
fn a_drawn_form_is_ready_though_its_stamps_are_equal() {
    let answer: Envelope<FormEntity> = sample("cdek/print_barcode_ready.json");
    let statuses = answer.entity.unwrap().statuses;
    assert_eq!(statuses.last().unwrap().code.0, "READY");
}

#[test]
fn a_webhook_names_its_order() {
    let hints = map::hints(&bytes("cdek/webhook_order_status_delivered.json")).unwrap();
    assert_eq!(hints.len(), 1);
    let reference = &hints[0].reference;
    assert_eq!(reference.number, "1106152821");
    assert_eq!(reference.id, "72753031-8347-40c0-ab0f-1a49c7a262c1");
    assert_eq!(reference.track, "1106153417");
    assert_eq!(hints[0].raw["attributes"]["code"], "DELIVERED");
}

#[test]
fn messages_of_papers_and_rubbish_move_no_order() {
    let form = br#"{"type":"PRINT_FORM","uuid":"72753031-e1f1-4fc8-97ee-d58a010b6a67",
        "attributes":{"type":"barcode","url":"http://api.cdek.ru/x.pdf"}}"#;
    assert_eq!(map::hints(form).unwrap(), []);
    assert_eq!(map::hints(br#"{"type":"NEW_KIND","attributes":{}}"#).unwrap(), []);
    for rubbish in [&b""[..], b"<html>", b"[1,2]", b"\"text\""] {
        assert!(matches!(map::hints(rubbish), Err(CarrierError::Malformed { .. })));
    }
}

#[test]
fn a_return_is_a_hint_at_the_order_that_it_came_from() {
    let event = br#"{"type":"ORDER_STATUS","uuid":"11111111-8347-40c0-ab0f-1a49c7a262c1",
        "attributes":{"is_return":true,"cdek_number":"1106153999","number":"1106153999",
        "code":"DELIVERED","related_entities":[{"type":"direct_order","cdek_number":1106153417,
        "uuid":"72753031-8347-40c0-ab0f-1a49c7a262c1"}]}}"#;
    let hints = map::hints(event).unwrap();
    let reference = &hints[0].reference;
    assert_eq!(reference.id, "72753031-8347-40c0-ab0f-1a49c7a262c1");
    assert_eq!((reference.track.as_str(), reference.number.as_str()), ("1106153417", ""));
}

#[test]
fn a_register_is_booked_as_it_was_given() {
    let answer: RegistriesAnswer = sample("cod/cdek_registries_constructed.json");
    // Both spellings of the list of payments, as described and as in the carrier's example.
    let paid: PaymentAnswer = serde_json::from_str(
        r#"{"orders":[{"order_uuid":"u","cdek_number":1105500001,"number":"P-1"},
            {"uuid":"u","numberOrder":"1105500002","imNumber":"P-2"}]}"#,
    )
    .unwrap();
    let registers = map::registers("2026-11-20".parse().unwrap(), answer, paid);
    assert_eq!(registers.len(), 1);
    let register = &registers[0];
    assert_eq!((register.number.as_str(), register.payment_order.as_str()), ("900123", "4471"));
    assert_eq!(register.day.to_string(), "2026-11-19");
    assert_eq!(register.total_kopecks.unwrap().get(), 912_150);
    let lines: Vec<_> = register
        .lines
        .iter()
        .map(|line| {
            let sums = [Some(line.collected_kopecks), line.fee_kopecks, line.transferred_kopecks];
            (line.track.as_str(), line.number.as_str(), sums.map(|sum| sum.unwrap().get()))
        })
        .collect();
    assert_eq!(
        lines,
        [
            ("1105500001", "P-1", [359_000, 10_770, 307_030]),
            ("1105500002", "P-2", [690_000, 20_700, 605_120])
        ]
    );
    assert!(register.lines.iter().all(|line| line.kind == RegisterLineKind::Shipment));
}

#[test]
fn registers_of_drifting_types_are_read() {
    let answer: RegistriesAnswer = serde_json::from_str(
        r#"{"registries":[{"registry_number":"R-7","sum":"10,50","orders":[
            {"cdek_number":1105500003,"basis_type":1,"payment_sum":"10,50"},
            {"basis_type":"SAS","transfer_sum":-3.5}]}],"errors":null}"#,
    )
    .unwrap();
    let day = "2026-11-20".parse().unwrap();
    let register = &map::registers(day, answer, PaymentAnswer::default())[0];
    assert_eq!(
        (register.number.as_str(), register.day, register.payment_order.as_str()),
        ("R-7", day, "")
    );
    assert_eq!(register.total_kopecks.unwrap().get(), 1_050);
    assert_eq!(register.lines[0].track, "1105500003");
    assert_eq!(register.lines[0].kind, RegisterLineKind::Shipment);
    assert_eq!(register.lines[1].kind, RegisterLineKind::Service);
    assert_eq!(register.lines[1].transferred_kopecks.unwrap().get(), -350);
    let empty: RegistriesAnswer = serde_json::from_str("{}").unwrap();
    assert_eq!(map::registers(day, empty, PaymentAnswer::default()), []);
}

#[test]
fn receipts_are_read_and_what_is_none_is_left() {
    let answer: CheckAnswer = serde_json::from_str(
        r#"{"check_info":[
            {"order_uuid":"u","cdek_number":1105500001,"date":"2026-11-20T12:30:00+0300",
             "fiscal_storage_number":"9960440300000001","document_number":48,"fiscal_sign":"2345678901",
             "type":"CASH_RECEIPT_IN","shift_no":7,
             "payment_info":[{"sum":100.1,"type":"CASH"},{"sum":"899,89","type":"CARD"}]},
            {"cdek_number":"1105500001","date":"2026-11-21","fiscal_storage_number":"9960440300000001",
             "document_number":"51","fiscal_sign":17,"type":"CASH_RECEIPT_REFUND",
             "payment_info":[{"sum":1000,"type":"CARD"}]},
            {"cdek_number":1105500002,"date":"2026-11-20","type":"CASH_RECEIPT_IN","payment_info":null}]}"#,
    )
    .unwrap();
    let read: Vec<_> = answer.check_info.iter().filter_map(map::receipt).collect();
    let told: Vec<_> = read
        .iter()
        .map(|one| {
            let sums = [one.cash_kopecks, one.card_kopecks, one.total_kopecks];
            (one.kind, one.document, one.sign, one.shift, sums.map(crate::units::Kopecks::get))
        })
        .collect();
    assert_eq!(
        told,
        [
            (ReceiptKind::Sale, 48, 2_345_678_901, Some(7), [10_010, 89_989, 99_999]),
            (ReceiptKind::Refund, 51, 17, None, [0, 100_000, 100_000])
        ]
    );
    assert_eq!(read[0].track, "1105500001");
    assert_eq!(read[0].at.to_string(), "2026-11-20T09:30:00.000000Z");
    let empty: CheckAnswer = serde_json::from_str("{}").unwrap();
    assert_eq!(empty.check_info.len(), 0);
}
