//! Owners and contracts over HTTP.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::access::caller::{Caller, rights};
use crate::app::App;
use crate::catalog::service::owners::{self as service, NewContract, NewOwner};
use crate::catalog::store::owners::{Contract, Owner};
use crate::catalog::{CatalogError, OrderPolicy};
use crate::commands::Ctx;
use crate::db::Tx;
use crate::http::{
    Body, IdPath, IdempotencyKey, Page, PageParams, Problem, ProblemBody, QueryParams,
};
use crate::ids::{ContractId, OwnerId};
use crate::units::{Day, UtcMicros};

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(owner_create, owner_list))
        .routes(routes!(owner_get))
        .routes(routes!(contract_add, contract_list))
        .routes(routes!(contract_valid))
}

/// A shop whose goods are kept (поклажедатель).
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
struct OwnerOut {
    id: OwnerId,
    code: String,
    name: String,
    inn: Option<String>,
    order_policy: OrderPolicy,
    active: bool,
    created_at: UtcMicros,
}

impl From<Owner> for OwnerOut {
    fn from(owner: Owner) -> Self {
        let Owner { id, code, name, inn, order_policy, active, created_at } = owner;
        Self { id, code, name, inn, order_policy, active, created_at }
    }
}

/// One version of a contract (договор).
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
struct ContractOut {
    id: ContractId,
    owner_id: OwnerId,
    number: String,
    version: i64,
    valid_from: Day,
    valid_to: Option<Day>,
    owners_may_mix: bool,
    terms: Value,
    created_at: UtcMicros,
}

impl From<Contract> for ContractOut {
    fn from(contract: Contract) -> Self {
        Self {
            id: contract.id,
            owner_id: contract.owner,
            number: contract.number,
            version: contract.version,
            valid_from: contract.valid_from,
            valid_to: contract.valid_to,
            owners_may_mix: contract.owners_may_mix,
            terms: contract.terms,
            created_at: contract.created_at,
        }
    }
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct DayQuery {
    /// Today in Moscow unless told.
    day: Option<Day>,
}

/// Takes a shop in (новый поклажедатель).
#[utoipa::path(
    post, path = "/v1/owners", tag = "catalog", request_body = NewOwner,
    responses((status = 201, body = OwnerOut), (status = "default", body = ProblemBody))
)]
async fn owner_create(
    State(app): State<App>,
    caller: Caller<rights::OwnersWrite>,
    key: IdempotencyKey,
    Body(input): Body<NewOwner>,
) -> Result<(StatusCode, Json<OwnerOut>), Problem> {
    let body = input.clone();
    let work = async move |tx: &mut Tx, ctx: &Ctx| {
        let owner = service::owner_create(tx, ctx, &input).await?;
        Ok::<_, CatalogError>(OwnerOut::from(owner))
    };
    let owner = app.command(&caller, key, "owner_create", &body, work).await?;
    Ok((StatusCode::CREATED, Json(owner)))
}

/// Owners, oldest first (поклажедатели); a shop sees itself.
#[utoipa::path(
    get, path = "/v1/owners", tag = "catalog", params(PageParams),
    responses((status = 200, body = Page<OwnerOut>), (status = "default", body = ProblemBody))
)]
async fn owner_list(
    State(app): State<App>,
    caller: Caller<rights::CatalogRead>,
    QueryParams(page): QueryParams<PageParams>,
) -> Result<Json<Page<OwnerOut>>, Problem> {
    let (limit, scope) = (page.limit(), caller.scope());
    let after = page.after()?.unwrap_or(OwnerId::from_uuid(uuid::Uuid::nil()));
    let read = async move |tx: &mut Tx| service::owner_list(tx, scope, after, limit + 1).await;
    let items = app.db.read(read).await?.into_iter().map(OwnerOut::from).collect();
    Ok(Json(Page::new(items, limit, |owner: &OwnerOut| owner.id.to_string())))
}

/// One owner.
#[utoipa::path(
    get, path = "/v1/owners/{id}", tag = "catalog", params(("id" = OwnerId, Path)),
    responses((status = 200, body = OwnerOut), (status = "default", body = ProblemBody))
)]
async fn owner_get(
    State(app): State<App>,
    caller: Caller<rights::CatalogRead>,
    IdPath(id): IdPath<OwnerId>,
) -> Result<Json<OwnerOut>, Problem> {
    let scope = caller.scope();
    let read = async move |tx: &mut Tx| service::owner_find(tx, scope, id).await;
    Ok(Json(app.db.read(read).await?.into()))
}

/// Adds a version of a contract, valid from a day on (новая редакция договора). Versions before it
/// are never changed.
#[utoipa::path(
    post, path = "/v1/owners/{id}/contracts", tag = "catalog", request_body = NewContract,
    params(("id" = OwnerId, Path)),
    responses((status = 201, body = ContractOut), (status = "default", body = ProblemBody))
)]
async fn contract_add(
    State(app): State<App>,
    caller: Caller<rights::OwnersWrite>,
    IdPath(owner): IdPath<OwnerId>,
    key: IdempotencyKey,
    Body(input): Body<NewContract>,
) -> Result<(StatusCode, Json<ContractOut>), Problem> {
    let body = json!({ "owner_id": owner, "contract": input });
    let work = async move |tx: &mut Tx, ctx: &Ctx| {
        let contract = service::contract_add(tx, ctx, owner, &input).await?;
        Ok::<_, CatalogError>(ContractOut::from(contract))
    };
    let contract = app.command(&caller, key, "contract_add", &body, work).await?;
    Ok((StatusCode::CREATED, Json(contract)))
}

/// All versions of an owner's contracts, the last version first (договоры).
#[utoipa::path(
    get, path = "/v1/owners/{id}/contracts", tag = "catalog", params(("id" = OwnerId, Path)),
    responses((status = 200, body = Page<ContractOut>), (status = "default", body = ProblemBody))
)]
async fn contract_list(
    State(app): State<App>,
    caller: Caller<rights::CatalogRead>,
    IdPath(id): IdPath<OwnerId>,
) -> Result<Json<Page<ContractOut>>, Problem> {
    let scope = caller.scope();
    let read = async move |tx: &mut Tx| {
        let owner = service::owner_find(tx, scope, id).await?;
        Ok::<_, CatalogError>(service::contract_list(tx, owner.id).await?)
    };
    let items = app.db.read(read).await?.into_iter().map(ContractOut::from).collect();
    Ok(Json(Page { items, next: None }))
}

/// The version that is valid on a day (действующая редакция).
#[utoipa::path(
    get, path = "/v1/owners/{id}/contracts/valid", tag = "catalog",
    params(("id" = OwnerId, Path), DayQuery),
    responses((status = 200, body = ContractOut), (status = "default", body = ProblemBody))
)]
async fn contract_valid(
    State(app): State<App>,
    caller: Caller<rights::CatalogRead>,
    IdPath(id): IdPath<OwnerId>,
    QueryParams(query): QueryParams<DayQuery>,
) -> Result<Json<ContractOut>, Problem> {
    let scope = caller.scope();
    let day = query.day.unwrap_or_else(|| app.clock.now().moscow_day());
    let read = async move |tx: &mut Tx| {
        let owner = service::owner_find(tx, scope, id).await?;
        let valid = service::contract_valid(tx, owner.id, day).await?;
        valid.ok_or(CatalogError::NotFound { what: "contract" })
    };
    Ok(Json(app.db.read(read).await?.into()))
}
