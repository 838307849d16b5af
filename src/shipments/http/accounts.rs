//! Contracts with carriers, and what shops want of delivery.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::access::AccessError;
use crate::access::caller::{Caller, rights};
use crate::app::App;
use crate::carriers::model::{BuyOut, Party, Spot};
use crate::carriers::registry::name_of;
use crate::commands::Ctx;
use crate::db::{DbError, Tx};
use crate::http::{
    Body, IdPath, IdempotencyKey, Page, PageParams, Problem, ProblemBody, QueryParams,
};
use crate::ids::{CarrierAccountId, OwnerId, WarehouseId};
use crate::rates::rule::Goal;
use crate::secrets::Secret;
use crate::shipments::accounts::{self, AccountIn};
use crate::shipments::{AccountRow, DeliveryTerms, Origin, ShipmentError};
use crate::units::{Kopecks, UtcMicros};

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(account_list, account_create))
        .routes(routes!(account_update))
        .routes(routes!(terms_get, terms_set))
}

/// A contract with a carrier, to be described.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
struct CarrierAccountIn {
    warehouse_id: WarehouseId,
    /// `cdek`, `boxberry`, `dpd`, `post`, `pek`, `dellin`, `5post`, `own`.
    carrier: String,
    /// The shop whose own contract it is; the operator's without it.
    owner_id: Option<OwnerId>,
    name: String,
    /// Where the carrier listens; its usual address without it.
    base_url: Option<String>,
    /// By the carrier's own rules.
    #[serde(default)]
    settings: Value,
    /// Keys, by the carrier's own rules. They are never shown again; left out, they stay.
    credentials: Option<Value>,
    sender: Party,
    /// Where parcels are handed over: our door, or a point of the carrier.
    from: Spot,
    #[serde(default = "yes")]
    active: bool,
}

const fn yes() -> bool {
    true
}

impl CarrierAccountIn {
    fn input(self) -> AccountIn {
        AccountIn {
            warehouse: self.warehouse_id,
            carrier: self.carrier,
            owner: self.owner_id,
            name: self.name,
            base_url: self.base_url,
            settings: if self.settings.is_null() { json!({}) } else { self.settings },
            credentials: self.credentials.map(|keys| Secret::from(keys.to_string())),
            origin: Origin { sender: self.sender, from: self.from },
            active: self.active,
        }
    }
}

/// A contract with a carrier. The keys are not shown.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
struct CarrierAccountOut {
    id: CarrierAccountId,
    warehouse_id: WarehouseId,
    carrier: String,
    carrier_name: String,
    owner_id: Option<OwnerId>,
    name: String,
    base_url: Option<String>,
    settings: Value,
    origin: Value,
    /// Where the carrier's messages are to be sent, after the address of this server.
    hook_path: String,
    active: bool,
    created_at: UtcMicros,
}

impl From<AccountRow> for CarrierAccountOut {
    fn from(row: AccountRow) -> Self {
        Self {
            id: row.id,
            warehouse_id: row.warehouse,
            carrier_name: name_of(&row.carrier).to_owned(),
            carrier: row.carrier,
            owner_id: row.owner,
            name: row.name,
            base_url: row.base_url,
            settings: row.settings,
            origin: row.origin,
            hook_path: format!("/v1/carrier-hooks/{}", row.hook),
            active: row.active,
            created_at: row.created_at,
        }
    }
}

/// Describes a contract with a carrier (договор со службой доставки).
#[utoipa::path(
    post, path = "/v1/carrier-accounts", tag = "carriers", request_body = CarrierAccountIn,
    responses((status = 201, body = CarrierAccountOut), (status = "default", body = ProblemBody))
)]
async fn account_create(
    State(app): State<App>,
    caller: Caller<rights::CarriersManage>,
    key: IdempotencyKey,
    Body(input): Body<CarrierAccountIn>,
) -> Result<(StatusCode, Json<CarrierAccountOut>), Problem> {
    let input = input.input();
    let (body, vault) = (input.clone(), app.vault.clone());
    let work = async move |tx: &mut Tx, ctx: &Ctx| {
        let account = accounts::account_create(tx, ctx, &vault, &input).await?;
        Ok::<_, ShipmentError>(CarrierAccountOut::from(account))
    };
    let account = app.command(&caller, key, "carrier_account_create", &body, work).await?;
    Ok((StatusCode::CREATED, Json(account)))
}

/// Changes the description of a contract. Warehouse, carrier and owner stay.
#[utoipa::path(
    put, path = "/v1/carrier-accounts/{id}", tag = "carriers", request_body = CarrierAccountIn,
    params(("id" = CarrierAccountId, Path)),
    responses((status = 200, body = CarrierAccountOut), (status = "default", body = ProblemBody))
)]
async fn account_update(
    State(app): State<App>,
    caller: Caller<rights::CarriersManage>,
    IdPath(id): IdPath<CarrierAccountId>,
    key: IdempotencyKey,
    Body(input): Body<CarrierAccountIn>,
) -> Result<Json<CarrierAccountOut>, Problem> {
    let input = input.input();
    let (body, vault) = (json!({ "account": id, "to": input }), app.vault.clone());
    let work = async move |tx: &mut Tx, _: &Ctx| {
        let account = accounts::account_update(tx, &vault, id, &input).await?;
        Ok::<_, ShipmentError>(CarrierAccountOut::from(account))
    };
    Ok(Json(app.command(&caller, key, "carrier_account_update", &body, work).await?))
}

