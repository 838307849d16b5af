//! Owners and their contracts.

use serde_json::Value;

use crate::catalog::OrderPolicy;
use crate::db::{Count, DbError, Tx};
use crate::ids::{ContractId, OwnerId};
use crate::units::{Day, UtcMicros};
use crate::{args, record};

record! {
    /// A shop whose goods are kept (поклажедатель).
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Owner {
        pub id: OwnerId,
        pub code: String,
        pub name: String,
        pub inn: Option<String>,
        pub order_policy: OrderPolicy,
        pub active: bool,
        pub created_at: UtcMicros,
    }
}

record! {
    /// One version of a contract, valid from a day on.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Contract {
        pub id: ContractId,
        pub owner: OwnerId,
        pub number: String,
        pub version: i64,
        pub valid_from: Day,
        pub valid_to: Option<Day>,
        /// The goods may lie in one bin with goods of other owners.
        pub owners_may_mix: bool,
        pub terms: Value,
        pub created_at: UtcMicros,
    }
}

const OWNER_INSERT: &str =
    "INSERT INTO owner (id, code, name, inn, order_policy, active, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (code) DO NOTHING";

const OWNER_FIND: &str =
    "SELECT id, code, name, inn, order_policy, active, created_at FROM owner WHERE id = $1";

const OWNER_BY_CODE: &str =
    "SELECT id, code, name, inn, order_policy, active, created_at FROM owner WHERE code = $1";

const OWNER_LIST: &str = "SELECT id, code, name, inn, order_policy, active, created_at FROM owner
     WHERE id > $1 ORDER BY id LIMIT $2";

/// The owner's row is the lock under which versions are counted.
const OWNER_TOUCH: &str = "UPDATE owner SET active = active WHERE id = $1";

const CONTRACT_VERSION: &str = "SELECT COALESCE(MAX(version), 0) FROM contract
     WHERE owner_id = $1 AND number = $2";

const CONTRACT_INSERT: &str = "INSERT INTO contract
     (id, owner_id, number, version, valid_from, valid_to, owners_may_mix, terms, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";

const CONTRACT_LIST: &str =
    "SELECT id, owner_id, number, version, valid_from, valid_to, owners_may_mix, terms, created_at
     FROM contract WHERE owner_id = $1 ORDER BY number, version DESC LIMIT 500";

/// A version holds from its first day until a later one begins; of two that begin on one day, the
/// one that was written last.
const CONTRACT_VALID: &str =
    "SELECT id, owner_id, number, version, valid_from, valid_to, owners_may_mix, terms, created_at
     FROM contract WHERE owner_id = $1 AND valid_from <= $2
     ORDER BY valid_from DESC, id DESC LIMIT 1";

pub(crate) const QUERIES: &[&str] = &[
    OWNER_INSERT,
    OWNER_FIND,
    OWNER_BY_CODE,
    OWNER_LIST,
    OWNER_TOUCH,
    CONTRACT_VERSION,
    CONTRACT_INSERT,
    CONTRACT_LIST,
    CONTRACT_VALID,
];

/// Answers whether the code was free.
pub(in crate::catalog) async fn owner_insert(tx: &mut Tx, owner: &Owner) -> Result<bool, DbError> {
    let values = args![
        owner.id,
        &owner.code,
        &owner.name,
        owner.inn.clone(),
        owner.order_policy,
        owner.active,
        owner.created_at,
    ];
    Ok(tx.execute(OWNER_INSERT, values).await? == 1)
}

pub(in crate::catalog) async fn owner_find(
    tx: &mut Tx,
    id: OwnerId,
) -> Result<Option<Owner>, DbError> {
    tx.fetch_optional(OWNER_FIND, args![id]).await
}

pub(in crate::catalog) async fn owner_by_code(
    tx: &mut Tx,
    code: &str,
) -> Result<Option<Owner>, DbError> {
    tx.fetch_optional(OWNER_BY_CODE, args![code]).await
}

pub(in crate::catalog) async fn owner_list(
    tx: &mut Tx,
    after: OwnerId,
    limit: i64,
) -> Result<Vec<Owner>, DbError> {
    tx.fetch_all(OWNER_LIST, args![after, limit]).await
}

/// The last version of a contract; whoever else counts them waits for this transaction.
pub(in crate::catalog) async fn contract_version_last(
    tx: &mut Tx,
    owner: OwnerId,
    number: &str,
) -> Result<i64, DbError> {
    tx.execute(OWNER_TOUCH, args![owner]).await?;
    Ok(tx.fetch_one::<Count>(CONTRACT_VERSION, args![owner, number]).await?.value)
}

pub(in crate::catalog) async fn contract_insert(
    tx: &mut Tx,
    contract: &Contract,
) -> Result<(), DbError> {
    let values = args![
        contract.id,
        contract.owner,
        &contract.number,
        contract.version,
        contract.valid_from,
        contract.valid_to,
        contract.owners_may_mix,
        contract.terms.clone(),
        contract.created_at,
    ];
    tx.execute(CONTRACT_INSERT, values).await.map(drop)
}

pub(in crate::catalog) async fn contract_list(
    tx: &mut Tx,
    owner: OwnerId,
) -> Result<Vec<Contract>, DbError> {
    tx.fetch_all(CONTRACT_LIST, args![owner]).await
}

/// The version that holds on a day, unless it has ended.
pub(in crate::catalog) async fn contract_valid(
    tx: &mut Tx,
    owner: OwnerId,
    day: Day,
) -> Result<Option<Contract>, DbError> {
    let last: Option<Contract> = tx.fetch_optional(CONTRACT_VALID, args![owner, day]).await?;
    Ok(last.filter(|contract| contract.valid_to.is_none_or(|end| end >= day)))
}
