//! Full shelves: stock for every product that an import brought along.

use crate::app::App;
use crate::catalog::{self, BinPurpose, CatalogError, Mixing, NewBin, PlaceKind};
use crate::commands::Ctx;
use crate::db::{DbError, Tx};
use crate::ids::{LotId, PlaceId, WarehouseId};
use crate::stock::{self, Goods, Spot, StockMove, StockReason};
use crate::units::{CubicCentimetres, Grams, Pieces};

use super::store;

/// Bins over which the products are spread.
const BINS: usize = 500;
const LINES_PER_COMMIT: usize = 2_000;

/// Puts `pieces` of every product without stock on the shelves and answers how many products.
pub async fn fill(app: &App, warehouse: WarehouseId, pieces: i64) -> anyhow::Result<usize> {
    let now = app.clock.now();
    let (bins, supplier) =
        app.db.write(async move |tx: &mut Tx| bins(tx, &Ctx::system(now), warehouse).await).await?;
    let read = async move |tx: &mut Tx| store::products_without_stock(tx, warehouse).await;
    let products = app.db.read(read).await?;
    let line = |(index, product): (usize, &store::BareProduct)| {
        let goods = Goods {
            owner: product.owner,
            product: product.id,
            lot: LotId::from_uuid(product.id.uuid()),
            quantity: Pieces::new(pieces),
        };
        let to = Spot::available(bins[index % bins.len()]);
        StockMove::new(StockReason::Opening, goods, Spot::available(supplier), to, now)
    };
    let lines: Vec<StockMove> = products.iter().enumerate().map(line).collect();
    for part in lines.chunks(LINES_PER_COMMIT) {
        let part = part.to_vec();
        let work =
            async move |tx: &mut Tx| stock::entry_insert_many(tx, &Ctx::system(now), &part).await;
        app.db.write::<u64, DbError, _>(work).await?;
    }
    Ok(products.len())
}

async fn bins(
    tx: &mut Tx,
    ctx: &Ctx,
    warehouse: WarehouseId,
) -> Result<(Vec<PlaceId>, PlaceId), CatalogError> {
    let zone = catalog::zone_ensure(tx, warehouse, "SHELVES").await?;
    let new = |index: usize| NewBin {
        zone,
        code: format!("SH-{index:04}"),
        aisle: format!("{:02}", index / 50),
        purpose: BinPurpose::Storage,
        sequence: i64::try_from(index).expect("a few hundred bins"),
        volume_max_cm3: CubicCentimetres::new(1_000_000_000),
        weight_max_g: Grams::new(100_000_000),
        mixing: Mixing::Any,
    };
    let news: Vec<NewBin> = (0..BINS).map(new).collect();
    catalog::bins_create_many(tx, ctx, warehouse, &news).await?;
    let mut places = Vec::with_capacity(BINS);
    for new in &news {
        places.extend(catalog::place_by_code(tx, warehouse, &new.code).await?.map(|bin| bin.id));
    }
    let supplier = catalog::virtual_place(tx, warehouse, PlaceKind::Supplier).await?;
    Ok((places, supplier))
}
