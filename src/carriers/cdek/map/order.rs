//! A shipment as an order.

use sha2::{Digest, Sha256};

use super::tariffs::{Tariff, tariff};
use super::{CODE, Settings, location, name, phone, said};
use crate::carriers::amounts::{JsonDecimal, centimetres};
use crate::carriers::cdek::wire::{
    Collected, Location, OrderAsk, OrderItem, OrderPackage, Person, SellerIn, Service,
};
use crate::carriers::model::{
    BuyOut, DeliveryMode, Item, Party, Seller, ShipmentAsk, Spot, VatRate,
};
use crate::carriers::{CarrierError, not_sayable};
use crate::units::Kopecks;

/// An order of a shop. The other type knows no payment on receipt.
pub(super) const SHOP: i64 = 1;
const LINES_MAX: usize = 126;
const AMOUNT_MAX: i64 = 999;
const NUMBER_MAX: usize = 40;
const KEY_MAX: usize = 20;
/// 50,000,000 roubles.
const COLLECTED_MAX: i64 = 5_000_000_000;
/// Letters and digits of a shortened article that are a hash of the whole.
const KEY_HASH: usize = 7;

/// The request that registers a shipment.
pub(in super::super) fn order_ask(
    ask: &ShipmentAsk,
    settings: &Settings,
) -> Result<OrderAsk, CarrierError> {
    if ask.number.is_empty() || ask.number.len() > NUMBER_MAX || !ask.number.is_ascii() {
        return Err(not_sayable(CODE, "number", "must be up to 40 ASCII letters"));
    }
    let tariff_code = tariff_code(ask)?;
    let (shipment_point, from_location) = from(ask, settings)?;
    let (delivery_point, to_location) = to(ask)?;
    Ok(OrderAsk {
        kind: SHOP,
        number: ask.number.clone(),
        tariff_code,
        comment: said(&ask.comment),
        shipment_point,
        from_location,
        delivery_point,
        to_location,
        delivery_recipient_cost: delivery_fee(ask)?,
        sender: sender(&ask.sender)?,
        seller: seller(&ask.seller),
        recipient: Person {
            company: None,
            name: name("recipient.name", &ask.recipient.name)?,
            tin: None,
            email: said(&ask.recipient.email),
            phones: vec![phone("recipient.phone", &ask.recipient.phone)?],
        },
        services: services(ask, tariff_code),
        packages: vec![package(ask)?],
    })
}

fn tariff_code(ask: &ShipmentAsk) -> Result<i64, CarrierError> {
    let code =
        ask.tariff.trim().parse().map_err(|_| not_sayable(CODE, "tariff", "must be a number"))?;
    let Some(known) = tariff(code) else { return Ok(code) };
    if let Some(mode) = known.mode()
        && !(mode.begins_at(&ask.from) && mode.ends_at(&ask.to))
    {
        return Err(not_sayable(CODE, "tariff", "goes between other kinds of places"));
    }
    if known.weight_max_g.is_some_and(|max| ask.package.weight_g.get() > max) {
        return Err(not_sayable(CODE, "package.weight_g", "is more than the tariff takes"));
    }
    Ok(code)
}

type Place = (Option<String>, Option<Location>);

fn from(ask: &ShipmentAsk, settings: &Settings) -> Result<Place, CarrierError> {
    match &ask.from {
        Spot::Door(address) => {
            Ok((None, Some(location("from", address, settings.sender_city_code)?)))
        }
        Spot::Point { code, .. } => {
            let code = said(code).or_else(|| settings.shipment_point.as_deref().and_then(said));
            let code =
                code.ok_or_else(|| not_sayable(CODE, "from.code", "the office is not named"))?;
            Ok((Some(code), None))
        }
    }
}

fn to(ask: &ShipmentAsk) -> Result<Place, CarrierError> {
    match &ask.to {
        Spot::Door(address) => Ok((None, Some(location("to", address, None)?))),
        Spot::Point { code, .. } => {
            let code =
                said(code).ok_or_else(|| not_sayable(CODE, "to.code", "no point is chosen"))?;
            Ok((Some(code), None))
        }
    }
}

/// The sender, when it is told; otherwise the carrier takes it from the contract.
fn sender(party: &Party) -> Result<Option<Person>, CarrierError> {
    let who = [&party.contact.name, &party.company];
    let Some(who) = who.into_iter().find(|who| !who.trim().is_empty()) else { return Ok(None) };
    let number = &party.contact.phone;
    let phones =
        if number.trim().is_empty() { Vec::new() } else { vec![phone("sender.phone", number)?] };
    Ok(Some(Person {
        company: said(&party.company),
        name: name("sender.name", who)?,
        tin: said(&party.inn),
        email: said(&party.contact.email),
        phones,
    }))
}

fn seller(seller: &Seller) -> Option<SellerIn> {
    Some(SellerIn { name: said(&seller.name)?, inn: said(&seller.inn), phone: said(&seller.phone) })
}

