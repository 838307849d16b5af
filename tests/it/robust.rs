//! Bad input, and what every endpoint has in common. The endpoints come from the OpenAPI document, so
//! a new one is tested without being named here.

use std::collections::BTreeSet;

use ambar::ids::{
    BatchId, CountId, InboundId, JobId, ManifestId, OrderId, ParcelId, PlaceId, UserId, WaveId,
};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::picking::number;
use crate::road;
use crate::seed::{self, World};
use crate::support::{Answer, TestApp};
use crate::terminal::badge;

/// One method of one address.
#[derive(Debug)]
struct Operation {
    method: Method,
    path: String,
    description: Value,
}

impl Operation {
    fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// The address with something in the place of its parameters.
    fn address(&self, id: &str) -> String {
        self.path.replace("{id}", id).replace("{code}", "jewellery").replace("{name}", "bin")
    }

    fn kind_of_thing(&self) -> &str {
        self.path.split('/').nth(2).unwrap()
    }

    fn is_read(&self) -> bool {
        self.method == Method::GET
    }

    /// Whether its description says so.
    fn wants_key(&self) -> bool {
        let parameters = self.description["parameters"].as_array().into_iter().flatten();
        parameters
            .into_iter()
            .any(|one| one["name"] == "Idempotency-Key" && one["required"] == true)
    }
}

async fn operations(app: &TestApp) -> Vec<Operation> {
    let document = app.get("", "/openapi.json").await.ok();
    let paths = document["paths"].as_object().unwrap().clone();
    let mut found = Vec::new();
    for (path, methods) in paths {
        for (method, description) in methods.as_object().unwrap() {
            let method = method.to_uppercase().parse().unwrap();
            found.push(Operation { method, path: path.clone(), description: description.clone() });
        }
    }
    assert!(found.len() > 80, "{}", found.len());
    found
}

/// An answer to a raw request.
async fn raw(
    app: &TestApp,
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
    body: Vec<u8>,
) -> (Answer, reqwest::header::HeaderMap) {
    let mut request = ambar::net::client().request(method, format!("{}{path}", app.base));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = request.body(body).send().await.unwrap();
    let (status, headers) = (response.status(), response.headers().clone());
    let bytes = response.bytes().await.unwrap().to_vec();
    (Answer { status, bytes }, headers)
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_with_a_problem() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let bearer = format!("Bearer {}", world.admin());
    let json_headers = [
        ("authorization", &*bearer),
        ("idempotency-key", "1"),
        ("content-type", "application/json"),
    ];
    let post =
        async |path, body: Vec<u8>| raw(&app, Method::POST, path, &json_headers, body).await.0;
    assert_eq!(post("/v1/owners", b"{\"code\":".to_vec()).await.problem(422), "body_invalid");
    assert_eq!(post("/v1/owners", b"\xff\xfe".to_vec()).await.problem(422), "body_invalid");
    assert_eq!(post("/v1/owners", b"[]".to_vec()).await.problem(422), "body_invalid");
    let large = vec![b' '; 64 * 1024 * 1024 + 1];
    assert_eq!(post("/v1/owners", large).await.problem(413), "body_too_large");
    let plain = [("authorization", &*bearer), ("idempotency-key", "1")];
    let untyped = raw(&app, Method::POST, "/v1/owners", &plain, b"{}".to_vec()).await.0;
    assert_eq!(untyped.problem(422), "body_invalid");

    assert_eq!(app.get(world.admin(), "/v1/nothing").await.problem(404), "route_unknown");
    let wrong_method = app.send(Method::DELETE, world.admin(), "/v1/owners", None, None).await;
    assert_eq!(wrong_method.problem(405), "method_unknown");
    for id in ["1", "ord_1", "own_0193a5d2c8f47c1e9b6a2f0d4e5c1111", "%00", "..%2f"] {
        let answer = app.get(world.admin(), &format!("/v1/orders/{id}")).await;
        assert_eq!(answer.problem(422), "id_invalid", "{id}");
    }
    for query in ["after=x", "limit=x"] {
        let answer = app.get(world.admin(), &format!("/v1/orders?{query}")).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{query}");
    }
    assert_eq!(number(&app, "SELECT COUNT(*) FROM command").await, 0, "nothing was done");
    app.finish().await;
}

