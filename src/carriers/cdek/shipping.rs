//! Orders: taken first, checked later.

use std::time::Duration;

use super::client::{invalid, refusal};
use super::wire::{Entity, Envelope, OrderEntity, Uuid};
use super::{CODE, Cdek, map};
use crate::carriers::exchange::Effect;
use crate::carriers::model::{Registration, ShipmentAsk, ShipmentRef};
use crate::carriers::{Answer, CarrierError, Shipping};

/// Our number is taken by another order of ours.
const DUPLICATE: &str = "error_validate_im_dep_number_has_already_had_integration";
/// Pauses between looks at what is being deleted.
pub(super) const DELETE_PAUSES_MS: [u64; 8] = [50, 100, 200, 400, 800, 1_500, 2_000, 2_000];

impl Shipping for Cdek {
    fn find<'a>(&'a self, shipment: &'a ShipmentRef) -> Answer<'a, Option<Registration>> {
        Box::pin(self.look(shipment))
    }

    fn create<'a>(&'a self, ask: &'a ShipmentAsk) -> Answer<'a, Registration> {
        Box::pin(async move {
            let body = map::order_ask(ask, &self.settings)?;
            let reference = ShipmentRef {
                number: ask.number.clone(),
                day: Some(ask.day),
                ..ShipmentRef::default()
            };
            let sent = self.client.post("/v2/orders", &body, Effect::Changes).await;
            let answer: Envelope<Entity> = match sent {
                Err(CarrierError::Refused { reasons, .. }) => {
                    return self.decided(&reference, Registration::Refused(reasons)).await;
                }
                other => other?,
            };
            if let Some(errors) = invalid(&answer.requests, "CREATE") {
                let refused = Registration::Refused(map::reasons(errors));
                return self.decided(&reference, refused).await;
            }
            let id = answer.entity.as_ref().map(Uuid::uuid).unwrap_or_default();
            let problems = answer.problems();
            if id.is_empty() && !problems.is_empty() {
                let refused = Registration::Refused(map::reasons(&problems));
                return self.decided(&reference, refused).await;
            }
            if id.is_empty() {
                let said = "the answer names no order".to_owned();
                return Err(CarrierError::unclear(CODE, said));
            }
            Ok(Registration::Pending(ShipmentRef { id: id.to_owned(), ..reference }))
        })
    }

    fn cancel<'a>(&'a self, shipment: &'a ShipmentRef) -> Answer<'a, ()> {
        Box::pin(async move {
            let id = if shipment.id.is_empty() {
                match self.look(shipment).await? {
                    Some(Registration::Registered(found)) => found.reference.id,
                    Some(Registration::Pending(found)) => found.id,
                    Some(Registration::Refused(_)) | None => return Ok(()),
                }
            } else {
                shipment.id.clone()
            };
            self.delete(&id).await
        })
    }
}

impl Cdek {
    /// An order by its id, or the newest with a number.
    pub(super) async fn order(
        &self,
        shipment: &ShipmentRef,
    ) -> Result<Option<Envelope<OrderEntity>>, CarrierError> {
        if !shipment.id.is_empty()
            && let Some(found) = self.order_at(&order_path(&shipment.id), &[]).await?
        {
            return Ok(Some(found));
        }
        if !shipment.track.is_empty() {
            let query = [("cdek_number", shipment.track.as_str())];
            if let Some(found) = self.order_at("/v2/orders", &query).await? {
                return Ok(Some(found));
            }
        }
        self.order_at("/v2/orders", &[("im_number", shipment.number.as_str())]).await
    }

    async fn order_at(
        &self,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<Option<Envelope<OrderEntity>>, CarrierError> {
        match self.client.entity(path, query).await {
            Err(CarrierError::Unknown { .. }) => Ok(None),
            other => other.map(Some),
        }
    }

    async fn look(&self, shipment: &ShipmentRef) -> Result<Option<Registration>, CarrierError> {
        let found = match self.order(shipment).await {
            Ok(Some(answer)) => map::registration(shipment, &answer),
            Ok(None) => None,
            // An order that did not pass its check may be told so under the status 400.
            Err(CarrierError::Refused { reasons, .. }) => Some(Registration::Refused(reasons)),
            Err(error) => return Err(error),
        };
        match found {
            Some(refused @ Registration::Refused(_)) => {
                self.decided(shipment, refused).await.map(Some)
            }
            other => Ok(other),
        }
    }

    /// A refusal for a number that is taken means an order that is there: the one is looked for.
    async fn decided(
        &self,
        shipment: &ShipmentRef,
        registration: Registration,
    ) -> Result<Registration, CarrierError> {
        let Registration::Refused(reasons) = &registration else { return Ok(registration) };
        if !reasons.iter().any(|one| one.code == DUPLICATE) {
            return Ok(registration);
        }
        let by_number = [("im_number", shipment.number.as_str())];
        let other = self.order_at("/v2/orders", &by_number).await;
        let other = match other {
            Ok(Some(answer)) => map::registration(shipment, &answer),
            Ok(None) | Err(CarrierError::Refused { .. }) => None,
            Err(error) => return Err(error),
        };
        match other {
            Some(found @ (Registration::Pending(_) | Registration::Registered(_))) => Ok(found),
            _ => Err(CarrierError::unclear(
                CODE,
                format!("the number {} is taken by an order that is not shown", shipment.number),
            )),
        }
    }

    /// Deletes and waits until it is done. One that is gone is as good as deleted.
    async fn delete(&self, id: &str) -> Result<(), CarrierError> {
        let path = order_path(id);
        let answer: Envelope<Entity> = match self.client.delete(&path).await {
            Err(CarrierError::Unknown { .. }) => return Ok(()),
            Err(CarrierError::Refused { reasons, .. })
                if reasons.iter().any(|one| one.code == "v2_entity_invalid") =>
            {
                return Ok(());
            }
            other => other?,
        };
        if let Some(errors) = invalid(&answer.requests, "DELETE") {
            return not_deleted(refusal(errors, Effect::Changes));
        }
        for pause_ms in DELETE_PAUSES_MS {
            tokio::time::sleep(Duration::from_millis(pause_ms)).await;
            let Some(answer) = self.order_at(&path, &[]).await? else { return Ok(()) };
            if map::is_gone(&answer) {
                return Ok(());
            }
            if let Some(errors) = invalid(&answer.requests, "DELETE") {
                return not_deleted(refusal(errors, Effect::Changes));
            }
        }
        Err(CarrierError::unclear(CODE, "the order is still being deleted"))
    }
}

fn not_deleted(error: CarrierError) -> Result<(), CarrierError> {
    if matches!(error, CarrierError::Unknown { .. }) { Ok(()) } else { Err(error) }
}

pub(super) fn order_path(id: &str) -> String {
    format!("/v2/orders/{id}")
}
