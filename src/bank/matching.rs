//! What a receipt is for. Pure: candidates in, a verdict with its reasons out.
//!
//! **Invariant:** of two equally good candidates none is chosen; the verdict names both.
//! **Invariant:** a sum is matched to the kopeck or not at all.

use serde::{Deserialize, Serialize};

use super::purpose;
use crate::i18n::{self, Language};
use crate::ids::CodRegisterId;
use crate::text_enum;
use crate::units::{Day, Kopecks};

/// So many days before the register's own day a payment may come, and after it.
const DAYS_BEFORE: i64 = 2;
const DAYS_AFTER: i64 = 7;
/// The most registers, or payments, whose sums are tried together.
const TOGETHER_MAX: usize = 12;

/// A register whose money has not come, or not all of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    pub register: CodRegisterId,
    pub carrier: String,
    /// Those who pay for this carrier.
    pub payer_inns: Vec<String>,
    pub number: String,
    /// The payment order that the carrier announced.
    pub payment_order: Option<String>,
    /// What is still to come.
    pub net: Kopecks,
    pub day: Day,
}

/// A document of a statement that came in and has no register yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// What is left of it.
    pub amount: Kopecks,
    pub payer_inn: Option<String>,
    /// Of the payment order.
    pub number: String,
    pub purpose: String,
    pub day: Day,
}

text_enum! {
    /// Why; the sentence is `bank-match-<code>` with dashes.
    pub enum Reason {
        PayerKnown = "payer_known",
        PayerUnexpected = "payer_unexpected",
        NumberNamed = "number_named",
        OtherNumberNamed = "other_number_named",
        OrderAnnounced = "order_announced",
        SumExact = "sum_exact",
        SumTogether = "sum_together",
        SumDiffers = "sum_differs",
        DayFits = "day_fits",
        EquallyGood = "equally_good",
        NothingSpeaksForIt = "nothing_speaks_for_it",
        TooManyOpen = "too_many_open",
    }
}

impl Reason {
    const fn weight(self) -> u32 {
        match self {
            Self::NumberNamed => 8,
            Self::OrderAnnounced | Self::SumExact | Self::SumTogether => 4,
            Self::PayerKnown => 3,
            Self::DayFits => 1,
            _ => 0,
        }
    }

    pub fn text(self, language: Language) -> String {
        let key = format!("bank-match-{}", self.as_str().replace('_', "-"));
        i18n::text(language, &key, &[])
    }
}

/// A register with as much of the receipt as is for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Part {
    pub register: CodRegisterId,
    pub amount: Kopecks,
}

/// Parts that belong together, with what speaks for them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Proposal {
    pub parts: Vec<Part>,
    pub reasons: Vec<Reason>,
    pub score: u32,
}

/// What is to be done with a receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "verdict", rename_all = "snake_case")]
#[schema(as = MatchVerdict)]
pub enum Verdict {
    /// One proposal is better than all others, and good enough by itself.
    Match(Proposal),
    /// A person has to choose.
    Ambiguous {
        proposals: Vec<Proposal>,
        why: Reason,
    },
    None {
        why: Reason,
    },
}

fn is_in_window(candidate: &Candidate, day: Day) -> bool {
    (-DAYS_BEFORE..=DAYS_AFTER).contains(&day.days_since(candidate.day))
}

/// Whether the carrier numbered the register. One that was put together of what it told of single parcels
/// is called after the payment order or the day.
fn has_own_number(candidate: &Candidate) -> bool {
    let number = candidate.number.split('/').next().unwrap_or_default();
    number != candidate.day.to_string() && candidate.payment_order.as_deref() != Some(number)
}

