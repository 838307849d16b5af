//! What happens to orders, where points are, what was collected: everything that is read.

use std::time::Duration;

use futures::StreamExt;

use super::client::refusal;
use super::shipping::order_path;
use super::wire::{
    CheckAnswer, CreatedHook, Entity, Envelope, HookAsk, Office, OrderEntity, PaymentAnswer,
    RegistriesAnswer,
};
use super::{CODE, Cdek, map};
use crate::carriers::exchange::{Effect, read_of_many};
use crate::carriers::model::{
    CodRegister, FiscalReceipt, PointsPage, ShipmentRef, Track, WebhookHint,
};
use crate::carriers::{Answer, CarrierError, Points, Receipts, Registers, Tracking, Webhooks};
use crate::units::Day;

/// Orders are read one by one; this many in one go.
const TRACK_MAX: usize = 20;
const AT_ONCE: usize = 4;
/// The carrier names no interval. Webhooks are quicker anyway.
const TRACK_INTERVAL: Duration = Duration::from_mins(30);
const PAGE: usize = 1_000;
const HOOK: &str = "ORDER_STATUS";

impl Points for Cdek {
    fn points<'a>(&'a self, from: Option<&'a str>) -> Answer<'a, PointsPage> {
        Box::pin(async move {
            let page: u32 = match from {
                None => 0,
                Some(text) => text.parse().map_err(|_| CarrierError::NotSayable {
                    carrier: CODE,
                    field: "from",
                    problem: "must be the number of a page".to_owned(),
                })?,
            };
            let (page_text, size) = (page.to_string(), PAGE.to_string());
            let query = [
                ("country_code", "RU"),
                ("type", "ALL"),
                ("lang", "rus"),
                ("size", size.as_str()),
                ("page", page_text.as_str()),
            ];
            let offices: Vec<Office> = self.client.get("/v2/deliverypoints", &query).await?;
            let next = (offices.len() >= PAGE).then(|| (page + 1).to_string());
            Ok(PointsPage { points: offices.iter().filter_map(map::point).collect(), next })
        })
    }
}

impl Tracking for Cdek {
    fn count_max(&self) -> usize {
        TRACK_MAX
    }

    fn interval(&self) -> Duration {
        TRACK_INTERVAL
    }

    fn track<'a>(&'a self, shipments: &'a [ShipmentRef]) -> Answer<'a, Vec<Track>> {
        Box::pin(async move {
            let asked: Vec<_> = shipments.iter().map(|one| self.track_one(one)).collect();
            let answers = futures::stream::iter(asked).buffered(AT_ONCE);
            let answers: Vec<_> = answers.collect().await;
            let (mut tracks, mut failure) = (Vec::new(), None);
            for answer in answers {
                match answer {
                    Ok(track) => tracks.extend(track),
                    Err(error) => failure = Some(error),
                }
            }
            // One order that cannot be read does not hide the others; it is asked for again.
            read_of_many(CODE, tracks, failure)
        })
    }
}

impl Cdek {
    async fn track_one(&self, shipment: &ShipmentRef) -> Result<Option<Track>, CarrierError> {
        let Some(answer) = self.order(shipment).await? else { return Ok(None) };
        let Some(entity) = answer.entity else { return Ok(None) };
        let mut events = map::direct_events(&entity)?;
        for related in &answer.related_entities {
            let back = match related.kind.0.as_str() {
                "return_order" => map::return_events,
                "client_return_order" | "reverse_order" => map::customer_events,
                _ => continue,
            };
            if let Some(entity) = self.related(&related.uuid.0).await? {
                events.extend(back(&entity)?);
            }
        }
        let is_named = !shipment.number.is_empty();
        let reference = ShipmentRef {
            number: if is_named { shipment.number.clone() } else { entity.number.0 },
            id: entity.uuid.0,
            track: entity.cdek_number.0,
            ..shipment.clone()
        };
        Ok(Some(Track { reference, events }))
    }

    async fn related(&self, id: &str) -> Result<Option<OrderEntity>, CarrierError> {
        if id.is_empty() {
            return Ok(None);
        }
        let answer: Envelope<OrderEntity> = match self.client.entity(&order_path(id), &[]).await {
            Err(CarrierError::Unknown { .. }) => return Ok(None),
            other => other?,
        };
        Ok(answer.entity)
    }
}

impl Webhooks for Cdek {
    fn read(&self, body: &[u8]) -> Result<Vec<WebhookHint>, CarrierError> {
        map::hints(body)
    }

    fn subscribe<'a>(&'a self, url: &'a str) -> Answer<'a, ()> {
        Box::pin(async move {
            let there: Vec<CreatedHook> = self.client.get("/v2/webhooks", &[]).await?;
            if there.iter().any(|hook| hook.kind.0 == HOOK && hook.url.0 == url) {
                return Ok(());
            }
            let body = HookAsk { kind: HOOK, url };
            let answer: Envelope<Entity> =
                self.client.post("/v2/webhooks", &body, Effect::Changes).await?;
            let wrong = answer.requests.iter().filter(|one| one.state.0 == "INVALID");
            let errors: Vec<_> = wrong.flat_map(|one| one.errors.iter().cloned()).collect();
            if errors.is_empty() { Ok(()) } else { Err(refusal(&errors, Effect::Changes)) }
        })
    }
}

impl Registers for Cdek {
    fn registers(&self, day: Day) -> Answer<'_, Vec<CodRegister>> {
        Box::pin(async move {
            let date = day.to_string();
            let query = [("date", date.as_str())];
            let answer: RegistriesAnswer = self.client.get("/v2/registries", &query).await?;
            if answer.registries.is_empty() {
                return match answer.errors.as_slice() {
                    [] => Ok(Vec::new()),
                    errors => Err(refusal(errors, Effect::Reads)),
                };
            }
            // Our numbers are a help: registers are whole without them.
            let paid: PaymentAnswer = match self.client.get("/v2/payment", &query).await {
                Err(
                    CarrierError::Unknown { .. }
                    | CarrierError::Refused { .. }
                    | CarrierError::Malformed { .. },
                ) => PaymentAnswer::default(),
                other => other?,
            };
            Ok(map::registers(day, answer, paid))
        })
    }
}

impl Receipts for Cdek {
    fn receipts(&self, day: Day) -> Answer<'_, Vec<FiscalReceipt>> {
        Box::pin(async move {
            let date = day.to_string();
            let answer: CheckAnswer =
                self.client.get("/v2/check", &[("date", date.as_str())]).await?;
            if answer.check_info.is_empty() && !answer.errors.is_empty() {
                return Err(refusal(&answer.errors, Effect::Reads));
            }
            let told: Vec<_> = answer.check_info.iter().filter_map(map::receipt).collect();
            let left = answer.check_info.len() - told.len();
            if left > 0 {
                tracing::warn!(left, %day, "receipts of СДЭК were not read");
            }
            Ok(told)
        })
    }
}
