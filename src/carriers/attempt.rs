//! One attempt at registering a shipment, safe to repeat.

use super::model::{Registration, ShipmentAsk, ShipmentRef};
use super::{Answer, Shipping};
use crate::text_enum;

text_enum! {
    /// Whether a request to create the shipment may have gone out before.
    pub enum Sent {
        Never = "never",
        Perhaps = "perhaps",
    }
}

/// Registers a shipment, or learns what became of an earlier attempt.
///
/// `Sent::Perhaps` asks the carrier by our own number first and creates only what it does not know.
/// The caller has written down `Sent::Perhaps` before it calls with `Sent::Never`.
pub fn register<'a>(
    shipping: &'a dyn Shipping,
    ask: &'a ShipmentAsk,
    known: &'a ShipmentRef,
    sent: Sent,
) -> Answer<'a, Registration> {
    Box::pin(async move {
        if sent == Sent::Perhaps
            && let Some(found) = shipping.find(known).await?
        {
            return Ok(found);
        }
        shipping.create(ask).await
    })
}
