//! Parcels that are on their way, for measurements of tracking.

use crate::app::App;
use crate::catalog::{self, CatalogError, NewOwner, OrderPolicy};
use crate::commands::Ctx;
use crate::db::{DbError, Tx};
use crate::ids::{CarrierAccountId, OrderId, OwnerId, ParcelId, ShipmentId, WarehouseId};
use crate::sandbox::store::{self, NewOnTheWay};

/// The carrier of these parcels. Nobody asks it: its contract is not in use.
pub const CARRIER: &str = "bench";

const PARCELS_PER_COMMIT: usize = 500;

/// Makes so many parcels of a new shop, and answers the numbers of their shipments.
pub async fn parcels(app: &App, count: usize) -> Result<Vec<String>, CatalogError> {
    let tag = crate::ids::new_uuid().simple().to_string()[20..].to_owned();
    let (warehouse, owner, account) = ground(app, tag.clone()).await?;
    let now = app.clock.now();
    let new = |index: usize| NewOnTheWay {
        shipment: ShipmentId::new(),
        parcel: ParcelId::new(),
        order: OrderId::new(),
        owner,
        warehouse,
        account,
        carrier: CARRIER,
        number: format!("{tag}-{index:06}"),
        at: now,
    };
    let news: Vec<NewOnTheWay> = (0..count).map(new).collect();
    let numbers = news.iter().map(|new| new.number.clone()).collect();
    for part in news.chunks(PARCELS_PER_COMMIT) {
        let part = part.to_vec();
        let work = async move |tx: &mut Tx| store::on_the_way_insert(tx, &part).await;
        app.db.write::<(), DbError, _>(work).await?;
    }
    Ok(numbers)
}

async fn ground(
    app: &App,
    tag: String,
) -> Result<(WarehouseId, OwnerId, CarrierAccountId), CatalogError> {
    let ctx = Ctx::system(app.clock.now());
    let work = async move |tx: &mut Tx| {
        let code = format!("W{}", tag.to_uppercase());
        let warehouse = catalog::warehouse_create(tx, &ctx, &code, "Площадка").await?.id;
        let new_owner = NewOwner {
            code: format!("shop-{tag}"),
            name: "Магазин замеров".to_owned(),
            inn: None,
            order_policy: OrderPolicy::Partial,
        };
        let owner = catalog::owner_create(tx, &ctx, &new_owner).await?.id;
        let account = CarrierAccountId::new();
        store::idle_account_insert(tx, account, warehouse, CARRIER, &tag, ctx.now).await?;
        Ok::<_, CatalogError>((warehouse, owner, account))
    };
    app.db.write(work).await
}
