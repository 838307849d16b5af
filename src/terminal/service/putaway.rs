//! The work behind the putaway dialogue.

use super::scanned;
use crate::commands::Ctx;
use crate::db::Tx;
use crate::receiving::{self, PutChoice, PutIn, ReceivingError, WaitingGoods};
use crate::stock::{Goods, floor};
use crate::terminal::flows::goods::LyingGoods;
use crate::terminal::flows::putaway::{Action, Carrying, PutawayState, Target, step};
use crate::terminal::{Input, Step, TerminalError, Text, Who};
use crate::units::Pieces;

type Next = Result<Step<PutawayState>, TerminalError>;

pub(super) async fn handle(
    tx: &mut Tx,
    ctx: &Ctx,
    who: &Who,
    state: PutawayState,
    input: &Input,
) -> Next {
    match (step(&state, input), state) {
        (Action::Scan, _) => scan(tx, ctx, who, input).await,
        (Action::Take(goods), _) => propose(tx, ctx, who, carrying_all(goods)).await,
        (Action::Pieces(pieces), PutawayState::Bin(carrying)) => {
            propose(tx, ctx, who, Carrying { pieces, ..*carrying }).await
        }
        (Action::Skip, PutawayState::Bin(mut carrying)) => {
            carrying.skipped.extend(carrying.proposal.take().map(|target| target.bin));
            propose(tx, ctx, who, *carrying).await
        }
        (Action::Bin, PutawayState::Bin(carrying)) => put(tx, ctx, who, *carrying, input).await,
        (Action::Back, _) => {
            floor::bin_claims_release(tx, ctx).await?;
            Ok(Step::ok(PutawayState::Item))
        }
        (Action::Refuse(why), state) => Ok(Step::error(state, Text::new(why))),
        (_, state) => Ok(Step::error(state, Text::new("putaway-item-wanted"))),
    }
}

fn lying_of(row: WaitingGoods) -> LyingGoods {
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
        free: row.free,
    }
}

const fn carrying_all(goods: LyingGoods) -> Carrying {
    let pieces = goods.free.get();
    Carrying { goods, pieces, proposal: None, skipped: Vec::new(), other: None }
}

async fn scan(tx: &mut Tx, ctx: &Ctx, who: &Who, input: &Input) -> Next {
    let waiting = receiving::goods_waiting(tx, who.warehouse, None).await?;
    let lying = waiting.into_iter().map(lying_of).collect();
    let (mut found, _) = scanned::among(tx, input, lying).await?;
    if found.len() > 1 {
        return Ok(Step::ok(PutawayState::Which { choices: found }));
    }
    if let Some(goods) = found.pop() {
        return propose(tx, ctx, who, carrying_all(goods)).await;
    }
    let unknown = Text::new("putaway-not-waiting").with("code", input.shown());
    Ok(Step::error(PutawayState::Item, unknown))
}

/// Sends the worker to a bin, with as many pieces as fit there.
async fn propose(tx: &mut Tx, ctx: &Ctx, who: &Who, carrying: Carrying) -> Next {
    let LyingGoods { owner, product, lot, condition, .. } = carrying.goods;
    let goods = Goods { owner, product, lot, quantity: Pieces::new(carrying.pieces) };
    let skipped = &carrying.skipped;
    let found =
        receiving::putaway_propose(tx, ctx, who.warehouse, &goods, condition, skipped).await;
    match found {
        Ok(found) => {
            let is_part = found.fits.get() < carrying.pieces;
            let pieces = found.fits.get().min(carrying.pieces);
            let proposal = Some(Target { bin: found.bin, code: found.code });
            let state =
                PutawayState::Bin(Box::new(Carrying { pieces, proposal, other: None, ..carrying }));
            if is_part {
                return Ok(Step::warn(state, Text::new("putaway-part").with("pieces", pieces)));
            }
            Ok(Step::ok(state))
        }
        Err(error @ ReceivingError::NoBin) => {
            let state =
                PutawayState::Bin(Box::new(Carrying { proposal: None, other: None, ..carrying }));
            Ok(Step::warn(state, scanned::fault_text(&error)))
        }
        Err(error) => Err(error.into()),
    }
}

async fn put(tx: &mut Tx, ctx: &Ctx, who: &Who, carrying: Carrying, input: &Input) -> Next {
    let Some(place) = scanned::place(tx, who, input).await? else {
        let unknown = Text::new("place-unknown").with("code", input.shown());
        return Ok(Step::error(PutawayState::Bin(Box::new(carrying)), unknown));
    };
    let proposed = carrying.proposal.as_ref();
    let choice = if proposed.is_some_and(|target| target.bin == place.id) {
        PutChoice::Proposed
    } else if carrying.other == Some(place.id) {
        let instead = proposed.map_or("-", |target| target.code.as_str());
        PutChoice::Override {
            reason: format!("выбор работника вместо {instead}")
        }
    } else {
        let again = Text::new("putaway-scan-again").with("bin", &place.code);
        let state = PutawayState::Bin(Box::new(Carrying { other: Some(place.id), ..carrying }));
        return Ok(Step::warn(state, again));
    };
    let goods = &carrying.goods;
    let put = PutIn {
        from: goods.place,
        to: place.id,
        product: goods.product,
        lot: goods.lot,
        condition: goods.condition,
        quantity: Pieces::new(carrying.pieces),
        choice,
        happened_at: who.happened_at,
    };
    let left = receiving::putaway_put(tx, ctx, &put).await?.left;
    let said = Text::new("putaway-done").with("pieces", carrying.pieces).with("bin", &place.code);
    if !left.is_positive() {
        return Ok(Step::ok(PutawayState::Item).saying(said));
    }
    let rest = carrying_all(LyingGoods { free: left, ..carrying.goods });
    let next = propose(tx, ctx, who, rest).await?;
    Ok(if next.message.is_none() { next.saying(said) } else { next })
}
