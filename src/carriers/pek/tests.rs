mod invoices;

use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::map::{STATUSES, Title, events, price_body, quotes, submit_body, submitted};
use super::wire::{CargoHistory, Prices, StatusInfo, Statuses};
use super::*;
use crate::carriers::conformance::{Setup, Stage};
use crate::carriers::model::{
    Address, Answers, BuyOut, Contact, DeliveryStatus, EventFlag, Goal, Item, Package, Party,
    Seller, TrackEvent, VatRate,
};
use crate::sandbox::carriers::pek::{PekStandIn, account};
use crate::sandbox::carriers::{BadManner, StandIn, Step};
use crate::units::{Grams, Kopecks};

const SAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/carriers/samples/pek/");
const MOSCOW: &str = "5e2ba5d2-6a0f-11e3-9f3e-00155d668909";
const KAZAN: &str = "5e2ba5d2-6a0f-11e3-9f3e-00155d668913";
/// A code as scanned, and as the carrier wants it.
const MARK: &str = "0104600000000015215abcDEFghij123\u{1d}91EE06\u{1d}92dGVzdA==";
const MARK_TOLD: &str = "0104600000000015215abcDEFghij123%1D91EE06%1D92dGVzdA%3D%3D";

fn sample(name: &str) -> Value {
    let path = format!("{SAMPLES}{name}");
    let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_slice(&bytes).unwrap()
}

fn kazan() -> Address {
    Address {
        region: "Татарстан Респ".to_owned(),
        city: "г Казань".to_owned(),
        line: "ул Баумана, д 1, кв 5".to_owned(),
        ..Address::default()
    }
}

fn point(code: &str, city: &str) -> Spot {
    let address = Address { city: city.to_owned(), ..Address::default() };
    Spot::Point { code: code.to_owned(), address }
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
        declared_kopecks: Kopecks::new(1_500_000),
        cod_kopecks: Kopecks::ZERO,
        buy_out: BuyOut::Whole,
        day: "2026-11-25".parse().unwrap(),
    }
}

/// From a warehouse in Moscow to a door in Kazan, paid on receipt.
fn ask(number: &str) -> ShipmentAsk {
    let contact = |name: &str, phone: &str| Contact {
        name: name.to_owned(),
        phone: phone.to_owned(),
        email: String::new(),
    };
    ShipmentAsk {
        number: number.to_owned(),
        tariff: "12".to_owned(),
        sender: Party {
            company: "РОМАШКА".to_owned(),
            inn: "7707083893".to_owned(),
            kpp: "770701001".to_owned(),
            contact: contact("Иванов Иван", "+74951234567"),
        },
        from: point(MOSCOW, "Москва"),
        recipient: contact("Петров Пётр Петрович", "8 916 123-45-67"),
        to: Spot::Door(kazan()),
        seller: Seller {
            name: "ИП Сидоров".to_owned(),
            inn: "500100732259".to_owned(),
            phone: "+79031234567".to_owned(),
        },
        package: package("FF0000000451"),
        items: vec![Item {
            article: "KR-42".to_owned(),
            name: "Кроссовки 42".to_owned(),
            quantity: 1,
            weight_g: Grams::new(1_900),
            declared_kopecks: Kopecks::new(329_000),
            cod_kopecks: Kopecks::new(329_000),
            vat: VatRate::Exempt,
            marks: vec![MARK.to_owned()],
            is_marked: true,
        }],
        delivery_fee_kopecks: Kopecks::new(30_000),
        delivery_fee_vat: VatRate::TwentyTwo,
        buy_out: BuyOut::Whole,
        day: "2026-11-25".parse().unwrap(),
        comment: "домофон 5".to_owned(),
    }
}

fn ask_to_warehouse(number: &str) -> ShipmentAsk {
    ShipmentAsk { to: point(KAZAN, "Казань"), tariff: "3".to_owned(), ..ask(number) }
}

fn ask_from_door(number: &str) -> ShipmentAsk {
    let address = Address {
        city: "г Москва".into(), line: "ул Складская, д 1".into(), ..kazan()
    };
    ShipmentAsk { from: Spot::Door(address), ..ask(number) }
}

fn settings() -> Settings {
    serde_json::from_value(account("").settings).unwrap()
}

