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
