//! Where goods lie, and how they are moved and counted, over HTTP.

mod lists;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::counts::{self, CountCause, CountLineRow, CountRow, CountState, CountView, Counted};
use super::floor::{self, Overfull, StockRow};
use super::moves::{self, MoveIn};
use super::{Condition, GoodsError};
use crate::access::caller::{Caller, rights};
use crate::app::App;
use crate::commands::Ctx;
use crate::db::Tx;
use crate::fault::InputFaults;
use crate::http::{
    Body, IdPath, IdempotencyKey, Page, PageParams, Problem, ProblemBody, QueryParams,
};
use crate::ids::{CountId, LotId, OwnerId, PlaceId, ProductId, StockEntryId, UserId};
use crate::units::{Day, Pieces, UtcMicros};

const QUANTITY_MAX: i64 = 1_000_000;
const NOTE_LENGTH_MAX: usize = 200;

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .merge(lists::router())
        .routes(routes!(place_stock))
        .routes(routes!(product_stock))
        .routes(routes!(stock_move_make))
        .routes(routes!(count_request, count_list))
        .routes(routes!(count_get))
        .routes(routes!(count_start))
        .routes(routes!(count_submit))
        .routes(routes!(count_cancel))
}

/// One kind of goods in one place.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct StockOut {
    pub place_id: PlaceId,
    pub place_code: String,
    pub owner_id: OwnerId,
    pub product_id: ProductId,
    pub article: String,
    pub name: String,
    pub lot_id: LotId,
    pub lot_code: String,
    pub expires_on: Option<Day>,
    pub condition: Condition,
    pub on_hand: Pieces,
    pub reserved: Pieces,
}

/// Goods to be moved by hand.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct StockMoveIn {
    pub from_place_id: PlaceId,
    pub to_place_id: PlaceId,
    pub product_id: ProductId,
    /// Absent for goods without lots.
    pub lot_id: Option<LotId>,
    /// Available unless told.
    pub condition: Option<Condition>,
    pub quantity: Pieces,
    /// Whether a bin may take more than its limits say; refused unless told.
    pub overfull: Option<Overfull>,
    pub note: Option<String>,
}

#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct StockMoveOut {
    pub entry_id: StockEntryId,
}

/// A count to be made.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CountIn {
    pub place_id: PlaceId,
    /// Planned unless told.
    pub cause: Option<CountCause>,
    /// A difference of more pieces has to be counted again by somebody else; 2 unless told.
    pub tolerance: Option<Pieces>,
}

/// The whole result of a count. What is not listed was not there.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CountResultIn {
    pub lines: Vec<CountLineIn>,
    /// Why the stock differs; the cause of the count unless told.
    pub reason: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CountLineIn {
    pub product_id: ProductId,
    /// Absent for goods without lots.
    pub lot_id: Option<LotId>,
    /// Available unless told.
    pub condition: Option<Condition>,
    pub counted: Pieces,
}

/// A count (пересчёт).
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CountOut {
    pub id: CountId,
    pub place_id: PlaceId,
    pub place_code: String,
    pub cause: CountCause,
    pub state: CountState,
    pub tolerance: Pieces,
    pub recount_of: Option<CountId>,
    pub counted_by: Option<UserId>,
    pub created_at: UtcMicros,
    pub closed_at: Option<UtcMicros>,
    /// Empty in lists.
    pub lines: Vec<CountLineOut>,
    /// The count of the same place that somebody has to make next.
    pub recount_id: Option<CountId>,
}

#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CountLineOut {
    pub product_id: ProductId,
    pub owner_id: OwnerId,
    pub article: String,
    pub name: String,
    pub lot_id: LotId,
    pub lot_code: String,
    pub condition: Condition,
    pub counted: Pieces,
    /// Told after closing: a count is blind.
    pub expected: Option<Pieces>,
}

