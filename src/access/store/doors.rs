//! What opens the system besides a password: devices, API keys, sessions, one-time links.

use crate::db::{DbError, Tx};
use crate::ids::{ApiKeyId, DeviceId, OwnerId, SessionId, UserId, WarehouseId};
use crate::units::UtcMicros;
use crate::{args, record};

record! {
    /// An enrolled handheld (терминал сбора данных).
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Device {
        pub id: DeviceId,
        pub warehouse: WarehouseId,
        pub name: String,
        pub active: bool,
        pub enrolled_at: UtcMicros,
        pub enrolled_by: Option<UserId>,
    }
}

record! {
    /// A key of a shop's program.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct ApiKey {
        pub id: ApiKeyId,
        pub owner: OwnerId,
        pub name: String,
        pub created_at: UtcMicros,
        pub revoked_at: Option<UtcMicros>,
    }
}

record! {
    struct LinkUser {
        user: UserId,
        login: String,
    }
}

record! {
    struct SessionRow {
        id: SessionId,
    }
}

const DEVICE_INSERT: &str =
    "INSERT INTO device (id, warehouse_id, name, token_hash, active, enrolled_at, enrolled_by)
     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (warehouse_id, name) DO NOTHING";

const DEVICE_LIST: &str = "SELECT id, warehouse_id, name, active, enrolled_at, enrolled_by
     FROM device WHERE id > $1 ORDER BY id LIMIT $2";

const DEVICE_FIND: &str =
    "SELECT id, warehouse_id, name, active, enrolled_at, enrolled_by FROM device WHERE id = $1";

const DEVICE_RENEW: &str =
    "UPDATE device SET token_hash = $2, active = $3, enrolled_at = $4, enrolled_by = $5
     WHERE id = $1";

const DEVICE_REVOKE: &str = "UPDATE device SET active = $2 WHERE id = $1";

const API_KEY_INSERT: &str = "INSERT INTO api_key (id, owner_id, name, token_hash, created_at)
     VALUES ($1, $2, $3, $4, $5)";

const API_KEY_LIST: &str = "SELECT id, owner_id, name, created_at, revoked_at FROM api_key
     WHERE (owner_id = $1 OR $1 IS NULL) AND id > $2 ORDER BY id LIMIT $3";

const API_KEY_FIND: &str =
    "SELECT id, owner_id, name, created_at, revoked_at FROM api_key WHERE id = $1";

const API_KEY_REVOKE: &str =
    "UPDATE api_key SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL";

const SESSION_INSERT: &str =
    "INSERT INTO user_session (id, user_id, token_hash, created_at, expires_at)
     VALUES ($1, $2, $3, $4, $5)";

const SESSION_BY_TOKEN: &str = "SELECT id FROM user_session WHERE token_hash = $1";

/// Expired ones of anybody go along.
const SESSION_DELETE: &str = "DELETE FROM user_session WHERE id = $1 OR expires_at < $2";

const SESSIONS_DELETE: &str = "DELETE FROM user_session WHERE user_id = $1";

const LINK_INSERT: &str =
    "INSERT INTO setup_link (token_hash, user_id, expires_at) VALUES ($1, $2, $3)";

const LINK_FIND: &str =
    "SELECT l.user_id, u.login FROM setup_link l JOIN app_user u ON u.id = l.user_id
     WHERE l.token_hash = $1 AND l.used_at IS NULL AND l.expires_at > $2 AND u.active";

const LINK_VALID: &str =
    "SELECT l.user_id, u.login FROM setup_link l JOIN app_user u ON u.id = l.user_id
     WHERE l.user_id = $1 AND l.used_at IS NULL AND l.expires_at > $2 LIMIT 1";

const LINK_USE: &str = "UPDATE setup_link SET used_at = $2
     WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2";

const LINKS_VOID: &str =
    "UPDATE setup_link SET used_at = $2 WHERE user_id = $1 AND used_at IS NULL";

pub(crate) const QUERIES: &[&str] = &[
    DEVICE_INSERT,
    DEVICE_LIST,
    DEVICE_FIND,
    DEVICE_RENEW,
    DEVICE_REVOKE,
    API_KEY_INSERT,
    API_KEY_LIST,
    API_KEY_FIND,
    API_KEY_REVOKE,
    SESSION_INSERT,
    SESSION_BY_TOKEN,
    SESSION_DELETE,
    SESSIONS_DELETE,
    LINK_INSERT,
    LINK_FIND,
    LINK_VALID,
    LINK_USE,
    LINKS_VOID,
];

/// Answers whether the name was free.
pub(in crate::access) async fn device_insert(
    tx: &mut Tx,
    device: &Device,
    token_hash: Vec<u8>,
) -> Result<bool, DbError> {
    let values = args![
        device.id,
        device.warehouse,
        &device.name,
        token_hash,
        device.active,
        device.enrolled_at,
        device.enrolled_by,
    ];
    Ok(tx.execute(DEVICE_INSERT, values).await? == 1)
}

