//! The whole way through the real client, against the stand-in.

use std::sync::Arc;

use super::*;
use crate::carriers::conformance::{Setup, kept};
use crate::carriers::model::{CodTransfer, PayMethod};
use crate::sandbox::carriers::dpd as stand_in;
use crate::sandbox::carriers::{BadManner, Misbehaviour, StandIn, Standing, Step};
use crate::units::Clock;

struct World {
    standing: Standing,
    dpd: Arc<stand_in::DpdStandIn>,
    carrier: Dpd,
    clock: Clock,
}

impl World {
    async fn start(queue: &str) -> Self {
        let clock = Clock::fixed("2026-11-22T12:00:00Z".parse().unwrap());
        let dpd = Arc::new(stand_in::DpdStandIn::with_clock(clock.clone()));
        let standing = Standing::start(Arc::clone(&dpd) as Arc<dyn StandIn>).await.unwrap();
        let mut account = stand_in::account(&standing.url());
        account.time_max = Some(Duration::from_secs(1));
        account.settings["queue"] = queue.into();
        let carrier = Dpd::new(&account).unwrap();
        Self { standing, dpd, carrier, clock }
    }

    fn misbehave(&self, how: Misbehaviour) {
        self.dpd.manners().misbehave(how);
    }

    fn setup(&self) -> Setup<'_> {
        Setup {
            carrier: &self.carrier,
            standing: &self.standing,
            quote: quote_ask(ask("Q").to, DeliveryMode::Point),
            ask,
            create: "order2",
            cancel: "order2",
            hand_over: &[],
        }
    }

    async fn created(&self, ask: &ShipmentAsk) -> ShipmentRef {
        match self.carrier.create(ask).await.unwrap() {
            Registration::Registered(registered) => registered.reference,
            other => panic!("{other:?}"),
        }
    }

    async fn handed_over(&self, shipments: &[&ShipmentRef]) -> HandoverDone {
        let ask = HandoverAsk {
            number: "M000001".to_owned(),
            day: ask("none").day,
            from: ask("none").from,
            shipments: shipments.iter().map(|shipment| (*shipment).clone()).collect(),
            reference: None,
        };
        match self.carrier.hand_over(&ask).await.unwrap() {
            Handover::Done(done) => done,
            Handover::Pending { .. } => panic!("registers are read at once"),
        }
    }
}

#[tokio::test]
async fn the_whole_way_and_every_manner() {
    // Only states tell whoever asks that a parcel was handed out.
    let world = World::start("states").await;
    let setup = world.setup();
    setup.holds().await;
}

#[tokio::test]
async fn prices_come_for_points_and_doors_and_not_for_where_nobody_goes() {
    let world = World::start("events").await;
    let quote = async |to: Spot, mode| world.carrier.quote(&quote_ask(to, mode)).await;
    let to = |postcode: &str, city: &str, kladr: &str| {
        Spot::Door(Address {
            postcode: postcode.to_owned(),
            city: city.to_owned(),
            kladr: kladr.to_owned(),
            ..Address::default()
        })
    };
    let point = quote(ask("Q").to, DeliveryMode::Point).await.unwrap();
    let door = quote(to("196135", "", ""), DeliveryMode::Door).await.unwrap();
    assert_eq!((point.len(), door.len()), (4, 4));
    assert!(door[0].price_kopecks > point[0].price_kopecks);
    assert!(quote(to("690001", "", ""), DeliveryMode::Door).await.unwrap().is_empty());
    let ambiguous = quote(to("", "Кировск", ""), DeliveryMode::Door).await.unwrap_err();
    assert!(matches!(ambiguous, CarrierError::Refused { .. }), "{ambiguous}");
    let in_region = quote(to("", "Кировск", "4700000000000"), DeliveryMode::Door).await.unwrap();
    assert_eq!(in_region.len(), 4);
}

