//! Waves, batches and the put-back list over HTTP.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::batching::{CartLimits, Load};
use super::service::waves::{WaveCancelled, WaveIn, WaveReport};
use super::store::{batches, put_backs, tasks, waves};
use super::{
    Batch, BatchState, DropReason, PickError, PutBack, PutBackIn, Slot, TaskFacts, Wave, WaveState,
    put_back_confirm, wave_cancel, wave_release,
};
use crate::access::caller::{Caller, rights};
use crate::app::App;
use crate::catalog::warehouse_default;
use crate::commands::Ctx;
use crate::db::Tx;
use crate::fault::InputFaults;
use crate::http::{
    Body, IdPath, IdempotencyKey, Page, PageParams, Problem, ProblemBody, QueryParams,
};
use crate::ids::{
    BatchId, DeviceId, LotId, OrderId, OwnerId, PickTaskId, PlaceId, ProductId, PutBackId, UserId,
    WarehouseId, WaveId,
};
use crate::units::{Day, Pieces, UtcMicros};

const ORDERS_MAX: i64 = 10_000;
const LINES_MAX: i64 = 50_000;
const SLOTS_MAX: i64 = 60;
const PIECES_MAX: i64 = 1_000_000;
const CODE_LENGTH_MAX: usize = 60;

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(wave_post, wave_list))
        .routes(routes!(wave_get))
        .routes(routes!(wave_cancel_post))
        .routes(routes!(batch_list))
        .routes(routes!(batch_get))
        .routes(routes!(put_back_list))
        .routes(routes!(put_back_confirm_post))
}

/// Which orders a wave takes. Everything is optional: without a word it takes what is reserved.
#[derive(Debug, Clone, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WaveBody {
    /// The only one when absent.
    pub warehouse_id: Option<WarehouseId>,
    pub carrier: Option<String>,
    /// Orders promised before this instant: the cut-off.
    pub promised_before: Option<UtcMicros>,
    pub priority_min: Option<i64>,
    pub orders_max: Option<i64>,
    pub lines_max: Option<i64>,
    /// The carts that are there.
    pub cart: Option<CartLimits>,
}

/// A wave (волна).
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct WaveOut {
    pub id: WaveId,
    pub warehouse_id: WarehouseId,
    pub number: String,
    pub carrier: Option<String>,
    pub cutoff_at: Option<UtcMicros>,
    pub state: WaveState,
    pub created_at: UtcMicros,
}

/// A wave with its batches.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct WaveDetailOut {
    #[serde(flatten)]
    pub wave: WaveOut,
    pub batches: Vec<BatchOut>,
}

/// A batch (партия отбора) and how far it is.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct BatchOut {
    pub id: BatchId,
    pub wave_id: WaveId,
    pub warehouse_id: WarehouseId,
    pub number: String,
    pub state: BatchState,
    pub priority: i64,
    pub device_id: Option<DeviceId>,
    pub user_id: Option<UserId>,
    pub claimed_at: Option<UtcMicros>,
    pub tasks: i64,
    pub tasks_open: i64,
    pub pieces: Pieces,
    pub pieces_picked: Pieces,
    /// Short, damaged, cancelled or taken from another lot.
    pub pieces_dropped: Pieces,
}

/// A batch with its cart and its way.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct BatchDetailOut {
    #[serde(flatten)]
    pub batch: BatchOut,
    pub slots: Vec<SlotOut>,
    /// In walking order.
    pub tasks_listed: Vec<TaskOut>,
}

#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SlotOut {
    pub slot: i64,
    pub order_id: OrderId,
    pub order_number: String,
    /// The shop's own number.
    pub external_number: String,
    pub tote_id: Option<PlaceId>,
    pub tote_code: Option<String>,
    pub open: bool,
}

/// A pick task (задание на отбор).
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct TaskOut {
    pub id: PickTaskId,
    pub slot: i64,
    pub order_id: OrderId,
    pub product_id: ProductId,
    pub article: String,
    pub lot_id: LotId,
    pub lot_code: String,
    pub expires_on: Option<Day>,
    pub place_id: PlaceId,
    pub place_code: String,
    pub quantity: Pieces,
    pub picked: Pieces,
    pub dropped: Pieces,
    pub drop_reason: Option<DropReason>,
}

