//! Finding who a token belongs to.

use crate::db::{DbError, Tx};
use crate::ids::{ApiKeyId, DeviceId, OwnerId, UserId, WarehouseId};
use crate::units::UtcMicros;
use crate::{args, record};

use super::{Principal, Role};

record! {
    struct SessionRow {
        user: UserId,
        owner: Option<OwnerId>,
        role: Option<Role>,
    }
}

record! {
    struct ApiKeyRow {
        id: ApiKeyId,
        owner: OwnerId,
    }
}

record! {
    struct DeviceRow {
        id: DeviceId,
        warehouse: WarehouseId,
    }
}

const SESSION_FIND: &str = "SELECT u.id, u.owner_id, r.role
     FROM user_session s JOIN app_user u ON u.id = s.user_id LEFT JOIN user_role r ON r.user_id = u.id
     WHERE s.token_hash = $1 AND s.expires_at > $2 AND u.active";

const API_KEY_FIND: &str = "SELECT k.id, k.owner_id
     FROM api_key k JOIN owner o ON o.id = k.owner_id
     WHERE k.token_hash = $1 AND k.revoked_at IS NULL AND o.active";

const DEVICE_FIND: &str = "SELECT id, warehouse_id FROM device WHERE token_hash = $1 AND active";

pub const QUERIES: &[&str] = &[SESSION_FIND, API_KEY_FIND, DEVICE_FIND];

pub(super) async fn session_principal(
    tx: &mut Tx,
    token_hash: Vec<u8>,
    now: UtcMicros,
) -> Result<Option<Principal>, DbError> {
    let rows: Vec<SessionRow> = tx.fetch_all(SESSION_FIND, args![token_hash, now]).await?;
    let roles = rows.iter().filter_map(|row| row.role).collect();
    Ok(rows.first().map(|row| Principal::User { id: row.user, owner: row.owner, roles }))
}

pub(super) async fn api_key_principal(
    tx: &mut Tx,
    token_hash: Vec<u8>,
) -> Result<Option<Principal>, DbError> {
    let row: Option<ApiKeyRow> = tx.fetch_optional(API_KEY_FIND, args![token_hash]).await?;
    Ok(row.map(|row| Principal::ApiKey { id: row.id, owner: row.owner }))
}

pub(super) async fn device_principal(
    tx: &mut Tx,
    token_hash: Vec<u8>,
) -> Result<Option<Principal>, DbError> {
    let row: Option<DeviceRow> = tx.fetch_optional(DEVICE_FIND, args![token_hash]).await?;
    Ok(row.map(|row| Principal::Device { id: row.id, warehouse: row.warehouse }))
}
