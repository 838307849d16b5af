//! Moving the money of parcels along the chain.

use std::collections::{BTreeMap, HashMap};

use super::CodError;
use super::chain::{Step, StepKind, is_partial, of_status};
use super::store::{self, Cod, StepRow};
use crate::carriers::model::DeliveryStatus;
use crate::commands::Ctx;
use crate::db::{DbError, Tx};
use crate::fault::reason_checked;
use crate::ids::{ManifestId, OwnerId, ParcelId};
use crate::money::{first_open_day, post};
use crate::units::{Day, Kopecks, UtcMicros};

/// A step of one parcel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodMove {
    pub parcel: ParcelId,
    pub step: Step,
    /// Negative: taken back. Nothing moves for zero.
    pub amount: Kopecks,
    pub day: Day,
}

/// What a carrier says of a parcel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delivery {
    pub parcel: ParcelId,
    pub status: DeliveryStatus,
    pub at: UtcMicros,
    /// It was partly delivered on its way, wherever it is now.
    pub is_partial: bool,
}

/// Moves the money of parcels: one transfer per step, day, owner and carrier, whatever the number of
/// parcels. A parcel without cash on delivery gets a chain of its own (a carrier that took money for
/// a prepaid order). A day of a closed period is the first open one.
pub async fn advance(tx: &mut Tx, ctx: &Ctx, moves: &[CodMove]) -> Result<(), CodError> {
    let moves: Vec<&CodMove> = moves.iter().filter(|one| !one.amount.is_zero()).collect();
    let parcels: Vec<ParcelId> = moves.iter().map(|one| one.parcel).collect();
    let mut known = held(tx, &parcels).await?;
    let new: Vec<ParcelId> =
        parcels.into_iter().filter(|parcel| !known.contains_key(parcel)).collect();
    if !new.is_empty() {
        store::open(tx, &new).await?;
        known.extend(held(tx, &new).await?);
    }
    write(tx, ctx, &moves, &known).await
}

pub(super) async fn held(
    tx: &mut Tx,
    parcels: &[ParcelId],
) -> Result<HashMap<ParcelId, Cod>, DbError> {
    let rows = store::hold(tx, parcels).await?;
    Ok(rows.into_iter().map(|cod| (cod.parcel, cod)).collect())
}

/// What goes over one transfer.
type Group<'a> = (Step, bool, OwnerId, &'a str, Day);

pub(super) async fn write(
    tx: &mut Tx,
    ctx: &Ctx,
    moves: &[&CodMove],
    known: &HashMap<ParcelId, Cod>,
) -> Result<(), CodError> {
    if moves.is_empty() {
        return Ok(());
    }
    let first = first_open_day(tx).await?;
    // What goes forth and back on one day is what is left of it: what is taken back is written first,
    // and may not be there yet.
    let mut left: BTreeMap<(ParcelId, Step, Day), Kopecks> = BTreeMap::new();
    for one in moves {
        let day = first.map_or(one.day, |first| first.max(one.day));
        let part = left.entry((one.parcel, one.step, day)).or_default();
        *part = part.checked_add(one.amount).map_err(|_| CodError::SumTooBig)?;
    }
    left.retain(|_, amount| !amount.is_zero());
    let mut groups: BTreeMap<Group<'_>, BTreeMap<ParcelId, Kopecks>> = BTreeMap::new();
    for ((parcel, step, day), amount) in left {
        let cod = known.get(&parcel).ok_or(CodError::ParcelUnknown { parcel })?;
        let group = (step, amount.is_positive(), cod.owner, cod.carrier.as_str(), day);
        groups.entry(group).or_default().insert(parcel, amount);
    }
    let mut postings = Vec::new();
    let mut steps: BTreeMap<usize, Vec<StepRow>> = BTreeMap::new();
    for ((step, is_forward, owner, carrier, day), parts) in groups {
        let sum = parts.values().try_fold(Kopecks::ZERO, |sum, amount| sum.checked_add(*amount));
        let sum = sum.map_err(|_| CodError::SumTooBig)?;
        let (transfer, made) = step.postings(owner, carrier, sum, day)?;
        postings.extend(made);
        let rows = parts.into_iter().map(|(parcel, amount)| StepRow {
            parcel,
            step,
            transfer,
            amount,
            day,
        });
        steps.entry(turn(step, is_forward)).or_default().extend(rows);
    }
    post(tx, ctx, &postings).await?;
    for rows in steps.values() {
        store::steps_insert(tx, ctx, rows).await.map_err(refusal)?;
    }
    Ok(())
}

