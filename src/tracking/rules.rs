//! What all events of a shipment come to: one status, and whether somebody should look.
//!
//! Events are taken in the order of their times, whenever they arrived; those of one moment in the
//! order of the usual way. The same events give the same result in whatever order and however often
//! they were told.
//!
//! **Invariant:** a parcel goes forward only: created, accepted, on its way (where it may go to and
//! fro between town, point and courier), then delivered, returning, returned, lost or cancelled. What
//! tells an earlier stage later is disorder and changes nothing.
//! **Invariant:** an end (delivered, returned, lost, cancelled) is not undone by what comes after it,
//! only by an event that takes it back; what contradicts it calls for a person.
//! **Invariant:** a person's correction holds against everything before it, and what follows is judged
//! from there. Only a person makes one, with a reason.
//! **Invariant:** a code that is in no table moves nothing.

use std::collections::BTreeSet;

use crate::carriers::model::{DeliveryStatus, EventFlag, Leg};
use crate::shipments::Attention;
use crate::text_enum;
use crate::units::UtcMicros;

/// Depots enter their scans late: so long after the end an earlier stage is disorder, not a
/// contradiction.
const DISORDER_SECONDS: i64 = 2 * 3600;
const DAY_SECONDS: i64 = 24 * 3600;
/// So long after its end a shipment is asked for still, in case the carrier takes something back.
const END_WATCHED_SECONDS: i64 = 5 * DAY_SECONDS;
const END_INTERVAL_SECONDS: i64 = 12 * 3600;
/// A shipment without news for so long is asked for once a day, and at last no more.
const QUIET_SECONDS: i64 = 10 * DAY_SECONDS;
const FORGOTTEN_SECONDS: i64 = 90 * DAY_SECONDS;

text_enum! {
    /// Who told an event.
    pub enum EventSource {
        Carrier = "carrier",
        Person = "person",
    }
}

/// What the rules need of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// Tells events apart.
    pub print: Vec<u8>,
    pub code: String,
    pub at: UtcMicros,
    pub leg: Leg,
    pub status: Option<DeliveryStatus>,
    pub flag: Option<EventFlag>,
    pub source: EventSource,
    /// The code is in the carrier's table.
    pub is_known: bool,
    /// A person has seen it: it calls for nobody any more.
    pub is_seen: bool,
}

/// What the events come to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Nothing: no event moved the parcel.
    pub status: Option<DeliveryStatus>,
    /// When it got there.
    pub status_at: Option<UtcMicros>,
    pub attention: Option<Attention>,
    /// The buyer took a part of the goods on the way there. It holds while the rest goes back; a
    /// delivery of the whole after it ends it.
    pub is_partial: bool,
}

/// Folds all events of a shipment.
pub fn fold(facts: &[Fact]) -> Outcome {
    let mut walk = Walk::default();
    for step in in_force(facts) {
        walk.take(&step);
    }
    Outcome {
        status: walk.at.map(|(status, _)| status),
        status_at: walk.at.map(|(_, since)| since),
        attention: walk.standing.or(walk.passing),
        is_partial: walk.is_partial,
    }
}

/// An end that nothing follows.
pub const fn is_end(status: DeliveryStatus) -> bool {
    matches!(
        status,
        DeliveryStatus::Delivered
            | DeliveryStatus::Returned
            | DeliveryStatus::Lost
            | DeliveryStatus::Cancelled
    )
}

/// When a shipment that is being asked for now is asked for again; nothing: never.
pub fn asked_next(
    status: Option<DeliveryStatus>,
    heard_at: UtcMicros,
    now: UtcMicros,
    interval_seconds: i64,
) -> Option<UtcMicros> {
    let quiet = now.seconds_since(heard_at);
    let pause = if status.is_some_and(is_end) {
        (quiet < END_WATCHED_SECONDS).then_some(END_INTERVAL_SECONDS)
    } else if quiet < QUIET_SECONDS {
        Some(interval_seconds)
    } else {
        (quiet < FORGOTTEN_SECONDS).then_some(DAY_SECONDS)
    };
    pause.map(|pause| now.plus_seconds(pause.max(interval_seconds).max(1)))
}

