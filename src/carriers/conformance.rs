//! What must hold for every carrier, tried through its real client against its stand-in.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use super::attempt::{Sent, Undecided, register};
use super::model::{
    DeliveryStatus, Handover, HandoverAsk, KeptEvent, LabelAsk, LabelState, PickupAsk, QuoteAsk,
    Registered, Registration, ShipmentAsk, ShipmentRef, Track, TrackEvent,
};
use super::registry::connect;
use super::{Carrier, CarrierError, TwiceCalled};
use crate::sandbox::carriers::all::ALL;
use crate::sandbox::carriers::{BadManner, Misbehaviour, StandIn, Standing, Step};
use crate::units::Day;

/// A carrier and what can be asked of it.
pub(crate) struct Setup<'a> {
    pub(crate) carrier: &'a dyn Carrier,
    pub(crate) standing: &'a Standing,
    pub(crate) quote: QuoteAsk,
    /// A shipment that the carrier takes, under a number of ours.
    pub(crate) ask: fn(number: &str) -> ShipmentAsk,
    /// A part of the request that creates: `POST /path?query`.
    pub(crate) create: &'a str,
    /// Of the one that takes back.
    pub(crate) cancel: &'a str,
    /// Of those that make an act; none where papers of acts are only fetched.
    pub(crate) hand_over: &'a [&'a str],
}

