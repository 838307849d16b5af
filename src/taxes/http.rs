//! Modes of VAT over HTTP. A shop sees its own.

use axum::Json;
use axum::extract::State;
use serde_json::json;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{ModeRow, TaxError, service};
use crate::access::caller::{Caller, Staff, rights};
use crate::app::App;
use crate::catalog::{CatalogError, owner_find};
use crate::commands::Ctx;
use crate::db::{DbError, Tx};
use crate::http::{Body, IdPath, IdempotencyKey, Problem, ProblemBody};
use crate::ids::OwnerId;

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(operator_modes, operator_mode_set))
        .routes(routes!(owner_modes, owner_mode_set))
}

/// What the operator pays, by day (режим НДС оператора): decides on its own services.
#[utoipa::path(
    get, path = "/v1/vat-modes", tag = "money",
    responses((status = 200, body = Vec<ModeRow>), (status = "default", body = ProblemBody))
)]
async fn operator_modes(
    State(app): State<App>,
    _caller: Staff<rights::MoneyRead>,
) -> Result<Json<Vec<ModeRow>>, Problem> {
    let read = async |tx: &mut Tx| service::modes(tx, None).await;
    Ok(Json(app.db.read::<_, DbError, _>(read).await?))
}

/// Says what the operator pays from a day on. The same day again corrects it.
#[utoipa::path(
    put, path = "/v1/vat-modes", tag = "money", request_body = ModeRow,
    responses((status = 200, body = ModeRow), (status = "default", body = ProblemBody))
)]
async fn operator_mode_set(
    State(app): State<App>,
    caller: Staff<rights::MoneyWork>,
    key: IdempotencyKey,
    Body(input): Body<ModeRow>,
) -> Result<Json<ModeRow>, Problem> {
    set(&app, &caller, key, None, input).await
}

/// What a shop pays, by day (режим НДС магазина): with the product and the day of the sale it decides
/// on the rate in buyers' receipts.
#[utoipa::path(
    get, path = "/v1/owners/{id}/vat-modes", tag = "money",
    params(("id" = OwnerId, Path)),
    responses((status = 200, body = Vec<ModeRow>), (status = "default", body = ProblemBody))
)]
async fn owner_modes(
    State(app): State<App>,
    caller: Caller<rights::MoneyRead>,
    IdPath(id): IdPath<OwnerId>,
) -> Result<Json<Vec<ModeRow>>, Problem> {
    let scope = caller.scope();
    let read = async move |tx: &mut Tx| {
        owner_find(tx, scope, id).await?;
        Ok::<_, CatalogError>(service::modes(tx, Some(id)).await?)
    };
    Ok(Json(app.db.read(read).await?))
}

/// Says what a shop pays from a day on. The same day again corrects it; what carriers were told before
/// keeps its rates.
#[utoipa::path(
    put, path = "/v1/owners/{id}/vat-modes", tag = "money", request_body = ModeRow,
    params(("id" = OwnerId, Path)),
    responses((status = 200, body = ModeRow), (status = "default", body = ProblemBody))
)]
async fn owner_mode_set(
    State(app): State<App>,
    caller: Staff<rights::MoneyWork>,
    IdPath(id): IdPath<OwnerId>,
    key: IdempotencyKey,
    Body(input): Body<ModeRow>,
) -> Result<Json<ModeRow>, Problem> {
    set(&app, &caller, key, Some(id), input).await
}

async fn set(
    app: &App,
    caller: &Caller<rights::MoneyWork>,
    key: IdempotencyKey,
    owner: Option<OwnerId>,
    row: ModeRow,
) -> Result<Json<ModeRow>, Problem> {
    let body = json!({ "owner": owner, "row": row });
    let work = async move |tx: &mut Tx, ctx: &Ctx| {
        service::mode_set(tx, ctx, owner, &row).await?;
        Ok::<_, TaxError>(row)
    };
    Ok(Json(app.command(caller, key, "vat_mode_set", &body, work).await?))
}
