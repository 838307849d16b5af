//! Owners, products, barcodes and the acceptance policy.

use std::collections::BTreeSet;

use ambar::access::{Role, Scope};
use ambar::catalog::{self, CatalogError};
use ambar::commands::Ctx;
use ambar::db::Tx;
use ambar::ids::{OwnerId, ProductId};
use ambar::units::Day;
use reqwest::Method;
use serde_json::{Value, json};

use crate::seed::{self, World};
use crate::support::TestApp;

fn product_in(article: &str) -> Value {
    json!({ "article": article, "name": format!("Товар {article}") })
}

fn of_owner(world: &World, owner: usize, product: Value) -> Value {
    let mut body = product;
    body["owner_id"] = json!(world.owners[owner].to_string());
    body
}

#[tokio::test]
async fn a_shop_describes_its_goods_and_finds_them_again() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let shop = &world.keys[0];
    let body = json!({
        "article": "Ёж-7", "name": "Ёжик резиновый", "length_mm": 120, "weight_g": 85, "fragile": true,
        "barcodes": [{ "kind": "gtin", "value": "04006381333931" }, { "kind": "supplier", "value": "X1", "pieces": 12 }],
    });
    let made = app.post(shop, "/v1/products", body).await.ok();
    let codes: Vec<_> = made["barcodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|code| (code["kind"].as_str().unwrap(), code["value"].as_str().unwrap()))
        .collect();
    let expected = [("article", "Ёж-7"), ("gtin", "4006381333931"), ("supplier", "X1")];
    assert_eq!(codes, expected, "the number is stored as it stands on the goods");
    for search in ["ЕЖ", "ёж-7"] {
        let found = app.get(shop, &format!("/v1/products?search={search}")).await.ok();
        assert_eq!(found["items"][0]["id"], made["id"]);
    }
    let hit = app.get(shop, "/v1/barcodes?value=4006381333931").await.ok();
    assert_eq!(hit["items"][0]["article"], "Ёж-7");

    let id = made["id"].as_str().unwrap();
    let change = json!({ "name": "Ёжик", "length_mm": 130, "liquid": true });
    let path = format!("/v1/products/{id}");
    let changed = app.send(Method::PUT, shop, &path, Some("k"), Some(change)).await.ok();
    assert_eq!((&changed["length_mm"], &changed["article"]), (&json!(130), &json!("Ёж-7")));
    assert_eq!(app.get(shop, &path).await.ok(), changed);
    app.finish().await;
}

#[tokio::test]
async fn a_list_is_read_page_by_page() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let mut seen = BTreeSet::new();
    let mut path = "/v1/products?limit=2".to_owned();
    loop {
        let page = app.get(world.admin(), &path).await.ok();
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= 2);
        seen.extend(items.iter().map(|item| item["article"].as_str().unwrap().to_owned()));
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/v1/products?limit=2&after={next}");
    }
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), ["A-1", "A-2", "A-3", "B-1", "B-2", "B-3"]);
    let wrong = app.get(world.admin(), "/v1/products?after=nonsense").await;
    assert_eq!(wrong.problem(422), "cursor_invalid");
    app.finish().await;
}

#[tokio::test]
async fn all_wrong_fields_are_told_and_a_batch_is_all_or_nothing() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let shop = &world.keys[0];
    let gtin = |value: &str| json!([{ "kind": "gtin", "value": value }]);
    let mut third = product_in("N-1");
    third["barcodes"] = gtin("4601234567890");
    let items = json!({ "items": [
        product_in("N-1"), { "article": "N-2", "name": " ", "weight_g": -1 }, third, product_in("AMB-0000000007"),
    ]});
    let refused = app.post(shop, "/v1/products/batch", items).await;
    assert_eq!(refused.status.as_u16(), 422);
    let fields: Vec<_> = refused.json()["fields"]
        .as_array()
        .unwrap()
        .iter()
        .map(|field| {
            format!("{}: {}", field["field"].as_str().unwrap(), field["code"].as_str().unwrap())
        })
        .collect();
    let expected = [
        "items[1].name: missing",
        "items[1].weight_g: too_small",
        "items[2].article: duplicate",
        "items[2].barcodes[0].value: bad_check_digit",
        "items[3].article: reserved",
    ];
    assert_eq!(fields, expected);
    let taken = json!({ "items": [product_in("N-1"), product_in("A-2")] });
    assert_eq!(app.post(shop, "/v1/products/batch", taken).await.problem(409), "article_taken");
    let found = app.get(shop, "/v1/products?search=N-1").await.ok();
    assert_eq!(found["items"], json!([]), "nothing of a refused batch stays");

    let many: Vec<_> = (0..501).map(|index| product_in(&format!("M-{index}"))).collect();
    let refused = app.post(shop, "/v1/products/batch", json!({ "items": many })).await;
    assert_eq!(refused.problem(422), "input_invalid");
    let made = app.post(shop, "/v1/products/batch", json!({ "items": many[..500] })).await.ok();
    assert_eq!(made["items"].as_array().unwrap().len(), 500);
    app.finish().await;
}

