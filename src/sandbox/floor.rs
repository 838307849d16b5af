//! A shop floor for measurements: one cart per handheld, every line in a bin of its own.
//!
//! Made through the services, so that it is a floor like any other; the handhelds then work on it
//! over the real interface.

use anyhow::Context;
use uuid::Uuid;

use crate::access::service::doors::{NewToken, device_enrol};
use crate::access::service::setup::NewLink;
use crate::access::service::users::{self, NewUser};
use crate::access::tokens::TokenKind;
use crate::access::{Role, Scope};
use crate::app::App;
use crate::barcodes::{OwnCode, OwnKind};
use crate::catalog::{
    self, BinPurpose, Mixing, NewBin, NewOwner, NewProduct, OrderPolicy, PlaceKind, ProductFacts,
};
use crate::commands::Ctx;
use crate::db::Tx;
use crate::i18n::Language;
use crate::ids::{DeviceId, OrderId, OwnerId, ProductId, UserId, WarehouseId};
use crate::orders::{self, DraftLine, OrderDraft, Recipient};
use crate::picking::{self, CartLimits, WaveIn};
use crate::stock::{self, Goods, Spot, StockMove, StockReason};
use crate::units::{CubicCentimetres, Grams, Kopecks, Millimetres, Pieces};

const PIN: &str = "2580";
/// The floor's owner and its warehouse carry this, so that several floors fit into one database.
const CARRIER: &str = "file";

/// How large the floor is.
#[derive(Debug, Clone, Copy)]
pub struct FloorPlan {
    pub devices: usize,
    pub lines_per_order: usize,
    pub pieces_per_line: i64,
    /// Ledger lines that are there before the work begins.
    pub entries: usize,
}

/// A floor that is ready to be worked on.
#[derive(Debug, Clone)]
pub struct Floor {
    /// What is scanned and typed to log in.
    pub badge: String,
    pub pin: String,
    pub devices: Vec<FloorDevice>,
    /// Orders by the bins of their lines.
    pub carts: Vec<Cart>,
}

/// A handheld and the tote that goes with it.
#[derive(Debug, Clone)]
pub struct FloorDevice {
    pub id: DeviceId,
    pub token: String,
    /// The printed code of its tote.
    pub tote: String,
}

/// The work of one cart, in walking order.
#[derive(Debug, Clone)]
pub struct Cart {
    pub tasks: Vec<CartTask>,
}

#[derive(Debug, Clone)]
pub struct CartTask {
    /// The code as the screen shows it.
    pub bin: String,
    /// The code as the bin's label holds it.
    pub bin_label: String,
    pub item: String,
    pub pieces: i64,
}

/// Builds a floor in a database that may hold others already.
pub async fn build(app: &App, plan: FloorPlan) -> anyhow::Result<Floor> {
    let tag = Uuid::simple(crate::ids::new_uuid()).to_string()[20..].to_uppercase();
    let ground = ground(app, plan, &tag).await.context("the warehouse")?;
    fill(app, plan, &ground).await.context("the stock")?;
    order(app, plan, &ground).await.context("the orders")?;
    let badge = badge(app, &tag).await.context("the people")?;
    let devices = devices(app, plan, &ground, &tag).await.context("the handhelds")?;
    Ok(Floor { badge, pin: PIN.to_owned(), devices, carts: carts(plan, &ground) })
}

/// What stands before anything moves.
#[derive(Debug, Clone)]
struct Ground {
    warehouse: WarehouseId,
    supplier: crate::ids::PlaceId,
    owner: OwnerId,
    /// Code and place of each bin, in walking order.
    bins: Vec<(String, crate::ids::PlaceId)>,
    products: Vec<(String, ProductId)>,
}

fn bin_code(index: usize) -> String {
    format!("A-{:02}-{:04}", index / 100, index)
}

