//! Почта России of the sandbox: Отправка, the public tariff, tracking, all at one address.
//!
//! Numbers, orders and batches live in memory; histories grow by [`StandIn::advance`]. What the
//! client sends is read from the raw JSON and XML, not by the client's own types.

mod batches;
mod checks;
mod clean;
mod forms;
mod orders;
mod places;
mod prices;
mod soap;
mod state;
mod xml;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use self::state::{Ledger, Place};
use super::{BadManner, Held, Manners, StandIn, Step};
use crate::carriers::registry::Account;

/// The keys that it knows.
pub const TOKEN: &str = "sandbox-post-token";
pub const LOGIN: &str = "sandbox@pochta.example";
pub const PASSWORD: &str = "sandbox-post-password";
pub const TRACKING_LOGIN: &str = "SANDBOXTRACK";
pub const TRACKING_PASSWORD: &str = "sandbox-track-password";
/// The post office that takes parcels in; the only one of this account.
pub const POSTOFFICE: &str = "109012";

/// Requests a day.
const DAY_LIMIT: u64 = 1_000;

/// The stand-in.
#[derive(Debug, Default)]
pub struct PostStandIn {
    manners: Manners,
    ledger: Mutex<Ledger>,
}

impl PostStandIn {
    pub fn new() -> Arc<Self> {
        Arc::new(Self::default())
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An account that the stand-in at this address accepts.
pub fn account(url: &str) -> Account {
    Account {
        base_url: Some(url.to_owned()),
        settings: json!({
            "postoffice": POSTOFFICE,
            "mail_types": [
                "ONLINE_PARCEL", "ONLINE_COURIER", "POSTAL_PARCEL", "PARCEL_CLASS_1", "EMS", "ECOM",
            ],
            // More than usual, so that nobody waits for tickets.
            "tracking_per_day": 1_000,
        }),
        credentials: json!({
            "otpravka": { "token": TOKEN, "login": LOGIN, "password": PASSWORD },
            "tracking": { "login": TRACKING_LOGIN, "password": TRACKING_PASSWORD },
        }),
        time_max: None,
    }
}

impl StandIn for PostStandIn {
    fn carrier(&self) -> &'static str {
        "post"
    }

    fn routes(self: Arc<Self>) -> Router {
        let backlog = put(orders::create_v1).post(orders::back).delete(orders::drop_from_backlog);
        let otpravka = Router::new()
            .route("/2.0/user/backlog", put(orders::create_v2))
            .route("/1.0/user/backlog", backlog)
            .route("/1.0/backlog", axum::routing::delete(orders::drop_from_backlog))
            .route("/1.0/backlog/search", get(orders::search_backlog))
            .route("/1.0/backlog/{id}", get(orders::in_backlog))
            .route("/1.0/shipment", axum::routing::delete(orders::drop_from_batches))
            .route("/1.0/shipment/search", get(orders::search_batches))
            .route("/1.0/shipment/{id}", get(orders::in_batch))
            .route("/1.0/user/shipment", post(batches::make))
            .route("/1.0/batch", get(batches::open))
            .route("/1.0/batch/{name}", get(batches::one))
            .route("/1.0/batch/{name}/shipment", get(batches::orders))
            .route("/1.0/batch/{name}/checkin", post(batches::check_in))
            .route("/1.0/clean/address", post(clean::addresses))
            .route("/1.0/clean/physical", post(clean::names))
            .route("/1.0/clean/phone", post(clean::phones))
            .route("/1.0/tariff", post(prices::contract))
            .route("/1.0/settings/limit", get(limit))
            .route("/1.0/unloading-passport/zip", get(places::passport))
            .route("/postoffice/1.0/{index}", get(places::office))
            .route("/1.0/forms/backlog/{id}/forms", get(forms::early))
            .route("/1.0/forms/{id}/forms", get(forms::all))
            .route("/1.0/forms/{id}/f7pdf", get(forms::f7))
            .route("/1.0/forms/{name}/f103pdf", get(forms::f103))
            .route("/1.0/forms/{name}/zip-all", get(forms::archive))
            .layer(from_fn_with_state(Arc::clone(&self), keyed));
        otpravka
            .route("/v2/calculate/tariff/delivery", get(prices::public))
            .route("/rtm34", post(soap::rtm34))
            .route("/fc", post(soap::fc))
            .fallback(unknown)
            .with_state(self)
    }

    fn manners(&self) -> &Manners {
        &self.manners
    }

    fn held(&self) -> Vec<Held> {
        let ledger = self.ledger();
        let orders = ledger.orders.iter().map(|order| Held {
            number: order.number.clone(),
            track: order.barcode.clone(),
            is_cancelled: order.place == Place::Gone,
            weight_g: order.int("mass"),
            cod_kopecks: order.int("payment").max(order.int("compulsory-payment")),
            is_handed_over: ledger.batch_of(order).is_some_and(|batch| batch.status != "CREATED"),
        });
        orders.collect()
    }

    fn advance(&self, number: &str, step: Step) -> Result<(), String> {
        self.ledger().advance(number, step)
    }
}

type At = State<Arc<PostStandIn>>;

/// Both headers, on every call.
async fn keyed(State(post): At, request: Request, next: Next) -> Response {
    let path = request.uri().to_string();
    if !has_keys(request.headers()) || post.manners.takes(BadManner::KeysEnded, &path) {
        return fault(StatusCode::UNAUTHORIZED, "1000", "Ошибка авторизации", "UNAUTHORIZED");
    }
    post.ledger().requests += 1;
    next.run(request).await
}

fn has_keys(headers: &HeaderMap) -> bool {
    let user = format!("Basic {}", STANDARD.encode(format!("{LOGIN}:{PASSWORD}")));
    let is = |name: &str, wanted: &str| headers.get(name).is_some_and(|value| value == wanted);
    is("authorization", &format!("AccessToken {TOKEN}")) && is("x-user-authorization", &user)
}

async fn unknown() -> Response {
    let status = StatusCode::PROXY_AUTHENTICATION_REQUIRED;
    (status, "No method found for this namespace").into_response()
}

async fn limit(State(post): At) -> Json<Value> {
    Json(json!({ "allowed-count": DAY_LIMIT, "current-count": post.ledger().requests }))
}

/// An error with a status.
fn fault(status: StatusCode, code: &str, desc: &str, sub_code: &str) -> Response {
    let body = json!({ "code": code, "desc": desc, "sub-code": sub_code });
    (status, Json(body)).into_response()
}

fn not_found(class: &str, what: &str) -> Response {
    let desc = format!("Instance {class} not found for params: {what}");
    fault(StatusCode::NOT_FOUND, "1001", &desc, "RESOURCE_NOT_FOUND")
}

fn internal(desc: &str) -> Response {
    fault(StatusCode::INTERNAL_SERVER_ERROR, "1002", desc, "INTERNAL_ERROR")
}
