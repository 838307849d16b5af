//! What is told to carriers, in our words.

use serde::{Deserialize, Serialize};

use crate::text_enum;
use crate::units::{Day, Grams, Kopecks, UtcMicros};

/// A closed manifest with what was handed over: everything a register or an act says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestModel {
    pub number: String,
    pub act_number: String,
    pub warehouse: String,
    /// The carrier's code.
    pub carrier: String,
    pub pickup_point: String,
    pub day: Day,
    pub closed_at: UtcMicros,
    /// In the order of their numbers.
    pub parcels: Vec<ParcelModel>,
    /// Numbers of parcels that were expected and stayed behind.
    pub missing: Vec<String>,
}

/// One parcel of a manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParcelModel {
    pub number: String,
    /// The shop's own number of the order.
    pub order_number: String,
    pub shop: String,
    pub recipient: RecipientModel,
    pub weight_g: Grams,
    pub cod_kopecks: Kopecks,
}

/// Who gets a parcel. Fields that an order leaves out are empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RecipientModel {
    pub name: String,
    pub phone: String,
    pub postcode: String,
    pub city: String,
    pub address: String,
}

impl ManifestModel {
    pub fn weight_g(&self) -> Grams {
        Grams::new(self.parcels.iter().map(|parcel| parcel.weight_g.get()).sum())
    }

    pub fn cod_kopecks(&self) -> Kopecks {
        Kopecks::new(self.parcels.iter().map(|parcel| parcel.cod_kopecks.get()).sum())
    }
}

text_enum! {
    /// The format of a file for a carrier.
    pub enum ExportFormat {
        Xlsx = "xlsx",
        Csv = "csv",
    }
}

impl ExportFormat {
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Csv => "text/csv; charset=utf-8",
        }
    }
}

/// A file for a carrier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportFile {
    pub format: ExportFormat,
    /// With its ending, in ASCII.
    pub name: String,
    pub bytes: Vec<u8>,
}
