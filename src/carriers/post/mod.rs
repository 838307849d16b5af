//! Почта России: Отправка, the public tariff, tracking.
//!
//! What it can: prices by the contract, or the public ones without keys; orders; labels; batches
//! with Ф.103; post offices, pick-up points and lockers; histories one by one and by ticket, with
//! what became of collected money.
//! Sources: the specification of Отправка (otpravka.pochta.ru/specification), of the tariff
//! (tariff.pochta.ru) and of tracking (tracking.pochta.ru/specification).
//!
//! Units: kopecks, grams, centimetres. A tariff is a kind of mail (`ONLINE_PARCEL`); the category
//! follows from the declared value, the cash on delivery and the kind of the point.
//!
//! Limits: Отправка has a number of requests a day (1000 were seen): creating costs three or four
//! of them. There is no test host.
//!
//! **Invariant:** before [`Shipping::create`](super::Shipping::create) the recipient is cleaned by
//! the Post; what it does not recognise is not sent.
//! **Invariant:** what needs keys that the account has not is no capability of the carrier.
//!
//! Deliberately absent: webhooks (there are none), calling a courier (a property of the post
//! office, no method), registers of a day (the transfer of each item is told: [`money`]).

mod account;
mod blanks;
mod client;
mod map;
mod money;
mod papers;
mod points;
mod quoting;
mod shipping;
#[cfg(test)]
mod tests;
mod tracking;
mod wire;

use account::Contract;
pub use account::{Balance, LabelPaper};
pub use blanks::Posted;
use client::{Otpravka, PublicTariff};
pub use map::Product;
use tracking::TrackingLine;

use super::registry::Account;
use super::{
    Carrier, CarrierError, Handovers, Labels, MoneyNews, Points, Quoting, Shipping, TicketTracking,
    Tracking,
};

/// The code of the carrier.
pub const CODE: &str = "post";

/// Почта России with one contract.
pub struct Post {
    contract: Contract,
    lines: Lines,
    tracking: Option<TrackingLine>,
}

/// What prices are asked of: it depends on the keys.
enum Lines {
    Contract(Otpravka),
    Public(PublicTariff),
}

impl Post {
    pub fn connect(account: &Account) -> Result<Self, CarrierError> {
        let contract = Contract::read(account)?;
        let lines = match &contract.otpravka {
            Some(keys) => Lines::Contract(Otpravka::new(account, keys)?),
            None => Lines::Public(PublicTariff::new(account)?),
        };
        let tracking = contract.tracking.clone();
        let tracking = tracking.map(|keys| TrackingLine::new(account, keys)).transpose()?;
        Ok(Self { contract, lines, tracking })
    }

    fn otpravka(&self) -> Result<&Otpravka, CarrierError> {
        match &self.lines {
            Lines::Contract(otpravka) => Ok(otpravka),
            Lines::Public(_) => Err(no_keys("otpravka")),
        }
    }

    fn tracking_line(&self) -> Result<&TrackingLine, CarrierError> {
        self.tracking.as_ref().ok_or_else(|| no_keys("tracking"))
    }

    /// The carrier, where its contract has the keys of Отправка.
    fn contracted(&self) -> Option<&Self> {
        matches!(self.lines, Lines::Contract(_)).then_some(self)
    }
}

fn no_keys(of: &str) -> CarrierError {
    let problem = format!("credentials: {of} is missing");
    CarrierError::Account { carrier: CODE.to_owned(), problem }
}

impl Carrier for Post {
    fn code(&self) -> &'static str {
        CODE
    }

    fn name(&self) -> &'static str {
        "Почта России"
    }

    fn quoting(&self) -> Option<&dyn Quoting> {
        Some(self)
    }

    fn shipping(&self) -> Option<&dyn Shipping> {
        self.contracted().map(|post| post as &dyn Shipping)
    }

    fn labels(&self) -> Option<&dyn Labels> {
        self.contracted().map(|post| post as &dyn Labels)
    }

    fn handovers(&self) -> Option<&dyn Handovers> {
        self.contracted().map(|post| post as &dyn Handovers)
    }

    fn points(&self) -> Option<&dyn Points> {
        self.contracted().map(|post| post as &dyn Points)
    }

    fn tracking(&self) -> Option<&dyn Tracking> {
        self.tracking.as_ref().map(|_| self as &dyn Tracking)
    }

    fn money_news(&self) -> Option<&dyn MoneyNews> {
        self.tracking.as_ref().map(|_| self as &dyn MoneyNews)
    }

    fn ticket_tracking(&self) -> Option<&dyn TicketTracking> {
        self.tracking.as_ref().map(|_| self as &dyn TicketTracking)
    }
}
