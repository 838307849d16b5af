//! Ours to theirs and back, without any network.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::Value;

use super::wire::{
    Barcode, Cargo, CellLimits, Cost, Created, OrderStatus, PartnerOrder, Point, Product, Rate,
};
use super::{CODE, Settings};
use crate::carriers::amounts::JsonDecimal;
use crate::carriers::local::{degrees, moscow_instant, russian_phone};
use crate::carriers::model::{
    Answers, BuyOut, DeliveryMode, DeliveryStatus, Item, Leg, PointKind, PointLimits, PointModel,
    Quote, QuoteAsk, QuoteLine, Reason, Registered, Registration, ShipmentAsk, ShipmentRef, Spot,
    TrackEvent,
};
use crate::carriers::statuses::StatusTable;
use crate::carriers::{CarrierError, not_sayable};
use crate::units::{Grams, Kopecks};

pub(super) static STATUSES: LazyLock<StatusTable> =
    LazyLock::new(|| StatusTable::parse(include_str!("status.csv")));

const ROUBLES: &str = "RUB";
const MILLIGRAMS: i64 = 1_000;

/// A point with what it costs to send there.
#[derive(Debug, Clone)]
pub(super) struct Priced {
    pub(super) point: PointModel,
    rates: Vec<Rate>,
    days: Option<(i64, i64)>,
}

pub(super) fn priced(raw: &Value) -> Option<Priced> {
    let point = Point::deserialize(raw).ok().filter(|point| !point.id.is_empty())?;
    let days = || point.delivery_sl.iter().filter_map(|days| days.sl);
    let days = days().min().zip(days().max());
    Some(Priced { point: model(&point), rates: point.rate.clone(), days })
}

fn model(point: &Point) -> PointModel {
    let text = |said: &Option<String>| said.clone().unwrap_or_default();
    let hours = point.work_hours.iter();
    let hours = hours.map(|day| format!("{} {}-{}", day.day, day.opens_at, day.closes_at));
    let is_active = point.ext_status.as_deref().is_none_or(|status| status == "ACTIVE");
    PointModel {
        code: point.id.clone(),
        kind: match point.kind.as_str() {
            "POSTAMAT" => PointKind::Locker,
            "TOBACCO" => PointKind::Till,
            _ => PointKind::Office,
        },
        name: point.name.clone(),
        region: text(&point.address.region),
        city: text(&point.address.city),
        postcode: text(&point.address.zip_code),
        address: point.full_address.clone(),
        latitude: degrees(point.address.lat.as_ref()),
        longitude: degrees(point.address.lng.as_ref()),
        hours: hours.collect::<Vec<_>>().join("; "),
        phone: text(&point.phone),
        hint: text(&point.additional),
        limits: point.cell_limits.as_ref().map(limits).unwrap_or_default(),
        cash: point.cash_allowed.into(),
        card: point.card_allowed.into(),
        partial_buy_out: Answers::No,
        hands_out: Answers::Yes,
        takes_in: Answers::No,
        is_closed: !is_active,
    }
}

fn limits(cell: &CellLimits) -> PointLimits {
    let sides = [cell.max_cell_length, cell.max_cell_width, cell.max_cell_height];
    let sides = sides.map(|side| side.filter(|side| *side > 0));
    PointLimits {
        weight_max_g: cell
            .max_weight
            .filter(|max| *max > 0)
            .map(|max| Grams::new(max / MILLIGRAMS)),
        sides_max_mm: if let [Some(length), Some(width), Some(height)] = sides {
            Some([length, width, height])
        } else {
            None
        },
        ..PointLimits::default()
    }
}

/// One offer for each kind of rate of the point.
pub(super) fn quotes(priced: &Priced, ask: &QuoteAsk, settings: &Settings) -> Vec<Quote> {
    priced.rates.iter().filter_map(|rate| quote(priced, rate, ask, settings)).collect()
}

