//! Orders: created, searched, taken back.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{OriginalUri, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::BadManner;
use super::state::{HeldOrder, Ledger, Place};
use super::{At, PostStandIn, checks, fault, internal, not_found};

/// One error of an order.
pub(super) type Complaint = (String, String);

/// Answers with numbers and barcodes.
pub(super) async fn create_v2(post: At, uri: OriginalUri, body: Bytes) -> Response {
    let order = |order: &HeldOrder| json!({ "barcode": order.barcode, "order-num": order.number, "result-id": order.id });
    create(&post.0, &uri.to_string(), &body, "orders", order)
}

/// Answers with ids only.
pub(super) async fn create_v1(post: At, uri: OriginalUri, body: Bytes) -> Response {
    create(&post.0, &uri.to_string(), &body, "result-ids", |order| json!(order.id))
}

fn create(
    post: &PostStandIn,
    path: &str,
    body: &[u8],
    list: &str,
    told: impl Fn(&HeldOrder) -> Value,
) -> Response {
    let Ok(Value::Array(asked)) = serde_json::from_slice(body) else {
        return fault(
            StatusCode::BAD_REQUEST,
            "1003",
            "an array of orders is wanted",
            "BAD_REQUEST",
        );
    };
    if asked.iter().any(|order| order.as_object().is_none_or(serde_json::Map::is_empty)) {
        return internal("empty order");
    }
    let (mut done, mut errors) = (Vec::new(), Vec::new());
    let mut ledger = post.ledger();
    for (position, order) in asked.into_iter().enumerate() {
        let complaints = complaints(post, path, &order);
        if complaints.is_empty() {
            done.push(told(ledger.take(order)));
            continue;
        }
        let codes = complaints.into_iter();
        let codes = codes.map(|(code, text)| json!({ "code": code, "description": text }));
        errors.push(json!({ "position": position, "error-codes": codes.collect::<Vec<_>>() }));
    }
    let mut reply = json!({ list: done });
    if !errors.is_empty() {
        reply["errors"] = Value::Array(errors);
    }
    Json(reply).into_response()
}

fn complaints(post: &PostStandIn, path: &str, order: &Value) -> Vec<Complaint> {
    let mut complaints = checks::complaints(order);
    let mut complain = |manner, code: &str, text: &str| {
        if post.manners.takes(manner, path) {
            complaints.push((code.to_owned(), text.to_owned()));
        }
    };
    complain(BadManner::RefuseLater, "ILLEGAL_RECIPIENT_NAME", "Неверное имя получателя");
    complain(BadManner::ClosedPoint, "NO_AVAILABLE_POSTOFFICES", "Отделение закрыто");
    complain(BadManner::TariffGone, "RESTRICTED_MAIL_CATEGORY", "Вид отправления не подключён");
    complaints
}

#[derive(Deserialize)]
pub(super) struct Search {
    query: String,
}

/// Searches are loose: what begins so is found as well.
fn search(ledger: &Ledger, query: &str, is_there: impl Fn(&Place) -> bool) -> Json<Value> {
    let orders = ledger.orders.iter().filter(|order| is_there(&order.place));
    let orders = orders.filter(|order| order.number.starts_with(query) || order.barcode == query);
    Json(Value::Array(orders.map(|order| order.told(ledger.batch_of(order))).collect()))
}

pub(super) async fn search_backlog(State(post): At, Query(ask): Query<Search>) -> Json<Value> {
    search(&post.ledger(), &ask.query, |place| *place == Place::Backlog)
}

pub(super) async fn search_batches(State(post): At, Query(ask): Query<Search>) -> Json<Value> {
    search(&post.ledger(), &ask.query, |place| matches!(place, Place::Batch(_)))
}

fn by_id(ledger: &Ledger, id: &str, class: &str, is_there: impl Fn(&Place) -> bool) -> Response {
    let found = ledger.orders.iter().find(|order| order.id.to_string() == id);
    match found.filter(|order| is_there(&order.place)) {
        Some(order) => Json(order.told(ledger.batch_of(order))).into_response(),
        None => not_found(class, id),
    }
}

pub(super) async fn in_backlog(State(post): At, Path(id): Path<String>) -> Response {
    by_id(&post.ledger(), &id, "BacklogTuple", |place| *place == Place::Backlog)
}

pub(super) async fn in_batch(State(post): At, Path(id): Path<String>) -> Response {
    by_id(&post.ledger(), &id, "ComplexOrderV2", |place| matches!(place, Place::Batch(_)))
}

/// What becomes of each id, or why not.
fn each(
    ledger: &mut Ledger,
    body: &[u8],
    act: impl Fn(&mut Ledger, i64) -> Result<(), &'static str>,
) -> Response {
    let Ok(ids) = serde_json::from_slice::<Vec<i64>>(body) else {
        return fault(StatusCode::BAD_REQUEST, "1003", "an array of ids is wanted", "BAD_REQUEST");
    };
    let (mut done, mut errors) = (Vec::new(), Vec::new());
    for (position, id) in ids.into_iter().enumerate() {
        match act(ledger, id) {
            Ok(()) => done.push(id),
            Err(code) => errors.push(json!({ "error-code": code, "position": position })),
        }
    }
    Json(json!({ "result-ids": done, "errors": errors })).into_response()
}

pub(super) async fn drop_from_backlog(State(post): At, body: Bytes) -> Response {
    each(&mut post.ledger(), &body, |ledger, id| match ledger.order(id) {
        Some(order) if order.place == Place::Backlog => {
            order.place = Place::Gone;
            Ok(())
        }
        _ => Err("NOT_FOUND"),
    })
}

fn open_batch(ledger: &mut Ledger, id: i64, then: Place) -> Result<(), &'static str> {
    let order = ledger.order(id).ok_or("NOT_FOUND")?.clone();
    let batch = ledger.batch_of(&order).ok_or("NOT_FOUND")?;
    match batch.status {
        "CREATED" => {}
        "FROZEN" => return Err("READONLY_STATE"),
        _ => return Err("DELIVERY_IN_PROGRESS"),
    }
    ledger.order(id).ok_or("NOT_FOUND")?.place = then;
    Ok(())
}

pub(super) async fn drop_from_batches(State(post): At, body: Bytes) -> Response {
    each(&mut post.ledger(), &body, |ledger, id| open_batch(ledger, id, Place::Gone))
}

/// Back to the backlog.
pub(super) async fn back(State(post): At, body: Bytes) -> Response {
    each(&mut post.ledger(), &body, |ledger, id| open_batch(ledger, id, Place::Backlog))
}
