//! The picking dialogue: what its scans do.

use crate::commands::Ctx;
use crate::db::Tx;
use crate::ids::PlaceId;
use crate::picking::{
    self, BatchWork, PickError, PickIn, TaskCursor, TaskIn, ToteIn, batch_work, tasks_from,
};
use crate::terminal::flows::FlowState;
use crate::terminal::flows::pick::{
    Action, BatchState, GivenUp, LastPick, PickState, Stage, rest_text, step,
};
use crate::terminal::{Input, Step, TerminalError, Text, Who};
use crate::units::Pieces;

type Answer = Result<Step<FlowState>, TerminalError>;

/// The first screen: the batch that the device has, or the next that waits.
pub(super) async fn start(tx: &mut Tx, ctx: &Ctx, who: &Who) -> Answer {
    match picking::batch_claim(tx, ctx, who.warehouse, who.device).await {
        Ok(work) => begin(tx, &work).await,
        Err(PickError::NoBatch) => {
            let nothing = FlowState::Pick(PickState::default());
            Ok(Step::warn(nothing, Text::new("pick-none-waiting")))
        }
        Err(error) => Err(error.into()),
    }
}

pub(super) async fn handle(
    tx: &mut Tx,
    ctx: &Ctx,
    who: &Who,
    state: PickState,
    input: &Input,
) -> Answer {
    let action = step(&state, input);
    let Some(batch) = state.batch.clone() else {
        return match action {
            Action::Resume { number } => resume(tx, ctx, who, None, &number).await,
            _ => start(tx, ctx, who).await,
        };
    };
    match action {
        Action::Show(state) => Ok(Step::ok(FlowState::Pick(state))),
        Action::Refuse(text) => Ok(Step::error(FlowState::Pick(state), text)),
        Action::Claim => start(tx, ctx, who).await,
        Action::Resume { number } => resume(tx, ctx, who, Some(&batch), &number).await,
        Action::Bind { slot, code } => bind(tx, ctx, who, &batch, slot, code).await,
        Action::Pick { pieces } => pick(tx, ctx, who, batch, pieces).await,
        Action::OtherLot { code } => other_lot(tx, ctx, batch, &code).await,
        Action::Undo(last) => undo(tx, ctx, who, batch, last).await,
        Action::Finish => finish(tx, ctx, who, batch).await,
        Action::Next => {
            let next = next_of(tx, &batch).await?;
            let standing = batch.standing();
            shown(batch.with_task(next.as_ref(), standing))
        }
        Action::Skip => {
            let cursor = batch.task.as_ref().map_or(TaskCursor::START, |task| task.at.behind());
            let next = tasks_from(tx, batch.id, cursor).await.map_err(PickError::from)?;
            shown(BatchState { last: None, given_up: None, ..batch }.with_task(next.as_ref(), None))
        }
        Action::EmptyDenied { place } => empty_denied(tx, ctx, batch, place).await,
        Action::Short | Action::Damaged { .. } | Action::Swap { .. } => {
            trouble(tx, ctx, who, batch, action).await
        }
    }
}

#[expect(clippy::unnecessary_wraps, reason = "the answer of every handler ends with it")]
fn shown(batch: BatchState) -> Answer {
    Ok(Step::ok(FlowState::Pick(PickState { batch: Some(batch) })))
}

#[expect(clippy::unnecessary_wraps, reason = "the answer of every handler ends with it")]
fn warned(batch: BatchState, message: Text) -> Answer {
    Ok(Step::warn(FlowState::Pick(PickState { batch: Some(batch) }), message))
}

async fn begin(tx: &mut Tx, work: &BatchWork) -> Answer {
    let next = tasks_from(tx, work.batch.id, TaskCursor::START).await.map_err(PickError::from)?;
    shown(BatchState::of(work).going_on(&work.slots, next.as_ref()))
}

/// Takes over a batch by its code; an own one that was not begun goes back to those that wait.
async fn resume(
    tx: &mut Tx,
    ctx: &Ctx,
    who: &Who,
    own: Option<&BatchState>,
    number: &str,
) -> Answer {
    if let Some(own) = own.filter(|own| own.number != number) {
        picking::batch_give_back(tx, own.id, who.device).await.map_err(PickError::from)?;
    }
    let work = picking::batch_resume(tx, ctx, who.warehouse, who.device, number).await?;
    begin(tx, &work).await
}

async fn bind(
    tx: &mut Tx,
    ctx: &Ctx,
    who: &Who,
    batch: &BatchState,
    slot: i64,
    code: String,
) -> Answer {
    let (device, warehouse) = (who.device, who.warehouse);
    let tote = ToteIn { batch: batch.id, device, slot, warehouse, code };
    picking::tote_bind(tx, ctx, &tote).await?;
    let work = batch_work(tx, batch.id).await?;
    begin(tx, &work).await
}

/// The first open task from where the dialogue stands.
async fn next_of(
    tx: &mut Tx,
    batch: &BatchState,
) -> Result<Option<picking::TaskFacts>, TerminalError> {
    let cursor = batch.task.as_ref().map_or(TaskCursor::START, |task| task.at);
    Ok(tasks_from(tx, batch.id, cursor).await.map_err(PickError::from)?)
}

