//! What does not agree in a register, and what its lines post. Pure rules.
//!
//! No difference is too small to be told: there is no tolerance, only a severity.

use serde_json::{Value, json};

use super::model::{
    FeeTerms, FindingKind, LineKind, MatchedBy, PayMethod, Resolution, Severity, TermsMethod,
};
use super::read::Totals;
use crate::carriers::model::DeliveryStatus;
use crate::cod::StepKind;
use crate::ids::{CodRegisterId, ParcelId};
use crate::record;
use crate::units::{Day, Kopecks, UtcMicros};

/// A difference below a rouble is one of rounding.
const ROUNDING_BELOW: i64 = 100;
/// Pieces of a parcel beyond this are not tried for what the buyer may have taken.
const PIECES_MAX: i64 = 64;
const SUMS_MAX: usize = 20_000;
const BP_PER_WHOLE: i128 = 10_000;

record! {
    /// A line beside what is known of its parcel.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub(super) struct LineFacts {
        pub(super) line: i64,
        pub(super) kind: LineKind,
        pub(super) order_number: String,
        pub(super) track: String,
        pub(super) day: Option<Day>,
        pub(super) collected: Kopecks,
        pub(super) fee: Option<Kopecks>,
        pub(super) delivery: Option<Kopecks>,
        pub(super) transferred: Option<Kopecks>,
        pub(super) method: Option<PayMethod>,
        pub(super) parcel: Option<ParcelId>,
        pub(super) matched_by: Option<MatchedBy>,
        pub(super) expected: Kopecks,
        pub(super) released: Kopecks,
        pub(super) registered: Kopecks,
        pub(super) refunded: Kopecks,
        pub(super) is_partial: bool,
        pub(super) method_known: Option<PayMethod>,
        pub(super) status: Option<DeliveryStatus>,
        pub(super) sent_at: Option<UtcMicros>,
        /// An earlier line of the register has the same parcel.
        pub(super) is_repeated: bool,
        /// Another register pays for the same parcel.
        pub(super) other: Option<CodRegisterId>,
    }
}

record! {
    /// Why no parcel was found for a line.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub(super) struct Unfound {
        pub(super) line: i64,
        pub(super) is_elsewhere: bool,
        /// Orders and shops that have the order number.
        pub(super) orders: i64,
        pub(super) shops: i64,
    }
}

/// What is the same for all lines.
#[derive(Debug, Clone)]
pub(super) struct Around {
    pub(super) day: Day,
    pub(super) terms: Vec<FeeTerms>,
}

/// What was found of a line, or of where its money is.
#[derive(Debug, Clone, PartialEq)]
pub struct Raised {
    pub kind: FindingKind,
    pub severity: Severity,
    pub amount: Option<Kopecks>,
    pub args: Value,
    pub proposed: Resolution,
}

impl Raised {
    /// With what is usually done about it.
    pub fn new(kind: FindingKind, severity: Severity, amount: i64, args: Value) -> Self {
        let proposed = match kind {
            FindingKind::AmountDiffers if amount < 0 => Resolution::ClaimFromCarrier,
            FindingKind::AmountDiffers
            | FindingKind::PartialDelivery
            | FindingKind::RefundAfterPayment => Resolution::AcceptAmount,
            FindingKind::ParcelUnknown
            | FindingKind::OtherCarrier
            | FindingKind::OrderNumberShared
            | FindingKind::DuplicateLine
            | FindingKind::PaidTwice
            | FindingKind::ReturnedButPaid
            | FindingKind::PrepaidCollected => Resolution::IgnoreLine,
            FindingKind::FeeDiffers | FindingKind::LineDiffers => Resolution::ClaimFromCarrier,
            FindingKind::TotalDiffers
            | FindingKind::MethodDiffers
            | FindingKind::DayOutOfPeriod
            | FindingKind::ZerosLost
            | FindingKind::RowUnreadable
            | FindingKind::PaymentWithoutRegister
            | FindingKind::PayerUnexpected => Resolution::Acknowledge,
            FindingKind::AbsentFromRegisters | FindingKind::RegisterUnpaid => {
                Resolution::ClaimFromCarrier
            }
            FindingKind::PaymentDiffers | FindingKind::PaymentAmbiguous => Resolution::MatchByHand,
        };
        Self { kind, severity, amount: Some(Kopecks::new(amount)), args, proposed }
    }

