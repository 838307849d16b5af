//! The rows of packing: packagings, parcels and what lies in them. `packed` of an order's line is
//! written here as well, since only packing knows it.

pub(in crate::packing) mod marks;
pub(in crate::packing) mod scale;

use super::{OrderFacts, PackLine, Packaging, Parcel, ParcelLine, ParcelState, Weighing};
use crate::db::{Arg, DbError, Tx};
use crate::ids::{
    LotId, OrderId, OrderLineId, OwnerId, PackagingId, ParcelId, PlaceId, ProductId, WarehouseId,
};
use crate::stock::{Goods, Spot};
use crate::units::{Grams, Kopecks, Pieces, UtcMicros};
use crate::{args, record};

record! {
    struct IdRow {
        id: uuid::Uuid,
    }
}

record! {
    /// Cash on delivery.
    #[derive(Debug, Clone, Copy)]
    pub(super) struct CodSums {
        pub(super) order: Kopecks,
        /// Of the order's other parcels.
        pub(super) carried: Kopecks,
    }
}

record! {
    /// Goods of an order in one of its totes.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub(super) struct Source {
        pub(super) tote: PlaceId,
        pub(super) lot: LotId,
        pub(super) pieces: Pieces,
    }
}

const PACKAGING_INSERT: &str =
    "INSERT INTO packaging (id, warehouse_id, code, name, length_mm, width_mm, height_mm,
         load_max_g, tare_g, suits_fragile, active)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
     ON CONFLICT (warehouse_id, code) DO NOTHING";

const PACKAGING_UPDATE: &str =
    "UPDATE packaging SET name = $2, length_mm = $3, width_mm = $4, height_mm = $5,
         load_max_g = $6, tare_g = $7, suits_fragile = $8, active = $9
     WHERE id = $1";

const PACKAGING_FIND: &str =
    "SELECT id, warehouse_id, code, name, length_mm, width_mm, height_mm, load_max_g, tare_g,
         suits_fragile, active FROM packaging WHERE id = $1";

const PACKAGING_BY_CODE: &str =
    "SELECT id, warehouse_id, code, name, length_mm, width_mm, height_mm, load_max_g, tare_g,
         suits_fragile, active FROM packaging WHERE warehouse_id = $1 AND code = $2 AND active";

const PACKAGING_LIST: &str =
    "SELECT id, warehouse_id, code, name, length_mm, width_mm, height_mm, load_max_g, tare_g,
         suits_fragile, active FROM packaging WHERE id > $1 ORDER BY id LIMIT $2";

const PACKAGINGS_ACTIVE: &str =
    "SELECT id, warehouse_id, code, name, length_mm, width_mm, height_mm, load_max_g, tare_g,
         suits_fragile, active FROM packaging WHERE warehouse_id = $1 AND active ORDER BY code";

const ORDER_FACTS: &str = "SELECT o.id, o.owner_id, w.name, o.warehouse_id, o.number, o.external_number, o.state, o.carrier,
            o.pickup_point, o.recipient
     FROM shop_order o JOIN owner w ON w.id = o.owner_id WHERE o.id = $1";

const ORDER_BY_TOTE: &str = "SELECT s.order_id FROM place p JOIN batch_slot s ON s.tote_id = p.id
     WHERE p.warehouse_id = $1 AND p.code = $2 AND s.open";

const ORDER_BY_NUMBER: &str =
    "SELECT id FROM shop_order WHERE warehouse_id = $1 AND (number = $2 OR external_number = $2)
       AND state = 'picked' LIMIT 2";

const PARCEL_INSERT: &str = "INSERT INTO parcel (id, warehouse_id, owner_id, order_id, number, state, carrier, pickup_point,
         cod_kopecks, created_at)
     VALUES ($1, $2, $3, $4, $5, 'open', $6, $7, $8, $9)";