/// `?state=open`.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CountFilter {
    pub state: Option<CountState>,
    /// How many items, 50 unless told, 500 at most.
    pub limit: Option<i64>,
    /// `next` of the page before.
    pub after: Option<String>,
}

/// What lies in a place (содержимое ячейки). A shop sees its own goods only.
#[utoipa::path(
    get, path = "/v1/places/{id}/stock", tag = "stock", params(("id" = PlaceId, Path)),
    responses((status = 200, body = Vec<StockOut>), (status = "default", body = ProblemBody))
)]
async fn place_stock(
    State(app): State<App>,
    caller: Caller<rights::StockRead>,
    IdPath(id): IdPath<PlaceId>,
) -> Result<Json<Vec<StockOut>>, Problem> {
    let scope = caller.scope();
    let read = async move |tx: &mut Tx| floor::stock_in_place(tx, scope, id).await;
    let rows = app.db.read::<_, GoodsError, _>(read).await?;
    Ok(Json(rows.into_iter().map(StockOut::from).collect()))
}

/// Where a product lies (места хранения товара), in walking order.
#[utoipa::path(
    get, path = "/v1/products/{id}/stock", tag = "stock", params(("id" = ProductId, Path)),
    responses((status = 200, body = Vec<StockOut>), (status = "default", body = ProblemBody))
)]
async fn product_stock(
    State(app): State<App>,
    caller: Caller<rights::StockRead>,
    IdPath(id): IdPath<ProductId>,
) -> Result<Json<Vec<StockOut>>, Problem> {
    let scope = caller.scope();
    let read = async move |tx: &mut Tx| floor::stock_of_product(tx, scope, id, None).await;
    let rows = app.db.read::<_, GoodsError, _>(read).await?;
    Ok(Json(rows.into_iter().map(StockOut::from).collect()))
}

/// Moves goods by hand (перемещение). What is held for pick tasks or promised to orders stays.
#[utoipa::path(
    post, path = "/v1/stock-moves", tag = "stock", request_body = StockMoveIn,
    params(("idempotency-key" = String, Header)),
    responses((status = 200, body = StockMoveOut), (status = "default", body = ProblemBody))
)]
async fn stock_move_make(
    State(app): State<App>,
    caller: Caller<rights::StockAdjust>,
    key: IdempotencyKey,
    Body(body): Body<StockMoveIn>,
) -> Result<Json<StockMoveOut>, Problem> {
    let mut faults = InputFaults::default();
    faults.range("quantity", body.quantity.get(), 1..=QUANTITY_MAX);
    if let Some(note) = &body.note {
        faults.text("note", note, NOTE_LENGTH_MAX);
    }
    faults.finish()?;
    let input = MoveIn {
        from: body.from_place_id,
        to: body.to_place_id,
        product: body.product_id,
        lot: lot_or_only(body.lot_id, body.product_id),
        condition: body.condition.unwrap_or(Condition::Available),
        quantity: body.quantity,
        overfull: body.overfull.unwrap_or_default(),
        note: body.note.clone(),
        happened_at: app.clock.now(),
    };
    let work = async move |tx: &mut Tx, ctx: &Ctx| moves::goods_relocate(tx, ctx, &input).await;
    let entry_id = app.command(&caller, key, "stock_relocate", &body, work).await?;
    Ok(Json(StockMoveOut { entry_id }))
}

/// Asks for a count of a place (задание на пересчёт). A place has one open count.
#[utoipa::path(
    post, path = "/v1/stock-counts", tag = "stock", request_body = CountIn,
    params(("idempotency-key" = String, Header)),
    responses((status = 200, body = CountOut), (status = "default", body = ProblemBody))
)]
async fn count_request(
    State(app): State<App>,
    caller: Caller<rights::StockAdjust>,
    key: IdempotencyKey,
    Body(body): Body<CountIn>,
) -> Result<Json<CountOut>, Problem> {
    let mut faults = InputFaults::default();
    faults.range("tolerance", body.tolerance.map_or(0, Pieces::get), 0..=QUANTITY_MAX);
    faults.finish()?;
    let input = body.clone();
    let work = async move |tx: &mut Tx, ctx: &Ctx| {
        let cause = input.cause.unwrap_or(CountCause::Planned);
        let id = counts::count_request(tx, ctx, input.place_id, cause, input.tolerance).await?;
        let view = counts::count_view(tx, id).await?;
        Ok::<_, GoodsError>(CountOut::from(view))
    };
    Ok(Json(app.command(&caller, key, "stock_count_request", &body, work).await?))
}