async fn ground(app: &App, plan: FloorPlan, tag: &str) -> anyhow::Result<Ground> {
    let count = plan.devices * plan.lines_per_order;
    let (tag, now) = (tag.to_owned(), app.clock.now());
    let work = async move |tx: &mut Tx| -> anyhow::Result<Ground> {
        let ctx = Ctx::system(now);
        let warehouse =
            catalog::warehouse_create(tx, &ctx, &format!("W{tag}"), "Площадка").await?.id;
        let zone = catalog::zone_ensure(tx, warehouse, "A").await?;
        let new_bin = |index: usize| NewBin {
            zone,
            code: bin_code(index),
            aisle: format!("{:02}", index / 100),
            purpose: BinPurpose::Storage,
            sequence: i64::try_from(index).expect("a floor has few bins"),
            volume_max_cm3: CubicCentimetres::new(10_000_000),
            weight_max_g: Grams::new(10_000_000),
            mixing: Mixing::Any,
        };
        let bins: Vec<NewBin> = (0..count).map(new_bin).collect();
        for part in bins.chunks(500) {
            catalog::bins_create_many(tx, &ctx, warehouse, part).await?;
        }
        let new_owner = NewOwner {
            code: format!("shop-{}", tag.to_lowercase()),
            name: "Магазин замеров".to_owned(),
            inn: None,
            order_policy: OrderPolicy::Partial,
        };
        let owner = catalog::owner_create(tx, &ctx, &new_owner).await?.id;
        let new_product = |index: usize| NewProduct {
            article: Some(format!("P-{index:05}")),
            facts: ProductFacts {
                name: format!("Товар {index}"),
                category: "general".to_owned(),
                length_mm: Millimetres::new(100),
                width_mm: Millimetres::new(80),
                height_mm: Millimetres::new(50),
                weight_g: Grams::new(200),
                ..ProductFacts::default()
            },
            barcodes: Vec::new(),
        };
        let news: Vec<NewProduct> = (0..count).map(new_product).collect();
        let mut products = Vec::with_capacity(count);
        for part in news.chunks(500) {
            let made = catalog::products_create_many(tx, &ctx, Scope::All, owner, "products", part)
                .await?;
            products.extend(made.into_iter().map(|product| (product.article, product.id)));
        }
        let mut places = Vec::with_capacity(count);
        for index in 0..count {
            let code = bin_code(index);
            let place = catalog::place_by_code(tx, warehouse, &code).await?.context("the bin")?;
            places.push((code, place.id));
        }
        let supplier = catalog::virtual_place(tx, warehouse, PlaceKind::Supplier).await?;
        Ok(Ground { warehouse, supplier, owner, bins: places, products })
    };
    write(app, work).await
}

/// Runs one transaction whose failure only has to be told.
async fn write<T: Send + 'static>(
    app: &App,
    work: impl AsyncFn(&mut Tx) -> anyhow::Result<T> + Send + Sync + 'static,
) -> anyhow::Result<T> {
    let told = async move |tx: &mut Tx| work(tx).await.map_err(Failed);
    app.db.write(told).await.map_err(|Failed(error)| error)
}

struct Failed(anyhow::Error);

impl From<crate::db::DbError> for Failed {
    fn from(error: crate::db::DbError) -> Self {
        Self(error.into())
    }
}

/// Puts the stock into its bins, in as many ledger lines as the plan wants.
async fn fill(app: &App, plan: FloorPlan, ground: &Ground) -> anyhow::Result<()> {
    const LINES_PER_COMMIT: usize = 2_000;
    let now = app.clock.now();
    let goods = |index: usize, quantity: i64| Goods {
        owner: ground.owner,
        product: ground.products[index].1,
        lot: crate::ids::LotId::from_uuid(ground.products[index].1.uuid()),
        quantity: Pieces::new(quantity),
    };
    let arrive = |index: usize, quantity: i64| {
        let to = Spot::available(ground.bins[index].1);
        let from = Spot::available(ground.supplier);
        StockMove::new(StockReason::Opening, goods(index, quantity), from, to, now)
    };
    let count = ground.products.len();
    let mut lines: Vec<StockMove> = (0..count).map(|i| arrive(i, plan.pieces_per_line)).collect();
    let mut written = 0;
    loop {
        let missing = plan.entries.saturating_sub(written + lines.len());
        let part: Vec<StockMove> = (0..missing.min(LINES_PER_COMMIT))
            .map(|index| arrive((written + index) % count, 1))
            .collect();
        let work =
            async move |tx: &mut Tx| stock::entry_insert_many(tx, &Ctx::system(now), &lines).await;
        written += usize::try_from(app.db.write(work).await?)?;
        if part.is_empty() {
            return Ok(());
        }
        lines = part;
    }
}

