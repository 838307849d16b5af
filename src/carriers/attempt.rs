//! One attempt at registering a shipment, safe to repeat.

use futures::future::BoxFuture;

use super::model::{Registration, ShipmentAsk, ShipmentRef};
use super::{CarrierError, Shipping};
use crate::text_enum;

text_enum! {
    /// Whether a request to create the shipment may have gone out before.
    pub enum Sent {
        Never = "never",
        Perhaps = "perhaps",
    }
}

/// An attempt that was not decided.
#[derive(Debug)]
pub struct Undecided {
    pub error: CarrierError,
    /// Whether the carrier may have the shipment now.
    pub sent: Sent,
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
) -> BoxFuture<'a, Result<Registration, Undecided>> {
    Box::pin(async move {
        if sent == Sent::Perhaps {
            let found = shipping.find(known).await;
            if let Some(found) = found.map_err(|error| Undecided { error, sent })? {
                return Ok(found);
            }
        }
        match shipping.create(ask).await {
            Err(CarrierError::Refused { reasons, .. }) => Ok(Registration::Refused(reasons)),
            Err(error) if error.nothing_happened() => Err(Undecided { error, sent: Sent::Never }),
            Err(error) => Err(Undecided { error, sent: Sent::Perhaps }),
            Ok(registration) => Ok(registration),
        }
    })
}
