//! The regular run of promises: for orders that wait although there is stock.

use std::time::{Duration, Instant};

use ambar::db::Dialect;
use ambar::orders::{reserve_left_out, reserve_regularly};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::picking::number;
use crate::seed::{self, World};
use crate::support::TestApp;

const RUNS: &str = "SELECT COUNT(*) FROM command WHERE action = 'orders_reserve'";
const WAIT_MAX: Duration = Duration::from_mins(1);

async fn order(app: &TestApp, world: &World, policy: &str, lines: &[(&str, i64)]) -> Value {
    let lines: Vec<Value> = lines
        .iter()
        .map(|(article, quantity)| json!({ "article": article, "quantity": quantity }))
        .collect();
    let body = json!({
        "external_number": crate::support::unique_name(), "carrier": "cdek", "pickup_point": "1",
        "recipient": { "name": "Анна" }, "policy": policy, "lines": lines,
    });
    app.post(&world.keys[0], "/v1/orders", body).await.ok()
}

async fn reserved(app: &TestApp, world: &World, order: &Value) -> i64 {
    let path = format!("/v1/orders/{}", order["id"].as_str().unwrap());
    let order = app.get(&world.keys[0], &path).await.ok();
    order["lines"].as_array().unwrap().iter().map(|line| line["reserved"].as_i64().unwrap()).sum()
}

#[tokio::test]
async fn an_order_that_waits_for_stock_that_is_there_gets_it_and_idle_runs_leave_no_trace() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let first = order(&app, &world, "partial", &[("A-1", 3)]).await;
    let second = order(&app, &world, "partial", &[("A-1", 3)]).await;
    // Of A-3 there is nothing: it takes all or nothing, and A-2 stays free.
    let all_or_nothing = order(&app, &world, "complete_only", &[("A-2", 1), ("A-3", 1)]).await;
    let idle = async || {
        let report = reserve_left_out(&app.app).await.unwrap();
        assert_eq!((report.orders, report.pieces), (0, 0));
    };
    idle().await;
    // It comes without a word to anybody, as if whoever brought it had left the orders out.
    seed::stock(&app.app, &world, 0, 0, world.bins[0], 4).await;
    seed::stock(&app.app, &world, 0, 1, world.bins[1], 5).await;
    let report = reserve_left_out(&app.app).await.unwrap();
    assert_eq!((report.pieces, report.orders_reserved), (4, 2));
    assert_eq!(reserved(&app, &world, &first).await, 3, "first in rank, first served");
    assert_eq!(reserved(&app, &world, &second).await, 1);
    idle().await;
    assert_eq!(number(&app, RUNS).await, 1, "idle runs are not in the audit trail");
    seed::stock(&app.app, &world, 0, 2, world.bins[2], 1).await;
    reserve_left_out(&app.app).await.unwrap();
    assert_eq!(reserved(&app, &world, &all_or_nothing).await, 2);
    assert_eq!(number(&app, RUNS).await, 2);
    app.finish().await;
}

#[tokio::test]
async fn nodes_that_run_at_once_promise_each_piece_once() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    // A file has one writer: there both nodes are the same one.
    let beside = match app.app.db.dialect() {
        Dialect::Postgres => Some(app.spawn_beside().await.0),
        Dialect::Sqlite => None,
    };
    let other = beside.as_ref().unwrap_or(&app.app);
    for round in 1..=5 {
        // More than one transaction takes.
        for _ in 0..60 {
            order(&app, &world, "partial", &[("A-1", 1)]).await;
        }
        seed::stock(&app.app, &world, 0, 0, world.bins[0], 60).await;
        let (one, two) = futures::join!(reserve_left_out(&app.app), reserve_left_out(other));
        assert_eq!(one.unwrap().pieces + two.unwrap().pieces, 60);
        assert_eq!(number(&app, "SELECT COUNT(*) FROM reservation").await, round * 60);
    }
    if let Some(node) = beside {
        node.db.close().await;
    }
    app.finish().await;
}

#[tokio::test]
async fn the_run_comes_again_by_itself_until_it_is_stopped() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let stop = CancellationToken::new();
    let every = Duration::from_millis(1);
    let running = tokio::spawn(reserve_regularly(app.app.clone(), every, stop.clone()));
    for _ in 0..3 {
        let order = order(&app, &world, "partial", &[("A-1", 2)]).await;
        seed::stock(&app.app, &world, 0, 0, world.bins[0], 2).await;
        let started = Instant::now();
        while reserved(&app, &world, &order).await < 2 {
            assert!(started.elapsed() < WAIT_MAX, "the order still waits");
        }
    }
    stop.cancel();
    running.await.unwrap();
    app.finish().await;
}