#[tokio::test]
async fn a_repeated_create_answers_the_same_and_another_body_is_refused() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let shop = &world.keys[0];
    let first = app.post_with_key(shop, "/v1/products", "once", product_in("N-1")).await.ok();
    let again = app.post_with_key(shop, "/v1/products", "once", product_in("N-1")).await.ok();
    assert_eq!(first, again);
    let other = app.post_with_key(shop, "/v1/products", "once", product_in("N-2")).await;
    assert_eq!(other.problem(422), "idempotency_key_reused");
    let beta = app.post_with_key(&world.keys[1], "/v1/products", "once", product_in("N-1")).await;
    assert_ne!(beta.ok()["id"], first["id"], "keys of different shops do not meet");
    app.finish().await;
}

#[tokio::test]
async fn a_barcode_means_one_product_of_an_owner() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let path = |product: ProductId| format!("/v1/products/{product}/barcodes");
    let gtin = json!({ "barcodes": [{ "kind": "gtin", "value": "4601234567893" }] });
    let [alpha, beta] = [&world.products[0], &world.products[1]];

    let taken = app.post(&world.keys[0], &path(alpha[1]), gtin.clone()).await;
    assert_eq!(taken.problem(409), "barcode_taken");
    app.post(&world.keys[0], &path(alpha[0]), gtin.clone()).await.ok();
    let as_supplier = json!({ "barcodes": [{ "kind": "supplier", "value": "4601234567893" }] });
    app.post(&world.keys[0], &path(alpha[1]), as_supplier).await.ok();
    let foreign = app.post(&world.keys[0], &path(beta[0]), gtin).await;
    assert_eq!(foreign.problem(404), "not_found");
    let ours = json!({ "barcodes": [{ "kind": "internal", "value": "2900000000018" }] });
    assert_eq!(app.post(&world.keys[0], &path(alpha[0]), ours).await.problem(422), "input_invalid");

    let hits = app.get(world.admin(), "/v1/barcodes?value=4601234567893").await.ok();
    assert_eq!(hits["items"].as_array().unwrap().len(), 3, "two shops, one with two meanings");
    app.finish().await;
}

async fn internal_barcode(app: &TestApp, token: &str, product: ProductId) -> String {
    let path = format!("/v1/products/{product}/internal-barcode");
    let answer = app.post(token, &path, json!({})).await.ok();
    answer["value"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn internal_barcodes_have_no_gaps_and_no_twins() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let items: Vec<_> = (0..32).map(|index| product_in(&format!("N-{index}"))).collect();
    let made = app.post(&world.keys[0], "/v1/products/batch", json!({ "items": items })).await.ok();
    let products = made["items"].as_array().unwrap().iter();
    let products: Vec<ProductId> =
        products.map(|item| item["id"].as_str().unwrap().parse().unwrap()).collect();

    let calls = products.iter().map(|product| internal_barcode(&app, &world.keys[0], *product));
    let codes: BTreeSet<String> = futures::future::join_all(calls).await.into_iter().collect();
    let serials: Vec<i64> = codes
        .iter()
        .map(|code| ambar::barcodes::InternalNumber::from_ean13(code).unwrap().serial())
        .collect();
    assert_eq!(serials, (1..=32).collect::<Vec<_>>());

    let same = world.products[1][0];
    let calls = (0..8).map(|_| internal_barcode(&app, world.admin(), same));
    let codes: BTreeSet<String> = futures::future::join_all(calls).await.into_iter().collect();
    assert_eq!(codes.len(), 1, "one product, one code: {codes:?}");
    let nameless =
        app.post(&world.keys[1], "/v1/products", json!({ "name": "Без артикула" })).await.ok();
    assert_eq!(nameless["article"], "AMB-0000000034", "no number was lost on the way");
    let number = ambar::barcodes::InternalNumber::new(34).unwrap();
    let id = nameless["id"].as_str().unwrap().parse().unwrap();
    assert_eq!(internal_barcode(&app, &world.keys[1], id).await, number.ean13());
    app.finish().await;
}

#[tokio::test]
async fn the_acceptance_policy_names_its_rule_until_it_is_waived() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let long = json!({ "article": "L", "name": "Шест", "length_mm": 2900, "width_mm": 60, "height_mm": 60 });
    let ring = json!({ "article": "R", "name": "Кольцо", "category": "jewellery" });
    let pole = app.post(&world.keys[0], "/v1/products", long).await.ok();
    let ring = app.post(&world.keys[0], "/v1/products", ring).await.ok();
    assert_eq!(pole["refused_by"], json!(["oversize"]));
    assert_eq!(ring["refused_by"], json!(["jewellery"]));
    let id: ProductId = ring["id"].as_str().unwrap().parse().unwrap();
    let refused = ensure(&app, id).await.unwrap_err();
    assert!(matches!(refused, CatalogError::Refused { ref rule, .. } if rule == "jewellery"));

    let path = format!("/v1/products/{id}/waivers");
    let waiver = json!({ "rule": "jewellery", "reason": "бижутерия" });
    let picker = app.post(world.session(Role::Picker), &path, waiver.clone()).await;
    assert_eq!(picker.problem(403), "forbidden");
    assert_eq!(app.post(&world.keys[0], &path, waiver.clone()).await.problem(403), "forbidden");
    let dispatcher = world.session(Role::Dispatcher);
    let unknown = json!({ "rule": "nothing", "reason": "так" });
    assert_eq!(app.post(dispatcher, &path, unknown).await.problem(404), "not_found");
    let silent = json!({ "rule": "jewellery", "reason": " " });
    assert_eq!(app.post(dispatcher, &path, silent).await.problem(422), "input_invalid");
    app.post(dispatcher, &path, waiver).await.ok();
    ensure(&app, id).await.unwrap();
    assert_eq!(app.get(dispatcher, &path).await.ok()["items"][0]["reason"], "бижутерия");

    let rule = json!({ "kind": "sum_of_sides", "limit_mm": 4000, "active": true });
    let edit =
        app.send(Method::PUT, dispatcher, "/v1/acceptance-rules/oversize", Some("r"), Some(rule));
    edit.await.ok();
    let path = format!("/v1/products/{}", pole["id"].as_str().unwrap());
    assert_eq!(app.get(dispatcher, &path).await.ok()["refused_by"], json!([]));
    app.finish().await;
}

