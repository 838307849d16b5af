//! Warehouses and places in general.

use crate::catalog::store::places as store;
use crate::catalog::store::places::Warehouse;
use crate::catalog::{CatalogError, Place, PlaceKind, codes};
use crate::commands::Ctx;
use crate::db::{DbError, Tx};
use crate::fault::InputFaults;
use crate::ids::{PlaceId, WarehouseId};

const NAME_LENGTH_MAX: usize = 300;

/// Creates a warehouse with the five places outside it.
pub async fn warehouse_create(
    tx: &mut Tx,
    ctx: &Ctx,
    code: &str,
    name: &str,
) -> Result<Warehouse, CatalogError> {
    let mut faults = InputFaults::default();
    let code = codes::place_code(&mut faults, "code", code);
    faults.text("name", name, NAME_LENGTH_MAX);
    faults.finish()?;
    let name = name.trim().to_owned();
    let warehouse = Warehouse { id: WarehouseId::new(), code, name, created_at: ctx.now };
    if !store::warehouse_insert(tx, &warehouse).await? {
        return Err(CatalogError::CodeTaken { code: warehouse.code });
    }
    let places = PlaceKind::VIRTUAL.map(|kind| plain_place(warehouse.id, kind, kind.as_str()));
    store::places_insert(tx, &places, ctx.now).await?;
    Ok(warehouse)
}

/// A place that is no bin, closed and standing in nothing.
pub(super) fn plain_place(warehouse: WarehouseId, kind: PlaceKind, code: &str) -> Place {
    Place {
        id: PlaceId::new(),
        warehouse,
        kind,
        code: code.to_owned(),
        pickable: false,
        locked: false,
        purpose: None,
        sequence: None,
        mixing: None,
        volume_max_cm3: None,
        weight_max_g: None,
        inside: None,
    }
}

pub async fn warehouse_find(tx: &mut Tx, id: WarehouseId) -> Result<Warehouse, CatalogError> {
    let found = store::warehouse_find(tx, id).await?;
    found.ok_or(CatalogError::NotFound { what: "warehouse" })
}

pub async fn warehouse_list(
    tx: &mut Tx,
    after: WarehouseId,
    limit: i64,
) -> Result<Vec<Warehouse>, DbError> {
    store::warehouse_list(tx, after, limit).await
}

/// The only warehouse, or the oldest.
pub async fn warehouse_default(tx: &mut Tx) -> Result<WarehouseId, CatalogError> {
    let oldest = store::warehouse_oldest(tx).await?;
    oldest.map(|warehouse| warehouse.id).ok_or(CatalogError::NotFound { what: "warehouse" })
}

pub async fn place_find(tx: &mut Tx, id: PlaceId) -> Result<Place, CatalogError> {
    store::place_find(tx, id).await?.ok_or(CatalogError::NotFound { what: "place" })
}

/// A bin or a handling unit by the code that is printed on it.
pub async fn place_by_code(
    tx: &mut Tx,
    warehouse: WarehouseId,
    code: &str,
) -> Result<Option<Place>, DbError> {
    store::place_by_code(tx, warehouse, code).await
}

/// The place outside of that kind; every warehouse has it.
pub async fn virtual_place(
    tx: &mut Tx,
    warehouse: WarehouseId,
    kind: PlaceKind,
) -> Result<PlaceId, DbError> {
    debug_assert!(PlaceKind::VIRTUAL.contains(&kind), "only places outside are one of a kind");
    store::place_virtual(tx, warehouse, kind).await
}
