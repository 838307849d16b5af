//! Labels, acts and pick-ups.

use serde::{Deserialize, Serialize};

use super::{Contact, Reason, ShipmentRef, Spot};
use crate::text_enum;
use crate::units::{Day, Grams};

text_enum! {
    /// What a carrier's file is.
    pub enum FileMedia {
        Pdf = "pdf",
        Png = "png",
        Zpl = "zpl",
        Zip = "zip",
        Xlsx = "xlsx",
        /// Excel before 2007.
        Xls = "xls",
        Csv = "csv",
    }
}

impl FileMedia {
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Png => "image/png",
            Self::Zpl => "application/zpl",
            Self::Zip => "application/zip",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Xls => "application/vnd.ms-excel",
            Self::Csv => "text/csv; charset=utf-8",
        }
    }
}

/// A file that a carrier gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CarrierFile {
    pub media: FileMedia,
    /// In ASCII, with its ending.
    pub name: String,
    pub bytes: Vec<u8>,
}

/// Which label is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelAsk {
    pub shipment: ShipmentRef,
    /// What an earlier answer said to ask with.
    pub reference: Option<String>,
}

/// How far a label is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LabelState {
    /// The carrier draws it: ask again with this.
    Pending {
        reference: String,
    },
    Ready(CarrierFile),
}

/// A manifest for the carrier's own act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandoverAsk {
    /// The number of our manifest.
    pub number: String,
    pub day: Day,
    /// Where it is brought or fetched: the carrier's code of the point, or our address.
    pub from: Spot,
    pub shipments: Vec<ShipmentRef>,
    /// What an earlier answer said to ask with.
    pub reference: Option<String>,
}

/// A parcel that the carrier leaves out of its act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedParcel {
    /// Our number of the shipment.
    pub number: String,
    pub reasons: Vec<Reason>,
}

/// How far the carrier's act is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Handover {
    Pending { reference: String },
    Done(HandoverDone),
}

/// The carrier's act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandoverDone {
    /// The carrier's number of it; several where it made several.
    pub numbers: Vec<String>,
    pub files: Vec<CarrierFile>,
    pub refused: Vec<RefusedParcel>,
}

/// A courier of the carrier is called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PickupAsk {
    /// Our own number of the call.
    pub number: String,
    pub from: Spot,
    pub contact: Contact,
    pub day: Day,
    /// Minutes after midnight, local time.
    pub from_minute: i64,
    pub to_minute: i64,
    pub parcels: i64,
    pub weight_g: Grams,
    pub volume_cm3: i64,
    pub comment: String,
    /// What [`Pickup::Pending`] named, when this is asked again.
    pub reference: Option<String>,
}

/// What a carrier says to a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pickup {
    /// Taken, and still checked.
    Pending { reference: String },
    /// A courier comes. The reference is the carrier's number of the call.
    Called { reference: String, warnings: Vec<Reason> },
    /// A courier comes to that address on that day already: called by us, when the answer was lost, or
    /// by somebody else. The carrier does not tell the number.
    There { reasons: Vec<Reason> },
}
