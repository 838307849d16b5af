//! Orders: taken with 202, decided at the third look.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{OriginalUri, Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::checks::{at_once, closer};
use super::reading::{accepted, object, refused_one, refused_within, request, said_so, stamp};
use super::state::{Order, Stage, State as Books};
use super::{Cdek, reading};
use crate::sandbox::carriers::BadManner;
use crate::units::UtcMicros;

type At = State<Arc<Cdek>>;

/// Looks until an order is decided: an echo, then a half, then the whole.
const LOOKS: u32 = 2;
const DUPLICATE: &str = "error_validate_im_dep_number_has_already_had_integration";

pub(super) async fn create(
    State(cdek): At,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let now = cdek.clock.now();
    let body = match object(&headers, &body) {
        Ok(body) => body,
        Err(response) => return *response,
    };
    let faults = at_once(&body);
    if !faults.is_empty() {
        return refused_within("CREATE", now, &faults);
    }
    let found = closer(&body);
    let mut faults = found.faults;
    let path = uri.to_string();
    if cdek.manners.takes(BadManner::RefuseLater, &path) {
        faults
            .push(said_so("v2_recipient_location_not_recognized", "Адрес получателя не распознан"));
    }
    if cdek.manners.takes(BadManner::TariffGone, &path) {
        faults.push(said_so(
            "err_result_service_empty",
            "Тариф не оказывается на данном направлении",
        ));
    }
    if body.get("delivery_point").is_some() && cdek.manners.takes(BadManner::ClosedPoint, &path) {
        faults.push(said_so("ve_receiver_pickup_point_incorrect", "ПВЗ закрыт"));
    }
    let mut books = cdek.state();
    let (uuid, cdek_number) = (books.uuid(), books.cdek_number());
    let number = body["number"].as_str().unwrap_or(&uuid).to_owned();
    let is_taken = |other: &Order| {
        other.number == number && other.faults.is_empty() && other.stage != Stage::Deleted
    };
    if books.orders.iter().any(is_taken) {
        faults.push(said_so(DUPLICATE, "Введенный номер отправления ИМ не уникальный"));
    }
    let mut order = Order {
        uuid: uuid.clone(),
        number,
        cdek_number,
        body,
        stage: Stage::Checking(LOOKS),
        faults,
        warnings: found.warnings,
        created_at: now,
        statuses: Vec::new(),
        delivery_point: found.delivery_point,
        is_handed_over: false,
        return_uuid: None,
        direct_uuid: None,
    };
    order.add("ACCEPTED", "Принят", now);
    books.orders.push(order);
    accepted(&uuid, "CREATE", now)
}

pub(super) async fn find(
    State(cdek): At,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<HashMap<String, String>>,
) -> Response {
    let now = cdek.clock.now();
    let mut books = cdek.state();
    let index = match (query.get("im_number"), query.get("cdek_number")) {
        (Some(number), None) => books.order_by_number(number),
        (None, Some(track)) => books.order_by_track(track),
        _ => return refused_one("v2_parameters_empty", "Не переданы параметры поиска"),
    };
    let Some(index) = index else {
        let code = "v2_entity_not_found_im_number";
        return refused_within("GET", now, &[said_so(code, "Заказ не найден")]);
    };
    shown(&cdek, &mut books, index, &uri.to_string())
}

pub(super) async fn one(
    State(cdek): At,
    OriginalUri(uri): OriginalUri,
    Path(uuid): Path<String>,
) -> Response {
    let mut books = cdek.state();
    let Some(index) = books.order(&uuid) else {
        return refused_one("v2_entity_not_found", "Сущность не найдена");
    };
    shown(&cdek, &mut books, index, &uri.to_string())
}

pub(super) async fn delete(State(cdek): At, Path(uuid): Path<String>) -> Response {
    let now = cdek.clock.now();
    let mut books = cdek.state();
    let Some(index) = books.order(&uuid) else {
        return refused_one("v2_entity_not_found", "Сущность не найдена");
    };
    let order = &mut books.orders[index];
    match &order.stage {
        Stage::Checking(_) | Stage::Deleting(_) => {
            let code = "v2_similar_request_still_processed";
            return refused_one(code, "Предыдущий запрос ещё обрабатывается");
        }
        Stage::Invalid(_) => return refused_one("v2_entity_invalid", "Сущность некорректна"),
        Stage::Deleted => return refused_one("v2_entity_not_found", "Сущность не найдена"),
        Stage::Taken => {}
    }
    if order.last() != "CREATED" {
        let code = "error_validate_order_delete_status";
        return refused_within("DELETE", now, &[said_so(code, "Заказ уже принят, удалить нельзя")]);
    }
    order.stage = Stage::Deleting(1);
    accepted(&uuid, "DELETE", now)
}

