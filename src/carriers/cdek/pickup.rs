//! Couriers that fetch parcels. A call is checked later, as an order is.

use super::client::{invalid, refusal};
use super::wire::{Entity, Envelope, IntakeEntity, Uuid};
use super::{CODE, Cdek, map};
use crate::carriers::exchange::Effect;
use crate::carriers::model::{Pickup, PickupAsk};
use crate::carriers::{Answer, CarrierError, Pickups, PickupsBack, TwiceCalled};

const INTAKES: &str = "/v2/intakes";
/// One call an address and day: somebody has made it, perhaps we ourselves.
const THERE_CODES: [&str; 2] = ["v2_intake_exists_by_date_address", "v2_intake_exists_by_order"];
/// A call that was fulfilled or taken back.
const FINAL: &str = "v2_entity_has_final_status";

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
            let deleted: Result<Envelope<Entity>, _> =
                self.client.delete(&format!("{INTAKES}/{reference}")).await;
            let answer = match deleted {
                Err(CarrierError::Unknown { .. }) => return Ok(()),
                other => other?,
            };
            match invalid(&answer.requests, "DELETE") {
                None => Ok(()),
                Some(errors) if errors.iter().any(|one| one.code.0 == FINAL) => Ok(()),
                Some(errors) => Err(refusal(errors, Effect::Changes)),
            }
        })
    }
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
