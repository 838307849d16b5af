//! Offices and lockers of four cities.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{OriginalUri, Query, State};
use serde_json::{Value, json};

use super::Cdek;
use crate::sandbox::carriers::BadManner;

/// A point of the sandbox.
pub(super) struct Office {
    pub(super) code: &'static str,
    pub(super) is_locker: bool,
    pub(super) city: &'static str,
    pub(super) city_code: i64,
    region: &'static str,
    postcode: &'static str,
    address: &'static str,
    latitude: f64,
    longitude: f64,
    /// Takes payment on receipt.
    pub(super) has_cod: bool,
    pub(super) weight_max_kg: Option<i64>,
    pub(super) takes_in: bool,
}

const MOSCOW: (&str, i64, &str) = ("Москва", 44, "Москва");
const PETERSBURG: (&str, i64, &str) = ("Санкт-Петербург", 137, "Санкт-Петербург");
const NOVOSIBIRSK: (&str, i64, &str) = ("Новосибирск", 270, "Новосибирская область");
const KAZAN: (&str, i64, &str) = ("Казань", 424, "Республика Татарстан");

const fn pvz(
    code: &'static str,
    place: (&'static str, i64, &'static str),
    postcode: &'static str,
    address: &'static str,
    at: (f64, f64),
) -> Office {
    Office {
        code,
        is_locker: false,
        city: place.0,
        city_code: place.1,
        region: place.2,
        postcode,
        address,
        latitude: at.0,
        longitude: at.1,
        has_cod: true,
        weight_max_kg: None,
        takes_in: true,
    }
}

impl Office {
    const fn locker(self) -> Self {
        Self { is_locker: true, weight_max_kg: Some(15), takes_in: false, ..self }
    }

    const fn without_cod(self) -> Self {
        Self { has_cod: false, takes_in: false, ..self }
    }

    const fn up_to(self, kilograms: i64) -> Self {
        Self { weight_max_kg: Some(kilograms), ..self }
    }
}

pub(super) const OFFICES: [Office; 14] = [
    pvz("MSK5", MOSCOW, "115191", "ул. Большая Тульская, 44", (55.705_9, 37.623_4)),
    pvz("MSK12", MOSCOW, "101000", "ул. Мясницкая, 17, стр. 1", (55.764_1, 37.636_9)),
    pvz("MSK67", MOSCOW, "125009", "ул. Тверская, 9", (55.760_6, 37.609_1)).without_cod(),
    pvz("MSK241", MOSCOW, "117418", "ул. Профсоюзная, 25", (55.674_7, 37.563_9)).up_to(5),
    pvz("MSK901", MOSCOW, "129110", "пр-т Мира, 33", (55.779_2, 37.633_3)).locker(),
    pvz("SPB3", PETERSBURG, "191186", "Невский пр-т, 28", (59.935_8, 30.325_9)),
    pvz("SPB18", PETERSBURG, "197101", "ул. Мира, 3", (59.959_7, 30.315_2)),
    pvz("SPB40", PETERSBURG, "190000", "Казанская ул., 41", (59.929_1, 30.314_4)).without_cod(),
    pvz("SPB902", PETERSBURG, "196084", "Московский пр-т, 102", (59.896_8, 30.318_7)).locker(),
    pvz("NSK1", NOVOSIBIRSK, "630007", "ул. Кривощековская, 15, корп.1", (55.015_91, 82.929_12)),
    pvz("NSK5", NOVOSIBIRSK, "630049", "пр-т Красный, 99", (55.054_855, 82.911_55)),
    pvz("NSK903", NOVOSIBIRSK, "630099", "ул. Ленина, 21", (55.028_8, 82.906_9)).locker(),
    pvz("KZN2", KAZAN, "420111", "ул. Баумана, 44", (55.790_2, 49.114_5)),
    pvz("KZN7", KAZAN, "420021", "ул. Татарстан, 20", (55.779_6, 49.111_6)).up_to(10),
];

pub(super) fn office(code: &str) -> Option<&'static Office> {
    OFFICES.iter().find(|office| office.code == code)
}

/// The city of a place that is named by its code, postcode or name.
pub(super) fn city_code(place: &Value) -> Option<i64> {
    if let Some(code) = place["code"].as_i64() {
        return OFFICES.iter().any(|office| office.city_code == code).then_some(code);
    }
    let postcode = place["postal_code"].as_str().unwrap_or_default();
    let by_postcode = OFFICES
        .iter()
        .find(|office| postcode.len() == 6 && postcode.get(..2) == office.postcode.get(..2));
    let city = place["city"].as_str().or(place["address"].as_str()).unwrap_or_default();
    let by_name = || OFFICES.iter().find(|office| city.contains(office.city));
    by_postcode.or_else(by_name).map(|office| office.city_code)
}

fn shown(office: &Office) -> Value {
    let mut shown = json!({
        "code": office.code,
        "name": format!("{}, {}, {}", office.code, office.city, office.address),
        "uuid": format!("b9ddb29e-2a11-406e-8d34-{:>012}", office.postcode),
        "work_time": "Пн-Пт 09:00-21:00, Сб-Вс 10:00-18:00",
        "phones": [{ "number": "+78002501405" }],
        "type": if office.is_locker { "POSTAMAT" } else { "PVZ" },
        "owner_code": "CDEK",
        "take_only": !office.takes_in,
        "is_handout": true,
        "is_reception": office.takes_in,
        "is_dressing_room": !office.is_locker,
        "is_ltl": false,
        "have_cashless": office.has_cod,
        "have_cash": office.has_cod && !office.is_locker,
        "have_fast_payment_system": false,
        "allowed_cod": office.has_cod,
        "work_time_list": [{ "day": 1, "time": "09:00/21:00" }],
        "work_time_exception_list": [],
        "location": {
            "country_code": "RU",
            "region_code": office.city_code,
            "region": office.region,
            "city_code": office.city_code,
            "city": office.city,
            "postal_code": office.postcode,
            "longitude": office.longitude,
            "latitude": office.latitude,
            "address": office.address,
            "address_full": format!("{}, Россия, {}, {}", office.postcode, office.city, office.address)
        },
        "fulfillment": false
    });
    if let Some(kilograms) = office.weight_max_kg {
        shown["weight_min"] = json!(0);
        shown["weight_max"] = json!(kilograms);
    }
    if office.is_locker {
        shown["dimensions"] = json!([
            { "width": 38.0, "height": 12.0, "depth": 60.0 },
            { "width": 38.0, "height": 41.0, "depth": 60.0 }
        ]);
    }
    shown
}

/// `GET /v2/deliverypoints`: a bare array, pages from 0.
pub(super) async fn list(
    State(cdek): State<Arc<Cdek>>,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<HashMap<String, String>>,
) -> Json<Vec<Value>> {
    let number = |name: &str| query.get(name).and_then(|text| text.parse::<usize>().ok());
    let (size, page) = (number("size").unwrap_or(1_000), number("page").unwrap_or(0));
    let kind = query.get("type").map_or("ALL", String::as_str);
    let mut offices: Vec<&Office> = OFFICES
        .iter()
        .filter(|office| kind == "ALL" || (kind == "POSTAMAT") == office.is_locker)
        .collect();
    if cdek.manners.takes(BadManner::ClosedPoint, &uri.to_string()) {
        // The last of Moscow's offices has closed; where parcels are brought stays open.
        offices.retain(|office| office.code != "MSK12");
    }
    let page = offices.into_iter().skip(page.saturating_mul(size)).take(size);
    Json(page.map(shown).collect())
}
