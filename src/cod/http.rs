//! The money of parcels over HTTP. A shop sees its own.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::chain::StepKind;
use super::store::{self, BankMove, CodRow, StepTaken};
use super::{CodError, service};
use crate::access::Scope;
use crate::access::caller::{Caller, Staff, rights};
use crate::app::App;
use crate::commands::Ctx;
use crate::db::{DbError, Tx};
use crate::fault::InputError;
use crate::http::{
    Body, IdPath, IdempotencyKey, Page, PageParams, Problem, ProblemBody, QueryParams, ReasonIn,
};
use crate::ids::{
    AgentReportId, BankDocumentId, CodRegisterId, OrderId, OwnerId, ParcelId, PayoutId, TransferId,
    UserId,
};
use crate::text_enum;
use crate::units::{Day, Kopecks, UtcMicros};

/// A carrier is given so many days before its silence is worth a look.
const ABSENT_DAYS: u64 = 7;
const ABSENT_DAYS_MAX: u64 = 3650;

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(cod_list))
        .routes(routes!(cod_absent_list))
        .routes(routes!(cod_get))
        .routes(routes!(cod_hold))
        .routes(routes!(cod_release))
}

/// Cash on delivery of a parcel (наложенный платёж): how far it has come.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
struct CodOut {
    parcel_id: ParcelId,
    owner_id: OwnerId,
    order_id: OrderId,
    /// Of the parcel.
    number: String,
    /// The shop's.
    order_number: String,
    carrier: String,
    /// The last step that the whole of it has taken.
    state: StepKind,
    expected_kopecks: Kopecks,
    /// What the buyer does not pay after all.
    released_kopecks: Kopecks,
    collected_kopecks: Kopecks,
    registered_kopecks: Kopecks,
    received_kopecks: Kopecks,
    reported_kopecks: Kopecks,
    paid_kopecks: Kopecks,
    refunded_kopecks: Kopecks,
    /// `cash` or `card`, once it is known.
    method: Option<String>,
    expected_on: Option<Day>,
    collected_on: Option<Day>,
    registered_on: Option<Day>,
    received_on: Option<Day>,
    reported_on: Option<Day>,
    paid_on: Option<Day>,
    refunded_on: Option<Day>,
    /// Why it is held back from reports and payouts.
    held_because: Option<String>,
    /// Since when.
    held_on: Option<Day>,
    /// Who said why; shown to the operator's people only.
    held_by: Option<UserId>,
}

impl CodOut {
    fn new(row: CodRow, scope: Scope) -> Self {
        Self {
            state: state_of(&row),
            parcel_id: row.parcel,
            owner_id: row.owner,
            order_id: row.order,
            number: row.number,
            order_number: row.order_number,
            carrier: row.carrier,
            expected_kopecks: row.expected,
            released_kopecks: row.released,
            collected_kopecks: row.collected,
            registered_kopecks: row.registered,
            received_kopecks: row.received,
            reported_kopecks: row.reported,
            paid_kopecks: row.paid,
            refunded_kopecks: row.refunded,
            method: row.method,
            expected_on: row.expected_on,
            collected_on: row.collected_on,
            registered_on: row.registered_on,
            received_on: row.received_on,
            reported_on: row.reported_on,
            paid_on: row.paid_on,
            refunded_on: row.refunded_on,
            held_because: row.disputed,
            held_on: row.disputed_on,
            held_by: row.disputed_by.filter(|_| scope == Scope::All),
        }
    }
}

