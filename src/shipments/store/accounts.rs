//! Accounts of carriers, and what shops want of delivery.

use serde_json::{Value, json};

use crate::carriers::model::BuyOut;
use crate::db::{DbError, Tx};
use crate::ids::{CarrierAccountId, OwnerId, WarehouseId};
use crate::rates::rule::Goal;
use crate::secrets::Sealed;
use crate::shipments::{AccountRow, DeliveryTerms};
use crate::units::{Day, Kopecks, UtcMicros};
use crate::{args, record};

record! {
    struct TermsRow {
        goal: Goal,
        carriers: Value,
        price_max_kopecks: Option<Kopecks>,
        buy_out: BuyOut,
        phone: String,
    }
}

const ACCOUNT_INSERT: &str = "INSERT INTO carrier_account
     (id, warehouse_id, carrier, owner_id, name, base_url, settings, credentials, origin, hook,
         active, version, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT DO NOTHING";

const ACCOUNT_UPDATE: &str = "UPDATE carrier_account
     SET name = $2, base_url = $3, settings = $4, credentials = $5, origin = $6, active = $7,
         version = version + 1
     WHERE id = $1";

const ACCOUNT_FIND: &str = "SELECT id, warehouse_id, carrier, owner_id, name, base_url, settings,
         credentials, origin, hook, active, version, created_at
     FROM carrier_account WHERE id = $1";

const ACCOUNT_BY_HOOK: &str =
    "SELECT id, warehouse_id, carrier, owner_id, name, base_url, settings,
         credentials, origin, hook, active, version, created_at
     FROM carrier_account WHERE hook = $1 AND active";

/// A shop's own contract goes before the operator's.
const ACCOUNT_OF: &str = "SELECT id, warehouse_id, carrier, owner_id, name, base_url, settings,
         credentials, origin, hook, active, version, created_at
     FROM carrier_account
     WHERE warehouse_id = $1 AND carrier = $2 AND active AND (owner_id = $3 OR owner_id IS NULL)
     ORDER BY CASE WHEN owner_id IS NULL THEN 1 ELSE 0 END, id LIMIT 1";

const ACCOUNTS_OF: &str = "SELECT id, warehouse_id, carrier, owner_id, name, base_url, settings,
         credentials, origin, hook, active, version, created_at
     FROM carrier_account
     WHERE warehouse_id = $1 AND active AND (owner_id = $2 OR owner_id IS NULL)
     ORDER BY carrier, CASE WHEN owner_id IS NULL THEN 1 ELSE 0 END, id";

const ACCOUNTS_ACTIVE: &str =
    "SELECT id, warehouse_id, carrier, owner_id, name, base_url, settings,
         credentials, origin, hook, active, version, created_at
     FROM carrier_account WHERE active ORDER BY id";

const ACCOUNT_LIST: &str = "SELECT id, warehouse_id, carrier, owner_id, name, base_url, settings,
         credentials, origin, hook, active, version, created_at
     FROM carrier_account WHERE id > $1 ORDER BY id LIMIT $2";

const TERMS_FIND: &str = "SELECT goal, carriers, price_max_kopecks, buy_out, phone
     FROM delivery_terms WHERE owner_id = $1";

const TERMS_SET: &str = "INSERT INTO delivery_terms
     (owner_id, goal, carriers, price_max_kopecks, buy_out, phone, updated_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7)
     ON CONFLICT (owner_id) DO UPDATE SET goal = excluded.goal, carriers = excluded.carriers,
         price_max_kopecks = excluded.price_max_kopecks, buy_out = excluded.buy_out,
         phone = excluded.phone, updated_at = excluded.updated_at";

const ASKED: &str = "INSERT INTO carrier_asked (account_id, job, asked_on) VALUES ($1, $2, $3)
     ON CONFLICT (account_id, job) DO UPDATE SET asked_on = excluded.asked_on
     WHERE carrier_asked.asked_on < excluded.asked_on";

pub(super) const QUERIES: &[&str] = &[
    ASKED,
    ACCOUNT_INSERT,
    ACCOUNT_UPDATE,
    ACCOUNT_FIND,
    ACCOUNT_BY_HOOK,
    ACCOUNT_OF,
    ACCOUNTS_OF,
    ACCOUNTS_ACTIVE,
    ACCOUNT_LIST,
    TERMS_FIND,
    TERMS_SET,
];

/// False: there is one of this carrier for this warehouse and owner.
pub(in crate::shipments) async fn account_insert(
    tx: &mut Tx,
    account: &AccountRow,
) -> Result<bool, DbError> {
    let values = args![
        account.id,
        account.warehouse,
        &account.carrier,
        account.owner,
        &account.name,
        account.base_url.clone(),
        account.settings.clone(),
        account.credentials.clone(),
        account.origin.clone(),
        &account.hook,
        account.active,
        account.version,
        account.created_at,
    ];
    Ok(tx.execute(ACCOUNT_INSERT, values).await? == 1)
}

pub(in crate::shipments) async fn account_update(
    tx: &mut Tx,
    account: &AccountRow,
) -> Result<bool, DbError> {
    let values = args![
        account.id,
        &account.name,
        account.base_url.clone(),
        account.settings.clone(),
        account.credentials.clone(),
        account.origin.clone(),
        account.active,
    ];
    Ok(tx.execute(ACCOUNT_UPDATE, values).await? == 1)
}

pub(in crate::shipments) async fn account_find(
    tx: &mut Tx,
    account: CarrierAccountId,
) -> Result<Option<AccountRow>, DbError> {
    tx.fetch_optional(ACCOUNT_FIND, args![account]).await
}

pub(in crate::shipments) async fn account_by_hook(
    tx: &mut Tx,
    hook: &str,
) -> Result<Option<AccountRow>, DbError> {
    tx.fetch_optional(ACCOUNT_BY_HOOK, args![hook]).await
}

pub(in crate::shipments) async fn account_of(
    tx: &mut Tx,
    warehouse: WarehouseId,
    carrier: &str,
    owner: OwnerId,
) -> Result<Option<AccountRow>, DbError> {
    tx.fetch_optional(ACCOUNT_OF, args![warehouse, carrier, owner]).await
}

/// Every account that may serve an owner, the owner's own before the operator's of the same carrier.
pub(in crate::shipments) async fn accounts_of(
    tx: &mut Tx,
    warehouse: WarehouseId,
    owner: OwnerId,
) -> Result<Vec<AccountRow>, DbError> {
    tx.fetch_all(ACCOUNTS_OF, args![warehouse, owner]).await
}

pub(in crate::shipments) async fn accounts_active(tx: &mut Tx) -> Result<Vec<AccountRow>, DbError> {
    tx.fetch_all(ACCOUNTS_ACTIVE, args![]).await
}

pub(in crate::shipments) async fn account_list(
    tx: &mut Tx,
    after: CarrierAccountId,
    limit: i64,
) -> Result<Vec<AccountRow>, DbError> {
    tx.fetch_all(ACCOUNT_LIST, args![after, limit]).await
}

pub(in crate::shipments) async fn terms_find(
    tx: &mut Tx,
    owner: OwnerId,
) -> Result<DeliveryTerms, DbError> {
    let row: Option<TermsRow> = tx.fetch_optional(TERMS_FIND, args![owner]).await?;
    Ok(row.map_or_else(DeliveryTerms::default, |row| DeliveryTerms {
        goal: row.goal,
        carriers: serde_json::from_value(row.carriers).unwrap_or_default(),
        price_max_kopecks: row.price_max_kopecks,
        buy_out: row.buy_out,
        phone: row.phone,
    }))
}

pub(in crate::shipments) async fn terms_set(
    tx: &mut Tx,
    owner: OwnerId,
    terms: &DeliveryTerms,
    now: UtcMicros,
) -> Result<(), DbError> {
    let values = args![
        owner,
        terms.goal,
        json!(terms.carriers),
        terms.price_max_kopecks,
        terms.buy_out,
        &terms.phone,
        now,
    ];
    tx.execute(TERMS_SET, values).await.map(drop)
}

/// The credentials of this account are sealed for it alone.
pub(in crate::shipments) fn seal_context(account: CarrierAccountId) -> String {
    format!("carrier_account:{account}")
}

/// For rows that are made before they are sealed.
pub(in crate::shipments) const fn unsealed() -> Sealed {
    Sealed::from_bytes(Vec::new())
}

/// Notes that an account's jobs of a kind are queued on that day. False: they were already.
pub(in crate::shipments) async fn asked(
    tx: &mut Tx,
    account: CarrierAccountId,
    job: &str,
    on: Day,
) -> Result<bool, DbError> {
    Ok(tx.execute(ASKED, args![account, job, on]).await? == 1)
}
