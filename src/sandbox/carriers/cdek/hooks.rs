//! Subscriptions: two a client.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::Cdek;
use super::reading::{Faults, object, refused, refused_one, request};
use super::state::Hook;

type At = State<Arc<Cdek>>;

const COUNT_MAX: usize = 2;
const KINDS: [&str; 10] = [
    "ORDER_STATUS",
    "ORDER_MODIFIED",
    "PRINT_FORM",
    "RECEIPT",
    "DOWNLOAD_PHOTO",
    "PREALERT_CLOSED",
    "ACCOMPANYING_WAYBILL",
    "OFFICE_AVAILABILITY",
    "DELIV_PROBLEM",
    "DELIV_AGREEMENT",
];

pub(super) async fn list(State(cdek): At) -> Json<Vec<Value>> {
    let books = cdek.state();
    let hooks = books.hooks.iter();
    Json(hooks.map(|one| json!({ "uuid": one.uuid, "type": one.kind, "url": one.url })).collect())
}

pub(super) async fn subscribe(State(cdek): At, headers: HeaderMap, body: Bytes) -> Response {
    let body = match object(&headers, &body) {
        Ok(body) => body,
        Err(response) => return *response,
    };
    let mut faults = Faults::default();
    faults.only(&body, "webhook", &["type", "url"]);
    let (kind, url) = (faults.text(&body, "type", 64), faults.text(&body, "url", 255));
    if !KINDS.contains(&kind) {
        faults.add("v2_webhook_type_incorrect", "Тип подписки не существует");
    }
    let mut books = cdek.state();
    if books.hooks.len() >= COUNT_MAX {
        faults.add("v2_bad_request", "Не более двух подписок");
    }
    if !faults.0.is_empty() {
        return refused(&faults.0);
    }
    let uuid = books.uuid();
    books.hooks.push(Hook { uuid: uuid.clone(), kind: kind.to_owned(), url: url.to_owned() });
    let now = cdek.clock.now();
    Json(json!({
        "entity": { "uuid": uuid },
        "requests": [request("CREATE", now, "SUCCESSFUL", &[], &[])],
        "retryable": false
    }))
    .into_response()
}

pub(super) async fn remove(State(cdek): At, Path(uuid): Path<String>) -> Response {
    let mut books = cdek.state();
    let count = books.hooks.len();
    books.hooks.retain(|hook| hook.uuid != uuid);
    if books.hooks.len() == count {
        return refused_one("v2_entity_not_found", "Сущность не найдена");
    }
    Json(json!({ "entity": { "uuid": uuid } })).into_response()
}