#[tokio::test]
async fn an_order_that_people_finish_is_asked_about_and_never_sent_again() {
    let world = World::start("events").await;
    let odd = door("P-1", "ул. Неизвестная, д. 5");
    let pending = match world.carrier.create(&odd).await.unwrap() {
        Registration::Pending(reference) => reference,
        other => panic!("{other:?}"),
    };
    // Sent again by mistake, it is the same one.
    assert_eq!(world.carrier.create(&odd).await.unwrap(), Registration::Pending(pending.clone()));
    match world.carrier.find(&pending).await.unwrap().unwrap() {
        Registration::Registered(registered) => {
            assert!(registered.reference.track.starts_with("RU"));
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(world.dpd.held().len(), 1);
    let unknown = ShipmentRef { number: "P-9".to_owned(), ..ShipmentRef::default() };
    assert_eq!(world.carrier.find(&unknown).await.unwrap(), None);
    world.carrier.cancel(&unknown).await.unwrap();
}

#[tokio::test]
async fn refusals_come_in_the_carriers_words() {
    let world = World::start("events").await;
    let words = async |ask: &ShipmentAsk| match world.carrier.create(ask).await.unwrap() {
        Registration::Refused(reasons) => reasons[0].text.clone(),
        other => panic!("{other:?}"),
    };
    world.misbehave(Misbehaviour::once(BadManner::TariffGone));
    assert!(words(&ask("P-1")).await.contains("Услуга недоступна"));
    world.misbehave(Misbehaviour::once(BadManner::ClosedPoint).at("001G"));
    assert!(words(&ask("P-1")).await.contains("закрыт"));
    // Whatever is not found: the order was not made.
    let mut nowhere = ask("P-1");
    nowhere.to = Spot::Point { code: "999Z".to_owned(), address: Address::default() };
    assert!(words(&nowhere).await.contains("не найден"));
    let mut dear = ask("P-1");
    dear.to = Spot::Point { code: "117B".to_owned(), address: Address::default() };
    assert!(words(&dear).await.contains("наложенного платежа"));
    assert!(world.dpd.held().is_empty());
    // A fault with an explanation is a refusal although HTTP says 500.
    world.misbehave(Misbehaviour::once(BadManner::KeysEnded));
    let ended = Points::points(&world.carrier, None).await.unwrap_err();
    assert!(matches!(ended, CarrierError::Credentials { .. }), "{ended}");
    assert!(!ended.to_string().contains(stand_in::CLIENT_KEY));
}

#[tokio::test]
async fn a_request_that_the_schema_forbids_is_refused_and_nothing_happened() {
    let world = World::start("events").await;
    let wrong = CancelsOut { cancel: Vec::new() };
    let said: Result<ReturnsIn<OrderIn>, _> =
        world.carrier.client.ask(client::CREATE, &wrong).await;
    let error = said.unwrap_err();
    assert!(matches!(error, CarrierError::Refused { .. }), "{error}");
    assert!(error.said().contains("S:Client"), "{error}");
}

#[tokio::test]
async fn a_shipment_that_is_on_its_way_is_cancelled_by_phone_only() {
    let world = World::start("events").await;
    let shipment = world.created(&ask("P-1")).await;
    world.dpd.advance("P-1", Step::Accept).unwrap();
    let refused = world.carrier.cancel(&shipment).await.unwrap_err();
    assert!(refused.said().contains("CallDPD"), "{refused}");
}

#[tokio::test]
async fn the_register_of_a_day_names_who_stays_behind() {
    let world = World::start("events").await;
    let (one, two) = (world.created(&ask("P-1")).await, world.created(&ask("P-2")).await);
    world.carrier.cancel(&two).await.unwrap();
    let unknown = ShipmentRef { number: "P-9".to_owned(), ..ShipmentRef::default() };
    let done = world.handed_over(&[&one, &two, &unknown]).await;
    assert_eq!(done.numbers, ["2026-11-23"]);
    let refused: Vec<(&str, &str)> = done
        .refused
        .iter()
        .map(|parcel| (parcel.number.as_str(), parcel.reasons[0].code.as_str()))
        .collect();
    assert_eq!(refused, [("P-2", "OrderCancelled"), ("P-9", "OrderError")]);
    assert_eq!(
        (done.files[0].media, done.files[0].name.as_str()),
        (FileMedia::Xls, "dpd-register-2026-11-23.xls")
    );
    assert_eq!(world.handed_over(&[&one]).await.files, done.files, "the same register again");
    let none = world.handed_over(&[&unknown]).await;
    assert!(none.numbers.is_empty() && none.files.is_empty());
}

#[tokio::test]
async fn labels_come_as_files_and_unknown_orders_are_named() {
    let world = World::start("events").await;
    let shipment = world.created(&ask("P-1")).await;
    let label = async |shipment: &ShipmentRef| {
        let ask = LabelAsk { shipment: shipment.clone(), reference: None };
        world.carrier.label(&ask).await
    };
    match label(&shipment).await.unwrap() {
        LabelState::Ready(file) => assert!(file.bytes.starts_with(b"%PDF")),
        LabelState::Pending { .. } => panic!("labels come at once"),
    }
    let unknown = ShipmentRef { track: "RU000000001".to_owned(), ..shipment };
    let refused = label(&unknown).await.unwrap_err();
    assert!(refused.said().contains("не найден"), "{refused}");
}

#[tokio::test]
async fn both_queues_tell_everything_once_and_are_left_alone_after_that() {
    for (queue, expected) in [
        ("states", vec!["NewOrderByClient", "OnTerminalPickup", "OnRoad", "NewOrderByDPD"]),
        ("events", vec!["1401", "1601", "2101", "2404"]),
    ] {
        let world = World::start(queue).await;
        world.dpd.keep_the_pause();
        world.created(&ask("P-1")).await;
        for step in [Step::Accept, Step::Transit, Step::Return] {
            world.dpd.advance("P-1", step).unwrap();
        }
        let batch = world.carrier.next().await.unwrap().unwrap();
        let codes: Vec<&str> =
            batch.tracks[0].events.iter().map(|event| event.code.as_str()).collect();
        assert_eq!(codes, expected);
        assert!(batch.is_last);
        assert_eq!(batch.tracks[0].reference.number, "P-1");
        assert!(world.carrier.next().await.is_err(), "too early");
        world.clock.advance_seconds(300);
        // What was not confirmed comes again.
        let again = world.carrier.next().await.unwrap().unwrap();
        assert_eq!(again.tracks, batch.tracks);
        world.carrier.confirm(&again.id).await.unwrap();
        assert!(world.carrier.confirm("1").await.is_err());
        world.clock.advance_seconds(300);
        assert_eq!(world.carrier.next().await.unwrap(), None);
        world.dpd.advance("P-1", Step::Returned).unwrap();
        world.clock.advance_seconds(300);
        let last = world.carrier.next().await.unwrap().unwrap();
        let event = &last.tracks[0].events[0];
        let status = event.meaning.unwrap().status;
        assert_eq!((event.leg, status), (Leg::Return, Some(DeliveryStatus::Returned)));
    }
}

#[tokio::test]
async fn the_queue_tells_what_was_collected_and_with_which_payment_it_comes() {
    let world = World::start("events").await;
    world.created(&ask("P-1")).await;
    for step in [Step::Accept, Step::Transit, Step::Arrive, Step::Deliver] {
        world.dpd.advance("P-1", step).unwrap();
    }
    let news = world.carrier.money_news().unwrap();
    let mut told = Vec::new();
    for is_paid in [false, true] {
        let batch = world.carrier.next().await.unwrap().unwrap();
        told.extend(kept(&batch.tracks));
        world.carrier.confirm(&batch.id).await.unwrap();
        assert_eq!(news.settled(&told).is_some(), is_paid);
        world.clock.advance_seconds(3 * 24 * 3600);
    }
    let settled = CodTransfer {
        payment_order: "1125".to_owned(),
        day: "2026-11-25".parse().unwrap(),
        collected_kopecks: ask("P-1").cod_kopecks(),
        transferred_kopecks: None,
        method: Some(PayMethod::Cash),
    };
    assert_eq!(news.settled(&told), Some(settled));
    assert!(World::start("states").await.carrier.money_news().is_none(), "states tell no money");
}

#[tokio::test]
async fn where_events_are_told_they_alone_say_how_a_parcel_was_handed_out() {
    let world = World::start("events").await;
    let shipment = world.created(&ask("P-1")).await;
    let shipment = ShipmentRef { goal: Some(Goal::Point("001G".to_owned())), ..shipment };
    for step in [Step::Accept, Step::Transit, Step::Arrive, Step::Deliver] {
        world.dpd.advance("P-1", step).unwrap();
    }
    let asked = world.carrier.track(std::slice::from_ref(&shipment)).await.unwrap();
    let codes: Vec<&str> = asked[0].events.iter().map(|event| event.code.as_str()).collect();
    let expected = [
        "NewOrderByClient",
        "OnTerminalPickup",
        "OnRoad",
        "OnTerminalDelivery.point",
        "Delivered.by_events",
    ];
    assert_eq!(codes, expected);
    let batch = world.carrier.next().await.unwrap().unwrap();
    let status = |tracks: &[Track], code: &str| {
        let event = tracks[0].events.iter().find(|event| event.code == code).unwrap();
        event.meaning.unwrap().status
    };
    assert_eq!(status(&asked, "Delivered.by_events"), None);
    assert_eq!(status(&batch.tracks, "3305"), Some(DeliveryStatus::Delivered));
}

#[tokio::test]
async fn one_shipment_that_cannot_be_read_hides_no_other() {
    let world = World::start("states").await;
    let (one, two) = (world.created(&ask("P-1")).await, world.created(&ask("P-2")).await);
    // The question for the first one.
    world.misbehave(Misbehaviour::once(BadManner::BrokenBody).at("tracing"));
    let tracks = world.carrier.track(&[one.clone(), two.clone()]).await.unwrap();
    assert_eq!((tracks.len(), &tracks[0].reference), (1, &two));
    world.misbehave(Misbehaviour::once(BadManner::BrokenBody).at("tracing"));
    assert!(world.carrier.track(&[one]).await.is_err(), "there is nobody else to tell of");
}

#[tokio::test]
async fn shipments_are_tracked_by_both_numbers_and_unknown_codes_move_nothing() {
    let world = World::start("states").await;
    let shipment = world.created(&ask("P-1")).await;
    world.dpd.advance("P-1", Step::Accept).unwrap();
    let by_own = ShipmentRef { track: String::new(), ..shipment.clone() };
    let unknown = ShipmentRef { number: "P-9".to_owned(), ..ShipmentRef::default() };
    let asked = [shipment.clone(), by_own, unknown];
    let tracks = world.carrier.track(&asked).await.unwrap();
    assert_eq!(tracks.len(), 2);
    assert_eq!(tracks[0].events, tracks[1].events);
    world.misbehave(Misbehaviour::once(BadManner::UnknownCode));
    world.misbehave(Misbehaviour::once(BadManner::DuplicateEvents));
    world.misbehave(Misbehaviour::once(BadManner::DisorderedEvents));
    let tracks = world.carrier.track(std::slice::from_ref(&shipment)).await.unwrap();
    let codes: Vec<&str> = tracks[0].events.iter().map(|event| event.code.as_str()).collect();
    let expected = [
        "SomethingNew",
        "SomethingNew",
        "OnTerminalPickup",
        "OnTerminalPickup",
        "NewOrderByClient",
        "NewOrderByClient",
    ];
    assert_eq!(codes, expected);
    assert_eq!(tracks[0].events[0].meaning, None);
}

#[tokio::test]
async fn points_come_in_two_parts_without_the_closed_ones() {
    let world = World::start("states").await;
    world.misbehave(Misbehaviour::always(BadManner::ClosedPoint).at("020M"));
    let first = Points::points(&world.carrier, None).await.unwrap();
    assert_eq!(first.points.len(), 7);
    let second = Points::points(&world.carrier, first.next.as_deref()).await.unwrap();
    assert_eq!((second.points.len(), second.next.as_deref()), (4, None));
    let all: Vec<_> = first.points.iter().chain(&second.points).collect();
    let point = |code: &str| all.iter().find(|point| point.code == code).unwrap();
    assert_eq!(point("117B").limits.cod_max_kopecks, Some(Kopecks::ZERO));
    assert_eq!(point("117B").cash, Answers::No);
    assert_eq!(point("502P").kind, PointKind::Locker);
    assert_eq!(point("502P").limits.weight_max_g, Some(Grams::new(5_000)));
    assert_eq!(point("LED").kind, PointKind::Terminal);
    assert_eq!(
        (point("LED").partial_buy_out, point("LED").limits.weight_max_g),
        (Answers::Yes, None)
    );
}
