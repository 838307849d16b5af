//! Parcels that are on their way, with their cash on delivery: for measurements and tests of what
//! comes after the handover.

use crate::app::App;
use crate::catalog::{self, CatalogError, NewOwner, OrderPolicy};
use crate::cod::{self, CodError, CodMove, Step};
use crate::commands::Ctx;
use crate::db::{DbError, Tx};
use crate::ids::{
    CarrierAccountId, CodRegisterId, OrderId, OwnerId, ParcelId, ShipmentId, WarehouseId,
};
use crate::sandbox::store::{self, ContractUse};
use crate::units::{Day, Grams, Kopecks, UtcMicros};

/// The carrier of the parcels of [`parcels`]. Nobody asks it: its contract is not in use.
pub const CARRIER: &str = "bench";

const PARCELS_PER_COMMIT: usize = 500;

/// A shop's parcels with a carrier.
#[derive(Debug, Clone)]
pub struct Route {
    pub warehouse: WarehouseId,
    pub owner: OwnerId,
    pub account: CarrierAccountId,
    pub carrier: String,
}

/// A parcel that its carrier has.
#[derive(Debug, Clone)]
pub struct OnTheWay {
    pub shipment: ShipmentId,
    pub parcel: ParcelId,
    pub order: OrderId,
    /// Ours: of the parcel and of the shipment.
    pub number: String,
    /// The shop's.
    pub order_number: String,
    /// The carrier's.
    pub track: String,
    pub cod: Kopecks,
    /// What the carrier offered.
    pub quoted: Kopecks,
    pub weight: Grams,
}

impl OnTheWay {
    /// A prepaid parcel of half a kilogram. Its numbers are made of `number`.
    pub fn new(number: impl Into<String>) -> Self {
        let number = number.into();
        Self {
            shipment: ShipmentId::new(),
            parcel: ParcelId::new(),
            order: OrderId::new(),
            order_number: format!("O{number}"),
            track: format!("T{number}"),
            number,
            cod: Kopecks::ZERO,
            quoted: Kopecks::new(30_000),
            weight: Grams::new(500),
        }
    }

    #[must_use]
    pub const fn with_cod(mut self, kopecks: i64) -> Self {
        self.cod = Kopecks::new(kopecks);
        self
    }
}

/// Makes so many prepaid parcels of a new shop, and answers the numbers of their shipments.
pub async fn parcels(app: &App, count: usize) -> Result<Vec<String>, CodError> {
    let tag = tag();
    let warehouse = warehouse(app).await?;
    let owner = shop(app, &format!("shop-{tag}")).await?;
    let route = route(app, warehouse, owner, CARRIER).await?;
    let news: Vec<OnTheWay> =
        (0..count).map(|index| OnTheWay::new(format!("{tag}-{index:06}"))).collect();
    send(app, &route, &news, app.clock.now()).await?;
    Ok(news.into_iter().map(|new| new.number).collect())
}

/// Latin letters and digits that nobody else has.
pub(super) fn tag() -> String {
    crate::ids::new_uuid().simple().to_string()[20..].to_owned()
}

/// A new warehouse.
pub async fn warehouse(app: &App) -> Result<WarehouseId, DbError> {
    let ctx = Ctx::system(app.clock.now());
    let code = format!("W{}", tag().to_uppercase());
    let work =
        async move |tx: &mut Tx| catalog::warehouse_create(tx, &ctx, &code, "Площадка").await;
    app.db.write::<_, CatalogError, _>(work).await.map(|made| made.id).map_err(broken)
}

/// A new shop.
pub async fn shop(app: &App, code: &str) -> Result<OwnerId, DbError> {
    let ctx = Ctx::system(app.clock.now());
    let new_owner = NewOwner {
        code: code.to_owned(),
        name: format!("Магазин {code}"),
        inn: None,
        order_policy: OrderPolicy::Partial,
    };
    let work = async move |tx: &mut Tx| catalog::owner_create(tx, &ctx, &new_owner).await;
    app.db.write::<_, CatalogError, _>(work).await.map(|made| made.id).map_err(broken)
}

/// What is made here is right by construction.
fn broken(error: CatalogError) -> DbError {
    match error {
        CatalogError::Database(error) => error,
        other => DbError::Engine(Box::new(other)),
    }
}

/// A contract of the shop's own with a carrier, which is not in use.
pub async fn route(
    app: &App,
    warehouse: WarehouseId,
    owner: OwnerId,
    carrier: &str,
) -> Result<Route, DbError> {
    let account = CarrierAccountId::new();
    let route = Route { warehouse, owner, account, carrier: carrier.to_owned() };
    let (made, hook, now) = (route.clone(), tag(), app.clock.now());
    let work = async move |tx: &mut Tx| {
        store::account_insert(tx, &made, &hook, ContractUse::Idle, now).await
    };
    app.db.write::<(), DbError, _>(work).await?;
    Ok(route)
}

/// Hands parcels over at that time: their money is expected from then on.
pub async fn send(
    app: &App,
    route: &Route,
    news: &[OnTheWay],
    at: UtcMicros,
) -> Result<(), CodError> {
    for part in news.chunks(PARCELS_PER_COMMIT) {
        let (part, route) = (part.to_vec(), route.clone());
        let ctx = Ctx::system(at);
        let work = async move |tx: &mut Tx| {
            store::on_the_way_insert(tx, &route, &part, at).await?;
            let expected = part.iter().filter(|new| new.cod.is_positive());
            let moves: Vec<CodMove> = expected
                .map(|new| CodMove {
                    parcel: new.parcel,
                    step: Step::Expected,
                    amount: new.cod,
                    day: at.moscow_day(),
                })
                .collect();
            cod::advance(tx, &ctx, &moves).await
        };
        app.db.write::<(), CodError, _>(work).await?;
    }
    Ok(())
}

/// All parcels of a shop were paid for: their money went over one register and came in on that day.
pub async fn bring(
    app: &App,
    owner: OwnerId,
    register: CodRegisterId,
    day: Day,
) -> Result<(), CodError> {
    let ctx = Ctx::system(app.clock.now());
    for step in [Step::Collected, Step::Registered(register), Step::Received(register)] {
        let source = (owner.uuid(), store::EXPECTED);
        let work =
            async move |tx: &mut Tx| cod::advance_all(tx, &ctx, step, source, day).await.map(drop);
        app.db.write::<(), CodError, _>(work).await?;
    }
    Ok(())
}
