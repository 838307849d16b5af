//! Everything that is sent, field by field, as the specification has it.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, Method, Uri};
use serde_json::{Value, json};

use super::*;
use crate::carriers::model::{HandoverAsk, LabelAsk, ShipmentRef};
use crate::carriers::post::map::{self, Product, Target};
use crate::carriers::post::wire::{
    AuthorizationHeader, CleanAddress, CleanName, EventsAsk, EventsOf, Office, single,
};
use crate::carriers::registry::Account;
use crate::carriers::{Handovers, Labels, Points, Quoting, Shipping, TicketTracking, Tracking};

fn name() -> CleanName {
    let text = |text: &str| Some(text.to_owned());
    CleanName {
        surname: text("Иванов"),
        name: text("Иван"),
        middle_name: text("Иванович"),
        ..CleanName::default()
    }
}

fn address() -> Target {
    let text = |text: &str| Some(text.to_owned());
    Target::Address(Box::new(CleanAddress {
        address_type: text("DEFAULT"),
        index: text("644015"),
        region: text("обл Омская"),
        place: text("г Омск"),
        street: text("ул Суворова"),
        house: text("7"),
        room: text("12"),
        ..CleanAddress::default()
    }))
}

fn office(type_code: &str, index: &str) -> Target {
    let office = Office {
        postal_code: index.to_owned(),
        type_code: type_code.to_owned(),
        region: "Москва".to_owned(),
        settlement: "Москва".to_owned(),
        address_source: "ул Земляной Вал, 33".to_owned(),
        ..Office::default()
    };
    Target::at(office).unwrap()
}

fn order(ask: &ShipmentAsk, target: &Target) -> Value {
    let order = map::order_ask(ask, "109012", target, name(), 79_001_234_567).unwrap();
    serde_json::to_value(order).unwrap()
}

#[test]
fn an_order_with_cash_on_delivery_has_the_fields_of_the_schema() {
    let expected: Value = serde_json::from_str(include_str!("order.cod.json")).unwrap();
    assert_eq!(order(&parcel("W-000123"), &address()), expected);
}

#[test]
fn what_is_paid_has_neither_payment_nor_goods() {
    let mut ask = parcel("W-1");
    ask.items[0].cod_kopecks = Kopecks::new(0);
    ask.delivery_fee_kopecks = Kopecks::new(0);
    let paid = order(&ask, &address());
    assert_eq!(paid["mail-category"], "WITH_DECLARED_VALUE");
    for field in ["payment", "goods", "fiscal-data", "compulsory-payment", "ecom-data"] {
        assert!(paid.get(field).is_none(), "{field}");
    }
    ask.items[0].declared_kopecks = Kopecks::new(0);
    let plain = order(&ask, &address());
    assert_eq!(plain["mail-category"], "ORDINARY");
    assert!(plain.get("insr-value").is_none());
}

#[test]
fn a_locker_is_named_in_ecom_data_and_not_by_an_index() {
    let locker = order(&parcel("W-1"), &office("ПОЧТОМАТ", "910001"));
    assert_eq!(locker["mail-category"], "COMBINED_WITH_DECLARED_VALUE_AND_CASH_ON_DELIVERY");
    assert_eq!(
        locker["ecom-data"],
        json!({
            "delivery-point-index": "910001",
            "services": ["WITHOUT_SERVICE"],
            "identity-methods": ["WITHOUT_IDENTIFICATION"],
        })
    );
    assert!(locker.get("index-to").is_none());
    assert_eq!(locker["dimension-type"], "M");
    let mut ask = ShipmentAsk { tariff: "ECOM".to_owned(), ..parcel("W-1") };
    ask.buy_out = BuyOut::Partial;
    let ecom = order(&ask, &office("ПВЗ", "920001"));
    assert_eq!(ecom["mail-category"], "WITH_DECLARED_VALUE_AND_COMPULSORY_PAYMENT");
    assert_eq!((&ecom["compulsory-payment"], ecom.get("payment")), (&json!(230_000), None));
    assert_eq!(ecom["ecom-data"]["services"], json!(["PARTIAL_REDEMPTION"]));
}

#[test]
fn a_post_office_is_on_demand() {
    let demand = order(&parcel("W-1"), &office("ГОПС", "101000"));
    assert_eq!(demand["address-type-to"], "DEMAND");
    assert_eq!(demand["index-to"], 101_000);
    assert_eq!((&demand["street-to"], &demand["house-to"]), (&json!(""), &json!("")));
}

