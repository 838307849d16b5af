//! Matching, differences and the age of money over HTTP. But for the age of a shop's own money it is the
//! operator's alone.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::model::{Delays, DifferenceTo, FixedDelays, Payers, RunReport};
use super::run::{delays_within, run};
use super::{ReconciliationError, delays, service, store};
use crate::access::caller::{Caller, Staff, rights};
use crate::access::{AccessError, Right};
use crate::app::App;
use crate::bank::http::{BankDocumentFullOut, full};
use crate::bank::{Assignment, MatchTarget};
use crate::cod::{self, AgeLine, AgeState};
use crate::commands::Ctx;
use crate::db::{DbError, Tx};
use crate::fault::InputError;
use crate::http::{Body, IdPath, IdempotencyKey, Problem, ProblemBody, QueryParams, ReasonIn};
use crate::ids::{BankDocumentId, CodRegisterId, OwnerId, TransferId};
use crate::registers::{RegisterOut, shown};
use crate::units::{Day, Kopecks};

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(reconciliation_run))
        .routes(routes!(bank_document_match))
        .routes(routes!(bank_document_unmatch))
        .routes(routes!(bank_document_assign))
        .routes(routes!(bank_document_unassign))
        .routes(routes!(register_difference))
        .routes(routes!(register_difference_undo))
        .routes(routes!(cod_payers_get, cod_payers_set))
        .routes(routes!(cod_delays_get, cod_delays_set))
        .routes(routes!(cod_ageing_get))
}

/// Matches receipts to registers and looks for what does not agree, now (сверить). It also runs by itself
/// after each statement and register, and once a day; again it changes nothing.
#[utoipa::path(
    post, path = "/v1/reconciliation/run", tag = "money",
    responses((status = 200, body = RunReport), (status = "default", body = ProblemBody))
)]
async fn reconciliation_run(
    State(app): State<App>,
    caller: Staff<rights::MoneyWork>,
    _key: IdempotencyKey,
) -> Result<Json<RunReport>, Problem> {
    Ok(Json(Box::pin(run(&app, caller.principal.user())).await?))
}

/// What a receipt is for.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct BankMatchIn {
    /// Accepted, and not settled.
    register_id: CodRegisterId,
    /// Not more than is left of either.
    amount_kopecks: Kopecks,
}

/// Says which register a receipt is for, or a part of it (сопоставить с реестром). With the last of its
/// money the register is settled.
#[utoipa::path(
    post, path = "/v1/bank/documents/{id}/match", tag = "money", request_body = BankMatchIn,
    params(("id" = BankDocumentId, Path)),
    responses((status = 200, body = BankDocumentFullOut), (status = "default", body = ProblemBody))
)]
async fn bank_document_match(
    State(app): State<App>,
    caller: Staff<rights::MoneyWork>,
    IdPath(id): IdPath<BankDocumentId>,
    key: IdempotencyKey,
    Body(input): Body<BankMatchIn>,
) -> Result<Json<BankDocumentFullOut>, Problem> {
    let body = (id, input.clone());
    let work = async move |tx: &mut Tx, ctx: &Ctx| {
        let what = (id, input.register_id);
        service::match_by_hand(tx, ctx, what, input.amount_kopecks).await?;
        Ok(full(tx, id).await?)
    };
    let done: Result<BankDocumentFullOut, ReconciliationError> =
        app.command(&caller, key, "bank_document_match", &body, work).await;
    Ok(Json(done?))
}

/// What a receipt is not for after all.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct BankUnmatchIn {
    register_id: CodRegisterId,
    /// Kept in the books.
    reason: String,
}

