//! What people decide: findings, and registers as wholes.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::findings::fits;
use super::load::{around, compare};
use super::model::{
    FindingKind, FindingRow, LineKind, RegisterLineOut, RegisterOut, RegisterState, Resolution,
    Severity,
};
use super::steps::{Held, Verdict, steps, withheld};
use super::store::lines::{self, ToPost};
use super::store::registers::Holding;
use super::store::{findings as finding_store, registers};
use super::{FindingState, RegisterError, settle};
use crate::cod::{self, CodMove, Step, StepKind};
use crate::commands::Ctx;
use crate::db::Tx;
use crate::fault::reason_checked;
use crate::ids::{CodRegisterId, FindingId, ParcelId};
use crate::money::{self, Account, Posting, TransferReason};
use crate::units::{Day, Kopecks, OutOfRange};
use crate::{bank, reconciliation};

/// Lines that are posted or compared at once.
const PAGE_LINES: i64 = 5_000;

/// A register that is a draft, held until the commit.
async fn draft(tx: &mut Tx, id: CodRegisterId) -> Result<Holding, RegisterError> {
    let held = registers::hold(tx, id).await?;
    let held = held.ok_or(RegisterError::NotFound { register: id })?;
    match held.state {
        RegisterState::Draft => Ok(held),
        state => Err(RegisterError::WrongState { state }),
    }
}

/// A register as people see it.
pub async fn shown(tx: &mut Tx, id: CodRegisterId) -> Result<RegisterOut, RegisterError> {
    registers::find(tx, id).await?.ok_or(RegisterError::NotFound { register: id })
}

/// Resolves a finding of a draft, with the reason of a person.
pub async fn resolve(
    tx: &mut Tx,
    ctx: &Ctx,
    id: FindingId,
    resolution: Resolution,
    reason: &str,
) -> Result<FindingRow, RegisterError> {
    let unknown = || RegisterError::FindingUnknown { finding: id };
    let finding = finding_store::find(tx, id).await?.ok_or_else(unknown)?;
    let reason = reason_checked(reason)?;
    check_fits(finding.kind, (finding.line, finding.amount_kopecks), resolution)?;
    if finding.kind == FindingKind::PaymentWithoutRegister
        && resolution == Resolution::Acknowledge
        && let Some(document) = finding.document_id
    {
        bank::set_aside(tx, document).await?;
    }
    if let Some(register) = finding.register_id.filter(|_| !finding.kind.is_of_reconciliation()) {
        let held = registers::hold(tx, register).await?.ok_or_else(unknown)?;
        check_open(held.state, resolution)?;
        if held.state == RegisterState::Draft {
            undecide(tx, register, &finding).await?;
        }
        if resolution == Resolution::IgnoreLine {
            lines::ignore(tx, register, finding.line).await?;
        }
    }
    if !finding_store::resolve(tx, ctx, id, resolution, reason).await? {
        return Err(RegisterError::FindingResolved);
    }
    finding_store::find(tx, id).await?.ok_or_else(unknown)
}

/// What is decided about the lines of a draft is posted with it. Of an accepted register it can still be
/// said that something is known, or is argued about: that posts nothing.
fn check_open(state: RegisterState, resolution: Resolution) -> Result<(), RegisterError> {
    let is_word = matches!(resolution, Resolution::Acknowledge | Resolution::ClaimFromCarrier);
    match state {
        RegisterState::Draft => Ok(()),
        RegisterState::Accepted if is_word => Ok(()),
        state => Err(RegisterError::WrongState { state }),
    }
}

/// A decision about a draft may be changed: the one before is taken off.
async fn undecide(
    tx: &mut Tx,
    register: CodRegisterId,
    finding: &FindingRow,
) -> Result<(), RegisterError> {
    if finding.state == FindingState::Resolved {
        finding_store::reopen(tx, finding.id).await?;
        if finding.resolution == Some(Resolution::IgnoreLine) {
            lines::count_again(tx, register, finding.line).await?;
        }
    }
    Ok(())
}

