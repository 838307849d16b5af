//! Events of shops: the feed, and webhooks to receivers that behave well and badly.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ambar::app::App;
use ambar::commands::Ctx;
use ambar::db::{DbError, Tx};
use ambar::ids::OwnerId;
use ambar::jobs::Workers;
use ambar::notices::{Notice, ShopEventKind, ShopWebhooks, publish};
use ambar::units::{Clock, UtcMicros};
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::net::TcpListener;

use crate::picking::number;
use crate::seed::{self, World};
use crate::support::{Answer, TestApp, unique_name};

const START: UtcMicros = UtcMicros::from_micros(1_780_000_000_000_000);
const CHANGED: ShopEventKind = ShopEventKind::ParcelStatusChanged;
const DAY: i64 = 24 * 3600;

/// What a receiver does with a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Manner {
    Answer(u16),
    /// Sends us elsewhere.
    Redirect,
    /// Says nothing for as long as anybody listens.
    Silent,
}

#[derive(Debug, Clone)]
struct Message {
    id: String,
    timestamp: i64,
    signatures: Vec<String>,
    text: String,
}

impl Message {
    fn body(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    fn subject(&self) -> String {
        self.body()["subject"].as_str().unwrap().to_owned()
    }
}

/// A program of a shop. It takes everything, unless it was told how to behave.
#[derive(Clone, Default)]
struct Receiver {
    heard: Arc<Mutex<Vec<Message>>>,
    manners: Arc<Mutex<VecDeque<Manner>>>,
    port: u16,
}

impl Receiver {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let receiver = Self { port: listener.local_addr().unwrap().port(), ..Self::default() };
        let service = axum::Router::new().fallback(hear).with_state(receiver.clone());
        tokio::spawn(async move { axum::serve(listener, service).await });
        receiver
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}/hooks?token=t0ken", self.port)
    }

    fn will(&self, manners: &[Manner]) {
        self.manners.lock().unwrap().extend(manners);
    }

    fn heard(&self) -> Vec<Message> {
        self.heard.lock().unwrap().clone()
    }

    fn subjects(&self) -> Vec<String> {
        self.heard().iter().map(Message::subject).collect()
    }

    fn forget(&self) {
        self.heard.lock().unwrap().clear();
    }
}

async fn hear(State(receiver): State<Receiver>, headers: HeaderMap, body: Bytes) -> Response {
    let text = |name: &str| headers[name].to_str().unwrap().to_owned();
    assert_eq!(headers[header::CONTENT_TYPE], "application/json");
    receiver.heard.lock().unwrap().push(Message {
        id: text("webhook-id"),
        timestamp: text("webhook-timestamp").parse().unwrap(),
        signatures: text("webhook-signature").split(' ').map(str::to_owned).collect(),
        text: String::from_utf8(body.to_vec()).unwrap(),
    });
    let manner = receiver.manners.lock().unwrap().pop_front();
    match manner.unwrap_or(Manner::Answer(204)) {
        Manner::Answer(status) => StatusCode::from_u16(status).unwrap().into_response(),
        Manner::Redirect => {
            (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, "/elsewhere")]).into_response()
        }
        Manner::Silent => std::future::pending().await,
    }
}

/// The signature as the specification tells it, with nothing but a hash function (RFC 2104).
fn signature(secret: &str, message: &Message) -> String {
    let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    assert!((24..=64).contains(&key.len()));
    let mut block = [0; 64];
    block[..key.len()].copy_from_slice(&key);
    let content = format!("{}.{}.{}", message.id, message.timestamp, message.text);
    let padded = |pad: u8| block.map(|byte| byte ^ pad);
    let inner = Sha256::new().chain_update(padded(0x36)).chain_update(content).finalize();
    let outer = Sha256::new().chain_update(padded(0x5c)).chain_update(inner).finalize();
    format!("v1,{}", STANDARD.encode(outer))
}

async fn tell(app: &App, owner: OwnerId, subject: &'static str) {
    tell_as(app, owner, CHANGED, subject).await;
}