/// Goods to be put back (возврат в ячейку).
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PutBackOut {
    pub id: PutBackId,
    pub order_id: OrderId,
    pub order_number: String,
    pub owner_id: OwnerId,
    pub product_id: ProductId,
    pub article: String,
    pub name: String,
    pub lot_id: LotId,
    pub lot_code: String,
    /// The tote or packing bin they lie in.
    pub place_id: PlaceId,
    pub place_code: String,
    pub quantity: Pieces,
    pub done: Pieces,
    pub created_at: UtcMicros,
}

/// Pieces that lie in a bin again.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutBackBody {
    pub bin_code: String,
    pub pieces: Pieces,
}

#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WaveQuery {
    pub state: Option<WaveState>,
    pub limit: Option<i64>,
    pub after: Option<String>,
}

#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct BatchQuery {
    pub state: Option<BatchState>,
    pub limit: Option<i64>,
    pub after: Option<String>,
}

impl WaveBody {
    fn check(&self) -> Result<(), PickError> {
        let mut faults = InputFaults::default();
        if let Some(orders) = self.orders_max {
            faults.range("orders_max", orders, 1..=ORDERS_MAX);
        }
        if let Some(lines) = self.lines_max {
            faults.range("lines_max", lines, 1..=LINES_MAX);
        }
        if let Some(cart) = &self.cart {
            faults.range("cart.slots", cart.slots, 1..=SLOTS_MAX);
            for (name, load) in [("tote", cart.tote), ("cart", cart.cart)] {
                let Load { volume_cm3, weight_g } = load;
                faults.range(&format!("cart.{name}.volume_cm3"), volume_cm3.get(), 1..=i64::MAX);
                faults.range(&format!("cart.{name}.weight_g"), weight_g.get(), 1..=i64::MAX);
            }
        }
        Ok(faults.finish()?)
    }

    fn into_wave(self, warehouse: WarehouseId) -> WaveIn {
        WaveIn {
            warehouse,
            carrier: self.carrier,
            promised_before: self.promised_before,
            priority_min: self.priority_min,
            orders_max: self.orders_max.unwrap_or(ORDERS_MAX),
            lines_max: self.lines_max.unwrap_or(LINES_MAX),
            cart: self.cart.unwrap_or_default(),
        }
    }
}

/// Releases a wave (выпустить волну): orders get the stock of concrete bins and a place on a cart.
#[utoipa::path(
    post, path = "/v1/waves", tag = "picking", request_body = WaveBody,
    responses((status = 200, body = WaveReport), (status = "default", body = ProblemBody))
)]
async fn wave_post(
    State(app): State<App>,
    caller: Caller<rights::PickingPlan>,
    key: IdempotencyKey,
    Body(body): Body<WaveBody>,
) -> Result<Json<WaveReport>, Problem> {
    body.check()?;
    let asked = body.clone();
    let work = async move |tx: &mut Tx, ctx: &Ctx| {
        let warehouse = match asked.warehouse_id {
            Some(warehouse) => warehouse,
            None => warehouse_default(tx).await?,
        };
        wave_release(tx, ctx, &asked.clone().into_wave(warehouse)).await
    };
    Ok(Json(app.command(&caller, key, "wave_release", &body, work).await?))
}

/// The waves, newest first (волны).
#[utoipa::path(
    get, path = "/v1/waves", tag = "picking", params(WaveQuery),
    responses((status = 200, body = Page<WaveOut>), (status = "default", body = ProblemBody))
)]
async fn wave_list(
    State(app): State<App>,
    _caller: Caller<rights::PickingPlan>,
    QueryParams(query): QueryParams<WaveQuery>,
) -> Result<Json<Page<WaveOut>>, Problem> {
    let page = PageParams { limit: query.limit, after: query.after };
    let limit = page.limit();
    let before = page.after::<WaveId>()?.unwrap_or(WaveId::from_uuid(uuid::Uuid::max()));
    let state = query.state;
    let read = async move |tx: &mut Tx| waves::wave_list(tx, before, state, limit + 1).await;
    let items = app.db.read(read).await?.into_iter().map(WaveOut::from).collect();
    Ok(Json(Page::new(items, limit, |item: &WaveOut| item.id.to_string())))
}

