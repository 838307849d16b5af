//! What measurements stand on: a warehouse, a shop with a product, somebody who may do everything.

use crate::access::service::setup::NewLink;
use crate::access::service::users::{self, NewUser};
use crate::access::{AccessError, Role, Scope, service};
use crate::app::App;
use crate::catalog::{self, CatalogError, NewOwner, NewProduct, OrderPolicy, ProductFacts};
use crate::commands::Ctx;
use crate::db::Tx;
use crate::i18n::Language;
use crate::ids::{OwnerId, ProductId, UserId, WarehouseId};
use crate::sandbox::on_the_way::tag;
use crate::units::{Grams, Millimetres};

/// One of many in a database.
#[derive(Debug, Clone)]
pub struct Ground {
    /// Latin letters and digits that no other ground has.
    pub tag: String,
    pub warehouse: WarehouseId,
    pub owner: OwnerId,
    pub product: ProductId,
}

pub async fn build(app: &App) -> Result<Ground, CatalogError> {
    let tag = tag();
    let ctx = Ctx::system(app.clock.now());
    let work = async move |tx: &mut Tx| {
        let code = format!("W{}", tag.to_uppercase());
        let warehouse = catalog::warehouse_create(tx, &ctx, &code, "Площадка").await?.id;
        let new_owner = NewOwner {
            code: format!("shop-{tag}"),
            name: "Магазин замеров".to_owned(),
            inn: Some("7707083893".to_owned()),
            order_policy: OrderPolicy::Partial,
        };
        let owner = catalog::owner_create(tx, &ctx, &new_owner).await?.id;
        let mug = NewProduct {
            article: Some("MUG-1".to_owned()),
            facts: ProductFacts {
                name: "Кружка".to_owned(),
                category: "general".to_owned(),
                length_mm: Millimetres::new(120),
                width_mm: Millimetres::new(100),
                height_mm: Millimetres::new(100),
                weight_g: Grams::new(400),
                ..ProductFacts::default()
            },
            barcodes: Vec::new(),
        };
        let made =
            catalog::products_create_many(tx, &ctx, Scope::All, owner, "products", &[mug]).await?;
        let product = made.first().map(|product| product.id).expect("one was asked for");
        Ok::<_, CatalogError>(Ground { tag: tag.clone(), warehouse, owner, product })
    };
    app.db.write(work).await
}

/// The token of a session that may do everything.
pub async fn administrator(app: &App, ground: &Ground) -> Result<String, AccessError> {
    let (id, login) = (UserId::new(), format!("admin-{}", ground.tag));
    let ctx = Ctx::system(app.clock.now());
    let work = async move |tx: &mut Tx| {
        let new = NewUser {
            login: login.clone(),
            name: "Администратор замеров".to_owned(),
            roles: vec![Role::Administrator],
            owner_id: None,
            language: Language::Russian,
        };
        users::user_create(tx, &ctx, id, &new, &NewLink::make()).await.map(drop)
    };
    app.db.write::<(), AccessError, _>(work).await?;
    Ok(service::session_open(app, id).await?.token)
}