/// Resolves all open findings of a kind in a draft, or says a word about them in an accepted register;
/// answers how many.
pub async fn resolve_kind(
    tx: &mut Tx,
    ctx: &Ctx,
    id: CodRegisterId,
    kind: FindingKind,
    (resolution, reason): (Resolution, &str),
) -> Result<i64, RegisterError> {
    let reason = reason_checked(reason)?;
    let held = registers::hold(tx, id).await?;
    let held = held.ok_or(RegisterError::NotFound { register: id })?;
    check_open(held.state, resolution)?;
    let bounds = finding_store::bounds(tx, id, kind).await?;
    check_fits(kind, (bounds.first.unwrap_or(1), bounds.most), resolution)?;
    if resolution == Resolution::IgnoreLine {
        lines::ignore_kind(tx, id, kind).await?;
    }
    let resolved = finding_store::resolve_kind(tx, ctx, id, kind, (resolution, reason)).await?;
    Ok(i64::try_from(resolved).unwrap_or(i64::MAX))
}

fn check_fits(
    kind: FindingKind,
    (line, amount): (i64, Option<Kopecks>),
    resolution: Resolution,
) -> Result<(), RegisterError> {
    if fits(kind, line, amount, resolution) {
        return Ok(());
    }
    Err(RegisterError::ResolutionUnfit { kind, resolution })
}

/// Compares a draft anew with what is known by now. What people decided stays.
pub async fn check(
    tx: &mut Tx,
    ctx: &Ctx,
    id: CodRegisterId,
) -> Result<RegisterOut, RegisterError> {
    let held = draft(tx, id).await?;
    let around = around(tx, &held.carrier, held.day).await?;
    let last = lines::last(tx, id).await?;
    let mut from = 0;
    while from < last {
        let range = (from, (from + PAGE_LINES).min(last));
        finding_store::clear_open(tx, id, range).await?;
        compare(tx, ctx, (id, &held.carrier), &around, range).await?;
        from = range.1;
    }
    shown(tx, id).await
}

/// Says which parcel a line of a draft is about, with the reason of a person. The line is compared anew,
/// and so are those about the same parcels.
pub async fn assign(
    tx: &mut Tx,
    ctx: &Ctx,
    (id, line): (CodRegisterId, i64),
    parcel: ParcelId,
    reason: &str,
) -> Result<RegisterLineOut, RegisterError> {
    let held = draft(tx, id).await?;
    let reason = reason_checked(reason)?;
    let unknown = || RegisterError::LineUnknown { line };
    let before = lines::parcel_of(tx, id, line).await?.ok_or_else(unknown)?.parcel;
    if !lines::is_carried_by(tx, parcel, &held.carrier).await? {
        return Err(RegisterError::ParcelElsewhere { parcel, carrier: held.carrier });
    }
    lines::assign(tx, id, line, (parcel, reason)).await?;
    finding_store::clear_line(tx, id, line).await?;
    let around = around(tx, &held.carrier, held.day).await?;
    for one in lines::of_parcels(tx, id, (parcel, before.unwrap_or(parcel))).await? {
        let range = (one.line - 1, one.line);
        finding_store::clear_open(tx, id, range).await?;
        compare(tx, ctx, (id, &held.carrier), &around, range).await?;
    }
    lines::list(tx, id, line - 1, 1).await?.pop().ok_or_else(unknown)
}

/// Does not accept a draft. Its content may come again as a new one.
pub async fn reject(
    tx: &mut Tx,
    ctx: &Ctx,
    id: CodRegisterId,
    reason: &str,
) -> Result<RegisterOut, RegisterError> {
    let held = draft(tx, id).await?;
    let reason = reason_checked(reason)?;
    registers::decide(tx, ctx, held.id, RegisterState::Rejected, Some(reason)).await?;
    finding_store::resolve_all(tx, ctx, id, reason).await?;
    shown(tx, id).await
}

/// Accepts a draft: the money of its parcels is registered, and what the carrier kept is booked.
pub async fn accept(
    tx: &mut Tx,
    ctx: &Ctx,
    id: CodRegisterId,
) -> Result<RegisterOut, RegisterError> {
    let held = draft(tx, id).await?;
    let count = finding_store::count_open(tx, id, Some(Severity::Blocking)).await?;
    if count > 0 {
        return Err(RegisterError::FindingsOpen { count });
    }
    let mut sums = Sums::default();
    let mut after = 0;
    loop {
        let page = lines::to_post(tx, id, after, PAGE_LINES).await?;
        let Some(last) = page.last() else { break };
        after = last.line;
        let moves = moves(&held, &page, &mut sums)?;
        cod::advance(tx, ctx, &moves).await?;
    }
    withhold(tx, ctx, &held, sums.kept).await?;
    lines::methods_set(tx, id).await?;
    registers::decide(tx, ctx, id, RegisterState::Accepted, None).await?;
    let due = settle::due(tx, id).await?;
    let open = sums.listed.checked_sub(sums.kept).map_err(|_| RegisterError::SumTooBig)?;
    settle::leave(tx, ctx, &due, open, held.day).await?;
    reconciliation::queue(tx, ctx, &id.to_string()).await?;
    shown(tx, id).await
}

