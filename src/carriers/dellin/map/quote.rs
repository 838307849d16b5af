//! Prices. `contractPrice` means that there is none: it is no offer, and never zero.

use chrono::NaiveDate;

use super::super::wire::{
    Calculation, CalculatorBody, Delivery, DeliveryType, OrderDates, Part, Payment, Requester,
    RequesterOnly,
};
use super::super::{DeliveryKind, Settings};
use super::{cargo, derival, end};
use crate::carriers::CarrierError;
use crate::carriers::amounts::JsonDecimal;
use crate::carriers::model::{DeliveryMode, Quote, QuoteAsk, QuoteLine, Spot};
use crate::units::{Day, Grams};

pub(in super::super) fn body(
    ask: &QuoteAsk,
    to: &Spot,
    kind: DeliveryKind,
    settings: &Settings,
) -> Result<CalculatorBody, CarrierError> {
    Ok(CalculatorBody {
        delivery: Delivery {
            delivery_type: DeliveryType { kind: kind.as_str().to_owned() },
            derival: derival(&ask.from, ask.day, settings)?,
            arrival: end("to", to, settings)?,
            packages: Vec::new(),
            comment: None,
        },
        cargo: cargo(&ask.package, ask.declared_kopecks)?,
        members: RequesterOnly {
            requester: Requester {
                role: "sender",
                uid: settings.counteragent_uid.clone(),
                email: settings.email.clone(),
            },
        },
        payment: Payment {
            kind: "noncash",
            primary_payer: "sender",
            payment_city: settings.payment_city_kladr.clone(),
            cash_on_delivery: None,
        },
    })
}

/// The offer, if it is one.
pub(in super::super) fn quote(
    said: &Calculation,
    kind: DeliveryKind,
    ask: &QuoteAsk,
    to: &Spot,
) -> Option<Quote> {
    let way = match kind {
        DeliveryKind::Auto => &said.auto,
        DeliveryKind::Express => &said.express,
        DeliveryKind::Avia => &said.avia,
        DeliveryKind::Small => &said.small,
        DeliveryKind::Letter => &said.letter,
    };
    let parts = [("перевозка", way), ("забор", &said.derival), ("доставка", &said.arrival)];
    let by_contract = |part: &Part| part.contract_price == Some(true);
    if parts.iter().any(|(_, part)| part.as_ref().is_some_and(by_contract)) {
        return None;
    }
    let price = said.price?.kopecks();
    if !price.is_positive() {
        return None;
    }
    let lines = parts
        .into_iter()
        .filter_map(|(name, part)| Some((name, part.as_ref()?.price?)))
        .chain(said.insurance.map(|price| ("страхование", price)));
    let lines = lines.filter(|(_, price)| price.kopecks().is_positive());
    let (least, most) = said.order_dates.as_ref().map_or((None, None), |dates| end_days(dates, to));
    let days = |text: Option<&String>| text.and_then(|text| days_after(ask.day, text));
    Some(Quote {
        tariff: kind.as_str().to_owned(),
        tariff_name: kind.name().to_owned(),
        mode: if matches!(to, Spot::Door(_)) { DeliveryMode::Door } else { DeliveryMode::Point },
        price_kopecks: price,
        lines: lines.map(line).collect(),
        days_min: days(least),
        days_max: days(most.or(least)),
        weight_max_g: (kind == DeliveryKind::Small).then_some(Grams::new(super::super::SMALL_G)),
    })
}

fn line((name, price): (&'static str, JsonDecimal)) -> QuoteLine {
    QuoteLine { name: name.to_owned(), price_kopecks: price.kopecks() }
}

/// The days that count at the end: of the handing out at a terminal, of the delivery to a door.
fn end_days<'a>(dates: &'a OrderDates, to: &Spot) -> (Option<&'a String>, Option<&'a String>) {
    match to {
        Spot::Point { .. } => {
            (dates.giveout_from_osp_receiver.as_ref(), dates.giveout_from_osp_receiver_max.as_ref())
        }
        Spot::Door(_) => (
            dates.derival_to_address.as_ref().or(dates.derival_from_osp_receiver.as_ref()),
            dates.derival_to_address_max.as_ref().or(dates.derival_from_osp_receiver_max.as_ref()),
        ),
    }
}

fn days_after(day: Day, text: &str) -> Option<i64> {
    let there = NaiveDate::parse_from_str(text.get(..10)?, "%Y-%m-%d").ok()?;
    let days = Day::from_date(there).days_since(day);
    (days >= 0).then_some(days)
}
