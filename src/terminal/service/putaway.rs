//! To be written by its capability.

use crate::commands::Ctx;
use crate::db::Tx;
use crate::terminal::flows::FlowState;
use crate::terminal::flows::putaway::PutawayState;
use crate::terminal::{Input, Step, TerminalError, Who};

/// The first screen of the flow, with what it needs to know.
pub(super) async fn start(
    _tx: &mut Tx,
    _ctx: &Ctx,
    _who: &Who,
) -> Result<Step<FlowState>, TerminalError> {
    Ok(Step::ok(FlowState::Putaway(PutawayState::default())))
}

pub(super) async fn handle(
    _tx: &mut Tx,
    _ctx: &Ctx,
    _who: &Who,
    state: PutawayState,
    _input: &Input,
) -> Result<Step<FlowState>, TerminalError> {
    Ok(Step::ok(FlowState::Putaway(state)))
}
