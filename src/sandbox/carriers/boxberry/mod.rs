//! A stand-in for Boxberry: `json.php` with its methods and the files of parcels.

mod methods;
mod orders;
mod points;
mod steps;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::{Value, json};

use self::orders::{Act, Order};
use super::{BadManner, Held, Manners, StandIn, Step, paper};
use crate::carriers::registry::Account;
use crate::units::{Clock, UtcMicros};

/// The token that is let in.
pub const TOKEN: &str = "5f4c1e0b9a8d7c6b5a493827160f1e2d";

/// Where parcels are taken in when an order does not say.
const RECEPTION: &str = "010";

/// An account of the product that this stand-in lets in.
pub fn account(url: &str) -> Account {
    Account {
        base_url: Some(url.to_owned()),
        settings: json!({ "reception_point": RECEPTION }),
        credentials: json!({ "token": TOKEN }),
        time_max: None,
    }
}

/// Boxberry that is not there.
#[derive(Default)]
pub struct BoxberryStandIn {
    manners: Manners,
    clock: Clock,
    state: Mutex<Books>,
}

#[derive(Default)]
struct Books {
    orders: Vec<Order>,
    acts: Vec<Act>,
    intakes: i64,
}

impl BoxberryStandIn {
    /// With a clock that a test moves.
    pub fn with_clock(clock: Clock) -> Self {
        Self { clock, ..Self::default() }
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn misbehaves(&self, manner: BadManner, at: &str) -> bool {
        self.manners.takes(manner, at)
    }

    fn now(&self) -> UtcMicros {
        self.clock.now()
    }
}

impl StandIn for BoxberryStandIn {
    fn carrier(&self) -> &'static str {
        crate::carriers::boxberry::CODE
    }

    fn routes(self: Arc<Self>) -> Router {
        Router::new()
            .route("/json.php", get(asked).post(asked))
            .route("/parcel-files/{kind}", get(file))
            .with_state(self)
    }

    fn manners(&self) -> &Manners {
        &self.manners
    }

    fn held(&self) -> Vec<Held> {
        let books = self.books();
        let held = books.orders.iter().map(|order| Held {
            number: order.number.clone(),
            track: order.track.clone(),
            is_cancelled: order.is_deleted,
            weight_g: order.weight_g,
            cod_kopecks: order.cod_kopecks,
            is_handed_over: order.act.is_some(),
        });
        held.collect()
    }

    fn couriers(&self) -> usize {
        usize::try_from(self.books().intakes).unwrap_or(0)
    }

    fn advance(&self, number: &str, step: Step) -> Result<(), String> {
        let at = self.now();
        let mut books = self.books();
        let order = books.orders.iter_mut().find(|one| one.number == number && !one.is_deleted);
        steps::advance(order.ok_or_else(|| format!("no order {number}"))?, step, at)
    }
}

/// Parameters of a question, wherever they stood.
type Params = BTreeMap<String, Value>;

/// `token`, `method` and the rest from the address, from JSON, or from a form with `sdata` as JSON.
fn params(query: Vec<(String, String)>, headers: &HeaderMap, body: &[u8]) -> Option<Params> {
    let mut params: Params =
        query.into_iter().map(|(name, value)| (name, Value::String(value))).collect();
    if body.is_empty() {
        return Some(params);
    }
    let media = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if media.is_some_and(|media| media.starts_with("application/x-www-form-urlencoded")) {
        for (name, value) in url::form_urlencoded::parse(body) {
            let value = match name.as_ref() {
                "sdata" => serde_json::from_str(&value).ok()?,
                _ => Value::String(value.into_owned()),
            };
            params.insert(name.into_owned(), value);
        }
        return Some(params);
    }
    params.extend(serde_json::from_slice::<Params>(body).ok()?);
    Some(params)
}

async fn asked(
    State(stand_in): State<Arc<BoxberryStandIn>>,
    Query(query): Query<Vec<(String, String)>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let is_post = !body.is_empty();
    let Some(params) = params(query, &headers, &body) else {
        return axum::Json(json!({ "err": "Некорректный запрос" })).into_response();
    };
    let method = orders::text(params.get("method"));
    if orders::text(params.get("token")) != TOKEN {
        return axum::Json(json!({ "err": "Неверный токен" })).into_response();
    }
    if stand_in.misbehaves(BadManner::KeysEnded, &method) {
        return axum::Json(json!({ "err": "Ваша учетная запись заблокирована" })).into_response();
    }
    axum::Json(methods::answer(&stand_in, &method, &params, is_post)).into_response()
}

/// Labels by parcel or act, acts: PDF with the token in the address.
async fn file(
    State(stand_in): State<Arc<BoxberryStandIn>>,
    Path(kind): Path<String>,
    Query(query): Query<BTreeMap<String, String>>,
) -> Response {
    if query.get("token").is_none_or(|token| token != TOKEN) {
        return axum::Json(json!({ "err": "Неверный токен" })).into_response();
    }
    let digits = |track: &str| track.chars().filter(char::is_ascii_digit).collect::<String>();
    let books = stand_in.books();
    let found = match (kind.as_str(), query.get("parcel_id"), query.get("upload_id")) {
        ("barcodes", Some(id), _) => {
            let order = books.orders.iter().find(|one| digits(&one.track) == *id);
            order.filter(|one| !one.is_deleted).map(|one| one.track.clone())
        }
        ("barcodes" | "act", None, Some(id)) => {
            books.acts.iter().find(|act| act.id == *id).map(|act| format!("ACT {}", act.id))
        }
        _ => None,
    };
    match found {
        Some(words) => {
            ([(header::CONTENT_TYPE, "application/pdf")], paper::pdf(&words)).into_response()
        }
        None => (StatusCode::OK, axum::Json(json!({ "err": "Файл не найден" }))).into_response(),
    }
}
