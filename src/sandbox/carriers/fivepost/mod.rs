//! 5post that is not there.
//!
//! It looks at an order when its state is asked for the first time: until then the order is new.

mod points;

use std::cell::RefCell;
use std::io::{Cursor, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, post};
use axum::{Form, Json, Router};
use chrono::Duration;
use serde::Deserialize;
use serde_json::{Value, json};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::paper;
use super::reading::{Reading, Wrong};
use super::{BadManner, Held, Manners, StandIn, Step};
use crate::carriers::registry::Account;
use crate::units::{Clock, UtcMicros};

pub const API_KEY: &str = "sandbox-5post-key";
/// The warehouse that was registered.
pub const WAREHOUSE: &str = "WH-1";

/// An account that this stand-in accepts.
pub fn account(url: impl Into<String>) -> Account {
    Account {
        base_url: Some(url.into()),
        settings: json!({ "sender_location": WAREHOUSE, "brand": "Ромашка" }),
        credentials: json!({ "api_key": API_KEY }),
        time_max: None,
    }
}

/// The point that is closed when it misbehaves so.
const CLOSED: &str = "01a5f3f6-0000-4000-8000-000000000004";
const RATES: [i64; 6] = [0, 5, 7, 10, 20, 22];

#[derive(Debug, Default)]
pub struct FivepostStandIn {
    manners: Manners,
    clock: Clock,
    store: Mutex<Store>,
}

#[derive(Debug, Default)]
struct Store {
    orders: Vec<Order>,
    tokens: Vec<String>,
}

#[derive(Debug)]
struct Order {
    id: String,
    number: String,
    barcode: String,
    weight_g: i64,
    cod_kopecks: i64,
    /// It will be refused when it is looked at.
    is_wrong: bool,
    /// Status, its refinement, when.
    states: Vec<(&'static str, &'static str, UtcMicros)>,
}

impl Order {
    fn status(&self) -> &'static str {
        self.states.last().map_or("NEW", |(status, _, _)| status)
    }

    fn go(&mut self, status: &'static str, execution: &'static str, now: UtcMicros) {
        let at = self.states.last().map_or(now, |(_, _, last)| now.max(last.plus_seconds(1)));
        self.states.push((status, execution, at));
    }

    fn told(&self, state: &(&str, &str, UtcMicros)) -> Value {
        let at = (state.2.to_datetime() + Duration::hours(3)).format("%Y-%m-%dT%H:%M:%S%.6f+03:00");
        json!({ "orderId": self.id, "senderOrderId": self.number, "status": state.0,
                "executionStatus": state.1, "changeDate": at.to_string() })
    }
}

type At = State<Arc<FivepostStandIn>>;

fn refusal(status: StatusCode, message: &str) -> Response {
    let error = json!({ "timestamp": "2026-11-25T12:00:00.000+0000", "status": status.as_u16(),
                        "error": status.canonical_reason(), "message": message, "path": "" });
    (status, Json(error)).into_response()
}

impl FivepostStandIn {
    pub fn new() -> Arc<Self> {
        Self::with_clock(Clock::default())
    }

    /// With a clock that a test moves.
    pub fn with_clock(clock: Clock) -> Arc<Self> {
        Arc::new(Self { clock, ..Self::default() })
    }