/// What speaks for a register and against it, but for the sum.
fn signs(receipt: &Receipt, candidate: &Candidate) -> Vec<Reason> {
    let is_known = receipt.payer_inn.as_ref().is_some_and(|inn| candidate.payer_inns.contains(inn));
    let order = candidate.payment_order.as_deref().map(purpose::plain);
    let order = order.filter(|order| !order.is_empty());
    let is_announced =
        order.as_ref().is_some_and(|order| *order == purpose::plain(&receipt.number));
    let is_named = purpose::names(&receipt.purpose, &candidate.carrier, &candidate.number);
    let is_other = !is_named
        && ((order.is_some() && !is_announced)
            || (has_own_number(candidate)
                && purpose::names_another(
                    &receipt.purpose,
                    &candidate.carrier,
                    &candidate.number,
                )));
    [
        (is_known, Reason::PayerKnown),
        (!is_known, Reason::PayerUnexpected),
        (is_named, Reason::NumberNamed),
        (is_other, Reason::OtherNumberNamed),
        (is_announced, Reason::OrderAnnounced),
        (is_in_window(candidate, receipt.day), Reason::DayFits),
    ]
    .into_iter()
    .filter_map(|(holds, reason)| holds.then_some(reason))
    .collect()
}

fn proposal(parts: Vec<Part>, reasons: Vec<Reason>) -> Proposal {
    let score = reasons.iter().map(|reason| reason.weight()).sum();
    Proposal { parts, reasons, score }
}

/// Whether more than a sum speaks for it: somebody named the register, or the carrier pays in time. What
/// names another register does not pay this one, whatever the sum.
fn is_convincing(reasons: &[Reason]) -> bool {
    let has = |reason: Reason| reasons.contains(&reason);
    let is_known_in_time = has(Reason::PayerKnown) && has(Reason::DayFits);
    let is_for_it = has(Reason::NumberNamed) || has(Reason::OrderAnnounced) || is_known_in_time;
    is_for_it && !has(Reason::OtherNumberNamed)
}

/// Which register, or which several together, a receipt pays.
pub fn weigh(receipt: &Receipt, candidates: &[Candidate]) -> Verdict {
    let candidates = of_the_payer(receipt, candidates);
    let exact = candidates.iter().filter(|one| one.net == receipt.amount).map(|one| {
        let part = Part { register: one.register, amount: one.net };
        let mut reasons = signs(receipt, one);
        reasons.push(Reason::SumExact);
        proposal(vec![part], reasons)
    });
    let mut proposals: Vec<Proposal> = exact.collect();
    let mut is_too_much = false;
    if !proposals.iter().any(|one| is_convincing(&one.reasons)) {
        match together(receipt, &candidates) {
            Some(found) => proposals.extend(found),
            None => is_too_much = true,
        }
    }
    if !proposals.is_empty() {
        return best(proposals);
    }
    let named = candidates.iter().filter_map(|one| {
        let mut reasons = signs(receipt, one);
        let has = |reason: Reason| reasons.contains(&reason);
        // Numbers of orders are small: a stranger may have the same.
        let is_named =
            has(Reason::NumberNamed) || (has(Reason::OrderAnnounced) && has(Reason::PayerKnown));
        reasons.push(Reason::SumDiffers);
        let part = Part { register: one.register, amount: receipt.amount.min(one.net) };
        is_named.then(|| proposal(vec![part], reasons))
    });
    let named: Vec<Proposal> = named.collect();
    if !named.is_empty() {
        return Verdict::Ambiguous { proposals: named, why: Reason::SumDiffers };
    }
    Verdict::None {
        why: if is_too_much { Reason::TooManyOpen } else { Reason::NothingSpeaksForIt },
    }
}

/// A payer that is known pays for its own carriers, unless the purpose names another's register.
fn of_the_payer<'a>(receipt: &Receipt, candidates: &'a [Candidate]) -> Vec<&'a Candidate> {
    let open = || candidates.iter().filter(|one| one.net.is_positive());
    let is_own = |one: &&Candidate| {
        receipt.payer_inn.as_ref().is_some_and(|inn| one.payer_inns.contains(inn))
    };
    if !open().any(|one| is_own(&one)) {
        return open().collect();
    }
    let is_named = |one: &Candidate| purpose::names(&receipt.purpose, &one.carrier, &one.number);
    open().filter(|one| is_own(one) || is_named(one)).collect()
}

