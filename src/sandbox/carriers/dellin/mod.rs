//! Деловые Линии that are not there.
//!
//! Like the real one it has no key against doubles: two requests with one number are two orders.

mod checks;
mod points;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{Duration, NaiveDate};
use serde_json::{Value, json};

use self::checks::Read;
use super::paper;
use super::reading::Wrong;
use super::{BadManner, Held, Manners, StandIn, Step};
use crate::carriers::amounts::JsonDecimal;
use crate::carriers::registry::Account;
use crate::units::{Clock, Kopecks, UtcMicros};

pub const APPKEY: &str = "0a1b2c3d-0000-4000-8000-00000000dd11";
pub const PAT: &str = "sandbox-personal-access-token";
pub const LOGIN: &str = "logist@example.ru";
pub const PASSWORD: &str = "sandbox-password";

/// An account that this stand-in accepts.
pub fn account(url: impl Into<String>) -> Account {
    Account {
        base_url: Some(url.into()),
        settings: json!({
            "counteragent_uid": "ddebc744-6a8e-11ea-80ca-901b0ecef0f1",
            "email": "logist@example.ru",
            "sender_form_uid": "0xbc1e63c5f81187e244490a5afd657cbd",
            "freight_uid": "0xa4a904cf9927043442973c854c077430",
            "payment_city_kladr": "7700000000000000000000000",
            "kinds": ["auto", "small"],
        }),
        credentials: json!({ "appkey": APPKEY, "pat": PAT }),
        time_max: None,
    }
}

/// The terminal that is closed when it misbehaves so.
const CLOSED: &str = "108";
const SUBSCRIPTIONS_MAX: usize = 10;
/// The carrier's pages tell two codes; others are refused under this one.
const FIELD_CODE: i64 = 180_001;
const TERMINAL_CODE: i64 = 180_002;

#[derive(Debug, Default)]
pub struct DellinStandIn {
    manners: Manners,
    clock: Clock,
    state: Mutex<Store>,
}

#[derive(Debug, Default)]
struct Store {
    /// By their numbers.
    orders: BTreeMap<u64, Order>,
    sessions: Vec<String>,
    subscriptions: Vec<String>,
}

#[derive(Debug)]
struct Order {
    number: String,
    read: Read,
    states: Vec<(&'static str, UtcMicros)>,
    decline_reason: Option<&'static str>,
    returned_at: Option<UtcMicros>,
    label: Label,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Label {
    Unasked,
    Enqueued,
    Drawn,
}

impl Order {
    fn state(&self) -> &'static str {
        self.states.last().map_or("draft", |(state, _)| state)
    }

    fn go(&mut self, state: &'static str, now: UtcMicros) {
        let at = self.states.last().map_or(now, |(_, last)| now.max(last.plus_seconds(1)));
        self.states.push((state, at));
    }
}

const FIRST_ID: u64 = 39_513_109;

fn state_name(state: &str) -> &'static str {
    match state {
        "draft" => "Черновик",
        "processing" => "В обработке",
        "pickup" => "Забор груза от адреса",
        "waiting" => "Ожидает сдачи на терминал",
        "declined" => "Отклонён",
        "received" => "Принят к перевозке",
        "inway" => "В пути",
        "arrived" => "Прибыл",
        "warehousing" => "На складе",
        "delivery" => "Доставка",
        "finished" => "Завершён",
        _ => "Неизвестно",
    }
}

type At = State<Arc<DellinStandIn>>;

fn moscow(at: UtcMicros, format: &str) -> String {
    (at.to_datetime() + Duration::hours(3)).format(format).to_string()
}

fn said(status: StatusCode, mut body: Value) -> Response {
    body["metadata"] = json!({ "status": status.as_u16(), "generated_at": "2026-11-25 12:00:00" });
    (status, Json(body)).into_response()
}

fn done(data: Value) -> Response {
    let mut body = json!({});
    body["data"] = data;
    said(StatusCode::OK, body)
}

