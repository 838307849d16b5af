//! Batches: one for each kind of mail, announced by the check-in.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::{Value, json};

use super::state::{HeldBatch, Ledger, Place};
use super::{At, fault, not_found};

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Making {
    sending_date: Option<NaiveDate>,
    timezone_offset: Option<i64>,
    use_online_balance: Option<bool>,
}

pub(super) async fn make(State(post): At, Query(how): Query<Making>, body: Bytes) -> Response {
    let Ok(ids) = serde_json::from_slice::<Vec<i64>>(&body) else {
        return fault(StatusCode::BAD_REQUEST, "1003", "an array of ids is wanted", "BAD_REQUEST");
    };
    if how.use_online_balance == Some(true) {
        let desc =
            "Ошибка в сервисе. Код ошибки: EXTERNAL_SYSTEMS. Requested 82674 but available 0";
        return fault(StatusCode::BAD_REQUEST, "1024", desc, "");
    }
    let (Some(day), Some(_)) = (how.sending_date, how.timezone_offset) else {
        let desc = "sending-date and timezone-offset are wanted";
        return fault(StatusCode::BAD_REQUEST, "1003", desc, "BAD_REQUEST");
    };
    let mut ledger = post.ledger();
    let (mut done, mut errors, mut names) = (Vec::new(), Vec::new(), Vec::new());
    for (position, id) in ids.into_iter().enumerate() {
        match put_in(&mut ledger, id, day, &names) {
            Some(name) => {
                done.push(id);
                if !names.contains(&name) {
                    names.push(name);
                }
            }
            None => errors.push(json!({ "error-code": "NOT_FOUND", "position": position })),
        }
    }
    let batches: Vec<Value> = names.iter().filter_map(|name| told(&ledger, name)).collect();
    let mut reply = json!({ "batches": batches, "result-ids": done });
    if !errors.is_empty() {
        reply["errors"] = Value::Array(errors);
    }
    Json(reply).into_response()
}

/// Puts an order of the backlog into a batch of this request that is of its kind, or a new one.
fn put_in(ledger: &mut Ledger, id: i64, day: NaiveDate, names: &[String]) -> Option<String> {
    let order = ledger.order(id).filter(|order| order.place == Place::Backlog)?;
    let (mail_type, category) = (order.text("mail-type"), order.text("mail-category"));
    let same = ledger.batches.iter().find(|batch| {
        names.contains(&batch.name) && batch.mail_type == mail_type && batch.category == category
    });
    let name = if let Some(batch) = same {
        batch.name.clone()
    } else {
        let name = (ledger.batches.len() + 24).to_string();
        let batch = HeldBatch { name: name.clone(), status: "CREATED", mail_type, category, day };
        ledger.batches.push(batch);
        name
    };
    ledger.order(id)?.place = Place::Batch(name.clone());
    Some(name)
}

fn told(ledger: &Ledger, name: &str) -> Option<Value> {
    let batch = ledger.batches.iter().find(|batch| batch.name == name)?;
    Some(batch.told(inside(ledger, name).count()))
}

fn inside<'a>(
    ledger: &'a Ledger,
    name: &'a str,
) -> impl Iterator<Item = &'a super::state::HeldOrder> {
    ledger.orders.iter().filter(move |order| order.place == Place::Batch(name.to_owned()))
}

/// Only those that are not checked in.
pub(super) async fn open(State(post): At) -> Json<Value> {
    let ledger = post.ledger();
    let open = ledger.batches.iter().filter(|batch| batch.status == "CREATED");
    Json(Value::Array(open.filter_map(|batch| told(&ledger, &batch.name)).collect()))
}

pub(super) async fn one(State(post): At, Path(name): Path<String>) -> Response {
    match told(&post.ledger(), &name) {
        Some(batch) => Json(batch).into_response(),
        None => not_found("ShipmentBatchTuple", &name),
    }
}

#[derive(Deserialize)]
pub(super) struct Paging {
    size: Option<usize>,
    page: Option<usize>,
}

pub(super) async fn orders(
    State(post): At,
    Path(name): Path<String>,
    Query(paging): Query<Paging>,
) -> Response {
    let ledger = post.ledger();
    if told(&ledger, &name).is_none() {
        return not_found("ShipmentBatchTuple", &name);
    }
    let size = paging.size.unwrap_or(20);
    let skipped = size.saturating_mul(paging.page.unwrap_or(0));
    let page = inside(&ledger, &name).skip(skipped).take(size);
    let page: Vec<Value> = page.map(|order| order.told(ledger.batch_of(order))).collect();
    Json(page).into_response()
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CheckIn {
    use_online_balance: Option<bool>,
}

pub(super) async fn check_in(
    State(post): At,
    Path(name): Path<String>,
    Query(how): Query<CheckIn>,
) -> Response {
    let mut ledger = post.ledger();
    let Some(batch) = ledger.batches.iter_mut().find(|batch| batch.name == name) else {
        return not_found("ShipmentBatchTuple", &name);
    };
    let refusal = if how.use_online_balance == Some(true) {
        Some("OFFLINE_BALANCE_FORBIDDEN")
    } else if batch.status != "CREATED" {
        Some("READONLY_STATE")
    } else {
        None
    };
    if let Some(code) = refusal {
        return Json(json!({ "error-code": code, "f103-sent": false })).into_response();
    }
    batch.status = "FROZEN";
    Json(json!({ "f103-sent": true })).into_response()
}
