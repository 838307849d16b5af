//! Warehouses, zones, and all places.

use crate::catalog::{NewBin, Place, PlaceKind};
use crate::db::{Arg, DbError, Tx};
use crate::ids::{PlaceId, WarehouseId, ZoneId};
use crate::units::UtcMicros;
use crate::{args, record};

record! {
    /// A building (склад).
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Warehouse {
        pub id: WarehouseId,
        pub code: String,
        pub name: String,
        pub created_at: UtcMicros,
    }
}

record! {
    /// A part of a warehouse (зона).
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Zone {
        pub id: ZoneId,
        pub warehouse: WarehouseId,
        pub code: String,
        pub name: String,
    }
}

record! {
    struct Id {
        id: PlaceId,
    }
}

/// What a list of places is narrowed to; a field without a value lets all through.
#[derive(Debug, Clone, Copy)]
pub(in crate::catalog) struct PlaceFilter {
    pub(in crate::catalog) warehouse: Option<WarehouseId>,
    pub(in crate::catalog) zone: Option<ZoneId>,
    pub(in crate::catalog) inside: Option<PlaceId>,
}

macro_rules! place_select {
    ($rest:literal) => {
        concat!(
            "SELECT id, warehouse_id, kind, code, pickable, locked, purpose, sequence, mixing,
             volume_max_cm3, weight_max_g, inside_id FROM place ",
            $rest
        )
    };
}

/// Pallets and boxes under a place, through pallets and boxes only: what is pickable when it is.
macro_rules! held {
    () => {
        "(WITH RECURSIVE held (id) AS (
            SELECT id FROM place WHERE inside_id = $1 AND kind IN ('pallet', 'box')
            UNION
            SELECT p.id FROM place p JOIN held h ON p.inside_id = h.id WHERE p.kind IN ('pallet', 'box')
         ) SELECT id FROM held)"
    };
}

const WAREHOUSE_INSERT: &str = "INSERT INTO warehouse (id, code, name, created_at)
     VALUES ($1, $2, $3, $4) ON CONFLICT (code) DO NOTHING";

const WAREHOUSE_LIST: &str = "SELECT id, code, name, created_at FROM warehouse
     WHERE id > $1 ORDER BY id LIMIT $2";

const WAREHOUSE_FIND: &str = "SELECT id, code, name, created_at FROM warehouse WHERE id = $1";

const WAREHOUSE_OLDEST: &str =
    "SELECT id, code, name, created_at FROM warehouse ORDER BY created_at, id LIMIT 1";

const ZONE_INSERT: &str = "INSERT INTO zone (id, warehouse_id, code, name)
     VALUES ($1, $2, $3, $4) ON CONFLICT (warehouse_id, code) DO NOTHING";

const ZONE_FIND: &str = "SELECT id, warehouse_id, code, name FROM zone WHERE id = $1";

const ZONE_BY_CODE: &str =
    "SELECT id, warehouse_id, code, name FROM zone WHERE warehouse_id = $1 AND code = $2";

const ZONE_LIST: &str = "SELECT id, warehouse_id, code, name FROM zone
     WHERE (warehouse_id = $1 OR $1 IS NULL) AND id > $2 ORDER BY id LIMIT $3";

