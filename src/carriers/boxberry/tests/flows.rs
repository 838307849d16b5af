//! The whole way through the real client, against the stand-in.

use std::sync::Arc;

use super::*;
use crate::carriers::conformance::{Setup, kept};
use crate::carriers::model::{
    CodTransfer, EventFlag, Handover, HandoverAsk, HandoverDone, PayMethod,
};
use crate::sandbox::carriers::boxberry as stand_in;
use crate::sandbox::carriers::{BadManner, Misbehaviour, Standing, Step};

struct World {
    standing: Standing,
    carrier: Boxberry,
}

impl World {
    async fn start() -> Self {
        let standing =
            Standing::start(Arc::new(stand_in::BoxberryStandIn::default())).await.unwrap();
        let mut account = stand_in::account(&standing.url());
        account.time_max = Some(Duration::from_secs(1));
        let carrier = Boxberry::new(&account).unwrap();
        Self { standing, carrier }
    }

    fn misbehave(&self, how: Misbehaviour) {
        self.standing.stand_in.manners().misbehave(how);
    }

    fn setup(&self) -> Setup<'_> {
        Setup {
            carrier: &self.carrier,
            standing: &self.standing,
            quote: quote_ask(ask("Q").to, DeliveryMode::Point),
            ask,
            create: "POST /json.php",
            cancel: "method=CancelOrder",
            hand_over: &["method=ParselSend&"],
        }
    }

    async fn created(&self, number: &str) -> ShipmentRef {
        match self.carrier.create(&ask(number)).await.unwrap() {
            Registration::Registered(registered) => registered.reference,
            other => panic!("{other:?}"),
        }
    }

    fn act_ask(shipments: &[&ShipmentRef]) -> HandoverAsk {
        HandoverAsk {
            number: "M000001".to_owned(),
            // Acts of the stand-in have the time of the system.
            day: crate::units::Clock::system().now().moscow_day(),
            from: ask("none").from,
            shipments: shipments.iter().map(|shipment| (*shipment).clone()).collect(),
            reference: None,
        }
    }

    async fn act(&self, shipments: &[&ShipmentRef]) -> HandoverDone {
        match self.carrier.hand_over(&Self::act_ask(shipments)).await.unwrap() {
            Handover::Done(done) => done,
            Handover::Pending { .. } => panic!("Boxberry makes acts at once"),
        }
    }
}

#[tokio::test]
async fn the_whole_way_and_every_manner() {
    let world = World::start().await;
    let setup = world.setup();
    setup.holds().await;
}

#[tokio::test]
async fn prices_come_for_points_towns_and_doors() {
    let world = World::start().await;
    let quote = async |to: Spot, mode| world.carrier.quote(&quote_ask(to, mode)).await.unwrap();
    let point = |code: &str, city: &str| Spot::Point {
        code: code.to_owned(),
        address: Address { city: city.to_owned(), ..Address::default() },
    };
    let certain = quote(point("54001", ""), DeliveryMode::Point).await;
    let total: i64 = certain[0].lines.iter().map(|line| line.price_kopecks.get()).sum();
    assert_eq!(certain[0].price_kopecks.get(), total, "base and services");
    assert_eq!((certain[0].tariff.as_str(), certain[0].days_max), (POINT, Some(8)));
    let any = quote(point("", "новосибирск"), DeliveryMode::Point).await;
    assert_eq!(any[0].price_kopecks, certain[0].price_kopecks);
    assert!(quote(point("", "Урюпинск"), DeliveryMode::Point).await.is_empty());
    assert!(quote(point("77021", ""), DeliveryMode::Point).await.is_empty(), "takes no money");
    let postcode = |postcode: &str| {
        Spot::Door(Address { postcode: postcode.to_owned(), ..Address::default() })
    };
    let door = quote(postcode("630099"), DeliveryMode::Door).await;
    assert!(door[0].price_kopecks > certain[0].price_kopecks);
    assert!(quote(postcode("690001"), DeliveryMode::Door).await.is_empty());
}

#[tokio::test]
async fn a_number_that_is_taken_is_looked_up_and_what_is_silently_changed_is_told() {
    let world = World::start().await;
    let first = world.created("P-1").await;
    assert_eq!(world.created("P-1").await, first);
    assert_eq!(world.standing.stand_in.held().len(), 1);
    let mut cheap = ask("P-2");
    cheap.items.truncate(1);
    cheap.items[0].declared_kopecks = Kopecks::new(100);
    match world.carrier.create(&cheap).await.unwrap() {
        Registration::Registered(one) => assert!(one.warnings[0].text.contains("5 руб")),
        other => panic!("{other:?}"),
    }
    world.misbehave(Misbehaviour::once(BadManner::ClosedPoint).at("00932"));
    let refused = world.carrier.create(&ask("P-3")).await.unwrap_err();
    assert!(refused.said().contains("закрыт"), "{refused}");
    world.misbehave(Misbehaviour::once(BadManner::TariffGone));
    let refused = world.carrier.create(&ask("P-3")).await.unwrap_err();
    assert!(matches!(refused, CarrierError::Refused { .. }), "{refused}");
    let unknown = ShipmentRef { number: "P-9".to_owned(), ..ShipmentRef::default() };
    assert_eq!(world.carrier.find(&unknown).await.unwrap(), None);
}

