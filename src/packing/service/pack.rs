//! From the tote into the parcel, each piece verified by its scan.

use crate::barcodes::{MarkingCode, OwnCode, OwnKind};
use crate::catalog::{PlaceKind, handling_unit_create, place_by_code};
use crate::commands::Ctx;
use crate::db::{DbError, Tx};
use crate::ids::{LotId, OrderId, OrderLineId, ParcelId, PlaceId, ProductId, WarehouseId};
use crate::orders::OrderState;
use crate::packing::marks::mark_wanted;
use crate::packing::rules::{self, Item, Proposal, Sides};
use crate::packing::store::{Source, marks};
use crate::packing::{OrderFacts, PackError, PackLine, Packaging, Parcel, ParcelState, store};
use crate::series::number_next;
use crate::stock::{Goods, Spot, StockMove, StockReason, stock_move};
use crate::units::{Kopecks, Pieces, UtcMicros};

/// With what packing of an order begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PackSubject {
    /// The code of a tote that stands on the packing table.
    Tote(String),
    /// What was typed, in every way it can be read: the code of a tote, the order's number, or the
    /// shop's own.
    Typed(Vec<String>),
    Order(OrderId),
}

/// An order on the packing table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackWork {
    pub order: OrderFacts,
    pub parcel: Parcel,
    pub lines: Vec<PackLine>,
    pub proposal: Proposal,
    /// The proposed packaging.
    pub packaging: Option<Packaging>,
}

/// Pieces that are scanned into a parcel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackIn {
    pub parcel: ParcelId,
    pub product: ProductId,
    /// The lot on the label, if it names one.
    pub lot: Option<LotId>,
    pub pieces: Pieces,
    /// The marking code of the one piece of marked goods; not looked at for others.
    pub mark: Option<MarkingCode>,
    pub happened_at: UtcMicros,
}

/// What was put into a parcel, as far as it must be known to take it out again.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct PackedPieces {
    pub line: OrderLineId,
    pub product: ProductId,
    pub lot: LotId,
    pub tote: PlaceId,
    pub pieces: Pieces,
    /// What identifies the piece (КИ), for marked goods.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mark: Option<String>,
}

/// Opens the order's parcel, or goes on with the one that is open.
pub async fn pack_start(
    tx: &mut Tx,
    ctx: &Ctx,
    warehouse: WarehouseId,
    subject: &PackSubject,
) -> Result<PackWork, PackError> {
    let order = order_of(tx, warehouse, subject).await?;
    let facts = store::order_facts(tx, order).await?.filter(|facts| facts.warehouse == warehouse);
    let facts = facts.ok_or(PackError::NotFound { what: "order" })?;
    if facts.state != OrderState::Picked {
        return Err(PackError::OrderNotPicked {
            number: facts.external_number,
            state: facts.state,
        });
    }
    let parcel = match store::parcel_open(tx, order).await? {
        Some(parcel) => parcel,
        None => parcel_create(tx, ctx, &facts).await?,
    };
    work_of(tx, facts, parcel).await
}

async fn order_of(
    tx: &mut Tx,
    warehouse: WarehouseId,
    subject: &PackSubject,
) -> Result<OrderId, PackError> {
    match subject {
        PackSubject::Order(order) => Ok(*order),
        PackSubject::Tote(code) => {
            let found = store::order_by_tote(tx, warehouse, code).await?;
            found.ok_or_else(|| PackError::ToteWithoutOrder { code: code.clone() })
        }
        PackSubject::Typed(readings) => {
            for typed in readings {
                if let Some(order) = order_of_typed(tx, warehouse, typed).await? {
                    return Ok(order);
                }
            }
            let code = readings.last().cloned().unwrap_or_default();
            Err(PackError::SubjectUnknown { code })
        }
    }
}

/// A tote's code goes before an order's number: it stands on what the packer holds in hands.
async fn order_of_typed(
    tx: &mut Tx,
    warehouse: WarehouseId,
    typed: &str,
) -> Result<Option<OrderId>, PackError> {
    let code = typed.to_uppercase();
    if let Some(order) = store::order_by_tote(tx, warehouse, &code).await? {
        return Ok(Some(order));
    }
    match store::orders_by_number(tx, warehouse, typed).await?.as_slice() {
        [order] => return Ok(Some(*order)),
        [] => {}
        // Two shops may have the same number; the tote tells which is meant.
        _ => return Err(PackError::NumberAmbiguous { number: typed.to_owned() }),
    }
    match place_by_code(tx, warehouse, &code).await? {
        Some(place) if place.kind == PlaceKind::Tote => Err(PackError::ToteWithoutOrder { code }),
        _ => Ok(None),
    }
}

