//! Prices: a tree, in which no node's cost is in its parent's.

use super::super::wire::{At, Handling, PriceBody, PriceCargo, Prices, Service, Terms, Transfer};
use super::super::{CODE, tariff_name};
use super::{place, size};
use crate::carriers::CarrierError;
use crate::carriers::amounts::JsonDecimal;
use crate::carriers::model::{DeliveryMode, Quote, QuoteAsk, QuoteLine, Spot};
use crate::units::Kopecks;

pub(in super::super) fn body(
    ask: &QuoteAsk,
    to: &Spot,
    types: &[i64],
) -> Result<PriceBody, CarrierError> {
    let (sender_warehouse_id, pickup) = place("from", &ask.from)?;
    let (receiver_warehouse_id, delivery) = place("to", to)?;
    let at = |address| At { address };
    Ok(PriceBody {
        types: types.to_vec(),
        planned_date_time: format!("{}T12:00:00", ask.day),
        is_pick_up: pickup.is_some(),
        is_delivery: delivery.is_some(),
        sender_warehouse_id,
        receiver_warehouse_id,
        pickup_services: pickup.is_some().then(Handling::default),
        pickup: pickup.map(at),
        delivery_services: delivery.is_some().then(Handling::default),
        delivery: delivery.map(at),
        is_insurance: ask.declared_kopecks.is_positive(),
        is_insurance_price: JsonDecimal::of_kopecks(ask.declared_kopecks),
        need_return_documents: false,
        need_arrange_transportation_documents: false,
        is_hyper_market: false,
        is_open_car_sender: false,
        is_open_car_receiver: false,
        cargos: vec![PriceCargo {
            size: size(&ask.package)?,
            is_hp: false,
            sealing_positions_count: 0,
        }],
    })
}

/// All tariffs without an error of their own.
pub(in super::super) fn quotes(
    said: &Prices,
    ask: &QuoteAsk,
    to: &Spot,
) -> Result<Vec<Quote>, CarrierError> {
    if said.has_error {
        let words = said.error_message.clone().unwrap_or_default();
        return Err(CarrierError::refused(CODE, "", words));
    }
    let terms = |kind| said.common_terms.iter().find(|terms| terms.kind == kind);
    let sound = said.transfers.iter().filter(|transfer| !transfer.has_error);
    Ok(sound.filter_map(|transfer| quote(transfer, terms(transfer.kind), ask, to)).collect())
}

fn quote(transfer: &Transfer, terms: Option<&Terms>, ask: &QuoteAsk, to: &Spot) -> Option<Quote> {
    let mut lines = Vec::new();
    for service in &transfer.services {
        flatten(service, &mut lines);
    }
    let sum = lines.iter().map(|line| line.price_kopecks.get()).fold(0, i64::saturating_add);
    let price = if lines.is_empty() { transfer.cost_total?.kopecks() } else { Kopecks::new(sum) };
    if !price.is_positive() {
        return None;
    }
    let told = terms.and_then(|terms| days(term(terms, ask, to)?));
    let guessed = transfer.est_delivery_time.map(|days| (days, days));
    let (days_min, days_max) = told.or(guessed).unzip();
    Some(Quote {
        tariff: transfer.kind.to_string(),
        tariff_name: tariff_name(transfer.kind).to_owned(),
        mode: if matches!(to, Spot::Door(_)) { DeliveryMode::Door } else { DeliveryMode::Point },
        price_kopecks: price,
        lines,
        days_min,
        days_max,
        weight_max_g: None,
    })
}

fn flatten(service: &Service, lines: &mut Vec<QuoteLine>) {
    let price = service.cost.map_or(Kopecks::ZERO, JsonDecimal::kopecks);
    if !price.is_zero() {
        let name = service.info.as_ref().or(service.service_type.as_ref());
        lines.push(QuoteLine { name: name.cloned().unwrap_or_default(), price_kopecks: price });
    }
    for part in &service.services {
        flatten(part, lines);
    }
}

/// The term of the first deadline of the day.
fn term<'a>(terms: &'a Terms, ask: &QuoteAsk, to: &Spot) -> Option<&'a str> {
    let from_door = matches!(ask.from, Spot::Door(_));
    let term = match (from_door, to) {
        (false, Spot::Point { .. }) => terms.transporting.first(),
        (false, Spot::Door(_)) => terms.transporting_with_delivery.first(),
        (true, Spot::Point { .. }) => terms.transporting_with_pickup.as_ref(),
        (true, Spot::Door(_)) => terms.transporting_with_delivery_with_pickup.as_ref(),
    };
    term.map(String::as_str)
}

/// `2 - 3` or `3`.
fn days(term: &str) -> Option<(i64, i64)> {
    let (least, most) = term.split_once('-').unwrap_or((term, term));
    Some((least.trim().parse().ok()?, most.trim().parse().ok()?))
}
