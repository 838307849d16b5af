//! Warehouses, bins and handling units.

use ambar::args;
use ambar::db::{DbError, Tx};
use ambar::ids::{OrderId, OrderLineId, PlaceId};
use serde_json::{Value, json};

use crate::seed::{self, World};
use crate::support::TestApp;

fn layout(zone: &Value) -> Value {
    json!({
        "zone_id": zone["id"], "pattern": "B-{aisle:02}-{rack:02}-{level}",
        "aisles": { "from": 1, "to": 2 }, "racks": { "from": 1, "to": 5 }, "levels": { "from": 1, "to": 3 },
        "purpose": "storage", "mixing": "one_owner", "volume_max_cm3": 120_000, "weight_max_g": 80_000,
        "sequence_from": 1_000,
    })
}

async fn zone(app: &TestApp, world: &World) -> Value {
    let body = json!({ "warehouse_id": world.warehouse, "code": "b", "name": "Зона Б" });
    app.post(world.admin(), "/v1/zones", body).await.ok()
}

#[tokio::test]
async fn bins_are_generated_once_however_often_it_is_asked() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let zone = zone(&app, &world).await;
    let generate =
        async |body: Value| app.post(world.admin(), "/v1/bins/generate", body).await.ok();
    assert_eq!(generate(layout(&zone)).await, json!({ "created": 30, "existing": 0 }));
    assert_eq!(generate(layout(&zone)).await, json!({ "created": 0, "existing": 30 }));
    let mut wider = layout(&zone);
    wider["racks"]["to"] = json!(6);
    assert_eq!(generate(wider).await, json!({ "created": 6, "existing": 30 }));

    let path = format!("/v1/bins?zone_id={}&limit=100", zone["id"].as_str().unwrap());
    let mut bins = app.get(world.admin(), &path).await.ok()["items"].as_array().unwrap().clone();
    assert_eq!(bins.len(), 36);
    bins.sort_by_key(|bin| bin["sequence"].as_i64().unwrap());
    let codes: Vec<_> = bins.iter().map(|bin| bin["code"].as_str().unwrap()).collect();
    assert_eq!((codes[0], codes[18], codes[35]), ("B-01-01-1", "B-02-06-1", "B-02-01-3"));

    let mut twins = layout(&zone);
    twins["pattern"] = json!("B-{aisle:02}-{rack:02}");
    let refused = app.post(world.admin(), "/v1/bins/generate", twins).await;
    assert_eq!(refused.problem(422), "input_invalid");
    app.finish().await;
}

#[tokio::test]
async fn a_new_warehouse_has_its_places_outside() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let body = json!({ "code": "spb", "name": "Петербург" });
    let made = app.post(world.admin(), "/v1/warehouses", body.clone()).await.ok();
    assert_eq!(made["code"], "SPB");
    assert_eq!(app.post(world.admin(), "/v1/warehouses", body).await.problem(409), "code_taken");
    let warehouse = made["id"].as_str().unwrap().parse().unwrap();
    let read = async move |tx: &mut Tx| {
        for kind in ambar::catalog::PlaceKind::VIRTUAL {
            ambar::catalog::virtual_place(tx, warehouse, kind).await?;
        }
        ambar::catalog::warehouse_default(tx).await
    };
    let default = app.app.db.read::<_, ambar::catalog::CatalogError, _>(read).await.unwrap();
    assert_eq!(default, world.warehouse, "the oldest");
    app.finish().await;
}

