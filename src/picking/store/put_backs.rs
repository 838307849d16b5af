//! The put-back list.

use crate::db::{DbError, Tx};
use crate::ids::{PlaceId, PutBackId, WarehouseId};
use crate::picking::{NewPutBack, PutBack};
use crate::units::{Pieces, UtcMicros};
use crate::{args, record};

record! {
    /// What must be known about the bin that goods go back to.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub(in crate::picking) struct BinFacts {
        pub(in crate::picking) place: PlaceId,
        pub(in crate::picking) code: String,
        pub(in crate::picking) pickable: bool,
        pub(in crate::picking) locked: bool,
    }
}

const PUT_BACK_INSERT: &str =
    "INSERT INTO put_back (id, warehouse_id, order_id, owner_id, product_id, lot_id, place_id,
         quantity, done, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";

const PUT_BACK_FIND: &str = "SELECT b.id, b.warehouse_id, b.order_id, o.number, b.owner_id, b.product_id, p.article, p.name,
            b.lot_id, l.code, b.place_id, c.code, b.quantity, b.done, b.created_at
     FROM put_back b
     JOIN shop_order o ON o.id = b.order_id
     JOIN product p ON p.id = b.product_id
     JOIN lot l ON l.id = b.lot_id
     JOIN place c ON c.id = b.place_id
     WHERE b.id = $1";

const PUT_BACK_LIST: &str = "SELECT b.id, b.warehouse_id, b.order_id, o.number, b.owner_id, b.product_id, p.article, p.name,
            b.lot_id, l.code, b.place_id, c.code, b.quantity, b.done, b.created_at
     FROM put_back b
     JOIN shop_order o ON o.id = b.order_id
     JOIN product p ON p.id = b.product_id
     JOIN lot l ON l.id = b.lot_id
     JOIN place c ON c.id = b.place_id
     WHERE b.done < b.quantity AND b.id > $1 AND (b.place_id = $2 OR $2 IS NULL)
     ORDER BY b.id LIMIT $3";

const PUT_BACK_DO: &str =
    "UPDATE put_back SET done = done + $2 WHERE id = $1 AND done + $2 <= quantity";

const BIN_FACTS: &str = "SELECT id, code, pickable, locked FROM place
     WHERE warehouse_id = $1 AND code = $2 AND kind = 'bin'";

pub(super) const QUERIES: &[&str] =
    &[PUT_BACK_INSERT, PUT_BACK_FIND, PUT_BACK_LIST, PUT_BACK_DO, BIN_FACTS];

pub(in crate::picking) async fn put_backs_insert(
    tx: &mut Tx,
    now: UtcMicros,
    rows: &[NewPutBack],
) -> Result<(), DbError> {
    let row = |line: &NewPutBack| {
        args![
            PutBackId::new(),
            line.warehouse,
            line.order,
            line.goods.owner,
            line.goods.product,
            line.goods.lot,
            line.place,
            line.goods.quantity,
            Pieces::ZERO,
            now,
        ]
    };
    tx.insert_many(PUT_BACK_INSERT, rows.iter().map(row).collect()).await.map(drop)
}

pub(in crate::picking) async fn put_back_find(
    tx: &mut Tx,
    id: PutBackId,
) -> Result<Option<PutBack>, DbError> {
    tx.fetch_optional(PUT_BACK_FIND, args![id]).await
}

/// What is still to be put back, the oldest first.
pub(in crate::picking) async fn put_back_list(
    tx: &mut Tx,
    after: PutBackId,
    place: Option<PlaceId>,
    limit: i64,
) -> Result<Vec<PutBack>, DbError> {
    tx.fetch_all(PUT_BACK_LIST, args![after, place, limit]).await
}

pub(in crate::picking) async fn put_back_do(
    tx: &mut Tx,
    id: PutBackId,
    pieces: Pieces,
) -> Result<bool, DbError> {
    Ok(tx.execute(PUT_BACK_DO, args![id, pieces]).await? == 1)
}

pub(in crate::picking) async fn bin_facts(
    tx: &mut Tx,
    warehouse: WarehouseId,
    code: &str,
) -> Result<Option<BinFacts>, DbError> {
    tx.fetch_optional(BIN_FACTS, args![warehouse, code]).await
}
