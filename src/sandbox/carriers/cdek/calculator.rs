//! Prices: by weight and distance, the same for everyone.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::Cdek;
use super::checks::TARIFFS;
use super::offices::city_code;
use super::reading::{Faults, kopecks, object, refused, roubles, said_so};
use crate::carriers::amounts::decimal;

const SPOT: [&str; 8] = [
    "code",
    "postal_code",
    "country_code",
    "city",
    "address",
    "contragent_type",
    "longitude",
    "latitude",
];
/// Per cent of VAT on everything.
const VAT: i64 = 22;

/// What was read of a request.
struct Asked {
    /// 1: the same city, 2: the same part of the country, 3: far.
    distance: i64,
    weight_calc: i64,
    longest_cm: i64,
    services: Vec<Value>,
}

fn read(
    headers: &HeaderMap,
    body: &Bytes,
    may_have_services: &[&str],
) -> Result<Asked, Box<Response>> {
    let body = object(headers, body)?;
    let mut faults = Faults::default();
    let mut names = vec![
        "date",
        "type",
        "additional_order_types",
        "currency",
        "lang",
        "from_location",
        "to_location",
        "packages",
    ];
    names.extend(may_have_services);
    faults.only(&body, "calculator", &names);
    if let Some(date) = faults.text_if(&body, "date", 30)
        && chrono::DateTime::parse_from_str(date, "%Y-%m-%dT%H:%M:%S%z").is_err()
    {
        faults.add("v2_invalid_format", "Дата не в формате yyyy-MM-dd'T'HH:mm:ssZ");
    }
    for side in ["from_location", "to_location"] {
        faults.only(&body[side], side, &SPOT);
    }
    let (mut weight_calc, mut longest_cm) = (0, 0);
    for package in faults.list(&body, "packages") {
        faults.only(package, "packages", &["weight", "length", "width", "height"]);
        let weight = faults.whole(package, "weight");
        let sides = ["length", "width", "height"].map(|side| faults.whole(package, side));
        let volumetric = sides.iter().product::<i64>() / 5;
        weight_calc += weight.max(volumetric);
        longest_cm = sides.into_iter().fold(longest_cm, i64::max);
    }
    let (from, to) = (city_code(&body["from_location"]), city_code(&body["to_location"]));
    if from.is_none() {
        faults.add("v2_sender_location_not_recognized", "Город отправителя не распознан");
    }
    if to.is_none() {
        faults.add("v2_recipient_location_not_recognized", "Город получателя не распознан");
    }
    if !faults.0.is_empty() {
        return Err(Box::new(refused(&faults.0)));
    }
    let distance = match (from, to) {
        (from, to) if from == to => 1,
        (Some(270), _) | (_, Some(270)) => 3,
        _ => 2,
    };
    let services = body["services"].as_array().cloned().unwrap_or_default();
    Ok(Asked { distance, weight_calc, longest_cm, services })
}

fn is_offered(asked: &Asked, mode: i64) -> bool {
    let is_locker = matches!(mode, 6 | 7);
    let grams_max = if is_locker { 15_000 } else { 50_000 };
    asked.weight_calc <= grams_max && !(is_locker && asked.longest_cm > 60)
}

/// Kopecks, with VAT.
fn delivery(asked: &Asked, base: i64) -> i64 {
    let kilograms = asked.weight_calc.div_euclid(1_000) + 1;
    (base + 45 * (kilograms - 1)) * 100 * (asked.distance + 1) / 2
}

fn days(asked: &Asked, mode: i64) -> (i64, i64) {
    let least = asked.distance * 2 - 1 + i64::from(matches!(mode, 1 | 3));
    (least, least + 2)
}

pub(super) async fn tariff_list(
    State(_): State<Arc<Cdek>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let asked = match read(&headers, &body, &[]) {
        Ok(asked) => asked,
        Err(response) => return *response,
    };
    let offers: Vec<Value> = TARIFFS
        .iter()
        .filter(|(_, mode, ..)| is_offered(&asked, *mode))
        .map(|(code, mode, name, base)| {
            let (least, most) = days(&asked, *mode);
            json!({
                "tariff_code": code,
                "tariff_name": name,
                "tariff_description": "",
                "delivery_mode": mode,
                "delivery_sum": roubles(delivery(&asked, *base)),
                "period_min": least,
                "period_max": most,
                "calendar_min": least,
                "calendar_max": most + 1
            })
        })
        .collect();
    if offers.is_empty() {
        let code = "err_result_servicelist_empty";
        return refused(&[said_so(code, "Нет доступных тарифов")]);
    }
    Json(json!({ "tariff_codes": offers })).into_response()
}

pub(super) async fn tariff_and_service(
    State(_): State<Arc<Cdek>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let asked = match read(&headers, &body, &["services"]) {
        Ok(asked) => asked,
        Err(response) => return *response,
    };
    let offers: Vec<Value> = TARIFFS
        .iter()
        .filter(|(_, mode, ..)| is_offered(&asked, *mode))
        .map(|(code, mode, _, base)| {
            json!({
                "tariff_code": code.to_string(),
                "status": "SUCCESS",
                "result": result(&asked, *mode, *base)
            })
        })
        .collect();
    if offers.is_empty() {
        let code = "err_result_servicelist_empty";
        return refused(&[said_so(code, "Нет доступных тарифов")]);
    }
    Json(json!({ "tariff_codes": offers })).into_response()
}

fn result(asked: &Asked, mode: i64, base: i64) -> Value {
    let (least, most) = days(asked, mode);
    let delivery = delivery(asked, base);
    let mut total = delivery;
    let (mut services, mut errors) = (Vec::new(), Vec::new());
    for service in &asked.services {
        let code = service["code"].as_str().unwrap_or_default();
        let price = match code {
            "INSURANCE" => {
                let declared = service["parameter"].as_str().and_then(|text| decimal(text).ok());
                // Three quarters of a per cent.
                declared.map(|sum| kopecks(sum) * 75 / 10_000)
            }
            "PART_DELIV" if !matches!(mode, 6 | 7) => Some(15_000),
            _ => None,
        };
        let Some(price) = price else {
            errors.push(said_so("v2_unable_add_service", &format!("Услуга {code} недоступна")));
            continue;
        };
        let vat = price * VAT / 100;
        total += price + vat;
        services.push(json!({
            "code": code,
            "sum": roubles(price),
            "total_sum": roubles(price + vat),
            "discount_percent": 0,
            "discount_sum": 0,
            "vat_rate": VAT,
            "vat_sum": roubles(vat)
        }));
    }
    let mut result = json!({
        "delivery_sum": roubles(delivery),
        "period_min": least,
        "period_max": most,
        "calendar_min": least,
        "calendar_max": most + 1,
        "weight_calc": asked.weight_calc,
        "services": services,
        "total_sum": roubles(total),
        "currency": "RUB"
    });
    if !errors.is_empty() {
        result["errors"] = json!(errors);
    }
    result
}
