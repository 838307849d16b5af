//! `DeliveryCosts` for a certain point, `DeliveryCalculation` for doors and towns.

use super::kopecks;
use crate::carriers::CarrierError;
use crate::carriers::amounts::{JsonDecimal, centimetres, roubles_text};
use crate::carriers::boxberry::wire::{
    BoxSizeOut, CalculatedIn, CalculationIn, CalculationOut, CostsIn, Loose, ZipIn,
};
use crate::carriers::boxberry::{COURIER, POINT, Settings};
use crate::carriers::model::{DeliveryMode, Quote, QuoteAsk, QuoteLine};
use crate::units::Grams;

const WEIGHT_MAX: Grams = Grams::new(31_000);

/// Parameters of `DeliveryCosts` for a point.
pub(crate) fn costs_params(
    ask: &QuoteAsk,
    point: &str,
    settings: &Settings,
) -> Vec<(&'static str, String)> {
    let package = &ask.package;
    let mut params = vec![
        ("target", point.to_owned()),
        ("weight", package.weight_g.get().to_string()),
        ("ordersum", roubles_text(ask.declared_kopecks)),
        ("paysum", roubles_text(ask.cod_kopecks)),
        ("height", centimetres(package.height_mm).to_string()),
        ("width", centimetres(package.width_mm).to_string()),
        ("depth", centimetres(package.length_mm).to_string()),
        ("sucrh", "1".to_owned()),
    ];
    let start = super::ask::reception(&ask.from, settings);
    if !start.is_empty() {
        params.push(("targetstart", start.to_owned()));
    }
    params
}

/// `DeliveryCalculation` to a door by its postcode, or to any point of a town by the town's code.
pub(crate) fn calculation(ask: &QuoteAsk, city: &str, settings: &Settings) -> CalculationOut {
    let package = &ask.package;
    let is_door = ask.mode == DeliveryMode::Door;
    CalculationOut {
        target_start: super::ask::reception(&ask.from, settings).to_owned(),
        recipient_city_id: city.to_owned(),
        delivery_type: if is_door { 2 } else { 1 },
        zip: if is_door { ask.to.address().postcode.clone() } else { String::new() },
        order_sum: JsonDecimal::of_kopecks(ask.declared_kopecks),
        pay_sum: JsonDecimal::of_kopecks(ask.cod_kopecks),
        box_sizes: vec![BoxSizeOut {
            width: centimetres(package.width_mm),
            height: centimetres(package.height_mm),
            depth: centimetres(package.length_mm),
            weight: package.weight_g.get(),
        }],
        use_shop_settings: 1,
    }
}

struct Price<'a> {
    total: &'a Loose,
    base: &'a Loose,
    service: &'a Loose,
    days: &'a Loose,
}

fn offer(price: &Price<'_>, mode: DeliveryMode) -> Result<Option<Quote>, CarrierError> {
    let base = kopecks(price.base)?;
    if !base.is_positive() {
        // Boxberry's way to say that it does not go there.
        return Ok(None);
    }
    let (tariff, tariff_name) = match mode {
        DeliveryMode::Door => (COURIER, "Boxberry: курьером до двери"),
        DeliveryMode::Point | DeliveryMode::Locker => (POINT, "Boxberry: до пункта выдачи"),
    };
    let mut lines = vec![QuoteLine { name: "Доставка".to_owned(), price_kopecks: base }];
    if !price.service.0.is_empty() {
        let price_kopecks = kopecks(price.service)?;
        lines.push(QuoteLine { name: "Услуги".to_owned(), price_kopecks });
    }
    let days = price.days.0.trim();
    let days = days.split('.').next().and_then(|whole| whole.parse().ok());
    Ok(Some(Quote {
        tariff: tariff.to_owned(),
        tariff_name: tariff_name.to_owned(),
        mode,
        price_kopecks: kopecks(price.total)?,
        lines,
        days_min: days,
        days_max: days,
        weight_max_g: Some(WEIGHT_MAX),
    }))
}

/// What `DeliveryCosts` offers.
pub(crate) fn costs(said: &CostsIn, mode: DeliveryMode) -> Result<Vec<Quote>, CarrierError> {
    let price = Price {
        total: &said.price,
        base: &said.price_base,
        service: &said.price_service,
        days: &said.delivery_period,
    };
    Ok(offer(&price, mode)?.into_iter().collect())
}

/// What `DeliveryCalculation` offers of the kind that was asked for.
pub(crate) fn calculated(
    said: &CalculationIn,
    mode: DeliveryMode,
) -> Result<Vec<Quote>, CarrierError> {
    let wanted = if mode == DeliveryMode::Door { COURIER } else { POINT };
    let fitting = |cost: &&CalculatedIn| cost.delivery_type_id.0 == wanted;
    let mut quotes = Vec::new();
    for cost in said.result.costs.iter().filter(fitting) {
        let price = Price {
            total: &cost.total_price,
            base: &cost.price_base,
            service: &cost.price_service,
            days: &cost.delivery_period,
        };
        quotes.extend(offer(&price, mode)?);
    }
    Ok(quotes)
}

/// Whether couriers go to the postcode that was asked about.
pub(crate) fn reaches(said: &[ZipIn]) -> bool {
    said.iter().any(|zip| zip.express_delivery.flag() == Some(true))
}
