//! Prices: by the contract and public ones.

use super::order::Money;
use super::{CASHLESS, Product, RUSSIA, category, dimension};
use crate::carriers::CarrierError;
use crate::carriers::model::{DeliveryMode, Quote, QuoteAsk, QuoteLine, Spot};
use crate::carriers::post::wire::{PublicReply, TariffAsk, TariffReply};
use crate::units::Kopecks;

/// Where it goes: the code of the point, or the postcode of the address.
fn index_to(to: &Spot) -> &str {
    let code = to.point_code().filter(|code| !code.is_empty());
    code.unwrap_or_else(|| &to.address().postcode)
}

/// A question for the price by contract. Errors when the parcel is no such mail.
pub(in super::super) fn contract_ask<'a>(
    ask: &'a QuoteAsk,
    postoffice: &'a str,
    product: Product,
    money: Money,
) -> Result<TariffAsk<'a>, CarrierError> {
    let (dimension, dimension_type) = dimension(&ask.package, product)?;
    let to = index_to(&ask.to);
    let is_partner = goes_to_partner(ask, product);
    Ok(TariffAsk {
        index_from: postoffice,
        index_to: (!is_partner).then_some(to),
        delivery_point_index: is_partner.then_some(to),
        mail_type: product.as_str(),
        mail_category: category(product, is_partner, money),
        mail_direct: RUSSIA,
        mass: ask.package.weight_g.get(),
        declared_value: Some(money.declared).filter(|value| *value > 0),
        dimension,
        dimension_type,
        transport_type: product.transport(),
        payment_method: CASHLESS,
        fragile: false,
    })
}

/// A locker that is not chosen yet is asked for as the post office of the same place.
fn goes_to_partner(ask: &QuoteAsk, product: Product) -> bool {
    let is_chosen = ask.to.point_code().is_some_and(|code| !code.is_empty());
    is_chosen && (ask.mode == DeliveryMode::Locker || product == Product::Ecom)
}

/// The offer of an answer; nothing when it has no price.
pub(in super::super) fn contract_quote(
    reply: &TariffReply,
    product: Product,
    mode: DeliveryMode,
) -> Option<Quote> {
    let price = reply.total_rate?.checked_add(reply.total_vat.unwrap_or(0))?;
    let named = [
        ("Пересылка", reply.ground_rate),
        ("Авиаперевозка", reply.avia_rate),
        ("Объявленная ценность", reply.insurance_rate),
        ("Хрупкое", reply.fragile_rate),
        ("Негабарит", reply.oversize_rate),
        ("Уведомление", reply.notice_rate),
        ("СМС", reply.sms_notice_recipient_rate),
    ];
    let lines = named.into_iter().filter_map(|(name, rate)| Some((name, rate?)));
    let lines = lines.map(|(name, rate)| (name, rate.rate.saturating_add(rate.vat)));
    let days = &reply.delivery_time;
    Some(offer(product, mode, price, lines, (days.min_days, days.max_days)))
}

/// The query of the public calculator; nothing for mail that it does not know.
pub(in super::super) fn public_query(
    ask: &QuoteAsk,
    postoffice: &str,
    product: Product,
    money: Money,
) -> Result<Option<Vec<(&'static str, String)>>, CarrierError> {
    let (size, _) = dimension(&ask.package, product)?;
    let Some(object) = product.object() else { return Ok(None) };
    let digit = match category(product, goes_to_partner(ask, product), money) {
        "WITH_DECLARED_VALUE" => 2,
        "WITH_DECLARED_VALUE_AND_CASH_ON_DELIVERY" => 4,
        "COMBINED_ORDINARY" => 8,
        "COMBINED_WITH_DECLARED_VALUE" | "COMBINED_WITH_DECLARED_VALUE_AND_CASH_ON_DELIVERY" => 9,
        _ => 3,
    };
    let mut query = vec![
        ("json", "json".to_owned()),
        ("object", (object * 1_000 + digit * 10).to_string()),
        ("from", postoffice.to_owned()),
        ("to", index_to(&ask.to).to_owned()),
        ("weight", ask.package.weight_g.to_string()),
        ("size", format!("{}x{}x{}", size.length, size.width, size.height)),
        ("date", ask.day.date().format("%Y%m%d").to_string()),
    ];
    if money.declared > 0 {
        query.push(("sumoc", money.declared.to_string()));
    }
    if money.cod > 0 {
        query.push(("sumnp", money.cod.to_string()));
    }
    Ok(Some(query))
}

/// The public offer; nothing when it has no price.
pub(in super::super) fn public_quote(
    reply: &PublicReply,
    product: Product,
    mode: DeliveryMode,
) -> Option<Quote> {
    let named = [
        ("Пересылка", reply.ground),
        ("Объявленная ценность", reply.cover),
        ("Услуги", reply.service),
    ];
    let lines = named.into_iter().filter_map(|(name, rate)| Some((name, rate?.valnds)));
    let days = (reply.delivery.min, reply.delivery.max);
    Some(offer(product, mode, reply.paynds?, lines, days))
}

/// The price is the Post's total: its items may repeat it, they are never added up.
fn offer(
    product: Product,
    mode: DeliveryMode,
    price: i64,
    lines: impl Iterator<Item = (&'static str, i64)>,
    (days_min, days_max): (Option<i64>, Option<i64>),
) -> Quote {
    let line = |(name, price): (&str, i64)| QuoteLine {
        name: name.to_owned(),
        price_kopecks: Kopecks::new(price),
    };
    Quote {
        tariff: product.as_str().to_owned(),
        tariff_name: product.name().to_owned(),
        mode,
        price_kopecks: Kopecks::new(price),
        lines: lines.filter(|(_, price)| *price > 0).map(line).collect(),
        days_min: days_min.or(days_max),
        days_max,
        weight_max_g: None,
    }
}
