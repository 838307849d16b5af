//! A line against what was agreed: the fee, the delivery, the VAT, whose contract, which currency. Pure.

use serde_json::json;

use super::about::{About, is_inn};
use super::findings::{Around, LineFacts, Raised};
use super::model::{
    CodContract, FeeTerms, FindingKind, LineKind, PayMethod, Resolution, Severity, TermsMethod,
};
use crate::imports::map::folded;
use crate::record;
use crate::taxes::{VatClass, VatMode, rate_on};
use crate::units::{Day, Grams, Kopecks};

const BP_PER_WHOLE: i128 = 10_000;

record! {
    /// What speaks for or against the price of a delivery, of a line where that is not the quoted one.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub(super) struct Carried {
        pub(super) line: i64,
        /// What the carrier's accepted invoices say of the delivery, with what it found by weight.
        pub(super) invoiced: Option<Kopecks>,
        /// On our scales.
        pub(super) weight: Option<Grams>,
    }
}

/// What a carrier may keep of a payment by its terms; half a kopeck counts as a whole one.
pub(super) fn fee_of(terms: &FeeTerms, collected: Kopecks) -> Kopecks {
    let share = i128::from(collected.get().abs()) * i128::from(terms.rate_bp);
    let rounded = (share + BP_PER_WHOLE / 2) / BP_PER_WHOLE;
    let fee = i64::try_from(rounded).unwrap_or(i64::MAX).max(terms.minimum_kopecks.get());
    Kopecks::new(fee * collected.get().signum())
}

/// The terms of that method on that day; those of the method go before those of any.
fn terms_of(all: &[FeeTerms], method: Option<PayMethod>, day: Day) -> Option<&FeeTerms> {
    let own = method.map(|method| match method {
        PayMethod::Cash => TermsMethod::Cash,
        PayMethod::Card => TermsMethod::Card,
    });
    let latest = |wanted: TermsMethod| {
        let valid = all.iter().filter(|one| one.method == wanted && one.valid_from <= day);
        valid.max_by_key(|one| one.valid_from)
    };
    own.and_then(latest).or_else(|| latest(TermsMethod::Any))
}

pub(super) fn fee(facts: &LineFacts, around: &Around) -> Option<Raised> {
    let (stated, day) = (facts.fee?, facts.day.unwrap_or(around.day));
    if facts.collected.is_zero() {
        return None;
    }
    let terms = terms_of(&around.terms, facts.method.or(facts.method_known), day)?;
    let wanted = fee_of(terms, facts.collected);
    let args = json!({ "expected": wanted, "stated": stated, "rate_bp": terms.rate_bp });
    let difference = stated.get() - wanted.get();
    (difference != 0)
        .then(|| Raised::new(FindingKind::FeeDiffers, Severity::Warning, difference, args))
}

/// What is kept for the delivery against what the carrier offered. Nothing kept is no difference: an
/// invoice will say it. What the carrier reckoned anew by weight is named beside it.
pub(super) fn delivery(facts: &LineFacts, carried: Option<Carried>) -> Option<Raised> {
    let (stated, quoted) = (facts.delivery?, facts.quoted?);
    if facts.kind != LineKind::Collected || stated.is_zero() || stated == quoted {
        return None;
    }
    let invoiced = carried.and_then(|carried| carried.invoiced);
    let why = if invoiced == Some(stated) { "as_invoiced" } else { "other" };
    let args = json!({
        "quoted": quoted, "stated": stated, "invoiced": invoiced, "why": why,
        "weight_g": carried.and_then(|carried| carried.weight),
    });
    let difference = stated.get() - quoted.get();
    Some(Raised::new(FindingKind::DeliveryDiffers, Severity::Warning, difference, args))
}

