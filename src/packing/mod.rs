//! Packing: what was picked is verified piece by piece, boxed, weighed and labelled.
//!
//! A parcel (грузовое место) is a handling unit with an order's goods in it. An order may travel in
//! several; packing ends with the last of them.
//!
//! **Invariant:** a parcel holds only goods of its order, and never more of a line than it wants.
//! **Invariant:** an order is packed when nothing of it is missing; what is missing was taken off its
//! lines with a reason.
//! **Invariant:** the cash on delivery of an order's parcels adds up to the order's. Each parcel carries
//! the price of its own goods, or their share of what is still to be paid ([`rules::cod_of_packed`]); the
//! parcel that completes the order carries the rest, which is the delivery. So nobody pays for a parcel
//! what another one holds, and a receipt names no delivery that was never sold.
//!
//! **Invariant:** a marking code (код маркировки) is in one live parcel at most, whoever scans it and
//! whosever goods it is on: its row is unique. A parcel is closed when each of its marked pieces has one.
//!
//! Deliberately absent: packing by three-dimensional arrangement. The rules propose, the packer sees.

pub mod handover;
pub mod http;
mod labels;
pub mod marks;
pub mod rules;
pub mod service;
mod store;

use crate::catalog::CatalogError;
use crate::commands::CommandError;
use crate::fault::InputError;
use crate::ids::{
    ConnectionId, LotId, OrderId, OrderLineId, OwnerId, PackagingId, ParcelId, ProductId,
    WarehouseId,
};
use crate::orders::{OrderError, OrderState};
use crate::printing::PrintError;
use crate::shipments::ShipmentError;
use crate::stock::StockError;
use crate::units::{Grams, Kopecks, Millimetres, Pieces, UtcMicros};
use crate::{faults, record, text_enum};

pub use self::service::close::{CloseIn, Closed, Ending, WeightCheck, parcel_close};
pub use self::service::pack::{
    PackIn, PackSubject, PackWork, PackedPieces, lot_of, pack_item, pack_item_undo, pack_start,
    pack_work,
};
pub use self::service::packagings::{
    PackagingIn, packaging_by_code, packaging_create, packaging_update,
};
pub use self::service::scale::{
    Reading, Weighing, weight_gone, weight_note, weight_still, weight_take,
};
pub use self::service::unpack::order_unpack;
pub use self::store::QUERIES;

faults! {
    /// Why a packed order cannot be taken apart.
    pub enum UnpackError {
        /// It stands in the carrier's vehicle, or is gone.
        ParcelLoaded { number: String } => "parcel_loaded", Conflict, "the parcel {number} is loaded";
        PackingBinMissing => "packing_bin_missing", Conflict, "the warehouse has no packing bin";
    }
    wraps { Stock(StockError), Shipment(ShipmentError) }
}

faults! {
    /// Why packing refuses.
    pub enum PackError {
        NotFound { what: &'static str } => "not_found", NotFound, "no such {what}";
        /// Neither a tote nor the number of an order that can be packed.
        SubjectUnknown { code: String } => "pack_subject_unknown", NotFound, "neither a tote nor a picked order is called {code}";
        /// Two shops have given their orders the same number.
        NumberAmbiguous { number: String } => "pack_number_ambiguous", Conflict, "several picked orders have the number {number}";
        /// No order that can be packed lies in it.
        ToteWithoutOrder { code: String } => "tote_without_order", Conflict, "no order lies in {code}";
        OrderNotPicked { number: String, state: OrderState } => "order_not_picked", Conflict, "the order {number} is {state}";
        /// The order wants none of it, or not out of its totes.
        ItemNotWanted { article: String } => "item_not_in_order", Conflict, "the order has no {article}";
        ItemTooMany { article: String, left: Pieces } => "item_too_many", Conflict, "{left} pieces of {article} are left to pack";
        ParcelClosed => "parcel_closed", Conflict, "the parcel is closed";
        ParcelEmpty => "parcel_empty", Conflict, "nothing lies in the parcel";
        /// Something is missing, and no reason was given.
        Incomplete { missing: Pieces } => "parcel_incomplete", Conflict, "{missing} pieces are missing";
        PackagingUnknown { code: String } => "packaging_unknown", Conflict, "no packaging {code} is in use here";
        PackagingCodeTaken { code: String } => "packaging_code_taken", Conflict, "the packaging {code} exists";
        /// The scale says what cannot be; weigh again or confirm.
        WeightImplausible { measured: Grams, expected: Grams } => "weight_implausible", Conflict, "{measured} g were weighed and {expected} g expected";
        /// Another packaging, or a reason to leave it so.
        Overloaded { code: String, load: Grams, most: Grams } => "packaging_overloaded", Conflict, "{load} g are in the packaging {code}, which bears {most} g";
        ScaleMissing => "scale_missing", Conflict, "no scale has weighed anything at this table";
        ScaleEmpty => "scale_empty", Conflict, "no weight stands still on the scale";
        /// No closed parcel has the label that was scanned.
        LabelUnknown { parcel: String } => "parcel_label_unknown", NotFound, "no closed parcel has the label {parcel}";
        /// A maker's barcode does not tell marked pieces apart.
        MarkNeeded { article: String } => "mark_needed", Conflict, "the marking code of the piece of {article} is needed";
        MarkOneByOne { article: String } => "mark_one_by_one", Conflict, "pieces of {article} are marked and packed one by one";
        /// Its tail or its separators did not come through.
        MarkDamaged => "mark_damaged", Conflict, "the marking code was not read whole";
        /// A piece is packed once.
        MarkTaken { parcel: String, order: String } => "mark_taken", Conflict, "the marking code is in the parcel {parcel} of the order {order}";
        /// Another shop's parcel has it, of which nothing is told.
        MarkTakenElsewhere => "mark_taken_elsewhere", Conflict, "the marking code is in another parcel";
        MarksMissing { article: String, missing: Pieces } => "marks_missing", Conflict, "{missing} pieces of {article} have no marking code";
        UndoTooLate => "unpack_too_late", Conflict, "the piece cannot be taken back any more";
    }
    wraps {
        Input(InputError),
        Command(CommandError),
        Stock(StockError),
        Orders(OrderError),
        Catalog(CatalogError),
        Print(PrintError),
        Shipment(ShipmentError),
        Unpack(UnpackError),
    }
}

text_enum! {
    /// Where a parcel is.
    pub enum ParcelState {
        Open = "open",
        Packed = "packed",
        /// In the carrier's vehicle.
        Loaded = "loaded",
        HandedOver = "handed_over",
        Cancelled = "cancelled",
    }
}

text_enum! {
    /// Where the label of a parcel has to be scanned back before the parcel may leave.
    pub enum ScanBack {
        Off = "off",
        /// Anywhere: the scan that loads it is enough.
        Loading = "loading",
        /// At the packing table, where it was stuck on.
        Packing = "packing",
    }
}

record! {
    /// A parcel.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Parcel {
        pub id: ParcelId,
        pub warehouse: WarehouseId,
        pub owner: OwnerId,
        pub order: OrderId,
        pub number: String,
        pub state: ParcelState,
        /// None: the goods travel in the box they came in.
        pub packaging: Option<PackagingId>,
        pub carrier: String,
        pub pickup_point: String,
        pub cod_kopecks: Kopecks,
        pub weight_g: Option<Grams>,
        pub expected_weight_g: Option<Grams>,
        pub short_reason: Option<String>,
        pub created_at: UtcMicros,
        pub closed_at: Option<UtcMicros>,
        /// The scale that weighed it; none if the weight was typed.
        pub scale: Option<ConnectionId>,
    }
}

