//! Boxberry by its JSON API (`api.boxberry.ru/json.php`, help.boxberry.ru): prices, shipments to
//! points and doors, labels, acts, calls of couriers, points, statuses.
//!
//! Switch it on only for a contract that works: whether new contracts get this interface is not
//! certain.
//!
//! - A shipment is known at once; our number is unique at Boxberry, so a second one is refused there.
//! - It moves only after an act; the same act comes back for 72 hours, later ones are found in the
//!   story of acts.
//! - There is no register of collected money, no webhook and no way to take a call of a courier back.
//!   What Boxberry charged is told per parcel: [`Boxberry::charges`].
//! - Delivery by the post (`vid` 3) and abroad is not offered.
//! - A parcel weighs 5 g to 31 kg, is at most 120 by 80 by 50 cm and declared at 300,000 roubles at most; an
//!   act has 400 parcels. Limits of requests are not published. Times are Moscow's, in four spellings.
//!
//! **Invariant:** links in answers are never followed nor kept: our token is in them.

mod client;
mod handover;
mod map;
mod money;
#[cfg(test)]
mod tests;
mod wire;

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;
use tokio::sync::OnceCell;

use self::client::Client;
use self::wire::{
    CalculationIn, CityIn, CostsIn, CreateOut, CreatedIn, IntakeIn, LastStatusIn, LastStatusesIn,
    OwnNumberOut, ParcelIn, ParcelsOut, PointIn, StatusesIn, TracksOut, ZipIn,
};
use super::exchange::{Effect, Exchange, Limits, read_of_many};
use super::model::{
    CarrierFile, DeliveryMode, FileMedia, LabelAsk, LabelState, Pickup, PickupAsk, PointsPage,
    Quote, QuoteAsk, Reason, Registered, Registration, ShipmentAsk, ShipmentRef, Track, TrackEvent,
};
use super::registry::Account;
use super::{
    Answer, Carrier, CarrierError, Handovers, Labels, MoneyNews, Pickups, Points, Quoting,
    Shipping, Tracking, TwiceCalled,
};
use crate::text_enum;

/// What orders and accounts name it by.
pub const CODE: &str = "boxberry";

/// The tariff to points.
const POINT: &str = "1";
/// The tariff to doors.
const COURIER: &str = "2";

const BASE_URL: &str = "https://api.boxberry.ru";

text_enum! {
    /// Whether buyers may open parcels that they take as a whole.
    pub enum Opening {
        Closed = "closed",
        Checked = "checked",
    }
}

/// What the contract says beside the token.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Settings {
    /// The code of the point that takes parcels in; the cabinet's own setting when it is empty.
    reception_point: String,
    opening: Opening,
    /// Registers of what was collected are drawn up from the parcels whose services Boxberry has
    /// reckoned; otherwise they come as files.
    registers_of_services: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            reception_point: String::new(),
            opening: Opening::Closed,
            registers_of_services: false,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Credentials {
    token: String,
}

/// Boxberry with one contract.
pub struct Boxberry {
    client: Client,
    settings: Settings,
    cities: OnceCell<Vec<CityIn>>,
    /// What was told of each track, and how often.
    told: Mutex<HashMap<String, (String, u8)>>,
}

/// Tracks whose last status is remembered; then it begins anew.
const TOLD_MAX: usize = 100_000;
/// News is told again once, in case it was not stored the first time.
const TOLD_TIMES: u8 = 2;

impl Boxberry {
    /// A contract as an account describes it.
    pub fn new(account: &Account) -> Result<Self, CarrierError> {
        let credentials: Credentials = account.credentials(CODE)?;
        let exchange = Exchange::new(CODE, account.limits(Limits::default()))?;
        Ok(Self {
            client: Client::new(exchange, account.base(CODE, BASE_URL)?, credentials.token),
            settings: account.settings(CODE)?,
            cities: OnceCell::new(),
            told: Mutex::default(),
        })
    }

