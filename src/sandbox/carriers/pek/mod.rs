//! ПЭК that is not there.
//!
//! Like the real one it has no key against doubles and no question by a number of the client's: two
//! requests with one number are two cargos. It has no calendar of its own: an order counts as made
//! on the day for which it is planned.

mod checks;
mod money;
mod points;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::Duration;
use serde_json::{Value, json};

use self::checks::Read;
use self::money::Books;
use super::paper;
use super::reading::Wrong;
use super::{BadManner, Held, Manners, StandIn, Step};
use crate::carriers::amounts::JsonDecimal;
use crate::carriers::registry::Account;
use crate::units::{Clock, Kopecks, UtcMicros};

pub const LOGIN: &str = "sandbox";
pub const KEY: &str = "0D0A9C5E7B2F4A61";

/// An account that this stand-in accepts.
pub fn account(url: impl std::fmt::Display) -> Account {
    Account {
        base_url: Some(format!("{url}/api/v1")),
        settings: json!({
            "legal_form": "ООО",
            "description": "Товары интернет-магазина",
            "types": [3, 1],
            "marked_group": 2,
        }),
        credentials: json!({ "login": LOGIN, "key": KEY }),
        time_max: None,
    }
}

/// What `settings.invoices` of an account say that asks for accounting documents.
pub fn invoices() -> Value {
    let (inn, kpp) = money::COMPANY;
    json!({ "branch_id": points::branch_id(0), "inn": inn, "kpp": kpp })
}

/// The same of an entrepreneur.
pub fn invoices_of_entrepreneur() -> Value {
    json!({ "branch_id": points::branch_id(0), "inn": money::ENTREPRENEUR })
}

/// The warehouse that is closed when it misbehaves so.
const CLOSED: &str = "5e2ba5d2-6a0f-11e3-9f3e-00155d668913";

#[derive(Debug, Default)]
pub struct PekStandIn {
    manners: Manners,
    clock: Clock,
    cargos: Mutex<Vec<Cargo>>,
    books: Mutex<Books>,
}

#[derive(Debug)]
struct Cargo {
    /// The preliminary code and, once accepted, the one that stays.
    codes: Vec<String>,
    barcode: String,
    read: Read,
    rows: Vec<Row>,
}

#[derive(Debug, Clone)]
struct Row {
    name: &'static str,
    at: UtcMicros,
    is_cancel: bool,
}

const AWAITED: &str = "Ожидается передача груза от отправителя";
const PICKUP: &str = "Заявка на забор зарегистрирована";
const ANNULLED: &str = "Аннулировано до приемки груза";

impl Cargo {
    fn status(&self) -> &'static str {
        self.rows.iter().rfind(|row| !row.is_cancel).map_or(AWAITED, |row| row.name)
    }

    fn code(&self) -> &str {
        self.codes.last().map_or("", String::as_str)
    }

    fn is_known_by(&self, code: &str) -> bool {
        self.codes.iter().any(|known| known == code)
    }

    fn go(&mut self, name: &'static str, now: UtcMicros) {
        let at = self.rows.last().map_or(now, |last| now.max(last.at.plus_seconds(1)));
        self.rows.push(Row { name, at, is_cancel: false });
    }
}

type At = State<Arc<PekStandIn>>;

fn moscow(at: UtcMicros) -> String {
    (at.to_datetime() + Duration::hours(3)).format("%Y-%m-%dT%H:%M:%S%.6f").to_string()
}

fn error(http: StatusCode, status: u16, message: &str) -> Response {
    let error = json!({ "title": "Ошибка", "message": message, "error": null, "status": status,
                        "fields": [] });
    (http, Json(json!({ "error": error }))).into_response()
}