#[tokio::test]
async fn a_problem_speaks_the_callers_language_and_names_the_request() {
    let app = TestApp::spawn().await;
    for (accept, title) in
        [("en-GB,en;q=0.9", "Not found"), ("ru,en;q=0.5", "Не найдено"), ("zh", "Не найдено")]
    {
        let asked = [("accept-language", accept)];
        let (answer, headers) = raw(&app, Method::GET, "/v1/nothing", &asked, Vec::new()).await;
        let problem = answer.json();
        assert_eq!(problem["title"], title);
        assert_eq!(problem["type"], "/problems#route_unknown");
        assert_eq!(problem["instance"], headers["x-request-id"].to_str().unwrap());
        assert_eq!(headers["content-type"], "application/problem+json");
    }
    app.finish().await;
}

#[tokio::test]
async fn the_service_tells_how_it_is() {
    let app = TestApp::spawn().await;
    for path in ["/livez", "/readyz"] {
        assert_eq!(app.get("", path).await.bytes, b"ok");
    }
    let metrics = app.get("", "/metrics").await;
    let text = String::from_utf8(metrics.bytes).unwrap();
    assert!(text.contains("/readyz") && text.ends_with("# EOF\n"), "{text}");
    assert!(app.get("", "/docs/").await.status.is_success());
    let problems = app.get("", "/problems").await;
    assert!(String::from_utf8(problems.bytes).unwrap().contains("stock_insufficient"));
    app.finish().await;
}

#[tokio::test]
async fn every_operation_is_described_and_has_a_name_of_its_own() {
    let app = TestApp::spawn().await;
    let document = app.get("", "/openapi.json").await.ok();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    let mut names = BTreeSet::new();
    for operation in operations(&app).await {
        let told = &operation.description;
        assert!(operation.path.starts_with("/v1/"), "{operation:?}");
        assert!(told["summary"].as_str().is_some_and(|text| text.len() > 8), "{operation:?}");
        let name = told["operationId"].as_str().unwrap().to_owned();
        assert!(names.insert(name.clone()), "two operations are called {name}");
        assert!(!told["tags"].as_array().unwrap().is_empty(), "{operation:?}");
        assert!(told["responses"]["default"].is_object(), "{} tells no problem", operation.name());
    }
    app.finish().await;
}

#[tokio::test]
async fn every_change_wants_an_idempotency_key() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let mut keyless = Vec::new();
    for operation in operations(&app).await.into_iter().filter(|one| !one.is_read()) {
        if !operation.wants_key() {
            keyless.push(operation.name());
            continue;
        }
        let path = operation.address(&any_id(&operation));
        let answer =
            app.send(operation.method.clone(), world.admin(), &path, None, Some(json!({}))).await;
        assert_eq!(answer.problem(422), "idempotency_key_missing", "{}", operation.name());
    }
    // Log-in and log-out, scans with their number, messages known by their content, a drawn sheet.
    let others = [
        "DELETE /v1/sessions/current",
        "POST /v1/carrier-hooks/{hook}",
        "POST /v1/device-messages/{protocol}",
        "POST /v1/device-sheets",
        "POST /v1/sessions",
        "POST /v1/terminal/scans",
        "POST /v1/terminal/scans/batch",
    ];
    keyless.sort_unstable();
    assert_eq!(keyless, others);
    app.finish().await;
}

