//! Counting and moving over HTTP.

use ambar::access::Role;
use serde_json::{Value, json};

use crate::seed::{self, World};
use crate::support::TestApp;

async fn count(app: &TestApp, world: &World, place: usize) -> String {
    let body = json!({ "place_id": world.bins[place] });
    let count = app.post(world.admin(), "/v1/stock-counts", body).await.ok();
    count["id"].as_str().unwrap().to_owned()
}

fn result(world: &World, counted: i64) -> Value {
    json!({ "lines": [{ "product_id": world.products[0][0], "counted": counted }] })
}

async fn lying(app: &TestApp, world: &World, place: usize) -> i64 {
    let path = format!("/v1/places/{}/stock", world.bins[place]);
    let rows = app.get(world.admin(), &path).await.ok();
    rows.as_array().unwrap().iter().map(|row| row["on_hand"].as_i64().unwrap()).sum()
}

#[tokio::test]
async fn a_count_submitted_twice_is_posted_once() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    seed::stock(&app.app, &world, 0, 0, world.bins[0], 10).await;
    let id = count(&app, &world, 0).await;
    assert_eq!(count(&app, &world, 0).await, id, "a place has one open count");
    let path = format!("/v1/stock-counts/{id}/submit");
    let submits = (0..4).map(|_| app.post(world.admin(), &path, result(&world, 8)));
    for answer in futures::future::join_all(submits).await {
        let closed = answer.ok();
        assert_eq!(closed["state"], "closed");
        assert_eq!(closed["lines"][0]["expected"], 10);
        assert_eq!(closed["recount_id"], Value::Null);
    }
    assert_eq!(lying(&app, &world, 0).await, 8);
    app.finish().await;
}

#[tokio::test]
async fn a_great_difference_is_counted_again_by_somebody_else() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    seed::stock(&app.app, &world, 0, 0, world.bins[0], 10).await;
    let id = count(&app, &world, 0).await;
    let path = format!("/v1/stock-counts/{id}/submit");
    let first = app.post(world.admin(), &path, result(&world, 3)).await.ok();
    assert_eq!(lying(&app, &world, 0).await, 10, "nothing is posted yet");
    let recount = first["recount_id"].as_str().unwrap();
    let path = format!("/v1/stock-counts/{recount}/submit");
    let same = app.post(world.admin(), &path, result(&world, 3)).await;
    assert_eq!(same.problem(409), "recount_by_another");
    let dispatcher = world.session(Role::Dispatcher);
    let second = app.post(dispatcher, &path, result(&world, 3)).await.ok();
    assert_eq!(second["recount_of"], json!(id));
    assert_eq!(lying(&app, &world, 0).await, 3);
    app.finish().await;
}

#[tokio::test]
async fn a_bin_that_is_counted_is_closed_for_goods_and_promises_until_the_end() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    seed::stock(&app.app, &world, 0, 0, world.bins[0], 10).await;
    seed::stock(&app.app, &world, 0, 0, world.bins[1], 5).await;
    let id = count(&app, &world, 0).await;
    let started = format!("/v1/stock-counts/{id}/start");
    let blind = app.post(world.admin(), &started, json!({})).await.ok();
    assert_eq!(blind["lines"], json!([]), "nobody is told what is expected");
    let body = json!({ "from_place_id": world.bins[1], "to_place_id": world.bins[0], "product_id": world.products[0][0], "quantity": 1 });
    let refused = app.post(world.admin(), "/v1/stock-moves", body.clone()).await;
    assert_eq!(refused.problem(409), "bin_counting");
    let cancel = format!("/v1/stock-counts/{id}/cancel");
    app.post(world.admin(), &cancel, json!({})).await.ok();
    app.post(world.admin(), "/v1/stock-moves", body).await.ok();
    assert_eq!(lying(&app, &world, 0).await, 11);
    let closed =
        app.post(world.admin(), &format!("/v1/stock-counts/{id}/submit"), result(&world, 1)).await;
    assert_eq!(closed.problem(409), "count_closed");
    app.finish().await;
}

#[tokio::test]
async fn goods_found_come_from_lost_and_found() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let id = count(&app, &world, 2).await;
    let body = json!({ "lines": [
        { "product_id": world.products[0][0], "counted": 1 },
        { "product_id": world.products[1][0], "counted": 2, "condition": "damaged" },
    ], "reason": "найдено за стеллажом" });
    app.post(world.admin(), &format!("/v1/stock-counts/{id}/submit"), body).await.ok();
    assert_eq!(lying(&app, &world, 2).await, 3);
    let own = app.get(&world.keys[0], &format!("/v1/places/{}/stock", world.bins[2])).await.ok();
    assert_eq!(own.as_array().unwrap().len(), 1, "a shop sees its own goods only");
    let theirs =
        app.get(&world.keys[0], &format!("/v1/products/{}/stock", world.products[1][0])).await;
    assert_eq!(theirs.problem(404), "not_found");
    app.finish().await;
}

#[tokio::test]
async fn opposing_moves_over_http_keep_the_sum() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    seed::stock(&app.app, &world, 0, 0, world.bins[0], 20).await;
    seed::stock(&app.app, &world, 0, 0, world.bins[1], 20).await;
    let body = |from: usize, to: usize, pieces: i64| json!({ "from_place_id": world.bins[from], "to_place_id": world.bins[to], "product_id": world.products[0][0], "quantity": pieces });
    for _ in 0..3 {
        app.post(world.admin(), "/v1/stock-moves", body(0, 1, 1)).await.ok();
        app.post(world.admin(), "/v1/stock-moves", body(1, 0, 1)).await.ok();
    }
    let much = app.post(world.admin(), "/v1/stock-moves", body(0, 1, 21)).await;
    assert_eq!(much.problem(409), "stock_insufficient");
    let same = app.post(world.admin(), "/v1/stock-moves", body(0, 0, 1)).await;
    assert_eq!(same.problem(409), "place_same");
    assert_eq!(lying(&app, &world, 0).await + lying(&app, &world, 1).await, 40);
    app.finish().await;
}
