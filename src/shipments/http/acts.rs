//! Carriers' acts of manifests over HTTP.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::file_out;
use crate::access::caller::{Staff, rights};
use crate::app::App;
use crate::commands::Ctx;
use crate::db::Tx;
use crate::http::{IdPath, IdempotencyKey, Problem, ProblemBody};
use crate::ids::{CarrierAccountId, CarrierFileId, ManifestId};
use crate::shipments::store::{acts as store, shipments as file_store};
use crate::shipments::{CarrierActState, FileRow, ShipmentError, acts};
use crate::units::UtcMicros;

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(act_list))
        .routes(routes!(act_retry))
        .routes(routes!(act_file))
}

/// The carrier's own act of a manifest (акт службы доставки).
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
struct CarrierActOut {
    account_id: CarrierAccountId,
    state: CarrierActState,
    /// The carrier's numbers.
    numbers: Value,
    /// Parcels that the carrier left out, with its words.
    refused: Value,
    problem: Option<Value>,
    files: Vec<CarrierActFileOut>,
    created_at: UtcMicros,
    done_at: Option<UtcMicros>,
}

#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
struct CarrierActFileOut {
    id: CarrierFileId,
    name: String,
}

async fn acts_of(tx: &mut Tx, manifest: ManifestId) -> Result<Vec<CarrierActOut>, ShipmentError> {
    let mut out = Vec::new();
    let files = store::act_files(tx, manifest).await?;
    for act in store::acts_of(tx, manifest).await? {
        let files = files.iter().filter(|row| row.account == act.account);
        let files = files.map(|row| CarrierActFileOut { id: row.file, name: row.name.clone() });
        out.push(CarrierActOut {
            account_id: act.account,
            state: act.state,
            numbers: act.numbers,
            refused: act.refused,
            problem: act.problem,
            files: files.collect(),
            created_at: act.created_at,
            done_at: act.done_at,
        });
    }
    Ok(out)
}

/// The carrier's acts of a manifest (акты службы доставки).
#[utoipa::path(
    get, path = "/v1/manifests/{id}/carrier-acts", tag = "carriers",
    params(("id" = ManifestId, Path)),
    responses((status = 200, body = Vec<CarrierActOut>), (status = "default", body = ProblemBody))
)]
async fn act_list(
    State(app): State<App>,
    _caller: Staff<rights::ManifestsRead>,
    IdPath(id): IdPath<ManifestId>,
) -> Result<Json<Vec<CarrierActOut>>, Problem> {
    Ok(Json(app.db.read(async move |tx: &mut Tx| acts_of(tx, id).await).await?))
}

/// Asks anew for the acts that the carrier refused.
#[utoipa::path(
    post, path = "/v1/manifests/{id}/carrier-acts/retry", tag = "carriers",
    params(("id" = ManifestId, Path)),
    responses((status = 200, body = Vec<CarrierActOut>), (status = "default", body = ProblemBody))
)]
async fn act_retry(
    State(app): State<App>,
    caller: Staff<rights::ManifestsWork>,
    IdPath(id): IdPath<ManifestId>,
    key: IdempotencyKey,
) -> Result<Json<Vec<CarrierActOut>>, Problem> {
    let work = async move |tx: &mut Tx, ctx: &Ctx| {
        acts::act_retry(tx, ctx, id).await?;
        acts_of(tx, id).await
    };
    Ok(Json(
        app.command(&caller, key, "carrier_act_retry", &json!({ "manifest": id }), work).await?,
    ))
}

/// A file of the carrier's act as it came.
#[utoipa::path(
    get, path = "/v1/manifests/{id}/carrier-acts/files/{file}", tag = "carriers",
    params(("id" = ManifestId, Path), ("file" = CarrierFileId, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "application/pdf"), (status = "default", body = ProblemBody))
)]
async fn act_file(
    State(app): State<App>,
    _caller: Staff<rights::ManifestsRead>,
    Path((manifest, file)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let unknown = || ShipmentError::NoLabel;
    let manifest: ManifestId = manifest.parse().map_err(|_| unknown())?;
    let file: CarrierFileId = file.parse().map_err(|_| unknown())?;
    let read = async move |tx: &mut Tx| -> Result<FileRow, ShipmentError> {
        if !store::act_file_is_of(tx, manifest, file).await? {
            return Err(ShipmentError::NoLabel);
        }
        file_store::file_find(tx, file).await?.ok_or(ShipmentError::NoLabel)
    };
    Ok(file_out(app.db.read(read).await?))
}
