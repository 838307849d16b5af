//! Devices and API keys: made, shown once, taken back.

use crate::access::AccessError;
use crate::access::store::doors as store;
use crate::access::store::doors::{ApiKey, Device};
use crate::access::tokens::{self, TokenKind};
use crate::commands::Ctx;
use crate::db::{DbError, Tx};
use crate::fault::InputFaults;
use crate::ids::{ApiKeyId, DeviceId, OwnerId, WarehouseId};

const NAME_LENGTH_MAX: usize = 100;

/// A token before it is shown: the text for the caller, the hash for the database.
#[derive(Debug, Clone)]
pub struct NewToken {
    pub text: String,
    hash: Vec<u8>,
}

impl NewToken {
    pub fn make(kind: TokenKind) -> Self {
        let text = tokens::make(kind);
        let hash = tokens::hash(&text);
        Self { text, hash }
    }
}

fn checked(name: &str) -> Result<String, AccessError> {
    let mut faults = InputFaults::default();
    faults.text("name", name, NAME_LENGTH_MAX);
    faults.finish()?;
    Ok(name.trim().to_owned())
}

/// What a row points at does not exist.
fn told(error: DbError, what: &'static str) -> AccessError {
    match error {
        DbError::ForeignKey => AccessError::NotFound { what },
        error => error.into(),
    }
}

/// Enrols a handheld for a warehouse.
pub async fn device_enrol(
    tx: &mut Tx,
    ctx: &Ctx,
    id: DeviceId,
    warehouse: WarehouseId,
    name: &str,
    token: &NewToken,
) -> Result<Device, AccessError> {
    let device = Device {
        id,
        warehouse,
        name: checked(name)?,
        active: true,
        enrolled_at: ctx.now,
        enrolled_by: ctx.actor,
    };
    match store::device_insert(tx, &device, token.hash.clone()).await {
        Ok(true) => Ok(device),
        Ok(false) => Err(AccessError::DeviceNameTaken { name: device.name }),
        Err(error) => Err(told(error, "warehouse")),
    }
}

pub async fn device_find(tx: &mut Tx, id: DeviceId) -> Result<Device, AccessError> {
    store::device_find(tx, id).await?.ok_or(AccessError::NotFound { what: "device" })
}

pub async fn device_list(tx: &mut Tx, after: DeviceId, limit: i64) -> Result<Vec<Device>, DbError> {
    store::device_list(tx, after, limit).await
}

/// Gives a device another token; the one before opens nothing any more.
pub async fn device_renew(
    tx: &mut Tx,
    ctx: &Ctx,
    id: DeviceId,
    token: &NewToken,
) -> Result<Device, AccessError> {
    let known = device_find(tx, id).await?;
    let device = Device { active: true, enrolled_at: ctx.now, enrolled_by: ctx.actor, ..known };
    store::device_renew(tx, &device, token.hash.clone()).await?;
    Ok(device)
}

pub async fn device_revoke(tx: &mut Tx, id: DeviceId) -> Result<Device, AccessError> {
    let known = device_find(tx, id).await?;
    store::device_revoke(tx, id).await?;
    Ok(Device { active: false, ..known })
}

/// Makes a key for a shop's program.
pub async fn api_key_create(
    tx: &mut Tx,
    ctx: &Ctx,
    id: ApiKeyId,
    owner: OwnerId,
    name: &str,
    token: &NewToken,
) -> Result<ApiKey, AccessError> {
    let name = checked(name)?;
    let key = ApiKey { id, owner, name, created_at: ctx.now, revoked_at: None };
    let inserted = store::api_key_insert(tx, &key, token.hash.clone()).await;
    inserted.map_err(|error| told(error, "owner"))?;
    Ok(key)
}

pub async fn api_key_list(
    tx: &mut Tx,
    owner: Option<OwnerId>,
    after: ApiKeyId,
    limit: i64,
) -> Result<Vec<ApiKey>, DbError> {
    store::api_key_list(tx, owner, after, limit).await
}

/// Takes a key back; doing it twice changes nothing.
pub async fn api_key_revoke(tx: &mut Tx, ctx: &Ctx, id: ApiKeyId) -> Result<ApiKey, AccessError> {
    store::api_key_revoke(tx, id, ctx.now).await?;
    store::api_key_find(tx, id).await?.ok_or(AccessError::NotFound { what: "api_key" })
}
