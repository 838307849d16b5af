//! Delivery points: what an import changes, what it refuses to believe, what is found, and what it
//! means for parcels.

use std::sync::{Arc, Mutex};

use ambar::args;
use ambar::carriers::model::{Answers, PointKind, PointLimits, PointModel, PointsPage};
use ambar::carriers::{Answer, Carrier, CarrierError, Points};
use ambar::db::{DbError, Tx};
use ambar::jobs::Workers;
use ambar::points::{self, Closing, ImportReport, PointsError, SourceRow};
use ambar::sandbox::carriers::{BadManner, Misbehaviour};
use ambar::shipments::Connected;
use ambar::units::{Clock, Grams, Kopecks, UtcMicros};
use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::picking::number;
use crate::seed::{self, World};
use crate::shipments::Site;
use crate::support::TestApp;

const START: UtcMicros = UtcMicros::from_micros(1_795_600_800_000_000);

/// A carrier that names what the test says, two points a page.
struct Named {
    code: &'static str,
    points: Mutex<Vec<PointModel>>,
    /// The page that is never answered.
    broken_page: Option<usize>,
    /// Answers the last page only when it is told to.
    gate: Option<Arc<Notify>>,
}

impl Carrier for Named {
    fn code(&self) -> &str {
        self.code
    }

    fn name(&self) -> &str {
        self.code
    }

    fn points(&self) -> Option<&dyn Points> {
        Some(self)
    }
}

impl Points for Named {
    fn points<'a>(&'a self, from: Option<&'a str>) -> Answer<'a, PointsPage> {
        Box::pin(async move {
            let page: usize = from.map_or(0, |from| from.parse().unwrap());
            if self.broken_page == Some(page) {
                return Err(CarrierError::Unavailable {
                    carrier: "Тест", said: "503".to_owned()
                });
            }
            let (points, is_last) = {
                let all = self.points.lock().unwrap();
                let part: Vec<PointModel> = all.iter().skip(page * 2).take(2).cloned().collect();
                (part, page * 2 + 2 >= all.len())
            };
            if let (true, Some(gate)) = (is_last, &self.gate) {
                gate.notified().await;
            }
            Ok(PointsPage { points, next: (!is_last).then(|| (page + 1).to_string()) })
        })
    }
}

fn named(code: &'static str, points: Vec<PointModel>) -> Connected {
    Arc::new(Named { code, points: Mutex::new(points), broken_page: None, gate: None })
}

fn point(code: &str, city: &str, place: (f64, f64)) -> PointModel {
    PointModel {
        code: code.to_owned(),
        kind: PointKind::Office,
        name: format!("Пункт {code}"),
        region: "Область".to_owned(),
        city: city.to_owned(),
        postcode: "101000".to_owned(),
        address: "ул. Мира, 1".to_owned(),
        latitude: Some(place.0),
        longitude: Some(place.1),
        hours: "10–22".to_owned(),
        phone: "+74950000000".to_owned(),
        hint: String::new(),
        limits: PointLimits::default(),
        cash: Answers::Yes,
        card: Answers::Yes,
        partial_buy_out: Answers::Unknown,
        hands_out: Answers::Yes,
        takes_in: Answers::Unknown,
        is_closed: false,
    }
}

fn five() -> Vec<PointModel> {
    ["001", "2", "3", "4", "5"].map(|code| point(code, "Москва", (55.75, 37.61))).to_vec()
}

async fn import(app: &TestApp, points: Vec<PointModel>) -> Result<ImportReport, PointsError> {
    points::import(&app.app, &named("test", points), Closing::Plausible).await
}

async fn source(app: &TestApp) -> SourceRow {
    let read = async |tx: &mut Tx| points::find::sources(tx).await;
    app.app.db.read::<_, DbError, _>(read).await.unwrap().pop().unwrap()
}

async fn start() -> (TestApp, World) {
    let app = TestApp::spawn_with(Clock::fixed(START)).await;
    let world = seed::world(&app.app).await;
    (app, world)
}

/// The codes that a search finds, as a shop.
async fn found(app: &TestApp, world: &World, query: &str) -> Vec<String> {
    let page = app.get(&world.keys[0], &format!("/v1/delivery-points?{query}")).await.ok();
    codes(&page)
}

fn codes(page: &Value) -> Vec<String> {
    let items = page["items"].as_array().unwrap().iter();
    items.map(|item| item["code"].as_str().unwrap().to_owned()).collect()
}

