use serde_json::{Value, json};

use super::*;
use crate::carriers::conformance::without_a_line;
use crate::carriers::model::{Address, BuyOut, Contact, Package, Party, Seller, VatRate};
use crate::carriers::registry::connect;
use crate::units::Grams;

fn account(settings: Value) -> Account {
    Account { base_url: None, settings, credentials: json!({}), time_max: None }
}

fn zones() -> Value {
    json!({ "zones": [
        { "name": "Город", "cities": ["Тверь", "г. Орёл"], "price_kopecks": 25_000, "days": 1 },
        { "name": "Область", "cities": ["Ржев"], "price_kopecks": 40_050, "days": 3 },
    ]})
}

fn door(city: &str) -> Spot {
    let line = "ул Советская, д 1".to_owned();
    Spot::Door(Address { city: city.to_owned(), line, ..Address::default() })
}

fn package() -> Package {
    let weight_g = Grams::new(1_000);
    let number = "P-000001".to_owned();
    Package { number, weight_g, length_mm: 200, width_mm: 150, height_mm: 100 }
}

fn quote(to: Spot, mode: DeliveryMode) -> QuoteAsk {
    QuoteAsk {
        from: door("Тверь"),
        to,
        mode,
        package: package(),
        declared_kopecks: Kopecks::new(100_000),
        cod_kopecks: Kopecks::new(100_000),
        buy_out: BuyOut::Whole,
        day: "2026-11-25".parse().unwrap(),
    }
}

fn ask(to: Spot) -> ShipmentAsk {
    ShipmentAsk {
        number: "P-000001".to_owned(),
        tariff: "Город".to_owned(),
        sender: Party::default(),
        from: door("Тверь"),
        recipient: Contact::default(),
        to,
        seller: Seller::default(),
        package: package(),
        items: Vec::new(),
        delivery_fee_kopecks: Kopecks::ZERO,
        delivery_fee_vat: VatRate::Exempt,
        buy_out: BuyOut::Whole,
        day: "2026-11-25".parse().unwrap(),
        comment: String::new(),
    }
}

#[tokio::test]
async fn it_does_what_every_carrier_must_that_nobody_talks_to() {
    for settings in [zones(), json!({})] {
        let carrier = connect(CODE, &account(settings)).unwrap();
        let quote = quote(door("Орел"), DeliveryMode::Door);
        without_a_line(carrier.as_ref(), &quote, &ask(door("Орел"))).await;
        assert_eq!((carrier.code(), carrier.name()), ("own", NAME));
        assert!(carrier.manifests().is_some() && carrier.labels().is_none());
    }
}

#[tokio::test]
async fn a_price_is_that_of_the_zone_of_the_city_and_there_is_none_without_one() {
    let own = Own::new(&account(zones())).unwrap();
    let offers = async |city: &str, mode| -> Vec<(String, i64, Option<i64>)> {
        let quotes = Quoting::quote(&own, &quote(door(city), mode)).await.unwrap();
        let told = |quote: Quote| (quote.tariff, quote.price_kopecks.get(), quote.days_max);
        quotes.into_iter().map(told).collect()
    };
    let town = [("Город".to_owned(), 25_000, Some(1))];
    assert_eq!(offers("г. Тверь", DeliveryMode::Door).await, town);
    assert_eq!(offers("ОРЕЛ", DeliveryMode::Door).await, town);
    assert_eq!(offers("Ржев", DeliveryMode::Door).await, [("Область".to_owned(), 40_050, Some(3))]);
    assert!(offers("Москва", DeliveryMode::Door).await.is_empty());
    assert!(offers("Тверь", DeliveryMode::Point).await.is_empty(), "they go to doors");
    assert!(Own::new(&account(json!({}))).unwrap().quoting().is_none());
}

#[tokio::test]
async fn couriers_go_to_doors() {
    let own = Own::new(&account(json!({}))).unwrap();
    let point = Spot::Point { code: "X1".to_owned(), address: Address::default() };
    for to in [point, Spot::Door(Address::default())] {
        let refused = own.create(&ask(to)).await;
        assert!(
            matches!(refused, Err(CarrierError::NotSayable { field: "to", .. })),
            "{refused:?}"
        );
    }
}

#[test]
fn what_is_wrong_with_the_description_is_named() {
    let zone = |change: Value| {
        let mut zone = zones()["zones"][0].clone();
        zone.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        json!({ "zones": [zone] })
    };
    let twice = json!({ "zones": [zones()["zones"][0], zones()["zones"][0]] });
    let wrong = [
        (zone(json!({ "price_kopecks": 0 })), "price_kopecks"),
        (zone(json!({ "cities": [] })), "cities"),
        (zone(json!({ "days": 61 })), "days"),
        (zone(json!({ "name": " " })), "name"),
        (twice, "name"),
        (json!({ "zone": [] }), "zone"),
        (zone(json!({ "price_kopecks": "250" })), "zones"),
    ];
    for (settings, word) in wrong {
        let said = Own::new(&account(settings.clone())).unwrap_err().said();
        assert!(said.starts_with("settings") && said.contains(word), "{settings}: {said}");
    }
    let keys = Account { credentials: json!({ "token": "x" }), ..account(json!({})) };
    assert!(Own::new(&keys).unwrap_err().said().starts_with("credentials"));
    let address = Account { base_url: Some("https://x".to_owned()), ..account(json!({})) };
    assert!(Own::new(&address).unwrap_err().said().starts_with("base_url"));
}