fn refusal(code: i64, title: &str, fields: &[String]) -> Response {
    let error = json!({ "code": code, "title": title, "detail": title, "fields": fields });
    said(StatusCode::BAD_REQUEST, json!({ "errors": [error] }))
}

fn refusals(wrong: &[Wrong]) -> Response {
    let error = |wrong: &Wrong| {
        let is_place = wrong.path.contains("terminalID") || wrong.path.contains("address");
        let code = if is_place { TERMINAL_CODE } else { FIELD_CODE };
        json!({ "code": code, "title": "Неверное значение параметра", "detail": wrong.problem,
                "fields": [wrong.path] })
    };
    let errors: Vec<Value> = wrong.iter().map(error).collect();
    said(StatusCode::BAD_REQUEST, json!({ "errors": errors }))
}

impl DellinStandIn {
    pub fn new() -> Arc<Self> {
        Arc::new(Self::default())
    }

    /// With a clock that a test moves.
    pub fn with_clock(clock: Clock) -> Arc<Self> {
        Arc::new(Self { clock, ..Self::default() })
    }

    fn store(&self) -> MutexGuard<'_, Store> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The body of a request that may be made.
    fn admitted(
        &self,
        path: &str,
        body: &str,
        needs_session: bool,
    ) -> Result<Value, Box<Response>> {
        let unauthorised = |title| {
            let error = json!({ "code": 110_001, "title": title, "fields": ["sessionID"] });
            Err(Box::new(said(StatusCode::UNAUTHORIZED, json!({ "errors": [error] }))))
        };
        if self.manners.takes(BadManner::KeysEnded, path) {
            return unauthorised("Пользователь не авторизован");
        }
        let Ok(body) = serde_json::from_str::<Value>(body) else {
            let refused = refusal(FIELD_CODE, "Тело запроса не является JSON", &[]);
            return Err(Box::new(refused));
        };
        if body["appkey"] != APPKEY {
            return unauthorised("Неверный appkey");
        }
        let session = body["sessionID"].as_str().unwrap_or_default();
        if needs_session && !self.store().sessions.iter().any(|known| known == session) {
            return unauthorised("Сессия не найдена");
        }
        Ok(body)
    }

    /// A subscription is made in the cabinet; the first is `1`.
    pub fn make_subscription(&self) {
        self.store().subscriptions.push(String::new());
    }

    /// Ends all sessions: the client has to log in again.
    pub fn end_sessions(&self) {
        self.store().sessions.clear();
    }
}

async fn login(State(stand_in): At, body: String) -> Response {
    let body = match stand_in.admitted("/auth/login.json", &body, false) {
        Ok(body) => body,
        Err(refused) => return *refused,
    };
    let by_token = body["pat"] == PAT;
    let by_password = body["login"] == LOGIN && body["password"] == PASSWORD;
    if !by_token && !by_password {
        return said(StatusCode::BAD_REQUEST, json!({ "errors": "Неверный логин или пароль" }));
    }
    let mut store = stand_in.store();
    let session = format!("5e551040-0000-4000-8000-{:012}", store.sessions.len() + 1);
    store.sessions.push(session.clone());
    done(json!({ "sessionID": session }))
}

fn amount(kopecks: i64) -> JsonDecimal {
    JsonDecimal::of_kopecks(Kopecks::new(kopecks))
}

