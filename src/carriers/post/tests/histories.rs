//! What a history means as a whole: legs, annulments, bad order.

use crate::carriers::CarrierError;
use crate::carriers::model::{DeliveryStatus, EventFlag, Goal, Leg, ShipmentRef, Track};
use crate::carriers::post::map;
use crate::carriers::post::tracking::Answers;
use crate::carriers::post::wire::HistoryRecord;
use crate::tracking::rules::{EventSource, Fact, Outcome, fold};

use DeliveryStatus as S;

const BUYER: &str = "630099";
const SENDER: &str = "109012";

/// A record an hour after the one before.
fn record(hour: u32, kind: i64, attribute: i64, index: &str, destination: &str) -> HistoryRecord {
    let mut record = HistoryRecord::default();
    record.operation.kind.id = kind;
    record.operation.attribute.id = attribute;
    record.operation.date = format!("2026-11-20T{hour:02}:00:00.000+03:00");
    record.address.operation.index = index.to_owned();
    record.address.destination.index = destination.to_owned();
    record
}

fn track(records: &[HistoryRecord]) -> Track {
    map::history_track(&ShipmentRef::default(), records, &[])
}

fn statuses(records: &[HistoryRecord]) -> Vec<Option<S>> {
    track(records).events.iter().map(|event| event.meaning.and_then(|it| it.status)).collect()
}

/// What tracking makes of a history.
fn folded(records: &[HistoryRecord]) -> Outcome {
    let facts = track(records).events.into_iter().map(|event| Fact {
        print: format!("{} {}", event.at, event.code).into_bytes(),
        code: event.code,
        at: event.at,
        leg: event.leg,
        status: event.meaning.and_then(|meaning| meaning.status),
        flag: event.meaning.and_then(|meaning| meaning.flag),
        source: EventSource::Carrier,
        is_known: event.meaning.is_some(),
        is_seen: false,
    });
    fold(&facts.collect::<Vec<_>>())
}

fn status(records: &[HistoryRecord]) -> Option<S> {
    folded(records).status
}

fn refused_at_the_office() -> Vec<HistoryRecord> {
    vec![
        record(1, 1, 2, SENDER, BUYER),
        record(2, 8, 2, BUYER, BUYER),
        record(3, 3, 4, BUYER, SENDER),
        record(4, 8, 4, "101700", SENDER),
        record(5, 8, 2, SENDER, SENDER),
    ]
}

#[test]
fn after_a_return_every_arrival_is_one_back_and_the_hand_over_is_to_the_sender() {
    let mut records = refused_at_the_office();
    records.push(record(6, 2, 1, SENDER, SENDER));
    assert_eq!(
        statuses(&records),
        [
            Some(S::Accepted),
            Some(S::ArrivedAtPoint),
            Some(S::Returning),
            Some(S::Returning),
            Some(S::Returning),
            Some(S::Returned),
        ]
    );
    let legs: Vec<Leg> = track(&records).events.iter().map(|event| event.leg).collect();
    assert_eq!(legs[..3], [Leg::Direct; 3], "the office that sends it back is on the way there");
    assert!(legs[3..].iter().all(|leg| *leg == Leg::Return));
}

#[test]
fn a_return_that_was_called_off_ends_at_the_buyer() {
    let mut records = refused_at_the_office();
    records.truncate(3);
    records.push(record(4, 2, 1, BUYER, SENDER));
    assert_eq!(statuses(&records).last(), Some(&Some(S::Delivered)));
    assert_eq!(status(&records), Some(S::Delivered));
    let asked_back = [
        record(1, 8, 2, BUYER, BUYER),
        record(2, 8, 36, BUYER, BUYER),
        record(3, 2, 1, BUYER, BUYER),
    ];
    assert_eq!(status(&asked_back[..2]), Some(S::Returning));
    assert_eq!(status(&asked_back), Some(S::Delivered));
    let at_the_sender = [&asked_back[..2], &[record(3, 2, 1, SENDER, SENDER)]].concat();
    assert_eq!(status(&at_the_sender), Some(S::Returned));
}