async fn tell_as(app: &App, owner: OwnerId, kind: ShopEventKind, subject: &'static str) {
    let now = app.clock.now();
    let work = async move |tx: &mut Tx| {
        let data = json!({ "parcel_id": subject, "status": "in_transit" });
        let notice = Notice { kind, subject: subject.to_owned(), data };
        publish(tx, &Ctx::system(now), owner, vec![notice]).await
    };
    app.db.write::<(), DbError, _>(work).await.unwrap();
}

async fn put_hosts(app: &TestApp, world: &World, names: &[&str]) -> Answer {
    let (path, key) = ("/v1/webhook-hosts", unique_name());
    let body = json!({ "names": names });
    app.send(Method::PUT, world.admin(), path, Some(&key), Some(body)).await
}

struct Stage {
    app: TestApp,
    world: World,
    clock: Clock,
    workers: Workers,
}

impl Stage {
    /// Two shops, and an operator who trusts the receivers of these tests.
    async fn new() -> Self {
        let clock = Clock::fixed(START);
        let app = TestApp::spawn_with(clock.clone()).await;
        let world = seed::world(&app.app).await;
        put_hosts(&app, &world, &["127.0.0.1"]).await.ok();
        let workers = workers(&app.app);
        Self { app, world, clock, workers }
    }

    /// An endpoint of a shop and its secret.
    async fn endpoint(&self, shop: usize, receiver: &Receiver, kinds: &[&str]) -> (String, String) {
        let body = json!({ "url": receiver.url(), "kinds": kinds });
        let made = self.app.post(&self.world.keys[shop], "/v1/webhook-endpoints", body).await.ok();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        (text(&made["endpoint"]["id"]), text(&made["secret"]))
    }

    async fn look(&self, shop: usize, id: &str) -> Value {
        let path = format!("/v1/webhook-endpoints/{id}");
        self.app.get(&self.world.keys[shop], &path).await.ok()
    }

    async fn ask(&self, id: &str, what: &str, body: Value) -> Answer {
        let path = format!("/v1/webhook-endpoints/{id}/{what}");
        self.app.post(&self.world.keys[0], &path, body).await
    }

    async fn tell(&self, subject: &'static str) {
        tell(&self.app.app, self.world.owners[0], subject).await;
    }

    async fn feed(&self, shop: usize, query: &str) -> Value {
        self.app.get(&self.world.keys[shop], &format!("/v1/events?{query}")).await.ok()
    }

    /// Sends what is due now.
    async fn send(&self) {
        while self.workers.run_due().await.unwrap() > 0 {}
    }

    async fn send_after(&self, seconds: i64) {
        self.clock.advance_seconds(seconds);
        self.send().await;
    }
}

fn workers(app: &App) -> Workers {
    let webhooks = ShopWebhooks::with_patience(Duration::from_millis(500));
    Workers::new(app.clone(), vec![Arc::new(webhooks)])
}