enum Step<'a> {
    Event(&'a Fact),
    /// The carrier took the parcel's end back.
    EndUndone(&'a Fact),
    /// A person says where it is, whatever was told before.
    Corrected(&'a Fact),
}

/// The events in their order, each once, without those that were taken back.
fn in_force(facts: &[Fact]) -> Vec<Step<'_>> {
    let mut sorted: Vec<&Fact> = facts.iter().collect();
    sorted.sort_by(|one, other| order(one).cmp(&order(other)));
    let mut told = BTreeSet::new();
    sorted.retain(|fact| told.insert((fact.at, &fact.code, fact.leg)));
    let mut steps: Vec<Step<'_>> = Vec::with_capacity(sorted.len());
    for fact in sorted {
        if fact.is_known && fact.flag == Some(EventFlag::Annuls) {
            if fact.source == EventSource::Person {
                steps.push(Step::Corrected(fact));
                continue;
            }
            // What a person has corrected is not taken back any more.
            let is_correction = |step: &Step<'_>| matches!(step, Step::Corrected(_));
            let from = steps.iter().rposition(is_correction).unwrap_or(0);
            let says = |step: &Step<'_>| matches!(step, Step::Event(fact) if fact.says());
            let undone = steps[from..].iter().rposition(says);
            let undone = undone.map(|index| steps.remove(from + index));
            if let Some(Step::Event(undone)) = undone
                && undone.meant().is_some_and(is_end)
            {
                steps.push(Step::EndUndone(fact));
            }
            if fact.status.is_none() {
                continue;
            }
        }
        steps.push(Step::Event(fact));
    }
    steps
}

/// By time; at one moment by the usual way, and whatever takes something back at its end.
fn order(fact: &Fact) -> (UtcMicros, bool, u8, Option<DeliveryStatus>, &str, Leg, &[u8]) {
    let stage = fact.meant().map_or(0, stage);
    let annuls = fact.flag == Some(EventFlag::Annuls);
    (fact.at, annuls, stage, fact.status, &fact.code, fact.leg, &fact.print)
}

const fn stage(status: DeliveryStatus) -> u8 {
    match status {
        DeliveryStatus::Created => 0,
        DeliveryStatus::Accepted => 1,
        DeliveryStatus::InTransit
        | DeliveryStatus::ArrivedAtPoint
        | DeliveryStatus::OutForDelivery => 2,
        DeliveryStatus::PartlyDelivered => 3,
        DeliveryStatus::Returning => 4,
        DeliveryStatus::Delivered
        | DeliveryStatus::Returned
        | DeliveryStatus::Lost
        | DeliveryStatus::Cancelled => 5,
    }
}

impl Fact {
    /// Something that the carrier can take back.
    const fn says(&self) -> bool {
        self.is_known
            && matches!(self.source, EventSource::Carrier)
            && (self.status.is_some() || matches!(self.flag, Some(EventFlag::Problem)))
    }

    /// Where the parcel is by this event. On its way back everything is a return.
    fn meant(&self) -> Option<DeliveryStatus> {
        let status = self.status.filter(|_| self.is_known)?;
        Some(match (self.leg, status) {
            (Leg::Return, DeliveryStatus::Delivered) => DeliveryStatus::Returned,
            (
                Leg::Return,
                DeliveryStatus::Created
                | DeliveryStatus::Accepted
                | DeliveryStatus::InTransit
                | DeliveryStatus::ArrivedAtPoint
                | DeliveryStatus::OutForDelivery
                | DeliveryStatus::PartlyDelivered,
            ) => DeliveryStatus::Returning,
            (_, status) => status,
        })
    }
}

/// What an event does to a parcel that is somewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Move {
    Goes,
    /// It goes there, but nothing we know of leads there.
    GoesOddly,
    Stays,
    Contradicts,
}

