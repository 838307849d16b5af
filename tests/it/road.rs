//! Parcels on their way with a carrier that tells what a test lets it tell.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ambar::args;
use ambar::carriers::model::{
    DeliveryStatus, EventBatch, EventFlag, Leg, Meaning, ShipmentRef, Track, TrackEvent,
    WebhookHint,
};
use ambar::carriers::{Answer, Carrier, CarrierError, EventQueue, Tracking, Webhooks};
use ambar::db::{DbError, Tx};
use ambar::ids::{CarrierAccountId, OrderId, ParcelId, ShipmentId};
use ambar::tracking::{Ingested, ingest};
use ambar::units::{Clock, UtcMicros};
use serde_json::{Value, json};

use crate::seed::{self, World};
use crate::support::TestApp;

pub(crate) const NOW: UtcMicros = UtcMicros::from_micros(1_795_600_800_000_000);
pub(crate) const CODE: &str = "teller";
pub(crate) const HOUR: i64 = 3600;
pub(crate) const DAY: i64 = 24 * HOUR;
pub(crate) const INTERVAL: i64 = 900;

/// A carrier that tells what the test lets it tell.
#[derive(Default)]
pub(crate) struct Teller {
    pub(crate) told: Mutex<BTreeMap<String, Vec<TrackEvent>>>,
    pub(crate) asked: Mutex<Vec<String>>,
    pub(crate) is_down: AtomicBool,
    pub(crate) panics: AtomicBool,
    pub(crate) queue: Mutex<VecDeque<EventBatch>>,
    /// Batches are taken off, but the confirmation fails so often.
    pub(crate) confirmations_lost: Mutex<u32>,
    pub(crate) confirmed: Mutex<Vec<String>>,
    pub(crate) subscribed: Mutex<Vec<String>>,
    pub(crate) keeps_queue: bool,
    /// It answers nothing where one of these is asked for.
    pub(crate) stumbles_over: Mutex<Vec<String>>,
}

pub(crate) fn down() -> CarrierError {
    CarrierError::Unavailable { carrier: CODE, said: "ночь".to_owned() }
}

impl Teller {
    pub(crate) fn tells(&self, number: &str, events: &[TrackEvent]) {
        self.told.lock().unwrap().insert(number.to_owned(), events.to_vec());
    }

    pub(crate) fn asked(&self) -> Vec<String> {
        let mut asked = self.asked.lock().unwrap().clone();
        asked.sort();
        asked
    }
}

impl Carrier for Teller {
    fn code(&self) -> &str {
        CODE
    }

    fn name(&self) -> &'static str {
        "Рассказчик"
    }

    fn tracking(&self) -> Option<&dyn Tracking> {
        Some(self)
    }

    fn event_queue(&self) -> Option<&dyn EventQueue> {
        self.keeps_queue.then_some(self as &dyn EventQueue)
    }

    fn webhooks(&self) -> Option<&dyn Webhooks> {
        Some(self)
    }
}

impl Tracking for Teller {
    fn count_max(&self) -> usize {
        7
    }

    fn interval(&self) -> Duration {
        Duration::from_secs(INTERVAL.unsigned_abs())
    }

    fn track<'a>(&'a self, shipments: &'a [ShipmentRef]) -> Answer<'a, Vec<Track>> {
        Box::pin(async move {
            assert!(shipments.len() <= self.count_max());
            tokio::task::yield_now().await;
            assert!(!self.panics.load(Ordering::SeqCst), "as the test wants");
            if self.is_down.load(Ordering::SeqCst) {
                return Err(down());
            }
            let trouble = self.stumbles_over.lock().unwrap().clone();
            if shipments.iter().any(|one| trouble.contains(&one.number)) {
                return Err(CarrierError::refused(CODE, "", "неверный номер"));
            }
            let told = self.told.lock().unwrap();
            let mut asked = self.asked.lock().unwrap();
            asked.extend(shipments.iter().map(|one| one.number.clone()));
            let track = |one: &ShipmentRef| {
                let events = told.get(&one.number)?.clone();
                Some(Track { reference: one.clone(), events })
            };
            Ok(shipments.iter().filter_map(track).collect())
        })
    }
}

