//! Barcodes of products.

use serde::{Deserialize, Serialize};

use crate::access::Scope;
use crate::barcodes::{BarcodeError, InternalNumber};
use crate::catalog::store::barcodes as store;
use crate::catalog::store::barcodes::Barcode;
use crate::catalog::{BarcodeHit, BarcodeKind, CatalogError, Product, codes, product_find};
use crate::commands::Ctx;
use crate::db::{DbError, Tx};
use crate::fault::{InputError, InputFaults};
use crate::ids::{OwnerId, ProductId};
use crate::series;
use crate::units::Pieces;

/// Numbers of goods that came without any: one per operator, for barcodes and articles alike.
const INTERNAL_SERIES: &str = "internal_product";

const PIECES_MAX: i64 = 100_000;

/// A barcode to be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewBarcode {
    pub owner: OwnerId,
    pub product: ProductId,
    pub kind: BarcodeKind,
    pub value: String,
    pub pieces: Pieces,
}

/// A barcode as a shop tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct BarcodeText {
    pub kind: BarcodeKind,
    pub value: String,
    /// For how many pieces it stands: more than one on a box (короб).
    #[serde(default = "one_piece")]
    pub pieces: Pieces,
}

const fn one_piece() -> Pieces {
    Pieces::new(1)
}

impl BarcodeText {
    /// Notes what is wrong and answers the value as it is stored.
    pub(super) fn checked(&self, faults: &mut InputFaults, field: &str, scope: Scope) -> String {
        let value_field = format!("{field}.value");
        faults.range(&format!("{field}.pieces"), self.pieces.get(), 1..=PIECES_MAX);
        let ours = codes::is_of_our_series(&self.value);
        match self.kind {
            BarcodeKind::Gtin if ours => faults.note(value_field, "reserved"),
            BarcodeKind::Gtin => return codes::gtin_value(faults, &value_field, &self.value),
            // Whether a code is free says something about other owners' goods, so that a shop
            // cannot try.
            BarcodeKind::Internal if ours || scope.owner().is_some() => {
                faults.note(value_field, "reserved");
            }
            BarcodeKind::Internal | BarcodeKind::Supplier | BarcodeKind::Article => {
                codes::printable(faults, &value_field, &self.value);
            }
        }
        self.value.clone()
    }
}

/// All products that one of the strings names, of one owner or of any.
pub async fn barcode_hits(
    tx: &mut Tx,
    owner: Option<OwnerId>,
    keys: Vec<String>,
) -> Result<Vec<BarcodeHit>, DbError> {
    store::barcode_hits(tx, owner, keys).await
}

/// Adds what is free and answers what belongs to other products. A code that its product has
/// already is no fault.
pub async fn barcodes_add_many(
    tx: &mut Tx,
    ctx: &Ctx,
    mut codes: Vec<NewBarcode>,
) -> Result<Vec<NewBarcode>, CatalogError> {
    codes.sort_by(|a, b| (a.owner, a.kind, &a.value).cmp(&(b.owner, b.kind, &b.value)));
    let inserted = store::barcodes_insert(tx, &codes, ctx.now).await?;
    if usize::try_from(inserted) == Ok(codes.len()) {
        return Ok(Vec::new());
    }
    let known = store::barcodes_by_value(tx, &codes).await?;
    let mut taken = Vec::new();
    for code in codes {
        let same = |row: &&Barcode| {
            let namespace = row.owner == code.owner || code.kind == BarcodeKind::Internal;
            namespace && row.kind == code.kind && row.value == code.value
        };
        match known.iter().find(same) {
            Some(row) if row.product == code.product => {}
            Some(_) => taken.push(code),
            // It was taken, and its product has gone since.
            None => return Err(tx.conflict().into()),
        }
    }
    Ok(taken)
}

/// Adds barcodes to a product: all of them or none.
pub async fn barcodes_add(
    tx: &mut Tx,
    ctx: &Ctx,
    scope: Scope,
    product: ProductId,
    texts: &[BarcodeText],
) -> Result<Vec<Barcode>, CatalogError> {
    let mut faults = InputFaults::default();
    let mut values = Vec::new();
    for (index, text) in texts.iter().enumerate() {
        values.push(text.checked(&mut faults, &format!("barcodes[{index}]"), scope));
    }
    faults.finish()?;
    let product = product_find(tx, scope, product).await?;
    let codes = texts.iter().zip(values).map(|(text, value)| NewBarcode {
        owner: product.owner,
        product: product.id,
        kind: text.kind,
        value,
        pieces: text.pieces,
    });
    all_added(barcodes_add_many(tx, ctx, codes.collect()).await?)?;
    Ok(store::barcodes_of_products(tx, &[product.id]).await?)
}

pub async fn barcodes_of(tx: &mut Tx, products: &[ProductId]) -> Result<Vec<Barcode>, DbError> {
    store::barcodes_of_products(tx, products).await
}

pub(super) fn all_added(taken: Vec<NewBarcode>) -> Result<(), CatalogError> {
    match taken.into_iter().next() {
        Some(code) => Err(CatalogError::BarcodeTaken { value: code.value }),
        None => Ok(()),
    }
}

/// Takes `count` numbers of the internal series and answers the first.
pub(super) async fn internal_numbers(tx: &mut Tx, count: i64) -> Result<i64, DbError> {
    series::numbers_next(tx, INTERNAL_SERIES, count).await
}

pub(super) fn internal_number(serial: i64) -> Result<InternalNumber, CatalogError> {
    let spent = |_: BarcodeError| InputError::one("internal_barcode", "too_large").into();
    InternalNumber::new(serial).map_err(spent)
}

/// The internal barcode of a product (внутренний штрихкод): the one it has, or the next of the
/// series.
pub async fn internal_barcode_assign(
    tx: &mut Tx,
    ctx: &Ctx,
    product: ProductId,
) -> Result<String, CatalogError> {
    if let Some(value) = store::internal_find(tx, product).await? {
        return Ok(value);
    }
    let product: Product = product_find(tx, Scope::All, product).await?;
    let value = internal_number(internal_numbers(tx, 1).await?)?.ean13();
    // Who waited for the series may have waited for the same product: the number is given back.
    if store::internal_find(tx, product.id).await?.is_some() {
        return Err(tx.conflict().into());
    }
    let code = NewBarcode {
        owner: product.owner,
        product: product.id,
        kind: BarcodeKind::Internal,
        value: value.clone(),
        pieces: one_piece(),
    };
    all_added(barcodes_add_many(tx, ctx, vec![code]).await?)?;
    Ok(value)
}