fn judge(now: DeliveryStatus, since: UtcMicros, next: DeliveryStatus, at: UtcMicros) -> Move {
    use DeliveryStatus::{
        Accepted, Cancelled, Created, Delivered, Lost, PartlyDelivered, Returned, Returning,
    };
    match (now, next) {
        (now, Created | Accepted) if stage(now) > stage(next) => Move::Stays,
        (now, next) if is_end(now) => {
            let is_late = stage(next) <= 2 && at.seconds_since(since) <= DISORDER_SECONDS;
            if is_late { Move::Stays } else { Move::Contradicts }
        }
        (PartlyDelivered, Delivered | Cancelled) | (Returning, Cancelled) => Move::Contradicts,
        (PartlyDelivered | Returning, Returning | Returned | Lost) => Move::Goes,
        (Returning, Delivered | PartlyDelivered) => Move::GoesOddly,
        (now, Cancelled) if stage(now) >= 2 => Move::GoesOddly,
        (now, next) if stage(next) >= stage(now) => Move::Goes,
        _ => Move::Stays,
    }
}

#[derive(Debug, Default)]
struct Walk {
    at: Option<(DeliveryStatus, UtcMicros)>,
    /// Until the next good event.
    passing: Option<Attention>,
    /// Until a person has seen it.
    standing: Option<Attention>,
    is_partial: bool,
}

impl Walk {
    fn take(&mut self, step: &Step<'_>) {
        let fact = match step {
            Step::EndUndone(fact) => {
                self.passing = (!fact.is_seen).then_some(Attention::Contradiction);
                return;
            }
            Step::Corrected(fact) => {
                *self = Self::default();
                self.set(fact.meant(), fact.at);
                return;
            }
            Step::Event(fact) => *fact,
        };
        if !fact.is_known {
            if !fact.is_seen {
                self.passing = self.passing.or(Some(Attention::UnknownCode));
            }
            return;
        }
        if let Some(next) = fact.meant() {
            self.go(next, fact);
        }
        if fact.flag == Some(EventFlag::Problem) {
            self.passing = (!fact.is_seen).then_some(Attention::Problem);
        } else if fact.status.is_some() && fact.flag != Some(EventFlag::Annuls) {
            self.passing = None;
        }
    }

    fn go(&mut self, next: DeliveryStatus, fact: &Fact) {
        let Some((now, since)) = self.at else {
            self.set(Some(next), fact.at);
            return;
        };
        if now == next {
            return;
        }
        let told = judge(now, since, next, fact.at);
        if matches!(told, Move::Goes | Move::GoesOddly) {
            self.set(Some(next), fact.at);
        }
        if matches!(told, Move::GoesOddly | Move::Contradicts) && !fact.is_seen {
            self.standing = Some(Attention::Contradiction);
        }
    }

