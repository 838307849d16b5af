//! Closing a manifest: the goods become the carrier's.

use chrono::Datelike;

use super::ManifestError;
use super::model::{Closed, ManifestHead, ManifestState, MissingParcels};
use super::service::manifest_hold;
use super::store::{self, ContentRow, EntryRow};
use crate::carriers::{ManifestModel, ParcelModel};
use crate::catalog::{PlaceKind, virtual_place};
use crate::cod;
use crate::commands::Ctx;
use crate::db::{DbError, Tx};
use crate::ids::{ManifestId, PlaceId};
use crate::orders::{ShippedPieces, orders_ship};
use crate::packing::handover;
use crate::series;
use crate::shipments::act_request;
use crate::stock::{Goods, Spot, StockMove, StockReason, entry_insert_many, refusal};
use crate::units::Pieces;

/// More parcels than this are not named in one answer.
const MISSING_COUNT_MAX: i64 = 10_000;
const MISSING_NAMED_MAX: usize = 20;

/// Closes a manifest: its parcels are handed over, their goods leave the ledger's places for the
/// carrier's, their orders are shipped, and the act gets its number. Closing again answers the same.
pub async fn manifest_close(
    tx: &mut Tx,
    ctx: &Ctx,
    manifest: ManifestId,
    missing: MissingParcels,
) -> Result<Closed, ManifestError> {
    let head = manifest_hold(tx, manifest).await?;
    if head.state == ManifestState::Closed {
        let act = store::manifest_act(tx, manifest).await?.ok_or(DbError::NoRow)?;
        return Ok(closed(manifest, act));
    }
    head.must_be_open()?;
    let left = store::parcels_missing(tx, manifest, MISSING_COUNT_MAX).await?;
    if missing == MissingParcels::Refuse && !left.is_empty() {
        let named = left.iter().take(MISSING_NAMED_MAX).cloned().collect::<Vec<_>>();
        return Err(ManifestError::Missing { count: left.len(), parcels: named.join(", ") });
    }
    let parcels = store::entries_loaded(tx, manifest).await?;
    if parcels.is_empty() {
        return Err(ManifestError::Empty { number: head.number });
    }
    hand_over(tx, ctx, &head, parcels.len()).await?;
    store::entries_left(tx, manifest).await?;
    let act = act_of(tx, ctx, head, parcels, left).await?;
    store::manifest_close(tx, ctx, manifest, &act).await?;
    act_request(tx, ctx, manifest).await?;
    Ok(closed(manifest, act))
}

fn closed(manifest_id: ManifestId, act: ManifestModel) -> Closed {
    Closed {
        manifest_id,
        number: act.number,
        act_number: act.act_number,
        closed_at: act.closed_at,
        parcels: act.parcels.len(),
        missing: act.missing,
    }
}

/// Orders, then parcels, then balances: the order in which everybody holds them.
async fn hand_over(
    tx: &mut Tx,
    ctx: &Ctx,
    head: &ManifestHead,
    parcels: usize,
) -> Result<(), ManifestError> {
    let contents = store::contents(tx, head.id).await?;
    let shipped: Vec<ShippedPieces> = contents.iter().map(shipped_of).collect();
    orders_ship(tx, ctx, &shipped).await?;
    let left = handover::parcels_hand_over(tx, head.id).await?;
    assert_eq!(u64::try_from(parcels), Ok(left), "what is on the manifest is loaded");
    let carrier = virtual_place(tx, head.warehouse, PlaceKind::Carrier).await?;
    let lines: Vec<StockMove> =
        contents.iter().map(|content| move_of(content, carrier, head.id, ctx)).collect();
    let wanted = contents.iter().map(|content| content.pieces).max().unwrap_or(Pieces::ZERO);
    entry_insert_many(tx, ctx, &lines).await.map_err(|error| refusal(error, wanted))?;
    cod::expect(tx, ctx, head.id).await?;
    Ok(())
}

const fn shipped_of(content: &ContentRow) -> ShippedPieces {
    ShippedPieces { order: content.order, line: content.line, pieces: content.pieces }
}

const fn move_of(
    content: &ContentRow,
    carrier: PlaceId,
    manifest: ManifestId,
    ctx: &Ctx,
) -> StockMove {
    let goods = Goods {
        owner: content.owner,
        product: content.product,
        lot: content.lot,
        quantity: content.pieces,
    };
    // A parcel is a place: its id is the place's.
    let parcel = PlaceId::from_uuid(content.parcel.uuid());
    let (from, to) = (Spot::available(parcel), Spot::available(carrier));
    StockMove::new(StockReason::Handover, goods, from, to, ctx.now).with_document(manifest.uuid())
}

async fn act_of(
    tx: &mut Tx,
    ctx: &Ctx,
    head: ManifestHead,
    parcels: Vec<EntryRow>,
    missing: Vec<String>,
) -> Result<ManifestModel, ManifestError> {
    let warehouse = store::warehouse_find(tx, head.warehouse).await?.ok_or(DbError::NoRow)?;
    let year = ctx.now.moscow_day().date().year();
    let number = series::number_next(tx, &format!("act:{}:{year}", head.warehouse)).await?;
    Ok(ManifestModel {
        number: head.number,
        act_number: format!("{}-{year}-{number:06}", warehouse.code),
        warehouse: warehouse.name,
        carrier: head.carrier,
        pickup_point: head.pickup_point,
        day: head.day,
        closed_at: ctx.now,
        parcels: parcels.into_iter().map(parcel_of).collect(),
        missing,
    })
}

fn parcel_of(row: EntryRow) -> ParcelModel {
    ParcelModel {
        number: row.number,
        order_number: row.order_number,
        shop: row.shop,
        // An order from long ago may lack fields that are written today; they are empty then.
        recipient: serde_json::from_value(row.recipient).unwrap_or_default(),
        weight_g: row.weight_g,
        cod_kopecks: row.cod_kopecks,
    }
}