/// Takes back what a receipt was said to be for, by a correction in the books. The register is open again;
/// refused once a shop was told of its money.
#[utoipa::path(
    post, path = "/v1/bank/documents/{id}/unmatch", tag = "money", request_body = BankUnmatchIn,
    params(("id" = BankDocumentId, Path)),
    responses((status = 200, body = BankDocumentFullOut), (status = "default", body = ProblemBody))
)]
async fn bank_document_unmatch(
    State(app): State<App>,
    caller: Staff<rights::MoneyWork>,
    IdPath(id): IdPath<BankDocumentId>,
    key: IdempotencyKey,
    Body(input): Body<BankUnmatchIn>,
) -> Result<Json<BankDocumentFullOut>, Problem> {
    let body = (id, input.clone());
    let work = async move |tx: &mut Tx, ctx: &Ctx| {
        service::unmatch(tx, ctx, (id, input.register_id), &input.reason).await?;
        Ok(full(tx, id).await?)
    };
    let done: Result<BankDocumentFullOut, ReconciliationError> =
        app.command(&caller, key, "bank_document_unmatch", &body, work).await;
    Ok(Json(done?))
}

/// What a receipt, or a payment to a carrier, is for when no register is behind it.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct BankAssignIn {
    /// Anything but `register`.
    to: MatchTarget,
    /// With `carrier_claims` and `carrier_settlement`.
    carrier: Option<String>,
    /// With `owner_charges` and `owner_payable`.
    owner_id: Option<OwnerId>,
    /// Not more than is left of the document.
    amount_kopecks: Kopecks,
    /// Kept in the books: a shop sees it in the statement of its own account.
    reason: String,
}

/// Says that a receipt, or a part of it, is for no register, but for what a carrier or a shop owes
/// (разнести поступление): an acknowledged claim, an invoice paid twice, a bill, a debt. Or that a payment of
/// ours is for a carrier's services (`carrier_settlement`).
#[utoipa::path(
    post, path = "/v1/bank/documents/{id}/assign", tag = "money", request_body = BankAssignIn,
    params(("id" = BankDocumentId, Path)),
    responses((status = 200, body = BankDocumentFullOut), (status = "default", body = ProblemBody))
)]
async fn bank_document_assign(
    State(app): State<App>,
    caller: Staff<rights::MoneyWork>,
    IdPath(id): IdPath<BankDocumentId>,
    key: IdempotencyKey,
    Body(input): Body<BankAssignIn>,
) -> Result<Json<BankDocumentFullOut>, Problem> {
    let body = (id, input.clone());
    let assignment = Assignment {
        document: id,
        to: input.to,
        carrier: input.carrier,
        owner: input.owner_id,
        amount: input.amount_kopecks,
        reason: input.reason,
    };
    let work = async move |tx: &mut Tx, ctx: &Ctx| {
        service::assign(tx, ctx, &assignment).await?;
        Ok(full(tx, id).await?)
    };
    let done: Result<BankDocumentFullOut, ReconciliationError> =
        app.command(&caller, key, "bank_document_assign", &body, work).await;
    Ok(Json(done?))
}

/// What a receipt was not for after all.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct BankUnassignIn {
    /// Of the match, as the document lists it.
    transfer_id: TransferId,
    /// Kept in the books.
    reason: String,
}

/// Takes back what a receipt was assigned to, by a correction in the books. That part of it is open again.
#[utoipa::path(
    post, path = "/v1/bank/documents/{id}/unassign", tag = "money", request_body = BankUnassignIn,
    params(("id" = BankDocumentId, Path)),
    responses((status = 200, body = BankDocumentFullOut), (status = "default", body = ProblemBody))
)]
async fn bank_document_unassign(
    State(app): State<App>,
    caller: Staff<rights::MoneyWork>,
    IdPath(id): IdPath<BankDocumentId>,
    key: IdempotencyKey,
    Body(input): Body<BankUnassignIn>,
) -> Result<Json<BankDocumentFullOut>, Problem> {
    let body = (id, input.clone());
    let work = async move |tx: &mut Tx, ctx: &Ctx| {
        service::unassign(tx, ctx, (id, input.transfer_id), &input.reason).await?;
        Ok(full(tx, id).await?)
    };
    let done: Result<BankDocumentFullOut, ReconciliationError> =
        app.command(&caller, key, "bank_document_unassign", &body, work).await;
    Ok(Json(done?))
}

