//! Manifests (реестры передачи) and the handover of parcels to carriers.
//!
//! A manifest is for one carrier, pick-up point and day. It expects the parcels that are packed when
//! it is opened, takes those packed later when they are loaded, and is closed once: then the parcels
//! are the carrier's, and the act says what was handed over.
//!
//! **Invariant:** a parcel is on one manifest at a time; one that was missing at closing is free for
//! the next.
//! **Invariant:** closing is final. The number of the act comes from a gap-free series, the act's
//! content is kept as it was, and closing again answers the same.
//! **Invariant:** the row of the manifest is held by whoever loads, unloads or closes, so that nothing
//! is loaded on what is being closed. After it come orders, then parcels, then balances.
//!
//! **Invariant:** a parcel that goes by a carrier's interface is loaded only when the carrier knows it.
//!
//! Deliberately absent: telling carriers over their interfaces: that is the work of `shipments` after
//! the commit. Registers are files of `carriers`.

pub mod act;
mod closing;
pub mod http;
mod loading;
mod model;
mod service;
mod store;

pub use self::closing::manifest_close;
pub use self::loading::{LabelSeen, Loading};
pub use self::model::{
    Closed, EntryState, LoadOption, Loaded, ManifestHead, ManifestKey, ManifestState,
    MissingParcels, Progress,
};
pub use self::service::{
    load_options, manifest_by_number, manifest_cancel, manifest_find, manifest_open,
    manifest_progress, manifest_resume, order_withdraw, parcel_load, parcel_unload,
    parcels_missing,
};
pub use self::store::QUERIES;
use crate::cod::CodError;
use crate::commands::CommandError;
use crate::fault::InputError;
use crate::faults;
use crate::ids::ManifestId;
use crate::orders::OrderError;
use crate::shipments::ShipmentState;
use crate::stock::StockError;

faults! {
    /// Why a parcel is not loaded, or a manifest not closed.
    pub enum ManifestError {
        NotFound { manifest: ManifestId } => "manifest_not_found", NotFound, "there is no manifest {manifest}";
        NumberUnknown { number: String } => "manifest_number_unknown", NotFound, "there is no manifest {number}";
        NotOpen { number: String, state: ManifestState } => "manifest_not_open", Conflict, "the manifest {number} is {state}";
        /// There is no act and no register before the handover.
        NotClosed { number: String } => "manifest_not_closed", Conflict, "the manifest {number} is not closed";
        Empty { number: String } => "manifest_empty", Conflict, "nothing is loaded on the manifest {number}";
        /// Loaded parcels have to be unloaded first.
        HasLoaded { number: String, count: i64 } => "manifest_has_loaded", Conflict, "{count} parcels are loaded on the manifest {number}";
        /// Expected parcels were not loaded, and nobody said that they may stay behind.
        Missing { count: usize, parcels: String } => "manifest_parcels_missing", Conflict, "{count} parcels are missing: {parcels}";
        ParcelUnknown { parcel: String } => "manifest_parcel_unknown", NotFound, "there is no parcel {parcel}";
        OtherCarrier { parcel: String, carrier: String, expected: String } => "parcel_other_carrier", Conflict, "the parcel {parcel} goes with {carrier}, not with {expected}";
        OtherPoint { parcel: String, point: String, expected: String } => "parcel_other_point", Conflict, "the parcel {parcel} goes to {point}, not to {expected}";
        OtherWarehouse { parcel: String } => "parcel_other_warehouse", Conflict, "the parcel {parcel} is of another warehouse";
        NotPacked { parcel: String } => "parcel_not_packed", Conflict, "the parcel {parcel} is not packed";
        /// The parcel or its order was cancelled.
        ParcelCancelled { parcel: String } => "parcel_cancelled", Conflict, "the parcel {parcel} is cancelled";
        OnOtherManifest { parcel: String, manifest: String } => "parcel_on_other_manifest", Conflict, "the parcel {parcel} is on the manifest {manifest}";
        HandedOver { parcel: String } => "parcel_handed_over", Conflict, "the parcel {parcel} was handed over";
        NotLoaded { parcel: String } => "parcel_not_loaded", Conflict, "the parcel {parcel} is not loaded here";
        /// Somebody has to scan the label on the parcel.
        LabelNotScanned { parcel: String } => "parcel_label_not_scanned", Conflict, "the label of {parcel} was not scanned";
        /// The label was not scanned back at the packing table.
        LabelNotVerified { parcel: String } => "parcel_label_not_verified", Conflict, "the label of {parcel} was not scanned back at packing";
        /// The carrier does not know of it yet, or refuses it.
        NotRegistered { parcel: String, state: ShipmentState } => "parcel_not_registered", Conflict, "the shipment of the parcel {parcel} is {state}";
        /// Parcels of an order are on the truck or gone.
        OrderLoaded { count: usize } => "order_loaded", Conflict, "{count} parcels of the order are loaded or handed over";
    }
    wraps {
        Input(InputError),
        Command(CommandError),
        Order(OrderError),
        Stock(StockError),
        Cod(CodError),
    }
}
