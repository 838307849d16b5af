//! A carrier whose own time is taken, apart from what the program does around it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::app::App;
use crate::carriers::model::{Handover, HandoverAsk, Quote, QuoteAsk};
use crate::carriers::{Answer, Carrier, Handovers, Quoting};
use crate::shipments::{AccountRow, Connected, ShipmentError};

/// The times that carriers took, in the order of their ends.
#[derive(Clone, Default)]
pub(super) struct Stopwatch(Arc<Mutex<Vec<Duration>>>);

impl Stopwatch {
    fn note(&self, took: Duration) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(took);
    }

    /// What was taken since the last time.
    pub(super) fn take(&self) -> Vec<Duration> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A carrier under the watch. It names prices and makes acts, and does nothing else.
pub(super) struct Timed {
    carrier: Connected,
    watch: Stopwatch,
}

impl Timed {
    pub(super) fn connected(carrier: Connected, watch: &Stopwatch) -> Connected {
        Arc::new(Self { carrier, watch: watch.clone() })
    }

    /// Puts the carrier of an account under the watch.
    pub(super) fn put(
        app: &App,
        account: &AccountRow,
        watch: &Stopwatch,
    ) -> Result<(), ShipmentError> {
        let carrier = app.connectors.of(&app.vault, account)?;
        app.connectors.put(account.id, account.version, Self::connected(carrier, watch));
        Ok(())
    }
}

impl Carrier for Timed {
    fn code(&self) -> &str {
        self.carrier.code()
    }

    fn name(&self) -> &str {
        self.carrier.name()
    }

    fn quoting(&self) -> Option<&dyn Quoting> {
        self.carrier.quoting().map(|_| self as &dyn Quoting)
    }

    fn handovers(&self) -> Option<&dyn Handovers> {
        self.carrier.handovers().map(|_| self as &dyn Handovers)
    }
}

impl Quoting for Timed {
    fn quote<'a>(&'a self, ask: &'a QuoteAsk) -> Answer<'a, Vec<Quote>> {
        Box::pin(async move {
            let Some(quoting) = self.carrier.quoting() else { return Ok(Vec::new()) };
            let started = Instant::now();
            let answer = quoting.quote(ask).await;
            self.watch.note(started.elapsed());
            answer
        })
    }
}

impl Handovers for Timed {
    fn hand_over<'a>(&'a self, ask: &'a HandoverAsk) -> Answer<'a, Handover> {
        Box::pin(async move {
            let handovers = self.carrier.handovers().expect("it was there when it was asked for");
            let started = Instant::now();
            let answer = handovers.hand_over(ask).await;
            self.watch.note(started.elapsed());
            answer
        })
    }
}
