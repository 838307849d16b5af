//! What does not agree in a register. Pure rules; those about what was agreed with the carrier are in
//! [`terms`].
//!
//! No difference is too small to be told: there is no tolerance, only a severity.

use serde_json::{Value, json};

use super::model::{
    FeeTerms, FindingKind, LineKind, MatchedBy, PayMethod, RegisterOut, Resolution, Severity,
};
use super::read::{Digest, Totals};
use super::terms::{self, Carried, Known};
use crate::carriers::model::DeliveryStatus;
use crate::ids::{CodRegisterId, ParcelId};
use crate::record;
use crate::units::{Day, Kopecks, UtcMicros};

/// A difference below a rouble is one of rounding.
const ROUNDING_BELOW: i64 = 100;
/// Pieces of a parcel beyond this are not tried for what the buyer may have taken.
const PIECES_MAX: i64 = 64;
const SUMS_MAX: usize = 20_000;

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
        pub(super) vat: Option<Kopecks>,
        pub(super) currency: String,
        pub(super) contract: String,
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
        /// What the carrier offered for the delivery.
        pub(super) quoted: Option<Kopecks>,
        /// An earlier line of the register has the same parcel.
        pub(super) is_repeated: bool,
        /// Another register pays for the same parcel.
        pub(super) other: Option<CodRegisterId>,
        /// A line of this register pays for the same parcel.
        pub(super) is_listed: bool,
        /// What the lines of the parcel in this register come to, where the buyer paid each in another way.
        pub(super) together: Option<Kopecks>,
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
    pub(super) known: Known,
}

/// What the buyer of a parcel was to pay for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Goods {
    /// Price and count of its pieces.
    pub(super) units: Vec<(Kopecks, i64)>,
    /// For the delivery, beside them.
    pub(super) delivery_fee: Kopecks,
}

/// What is asked for some lines only.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Beside<'a> {
    /// Of a line without a parcel.
    pub(super) unfound: Option<Unfound>,
    /// Of a parcel that was taken in part.
    pub(super) goods: Option<&'a Goods>,
    /// Of a delivery that is not the quoted one.
    pub(super) carried: Option<Carried>,
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
            | FindingKind::CurrencyForeign
            | FindingKind::OtherContract
            | FindingKind::PrepaidCollected => Resolution::IgnoreLine,
            FindingKind::FeeDiffers
            | FindingKind::DeliveryDiffers
            | FindingKind::VatDiffers
            | FindingKind::LineDiffers => Resolution::ClaimFromCarrier,
            FindingKind::TotalDiffers
            | FindingKind::MethodDiffers
            | FindingKind::DayOutOfPeriod
            | FindingKind::ZerosLost
            | FindingKind::OtherCarrierFile
            | FindingKind::RowUnreadable
            | FindingKind::SheetUnread
            | FindingKind::RegisterChanged
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
        FindingKind::ParcelUnknown
        | FindingKind::OtherCarrier
        | FindingKind::OrderNumberShared
        | FindingKind::CurrencyForeign => &[IgnoreLine],
        FindingKind::FeeDiffers
        | FindingKind::DeliveryDiffers
        | FindingKind::VatDiffers
        | FindingKind::LineDiffers => &[ClaimFromCarrier, Acknowledge, IgnoreLine],
        FindingKind::MethodDiffers
        | FindingKind::DayOutOfPeriod
        | FindingKind::OtherContract
        | FindingKind::ZerosLost => &[Acknowledge, IgnoreLine],
        FindingKind::TotalDiffers
        | FindingKind::OtherCarrierFile
        | FindingKind::RowUnreadable
        | FindingKind::SheetUnread
        | FindingKind::RegisterChanged => &[Acknowledge],
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
/// it could never be posted. Line 0 is the whole register, of which no line is left out.
pub(super) fn fits(
    kind: FindingKind,
    line: i64,
    amount: Option<Kopecks>,
    resolution: Resolution,
) -> bool {
    let is_too_much =
        kind == FindingKind::AmountDiffers && amount.is_some_and(Kopecks::is_positive);
    let is_claim = resolution == Resolution::ClaimFromCarrier;
    let is_of_no_line = line == 0 && resolution == Resolution::IgnoreLine;
    resolutions(kind).contains(&resolution) && !(is_too_much && is_claim) && !is_of_no_line
}

