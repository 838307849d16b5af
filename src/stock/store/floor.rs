//! Rows about what lies in bins and who is on the way to them.

use std::collections::BTreeMap;

use crate::catalog::{Place, Product};
use crate::db::{Count, DbError, Tx};
use crate::ids::{LotId, OwnerId, PlaceId, ProductId, WarehouseId};
use crate::stock::Condition;
use crate::stock::bins::{BinLoad, Piece};
use crate::units::{Day, Grams, Millimetres, Pieces, UtcMicros};
use crate::{args, record};

record! {
    struct LoadRow {
        bin: PlaceId,
        owner: OwnerId,
        product: ProductId,
        lot: LotId,
        on_hand: i64,
        length_mm: Millimetres,
        width_mm: Millimetres,
        height_mm: Millimetres,
        weight_g: Grams,
    }
}

record! {
    struct OwnerRow {
        id: OwnerId,
    }
}

record! {
    /// What of one kind of goods lies in one place.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct StockRow {
        pub place: PlaceId,
        pub place_code: String,
        pub owner: OwnerId,
        pub owner_name: String,
        pub product: ProductId,
        pub article: String,
        pub name: String,
        pub lot: LotId,
        pub lot_code: String,
        pub expires_on: Option<Day>,
        pub condition: Condition,
        pub on_hand: Pieces,
        pub reserved: Pieces,
    }
}

record! {
    /// What orders can be promised of a product.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub(in crate::stock) struct Promised {
        pub(in crate::stock) unallocated: Pieces,
        pub(in crate::stock) reserved: Pieces,
    }
}

const LOAD_DIRECT: &str = "SELECT b.place_id, b.owner_id, b.product_id, b.lot_id, b.on_hand,
            p.length_mm, p.width_mm, p.height_mm, p.weight_g
     FROM balance b JOIN product p ON p.id = b.product_id
     WHERE b.place_id IN (/*list*/)";
const LOAD_IN_UNITS: &str = "SELECT u.inside_id, b.owner_id, b.product_id, b.lot_id, b.on_hand,
            p.length_mm, p.width_mm, p.height_mm, p.weight_g
     FROM place u JOIN balance b ON b.place_id = u.id JOIN product p ON p.id = b.product_id
     WHERE u.inside_id IN (/*list*/)";
const STRICT_OWNERS: &str = "SELECT DISTINCT c.owner_id FROM contract c
     WHERE c.valid_from <= $1 AND (c.valid_to IS NULL OR c.valid_to >= $1) AND NOT c.owners_may_mix
       AND NOT EXISTS (SELECT 1 FROM contract n
                       WHERE n.owner_id = c.owner_id AND n.number = c.number AND n.version > c.version
                         AND n.valid_from <= $1)
       AND c.owner_id IN (/*list*/)";
const CLAIM: &str = "INSERT INTO bin_claim (place_id, device_id, product_id, expires_at)
     VALUES ($1, $2, $3, $4)
     ON CONFLICT (place_id) DO UPDATE SET device_id = excluded.device_id,
         product_id = excluded.product_id, expires_at = excluded.expires_at
     WHERE bin_claim.device_id = excluded.device_id OR bin_claim.expires_at <= $5";
const CLAIMS_RELEASE: &str = "DELETE FROM bin_claim WHERE device_id = $1";
const FREE: &str = "SELECT on_hand - reserved FROM balance
     WHERE place_id = $1 AND product_id = $2 AND lot_id = $3 AND condition = $4";
const PROMISED: &str =
    "SELECT unallocated, reserved FROM availability WHERE warehouse_id = $1 AND product_id = $2";
const STOCK_IN_PLACE: &str =
    "SELECT b.place_id, pl.code, b.owner_id, o.name, b.product_id, p.article, p.name,
            b.lot_id, l.code, l.expires_on, b.condition, b.on_hand, b.reserved
     FROM balance b JOIN place pl ON pl.id = b.place_id JOIN owner o ON o.id = b.owner_id
          JOIN product p ON p.id = b.product_id JOIN lot l ON l.id = b.lot_id
     WHERE b.place_id = $1 AND (b.owner_id = $2 OR $2 IS NULL)
     ORDER BY p.article, l.code, b.condition, b.product_id LIMIT $3";
