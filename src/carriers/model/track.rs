//! What happens to a shipment on its way.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::ShipmentRef;
use crate::text_enum;
use crate::units::UtcMicros;

text_enum! {
    /// Where a parcel is, the same for all carriers.
    pub enum DeliveryStatus {
        /// The carrier knows of it.
        Created = "created",
        /// The carrier has it.
        Accepted = "accepted",
        InTransit = "in_transit",
        ArrivedAtPoint = "arrived_at_point",
        OutForDelivery = "out_for_delivery",
        Delivered = "delivered",
        PartlyDelivered = "partly_delivered",
        Returning = "returning",
        Returned = "returned",
        Lost = "lost",
        Cancelled = "cancelled",
    }
}

text_enum! {
    /// What an event means beside or instead of a status.
    pub enum EventFlag {
        /// Somebody should look: a failed attempt, a damaged parcel, a wrong address.
        Problem = "problem",
        /// It takes the event before it back.
        Annuls = "annuls",
        /// Good to know, moves nothing.
        Info = "info",
    }
}

text_enum! {
    /// Which way a parcel goes.
    pub enum Leg {
        Direct = "direct",
        /// Back to the sender.
        Return = "return",
    }
}

/// What a carrier's code means to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meaning {
    /// Nothing: the parcel stays where it is.
    pub status: Option<DeliveryStatus>,
    pub flag: Option<EventFlag>,
}

/// One event as the carrier told it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrackEvent {
    /// The carrier's code, with its sub-code after a dot where it has one.
    pub code: String,
    /// The carrier's words.
    pub words: String,
    pub at: UtcMicros,
    /// City or office.
    pub place: String,
    pub leg: Leg,
    /// Nothing: the code is not in the carrier's table. Such an event moves no parcel.
    pub meaning: Option<Meaning>,
    /// As it came.
    pub raw: Value,
}

/// All that a carrier told of one shipment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Track {
    pub reference: ShipmentRef,
    pub events: Vec<TrackEvent>,
}

/// A part of a queue of events, which the carrier keeps until it is confirmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventBatch {
    pub id: String,
    pub tracks: Vec<Track>,
    /// Nothing more is there: the carrier wants to be left alone for its interval.
    pub is_last: bool,
}

/// What a webhook speaks of. It is not believed: the shipment is read again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookHint {
    /// Our number, the carrier's id or the track: whatever it carried.
    pub reference: ShipmentRef,
    /// Kept for ever.
    pub raw: Value,
}
