//! Waves and picking, on the floor's devices.

use ambar::args;
use ambar::barcodes::{OwnCode, OwnKind};
use ambar::commands::Ctx;
use ambar::db::{Count, DbError, Tx};
use ambar::ids::{LotId, OrderId, PlaceId};
use ambar::orders::{
    DraftLine, OrderDraft, OrderError, OrderPolicy, Recipient, order_cancel, orders_intake,
    reserve_waiting,
};
use ambar::stock::{Goods, Spot, StockMove, StockReason, stock_move};
use ambar::units::{Day, Kopecks, Pieces};
use serde_json::{Value, json};

use crate::seed::{self, World};
use crate::support::TestApp;
use crate::terminal::Handheld;

pub(crate) const A1: &str = "4601234567893";

/// An order of the first shop that is reserved, as far as stock allows.
pub(crate) async fn order(
    app: &TestApp,
    world: &World,
    number: &str,
    policy: OrderPolicy,
    lines: &[(usize, i64)],
) -> OrderId {
    let line = |(product, quantity): &(usize, i64)| DraftLine {
        product: world.products[0][*product],
        quantity: Pieces::new(*quantity),
        price_kopecks: Kopecks::new(10_000),
    };
    let draft = OrderDraft {
        external_number: number.to_owned(),
        policy: Some(policy),
        priority: 0,
        promised_at: None,
        carrier: "file".to_owned(),
        pickup_point: String::new(),
        recipient: Recipient { name: "Иванова Анна".to_owned(), ..Recipient::default() },
        cod_kopecks: Kopecks::new(10_001),
        lines: lines.iter().map(line).collect(),
    };
    let (owner, warehouse, now) = (world.owners[0], world.warehouse, app.app.clock.now());
    let work = async move |tx: &mut Tx| {
        let ctx = Ctx::system(now);
        let taken = orders_intake(tx, &ctx, owner, warehouse, std::slice::from_ref(&draft)).await?;
        reserve_waiting(tx, &ctx, warehouse, None).await?;
        Ok::<_, OrderError>(taken[0].order)
    };
    app.app.db.write(work).await.unwrap()
}

pub(crate) async fn cancel(app: &TestApp, order: OrderId) {
    let now = app.app.clock.now();
    let work =
        async move |tx: &mut Tx| order_cancel(tx, &Ctx::system(now), order, "передумал").await;
    app.app.db.write::<(), OrderError, _>(work).await.unwrap();
}

pub(crate) async fn wave(app: &TestApp, world: &World) -> Value {
    app.post(world.admin(), "/v1/waves", json!({})).await.ok()
}

pub(crate) async fn number(app: &TestApp, sql: &'static str) -> i64 {
    let read = async move |tx: &mut Tx| tx.fetch_one::<Count>(sql, vec![]).await;
    app.app.db.read::<Count, DbError, _>(read).await.unwrap().value
}

/// Whether the order is in this state.
pub(crate) async fn is_state(app: &TestApp, order: OrderId, state: &'static str) -> bool {
    let sql = "SELECT COUNT(*) FROM shop_order WHERE id = $1 AND state = $2";
    let read = async move |tx: &mut Tx| tx.fetch_one::<Count>(sql, args![order, state]).await;
    app.app.db.read::<Count, DbError, _>(read).await.unwrap().value == 1
}

pub(crate) fn bin(code: &str) -> String {
    OwnCode::new(OwnKind::Bin, code).unwrap().to_string()
}

pub(crate) fn unit(code: &str) -> String {
    OwnCode::new(OwnKind::HandlingUnit, code).unwrap().to_string()
}

fn cart(number: &str) -> String {
    OwnCode::new(OwnKind::Batch, number).unwrap().to_string()
}

/// Scans one after another; none may be refused. Answers the last screen.
pub(crate) async fn scans(handheld: &mut Handheld<'_>, data: &[&str]) -> Value {
    let mut answer = Value::Null;
    for one in data {
        answer = handheld.scan(one).await;
        assert_ne!(answer["feedback"], "error", "{one}: {answer}");
    }
    answer
}

#[track_caller]
pub(crate) fn assert_refused(answer: &Value, told: &str) {
    assert_eq!(answer["feedback"], "error", "{answer}");
    assert!(answer["message"].as_str().unwrap().contains(told), "{answer}");
}

