//! The operator's own couriers (собственная курьерская служба): a carrier without an interface.
//!
//! There is nobody to talk to, so a shipment is registered at once, under our own number. Its register
//! is the file that every carrier gets, its label the one that packing prints, and what became of a
//! parcel is entered by people.
//!
//! **Invariant:** nothing is asked for and nothing is kept here: the same shipment told again is the
//! same answer.
//! **Invariant:** a price is what the operator takes for his own courier, by his settings. Without it
//! there is no offer: such a courier is named by the order, never chosen by price.
//!
//! Deliberately absent: labels (packing prints ours), acts of the carrier's own (ours is the only one),
//! tracking (`POST /v1/shipments/{id}/events`), points.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::future::ready;

use serde::Deserialize;

use super::account::{Account, wrong};
use super::file::FileCarrier;
use super::model::{
    DeliveryMode, Quote, QuoteAsk, Registered, Registration, ShipmentAsk, ShipmentRef, Spot,
};
use super::{Answer, Carrier, CarrierError, ManifestExport, Quoting, Shipping};
use crate::points::city_key;
use crate::units::Kopecks;

/// What orders and parcels name it by.
pub const CODE: &str = "own";
/// What papers name it by.
pub const NAME: &str = "Собственная курьерская служба";

const DAYS_MAX: i64 = 60;

/// What the operator says of his couriers.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Settings {
    /// Where they go, and for how much. None: everywhere, and nobody is told a price.
    zones: Vec<Zone>,
}

/// Cities with one price.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Zone {
    name: String,
    cities: Vec<String>,
    /// For a parcel, with VAT.
    price_kopecks: Kopecks,
    /// Calendar days from the handover, at most.
    days: i64,
}

/// There are no keys to anything.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Credentials {}

/// The couriers of one warehouse.
#[derive(Debug)]
pub struct Own {
    settings: Settings,
    files: FileCarrier,
}

impl Own {
    pub fn new(account: &Account) -> Result<Self, CarrierError> {
        let settings: Settings = account.settings(CODE)?;
        let Credentials {} = account.credentials(CODE)?;
        if account.base_url.is_some() {
            return Err(wrong(CODE, "base_url: there is no address to reach them at"));
        }
        let mut names = BTreeSet::new();
        for zone in &settings.zones {
            let is_named = !zone.name.trim().is_empty() && names.insert(zone.name.trim());
            let told = [
                (is_named, "name must be there, and another one for each zone"),
                (!zone.cities.is_empty(), "cities must be there"),
                (zone.price_kopecks.is_positive(), "price_kopecks must be above zero"),
                ((0..=DAYS_MAX).contains(&zone.days), "days must be between 0 and 60"),
            ];
            if let Some((_, problem)) = told.iter().find(|(is_right, _)| !is_right) {
                return Err(wrong(CODE, format!("settings: zones: {problem}")));
            }
        }
        Ok(Self { settings, files: FileCarrier::new(CODE, NAME) })
    }
}

impl Carrier for Own {
    fn code(&self) -> &'static str {
        CODE
    }

    fn name(&self) -> &'static str {
        NAME
    }

    fn manifests(&self) -> Option<&dyn ManifestExport> {
        self.files.manifests()
    }

    fn quoting(&self) -> Option<&dyn Quoting> {
        (!self.settings.zones.is_empty()).then_some(self as &dyn Quoting)
    }

    fn shipping(&self) -> Option<&dyn Shipping> {
        Some(self)
    }
}

impl Quoting for Own {
    fn quote<'a>(&'a self, ask: &'a QuoteAsk) -> Answer<'a, Vec<Quote>> {
        let city = city_key(&ask.to.address().city);
        let zones = self.settings.zones.iter().filter(|zone| {
            ask.mode == DeliveryMode::Door && zone.cities.iter().any(|one| city_key(one) == city)
        });
        Box::pin(ready(Ok(zones.map(offer).collect())))
    }
}

fn offer(zone: &Zone) -> Quote {
    Quote {
        tariff: zone.name.trim().to_owned(),
        tariff_name: zone.name.trim().to_owned(),
        mode: DeliveryMode::Door,
        price_kopecks: zone.price_kopecks,
        lines: Vec::new(),
        days_min: None,
        days_max: Some(zone.days),
        weight_max_g: None,
    }
}

impl Shipping for Own {
    /// Nobody else keeps it. What may have been told before is told again, and comes to the same.
    fn find<'a>(&'a self, _shipment: &'a ShipmentRef) -> Answer<'a, Option<Registration>> {
        Box::pin(ready(Ok(None)))
    }

    fn create<'a>(&'a self, ask: &'a ShipmentAsk) -> Answer<'a, Registration> {
        Box::pin(ready(registration(ask)))
    }

    fn cancel<'a>(&'a self, _shipment: &'a ShipmentRef) -> Answer<'a, ()> {
        Box::pin(ready(Ok(())))
    }
}

fn registration(ask: &ShipmentAsk) -> Result<Registration, CarrierError> {
    let unsayable = |problem: &str| CarrierError::NotSayable {
        carrier: NAME,
        field: "to",
        problem: problem.to_owned(),
    };
    match &ask.to {
        Spot::Point { .. } => return Err(unsayable("курьеры возят до двери, пунктов у них нет")),
        Spot::Door(address) if address.one_line().is_empty() => {
            return Err(unsayable("адреса нет"));
        }
        Spot::Door(_) => {}
    }
    let reference = ShipmentRef {
        number: ask.number.clone(),
        id: String::new(),
        track: ask.number.clone(),
        day: Some(ask.day),
        goal: None,
    };
    Ok(Registration::Registered(Registered { reference, ..Registered::default() }))
}