/// An id of the right kind that nothing has.
fn any_id(operation: &Operation) -> String {
    let schema = operation.description["parameters"]
        .as_array()
        .into_iter()
        .flatten()
        .find(|parameter| parameter["name"] == "id");
    if schema.is_none() {
        return String::new();
    }
    match operation.kind_of_thing() {
        "products" => ambar::ids::ProductId::new().to_string(),
        "owners" => ambar::ids::OwnerId::new().to_string(),
        "orders" => OrderId::new().to_string(),
        "inbounds" => InboundId::new().to_string(),
        "parcels" | "cod" => ParcelId::new().to_string(),
        "jobs" => JobId::new().to_string(),
        "users" => UserId::new().to_string(),
        "waves" => WaveId::new().to_string(),
        "batches" => BatchId::new().to_string(),
        "manifests" => ManifestId::new().to_string(),
        "stock-counts" => CountId::new().to_string(),
        "bins" | "places" | "handling-units" => PlaceId::new().to_string(),
        "connections" => ambar::ids::ConnectionId::new().to_string(),
        "devices" => ambar::ids::DeviceId::new().to_string(),
        "api-keys" => ambar::ids::ApiKeyId::new().to_string(),
        "warehouses" => ambar::ids::WarehouseId::new().to_string(),
        "printers" => ambar::ids::PrinterId::new().to_string(),
        "print-jobs" => ambar::ids::PrintJobId::new().to_string(),
        "packagings" => ambar::ids::PackagingId::new().to_string(),
        "webhook-endpoints" => ambar::ids::WebhookEndpointId::new().to_string(),
        "put-backs" => ambar::ids::PutBackId::new().to_string(),
        "carrier-accounts" => ambar::ids::CarrierAccountId::new().to_string(),
        "carrier-invoices" => ambar::ids::CarrierInvoiceId::new().to_string(),
        "payout-runs" => ambar::ids::PayoutRunId::new().to_string(),
        "payouts" => ambar::ids::PayoutId::new().to_string(),
        "pickups" => ambar::ids::PickupId::new().to_string(),
        "shipments" => ambar::ids::ShipmentId::new().to_string(),
        "agent-reports" => ambar::ids::AgentReportId::new().to_string(),
        "bank" if operation.path.contains("/accounts/") => {
            ambar::ids::BankAccountId::new().to_string()
        }
        "bank" => ambar::ids::BankDocumentId::new().to_string(),
        "registers" => ambar::ids::CodRegisterId::new().to_string(),
        "findings" => ambar::ids::FindingId::new().to_string(),
        "money" => ambar::ids::MoneyAccountId::new().to_string(),
        other => panic!("say which id /v1/{other} has"),
    }
}

/// A body: what is looked at before the right has to be there.
fn example(operation: &Operation) -> Value {
    let scan = json!({ "seq": 1, "data": "8" });
    match operation.path.as_str() {
        "/v1/terminal/scans" => scan,
        "/v1/terminal/scans/batch" => json!({ "scans": [scan] }),
        _ => json!({}),
    }
}

/// Where the log-in begins, and addresses that are secrets themselves.
const WITHOUT_LOGIN: [&str; 2] = ["POST /v1/carrier-hooks/{hook}", "POST /v1/sessions"];

