//! СДЭК, API v2 (<https://apidoc.cdek.ru>): all of prices, orders, labels, acts, couriers, points,
//! tracking, webhooks and registers.
//!
//! Limits that the carrier publishes: 100 orders in one paper, 126 lines and 999 pieces of a line in
//! an order, one box of 15 kg in a locker. A rate of requests is not published. Times name their offset; one
//! that does not is Moscow's.
//!
//! **Invariant:** an answer 202 is no order: it is one when a later look finds it validated and with
//! a number.
//! **Invariant:** the token is sent to the contract's host only: links in answers are not followed.
//!
//! Deliberately absent: changing an order (it is cancelled and made anew) and refusing for the buyer.

pub mod account;
mod client;
mod handover;
mod map;
mod papers;
mod pickup;
mod quoting;
mod shipping;
mod tokens;
mod watch;
mod wire;

#[cfg(test)]
mod tests;

use self::account::Settings;
use self::client::Client;
use super::registry::Account;
use super::{
    Carrier, CarrierError, Handovers, Labels, Pickups, Points, Quoting, Receipts, Registers,
    Shipping, Tracking, Webhooks,
};

/// What orders and parcels name it by.
pub const CODE: &str = "cdek";

/// СДЭК with one contract.
pub struct Cdek {
    client: Client,
    settings: Settings,
}

impl Cdek {
    pub fn new(account: &Account) -> Result<Self, CarrierError> {
        Ok(Self { settings: account::settings(account)?, client: Client::new(account)? })
    }
}

impl Carrier for Cdek {
    fn code(&self) -> &str {
        CODE
    }

    fn name(&self) -> &'static str {
        "СДЭК"
    }

    fn quoting(&self) -> Option<&dyn Quoting> {
        Some(self)
    }

    fn shipping(&self) -> Option<&dyn Shipping> {
        Some(self)
    }

    fn labels(&self) -> Option<&dyn Labels> {
        Some(self)
    }

    fn handovers(&self) -> Option<&dyn Handovers> {
        Some(self)
    }

    fn pickups(&self) -> Option<&dyn Pickups> {
        Some(self)
    }

    fn points(&self) -> Option<&dyn Points> {
        Some(self)
    }

    fn tracking(&self) -> Option<&dyn Tracking> {
        Some(self)
    }

    fn webhooks(&self) -> Option<&dyn Webhooks> {
        Some(self)
    }

    fn registers(&self) -> Option<&dyn Registers> {
        Some(self)
    }

    fn receipts(&self) -> Option<&dyn Receipts> {
        Some(self)
    }
}
