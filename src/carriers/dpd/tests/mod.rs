//! DPD's samples, its requests field by field, and the whole way through its stand-in.

mod flows;
mod requests;

use serde_json::Value;

use super::*;
use crate::carriers::model::{
    Address, Answers, BuyOut, Contact, DeliveryMode, DeliveryStatus, EventFlag, Goal, Item, Leg,
    Package, Party, PointKind, Seller, Spot, VatRate,
};
use crate::carriers::registry::connect;
use crate::carriers::soap::{self, Element, Said};
use crate::units::{Grams, Kopecks};

fn sample(name: &str) -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/carriers/samples/dpd");
    std::fs::read_to_string(format!("{folder}/{name}")).unwrap()
}

fn read<T: serde::de::DeserializeOwned>(name: &str) -> T {
    match soap::read(&sample(name)).unwrap() {
        Said::Answer(answer) => answer,
        Said::Fault(fault) => panic!("{fault:?}"),
    }
}

fn moscow_address() -> Address {
    Address {
        postcode: "109012".to_owned(),
        region: "Москва".to_owned(),
        city: "Москва".to_owned(),
        line: "ул. Никольская, д. 10, стр. 2".to_owned(),
        ..Address::default()
    }
}

fn ask(number: &str) -> ShipmentAsk {
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
    let address = Address {
        postcode: "196135".to_owned(),
        region: "Санкт-Петербург".to_owned(),
        city: "Санкт-Петербург".to_owned(),
        ..Address::default()
    };
    ShipmentAsk {
        number: number.to_owned(),
        tariff: "PCL".to_owned(),
        sender: Party {
            company: "ООО Амбар".to_owned(),
            contact: Contact {
                name: "Петров Пётр".to_owned(),
                phone: "+74951112233".to_owned(),
                email: String::new(),
            },
            ..Party::default()
        },
        from: Spot::Door(moscow_address()),
        recipient: Contact {
            name: "Иванов Иван".to_owned(),
            phone: "8 (916) 123-45-67".to_owned(),
            email: "ivanov@example.com".to_owned(),
        },
        to: Spot::Point { code: "001G".to_owned(), address },
        seller: Seller::default(),
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

fn door(number: &str, line: &str) -> ShipmentAsk {
    let address = Address {
        postcode: "630099".to_owned(),
        region: "Новосибирская обл".to_owned(),
        city: "Новосибирск".to_owned(),
        line: line.to_owned(),
        ..Address::default()
    };
    ShipmentAsk { to: Spot::Door(address), ..ask(number) }
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
fn prices_of_the_sample_are_read_to_the_kopeck() {
    let said: ReturnsIn<CostIn> = read("calculator2.getServiceCost2.response.xml");
    let quotes = map::quotes(&said.rows, DeliveryMode::Door).unwrap();
    let quotes: Vec<(&str, i64, Option<i64>)> = quotes
        .iter()
        .map(|quote| (quote.tariff.as_str(), quote.price_kopecks.get(), quote.days_max))
        .collect();
    assert_eq!(quotes, [("BZP", 731_071, Some(13)), ("CUR", 694_620, Some(9))]);
}

#[test]
fn a_pending_order_of_the_sample_is_pending_and_never_refused() {
    let said: ReturnsIn<OrderIn> = read("order2.createOrder.response.OrderPending.xml");
    let own = ShipmentRef { number: "12345678".to_owned(), ..ShipmentRef::default() };
    let decided = map::decided(&said.rows[0], &own).unwrap();
    assert_eq!(decided, Some(Registration::Pending(own)));
}

#[test]
fn all_states_of_an_order_are_decided() {
    let own = ShipmentRef {
        number: "P-1".to_owned(),
        day: "2026-11-23".parse().ok(),
        ..ShipmentRef::default()
    };
    let said = |status: &str, text: &str| OrderIn {
        order_num: "RU019202656".to_owned(),
        status: status.to_owned(),
        error_message: text.to_owned(),
        pickup_date: "2026-11-24".to_owned(),
        ..OrderIn::default()
    };
    let decided = |status: &str, text: &str| map::decided(&said(status, text), &own);
    match decided("OK", "").unwrap() {
        Some(Registration::Registered(registered)) => {
            assert_eq!(registered.reference.track, "RU019202656");
            assert_eq!(registered.reference.day.unwrap().to_string(), "2026-11-24");
            assert!(registered.warnings[0].text.contains("24.11.2026"));
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(decided("NotFound", "").unwrap(), None);
    assert_eq!(decided("OrderError", "Заказ не найден").unwrap(), None);
    assert_eq!(decided("OrderError", "Заказ P-1 для клиента не найден").unwrap(), None);
    for (status, text) in [
        ("OrderError", "Не заполнен параметр «Улица»"),
        ("OrderError", "Населенный пункт не найден"),
        ("OrderCancelled", ""),
    ] {
        let refused = decided(status, text).unwrap();
        assert!(matches!(refused, Some(Registration::Refused(_))), "{status}");
    }
    assert!(decided("Whatever", "").is_err());
    for status in ["Canceled", "Cancelled", "CanceledPreviously", "CancelledPreviously", "NotFound"]
    {
        assert!(map::cancelled(&[said(status, "")]).is_ok(), "{status}");
    }
    for status in ["CallDPD", "Error"] {
        assert!(map::cancelled(&[said(status, "поздно")]).is_err(), "{status}");
    }
    assert!(matches!(map::cancelled(&[]), Err(CarrierError::Unclear { .. })), "no word of it");
}

#[test]
fn the_point_of_the_sample_is_read_with_its_limits() {
    let said: ReturnIn<ShopsIn> = read("geography2.getParcelShops.response.xml");
    let point = map::point(&said.said.unwrap().parcel_shop[0]);
    assert_eq!((point.code.as_str(), point.kind), ("001G", PointKind::Office));
    assert_eq!((point.city.as_str(), point.postcode.as_str()), ("Санкт-Петербург", "196135"));
    assert_eq!((point.address.as_str(), point.name.as_str()), ("ул Алтайская, д. 16", "Главпункт"));
    assert_eq!((point.latitude, point.longitude), (Some(59.849_681), Some(30.327_345)));
    assert_eq!(point.limits.weight_max_g, Some(Grams::new(20_000)));
    assert_eq!(point.limits.sides_max_mm, Some([2_000, 2_000, 2_000]));
    assert_eq!(point.limits.sum_of_sides_max_mm, Some(2_000));
    assert_eq!(point.limits.cod_max_kopecks, Some(Kopecks::new(10_000_000)));
    assert_eq!((point.cash, point.card), (Answers::Yes, Answers::Yes));
    assert_eq!((point.hands_out, point.takes_in), (Answers::Yes, Answers::No));
    assert_eq!((point.partial_buy_out, point.is_closed), (Answers::No, false));
    assert_eq!(point.hours, "Пн,Вт,Ср,Чт,Пт,Сб,Вс: 10:00 - 21:00");
    assert!(point.hint.starts_with("Выход из метро"));
}

#[test]
fn states_of_the_sample_are_read_as_moscow_time() {
    let said: ReturnIn<BatchIn> = read("tracing.getStatesByClient.response.OnRoad.xml");
    let batch = map::batch(&said.said.unwrap()).unwrap().unwrap();
    assert_eq!((batch.id.as_str(), batch.is_last), ("17543659022", true));
    let track = &batch.tracks[0];
    assert_eq!(track.reference.number, "1901-200100-42389");
    assert_eq!(track.reference.track, "RU019202656");
    let event = &track.events[0];
    assert_eq!(event.code, "OnRoad");
    assert_eq!(event.at, "2019-07-18T05:52:45Z".parse().unwrap());
    assert_eq!(event.place, "Москва M16");
    assert_eq!(event.meaning.unwrap().status, Some(DeliveryStatus::InTransit));
    assert_eq!(event.raw["planDeliveryDate"], "2019-07-19");
}

#[test]
fn events_of_the_sample_are_read() {
    let said: ReturnIn<BatchIn> = read("event-tracking.getEvents.response.CONSTRUCTED.xml");
    let batch = map::batch(&said.said.unwrap()).unwrap().unwrap();
    assert_eq!((batch.id.as_str(), batch.is_last, batch.tracks.len()), ("17543035562", true, 1));
    let events = &batch.tracks[0].events;
    let codes: Vec<&str> = events.iter().map(|event| event.code.as_str()).collect();
    assert_eq!(codes, ["1401", "1601", "2201"]);
    assert_eq!(events[1].place, "Москва");
    assert_eq!(events[2].meaning.unwrap().status, Some(DeliveryStatus::ArrivedAtPoint));
    let parameters = &events[2].raw["parameter"];
    assert_eq!(parameters[0]["valueString"], "LED");
    assert_eq!(
        (&parameters[1]["@type"], parameters.as_array().unwrap().len()),
        (&"dateTime".into(), 2)
    );
    assert_eq!(events[2].at, "2025-03-12T06:05:00Z".parse().unwrap());
}

#[test]
fn fields_that_nobody_uses_are_kept_with_the_event() {
    let more = "<orderPayWeight>0.75</orderPayWeight><consignee>Петров</consignee><empty/>";
    let xml = sample("tracing.getStatesByClient.response.OnRoad.xml");
    let xml = xml.replace("<newState>", &format!("{more}<newState>"));
    let Said::Answer(said) = soap::read::<ReturnIn<BatchIn>>(&xml).unwrap() else {
        panic!("an answer")
    };
    let event = map::tracks(&said.said.unwrap()).unwrap().remove(0).events.remove(0);
    assert_eq!((event.code.as_str(), &event.raw["orderPayWeight"]), ("OnRoad", &"0.75".into()));
    assert_eq!((&event.raw["consignee"], &event.raw["empty"]), (&"Петров".into(), &"".into()));
}

#[test]
fn an_event_without_a_readable_time_has_that_of_its_batch() {
    let state = wire::StateIn { transition_time: "вчера".to_owned(), ..Default::default() };
    let mut said = BatchIn { states: vec![state], ..BatchIn::default() };
    assert!(map::tracks(&said).is_err());
    said.doc_date = "2026-11-22T10:15:00".to_owned();
    let event = map::tracks(&said).unwrap().remove(0).events.remove(0);
    assert_eq!(event.at, "2026-11-22T07:15:00Z".parse().unwrap());
}

#[test]
fn a_state_means_more_to_who_knows_where_the_parcel_goes() {
    let told = |state: &str, goal: Option<Goal>, queue: Queue, is_return: &str| {
        let state = wire::StateIn {
            new_state: state.to_owned(),
            transition_time: "2026-11-22T10:00:00".to_owned(),
            terminal_code: "LED".to_owned(),
            is_return: is_return.to_owned(),
            ..Default::default()
        };
        let said = BatchIn { states: vec![state], ..BatchIn::default() };
        let shipment = ShipmentRef { goal, ..ShipmentRef::default() };
        let event = map::asked(&said, &shipment, queue).unwrap().remove(0);
        (event.code, event.meaning.and_then(|meaning| meaning.status))
    };
    let point = |code: &str| Some(Goal::Point(code.to_owned()));
    let arrived = Some(DeliveryStatus::ArrivedAtPoint);
    for (state, goal, status) in [
        ("OnTerminalDelivery", point("001G"), arrived),
        ("OnTerminalDelivery", Some(Goal::Door), Some(DeliveryStatus::InTransit)),
        ("OnTerminalDelivery", None, Some(DeliveryStatus::InTransit)),
        ("OnTerminal", point("LED"), arrived),
        ("OnTerminal", point("001G"), Some(DeliveryStatus::InTransit)),
        ("Delivered", point("LED"), Some(DeliveryStatus::Delivered)),
    ] {
        let (_, told) = told(state, goal.clone(), Queue::States, "");
        assert_eq!(told, status, "{state} {goal:?}");
    }
    let back = told("OnTerminalDelivery", point("LED"), Queue::States, "true");
    assert_eq!(back, ("OnTerminalDelivery.return".to_owned(), Some(DeliveryStatus::Returning)));
    let by_events = told("Delivered", None, Queue::Events, "");
    assert_eq!(by_events, ("Delivered.by_events".to_owned(), None));
    let returned = told("Delivered", None, Queue::Events, "true");
    assert_eq!(returned.1, Some(DeliveryStatus::Returned));
}

#[test]
fn nothing_in_a_queue_is_no_batch() {
    for said in [
        BatchIn { doc_id: "0".to_owned(), ..BatchIn::default() },
        BatchIn { doc_id: "5".to_owned(), ..BatchIn::default() },
    ] {
        assert_eq!(map::batch(&said).unwrap(), None);
    }
}

#[test]
fn goods_that_were_partly_refused_make_a_partial_delivery() {
    let code = |states: &[&str]| {
        let value = states
            .iter()
            .map(|state| wire::GoodsIn { state_name: (*state).to_owned(), ..Default::default() });
        let parameter = wire::ParameterIn { value: value.collect(), ..Default::default() };
        let event = wire::EventIn {
            event_number: "3305".to_owned(),
            event_date: "2026-11-22T10:00:00".to_owned(),
            parameter: vec![parameter],
            ..Default::default()
        };
        let said = BatchIn { event: vec![event], ..BatchIn::default() };
        let event = map::tracks(&said).unwrap().remove(0).events.remove(0);
        (event.code, event.meaning.and_then(|meaning| meaning.status))
    };
    let delivered = |status| Some(status);
    assert_eq!(code(&[]), ("3305".to_owned(), delivered(DeliveryStatus::Delivered)));
    assert_eq!(code(&["Выдан"]).1, delivered(DeliveryStatus::Delivered));
    let partly = code(&["Вручено", "Отказ получателя"]);
    assert_eq!(partly, ("3305.partial".to_owned(), delivered(DeliveryStatus::PartlyDelivered)));
    assert_eq!(code(&["Выдан", "Пересмотрено"]), ("3305.unclear".to_owned(), None));
}

/// The unified meaning of each code, by the sheet.
const MEANINGS: [(&[&str], Option<DeliveryStatus>); 14] = {
    use DeliveryStatus as S;
    [
        (&["NewOrderByClient", "1001", "1101", "1201", "1401", "1501"], Some(S::Created)),
        (&["NotDone", "1301", "2901"], Some(S::Cancelled)),
        (&["OnTerminalPickup", "1601"], Some(S::Accepted)),
        (
            &[
                "OnRoad",
                "OnTerminal",
                "OnTerminalDelivery",
                "Problem",
                "ReturnedFromDelivery",
                "1701",
                "1801",
                "1802",
                "2101",
                "2202",
                "2205",
                "2302",
                "2303",
                "2306",
                "2310",
                "2311",
                "2307",
                "2407",
                "2410",
                "2402",
                "2408",
                "2409",
                "2411",
            ],
            Some(S::InTransit),
        ),
        (&["2201", "OnTerminal.point", "OnTerminalDelivery.point"], Some(S::ArrivedAtPoint)),
        (&["Delivering", "2301", "2304", "3501", "3601"], Some(S::OutForDelivery)),
        (&["Delivered", "3304", "3305"], Some(S::Delivered)),
        (&["3304.partial", "3305.partial"], Some(S::PartlyDelivered)),
        (&["Lost", "Lost.return", "3303"], Some(S::Lost)),
        (
            &[
                "NewOrderByDPD",
                "NewOrderByClient.return",
                "NewOrderByDPD.return",
                "OnTerminalPickup.return",
                "OnRoad.return",
                "OnTerminal.return",
                "OnTerminalDelivery.return",
                "Delivering.return",
                "Problem.return",
                "ReturnedFromDelivery.return",
                "2102",
                "2203",
                "2204",
                "2305",
                "2309",
                "2404",
                "2405",
                "2406",
                "2416",
            ],
            Some(S::Returning),
        ),
        (&["Delivered.return", "3306"], Some(S::Returned)),
        (
            &[
                "1603", "1810", "1811", "2103", "2209", "2210", "2314", "2601", "2602", "2701",
                "2801", "2904", "3001", "3201", "3202", "3203", "3204", "3205", "3206", "3211",
                "3216", "3308", "3401", "3901", "4001", "4101",
            ],
            None,
        ),
        (&["2401", "2501", "3301", "3302", "3701", "NotDone.return"], None),
        (&["Delivered.by_events"], None),
    ]
};

#[test]
fn the_table_has_every_state_and_event_of_the_sheet() {
    let mut count = 0;
    for (codes, status) in MEANINGS {
        for code in codes {
            assert_eq!(map::STATUSES.meaning(code).unwrap().status, status, "{code}");
            count += 1;
        }
    }
    assert_eq!(map::STATUSES.codes().count(), count);
    let flag = |code: &str| map::STATUSES.meaning(code).unwrap().flag;
    for code in MEANINGS[11].0.iter().chain(MEANINGS[13].0) {
        assert_eq!(flag(code), Some(EventFlag::Info), "{code}");
    }
    for code in ["1101", "2307", "2401", "2407", "2501", "3301", "3302", "3701", "Problem"] {
        assert_eq!(flag(code), Some(EventFlag::Problem), "{code}");
    }
}

#[test]
fn accounts_are_read_strictly_and_say_nothing_of_the_key() {
    let said = |settings: Value, credentials: Value| {
        let account = Account { base_url: None, settings, credentials, time_max: None };
        connect(CODE, &account).err().map(|error| error.said())
    };
    let keys = serde_json::json!({ "client_number": 1, "client_key": "verysecret" });
    assert_eq!(said(Value::Null, keys.clone()), None);
    let problem = said(serde_json::json!({ "sender": "x" }), keys).unwrap();
    assert!(problem.contains("sender"), "{problem}");
    let wrong = serde_json::json!({ "client_number": "x", "client_key": "verysecret" });
    let problem = said(Value::Null, wrong).unwrap();
    assert!(!problem.contains("verysecret"), "{problem}");
}
