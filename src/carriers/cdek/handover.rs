//! Acts. The act of СДЭК is the waybill (накладная) that both sides sign; its numbers are those of the
//! orders, so the same manifest gives the same act however often it is asked for.
//!
//! Before it the office may be told what will come (преалерт). That is a notice: one that the
//! carrier does not take holds nobody up.

use std::collections::BTreeSet;

use futures::StreamExt;
use serde::{Deserialize, Serialize};

use super::client::{invalid, refusal};
use super::papers::{Form, file_name, order_ref};
use super::wire::{Entity, Envelope, OrderRef, PrealertAsk, PrealertEntity, Uuid, WaybillAsk};
use super::{CODE, Cdek, account, map};
use crate::carriers::exchange::Effect;
use crate::carriers::model::{
    CarrierFile, FileMedia, Handover, HandoverAsk, HandoverDone, Reason, RefusedParcel,
    Registration, ShipmentRef,
};
use crate::carriers::{Answer, CarrierError, Handovers, Shipping};

const WAYBILLS: &str = "/v2/print/orders";
const PREALERTS: &str = "/v2/prealert";
/// Orders in one paper.
const ORDERS_MAX: usize = 100;
/// One for the carrier, one for the sender.
const COPIES: i64 = 2;
const AT_ONCE: usize = 4;

/// What was asked for so far: the reference of an act that is not done.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Progress {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    prealert: Option<String>,
    waybills: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    refused: Vec<RefusedParcel>,
}

impl Progress {
    fn pending(&self) -> Result<Handover, CarrierError> {
        let reference =
            serde_json::to_string(self).map_err(|error| CarrierError::malformed(CODE, error))?;
        Ok(Handover::Pending { reference })
    }

    fn has_refused(&self, number: &str) -> bool {
        self.refused.iter().any(|parcel| parcel.number == number)
    }
}

impl Handovers for Cdek {
    fn hand_over<'a>(&'a self, ask: &'a HandoverAsk) -> Answer<'a, Handover> {
        Box::pin(async move {
            let known = ask.reference.as_deref().map(serde_json::from_str::<Progress>);
            match known {
                Some(Ok(progress)) => self.hand_over_further(ask, progress).await,
                // Nothing was asked for yet, or by another version of this program.
                None | Some(Err(_)) => self.hand_over_begin(ask).await,
            }
        })
    }
}

impl Cdek {
    async fn hand_over_begin(&self, ask: &HandoverAsk) -> Result<Handover, CarrierError> {
        let all: Vec<&ShipmentRef> = ask.shipments.iter().collect();
        let mut progress = Progress::default();
        match self.waybills(&all).await {
            Ok(waybills) => progress.waybills = waybills,
            Err(error) if is_about_orders(&error) => {
                return self.without_refused(ask, progress, error).await;
            }
            Err(error) => return Err(error),
        }
        progress.prealert = self.prealert(ask).await?;
        progress.pending()
    }

    async fn hand_over_further(
        &self,
        ask: &HandoverAsk,
        mut progress: Progress,
    ) -> Result<Handover, CarrierError> {
        if let Some(id) = &progress.prealert {
            match self.left_out(id, ask).await? {
                None => return progress.pending(),
                Some(refused) => {
                    progress.prealert = None;
                    let is_new = |one: &RefusedParcel| !progress.has_refused(&one.number);
                    let refused: Vec<_> = refused.into_iter().filter(is_new).collect();
                    progress.refused.extend(refused);
                }
            }
        }
        for id in &progress.waybills {
            match self.form(WAYBILLS, id).await {
                Ok(Form::Ready) => {}
                Ok(Form::Drawing) => return progress.pending(),
                Ok(Form::Gone) => {
                    let left: Vec<_> = left(ask, &progress);
                    progress.waybills = self.waybills(&left).await?;
                    return progress.pending();
                }
                Err(error) if is_about_orders(&error) => {
                    return self.without_refused(ask, progress, error).await;
                }
                Err(error) => return Err(error),
            }
        }
        self.done(ask, progress).await
    }

    async fn done(&self, ask: &HandoverAsk, progress: Progress) -> Result<Handover, CarrierError> {
        let mut files = Vec::new();
        for (index, id) in progress.waybills.iter().enumerate() {
            let bytes = self.form_file(WAYBILLS, id).await?;
            let name = file_name("waybill", &format!("{}-{}", ask.number, index + 1));
            files.push(CarrierFile { media: FileMedia::Pdf, name, bytes });
        }
        let numbers: BTreeSet<String> = left(ask, &progress)
            .into_iter()
            .map(|shipment| shipment.track.clone())
            .filter(|track| !track.is_empty())
            .collect();
        Ok(Handover::Done(HandoverDone {
            numbers: numbers.into_iter().collect(),
            files,
            refused: progress.refused,
        }))
    }

