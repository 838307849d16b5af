//! Closing a parcel: complete or for a stated reason, weighed, with its label.

use serde_json::{Value, json};

use crate::commands::Ctx;
use crate::db::Tx;
use crate::ids::{PackagingId, ParcelId};
use crate::orders::{OrderState, OrderStep, line_cancel_rest, order_advance, order_event};
use crate::packing::labels::label_print;
use crate::packing::marks::marks_complete;
use crate::packing::service::pack::items;
use crate::packing::store::ParcelClose;
use crate::packing::{
    OrderFacts, PackError, PackLine, Packaging, Parcel, ParcelState, Weighing, rules, store,
};
use crate::picking::cart_clear;
use crate::shipments::{NewShipment, parcel_ready};
use crate::units::{Grams, Kopecks, Pieces};

/// Whether the packer saw that the weight is unusual.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WeightCheck {
    Measured,
    Confirmed,
}

/// What follows this parcel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// Another parcel of the order.
    MoreFollow,
    /// Nothing: the order is complete.
    Complete,
    /// Nothing, although something is missing; it is taken off the order's lines.
    Short { reason: String },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CloseIn {
    pub parcel: ParcelId,
    /// None: the goods travel in the box they came in.
    pub packaging: Option<PackagingId>,
    /// Of the closed parcel.
    pub weighing: Weighing,
    pub weight_check: WeightCheck,
    /// Why it goes although it is heavier than its packaging bears.
    pub overload_reason: Option<String>,
    pub ending: Ending,
}

/// A closed parcel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closed {
    pub parcel: Parcel,
    /// The order's last: it is packed.
    pub order_packed: bool,
}

/// Closes the parcel; with the last one the order is packed.
pub async fn parcel_close(tx: &mut Tx, ctx: &Ctx, input: &CloseIn) -> Result<Closed, PackError> {
    if !store::parcel_hold(tx, input.parcel).await? {
        return Err(PackError::ParcelClosed);
    }
    let found = store::parcel_find(tx, input.parcel, None).await?;
    let parcel = found.ok_or(PackError::NotFound { what: "parcel" })?;
    let found = store::order_facts(tx, parcel.order).await?;
    let order = found.ok_or(PackError::NotFound { what: "order" })?;
    if order.state != OrderState::Picked {
        return Err(PackError::OrderNotPicked {
            number: order.external_number,
            state: order.state,
        });
    }
    let lines = store::pack_lines(tx, order.id, parcel.id).await?;
    let last = is_last(&lines, &input.ending)?;
    marks_complete(&lines)?;
    let packaging = packaging_in_use(tx, &order, input.packaging).await?;
    let expected = expected_weight(packaging.as_ref(), &lines, input)?;
    let overload = overload_of(packaging.as_ref(), input)?;
    for line in lines.iter().filter(|line| line.in_parcel.is_positive()) {
        store::line_packed_add(tx, line.line, line.in_parcel).await?;
    }
    if lines.iter().any(|line| line.marked && line.in_parcel.is_positive()) {
        store::marks::lines_marked(tx, parcel.id).await?;
    }
    let short_reason = match &input.ending {
        Ending::Short { reason } if last => short_cancel(tx, ctx, &lines, reason).await?,
        _ => None,
    };
    let close = ParcelClose {
        packaging: input.packaging,
        weighing: input.weighing,
        expected,
        cod: cod_of(tx, &parcel, &lines, last).await?,
        short_reason,
        now: ctx.now,
    };
    if !store::parcel_close(tx, parcel.id, &close).await? {
        return Err(PackError::ParcelClosed);
    }
    if last {
        cart_clear(tx, ctx, order.id).await?;
        order_advance(tx, ctx, order.id, OrderStep::Pack).await?;
    }
    if let Some(detail) = overload {
        let state = if last { OrderState::Packed } else { order.state };
        let detail = json!({ "parcel": parcel.number, "overload": detail });
        order_event(tx, ctx, order.id, "parcel_overloaded", state, detail).await?;
    }
    let parcel = closed(parcel, close);
    label_print(tx, ctx, &order, &parcel, last).await?;
    let new = NewShipment {
        parcel: parcel.id,
        parcel_number: parcel.number.clone(),
        owner: parcel.owner,
        warehouse: parcel.warehouse,
        carrier: parcel.carrier.clone(),
        point_code: parcel.pickup_point.clone(),
    };
    parcel_ready(tx, ctx, &new).await?;
    Ok(Closed { parcel, order_packed: last })
}

