//! What a shipment is composed of: the parcel, its order, its shop and its goods.

use serde_json::Value;

use crate::db::{DbError, Tx};
use crate::ids::{OrderId, OrderLineId, OwnerId, ParcelId, WarehouseId};
use crate::packing::ParcelState;
use crate::taxes::VatClass;
use crate::units::{Grams, Kopecks, Pieces};
use crate::{args, record};

record! {
    /// A parcel with everything around it.
    #[derive(Debug, Clone)]
    pub(in crate::shipments) struct ParcelFacts {
        pub(in crate::shipments) number: String,
        pub(in crate::shipments) state: ParcelState,
        pub(in crate::shipments) warehouse: WarehouseId,
        pub(in crate::shipments) owner: OwnerId,
        pub(in crate::shipments) weight_g: Option<Grams>,
        pub(in crate::shipments) cod_kopecks: Kopecks,
        pub(in crate::shipments) length_mm: Option<i64>,
        pub(in crate::shipments) width_mm: Option<i64>,
        pub(in crate::shipments) height_mm: Option<i64>,
        pub(in crate::shipments) order_number: String,
        pub(in crate::shipments) recipient: Value,
        pub(in crate::shipments) shop: String,
        pub(in crate::shipments) shop_inn: Option<String>,
    }
}

record! {
    struct PointRow {
        point: String,
    }
}

record! {
    /// Goods of one order line in a parcel.
    #[derive(Debug, Clone)]
    pub(in crate::shipments) struct ItemFacts {
        pub(in crate::shipments) line: OrderLineId,
        pub(in crate::shipments) article: String,
        pub(in crate::shipments) name: String,
        pub(in crate::shipments) pieces: Pieces,
        pub(in crate::shipments) weight_g: Grams,
        pub(in crate::shipments) price_kopecks: Kopecks,
        pub(in crate::shipments) length_mm: i64,
        pub(in crate::shipments) width_mm: i64,
        pub(in crate::shipments) height_mm: i64,
        pub(in crate::shipments) vat_class: VatClass,
        /// Each piece has a marking code, whether it is known or not.
        pub(in crate::shipments) is_marked: bool,
    }
}

record! {
    /// The marking code of one piece.
    #[derive(Debug, Clone)]
    pub(in crate::shipments) struct MarkFacts {
        pub(in crate::shipments) line: OrderLineId,
        pub(in crate::shipments) code: String,
    }
}

const PARCEL_FACTS: &str = "SELECT p.number, p.state, p.warehouse_id, p.owner_id,
         p.weight_g, p.cod_kopecks, g.length_mm, g.width_mm, g.height_mm, o.external_number,
         o.recipient, w.name, w.inn
     FROM parcel p JOIN shop_order o ON o.id = p.order_id JOIN owner w ON w.id = p.owner_id
     LEFT JOIN packaging g ON g.id = p.packaging_id
     WHERE p.id = $1";

const ITEM_FACTS: &str =
    "SELECT ol.id, pr.article, pr.name, CAST(SUM(pl.quantity) AS BIGINT), pr.weight_g,
         ol.price_kopecks, pr.length_mm, pr.width_mm, pr.height_mm, pr.vat_class, pr.marked
     FROM parcel_line pl JOIN order_line ol ON ol.id = pl.order_line_id
     JOIN product pr ON pr.id = pl.product_id
     WHERE pl.parcel_id = $1
     GROUP BY ol.id, ol.line_number, pr.article, pr.name, pr.weight_g, ol.price_kopecks, pr.length_mm,
         pr.width_mm, pr.height_mm, pr.vat_class, pr.marked
     ORDER BY ol.line_number, pr.article";

const MARK_FACTS: &str = "SELECT order_line_id, code FROM marking_code
     WHERE parcel_id = $1 ORDER BY packed_at, piece";

/// An order as if all of it travelled in one parcel.
const ORDER_FACTS: &str = "SELECT o.number, 'open', o.warehouse_id, o.owner_id, CAST(NULL AS BIGINT),
         o.cod_kopecks, CAST(NULL AS BIGINT), CAST(NULL AS BIGINT), CAST(NULL AS BIGINT), o.external_number, o.recipient, w.name, w.inn
     FROM shop_order o JOIN owner w ON w.id = o.owner_id
     WHERE o.id = $1 AND (o.owner_id = $2 OR $2 IS NULL)";

const ORDER_POINT: &str = "SELECT pickup_point FROM shop_order WHERE id = $1";

const ORDER_ITEMS: &str = "SELECT l.id, pr.article, pr.name, l.ordered - l.cancelled, pr.weight_g,
         l.price_kopecks, pr.length_mm, pr.width_mm, pr.height_mm, pr.vat_class, pr.marked
     FROM order_line l JOIN product pr ON pr.id = l.product_id
     WHERE l.order_id = $1 AND l.ordered > l.cancelled ORDER BY l.line_number";

pub(super) const QUERIES: &[&str] =
    &[PARCEL_FACTS, ITEM_FACTS, MARK_FACTS, ORDER_FACTS, ORDER_POINT, ORDER_ITEMS];

pub(in crate::shipments) async fn parcel_facts(
    tx: &mut Tx,
    parcel: ParcelId,
) -> Result<Option<ParcelFacts>, DbError> {
    tx.fetch_optional(PARCEL_FACTS, args![parcel]).await
}

pub(in crate::shipments) async fn item_facts(
    tx: &mut Tx,
    parcel: ParcelId,
) -> Result<Vec<ItemFacts>, DbError> {
    tx.fetch_all(ITEM_FACTS, args![parcel]).await
}

pub(in crate::shipments) async fn mark_facts(
    tx: &mut Tx,
    parcel: ParcelId,
) -> Result<Vec<MarkFacts>, DbError> {
    tx.fetch_all(MARK_FACTS, args![parcel]).await
}

pub(in crate::shipments) async fn order_facts(
    tx: &mut Tx,
    order: OrderId,
    owner: Option<OwnerId>,
) -> Result<Option<ParcelFacts>, DbError> {
    tx.fetch_optional(ORDER_FACTS, args![order, owner]).await
}

/// The point that the order names; empty for a door.
pub(in crate::shipments) async fn order_point(
    tx: &mut Tx,
    order: OrderId,
) -> Result<String, DbError> {
    let row: PointRow = tx.fetch_one(ORDER_POINT, args![order]).await?;
    Ok(row.point)
}

pub(in crate::shipments) async fn order_items(
    tx: &mut Tx,
    order: OrderId,
) -> Result<Vec<ItemFacts>, DbError> {
    tx.fetch_all(ORDER_ITEMS, args![order]).await
}