const PARCEL_OPEN: &str = "SELECT id, warehouse_id, owner_id, order_id, number, state, packaging_id, carrier, pickup_point,
         cod_kopecks, weight_g, expected_weight_g, short_reason, created_at, closed_at, scale_id
     FROM parcel WHERE order_id = $1 AND state = 'open'";

const PARCEL_FIND: &str = "SELECT id, warehouse_id, owner_id, order_id, number, state, packaging_id, carrier, pickup_point,
         cod_kopecks, weight_g, expected_weight_g, short_reason, created_at, closed_at, scale_id
     FROM parcel WHERE id = $1 AND (owner_id = $2 OR $2 IS NULL)";

const PARCEL_LIST: &str = "SELECT id, warehouse_id, owner_id, order_id, number, state, packaging_id, carrier, pickup_point,
         cod_kopecks, weight_g, expected_weight_g, short_reason, created_at, closed_at, scale_id
     FROM parcel WHERE order_id = $1 AND (owner_id = $2 OR $2 IS NULL) ORDER BY id";

/// Holds the open parcel until the transaction ends.
const PARCEL_HOLD: &str = "UPDATE parcel SET state = state WHERE id = $1 AND state = 'open'";

const PARCEL_CLOSE: &str =
    "UPDATE parcel SET state = 'packed', packaging_id = $2, weight_g = $3, expected_weight_g = $4,
         cod_kopecks = $5, short_reason = $6, closed_at = $7, scale_id = $8,
         scale_words = (SELECT words FROM scale_reading WHERE scale_id = $8)
     WHERE id = $1 AND state = 'open'";

const PARCEL_CANCEL: &str =
    "UPDATE parcel SET state = 'cancelled' WHERE id = $1 AND state IN ('open', 'packed')";

const PARCEL_LINES: &str =
    "SELECT l.order_line_id, l.product_id, p.article, p.name, l.lot_id, t.code, l.quantity
     FROM parcel_line l JOIN product p ON p.id = l.product_id JOIN lot t ON t.id = l.lot_id
     WHERE l.parcel_id = $1 ORDER BY p.article, t.code, l.order_line_id";

const PARCEL_LINE_ADD: &str =
    "INSERT INTO parcel_line (parcel_id, order_line_id, product_id, lot_id, quantity)
     VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (parcel_id, order_line_id, lot_id)
     DO UPDATE SET quantity = parcel_line.quantity + excluded.quantity";

const PARCEL_LINE_TAKE: &str = "UPDATE parcel_line SET quantity = quantity - $4
     WHERE parcel_id = $1 AND order_line_id = $2 AND lot_id = $3 AND quantity > $4";

const PARCEL_LINE_END: &str = "DELETE FROM parcel_line
     WHERE parcel_id = $1 AND order_line_id = $2 AND lot_id = $3 AND quantity = $4";

const PACK_LINES: &str = "SELECT l.id, l.product_id, p.article, p.name, l.ordered - l.cancelled,
            (SELECT CAST(COALESCE(SUM(x.quantity), 0) AS BIGINT) FROM parcel q JOIN parcel_line x ON x.parcel_id = q.id
             WHERE q.order_id = l.order_id AND x.order_line_id = l.id AND q.state <> 'cancelled' AND q.id <> $2),
            (SELECT CAST(COALESCE(SUM(x.quantity), 0) AS BIGINT) FROM parcel_line x
             WHERE x.parcel_id = $2 AND x.order_line_id = l.id),
            p.length_mm, p.width_mm, p.height_mm, p.weight_g, p.fragile, p.own_box, p.marked,
            CASE WHEN p.marked THEN (SELECT COUNT(*) FROM marking_code m
                 WHERE m.parcel_id = $2 AND m.order_line_id = l.id) ELSE 0 END,
            l.price_kopecks
     FROM order_line l JOIN product p ON p.id = l.product_id
     WHERE l.order_id = $1 ORDER BY l.line_number";

const SOURCES: &str = "SELECT b.place_id, b.lot_id, b.on_hand
     FROM batch_slot s JOIN balance b ON b.place_id = s.tote_id
     WHERE s.order_id = $1 AND s.open AND b.product_id = $2 AND b.condition = 'available'
     ORDER BY b.place_id, b.lot_id";

