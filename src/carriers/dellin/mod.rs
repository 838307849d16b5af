//! Деловые Линии (Delovye Linii): freight in groups, express, air, small parcels, between terminals
//! and doors.
//!
//! API: <https://dev.dellin.ru/api/>. It quotes, takes orders, draws labels, tells its terminals, what
//! becomes of orders, and sends messages about them. A courier is called by an order that begins at a
//! door, so there is no call of its own; there are no acts and no registers of money by the API.
//!
//! - There is no key against doubles: [`Shipping::find`] asks `/v3/orders.json` by our number, which
//!   is told as `orderNumber` (of the order, and of its cash on delivery). That it is found by that of
//!   the order alone is what clients of the carrier do; the carrier's pages tell it for the latter.
//! - Only the pick-up from a door can be cancelled. An order that would be brought to a terminal is a
//!   pre-order: nothing is charged and nothing has to be cancelled when it is not brought.
//! - A subscription to messages is never made by itself: at most ten can be made, and they cannot be
//!   listed, so that each start of each node would make another. One that the settings name
//!   (`webhook_id`) is pointed here; without it orders are asked for at their times only.
//! - The fee for cash on delivery is not in the calculator's price.
//! - One question tells the history of five orders. Limits of requests are not published. Times without an
//!   offset are taken for Moscow's.
//!
//! **Invariant:** a price "by contract" is no offer, never zero.

mod client;
mod map;
#[cfg(test)]
mod tests;
mod wire;

use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use serde::Deserialize;
use serde_json::Value;

use self::client::{Client, bytes_of};
use self::map::{Course, calculator_body, events, ours, points, quote, request_body};
use self::wire::{
    Answer, Calculation, CancelBody, CargoPlace, Directory, History, HistoryBody, Id, LabelFile,
    LabelsBody, LabelsGetBody, Order, Orders, OrdersBody, Taken, TerminalsFile, WebhookBody,
};
use super::account::wrong;
use super::exchange::{Effect, Exchange, Limits};
use super::model::{
    CarrierFile, DeliveryMode, FileMedia, LabelAsk, LabelState, PointModel, PointsPage, Quote,
    QuoteAsk, Registration, ShipmentAsk, ShipmentRef, Spot, Track, WebhookHint,
};
use super::registry::Account;
use super::terminals::{Terminals, serving};
use super::{
    Carrier, CarrierError, Labels, Points, Quoting, Shipping, Tracking, Webhooks, not_sayable,
};
use crate::text_enum;

pub const CODE: &str = "dellin";
const BASE_URL: &str = "https://api.dellin.ru";
/// Documents in one question about their history.
const TRACK_COUNT_MAX: usize = 5;
/// The largest small parcel: weight, sides.
const SMALL_G: i64 = 30_000;
const SMALL_MM: [i64; 3] = [540, 390, 390];

text_enum! {
    /// Ways of carrying (виды перевозки): they are our tariffs.
    pub enum DeliveryKind {
        Auto = "auto",
        Express = "express",
        Letter = "letter",
        Avia = "avia",
        /// From door to door only.
        Small = "small",
    }
}

impl DeliveryKind {
    const fn name(self) -> &'static str {
        match self {
            Self::Auto => "Автоперевозка",
            Self::Express => "Экспресс-перевозка",
            Self::Letter => "Письмо",
            Self::Avia => "Авиаперевозка",
            Self::Small => "Малогабаритный груз",
        }
    }

    fn fits(self, ask: &QuoteAsk) -> bool {
        let doors = [&ask.from, &ask.to].iter().all(|spot| matches!(spot, Spot::Door(_)));
        let sides = ask.package.sides_mm();
        let is_small = ask.package.weight_g.get() <= SMALL_G
            && sides.iter().zip(SMALL_MM).all(|(side, max)| *side <= max);
        self != Self::Small || (doors && is_small)
    }
}

text_enum! {
    /// How buyers pay on receipt.
    pub enum CodPayment {
        Cash = "cash",
        Card = "card",
    }
}