fn quote(priced: &Priced, rate: &Rate, ask: &QuoteAsk, settings: &Settings) -> Option<Quote> {
    let tariff = rate.rate_type.clone()?;
    let base = rate.rate_value_with_vat?.kopecks();
    let over_g = (ask.package.weight_g.get() - settings.base_weight_g).max(0);
    let kilograms = over_g.saturating_add(999) / 1_000;
    let each = rate.rate_extra_value_with_vat.map_or(0, |extra| extra.kopecks().get());
    let extra = Kopecks::new(each.saturating_mul(kilograms));
    let lines = [("доставка", base), ("за вес", extra)].into_iter();
    let lines = lines.filter(|(_, price)| price.is_positive());
    let price = base.checked_add(extra).ok().filter(|price| price.is_positive())?;
    let zone = rate.zone.as_deref().unwrap_or_default();
    let is_locker = priced.point.kind == PointKind::Locker;
    Some(Quote {
        tariff_name: format!("5post {tariff} {zone}").trim().to_owned(),
        tariff,
        mode: if is_locker { DeliveryMode::Locker } else { DeliveryMode::Point },
        price_kopecks: price,
        lines: lines
            .map(|(name, price_kopecks)| QuoteLine { name: name.to_owned(), price_kopecks })
            .collect(),
        days_min: priced.days.map(|(least, _)| least),
        days_max: priced.days.map(|(_, most)| most),
        weight_max_g: priced.point.limits.weight_max_g,
    })
}

fn check_parcel(ask: &ShipmentAsk) -> Result<(), CarrierError> {
    let sides = ask.package.sides_mm();
    if sides[2] <= 0 || !ask.package.weight_g.is_positive() {
        return Err(not_sayable(CODE, "package", "it has to be weighed and measured"));
    }
    if ask.cod_kopecks().is_positive() && ask.buy_out == BuyOut::Partial {
        return Err(not_sayable(CODE, "buy_out", "the carrier hands out the whole parcel only"));
    }
    Ok(())
}

pub(super) fn order(ask: &ShipmentAsk, settings: &Settings) -> Result<PartnerOrder, CarrierError> {
    let Spot::Point { code, .. } = &ask.to else {
        return Err(not_sayable(CODE, "to", "the carrier hands out at its points only"));
    };
    if uuid::Uuid::parse_str(code).is_err() {
        return Err(not_sayable(CODE, "to", format!("{code:?} is no id of a point")));
    }
    let name = ask.recipient.name.trim();
    if name.is_empty() {
        return Err(not_sayable(CODE, "recipient.name", "it is empty"));
    }
    let phone = russian_phone(&ask.recipient.phone).ok_or_else(|| {
        not_sayable(
            CODE,
            "recipient.phone",
            format!("{:?} is no phone of Russia", ask.recipient.phone),
        )
    })?;
    check_parcel(ask)?;
    let cod = ask.cod_kopecks();
    let email = ask.recipient.email.trim();
    let declared = JsonDecimal::of_kopecks(ask.declared_kopecks());
    // A time of the day is wanted: noon in Moscow.
    let time = format!("{}T09:00:00Z", ask.day);
    Ok(PartnerOrder {
        sender_order_id: ask.number.clone(),
        client_order_id: ask.number.clone(),
        brand_name: settings.brand.clone(),
        client_name: name.to_owned(),
        client_phone: format!("+{phone}"),
        client_email: (!email.is_empty()).then(|| email.to_owned()),
        sender_location: settings.sender_location.clone(),
        return_location: settings.return_location.clone(),
        receiver_location: code.clone(),
        undeliverable_option: "RETURN",
        shipment_date: time.clone(),
        planned_receive_date: time,
        rate_type_code: ask.tariff.clone(),
        cost: Cost {
            price: declared,
            price_currency: ROUBLES,
            payment_value: JsonDecimal::of_kopecks(cod),
            payment_currency: ROUBLES,
            payment_type: if cod.is_positive() {
                settings.cod_payment.as_str()
            } else {
                "PREPAYMENT"
            },
            delivery_cost: JsonDecimal::of_kopecks(ask.delivery_fee_kopecks),
            delivery_cost_currency: ROUBLES,
        },
        cargoes: vec![Cargo {
            sender_cargo_id: ask.package.number.clone(),
            barcodes: vec![Barcode { value: ask.package.number.clone() }],
            height: ask.package.height_mm,
            width: ask.package.width_mm,
            length: ask.package.length_mm,
            weight: ask.package.weight_g.get().saturating_mul(MILLIGRAMS),
            price: declared,
            currency: ROUBLES,
            product_values: ask.items.iter().flat_map(products).collect(),
        }],
    })
}