    fn store(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends all tokens: the client has to ask for another.
    pub fn end_tokens(&self) {
        self.store().tokens.clear();
    }

    fn admitted(&self, path: &str, headers: &HeaderMap) -> Result<(), Box<Response>> {
        let told = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = told.and_then(|told| told.strip_prefix("Bearer ")).unwrap_or_default();
        let is_ended = self.manners.takes(BadManner::KeysEnded, path);
        if is_ended || !self.store().tokens.iter().any(|known| known == token) {
            return Err(Box::new(refusal(StatusCode::UNAUTHORIZED, "Unauthorized")));
        }
        Ok(())
    }

    fn read(&self, path: &str, headers: &HeaderMap, body: &str) -> Result<Value, Box<Response>> {
        self.admitted(path, headers)?;
        serde_json::from_str(body)
            .map_err(|_| Box::new(refusal(StatusCode::BAD_REQUEST, "JSON parse error")))
    }
}

#[derive(Deserialize)]
struct Key {
    apikey: String,
}

#[derive(Deserialize)]
struct Claims {
    subject: String,
    audience: String,
}

async fn token(
    State(stand_in): At,
    Query(Key { apikey }): Query<Key>,
    Form(claims): Form<Claims>,
) -> Response {
    let is_ended = stand_in.manners.takes(BadManner::KeysEnded, "/jwt-generate-claims/");
    let is_ours = claims.subject == "OpenAPI" && claims.audience == "A122019!";
    if is_ended || apikey != API_KEY || !is_ours {
        return refusal(StatusCode::UNAUTHORIZED, "Invalid ApiKey");
    }
    let mut store = stand_in.store();
    let jwt = format!("sandbox.{}.jwt", store.tokens.len() + 1);
    store.tokens.push(jwt.clone());
    Json(json!({ "status": "ok", "jwt": jwt })).into_response()
}

async fn query_points(State(stand_in): At, headers: HeaderMap, body: String) -> Response {
    let path = "/api/v1/pickuppoints/query";
    let body = match stand_in.read(path, &headers, &body) {
        Ok(body) => body,
        Err(refused) => return *refused,
    };
    let (Some(number), Some(size)) = (body["pageNumber"].as_u64(), body["pageSize"].as_u64())
    else {
        return refusal(StatusCode::BAD_REQUEST, "pageNumber and pageSize are required");
    };
    if size == 0 || size > 1_000 {
        return refusal(StatusCode::BAD_REQUEST, "pageSize must be less than or equal to 1000");
    }
    let is_closed = stand_in.manners.takes(BadManner::ClosedPoint, path);
    let open = points::POINTS.iter().filter(|point| !is_closed || point.id != CLOSED);
    let all: Vec<Value> = open.map(points::point_json).collect();
    // Pages are small here, so that there are several.
    let pages: Vec<&[Value]> = all.chunks(4).collect();
    let page = usize::try_from(number).ok().and_then(|number| pages.get(number).copied());
    Json(json!({
        "content": page.unwrap_or_default(),
        "totalPages": pages.len(),
        "totalElements": all.len(),
        "numberOfElements": page.map_or(0, <[Value]>::len),
    }))
    .into_response()
}

async fn create(State(stand_in): At, headers: HeaderMap, body: String) -> Response {
    let path = "/api/v3/orders";
    let body = match stand_in.read(path, &headers, &body) {
        Ok(body) => body,
        Err(refused) => return *refused,
    };
    let manners = &stand_in.manners;
    let is_closed = manners.takes(BadManner::ClosedPoint, path);
    let wrong = RefCell::new(Vec::new());
    let reading = Reading::new(&body, &wrong);
    let orders = reading.list("partnerOrders");
    let Some(order) = orders.first() else {
        return refusal(StatusCode::BAD_REQUEST, "partnerOrders must not be empty");
    };
    let (weight_g, cod_kopecks) = check(order, is_closed.then_some(CLOSED));
    let number = order.text("senderOrderId");
    let barcode = order.list("cargoes").first().map(|cargo| cargo.text("senderCargoId"));
    if manners.takes(BadManner::TariffGone, path) {
        order.note("rateTypeCode", "тариф недоступен");
    }
    if !wrong.borrow().is_empty() {
        return not_created(&number, &wrong.into_inner());
    }
    let mut store = stand_in.store();
    if let Some(known) = store.orders.iter().find(|known| known.number == number) {
        let conflict = json!({ "conflictedField": "senderOrderId", "conflictedValue": number,
                               "existedOrderId": known.id, "existedSenderOrderId": number });
        let error = json!({ "code": 17, "message": "Заказ с таким номером существует",
                            "conflictsInfo": [conflict] });
        return Json(json!([{ "created": false, "senderOrderId": number, "errors": [error] }]))
            .into_response();
    }
    let id = format!("5f057000-0000-4000-8000-{:012}", store.orders.len() + 1);
    let now = stand_in.clock.now();
    let cargo = json!({ "cargoId": id, "senderCargoId": barcode, "barcode": barcode });
    let answer = json!([{ "created": true, "orderId": id, "senderOrderId": number,
                          "cargoes": [cargo] }]);
    store.orders.push(Order {
        id,
        number,
        barcode: barcode.unwrap_or_default(),
        weight_g,
        cod_kopecks,
        is_wrong: manners.takes(BadManner::RefuseLater, path),
        states: vec![("NEW", "CREATED", now)],
    });
    Json(answer).into_response()
}

fn not_created(number: &str, wrong: &[Wrong]) -> Response {
    let error = |wrong: &Wrong| json!({ "code": 10, "message": format!("{}: {}", wrong.path, wrong.problem) });
    let errors: Vec<Value> = wrong.iter().map(error).collect();
    Json(json!([{ "created": false, "senderOrderId": number, "errors": errors }])).into_response()
}

/// What the carrier refuses; answers weight and what is to be collected.
fn check(order: &Reading<'_>, closed: Option<&str>) -> (i64, i64) {
    for field in ["senderOrderId", "clientOrderId", "clientName", "rateTypeCode"] {
        order.text(field);
    }
    let phone = order.text("clientPhone");
    let digits = phone.trim_start_matches('+');
    let is_mobile = ["79", "89", "9"].iter().any(|start| digits.starts_with(start));
    if !is_mobile || !(10..=11).contains(&digits.len()) {
        order.note("clientPhone", "нужен мобильный телефон");
    }
    order.one_of("senderLocation", &[WAREHOUSE]);
    order.one_of("undeliverableOption", &["RETURN", "UTILIZATION"]);
    for field in ["shipmentDate", "plannedReceiveDate"] {
        let text = order.text(field);
        if !text.ends_with('Z') || chrono::DateTime::parse_from_rfc3339(&text).is_err() {
            order.note(field, "время указывается в UTC");
        }
    }
    let id = order.text("receiverLocation");
    let point = points::point(&id).filter(|point| closed != Some(point.id));
    if point.is_none() {
        order.note("receiverLocation", "точка выдачи не найдена или закрыта");
    }
    for field in ["cost.priceCurrency", "cost.paymentCurrency", "cost.deliveryCostCurrency"] {
        order.one_of(field, &["RUB"]);
    }
    order.number("cost.price");
    let cod = order.number("cost.paymentValue").kopecks().get();
    let kind = order.one_of("cost.paymentType", &["CASH", "CASHLESS", "PREPAYMENT"]);
    if (kind == "PREPAYMENT") != (cod == 0) {
        order.note("cost.paymentValue", "сумма не соответствует виду оплаты");
    }
    if cod > 0 && point.is_some_and(|point| !point.takes_cod) {
        order.note("cost.paymentType", "точка не принимает оплату");
    }
    let mut weight_mg = 0;
    for cargo in order.list("cargoes") {
        cargo.text("senderCargoId");
        for side in ["height", "width", "length"] {
            cargo.positive(side);
        }
        weight_mg += cargo.whole("weight");
        cargo.number("price");
        for barcode in cargo.list("barcodes") {
            barcode.text("value");
        }
        for product in cargo.list("productValues") {
            product.text("name");
            product.positive("value");
            product.number("price");
            if product.has("vat") && !RATES.contains(&product.whole("vat")) {
                product.note("vat", "неизвестная ставка НДС");
            }
        }
    }
    if weight_mg < 1_000 {
        order.note("cargoes[0].weight", "вес указывается в миллиграммах");
    }
    if point.is_some_and(|point| weight_mg > point.weight_max_mg) {
        order.note("cargoes[0].weight", "вес больше допустимого для точки");
    }
    (weight_mg / 1_000, cod)
}

async fn status(State(stand_in): At, headers: HeaderMap, body: String) -> Response {
    let body = match stand_in.read("/api/v1/getOrderStatus", &headers, &body) {
        Ok(body) => body,
        Err(refused) => return *refused,
    };
    let now = stand_in.clock.now();
    let mut store = stand_in.store();
    let mut told = Vec::new();
    for asked in body.as_array().into_iter().flatten() {
        let number = asked["senderOrderId"].as_str().unwrap_or_default();
        let Some(order) = store.orders.iter_mut().find(|order| order.number == number) else {
            continue;
        };
        told.extend(order.states.last().map(|state| order.told(state)));
        if order.status() == "NEW" {
            let decided = if order.is_wrong { "REJECTED" } else { "APPROVED" };
            order.go(decided, decided, now);
        }
    }
    Json(Value::from(told)).into_response()
}

async fn history(State(stand_in): At, headers: HeaderMap, body: String) -> Response {
    let path = "/api/v1/getOrderHistory";
    let body = match stand_in.read(path, &headers, &body) {
        Ok(body) => body,
        Err(refused) => return *refused,
    };
    let store = stand_in.store();
    let number = body["senderOrderId"].as_str().unwrap_or_default();
    let Some(order) = store.orders.iter().find(|order| order.number == number) else {
        return refusal(StatusCode::NOT_FOUND, "Order not found");
    };
    let manners = &stand_in.manners;
    // Of one order alone.
    if manners.takes(BadManner::ServerError, number) {
        return refusal(StatusCode::INTERNAL_SERVER_ERROR, "History is broken");
    }
    let mut states = order.states.clone();
    if manners.takes(BadManner::UnknownCode, path)
        && let Some((status, _, at)) = states.last().copied()
    {
        states.push((status, "TELEPORTED", at.plus_seconds(1)));
    }
    if manners.takes(BadManner::DuplicateEvents, path) {
        states = states.into_iter().flat_map(|state| [state, state]).collect();
    }
    if manners.takes(BadManner::DisorderedEvents, path) {
        states.reverse();
    }
    Json(Value::from(states.iter().map(|state| order.told(state)).collect::<Vec<_>>()))
        .into_response()
}

/// An archive: `results.txt` and a PDF for each order that has one.
fn archive(order: &Order) -> zip::result::ZipResult<Vec<u8>> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let name = format!("{}.pdf", order.number);
    let is_approved = order.status() != "NEW";
    let result = if is_approved {
        json!({ "orderId": order.id, "senderOrderId": order.number, "result": "SUCCESS",
                "fileName": name, "reason": null })
    } else {
        json!({ "orderId": order.id, "senderOrderId": order.number, "result": "FAILED",
                "fileName": null, "reason": "Этикетка ещё не готова" })
    };
    archive.start_file("results.txt", SimpleFileOptions::default())?;
    archive.write_all(json!({ "results": [result] }).to_string().as_bytes())?;
    if is_approved {
        archive.start_file(name, SimpleFileOptions::default())?;
        archive.write_all(&paper::pdf(&format!("5POST {}", order.barcode)))?;
    }
    Ok(archive.finish()?.into_inner())
}