const TOTE_OF_ORDER: &str =
    "SELECT tote_id FROM batch_slot WHERE order_id = $1 AND tote_id = $2 AND open";

const LOT_BY_CODE: &str = "SELECT id FROM lot WHERE product_id = $1 AND code = $2";

const LINE_PACKED_ADD: &str = "UPDATE order_line SET packed = packed + $2 WHERE id = $1";

const LINES_UNPACK: &str = "UPDATE order_line SET packed = 0 WHERE order_id = $1 AND packed > 0";

const COD_SUMS: &str = "SELECT o.cod_kopecks,
         (SELECT CAST(COALESCE(SUM(p.cod_kopecks), 0) AS BIGINT) FROM parcel p
          WHERE p.order_id = o.id AND p.state <> 'cancelled' AND p.id <> $2)
     FROM shop_order o WHERE o.id = $1";

const PACKING_BIN: &str = "SELECT id FROM place
     WHERE warehouse_id = $1 AND kind = 'bin' AND purpose = 'packing' AND NOT locked
     ORDER BY sequence, code LIMIT 1";

pub const QUERIES: &[&str] = &[
    marks::MARK_INSERT,
    marks::MARK_HOLDER,
    marks::MARK_RETURNED,
    marks::MARK_DELETE,
    marks::MARKS_FREE,
    marks::MARKS_OF_PARCEL,
    marks::LOT_UNMARKED,
    marks::LINES_MARKED,
    scale::READING_WRITE,
    scale::READING_FIND,
    scale::READING_STILL,
    scale::READING_TAKE,
    scale::READING_END,
    PACKAGING_INSERT,
    PACKAGING_UPDATE,
    PACKAGING_FIND,
    PACKAGING_BY_CODE,
    PACKAGING_LIST,
    PACKAGINGS_ACTIVE,
    ORDER_FACTS,
    ORDER_BY_TOTE,
    ORDER_BY_NUMBER,
    PARCEL_INSERT,
    PARCEL_OPEN,
    PARCEL_FIND,
    PARCEL_LIST,
    PARCEL_HOLD,
    PARCEL_CLOSE,
    PARCEL_CANCEL,
    PARCEL_LINES,
    PARCEL_LINE_ADD,
    PARCEL_LINE_TAKE,
    PARCEL_LINE_END,
    PACK_LINES,
    SOURCES,
    TOTE_OF_ORDER,
    LOT_BY_CODE,
    LINE_PACKED_ADD,
    LINES_UNPACK,
    COD_SUMS,
    PACKING_BIN,
];

pub(super) async fn packaging_insert(tx: &mut Tx, row: &Packaging) -> Result<bool, DbError> {
    let args = args![
        row.id,
        row.warehouse,
        &row.code,
        &row.name,
        row.length_mm,
        row.width_mm,
        row.height_mm,
        row.load_max_g,
        row.tare_g,
        row.suits_fragile,
        row.active,
    ];
    Ok(tx.execute(PACKAGING_INSERT, args).await? == 1)
}

pub(super) async fn packaging_update(tx: &mut Tx, row: &Packaging) -> Result<bool, DbError> {
    let args = args![
        row.id,
        &row.name,
        row.length_mm,
        row.width_mm,
        row.height_mm,
        row.load_max_g,
        row.tare_g,
        row.suits_fragile,
        row.active,
    ];
    Ok(tx.execute(PACKAGING_UPDATE, args).await? == 1)
}

pub(super) async fn packaging_find(
    tx: &mut Tx,
    id: PackagingId,
) -> Result<Option<Packaging>, DbError> {
    tx.fetch_optional(PACKAGING_FIND, args![id]).await
}

pub(super) async fn packaging_by_code(
    tx: &mut Tx,
    warehouse: WarehouseId,
    code: &str,
) -> Result<Option<Packaging>, DbError> {
    tx.fetch_optional(PACKAGING_BY_CODE, args![warehouse, code]).await
}

