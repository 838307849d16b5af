//! Calls for a courier: one an address and day.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::Cdek;
use super::reading::{Faults, accepted, object, refused, refused_one, request, said_so, stamp};
use super::state::{Back, Intake};
use crate::sandbox::carriers::BadManner;

type At = State<Arc<Cdek>>;

const NAMES: [&str; 11] = [
    "intake_date",
    "intake_time_from",
    "intake_time_to",
    "name",
    "weight",
    "length",
    "width",
    "height",
    "comment",
    "sender",
    "from_location",
];

pub(super) async fn create(State(cdek): At, headers: HeaderMap, body: Bytes) -> Response {
    let body = match object(&headers, &body) {
        Ok(body) => body,
        Err(response) => return *response,
    };
    let mut faults = Faults::default();
    faults.only(&body, "intake", &NAMES);
    if faults.text(&body, "intake_date", 10).parse::<chrono::NaiveDate>().is_err() {
        faults.add("v2_invalid_format", "Дата не в формате yyyy-MM-dd");
    }
    let time = |text: &str| chrono::NaiveTime::parse_from_str(text, "%H:%M").ok();
    let from = time(faults.text(&body, "intake_time_from", 5));
    let to = time(faults.text(&body, "intake_time_to", 5));
    let is_within = from >= time("09:00") && to <= time("22:00") && from < to;
    if from.is_none() || to.is_none() || !is_within {
        faults.add("v2_wrong_interval", "Интервал ожидания с 09:00 до 22:00");
    }
    faults.text(&body, "name", 255);
    for size in ["weight", "length", "width", "height"] {
        faults.whole(&body, size);
    }
    faults.text(&body["sender"], "name", 255);
    for phone in faults.list(&body["sender"], "phones") {
        faults.text(phone, "number", 24);
    }
    faults.text(&body["from_location"], "address", 255);
    if !faults.0.is_empty() {
        return refused(&faults.0);
    }
    let mut books = cdek.state();
    let is_same = |other: &Intake| {
        other.stands()
            && other.body["intake_date"] == body["intake_date"]
            && other.body["from_location"]["address"] == body["from_location"]["address"]
    };
    if books.intakes.values().any(is_same) {
        let words = "На эту дату и адрес уже есть заявка";
        return refused_one("v2_intake_exists_by_date_address", words);
    }
    let (now, uuid) = (cdek.clock.now(), books.uuid());
    let number = format!("{}", 1_000_001 + books.intakes.len());
    let is_wrong = cdek.manners.takes(BadManner::RefuseLater, "/v2/intakes");
    let back = Back::No;
    let intake = Intake { number, body, looks: 1, at: now, is_removed: false, is_wrong, back };
    books.intakes.insert(uuid.clone(), intake);
    accepted(&uuid, "CREATE", now)
}

pub(super) async fn one(State(cdek): At, Path(uuid): Path<String>) -> Response {
    let mut books = cdek.state();
    if let Some(intake) = books.intakes.get_mut(&uuid) {
        intake.look();
    }
    let Some(intake) = books.intakes.get_mut(&uuid).filter(|intake| !intake.is_removed) else {
        return refused_one("v2_entity_not_found", "Сущность не найдена");
    };
    let mut entity = intake.body.clone();
    entity["uuid"] = json!(uuid);
    let status =
        |code: &str| json!({ "code": code, "name": code, "date_time": stamp(intake.at, 0) });
    let mut statuses = vec![status("ACCEPTED")];
    let mut errors = Vec::new();
    let state = if intake.looks == 0 && intake.is_wrong {
        statuses.insert(0, status("INVALID"));
        errors.push(said_so("v2_intake_address_unserved", "Курьер не приезжает по этому адресу"));
        "INVALID"
    } else if intake.looks == 0 {
        entity["intake_number"] = json!(intake.number);
        statuses.insert(0, status("CREATED"));
        "SUCCESSFUL"
    } else {
        intake.looks -= 1;
        "ACCEPTED"
    };
    entity["statuses"] = json!(statuses);
    let mut requests = vec![request("CREATE", intake.at, state, &errors, &[])];
    let gone = said_so("v2_entity_wrong_status", "Курьер уже выехал");
    match intake.back {
        Back::No => {}
        Back::Asked { .. } => requests.push(request("DELETE", intake.at, "ACCEPTED", &[], &[])),
        Back::Refused => requests.push(request("DELETE", intake.at, "INVALID", &[gone], &[])),
    }
    Json(json!({
        "entity": entity,
        "requests": requests,
        "related_entities": []
    }))
    .into_response()
}

pub(super) async fn delete(State(cdek): At, Path(uuid): Path<String>) -> Response {
    let now = cdek.clock.now();
    let is_refused = cdek.manners.takes(BadManner::RefuseLater, "DELETE /v2/intakes");
    let mut books = cdek.state();
    let Some(intake) = books.intakes.get_mut(&uuid).filter(|intake| !intake.is_removed) else {
        return refused_one("v2_entity_not_found", "Сущность не найдена");
    };
    intake.back = Back::Asked { looks: 1, is_refused };
    accepted(&uuid, "DELETE", now)
}
