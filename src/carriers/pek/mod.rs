//! ПЭК (PEK): freight in groups, air, parcels (`EasyWay`), between warehouses, points and doors, with
//! cash on delivery under an agreement of its own.
//!
//! API: <https://kabinet.pecom.ru/api/v1>. It quotes, takes and cancels orders, draws labels, tells its
//! warehouses, what becomes of cargos and, to whom `settings.invoices` names, what it charges. It sends
//! no messages, makes no acts of handing over and tells no registers of money by the API; a car is
//! called by an order that begins at a door.
//!
//! - There is no key against doubles and no question by our own number. [`Shipping::find`] lists the
//!   orders of the months before and after the day of the handing over (`/cargos/listallorderbylogin/`,
//!   by the day of the order) and looks for our number, which was told as `orderNumber`; without that day
//!   an order whose code is unknown cannot be found. `customerCorrelation` is told too, and comes back
//!   in the answer to the order only.
//! - The code of a cargo is preliminary and changes when it is accepted: the bar code stays, it is
//!   the `id` of a [`ShipmentRef`], the present code is its `track`.
//! - Statuses are titles; a title "Прибыл" at a branch means the end of the way only when it does not go
//!   to a door. Where that is not known, a planned last mile says so.
//! - The fee for cash on delivery is not in the calculator's price.
//! - Accounting documents (счета, акты) are told for sixty days at most, under a token that is asked for
//!   first. A service names its cargo by the code alone, likely that of after the acceptance (not proven):
//!   tracking makes it the shipment's track as soon as it is told.
//! - One question tells the history of fifteen cargos; its times are Moscow's. Other limits of requests are
//!   not published. Sizes go out in metres rounded up to the centimetre, as the carrier would do it.

mod client;
mod map;
mod money;
#[cfg(test)]
mod tests;
mod wire;

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::Days;
use serde::Deserialize;
use serde_json::{Value, json};

use self::client::Client;
use self::map::{Title, events, points, price_body, quotes, submit_body, submitted};
use self::wire::{
    Branches, CancelRow, Cancelled, CargoHistory, CodesBody, ListBody, Listed, Prices, PrintBody,
    Status, Statuses, Submitted,
};
use super::exchange::{Effect, Exchange, Limits};
use super::model::{
    CarrierFile, DeliveryMode, FileMedia, LabelAsk, LabelState, PointModel, PointsPage, Quote,
    QuoteAsk, Reason, Registered, Registration, ShipmentAsk, ShipmentRef, Spot, Track,
};
use super::registry::Account;
use super::terminals::{Terminals, serving};
use super::{
    Answer, Carrier, CarrierError, Invoicing, Labels, Points, Quoting, Shipping, Tracking,
    not_sayable,
};
use crate::units::Day;

pub const CODE: &str = "pek";
const BASE_URL: &str = "https://kabinet.pecom.ru/api/v1";
/// Cargos in one question about their history.
const TRACK_COUNT_MAX: usize = 15;
/// How long before the day of the handing over an order may have been made.
const LOOK_BACK: Days = Days::new(29);
/// The months that are looked through, in days after the earliest one. An attempt that failed for days
/// is told again with its first day: then the order is made after it.
const LOOK_SPANS: [(u64, u64); 2] = [(0, 30), (31, 60)];
const EASY_WAY: i64 = 12;
/// The calculator does not know it.
const EXPRESS_CAR: i64 = 5;

/// What the contract says beside its keys.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The sender's legal form in short: `ООО`, `ИП`.
    pub legal_form: String,
    /// What is carried, by the carrier's list (`/cargocontent/all/`).
    pub description: String,
    /// The tariffs that are offered (`/typesOfDelivery/all/`): 3 groups, 1 air, 12 `EasyWay`.
    #[serde(default = "usual_types")]
    pub types: Vec<i64>,
    /// The group of marked goods that is sold: 1 clothing, 2 shoes, 4 perfume, 5 tyres…
    #[serde(default)]
    pub marked_group: Option<i64>,
    /// Whose accounting documents are asked for; without it none are.
    #[serde(default)]
    pub invoices: Option<InvoiceSettings>,
}

