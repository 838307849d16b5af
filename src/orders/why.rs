//! Why a line is not promised (почему строка не в резерве), with figures.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::OrderError;
use super::model::{Order, OrderLine, OrderPolicy};
use super::read::order_lines;
use super::store::reserve::{self as reserve_store};
use super::store::why::{self as store, LyingRow, OthersRow};
use crate::db::Tx;
use crate::ids::{OrderLineId, ProductId};
use crate::text_enum;
use crate::units::Pieces;

text_enum! {
    /// One cause; a line can have several.
    pub enum WhyCode {
        /// The order is in a state in which it is promised nothing.
        OrderState = "order_state",
        /// Less is free than the line lacks; `pieces` is what is missing.
        NotEnoughStock = "not_enough_stock",
        /// Promised to other orders; `orders` of them stand before this one.
        PromisedToOthers = "promised_to_others",
        /// Held by pick tasks of waves.
        HeldByPicking = "held_by_picking",
        InReceiving = "in_receiving",
        InQuarantine = "in_quarantine",
        OnHold = "on_hold",
        Damaged = "damaged",
        InReturns = "in_returns",
        InLockedBins = "in_locked_bins",
        /// In totes, at packing, in staging: on its way.
        OnTheWay = "on_the_way",
        /// The line could be served, but the order goes only as a whole.
        WaitsForWhole = "waits_for_whole",
        /// Enough is free: the next run of the reservation takes it.
        NextRun = "next_run",
    }
}

/// One cause with its figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Why {
    pub code: WhyCode,
    pub pieces: Pieces,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub orders: Option<i64>,
}

/// A line with what it lacks and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineWhy {
    pub line: OrderLineId,
    pub product: ProductId,
    pub article: String,
    pub open: Pieces,
    pub reserved: Pieces,
    pub missing: Pieces,
    /// In the warehouse, wherever and in whatever condition.
    pub on_hand: Pieces,
    /// Can be promised now.
    pub free: Pieces,
    pub reasons: Vec<Why>,
}

/// Explains each line of an order.
pub async fn order_why(tx: &mut Tx, order: &Order) -> Result<Vec<LineWhy>, OrderError> {
    let lines = order_lines(tx, order.id).await?;
    let mut products: Vec<ProductId> = lines.iter().map(|line| line.product).collect();
    products.sort_unstable();
    products.dedup();
    let mut facts: HashMap<ProductId, Facts> = HashMap::new();
    for row in store::lying(tx, order.warehouse, &products).await? {
        facts.entry(row.product).or_default().lying.push(row);
    }
    for row in store::others(tx, order, &products).await? {
        let product = row.product;
        facts.entry(product).or_default().others = Some(row);
    }
    for row in reserve_store::free(tx, order.warehouse, &products).await? {
        facts.entry(row.product).or_default().free = row.free;
    }
    let none = Facts::default();
    let mut whys: Vec<LineWhy> = lines
        .iter()
        .map(|line| explain(order, line, facts.get(&line.product).unwrap_or(&none)))
        .collect();
    let others_lack = |whys: &[LineWhy], index: usize| {
        whys.iter().enumerate().any(|(at, why)| at != index && why.missing > why.free)
    };
    for index in 0..whys.len() {
        let why = &whys[index];
        if !order.state.is_waiting() || why.missing.is_zero() || why.missing > why.free {
            continue;
        }
        let waits = order.policy == OrderPolicy::CompleteOnly && others_lack(&whys, index);
        let code = if waits { WhyCode::WaitsForWhole } else { WhyCode::NextRun };
        let pieces = why.missing;
        whys[index].reasons.push(Why { code, pieces, orders: None });
    }
    Ok(whys)
}

/// What is known about a product in the warehouse.
#[derive(Default)]
struct Facts {
    lying: Vec<LyingRow>,
    others: Option<OthersRow>,
    free: i64,
}

fn explain(order: &Order, line: &OrderLine, facts: &Facts) -> LineWhy {
    let open = line.ordered.get() - line.cancelled.get();
    let missing = (open - line.reserved.get()).max(0);
    let on_hand: i64 = facts.lying.iter().map(|row| row.on_hand).sum();
    let mut reasons = Vec::new();
    let mut note = |code, pieces: i64, orders| {
        if pieces > 0 {
            reasons.push(Why { code, pieces: Pieces::new(pieces), orders });
        }
    };
    if missing > 0 && !order.state.is_waiting() {
        note(WhyCode::OrderState, missing, None);
    } else if missing > facts.free {
        note(WhyCode::NotEnoughStock, missing - facts.free, None);
        if let Some(others) = &facts.others {
            note(WhyCode::PromisedToOthers, others.pieces, Some(others.orders_before));
        }
        let held = facts.lying.iter().map(|row| row.held).sum();
        note(WhyCode::HeldByPicking, held, None);
        for row in &facts.lying {
            let code = match row.whereabouts.as_str() {
                "pickable" => continue,
                "receiving" => WhyCode::InReceiving,
                "quarantine" => WhyCode::InQuarantine,
                "hold" => WhyCode::OnHold,
                "damaged" => WhyCode::Damaged,
                "returns" => WhyCode::InReturns,
                "locked" => WhyCode::InLockedBins,
                _ => WhyCode::OnTheWay,
            };
            note(code, row.on_hand, None);
        }
    }
    LineWhy {
        line: line.id,
        product: line.product,
        article: line.article.clone(),
        open: Pieces::new(open),
        reserved: line.reserved,
        missing: Pieces::new(missing),
        on_hand: Pieces::new(on_hand),
        free: Pieces::new(facts.free),
        reasons,
    }
}
