//! Terminals and points of the carrier.

use serde::Deserialize;
use serde_json::Value;

use super::super::wire::{City, Terminal, TerminalsFile};
use crate::carriers::amounts::JsonDecimal;
use crate::carriers::local::degrees;
use crate::carriers::model::{Answers, PointKind, PointLimits, PointModel};

/// Every terminal that can be read. Those without a number or an address are left out.
pub(in super::super) fn points(file: &TerminalsFile) -> Vec<PointModel> {
    let of_city = |city| move |raw: &Value| Some(point(city, &Terminal::deserialize(raw).ok()?));
    let all =
        file.city.iter().flat_map(|city| city.terminals.terminal.iter().filter_map(of_city(city)));
    all.filter(|point| !point.code.is_empty() && !point.address.is_empty()).collect()
}

fn point(city: &City, terminal: &Terminal) -> PointModel {
    let full = terminal.full_address.as_deref().unwrap_or_default().trim();
    let postcode = full.split(',').next().map(str::trim).filter(|part| is_postcode(part));
    let is_pvz = terminal.is_pvz == Some(true);
    let schedule = terminal.calc_schedule.as_ref().and_then(|schedule| schedule.arrival.clone());
    PointModel {
        code: terminal.id.0.clone(),
        kind: if is_pvz { PointKind::Office } else { PointKind::Terminal },
        name: terminal.name.clone(),
        region: String::new(),
        city: city.name.clone(),
        postcode: postcode.unwrap_or_default().to_owned(),
        address: if full.is_empty() { terminal.address.clone() } else { full.to_owned() },
        latitude: degrees(terminal.latitude.as_ref()),
        longitude: degrees(terminal.longitude.as_ref()),
        hours: schedule.unwrap_or_default(),
        phone: terminal.main_phone.clone().unwrap_or_default(),
        hint: String::new(),
        limits: limits(terminal),
        cash: terminal.cash_on_delivery.into(),
        card: terminal.cash_on_delivery.into(),
        partial_buy_out: Answers::No,
        hands_out: terminal.giveout_cargo.into(),
        takes_in: terminal.receive_cargo.into(),
        is_closed: false,
    }
}

fn is_postcode(text: &str) -> bool {
    text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn limits(terminal: &Terminal) -> PointLimits {
    let positive = |said: Option<JsonDecimal>| said.filter(|said| said.millimetres_of_m() > 0);
    let side = |said| positive(said).map(JsonDecimal::millimetres_of_m);
    let sides = [terminal.max_length, terminal.max_width, terminal.max_height].map(side);
    let [Some(length), Some(width), Some(height)] = sides else {
        return PointLimits { longest_max_mm: sides[0], ..without_sides(terminal) };
    };
    PointLimits { sides_max_mm: Some([length, width, height]), ..without_sides(terminal) }
}

fn without_sides(terminal: &Terminal) -> PointLimits {
    let positive = |said: Option<JsonDecimal>| said.filter(|said| said.millimetres_of_m() > 0);
    PointLimits {
        weight_max_g: positive(terminal.max_weight).map(JsonDecimal::grams),
        volume_max_cm3: positive(terminal.max_volume).map(JsonDecimal::cm3_of_m3),
        ..PointLimits::default()
    }
}
