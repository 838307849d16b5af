//! Deliveries are announced, looked for and begun.

use std::collections::BTreeMap;

use crate::access::Scope;
use crate::catalog::{self, BinPurpose, Place};
use crate::commands::Ctx;
use crate::db::{DbError, Tx};
use crate::fault::InputFaults;
use crate::ids::{InboundId, PlaceId, ProductId, WarehouseId};
use crate::receiving::{AnnounceIn, InboundKind, InboundRow, InboundState, ReceivingError, store};
use crate::series;
use crate::units::Pieces;

/// How many deliveries a screen chooses from.
const OPEN_MAX: i64 = 9;
const QUANTITY_MAX: i64 = 10_000_000;
const NUMBER_LENGTH_MAX: usize = 64;

/// Announces a delivery. The same external number with the same content is the same delivery.
pub async fn inbound_announce(
    tx: &mut Tx,
    ctx: &Ctx,
    input: &AnnounceIn,
) -> Result<InboundId, ReceivingError> {
    check(tx, input).await?;
    if let Some(number) = &input.external_number
        && let Some(known) = store::find_external(tx, input.owner, number).await?
    {
        return same_or_conflict(tx, input, known, number).await;
    }
    let number = series::number_next(tx, &format!("inbound:{}", input.owner)).await?;
    match store::insert(tx, ctx, input, &format!("IN-{number:06}")).await? {
        Some(id) => Ok(id),
        // Somebody announced the same number meanwhile: the next run finds it.
        None => Err(tx.conflict().into()),
    }
}

async fn check(tx: &mut Tx, input: &AnnounceIn) -> Result<(), ReceivingError> {
    let mut faults = InputFaults::default();
    if let Some(number) = &input.external_number {
        faults.text("external_number", number, NUMBER_LENGTH_MAX);
    }
    if input.kind == InboundKind::Announced && input.lines.is_empty() {
        faults.note("lines", "missing");
    }
    if input.kind == InboundKind::Blind && !input.lines.is_empty() {
        faults.note("lines", "unknown");
    }
    let mut seen: BTreeMap<ProductId, usize> = BTreeMap::new();
    for (index, (product, expected)) in input.lines.iter().enumerate() {
        faults.range(&format!("lines[{index}].expected"), expected.get(), 1..=QUANTITY_MAX);
        if seen.insert(*product, index).is_some() {
            faults.note(format!("lines[{index}].product_id"), "duplicate");
        }
    }
    faults.finish()?;
    for product in seen.into_keys() {
        catalog::product_find(tx, Scope::Owner(input.owner), product).await?;
    }
    Ok(())
}

async fn same_or_conflict(
    tx: &mut Tx,
    input: &AnnounceIn,
    known: InboundRow,
    number: &str,
) -> Result<InboundId, ReceivingError> {
    let lines = store::lines(tx, known.id).await?;
    let announced: BTreeMap<ProductId, Pieces> = lines
        .into_iter()
        .filter(|line| line.expected.is_positive())
        .map(|line| (line.product, line.expected))
        .collect();
    let wanted: BTreeMap<ProductId, Pieces> = input.lines.iter().copied().collect();
    let is_same = known.kind == input.kind
        && known.warehouse == input.warehouse
        && known.expected_on == input.expected_on
        && announced == wanted;
    if is_same {
        Ok(known.id)
    } else {
        Err(ReceivingError::ExternalNumberTaken { number: number.to_owned() })
    }
}

/// A delivery that `scope` may see.
pub async fn inbound_find(
    tx: &mut Tx,
    scope: Scope,
    id: InboundId,
) -> Result<InboundRow, ReceivingError> {
    let found = store::find(tx, scope.owner(), id).await?;
    found.ok_or_else(|| ReceivingError::NotFound { what: id.to_string() })
}

pub async fn inbound_list(
    tx: &mut Tx,
    scope: Scope,
    after: InboundId,
    state: Option<InboundState>,
    limit: i64,
) -> Result<Vec<InboundRow>, DbError> {
    store::list(tx, after, scope.owner(), state, limit).await
}

/// Deliveries that can be received, oldest first: what a screen shows to choose from.
pub async fn inbounds_open(
    tx: &mut Tx,
    warehouse: WarehouseId,
) -> Result<Vec<InboundRow>, DbError> {
    store::open(tx, warehouse, None, OPEN_MAX).await
}

/// Deliveries with this number, ours or the shop's, that can be received. Numbers are counted per
/// shop, so that there may be several.
pub async fn inbounds_by_number(
    tx: &mut Tx,
    warehouse: WarehouseId,
    number: &str,
) -> Result<Vec<InboundRow>, DbError> {
    store::open(tx, warehouse, Some(number), OPEN_MAX).await
}

fn dock_ensure(place: &Place) -> Result<(), ReceivingError> {
    if place.purpose == Some(BinPurpose::Receiving) && !place.locked {
        Ok(())
    } else {
        Err(ReceivingError::NotADock { bin: place.code.clone() })
    }
}

/// Begins to receive a delivery at a dock. Whoever comes later joins there.
pub async fn inbound_start(
    tx: &mut Tx,
    id: InboundId,
    dock: PlaceId,
) -> Result<InboundRow, ReceivingError> {
    let inbound = inbound_find(tx, Scope::All, id).await?;
    let place = catalog::place_find(tx, dock).await?;
    if place.warehouse != inbound.warehouse {
        return Err(ReceivingError::NotADock { bin: place.code });
    }
    dock_ensure(&place)?;
    if !store::start(tx, id, dock).await? {
        let inbound = inbound_find(tx, Scope::All, id).await?;
        ensure_receivable(&inbound)?;
        if inbound.dock != Some(dock) {
            let bin = match inbound.dock {
                Some(dock) => catalog::place_find(tx, dock).await?.code,
                None => return Err(tx.conflict().into()),
            };
            return Err(ReceivingError::DockElsewhere { bin });
        }
        return Ok(inbound);
    }
    inbound_find(tx, Scope::All, id).await
}

/// Refuses a delivery that has ended.
fn ensure_receivable(inbound: &InboundRow) -> Result<(), ReceivingError> {
    let number = inbound.number.clone();
    match inbound.state {
        InboundState::Announced | InboundState::Receiving => Ok(()),
        InboundState::Closed => Err(ReceivingError::InboundClosed { number }),
        InboundState::Cancelled => Err(ReceivingError::InboundCancelled { number }),
    }
}

/// Why a delivery cannot be counted now.
pub(super) async fn not_receiving(tx: &mut Tx, id: InboundId) -> ReceivingError {
    match inbound_find(tx, Scope::All, id).await {
        Ok(inbound) => match ensure_receivable(&inbound) {
            Ok(()) => ReceivingError::InboundNotStarted { number: inbound.number },
            Err(error) => error,
        },
        Err(error) => error,
    }
}

/// Cancels a delivery of which nothing was received. The second time changes nothing.
pub async fn inbound_cancel(
    tx: &mut Tx,
    scope: Scope,
    id: InboundId,
) -> Result<InboundRow, ReceivingError> {
    inbound_find(tx, scope, id).await?;
    store::end(tx, id, InboundState::Announced, InboundState::Cancelled, None).await?;
    let inbound = inbound_find(tx, scope, id).await?;
    match inbound.state {
        InboundState::Cancelled => Ok(inbound),
        InboundState::Closed => Err(ReceivingError::InboundClosed { number: inbound.number }),
        InboundState::Announced | InboundState::Receiving => {
            Err(ReceivingError::InboundStarted { number: inbound.number })
        }
    }
}
