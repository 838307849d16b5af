//! What was agreed with carriers: what they may keep, and under which contracts.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::access::caller::{Staff, rights};
use crate::app::App;
use crate::commands::Ctx;
use crate::db::{DbError, Tx};
use crate::fault::{InputError, InputFaults};
use crate::http::{Body, IdempotencyKey, Problem, ProblemBody, QueryParams};
use crate::registers::RegisterError;
use crate::registers::about::is_inn;
use crate::registers::model::{CodContract, FeeTerms};
use crate::registers::store::settings;

const CARRIER_MAX: usize = 100;
/// A whole part of a payment.
const RATE_BP_MAX: i64 = 10_000;
const MINIMUM_MAX: i64 = 100_000_000;

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(fee_terms_list, fee_terms_set))
        .routes(routes!(cod_contract_list, cod_contract_add))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct CarrierParams {
    /// Must be told.
    carrier: Option<String>,
}

/// What a carrier may keep of collected money, by method and day (условия перевозчика).
#[utoipa::path(
    get, path = "/v1/cod-fee-terms", tag = "money", params(CarrierParams),
    responses((status = 200, body = Vec<FeeTerms>), (status = "default", body = ProblemBody))
)]
async fn fee_terms_list(
    State(app): State<App>,
    _caller: Staff<rights::MoneyRead>,
    QueryParams(params): QueryParams<CarrierParams>,
) -> Result<Json<Vec<FeeTerms>>, Problem> {
    let carrier = params.carrier.ok_or_else(|| InputError::one("carrier", "missing"))?;
    let read = async move |tx: &mut Tx| settings::terms(tx, &carrier).await;
    Ok(Json(app.db.read::<_, DbError, _>(read).await?))
}

/// Sets what a carrier may keep from a day on. Registers that were compared before keep their findings.
#[utoipa::path(
    put, path = "/v1/cod-fee-terms", tag = "money", request_body = FeeTerms,
    responses((status = 200, body = FeeTerms), (status = "default", body = ProblemBody))
)]
async fn fee_terms_set(
    State(app): State<App>,
    caller: Staff<rights::MoneyWork>,
    key: IdempotencyKey,
    Body(terms): Body<FeeTerms>,
) -> Result<Json<FeeTerms>, Problem> {
    let mut faults = InputFaults::default();
    faults.text("carrier", &terms.carrier, CARRIER_MAX);
    faults.range("rate_bp", terms.rate_bp, 0..=RATE_BP_MAX);
    faults.range("minimum_kopecks", terms.minimum_kopecks.get(), 0..=MINIMUM_MAX);
    faults.finish()?;
    let new = terms.clone();
    let work = async move |tx: &mut Tx, _: &Ctx| {
        settings::terms_set(tx, &new).await?;
        Ok(new.clone())
    };
    let done: Result<FeeTerms, RegisterError> =
        app.command(&caller, key, "fee_terms_set", &terms, work).await;
    Ok(Json(done?))
}

/// Under which contracts, and as which taxpayer, a carrier's registers name us (договоры с
/// перевозчиком). What names another is a finding.
#[utoipa::path(
    get, path = "/v1/cod-contracts", tag = "money", params(CarrierParams),
    responses((status = 200, body = Vec<CodContract>), (status = "default", body = ProblemBody))
)]
async fn cod_contract_list(
    State(app): State<App>,
    _caller: Staff<rights::MoneyRead>,
    QueryParams(params): QueryParams<CarrierParams>,
) -> Result<Json<Vec<CodContract>>, Problem> {
    let carrier = params.carrier.ok_or_else(|| InputError::one("carrier", "missing"))?;
    let read = async move |tx: &mut Tx| settings::contracts(tx, &carrier).await;
    Ok(Json(app.db.read::<_, DbError, _>(read).await?))
}

/// Adds a contract with a carrier, by its number, our taxpayer's number (ИНН), or both.
#[utoipa::path(
    post, path = "/v1/cod-contracts", tag = "money", request_body = CodContract,
    responses((status = 200, body = CodContract), (status = "default", body = ProblemBody))
)]
async fn cod_contract_add(
    State(app): State<App>,
    caller: Staff<rights::MoneyWork>,
    key: IdempotencyKey,
    Body(told): Body<CodContract>,
) -> Result<Json<CodContract>, Problem> {
    let contract = CodContract {
        carrier: told.carrier.trim().to_owned(),
        number: told.number.trim().to_owned(),
        inn: told.inn.trim().to_owned(),
    };
    let mut faults = InputFaults::default();
    faults.text("carrier", &contract.carrier, CARRIER_MAX);
    if contract.inn.is_empty() {
        faults.text("number", &contract.number, CARRIER_MAX);
    } else if !is_inn(&contract.inn) {
        faults.note("inn", "bad_format");
    }
    faults.finish()?;
    let new = contract.clone();
    let work = async move |tx: &mut Tx, _: &Ctx| {
        settings::contract_add(tx, &new).await?;
        Ok(new.clone())
    };
    let done: Result<CodContract, RegisterError> =
        app.command(&caller, key, "cod_contract_add", &contract, work).await;
    Ok(Json(done?))
}
