//! Calling a carrier's courier to fetch parcels (забор).
//!
//! A person calls; the queue tells the carrier. No carrier finds a call by our number, so what may
//! have been told is told again only where a second call brings no second courier
//! ([`TwiceCalled`](crate::carriers::TwiceCalled)); elsewhere a person asks by phone and decides.
//!
//! **Invariant:** the call and its number are stored before the carrier hears of it, and that it may
//! have gone out before it goes out.
//! **Invariant:** an account has one call a day that is not cancelled.

mod service;
mod work;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::ShipmentError;
use crate::carriers::CarrierError;
use crate::carriers::model::PickupAsk;
use crate::commands::CommandError;
use crate::db::{DbError, from_json};
use crate::fault::InputError;
use crate::ids::{CarrierAccountId, PickupId, UserId, WarehouseId};
use crate::units::{Day, Grams, UtcMicros};
use crate::{faults, record, text_enum};

pub(in crate::shipments) use service::{
    PickupIn, pickup_cancel, pickup_confirm, pickup_create, pickup_find, pickup_retry,
};
pub(in crate::shipments) use work::{CALL, CANCEL, cancel, run};

faults! {
    /// Why a courier is not called, or a call not changed.
    pub enum PickupError {
        NotFound { pickup: PickupId } => "pickup_not_found", NotFound, "there is no call {pickup}";
        /// The carrier's program has no such capability.
        NotOffered { carrier: String } => "pickup_not_offered", Invalid, "{carrier} takes no calls by its interface";
        /// Parcels of this account are brought to a point, and no address was given.
        WithoutDoor { carrier: String } => "pickup_without_door", Invalid, "{carrier} has no door to come to";
        TimesReversed { from: String, to: String } => "pickup_times_reversed", Invalid, "from {from} to {to} is no time";
        InThePast { day: Day, from: String } => "pickup_in_the_past", Invalid, "{day} {from} is past";
        NothingWaits { carrier: String } => "pickup_nothing_waits", Conflict, "nothing waits for {carrier}";
        /// One courier comes already.
        Taken { number: String, day: Day, state: PickupState } => "pickup_taken", Conflict, "there is a call for {day}: {number}, {state}";
        WrongState { state: PickupState } => "pickup_wrong_state", Conflict, "the call is {state}";
        /// Nobody can know yet whether the carrier has it.
        BeingTold { number: String } => "pickup_being_told", Conflict, "{number} is being told";
        /// The carrier's interface does not take this call back.
        ByPhone { carrier: String, number: String } => "pickup_cancel_by_phone", Conflict, "{carrier} takes {number} back by phone only";
        /// A person has to ask the carrier.
        Unclear { carrier: String, number: String, said: String } => "pickup_unclear", Conflict, "{carrier} may have {number}: {said}";
        /// The hours passed before the carrier could be told.
        TooLate { number: String } => "pickup_too_late", Conflict, "the hours of {number} are over";
    }
    wraps {
        Input(InputError),
        Command(CommandError),
        Carrier(CarrierError),
        Shipment(ShipmentError),
    }
}

text_enum! {
    /// How far a call is.
    pub enum PickupState {
        /// To be told to the carrier, or told without an answer that could be read.
        Waiting = "waiting",
        /// The carrier has it and checks it.
        Checking = "checking",
        /// The courier comes.
        Told = "told",
        /// The carrier does not have it; a person has to do something.
        Refused = "refused",
        /// The carrier may have it; a person has to ask it.
        Unclear = "unclear",
        /// To be taken back at the carrier.
        Cancelling = "cancelling",
        Cancelled = "cancelled",
    }
}

text_enum! {
    /// Who takes a call back.
    pub enum PickupCancelWay {
        /// We do, by the carrier's interface.
        Interface = "interface",
        /// A person did, by phone.
        ByPhone = "by_phone",
    }
}

/// What the courier will find.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PickupLoad {
    pub parcels: i64,
    pub weight_g: Grams,
    pub volume_cm3: i64,
}

record! {
    /// A call as it is stored.
    #[derive(Debug, Clone)]
    pub struct PickupRow {
        pub id: PickupId,
        pub warehouse: WarehouseId,
        pub account: CarrierAccountId,
        pub carrier: String,
        pub number: String,
        pub day: Day,
        pub starts_at: UtcMicros,
        pub ends_at: UtcMicros,
        pub ask: Value,
        pub state: PickupState,
        pub sent_at: Option<UtcMicros>,
        pub reference: String,
        pub problem: Option<Value>,
        pub created_by: Option<UserId>,
        pub created_at: UtcMicros,
        pub told_at: Option<UtcMicros>,
        pub cancelled_at: Option<UtcMicros>,
    }
}

impl PickupRow {
    /// What the carrier is told.
    pub fn ask(&self) -> Result<PickupAsk, DbError> {
        from_json(&self.ask)
    }
}