async fn parcel_create(tx: &mut Tx, ctx: &Ctx, order: &OrderFacts) -> Result<Parcel, PackError> {
    let unit = handling_unit_create(tx, ctx, order.warehouse, PlaceKind::Parcel, None).await?;
    let number = number_next(tx, "parcel").await?;
    let code = OwnCode::new(OwnKind::Parcel, &format!("{number:010}"));
    let parcel = Parcel {
        id: ParcelId::from_uuid(unit.id.uuid()),
        warehouse: order.warehouse,
        owner: order.owner,
        order: order.id,
        number: code.expect("ten digits are a code").to_string(),
        state: ParcelState::Open,
        packaging: None,
        carrier: order.carrier.clone(),
        pickup_point: order.pickup_point.clone(),
        cod_kopecks: Kopecks::ZERO,
        weight_g: None,
        expected_weight_g: None,
        short_reason: None,
        created_at: ctx.now,
        closed_at: None,
        scale: None,
    };
    match store::parcel_insert(tx, &parcel).await {
        Ok(()) => Ok(parcel),
        // Another table has just opened the order's parcel.
        Err(DbError::Unique) => Err(tx.conflict().into()),
        Err(error) => Err(error.into()),
    }
}

/// The open parcel with what is still to be packed.
pub async fn pack_work(tx: &mut Tx, parcel: ParcelId) -> Result<PackWork, PackError> {
    let parcel = parcel_open(tx, parcel).await?;
    let facts = store::order_facts(tx, parcel.order).await?;
    work_of(tx, facts.ok_or(PackError::NotFound { what: "order" })?, parcel).await
}

async fn work_of(tx: &mut Tx, order: OrderFacts, parcel: Parcel) -> Result<PackWork, PackError> {
    let lines = store::pack_lines(tx, order.id, parcel.id).await?;
    let boxes = store::packagings_active(tx, order.warehouse).await?;
    let proposal = rules::propose(&items(&lines, to_pack), &boxes_of(&boxes));
    let packaging = match proposal {
        Proposal::Box(id) => boxes.into_iter().find(|packaging| packaging.id == id),
        Proposal::OwnBox | Proposal::Nothing(_) => None,
    };
    Ok(PackWork { order, parcel, lines, proposal, packaging })
}

/// What this parcel holds and what is still to come.
const fn to_pack(line: &PackLine) -> i64 {
    line.wanted.get() - line.packed.get()
}

/// The lines as the rules see them, so many pieces of each.
pub(in crate::packing) fn items(
    lines: &[PackLine],
    pieces: impl Fn(&PackLine) -> i64,
) -> Vec<Item> {
    let item = |line: &PackLine| Item {
        sides: Sides::new(line.length_mm, line.width_mm, line.height_mm),
        weight: line.weight_g,
        pieces: pieces(line),
        fragile: line.fragile,
        own_box: line.own_box,
    };
    lines.iter().map(item).filter(|item| item.pieces > 0).collect()
}

fn boxes_of(packagings: &[Packaging]) -> Vec<rules::Box> {
    let box_of = |packaging: &Packaging| rules::Box {
        id: packaging.id,
        sides: Sides::new(packaging.length_mm, packaging.width_mm, packaging.height_mm),
        load_max: packaging.load_max_g,
        tare: packaging.tare_g,
        suits_fragile: packaging.suits_fragile,
    };
    packagings.iter().map(box_of).collect()
}

async fn parcel_open(tx: &mut Tx, id: ParcelId) -> Result<Parcel, PackError> {
    let found = store::parcel_find(tx, id, None).await?;
    let parcel = found.ok_or(PackError::NotFound { what: "parcel" })?;
    if parcel.state == ParcelState::Open { Ok(parcel) } else { Err(PackError::ParcelClosed) }
}

/// Puts pieces into the parcel, out of the order's totes. Answers from which.
pub async fn pack_item(
    tx: &mut Tx,
    ctx: &Ctx,
    input: &PackIn,
) -> Result<Vec<PackedPieces>, PackError> {
    if !store::parcel_hold(tx, input.parcel).await? {
        return Err(PackError::ParcelClosed);
    }
    let parcel = parcel_open(tx, input.parcel).await?;
    let lines = store::pack_lines(tx, parcel.order, parcel.id).await?;
    let wanted: Vec<&PackLine> =
        lines.iter().filter(|line| line.product == input.product).collect();
    let Some(first) = wanted.first() else {
        return Err(PackError::ItemNotWanted { article: article_of(tx, input.product).await? });
    };
    let article = first.article.clone();
    let mark = mark_wanted(first, input.pieces, input.mark.as_ref())?;
    if let Some(mark) = mark
        && let Some(line) = wanted.iter().find(|line| line.unmarked().is_positive())
    {
        mark_later(tx, ctx, &parcel, line, mark).await?;
        return Ok(Vec::new());
    }
    let mut sources = store::sources(tx, parcel.order, input.product).await?;
    sources.retain(|source| input.lot.is_none_or(|lot| lot == source.lot));
    let there: i64 = sources.iter().map(|source| source.pieces.get()).sum();
    let left: i64 = wanted.iter().map(|line| line.missing().get()).sum::<i64>().min(there);
    if input.pieces.get() > left || !input.pieces.is_positive() {
        return Err(PackError::ItemTooMany { article, left: Pieces::new(left) });
    }
    let mut parts = spread(&wanted, &mut sources, input.pieces);
    for part in &mut parts {
        let goods = goods_of(&parcel, part);
        let to = Spot::available(PlaceId::from_uuid(parcel.id.uuid()));
        let from = Spot::available(part.tote);
        let entry = StockMove::new(StockReason::Pack, goods, from, to, input.happened_at)
            .with_document(parcel.order.uuid());
        stock_move(tx, ctx, &entry).await?;
        store::parcel_line_add(tx, parcel.id, part.line, &goods).await?;
        if let Some(mark) = mark {
            mark_add(tx, ctx, &parcel, part, mark).await?;
            part.mark = Some(mark.piece.clone());
        }
    }
    Ok(parts)
}