/// A validation error: with HTTP 200.
fn invalid(wrong: &[Wrong]) -> Response {
    let field = |wrong: &Wrong| json!({ "Key": wrong.path, "Value": [wrong.problem] });
    let error = json!({
        "fields": wrong.iter().map(field).collect::<Vec<_>>(),
        "title": "Ошибка валидации",
        "message": "Детальные сообщения об ошибках приведены отдельно для каждого поля",
        "error": null,
        "status": 400,
    });
    Json(json!({ "error": error })).into_response()
}

fn one_wrong(path: &str, problem: &str) -> Response {
    invalid(&[Wrong { path: path.to_owned(), problem: problem.to_owned() }])
}

impl PekStandIn {
    pub fn new() -> Arc<Self> {
        Arc::new(Self::default())
    }

    /// With a clock that a test moves.
    pub fn with_clock(clock: Clock) -> Arc<Self> {
        Arc::new(Self { clock, ..Self::default() })
    }

    fn cargos(&self) -> MutexGuard<'_, Vec<Cargo>> {
        self.cargos.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The body of a request that may be made.
    fn admitted(
        &self,
        path: &str,
        headers: &HeaderMap,
        body: &str,
    ) -> Result<Value, Box<Response>> {
        let told = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let expected = format!("Basic {}", STANDARD.encode(format!("{LOGIN}:{KEY}")));
        let is_ended = self.manners.takes(BadManner::KeysEnded, path);
        if is_ended || told != Some(expected.as_str()) {
            let said = "Неверный логин или ключ доступа";
            return Err(Box::new(error(StatusCode::UNAUTHORIZED, 401, said)));
        }
        serde_json::from_str(body).map_err(|_| {
            let said = "Тело запроса не является JSON";
            Box::new(error(StatusCode::BAD_REQUEST, 400, said))
        })
    }

    /// Takes the last row of a cargo back.
    pub fn take_back(&self, number: &str) {
        let mut cargos = self.cargos();
        let cargo = cargos.iter_mut().find(|cargo| cargo.read.number == number);
        if let Some(row) = cargo.and_then(|cargo| cargo.rows.last_mut()) {
            row.is_cancel = true;
        }
    }
}

fn amount(kopecks: i64) -> JsonDecimal {
    JsonDecimal::of_kopecks(Kopecks::new(kopecks))
}

async fn calculate(State(stand_in): At, headers: HeaderMap, body: String) -> Response {
    let body = match stand_in.admitted("/calculator/calculateprice/", &headers, &body) {
        Ok(body) => body,
        Err(refused) => return *refused,
    };
    let read = match checks::price(&body) {
        Ok(read) => read,
        Err(wrong) => return invalid(&wrong),
    };
    let distance = points::distance(&read.from, &read.to);
    let transfers: Vec<Value> =
        read.types.iter().map(|kind| transfer(*kind, &read, distance)).collect();
    let there = 2 + 2 * distance;
    let term = |more: i64| format!("{} - {}", there + more, there + more + 1);
    let terms = read.types.iter().map(|kind| {
        json!({
            "type": kind,
            "transporting": [term(0), term(1)],
            "transportingWithDelivery": [term(1), term(2)],
            "transportingWithPickup": (there + 1).to_string(),
            "transportingWithDeliveryWithPickup": (there + 2).to_string(),
        })
    });
    Json(json!({
        "hasError": false,
        "errorMessage": "",
        "currencyCode": "643",
        "transportingTimes": ["12:00", "18:00"],
        "transfers": transfers,
        "commonTerms": terms.collect::<Vec<_>>(),
    }))
    .into_response()
}

