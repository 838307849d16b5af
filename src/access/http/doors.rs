//! Devices and API keys over HTTP.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::access::AccessError;
use crate::access::caller::{Caller, rights};
use crate::access::service::doors::{self, NewToken};
use crate::access::store::doors::{ApiKey, Device};
use crate::access::tokens::TokenKind;
use crate::app::App;
use crate::commands::Ctx;
use crate::db::Tx;
use crate::http::{
    Body, IdPath, IdempotencyKey, Page, PageParams, Problem, ProblemBody, QueryParams,
};
use crate::ids::{ApiKeyId, CommandId, DeviceId, OwnerId, UserId, WarehouseId};
use crate::units::UtcMicros;

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(device_enrol, device_list))
        .routes(routes!(device_renew))
        .routes(routes!(device_revoke))
        .routes(routes!(api_key_create, api_key_list))
        .routes(routes!(api_key_revoke))
}

/// A handheld (терминал сбора данных).
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
struct DeviceOut {
    id: DeviceId,
    warehouse_id: WarehouseId,
    name: String,
    active: bool,
    enrolled_at: UtcMicros,
    enrolled_by: Option<UserId>,
}

impl From<Device> for DeviceOut {
    fn from(device: Device) -> Self {
        Self {
            id: device.id,
            warehouse_id: device.warehouse,
            name: device.name,
            active: device.active,
            enrolled_at: device.enrolled_at,
            enrolled_by: device.enrolled_by,
        }
    }
}

#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
struct DeviceIn {
    warehouse_id: WarehouseId,
    /// As it is written on the device.
    name: String,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct EnrolledOut {
    device: DeviceOut,
    /// Shown once: `null` when the request is repeated.
    token: Option<String>,
}

/// A key of a shop's program (ключ API).
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
struct ApiKeyOut {
    id: ApiKeyId,
    owner_id: OwnerId,
    name: String,
    created_at: UtcMicros,
    revoked_at: Option<UtcMicros>,
}

impl From<ApiKey> for ApiKeyOut {
    fn from(key: ApiKey) -> Self {
        Self {
            id: key.id,
            owner_id: key.owner,
            name: key.name,
            created_at: key.created_at,
            revoked_at: key.revoked_at,
        }
    }
}

#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
struct ApiKeyIn {
    owner_id: OwnerId,
    /// What the key is for.
    name: String,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct ApiKeyCreatedOut {
    api_key: ApiKeyOut,
    /// Shown once: `null` when the request is repeated.
    token: Option<String>,
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct ApiKeyQuery {
    /// Keys of this owner only.
    owner_id: Option<OwnerId>,
    limit: Option<i64>,
    after: Option<String>,
}

/// What a renewal's command remembers: the device, and which run made the token.
#[derive(Debug, Serialize, Deserialize)]
struct Renewed {
    device: DeviceOut,
    made_by: CommandId,
}

/// Enrols a handheld and shows its token once (подключить терминал).
#[utoipa::path(
    post, path = "/v1/devices", tag = "access", request_body = DeviceIn,
    responses((status = 201, body = EnrolledOut), (status = "default", body = ProblemBody))
)]
async fn device_enrol(
    State(app): State<App>,
    caller: Caller<rights::AccessManage>,
    key: IdempotencyKey,
    Body(input): Body<DeviceIn>,
) -> Result<(StatusCode, Json<EnrolledOut>), Problem> {
    let id = DeviceId::new();
    let token = NewToken::make(TokenKind::Device);
    let issued = token.clone();
    let body = input.clone();
    let work = async move |tx: &mut Tx, ctx: &Ctx| {
        let DeviceIn { warehouse_id, name } = &input;
        let device = doors::device_enrol(tx, ctx, id, *warehouse_id, name, &issued).await?;
        Ok::<_, AccessError>(DeviceOut::from(device))
    };
    let device = app.command(&caller, key, "device_enrol", &body, work).await?;
    let token = (device.id == id).then_some(token.text);
    Ok((StatusCode::CREATED, Json(EnrolledOut { device, token })))
}

/// Devices, oldest first (терминалы).
#[utoipa::path(
    get, path = "/v1/devices", tag = "access", params(PageParams),
    responses((status = 200, body = Page<DeviceOut>), (status = "default", body = ProblemBody))
)]
async fn device_list(
    State(app): State<App>,
    _caller: Caller<rights::AccessManage>,
    QueryParams(page): QueryParams<PageParams>,
) -> Result<Json<Page<DeviceOut>>, Problem> {
    let limit = page.limit();
    let after = page.after()?.unwrap_or(DeviceId::from_uuid(uuid::Uuid::nil()));
    let read = async move |tx: &mut Tx| doors::device_list(tx, after, limit + 1).await;
    let items = app.db.read(read).await?.into_iter().map(DeviceOut::from).collect();
    Ok(Json(Page::new(items, limit, |device: &DeviceOut| device.id.to_string())))
}