async fn ensure(app: &TestApp, id: ProductId) -> Result<(), CatalogError> {
    let read = async move |tx: &mut Tx| {
        let product = catalog::product_find(tx, Scope::All, id).await?;
        catalog::acceptance_ensure(tx, &product).await
    };
    app.app.db.read(read).await
}

#[tokio::test]
async fn what_belongs_to_another_owner_looks_like_nothing() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    seed::stock(&app.app, &world, 1, 0, world.bins[0], 5).await;
    let shop = &world.keys[0];
    let (theirs, nobody) = (world.owners[1], OwnerId::new());
    let (product, nothing) = (world.products[1][0], ProductId::new());
    let pairs = [
        (format!("/v1/owners/{theirs}"), format!("/v1/owners/{nobody}")),
        (format!("/v1/owners/{theirs}/contracts"), format!("/v1/owners/{nobody}/contracts")),
        (
            format!("/v1/owners/{theirs}/contracts/valid"),
            format!("/v1/owners/{nobody}/contracts/valid"),
        ),
        (format!("/v1/products/{product}"), format!("/v1/products/{nothing}")),
        (format!("/v1/products/{product}/waivers"), format!("/v1/products/{nothing}/waivers")),
        (format!("/v1/products?owner_id={theirs}"), format!("/v1/products?owner_id={nobody}")),
        ("/v1/products?search=B-1".to_owned(), "/v1/products?search=none".to_owned()),
        ("/v1/barcodes?value=B-1".to_owned(), "/v1/barcodes?value=none".to_owned()),
        (
            format!("/v1/barcodes?value=B-1&owner_id={theirs}"),
            format!("/v1/barcodes?value=B-1&owner_id={nobody}"),
        ),
        (format!("/v1/stock?owner_id={theirs}"), format!("/v1/stock?owner_id={nobody}")),
        (format!("/v1/stock?product_id={product}"), format!("/v1/stock?product_id={nothing}")),
        (
            format!("/v1/stock?place_id={}", world.bins[0]),
            format!("/v1/stock?place_id={}", world.bins[1]),
        ),
        (
            format!("/v1/stock/products?owner_id={theirs}"),
            format!("/v1/stock/products?owner_id={nobody}"),
        ),
    ];
    for (foreign, missing) in pairs {
        same(&app.get(shop, &foreign).await, &app.get(shop, &missing).await, &foreign);
    }
    let posts = [
        (format!("/v1/products/{product}/barcodes"), format!("/v1/products/{nothing}/barcodes")),
        (
            format!("/v1/products/{product}/internal-barcode"),
            format!("/v1/products/{nothing}/internal-barcode"),
        ),
    ];
    let body = json!({ "barcodes": [{ "kind": "supplier", "value": "B-1" }] });
    for (foreign, missing) in posts {
        let (a, b) = (
            app.post(shop, &foreign, body.clone()).await,
            app.post(shop, &missing, body.clone()).await,
        );
        same(&a, &b, &foreign);
    }
    for (foreign, missing) in [(product, nothing)] {
        let put = async |id: ProductId| {
            let path = format!("/v1/products/{id}");
            app.send(Method::PUT, shop, &path, Some(&path), Some(json!({ "name": "x" }))).await
        };
        same(&put(foreign).await, &put(missing).await, "PUT");
    }
    let create = async |owner: OwnerId| {
        app.post(shop, "/v1/products", json!({ "owner_id": owner, "name": "x", "article": "B-1" }))
            .await
    };
    same(&create(theirs).await, &create(nobody).await, "create");
    assert_eq!(app.get(shop, "/v1/owners").await.ok()["items"].as_array().unwrap().len(), 1);
    assert_eq!(app.get(shop, "/v1/products").await.ok()["items"].as_array().unwrap().len(), 3);
    assert_eq!(app.get(shop, "/v1/stock").await.ok()["items"], json!([]));
    assert_eq!(app.get(shop, "/v1/bins").await.problem(403), "forbidden");
    assert_eq!(app.get(shop, "/v1/integrity").await.problem(403), "forbidden");
    app.finish().await;
}

