//! Drawing reports up, accepting and rejecting them.

use chrono::Datelike as _;

use super::AgencyError;
use super::model::{LineKind, Report, ReportState, sum};
use super::store::{lines, reports};
use super::terms::{AgencyTerms, terms_on};
use crate::access::Scope;
use crate::catalog::owner_find;
use crate::cod::{self, Step};
use crate::commands::Ctx;
use crate::db::{DbError, Tx};
use crate::fault::{InputFaults, reason_checked};
use crate::ids::{AgentReportId, OwnerId};
use crate::money::{Account, Posting, TransferReason, open_day, post};
use crate::series::number_next;
use crate::taxes::{self, VatClass, VatRate};
use crate::units::{Day, Kopecks, UtcMicros};

/// A report that the caller may see: shops see their own accepted ones.
pub async fn find(tx: &mut Tx, scope: Scope, id: AgentReportId) -> Result<Report, AgencyError> {
    let found = reports::find(tx, id).await?;
    let is_seen = |report: &Report| match scope {
        Scope::All => true,
        Scope::Owner(owner) => report.owner == owner && report.state == ReportState::Accepted,
    };
    found.filter(is_seen).ok_or(AgencyError::ReportNotFound { report: id })
}

/// The draft, its caller's until the commit.
async fn hold(tx: &mut Tx, id: AgentReportId) -> Result<Report, AgencyError> {
    match reports::hold(tx, id).await? {
        Some(report) => Ok(report),
        None => Err(AgencyError::NotDraft { state: find(tx, Scope::All, id).await?.state }),
    }
}

/// The terms of the report's last day.
async fn terms_of(tx: &mut Tx, owner: OwnerId, to: Day) -> Result<AgencyTerms, AgencyError> {
    terms_on(tx, owner, to).await?.ok_or(AgencyError::TermsMissing { day: to })
}

/// The operator's rate for its services on a report's last day.
async fn fee_vat_rate(tx: &mut Tx, to: Day) -> Result<VatRate, DbError> {
    let mode = taxes::mode_on(tx, None, to).await?;
    Ok(taxes::rate_on(mode, VatClass::General, to))
}

fn advanced_until(terms: &AgencyTerms, to: Day) -> Option<Day> {
    terms.terms.advance.then_some(to)
}

/// Draws a report up: what came and what was charged by its last day and no report told before. The
/// first day follows the last accepted report.
pub async fn draft(
    tx: &mut Tx,
    ctx: &Ctx,
    owner: OwnerId,
    (from, to): (Day, Day),
) -> Result<Report, AgencyError> {
    let mut faults = InputFaults::default();
    if to > ctx.now.moscow_day() {
        faults.note("to", "too_large");
    }
    if from > to {
        faults.note("from", "too_large");
    }
    faults.finish()?;
    owner_find(tx, Scope::All, owner).await?;
    let terms = terms_of(tx, owner, to).await?;
    let id = AgentReportId::new();
    let days = (from, to);
    if !reports::insert(tx, ctx, (id, owner), days, terms.terms.valid_from).await? {
        return Err(AgencyError::DraftExists);
    }
    // Asked after the draft was written: from then on no other of the shop is accepted.
    if let Some(last) = reports::last_accepted(tx, owner).await? {
        let next = last.to.next().unwrap_or(last.to);
        if from != next {
            return Err(AgencyError::PeriodUnfit { from: next });
        }
    }
    let report = hold(tx, id).await?;
    fill(tx, ctx, report, &terms).await
}

/// Draws a draft up anew.
pub async fn refresh(tx: &mut Tx, ctx: &Ctx, id: AgentReportId) -> Result<Report, AgencyError> {
    let report = hold(tx, id).await?;
    let terms = terms_of(tx, report.owner, report.to).await?;
    lines::clear(tx, id).await?;
    fill(tx, ctx, report, &terms).await
}

