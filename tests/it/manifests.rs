//! Manifests: what may be loaded, what closing does, once, and the papers.

use ambar::access::Role;
use ambar::args;
use ambar::barcodes::{OwnCode, OwnKind};
use ambar::commands::Ctx;
use ambar::db::{Count, DbError, Tx};
use ambar::fault::Fault;
use ambar::ids::{OrderId, OrderLineId, PackagingId, ParcelId, PlaceId};
use ambar::orders::order_cancel;
use ambar::stock::{Goods, Spot, StockMove, StockReason, stock_move};
use ambar::units::Pieces;
use calamine::{Data, Reader, Xlsx, open_workbook_from_rs};
use serde_json::{Value, json};

use crate::seed::{self, World};
use crate::support::{Answer, TestApp};

const CARRIER: &str = "pochta";
const POINT: &str = "ПВЗ 5";

/// A packed parcel put straight into the tables.
#[derive(Debug, Clone)]
pub(crate) struct Packed {
    pub(crate) id: ParcelId,
    pub(crate) number: String,
    pub(crate) order: OrderId,
}

/// How a parcel differs from the usual one: two pieces of the first shop for the usual point.
#[derive(Debug, Clone)]
pub(crate) struct Parcel {
    owner: usize,
    carrier: &'static str,
    point: &'static str,
    recipient: &'static str,
    order: Option<OrderId>,
}

impl Default for Parcel {
    fn default() -> Self {
        let recipient = "Иванов Иван";
        Self { owner: 0, carrier: CARRIER, point: POINT, recipient, order: None }
    }
}

async fn write(app: &TestApp, sql: &'static str, args: Vec<ambar::db::Arg>) -> u64 {
    let work = async move |tx: &mut Tx| tx.execute(sql, args.clone()).await;
    app.app.db.write::<u64, DbError, _>(work).await.unwrap()
}

async fn count(app: &TestApp, sql: &'static str) -> i64 {
    let read = async move |tx: &mut Tx| tx.fetch_one::<Count>(sql, vec![]).await;
    app.app.db.read::<Count, DbError, _>(read).await.unwrap().value
}

async fn order(app: &TestApp, world: &World, parcel: &Parcel) -> OrderId {
    let order = OrderId::new();
    let sql = "INSERT INTO shop_order (id, owner_id, warehouse_id, number, external_number, state, policy,
             priority, carrier, pickup_point, recipient, cod_kopecks, version, created_at)
         VALUES ($1, $2, $3, $4, $5, 'packed', 'partial', 0, $6, $7, $8, 99990, 0, $9)";
    let number = order.to_string();
    let recipient = json!({ "name": parcel.recipient, "phone": "+79161234567", "city": "Москва" });
    let now = app.app.clock.now();
    let (owner, external) = (world.owners[parcel.owner], format!("SHOP-{number}"));
    let values = args![
        order,
        owner,
        world.warehouse,
        number,
        external,
        parcel.carrier,
        parcel.point,
        recipient,
        now
    ];
    write(app, sql, values).await;
    order
}

async fn packaging(app: &TestApp, world: &World) -> PackagingId {
    let id = PackagingId::from_uuid(world.warehouse.uuid());
    let sql = "INSERT INTO packaging (id, warehouse_id, code, name, length_mm, width_mm, height_mm, load_max_g,
             tare_g, suits_fragile, active)
         VALUES ($1, $2, 'BOX', 'Короб', 300, 200, 100, 5000, 100, $3, $3) ON CONFLICT DO NOTHING";
    write(app, sql, args![id, world.warehouse, true]).await;
    id
}

