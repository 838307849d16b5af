//! Zones and bins.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::places::warehouse_find;
use crate::catalog::layout::BinLayout;
use crate::catalog::store::places as store;
use crate::catalog::store::places::{PlaceFilter, Zone};
use crate::catalog::{BinPurpose, CatalogError, Mixing, Place, PlaceKind, codes, place_find};
use crate::commands::Ctx;
use crate::db::{DbError, Tx};
use crate::fault::{InputError, InputFaults};
use crate::ids::{PlaceId, WarehouseId, ZoneId};
use crate::stock::refusal;
use crate::units::{CubicCentimetres, Grams, Pieces};

const NAME_LENGTH_MAX: usize = 300;
const AISLE_LENGTH_MAX: usize = 20;
const VOLUME_CM3_MAX: i64 = 1_000_000_000;
const WEIGHT_G_MAX: i64 = 100_000_000;

/// A bin to be created (ячейка).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewBin {
    pub zone: ZoneId,
    /// As printed: letters, digits and `-`.
    pub code: String,
    pub aisle: String,
    pub purpose: BinPurpose,
    /// The position on a picker's way; bins of one way have different ones.
    pub sequence: i64,
    pub volume_max_cm3: CubicCentimetres,
    pub weight_max_g: Grams,
    pub mixing: Mixing,
}

/// What bins of a run have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct BinTraits {
    pub purpose: BinPurpose,
    pub mixing: Mixing,
    pub volume_max_cm3: CubicCentimetres,
    pub weight_max_g: Grams,
}

/// What creating many bins came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct BinsReport {
    pub created: i64,
    /// Places with these codes were there already and were left as they are.
    pub existing: i64,
}

pub async fn zone_create(
    tx: &mut Tx,
    warehouse: WarehouseId,
    code: &str,
    name: &str,
) -> Result<Zone, CatalogError> {
    let mut faults = InputFaults::default();
    let code = codes::place_code(&mut faults, "code", code);
    faults.text("name", name, NAME_LENGTH_MAX);
    faults.finish()?;
    let warehouse = warehouse_find(tx, warehouse).await?.id;
    let zone = Zone { id: ZoneId::new(), warehouse, code, name: name.trim().to_owned() };
    if store::zone_insert(tx, &zone).await? {
        Ok(zone)
    } else {
        Err(CatalogError::CodeTaken { code: zone.code })
    }
}

/// The zone of that code, made if need be.
pub async fn zone_ensure(
    tx: &mut Tx,
    warehouse: WarehouseId,
    code: &str,
) -> Result<ZoneId, CatalogError> {
    let mut faults = InputFaults::default();
    let code = codes::place_code(&mut faults, "zone", code);
    faults.finish()?;
    let zone = Zone { id: ZoneId::new(), warehouse, code, name: String::new() };
    let zone = Zone { name: zone.code.clone(), ..zone };
    store::zone_insert(tx, &zone).await?;
    let found = store::zone_by_code(tx, warehouse, &zone.code).await?;
    found.map(|zone| zone.id).ok_or(CatalogError::NotFound { what: "zone" })
}

pub async fn zone_find(tx: &mut Tx, id: ZoneId) -> Result<Zone, CatalogError> {
    store::zone_find(tx, id).await?.ok_or(CatalogError::NotFound { what: "zone" })
}

pub async fn zone_list(
    tx: &mut Tx,
    warehouse: Option<WarehouseId>,
    after: ZoneId,
    limit: i64,
) -> Result<Vec<Zone>, DbError> {
    store::zone_list(tx, warehouse, after, limit).await
}

/// Creates the bins whose codes are free. The caller took the zones of this warehouse.
/// Fields are named after the position in `bins`.
pub async fn bins_create_many(
    tx: &mut Tx,
    ctx: &Ctx,
    warehouse: WarehouseId,
    bins: &[NewBin],
) -> Result<BinsReport, CatalogError> {
    let mut faults = InputFaults::default();
    let mut rows = Vec::with_capacity(bins.len());
    let mut seen = HashMap::new();
    for (index, bin) in bins.iter().enumerate() {
        let field = |name: &str| format!("bins[{index}].{name}");
        let code = codes::place_code(&mut faults, &field("code"), &bin.code);
        if seen.insert(code.clone(), index).is_some() {
            faults.note(field("code"), "duplicate");
        }
        faults.text(&field("aisle"), &bin.aisle, AISLE_LENGTH_MAX);
        let volume = bin.volume_max_cm3.get();
        faults.range(&field("volume_max_cm3"), volume, 0..=VOLUME_CM3_MAX);
        faults.range(&field("weight_max_g"), bin.weight_max_g.get(), 0..=WEIGHT_G_MAX);
        faults.range(&field("sequence"), bin.sequence, 0..=i64::MAX);
        rows.push(NewBin { code, ..bin.clone() });
    }
    faults.finish()?;
    rows.sort_by(|a, b| a.code.cmp(&b.code));
    let inserted = store::bins_insert(tx, warehouse, &rows, ctx.now).await?;
    let (created, total) = (whole(inserted), whole(rows.len()));
    Ok(BinsReport { created, existing: total - created })
}