fn best(mut proposals: Vec<Proposal>) -> Verdict {
    proposals.sort_by_key(|one| std::cmp::Reverse(one.score));
    let top = proposals[0].score;
    if proposals.iter().filter(|one| one.score == top).count() > 1 {
        return Verdict::Ambiguous { proposals, why: Reason::EquallyGood };
    }
    if is_convincing(&proposals[0].reasons) {
        return Verdict::Match(proposals.swap_remove(0));
    }
    Verdict::Ambiguous { proposals, why: Reason::NothingSpeaksForIt }
}

/// Several registers of one carrier whose sums are the receipt's. Nothing: too many to try.
fn together(receipt: &Receipt, candidates: &[&Candidate]) -> Option<Vec<Proposal>> {
    let mut carriers: Vec<&str> = candidates.iter().map(|one| one.carrier.as_str()).collect();
    carriers.sort_unstable();
    carriers.dedup();
    let mut proposals = Vec::new();
    for carrier in carriers {
        let of_carrier = candidates.iter().filter(|one| {
            one.carrier == carrier && one.net <= receipt.amount && is_in_window(one, receipt.day)
        });
        let of_carrier: Vec<&&Candidate> = of_carrier.collect();
        if of_carrier.len() > TOGETHER_MAX {
            return None;
        }
        let sums: Vec<Kopecks> = of_carrier.iter().map(|one| one.net).collect();
        for chosen in subsets(&sums, receipt.amount) {
            let chosen: Vec<&Candidate> =
                chosen.into_iter().map(|index| *of_carrier[index]).collect();
            let signs: Vec<Vec<Reason>> = chosen.iter().map(|one| signs(receipt, one)).collect();
            // What speaks for all of them, and a number that names one, or another than one.
            let mut reasons: Vec<Reason> = signs[0].clone();
            reasons.retain(|reason| signs.iter().all(|one| one.contains(reason)));
            for named in [Reason::NumberNamed, Reason::OtherNumberNamed] {
                if signs.iter().any(|one| one.contains(&named)) && !reasons.contains(&named) {
                    reasons.push(named);
                }
            }
            reasons.push(Reason::SumTogether);
            let parts = chosen.iter().map(|one| Part { register: one.register, amount: one.net });
            proposals.push(proposal(parts.collect(), reasons));
        }
    }
    Some(proposals)
}

/// All sets of at least two positions whose sums come to `sum`.
fn subsets(sums: &[Kopecks], sum: Kopecks) -> Vec<Vec<usize>> {
    debug_assert!(sums.len() <= TOGETHER_MAX, "two to the power of it are tried");
    let members = |set: u32| (0..sums.len()).filter(move |index| set & (1 << index) != 0);
    let comes_to = |set: &u32| {
        let total =
            members(*set).try_fold(Kopecks::ZERO, |total, one| total.checked_add(sums[one]));
        set.count_ones() > 1 && total == Ok(sum)
    };
    (0..1_u32 << sums.len()).filter(comes_to).map(|set| members(set).collect()).collect()
}

/// Several receipts that pay one register: the only set of them that comes to its sum. Only receipts
/// that name it, or come from its carrier in time, are tried.
///
/// Answers their positions, or why there are none.
pub fn weigh_together(candidate: &Candidate, receipts: &[Receipt]) -> Result<Vec<usize>, Reason> {
    let is_tried = |receipt: &Receipt| {
        receipt.amount < candidate.net && is_convincing(&signs(receipt, candidate))
    };
    let tried: Vec<usize> =
        (0..receipts.len()).filter(|index| is_tried(&receipts[*index])).collect();
    if tried.len() > TOGETHER_MAX {
        return Err(Reason::TooManyOpen);
    }
    let sums: Vec<Kopecks> = tried.iter().map(|index| receipts[*index].amount).collect();
    let mut found = subsets(&sums, candidate.net);
    match (found.pop(), found.is_empty()) {
        (None, _) => Err(Reason::NothingSpeaksForIt),
        (Some(only), true) => Ok(only.into_iter().map(|index| tried[index]).collect()),
        (Some(_), false) => Err(Reason::EquallyGood),
    }
}