/// Where what is left of a register goes, and why.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct DifferenceIn {
    to: DifferenceTo,
    /// Kept in the books.
    reason: String,
}

/// Books what is left of a register, so that it is settled (закрыть разницу). What will not come, as a claim
/// or written off, is booked with the right to approve, by somebody else than who accepted the register.
#[utoipa::path(
    post, path = "/v1/registers/{id}/difference", tag = "money", request_body = DifferenceIn,
    params(("id" = CodRegisterId, Path)),
    responses((status = 200, body = RegisterOut), (status = "default", body = ProblemBody))
)]
async fn register_difference(
    State(app): State<App>,
    caller: Staff<rights::MoneyWork>,
    IdPath(id): IdPath<CodRegisterId>,
    key: IdempotencyKey,
    Body(input): Body<DifferenceIn>,
) -> Result<Json<RegisterOut>, Problem> {
    if input.to.is_lost() && !caller.principal.may(Right::MoneyApprove) {
        return Err(AccessError::Forbidden { right: Right::MoneyApprove.as_str() }.into());
    }
    let body = (id, input.clone());
    let work = async move |tx: &mut Tx, ctx: &Ctx| {
        service::difference(tx, ctx, id, input.to, &input.reason).await?;
        Ok(shown(tx, id).await?)
    };
    let done: Result<RegisterOut, ReconciliationError> =
        app.command(&caller, key, "register_difference", &body, work).await;
    Ok(Json(done?))
}

/// Takes the difference of a register back, by a correction in the books (отменить закрытие разницы). The
/// register is open again by as much; refused once a shop was told of its money. A claim and what was written
/// off need the right to approve.
#[utoipa::path(
    post, path = "/v1/registers/{id}/difference/undo", tag = "money", request_body = ReasonIn,
    params(("id" = CodRegisterId, Path)),
    responses((status = 200, body = RegisterOut), (status = "default", body = ProblemBody))
)]
async fn register_difference_undo(
    State(app): State<App>,
    caller: Staff<rights::MoneyWork>,
    IdPath(id): IdPath<CodRegisterId>,
    key: IdempotencyKey,
    Body(input): Body<ReasonIn>,
) -> Result<Json<RegisterOut>, Problem> {
    let may_approve = caller.principal.may(Right::MoneyApprove);
    let body = (id, input.clone());
    let work = async move |tx: &mut Tx, ctx: &Ctx| {
        let to = service::difference_undo(tx, ctx, id, &input.reason).await?;
        if to.is_lost() && !may_approve {
            return Err(AccessError::Forbidden { right: Right::MoneyApprove.as_str() }.into());
        }
        Ok(shown(tx, id).await?)
    };
    let done: Result<RegisterOut, ReconciliationError> =
        app.command(&caller, key, "register_difference_undo", &body, work).await;
    Ok(Json(done?))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct CarrierParams {
    /// Must be told.
    carrier: Option<String>,
}

impl CarrierParams {
    fn told(self) -> Result<String, InputError> {
        self.carrier.ok_or_else(|| InputError::one("carrier", "missing"))
    }
}

/// Who pays for a carrier (плательщики перевозчика).
#[utoipa::path(
    get, path = "/v1/cod-payers", tag = "money", params(CarrierParams),
    responses((status = 200, body = Payers), (status = "default", body = ProblemBody))
)]
async fn cod_payers_get(
    State(app): State<App>,
    _caller: Staff<rights::MoneyRead>,
    QueryParams(params): QueryParams<CarrierParams>,
) -> Result<Json<Payers>, Problem> {
    let carrier = params.told()?;
    let asked = carrier.clone();
    let read = async move |tx: &mut Tx| store::payers(tx, &asked).await;
    let payers = app.db.read::<_, DbError, _>(read).await?;
    Ok(Json(Payers { carrier, payers }))
}