/// All that is found of a line.
pub(super) fn of_line(facts: &LineFacts, around: &Around, beside: &Beside<'_>) -> Vec<Raised> {
    let mut found = Vec::new();
    if let Some(foreign) = terms::currency(facts) {
        return vec![foreign];
    }
    if facts.kind != LineKind::Service {
        match (facts.parcel, facts.kind) {
            (None, _) => found.push(no_parcel(facts, beside.unfound)),
            (Some(_), LineKind::Refund) => found.push(refund(facts)),
            (Some(_), _) => found.extend(amount(facts, beside.goods)),
        }
        found.extend(terms::contract(facts, around));
        found.extend(terms::fee(facts, around));
        found.extend(terms::delivery(facts, beside.carried));
        found.extend(method(facts));
        found.extend(day(facts, around));
        found.extend(zeros(facts));
    }
    found.extend(terms::vat(facts, around));
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
    facts.expected.get() - facts.released.get() - facts.registered.get()
}

fn amount(facts: &LineFacts, goods: Option<&Goods>) -> Option<Raised> {
    let stated = facts.collected.get();
    let blocking = |kind, amount, args| Some(Raised::new(kind, Severity::Blocking, amount, args));
    let due = due(facts);
    let sums = json!({ "expected": due, "stated": stated });
    // Paid partly in cash and partly by card, a line for each.
    let is_split = facts.together.is_some_and(|together| together.get() == due);
    if facts.is_repeated && !is_split {
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
    // Of what was taken in part it is the rest that comes back.
    if stated != 0
        && !facts.is_partial
        && let Some(status) = facts.status.filter(|status| comes_back(*status))
    {
        let args = json!({ "status": status, "stated": stated });
        return blocking(FindingKind::ReturnedButPaid, stated, args);
    }
    let difference = stated - due;
    if difference == 0 || is_split {
        return None;
    }
    if facts.is_partial && difference < 0 && goods.is_some_and(|goods| goods.may_cost(stated)) {
        let warning = Severity::Warning;
        return Some(Raised::new(FindingKind::PartialDelivery, warning, difference, sums));
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

impl Goods {
    /// Whether some of the pieces cost so much, with the delivery or without.
    fn may_cost(&self, amount: i64) -> bool {
        let without = amount.saturating_sub(self.delivery_fee.get());
        is_sum_of(amount, &self.units) || (without != amount && is_sum_of(without, &self.units))
    }
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
    let is_paid = facts.registered.get() - facts.refunded.get() >= back
        || facts.other.is_some()
        || facts.is_listed;
    let severity = if is_paid { Severity::Warning } else { Severity::Blocking };
    let args = json!({ "amount": back, "why": if is_paid { "paid" } else { "not_paid" } });
    let raised = Raised::new(FindingKind::RefundAfterPayment, severity, -back, args);
    // What was never paid cannot be given back: it could not be posted.
    if is_paid { raised } else { Raised { proposed: Resolution::IgnoreLine, ..raised } }
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

/// Sheets of the workbook that nobody read.
pub(super) fn of_sheets(unread: &[String]) -> Option<Raised> {
    let args = json!({ "sheets": unread.join(", ") });
    let raised = || Raised::new(FindingKind::SheetUnread, Severity::Warning, 0, args);
    (!unread.is_empty()).then(raised).map(|raised| Raised { amount: None, ..raised })
}

/// The carrier tells a register that is there with other lines than it has.
pub(super) fn of_changed(known: &RegisterOut, told: &Digest) -> Raised {
    let difference = told.collected.get() - known.collected_kopecks.get();
    let args = json!({
        "number": known.number, "lines": told.lines, "of": known.lines,
        "stated": told.collected, "collected": known.collected_kopecks,
    });
    Raised::new(FindingKind::RegisterChanged, Severity::Warning, difference, args)
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
