//! Putting goods of cancelled orders back to the shelf, with a handheld.

use serde_json::{Value, json};

use crate::picking::{A1, assert_refused, bin, cancel, number, order, scans, unit, wave};
use crate::seed;
use crate::support::TestApp;
use crate::terminal::Handheld;

const LEFT: &str = "SELECT CAST(SUM(quantity - done) AS BIGINT) FROM put_back";

fn first_line(answer: &Value) -> &str {
    answer["screen"]["lines"][0].as_str().unwrap()
}

#[tokio::test]
async fn goods_of_a_cancelled_order_go_from_the_tote_to_a_bin() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    seed::stock(&app.app, &world, 0, 0, world.bins[0], 5).await;
    let cancelled = order(&app, &world, "1", ambar::orders::OrderPolicy::Partial, &[(0, 3)]).await;
    wave(&app, &world).await;
    let mut worker = Handheld::logged_in(&app, &world, 0).await;
    scans(&mut worker, &["PICK", &unit("T-01"), &bin("S-01"), A1, A1]).await;
    cancel(&app, cancelled).await;
    worker.scan(A1).await;
    scans(&mut worker, &["DONE", "MENU"]).await;

    assert_eq!(scans(&mut worker, &["9"]).await["screen"]["expect"], "tote");
    assert_refused(&worker.scan(&unit("T-02")).await, "возвращать нечего");
    let listed = scans(&mut worker, &[&unit("T-01")]).await;
    assert!(first_line(&listed).contains("A-1"), "{listed}");
    assert!(first_line(&listed).contains("2 шт"), "{listed}");
    assert_refused(&worker.scan("4600000000008").await, "в списке возврата нет");
    let told = scans(&mut worker, &[A1]).await;
    assert_eq!(told["screen"]["expect"], "bin");
    assert!(told["screen"]["title"].as_str().unwrap().contains("S-"), "told where: {told}");
    assert_refused(&worker.scan("7").await, "Введите меньше");
    scans(&mut worker, &["1"]).await;
    assert_refused(&worker.scan(&bin("P-01")).await, "P-01");
    let rest = scans(&mut worker, &[&bin("S-02")]).await;
    assert!(first_line(&rest).contains("1 шт"), "{rest}");
    assert_eq!(number(&app, LEFT).await, 1);

    let done = scans(&mut worker, &[A1, &bin("S-01")]).await;
    assert_eq!((&done["screen"]["expect"], &done["sound"]), (&json!("tote"), &json!("done")));
    assert_eq!(number(&app, LEFT).await, 0);
    assert_eq!(number(&app, "SELECT COUNT(*) FROM bin_claim").await, 0, "nobody is on his way");
    app.finish().await;
}

#[tokio::test]
async fn two_workers_do_not_put_the_same_pieces_back() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    seed::stock(&app.app, &world, 0, 0, world.bins[0], 5).await;
    order(&app, &world, "1", ambar::orders::OrderPolicy::Partial, &[(0, 2)]).await;
    wave(&app, &world).await;
    let mut first = Handheld::logged_in(&app, &world, 0).await;
    scans(&mut first, &["PICK", &unit("T-01"), &bin("S-01"), A1]).await;
    let picked = "SELECT CAST(SUM(picked) AS BIGINT) FROM pick_task";
    assert_eq!(number(&app, picked).await, 1);
    let path = app.get(world.admin(), "/v1/orders").await.ok();
    for order in path["items"].as_array().unwrap() {
        let path = format!("/v1/orders/{}/cancel", order["id"].as_str().unwrap());
        app.post(world.admin(), &path, json!({ "reason": "передумал" })).await.ok();
    }
    let tote = app.get(world.admin(), "/v1/put-backs").await.ok();
    let tote = unit(tote["items"][0]["place_code"].as_str().unwrap());
    let mut second = Handheld::logged_in(&app, &world, 1).await;
    let mut third = Handheld::logged_in(&app, &world, 2).await;
    scans(&mut second, &["PUT_BACK", &tote, A1]).await;
    scans(&mut third, &["PUT_BACK", &tote, A1]).await;
    scans(&mut second, &[&bin("S-03")]).await;
    assert_refused(&third.scan(&bin("S-03")).await, "уже");
    assert_eq!(number(&app, LEFT).await, 0);
    let moved = "SELECT COUNT(*) FROM stock_entry WHERE reason = 'put_back'";
    assert_eq!(number(&app, moved).await, 1);
    app.finish().await;
}
