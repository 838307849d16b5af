//! The money of a register at the bank: received for all its parcels at once, and taken back.
//!
//! Parcels go in pages, each held until the commit, so a register of a million lines needs no more
//! memory than one of some thousand.

use std::collections::HashMap;

use super::CodError;
use super::chain::{Step, StepKind};
use super::service::{CodMove, held, write};
use super::store::{self, Listed};
use crate::commands::Ctx;
use crate::db::Tx;
use crate::ids::{CodRegisterId, ParcelId};
use crate::units::{Day, Kopecks};

const PAGE_PARCELS: i64 = 5_000;

const fn nil() -> ParcelId {
    ParcelId::from_uuid(uuid::Uuid::nil())
}

/// The bank has all that a register lists: [`Step::Received`] for each of its parcels, and
/// [`Step::AdvanceCleared`] for as much of it as was advanced to the shop.
pub async fn receive(
    tx: &mut Tx,
    ctx: &Ctx,
    register: CodRegisterId,
    day: Day,
) -> Result<(), CodError> {
    let mut after = nil();
    loop {
        let page = store::listed(tx, register, StepKind::Registered, after, PAGE_PARCELS).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.parcel;
        let parcels: Vec<ParcelId> = page.iter().map(|one| one.parcel).collect();
        let known = held(tx, &parcels).await?;
        let mut moves = Vec::new();
        for Listed { parcel, amount } in page {
            let advanced = known.get(&parcel).map_or(Kopecks::ZERO, |cod| cod.advanced);
            let cleared = advanced.min(amount);
            moves.push(CodMove { parcel, step: Step::Received(register), amount, day });
            let step = Step::AdvanceCleared(register);
            moves.push(CodMove { parcel, step, amount: cleared, day });
        }
        let moves: Vec<&CodMove> = moves.iter().filter(|one| !one.amount.is_zero()).collect();
        write(tx, ctx, &moves, &known).await?;
    }
}

/// What [`receive`] moved is taken back, as long as nobody was told of the money:
/// [`CodError::OutOfOrder`] when a report or a payout has it.
pub async fn take_back(
    tx: &mut Tx,
    ctx: &Ctx,
    register: CodRegisterId,
    day: Day,
) -> Result<(), CodError> {
    let mut after = nil();
    loop {
        let page = store::listed(tx, register, StepKind::Received, after, PAGE_PARCELS).await?;
        let Some(last) = page.last() else { return Ok(()) };
        let range = (after, last.parcel);
        after = last.parcel;
        let cleared: HashMap<ParcelId, Kopecks> =
            store::listed_between(tx, register, StepKind::AdvanceCleared, range)
                .await?
                .into_iter()
                .map(|one| (one.parcel, one.amount))
                .collect();
        let parcels: Vec<ParcelId> = page.iter().map(|one| one.parcel).collect();
        let known = held(tx, &parcels).await?;
        let back = |parcel, step, amount: Kopecks| {
            let amount = Kopecks::new(-amount.get());
            CodMove { parcel, step, amount, day }
        };
        let mut moves = Vec::new();
        for Listed { parcel, amount } in page {
            moves.push(back(parcel, Step::Received(register), amount));
            let cleared = cleared.get(&parcel).copied().unwrap_or_default();
            moves.push(back(parcel, Step::AdvanceCleared(register), cleared));
        }
        let moves: Vec<&CodMove> = moves.iter().filter(|one| !one.amount.is_zero()).collect();
        write(tx, ctx, &moves, &known).await?;
    }
}
