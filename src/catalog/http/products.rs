//! Products and their barcodes over HTTP.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::owner_of;
use crate::access::Scope;
use crate::access::caller::{Caller, rights};
use crate::app::App;
use crate::barcodes;
use crate::catalog::service::products::{self as service, Measures, NewProduct, ProductFacts};
use crate::catalog::service::{acceptance, barcodes as codes};
use crate::catalog::{BarcodeHit, BarcodeKind, BarcodeText, CatalogError, Product};
use crate::commands::Ctx;
use crate::db::{DbError, Tx};
use crate::fault::InputError;
use crate::http::{
    Body, IdPath, IdempotencyKey, Page, PageParams, Problem, ProblemBody, QueryParams,
};
use crate::ids::{OwnerId, ProductId};
use crate::units::Pieces;

/// The most products of one request.
const BATCH_MAX: usize = 500;

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(product_create, product_list))
        .routes(routes!(product_create_batch))
        .routes(routes!(product_get, product_update))
        .routes(routes!(product_measure))
        .routes(routes!(barcodes_add))
        .routes(routes!(internal_barcode_assign))
        .routes(routes!(barcode_look_up))
}

#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
struct ProductIn {
    /// Whose goods; a shop leaves it out.
    #[serde(default)]
    owner_id: Option<OwnerId>,
    #[serde(flatten)]
    product: NewProduct,
}

#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
struct ProductBatchIn {
    /// Whose goods; a shop leaves it out.
    #[serde(default)]
    owner_id: Option<OwnerId>,
    /// 500 at most; all of them are created, or none.
    items: Vec<NewProduct>,
}

#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
struct BarcodesIn {
    barcodes: Vec<BarcodeText>,
}

/// Goods of one owner (товар).
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
struct ProductOut {
    id: ProductId,
    owner_id: OwnerId,
    article: String,
    #[serde(flatten)]
    facts: ProductFacts,
    /// Sizes and weight were taken here, not told by the shop.
    measured: bool,
    barcodes: Vec<BarcodeText>,
    /// Rules of the acceptance policy that keep these goods out until they are waived.
    refused_by: Vec<String>,
}

/// Products created by one request.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
struct ProductsOut {
    items: Vec<ProductOut>,
}

/// A barcode of ours (внутренний штрихкод).
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
struct InternalBarcodeOut {
    product_id: ProductId,
    value: String,
}

/// A product that a scanned text can mean.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct BarcodeHitOut {
    owner_id: OwnerId,
    owner_name: String,
    product_id: ProductId,
    article: String,
    name: String,
    pieces: Pieces,
    kind: BarcodeKind,
}

impl From<BarcodeHit> for BarcodeHitOut {
    fn from(hit: BarcodeHit) -> Self {
        Self {
            owner_id: hit.owner,
            owner_name: hit.owner_name,
            product_id: hit.product,
            article: hit.article,
            name: hit.name,
            pieces: hit.pieces,
            kind: hit.kind,
        }
    }
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct ProductQuery {
    owner_id: Option<OwnerId>,
    /// The beginning of the article, whatever the case.
    #[serde(default)]
    search: String,
    limit: Option<i64>,
    after: Option<String>,
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct BarcodeQuery {
    /// What was scanned.
    value: String,
    owner_id: Option<OwnerId>,
}

/// Products as they are shown: with barcodes and what keeps them out.
async fn shown(tx: &mut Tx, products: Vec<Product>) -> Result<Vec<ProductOut>, DbError> {
    let ids: Vec<ProductId> = products.iter().map(|product| product.id).collect();
    let mut codes = codes::barcodes_of(tx, &ids).await?;
    let refusals = acceptance::acceptance_refusals(tx, &products).await?;
    let with_rest = |product: Product| {
        let of_product = codes.extract_if(.., |code| code.product == product.id);
        let barcodes = of_product
            .map(|code| BarcodeText { kind: code.kind, value: code.value, pieces: code.pieces })
            .collect();
        let refused = refusals.iter().filter(|refusal| refusal.product == product.id);
        ProductOut {
            id: product.id,
            owner_id: product.owner,
            refused_by: refused.map(|refusal| refusal.rule.clone()).collect(),
            measured: product.measured,
            article: product.article.clone(),
            facts: product.into(),
            barcodes,
        }
    };
    Ok(products.into_iter().map(with_rest).collect())
}

async fn shown_one(tx: &mut Tx, product: Product) -> Result<ProductOut, CatalogError> {
    let shown = shown(tx, vec![product]).await?.pop();
    shown.ok_or(CatalogError::NotFound { what: "product" })
}

/// Describes new goods (новый товар). Without an article they get the next one of our series, and
/// an internal barcode of the same number.
#[utoipa::path(
    post, path = "/v1/products", tag = "catalog", request_body = ProductIn,
    responses((status = 201, body = ProductOut), (status = "default", body = ProblemBody))
)]
async fn product_create(
    State(app): State<App>,
    caller: Caller<rights::CatalogWrite>,
    key: IdempotencyKey,
    Body(input): Body<ProductIn>,
) -> Result<(StatusCode, Json<ProductOut>), Problem> {
    let scope = caller.scope();
    let owner = owner_of(scope, input.owner_id)?;
    let body = input.clone();
    let work = async move |tx: &mut Tx, ctx: &Ctx| {
        let news = std::slice::from_ref(&input.product);
        let mut made = service::products_create_many(tx, ctx, scope, owner, "", news).await?;
        let product = made.pop().ok_or(CatalogError::NotFound { what: "product" })?;
        shown_one(tx, product).await
    };
    let product = app.command(&caller, key, "product_create", &body, work).await?;
    Ok((StatusCode::CREATED, Json(product)))
}