#[tokio::test]
async fn a_shop_hears_of_its_parcels_in_order_and_can_verify_it() {
    let stage = Stage::new().await;
    let (all, problems, other) =
        (Receiver::start().await, Receiver::start().await, Receiver::start().await);
    stage.tell("before anybody listened").await;
    let (_, secret) = stage.endpoint(0, &all, &[]).await;
    let (_, other_secret) = stage.endpoint(1, &other, &[]).await;
    stage.endpoint(0, &problems, &["parcel.problem"]).await;
    for subject in ["one", "two", "three"] {
        stage.tell(subject).await;
    }
    let owners = stage.world.owners;
    tell_as(&stage.app.app, owners[0], ShopEventKind::ParcelProblem, "four").await;
    tell(&stage.app.app, owners[1], "theirs").await;
    let jobs = "SELECT COUNT(*) FROM job";
    assert_eq!(number(&stage.app, jobs).await, 2, "one for each shop, not for each event");
    stage.send().await;
    assert_eq!(all.subjects(), ["one", "two", "three", "four"]);
    assert_eq!(problems.subjects(), ["four"]);
    assert_eq!(other.subjects(), ["theirs"]);
    for message in all.heard() {
        assert_eq!(message.signatures, [signature(&secret, &message)]);
        assert_ne!(message.signatures, [signature(&other_secret, &message)]);
        assert_eq!(message.timestamp, START.micros() / 1_000_000);
    }
    let body = all.heard()[0].body();
    assert_eq!(body["type"], "parcel.status_changed");
    assert_eq!(body["timestamp"], "2026-05-28T20:26:40.000000Z");
    assert_eq!(body["data"], json!({ "parcel_id": "one", "status": "in_transit" }));
    // The feed tells the same, and what was before.
    let feed = stage.feed(0, "").await;
    assert_eq!((feed["items"].as_array().unwrap().len(), &feed["next"]), (5, &json!(5)));
    assert_eq!(feed["items"][1]["id"], all.heard()[0].id);
    assert_eq!(feed["items"][1]["seq"], body["seq"]);
    let text = "SELECT COUNT(*) FROM command WHERE CAST(request AS TEXT) LIKE '%whsec_%' OR outcome LIKE '%whsec_%'";
    assert_eq!(number(&stage.app, text).await, 0, "secrets are not in the trail");
    stage.app.finish().await;
}

#[tokio::test]
async fn an_endpoint_that_misbehaves_is_asked_again_and_gets_all_in_order() {
    let stage = Stage::new().await;
    let receiver = Receiver::start().await;
    let (id, _) = stage.endpoint(0, &receiver, &[]).await;
    stage.tell("one").await;
    stage.tell("two").await;
    receiver.will(&[Manner::Answer(500), Manner::Silent, Manner::Redirect, Manner::Answer(404)]);
    let troubles =
        [(Some(500), "status"), (None, "timed_out"), (Some(307), "status"), (Some(404), "status")];
    for (index, (status, trouble)) in troubles.into_iter().enumerate() {
        stage.send_after(60).await;
        let told = stage.look(0, &id).await;
        assert_eq!(told["attempts"], json!(index + 1), "{told}");
        assert_eq!(
            (&told["last_status"], &told["last_trouble"]),
            (&json!(status), &json!(trouble))
        );
        assert_eq!((&told["state"], &told["sent_seq"]), (&json!("active"), &json!(0)));
        assert!(told["failing_since"].is_string() && told["next_try_at"].is_string(), "{told}");
        stage.send().await;
        assert_eq!(receiver.heard().len(), index + 1, "not before its time");
    }
    stage.send_after(60).await;
    assert_eq!(receiver.subjects(), ["one", "one", "one", "one", "one", "two"]);
    let heard = receiver.heard();
    assert!(heard[..5].iter().all(|message| message.id == heard[0].id), "the same message");
    assert_ne!(heard[5].id, heard[0].id);
    assert!(heard[4].timestamp > heard[0].timestamp, "each attempt has its own time");
    let told = stage.look(0, &id).await;
    assert_eq!((&told["attempts"], &told["sent_seq"]), (&json!(0), &json!(2)));
    assert_eq!((&told["failing_since"], &told["last_status"]), (&Value::Null, &json!(204)));
    stage.app.finish().await;
}

#[tokio::test]
async fn a_receiver_that_is_away_or_hangs_up_is_told_later() {
    let stage = Stage::new().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut receiver = Receiver::start().await;
    let usual = std::mem::replace(&mut receiver.port, listener.local_addr().unwrap().port());
    let (id, _) = stage.endpoint(0, &receiver, &[]).await;
    stage.tell("one").await;
    let hanging_up = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        drop(stream);
    });
    stage.send().await;
    hanging_up.await.unwrap();
    assert_eq!(stage.look(0, &id).await["last_trouble"], "unreachable", "it hung up");
    stage.send_after(60).await;
    let told = stage.look(0, &id).await;
    assert_eq!((&told["last_trouble"], &told["attempts"]), (&json!("unreachable"), &json!(2)));
    // Another endpoint of the shop is not held up by it.
    receiver.port = usual;
    stage.endpoint(0, &receiver, &[]).await;
    stage.tell("two").await;
    stage.send().await;
    assert_eq!(receiver.subjects(), ["two"]);
    stage.app.finish().await;
}

