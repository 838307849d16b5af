//! From the price to the buyer, and everything that goes wrong on the way.

use super::super::blanks::Posted;
use super::*;
use crate::carriers::conformance::{Setup, kept};
use crate::carriers::model::{
    DeliveryStatus, EventFlag, Handover, HandoverAsk, HandoverDone, LabelAsk, LabelState, Leg,
    PointKind, Registration, ShipmentRef, TrackEvent,
};
use crate::carriers::{
    Carrier, CarrierError, Handovers, Labels, Points, Quoting, Shipping, TicketTracking, Tracking,
    registry,
};
use crate::sandbox::carriers::{BadManner, Misbehaviour, Step};

fn setup<'a>(carrier: &'a Post, standing: &'a Standing) -> Setup<'a> {
    Setup {
        carrier,
        standing,
        quote: quote(DeliveryMode::Point, Spot::Door(novosibirsk())),
        ask: parcel,
        create: "/2.0/user/backlog",
        cancel: "DELETE /1.0/backlog",
        hand_over: &["/1.0/user/shipment", "/checkin"],
    }
}

#[tokio::test]
async fn it_does_what_every_carrier_must() {
    let standing = standing().await;
    setup(&impatient(&standing), &standing).holds().await;
}

async fn created(post: &Post, ask: &ShipmentAsk) -> ShipmentRef {
    match post.create(ask).await.unwrap() {
        Registration::Registered(registered) => registered.reference,
        other => panic!("{other:?}"),
    }
}

fn act(shipments: &[ShipmentRef]) -> HandoverAsk {
    HandoverAsk {
        number: "M000001".to_owned(),
        day: day(),
        from: Spot::Door(Address::default()),
        shipments: shipments.to_vec(),
        reference: None,
    }
}

async fn handed_over(post: &Post, shipments: &[ShipmentRef]) -> HandoverDone {
    match post.hand_over(&act(shipments)).await.unwrap() {
        Handover::Done(done) => done,
        other @ Handover::Pending { .. } => panic!("{other:?}"),
    }
}

async fn events(post: &Post, shipment: &ShipmentRef) -> Vec<TrackEvent> {
    let tracks = post.track(std::slice::from_ref(shipment)).await.unwrap();
    tracks.into_iter().flat_map(|track| track.events).collect()
}

fn last_status(events: &[TrackEvent]) -> Option<DeliveryStatus> {
    events.iter().rev().find_map(|event| event.meaning?.status)
}

#[tokio::test]
async fn every_kind_of_mail_that_goes_there_is_offered_with_vat() {
    let standing = standing().await;
    let post = connected(&standing);
    let tariffs = async |ask: QuoteAsk| {
        let quotes = post.quote(&ask).await.unwrap();
        quotes
            .into_iter()
            .map(|quote| (quote.tariff, quote.price_kopecks.get()))
            .collect::<Vec<_>>()
    };
    let door = tariffs(quote(DeliveryMode::Door, Spot::Door(novosibirsk()))).await;
    // 32 000 + 3 × 2 200 + 5 × 3 100 + 345 000 / 200 = 55 825, and 22 % VAT.
    assert_eq!(door[0], ("ONLINE_COURIER".to_owned(), 68_107));
    assert_eq!(door.len(), 2, "{door:?}");
    let locker = Spot::Point { code: "910001".to_owned(), address: Address::default() };
    let locker = tariffs(quote(DeliveryMode::Locker, locker)).await;
    assert_eq!(
        locker.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(),
        ["ONLINE_PARCEL", "ECOM"]
    );
    let mut heavy = quote(DeliveryMode::Door, Spot::Door(novosibirsk()));
    heavy.package.weight_g = Grams::new(25_000);
    let heavy = tariffs(heavy).await;
    assert_eq!(heavy.len(), 1, "only EMS takes 25 kg: {heavy:?}");
    let mut dear = quote(DeliveryMode::Door, Spot::Door(novosibirsk()));
    dear.cod_kopecks = Kopecks::new(445_000);
    // Insured for what is collected.
    assert_eq!(tariffs(dear).await[0], ("ONLINE_COURIER".to_owned(), 68_717));
}

