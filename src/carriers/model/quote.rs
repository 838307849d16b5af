//! What a carrier would charge. There is no field for anything of our own: rates are passed through.

use serde::{Deserialize, Serialize};

use super::{BuyOut, Package, Spot};
use crate::text_enum;
use crate::units::{Day, Grams, Kopecks};

text_enum! {
    /// Where a parcel ends.
    pub enum DeliveryMode {
        Door = "door",
        /// A pick-up point, a post office or a terminal.
        Point = "point",
        Locker = "locker",
    }
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuoteAsk {
    pub from: Spot,
    /// A door, a certain point, or a point that is not chosen yet: then the code is empty.
    pub to: Spot,
    pub mode: DeliveryMode,
    pub package: Package,
    pub declared_kopecks: Kopecks,
    /// What the carrier shall collect.
    pub cod_kopecks: Kopecks,
    pub buy_out: BuyOut,
    /// The day of the handover.
    pub day: Day,
}

/// One offer of a carrier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Quote {
    /// What a shipment names it by.
    pub tariff: String,
    pub tariff_name: String,
    pub mode: DeliveryMode,
    /// With VAT, everything that the carrier named included.
    pub price_kopecks: Kopecks,
    /// Of which: what the carrier itemised.
    pub lines: Vec<QuoteLine>,
    /// Calendar days from the handover.
    pub days_min: Option<i64>,
    pub days_max: Option<i64>,
    /// The heaviest parcel that this tariff takes, where the carrier says so.
    pub weight_max_g: Option<Grams>,
}

/// One item of a price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct QuoteLine {
    pub name: String,
    pub price_kopecks: Kopecks,
}
