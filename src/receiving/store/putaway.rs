//! Which bins come into question for goods.

use crate::catalog::{BinPurpose, Place};
use crate::db::{DbError, Tx};
use crate::ids::{LotId, OwnerId, PlaceId, ProductId, WarehouseId};
use crate::stock::Condition;
use crate::units::{Day, Pieces, UtcMicros};
use crate::{args, record};

record! {
    /// Goods that stand at a dock and wait.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct WaitingRow {
        pub place: PlaceId,
        pub place_code: String,
        pub owner: OwnerId,
        pub product: ProductId,
        pub article: String,
        pub name: String,
        pub lot: LotId,
        pub lot_code: String,
        pub expires_on: Option<Day>,
        pub condition: Condition,
        pub free: Pieces,
    }
}

const SAME_PRODUCT: &str = "SELECT p.id, p.warehouse_id, p.kind, p.code, p.pickable, p.locked, p.purpose, p.sequence,
            p.mixing, p.volume_max_cm3, p.weight_max_g, p.inside_id
     FROM place p
     WHERE p.id IN (SELECT b.place_id FROM balance b WHERE b.product_id = $1)
       AND p.warehouse_id = $2 AND p.kind = 'bin' AND p.purpose = $3 AND NOT p.locked
       AND NOT EXISTS (SELECT 1 FROM stock_count n WHERE n.place_id = p.id AND n.state IN ('open', 'counting'))
     ORDER BY p.sequence, p.id LIMIT $4";
const EMPTY: &str = "SELECT p.id, p.warehouse_id, p.kind, p.code, p.pickable, p.locked, p.purpose, p.sequence,
            p.mixing, p.volume_max_cm3, p.weight_max_g, p.inside_id
     FROM place p
     WHERE p.warehouse_id = $1 AND p.kind = 'bin' AND p.purpose = $2 AND p.sequence >= $3 AND NOT p.locked
       AND NOT EXISTS (SELECT 1 FROM balance b WHERE b.place_id = p.id)
       AND NOT EXISTS (SELECT 1 FROM place u WHERE u.inside_id = p.id)
       AND NOT EXISTS (SELECT 1 FROM bin_claim c
                       WHERE c.place_id = p.id AND c.device_id <> $4 AND c.expires_at > $5)
       AND NOT EXISTS (SELECT 1 FROM stock_count n WHERE n.place_id = p.id AND n.state IN ('open', 'counting'))
     ORDER BY p.sequence, p.id LIMIT $6";
const SHARED: &str = "SELECT p.id, p.warehouse_id, p.kind, p.code, p.pickable, p.locked, p.purpose, p.sequence,
            p.mixing, p.volume_max_cm3, p.weight_max_g, p.inside_id
     FROM place p
     WHERE p.warehouse_id = $1 AND p.kind = 'bin' AND p.purpose = $2 AND p.sequence >= $3 AND NOT p.locked
       AND p.mixing IN ('any', 'one_owner')
       AND EXISTS (SELECT 1 FROM balance b WHERE b.place_id = p.id)
       AND NOT EXISTS (SELECT 1 FROM bin_claim c
                       WHERE c.place_id = p.id AND c.device_id <> $4 AND c.expires_at > $5)
       AND NOT EXISTS (SELECT 1 FROM stock_count n WHERE n.place_id = p.id AND n.state IN ('open', 'counting'))
     ORDER BY p.sequence, p.id LIMIT $6";
const WAITING: &str =
    "SELECT b.place_id, pl.code, b.owner_id, b.product_id, p.article, p.name, b.lot_id, l.code,
            l.expires_on, b.condition, b.on_hand - b.reserved
     FROM place pl JOIN balance b ON b.place_id = pl.id
          JOIN product p ON p.id = b.product_id JOIN lot l ON l.id = b.lot_id
     WHERE pl.warehouse_id = $1 AND pl.kind = 'bin' AND pl.purpose = 'receiving'
       AND (pl.id = $2 OR $2 IS NULL) AND b.on_hand > b.reserved
     ORDER BY pl.sequence, b.place_id, b.product_id, b.lot_id, b.condition LIMIT $3";

pub const QUERIES: &[&str] = &[SAME_PRODUCT, EMPTY, SHARED, WAITING];

/// Who looks for a bin, where and when.
#[derive(Debug, Clone, Copy)]
pub(in crate::receiving) struct Search {
    pub(in crate::receiving) warehouse: WarehouseId,
    pub(in crate::receiving) purpose: BinPurpose,
    pub(in crate::receiving) claimant: uuid::Uuid,
    pub(in crate::receiving) now: UtcMicros,
    pub(in crate::receiving) limit: i64,
}

/// Bins with the same product, in walking order.
pub(in crate::receiving) async fn same_product(
    tx: &mut Tx,
    search: &Search,
    product: ProductId,
) -> Result<Vec<Place>, DbError> {
    let values = args![product, search.warehouse, search.purpose, search.limit];
    tx.fetch_all(SAME_PRODUCT, values).await
}

/// Empty bins to which nobody is on his way, from a position of the walk on.
pub(in crate::receiving) async fn empty(
    tx: &mut Tx,
    search: &Search,
    from: i64,
) -> Result<Vec<Place>, DbError> {
    walk(tx, EMPTY, search, from).await
}

/// Bins that share with other goods.
pub(in crate::receiving) async fn shared(
    tx: &mut Tx,
    search: &Search,
    from: i64,
) -> Result<Vec<Place>, DbError> {
    walk(tx, SHARED, search, from).await
}

async fn walk(
    tx: &mut Tx,
    sql: &'static str,
    search: &Search,
    from: i64,
) -> Result<Vec<Place>, DbError> {
    let values =
        args![search.warehouse, search.purpose, from, search.claimant, search.now, search.limit];
    tx.fetch_all(sql, values).await
}

/// What stands at the docks of a warehouse, or at one of them.
pub(in crate::receiving) async fn waiting(
    tx: &mut Tx,
    warehouse: WarehouseId,
    dock: Option<PlaceId>,
    limit: i64,
) -> Result<Vec<WaitingRow>, DbError> {
    tx.fetch_all(WAITING, args![warehouse, dock, limit]).await
}
