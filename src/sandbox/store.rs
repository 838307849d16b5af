//! What the measurements and the crash test ask the database.

use crate::db::{DbError, Tx};
use crate::ids::{DeviceId, OwnerId, ProductId, WarehouseId};
use crate::{args, record};

record! {
    pub(super) struct PicksOfScan {
        pub(super) device: DeviceId,
        pub(super) key: String,
        pub(super) entries: i64,
    }
}

record! {
    pub(super) struct BareProduct {
        pub(super) id: ProductId,
        pub(super) owner: OwnerId,
    }
}

record! {
    struct BirthRow {
        command: uuid::Uuid,
    }
}

const BIRTH: &str =
    "SELECT id FROM command WHERE action = 'administrator_create' ORDER BY id LIMIT 1";

const PICKS_BY_SCAN: &str = "SELECT c.scope_id, c.key, COUNT(*)
     FROM stock_entry e JOIN command c ON c.id = e.command_id
     WHERE e.reason = 'pick' GROUP BY c.scope_id, c.key";

const PRODUCTS_WITHOUT_STOCK: &str = "SELECT p.id, p.owner_id FROM product p
     WHERE NOT EXISTS (SELECT 1 FROM availability a
                       WHERE a.product_id = p.id AND a.warehouse_id = $1 AND a.unallocated > 0)
     ORDER BY p.id";

pub const QUERIES: &[&str] = &[BIRTH, PICKS_BY_SCAN, PRODUCTS_WITHOUT_STOCK];

/// The first command that any server gives an empty database: no two databases have the same.
pub(super) async fn birth(tx: &mut Tx) -> Result<Option<uuid::Uuid>, DbError> {
    let row: Option<BirthRow> = tx.fetch_optional(BIRTH, args![]).await?;
    Ok(row.map(|row| row.command))
}

/// How many ledger lines each scan wrote.
pub(super) async fn picks_by_scan(tx: &mut Tx) -> Result<Vec<PicksOfScan>, DbError> {
    tx.fetch_all(PICKS_BY_SCAN, vec![]).await
}

/// Products of which nothing is left to promise.
pub(super) async fn products_without_stock(
    tx: &mut Tx,
    warehouse: WarehouseId,
) -> Result<Vec<BareProduct>, DbError> {
    tx.fetch_all(PRODUCTS_WITHOUT_STOCK, args![warehouse]).await
}
