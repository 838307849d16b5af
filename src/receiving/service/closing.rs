//! A delivery is closed with the list of its differences, and corrected by reversal.

use std::collections::BTreeMap;

use super::inbounds::{inbound_find, not_receiving};
use crate::access::Scope;
use crate::catalog::{self, PlaceKind};
use crate::commands::Ctx;
use crate::db::Tx;
use crate::fault::{InputError, InputFaults};
use crate::ids::{InboundId, LotId, PlaceId, ProductId, new_uuid};
use crate::receiving::store::{self, NewDiscrepancy};
use crate::receiving::{
    DiscrepancyKind, DiscrepancyRow, InboundKind, InboundRow, InboundState, LineRow, PortionRow,
    ReceivingError,
};
use crate::stock::{Condition, Goods, Spot, StockMove, StockReason, floor, stock_move};
use crate::units::{Pieces, UtcMicros};

const REASON_LENGTH_MAX: usize = 200;

/// A delivery with everything about it.
#[derive(Debug, Clone)]
pub struct InboundView {
    pub inbound: InboundRow,
    pub lines: Vec<LineRow>,
    pub portions: Vec<PortionRow>,
    pub discrepancies: Vec<DiscrepancyRow>,
}

/// Goods to be sent back after the delivery was closed.
#[derive(Debug, Clone)]
pub struct ReversalIn {
    pub inbound: InboundId,
    pub reason: String,
    pub lines: Vec<ReversalLine>,
    pub happened_at: UtcMicros,
}

#[derive(Debug, Clone, Copy)]
pub struct ReversalLine {
    pub product: ProductId,
    pub lot: LotId,
    pub condition: Condition,
    pub quantity: Pieces,
    /// Where the goods lie now.
    pub place: PlaceId,
}

/// A delivery with its lines, portions and differences. A shop is not told what of others' goods
/// was found among its own.
pub async fn inbound_view(
    tx: &mut Tx,
    scope: Scope,
    id: InboundId,
) -> Result<InboundView, ReceivingError> {
    let inbound = inbound_find(tx, scope, id).await?;
    let lines = store::lines(tx, id).await?;
    let portions = store::portions(tx, id).await?;
    let mut discrepancies = store::discrepancies(tx, id).await?;
    if scope.owner().is_some() {
        for row in &mut discrepancies {
            row.actor = None;
            if row.kind == DiscrepancyKind::OtherOwner {
                (row.product, row.article, row.barcode, row.note) = (None, None, None, None);
            }
        }
    }
    Ok(InboundView { inbound, lines, portions, discrepancies })
}

/// Closes a delivery and lists its differences, once. The second time answers the same list.
pub async fn inbound_close(
    tx: &mut Tx,
    ctx: &Ctx,
    id: InboundId,
) -> Result<InboundView, ReceivingError> {
    let (from, to) = (InboundState::Receiving, InboundState::Closed);
    if store::end(tx, id, from, to, Some(ctx.now)).await? {
        let inbound = inbound_find(tx, Scope::All, id).await?;
        let lines = store::lines(tx, id).await?;
        let found = lines.iter().flat_map(|line| differences(inbound.kind, line)).collect();
        store::discrepancies_insert(tx, ctx, id, found).await?;
    } else if inbound_find(tx, Scope::All, id).await?.state != InboundState::Closed {
        return Err(not_receiving(tx, id).await);
    }
    inbound_view(tx, Scope::All, id).await
}

/// In what one line differs. Nothing was announced of a blind delivery, so nothing is short.
fn differences(kind: InboundKind, line: &LineRow) -> Vec<NewDiscrepancy> {
    let of = |kind, pieces: i64| NewDiscrepancy {
        kind,
        product: Some(line.product),
        barcode: None,
        quantity: Pieces::new(pieces),
        note: None,
    };
    let missing = line.expected.get() - line.received.get();
    let mut found = Vec::new();
    if kind == InboundKind::Announced && missing > 0 {
        found.push(of(DiscrepancyKind::Shortage, missing));
    }
    if kind == InboundKind::Announced && missing < 0 {
        found.push(of(DiscrepancyKind::Surplus, -missing));
    }
    if line.damaged.is_positive() {
        found.push(of(DiscrepancyKind::Damage, line.damaged.get()));
    }
    found
}

/// Corrects a closed delivery: a document of its own sends goods back to the supplier.
pub async fn inbound_reverse(
    tx: &mut Tx,
    ctx: &Ctx,
    input: &ReversalIn,
) -> Result<InboundView, ReceivingError> {
    check(input)?;
    let inbound = inbound_find(tx, Scope::All, input.inbound).await?;
    if !store::closed_lock(tx, inbound.id).await? {
        return Err(ReceivingError::InboundNotClosed { number: inbound.number });
    }
    let portions = store::portions(tx, inbound.id).await?;
    let mut left: BTreeMap<(ProductId, LotId, Condition), i64> = portions
        .iter()
        .map(|row| {
            let rest = row.received.get() - row.reversed.get();
            ((row.product, row.lot, row.condition), rest)
        })
        .collect();
    for line in &input.lines {
        let rest = left.entry((line.product, line.lot, line.condition)).or_default();
        if *rest < line.quantity.get() {
            return Err(ReceivingError::ReversalTooLarge { received: Pieces::new(*rest) });
        }
        *rest -= line.quantity.get();
    }
    let reversal = new_uuid();
    let number = store::reversal_count(tx, inbound.id).await? + 1;
    let number = format!("{}-R{number}", inbound.number);
    store::reversal_insert(tx, ctx, reversal, inbound.id, [&number, &input.reason]).await?;
    let mut lines = input.lines.clone();
    lines.sort_by_key(|line| (line.product, line.place, line.lot, line.condition));
    for line in &lines {
        send_back(tx, ctx, input, &inbound, (reversal, line)).await?;
    }
    inbound_view(tx, Scope::All, inbound.id).await
}

fn check(input: &ReversalIn) -> Result<(), InputError> {
    let mut faults = InputFaults::default();
    faults.text("reason", &input.reason, REASON_LENGTH_MAX);
    if input.lines.is_empty() {
        faults.note("lines", "missing");
    }
    for (index, line) in input.lines.iter().enumerate() {
        if !line.quantity.is_positive() {
            faults.note(format!("lines[{index}].quantity"), "too_small");
        }
    }
    faults.finish()
}

async fn send_back(
    tx: &mut Tx,
    ctx: &Ctx,
    input: &ReversalIn,
    inbound: &InboundRow,
    (reversal, line): (uuid::Uuid, &ReversalLine),
) -> Result<(), ReceivingError> {
    let place = catalog::place_find(tx, line.place).await?;
    let ReversalLine { product, lot, condition, quantity, .. } = *line;
    let goods = Goods { owner: inbound.owner, product, lot, quantity };
    floor::place_leave(tx, &place, &goods, condition, None).await?;
    let supplier = catalog::virtual_place(tx, inbound.warehouse, PlaceKind::Supplier).await?;
    let [from, to] = [place.id, supplier].map(|place| Spot { place, condition });
    let entry = StockMove::new(StockReason::ReceiptUndo, goods, from, to, input.happened_at)
        .with_document(reversal)
        .with_note(input.reason.clone());
    let id = stock_move(tx, ctx, &entry).await?;
    store::receipt_insert(tx, ctx, (id, inbound.id), &goods, condition, Some(reversal)).await?;
    Ok(())
}
