//! Connections, presence and the ways in for devices that speak HTTP.

mod messages;
mod sheet;

use axum::Json;
use axum::extract::State;
use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::presence::SEEN_SECONDS_MAX;
use super::service::{self, NewConnection};
use super::store::{Connection, DevicePresence};
use super::{ConnectionChannel, ConnectionError, ConnectionState, DeviceClass};
use crate::access::caller::{Caller, rights};
use crate::app::App;
use crate::commands::Ctx;
use crate::db::Tx;
use crate::devices::{self, Channel, Title};
use crate::http::{
    Body, IdPath, IdempotencyKey, Page, PageParams, Problem, ProblemBody, QueryParams,
};
use crate::ids::{ConnectionId, DeviceId, WarehouseId};
use crate::secrets::Secret;
use crate::units::UtcMicros;

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(protocol_list))
        .routes(routes!(connection_list, connection_create))
        .routes(routes!(connection_pause))
        .routes(routes!(connection_resume))
        .routes(routes!(connection_remove))
        .routes(routes!(presence_list))
        .routes(routes!(messages::device_message))
        .routes(routes!(messages::device_socket))
        .routes(routes!(sheet::device_sheet))
}

/// A kind of device that the program knows.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct ProtocolOut {
    name: String,
    class: DeviceClass,
    title_ru: String,
    title_en: String,
    /// How such devices can be connected.
    channels: Vec<Channel>,
    /// The usual TCP port of the device.
    port: Option<u16>,
}

fn protocol_out(
    class: DeviceClass,
    name: &str,
    title: &Title,
    channels: &[Channel],
    port: Option<u16>,
) -> ProtocolOut {
    ProtocolOut {
        name: name.to_owned(),
        class,
        title_ru: title.ru.clone(),
        title_en: title.en.clone(),
        channels: channels.to_vec(),
        port,
    }
}

/// The scanners and scales that the program knows (протоколы устройств).
#[utoipa::path(
    get, path = "/v1/device-protocols", tag = "devices",
    responses((status = 200, body = Vec<ProtocolOut>), (status = "default", body = ProblemBody))
)]
async fn protocol_list(_caller: Caller<rights::AccessManage>) -> Json<Vec<ProtocolOut>> {
    let scanners = devices::scanners().iter().map(|known| {
        let class = DeviceClass::Scanner;
        protocol_out(class, known.name(), known.title(), known.channels(), known.port())
    });
    let scales = devices::scales().iter().map(|known| {
        let class = DeviceClass::Scale;
        protocol_out(class, known.name(), known.title(), known.channels(), known.port())
    });
    Json(scanners.chain(scales).collect())
}

/// A way to a device, to be set up.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
struct ConnectionIn {
    warehouse_id: WarehouseId,
    name: String,
    /// One of `/v1/device-protocols`.
    protocol: String,
    channel: ConnectionChannel,
    /// `host:port`, the address to listen on, `/dev/ttyUSB0,9600,8N1`, or
    /// `mqtt://user:password@host/topic/filter`.
    address: String,
    /// Whose scans these are, or at whose table the scale stands. Without it devices say who they
    /// are: by a greeting, by scanning their label, or by their name in a message.
    device_id: Option<DeviceId>,
}

#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
struct ConnectionOut {
    id: ConnectionId,
    warehouse_id: WarehouseId,
    name: String,
    class: DeviceClass,
    protocol: String,
    channel: ConnectionChannel,
    /// Without the password, if there is one.
    address: String,
    device_id: Option<DeviceId>,
    active: bool,
    state: ConnectionState,
    /// Why it is down.
    reason: Option<String>,
    changed_at: UtcMicros,
}

impl From<Connection> for ConnectionOut {
    fn from(connection: Connection) -> Self {
        Self {
            id: connection.id,
            warehouse_id: connection.warehouse,
            name: connection.name,
            class: connection.class,
            protocol: connection.protocol,
            channel: connection.channel,
            address: connection.address,
            device_id: connection.device,
            active: connection.active,
            state: connection.state,
            reason: connection.reason,
            changed_at: connection.changed_at,
        }
    }
}

/// Takes the password out of the address of a broker.
fn without_password(address: String) -> (String, Option<Secret>) {
    let Ok(mut url) = url::Url::parse(&address) else { return (address, None) };
    let Some(password) = url.password() else { return (address, None) };
    let password = Secret::from(percent_decode_str(password).collect::<Vec<u8>>());
    match url.set_password(None) {
        Ok(()) => (url.to_string(), Some(password)),
        // An address without a host has no place for a password.
        Err(()) => (address, None),
    }
}

/// The configured connections with their state (подключения).
#[utoipa::path(
    get, path = "/v1/connections", tag = "devices",
    responses((status = 200, body = Vec<ConnectionOut>), (status = "default", body = ProblemBody))
)]
async fn connection_list(
    State(app): State<App>,
    _caller: Caller<rights::AccessManage>,
) -> Result<Json<Vec<ConnectionOut>>, Problem> {
    let connections = app.db.read(async |tx: &mut Tx| service::connection_list(tx).await).await?;
    Ok(Json(connections.into_iter().map(ConnectionOut::from).collect()))
}

