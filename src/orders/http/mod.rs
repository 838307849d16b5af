//! Orders over HTTP.

mod wire;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use self::wire::{
    BatchFieldOut, BatchItemOut, CancelIn, OrderBatchIn, OrderBatchOut, OrderHeadOut, OrderIn,
    OrderOut, OrderReservationOut,
};
use super::intake::warehouse_of;
use super::model::{IntakeOutcome, LinesMore, OrderChange, OrderDraft};
use super::read::{self, ListFilter, order_heads};
use super::state::OrderState;
use super::{
    INTAKE_MAX, OrderError, order_change, order_find, order_lines, order_lines_add, orders_intake,
    requests_resolve,
};
use crate::access::Scope;
use crate::access::caller::{Caller, rights};
use crate::app::App;
use crate::commands::Ctx;
use crate::db::Tx;
use crate::fault::{Fault, InputError, InputFaults};
use crate::http::{
    Body, IdPath, IdempotencyKey, Page, PageParams, Problem, ProblemBody, QueryParams,
};
use crate::ids::{OrderId, OwnerId};

const REASON_MAX: usize = 200;

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(order_create, order_list))
        .routes(routes!(order_create_batch))
        .routes(routes!(order_get))
        .routes(routes!(order_reservation))
        .routes(routes!(order_cancel))
        .routes(routes!(order_edit))
        .routes(routes!(order_more))
}

/// Takes in an order (заказ): 201 for a new one, 200 if the same one is there already.
#[utoipa::path(
    post, path = "/v1/orders", tag = "orders", request_body = OrderIn,
    responses(
        (status = 201, body = OrderOut), (status = 200, body = OrderOut),
        (status = "default", body = ProblemBody)
    )
)]
async fn order_create(
    State(app): State<App>,
    caller: Caller<rights::OrdersWrite>,
    key: IdempotencyKey,
    Body(input): Body<OrderIn>,
) -> Result<(StatusCode, Json<OrderOut>), Problem> {
    let owner = owner_of(caller.scope(), input.owner_id)?;
    let body = input.clone();
    let work = async move |tx: &mut Tx, ctx: &Ctx| {
        let warehouse = warehouse_of(tx, input.warehouse_id).await?;
        let requests = std::slice::from_ref(&input.order);
        let drafts: Result<Vec<OrderDraft>, InputError> =
            requests_resolve(tx, owner, requests).await?.into_iter().collect();
        let intakes = orders_intake(tx, ctx, owner, warehouse, &drafts?).await?;
        let intake = intakes.into_iter().next().expect("one order went in");
        if intake.outcome == IntakeOutcome::Differs {
            return Err(OrderError::Exists { external_number: intake.external_number });
        }
        Ok::<_, OrderError>((intake.outcome, shown(tx, Scope::Owner(owner), intake.order).await?))
    };
    let (outcome, order) = app.command(&caller, key, "order_create", &body, work).await?;
    let status = match outcome {
        IntakeOutcome::Created => StatusCode::CREATED,
        IntakeOutcome::Exists | IntakeOutcome::Differs => StatusCode::OK,
    };
    Ok((status, Json(order)))
}

/// Takes in up to 500 orders (заказы пакетом). Each is answered by itself: a refused one does not
/// hold up the others.
#[utoipa::path(
    post, path = "/v1/orders/batch", tag = "orders", request_body = OrderBatchIn,
    responses((status = 200, body = OrderBatchOut), (status = "default", body = ProblemBody))
)]
async fn order_create_batch(
    State(app): State<App>,
    caller: Caller<rights::OrdersWrite>,
    key: IdempotencyKey,
    Body(input): Body<OrderBatchIn>,
) -> Result<Json<OrderBatchOut>, Problem> {
    let owner = owner_of(caller.scope(), input.owner_id)?;
    if input.orders.is_empty() {
        return Err(InputError::one("orders", "missing").into());
    }
    if input.orders.len() > INTAKE_MAX {
        return Err(InputError::one("orders", "too_large").into());
    }
    let body = input.clone();
    let work = async move |tx: &mut Tx, ctx: &Ctx| batch_intake(tx, ctx, owner, &input).await;
    Ok(Json(app.command(&caller, key, "order_create_batch", &body, work).await?))
}