/// A parcel with two pieces in it, as packing leaves it.
pub(crate) async fn packed(app: &TestApp, world: &World, parcel: Parcel) -> Packed {
    let now = app.app.clock.now();
    let order = match parcel.order {
        Some(order) => order,
        None => order(app, world, &parcel).await,
    };
    let (owner, product) = (world.owners[parcel.owner], world.products[parcel.owner][0]);
    let (line, id) = (OrderLineId::new(), ParcelId::new());
    let number = OwnCode::new(OwnKind::Parcel, &id.to_string()[4..24]).unwrap().to_string();
    let place = PlaceId::from_uuid(id.uuid());
    write(
        app,
        "INSERT INTO order_line (id, order_id, owner_id, product_id, line_number, ordered, cancelled, packed,
             shipped, price_kopecks)
         SELECT $1, $2, $3, $4, 1 + COUNT(*), 2, 0, 2, 0, 49995 FROM order_line WHERE order_id = $2",
        args![line, order, owner, product],
    )
    .await;
    write(
        app,
        "INSERT INTO place (id, warehouse_id, kind, code, pickable, locked, created_at)
         VALUES ($1, $2, 'parcel', $3, $4, $4, $5)",
        args![place, world.warehouse, &number, false, now],
    )
    .await;
    let packaging = packaging(app, world).await;
    write(
        app,
        "INSERT INTO parcel (id, warehouse_id, owner_id, order_id, number, state, packaging_id, carrier,
             pickup_point, cod_kopecks, weight_g, expected_weight_g, created_at, closed_at)
         VALUES ($1, $2, $3, $4, $5, 'packed', $6, $7, $8, 99990, 1250, 1250, $9, $9)",
        args![
            id, world.warehouse, owner, order, &number, packaging, parcel.carrier, parcel.point, now
        ],
    )
    .await;
    let lot = seed::only_lot(product);
    let sql = "INSERT INTO parcel_line (parcel_id, order_line_id, product_id, lot_id, quantity)
         VALUES ($1, $2, $3, $4, 2)";
    write(app, sql, args![id, line, product, lot]).await;
    let goods = Goods { owner, product, lot, quantity: Pieces::new(2) };
    let (from, to) = (Spot::available(world.supplier), Spot::available(place));
    let entry = StockMove::new(StockReason::Opening, goods, from, to, now);
    let work = async move |tx: &mut Tx| stock_move(tx, &Ctx::system(now), &entry).await;
    app.app.db.write(work).await.unwrap();
    Packed { id, number, order }
}

fn key(world: &World, day: &str) -> Value {
    let warehouse = world.warehouse;
    json!({ "warehouse_id": warehouse, "carrier": CARRIER, "pickup_point": POINT, "day": day })
}

async fn open(app: &TestApp, world: &World) -> String {
    let body = key(world, "2026-06-01");
    let manifest = app.post(dispatcher(world), "/v1/manifests", body).await.ok();
    manifest["id"].as_str().unwrap().to_owned()
}

fn dispatcher(world: &World) -> &str {
    world.session(Role::Dispatcher)
}

async fn load(app: &TestApp, world: &World, manifest: &str, parcel: &str) -> Answer {
    let path = format!("/v1/manifests/{manifest}/load");
    app.post(dispatcher(world), &path, json!({ "parcel": parcel })).await
}

async fn close(app: &TestApp, world: &World, manifest: &str, missing: &str) -> Answer {
    let path = format!("/v1/manifests/{manifest}/close");
    app.post(dispatcher(world), &path, json!({ "missing": missing })).await
}

/// Everything that a refused scan must not change.
async fn footprint(app: &TestApp) -> [i64; 4] {
    [
        count(app, "SELECT COUNT(*) FROM manifest_parcel").await,
        count(app, "SELECT COUNT(*) FROM manifest_parcel WHERE state = 'loaded'").await,
        count(app, "SELECT COUNT(*) FROM parcel WHERE state = 'loaded'").await,
        count(app, "SELECT COUNT(*) FROM command").await,
    ]
}