    pub(super) fn unreadable(column: Option<&str>, code: &str, value: &str) -> Self {
        let args = json!({ "column": column, "code": code, "value": value });
        let raised = Self::new(FindingKind::RowUnreadable, Severity::Blocking, 0, args);
        Self { amount: None, ..raised }
    }
}

/// What a person may decide about a kind of finding.
pub(super) const fn resolutions(kind: FindingKind) -> &'static [Resolution] {
    use Resolution::{AcceptAmount, Acknowledge, ClaimFromCarrier, IgnoreLine, MatchByHand};
    match kind {
        FindingKind::AmountDiffers => &[AcceptAmount, ClaimFromCarrier, IgnoreLine],
        FindingKind::PartialDelivery => &[AcceptAmount, ClaimFromCarrier, IgnoreLine, Acknowledge],
        FindingKind::DuplicateLine
        | FindingKind::PaidTwice
        | FindingKind::ReturnedButPaid
        | FindingKind::PrepaidCollected
        | FindingKind::RefundAfterPayment => &[AcceptAmount, IgnoreLine],
        FindingKind::ParcelUnknown | FindingKind::OtherCarrier | FindingKind::OrderNumberShared => {
            &[IgnoreLine]
        }
        FindingKind::FeeDiffers | FindingKind::LineDiffers => {
            &[ClaimFromCarrier, Acknowledge, IgnoreLine]
        }
        FindingKind::MethodDiffers | FindingKind::DayOutOfPeriod | FindingKind::ZerosLost => {
            &[Acknowledge, IgnoreLine]
        }
        FindingKind::TotalDiffers | FindingKind::RowUnreadable => &[Acknowledge],
        FindingKind::AbsentFromRegisters | FindingKind::RegisterUnpaid => {
            &[ClaimFromCarrier, Acknowledge]
        }
        FindingKind::PaymentWithoutRegister
        | FindingKind::PaymentDiffers
        | FindingKind::PayerUnexpected
        | FindingKind::PaymentAmbiguous => &[Acknowledge, MatchByHand],
    }
}

/// Whether a person may decide so about a finding. What a register lists beyond what is due is no claim:
/// it could never be posted.
pub(super) fn fits(kind: FindingKind, amount: Option<Kopecks>, resolution: Resolution) -> bool {
    let is_too_much =
        kind == FindingKind::AmountDiffers && amount.is_some_and(Kopecks::is_positive);
    let is_claim = resolution == Resolution::ClaimFromCarrier;
    resolutions(kind).contains(&resolution) && !(is_too_much && is_claim)
}

/// All that is found of a line. `units` are price and count of what a parcel that was taken in part
/// held.
pub(super) fn of_line(
    facts: &LineFacts,
    around: &Around,
    unfound: Option<Unfound>,
    units: &[(Kopecks, i64)],
) -> Vec<Raised> {
    let mut found = Vec::new();
    if facts.kind != LineKind::Service {
        match (facts.parcel, facts.kind) {
            (None, _) => found.push(no_parcel(facts, unfound)),
            (Some(_), LineKind::Refund) => found.push(refund(facts)),
            (Some(_), _) => found.extend(amount(facts, units)),
        }
        found.extend(fee(facts, around));
        found.extend(method(facts));
        found.extend(day(facts, around));
        found.extend(zeros(facts));
    }
    found.extend(sum(facts));
    found
}

fn no_parcel(facts: &LineFacts, unfound: Option<Unfound>) -> Raised {
    let kind = match unfound {
        Some(why) if why.is_elsewhere && why.orders <= 1 => FindingKind::OtherCarrier,
        Some(why) if why.orders > 1 => FindingKind::OrderNumberShared,
        _ => FindingKind::ParcelUnknown,
    };
    let args = json!({
        "track": facts.track, "order_number": facts.order_number,
        "shops": unfound.map_or(0, |why| why.shops),
    });
    Raised::new(kind, Severity::Blocking, facts.collected.get(), args)
}