#[test]
fn marked_goods_stand_piece_by_piece() {
    let mut ask = parcel("W-1");
    ask.items[0].quantity = 3;
    let code = |serial: &str| format!("0104601234567893215{serial}\u{1d}91EE06\u{1d}92dGVzdA==");
    let (first, second) = (code("<b&/GHij0001"), code("<b&/GHij0002"));
    ask.items[0].marks = vec![first.clone(), second.clone()];
    ask.items[0].vat = VatRate::Exempt;
    let items = order(&ask, &address())["goods"]["items"].clone();
    let brief: Vec<Value> = items
        .as_array()
        .unwrap()
        .iter()
        .map(|item| json!([item.get("code"), item["quantity"], item["vat-rate"]]))
        .collect();
    assert_eq!(
        brief,
        [json!([first, 1, -1]), json!([second, 1, -1]), json!([null, 1, -1]), json!([null, 1, 22]),]
    );
    // As the bytes of the request have it: separators escaped, nothing else touched.
    let sent = items[0]["code"].to_string();
    let expected = r#""0104601234567893215<b&/GHij0001\u001d91EE06\u001d92dGVzdA==""#;
    assert_eq!(sent, expected);
}

#[test]
fn a_price_is_asked_for_in_grams_and_centimetres() {
    let ask = quote(DeliveryMode::Point, Spot::Door(novosibirsk()));
    let money = map::checked_money(ask.declared_kopecks, ask.cod_kopecks).unwrap();
    let asked = map::contract_ask(&ask, "109012", Product::OnlineParcel, money).unwrap();
    assert_eq!(
        serde_json::to_value(asked).unwrap(),
        json!({
            "index-from": "109012",
            "index-to": "630099",
            "mail-type": "ONLINE_PARCEL",
            "mail-category": "WITH_DECLARED_VALUE_AND_CASH_ON_DELIVERY",
            "mail-direct": 643,
            "mass": 1250,
            "declared-value": 345_000,
            "dimension": { "length": 30, "width": 20, "height": 12 },
            "dimension-type": "M",
            "transport-type": "SURFACE",
            "payment-method": "CASHLESS",
            "fragile": false,
        })
    );
    let query = map::public_query(&ask, "109012", Product::OnlineParcel, money).unwrap().unwrap();
    let expected = [
        ("json", "json"),
        ("object", "23040"),
        ("from", "109012"),
        ("to", "630099"),
        ("weight", "1250"),
        ("size", "30x20x12"),
        ("date", "20261123"),
        ("sumoc", "345000"),
        ("sumnp", "230000"),
    ];
    assert_eq!(query, expected.map(|(name, value)| (name, value.to_owned())));
}

/// One request as it came over the wire.
#[derive(Debug, Clone, PartialEq)]
struct Seen {
    line: String,
    authorization: String,
    user: String,
    media: String,
    body: String,
}

/// Writes down what comes and answers each path as the test says.
async fn recorder(answers: fn(&str) -> String) -> (String, Arc<Mutex<Vec<Seen>>>) {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&seen);
    let answer = async move |method: Method, uri: Uri, headers: HeaderMap, body: Bytes| {
        let header = |name: &str| {
            headers.get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
        };
        let line = format!("{method} {uri}");
        let reply = answers(&line);
        noted.lock().unwrap().push(Seen {
            line,
            authorization: header("authorization"),
            user: header("x-user-authorization"),
            media: header("content-type"),
            body: String::from_utf8(body.to_vec()).unwrap(),
        });
        reply
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = Router::new().fallback(answer);
    tokio::spawn(async move { axum::serve(listener, router).await });
    (format!("http://{address}/"), seen)
}

fn plain_account(url: String) -> Account {
    Account {
        base_url: Some(url),
        settings: json!({ "postoffice": "109012", "mail_types": ["ONLINE_PARCEL"] }),
        credentials: json!({
            "otpravka": { "token": "tok", "login": "me", "password": "secret" },
            "tracking": { "login": "T<1", "password": "a&b" },
        }),
        time_max: None,
    }
}

fn shipment() -> ShipmentRef {
    ShipmentRef {
        number: "W-1".to_owned(),
        id: "2319421774".to_owned(),
        track: "80093053624992".to_owned(),
        ..ShipmentRef::default()
    }
}