#[tokio::test]
async fn an_act_names_who_stays_behind_and_is_the_same_when_its_answer_was_lost() {
    let world = World::start().await;
    let (one, two) = (world.created("P-1").await, world.created("P-2").await);
    let unknown = ShipmentRef { number: "P-9".to_owned(), ..ShipmentRef::default() };
    let first = world.act(&[&one, &unknown]).await;
    assert_eq!(first.numbers.len(), 1);
    assert_eq!(first.refused[0].number, "P-9");
    assert!(first.files[0].bytes.starts_with(b"%PDF"));
    // Both together: one is in an act already, which is found in the story of acts.
    let both = world.act(&[&two, &one]).await;
    assert!(both.numbers.contains(&first.numbers[0]) && both.numbers.len() == 2, "{both:?}");
    assert!(both.refused.is_empty());
    // The answer is lost: the same act comes the next time.
    let lost = world.created("P-4").await;
    world.misbehave(Misbehaviour::once(BadManner::CutAfterAccept).at("ParselSend"));
    let cut = world.carrier.hand_over(&World::act_ask(&[&lost])).await.unwrap_err();
    assert!(matches!(cut, CarrierError::Unclear { .. }), "{cut}");
    let repeated = world.act(&[&lost]).await;
    assert_eq!((repeated.numbers.len(), repeated.refused.len()), (1, 0));
    assert_eq!(world.act(&[&lost]).await.numbers, repeated.numbers);
    // One that was deleted may not go and is in no act.
    let three = world.created("P-3").await;
    world.carrier.cancel(&three).await.unwrap();
    let done = world.act(&[&three]).await;
    assert_eq!((done.numbers.len(), done.refused[0].number.as_str()), (0, "P-3"));
    assert!(done.refused[0].reasons[0].text.contains("Не все посылки"));
}

#[tokio::test]
async fn a_parcel_is_followed_there_and_back_and_asked_about_only_when_something_changed() {
    let world = World::start().await;
    let shipment = world.created("P-1").await;
    world.act(&[&shipment]).await;
    let events = async || {
        let tracks = world.carrier.track(std::slice::from_ref(&shipment)).await.unwrap();
        tracks.into_iter().flat_map(|track| track.events).collect::<Vec<_>>()
    };
    for step in [Step::Accept, Step::Transit, Step::Arrive, Step::Return, Step::Returned] {
        world.standing.stand_in.advance("P-1", step).unwrap();
    }
    world.misbehave(Misbehaviour::once(BadManner::UnknownCode));
    let told = events().await;
    let unknown = told.last().unwrap();
    assert_eq!((unknown.meaning, unknown.words.as_str()), (None, "Заказ ожидает особого решения"));
    assert!(told.iter().any(|event| event.code == "190" && event.leg == Leg::Return));
    world.misbehave(Misbehaviour::once(BadManner::DuplicateEvents));
    assert_eq!(events().await.len(), 2 * (told.len() - 1), "told again once, in case it was lost");
    assert!(events().await.is_empty(), "nothing is new");
    let money = world.carrier.ask(std::slice::from_ref(&shipment)).await.unwrap();
    assert_eq!(money.len(), 1, "it was answered");
    assert!(money[0].events.is_empty(), "nothing was handed out");
    let unknown = ShipmentRef { number: "P-9".to_owned(), ..ShipmentRef::default() };
    assert!(world.carrier.track(&[unknown]).await.unwrap().is_empty());
}

#[tokio::test]
async fn what_could_not_be_read_is_told_later_and_hides_no_other() {
    let world = World::start().await;
    let (one, two) = (world.created("P-1").await, world.created("P-2").await);
    world.act(&[&one, &two]).await;
    for step in [Step::Accept, Step::Transit, Step::Arrive, Step::Deliver] {
        world.standing.stand_in.advance("P-1", step).unwrap();
        world.standing.stand_in.advance("P-2", step).unwrap();
    }
    let broken = Misbehaviour::always(BadManner::BrokenBody);
    world.misbehave(broken.at(format!("ListStatusesFull&ImId={}", one.track)));
    // Oftener than news is told.
    for _ in 0..=TOLD_TIMES {
        let tracks = world.carrier.track(&[one.clone(), two.clone()]).await.unwrap();
        let told: Vec<&ShipmentRef> = tracks.iter().map(|track| &track.reference).collect();
        assert_eq!(told, [&two]);
    }
    let alone = world.carrier.track(std::slice::from_ref(&one)).await;
    assert!(matches!(alone, Err(CarrierError::Malformed { .. })), "{alone:?}");
    world.standing.stand_in.manners().behave();
    let tracks = world.carrier.track(&[one, two]).await.unwrap();
    let last = tracks[0].events.last().unwrap();
    assert_eq!(last.meaning.unwrap().status, Some(DeliveryStatus::Delivered));
    assert!(tracks[1].events.is_empty(), "that one was told");
}