#[tokio::test]
async fn an_endpoint_that_is_gone_or_fails_for_three_days_is_disabled_and_can_go_on() {
    let stage = Stage::new().await;
    let receiver = Receiver::start().await;
    let (id, _) = stage.endpoint(0, &receiver, &[]).await;
    receiver.will(&[Manner::Answer(410)]);
    stage.tell("one").await;
    stage.send().await;
    let told = stage.look(0, &id).await;
    assert_eq!((&told["state"], &told["reason"]), (&json!("disabled"), &json!("gone")), "{told}");
    stage.tell("two").await;
    stage.send_after(DAY).await;
    assert_eq!(receiver.heard().len(), 1, "it is left alone");
    assert_eq!(stage.ask(&id, "test", json!({})).await.problem(409), "webhook_endpoint_not_active");
    stage.ask(&id, "resume", json!({})).await.ok();
    receiver.forget();
    stage.send().await;
    assert_eq!(receiver.subjects(), ["one", "two"], "nothing is missing");

    receiver.forget();
    receiver.will(&[Manner::Answer(503); 200]);
    stage.tell("three").await;
    let mut hours = 0;
    while stage.look(0, &id).await["state"] == "active" {
        stage.send_after(3600).await;
        hours += 1;
    }
    assert!((72..=80).contains(&hours), "{hours}");
    let tries = receiver.heard().len();
    assert!((12..=40).contains(&tries), "{tries}");
    let told = stage.look(0, &id).await;
    assert_eq!((&told["state"], &told["reason"]), (&json!("disabled"), &json!("failing")));
    assert_eq!((&told["sent_seq"], &told["last_seq"]), (&json!(2), &json!(3)));
    receiver.manners.lock().unwrap().clear();
    receiver.forget();
    stage.ask(&id, "resume", json!({})).await.ok();
    stage.send().await;
    assert_eq!(receiver.subjects(), ["three"]);
    stage.app.finish().await;
}

#[tokio::test]
async fn a_shop_pauses_replays_tests_rotates_and_removes() {
    let stage = Stage::new().await;
    let (receiver, other) = (Receiver::start().await, Receiver::start().await);
    let (id, old) = stage.endpoint(0, &receiver, &[]).await;
    stage.endpoint(0, &other, &[]).await;
    stage.ask(&id, "pause", json!({})).await.ok();
    stage.tell("one").await;
    stage.tell("two").await;
    stage.send().await;
    assert_eq!((receiver.heard().len(), other.heard().len()), (0, 2));
    stage.ask(&id, "resume", json!({})).await.ok();
    stage.send().await;
    assert_eq!(receiver.subjects(), ["one", "two"]);

    let first = receiver.heard();
    receiver.forget();
    stage.ask(&id, "replay", json!({ "from": 2 })).await.ok();
    stage.send().await;
    assert_eq!(receiver.subjects(), ["two"]);
    assert_eq!(receiver.heard()[0].id, first[1].id, "a replay is the same message");
    assert_eq!(
        stage.ask(&id, "replay", json!({ "from": 4 })).await.problem(422),
        "event_cursor_ahead"
    );
    assert_eq!(stage.ask(&id, "replay", json!({ "from": 0 })).await.problem(422), "input_invalid");

    let (path, key) = (format!("/v1/webhook-endpoints/{id}/rotate-secret"), "rotate");
    let shop = &stage.world.keys[0];
    let rotated = stage.app.post_with_key(shop, &path, key, json!({})).await.ok();
    let new = rotated["secret"].as_str().unwrap().to_owned();
    assert_ne!(new, old);
    let again = stage.app.post_with_key(shop, &path, key, json!({})).await.ok();
    assert_eq!(again["secret"], Value::Null, "a secret is shown once");
    receiver.forget();
    other.forget();
    stage.ask(&id, "test", json!({})).await.ok();
    stage.send().await;
    stage.clock.advance_seconds(DAY);
    stage.tell("three").await;
    stage.send().await;
    assert_eq!(receiver.subjects(), [id.as_str(), "three"]);
    assert_eq!(other.subjects(), ["three"], "a test is for one endpoint");
    let heard = receiver.heard();
    assert_eq!(heard[0].body()["type"], "webhook.test");
    assert_eq!(heard[0].signatures, [signature(&new, &heard[0]), signature(&old, &heard[0])]);
    assert_eq!(heard[1].signatures, [signature(&new, &heard[1])], "a day later");

    let changed = json!({ "url": other.url(), "kinds": ["parcel.problem"] });
    assert_eq!(stage.ask(&id, "change", changed).await.ok()["url"], other.url());
    stage.tell("not wanted").await;
    stage.send().await;
    assert_eq!((receiver.heard().len(), other.heard().len()), (2, 2));

    stage.ask(&id, "remove", json!({})).await.ok();
    stage.tell("four").await;
    stage.send().await;
    assert_eq!((receiver.heard().len(), other.heard().len()), (2, 3));
    assert_eq!(stage.ask(&id, "resume", json!({})).await.problem(404), "webhook_endpoint_unknown");
    stage.app.finish().await;
}

