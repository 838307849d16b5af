//! The same thing twice: devices that repeat a code as long as they see it, messages delivered twice.

use std::collections::VecDeque;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::time::Duration;

use crate::units::UtcMicros;

/// Codes that are remembered at a time; a gate of RFID sees hundreds at once.
const KEYS_MAX: usize = 1_024;

crate::text_enum! {
    /// What a filter says about something that came in.
    pub enum Novelty {
        New = "new",
        /// It came within the window after the last time: the same scan.
        Repeated = "repeated",
    }
}

/// Remembers what one device said lately.
///
/// A repetition prolongs the window: a scanner that lies before a code and sends it fifty times a
/// second has scanned once.
///
/// **Invariant:** it holds at most a thousand keys, of eight bytes each.
#[derive(Debug, Clone)]
pub struct RepeatFilter {
    window_us: i64,
    seen: VecDeque<(u64, i64)>,
}

impl RepeatFilter {
    /// With a window of zero nothing is ever a repetition.
    pub fn new(window: Duration) -> Self {
        let window_us = i64::try_from(window.as_micros()).unwrap_or(i64::MAX);
        Self { window_us, seen: VecDeque::new() }
    }

    /// Judges what came in at `at`: the data of a scan, or the key of a message.
    pub fn judge(&mut self, key: &[u8], at: UtcMicros) -> Novelty {
        if self.window_us == 0 {
            return Novelty::New;
        }
        let (hash, now) = (hash_of(key), at.micros());
        let is_past = |seen: i64| now.saturating_sub(seen) > self.window_us;
        while self.seen.front().is_some_and(|(_, seen)| is_past(*seen)) {
            self.seen.pop_front();
        }
        let known = self.seen.iter().position(|(seen, at)| *seen == hash && !is_past(*at));
        if let Some(known) = known {
            self.seen.remove(known);
        } else if self.seen.len() >= KEYS_MAX {
            self.seen.pop_front();
        }
        self.seen.push_back((hash, now));
        if known.is_some() { Novelty::Repeated } else { Novelty::New }
    }

    /// What came in was not taken: the next time is the first one.
    pub fn forget(&mut self, key: &[u8]) {
        let hash = hash_of(key);
        self.seen.retain(|(seen, _)| *seen != hash);
    }
}

fn hash_of(key: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at_ms(ms: i64) -> UtcMicros {
        UtcMicros::from_micros(ms * 1_000)
    }

    #[test]
    fn fifty_times_a_second_is_one_scan_until_it_pauses() {
        let mut filter = RepeatFilter::new(Duration::from_millis(300));
        assert_eq!(filter.judge(b"A", at_ms(0)), Novelty::New);
        for repetition in 1..100 {
            assert_eq!(filter.judge(b"A", at_ms(repetition * 20)), Novelty::Repeated);
        }
        assert_eq!(filter.judge(b"B", at_ms(1_990)), Novelty::New);
        assert_eq!(filter.judge(b"A", at_ms(2_000)), Novelty::Repeated);
        assert_eq!(filter.judge(b"A", at_ms(2_301)), Novelty::New);
    }

    #[test]
    fn without_a_window_two_pieces_of_one_product_are_two_scans() {
        let mut filter = RepeatFilter::new(Duration::ZERO);
        assert_eq!(filter.judge(b"A", at_ms(0)), Novelty::New);
        assert_eq!(filter.judge(b"A", at_ms(0)), Novelty::New);
    }

    #[test]
    fn what_was_not_taken_is_new_again() {
        let mut filter = RepeatFilter::new(Duration::from_secs(5));
        filter.judge(b"A", at_ms(0));
        filter.judge(b"B", at_ms(0));
        filter.forget(b"A");
        assert_eq!(filter.judge(b"A", at_ms(1)), Novelty::New);
        assert_eq!(filter.judge(b"B", at_ms(1)), Novelty::Repeated);
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut filter = RepeatFilter::new(Duration::from_hours(1));
        for code in 0..10_000_u32 {
            filter.judge(&code.to_le_bytes(), at_ms(0));
        }
        assert!(filter.seen.len() <= KEYS_MAX);
    }
}