async fn stage() -> Stage<Pek, PekStandIn> {
    Stage::start(PekStandIn::new(), |url| {
        let mut account = account(url);
        account.time_max = Some(Duration::from_millis(400));
        Pek::connect(&account).unwrap()
    })
    .await
}

fn statuses(events: &[TrackEvent]) -> Vec<DeliveryStatus> {
    events.iter().filter_map(|event| event.meaning?.status).collect()
}

#[test]
fn the_calculator_is_asked_as_the_sheet_says() {
    let ask = quote_ask(
        point(MOSCOW, "Москва"),
        Spot::Door(Address { line: "ул Баумана, д 1".to_owned(), ..kazan() }),
    );
    let body = serde_json::to_value(price_body(&ask, &ask.to, &[3, 1]).unwrap()).unwrap();
    let mut wanted = sample("calculateprice_request.json");
    // A parcel is one place, and coordinates are not needed beside an address.
    wanted["cargos"].as_array_mut().unwrap().remove(0);
    wanted["delivery"].as_object_mut().unwrap().remove("coordinates");
    wanted["isInsurancePrice"] = json!(15_000);
    assert_eq!(body, wanted);
    let ask = quote_ask(Spot::Door(kazan()), point(KAZAN, "Казань"));
    let body = serde_json::to_value(price_body(&ask, &ask.to, &[3]).unwrap()).unwrap();
    assert_eq!(body["receiverWarehouseId"], KAZAN);
    assert_eq!(body["pickupServices"]["floor"], 0);
    assert_eq!((body.get("senderWarehouseId"), body.get("delivery")), (None, None));
}

#[test]
fn an_order_is_told_as_the_sheet_says() {
    let body = submit_body(&ask("SHOP-100045"), &settings()).unwrap();
    let body = serde_json::to_value(&body).unwrap();
    let mut wanted = sample("preregistration_submit_request_cod.json");
    // We have one number of our own, no extensions, and leave the day of the delivery to the carrier.
    let cargo = &mut wanted["cargos"][0];
    cargo["common"]["customerCorrelation"] = json!("SHOP-100045");
    cargo["receiver"]["person"] = json!("Петров Пётр Петрович");
    cargo["services"]["delivery"].as_object_mut().unwrap().remove("dateOfDelivery");
    let whole = ["actualCostPerUnit", "actualCostTotal", "sumPerUnit", "sumTotal"];
    for name in whole {
        let line = "/services/cashOnDelivery/specification/specifications/0";
        cargo.pointer_mut(line).unwrap()[name] = json!(3_290);
    }
    cargo["services"]["insurance"]["cost"] = json!(3_290);
    cargo["services"]["cashOnDelivery"]["actualCost"] = json!(3_290);
    cargo["services"]["cashOnDelivery"]["cashOnDeliverySum"] = json!(3_590);
    cargo["services"]["cashOnDelivery"]["sellerServices"][0]["sumIncludingVAT"] = json!(300);
    cargo["services"]["cashOnDelivery"]["sellerPhone"] = json!("+79031234567");
    let phone = &mut wanted["sender"]["personPhones"][0];
    phone.as_object_mut().unwrap().remove("additional");
    assert_eq!(body, wanted);
    let line = "/cargos/0/services/cashOnDelivery/specification/specifications/0/markingCode";
    assert_eq!(body.pointer(line).unwrap(), MARK_TOLD);
}

#[test]
fn sides_are_rounded_up_to_centimetres() {
    let mut ask = ask("P-1");
    ask.package.length_mm = 1_871;
    ask.package.height_mm = 1;
    let body = serde_json::to_value(submit_body(&ask, &settings()).unwrap()).unwrap();
    let common = &body["cargos"][0]["common"];
    assert_eq!((&common["length"], &common["height"]), (&json!(1.88), &json!(0.01)));
    assert_eq!(common["volume"], json!(0.01));
}

