//! Handling units: pallets, totes, boxes and parcels that stand in bins or in each other.

use super::places::{plain_place, warehouse_find};
use crate::catalog::store::places as store;
use crate::catalog::store::places::PlaceFilter;
use crate::catalog::{CatalogError, Place, PlaceKind, place_find};
use crate::commands::Ctx;
use crate::db::{DbError, Tx};
use crate::ids::{PlaceId, WarehouseId};
use crate::series;
use crate::stock::refusal;
use crate::units::Pieces;

/// How deep units stand in each other: a piece in a box in a box on a pallet is three.
const DEPTH_MAX: usize = 8;
/// How many codes in a row may be taken by hand-made ones.
const CODE_TRIES_MAX: usize = 100;

/// The letters with which codes of a kind begin.
const fn prefix(kind: PlaceKind) -> &'static str {
    match kind {
        PlaceKind::Pallet => "PL",
        PlaceKind::Tote => "T",
        PlaceKind::Box => "B",
        PlaceKind::Parcel => "P",
        _ => "X",
    }
}

/// Creates a handling unit (грузовая единица) with the next code of its kind, such as `T-000123`.
pub async fn handling_unit_create(
    tx: &mut Tx,
    ctx: &Ctx,
    warehouse: WarehouseId,
    kind: PlaceKind,
    inside: Option<PlaceId>,
) -> Result<Place, CatalogError> {
    if !kind.is_unit() {
        return Err(CatalogError::PlaceUnfit { code: kind.to_string() });
    }
    let warehouse = warehouse_find(tx, warehouse).await?.id;
    let holder = match inside {
        Some(holder) => Some(holder_of(tx, warehouse, kind, holder).await?),
        None => None,
    };
    let series = format!("handling_unit:{kind}:{warehouse}");
    for _ in 0..CODE_TRIES_MAX {
        let number = series::number_next(tx, &series).await?;
        let code = format!("{}-{number:06}", prefix(kind));
        let mut unit = plain_place(warehouse, kind, &code);
        unit.inside = inside;
        unit.pickable = is_pickable(kind, holder.as_ref());
        if store::places_insert(tx, std::slice::from_ref(&unit), ctx.now).await? == 1 {
            return Ok(unit);
        }
    }
    Err(CatalogError::CodeTaken { code: prefix(kind).to_owned() })
}

/// Stock in a unit can be promised while stock beside it can.
fn is_pickable(kind: PlaceKind, holder: Option<&Place>) -> bool {
    kind.can_be_pickable() && holder.is_some_and(|holder| holder.pickable)
}

/// What a unit of that kind is to stand in. It is held until the transaction ends where it matters
/// that nobody closes or moves it meanwhile.
async fn holder_of(
    tx: &mut Tx,
    warehouse: WarehouseId,
    kind: PlaceKind,
    holder: PlaceId,
) -> Result<Place, CatalogError> {
    let known = place_find(tx, holder).await?;
    let known = if kind.can_be_pickable() || known.kind.is_unit() {
        store::place_touch(tx, holder).await?.unwrap_or(known)
    } else {
        known
    };
    let holds = known.kind == PlaceKind::Bin || known.kind.is_unit();
    if holds && known.warehouse == warehouse {
        Ok(known)
    } else {
        Err(CatalogError::PlaceUnfit { code: known.code })
    }
}

/// Puts a unit into a bin or another unit, or takes it out of where it stands.
///
/// The rows of the unit and its holder are held in the order of their ids, and all of a chain of
/// holders where the unit itself holds others: two people who put pallets on each other's boxes
/// wait for each other, and one of them is told about the circle.
pub async fn handling_unit_put(
    tx: &mut Tx,
    unit: PlaceId,
    inside: Option<PlaceId>,
) -> Result<Place, CatalogError> {
    if inside == Some(unit) {
        let code = place_find(tx, unit).await?.code;
        return Err(CatalogError::UnitInItself { code });
    }
    let holder_first = inside.filter(|holder| *holder < unit);
    if let Some(holder) = holder_first {
        store::place_touch(tx, holder).await?;
    }
    let known = store::place_touch(tx, unit).await?;
    let known = known
        .filter(|known| known.kind.is_unit())
        .ok_or(CatalogError::NotFound { what: "handling_unit" })?;
    let holder = match inside {
        Some(holder) => Some(holder_of(tx, known.warehouse, known.kind, holder).await?),
        None => None,
    };
    if let Some(holder) = &holder
        && holder.kind.is_unit()
        && store::place_holds_units(tx, unit).await?
    {
        no_circle(tx, &known, holder).await?;
    }
    store::unit_put(tx, unit, inside).await?;
    let pickable = is_pickable(known.kind, holder.as_ref());
    if known.kind.can_be_pickable() && pickable != known.pickable {
        let told = |error| CatalogError::Stock(refusal(error, Pieces::ZERO));
        store::unit_pickable_set(tx, unit, pickable).await.map_err(told)?;
        store::held_pickable_set(tx, unit, pickable).await.map_err(told)?;
    }
    Ok(Place { pickable, inside, ..known })
}

/// Walks up from the new holder; the unit must not be met on the way.
async fn no_circle(tx: &mut Tx, unit: &Place, holder: &Place) -> Result<(), CatalogError> {
    let mut above = holder.inside;
    for _ in 0..DEPTH_MAX {
        let Some(id) = above else { return Ok(()) };
        if id == unit.id {
            break;
        }
        let Some(place) = store::place_touch(tx, id).await? else { return Ok(()) };
        above = place.inside;
    }
    Err(CatalogError::UnitInItself { code: unit.code.clone() })
}

/// A place that is a handling unit.
pub async fn handling_unit_find(tx: &mut Tx, id: PlaceId) -> Result<Place, CatalogError> {
    match place_find(tx, id).await {
        Ok(place) if place.kind.is_unit() => Ok(place),
        Ok(_) | Err(CatalogError::NotFound { .. }) => {
            Err(CatalogError::NotFound { what: "handling_unit" })
        }
        Err(error) => Err(error),
    }
}

/// What a unit stands in, from the nearest to the bin.
pub async fn holders(tx: &mut Tx, unit: &Place) -> Result<Vec<Place>, DbError> {
    let mut found = Vec::new();
    let mut above = unit.inside;
    while let Some(id) = above
        && found.len() < DEPTH_MAX
    {
        let Some(place) = store::place_find(tx, id).await? else { break };
        above = place.inside;
        found.push(place);
    }
    Ok(found)
}

pub async fn handling_unit_list(
    tx: &mut Tx,
    warehouse: Option<WarehouseId>,
    inside: Option<PlaceId>,
    after: PlaceId,
    limit: i64,
) -> Result<Vec<Place>, DbError> {
    store::unit_list(tx, PlaceFilter { warehouse, zone: None, inside }, after, limit).await
}