/// To whom the carrier draws up its accounting documents.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InvoiceSettings {
    /// The branch that draws them up: `branches[].id` of `/branches/all/`.
    pub branch_id: String,
    pub inn: String,
    /// An entrepreneur has none.
    #[serde(default)]
    pub kpp: Option<String>,
}

fn usual_types() -> Vec<i64> {
    vec![3]
}

const fn tariff_name(kind: i64) -> &'static str {
    match kind {
        1 => "Авиаперевозка",
        3 => "Автоперевозка",
        7 => "ДТС Автоперевозка",
        EASY_WAY => "EasyWay",
        _ => "ПЭК",
    }
}

/// The login of the cabinet and a key that was made there.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Credentials {
    pub login: String,
    pub key: String,
}

/// ПЭК under one contract.
pub struct Pek {
    client: Arc<Client>,
    settings: Settings,
    terminals: Terminals,
}

impl Pek {
    pub fn connect(account: &Account) -> Result<Self, CarrierError> {
        let credentials = account.credentials(CODE)?;
        let exchange = Exchange::new(CODE, account.limits(Limits::default()))?;
        Ok(Self {
            client: Arc::new(Client::new(exchange, account.base(CODE, BASE_URL)?, credentials)),
            settings: account.settings(CODE)?,
            terminals: Terminals::default(),
        })
    }

    async fn load_points(client: Arc<Client>) -> Result<Vec<PointModel>, CarrierError> {
        let said: Branches = client.call("/branches/all/", &json!({}), Effect::Reads).await?;
        Ok(points(&said))
    }

    /// The end of a quote: a warehouse of the city where none is chosen yet. None: there is none.
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

    async fn statuses(&self, cargo_codes: Vec<String>) -> Result<Vec<Status>, CarrierError> {
        let body = CodesBody { cargo_codes };
        let said: Result<Statuses, CarrierError> =
            self.client.call("/cargos/basicstatus/", &body, Effect::Reads).await;
        match said {
            Ok(said) => Ok(said.cargos),
            // It does not know the codes, or not yet: how it says so is not told.
            Err(CarrierError::Unknown { .. } | CarrierError::Refused { .. }) => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }

    /// One code that is not known yet may hide all others: then each is asked for by itself.
    async fn statuses_known(&self, codes: Vec<String>) -> Result<Vec<Status>, CarrierError> {
        let all = self.statuses(codes.clone()).await?;
        if !all.is_empty() || codes.len() < 2 {
            return Ok(all);
        }
        let mut known = Vec::new();
        for code in codes {
            known.extend(self.statuses(vec![code]).await?);
        }
        Ok(known)
    }

    async fn status(&self, code: &str) -> Result<Option<Status>, CarrierError> {
        Ok(self.statuses(vec![code.to_owned()]).await?.into_iter().next())
    }

    /// Codes of the orders that were made under our number.
    async fn codes(&self, number: &str, day: Option<Day>) -> Result<Vec<String>, CarrierError> {
        let day = day.ok_or_else(|| {
            not_sayable(
                CODE,
                "day",
                "an order is found by the day on which it was to be handed over",
            )
        })?;
        let date = day.date();
        let mut codes = Vec::new();
        for (begin, end) in LOOK_SPANS {
            let body = ListBody {
                date_begin: Day::from_date(date - LOOK_BACK + Days::new(begin)).to_string(),
                date_end: Day::from_date(date - LOOK_BACK + Days::new(end)).to_string(),
                select_by: 1,
            };
            let path = "/cargos/listallorderbylogin/";
            let said: Result<Listed, CarrierError> =
                self.client.call(path, &body, Effect::Reads).await;
            let said = match said {
                // Days to come: nothing is made then yet.
                Err(CarrierError::Refused { .. }) if begin > 0 => break,
                said => said?,
            };
            let ours = said.cargos.unwrap_or_default().into_iter();
            let ours = ours.filter(|cargo| cargo.order_number.as_deref() == Some(number));
            codes.extend(ours.filter_map(|cargo| cargo.code).filter(|code| !code.is_empty()));
        }
        Ok(codes)
    }

    async fn found(&self, shipment: &ShipmentRef) -> Result<Option<Registration>, CarrierError> {
        if !shipment.track.is_empty()
            && let Some(status) = self.status(&shipment.track).await?
        {
            return Ok(Some(registration(&status, &shipment.track, shipment)));
        }
        let mut annulled = None;
        for code in self.codes(&shipment.number, shipment.day).await? {
            let status = self.status(&code).await?.unwrap_or_default();
            match registration(&status, &code, shipment) {
                Registration::Refused(reasons) => annulled = Some(Registration::Refused(reasons)),
                known => return Ok(Some(known)),
            }
        }
        // An order whose code we have is there, whether the list tells it yet or not.
        let taken = || Registration::Pending(shipment.clone());
        Ok(annulled.or_else(|| (!shipment.track.is_empty()).then(taken)))
    }
}

fn title(status: &Status) -> Title {
    let title = status.info.as_ref().and_then(|info| info.cargo_status.as_deref());
    Title::of(title.unwrap_or_default())
}

fn registration(status: &Status, asked: &str, shipment: &ShipmentRef) -> Registration {
    let title = title(status);
    if title.is_annulled() {
        return Registration::Refused(vec![Reason::new("", title.0)]);
    }
    let cargo = status.cargo.clone().unwrap_or_default();
    let reference = ShipmentRef {
        number: shipment.number.clone(),
        id: cargo.cargo_bar_code.unwrap_or_else(|| shipment.id.clone()),
        track: cargo.code.filter(|code| !code.is_empty()).unwrap_or_else(|| asked.to_owned()),
        day: shipment.day,
        goal: shipment.goal.clone(),
    };
    Registration::Registered(Registered { reference, ..Registered::default() })
}

impl Carrier for Pek {
    fn code(&self) -> &str {
        CODE
    }