/// What leaves open whether a request was carried out. Between two of them there is a question that
/// is answered, or the client would leave the carrier alone for a while.
const LOST: [BadManner; 6] = [
    BadManner::CutAfterAccept,
    BadManner::BrokenBody,
    BadManner::HtmlAfterAccept,
    BadManner::GatewayTimeout,
    BadManner::ServerError,
    BadManner::Html,
];

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
                Err(Undecided::RefusedAgain(reasons)) => return Registration::Refused(reasons),
                Err(Undecided::Failed { error, sent, .. }) => {
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
        let mut reference = None;
        for _ in 0..TRIES {
            match handovers.hand_over(&self.act(shipments, reference.clone())).await {
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

    fn act(&self, shipments: &[ShipmentRef], reference: Option<String>) -> HandoverAsk {
        let ask = (self.ask)("none");
        HandoverAsk {
            number: "M000001".to_owned(),
            day: ask.day,
            from: ask.from,
            shipments: shipments.to_vec(),
            reference,
        }
    }

    async fn events(&self, shipment: &ShipmentRef) -> Vec<TrackEvent> {
        let Some(tracking) = self.carrier.tracking() else { return Vec::new() };
        let tracks = tracking.track(std::slice::from_ref(shipment)).await.expect("it is tracked");
        tracks.into_iter().flat_map(|track| track.events).collect()
    }

    /// Everything that must hold.
    pub(crate) async fn holds(&self) {
        self.whole_way().await;
        self.exactly_one_shipment().await;
        self.cancelled_once().await;
        self.refusal_has_words().await;
        self.ended_keys_are_named().await;
        self.lost_creations_are_unclear().await;
        self.lost_cancellations_are_unclear().await;
        self.lost_acts_are_unclear().await;
        self.nothing_happens_where_nobody_listens().await;
    }

    /// Quote, create, label, act, tracking to the buyer.
    async fn whole_way(&self) {
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
    async fn exactly_one_shipment(&self) {
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
            let how = Misbehaviour::once(manner).at(self.create);
            self.standing.stand_in.manners().misbehave(how);
            let registered = self.registered(&number).await;
            self.standing.stand_in.manners().behave();
            assert_eq!(self.alive(&number), 1, "{manner}");
            assert_eq!(registered.reference.number, number);
        }
    }

    /// Whatever happens to the answer, one courier comes on a day: a call is told again when nothing
    /// happened, and after any doubt only where the carrier's type says that no second one comes.
    pub(crate) async fn one_courier(&self, ask: &PickupAsk, path: &str) {
        let manners = [
            BadManner::CutAfterAccept,
            BadManner::SilentAfterAccept,
            BadManner::BrokenBody,
            BadManner::ServerError,
            BadManner::TooManyRequests,
            BadManner::Html,
        ];
        let pickups = self.carrier.pickups().expect("it can be called");
        for (later, manner) in (1..).zip(manners) {
            let day = Day::from_date(ask.day.date() + chrono::Days::new(later));
            let ask = PickupAsk { day, ..ask.clone() };
            let before = self.standing.stand_in.couriers();
            let come = || self.standing.stand_in.couriers() - before;
            self.standing.stand_in.manners().misbehave(Misbehaviour::once(manner).at(path));
            let mut is_settled = false;
            for _ in 0..TRIES {
                match pickups.pick_up(&ask).await {
                    Ok(_) => {
                        is_settled = true;
                        assert_eq!(come(), 1, "{manner}");
                        break;
                    }
                    Err(error) => {
                        assert!(error.may_pass(), "{manner}: {error}");
                        assert!(!error.nothing_happened() || come() == 0, "{manner}: {error}");
                        if !error.nothing_happened() && pickups.twice() == TwiceCalled::TwoCome {
                            is_settled = true;
                            break;
                        }
                    }
                }
                tokio::time::sleep(PAUSE).await;
            }
            self.standing.stand_in.manners().behave();
            assert!(is_settled && come() <= 1, "{manner}");
        }
    }

    /// A cancelled shipment is gone, and cancelling it again is no error.
    async fn cancelled_once(&self) {
        let registered = self.registered("P-200000").await;
        let shipping = self.carrier.shipping().expect("it takes shipments");
        for _ in 0..2 {
            shipping.cancel(&registered.reference).await.expect("it is cancelled");
        }
        assert_eq!(self.alive("P-200000"), 0);
    }

    /// What a carrier finds wrong later comes back in its words.
    async fn refusal_has_words(&self) {
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
    async fn ended_keys_are_named(&self) {
        self.standing.stand_in.manners().misbehave(Misbehaviour::always(BadManner::KeysEnded));
        let shipping = self.carrier.shipping().expect("it takes shipments");
        let refused = shipping.create(&(self.ask)("P-400000")).await;
        assert!(matches!(refused, Err(CarrierError::Credentials { .. })), "{refused:?}");
        self.standing.stand_in.manners().behave();
        assert_eq!(self.alive("P-400000"), 0);
    }

    fn lose(&self, manner: BadManner, request: &str) {
        self.standing.stand_in.manners().misbehave(Misbehaviour::once(manner).at(request));
    }

    /// A creation whose answer is lost is never taken for one that was not made.
    async fn lost_creations_are_unclear(&self) {
        let shipping = self.carrier.shipping().expect("it takes shipments");
        for (index, manner) in LOST.into_iter().enumerate() {
            let ask = (self.ask)(&format!("P-50000{index}"));
            self.lose(manner, self.create);
            is_unclear(&shipping.create(&ask).await, manner);
            shipping.find(&reference(&ask)).await.expect("it can be asked for");
        }
    }

    async fn lost_cancellations_are_unclear(&self) {
        let shipping = self.carrier.shipping().expect("it takes shipments");
        for (index, manner) in LOST.into_iter().enumerate() {
            let known = self.registered(&format!("P-51000{index}")).await.reference;
            self.lose(manner, self.cancel);
            is_unclear(&shipping.cancel(&known).await, manner);
        }
    }

    async fn lost_acts_are_unclear(&self) {
        let Some(handovers) = self.carrier.handovers() else { return };
        for (row, request) in self.hand_over.iter().enumerate() {
            for (index, manner) in LOST.into_iter().enumerate() {
                let known = self.registered(&format!("P-52{row}00{index}")).await.reference;
                self.lose(manner, request);
                is_unclear(&handovers.hand_over(&self.act(&[known], None)).await, manner);
            }
        }
    }

    /// A connection that never was has done nothing, and may be tried again.
    async fn nothing_happens_where_nobody_listens(&self) {
        let free = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = free.local_addr().expect("it has an address");
        drop(free);
        let code = self.carrier.code();
        let known = ALL.iter().find(|known| known.code == code).expect("it has a stand-in");
        let carrier = connect(code, &(known.account)(&format!("http://{address}")));
        let carrier = carrier.expect("the account is good");
        let shipping = carrier.shipping().expect("it takes shipments");
        let ask = (self.ask)("P-600000");
        is_untouched(&shipping.create(&ask).await);
        let known = ShipmentRef { id: "1".to_owned(), track: "1".to_owned(), ..reference(&ask) };
        is_untouched(&shipping.cancel(&known).await);
        if let Some(handovers) = carrier.handovers() {
            is_untouched(&handovers.hand_over(&self.act(&[known], None)).await);
        }
    }
}

fn is_unclear<T: std::fmt::Debug>(answer: &Result<T, CarrierError>, manner: BadManner) {
    assert!(matches!(answer, Err(CarrierError::Unclear { .. })), "{manner}: {answer:?}");
}

fn is_untouched<T: std::fmt::Debug>(answer: &Result<T, CarrierError>) {
    assert!(matches!(answer, Err(CarrierError::Unavailable { .. })), "{answer:?}");
}

/// A client at its stand-in.
pub(crate) struct Stage<C, S> {
    pub(crate) standing: Standing,
    pub(crate) stand_in: Arc<S>,
    pub(crate) carrier: C,
}

impl<C: Carrier, S: StandIn> Stage<C, S> {
    /// The client is told the address.
    pub(crate) async fn start(stand_in: Arc<S>, client: impl FnOnce(&str) -> C) -> Self {
        let standing = Standing::start(Arc::clone(&stand_in) as Arc<dyn StandIn>).await;
        let standing = standing.expect("a port is free");
        Self { carrier: client(&standing.url()), standing, stand_in }
    }

    pub(crate) fn misbehave(&self, manner: BadManner) {
        self.stand_in.manners().misbehave(Misbehaviour::always(manner));
    }

    pub(crate) async fn created(&self, ask: &ShipmentAsk) -> ShipmentRef {
        let shipping = self.carrier.shipping().expect("it takes shipments");
        match shipping.create(ask).await.expect("it is taken") {
            Registration::Registered(Registered { reference, .. })
            | Registration::Pending(reference) => reference,
            refused @ Registration::Refused(_) => panic!("{refused:?}"),
        }
    }

    pub(crate) async fn told(&self, shipment: &ShipmentRef) -> Vec<TrackEvent> {
        let tracking = self.carrier.tracking().expect("it tells of shipments");
        let tracks = tracking.track(std::slice::from_ref(shipment)).await.expect("it is tracked");
        tracks.into_iter().flat_map(|track| track.events).collect()
    }

    pub(crate) fn go(&self, number: &str, steps: &[Step]) {
        for step in steps {
            self.stand_in.advance(number, *step).expect("the step is possible");
        }
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

/// What was told, as it is kept.
pub(super) fn kept(tracks: &[Track]) -> Vec<KeptEvent> {
    let events = tracks.iter().flat_map(|track| &track.events);
    let kept =
        |one: &TrackEvent| KeptEvent { code: one.code.clone(), at: one.at, raw: one.raw.clone() };
    events.map(kept).collect()
}