/// One look at an order: it brings it forward, too.
fn shown(cdek: &Cdek, books: &mut Books, index: usize, path: &str) -> Response {
    let now = cdek.clock.now();
    let order = &mut books.orders[index];
    match order.stage {
        Stage::Checking(0) => decide(order, now),
        Stage::Checking(looks) => order.stage = Stage::Checking(looks - 1),
        Stage::Deleting(0) => {
            order.stage = Stage::Deleted;
            order.add("REMOVED", "Удалён", now);
            return refused_one("v2_entity_not_found", "Сущность не найдена");
        }
        Stage::Deleting(looks) => order.stage = Stage::Deleting(looks - 1),
        Stage::Taken | Stage::Invalid(_) | Stage::Deleted => {}
    }
    let order = order.clone();
    let mut entity = entity(&order);
    entity["statuses"] = statuses(cdek, &order, path);
    let body = json!({
        "entity": entity,
        "requests": requests(&order, now),
        "related_entities": related(books, &order)
    });
    (StatusCode::OK, Json(body)).into_response()
}

fn decide(order: &mut Order, now: UtcMicros) {
    if order.faults.is_empty() {
        order.stage = Stage::Taken;
        order.add("CREATED", "Создан", now);
    } else {
        order.stage = Stage::Invalid(order.faults.clone());
        order.add("INVALID", "Некорректный заказ", now);
    }
}

fn requests(order: &Order, now: UtcMicros) -> Value {
    let create = |state, errors: &[Value], warnings: &[Value]| {
        request("CREATE", order.created_at, state, errors, warnings)
    };
    match &order.stage {
        Stage::Checking(_) => json!([create("ACCEPTED", &[], &[])]),
        Stage::Invalid(errors) => json!([create("INVALID", errors, &[])]),
        Stage::Taken | Stage::Deleted => json!([create("SUCCESSFUL", &[], &order.warnings)]),
        Stage::Deleting(_) => json!([
            request("DELETE", now, "WAITING", &[], &[]),
            create("SUCCESSFUL", &[], &order.warnings)
        ]),
    }
}

/// At first almost an echo, later with what the carrier knows.
fn entity(order: &Order) -> Value {
    let mut entity = order.body.clone();
    entity["uuid"] = json!(order.uuid);
    entity["number"] = json!(order.number);
    if matches!(order.stage, Stage::Checking(_) | Stage::Invalid(_)) {
        return entity;
    }
    entity["cdek_number"] = json!(order.cdek_number);
    entity["is_return"] = json!(order.direct_uuid.is_some());
    entity["is_reverse"] = json!(false);
    entity["is_client_return"] = json!(false);
    entity["items_cost_currency"] = json!("RUB");
    entity["calls"] = json!({});
    if let Some(point) = &order.delivery_point {
        entity["delivery_point"] = json!(point);
    }
    let number =
        entity["recipient"]["phones"][0]["number"].as_str().map(|text| text.replace('+', ""));
    entity["recipient"]["phones"][0]["number"] = json!(number);
    let is_delivered = order.last() == "DELIVERED";
    for package in entity["packages"].as_array_mut().into_iter().flatten() {
        package["package_id"] = json!("2142e09f-ec78-4a5c-8b6f-853ebcaad0ce");
        package["barcode"] = json!("000001685095");
        for item in package["items"].as_array_mut().into_iter().flatten() {
            item["delivery_amount"] = if is_delivered { item["amount"].clone() } else { json!(0) };
            item["return_item_detail"] = json!({});
        }
    }
    let detail = json!({
        "delivery_sum": 240,
        "total_sum": reading::roubles(29_280 + order.cod_kopecks() / 100),
        "payment_sum": if is_delivered { reading::roubles(order.cod_kopecks()) } else { json!(0) },
        "payment_info": []
    });
    entity["delivery_detail"] = detail;
    entity
}

/// Newest first, in mixed spellings of time.
fn statuses(cdek: &Cdek, order: &Order, path: &str) -> Value {
    let shown = |(index, status): (usize, &super::state::Status)| {
        let mut shown = json!({
            "code": status.code,
            "name": status.name,
            "date_time": stamp(status.at, index),
            "city": status.city,
            "deleted": false
        });
        if let Some(reason) = status.reason {
            shown["reason_code"] = json!(reason.to_string());
        }
        shown
    };
    let mut all: Vec<Value> = order.statuses.iter().enumerate().rev().map(shown).collect();
    if cdek.manners.takes(BadManner::UnknownCode, path) {
        let mut unknown = all.first().cloned().unwrap_or_default();
        unknown["code"] = json!("MET_BY_A_ROBOT");
        unknown["name"] = json!("Встречен роботом");
        all.insert(0, unknown);
    }
    if cdek.manners.takes(BadManner::DuplicateEvents, path) {
        all = all.iter().flat_map(|one| [one.clone(), one.clone()]).collect();
    }
    if cdek.manners.takes(BadManner::DisorderedEvents, path) {
        all.reverse();
        all.rotate_left(1);
    }
    json!(all)
}

fn related(books: &Books, order: &Order) -> Value {
    let other = |uuid: &Option<String>, kind: &str| {
        let uuid = uuid.as_deref()?;
        let other = books.orders.iter().find(|other| other.uuid == uuid)?;
        Some(json!({ "uuid": uuid, "type": kind, "cdek_number": other.cdek_number }))
    };
    let back = other(&order.return_uuid, "return_order");
    let forth = other(&order.direct_uuid, "direct_order");
    json!(back.into_iter().chain(forth).collect::<Vec<_>>())
}
