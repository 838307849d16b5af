//! Products, their lots, and the acceptance policy.

use crate::access::Scope;
use crate::catalog::Product;
use crate::catalog::acceptance::Rule;
use crate::db::{Arg, DbError, Tx};
use crate::ids::{LotId, OwnerId, ProductId, UserId};
use crate::units::{Day, UtcMicros};
use crate::{args, record};

record! {
    /// A lot (партия) as far as its identity goes.
    pub(in crate::catalog) struct LotRow {
        pub(in crate::catalog) id: LotId,
        pub(in crate::catalog) expires_on: Option<Day>,
    }
}

record! {
    pub(in crate::catalog) struct ProductKey {
        pub(in crate::catalog) id: ProductId,
        pub(in crate::catalog) article: String,
    }
}

record! {
    /// A rule that was waived for a product.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Waiver {
        pub product: ProductId,
        pub rule: String,
        pub reason: String,
        pub actor: UserId,
        pub waived_at: UtcMicros,
    }
}

macro_rules! product_select {
    ($rest:literal) => {
        concat!(
            "SELECT id, owner_id, article, name, category, length_mm, width_mm, height_mm, weight_g,
             fragile, liquid, lot_tracked, expiry_tracked, serial_tracked, marked, own_box,
             shelf_life_days_min, vat_class, measured_at IS NOT NULL FROM product ",
            $rest
        )
    };
}

/// Behind every search key that begins with what stands before it.
const SEARCH_END: &str = "\u{10FFFF}";

const PRODUCT_INSERT: &str = "INSERT INTO product
     (id, owner_id, article, name, search_key, category, length_mm, width_mm, height_mm, weight_g,
      fragile, liquid, lot_tracked, expiry_tracked, serial_tracked, marked, own_box,
      shelf_life_days_min, vat_class, measured_at, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
         $21)
     ON CONFLICT (owner_id, article) DO NOTHING";

const PRODUCT_FIND: &str = product_select!("WHERE id = $1 AND (owner_id = $2 OR $2 IS NULL)");

const PRODUCTS_FIND: &str = product_select!("WHERE id IN (/*list*/) ORDER BY id");

const PRODUCTS_BY_ARTICLE: &str =
    "SELECT id, article FROM product WHERE owner_id = $1 AND article IN (/*list*/)";

const PRODUCT_LIST: &str = product_select!(
    "WHERE owner_id = $1 AND id > $2 AND search_key >= $3 AND search_key < $4 ORDER BY id LIMIT $5"
);

const PRODUCT_LIST_ALL: &str =
    product_select!("WHERE id > $1 AND search_key >= $2 AND search_key < $3 ORDER BY id LIMIT $4");

const PRODUCT_UPDATE: &str = "UPDATE product SET name = $3, search_key = $4, category = $5,
     length_mm = $6, width_mm = $7, height_mm = $8, weight_g = $9, fragile = $10, liquid = $11,
     lot_tracked = $12, expiry_tracked = $13, serial_tracked = $14, marked = $15, own_box = $16,
     shelf_life_days_min = $17, vat_class = $18
     WHERE id = $1 AND owner_id = $2";

const PRODUCT_MEASURE: &str = "UPDATE product SET length_mm = $2, width_mm = $3, height_mm = $4,
     weight_g = $5, measured_at = $6 WHERE id = $1";

const LOT_INSERT: &str = "INSERT INTO lot (id, owner_id, product_id, code, expires_on, created_at)
     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (product_id, code) DO NOTHING";

const LOT_FIND: &str =
    "SELECT id, expires_on FROM lot WHERE product_id = $1 AND owner_id = $2 AND code = $3";

const LOT_EXPIRY_SET: &str =
    "UPDATE lot SET expires_on = $2 WHERE id = $1 AND (expires_on IS NULL OR expires_on = $2)";

const RULE_LIST: &str =
    "SELECT code, kind, category, limit_mm, active FROM acceptance_rule ORDER BY code";

const RULE_WRITE: &str = "INSERT INTO acceptance_rule (code, kind, category, limit_mm, active)
     VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (code) DO UPDATE SET kind = excluded.kind, category = excluded.category,
         limit_mm = excluded.limit_mm, active = excluded.active";

const WAIVER_INSERT: &str =
    "INSERT INTO acceptance_waiver (product_id, rule_code, reason, actor_id, waived_at)
     VALUES ($1, $2, $3, $4, $5) ON CONFLICT (product_id, rule_code) DO NOTHING";

const WAIVERS_FIND: &str = "SELECT product_id, rule_code, reason, actor_id, waived_at
     FROM acceptance_waiver WHERE product_id IN (/*list*/) ORDER BY product_id, rule_code";

pub(crate) const QUERIES: &[&str] = &[
    PRODUCT_INSERT,
    PRODUCT_FIND,
    PRODUCTS_FIND,
    PRODUCTS_BY_ARTICLE,
    PRODUCT_LIST,
    PRODUCT_LIST_ALL,
    PRODUCT_UPDATE,
    PRODUCT_MEASURE,
    LOT_INSERT,
    LOT_FIND,
    LOT_EXPIRY_SET,
    RULE_LIST,
    RULE_WRITE,
    WAIVER_INSERT,
    WAIVERS_FIND,
];