#[tokio::test]
async fn parcels_are_loaded_once_and_handed_over_and_missing_ones_go_with_the_next_manifest() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let first = packed(&app, &world, Parcel::default()).await;
    let second = packed(&app, &world, Parcel { owner: 1, ..Parcel::default() }).await;
    let manifest = open(&app, &world).await;
    assert_eq!(open(&app, &world).await, manifest, "there is one open manifest for a key");
    let path = format!("/v1/manifests/{manifest}");
    let progress = app.get(dispatcher(&world), &path).await.ok()["progress"].clone();
    assert_eq!(progress, json!({ "expected": 2, "loaded": 0, "missing": 0 }));

    let once = load(&app, &world, &manifest, &first.number).await.ok();
    assert_eq!((&once["result"], &once["progress"]["loaded"]), (&json!("now"), &json!(1)));
    let twice = load(&app, &world, &manifest, &first.number).await.ok();
    assert_eq!((&twice["result"], &twice["progress"]["loaded"]), (&json!("already"), &json!(1)));
    let missing = app.get(dispatcher(&world), &format!("{path}/parcels?state=expected")).await.ok();
    assert_eq!(missing["items"][0]["number"], second.number);
    assert_eq!(missing["items"].as_array().unwrap().len(), 1);

    let refused = close(&app, &world, &manifest, "refuse").await;
    assert!(refused.json()["detail"].as_str().unwrap().contains(&second.number));
    assert_eq!(refused.problem(409), "manifest_parcels_missing");
    let closed = close(&app, &world, &manifest, "release").await.ok();
    assert_eq!(closed["act_number"].as_str().unwrap().rsplit('-').next(), Some("000001"));
    assert_eq!(closed["missing"], json!([second.number]));
    for repeat in ["release", "refuse"] {
        assert_eq!(close(&app, &world, &manifest, repeat).await.ok(), closed);
    }
    let late = load(&app, &world, &manifest, &second.number).await;
    assert_eq!(late.problem(409), "manifest_not_open");

    assert_eq!(count(&app, "SELECT COUNT(*) FROM parcel WHERE state = 'handed_over'").await, 1);
    assert_eq!(count(&app, "SELECT COUNT(*) FROM shop_order WHERE state = 'shipped'").await, 1);
    assert_eq!(count(&app, "SELECT CAST(SUM(shipped) AS BIGINT) FROM order_line").await, 2);
    let handed = "SELECT COUNT(*) FROM stock_entry WHERE reason = 'handover' AND quantity = 2";
    assert_eq!(count(&app, handed).await, 1);
    assert_eq!(count(&app, "SELECT CAST(SUM(on_hand) AS BIGINT) FROM balance").await, 2);

    let next = open(&app, &world).await;
    assert_ne!(next, manifest);
    load(&app, &world, &next, &second.number).await.ok();
    let closed = close(&app, &world, &next, "refuse").await.ok();
    assert_eq!(closed["act_number"].as_str().unwrap().rsplit('-').next(), Some("000002"));
    assert_eq!(count(&app, "SELECT COUNT(*) FROM balance").await, 0);
    let list = app.get(dispatcher(&world), "/v1/manifests?state=closed&limit=1").await.ok();
    assert_eq!(list["items"][0]["id"], next);
    assert!(list["next"].is_string());
    app.finish().await;
}

#[tokio::test]
async fn a_foreign_parcel_is_named_with_its_reason_and_changes_nothing() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let other_carrier = packed(&app, &world, Parcel { carrier: "cdek", ..Parcel::default() }).await;
    let other_point = packed(&app, &world, Parcel { point: "ПВЗ 6", ..Parcel::default() }).await;
    let [cancelled, open_one, gone, elsewhere] = [
        packed(&app, &world, Parcel::default()).await,
        packed(&app, &world, Parcel::default()).await,
        packed(&app, &world, Parcel::default()).await,
        packed(&app, &world, Parcel::default()).await,
    ];
    let yesterday = key(&world, "2026-05-31");
    let first = app.post(dispatcher(&world), "/v1/manifests", yesterday).await.ok();
    let first = first["id"].as_str().unwrap();
    load(&app, &world, first, &elsewhere.number).await.ok();
    for (sql, parcel) in [
        ("UPDATE shop_order SET state = 'cancelled' WHERE id = $1", cancelled.order.uuid()),
        ("UPDATE parcel SET state = 'open' WHERE id = $1", open_one.id.uuid()),
        ("UPDATE parcel SET state = 'handed_over' WHERE id = $1", gone.id.uuid()),
    ] {
        write(&app, sql, args![parcel]).await;
    }
    let manifest = open(&app, &world).await;
    let before = footprint(&app).await;
    for (number, status, code) in [
        (other_carrier.number.as_str(), 409, "parcel_other_carrier"),
        (&other_point.number, 409, "parcel_other_point"),
        (&cancelled.number, 409, "parcel_cancelled"),
        (&open_one.number, 409, "parcel_not_packed"),
        (&gone.number, 409, "parcel_handed_over"),
        (&elsewhere.number, 409, "parcel_on_other_manifest"),
        ("PR-NONE", 404, "manifest_parcel_unknown"),
    ] {
        let refused = load(&app, &world, &manifest, number).await;
        assert!(refused.json()["detail"].as_str().unwrap().contains(number), "{code}");
        assert_eq!(refused.problem(status), code);
    }
    assert_eq!(close(&app, &world, &manifest, "release").await.problem(409), "manifest_empty");
    assert_eq!(footprint(&app).await, before);
    app.finish().await;
}

