//! `ParselCreate` and `CreateIntake`.

use super::CODE;
use crate::carriers::amounts::{
    JsonDecimal, centimetres, cubic_metres_of_cm3_text, kilograms_text,
};
use crate::carriers::boxberry::wire::{
    CourierOut, CustomerOut, IntakeOut, ItemOut, OrderOut, ShopOut, WeightsOut,
};
use crate::carriers::boxberry::{COURIER, Opening, POINT, Settings};
use crate::carriers::local::russian_phone;
use crate::carriers::model::{Address, BuyOut, Item, Package, PickupAsk, ShipmentAsk, Spot};
use crate::carriers::street::Street;
use crate::carriers::{CarrierError, not_sayable};
use crate::units::{Grams, Kopecks};

/// Declared value in Russia: 300 000 roubles.
const DECLARED_MAX: Kopecks = Kopecks::new(30_000_000);
const WEIGHT_MIN: Grams = Grams::new(5);
const WEIGHT_MAX: Grams = Grams::new(31_000);
/// 120 × 80 × 50 cm.
const SIDES_MAX_MM: [i64; 3] = [1_200, 800, 500];
/// Lengths of marking codes that are taken, without the separators (GS) of the symbol.
const MARK_CHARS: [usize; 2] = [28, 127];

/// The order of a shipment.
pub(crate) fn order(ask: &ShipmentAsk, settings: &Settings) -> Result<OrderOut, CarrierError> {
    package(&ask.package)?;
    if ask.declared_kopecks() > DECLARED_MAX {
        return Err(not_sayable(CODE, "items.declared", "не больше 300 000 ₽ на посылку"));
    }
    let fio = ask.recipient.name.trim();
    if fio.is_empty() {
        return Err(not_sayable(CODE, "recipient.name", "нужно имя получателя"));
    }
    let (vid, shop_name, kurdost) = match &ask.to {
        Spot::Door(address) => (2, String::new(), Some(courier(address, &ask.comment)?)),
        Spot::Point { code, .. } if code.trim().is_empty() => {
            return Err(not_sayable(CODE, "to.code", "нужен код пункта выдачи"));
        }
        Spot::Point { code, .. } => (1, code.clone(), None),
    };
    let tariff = if vid == 1 { POINT } else { COURIER };
    if ask.tariff != tariff {
        return Err(not_sayable(CODE, "tariff", format!("сюда едет только тариф {tariff}")));
    }
    Ok(OrderOut {
        order_id: ask.number.clone(),
        price: JsonDecimal::of_kopecks(ask.declared_kopecks()),
        payment_sum: JsonDecimal::of_kopecks(ask.cod_kopecks()),
        delivery_sum: JsonDecimal::of_kopecks(ask.delivery_fee_kopecks),
        vid,
        shop: ShopOut { name: shop_name, name1: reception(&ask.from, settings).to_owned() },
        kurdost,
        customer: CustomerOut {
            fio: fio.to_owned(),
            phone: phone("recipient.phone", &ask.recipient.phone)?,
            email: ask.recipient.email.clone(),
        },
        items: items(ask)?,
        weights: WeightsOut {
            weight: ask.package.weight_g.get(),
            x: centimetres(ask.package.length_mm),
            y: centimetres(ask.package.width_mm),
            z: centimetres(ask.package.height_mm),
        },
        issue: match (ask.buy_out, settings.opening) {
            (BuyOut::Partial, _) => 2,
            (BuyOut::Whole, Opening::Checked) => 1,
            (BuyOut::Whole, Opening::Closed) => 0,
        },
        sender_name: ask.seller.name.clone(),
    })
}

/// Where Boxberry takes parcels in: the point that is asked for, or the contract's.
pub(crate) fn reception<'a>(from: &'a Spot, settings: &'a Settings) -> &'a str {
    let asked = from.point_code().filter(|code| !code.is_empty());
    asked.unwrap_or(settings.reception_point.as_str())
}

fn package(package: &Package) -> Result<(), CarrierError> {
    if package.weight_g < WEIGHT_MIN || package.weight_g > WEIGHT_MAX {
        return Err(not_sayable(CODE, "package.weight_g", "от 5 г до 31 кг"));
    }
    let sides = package.sides_mm();
    if sides.iter().zip(SIDES_MAX_MM).any(|(side, most)| *side > most) {
        return Err(not_sayable(CODE, "package.sides", "не больше 120 × 80 × 50 см"));
    }
    Ok(())
}

