//! Deliveries and putaway over HTTP.

use ambar::access::Role;
use ambar::args;
use ambar::db::{DbError, Tx};
use serde_json::{Value, json};

use crate::seed::{self, World};
use crate::support::TestApp;

/// Announces `A-1` × 10 and `A-2` × 4 for the first shop and starts at the dock.
pub(crate) async fn started(app: &TestApp, world: &World) -> String {
    let body = json!({
        "external_number": "ASN-1",
        "lines": [{ "article": "A-1", "expected": 10 }, { "article": "A-2", "expected": 4 }],
    });
    let inbound = app.post(&world.keys[0], "/v1/inbounds", body).await.ok();
    let id = inbound["id"].as_str().unwrap().to_owned();
    let dock = json!({ "dock_bin_id": world.receiving_bin });
    app.post(receiver(world), &format!("/v1/inbounds/{id}/start"), dock).await.ok();
    id
}

fn receiver(world: &World) -> &str {
    world.session(Role::Receiver)
}

async fn receive(app: &TestApp, world: &World, id: &str, body: Value) -> crate::support::Answer {
    app.post(receiver(world), &format!("/v1/inbounds/{id}/receipts"), body).await
}

fn portion(world: &World, product: usize, quantity: i64) -> Value {
    json!({ "product_id": world.products[0][product], "quantity": quantity })
}

/// The differences of a delivery: kind, article, pieces.
fn differences(inbound: &Value) -> Vec<(String, Option<String>, i64)> {
    let of = |row: &Value| {
        let kind = row["kind"].as_str().unwrap().to_owned();
        let article = row["article"].as_str().map(str::to_owned);
        (kind, article, row["quantity"].as_i64().unwrap())
    };
    inbound["discrepancies"].as_array().unwrap().iter().map(of).collect()
}

#[tokio::test]
async fn the_same_number_with_the_same_content_is_the_same_delivery() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let body = |pieces| json!({ "external_number": "N-1", "lines": [{ "article": "A-1", "expected": pieces }] });
    let announces = (0..6).map(|_| app.post(&world.keys[0], "/v1/inbounds", body(3)));
    let answers = futures::future::join_all(announces).await;
    let ids: Vec<Value> = answers.into_iter().map(|answer| answer.ok()["id"].clone()).collect();
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    let other = app.post(&world.keys[0], "/v1/inbounds", body(4)).await;
    assert_eq!(other.problem(409), "inbound_external_taken");
    let of_another_shop =
        json!({ "external_number": "N-1", "lines": [{ "article": "B-1", "expected": 3 }] });
    let others = app.post(&world.keys[1], "/v1/inbounds", of_another_shop).await.ok();
    assert_eq!(others["number"], "IN-000001", "numbers are counted per shop");
    app.finish().await;
}

#[tokio::test]
async fn several_receivers_on_one_line_sum_exactly() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let id = started(&app, &world).await;
    let scans = (0..16).map(|_| receive(&app, &world, &id, portion(&world, 0, 1)));
    let answers = futures::future::join_all(scans).await;
    let taken = answers.iter().filter(|answer| answer.status.is_success()).count();
    assert_eq!(taken, 10, "no more than announced without a confirmation");
    for answer in answers.into_iter().filter(|answer| !answer.status.is_success()) {
        assert_eq!(answer.problem(409), "receipt_surplus");
    }
    let surplus = json!({ "product_id": world.products[0][0], "quantity": 2, "surplus": "allow" });
    let more = (0..4).map(|_| receive(&app, &world, &id, surplus.clone()));
    for answer in futures::future::join_all(more).await {
        answer.ok();
    }
    let inbound = app.get(&world.keys[0], &format!("/v1/inbounds/{id}")).await.ok();
    let line = inbound["lines"].as_array().unwrap().iter().find(|line| line["article"] == "A-1");
    assert_eq!(line.unwrap()["received"], 18);
    app.finish().await;
}

