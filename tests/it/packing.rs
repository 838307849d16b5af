//! Packing at the table.

use ambar::args;
use ambar::db::{DbError, Tx};
use ambar::devices;
use ambar::ids::OrderId;
use ambar::orders::OrderPolicy;
use ambar::sandbox::devices::SandboxScale;
use serde_json::{Value, json};

use crate::picking::{A1, assert_refused, bin, cancel, is_state, number, order, scans, unit, wave};
use crate::seed::{self, World};
use crate::support::TestApp;
use crate::terminal::Handheld;

pub(crate) fn packaging(code: &str, side_mm: i64, fragile: bool) -> Value {
    json!({
        "code": code, "name": format!("Короб {code}"), "length_mm": side_mm, "width_mm": side_mm,
        "height_mm": side_mm, "load_max_g": 5000, "tare_g": 100, "suits_fragile": fragile,
        "active": true,
    })
}

/// An order of `pieces` of A-1 that lies picked in T-01, and two kinds of boxes.
pub(crate) async fn picked(
    app: &TestApp,
    world: &World,
    policy: OrderPolicy,
    pieces: i64,
) -> OrderId {
    for (code, side) in [("S", 150), ("L", 400)] {
        app.post(world.admin(), "/v1/packagings", packaging(code, side, false)).await.ok();
    }
    seed::stock(&app.app, world, 0, 0, world.bins[0], pieces + 5).await;
    let order = order(app, world, "7", policy, &[(0, pieces)]).await;
    wave(app, world).await;
    let mut picker = Handheld::logged_in(app, world, 0).await;
    let typed = pieces.to_string();
    scans(&mut picker, &["PICK", &unit("T-01"), &bin("S-01"), &typed, A1, "DONE"]).await;
    order
}