async fn batch_intake(
    tx: &mut Tx,
    ctx: &Ctx,
    owner: OwnerId,
    input: &OrderBatchIn,
) -> Result<OrderBatchOut, OrderError> {
    let warehouse = warehouse_of(tx, input.warehouse_id).await?;
    let resolved = requests_resolve(tx, owner, &input.orders).await?;
    let drafts: Vec<OrderDraft> =
        resolved.iter().filter_map(|outcome| outcome.as_ref().ok()).cloned().collect();
    let mut intakes = orders_intake(tx, ctx, owner, warehouse, &drafts).await?.into_iter();
    let mut items = Vec::with_capacity(resolved.len());
    for (request, outcome) in input.orders.iter().zip(&resolved) {
        let mut item = BatchItemOut {
            external_number: request.external_number.clone(),
            outcome: "input_invalid".to_owned(),
            order_id: None,
            number: None,
            state: None,
            fields: Vec::new(),
        };
        if let Err(error) = outcome {
            item.fields = error.fields().iter().map(BatchFieldOut::from).collect();
        } else {
            let intake = intakes.next().expect("each draft has an answer");
            let (told, order) = match intake.outcome {
                IntakeOutcome::Differs => ("order_exists", None),
                other => (other.as_str(), Some(intake.order)),
            };
            told.clone_into(&mut item.outcome);
            item.order_id = order;
        }
        items.push(item);
    }
    let ids: Vec<OrderId> = items.iter().filter_map(|item| item.order_id).collect();
    let heads = order_heads(tx, &ids).await?;
    for item in &mut items {
        let Some(head) = item.order_id.and_then(|id| heads.get(&id)) else { continue };
        item.number = Some(head.number.clone());
        item.state = Some(head.state);
    }
    Ok(OrderBatchOut { items })
}

/// Which orders a list shows.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct OrderListParams {
    state: Option<OrderState>,
    external_number: Option<String>,
    carrier: Option<String>,
    /// How many orders, 50 unless told, 500 at most.
    limit: Option<i64>,
    /// `next` of the page before.
    after: Option<String>,
}

/// Orders, newest first (список заказов).
#[utoipa::path(
    get, path = "/v1/orders", tag = "orders", params(OrderListParams),
    responses((status = 200, body = Page<OrderHeadOut>), (status = "default", body = ProblemBody))
)]
async fn order_list(
    State(app): State<App>,
    caller: Caller<rights::OrdersRead>,
    QueryParams(params): QueryParams<OrderListParams>,
) -> Result<Json<Page<OrderHeadOut>>, Problem> {
    let page = PageParams { limit: params.limit, after: params.after };
    let limit = page.limit();
    let newest = OrderId::from_uuid(uuid::Uuid::max());
    let filter = ListFilter {
        owner: caller.scope().owner(),
        state: params.state,
        external_number: params.external_number,
        carrier: params.carrier,
        before: page.after::<OrderId>()?.unwrap_or(newest),
        limit: limit + 1,
    };
    let orders = app.db.read(async move |tx: &mut Tx| read::list(tx, &filter).await).await?;
    let items = orders.into_iter().map(OrderHeadOut::from).collect();
    Ok(Json(Page::new(items, limit, |item: &OrderHeadOut| item.id.to_string())))
}

/// One order with its lines and its history (карточка заказа).
#[utoipa::path(
    get, path = "/v1/orders/{id}", tag = "orders", params(("id" = OrderId, Path)),
    responses((status = 200, body = OrderOut), (status = "default", body = ProblemBody))
)]
async fn order_get(
    State(app): State<App>,
    caller: Caller<rights::OrdersRead>,
    IdPath(order): IdPath<OrderId>,
) -> Result<Json<OrderOut>, Problem> {
    let scope = caller.scope();
    Ok(Json(app.db.snapshot(async move |tx: &mut Tx| shown(tx, scope, order).await).await?))
}

/// Why lines of an order are not reserved (почему строка не в резерве), with figures.
#[utoipa::path(
    get, path = "/v1/orders/{id}/reservation", tag = "orders", params(("id" = OrderId, Path)),
    responses((status = 200, body = OrderReservationOut), (status = "default", body = ProblemBody))
)]
async fn order_reservation(
    State(app): State<App>,
    caller: Caller<rights::OrdersRead>,
    IdPath(order): IdPath<OrderId>,
) -> Result<Json<OrderReservationOut>, Problem> {
    let scope = caller.scope();
    let work = async move |tx: &mut Tx| {
        let order = order_find(tx, scope, order).await?;
        let lines = super::why::order_why(tx, &order).await?;
        Ok::<_, OrderError>((order, lines))
    };
    let (order, lines) = app.db.snapshot(work).await?;
    Ok(Json(OrderReservationOut {
        order_id: order.id,
        state: order.state,
        policy: order.policy,
        lines: lines.into_iter().map(Into::into).collect(),
    }))
}