#[tokio::test]
async fn eight_callers_close_at_once_and_there_is_one_act_and_one_set_of_entries() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let manifest = open(&app, &world).await;
    for _ in 0..5 {
        let parcel = packed(&app, &world, Parcel::default()).await;
        load(&app, &world, &manifest, &parcel.number).await.ok();
    }
    let callers = (0..8).map(|_| close(&app, &world, &manifest, "refuse"));
    let answers: Vec<Value> =
        futures::future::join_all(callers).await.into_iter().map(Answer::ok).collect();
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    assert_eq!(answers[0]["parcels"], 5);
    let handed = "SELECT COUNT(*) FROM stock_entry WHERE reason = 'handover'";
    assert_eq!(count(&app, handed).await, 5);
    assert_eq!(count(&app, "SELECT COUNT(*) FROM shop_order WHERE state = 'shipped'").await, 5);
    app.finish().await;
}

#[tokio::test]
async fn acts_of_a_warehouse_are_numbered_without_gaps_whoever_closes_at_once() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let mut manifests = Vec::new();
    for day in 1..=6 {
        let body = key(&world, &format!("2026-07-0{day}"));
        let manifest = app.post(dispatcher(&world), "/v1/manifests", body).await.ok();
        let manifest = manifest["id"].as_str().unwrap().to_owned();
        // The last one stays empty: refusing it takes no number.
        if day < 6 {
            let parcel = packed(&app, &world, Parcel::default()).await;
            load(&app, &world, &manifest, &parcel.number).await.ok();
        }
        manifests.push(manifest);
    }
    let closings = manifests.iter().rev().map(|manifest| close(&app, &world, manifest, "refuse"));
    let answers = futures::future::join_all(closings).await;
    let mut numbers: Vec<String> = answers
        .into_iter()
        .filter(|answer| answer.status.is_success())
        .map(|answer| answer.ok()["act_number"].as_str().unwrap().to_owned())
        .collect();
    numbers.sort();
    let ends: Vec<&str> = numbers.iter().filter_map(|number| number.rsplit('-').next()).collect();
    assert_eq!(ends, ["000001", "000002", "000003", "000004", "000005"]);
    assert!(numbers.iter().all(|number| number.starts_with("MSK-20")), "{numbers:?}");
    app.finish().await;
}

#[tokio::test]
async fn one_parcel_goes_on_one_of_two_manifests_however_it_is_scanned() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let first = open(&app, &world).await;
    let body = key(&world, "2026-06-02");
    let second = app.post(dispatcher(&world), "/v1/manifests", body).await.ok();
    let second = second["id"].as_str().unwrap().to_owned();
    let parcel = packed(&app, &world, Parcel::default()).await;
    let scans = (0..8).map(|index| {
        let manifest = if index % 2 == 0 { &first } else { &second };
        load(&app, &world, manifest, &parcel.number)
    });
    let answers = futures::future::join_all(scans).await;
    let mut results: Vec<String> = answers
        .into_iter()
        .map(|answer| match answer.status.as_u16() {
            200 => answer.ok()["result"].as_str().unwrap().to_owned(),
            _ => answer.problem(409),
        })
        .collect();
    results.sort();
    let expected: Vec<&str> =
        [vec!["already"; 3], vec!["now"], vec!["parcel_on_other_manifest"; 4]].concat();
    assert_eq!(results, expected);
    app.finish().await;
}