pub(crate) async fn parcels(app: &TestApp, world: &World, order: OrderId) -> Vec<Value> {
    let list = app.get(world.admin(), &format!("/v1/parcels?order_id={order}")).await.ok();
    list["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn each_item_is_verified_and_the_weighed_parcel_gets_its_label() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let order = picked(&app, &world, OrderPolicy::Partial, 2).await;
    let mut packer = Handheld::logged_in(&app, &world, 1).await;
    scans(&mut packer, &["PACK"]).await;
    assert_refused(&packer.scan(&unit("T-05")).await, "нет заказа");
    assert_eq!(scans(&mut packer, &[&unit("T-01")]).await["screen"]["expect"], "item");
    assert_refused(&packer.scan("A-2").await, "A-2");
    assert_refused(&packer.scan("UNHEARD").await, "UNHEARD");
    scans(&mut packer, &[A1]).await;
    assert_refused(&packer.scan("DONE").await, "Не хватает 1");
    scans(&mut packer, &["UNDO"]).await;
    let boxed = scans(&mut packer, &["2", A1]).await;
    assert_eq!(boxed["screen"]["expect"], "packaging", "{boxed}");
    assert!(boxed["screen"]["title"].as_str().unwrap().contains('S'), "the small one: {boxed}");
    assert_refused(&packer.scan("XXL").await, "XXL");
    assert_eq!(scans(&mut packer, &["YES"]).await["screen"]["expect"], "weight");
    let doubted = scans(&mut packer, &["1500"]).await;
    assert_eq!(doubted["feedback"], "warn", "700 g are expected: {doubted}");
    scans(&mut packer, &["720"]).await;
    assert!(is_state(&app, order, "packed").await);
    let parcels = parcels(&app, &world, order).await;
    assert_eq!(parcels.len(), 1);
    assert_eq!(
        (&parcels[0]["weight_g"], &parcels[0]["expected_weight_g"]),
        (&json!(720), &json!(700))
    );
    assert_eq!(
        (&parcels[0]["state"], &parcels[0]["cod_kopecks"]),
        (&json!("packed"), &json!(10_001))
    );
    let path = format!("/v1/parcels/{}", parcels[0]["id"].as_str().unwrap());
    assert_eq!(app.get(world.admin(), &path).await.ok()["lines"][0]["quantity"], 2);
    assert_eq!(app.get(&world.keys[0], &path).await.ok()["number"], parcels[0]["number"]);
    assert_eq!(app.get(&world.keys[1], &path).await.problem(404), "not_found");
    assert_eq!(number(&app, "SELECT COUNT(*) FROM print_job WHERE template = 'parcel'").await, 1);
    assert_eq!(number(&app, "SELECT COUNT(*) FROM batch_slot WHERE open").await, 0);
    app.finish().await;
}

/// What the buyer of an order pays on delivery.
async fn cod_set(app: &TestApp, order: OrderId, kopecks: i64) {
    let sql = "UPDATE shop_order SET cod_kopecks = $2 WHERE id = $1";
    let work = async move |tx: &mut Tx| tx.execute(sql, args![order, kopecks]).await;
    app.app.db.write::<_, DbError, _>(work).await.unwrap();
}

fn cods(parcels: &[Value]) -> Vec<i64> {
    parcels.iter().map(|parcel| parcel["cod_kopecks"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn an_order_in_two_parcels_collects_its_cash_once() {
    let paid: [(i64, [i64; 2]); 4] = [
        // With the delivery, which the last parcel carries.
        (35_000, [10_000, 25_000]),
        (30_000, [10_000, 20_000]),
        // A part was paid before.
        (10_001, [3_333, 6_668]),
        (0, [0, 0]),
    ];
    for (cod, carried) in paid {
        let app = TestApp::spawn().await;
        let world = seed::world(&app.app).await;
        let order = picked(&app, &world, OrderPolicy::Partial, 3).await;
        cod_set(&app, order, cod).await;
        let mut packer = Handheld::logged_in(&app, &world, 1).await;
        scans(&mut packer, &["PACK", &unit("T-01"), A1, "FULL", "S", "400"]).await;
        assert!(is_state(&app, order, "picked").await);
        scans(&mut packer, &["2", A1, "L", "4800", "YES"]).await;
        assert!(is_state(&app, order, "packed").await);
        let parcels = parcels(&app, &world, order).await;
        assert_eq!(cods(&parcels), carried);
        assert_eq!(parcels[1]["weight_g"], 4_800, "a confirmed weight is believed");
        app.finish().await;
    }
}

#[tokio::test]
async fn nobody_pays_on_delivery_for_what_was_not_packed() {
    // All is paid on delivery, with the delivery; a part was paid before; all was.
    let paid: [(i64, i64, i64); 3] = [(35_000, 10_000, 15_000), (10_001, 3_333, 3_335), (0, 0, 0)];
    for (cod, first, last) in paid {
        let app = TestApp::spawn().await;
        let world = seed::world(&app.app).await;
        let order = picked(&app, &world, OrderPolicy::Partial, 3).await;
        cod_set(&app, order, cod).await;
        let mut packer = Handheld::logged_in(&app, &world, 1).await;
        scans(&mut packer, &["PACK", &unit("T-01"), A1, "FULL", "S", "400"]).await;
        scans(&mut packer, &[A1, "SHORT", "бой при упаковке", "YES", "400"]).await;
        assert!(is_state(&app, order, "packed").await);
        assert_eq!(cods(&parcels(&app, &world, order).await), [first, last]);
        let shown = app.get(world.admin(), &format!("/v1/orders/{order}")).await.ok();
        assert_eq!(shown["cod_kopecks"], first + last);
        app.finish().await;
    }
}

#[tokio::test]
async fn a_tote_is_named_by_its_typed_code_and_an_order_by_its_number() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    picked(&app, &world, OrderPolicy::Partial, 2).await;
    let mut packer = Handheld::logged_in(&app, &world, 1).await;
    scans(&mut packer, &["PACK"]).await;
    assert_refused(&packer.scan("T-99").await, "T-99");
    assert_refused(&packer.scan("t-05").await, "В таре T-05 нет заказа");
    // The code as it stands under the bars, in either case, and through the Russian layout.
    let label = scans(&mut packer, &[&unit("T-01")]).await["screen"].clone();
    for typed in ["T-01", "t-01", " T-01 ", "Е-01", "7"] {
        let screen = scans(&mut packer, &["MENU", "PACK", typed]).await["screen"].clone();
        assert_eq!(screen, label, "{typed}");
    }
    let order = label["lines"][0].as_str().unwrap();
    assert!(order.contains("Заказ 7 "), "the shop's number: {order}");
    app.finish().await;
}

#[tokio::test]
async fn one_number_in_two_shops_is_told_apart_by_the_tote() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    for shop in 0..2 {
        seed::stock(&app.app, &world, shop, 0, world.bins[shop], 1).await;
        let article = ["A-1", "B-1"][shop];
        let order = crate::orders::order_in("W-7", &[(article, 1)]);
        app.post(&world.keys[shop], "/v1/orders", order).await.ok();
    }
    app.post(world.admin(), "/v1/waves", json!({})).await.ok();
    let mut picker = Handheld::logged_in(&app, &world, 0).await;
    let bind = scans(&mut picker, &["PICK"]).await;
    assert_eq!(bind["screen"]["lines"][0], "Заказ W-7", "what the shop calls it: {bind}");
    scans(&mut picker, &["T-01", "T-02", &bin("S-01"), A1, "T-01"]).await;
    scans(&mut picker, &["ДА", &bin("S-02"), A1, "T-02", "ДА", "готово"]).await;
    let mut packer = Handheld::logged_in(&app, &world, 1).await;
    scans(&mut packer, &["Упаковка"]).await;
    assert_refused(&packer.scan("W-7").await, "несколько");
    assert_eq!(scans(&mut packer, &["T-02"]).await["screen"]["expect"], "item");
    app.finish().await;
}

#[tokio::test]
async fn a_parcel_too_heavy_for_its_box_is_closed_in_another_one_or_for_a_reason() {
    for kept in [true, false] {
        let app = TestApp::spawn().await;
        let world = seed::world(&app.app).await;
        let order = picked(&app, &world, OrderPolicy::Partial, 2).await;
        let mut strong = packaging("X", 400, false);
        strong["load_max_g"] = json!(20_000);
        app.post(world.admin(), "/v1/packagings", strong).await.ok();
        let mut packer = Handheld::logged_in(&app, &world, 1).await;
        scans(&mut packer, &["PACK", &unit("T-01"), "2", A1, "S", "5101"]).await;
        let heavy = scans(&mut packer, &["YES"]).await;
        assert_eq!(
            (&heavy["feedback"], &heavy["screen"]["expect"]),
            (&json!("warn"), &json!("packaging"))
        );
        assert!(heavy["message"].as_str().unwrap().contains("5001 г, можно 5000"), "{heavy}");
        assert!(is_state(&app, order, "picked").await, "nothing is closed yet");
        assert_eq!(parcels(&app, &world, order).await[0]["state"], "open");
        assert_refused(&packer.scan("XXL").await, "XXL");
        let noted = "SELECT COUNT(*) FROM order_event WHERE kind = 'parcel_overloaded'";
        if kept {
            assert_eq!(scans(&mut packer, &["ДА"]).await["screen"]["expect"], "reason");
            scans(&mut packer, &["двойное дно"]).await;
            assert_eq!(number(&app, noted).await, 1);
            let shown = app.get(world.admin(), &format!("/v1/orders/{order}")).await.ok();
            assert!(shown["events"].to_string().contains("двойное дно"), "{shown}");
        } else {
            scans(&mut packer, &["X", "5101", "YES"]).await;
            assert_eq!(number(&app, noted).await, 0);
        }
        assert!(is_state(&app, order, "packed").await);
        app.finish().await;
    }
}

#[tokio::test]
async fn only_the_last_label_says_how_many_parcels_there_are() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    picked(&app, &world, OrderPolicy::Partial, 2).await;
    let mut packer = Handheld::logged_in(&app, &world, 1).await;
    scans(&mut packer, &["PACK", &unit("T-01"), A1, "FULL", "S", "400"]).await;
    scans(&mut packer, &[A1, "YES", "400"]).await;
    for said in [
        "SELECT COUNT(*) FROM print_job WHERE data ->> 'place' = '1'",
        "SELECT COUNT(*) FROM print_job WHERE data ->> 'place' = '2 из 2'",
    ] {
        assert_eq!(number(&app, said).await, 1, "{said}");
    }
    app.finish().await;
}

#[tokio::test]
async fn what_is_missing_needs_a_reason_and_goes_back_to_the_shelf() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let order = picked(&app, &world, OrderPolicy::Partial, 2).await;
    let mut packer = Handheld::logged_in(&app, &world, 1).await;
    scans(&mut packer, &["PACK", &unit("T-01")]).await;
    assert_eq!(packer.scan("SHORT").await["feedback"], "error", "an empty parcel is not closed");
    scans(&mut packer, &[A1, "SHORT"]).await;
    assert_eq!(packer.scan("DONE").await["feedback"], "error", "that is no reason");
    scans(&mut packer, &["бой при упаковке", "YES", "400"]).await;
    assert!(is_state(&app, order, "packed").await);
    assert_eq!(parcels(&app, &world, order).await[0]["short_reason"], "бой при упаковке");
    assert_eq!(number(&app, "SELECT CAST(SUM(cancelled) AS BIGINT) FROM order_line").await, 1);
    let open = "SELECT CAST(SUM(quantity - done) AS BIGINT) FROM put_back";
    assert_eq!(number(&app, open).await, 1);
    app.finish().await;
}

