//! Carriers without registers: drafts of what they tell of the money of single parcels.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use ambar::args;
use ambar::carriers::model::{
    CodTransfer, DeliveryStatus, EventFlag, KeptEvent, Leg, Meaning, PayMethod, ShipmentRef, Track,
    TrackEvent,
};
use ambar::carriers::{Answer, Carrier, CarrierError, MoneyNews};
use ambar::db::{DbError, Tx};
use ambar::jobs::Workers;
use ambar::registers;
use ambar::shipments::daily;
use ambar::units::Kopecks;
use serde_json::{Value, json};

use crate::registers::{DAY, Desk, SENT, parcel};

/// A carrier that tells with which payment a parcel's money comes.
#[derive(Default)]
struct Newsman {
    /// Payments by track.
    paid: Mutex<BTreeMap<String, &'static str>>,
    asked: Mutex<Vec<String>>,
    is_down: Mutex<bool>,
    /// It answers of so many, and breaks off.
    answers_max: Mutex<Option<usize>>,
}

impl Carrier for Newsman {
    fn code(&self) -> &'static str {
        "cdek"
    }

    fn name(&self) -> &'static str {
        "СДЭК"
    }

    fn money_news(&self) -> Option<&dyn MoneyNews> {
        Some(self)
    }
}

impl MoneyNews for Newsman {
    fn count_max(&self) -> usize {
        3
    }

    fn ask<'a>(&'a self, shipments: &'a [ShipmentRef]) -> Answer<'a, Vec<Track>> {
        Box::pin(async move {
            if *self.is_down.lock().unwrap() {
                let said = "maintenance".to_owned();
                return Err(CarrierError::Unavailable { carrier: "cdek", said });
            }
            let asked = shipments.iter().map(|shipment| shipment.track.clone());
            self.asked.lock().unwrap().extend(asked);
            let paid = self.paid.lock().unwrap();
            let tracks = shipments.iter().map(|shipment| {
                let events = paid.get(&shipment.track).map(|order| event(order));
                Track { reference: shipment.clone(), events: events.into_iter().collect() }
            });
            let answered = self.answers_max.lock().unwrap().unwrap_or(shipments.len());
            Ok(tracks.take(answered).collect())
        })
    }

    fn settled(&self, events: &[KeptEvent]) -> Option<CodTransfer> {
        let event = events.iter().find(|event| event.code == "paid")?;
        Some(CodTransfer {
            payment_order: event.raw["order"].as_str()?.to_owned(),
            day: event.at.moscow_day(),
            collected_kopecks: Kopecks::new(100_000),
            transferred_kopecks: Some(Kopecks::new(100_000)),
            method: Some(PayMethod::Card),
        })
    }
}

fn event(order: &str) -> TrackEvent {
    TrackEvent {
        code: "paid".to_owned(),
        words: "Наложенный платёж перечислен".to_owned(),
        at: SENT.plus_seconds(2 * DAY),
        place: String::new(),
        leg: Leg::Direct,
        meaning: Some(Meaning { status: None, flag: Some(EventFlag::Info) }),
        raw: json!({ "order": order }),
    }
}

struct Site {
    desk: Desk,
    newsman: Arc<Newsman>,
}

impl Site {
    /// Four parcels of 1 000 roubles, three of them delivered.
    async fn open() -> Self {
        let parcels = ["1", "2", "3", "4"].map(|track| parcel(track, track, 100_000));
        let desk = Desk::open(parcels.into()).await;
        for index in 0..3 {
            desk.told(index, DeliveryStatus::Delivered).await;
        }
        let newsman = Arc::new(Newsman::default());
        desk.connect(Arc::clone(&newsman) as Arc<dyn Carrier>).await;
        Self { desk, newsman }
    }

    fn pays(&self, tracks: &[&str], order: &'static str) {
        let mut paid = self.newsman.paid.lock().unwrap();
        paid.extend(tracks.iter().map(|track| ((*track).to_owned(), order)));
    }

    /// Another day comes. Answers whom the carrier was asked for.
    async fn day(&self) -> Vec<String> {
        self.desk.day(registers::ASKS).await;
        let mut asked = std::mem::take(&mut *self.newsman.asked.lock().unwrap());
        asked.sort_unstable();
        asked
    }

    /// Number, lines and state of the registers, newest first.
    async fn registers(&self) -> Vec<(String, i64, String)> {
        let page = self.desk.get("/v1/registers").await;
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let one = |one: &Value| {
            (text(&one["number"]), one["lines"].as_i64().unwrap(), text(&one["state"]))
        };
        page["items"].as_array().unwrap().iter().map(one).collect()
    }

    async fn newest(&self) -> Value {
        self.desk.get("/v1/registers?limit=1").await["items"][0].clone()
    }
}

fn register(number: &str, lines: i64, state: &str) -> (String, i64, String) {
    (number.to_owned(), lines, state.to_owned())
}

