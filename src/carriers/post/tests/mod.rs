//! The real client against the stand-in, its requests against the specification, its reading
//! against recorded answers.

mod faults_http;
mod flows;
mod histories;
mod mapping;
mod requests_http;
mod samples;
mod statuses;

use std::time::Duration;

use super::Post;
use crate::carriers::model::{
    Address, BuyOut, Contact, DeliveryMode, Item, Package, Party, QuoteAsk, Seller, ShipmentAsk,
    Spot, VatRate,
};
use crate::sandbox::carriers::Standing;
use crate::sandbox::carriers::post::{PostStandIn, account};
use crate::units::{Day, Grams, Kopecks};

fn day() -> Day {
    "2026-11-23".parse().unwrap()
}

fn novosibirsk() -> Address {
    Address {
        postcode: "630099".to_owned(),
        region: "Новосибирская область".to_owned(),
        city: "Новосибирск".to_owned(),
        line: "ул Советская, 33, кв 5".to_owned(),
        ..Address::default()
    }
}

fn package(number: &str) -> Package {
    Package {
        number: number.to_owned(),
        weight_g: Grams::new(1_250),
        length_mm: 295,
        width_mm: 200,
        height_mm: 120,
    }
}

/// Paid on delivery, to an address, by a parcel on-line.
fn parcel(number: &str) -> ShipmentAsk {
    ShipmentAsk {
        number: number.to_owned(),
        tariff: "ONLINE_PARCEL".to_owned(),
        sender: Party { company: "ООО Склад".to_owned(), ..Party::default() },
        from: Spot::Door(Address::default()),
        recipient: Contact {
            name: "Иванов Иван Иванович".to_owned(),
            phone: "+79001234567".to_owned(),
            email: "ivanov@example.ru".to_owned(),
        },
        to: Spot::Door(novosibirsk()),
        seller: Seller {
            name: "ИП Петров".to_owned(),
            inn: "770000000000".to_owned(),
            phone: "+74950000000".to_owned(),
        },
        package: package("K000123"),
        items: vec![Item {
            article: "SKU-1".to_owned(),
            name: "Футболка".to_owned(),
            quantity: 2,
            weight_g: Grams::new(250),
            declared_kopecks: Kopecks::new(172_500),
            cod_kopecks: Kopecks::new(100_000),
            vat: VatRate::TwentyTwo,
            marks: Vec::new(),
            is_marked: false,
        }],
        delivery_fee_kopecks: Kopecks::new(30_000),
        delivery_fee_vat: VatRate::TwentyTwo,
        buy_out: BuyOut::Whole,
        day: day(),
        comment: String::new(),
    }
}

/// The same to a locker or a pick-up point.
fn to_point(number: &str, code: &str) -> ShipmentAsk {
    let to = Spot::Point { code: code.to_owned(), address: Address::default() };
    ShipmentAsk { to, ..parcel(number) }
}

fn quote(mode: DeliveryMode, to: Spot) -> QuoteAsk {
    QuoteAsk {
        from: Spot::Door(Address::default()),
        to,
        mode,
        package: package("K000123"),
        declared_kopecks: Kopecks::new(345_000),
        cod_kopecks: Kopecks::new(230_000),
        buy_out: BuyOut::Whole,
        day: day(),
    }
}

async fn standing() -> Standing {
    Standing::start(PostStandIn::new()).await.unwrap()
}

fn connected(standing: &Standing) -> Post {
    Post::connect(&account(&standing.url())).unwrap()
}

/// Waits for nobody long.
fn impatient(standing: &Standing) -> Post {
    let mut account = account(&standing.url());
    account.time_max = Some(Duration::from_secs(1));
    Post::connect(&account).unwrap()
}