#[tokio::test]
async fn a_delivery_that_is_paid_on_receipt_is_insured_with_the_goods() {
    let standing = standing().await;
    let post = connected(&standing);
    let mut ask = parcel("P-1");
    ask.delivery_fee_kopecks = Kopecks::new(200_000);
    let (cod, declared) = (ask.cod_kopecks(), ask.declared_kopecks());
    assert!(cod > declared);
    let reference = created(&post, &ask).await;
    assert_eq!(standing.stand_in.held()[0].cod_kopecks, cod.get());
    let (barcode, settings) = (reference.track, serde_json::Value::Null);
    let inventory = Posted { barcode, ask, settings, point: None }.inventory();
    assert_eq!(inventory.declared_kopecks, cod);
    let last = inventory.lines.last().unwrap();
    assert_eq!((last.name.as_str(), last.quantity), ("Доставка", 1));
    assert_eq!(last.price_kopecks.get(), cod.get() - declared.get());
}

#[tokio::test]
async fn a_tariff_that_is_gone_is_not_offered_and_not_taken() {
    let standing = standing().await;
    let post = connected(&standing);
    standing.stand_in.manners().misbehave(Misbehaviour::always(BadManner::TariffGone));
    let ask = quote(DeliveryMode::Door, Spot::Door(novosibirsk()));
    assert_eq!(post.quote(&ask).await.unwrap(), []);
    match post.create(&parcel("P-1")).await.unwrap() {
        Registration::Refused(reasons) => assert_eq!(reasons[0].code, "RESTRICTED_MAIL_CATEGORY"),
        other => panic!("{other:?}"),
    }
    assert!(standing.stand_in.held().is_empty());
}

#[tokio::test]
async fn without_keys_only_public_prices_are_told() {
    let standing = standing().await;
    let mut account = account(&standing.url());
    account.credentials = serde_json::Value::Null;
    let carrier = registry::connect("post", &account).unwrap();
    let quotes = carrier.quoting().unwrap();
    let quotes = quotes.quote(&quote(DeliveryMode::Door, Spot::Door(novosibirsk()))).await.unwrap();
    assert_eq!(quotes[0].price_kopecks.get(), 2 * 55_825 + 2 * 12_282);
    assert_eq!((quotes[0].days_min, quotes[0].days_max), (Some(2), Some(5)));
    assert!(carrier.shipping().is_none() && carrier.labels().is_none());
    assert!(carrier.handovers().is_none() && carrier.points().is_none());
    assert!(carrier.tracking().is_none() && carrier.ticket_tracking().is_none());
}

#[tokio::test]
async fn kinds_of_mail_get_batches_of_their_own_and_one_list_each() {
    let standing = standing().await;
    let post = connected(&standing);
    let courier = ShipmentAsk { tariff: "ONLINE_COURIER".to_owned(), ..parcel("P-3") };
    let shipments = [
        created(&post, &parcel("P-1")).await,
        created(&post, &to_point("P-2", "910001")).await,
        created(&post, &courier).await,
        created(&post, &parcel("P-4")).await,
    ];
    let first = handed_over(&post, &shipments).await;
    assert_eq!(first.numbers, ["24", "25", "26"]);
    let names: Vec<&str> = first.files.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(names[..2], ["f103-24.pdf", "forms-24.zip"]);
    assert_eq!(names.len(), 6);
    assert!(first.files.iter().step_by(2).all(|file| file.bytes.starts_with(b"%PDF")));
    assert!(standing.stand_in.held().iter().all(|held| held.is_handed_over));
    let again = handed_over(&post, &shipments).await;
    assert_eq!(again, first, "the same act");
    let refused = post.cancel(&shipments[0]).await;
    assert!(matches!(refused, Err(CarrierError::Refused { .. })), "too late: {refused:?}");
}

