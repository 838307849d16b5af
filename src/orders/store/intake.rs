//! New orders, and what must be known to take them in.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::args;
use crate::db::{Arg, DbError, Tx};
use crate::ids::{OrderId, OwnerId, ProductId, WarehouseId};
use crate::orders::model::OrderPolicy;
use crate::record;

record! {
    pub(in crate::orders) struct OwnerRow {
        pub(in crate::orders) policy: OrderPolicy,
        pub(in crate::orders) active: bool,
    }
}

record! {
    /// An order that has an external number, with what its first event says.
    pub(in crate::orders) struct KnownRow {
        pub(in crate::orders) order: OrderId,
        pub(in crate::orders) external_number: String,
        pub(in crate::orders) detail: Value,
    }
}

record! {
    struct WarehouseRow {
        warehouse: WarehouseId,
    }
}

record! {
    /// A product by one of its names.
    #[derive(Debug)]
    pub(in crate::orders) struct NamedRow {
        pub(in crate::orders) name: String,
        pub(in crate::orders) product: ProductId,
    }
}

record! {
    struct ProductRow {
        product: ProductId,
    }
}

const OWNER: &str = "SELECT order_policy, active FROM owner WHERE id = $1";

const WAREHOUSES: &str = "SELECT id FROM warehouse WHERE id = $1 OR $1 IS NULL ORDER BY id LIMIT 2";

const KNOWN: &str = "SELECT o.id, o.external_number, e.detail
     FROM shop_order o JOIN order_event e ON e.order_id = o.id AND e.kind = 'accepted'
     WHERE o.owner_id = $1 AND o.external_number IN (/*list*/)";

const ORDER_INSERT: &str = "INSERT INTO shop_order
     (id, owner_id, warehouse_id, number, external_number, state, policy, priority, promised_at,
      carrier, pickup_point, recipient, cod_kopecks, version, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
     ON CONFLICT (owner_id, external_number) DO NOTHING";

const LINE_INSERT: &str = "INSERT INTO order_line
     (id, order_id, owner_id, product_id, line_number, ordered, cancelled, packed, shipped, price_kopecks)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";

const PRODUCTS_OWN: &str = "SELECT id FROM product WHERE owner_id = $1 AND id IN (/*list*/)";

const PRODUCTS_BY_ARTICLE: &str =
    "SELECT article, id FROM product WHERE owner_id = $1 AND article IN (/*list*/)";

const PRODUCTS_BY_BARCODE: &str =
    "SELECT value, product_id FROM barcode WHERE owner_id = $1 AND value IN (/*list*/)";

pub(in crate::orders) const QUERIES: &[&str] = &[
    OWNER,
    WAREHOUSES,
    KNOWN,
    ORDER_INSERT,
    LINE_INSERT,
    PRODUCTS_OWN,
    PRODUCTS_BY_ARTICLE,
    PRODUCTS_BY_BARCODE,
];

pub(in crate::orders) async fn owner(
    tx: &mut Tx,
    owner: OwnerId,
) -> Result<Option<OwnerRow>, DbError> {
    tx.fetch_optional(OWNER, args![owner]).await
}

/// The warehouse of this id, or all of them, two at most.
pub(in crate::orders) async fn warehouses(
    tx: &mut Tx,
    warehouse: Option<WarehouseId>,
) -> Result<Vec<WarehouseId>, DbError> {
    let rows: Vec<WarehouseRow> = tx.fetch_all(WAREHOUSES, args![warehouse]).await?;
    Ok(rows.into_iter().map(|row| row.warehouse).collect())
}

/// The orders that have these external numbers.
pub(in crate::orders) async fn known(
    tx: &mut Tx,
    owner: OwnerId,
    numbers: Vec<Arg>,
) -> Result<Vec<KnownRow>, DbError> {
    tx.fetch_in(KNOWN, args![owner], numbers).await
}

pub(in crate::orders) async fn orders_insert(
    tx: &mut Tx,
    orders: Vec<Vec<Arg>>,
    lines: Vec<Vec<Arg>>,
) -> Result<(), DbError> {
    let count = u64::try_from(orders.len()).unwrap_or(u64::MAX);
    if tx.insert_many(ORDER_INSERT, orders).await? != count {
        // Somebody took one of the numbers in the meantime: the next run will find it.
        return Err(tx.conflict());
    }
    lines_insert(tx, lines).await
}

pub(in crate::orders) async fn lines_insert(
    tx: &mut Tx,
    lines: Vec<Vec<Arg>>,
) -> Result<(), DbError> {
    tx.insert_many(LINE_INSERT, lines).await.map(drop)
}

/// Which of these products are the owner's.
pub(in crate::orders) async fn products_own(
    tx: &mut Tx,
    owner: OwnerId,
    ids: BTreeSet<ProductId>,
) -> Result<Vec<ProductId>, DbError> {
    let ids = ids.into_iter().map(Arg::from).collect();
    let rows: Vec<ProductRow> = tx.fetch_in(PRODUCTS_OWN, args![owner], ids).await?;
    Ok(rows.into_iter().map(|row| row.product).collect())
}

pub(in crate::orders) async fn products_by_article(
    tx: &mut Tx,
    owner: OwnerId,
    articles: Vec<Arg>,
) -> Result<Vec<NamedRow>, DbError> {
    tx.fetch_in(PRODUCTS_BY_ARTICLE, args![owner], articles).await
}

pub(in crate::orders) async fn products_by_barcode(
    tx: &mut Tx,
    owner: OwnerId,
    values: Vec<Arg>,
) -> Result<Vec<NamedRow>, DbError> {
    tx.fetch_in(PRODUCTS_BY_BARCODE, args![owner], values).await
}
