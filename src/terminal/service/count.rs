//! The work behind the counting dialogue.

use super::scanned;
use crate::access::{Right, Scope};
use crate::catalog;
use crate::commands::Ctx;
use crate::db::Tx;
use crate::ids::LotId;
use crate::stock::Condition;
use crate::stock::counts::{self, CountCause, Counted};
use crate::stock::floor;
use crate::terminal::flows::count::{Action, Candidate, CountState, Counting, Last, step};
use crate::terminal::{Input, Step, TerminalError, Text, Who};
use crate::units::Pieces;

type Next = Result<Step<CountState>, TerminalError>;

/// Counting takes more than looking: the right of the flow alone lets people in who only read.
pub(super) fn allow(who: &Who) -> Result<(), TerminalError> {
    let may = [Right::StockAdjust, Right::ReceivingWork, Right::PickingWork]
        .into_iter()
        .any(|right| who.may(right));
    if may { Ok(()) } else { Err(TerminalError::FlowForbidden { flow: "count".to_owned() }) }
}

pub(super) async fn handle(
    tx: &mut Tx,
    ctx: &Ctx,
    who: &Who,
    state: CountState,
    input: &Input,
) -> Next {
    match (step(&state, input), state) {
        (Action::Place, state) => begin(tx, ctx, who, state, input).await,
        (Action::Times(times), CountState::Item(counting)) => {
            Ok(Step::ok(CountState::Item(Counting { times, ..counting })))
        }
        (Action::Damaged, CountState::Item(counting)) => {
            let condition = match counting.condition {
                Condition::Damaged => Condition::Available,
                _ => Condition::Damaged,
            };
            Ok(Step::ok(CountState::Item(Counting { condition, ..counting })))
        }
        (Action::Scan, CountState::Item(counting)) => scan(tx, counting, input).await,
        (
            Action::Add(candidate),
            CountState::Product { counting, .. } | CountState::Lot { counting, .. },
        ) => add(tx, counting, candidate).await,
        (Action::Undo, CountState::Item(counting)) => undo(tx, counting).await,
        (Action::AskClose, CountState::Item(counting)) => {
            Ok(Step::ok(CountState::Close { counting }))
        }
        (Action::Close, CountState::Close { counting }) => close(tx, ctx, &counting).await,
        (Action::GiveUp, CountState::Item(counting)) => {
            counts::count_cancel(tx, ctx, counting.id).await?;
            let said = Text::new("count-cancelled").with("place", counting.place_code);
            Ok(Step::ok(CountState::Place).saying(said))
        }
        (Action::Back(counting), _) => Ok(Step::ok(CountState::Item(counting))),
        (Action::Refuse(why), state) => Ok(Step::error(state, Text::new(why))),
        (_, state) => Ok(Step::error(state, Text::new("count-item-wanted"))),
    }
}

/// Begins the count of a place, or goes on with the one that is open.
async fn begin(tx: &mut Tx, ctx: &Ctx, who: &Who, state: CountState, input: &Input) -> Next {
    let Some(place) = scanned::place(tx, who, input).await? else {
        let unknown = Text::new("place-unknown").with("code", input.shown());
        return Ok(Step::error(state, unknown));
    };
    let id = counts::count_request(tx, ctx, place.id, CountCause::Request, None).await?;
    let count = counts::count_start(tx, ctx, id).await?;
    Ok(Step::ok(CountState::Item(fresh(count.id, place.code, None))))
}

const fn fresh(id: crate::ids::CountId, place_code: String, last: Option<Last>) -> Counting {
    Counting { id, place_code, times: 1, condition: Condition::Available, last }
}

async fn scan(tx: &mut Tx, counting: Counting, input: &Input) -> Next {
    let mut candidates = Vec::new();
    for hit in scanned::products(tx, None, input).await? {
        let product = catalog::product_find(tx, Scope::All, hit.product).await?;
        let told = input.scan.lot().map(str::to_owned);
        let by_day = input.scan.expires_on().filter(|_| product.expiry_tracked);
        let by_day = by_day.map(|day| day.to_string());
        let is_lot_wanted = product.lot_tracked || product.expiry_tracked;
        let lot_code = if product.lot_tracked { told } else { by_day };
        candidates.push(Candidate {
            product: product.id,
            article: product.article,
            owner_name: hit.owner_name,
            pieces: hit.pieces.get().saturating_mul(counting.times),
            is_lot_wanted,
            lot_code: lot_code.filter(|_| is_lot_wanted),
        });
    }
    if candidates.len() > 1 {
        return Ok(Step::warn(
            CountState::Product { counting, choices: candidates },
            Text::new("count-several-owners"),
        ));
    }
    if let Some(candidate) = candidates.pop() {
        return add(tx, counting, candidate).await;
    }
    let unknown = Text::new("goods-unknown").with("code", input.shown());
    Ok(Step::error(CountState::Item(counting), unknown))
}

async fn add(tx: &mut Tx, counting: Counting, candidate: Candidate) -> Next {
    let lot = match &candidate.lot_code {
        Some(code) => {
            let Some(lot) = floor::lot_by_code(tx, candidate.product, code).await? else {
                let unknown = Text::new("count-lot-unknown").with("lot", code);
                let candidate = Candidate { lot_code: None, ..candidate };
                return Ok(Step::error(CountState::Lot { counting, candidate }, unknown));
            };
            lot
        }
        None if candidate.is_lot_wanted => {
            return Ok(Step::ok(CountState::Lot { counting, candidate }));
        }
        None => LotId::from_uuid(candidate.product.uuid()),
    };
    let counted = Counted {
        product: candidate.product,
        lot,
        condition: counting.condition,
        pieces: Pieces::new(candidate.pieces),
    };
    counts::count_add(tx, counting.id, &counted).await?;
    let last = Some(Last { article: candidate.article, counted });
    Ok(Step::ok(CountState::Item(fresh(counting.id, counting.place_code, last))))
}

async fn undo(tx: &mut Tx, counting: Counting) -> Next {
    let Some(last) = counting.last else {
        return Err(TerminalError::NothingToUndo);
    };
    counts::count_take(tx, counting.id, &last.counted).await?;
    let said =
        Text::new("count-undone").with("article", last.article).with("pieces", last.counted.pieces);
    let state = CountState::Item(fresh(counting.id, counting.place_code, None));
    Ok(Step::ok(state).saying(said))
}

async fn close(tx: &mut Tx, ctx: &Ctx, counting: &Counting) -> Next {
    let view = counts::count_close(tx, ctx, counting.id, None).await?;
    let place = &counting.place_code;
    if view.recount.is_some() {
        let again = Text::new("count-recount").with("place", place);
        return Ok(Step::warn(CountState::Place, again));
    }
    let differs = |line: &&counts::CountLineRow| line.expected != Some(line.counted);
    let differences = view.lines.iter().filter(differs).count();
    let said = Text::new("count-done").with("place", place).with("differences", differences);
    Ok(Step::ok(CountState::Place).saying(said))
}
