//! What is told to carriers and what they tell, in our words and units.
//!
//! Money is in kopecks, weight in grams, lengths are in millimetres, times in UTC. A carrier's own
//! units live in its `wire` and `map` only.

mod invoice;
mod manifest;
mod papers;
mod point;
mod quote;
mod receipt;
mod register;
mod shipment;
mod track;

pub use crate::taxes::VatRate;
pub use invoice::{CarrierInvoice, ChargeKind, InvoiceLine};
pub use manifest::{ExportFile, ExportFormat, ManifestModel, ParcelModel, RecipientModel};
pub use papers::{
    CarrierFile, FileMedia, Handover, HandoverAsk, HandoverDone, LabelAsk, LabelState, Pickup,
    PickupAsk, RefusedParcel,
};
pub use point::{Answers, PointKind, PointLimits, PointModel, PointsPage};
pub use quote::{DeliveryMode, Quote, QuoteAsk, QuoteLine};
pub use receipt::{DRIVE_DIGITS, FiscalReceipt, NUMBER_MAX, ReceiptKind};
pub use register::{
    CodRegister, CodRegisterLine, CodTransfer, KeptEvent, PayMethod, RegisterLineKind,
};
pub use shipment::{
    Address, BuyOut, Contact, Goal, Item, Package, Party, Reason, Registered, Registration, Seller,
    ShipmentAsk, ShipmentRef, Spot,
};
pub use track::{
    DeliveryStatus, EventBatch, EventFlag, Leg, Meaning, Track, TrackEvent, WebhookHint,
};