/// One order per handheld, and a wave that puts each on a cart of its own.
async fn order(app: &App, plan: FloorPlan, ground: &Ground) -> anyhow::Result<()> {
    let (ground, now) = (ground.clone(), app.clock.now());
    let work = async move |tx: &mut Tx| -> anyhow::Result<()> {
        let ctx = Ctx::system(now);
        let drafts: Vec<OrderDraft> =
            (0..plan.devices).map(|device| draft(plan, &ground, device)).collect();
        let intake =
            orders::orders_intake(tx, &ctx, ground.owner, ground.warehouse, &drafts).await?;
        let orders: Vec<OrderId> = intake.iter().map(|answer| answer.order).collect();
        anyhow::ensure!(orders.len() == plan.devices, "an order was not taken");
        let most = i64::try_from(plan.devices * plan.lines_per_order)?;
        let wave = WaveIn {
            warehouse: ground.warehouse,
            carrier: None,
            promised_before: None,
            priority_min: None,
            orders_max: most,
            lines_max: most,
            cart: CartLimits { slots: 1, ..CartLimits::default() },
        };
        let report = picking::wave_release(tx, &ctx, &wave).await?;
        anyhow::ensure!(report.lines == most, "the wave took {} of {most} lines", report.lines);
        Ok(())
    };
    write(app, work).await
}

fn draft(plan: FloorPlan, ground: &Ground, device: usize) -> OrderDraft {
    let first = device * plan.lines_per_order;
    let line = |(_, product): &(String, ProductId)| DraftLine {
        product: *product,
        quantity: Pieces::new(plan.pieces_per_line),
        price_kopecks: Kopecks::new(10_000),
    };
    OrderDraft {
        external_number: format!("F-{device}"),
        policy: None,
        priority: 0,
        promised_at: None,
        carrier: CARRIER.to_owned(),
        pickup_point: String::new(),
        recipient: Recipient { name: "Покупатель".to_owned(), ..Recipient::default() },
        cod_kopecks: Kopecks::ZERO,
        lines: ground.products[first..first + plan.lines_per_order].iter().map(line).collect(),
    }
}

async fn badge(app: &App, tag: &str) -> anyhow::Result<String> {
    let pin_hash = users::pin_hashed(PIN).await?;
    let (login, now) = (format!("picker-{}", tag.to_lowercase()), app.clock.now());
    let work = async move |tx: &mut Tx| -> anyhow::Result<String> {
        let ctx = Ctx::system(now);
        let new = NewUser {
            login: login.clone(),
            name: "Сборщик".to_owned(),
            roles: vec![Role::Picker],
            owner_id: None,
            language: Language::Russian,
        };
        let id = UserId::new();
        users::user_create(tx, &ctx, id, &new, &NewLink::make()).await?;
        users::pin_set(tx, id, &pin_hash).await?;
        Ok(users::badge_issue(tx, id).await?.to_string())
    };
    write(app, work).await
}

async fn devices(
    app: &App,
    plan: FloorPlan,
    ground: &Ground,
    tag: &str,
) -> anyhow::Result<Vec<FloorDevice>> {
    let (warehouse, tag, now) = (ground.warehouse, tag.to_owned(), app.clock.now());
    let work = async move |tx: &mut Tx| -> anyhow::Result<Vec<FloorDevice>> {
        let ctx = Ctx::system(now);
        let mut devices = Vec::with_capacity(plan.devices);
        for index in 0..plan.devices {
            let (id, token) = (DeviceId::new(), NewToken::make(TokenKind::Device));
            let name = format!("{tag}-{index}");
            device_enrol(tx, &ctx, id, warehouse, &name, &token).await?;
            let tote =
                catalog::handling_unit_create(tx, &ctx, warehouse, PlaceKind::Tote, None).await?;
            let tote = OwnCode::new(OwnKind::HandlingUnit, &tote.code)?.to_string();
            devices.push(FloorDevice { id, token: token.text.clone(), tote });
        }
        Ok(devices)
    };
    write(app, work).await
}

fn carts(plan: FloorPlan, ground: &Ground) -> Vec<Cart> {
    let task =
        |((code, _), (article, _)): (&(String, crate::ids::PlaceId), &(String, ProductId))| {
            let label = OwnCode::new(OwnKind::Bin, code).expect("bin codes are codes");
            CartTask {
                bin: code.clone(),
                bin_label: label.to_string(),
                item: article.clone(),
                pieces: plan.pieces_per_line,
            }
        };
    let all: Vec<CartTask> = ground.bins.iter().zip(&ground.products).map(task).collect();
    all.chunks(plan.lines_per_order).map(|tasks| Cart { tasks: tasks.to_vec() }).collect()
}
