//! Couriers that fetch parcels. A call is checked later, as an order is.

use std::time::Duration;

use super::client::{invalid, refusal};
use super::wire::{Entity, Envelope, IntakeEntity, Uuid};
use super::{CODE, Cdek, map};
use crate::carriers::exchange::Effect;
use crate::carriers::model::{Pickup, PickupAsk, Reason};
use crate::carriers::{Answer, CarrierError, Pickups};

const INTAKES: &str = "/v2/intakes";
/// One call an address and day: somebody has made it, perhaps we ourselves.
const THERE_CODES: [&str; 2] = ["v2_intake_exists_by_date_address", "v2_intake_exists_by_order"];
/// A call that was fulfilled or taken back.
const FINAL: &str = "v2_entity_has_final_status";
const PAUSES_MS: [u64; 7] = [50, 100, 200, 400, 800, 1_500, 2_000];

impl Pickups for Cdek {
    fn pick_up<'a>(&'a self, ask: &'a PickupAsk) -> Answer<'a, Pickup> {
        Box::pin(async move {
            let body = map::intake_ask(ask, &self.settings)?;
            let sent = self.client.post(INTAKES, &body, Effect::Changes).await;
            let answer: Envelope<Entity> = match sent {
                Err(error) => return there_already(error),
                Ok(answer) => answer,
            };
            if let Some(errors) = invalid(&answer.requests, "CREATE") {
                return there_already(refusal(errors, Effect::Changes));
            }
            let id = answer.entity.as_ref().map(Uuid::uuid).unwrap_or_default().to_owned();
            if id.is_empty() {
                let said = "the answer names no call".to_owned();
                return Err(CarrierError::unclear(CODE, said));
            }
            self.checked(id).await
        })
    }

    fn pickup_cancel<'a>(&'a self, reference: &'a str) -> Answer<'a, ()> {
        Box::pin(async move {
            if reference.is_empty() {
                return Err(CarrierError::NotSayable {
                    carrier: CODE,
                    field: "reference",
                    problem: "the carrier's number of the call is not known".to_owned(),
                });
            }
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
    /// Waits a little for the carrier's check.
    async fn checked(&self, id: String) -> Result<Pickup, CarrierError> {
        for pause_ms in PAUSES_MS {
            tokio::time::sleep(Duration::from_millis(pause_ms)).await;
            let path = format!("{INTAKES}/{id}");
            let answer: Envelope<IntakeEntity> = match self.client.entity(&path, &[]).await {
                // The call was taken; its state is not worth losing the reference.
                Err(error) if error.may_pass() => continue,
                Err(error) => return there_already(error),
                Ok(answer) => answer,
            };
            if let Some(errors) = invalid(&answer.requests, "CREATE") {
                return there_already(refusal(errors, Effect::Changes));
            }
            let statuses = answer.entity.map(|entity| entity.statuses).unwrap_or_default();
            let is_waiting = statuses.iter().all(|status| status.code.0 == "ACCEPTED");
            if !is_waiting {
                let warnings = answer.requests.iter().flat_map(|one| map::reasons(&one.warnings));
                return Ok(Pickup { reference: id, warnings: warnings.collect() });
            }
        }
        let warning = Reason::new("ACCEPTED", "Заявка принята и ещё проверяется");
        Ok(Pickup { reference: id, warnings: vec![warning] })
    }
}

/// A call for that day and address that is there is as good as ours; its number is not told.
fn there_already(error: CarrierError) -> Result<Pickup, CarrierError> {
    match error {
        CarrierError::Refused { reasons, .. }
            if reasons.iter().any(|one| THERE_CODES.contains(&one.code.as_str())) =>
        {
            Ok(Pickup { reference: String::new(), warnings: reasons })
        }
        other => Err(other),
    }
}