/// Keeps the code of a piece; refuses one that is in a parcel already.
async fn mark_add(
    tx: &mut Tx,
    ctx: &Ctx,
    parcel: &Parcel,
    part: &PackedPieces,
    mark: &MarkingCode,
) -> Result<(), PackError> {
    if marks::mark_insert(tx, parcel, part, mark, ctx.now).await? {
        return Ok(());
    }
    if marks::mark_free_returned(tx, parcel.owner, &mark.piece, ctx.now).await?
        && marks::mark_insert(tx, parcel, part, mark, ctx.now).await?
    {
        return Ok(());
    }
    match marks::mark_holder(tx, &mark.piece).await? {
        Some(holder) if holder.owner == parcel.owner => {
            Err(PackError::MarkTaken { parcel: holder.parcel, order: holder.order })
        }
        Some(_) => Err(PackError::MarkTakenElsewhere),
        // It was set free just now.
        None => Err(tx.conflict().into()),
    }
}

/// The code of a piece that lies in the parcel already: its product became marked in between.
async fn mark_later(
    tx: &mut Tx,
    ctx: &Ctx,
    parcel: &Parcel,
    line: &PackLine,
    mark: &MarkingCode,
) -> Result<(), PackError> {
    let lot = marks::lot_unmarked(tx, parcel.id, line.line).await?.ok_or(DbError::NoRow)?;
    let part = PackedPieces {
        line: line.line,
        product: line.product,
        lot,
        tote: PlaceId::from_uuid(parcel.id.uuid()),
        pieces: Pieces::new(1),
        mark: None,
    };
    mark_add(tx, ctx, parcel, &part, mark).await
}

/// The lot of this product that a label names.
pub async fn lot_of(tx: &mut Tx, product: ProductId, code: &str) -> Result<Option<LotId>, DbError> {
    store::lot_by_code(tx, product, code).await
}

async fn article_of(tx: &mut Tx, product: ProductId) -> Result<String, PackError> {
    let found = crate::catalog::products_find(tx, &[product]).await?;
    Ok(found.into_iter().next().map_or_else(|| product.to_string(), |product| product.article))
}

const fn goods_of(parcel: &Parcel, part: &PackedPieces) -> Goods {
    Goods { owner: parcel.owner, product: part.product, lot: part.lot, quantity: part.pieces }
}

/// Fills the lines one after another out of the totes one after another.
fn spread(lines: &[&PackLine], sources: &mut [Source], pieces: Pieces) -> Vec<PackedPieces> {
    let mut left = pieces.get();
    let mut parts = Vec::new();
    for line in lines {
        let mut open = line.missing().get().min(left);
        for source in sources.iter_mut() {
            let taken = source.pieces.get().min(open);
            if taken == 0 {
                continue;
            }
            source.pieces = Pieces::new(source.pieces.get() - taken);
            open -= taken;
            left -= taken;
            parts.push(PackedPieces {
                line: line.line,
                product: line.product,
                lot: source.lot,
                tote: source.tote,
                pieces: Pieces::new(taken),
                mark: None,
            });
        }
    }
    parts
}

/// Takes pieces out of the open parcel and back into their totes.
pub async fn pack_item_undo(
    tx: &mut Tx,
    ctx: &Ctx,
    parcel: ParcelId,
    parts: &[PackedPieces],
    happened_at: UtcMicros,
) -> Result<(), PackError> {
    if !store::parcel_hold(tx, parcel).await? {
        return Err(PackError::ParcelClosed);
    }
    let parcel = parcel_open(tx, parcel).await?;
    for part in parts {
        let goods = goods_of(&parcel, part);
        let there = store::tote_is_of_order(tx, parcel.order, part.tote).await?;
        if !there || !store::parcel_line_take(tx, parcel.id, part.line, &goods).await? {
            return Err(PackError::UndoTooLate);
        }
        if let Some(piece) = &part.mark {
            marks::mark_delete(tx, parcel.id, piece).await?;
        }
        let from = Spot::available(PlaceId::from_uuid(parcel.id.uuid()));
        let to = Spot::available(part.tote);
        let entry = StockMove::new(StockReason::Unpack, goods, from, to, happened_at)
            .with_document(parcel.order.uuid());
        stock_move(tx, ctx, &entry).await?;
    }
    Ok(())
}