/// Promises pieces of a shop's first product to an order, as the orders do.
async fn promise(app: &TestApp, world: &World, pieces: i64) {
    let now = app.app.clock.now();
    let (owner, product, warehouse) = (world.owners[0], world.products[0][0], world.warehouse);
    let work = async move |tx: &mut Tx| {
        let (order, line) = (OrderId::new(), OrderLineId::new());
        tx.execute(
            "INSERT INTO shop_order (id, owner_id, warehouse_id, number, external_number, state, policy, priority,
                 carrier, pickup_point, recipient, cod_kopecks, version, created_at)
             VALUES ($1, $2, $3, '1', '1', 'reserved', 'partial', 0, 'file', '', $4, 0, 1, $5)",
            args![order, owner, warehouse, json!({}), now],
        )
        .await?;
        tx.execute(
            "INSERT INTO order_line (id, order_id, owner_id, product_id, line_number, ordered, cancelled, packed, shipped, price_kopecks)
             VALUES ($1, $2, $3, $4, 1, $5, 0, 0, 0, 100)",
            args![line, order, owner, product, pieces],
        )
        .await?;
        tx.execute(
            "INSERT INTO reservation (order_line_id, warehouse_id, owner_id, product_id, quantity, reserved_at)
             VALUES ($1, $2, $3, $4, $5, $6)",
            args![line, warehouse, owner, product, pieces, now],
        )
        .await
    };
    app.app.db.write::<u64, DbError, _>(work).await.unwrap();
}

async fn available(app: &TestApp, world: &World) -> i64 {
    let path = format!("/v1/stock/products?owner_id={}", world.owners[0]);
    app.get(world.admin(), &path).await.ok()["items"][0]["available"].as_i64().unwrap()
}

#[tokio::test]
async fn a_bin_whose_stock_is_promised_stays_open() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    seed::stock(&app.app, &world, 0, 0, world.bins[0], 5).await;
    seed::stock(&app.app, &world, 0, 0, world.bins[1], 2).await;
    promise(&app, &world, 3).await;
    let lock = |bin: PlaceId| format!("/v1/bins/{bin}/lock");
    let why = json!({ "reason": "перекос стеллажа" });
    let refused = app.post(world.admin(), &lock(world.bins[0]), why.clone()).await;
    assert_eq!(refused.problem(409), "stock_promised");
    let locked = app.post(world.admin(), &lock(world.bins[1]), why.clone()).await.ok();
    assert_eq!((&locked["locked"], &locked["pickable"]), (&json!(true), &json!(false)));
    assert_eq!(available(&app, &world).await, 2);
    let unlock = format!("/v1/bins/{}/unlock", world.bins[1]);
    assert_eq!(app.post(world.admin(), &unlock, json!({})).await.ok()["pickable"], json!(true));
    assert_eq!(available(&app, &world).await, 4);

    app.post(world.admin(), &lock(world.receiving_bin), why).await.ok();
    let unlock = format!("/v1/bins/{}/unlock", world.receiving_bin);
    let open = app.post(world.admin(), &unlock, json!({})).await.ok();
    assert_eq!(open["pickable"], json!(false), "nothing is promised out of receiving");
    app.finish().await;
}

#[tokio::test]
async fn a_renamed_bin_is_the_same_bin() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    seed::stock(&app.app, &world, 0, 0, world.bins[0], 5).await;
    let path = format!("/v1/bins/{}/rename", world.bins[0]);
    let taken = app.post(world.admin(), &path, json!({ "code": "S-02" })).await;
    assert_eq!(taken.problem(409), "code_taken");
    app.post(world.admin(), &path, json!({ "code": "z-77" })).await.ok();
    let stock = app.get(world.admin(), &format!("/v1/stock?place_id={}", world.bins[0])).await.ok();
    assert_eq!(stock["items"][0]["place_code"], "Z-77");
    assert_eq!(stock["items"][0]["on_hand"], 5);
    app.finish().await;
}