fn state_of(row: &CodRow) -> StepKind {
    let due = row.expected.get() - row.released.get();
    let steps = [
        (row.refunded, StepKind::Refunded),
        (row.paid, StepKind::Paid),
        (row.reported, StepKind::Reported),
        (row.received, StepKind::Received),
        (row.registered, StepKind::Registered),
        (row.collected, StepKind::Collected),
    ];
    if due == 0 {
        return StepKind::Released;
    }
    let step = steps.into_iter().find(|(sum, _)| sum.get() >= due);
    step.map_or(StepKind::Expected, |(_, step)| step)
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct CodParams {
    /// The operator's people may name a shop; a shop sees its own.
    owner_id: Option<OwnerId>,
    /// The shop's number of the order.
    order_number: Option<String>,
    limit: Option<i64>,
    after: Option<String>,
}

fn page_of(rows: Vec<CodRow>, scope: Scope, limit: i64) -> Json<Page<CodOut>> {
    let items = rows.into_iter().map(|row| CodOut::new(row, scope)).collect();
    Json(Page::new(items, limit, |item: &CodOut| item.parcel_id.to_string()))
}

/// Parcels with cash on delivery and where their money is (движение наложенных платежей).
#[utoipa::path(
    get, path = "/v1/cod", tag = "money", params(CodParams),
    responses((status = 200, body = Page<CodOut>), (status = "default", body = ProblemBody))
)]
async fn cod_list(
    State(app): State<App>,
    caller: Caller<rights::MoneyRead>,
    QueryParams(params): QueryParams<CodParams>,
) -> Result<Json<Page<CodOut>>, Problem> {
    let scope = caller.scope();
    let owner = scope.narrowed(params.owner_id);
    let page = PageParams { limit: params.limit, after: params.after };
    let limit = page.limit();
    let after = page.after()?.unwrap_or(ParcelId::from_uuid(uuid::Uuid::nil()));
    let read = async move |tx: &mut Tx| match &params.order_number {
        Some(number) => store::list_of_order(tx, number, owner, after, limit + 1).await,
        None => store::list(tx, owner, after, limit + 1).await,
    };
    let rows = app.db.read::<_, DbError, _>(read).await?;
    Ok(page_of(rows, scope, limit))
}

text_enum! {
    /// What a step of a parcel's money rests on.
    pub enum CodPaper {
        /// The carrier's.
        Register = "register",
        AgentReport = "agent_report",
        Payout = "payout",
    }
}

impl CodPaper {
    const fn of(step: StepKind) -> Option<Self> {
        match step {
            StepKind::Expected | StepKind::Released | StepKind::Collected => None,
            StepKind::Registered
            | StepKind::Received
            | StepKind::AdvanceCleared
            | StepKind::Refunded => Some(Self::Register),
            StepKind::Advanced | StepKind::Reported => Some(Self::AgentReport),
            StepKind::Paid => Some(Self::Payout),
        }
    }

    fn id(self, document: Uuid) -> String {
        match self {
            Self::Register => CodRegisterId::from_uuid(document).to_string(),
            Self::AgentReport => AgentReportId::from_uuid(document).to_string(),
            Self::Payout => PayoutId::from_uuid(document).to_string(),
        }
    }
}

/// One step of a parcel's money.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
struct CodStepOut {
    step: StepKind,
    /// Negative: taken back.
    amount_kopecks: Kopecks,
    day: Day,
    recorded_at: UtcMicros,
    paper: Option<CodPaper>,
    /// Of the paper; registers are shown to the operator's people only.
    paper_id: Option<String>,
    paper_number: Option<String>,
    /// In the books; shown to the operator's people only.
    transfer_id: Option<TransferId>,
}

impl CodStepOut {
    fn new(row: StepTaken, scope: Scope) -> Self {
        let paper = CodPaper::of(row.step);
        let is_staff = scope == Scope::All;
        let shown = paper.filter(|paper| is_staff || *paper != CodPaper::Register);
        Self {
            step: row.step,
            amount_kopecks: row.amount,
            day: row.day,
            recorded_at: row.recorded_at,
            paper,
            paper_id: shown.zip(row.document).map(|(paper, document)| paper.id(document)),
            paper_number: shown.map(|_| row.document_number).filter(|number| !number.is_empty()),
            transfer_id: is_staff.then_some(row.transfer),
        }
    }
}

/// A document of a bank with which the money came or went, together with that of other parcels.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
struct CodBankOut {
    document_id: BankDocumentId,
    number: String,
    booked_on: Day,
    /// `in` from the carrier, `out` to the shop.
    direction: String,
    /// Of the whole document.
    amount_kopecks: Kopecks,
}

/// The money of a parcel with its whole way.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
struct CodDetailOut {
    #[serde(flatten)]
    cod: CodOut,
    steps: Vec<CodStepOut>,
    /// Shown to the operator's people only.
    bank_documents: Vec<CodBankOut>,
}

