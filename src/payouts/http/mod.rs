//! Runs of payouts over HTTP, for the operator's people. Payouts themselves are in `payouts`.

mod payouts;

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::model::{LeftOutRow, RunRow, RunState};
use super::rule::LeftOut;
use super::{PayoutError, service, store};
use crate::access::caller::{Staff, rights};
use crate::app::App;
use crate::commands::Ctx;
use crate::db::{DbError, Tx};
use crate::http::{
    Body, IdPath, IdempotencyKey, Page, PageParams, Problem, ProblemBody, QueryParams, ReasonIn,
    download,
};
use crate::ids::{BankAccountId, OwnerId, PayoutRunId, UserId};
use crate::units::{Day, Kopecks, UtcMicros};

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(payout_run_list, payout_run_create))
        .routes(routes!(payout_run_get))
        .routes(routes!(payout_run_refresh))
        .routes(routes!(payout_run_approve))
        .routes(routes!(payout_run_reject))
        .routes(routes!(payout_run_orders))
        .merge(payouts::router())
}

/// From which account, and what was reported by which day.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct PayoutRunIn {
    cut_off: Day,
    bank_account_id: BankAccountId,
}

/// Which state of a run was looked at.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct PayoutRunApproveIn {
    /// Of the run, as it was shown: one that was made anew since is refused.
    made_at: UtcMicros,
}

/// A run of payouts.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
struct PayoutRunOut {
    id: PayoutRunId,
    bank_account_id: BankAccountId,
    /// What was reported by this day.
    cut_off: Day,
    state: RunState,
    made_by: Option<UserId>,
    made_at: UtcMicros,
    decided_by: Option<UserId>,
    decided_at: Option<UtcMicros>,
    /// Why it was rejected.
    reason: Option<String>,
    /// Of its payment orders.
    order_day: Option<Day>,
    payouts: i64,
    /// To be paid, all together.
    net_kopecks: Kopecks,
}

impl From<RunRow> for PayoutRunOut {
    fn from(row: RunRow) -> Self {
        Self {
            id: row.id,
            bank_account_id: row.account,
            cut_off: row.cut_off,
            state: row.state,
            made_by: row.made_by,
            made_at: row.made_at,
            decided_by: row.decided_by,
            decided_at: row.decided_at,
            reason: row.reason,
            order_day: row.order_day,
            payouts: row.payouts,
            net_kopecks: row.net,
        }
    }
}

/// A shop that a run does not pay, and what it has.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
struct LeftOutOut {
    owner_id: OwnerId,
    reason: LeftOut,
    due_kopecks: Kopecks,
    debt_kopecks: Kopecks,
    charges_kopecks: Kopecks,
}

impl From<LeftOutRow> for LeftOutOut {
    fn from(row: LeftOutRow) -> Self {
        Self {
            owner_id: row.owner,
            reason: row.reason,
            due_kopecks: row.due,
            debt_kopecks: row.debt,
            charges_kopecks: row.charges,
        }
    }
}

/// A run with the shops that it leaves out.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
struct PayoutRunFullOut {
    #[serde(flatten)]
    run: PayoutRunOut,
    left_out: Vec<LeftOutOut>,
}

async fn full(tx: &mut Tx, run: RunRow) -> Result<PayoutRunFullOut, PayoutError> {
    let left_out = store::left_out(tx, run.id).await?;
    let left_out = left_out.into_iter().map(LeftOutOut::from).collect();
    Ok(PayoutRunFullOut { run: run.into(), left_out })
}

/// Proposes payouts to shops (реестр выплат): one for each that something is due to. An account has one
/// open run at a time.
#[utoipa::path(
    post, path = "/v1/payout-runs", tag = "payouts", request_body = PayoutRunIn,
    responses((status = 200, body = PayoutRunFullOut), (status = "default", body = ProblemBody))
)]
async fn payout_run_create(
    State(app): State<App>,
    caller: Staff<rights::MoneyWork>,
    key: IdempotencyKey,
    Body(input): Body<PayoutRunIn>,
) -> Result<Json<PayoutRunFullOut>, Problem> {
    let body = input.clone();
    let work = async move |tx: &mut Tx, ctx: &Ctx| {
        let run = service::run_create(tx, ctx, input.bank_account_id, input.cut_off).await?;
        full(tx, run).await
    };
    Ok(Json(app.command(&caller, key, "payout_run_create", &body, work).await?))
}

/// Runs of payouts, newest first (реестры выплат).
#[utoipa::path(
    get, path = "/v1/payout-runs", tag = "payouts", params(PageParams),
    responses((status = 200, body = Page<PayoutRunOut>), (status = "default", body = ProblemBody))
)]
async fn payout_run_list(
    State(app): State<App>,
    _caller: Staff<rights::MoneyRead>,
    QueryParams(page): QueryParams<PageParams>,
) -> Result<Json<Page<PayoutRunOut>>, Problem> {
    let limit = page.limit();
    let before = page.after()?.unwrap_or(PayoutRunId::from_uuid(Uuid::max()));
    let read = async move |tx: &mut Tx| store::run_list(tx, before, limit + 1).await;
    let rows: Vec<RunRow> = app.db.read::<_, DbError, _>(read).await?;
    let items = rows.into_iter().map(PayoutRunOut::from).collect();
    Ok(Json(Page::new(items, limit, |run: &PayoutRunOut| run.id.to_string())))
}

