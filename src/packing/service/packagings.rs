//! The boxes on the packing table.

use serde::{Deserialize, Serialize};

use crate::catalog::warehouse_default;
use crate::commands::Ctx;
use crate::db::{DbError, Tx};
use crate::fault::{InputError, InputFaults};
use crate::ids::{PackagingId, WarehouseId};
use crate::packing::{PackError, Packaging, store};
use crate::units::{Grams, Millimetres};

const SIDE_MAX_MM: i64 = 10_000;
const LOAD_MAX_G: i64 = 2_000_000;
const CODE_LENGTH_MAX: usize = 24;
const NAME_LENGTH_MAX: usize = 120;

/// A kind of box (упаковка).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PackagingIn {
    /// The only one when absent; kept when a packaging is changed.
    pub warehouse_id: Option<WarehouseId>,
    /// What the packer scans; kept when a packaging is changed.
    pub code: String,
    pub name: String,
    /// Inside.
    pub length_mm: Millimetres,
    pub width_mm: Millimetres,
    pub height_mm: Millimetres,
    /// What it carries.
    pub load_max_g: Grams,
    /// What it weighs with its filler.
    pub tare_g: Grams,
    pub suits_fragile: bool,
    pub active: bool,
}

impl PackagingIn {
    fn check(&self) -> Result<(), InputError> {
        let mut faults = InputFaults::default();
        faults.text("code", &self.code, CODE_LENGTH_MAX);
        faults.text("name", &self.name, NAME_LENGTH_MAX);
        let sides = [
            ("length_mm", self.length_mm),
            ("width_mm", self.width_mm),
            ("height_mm", self.height_mm),
        ];
        for (field, side) in sides {
            faults.range(field, side.get(), 1..=SIDE_MAX_MM);
        }
        faults.range("load_max_g", self.load_max_g.get(), 1..=LOAD_MAX_G);
        faults.range("tare_g", self.tare_g.get(), 0..=LOAD_MAX_G);
        faults.finish()
    }

    fn into_packaging(self, id: PackagingId, warehouse: WarehouseId) -> Packaging {
        Packaging {
            id,
            warehouse,
            code: self.code.trim().to_ascii_uppercase(),
            name: self.name.trim().to_owned(),
            length_mm: self.length_mm,
            width_mm: self.width_mm,
            height_mm: self.height_mm,
            load_max_g: self.load_max_g,
            tare_g: self.tare_g,
            suits_fragile: self.suits_fragile,
            active: self.active,
        }
    }
}

pub async fn packaging_create(
    tx: &mut Tx,
    _ctx: &Ctx,
    input: &PackagingIn,
) -> Result<Packaging, PackError> {
    input.check()?;
    let warehouse = match input.warehouse_id {
        Some(warehouse) => warehouse,
        None => warehouse_default(tx).await?,
    };
    let packaging = input.clone().into_packaging(PackagingId::new(), warehouse);
    if store::packaging_insert(tx, &packaging).await? {
        return Ok(packaging);
    }
    Err(PackError::PackagingCodeTaken { code: packaging.code })
}

/// Changes everything but the code and the warehouse, which parcels and labels on shelves name.
pub async fn packaging_update(
    tx: &mut Tx,
    _ctx: &Ctx,
    id: PackagingId,
    input: &PackagingIn,
) -> Result<Packaging, PackError> {
    input.check()?;
    let known = store::packaging_find(tx, id).await?;
    let known = known.ok_or(PackError::NotFound { what: "packaging" })?;
    let changed =
        Packaging { code: known.code, ..input.clone().into_packaging(id, known.warehouse) };
    store::packaging_update(tx, &changed).await?;
    Ok(changed)
}

/// The packaging in use that has this code.
pub async fn packaging_by_code(
    tx: &mut Tx,
    warehouse: WarehouseId,
    code: &str,
) -> Result<Option<Packaging>, DbError> {
    store::packaging_by_code(tx, warehouse, &code.trim().to_ascii_uppercase()).await
}
