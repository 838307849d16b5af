//! Finding who a token or a badge belongs to.

pub(super) mod attempts;
pub(super) mod doors;
pub(super) mod users;

use crate::db::{DbError, Tx};
use crate::ids::{ApiKeyId, DeviceId, OwnerId, UserId, WarehouseId};
use crate::units::UtcMicros;
use crate::{args, record};

use super::service::LoggedIn;
use super::{Principal, Role};
use crate::i18n::Language;

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

record! {
    struct BadgeRow {
        user: UserId,
        name: String,
        language: Language,
        pin_hash: Option<String>,
        role: Option<Role>,
    }
}

const BADGE_FIND: &str = "SELECT u.id, u.name, u.language, u.pin_hash, r.role
     FROM app_user u LEFT JOIN user_role r ON r.user_id = u.id
     WHERE u.badge_code = $1 AND u.active";

const SESSION_FIND: &str = "SELECT u.id, u.owner_id, r.role
     FROM user_session s JOIN app_user u ON u.id = s.user_id LEFT JOIN user_role r ON r.user_id = u.id
     WHERE s.token_hash = $1 AND s.expires_at > $2 AND u.active";

const API_KEY_FIND: &str = "SELECT k.id, k.owner_id
     FROM api_key k JOIN owner o ON o.id = k.owner_id
     WHERE k.token_hash = $1 AND k.revoked_at IS NULL AND o.active";

const DEVICE_FIND: &str = "SELECT id, warehouse_id FROM device WHERE token_hash = $1 AND active";

const OWN_QUERIES: &[&str] = &[BADGE_FIND, SESSION_FIND, API_KEY_FIND, DEVICE_FIND];

/// Every statement of access, by file.
pub const QUERIES: [&[&str]; 4] = [OWN_QUERIES, attempts::QUERIES, doors::QUERIES, users::QUERIES];

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

/// The person behind a badge, with the hash of the PIN.
pub(super) async fn user_by_badge(
    tx: &mut Tx,
    badge: &str,
) -> Result<Option<(LoggedIn, Option<String>)>, DbError> {
    let rows: Vec<BadgeRow> = tx.fetch_all(BADGE_FIND, args![badge]).await?;
    let roles = rows.iter().filter_map(|row| row.role).collect();
    Ok(rows.into_iter().next().map(|row| {
        let person = LoggedIn { user: row.user, name: row.name, language: row.language, roles };
        (person, row.pin_hash)
    }))
}
