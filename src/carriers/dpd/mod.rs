//! DPD in Russia by its SOAP services (`ws.dpd.ru/services`, guide of integration 1.44): prices,
//! orders, labels, the register of a day, points and terminals, states and events.
//!
//! - An order may be finished by DPD's people: it is pending then and never sent again.
//! - There are no acts: what is handed over is the day of pick-up and the sender, and the register of
//!   that day is read as a file. Reading it again gives the same day.
//! - Orders from a door call the courier themselves; there is nothing else to call him with.
//! - Cash on delivery in Russia is what the goods' lines say; `ОУП` is another thing and not used.
//! - What `client_code` of a goods' line means is not published: marking codes go there only when the
//!   account says so ([`Marks`]).
//! - Own bar codes on parcels need a permission of the contract and are not used: labels are DPD's.
//! - The queue is left alone for five minutes after its last batch. Other limits of requests are not
//!   published; lists of points take minutes. Times without an offset are taken for Moscow's.
//! - Registers of collected money come by mail: no interface tells them. Events 2701 and 2801 tell the
//!   same, where the contract has the queue of events; reports (`nl`) have no published fields.
//!
//! **Invariant:** a number of ours is looked up before anything is sent twice.

mod client;
mod map;
mod money;
#[cfg(test)]
mod tests;
mod wire;

use std::time::Duration;

use chrono::Datelike;
use serde::Deserialize;

use self::client::Client;
use self::wire::{
    AuthOut, BatchIn, ByClientOrderOut, ByOrderOut, CancelOut, CancelsOut, ConfirmOut, CostIn,
    EventsOut, FileIn, LabelOrderOut, LabelsIn, LabelsOut, NothingOut, OrderIn, OrderNumberOut,
    OrderStatusOut, RegisterOut, ReturnIn, ReturnsIn, ShopsIn, ShopsOut, TerminalsIn,
};
use super::exchange::{Exchange, Limits, read_of_many};
use super::model::{
    CarrierFile, EventBatch, FileMedia, Handover, HandoverAsk, HandoverDone, LabelAsk, LabelState,
    PointsPage, Quote, QuoteAsk, Reason, RefusedParcel, Registration, ShipmentAsk, ShipmentRef,
    Track,
};
use super::registry::Account;
use super::{
    Answer, Carrier, CarrierError, EventQueue, Handovers, Labels, MoneyNews, Points, Quoting,
    Shipping, Tracking,
};
use crate::text_enum;

/// What orders and accounts name it by.
pub const CODE: &str = "dpd";

const BASE_URL: &str = "https://ws.dpd.ru";

/// The second part of the points.
const TERMINALS_PAGE: &str = "terminals";

/// Numbers in one question.
const NUMBERS_MAX: usize = 100;

const EVENTS_MAX: i64 = 500;

text_enum! {
    /// Which queue tells what happened. Shipments that are asked for are told by their states anyhow.
    pub enum Queue {
        /// States of parcels: every contract has them. The queue's do not say that a parcel waits at its
        /// point: that is seen by those who know where it goes.
        States = "states",
        /// Events of orders, also of money: DPD switches them on. How a parcel was handed out is theirs
        /// to say.
        Events = "events",
    }
}

text_enum! {
    /// The paper of labels.
    pub enum LabelSize {
        A5 = "A5",
        A6 = "A6",
    }
}

text_enum! {
    /// What becomes of marking codes (Честный ЗНАК) of goods that are paid on receipt: the receipt has
    /// to name them.
    pub enum Marks {
        /// Such a shipment is refused before it is sent.
        Refused = "refused",
        /// They go out in `client_code`, where DPD has agreed to it.
        ClientCode = "client_code",
    }
}

/// What the contract says beside the key.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Settings {
    /// The code of the sender's address, where one was agreed; the address itself without it.
    sender_code: String,
    /// When couriers come: `9-18`, `9-13`, `13-18`.
    pickup_period: String,
    /// The number of a standing order for couriers.
    regular_number: String,
    /// The client's number that pays, if it is another.
    payer: Option<i64>,
    /// What is said to be inside.
    category: String,
    /// Goods are valuable by DPD's rules: phones, laptops, tablets.
    valuable: bool,
    /// Services to be offered; all of them when empty.
    services: Vec<String>,
    label_size: LabelSize,
    queue: Queue,
    marks: Marks,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            sender_code: String::new(),
            pickup_period: "9-18".to_owned(),
            regular_number: String::new(),
            payer: None,
            category: "Товары интернет-магазина".to_owned(),
            valuable: false,
            services: Vec::new(),
            label_size: LabelSize::A6,
            queue: Queue::States,
            marks: Marks::Refused,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Credentials {
    client_number: i64,
    client_key: String,
}