const fn comes_back(status: DeliveryStatus) -> bool {
    matches!(
        status,
        DeliveryStatus::Returning
            | DeliveryStatus::Returned
            | DeliveryStatus::Lost
            | DeliveryStatus::Cancelled
    )
}

/// What is still to be paid for the parcel.
fn due(facts: &LineFacts) -> i64 {
    let open = facts.expected.get() - facts.registered.get();
    if facts.status.is_some_and(comes_back) { open } else { open - facts.released.get() }
}

fn amount(facts: &LineFacts, units: &[(Kopecks, i64)]) -> Option<Raised> {
    let stated = facts.collected.get();
    let blocking = |kind, amount, args| Some(Raised::new(kind, Severity::Blocking, amount, args));
    let due = due(facts);
    let sums = json!({ "expected": due, "stated": stated });
    if facts.is_repeated {
        return blocking(FindingKind::DuplicateLine, stated, json!({ "track": facts.track }));
    }
    if let Some(other) = facts.other
        && stated != 0
    {
        return blocking(FindingKind::PaidTwice, stated, json!({ "register": other }));
    }
    if facts.expected.is_zero() {
        let is_taken = stated != 0;
        return is_taken
            .then(|| Raised::new(FindingKind::PrepaidCollected, Severity::Blocking, stated, sums));
    }
    if stated != 0
        && let Some(status) = facts.status.filter(|status| comes_back(*status))
    {
        let args = json!({ "status": status, "stated": stated });
        return blocking(FindingKind::ReturnedButPaid, stated, args);
    }
    let difference = stated - due;
    if facts.is_partial && difference < 0 && is_sum_of(stated, units) {
        let warning = Severity::Warning;
        return Some(Raised::new(FindingKind::PartialDelivery, warning, difference, sums));
    }
    if difference == 0 {
        return None;
    }
    let delivery = facts.delivery.map_or(0, Kopecks::get);
    let why = match difference.abs() {
        size if size < ROUNDING_BELOW => "rounding",
        size if size == delivery.abs() => "delivery",
        _ if facts.is_partial => "partial",
        _ => "other",
    };
    let args = json!({ "expected": due, "stated": stated, "why": why });
    blocking(FindingKind::AmountDiffers, difference, args)
}

/// Whether some of the pieces cost so much. Their prices add up in at most as many ways as are tried.
fn is_sum_of(amount: i64, units: &[(Kopecks, i64)]) -> bool {
    let pieces: i64 = units.iter().map(|(_, count)| *count).sum();
    if pieces > PIECES_MAX {
        return false;
    }
    let mut sums = std::collections::BTreeSet::from([0_i64]);
    for (price, count) in units {
        for _ in 0..*count {
            let more: Vec<i64> = sums.iter().map(|sum| sum.saturating_add(price.get())).collect();
            sums.extend(more.into_iter().filter(|sum| *sum <= amount));
            if sums.len() > SUMS_MAX {
                return false;
            }
        }
    }
    sums.contains(&amount)
}

