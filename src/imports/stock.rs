//! Stock files: the stock with which the system starts, one row per product, lot and bin.
//!
//! A row has no number of its own, so it is known by the file's hash and its line: the same file
//! again adds nothing, another file adds. Each row that is applied is a command of its own in the
//! audit trail.

use std::collections::HashMap;

use serde_json::json;
use uuid::Uuid;

use super::run::{Job, Outcome};
use super::table::Row;
use super::{ImportError, Refusal};
use crate::catalog::{
    CatalogError, PlaceKind, lot_ensure, place_by_code, products_by_article, virtual_place,
};
use crate::commands::{Command, Ctx, body_hash, command_find, command_insert};
use crate::db::Tx;
use crate::ids::{PlaceId, ProductId};
use crate::orders::reserve_waiting;
use crate::stock::{Goods, Spot, StockMove, StockReason, entry_insert_many};
use crate::units::{Day, Pieces};

const QUANTITY_MAX: i64 = 1_000_000_000;

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
    let products = products_by_article(tx, owner, &articles).await?;
    let supplier = Spot::available(virtual_place(tx, job.warehouse, PlaceKind::Supplier).await?);
    let mut bins: HashMap<String, Option<PlaceId>> = HashMap::new();
    let mut moves: Vec<StockMove> = Vec::new();
    let mut commands = Vec::new();
    for row in rows {
        let command = command(job, row, owner);
        if command_find(tx, command.scope, &command.key).await?.is_some() {
            outcome.unchanged += 1;
            continue;
        }
        let code = columns.text(row, "bin").to_uppercase();
        if !bins.contains_key(&code) {
            let place = place_by_code(tx, job.warehouse, &code).await?;
            bins.insert(code.clone(), place.filter(|p| p.kind == PlaceKind::Bin).map(|p| p.id));
        }
        let (product, quantity, bin) = match read(job, row, &products, bins[&code]) {
            Ok(read) => read,
            Err(refusal) => {
                outcome.refusals.push(refusal);
                continue;
            }
        };
        let expires = columns.text(row, "expires_on");
        let expires_on = expires.get(..10).and_then(|day| day.parse::<Day>().ok());
        if expires_on.is_none() && !expires.is_empty() {
            outcome.refusals.push(columns.refuse(row, "expires_on", "not_a_day"));
            continue;
        }
        let lot = lot_ensure(tx, ctx, owner, product, columns.text(row, "lot"), expires_on).await;
        let lot = match lot {
            Ok(lot) => lot,
            Err(error @ CatalogError::Database(_)) => return Err(error.into()),
            Err(_) => {
                outcome.refusals.push(columns.refuse(row, "lot", "bad_value"));
                continue;
            }
        };
        let goods = Goods { owner, product, lot, quantity };
        let to = Spot::available(bin);
        moves.push(StockMove::new(StockReason::Opening, goods, supplier, to, ctx.now));
        commands.push(command);
    }
    outcome.created = i64::try_from(moves.len()).unwrap_or(i64::MAX);
    moves.sort_by_key(|line| (line.goods.product, line.to, line.goods.lot));
    entry_insert_many(tx, ctx, &moves).await?;
    for command in &commands {
        let own = Ctx { command: crate::ids::CommandId::new(), ..*ctx };
        command_insert(tx, command, &own, None, &json!({})).await?;
    }
    let mut brought: Vec<ProductId> = moves.iter().map(|line| line.goods.product).collect();
    brought.dedup();
    reserve_waiting(tx, ctx, job.warehouse, Some(brought)).await?;
    Ok(outcome)
}

/// The row as a command: its key is the same whenever the file comes.
fn command(job: &Job, row: &Row, owner: crate::ids::OwnerId) -> Command {
    let scope: Uuid = owner.uuid();
    Command {
        scope,
        key: format!("stock-import/{}/{}", hex::encode(job.hash), row.line),
        action: "stock_import",
        body_hash: body_hash(&row.cells),
        request: Some(json!({ "file": job.file, "line": row.line, "cells": row.cells })),
        actor: job.actor,
        device: None,
        owner: Some(owner),
    }
}

fn read(
    job: &Job,
    row: &Row,
    products: &HashMap<String, ProductId>,
    bin: Option<PlaceId>,
) -> Result<(ProductId, Pieces, PlaceId), Refusal> {
    let columns = &job.columns;
    let product = products.get(columns.text(row, "article"));
    let product = product.ok_or_else(|| columns.refuse(row, "article", "article_unknown"))?;
    let bin = bin.ok_or_else(|| columns.refuse(row, "bin", "bin_unknown"))?;
    let quantity = columns.whole(row, "quantity")?;
    let quantity = quantity.ok_or_else(|| columns.refuse(row, "quantity", "missing"))?;
    if !(1..=QUANTITY_MAX).contains(&quantity) {
        return Err(columns.refuse(row, "quantity", "quantity_impossible"));
    }
    Ok((*product, Pieces::new(quantity), bin))
}
