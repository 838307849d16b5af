//! A database that goes away for a while: nothing acknowledged is lost, nothing happens twice, and
//! all goes on by itself when it is back.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use ambar::db::{Dialect, Location};
use ambar::integrity;
use futures::future::join_all;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::Connection;
use sqlx::postgres::PgConnectOptions;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::picking::number;
use crate::seed::{self, World};
use crate::support::{Answer, TestApp};
use crate::terminal::badge;

/// More than a node has connections.
const CALLERS: usize = 14;
const WAIT_MAX: Duration = Duration::from_mins(1);

/// What lies between a node and its database.
struct Line {
    location: Location,
    state: watch::Sender<State>,
}

#[derive(Clone, Copy, PartialEq)]
struct State {
    open: bool,
    /// Connections live as long as this number stays.
    cuts: usize,
}

impl Line {
    async fn to(location: &Location) -> Self {
        let Location::Url(url) = location else { panic!("a file has no line") };
        let target: PgConnectOptions = url.parse().unwrap();
        let target = (target.get_host().to_owned(), target.get_port());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (start, rest) = url.split_once("://").unwrap();
        let (authority, database) = rest.split_once('/').unwrap();
        let person = authority.rsplit_once('@').map_or("", |(person, _)| person);
        let address = listener.local_addr().unwrap();
        let location = Location::Url(format!("{start}://{person}@{address}/{database}"));
        let (state, watched) = watch::channel(State { open: true, cuts: 0 });
        tokio::spawn(async move {
            loop {
                let (socket, _) = listener.accept().await.unwrap();
                let now = *watched.borrow();
                if now.open {
                    tokio::spawn(carry(socket, target.clone(), now.cuts, watched.clone()));
                }
            }
        });
        Self { location, state }
    }

    /// Ends all connections, and takes no others until it is open again.
    fn close(&self) {
        self.state.send_modify(|state| *state = State { open: false, cuts: state.cuts + 1 });
    }

    fn open(&self) {
        self.state.send_modify(|state| state.open = true);
    }

    /// Ends all connections and takes new ones.
    fn cut(&self) {
        self.state.send_modify(|state| state.cuts += 1);
    }
}

async fn carry(
    mut near: TcpStream,
    target: (String, u16),
    cuts: usize,
    mut state: watch::Receiver<State>,
) {
    let mut far = TcpStream::connect(target).await.unwrap();
    tokio::select! {
        biased;
        _ = state.wait_for(|state| state.cuts != cuts) => {}
        _ = tokio::io::copy_bidirectional(&mut near, &mut far) => {}
    }
}

/// Waits until something is so.
async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < WAIT_MAX, "{what} never happened");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

async fn order(app: &TestApp, world: &World, base: &str, number: usize) -> Answer {
    let body = json!({
        "external_number": format!("N-{number}"), "carrier": "cdek", "pickup_point": "1",
        "recipient": { "name": "Анна" }, "lines": [{ "article": "A-1", "quantity": 1 }],
    });
    let key = format!("order-{number}");
    let path = format!("{base}/v1/orders");
    app.send(Method::POST, &world.keys[0], &path, Some(&key), Some(body)).await
}

/// Whether it was done; if not, then for the one reason that is allowed here.
#[track_caller]
fn done(answer: Answer) -> Option<Value> {
    if answer.status.is_success() {
        return Some(answer.ok());
    }
    assert_eq!(answer.problem(503), "database_unavailable");
    None
}

/// Each order is there once, as it was answered.
async fn expect_orders(app: &TestApp, answered: &BTreeMap<usize, String>) {
    let count = i64::try_from(answered.len()).unwrap();
    assert_eq!(number(app, "SELECT COUNT(*) FROM shop_order").await, count);
    let kept = "SELECT COUNT(*) FROM command WHERE action = 'order_create'";
    assert_eq!(number(app, kept).await, count, "one command for each order");
    assert_eq!(number(app, "SELECT COUNT(*) FROM reservation").await, count);
}

async fn world_with_stock(app: &TestApp) -> World {
    let world = seed::world(&app.app).await;
    seed::stock(&app.app, &world, 0, 0, world.bins[0], 10_000).await;
    world
}

