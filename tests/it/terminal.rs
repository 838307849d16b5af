//! The terminal's core: log-in, menu, exactly-once.

use ambar::barcodes::{OwnCode, OwnKind};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

use crate::seed::{self, World};
use crate::support::{Answer, TestApp};

/// A handheld that counts its scans.
pub(crate) struct Handheld<'a> {
    app: &'a TestApp,
    /// The node it talks to.
    base: String,
    token: String,
    sequence: i64,
}

impl<'a> Handheld<'a> {
    pub(crate) fn new(app: &'a TestApp, world: &World, index: usize) -> Self {
        let token = world.devices[index].1.clone();
        Self { app, base: app.base.clone(), token, sequence: 0 }
    }

    /// From now on the device talks to the node at `base`.
    pub(crate) fn go_to(&mut self, base: &str) {
        base.clone_into(&mut self.base);
    }

    /// A handheld on which the user of the world's badge is logged in.
    pub(crate) async fn logged_in(app: &'a TestApp, world: &World, index: usize) -> Self {
        let mut handheld = Self::new(app, world, index);
        handheld.scan(&badge(world)).await;
        let answer = handheld.scan("2580").await;
        assert_eq!(answer["screen"]["flow"], "menu", "{answer}");
        handheld
    }

    /// Scans and answers the next screen.
    pub(crate) async fn scan(&mut self, data: &str) -> Value {
        self.sequence += 1;
        self.send(self.sequence, data).await.ok()
    }

    pub(crate) async fn send(&self, sequence: i64, data: &str) -> Answer {
        let body = json!({ "seq": sequence, "data": data });
        let method = reqwest::Method::POST;
        let url = format!("{}/v1/terminal/scans", self.base);
        self.app.send(method, &self.token, &url, None, Some(body)).await
    }
}

pub(crate) fn badge(world: &World) -> String {
    OwnCode::new(OwnKind::Badge, &world.badge).unwrap().to_string()
}

#[tokio::test]
async fn a_person_logs_in_by_badge_and_pin_and_out_again() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let mut handheld = Handheld::new(&app, &world, 0);
    let unknown = handheld.scan("4601234567893").await;
    assert_eq!((&unknown["feedback"], &unknown["colour"]), (&json!("error"), &json!("red")));
    assert_eq!(handheld.scan(&badge(&world)).await["screen"]["expect"], "pin");
    let wrong = handheld.scan("0000").await;
    assert_eq!(wrong["feedback"], "error");
    assert_eq!(wrong["screen"]["expect"], "badge");
    handheld.scan(&badge(&world)).await;
    let menu = handheld.scan("2580").await;
    assert_eq!(menu["screen"]["flow"], "menu");
    assert!(menu["message"].as_str().unwrap().contains("Здравствуйте"));
    assert_eq!(handheld.scan("LOGOUT").await["screen"]["flow"], "login");
    app.finish().await;
}

#[tokio::test]
async fn the_same_sequence_number_answers_the_same_and_another_body_is_refused() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let handheld = Handheld::logged_in(&app, &world, 0).await;
    let first = handheld.send(3, "8").await.ok();
    assert_eq!(first["screen"]["flow"], "lookup");
    let replayed = handheld.send(3, "8").await.ok();
    assert_eq!(first, replayed);
    assert_eq!(handheld.send(3, "7").await.problem(422), "idempotency_key_reused");
    assert_eq!(handheld.send(5, "MENU").await.ok()["screen"]["flow"], "menu");
    assert_eq!(handheld.send(4, "8").await.problem(409), "sequence_late");
    assert_eq!(handheld.send(0, "8").await.problem(422), "sequence_invalid");
    app.finish().await;
}

#[tokio::test]
async fn scans_of_one_device_at_the_same_time_form_one_chain() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let handheld = Handheld::logged_in(&app, &world, 0).await;
    let copies = (0..16).map(|_| handheld.send(3, "8"));
    let answers = futures::future::join_all(copies).await;
    let bodies: Vec<Value> = answers.into_iter().map(Answer::ok).collect();
    assert!(bodies.iter().all(|body| *body == bodies[0]));
    app.finish().await;
}

#[tokio::test]
async fn a_pin_is_never_written_down() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    Handheld::logged_in(&app, &world, 0).await;
    let trail = app.get(world.admin(), "/v1/audit").await.ok();
    assert!(!trail.to_string().contains("2580"));
    assert_eq!(trail["items"].as_array().unwrap().len(), 2);
    app.finish().await;
}

/// A scanner that sends a line and reads the lines of its reply up to the empty one.
struct LineScanner {
    stream: BufReader<TcpStream>,
}

impl LineScanner {
    async fn connect(address: std::net::SocketAddr) -> Self {
        Self { stream: BufReader::new(TcpStream::connect(address).await.unwrap()) }
    }

    async fn send(&mut self, line: &str) -> Vec<String> {
        self.stream.get_mut().write_all(format!("{line}\r\n").as_bytes()).await.unwrap();
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            self.stream.read_line(&mut line).await.unwrap();
            if line.trim_end().is_empty() {
                return lines;
            }
            lines.push(line.trim_end().to_owned());
        }
    }
}

async fn line_door(app: &TestApp) -> (std::net::SocketAddr, CancellationToken) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let stop = CancellationToken::new();
    tokio::spawn(ambar::connections::tcp::serve(app.app.clone(), listener, stop.clone()));
    (address, stop)
}

#[tokio::test]
async fn a_line_scanner_greets_logs_in_and_gets_lost_answers_again() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let (address, stop) = line_door(&app).await;
    let mut stranger = LineScanner::connect(address).await;
    assert!(stranger.send("4601234567893").await[0].starts_with("ERROR"));

    let hello = format!("HELLO {}", world.devices[0].1);
    let mut scanner = LineScanner::connect(address).await;
    assert!(scanner.send(&hello).await[0].starts_with("OK"));
    scanner.send(&format!("#1 {}", badge(&world))).await;
    let menu = scanner.send("#2 2580").await;
    assert!(menu[0].starts_with("#2 OK"), "{menu:?}");
    let lookup = scanner.send("#3 8").await;

    let mut again = LineScanner::connect(address).await;
    again.send(&hello).await;
    assert_eq!(again.send("#3 8").await, lookup, "the lost answer comes again");
    assert!(again.send("#3 7").await[0].starts_with("#3 ERROR"));
    stop.cancel();
    app.finish().await;
}