    /// The track of our number. None: Boxberry has no such order.
    async fn track_of(&self, shipment: &ShipmentRef) -> Result<Option<String>, CarrierError> {
        if !shipment.track.is_empty() {
            return Ok(Some(shipment.track.clone()));
        }
        let parcels = vec![OwnNumberOut { order_id: shipment.number.clone() }];
        let said = self.client.post("ParcelInfo", ParcelsOut { parcels }, Effect::Reads).await;
        let known: Vec<ParcelIn> = match said {
            Ok(known) => known,
            Err(CarrierError::Refused { reasons, .. }) if map::is_no_data(&reasons) => Vec::new(),
            // Any other refusal says nothing of the order: it may be there.
            Err(error @ CarrierError::Refused { .. }) => {
                return Err(CarrierError::Unavailable { carrier: CODE, said: error.said() });
            }
            Err(error) => return Err(error),
        };
        let own = known.into_iter().find(|parcel| parcel.order_id.0 == shipment.number);
        Ok(own.map(|parcel| parcel.track_number.0).filter(|track| !track.is_empty()))
    }

    async fn known(&self, shipment: &ShipmentRef) -> Result<Option<Registration>, CarrierError> {
        let asked = ShipmentRef { track: String::new(), ..shipment.clone() };
        let track = self.track_of(&asked).await?;
        Ok(track.map(|track| registered(shipment, track, Vec::new())))
    }

    async fn city_code(&self, ask: &QuoteAsk) -> Result<Option<String>, CarrierError> {
        let read = || self.client.get("ListCities", &[("CountryCode", "643")], Effect::Reads);
        let cities: &Vec<CityIn> = self.cities.get_or_try_init(read).await?;
        let wanted = ask.to.address();
        let kladr = |text: &str| text.chars().take(11).collect::<String>();
        let same =
            |one: &str, other: &str| one.trim().to_lowercase() == other.trim().to_lowercase();
        let by_kladr = cities
            .iter()
            .find(|city| wanted.kladr.len() >= 11 && kladr(&city.kladr.0) == kladr(&wanted.kladr));
        let named: Vec<&CityIn> =
            cities.iter().filter(|city| same(&city.name.0, &wanted.city)).collect();
        let in_region = named.iter().find(|city| same(&city.region.0, &wanted.region));
        let only = if let [only] = named.as_slice() { Some(only) } else { None };
        let found = by_kladr.or(in_region.or(only).copied());
        Ok(found.map(|city| city.code.0.clone()))
    }

    /// Whether a last status was not told yet, or not often enough.
    fn is_news(&self, track: &str, mark: &str) -> bool {
        let told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        told.get(track).is_none_or(|(known, times)| known != mark || *times < TOLD_TIMES)
    }

    /// Counts what was read to its end: what was not is news the next time.
    fn count_told(&self, track: &str, mark: String) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.len() >= TOLD_MAX {
            told.clear();
        }
        let (known, times) = told.entry(track.to_owned()).or_default();
        if *known != mark {
            (*known, *times) = (mark, 0);
        }
        *times = times.saturating_add(1);
    }

    /// The last status of each track that Boxberry knows, and why others were not read. When it refuses
    /// to tell of all together, it is asked one by one: which of them it does not know it does not say.
    async fn last_statuses(&self, asked: &[ShipmentRef]) -> (LastStatusesIn, Option<CarrierError>) {
        let mut parts: Vec<&[ShipmentRef]> = asked.chunks(asked.len().max(1)).collect();
        let (mut last, mut failure) = (LastStatusesIn::new(), None);
        while let Some(part) = parts.pop() {
            let track_numbers = part.iter().map(|shipment| shipment.track.clone()).collect();
            let said = TracksOut { track_numbers };
            match self.client.post("GetLastStatusData", said, Effect::Reads).await {
                Ok(Value::Object(rows)) => {
                    for (track, row) in rows {
                        match serde_json::from_value(row) {
                            Ok(row) => {
                                last.insert(track, row);
                            }
                            Err(error) => failure = Some(map::malformed(error)),
                        }
                    }
                }
                Err(CarrierError::Refused { .. }) if part.len() > 1 => parts.extend(part.chunks(1)),
                // Nothing at all comes as an empty list instead of an empty object, or as a refusal.
                Ok(_) | Err(CarrierError::Refused { .. }) => {}
                Err(error) => failure = Some(error),
            }
        }
        (last, failure)
    }

    /// All events of a track whose last status is news.
    async fn events_of(
        &self,
        track: &str,
        last: &LastStatusIn,
    ) -> Result<Vec<TrackEvent>, CarrierError> {
        let mark = map::mark(last);
        if !self.is_news(track, &mark) {
            return Ok(Vec::new());
        }
        let said = self.client.get("ListStatusesFull", &[("ImId", track)], Effect::Reads).await;
        let said: StatusesIn = match said {
            // There are none yet.
            Err(CarrierError::Refused { .. }) => return Ok(Vec::new()),
            said => said?,
        };
        let events = map::events(&said, last)?;
        self.count_told(track, mark);
        Ok(events)
    }
}

