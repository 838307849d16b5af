//! What was collected: told parcel by parcel once Boxberry has reckoned its services.

use serde_json::{Value, json};

use super::wire::{ServiceIn, StatusesIn};
use super::{Boxberry, CODE, map};
use crate::carriers::amounts::kopecks;
use crate::carriers::exchange::{Effect, read_of_many};
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

    /// Each that was answered is told, also one without news.
    fn ask<'a>(&'a self, shipments: &'a [ShipmentRef]) -> Answer<'a, Vec<Track>> {
        Box::pin(async move {
            let (mut tracks, mut failure) = (Vec::new(), None);
            for shipment in shipments.iter().filter(|shipment| !shipment.track.is_empty()) {
                let events = match self.reckoned(&shipment.track).await {
                    Ok(event) => event.into_iter().collect(),
                    // It refuses to tell of what it does not have yet.
                    Err(CarrierError::Refused { .. }) => Vec::new(),
                    Err(error) => {
                        // One that cannot be read does not keep the others back; a line that is
                        // down does.
                        let is_odd = matches!(error, CarrierError::Malformed { .. });
                        failure = Some(error);
                        if is_odd {
                            continue;
                        }
                        break;
                    }
                };
                tracks.push(Track { reference: shipment.clone(), events });
            }
            read_of_many(CODE, tracks, failure)
        })
    }

    fn settled(&self, events: &[KeptEvent]) -> Option<CodTransfer> {
        let event = events.iter().rev().find(|event| event.code == SERVICES)?;
        let text = |field: &str| event.raw.get(field).and_then(Value::as_str);
        let collected = kopecks(text("sum")?).ok().filter(|sum| sum.is_positive())?;
        Some(CodTransfer {
            payment_order: String::new(),
            day: event.at.moscow_day(),
            collected_kopecks: collected,
            transferred_kopecks: None,
            method: text("payment_method").and_then(PayMethod::from_words),
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
