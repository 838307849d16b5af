//! A stand-in for DPD: its SOAP services with their namespaces, wrappers and queues.

mod orders;
mod points;
mod services;
mod tracking;
mod xml;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::json;

use self::orders::{Happening, Order, State as OrderState};
use self::xml::Fault;
use super::{BadManner, Held, Manners, StandIn, Step, paper};
use crate::carriers::registry::Account;
use crate::carriers::soap::Element;
use crate::units::{Clock, UtcMicros};

/// The client's number that is let in.
pub const CLIENT_NUMBER: i64 = 1_001_027_795;
/// Its key.
pub const CLIENT_KEY: &str = "182A17BD6FC5557D1FCA30FA1D56593EB21AEF88";

/// An account of the product that this stand-in lets in.
pub fn account(url: &str) -> Account {
    Account {
        base_url: Some(url.to_owned()),
        settings: json!({ "category": "Одежда", "queue": "states", "marks": "client_code" }),
        credentials: json!({ "client_number": CLIENT_NUMBER, "client_key": CLIENT_KEY }),
        time_max: None,
    }
}

/// DPD that is not there.
#[derive(Default)]
pub struct DpdStandIn {
    manners: Manners,
    clock: Clock,
    books: Mutex<Books>,
    keeps_the_pause: AtomicBool,
}

#[derive(Default)]
struct Books {
    orders: Vec<Order>,
    happenings: Vec<Happening>,
    /// What a document of a queue told: which queue, and which happenings.
    documents: BTreeMap<i64, (Queue, Vec<usize>)>,
    /// When a queue was told to its end.
    told_at: BTreeMap<Queue, UtcMicros>,
    tracks: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Queue {
    States,
    Events,
}

impl DpdStandIn {
    /// With a clock that a test moves.
    pub fn with_clock(clock: Clock) -> Self {
        Self { clock, ..Self::default() }
    }

    /// From now on queues refuse to be asked sooner than five minutes after their last batch.
    pub fn keep_the_pause(&self) {
        self.keeps_the_pause.store(true, Ordering::Relaxed);
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn misbehaves(&self, manner: BadManner, at: &str) -> bool {
        self.manners.takes(manner, at)
    }

    fn must_wait(&self) -> bool {
        self.keeps_the_pause.load(Ordering::Relaxed)
    }
}

impl StandIn for DpdStandIn {
    fn carrier(&self) -> &'static str {
        crate::carriers::dpd::CODE
    }

    fn routes(self: Arc<Self>) -> Router {
        Router::new().route("/services/{service}", get(described).post(asked)).with_state(self)
    }

    fn manners(&self) -> &Manners {
        &self.manners
    }

    fn held(&self) -> Vec<Held> {
        let books = self.books();
        let held = books.orders.iter().map(|order| Held {
            number: order.number.clone(),
            track: order.track.clone(),
            is_cancelled: matches!(order.state, OrderState::Cancelled | OrderState::Refused(_)),
            weight_g: order.weight_g,
            cod_kopecks: order.cod_kopecks,
            is_handed_over: order.is_listed,
        });
        held.collect()
    }

    fn advance(&self, number: &str, step: Step) -> Result<(), String> {
        tracking::advance(&mut self.books(), number, step, self.clock.now())
    }
}

/// The namespace of a service. That of labels is found in its description only.
fn namespace(service: &str) -> Option<&'static str> {
    Some(match service {
        "calculator2" => "http://dpd.ru/ws/calculator/2012-03-20",
        "order2" => "http://dpd.ru/ws/order2/2012-04-04",
        "label-print" => "http://dpd.ru/ws/label-print/2001-01-01",
        "tracing" => "http://dpd.ru/ws/tracing/2011-11-18",
        "event-tracking" => "http://dpd.ru/ws/event-tracking/2016-02-15",
        "geography2" => "http://dpd.ru/ws/geography/2015-05-20",
        _ => return None,
    })
}

async fn described(Path(service): Path<String>) -> Response {
    let Some(namespace) = namespace(&service) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let wsdl = format!(
        "<?xml version='1.0' encoding='UTF-8'?><definitions \
         xmlns=\"http://schemas.xmlsoap.org/wsdl/\" targetNamespace=\"{namespace}\" \
         name=\"{service}\"><types/></definitions>"
    );
    ([(header::CONTENT_TYPE, "text/xml;charset=utf-8")], wsdl).into_response()
}

async fn asked(
    State(stand_in): State<Arc<DpdStandIn>>,
    Path(service): Path<String>,
    headers: HeaderMap,
    body: String,
) -> Response {
    let Some(namespace) = namespace(&service) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let media = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if !media.is_some_and(|media| media.starts_with("text/xml")) {
        return StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response();
    }
    let kind = if service == "calculator2" { "ServiceCostFault2" } else { "WSFault" };
    match answer(&stand_in, &service, namespace, &headers, &body) {
        Ok((method, inner)) => xml::answer(&method, namespace, &inner),
        Err(fault) => xml::fault(&fault, namespace, kind),
    }
}

const ENVELOPE: &str = "http://schemas.xmlsoap.org/soap/envelope/";

fn answer(
    stand_in: &DpdStandIn,
    service: &str,
    namespace: &str,
    headers: &HeaderMap,
    body: &str,
) -> Result<(String, String), Fault> {
    let envelope = Element::parse(body).map_err(|error| Fault::schema(error.to_string()))?;
    if envelope.namespace != ENVELOPE || !headers.contains_key("soapaction") {
        return Err(Fault::schema("not a SOAP 1.1 envelope"));
    }
    let operation = envelope.child("Body").and_then(Element::only_child);
    let operation = operation.ok_or_else(|| Fault::crash("no operation"))?;
    if operation.namespace != namespace {
        let text = format!("Cannot find dispatch method for {{{}}}", operation.namespace);
        return Err(Fault::schema(text));
    }
    let method = operation.name.as_str();
    let wrapper = services::wrapper(service, method)
        .ok_or_else(|| Fault::schema(format!("Cannot find dispatch method for {method}")))?;
    let request = match wrapper {
        Some(wrapper) => operation.only_child().filter(|child| child.name == wrapper),
        None => Some(operation),
    };
    // What the real one says to a wrong wrapper.
    let request = request.ok_or_else(|| Fault::crash("java.lang.NullPointerException"))?;
    if wrapper.is_some() && !request.namespace.is_empty() {
        return Err(Fault::crash("java.lang.NullPointerException"));
    }
    let auth = request.child("auth").ok_or_else(|| Fault::crash("no auth"))?;
    let is_known = auth.text_of("clientNumber") == CLIENT_NUMBER.to_string()
        && auth.text_of("clientKey") == CLIENT_KEY;
    if !is_known || stand_in.misbehaves(BadManner::KeysEnded, method) {
        let text = "Ошибка авторизации: неверный клиентский номер или ключ";
        return Err(Fault::new("auth-failed", text));
    }
    let said = match service {
        "tracing" | "event-tracking" => tracking::answer(stand_in, service, method, request),
        _ => services::answer(stand_in, method, request),
    };
    said.map(|inner| (method.to_owned(), inner))
}
