//! What a parcel would cost.

use std::collections::BTreeMap;

use super::order::SHOP;
use super::tariffs::{Mode, tariff};
use super::times::moscow_hour;
use super::{CODE, Settings, calculator_spot};
use crate::carriers::amounts::{centimetres, roubles_text};
use crate::carriers::cdek::wire::{
    CalculatorAsk, CalculatorPlace, FullTariffs, Service, TariffList, TariffResult,
};
use crate::carriers::model::{BuyOut, DeliveryMode, Quote, QuoteAsk, QuoteLine};
use crate::carriers::{CarrierError, not_sayable};
use crate::units::{Grams, Kopecks};

/// The carrier's code of the rouble.
const ROUBLE: i64 = 1;
/// Parcels leave in the evening.
const HOUR: i64 = 20;

/// The request for prices. Services are for the method that knows them.
pub(in super::super) fn quote_ask(
    ask: &QuoteAsk,
    settings: &Settings,
) -> Result<CalculatorAsk, CarrierError> {
    let package = &ask.package;
    if package.weight_g.get() < 1 {
        return Err(not_sayable(CODE, "package.weight_g", "must be known"));
    }
    Ok(CalculatorAsk {
        date: moscow_hour(ask.day, HOUR),
        kind: SHOP,
        currency: ROUBLE,
        lang: "rus",
        from_location: calculator_spot("from", ask.from.address(), settings.sender_city_code)?,
        to_location: calculator_spot("to", ask.to.address(), None)?,
        services: services(ask),
        packages: vec![CalculatorPlace {
            weight: package.weight_g.get(),
            length: centimetres(package.length_mm),
            width: centimetres(package.width_mm),
            height: centimetres(package.height_mm),
        }],
    })
}

/// Insurance must be asked for here: the calculator does not see the goods.
fn services(ask: &QuoteAsk) -> Vec<Service> {
    let mut services = Vec::new();
    if ask.declared_kopecks.get() > 0 {
        let parameter = Some(roubles_text(ask.declared_kopecks));
        services.push(Service { code: "INSURANCE", parameter });
    }
    if ask.buy_out == BuyOut::Partial && ask.mode != DeliveryMode::Locker {
        services.push(Service { code: "PART_DELIV", parameter: None });
    }
    services
}

/// Names of the one answer joined with totals of the other: a tariff that is in one only cannot be
/// had with these services.
pub(in super::super) fn offers(
    ask: &QuoteAsk,
    names: &TariffList,
    totals: FullTariffs,
) -> Vec<Quote> {
    let mut by_code: BTreeMap<String, TariffResult> = totals
        .tariff_codes
        .into_iter()
        .filter_map(|one| {
            let result = one.result.filter(|result| result.errors.is_empty())?;
            Some((one.tariff_code.0, result))
        })
        .collect();
    let mut quotes = Vec::new();
    for named in &names.tariff_codes {
        let code: Option<i64> = named.code.0.parse().ok();
        let known = code.and_then(tariff);
        let said = named.delivery_mode.0.parse().ok().and_then(Mode::of);
        let Some(mode) = said.or_else(|| known.and_then(super::tariffs::Tariff::mode)) else {
            continue;
        };
        if mode.to != ask.mode || !mode.begins_at(&ask.from) {
            continue;
        }
        let Some(result) = by_code.remove(&named.code.0) else { continue };
        let Some(price) = result.total_sum else { continue };
        let weight_max_g = known.and_then(|known| known.weight_max_g);
        if weight_max_g.is_some_and(|max| ask.package.weight_g.get() > max) {
            continue;
        }
        quotes.push(Quote {
            tariff: named.code.0.clone(),
            tariff_name: named.name.0.clone(),
            mode: mode.to,
            price_kopecks: price.kopecks(),
            lines: lines(&result),
            days_min: result.calendar_min.or(named.calendar_min),
            days_max: result.calendar_max.or(named.calendar_max),
            weight_max_g: weight_max_g.map(Grams::new),
        });
    }
    quotes
}

fn lines(result: &TariffResult) -> Vec<QuoteLine> {
    let line =
        |name: &str, price_kopecks: Kopecks| QuoteLine { name: name.to_owned(), price_kopecks };
    let delivery = result.delivery_sum.map(|sum| line("Доставка", sum.kopecks()));
    let services = result.services.iter().filter_map(|one| {
        Some(line(service_name(&one.code.0), one.total_sum.or(one.sum)?.kopecks()))
    });
    delivery.into_iter().chain(services).collect()
}

fn service_name(code: &str) -> &str {
    match code {
        "INSURANCE" => "Страхование",
        "PART_DELIV" => "Частичная доставка",
        other => other,
    }
}
