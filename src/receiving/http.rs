//! Deliveries and putaway over HTTP.

use axum::Json;
use axum::extract::State;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

mod wire;

use self::wire::{
    DiscrepancyIn, InboundFilter, InboundIn, InboundOut, ProposalIn, ProposalOut, PutawayIn,
    ReceiptIn, ReversalBody, StartIn,
};
use super::service::{closing, inbounds, putaway, receipts};
use super::{AnnounceIn, PutOut, Received, ReceivingError, Undone};
use crate::access::caller::{Caller, rights};
use crate::app::App;
use crate::catalog;
use crate::commands::Ctx;
use crate::db::Tx;
use crate::http::{
    Body, IdPath, IdempotencyKey, Page, PageParams, Problem, ProblemBody, QueryParams,
};
use crate::ids::InboundId;

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(inbound_announce, inbound_list))
        .routes(routes!(inbound_get))
        .routes(routes!(inbound_cancel))
        .routes(routes!(inbound_start))
        .routes(routes!(receipt_make))
        .routes(routes!(receipt_undo))
        .routes(routes!(discrepancy_note))
        .routes(routes!(inbound_close))
        .routes(routes!(inbound_reverse))
        .routes(routes!(putaway_propose))
        .routes(routes!(putaway_put))
}

/// Announces a delivery (заявка на поступление), with its lines or blind. The same external number
/// with the same content is the same delivery.
#[utoipa::path(
    post, path = "/v1/inbounds", tag = "receiving", request_body = InboundIn,
    params(("idempotency-key" = String, Header)),
    responses((status = 200, body = InboundOut), (status = "default", body = ProblemBody))
)]
async fn inbound_announce(
    State(app): State<App>,
    caller: Caller<rights::ReceivingAnnounce>,
    key: IdempotencyKey,
    Body(body): Body<InboundIn>,
) -> Result<Json<InboundOut>, Problem> {
    let owner = body.owner(caller.scope())?;
    let scope = caller.scope();
    let input = body.clone();
    let work = async move |tx: &mut Tx, ctx: &Ctx| {
        catalog::owner_find(tx, scope, owner).await?;
        let warehouse = match input.warehouse_id {
            Some(warehouse) => warehouse,
            None => catalog::warehouse_default(tx).await?,
        };
        let announce = AnnounceIn {
            owner,
            warehouse,
            external_number: input.external_number.clone(),
            kind: input.kind(),
            expected_on: input.expected_on,
            lines: input.products(tx, owner).await?,
        };
        let id = inbounds::inbound_announce(tx, ctx, &announce).await?;
        let view = closing::inbound_view(tx, scope, id).await?;
        Ok::<_, ReceivingError>(InboundOut::from(view))
    };
    Ok(Json(app.command(&caller, key, "inbound_announce", &body, work).await?))
}

/// The deliveries, oldest first (список поступлений).
#[utoipa::path(
    get, path = "/v1/inbounds", tag = "receiving", params(InboundFilter),
    responses((status = 200, body = Page<InboundOut>), (status = "default", body = ProblemBody))
)]
async fn inbound_list(
    State(app): State<App>,
    caller: Caller<rights::ReceivingRead>,
    QueryParams(filter): QueryParams<InboundFilter>,
) -> Result<Json<Page<InboundOut>>, Problem> {
    let page = PageParams { limit: filter.limit, after: filter.after };
    let limit = page.limit();
    let after = page.after::<InboundId>()?.unwrap_or(InboundId::from_uuid(uuid::Uuid::nil()));
    let (scope, state) = (caller.scope(), filter.state);
    let read =
        async move |tx: &mut Tx| inbounds::inbound_list(tx, scope, after, state, limit + 1).await;
    let rows = app.db.read(read).await?;
    let items = rows.into_iter().map(InboundOut::bare).collect();
    Ok(Json(Page::new(items, limit, |item: &InboundOut| item.id.to_string())))
}

/// One delivery with lines, lots and differences (поступление с расхождениями).
#[utoipa::path(
    get, path = "/v1/inbounds/{id}", tag = "receiving", params(("id" = InboundId, Path)),
    responses((status = 200, body = InboundOut), (status = "default", body = ProblemBody))
)]
async fn inbound_get(
    State(app): State<App>,
    caller: Caller<rights::ReceivingRead>,
    IdPath(id): IdPath<InboundId>,
) -> Result<Json<InboundOut>, Problem> {
    let scope = caller.scope();
    let read = async move |tx: &mut Tx| closing::inbound_view(tx, scope, id).await;
    Ok(Json(app.db.read::<_, ReceivingError, _>(read).await?.into()))
}