#[test]
fn what_the_carrier_would_refuse_is_named() {
    let field = |change: fn(&mut ShipmentAsk)| {
        let mut ask = ask("P-1");
        change(&mut ask);
        match submit_body(&ask, &settings()) {
            Err(CarrierError::NotSayable { field, .. }) => field,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(field(|ask| ask.recipient.phone = "12".into()), "recipient.phone");
    assert_eq!(field(|ask| ask.to = point("108", "Казань")), "to");
    assert_eq!(field(|ask| ask.sender.inn = "77".into()), "sender.inn");
    assert_eq!(field(|ask| ask.items[0].vat = VatRate::Zero), "items.vat");
    assert_eq!(field(|ask| ask.items[0].quantity = 2), "items.marks");
    assert_eq!(field(|ask| ask.seller.inn.clear()), "seller.inn");
    assert_eq!(field(|ask| ask.buy_out = BuyOut::Partial), "buy_out");
    assert_eq!(field(|ask| ask.tariff = "auto".into()), "tariff");
    assert_eq!(field(|ask| ask.package.width_mm = 0), "package");
    let settings = Settings { marked_group: None, ..settings() };
    let refused = submit_body(&ask("P-1"), &settings).unwrap_err();
    assert!(refused.to_string().contains("items.marks"), "{refused}");
}

#[test]
fn a_price_is_the_sum_of_all_nodes_and_tariffs_with_errors_are_no_offers() {
    let said: Prices = serde_json::from_value(sample("calculateprice_response.json")).unwrap();
    let ask = quote_ask(point(MOSCOW, "Москва"), Spot::Door(kazan()));
    let offers = quotes(&said, &ask, &ask.to).unwrap();
    assert_eq!(offers.len(), 1);
    assert_eq!((offers[0].tariff.as_str(), offers[0].price_kopecks.get()), ("3", 189_340));
    let lines: Vec<i64> = offers[0].lines.iter().map(|line| line.price_kopecks.get()).collect();
    assert_eq!(lines, [98_000, 11_000, 75_000, 5_340]);
    assert_eq!((offers[0].days_min, offers[0].days_max), (Some(3), Some(4)));
    let to_point = quote_ask(point(MOSCOW, "Москва"), point(KAZAN, "Казань"));
    let offers = quotes(&said, &to_point, &to_point.to).unwrap();
    assert_eq!((offers[0].days_min, offers[0].days_max), (Some(2), Some(3)));
    let wrong =
        Prices { has_error: true, error_message: Some("нет".into()), ..Prices::default() };
    assert!(matches!(quotes(&wrong, &ask, &ask.to), Err(CarrierError::Refused { .. })));
}

#[test]
fn the_answer_to_an_order_names_code_and_bar_code() {
    let said = serde_json::from_value(sample("preregistration_submit_response.json")).unwrap();
    let Some(Registration::Registered(known)) = submitted(said, &ask("P-1")) else {
        panic!("it is registered")
    };
    assert_eq!(known.reference.track, "МВКБАЗАРМ-1/2511");
    assert_eq!(known.reference.id, "2900112233446");
}

#[test]
fn samples_of_statuses_are_read() {
    let said: Statuses =
        serde_json::from_value(sample("cargos_basicstatus_response.json")).unwrap();
    let found = registration(&said.cargos[0], "МВКБАЗАРМ-1/2511", &ShipmentRef::default());
    let Registration::Registered(known) = found else { panic!("{found:?}") };
    assert_eq!(known.reference.id, "2900112233446");
    let told: Vec<CargoHistory> =
        serde_json::from_value(sample("cargos_statusfullhistory_response.json")).unwrap();
    let told = events(&told[0].statuses, &StatusInfo::default(), None);
    let codes: Vec<&str> = told.iter().map(|event| event.code.as_str()).collect();
    assert_eq!(codes, ["оформлен", "в пути", "прибыл", "прибыл.отменено"]);
    assert_eq!(
        told[0].at.to_string(),
        "2026-11-25T10:05:00.000000Z",
        "Moscow is three hours ahead"
    );
    let annulment = told[3].meaning.unwrap();
    assert_eq!((annulment.status, annulment.flag), (None, Some(EventFlag::Annuls)));
}

fn rows(rows: &[(&str, bool)]) -> Vec<Value> {
    let row = |(hour, (name, is_cancel)): (usize, &(&str, bool))| {
        let date = format!("2026-11-25T{hour:02}:00:00");
        json!({ "name": name, "date": date, "isCancel": is_cancel })
    };
    rows.iter().enumerate().map(row).collect()
}

#[test]
fn the_annulment_of_a_title_in_no_table_takes_nothing_back() {
    let rows = rows(&[("В пути", false), ("Телепортирован", true), ("Прибыл", true)]);
    let told = events(&rows, &StatusInfo::default(), None);
    let annulments: Vec<&str> = told
        .iter()
        .filter(|event| event.meaning.and_then(|known| known.flag) == Some(EventFlag::Annuls))
        .map(|event| event.code.as_str())
        .collect();
    assert_eq!(annulments, ["прибыл.отменено"]);
}

#[test]
fn whether_a_branch_is_the_end_is_said_by_what_was_asked_and_else_by_the_last_mile() {
    use DeliveryStatus::{ArrivedAtPoint, InTransit};
    let planned = |day: Option<&str>| StatusInfo {
        delivery_plan_date: day.map(str::to_owned),
        ..StatusInfo::default()
    };
    let arrived = |goal: Option<Goal>, day: Option<&str>| {
        statuses(&events(&rows(&[("Прибыл", false)]), &planned(day), goal.as_ref()))
    };
    let (day, point) = (Some("2026-11-25T09:00:00"), Goal::Point(KAZAN.to_owned()));
    assert_eq!(arrived(Some(Goal::Door), None), [InTransit], "no day is planned yet");
    assert_eq!(arrived(Some(point), day), [ArrivedAtPoint]);
    assert_eq!((arrived(None, day), arrived(None, None)), (vec![InTransit], vec![ArrivedAtPoint]));
}

#[test]
fn every_title_of_the_sheet_has_its_meaning() {
    use DeliveryStatus::{
        Accepted, ArrivedAtPoint, Cancelled, Created, Delivered, InTransit, Lost, OutForDelivery,
        PartlyDelivered, Returned, Returning,
    };
    for (title, status) in [
        ("Аннулировано до приемки груза", Cancelled),
        ("Аннулировано до приёмки груза", Cancelled),
        ("Заявка на забор зарегистрирована", Created),
        ("Ожидается передача груза от отправителя", Created),
        ("Принят на ПВЗ", Accepted),
        ("Принят к перевозке", Accepted),
        ("Оформлен", Accepted),
        ("В пути", InTransit),
        ("В пути на терминал", InTransit),
        ("Прибыл частично", InTransit),
        ("Разгружается. Ожидайте оповещения", InTransit),
        ("Прибыл", ArrivedAtPoint),
        ("Выполняется адресная доставка", OutForDelivery),
        ("Выдан получателю", Delivered),
        ("Доставлен получателю", Delivered),
        ("Выдан ( мест 3 из 3 )", Delivered),
        ("Выдан ( мест 2 из 3 )", PartlyDelivered),
        ("Отправлен на возврат", Returning),
        ("Возвращен отправителю", Returned),
        ("Возврат груза отправителю", Returned),
        ("Утилизирован", Lost),
        ("Изъят на таможне", Lost),
    ] {
        let meaning = STATUSES.meaning(&Title::of(title).0);
        assert_eq!(meaning.and_then(|meaning| meaning.status), Some(status), "{title}");
    }
    assert_eq!(STATUSES.meaning(&Title::of("Телепортирован").0), None);
}

#[tokio::test]
async fn it_does_what_every_carrier_must() {
    let stage = stage().await;
    let setup = Setup {
        carrier: &stage.carrier,
        standing: &stage.standing,
        quote: quote_ask(point(MOSCOW, "Москва"), point("", "Казань")),
        ask,
        create: "/preregistration/submit/",
        cancel: "/order/cancellation/",
        hand_over: &[],
    };
    setup.holds().await;
}

#[tokio::test]
async fn a_validation_error_with_http_200_names_its_fields() {
    let stage = stage().await;
    for manner in [BadManner::ClosedPoint, BadManner::TariffGone] {
        stage.misbehave(manner);
        let refused = stage.carrier.create(&ask_to_warehouse("P-1")).await;
        let Err(CarrierError::Refused { reasons, .. }) = refused else { panic!("{refused:?}") };
        assert!(reasons[0].code.starts_with("cargos[0]."), "{reasons:?}");
        assert!(!reasons[0].text.is_empty());
        stage.stand_in.manners().behave();
    }
    assert!(stage.stand_in.held().is_empty());
}

#[tokio::test]
async fn the_sample_of_a_validation_error_is_a_refusal() {
    let error = sample("validation_error_http200.json").to_string();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut asked = [0; 4_096];
        let _ = stream.read(&mut asked).await.unwrap();
        let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close";
        let answer = format!("{head}\r\ncontent-length: {}\r\n\r\n{error}", error.len());
        stream.write_all(answer.as_bytes()).await.unwrap();
    });
    let carrier = Pek::connect(&account(url)).unwrap();
    let ask = quote_ask(point(MOSCOW, "Москва"), point(KAZAN, "Казань"));
    let refused = carrier.quote(&ask).await;
    let Err(CarrierError::Refused { reasons, .. }) = refused else { panic!("{refused:?}") };
    let keys: Vec<&str> = reasons.iter().map(|reason| reason.code.as_str()).collect();
    assert_eq!(keys, ["plannedDateTime", "types[1]"]);
}