async fn calculate(State(stand_in): At, body: String) -> Response {
    let path = "/v2/calculator.json";
    let body = match stand_in.admitted(path, &body, true) {
        Ok(body) => body,
        Err(refused) => return *refused,
    };
    let read = match checks::calculator(&body) {
        Ok(read) => read,
        Err(wrong) => return refusals(&wrong),
    };
    let part = |kopecks| json!({ "price": amount(kopecks), "contractPrice": false });
    let contract = json!({ "price": null, "contractPrice": true });
    let is_far = read.from.contains("Норильск") || read.to.contains("Норильск");
    let distance = points::distance(&read.from, &read.to);
    let kilograms = read.weight_g.div_euclid(1_000) + 1;
    let faster = if read.kind == "auto" { 1 } else { 2 };
    let way = (35_000 + 1_500 * kilograms + 20_000 * distance) * faster;
    let derival = if read.from_door { 47_500 } else { 0 };
    let arrival = if read.to_door { 55_000 } else { 0 };
    let insurance = read.declared_kopecks / 500;
    let start: NaiveDate = read.day.parse().unwrap_or_default();
    let day = |days: i64| (start + Duration::days(days)).format("%Y-%m-%d").to_string();
    let there = 2 + 2 * distance;
    let total = way + derival + arrival + insurance;
    let mut data = json!({
        "price": if is_far { Value::Null } else { json!(amount(total)) },
        "priceMinimal": read.kind,
        "availableDeliveryTypes": { read.kind.as_str(): amount(total) },
        "derival": part(derival),
        "arrival": if is_far { contract.clone() } else { part(arrival) },
        "packages": {},
        "insurance": amount(insurance),
        "orderDates": {
            "pickup": day(0),
            "arrivalToOspReceiver": day(there),
            "giveoutFromOspReceiver": format!("{} 00:00:00", day(there)),
            "giveoutFromOspReceiverMax": format!("{} 00:00:00", day(there + 1)),
            "derrivalToAddress": read.to_door.then(|| day(there + 1)),
            "derrivalToAddressMax": read.to_door.then(|| day(there + 2)),
        },
    });
    data[read.kind.as_str()] = if is_far { contract } else { part(way) };
    done(data)
}

async fn request(State(stand_in): At, body: String) -> Response {
    let path = "/v2/request.json";
    let body = match stand_in.admitted(path, &body, true) {
        Ok(body) => body,
        Err(refused) => return *refused,
    };
    let is_closed = stand_in.manners.takes(BadManner::ClosedPoint, path);
    let read = match checks::request(&body, is_closed.then_some(CLOSED)) {
        Ok(read) => read,
        Err(wrong) => return refusals(&wrong),
    };
    if stand_in.manners.takes(BadManner::TariffGone, path) {
        let fields = ["delivery.deliveryType.type".to_owned()];
        return refusal(FIELD_CODE, "Вид перевозки недоступен", &fields);
    }
    let now = stand_in.clock.now();
    let mut order = Order {
        number: read.number.clone(),
        states: vec![("processing", now)],
        decline_reason: None,
        returned_at: None,
        label: Label::Unasked,
        read,
    };
    if stand_in.manners.takes(BadManner::RefuseLater, path) {
        order.decline_reason = Some("Характер груза не принимается к перевозке");
        order.go("declined", now);
    } else {
        order.go(if order.read.from_door { "pickup" } else { "waiting" }, now);
    }
    let mut store = stand_in.store();
    let id = store.orders.keys().last().map_or(FIRST_ID, |last| last + 1);
    store.orders.insert(id, order);
    done(json!({ "state": "success", "requestID": id, "barcode": format!("4150{id}0D09") }))
}

fn asked_ids(body: &Value) -> Vec<u64> {
    let ids = body["docIds"].as_array().into_iter().flatten();
    ids.filter_map(|id| id.as_str()?.parse().ok()).collect()
}