/// Whether the order ends with this parcel. What is missing must be explained.
fn is_last(lines: &[PackLine], ending: &Ending) -> Result<bool, PackError> {
    if lines.iter().all(|line| line.in_parcel.is_zero()) {
        return Err(PackError::ParcelEmpty);
    }
    let missing: i64 = lines.iter().map(|line| line.missing().get()).sum();
    match ending {
        _ if missing == 0 => Ok(true),
        Ending::MoreFollow => Ok(false),
        Ending::Short { reason } if !reason.trim().is_empty() => Ok(true),
        Ending::Complete | Ending::Short { .. } => {
            Err(PackError::Incomplete { missing: Pieces::new(missing) })
        }
    }
}

/// What the parcel should weigh; refuses a weight that is far from it until it is confirmed.
fn expected_weight(
    packaging: Option<&Packaging>,
    lines: &[PackLine],
    input: &CloseIn,
) -> Result<Grams, PackError> {
    let tare = packaging.map_or(Grams::ZERO, |packaging| packaging.tare_g);
    let content = items(lines, |line| line.in_parcel.get());
    let goods = rules::goods_weight(&content);
    let expected = Grams::new(goods.get().saturating_add(tare.get()));
    let all_known = content.iter().all(|item| item.weight.is_positive());
    let plausible = input.weighing.weight.is_positive()
        && rules::weight_is_plausible(expected, input.weighing.weight, all_known);
    let confirmed =
        input.weight_check == WeightCheck::Confirmed && input.weighing.weight.is_positive();
    if plausible || confirmed {
        return Ok(expected);
    }
    Err(PackError::WeightImplausible { measured: input.weighing.weight, expected })
}

/// Refuses what is heavier than the packaging bears, unless somebody says why it goes; answers what
/// is then noted.
fn overload_of(packaging: Option<&Packaging>, input: &CloseIn) -> Result<Option<Value>, PackError> {
    let Some(packaging) = packaging else { return Ok(None) };
    let load = rules::load(input.weighing.weight, packaging.tare_g);
    let (code, most) = (packaging.code.clone(), packaging.load_max_g);
    if load <= most {
        return Ok(None);
    }
    match input.overload_reason.as_deref().map(str::trim).filter(|reason| !reason.is_empty()) {
        Some(reason) => Ok(Some(json!({
            "packaging": code, "load_g": load, "load_max_g": most, "reason": reason,
        }))),
        None => Err(PackError::Overloaded { code, load, most }),
    }
}

async fn packaging_in_use(
    tx: &mut Tx,
    order: &OrderFacts,
    packaging: Option<PackagingId>,
) -> Result<Option<Packaging>, PackError> {
    let Some(id) = packaging else { return Ok(None) };
    let found = store::packaging_find(tx, id).await?;
    match found.filter(|found| found.active && found.warehouse == order.warehouse) {
        Some(found) => Ok(Some(found)),
        None => Err(PackError::PackagingUnknown { code: id.to_string() }),
    }
}

/// Takes what is missing off the order's lines.
async fn short_cancel(
    tx: &mut Tx,
    ctx: &Ctx,
    lines: &[PackLine],
    reason: &str,
) -> Result<Option<String>, PackError> {
    for line in lines.iter().filter(|line| line.missing().is_positive()) {
        line_cancel_rest(tx, ctx, line.line, line.missing(), reason.trim()).await?;
    }
    Ok(Some(reason.trim().to_owned()))
}

/// The price of the parcel's own goods; the parcel that completes the order collects what no other does.
async fn cod_of(
    tx: &mut Tx,
    parcel: &Parcel,
    lines: &[PackLine],
    last: bool,
) -> Result<Kopecks, PackError> {
    // Read anew: what was taken off the lines is not collected.
    let sums = store::cod_sums(tx, parcel.order, parcel.id).await?;
    let due = if last {
        sums.order
    } else {
        let goods = price_of(lines, |line| line.wanted.get());
        let packed = price_of(lines, |line| line.packed.get() + line.in_parcel.get());
        rules::cod_of_packed(sums.order, goods, packed)
    };
    Ok(Kopecks::new(due.get().saturating_sub(sums.carried.get()).max(0)))
}

fn price_of(lines: &[PackLine], pieces: impl Fn(&PackLine) -> i64) -> Kopecks {
    let prices = lines.iter().map(|line| line.price_kopecks.get().saturating_mul(pieces(line)));
    Kopecks::new(prices.fold(0, i64::saturating_add))
}

fn closed(parcel: Parcel, close: ParcelClose) -> Parcel {
    Parcel {
        state: ParcelState::Packed,
        packaging: close.packaging,
        weight_g: Some(close.weighing.weight),
        expected_weight_g: Some(close.expected),
        cod_kopecks: close.cod,
        short_reason: close.short_reason,
        closed_at: Some(close.now),
        scale: close.weighing.scale,
        ..parcel
    }
}
