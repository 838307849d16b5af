//! Which printer a label goes to. Pure.

use crate::devices::printer::{Language, PrinterProtocol};
use crate::ids::{PrinterId, ZoneId};
use crate::printing::PrinterState;
use crate::record;
use crate::units::UtcMicros;

record! {
    /// A printer in use that has the right media.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub(super) struct Candidate {
        pub(super) id: PrinterId,
        pub(super) name: String,
        pub(super) zone: Option<ZoneId>,
        pub(super) state: PrinterState,
        pub(super) stopped_at: Option<UtcMicros>,
        pub(super) reroute_after_s: Option<i64>,
        /// Jobs that wait for it.
        pub(super) waiting: i64,
        pub(super) model: String,
        pub(super) dots_per_mm: i64,
    }
}

impl Candidate {
    /// Whether it prints a label that is bytes already.
    pub(super) fn takes(&self, language: Language, dots_per_mm: i64) -> bool {
        let model = PrinterProtocol::find(&self.model);
        self.dots_per_mm == dots_per_mm && model.is_some_and(|model| model.language() == language)
    }
}

/// Whether a printer has stood still for longer than it may.
pub(super) fn is_given_up(
    stopped_at: Option<UtcMicros>,
    reroute_after_s: Option<i64>,
    now: UtcMicros,
) -> bool {
    match (stopped_at, reroute_after_s) {
        (Some(at), Some(limit)) => now.seconds_since(at) >= limit,
        _ => false,
    }
}

/// The printer of the person's zone, unless it was given up; then one that runs, with the least to
/// do. When all have stopped, one of them still gets the label, and is asked how it is.
pub(super) fn choose<'a>(
    candidates: impl IntoIterator<Item = &'a Candidate>,
    zone: Option<ZoneId>,
    now: UtcMicros,
) -> Option<PrinterId> {
    let rank = |candidate: &&Candidate| {
        let given_up = is_given_up(candidate.stopped_at, candidate.reroute_after_s, now);
        let elsewhere = zone.is_some() && candidate.zone != zone;
        let foreign = zone.is_none() && candidate.zone.is_some();
        let stopped = candidate.state.is_stopped();
        (given_up, elsewhere, stopped, foreign, candidate.waiting)
    };
    candidates.into_iter().min_by_key(rank).map(|candidate| candidate.id)
}

/// Where the labels of a printer go that was given up or taken out of use; none: they wait.
pub(super) fn instead(
    candidates: &[Candidate],
    of: PrinterId,
    zone: Option<ZoneId>,
    now: UtcMicros,
) -> Option<PrinterId> {
    let others = candidates.iter().filter(|other| other.id != of && !other.state.is_stopped());
    choose(others, zone, now)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printer(zone: Option<ZoneId>, state: PrinterState, waiting: i64) -> Candidate {
        Candidate {
            id: PrinterId::new(),
            name: "Стол".to_owned(),
            zone,
            state,
            stopped_at: None,
            reroute_after_s: Some(60),
            waiting,
            model: "zebra-zpl".to_owned(),
            dots_per_mm: 8,
        }
    }

    #[test]
    fn the_own_zone_goes_first_and_the_shortest_queue_next() {
        let now = UtcMicros::from_micros(1_780_000_000_000_000);
        let (here, there) = (Some(ZoneId::new()), Some(ZoneId::new()));
        let mine = printer(here, PrinterState::Stopped, 9);
        let long = printer(there, PrinterState::Ready, 5);
        let short = printer(None, PrinterState::Ready, 2);
        let all = [long.clone(), mine.clone(), short.clone()];
        assert_eq!(choose(&all, here, now), Some(mine.id));
        assert_eq!(choose(&all, None, now), Some(short.id));
        assert_eq!(instead(&all, short.id, None, now), Some(long.id));
        let stopped_at = Some(now.plus_seconds(-60));
        let late = Candidate { stopped_at, ..mine };
        let all = [long.clone(), late.clone(), short.clone()];
        assert_eq!(choose(&all, here, now), Some(short.id));
        assert_eq!(choose(std::slice::from_ref(&late), here, now), Some(late.id), "no other");
        assert_eq!(instead(std::slice::from_ref(&late), long.id, None, now), None);
        assert_eq!(choose(&[], None, now), None);
        assert!(long.takes(Language::Zpl, 8));
        assert!(!long.takes(Language::Zpl, 12) && !long.takes(Language::Tspl, 8));
    }
}