#[tokio::test]
async fn an_order_in_two_parcels_is_shipped_with_the_second() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let first = packed(&app, &world, Parcel::default()).await;
    let rest = Parcel { order: Some(first.order), ..Parcel::default() };
    let second = packed(&app, &world, rest).await;
    let shipped = "SELECT COUNT(*) FROM shop_order WHERE state = 'shipped'";
    for (parcel, expected) in [(first, 0), (second, 1)] {
        let manifest = open(&app, &world).await;
        load(&app, &world, &manifest, &parcel.number).await.ok();
        close(&app, &world, &manifest, "release").await.ok();
        assert_eq!(count(&app, shipped).await, expected);
    }
    app.finish().await;
}

#[tokio::test]
async fn an_order_can_be_cancelled_until_its_parcel_is_loaded() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let [waiting, loaded] = [
        packed(&app, &world, Parcel::default()).await,
        packed(&app, &world, Parcel::default()).await,
    ];
    let manifest = open(&app, &world).await;
    load(&app, &world, &manifest, &loaded.number).await.ok();
    let cancel = async |order: OrderId| {
        let now = app.app.clock.now();
        let work =
            async move |tx: &mut Tx| order_cancel(tx, &Ctx::system(now), order, "по просьбе").await;
        app.app.db.write(work).await
    };
    assert_eq!(cancel(loaded.order).await.unwrap_err().code(), "order_loaded");
    cancel(waiting.order).await.unwrap();
    let progress = app.get(dispatcher(&world), &format!("/v1/manifests/{manifest}")).await.ok();
    assert_eq!(progress["progress"], json!({ "expected": 0, "loaded": 1, "missing": 0 }));
    let refused = load(&app, &world, &manifest, &waiting.number).await;
    assert_eq!(refused.problem(409), "parcel_cancelled");
    let closed = close(&app, &world, &manifest, "refuse").await.ok();
    assert_eq!(closed["missing"], json!([]));
    assert_eq!(cancel(loaded.order).await.unwrap_err().code(), "order_shipped");
    app.finish().await;
}

#[tokio::test]
async fn a_parcel_can_be_unloaded_and_an_empty_manifest_given_up() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let parcel = packed(&app, &world, Parcel::default()).await;
    let manifest = open(&app, &world).await;
    let path = format!("/v1/manifests/{manifest}");
    let body = json!({ "parcel": parcel.number });
    let unload =
        async || app.post(dispatcher(&world), &format!("{path}/unload"), body.clone()).await;
    let cancel = async || app.post(dispatcher(&world), &format!("{path}/cancel"), json!({})).await;
    assert_eq!(unload().await.problem(409), "parcel_not_loaded");
    load(&app, &world, &manifest, &parcel.number).await.ok();
    assert_eq!(cancel().await.problem(409), "manifest_has_loaded");
    assert_eq!(unload().await.ok(), json!({ "expected": 1, "loaded": 0, "missing": 0 }));
    assert_eq!(count(&app, "SELECT COUNT(*) FROM parcel WHERE state = 'packed'").await, 1);
    assert_eq!(cancel().await.ok()["state"], "cancelled");
    assert_eq!(cancel().await.problem(409), "manifest_not_open");
    let next = open(&app, &world).await;
    assert_eq!(load(&app, &world, &next, &parcel.number).await.ok()["progress"]["loaded"], 1);
    app.finish().await;
}