/// What a shop's key may use; everything else is the operator's.
const FOR_SHOPS: &[&str] = &[
    "DELETE /v1/sessions/current",
    "GET /v1/acceptance-rules",
    "GET /v1/agent-reports",
    "GET /v1/agent-reports/{id}",
    "GET /v1/agent-reports/{id}/lines",
    "GET /v1/agent-reports/{id}/report.pdf",
    "GET /v1/agent-reports/{id}/report.xlsx",
    "GET /v1/barcodes",
    "GET /v1/cod",
    "GET /v1/cod/ageing",
    "GET /v1/cod/{id}",
    "GET /v1/events",
    "GET /v1/delivery-points",
    "GET /v1/delivery-points/{carrier}/{code}",
    "GET /v1/inbounds",
    "GET /v1/inbounds/{id}",
    "GET /v1/me",
    "GET /v1/money/accounts",
    "GET /v1/money/accounts/{id}/statement",
    "GET /v1/orders",
    "GET /v1/orders/{id}",
    "GET /v1/orders/{id}/rates",
    "GET /v1/orders/{id}/reservation",
    "GET /v1/owners",
    "GET /v1/owners/{id}",
    "GET /v1/owners/{id}/agency-terms",
    "GET /v1/owners/{id}/contracts",
    "GET /v1/owners/{id}/contracts/valid",
    "GET /v1/owners/{id}/delivery-terms",
    "GET /v1/owners/{id}/money",
    "GET /v1/owners/{id}/pass-through",
    "GET /v1/owners/{id}/pass-through.xlsx",
    "GET /v1/owners/{id}/vat-modes",
    "PUT /v1/owners/{id}/delivery-terms",
    "GET /v1/parcels",
    "GET /v1/parcels/{id}",
    "GET /v1/parcels/{id}/forms/{form}",
    "GET /v1/parcels/{id}/receipt-lines",
    "GET /v1/parcels/{id}/receipts",
    "GET /v1/payouts",
    "GET /v1/payouts/{id}",
    "GET /v1/payouts/{id}/parcels",
    "GET /v1/places/{id}/stock",
    "GET /v1/products",
    "GET /v1/products/{id}",
    "GET /v1/products/{id}/stock",
    "GET /v1/products/{id}/waivers",
    "GET /v1/receipts/attention",
    "GET /v1/shipments",
    "GET /v1/shipments/{id}",
    "GET /v1/shipments/{id}/events",
    "GET /v1/shipments/{id}/label",
    "GET /v1/stock",
    "GET /v1/stock/products",
    "GET /v1/tracking/attention",
    "GET /v1/warehouses",
    "GET /v1/webhook-endpoints",
    "GET /v1/webhook-endpoints/{id}",
    "POST /v1/imports/orders",
    "POST /v1/imports/products",
    "POST /v1/inbounds",
    "POST /v1/inbounds/{id}/cancel",
    "POST /v1/orders",
    "POST /v1/orders/batch",
    "POST /v1/orders/{id}/cancel",
    "POST /v1/orders/{id}/change",
    "POST /v1/orders/{id}/lines",
    "POST /v1/products",
    "POST /v1/products/batch",
    "POST /v1/products/{id}/barcodes",
    "POST /v1/products/{id}/internal-barcode",
    "POST /v1/shipments/{id}/track-now",
    "POST /v1/webhook-endpoints",
    "POST /v1/webhook-endpoints/{id}/change",
    "POST /v1/webhook-endpoints/{id}/pause",
    "POST /v1/webhook-endpoints/{id}/remove",
    "POST /v1/webhook-endpoints/{id}/replay",
    "POST /v1/webhook-endpoints/{id}/resume",
    "POST /v1/webhook-endpoints/{id}/rotate-secret",
    "POST /v1/webhook-endpoints/{id}/test",
    "PUT /v1/me/password",
    "PUT /v1/me/pin",
    "PUT /v1/products/{id}",
];

#[tokio::test]
async fn a_shops_key_opens_its_own_doors_only_and_nobody_enters_without_one() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let mut open = BTreeSet::new();
    for operation in operations(&app).await {
        if WITHOUT_LOGIN.contains(&&*operation.name()) {
            continue;
        }
        let path = operation.address(&any_id(&operation));
        let body = (!operation.is_read()).then(|| example(&operation));
        let key = (!operation.is_read()).then_some("1");
        let send = async |token: &str| {
            app.send(operation.method.clone(), token, &path, key, body.clone()).await
        };
        assert_eq!(send("").await.problem(401), "unauthenticated", "{}", operation.name());
        if send(&world.keys[0]).await.status != StatusCode::FORBIDDEN {
            open.insert(operation.name());
        }
    }
    let meant: BTreeSet<String> = FOR_SHOPS.iter().map(|name| (*name).to_owned()).collect();
    let differ: Vec<_> = open.symmetric_difference(&meant).collect();
    assert!(differ.is_empty(), "not what shops are meant to use: {differ:#?}");
    app.finish().await;
}