/// A sum to collect. Its VAT is named only where there is something to collect and VAT in it.
fn collected(field: &'static str, value: Kopecks, vat: VatRate) -> Result<Collected, CarrierError> {
    if !(0..=COLLECTED_MAX).contains(&value.get()) {
        return Err(not_sayable(CODE, field, "must be from 0 to 50,000,000 roubles"));
    }
    let rate = vat.per_cent().filter(|_| value.get() > 0);
    Ok(Collected {
        value: JsonDecimal::of_kopecks(value),
        vat_sum: rate.map(|_| JsonDecimal::of_kopecks(vat.inside(value))),
        vat_rate: rate,
    })
}

fn delivery_fee(ask: &ShipmentAsk) -> Result<Option<Collected>, CarrierError> {
    let fee = ask.delivery_fee_kopecks;
    if fee.get() == 0 {
        return Ok(None);
    }
    collected("delivery_fee_kopecks", fee, ask.delivery_fee_vat).map(Some)
}

/// Insurance is not asked for: the carrier adds it by the declared values. A part cannot be taken of one
/// piece, nor out of a locker.
fn services(ask: &ShipmentAsk, tariff_code: i64) -> Vec<Service> {
    let pieces = ask.items.iter().map(|item| item.quantity).fold(0, i64::saturating_add);
    let mode = tariff(tariff_code).and_then(Tariff::mode);
    let is_locker = mode.is_some_and(|mode| mode.to == DeliveryMode::Locker);
    if ask.buy_out == BuyOut::Partial && pieces > 1 && !is_locker {
        return vec![Service { code: "PART_DELIV", parameter: None }];
    }
    Vec::new()
}

fn package(ask: &ShipmentAsk) -> Result<OrderPackage, CarrierError> {
    let package = &ask.package;
    if package.weight_g.get() < 1 {
        return Err(not_sayable(CODE, "package.weight_g", "must be known"));
    }
    let mut items = Vec::new();
    for item in &ask.items {
        lines(item, &mut items)?;
    }
    if items.is_empty() {
        return Err(not_sayable(CODE, "items", "must not be empty"));
    }
    if items.len() > LINES_MAX {
        return Err(not_sayable(
            CODE,
            "items",
            "more than 126 lines; every marked piece is a line",
        ));
    }
    let number = said(&package.number).unwrap_or_else(|| ask.number.clone());
    Ok(OrderPackage {
        number,
        weight: package.weight_g.get(),
        length: centimetres(package.length_mm),
        width: centimetres(package.width_mm),
        height: centimetres(package.height_mm),
        items,
    })
}

/// The lines of one kind of goods: a marked piece is a line of its own.
fn lines(item: &Item, into: &mut Vec<OrderItem>) -> Result<(), CarrierError> {
    if !(1..=AMOUNT_MAX).contains(&item.quantity) {
        return Err(not_sayable(CODE, "items.quantity", "must be from 1 to 999"));
    }
    if item.declared_kopecks.get() < 0 {
        return Err(not_sayable(CODE, "items.declared_kopecks", "must not be negative"));
    }
    let marked = i64::try_from(item.marks.len()).unwrap_or(i64::MAX);
    if marked > item.quantity {
        return Err(not_sayable(CODE, "items.marks", "more codes than pieces"));
    }
    let line = |key: String, marking: Option<String>, amount: i64| {
        Ok::<_, CarrierError>(OrderItem {
            name: said(&item.name).ok_or_else(|| not_sayable(CODE, "items.name", "is missing"))?,
            ware_key: key,
            marking,
            payment: collected("items.cod_kopecks", item.cod_kopecks, item.vat)?,
            cost: JsonDecimal::of_kopecks(item.declared_kopecks),
            weight: item.weight_g.get().max(1),
            amount,
        })
    };
    for (index, mark) in item.marks.iter().enumerate() {
        into.push(line(key(&item.article, Some(index + 1)), Some(mark.clone()), 1)?);
    }
    if item.quantity > marked {
        into.push(line(key(&item.article, None), None, item.quantity - marked)?);
    }
    Ok(())
}

/// The article in twenty letters: equal ones would be renamed by the carrier, so a long one is cut
/// and ends with a hash of the whole, and pieces are counted.
fn key(article: &str, piece: Option<usize>) -> String {
    let whole = match piece {
        Some(piece) => format!("{article} #{piece}"),
        None => article.to_owned(),
    };
    if whole.chars().count() <= KEY_MAX {
        return whole;
    }
    let hash = hex::encode(Sha256::digest(whole.as_bytes()));
    let start: String = whole.chars().take(KEY_MAX - KEY_HASH - 1).collect();
    format!("{start}_{}", &hash[..KEY_HASH])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_stay_short_and_different() {
        assert_eq!(key("ART-1", None), "ART-1");
        let (one, two) =
            (key("ARTICLE-OF-A-LONG-NAME-1", None), key("ARTICLE-OF-A-LONG-NAME-2", None));
        assert_eq!((one.chars().count(), two.chars().count()), (20, 20));
        assert_ne!(one, two);
        assert_ne!(key("ART-1", Some(1)), key("ART-1", Some(2)));
    }
}
