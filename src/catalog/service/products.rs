//! Products and their lots.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

use super::barcodes::{BarcodeText, all_added, internal_number, internal_numbers};
use super::owners::owner_find;
use crate::access::Scope;
use crate::catalog::store::products as store;
use crate::catalog::{BarcodeKind, CatalogError, NewBarcode, Product, barcodes_add_many, codes};
use crate::commands::Ctx;
use crate::db::{Arg, DbError, Tx};
use crate::fault::InputFaults;
use crate::ids::{LotId, OwnerId, ProductId};
use crate::taxes::VatClass;
use crate::units::{Day, Grams, Millimetres, Pieces};

const NAME_LENGTH_MAX: usize = 500;
const LOT_LENGTH_MAX: usize = 60;
/// A hundred metres: more is a slip of the keyboard.
const SIDE_MM_MAX: i64 = 100_000;
/// A hundred tonnes.
const WEIGHT_G_MAX: i64 = 100_000_000;
const SHELF_LIFE_DAYS_MAX: i64 = 36_500;

/// What is known about goods besides whose they are and how they are called there.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[expect(clippy::struct_excessive_bools, reason = "the flags are independent facts")]
pub struct ProductFacts {
    pub name: String,
    /// What the acceptance policy asks for, such as `general` or `jewellery`.
    #[serde(default = "general")]
    pub category: String,
    /// Zero while nobody knows; goods are measured when they are received.
    #[serde(default)]
    pub length_mm: Millimetres,
    #[serde(default)]
    pub width_mm: Millimetres,
    #[serde(default)]
    pub height_mm: Millimetres,
    #[serde(default)]
    pub weight_g: Grams,
    /// Хрупкое.
    #[serde(default)]
    pub fragile: bool,
    #[serde(default)]
    pub liquid: bool,
    /// Партионный учёт.
    #[serde(default)]
    pub lot_tracked: bool,
    /// Со сроком годности.
    #[serde(default)]
    pub expiry_tracked: bool,
    #[serde(default)]
    pub serial_tracked: bool,
    /// Подлежит обязательной маркировке.
    #[serde(default)]
    pub marked: bool,
    /// Travels in the box it came in.
    #[serde(default)]
    pub own_box: bool,
    /// With less life left it is refused at receiving.
    #[serde(default)]
    pub shelf_life_days_min: i64,
    /// By which rate of VAT it is sold where the shop pays VAT in general.
    #[serde(default)]
    pub vat_class: VatClass,
}

/// A product to be created.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct NewProduct {
    /// The shop's own (артикул); without one, the next `AMB-…` of our series.
    pub article: Option<String>,
    #[serde(flatten)]
    pub facts: ProductFacts,
    #[serde(default)]
    pub barcodes: Vec<BarcodeText>,
}

/// Sizes and weight as taken on our own scales.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Measures {
    pub length_mm: Millimetres,
    pub width_mm: Millimetres,
    pub height_mm: Millimetres,
    pub weight_g: Grams,
}

fn general() -> String {
    "general".to_owned()
}

impl Measures {
    fn check(self, faults: &mut InputFaults, prefix: &str, least: i64) {
        let sides = [
            ("length_mm", self.length_mm),
            ("width_mm", self.width_mm),
            ("height_mm", self.height_mm),
        ];
        for (field, side) in sides {
            faults.range(&format!("{prefix}{field}"), side.get(), least..=SIDE_MM_MAX);
        }
        faults.range(&format!("{prefix}weight_g"), self.weight_g.get(), least..=WEIGHT_G_MAX);
    }
}

impl ProductFacts {
    fn check(&self, faults: &mut InputFaults, prefix: &str) {
        faults.text(&format!("{prefix}name"), &self.name, NAME_LENGTH_MAX);
        faults.text(&format!("{prefix}category"), &self.category, codes::ARTICLE_LENGTH_MAX);
        let measures = Measures {
            length_mm: self.length_mm,
            width_mm: self.width_mm,
            height_mm: self.height_mm,
            weight_g: self.weight_g,
        };
        measures.check(faults, prefix, 0);
        let field = format!("{prefix}shelf_life_days_min");
        faults.range(&field, self.shelf_life_days_min, 0..=SHELF_LIFE_DAYS_MAX);
    }

    fn product(self, id: ProductId, owner: OwnerId, article: String) -> Product {
        Product {
            id,
            owner,
            article,
            name: self.name.trim().to_owned(),
            category: self.category,
            length_mm: self.length_mm,
            width_mm: self.width_mm,
            height_mm: self.height_mm,
            weight_g: self.weight_g,
            fragile: self.fragile,
            liquid: self.liquid,
            lot_tracked: self.lot_tracked,
            expiry_tracked: self.expiry_tracked,
            serial_tracked: self.serial_tracked,
            marked: self.marked,
            own_box: self.own_box,
            shelf_life_days_min: self.shelf_life_days_min,
            vat_class: self.vat_class,
            measured: false,
        }
    }
}

