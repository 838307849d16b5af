//! Registers of money that a carrier collected (реестры наложенных платежей).

use serde::{Deserialize, Serialize};

use crate::text_enum;
use crate::units::{Day, Kopecks};

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
}

/// A register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodRegister {
    pub number: String,
    /// Of the payment, where there was one; of the register otherwise.
    pub day: Day,
    /// The number of the payment order (платёжное поручение); empty until it is paid.
    pub payment_order: String,
    pub total_kopecks: Kopecks,
    pub lines: Vec<CodRegisterLine>,
}
