//! A small world put straight into the tables: a warehouse, two shops, products, bins, people.

use ambar::access::{Role, passwords, tokens};
use ambar::app::App;
use ambar::args;
use ambar::commands::Ctx;
use ambar::db::{DbError, Tx};
use ambar::ids::{
    ApiKeyId, DeviceId, LotId, OwnerId, PlaceId, ProductId, SessionId, UserId, WarehouseId, ZoneId,
};
use ambar::stock::{Goods, Spot, StockMove, StockReason, stock_move};
use ambar::units::Pieces;

/// What [`world`] made.
#[derive(Debug, Clone)]
pub(crate) struct World {
    pub(crate) warehouse: WarehouseId,
    /// Two shops: `alpha` and `beta`.
    pub(crate) owners: [OwnerId; 2],
    /// An API key of each shop.
    pub(crate) keys: [String; 2],
    /// Three products of each shop: `A-1`, `A-2`, `A-3` and `B-1`, …; `A-1` and `B-1` share the
    /// barcode 4601234567893.
    pub(crate) products: [[ProductId; 3]; 2],
    /// Storage bins `S-01` … `S-10` in walking order.
    pub(crate) bins: Vec<PlaceId>,
    pub(crate) receiving_bin: PlaceId,
    pub(crate) packing_bin: PlaceId,
    pub(crate) supplier: PlaceId,
    /// A session of an administrator and one of each other role, by role.
    pub(crate) sessions: Vec<(Role, String)>,
    /// Handhelds with their tokens.
    pub(crate) devices: Vec<(DeviceId, String)>,
    /// The badge of a user who may do everything; the PIN is 2580.
    pub(crate) badge: String,
}

impl World {
    pub(crate) fn session(&self, role: Role) -> &str {
        &self.sessions.iter().find(|(known, _)| *known == role).unwrap().1
    }

    pub(crate) fn admin(&self) -> &str {
        self.session(Role::Administrator)
    }
}

pub(crate) async fn world(app: &App) -> World {
    let pin_hash = passwords::hash("2580".to_owned()).await;
    let now = app.clock.now();
    let work = async move |tx: &mut Tx| build(tx, now, &pin_hash).await;
    app.db.write::<World, DbError, _>(work).await.unwrap()
}

async fn build(
    tx: &mut Tx,
    now: ambar::units::UtcMicros,
    pin_hash: &str,
) -> Result<World, DbError> {
    let warehouse = WarehouseId::new();
    tx.execute(
        "INSERT INTO warehouse (id, code, name, created_at) VALUES ($1, 'MSK', 'Москва', $2)",
        args![warehouse, now],
    )
    .await?;
    let zone = ZoneId::new();
    tx.execute(
        "INSERT INTO zone (id, warehouse_id, code, name) VALUES ($1, $2, 'A', 'Зона А')",
        args![zone, warehouse],
    )
    .await?;
    let mut bins = Vec::new();
    for index in 1..=10_i64 {
        let code = format!("S-{index:02}");
        bins.push(bin(tx, warehouse, zone, &code, "storage", index, true, now).await?);
    }
    let receiving_bin = bin(tx, warehouse, zone, "R-01", "receiving", 900, false, now).await?;
    let packing_bin = bin(tx, warehouse, zone, "P-01", "packing", 901, false, now).await?;
    bin(tx, warehouse, zone, "G-01", "staging", 902, false, now).await?;
    let mut supplier = None;
    for kind in ["supplier", "carrier", "buyer", "lost_and_found", "scrap"] {
        let place = virtual_or_unit(tx, warehouse, kind, kind, now).await?;
        if kind == "supplier" {
            supplier = Some(place);
        }
    }
    for index in 1..=10 {
        virtual_or_unit(tx, warehouse, "tote", &format!("T-{index:02}"), now).await?;
    }
    let mut owners = Vec::new();
    let mut keys = Vec::new();
    let mut products = Vec::new();
    for (code, letter) in [("alpha", "A"), ("beta", "B")] {
        let owner = OwnerId::new();
        tx.execute(
            "INSERT INTO owner (id, code, name, order_policy, active, created_at)
             VALUES ($1, $2, $3, 'partial', $4, $5)",
            args![owner, code, format!("Магазин {code}"), true, now],
        )
        .await?;
        let key = tokens::make(tokens::TokenKind::ApiKey);
        tx.execute(
            "INSERT INTO api_key (id, owner_id, name, token_hash, created_at) VALUES ($1, $2, 'test', $3, $4)",
            args![ApiKeyId::new(), owner, tokens::hash(&key), now],
        )
        .await?;
        let mut own = Vec::new();
        for index in 1..=3 {
            own.push(product(tx, owner, &format!("{letter}-{index}"), now).await?);
        }
        tx.execute(
            "INSERT INTO barcode (owner_id, kind, value, product_id, pieces, created_at)
             VALUES ($1, 'gtin', '4601234567893', $2, 1, $3)",
            args![owner, own[0], now],
        )
        .await?;
        owners.push(owner);
        keys.push(key);
        products.push([own[0], own[1], own[2]]);
    }
    let mut sessions = Vec::new();
    let badge = "BADGE1".to_owned();
    for role in Role::ALL.iter().copied().filter(|role| *role != Role::ShopOwner) {
        let user = UserId::new();
        let is_admin = role == Role::Administrator;
        tx.execute(
            "INSERT INTO app_user (id, login, name, language, active, created_at, badge_code, pin_hash)
             VALUES ($1, $2, $3, 'ru', $4, $5, $6, $7)",
            args![
                user,
                role.as_str(),
                format!("Сотрудник {role}"),
                true,
                now,
                is_admin.then(|| badge.clone()),
                is_admin.then(|| pin_hash.to_owned()),
            ],
        )
        .await?;
        tx.execute("INSERT INTO user_role (user_id, role) VALUES ($1, $2)", args![user, role])
            .await?;
        let token = tokens::make(tokens::TokenKind::Session);
        tx.execute(
            "INSERT INTO user_session (id, user_id, token_hash, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)",
            args![SessionId::new(), user, tokens::hash(&token), now, now.plus_seconds(86_400)],
        )
        .await?;
        sessions.push((role, token));
    }
    let mut devices = Vec::new();
    for index in 1..=4 {
        let device = DeviceId::new();
        let token = tokens::make(tokens::TokenKind::Device);
        tx.execute(
            "INSERT INTO device (id, warehouse_id, name, token_hash, active, enrolled_at) VALUES ($1, $2, $3, $4, $5, $6)",
            args![device, warehouse, format!("ТСД-{index}"), tokens::hash(&token), true, now],
        )
        .await?;
        devices.push((device, token));
    }
    Ok(World {
        warehouse,
        owners: [owners[0], owners[1]],
        keys: [keys[0].clone(), keys[1].clone()],
        products: [products[0], products[1]],
        bins,
        receiving_bin,
        packing_bin,
        supplier: supplier.unwrap(),
        sessions,
        devices,
        badge,
    })
}

