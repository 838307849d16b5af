//! Ours to theirs and back, without any network.

mod points;
mod quote;
mod shipment;
mod track;

pub(super) use points::points;
pub(super) use quote::{body as price_body, quotes};
pub(super) use shipment::{body as submit_body, submitted};
#[cfg(test)]
pub(super) use track::STATUSES;
pub(super) use track::{Title, events};

use super::CODE;
use super::wire::Size;
use crate::carriers::amounts::JsonDecimal;
use crate::carriers::model::{Address, Package, Spot};
use crate::carriers::{CarrierError, not_sayable};

/// The carrier rounds sizes up to centimetres, so they are told so.
const PLACES: u32 = 2;

fn size(package: &Package) -> Result<Size, CarrierError> {
    let sides = package.sides_mm();
    if sides[2] <= 0 || !package.weight_g.is_positive() {
        return Err(not_sayable(CODE, "package", "it has to be weighed and measured"));
    }
    let side = |millimetres| JsonDecimal::of_millimetres(millimetres).rounded_up(PLACES);
    Ok(Size {
        length: side(package.length_mm),
        width: side(package.width_mm),
        height: side(package.height_mm),
        volume: JsonDecimal::of_cubic_metres(sides, PLACES),
        weight: JsonDecimal::of_grams(package.weight_g),
    })
}

/// Country, region, city, the rest; no postcode and nothing else.
fn address(field: &'static str, address: &Address) -> Result<String, CarrierError> {
    if address.city.trim().is_empty() && address.line.trim().is_empty() {
        return Err(not_sayable(CODE, field, "the address is empty"));
    }
    let parts = ["Россия", &address.region, &address.city, &address.line];
    let parts = parts.into_iter().map(str::trim).filter(|part| !part.is_empty());
    Ok(parts.collect::<Vec<_>>().join(", "))
}

/// Only ids of warehouses count; they are UUIDs.
fn warehouse(field: &'static str, code: &str) -> Result<String, CarrierError> {
    match uuid::Uuid::parse_str(code) {
        Ok(_) => Ok(code.to_owned()),
        Err(_) => Err(not_sayable(CODE, field, format!("{code:?} is no id of a warehouse"))),
    }
}

/// The warehouse or the address of an end.
fn place(
    field: &'static str,
    spot: &Spot,
) -> Result<(Option<String>, Option<String>), CarrierError> {
    match spot {
        Spot::Point { code, .. } => Ok((Some(warehouse(field, code)?), None)),
        Spot::Door(door) => Ok((None, Some(address(field, door)?))),
    }
}