#[tokio::test]
async fn a_shop_cannot_make_us_call_the_inner_network() {
    let stage = Stage::new().await;
    let receiver = Receiver::start().await;
    let (id, _) = stage.endpoint(0, &receiver, &[]).await;
    put_hosts(&stage.app, &stage.world, &[]).await.ok();
    let shop = &stage.world.keys[0];
    for (url, why) in [
        (receiver.url(), "https"),
        (format!("https://127.0.0.1:{}/", receiver.port), "внутренняя сеть"),
        ("https://[::1]/".to_owned(), "внутренняя сеть"),
        ("https://169.254.169.254/latest".to_owned(), "внутренняя сеть"),
        ("https://user:pass@shop.example.ru/".to_owned(), "подпись"),
    ] {
        let refused = stage.app.post(shop, "/v1/webhook-endpoints", json!({ "url": url })).await;
        let told = refused.json();
        assert_eq!(told["code"], "webhook_url_refused", "{told}");
        assert!(told["detail"].as_str().unwrap().contains(why), "{told}");
    }
    // A host that was trusted once, and a public name that leads inside.
    let inside = json!({ "url": format!("https://localhost:{}/", receiver.port) });
    let made = stage.app.post(shop, "/v1/webhook-endpoints", inside).await.ok();
    stage.tell("one").await;
    stage.send().await;
    for id in [id.as_str(), made["endpoint"]["id"].as_str().unwrap()] {
        let told = stage.look(0, id).await;
        assert_eq!(told["last_trouble"], "address_refused", "{told}");
    }
    assert!(receiver.heard().is_empty());
    let by_a_shop = json!({ "names": ["127.0.0.1"] });
    let refused =
        stage.app.send(Method::PUT, shop, "/v1/webhook-hosts", Some("1"), Some(by_a_shop));
    assert_eq!(refused.await.problem(403), "forbidden");
    let wrong = put_hosts(&stage.app, &stage.world, &["a b"]).await;
    assert_eq!(wrong.problem(422), "input_invalid");
    stage.app.finish().await;
}

