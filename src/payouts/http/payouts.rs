//! Payouts, and what shops have with us, over HTTP. A shop sees its own.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::super::model::{HoldRow, PayoutRow, PayoutState};
use super::super::position::{self, Position};
use super::super::rule::LeftOut;
use super::super::store::{self, PayoutFilter, Stage};
use super::super::{PayoutError, Return, pay_back};
use crate::access::Scope;
use crate::access::caller::{Caller, Staff, rights};
use crate::app::App;
use crate::bank::payment_order::Requisites;
use crate::cod::{self, PaidParcel};
use crate::commands::Ctx;
use crate::db::{DbError, Tx, from_json};
use crate::http::{
    Body, IdPath, IdempotencyKey, Page, PageParams, Problem, ProblemBody, QueryParams, ReasonIn,
};
use crate::ids::{BankDocumentId, OwnerId, ParcelId, PayoutId, PayoutRunId};
use crate::units::{Day, Kopecks, UtcMicros};

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(payout_list))
        .routes(routes!(payout_get))
        .routes(routes!(payout_parcel_list))
        .routes(routes!(payout_return))
        .routes(routes!(owner_money))
        .routes(routes!(payout_hold))
        .routes(routes!(payout_release))
}

/// What a shop is paid: parcels less debt less charges that are set off.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
struct PayoutOut {
    id: PayoutId,
    run_id: PayoutRunId,
    owner_id: OwnerId,
    state: PayoutState,
    parcels: i64,
    gross_kopecks: Kopecks,
    debt_kopecks: Kopecks,
    set_off_kopecks: Kopecks,
    /// Ordered to be paid.
    net_kopecks: Kopecks,
    contract_number: String,
    contract_day: Day,
    payee_name: String,
    payee_account: String,
    payee_bic: String,
    purpose: String,
    /// Of the payment order.
    order_number: Option<String>,
    order_day: Option<Day>,
    /// When it left the account, by the bank's statement.
    paid_on: Option<Day>,
    returned_on: Option<Day>,
    return_reason: Option<String>,
}

fn shown(row: PayoutRow) -> Result<PayoutOut, DbError> {
    let payee: Requisites = from_json(&row.payee)?;
    Ok(PayoutOut {
        state: row.seen_state(),
        id: row.id,
        run_id: row.run,
        owner_id: row.owner,
        parcels: row.parcels,
        gross_kopecks: row.gross,
        debt_kopecks: row.debt,
        set_off_kopecks: row.set_off,
        net_kopecks: row.net,
        contract_number: row.contract_number,
        contract_day: row.contract_day,
        payee_name: payee.name,
        payee_account: payee.account,
        payee_bic: payee.bic,
        purpose: row.purpose,
        order_number: row.order_number,
        order_day: row.order_day,
        paid_on: row.carried_out_on,
        returned_on: row.returned_on,
        return_reason: row.return_reason,
    })
}

/// Which payouts to list.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct PayoutParams {
    run_id: Option<PayoutRunId>,
    /// The operator's people may name a shop; a shop sees its own.
    owner_id: Option<OwnerId>,
    limit: Option<i64>,
    after: Option<String>,
}

/// Payouts, newest first (выплаты). A shop sees its own, once they are ordered.
#[utoipa::path(
    get, path = "/v1/payouts", tag = "payouts", params(PayoutParams),
    responses((status = 200, body = Page<PayoutOut>), (status = "default", body = ProblemBody))
)]
async fn payout_list(
    State(app): State<App>,
    caller: Caller<rights::MoneyRead>,
    QueryParams(params): QueryParams<PayoutParams>,
) -> Result<Json<Page<PayoutOut>>, Problem> {
    let page = PageParams { limit: params.limit, after: params.after };
    let limit = page.limit();
    let filter = PayoutFilter {
        owner: caller.scope().narrowed(params.owner_id),
        run: params.run_id,
        stage: stage(caller.scope()),
        before: page.after()?.unwrap_or(PayoutId::from_uuid(Uuid::max())),
    };
    let read = async move |tx: &mut Tx| -> Result<Vec<PayoutOut>, DbError> {
        let rows = store::list(tx, filter, limit + 1).await?;
        rows.into_iter().map(shown).collect()
    };
    let items = app.db.read(read).await?;
    Ok(Json(Page::new(items, limit, |one: &PayoutOut| one.id.to_string())))
}

fn stage(scope: Scope) -> Stage {
    if scope.owner().is_some() { Stage::Ordered } else { Stage::Any }
}

