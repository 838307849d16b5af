//! The poller: shipments that are due are asked for, in the portions and at the pace of their carrier.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::future::join_all;
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::ingest::{Ingested, ingest};
use super::patience::Patience;
use super::store::{self, Due};
use super::tickets::Desk;
use super::{TrackingError, queue, rules};
use crate::app::App;
use crate::carriers::CarrierError;
use crate::carriers::model::{ShipmentRef, Track};
use crate::db::{DbError, Tx};
use crate::ids::{CarrierAccountId, ShipmentId};
use crate::shipments::accounts::accounts_active;
use crate::shipments::{AccountRow, Connected};
use crate::units::UtcMicros;

/// How long a shipment that another node made due waits at most.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// The largest portion, whatever the carrier takes.
const COUNT_MAX: usize = 500;
/// So many portions may be refused or unreadable in one go before the account is left alone.
pub(super) const ODD_MAX: u32 = 5;

/// Asks for what is due. Each node has one; they share the work by the times in the database.
pub struct Poller {
    app: App,
    pub(super) patience: Patience,
    busy: Arc<Busy>,
    stop: CancellationToken,
}

/// The accounts that are being asked by this node.
type Busy = Mutex<HashSet<CarrierAccountId>>;

/// The turn of an account that is being asked. It ends however the asking does, also by a panic.
struct Turn {
    account: AccountRow,
    busy: Arc<Busy>,
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.busy.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.account.id);
    }
}

