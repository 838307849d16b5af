//! Prices: a simple function of kind, weight and distance. VAT 22 %.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{OriginalUri, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::super::BadManner;
use super::{At, POSTOFFICE, fault, places};

/// Rate and VAT in kopecks. Zones are counted by the first digit of the index.
pub(super) fn of(mail_type: &str, mass: i64, to: &str, declared: i64) -> (i64, i64) {
    let base = match mail_type {
        "ONLINE_PARCEL" | "ECOM" => 18_000,
        "PARCEL_CLASS_1" => 26_000,
        "ONLINE_COURIER" => 32_000,
        "EMS" | "EMS_OPTIMAL" => 65_000,
        _ => 24_000,
    };
    let zone = i64::from(zone(to));
    let rate = base + (mass + 499) / 500 * 2_200 + zone * 3_100 + declared / 200;
    (rate, (rate * 22 + 50) / 100)
}

fn zone(to: &str) -> u8 {
    let place = places::find(to).map(|place| place.city);
    match place {
        Some("Москва") => 0,
        Some("Санкт-Петербург") => 1,
        Some("Казань") => 2,
        Some("Новосибирск") => 5,
        _ => to.bytes().next().map_or(0, |digit| digit.saturating_sub(b'1')),
    }
}

pub(super) async fn contract(
    State(post): At,
    uri: OriginalUri,
    Json(ask): Json<Value>,
) -> Response {
    let refuse =
        |code: &str, desc: &str, sub: &str| fault(StatusCode::BAD_REQUEST, code, desc, sub);
    let text = |field: &str| ask[field].as_str().unwrap_or_default();
    if text("index-from") != POSTOFFICE {
        return refuse("1001", "index-from is not one of your points", "ILLEGAL_INDEX_FROM");
    }
    let (mail_type, mass) = (text("mail-type"), ask["mass"].as_i64().unwrap_or(0));
    if mail_type.is_empty() || text("mail-category").is_empty() || mass <= 0 {
        return refuse("1003", "mail-type, mail-category and mass are wanted", "BAD_REQUEST");
    }
    if post.manners.takes(BadManner::TariffGone, &uri.to_string()) {
        return refuse("1001", "TARIFF_ERROR", "TARIFF_ERROR");
    }
    let point = text("delivery-point-index");
    let to = if point.is_empty() { text("index-to") } else { point };
    if to.len() != 6 || (!point.is_empty() && places::find(point).is_none()) {
        return refuse("1001", "no route", "CODE_1372");
    }
    let most = if mail_type == "EMS" { 31_500 } else { 20_000 };
    if mass > most {
        return refuse("1001", "too heavy", "TARIFF_ERROR");
    }
    let (rate, vat) = of(mail_type, mass, to, ask["declared-value"].as_i64().unwrap_or(0));
    let days = i64::from(zone(to)) + 2;
    Json(json!({
        "total-rate": rate,
        "total-vat": vat,
        "ground-rate": { "rate": rate, "vat": vat },
        "delivery-time": { "min-days": days, "max-days": days + 2 },
        "payment-method": "CASHLESS",
        "notice-payment-method": "CASHLESS",
        "tariff-count": 1,
        "with-discount": false,
        "tariffAdditionalFieldsJson": { "is-size": 0, "weight-pay": mass },
    }))
    .into_response()
}

pub(super) async fn public(Query(ask): Query<BTreeMap<String, String>>) -> Response {
    let int = |field: &str| ask.get(field).and_then(|text| text.parse::<i64>().ok());
    let refuse = |code: i64, msg: &str| {
        let body = json!({ "errors": [{ "code": code, "msg": msg }], "error": [msg] });
        (StatusCode::OK, Json(body)).into_response()
    };
    let (Some(object), Some(from), Some(to), Some(weight)) =
        (int("object"), int("from"), int("to"), int("weight"))
    else {
        return refuse(1301, "Не задан параметр");
    };
    let mail_type = match object / 1_000 {
        4 => "POSTAL_PARCEL",
        7 => "EMS",
        23 => "ONLINE_PARCEL",
        24 => "ONLINE_COURIER",
        34 => "EMS_OPTIMAL",
        47 => "PARCEL_CLASS_1",
        _ => return refuse(1205, "Неизвестный объект"),
    };
    if from < 100_000 || to < 100_000 {
        return refuse(1207, "Нет такого индекса");
    }
    if ask.get("date").is_none_or(|date| date.len() != 8) {
        return refuse(1203, "Неверная дата");
    }
    let (rate, vat) = of(mail_type, weight, &to.to_string(), int("sumoc").unwrap_or(0));
    // The counter is dearer than the contract.
    let (rate, vat) = (rate * 2, vat * 2);
    Json(json!({
        "version_api": 2,
        "id": object,
        "weight": weight,
        "ground": { "val": rate, "valnds": rate + vat },
        "pay": rate,
        "paynds": rate + vat,
        "nds": vat,
        "ndsrate": 22,
        "delivery": { "min": 2, "max": 5, "deadline": "20261127T235900" },
    }))
    .into_response()
}