/// Stock of a lot of its own, which expires.
async fn lot_stock(
    app: &TestApp,
    world: &World,
    code: &str,
    expires: &str,
    bin: PlaceId,
    pieces: i64,
) {
    let (owner, product) = (world.owners[0], world.products[0][0]);
    let (lot, now) = (LotId::new(), app.app.clock.now());
    let (code, expires): (String, Day) = (code.to_owned(), expires.parse().unwrap());
    let goods = Goods { owner, product, lot, quantity: Pieces::new(pieces) };
    let (from, to) = (Spot::available(world.supplier), Spot::available(bin));
    let line = StockMove::new(StockReason::Opening, goods, from, to, now);
    let work = async move |tx: &mut Tx| {
        let sql = "INSERT INTO lot (id, owner_id, product_id, code, expires_on, created_at)
                   VALUES ($1, $2, $3, $4, $5, $6)";
        tx.execute(sql, args![lot, owner, product, &code, expires, now]).await?;
        stock_move(tx, &Ctx::system(now), &line).await
    };
    app.app.db.write(work).await.unwrap();
}

#[tokio::test]
async fn one_tote_is_picked_by_bin_and_item_and_everything_wrong_is_named() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    seed::stock(&app.app, &world, 0, 0, world.bins[0], 5).await;
    let order = order(&app, &world, "7", OrderPolicy::Partial, &[(0, 3)]).await;
    let report = wave(&app, &world).await;
    assert_eq!(
        (&report["orders"], &report["tasks"], &report["pieces"]),
        (&json!(1), &json!(1), &json!(3))
    );

    let mut picker = Handheld::logged_in(&app, &world, 0).await;
    assert_eq!(scans(&mut picker, &["PICK"]).await["screen"]["expect"], "tote");
    assert_refused(&picker.scan(&bin("S-01")).await, "не тара");
    assert_eq!(scans(&mut picker, &[&unit("T-01")]).await["screen"]["expect"], "bin");
    assert_refused(&picker.scan(&bin("S-02")).await, "Нужна S-01");
    assert_eq!(scans(&mut picker, &[&bin("S-01")]).await["screen"]["expect"], "item");
    assert_refused(&picker.scan("B-1").await, "Нужен A-1");
    assert_refused(&picker.scan("4").await, "нужно ещё 3");
    assert_refused(&picker.scan("DONE").await, "осталось заданий 1");
    scans(&mut picker, &[A1, "2"]).await;
    let done = scans(&mut picker, &[A1]).await;
    assert_eq!(done["screen"]["progress"], json!({ "done": 1, "all": 1 }));
    assert!(is_state(&app, order, "picking").await);
    assert_eq!(scans(&mut picker, &["DONE"]).await["screen"]["flow"], "menu");
    assert!(is_state(&app, order, "picked").await);

    let id = report["id"].as_str().unwrap();
    let shown = app.get(world.admin(), &format!("/v1/waves/{id}")).await.ok();
    assert_eq!(
        (&shown["state"], &shown["batches"][0]["pieces_picked"]),
        (&json!("done"), &json!(3))
    );
    let batch = shown["batches"][0]["id"].as_str().unwrap();
    let batch = app.get(world.admin(), &format!("/v1/batches/{batch}")).await.ok();
    assert_eq!(
        (&batch["slots"][0]["tote_code"], &batch["tasks_listed"][0]["picked"]),
        (&json!("T-01"), &json!(3))
    );
    assert_eq!(
        app.get(world.admin(), "/v1/batches?state=picked").await.ok()["items"][0]["number"],
        "B000001"
    );
    app.finish().await;
}

#[tokio::test]
async fn with_several_totes_the_tote_confirms_and_a_wrong_one_is_refused() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    seed::stock(&app.app, &world, 0, 0, world.bins[0], 5).await;
    for name in ["1", "2"] {
        order(&app, &world, name, OrderPolicy::Partial, &[(0, 1)]).await;
    }
    assert_eq!(wave(&app, &world).await["batches"], 1);
    let mut picker = Handheld::logged_in(&app, &world, 0).await;
    scans(&mut picker, &["PICK", &unit("T-01")]).await;
    assert_refused(&picker.scan(&unit("T-01")).await, "занята");
    scans(&mut picker, &[&unit("T-02"), &bin("S-01"), A1]).await;
    assert_refused(&picker.scan(&unit("T-02")).await, "Нужна T-01");
    assert_eq!(number(&app, "SELECT COUNT(*) FROM stock_entry WHERE reason = 'pick'").await, 0);
    let next = scans(&mut picker, &[&unit("T-01")]).await;
    assert_eq!(next["screen"]["expect"], "item", "the picker stands at the bin already");
    scans(&mut picker, &[A1, &unit("T-02"), "DONE"]).await;
    app.finish().await;
}

