//! What scanned strings mean.

use crate::catalog::{BarcodeHit, BarcodeKind, NewBarcode};
use crate::db::{Arg, DbError, Tx};
use crate::ids::{OwnerId, ProductId};
use crate::units::{Pieces, UtcMicros};
use crate::{args, record};

record! {
    /// One barcode of a product.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Barcode {
        pub owner: OwnerId,
        pub kind: BarcodeKind,
        pub value: String,
        pub product: ProductId,
        pub pieces: Pieces,
    }
}

record! {
    struct Value {
        value: String,
    }
}

/// Whichever rule a code breaks, the statement goes on; the caller counts.
const BARCODE_INSERT: &str =
    "INSERT INTO barcode (owner_id, kind, value, product_id, pieces, created_at)
     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";

const BARCODES_BY_VALUE: &str = "SELECT owner_id, kind, value, product_id, pieces FROM barcode
     WHERE value IN (/*list*/) ORDER BY owner_id, kind, value";

const BARCODES_OF_PRODUCTS: &str = "SELECT owner_id, kind, value, product_id, pieces FROM barcode
     WHERE product_id IN (/*list*/) ORDER BY product_id, kind, value";

const INTERNAL_FIND: &str =
    "SELECT value FROM barcode WHERE product_id = $1 AND kind = 'internal' ORDER BY value LIMIT 1";

const BARCODE_HITS: &str =
    "SELECT b.owner_id, o.name, b.product_id, p.article, p.name, b.pieces, b.kind
     FROM barcode b JOIN product p ON p.id = b.product_id JOIN owner o ON o.id = b.owner_id
     WHERE (b.owner_id = $1 OR $1 IS NULL) AND b.value IN (/*list*/)
     ORDER BY b.owner_id, b.product_id, b.kind";

pub(crate) const QUERIES: &[&str] =
    &[BARCODE_INSERT, BARCODES_BY_VALUE, BARCODES_OF_PRODUCTS, INTERNAL_FIND, BARCODE_HITS];

/// Inserts what is free; answers how many.
pub(in crate::catalog) async fn barcodes_insert(
    tx: &mut Tx,
    codes: &[NewBarcode],
    now: UtcMicros,
) -> Result<u64, DbError> {
    let row = |code: &NewBarcode| {
        args![code.owner, code.kind, &code.value, code.product, code.pieces, now]
    };
    tx.insert_many(BARCODE_INSERT, codes.iter().map(row).collect()).await
}

pub(in crate::catalog) async fn barcodes_by_value(
    tx: &mut Tx,
    codes: &[NewBarcode],
) -> Result<Vec<Barcode>, DbError> {
    let values = codes.iter().map(|code| Arg::from(&code.value)).collect();
    tx.fetch_in(BARCODES_BY_VALUE, vec![], values).await
}

pub(in crate::catalog) async fn barcodes_of_products(
    tx: &mut Tx,
    products: &[ProductId],
) -> Result<Vec<Barcode>, DbError> {
    let list = products.iter().map(|id| Arg::from(*id)).collect();
    tx.fetch_in(BARCODES_OF_PRODUCTS, vec![], list).await
}

pub(in crate::catalog) async fn internal_find(
    tx: &mut Tx,
    product: ProductId,
) -> Result<Option<String>, DbError> {
    let row: Option<Value> = tx.fetch_optional(INTERNAL_FIND, args![product]).await?;
    Ok(row.map(|row| row.value))
}

pub(in crate::catalog) async fn barcode_hits(
    tx: &mut Tx,
    owner: Option<OwnerId>,
    keys: Vec<String>,
) -> Result<Vec<BarcodeHit>, DbError> {
    let list = keys.into_iter().map(Arg::from).collect();
    tx.fetch_in(BARCODE_HITS, args![owner], list).await
}
