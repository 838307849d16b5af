//! One attempt at registering a shipment, safe to repeat.

use futures::future::BoxFuture;

use super::model::{Reason, Registration, ShipmentAsk, ShipmentRef};
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
pub enum Undecided {
    Failed {
        error: CarrierError,
        /// Whether the carrier may have the shipment now, or get it still: of any attempt.
        sent: Sent,
        /// Whether it may have it of this attempt.
        left: Sent,
    },
    /// This attempt was refused; an earlier one may arrive still.
    RefusedAgain(Vec<Reason>),
}

/// Registers a shipment, or learns what became of an earlier attempt.
///
/// `Sent::Perhaps` asks the carrier by our own number first and creates only what it does not know.
/// The caller has written down `Sent::Perhaps` before it calls with `Sent::Never`.
///
/// What may have gone out stays so, however this attempt ends: the carrier may take the earlier one
/// later than it was asked. A refusal after `Sent::Perhaps` is not decided, therefore.
pub fn register<'a>(
    shipping: &'a dyn Shipping,
    ask: &'a ShipmentAsk,
    known: &'a ShipmentRef,
    sent: Sent,
) -> BoxFuture<'a, Result<Registration, Undecided>> {
    Box::pin(async move {
        if sent == Sent::Perhaps {
            let found = shipping.find(known).await;
            // Nothing but a question went out.
            let lost = |error| Undecided::Failed { error, sent, left: Sent::Never };
            if let Some(found) = found.map_err(lost)? {
                return Ok(found);
            }
        }
        let error = match shipping.create(ask).await {
            Err(CarrierError::Refused { reasons, .. }) | Ok(Registration::Refused(reasons)) => {
                return match sent {
                    Sent::Never => Ok(Registration::Refused(reasons)),
                    Sent::Perhaps => Err(Undecided::RefusedAgain(reasons)),
                };
            }
            Ok(registration) => return Ok(registration),
            Err(error) => error,
        };
        let left = if error.nothing_happened() { Sent::Never } else { Sent::Perhaps };
        let sent = if left == Sent::Perhaps { left } else { sent };
        Err(Undecided::Failed { error, sent, left })
    })
}
