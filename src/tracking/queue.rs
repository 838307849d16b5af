//! Carriers that keep their events until they are fetched: fetched, kept, and only then confirmed.

use std::time::Duration;

use super::TrackingError;
use super::ingest::{Ingested, ingest};
use super::patience::Patience;
use super::poll::seconds_of;
use super::store;
use crate::app::App;
use crate::carriers::{CarrierError, EventQueue};
use crate::db::{DbError, Tx};
use crate::ids::CarrierAccountId;
use crate::shipments::{AccountRow, Connected};
use crate::units::UtcMicros;

/// Who fetches has the queue for so long, from one batch to the next.
const LEASE_SECONDS: i64 = 180;
/// A queue that never ends is left to the next run.
const BATCHES_MAX: usize = 1_000;

/// Empties the queue of an account, if its carrier keeps one and it is time.
pub(super) async fn empty(
    app: &App,
    patience: &Patience,
    account: &AccountRow,
    carrier: &Connected,
    sum: &mut Ingested,
) -> Result<(), TrackingError> {
    let Some(interval) = carrier.event_queue().map(EventQueue::interval) else {
        return Ok(());
    };
    let Some(mut claimed) = claim(app, account.id).await? else { return Ok(()) };
    let mut pause = interval;
    for _ in 0..BATCHES_MAX {
        match batch(app, account, carrier, sum).await {
            Ok(More::Yes) => {
                let Some(next) = moved(app, account.id, claimed, LEASE_SECONDS).await? else {
                    return Ok(());
                };
                claimed = next;
                pause = Duration::ZERO;
            }
            Ok(More::No) => {
                patience.went_well(account.id);
                pause = interval;
                break;
            }
            Err(error) => {
                if let TrackingError::Shipment(crate::shipments::ShipmentError::Carrier(error)) =
                    &error
                {
                    let now = app.clock.now();
                    let until = patience.refused(account.id, error, now);
                    moved(app, account.id, claimed, until.seconds_since(now)).await?;
                }
                return Err(error);
            }
        }
    }
    moved(app, account.id, claimed, seconds_of(pause)).await?;
    Ok(())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum More {
    Yes,
    No,
}

/// Fetches one batch, keeps it, and confirms it. An error leaves it with the carrier.
async fn batch(
    app: &App,
    account: &AccountRow,
    carrier: &Connected,
    sum: &mut Ingested,
) -> Result<More, TrackingError> {
    let Some(asking) = carrier.event_queue().map(EventQueue::next) else {
        return Ok(More::No);
    };
    let Some(batch) = asking.await.map_err(failed)? else { return Ok(More::No) };
    *sum = sum.plus(ingest(app, &account.carrier, batch.tracks).await?);
    if let Some(confirming) = carrier.event_queue().map(|queue| queue.confirm(&batch.id)) {
        confirming.await.map_err(failed)?;
    }
    Ok(if batch.is_last { More::No } else { More::Yes })
}

fn failed(error: CarrierError) -> TrackingError {
    TrackingError::Shipment(error.into())
}

async fn claim(app: &App, account: CarrierAccountId) -> Result<Option<UtcMicros>, DbError> {
    let now = app.clock.now();
    let look = async move |tx: &mut Tx| store::queue_next(tx, account).await;
    if app.db.read::<_, DbError, _>(look).await?.is_some_and(|next| next > now) {
        return Ok(None);
    }
    let until = now.plus_seconds(LEASE_SECONDS);
    let write = async move |tx: &mut Tx| store::queue_claim(tx, account, until, now).await;
    Ok(app.db.write::<bool, DbError, _>(write).await?.then_some(until))
}

/// Moves the time of the next fetch. Nothing: another node has the queue by now.
async fn moved(
    app: &App,
    account: CarrierAccountId,
    claimed: UtcMicros,
    seconds: i64,
) -> Result<Option<UtcMicros>, DbError> {
    let next = app.clock.now().plus_seconds(seconds);
    let write = async move |tx: &mut Tx| store::queue_move(tx, account, claimed, next).await;
    Ok(app.db.write::<bool, DbError, _>(write).await?.then_some(next))
}
