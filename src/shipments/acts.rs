//! The carrier's own act of a manifest that was closed.

use serde_json::{Value, json};

use super::model::ShipmentState;
use super::register::{may_pass, problem};
use super::store::{accounts as account_store, acts as store};
use super::work::{ACT, reference};
use super::{ShipmentError, files};
use crate::app::App;
use crate::carriers::model::{Handover, HandoverAsk, HandoverDone};
use crate::commands::Ctx;
use crate::db::{DbError, Tx};
use crate::fault::Told;
use crate::ids::{CarrierAccountId, ManifestId};
use crate::jobs::{JobOutcome, enqueue};
use crate::text_enum;

text_enum! {
    /// How far the carrier's act is.
    pub enum CarrierActState {
        Waiting = "waiting",
        Done = "done",
        /// The carrier makes none of these parcels; a person has to look.
        Refused = "refused",
    }
}

/// How soon a carrier that draws its act is asked again.
const DRAWING_SECONDS: i64 = 3;

/// A manifest was closed: its carrier is asked for an act, once for each account that its parcels
/// went by.
pub async fn act_request(tx: &mut Tx, ctx: &Ctx, manifest: ManifestId) -> Result<(), DbError> {
    store::news_due(tx, manifest, ctx.now).await?;
    let accounts = store::acts_insert(tx, manifest, ctx.now).await?;
    acts_enqueue(tx, ctx, manifest, accounts).await
}

/// A job for each account; what is queued travels together.
async fn acts_enqueue(
    tx: &mut Tx,
    ctx: &Ctx,
    manifest: ManifestId,
    mut accounts: Vec<CarrierAccountId>,
) -> Result<(), DbError> {
    accounts.sort_unstable();
    for account in accounts {
        let payload = json!({ "account": account });
        enqueue(tx, ctx, ACT, &manifest.to_string(), payload).await?;
    }
    Ok(())
}

/// One run of the work.
pub(super) async fn run(
    app: &App,
    manifest: ManifestId,
    payload: Value,
) -> Result<JobOutcome, String> {
    let account = payload.get("account").cloned().unwrap_or_default();
    let account: CarrierAccountId =
        serde_json::from_value(account).map_err(|error| error.to_string())?;
    match attempt(app, manifest, account).await {
        Ok(outcome) => Ok(outcome),
        Err(error) => {
            let may_pass = may_pass(&error);
            let told = problem(&Told::from(&error));
            let state = if may_pass { CarrierActState::Waiting } else { CarrierActState::Refused };
            let write = async move |tx: &mut Tx| {
                store::act_problem(tx, manifest, account, state, told.clone()).await
            };
            app.db.write::<_, DbError, _>(write).await.map_err(|error| error.to_string())?;
            if may_pass { Err(error.to_string()) } else { Ok(JobOutcome::Done) }
        }
    }
}

/// What the carrier is asked.
struct Asked {
    ask: HandoverAsk,
    account: super::AccountRow,
}

async fn attempt(
    app: &App,
    manifest: ManifestId,
    account: CarrierAccountId,
) -> Result<JobOutcome, ShipmentError> {
    let read = async move |tx: &mut Tx| asked(tx, manifest, account).await;
    let Some(Asked { ask, account }) = app.db.read(read).await? else {
        return Ok(JobOutcome::Done);
    };
    let carrier = app.connectors.of(&app.vault, &account)?;
    let Some(handovers) = carrier.handovers() else {
        // Our own act is the only one.
        let none = HandoverDone { numbers: Vec::new(), files: Vec::new(), refused: Vec::new() };
        return done(app, manifest, account.id, none).await;
    };
    match handovers.hand_over(&ask).await? {
        Handover::Pending { reference } => {
            let id = account.id;
            let write =
                async move |tx: &mut Tx| store::act_reference(tx, manifest, id, &reference).await;
            app.db.write::<_, DbError, _>(write).await?;
            Ok(JobOutcome::Later { seconds: DRAWING_SECONDS })
        }
        Handover::Done(act) => done(app, manifest, account.id, act).await,
    }
}

async fn asked(
    tx: &mut Tx,
    manifest: ManifestId,
    account: CarrierAccountId,
) -> Result<Option<Asked>, DbError> {
    let Some(act) = store::act_find(tx, manifest, account).await? else { return Ok(None) };
    let Some(account) = account_store::account_find(tx, account).await? else { return Ok(None) };
    if act.state != CarrierActState::Waiting {
        return Ok(None);
    }
    let head = store::manifest_head(tx, manifest).await?.ok_or(DbError::NoRow)?;
    let shipments = store::shipments_on(tx, manifest, account.id).await?;
    let registered =
        shipments.iter().filter(|shipment| shipment.state == ShipmentState::Registered);
    let from = account.origin().from;
    let ask = HandoverAsk {
        number: head.act_number.unwrap_or(head.number),
        day: head.day,
        from,
        shipments: registered.map(reference).collect(),
        reference: act.reference,
    };
    Ok(Some(Asked { ask, account }))
}

async fn done(
    app: &App,
    manifest: ManifestId,
    account: CarrierAccountId,
    act: HandoverDone,
) -> Result<JobOutcome, ShipmentError> {
    let ctx = Ctx::system(app.clock.now());
    let write = async move |tx: &mut Tx| {
        let numbers = json!(act.numbers);
        let refused = serde_json::to_value(&act.refused).unwrap_or(Value::Null);
        if !store::act_done(tx, manifest, account, numbers, refused, ctx.now).await? {
            return Ok(());
        }
        for file in &act.files {
            let file = files::file_keep(tx, &ctx, file).await?;
            store::act_file_add(tx, manifest, account, file).await?;
        }
        for parcel in &act.refused {
            let said: Vec<&str> =
                parcel.reasons.iter().map(|reason| reason.text.as_str()).collect();
            let problem = json!({
                "code": "shipment_left_out",
                "args": { "said": said.join("; ") },
            });
            store::left_out(tx, &parcel.number, problem).await?;
        }
        Ok::<_, DbError>(())
    };
    app.db.write(write).await?;
    Ok(JobOutcome::Done)
}

/// Asks anew for the acts of a manifest that were refused.
pub(super) async fn act_retry(
    tx: &mut Tx,
    ctx: &Ctx,
    manifest: ManifestId,
) -> Result<(), ShipmentError> {
    let accounts = store::acts_again(tx, manifest).await?;
    Ok(acts_enqueue(tx, ctx, manifest, accounts).await?)
}