impl From<Product> for ProductFacts {
    fn from(product: Product) -> Self {
        Self {
            name: product.name,
            category: product.category,
            length_mm: product.length_mm,
            width_mm: product.width_mm,
            height_mm: product.height_mm,
            weight_g: product.weight_g,
            fragile: product.fragile,
            liquid: product.liquid,
            lot_tracked: product.lot_tracked,
            expiry_tracked: product.expiry_tracked,
            serial_tracked: product.serial_tracked,
            marked: product.marked,
            own_box: product.own_box,
            shelf_life_days_min: product.shelf_life_days_min,
            vat_class: product.vat_class,
        }
    }
}

/// Creates products of one owner, all of them or none, with their barcodes and the article as one.
/// `path` is where they stand in the input, such as `items`, for the names of wrong fields.
pub async fn products_create_many(
    tx: &mut Tx,
    ctx: &Ctx,
    scope: Scope,
    owner: OwnerId,
    path: &str,
    news: &[NewProduct],
) -> Result<Vec<Product>, CatalogError> {
    let values = checked(scope, path, news)?;
    owner_find(tx, scope, owner).await?;
    let missing = news.iter().filter(|new| new.article.is_none()).count();
    let mut serial = match i64::try_from(missing) {
        Ok(count) if count > 0 => internal_numbers(tx, count).await?,
        _ => 0,
    };
    let mut products = Vec::with_capacity(news.len());
    let mut barcodes = Vec::new();
    for (new, values) in news.iter().zip(values) {
        let id = ProductId::new();
        let mut add = |kind, value, pieces| {
            barcodes.push(NewBarcode { owner, product: id, kind, value, pieces });
        };
        let article = if let Some(article) = &new.article {
            article.clone()
        } else {
            let number = internal_number(serial)?;
            serial += 1;
            add(BarcodeKind::Internal, number.ean13(), Pieces::new(1));
            number.article()
        };
        add(BarcodeKind::Article, article.clone(), Pieces::new(1));
        for (text, value) in new.barcodes.iter().zip(values) {
            add(text.kind, value, text.pieces);
        }
        products.push(new.facts.clone().product(id, owner, article));
    }
    products_write(tx, ctx, &products).await?;
    all_added(barcodes_add_many(tx, ctx, barcodes).await?)?;
    Ok(products)
}

/// The stored values of the barcodes of each product, if nothing is wrong anywhere.
fn checked(
    scope: Scope,
    path: &str,
    news: &[NewProduct],
) -> Result<Vec<Vec<String>>, CatalogError> {
    let mut faults = InputFaults::default();
    let mut articles = HashSet::new();
    let mut values = Vec::with_capacity(news.len());
    for (index, new) in news.iter().enumerate() {
        let prefix = if path.is_empty() { String::new() } else { format!("{path}[{index}].") };
        if let Some(article) = &new.article {
            let field = format!("{prefix}article");
            codes::printable(&mut faults, &field, article);
            if codes::is_of_our_series(article) {
                faults.note(field, "reserved");
            } else if !articles.insert(article) {
                faults.note(field, "duplicate");
            }
        }
        new.facts.check(&mut faults, &prefix);
        let value = |(index, text): (usize, &BarcodeText)| {
            text.checked(&mut faults, &format!("{prefix}barcodes[{index}]"), scope)
        };
        values.push(new.barcodes.iter().enumerate().map(value).collect());
    }
    faults.finish()?;
    Ok(values)
}

/// Writes products and their plain lots in the order of their articles.
async fn products_write(tx: &mut Tx, ctx: &Ctx, products: &[Product]) -> Result<(), CatalogError> {
    let mut products = products.to_vec();
    products.sort_by(|a, b| a.article.cmp(&b.article));
    let articles = products.iter().map(|product| Arg::from(&product.article)).collect();
    let Some(owner) = products.first().map(|product| product.owner) else { return Ok(()) };
    let taken = store::products_by_article(tx, owner, articles).await?;
    if let Some(taken) = taken.into_iter().min_by(|a, b| a.article.cmp(&b.article)) {
        return Err(CatalogError::ArticleTaken { article: taken.article });
    }
    let keys = products.iter().map(|p| codes::search_key(&p.article, &p.name)).collect();
    let inserted = store::products_insert(tx, &products, keys, ctx.now).await?;
    if usize::try_from(inserted) != Ok(products.len()) {
        // Somebody created one of them meanwhile; the next run sees it.
        return Err(tx.conflict().into());
    }
    Ok(store::plain_lots_insert(tx, &products, ctx.now).await?)
}