/// What the contract says beside its keys.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The counterparty of the login that orders (`uid` of `/v2/counteragents.json`).
    #[serde(default)]
    pub counteragent_uid: Option<String>,
    #[serde(default)]
    pub email: Option<String>,
    /// The sender's legal form (`/v1/references/opf_list.json`).
    pub sender_form_uid: String,
    /// What is carried (`/v1/public/freight_types/search.json`).
    pub freight_uid: String,
    /// КЛАДР code of the city where is paid.
    #[serde(default)]
    pub payment_city_kladr: Option<String>,
    /// Which ways are offered.
    #[serde(default = "usual_kinds")]
    pub kinds: Vec<DeliveryKind>,
    #[serde(default = "usual_start")]
    pub worktime_start: String,
    #[serde(default = "usual_end")]
    pub worktime_end: String,
    #[serde(default = "usual_payment")]
    pub cod_payment: CodPayment,
    /// `80x50` or `a4`.
    #[serde(default = "usual_format")]
    pub label_format: String,
    /// The subscription to messages, as it was made in the cabinet; without it there are none.
    #[serde(default)]
    pub webhook_id: Option<String>,
}

fn usual_kinds() -> Vec<DeliveryKind> {
    vec![DeliveryKind::Auto]
}

fn usual_start() -> String {
    "09:00".to_owned()
}

fn usual_end() -> String {
    "18:00".to_owned()
}

const fn usual_payment() -> CodPayment {
    CodPayment::Cash
}

fn usual_format() -> String {
    "80x50".to_owned()
}

/// The keys: of the application, and a personal access token or, for older accounts, login and
/// password.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Credentials {
    pub appkey: String,
    #[serde(default)]
    pub pat: Option<String>,
    #[serde(default)]
    pub login: Option<String>,
    #[serde(default)]
    pub password: Option<String>,
}

/// Деловые Линии under one contract.
pub struct Dellin {
    client: Arc<Client>,
    settings: Settings,
    terminals: Terminals,
}

impl Dellin {
    pub fn connect(account: &Account) -> Result<Self, CarrierError> {
        let settings: Settings = account.settings(CODE)?;
        let credentials: Credentials = account.credentials(CODE)?;
        if credentials.pat.is_none()
            && (credentials.login.is_none() || credentials.password.is_none())
        {
            let problem = "credentials: `pat` is missing, or `login` and `password`";
            return Err(wrong(CODE, problem));
        }
        let base = account.base(CODE, BASE_URL)?;
        let exchange = Exchange::new(CODE, account.limits(Limits::default()))?;
        Ok(Self {
            client: Arc::new(Client::new(exchange, base, credentials)),
            settings,
            terminals: Terminals::default(),
        })
    }

    async fn load_points(client: Arc<Client>) -> Result<Vec<PointModel>, CarrierError> {
        let directory: Directory = client.call_public("/v3/public/terminals.json").await?;
        let url = directory.url.ok_or_else(|| {
            CarrierError::malformed(CODE, "the directory of terminals has no url")
        })?;
        let file: TerminalsFile = client.file(&url).await?;
        Ok(points(&file))
    }

    /// The end of a quote: a terminal of the city where none is chosen yet. None: there is none.
    async fn destination(&self, ask: &QuoteAsk) -> Result<Option<Spot>, CarrierError> {
        match &ask.to {
            Spot::Point { code, address } if code.is_empty() => {
                let known =
                    self.terminals.all(CODE, Self::load_points(Arc::clone(&self.client))).await?;
                let point = serving(&known, address, &ask.package);
                Ok(point.map(|point| Spot::Point {
                    code: point.code.clone(),
                    address: address.clone(),
                }))
            }
            chosen => Ok(Some(chosen.clone())),
        }
    }