fn otpravka(line: &str) -> String {
    let answer = match line {
        "POST /1.0/clean/physical" => json!([
            { "id": "1", "surname": "Чужой", "name": "Чужой" },
            { "id": "0", "surname": "Иванов", "name": "Иван", "quality-code": "EDITED" },
        ]),
        "GET /postoffice/1.0/101000" => json!({
            "postal-code": "101000", "type-code": "ГОПС", "region": "Москва", "settlement": "Москва",
        }),
        "PUT /2.0/user/backlog" => json!({
            "orders": [{ "barcode": "80093053624992", "order-num": "W-1", "result-id": 2_319_421_774_i64 }],
        }),
        "POST /1.0/tariff" => json!({ "total-rate": 100, "total-vat": 22 }),
        "GET /1.0/shipment/search?query=W-1" => json!([]),
        "GET /1.0/backlog/search?query=W-1" => json!([
            { "id": 7, "order-num": "W-10" }, { "id": 2_319_421_774_i64, "order-num": "W-1" },
        ]),
        "DELETE /1.0/backlog" => json!({ "result-ids": [2_319_421_774_i64] }),
        _ if line.starts_with("POST /1.0/user/shipment") => json!({
            "batches": [{ "batch-name": "24", "batch-status": "CREATED" }],
            "result-ids": [2_319_421_774_i64],
        }),
        "GET /1.0/batch/24" => json!({ "batch-name": "24", "batch-status": "CREATED" }),
        _ if line.contains("checkin") => json!({ "f103-sent": true }),
        _ if line.contains("zip-all") => return "PK zip".to_owned(),
        _ => return "%PDF-1.4".to_owned(),
    };
    answer.to_string()
}

#[tokio::test]
async fn calls_go_where_the_specification_says() {
    let (url, seen) = recorder(otpravka).await;
    let post = Post::connect(&plain_account(url)).unwrap();
    let ask = to_point("W-1", "101000");
    post.quote(&quote(DeliveryMode::Point, Spot::Door(novosibirsk()))).await.unwrap();
    post.create(&ask).await.unwrap();
    post.label(&LabelAsk { shipment: shipment(), reference: None }).await.unwrap();
    let act = HandoverAsk {
        number: "M1".to_owned(),
        day: day(),
        from: ask.from.clone(),
        shipments: vec![shipment()],
        reference: None,
    };
    post.hand_over(&act).await.unwrap();
    post.cancel(&shipment()).await.unwrap();
    let seen = seen.lock().unwrap().clone();
    let lines: Vec<&str> = seen.iter().map(|seen| seen.line.as_str()).collect();
    assert_eq!(
        lines,
        [
            "POST /1.0/tariff",
            "GET /postoffice/1.0/101000",
            "POST /1.0/clean/physical",
            "PUT /2.0/user/backlog",
            "GET /1.0/shipment/search?query=W-1",
            "GET /1.0/backlog/search?query=W-1",
            "GET /1.0/forms/backlog/2319421774/forms?print-type=THERMO",
            "POST /1.0/user/shipment?sending-date=2026-11-23&timezone-offset=10800\
         &use-online-balance=false",
            "GET /1.0/batch/24",
            "POST /1.0/batch/24/checkin?useOnlineBalance=false",
            "GET /1.0/forms/24/f103pdf",
            "GET /1.0/forms/24/zip-all?print-type=THERMO&print-type-form=ONE_SIDED",
            "GET /1.0/shipment/search?query=W-1",
            "GET /1.0/backlog/search?query=W-1",
            "DELETE /1.0/backlog",
        ]
    );
    for seen in &seen {
        assert_eq!(seen.authorization, "AccessToken tok");
        assert_eq!(seen.user, "Basic bWU6c2VjcmV0");
        assert_eq!(seen.media, "application/json;charset=UTF-8", "{}", seen.line);
    }
    let body = |at: usize| serde_json::from_str::<Value>(&seen[at].body).unwrap();
    assert_eq!(body(2), json!([{ "id": "0", "original-fio": "Иванов Иван Иванович" }]));
    assert_eq!(body(3)[0]["order-num"], "W-1");
    assert_eq!(body(3)[0]["surname"], "Иванов", "answers are matched by id");
    assert_eq!(body(7), json!([2_319_421_774_i64]));
    assert_eq!(body(14), json!([2_319_421_774_i64]), "only the order of this very number");
}