/// Asks carriers for shipments, again and again until it is told to stop.
pub async fn track_regularly(app: App, stop: CancellationToken) {
    let poller = Arc::new(Poller { stop: stop.clone(), ..Poller::new(app) });
    let running = TaskTracker::new();
    while !stop.is_cancelled() {
        match poller.turns().await {
            Ok(turns) => {
                for turn in turns {
                    let poller = Arc::clone(&poller);
                    running.spawn(async move { poller.account_run(turn).await });
                }
            }
            Err(error) => tracing::warn!(%error, "accounts of carriers could not be read"),
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = poller.app.tracking_bell.rung() => {}
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
    }
    running.close();
    running.wait().await;
}

impl Poller {
    pub fn new(app: App) -> Self {
        let stop = CancellationToken::new();
        Self { app, patience: Patience::default(), busy: Arc::default(), stop }
    }

    /// Asks for everything that is due now, and answers what came of it.
    pub async fn run_due(&self) -> Result<Ingested, DbError> {
        let turns = self.turns().await?;
        let runs = turns.into_iter().map(|turn| self.account_run(turn));
        Ok(join_all(runs).await.into_iter().fold(Ingested::default(), Ingested::plus))
    }

    /// The accounts that are not being asked, nor left alone; from here on they are being asked.
    async fn turns(&self) -> Result<Vec<Turn>, DbError> {
        let read = async move |tx: &mut Tx| accounts_active(tx).await;
        let accounts = self.app.db.read::<_, DbError, _>(read).await?;
        let now = self.app.clock.now();
        let mut busy = self.busy.lock().unwrap_or_else(PoisonError::into_inner);
        let free = accounts.into_iter().filter(|account| {
            !self.patience.is_waiting(account.id, now) && busy.insert(account.id)
        });
        Ok(free.map(|account| Turn { account, busy: Arc::clone(&self.busy) }).collect())
    }

    async fn account_run(&self, turn: Turn) -> Ingested {
        let account = &turn.account;
        let mut sum = Ingested::default();
        if let Err(error) = self.account_ask(account, &mut sum).await {
            let (id, carrier) = (account.id, &account.carrier);
            tracing::warn!(%error, account = %id, carrier, "tracking failed");
            let now = self.app.clock.now();
            if !self.patience.is_waiting(id, now) {
                self.patience.failed(id, 0, now);
            }
        }
        sum
    }

    async fn account_ask(
        &self,
        account: &AccountRow,
        sum: &mut Ingested,
    ) -> Result<(), TrackingError> {
        let carrier = self.app.connectors.of(&self.app.vault, account)?;
        let (app, patience, stop) = (&self.app, &self.patience, &self.stop);
        let desk = Desk { app, patience, stop, account, carrier: &carrier };
        desk.collect(sum).await?;
        if desk.is_used().await? {
            desk.ask().await?;
        } else {
            self.shipments_ask(account, &carrier, sum).await?;
        }
        queue::empty(&self.app, &self.patience, account, &carrier, sum).await
    }

    async fn shipments_ask(
        &self,
        account: &AccountRow,
        carrier: &Connected,
        sum: &mut Ingested,
    ) -> Result<(), TrackingError> {
        let manner = carrier.tracking().map(|tracking| (tracking.count_max(), tracking.interval()));
        let Some((count_max, interval)) = manner else { return Ok(()) };
        let mut odd = 0;
        while !self.stop.is_cancelled() {
            let claimed = self.claim(account.id, count_max, interval).await?;
            let references: Vec<ShipmentRef> =
                claimed.iter().map(|claim| claim.reference.clone()).collect();
            if references.is_empty() {
                return Ok(());
            }
            let Answered { tracks, failure } = answered(account.id, carrier, &references).await;
            *sum = sum.plus(ingest(&self.app, &account.carrier, tracks).await?);
            match failure {
                None => self.patience.went_well(account.id),
                Some(error) if error.is_of_asked() && odd < ODD_MAX => {
                    // Others need not wait for them; they are asked for again at their next time.
                    odd += 1;
                    tracing::warn!(%error, account = %account.id, "shipments were not told of");
                }
                Some(error) => {
                    let until = self.patience.refused(account.id, &error, self.app.clock.now());
                    let write = async move |tx: &mut Tx| put_back(tx, &claimed, until).await;
                    self.app.db.write::<(), DbError, _>(write).await?;
                    return Err(TrackingError::Shipment(error.into()));
                }
            }
        }
        Ok(())
    }

    /// Takes the shipments that are due: their next time is written before they are asked for.
    async fn claim(
        &self,
        account: CarrierAccountId,
        count_max: usize,
        interval: Duration,
    ) -> Result<Vec<Claim>, DbError> {
        let now = self.app.clock.now();
        let due = due(&self.app, account, now, count_max).await?;
        if due.is_empty() {
            return Ok(Vec::new());
        }
        let seconds = seconds_of(interval);
        let take = async move |tx: &mut Tx| claim(tx, &due, now, seconds).await;
        self.app.db.write(take).await
    }
}

/// What came of a question about some shipments.
#[derive(Debug, Default)]
struct Answered {
    tracks: Vec<Track>,
    failure: Option<CarrierError>,
}

/// Asks for these at once; for each by itself where one of them is trouble to the carrier, so that the
/// others are told of.
async fn answered(
    account: CarrierAccountId,
    carrier: &Connected,
    references: &[ShipmentRef],
) -> Answered {
    let mut answered = Answered::default();
    let asking = carrier.tracking().map(|tracking| tracking.track(references));
    let Some(asking) = asking else { return answered };
    match asking.await {
        Ok(tracks) => return Answered { tracks, failure: None },
        Err(error) if error.is_of_asked() && references.len() > 1 => {
            tracing::warn!(%error, %account, "shipments are asked for one by one");
        }
        Err(error) => return Answered { failure: Some(error), ..answered },
    }
    let mut is_answered = false;
    for reference in references {
        let one = std::slice::from_ref(reference);
        let asking = carrier.tracking().map(|tracking| tracking.track(one));
        let Some(asking) = asking else { break };
        match asking.await {
            Ok(tracks) => {
                is_answered = true;
                answered.tracks.extend(tracks);
            }
            Err(error) if error.is_of_asked() => {
                let number = &reference.number;
                tracing::warn!(%error, %account, number, "a shipment was not told of");
                answered.failure = Some(error);
            }
            Err(error) => return Answered { failure: Some(error), ..answered },
        }
    }
    if is_answered {
        answered.failure = None;
    }
    answered
}

/// The shipments of an account that are due, as many as its carrier takes at once.
pub(super) async fn due(
    app: &App,
    account: CarrierAccountId,
    now: UtcMicros,
    count_max: usize,
) -> Result<Vec<Due>, DbError> {
    let count_max = i64::try_from(count_max.clamp(1, COUNT_MAX)).unwrap_or(1);
    let look = async move |tx: &mut Tx| store::due(tx, account, now, count_max).await;
    app.db.read(look).await
}

/// Those of the shipments that no other node asks for, with their next times moved.
pub(super) async fn claim(
    tx: &mut Tx,
    due: &[Due],
    now: UtcMicros,
    interval_seconds: i64,
) -> Result<Vec<Claim>, DbError> {
    let mut by_next: BTreeMap<Option<UtcMicros>, Vec<ShipmentId>> = BTreeMap::new();
    for due in due {
        let heard_at = due.heard_at.unwrap_or(now);
        let next = rules::asked_next(due.status, heard_at, now, interval_seconds);
        by_next.entry(next).or_default().push(due.id);
    }
    let mut claimed: HashMap<ShipmentId, Option<UtcMicros>> = HashMap::new();
    for (next, ids) in by_next {
        let ids = store::due_claim(tx, &ids, next, now).await?;
        claimed.extend(ids.into_iter().map(|id| (id, next)));
    }
    let claim = |due: &Due| {
        let next = *claimed.get(&due.id)?;
        Some(Claim { id: due.id, reference: reference(due), next })
    };
    Ok(due.iter().filter_map(claim).collect())
}

/// The carrier does not answer: they are asked for as soon as it is tried again.
pub(super) async fn put_back(
    tx: &mut Tx,
    claimed: &[Claim],
    until: UtcMicros,
) -> Result<(), DbError> {
    let mut by_next: BTreeMap<Option<UtcMicros>, Vec<ShipmentId>> = BTreeMap::new();
    for claim in claimed {
        by_next.entry(claim.next).or_default().push(claim.id);
    }
    for (next, ids) in by_next {
        store::due_again(tx, &ids, next, until).await?;
    }
    Ok(())
}

pub(super) fn seconds_of(pause: Duration) -> i64 {
    i64::try_from(pause.as_secs()).unwrap_or(i64::MAX)
}

/// A shipment that this node asks for.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Claim {
    pub(super) id: ShipmentId,
    pub(super) reference: ShipmentRef,
    /// When it is asked for again.
    next: Option<UtcMicros>,
}

fn reference(due: &Due) -> ShipmentRef {
    let reference = ShipmentRef {
        number: due.number.clone(),
        id: due.carrier_ref.clone(),
        track: due.track.clone(),
        ..ShipmentRef::default()
    };
    reference.asked(due.ask.as_ref())
}