/// The VAT may be that of the fee, of the delivery, or of both, rounded together or one by one.
pub(super) fn vat(facts: &LineFacts, around: &Around) -> Option<Raised> {
    let stated = facts.vat?.get();
    if facts.fee.is_none() && facts.delivery.is_none() {
        return None;
    }
    // Carriers pay the general rate on their services.
    let day = facts.day.unwrap_or(around.day);
    let rate = rate_on(VatMode::General, VatClass::General, day);
    let inside = |gross: i64| rate.inside(Kopecks::new(gross)).get();
    let fee = facts.fee.map_or(0, Kopecks::get);
    let delivery = facts.delivery.map_or(0, Kopecks::get);
    let apart = inside(fee) + inside(delivery);
    let right = [apart, inside(fee + delivery)];
    let of_one = [fee, delivery].into_iter().filter(|part| *part != 0).map(inside);
    if right.into_iter().chain(of_one).any(|sum| sum == stated) {
        return None;
    }
    let args = json!({ "expected": apart, "stated": stated, "percent": rate.per_cent() });
    Some(Raised::new(FindingKind::VatDiffers, Severity::Warning, stated - apart, args))
}

/// Sums of another currency are compared with nothing.
pub(super) fn currency(facts: &LineFacts) -> Option<Raised> {
    if facts.currency.is_empty() {
        return None;
    }
    let args = json!({ "currency": facts.currency, "track": facts.track });
    let amount = facts.collected.get();
    Some(Raised::new(FindingKind::CurrencyForeign, Severity::Blocking, amount, args))
}

/// What we are known by to a carrier.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Known {
    contracts: Vec<String>,
    inns: Vec<String>,
}

impl Known {
    /// `senders` are the taxpayers of the carrier's accounts.
    pub(super) fn new(contracts: Vec<CodContract>, senders: Vec<String>) -> Self {
        let mut known = Self { contracts: Vec::new(), inns: senders };
        for one in contracts {
            known.contracts.push(folded(&one.number));
            known.inns.push(one.inn);
        }
        known.contracts.retain(|number| !number.is_empty());
        known.inns.retain(|inn| !inn.is_empty());
        known
    }

    /// Whether a contract or a taxpayer is surely another; unknown where nothing of the kind is known.
    fn is_other(&self, told: &str) -> bool {
        if is_inn(told) {
            return !self.inns.is_empty() && !self.inns.iter().any(|inn| inn == told);
        }
        let told = folded(told);
        let has_digit = told.chars().any(|c| c.is_ascii_digit());
        let is_ours = self.contracts.iter().any(|number| told.contains(number.as_str()));
        has_digit && !self.contracts.is_empty() && !is_ours
    }
}

pub(super) fn contract(facts: &LineFacts, around: &Around) -> Option<Raised> {
    let told = &facts.contract;
    if told.is_empty() || !around.known.is_other(told) {
        return None;
    }
    let args = json!({ "contract": told });
    let amount = facts.collected.get();
    Some(Raised::new(FindingKind::OtherContract, Severity::Blocking, amount, args))
}

/// The contract and the customer that are named above the lines; the carrier's own number (ИНН) may
/// stand there beside ours.
pub(super) fn contract_of_all(about: &About, known: &Known, collected: Kopecks) -> Option<Raised> {
    let are_other =
        |told: &[String]| !told.is_empty() && told.iter().all(|one| known.is_other(one));
    let has_ours = about.inns.iter().any(|inn| !known.is_other(inn));
    let told = match () {
        () if are_other(&about.contracts) => &about.contracts,
        () if are_other(&about.customers) && !has_ours => &about.customers,
        () => return None,
    };
    let args = json!({ "contract": told.join(", ") });
    let kind = FindingKind::OtherContract;
    let raised = Raised::new(kind, Severity::Blocking, collected.get(), args);
    Some(Raised { proposed: Resolution::Acknowledge, ..raised })
}

/// Another carrier's register: so many lines are about its parcels, or the heading names it.
pub(super) fn file_of_other(
    about: &About,
    carrier: &str,
    (elsewhere, lines): (i64, i64),
    collected: Kopecks,
) -> Option<Raised> {
    let is_mostly = elsewhere * 2 > lines;
    let named = about.carriers.first().filter(|_| !about.carriers.contains(&carrier));
    let severity = match (is_mostly, named) {
        (true, _) => Severity::Blocking,
        (false, Some(_)) => Severity::Warning,
        (false, None) => return None,
    };
    let why = if is_mostly { "parcels" } else { "heading" };
    let args = json!({ "carrier": named, "lines": elsewhere, "of": lines, "why": why });
    Some(Raised::new(FindingKind::OtherCarrierFile, severity, collected.get(), args))
}