/// Describes up to 500 goods in one request (товары списком).
#[utoipa::path(
    post, path = "/v1/products/batch", tag = "catalog", request_body = ProductBatchIn,
    responses((status = 201, body = ProductsOut), (status = "default", body = ProblemBody))
)]
async fn product_create_batch(
    State(app): State<App>,
    caller: Caller<rights::CatalogWrite>,
    key: IdempotencyKey,
    Body(input): Body<ProductBatchIn>,
) -> Result<(StatusCode, Json<ProductsOut>), Problem> {
    let scope = caller.scope();
    let owner = owner_of(scope, input.owner_id)?;
    if input.items.is_empty() {
        return Err(InputError::one("items", "missing").into());
    }
    if input.items.len() > BATCH_MAX {
        return Err(InputError::one("items", "too_long").into());
    }
    let body = input.clone();
    let work = async move |tx: &mut Tx, ctx: &Ctx| {
        let items = &input.items;
        let made = service::products_create_many(tx, ctx, scope, owner, "items", items).await?;
        Ok::<_, CatalogError>(ProductsOut { items: shown(tx, made).await? })
    };
    let products = app.command(&caller, key, "product_create_batch", &body, work).await?;
    Ok((StatusCode::CREATED, Json(products)))
}

/// Products, oldest first (товары), or those whose article begins with a text.
#[utoipa::path(
    get, path = "/v1/products", tag = "catalog", params(ProductQuery),
    responses((status = 200, body = Page<ProductOut>), (status = "default", body = ProblemBody))
)]
async fn product_list(
    State(app): State<App>,
    caller: Caller<rights::CatalogRead>,
    QueryParams(query): QueryParams<ProductQuery>,
) -> Result<Json<Page<ProductOut>>, Problem> {
    let page = PageParams { limit: query.limit, after: query.after };
    let limit = page.limit();
    let after = page.after()?.unwrap_or(ProductId::from_uuid(uuid::Uuid::nil()));
    let id_of = |product: &ProductOut| product.id.to_string();
    if query.owner_id.is_some_and(|wanted| !caller.scope().allows(wanted)) {
        return Ok(Json(Page::new(Vec::new(), limit, id_of)));
    }
    let owner = caller.scope().narrowed(query.owner_id);
    let read = async move |tx: &mut Tx| {
        let rows = service::product_list(tx, owner, &query.search, after, limit + 1).await?;
        shown(tx, rows).await
    };
    let items = app.db.read(read).await?;
    Ok(Json(Page::new(items, limit, id_of)))
}

/// One product.
#[utoipa::path(
    get, path = "/v1/products/{id}", tag = "catalog", params(("id" = ProductId, Path)),
    responses((status = 200, body = ProductOut), (status = "default", body = ProblemBody))
)]
async fn product_get(
    State(app): State<App>,
    caller: Caller<rights::CatalogRead>,
    IdPath(id): IdPath<ProductId>,
) -> Result<Json<ProductOut>, Problem> {
    let scope = caller.scope();
    let read = async move |tx: &mut Tx| {
        let product = service::product_find(tx, scope, id).await?;
        shown_one(tx, product).await
    };
    Ok(Json(app.db.read(read).await?))
}

/// Replaces what is known about a product (изменить товар). Its article stays.
#[utoipa::path(
    put, path = "/v1/products/{id}", tag = "catalog", request_body = ProductFacts,
    params(("id" = ProductId, Path)),
    responses((status = 200, body = ProductOut), (status = "default", body = ProblemBody))
)]
async fn product_update(
    State(app): State<App>,
    caller: Caller<rights::CatalogWrite>,
    IdPath(id): IdPath<ProductId>,
    key: IdempotencyKey,
    Body(input): Body<ProductFacts>,
) -> Result<Json<ProductOut>, Problem> {
    let scope = caller.scope();
    let body = json!({ "product_id": id, "facts": input });
    let work = async move |tx: &mut Tx, _: &Ctx| {
        let product = service::product_update(tx, scope, id, &input).await?;
        shown_one(tx, product).await
    };
    Ok(Json(app.command(&caller, key, "product_update", &body, work).await?))
}