/// Writes the lines of a draft that has none, and what they come to.
async fn fill(
    tx: &mut Tx,
    ctx: &Ctx,
    mut report: Report,
    terms: &AgencyTerms,
) -> Result<Report, AgencyError> {
    report.terms_from = terms.terms.valid_from;
    lines::draw_up(tx, &report, advanced_until(terms, report.to)).await?;
    let before = reports::last_accepted(tx, report.owner).await?;
    report.opening_payable = before.as_ref().map_or(Kopecks::ZERO, Report::closing_payable);
    report.opening_charges = before.as_ref().map_or(Kopecks::ZERO, Report::closing_charges);
    let kinds = lines::kinds(tx, report.id).await?;
    let of = |kind| kinds.iter().find(|row| row.kind == kind).map_or(0, |row| row.amount.get());
    report.received = Kopecks::new(of(LineKind::Received));
    report.advanced = Kopecks::new(of(LineKind::Advanced));
    report.refunded = Kopecks::new(-of(LineKind::Refunded));
    report.line_count = kinds.iter().map(|row| row.count).sum();
    let fees: Vec<i64> = kinds.iter().map(|row| row.fee.get()).collect();
    report.fee = Kopecks::new(sum(&fees)?);
    report.fee_vat_rate = fee_vat_rate(tx, report.to).await?;
    report.fee_vat = report.fee_vat_rate.inside(report.fee);
    report.carrier = lines::charges_sum(tx, report.id).await?;
    let settled = lines::settlements_sum(tx, report.id).await?;
    (report.paid, report.settled) = (settled.payable, settled.charges);
    check_sums(&report)?;
    let possible = report.set_off_possible();
    report.set_off = if terms.terms.set_off { possible } else { Kopecks::ZERO };
    reports::figures_set(tx, ctx, &report).await?;
    find(tx, Scope::All, report.id).await
}

/// The closing sums are kept to what fits; here it is an error.
fn check_sums(report: &Report) -> Result<(), AgencyError> {
    let payable = [report.opening_payable, report.received, report.advanced].map(Kopecks::get);
    let taken = [report.refunded, report.paid].map(|part| part.get().saturating_neg());
    sum(&[payable.as_slice(), taken.as_slice()].concat())?;
    let charges = [report.opening_charges, report.fee, report.carrier].map(Kopecks::get);
    sum(&[charges.as_slice(), &[report.settled.get().saturating_neg()]].concat()).map(drop)
}

/// Accepts a draft as it was drawn up at `made_at`, in one piece: its parcels' money is the shop's to be paid, and the fee is charged.
/// A second time changes nothing.
///
/// # Errors
/// `SecondPerson` for whoever drew it up; `FactsChanged` where it would not be drawn up like this now, or
/// was drawn up anew since.
pub async fn approve(
    tx: &mut Tx,
    ctx: &Ctx,
    id: AgentReportId,
    made_at: UtcMicros,
) -> Result<Report, AgencyError> {
    let Some(report) = reports::hold(tx, id).await? else {
        let known = find(tx, Scope::All, id).await?;
        return match known.state {
            ReportState::Accepted => Ok(known),
            state => Err(AgencyError::NotDraft { state }),
        };
    };
    if !ctx.is_second_person(&[report.made_by, report.created_by]) {
        return Err(AgencyError::SecondPerson);
    }
    if report.made_at != made_at {
        // Another one than who approves saw.
        return Err(AgencyError::FactsChanged);
    }
    check_facts(tx, &report).await?;
    let year = ctx.now.moscow_day().date().year();
    let number = number_next(tx, &format!("agent_report_{year}")).await?;
    reports::accept(tx, ctx, id, &format!("{year}-{number:06}")).await?;
    move_money(tx, ctx, &report).await?;
    find(tx, Scope::All, id).await
}

async fn check_facts(tx: &mut Tx, report: &Report) -> Result<(), AgencyError> {
    let written_at = reports::terms_hold(tx, report.owner, report.terms_from).await?;
    let terms = terms_of(tx, report.owner, report.to).await?;
    let is_same = terms.terms.valid_from == report.terms_from
        && written_at.is_some_and(|at| at <= report.made_at)
        && fee_vat_rate(tx, report.to).await? == report.fee_vat_rate;
    let until = advanced_until(&terms, report.to);
    if is_same && lines::is_current(tx, report, until).await? {
        Ok(())
    } else {
        Err(AgencyError::FactsChanged)
    }
}

async fn move_money(tx: &mut Tx, ctx: &Ctx, report: &Report) -> Result<(), AgencyError> {
    let (id, source) = (report.id, report.id.uuid());
    let received = (source, lines::RECEIVED);
    cod::advance_all(tx, ctx, Step::Reported(id), received, report.to).await?;
    let advanced = (source, lines::ADVANCED);
    cod::advance_all(tx, ctx, Step::Advanced(id), advanced, report.to).await?;
    if report.fee.is_positive() {
        let day = open_day(tx, report.to).await?;
        let sides = (Account::OwnerCharges(report.owner), Account::AgentFee);
        let fee = Posting::new(TransferReason::AgentFee, sides, report.fee, day);
        post(tx, ctx, &[fee.with_document(source)]).await?;
    }
    Ok(())
}

/// Gives a draft up. What it listed is free for the next one.
pub async fn reject(
    tx: &mut Tx,
    ctx: &Ctx,
    id: AgentReportId,
    reason: &str,
) -> Result<Report, AgencyError> {
    let reason = reason_checked(reason)?;
    hold(tx, id).await?;
    lines::clear(tx, id).await?;
    reports::reject(tx, ctx, id, reason).await?;
    find(tx, Scope::All, id).await
}
