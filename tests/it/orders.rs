//! Orders: intake, promises, changes and cancellations, owner isolation.

use ambar::access::Role;
use ambar::args;
use ambar::commands::Ctx;
use ambar::db::{Count, DbError, Tx};
use ambar::ids::{OrderId, OrderLineId, ProductId};
use ambar::orders::{
    OrderError, OrderState, OrderStep, WaveFilter, line_cancel_rest, order_advance, orders_release,
    releasable_lines, reservations_shrink, reserve_all, reserve_waiting,
};
use ambar::units::Pieces;
use serde_json::{Value, json};

use crate::seed::{self, World};
use crate::support::TestApp;

pub(crate) fn order_in(number: &str, lines: &[(&str, i64)]) -> Value {
    let lines: Vec<Value> =
        lines.iter().map(|(article, n)| json!({"article": article, "quantity": n})).collect();
    json!({
        "external_number": number, "carrier": "cdek", "recipient": {"name": "Иванов"},
        "lines": lines,
    })
}

/// An order whose lines have prices, of which so much is paid on delivery.
fn priced(number: &str, lines: &[(&str, i64, i64)], cod: i64) -> Value {
    let lines: Vec<Value> = lines
        .iter()
        .map(|(article, n, price)| {
            json!({"article": article, "quantity": n, "price_kopecks": price})
        })
        .collect();
    let order = with(order_in(number, &[]), "lines", json!(lines));
    with(order, "cod_kopecks", json!(cod))
}

pub(crate) fn with(mut order: Value, field: &str, value: Value) -> Value {
    order[field] = value;
    order
}

pub(crate) async fn world() -> (TestApp, World) {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    (app, world)
}

pub(crate) async fn create(app: &TestApp, world: &World, order: Value) -> Value {
    app.post(&world.keys[0], "/v1/orders", order).await.ok()
}

pub(crate) async fn get(app: &TestApp, world: &World, order: &Value) -> Value {
    let path = format!("/v1/orders/{}", order["id"].as_str().unwrap());
    app.get(&world.keys[0], &path).await.ok()
}

async fn write<T: Send + 'static>(
    app: &TestApp,
    work: impl AsyncFn(&mut Tx, &Ctx) -> Result<T, OrderError> + Send + Sync + 'static,
) -> Result<T, OrderError>
where
    OrderError: Send,
{
    let ctx = Ctx::system(app.app.clock.now());
    app.app.db.write(async move |tx: &mut Tx| work(tx, &ctx).await).await
}

pub(crate) fn id(order: &Value) -> OrderId {
    order["id"].as_str().unwrap().parse().unwrap()
}

pub(crate) async fn release(app: &TestApp, order: OrderId) {
    write(app, async move |tx, ctx| orders_release(tx, ctx, &[order]).await).await.unwrap();
}

fn line_id(order: &Value, index: usize) -> OrderLineId {
    order["lines"][index]["id"].as_str().unwrap().parse().unwrap()
}

fn filter(world: &World) -> WaveFilter {
    WaveFilter {
        warehouse: world.warehouse,
        carrier: None,
        promised_before: None,
        priority_min: None,
        orders_max: 100,
        lines_max: 100,
    }
}

pub(crate) async fn reserve(app: &TestApp, world: &World) {
    reserve_all(&app.app, world.warehouse).await.unwrap();
}