pub(in crate::access) async fn device_list(
    tx: &mut Tx,
    after: DeviceId,
    limit: i64,
) -> Result<Vec<Device>, DbError> {
    tx.fetch_all(DEVICE_LIST, args![after, limit]).await
}

pub(in crate::access) async fn device_find(
    tx: &mut Tx,
    id: DeviceId,
) -> Result<Option<Device>, DbError> {
    tx.fetch_optional(DEVICE_FIND, args![id]).await
}

pub(in crate::access) async fn device_renew(
    tx: &mut Tx,
    device: &Device,
    token_hash: Vec<u8>,
) -> Result<(), DbError> {
    let values =
        args![device.id, token_hash, device.active, device.enrolled_at, device.enrolled_by];
    tx.execute(DEVICE_RENEW, values).await.map(drop)
}

pub(in crate::access) async fn device_revoke(tx: &mut Tx, id: DeviceId) -> Result<(), DbError> {
    tx.execute(DEVICE_REVOKE, args![id, false]).await.map(drop)
}

pub(in crate::access) async fn api_key_insert(
    tx: &mut Tx,
    key: &ApiKey,
    token_hash: Vec<u8>,
) -> Result<(), DbError> {
    let values = args![key.id, key.owner, &key.name, token_hash, key.created_at];
    tx.execute(API_KEY_INSERT, values).await.map(drop)
}

pub(in crate::access) async fn api_key_list(
    tx: &mut Tx,
    owner: Option<OwnerId>,
    after: ApiKeyId,
    limit: i64,
) -> Result<Vec<ApiKey>, DbError> {
    tx.fetch_all(API_KEY_LIST, args![owner, after, limit]).await
}

pub(in crate::access) async fn api_key_find(
    tx: &mut Tx,
    id: ApiKeyId,
) -> Result<Option<ApiKey>, DbError> {
    tx.fetch_optional(API_KEY_FIND, args![id]).await
}

pub(in crate::access) async fn api_key_revoke(
    tx: &mut Tx,
    id: ApiKeyId,
    now: UtcMicros,
) -> Result<(), DbError> {
    tx.execute(API_KEY_REVOKE, args![id, now]).await.map(drop)
}

pub(in crate::access) async fn session_insert(
    tx: &mut Tx,
    id: SessionId,
    user: UserId,
    token_hash: Vec<u8>,
    now: UtcMicros,
    expires_at: UtcMicros,
) -> Result<(), DbError> {
    tx.execute(SESSION_INSERT, args![id, user, token_hash, now, expires_at]).await.map(drop)
}

pub(in crate::access) async fn session_by_token(
    tx: &mut Tx,
    token_hash: Vec<u8>,
) -> Result<Option<SessionId>, DbError> {
    let row: Option<SessionRow> = tx.fetch_optional(SESSION_BY_TOKEN, args![token_hash]).await?;
    Ok(row.map(|row| row.id))
}

pub(in crate::access) async fn session_delete(
    tx: &mut Tx,
    id: SessionId,
    now: UtcMicros,
) -> Result<(), DbError> {
    tx.execute(SESSION_DELETE, args![id, now]).await.map(drop)
}

pub(in crate::access) async fn sessions_delete(tx: &mut Tx, user: UserId) -> Result<(), DbError> {
    tx.execute(SESSIONS_DELETE, args![user]).await.map(drop)
}

pub(in crate::access) async fn link_insert(
    tx: &mut Tx,
    token_hash: Vec<u8>,
    user: UserId,
    expires_at: UtcMicros,
) -> Result<(), DbError> {
    tx.execute(LINK_INSERT, args![token_hash, user, expires_at]).await.map(drop)
}

/// Whose password a link may set, with the login to show.
pub(in crate::access) async fn link_find(
    tx: &mut Tx,
    token_hash: Vec<u8>,
    now: UtcMicros,
) -> Result<Option<(UserId, String)>, DbError> {
    let row: Option<LinkUser> = tx.fetch_optional(LINK_FIND, args![token_hash, now]).await?;
    Ok(row.map(|row| (row.user, row.login)))
}

pub(in crate::access) async fn has_valid_link(
    tx: &mut Tx,
    user: UserId,
    now: UtcMicros,
) -> Result<bool, DbError> {
    Ok(tx.fetch_optional::<LinkUser>(LINK_VALID, args![user, now]).await?.is_some())
}

/// Uses a link up; answers whether it could be used still.
pub(in crate::access) async fn link_use(
    tx: &mut Tx,
    token_hash: Vec<u8>,
    now: UtcMicros,
) -> Result<bool, DbError> {
    Ok(tx.execute(LINK_USE, args![token_hash, now]).await? == 1)
}

pub(in crate::access) async fn links_void(
    tx: &mut Tx,
    user: UserId,
    now: UtcMicros,
) -> Result<(), DbError> {
    tx.execute(LINKS_VOID, args![user, now]).await.map(drop)
}