async fn one(app: &TestApp, world: &World, code: &str) -> Value {
    app.get(&world.keys[0], &format!("/v1/delivery-points/test/{code}")).await.ok()
}

#[tokio::test]
async fn an_import_that_repeats_what_is_known_changes_nothing() {
    let (app, world) = start().await;
    let first = import(&app, five()).await.unwrap();
    assert_eq!(first, ImportReport { points: 5, created: 5, ..ImportReport::default() });
    let before = source(&app).await;
    assert_eq!((before.version, before.points), (1, 5));
    app.app.clock.advance_seconds(3_600);
    let mut twice = five();
    twice.push(point("5", "Тула", (54.2, 37.6)));
    twice.push(point(" ", "Тула", (54.2, 37.6)));
    let again = import(&app, twice).await.unwrap();
    let told = ImportReport { points: 5, unchanged: 5, left_out: 2, ..ImportReport::default() };
    assert_eq!(again, told, "the first word about a point counts, and one without a code is none");
    let after = source(&app).await;
    assert_eq!(after.version, 1);
    assert!(after.finished_at > before.finished_at);
    let changed = app.app.clock.now().plus_seconds(-3_600);
    assert_eq!(one(&app, &world, "001").await["changed_at"], json!(changed));
    app.finish().await;
}

#[tokio::test]
async fn points_are_changed_closed_and_opened_again() {
    let (app, world) = start().await;
    import(&app, five()).await.unwrap();
    app.app.clock.advance_seconds(60);
    let mut next = five();
    next.remove(4);
    next[0].hours = "круглосуточно".to_owned();
    next[1].is_closed = true;
    let report = import(&app, next.clone()).await.unwrap();
    let told =
        ImportReport { points: 4, changed: 2, unchanged: 2, closed: 2, ..ImportReport::default() };
    assert_eq!(report, told);
    assert_eq!(found(&app, &world, "carrier=test").await, ["001", "3", "4"]);
    assert_eq!(one(&app, &world, "001").await["hours"], "круглосуточно");
    let closed_at = json!(app.app.clock.now());
    assert_eq!(one(&app, &world, "2").await["closed_at"], closed_at);
    assert_eq!(one(&app, &world, "5").await["closed_at"], closed_at, "kept, but closed");

    app.app.clock.advance_seconds(60);
    next[1].hint = "Ремонт".to_owned();
    let report = import(&app, next).await.unwrap();
    assert_eq!((report.changed, report.closed, report.reopened), (1, 0, 0));
    assert_eq!(one(&app, &world, "2").await["closed_at"], closed_at, "it was closed before");

    let report = import(&app, five()).await.unwrap();
    assert_eq!((report.changed, report.unchanged, report.reopened), (3, 2, 2), "{report:?}");
    assert_eq!(found(&app, &world, "carrier=test").await, ["001", "2", "3", "4", "5"]);
    assert_eq!(one(&app, &world, "5").await["closed_at"], Value::Null);
    app.finish().await;
}

#[tokio::test]
async fn half_an_import_closes_nothing_and_is_told() {
    let (app, world) = start().await;
    import(&app, five()).await.unwrap();
    app.app.clock.advance_seconds(60);
    let mut next = five();
    next[0].hours = "круглосуточно".to_owned();
    next[1].is_closed = true;
    let half = Named { code: "test", points: Mutex::new(next), broken_page: Some(1), gate: None };
    let half: Connected = Arc::new(half);
    let error = points::import(&app.app, &half, Closing::Plausible).await.unwrap_err();
    assert!(matches!(error, PointsError::Carrier(CarrierError::Unavailable { .. })), "{error}");
    assert_eq!(found(&app, &world, "carrier=test").await.len(), 5);
    let sources = app.get(world.admin(), "/v1/delivery-point-sources").await.ok();
    assert_eq!(sources[0]["problem"]["code"], "carrier_unavailable", "{sources}");
    assert_eq!(sources[0]["points"], 5);
    import(&app, five()).await.unwrap();
    assert_eq!(source(&app).await.problem, None, "the next one begins anew");
    app.finish().await;
}