#[tokio::test]
async fn settled_money_makes_a_draft_of_each_payment_and_no_parcel_comes_twice() {
    let site = Site::open().await;
    site.pays(&["1", "2"], "55");
    assert_eq!(site.day().await, ["1", "2", "3"], "the fourth brought nothing yet");
    assert_eq!(site.registers().await, [register("55", 2, "draft")]);
    let told = site.newest().await;
    assert_eq!((&told["source"], &told["payment_order"]), (&json!("api"), &json!("55")));
    assert_eq!(told["transferred_kopecks"], 200_000);
    let path = format!("/v1/registers/{}", told["id"].as_str().unwrap());
    assert_eq!(site.desk.get(&format!("{path}/findings")).await["items"], json!([]));
    site.desk.post(&format!("{path}/accept"), json!({})).await.ok();
    let own = site.desk.app.get(&site.desk.world.keys[0], "/v1/cod").await.ok();
    let methods = own["items"].as_array().unwrap().iter().map(|one| one["method"].clone());
    let card = json!("card");
    assert_eq!(methods.filter(|method| *method == card).count(), 2);

    site.pays(&["3"], "55");
    assert_eq!(site.day().await, ["3"], "the others are in a register");
    let expected = [register("55/2", 1, "draft"), register("55", 2, "accepted")];
    assert_eq!(site.registers().await, expected);
    let path = format!("/v1/registers/{}/reject", site.newest().await["id"].as_str().unwrap());
    site.desk.post(&path, json!({ "reason": "придёт файлом" })).await.ok();
    assert_eq!(site.day().await, [] as [&str; 0], "whoever rejected it does not get it again");
    assert_eq!(site.registers().await.len(), 2);
    site.desk.app.finish().await;
}

#[tokio::test]
async fn what_is_kept_makes_a_draft_though_the_carrier_is_down_and_it_is_asked_again() {
    let site = Site::open().await;
    let desk = &site.desk;
    let told = Track {
        reference: ShipmentRef { track: "1".to_owned(), ..ShipmentRef::default() },
        events: vec![event("7")],
    };
    ambar::tracking::ingest(&desk.app.app, "cdek", vec![told]).await.unwrap();
    *site.newsman.is_down.lock().unwrap() = true;
    assert_eq!(site.day().await, [] as [&str; 0]);
    assert_eq!(site.registers().await, [register("7", 1, "draft")]);
    let waits = "SELECT COUNT(*) FROM job WHERE kind = 'cod_news_read' AND state = 'queued'";
    assert_eq!(desk.count(waits).await, 1);

    // A register by mail has the second one: it is not asked for.
    let text = "Номер отправления;Сумма НП\n2;1000\n".as_bytes();
    desk.import_of("cdek", "8", text).await.unwrap();
    *site.newsman.is_down.lock().unwrap() = false;
    site.pays(&["2", "3"], "9");
    desk.app.app.clock.advance_seconds(3600);
    let workers = Workers::new(desk.app.app.clone(), daily::handlers(registers::ASKS));
    assert_eq!(workers.run_due().await.unwrap(), 1);
    assert_eq!(*site.newsman.asked.lock().unwrap(), ["3"]);
    assert_eq!(site.registers().await[0], register("9", 1, "draft"));
    site.desk.app.finish().await;
}

#[tokio::test]
async fn everybody_has_a_turn_and_what_broke_off_is_drawn_up_again() {
    let site = Site::open().await;
    site.desk.told(3, DeliveryStatus::Delivered).await;
    assert_eq!(site.day().await, ["1", "2", "3"], "so many are asked for in a day");
    site.pays(&["1", "4"], "55");
    let asked = site.day().await;
    assert_eq!((asked.len(), asked.contains(&"4".to_owned())), (3, true), "{asked:?}");
    let first = site.newest().await;
    assert_eq!(site.registers().await, [register("55", 2, "draft")]);

    // As a kill leaves it: nobody sees it, and nobody is told of its parcels.
    let cut = async move |tx: &mut Tx| {
        tx.execute("UPDATE cod_register SET state = 'loading'", args![]).await
    };
    site.desk.app.app.db.write::<u64, DbError, _>(cut).await.unwrap();
    site.day().await;
    assert_eq!(site.registers().await, [register("55", 2, "draft")]);
    assert_eq!(site.newest().await["id"], first["id"]);
    site.desk.app.finish().await;
}

#[tokio::test]
async fn whoever_the_carrier_did_not_answer_of_is_asked_for_first_the_next_day() {
    let site = Site::open().await;
    site.desk.told(3, DeliveryStatus::Delivered).await;
    *site.newsman.answers_max.lock().unwrap() = Some(1);
    assert_eq!(site.day().await, ["1", "2", "3"]);
    *site.newsman.answers_max.lock().unwrap() = None;
    assert_eq!(site.day().await, ["2", "3", "4"], "of the first it said that there is nothing yet");
    site.desk.app.finish().await;
}