#[tokio::test]
async fn the_first_to_expire_is_picked_first_and_another_lot_only_on_request() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    lot_stock(&app, &world, "L1", "2099-05-01", world.bins[0], 2).await;
    lot_stock(&app, &world, "L2", "2099-01-01", world.bins[0], 2).await;
    lot_stock(&app, &world, "OLD", "2001-01-01", world.bins[0], 2).await;
    order(&app, &world, "1", OrderPolicy::Partial, &[(0, 1)]).await;
    wave(&app, &world).await;
    let mut picker = Handheld::logged_in(&app, &world, 0).await;
    let item = scans(&mut picker, &["PICK", &unit("T-01"), &bin("S-01")]).await;
    assert!(item["screen"]["lines"].to_string().contains("L2"), "{item}");
    assert_refused(&picker.scan("010460123456789310OLD").await, "L2");
    let asked = scans(&mut picker, &["010460123456789310L1"]).await;
    assert_eq!(asked["screen"]["expect"], "confirm");
    let swapped = scans(&mut picker, &["YES"]).await;
    assert!(swapped["screen"]["lines"].to_string().contains("L1"), "{swapped}");
    scans(&mut picker, &["010460123456789310L1", "DONE"]).await;
    assert_eq!(
        number(&app, "SELECT COUNT(*) FROM pick_task WHERE drop_reason = 'other_lot'").await,
        1
    );
    app.finish().await;
}

#[tokio::test]
async fn a_short_pick_freezes_the_rest_opens_a_count_and_looks_elsewhere() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    seed::stock(&app.app, &world, 0, 0, world.bins[0], 3).await;
    seed::stock(&app.app, &world, 0, 0, world.bins[4], 1).await;
    let order = order(&app, &world, "1", OrderPolicy::Partial, &[(0, 3)]).await;
    wave(&app, &world).await;
    let mut picker = Handheld::logged_in(&app, &world, 0).await;
    let short = scans(&mut picker, &["PICK", &unit("T-01"), &bin("S-01"), A1, "SHORT"]).await;
    assert_eq!(short["feedback"], "warn", "{short}");
    let told = picker.scan("UNDO").await;
    assert_refused(&told, "ячейка ждёт пересчёта");
    let frozen = "SELECT CAST(SUM(on_hand) AS BIGINT) FROM balance WHERE condition = 'hold'";
    assert_eq!(number(&app, frozen).await, 2);
    let counts = "SELECT COUNT(*) FROM stock_count WHERE cause = 'short_pick'";
    assert_eq!(number(&app, counts).await, 1);
    assert_eq!(number(&app, "SELECT CAST(SUM(cancelled) AS BIGINT) FROM order_line").await, 1);
    let asked = scans(&mut picker, &[&bin("S-05"), A1]).await;
    assert_eq!(asked["screen"]["expect"], "confirm", "the bin should be empty: {asked}");
    scans(&mut picker, &["YES", "DONE"]).await;
    assert!(is_state(&app, order, "picked").await);
    app.finish().await;
}

#[tokio::test]
async fn an_order_that_goes_complete_only_leaves_the_cart_when_a_piece_is_missing() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    seed::stock(&app.app, &world, 0, 0, world.bins[0], 2).await;
    let order = order(&app, &world, "1", OrderPolicy::CompleteOnly, &[(0, 2)]).await;
    wave(&app, &world).await;
    let mut picker = Handheld::logged_in(&app, &world, 0).await;
    scans(&mut picker, &["PICK", &unit("T-01"), &bin("S-01"), A1, "DAMAGED"]).await;
    assert!(is_state(&app, order, "accepted").await);
    assert_refused(&picker.scan("UNDO").await, "пересчёт ячейки вернёт его");
    let damaged = "SELECT CAST(SUM(on_hand) AS BIGINT) FROM balance WHERE condition = 'damaged'";
    assert_eq!(number(&app, damaged).await, 1);
    scans(&mut picker, &["DONE"]).await;

    let list = app.get(world.admin(), "/v1/put-backs").await.ok();
    let line = &list["items"][0];
    assert_eq!((&line["place_code"], &line["quantity"]), (&json!("T-01"), &json!(1)));
    let path = format!("/v1/put-backs/{}/confirm", line["id"].as_str().unwrap());
    let body = |bin: &str, pieces: i64| json!({ "bin_code": bin, "pieces": pieces });
    assert_eq!(
        app.post(world.admin(), &path, body("P-01", 1)).await.problem(409),
        "put_back_place"
    );
    assert_eq!(
        app.post(world.admin(), &path, body("S-02", 2)).await.problem(409),
        "put_back_too_many"
    );
    app.post(world.admin(), &path, body("S-02", 1)).await.ok();
    assert_eq!(app.post(world.admin(), &path, body("S-02", 1)).await.problem(409), "put_back_done");
    assert_eq!(app.get(world.admin(), "/v1/put-backs").await.ok()["items"], json!([]));
    app.finish().await;
}