/// Notes sizes and weight taken on our own scales (обмер).
#[utoipa::path(
    put, path = "/v1/products/{id}/measures", tag = "catalog", request_body = Measures,
    params(("id" = ProductId, Path)),
    responses((status = 200, body = ProductOut), (status = "default", body = ProblemBody))
)]
async fn product_measure(
    State(app): State<App>,
    caller: Caller<rights::ReceivingWork>,
    IdPath(id): IdPath<ProductId>,
    key: IdempotencyKey,
    Body(input): Body<Measures>,
) -> Result<Json<ProductOut>, Problem> {
    let body = json!({ "product_id": id, "measures": input });
    let work = async move |tx: &mut Tx, ctx: &Ctx| {
        let product = service::product_measure(tx, ctx, id, input).await?;
        shown_one(tx, product).await
    };
    Ok(Json(app.command(&caller, key, "product_measure", &body, work).await?))
}

/// Adds barcodes to a product, all of them or none (штрихкоды).
#[utoipa::path(
    post, path = "/v1/products/{id}/barcodes", tag = "catalog", request_body = BarcodesIn,
    params(("id" = ProductId, Path)),
    responses((status = 200, body = ProductOut), (status = "default", body = ProblemBody))
)]
async fn barcodes_add(
    State(app): State<App>,
    caller: Caller<rights::CatalogWrite>,
    IdPath(id): IdPath<ProductId>,
    key: IdempotencyKey,
    Body(input): Body<BarcodesIn>,
) -> Result<Json<ProductOut>, Problem> {
    if input.barcodes.is_empty() || input.barcodes.len() > BATCH_MAX {
        let code = if input.barcodes.is_empty() { "missing" } else { "too_long" };
        return Err(InputError::one("barcodes", code).into());
    }
    let scope = caller.scope();
    let body = json!({ "product_id": id, "barcodes": input.barcodes });
    let work = async move |tx: &mut Tx, ctx: &Ctx| {
        codes::barcodes_add(tx, ctx, scope, id, &input.barcodes).await?;
        let product = service::product_find(tx, scope, id).await?;
        shown_one(tx, product).await
    };
    Ok(Json(app.command(&caller, key, "barcodes_add", &body, work).await?))
}

/// Gives a product a barcode of ours, or answers the one it has (внутренний штрихкод).
#[utoipa::path(
    post, path = "/v1/products/{id}/internal-barcode", tag = "catalog",
    params(("id" = ProductId, Path)),
    responses((status = 200, body = InternalBarcodeOut), (status = "default", body = ProblemBody))
)]
async fn internal_barcode_assign(
    State(app): State<App>,
    caller: Caller<rights::CatalogWrite>,
    IdPath(id): IdPath<ProductId>,
    key: IdempotencyKey,
) -> Result<Json<InternalBarcodeOut>, Problem> {
    let scope = caller.scope();
    let work = async move |tx: &mut Tx, ctx: &Ctx| {
        let product_id = service::product_find(tx, scope, id).await?.id;
        let value = codes::internal_barcode_assign(tx, ctx, product_id).await?;
        Ok::<_, CatalogError>(InternalBarcodeOut { product_id, value })
    };
    Ok(Json(app.command(&caller, key, "internal_barcode_assign", &id, work).await?))
}

/// Which products a scanned text can mean (чей штрихкод); a shop sees its own.
#[utoipa::path(
    get, path = "/v1/barcodes", tag = "catalog", params(BarcodeQuery),
    responses((status = 200, body = Page<BarcodeHitOut>), (status = "default", body = ProblemBody))
)]
async fn barcode_look_up(
    State(app): State<App>,
    caller: Caller<rights::CatalogRead>,
    QueryParams(query): QueryParams<BarcodeQuery>,
) -> Result<Json<Page<BarcodeHitOut>>, Problem> {
    if query.owner_id.is_some_and(|wanted| !caller.scope().allows(wanted)) {
        return Ok(Json(Page { items: Vec::new(), next: None }));
    }
    let owner = match caller.scope() {
        Scope::All => query.owner_id,
        Scope::Owner(own) => Some(own),
    };
    let keys = barcodes::read(&query.value).product_keys();
    let read = async move |tx: &mut Tx| codes::barcode_hits(tx, owner, keys.clone()).await;
    let items = app.db.read(read).await?.into_iter().map(BarcodeHitOut::from).collect();
    Ok(Json(Page { items, next: None }))
}