pub async fn product_find(
    tx: &mut Tx,
    scope: Scope,
    id: ProductId,
) -> Result<Product, CatalogError> {
    let found = store::product_find(tx, scope, id).await?;
    found.ok_or(CatalogError::NotFound { what: "product" })
}

/// Products by id, of any owner: for the operator's own work.
pub async fn products_find(tx: &mut Tx, ids: &[ProductId]) -> Result<Vec<Product>, DbError> {
    store::products_find(tx, ids).await
}

/// Which of the articles an owner has, in one statement per hundred.
pub async fn products_by_article(
    tx: &mut Tx,
    owner: OwnerId,
    articles: &[String],
) -> Result<HashMap<String, ProductId>, DbError> {
    let list = articles.iter().map(Arg::from).collect();
    let rows = store::products_by_article(tx, owner, list).await?;
    Ok(rows.into_iter().map(|row| (row.article, row.id)).collect())
}

pub async fn product_by_article(
    tx: &mut Tx,
    owner: OwnerId,
    article: &str,
) -> Result<Option<ProductId>, DbError> {
    let rows = store::products_by_article(tx, owner, vec![Arg::from(article)]).await?;
    Ok(rows.first().map(|row| row.id))
}

/// Products whose article (and name behind it) begins with `search`, whatever the case.
pub async fn product_list(
    tx: &mut Tx,
    owner: Option<OwnerId>,
    search: &str,
    after: ProductId,
    limit: i64,
) -> Result<Vec<Product>, DbError> {
    store::product_list(tx, owner, &codes::folded(search), after, limit).await
}

/// Replaces what is known about a product. Its article stays: labels carry it.
pub async fn product_update(
    tx: &mut Tx,
    scope: Scope,
    id: ProductId,
    facts: &ProductFacts,
) -> Result<Product, CatalogError> {
    let mut faults = InputFaults::default();
    facts.check(&mut faults, "");
    faults.finish()?;
    let known = product_find(tx, scope, id).await?;
    let measured = known.measured;
    let product = facts.clone().product(known.id, known.owner, known.article);
    let key = codes::search_key(&product.article, &product.name);
    store::product_update(tx, &product, key).await?;
    Ok(Product { measured, ..product })
}

/// Notes sizes and weight taken here (обмер).
pub async fn product_measure(
    tx: &mut Tx,
    ctx: &Ctx,
    id: ProductId,
    measures: Measures,
) -> Result<Product, CatalogError> {
    let mut faults = InputFaults::default();
    measures.check(&mut faults, "", 1);
    faults.finish()?;
    let known = product_find(tx, Scope::All, id).await?;
    let Measures { length_mm, width_mm, height_mm, weight_g } = measures;
    let product = Product { length_mm, width_mm, height_mm, weight_g, measured: true, ..known };
    store::product_measure(tx, &product, ctx.now).await?;
    Ok(product)
}

/// The lot of that code, made if need be. Without a code it is the day of expiry that tells lots
/// apart, and without either it is the one lot that every product has.
pub async fn lot_ensure(
    tx: &mut Tx,
    ctx: &Ctx,
    owner: OwnerId,
    product: ProductId,
    code: &str,
    expires_on: Option<Day>,
) -> Result<LotId, CatalogError> {
    let code = match (code.trim(), expires_on) {
        ("", Some(day)) => day.to_string(),
        (code, _) => code.to_owned(),
    };
    let mut faults = InputFaults::default();
    if code.chars().count() > LOT_LENGTH_MAX {
        faults.note("lot", "too_long");
    }
    if code.chars().any(char::is_control) {
        faults.note("lot", "bad_format");
    }
    faults.finish()?;
    let lot = if let Some(lot) = store::lot_find(tx, owner, product, &code).await? {
        lot
    } else {
        let product = product_find(tx, Scope::Owner(owner), product).await?;
        store::lot_insert(tx, &product, &code, expires_on, ctx.now).await?;
        let made = store::lot_find(tx, owner, product.id, &code).await?;
        made.ok_or(CatalogError::NotFound { what: "lot" })?
    };
    match (lot.expires_on, expires_on) {
        (Some(known), Some(told)) if known != told => {
            Err(CatalogError::LotExpiryDiffers { code, known })
        }
        (None, Some(told)) if !store::lot_expiry_set(tx, lot.id, told).await? => {
            Err(tx.conflict().into())
        }
        _ => Ok(lot.id),
    }
}
