//! The packing dialogue: what its scans do.

use crate::barcodes::OwnKind;
use crate::catalog::barcode_hits;
use crate::commands::Ctx;
use crate::db::Tx;
use crate::ids::ProductId;
use crate::packing::{
    self, CloseIn, PackError, PackIn, PackSubject, WeightCheck, handover, pack_start, pack_work,
};
use crate::terminal::flows::FlowState;
use crate::terminal::flows::pack::{
    Action, Closing, Confirmed, EndState, HeavyState, PackState, ParcelState, Stage, at_stage,
    mark_of, step,
};
use crate::terminal::{Input, Step, TerminalError, Text, Who};
use crate::units::Pieces;

use super::scanned;

type Answer = Result<Step<FlowState>, TerminalError>;

pub(super) async fn handle(
    tx: &mut Tx,
    ctx: &Ctx,
    who: &Who,
    state: PackState,
    input: &Input,
) -> Answer {
    if let Some(own) = input.scan.own().filter(|own| own.kind() == OwnKind::Parcel)
        && awaits_goods(&state)
    {
        return verify(tx, ctx, who, state, &own.to_string()).await;
    }
    let action = step(&state, input);
    if let Action::Start(subject) = &action {
        return begin(tx, ctx, who, subject).await;
    }
    let Some(parcel) = state.parcel.clone() else { return refused(state, action) };
    match action {
        Action::Item { quantity } => item(tx, ctx, who, &parcel, quantity, input).await,
        Action::Undo => undo(tx, ctx, who, &parcel).await,
        Action::Packaging { ending, code } => packaging(tx, who, &parcel, ending, code).await,
        Action::Weigh { ending, packaging } => {
            let weighing = packing::weight_take(tx, ctx, who.device).await?;
            let confirmed = Confirmed::No;
            let closing = Closing { ending, packaging, weighing, confirmed, overload_reason: None };
            close(tx, ctx, who, &parcel, closing).await
        }
        Action::Close(closing) => close(tx, ctx, who, &parcel, closing).await,
        other => refused(state, other),
    }
}

/// Whether a parcel's label can mean nothing but "it is stuck on".
fn awaits_goods(state: &PackState) -> bool {
    state.parcel.as_ref().is_none_or(|parcel| matches!(parcel.stage, Stage::Item { .. }))
}

/// The label of a closed parcel is scanned back; the work on the table stays as it is.
async fn verify(tx: &mut Tx, ctx: &Ctx, who: &Who, state: PackState, number: &str) -> Answer {
    let parcel = number.to_owned();
    if !handover::label_verify(tx, who.warehouse, number, ctx.now).await.map_err(PackError::from)? {
        return Err(PackError::LabelUnknown { parcel }.into());
    }
    let text = Text::new("pack-label-verified").with("parcel", parcel);
    Ok(Step::ok(FlowState::Pack(state)).saying(text))
}

/// What needs no look-up: another screen, or a refusal.
#[expect(clippy::unnecessary_wraps, reason = "the answer of every handler ends with it")]
fn refused(state: PackState, action: Action) -> Answer {
    Ok(match action {
        Action::Show(state) => Step::ok(FlowState::Pack(state)),
        Action::Refuse(text) => Step::error(FlowState::Pack(state), text),
        _ => Step::ok(FlowState::Pack(state)),
    })
}

fn shown(parcel: ParcelState) -> FlowState {
    FlowState::Pack(PackState { parcel: Some(parcel) })
}

async fn begin(tx: &mut Tx, ctx: &Ctx, who: &Who, subject: &PackSubject) -> Answer {
    let work = pack_start(tx, ctx, who.warehouse, subject).await?;
    Ok(Step::ok(shown(ParcelState::of(&work, Vec::new()))))
}

