//! Answers of carriers that are remembered for a while.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::carriers::model::{Quote, QuoteAsk};
use crate::commands::body_hash;
use crate::ids::CarrierAccountId;
use crate::units::UtcMicros;

/// Long enough for a wave of like parcels, short enough for a price list that changes in the day.
const KEPT_SECONDS: i64 = 15 * 60;
const ANSWERS_MAX: usize = 20_000;

/// The hash of everything that a price depends on.
type Key = [u8; 32];
/// When, and what.
type Answered = (UtcMicros, Vec<Quote>);

/// The memory of a node.
#[derive(Debug, Default)]
pub struct RateCache {
    answers: Mutex<HashMap<Key, Answered>>,
}

/// Everything that a price depends on. The day is in it: tariffs change with it.
pub(super) fn key(account: CarrierAccountId, version: i64, ask: &QuoteAsk) -> [u8; 32] {
    body_hash(&(account, version, ask))
}

impl RateCache {
    pub(super) fn find(&self, key: &[u8; 32], now: UtcMicros) -> Option<Vec<Quote>> {
        let answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, quotes) = answers.get(key)?;
        (now.seconds_since(*at) < KEPT_SECONDS).then(|| quotes.clone())
    }

    pub(super) fn keep(&self, key: [u8; 32], quotes: Vec<Quote>, now: UtcMicros) {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        if answers.len() >= ANSWERS_MAX {
            answers.retain(|_, (at, _)| now.seconds_since(*at) < KEPT_SECONDS);
        }
        // A flood of different questions: what is not old goes too, rather than memory growing.
        if answers.len() >= ANSWERS_MAX {
            answers.clear();
        }
        answers.insert(key, (now, quotes));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_remembered_for_a_while_and_memory_has_an_end() {
        let cache = RateCache::default();
        let now = UtcMicros::from_micros(1_780_000_000_000_000);
        cache.keep([1; 32], Vec::new(), now);
        assert_eq!(cache.find(&[1; 32], now.plus_seconds(KEPT_SECONDS - 1)), Some(Vec::new()));
        assert_eq!(cache.find(&[1; 32], now.plus_seconds(KEPT_SECONDS)), None);
        for index in 0..=ANSWERS_MAX as u64 {
            let mut key = [0; 32];
            key[..8].copy_from_slice(&index.to_le_bytes());
            cache.keep(key, Vec::new(), now);
        }
        assert!(cache.answers.lock().unwrap().len() <= ANSWERS_MAX);
    }
}