#[tokio::test]
async fn stock_is_listed_by_place_product_and_owner_in_pages() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    for (owner, product, bin) in [(0, 0, 0), (0, 0, 1), (0, 1, 0), (1, 0, 0)] {
        seed::stock(&app.app, &world, owner, product, world.bins[bin], 5).await;
    }
    let count = async |filter: String| {
        let mut path = format!("/v1/stock?limit=1{filter}");
        let mut count = 0;
        loop {
            let page = app.get(world.admin(), &path).await.ok();
            count += page["items"].as_array().unwrap().len();
            let Some(next) = page["next"].as_str() else { return count };
            path = format!("/v1/stock?limit=1{filter}&after={next}");
        }
    };
    assert_eq!(count(String::new()).await, 4);
    assert_eq!(count(format!("&place_id={}", world.bins[0])).await, 3);
    assert_eq!(count(format!("&product_id={}", world.products[0][0])).await, 2);
    assert_eq!(count(format!("&owner_id={}", world.owners[0])).await, 3);
    let both = format!("&owner_id={}&place_id={}", world.owners[0], world.bins[0]);
    assert_eq!(count(both).await, 2);
    let report = app.get(world.admin(), "/v1/integrity").await.ok();
    assert_eq!(report, json!({ "entries": 4, "differences": [] }));
    app.finish().await;
}

async fn unit(app: &TestApp, world: &World, kind: &str) -> Value {
    let body = json!({ "warehouse_id": world.warehouse, "kind": kind });
    app.post(world.admin(), "/v1/handling-units", body).await.ok()
}

async fn put(app: &TestApp, world: &World, unit: &Value, inside: &Value) -> crate::support::Answer {
    let path = format!("/v1/handling-units/{}/put", unit["id"].as_str().unwrap());
    app.post(world.admin(), &path, json!({ "inside_id": inside })).await
}

#[tokio::test]
async fn pallets_and_boxes_are_open_where_their_bin_is() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let (pallet, carton) = (unit(&app, &world, "pallet").await, unit(&app, &world, "box").await);
    assert_eq!((&pallet["code"], &carton["code"]), (&json!("PL-000001"), &json!("B-000001")));
    let carton_place: PlaceId = carton["id"].as_str().unwrap().parse().unwrap();
    put(&app, &world, &carton, &pallet["id"]).await.ok();
    put(&app, &world, &pallet, &json!(world.receiving_bin)).await.ok();
    seed::stock(&app.app, &world, 0, 0, carton_place, 5).await;
    assert_eq!(available(&app, &world).await, 0, "still at the dock");
    put(&app, &world, &pallet, &json!(world.bins[0])).await.ok();
    assert_eq!(available(&app, &world).await, 5);
    let lock = format!("/v1/bins/{}/lock", world.bins[0]);
    app.post(world.admin(), &lock, json!({ "reason": "ремонт" })).await.ok();
    assert_eq!(available(&app, &world).await, 0, "a locked bin closes what stands in it");

    let circle = put(&app, &world, &pallet, &carton["id"]).await;
    assert_eq!(circle.problem(409), "unit_in_itself");
    let itself = put(&app, &world, &pallet, &pallet["id"]).await;
    assert_eq!(itself.problem(409), "unit_in_itself");
    let outside = put(&app, &world, &pallet, &json!(world.supplier)).await;
    assert_eq!(outside.problem(409), "place_unfit");
    let path = format!("/v1/handling-units/{}", carton["id"].as_str().unwrap());
    let tree = app.get(world.admin(), &path).await.ok();
    let holders: Vec<_> = tree["holders"].as_array().unwrap().iter().map(|h| &h["code"]).collect();
    assert_eq!(holders, [&json!("PL-000001"), &json!("S-01")]);
    app.finish().await;
}

#[tokio::test]
async fn two_who_put_units_into_each_other_make_no_circle() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    for _ in 0..10 {
        let (a, b) = (unit(&app, &world, "box").await, unit(&app, &world, "box").await);
        let both =
            futures::future::join(put(&app, &world, &a, &b["id"]), put(&app, &world, &b, &a["id"]));
        let (one, other) = both.await;
        let done = [&one, &other].iter().filter(|answer| answer.status.is_success()).count();
        assert_eq!(done, 1, "{} {}", one.status, other.status);
    }
    app.finish().await;
}