/// Contracts with carriers, oldest first.
#[utoipa::path(
    get, path = "/v1/carrier-accounts", tag = "carriers", params(PageParams),
    responses((status = 200, body = Page<CarrierAccountOut>), (status = "default", body = ProblemBody))
)]
async fn account_list(
    State(app): State<App>,
    _caller: Caller<rights::CarriersManage>,
    QueryParams(page): QueryParams<PageParams>,
) -> Result<Json<Page<CarrierAccountOut>>, Problem> {
    let limit = page.limit();
    let after = page.after()?.unwrap_or(CarrierAccountId::from_uuid(uuid::Uuid::nil()));
    let read = async move |tx: &mut Tx| accounts::account_list(tx, after, limit + 1).await;
    let rows: Vec<AccountRow> = app.db.read::<_, DbError, _>(read).await?;
    let items = rows.into_iter().map(CarrierAccountOut::from).collect();
    Ok(Json(Page::new(items, limit, |account: &CarrierAccountOut| account.id.to_string())))
}

/// What a shop wants of delivery.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
struct DeliveryTermsBody {
    goal: Goal,
    /// Codes of carriers; the first ones are preferred, others are not taken. Empty: all.
    #[serde(default)]
    carriers: Vec<String>,
    /// The most that a delivery may cost.
    price_max_kopecks: Option<Kopecks>,
    /// Whether buyers may take a part (частичный выкуп).
    #[serde(default = "whole")]
    buy_out: BuyOut,
    /// The shop's, for the buyer's receipt.
    #[serde(default)]
    phone: String,
}

const fn whole() -> BuyOut {
    BuyOut::Whole
}

impl From<DeliveryTerms> for DeliveryTermsBody {
    fn from(terms: DeliveryTerms) -> Self {
        let DeliveryTerms { goal, carriers, price_max_kopecks, buy_out, phone } = terms;
        Self { goal, carriers, price_max_kopecks, buy_out, phone }
    }
}

impl From<DeliveryTermsBody> for DeliveryTerms {
    fn from(body: DeliveryTermsBody) -> Self {
        let DeliveryTermsBody { goal, carriers, price_max_kopecks, buy_out, phone } = body;
        Self { goal, carriers, price_max_kopecks, buy_out, phone }
    }
}

/// Another shop's terms look like those of a shop that does not exist.
fn own<R>(caller: &Caller<R>, owner: OwnerId) -> Result<OwnerId, Problem> {
    match caller.scope().owner() {
        Some(scope) if scope != owner => Err(AccessError::NotFound { what: "owner" }.into()),
        _ => Ok(owner),
    }
}

/// What a shop wants of delivery (условия доставки магазина).
#[utoipa::path(
    get, path = "/v1/owners/{id}/delivery-terms", tag = "carriers",
    params(("id" = OwnerId, Path)),
    responses((status = 200, body = DeliveryTermsBody), (status = "default", body = ProblemBody))
)]
async fn terms_get(
    State(app): State<App>,
    caller: Caller<rights::OrdersRead>,
    IdPath(id): IdPath<OwnerId>,
) -> Result<Json<DeliveryTermsBody>, Problem> {
    let owner = own(&caller, id)?;
    let read = async move |tx: &mut Tx| accounts::terms_find(tx, owner).await;
    let terms: DeliveryTerms = app.db.read::<_, DbError, _>(read).await?;
    Ok(Json(terms.into()))
}

/// Says what a shop wants of delivery.
#[utoipa::path(
    put, path = "/v1/owners/{id}/delivery-terms", tag = "carriers", request_body = DeliveryTermsBody,
    params(("id" = OwnerId, Path)),
    responses((status = 200, body = DeliveryTermsBody), (status = "default", body = ProblemBody))
)]
async fn terms_set(
    State(app): State<App>,
    caller: Caller<rights::OrdersWrite>,
    IdPath(id): IdPath<OwnerId>,
    key: IdempotencyKey,
    Body(input): Body<DeliveryTermsBody>,
) -> Result<Json<DeliveryTermsBody>, Problem> {
    let owner = own(&caller, id)?;
    let body = json!({ "owner": owner, "terms": input });
    let work = async move |tx: &mut Tx, ctx: &Ctx| {
        accounts::terms_set(tx, ctx, owner, &input.clone().into()).await?;
        Ok::<_, ShipmentError>(input.clone())
    };
    Ok(Json(app.command(&caller, key, "delivery_terms_set", &body, work).await?))
}