    async fn waybills(&self, shipments: &[&ShipmentRef]) -> Result<Vec<String>, CarrierError> {
        let mut ids = Vec::new();
        for some in shipments.chunks(ORDERS_MAX) {
            let body = WaybillAsk { orders: refs(some), copy_count: COPIES, kind: "tpl_russia" };
            ids.push(self.form_ask(WAYBILLS, &body).await?);
        }
        Ok(ids)
    }

    /// One order that the carrier does not have spoils the whole paper: they are looked at one by one,
    /// and the paper is asked for without those.
    async fn without_refused(
        &self,
        ask: &HandoverAsk,
        mut progress: Progress,
        error: CarrierError,
    ) -> Result<Handover, CarrierError> {
        let asked = left(ask, &progress);
        let looks: Vec<_> = asked.iter().map(|shipment| self.find(shipment)).collect();
        let looks: Vec<_> = futures::stream::iter(looks).buffered(AT_ONCE).collect().await;
        let count = progress.refused.len();
        for (shipment, found) in asked.into_iter().zip(looks) {
            let reasons = match found? {
                Some(Registration::Registered(_)) => continue,
                Some(Registration::Refused(reasons)) => reasons,
                Some(Registration::Pending(_)) => {
                    vec![Reason::new("", "СДЭК ещё проверяет заказ")]
                }
                None => vec![Reason::new("", "СДЭК не знает этого заказа")],
            };
            progress.refused.push(RefusedParcel { number: shipment.number.clone(), reasons });
        }
        if progress.refused.len() == count {
            return Err(error);
        }
        let left = left(ask, &progress);
        progress.waybills = self.waybills(&left).await?;
        progress.pending()
    }

    /// Tells the office. Nothing comes of it where the contract has no such service.
    async fn prealert(&self, ask: &HandoverAsk) -> Result<Option<String>, CarrierError> {
        let point = ask.from.point_code().filter(|code| !code.is_empty());
        let point = point.or(self.settings.shipment_point.as_deref());
        let Some(point) = point else { return Ok(None) };
        if self.settings.prealert == account::Prealert::Off || ask.shipments.is_empty() {
            return Ok(None);
        }
        let all: Vec<&ShipmentRef> = ask.shipments.iter().collect();
        let body = PrealertAsk {
            planned_date: map::planned_at(ask.day),
            shipment_point: point.to_owned(),
            orders: refs(&all),
        };
        let sent = self.client.post(PREALERTS, &body, Effect::Changes).await;
        let answer: Envelope<Entity> = match sent {
            Ok(answer) => answer,
            // A notice that may have come is not sent again: nobody waits for a second one.
            Err(error @ (CarrierError::Refused { .. } | CarrierError::Unclear { .. })) => {
                tracing::warn!(%error, "a notice to an office was not taken");
                return Ok(None);
            }
            Err(error) => return Err(error),
        };
        let id = answer.entity.as_ref().map(Uuid::uuid).unwrap_or_default();
        Ok((!id.is_empty()).then(|| id.to_owned()))
    }

    /// Parcels that the office will not expect; nothing as long as the notice is being checked.
    async fn left_out(
        &self,
        id: &str,
        ask: &HandoverAsk,
    ) -> Result<Option<Vec<RefusedParcel>>, CarrierError> {
        let answer: Envelope<PrealertEntity> =
            match self.client.entity(&format!("{PREALERTS}/{id}"), &[]).await {
                Err(CarrierError::Unknown { .. }) => return Ok(Some(Vec::new())),
                other => other?,
            };
        if let Some(errors) = invalid(&answer.requests, "CREATE") {
            let error = refusal(errors, Effect::Reads);
            tracing::warn!(%error, "a notice to an office was not taken");
            return Ok(Some(Vec::new()));
        }
        let Some(entity) = answer.entity else { return Ok(None) };
        if entity.prealert_number.0.is_empty() {
            return Ok(None);
        }
        let taken: BTreeSet<&str> =
            entity.orders.iter().map(|order| order.order_uuid.0.as_str()).collect();
        let warnings = answer.requests.iter().flat_map(|one| map::reasons(&one.warnings));
        let mut reasons: Vec<Reason> = warnings.collect();
        if reasons.is_empty() {
            let words = format!("Не вошёл в преалерт {}", entity.prealert_number.0);
            reasons.push(Reason::new("", words));
        }
        let missing = ask.shipments.iter().filter(|one| !taken.contains(one.id.as_str()));
        Ok(Some(
            missing
                .map(|one| RefusedParcel { number: one.number.clone(), reasons: reasons.clone() })
                .collect(),
        ))
    }
}

fn left<'a>(ask: &'a HandoverAsk, progress: &Progress) -> Vec<&'a ShipmentRef> {
    ask.shipments.iter().filter(|one| !progress.has_refused(&one.number)).collect()
}

fn refs(shipments: &[&ShipmentRef]) -> Vec<OrderRef> {
    shipments.iter().map(|one| order_ref(one)).collect()
}

/// A refusal of the paper that may be about some of its orders.
const fn is_about_orders(error: &CarrierError) -> bool {
    matches!(error, CarrierError::Refused { .. } | CarrierError::Unknown { .. })
}
