//! What lies where, and whether it agrees with the history, over HTTP.

use std::str::FromStr;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::access::caller::{Caller, rights};
use crate::app::App;
use crate::db::Tx;
use crate::http::{Page, PageParams, Problem, ProblemBody, QueryParams};
use crate::ids::{LotId, OwnerId, PlaceId, ProductId};
use crate::integrity::{self, IntegrityReport};
use crate::stock::Condition;
use crate::stock::store::lists::{self, ProductStockRow, StockFilter, StockKey, StockRow};
use crate::units::{Day, Pieces, UtcMicros};

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(stock_list))
        .routes(routes!(product_stock_list))
        .routes(routes!(integrity_verify))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct StockQuery {
    owner_id: Option<OwnerId>,
    product_id: Option<ProductId>,
    /// A bin or a handling unit.
    place_id: Option<PlaceId>,
    limit: Option<i64>,
    after: Option<String>,
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct ProductStockQuery {
    owner_id: Option<OwnerId>,
    limit: Option<i64>,
    after: Option<String>,
}

/// What lies in a place of one lot in one condition (остаток).
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct BalanceOut {
    place_id: PlaceId,
    place_code: String,
    owner_id: OwnerId,
    product_id: ProductId,
    article: String,
    lot_id: LotId,
    /// Empty for goods without lots.
    lot_code: String,
    expires_on: Option<Day>,
    condition: Condition,
    on_hand: Pieces,
    /// Held by open pick tasks.
    reserved: Pieces,
    arrived_at: UtcMicros,
}

impl From<StockRow> for BalanceOut {
    fn from(row: StockRow) -> Self {
        Self {
            place_id: row.place,
            place_code: row.place_code,
            owner_id: row.owner,
            product_id: row.product,
            article: row.article,
            lot_id: row.lot,
            lot_code: row.lot_code,
            expires_on: row.expires_on,
            condition: row.condition,
            on_hand: row.on_hand,
            reserved: row.reserved,
            arrived_at: row.arrived_at,
        }
    }
}

/// All stock of a product.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct ProductStockOut {
    product_id: ProductId,
    owner_id: OwnerId,
    article: String,
    /// In bins and handling units, in any condition.
    on_hand: Pieces,
    /// What the next orders can be promised (доступно).
    available: Pieces,
    /// Promised to orders before their wave (мягкий резерв).
    promised: Pieces,
}

impl From<ProductStockRow> for ProductStockOut {
    fn from(row: ProductStockRow) -> Self {
        Self {
            product_id: row.product,
            owner_id: row.owner,
            article: row.article,
            on_hand: row.on_hand,
            available: row.promisable,
            promised: row.promised,
        }
    }
}

/// Before every balance.
const START: StockKey = StockKey {
    product: ProductId::from_uuid(Uuid::nil()),
    place: PlaceId::from_uuid(Uuid::nil()),
    lot: LotId::from_uuid(Uuid::nil()),
    condition: Condition::Available,
};

/// Where a page of balances starts: product, place, lot and condition.
struct Cursor(StockKey);

/// A text that is no cursor of ours.
struct NoCursor;

impl FromStr for Cursor {
    type Err = NoCursor;

    fn from_str(text: &str) -> Result<Self, NoCursor> {
        let mut parts = text.split('.');
        let mut next = || parts.next().ok_or(NoCursor);
        let product = next()?.parse().map_err(|_| NoCursor)?;
        let place = next()?.parse().map_err(|_| NoCursor)?;
        let lot = next()?.parse().map_err(|_| NoCursor)?;
        let condition = Condition::parse(next()?).ok_or(NoCursor)?;
        Ok(Self(StockKey { product, place, lot, condition }))
    }
}

fn cursor_of(row: &BalanceOut) -> String {
    format!("{}.{}.{}.{}", row.product_id, row.place_id, row.lot_id, row.condition)
}

/// What lies where (остатки по местам), by product and place; a shop sees its own goods.
#[utoipa::path(
    get, path = "/v1/stock", tag = "stock", params(StockQuery),
    responses((status = 200, body = Page<BalanceOut>), (status = "default", body = ProblemBody))
)]
async fn stock_list(
    State(app): State<App>,
    caller: Caller<rights::StockRead>,
    QueryParams(query): QueryParams<StockQuery>,
) -> Result<Json<Page<BalanceOut>>, Problem> {
    let page = PageParams { limit: query.limit, after: query.after };
    let limit = page.limit();
    // Another owner's stock looks like that of an owner who does not exist.
    if query.owner_id.is_some_and(|wanted| !caller.scope().allows(wanted)) {
        return Ok(Json(Page::new(Vec::new(), limit, cursor_of)));
    }
    let owner = caller.scope().narrowed(query.owner_id);
    let filter = StockFilter {
        owner,
        product: query.product_id,
        place: query.place_id,
        after: page.after::<Cursor>()?.map_or(START, |cursor| cursor.0),
        limit: limit + 1,
    };
    let rows = app.db.read(async move |tx: &mut Tx| lists::stock_list(tx, filter).await).await?;
    let items = rows.into_iter().map(BalanceOut::from).collect();
    Ok(Json(Page::new(items, limit, cursor_of)))
}

/// How much there is of each product (остатки по товарам).
#[utoipa::path(
    get, path = "/v1/stock/products", tag = "stock", params(ProductStockQuery),
    responses((status = 200, body = Page<ProductStockOut>), (status = "default", body = ProblemBody))
)]
async fn product_stock_list(
    State(app): State<App>,
    caller: Caller<rights::StockRead>,
    QueryParams(query): QueryParams<ProductStockQuery>,
) -> Result<Json<Page<ProductStockOut>>, Problem> {
    let page = PageParams { limit: query.limit, after: query.after };
    let limit = page.limit();
    let id_of = |row: &ProductStockOut| row.product_id.to_string();
    // Another owner's stock looks like that of an owner who does not exist.
    if query.owner_id.is_some_and(|wanted| !caller.scope().allows(wanted)) {
        return Ok(Json(Page::new(Vec::new(), limit, id_of)));
    }
    let owner = caller.scope().narrowed(query.owner_id);
    let after = page.after()?.unwrap_or(START.product);
    let read =
        async move |tx: &mut Tx| lists::product_stock_list(tx, owner, after, limit + 1).await;
    let items = app.db.read(read).await?.into_iter().map(ProductStockOut::from).collect();
    Ok(Json(Page::new(items, limit, id_of)))
}

/// Recomputes all balances from the history and lists the differences (сверка); there must be none.
#[utoipa::path(
    get, path = "/v1/integrity", tag = "stock",
    responses((status = 200, body = IntegrityReport), (status = "default", body = ProblemBody))
)]
async fn integrity_verify(
    State(app): State<App>,
    _caller: Caller<rights::AuditRead>,
) -> Result<Json<IntegrityReport>, Problem> {
    Ok(Json(integrity::verify(&app.db).await?))
}
