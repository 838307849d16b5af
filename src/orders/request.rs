//! An order as a shop writes it: checked, its products found, all wrong fields told at once.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::OrderError;
use super::change::{PRIORITY_MAX, QUANTITY_MAX};
use super::model::{DraftLine, OrderDraft, OrderPolicy, Recipient};
use super::store::intake as store;
use crate::barcodes;
use crate::db::{Arg, Tx};
use crate::fault::{InputError, InputFaults};
use crate::ids::{OwnerId, ProductId};
use crate::units::{Kopecks, Pieces, UtcMicros};

pub(super) const TEXT_MAX: usize = 200;
const LINES_MAX: usize = 5_000;
pub(super) const KOPECKS_MAX: i64 = 1_000_000_000_000;

/// One line: the product by its id, article or barcode.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct LineRequest {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product_id: Option<ProductId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub article: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub barcode: Option<String>,
    pub quantity: Pieces,
    #[serde(default)]
    pub price_kopecks: Kopecks,
}

/// One order (заказ).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct OrderRequest {
    /// The shop's own number; unique within the shop.
    pub external_number: String,
    /// The owner's policy when absent.
    #[serde(default)]
    pub policy: Option<OrderPolicy>,
    /// Higher goes first.
    #[serde(default)]
    pub priority: i64,
    #[serde(default)]
    pub promised_at: Option<UtcMicros>,
    pub carrier: String,
    #[serde(default)]
    pub pickup_point: String,
    pub recipient: Recipient,
    /// What the buyer pays on delivery (наложенный платёж).
    #[serde(default)]
    pub cod_kopecks: Kopecks,
    pub lines: Vec<LineRequest>,
}

/// Finds the products of the orders and checks everything else; one answer per order.
pub async fn requests_resolve(
    tx: &mut Tx,
    owner: OwnerId,
    requests: &[OrderRequest],
) -> Result<Vec<Result<OrderDraft, InputError>>, OrderError> {
    let lines: Vec<&LineRequest> = requests.iter().flat_map(|request| &request.lines).collect();
    let names = ProductNames::find(tx, owner, &lines).await?;
    Ok(requests.iter().map(|request| resolve(request, &names)).collect())
}

/// Finds the products of lines that are added to an order which has `before` lines already.
pub(super) async fn lines_resolve(
    tx: &mut Tx,
    owner: OwnerId,
    requests: &[LineRequest],
    before: usize,
    faults: &mut InputFaults,
) -> Result<Vec<DraftLine>, OrderError> {
    let names = ProductNames::find(tx, owner, &requests.iter().collect::<Vec<_>>()).await?;
    if before.saturating_add(requests.len()) > LINES_MAX {
        faults.note("lines", "too_large");
    }
    Ok(lines(requests, &names, faults))
}

/// The lines with their products, as far as they are right; what is wrong is noted.
fn lines(
    requests: &[LineRequest],
    names: &ProductNames,
    faults: &mut InputFaults,
) -> Vec<DraftLine> {
    if requests.is_empty() {
        faults.note("lines", "missing");
    }
    let mut lines = Vec::with_capacity(requests.len());
    for (index, line) in requests.iter().enumerate() {
        let at = |field: &str| format!("lines[{index}].{field}");
        faults.range(&at("quantity"), line.quantity.get(), 1..=QUANTITY_MAX);
        faults.range(&at("price_kopecks"), line.price_kopecks.get(), 0..=KOPECKS_MAX);
        match names.product_of(line) {
            Ok(product) => lines.push(DraftLine {
                product,
                quantity: line.quantity,
                price_kopecks: line.price_kopecks,
            }),
            Err((field, code)) => faults.note(at(field), code),
        }
    }
    lines
}

fn resolve(request: &OrderRequest, names: &ProductNames) -> Result<OrderDraft, InputError> {
    let mut faults = InputFaults::default();
    faults.text("external_number", &request.external_number, TEXT_MAX);
    faults.text("carrier", &request.carrier, TEXT_MAX);
    faults.text("recipient.name", &request.recipient.name, TEXT_MAX);
    if request.pickup_point.chars().count() > TEXT_MAX {
        faults.note("pickup_point", "too_long");
    }
    faults.range("priority", request.priority, -PRIORITY_MAX..=PRIORITY_MAX);
    faults.range("cod_kopecks", request.cod_kopecks.get(), 0..=KOPECKS_MAX);
    if request.lines.len() > LINES_MAX {
        faults.note("lines", "too_large");
    }
    let lines = lines(&request.lines, names, &mut faults);
    faults.finish()?;
    Ok(OrderDraft {
        external_number: request.external_number.trim().to_owned(),
        policy: request.policy,
        priority: request.priority,
        promised_at: request.promised_at,
        carrier: request.carrier.trim().to_owned(),
        pickup_point: request.pickup_point.trim().to_owned(),
        recipient: request.recipient.clone(),
        cod_kopecks: request.cod_kopecks,
        lines,
    })
}

/// Products of an owner by how orders name them; those of others are not here.
#[derive(Debug, Default)]
struct ProductNames {
    ids: BTreeSet<ProductId>,
    articles: BTreeMap<String, ProductId>,
    /// Several when a code is the article of one product and the barcode of another.
    barcodes: BTreeMap<String, BTreeSet<ProductId>>,
}

impl ProductNames {
    async fn find(tx: &mut Tx, owner: OwnerId, lines: &[&LineRequest]) -> Result<Self, OrderError> {
        let lines = || lines.iter().copied();
        let ids: BTreeSet<ProductId> = lines().filter_map(|line| line.product_id).collect();
        let articles: BTreeSet<&str> =
            lines().filter_map(|line| line.article.as_deref()).map(str::trim).collect();
        let codes: BTreeSet<String> =
            lines().filter_map(|line| line.barcode.as_deref()).flat_map(keys).collect();
        let mut names = Self::default();
        names.ids.extend(store::products_own(tx, owner, ids).await?);
        let articles = articles.into_iter().map(Arg::from).collect();
        for row in store::products_by_article(tx, owner, articles).await? {
            names.articles.insert(row.name, row.product);
        }
        let codes = codes.into_iter().map(Arg::from).collect();
        for row in store::products_by_barcode(tx, owner, codes).await? {
            names.barcodes.entry(row.name).or_default().insert(row.product);
        }
        Ok(names)
    }

    /// The one product that a line means; if there is none, which field says so and how.
    fn product_of(&self, line: &LineRequest) -> Result<ProductId, (&'static str, &'static str)> {
        match (line.product_id, &line.article, &line.barcode) {
            (Some(id), None, None) => self.ids.get(&id).copied().ok_or(("product_id", "unknown")),
            (None, Some(article), None) => {
                self.articles.get(article.trim()).copied().ok_or(("article", "unknown"))
            }
            (None, None, Some(barcode)) => {
                let hits: BTreeSet<ProductId> = keys(barcode)
                    .iter()
                    .filter_map(|key| self.barcodes.get(key))
                    .flatten()
                    .copied()
                    .collect();
                match hits.len() {
                    0 => Err(("barcode", "unknown")),
                    1 => Ok(hits.into_iter().next().expect("one was counted")),
                    _ => Err(("barcode", "duplicate")),
                }
            }
            (None, None, None) => Err(("product_id", "missing")),
            _ => Err(("product_id", "duplicate")),
        }
    }
}

fn keys(barcode: &str) -> Vec<String> {
    barcodes::read(barcode).product_keys()
}