#[tokio::test]
async fn nobody_believes_that_most_points_have_closed_until_a_person_says_so() {
    let (app, world) = start().await;
    import(&app, five()).await.unwrap();
    let mut two = five();
    two.truncate(2);
    let error = import(&app, two.clone()).await.unwrap_err();
    assert!(matches!(error, PointsError::Implausible { closing: 3, open: 5, .. }), "{error}");
    let mut said = five();
    said.iter_mut().take(3).for_each(|point| point.is_closed = true);
    let error = import(&app, said).await.unwrap_err();
    assert!(matches!(error, PointsError::Implausible { closing: 3, open: 5, .. }), "{error}");
    assert_eq!(found(&app, &world, "").await.len(), 5);
    assert_eq!(source(&app).await.problem.unwrap()["code"], "delivery_points_implausible");
    let none = import(&app, Vec::new()).await;
    assert!(matches!(none, Err(PointsError::Implausible { closing: 5, .. })));
    let report = points::import(&app.app, &named("test", two), Closing::Any).await.unwrap();
    assert_eq!(report.closed, 3);
    assert_eq!(found(&app, &world, "").await, ["001", "2"]);
    app.finish().await;
}

#[tokio::test]
async fn one_import_of_a_carrier_runs_at_a_time_and_every_node_sees_what_it_brought() {
    let (app, world) = start().await;
    let (second, base) = app.spawn_beside().await;
    import(&app, five()).await.unwrap();
    let there = format!("{base}/v1/delivery-points?city=москва");
    assert_eq!(codes(&app.get(&world.keys[0], &there).await.ok()).len(), 5);

    let gate = Arc::new(Notify::new());
    let mut six = five();
    six.push(point("6", "Москва", (55.7, 37.6)));
    let (points, waiting) = (Mutex::new(six.clone()), Some(gate.clone()));
    let slow: Connected =
        Arc::new(Named { code: "test", points, broken_page: None, gate: waiting });
    let first = app.app.clone();
    let running =
        tokio::spawn(async move { points::import(&first, &slow, Closing::Plausible).await });
    crate::printing::until("the first import runs", async || {
        number(&app, "SELECT COUNT(*) FROM point_source WHERE run_id IS NOT NULL").await == 1
    })
    .await;
    let busy = points::import(&second, &named("test", five()), Closing::Plausible).await;
    assert!(matches!(busy, Err(PointsError::Busy { .. })), "{busy:?}");
    let other = points::import(&second, &named("other", five()), Closing::Plausible).await;
    assert_eq!(other.unwrap().created, 5, "another carrier is another matter");
    gate.notify_one();
    assert_eq!(running.await.unwrap().unwrap().created, 1);
    let seen = app.get(&world.keys[0], &format!("{there}&carrier=test")).await.ok();
    assert_eq!(codes(&seen), ["001", "2", "3", "4", "5", "6"]);

    // A node that died in the middle holds nobody up when its time is over.
    let die = "UPDATE point_source SET run_id = $1, lease_until = $2 WHERE carrier = 'test'";
    let until = app.app.clock.now().plus_seconds(10);
    let work = async move |tx: &mut Tx| tx.execute(die, args![uuid::Uuid::nil(), until]).await;
    app.app.db.write::<u64, DbError, _>(work).await.unwrap();
    assert!(matches!(import(&app, six.clone()).await, Err(PointsError::Busy { .. })));
    app.app.clock.advance_seconds(10);
    assert_eq!(import(&app, six).await.unwrap().unchanged, 6);
    second.db.close().await;
    app.finish().await;
}

#[tokio::test]
async fn a_city_is_found_however_it_is_spelt_page_by_page() {
    let (app, world) = start().await;
    let mut points = five();
    points.push(point("O1", "г. Орёл", (52.97, 36.06)));
    points.push(point("O2", "ОРЕЛ", (52.96, 36.07)));
    points.push(point("P1", "Санкт-Петербург", (59.93, 30.33)));
    import(&app, points).await.unwrap();
    points::import(&app.app, &named("again", five()), Closing::Plausible).await.unwrap();
    for city in ["орел", "ОРЁЛ", "г.Орел", "Орел+г"] {
        assert_eq!(found(&app, &world, &format!("city={city}")).await, ["O1", "O2"], "{city}");
    }
    assert_eq!(found(&app, &world, "city=санкт+петербург").await, ["P1"]);
    assert_eq!(found(&app, &world, "city=Орел&carrier=again").await, [""; 0]);
    let (mut all, mut path) = (Vec::new(), "/v1/delivery-points?city=Москва&limit=3".to_owned());
    loop {
        let page = app.get(&world.keys[0], &path).await.ok();
        for item in page["items"].as_array().unwrap() {
            all.push(format!(
                "{}:{}",
                item["carrier"].as_str().unwrap(),
                item["code"].as_str().unwrap()
            ));
        }
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/v1/delivery-points?city=Москва&limit=3&after={next}");
    }
    assert_eq!(all.len(), 10, "{all:?}");
    assert!(all.is_sorted(), "{all:?}");
    let unknown = app.get(&world.keys[0], "/v1/delivery-points/test/none").await;
    assert_eq!(unknown.problem(404), "delivery_point_not_found");
    app.finish().await;
}