    async fn offer(
        &self,
        ask: &QuoteAsk,
        to: &Spot,
        kind: DeliveryKind,
    ) -> Result<Option<Quote>, CarrierError> {
        let body = calculator_body(ask, to, kind, &self.settings)?;
        let answer: Answer<Calculation> =
            self.client.call("/v2/calculator.json", &body, Effect::Reads).await?;
        Ok(answer.data.and_then(|said| quote(&said, kind, ask, to)))
    }

    async fn orders(&self, body: &OrdersBody) -> Result<Vec<Order>, CarrierError> {
        match self.client.call::<_, Orders>("/v3/orders.json", body, Effect::Reads).await {
            Ok(answer) => Ok(answer.orders),
            Err(error) if is_not_found(&error) => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }

    /// The orders with these numbers, and which of the numbers are known: a question about the history
    /// of one that is not answers nothing of the others.
    async fn orders_known(
        &self,
        doc_ids: Vec<String>,
    ) -> Result<(Vec<Order>, Vec<String>), CarrierError> {
        let body = OrdersBody { doc_ids: doc_ids.clone(), order_number: None };
        let orders = self.orders(&body).await?;
        if orders.len() >= doc_ids.len() {
            return Ok((orders, doc_ids));
        }
        if !orders.is_empty() || doc_ids.len() == 1 {
            let is_known = |id: &String| {
                orders.iter().any(|order| order.order_id.as_ref().is_some_and(|told| told.0 == *id))
            };
            let known = doc_ids.into_iter().filter(is_known).collect();
            return Ok((orders, known));
        }
        // One that is not known yet may hide the others.
        let (mut orders, mut known) = (Vec::new(), Vec::new());
        for id in doc_ids {
            let body = OrdersBody { doc_ids: vec![id.clone()], order_number: None };
            let found = self.orders(&body).await?;
            if !found.is_empty() {
                orders.extend(found);
                known.push(id);
            }
        }
        Ok((orders, known))
    }

    /// The order of a shipment: by the carrier's number where it is known, else by ours.
    async fn order(&self, shipment: &ShipmentRef) -> Result<Option<Order>, CarrierError> {
        if !shipment.id.is_empty() {
            let body = OrdersBody { doc_ids: vec![shipment.id.clone()], order_number: None };
            return Ok(self.orders(&body).await?.into_iter().next());
        }
        let body = OrdersBody { doc_ids: Vec::new(), order_number: Some(shipment.number.clone()) };
        ours(self.orders(&body).await?, &shipment.number)
    }
}

impl Carrier for Dellin {
    fn code(&self) -> &str {
        CODE
    }

    fn name(&self) -> &'static str {
        "Деловые Линии"
    }

    fn quoting(&self) -> Option<&dyn Quoting> {
        Some(self)
    }

    fn shipping(&self) -> Option<&dyn Shipping> {
        Some(self)
    }

    fn labels(&self) -> Option<&dyn Labels> {
        Some(self)
    }

    fn points(&self) -> Option<&dyn Points> {
        Some(self)
    }

    fn tracking(&self) -> Option<&dyn Tracking> {
        Some(self)
    }

    fn webhooks(&self) -> Option<&dyn Webhooks> {
        Some(self)
    }
}

impl Quoting for Dellin {
    fn quote<'a>(&'a self, ask: &'a QuoteAsk) -> super::Answer<'a, Vec<Quote>> {
        Box::pin(async move {
            if ask.mode == DeliveryMode::Locker {
                return Ok(Vec::new());
            }
            let Some(to) = self.destination(ask).await? else { return Ok(Vec::new()) };
            let kinds = self.settings.kinds.iter().filter(|kind| kind.fits(ask));
            let offers = join_all(kinds.map(|kind| self.offer(ask, &to, *kind))).await;
            // A way that is refused does not hide the others.
            let mut quotes = Vec::new();
            let mut refused = None;
            for offer in offers {
                match offer {
                    Ok(offer) => quotes.extend(offer),
                    Err(error @ CarrierError::Refused { .. }) => refused = Some(error),
                    Err(error) => return Err(error),
                }
            }
            refused.filter(|_| quotes.is_empty()).map_or(Ok(quotes), Err)
        })
    }
}

