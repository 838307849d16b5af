//! The loading dialogue: what its scans do.

use crate::barcodes::{OwnCode, OwnKind};
use crate::commands::Ctx;
use crate::db::{DbError, Tx};
use crate::ids::ManifestId;
use crate::manifests::{
    self, LabelSeen, Loading, ManifestError, ManifestHead, MissingParcels, Progress,
    manifest_close, manifest_progress, parcel_load, parcel_unload, parcels_missing,
};
use crate::terminal::flows::FlowState;
use crate::terminal::flows::load::{Action, LoadState, MISSING_SHOWN, Stage, Truck, step};
use crate::terminal::{Input, Step, TerminalError, Text, Who};

type Answer = Result<Step<FlowState>, TerminalError>;

/// More carriers and points than these do not fit a handheld's screen; their manifests are scanned.
const OPTIONS_MAX: i64 = 9;

/// The first screen lists the carriers for which parcels wait.
pub(super) async fn start(tx: &mut Tx, _ctx: &Ctx, who: &Who) -> Answer {
    Ok(Step::ok(choice(tx, who).await?))
}

pub(super) async fn handle(
    tx: &mut Tx,
    ctx: &Ctx,
    who: &Who,
    state: LoadState,
    input: &Input,
) -> Answer {
    match (step(&state, input), state.truck) {
        (Action::Refuse(text), truck) => {
            let state = LoadState { options: state.options, truck };
            Ok(Step::error(FlowState::Load(state), text))
        }
        (Action::Open { number }, _) => {
            let head = manifests::manifest_by_number(tx, who.warehouse, &number).await?;
            arrive(tx, head).await
        }
        (Action::Resume { carrier, pickup_point }, _) => {
            let place = who.warehouse;
            let head = manifests::manifest_resume(tx, ctx, place, &carrier, &pickup_point).await?;
            arrive(tx, head).await
        }
        (Action::Load { parcel }, Some(truck)) => load(tx, ctx, truck, &parcel).await,
        (Action::Unload { parcel }, Some(truck)) => unload(tx, ctx, truck, &parcel).await,
        (Action::Show(next), Some(truck)) => show(tx, truck, next).await,
        (Action::Close, Some(truck)) => close(tx, ctx, who, truck).await,
        // Leaving, and what only a truck can be told.
        (_, _) => Ok(Step::ok(choice(tx, who).await?)),
    }
}

async fn choice(tx: &mut Tx, who: &Who) -> Result<FlowState, TerminalError> {
    let options = manifests::load_options(tx, who.warehouse, OPTIONS_MAX).await;
    let options = options.map_err(ManifestError::from)?;
    Ok(FlowState::Load(LoadState { options, truck: None }))
}

fn shown(truck: Truck) -> FlowState {
    FlowState::Load(LoadState { options: Vec::new(), truck: Some(truck) })
}

async fn arrive(tx: &mut Tx, head: ManifestHead) -> Answer {
    let (progress, _) = facts(tx, head.id).await.map_err(ManifestError::from)?;
    let truck = Truck {
        id: head.id,
        number: head.number,
        carrier: head.carrier,
        pickup_point: head.pickup_point,
        progress,
        last: None,
        missing: Vec::new(),
        stage: Stage::Parcel,
    };
    Ok(Step::ok(shown(truck)))
}

async fn load(tx: &mut Tx, ctx: &Ctx, truck: Truck, parcel: &str) -> Answer {
    // Our own code with its check character is on labels only.
    let own = parcel.parse::<OwnCode>().is_ok_and(|own| own.kind() == OwnKind::Parcel);
    let seen = if own { LabelSeen::Scanned } else { LabelSeen::Named };
    let loaded = parcel_load(tx, ctx, truck.id, parcel, seen).await?;
    let truck = Truck { progress: loaded.progress, stage: Stage::Parcel, ..truck };
    Ok(match loaded.result {
        Loading::Now => Step::ok(shown(Truck { last: Some(loaded.parcel), ..truck })),
        Loading::Already => {
            let text = Text::new("load-already").with("parcel", loaded.parcel);
            Step::warn(shown(truck), text)
        }
    })
}

async fn unload(tx: &mut Tx, ctx: &Ctx, truck: Truck, parcel: &str) -> Answer {
    let progress = parcel_unload(tx, ctx, truck.id, parcel).await?;
    let text = Text::new("load-unloaded").with("parcel", parcel);
    Ok(Step::warn(shown(Truck { progress, last: None, stage: Stage::Parcel, ..truck }), text))
}

async fn show(tx: &mut Tx, truck: Truck, stage: Stage) -> Answer {
    let (progress, missing) = facts(tx, truck.id).await.map_err(ManifestError::from)?;
    if stage == Stage::Confirm && progress.loaded == 0 {
        return Err(ManifestError::Empty { number: truck.number }.into());
    }
    Ok(Step::ok(shown(Truck { progress, missing, stage, ..truck })))
}

async fn close(tx: &mut Tx, ctx: &Ctx, who: &Who, truck: Truck) -> Answer {
    let closed = manifest_close(tx, ctx, truck.id, MissingParcels::Release).await?;
    let text =
        Text::new("load-closed").with("number", closed.number).with("act", closed.act_number);
    Ok(Step::ok(choice(tx, who).await?).saying(text))
}

async fn facts(tx: &mut Tx, id: ManifestId) -> Result<(Progress, Vec<String>), DbError> {
    let progress = manifest_progress(tx, id).await?;
    let limit = i64::try_from(MISSING_SHOWN).unwrap_or(i64::MAX);
    Ok((progress, parcels_missing(tx, id, limit).await?))
}