#[tokio::test]
async fn without_a_day_an_unknown_order_cannot_be_looked_for() {
    let stage = stage().await;
    let shipment = ShipmentRef { number: "P-1".into(), ..ShipmentRef::default() };
    let refused = stage.carrier.find(&shipment).await.unwrap_err();
    assert!(matches!(refused, CarrierError::NotSayable { field: "day", .. }), "{refused}");
    let known = stage.created(&ask("P-1")).await;
    let known = ShipmentRef { day: None, ..known };
    assert!(stage.carrier.find(&known).await.unwrap().is_some(), "by the code of the cargo");
}

#[tokio::test]
async fn an_order_that_was_made_days_after_the_first_attempt_is_found() {
    let stage = stage().await;
    let late = ShipmentAsk { day: "2026-12-21".parse().unwrap(), ..ask("P-1") };
    stage.created(&late).await;
    let first_day = Some("2026-11-25".parse().unwrap());
    let shipment = ShipmentRef { number: "P-1".into(), day: first_day, ..ShipmentRef::default() };
    let found = stage.carrier.find(&shipment).await.unwrap();
    assert!(matches!(found, Some(Registration::Registered(_))), "{found:?}");
}

#[tokio::test]
async fn a_taken_order_that_nothing_tells_yet_is_never_made_again() {
    let stage = stage().await;
    let shipment = ShipmentRef {
        number: "P-1".into(),
        track: "МВКБАЗАРМ-77/2511".into(),
        day: Some("2026-11-25".parse().unwrap()),
        ..ShipmentRef::default()
    };
    let found = stage.carrier.find(&shipment).await.unwrap();
    assert_eq!(found, Some(Registration::Pending(shipment)));
}

