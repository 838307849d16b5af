//! Couriers that fetch parcels. A call is checked later, as an order is, and so is taking it back.

use std::time::Duration;

use super::client::{invalid, refusal};
use super::shipping::DELETE_PAUSES_MS;
use super::wire::{AnswerRequest, Entity, Envelope, IntakeEntity, Uuid};
use super::{CODE, Cdek, map};
use crate::carriers::exchange::Effect;
use crate::carriers::model::{Pickup, PickupAsk};
use crate::carriers::{Answer, CarrierError, Pickups, PickupsBack, TwiceCalled};

const INTAKES: &str = "/v2/intakes";
/// One call an address and day: somebody has made it, perhaps we ourselves.
const THERE_CODES: [&str; 2] = ["v2_intake_exists_by_date_address", "v2_intake_exists_by_order"];
/// A call that was fulfilled or taken back.
const FINAL: &str = "v2_entity_has_final_status";
/// The status of a call that was taken back.
const REMOVED: &str = "REMOVED";

impl Pickups for Cdek {
    fn twice(&self) -> TwiceCalled {
        TwiceCalled::OneComes
    }

    fn pick_up<'a>(&'a self, ask: &'a PickupAsk) -> Answer<'a, Pickup> {
        Box::pin(async move {
            if let Some(reference) = &ask.reference {
                return self.checked(reference).await;
            }
            let body = map::intake_ask(ask, &self.settings)?;
            let sent = self.client.post(INTAKES, &body, Effect::Changes).await;
            let answer: Envelope<Entity> = match sent {
                Err(error) => return there_already(error),
                Ok(answer) => answer,
            };
            if let Some(errors) = invalid(&answer.requests, "CREATE") {
                return there_already(refusal(errors, Effect::Changes));
            }
            let reference = answer.entity.as_ref().map(Uuid::uuid).unwrap_or_default().to_owned();
            if reference.is_empty() {
                let said = "the answer names no call".to_owned();
                return Err(CarrierError::unclear(CODE, said));
            }
            Ok(Pickup::Pending { reference })
        })
    }

    fn taking_back(&self) -> Option<&dyn PickupsBack> {
        Some(self)
    }
}

impl PickupsBack for Cdek {
    fn pickup_cancel<'a>(&'a self, reference: &'a str) -> Answer<'a, ()> {
        Box::pin(async move {
            let path = format!("{INTAKES}/{reference}");
            let answer: Envelope<Entity> = match self.client.delete(&path).await {
                Err(CarrierError::Unknown { .. }) => return Ok(()),
                Err(CarrierError::Refused { reasons, .. })
                    if reasons.iter().any(|one| one.code == FINAL) =>
                {
                    return Ok(());
                }
                other => other?,
            };
            if let Some(decided) = taken_back(&answer.requests) {
                return decided;
            }
            // It is only taken in: what becomes of it is seen at the call.
            for pause_ms in DELETE_PAUSES_MS {
                tokio::time::sleep(Duration::from_millis(pause_ms)).await;
                let answer: Envelope<IntakeEntity> = match self.client.entity(&path, &[]).await {
                    Err(CarrierError::Unknown { .. }) => return Ok(()),
                    other => other?,
                };
                let statuses = answer.entity.map(|entity| entity.statuses).unwrap_or_default();
                if statuses.iter().any(|status| status.code.0 == REMOVED) {
                    return Ok(());
                }
                if let Some(decided) = taken_back(&answer.requests) {
                    return decided;
                }
            }
            Err(CarrierError::unclear(CODE, "the call is still being taken back"))
        })
    }
}

/// What became of taking a call back; nothing: it is not decided.
fn taken_back(requests: &[AnswerRequest]) -> Option<Result<(), CarrierError>> {
    let of_kind = |one: &&AnswerRequest| one.kind.0 == "DELETE";
    if requests.iter().filter(of_kind).any(|one| one.state.0 == "SUCCESSFUL") {
        return Some(Ok(()));
    }
    let errors = invalid(requests, "DELETE")?;
    let is_over = errors.iter().any(|one| one.code.0 == FINAL);
    Some(if is_over { Ok(()) } else { Err(refusal(errors, Effect::Changes)) })
}

impl Cdek {
    /// What the carrier's check of a call has come to.
    async fn checked(&self, reference: &str) -> Result<Pickup, CarrierError> {
        let path = format!("{INTAKES}/{reference}");
        let answer: Envelope<IntakeEntity> = self.client.entity(&path, &[]).await?;
        if let Some(errors) = invalid(&answer.requests, "CREATE") {
            return there_already(refusal(errors, Effect::Changes));
        }
        let statuses = answer.entity.map(|entity| entity.statuses).unwrap_or_default();
        let reference = reference.to_owned();
        if statuses.iter().all(|status| status.code.0 == "ACCEPTED") {
            return Ok(Pickup::Pending { reference });
        }
        let warnings = answer.requests.iter().flat_map(|one| map::reasons(&one.warnings));
        Ok(Pickup::Called { reference, warnings: warnings.collect() })
    }
}

/// A call for that day and address that is there is as good as ours; its number is not told.
fn there_already(error: CarrierError) -> Result<Pickup, CarrierError> {
    match error {
        CarrierError::Refused { reasons, .. }
            if reasons.iter().any(|one| THERE_CODES.contains(&one.code.as_str())) =>
        {
            Ok(Pickup::There { reasons })
        }
        other => Err(other),
    }
}
