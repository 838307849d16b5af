//! Carriers that tell of many shipments by a ticket: lost, late, ended, collected by several nodes.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ambar::carriers::model::{ShipmentRef, Track};
use ambar::carriers::{Answer, Carrier, CarrierError, TicketTracking, Tracking};
use ambar::tracking::{Ingested, Poller};
use tokio::sync::Notify;

use crate::picking::number;
use crate::road::{CODE, DAY, HOUR, INTERVAL, Road, down, way};

/// As long as the poller waits for a ticket before it counts as lost.
const LEASE: i64 = 300;
const SINGLES: i64 = 6 * HOUR;

/// A carrier that gives tickets.
#[derive(Default)]
struct Desk {
    /// By ticket.
    given: Mutex<BTreeMap<String, Vec<String>>>,
    singles: Mutex<Vec<String>>,
    /// So often a ticket is not ready.
    not_ready: AtomicUsize,
    is_down: AtomicBool,
    /// Whoever asks or collects hears nothing any more.
    is_silent: AtomicBool,
    reached: Notify,
    collected: AtomicUsize,
}

impl Desk {
    /// The numbers of each ticket that was ever given.
    fn given(&self) -> Vec<Vec<String>> {
        self.given.lock().unwrap().values().cloned().collect()
    }

    /// The carrier keeps nothing of the tickets.
    fn forget(&self) {
        self.given.lock().unwrap().values_mut().for_each(Vec::clear);
    }

    async fn answer(&self) -> Result<(), CarrierError> {
        tokio::task::yield_now().await;
        if self.is_silent.load(Ordering::SeqCst) {
            self.reached.notify_one();
            futures::future::pending::<()>().await;
        }
        if self.is_down.load(Ordering::SeqCst) { Err(down()) } else { Ok(()) }
    }
}

fn track(shipment: &ShipmentRef) -> Track {
    Track { reference: shipment.clone(), events: way() }
}

impl Carrier for Desk {
    fn code(&self) -> &'static str {
        CODE
    }

    fn name(&self) -> &'static str {
        "Касса"
    }

    fn tracking(&self) -> Option<&dyn Tracking> {
        Some(self)
    }

    fn ticket_tracking(&self) -> Option<&dyn TicketTracking> {
        Some(self)
    }
}

impl Tracking for Desk {
    fn count_max(&self) -> usize {
        2
    }

    fn interval(&self) -> Duration {
        Duration::from_secs(SINGLES.unsigned_abs())
    }

    fn track<'a>(&'a self, shipments: &'a [ShipmentRef]) -> Answer<'a, Vec<Track>> {
        Box::pin(async move {
            self.answer().await?;
            let numbers = shipments.iter().map(|one| one.number.clone());
            self.singles.lock().unwrap().extend(numbers);
            Ok(shipments.iter().map(track).collect())
        })
    }
}

impl TicketTracking for Desk {
    fn count_max(&self) -> usize {
        4
    }

    fn singles_max(&self) -> usize {
        3
    }

    fn interval(&self) -> Duration {
        Duration::from_secs(INTERVAL.unsigned_abs())
    }

    fn ask<'a>(&'a self, shipments: &'a [ShipmentRef]) -> Answer<'a, String> {
        Box::pin(async move {
            self.answer().await?;
            assert!(shipments.len() <= TicketTracking::count_max(self));
            let mut given = self.given.lock().unwrap();
            let ticket = format!("T-{:03}", given.len());
            let numbers = shipments.iter().map(|one| one.number.clone()).collect();
            given.insert(ticket.clone(), numbers);
            Ok(ticket)
        })
    }