/// When a step is written: first what is taken back, from the end of the chain, then what comes, from
/// its beginning. So no step overtakes another in between.
fn turn(step: Step, is_forward: bool) -> usize {
    let place = StepKind::ALL.iter().position(|kind| *kind == step.kind()).unwrap_or_default();
    let count = StepKind::ALL.len();
    if is_forward { count + place } else { count - 1 - place }
}

/// Which rule of the database refused, in the words of this capability.
pub(super) fn refusal(error: DbError) -> CodError {
    match &error {
        DbError::Check { rule } if rule.starts_with("cod_") => {
            CodError::OutOfOrder { rule: rule.clone() }
        }
        _ => error.into(),
    }
}

/// The parcels of a manifest are handed over: their money is to be collected. Called once, by the
/// closing of the manifest.
pub async fn expect(tx: &mut Tx, ctx: &Ctx, manifest: ManifestId) -> Result<(), CodError> {
    let day = ctx.now.moscow_day();
    let parcels = store::to_expect(tx, manifest).await?;
    let moves: Vec<CodMove> = parcels
        .iter()
        .map(|one| CodMove { parcel: one.parcel, step: Step::Expected, amount: one.amount, day })
        .collect();
    advance(tx, ctx, &moves).await?;
    // Some of them may have arrived before somebody closed the manifest.
    let told = parcels.iter().filter_map(|one| {
        let (status, at) = (one.status?, one.status_at?);
        let is_partial = status == DeliveryStatus::PartlyDelivered;
        Some(Delivery { parcel: one.parcel, status, at, is_partial })
    });
    Ok(follow(tx, ctx, &told.collect::<Vec<_>>()).await?)
}

/// Carriers said what became of parcels: what was paid, and what will not be.
///
/// Nothing of it is refused: where the money is further than the status, nothing moves, and what a
/// register says otherwise is a finding.
pub async fn follow(tx: &mut Tx, ctx: &Ctx, deliveries: &[Delivery]) -> Result<(), DbError> {
    let parcels: Vec<ParcelId> = deliveries.iter().map(|one| one.parcel).collect();
    let known = held(tx, &parcels).await?;
    let mut moves = Vec::new();
    for one in deliveries {
        let Some(cod) = known.get(&one.parcel) else { continue };
        let (parcel, day) = (one.parcel, one.at.moscow_day());
        let is_partial = is_partial(cod.is_partial || one.is_partial, one.status);
        let steps = of_status(cod, one.status, is_partial);
        moves.extend(steps.into_iter().map(|(step, amount)| CodMove { parcel, step, amount, day }));
        if cod.is_partial != is_partial {
            store::partial_set(tx, parcel, is_partial, day).await?;
        }
    }
    let moves: Vec<&CodMove> = moves.iter().collect();
    write(tx, ctx, &moves, &known).await.map_err(|error| match error {
        CodError::Database(error) => error,
        other => DbError::Engine(Box::new(other)),
    })
}

/// Holds the money of a parcel back from reports and payouts (спорное отправление). What was reported
/// or paid stays so, and one that is held back already is so since it was first.
pub async fn hold(tx: &mut Tx, ctx: &Ctx, parcel: ParcelId, reason: &str) -> Result<(), CodError> {
    let reason = reason_checked(reason)?;
    if store::dispute(tx, ctx, parcel, reason).await? {
        Ok(())
    } else {
        Err(CodError::ParcelUnknown { parcel })
    }
}

/// Lets it go on.
pub async fn release(tx: &mut Tx, parcel: ParcelId) -> Result<(), CodError> {
    let found = store::find(tx, parcel, None).await?;
    let known = found.ok_or(CodError::ParcelUnknown { parcel })?;
    if known.disputed.is_none() {
        return Err(CodError::NotHeld { parcel });
    }
    Ok(store::dispute_end(tx, parcel).await?)
}
