//! Counting at the dock.

pub use crate::receiving::labels::Label;

use serde::{Deserialize, Serialize};

use super::inbounds::not_receiving;
use crate::access::Scope;
use crate::catalog::{self, PlaceKind, Product};
use crate::commands::Ctx;
use crate::db::Tx;
use crate::fault::InputFaults;
use crate::ids::{InboundId, LotId, PlaceId, ProductId, StockEntryId, WarehouseId};
use crate::receiving::labels;
use crate::receiving::store::{self, NewDiscrepancy, Progress};
use crate::receiving::{
    DiscrepancyKind, InboundKind, Labelling, ReceiveIn, ReceivingError, Surplus,
};
use crate::stock::{Condition, Goods, Spot, StockError, StockMove, StockReason, stock_move};
use crate::units::{Day, Pieces, UtcMicros};

const QUANTITY_MAX: i64 = 1_000_000;
const TEXT_LENGTH_MAX: usize = 200;

/// What a portion came to.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Received {
    /// The line of the ledger; an undo names it.
    pub id: StockEntryId,
    pub product: ProductId,
    pub quantity: Pieces,
    /// Of the whole line.
    pub expected: Pieces,
    pub received: Pieces,
    /// Given to goods that carried nothing to scan.
    pub internal_barcode: Option<String>,
    /// How many labels were sent to the printer.
    pub labels: i64,
}

/// What an undo took back.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Undone {
    pub id: StockEntryId,
    pub product: ProductId,
    pub quantity: Pieces,
}

/// Something at the dock that does not become stock.
#[derive(Debug, Clone)]
pub struct NoteIn {
    pub inbound: InboundId,
    /// Unknown goods, goods of another owner, or refused ones.
    pub kind: DiscrepancyKind,
    pub product: Option<ProductId>,
    pub barcode: Option<String>,
    pub quantity: Pieces,
    pub note: Option<String>,
}

/// Takes one portion into stock. Several people may count one line: the sum is exact.
pub async fn receive(
    tx: &mut Tx,
    ctx: &Ctx,
    input: &ReceiveIn,
) -> Result<Received, ReceivingError> {
    check(input)?;
    let Some(open) = store::open_lock(tx, input.inbound).await? else {
        return Err(not_receiving(tx, input.inbound).await);
    };
    let product = catalog::product_find(tx, Scope::All, input.product).await?;
    if product.owner != open.owner {
        return Err(ReceivingError::GoodsOfAnother { article: product.article });
    }
    catalog::acceptance_ensure(tx, &product).await?;
    let (lot_code, expires_on) = lot_wanted(ctx, &product, input)?;
    // What can be refused is asked before anything is written.
    let within = input.surplus == Surplus::Refuse && open.kind == InboundKind::Announced;
    let progress = line_add(tx, input, within).await?;
    let lot = if lot_code.is_empty() && expires_on.is_none() {
        only_lot(product.id)
    } else {
        catalog::lot_ensure(tx, ctx, product.owner, product.id, &lot_code, expires_on).await?
    };
    if let Some(measures) = &input.measures {
        catalog::product_measure(tx, ctx, product.id, *measures).await?;
    }
    let goods = Goods { owner: product.owner, product: product.id, lot, quantity: input.quantity };
    let id = post(tx, ctx, input, goods, (open.warehouse, open.dock)).await?;
    let label = match input.labelling {
        Labelling::WhenNeeded => label_for(tx, ctx, open.warehouse, &product, &goods).await?,
        Labelling::Never => Label::default(),
    };
    Ok(Received {
        id,
        product: product.id,
        quantity: input.quantity,
        expected: progress.expected,
        received: progress.received,
        internal_barcode: label.barcode,
        labels: label.queued,
    })
}

fn check(input: &ReceiveIn) -> Result<(), ReceivingError> {
    let mut faults = InputFaults::default();
    faults.range("quantity", input.quantity.get(), 1..=QUANTITY_MAX);
    if !matches!(input.condition, Condition::Available | Condition::Damaged) {
        faults.note("condition", "unknown");
    }
    if let Some(code) = &input.lot_code {
        faults.text("lot_code", code, 40);
    }
    Ok(faults.finish()?)
}

/// The code of the lot to be received, empty for goods without lots, and its last day.
fn lot_wanted(
    ctx: &Ctx,
    product: &Product,
    input: &ReceiveIn,
) -> Result<(String, Option<Day>), ReceivingError> {
    let article = || product.article.clone();
    let code = input.lot_code.as_deref().unwrap_or_default().trim();
    if product.lot_tracked && code.is_empty() {
        return Err(ReceivingError::LotNeeded { article: article() });
    }
    let expires_on = input.expires_on.filter(|_| product.expiry_tracked);
    if product.expiry_tracked && expires_on.is_none() {
        return Err(ReceivingError::ExpiryNeeded { article: article() });
    }
    if let Some(expires_on) = expires_on
        && input.condition == Condition::Available
    {
        let days = expires_on.days_since(ctx.now.moscow_day());
        let days_min = product.shelf_life_days_min;
        if days < days_min {
            return Err(ReceivingError::ExpiryTooShort { expires_on, days_min });
        }
    }
    let code = if product.lot_tracked { code.to_owned() } else { String::new() };
    Ok((code, expires_on))
}