impl Shipping for Dellin {
    fn find<'a>(&'a self, shipment: &'a ShipmentRef) -> super::Answer<'a, Option<Registration>> {
        Box::pin(async move {
            let found = self.order(shipment).await?;
            let known = found.map(|order| map::registration(&order, shipment));
            // An order whose number we have is there, whether the list tells it yet or not.
            let taken = || Registration::Pending(shipment.clone());
            Ok(known.or_else(|| (!shipment.id.is_empty()).then(taken)))
        })
    }

    /// Takes one look at the order: it tells the price, and whether it was declined at once.
    fn create<'a>(&'a self, ask: &'a ShipmentAsk) -> super::Answer<'a, Registration> {
        Box::pin(async move {
            let body = request_body(ask, &self.settings)?;
            let answer: Answer<Taken> =
                self.client.call("/v2/request.json", &body, Effect::Changes).await?;
            let id = answer.data.and_then(|taken| taken.request_id).unwrap_or_default();
            let Id(id) = id;
            let reference = ShipmentRef {
                number: ask.number.clone(),
                track: id.clone(),
                id,
                day: Some(ask.day),
                goal: None,
            };
            match self.order(&reference).await {
                Ok(Some(order)) => Ok(map::registration(&order, &reference)),
                Ok(None) | Err(_) if reference.id.is_empty() => {
                    Err(CarrierError::unclear(CODE, "it took the order and named no number"))
                }
                Ok(None) | Err(_) => Ok(Registration::Pending(reference)),
            }
        })
    }

    fn cancel<'a>(&'a self, shipment: &'a ShipmentRef) -> super::Answer<'a, ()> {
        Box::pin(async move {
            let Some(order) = self.order(shipment).await? else { return Ok(()) };
            let is_gone = order.state.as_deref() == Some("declined");
            let is_brought = order.ordered_delivery_from_address == Some(false);
            let is_waiting =
                matches!(order.state.as_deref(), Some("draft" | "processing" | "waiting"));
            if is_gone || (is_brought && is_waiting) {
                return Ok(());
            }
            let Id(order_id) = order.order_id.unwrap_or_default();
            let body = CancelBody { order_id };
            let path = "/v3/orders/cancel_pickup.json";
            let _: Value = self.client.call(path, &body, Effect::Changes).await?;
            Ok(())
        })
    }
}

impl Labels for Dellin {
    /// Asks first whether the label is there: it is drawn once.
    fn label<'a>(&'a self, ask: &'a LabelAsk) -> super::Answer<'a, LabelState> {
        Box::pin(async move {
            let id = &ask.shipment.id;
            if id.is_empty() {
                return Err(not_sayable(CODE, "shipment", "the carrier's number is not known yet"));
            }
            let body = LabelsGetBody {
                order_id: id.clone(),
                kind: "pdf",
                format: self.settings.label_format.clone(),
            };
            let path = "/v2/request/cargo/shipment_labels/get.json";
            let drawn: Result<Answer<Vec<LabelFile>>, CarrierError> =
                self.client.call(path, &body, Effect::Reads).await;
            let drawn = match drawn {
                Err(CarrierError::Refused { .. }) if ask.reference.is_none() => None,
                drawn => drawn?.data,
            };
            let first = drawn.into_iter().flatten().find_map(|file| file.base64);
            if let Some(base64) = first.filter(|base64| !base64.is_empty()) {
                let name = format!("dellin-{id}.pdf");
                let bytes = bytes_of(&base64)?;
                return Ok(CarrierFile { media: FileMedia::Pdf, name, bytes }.into());
            }
            if ask.reference.is_none() {
                let place = CargoPlace { cargo_place: ask.shipment.number.clone(), amount: 1 };
                let body = LabelsBody { order_id: id.clone(), cargo_places: vec![place] };
                let path = "/v2/request/cargo/shipment_labels.json";
                let _: Value = self.client.call(path, &body, Effect::Changes).await?;
            }
            Ok(LabelState::Pending { reference: id.clone() })
        })
    }
}

