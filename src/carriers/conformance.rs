//! What must hold for every carrier, tried through its real client against its stand-in.

use std::time::Duration;

use super::attempt::{Sent, Undecided, register};
use super::model::{
    DeliveryStatus, Handover, HandoverAsk, LabelAsk, LabelState, QuoteAsk, Registered,
    Registration, ShipmentAsk, ShipmentRef, TrackEvent,
};
use super::{Carrier, CarrierError};
use crate::sandbox::carriers::{BadManner, Misbehaviour, Standing, Step};

/// A carrier and what can be asked of it.
pub(crate) struct Setup<'a> {
    pub(crate) carrier: &'a dyn Carrier,
    pub(crate) standing: &'a Standing,
    pub(crate) quote: QuoteAsk,
    /// A shipment that the carrier takes, under a number of ours.
    pub(crate) ask: fn(number: &str) -> ShipmentAsk,
    /// A part of the paths of the request that creates.
    pub(crate) create_path: &'a str,
}

const TRIES: usize = 40;
const PAUSE: Duration = Duration::from_millis(20);

fn reference(ask: &ShipmentAsk) -> ShipmentRef {
    ShipmentRef { number: ask.number.clone(), day: Some(ask.day), ..ShipmentRef::default() }
}

impl Setup<'_> {
    /// What the worker does until the carrier has decided.
    pub(crate) async fn settle(&self, number: &str) -> Registration {
        let ask = (self.ask)(number);
        let shipping = self.carrier.shipping().expect("it takes shipments");
        let (mut known, mut sent) = (reference(&ask), Sent::Never);
        for _ in 0..TRIES {
            match register(shipping, &ask, &known, sent).await {
                Ok(Registration::Pending(reference)) => known = reference,
                Ok(decided) => return decided,
                Err(Undecided { error, sent }) => {
                    assert!(error.may_pass(), "{number}: {error}");
                    let is_told = sent == Sent::Perhaps || self.alive(number) == 0;
                    assert!(is_told, "{number} is there, and nobody says that it may be: {error}");
                }
            }
            sent = Sent::Perhaps;
            tokio::time::sleep(PAUSE).await;
        }
        panic!("{number} was never decided")
    }

    pub(crate) async fn registered(&self, number: &str) -> Registered {
        match self.settle(number).await {
            Registration::Registered(registered) => registered,
            other => panic!("{number}: {other:?}"),
        }
    }

    fn alive(&self, number: &str) -> usize {
        let held = self.standing.stand_in.held();
        held.iter().filter(|held| held.number == number && !held.is_cancelled).count()
    }

    async fn label_is_a_file(&self, shipment: &ShipmentRef) {
        let Some(labels) = self.carrier.labels() else { return };
        let mut reference = None;
        for _ in 0..TRIES {
            let ask = LabelAsk { shipment: shipment.clone(), reference: reference.clone() };
            match labels.label(&ask).await {
                Ok(LabelState::Ready(file)) => {
                    assert!(file.bytes.len() > 100, "a label is not empty");
                    assert!(file.name.is_ascii(), "{}", file.name);
                    return;
                }
                Ok(LabelState::Pending { reference: next }) => reference = Some(next),
                Err(error) => assert!(error.may_pass(), "{error}"),
            }
            tokio::time::sleep(PAUSE).await;
        }
        panic!("no label came")
    }

    /// The numbers of the carrier's act; none when it makes no acts.
    pub(crate) async fn handed_over(&self, shipments: &[ShipmentRef]) -> Vec<String> {
        let Some(handovers) = self.carrier.handovers() else { return Vec::new() };
        let ask = (self.ask)("none");
        let mut reference = None;
        for _ in 0..TRIES {
            let ask = HandoverAsk {
                number: "M000001".to_owned(),
                day: ask.day,
                from: ask.from.clone(),
                shipments: shipments.to_vec(),
                reference: reference.clone(),
            };
            match handovers.hand_over(&ask).await {
                Ok(Handover::Done(done)) => {
                    assert!(done.refused.is_empty(), "{:?}", done.refused);
                    return done.numbers;
                }
                Ok(Handover::Pending { reference: next }) => reference = Some(next),
                Err(error) => assert!(error.may_pass(), "{error}"),
            }
            tokio::time::sleep(PAUSE).await;
        }
        panic!("no act came")
    }

    async fn events(&self, shipment: &ShipmentRef) -> Vec<TrackEvent> {
        let Some(tracking) = self.carrier.tracking() else { return Vec::new() };
        let tracks = tracking.track(std::slice::from_ref(shipment)).await.expect("it is tracked");
        tracks.into_iter().flat_map(|track| track.events).collect()
    }

    /// Quote, create, label, act, tracking to the buyer.
    pub(crate) async fn whole_way(&self) {
        let quoting = self.carrier.quoting().expect("it names prices");
        let quotes = quoting.quote(&self.quote).await.expect("it quotes");
        assert!(!quotes.is_empty(), "something is offered");
        assert!(quotes.iter().all(|quote| quote.price_kopecks.is_positive()), "{quotes:?}");
        let registered = self.registered("P-000001").await;
        let shipment = registered.reference;
        assert!(!shipment.track.is_empty(), "a registered shipment has a number");
        self.label_is_a_file(&shipment).await;
        let first = self.handed_over(std::slice::from_ref(&shipment)).await;
        let again = self.handed_over(std::slice::from_ref(&shipment)).await;
        assert_eq!(first, again, "the same act on repeat");
        for step in Step::WAY {
            self.standing.stand_in.advance("P-000001", step).expect("the step is possible");
        }
        let events = self.events(&shipment).await;
        let reached = |status| {
            events
                .iter()
                .any(|event| event.meaning.is_some_and(|meaning| meaning.status == Some(status)))
        };
        assert!(reached(DeliveryStatus::Accepted), "{events:?}");
        assert!(reached(DeliveryStatus::Delivered), "{events:?}");
        let held = self.standing.stand_in.held();
        let ask = (self.ask)("P-000001");
        assert_eq!(held[0].cod_kopecks, ask.cod_kopecks().get(), "to the kopeck");
        assert_eq!(held[0].weight_g, ask.package.weight_g.get());
    }

    /// Whatever happens to the answers, there is one shipment.
    pub(crate) async fn exactly_one_shipment(&self) {
        let manners = [
            BadManner::CutAfterAccept,
            BadManner::SilentAfterAccept,
            BadManner::BrokenBody,
            BadManner::ServerError,
            BadManner::TooManyRequests,
            BadManner::Html,
            BadManner::Slow,
        ];
        for (index, manner) in manners.into_iter().enumerate() {
            let number = format!("P-10000{index}");
            let how = Misbehaviour::once(manner).at(self.create_path);
            self.standing.stand_in.manners().misbehave(how);
            let registered = self.registered(&number).await;
            self.standing.stand_in.manners().behave();
            assert_eq!(self.alive(&number), 1, "{manner}");
            assert_eq!(registered.reference.number, number);
        }
    }

    /// A cancelled shipment is gone, and cancelling it again is no error.
    pub(crate) async fn cancelled_once(&self) {
        let registered = self.registered("P-200000").await;
        let shipping = self.carrier.shipping().expect("it takes shipments");
        for _ in 0..2 {
            shipping.cancel(&registered.reference).await.expect("it is cancelled");
        }
        assert_eq!(self.alive("P-200000"), 0);
    }

    /// What a carrier finds wrong later comes back in its words.
    pub(crate) async fn refusal_has_words(&self) {
        self.standing.stand_in.manners().misbehave(Misbehaviour::once(BadManner::RefuseLater));
        match self.settle("P-300000").await {
            Registration::Refused(reasons) => {
                assert!(reasons.iter().any(|reason| !reason.text.is_empty()), "{reasons:?}");
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(self.alive("P-300000"), 0);
    }

    /// Ended keys are named, and nothing is created.
    pub(crate) async fn ended_keys_are_named(&self) {
        self.standing.stand_in.manners().misbehave(Misbehaviour::always(BadManner::KeysEnded));
        let shipping = self.carrier.shipping().expect("it takes shipments");
        let refused = shipping.create(&(self.ask)("P-400000")).await;
        assert!(matches!(refused, Err(CarrierError::Credentials { .. })), "{refused:?}");
        self.standing.stand_in.manners().behave();
        assert_eq!(self.alive("P-400000"), 0);
    }
}

/// What holds for a carrier that is talked to by nobody: no answer can be lost, so what may have been
/// told is told again and comes to the same.
pub(crate) async fn without_a_line(carrier: &dyn Carrier, quote: &QuoteAsk, ask: &ShipmentAsk) {
    if let Some(quoting) = carrier.quoting() {
        let quotes = quoting.quote(quote).await.expect("it quotes");
        assert!(!quotes.is_empty(), "something is offered");
        assert!(quotes.iter().all(|quote| quote.price_kopecks.is_positive()), "{quotes:?}");
    }
    let shipping = carrier.shipping().expect("it takes shipments");
    let known = reference(ask);
    let mut told = Vec::new();
    for sent in [Sent::Never, Sent::Perhaps, Sent::Perhaps] {
        match register(shipping, ask, &known, sent).await {
            Ok(Registration::Registered(registered)) => told.push(registered),
            other => panic!("it is registered at once: {other:?}"),
        }
    }
    assert_eq!((&told[0], &told[0]), (&told[1], &told[2]), "told again, it is the same one");
    let shipment = &told[0].reference;
    assert_eq!(shipment.number, ask.number);
    assert!(!shipment.track.is_empty(), "a registered shipment has a number");
    for _ in 0..2 {
        shipping.cancel(shipment).await.expect("it is cancelled");
    }
    let lines: [bool; 4] = [
        carrier.tracking().is_some(),
        carrier.ticket_tracking().is_some(),
        carrier.event_queue().is_some(),
        carrier.webhooks().is_some(),
    ];
    assert_eq!(lines, [false; 4], "nobody tells anything");
}