/// Cancels a delivery of which nothing was received (отменить поступление).
#[utoipa::path(
    post, path = "/v1/inbounds/{id}/cancel", tag = "receiving",
    params(("id" = InboundId, Path), ("idempotency-key" = String, Header)),
    responses((status = 200, body = InboundOut), (status = "default", body = ProblemBody))
)]
async fn inbound_cancel(
    State(app): State<App>,
    caller: Caller<rights::ReceivingAnnounce>,
    IdPath(id): IdPath<InboundId>,
    key: IdempotencyKey,
) -> Result<Json<InboundOut>, Problem> {
    let scope = caller.scope();
    let work = async move |tx: &mut Tx, _ctx: &Ctx| {
        inbounds::inbound_cancel(tx, scope, id).await?;
        closing::inbound_view(tx, scope, id).await.map(InboundOut::from)
    };
    Ok(Json(app.command(&caller, key, "inbound_cancel", &id, work).await?))
}

/// Begins to receive a delivery at a dock (начать приёмку). Whoever comes later joins there.
#[utoipa::path(
    post, path = "/v1/inbounds/{id}/start", tag = "receiving", request_body = StartIn,
    params(("id" = InboundId, Path), ("idempotency-key" = String, Header)),
    responses((status = 200, body = InboundOut), (status = "default", body = ProblemBody))
)]
async fn inbound_start(
    State(app): State<App>,
    caller: Caller<rights::ReceivingWork>,
    IdPath(id): IdPath<InboundId>,
    key: IdempotencyKey,
    Body(body): Body<StartIn>,
) -> Result<Json<InboundOut>, Problem> {
    let (scope, dock) = (caller.scope(), body.dock_bin_id);
    let work = async move |tx: &mut Tx, _ctx: &Ctx| {
        inbounds::inbound_start(tx, id, dock).await?;
        closing::inbound_view(tx, scope, id).await.map(InboundOut::from)
    };
    Ok(Json(app.command(&caller, key, "inbound_start", &(id, &body), work).await?))
}

/// Takes one portion into stock (принять товар). Several people may count one line.
#[utoipa::path(
    post, path = "/v1/inbounds/{id}/receipts", tag = "receiving", request_body = ReceiptIn,
    params(("id" = InboundId, Path), ("idempotency-key" = String, Header)),
    responses((status = 200, body = Received), (status = "default", body = ProblemBody))
)]
async fn receipt_make(
    State(app): State<App>,
    caller: Caller<rights::ReceivingWork>,
    IdPath(id): IdPath<InboundId>,
    key: IdempotencyKey,
    Body(body): Body<ReceiptIn>,
) -> Result<Json<Received>, Problem> {
    let input = body.receive(id, app.clock.now());
    let work = async move |tx: &mut Tx, ctx: &Ctx| receipts::receive(tx, ctx, &input).await;
    Ok(Json(app.command(&caller, key, "receipt_make", &(id, &body), work).await?))
}

/// Takes the caller's last portion back (отменить последнюю приёмку).
#[utoipa::path(
    post, path = "/v1/inbounds/{id}/undo", tag = "receiving",
    params(("id" = InboundId, Path), ("idempotency-key" = String, Header)),
    responses((status = 200, body = Undone), (status = "default", body = ProblemBody))
)]
async fn receipt_undo(
    State(app): State<App>,
    caller: Caller<rights::ReceivingWork>,
    IdPath(id): IdPath<InboundId>,
    key: IdempotencyKey,
) -> Result<Json<Undone>, Problem> {
    let work =
        async move |tx: &mut Tx, ctx: &Ctx| receipts::receive_undo(tx, ctx, id, ctx.now).await;
    Ok(Json(app.command(&caller, key, "receipt_undo", &id, work).await?))
}