impl Points for Dellin {
    fn points<'a>(&'a self, _from: Option<&'a str>) -> super::Answer<'a, PointsPage> {
        Box::pin(async move {
            let points = Self::load_points(Arc::clone(&self.client)).await?;
            Ok(PointsPage { points, next: None })
        })
    }
}

impl Tracking for Dellin {
    fn count_max(&self) -> usize {
        TRACK_COUNT_MAX
    }

    fn interval(&self) -> Duration {
        Duration::from_mins(30)
    }

    fn track<'a>(&'a self, shipments: &'a [ShipmentRef]) -> super::Answer<'a, Vec<Track>> {
        Box::pin(async move {
            let known = shipments.iter().filter(|shipment| !shipment.id.is_empty());
            let doc_ids: Vec<String> = known.map(|shipment| shipment.id.clone()).collect();
            if doc_ids.is_empty() {
                return Ok(Vec::new());
            }
            let (orders, doc_ids) = self.orders_known(doc_ids).await?;
            if doc_ids.is_empty() {
                return Ok(Vec::new());
            }
            let body = HistoryBody { doc_ids };
            let path = "/v3/orders/statuses_history.json";
            let told: Answer<History> = self.client.call(path, &body, Effect::Reads).await?;
            let told = told.data.unwrap_or_default().status_history;
            let of = |shipment: &ShipmentRef| {
                let rows = told.get(&shipment.id)?;
                let is_it =
                    |order: &&Order| order.order_id.as_ref().is_some_and(|id| id.0 == shipment.id);
                let course = orders.iter().find(is_it).map(Course::from).unwrap_or_default();
                Some(Track { reference: shipment.clone(), events: events(rows, &course) })
            };
            Ok(shipments.iter().filter_map(of).collect())
        })
    }
}

impl Webhooks for Dellin {
    /// The shape of a message is not told: whatever names an order in it is taken.
    fn read(&self, body: &[u8]) -> Result<Vec<WebhookHint>, CarrierError> {
        let raw: Value =
            serde_json::from_slice(body).map_err(|error| CarrierError::malformed(CODE, error))?;
        let messages = match raw {
            Value::Array(messages) => messages,
            one => vec![one],
        };
        Ok(messages.into_iter().filter_map(hint).collect())
    }

    /// Changes the subscription that the settings name. It makes none.
    fn subscribe<'a>(&'a self, url: &'a str) -> super::Answer<'a, ()> {
        Box::pin(async move {
            let Some(id) = self.settings.webhook_id.clone() else {
                tracing::info!("the settings name no subscription: orders are only asked for");
                return Ok(());
            };
            let body = WebhookBody {
                id,
                url: url.to_owned(),
                order_roles: vec!["sender"],
                state: "enabled",
            };
            let path = "/v1/webhooks/update";
            let _: Value = self.client.call(path, &body, Effect::Changes).await?;
            Ok(())
        })
    }
}

/// The codes of "there is no such order" differ by path: the words are the same.
fn is_not_found(error: &CarrierError) -> bool {
    let CarrierError::Refused { reasons, .. } = error else { return false };
    !reasons.is_empty() && reasons.iter().all(|reason| reason.text.contains("не найден"))
}

fn hint(raw: Value) -> Option<WebhookHint> {
    let parts = [Some(&raw), raw.get("order"), raw.get("data")];
    let named = |names: &[&str]| {
        let mut values =
            parts.iter().flatten().flat_map(|part| names.iter().filter_map(|name| part.get(*name)));
        values.find_map(|value| Id::deserialize(value).ok()).unwrap_or_default().0
    };
    let id = named(&["orderId", "orderID", "docId"]);
    let number = named(&["orderNumber"]);
    let reference = ShipmentRef { number, track: id.clone(), id, ..ShipmentRef::default() };
    let is_named = !reference.id.is_empty() || !reference.number.is_empty();
    is_named.then_some(WebhookHint { reference, raw })
}
