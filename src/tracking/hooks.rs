//! Messages that carriers send by themselves, and seeing to it that they do.
//!
//! **Invariant:** a message is kept as it came, once, before it is answered.

use std::collections::HashMap;
use std::time::Duration;

use sha2::{Digest, Sha256};
use tokio_util::sync::CancellationToken;

use super::ingest::courses_of;
use super::store::{self, Course};
use super::{TrackingError, service};
use crate::app::App;
use crate::carriers::model::ShipmentRef;
use crate::db::{DbError, Tx};
use crate::ids::CarrierAccountId;
use crate::shipments::AccountRow;
use crate::shipments::accounts::{account_by_hook, accounts_active};
use crate::units::UtcMicros;

/// So many shipments of one message are asked for at once; the rest at their time.
const HINTS_MAX: usize = 500;
const LOOK_EVERY: Duration = Duration::from_mins(10);
const SUBSCRIBED_SECONDS: i64 = 24 * 3600;

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HookTaken {
    /// It had not come before.
    pub is_new: bool,
    /// Shipments that are asked for because of it.
    pub woken: usize,
}

/// Keeps a message, and makes the shipments that it speaks of due.
///
/// What cannot be read, or speaks of shipments that nobody here sent, is kept and no error: the
/// carrier would only send it again.
pub async fn message_take(
    app: &App,
    hook: &str,
    body: Vec<u8>,
) -> Result<HookTaken, TrackingError> {
    let hook = hook.to_owned();
    let find = async move |tx: &mut Tx| account_by_hook(tx, &hook).await;
    let account = app.db.read::<_, DbError, _>(find).await?.ok_or(TrackingError::HookUnknown)?;
    let references = hints(app, &account, &body);
    let (id, now) = (account.id, app.clock.now());
    let sha256 = Sha256::digest(&body).to_vec();
    let write = async move |tx: &mut Tx| {
        if !store::message_insert(tx, id, sha256.clone(), body.clone(), now).await? {
            return Ok::<_, DbError>(HookTaken { is_new: false, woken: 0 });
        }
        let woken = wake(tx, &account.carrier, &references, now).await?;
        Ok(HookTaken { is_new: true, woken })
    };
    let taken = app.db.write(write).await?;
    if taken.woken > 0 {
        app.tracking_bell.ring();
    }
    Ok(taken)
}

/// What a message speaks of; nothing when it cannot be read.
fn hints(app: &App, account: &AccountRow, body: &[u8]) -> Vec<ShipmentRef> {
    let carrier = match app.connectors.of(&app.vault, account) {
        Ok(carrier) => carrier,
        Err(error) => {
            tracing::warn!(%error, account = %account.id, "a message is kept unread");
            return Vec::new();
        }
    };
    let Some(webhooks) = carrier.webhooks() else { return Vec::new() };
    match webhooks.read(body) {
        Ok(hints) => hints.into_iter().take(HINTS_MAX).map(|hint| hint.reference).collect(),
        Err(error) => {
            tracing::info!(%error, account = %account.id, "a message of a carrier was not read");
            Vec::new()
        }
    }
}

async fn wake(
    tx: &mut Tx,
    carrier: &str,
    references: &[ShipmentRef],
    now: UtcMicros,
) -> Result<usize, DbError> {
    let references: Vec<&ShipmentRef> = references.iter().collect();
    let mut courses: Vec<Course> =
        courses_of(tx, carrier, &references).await?.into_iter().flatten().collect();
    courses.sort_by_key(|course| course.id);
    courses.dedup_by_key(|course| course.id);
    let mut woken = 0;
    for course in &courses {
        woken += usize::from(service::wanted(tx, course, now).await?);
    }
    Ok(woken)
}

/// Sees to it daily that carriers send their messages here. `base`: how this server is reached from
/// outside.
pub async fn hooks_regularly(app: App, base: String, stop: CancellationToken) {
    let mut done = Subscribed::default();
    while !stop.is_cancelled() {
        if let Err(error) = subscribe_all(&app, &base, &mut done).await {
            tracing::warn!(%error, "accounts of carriers could not be read");
        }
        stop.run_until_cancelled(tokio::time::sleep(LOOK_EVERY)).await;
    }
}

/// Which accounts, in which version, were subscribed when.
pub type Subscribed = HashMap<CarrierAccountId, (i64, UtcMicros)>;

/// Subscribes the accounts that were not for a day, or are new or changed. Those that fail are tried
/// again the next time. Answers how many were subscribed.
pub async fn subscribe_all(app: &App, base: &str, done: &mut Subscribed) -> Result<usize, DbError> {
    let now = app.clock.now();
    let read = async move |tx: &mut Tx| accounts_active(tx).await;
    let mut count = 0;
    for account in app.db.read::<_, DbError, _>(read).await? {
        let is_done = done.get(&account.id).is_some_and(|(version, at)| {
            *version == account.version && now.seconds_since(*at) < SUBSCRIBED_SECONDS
        });
        if is_done {
            continue;
        }
        match subscribe(app, base, &account).await {
            Ok(()) => {
                done.insert(account.id, (account.version, now));
                count += 1;
            }
            Err(error) => {
                tracing::warn!(%error, account = %account.id, "messages of a carrier are not ordered");
            }
        }
    }
    Ok(count)
}

async fn subscribe(app: &App, base: &str, account: &AccountRow) -> Result<(), TrackingError> {
    let carrier = app.connectors.of(&app.vault, account)?;
    let url = format!("{}/v1/carrier-hooks/{}", base.trim_end_matches('/'), account.hook);
    let subscribing = carrier.webhooks().map(|webhooks| webhooks.subscribe(&url));
    let Some(subscribing) = subscribing else { return Ok(()) };
    subscribing.await.map_err(|error| TrackingError::Shipment(error.into()))
}
