//! What the lines of a register post. Pure.

use crate::cod::StepKind;
use crate::units::Kopecks;

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
