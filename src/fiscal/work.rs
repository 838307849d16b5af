//! Receipts that carriers tell by their interfaces: one job for each account and day.
//!
//! A receipt may come days after its day, so each of the last days is asked for again; what is known
//! adds nothing.

use std::collections::BTreeSet;

use super::{FiscalError, service};
use crate::app::App;
use crate::commands::Ctx;
use crate::db::{DbError, Tx};
use crate::ids::CarrierAccountId;
use crate::shipments::accounts::accounts_active;
use crate::shipments::daily::{DailyAsk, connected};
use crate::shipments::{AccountRow, ShipmentError};
use crate::units::Day;

/// Receipts appear some days late.
const RECEIPTS: DailyAsk = DailyAsk {
    job: "fiscal_receipts_fetch",
    days_back: 10,
    lease_seconds: 5 * 60,
    is_told: |carrier| carrier.receipts().is_some(),
    ask: |app, account, day| {
        Box::pin(async move { fetch(app, account, day).await.map_err(|error| error.to_string()) })
    },
};

/// What carriers are asked for daily.
pub const ASKS: &[DailyAsk] = &[RECEIPTS];

/// The carriers that tell their receipts: of the others none is missed for not having come.
pub(super) async fn telling(app: &App) -> Result<BTreeSet<String>, DbError> {
    let read = async |tx: &mut Tx| accounts_active(tx).await;
    let accounts = app.db.read::<_, DbError, _>(read).await?;
    let is_telling = |account: &AccountRow| {
        let program = app.connectors.of(&app.vault, account);
        program.is_ok_and(|program| (RECEIPTS.is_told)(program.as_ref()))
    };
    Ok(accounts.into_iter().filter(is_telling).map(|account| account.carrier).collect())
}

/// So many receipts are written in one transaction.
const PART: usize = 1_000;

/// Asks an account for the receipts of a day and keeps them.
async fn fetch(app: &App, account: CarrierAccountId, day: Day) -> Result<(), FiscalError> {
    let Some((_, program)) = connected(app, account).await? else { return Ok(()) };
    let Some(asking) = program.receipts().map(|receipts| receipts.receipts(day)) else {
        return Ok(());
    };
    let told = asking.await.map_err(ShipmentError::from)?;
    let ctx = Ctx::system(app.clock.now());
    for part in told.chunks(PART) {
        let part = part.to_vec();
        let write = async move |tx: &mut Tx| service::keep(tx, &ctx, account, &part).await;
        app.db.write::<u64, DbError, _>(write).await?;
    }
    Ok(())
}