/// What a refused creation comes to, with what is known of its number.
fn refused(
    reasons: Vec<Reason>,
    known: Result<Option<Registration>, CarrierError>,
) -> Result<Registration, CarrierError> {
    // The number is taken: perhaps by an attempt of ours whose answer was lost.
    let is_taken = reasons.iter().any(|one| one.text.to_lowercase().contains("занят"));
    match known {
        Ok(Some(known)) => Ok(known),
        Ok(None) if is_taken => {
            let said = "the number is taken by an order that is not shown";
            Err(CarrierError::unclear(CODE, said))
        }
        Ok(None) => Err(CarrierError::Refused { carrier: CODE, reasons }),
        Err(error) if is_taken => Err(CarrierError::unclear(CODE, error.said())),
        Err(error) => Err(error),
    }
}

fn registered(shipment: &ShipmentRef, track: String, warnings: Vec<Reason>) -> Registration {
    let reference = ShipmentRef { track, ..shipment.clone() };
    Registration::Registered(Registered { reference, warnings, ..Registered::default() })
}

impl Carrier for Boxberry {
    fn code(&self) -> &str {
        CODE
    }

    fn name(&self) -> &'static str {
        "Boxberry"
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

    fn pickups(&self) -> Option<&dyn Pickups> {
        Some(self)
    }

    fn points(&self) -> Option<&dyn Points> {
        Some(self)
    }

    fn tracking(&self) -> Option<&dyn Tracking> {
        Some(self)
    }

    fn money_news(&self) -> Option<&dyn MoneyNews> {
        self.settings.registers_of_services.then_some(self as &dyn MoneyNews)
    }
}

impl Quoting for Boxberry {
    fn quote<'a>(&'a self, ask: &'a QuoteAsk) -> Answer<'a, Vec<Quote>> {
        Box::pin(async move {
            if ask.mode == DeliveryMode::Door {
                let zip = ask.to.address().postcode.as_str();
                let zips: Vec<ZipIn> =
                    self.client.get("ZipCheck", &[("Zip", zip)], Effect::Reads).await?;
                if !map::reaches(&zips) {
                    return Ok(Vec::new());
                }
            } else if let Some(point) = ask.to.point_code().filter(|code| !code.is_empty()) {
                let params = map::costs_params(ask, point, &self.settings);
                let params: Vec<(&str, &str)> =
                    params.iter().map(|(name, value)| (*name, value.as_str())).collect();
                let said: CostsIn =
                    self.client.get("DeliveryCosts", &params, Effect::Reads).await?;
                return map::costs(&said, ask.mode);
            }
            let city = match ask.mode {
                DeliveryMode::Door => String::new(),
                DeliveryMode::Point | DeliveryMode::Locker => {
                    let Some(code) = self.city_code(ask).await? else { return Ok(Vec::new()) };
                    code
                }
            };
            let asked = map::calculation(ask, &city, &self.settings);
            let said: CalculationIn =
                self.client.post("DeliveryCalculation", asked, Effect::Reads).await?;
            map::calculated(&said, ask.mode)
        })
    }
}

impl Shipping for Boxberry {
    fn find<'a>(&'a self, shipment: &'a ShipmentRef) -> Answer<'a, Option<Registration>> {
        Box::pin(self.known(shipment))
    }

    fn create<'a>(&'a self, ask: &'a ShipmentAsk) -> Answer<'a, Registration> {
        Box::pin(async move {
            let sdata = map::order(ask, &self.settings)?;
            let own = ShipmentRef {
                number: ask.number.clone(),
                day: Some(ask.day),
                ..Default::default()
            };
            let said = self.client.post("ParselCreate", CreateOut { sdata }, Effect::Changes).await;
            let created: CreatedIn = match said {
                Ok(created) => created,
                Err(CarrierError::Refused { reasons, .. }) => {
                    return refused(reasons, self.known(&own).await);
                }
                Err(error) => return Err(error),
            };
            if created.track.0.is_empty() {
                let said = "an order without a track".to_owned();
                return Err(CarrierError::unclear(CODE, said));
            }
            let warning = Some(created.notification.0).filter(|text| !text.is_empty());
            let warnings = warning.map(|text| Reason::new("", text)).into_iter().collect();
            Ok(registered(&own, created.track.0, warnings))
        })
    }