fn courier(address: &Address, comment: &str) -> Result<CourierOut, CarrierError> {
    let index = address.postcode.trim();
    if index.len() != 6 || !index.bytes().all(|digit| digit.is_ascii_digit()) {
        return Err(not_sayable(CODE, "to.postcode", "нужен индекс из шести цифр"));
    }
    for (field, value) in [("to.city", &address.city), ("to.line", &address.line)] {
        if value.trim().is_empty() {
            return Err(not_sayable(CODE, field, "нужны город и адрес"));
        }
    }
    Ok(CourierOut {
        index: index.to_owned(),
        citi: address.city.clone(),
        addressp: address.line.clone(),
        comentk: comment.to_owned(),
    })
}

/// Ten digits: Boxberry cuts everything before them.
fn phone(field: &'static str, phone: &str) -> Result<String, CarrierError> {
    let wrong = || not_sayable(CODE, field, "нужен российский номер: +7 и десять цифр");
    russian_phone(phone).map(|number| number[1..].to_owned()).ok_or_else(wrong)
}

/// Prices of what is paid on receipt are what is paid; of prepaid goods they are their value. A
/// receipt needs each marking code, so marked goods become one line a piece.
fn items(ask: &ShipmentAsk) -> Result<Vec<ItemOut>, CarrierError> {
    if ask.items.is_empty() {
        return Err(not_sayable(CODE, "items", "нужен хотя бы один товар"));
    }
    let is_paid_there = ask.cod_kopecks().is_positive();
    let mut lines = Vec::new();
    for item in &ask.items {
        let line = line(ask, item);
        if !is_paid_there || item.marks.is_empty() {
            lines.push(line);
            continue;
        }
        for mark in &item.marks {
            let mark: String = mark.chars().filter(|letter| !letter.is_control()).collect();
            if !MARK_CHARS.contains(&mark.chars().count()) {
                return Err(not_sayable(
                    CODE,
                    "items.marks",
                    "принимаются коды из 28 или 127 знаков",
                ));
            }
            lines.push(ItemOut { quantity: 1, marking_crpt: mark, ..line.clone() });
        }
        let marked = i64::try_from(item.marks.len()).unwrap_or(i64::MAX);
        if item.quantity > marked {
            lines.push(ItemOut { quantity: item.quantity - marked, ..line });
        }
    }
    Ok(lines)
}

fn line(ask: &ShipmentAsk, item: &Item) -> ItemOut {
    let is_paid_there = ask.cod_kopecks().is_positive();
    let price = if is_paid_there { item.cod_kopecks } else { item.declared_kopecks };
    let seller = &ask.seller;
    // All three or none are stored.
    let is_named = ![&seller.name, &seller.inn, &seller.phone].iter().any(|part| part.is_empty());
    let named = |part: &String| if is_named { part.clone() } else { String::new() };
    ItemOut {
        id: item.article.clone(),
        name: item.name.clone(),
        unit_name: "шт.",
        nds: item.vat.per_cent().unwrap_or(-1),
        price: JsonDecimal::of_kopecks(price),
        quantity: item.quantity,
        marking_crpt: String::new(),
        supplier_name: named(&seller.name),
        supplier_inn: named(&seller.inn),
        supplier_phone: named(&seller.phone),
    }
}

/// The call of a courier.
pub(crate) fn intake(ask: &PickupAsk) -> Result<IntakeOut, CarrierError> {
    let Spot::Door(address) = &ask.from else {
        return Err(not_sayable(CODE, "from", "курьер приезжает только по адресу"));
    };
    let street = Street::of(&address.line);
    if address.city.trim().is_empty() || street.name.is_empty() {
        return Err(not_sayable(CODE, "from", "нужны город, улица и дом"));
    }
    let kind = street.kind.as_str();
    Ok(IntakeOut {
        zip: address.postcode.clone(),
        city: address.city.clone(),
        street: [kind, &street.name].join(" ").trim().to_owned(),
        house: if street.house.is_empty() { street.estate } else { street.house },
        building: street.block,
        housing: street.building,
        flat: if street.flat.is_empty() { street.office } else { street.flat },
        contact_person: ask.contact.name.clone(),
        contact_phone: phone("contact.phone", &ask.contact.phone)?,
        taking_date: ask.day.russian_text(),
        taking_time_from: clock_text(ask.from_minute),
        taking_time_to: clock_text(ask.to_minute),
        seats_count: ask.parcels,
        volume: cubic_metres_of_cm3_text(ask.volume_cm3),
        weight: kilograms_text(ask.weight_g),
        comment: [street.rest.as_str(), &ask.comment].join(" ").trim().to_owned(),
    })
}

fn clock_text(minute: i64) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}