#[tokio::test]
async fn a_packed_or_half_packed_order_can_still_be_cancelled() {
    for packed in [true, false] {
        let app = TestApp::spawn().await;
        let world = seed::world(&app.app).await;
        let order = picked(&app, &world, OrderPolicy::Partial, 2).await;
        let mut packer = Handheld::logged_in(&app, &world, 1).await;
        scans(&mut packer, &["PACK", &unit("T-01"), A1]).await;
        if packed {
            scans(&mut packer, &[A1, "YES", "700"]).await;
        }
        cancel(&app, order).await;
        assert!(is_state(&app, order, "cancelled").await);
        assert_eq!(parcels(&app, &world, order).await[0]["state"], "cancelled");
        let open = "SELECT CAST(SUM(quantity - done) AS BIGINT) FROM put_back";
        assert_eq!(number(&app, open).await, 2);
        assert_eq!(number(&app, "SELECT CAST(SUM(packed) AS BIGINT) FROM order_line").await, 0);
        app.finish().await;
    }
}

#[tokio::test]
async fn packagings_are_kept_by_code() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let made = app.post(world.admin(), "/v1/packagings", packaging("s", 100, false)).await.ok();
    assert_eq!(made["code"], "S");
    let twice = app.post(world.admin(), "/v1/packagings", packaging("S", 100, false)).await;
    assert_eq!(twice.problem(409), "packaging_code_taken");
    let wrong = app.post(world.admin(), "/v1/packagings", packaging("", 0, false)).await;
    assert_eq!(wrong.problem(422), "input_invalid");
    let path = format!("/v1/packagings/{}", made["id"].as_str().unwrap());
    let put = reqwest::Method::PUT;
    let change = Some(packaging("OTHER", 200, true));
    let changed = app.send(put, world.admin(), &path, Some("change"), change).await.ok();
    assert_eq!((&changed["code"], &changed["length_mm"]), (&json!("S"), &json!(200)));
    let listed = app.get(world.admin(), "/v1/packagings").await.ok();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    app.finish().await;
}