/// DPD with one contract.
pub struct Dpd {
    client: Client,
    settings: Settings,
}

impl Dpd {
    /// A contract as an account describes it.
    pub fn new(account: &Account) -> Result<Self, CarrierError> {
        let Credentials { client_number, client_key } = account.credentials(CODE)?;
        // Lists of points are long and slow.
        let usual = Limits { time_max: Duration::from_mins(1), ..Limits::default() };
        let exchange = Exchange::new(CODE, account.limits(usual))?;
        let auth = AuthOut { client_number, client_key };
        let client = Client::new(exchange, account.base(CODE, BASE_URL)?, auth);
        Ok(Self { client, settings: account.settings(CODE)? })
    }

    /// What DPD says of these numbers of ours.
    async fn statuses(&self, numbers: &[&str]) -> Result<Vec<OrderIn>, CarrierError> {
        let one = |number: &&str| OrderNumberOut { order_number_internal: (*number).to_owned() };
        let order = numbers.iter().map(one).collect();
        let said: Option<ReturnsIn<OrderIn>> =
            self.client.ask_of_some(client::STATUS, &OrderStatusOut { order }).await?;
        Ok(said.map(|said| said.rows).unwrap_or_default())
    }

    async fn known(&self, shipment: &ShipmentRef) -> Result<Option<Registration>, CarrierError> {
        let said = self.statuses(&[&shipment.number]).await?;
        // A number that was cancelled and sent again is told twice: the living one counts.
        let own = said.iter().filter(|order| order.order_number_internal == shipment.number);
        let own: Vec<&OrderIn> = own.collect();
        let living =
            own.iter().find(|order| ["OK", "OrderPending"].contains(&order.status.as_str()));
        match living.or(own.first()) {
            Some(order) => map::decided(order, shipment),
            None => Ok(None),
        }
    }

    async fn track_of(&self, shipment: &ShipmentRef) -> Result<Option<String>, CarrierError> {
        if !shipment.track.is_empty() {
            return Ok(Some(shipment.track.clone()));
        }
        match self.known(shipment).await? {
            Some(Registration::Registered(registered)) => Ok(Some(registered.reference.track)),
            _ => Ok(None),
        }
    }

    async fn track_one(&self, shipment: &ShipmentRef) -> Result<Option<Track>, CarrierError> {
        let said: Option<ReturnIn<BatchIn>> = if shipment.track.is_empty() {
            let pickup_date = shipment.day.map(|day| day.to_string());
            let client_order_nr = shipment.number.clone();
            let asked = ByClientOrderOut { client_order_nr, pickup_date };
            self.client.ask_of_some(client::STATES_BY_CLIENT_ORDER, &asked).await?
        } else {
            let dpd_order_nr = shipment.track.clone();
            // Old numbers are unique within a year only.
            let pickup_year = shipment.day.map(|day| day.date().year());
            let asked = ByOrderOut { dpd_order_nr, pickup_year };
            self.client.ask_of_some(client::STATES_BY_ORDER, &asked).await?
        };
        let Some(said) = said.and_then(|said| said.said) else { return Ok(None) };
        let events = map::asked(&said, shipment, self.settings.queue)?;
        let reference = shipment.clone();
        Ok((!events.is_empty()).then_some(Track { reference, events }))
    }

    async fn register_file(&self, ask: &HandoverAsk) -> Result<CarrierFile, CarrierError> {
        let asked = RegisterOut {
            date_pickup: ask.day.to_string(),
            regular_num: self.settings.regular_number.clone(),
            address_code: self.settings.sender_code.clone(),
        };
        let said: ReturnIn<FileIn> = self.client.ask(client::REGISTER, &asked).await?;
        let file = said.said.filter(|said| !said.file.is_empty());
        let file = file.ok_or_else(|| map::malformed("a register without a file"))?;
        let name = format!("dpd-register-{}.xls", ask.day);
        Ok(CarrierFile { media: FileMedia::Xls, name, bytes: map::file(&file.file)? })
    }
}