#[tokio::test]
async fn a_refusal_to_tell_is_not_that_there_is_no_order() {
    let world = World::start().await;
    let first = world.created("P-1").await;
    world.act(&[&first]).await;
    world.standing.stand_in.advance("P-1", Step::Accept).unwrap();
    let refuse = || world.misbehave(Misbehaviour::once(BadManner::RefuseLater).at("ParcelInfo"));
    refuse();
    let found = world.carrier.find(&first).await;
    assert!(matches!(found, Err(CarrierError::Unavailable { .. })), "{found:?}");
    refuse();
    let again = world.carrier.create(&ask("P-1")).await;
    assert!(matches!(again, Err(CarrierError::Unclear { .. })), "{again:?}");
    refuse();
    world.carrier.cancel(&first).await.unwrap_err();
    assert!(!world.standing.stand_in.held()[0].is_cancelled);
}

#[tokio::test]
async fn what_was_collected_is_told_once_its_services_are_reckoned() {
    let world = World::start().await;
    assert!(world.carrier.money_news().is_none(), "only where the account says so");
    let mut account = stand_in::account(&world.standing.url());
    account.settings["registers_of_services"] = true.into();
    let carrier = Boxberry::new(&account).unwrap();
    let news = carrier.money_news().unwrap();
    let (first, second) = (world.created("P-1").await, world.created("P-2").await);
    world.act(&[&first, &second]).await;
    for step in [Step::Accept, Step::Transit, Step::Arrive, Step::Deliver] {
        world.standing.stand_in.advance("P-1", step).unwrap();
    }
    let tracks = news.ask(&[first.clone(), second]).await.unwrap();
    assert_eq!((tracks.len(), &tracks[0].reference), (2, &first));
    assert!(tracks[1].events.is_empty(), "the other is under way");
    let settled = CodTransfer {
        payment_order: String::new(),
        day: crate::units::Clock::system().now().moscow_day(),
        collected_kopecks: ask("P-1").cod_kopecks(),
        transferred_kopecks: None,
        method: Some(PayMethod::Cash),
    };
    assert_eq!(news.settled(&kept(&tracks)), Some(settled));
    assert_eq!(tracks[0].events[0].raw["services"].as_array().unwrap().len(), 2);
    assert_eq!(tracks[0].events[0].meaning.unwrap().flag, Some(EventFlag::Info));
}

#[tokio::test]
async fn points_are_told_with_their_limits_and_without_the_closed_ones() {
    let world = World::start().await;
    world.misbehave(Misbehaviour::always(BadManner::ClosedPoint).at("99451"));
    let page = Points::points(&world.carrier, None).await.unwrap();
    assert_eq!((page.points.len(), page.next), (11, None));
    let point = |code: &str| page.points.iter().find(|point| point.code == code).unwrap();
    assert_eq!(point("77021").limits.cod_max_kopecks, Some(Kopecks::ZERO));
    assert_eq!((point("77021").cash, point("77021").card), (Answers::No, Answers::No));
    assert_eq!(point("78102").kind, PointKind::Locker);
    assert_eq!(point("78102").limits.weight_max_g, Some(Grams::new(5_000)));
}

#[tokio::test]
async fn a_courier_is_called_once_and_its_call_is_not_taken_back() {
    let world = World::start().await;
    let called = Pickup::Called { reference: "995727".to_owned(), warnings: Vec::new() };
    assert_eq!(world.carrier.pick_up(&pickup()).await.unwrap(), called);
    assert!(world.carrier.taking_back().is_none());
    world.setup().one_courier(&pickup(), "json.php").await;
}

#[tokio::test]
async fn the_token_is_in_no_error() {
    let world = World::start().await;
    let mut said = Vec::new();
    world.misbehave(Misbehaviour::once(BadManner::BrokenBody));
    said.push(world.carrier.create(&ask("P-1")).await.unwrap_err().to_string());
    world.misbehave(Misbehaviour::once(BadManner::CutAfterAccept));
    said.push(Points::points(&world.carrier, None).await.unwrap_err().to_string());
    world.misbehave(Misbehaviour::once(BadManner::KeysEnded));
    said.push(Points::points(&world.carrier, None).await.unwrap_err().to_string());
    for said in said {
        assert!(!said.contains(stand_in::TOKEN), "{said}");
    }
}
