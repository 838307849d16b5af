//! Invoices of carriers for their services (счета, акты оказанных услуг).

use serde::{Deserialize, Serialize};

use crate::text_enum;
use crate::units::{Day, Grams, Kopecks};

text_enum! {
    /// What a carrier charges for.
    pub enum ChargeKind {
        Delivery = "delivery",
        /// Of what the buyer did not take.
        Return = "return",
        /// For collecting cash on delivery.
        CodFee = "cod_fee",
        Insurance = "insurance",
        Storage = "storage",
        WeightSurcharge = "weight_surcharge",
        AddressCorrection = "address_correction",
        Pickup = "pickup",
        Packaging = "packaging",
        Other = "other",
    }
}

/// One line, as the carrier gave it: nothing is computed. Sums hold their VAT.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoiceLine {
    /// From 1 on, unique in the invoice.
    pub line: i64,
    /// The carrier's number of the shipment; empty where it gave none.
    pub track: String,
    /// Our number of the shipment or of the parcel; empty where it gave none.
    pub number: String,
    /// The shop's number of the order; empty where it gave none.
    pub order_number: String,
    pub kind: ChargeKind,
    /// The carrier's name of the service.
    pub words: String,
    /// Negative: given back.
    pub amount_kopecks: Kopecks,
    pub vat_kopecks: Option<Kopecks>,
    /// What the carrier reckoned with.
    pub weight_g: Option<Grams>,
    pub service_day: Option<Day>,
}

/// An invoice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CarrierInvoice {
    pub number: String,
    pub day: Day,
    /// What it is for, with its last day.
    pub period: Option<(Day, Day)>,
    /// What is to be paid.
    pub total_kopecks: Kopecks,
    /// The sum of the lines, where the carrier states it.
    pub listed_kopecks: Option<Kopecks>,
    pub vat_kopecks: Option<Kopecks>,
    /// On the whole: negative is a discount, positive a fee.
    pub discount_kopecks: Kopecks,
    pub lines: Vec<InvoiceLine>,
}
