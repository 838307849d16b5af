//! Orders come in: checked, numbered, promised stock at once.

use std::collections::HashMap;

use serde_json::json;
use sha2::{Digest, Sha256};

use super::OrderError;
use super::model::{DraftLine, Intake, IntakeOutcome, OrderDraft};
use super::release::{OrderNote, order_events};
use super::reserve::promise;
use super::state::OrderState;
use super::store::intake as store;
use super::store::reserve::Held;
use crate::args;
use crate::commands::Ctx;
use crate::db::{Arg, Tx};
use crate::ids::{OrderId, OrderLineId, OwnerId, WarehouseId};
use crate::series::numbers_next;

/// The most orders of one call.
pub const INTAKE_MAX: usize = 500;

/// Takes in orders of one owner, in the order given.
///
/// An external number names one order for ever: the same order again is answered with the one that
/// is there, another one under that number is told apart and changes nothing. New orders are
/// promised what is free in the same transaction.
pub async fn orders_intake(
    tx: &mut Tx,
    ctx: &Ctx,
    owner: OwnerId,
    warehouse: WarehouseId,
    drafts: &[OrderDraft],
) -> Result<Vec<Intake>, OrderError> {
    let found = store::owner(tx, owner).await?.filter(|found| found.active);
    let found = found.ok_or(OrderError::NotFound { what: "owner" })?;
    let mut known = known(tx, owner, drafts).await?;
    let mut answers = Vec::with_capacity(drafts.len());
    let mut fresh: Vec<(OrderId, &OrderDraft, String)> = Vec::new();
    for draft in drafts {
        let content = content_hash(draft);
        let outcome = match known.get(&draft.external_number) {
            Some((_, before)) if *before == content => IntakeOutcome::Exists,
            Some(_) => IntakeOutcome::Differs,
            None => IntakeOutcome::Created,
        };
        if outcome == IntakeOutcome::Created {
            let order = OrderId::new();
            known.insert(draft.external_number.clone(), (order, content.clone()));
            fresh.push((order, draft, content));
        }
        let order = known[&draft.external_number].0;
        answers.push(Intake { order, external_number: draft.external_number.clone(), outcome });
    }
    if fresh.is_empty() {
        return Ok(answers);
    }
    let count = i64::try_from(fresh.len()).unwrap_or(i64::MAX);
    let first = numbers_next(tx, &format!("order/{owner}"), count).await?;
    let (mut orders, mut lines, mut notes) = (Vec::new(), Vec::new(), Vec::new());
    for (number, (order, draft, content)) in (first..).zip(&fresh) {
        let policy = draft.policy.unwrap_or(found.policy);
        orders.push(args![
            *order,
            owner,
            warehouse,
            number.to_string(),
            &draft.external_number,
            OrderState::Accepted,
            policy,
            draft.priority,
            draft.promised_at,
            &draft.carrier,
            &draft.pickup_point,
            json!(draft.recipient),
            draft.cod_kopecks,
            1_i64,
            ctx.now,
        ]);
        lines.extend(line_rows(*order, owner, 1, &draft.lines));
        let detail = json!({ "content": content });
        notes.push(OrderNote {
            order: *order,
            kind: "accepted",
            state: OrderState::Accepted,
            detail,
        });
    }
    store::orders_insert(tx, orders, lines).await?;
    order_events(tx, ctx, notes).await?;
    let ids: Vec<OrderId> = fresh.iter().map(|(order, _, _)| *order).collect();
    promise(tx, ctx, warehouse, &ids, Held::Wait).await?;
    Ok(answers)
}

/// The rows of new lines, numbered from `first`.
pub(super) fn line_rows(
    order: OrderId,
    owner: OwnerId,
    first: i64,
    lines: &[DraftLine],
) -> Vec<Vec<Arg>> {
    let row = |(number, line): (i64, &DraftLine)| {
        args![
            OrderLineId::new(),
            order,
            owner,
            line.product,
            number,
            line.quantity,
            0_i64,
            0_i64,
            0_i64,
            line.price_kopecks,
        ]
    };
    (first..).zip(lines).map(row).collect()
}

/// The orders that have the external numbers of the drafts, with the hash of what they were.
async fn known(
    tx: &mut Tx,
    owner: OwnerId,
    drafts: &[OrderDraft],
) -> Result<HashMap<String, (OrderId, String)>, OrderError> {
    let numbers = drafts.iter().map(|draft| Arg::from(&draft.external_number)).collect();
    let rows = store::known(tx, owner, numbers).await?;
    let pair = |row: store::KnownRow| {
        let content = row.detail["content"].as_str().unwrap_or_default().to_owned();
        (row.external_number, (row.order, content))
    };
    Ok(rows.into_iter().map(pair).collect())
}

/// What an order was when it came in, so that it is recognised when it comes again.
fn content_hash(draft: &OrderDraft) -> String {
    let text = serde_json::to_vec(draft).expect("our own types can be written as JSON");
    hex::encode(Sha256::digest(text))
}

/// The warehouse that an order names, or the only one there is.
pub(super) async fn warehouse_of(
    tx: &mut Tx,
    named: Option<WarehouseId>,
) -> Result<WarehouseId, OrderError> {
    match (store::warehouses(tx, named).await?.as_slice(), named) {
        ([only], _) => Ok(*only),
        ([], _) => Err(OrderError::NotFound { what: "warehouse" }),
        _ => Err(OrderError::WarehouseMissing),
    }
}