pub(super) async fn packaging_list(
    tx: &mut Tx,
    after: PackagingId,
    limit: i64,
) -> Result<Vec<Packaging>, DbError> {
    tx.fetch_all(PACKAGING_LIST, args![after, limit]).await
}

pub(super) async fn packagings_active(
    tx: &mut Tx,
    warehouse: WarehouseId,
) -> Result<Vec<Packaging>, DbError> {
    tx.fetch_all(PACKAGINGS_ACTIVE, args![warehouse]).await
}

pub(super) async fn order_facts(
    tx: &mut Tx,
    order: OrderId,
) -> Result<Option<OrderFacts>, DbError> {
    tx.fetch_optional(ORDER_FACTS, args![order]).await
}

/// The order whose tote this is.
pub(super) async fn order_by_tote(
    tx: &mut Tx,
    warehouse: WarehouseId,
    code: &str,
) -> Result<Option<OrderId>, DbError> {
    let row: Option<IdRow> = tx.fetch_optional(ORDER_BY_TOTE, args![warehouse, code]).await?;
    Ok(row.map(|row| OrderId::from_uuid(row.id)))
}

/// The picked orders with this number: numbers are each shop's own, so there may be two.
pub(super) async fn orders_by_number(
    tx: &mut Tx,
    warehouse: WarehouseId,
    number: &str,
) -> Result<Vec<OrderId>, DbError> {
    let rows: Vec<IdRow> = tx.fetch_all(ORDER_BY_NUMBER, args![warehouse, number]).await?;
    Ok(rows.into_iter().map(|row| OrderId::from_uuid(row.id)).collect())
}

pub(super) async fn parcel_insert(tx: &mut Tx, parcel: &Parcel) -> Result<(), DbError> {
    let args = args![
        parcel.id,
        parcel.warehouse,
        parcel.owner,
        parcel.order,
        &parcel.number,
        &parcel.carrier,
        &parcel.pickup_point,
        parcel.cod_kopecks,
        parcel.created_at,
    ];
    tx.execute(PARCEL_INSERT, args).await.map(drop)
}

pub(super) async fn parcel_open(tx: &mut Tx, order: OrderId) -> Result<Option<Parcel>, DbError> {
    tx.fetch_optional(PARCEL_OPEN, args![order]).await
}

pub(super) async fn parcel_find(
    tx: &mut Tx,
    id: ParcelId,
    owner: Option<OwnerId>,
) -> Result<Option<Parcel>, DbError> {
    tx.fetch_optional(PARCEL_FIND, args![id, owner]).await
}

pub(super) async fn parcel_list(
    tx: &mut Tx,
    order: OrderId,
    owner: Option<OwnerId>,
) -> Result<Vec<Parcel>, DbError> {
    tx.fetch_all(PARCEL_LIST, args![order, owner]).await
}

/// The parcels of an order that hold or held its goods and were not given up.
pub(super) async fn parcels_live(tx: &mut Tx, order: OrderId) -> Result<Vec<Parcel>, DbError> {
    let mut parcels = parcel_list(tx, order, None).await?;
    parcels.retain(|parcel| parcel.state != ParcelState::Cancelled);
    Ok(parcels)
}

pub(super) async fn parcel_hold(tx: &mut Tx, id: ParcelId) -> Result<bool, DbError> {
    Ok(tx.execute(PARCEL_HOLD, args![id]).await? == 1)
}

/// What a parcel is closed with.
pub(super) struct ParcelClose {
    pub(super) packaging: Option<PackagingId>,
    pub(super) weighing: Weighing,
    pub(super) expected: Grams,
    pub(super) cod: Kopecks,
    pub(super) short_reason: Option<String>,
    pub(super) now: UtcMicros,
}