#[tokio::test]
async fn an_act_whose_answers_were_lost_is_found_again() {
    let standing = standing().await;
    let post = connected(&standing);
    let shipments =
        [created(&post, &parcel("P-1")).await, created(&post, &to_point("P-2", "910001")).await];
    for path in ["/1.0/user/shipment", "/24/checkin", "/25/f103pdf"] {
        let how = Misbehaviour::once(BadManner::CutAfterAccept).at(path);
        standing.stand_in.manners().misbehave(how);
        let lost = post.hand_over(&act(&shipments)).await;
        assert!(lost.is_err_and(|error| error.may_pass()), "{path}");
    }
    let unknown = ShipmentRef { number: "P-9".to_owned(), ..ShipmentRef::default() };
    let all = [&shipments[..], &[unknown]].concat();
    let done = handed_over(&post, &all).await;
    assert_eq!(done.numbers, ["24", "25"], "no third batch");
    assert_eq!(done.refused.len(), 1);
    assert_eq!(done.refused[0].number, "P-9");
    assert_eq!(done.refused[0].reasons[0].code, "NOT_FOUND");
}

#[tokio::test]
async fn labels_are_there_before_and_after_the_batch() {
    let standing = standing().await;
    let post = connected(&standing);
    let courier = ShipmentAsk { tariff: "ONLINE_COURIER".to_owned(), ..parcel("P-2") };
    for ask in [parcel("P-1"), courier] {
        let shipment = created(&post, &ask).await;
        for _ in ["backlog", "batch"] {
            let label = LabelAsk { shipment: shipment.clone(), reference: None };
            match post.label(&label).await.unwrap() {
                LabelState::Ready(file) => {
                    let text = String::from_utf8_lossy(&file.bytes).into_owned();
                    assert!(text.contains(&shipment.track), "{text}");
                    assert!(text.contains("[0 0 283 425]"), "A6 for the thermal printer");
                }
                LabelState::Pending { .. } => panic!("the Post draws at once"),
            }
            handed_over(&post, std::slice::from_ref(&shipment)).await;
        }
    }
    let nobody = ShipmentRef { number: "P-9".to_owned(), ..ShipmentRef::default() };
    let unknown = post.label(&LabelAsk { shipment: nobody, reference: None }).await;
    assert!(matches!(unknown, Err(CarrierError::Unknown { .. })), "{unknown:?}");
}

#[tokio::test]
async fn what_the_cleaning_does_not_recognise_is_not_sent() {
    let standing = standing().await;
    let post = connected(&standing);
    let with_line = |line: &str, city: &str| {
        let address = Address { line: line.to_owned(), city: city.to_owned(), ..novosibirsk() };
        let address = Address { region: String::new(), ..address };
        ShipmentAsk { to: Spot::Door(address), ..parcel("P-1") }
    };
    let with_phone = |phone: &str| {
        let mut ask = parcel("P-1");
        ask.recipient.phone = phone.to_owned();
        ask
    };
    let with_name = |name: &str| {
        let mut ask = parcel("P-1");
        ask.recipient.name = name.to_owned();
        ask
    };
    for (ask, wanted_field) in [
        (with_line("ул Советская", "Новосибирск"), "to.line"),
        (with_line("ул Советская, 33", "Урюпинск"), "to.line"),
        (with_phone("+74951234567"), "recipient.phone"),
        (with_phone("нет"), "recipient.phone"),
        (with_name("Ромашка"), "recipient.name"),
        (to_point("P-1", "12"), "to.code"),
        (ShipmentAsk { tariff: "EMS".to_owned(), ..to_point("P-1", "910001") }, "tariff"),
        (ShipmentAsk { tariff: "ECOM".to_owned(), ..parcel("P-1") }, "to"),
        (ShipmentAsk { buy_out: BuyOut::Partial, ..parcel("P-1") }, "buy_out"),
        (ShipmentAsk { tariff: "BOXBERRY".to_owned(), ..parcel("P-1") }, "tariff"),
    ] {
        match post.create(&ask).await {
            Err(CarrierError::NotSayable { field, .. }) => assert_eq!(field, wanted_field),
            other => panic!("{wanted_field}: {other:?}"),
        }
    }
    let unknown = post.create(&to_point("P-1", "999999")).await;
    assert!(matches!(unknown, Err(CarrierError::Refused { .. })), "{unknown:?}");
    assert!(standing.stand_in.held().is_empty(), "nothing was sent");
    created(&post, &with_phone("моб. 8 (900) 123-45-67")).await;
}