/// Says who pays for a carrier: these and nobody else. A payment of somebody else for it is a finding.
#[utoipa::path(
    put, path = "/v1/cod-payers", tag = "money", request_body = Payers,
    responses((status = 200, body = Payers), (status = "default", body = ProblemBody))
)]
async fn cod_payers_set(
    State(app): State<App>,
    caller: Staff<rights::MoneyWork>,
    key: IdempotencyKey,
    Body(payers): Body<Payers>,
) -> Result<Json<Payers>, Problem> {
    let new = payers.clone();
    let work = async move |tx: &mut Tx, ctx: &Ctx| service::payers_set(tx, ctx, &new).await;
    let done: Result<Payers, ReconciliationError> =
        app.command(&caller, key, "cod_payers_set", &payers, work).await;
    Ok(Json(done?))
}

/// How long a carrier takes from a payment to a register, and from there to the bank: as a person fixed
/// it, or as nine of ten of the last ones took.
#[utoipa::path(
    get, path = "/v1/cod-delays", tag = "money", params(CarrierParams),
    responses((status = 200, body = Delays), (status = "default", body = ProblemBody))
)]
async fn cod_delays_get(
    State(app): State<App>,
    _caller: Staff<rights::MoneyRead>,
    QueryParams(params): QueryParams<CarrierParams>,
) -> Result<Json<Delays>, Problem> {
    let carrier = params.told()?;
    let read = async move |tx: &mut Tx| delays::of_carrier(tx, &carrier).await;
    Ok(Json(app.db.read::<_, DbError, _>(read).await?))
}

/// Fixes how many days a carrier may take.
#[utoipa::path(
    put, path = "/v1/cod-delays", tag = "money", request_body = FixedDelays,
    responses((status = 200, body = Delays), (status = "default", body = ProblemBody))
)]
async fn cod_delays_set(
    State(app): State<App>,
    caller: Staff<rights::MoneyWork>,
    key: IdempotencyKey,
    Body(fixed): Body<FixedDelays>,
) -> Result<Json<Delays>, Problem> {
    let new = fixed.clone();
    let work = async move |tx: &mut Tx, _: &Ctx| {
        service::delays_set(tx, &new).await?;
        Ok(delays::of_carrier(tx, &new.carrier).await?)
    };
    let done: Result<Delays, ReconciliationError> =
        app.command(&caller, key, "cod_delays_set", &fixed, work).await;
    Ok(Json(done?))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct AgeingParams {
    /// The operator's people may name a shop; a shop sees its own.
    owner_id: Option<OwnerId>,
}

/// How long money has been where it is.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
struct AgeingOut {
    /// Days are counted up to this one.
    day: Day,
    lines: Vec<AgeLine>,
}

/// How long collected money has been where it is, by carrier, shop and state, and how much of it is later
/// than the carrier's usual time (возраст денег).
#[utoipa::path(
    get, path = "/v1/cod/ageing", tag = "money", params(AgeingParams),
    responses((status = 200, body = AgeingOut), (status = "default", body = ProblemBody))
)]
async fn cod_ageing_get(
    State(app): State<App>,
    caller: Caller<rights::MoneyRead>,
    QueryParams(params): QueryParams<AgeingParams>,
) -> Result<Json<AgeingOut>, Problem> {
    let owner = caller.scope().narrowed(params.owner_id);
    let day = app.clock.now().moscow_day();
    let read = async move |tx: &mut Tx| {
        let rows = cod::ageing(tx, owner).await?;
        let mut carriers: Vec<String> = rows.iter().map(|row| row.carrier.clone()).collect();
        carriers.dedup();
        let delays = delays_within(tx, &carriers).await?;
        Ok::<_, DbError>((rows, delays))
    };
    let (rows, delays) = app.db.read(read).await?;
    let late_after = |carrier: &str, state: AgeState| {
        let delays = delays.get(carrier)?;
        match state {
            AgeState::Collected => Some(delays.register_days),
            AgeState::Registered => Some(delays.bank_days),
            AgeState::Expected | AgeState::Received | AgeState::Reported | AgeState::Disputed => {
                None
            }
        }
    };
    Ok(Json(AgeingOut { day, lines: cod::age(&rows, day, late_after) }))
}
