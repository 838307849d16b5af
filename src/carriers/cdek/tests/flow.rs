//! Whole ways through the real client and the stand-in.

use std::sync::Arc;
use std::time::Duration;

use crate::carriers::Carrier;
use crate::carriers::conformance::Setup;
use crate::carriers::model::{
    Address, BuyOut, Contact, DeliveryMode, Item, Package, Party, QuoteAsk, Seller, ShipmentAsk,
    Spot, VatRate,
};
use crate::carriers::registry::connect;
use crate::sandbox::carriers::{Standing, cdek};
use crate::units::{Grams, Kopecks};

pub(super) fn ask(number: &str) -> ShipmentAsk {
    let office = |code: &str, city: &str| Spot::Point {
        code: code.to_owned(),
        address: Address { city: city.to_owned(), ..Address::default() },
    };
    ShipmentAsk {
        number: number.to_owned(),
        tariff: "136".to_owned(),
        sender: Party {
            company: "ООО Склад".to_owned(),
            inn: "7701234567".to_owned(),
            kpp: String::new(),
            contact: Contact {
                name: "Смирнова Анна".to_owned(),
                phone: "+74951234567".to_owned(),
                email: String::new(),
            },
        },
        from: office(cdek::OFFICE, "Москва"),
        recipient: Contact {
            name: "Петров Пётр Петрович".to_owned(),
            phone: "+79991234567".to_owned(),
            email: "petrov@example.com".to_owned(),
        },
        to: office("SPB3", "Санкт-Петербург"),
        seller: Seller {
            name: "ООО Ромашка".to_owned(),
            inn: "7707654321".to_owned(),
            phone: "+74957654321".to_owned(),
        },
        package: package(number),
        items: vec![Item {
            article: "TSHIRT-M".to_owned(),
            name: "Футболка, M".to_owned(),
            quantity: 2,
            weight_g: Grams::new(300),
            declared_kopecks: Kopecks::new(99_990),
            cod_kopecks: Kopecks::new(99_990),
            vat: VatRate::TwentyTwo,
            marks: Vec::new(),
            is_marked: false,
        }],
        delivery_fee_kopecks: Kopecks::new(25_050),
        delivery_fee_vat: VatRate::TwentyTwo,
        buy_out: BuyOut::Whole,
        day: "2026-11-23".parse().unwrap(),
        comment: String::new(),
    }
}

fn package(number: &str) -> Package {
    Package {
        number: number.to_owned(),
        weight_g: Grams::new(1_250),
        length_mm: 295,
        width_mm: 200,
        height_mm: 101,
    }
}

pub(super) fn quote(mode: DeliveryMode) -> QuoteAsk {
    let ask = ask("none");
    QuoteAsk {
        from: ask.from.clone(),
        to: ask.to.clone(),
        mode,
        package: ask.package.clone(),
        declared_kopecks: ask.declared_kopecks(),
        cod_kopecks: ask.cod_kopecks(),
        buy_out: ask.buy_out,
        day: ask.day,
    }
}

pub(super) async fn stand() -> (Standing, Box<dyn Carrier>) {
    let standing = Standing::start(Arc::new(cdek::Cdek::default())).await.unwrap();
    let mut account = cdek::account(&standing.url());
    account.time_max = Some(Duration::from_secs(2));
    let carrier = connect("cdek", &account).unwrap();
    (standing, carrier)
}

pub(super) fn setup<'a>(standing: &'a Standing, carrier: &'a dyn Carrier) -> Setup<'a> {
    Setup {
        carrier,
        standing,
        quote: quote(DeliveryMode::Point),
        ask,
        create: "POST /v2/orders",
        cancel: "DELETE /v2/orders",
        hand_over: &[],
    }
}

#[tokio::test]
async fn it_does_what_every_carrier_must() {
    let (standing, carrier) = stand().await;
    setup(&standing, carrier.as_ref()).holds().await;
}