/// A run and whom it leaves out; its payouts are at `/v1/payouts?run_id=`.
#[utoipa::path(
    get, path = "/v1/payout-runs/{id}", tag = "payouts", params(("id" = PayoutRunId, Path)),
    responses((status = 200, body = PayoutRunFullOut), (status = "default", body = ProblemBody))
)]
async fn payout_run_get(
    State(app): State<App>,
    _caller: Staff<rights::MoneyRead>,
    IdPath(id): IdPath<PayoutRunId>,
) -> Result<Json<PayoutRunFullOut>, Problem> {
    let read = async move |tx: &mut Tx| -> Result<PayoutRunFullOut, PayoutError> {
        let run = service::run_find(tx, id).await?;
        full(tx, run).await
    };
    Ok(Json(app.db.snapshot(read).await?))
}

/// Makes an open run anew, of what is due by now (пересобрать реестр).
#[utoipa::path(
    post, path = "/v1/payout-runs/{id}/refresh", tag = "payouts",
    params(("id" = PayoutRunId, Path)),
    responses((status = 200, body = PayoutRunFullOut), (status = "default", body = ProblemBody))
)]
async fn payout_run_refresh(
    State(app): State<App>,
    caller: Staff<rights::MoneyWork>,
    IdPath(id): IdPath<PayoutRunId>,
    key: IdempotencyKey,
) -> Result<Json<PayoutRunFullOut>, Problem> {
    let work = async move |tx: &mut Tx, ctx: &Ctx| {
        let run = service::run_refresh(tx, ctx, id).await?;
        full(tx, run).await
    };
    let body = json!({ "run": id });
    Ok(Json(app.command(&caller, key, "payout_run_refresh", &body, work).await?))
}

/// Approves a run as a second person (утвердить): its parcels are paid and its payment orders made.
#[utoipa::path(
    post, path = "/v1/payout-runs/{id}/approve", tag = "payouts", request_body = PayoutRunApproveIn,
    params(("id" = PayoutRunId, Path)),
    responses((status = 200, body = PayoutRunFullOut), (status = "default", body = ProblemBody))
)]
async fn payout_run_approve(
    State(app): State<App>,
    caller: Staff<rights::MoneyApprove>,
    IdPath(id): IdPath<PayoutRunId>,
    key: IdempotencyKey,
    Body(input): Body<PayoutRunApproveIn>,
) -> Result<Json<PayoutRunFullOut>, Problem> {
    let body = json!({ "run": id, "approve": input });
    let work = async move |tx: &mut Tx, ctx: &Ctx| {
        let run = service::run_approve(tx, ctx, id, input.made_at).await?;
        full(tx, run).await
    };
    Ok(Json(app.command(&caller, key, "payout_run_approve", &body, work).await?))
}

/// Gives an open run up, with a reason (отклонить).
#[utoipa::path(
    post, path = "/v1/payout-runs/{id}/reject", tag = "payouts", request_body = ReasonIn,
    params(("id" = PayoutRunId, Path)),
    responses((status = 200, body = PayoutRunFullOut), (status = "default", body = ProblemBody))
)]
async fn payout_run_reject(
    State(app): State<App>,
    caller: Staff<rights::MoneyApprove>,
    IdPath(id): IdPath<PayoutRunId>,
    key: IdempotencyKey,
    Body(input): Body<ReasonIn>,
) -> Result<Json<PayoutRunFullOut>, Problem> {
    let body = json!({ "run": id, "reason": input.reason });
    let work = async move |tx: &mut Tx, ctx: &Ctx| {
        let run = service::run_reject(tx, ctx, id, &input.reason).await?;
        full(tx, run).await
    };
    Ok(Json(app.command(&caller, key, "payout_run_reject", &body, work).await?))
}

/// The payment orders of an approved run for the bank's client, in the format 1CClientBankExchange
/// (платёжные поручения).
#[utoipa::path(
    get, path = "/v1/payout-runs/{id}/orders.txt", tag = "payouts",
    params(("id" = PayoutRunId, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "text/plain"), (status = "default", body = ProblemBody))
)]
async fn payout_run_orders(
    State(app): State<App>,
    _caller: Staff<rights::MoneyRead>,
    IdPath(id): IdPath<PayoutRunId>,
) -> Result<Response, Problem> {
    let read = async move |tx: &mut Tx| service::run_orders(tx, id).await;
    let bytes = app.db.snapshot::<_, PayoutError, _>(read).await?;
    Ok(download("text/plain; charset=windows-1251", "payment-orders.txt", bytes))
}
