//! What was collected: told parcel by parcel once Boxberry has reckoned its services.

use serde_json::{Value, json};

use super::wire::{ServiceIn, StatusesIn};
use super::{Boxberry, map};
use crate::carriers::amounts::kopecks;
use crate::carriers::exchange::Effect;
use crate::carriers::local::moscow_instant;
use crate::carriers::model::{
    CodTransfer, KeptEvent, Leg, PayMethod, ShipmentRef, Track, TrackEvent,
};
use crate::carriers::{Answer, CarrierError, MoneyNews};

/// The code of the event that says so.
const SERVICES: &str = "services";
const WORDS: &str = "Услуги посчитаны";
/// Two questions each.
const ASKED_MAX: usize = 500;

impl MoneyNews for Boxberry {
    fn count_max(&self) -> usize {
        ASKED_MAX
    }

    fn ask<'a>(&'a self, shipments: &'a [ShipmentRef]) -> Answer<'a, Vec<Track>> {
        Box::pin(async move {
            let mut tracks = Vec::new();
            for shipment in shipments.iter().filter(|shipment| !shipment.track.is_empty()) {
                match self.reckoned(&shipment.track).await {
                    Ok(Some(event)) => {
                        let reference = shipment.clone();
                        tracks.push(Track { reference, events: vec![event] });
                    }
                    // It refuses to tell of what it does not have yet.
                    Ok(None) | Err(CarrierError::Refused { .. }) => {}
                    Err(error) if tracks.is_empty() => return Err(error),
                    Err(error) => {
                        tracing::warn!(%error, "the money of a parcel of Boxberry was not read");
                        break;
                    }
                }
            }
            Ok(tracks)
        })
    }

    fn settled(&self, events: &[KeptEvent]) -> Option<CodTransfer> {
        let event = events.iter().rev().find(|event| event.code == SERVICES)?;
        let text = |field: &str| event.raw.get(field).and_then(Value::as_str);
        let collected = kopecks(text("sum")?).ok().filter(|sum| sum.is_positive())?;
        let method = match text("payment_method") {
            Some("Касса") => Some(PayMethod::Cash),
            Some("Эквайринг") => Some(PayMethod::Card),
            _ => None,
        };
        Some(CodTransfer {
            payment_order: String::new(),
            day: event.at.moscow_day(),
            collected_kopecks: collected,
            transferred_kopecks: None,
            method,
        })
    }
}

impl Boxberry {
    /// What was collected for a parcel and what its services cost; nothing before they are reckoned,
    /// the day after it was handed out.
    async fn reckoned(&self, track: &str) -> Result<Option<TrackEvent>, CarrierError> {
        let asked = [("ImId", track)];
        let services: Vec<ServiceIn> =
            self.client.get("ListServices", &asked, Effect::Reads).await?;
        if services.is_empty() {
            return Ok(None);
        }
        let said: StatusesIn = self.client.get("ListStatusesFull", &asked, Effect::Reads).await?;
        Ok(reckoned_event(&services, &said))
    }
}

/// None: nobody can say of which day the services are.
pub(super) fn reckoned_event(services: &[ServiceIn], said: &StatusesIn) -> Option<TrackEvent> {
    let at = services.iter().filter_map(|service| moscow_instant(&service.date.0)).max()?;
    let service = |one: &ServiceIn| json!({ "name": one.name.0, "sum": one.sum.0 });
    let raw = json!({
        "sum": said.sum.0, "payment_method": said.payment_method.0,
        "services": services.iter().map(service).collect::<Vec<_>>(),
    });
    Some(TrackEvent {
        code: SERVICES.to_owned(),
        words: WORDS.to_owned(),
        at,
        place: String::new(),
        leg: Leg::Direct,
        meaning: map::STATUSES.meaning(SERVICES),
        raw,
    })
}
