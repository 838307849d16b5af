//! Owners and their contracts.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::access::Scope;
use crate::catalog::store::owners as store;
use crate::catalog::store::owners::{Contract, Owner};
use crate::catalog::{CatalogError, OrderPolicy, codes};
use crate::commands::Ctx;
use crate::db::{DbError, Tx};
use crate::fault::InputFaults;
use crate::ids::{ContractId, OwnerId};
use crate::units::Day;

const NAME_LENGTH_MAX: usize = 300;

/// An owner to be created.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct NewOwner {
    /// Short, lower case: what people and files call the shop.
    pub code: String,
    pub name: String,
    /// ИНН: ten digits of a company, twelve of a person.
    #[serde(default)]
    pub inn: Option<String>,
    pub order_policy: OrderPolicy,
}

/// A version of a contract to be added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct NewContract {
    pub number: String,
    pub valid_from: Day,
    #[serde(default)]
    pub valid_to: Option<Day>,
    /// The goods may lie in one bin with goods of other owners.
    #[serde(default)]
    pub owners_may_mix: bool,
    /// Whatever else was agreed.
    #[serde(default)]
    pub terms: Value,
}

pub async fn owner_create(tx: &mut Tx, ctx: &Ctx, new: &NewOwner) -> Result<Owner, CatalogError> {
    let mut faults = InputFaults::default();
    codes::owner_code(&mut faults, "code", &new.code);
    faults.text("name", &new.name, NAME_LENGTH_MAX);
    if let Some(inn) = &new.inn
        && !(matches!(inn.len(), 10 | 12) && inn.bytes().all(|byte| byte.is_ascii_digit()))
    {
        faults.note("inn", "bad_format");
    }
    faults.finish()?;
    let owner = Owner {
        id: OwnerId::new(),
        code: new.code.clone(),
        name: new.name.trim().to_owned(),
        inn: new.inn.clone(),
        order_policy: new.order_policy,
        active: true,
        created_at: ctx.now,
    };
    if store::owner_insert(tx, &owner).await? {
        Ok(owner)
    } else {
        Err(CatalogError::CodeTaken { code: owner.code })
    }
}

pub async fn owner_find(tx: &mut Tx, scope: Scope, id: OwnerId) -> Result<Owner, CatalogError> {
    let found = if scope.allows(id) { store::owner_find(tx, id).await? } else { None };
    found.ok_or(CatalogError::NotFound { what: "owner" })
}

pub async fn owner_by_code(tx: &mut Tx, code: &str) -> Result<Option<Owner>, DbError> {
    store::owner_by_code(tx, code).await
}

/// All owners, or the one that a shop is.
pub async fn owner_list(
    tx: &mut Tx,
    scope: Scope,
    after: OwnerId,
    limit: i64,
) -> Result<Vec<Owner>, DbError> {
    match scope {
        Scope::All => store::owner_list(tx, after, limit).await,
        Scope::Owner(own) if own > after => {
            Ok(store::owner_find(tx, own).await?.into_iter().collect())
        }
        Scope::Owner(_) => Ok(Vec::new()),
    }
}

/// Adds a version of a contract; the versions before stay as they are.
pub async fn contract_add(
    tx: &mut Tx,
    ctx: &Ctx,
    owner: OwnerId,
    new: &NewContract,
) -> Result<Contract, CatalogError> {
    let mut faults = InputFaults::default();
    faults.text("number", &new.number, NAME_LENGTH_MAX);
    if new.valid_to.is_some_and(|end| end < new.valid_from) {
        faults.note("valid_to", "too_small");
    }
    faults.finish()?;
    let owner = owner_find(tx, Scope::All, owner).await?;
    let version = store::contract_version_last(tx, owner.id, &new.number).await? + 1;
    let contract = Contract {
        id: ContractId::new(),
        owner: owner.id,
        number: new.number.clone(),
        version,
        valid_from: new.valid_from,
        valid_to: new.valid_to,
        owners_may_mix: new.owners_may_mix,
        terms: new.terms.clone(),
        created_at: ctx.now,
    };
    store::contract_insert(tx, &contract).await?;
    Ok(contract)
}

pub async fn contract_list(tx: &mut Tx, owner: OwnerId) -> Result<Vec<Contract>, DbError> {
    store::contract_list(tx, owner).await
}

/// The contract as it is on a day.
pub async fn contract_valid(
    tx: &mut Tx,
    owner: OwnerId,
    day: Day,
) -> Result<Option<Contract>, DbError> {
    store::contract_valid(tx, owner, day).await
}