#[tokio::test]
async fn the_papers_hold_every_parcel_and_no_code() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let script = "<script>alert(1)</script>";
    let first = packed(&app, &world, Parcel { recipient: script, ..Parcel::default() }).await;
    let formula = Parcel { recipient: "=1+1", ..Parcel::default() };
    let second = packed(&app, &world, formula).await;
    let manifest = open(&app, &world).await;
    let path = format!("/v1/manifests/{manifest}");
    let token = dispatcher(&world);
    for paper in ["act.html", "act.pdf", "act.xlsx", "register.xlsx", "register.csv"] {
        let early = app.get(token, &format!("{path}/{paper}")).await;
        assert_eq!(early.problem(409), "manifest_not_closed");
    }
    for parcel in [&first, &second] {
        load(&app, &world, &manifest, &parcel.number).await.ok();
    }
    let closed = close(&app, &world, &manifest, "refuse").await.ok();

    let page = app.get(token, &format!("{path}/act.html")).await;
    let html = String::from_utf8(page.bytes).unwrap();
    assert!(!html.contains("<script>"), "{html}");
    assert!(html.contains("alert(1)") && html.contains("2\u{a0}места"), "{html}");
    assert!(html.contains(closed["act_number"].as_str().unwrap()));
    assert!(html.contains("2,500\u{a0}кг") && html.contains("1\u{a0}999,80\u{a0}₽"), "{html}");

    for (paper, tab) in [("act.xlsx", "Акт"), ("register.xlsx", "Реестр")] {
        let file = app.get(token, &format!("{path}/{paper}")).await;
        let again = app.get(token, &format!("{path}/{paper}")).await;
        assert_eq!(file.bytes, again.bytes, "a paper never changes");
        let mut book: Xlsx<_> = open_workbook_from_rs(std::io::Cursor::new(file.bytes)).unwrap();
        let range = book.worksheet_range(tab).unwrap();
        let cells: Vec<String> =
            range.cells().map(|(_, _, cell): (_, _, &Data)| cell.to_string()).collect();
        for text in [&first.number, &second.number, script, "=1+1"] {
            assert!(cells.iter().any(|cell| cell == text), "{text} is not in {cells:?}");
        }
        assert!(book.worksheet_formula(tab).unwrap().is_empty());
    }
    let file = app.get(token, &format!("{path}/act.pdf")).await;
    let again = app.get(token, &format!("{path}/act.pdf")).await;
    assert!(file.bytes.starts_with(b"%PDF-") && file.bytes == again.bytes, "a paper never changes");
    let csv = app.get(token, &format!("{path}/register.csv")).await;
    let csv = String::from_utf8(csv.bytes).unwrap();
    assert_eq!(csv.lines().count(), 3);
    assert!(csv.contains(&first.number) && csv.contains(";+79161234567;"), "{csv}");
    app.finish().await;
}

#[tokio::test]
async fn shops_see_no_manifest_and_wrong_input_is_named() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let manifest = open(&app, &world).await;
    // Even a shop's person to whom somebody gave a role of the floor.
    let sql = "UPDATE app_user SET owner_id = $1 WHERE login = 'packer'";
    write(&app, sql, args![world.owners[0]]).await;
    for token in [world.keys[0].as_str(), world.session(Role::Packer)] {
        for path in ["", "/parcels", "/act.html", "/act.pdf", "/register.csv"] {
            let refused = app.get(token, &format!("/v1/manifests/{manifest}{path}")).await;
            assert_eq!(refused.problem(403), "forbidden");
        }
        assert_eq!(app.get(token, "/v1/manifests").await.problem(403), "forbidden");
        let body = json!({ "parcel": "PR-1" });
        let refused = app.post(token, &format!("/v1/manifests/{manifest}/load"), body).await;
        assert_eq!(refused.problem(403), "forbidden");
    }
    let unknown = ambar::ids::ManifestId::new();
    let missing = app.get(dispatcher(&world), &format!("/v1/manifests/{unknown}")).await;
    assert_eq!(missing.problem(404), "manifest_not_found");
    let body = json!({ "warehouse_id": ambar::ids::WarehouseId::new(), "carrier": CARRIER });
    let wrong = app.post(dispatcher(&world), "/v1/manifests", body).await;
    assert_eq!(wrong.json()["fields"][0]["field"], "warehouse_id");
    assert_eq!(wrong.problem(422), "input_invalid");
    let body = json!({ "warehouse_id": world.warehouse, "carrier": " " });
    let wrong = app.post(dispatcher(&world), "/v1/manifests", body).await;
    assert_eq!(wrong.problem(422), "input_invalid");
    app.finish().await;
}