#[tokio::test]
async fn cleaning_and_points_go_where_the_specification_says() {
    let (url, seen) = recorder(|_| "[]".to_owned()).await;
    let post = Post::connect(&plain_account(url)).unwrap();
    assert!(post.create(&parcel("W-1")).await.is_err(), "nothing was cleaned");
    let mut ask = to_point("W-1", "");
    ask.to = Spot::Door(novosibirsk());
    ask.recipient.phone = "тел. 900".to_owned();
    assert!(post.create(&ask).await.is_err());
    assert!(Points::points(&post, Some("APS")).await.is_err());
    let seen = seen.lock().unwrap().clone();
    assert_eq!(seen[0].line, "POST /1.0/clean/address");
    assert_eq!(
        serde_json::from_str::<Value>(&seen[0].body).unwrap(),
        json!([{
            "id": "0",
            "original-address":
                "630099, Новосибирская область, Новосибирск, ул Советская, 33, кв 5",
        }])
    );
    assert_eq!(seen.last().unwrap().line, "GET /1.0/unloading-passport/zip?type=APS");
}

/// Both requests of SOAP, with their namespaces, secrets escaped.
#[tokio::test]
async fn tracking_is_asked_in_the_envelopes_of_its_two_services() {
    let (url, seen) = recorder(|_| String::new()).await;
    let post = Post::connect(&plain_account(url)).unwrap();
    assert!(post.track(&[shipment()]).await.is_err());
    assert!(post.ask(&[shipment()]).await.is_err());
    assert!(post.collect("20261122T", &[shipment()]).await.is_err());
    let seen = seen.lock().unwrap().clone();
    assert_eq!(
        (seen[0].line.as_str(), seen[0].media.as_str()),
        ("POST /rtm34", "application/soap+xml; charset=utf-8")
    );
    assert_eq!(
        seen[0].body,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\
         <soap:Envelope xmlns:soap=\"http://www.w3.org/2003/05/soap-envelope\" \
         xmlns:oper=\"http://russianpost.org/operationhistory\" \
         xmlns:data=\"http://russianpost.org/operationhistory/data\" \
         xmlns:esp=\"http://www.russianpost.org/RTM/DataExchangeESPP/Data\">\
         <soap:Body><oper:getOperationHistory><data:OperationHistoryRequest>\
         <data:Barcode>80093053624992</data:Barcode><data:MessageType>0</data:MessageType>\
         <data:Language>RUS</data:Language></data:OperationHistoryRequest>\
         <data:AuthorizationHeader><data:login>T&lt;1</data:login>\
         <data:password>a&amp;b</data:password></data:AuthorizationHeader>\
         </oper:getOperationHistory></soap:Body></soap:Envelope>"
    );
    assert_eq!(
        (seen[1].line.as_str(), seen[1].media.as_str()),
        ("POST /fc", "text/xml; charset=utf-8")
    );
    let fc = |call: &str| {
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\
             <soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\" \
             xmlns:pos=\"http://fclient.russianpost.org/postserver\" \
             xmlns:fcl=\"http://fclient.russianpost.org\"><soap:Body>{call}\
             </soap:Body></soap:Envelope>"
        )
    };
    assert_eq!(
        seen[1].body,
        fc("<pos:ticketRequest><request><fcl:Item Barcode=\"80093053624992\"/></request>\
            <login>T&lt;1</login><password>a&amp;b</password><language>RUS</language>\
            </pos:ticketRequest>")
    );
    assert_eq!(
        seen[2].body,
        fc("<pos:answerByTicketRequest><ticket>20261122T</ticket><login>T&lt;1</login>\
            <password>a&amp;b</password></pos:answerByTicketRequest>")
    );
}

#[test]
fn money_transfers_are_asked_for_by_attributes() {
    let ask = EventsAsk {
        keys: AuthorizationHeader { login: "T", password: "p" },
        input: EventsOf { barcode: "80093053624992", language: "RUS" },
    };
    let operation = single("", "oper:PostalOrderEventsForMail");
    let xml = crate::carriers::soap::envelope(operation, &ask).unwrap();
    assert!(
        xml.contains(
            "<oper:PostalOrderEventsForMail><data:AuthorizationHeader><data:login>T</data:login>\
             <data:password>p</data:password></data:AuthorizationHeader>\
             <esp:PostalOrderEventsForMailInput Barcode=\"80093053624992\" Language=\"RUS\"/>\
             </oper:PostalOrderEventsForMail>"
        ),
        "{xml}"
    );
}