fn refund(facts: &LineFacts) -> Raised {
    let back = -facts.collected.get();
    if facts.is_repeated {
        let args = json!({ "track": facts.track });
        return Raised::new(FindingKind::DuplicateLine, Severity::Blocking, -back, args);
    }
    let is_paid = facts.registered.get() - facts.refunded.get() >= back || facts.other.is_some();
    let severity = if is_paid { Severity::Warning } else { Severity::Blocking };
    let args = json!({ "amount": back, "why": if is_paid { "paid" } else { "not_paid" } });
    Raised::new(FindingKind::RefundAfterPayment, severity, -back, args)
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

fn fee(facts: &LineFacts, around: &Around) -> Option<Raised> {
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

/// Collected less transferred is what was kept: the fee, the delivery, both or nothing.
fn sum(facts: &LineFacts) -> Option<Raised> {
    let kept = facts.collected.get() - facts.transferred?.get();
    let fee = facts.fee.map_or(0, Kopecks::get);
    let delivery = facts.delivery.map_or(0, Kopecks::get);
    if facts.kind == LineKind::Service || [0, fee, delivery, fee + delivery].contains(&kept) {
        return None;
    }
    let args = json!({ "kept": kept, "fee": fee, "delivery": delivery });
    let difference = kept - fee - delivery;
    Some(Raised::new(FindingKind::LineDiffers, Severity::Warning, difference, args))
}

fn method(facts: &LineFacts) -> Option<Raised> {
    let (stated, known) = (facts.method?, facts.method_known?);
    let args = json!({ "stated": stated, "known": known });
    let sum = facts.collected.get();
    (stated != known).then(|| Raised::new(FindingKind::MethodDiffers, Severity::Warning, sum, args))
}

fn day(facts: &LineFacts, around: &Around) -> Option<Raised> {
    let day = facts.day?;
    let is_early = facts.sent_at.is_some_and(|at| day < at.moscow_day());
    let args = json!({ "day": day, "register": around.day });
    let sum = facts.collected.get();
    (is_early || day > around.day)
        .then(|| Raised::new(FindingKind::DayOutOfPeriod, Severity::Warning, sum, args))
}

fn zeros(facts: &LineFacts) -> Option<Raised> {
    let number = match facts.matched_by? {
        MatchedBy::BareTrack => &facts.track,
        MatchedBy::BareOrderNumber => &facts.order_number,
        _ => return None,
    };
    let (args, sum) = (json!({ "number": number }), facts.collected.get());
    Some(Raised::new(FindingKind::ZerosLost, Severity::Notice, sum, args))
}

/// What the row of totals says otherwise than the lines: one finding for all of its sums.
pub(super) fn of_totals(stated: &Totals, summed: &Totals) -> Option<Raised> {
    let pairs = [
        ("collected", stated.collected, summed.collected),
        ("fee", stated.fee, summed.fee),
        ("delivery", stated.delivery, summed.delivery),
        ("transferred", stated.transferred, summed.transferred),
    ];
    let mut differences = serde_json::Map::new();
    let mut first = None;
    for (name, stated, summed) in pairs {
        let (Some(stated), Some(summed)) = (stated, summed) else { continue };
        if stated != summed {
            first.get_or_insert(stated.get() - summed.get());
            differences.insert(name.to_owned(), json!({ "stated": stated, "summed": summed }));
        }
    }
    let args = Value::Object(differences);
    first.map(|amount| Raised::new(FindingKind::TotalDiffers, Severity::Blocking, amount, args))
}

/// A parcel's money, as far as a register moves it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Held {
    pub(super) expected: i64,
    pub(super) released: i64,
    pub(super) collected: i64,
    pub(super) registered: i64,
}

/// What a person said of the amount of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Nothing: only what was expected can be posted.
    AsExpected,
    /// The register is right.
    AsStated,
}

/// It is more than can be posted without a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooMuch;

/// The steps of a line with so much collected; `held` goes along.
pub(super) fn steps(
    held: &mut Held,
    amount: i64,
    verdict: Verdict,
) -> Result<Vec<(StepKind, i64)>, TooMuch> {
    let mut steps = Vec::new();
    let need = (amount - (held.collected - held.registered)).max(0);
    let lacking = need - (held.expected - held.released - held.collected);
    if lacking > 0 {
        if verdict == Verdict::AsExpected {
            return Err(TooMuch);
        }
        let back = lacking.min(held.released);
        steps.push((StepKind::Released, -back));
        steps.push((StepKind::Expected, lacking - back));
        held.released -= back;
        held.expected += lacking - back;
    }
    steps.push((StepKind::Collected, need));
    steps.push((StepKind::Registered, amount));
    held.collected += need;
    held.registered += amount;
    if verdict == Verdict::AsStated {
        let uncollect = held.collected - held.registered;
        held.collected -= uncollect;
        let rest = held.expected - held.released - held.collected;
        held.released += rest;
        steps.push((StepKind::Collected, -uncollect));
        steps.push((StepKind::Released, rest));
    }
    steps.retain(|(_, amount)| *amount != 0);
    Ok(steps)
}

/// What the carrier kept of a line.
pub(super) fn withheld(
    collected: Kopecks,
    fee: Option<Kopecks>,
    delivery: Option<Kopecks>,
    transferred: Option<Kopecks>,
) -> i64 {
    match transferred {
        Some(transferred) => collected.get() - transferred.get(),
        None => fee.map_or(0, Kopecks::get) + delivery.map_or(0, Kopecks::get),
    }
}
