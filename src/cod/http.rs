//! The money of parcels over HTTP. A shop sees its own.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::chain::StepKind;
use super::store::{self, CodRow};
use super::{CodError, service};
use crate::access::caller::{Caller, rights};
use crate::app::App;
use crate::commands::Ctx;
use crate::db::{DbError, Tx};
use crate::fault::InputError;
use crate::http::{
    Body, IdPath, IdempotencyKey, Page, PageParams, Problem, ProblemBody, QueryParams, ReasonIn,
};
use crate::ids::{OrderId, OwnerId, ParcelId};
use crate::units::{Day, Kopecks};

/// A carrier is given so many days before its silence is worth a look.
const ABSENT_DAYS: u64 = 7;
const ABSENT_DAYS_MAX: u64 = 3650;

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(cod_list))
        .routes(routes!(cod_absent_list))
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
}

impl From<CodRow> for CodOut {
    fn from(row: CodRow) -> Self {
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
    limit: Option<i64>,
    after: Option<String>,
}

fn page_of(rows: Vec<CodRow>, limit: i64) -> Json<Page<CodOut>> {
    let items = rows.into_iter().map(CodOut::from).collect();
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
    let owner = caller.scope().narrowed(params.owner_id);
    let page = PageParams { limit: params.limit, after: params.after };
    let limit = page.limit();
    let after = page.after()?.unwrap_or(ParcelId::from_uuid(uuid::Uuid::nil()));
    let read = async move |tx: &mut Tx| store::list(tx, owner, after, limit + 1).await;
    let rows = app.db.read::<_, DbError, _>(read).await?;
    Ok(page_of(rows, limit))
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

/// Parcels that buyers paid for and no register of the carrier lists (нет в реестрах).
#[utoipa::path(
    get, path = "/v1/cod/absent", tag = "money", params(AbsentParams),
    responses((status = 200, body = Page<CodOut>), (status = "default", body = ProblemBody))
)]
async fn cod_absent_list(
    State(app): State<App>,
    caller: Caller<rights::MoneyRead>,
    QueryParams(params): QueryParams<AbsentParams>,
) -> Result<Json<Page<CodOut>>, Problem> {
    caller.staff_only()?;
    let carrier = params.carrier.ok_or_else(|| InputError::one("carrier", "missing"))?;
    let today = app.clock.now().moscow_day();
    let back = chrono::Days::new(params.days.unwrap_or(ABSENT_DAYS).min(ABSENT_DAYS_MAX));
    let until = today.date().checked_sub_days(back).map_or(today, Day::from_date);
    let page = PageParams { limit: params.limit, after: params.after };
    let limit = page.limit();
    let after = page.after()?.unwrap_or(ParcelId::from_uuid(uuid::Uuid::nil()));
    let read =
        async move |tx: &mut Tx| store::list_absent(tx, &carrier, until, after, limit + 1).await;
    let rows = app.db.read::<_, DbError, _>(read).await?;
    Ok(page_of(rows, limit))
}

async fn shown(tx: &mut Tx, parcel: ParcelId) -> Result<CodOut, CodError> {
    let row = store::find(tx, parcel).await?;
    row.map(CodOut::from).ok_or(CodError::ParcelUnknown { parcel })
}

/// Holds the money of a parcel back from reports and payouts (приостановить выплату по отправлению).
#[utoipa::path(
    post, path = "/v1/cod/{id}/hold", tag = "money", request_body = ReasonIn,
    params(("id" = ParcelId, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = CodOut), (status = "default", body = ProblemBody))
)]
async fn cod_hold(
    State(app): State<App>,
    caller: Caller<rights::MoneyWork>,
    IdPath(id): IdPath<ParcelId>,
    key: IdempotencyKey,
    Body(body): Body<ReasonIn>,
) -> Result<Json<CodOut>, Problem> {
    caller.staff_only()?;
    let reason = body.reason.clone();
    let work = async move |tx: &mut Tx, _: &Ctx| -> Result<CodOut, CodError> {
        service::hold(tx, id, &reason).await?;
        shown(tx, id).await
    };
    Ok(Json(app.command(&caller, key, "cod_hold", &(id, &body), work).await?))
}

/// Lets the money of a parcel go on (снять приостановку).
#[utoipa::path(
    post, path = "/v1/cod/{id}/release", tag = "money",
    params(("id" = ParcelId, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = CodOut), (status = "default", body = ProblemBody))
)]
async fn cod_release(
    State(app): State<App>,
    caller: Caller<rights::MoneyWork>,
    IdPath(id): IdPath<ParcelId>,
    key: IdempotencyKey,
) -> Result<Json<CodOut>, Problem> {
    caller.staff_only()?;
    let work = async move |tx: &mut Tx, _: &Ctx| -> Result<CodOut, CodError> {
        service::release(tx, id).await?;
        shown(tx, id).await
    };
    Ok(Json(app.command(&caller, key, "cod_release", &id, work).await?))
}