#[tokio::test]
async fn an_order_is_promised_stock_as_it_comes_in_and_is_the_same_when_it_comes_again() {
    let (app, world) = world().await;
    seed::stock(&app.app, &world, 0, 0, world.bins[0], 5).await;
    let order = order_in("N-1", &[("A-1", 2)]);
    let first = app.post(&world.keys[0], "/v1/orders", order.clone()).await;
    assert_eq!(first.status.as_u16(), 201);
    let first = first.ok();
    assert_eq!(first["state"], "reserved");
    assert_eq!(first["number"], "1");
    assert_eq!(first["policy"], "partial", "the owner's policy");
    assert_eq!(first["lines"][0]["reserved"], 2);
    let kinds: Vec<&str> =
        first["events"].as_array().unwrap().iter().map(|e| e["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["accepted", "reserved"]);

    let again = app.post(&world.keys[0], "/v1/orders", order.clone()).await;
    assert_eq!(again.status.as_u16(), 200);
    assert_eq!(again.ok()["id"], first["id"]);
    let other = order_in("N-1", &[("A-1", 3)]);
    assert_eq!(app.post(&world.keys[0], "/v1/orders", other).await.problem(409), "order_exists");
    let next = create(&app, &world, order_in("N-2", &[("A-1", 9)])).await;
    assert_eq!((&next["number"], &next["lines"][0]["reserved"]), (&json!("2"), &json!(3)));
    app.finish().await;
}

#[tokio::test]
async fn all_wrong_fields_are_told_at_once() {
    let (app, world) = world().await;
    let order = json!({
        "external_number": "", "carrier": "cdek", "recipient": {"name": ""}, "cod_kopecks": -1,
        "lines": [{"article": "B-1", "quantity": 0}, {"quantity": 1},
                  {"barcode": "4601234567893", "quantity": 1}],
    });
    let answer = app.post(&world.keys[0], "/v1/orders", order).await;
    let body = answer.json();
    assert_eq!(answer.problem(422), "input_invalid");
    let fields: Vec<(&str, &str)> = body["fields"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| (f["field"].as_str().unwrap(), f["code"].as_str().unwrap()))
        .collect();
    assert_eq!(
        fields,
        [
            ("external_number", "missing"),
            ("recipient.name", "missing"),
            ("cod_kopecks", "too_small"),
            ("lines[0].quantity", "too_small"),
            ("lines[0].article", "unknown"),
            ("lines[1].product_id", "missing"),
        ]
    );
    let without = app.post(world.admin(), "/v1/orders", order_in("N-1", &[("A-1", 1)])).await;
    assert_eq!(without.problem(422), "order_owner_missing");
    app.finish().await;
}

#[tokio::test]
async fn a_batch_answers_each_order_by_itself() {
    let (app, world) = world().await;
    create(&app, &world, order_in("N-1", &[("A-1", 1)])).await;
    let orders = json!({"orders": [
        order_in("N-1", &[("A-1", 1)]), order_in("N-1", &[("A-1", 2)]),
        order_in("N-2", &[("A-9", 1)]), order_in("N-3", &[("A-2", 1)]),
    ]});
    let out = app.post(&world.keys[0], "/v1/orders/batch", orders).await.ok();
    let outcomes: Vec<&str> =
        out["items"].as_array().unwrap().iter().map(|i| i["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["exists", "order_exists", "input_invalid", "created"]);
    assert_eq!(out["items"][2]["fields"][0]["field"], "lines[0].article");
    assert_eq!(out["items"][3]["number"], "2", "refused orders take no number");
    app.finish().await;
}

#[tokio::test]
async fn fifty_orders_for_the_last_five_pieces_by_sixteen_callers() {
    let (app, world) = world().await;
    seed::stock(&app.app, &world, 0, 0, world.bins[0], 5).await;
    let work = (0..16).map(|caller| {
        let (app, world) = (&app, &world);
        async move {
            for number in (caller..50).step_by(16) {
                let order = order_in(&format!("N-{number}"), &[("A-1", 1)]);
                let answer = app.post(&world.keys[0], "/v1/orders", order).await;
                assert_eq!(answer.status.as_u16(), 201, "{}", answer.json());
            }
        }
    });
    futures::future::join_all(work).await;
    let reserved = app.get(world.admin(), "/v1/orders?state=reserved&limit=100").await.ok();
    assert_eq!(reserved["items"].as_array().unwrap().len(), 5);
    let waiting = app.get(world.admin(), "/v1/orders?state=accepted&limit=100").await.ok();
    assert_eq!(waiting["items"].as_array().unwrap().len(), 45);
    app.finish().await;
}

#[tokio::test]
async fn sixteen_callers_change_and_cancel_orders_of_the_same_goods_without_an_error() {
    let (app, world) = world().await;
    for product in 0..3 {
        seed::stock(&app.app, &world, 0, product, world.bins[product], 20).await;
    }
    let work = (0..16).map(|caller| {
        let (app, world) = (&app, &world);
        async move {
            let mut lines = [("A-1", 1), ("A-2", 2), ("A-3", 3)];
            lines.rotate_left(caller % 3);
            let order = create(app, world, order_in(&format!("N-{caller}"), &lines)).await;
            let path = format!("/v1/orders/{}", order["id"].as_str().unwrap());
            let change = json!({"reason": "больше",
                "lines": [{"line_id": order["lines"][0]["id"], "quantity": 4}]});
            app.post(&world.keys[0], &format!("{path}/change"), change).await.ok();
            if caller % 2 == 0 {
                let body = json!({"reason": "передумал"});
                app.post(&world.keys[0], &format!("{path}/cancel"), body).await.ok();
            }
            reserve(app, world).await;
        }
    });
    futures::future::join_all(work).await;
    app.finish().await;
}

#[tokio::test]
async fn policies_decide_what_an_order_takes() {
    let (app, world) = world().await;
    let both = [("A-1", 3), ("A-2", 1)];
    let policy = |name: &str, policy: &str| with(order_in(name, &both), "policy", json!(policy));
    seed::stock(&app.app, &world, 0, 0, world.bins[0], 4).await;
    let whole = create(&app, &world, policy("W", "complete_only")).await;
    assert_eq!((&whole["state"], &whole["lines"][0]["reserved"]), (&json!("accepted"), &json!(0)));
    let back = create(&app, &world, policy("B", "backorder")).await;
    assert_eq!((&back["state"], &back["lines"][0]["reserved"]), (&json!("accepted"), &json!(3)));
    let partial = create(&app, &world, policy("P", "partial")).await;
    assert_eq!(
        (&partial["state"], &partial["lines"][0]["reserved"]),
        (&json!("reserved"), &json!(1))
    );

    seed::stock(&app.app, &world, 0, 1, world.bins[1], 2).await;
    reserve(&app, &world).await;
    assert_eq!(get(&app, &world, &whole).await["lines"][1]["reserved"], 0);
    assert_eq!(get(&app, &world, &back).await["state"], "reserved");
    assert_eq!(get(&app, &world, &partial).await["lines"][1]["reserved"], 1);

    seed::stock(&app.app, &world, 0, 0, world.bins[0], 5).await;
    seed::stock(&app.app, &world, 0, 1, world.bins[1], 1).await;
    reserve(&app, &world).await;
    assert_eq!(get(&app, &world, &whole).await["state"], "reserved");
    assert_eq!(get(&app, &world, &partial).await["lines"][0]["reserved"], 3);
    app.finish().await;
}

#[tokio::test]
async fn priority_goes_before_promise_and_promise_before_age() {
    let (app, world) = world().await;
    let one = [("A-1", 1)];
    let old = create(&app, &world, order_in("old", &one)).await;
    let soon = with(order_in("soon", &one), "promised_at", json!("2026-12-01T10:00:00Z"));
    let soon = create(&app, &world, soon).await;
    let sooner = with(order_in("sooner", &one), "promised_at", json!("2026-11-30T10:00:00Z"));
    let sooner = create(&app, &world, sooner).await;
    let urgent = create(&app, &world, with(order_in("urgent", &one), "priority", json!(5))).await;
    for expected in [&urgent, &sooner, &soon, &old] {
        assert_eq!(get(&app, &world, expected).await["state"], "accepted");
        seed::stock(&app.app, &world, 0, 0, world.bins[0], 1).await;
        reserve(&app, &world).await;
        assert_eq!(get(&app, &world, expected).await["state"], "reserved");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_cancelled_order_frees_its_promise_for_the_next() {
    let (app, world) = world().await;
    seed::stock(&app.app, &world, 0, 0, world.bins[0], 2).await;
    let first = create(&app, &world, order_in("N-1", &[("A-1", 2)])).await;
    let second = create(&app, &world, order_in("N-2", &[("A-1", 2)])).await;
    assert_eq!(second["state"], "accepted");
    let path = format!("/v1/orders/{}/cancel", first["id"].as_str().unwrap());
    let empty = app.post(&world.keys[0], &path, json!({"reason": " "})).await;
    assert_eq!(empty.problem(422), "input_invalid");
    let cancelled = app.post(&world.keys[0], &path, json!({"reason": "нет денег"})).await.ok();
    assert_eq!(
        (&cancelled["state"], &cancelled["lines"][0]["cancelled"]),
        (&json!("cancelled"), &json!(2))
    );
    assert_eq!(get(&app, &world, &second).await["state"], "reserved");
    let again = app.post(&world.keys[0], &path, json!({"reason": "ещё раз"})).await.ok();
    assert_eq!(
        again["events"].as_array().unwrap().len(),
        cancelled["events"].as_array().unwrap().len()
    );
    let change = format!("/v1/orders/{}/change", first["id"].as_str().unwrap());
    let refused = app.post(&world.keys[0], &change, json!({"reason": "x", "priority": 1})).await;
    assert_eq!(refused.problem(409), "order_cancelled");
    app.finish().await;
}

#[tokio::test]
async fn a_wave_takes_orders_in_rank_and_cancels_what_a_partial_order_lacks() {
    let (app, world) = world().await;
    seed::stock(&app.app, &world, 0, 0, world.bins[0], 5).await;
    let first = create(&app, &world, order_in("N-1", &[("A-1", 3), ("A-2", 1)])).await;
    let urgent = with(order_in("N-2", &[("A-1", 1)]), "priority", json!(9));
    let urgent = create(&app, &world, urgent).await;
    let query = filter(&world);
    let lines = write(&app, async move |tx, _| releasable_lines(tx, &query).await).await.unwrap();
    let taken: Vec<(OrderId, i64)> = lines.iter().map(|l| (l.order, l.quantity.get())).collect();
    assert_eq!(taken, [(id(&urgent), 1), (id(&first), 3)]);
    let one = WaveFilter { lines_max: 0, ..filter(&world) };
    let lines = write(&app, async move |tx, _| releasable_lines(tx, &one).await).await.unwrap();
    assert_eq!(lines.len(), 1, "the first order goes whatever the limit");

    let orders = [id(&first), id(&urgent)];
    write(&app, async move |tx, ctx| orders_release(tx, ctx, &orders).await).await.unwrap();
    let released = get(&app, &world, &first).await;
    assert_eq!(released["state"], "released");
    assert_eq!(
        (&released["lines"][0]["reserved"], &released["lines"][1]["cancelled"]),
        (&json!(0), &json!(1))
    );
    let twice = write(&app, async move |tx, ctx| orders_release(tx, ctx, &orders).await).await;
    assert!(matches!(twice, Err(OrderError::NotReleasable { .. })), "{twice:?}");
    app.finish().await;
}

pub(crate) async fn advance(
    app: &TestApp,
    order: OrderId,
    steps: &'static [OrderStep],
) -> OrderState {
    let run = async move |tx: &mut Tx, ctx: &Ctx| {
        let mut state = OrderState::Accepted;
        for step in steps {
            state = order_advance(tx, ctx, order, *step).await?;
        }
        Ok(state)
    };
    write(app, run).await.unwrap()
}

#[tokio::test]
async fn an_order_can_be_changed_at_every_stage_until_it_has_left() {
    let (app, world) = world().await;
    seed::stock(&app.app, &world, 0, 0, world.bins[0], 5).await;
    let order = priced("N-1", &[("A-1", 3, 1_000)], 3_500);
    let order = create(&app, &world, order).await;
    let path = format!("/v1/orders/{}/change", order["id"].as_str().unwrap());
    let line = order["lines"][0]["id"].clone();
    let lines = |quantity: i64| json!({"reason": "покупатель", "lines": [{"line_id": line, "quantity": quantity}]});
    let less = app.post(&world.keys[0], &path, lines(1)).await.ok();
    assert_eq!(
        (&less["lines"][0]["cancelled"], &less["lines"][0]["reserved"]),
        (&json!(2), &json!(1))
    );
    assert_eq!(less["cod_kopecks"], 1_500, "the delivery is paid as before");
    let more = app.post(&world.keys[0], &path, lines(4)).await.ok();
    assert_eq!(
        (&more["lines"][0]["ordered"], &more["lines"][0]["reserved"]),
        (&json!(4), &json!(4))
    );
    assert_eq!(more["cod_kopecks"], 4_500);
    assert_eq!(app.post(&world.keys[0], &path, lines(0)).await.problem(409), "order_empty");

    let number = id(&order);
    release(&app, number).await;
    let address = json!({"reason": "адрес", "pickup_point": "MSK-7"});
    let moved = app.post(&world.keys[0], &path, address.clone()).await.ok();
    assert_eq!(moved["cod_kopecks"], 4_500);
    assert_eq!((&moved["state"], &moved["pickup_point"]), (&json!("released"), &json!("MSK-7")));
    let back = app.post(&world.keys[0], &path, lines(2)).await.ok();
    assert_eq!((&back["state"], &back["lines"][0]["reserved"]), (&json!("reserved"), &json!(2)));

    release(&app, number).await;
    let steps = &[OrderStep::StartPick, OrderStep::FinishPick, OrderStep::Pack];
    assert_eq!(advance(&app, number, steps).await, OrderState::Packed);
    let unpacked = app.post(&world.keys[0], &path, address.clone()).await.ok();
    assert_eq!(unpacked["state"], "reserved", "unpacked, put back and promised again");

    let all = &[OrderStep::Release, OrderStep::FinishPick, OrderStep::Pack, OrderStep::Ship];
    advance(&app, number, all).await;
    assert_eq!(app.post(&world.keys[0], &path, address).await.problem(409), "order_shipped");
    let cancel = format!("/v1/orders/{}/cancel", order["id"].as_str().unwrap());
    let late = app.post(&world.keys[0], &cancel, json!({"reason": "поздно"})).await;
    assert_eq!(late.problem(409), "order_shipped");
    app.finish().await;
}

#[tokio::test]
async fn what_a_wave_does_not_get_is_not_paid_on_delivery() {
    // All is paid on delivery, with the delivery; a part was paid before; all was.
    let paid: [(i64, i64, i64); 3] = [(3_300, 2_300, 1_300), (1_000, 667, 334), (0, 0, 0)];
    for (cod, after_wave, after_picking) in paid {
        let (app, world) = world().await;
        seed::stock(&app.app, &world, 0, 0, world.bins[0], 2).await;
        let order = priced("N-1", &[("A-1", 3, 1_000)], cod);
        let order = create(&app, &world, order).await;
        assert_eq!(order["cod_kopecks"], cod);
        release(&app, id(&order)).await;
        let released = get(&app, &world, &order).await;
        assert_eq!(released["lines"][0]["cancelled"], 1);
        assert_eq!(released["cod_kopecks"], after_wave);
        let line = line_id(&order, 0);
        let short = async move |tx: &mut Tx, ctx: &Ctx| {
            line_cancel_rest(tx, ctx, line, Pieces::new(1), "brak").await
        };
        write(&app, short).await.unwrap();
        assert_eq!(get(&app, &world, &order).await["cod_kopecks"], after_picking);
        app.finish().await;
    }
}

#[tokio::test]
async fn an_order_can_be_cancelled_at_every_stage_until_it_has_left() {
    let (app, world) = world().await;
    seed::stock(&app.app, &world, 0, 0, world.bins[0], 9).await;
    let stages: [&'static [OrderStep]; 5] = [
        &[],
        &[OrderStep::Release],
        &[OrderStep::Release, OrderStep::StartPick],
        &[OrderStep::Release, OrderStep::StartPick, OrderStep::FinishPick],
        &[OrderStep::Release, OrderStep::FinishPick, OrderStep::Pack],
    ];
    for (index, steps) in stages.into_iter().enumerate() {
        let order = create(&app, &world, order_in(&format!("N-{index}"), &[("A-1", 1)])).await;
        let number = id(&order);
        if !steps.is_empty() {
            release(&app, number).await;
            advance(&app, number, &steps[1..]).await;
        }
        let path = format!("/v1/orders/{}/cancel", order["id"].as_str().unwrap());
        let out = app.post(world.admin(), &path, json!({"reason": "стоп"})).await.ok();
        assert_eq!(out["state"], "cancelled");
    }
    app.finish().await;
}

#[tokio::test]
async fn lost_stock_takes_promises_back_from_the_last_in_rank() {
    let (app, world) = world().await;
    seed::stock(&app.app, &world, 0, 0, world.bins[0], 6).await;
    seed::stock(&app.app, &world, 0, 1, world.bins[0], 6).await;
    let first = create(&app, &world, order_in("N-1", &[("A-1", 3)])).await;
    let whole = with(order_in("N-2", &[("A-1", 2), ("A-2", 2)]), "policy", json!("complete_only"));
    let whole = create(&app, &world, whole).await;
    let (warehouse, product) = (world.warehouse, world.products[0][0]);
    let shrink = async move |tx: &mut Tx, ctx: &Ctx| {
        reservations_shrink(tx, ctx, warehouse, product, Pieces::new(4)).await
    };
    let report = write(&app, shrink).await.unwrap();
    assert_eq!(report.given_back, Pieces::new(3), "one piece was free");
    assert_eq!(report.orders, [id(&whole), id(&first)]);
    assert_eq!(report.products, [world.products[0][1]]);
    let whole = get(&app, &world, &whole).await;
    assert_eq!((&whole["state"], &whole["lines"][1]["reserved"]), (&json!("accepted"), &json!(0)));
    let first = get(&app, &world, &first).await;
    assert_eq!((&first["state"], &first["lines"][0]["reserved"]), (&json!("reserved"), &json!(2)));
    let events = first["events"].as_array().unwrap();
    assert_eq!(events.last().unwrap()["kind"], "reservation_shrunk");

    let line = line_id(&first, 0);
    let short = async move |tx: &mut Tx, ctx: &Ctx| {
        line_cancel_rest(tx, ctx, line, Pieces::new(2), "brak").await
    };
    write(&app, short).await.unwrap();
    assert_eq!(get(&app, &world, &first).await["lines"][0]["reserved"], 1);
    let refused = write(&app, short).await;
    assert!(matches!(refused, Err(OrderError::LineRest { .. })), "{refused:?}");
    let products: Vec<ProductId> = vec![product, world.products[0][1]];
    let seek = async move |tx: &mut Tx, ctx: &Ctx| {
        reserve_waiting(tx, ctx, warehouse, Some(products.clone())).await
    };
    assert_eq!(write(&app, seek).await.unwrap().orders_reserved, 1);
    app.finish().await;
}

#[tokio::test]
async fn it_is_told_why_a_line_is_not_reserved() {
    let (app, world) = world().await;
    seed::stock(&app.app, &world, 0, 0, world.bins[0], 2).await;
    seed::stock(&app.app, &world, 0, 0, world.receiving_bin, 7).await;
    seed::stock(&app.app, &world, 0, 1, world.bins[1], 1).await;
    create(&app, &world, order_in("N-1", &[("A-1", 2)])).await;
    let whole = with(order_in("N-2", &[("A-1", 3), ("A-2", 1)]), "policy", json!("complete_only"));
    let whole = create(&app, &world, whole).await;
    let path = format!("/v1/orders/{}/reservation", whole["id"].as_str().unwrap());
    let why = app.get(&world.keys[0], &path).await.ok();
    let line = &why["lines"][0];
    assert_eq!(
        (&line["missing"], &line["on_hand"], &line["free"]),
        (&json!(3), &json!(9), &json!(0))
    );
    assert_eq!(
        line["reasons"],
        json!([
            {"code": "not_enough_stock", "pieces": 3},
            {"code": "promised_to_others", "pieces": 2, "orders": 1},
            {"code": "in_receiving", "pieces": 7},
        ])
    );
    assert_eq!(why["lines"][1]["reasons"], json!([{"code": "waits_for_whole", "pieces": 1}]));
    assert_eq!(app.get(&world.keys[1], &path).await.problem(404), "not_found");
    app.finish().await;
}

#[tokio::test]
async fn a_shop_sees_nothing_of_another_shops_orders() {
    let (app, world) = world().await;
    let order = create(&app, &world, order_in("N-1", &[("A-1", 1)])).await;
    let other = &world.keys[1];
    let path = format!("/v1/orders/{}", order["id"].as_str().unwrap());
    let foreign = app.get(other, &path).await;
    let missing = app.get(other, &format!("/v1/orders/{}", OrderId::new())).await;
    let told = |body: Value| (body["code"].clone(), body["detail"].clone(), body["status"].clone());
    assert_eq!(told(foreign.json()), told(missing.json()));
    for action in ["cancel", "change"] {
        let answer = app.post(other, &format!("{path}/{action}"), json!({"reason": "x"})).await;
        assert_eq!(answer.problem(404), "not_found");
    }
    assert_eq!(app.get(other, "/v1/orders").await.ok()["items"], json!([]));
    let found = app.get(other, "/v1/orders?external_number=N-1").await.ok();
    assert_eq!(found["items"], json!([]));
    let own = app.post(other, "/v1/orders", order_in("N-1", &[("B-1", 1)])).await.ok();
    assert_eq!(own["number"], "1", "numbers are counted per shop");
    let theirs = with(order_in("N-2", &[("A-1", 1)]), "owner_id", order["owner_id"].clone());
    assert_eq!(app.post(other, "/v1/orders", theirs).await.problem(404), "not_found");
    let product = json!({"external_number": "N-3", "carrier": "x", "recipient": {"name": "y"},
        "lines": [{"product_id": order["lines"][0]["product_id"], "quantity": 1}]});
    assert_eq!(app.post(other, "/v1/orders", product).await.problem(422), "input_invalid");
    let picker = world.session(Role::Picker);
    assert_eq!(
        app.post(picker, &format!("{path}/cancel"), json!({"reason": "x"})).await.problem(403),
        "forbidden"
    );
    app.finish().await;
}

#[tokio::test]
async fn a_list_goes_page_by_page_newest_first() {
    let (app, world) = world().await;
    for number in 0..5 {
        create(&app, &world, order_in(&format!("N-{number}"), &[("A-1", 1)])).await;
    }
    let mut seen = Vec::new();
    let mut path = "/v1/orders?limit=2&carrier=cdek".to_owned();
    loop {
        let page = app.get(&world.keys[0], &path).await.ok();
        seen.extend(page["items"].as_array().unwrap().iter().map(|o| o["external_number"].clone()));
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/v1/orders?limit=2&carrier=cdek&after={next}");
    }
    assert_eq!(seen, ["N-4", "N-3", "N-2", "N-1", "N-0"]);
    let read = async |tx: &mut Tx| {
        tx.fetch_one::<Count>("SELECT COUNT(*) FROM order_event WHERE kind = $1", args!["accepted"])
            .await
    };
    assert_eq!(app.app.db.read::<Count, DbError, _>(read).await.unwrap().value, 5);
    app.finish().await;
}
