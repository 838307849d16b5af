//! The work behind the moving dialogue.

use super::scanned;
use crate::access::{Right, Scope};
use crate::catalog::{self, Place};
use crate::commands::Ctx;
use crate::db::Tx;
use crate::ids::PlaceId;
use crate::stock::floor::{self, Overfull, StockRow};
use crate::stock::moves::{MoveIn, goods_relocate};
use crate::stock::{GoodsError, Spot};
use crate::terminal::flows::goods::LyingGoods;
use crate::terminal::flows::move_goods::{Action, MoveState, Moving, Source, step};
use crate::terminal::{Input, Step, TerminalError, Text, Who};
use crate::units::Pieces;

type Next = Result<Step<MoveState>, TerminalError>;

pub(super) async fn handle(
    tx: &mut Tx,
    ctx: &Ctx,
    who: &Who,
    state: MoveState,
    input: &Input,
) -> Next {
    match (step(&state, input), state) {
        (Action::From, state) => from(tx, who, state, input).await,
        (Action::Item, MoveState::Item { from }) => item(tx, who, from, input).await,
        (Action::Take(goods), MoveState::Which { from, pieces, .. }) => {
            Ok(Step::ok(MoveState::To(Box::new(moving(from, goods, String::new(), pieces)))))
        }
        (Action::Pieces(pieces), MoveState::To(moving)) => {
            Ok(Step::ok(MoveState::To(Box::new(Moving { pieces, small: None, ..*moving }))))
        }
        (Action::To, MoveState::To(moving)) => to(tx, ctx, who, *moving, input).await,
        (Action::Back, _) => Ok(Step::ok(MoveState::From)),
        (Action::Refuse(why), state) => Ok(Step::error(state, Text::new(why))),
        (_, state) => Ok(Step::error(state, Text::new("move-wanted"))),
    }
}

fn moving(from: Source, goods: LyingGoods, barcode: String, each: i64) -> Moving {
    let pieces = each.min(goods.free.get());
    Moving { from, goods, barcode, each, pieces, small: None }
}

async fn from(tx: &mut Tx, who: &Who, state: MoveState, input: &Input) -> Next {
    let Some(place) = scanned::place(tx, who, input).await? else {
        return Ok(Step::error(state, unknown_place(input)));
    };
    floor::holds_goods(&place)?;
    let from = Source { place: place.id, is_unit: place.kind.is_unit(), code: place.code };
    Ok(Step::ok(MoveState::Item { from }))
}

fn unknown_place(input: &Input) -> Text {
    Text::new("place-unknown").with("code", input.shown())
}

pub(super) fn lying_of(row: StockRow) -> LyingGoods {
    let free = Pieces::new(row.on_hand.get() - row.reserved.get());
    LyingGoods {
        place: row.place,
        place_code: row.place_code,
        owner: row.owner,
        product: row.product,
        article: row.article,
        name: row.name,
        lot: row.lot,
        lot_code: row.lot_code,
        condition: row.condition,
        free,
    }
}

async fn item(tx: &mut Tx, who: &Who, from: Source, input: &Input) -> Next {
    if from.is_unit
        && let Some(place) = scanned::place(tx, who, input).await?
    {
        return whole_unit(tx, who, from, place).await;
    }
    let rows = floor::stock_in_place(tx, Scope::All, from.place).await?;
    let lying = rows.into_iter().map(lying_of).collect();
    let (mut found, each) = scanned::among(tx, input, lying).await?;
    if found.len() > 1 {
        return Ok(Step::ok(MoveState::Which { from, choices: found, pieces: each }));
    }
    let Some(goods) = found.pop() else {
        let absent = Text::new("move-not-here").with("code", input.shown());
        let absent = absent.with("place", &from.code);
        return Ok(Step::error(MoveState::Item { from }, absent));
    };
    let barcode = input.scan.raw.clone();
    Ok(Step::ok(MoveState::To(Box::new(moving(from, goods, barcode, each)))))
}

async fn whole_unit(tx: &mut Tx, who: &Who, from: Source, bin: Place) -> Next {
    ensure_may_move(who)?;
    catalog::handling_unit_put(tx, from.place, Some(bin.id)).await?;
    let said = Text::new("move-unit-done").with("unit", from.code).with("bin", bin.code);
    Ok(Step::ok(MoveState::From).saying(said))
}

async fn to(tx: &mut Tx, ctx: &Ctx, who: &Who, moving: Moving, input: &Input) -> Next {
    ensure_may_move(who)?;
    let Some(place) = scanned::place(tx, who, input).await? else {
        return Ok(Step::error(MoveState::To(Box::new(moving)), unknown_place(input)));
    };
    let relocation = relocation(&moving, place.id, who);
    match goods_relocate(tx, ctx, &relocation).await {
        Ok(_) => {}
        Err(error @ GoodsError::BinFull { .. }) => {
            let why = scanned::fault_text(&error);
            let state = MoveState::To(Box::new(Moving { small: Some(place.id), ..moving }));
            return Ok(Step::warn(state, why));
        }
        Err(error) => return Err(error.into()),
    }
    let said = Text::new("move-done").with("pieces", moving.pieces).with("bin", place.code);
    let Moving { from, goods, .. } = moving;
    let spot = Spot { place: from.place, condition: goods.condition };
    let left = floor::free_pieces(tx, spot, goods.product, goods.lot).await?;
    let state = if left.is_positive() { MoveState::Item { from } } else { MoveState::From };
    Ok(Step::ok(state).saying(said))
}

fn relocation(moving: &Moving, to: PlaceId, who: &Who) -> MoveIn {
    let goods = &moving.goods;
    // The bin that is too small by the books was scanned once more.
    let overfull = if moving.small == Some(to) { Overfull::Allow } else { Overfull::Refuse };
    MoveIn {
        from: moving.from.place,
        to,
        product: goods.product,
        lot: goods.lot,
        condition: goods.condition,
        quantity: Pieces::new(moving.pieces),
        overfull,
        note: None,
        happened_at: who.happened_at,
    }
}

/// Looking is free for all; goods are moved by those who put away, pick or keep the stock.
fn ensure_may_move(who: &Who) -> Result<(), TerminalError> {
    let may = [Right::StockAdjust, Right::ReceivingWork, Right::PickingWork]
        .into_iter()
        .any(|right| who.may(right));
    if may { Ok(()) } else { Err(TerminalError::FlowForbidden { flow: "move".to_owned() }) }
}
