//! The work behind the put-back dialogue.

use super::scanned;
use crate::commands::Ctx;
use crate::db::Tx;
use crate::ids::PlaceId;
use crate::picking::{self, PickError, PutBack, PutBackIn};
use crate::receiving::{self, ReceivingError};
use crate::stock::{Condition, Goods, floor};
use crate::terminal::flows::goods::LyingGoods;
use crate::terminal::flows::put_back::{Action, PutBackState, Returning, step};
use crate::terminal::{Input, Step, TerminalError, Text, Who};
use crate::units::Pieces;

type Next = Result<Step<PutBackState>, TerminalError>;

pub(super) async fn handle(
    tx: &mut Tx,
    ctx: &Ctx,
    who: &Who,
    state: PutBackState,
    input: &Input,
) -> Next {
    match (step(&state, input), state) {
        (Action::Open, state) => open(tx, who, state, input).await,
        (Action::Item, PutBackState::Item { lines }) => item(tx, ctx, who, lines, input).await,
        (Action::Take(goods), _) => {
            let pieces = goods.free.get();
            propose(tx, ctx, who, goods, pieces).await
        }
        (Action::Pieces(pieces), PutBackState::Bin(returning)) => {
            propose(tx, ctx, who, returning.goods, pieces).await
        }
        (Action::Bin, PutBackState::Bin(returning)) => put(tx, ctx, who, *returning, input).await,
        (Action::Back, state) => {
            floor::bin_claims_release(tx, ctx).await?;
            match state {
                PutBackState::Bin(returning) => list(tx, returning.goods.place).await,
                PutBackState::Which { lines, .. } => Ok(Step::ok(PutBackState::Item { lines })),
                PutBackState::Tote | PutBackState::Item { .. } => Ok(Step::ok(PutBackState::Tote)),
            }
        }
        (Action::Refuse(why), state) => Ok(Step::error(state, Text::new(why))),
        (_, state) => Ok(Step::error(state, Text::new("put-back-tote-wanted"))),
    }
}

/// Opens a tote, or whatever else goods wait in to be put back.
async fn open(tx: &mut Tx, who: &Who, state: PutBackState, input: &Input) -> Next {
    let Some(place) = scanned::place(tx, who, input).await? else {
        let unknown = Text::new("place-unknown").with("code", input.shown());
        return Ok(Step::error(state, unknown));
    };
    let lines = lines_in(tx, place.id).await?;
    if lines.is_empty() {
        let nothing = Text::new("put-back-nothing").with("place", &place.code);
        return Ok(Step::error(state, nothing));
    }
    Ok(Step::ok(PutBackState::Item { lines }))
}

/// The lines of a place, each lot once, whichever orders it was taken for.
async fn lines_in(tx: &mut Tx, place: PlaceId) -> Result<Vec<LyingGoods>, TerminalError> {
    let mut lines: Vec<LyingGoods> = Vec::new();
    for row in picking::put_backs_open(tx, place).await? {
        let left = left_of(&row);
        match lines.iter_mut().find(|line| line.lot == row.lot) {
            Some(line) => line.free = Pieces::new(line.free.get() + left.get()),
            None => lines.push(lying_of(row, left)),
        }
    }
    Ok(lines)
}

fn left_of(row: &PutBack) -> Pieces {
    Pieces::new(row.quantity.get() - row.done.get())
}

fn lying_of(row: PutBack, left: Pieces) -> LyingGoods {
    LyingGoods {
        place: row.place,
        place_code: row.place_code,
        owner: row.owner,
        product: row.product,
        article: row.article,
        name: row.name,
        lot: row.lot,
        lot_code: row.lot_code,
        condition: Condition::Available,
        free: left,
    }
}

/// The list of a place, or the first screen when nothing is left there.
async fn list(tx: &mut Tx, place: PlaceId) -> Next {
    let lines = lines_in(tx, place).await?;
    let state = if lines.is_empty() { PutBackState::Tote } else { PutBackState::Item { lines } };
    Ok(Step::ok(state))
}

async fn item(tx: &mut Tx, ctx: &Ctx, who: &Who, lines: Vec<LyingGoods>, input: &Input) -> Next {
    let (mut found, _) = scanned::among(tx, input, lines.clone()).await?;
    if found.len() > 1 {
        return Ok(Step::ok(PutBackState::Which { lines, choices: found }));
    }
    if let Some(goods) = found.pop() {
        let pieces = goods.free.get();
        return propose(tx, ctx, who, goods, pieces).await;
    }
    if scanned::place(tx, who, input).await?.is_some() {
        return open(tx, who, PutBackState::Item { lines }, input).await;
    }
    let unknown = Text::new("put-back-not-listed").with("code", input.shown());
    Ok(Step::error(PutBackState::Item { lines }, unknown))
}

/// Says where the goods go. A worker who knows better scans another storage bin.
async fn propose(tx: &mut Tx, ctx: &Ctx, who: &Who, goods: LyingGoods, pieces: i64) -> Next {
    let LyingGoods { owner, product, lot, condition, .. } = goods;
    let moved = Goods { owner, product, lot, quantity: Pieces::new(pieces) };
    let state = |proposal| PutBackState::Bin(Box::new(Returning { goods, pieces, proposal }));
    match receiving::putaway_propose(tx, ctx, who.warehouse, &moved, condition, &[]).await {
        Ok(found) => Ok(Step::ok(state(Some(found.code)))),
        Err(error @ ReceivingError::NoBin) => {
            Ok(Step::warn(state(None), scanned::fault_text(&error)))
        }
        Err(error) => Err(error.into()),
    }
}

async fn put(tx: &mut Tx, ctx: &Ctx, who: &Who, returning: Returning, input: &Input) -> Next {
    let Some(bin) = scanned::place(tx, who, input).await? else {
        let unknown = Text::new("place-unknown").with("code", input.shown());
        return Ok(Step::error(PutBackState::Bin(Box::new(returning)), unknown));
    };
    let LyingGoods { place, lot, .. } = returning.goods;
    let mut left = returning.pieces;
    for row in picking::put_backs_open(tx, place).await? {
        let pieces = left_of(&row).get().min(left);
        if row.lot != lot || pieces == 0 {
            continue;
        }
        let confirm = PutBackIn {
            put_back: row.id,
            bin_code: bin.code.clone(),
            pieces: Pieces::new(pieces),
            happened_at: who.happened_at,
        };
        picking::put_back_confirm(tx, ctx, &confirm).await?;
        left -= pieces;
    }
    if left > 0 {
        // Somebody else has put them back since the list was drawn; nothing of this scan stays.
        return Err(PickError::PutBackDone.into());
    }
    floor::bin_claims_release(tx, ctx).await?;
    let said = Text::new("put-back-done").with("pieces", returning.pieces).with("bin", &bin.code);
    Ok(list(tx, place).await?.saying(said))
}