/// Air goes nowhere but to the farthest cities.
fn transfer(kind: i64, read: &Read, distance: i64) -> Value {
    if kind == 1 && distance < 3 {
        return json!({ "type": kind, "hasError": true, "costTotal": 0, "services": [],
                       "errorMessage": "Перевозка по направлению недоступна" });
    }
    let kilograms = read.weight_g.div_euclid(1_000) + 1;
    let way = (50_000 + 2_000 * kilograms + 16_000 * distance) * if kind == 1 { 3 } else { 1 };
    let papers = 11_000;
    let node = |kind: &str, info: &str, kopecks: i64, parts: Vec<Value>| json!({ "serviceType": kind, "info": info, "cost": amount(kopecks), "services": parts });
    let part = node("Перевозка", "Оформление документов", papers, Vec::new());
    let mut services = vec![node("Перевозка", "Перевозка груза", way, vec![part])];
    let mut total = way + papers;
    let insurance = read.declared_kopecks / 500;
    let more = [
        (read.from_door, "Забор", "Забор груза", 62_000),
        (read.to_door, "Доставка", "Доставка до двери", 75_000),
        (insurance > 0, "Страхование", "Страхование груза", insurance),
    ];
    for (is_asked, kind, info, kopecks) in more {
        if is_asked {
            services.push(node(kind, info, kopecks, Vec::new()));
            total += kopecks;
        }
    }
    json!({ "type": kind, "hasError": false, "errorMessage": "", "costTotal": amount(total),
            "estDeliveryTime": 3 + 2 * distance, "services": services })
}

async fn submit(State(stand_in): At, headers: HeaderMap, body: String) -> Response {
    let path = "/preregistration/submit/";
    let body = match stand_in.admitted(path, &headers, &body) {
        Ok(body) => body,
        Err(refused) => return *refused,
    };
    let manners = &stand_in.manners;
    let is_closed = manners.takes(BadManner::ClosedPoint, path);
    let read = match checks::submit(&body, is_closed.then_some(CLOSED)) {
        Ok(read) => read,
        Err(wrong) => return invalid(&wrong),
    };
    if manners.takes(BadManner::TariffGone, path) {
        return one_wrong("cargos[0].common.type", "тариф по направлению недоступен");
    }
    if manners.takes(BadManner::RefuseLater, path) {
        return one_wrong("cargos[0].common.description", "груз не принимается к перевозке");
    }
    let mut cargos = stand_in.cargos();
    let index = cargos.len() + 1;
    let code = format!("МВКБАЗАРМ-{index}/2511");
    let barcode = format!("29001122{index:05}");
    let now = stand_in.clock.now();
    let first = if read.from_door { PICKUP } else { AWAITED };
    let answer = json!({
        "documentId": 11_223_344 + index,
        "notifications": [],
        "sender": { "documentId": 11_223_344 + index },
        "cargos": [{
            "cargoCode": code,
            "barcode": barcode,
            "orderNumber": read.number,
            "customerCorrelation": read.correlation,
            "stockTitle": read.from,
            "positions": [{ "barcode": format!("00{barcode}001") }],
            "receiver": {},
        }],
    });
    let rows = vec![Row { name: first, at: now, is_cancel: false }];
    cargos.push(Cargo { codes: vec![code], barcode, read, rows });
    Json(answer).into_response()
}

async fn list(State(stand_in): At, headers: HeaderMap, body: String) -> Response {
    let body = match stand_in.admitted("/cargos/listallorderbylogin/", &headers, &body) {
        Ok(body) => body,
        Err(refused) => return *refused,
    };
    let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    let (begin, end) = (text("dateBegin"), text("dateEnd"));
    if begin.len() != 10 || end.len() != 10 || begin > end {
        return one_wrong("dateBegin", "неверный период");
    }
    if body["selectBy"] != 1 {
        return one_wrong("selectBy", "неверное значение");
    }
    let cargos = stand_in.cargos();
    let asked = cargos.iter().filter(|cargo| begin <= cargo.read.day && cargo.read.day <= end);
    let listed = asked.map(|cargo| {
        json!({
            "code": cargo.code(),
            "orderNumber": cargo.read.number,
            "orderDate": format!("{}T10:00:00", cargo.read.day),
            "cargoStatus": -1,
            "description": "Товары интернет-магазина",
        })
    });
    Json(json!({ "cargos": listed.collect::<Vec<_>>() })).into_response()
}

