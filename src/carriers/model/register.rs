//! Registers of money that a carrier collected (реестры наложенных платежей).

use serde::{Deserialize, Serialize};

use serde_json::Value;

use crate::text_enum;
use crate::units::{Day, Kopecks, UtcMicros};

text_enum! {
    /// How a buyer paid.
    pub enum PayMethod {
        Cash = "cash",
        Card = "card",
    }
}

impl PayMethod {
    /// By a carrier's words. Fast payments (СБП) are no cash. Nothing: the words say of neither, or of
    /// both.
    pub fn from_words(words: &str) -> Option<Self> {
        let plain = words.trim().trim_end_matches('.').to_lowercase();
        // Cash is in the words for its absence.
        let without = plain.replace("безнал", "").replace("cashless", "");
        let has = |stems: &[&str]| stems.iter().any(|stem| without.contains(stem));
        let is_card = without != plain || has(&["карт", "card", "эквайр", "сбп", "sbp", "быстр"]);
        // Whole words where their beginnings are those of others: "нал. платёж" is no cash.
        let is_cash = has(&["наличн", "cash"]) || ["нал", "касса"].contains(&plain.as_str());
        match (is_cash, is_card) {
            (true, false) => Some(Self::Cash),
            (false, true) => Some(Self::Card),
            (true, true) | (false, false) => None,
        }
    }
}

text_enum! {
    /// What a line of a register is about.
    pub enum RegisterLineKind {
        Shipment = "shipment",
        /// A service of the carrier that belongs to no shipment.
        Service = "service",
    }
}

/// One line, as the carrier gave it: nothing is computed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodRegisterLine {
    pub kind: RegisterLineKind,
    /// The carrier's number of the shipment; empty where it gave none.
    pub track: String,
    /// Our number; empty where it gave none.
    pub number: String,
    /// Taken from the buyer.
    pub collected_kopecks: Kopecks,
    /// Kept for taking it.
    pub fee_kopecks: Option<Kopecks>,
    /// Of the delivery; kept as well where the contract says so.
    pub delivery_kopecks: Option<Kopecks>,
    /// What is transferred to us.
    pub transferred_kopecks: Option<Kopecks>,
    pub method: Option<PayMethod>,
}

/// A register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodRegister {
    pub number: String,
    /// Of the payment, where there was one; of the register otherwise.
    pub day: Day,
    /// The number of the payment order (платёжное поручение); empty until it is paid.
    pub payment_order: String,
    /// What is transferred, where the carrier says it of the whole.
    pub total_kopecks: Option<Kopecks>,
    pub lines: Vec<CodRegisterLine>,
}

/// What a carrier told of a shipment, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptEvent {
    pub code: String,
    pub at: UtcMicros,
    /// As it came.
    pub raw: Value,
}

/// What the events of one shipment come to: its money is settled with us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodTransfer {
    /// What is paid together has one; empty: all of a day is together.
    pub payment_order: String,
    pub day: Day,
    /// Taken from the buyer.
    pub collected_kopecks: Kopecks,
    /// What is transferred to us, where it is told.
    pub transferred_kopecks: Option<Kopecks>,
    pub method: Option<PayMethod>,
}

#[cfg(test)]
mod tests {
    use super::PayMethod;

    #[test]
    fn the_way_of_paying_is_known_by_its_words() {
        for (words, method) in [
            ("Наличные", Some(PayMethod::Cash)),
            ("НАЛИЧНЫМИ ", Some(PayMethod::Cash)),
            ("нал.", Some(PayMethod::Cash)),
            ("Касса", Some(PayMethod::Cash)),
            ("cash", Some(PayMethod::Cash)),
            ("Банковская карта", Some(PayMethod::Card)),
            ("безналичный", Some(PayMethod::Card)),
            ("Безнал (карта)", Some(PayMethod::Card)),
            ("Эквайринг", Some(PayMethod::Card)),
            ("СБП", Some(PayMethod::Card)),
            ("cashless", Some(PayMethod::Card)),
            ("наложенный платёж картой", Some(PayMethod::Card)),
            ("наложенный платёж", None),
            ("нал. платёж", None),
            ("наличные и карта", None),
            ("наличные, безнал", None),
            ("Банк", None),
            ("", None),
        ] {
            assert_eq!(PayMethod::from_words(words), method, "{words}");
        }
    }
}
