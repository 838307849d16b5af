//! Accounts whose carrier fails are left alone for a while, each by itself.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::carriers::CarrierError;
use crate::ids::CarrierAccountId;
use crate::jobs::JobPolicy;
use crate::units::UtcMicros;

/// 15 seconds after the first failure, a quarter of an hour at most.
const POLICY: JobPolicy = JobPolicy {
    attempts_max: i64::MAX,
    lease_seconds: 0,
    pause_seconds_first: 15,
    pause_seconds_max: 900,
};

/// A carrier that wants to be left alone for longer is asked all the same.
const LIMITED_SECONDS_MAX: i64 = 6 * 3600;

/// The accounts that wait. Each node has its own.
#[derive(Debug, Default)]
pub(super) struct Patience {
    waiting: Mutex<HashMap<CarrierAccountId, Waiting>>,
}

#[derive(Debug, Clone, Copy)]
struct Waiting {
    failures: i64,
    until: UtcMicros,
}

impl Patience {
    fn waiting(&self) -> MutexGuard<'_, HashMap<CarrierAccountId, Waiting>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn is_waiting(&self, account: CarrierAccountId, now: UtcMicros) -> bool {
        self.waiting().get(&account).is_some_and(|waiting| waiting.until > now)
    }

    /// Until when it is left alone after this failure: for `seconds_min` at least.
    pub(super) fn failed(
        &self,
        account: CarrierAccountId,
        seconds_min: i64,
        now: UtcMicros,
    ) -> UtcMicros {
        let mut waiting = self.waiting();
        let failures = waiting.get(&account).map_or(0, |waiting| waiting.failures) + 1;
        let until = now.plus_seconds(POLICY.pause_seconds(failures).max(seconds_min));
        waiting.insert(account, Waiting { failures, until });
        until
    }

    /// Like [`Self::failed`], for as long as the carrier wants at least, within reason.
    pub(super) fn refused(
        &self,
        account: CarrierAccountId,
        error: &CarrierError,
        now: UtcMicros,
    ) -> UtcMicros {
        let CarrierError::Limited { seconds: Some(seconds), .. } = error else {
            return self.failed(account, 0, now);
        };
        self.failed(account, (*seconds).min(LIMITED_SECONDS_MAX), now)
    }

    pub(super) fn went_well(&self, account: CarrierAccountId) {
        self.waiting().remove(&account);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_up_to_a_quarter_of_an_hour_and_end_when_it_went_well() {
        let (patience, account) = (Patience::default(), CarrierAccountId::new());
        let now = UtcMicros::from_micros(0);
        let pause = || patience.failed(account, 0, now).seconds_since(now);
        assert_eq!([pause(), pause(), pause()], [15, 30, 60]);
        for _ in 0..20 {
            assert!(pause() <= 900);
        }
        assert!(patience.is_waiting(account, now));
        assert!(!patience.is_waiting(account, now.plus_seconds(900)));
        assert!(!patience.is_waiting(CarrierAccountId::new(), now), "others go on");
        patience.went_well(account);
        assert!(!patience.is_waiting(account, now));
        let limited =
            CarrierError::Limited { carrier: "test", said: String::new(), seconds: Some(3_600) };
        assert_eq!(patience.refused(account, &limited, now).seconds_since(now), 3_600);
        let absurd =
            CarrierError::Limited { carrier: "test", said: String::new(), seconds: Some(i64::MAX) };
        let until = patience.refused(account, &absurd, now);
        assert_eq!(until.seconds_since(now), LIMITED_SECONDS_MAX);
    }
}
