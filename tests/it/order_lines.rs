//! Lines that are added to orders.

use ambar::ids::{OrderId, ProductId};
use ambar::orders::OrderStep;
use serde_json::{Value, json};

use crate::orders::{advance, create, get, id, order_in, release, reserve, with, world};
use crate::seed::{self, World};
use crate::support::TestApp;

fn more(lines: &[(&str, i64)]) -> Value {
    let line =
        |(article, quantity): &(&str, i64)| json!({"article": article, "quantity": quantity});
    json!({"reason": "покупатель", "lines": lines.iter().map(line).collect::<Vec<_>>()})
}

fn path(order: &Value) -> String {
    format!("/v1/orders/{}/lines", order["id"].as_str().unwrap())
}

/// State and what is reserved of each line.
fn promised(order: &Value) -> (&str, Vec<i64>) {
    let lines = order["lines"].as_array().unwrap();
    let reserved = lines.iter().map(|line| line["reserved"].as_i64().unwrap()).collect();
    (order["state"].as_str().unwrap(), reserved)
}

async fn with_stock(pieces: &[i64]) -> (TestApp, World) {
    let (app, world) = world().await;
    for (product, pieces) in pieces.iter().enumerate() {
        seed::stock(&app.app, &world, 0, product, world.bins[product], *pieces).await;
    }
    (app, world)
}