async fn labels(State(stand_in): At, headers: HeaderMap, body: String) -> Response {
    let body = match stand_in.read("/api/v1/orderLabels/bySenderOrderId", &headers, &body) {
        Ok(body) => body,
        Err(refused) => return *refused,
    };
    let store = stand_in.store();
    let number = body["senderOrderIds"][0].as_str().unwrap_or_default();
    let Some(order) = store.orders.iter().find(|order| order.number == number) else {
        return refusal(StatusCode::NOT_FOUND, "Order not found");
    };
    match archive(order) {
        Ok(bytes) => ([(header::CONTENT_TYPE, "application/zip")], bytes).into_response(),
        Err(error) => refusal(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
    }
}

async fn cancel(State(stand_in): At, Path(number): Path<String>, headers: HeaderMap) -> Response {
    if let Err(refused) = stand_in.admitted("/api/v2/cancelOrder/", &headers) {
        return *refused;
    }
    let now = stand_in.clock.now();
    let mut store = stand_in.store();
    let Some(order) = store.orders.iter_mut().find(|order| order.number == number) else {
        return refusal(StatusCode::NOT_FOUND, "Order not found");
    };
    if !["NEW", "APPROVED"].contains(&order.status()) {
        return refusal(StatusCode::BAD_REQUEST, "Заказ уже принят или отменён");
    }
    order.go("CANCELLED", "CANCELLED", now);
    Json(json!({ "error": null })).into_response()
}

impl StandIn for FivepostStandIn {
    fn carrier(&self) -> &'static str {
        "5post"
    }

    fn routes(self: Arc<Self>) -> Router {
        Router::new()
            .route("/jwt-generate-claims/rs256/1", post(token))
            .route("/api/v1/pickuppoints/query", post(query_points))
            .route("/api/v3/orders", post(create))
            .route("/api/v1/getOrderStatus", post(status))
            .route("/api/v1/getOrderHistory", post(history))
            .route("/api/v1/orderLabels/bySenderOrderId", post(labels))
            .route("/api/v2/cancelOrder/bySenderOrderId/{number}", delete(cancel))
            .with_state(self)
    }

    fn manners(&self) -> &Manners {
        &self.manners
    }

    fn held(&self) -> Vec<Held> {
        let store = self.store();
        let held = store.orders.iter().map(|order| Held {
            number: order.number.clone(),
            track: order.id.clone(),
            is_cancelled: order.is_wrong || order.status() == "CANCELLED",
            weight_g: order.weight_g,
            cod_kopecks: order.cod_kopecks,
            is_handed_over: false,
        });
        held.collect()
    }

    fn advance(&self, number: &str, step: Step) -> Result<(), String> {
        let now = self.clock.now();
        let mut store = self.store();
        let order = store.orders.iter_mut().find(|order| order.number == number);
        let order = order.ok_or("there is no such order")?;
        let is_here = !["NEW", "APPROVED"].contains(&order.status());
        let is_over = ["DONE", "CANCELLED", "REJECTED"].contains(&order.status());
        if is_over || is_here == (step == Step::Accept) {
            return Err(format!("it is {}", order.status()));
        }
        match step {
            Step::Accept => order.go("IN_PROCESS", "RECEIVED_IN_WAREHOUSE_BY_PLACES", now),
            Step::Transit => order.go("IN_PROCESS", "SORTED_IN_WAREHOUSE", now),
            Step::Arrive => order.go("IN_PROCESS", "PLACED_IN_POSTAMAT", now),
            Step::OutForDelivery => return Err("this carrier goes to no doors".to_owned()),
            Step::Deliver => order.go("DONE", "PICKED_UP", now),
            Step::FailAttempt => order.go("INTERRUPTED", "PROBLEM", now),
            Step::Return => order.go("UNCLAIMED", "READY_FOR_WITHDRAW_FROM_PICKUP_POINT", now),
            Step::Returned => order.go("DONE", "RETURNED_TO_PARTNER", now),
            Step::Lose => order.go("INTERRUPTED", "LOST", now),
        }
        Ok(())
    }
}