/// The second shop's things, by the kind that the address names.
async fn things_of_the_second_shop(app: &TestApp, world: &World) -> Vec<(&'static str, String)> {
    let key = &world.keys[1];
    let order = json!({
        "external_number": "1", "carrier": "file", "pickup_point": "",
        "recipient": { "name": "Иванова Анна", "phone": "+79990000000", "address": "Москва" },
        "lines": [{ "product_id": world.products[1][0], "quantity": 1, "price_kopecks": 100 }],
    });
    let order = app.post(key, "/v1/orders", order).await.ok();
    let inbound = json!({
        "external_number": "1", "warehouse_id": world.warehouse,
        "lines": [{ "product_id": world.products[1][0], "expected": 3 }],
    });
    let inbound = app.post(key, "/v1/inbounds", inbound).await.ok();
    let parcel = ParcelId::new();
    let (owner, warehouse, now) = (world.owners[1], world.warehouse, app.app.clock.now());
    let order_id: OrderId = order["id"].as_str().unwrap().parse().unwrap();
    let work = async move |tx: &mut ambar::db::Tx| {
        tx.execute(
            "INSERT INTO place (id, warehouse_id, kind, code, pickable, locked, created_at)
             VALUES ($1, $2, 'parcel', 'X-1', $3, $3, $4)",
            ambar::args![parcel, warehouse, false, now],
        )
        .await?;
        tx.execute(
            "INSERT INTO parcel (id, warehouse_id, owner_id, order_id, number, state, carrier,
                 pickup_point, cod_kopecks, created_at)
             VALUES ($1, $2, $3, $4, 'X-1', 'open', 'file', '', 0, $5)",
            ambar::args![parcel, warehouse, owner, order_id, now],
        )
        .await
    };
    app.app.db.write::<u64, ambar::db::DbError, _>(work).await.unwrap();
    let hook = json!({ "url": "https://shop.example.ru/hooks" });
    let hook = app.post(key, "/v1/webhook-endpoints", hook).await.ok();
    let account = road::account(app, world, road::CODE, "hook").await;
    let shipment = road::shipment(app, world, 1, account, "S-1").await;
    let text = |value: &Value| value["id"].as_str().unwrap().to_owned();
    vec![
        ("products", world.products[1][0].to_string()),
        ("owners", owner.to_string()),
        ("orders", text(&order)),
        ("inbounds", text(&inbound)),
        ("parcels", parcel.to_string()),
        ("webhook-endpoints", text(&hook["endpoint"])),
        ("shipments", shipment.to_string()),
    ]
}

#[tokio::test]
async fn another_shops_thing_answers_like_one_that_does_not_exist() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let things = things_of_the_second_shop(&app, &world).await;
    let mut seen = BTreeSet::new();
    for operation in operations(&app).await {
        let Some((kind, foreign)) =
            things.iter().find(|(kind, _)| *kind == operation.kind_of_thing())
        else {
            continue;
        };
        if !operation.path.contains("{id}") {
            continue;
        }
        let missing = any_id(&operation);
        let body = (!operation.is_read()).then(|| json!({}));
        let ask = async |id: &str, key: &str| {
            let path = operation.address(id);
            let mut told = app
                .send(operation.method.clone(), &world.keys[0], &path, Some(key), body.clone())
                .await;
            if let Ok(mut problem) = serde_json::from_slice::<Value>(&told.bytes) {
                if let Some(fields) = problem.as_object_mut() {
                    fields.remove("instance");
                }
                told.bytes = problem.to_string().replace(id, "…").into_bytes();
            }
            (told.status, String::from_utf8(told.bytes).unwrap())
        };
        let name = operation.name();
        let answers = (ask(foreign, "foreign").await, ask(&missing, "missing").await);
        assert_eq!(answers.0, answers.1, "{name}");
        assert!(answers.0.0.is_client_error(), "{name}: {answers:?}");
        if operation.is_read() && answers.0.0 == StatusCode::NOT_FOUND {
            let own = app.get(&world.keys[1], &operation.address(foreign)).await;
            let is_there = own.status.is_success() || own.status == StatusCode::NOT_FOUND;
            assert!(is_there, "{name}");
            if own.status.is_success() {
                seen.insert(*kind);
            }
        }
    }
    assert_eq!(seen.len(), things.len(), "nothing was compared but {seen:?}");
    app.finish().await;
}

