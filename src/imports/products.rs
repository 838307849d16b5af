//! Product files: one row per product.
//!
//! An article that the owner has already is left as it is: the catalogue is changed by its own
//! endpoints, not by the second run of a file. The same article twice in one file is refused.

use std::collections::HashSet;

use super::run::{Job, Outcome};
use super::table::Row;
use super::{ImportError, Refusal};
use crate::access::Scope;
use crate::barcodes::{self, Gtin};
use crate::catalog::{
    BarcodeKind, BarcodeText, NewProduct, ProductFacts, barcode_hits, products_by_article,
    products_create_many,
};
use crate::commands::Ctx;
use crate::db::Tx;
use crate::fault::Fault;
use crate::units::{Grams, Millimetres, Pieces};

pub(super) async fn apply(
    tx: &mut Tx,
    ctx: &Ctx,
    job: &Job,
    rows: &[Row],
) -> Result<Outcome, ImportError> {
    let owner = job.owner()?;
    let columns = &job.columns;
    let mut outcome = Outcome::default();
    let articles: Vec<String> =
        rows.iter().map(|row| columns.text(row, "article").to_owned()).collect();
    let known = products_by_article(tx, owner, &articles).await?;
    let mut taken = barcodes_taken(tx, job, rows).await?;
    let mut seen = HashSet::new();
    let mut news: Vec<(&Row, NewProduct)> = Vec::new();
    for (row, article) in rows.iter().zip(&articles) {
        if !seen.insert(article) {
            outcome.refusals.push(columns.refuse(row, "article", "duplicate_in_file"));
        } else if known.contains_key(article) {
            outcome.unchanged += 1;
        } else {
            match read(job, row, &mut taken) {
                Ok(new) => news.push((row, new)),
                Err(refusal) => outcome.refusals.push(refusal),
            }
        }
    }
    // What the catalogue refuses is told by position, before anything is written.
    loop {
        let inputs: Vec<NewProduct> = news.iter().map(|(_, new)| new.clone()).collect();
        if inputs.is_empty() {
            break;
        }
        match products_create_many(tx, ctx, Scope::All, owner, "items", &inputs).await {
            Ok(made) => {
                outcome.created += i64::try_from(made.len()).unwrap_or(i64::MAX);
                break;
            }
            Err(error) => {
                let wrong = positions(&error, "items");
                if wrong.is_empty() {
                    return Err(error.into());
                }
                for (position, field) in &wrong {
                    let row = news[*position].0;
                    outcome.refusals.push(columns.refuse(row, field_of(field), "bad_value"));
                }
                let wrong: HashSet<usize> = wrong.into_iter().map(|(place, _)| place).collect();
                let mut place = 0;
                news.retain(|_| {
                    place += 1;
                    !wrong.contains(&(place - 1))
                });
            }
        }
    }
    Ok(outcome)
}

/// The field of the file behind a field of the catalogue.
fn field_of(field: &str) -> &str {
    if field.starts_with("barcodes") { "barcode" } else { field }
}

/// Which elements of a list a fault is about: the position, and the field within it.
pub(super) fn positions(fault: &impl Fault, list: &str) -> Vec<(usize, String)> {
    let position = |field: String| {
        let rest = field.strip_prefix(list)?.strip_prefix('[')?;
        let (place, field) = rest.split_once("].")?;
        Some((place.parse().ok()?, field.to_owned()))
    };
    let mut places: Vec<(usize, String)> =
        fault.fields().into_iter().filter_map(|fault| position(fault.field)).collect();
    places.dedup_by_key(|(place, _)| *place);
    places
}

/// Barcodes of the rows that the owner's products have already.
async fn barcodes_taken(
    tx: &mut Tx,
    job: &Job,
    rows: &[Row],
) -> Result<HashSet<String>, ImportError> {
    let texts = rows.iter().map(|row| job.columns.text(row, "barcode"));
    let keys: Vec<String> = texts
        .filter(|text| !text.is_empty())
        .flat_map(|t| barcodes::read(t).product_keys())
        .collect();
    if keys.is_empty() {
        return Ok(HashSet::new());
    }
    let hits: HashSet<_> =
        barcode_hits(tx, job.owner, keys.clone()).await?.into_iter().map(|h| h.article).collect();
    if hits.is_empty() {
        return Ok(HashSet::new());
    }
    let mut taken = HashSet::new();
    for key in keys {
        if !barcode_hits(tx, job.owner, vec![key.clone()]).await?.is_empty() {
            taken.insert(key);
        }
    }
    Ok(taken)
}

fn read(job: &Job, row: &Row, taken: &mut HashSet<String>) -> Result<NewProduct, Refusal> {
    let columns = &job.columns;
    for field in ["article", "name"] {
        if columns.text(row, field).is_empty() {
            return Err(columns.refuse(row, field, "missing"));
        }
    }
    let barcode = columns.text(row, "barcode");
    let mut barcodes = Vec::new();
    if !barcode.is_empty() {
        let keys = barcodes::read(barcode).product_keys();
        if keys.iter().any(|key| taken.contains(key)) {
            return Err(columns.refuse(row, "barcode", "barcode_taken"));
        }
        taken.extend(keys);
        let kind =
            if Gtin::parse(barcode).is_ok() { BarcodeKind::Gtin } else { BarcodeKind::Supplier };
        barcodes.push(BarcodeText { kind, value: barcode.to_owned(), pieces: Pieces::new(1) });
    }
    let length = |field| columns.whole(row, field).map(Option::unwrap_or_default);
    let category = columns.text(row, "category");
    Ok(NewProduct {
        article: Some(columns.text(row, "article").to_owned()),
        facts: ProductFacts {
            name: columns.text(row, "name").to_owned(),
            category: if category.is_empty() { "general" } else { category }.to_owned(),
            length_mm: Millimetres::new(length("length_mm")?),
            width_mm: Millimetres::new(length("width_mm")?),
            height_mm: Millimetres::new(length("height_mm")?),
            weight_g: Grams::new(length("weight_g")?),
            marked: columns.yes(row, "marked")?,
            ..ProductFacts::default()
        },
        barcodes,
    })
}
