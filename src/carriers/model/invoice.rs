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

/// Parts of carriers' words for what they charge for; the first that is there counts, so what is
/// narrower comes first.
const WORDS: &[(&str, ChargeKind)] = &[
    ("переадрес", ChargeKind::AddressCorrection),
    ("адреса", ChargeKind::AddressCorrection),
    ("перевес", ChargeKind::WeightSurcharge),
    ("за вес", ChargeKind::WeightSurcharge),
    ("веса", ChargeKind::WeightSurcharge),
    ("налож", ChargeKind::CodFee),
    ("агентск", ChargeKind::CodFee),
    ("кассов", ChargeKind::CodFee),
    ("страх", ChargeKind::Insurance),
    ("объявленн", ChargeKind::Insurance),
    ("хранен", ChargeKind::Storage),
    ("упаков", ChargeKind::Packaging),
    ("забор", ChargeKind::Pickup),
    ("возврат", ChargeKind::Return),
    ("доставк", ChargeKind::Delivery),
    ("пересылк", ChargeKind::Delivery),
];

impl ChargeKind {
    /// What a carrier's words mean; where there are none, deliveries are listed.
    pub fn of_words(words: &str) -> Self {
        if words.is_empty() {
            return Self::Delivery;
        }
        let words = words.to_lowercase();
        let known = WORDS.iter().find(|(part, _)| words.contains(part)).map(|(_, kind)| *kind);
        known.or_else(|| Self::parse(&words)).unwrap_or(Self::Other)
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

#[cfg(test)]
mod tests {
    use super::ChargeKind;

    #[test]
    fn words_of_carriers_are_understood_by_what_is_narrower() {
        let of = ChargeKind::of_words;
        assert_eq!(of("Доставка возврата"), ChargeKind::Return);
        assert_eq!(of("Корректировка веса при доставке"), ChargeKind::WeightSurcharge);
        assert_eq!(of("Агентское вознаграждение"), ChargeKind::CodFee);
        assert_eq!(of("Изменение адреса доставки"), ChargeKind::AddressCorrection);
        assert_eq!((of("СМС"), of("")), (ChargeKind::Other, ChargeKind::Delivery));
    }
}
