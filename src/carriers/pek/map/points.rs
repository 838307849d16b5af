//! Warehouses and points of the carrier.

use serde::Deserialize;

use super::super::wire::{Branch, Branches, Division, Kind, Warehouse, WorkDay};
use crate::carriers::amounts::JsonDecimal;
use crate::carriers::local::degrees;
use crate::carriers::model::{Answers, PointKind, PointLimits, PointModel};

const POINT: i64 = 1;
const DAYS: [&str; 7] = ["пн", "вт", "ср", "чт", "пт", "сб", "вс"];

/// Every warehouse: only their ids are accepted in orders. A division without one closes soon.
pub(in super::super) fn points(said: &Branches) -> Vec<PointModel> {
    let mut points = Vec::new();
    for branch in &said.branches {
        let divisions = branch.divisions.iter().filter_map(|raw| Division::deserialize(raw).ok());
        for division in divisions {
            let city = city(branch, &division.id);
            points.extend(division.warehouses.iter().map(|house| point(city, &division, house)));
        }
    }
    points.retain(|point| !point.code.is_empty() && !point.address.is_empty());
    points
}

fn city<'a>(branch: &'a Branch, division: &str) -> &'a str {
    let has = |ids: &Vec<String>| ids.iter().any(|id| id == division);
    let city = branch.cities.iter().find(|city| city.divisions.as_ref().is_some_and(has));
    city.map_or(&branch.title, |city| &city.title)
}

fn point(city: &str, division: &Division, house: &Warehouse) -> PointModel {
    let kinds = [&division.kinds_of_transportation, &house.kinds_of_transportation];
    let kinds: Vec<&Kind> = kinds.into_iter().flatten().flatten().collect();
    let does = |operation: &str| {
        let told = kinds.iter().any(|kind| kind.operations.iter().any(|told| told == operation));
        Answers::from((!kinds.is_empty()).then_some(told))
    };
    let spot = house.coordinatesobj.as_ref();
    let is_point = division.department_type_id == Some(POINT);
    let full = house.address_division.as_deref().unwrap_or_default().trim();
    PointModel {
        code: house.id.clone(),
        kind: if is_point { PointKind::Office } else { PointKind::Terminal },
        name: division.name.clone(),
        region: String::new(),
        city: city.to_owned(),
        postcode: String::new(),
        address: if full.is_empty() { house.address.clone() } else { full.to_owned() },
        latitude: degrees(spot.and_then(|spot| spot.latitude.as_ref())),
        longitude: degrees(spot.and_then(|spot| spot.longitude.as_ref())),
        hours: hours(house.division_time_of_work.as_deref().unwrap_or_default()),
        phone: house.telephone.clone().unwrap_or_default(),
        hint: house.pointer_description.clone().unwrap_or_default(),
        limits: limits(house),
        cash: Answers::Unknown,
        card: Answers::Unknown,
        partial_buy_out: Answers::No,
        hands_out: does("Выдача грузов"),
        takes_in: does("Прием грузов"),
        is_closed: house.department_closing_date.as_ref().is_some_and(|day| !day.is_empty()),
    }
}

/// Zero is no limit.
fn limits(house: &Warehouse) -> PointLimits {
    let positive =
        |said: Option<JsonDecimal>| said.filter(|said| said.0 > JsonDecimal::default().0);
    let weights = [house.max_weight, house.max_weight_per_place];
    PointLimits {
        weight_max_g: weights.into_iter().filter_map(positive).map(JsonDecimal::grams).min(),
        longest_max_mm: positive(house.max_dimension).map(JsonDecimal::millimetres_of_m),
        volume_max_cm3: positive(house.max_volume).map(JsonDecimal::cm3_of_m3),
        ..PointLimits::default()
    }
}

/// `пн 09:00-18:00; вт …`: a day that is not told is closed.
fn hours(days: &[WorkDay]) -> String {
    let day = |day: &WorkDay| {
        let number = match day.day_of_week.as_ref()? {
            serde_json::Value::String(text) => text.trim().parse().ok()?,
            other => usize::try_from(other.as_u64()?).ok()?,
        };
        let name = DAYS.get(number.checked_sub(1)?)?;
        let from = day.work_from.as_deref().filter(|from| !from.is_empty()).unwrap_or("00:00");
        Some(format!("{name} {from}-{}", day.work_to.as_deref().unwrap_or_default()))
    };
    days.iter().filter_map(day).collect::<Vec<_>>().join("; ")
}