    fn cancel<'a>(&'a self, shipment: &'a ShipmentRef) -> Answer<'a, ()> {
        Box::pin(async move {
            let named = if shipment.track.is_empty() {
                ("orderid", shipment.number.as_str())
            } else {
                ("track", shipment.track.as_str())
            };
            // 1 deletes, 2 calls back; which of them goes without saying differs between contracts.
            let params = [named, ("cancelType", "1")];
            let said = self.client.get("CancelOrder", &params, Effect::Changes).await;
            match said {
                Ok(Value::Object(_)) => Ok(()),
                Ok(other) => Err(map::malformed(other)),
                Err(CarrierError::Refused { carrier, reasons }) => {
                    match self.known(shipment).await? {
                        None => Ok(()),
                        Some(_) => Err(CarrierError::Refused { carrier, reasons }),
                    }
                }
                Err(error) => Err(error),
            }
        })
    }
}

impl Labels for Boxberry {
    fn label<'a>(&'a self, ask: &'a LabelAsk) -> Answer<'a, LabelState> {
        Box::pin(async move {
            let what = || CarrierError::unknown(CODE, ask.shipment.number.clone());
            let track = self.track_of(&ask.shipment).await?.ok_or_else(what)?;
            let id = map::parcel_id(&track);
            let bytes = self.client.file("barcodes", &[("parcel_id", &id)]).await?;
            let name = format!("boxberry-{id}.pdf");
            Ok(CarrierFile { media: FileMedia::Pdf, name, bytes }.into())
        })
    }
}

impl Pickups for Boxberry {
    /// Boxberry tells no more of a call than its number, and takes none back.
    fn twice(&self) -> TwiceCalled {
        TwiceCalled::TwoCome
    }

    fn pick_up<'a>(&'a self, ask: &'a PickupAsk) -> Answer<'a, Pickup> {
        Box::pin(async move {
            let intake = map::intake(ask)?;
            let said: IntakeIn = self.client.post("CreateIntake", intake, Effect::Changes).await?;
            Ok(Pickup::Called { reference: said.message.0, warnings: Vec::new() })
        })
    }
}

impl Points for Boxberry {
    fn points<'a>(&'a self, _from: Option<&'a str>) -> Answer<'a, PointsPage> {
        Box::pin(async move {
            // Without `prepaid` the points that take no money are left out.
            let params = [("CountryCode", "643"), ("prepaid", "1"), ("is_include_postamat", "1")];
            let said: Vec<PointIn> = self.client.get("ListPoints", &params, Effect::Reads).await?;
            Ok(PointsPage { points: said.iter().map(map::point).collect(), next: None })
        })
    }
}

impl Tracking for Boxberry {
    fn count_max(&self) -> usize {
        100
    }

    fn interval(&self) -> Duration {
        Duration::from_hours(1)
    }

    fn track<'a>(&'a self, shipments: &'a [ShipmentRef]) -> Answer<'a, Vec<Track>> {
        Box::pin(async move {
            // One that cannot be read does not keep the others back.
            let (mut asked, mut failure) = (Vec::new(), None);
            for shipment in shipments {
                match self.track_of(shipment).await {
                    Ok(Some(track)) => asked.push(ShipmentRef { track, ..shipment.clone() }),
                    Ok(None) => {}
                    Err(error) => failure = Some(error),
                }
            }
            let (last, unread) = self.last_statuses(&asked).await;
            failure = unread.or(failure);
            let mut tracks = Vec::new();
            for reference in asked {
                let Some(last) = last.get(&reference.track) else { continue };
                match self.events_of(&reference.track, last).await {
                    Ok(events) => tracks.push(Track { reference, events }),
                    Err(error) => failure = Some(error),
                }
            }
            read_of_many(CODE, tracks, failure)
        })
    }
}
