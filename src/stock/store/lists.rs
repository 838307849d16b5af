//! What lies where: lists of balances.

use crate::db::{DbError, Tx};
use crate::ids::{LotId, OwnerId, PlaceId, ProductId};
use crate::stock::Condition;
use crate::units::{Day, Pieces, UtcMicros};
use crate::{args, record};

record! {
    /// What lies in a place of one lot in one condition.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub(in crate::stock) struct StockRow {
        pub(in crate::stock) place: PlaceId,
        pub(in crate::stock) place_code: String,
        pub(in crate::stock) owner: OwnerId,
        pub(in crate::stock) product: ProductId,
        pub(in crate::stock) article: String,
        pub(in crate::stock) lot: LotId,
        pub(in crate::stock) lot_code: String,
        pub(in crate::stock) expires_on: Option<Day>,
        pub(in crate::stock) condition: Condition,
        pub(in crate::stock) on_hand: Pieces,
        /// Held by open pick tasks.
        pub(in crate::stock) reserved: Pieces,
        pub(in crate::stock) arrived_at: UtcMicros,
    }
}

record! {
    /// All stock of a product in a warehouse or in all of them.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub(in crate::stock) struct ProductStockRow {
        pub(in crate::stock) product: ProductId,
        pub(in crate::stock) owner: OwnerId,
        pub(in crate::stock) article: String,
        pub(in crate::stock) on_hand: Pieces,
        pub(in crate::stock) promisable: Pieces,
        pub(in crate::stock) promised: Pieces,
    }
}

/// What a list of stock is narrowed to, and behind which row it starts.
#[derive(Debug, Clone, Copy)]
pub(in crate::stock) struct StockFilter {
    pub(in crate::stock) owner: Option<OwnerId>,
    pub(in crate::stock) product: Option<ProductId>,
    pub(in crate::stock) place: Option<PlaceId>,
    pub(in crate::stock) after: StockKey,
    pub(in crate::stock) limit: i64,
}

/// The key of a balance, in the order of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::stock) struct StockKey {
    pub(in crate::stock) product: ProductId,
    pub(in crate::stock) place: PlaceId,
    pub(in crate::stock) lot: LotId,
    pub(in crate::stock) condition: Condition,
}

macro_rules! stock_select {
    ($first:literal) => {
        concat!(
            "SELECT b.place_id, pl.code, b.owner_id, b.product_id, p.article, b.lot_id, l.code,
             l.expires_on, b.condition, b.on_hand, b.reserved, b.arrived_at
             FROM balance b JOIN place pl ON pl.id = b.place_id
             JOIN product p ON p.id = b.product_id JOIN lot l ON l.id = b.lot_id
             WHERE ",
            $first,
            " AND (b.product_id, b.place_id, b.lot_id, b.condition) > ($2, $3, $4, $5)
             AND (b.owner_id = $6 OR $6 IS NULL) AND (b.product_id = $7 OR $7 IS NULL)
             ORDER BY b.product_id, b.place_id, b.lot_id, b.condition LIMIT $8"
        )
    };
}

/// One text per way in, so that each finds its index.
const STOCK_BY_PLACE: &str = stock_select!("b.place_id = $1");
const STOCK_BY_PRODUCT: &str = stock_select!("b.product_id = $1");
const STOCK_BY_OWNER: &str = stock_select!("b.owner_id = $1");
const STOCK_ALL: &str = stock_select!("b.product_id >= $1");

const STOCK_PRODUCTS: &str = "SELECT s.product_id, s.owner_id, p.article,
        CAST(SUM(s.on_hand) AS BIGINT), CAST(SUM(s.promisable) AS BIGINT), CAST(SUM(s.promised) AS BIGINT)
     FROM (
        SELECT product_id, owner_id, on_hand, 0 AS promisable, 0 AS promised FROM balance
        WHERE product_id > $2 AND (owner_id = $1 OR $1 IS NULL)
        UNION ALL
        SELECT product_id, owner_id, 0, unallocated - reserved, reserved FROM availability
        WHERE product_id > $2 AND (owner_id = $1 OR $1 IS NULL)
     ) AS s JOIN product p ON p.id = s.product_id
     GROUP BY s.product_id, s.owner_id, p.article ORDER BY s.product_id LIMIT $3";

pub const QUERIES: &[&str] =
    &[STOCK_BY_PLACE, STOCK_BY_PRODUCT, STOCK_BY_OWNER, STOCK_ALL, STOCK_PRODUCTS];

pub(in crate::stock) async fn stock_list(
    tx: &mut Tx,
    filter: StockFilter,
) -> Result<Vec<StockRow>, DbError> {
    let StockKey { product, place, lot, condition } = filter.after;
    let (sql, first) = match filter {
        StockFilter { place: Some(place), .. } => (STOCK_BY_PLACE, place.uuid()),
        StockFilter { product: Some(product), .. } => (STOCK_BY_PRODUCT, product.uuid()),
        StockFilter { owner: Some(owner), .. } => (STOCK_BY_OWNER, owner.uuid()),
        StockFilter { .. } => (STOCK_ALL, product.uuid()),
    };
    let values =
        args![first, product, place, lot, condition, filter.owner, filter.product, filter.limit];
    tx.fetch_all(sql, values).await
}

pub(in crate::stock) async fn product_stock_list(
    tx: &mut Tx,
    owner: Option<OwnerId>,
    after: ProductId,
    limit: i64,
) -> Result<Vec<ProductStockRow>, DbError> {
    tx.fetch_all(STOCK_PRODUCTS, args![owner, after, limit]).await
}
