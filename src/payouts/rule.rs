//! What a shop is paid, and what its payment order says. Pure.

use crate::bank::payment_order::PURPOSE_MAX;
use crate::text_enum;
use crate::units::{Day, Kopecks, OutOfRange};

text_enum! {
    /// Why a shop is not paid by a run.
    #[schema(as = PayoutLeftOut)]
    pub enum LeftOut {
        /// A person holds its payouts back.
        Held = "held",
        /// No contract says whether and where to pay.
        NoTerms = "no_terms",
        /// What was reported is held back, or was reported after the run's day.
        NothingDue = "nothing_due",
        /// It owes as much: refunds after payment.
        Debt = "debt",
        /// Charges that are set off take all of it.
        SetOff = "set_off",
        /// Its contract has a minimum.
        BelowMinimum = "below_minimum",
        /// A run of another account is open.
        InAnotherRun = "in_another_run",
    }
}

/// What a shop has with us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Facts {
    /// Of parcels that were reported in time and are not held back.
    pub(super) due: Kopecks,
    /// What refunds took that is not made good yet.
    pub(super) debt: Kopecks,
    /// What it owes for charges by the run's day.
    pub(super) charges: Kopecks,
}

/// What its contract says of that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Limits {
    /// Whether charges may be taken from what is paid (зачёт: ГК, art. 410).
    pub(super) set_off: bool,
    pub(super) minimum: Kopecks,
}

/// The sums of a payout: gross less debt less set-off is net.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sums {
    pub gross: Kopecks,
    pub debt: Kopecks,
    pub set_off: Kopecks,
    pub net: Kopecks,
}

/// What all of a shop's unpaid parcels bring beyond what its account has: refunds took it. As far as a
/// parcel's own money that is not due bears its refund, nothing is owed (`excused`).
pub(super) fn debt(
    open: Kopecks,
    payable: Kopecks,
    excused: Kopecks,
) -> Result<Kopecks, OutOfRange> {
    Ok(open.checked_sub(payable)?.checked_sub(excused)?.max(Kopecks::ZERO))
}

/// What is paid: never more than is due, and never less than nothing.
pub(super) fn sums(facts: Facts, limits: Limits) -> Sums {
    let gross = facts.due.max(Kopecks::ZERO);
    let debt = facts.debt.clamp(Kopecks::ZERO, gross);
    let rest = Kopecks::new(gross.get() - debt.get());
    let charges = if limits.set_off { facts.charges } else { Kopecks::ZERO };
    let set_off = charges.clamp(Kopecks::ZERO, rest);
    Sums { gross, debt, set_off, net: Kopecks::new(rest.get() - set_off.get()) }
}

/// Why such a payout is not made.
pub(super) fn left_out(facts: Facts, limits: Limits, sums: Sums) -> Option<LeftOut> {
    if sums.net.is_zero() {
        let is_eaten = sums.debt == sums.gross && facts.debt.is_positive();
        let reason = match (is_eaten, sums.gross.is_zero()) {
            (true, _) => LeftOut::Debt,
            (false, true) => LeftOut::NothingDue,
            (false, false) => LeftOut::SetOff,
        };
        return Some(reason);
    }
    (sums.net < limits.minimum).then_some(LeftOut::BelowMinimum)
}

/// A paper by which a payment is known to who gets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Paper {
    pub(super) number: String,
    pub(super) day: Day,
}

impl Paper {
    fn text(&self) -> String {
        format!("№ {} от {}", self.number, self.day.russian_text())
    }
}