impl EventQueue for Teller {
    fn interval(&self) -> Duration {
        Duration::from_secs(INTERVAL.unsigned_abs())
    }

    fn next(&self) -> Answer<'_, Option<EventBatch>> {
        Box::pin(async move { Ok(self.queue.lock().unwrap().front().cloned()) })
    }

    fn confirm<'a>(&'a self, batch: &'a str) -> Answer<'a, ()> {
        Box::pin(async move {
            let mut lost = self.confirmations_lost.lock().unwrap();
            if *lost > 0 {
                *lost -= 1;
                return Err(down());
            }
            let first = self.queue.lock().unwrap().pop_front();
            assert_eq!(first.unwrap().id, batch);
            self.confirmed.lock().unwrap().push(batch.to_owned());
            Ok(())
        })
    }
}

impl Webhooks for Teller {
    fn read(&self, body: &[u8]) -> Result<Vec<WebhookHint>, CarrierError> {
        let raw: Value = serde_json::from_slice(body)
            .map_err(|error| CarrierError::Malformed { carrier: CODE, said: error.to_string() })?;
        let number = raw["number"].as_str().unwrap_or_default().to_owned();
        let reference = ShipmentRef { number, ..ShipmentRef::default() };
        Ok(vec![WebhookHint { reference, raw }])
    }

    fn subscribe<'a>(&'a self, url: &'a str) -> Answer<'a, ()> {
        Box::pin(async move {
            if self.is_down.load(Ordering::SeqCst) {
                return Err(down());
            }
            self.subscribed.lock().unwrap().push(url.to_owned());
            Ok(())
        })
    }
}

pub(crate) fn event(hours: i64, code: &str, status: Option<DeliveryStatus>) -> TrackEvent {
    TrackEvent {
        code: code.to_owned(),
        words: format!("Событие {code}"),
        at: NOW.plus_seconds(hours * HOUR),
        place: "Тверь".to_owned(),
        leg: Leg::Direct,
        meaning: Some(Meaning { status, flag: None }),
        raw: json!({ "code": code }),
    }
}

pub(crate) fn went(hours: i64, status: DeliveryStatus) -> TrackEvent {
    event(hours, status.as_str(), Some(status))
}

pub(crate) fn failed(hours: i64) -> TrackEvent {
    let meaning = Some(Meaning { status: None, flag: Some(EventFlag::Problem) });
    TrackEvent { meaning, ..event(hours, "failed", None) }
}

pub(crate) fn unheard(hours: i64) -> TrackEvent {
    TrackEvent { meaning: None, ..event(hours, "unheard", None) }
}

pub(crate) fn way() -> Vec<TrackEvent> {
    vec![
        went(0, DeliveryStatus::Accepted),
        went(5, DeliveryStatus::InTransit),
        went(30, DeliveryStatus::ArrivedAtPoint),
        went(50, DeliveryStatus::Delivered),
    ]
}

/// A world with one contract of the teller, and parcels on their way.
pub(crate) struct Road {
    pub(crate) app: TestApp,
    pub(crate) world: World,
    pub(crate) account: CarrierAccountId,
    pub(crate) teller: Arc<Teller>,
}

impl Road {
    pub(crate) async fn open() -> Self {
        Self::open_with(Teller::default()).await
    }

    pub(crate) async fn open_with(teller: Teller) -> Self {
        let app = TestApp::spawn_with(Clock::fixed(NOW)).await;
        let world = seed::world(&app.app).await;
        let account = account(&app, &world, CODE, "hook-of-the-teller").await;
        let teller = Arc::new(teller);
        app.app.connectors.put(account, 1, teller.clone());
        Self { app, world, account, teller }
    }

    pub(crate) async fn parcel(&self, number: &str) -> ShipmentId {
        shipment(&self.app, &self.world, 0, self.account, number).await
    }

    pub(crate) async fn parcels(&self, count: usize) -> Vec<String> {
        let mut numbers = Vec::new();
        for index in 0..count {
            let number = format!("P-{index:03}");
            self.parcel(&number).await;
            numbers.push(number);
        }
        numbers
    }

    pub(crate) async fn told(&self, number: &str, events: &[TrackEvent]) -> Ingested {
        let track = track(number, events);
        ingest(&self.app.app, CODE, vec![track]).await.unwrap()
    }