/// One wave with its batches and their progress (волна).
#[utoipa::path(
    get, path = "/v1/waves/{id}", tag = "picking", params(("id" = WaveId, Path)),
    responses((status = 200, body = WaveDetailOut), (status = "default", body = ProblemBody))
)]
async fn wave_get(
    State(app): State<App>,
    _caller: Caller<rights::PickingPlan>,
    IdPath(id): IdPath<WaveId>,
) -> Result<Json<WaveDetailOut>, Problem> {
    let read = async move |tx: &mut Tx| {
        let wave = waves::wave_find(tx, id).await?.ok_or(PickError::NotFound { what: "wave" })?;
        let batches = waves::batches_of_wave(tx, id).await?;
        Ok::<_, PickError>((wave, batches))
    };
    let (wave, batches) = app.db.read(read).await?;
    let batches = batches.into_iter().map(BatchOut::from).collect();
    Ok(Json(WaveDetailOut { wave: wave.into(), batches }))
}

/// Cancels the batches of a wave that nobody has begun (отменить волну).
#[utoipa::path(
    post, path = "/v1/waves/{id}/cancel", tag = "picking",
    params(("id" = WaveId, Path)),
    responses((status = 200, body = WaveCancelled), (status = "default", body = ProblemBody))
)]
async fn wave_cancel_post(
    State(app): State<App>,
    caller: Caller<rights::PickingPlan>,
    IdPath(id): IdPath<WaveId>,
    key: IdempotencyKey,
) -> Result<Json<WaveCancelled>, Problem> {
    let work = async move |tx: &mut Tx, ctx: &Ctx| wave_cancel(tx, ctx, id).await;
    Ok(Json(app.command(&caller, key, "wave_cancel", &id, work).await?))
}

/// The batches, newest first (партии отбора).
#[utoipa::path(
    get, path = "/v1/batches", tag = "picking", params(BatchQuery),
    responses((status = 200, body = Page<BatchOut>), (status = "default", body = ProblemBody))
)]
async fn batch_list(
    State(app): State<App>,
    _caller: Caller<rights::PickingPlan>,
    QueryParams(query): QueryParams<BatchQuery>,
) -> Result<Json<Page<BatchOut>>, Problem> {
    let page = PageParams { limit: query.limit, after: query.after };
    let limit = page.limit();
    let before = page.after::<BatchId>()?.unwrap_or(BatchId::from_uuid(uuid::Uuid::max()));
    let state = query.state;
    let read = async move |tx: &mut Tx| batches::batch_list(tx, before, state, limit + 1).await;
    let items = app.db.read(read).await?.into_iter().map(BatchOut::from).collect();
    Ok(Json(Page::new(items, limit, |item: &BatchOut| item.id.to_string())))
}

/// One batch with its cart and its tasks in walking order (партия отбора).
#[utoipa::path(
    get, path = "/v1/batches/{id}", tag = "picking", params(("id" = BatchId, Path)),
    responses((status = 200, body = BatchDetailOut), (status = "default", body = ProblemBody))
)]
async fn batch_get(
    State(app): State<App>,
    _caller: Caller<rights::PickingPlan>,
    IdPath(id): IdPath<BatchId>,
) -> Result<Json<BatchDetailOut>, Problem> {
    let read = async move |tx: &mut Tx| {
        let found = batches::batch_find(tx, id).await?;
        let batch = found.ok_or(PickError::NotFound { what: "batch" })?;
        let slots = batches::slots(tx, id).await?;
        let tasks = tasks::tasks_of_batch(tx, id).await?;
        Ok::<_, PickError>((batch, slots, tasks))
    };
    let (batch, slots, tasks) = app.db.read(read).await?;
    Ok(Json(BatchDetailOut {
        batch: batch.into(),
        slots: slots.into_iter().map(SlotOut::from).collect(),
        tasks_listed: tasks.into_iter().map(TaskOut::from).collect(),
    }))
}