#[tokio::test]
async fn the_last_scan_can_be_undone_and_a_bin_that_is_not_empty_is_counted() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    seed::stock(&app.app, &world, 0, 0, world.bins[0], 1).await;
    order(&app, &world, "1", OrderPolicy::Partial, &[(0, 1)]).await;
    wave(&app, &world).await;
    let mut picker = Handheld::logged_in(&app, &world, 0).await;
    let undone = scans(&mut picker, &["PICK", &unit("T-01"), &bin("S-01"), A1, "UNDO"]).await;
    assert_eq!(undone["screen"]["expect"], "item", "{undone}");
    assert_eq!(number(&app, "SELECT CAST(SUM(picked) AS BIGINT) FROM pick_task").await, 0);
    scans(&mut picker, &[A1, "NO", "DONE"]).await;
    let counts = "SELECT COUNT(*) FROM stock_count WHERE cause = 'zero_check'";
    assert_eq!(number(&app, counts).await, 1);
    app.finish().await;
}

#[tokio::test]
async fn another_device_goes_on_where_the_first_stopped() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    seed::stock(&app.app, &world, 0, 0, world.bins[0], 5).await;
    order(&app, &world, "1", OrderPolicy::Partial, &[(0, 3)]).await;
    wave(&app, &world).await;
    let mut first = Handheld::logged_in(&app, &world, 0).await;
    scans(&mut first, &["PICK", &unit("T-01"), &bin("S-01"), A1]).await;
    let mut second = Handheld::logged_in(&app, &world, 1).await;
    let idle = scans(&mut second, &["PICK"]).await;
    assert_eq!(idle["feedback"], "warn", "nothing waits: {idle}");
    let resumed = scans(&mut second, &[&cart("B000001")]).await;
    assert!(resumed["screen"]["lines"][0].as_str().unwrap().contains("2 шт"), "{resumed}");
    assert_refused(&first.scan(A1).await, "не на этом устройстве");
    scans(&mut second, &[&bin("S-01"), A1, A1, "DONE"]).await;
    assert_eq!(number(&app, "SELECT CAST(SUM(picked) AS BIGINT) FROM pick_task").await, 3);
    app.finish().await;
}

#[tokio::test]
async fn what_a_node_remembers_of_a_picker_who_was_elsewhere_is_not_believed() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    seed::stock(&app.app, &world, 0, 0, world.bins[0], 5).await;
    order(&app, &world, "1", OrderPolicy::Partial, &[(0, 4)]).await;
    wave(&app, &world).await;
    let (node, elsewhere) = app.spawn_beside().await;
    let mut picker = Handheld::logged_in(&app, &world, 0).await;
    scans(&mut picker, &["PICK", &unit("T-01"), &bin("S-01"), A1]).await;
    picker.go_to(&elsewhere);
    scans(&mut picker, &[A1, A1]).await;
    picker.go_to(&app.base);
    let last = scans(&mut picker, &[A1]).await;
    assert_eq!(last["screen"]["expect"], "confirm", "all four are picked: {last}");
    picker.go_to(&elsewhere);
    assert_eq!(picker.scan("DONE").await["screen"]["flow"], "menu");
    picker.go_to(&app.base);
    assert_refused(&picker.scan(A1).await, "Нет такой работы");
    assert_eq!(number(&app, "SELECT CAST(SUM(picked) AS BIGINT) FROM pick_task").await, 4);
    node.db.close().await;
    app.finish().await;
}