#[tokio::test]
async fn what_is_with_the_carrier_is_not_cancelled() {
    let stage = stage().await;
    let fetched = stage.created(&ask_from_door("P-1")).await;
    stage.carrier.cancel(&fetched).await.unwrap();
    assert!(stage.stand_in.held()[0].is_cancelled);
    let shipment = stage.created(&ask("P-2")).await;
    stage.go("P-2", &[Step::Accept]);
    let refused = stage.carrier.cancel(&shipment).await.unwrap_err();
    assert_eq!(refused.said(), "Груз уже принят");
}

#[tokio::test]
async fn the_code_changes_at_acceptance_and_the_cargo_is_still_known() {
    use DeliveryStatus::{Accepted, ArrivedAtPoint, Created, Delivered, InTransit};
    let stage = stage().await;
    let shipment = stage.created(&ask_to_warehouse("P-1")).await;
    stage.go("P-1", &Step::WAY);
    let tracks = stage.carrier.track(std::slice::from_ref(&shipment)).await.unwrap();
    assert_ne!(tracks[0].reference.track, shipment.track);
    assert_eq!(tracks[0].reference.id, shipment.id);
    let way = [Created, Accepted, InTransit, ArrivedAtPoint, Delivered];
    assert_eq!(statuses(&tracks[0].events), way);
}

#[tokio::test]
async fn a_way_to_a_door_and_back_is_told_as_such() {
    use DeliveryStatus::{Accepted, Created, InTransit, Lost, OutForDelivery, Returned, Returning};
    let stage = stage().await;
    let shipment = stage.created(&ask("P-1")).await;
    let there = [Step::Accept, Step::Transit, Step::Arrive, Step::OutForDelivery];
    stage.go("P-1", &there);
    stage.go("P-1", &[Step::Return, Step::Transit, Step::Arrive, Step::Returned]);
    assert_eq!(
        statuses(&stage.told(&shipment).await),
        [
            Created,
            Accepted,
            InTransit,
            InTransit,
            OutForDelivery,
            Returning,
            Returning,
            Returning,
            Returned
        ]
    );
    let shipment = stage.created(&ask("P-2")).await;
    stage.go("P-2", &[Step::Accept, Step::Lose]);
    assert_eq!(statuses(&stage.told(&shipment).await).last(), Some(&Lost));
}