#[test]
fn the_office_that_was_asked_for_is_known_where_no_record_names_one() {
    let goal = Some(Goal::Point(BUYER.to_owned()));
    let reference = ShipmentRef { goal, ..ShipmentRef::default() };
    let records =
        [record(1, 8, 2, BUYER, ""), record(2, 8, 36, BUYER, ""), record(3, 2, 1, BUYER, "")];
    let last = map::history_track(&reference, &records, &[]).events.pop().unwrap();
    assert_eq!((last.leg, last.meaning.unwrap().status), (Leg::Direct, Some(S::Delivered)));
}

#[test]
fn an_annulment_of_what_moved_nothing_takes_nothing_back() {
    let records = [
        record(1, 8, 2, BUYER, BUYER),
        record(2, 2, 1, BUYER, BUYER),
        record(3, 99, 7, BUYER, BUYER),
        record(4, 26, 1, BUYER, BUYER),
        record(5, 26, 1, BUYER, BUYER),
    ];
    let told = track(&records[..4]).events;
    assert_eq!(told[3].meaning.unwrap().flag, Some(EventFlag::Info));
    assert_eq!(status(&records[..4]), Some(S::Delivered));
    assert_eq!(track(&records).events[4].meaning.unwrap().flag, Some(EventFlag::Annuls));
    assert_eq!(status(&records), Some(S::ArrivedAtPoint), "the next one takes the hand-over back");
}

#[test]
fn an_item_that_is_trouble_by_itself_costs_the_others_nothing() {
    let odd = || Err(CarrierError::malformed("post", "half an answer"));
    let down = || Err(CarrierError::Unavailable { carrier: "post", said: String::new() });
    let good = || Ok(Some(track(&refused_at_the_office())));
    let mut answers = Answers::default();
    for answer in [odd(), good(), odd(), good()] {
        assert!(answers.take(answer).unwrap());
    }
    assert!(!answers.take(down()).unwrap(), "nothing more is asked for");
    assert_eq!(answers.tracks().unwrap().len(), 2);
    let mut answers = Answers::default();
    assert!(answers.take(odd()).unwrap());
    assert!(answers.take(down()).is_err(), "nothing was told");
    assert!(answers.tracks().is_err());
}

#[test]
fn an_annulled_return_is_none() {
    let mut records = refused_at_the_office();
    records.truncate(3);
    records.push(record(4, 26, 1, BUYER, BUYER));
    records.push(record(5, 8, 2, BUYER, BUYER));
    records.push(record(6, 2, 1, BUYER, BUYER));
    let events = track(&records).events;
    assert_eq!(events[3].meaning.unwrap().flag, Some(EventFlag::Annuls));
    assert_eq!(events[4].meaning.unwrap().status, Some(S::ArrivedAtPoint));
    assert_eq!(events[5].meaning.unwrap().status, Some(S::Delivered));
    assert!(events.iter().all(|event| event.leg == Leg::Direct));
}

#[test]
fn a_partial_buy_out_sends_the_rest_back() {
    let records = [
        record(1, 8, 2, BUYER, BUYER),
        record(2, 3, 15, BUYER, SENDER),
        record(3, 8, 4, "101700", SENDER),
        record(4, 2, 2, SENDER, SENDER),
    ];
    assert_eq!(
        statuses(&records),
        [Some(S::ArrivedAtPoint), Some(S::PartlyDelivered), Some(S::Returning), Some(S::Returned),]
    );
    for (count, status) in [(2, S::PartlyDelivered), (3, S::Returning), (4, S::Returned)] {
        let outcome = folded(&records[..count]);
        assert_eq!((outcome.status, outcome.is_partial), (Some(status), true));
        assert_eq!(outcome.attention, None);
    }
}

#[test]
fn order_and_repetition_of_records_do_not_matter() {
    let records = refused_at_the_office();
    let mut shuffled: Vec<HistoryRecord> = records.iter().rev().cloned().collect();
    shuffled.extend(records.clone());
    assert_eq!(track(&shuffled).events, track(&records).events);
}

#[test]
fn a_record_without_a_readable_time_has_no_place() {
    let mut records = refused_at_the_office();
    records[1].operation.date = "вчера".to_owned();
    assert_eq!(track(&records).events.len(), 4);
}