/// What is to be put back onto the shelves, the oldest first (возврат в ячейки).
#[utoipa::path(
    get, path = "/v1/put-backs", tag = "picking", params(PageParams),
    responses((status = 200, body = Page<PutBackOut>), (status = "default", body = ProblemBody))
)]
async fn put_back_list(
    State(app): State<App>,
    _caller: Caller<rights::PickingWork>,
    QueryParams(page): QueryParams<PageParams>,
) -> Result<Json<Page<PutBackOut>>, Problem> {
    let limit = page.limit();
    let after = page.after::<PutBackId>()?.unwrap_or(PutBackId::from_uuid(uuid::Uuid::nil()));
    let read = async move |tx: &mut Tx| put_backs::put_back_list(tx, after, None, limit + 1).await;
    let items = app.db.read(read).await?.into_iter().map(PutBackOut::from).collect();
    Ok(Json(Page::new(items, limit, |item: &PutBackOut| item.id.to_string())))
}

/// Puts pieces back into a bin (подтвердить возврат в ячейку).
#[utoipa::path(
    post, path = "/v1/put-backs/{id}/confirm", tag = "picking", request_body = PutBackBody,
    params(("id" = PutBackId, Path)),
    responses((status = 200, body = PutBackOut), (status = "default", body = ProblemBody))
)]
async fn put_back_confirm_post(
    State(app): State<App>,
    caller: Caller<rights::PickingWork>,
    IdPath(id): IdPath<PutBackId>,
    key: IdempotencyKey,
    Body(body): Body<PutBackBody>,
) -> Result<Json<PutBackOut>, Problem> {
    let mut faults = InputFaults::default();
    faults.text("bin_code", &body.bin_code, CODE_LENGTH_MAX);
    faults.range("pieces", body.pieces.get(), 1..=PIECES_MAX);
    faults.finish()?;
    let PutBackBody { bin_code, pieces } = body.clone();
    let work = async move |tx: &mut Tx, ctx: &Ctx| {
        let bin_code = bin_code.clone();
        let input = PutBackIn { put_back: id, bin_code, pieces, happened_at: ctx.now };
        put_back_confirm(tx, ctx, &input).await.map(PutBackOut::from)
    };
    Ok(Json(app.command(&caller, key, "put_back_confirm", &(id, &body), work).await?))
}

impl From<Wave> for WaveOut {
    fn from(wave: Wave) -> Self {
        Self {
            id: wave.id,
            warehouse_id: wave.warehouse,
            number: wave.number,
            carrier: wave.carrier,
            cutoff_at: wave.cutoff_at,
            state: wave.state,
            created_at: wave.created_at,
        }
    }
}

impl From<Batch> for BatchOut {
    fn from(batch: Batch) -> Self {
        Self {
            id: batch.id,
            wave_id: batch.wave,
            warehouse_id: batch.warehouse,
            number: batch.number,
            state: batch.state,
            priority: batch.priority,
            device_id: batch.device,
            user_id: batch.actor,
            claimed_at: batch.claimed_at,
            tasks: batch.tasks,
            tasks_open: batch.tasks_open,
            pieces: batch.pieces,
            pieces_picked: batch.pieces_picked,
            pieces_dropped: batch.pieces_dropped,
        }
    }
}

impl From<Slot> for SlotOut {
    fn from(slot: Slot) -> Self {
        Self {
            slot: slot.slot,
            order_id: slot.order,
            order_number: slot.order_number,
            external_number: slot.external_number,
            tote_id: slot.tote,
            tote_code: slot.tote_code,
            open: slot.open,
        }
    }
}

impl From<TaskFacts> for TaskOut {
    fn from(task: TaskFacts) -> Self {
        Self {
            id: task.task,
            slot: task.slot,
            order_id: task.order,
            product_id: task.product,
            article: task.article,
            lot_id: task.lot,
            lot_code: task.lot_code,
            expires_on: task.expires_on,
            place_id: task.place,
            place_code: task.place_code,
            quantity: task.quantity,
            picked: task.picked,
            dropped: task.dropped,
            drop_reason: task.drop_reason,
        }
    }
}

impl From<PutBack> for PutBackOut {
    fn from(line: PutBack) -> Self {
        Self {
            id: line.id,
            order_id: line.order,
            order_number: line.order_number,
            owner_id: line.owner,
            product_id: line.product,
            article: line.article,
            name: line.name,
            lot_id: line.lot,
            lot_code: line.lot_code,
            place_id: line.place,
            place_code: line.place_code,
            quantity: line.quantity,
            done: line.done,
            created_at: line.created_at,
        }
    }
}
