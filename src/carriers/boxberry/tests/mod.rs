//! Boxberry's samples and its requests field by field; the whole way is in [`flows`].

mod flows;

use serde_json::{Value, json};

use super::wire::{ActIn, LastStatusIn, PointIn, Posted, ServiceIn, StatusesIn, TracksOut};
use super::*;
use crate::carriers::amounts;
use crate::carriers::model::{
    Address, Answers, BuyOut, Contact, DeliveryStatus, EventFlag, Item, Leg, Package, Party,
    PointKind, Seller, Spot, VatRate,
};
use crate::carriers::registry::connect;
use crate::units::{Grams, Kopecks};

fn sample(name: &str) -> Value {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/carriers/samples/boxberry");
    let text = std::fs::read_to_string(format!("{folder}/{name}")).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn ask(number: &str) -> ShipmentAsk {
    let address = Address { city: "Москва".to_owned(), ..Address::default() };
    let item = |article: &str, kopecks: i64, quantity: i64, vat| Item {
        article: article.to_owned(),
        name: format!("Товар {article}"),
        quantity,
        weight_g: Grams::new(300),
        declared_kopecks: Kopecks::new(kopecks),
        cod_kopecks: Kopecks::new(kopecks),
        vat,
        marks: Vec::new(),
        is_marked: false,
    };
    ShipmentAsk {
        number: number.to_owned(),
        tariff: POINT.to_owned(),
        sender: Party::default(),
        from: Spot::Door(Address::default()),
        recipient: Contact {
            name: "Иванов Иван".to_owned(),
            phone: "+79161234567".to_owned(),
            email: "ivanov@example.com".to_owned(),
        },
        to: Spot::Point { code: "00932".to_owned(), address },
        seller: Seller {
            name: "ООО Ромашка".to_owned(),
            inn: "7701234567".to_owned(),
            phone: "+74951234567".to_owned(),
        },
        package: Package {
            number: number.to_owned(),
            weight_g: Grams::new(1_250),
            length_mm: 301,
            width_mm: 200,
            height_mm: 95,
        },
        items: vec![
            item("A-1", 175_050, 1, VatRate::TwentyTwo),
            item("A-2", 50_000, 2, VatRate::Exempt),
        ],
        delivery_fee_kopecks: Kopecks::new(30_000),
        delivery_fee_vat: VatRate::TwentyTwo,
        buy_out: BuyOut::Whole,
        day: "2026-11-23".parse().unwrap(),
        comment: "позвонить".to_owned(),
    }
}

fn door(number: &str) -> ShipmentAsk {
    let address = Address {
        postcode: "101000".to_owned(),
        city: "Москва".to_owned(),
        line: "ул. Мясницкая, д. 1, кв. 5".to_owned(),
        ..Address::default()
    };
    ShipmentAsk { tariff: COURIER.to_owned(), to: Spot::Door(address), ..ask(number) }
}

fn quote_ask(to: Spot, mode: DeliveryMode) -> QuoteAsk {
    let ask = ask("Q");
    QuoteAsk {
        from: ask.from.clone(),
        to,
        mode,
        package: ask.package.clone(),
        declared_kopecks: ask.declared_kopecks(),
        cod_kopecks: ask.cod_kopecks(),
        buy_out: BuyOut::Whole,
        day: ask.day,
    }
}

#[test]
fn the_order_has_the_names_types_and_units_of_the_sheet() {
    let settings = Settings {
        reception_point: "010".to_owned(),
        opening: Opening::Checked,
        ..Settings::default()
    };
    let sdata = map::order(&ask("P-000001"), &settings).unwrap();
    let body = Posted { token: "secret", method: "ParselCreate", rest: wire::CreateOut { sdata } };
    let expected = json!({
        "token": "secret",
        "method": "ParselCreate",
        "sdata": {
            "order_id": "P-000001",
            "price": 2750.5,
            "payment_sum": 3050.5,
            "delivery_sum": 300,
            "vid": 1,
            "shop": { "name": "00932", "name1": "010" },
            "customer": {
                "fio": "Иванов Иван", "phone": "9161234567", "email": "ivanov@example.com",
            },
            "items": [
                {
                    "id": "A-1", "name": "Товар A-1", "UnitName": "шт.", "nds": 22,
                    "price": 1750.5, "quantity": 1, "supplier_name": "ООО Ромашка",
                    "supplier_inn": "7701234567", "supplier_phone": "+74951234567",
                },
                {
                    "id": "A-2", "name": "Товар A-2", "UnitName": "шт.", "nds": -1,
                    "price": 500, "quantity": 2, "supplier_name": "ООО Ромашка",
                    "supplier_inn": "7701234567", "supplier_phone": "+74951234567",
                },
            ],
            "weights": { "weight": 1250, "x": 31, "y": 20, "z": 10 },
            "issue": 1,
            "sender_name": "ООО Ромашка",
        },
    });
    assert_eq!(serde_json::to_value(body).unwrap(), expected);
    let at_door = map::order(&door("P-2"), &Settings::default()).unwrap();
    let at_door = serde_json::to_value(at_door).unwrap();
    let courier = json!({
        "index": "101000", "citi": "Москва", "addressp": "ул. Мясницкая, д. 1, кв. 5",
        "comentk": "позвонить",
    });
    assert_eq!((&at_door["vid"], &at_door["kurdost"]), (&json!(2), &courier));
    assert_eq!((&at_door["issue"], &at_door["shop"]), (&json!(0), &json!({})));
    let partial = ShipmentAsk { buy_out: BuyOut::Partial, ..ask("P-3") };
    let partial = map::order(&partial, &Settings::default()).unwrap();
    assert_eq!(partial.issue, 2);
}

#[test]
fn every_name_of_the_published_order_is_one_that_the_stand_in_knows() {
    let published = sample("parsel_create_request_pvz.json");
    let own = map::order(&ask("P-1"), &Settings::default()).unwrap();
    let own = serde_json::to_value(own).unwrap();
    let names =
        |value: &Value| -> Vec<String> { value.as_object().unwrap().keys().cloned().collect() };
    for name in names(&published["sdata"]) {
        assert!(own.get(&name).is_some(), "{name}");
    }
    for part in ["customer", "weights"] {
        for name in names(&published["sdata"][part]) {
            assert!(own[part].get(&name).is_some(), "{part}.{name}");
        }
    }
    for name in names(&published["sdata"]["items"][0]) {
        assert!(own["items"][0].get(&name).is_some(), "items.{name}");
    }
}

#[test]
fn marked_goods_paid_on_receipt_are_one_line_a_piece() {
    let mut ask = ask("P-1");
    let mark = "0104600000000001215AAAAAAA22";
    // The separator that scanners tell is not sent.
    ask.items[1].marks = vec![format!("{}\u{1d}{}", &mark[..20], &mark[20..])];
    let order = map::order(&ask, &Settings::default()).unwrap();
    let lines: Vec<(&str, i64)> =
        order.items.iter().map(|item| (item.marking_crpt.as_str(), item.quantity)).collect();
    assert_eq!(lines, [("", 1), (mark, 1), ("", 1)]);
    ask.items[1].marks = vec!["0104600000000001".to_owned()];
    let refused = map::order(&ask, &Settings::default()).unwrap_err();
    assert!(matches!(refused, CarrierError::NotSayable { field: "items.marks", .. }));
}

#[test]
fn what_boxberry_would_refuse_is_named_before() {
    let field = |ask: &ShipmentAsk| match map::order(ask, &Settings::default()) {
        Err(CarrierError::NotSayable { field, .. }) => field,
        other => panic!("{other:?}"),
    };
    let mut heavy = ask("P-1");
    heavy.package.weight_g = Grams::new(31_001);
    assert_eq!(field(&heavy), "package.weight_g");
    let mut long = ask("P-1");
    long.package.length_mm = 1_201;
    assert_eq!(field(&long), "package.sides");
    let mut dear = ask("P-1");
    dear.items[0].declared_kopecks = Kopecks::new(30_000_001);
    assert_eq!(field(&dear), "items.declared");
    let mut phone = ask("P-1");
    phone.recipient.phone = "12345".to_owned();
    assert_eq!(field(&phone), "recipient.phone");
    let mut postcode = door("P-1");
    postcode.to = Spot::Door(Address { postcode: "10".to_owned(), ..Address::default() });
    assert_eq!(field(&postcode), "to.postcode");
    let tariff = ShipmentAsk { tariff: COURIER.to_owned(), ..ask("P-1") };
    assert_eq!(field(&tariff), "tariff");
    let nameless = ShipmentAsk { items: Vec::new(), ..ask("P-1") };
    assert_eq!(field(&nameless), "items");
}

#[test]
fn calls_of_couriers_have_the_names_of_the_sheet() {
    let intake = map::intake(&pickup()).unwrap();
    let expected = json!({
        "zip": "109012", "city": "Москва", "street": "ул Никольская", "house": "10",
        "building": "2", "housing": "3", "flat": "7", "contact_person": "Петров",
        "contact_phone": "9031112233", "taking_date": "24.11.2026", "taking_time_from": "09:00",
        "taking_time_to": "18:30", "seats_count": 12, "volume": "0.240", "weight": "15.500",
        "comment": "въезд со двора",
    });
    assert_eq!(serde_json::to_value(intake).unwrap(), expected);
}

fn pickup() -> PickupAsk {
    PickupAsk {
        number: "C-1".to_owned(),
        from: Spot::Door(Address {
            postcode: "109012".to_owned(),
            city: "Москва".to_owned(),
            line: "ул. Никольская, д. 10, корп. 2, стр. 3, оф. 7".to_owned(),
            ..Address::default()
        }),
        contact: Contact {
            name: "Петров".to_owned(),
            phone: "+79031112233".to_owned(),
            email: String::new(),
        },
        day: "2026-11-24".parse().unwrap(),
        from_minute: 540,
        to_minute: 1_110,
        parcels: 12,
        weight_g: Grams::new(15_500),
        volume_cm3: 240_000,
        comment: "въезд со двора".to_owned(),
        reference: None,
    }
}

#[test]
fn questions_about_prices_and_statuses_have_the_names_of_the_sheet() {
    let address = Address { postcode: "630099".to_owned(), ..Address::default() };
    let door = quote_ask(Spot::Door(address), DeliveryMode::Door);
    let settings = Settings { reception_point: "010".to_owned(), ..Settings::default() };
    let expected = json!({
        "TargetStart": "010", "DeliveryType": 2, "Zip": "630099", "OrderSum": 2750.5,
        "PaySum": 3050.5, "UseShopSettings": 1,
        "BoxSizes": [{ "Width": 20, "Height": 10, "Depth": 31, "Weight": 1250 }],
    });
    assert_eq!(serde_json::to_value(map::calculation(&door, "", &settings)).unwrap(), expected);
    let params = map::costs_params(&door, "00932", &settings);
    let expected = [
        ("target", "00932"),
        ("weight", "1250"),
        ("ordersum", "2750.50"),
        ("paysum", "3050.50"),
        ("height", "10"),
        ("width", "20"),
        ("depth", "31"),
        ("sucrh", "1"),
        ("targetstart", "010"),
    ];
    let params: Vec<(&str, &str)> =
        params.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(params, expected);
    let tracks = TracksOut { track_numbers: vec!["AWA234331237".to_owned()] };
    let expected = json!({ "trackNumbers": ["AWA234331237"] });
    assert_eq!(serde_json::to_value(tracks).unwrap(), expected);
}

#[test]
fn samples_are_read_into_our_model() {
    let refused = client::refusal(&sample("error_cancel_type.json"));
    assert!(refused.unwrap().starts_with("Вариант отмены"));

    let points: Vec<PointIn> = serde_json::from_value(sample("list_points_response.json")).unwrap();
    let point = map::point(&points[0]);
    assert_eq!((point.code.as_str(), point.kind), ("78031", PointKind::Office));
    assert_eq!((point.postcode.as_str(), point.city.as_str()), ("197227", "Санкт-Петербург"));
    assert_eq!((point.latitude, point.longitude), (Some(60.005_783), Some(30.258_888)));
    assert_eq!(point.limits.weight_max_g, Some(Grams::new(15_000)));
    assert_eq!(point.limits.volume_max_cm3, Some(480_000));
    assert_eq!((point.cash, point.card), (Answers::Yes, Answers::Yes));
    assert_eq!((point.limits.cod_max_kopecks, point.hours.as_str()), (None, "пн-вс: 10.00-21.00"));

    let services: Vec<ServiceIn> =
        serde_json::from_value(sample("list_services_response.json")).unwrap();
    let sums = services.iter().map(|one| amounts::kopecks(&one.sum.0).unwrap().get());
    assert_eq!(sums.collect::<Vec<_>>(), [15_036, 1_900, 200, 1_075, 6_450]);
    let event = money::reckoned_event(&services, &StatusesIn::default()).unwrap();
    assert_eq!(event.at.moscow_day().to_string(), "2019-05-03");

    let act: ActIn = serde_json::from_value(sample("parsel_send_response.json")).unwrap();
    assert_eq!(act.id.0, "15283391");
    let story = sample("parsel_story_response.json");
    let track = story[0]["track"].as_str().unwrap();
    assert_eq!((track, &story[0]["send"]), ("DUD15191668", &json!(true)));
    assert_eq!(map::parcel_id(track), "15191668");
}

#[test]
fn statuses_of_both_lists_are_read_as_moscow_time() {
    let full: StatusesIn =
        serde_json::from_value(sample("list_statuses_full_response.json")).unwrap();
    let events = map::events(&full, &LastStatusIn::default()).unwrap();
    let codes: Vec<&str> = events.iter().map(|event| event.code.as_str()).collect();
    assert_eq!(codes, ["10", "76", "80", "125", "125", "140"]);
    assert_eq!(events[0].at, "2019-04-30T12:35:00Z".parse().unwrap());
    assert!(events[5].place.starts_with("Москва (115478"));
    let short = sample("list_statuses_response.json");
    let short = StatusesIn { statuses: short.as_array().unwrap().clone(), ..StatusesIn::default() };
    let events = map::events(&short, &LastStatusIn::default()).unwrap();
    assert_eq!(events[4].at, "2019-05-04T08:48:01Z".parse().unwrap());
    let told = |name: &str, partly: bool| {
        let said = StatusesIn {
            partly: wire::Loose(partly.to_string()),
            statuses: vec![json!({ "Date": "01/05/19 3:05:07 PM", "Name": name })],
            ..StatusesIn::default()
        };
        let last = LastStatusIn {
            id: wire::Loose("777".to_owned()),
            name: wire::Loose("Совсем новый".to_owned()),
            ..LastStatusIn::default()
        };
        map::events(&said, &last).unwrap().remove(0)
    };
    assert_eq!(told("Выдано", false).at, "2019-05-01T12:05:07Z".parse().unwrap());
    assert_eq!(told("  успешно выдан ", true).code, "150.partial");
    let tail = told("Передано на курьерскую доставку, курьер позвонит вам", false);
    assert_eq!(tail.code, "130");
    assert_eq!(told("Возвращено в ИМ", false).leg, Leg::Return);
    let undated = StatusesIn {
        statuses: vec![json!({ "Date": "скоро", "Name": "Выдано" })],
        ..StatusesIn::default()
    };
    let last = LastStatusIn {
        date: wire::Loose("2026-11-22 10:00:00".to_owned()),
        ..LastStatusIn::default()
    };
    let events = map::events(&undated, &last).unwrap();
    assert_eq!(events[0].at, "2026-11-22T07:00:00Z".parse().unwrap());
    assert!(map::events(&undated, &LastStatusIn::default()).is_err());
    let new = told("Совсем новый", false);
    assert_eq!((new.code.as_str(), new.meaning), ("777", None), "a number that no table has");
    assert_eq!(told("Другой новый", false).code, "Другой новый");
}

#[test]
fn the_table_has_every_code_of_the_sheet() {
    use DeliveryStatus as S;
    let expected = [
        ("1", Some(S::Created)),
        ("5", Some(S::Created)),
        ("7", Some(S::Created)),
        ("10", Some(S::Created)),
        ("76", Some(S::Accepted)),
        ("77", Some(S::InTransit)),
        ("80", Some(S::InTransit)),
        ("90", Some(S::InTransit)),
        ("100", Some(S::InTransit)),
        ("110", Some(S::InTransit)),
        ("115", Some(S::InTransit)),
        ("120", Some(S::InTransit)),
        ("125", Some(S::InTransit)),
        ("130", Some(S::OutForDelivery)),
        ("135", Some(S::OutForDelivery)),
        ("137", Some(S::InTransit)),
        ("140", Some(S::ArrivedAtPoint)),
        ("150", Some(S::Delivered)),
        ("150.partial", Some(S::PartlyDelivered)),
        ("courier_return", Some(S::InTransit)),
        ("160", Some(S::Returning)),
        ("170", Some(S::Returning)),
        ("180", Some(S::Returning)),
        ("190", Some(S::Returned)),
        ("balance_point", Some(S::ArrivedAtPoint)),
        ("balance_terminal", Some(S::InTransit)),
        ("balance_problem", None),
        ("services", None),
    ];
    for (code, status) in expected {
        assert_eq!(map::STATUSES.meaning(code).unwrap().status, status, "{code}");
    }
    assert_eq!(map::STATUSES.codes().count(), expected.len());
    for code in ["7", "137", "courier_return", "balance_problem"] {
        assert_eq!(map::STATUSES.meaning(code).unwrap().flag, Some(EventFlag::Problem), "{code}");
    }
}

#[test]
fn refusals_are_read_in_all_their_shapes() {
    for (answer, expected) in [
        (json!({ "err": "нет" }), Some("нет")),
        (json!([{ "err": "нет" }]), Some("нет")),
        (json!({ "err": true, "message": "нет" }), Some("нет")),
        (json!({ "error": true, "message": "нет" }), Some("нет")),
        (json!({ "err": false }), None),
        (json!({ "error": false, "result": {} }), None),
        (json!({ "err": "" }), None),
        (json!({ "text": "ok" }), None),
        (json!([]), None),
    ] {
        assert_eq!(client::refusal(&answer).as_deref(), expected, "{answer}");
    }
}

#[test]
fn a_number_that_is_taken_by_an_order_that_is_not_shown_is_unclear() {
    let reasons = |text: &str| vec![Reason::new("", text)];
    let taken = "Значение поля \"Номер заказа в ИМ\" уже занято: P-1";
    let down = || CarrierError::Unavailable { carrier: CODE, said: "down".to_owned() };
    for known in [Ok(None), Err(down())] {
        let said = refused(reasons(taken), known);
        assert!(matches!(said, Err(CarrierError::Unclear { .. })), "{said:?}");
    }
    let other = "Недопустимый вид доставки";
    let said = refused(reasons(other), Ok(None));
    assert!(matches!(said, Err(CarrierError::Refused { .. })), "{said:?}");
    let said = refused(reasons(other), Err(down()));
    assert!(matches!(said, Err(CarrierError::Unavailable { .. })), "{said:?}");
}

#[test]
fn only_words_about_keys_are_about_keys() {
    for text in [
        "Неверный токен",
        "Не передан API-token",
        "Ключ не найден",
        "Ваша учетная запись заблокирована",
        "Заблокирован аккаунт",
    ] {
        assert!(client::is_about_keys(text), "{text}");
    }
    for text in [
        "Пункт выдачи отключен",
        "Услуги включены в тариф",
        "Исключение при обработке",
        "Получатель заблокирован",
    ] {
        assert!(!client::is_about_keys(text), "{text}");
    }
}

#[test]
fn a_token_is_hidden_also_where_the_text_was_cut() {
    let token = "5f4c1e0b9a8d7c6b";
    for (text, shown) in [
        ("?token=5f4c1e0b9a8d7c6b&x=1", "?token=***&x=1"),
        ("?token=5f4c1e0b9a8d7c6", "?token=***"),
        ("?token=5f4c", "?token=***"),
        ("nothing", "nothing"),
    ] {
        assert_eq!(client::hidden(text, token), shown);
    }
}

#[test]
fn accounts_are_read_strictly() {
    let account = |settings: Value, credentials: Value| {
        let account = Account { base_url: None, settings, credentials, time_max: None };
        connect(CODE, &account).err().map(|error| error.said())
    };
    assert_eq!(account(Value::Null, json!({ "token": "t" })), None);
    let problem = account(json!({ "point": "1" }), json!({ "token": "t" })).unwrap();
    assert!(problem.contains("point"), "{problem}");
    let problem = account(Value::Null, json!({})).unwrap();
    assert!(problem.contains("token"), "{problem}");
}
