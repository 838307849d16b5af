//! Parcels of which nothing is heard.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::announce::{Change, announce};
use super::store;
use crate::app::App;
use crate::commands::Ctx;
use crate::db::{DbError, Tx};
use crate::ids::CarrierAccountId;
use crate::shipments::accounts::account_list;

/// How often silence is looked for.
const LOOK_EVERY: Duration = Duration::from_mins(10);
const DAY_SECONDS: i64 = 24 * 3600;
/// So many shipments are marked in one transaction.
const COUNT_MAX: i64 = 500;
const ACCOUNTS_MAX: i64 = 10_000;

/// After how many days without news somebody should look. Freight goes by road for a week, and the
/// Post crosses the country without a scan.
pub(super) const fn days_of(carrier: &str) -> i64 {
    match carrier.as_bytes() {
        b"post" => 10,
        b"pek" | b"dellin" => 7,
        _ => 5,
    }
}

/// Marks silent shipments, again and again until it is told to stop.
pub async fn silence_regularly(app: App, stop: CancellationToken) {
    while !stop.is_cancelled() {
        match silence_note(&app).await {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "nothing is heard of some shipments"),
            Err(error) => tracing::warn!(%error, "silent shipments could not be looked for"),
        }
        stop.run_until_cancelled(tokio::time::sleep(LOOK_EVERY)).await;
    }
}

/// Marks the shipments of which nothing was heard for too long, and answers how many.
pub async fn silence_note(app: &App) -> Result<u64, DbError> {
    // Also of contracts that are no longer in use: nobody asks for their parcels.
    let first = CarrierAccountId::from_uuid(uuid::Uuid::nil());
    let read = async move |tx: &mut Tx| account_list(tx, first, ACCOUNTS_MAX).await;
    let accounts = app.db.read::<_, DbError, _>(read).await?;
    let mut carriers: Vec<String> = accounts.into_iter().map(|account| account.carrier).collect();
    carriers.sort_unstable();
    carriers.dedup();
    let mut sum = 0;
    for carrier in carriers {
        loop {
            let count = carrier_note(app, carrier.clone()).await?;
            sum += count;
            if count < COUNT_MAX.unsigned_abs() {
                break;
            }
        }
    }
    Ok(sum)
}

async fn carrier_note(app: &App, carrier: String) -> Result<u64, DbError> {
    let ctx = Ctx::system(app.clock.now());
    let before = ctx.now.plus_seconds(-days_of(&carrier) * DAY_SECONDS);
    let write = async move |tx: &mut Tx| {
        let courses = store::silent(tx, &carrier, before, COUNT_MAX).await?;
        let count = u64::try_from(courses.len()).unwrap_or(u64::MAX);
        let change = |course: store::Course| Change {
            status_before: course.status,
            attention_before: None,
            is_partial: false,
            was_partial: false,
            words: String::new(),
            place: String::new(),
            course,
        };
        let changes: Vec<Change> = courses.into_iter().map(change).collect();
        announce(tx, &ctx, &changes).await?;
        Ok::<_, DbError>(count)
    };
    app.db.write(write).await
}