async fn line_add(
    tx: &mut Tx,
    input: &ReceiveIn,
    within: bool,
) -> Result<Progress, ReceivingError> {
    let added = added(input.condition, input.quantity);
    if !within {
        return Ok(store::line_add(tx, input.inbound, input.product, added).await?);
    }
    if let Some(progress) = store::line_add_within(tx, input.inbound, input.product, added).await? {
        return Ok(progress);
    }
    let known = store::line_find(tx, input.inbound, input.product).await?;
    let none = Progress { expected: Pieces::ZERO, received: Pieces::ZERO };
    let Progress { expected, received } = known.unwrap_or(none);
    Err(ReceivingError::Surplus { expected, received })
}

/// What a portion adds to a line: pieces in all, and damaged ones among them.
const fn added(condition: Condition, quantity: Pieces) -> [Pieces; 2] {
    let damaged = if matches!(condition, Condition::Damaged) { quantity } else { Pieces::ZERO };
    [quantity, damaged]
}

async fn post(
    tx: &mut Tx,
    ctx: &Ctx,
    input: &ReceiveIn,
    goods: Goods,
    (warehouse, dock): (WarehouseId, PlaceId),
) -> Result<StockEntryId, ReceivingError> {
    let supplier = catalog::virtual_place(tx, warehouse, PlaceKind::Supplier).await?;
    let condition = input.condition;
    let [from, to] = [supplier, dock].map(|place| Spot { place, condition });
    let line = StockMove::new(StockReason::Receipt, goods, from, to, input.happened_at)
        .with_document(input.inbound.uuid());
    let id = stock_move(tx, ctx, &line).await?;
    store::receipt_insert(tx, ctx, (id, input.inbound), &goods, condition, None).await?;
    Ok(id)
}

/// Goods without a barcode get one of ours, and a label for each piece.
async fn label_for(
    tx: &mut Tx,
    ctx: &Ctx,
    warehouse: WarehouseId,
    product: &Product,
    goods: &Goods,
) -> Result<Label, ReceivingError> {
    if store::has_maker_code(tx, product.id).await? {
        return Ok(Label::default());
    }
    labels::item_labels(tx, ctx, warehouse, product, goods.lot, goods.quantity).await
}

/// Prints labels of a product once more, or for goods whose own barcode cannot be read.
pub async fn label_reprint(
    tx: &mut Tx,
    ctx: &Ctx,
    warehouse: WarehouseId,
    product: ProductId,
    pieces: Pieces,
) -> Result<Label, ReceivingError> {
    let product = catalog::product_find(tx, Scope::All, product).await?;
    labels::item_labels(tx, ctx, warehouse, &product, only_lot(product.id), pieces).await
}

/// Takes the caller's last portion back. Each portion is undone once.
pub async fn receive_undo(
    tx: &mut Tx,
    ctx: &Ctx,
    inbound: InboundId,
    happened_at: UtcMicros,
) -> Result<Undone, ReceivingError> {
    let Some(open) = store::open_lock(tx, inbound).await? else {
        return Err(not_receiving(tx, inbound).await);
    };
    let last = store::receipt_last(tx, ctx, inbound).await?;
    let last = last.ok_or(ReceivingError::NothingToUndo)?;
    let goods =
        Goods { owner: open.owner, product: last.product, lot: last.lot, quantity: last.quantity };
    let supplier = catalog::virtual_place(tx, open.warehouse, PlaceKind::Supplier).await?;
    let [from, to] = [open.dock, supplier].map(|place| Spot { place, condition: last.condition });
    let line = StockMove::new(StockReason::ReceiptUndo, goods, from, to, happened_at)
        .with_document(inbound.uuid());
    match stock_move(tx, ctx, &line).await {
        Ok(_) => {}
        Err(StockError::Insufficient { .. }) => return Err(ReceivingError::GoodsLeft),
        Err(error) => return Err(error.into()),
    }
    let taken = added(last.condition, last.quantity);
    let is_taken = store::line_take(tx, inbound, last.product, taken).await?
        && store::receipt_undo(tx, ctx, last.id).await?;
    if !is_taken {
        return Err(ReceivingError::NothingToUndo);
    }
    Ok(Undone { id: last.id, product: last.product, quantity: last.quantity })
}

/// Writes down goods that do not become stock: they are listed with the delivery's differences.
pub async fn discrepancy_note(tx: &mut Tx, ctx: &Ctx, input: NoteIn) -> Result<(), ReceivingError> {
    let mut faults = InputFaults::default();
    faults.range("quantity", input.quantity.get(), 1..=QUANTITY_MAX);
    let is_noted = matches!(
        input.kind,
        DiscrepancyKind::UnknownGoods | DiscrepancyKind::OtherOwner | DiscrepancyKind::Refused
    );
    if !is_noted {
        faults.note("kind", "unknown");
    }
    for (field, text) in [("barcode", &input.barcode), ("note", &input.note)] {
        if let Some(text) = text {
            faults.text(field, text, TEXT_LENGTH_MAX);
        }
    }
    if input.barcode.is_none() && input.product.is_none() && input.note.is_none() {
        faults.note("barcode", "missing");
    }
    faults.finish()?;
    if store::open_lock(tx, input.inbound).await?.is_none() {
        return Err(not_receiving(tx, input.inbound).await);
    }
    if let Some(product) = input.product {
        catalog::product_find(tx, Scope::All, product).await?;
    }
    let row = NewDiscrepancy {
        kind: input.kind,
        product: input.product,
        barcode: input.barcode,
        quantity: input.quantity,
        note: input.note,
    };
    Ok(store::discrepancies_insert(tx, ctx, input.inbound, vec![row]).await?)
}

/// The lot of goods without lots has the id of the product.
const fn only_lot(product: ProductId) -> LotId {
    LotId::from_uuid(product.uuid())
}