/// Writes down goods that do not become stock (отметить расхождение): unknown ones, another
/// owner's, refused ones.
#[utoipa::path(
    post, path = "/v1/inbounds/{id}/discrepancies", tag = "receiving", request_body = DiscrepancyIn,
    params(("id" = InboundId, Path), ("idempotency-key" = String, Header)),
    responses((status = 200, body = InboundOut), (status = "default", body = ProblemBody))
)]
async fn discrepancy_note(
    State(app): State<App>,
    caller: Caller<rights::ReceivingWork>,
    IdPath(id): IdPath<InboundId>,
    key: IdempotencyKey,
    Body(body): Body<DiscrepancyIn>,
) -> Result<Json<InboundOut>, Problem> {
    let scope = caller.scope();
    let input = body.note(id);
    let work = async move |tx: &mut Tx, ctx: &Ctx| {
        receipts::discrepancy_note(tx, ctx, input.clone()).await?;
        closing::inbound_view(tx, scope, id).await.map(InboundOut::from)
    };
    Ok(Json(app.command(&caller, key, "discrepancy_note", &(id, &body), work).await?))
}

/// Closes a delivery and lists its differences, once (закрыть приёмку).
#[utoipa::path(
    post, path = "/v1/inbounds/{id}/close", tag = "receiving",
    params(("id" = InboundId, Path), ("idempotency-key" = String, Header)),
    responses((status = 200, body = InboundOut), (status = "default", body = ProblemBody))
)]
async fn inbound_close(
    State(app): State<App>,
    caller: Caller<rights::ReceivingWork>,
    IdPath(id): IdPath<InboundId>,
    key: IdempotencyKey,
) -> Result<Json<InboundOut>, Problem> {
    let work = async move |tx: &mut Tx, ctx: &Ctx| {
        closing::inbound_close(tx, ctx, id).await.map(InboundOut::from)
    };
    Ok(Json(app.command(&caller, key, "inbound_close", &id, work).await?))
}

/// Corrects a closed delivery by a document that sends goods back (сторно приёмки).
#[utoipa::path(
    post, path = "/v1/inbounds/{id}/reversals", tag = "receiving", request_body = ReversalBody,
    params(("id" = InboundId, Path), ("idempotency-key" = String, Header)),
    responses((status = 200, body = InboundOut), (status = "default", body = ProblemBody))
)]
async fn inbound_reverse(
    State(app): State<App>,
    caller: Caller<rights::StockAdjust>,
    IdPath(id): IdPath<InboundId>,
    key: IdempotencyKey,
    Body(body): Body<ReversalBody>,
) -> Result<Json<InboundOut>, Problem> {
    let input = body.reversal(id, app.clock.now());
    let work = async move |tx: &mut Tx, ctx: &Ctx| {
        closing::inbound_reverse(tx, ctx, &input).await.map(InboundOut::from)
    };
    Ok(Json(app.command(&caller, key, "inbound_reverse", &(id, &body), work).await?))
}

/// Proposes a bin for goods and keeps it for ten minutes (предложить ячейку).
#[utoipa::path(
    post, path = "/v1/putaways/propose", tag = "receiving", request_body = ProposalIn,
    params(("idempotency-key" = String, Header)),
    responses((status = 200, body = ProposalOut), (status = "default", body = ProblemBody))
)]
async fn putaway_propose(
    State(app): State<App>,
    caller: Caller<rights::ReceivingWork>,
    key: IdempotencyKey,
    Body(body): Body<ProposalIn>,
) -> Result<Json<ProposalOut>, Problem> {
    let input = body.clone();
    let work = async move |tx: &mut Tx, ctx: &Ctx| {
        let from = catalog::place_find(tx, input.from_place_id).await?;
        let goods = input.goods(tx).await?;
        let condition = input.condition();
        let skipped = &input.skipped;
        putaway::putaway_propose(tx, ctx, from.warehouse, &goods, condition, skipped)
            .await
            .map(ProposalOut::from)
    };
    Ok(Json(app.command(&caller, key, "putaway_propose", &body, work).await?))
}

/// Puts goods from a dock into a bin (разместить), all of them or a part.
#[utoipa::path(
    post, path = "/v1/putaways", tag = "receiving", request_body = PutawayIn,
    params(("idempotency-key" = String, Header)),
    responses((status = 200, body = PutOut), (status = "default", body = ProblemBody))
)]
async fn putaway_put(
    State(app): State<App>,
    caller: Caller<rights::ReceivingWork>,
    key: IdempotencyKey,
    Body(body): Body<PutawayIn>,
) -> Result<Json<PutOut>, Problem> {
    let input = body.put(app.clock.now());
    let work = async move |tx: &mut Tx, ctx: &Ctx| putaway::putaway_put(tx, ctx, &input).await;
    Ok(Json(app.command(&caller, key, "putaway_put", &body, work).await?))
}