const BIN_INSERT: &str = "INSERT INTO place
     (id, warehouse_id, kind, code, pickable, locked, zone_id, aisle, purpose, sequence,
      volume_max_cm3, weight_max_g, mixing, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
     ON CONFLICT (warehouse_id, code) DO NOTHING";

const PLACE_INSERT: &str = "INSERT INTO place
     (id, warehouse_id, kind, code, pickable, locked, inside_id, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (warehouse_id, code) DO NOTHING";

const PLACE_FIND: &str = place_select!("WHERE id = $1");

const PLACE_BY_CODE: &str = place_select!("WHERE warehouse_id = $1 AND code = $2");

const PLACE_VIRTUAL: &str =
    "SELECT id FROM place WHERE warehouse_id = $1 AND kind = $2 ORDER BY id LIMIT 1";

/// Holds the row until the transaction ends and answers what stands in it then.
const PLACE_TOUCH: &str = "UPDATE place SET locked = locked WHERE id = $1
     RETURNING id, warehouse_id, kind, code, pickable, locked, purpose, sequence, mixing,
               volume_max_cm3, weight_max_g, inside_id";

const BIN_LIST: &str = place_select!(
    "WHERE kind = 'bin' AND (warehouse_id = $1 OR $1 IS NULL) AND (zone_id = $2 OR $2 IS NULL)
     AND id > $3 ORDER BY id LIMIT $4"
);

const UNIT_LIST: &str = place_select!(
    "WHERE kind IN ('pallet', 'tote', 'box', 'parcel') AND (warehouse_id = $1 OR $1 IS NULL)
     AND (inside_id = $2 OR $2 IS NULL) AND id > $3 ORDER BY id LIMIT $4"
);

const PLACE_HOLDS_UNITS: &str = "SELECT id FROM place WHERE inside_id = $1 LIMIT 1";

const BIN_LOCK: &str = "UPDATE place SET locked = $2, pickable = $3 WHERE id = $1 AND kind = 'bin'";

const PLACE_RENAME: &str = "UPDATE place SET code = $3
     WHERE id = $1 AND NOT EXISTS
         (SELECT 1 FROM place o WHERE o.warehouse_id = $2 AND o.code = $3 AND o.id <> $1)";

const UNIT_PUT: &str = "UPDATE place SET inside_id = $2 WHERE id = $1";

const UNIT_PICKABLE_SET: &str = "UPDATE place SET pickable = $2 WHERE id = $1 AND pickable <> $2";

const HELD_PICKABLE_SET: &str =
    concat!("UPDATE place SET pickable = $2 WHERE pickable <> $2 AND id IN ", held!());

pub(crate) const QUERIES: &[&str] = &[
    WAREHOUSE_INSERT,
    WAREHOUSE_LIST,
    WAREHOUSE_FIND,
    WAREHOUSE_OLDEST,
    ZONE_INSERT,
    ZONE_FIND,
    ZONE_BY_CODE,
    ZONE_LIST,
    BIN_INSERT,
    PLACE_INSERT,
    PLACE_FIND,
    PLACE_BY_CODE,
    PLACE_VIRTUAL,
    PLACE_TOUCH,
    BIN_LIST,
    UNIT_LIST,
    PLACE_HOLDS_UNITS,
    BIN_LOCK,
    PLACE_RENAME,
    UNIT_PUT,
    UNIT_PICKABLE_SET,
    HELD_PICKABLE_SET,
];

/// Answers whether the code was free.
pub(in crate::catalog) async fn warehouse_insert(
    tx: &mut Tx,
    warehouse: &Warehouse,
) -> Result<bool, DbError> {
    let values = args![warehouse.id, &warehouse.code, &warehouse.name, warehouse.created_at];
    Ok(tx.execute(WAREHOUSE_INSERT, values).await? == 1)
}

pub(in crate::catalog) async fn warehouse_list(
    tx: &mut Tx,
    after: WarehouseId,
    limit: i64,
) -> Result<Vec<Warehouse>, DbError> {
    tx.fetch_all(WAREHOUSE_LIST, args![after, limit]).await
}

pub(in crate::catalog) async fn warehouse_find(
    tx: &mut Tx,
    id: WarehouseId,
) -> Result<Option<Warehouse>, DbError> {
    tx.fetch_optional(WAREHOUSE_FIND, args![id]).await
}

pub(in crate::catalog) async fn warehouse_oldest(
    tx: &mut Tx,
) -> Result<Option<Warehouse>, DbError> {
    tx.fetch_optional(WAREHOUSE_OLDEST, vec![]).await
}

/// Answers whether the code was free.
pub(in crate::catalog) async fn zone_insert(tx: &mut Tx, zone: &Zone) -> Result<bool, DbError> {
    let values = args![zone.id, zone.warehouse, &zone.code, &zone.name];
    Ok(tx.execute(ZONE_INSERT, values).await? == 1)
}

pub(in crate::catalog) async fn zone_find(
    tx: &mut Tx,
    id: ZoneId,
) -> Result<Option<Zone>, DbError> {
    tx.fetch_optional(ZONE_FIND, args![id]).await
}

pub(in crate::catalog) async fn zone_by_code(
    tx: &mut Tx,
    warehouse: WarehouseId,
    code: &str,
) -> Result<Option<Zone>, DbError> {
    tx.fetch_optional(ZONE_BY_CODE, args![warehouse, code]).await
}

pub(in crate::catalog) async fn zone_list(
    tx: &mut Tx,
    warehouse: Option<WarehouseId>,
    after: ZoneId,
    limit: i64,
) -> Result<Vec<Zone>, DbError> {
    tx.fetch_all(ZONE_LIST, args![warehouse, after, limit]).await
}

/// Inserts the bins whose codes are free; answers how many.
pub(in crate::catalog) async fn bins_insert(
    tx: &mut Tx,
    warehouse: WarehouseId,
    bins: &[NewBin],
    now: UtcMicros,
) -> Result<u64, DbError> {
    let row = |bin: &NewBin| {
        args![
            PlaceId::new(),
            warehouse,
            PlaceKind::Bin,
            &bin.code,
            bin.purpose.is_pickable(),
            false,
            bin.zone,
            &bin.aisle,
            bin.purpose,
            bin.sequence,
            bin.volume_max_cm3,
            bin.weight_max_g,
            bin.mixing,
            now,
        ]
    };
    tx.insert_many(BIN_INSERT, bins.iter().map(row).collect()).await
}

/// Inserts places that are not bins, where their codes are free; answers how many.
pub(in crate::catalog) async fn places_insert(
    tx: &mut Tx,
    places: &[Place],
    now: UtcMicros,
) -> Result<u64, DbError> {
    let row = |place: &Place| -> Vec<Arg> {
        args![
            place.id,
            place.warehouse,
            place.kind,
            &place.code,
            place.pickable,
            place.locked,
            place.inside,
            now,
        ]
    };
    tx.insert_many(PLACE_INSERT, places.iter().map(row).collect()).await
}

pub(in crate::catalog) async fn place_find(
    tx: &mut Tx,
    id: PlaceId,
) -> Result<Option<Place>, DbError> {
    tx.fetch_optional(PLACE_FIND, args![id]).await
}

pub(in crate::catalog) async fn place_by_code(
    tx: &mut Tx,
    warehouse: WarehouseId,
    code: &str,
) -> Result<Option<Place>, DbError> {
    tx.fetch_optional(PLACE_BY_CODE, args![warehouse, code]).await
}

pub(in crate::catalog) async fn place_virtual(
    tx: &mut Tx,
    warehouse: WarehouseId,
    kind: PlaceKind,
) -> Result<PlaceId, DbError> {
    Ok(tx.fetch_one::<Id>(PLACE_VIRTUAL, args![warehouse, kind]).await?.id)
}

/// The place as it is now, held until the transaction ends.
pub(in crate::catalog) async fn place_touch(
    tx: &mut Tx,
    id: PlaceId,
) -> Result<Option<Place>, DbError> {
    tx.fetch_optional(PLACE_TOUCH, args![id]).await
}

pub(in crate::catalog) async fn bin_list(
    tx: &mut Tx,
    filter: PlaceFilter,
    after: PlaceId,
    limit: i64,
) -> Result<Vec<Place>, DbError> {
    tx.fetch_all(BIN_LIST, args![filter.warehouse, filter.zone, after, limit]).await
}

pub(in crate::catalog) async fn unit_list(
    tx: &mut Tx,
    filter: PlaceFilter,
    after: PlaceId,
    limit: i64,
) -> Result<Vec<Place>, DbError> {
    tx.fetch_all(UNIT_LIST, args![filter.warehouse, filter.inside, after, limit]).await
}

pub(in crate::catalog) async fn place_holds_units(
    tx: &mut Tx,
    id: PlaceId,
) -> Result<bool, DbError> {
    Ok(tx.fetch_optional::<Id>(PLACE_HOLDS_UNITS, args![id]).await?.is_some())
}

/// Writes both flags of a bin; the trigger refuses to close one whose stock is promised.
pub(in crate::catalog) async fn bin_flags_set(
    tx: &mut Tx,
    id: PlaceId,
    locked: bool,
    pickable: bool,
) -> Result<u64, DbError> {
    tx.execute(BIN_LOCK, args![id, locked, pickable]).await
}

/// Answers whether the code was free.
pub(in crate::catalog) async fn place_rename(
    tx: &mut Tx,
    place: &Place,
    code: &str,
) -> Result<bool, DbError> {
    match tx.execute(PLACE_RENAME, args![place.id, place.warehouse, code]).await {
        Ok(count) => Ok(count == 1),
        // Somebody took the code between the look and the change: look again.
        Err(DbError::Unique) => Err(tx.conflict()),
        Err(error) => Err(error),
    }
}

pub(in crate::catalog) async fn unit_put(
    tx: &mut Tx,
    unit: PlaceId,
    inside: Option<PlaceId>,
) -> Result<(), DbError> {
    tx.execute(UNIT_PUT, args![unit, inside]).await.map(drop)
}

pub(in crate::catalog) async fn unit_pickable_set(
    tx: &mut Tx,
    unit: PlaceId,
    pickable: bool,
) -> Result<(), DbError> {
    tx.execute(UNIT_PICKABLE_SET, args![unit, pickable]).await.map(drop)
}

/// Opens or closes all pallets and boxes under a place.
pub(in crate::catalog) async fn held_pickable_set(
    tx: &mut Tx,
    place: PlaceId,
    pickable: bool,
) -> Result<(), DbError> {
    tx.execute(HELD_PICKABLE_SET, args![place, pickable]).await.map(drop)
}