/// A payout that the caller may see.
async fn found(tx: &mut Tx, scope: Scope, payout: PayoutId) -> Result<PayoutRow, PayoutError> {
    let row = store::find(tx, payout).await?;
    let row = row.filter(|row| scope.allows(row.owner) && stage(scope).shows(row.state));
    row.ok_or(PayoutError::NotFound { payout })
}

/// A payout (выплата).
#[utoipa::path(
    get, path = "/v1/payouts/{id}", tag = "payouts", params(("id" = PayoutId, Path)),
    responses((status = 200, body = PayoutOut), (status = "default", body = ProblemBody))
)]
async fn payout_get(
    State(app): State<App>,
    caller: Caller<rights::MoneyRead>,
    IdPath(id): IdPath<PayoutId>,
) -> Result<Json<PayoutOut>, Problem> {
    let scope = caller.scope();
    let read = async move |tx: &mut Tx| -> Result<PayoutOut, PayoutError> {
        Ok(shown(found(tx, scope, id).await?)?)
    };
    Ok(Json(app.db.read(read).await?))
}

/// A parcel that a payout paid.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
struct PaidParcelOut {
    parcel_id: ParcelId,
    number: String,
    /// The shop's.
    order_number: String,
    carrier: String,
    amount_kopecks: Kopecks,
}

impl From<PaidParcel> for PaidParcelOut {
    fn from(row: PaidParcel) -> Self {
        Self {
            parcel_id: row.parcel,
            number: row.number,
            order_number: row.order_number,
            carrier: row.carrier,
            amount_kopecks: row.amount,
        }
    }
}

/// The parcels of an ordered payout (посылки выплаты).
#[utoipa::path(
    get, path = "/v1/payouts/{id}/parcels", tag = "payouts",
    params(("id" = PayoutId, Path), PageParams),
    responses((status = 200, body = Page<PaidParcelOut>), (status = "default", body = ProblemBody))
)]
async fn payout_parcel_list(
    State(app): State<App>,
    caller: Caller<rights::MoneyRead>,
    IdPath(id): IdPath<PayoutId>,
    QueryParams(page): QueryParams<PageParams>,
) -> Result<Json<Page<PaidParcelOut>>, Problem> {
    let (scope, limit) = (caller.scope(), page.limit());
    let after = page.after()?.unwrap_or(ParcelId::from_uuid(Uuid::nil()));
    let read = async move |tx: &mut Tx| -> Result<Vec<PaidParcel>, PayoutError> {
        found(tx, scope, id).await?;
        Ok(cod::paid_parcels(tx, id, after, limit + 1).await?)
    };
    let rows = app.db.snapshot(read).await?;
    let items = rows.into_iter().map(PaidParcelOut::from).collect();
    Ok(Json(Page::new(items, limit, |one: &PaidParcelOut| one.parcel_id.to_string())))
}

/// Why a payout is taken back.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct PayoutReturnIn {
    reason: String,
    /// The receipt by which the money came back; none if the bank did not carry the order out.
    bank_document_id: Option<BankDocumentId>,
}

/// Takes back a payout that the bank refused or returned (возврат выплаты): its parcels are to be paid
/// again.
#[utoipa::path(
    post, path = "/v1/payouts/{id}/return", tag = "payouts", request_body = PayoutReturnIn,
    params(("id" = PayoutId, Path)),
    responses((status = 200, body = PayoutOut), (status = "default", body = ProblemBody))
)]
async fn payout_return(
    State(app): State<App>,
    caller: Staff<rights::MoneyApprove>,
    IdPath(id): IdPath<PayoutId>,
    key: IdempotencyKey,
    Body(input): Body<PayoutReturnIn>,
) -> Result<Json<PayoutOut>, Problem> {
    let body = json!({ "payout": id, "return": input });
    let back = Return { payout: id, reason: input.reason, document: input.bank_document_id };
    let work = async move |tx: &mut Tx, ctx: &Ctx| -> Result<PayoutOut, PayoutError> {
        Ok(shown(pay_back(tx, ctx, &back).await?)?)
    };
    Ok(Json(app.command(&caller, key, "payout_return", &body, work).await?))
}

/// Payouts to a shop are held back.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
struct PayoutHoldOut {
    reason: String,
    held_at: UtcMicros,
}

impl From<HoldRow> for PayoutHoldOut {
    fn from(row: HoldRow) -> Self {
        Self { reason: row.reason, held_at: row.held_at }
    }
}

/// What a payout would be today.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
struct NextPayoutOut {
    gross_kopecks: Kopecks,
    debt_kopecks: Kopecks,
    set_off_kopecks: Kopecks,
    net_kopecks: Kopecks,
    /// Why it would not be made.
    left_out: Option<LeftOut>,
}

