//! The proof page: what carriers invoiced for a shop's parcels beside what the shop was charged.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::super::{InvoiceError, Passed, passed, store};
use super::workbook;
use crate::access::caller::{Caller, rights};
use crate::app::App;
use crate::catalog::owner_find;
use crate::db::Tx;
use crate::fault::InputFaults;
use crate::http::{IdPath, Problem, ProblemBody, QueryParams};
use crate::ids::{CarrierInvoiceId, OwnerId};
use crate::units::{Day, Kopecks};

const DAYS_SHOWN: u64 = 30;
const RANGE_DAYS_MAX: i64 = 366;
/// Invoices of one shop in a year and a day: more come in no parcel business.
const INVOICES_MAX: i64 = 5_000;

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(pass_through)).routes(routes!(pass_through_xlsx))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct RangeParams {
    /// The first day of invoices; 30 days before the last one unless told.
    from: Option<Day>,
    /// The last day; today in Moscow unless told.
    to: Option<Day>,
}

/// A carrier's invoice as it concerns one shop.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct CarrierChargeOut {
    invoice_id: CarrierInvoiceId,
    carrier: String,
    number: String,
    day: Day,
    lines: i64,
    /// The lines of the shop's parcels as the carrier invoiced them.
    invoiced_kopecks: Kopecks,
    /// Their part of what the carrier said of the whole invoice: a discount is negative.
    shared_kopecks: Kopecks,
    /// Both together.
    cost_kopecks: Kopecks,
    /// What the ledger charged the shop: the same.
    charged_kopecks: Kopecks,
    /// Charged less cost: always zero.
    difference_kopecks: Kopecks,
}

/// What carriers invoiced for a shop's parcels, and what the shop was charged.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct PassThroughOut {
    from: Day,
    to: Day,
    invoiced_kopecks: Kopecks,
    shared_kopecks: Kopecks,
    charged_kopecks: Kopecks,
    difference_kopecks: Kopecks,
    invoices: Vec<CarrierChargeOut>,
}

/// What carriers invoiced for a shop's parcels and what it was charged, equal to the kopeck (услуги
/// перевозчиков без наценки).
#[utoipa::path(
    get, path = "/v1/owners/{id}/pass-through", tag = "carrier invoices",
    params(("id" = OwnerId, Path), RangeParams),
    responses((status = 200, body = PassThroughOut), (status = "default", body = ProblemBody))
)]
async fn pass_through(
    State(app): State<App>,
    caller: Caller<rights::MoneyRead>,
    IdPath(id): IdPath<OwnerId>,
    QueryParams(params): QueryParams<RangeParams>,
) -> Result<Json<PassThroughOut>, Problem> {
    let proof = proof_of(&app, &caller, id, params).await?;
    let (from, to) = proof.range;
    let sum = |of: fn(&Passed) -> Kopecks| Passed::total(&proof.rows, of);
    Ok(Json(PassThroughOut {
        from,
        to,
        invoiced_kopecks: sum(|one| one.invoiced),
        shared_kopecks: sum(Passed::shared),
        charged_kopecks: sum(|one| one.charged),
        difference_kopecks: sum(Passed::difference),
        invoices: proof.rows.into_iter().map(CarrierChargeOut::from).collect(),
    }))
}

/// The same as a workbook (услуги перевозчиков без наценки).
#[utoipa::path(
    get, path = "/v1/owners/{id}/pass-through.xlsx", tag = "carrier invoices",
    params(("id" = OwnerId, Path), RangeParams),
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream"), (status = "default", body = ProblemBody))
)]
async fn pass_through_xlsx(
    State(app): State<App>,
    caller: Caller<rights::MoneyRead>,
    IdPath(id): IdPath<OwnerId>,
    QueryParams(params): QueryParams<RangeParams>,
) -> Result<Response, Problem> {
    let proof = proof_of(&app, &caller, id, params).await?;
    Ok(workbook("pass-through.xlsx", passed::proof(&proof.owner, proof.range, &proof.rows)?))
}

/// A shop's part of invoices.
struct Proof {
    owner: String,
    range: (Day, Day),
    rows: Vec<Passed>,
}

async fn proof_of(
    app: &App,
    caller: &Caller<rights::MoneyRead>,
    id: OwnerId,
    params: RangeParams,
) -> Result<Proof, InvoiceError> {
    let to = params.to.unwrap_or_else(|| app.clock.now().moscow_day());
    let from = params.from.unwrap_or_else(|| to.minus_days(DAYS_SHOWN));
    let scope = caller.scope();
    let read = async move |tx: &mut Tx| -> Result<Proof, InvoiceError> {
        let owner = owner_find(tx, scope, id).await?;
        let mut faults = InputFaults::default();
        faults.range("to", to.days_since(from), 0..=RANGE_DAYS_MAX);
        faults.finish()?;
        let rows = store::passed(tx, owner.id, (from, to), INVOICES_MAX).await?;
        Ok(Proof { owner: owner.name, range: (from, to), rows })
    };
    app.db.snapshot(read).await
}

impl From<Passed> for CarrierChargeOut {
    fn from(row: Passed) -> Self {
        Self {
            invoice_id: row.invoice,
            shared_kopecks: row.shared(),
            difference_kopecks: row.difference(),
            carrier: row.carrier,
            number: row.number,
            day: row.day,
            lines: row.lines,
            invoiced_kopecks: row.invoiced,
            cost_kopecks: row.cost,
            charged_kopecks: row.charged,
        }
    }
}