#[tokio::test]
async fn lines_are_added_and_promised_at_once_and_the_same_key_adds_them_once() {
    let (app, world) = with_stock(&[5, 3]).await;
    let order = create(&app, &world, order_in("N-1", &[("A-1", 2)])).await;
    let mut body = more(&[("A-2", 2), ("A-1", 1)]);
    body["cod_kopecks"] = json!(12_300);
    let (key, path) = (&world.keys[0], path(&order));
    let added = app.post_with_key(key, &path, "more-1", body.clone()).await.ok();
    assert_eq!(promised(&added), ("reserved", vec![2, 2, 1]));
    assert_eq!(added["lines"][1]["line_number"], 2);
    assert_eq!(added["cod_kopecks"], 12_300);
    assert!(added["version"].as_i64() > order["version"].as_i64());
    let last = added["events"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(
        (&last["kind"], &last["detail"]["reason"]),
        (&json!("lines_added"), &json!("покупатель"))
    );
    let again = app.post_with_key(key, &path, "more-1", body).await.ok();
    assert_eq!(again, added);
    assert_eq!(promised(&get(&app, &world, &order).await).1.len(), 3);
    let other = app.post_with_key(key, &path, "more-1", more(&[("A-1", 1)])).await;
    assert_eq!(other.problem(422), "idempotency_key_reused");
    // As it first came in, it is still the same order.
    let first = app.post(&world.keys[0], "/v1/orders", order_in("N-1", &[("A-1", 2)])).await;
    assert_eq!(first.status.as_u16(), 200);
    app.finish().await;
}

#[tokio::test]
async fn the_policy_decides_what_the_new_lines_do_to_the_promise() {
    let (app, world) = with_stock(&[6]).await;
    let ordered =
        |name: &str, policy: &str| with(order_in(name, &[("A-1", 2)]), "policy", json!(policy));
    let whole = create(&app, &world, ordered("W", "complete_only")).await;
    let back = create(&app, &world, ordered("B", "backorder")).await;
    let partial = create(&app, &world, ordered("P", "partial")).await;
    let waiting = create(&app, &world, ordered("Q", "partial")).await;
    assert_eq!(promised(&waiting), ("accepted", vec![0]));
    for (order, told) in [
        (&back, ("accepted", vec![2, 0])),
        (&partial, ("reserved", vec![2, 0])),
        (&whole, ("accepted", vec![0, 0])),
    ] {
        let added = app.post(&world.keys[0], &path(order), more(&[("A-2", 1)])).await.ok();
        assert_eq!(promised(&added), told);
    }
    let next = get(&app, &world, &waiting).await;
    assert_eq!(promised(&next), ("reserved", vec![2]), "it gets what the whole one gave back");
    seed::stock(&app.app, &world, 0, 0, world.bins[0], 2).await;
    seed::stock(&app.app, &world, 0, 1, world.bins[1], 3).await;
    reserve(&app, &world).await;
    for order in [&whole, &back, &partial] {
        assert_eq!(promised(&get(&app, &world, order).await), ("reserved", vec![2, 1]));
    }
    app.finish().await;
}

#[tokio::test]
async fn once_a_wave_has_it_a_new_order_is_asked_for() {
    let (app, world) = with_stock(&[9]).await;
    let order = create(&app, &world, order_in("N-1", &[("A-1", 1)])).await;
    release(&app, id(&order)).await;
    let steps: [&'static [OrderStep]; 3] =
        [&[OrderStep::StartPick], &[OrderStep::FinishPick], &[OrderStep::Pack]];
    for step in steps {
        let late = app.post(&world.keys[0], &path(&order), more(&[("A-1", 1)])).await;
        assert!(late.json()["detail"].as_str().unwrap().contains("новый заказ"), "{}", late.json());
        assert_eq!(late.problem(409), "order_lines_too_late");
        advance(&app, id(&order), step).await;
    }
    let late = app.post(&world.keys[0], &path(&order), more(&[("A-1", 1)])).await;
    assert_eq!(late.problem(409), "order_lines_too_late");
    advance(&app, id(&order), &[OrderStep::Ship]).await;
    let gone = app.post(&world.keys[0], &path(&order), more(&[("A-1", 1)])).await;
    assert_eq!(gone.problem(409), "order_shipped");
    assert_eq!(get(&app, &world, &order).await["lines"].as_array().unwrap().len(), 1);

    let other = create(&app, &world, order_in("N-2", &[("A-1", 1)])).await;
    let cancel = format!("/v1/orders/{}/cancel", other["id"].as_str().unwrap());
    app.post(&world.keys[0], &cancel, json!({"reason": "x"})).await.ok();
    let dead = app.post(&world.keys[0], &path(&other), more(&[("A-1", 1)])).await;
    assert_eq!(dead.problem(409), "order_cancelled");
    app.finish().await;
}

#[tokio::test]
async fn goods_and_orders_of_another_shop_are_answered_like_missing_ones() {
    let (app, world) = with_stock(&[5]).await;
    let order = create(&app, &world, order_in("N-1", &[("A-1", 1)])).await;
    let by_id = |product: ProductId| json!({"reason": "x", "lines": [{"product_id": product, "quantity": 1}]});
    let foreign = world.products[1][0];
    // The operator's people act for the order's shop: its goods only, theirs, too.
    for token in [world.keys[0].as_str(), world.admin()] {
        let told =
            |body: Value| (body["code"].clone(), body["detail"].clone(), body["fields"].clone());
        let known = app.post(token, &path(&order), by_id(foreign)).await;
        let missing = app.post(token, &path(&order), by_id(ProductId::new())).await;
        assert_eq!(told(known.json()), told(missing.json()));
        assert_eq!(known.json()["fields"][0]["field"], "lines[0].product_id");
        assert_eq!(known.problem(422), "input_invalid");
        let named = app.post(token, &path(&order), more(&[("B-1", 1)])).await;
        assert_eq!(named.json()["fields"][0]["code"], "unknown");
    }
    let theirs = app.post(&world.keys[1], &path(&order), more(&[("B-1", 1)])).await;
    let missing = format!("/v1/orders/{}/lines", OrderId::new());
    let nothing = app.post(&world.keys[1], &missing, more(&[("B-1", 1)])).await;
    assert_eq!(theirs.json()["detail"], nothing.json()["detail"]);
    assert_eq!(
        (theirs.problem(404), nothing.problem(404)),
        ("not_found".into(), "not_found".into())
    );

    let wrong = json!({"reason": " ", "cod_kopecks": -1, "lines": []});
    let wrong = app.post(&world.keys[0], &path(&order), wrong).await;
    let fields: Vec<Value> =
        wrong.json()["fields"].as_array().unwrap().iter().map(|f| f["field"].clone()).collect();
    assert_eq!(fields, ["reason", "cod_kopecks", "lines"]);
    assert_eq!(get(&app, &world, &order).await, order, "nothing was changed");
    app.finish().await;
}