async fn orders(State(stand_in): At, body: String) -> Response {
    let body = match stand_in.admitted("/v3/orders.json", &body, true) {
        Ok(body) => body,
        Err(refused) => return *refused,
    };
    let (ids, number) = (asked_ids(&body), body["orderNumber"].as_str());
    let store = stand_in.store();
    let found = store.orders.iter().filter(|(id, order)| {
        ids.contains(id) || number.is_some_and(|number| order.number == number)
    });
    let orders = found.map(|(id, order)| {
        let (state, at) = order.states.last().copied().unwrap_or_default();
        json!({
            "orderNumber": order.number,
            "orderDate": null,
            "orderId": id.to_string(),
            "orderedAt": moscow(order.states[0].1, "%Y-%m-%d %H:%M:%S"),
            "state": state,
            "stateName": state_name(state),
            "stateDate": moscow(at, "%Y-%m-%d"),
            "returnState": order.returned_at.is_some(),
            "returnDate": order.returned_at.map(|at| moscow(at, "%Y-%m-%d %H:%M:%S%.6f")),
            "totalSum": "950.00",
            "isPaid": false,
            "isPreorder": !order.read.from_door,
            "declineReason": order.decline_reason,
            "orderedDeliveryFromAddress": order.read.from_door,
            "orderedDeliveryToAddress": order.read.to_door,
            "documents": [],
        })
    });
    let orders: Vec<Value> = orders.collect();
    said(StatusCode::OK, json!({ "orders": orders }))
}

async fn history(State(stand_in): At, body: String) -> Response {
    let path = "/v3/orders/statuses_history.json";
    let body = match stand_in.admitted(path, &body, false) {
        Ok(body) => body,
        Err(refused) => return *refused,
    };
    let ids = asked_ids(&body);
    if ids.is_empty() || ids.len() > 5 {
        return refusal(FIELD_CODE, "Передайте от одного до пяти номеров", &["docIds".to_owned()]);
    }
    let manners = &stand_in.manners;
    let is_doubled = manners.takes(BadManner::DuplicateEvents, path);
    let is_disordered = manners.takes(BadManner::DisorderedEvents, path);
    let is_strange = manners.takes(BadManner::UnknownCode, path);
    let store = stand_in.store();
    if ids.iter().any(|id| !store.orders.contains_key(id)) {
        return refusal(FIELD_CODE, "Документ не найден", &["docIds".to_owned()]);
    }
    let told = ids.iter().filter_map(|id| Some((id, store.orders.get(id)?)));
    let told = told.map(|(id, order)| {
        let mut states = order.states.clone();
        if is_strange && let Some((_, at)) = states.last().copied() {
            states.push(("teleported", at.plus_seconds(1)));
        }
        if is_doubled {
            states = states.iter().flat_map(|state| [*state, *state]).collect();
        }
        if is_disordered {
            states.reverse();
        }
        let row = |(state, at): &(&str, UtcMicros)| {
            let at = moscow(*at, "%Y-%m-%dT%H:%M:%S%.6f+03:00");
            json!({ "number": id.to_string(), "state": state, "stateName": state_name(state),
                    "stateDate": at, "detailedStatus": state, "detailedStatusRus": null,
                    "detailedStatusDate": at })
        };
        (id.to_string(), Value::from(states.iter().map(row).collect::<Vec<_>>()))
    });
    let told: serde_json::Map<String, Value> = told.collect();
    done(json!({ "statusHistory": told }))
}

fn asked_id(body: &Value) -> Option<u64> {
    body["orderID"].as_str()?.parse().ok()
}

async fn cancel_pickup(State(stand_in): At, body: String) -> Response {
    let body = match stand_in.admitted("/v3/orders/cancel_pickup.json", &body, true) {
        Ok(body) => body,
        Err(refused) => return *refused,
    };
    let now = stand_in.clock.now();
    let mut store = stand_in.store();
    let order = asked_id(&body).and_then(|id| store.orders.get_mut(&id));
    let Some(order) = order else {
        return refusal(FIELD_CODE, "Заказ не найден", &["orderID".to_owned()]);
    };
    if !order.read.from_door || !matches!(order.state(), "processing" | "pickup") {
        return refusal(FIELD_CODE, "Отмена забора недоступна", &["orderID".to_owned()]);
    }
    order.decline_reason = Some("Забор отменён клиентом");
    order.go("declined", now);
    done(json!({ "state": "success" }))
}