#[tokio::test]
async fn a_database_that_goes_away_is_answered_503_and_all_goes_on_when_it_is_back() {
    let app = TestApp::spawn().await;
    if app.app.db.dialect() == Dialect::Sqlite {
        return a_file_that_another_holds(app).await;
    }
    let world = world_with_stock(&app).await;
    let line = Line::to(&app.location()).await;
    let (node, base) = app.spawn_at(&line.location).await;

    let (taken, refused) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let caller = async |caller: usize| {
        let mut answers = Vec::new();
        for number in (caller..).step_by(CALLERS) {
            let answer = done(order(&app, &world, &base, number).await);
            let counted = if answer.is_some() { &taken } else { &refused };
            counted.fetch_add(1, Ordering::Relaxed);
            let is_last = answer.is_none();
            answers.push((number, answer));
            if is_last {
                break;
            }
        }
        answers
    };
    let cutter = async {
        until("work", || taken.load(Ordering::Relaxed) >= 2 * CALLERS).await;
        line.close();
    };
    let (answers, ()) = futures::join!(join_all((0..CALLERS).map(caller)), cutter);
    let answers: BTreeMap<usize, Option<Value>> = answers.into_iter().flatten().collect();
    assert_eq!(refused.load(Ordering::Relaxed), CALLERS, "each caller heard of it");
    for path in ["/v1/orders", "/readyz"] {
        let read = app.get(&world.keys[0], &format!("{base}{path}")).await;
        assert_eq!(read.status, StatusCode::SERVICE_UNAVAILABLE, "{path}");
    }
    assert!(app.get("", &format!("{base}/livez")).await.status.is_success());

    line.open();
    let again = join_all(answers.keys().map(|number| order(&app, &world, &base, *number))).await;
    let mut ids = BTreeMap::new();
    for ((number, before), after) in answers.iter().zip(again) {
        let after = after.ok()["id"].as_str().unwrap().to_owned();
        if let Some(before) = before {
            assert_eq!(before["id"], *after, "what was acknowledged is still there");
        }
        ids.insert(*number, after);
    }
    expect_orders(&app, &ids).await;
    node.db.close().await;
    app.finish().await;
}

/// The same with a file: whoever holds it is waited for, and reading goes on.
async fn a_file_that_another_holds(app: TestApp) {
    let world = world_with_stock(&app).await;
    let Location::File(file) = app.location() else { panic!("not a file") };
    let other = rusqlite::Connection::open(file).unwrap();
    for round in 0..3 {
        other.execute_batch("BEGIN EXCLUSIVE").unwrap();
        let taken = AtomicUsize::new(0);
        let numbers = round * CALLERS..(round + 1) * CALLERS;
        let callers = numbers.map(async |number| {
            order(&app, &world, &app.base, number).await.ok();
            taken.fetch_add(1, Ordering::Relaxed);
        });
        let holder = async {
            for _ in 0..CALLERS {
                let listed = app.get(&world.keys[0], "/v1/orders?limit=200").await.ok();
                assert_eq!(listed["items"].as_array().unwrap().len(), round * CALLERS);
            }
            assert_eq!(taken.load(Ordering::Relaxed), 0, "nothing is answered that is not written");
            other.execute_batch("COMMIT").unwrap();
        };
        futures::join!(join_all(callers), holder);
    }
    let ids = (0..3 * CALLERS).map(|number| (number, String::new())).collect();
    expect_orders(&app, &ids).await;
    app.finish().await;
}

#[tokio::test]
async fn connections_that_died_unnoticed_fail_no_request() {
    let app = TestApp::spawn().await;
    let world = world_with_stock(&app).await;
    // A file has no connections that could die.
    if app.app.db.dialect() == Dialect::Sqlite {
        return app.finish().await;
    }
    let line = Line::to(&app.location()).await;
    let (node, base) = app.spawn_at(&line.location).await;
    let mut ids = BTreeMap::new();
    for round in 0..6 {
        let numbers = round * CALLERS..(round + 1) * CALLERS;
        let orders = join_all(numbers.clone().map(|n| order(&app, &world, &base, n)));
        let lists = (0..CALLERS)
            .map(async |_| app.get(&world.keys[0], &format!("{base}/v1/orders")).await.ok());
        let report = integrity::verify(&node.db);
        // Whatever comes first finds the dead connections: a write, a read, or one state of all.
        let (orders, report) = match round % 3 {
            0 => (orders.await, report.await),
            1 => {
                join_all(lists).await;
                (orders.await, report.await)
            }
            _ => {
                let report = report.await;
                (orders.await, report)
            }
        };
        assert_eq!(report.unwrap().differences, []);
        for (number, answer) in numbers.zip(orders) {
            ids.insert(number, answer.ok()["id"].as_str().unwrap().to_owned());
        }
        if round < 3 {
            line.cut();
        } else {
            end_connections(&app).await;
        }
    }
    expect_orders(&app, &ids).await;
    node.db.close().await;
    app.finish().await;
}