fn asked_codes(body: &Value) -> Vec<String> {
    let codes = body["cargoCodes"].as_array().into_iter().flatten();
    codes.filter_map(Value::as_str).map(str::to_owned).collect()
}

async fn basic_status(State(stand_in): At, headers: HeaderMap, body: String) -> Response {
    let body = match stand_in.admitted("/cargos/basicstatus/", &headers, &body) {
        Ok(body) => body,
        Err(refused) => return *refused,
    };
    let codes = asked_codes(&body);
    if codes.is_empty() || codes.len() > 50 {
        return one_wrong("cargoCodes", "укажите от 1 до 50 кодов");
    }
    let cargos = stand_in.cargos();
    let known = codes.iter().filter_map(|code| cargos.iter().find(|one| one.is_known_by(code)));
    let told = known.map(|cargo| {
        let planned = cargo.read.to_door.then(|| format!("{}T09:00:00", cargo.read.day));
        json!({
            "cargo": { "code": cargo.code(), "cargoBarCode": cargo.barcode,
                       "positionBarCodes": [format!("00{}001", cargo.barcode)] },
            "info": { "cargoStatus": cargo.status(), "arrivalDateTime": null,
                      "deliveryPlanDate": planned, "giveOutDateTime": "" },
        })
    });
    Json(json!({ "cargos": told.collect::<Vec<_>>() })).into_response()
}

async fn history(State(stand_in): At, headers: HeaderMap, body: String) -> Response {
    let path = "/cargos/statusfullhistory/";
    let body = match stand_in.admitted(path, &headers, &body) {
        Ok(body) => body,
        Err(refused) => return *refused,
    };
    let manners = &stand_in.manners;
    let is_doubled = manners.takes(BadManner::DuplicateEvents, path);
    let is_disordered = manners.takes(BadManner::DisorderedEvents, path);
    let is_strange = manners.takes(BadManner::UnknownCode, path);
    let cargos = stand_in.cargos();
    let told = asked_codes(&body).into_iter().filter_map(|code| {
        let cargo = cargos.iter().find(|cargo| cargo.is_known_by(&code))?;
        let mut rows = cargo.rows.clone();
        if is_strange && let Some(last) = rows.last().cloned() {
            let at = last.at.plus_seconds(1);
            rows.push(Row { name: "Телепортирован", at, is_cancel: false });
        }
        if is_doubled {
            rows = rows.into_iter().flat_map(|row| [row.clone(), row]).collect();
        }
        if is_disordered {
            rows.reverse();
        }
        let row = |(index, row): (usize, &Row)| {
            json!({ "id": index + 1, "name": row.name, "date": moscow(row.at),
                    "isCancel": row.is_cancel, "isFinal": false })
        };
        let rows: Vec<Value> = rows.iter().enumerate().map(row).collect();
        Some(json!({ "cargoCode": code, "statuses": rows }))
    });
    Json(Value::from(told.collect::<Vec<_>>())).into_response()
}

async fn print(State(stand_in): At, headers: HeaderMap, body: String) -> Response {
    let body = match stand_in.admitted("/order/print/", &headers, &body) {
        Ok(body) => body,
        Err(refused) => return *refused,
    };
    if !["big", "simple", "multiple"].contains(&body["type"].as_str().unwrap_or_default()) {
        return one_wrong("type", "недопустимый тип файла");
    }
    let code = body["cargoIndex"].as_str().unwrap_or_default();
    let cargos = stand_in.cargos();
    let Some(cargo) = cargos.iter().find(|cargo| cargo.is_known_by(code)) else {
        return one_wrong("cargoIndex", "груз не найден");
    };
    let file = STANDARD.encode(paper::pdf(&format!("PEK {} {}", cargo.barcode, cargo.read.number)));
    Json(json!({ "fileName": "label.pdf", "file": file })).into_response()
}

