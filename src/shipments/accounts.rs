//! Accounts: contracts with carriers, described by people.

use rand::RngExt;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::model::{AccountRow, DeliveryTerms, Origin};
use super::store::accounts as store;
use super::{Connectors, ShipmentError};
use crate::commands::Ctx;
use crate::db::{DbError, Tx};
use crate::fault::{InputError, InputFaults};
use crate::ids::{CarrierAccountId, OwnerId, WarehouseId};
use crate::secrets::{Secret, Vault};

const NAME_MAX: usize = 200;
const PHONE_MAX: usize = 20;
const CARRIERS_MAX: usize = 50;
const HOOK_BYTES: usize = 24;

/// What a person says of a contract.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AccountIn {
    pub warehouse: WarehouseId,
    pub carrier: String,
    pub owner: Option<OwnerId>,
    pub name: String,
    pub base_url: Option<String>,
    pub settings: Value,
    /// JSON by the carrier's rules. Nothing: those that are there stay.
    pub credentials: Option<Secret>,
    pub origin: Origin,
    pub active: bool,
}

/// Describes a contract. It is tried on the carrier's program, not on the carrier.
pub async fn account_create(
    tx: &mut Tx,
    ctx: &Ctx,
    vault: &Vault,
    input: &AccountIn,
) -> Result<AccountRow, ShipmentError> {
    check(input)?;
    let Some(credentials) = &input.credentials else {
        return Err(InputError::one("credentials", "missing").into());
    };
    let id = CarrierAccountId::new();
    let mut account = AccountRow {
        id,
        warehouse: input.warehouse,
        carrier: input.carrier.trim().to_owned(),
        owner: input.owner,
        name: input.name.trim().to_owned(),
        base_url: input.base_url.clone(),
        settings: input.settings.clone(),
        credentials: store::unsealed(),
        origin: serde_json::to_value(&input.origin).unwrap_or_default(),
        hook: hook(),
        active: input.active,
        version: 1,
        created_at: ctx.now,
    };
    Connectors::program(&account, credentials)?;
    account.credentials = vault.seal(&store::seal_context(id), credentials.bytes())?;
    if store::account_insert(tx, &account).await? {
        Ok(account)
    } else {
        Err(ShipmentError::AccountTaken { carrier: account.carrier })
    }
}

/// Changes a contract's description. Warehouse, carrier and owner stay.
pub async fn account_update(
    tx: &mut Tx,
    vault: &Vault,
    id: CarrierAccountId,
    input: &AccountIn,
) -> Result<AccountRow, ShipmentError> {
    check(input)?;
    let mut account = account_find(tx, id).await?;
    input.name.trim().clone_into(&mut account.name);
    account.base_url.clone_from(&input.base_url);
    account.settings = input.settings.clone();
    account.origin = serde_json::to_value(&input.origin).unwrap_or_default();
    account.active = input.active;
    let context = store::seal_context(id);
    let credentials = match &input.credentials {
        Some(fresh) => {
            account.credentials = vault.seal(&context, fresh.bytes())?;
            fresh.clone()
        }
        None => vault.open(&context, &account.credentials)?,
    };
    Connectors::program(&account, &credentials)?;
    store::account_update(tx, &account).await?;
    account.version += 1;
    Ok(account)
}

fn check(input: &AccountIn) -> Result<(), InputError> {
    let mut faults = InputFaults::default();
    faults.text("carrier", &input.carrier, NAME_MAX);
    faults.text("name", &input.name, NAME_MAX);
    if let Some(url) = &input.base_url
        && url::Url::parse(url).is_err()
    {
        faults.note("base_url", "invalid");
    }
    faults.finish()
}

fn hook() -> String {
    let mut bytes = [0; HOOK_BYTES];
    rand::rng().fill(&mut bytes);
    hex::encode(bytes)
}

pub async fn account_find(
    tx: &mut Tx,
    account: CarrierAccountId,
) -> Result<AccountRow, ShipmentError> {
    let found = store::account_find(tx, account).await?;
    found.ok_or(ShipmentError::AccountUnknown { account })
}

/// The contract by which this owner's parcels go with a carrier: its own, or the operator's.
pub async fn account_of(
    tx: &mut Tx,
    warehouse: WarehouseId,
    carrier: &str,
    owner: OwnerId,
) -> Result<Option<AccountRow>, DbError> {
    store::account_of(tx, warehouse, carrier, owner).await
}

/// One contract of each carrier that may serve this owner.
pub async fn accounts_of(
    tx: &mut Tx,
    warehouse: WarehouseId,
    owner: OwnerId,
) -> Result<Vec<AccountRow>, DbError> {
    let mut accounts = store::accounts_of(tx, warehouse, owner).await?;
    accounts.dedup_by(|later, earlier| later.carrier == earlier.carrier);
    Ok(accounts)
}

/// All contracts that are in use.
pub async fn accounts_active(tx: &mut Tx) -> Result<Vec<AccountRow>, DbError> {
    store::accounts_active(tx).await
}

/// The contract that the address of a webhook belongs to.
pub async fn account_by_hook(tx: &mut Tx, hook: &str) -> Result<Option<AccountRow>, DbError> {
    store::account_by_hook(tx, hook).await
}

pub async fn account_list(
    tx: &mut Tx,
    after: CarrierAccountId,
    limit: i64,
) -> Result<Vec<AccountRow>, DbError> {
    store::account_list(tx, after, limit).await
}

pub async fn terms_find(tx: &mut Tx, owner: OwnerId) -> Result<DeliveryTerms, DbError> {
    store::terms_find(tx, owner).await
}

pub async fn terms_set(
    tx: &mut Tx,
    ctx: &Ctx,
    owner: OwnerId,
    terms: &DeliveryTerms,
) -> Result<(), ShipmentError> {
    let mut faults = InputFaults::default();
    if terms.carriers.len() > CARRIERS_MAX {
        faults.note("carriers", "too_large");
    }
    if terms.price_max_kopecks.is_some_and(|price| !price.is_positive()) {
        faults.note("price_max_kopecks", "too_small");
    }
    if terms.phone.chars().count() > PHONE_MAX {
        faults.note("phone", "too_long");
    }
    faults.finish()?;
    Ok(store::terms_set(tx, owner, terms, ctx.now).await?)
}