#[expect(clippy::too_many_arguments, reason = "one call site writes one row")]
async fn bin(
    tx: &mut Tx,
    warehouse: WarehouseId,
    zone: ZoneId,
    code: &str,
    purpose: &str,
    sequence: i64,
    pickable: bool,
    now: ambar::units::UtcMicros,
) -> Result<PlaceId, DbError> {
    let id = PlaceId::new();
    tx.execute(
        "INSERT INTO place (id, warehouse_id, kind, code, pickable, locked, zone_id, aisle, purpose, sequence,
             volume_max_cm3, weight_max_g, mixing, created_at)
         VALUES ($1, $2, 'bin', $3, $4, $5, $6, '01', $7, $8, 1000000, 500000, 'any', $9)",
        args![id, warehouse, code, pickable, false, zone, purpose, sequence, now],
    )
    .await?;
    Ok(id)
}

async fn virtual_or_unit(
    tx: &mut Tx,
    warehouse: WarehouseId,
    kind: &str,
    code: &str,
    now: ambar::units::UtcMicros,
) -> Result<PlaceId, DbError> {
    let id = PlaceId::new();
    tx.execute(
        "INSERT INTO place (id, warehouse_id, kind, code, pickable, locked, created_at) VALUES ($1, $2, $3, $4, $5, $5, $6)",
        args![id, warehouse, kind, code, false, now],
    )
    .await?;
    Ok(id)
}

async fn product(
    tx: &mut Tx,
    owner: OwnerId,
    article: &str,
    now: ambar::units::UtcMicros,
) -> Result<ProductId, DbError> {
    let id = ProductId::new();
    tx.execute(
        "INSERT INTO product (id, owner_id, article, name, search_key, category, length_mm, width_mm, height_mm, weight_g,
             fragile, liquid, lot_tracked, expiry_tracked, serial_tracked, marked, own_box, shelf_life_days_min, created_at)
         VALUES ($1, $2, $3, $4, $5, 'general', 100, 80, 50, 300, $6, $6, $6, $6, $6, $6, $6, 0, $7)",
        args![id, owner, article, format!("Товар {article}"), article.to_lowercase(), false, now],
    )
    .await?;
    tx.execute(
        "INSERT INTO lot (id, owner_id, product_id, code, created_at) VALUES ($1, $2, $1, '', $3)",
        args![id, owner, now],
    )
    .await?;
    tx.execute(
        "INSERT INTO barcode (owner_id, kind, value, product_id, pieces, created_at) VALUES ($1, 'article', $2, $3, 1, $4)",
        args![owner, article, id, now],
    )
    .await?;
    Ok(id)
}

/// The lot of goods that have no lots.
pub(crate) const fn only_lot(product: ProductId) -> LotId {
    LotId::from_uuid(product.uuid())
}

/// Puts stock into a bin as if it had been delivered.
pub(crate) async fn stock(
    app: &App,
    world: &World,
    owner: usize,
    product: usize,
    bin: PlaceId,
    pieces: i64,
) {
    let product = world.products[owner][product];
    let goods = Goods {
        owner: world.owners[owner],
        product,
        lot: only_lot(product),
        quantity: Pieces::new(pieces),
    };
    let now = app.clock.now();
    let line = StockMove::new(
        StockReason::Opening,
        goods,
        Spot::available(world.supplier),
        Spot::available(bin),
        now,
    );
    let work = async move |tx: &mut Tx| stock_move(tx, &Ctx::system(now), &line).await;
    app.db.write(work).await.unwrap();
}