async fn cancel(State(stand_in): At, headers: HeaderMap, body: String) -> Response {
    let body = match stand_in.admitted("/order/cancellation/", &headers, &body) {
        Ok(body) => body,
        Err(refused) => return *refused,
    };
    let now = stand_in.clock.now();
    let mut cargos = stand_in.cargos();
    let rows = body.as_array().into_iter().flatten().map(|row| {
        let code = row["code"].as_str().unwrap_or_default();
        let cargo = cargos.iter_mut().find(|cargo| cargo.is_known_by(code));
        let (success, description) = match cargo {
            None => (false, "Груз не найден"),
            Some(cargo) if [AWAITED, PICKUP].contains(&cargo.status()) => {
                cargo.go(ANNULLED, now);
                (true, "Заявка аннулирована")
            }
            Some(_) => (false, "Груз уже принят"),
        };
        json!({ "code": code, "success": success, "description": description })
    });
    Json(Value::from(rows.collect::<Vec<_>>())).into_response()
}

async fn branches(State(stand_in): At, headers: HeaderMap, body: String) -> Response {
    let path = "/branches/all/";
    if let Err(refused) = stand_in.admitted(path, &headers, &body) {
        return *refused;
    }
    let is_closed = stand_in.manners.takes(BadManner::ClosedPoint, path);
    Json(points::branches(is_closed.then_some(CLOSED))).into_response()
}

impl StandIn for PekStandIn {
    fn carrier(&self) -> &'static str {
        "pek"
    }

    fn routes(self: Arc<Self>) -> Router {
        let own = Router::new()
            .route("/calculator/calculateprice/", post(calculate))
            .route("/preregistration/submit/", post(submit))
            .route("/cargos/listallorderbylogin/", post(list))
            .route("/cargos/basicstatus/", post(basic_status))
            .route("/cargos/statusfullhistory/", post(history))
            .route("/order/print/", post(print))
            .route("/order/cancellation/", post(cancel))
            .route("/branches/all/", post(branches))
            .route("/auth/createtokentoaccessprivatedata/", post(money::token))
            .route("/accountingdocuments/listforcounterparty/", post(money::documents))
            .with_state(self);
        Router::new().nest("/api/v1", own)
    }

    fn manners(&self) -> &Manners {
        &self.manners
    }

    fn held(&self) -> Vec<Held> {
        let cargos = self.cargos();
        let held = cargos.iter().map(|cargo| Held {
            number: cargo.read.number.clone(),
            track: cargo.code().to_owned(),
            is_cancelled: cargo.status() == ANNULLED,
            weight_g: cargo.read.weight_g,
            cod_kopecks: cargo.read.cod_kopecks,
            is_handed_over: false,
        });
        held.collect()
    }

    fn advance(&self, number: &str, step: Step) -> Result<(), String> {
        let now = self.clock.now();
        let mut cargos = self.cargos();
        let live = |cargo: &&mut Cargo| cargo.read.number == number && cargo.status() != ANNULLED;
        let cargo = cargos.iter_mut().find(live).ok_or("there is no such cargo")?;
        let is_here = ![AWAITED, PICKUP].contains(&cargo.status());
        if is_here == (step == Step::Accept) {
            return Err(format!("it is: {}", cargo.status()));
        }
        let to_door = cargo.read.to_door;
        match step {
            Step::Accept => {
                let code = cargo.code().replace("/2511", "/2512");
                cargo.codes.push(code);
                cargo.go("Оформлен", now);
            }
            Step::Transit => cargo.go("В пути", now),
            Step::Arrive => cargo.go("Прибыл", now),
            Step::OutForDelivery | Step::FailAttempt => {
                cargo.go("Выполняется адресная доставка", now);
            }
            Step::Deliver if to_door => cargo.go("Доставлен получателю", now),
            Step::Deliver => cargo.go("Выдан ( мест 1 из 1 )", now),
            Step::Return => cargo.go("Отправлен на возврат", now),
            Step::Returned => cargo.go("Возвращён отправителю", now),
            Step::Lose => cargo.go("Утилизирован", now),
        }
        Ok(())
    }
}