impl Carrier for Dpd {
    fn code(&self) -> &str {
        CODE
    }

    fn name(&self) -> &'static str {
        "DPD"
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

    fn handovers(&self) -> Option<&dyn Handovers> {
        Some(self)
    }

    fn points(&self) -> Option<&dyn Points> {
        Some(self)
    }

    fn tracking(&self) -> Option<&dyn Tracking> {
        Some(self)
    }

    fn event_queue(&self) -> Option<&dyn EventQueue> {
        Some(self)
    }

    fn money_news(&self) -> Option<&dyn MoneyNews> {
        (self.settings.queue == Queue::Events).then_some(self as &dyn MoneyNews)
    }
}

impl Quoting for Dpd {
    fn quote<'a>(&'a self, ask: &'a QuoteAsk) -> Answer<'a, Vec<Quote>> {
        Box::pin(async move {
            let asked = map::cost(ask, &self.settings)?;
            let said: Option<ReturnsIn<CostIn>> =
                self.client.ask_of_some(client::COST, &asked).await?;
            map::quotes(&said.map(|said| said.rows).unwrap_or_default(), ask.mode)
        })
    }
}

impl Shipping for Dpd {
    fn find<'a>(&'a self, shipment: &'a ShipmentRef) -> Answer<'a, Option<Registration>> {
        Box::pin(self.known(shipment))
    }

    fn create<'a>(&'a self, ask: &'a ShipmentAsk) -> Answer<'a, Registration> {
        Box::pin(async move {
            let orders = map::orders(ask, &self.settings)?;
            let own = ShipmentRef {
                number: ask.number.clone(),
                day: Some(ask.day),
                ..Default::default()
            };
            let said: ReturnsIn<OrderIn> = self.client.ask(client::CREATE, &orders).await?;
            let unclear = |said: &str| CarrierError::unclear(CODE, said);
            let order = said.rows.first().ok_or_else(|| unclear("no word of the order"))?;
            let lost_sight = |error: CarrierError| unclear(&error.said());
            let decided = match order.status.as_str() {
                "OrderDuplicate" => self.known(&own).await.map_err(lost_sight)?,
                // Whatever it did not find, it was not the order.
                "OrderError" => Some(map::refused(order)),
                _ => map::decided(order, &own).map_err(lost_sight)?,
            };
            let lost = || unclear(&format!("{}: {}", order.status, order.error_message.trim()));
            decided.ok_or_else(lost)
        })
    }

    fn cancel<'a>(&'a self, shipment: &'a ShipmentRef) -> Answer<'a, ()> {
        Box::pin(async move {
            let (order_number_internal, order_num) = match shipment.track.as_str() {
                "" => (shipment.number.clone(), String::new()),
                track => (String::new(), track.to_owned()),
            };
            let cancel = vec![CancelOut { order_number_internal, order_num }];
            let said: Option<ReturnsIn<OrderIn>> =
                self.client.ask_of_some(client::CANCEL, &CancelsOut { cancel }).await?;
            // DPD has no data of it: it is gone.
            said.map_or(Ok(()), |said| map::cancelled(&said.rows))
        })
    }
}

impl Labels for Dpd {
    /// DPD draws no labels for days that are over.
    fn label<'a>(&'a self, ask: &'a LabelAsk) -> Answer<'a, LabelState> {
        Box::pin(async move {
            let Some(track) = self.track_of(&ask.shipment).await? else {
                let what = ask.shipment.number.clone();
                return Err(CarrierError::unknown(CODE, what));
            };
            let asked = LabelsOut {
                file_format: "PDF",
                page_size: self.settings.label_size.to_string(),
                order: vec![LabelOrderOut { order_num: track.clone(), parcels_number: 1 }],
            };
            let said: ReturnIn<LabelsIn> = self.client.ask(client::LABEL, &asked).await?;
            let said = said.said.unwrap_or_default();
            if said.file.trim().is_empty() {
                let reason =
                    |order: &OrderIn| Reason::new(&order.status, order.error_message.trim());
                let reasons = said.order.iter().map(reason).collect();
                return Err(CarrierError::Refused { carrier: CODE, reasons });
            }
            let digits: String = track.chars().filter(char::is_ascii_alphanumeric).collect();
            let bytes = map::file(&said.file)?;
            let name = format!("dpd-{digits}.pdf");
            Ok(CarrierFile { media: FileMedia::Pdf, name, bytes }.into())
        })
    }
}

