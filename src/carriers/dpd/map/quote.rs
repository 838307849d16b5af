//! `getServiceCostByParcels2`.

use super::{CODE, is_terminal, malformed, short};
use crate::carriers::amounts::{centimetres, kilograms_text, kopecks, roubles_text};
use crate::carriers::dpd::Settings;
use crate::carriers::dpd::wire::{CostIn, CostOut, CostParcelOut, PlaceOut};
use crate::carriers::model::{Address, DeliveryMode, Quote, QuoteAsk};
use crate::carriers::{CarrierError, not_sayable};

/// The question.
pub(crate) fn cost(ask: &QuoteAsk, settings: &Settings) -> Result<CostOut, CarrierError> {
    let package = &ask.package;
    Ok(CostOut {
        pickup: place("from", ask.from.address())?,
        delivery: place("to", ask.to.address())?,
        self_pickup: is_terminal(&ask.from),
        self_delivery: ask.mode != DeliveryMode::Door,
        service_code: settings.services.join(","),
        pickup_date: ask.day.to_string(),
        declared_value: short(&roubles_text(ask.declared_kopecks)),
        parcel: vec![CostParcelOut {
            weight: kilograms_text(package.weight_g),
            length: centimetres(package.length_mm),
            width: centimetres(package.width_mm),
            height: centimetres(package.height_mm),
            quantity: 1,
        }],
    })
}

/// A town by its postcode; by name and region where there is none. Names alone are ambiguous.
fn place(field: &'static str, address: &Address) -> Result<PlaceOut, CarrierError> {
    let postcode = address.postcode.trim();
    if !postcode.is_empty() {
        return Ok(PlaceOut { index: postcode.to_owned(), ..PlaceOut::default() });
    }
    if address.city.trim().is_empty() {
        return Err(not_sayable(CODE, field, "нужен индекс или город"));
    }
    // A КЛАДР code begins with the number of the region.
    let region_code = address.kladr.get(..2).unwrap_or_default().trim_start_matches('0');
    Ok(PlaceOut {
        index: String::new(),
        city_name: address.city.clone(),
        region_code: region_code.to_owned(),
        country_code: "RU".to_owned(),
    })
}

/// The offers.
pub(crate) fn quotes(said: &[CostIn], mode: DeliveryMode) -> Result<Vec<Quote>, CarrierError> {
    let offer = |cost: &CostIn| {
        let days = cost.days.trim().parse().ok();
        Ok(Quote {
            tariff: cost.service_code.clone(),
            tariff_name: cost.service_name.clone(),
            mode,
            price_kopecks: kopecks(&cost.cost).map_err(malformed)?,
            lines: Vec::new(),
            days_min: days,
            days_max: days,
            weight_max_g: None,
        })
    };
    said.iter().map(offer).collect()
}