const STOCK_OF_PRODUCT: &str =
    "SELECT b.place_id, pl.code, b.owner_id, o.name, b.product_id, p.article, p.name,
            b.lot_id, l.code, l.expires_on, b.condition, b.on_hand, b.reserved
     FROM balance b JOIN place pl ON pl.id = b.place_id JOIN owner o ON o.id = b.owner_id
          JOIN product p ON p.id = b.product_id JOIN lot l ON l.id = b.lot_id
     WHERE b.product_id = $1 AND (b.owner_id = $2 OR $2 IS NULL)
       AND (pl.warehouse_id = $3 OR $3 IS NULL)
     ORDER BY pl.sequence NULLS LAST, pl.code, l.code, b.condition LIMIT $4";

pub const QUERIES: &[&str] = &[
    LOAD_DIRECT,
    LOAD_IN_UNITS,
    STRICT_OWNERS,
    CLAIM,
    CLAIMS_RELEASE,
    FREE,
    PROMISED,
    STOCK_IN_PLACE,
    STOCK_OF_PRODUCT,
];

/// What lies in each of these bins, also on the units that stand in them.
pub(in crate::stock) async fn loads(
    tx: &mut Tx,
    bins: &[PlaceId],
) -> Result<BTreeMap<PlaceId, BinLoad>, DbError> {
    let mut loads: BTreeMap<PlaceId, BinLoad> = BTreeMap::new();
    for sql in [LOAD_DIRECT, LOAD_IN_UNITS] {
        let list = bins.iter().map(|bin| (*bin).into()).collect();
        for row in tx.fetch_in::<LoadRow>(sql, vec![], list).await? {
            let sides = [row.length_mm, row.width_mm, row.height_mm];
            let piece = Piece {
                owner: row.owner,
                product: row.product,
                lot: row.lot,
                volume_mm3: sides.iter().fold(1, |v: i64, side| v.saturating_mul(side.get())),
                weight_g: row.weight_g.get(),
            };
            loads.entry(row.bin).or_default().add(&piece, row.on_hand);
        }
    }
    Ok(loads)
}

/// Which of these owners' contracts forbid a bin shared with others.
pub(in crate::stock) async fn strict_owners(
    tx: &mut Tx,
    day: Day,
    owners: Vec<OwnerId>,
) -> Result<Vec<OwnerId>, DbError> {
    let list = owners.into_iter().map(Into::into).collect();
    let rows: Vec<OwnerRow> = tx.fetch_in(STRICT_OWNERS, args![day], list).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Sends `claimant` to the bin, unless somebody else is on his way there.
pub(in crate::stock) async fn claim(
    tx: &mut Tx,
    bin: PlaceId,
    claimant: uuid::Uuid,
    product: ProductId,
    [now, until]: [UtcMicros; 2],
) -> Result<bool, DbError> {
    Ok(tx.execute(CLAIM, args![bin, claimant, product, until, now]).await? == 1)
}

pub(in crate::stock) async fn claims_release(
    tx: &mut Tx,
    claimant: uuid::Uuid,
) -> Result<(), DbError> {
    tx.execute(CLAIMS_RELEASE, args![claimant]).await.map(drop)
}

/// What lies of one key and is held for no pick task.
pub(in crate::stock) async fn free_pieces(
    tx: &mut Tx,
    place: PlaceId,
    product: ProductId,
    lot: LotId,
    condition: Condition,
) -> Result<Pieces, DbError> {
    let row: Option<Count> = tx.fetch_optional(FREE, args![place, product, lot, condition]).await?;
    Ok(Pieces::new(row.map_or(0, |row| row.value)))
}

pub(in crate::stock) async fn promised(
    tx: &mut Tx,
    warehouse: WarehouseId,
    product: ProductId,
) -> Result<Promised, DbError> {
    let row = tx.fetch_optional(PROMISED, args![warehouse, product]).await?;
    Ok(row.unwrap_or(Promised { unallocated: Pieces::ZERO, reserved: Pieces::ZERO }))
}

pub(in crate::stock) async fn stock_in_place(
    tx: &mut Tx,
    place: &Place,
    owner: Option<OwnerId>,
    limit: i64,
) -> Result<Vec<StockRow>, DbError> {
    tx.fetch_all(STOCK_IN_PLACE, args![place.id, owner, limit]).await
}

pub(in crate::stock) async fn stock_of_product(
    tx: &mut Tx,
    product: &Product,
    owner: Option<OwnerId>,
    warehouse: Option<WarehouseId>,
    limit: i64,
) -> Result<Vec<StockRow>, DbError> {
    tx.fetch_all(STOCK_OF_PRODUCT, args![product.id, owner, warehouse, limit]).await
}