async fn labels(State(stand_in): At, body: String) -> Response {
    let path = "/v2/request/cargo/shipment_labels.json";
    let body = match stand_in.admitted(path, &body, true) {
        Ok(body) => body,
        Err(refused) => return *refused,
    };
    let places = body["cargoPlaces"].as_array().cloned().unwrap_or_default();
    let is_place = |place: &Value| place["cargoPlace"].is_string() && place["amount"].is_i64();
    if places.is_empty() || !places.iter().all(is_place) {
        return refusal(FIELD_CODE, "Укажите артикулы мест", &["cargoPlaces".to_owned()]);
    }
    let mut store = stand_in.store();
    let Some(order) = asked_id(&body).and_then(|id| store.orders.get_mut(&id)) else {
        return refusal(FIELD_CODE, "Заказ не найден", &["orderID".to_owned()]);
    };
    if !matches!(order.state(), "processing" | "pickup" | "waiting") {
        return refusal(FIELD_CODE, "Этикетки в этом статусе не создаются", &[]);
    }
    order.label = Label::Enqueued;
    done(json!({ "state": "enqueued" }))
}

async fn labels_get(State(stand_in): At, body: String) -> Response {
    let path = "/v2/request/cargo/shipment_labels/get.json";
    let body = match stand_in.admitted(path, &body, true) {
        Ok(body) => body,
        Err(refused) => return *refused,
    };
    let is_known = [("type", ["pdf", "jpg", "png"].as_slice()), ("format", &["80x50", "a4"])];
    for (field, words) in is_known {
        if !words.contains(&body[field].as_str().unwrap_or_default()) {
            return refusal(FIELD_CODE, "Недопустимое значение", &[field.to_owned()]);
        }
    }
    let mut store = stand_in.store();
    let Some(order) = asked_id(&body).and_then(|id| store.orders.get_mut(&id)) else {
        return refusal(FIELD_CODE, "Заказ не найден", &["orderID".to_owned()]);
    };
    match order.label {
        Label::Unasked => refusal(FIELD_CODE, "Этикетки не запрашивались", &[]),
        Label::Enqueued => {
            order.label = Label::Drawn;
            done(json!([]))
        }
        Label::Drawn => done(json!([{
            "cargoPlace": order.number,
            "number": "1",
            "format": body["format"],
            "type": "application/pdf",
            "base64": STANDARD.encode(paper::pdf(&format!("DELLIN {}", order.number))),
        }])),
    }
}

async fn directory(State(stand_in): At, headers: HeaderMap, body: String) -> Response {
    if let Err(refused) = stand_in.admitted("/v3/public/terminals.json", &body, false) {
        return *refused;
    }
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let url = format!("http://{host}/catalog/terminals_v3.json?sk=YxKEbTqWQ1&e=1795000000");
    Json(json!({ "hash": "afb376bcefe05f204e6d456785e85981", "url": url })).into_response()
}

async fn terminals(State(stand_in): At) -> Response {
    let path = "/catalog/terminals_v3.json";
    let is_closed = stand_in.manners.takes(BadManner::ClosedPoint, path);
    Json(points::file(is_closed.then_some(CLOSED))).into_response()
}

