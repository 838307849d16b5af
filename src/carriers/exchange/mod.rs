//! HTTP with a carrier: its limits are kept, its failures are named, its secrets stay inside.
//!
//! **Invariant:** a request that changes something and got no readable answer is
//! [`CarrierError::Unclear`], never "not done".
//! **Invariant:** no URL, header or body of ours is in an error: they carry secrets.
//!
//! Deliberately absent: repeating. Whoever calls knows whether it may be repeated (`jobs`).

mod breaker;
mod reply;

use std::num::NonZeroU32;
use std::time::Duration;

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use tokio::sync::Semaphore;

use self::breaker::{Breaker, UnderWay};
pub use self::reply::Reply;
use super::CarrierError;

/// What was read of many things, though some could not be: those are asked for again. An error only
/// when nothing was read.
pub(super) fn read_of_many<T>(
    carrier: &'static str,
    read: Vec<T>,
    failure: Option<CarrierError>,
) -> Result<Vec<T>, CarrierError> {
    match failure {
        Some(error) if read.is_empty() => Err(error),
        Some(error) => {
            tracing::warn!(carrier, %error, "a part of what was asked for was not read");
            Ok(read)
        }
        None => Ok(read),
    }
}

/// How a carrier wants to be treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    pub per_second: NonZeroU32,
    pub at_once: usize,
    /// From the first byte to the last.
    pub time_max: Duration,
    /// The longest answer.
    pub bytes_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            per_second: NonZeroU32::new(5).expect("five is not zero"),
            at_once: 4,
            time_max: Duration::from_secs(30),
            bytes_max: 64 << 20,
        }
    }
}

/// Whether a request changes anything at the carrier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    Reads,
    Changes,
}

/// The line to one carrier, for one account.
#[derive(Debug)]
pub struct Exchange {
    carrier: &'static str,
    client: reqwest::Client,
    limits: Limits,
    rate: DefaultDirectRateLimiter,
    slots: Semaphore,
    breaker: Breaker,
}

impl Exchange {
    pub fn new(carrier: &'static str, limits: Limits) -> Result<Self, CarrierError> {
        let client = crate::net::client_builder()
            .timeout(limits.time_max)
            .connect_timeout(limits.time_max.min(Duration::from_secs(10)))
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| CarrierError::Account {
                carrier: carrier.to_owned(),
                problem: error.without_url().to_string(),
            })?;
        Ok(Self {
            carrier,
            client,
            limits,
            rate: RateLimiter::direct(Quota::per_second(limits.per_second)),
            slots: Semaphore::new(limits.at_once),
            breaker: Breaker::default(),
        })
    }

    /// The code of the carrier.
    pub const fn carrier(&self) -> &'static str {
        self.carrier
    }

    pub fn get(&self, url: &str) -> reqwest::RequestBuilder {
        self.client.get(url)
    }

    pub fn post(&self, url: &str) -> reqwest::RequestBuilder {
        self.client.post(url)
    }

    pub fn put(&self, url: &str) -> reqwest::RequestBuilder {
        self.client.put(url)
    }

    pub fn patch(&self, url: &str) -> reqwest::RequestBuilder {
        self.client.patch(url)
    }

    pub fn delete(&self, url: &str) -> reqwest::RequestBuilder {
        self.client.delete(url)
    }

    /// Sends a request when the carrier's limits allow, and reads the whole answer.
    ///
    /// Answers with status 4xx other than 429 are given back to be read: carriers say in their own
    /// ways what they mean. 401 and 403 too: only the client knows whether its token has ended.
    pub async fn send(
        &self,
        request: reqwest::RequestBuilder,
        effect: Effect,
    ) -> Result<Reply, CarrierError> {
        self.breaker.allows().map_err(|said| self.unavailable(said))?;
        let _slot = self.slots.acquire().await.map_err(|error| self.unavailable(error))?;
        self.rate.until_ready().await;
        let under_way = UnderWay::begin(&self.breaker, self.carrier);
        let outcome = self.exchange(request, effect).await;
        under_way.end(outcome.as_ref().map(Reply::status));
        outcome
    }

    async fn exchange(
        &self,
        request: reqwest::RequestBuilder,
        effect: Effect,
    ) -> Result<Reply, CarrierError> {
        let mut response = match request.send().await {
            Ok(response) => response,
            Err(error) => return Err(self.broken(error, effect)),
        };
        let status = response.status();
        let header = |name| {
            let value = response.headers().get(name).and_then(|value| value.to_str().ok());
            value.unwrap_or_default().to_owned()
        };
        let (media_type, retry_after) = (header("content-type"), header("retry-after"));
        let mut bytes = Vec::new();
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) if bytes.len() + chunk.len() <= self.limits.bytes_max => {
                    bytes.extend_from_slice(&chunk);
                }
                Ok(Some(_)) => return Err(self.lost(effect, "the answer is too long")),
                Ok(None) => break,
                Err(error) => return Err(self.lost(effect, error.without_url())),
            }
        }
        let reply = Reply::new(self.carrier, effect, status, media_type, bytes);
        if status == reqwest::StatusCode::TOO_MANY_REQUESTS {
            let seconds = retry_after.trim().parse().ok();
            return Err(CarrierError::Limited {
                carrier: self.carrier,
                said: reply.start(),
                seconds,
            });
        }
        Ok(reply)
    }

    /// A request without an answer. Only when there was no connection nothing can have happened.
    fn broken(&self, error: reqwest::Error, effect: Effect) -> CarrierError {
        let untouched = error.is_connect() || error.is_builder();
        let error = error.without_url();
        if untouched { self.unavailable(error) } else { self.lost(effect, error) }
    }

    fn lost(&self, effect: Effect, said: impl std::fmt::Display) -> CarrierError {
        let (carrier, said) = (self.carrier, said.to_string());
        match effect {
            Effect::Reads => CarrierError::Unavailable { carrier, said },
            Effect::Changes => CarrierError::Unclear { carrier, said },
        }
    }

    fn unavailable(&self, said: impl std::fmt::Display) -> CarrierError {
        CarrierError::Unavailable { carrier: self.carrier, said: said.to_string() }
    }
}