async fn pick(tx: &mut Tx, ctx: &Ctx, who: &Who, batch: BatchState, pieces: Pieces) -> Answer {
    let Some(task) = &batch.task else { return shown(batch) };
    let (at, happened_at) = (task.at, who.happened_at);
    if let Some(route) = task.route_of_some(pieces) {
        picking::pick_further(tx, ctx, &route, pieces, happened_at).await?;
        return shown(batch.picked_some(pieces));
    }
    let input = PickIn { device: who.device, batch: batch.id, at, pieces, happened_at };
    match picking::pick_confirm(tx, ctx, &input).await {
        Ok(picked) => {
            let empty = picked.bin_empty.then_some((picked.task.place, picked.task.place_code));
            shown(batch.picked(at, pieces, picked.next.as_ref(), empty))
        }
        // Its order was cancelled, or another device picked it.
        Err(PickError::TaskClosed) => {
            let batch = refreshed(tx, batch).await?;
            let next = next_of(tx, &batch).await?;
            warned(batch.with_task(next.as_ref(), None), Text::new("pick-task-gone"))
        }
        Err(error) => Err(error.into()),
    }
}

/// The same with the figures of now.
async fn refreshed(tx: &mut Tx, batch: BatchState) -> Result<BatchState, TerminalError> {
    let work = batch_work(tx, batch.id).await?;
    let BatchState { totes, tasks_done, tasks, .. } = BatchState::of(&work);
    Ok(BatchState { totes: totes.max(1), tasks_done, tasks, last: None, given_up: None, ..batch })
}

async fn other_lot(tx: &mut Tx, ctx: &Ctx, batch: BatchState, code: &str) -> Answer {
    let Some(facts) = next_of(tx, &batch).await? else { return shown(batch) };
    let beside = picking::lots_beside(tx, ctx, &facts).await.map_err(PickError::from)?;
    if let Some(lot) = beside.into_iter().find(|lot| lot.code == code) {
        let stage = Stage::OtherLot { lot: lot.lot, code: lot.code };
        return shown(BatchState { stage, ..batch });
    }
    let text = Text::new("pick-expected-lot").with("scanned", code);
    let text = text.with("expected", &facts.lot_code);
    Ok(Step::error(FlowState::Pick(PickState { batch: Some(batch) }), text))
}

/// Too few, damaged, or another lot: the batch's way changes.
async fn trouble(tx: &mut Tx, ctx: &Ctx, who: &Who, batch: BatchState, action: Action) -> Answer {
    let Some(at) = batch.task.as_ref().map(|task| task.at) else { return shown(batch) };
    let standing = batch.standing();
    let task = TaskIn { device: who.device, task: at.task };
    let (rest, given_up) = match action {
        Action::Damaged { pieces } => {
            let rest = picking::pick_damaged(tx, ctx, &task, pieces, who.happened_at).await?;
            (rest, GivenUp::Damaged)
        }
        Action::Swap { lot } => {
            let swapped = picking::lot_swap(tx, ctx, &task, lot).await?;
            let batch = refreshed(tx, batch).await?;
            return shown(batch.with_task(Some(&swapped), standing));
        }
        _ => {
            let rest = picking::pick_short(tx, ctx, &task, who.happened_at).await?;
            (rest, GivenUp::Short)
        }
    };
    let batch = BatchState { given_up: Some(given_up), ..refreshed(tx, batch).await? };
    let next = next_of(tx, &batch).await?;
    warned(batch.with_task(next.as_ref(), standing), rest_text(&rest))
}

async fn empty_denied(tx: &mut Tx, ctx: &Ctx, batch: BatchState, place: PlaceId) -> Answer {
    picking::zero_check_disagree(tx, ctx, place).await?;
    let next = next_of(tx, &batch).await?;
    warned(batch.with_task(next.as_ref(), Some(place)), Text::new("pick-empty-counted"))
}

async fn undo(tx: &mut Tx, ctx: &Ctx, who: &Who, batch: BatchState, last: LastPick) -> Answer {
    let task = TaskIn { device: who.device, task: last.at.task };
    let facts = picking::pick_undo(tx, ctx, &task, last.pieces, who.happened_at).await?;
    let batch = refreshed(tx, batch).await?;
    let message = Text::new("pick-undone").with("pieces", last.pieces);
    warned(batch.with_task(Some(&facts), Some(facts.place)), message)
}

async fn finish(tx: &mut Tx, ctx: &Ctx, who: &Who, batch: BatchState) -> Answer {
    // A cancelled order may have brought the way to its end, or a short one have prolonged it.
    if let Some(next) = next_of(tx, &batch).await? {
        return shown(batch.with_task(Some(&next), None));
    }
    let done = picking::batch_finish(tx, ctx, batch.id, who.device).await?;
    let message = Text::new("pick-finished").with("number", done.number);
    Ok(Step::ok(FlowState::Menu).saying(message))
}