/// Two answers that must not differ but in the request's id.
#[track_caller]
fn same(a: &crate::support::Answer, b: &crate::support::Answer, what: &str) {
    let without_instance = |answer: &crate::support::Answer| {
        let mut body = answer.json();
        if let Some(fields) = body.as_object_mut() {
            fields.remove("instance");
        }
        (answer.status, body)
    };
    assert_eq!(without_instance(a), without_instance(b), "{what}");
}

#[tokio::test]
async fn contracts_are_versions_that_follow_each_other() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let path = format!("/v1/owners/{}/contracts", world.owners[0]);
    let version = |from: &str, mix: bool| json!({ "number": "17/ОХ", "valid_from": from, "owners_may_mix": mix });
    for (from, mix, number) in [("2026-01-01", false, 1), ("2026-06-01", true, 2)] {
        let made = app.post(world.admin(), &path, version(from, mix)).await.ok();
        assert_eq!(made["version"], number);
    }
    let valid = async |day: &str| app.get(&world.keys[0], &format!("{path}/valid?day={day}")).await;
    assert_eq!(valid("2026-05-31").await.ok()["version"], 1);
    assert_eq!(valid("2026-06-01").await.ok()["version"], 2);
    assert_eq!(valid("2025-12-31").await.problem(404), "not_found");
    let shop = app.post(&world.keys[0], &path, version("2026-07-01", true)).await;
    assert_eq!(shop.problem(403), "forbidden");

    let owner = json!({ "code": "gamma", "name": "ООО «Гамма»", "inn": "7701234567", "order_policy": "partial" });
    app.post(world.admin(), "/v1/owners", owner.clone()).await.ok();
    assert_eq!(app.post(world.admin(), "/v1/owners", owner).await.problem(409), "code_taken");
    app.finish().await;
}

#[tokio::test]
async fn a_lot_is_one_whoever_makes_it_first_and_keeps_its_day() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let (owner, product) = (world.owners[0], world.products[0][0]);
    let now = app.app.clock.now();
    let ensure = async |owner: OwnerId, code: &'static str, day: Option<&str>| {
        let day: Option<Day> = day.map(|day| day.parse().unwrap());
        let work = async move |tx: &mut Tx| {
            catalog::lot_ensure(tx, &Ctx::system(now), owner, product, code, day).await
        };
        app.app.db.write(work).await
    };
    let calls = (0..8).map(|_| ensure(owner, "L1", None));
    let lots: BTreeSet<_> =
        futures::future::join_all(calls).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(lots.len(), 1);
    let lot = ensure(owner, "L1", Some("2027-01-31")).await.unwrap();
    assert!(lots.contains(&lot));
    let differs = ensure(owner, "L1", Some("2027-02-28")).await;
    assert!(matches!(differs, Err(CatalogError::LotExpiryDiffers { .. })), "{differs:?}");
    assert_eq!(ensure(owner, "", None).await.unwrap(), seed::only_lot(product));
    let by_day = ensure(owner, "", Some("2027-01-31")).await.unwrap();
    assert!(by_day != lot && by_day != seed::only_lot(product));
    let foreign = ensure(world.owners[1], "L1", None).await;
    assert!(matches!(foreign, Err(CatalogError::NotFound { .. })), "{foreign:?}");
    let staff = of_owner(&world, 0, product_in("S-1"));
    app.post(world.session(Role::Receiver), "/v1/products", staff).await.ok();
    app.finish().await;
}