#[tokio::test]
async fn closing_lists_every_difference_once_and_ends_the_counting() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let id = started(&app, &world).await;
    receive(&app, &world, &id, portion(&world, 0, 8)).await.ok();
    let damaged =
        json!({ "product_id": world.products[0][0], "quantity": 1, "condition": "damaged" });
    receive(&app, &world, &id, damaged).await.ok();
    let surplus = json!({ "product_id": world.products[0][1], "quantity": 6, "surplus": "allow" });
    receive(&app, &world, &id, surplus).await.ok();
    let foreign = json!({ "product_id": world.products[1][0], "quantity": 1 });
    let refused = receive(&app, &world, &id, foreign).await;
    assert_eq!(refused.problem(409), "goods_of_another_owner");
    let notes = format!("/v1/inbounds/{id}/discrepancies");
    let note = |kind: &str, product: Option<Value>| json!({ "kind": kind, "product_id": product, "barcode": "4600000000001", "quantity": 2 });
    app.post(receiver(&world), &notes, note("unknown_goods", None)).await.ok();
    let product = Some(json!(world.products[1][0]));
    app.post(receiver(&world), &notes, note("other_owner", product)).await.ok();

    let close = format!("/v1/inbounds/{id}/close");
    let closings = (0..4).map(|_| app.post(receiver(&world), &close, json!({})));
    let answers = futures::future::join_all(closings).await;
    let lists: Vec<_> = answers.into_iter().map(|answer| differences(&answer.ok())).collect();
    assert!(lists.iter().all(|list| *list == lists[0]), "closed once: {lists:?}");
    let expected = |kind: &str, article: Option<&str>, pieces| {
        lists[0].contains(&(kind.to_owned(), article.map(str::to_owned), pieces))
    };
    assert_eq!(lists[0].len(), 5, "{:?}", lists[0]);
    assert!(expected("shortage", Some("A-1"), 1) && expected("damage", Some("A-1"), 1));
    assert!(expected("surplus", Some("A-2"), 2) && expected("unknown_goods", None, 2));
    assert!(expected("other_owner", Some("B-1"), 2));

    let seen = differences(&app.get(&world.keys[0], &format!("/v1/inbounds/{id}")).await.ok());
    assert!(seen.contains(&("other_owner".to_owned(), None, 2)), "not told whose: {seen:?}");
    let late = receive(&app, &world, &id, portion(&world, 0, 1)).await;
    assert_eq!(late.problem(409), "inbound_closed");
    app.finish().await;
}

#[tokio::test]
async fn lots_and_dates_are_asked_for_and_short_life_is_refused() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let id = started(&app, &world).await;
    let product = world.products[0][0];
    let work = async move |tx: &mut Tx| {
        let sql = "UPDATE product SET lot_tracked = $1, expiry_tracked = $1, shelf_life_days_min = 30 WHERE id = $2";
        tx.execute(sql, args![true, product]).await
    };
    app.app.db.write::<u64, DbError, _>(work).await.unwrap();
    let body = |lot: Option<&str>, day: Option<&str>| json!({ "product_id": product, "quantity": 2, "lot_code": lot, "expires_on": day });
    let no_lot = receive(&app, &world, &id, body(None, Some("2099-01-31"))).await;
    assert_eq!(no_lot.problem(409), "lot_needed");
    let no_day = receive(&app, &world, &id, body(Some("L-1"), None)).await;
    assert_eq!(no_day.problem(409), "expiry_needed");
    let short = receive(&app, &world, &id, body(Some("L-1"), Some("2020-01-31"))).await;
    assert_eq!(short.problem(409), "expiry_too_short");
    receive(&app, &world, &id, body(Some("L-1"), Some("2099-01-31"))).await.ok();
    let other_day = receive(&app, &world, &id, body(Some("L-1"), Some("2099-02-28"))).await;
    assert_eq!(other_day.problem(409), "lot_expiry_differs");
    let inbound = app.get(&world.keys[0], &format!("/v1/inbounds/{id}")).await.ok();
    assert_eq!(inbound["lots"][0]["lot_code"], "L-1");
    assert_eq!(inbound["lots"][0]["received"], 2);
    app.finish().await;
}

#[tokio::test]
async fn goods_without_a_barcode_get_one_and_labels_and_are_measured() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let id = started(&app, &world).await;
    let measures = json!({ "length_mm": 200, "width_mm": 100, "height_mm": 50, "weight_g": 700 });
    let body = json!({ "product_id": world.products[0][1], "quantity": 3, "measures": measures });
    let received = receive(&app, &world, &id, body).await.ok();
    assert!(received["internal_barcode"].as_str().unwrap().starts_with("29"));
    assert_eq!(received["labels"], 3);
    let known = receive(&app, &world, &id, portion(&world, 0, 1)).await.ok();
    assert_eq!(known["labels"], 0, "it has a barcode");
    app.finish().await;
}

#[tokio::test]
async fn an_undo_takes_the_last_portion_back_once() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let id = started(&app, &world).await;
    receive(&app, &world, &id, portion(&world, 0, 3)).await.ok();
    receive(&app, &world, &id, portion(&world, 0, 2)).await.ok();
    let undo = format!("/v1/inbounds/{id}/undo");
    let undone = app.post_with_key(receiver(&world), &undo, "undo-1", json!({})).await.ok();
    assert_eq!(undone["quantity"], 2);
    let again = app.post_with_key(receiver(&world), &undo, "undo-1", json!({})).await.ok();
    assert_eq!(again, undone, "the same request");
    assert_eq!(app.post(receiver(&world), &undo, json!({})).await.ok()["quantity"], 3);
    let nothing = app.post(receiver(&world), &undo, json!({})).await;
    assert_eq!(nothing.problem(409), "receipt_nothing_to_undo");
    app.finish().await;
}