#[tokio::test]
async fn a_reader_with_a_cursor_misses_nothing_while_many_write() {
    const WRITERS: usize = 8;
    const EACH: usize = 20;
    let stage = Stage::new().await;
    let owner = stage.world.owners[0];
    let writing = (0..WRITERS).map(|_| async {
        for _ in 0..EACH {
            stage.tell("parcel").await;
        }
    });
    let writing = futures::future::join_all(writing);
    let reading = async {
        let (mut after, mut seen) = (0, Vec::new());
        while seen.len() < WRITERS * EACH {
            let part = stage.feed(0, &format!("after={after}&limit=7")).await;
            seen.extend(
                part["items"].as_array().unwrap().iter().map(|e| e["seq"].as_u64().unwrap()),
            );
            after = part["next"].as_i64().unwrap();
        }
        seen
    };
    let reading = tokio::time::timeout(Duration::from_mins(1), reading);
    let (_, seen) = futures::future::join(writing, reading).await;
    let expected: Vec<u64> = (1..=u64::try_from(WRITERS * EACH).unwrap()).collect();
    assert_eq!(seen.unwrap(), expected);
    assert_eq!(number(&stage.app, "SELECT COUNT(*) FROM job").await, 0, "nobody listens");

    let problem = ShopEventKind::ParcelProblem;
    tell_as(&stage.app.app, owner, problem, "broken").await;
    let found = stage.feed(0, "kind=parcel.problem").await;
    assert_eq!((&found["items"][0]["subject"], &found["next"]), (&json!("broken"), &json!(161)));
    let theirs = stage.feed(1, "").await;
    assert_eq!((&theirs["items"], &theirs["next"]), (&json!([]), &json!(0)));
    let asked = async |token: &str, query: String| {
        stage.app.get(token, &format!("/v1/events?{query}")).await
    };
    let (shop, admin) = (&stage.world.keys[1], stage.world.admin());
    assert_eq!(asked(shop, format!("owner_id={owner}")).await.problem(404), "not_found");
    assert_eq!(asked(shop, "after=1".to_owned()).await.problem(422), "event_cursor_ahead");
    assert_eq!(asked(admin, String::new()).await.problem(422), "input_invalid");
    let all = asked(admin, format!("owner_id={owner}&after=160")).await.ok();
    assert_eq!(all["items"].as_array().unwrap().len(), 1);
    stage.app.finish().await;
}

#[tokio::test]
async fn a_node_that_dies_while_it_sends_loses_nothing() {
    let stage = Stage::new().await;
    let receiver = Receiver::start().await;
    stage.endpoint(0, &receiver, &[]).await;
    for subject in ["one", "two", "three"] {
        stage.tell(subject).await;
    }
    receiver.will(&[Manner::Answer(200), Manner::Silent]);
    let dying = Workers::new(stage.app.app.clone(), vec![Arc::new(ShopWebhooks::default())]);
    let running = tokio::spawn(async move { dying.run_due().await });
    tokio::time::timeout(Duration::from_mins(1), async {
        while receiver.heard().len() < 2 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await
    .unwrap();
    running.abort();
    stage.send().await;
    assert_eq!(receiver.heard().len(), 2, "its lease still holds");
    let (beside, _) = stage.app.spawn_beside().await;
    stage.clock.advance_seconds(61);
    let workers = workers(&beside);
    while workers.run_due().await.unwrap() > 0 {}
    assert_eq!(receiver.subjects(), ["one", "two", "two", "three"]);
    let heard = receiver.heard();
    assert_eq!(heard[1].id, heard[2].id, "the receiver knows it by its id");
    beside.db.close().await;
    stage.app.finish().await;
}

#[tokio::test]
async fn running_workers_send_at_once_and_endpoints_are_counted() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    put_hosts(&app, &world, &["127.0.0.1"]).await.ok();
    let receiver = Receiver::start().await;
    let path = "/v1/webhook-endpoints";
    for _ in 0..10 {
        app.post(&world.keys[0], path, json!({ "url": receiver.url() })).await.ok();
    }
    let more = app.post(&world.keys[0], path, json!({ "url": receiver.url() })).await;
    assert_eq!(more.problem(409), "webhook_endpoints_too_many");
    let listed = app.get(world.admin(), &format!("{path}?owner_id={}", world.owners[0])).await.ok();
    assert_eq!(listed["items"].as_array().unwrap().len(), 10);
    let theirs = app.get(&world.keys[1], path).await.ok();
    assert_eq!(theirs["items"], json!([]));
    let running = Workers::start(app.app.clone(), vec![Arc::new(ShopWebhooks::default())]);
    tell(&app.app, world.owners[0], "one").await;
    tokio::time::timeout(Duration::from_mins(1), async {
        while receiver.heard().len() < 10 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await
    .unwrap();
    running.stop().await;
    app.finish().await;
}