/// The counts, oldest first (список пересчётов).
#[utoipa::path(
    get, path = "/v1/stock-counts", tag = "stock", params(CountFilter),
    responses((status = 200, body = Page<CountOut>), (status = "default", body = ProblemBody))
)]
async fn count_list(
    State(app): State<App>,
    _caller: Caller<rights::StockAdjust>,
    QueryParams(filter): QueryParams<CountFilter>,
) -> Result<Json<Page<CountOut>>, Problem> {
    let page = PageParams { limit: filter.limit, after: filter.after };
    let limit = page.limit();
    let after = page.after::<CountId>()?.unwrap_or(CountId::from_uuid(uuid::Uuid::nil()));
    let state = filter.state;
    let read = async move |tx: &mut Tx| counts::count_list(tx, after, state, limit + 1).await;
    let rows = app.db.read(read).await?;
    let bare = |count| CountOut::from(CountView { count, lines: Vec::new(), recount: None });
    let items = rows.into_iter().map(bare).collect();
    Ok(Json(Page::new(items, limit, |item: &CountOut| item.id.to_string())))
}

/// One count with its lines (пересчёт). What was expected is told after closing.
#[utoipa::path(
    get, path = "/v1/stock-counts/{id}", tag = "stock", params(("id" = CountId, Path)),
    responses((status = 200, body = CountOut), (status = "default", body = ProblemBody))
)]
async fn count_get(
    State(app): State<App>,
    _caller: Caller<rights::StockAdjust>,
    IdPath(id): IdPath<CountId>,
) -> Result<Json<CountOut>, Problem> {
    let read = async move |tx: &mut Tx| counts::count_view(tx, id).await;
    Ok(Json(app.db.read::<_, GoodsError, _>(read).await?.into()))
}

/// Begins a count (начать пересчёт): the place is closed for new promises until it ends.
#[utoipa::path(
    post, path = "/v1/stock-counts/{id}/start", tag = "stock",
    params(("id" = CountId, Path), ("idempotency-key" = String, Header)),
    responses((status = 200, body = CountOut), (status = "default", body = ProblemBody))
)]
async fn count_start(
    State(app): State<App>,
    caller: Caller<rights::StockAdjust>,
    IdPath(id): IdPath<CountId>,
    key: IdempotencyKey,
) -> Result<Json<CountOut>, Problem> {
    let work = async move |tx: &mut Tx, ctx: &Ctx| {
        counts::count_start(tx, ctx, id).await?;
        Ok::<_, GoodsError>(CountOut::from(counts::count_view(tx, id).await?))
    };
    Ok(Json(app.command(&caller, key, "stock_count_start", &id, work).await?))
}

/// Gives the whole result of a count and closes it (итог пересчёта). Differences are posted, or a
/// recount is asked for. The second time answers what the first came to.
#[utoipa::path(
    post, path = "/v1/stock-counts/{id}/submit", tag = "stock", request_body = CountResultIn,
    params(("id" = CountId, Path), ("idempotency-key" = String, Header)),
    responses((status = 200, body = CountOut), (status = "default", body = ProblemBody))
)]
async fn count_submit(
    State(app): State<App>,
    caller: Caller<rights::StockAdjust>,
    IdPath(id): IdPath<CountId>,
    key: IdempotencyKey,
    Body(body): Body<CountResultIn>,
) -> Result<Json<CountOut>, Problem> {
    let lines = counted_lines(&body)?;
    let reason = body.reason.clone();
    let work = async move |tx: &mut Tx, ctx: &Ctx| {
        let view = counts::count_submit(tx, ctx, id, &lines, reason.as_deref()).await?;
        Ok::<_, GoodsError>(CountOut::from(view))
    };
    Ok(Json(app.command(&caller, key, "stock_count_submit", &(id, &body), work).await?))
}