#[tokio::test]
async fn an_index_that_the_cleaning_corrects_is_told() {
    let standing = standing().await;
    let post = connected(&standing);
    let address = Address { postcode: "630005".to_owned(), ..novosibirsk() };
    let ask = ShipmentAsk { to: Spot::Door(address), ..parcel("P-1") };
    match post.create(&ask).await.unwrap() {
        Registration::Registered(registered) => {
            assert_eq!(registered.warnings[0].text, "Индекс 630005 исправлен на 630099");
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_wrong_kind_of_balance_refuses_the_act_in_words_and_nothing_is_handed_over() {
    let standing = standing().await;
    let mut online = account(&standing.url());
    online.settings["balance"] = "online".into();
    let online = Post::connect(&online).unwrap();
    let shipment = created(&online, &parcel("P-1")).await;
    let refused = online.hand_over(&act(std::slice::from_ref(&shipment))).await.unwrap_err();
    assert!(refused.said().contains("available 0"), "{refused}");
    assert!(refused.nothing_happened() && !standing.stand_in.held()[0].is_handed_over);
    let done = handed_over(&connected(&standing), &[shipment]).await;
    assert_eq!(done.numbers, ["24"]);
}

#[tokio::test]
async fn a_closed_office_refuses_in_words_and_a_locker_without_a_till_takes_no_money() {
    let standing = standing().await;
    let post = connected(&standing);
    standing.stand_in.manners().misbehave(Misbehaviour::once(BadManner::ClosedPoint));
    match post.create(&to_point("P-1", "101000")).await {
        Err(CarrierError::Refused { reasons, .. }) => {
            assert_eq!(reasons[0].text, "Отделение 101000 закрыто на ремонт");
        }
        other => panic!("{other:?}"),
    }
    match post.create(&to_point("P-1", "910002")).await.unwrap() {
        Registration::Refused(reasons) => {
            assert_eq!(reasons[0].text, "Пункт не принимает оплату");
        }
        other => panic!("{other:?}"),
    }
    assert!(standing.stand_in.held().is_empty());
    created(&post, &to_point("P-1", "101000")).await;
}

#[tokio::test]
async fn a_shipment_is_found_in_the_backlog_and_in_its_batch() {
    let standing = standing().await;
    let post = connected(&standing);
    let reference = created(&post, &parcel("P-1")).await;
    created(&post, &parcel("P-10")).await;
    assert!(crate::barcodes::PostalNumber::parse(&reference.track).is_ok(), "{reference:?}");
    let ours = ShipmentRef { number: "P-1".to_owned(), ..ShipmentRef::default() };
    for _ in ["backlog", "batch"] {
        match post.find(&ours).await.unwrap() {
            Some(Registration::Registered(found)) => {
                assert_eq!(
                    (&found.reference.id, &found.reference.track),
                    (&reference.id, &reference.track)
                );
                assert!(found.price_kopecks.is_some_and(Kopecks::is_positive));
            }
            other => panic!("{other:?}"),
        }
        handed_over(&post, std::slice::from_ref(&reference)).await;
    }
    let unknown = ShipmentRef { number: "P-2".to_owned(), ..ShipmentRef::default() };
    assert_eq!(post.find(&unknown).await.unwrap(), None);
}

#[tokio::test]
async fn a_return_is_told_by_its_leg() {
    let standing = standing().await;
    let post = connected(&standing);
    let shipment = created(&post, &parcel("P-1")).await;
    handed_over(&post, std::slice::from_ref(&shipment)).await;
    for step in [Step::Accept, Step::Transit, Step::Arrive, Step::FailAttempt] {
        standing.stand_in.advance("P-1", step).unwrap();
    }
    let before = events(&post, &shipment).await;
    assert_eq!(before.last().unwrap().meaning.unwrap().flag, Some(EventFlag::Problem));
    standing.stand_in.advance("P-1", Step::Return).unwrap();
    let returning = events(&post, &shipment).await;
    assert_eq!(last_status(&returning), Some(DeliveryStatus::Returning));
    standing.stand_in.advance("P-1", Step::Returned).unwrap();
    let returned = events(&post, &shipment).await;
    assert_eq!(last_status(&returned), Some(DeliveryStatus::Returned));
    assert_eq!(returned.last().unwrap().leg, Leg::Return);
}

#[tokio::test]
async fn money_that_was_collected_is_told_with_the_history() {
    let standing = standing().await;
    let post = connected(&standing);
    let shipment = created(&post, &parcel("P-1")).await;
    handed_over(&post, std::slice::from_ref(&shipment)).await;
    for step in Step::WAY {
        standing.stand_in.advance("P-1", step).unwrap();
    }
    let events = events(&post, &shipment).await;
    let money: Vec<&TrackEvent> =
        events.iter().filter(|event| event.code.starts_with("cod.")).collect();
    assert_eq!(
        money.iter().map(|event| event.code.as_str()).collect::<Vec<_>>(),
        ["cod.1", "cod.3"]
    );
    assert_eq!(money[0].raw["SumPaymentForward"], 230_000);
    assert_eq!(money[0].raw["Number"], "96598");
    assert_eq!(last_status(&events), Some(DeliveryStatus::Delivered));

    let manners = standing.stand_in.manners();
    let how = Misbehaviour::always(BadManner::ServerError).at("PostalOrderEventsForMail");
    manners.misbehave(how);
    let without = self::events(&post, &shipment).await;
    assert_eq!(last_status(&without), Some(DeliveryStatus::Delivered), "the history is not lost");
    assert!(without.iter().all(|event| !event.code.starts_with("cod.")));
    manners.behave();

    let news = post.money_news().unwrap();
    let mut usual = account(&standing.url());
    usual.settings.as_object_mut().unwrap().remove("tracking_per_day");
    let usual = Post::connect(&usual).unwrap();
    let singles_a_day = TicketTracking::singles_max(&usual) * 4;
    let asked_a_day = singles_a_day + usual.money_news().unwrap().count_max();
    assert!((90..=100).contains(&asked_a_day), "both are of one day's questions: {asked_a_day}");
    let alone = news.ask(std::slice::from_ref(&shipment)).await.unwrap();
    let alike: Vec<&TrackEvent> = alone[0].events.iter().collect();
    assert_eq!(alike, money, "told with the history or alone, it is the same");
    let told = kept(&news.ask(std::slice::from_ref(&shipment)).await.unwrap());
    assert_eq!(told.len(), 2);
    assert_eq!(news.settled(&told[..1]), None, "it is on its way");
    let settled = news.settled(&told).unwrap();
    assert_eq!(settled.collected_kopecks, Kopecks::new(230_000));
    assert_eq!(settled.transferred_kopecks, Some(Kopecks::new(230_000)));
    assert_eq!(settled.day, told[1].at.moscow_day());
    let twice = [told.clone(), told.clone()].concat();
    assert_eq!(news.settled(&twice), Some(settled), "kept twice it is paid once");
}

#[tokio::test]
async fn a_ticket_tells_the_same_as_single_questions() {
    let standing = standing().await;
    let post = connected(&standing);
    let shipments = [created(&post, &parcel("P-1")).await, created(&post, &parcel("P-2")).await];
    handed_over(&post, &shipments).await;
    for step in [Step::Accept, Step::Transit, Step::Arrive] {
        standing.stand_in.advance("P-1", step).unwrap();
    }
    let nobody = ShipmentRef { track: "80093026999996".to_owned(), ..ShipmentRef::default() };
    let asked = [&shipments[..], &[nobody]].concat();
    let ticket = post.ask(&asked).await.unwrap();
    assert_eq!(post.collect(&ticket, &asked).await.unwrap(), None, "not ready yet");
    let tracks = post.collect(&ticket, &asked).await.unwrap().unwrap();
    assert_eq!(tracks.len(), 2, "the unknown one is left out");
    let single = events(&post, &shipments[0]).await;
    let ticketed = &tracks[0].events;
    let brief = |events: &[TrackEvent]| {
        events.iter().map(|one| (one.code.clone(), one.at, one.meaning)).collect::<Vec<_>>()
    };
    assert_eq!(brief(ticketed), brief(&single), "the same instants, in Novosibirsk too");
    let ended = post.collect("nothing", &asked).await;
    assert!(matches!(ended, Err(CarrierError::Unknown { .. })), "{ended:?}");
}

#[tokio::test]
async fn bad_histories_are_read_all_the_same() {
    let standing = standing().await;
    let post = connected(&standing);
    let shipment = created(&post, &parcel("P-1")).await;
    handed_over(&post, std::slice::from_ref(&shipment)).await;
    standing.stand_in.advance("P-1", Step::Accept).unwrap();
    standing.stand_in.advance("P-1", Step::Transit).unwrap();
    let good = events(&post, &shipment).await;
    let manners = standing.stand_in.manners();
    manners.misbehave(Misbehaviour::always(BadManner::DuplicateEvents));
    manners.misbehave(Misbehaviour::always(BadManner::DisorderedEvents));
    assert_eq!(events(&post, &shipment).await, good);
    manners.behave();
    manners.misbehave(Misbehaviour::always(BadManner::UnknownCode));
    let odd = events(&post, &shipment).await;
    assert_eq!((odd.last().unwrap().code.as_str(), odd.last().unwrap().meaning), ("99.7", None));
    assert_eq!(last_status(&odd), last_status(&good), "an unknown code moves nothing");
    manners.behave();
    manners.misbehave(Misbehaviour::always(BadManner::KeysEnded));
    let refused = post.track(std::slice::from_ref(&shipment)).await;
    assert!(matches!(refused, Err(CarrierError::Credentials { .. })), "{refused:?}");
}

#[tokio::test]
async fn points_of_all_kinds_come_part_by_part() {
    let standing = standing().await;
    let post = connected(&standing);
    let mut points = Vec::new();
    let mut from = None;
    loop {
        let page = Points::points(&post, from.as_deref()).await.unwrap();
        points.extend(page.points);
        from = page.next;
        if from.is_none() {
            break;
        }
    }
    let count = |kind| points.iter().filter(|point| point.kind == kind).count();
    assert_eq!([PointKind::PostOffice, PointKind::Office, PointKind::Locker].map(count), [9, 4, 5]);
    let point = |code: &str| points.iter().find(|point| point.code == code).unwrap();
    let (mute, light) = (point("910002"), point("920101"));
    assert_eq!(mute.limits.cod_max_kopecks, Some(Kopecks::new(0)));
    assert_eq!(mute.limits.sides_max_mm, Some([400, 270, 180]));
    assert_eq!(light.limits.weight_max_g, Some(Grams::new(3_000)));
    assert_eq!(light.limits.cod_max_kopecks, None);
    assert_eq!(point("101000").latitude, Some(55.764));
    standing.stand_in.manners().misbehave(Misbehaviour::once(BadManner::ClosedPoint));
    assert_eq!(
        Points::points(&post, None).await.unwrap().points.len(),
        8,
        "a closed one is left out"
    );
}

#[test]
fn what_it_can_is_told_by_its_type() {
    let account = account("http://127.0.0.1:1");
    let carrier = registry::connect("post", &account).unwrap();
    assert_eq!((carrier.code(), carrier.name()), ("post", "Почта России"));
    assert!(carrier.webhooks().is_none() && carrier.pickups().is_none());
    assert!(carrier.registers().is_none() && carrier.event_queue().is_none());
    assert!(carrier.shipping().is_some() && carrier.ticket_tracking().is_some());
}