#[tokio::test]
async fn the_nearest_points_come_first_also_across_the_date_line_and_at_the_pole() {
    let (app, world) = start().await;
    let mut points = vec![
        point("near", "Москва", (55.7558, 37.6173)),
        point("nearer", "Москва", (55.7512, 37.6185)),
        point("far", "Химки", (55.8890, 37.4300)),
        point("west", "Уэлен", (66.16, -179.95)),
        point("east", "Эгвекинот", (66.16, 179.95)),
        point("pole", "Полюс", (89.999, -120.0)),
    ];
    points.push(PointModel {
        latitude: None,
        longitude: None,
        ..point("nowhere", "Москва", (0.0, 0.0))
    });
    import(&app, points).await.unwrap();
    let near = "near=55.7500,37.6180";
    assert_eq!(found(&app, &world, &format!("{near}&radius_m=5000")).await, ["nearer", "near"]);
    assert_eq!(found(&app, &world, near).await, ["nearer", "near", "far"]);
    assert_eq!(found(&app, &world, &format!("{near}&limit=1")).await, ["nearer"]);
    assert_eq!(found(&app, &world, &format!("{near}&city=химки")).await, ["far"]);
    assert_eq!(found(&app, &world, "near=66.16,179.99&radius_m=10000").await, ["east", "west"]);
    assert_eq!(found(&app, &world, "near=66.16,-179.99&radius_m=10000").await, ["west", "east"]);
    assert_eq!(found(&app, &world, "near=89.999,60&radius_m=1000").await, ["pole"]);
    let all = found(&app, &world, &format!("{near}&radius_m=20100000")).await;
    assert_eq!(all.len(), 6, "everywhere but nowhere: {all:?}");
    let path = format!("/v1/delivery-points?{near}&radius_m=1000");
    let page = app.get(&world.keys[0], &path).await.ok();
    let metres: Vec<i64> = page["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["distance_m"].as_i64().unwrap())
        .collect();
    assert!((130..140).contains(&metres[0]) && (640..650).contains(&metres[1]), "{metres:?}");
    for wrong in
        ["near=x", "near=91,0", "near=55.75", "near=55,37&radius_m=0", "near=5,5&radius_m=99999999"]
    {
        let answer = app.get(&world.keys[0], &format!("/v1/delivery-points?{wrong}")).await;
        assert_eq!(answer.problem(422), "input_invalid", "{wrong}");
    }
    app.finish().await;
}

#[tokio::test]
async fn only_points_that_take_the_parcel_are_found() {
    let (app, world) = start().await;
    let place = (55.75, 37.61);
    let locker = PointModel {
        kind: PointKind::Locker,
        limits: PointLimits {
            weight_max_g: Some(Grams::new(15_000)),
            sides_max_mm: Some([600, 400, 380]),
            cod_max_kopecks: Some(Kopecks::new(1_500_000)),
            ..PointLimits::default()
        },
        cash: Answers::No,
        partial_buy_out: Answers::No,
        ..point("locker", "Москва", place)
    };
    let prepaid =
        PointModel {
            cash: Answers::No, card: Answers::No, ..point("prepaid", "Москва", place)
        };
    let intake = PointModel { hands_out: Answers::No, ..point("intake", "Москва", place) };
    let office = point("office", "Москва", place);
    import(&app, vec![locker, prepaid, intake, office]).await.unwrap();
    for (query, codes) in [
        ("", vec!["locker", "office", "prepaid"]),
        ("kind=locker", vec!["locker"]),
        ("cod=cash", vec!["office"]),
        ("cod=card", vec!["locker", "office"]),
        ("cod_kopecks=100", vec!["locker", "office"]),
        ("cod_kopecks=1500001", vec!["office"]),
        ("buy_out=partial", vec!["office", "prepaid"]),
        ("weight_g=15001", vec!["office", "prepaid"]),
        ("length_mm=100&width_mm=600&height_mm=390", vec!["locker", "office", "prepaid"]),
        ("length_mm=390&width_mm=600&height_mm=390", vec!["office", "prepaid"]),
    ] {
        assert_eq!(found(&app, &world, query).await, codes, "{query}");
    }
    let wrong = app.get(&world.keys[0], "/v1/delivery-points?length_mm=-1").await;
    assert_eq!(wrong.problem(422), "input_invalid");
    app.finish().await;
}

/// Asks for all points that are due, and does it.
async fn refresh(site: &Site) -> usize {
    let queued = points::queue_due(&site.app.app).await.unwrap();
    let workers = Workers::new(site.app.app.clone(), points::handlers());
    while workers.run_due().await.unwrap() > 0 {}
    queued
}

/// The same before the day is over, for which people stay logged in.
async fn refresh_again(site: &Site) -> usize {
    site.app.app.clock.advance_seconds(60);
    let due = "UPDATE point_source SET due_at = $1";
    let now = site.app.app.clock.now();
    let work = async move |tx: &mut Tx| tx.execute(due, args![now]).await;
    site.app.app.db.write::<u64, DbError, _>(work).await.unwrap();
    refresh(site).await
}

async fn site_points(site: &Site, query: &str) -> Vec<String> {
    found(&site.app, &site.world, query).await
}

#[tokio::test]
async fn every_carrier_is_asked_once_a_day_and_when_somebody_wants_it() {
    let site = Site::open().await;
    let (other, _) = site.app.spawn_beside().await;
    assert_eq!(refresh(&site).await, 2, "both carriers, at once");
    assert_eq!(points::queue_due(&other).await.unwrap(), 0, "and no other node again");
    assert!(site_points(&site, "city=казань&carrier=cdek").await.len() >= 2);
    assert!(!site_points(&site, "carrier=boxberry").await.is_empty());
    assert_eq!(refresh(&site).await, 0);

    let admin = site.world.admin();
    let accounts = site.app.get(admin, "/v1/carrier-accounts").await.ok();
    let account = accounts["items"][0]["id"].clone();
    let body = json!({ "account_id": account });
    let refused = site.app.post(&site.world.keys[0], "/v1/delivery-points/refresh", body.clone());
    assert_eq!(refused.await.problem(403), "forbidden");
    let told = site.app.post(admin, "/v1/delivery-points/refresh", body).await.ok();
    assert_eq!(told["carrier"], "cdek", "{told}");
    refresh(&site).await;
    let job = format!("/v1/jobs/{}", told["job_id"].as_str().unwrap());
    assert_eq!(site.app.get(admin, &job).await.ok()["state"], "done");
    site.app.app.clock.advance_seconds(24 * 3_600);
    assert_eq!(refresh(&site).await, 2, "the next day");
    other.db.close().await;
    site.app.finish().await;
}

#[tokio::test]
async fn a_parcel_for_a_point_that_would_refuse_it_is_not_told_and_a_locker_is_one() {
    let site = Site::open().await;
    refresh(&site).await;
    let parcel = site.parcel().await;
    let shipment = site.send_by(&parcel, "cdek", "SPB40").await;
    site.work().await;
    let refused = site.shipment(&shipment).await;
    assert_eq!(refused["state"], "refused", "{refused}");
    assert_eq!(refused["problem"]["code"], "shipment_point_unfit", "{refused}");
    let text = refused["problem"]["text"].as_str().unwrap();
    assert!(text.contains("SPB40") && text.contains("не принимает оплату"), "{text}");
    assert!(site.cdek.stand_in.held().is_empty(), "the carrier has never heard of it");

    let shipment = site.send_by(&parcel, "cdek", "SPB902").await;
    assert_eq!(shipment["mode"], "locker", "{shipment}");
    site.work().await;
    let sent = site.shipment(&shipment).await;
    assert_eq!(sent["state"], "registered", "{sent}");
    assert_eq!(sent["mode"], "locker", "{sent}");
    site.app.finish().await;
}

#[tokio::test]
async fn the_closing_of_a_point_is_noticed_for_parcels_bound_to_it() {
    let site = Site::open().await;
    refresh(&site).await;
    let (bound, elsewhere) = (site.parcel().await, site.parcel().await);
    let bound = site.send_by(&bound, "cdek", "MSK12").await;
    let elsewhere = site.send_by(&elsewhere, "cdek", "SPB3").await;
    site.work().await;
    for shipment in [&bound, &elsewhere] {
        let shipment = site.shipment(shipment).await;
        assert_eq!(
            (&shipment["state"], &shipment["attention"]),
            (&json!("registered"), &Value::Null)
        );
    }
    let closed = Misbehaviour::always(BadManner::ClosedPoint).at("deliverypoints");
    site.cdek.stand_in.manners().misbehave(closed);
    assert_eq!(refresh_again(&site).await, 2);
    assert_eq!(site.shipment(&bound).await["attention"], "point_closed");
    assert_eq!(site.shipment(&elsewhere).await["attention"], Value::Null);

    let late = site.parcel().await;
    let late = site.send_by(&late, "cdek", "MSK12").await;
    assert_eq!(site.shipment(&late).await["attention"], "point_closed", "from the beginning");
    site.work().await;
    let late = site.shipment(&late).await;
    assert_eq!(late["problem"]["code"], "shipment_point_unfit", "{late}");
    assert!(late["problem"]["text"].as_str().unwrap().contains("он закрыт"), "{late}");

    site.cdek.stand_in.manners().behave();
    assert_eq!(refresh_again(&site).await, 2);
    assert_eq!(site.shipment(&bound).await["attention"], Value::Null, "it is open again");
    site.app.finish().await;
}

const LIST: &str = "Код;Тип;Город;Адрес;Широта;Долгота;Макс. вес, кг;Наличные;Карта
K-1;ПВЗ;Тверь;ул Советская, д 1;56,8587;35,9176;15;да;нет
K-2;постамат;Тверь;ул Новая, д 2;56,8600;35,9000;5,5;нет;да
";

/// Sends a list of points of the carrier `kaliti`, who has no interface.
async fn listed(app: &TestApp, world: &World, query: &str, text: &str) -> (u16, Value) {
    let answer = ambar::net::client()
        .post(format!("{}/v1/carriers/kaliti/points/import{query}", app.base))
        .bearer_auth(world.admin())
        .header("Idempotency-Key", crate::support::unique_name())
        .body(text.to_owned())
        .send()
        .await
        .unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

#[tokio::test]
async fn points_come_from_a_file_and_only_a_whole_list_closes_others() {
    let app = TestApp::spawn_with(Clock::fixed(START)).await;
    let world = seed::world(&app.app).await;
    let counts = |answer: &Value| {
        let of = |name: &str| answer[name].as_i64().unwrap();
        [of("created"), of("changed"), of("unchanged"), of("closed"), of("refused")]
    };
    let (status, first) = listed(&app, &world, "", LIST).await;
    assert_eq!((status, counts(&first)), (200, [2, 0, 0, 0, 0]), "{first}");
    let (_, again) = listed(&app, &world, "", LIST).await;
    assert_eq!(counts(&again), [0, 0, 2, 0, 0], "{again}");

    let near = "/v1/delivery-points?near=56.8587,35.9176&cod=cash&weight_g=1200";
    let found = app.get(world.admin(), near).await.ok();
    let codes: Vec<&str> =
        found["items"].as_array().unwrap().iter().map(|p| p["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["K-1"], "{found}");

    let odd = "Код;Город;Адрес;Широта;Долгота\nK-3;Тверь;ул Третья;56,1;35,1\nK-4;;ул Четвёртая;;\nK-5;Тверь;ул Пятая;156,1;35,1\n";
    let (status, part) = listed(&app, &world, "", odd).await;
    assert_eq!((status, counts(&part)), (200, [1, 0, 0, 0, 2]), "{part}");
    let lines: Vec<i64> = part["refusals"]
        .as_array()
        .unwrap()
        .iter()
        .map(|refusal| refusal["line"].as_i64().unwrap())
        .collect();
    assert_eq!(lines, [3, 4], "each with its line: {part}");
    let (status, refused) = listed(&app, &world, "?replace=true", odd).await;
    assert_eq!((status, refused["code"].as_str()), (422, Some("import_refused")), "{refused}");

    let (status, whole) = listed(&app, &world, "?replace=true", LIST).await;
    assert_eq!((status, counts(&whole)), (200, [0, 0, 2, 1, 0]), "{whole}");
    let shop = app.get(&world.keys[0], near).await;
    assert!(shop.status.is_success(), "a shop chooses points, too");
    app.finish().await;
}