#[tokio::test]
async fn devices_that_reach_for_work_at_once_get_different_batches() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    seed::stock(&app.app, &world, 0, 0, world.bins[0], 5).await;
    for name in ["1", "2", "3", "4"] {
        order(&app, &world, name, OrderPolicy::Partial, &[(0, 1)]).await;
    }
    let load = json!({ "volume_cm3": 60000, "weight_g": 15000 });
    let body = json!({ "cart": { "slots": 1, "tote": load, "cart": load } });
    assert_eq!(app.post(world.admin(), "/v1/waves", body).await.ok()["batches"], 4);
    let claims = (0..4).map(|index| {
        let (app, world) = (&app, &world);
        async move {
            let mut picker = Handheld::logged_in(app, world, index).await;
            assert_eq!(picker.scan("PICK").await["screen"]["expect"], "tote");
        }
    });
    futures::future::join_all(claims).await;
    let taken = "SELECT COUNT(DISTINCT device_id) FROM batch WHERE state = 'picking'";
    assert_eq!(number(&app, taken).await, 4);
    app.finish().await;
}

#[tokio::test]
async fn an_order_cancelled_while_it_is_picked_goes_back_and_the_picker_is_told() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    seed::stock(&app.app, &world, 0, 0, world.bins[0], 5).await;
    let first = order(&app, &world, "1", OrderPolicy::Partial, &[(0, 2)]).await;
    wave(&app, &world).await;
    let mut picker = Handheld::logged_in(&app, &world, 0).await;
    scans(&mut picker, &["PICK", &unit("T-01"), &bin("S-01"), A1]).await;
    cancel(&app, first).await;
    let told = picker.scan(A1).await;
    assert_eq!(told["feedback"], "warn", "{told}");
    assert!(told["message"].as_str().unwrap().contains("отменён"));
    scans(&mut picker, &["DONE"]).await;
    assert!(is_state(&app, first, "cancelled").await);
    let open = "SELECT CAST(SUM(quantity - done) AS BIGINT) FROM put_back";
    assert_eq!(number(&app, open).await, 1);
    app.finish().await;
}

#[tokio::test]
async fn a_cancelled_wave_gives_its_orders_back_with_their_promise() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    seed::stock(&app.app, &world, 0, 0, world.bins[0], 5).await;
    let order = order(&app, &world, "1", OrderPolicy::CompleteOnly, &[(0, 2)]).await;
    let report = wave(&app, &world).await;
    assert!(is_state(&app, order, "released").await);
    assert_eq!(app.post(world.admin(), "/v1/waves", json!({})).await.problem(409), "wave_empty");
    let path = format!("/v1/waves/{}/cancel", report["id"].as_str().unwrap());
    assert_eq!(app.post(world.admin(), &path, json!({})).await.ok()["orders"], 1);
    assert!(is_state(&app, order, "reserved").await);
    assert_eq!(app.post(world.admin(), &path, json!({})).await.problem(409), "wave_finished");
    assert_eq!(wave(&app, &world).await["orders"], 1);
    let bad = json!({ "orders_max": 0, "lines_max": 0 });
    assert_eq!(app.post(world.admin(), "/v1/waves", bad).await.problem(422), "input_invalid");
    app.finish().await;
}

#[tokio::test]
async fn an_order_too_large_for_a_tote_goes_alone_and_first_in_is_first_out() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    seed::stock(&app.app, &world, 0, 0, world.bins[7], 2).await;
    seed::stock(&app.app, &world, 0, 0, world.bins[0], 20).await;
    for (name, pieces) in [("1", 1), ("2", 9), ("3", 1)] {
        order(&app, &world, name, OrderPolicy::Partial, &[(0, pieces)]).await;
    }
    let load = json!({ "volume_cm3": 2000, "weight_g": 15000 });
    let cart =
        json!({ "slots": 9, "tote": load, "cart": { "volume_cm3": 9000, "weight_g": 90000 } });
    let report = app.post(world.admin(), "/v1/waves", json!({ "cart": cart })).await.ok();
    assert_eq!(report["batches"], 3, "each of 400 cm³, nine of them are too much for a tote");
    let (place, now) = (world.bins[7], app.app.clock.now());
    let sql =
        "SELECT CAST(SUM(reserved) AS BIGINT) FROM balance WHERE place_id = $1 AND arrived_at < $2";
    let read = async move |tx: &mut Tx| tx.fetch_one::<Count>(sql, args![place, now]).await;
    assert_eq!(app.app.db.read::<Count, DbError, _>(read).await.unwrap().value, 2);
    app.finish().await;
}
