//! What shipments and accounts are.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::carriers::model::{Address, BuyOut, DeliveryMode, DeliveryStatus, Party, Spot};
use crate::ids::{
    CarrierAccountId, CarrierFileId, OwnerId, ParcelId, ShipmentId, UserId, WarehouseId,
};
use crate::rates::rule::Goal;
use crate::secrets::Sealed;
use crate::units::{Kopecks, UtcMicros};
use crate::{record, text_enum};

text_enum! {
    /// How far a shipment is.
    pub enum ShipmentState {
        /// The carrier or the tariff is being chosen.
        Choosing = "choosing",
        /// To be told to the carrier, or told without an answer that could be read.
        Waiting = "waiting",
        /// The carrier has it and checks it.
        Checking = "checking",
        Registered = "registered",
        /// A person has to do something.
        Refused = "refused",
        /// To be taken back at the carrier.
        Cancelling = "cancelling",
        Cancelled = "cancelled",
    }
}

text_enum! {
    /// Why somebody should look at a shipment.
    pub enum Attention {
        /// The carrier was told, and has not confirmed it for too long.
        Unconfirmed = "unconfirmed",
        /// The carrier told of trouble.
        Problem = "problem",
        /// No news for days.
        Silent = "silent",
        /// Its point was closed.
        PointClosed = "point_closed",
        /// The carrier tells what contradicts what it told before.
        Contradiction = "contradiction",
        /// The carrier uses a code that is in no table.
        UnknownCode = "unknown_code",
    }
}

/// Who sends, and from where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    pub sender: Party,
    /// Where parcels are handed over: our door, or a point of the carrier.
    pub from: Spot,
}

/// Nobody, from nowhere: of an account that is not chosen yet.
impl Default for Origin {
    fn default() -> Self {
        Self { sender: Party::default(), from: Spot::Door(Address::default()) }
    }
}

record! {
    /// A contract with a carrier. The credentials are sealed.
    #[derive(Debug, Clone)]
    pub struct AccountRow {
        pub id: CarrierAccountId,
        pub warehouse: WarehouseId,
        pub carrier: String,
        pub owner: Option<OwnerId>,
        pub name: String,
        pub base_url: Option<String>,
        pub settings: Value,
        pub credentials: Sealed,
        pub origin: Value,
        pub hook: String,
        pub active: bool,
        pub version: i64,
        pub created_at: UtcMicros,
    }
}

impl AccountRow {
    /// Who sends by it, and from where.
    pub fn origin(&self) -> Origin {
        serde_json::from_value(self.origin.clone()).unwrap_or_default()
    }
}

/// What a shop wants of delivery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryTerms {
    pub goal: Goal,
    /// Codes; the first ones are preferred, others are not taken. Empty: all.
    pub carriers: Vec<String>,
    pub price_max_kopecks: Option<Kopecks>,
    pub buy_out: BuyOut,
    /// The shop's own, for the buyer's receipt.
    pub phone: String,
}

impl Default for DeliveryTerms {
    fn default() -> Self {
        Self {
            goal: Goal::Cheapest,
            carriers: Vec::new(),
            price_max_kopecks: None,
            buy_out: BuyOut::Whole,
            phone: String::new(),
        }
    }
}

record! {
    /// A shipment as it is stored.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Shipment {
        pub id: ShipmentId,
        pub parcel: ParcelId,
        pub owner: OwnerId,
        pub warehouse: WarehouseId,
        pub account: Option<CarrierAccountId>,
        pub carrier: String,
        pub number: String,
        pub state: ShipmentState,
        pub mode: DeliveryMode,
        pub point_code: String,
        pub tariff: String,
        pub quote: Option<Value>,
        pub quoted_kopecks: Option<Kopecks>,
        pub ask: Option<Value>,
        pub sent_at: Option<UtcMicros>,
        pub carrier_ref: String,
        pub track: String,
        pub problem: Option<Value>,
        pub label: Option<CarrierFileId>,
        pub status: Option<DeliveryStatus>,
        pub status_at: Option<UtcMicros>,
        pub attention: Option<Attention>,
        pub heard_at: Option<UtcMicros>,
        pub poll_at: Option<UtcMicros>,
        pub created_by: Option<UserId>,
        pub device: Option<crate::ids::DeviceId>,
        pub created_at: UtcMicros,
        pub registered_at: Option<UtcMicros>,
        /// An attempt at telling the carrier may still reach it until then; none once it answered.
        pub told_until: Option<UtcMicros>,
    }
}
