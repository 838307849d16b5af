//! The one place that reads the time.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use super::UtcMicros;

/// The time of the system, or one that a test moves by hand.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    fixed: Option<Arc<AtomicI64>>,
}

impl Clock {
    pub const fn system() -> Self {
        Self { fixed: None }
    }

    pub fn fixed(at: UtcMicros) -> Self {
        Self { fixed: Some(Arc::new(AtomicI64::new(at.micros()))) }
    }

    pub fn now(&self) -> UtcMicros {
        if let Some(micros) = &self.fixed {
            return UtcMicros::from_micros(micros.load(Ordering::Relaxed));
        }
        #[expect(clippy::disallowed_methods, reason = "this is the one reader of the clock")]
        let now = chrono::Utc::now();
        UtcMicros::from_datetime(now)
    }

    /// Moves a fixed clock; the system's time cannot be moved.
    pub fn advance_seconds(&self, seconds: i64) {
        if let Some(micros) = &self.fixed {
            micros.fetch_add(seconds * 1_000_000, Ordering::Relaxed);
        }
    }
}