/// Sets up a connection; it comes up within seconds (подключить).
#[utoipa::path(
    post, path = "/v1/connections", tag = "devices", request_body = ConnectionIn,
    responses((status = 200, body = ConnectionOut), (status = "default", body = ProblemBody))
)]
async fn connection_create(
    State(app): State<App>,
    caller: Caller<rights::AccessManage>,
    key: IdempotencyKey,
    Body(body): Body<ConnectionIn>,
) -> Result<Json<ConnectionOut>, Problem> {
    let (address, password) = without_password(body.address.clone());
    let vault = app.vault.clone();
    let new = NewConnection {
        warehouse: body.warehouse_id,
        name: body.name.clone(),
        protocol: body.protocol.clone(),
        channel: body.channel,
        address: address.clone(),
        password,
        device: body.device_id,
    };
    let work = async move |tx: &mut Tx, ctx: &Ctx| {
        let connection = service::connection_create(tx, ctx, &vault, &new).await?;
        Ok::<_, ConnectionError>(ConnectionOut::from(connection))
    };
    // The trail is read by more people than may know the password of a broker.
    let noted = ConnectionIn { address, ..body };
    Ok(Json(app.command(&caller, key, "connection_create", &noted, work).await?))
}

/// Takes a connection down (отключить).
#[utoipa::path(
    post, path = "/v1/connections/{id}/pause", tag = "devices",
    params(("id" = ConnectionId, Path)),
    responses((status = 200, body = ConnectionOut), (status = "default", body = ProblemBody))
)]
async fn connection_pause(
    State(app): State<App>,
    caller: Caller<rights::AccessManage>,
    key: IdempotencyKey,
    IdPath(id): IdPath<ConnectionId>,
) -> Result<Json<ConnectionOut>, Problem> {
    set_active(&app, &caller, key, id, false).await
}

/// Lets a connection come up again (включить).
#[utoipa::path(
    post, path = "/v1/connections/{id}/resume", tag = "devices",
    params(("id" = ConnectionId, Path)),
    responses((status = 200, body = ConnectionOut), (status = "default", body = ProblemBody))
)]
async fn connection_resume(
    State(app): State<App>,
    caller: Caller<rights::AccessManage>,
    key: IdempotencyKey,
    IdPath(id): IdPath<ConnectionId>,
) -> Result<Json<ConnectionOut>, Problem> {
    set_active(&app, &caller, key, id, true).await
}

async fn set_active(
    app: &App,
    caller: &Caller<rights::AccessManage>,
    key: IdempotencyKey,
    id: ConnectionId,
    active: bool,
) -> Result<Json<ConnectionOut>, Problem> {
    let work = async move |tx: &mut Tx, _: &Ctx| {
        service::connection_set_active(tx, id, active).await.map(ConnectionOut::from)
    };
    let action = if active { "connection_resume" } else { "connection_pause" };
    Ok(Json(app.command(caller, key, action, &id, work).await?))
}

/// Forgets a connection; its device stays enrolled (удалить).
#[utoipa::path(
    post, path = "/v1/connections/{id}/remove", tag = "devices",
    params(("id" = ConnectionId, Path)),
    responses((status = 200, body = ConnectionOut), (status = "default", body = ProblemBody))
)]
async fn connection_remove(
    State(app): State<App>,
    caller: Caller<rights::AccessManage>,
    key: IdempotencyKey,
    IdPath(id): IdPath<ConnectionId>,
) -> Result<Json<ConnectionOut>, Problem> {
    let work = async move |tx: &mut Tx, _: &Ctx| {
        service::connection_remove(tx, id).await.map(ConnectionOut::from)
    };
    Ok(Json(app.command(&caller, key, "connection_remove", &id, work).await?))
}

/// A device and whether it is there.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct PresenceOut {
    device_id: DeviceId,
    warehouse_id: WarehouseId,
    name: String,
    online: bool,
    /// What it speaks; `http` for those that only ask.
    protocol: Option<String>,
    address: Option<String>,
    battery_percent: Option<i64>,
    seen_at: Option<UtcMicros>,
    last_scan_at: Option<UtcMicros>,
}

fn presence_out(row: DevicePresence, now: UtcMicros) -> PresenceOut {
    let is_fresh = row.seen_at.is_some_and(|seen| now.seconds_since(seen) <= SEEN_SECONDS_MAX);
    PresenceOut {
        device_id: row.device,
        warehouse_id: row.warehouse,
        name: row.name,
        online: is_fresh && row.connected == Some(true),
        protocol: row.protocol,
        address: row.address,
        battery_percent: row.battery_percent,
        seen_at: row.seen_at,
        last_scan_at: row.last_scan_at,
    }
}

/// Which devices are there, with battery and last scan (устройства на связи).
#[utoipa::path(
    get, path = "/v1/devices/presence", tag = "devices", params(PageParams),
    responses((status = 200, body = Page<PresenceOut>), (status = "default", body = ProblemBody))
)]
async fn presence_list(
    State(app): State<App>,
    _caller: Caller<rights::AccessManage>,
    QueryParams(page): QueryParams<PageParams>,
) -> Result<Json<Page<PresenceOut>>, Problem> {
    let limit = page.limit();
    let after = page.after()?.unwrap_or(DeviceId::from_uuid(uuid::Uuid::nil()));
    let read = async move |tx: &mut Tx| service::presence_list(tx, after, limit + 1).await;
    let now = app.clock.now();
    let items = app.db.read(read).await?.into_iter().map(|row| presence_out(row, now)).collect();
    Ok(Json(Page::new(items, limit, |row: &PresenceOut| row.device_id.to_string())))
}