/// Gives a count up (отменить пересчёт): nothing is posted.
#[utoipa::path(
    post, path = "/v1/stock-counts/{id}/cancel", tag = "stock",
    params(("id" = CountId, Path), ("idempotency-key" = String, Header)),
    responses((status = 200, body = CountOut), (status = "default", body = ProblemBody))
)]
async fn count_cancel(
    State(app): State<App>,
    caller: Caller<rights::StockAdjust>,
    IdPath(id): IdPath<CountId>,
    key: IdempotencyKey,
) -> Result<Json<CountOut>, Problem> {
    let work = async move |tx: &mut Tx, ctx: &Ctx| {
        counts::count_cancel(tx, ctx, id).await.map(CountOut::from)
    };
    Ok(Json(app.command(&caller, key, "stock_count_cancel", &id, work).await?))
}

fn counted_lines(body: &CountResultIn) -> Result<Vec<Counted>, Problem> {
    let mut faults = InputFaults::default();
    let mut lines: Vec<Counted> = Vec::new();
    for (index, line) in body.lines.iter().enumerate() {
        faults.range(&format!("lines[{index}].counted"), line.counted.get(), 0..=QUANTITY_MAX);
        let counted = Counted {
            product: line.product_id,
            lot: lot_or_only(line.lot_id, line.product_id),
            condition: line.condition.unwrap_or(Condition::Available),
            pieces: line.counted,
        };
        let same = |known: &Counted| Counted { pieces: counted.pieces, ..*known } == counted;
        if lines.iter().any(same) {
            faults.note(format!("lines[{index}].product_id"), "duplicate");
        }
        lines.push(counted);
    }
    if let Some(reason) = &body.reason {
        faults.text("reason", reason, NOTE_LENGTH_MAX);
    }
    faults.finish()?;
    Ok(lines)
}

/// The lot of goods without lots has the id of the product.
fn lot_or_only(lot: Option<LotId>, product: ProductId) -> LotId {
    lot.unwrap_or(LotId::from_uuid(product.uuid()))
}

impl From<StockRow> for StockOut {
    fn from(row: StockRow) -> Self {
        Self {
            place_id: row.place,
            place_code: row.place_code,
            owner_id: row.owner,
            product_id: row.product,
            article: row.article,
            name: row.name,
            lot_id: row.lot,
            lot_code: row.lot_code,
            expires_on: row.expires_on,
            condition: row.condition,
            on_hand: row.on_hand,
            reserved: row.reserved,
        }
    }
}

impl From<CountLineRow> for CountLineOut {
    fn from(row: CountLineRow) -> Self {
        Self {
            product_id: row.product,
            owner_id: row.owner,
            article: row.article,
            name: row.name,
            lot_id: row.lot,
            lot_code: row.lot_code,
            condition: row.condition,
            counted: row.counted,
            expected: row.expected,
        }
    }
}

impl From<CountView> for CountOut {
    fn from(view: CountView) -> Self {
        let CountRow { id, place, place_code, cause, state, tolerance, .. } = view.count;
        Self {
            id,
            place_id: place,
            place_code,
            cause,
            state,
            tolerance,
            recount_of: view.count.recount_of,
            counted_by: view.count.actor,
            created_at: view.count.created_at,
            closed_at: view.count.closed_at,
            lines: view.lines.into_iter().map(CountLineOut::from).collect(),
            recount_id: view.recount,
        }
    }
}