    fn collect<'a>(
        &'a self,
        ticket: &'a str,
        shipments: &'a [ShipmentRef],
    ) -> Answer<'a, Option<Vec<Track>>> {
        Box::pin(async move {
            self.answer().await?;
            let known = self.given.lock().unwrap().get(ticket).cloned().unwrap_or_default();
            if known.is_empty() {
                return Err(CarrierError::Unknown { carrier: CODE, what: ticket.to_owned() });
            }
            let later = self.not_ready.load(Ordering::SeqCst);
            if later > 0 {
                self.not_ready.store(later - 1, Ordering::SeqCst);
                return Ok(None);
            }
            let asked: Vec<String> = shipments.iter().map(|one| one.number.clone()).collect();
            assert_eq!(asked, known, "the ticket is kept with what it is for");
            self.collected.fetch_add(1, Ordering::SeqCst);
            Ok(Some(shipments.iter().map(track).collect()))
        })
    }
}

struct Hall {
    road: Road,
    desk: Arc<Desk>,
    numbers: Vec<String>,
}

impl Hall {
    async fn open(count: usize) -> Self {
        let road = Road::open().await;
        let desk = Arc::new(Desk::default());
        road.app.app.connectors.put(road.account, 1, desk.clone());
        let numbers = road.parcels(count).await;
        Self { road, desk, numbers }
    }

    /// A node that was just started.
    fn node(&self) -> Poller {
        Poller::new(self.road.app.app.clone())
    }

    async fn pass(&self, seconds: i64) -> Ingested {
        self.road.app.app.clock.advance_seconds(seconds);
        self.node().run_due().await.unwrap()
    }

    async fn kept(&self) -> i64 {
        number(&self.road.app, "SELECT COUNT(*) FROM tracking_ticket").await
    }

    /// Every shipment is where its carrier says, with each event once.
    async fn finish(self) {
        let count = i64::try_from(self.numbers.len()).unwrap();
        let delivered = "SELECT COUNT(*) FROM shipment WHERE status = 'delivered'";
        assert_eq!(number(&self.road.app, delivered).await, count);
        let events = "SELECT COUNT(*) FROM tracking_event";
        assert_eq!(number(&self.road.app, events).await, count * 4);
        assert_eq!(self.kept().await, 0);
        self.road.app.finish().await;
    }
}

#[tokio::test]
async fn many_shipments_are_asked_for_by_tickets_and_few_one_by_one() {
    let hall = Hall::open(3).await;
    assert_eq!(hall.pass(0).await.moved, 3);
    assert_eq!(*hall.desk.singles.lock().unwrap(), hall.numbers);
    assert!(hall.desk.given().is_empty());
    hall.finish().await;

    let hall = Hall::open(6).await;
    assert_eq!(hall.pass(0).await, Ingested::default());
    let parts: Vec<Vec<String>> = hall.numbers.chunks(4).map(<[String]>::to_vec).collect();
    assert_eq!(hall.desk.given(), parts);
    assert_eq!(hall.pass(INTERVAL - 1).await, Ingested::default(), "it is too early");
    let done = hall.pass(1).await;
    assert_eq!((done.events, done.moved), (24, 6));
    assert!(hall.desk.singles.lock().unwrap().is_empty());
    hall.pass(DAY).await;
    assert_eq!(hall.desk.given().len(), 4, "and again at their time");
    assert_eq!(hall.pass(INTERVAL).await, Ingested::default(), "nothing is new");
    hall.finish().await;
}

#[tokio::test]
async fn a_ticket_that_is_not_ready_is_waited_for_and_shipments_share_the_next_one() {
    let hall = Hall::open(4).await;
    hall.desk.not_ready.store(2, Ordering::SeqCst);
    hall.pass(0).await;
    for late in ["P-late-1", "P-late-2"] {
        hall.road.parcel(late).await;
        hall.pass(60).await;
    }
    assert_eq!(hall.desk.given().len(), 1, "one for all that comes in this quarter of an hour");
    hall.pass(INTERVAL).await;
    assert_eq!(hall.desk.given()[1], ["P-late-1", "P-late-2"]);
    assert_eq!(hall.desk.collected.load(Ordering::SeqCst), 0);
    hall.pass(INTERVAL).await;
    hall.pass(INTERVAL).await;
    assert_eq!(hall.desk.given().len(), 2, "neither was asked for again");
    assert_eq!(hall.desk.collected.load(Ordering::SeqCst), 2);
    let numbers = [hall.numbers.clone(), vec![String::new(); 2]].concat();
    Hall { numbers, ..hall }.finish().await;
}

