//! 5post (X5): lockers and tills of shops.
//!
//! Facts are those of public clients; the carrier's own pages are open to partners only. It quotes (by
//! the rates of a point, there is no calculator), takes and cancels orders, draws labels, tells its
//! points and what becomes of orders. Parcels are brought to a warehouse that was agreed; there are no
//! acts, calls, messages or registers of money known.
//!
//! - An order is looked at before it is approved; our own number is kept by the carrier: a second
//!   order under it is refused as a conflict, which leads to a look-up.
//! - The price above the base weight is that of every begun kilogram.
//! - What the statuses mean is read from their names.
//! - Weights are in milligrams, sides in millimetres. Times name their offset. Limits of requests are not
//!   known; a page of points has at most 1,000.

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

use self::client::Client;
use self::map::{Priced, events, is_double, order, priced, quotes, reasons, registration};
use self::wire::{
    Created, LabelResults, LabelsBody, OrderName, OrderStatus, OrdersBody, PointsAnswer, PointsBody,
};
use super::archive::file_in;
use super::exchange::{Effect, Exchange, Limits};
use super::model::{
    CarrierFile, DeliveryMode, FileMedia, LabelAsk, LabelState, PointKind, PointsPage, Quote,
    QuoteAsk, Registration, ShipmentAsk, ShipmentRef, Spot, Track,
};
use super::registry::Account;
use super::terminals::{Terminals, admits, serves};
use super::{
    Answer, Carrier, CarrierError, Labels, Points, Quoting, Shipping, Tracking, not_sayable,
};
use crate::text_enum;

pub const CODE: &str = "5post";
const BASE_URL: &str = "https://api-omni.x5.ru";
const PAGE_SIZE: i64 = 1_000;
/// More pages than there are points in the country.
const PAGES_MAX: i64 = 200;
const TRACK_COUNT_MAX: usize = 10;
/// The largest label.
const LABEL_BYTES_MAX: u64 = 16 << 20;

text_enum! {
    /// How buyers pay on receipt.
    pub enum CodPayment {
        Cash = "CASH",
        Cashless = "CASHLESS",
    }
}

/// What the contract says beside its key.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Our code of the warehouse from which is sent, as registered with the carrier.
    pub sender_location: String,
    #[serde(default)]
    pub return_location: Option<String>,
    #[serde(default)]
    pub brand: Option<String>,
    #[serde(default = "usual_payment")]
    pub cod_payment: CodPayment,
    /// Up to which weight the base price is.
    #[serde(default = "usual_base")]
    pub base_weight_g: i64,
}

const fn usual_payment() -> CodPayment {
    CodPayment::Cashless
}