pub(super) async fn parcel_close(
    tx: &mut Tx,
    id: ParcelId,
    close: &ParcelClose,
) -> Result<bool, DbError> {
    let args = args![
        id,
        close.packaging,
        close.weighing.weight,
        close.expected,
        close.cod,
        close.short_reason.clone(),
        close.now,
        close.weighing.scale,
    ];
    Ok(tx.execute(PARCEL_CLOSE, args).await? == 1)
}

pub(super) async fn parcel_cancel(tx: &mut Tx, id: ParcelId) -> Result<bool, DbError> {
    Ok(tx.execute(PARCEL_CANCEL, args![id]).await? == 1)
}

pub(super) async fn parcel_lines(tx: &mut Tx, id: ParcelId) -> Result<Vec<ParcelLine>, DbError> {
    tx.fetch_all(PARCEL_LINES, args![id]).await
}

pub(super) async fn parcel_line_add(
    tx: &mut Tx,
    parcel: ParcelId,
    line: OrderLineId,
    goods: &Goods,
) -> Result<(), DbError> {
    let args = args![parcel, line, goods.product, goods.lot, goods.quantity];
    tx.execute(PARCEL_LINE_ADD, args).await.map(drop)
}

/// Takes pieces out of a parcel's line; false if it has fewer.
pub(super) async fn parcel_line_take(
    tx: &mut Tx,
    parcel: ParcelId,
    line: OrderLineId,
    goods: &Goods,
) -> Result<bool, DbError> {
    let args: Vec<Arg> = args![parcel, line, goods.lot, goods.quantity];
    if tx.execute(PARCEL_LINE_TAKE, args.clone()).await? == 1 {
        return Ok(true);
    }
    Ok(tx.execute(PARCEL_LINE_END, args).await? == 1)
}

/// The order's lines with what is packed of them, here and elsewhere.
pub(super) async fn pack_lines(
    tx: &mut Tx,
    order: OrderId,
    parcel: ParcelId,
) -> Result<Vec<PackLine>, DbError> {
    tx.fetch_all(PACK_LINES, args![order, parcel]).await
}

pub(super) async fn sources(
    tx: &mut Tx,
    order: OrderId,
    product: ProductId,
) -> Result<Vec<Source>, DbError> {
    tx.fetch_all(SOURCES, args![order, product]).await
}

pub(super) async fn tote_is_of_order(
    tx: &mut Tx,
    order: OrderId,
    tote: PlaceId,
) -> Result<bool, DbError> {
    let row: Option<IdRow> = tx.fetch_optional(TOTE_OF_ORDER, args![order, tote]).await?;
    Ok(row.is_some())
}

pub(super) async fn lot_by_code(
    tx: &mut Tx,
    product: ProductId,
    code: &str,
) -> Result<Option<LotId>, DbError> {
    let row: Option<IdRow> = tx.fetch_optional(LOT_BY_CODE, args![product, code]).await?;
    Ok(row.map(|row| LotId::from_uuid(row.id)))
}

pub(super) async fn line_packed_add(
    tx: &mut Tx,
    line: OrderLineId,
    pieces: Pieces,
) -> Result<(), DbError> {
    tx.execute(LINE_PACKED_ADD, args![line, pieces]).await.map(drop)
}

pub(super) async fn lines_unpack(tx: &mut Tx, order: OrderId) -> Result<(), DbError> {
    tx.execute(LINES_UNPACK, args![order]).await.map(drop)
}

/// What an order collects on delivery as it is now, and what its other parcels do.
pub(super) async fn cod_sums(
    tx: &mut Tx,
    order: OrderId,
    parcel: ParcelId,
) -> Result<CodSums, DbError> {
    tx.fetch_one(COD_SUMS, args![order, parcel]).await
}

/// Where goods out of parcels are laid.
pub(super) async fn packing_bin(
    tx: &mut Tx,
    warehouse: WarehouseId,
) -> Result<Option<Spot>, DbError> {
    let row: Option<IdRow> = tx.fetch_optional(PACKING_BIN, args![warehouse]).await?;
    Ok(row.map(|row| Spot::available(PlaceId::from_uuid(row.id))))
}
