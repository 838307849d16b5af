//! Points and terminals.

use crate::carriers::amounts;
use crate::carriers::dpd::wire::{LimitsIn, PointAddressIn, PointIn, ScheduleIn};
use crate::carriers::model::{Answers, PointKind, PointLimits, PointModel};
use crate::units::Kopecks;

/// A point of a partner, or a terminal of DPD's own: those have no kind and no limits.
pub(crate) fn point(said: &PointIn) -> PointModel {
    let kind = match said.parcel_shop_type.as_str() {
        "" => PointKind::Terminal,
        "П" => PointKind::Locker,
        _ => PointKind::Office,
    };
    let has = |operation: &str| said.schedule.iter().any(|one| one.operation == operation);
    let service = |code: &str| said.extra_service.iter().find(|service| service.code == code);
    let cod_max = service("НПП").map(|service| {
        let limit = service.params.iter().find(|param| param.name == "sum_npp");
        limit.and_then(|limit| amounts::kopecks(&limit.value).ok())
    });
    // Payment needs a till in the schedule and the service.
    let takes_cash = cod_max.is_some() && has("Payment");
    let takes_card = cod_max.is_some() && has("PaymentByBankCard");
    let cod_max_kopecks =
        if takes_cash || takes_card { cod_max.flatten() } else { Some(Kopecks::ZERO) };
    let name = [&said.brand, &said.terminal_name].into_iter().find(|name| !name.is_empty());
    PointModel {
        code: said.code.clone(),
        kind,
        name: name.cloned().unwrap_or_else(|| format!("DPD {}", said.code)),
        region: said.address.region_name.clone(),
        city: said.address.city_name.clone(),
        postcode: said.address.index.clone(),
        address: street(&said.address),
        latitude: said.geo_coordinates.latitude.trim().parse().ok(),
        longitude: said.geo_coordinates.longitude.trim().parse().ok(),
        hours: hours(&said.schedule),
        phone: String::new(),
        hint: said.address.descript.clone(),
        limits: PointLimits { cod_max_kopecks, ..limits(&said.limits) },
        cash: Answers::from(Some(takes_cash)),
        card: Answers::from(Some(takes_card)),
        partial_buy_out: Answers::from(Some(service("ЧСТ").is_some())),
        hands_out: Answers::from(Some(has("SelfDelivery"))),
        takes_in: Answers::from(Some(has("SelfPickup"))),
        is_closed: !["", "Open"].contains(&said.state.as_str()),
    }
}

fn limits(said: &LimitsIn) -> PointLimits {
    let grams = |text: &String| amounts::grams(text).ok();
    let weights = [&said.max_weight, &said.max_shipment_weight].into_iter().filter_map(grams);
    let millimetres = |text: &str| amounts::millimetres(text).ok();
    let sides = [&said.max_length, &said.max_width, &said.max_height];
    let sides: Option<Vec<i64>> = sides.into_iter().map(|side| millimetres(side)).collect();
    let sides = sides.and_then(|sides| <[i64; 3]>::try_from(sides).ok()).map(|mut sides| {
        sides.sort_unstable_by(|one, other| other.cmp(one));
        sides
    });
    PointLimits {
        weight_max_g: weights.min(),
        sides_max_mm: sides,
        sum_of_sides_max_mm: millimetres(&said.dimension_sum),
        ..PointLimits::default()
    }
}

fn street(said: &PointAddressIn) -> String {
    let street = [said.street_abbr.as_str(), &said.street].join(" ");
    let part = |word: &str, value: &String| {
        if value.is_empty() { String::new() } else { format!("{word} {value}") }
    };
    let parts = [
        street.trim().to_owned(),
        part("д.", &said.house_no),
        part("корп.", &said.building),
        part("стр.", &said.structure),
        part("вл.", &said.ownership),
    ];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
}

/// When parcels are handed out.
fn hours(schedule: &[ScheduleIn]) -> String {
    let handing_out = schedule.iter().find(|one| one.operation == "SelfDelivery");
    let lines = handing_out.into_iter().flat_map(|one| &one.timetable);
    let lines = lines.map(|line| format!("{}: {}", line.week_days, line.work_time));
    lines.collect::<Vec<_>>().join("; ")
}
