//! Open registers, and which receipts are worth a closer look. Pure.
//!
//! Most of what an operator's account gets has nothing to do with carriers. Trying it against every open
//! register would cost, and could never come to a match: nothing would speak for it.

use std::collections::HashSet;

use super::matching::{Candidate, Receipt};
use super::purpose;
use crate::units::Kopecks;

/// What open registers look like from the bank's side.
#[derive(Debug, Clone, Default)]
pub struct Board {
    /// Of all carriers, with open registers or without.
    payers: HashSet<String>,
    sums: HashSet<Kopecks>,
    /// Of registers and of announced payment orders, as letters and digits alone.
    numbers: HashSet<String>,
}

impl Board {
    pub fn new(candidates: &[Candidate], payer_inns: impl IntoIterator<Item = String>) -> Self {
        let orders = candidates.iter().filter_map(|one| one.payment_order.as_deref());
        let numbers = candidates.iter().map(|one| one.number.as_str()).chain(orders);
        Self {
            payers: payer_inns.into_iter().collect(),
            sums: candidates.iter().map(|one| one.net).collect(),
            numbers: numbers.map(purpose::plain).filter(|number| !number.is_empty()).collect(),
        }
    }

    /// Whether something may speak for one of the registers, or it is money of buyers anyway.
    pub fn concerns(&self, receipt: &Receipt) -> bool {
        self.is_of_buyers(receipt)
            || self.sums.contains(&receipt.amount)
            || self.numbers.contains(&purpose::plain(&receipt.number))
            || purpose::tells_number(&receipt.purpose)
            || purpose::long_words(&receipt.purpose).any(|word| self.numbers.contains(&word))
    }

    /// Whether it is money that buyers paid: a carrier's payer sent it, or its purpose says so.
    pub fn is_of_buyers(&self, receipt: &Receipt) -> bool {
        let is_known = receipt.payer_inn.as_ref().is_some_and(|inn| self.payers.contains(inn));
        is_known || purpose::is_about_cod(&receipt.purpose)
    }
}
