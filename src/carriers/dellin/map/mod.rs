//! Ours to theirs and back, without any network.

mod points;
mod quote;
mod shipment;
mod track;

pub(super) use points::points;
pub(super) use quote::{body as calculator_body, quote};
pub(super) use shipment::{body as request_body, ours, registration};
#[cfg(test)]
pub(super) use track::STATUSES;
pub(super) use track::{Course, events};

use super::wire::{AddressSearch, Cargo, End, Insurance, WorkTime};
use super::{CODE, Settings};
use crate::carriers::amounts::JsonDecimal;
use crate::carriers::model::{Package, Spot};
use crate::carriers::{CarrierError, not_sayable};
use crate::units::{Day, Kopecks};

/// Freight from this side or weight on is priced as oversized, by rules of its own.
const SIDE_MAX_MM: i64 = 3_000;
const WEIGHT_MAX_G: i64 = 100_000;

/// The beginning with its day.
fn derival(from: &Spot, day: Day, settings: &Settings) -> Result<End, CarrierError> {
    Ok(End { produce_date: Some(day.to_string()), ..end("from", from, settings)? })
}

fn end(field: &'static str, spot: &Spot, settings: &Settings) -> Result<End, CarrierError> {
    match spot {
        Spot::Point { code, .. } => {
            if code.is_empty() || !code.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(not_sayable(
                    CODE,
                    field,
                    format!("{code:?} is no number of a terminal"),
                ));
            }
            Ok(End {
                variant: "terminal",
                terminal_id: Some(code.clone()),
                requirements: Some(Vec::new()),
                ..End::default()
            })
        }
        Spot::Door(address) => {
            let line = address.one_line();
            if line.is_empty() {
                return Err(not_sayable(CODE, field, "the address is empty"));
            }
            let time = WorkTime {
                worktime_start: settings.worktime_start.clone(),
                worktime_end: settings.worktime_end.clone(),
            };
            // A price for a city needs no street.
            let only_city = address.line.trim().is_empty() && !address.kladr.is_empty();
            let city = only_city.then(|| format!("{:0<25}", address.kladr));
            let search = (!only_city).then_some(AddressSearch { search: line });
            Ok(End {
                variant: "address",
                city,
                address: search,
                time: Some(time),
                ..End::default()
            })
        }
    }
}

fn cargo(package: &Package, declared: Kopecks) -> Result<Cargo, CarrierError> {
    let sides = package.sides_mm();
    if sides[2] <= 0 || !package.weight_g.is_positive() {
        return Err(not_sayable(CODE, "package", "it has to be weighed and measured"));
    }
    if sides[0] >= SIDE_MAX_MM || package.weight_g.get() >= WEIGHT_MAX_G {
        return Err(not_sayable(
            CODE,
            "package",
            "oversized freight (3 m or 100 kg and more) is agreed with the carrier",
        ));
    }
    let weight = JsonDecimal::of_grams(package.weight_g);
    let insurance = declared.is_positive().then(|| Insurance {
        stated_value: JsonDecimal::of_kopecks(declared),
        payer: "sender",
        term: true,
    });
    Ok(Cargo {
        quantity: 1,
        length: JsonDecimal::of_millimetres(package.length_mm),
        width: JsonDecimal::of_millimetres(package.width_mm),
        height: JsonDecimal::of_millimetres(package.height_mm),
        weight,
        total_volume: JsonDecimal::of_cubic_metres(sides, 3),
        total_weight: weight,
        freight_uid: None,
        insurance,
    })
}
