//! To be written by its capability.

use crate::commands::Ctx;
use crate::db::Tx;
use crate::terminal::flows::FlowState;
use crate::terminal::flows::load::LoadState;
use crate::terminal::{Input, Step, TerminalError, Who};

/// The first screen of the flow, with what it needs to know.
pub(super) async fn start(
    _tx: &mut Tx,
    _ctx: &Ctx,
    _who: &Who,
) -> Result<Step<FlowState>, TerminalError> {
    Ok(Step::ok(FlowState::Load(LoadState::default())))
}

pub(super) async fn handle(
    _tx: &mut Tx,
    _ctx: &Ctx,
    _who: &Who,
    state: LoadState,
    _input: &Input,
) -> Result<Step<FlowState>, TerminalError> {
    Ok(Step::ok(FlowState::Load(state)))
}