#[tokio::test]
async fn a_closed_delivery_is_corrected_by_a_document_of_its_own() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let id = started(&app, &world).await;
    receive(&app, &world, &id, portion(&world, 0, 10)).await.ok();
    let path = format!("/v1/inbounds/{id}/reversals");
    let body = |pieces: i64| {
        let line = json!({ "product_id": world.products[0][0], "quantity": pieces, "place_id": world.receiving_bin });
        json!({ "reason": "ошибка счёта", "lines": [line] })
    };
    let early = app.post(world.admin(), &path, body(1)).await;
    assert_eq!(early.problem(409), "inbound_not_closed");
    app.post(receiver(&world), &format!("/v1/inbounds/{id}/close"), json!({})).await.ok();
    let reversed = app.post(world.admin(), &path, body(4)).await.ok();
    assert_eq!(
        (&reversed["lots"][0]["received"], &reversed["lots"][0]["reversed"]),
        (&json!(10), &json!(4))
    );
    let much = app.post(world.admin(), &path, body(7)).await;
    assert_eq!(much.problem(409), "reversal_too_large");
    app.finish().await;
}

#[tokio::test]
async fn another_shops_delivery_does_not_exist() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let id = started(&app, &world).await;
    let path = format!("/v1/inbounds/{id}");
    assert_eq!(app.get(&world.keys[1], &path).await.problem(404), "not_found");
    let cancel = app.post(&world.keys[1], &format!("{path}/cancel"), json!({})).await;
    assert_eq!(cancel.problem(404), "not_found");
    let list = app.get(&world.keys[1], "/v1/inbounds").await.ok();
    assert_eq!(list["items"], json!([]));
    let foreign = json!({ "lines": [{ "product_id": world.products[0][0], "expected": 1 }] });
    assert_eq!(app.post(&world.keys[1], "/v1/inbounds", foreign).await.problem(404), "not_found");
    let posing = json!({ "owner_id": world.owners[0] });
    assert_eq!(app.post(&world.keys[1], "/v1/inbounds", posing).await.problem(404), "not_found");
    app.finish().await;
}

#[tokio::test]
async fn two_workers_are_never_sent_to_the_same_empty_bin() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let id = started(&app, &world).await;
    receive(&app, &world, &id, portion(&world, 0, 5)).await.ok();
    receive(&app, &world, &id, portion(&world, 1, 4)).await.ok();
    let wanted = |product: usize| json!({ "from_place_id": world.receiving_bin, "product_id": world.products[0][product], "quantity": 2 });
    let path = "/v1/putaways/propose";
    let [one, other] = futures::future::join_all([
        app.post(receiver(&world), path, wanted(0)),
        app.post(world.admin(), path, wanted(1)),
    ])
    .await
    .try_into()
    .ok()
    .unwrap();
    let (one, other) = (one.ok(), other.ok());
    assert_ne!(one["bin_id"], other["bin_id"]);
    assert_eq!(one["why"], "empty");

    let put = |product: usize, bin: &Value, pieces: i64| json!({ "from_place_id": world.receiving_bin, "to_place_id": bin, "product_id": world.products[0][product], "quantity": pieces });
    let claimed = app.post(receiver(&world), "/v1/putaways", put(0, &other["bin_id"], 2)).await;
    assert_eq!(claimed.problem(409), "bin_claimed");
    let done = app.post(receiver(&world), "/v1/putaways", put(0, &one["bin_id"], 2)).await.ok();
    assert_eq!(done["left"], 3, "a part");
    let next = app.post(receiver(&world), path, wanted(0)).await.ok();
    assert_eq!((&next["bin_id"], &next["why"]), (&one["bin_id"], &json!("same_product")));
    let many = app.post(receiver(&world), "/v1/putaways", put(0, &one["bin_id"], 4)).await;
    assert_eq!(many.problem(409), "stock_insufficient");
    app.finish().await;
}

#[tokio::test]
async fn a_full_bin_takes_more_only_with_a_reason_and_a_locked_one_never() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let id = started(&app, &world).await;
    receive(&app, &world, &id, portion(&world, 0, 10)).await.ok();
    let bins = [world.bins[0], world.bins[1]];
    let work = async move |tx: &mut Tx| {
        tx.execute("UPDATE place SET volume_max_cm3 = 1000 WHERE id = $1", args![bins[0]]).await?;
        tx.execute(
            "UPDATE place SET locked = $1, pickable = $2 WHERE id = $3",
            args![true, false, bins[1]],
        )
        .await
    };
    app.app.db.write::<u64, DbError, _>(work).await.unwrap();
    let put = |bin: usize, reason: Option<&str>| json!({ "from_place_id": world.receiving_bin, "to_place_id": bins[bin], "product_id": world.products[0][0], "quantity": 3, "override_reason": reason });
    let full = app.post(receiver(&world), "/v1/putaways", put(0, None)).await;
    assert_eq!(full.problem(409), "bin_full", "each is 400 cm³");
    app.post(receiver(&world), "/v1/putaways", put(0, Some("входит плотно"))).await.ok();
    let locked = app.post(receiver(&world), "/v1/putaways", put(1, Some("нужно"))).await;
    assert_eq!(locked.problem(409), "bin_locked");
    let packing = json!({ "from_place_id": world.receiving_bin, "to_place_id": world.packing_bin, "product_id": world.products[0][0], "quantity": 1 });
    let not_there = app.post(receiver(&world), "/v1/putaways", packing).await;
    assert_eq!(not_there.problem(409), "putaway_not_there");
    app.finish().await;
}
