//! What the agency contract of a shop says, from a day on.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::{AgencyError, store};
use crate::access::Scope;
use crate::bank::payment_order::{Requisites, side_check};
use crate::bank::requisites::is_inn;
use crate::catalog::owner_find;
use crate::commands::Ctx;
use crate::db::{DbError, Tx};
use crate::fault::{InputError, InputFaults};
use crate::ids::{OwnerId, UserId};
use crate::units::{Day, Kopecks, UtcMicros};

const NUMBER_MAX: usize = 50;
const NAME_MAX: usize = 160;
/// Hundredths of a per cent in the whole.
const BP_MAX: i64 = 10_000;
const MINIMUM_KOPECKS_MAX: i64 = 100_000_000_000;

/// Terms as a person writes them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AgencyTermsIn {
    /// After the last accepted report.
    pub valid_from: Day,
    pub contract_number: String,
    pub contract_day: Day,
    /// The operator, as the contract calls it.
    pub agent_name: String,
    pub agent_inn: String,
    /// Of what was collected, in hundredths of a per cent: 250 is 2.5 %.
    pub fee_bp: i64,
    /// At least so much for each parcel.
    pub fee_minimum_kopecks: Kopecks,
    /// What the shop owes may be taken from what is due to it (зачёт).
    pub set_off: bool,
    /// The shop may have money before the bank has it.
    pub advance: bool,
    /// Less is not paid out, but kept for the next time.
    pub payout_minimum_kopecks: Kopecks,
    /// The shop as the other party, and where its money goes.
    pub payee: Requisites,
}

/// Terms that hold from a day until later ones begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgencyTerms {
    pub owner: OwnerId,
    pub terms: AgencyTermsIn,
    pub written_by: Option<UserId>,
    pub written_at: UtcMicros,
}

fn check(input: &AgencyTermsIn) -> Result<(), InputError> {
    let mut faults = InputFaults::default();
    faults.text("contract_number", &input.contract_number, NUMBER_MAX);
    faults.text("agent_name", &input.agent_name, NAME_MAX);
    if !is_inn(&input.agent_inn) {
        faults.note("agent_inn", "bad_check_digit");
    }
    if input.contract_day > input.valid_from {
        faults.note("contract_day", "too_large");
    }
    faults.range("fee_bp", input.fee_bp, 0..=BP_MAX);
    let sums = 0..=MINIMUM_KOPECKS_MAX;
    faults.range("fee_minimum_kopecks", input.fee_minimum_kopecks.get(), sums.clone());
    faults.range("payout_minimum_kopecks", input.payout_minimum_kopecks.get(), sums);
    side_check(&mut faults, ("payee.", "account"), &input.payee);
    faults.finish()
}

/// Writes terms down. Those of the same day are written anew, unless a report used them.
pub async fn terms_set(
    tx: &mut Tx,
    ctx: &Ctx,
    owner: OwnerId,
    input: &AgencyTermsIn,
) -> Result<AgencyTerms, AgencyError> {
    owner_find(tx, Scope::All, owner).await?;
    check(input)?;
    let terms =
        AgencyTerms { owner, terms: input.clone(), written_by: ctx.actor, written_at: ctx.now };
    store::terms::put(tx, &terms).await?;
    // Asked after the row was written, so that no report is accepted in between.
    match store::reports::last_accepted(tx, owner).await? {
        Some(last) if last.to >= input.valid_from => Err(AgencyError::TermsUsed { until: last.to }),
        _ => Ok(terms),
    }
}

/// The terms that hold on a day.
pub async fn terms_on(
    tx: &mut Tx,
    owner: OwnerId,
    day: Day,
) -> Result<Option<AgencyTerms>, DbError> {
    store::terms::on(tx, owner, day).await
}

/// The terms of each of these shops that hold on a day; a shop without any is absent.
pub async fn terms_of(
    tx: &mut Tx,
    owners: &[OwnerId],
    day: Day,
) -> Result<HashMap<OwnerId, AgencyTerms>, DbError> {
    let rows = store::terms::of_owners(tx, owners, day).await?;
    Ok(rows.into_iter().map(|row| (row.owner, row)).collect())
}

/// All terms of a shop, the last ones first.
pub async fn terms_list(
    tx: &mut Tx,
    scope: Scope,
    owner: OwnerId,
) -> Result<Vec<AgencyTerms>, AgencyError> {
    let owner = owner_find(tx, scope, owner).await?;
    Ok(store::terms::list(tx, owner.id).await?)
}