/// Inserts what has a free article; answers how many.
pub(in crate::catalog) async fn products_insert(
    tx: &mut Tx,
    products: &[Product],
    search_keys: Vec<String>,
    now: UtcMicros,
) -> Result<u64, DbError> {
    let row = |(product, search_key): (&Product, String)| {
        let mut row = args![product.id, product.owner, &product.article, &product.name, search_key];
        row.extend(described(product));
        row.extend(args![product.measured.then_some(now), now]);
        row
    };
    tx.insert_many(PRODUCT_INSERT, products.iter().zip(search_keys).map(row).collect()).await
}

/// The columns from the category to the class of VAT.
fn described(product: &Product) -> Vec<Arg> {
    args![
        &product.category,
        product.length_mm,
        product.width_mm,
        product.height_mm,
        product.weight_g,
        product.fragile,
        product.liquid,
        product.lot_tracked,
        product.expiry_tracked,
        product.serial_tracked,
        product.marked,
        product.own_box,
        product.shelf_life_days_min,
        product.vat_class,
    ]
}

pub(in crate::catalog) async fn product_find(
    tx: &mut Tx,
    scope: Scope,
    id: ProductId,
) -> Result<Option<Product>, DbError> {
    tx.fetch_optional(PRODUCT_FIND, args![id, scope.owner()]).await
}

pub(in crate::catalog) async fn products_find(
    tx: &mut Tx,
    ids: &[ProductId],
) -> Result<Vec<Product>, DbError> {
    tx.fetch_in(PRODUCTS_FIND, vec![], ids.iter().map(|id| Arg::from(*id)).collect()).await
}

pub(in crate::catalog) async fn products_by_article(
    tx: &mut Tx,
    owner: OwnerId,
    articles: Vec<Arg>,
) -> Result<Vec<ProductKey>, DbError> {
    tx.fetch_in(PRODUCTS_BY_ARTICLE, args![owner], articles).await
}

/// The products whose search key begins with `prefix`, behind the id `after`.
pub(in crate::catalog) async fn product_list(
    tx: &mut Tx,
    owner: Option<OwnerId>,
    prefix: &str,
    after: ProductId,
    limit: i64,
) -> Result<Vec<Product>, DbError> {
    let end = format!("{prefix}{SEARCH_END}");
    match owner {
        Some(owner) => tx.fetch_all(PRODUCT_LIST, args![owner, after, prefix, end, limit]).await,
        None => tx.fetch_all(PRODUCT_LIST_ALL, args![after, prefix, end, limit]).await,
    }
}

pub(in crate::catalog) async fn product_update(
    tx: &mut Tx,
    product: &Product,
    search_key: String,
) -> Result<u64, DbError> {
    let mut values = args![product.id, product.owner, &product.name, search_key];
    values.extend(described(product));
    tx.execute(PRODUCT_UPDATE, values).await
}

pub(in crate::catalog) async fn product_measure(
    tx: &mut Tx,
    product: &Product,
    now: UtcMicros,
) -> Result<u64, DbError> {
    let values = args![
        product.id,
        product.length_mm,
        product.width_mm,
        product.height_mm,
        product.weight_g,
        now,
    ];
    tx.execute(PRODUCT_MEASURE, values).await
}

/// Each product's lot for goods without lots.
pub(in crate::catalog) async fn plain_lots_insert(
    tx: &mut Tx,
    products: &[Product],
    now: UtcMicros,
) -> Result<(), DbError> {
    let row = |product: &Product| {
        let lot = LotId::from_uuid(product.id.uuid());
        args![lot, product.owner, product.id, "", None::<Day>, now]
    };
    tx.insert_many(LOT_INSERT, products.iter().map(row).collect()).await.map(drop)
}

pub(in crate::catalog) async fn lot_insert(
    tx: &mut Tx,
    product: &Product,
    code: &str,
    expires_on: Option<Day>,
    now: UtcMicros,
) -> Result<(), DbError> {
    let values = args![LotId::new(), product.owner, product.id, code, expires_on, now];
    tx.execute(LOT_INSERT, values).await.map(drop)
}

pub(in crate::catalog) async fn lot_find(
    tx: &mut Tx,
    owner: OwnerId,
    product: ProductId,
    code: &str,
) -> Result<Option<LotRow>, DbError> {
    tx.fetch_optional(LOT_FIND, args![product, owner, code]).await
}

/// Notes when a lot expires; answers whether that does not contradict what is known.
pub(in crate::catalog) async fn lot_expiry_set(
    tx: &mut Tx,
    lot: LotId,
    expires_on: Day,
) -> Result<bool, DbError> {
    Ok(tx.execute(LOT_EXPIRY_SET, args![lot, expires_on]).await? == 1)
}

pub(in crate::catalog) async fn rule_list(tx: &mut Tx) -> Result<Vec<Rule>, DbError> {
    tx.fetch_all(RULE_LIST, vec![]).await
}

pub(in crate::catalog) async fn rule_write(tx: &mut Tx, rule: &Rule) -> Result<(), DbError> {
    let values = args![&rule.code, rule.kind, rule.category.clone(), rule.limit_mm, rule.active];
    tx.execute(RULE_WRITE, values).await.map(drop)
}

pub(in crate::catalog) async fn waiver_insert(tx: &mut Tx, waiver: &Waiver) -> Result<(), DbError> {
    let values =
        args![waiver.product, &waiver.rule, &waiver.reason, waiver.actor, waiver.waived_at];
    tx.execute(WAIVER_INSERT, values).await.map(drop)
}

pub(in crate::catalog) async fn waivers_find(
    tx: &mut Tx,
    products: &[ProductId],
) -> Result<Vec<Waiver>, DbError> {
    tx.fetch_in(WAIVERS_FIND, vec![], products.iter().map(|id| Arg::from(*id)).collect()).await
}