/// A shop's money.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
struct OwnerMoneyOut {
    owner_id: OwnerId,
    /// Buyers or carriers have it, or it is on the way to the bank.
    pending_kopecks: Kopecks,
    /// The bank has it, and no report lists it yet.
    received_kopecks: Kopecks,
    /// Reported and not paid, less debts: negative is what the shop owes.
    payable_kopecks: Kopecks,
    /// What refunds after payment took that is not made good yet.
    debt_kopecks: Kopecks,
    /// Of parcels that are held back.
    disputed_kopecks: Kopecks,
    /// What the shop owes for services.
    charges_kopecks: Kopecks,
    /// Promised before the bank has it.
    advance_kopecks: Kopecks,
    /// Ordered to be paid, in all.
    paid_kopecks: Kopecks,
    hold: Option<PayoutHoldOut>,
    next: NextPayoutOut,
}

fn position_out(owner: OwnerId, position: Position) -> OwnerMoneyOut {
    OwnerMoneyOut {
        owner_id: owner,
        pending_kopecks: position.pending,
        received_kopecks: position.received,
        payable_kopecks: position.payable,
        debt_kopecks: position.debt,
        disputed_kopecks: position.disputed,
        charges_kopecks: position.charges,
        advance_kopecks: position.advance,
        paid_kopecks: position.paid,
        hold: position.hold.map(PayoutHoldOut::from),
        next: NextPayoutOut {
            gross_kopecks: position.next.gross,
            debt_kopecks: position.next.debt,
            set_off_kopecks: position.next.set_off,
            net_kopecks: position.next.net,
            left_out: position.left_out,
        },
    }
}

async fn money_of(
    tx: &mut Tx,
    scope: Scope,
    owner: OwnerId,
    today: Day,
) -> Result<OwnerMoneyOut, PayoutError> {
    Ok(position_out(owner, position::position(tx, scope, owner, today).await?))
}

/// Where a shop's money is, and what it would be paid today (деньги магазина).
#[utoipa::path(
    get, path = "/v1/owners/{id}/money", tag = "payouts", params(("id" = OwnerId, Path)),
    responses((status = 200, body = OwnerMoneyOut), (status = "default", body = ProblemBody))
)]
async fn owner_money(
    State(app): State<App>,
    caller: Caller<rights::MoneyRead>,
    IdPath(id): IdPath<OwnerId>,
) -> Result<Json<OwnerMoneyOut>, Problem> {
    let (scope, today) = (caller.scope(), app.clock.now().moscow_day());
    let read = async move |tx: &mut Tx| money_of(tx, scope, id, today).await;
    Ok(Json(app.db.snapshot::<_, PayoutError, _>(read).await?))
}

/// Holds payouts to a shop back until they are released (приостановить выплаты).
#[utoipa::path(
    post, path = "/v1/owners/{id}/payout-hold", tag = "payouts", request_body = ReasonIn,
    params(("id" = OwnerId, Path)),
    responses((status = 200, body = OwnerMoneyOut), (status = "default", body = ProblemBody))
)]
async fn payout_hold(
    State(app): State<App>,
    caller: Staff<rights::MoneyWork>,
    IdPath(id): IdPath<OwnerId>,
    key: IdempotencyKey,
    Body(input): Body<ReasonIn>,
) -> Result<Json<OwnerMoneyOut>, Problem> {
    let body = json!({ "owner": id, "reason": input.reason });
    let work = async move |tx: &mut Tx, ctx: &Ctx| {
        position::hold(tx, ctx, id, &input.reason).await?;
        money_of(tx, Scope::All, id, ctx.now.moscow_day()).await
    };
    Ok(Json(app.command(&caller, key, "payout_hold", &body, work).await?))
}

/// Lets a shop be paid again (возобновить выплаты).
#[utoipa::path(
    post, path = "/v1/owners/{id}/payout-release", tag = "payouts",
    params(("id" = OwnerId, Path)),
    responses((status = 200, body = OwnerMoneyOut), (status = "default", body = ProblemBody))
)]
async fn payout_release(
    State(app): State<App>,
    caller: Staff<rights::MoneyWork>,
    IdPath(id): IdPath<OwnerId>,
    key: IdempotencyKey,
) -> Result<Json<OwnerMoneyOut>, Problem> {
    let work = async move |tx: &mut Tx, ctx: &Ctx| {
        position::release(tx, ctx, id).await?;
        money_of(tx, Scope::All, id, ctx.now.moscow_day()).await
    };
    let body = json!({ "owner": id });
    Ok(Json(app.command(&caller, key, "payout_release", &body, work).await?))
}