#[tokio::test]
async fn every_change_leaves_a_line_in_the_audit_trail() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let lines = "SELECT COUNT(*) FROM command";
    let product = json!({
        "article": "N-1", "name": "Чай", "category": "general", "length_mm": 1, "width_mm": 1,
        "height_mm": 1, "weight_g": 1,
    });
    let owner = json!({ "code": "gamma", "name": "Гамма", "order_policy": "partial" });
    let warehouse = json!({ "code": "SPB", "name": "Петербург" });
    let lock = format!("/v1/bins/{}/lock", world.bins[0]);
    let changes = [
        (world.admin(), "/v1/owners", owner),
        (world.admin(), "/v1/warehouses", warehouse),
        (&*world.keys[0], "/v1/products", product),
        (world.admin(), &*lock, json!({ "reason": "течёт крыша" })),
    ];
    for (token, path, body) in changes {
        let first = app.post_with_key(token, path, path, body.clone()).await.ok();
        let again = app.post_with_key(token, path, path, body).await.ok();
        assert_eq!(first, again, "{path}");
    }
    assert_eq!(number(&app, lines).await, 4, "one line for each, however often it is sent");
    let refused = app.post(world.admin(), "/v1/owners", json!({ "code": "", "name": "" })).await;
    assert!(refused.status.is_client_error());
    assert_eq!(number(&app, lines).await, 4, "a refused request changed nothing");
    let trail = app.get(world.admin(), "/v1/audit").await.ok();
    let shop_line = |line: &&Value| line["owner_id"] == json!(world.owners[0]);
    assert_eq!(trail["items"].as_array().unwrap().iter().filter(shop_line).count(), 1);
    assert_eq!(trail["items"][0]["user_name"], "Сотрудник administrator");
    app.finish().await;
}

#[tokio::test]
async fn a_device_goes_on_at_any_node() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    // A file has one writer: there both nodes are the same one.
    let beside = match app.app.db.dialect() {
        ambar::db::Dialect::Postgres => Some(app.spawn_beside().await),
        ambar::db::Dialect::Sqlite => None,
    };
    let other = beside.as_ref().map_or(app.base.clone(), |(_, base)| base.clone());
    let client = ambar::net::client();
    let send = async |base: &str, sequence: i64, data: &str| {
        let body = json!({ "seq": sequence, "data": data });
        let request = client.post(format!("{base}/v1/terminal/scans"));
        let answer = request.bearer_auth(&world.devices[0].1).json(&body).send().await.unwrap();
        let status = answer.status();
        assert!(status.is_success(), "{status}");
        answer.json::<Value>().await.unwrap()
    };
    send(&app.base, 1, &badge(&world)).await;
    assert_eq!(send(&other, 2, "2580").await["screen"]["flow"], "menu");
    for sequence in (3..23).step_by(2) {
        let (left, right) =
            futures::join!(send(&app.base, sequence, "8"), send(&other, sequence, "8"));
        assert_eq!(left, right, "both nodes answer the scan that was taken once");
        assert_eq!(send(&other, sequence + 1, "MENU").await["screen"]["flow"], "menu");
    }
    assert_eq!(number(&app, "SELECT COUNT(*) FROM command").await, 22);
    if let Some((node, _)) = beside {
        node.db.close().await;
    }
    app.finish().await;
}