#[tokio::test]
async fn a_row_that_was_taken_back_is_annulled_whether_it_was_heard_before_or_not() {
    let stage = stage().await;
    let shipment = stage.created(&ask_to_warehouse("P-1")).await;
    stage.go("P-1", &[Step::Accept, Step::Transit, Step::Arrive]);
    let before = stage.told(&shipment).await;
    stage.stand_in.take_back("P-1");
    let after = stage.told(&shipment).await;
    assert_eq!(after.len(), before.len() + 1);
    let told = |event: &TrackEvent| (event.code.clone(), event.at);
    assert_eq!(told(&after[before.len() - 1]), told(before.last().unwrap()));
    let annulment = after.last().unwrap();
    assert_eq!(annulment.meaning.unwrap().flag, Some(EventFlag::Annuls));
}

#[tokio::test]
async fn events_are_told_once_and_in_order_whatever_the_carrier_does() {
    let stage = stage().await;
    let shipment = stage.created(&ask("P-1")).await;
    stage.go("P-1", &Step::WAY);
    let orderly = stage.told(&shipment).await;
    let plain = |events: &[TrackEvent]| {
        events.iter().map(|event| (event.code.clone(), event.at)).collect::<Vec<_>>()
    };
    for manner in [BadManner::DuplicateEvents, BadManner::DisorderedEvents] {
        stage.misbehave(manner);
        assert_eq!(plain(&stage.told(&shipment).await), plain(&orderly), "{manner}");
        stage.stand_in.manners().behave();
    }
    stage.misbehave(BadManner::UnknownCode);
    let strange = stage.told(&shipment).await;
    let last = strange.last().unwrap();
    assert_eq!((last.code.as_str(), last.meaning), ("телепортирован", None));
}

#[tokio::test]
async fn warehouses_are_told_with_their_limits() {
    let stage = stage().await;
    let page = Points::points(&stage.carrier, None).await.unwrap();
    assert_eq!((page.points.len(), page.next), (9, None));
    let point = |name: &str| page.points.iter().find(|point| point.name == name).unwrap();
    let small = point("Санкт-Петербург ПВЗ Невский");
    assert_eq!(small.limits.weight_max_g, Some(Grams::new(10_000)));
    assert_eq!(small.limits.longest_max_mm, Some(600));
    assert_eq!((small.cash, small.hands_out), (Answers::Unknown, Answers::Yes));
    assert!(small.hours.starts_with("пн 09:00-20:00; вт"), "{}", small.hours);
    assert_eq!(point("Казань, только приём").hands_out, Answers::No);
    assert_eq!(point("Казань").limits.weight_max_g, None, "zero is no limit");
    stage.misbehave(BadManner::ClosedPoint);
    let page = Points::points(&stage.carrier, None).await.unwrap();
    assert!(page.points.iter().all(|point| point.code != KAZAN));
}

#[tokio::test]
async fn all_tariffs_are_offered_where_they_go() {
    let stage = stage().await;
    let offers = async |city: &str| {
        let ask = quote_ask(point(MOSCOW, "Москва"), point("", city));
        let offers = stage.carrier.quote(&ask).await.unwrap();
        offers.into_iter().map(|offer| offer.tariff).collect::<Vec<_>>()
    };
    assert_eq!(offers("Казань").await, ["3"]);
    assert_eq!(offers("Новосибирск").await, ["3", "1"]);
    assert!(offers("Норильск").await.is_empty());
}

#[test]
fn a_wrong_account_names_its_field() {
    let problem = |change: fn(&mut Account)| {
        let mut account = account("http://127.0.0.1:1");
        change(&mut account);
        match Pek::connect(&account) {
            Err(CarrierError::Account { problem, .. }) => problem,
            _ => panic!("it is accepted"),
        }
    };
    assert!(problem(|account| account.settings["goods"] = json!("x")).contains("goods"));
    assert!(problem(|account| account.settings = json!({})).contains("legal_form"));
    let of_nobody = |account: &mut Account| account.settings["invoices"] = json!({});
    assert!(problem(of_nobody).contains("branch_id"));
    assert!(problem(|account| account.credentials = json!({ "login": "x" })).contains("key"));
}