/// What a payment is for (назначение платежа). Reports are named as long as there is room for all of
/// them; otherwise their number is.
pub(super) fn purpose(contract: &Paper, reports: &[Paper]) -> String {
    let named: Vec<String> = reports.iter().map(Paper::text).collect();
    let with = |reports: &str| {
        let contract = contract.text();
        format!(
            "Деньги, принятые от покупателей, агентский договор {contract}{reports}. НДС не облагается"
        )
    };
    let all = match named.as_slice() {
        [] => String::new(),
        [one] => format!(", отчёт агента {one}"),
        many => format!(", отчёты агента {}", many.join(", ")),
    };
    let full = with(&all);
    if full.chars().count() <= PURPOSE_MAX {
        full
    } else {
        with(&format!(", отчётов агента: {}", named.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FREE: Limits = Limits { set_off: true, minimum: Kopecks::ZERO };

    fn facts(due: i64, debt: i64, charges: i64) -> Facts {
        let [due, debt, charges] = [due, debt, charges].map(Kopecks::new);
        Facts { due, debt, charges }
    }

    fn paid(facts: Facts, limits: Limits) -> ([i64; 4], Option<LeftOut>) {
        let sums = sums(facts, limits);
        let parts = [sums.gross, sums.debt, sums.set_off, sums.net].map(Kopecks::get);
        (parts, left_out(facts, limits, sums))
    }

    #[test]
    fn debts_are_taken_first_then_charges_and_nobody_is_paid_less_than_nothing() {
        assert_eq!(paid(facts(1_000, 0, 0), FREE), ([1_000, 0, 0, 1_000], None));
        assert_eq!(paid(facts(1_000, 300, 200), FREE), ([1_000, 300, 200, 500], None));
        assert_eq!(
            paid(facts(1_000, 300, 900), FREE),
            ([1_000, 300, 700, 0], Some(LeftOut::SetOff)),
        );
        assert_eq!(
            paid(facts(1_000, 1_000, 900), FREE),
            ([1_000, 1_000, 0, 0], Some(LeftOut::Debt)),
        );
        assert_eq!(paid(facts(0, 400, 0), FREE), ([0, 0, 0, 0], Some(LeftOut::Debt)));
        assert_eq!(paid(facts(0, 0, 900), FREE), ([0, 0, 0, 0], Some(LeftOut::NothingDue)));
        assert_eq!(paid(facts(700, 0, -50), FREE), ([700, 0, 0, 700], None), "we owe it charges");
    }

    #[test]
    fn the_contract_says_whether_charges_are_set_off_and_what_is_too_little() {
        let minimum = Kopecks::new(1_000);
        let strict = Limits { set_off: false, minimum };
        assert_eq!(paid(facts(1_000, 0, 900), strict), ([1_000, 0, 0, 1_000], None));
        let little = paid(facts(999, 0, 0), strict);
        assert_eq!(little, ([999, 0, 0, 999], Some(LeftOut::BelowMinimum)));
        let open = Kopecks::new(500);
        let none = Kopecks::ZERO;
        assert_eq!(debt(open, Kopecks::new(200), none), Ok(Kopecks::new(300)));
        assert_eq!(debt(open, Kopecks::new(200), Kopecks::new(100)), Ok(Kopecks::new(200)));
        assert_eq!(debt(open, Kopecks::new(-100), none), Ok(Kopecks::new(600)));
        assert_eq!(debt(open, Kopecks::new(501), none), Ok(Kopecks::ZERO));
    }

    #[test]
    fn a_purpose_names_the_papers_and_is_never_too_long() {
        let day: Day = "2026-11-02".parse().unwrap();
        let paper = |number: usize| Paper { number: number.to_string(), day };
        let one = purpose(&paper(7), &[paper(1)]);
        assert_eq!(
            one,
            "Деньги, принятые от покупателей, агентский договор № 7 от 02.11.2026, отчёт агента № 1 \
             от 02.11.2026. НДС не облагается"
        );
        let many: Vec<Paper> = (1..=20).map(paper).collect();
        let short = purpose(&paper(7), &many);
        assert!(short.contains("отчётов агента: 20"), "{short}");
        assert!(short.chars().count() <= PURPOSE_MAX);
        assert!(!purpose(&paper(7), &[]).contains("отчёт"));
    }
}