    pub(crate) async fn history(&self, id: ShipmentId) -> Value {
        self.app.get(&self.world.keys[0], &format!("/v1/shipments/{id}/events")).await.ok()
    }

    pub(crate) async fn standing(&self, id: ShipmentId) -> (String, Option<String>) {
        let shipment = self.history(id).await["shipment"].clone();
        let attention = shipment["attention"].as_str().map(str::to_owned);
        (shipment["status"].as_str().unwrap().to_owned(), attention)
    }

    /// What the shop was told of, oldest first.
    pub(crate) async fn feed(&self) -> Vec<Value> {
        let feed = self.app.get(&self.world.keys[0], "/v1/events").await.ok();
        feed["items"].as_array().unwrap().clone()
    }
}

pub(crate) fn track(number: &str, events: &[TrackEvent]) -> Track {
    let reference = ShipmentRef { number: number.to_owned(), ..ShipmentRef::default() };
    Track { reference, events: events.to_vec() }
}

pub(crate) async fn account(
    app: &TestApp,
    world: &World,
    carrier: &str,
    hook: &str,
) -> CarrierAccountId {
    let id = CarrierAccountId::new();
    let (warehouse, now) = (world.warehouse, app.app.clock.now());
    let (carrier, hook) = (carrier.to_owned(), hook.to_owned());
    let work = async move |tx: &mut Tx| {
        tx.execute(
            "INSERT INTO carrier_account (id, warehouse_id, carrier, name, settings, credentials,
                 origin, hook, active, version, created_at)
             VALUES ($1, $2, $3, $3, $4, $5, $4, $6, $7, 1, $8)",
            args![id, warehouse, &carrier, json!({}), vec![0_u8], &hook, true, now],
        )
        .await
    };
    app.app.db.write::<u64, DbError, _>(work).await.unwrap();
    id
}

/// A parcel that its carrier has, with an order and everything.
pub(crate) async fn shipment(
    app: &TestApp,
    world: &World,
    owner: usize,
    account: CarrierAccountId,
    number: &str,
) -> ShipmentId {
    let id = ShipmentId::new();
    let (owner, warehouse, now) = (world.owners[owner], world.warehouse, app.app.clock.now());
    let (order, parcel) = (OrderId::new(), ParcelId::new());
    let number = number.to_owned();
    let work = async move |tx: &mut Tx| {
        tx.execute(
            "INSERT INTO shop_order (id, owner_id, warehouse_id, number, external_number, state,
                 policy, priority, carrier, pickup_point, recipient, cod_kopecks, version, created_at)
             VALUES ($1, $2, $3, $4, $4, 'shipped', 'partial', 0, $5, '', $6, 0, 1, $7)",
            args![order, owner, warehouse, &number, CODE, json!({}), now],
        )
        .await?;
        tx.execute(
            "INSERT INTO place (id, warehouse_id, kind, code, pickable, locked, created_at)
             VALUES ($1, $2, 'parcel', $3, $4, $4, $5)",
            args![parcel, warehouse, &number, false, now],
        )
        .await?;
        tx.execute(
            "INSERT INTO parcel (id, warehouse_id, owner_id, order_id, number, state, carrier,
                 pickup_point, cod_kopecks, weight_g, created_at, closed_at)
             VALUES ($1, $2, $3, $4, $5, 'handed_over', $6, '', 0, 500, $7, $7)",
            args![parcel, warehouse, owner, order, &number, CODE, now],
        )
        .await?;
        tx.execute(
            "INSERT INTO shipment (id, parcel_id, owner_id, warehouse_id, account_id, carrier,
                 number, state, mode, point_code, tariff, ask, sent_at, carrier_ref, track, status,
                 status_at, heard_at, poll_at, created_at, registered_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, 'registered', 'door', '', '', $8, $9, $10, $11,
                 'created', $9, $9, $9, $9, $9)",
            args![
                id,
                parcel,
                owner,
                warehouse,
                account,
                CODE,
                &number,
                json!({}),
                now,
                format!("ref-{number}"),
                format!("track-{number}"),
            ],
        )
        .await
    };
    app.app.db.write::<u64, DbError, _>(work).await.unwrap();
    id
}