async fn subscribe(State(stand_in): At, body: String) -> Response {
    let body = match stand_in.admitted("/v1/webhooks/update", &body, true) {
        Ok(body) => body,
        Err(refused) => return *refused,
    };
    let url = body["url"].as_str().unwrap_or_default().to_owned();
    let is_near = url.starts_with("http://127.0.0.1") || url.starts_with("http://localhost");
    if !url.starts_with("https://") && !is_near {
        return refusal(FIELD_CODE, "Адрес должен быть https", &["url".to_owned()]);
    }
    if body["orderRoles"].as_array().is_none_or(Vec::is_empty) {
        return refusal(FIELD_CODE, "Укажите роли", &["orderRoles".to_owned()]);
    }
    let mut store = stand_in.store();
    let id = match body.get("id").and_then(Value::as_str) {
        None if store.subscriptions.len() >= SUBSCRIPTIONS_MAX => {
            return refusal(FIELD_CODE, "Создано предельное число подписок", &[]);
        }
        None => {
            store.subscriptions.push(url);
            store.subscriptions.len()
        }
        Some(id) => {
            let index = id.parse::<usize>().ok();
            let known = index.and_then(|index| store.subscriptions.get_mut(index.checked_sub(1)?));
            let (Some(known), Some(index)) = (known, index) else {
                return refusal(FIELD_CODE, "Подписка не найдена", &["id".to_owned()]);
            };
            *known = url;
            index
        }
    };
    done(json!({ "id": id }))
}

impl StandIn for DellinStandIn {
    fn carrier(&self) -> &'static str {
        "dellin"
    }

    fn routes(self: Arc<Self>) -> Router {
        Router::new()
            .route("/v4/auth/login.json", post(login))
            .route("/v3/auth/login.json", post(login))
            .route("/v2/calculator.json", post(calculate))
            .route("/v2/request.json", post(request))
            .route("/v3/orders.json", post(orders))
            .route("/v3/orders/statuses_history.json", post(history))
            .route("/v3/orders/cancel_pickup.json", post(cancel_pickup))
            .route("/v2/request/cargo/shipment_labels.json", post(labels))
            .route("/v2/request/cargo/shipment_labels/get.json", post(labels_get))
            .route("/v3/public/terminals.json", post(directory))
            .route("/catalog/terminals_v3.json", get(terminals))
            .route("/v1/webhooks/update", post(subscribe))
            .with_state(self)
    }

    fn manners(&self) -> &Manners {
        &self.manners
    }

    fn held(&self) -> Vec<Held> {
        let store = self.store();
        let orders = store.orders.iter().map(|(id, order)| Held {
            number: order.number.clone(),
            track: id.to_string(),
            is_cancelled: order.state() == "declined",
            weight_g: order.read.weight_g,
            cod_kopecks: order.read.cod_kopecks,
            is_handed_over: false,
        });
        orders.collect()
    }

    fn advance(&self, number: &str, step: Step) -> Result<(), String> {
        let now = self.clock.now();
        let mut store = self.store();
        let live = |order: &&mut Order| order.number == number && order.state() != "declined";
        let order = store.orders.values_mut().find(live).ok_or("there is no such order")?;
        if order.state() == "finished" {
            return Err("the order is finished".to_owned());
        }
        let is_here = !matches!(order.state(), "processing" | "pickup" | "waiting");
        if !is_here && step != Step::Accept {
            return Err("the carrier does not have it yet".to_owned());
        }
        match step {
            Step::Accept => order.go("received", now),
            Step::Transit => order.go("inway", now),
            Step::Arrive => order.go("arrived", now),
            Step::OutForDelivery => order.go("delivery", now),
            Step::FailAttempt => order.go("warehousing", now),
            Step::Deliver | Step::Returned => order.go("finished", now),
            Step::Return => {
                order.go("inway", now);
                order.returned_at = order.states.last().map(|(_, at)| *at);
            }
            Step::Lose => return Err("this carrier has no state for what is lost".to_owned()),
        }
        Ok(())
    }

    fn webhook_body(&self, number: &str) -> Option<Vec<u8>> {
        let store = self.store();
        let (id, order) = store.orders.iter().rfind(|(_, order)| order.number == number)?;
        let body = json!({
            "eventType": format!("order.state.{}", order.state()),
            "order": { "orderId": id.to_string(), "orderNumber": order.number },
        });
        serde_json::to_vec(&body).ok()
    }

    fn webhook_url(&self) -> Option<String> {
        self.store().subscriptions.last().cloned()
    }
}
