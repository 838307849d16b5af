//! Почта's forms over HTTP.

use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::access::caller::{Caller, Staff, rights};
use crate::app::App;
use crate::db::Tx;
use crate::http::{Problem, ProblemBody, QueryParams, download};
use crate::ids::{ManifestId, ParcelId};
use crate::manifests::ManifestError;
use crate::shipments::ShipmentError;
use crate::shipments::forms::{self, Form};
use crate::text_enum;

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(parcel_form)).routes(routes!(manifest_form))
}

text_enum! {
    /// How a form is told.
    pub enum FormFormat {
        Pdf = "pdf",
        /// The model that `ambar document render` draws, to be completed first.
        Json = "json",
    }
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct ParcelFormParams {
    /// `pdf` without it.
    format: Option<FormFormat>,
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct ManifestFormParams {
    /// `pdf` without it.
    format: Option<FormFormat>,
    /// Which list, from 1, of a manifest with several kinds of mail.
    list: Option<usize>,
}

/// A form of the Post for a parcel that it has: `7p`, `107`, `112`, `113`, `116`, `117` (бланк Почты).
#[utoipa::path(
    get, path = "/v1/parcels/{id}/forms/{form}", tag = "carriers",
    params(("id" = ParcelId, Path), ("form" = String, Path), ParcelFormParams),
    responses((status = 200, body = Vec<u8>, content_type = "application/pdf"), (status = "default", body = ProblemBody))
)]
async fn parcel_form(
    State(app): State<App>,
    caller: Caller<rights::OrdersRead>,
    Path((parcel, form)): Path<(String, String)>,
    QueryParams(params): QueryParams<ParcelFormParams>,
) -> Result<Response, Problem> {
    let owner = caller.scope().owner();
    let parcel: ParcelId = parcel.parse().map_err(|_| ShipmentError::ParcelUnknown)?;
    let read = async move |tx: &mut Tx| forms::parcel_form(tx, parcel, owner, &form).await;
    told(app.db.read(read).await?, params.format).await
}

/// The list of a closed manifest for the Post: `103` (список отправлений).
#[utoipa::path(
    get, path = "/v1/manifests/{id}/forms/{form}", tag = "carriers",
    params(("id" = ManifestId, Path), ("form" = String, Path), ManifestFormParams),
    responses((status = 200, body = Vec<u8>, content_type = "application/pdf"), (status = "default", body = ProblemBody))
)]
async fn manifest_form(
    State(app): State<App>,
    _caller: Staff<rights::ManifestsRead>,
    Path((manifest, form)): Path<(String, String)>,
    QueryParams(params): QueryParams<ManifestFormParams>,
) -> Result<Response, Problem> {
    let unknown = || ManifestError::NumberUnknown { number: manifest.clone() };
    let manifest: ManifestId = manifest.parse().map_err(|_| unknown())?;
    let list = params.list;
    let read = async move |tx: &mut Tx| forms::manifest_form(tx, manifest, &form, list).await;
    told(app.db.snapshot(read).await?, params.format).await
}

async fn told(form: Form, format: Option<FormFormat>) -> Result<Response, Problem> {
    let name = form.name.clone();
    let (bytes, media, ending) = match format.unwrap_or(FormFormat::Pdf) {
        FormFormat::Json => (form.model, "application/json", "json"),
        FormFormat::Pdf => {
            let drawn = tokio::task::spawn_blocking(move || form.pdf()).await;
            (drawn.expect("drawing does not panic")?, "application/pdf", "pdf")
        }
    };
    Ok(download(media, &format!("{name}.{ending}"), bytes))
}