const fn usual_base() -> i64 {
    3_000
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Credentials {
    pub api_key: String,
}

/// 5post under one contract.
pub struct Fivepost {
    client: Arc<Client>,
    settings: Settings,
    points: Terminals<Priced>,
}

impl Fivepost {
    pub fn connect(account: &Account) -> Result<Self, CarrierError> {
        let credentials = account.credentials(CODE)?;
        let exchange = Exchange::new(CODE, account.limits(Limits::default()))?;
        Ok(Self {
            client: Arc::new(Client::new(exchange, account.base(CODE, BASE_URL)?, credentials)),
            settings: account.settings(CODE)?,
            points: Terminals::default(),
        })
    }

    async fn page(client: &Client, page_number: i64) -> Result<(Vec<Priced>, i64), CarrierError> {
        let body = PointsBody { page_number, page_size: PAGE_SIZE };
        let path = "/api/v1/pickuppoints/query";
        let said: PointsAnswer = client.post(path, &body, Effect::Reads).await?;
        Ok((said.content.iter().filter_map(priced).collect(), said.total_pages))
    }

    async fn load_points(client: Arc<Client>) -> Result<Vec<Priced>, CarrierError> {
        let mut points = Vec::new();
        for page in 0..PAGES_MAX {
            let (more, pages) = Self::page(&client, page).await?;
            points.extend(more);
            if page + 1 >= pages {
                break;
            }
        }
        Ok(points)
    }

    async fn found(&self, shipment: &ShipmentRef) -> Result<Option<Registration>, CarrierError> {
        let body = [OrderName { sender_order_id: shipment.number.clone() }];
        let path = "/api/v1/getOrderStatus";
        let said: Result<Vec<OrderStatus>, CarrierError> =
            self.client.post(path, body.as_slice(), Effect::Reads).await;
        let said = match said {
            Err(CarrierError::Unknown { .. }) => Vec::new(),
            said => said?,
        };
        let is_it = |status: &&OrderStatus| {
            status.status.is_some()
                && status.sender_order_id.as_deref().is_none_or(|told| told == shipment.number)
        };
        let known = said.iter().find(is_it).map(|status| registration(status, shipment));
        // An order whose id we have is there, whether it is told yet or not.
        let taken = || Registration::Pending(shipment.clone());
        Ok(known.or_else(|| (!shipment.id.is_empty()).then(taken)))
    }

    async fn history(&self, shipment: &ShipmentRef) -> Result<Option<Track>, CarrierError> {
        let body = OrderName { sender_order_id: shipment.number.clone() };
        let path = "/api/v1/getOrderHistory";
        match self.client.post::<_, Vec<Value>>(path, &body, Effect::Reads).await {
            Ok(rows) => Ok(Some(Track { reference: shipment.clone(), events: events(&rows) })),
            Err(CarrierError::Unknown { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

impl Carrier for Fivepost {
    fn code(&self) -> &str {
        CODE
    }

    fn name(&self) -> &'static str {
        "5post"
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
}

impl Quoting for Fivepost {
    /// The rates of the point, or of one of the city where none is chosen yet.
    fn quote<'a>(&'a self, ask: &'a QuoteAsk) -> Answer<'a, Vec<Quote>> {
        Box::pin(async move {
            let Spot::Point { code, address } = &ask.to else { return Ok(Vec::new()) };
            let known = self.points.all(CODE, Self::load_points(Arc::clone(&self.client))).await?;
            let is_meant = |priced: &&Priced| {
                let point = &priced.point;
                if !code.is_empty() {
                    return point.code == *code && admits(&point.limits, &ask.package);
                }
                let is_locker = point.kind == PointKind::Locker;
                is_locker == (ask.mode == DeliveryMode::Locker)
                    && serves(point, address, &ask.package)
            };
            let point = known.iter().find(is_meant);
            Ok(point.map(|point| quotes(point, ask, &self.settings)).unwrap_or_default())
        })
    }
}

impl Shipping for Fivepost {
    fn find<'a>(&'a self, shipment: &'a ShipmentRef) -> Answer<'a, Option<Registration>> {
        Box::pin(self.found(shipment))
    }

    fn create<'a>(&'a self, ask: &'a ShipmentAsk) -> Answer<'a, Registration> {
        Box::pin(async move {
            let body = OrdersBody { partner_orders: vec![order(ask, &self.settings)?] };
            let said: Vec<Created> =
                self.client.post("/api/v3/orders", &body, Effect::Changes).await?;
            let unclear = |said: &str| CarrierError::unclear(CODE, said);
            let created = said.into_iter().next().ok_or_else(|| unclear("it named no order"))?;
            let id = created.order_id.clone().unwrap_or_default();
            let reference = ShipmentRef {
                number: ask.number.clone(),
                track: id.clone(),
                id,
                day: Some(ask.day),
                goal: None,
            };
            if created.created {
                return Ok(Registration::Pending(reference));
            }
            if is_double(&created, &ask.number) {
                let known = self.found(&reference).await?;
                return known.ok_or_else(|| unclear("it has such an order and does not tell it"));
            }
            Ok(Registration::Refused(reasons(created)))
        })
    }

    fn cancel<'a>(&'a self, shipment: &'a ShipmentRef) -> Answer<'a, ()> {
        Box::pin(async move {
            match self.found(shipment).await? {
                None | Some(Registration::Refused(_)) => return Ok(()),
                Some(_) => {}
            }
            let path = format!("/api/v2/cancelOrder/bySenderOrderId/{}", shipment.number);
            match self.client.delete(&path).await {
                Err(CarrierError::Unknown { .. }) => Ok(()),
                done => done,
            }
        })
    }
}

impl Labels for Fivepost {
    fn label<'a>(&'a self, ask: &'a LabelAsk) -> Answer<'a, LabelState> {
        Box::pin(async move {
            let number = ask.shipment.number.clone();
            let body = LabelsBody { sender_order_ids: vec![number.clone()] };
            let path = "/api/v1/orderLabels/bySenderOrderId";
            let reply = self.client.post_raw(path, &body, Effect::Reads).await?;
            let bytes = label_in(reply.bytes())?;
            let name = format!("5post-{number}.pdf");
            Ok(CarrierFile { media: FileMedia::Pdf, name, bytes }.into())
        })
    }
}

/// The PDF of an archive; `results.txt` in it tells which file it is, or why there is none.
fn label_in(archive: &[u8]) -> Result<Vec<u8>, CarrierError> {
    let file = |name: &str| file_in(CODE, archive, name, LABEL_BYTES_MAX);
    let results: LabelResults = serde_json::from_slice(file("results.txt")?.trim_ascii())
        .map_err(|error| CarrierError::malformed(CODE, error))?;
    let result = results.results.into_iter().next().unwrap_or_default();
    match (result.result.as_deref(), result.file_name) {
        (Some("SUCCESS"), Some(name)) => file(&name),
        // It may only not be drawn yet: the carrier does not tell the two apart.
        _ => Err(CarrierError::Unavailable {
            carrier: CODE,
            said: result.reason.unwrap_or_else(|| "there is no label".to_owned()),
        }),
    }
}

impl Points for Fivepost {
    fn points<'a>(&'a self, from: Option<&'a str>) -> Answer<'a, PointsPage> {
        Box::pin(async move {
            let page: i64 = from.unwrap_or("0").parse().map_err(|_| {
                not_sayable(CODE, "from", "a part of the points is asked for by its number")
            })?;
            let (points, pages) = Self::page(&self.client, page).await?;
            let points = points.into_iter().map(|priced| priced.point).collect();
            let next = (page + 1 < pages).then(|| (page + 1).to_string());
            Ok(PointsPage { points, next })
        })
    }
}

impl Tracking for Fivepost {
    fn count_max(&self) -> usize {
        TRACK_COUNT_MAX
    }

    fn interval(&self) -> Duration {
        Duration::from_hours(1)
    }

    fn track<'a>(&'a self, shipments: &'a [ShipmentRef]) -> Answer<'a, Vec<Track>> {
        Box::pin(async move {
            // An order that is trouble by itself costs the others nothing.
            let mut failure = None;
            let mut told = Vec::new();
            for answer in join_all(shipments.iter().map(|one| self.history(one))).await {
                match answer {
                    Ok(track) => told.push(track),
                    Err(error) => {
                        tracing::warn!(%error, "an order of 5post was not read");
                        failure = failure.or(Some(error));
                    }
                }
            }
            match failure {
                Some(error) if told.is_empty() => Err(error),
                _ => Ok(told.into_iter().flatten().collect()),
            }
        })
    }
}
