//! The acceptance policy over HTTP.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::access::AccessError;
use crate::access::caller::{Caller, RequiredRight, rights};
use crate::app::App;
use crate::catalog::CatalogError;
use crate::catalog::acceptance::{Rule, RuleKind};
use crate::catalog::service::acceptance as service;
use crate::catalog::service::products::product_find;
use crate::catalog::store::products::Waiver;
use crate::commands::Ctx;
use crate::db::Tx;
use crate::http::{Body, IdPath, IdempotencyKey, Page, Problem, ProblemBody};
use crate::ids::{ProductId, UserId};
use crate::units::{Millimetres, UtcMicros};

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(rule_list))
        .routes(routes!(rule_edit))
        .routes(routes!(waiver_add, waiver_list))
}

#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
struct RuleIn {
    kind: RuleKind,
    #[serde(default)]
    category: Option<String>,
    #[serde(default)]
    limit_mm: Option<Millimetres>,
    active: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
struct WaiverIn {
    /// The code of the rule.
    rule: String,
    reason: String,
}

/// A rule that was waived for a product (исключение).
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct WaiverOut {
    product_id: ProductId,
    rule: String,
    reason: String,
    user_id: UserId,
    waived_at: UtcMicros,
}

impl From<Waiver> for WaiverOut {
    fn from(waiver: Waiver) -> Self {
        let Waiver { product, rule, reason, actor, waived_at } = waiver;
        Self { product_id: product, rule, reason, user_id: actor, waived_at }
    }
}

/// Which goods are not taken in (правила приёма).
#[utoipa::path(
    get, path = "/v1/acceptance-rules", tag = "catalog",
    responses((status = 200, body = Page<Rule>), (status = "default", body = ProblemBody))
)]
async fn rule_list(
    State(app): State<App>,
    _caller: Caller<rights::CatalogRead>,
) -> Result<Json<Page<Rule>>, Problem> {
    let items = app.db.read(async |tx: &mut Tx| service::rule_list(tx).await).await?;
    Ok(Json(Page { items, next: None }))
}

/// Writes a rule, new or known (изменить правило).
#[utoipa::path(
    put, path = "/v1/acceptance-rules/{code}", tag = "catalog", request_body = RuleIn,
    params(("code" = String, Path)),
    responses((status = 200, body = Rule), (status = "default", body = ProblemBody))
)]
async fn rule_edit(
    State(app): State<App>,
    caller: Caller<rights::WarehouseWrite>,
    Path(code): Path<String>,
    key: IdempotencyKey,
    Body(input): Body<RuleIn>,
) -> Result<Json<Rule>, Problem> {
    let RuleIn { kind, category, limit_mm, active } = input;
    let rule = Rule { code, kind, category, limit_mm, active };
    let body = rule.clone();
    let work = async move |tx: &mut Tx, _: &Ctx| {
        service::rule_edit(tx, &rule).await?;
        Ok::<_, CatalogError>(rule.clone())
    };
    Ok(Json(app.command(&caller, key, "acceptance_rule_edit", &body, work).await?))
}

/// Lets a product in against a rule, with a reason (разрешить приём).
#[utoipa::path(
    post, path = "/v1/products/{id}/waivers", tag = "catalog", request_body = WaiverIn,
    params(("id" = ProductId, Path)),
    responses((status = 204), (status = "default", body = ProblemBody))
)]
async fn waiver_add(
    State(app): State<App>,
    caller: Caller<rights::AcceptanceWaive>,
    IdPath(id): IdPath<ProductId>,
    key: IdempotencyKey,
    Body(input): Body<WaiverIn>,
) -> Result<StatusCode, Problem> {
    let right = rights::AcceptanceWaive::RIGHT.as_str();
    // A waiver is a person's word.
    let actor = caller.principal.user().ok_or(AccessError::Forbidden { right })?;
    let body = json!({ "product_id": id, "waiver": input });
    let work = async move |tx: &mut Tx, ctx: &Ctx| {
        service::waiver_add(tx, ctx, actor, id, &input.rule, &input.reason).await
    };
    app.command(&caller, key, "acceptance_waive", &body, work).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Which rules were waived for a product, and why (исключения).
#[utoipa::path(
    get, path = "/v1/products/{id}/waivers", tag = "catalog", params(("id" = ProductId, Path)),
    responses((status = 200, body = Page<WaiverOut>), (status = "default", body = ProblemBody))
)]
async fn waiver_list(
    State(app): State<App>,
    caller: Caller<rights::CatalogRead>,
    IdPath(id): IdPath<ProductId>,
) -> Result<Json<Page<WaiverOut>>, Problem> {
    let scope = caller.scope();
    let read = async move |tx: &mut Tx| {
        let product = product_find(tx, scope, id).await?;
        Ok::<_, CatalogError>(service::waivers_of(tx, product.id).await?)
    };
    let items = app.db.read(read).await?.into_iter().map(WaiverOut::from).collect();
    Ok(Json(Page { items, next: None }))
}