record! {
    /// What lies in a parcel of one line and lot.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct ParcelLine {
        pub line: OrderLineId,
        pub product: ProductId,
        pub article: String,
        pub name: String,
        pub lot: LotId,
        pub lot_code: String,
        pub quantity: Pieces,
    }
}

record! {
    /// A line of an order as the packer sees it.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct PackLine {
        pub line: OrderLineId,
        pub product: ProductId,
        pub article: String,
        pub name: String,
        pub wanted: Pieces,
        /// In other parcels of the order.
        pub packed: Pieces,
        /// In this parcel.
        pub in_parcel: Pieces,
        pub length_mm: Millimetres,
        pub width_mm: Millimetres,
        pub height_mm: Millimetres,
        pub weight_g: Grams,
        pub fragile: bool,
        pub own_box: bool,
        /// Each piece carries a marking code.
        pub marked: bool,
        /// Codes in this parcel.
        pub marks: Pieces,
        /// Of one piece.
        pub price_kopecks: Kopecks,
    }
}

text_enum! {
    /// Where a marking code is.
    pub enum MarkState {
        InParcel = "in_parcel",
        /// Its parcel was given up or returned.
        Free = "free",
    }
}

record! {
    /// The marking code of a packed piece.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct PackedMark {
        pub line: OrderLineId,
        pub lot: LotId,
        /// What identifies the piece (КИ).
        pub piece: String,
        /// The whole code with its separators.
        pub code: String,
        pub state: MarkState,
        pub packed_at: UtcMicros,
    }
}

impl PackLine {
    /// Pieces in this parcel whose codes are not known: they became marked goods after they were
    /// packed.
    pub const fn unmarked(&self) -> Pieces {
        if self.marked {
            Pieces::new(self.in_parcel.get() - self.marks.get())
        } else {
            Pieces::ZERO
        }
    }

    pub const fn missing(&self) -> Pieces {
        Pieces::new(self.wanted.get() - self.packed.get() - self.in_parcel.get())
    }
}

record! {
    /// A kind of box on the packing table (упаковка).
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Packaging {
        pub id: PackagingId,
        pub warehouse: WarehouseId,
        pub code: String,
        pub name: String,
        pub length_mm: Millimetres,
        pub width_mm: Millimetres,
        pub height_mm: Millimetres,
        pub load_max_g: Grams,
        pub tare_g: Grams,
        pub suits_fragile: bool,
        pub active: bool,
    }
}

record! {
    /// What packing must know about an order.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct OrderFacts {
        pub id: OrderId,
        pub owner: OwnerId,
        pub owner_name: String,
        pub warehouse: WarehouseId,
        pub number: String,
        pub external_number: String,
        pub state: OrderState,
        pub carrier: String,
        pub pickup_point: String,
        pub recipient: serde_json::Value,
    }
}