    fn name(&self) -> &'static str {
        "ПЭК"
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

    fn invoices(&self) -> Option<&dyn Invoicing> {
        self.settings.invoices.as_ref().map(|_| self as &dyn Invoicing)
    }
}

impl Quoting for Pek {
    fn quote<'a>(&'a self, ask: &'a QuoteAsk) -> Answer<'a, Vec<Quote>> {
        Box::pin(async move {
            let types = self.settings.types.iter().copied();
            let types: Vec<i64> = types.filter(|kind| *kind != EXPRESS_CAR).collect();
            if ask.mode == DeliveryMode::Locker || types.is_empty() {
                return Ok(Vec::new());
            }
            let Some(to) = self.destination(ask).await? else { return Ok(Vec::new()) };
            let body = price_body(ask, &to, &types)?;
            let path = "/calculator/calculateprice/";
            let said: Prices = self.client.call(path, &body, Effect::Reads).await?;
            quotes(&said, ask, &to)
        })
    }
}

impl Shipping for Pek {
    fn find<'a>(&'a self, shipment: &'a ShipmentRef) -> Answer<'a, Option<Registration>> {
        Box::pin(self.found(shipment))
    }

    fn create<'a>(&'a self, ask: &'a ShipmentAsk) -> Answer<'a, Registration> {
        Box::pin(async move {
            let body = submit_body(ask, &self.settings)?;
            let path = "/preregistration/submit/";
            let said: Submitted = self.client.call(path, &body, Effect::Changes).await?;
            submitted(said, ask)
                .ok_or_else(|| CarrierError::unclear(CODE, "it took the order and named no cargo"))
        })
    }

