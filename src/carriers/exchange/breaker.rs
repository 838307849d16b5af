//! The circuit breaker: a carrier that is down is left alone for a while.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use reqwest::StatusCode;

use crate::carriers::CarrierError;

/// Failures in a row until it opens.
const FAILURES_MAX: u32 = 5;
const PAUSE_FIRST: Duration = Duration::from_secs(5);
const PAUSE_MAX: Duration = Duration::from_mins(2);

/// Who stops waiting before that has lost patience, or is gone; it says nothing of the carrier.
const WAIT_MIN: Duration = Duration::from_secs(2);

/// Counts failures of one carrier on this node.
#[derive(Debug, Default)]
pub(super) struct Breaker {
    state: Mutex<State>,
}

#[derive(Debug, Default, Clone, Copy)]
struct State {
    failures: u32,
    /// Nobody is let through before; then one at a time, until one succeeds.
    closed_until: Option<Instant>,
}

impl State {
    fn pause(self) -> Duration {
        let doublings = self.failures.saturating_sub(FAILURES_MAX).min(8);
        PAUSE_FIRST.saturating_mul(1 << doublings).min(PAUSE_MAX)
    }
}

impl Breaker {
    /// Whether a request may go out; if not, what people are told.
    pub(super) fn allows(&self) -> Result<(), String> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(until) = state.closed_until else { return Ok(()) };
        let now = Instant::now();
        if now < until {
            let seconds = (until - now).as_secs() + 1;
            return Err(format!("it failed {} times, next try in {seconds} s", state.failures));
        }
        // One goes through; others wait for what becomes of it.
        state.closed_until = Some(now + state.pause());
        Ok(())
    }

    /// Notes how a request ended. What a carrier says in an orderly way is no failure; a gateway
    /// that says that nobody is behind it is one.
    pub(super) fn note(&self, outcome: Result<StatusCode, &CarrierError>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match outcome {
            Ok(
                StatusCode::BAD_GATEWAY
                | StatusCode::SERVICE_UNAVAILABLE
                | StatusCode::GATEWAY_TIMEOUT,
            )
            | Err(CarrierError::Unavailable { .. } | CarrierError::Unclear { .. }) => {
                state.failures = state.failures.saturating_add(1);
                if state.failures >= FAILURES_MAX {
                    state.closed_until = Some(Instant::now() + state.pause());
                }
            }
            _ => *state = State::default(),
        }
    }
}

/// A request that is under way. One that is dropped before it ended, after a wait that is long for any
/// carrier, is a failure: whoever asked has waited in vain.
#[derive(Debug)]
pub(super) struct UnderWay<'a> {
    breaker: &'a Breaker,
    carrier: &'static str,
    since: Instant,
    is_over: bool,
}

impl<'a> UnderWay<'a> {
    pub(super) fn begin(breaker: &'a Breaker, carrier: &'static str) -> Self {
        Self { breaker, carrier, since: Instant::now(), is_over: false }
    }

    /// It ended by itself.
    pub(super) fn end(mut self, outcome: Result<StatusCode, &CarrierError>) {
        self.is_over = true;
        self.breaker.note(outcome);
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        if !self.is_over && self.since.elapsed() >= WAIT_MIN {
            let said = "nobody waited for the answer any longer".to_owned();
            self.breaker.note(Err(&CarrierError::Unavailable { carrier: self.carrier, said }));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_that_is_given_up_after_a_long_wait_is_a_failure() {
        let breaker = Breaker::default();
        let give_up = |waited: Duration| {
            let mut request = UnderWay::begin(&breaker, "test");
            request.since = request.since.checked_sub(waited).expect("the machine runs longer");
            drop(request);
        };
        for _ in 0..FAILURES_MAX {
            give_up(Duration::from_millis(50));
        }
        assert_eq!(breaker.allows(), Ok(()), "who asked is gone");
        for _ in 1..FAILURES_MAX {
            give_up(WAIT_MIN);
        }
        assert_eq!(breaker.allows(), Ok(()));
        UnderWay::begin(&breaker, "test").end(Ok(StatusCode::OK));
        give_up(WAIT_MIN);
        assert_eq!(breaker.allows(), Ok(()), "an answer begins the count anew");
        for _ in 0..FAILURES_MAX {
            give_up(WAIT_MIN);
        }
        assert!(breaker.allows().is_err(), "the carrier is silent");
    }

    fn failure() -> CarrierError {
        CarrierError::Unavailable { carrier: "test", said: "down".to_owned() }
    }

    #[test]
    fn it_opens_after_failures_in_a_row_and_closes_with_the_first_success() {
        let breaker = Breaker::default();
        for _ in 1..FAILURES_MAX {
            breaker.note(Err(&failure()));
        }
        assert_eq!(breaker.allows(), Ok(()));
        breaker.note(Ok(StatusCode::OK));
        breaker.note(Err(&failure()));
        assert_eq!(breaker.allows(), Ok(()), "a success begins the count anew");
        for _ in 0..FAILURES_MAX {
            breaker.note(Err(&failure()));
        }
        assert!(breaker.allows().unwrap_err().contains("next try"));
        breaker.note(Err(&CarrierError::refused("test", "", "no")));
        assert_eq!(breaker.allows(), Ok(()), "a carrier that refuses is there");
        for _ in 0..FAILURES_MAX {
            breaker.note(Ok(StatusCode::INTERNAL_SERVER_ERROR));
        }
        assert_eq!(breaker.allows(), Ok(()), "some tell refusals with this status");
        for _ in 0..FAILURES_MAX {
            breaker.note(Ok(StatusCode::BAD_GATEWAY));
        }
        assert!(breaker.allows().is_err(), "nobody is behind the gateway");
    }

    #[test]
    fn pauses_grow_up_to_their_limit() {
        let state = |failures| State { failures, closed_until: None };
        assert_eq!(state(FAILURES_MAX).pause(), PAUSE_FIRST);
        assert_eq!(state(FAILURES_MAX + 1).pause(), PAUSE_FIRST * 2);
        assert_eq!(state(1_000).pause(), PAUSE_MAX);
    }
}