/// Gives a device another token; the one before opens nothing any more (перевыпустить).
#[utoipa::path(
    post, path = "/v1/devices/{id}/renew", tag = "access",
    params(("id" = DeviceId, Path)),
    responses((status = 200, body = EnrolledOut), (status = "default", body = ProblemBody))
)]
async fn device_renew(
    State(app): State<App>,
    caller: Caller<rights::AccessManage>,
    IdPath(id): IdPath<DeviceId>,
    key: IdempotencyKey,
) -> Result<Json<EnrolledOut>, Problem> {
    let token = NewToken::make(TokenKind::Device);
    let issued = token.clone();
    let this_run = CommandId::new();
    let work = async move |tx: &mut Tx, ctx: &Ctx| {
        let device = doors::device_renew(tx, ctx, id, &issued).await?;
        Ok::<_, AccessError>(Renewed { device: device.into(), made_by: this_run })
    };
    let renewed = app.command(&caller, key, "device_renew", &id, work).await?;
    app.tokens.clear();
    let token = (renewed.made_by == this_run).then_some(token.text);
    Ok(Json(EnrolledOut { device: renewed.device, token }))
}

/// Takes a device's token back (отозвать).
#[utoipa::path(
    post, path = "/v1/devices/{id}/revoke", tag = "access",
    params(("id" = DeviceId, Path)),
    responses((status = 200, body = DeviceOut), (status = "default", body = ProblemBody))
)]
async fn device_revoke(
    State(app): State<App>,
    caller: Caller<rights::AccessManage>,
    IdPath(id): IdPath<DeviceId>,
    key: IdempotencyKey,
) -> Result<Json<DeviceOut>, Problem> {
    let work = async move |tx: &mut Tx, _: &Ctx| {
        let device = doors::device_revoke(tx, id).await?;
        Ok::<_, AccessError>(DeviceOut::from(device))
    };
    let device = app.command(&caller, key, "device_revoke", &id, work).await?;
    app.tokens.clear();
    Ok(Json(device))
}

/// Makes a key for a shop's program and shows it once (ключ API).
#[utoipa::path(
    post, path = "/v1/api-keys", tag = "access", request_body = ApiKeyIn,
    responses((status = 201, body = ApiKeyCreatedOut), (status = "default", body = ProblemBody))
)]
async fn api_key_create(
    State(app): State<App>,
    caller: Caller<rights::AccessManage>,
    key: IdempotencyKey,
    Body(input): Body<ApiKeyIn>,
) -> Result<(StatusCode, Json<ApiKeyCreatedOut>), Problem> {
    let id = ApiKeyId::new();
    let token = NewToken::make(TokenKind::ApiKey);
    let issued = token.clone();
    let body = input.clone();
    let work = async move |tx: &mut Tx, ctx: &Ctx| {
        let ApiKeyIn { owner_id, name } = &input;
        let api_key = doors::api_key_create(tx, ctx, id, *owner_id, name, &issued).await?;
        Ok::<_, AccessError>(ApiKeyOut::from(api_key))
    };
    let api_key = app.command(&caller, key, "api_key_create", &body, work).await?;
    let token = (api_key.id == id).then_some(token.text);
    Ok((StatusCode::CREATED, Json(ApiKeyCreatedOut { api_key, token })))
}

/// Keys, oldest first, also those taken back (ключи API).
#[utoipa::path(
    get, path = "/v1/api-keys", tag = "access", params(ApiKeyQuery),
    responses((status = 200, body = Page<ApiKeyOut>), (status = "default", body = ProblemBody))
)]
async fn api_key_list(
    State(app): State<App>,
    _caller: Caller<rights::AccessManage>,
    QueryParams(query): QueryParams<ApiKeyQuery>,
) -> Result<Json<Page<ApiKeyOut>>, Problem> {
    let page = PageParams { limit: query.limit, after: query.after };
    let limit = page.limit();
    let after = page.after()?.unwrap_or(ApiKeyId::from_uuid(uuid::Uuid::nil()));
    let owner = query.owner_id;
    let read = async move |tx: &mut Tx| doors::api_key_list(tx, owner, after, limit + 1).await;
    let items = app.db.read(read).await?.into_iter().map(ApiKeyOut::from).collect();
    Ok(Json(Page::new(items, limit, |key: &ApiKeyOut| key.id.to_string())))
}

/// Takes a key back (отозвать).
#[utoipa::path(
    post, path = "/v1/api-keys/{id}/revoke", tag = "access",
    params(("id" = ApiKeyId, Path)),
    responses((status = 200, body = ApiKeyOut), (status = "default", body = ProblemBody))
)]
async fn api_key_revoke(
    State(app): State<App>,
    caller: Caller<rights::AccessManage>,
    IdPath(id): IdPath<ApiKeyId>,
    key: IdempotencyKey,
) -> Result<Json<ApiKeyOut>, Problem> {
    let work = async move |tx: &mut Tx, ctx: &Ctx| {
        let api_key = doors::api_key_revoke(tx, ctx, id).await?;
        Ok::<_, AccessError>(ApiKeyOut::from(api_key))
    };
    let api_key = app.command(&caller, key, "api_key_revoke", &id, work).await?;
    app.tokens.clear();
    Ok(Json(api_key))
}