    /// The parcel is there from `at` on.
    fn set(&mut self, status: Option<DeliveryStatus>, at: UtcMicros) {
        self.at = status.map(|status| (status, at));
        self.is_partial = match status {
            Some(DeliveryStatus::PartlyDelivered) => true,
            // The rest goes back, or gets lost on its way.
            Some(DeliveryStatus::Returning | DeliveryStatus::Returned | DeliveryStatus::Lost) => {
                self.is_partial
            }
            _ => false,
        };
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::carriers::model::DeliveryStatus as Status;

    const HOUR: i64 = 3600;

    fn at(hours: i64) -> UtcMicros {
        UtcMicros::from_micros(1_780_000_000_000_000).plus_seconds(hours * HOUR)
    }

    fn fact(hours: i64, code: &str, status: Option<Status>, flag: Option<EventFlag>) -> Fact {
        Fact {
            print: format!("{hours} {code}").into_bytes(),
            code: code.to_owned(),
            at: at(hours),
            leg: Leg::Direct,
            status,
            flag,
            source: EventSource::Carrier,
            is_known: true,
            is_seen: false,
        }
    }

    fn went(hours: i64, status: Status) -> Fact {
        fact(hours, status.as_str(), Some(status), None)
    }

    fn problem(hours: i64) -> Fact {
        fact(hours, "failed", None, Some(EventFlag::Problem))
    }

    fn annuls(hours: i64) -> Fact {
        fact(hours, "annulled", None, Some(EventFlag::Annuls))
    }

    fn unknown(hours: i64) -> Fact {
        Fact { is_known: false, ..fact(hours, "unheard", None, None) }
    }

    fn corrected(hours: i64, status: Status) -> Fact {
        let source = EventSource::Person;
        Fact { source, ..fact(hours, "corrected", Some(status), Some(EventFlag::Annuls)) }
    }

    fn back(fact: Fact) -> Fact {
        Fact { leg: Leg::Return, ..fact }
    }

    #[track_caller]
    fn comes_to(facts: &[Fact], status: Status, attention: Option<Attention>) {
        let outcome = fold(facts);
        assert_eq!((outcome.status, outcome.attention), (Some(status), attention), "{facts:#?}");
    }

    const WAY: [Status; 5] = [
        Status::Created,
        Status::Accepted,
        Status::InTransit,
        Status::ArrivedAtPoint,
        Status::Delivered,
    ];

    #[test]
    fn the_usual_way_ends_where_it_should_and_says_since_when() {
        let facts: Vec<Fact> = (0..).zip(WAY).map(|(hour, status)| went(hour, status)).collect();
        for count in 1..=WAY.len() {
            let outcome = fold(&facts[..count]);
            let (status, since) = (WAY[count - 1], facts[count - 1].at);
            let expected =
                Outcome { status: Some(status), status_at: Some(since), ..Outcome::default() };
            assert_eq!(outcome, expected);
        }
        assert_eq!(fold(&[]), Outcome::default());
        let again = [facts.as_slice(), &[went(9, Status::Delivered)]].concat();
        assert_eq!(fold(&again), fold(&facts), "told again: it was there since the first time");
    }

    #[test]
    fn on_its_way_a_parcel_goes_to_and_fro_but_not_back_to_the_beginning() {
        let facts = [
            went(0, Status::InTransit),
            went(1, Status::ArrivedAtPoint),
            went(2, Status::InTransit),
            went(3, Status::Accepted),
        ];
        comes_to(&facts[..2], Status::ArrivedAtPoint, None);
        comes_to(&facts, Status::InTransit, None);
    }

    #[test]
    fn what_comes_late_and_is_older_moves_nothing_back() {
        let facts = [went(5, Status::ArrivedAtPoint), went(2, Status::OutForDelivery)];
        comes_to(&facts, Status::ArrivedAtPoint, None);
        let facts = [went(9, Status::Delivered), went(3, Status::InTransit), problem(4)];
        comes_to(&facts, Status::Delivered, None);
    }

    #[test]
    fn a_failed_attempt_calls_for_somebody_until_something_good_comes() {
        let mut facts = vec![went(0, Status::OutForDelivery), problem(1)];
        comes_to(&facts, Status::OutForDelivery, Some(Attention::Problem));
        facts.push(fact(2, "note", None, Some(EventFlag::Info)));
        comes_to(&facts, Status::OutForDelivery, Some(Attention::Problem));
        facts.push(went(3, Status::OutForDelivery));
        comes_to(&facts, Status::OutForDelivery, None);
    }

    #[test]
    fn what_a_person_has_seen_calls_for_nobody() {
        let seen = |fact: Fact| Fact { is_seen: true, ..fact };
        let facts = [went(0, Status::Delivered), seen(went(9, Status::Lost)), seen(problem(10))];
        comes_to(&facts, Status::Delivered, None);
        let facts = [went(0, Status::Accepted), seen(unknown(1)), unknown(2)];
        comes_to(&facts, Status::Accepted, Some(Attention::UnknownCode));
    }

    #[test]
    fn a_code_in_no_table_moves_nothing() {
        let odd = Fact { is_known: false, ..went(3, Status::Delivered) };
        let facts = [went(0, Status::Accepted), odd];
        comes_to(&facts, Status::Accepted, Some(Attention::UnknownCode));
        let later = [facts.as_slice(), &[went(4, Status::InTransit)]].concat();
        comes_to(&later, Status::InTransit, None);
        let troubled = [problem(1), unknown(2)];
        assert_eq!(fold(&troubled).attention, Some(Attention::Problem), "trouble is worse");
    }

    #[test]
    fn an_end_is_kept_against_what_contradicts_it() {
        let looks = Some(Attention::Contradiction);
        for end in [Status::Delivered, Status::Returned, Status::Lost, Status::Cancelled] {
            comes_to(&[went(0, end), went(30, Status::InTransit)], end, looks);
            comes_to(&[went(0, end), went(1, Status::InTransit)], end, None);
            comes_to(&[went(0, end), went(30, Status::Accepted)], end, None);
            comes_to(&[went(0, end), went(30, Status::InTransit), went(31, end)], end, looks);
        }
        comes_to(&[went(0, Status::Delivered), went(1, Status::Lost)], Status::Delivered, looks);
        let returned = back(went(1, Status::Delivered));
        comes_to(&[went(0, Status::Delivered), returned], Status::Delivered, looks);
    }

    #[test]
    fn on_the_way_back_everything_is_a_return() {
        let out = went(0, Status::ArrivedAtPoint);
        let mut facts = vec![out, back(went(1, Status::Accepted)), went(2, Status::InTransit)];
        comes_to(&facts, Status::Returning, None);
        facts.push(back(went(3, Status::Delivered)));
        comes_to(&facts, Status::Returned, None);
        let partly = [went(0, Status::PartlyDelivered), back(went(1, Status::InTransit))];
        comes_to(&partly, Status::Returning, None);
        let changed = [went(0, Status::Returning), went(1, Status::Delivered)];
        comes_to(&changed, Status::Delivered, Some(Attention::Contradiction));
    }

    #[test]
    fn a_part_that_was_taken_is_known_while_the_rest_goes_back() {
        let is_partial = |facts: &[Fact]| {
            let outcome = fold(facts);
            (outcome.status.unwrap(), outcome.is_partial)
        };
        let there = [went(0, Status::InTransit), went(1, Status::PartlyDelivered)];
        assert_eq!(is_partial(&there[..1]), (Status::InTransit, false));
        assert_eq!(is_partial(&there), (Status::PartlyDelivered, true));
        for (next, expected) in [
            (went(2, Status::Returning), (Status::Returning, true)),
            (back(went(2, Status::InTransit)), (Status::Returning, true)),
            (back(went(2, Status::Delivered)), (Status::Returned, true)),
            (went(2, Status::Lost), (Status::Lost, true)),
            (annuls(2), (Status::InTransit, false)),
            (corrected(2, Status::Delivered), (Status::Delivered, false)),
            (corrected(2, Status::PartlyDelivered), (Status::PartlyDelivered, true)),
        ] {
            let facts = [there.as_slice(), &[next]].concat();
            assert_eq!(is_partial(&facts), expected, "{facts:#?}");
        }
        let back_and_whole = [went(2, Status::Returning), went(3, Status::Delivered)];
        let facts = [there.as_slice(), &back_and_whole].concat();
        assert_eq!(is_partial(&facts), (Status::Delivered, false));
        let heard_late = [went(0, Status::Returning), back(went(1, Status::PartlyDelivered))];
        assert_eq!(is_partial(&heard_late), (Status::Returning, false), "nothing on the way back");
    }

    #[test]
    fn an_event_can_take_the_one_before_it_back() {
        let mut facts = vec![went(0, Status::ArrivedAtPoint), problem(1), annuls(2)];
        comes_to(&facts, Status::ArrivedAtPoint, None);
        facts.extend([went(3, Status::Delivered), unknown(4), annuls(5)]);
        comes_to(&facts, Status::ArrivedAtPoint, Some(Attention::Contradiction));
        facts.push(went(6, Status::Returning));
        comes_to(&facts, Status::Returning, None);
        assert_eq!(fold(&[annuls(1)]), Outcome::default(), "there is nothing to take back");
    }

    #[test]
    fn a_persons_correction_holds_and_what_follows_is_judged_from_there() {
        let wrong = [went(0, Status::Accepted), went(1, Status::Delivered), went(2, Status::Lost)];
        let mut facts = [wrong.as_slice(), &[corrected(3, Status::OutForDelivery)]].concat();
        comes_to(&facts, Status::OutForDelivery, None);
        facts.push(went(2, Status::Returned));
        comes_to(&facts, Status::OutForDelivery, None);
        facts.push(annuls(4));
        comes_to(&facts, Status::OutForDelivery, None);
        facts.push(went(5, Status::Delivered));
        comes_to(&facts, Status::Delivered, None);
        facts.push(corrected(6, Status::Accepted));
        comes_to(&facts, Status::Accepted, None);
    }

    #[test]
    fn a_shipment_is_asked_for_less_and_less_and_at_last_no_more() {
        let next = |status, days: i64| {
            let now = at(days * 24);
            asked_next(Some(status), at(0), now, 900).map(|next| next.seconds_since(now))
        };
        assert_eq!(next(Status::InTransit, 0), Some(900));
        assert_eq!(next(Status::InTransit, 11), Some(DAY_SECONDS));
        assert_eq!(next(Status::InTransit, 90), None);
        assert_eq!(next(Status::Delivered, 1), Some(12 * HOUR));
        assert_eq!(next(Status::Delivered, 5), None);
    }

    fn facts() -> impl Strategy<Value = Vec<Fact>> {
        let status = prop::option::of(prop::sample::select(Status::ALL.to_vec()));
        let flag = prop::option::of(prop::sample::select(EventFlag::ALL.to_vec()));
        let leg = prop::sample::select(Leg::ALL.to_vec());
        let source = prop::sample::select(EventSource::ALL.to_vec());
        let one = (0..6_i64, 0..4_u8, status, flag, leg, source, any::<[bool; 2]>());
        let one = one.prop_map(|(hours, code, status, flag, leg, source, [is_known, is_seen])| {
            let code = format!("{code}");
            let words = (hours, &code, status, flag, leg, source, is_known, is_seen);
            let print = format!("{words:?}").into_bytes();
            Fact { print, code, at: at(hours), leg, status, flag, source, is_known, is_seen }
        });
        prop::collection::vec(one, 0..12)
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

        #[test]
        fn order_and_repetition_change_nothing(
            (first, second) in facts().prop_flat_map(|facts| {
                let twice = [facts.clone(), facts.clone()].concat();
                (Just(facts), Just(twice).prop_shuffle())
            }),
        ) {
            prop_assert_eq!(fold(&first), fold(&second));
        }

        #[test]
        fn without_an_event_that_takes_it_back_an_end_stays(
            known in facts(), more in facts(),
        ) {
            let plain = |facts: Vec<Fact>| -> Vec<Fact> {
                facts.into_iter().filter(|fact| fact.flag != Some(EventFlag::Annuls)).collect()
            };
            let known = plain(known);
            let before = fold(&known);
            let later = plain(more).into_iter().map(|fact| Fact {
                at: fact.at.plus_seconds(100 * HOUR), ..fact
            });
            let after = fold(&known.iter().cloned().chain(later).collect::<Vec<_>>());
            if before.status.is_some_and(is_end) {
                prop_assert_eq!((after.status, after.status_at), (before.status, before.status_at));
            }
        }

        #[test]
        fn codes_in_no_table_never_move_a_parcel(facts in facts()) {
            let known: Vec<Fact> = facts.iter().filter(|fact| fact.is_known).cloned().collect();
            // A code that is in no table means nothing, and so takes nothing back.
            let meaningless = |fact: Fact| {
                Fact { code: format!("{}?", fact.code), flag: None, ..fact }
            };
            let all: Vec<Fact> = facts
                .into_iter()
                .map(|fact| if fact.is_known { fact } else { meaningless(fact) })
                .collect();
            let (one, other) = (fold(&known), fold(&all));
            prop_assert_eq!((one.status, one.status_at), (other.status, other.status_at));
        }
    }
}