    /// What the sender was to bring needs no cancelling: there a refusal to cancel is no error.
    fn cancel<'a>(&'a self, shipment: &'a ShipmentRef) -> Answer<'a, ()> {
        Box::pin(async move {
            let Some(Registration::Registered(known)) = self.found(shipment).await? else {
                return Ok(());
            };
            let code = known.reference.track;
            let rows = [CancelRow { code: code.clone() }];
            let path = "/order/cancellation/";
            let said: Vec<Cancelled> =
                self.client.call(path, rows.as_slice(), Effect::Changes).await?;
            if said.iter().any(|row| row.success) {
                return Ok(());
            }
            let status = self.status(&code).await?.unwrap_or_default();
            let title = title(&status);
            if title.is_annulled() || title.is_awaited() {
                return Ok(());
            }
            let words = said.into_iter().find_map(|row| row.description);
            Err(CarrierError::refused(CODE, "", words.unwrap_or(title.0)))
        })
    }
}

impl Labels for Pek {
    fn label<'a>(&'a self, ask: &'a LabelAsk) -> Answer<'a, LabelState> {
        Box::pin(async move {
            if ask.shipment.track.is_empty() {
                return Err(not_sayable(
                    CODE,
                    "shipment",
                    "the code of the cargo is not known yet",
                ));
            }
            let body = PrintBody { cargo_index: ask.shipment.track.clone(), kind: "simple" };
            let said: Value = self.client.call("/order/print/", &body, Effect::Reads).await?;
            let bytes = pdf_in(&said)
                .ok_or_else(|| CarrierError::malformed(CODE, "the answer has no PDF in it"))?;
            let name = format!("pek-{}.pdf", ask.shipment.number);
            Ok(CarrierFile { media: FileMedia::Pdf, name, bytes }.into())
        })
    }
}

/// The file, under whatever name it comes: the carrier's pages do not tell the keys of the answer.
fn pdf_in(value: &Value) -> Option<Vec<u8>> {
    match value {
        Value::String(text) => {
            STANDARD.decode(text.trim()).ok().filter(|bytes| bytes.starts_with(b"%PDF"))
        }
        Value::Array(values) => values.iter().find_map(pdf_in),
        Value::Object(fields) => fields.values().find_map(pdf_in),
        _ => None,
    }
}

impl Points for Pek {
    fn points<'a>(&'a self, _from: Option<&'a str>) -> Answer<'a, PointsPage> {
        Box::pin(async move {
            let points = Self::load_points(Arc::clone(&self.client)).await?;
            Ok(PointsPage { points, next: None })
        })
    }
}

impl Tracking for Pek {
    fn count_max(&self) -> usize {
        TRACK_COUNT_MAX
    }

    fn interval(&self) -> Duration {
        Duration::from_hours(1)
    }

    fn track<'a>(&'a self, shipments: &'a [ShipmentRef]) -> Answer<'a, Vec<Track>> {
        Box::pin(async move {
            let known = shipments.iter().filter(|shipment| !shipment.track.is_empty());
            let codes: Vec<String> = known.map(|shipment| shipment.track.clone()).collect();
            if codes.is_empty() {
                return Ok(Vec::new());
            }
            let statuses = self.statuses_known(codes).await?;
            let present = statuses.iter().filter_map(|status| status.cargo.as_ref()?.code.clone());
            let body = CodesBody { cargo_codes: present.collect() };
            if body.cargo_codes.is_empty() {
                return Ok(Vec::new());
            }
            let path = "/cargos/statusfullhistory/";
            let told: Vec<CargoHistory> = self.client.call(path, &body, Effect::Reads).await?;
            let of = |shipment: &ShipmentRef| track(shipment, &statuses, &told);
            Ok(shipments.iter().filter_map(of).collect())
        })
    }
}

/// The history of one cargo under its present code.
fn track(shipment: &ShipmentRef, statuses: &[Status], told: &[CargoHistory]) -> Option<Track> {
    let is_it = |status: &&Status| {
        status.cargo.as_ref().is_some_and(|cargo| {
            let has = |said: &Option<String>, ours: &str| {
                !ours.is_empty() && said.as_deref() == Some(ours)
            };
            has(&cargo.cargo_bar_code, &shipment.id) || has(&cargo.code, &shipment.track)
        })
    };
    let status = statuses.iter().find(is_it)?;
    let code = status.cargo.as_ref()?.code.as_deref()?;
    let history = told.iter().find(|history| history.cargo_code.as_deref() == Some(code));
    let rows = history.map_or(&[][..], |history| &history.statuses);
    let info = status.info.clone().unwrap_or_default();
    let reference = ShipmentRef { track: code.to_owned(), ..shipment.clone() };
    Some(Track { reference, events: events(rows, &info, shipment.goal.as_ref()) })
}