/// What a register comes to.
#[derive(Debug, Default)]
struct Sums {
    /// Registered by it, less given back to buyers.
    listed: Kopecks,
    /// By the carrier, of what it owes for the register.
    kept: Kopecks,
    /// Of these a person said that the register is right.
    right: HashSet<ParcelId>,
}

fn add(sum: &mut Kopecks, amount: i64) -> Result<(), RegisterError> {
    let added = sum.checked_add(Kopecks::new(amount));
    *sum = added.map_err(|_: OutOfRange| RegisterError::SumTooBig)?;
    Ok(())
}

/// What some lines move of a parcel: how much, and on which day.
type Moved = BTreeMap<(ParcelId, Step), (Kopecks, Day)>;

fn move_on(
    moved: &mut Moved,
    (parcel, step): (ParcelId, Step),
    amount: i64,
    day: Day,
) -> Result<(), RegisterError> {
    let (sum, last) = moved.entry((parcel, step)).or_insert((Kopecks::ZERO, day));
    *last = day;
    add(sum, amount)
}

/// What some lines move. A parcel that stands there twice goes on from its first line, and what one line
/// lets go and the next one takes does not move at all.
fn moves(
    register: &Holding,
    page: &[ToPost],
    sums: &mut Sums,
) -> Result<Vec<CodMove>, RegisterError> {
    let mut known: HashMap<ParcelId, Held> = HashMap::new();
    let mut moved = Moved::new();
    for line in page {
        let part = withheld(line.collected, line.fee, line.delivery, line.transferred);
        add(&mut sums.kept, part)?;
        let Some(parcel) = line.parcel else { continue };
        let day = line.day.map_or(register.day, |day| day.min(register.day));
        let amount = line.collected.get();
        add(&mut sums.listed, amount)?;
        if line.kind == LineKind::Refund {
            move_on(&mut moved, (parcel, Step::Refunded(register.id)), -amount, register.day)?;
            continue;
        }
        if line.is_right {
            sums.right.insert(parcel);
        }
        let is_right = sums.right.contains(&parcel);
        let verdict = if is_right { Verdict::AsStated } else { Verdict::AsExpected };
        let held = known.entry(parcel).or_insert_with(|| held_of(line));
        let steps = steps(held, amount, verdict)
            .map_err(|_| RegisterError::FactsChanged { line: line.line })?;
        for (kind, amount) in steps {
            let (step, day) = match kind {
                StepKind::Expected => (Step::Expected, day),
                StepKind::Released => (Step::Released, day),
                StepKind::Collected => (Step::Collected, day),
                _ => (Step::Registered(register.id), register.day),
            };
            move_on(&mut moved, (parcel, step), amount, day)?;
        }
    }
    let moves = moved.into_iter();
    Ok(moves.map(|((parcel, step), (amount, day))| CodMove { parcel, step, amount, day }).collect())
}

const fn held_of(line: &ToPost) -> Held {
    Held {
        expected: line.expected.get(),
        released: line.released.get(),
        collected: line.collected_before.get(),
        registered: line.registered.get(),
    }
}

/// What the carrier kept is paid to it, out of what it owes for the register. Of refunds it gives back
/// what it had kept.
async fn withhold(
    tx: &mut Tx,
    ctx: &Ctx,
    register: &Holding,
    kept: Kopecks,
) -> Result<(), RegisterError> {
    if kept.is_zero() {
        return Ok(());
    }
    let carrier = || register.carrier.clone();
    let settlement = Account::CarrierSettlement(carrier());
    let clearing = Account::RegisterClearing(carrier(), register.id);
    let sides = if kept.is_positive() { (settlement, clearing) } else { (clearing, settlement) };
    let day = money::open_day(tx, register.day).await?;
    let amount = Kopecks::new(kept.get().abs());
    let posting = Posting::new(TransferReason::Withheld, sides, amount, day)
        .with_document(register.id.uuid());
    Ok(money::post(tx, ctx, &[posting]).await?)
}