#[tokio::test]
async fn a_ticket_that_ended_is_asked_for_anew() {
    let hall = Hall::open(4).await;
    hall.pass(0).await;
    hall.desk.forget();
    assert_eq!(hall.pass(INTERVAL).await, Ingested::default());
    assert_eq!(hall.desk.given(), [vec![], hall.numbers.clone()]);
    assert_eq!(hall.pass(INTERVAL).await.moved, 4);
    hall.finish().await;

    let hall = Hall::open(4).await;
    hall.pass(0).await;
    hall.desk.not_ready.store(usize::MAX, Ordering::SeqCst);
    hall.pass(DAY).await;
    hall.pass(DAY).await;
    hall.desk.not_ready.store(0, Ordering::SeqCst);
    assert_eq!((hall.desk.given().len(), hall.kept().await), (3, 2), "the oldest is given up");
    hall.pass(INTERVAL).await;
    hall.finish().await;
}

#[tokio::test]
async fn a_node_that_dies_between_loses_nothing_and_doubles_nothing() {
    let hall = Hall::open(4).await;
    let dies = async || {
        hall.desk.is_silent.store(true, Ordering::SeqCst);
        let node = hall.node();
        tokio::select! {
            done = node.run_due() => panic!("it waits for ever: {done:?}"),
            () = hall.desk.reached.notified() => {}
        }
        hall.desk.is_silent.store(false, Ordering::SeqCst);
    };
    dies().await;
    assert_eq!(hall.kept().await, 1, "the question is written down");
    hall.pass(LEASE - 1).await;
    assert!(hall.desk.given().is_empty(), "the node may be alive");
    hall.pass(1).await;
    assert_eq!(hall.desk.given(), std::slice::from_ref(&hall.numbers));
    hall.road.app.app.clock.advance_seconds(INTERVAL);
    dies().await;
    assert_eq!(hall.pass(INTERVAL).await.moved, 4, "another one collects it");
    assert_eq!(hall.desk.given().len(), 1);
    hall.finish().await;
}

#[tokio::test]
async fn a_carrier_that_is_down_gets_the_question_later() {
    let hall = Hall::open(4).await;
    let node = hall.node();
    hall.desk.is_down.store(true, Ordering::SeqCst);
    node.run_due().await.unwrap();
    assert_eq!(hall.kept().await, 0);
    hall.desk.is_down.store(false, Ordering::SeqCst);
    hall.road.app.app.clock.advance_seconds(30);
    node.run_due().await.unwrap();
    assert_eq!(hall.desk.given(), std::slice::from_ref(&hall.numbers));
    hall.desk.is_down.store(true, Ordering::SeqCst);
    hall.road.app.app.clock.advance_seconds(INTERVAL);
    node.run_due().await.unwrap();
    hall.desk.is_down.store(false, Ordering::SeqCst);
    assert_eq!(hall.kept().await, 1, "the ticket is kept");
    hall.road.app.app.clock.advance_seconds(30);
    assert_eq!(node.run_due().await.unwrap().moved, 4);
    hall.finish().await;
}

#[tokio::test]
async fn nodes_that_ask_and_collect_at_once_do_each_thing_once() {
    let hall = Hall::open(40).await;
    let (one, two) = (hall.node(), hall.node());
    futures::join!(one.run_due(), two.run_due()).0.unwrap();
    let mut asked = hall.desk.given().concat();
    asked.sort();
    assert_eq!(asked, hall.numbers, "each is asked for once");
    hall.road.app.app.clock.advance_seconds(INTERVAL);
    let (left, right) = futures::join!(one.run_due(), two.run_due());
    let sum = left.unwrap().plus(right.unwrap());
    assert_eq!((sum.events, sum.moved), (160, 40));
    assert_eq!(hall.desk.collected.load(Ordering::SeqCst), hall.desk.given().len());
    hall.finish().await;
}