/// The money of one parcel: each step with its day and the paper behind it (путь наложенного платежа).
#[utoipa::path(
    get, path = "/v1/cod/{id}", tag = "money", params(("id" = ParcelId, Path)),
    responses((status = 200, body = CodDetailOut), (status = "default", body = ProblemBody))
)]
async fn cod_get(
    State(app): State<App>,
    caller: Caller<rights::MoneyRead>,
    IdPath(id): IdPath<ParcelId>,
) -> Result<Json<CodDetailOut>, Problem> {
    let scope = caller.scope();
    let read = async move |tx: &mut Tx| -> Result<CodDetailOut, CodError> {
        let cod = shown(tx, id, scope).await?;
        let steps = store::steps(tx, id).await?;
        let moves = if scope == Scope::All { store::bank_moves(tx, id).await? } else { Vec::new() };
        let document = |row: BankMove| CodBankOut {
            document_id: row.document,
            number: row.number,
            booked_on: row.booked_on,
            direction: row.direction,
            amount_kopecks: row.amount,
        };
        Ok(CodDetailOut {
            cod,
            steps: steps.into_iter().map(|row| CodStepOut::new(row, scope)).collect(),
            bank_documents: moves.into_iter().map(document).collect(),
        })
    };
    Ok(Json(app.db.read(read).await?))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct AbsentParams {
    /// Must be told.
    carrier: Option<String>,
    /// Paid for at least so many days ago, 7 unless told.
    days: Option<u64>,
    limit: Option<i64>,
    after: Option<String>,
}

/// Parcels that buyers paid for and no register of the carrier lists, the oldest first (нет в реестрах).
#[utoipa::path(
    get, path = "/v1/cod/absent", tag = "money", params(AbsentParams),
    responses((status = 200, body = Page<CodOut>), (status = "default", body = ProblemBody))
)]
async fn cod_absent_list(
    State(app): State<App>,
    caller: Staff<rights::MoneyRead>,
    QueryParams(params): QueryParams<AbsentParams>,
) -> Result<Json<Page<CodOut>>, Problem> {
    let carrier = params.carrier.ok_or_else(|| InputError::one("carrier", "missing"))?;
    let today = app.clock.now().moscow_day();
    let until = today.minus_days(params.days.unwrap_or(ABSENT_DAYS).min(ABSENT_DAYS_MAX));
    let page = PageParams { limit: params.limit, after: params.after };
    let (limit, after) = (page.limit(), page.after()?);
    let read =
        async move |tx: &mut Tx| store::list_absent(tx, &carrier, until, after, limit + 1).await;
    let rows = app.db.read::<_, DbError, _>(read).await?;
    Ok(page_of(rows, caller.scope(), limit))
}

/// As the caller may see it.
async fn shown(tx: &mut Tx, parcel: ParcelId, scope: Scope) -> Result<CodOut, CodError> {
    let row = store::find(tx, parcel, scope.owner()).await?;
    row.map(|row| CodOut::new(row, scope)).ok_or(CodError::ParcelUnknown { parcel })
}

/// Holds the money of a parcel back from reports and payouts (приостановить выплату по отправлению).
#[utoipa::path(
    post, path = "/v1/cod/{id}/hold", tag = "money", request_body = ReasonIn,
    params(("id" = ParcelId, Path)),
    responses((status = 200, body = CodOut), (status = "default", body = ProblemBody))
)]
async fn cod_hold(
    State(app): State<App>,
    caller: Staff<rights::MoneyWork>,
    IdPath(id): IdPath<ParcelId>,
    key: IdempotencyKey,
    Body(body): Body<ReasonIn>,
) -> Result<Json<CodOut>, Problem> {
    let reason = body.reason.clone();
    let scope = caller.scope();
    let work = async move |tx: &mut Tx, ctx: &Ctx| -> Result<CodOut, CodError> {
        service::hold(tx, ctx, id, &reason).await?;
        shown(tx, id, scope).await
    };
    Ok(Json(app.command(&caller, key, "cod_hold", &(id, &body), work).await?))
}

/// Lets the money of a parcel go on (снять приостановку).
#[utoipa::path(
    post, path = "/v1/cod/{id}/release", tag = "money",
    params(("id" = ParcelId, Path)),
    responses((status = 200, body = CodOut), (status = "default", body = ProblemBody))
)]
async fn cod_release(
    State(app): State<App>,
    caller: Staff<rights::MoneyWork>,
    IdPath(id): IdPath<ParcelId>,
    key: IdempotencyKey,
) -> Result<Json<CodOut>, Problem> {
    let scope = caller.scope();
    let work = async move |tx: &mut Tx, _: &Ctx| -> Result<CodOut, CodError> {
        service::release(tx, id).await?;
        shown(tx, id, scope).await
    };
    Ok(Json(app.command(&caller, key, "cod_release", &id, work).await?))
}
