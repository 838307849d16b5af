//! Rates: one question, all carriers, side by side.
//!
//! Carriers are asked at once and waited for together; one that does not answer in time is told as
//! such and holds up nobody. Answers are remembered for a while.
//!
//! **Invariant:** a price is what the carrier said. Nothing is added, and there is no field to add
//! anything in.
//! **Invariant:** carriers are asked for the class of weight and size that the answer is remembered
//! under, so that a remembered answer is the one that would be given again.
//!
//! Deliberately absent: a table. A node that has forgotten asks again.

mod cache;
pub mod rule;

use std::sync::Arc;
use std::time::Duration;

use futures::future::{BoxFuture, join_all};

pub use self::cache::RateCache;
use crate::carriers::model::{DeliveryMode, Package, Quote, QuoteAsk, Spot};
use crate::carriers::{Carrier, CarrierError};
use crate::fault::Told;
use crate::ids::CarrierAccountId;
use crate::units::{Grams, UtcMicros};

/// How long carriers may take together.
pub const DEADLINE: Duration = Duration::from_secs(8);

/// Weights are asked in steps of this.
const WEIGHT_STEP_G: i64 = 100;
/// Sizes too.
const SIZE_STEP_MM: i64 = 10;

/// One carrier to be asked.
pub struct Candidate {
    pub account: CarrierAccountId,
    /// Of the account: another one is another contract.
    pub version: i64,
    pub carrier: Arc<dyn Carrier>,
    /// Where this carrier gets parcels: each has its own door or point.
    pub from: Spot,
}

/// What one carrier answered.
#[derive(Debug, Clone)]
pub struct Offer {
    pub account: CarrierAccountId,
    pub carrier: String,
    pub answer: Result<Vec<Quote>, Told>,
}

/// Asks all carriers that name prices, and waits no longer than the deadline.
pub async fn offers(
    cache: &RateCache,
    now: UtcMicros,
    candidates: &[Candidate],
    ask: &QuoteAsk,
    deadline: Duration,
) -> Vec<Offer> {
    let ask = QuoteAsk { package: class_of(&ask.package), ..ask.clone() };
    let mut all: Vec<BoxFuture<'_, Offer>> = Vec::with_capacity(candidates.len());
    for candidate in candidates {
        if candidate.carrier.quoting().is_some() {
            all.push(Box::pin(offer(cache, now, candidate, &ask, deadline)));
        }
    }
    join_all(all).await
}

async fn offer(
    cache: &RateCache,
    now: UtcMicros,
    candidate: &Candidate,
    ask: &QuoteAsk,
    deadline: Duration,
) -> Offer {
    let ask = &QuoteAsk { from: candidate.from.clone(), ..ask.clone() };
    let key = cache::key(candidate.account, candidate.version, ask);
    let answer = match cache.find(&key, now) {
        Some(quotes) => Ok(quotes),
        None => asked(candidate, ask, deadline).await.inspect(|quotes| {
            cache.keep(key, quotes.clone(), now);
        }),
    };
    let answer = answer.map(|quotes| fitting(quotes, ask)).map_err(|error| Told::from(&error));
    let carrier = candidate.carrier.code().to_owned();
    Offer { account: candidate.account, carrier, answer }
}

async fn asked(
    candidate: &Candidate,
    ask: &QuoteAsk,
    deadline: Duration,
) -> Result<Vec<Quote>, CarrierError> {
    let Some(quoting) = candidate.carrier.quoting() else { return Ok(Vec::new()) };
    let waited = tokio::time::timeout(deadline, quoting.quote(ask)).await;
    waited.unwrap_or_else(|_| {
        let said = format!("нет ответа за {} с", deadline.as_secs());
        Err(CarrierError::Unavailable { carrier: "служба доставки", said })
    })
}

/// Offers for what was asked: the right end, and not too light. A locker is a point for a carrier
/// that makes no difference between them.
fn fitting(mut quotes: Vec<Quote>, ask: &QuoteAsk) -> Vec<Quote> {
    let knows_lockers = quotes.iter().any(|quote| quote.mode == DeliveryMode::Locker);
    if ask.mode == DeliveryMode::Locker && !knows_lockers {
        for quote in &mut quotes {
            if quote.mode == DeliveryMode::Point {
                quote.mode = DeliveryMode::Locker;
            }
        }
    }
    quotes.retain(|quote| {
        let fits = quote.weight_max_g.is_none_or(|most| ask.package.weight_g <= most);
        quote.mode == ask.mode && fits && quote.price_kopecks.is_positive()
    });
    quotes.sort_by(|one, other| {
        (one.price_kopecks, &one.tariff).cmp(&(other.price_kopecks, &other.tariff))
    });
    quotes
}

/// The class of a package: weight and sizes rounded up.
fn class_of(package: &Package) -> Package {
    let up = |value: i64, step: i64| value.saturating_add(step - 1) / step * step;
    Package {
        number: String::new(),
        weight_g: Grams::new(up(package.weight_g.get(), WEIGHT_STEP_G)),
        length_mm: up(package.length_mm, SIZE_STEP_MM),
        width_mm: up(package.width_mm, SIZE_STEP_MM),
        height_mm: up(package.height_mm, SIZE_STEP_MM),
    }
}