impl Handovers for Dpd {
    /// The register of the day. Its number is the day: DPD gives none.
    fn hand_over<'a>(&'a self, ask: &'a HandoverAsk) -> Answer<'a, Handover> {
        Box::pin(async move {
            let mut refused = Vec::new();
            for part in ask.shipments.chunks(NUMBERS_MAX) {
                let numbers: Vec<&str> = part.iter().map(|one| one.number.as_str()).collect();
                let said = self.statuses(&numbers).await?;
                for shipment in part {
                    let reasons = map::left_out(&said, shipment, ask.day);
                    if !reasons.is_empty() {
                        refused.push(RefusedParcel { number: shipment.number.clone(), reasons });
                    }
                }
            }
            if refused.len() == ask.shipments.len() {
                let done = HandoverDone { numbers: Vec::new(), files: Vec::new(), refused };
                return Ok(Handover::Done(done));
            }
            let files = vec![self.register_file(ask).await?];
            let numbers = vec![ask.day.to_string()];
            Ok(Handover::Done(HandoverDone { numbers, files, refused }))
        })
    }
}

impl Points for Dpd {
    fn points<'a>(&'a self, from: Option<&'a str>) -> Answer<'a, PointsPage> {
        Box::pin(async move {
            if from == Some(TERMINALS_PAGE) {
                let said: ReturnIn<TerminalsIn> =
                    self.client.ask(client::TERMINALS, &NothingOut {}).await?;
                let said = said.said.unwrap_or_default();
                let points = said.terminal.iter().map(map::point).collect();
                return Ok(PointsPage { points, next: None });
            }
            let asked = ShopsOut { country_code: "RU" };
            let said: ReturnIn<ShopsIn> = self.client.ask(client::SHOPS, &asked).await?;
            let said = said.said.unwrap_or_default();
            let points = said.parcel_shop.iter().map(map::point).collect();
            Ok(PointsPage { points, next: Some(TERMINALS_PAGE.to_owned()) })
        })
    }
}

impl Tracking for Dpd {
    /// One question each; more in a row would only keep the others waiting.
    fn count_max(&self) -> usize {
        20
    }

    fn interval(&self) -> Duration {
        Duration::from_mins(30)
    }

    fn track<'a>(&'a self, shipments: &'a [ShipmentRef]) -> Answer<'a, Vec<Track>> {
        Box::pin(async move {
            // One that cannot be read does not keep the others back.
            let (mut tracks, mut failure) = (Vec::new(), None);
            for shipment in shipments {
                match self.track_one(shipment).await {
                    Ok(track) => tracks.extend(track),
                    Err(error) => failure = Some(error),
                }
            }
            read_of_many(CODE, tracks, failure)
        })
    }
}

impl EventQueue for Dpd {
    /// By the guide the next question after the last batch comes no earlier.
    fn interval(&self) -> Duration {
        Duration::from_mins(5)
    }

    fn next(&self) -> Answer<'_, Option<EventBatch>> {
        Box::pin(async move {
            let said: Option<ReturnIn<BatchIn>> = match self.settings.queue {
                Queue::States => self.client.ask_of_some(client::STATES, &NothingOut {}).await?,
                Queue::Events => {
                    let asked = EventsOut { max_row_count: EVENTS_MAX };
                    self.client.ask_of_some(client::EVENTS, &asked).await?
                }
            };
            match said.and_then(|said| said.said) {
                Some(said) => map::batch(&said),
                None => Ok(None),
            }
        })
    }

    fn confirm<'a>(&'a self, batch: &'a str) -> Answer<'a, ()> {
        Box::pin(async move {
            let method = match self.settings.queue {
                Queue::States => client::STATES_CONFIRM,
                Queue::Events => client::EVENTS_CONFIRM,
            };
            let asked = ConfirmOut { doc_id: batch.to_owned() };
            let _: ReturnIn<String> = self.client.ask(method, &asked).await?;
            Ok(())
        })
    }
}
