//! What shops and the operator pay, by day.

use super::TaxError;
use super::rates::{VatMode, begins};
use super::store::{self, ModeRow};
use crate::access::Scope;
use crate::catalog::owner_find;
use crate::commands::Ctx;
use crate::db::{DbError, Tx};
use crate::ids::OwnerId;
use crate::units::Day;

/// All that is known of a shop, or without one of the operator, by day.
pub async fn modes(tx: &mut Tx, owner: Option<OwnerId>) -> Result<Vec<ModeRow>, DbError> {
    store::modes(tx, owner).await
}

/// What a shop (without one: the operator) pays on a day; no VAT where nobody has said anything.
pub async fn mode_on(tx: &mut Tx, owner: Option<OwnerId>, day: Day) -> Result<VatMode, DbError> {
    Ok(store::mode_on(tx, owner, day).await?.map(|row| row.mode).unwrap_or_default())
}

/// Whether anybody has said what a shop pays on a day: that it pays nothing has to be said, too.
pub async fn is_mode_said(tx: &mut Tx, owner: OwnerId, day: Day) -> Result<bool, DbError> {
    Ok(store::mode_on(tx, Some(owner), day).await?.is_some())
}

/// Says what a shop (without one: the operator) pays from a day on. The same day again corrects it;
/// what carriers were told already keeps its rates.
pub async fn mode_set(
    tx: &mut Tx,
    ctx: &Ctx,
    owner: Option<OwnerId>,
    row: &ModeRow,
) -> Result<(), TaxError> {
    let ModeRow { valid_from, mode, tax_system } = *row;
    if let Some(day) = begins(mode).filter(|first| valid_from < *first) {
        return Err(TaxError::TooEarly { mode, day });
    }
    if !tax_system.has(mode) {
        return Err(TaxError::SystemUnfit { mode, system: tax_system });
    }
    if let Some(owner) = owner {
        owner_find(tx, Scope::All, owner).await?;
    }
    Ok(store::mode_set(tx, owner, row, ctx.now).await?)
}