/// What the server does when it shuts down: it says so on each connection and ends it.
async fn end_connections(app: &TestApp) {
    let Location::Url(url) = app.location() else { panic!("a file has no connections") };
    let mut connection = sqlx::PgConnection::connect(&url).await.unwrap();
    let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid()";
    sqlx::raw_sql(end).execute(&mut connection).await.unwrap();
    let left = "SELECT 1 FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid()";
    let started = Instant::now();
    while !sqlx::raw_sql(left).fetch_all(&mut connection).await.unwrap().is_empty() {
        assert!(started.elapsed() < WAIT_MAX, "the connections did not end");
        tokio::task::yield_now().await;
    }
    connection.close().await.unwrap();
}

#[tokio::test]
async fn what_is_repeated_until_it_is_answered_happens_once_however_often_the_line_breaks() {
    const ORDERS: usize = 14;
    const SCANS: i64 = 30;
    let app = TestApp::spawn().await;
    let world = world_with_stock(&app).await;
    let (line, node) = match app.app.db.dialect() {
        Dialect::Postgres => {
            let line = Line::to(&app.location()).await;
            let node = app.spawn_at(&line.location).await;
            (Some(line), Some(node))
        }
        // Here nothing breaks; that each is there once has to hold all the same.
        Dialect::Sqlite => (None, None),
    };
    let base = node.as_ref().map_or(app.base.clone(), |(_, base)| base.clone());
    let taken = Arc::new(AtomicUsize::new(0));

    let shops = (0..CALLERS).map(async |caller| {
        let mut ids = Vec::new();
        for number in (caller..).step_by(CALLERS).take(ORDERS) {
            let answer = repeated(async || order(&app, &world, &base, number).await).await;
            ids.push((number, answer["id"].as_str().unwrap().to_owned()));
            taken.fetch_add(1, Ordering::Relaxed);
        }
        ids
    });
    let scanners = world.devices.iter().map(async |(_, token)| {
        let path = format!("{base}/v1/terminal/scans");
        for sequence in 1..=SCANS {
            let data = match sequence {
                1 => badge(&world),
                2 => "2580".to_owned(),
                odd if odd % 2 == 1 => "8".to_owned(),
                _ => "MENU".to_owned(),
            };
            let body = json!({ "seq": sequence, "data": data });
            let send =
                async || app.send(Method::POST, token, &path, None, Some(body.clone())).await;
            let answer = repeated(send).await;
            assert_ne!(answer["feedback"], "error", "{sequence} {data}: {answer}");
            taken.fetch_add(1, Ordering::Relaxed);
        }
    });
    let all = CALLERS * ORDERS + world.devices.len() * usize::try_from(SCANS).unwrap();
    let cutter = async {
        let Some(line) = &line else { return };
        for part in 1..=12 {
            until("work", || taken.load(Ordering::Relaxed) >= all * part / 14).await;
            if part % 4 == 0 {
                line.close();
                tokio::task::yield_now().await;
                line.open();
            } else {
                line.cut();
            }
        }
    };
    let (ids, _, ()) = futures::join!(join_all(shops), join_all(scanners), cutter);
    expect_orders(&app, &ids.into_iter().flatten().collect()).await;
    let scans = number(&app, "SELECT COUNT(*) FROM command WHERE action = 'scan'").await;
    assert_eq!(scans, SCANS * i64::try_from(world.devices.len()).unwrap());
    if let Some((node, _)) = node {
        node.db.close().await;
    }
    app.finish().await;
}

/// Sends until it is answered with something else than that the database is away.
async fn repeated(send: impl AsyncFn() -> Answer) -> Value {
    let started = Instant::now();
    loop {
        if let Some(answer) = done(send().await) {
            return answer;
        }
        assert!(started.elapsed() < WAIT_MAX, "the database did not come back");
        tokio::task::yield_now().await;
    }
}
