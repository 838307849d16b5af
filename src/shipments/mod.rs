//! Shipments: parcels at carriers, from the choice of the carrier to its label and its act.
//!
//! A parcel that is closed gets a shipment in the same transaction. Everything after that is work of
//! the queue: prices are asked and a tariff is chosen, the carrier is told, its label is fetched and
//! printed. When the manifest is closed, the carrier makes its act. Its courier is called by a person
//! ([`pickups`]).
//!
//! **Invariant:** a parcel has at most one shipment that is not cancelled.
//! **Invariant:** our number is stored, and that it may have gone out, before the carrier hears it. A
//! later attempt asks by that number before it creates anything.
//! **Invariant:** what is given up is cancelled here only when its carrier, asked after the last attempt can
//! have arrived, does not know it.
//! **Invariant:** what a carrier refuses becomes a named problem of the shipment that a person sees;
//! nothing is dropped, and nothing else waits for it.
//! **Invariant:** prices are the carriers'. There is no place for one of ours.
//! **Invariant:** credentials lie sealed in the database and are shown to nobody.
//!
//! Deliberately absent: what happens on the way (`tracking`), the points (`points`), money.

pub mod accounts;
mod acts;
pub mod compose;
mod connectors;
pub mod daily;
mod files;
mod forms;
mod goods;
pub mod http;
mod model;
mod pickups;
mod points;
mod quoting;
mod register;
mod service;
mod store;
mod work;

use crate::carriers::CarrierError;
use crate::commands::CommandError;
use crate::fault::{Code, InputError, Kind};
use crate::faults;
use crate::ids::{CarrierAccountId, ShipmentId};
use crate::orders::OrderError;
use crate::points::MisfitReason;
use crate::printing::PrintError;
use crate::secrets::VaultError;

pub use self::acts::{CarrierActState, act_request};
pub use self::connectors::{Connected, Connectors};
pub use self::files::FileRow;
pub use self::forms::{FormError, PostForm};
pub use self::goods::{PaidGoods, paid_goods};
pub use self::model::{AccountRow, Attention, DeliveryTerms, Origin, Shipment, ShipmentState};
pub use self::pickups::{PickupCancelWay, PickupError, PickupLoad, PickupRow, PickupState};
pub use self::points::{points_closed, points_reopened};
pub use self::service::{
    NewShipment, carrier_change, parcel_ready, parcel_withdraw, shipment_cancel, shipment_retry,
};
pub use self::store::QUERIES;
pub use self::work::handlers;

/// The carrier of an order that leaves the choice to us.
pub const AUTO: &str = "auto";

const fn noted(code: &'static str, facts: &'static [&'static str]) -> Code {
    Code { code, kind: Kind::Conflict, facts }
}

/// What is noted with a shipment or a call that its carrier has, or may have.
pub const NOTED_CODES: &[Code] = &[
    noted("shipment_point_changed", &["asked", "point"]),
    noted("shipment_warned", &["said"]),
    noted("shipment_left_out", &["said"]),
    noted("shipment_unconfirmed", &["carrier", "number", "hours"]),
    noted("pickup_warned", &["said"]),
    noted("pickup_there", &["said"]),
];

faults! {
    /// Why a shipment is not made, changed or shown.
    pub enum ShipmentError {
        NotFound { shipment: ShipmentId } => "shipment_not_found", NotFound, "there is no shipment {shipment}";
        AccountUnknown { account: CarrierAccountId } => "carrier_account_not_found", NotFound, "there is no account {account}";
        AccountTaken { carrier: String } => "carrier_account_taken", Conflict, "there is an account of {carrier} for this warehouse and owner already";
        /// No contract with this carrier: its parcels go with files.
        NoAccount { carrier: String } => "carrier_without_account", Conflict, "there is no account of {carrier}";
        ParcelUnknown => "shipment_parcel_unknown", NotFound, "there is no such parcel";
        /// The parcel is open, on its way, or cancelled.
        ParcelNotHere { number: String } => "shipment_parcel_not_here", Conflict, "the parcel {number} is not packed and here";
        /// It cannot be tried again or taken back in this state.
        WrongState { state: ShipmentState } => "shipment_wrong_state", Conflict, "the shipment is {state}";
        /// The carrier has none, or not yet.
        NoLabel => "shipment_without_label", NotFound, "the shipment has no label";
        /// No carrier offers to bring it there, or none within the terms of the shop.
        NoOffer { why: String } => "shipment_without_offer", Conflict, "nobody offers: {why}";
        /// The buyer's point does not take such a parcel.
        PointUnfit { point: String, reason: MisfitReason, actual: String, limit: String } => "shipment_point_unfit", Conflict, "the point {point} does not take it: {reason}";
    }
    wraps {
        Input(InputError),
        Command(CommandError),
        Carrier(CarrierError),
        Order(OrderError),
        Vault(VaultError),
        Print(PrintError),
    }
}