fn whole(count: impl TryInto<i64>) -> i64 {
    count.try_into().unwrap_or(i64::MAX)
}

/// Creates one bin.
pub async fn bin_create(tx: &mut Tx, ctx: &Ctx, bin: &NewBin) -> Result<Place, CatalogError> {
    let zone = zone_find(tx, bin.zone).await?;
    let report = bins_create_many(tx, ctx, zone.warehouse, std::slice::from_ref(bin)).await?;
    let code = bin.code.to_ascii_uppercase();
    if report.created == 0 {
        return Err(CatalogError::CodeTaken { code });
    }
    let made = store::place_by_code(tx, zone.warehouse, &code).await?;
    made.ok_or(CatalogError::NotFound { what: "bin" })
}

/// Creates the bins of a layout that are not there yet; `sequence_from` is added to the position
/// of each, so that one zone is walked after another.
pub async fn bins_generate(
    tx: &mut Tx,
    ctx: &Ctx,
    zone: ZoneId,
    layout: &BinLayout,
    traits: BinTraits,
    sequence_from: i64,
) -> Result<BinsReport, CatalogError> {
    let mut faults = InputFaults::default();
    layout.check(&mut faults);
    faults.range("sequence_from", sequence_from, 0..=i64::MAX / 2);
    faults.finish()?;
    let planned = layout.bins();
    let first = planned.first().map(|bin| bin.code.as_str()).unwrap_or_default();
    if crate::barcodes::OwnCode::new(crate::barcodes::OwnKind::Bin, first).is_err() {
        return Err(InputError::one("pattern", "bad_format").into());
    }
    let zone = zone_find(tx, zone).await?;
    let bins: Vec<NewBin> = planned
        .into_iter()
        .map(|bin| NewBin {
            zone: zone.id,
            code: bin.code,
            aisle: bin.aisle,
            purpose: traits.purpose,
            sequence: sequence_from + bin.sequence,
            volume_max_cm3: traits.volume_max_cm3,
            weight_max_g: traits.weight_max_g,
            mixing: traits.mixing,
        })
        .collect();
    bins_create_many(tx, ctx, zone.warehouse, &bins).await
}

/// A place that is a bin.
pub async fn bin_find(tx: &mut Tx, id: PlaceId) -> Result<Place, CatalogError> {
    match place_find(tx, id).await {
        Ok(place) if place.kind == PlaceKind::Bin => Ok(place),
        Ok(_) | Err(CatalogError::NotFound { .. }) => Err(CatalogError::NotFound { what: "bin" }),
        Err(error) => Err(error),
    }
}

pub async fn bin_list(
    tx: &mut Tx,
    warehouse: Option<WarehouseId>,
    zone: Option<ZoneId>,
    after: PlaceId,
    limit: i64,
) -> Result<Vec<Place>, DbError> {
    store::bin_list(tx, PlaceFilter { warehouse, zone, inside: None }, after, limit).await
}

/// Closes a bin: nothing in it can be promised any more. Refused while it is needed for promises.
pub async fn bin_lock(tx: &mut Tx, bin: PlaceId) -> Result<Place, CatalogError> {
    let bin = bin_find(tx, bin).await?;
    flags_set(tx, Place { locked: true, pickable: false, ..bin }).await
}

/// Opens a bin again.
pub async fn bin_unlock(tx: &mut Tx, bin: PlaceId) -> Result<Place, CatalogError> {
    let bin = bin_find(tx, bin).await?;
    let pickable = bin.purpose.is_some_and(BinPurpose::is_pickable);
    flags_set(tx, Place { locked: false, pickable, ..bin }).await
}

/// Writes the flags of a bin and lets the pallets and boxes in it follow.
async fn flags_set(tx: &mut Tx, bin: Place) -> Result<Place, CatalogError> {
    let told = |error| CatalogError::Stock(refusal(error, Pieces::ZERO));
    store::bin_flags_set(tx, bin.id, bin.locked, bin.pickable).await.map_err(told)?;
    store::held_pickable_set(tx, bin.id, bin.pickable).await.map_err(told)?;
    Ok(bin)
}

/// Gives a bin another code. All history points at the bin itself and stays.
pub async fn bin_rename(tx: &mut Tx, bin: PlaceId, code: &str) -> Result<Place, CatalogError> {
    let mut faults = InputFaults::default();
    let code = codes::place_code(&mut faults, "code", code);
    faults.finish()?;
    let bin = bin_find(tx, bin).await?;
    if store::place_rename(tx, &bin, &code).await? {
        Ok(Place { code, ..bin })
    } else {
        Err(CatalogError::CodeTaken { code })
    }
}