/// Marked goods piece by piece, the others by the line.
fn products(item: &Item) -> Vec<Product> {
    let price =
        if item.cod_kopecks.is_positive() { item.cod_kopecks } else { item.declared_kopecks };
    let product = |value, mark: Option<&String>| Product {
        name: item.name.clone(),
        value,
        price: JsonDecimal::of_kopecks(price),
        currency: ROUBLES,
        vat: item.vat.per_cent(),
        vendor_code: item.article.clone(),
        upi_code: mark.map(|mark| STANDARD.encode(mark)),
    };
    let marked = i64::try_from(item.marks.len()).unwrap_or(i64::MAX);
    let mut products: Vec<Product> = item.marks.iter().map(|mark| product(1, Some(mark))).collect();
    if marked < item.quantity {
        products.push(product(item.quantity - marked, None));
    }
    products
}

/// Whether the refusal only says that the number is used already.
pub(super) fn is_double(created: &Created, number: &str) -> bool {
    let errors = created.errors.iter().flatten();
    let mut conflicts = errors.flat_map(|error| error.conflicts_info.iter().flatten());
    conflicts.any(|conflict| conflict.existed_sender_order_id.as_deref() == Some(number))
}

pub(super) fn reasons(created: Created) -> Vec<Reason> {
    let code = |code: Option<Value>| match code {
        Some(Value::String(text)) => text,
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    };
    let errors = created.errors.unwrap_or_default().into_iter();
    let reasons =
        errors.map(|error| Reason::new(code(error.code), error.message.unwrap_or_default()));
    let reasons: Vec<Reason> = reasons.collect();
    if reasons.is_empty() { vec![Reason::new("", "заказ не создан")] } else { reasons }
}

/// New orders are still looked at; what is approved is registered.
pub(super) fn registration(said: &OrderStatus, asked: &ShipmentRef) -> Registration {
    let id = said.order_id.clone().unwrap_or_else(|| asked.id.clone());
    let reference = ShipmentRef { track: id.clone(), id, ..asked.clone() };
    let code = said.execution_status.as_deref().unwrap_or_default();
    let words = || STATUSES.find(code).map_or_else(|| code.to_owned(), |row| row.name.clone());
    match said.status.as_deref() {
        Some("NEW") => Registration::Pending(reference),
        Some(status @ ("REJECTED" | "CANCELLED")) => {
            Registration::Refused(vec![Reason::new(status, words())])
        }
        _ => Registration::Registered(Registered { reference, ..Registered::default() }),
    }
}

/// Events in the order of time, each once.
pub(super) fn events(rows: &[Value]) -> Vec<TrackEvent> {
    let mut events: Vec<TrackEvent> = rows.iter().filter_map(event).collect();
    events.sort_by(|one, other| (one.at, &one.code).cmp(&(other.at, &other.code)));
    events.dedup_by(|one, other| (one.at, &one.code) == (other.at, &other.code));
    events
}

fn event(raw: &Value) -> Option<TrackEvent> {
    let row = OrderStatus::deserialize(raw).ok()?;
    let code = row.execution_status.or(row.status)?;
    let at = moscow_instant(&row.change_date?)?;
    let known = STATUSES.find(&code);
    let status = known.and_then(|row| row.meaning.status);
    let back = matches!(status, Some(DeliveryStatus::Returning | DeliveryStatus::Returned));
    Some(TrackEvent {
        words: known.map_or_else(|| code.clone(), |row| row.name.clone()),
        meaning: known.map(|row| row.meaning),
        code,
        at,
        place: String::new(),
        leg: if back { Leg::Return } else { Leg::Direct },
        raw: raw.clone(),
    })
}