/// Cancels an order at any stage before it has left (отмена заказа). What was picked goes back to
/// the shelf.
#[utoipa::path(
    post, path = "/v1/orders/{id}/cancel", tag = "orders", params(("id" = OrderId, Path)),
    request_body = CancelIn,
    responses((status = 200, body = OrderOut), (status = "default", body = ProblemBody))
)]
async fn order_cancel(
    State(app): State<App>,
    caller: Caller<rights::OrdersWrite>,
    IdPath(order): IdPath<OrderId>,
    key: IdempotencyKey,
    Body(input): Body<CancelIn>,
) -> Result<Json<OrderOut>, Problem> {
    let mut faults = InputFaults::default();
    faults.text("reason", &input.reason, REASON_MAX);
    faults.finish()?;
    let scope = caller.scope();
    let body = (order, input.clone());
    let work = async move |tx: &mut Tx, ctx: &Ctx| {
        order_find(tx, scope, order).await?;
        super::order_cancel(tx, ctx, order, &input.reason).await?;
        shown(tx, scope, order).await
    };
    Ok(Json(app.command(&caller, key, "order_cancel", &body, work).await?))
}

/// Changes quantities, address, carrier or priority of an order (изменение заказа). New quantities
/// take it back from its wave; a packed order is unpacked.
#[utoipa::path(
    post, path = "/v1/orders/{id}/change", tag = "orders", params(("id" = OrderId, Path)),
    request_body = OrderChange,
    responses((status = 200, body = OrderOut), (status = "default", body = ProblemBody))
)]
async fn order_edit(
    State(app): State<App>,
    caller: Caller<rights::OrdersWrite>,
    IdPath(order): IdPath<OrderId>,
    key: IdempotencyKey,
    Body(change): Body<OrderChange>,
) -> Result<Json<OrderOut>, Problem> {
    let scope = caller.scope();
    let body = (order, change.clone());
    let work = async move |tx: &mut Tx, ctx: &Ctx| {
        order_change(tx, ctx, scope.owner(), order, &change).await?;
        shown(tx, scope, order).await
    };
    Ok(Json(app.command(&caller, key, "order_change", &body, work).await?))
}

/// Adds lines to an order that no wave has taken yet (добавить строки в заказ). They are promised
/// stock at once by the order's policy. Later it is refused: then the goods go in a new order.
#[utoipa::path(
    post, path = "/v1/orders/{id}/lines", tag = "orders", params(("id" = OrderId, Path)),
    request_body = LinesMore,
    responses((status = 200, body = OrderOut), (status = "default", body = ProblemBody))
)]
async fn order_more(
    State(app): State<App>,
    caller: Caller<rights::OrdersWrite>,
    IdPath(order): IdPath<OrderId>,
    key: IdempotencyKey,
    Body(more): Body<LinesMore>,
) -> Result<Json<OrderOut>, Problem> {
    let scope = caller.scope();
    let body = (order, more.clone());
    let work = async move |tx: &mut Tx, ctx: &Ctx| {
        order_lines_add(tx, ctx, scope.owner(), order, &more).await?;
        shown(tx, scope, order).await
    };
    Ok(Json(app.command(&caller, key, "order_lines_add", &body, work).await?))
}

/// Whose order it is: a shop's own, or the one that the operator names.
fn owner_of(scope: Scope, named: Option<OwnerId>) -> Result<OwnerId, OrderError> {
    match (scope, named) {
        (Scope::Owner(own), None) => Ok(own),
        (Scope::Owner(own), Some(named)) if named == own => Ok(own),
        (Scope::Owner(_), Some(_)) => Err(OrderError::NotFound { what: "owner" }),
        (Scope::All, Some(named)) => Ok(named),
        (Scope::All, None) => Err(OrderError::OwnerMissing),
    }
}

async fn shown(tx: &mut Tx, scope: Scope, order: OrderId) -> Result<OrderOut, OrderError> {
    let head = order_find(tx, scope, order).await?;
    let lines = order_lines(tx, order).await?;
    let events = read::order_history(tx, order).await?;
    Ok(OrderOut {
        head: head.into(),
        lines: lines.into_iter().map(Into::into).collect(),
        events: events.into_iter().map(Into::into).collect(),
    })
}