/// Presses DONE until the weight of the scale was taken.
async fn weighed(packer: &mut Handheld<'_>) -> Value {
    let patience = std::time::Duration::from_mins(1);
    tokio::time::timeout(patience, async {
        loop {
            let answer = packer.scan("DONE").await;
            if answer["feedback"] != "error" {
                return answer;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
    })
    .await
    .expect("the scale comes to rest")
}

#[tokio::test]
async fn the_scale_of_the_table_weighs_each_parcel_once() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let order = picked(&app, &world, OrderPolicy::Partial, 2).await;
    let scale = SandboxScale::start(devices::scale("massa-k-100").unwrap()).await.unwrap();
    let mut packer = Handheld::logged_in(&app, &world, 1).await;
    let boxed = async |packer: &mut Handheld<'_>, pieces: &str| {
        scans(packer, &[pieces, A1]).await;
    };
    scans(&mut packer, &["PACK", &unit("T-01")]).await;
    boxed(&mut packer, "1").await;
    scans(&mut packer, &["FULL", "S"]).await;
    assert_refused(&packer.scan("DONE").await, "нет весов");
    let connection = json!({
        "warehouse_id": world.warehouse, "name": "весы 1", "protocol": "massa-k-100",
        "channel": "tcp_client", "address": scale.address().to_string(),
        "device_id": world.devices[1].0,
    });
    let made = app.post(world.admin(), "/v1/connections", connection).await.ok();
    let stop = tokio_util::sync::CancellationToken::new();
    tokio::spawn(ambar::connections::supervisor::run(app.app.clone(), stop.clone()));
    let _kept = stop.drop_guard();
    // The scale counts from when it was seen empty.
    tokio::time::sleep(std::time::Duration::from_secs(3)).await;
    scale.load(1_500);
    let doubted = weighed(&mut packer).await;
    assert_eq!(doubted["feedback"], "warn", "400 g are expected: {doubted}");
    assert_refused(&packer.scan("DONE").await, "весах");
    scale.unload();
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    scale.load(410);
    weighed(&mut packer).await;
    boxed(&mut packer, "1").await;
    scans(&mut packer, &["YES"]).await;
    assert_refused(&packer.scan("DONE").await, "весах");
    scans(&mut packer, &["405"]).await;
    assert!(is_state(&app, order, "packed").await);
    let parcels = parcels(&app, &world, order).await;
    assert_eq!((&parcels[0]["weight_g"], &parcels[0]["scale_id"]), (&json!(410), &made["id"]));
    assert_eq!((&parcels[1]["weight_g"], &parcels[1]["scale_id"]), (&json!(405), &Value::Null));
    app.finish().await;
}