async fn item(
    tx: &mut Tx,
    ctx: &Ctx,
    who: &Who,
    parcel: &ParcelState,
    quantity: i64,
    input: &Input,
) -> Answer {
    let keys = input.scan.product_keys();
    let hits = barcode_hits(tx, Some(parcel.owner), keys).await.map_err(PackError::from)?;
    let wanted = |article: &String| parcel.lines.iter().any(|line| line.article == *article);
    let hit = hits.iter().find(|hit| wanted(&hit.article)).or_else(|| hits.first());
    let Some(hit) = hit else {
        if input.scan.is_broken_marking() {
            return Err(PackError::MarkDamaged.into());
        }
        let text = Text::new("pack-unknown-item").with("scanned", input.shown());
        return Ok(Step::error(shown(parcel.clone()), text));
    };
    let lot = lot_named(tx, hit.product, input).await?;
    let pieces = Pieces::new(hit.pieces.get().saturating_mul(quantity));
    let mark = match mark_of(parcel, &hit.article, pieces, input) {
        Ok(mark) => mark,
        // The typed number was not for these goods.
        Err(error @ PackError::MarkOneByOne { .. }) => {
            let state = at_stage(parcel, Stage::Item { quantity: None });
            return Ok(Step::error(FlowState::Pack(state), scanned::fault_text(&error)));
        }
        Err(error) => return Err(error.into()),
    };
    let (product, happened_at) = (hit.product, who.happened_at);
    let packed = PackIn { parcel: parcel.id, product, lot, pieces, mark, happened_at };
    let parts = packing::pack_item(tx, ctx, &packed).await?;
    let work = pack_work(tx, parcel.id).await?;
    Ok(Step::ok(shown(ParcelState::of(&work, parts))))
}

/// The lot that the label names, if it is one of the product's.
async fn lot_named(
    tx: &mut Tx,
    product: ProductId,
    input: &Input,
) -> Result<Option<crate::ids::LotId>, TerminalError> {
    match input.scan.lot() {
        Some(code) => Ok(packing::lot_of(tx, product, code).await.map_err(PackError::from)?),
        None => Ok(None),
    }
}

async fn undo(tx: &mut Tx, ctx: &Ctx, who: &Who, parcel: &ParcelState) -> Answer {
    packing::pack_item_undo(tx, ctx, parcel.id, &parcel.last, who.happened_at).await?;
    let work = pack_work(tx, parcel.id).await?;
    let pieces: i64 = parcel.last.iter().map(|part| part.pieces.get()).sum();
    let message = Text::new("pack-undone").with("pieces", pieces);
    Ok(Step::warn(shown(ParcelState::of(&work, Vec::new())), message))
}

async fn packaging(
    tx: &mut Tx,
    who: &Who,
    parcel: &ParcelState,
    ending: EndState,
    code: String,
) -> Answer {
    let found = packing::packaging_by_code(tx, who.warehouse, &code).await;
    let Some(found) = found.map_err(PackError::from)? else {
        return Err(PackError::PackagingUnknown { code }.into());
    };
    let stage = Stage::Weight { ending, packaging: Some(found.id), doubted: None };
    Ok(Step::ok(FlowState::Pack(at_stage(parcel, stage))))
}

async fn close(
    tx: &mut Tx,
    ctx: &Ctx,
    who: &Who,
    parcel: &ParcelState,
    closing: Closing,
) -> Answer {
    let Closing { ending, packaging, weighing, confirmed, overload_reason } = closing;
    let weight_check = match confirmed {
        Confirmed::Yes => WeightCheck::Confirmed,
        Confirmed::No => WeightCheck::Measured,
    };
    let input = CloseIn {
        parcel: parcel.id,
        packaging,
        weighing,
        weight_check,
        overload_reason,
        ending: ending.ending(),
    };
    let closed = match packing::parcel_close(tx, ctx, &input).await {
        Ok(closed) => closed,
        // Nothing was changed yet: the packer weighs again or confirms.
        Err(PackError::WeightImplausible { measured, expected }) => {
            let stage = Stage::Weight { ending, packaging, doubted: Some(weighing) };
            let text = Text::new("pack-weight-far").with("measured", measured);
            let text = text.with("expected", expected);
            return Ok(Step::warn(FlowState::Pack(at_stage(parcel, stage)), text));
        }
        Err(PackError::Overloaded { code, load, most }) => {
            let Some(packaging) = packaging else { return Ok(Step::ok(shown(parcel.clone()))) };
            let text = Text::new("pack-overloaded").with("code", &code).with("load", load);
            let text = text.with("most", most);
            let heavy = HeavyState { packaging, code, weighing, load, most };
            let stage = Stage::Overload { ending, heavy };
            return Ok(Step::warn(FlowState::Pack(at_stage(parcel, stage)), text));
        }
        Err(error) => return Err(error.into()),
    };
    let number = closed.parcel.number;
    if closed.order_packed {
        let message = Text::new("pack-packed").with("order", &parcel.order_number);
        let state = FlowState::Pack(PackState::default());
        return Ok(Step::ok(state).saying(message.with("parcel", number)));
    }
    let subject = PackSubject::Order(closed.parcel.order);
    let work = pack_start(tx, ctx, who.warehouse, &subject).await?;
    let message = Text::new("pack-next-parcel").with("parcel", number);
    Ok(Step::ok(shown(ParcelState::of(&work, Vec::new()))).saying(message))
}
