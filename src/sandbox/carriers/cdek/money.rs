//! What was collected, paid out on the day of the delivery, and the receipts that were given for it.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::Cdek;
use super::reading::{refused_one, roubles, stamp};
use super::state::{Order, State as Books};
use crate::units::Day;

type At = State<Arc<Cdek>>;

/// Three per cent of what was collected, in kopecks.
const fn fee(collected: i64) -> i64 {
    collected * 3 / 100
}

fn paid(books: &Books, day: Day) -> Vec<&Order> {
    let is_paid = |order: &&Order| {
        let delivered = order.statuses.iter().find(|status| status.code == "DELIVERED");
        order.direct_uuid.is_none()
            && order.cod_kopecks() > 0
            && delivered.is_some_and(|status| status.at.moscow_day() == day)
    };
    books.orders.iter().filter(is_paid).collect()
}

fn day(query: &HashMap<String, String>) -> Result<Day, Box<Response>> {
    let day = query.get("date").and_then(|text| text.parse().ok());
    day.ok_or_else(|| Box::new(refused_one("v2_parameters_empty", "Не указана дата")))
}

pub(super) async fn registries(
    State(cdek): At,
    Query(query): Query<HashMap<String, String>>,
) -> Response {
    let day = match day(&query) {
        Ok(day) => day,
        Err(response) => return *response,
    };
    let books = cdek.state();
    let orders = paid(&books, day);
    let Some(last) = orders.iter().filter_map(|order| order.statuses.last()).next_back() else {
        return Json(json!({})).into_response();
    };
    let sum: i64 = orders.iter().map(|order| order.cod_kopecks() - fee(order.cod_kopecks())).sum();
    let lines: Vec<Value> = orders
        .iter()
        .map(|order| {
            let collected = order.cod_kopecks();
            json!({
                "cdek_number": order.cdek_number,
                "basis_type": "ORDER",
                "payment_sum": roubles(collected),
                "agent_commission_sum": roubles(fee(collected)),
                "total_sum_without_agent": 0,
                "transfer_sum": roubles(collected - fee(collected))
            })
        })
        .collect();
    let number = day.to_string().replace('-', "");
    let registry = json!({
        "registry_number": number.parse::<i64>().unwrap_or_default(),
        "date_created": stamp(last.at, 1),
        "payment_date": day.to_string(),
        "sum": roubles(sum),
        "payment_order_number": format!("{}", 4_000 + orders.len()),
        "orders": lines
    });
    Json(json!({ "registries": [registry] })).into_response()
}

pub(super) async fn payment(
    State(cdek): At,
    Query(query): Query<HashMap<String, String>>,
) -> Response {
    let day = match day(&query) {
        Ok(day) => day,
        Err(response) => return *response,
    };
    let books = cdek.state();
    let orders: Vec<Value> = paid(&books, day)
        .iter()
        .map(|order| {
            json!({
                "order_uuid": order.uuid,
                "cdek_number": order.cdek_number.parse::<i64>().unwrap_or_default(),
                "number": order.number
            })
        })
        .collect();
    if orders.is_empty() { Json(json!({})) } else { Json(json!({ "orders": orders })) }
        .into_response()
}

const DRIVE: &str = "9960440300000017";

/// The receipt of a delivered order, given when it was handed out. All pay in cash.
fn receipt(order: &Order) -> Option<Value> {
    let delivered = order.statuses.iter().find(|status| status.code == "DELIVERED")?;
    if order.direct_uuid.is_some() || order.cod_kopecks() == 0 {
        return None;
    }
    let number = order.cdek_number.parse::<i64>().unwrap_or_default();
    let document = number % 100_000;
    Some(json!({
        "order_uuid": order.uuid,
        "cdek_number": number,
        "date": stamp(delivered.at, 1),
        "fiscal_storage_number": DRIVE,
        "document_number": document,
        "fiscal_sign": 2_000_000_000 + document,
        "type": "CASH_RECEIPT_IN",
        "shift_no": 7,
        "payment_info": [{ "sum": roubles(order.cod_kopecks()), "type": "CASH" }]
    }))
}

/// By one of: an order's id, its number, a day.
pub(super) async fn check(
    State(cdek): At,
    Query(query): Query<HashMap<String, String>>,
) -> Response {
    let day = query.get("date").and_then(|text| text.parse::<Day>().ok());
    let (uuid, number) = (query.get("order_uuid"), query.get("cdek_number"));
    if day.is_none() && uuid.is_none() && number.is_none() {
        return refused_one("v2_parameters_empty", "Не указан ни заказ, ни дата");
    }
    let is_asked = |order: &&Order| {
        let given = order.statuses.iter().find(|status| status.code == "DELIVERED");
        uuid.is_none_or(|uuid| *uuid == order.uuid)
            && number.is_none_or(|number| *number == order.cdek_number)
            && day.is_none_or(|day| given.is_some_and(|status| status.at.moscow_day() == day))
    };
    let books = cdek.state();
    let given: Vec<Value> = books.orders.iter().filter(is_asked).filter_map(receipt).collect();
    // An empty list is left out.
    if given.is_empty() { Json(json!({})) } else { Json(json!({ "check_info": given })) }
        .into_response()
}
