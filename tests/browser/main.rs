//! Pages in a real browser, without a network, and the tour of the README as it is written.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails here")]

mod chromium;
#[allow(
    dead_code,
    clippy::too_many_lines,
    reason = "shared with the integration tests, which use all of it"
)]
#[path = "../it/seed.rs"]
mod seed;
#[allow(dead_code, reason = "shared with the integration tests, which use all of it")]
#[path = "../it/support.rs"]
mod support;
mod tour;

use ambar::access::service::first_start;
use ambar::barcodes::{OwnCode, OwnKind};
use reqwest::Method;
use serde_json::{Value, json};

use self::chromium::Chromium;
use self::seed::World;
use self::support::TestApp;

const DESK: (u32, u32) = (1280, 900);

#[tokio::test]
async fn the_description_of_the_interface_needs_no_network() {
    let app = TestApp::spawn().await;
    let mut chromium = Chromium::new("docs");
    let url = format!("{}/docs/", app.base);
    let dom = chromium.dom(&url).await;
    for shown in ["/v1/terminal/scans", "Takes one scan and answers the next screen", "/v1/orders"]
    {
        assert!(dom.contains(shown), "{shown} is not on the page:\n{dom}");
    }
    assert_eq!(chromium.picture(&url, DESK).await, DESK);
    app.finish().await;
}

#[tokio::test]
async fn the_link_of_the_first_start_shows_a_form_and_a_used_one_says_so() {
    let app = TestApp::spawn().await;
    let mut chromium = Chromium::new("setup");
    let link = format!("{}{}", app.base, first_start(&app.app).await.unwrap().unwrap());
    let dom = chromium.dom(&link).await;
    for shown in ["Придумайте пароль", "<strong>admin</strong>", "Сохранить и войти", "<form"]
    {
        assert!(dom.contains(shown), "{shown} is not on the page:\n{dom}");
    }
    assert_eq!(chromium.picture(&link, DESK).await, DESK);
    let dom = chromium.dom(&format!("{}/setup/nothing", app.base)).await;
    assert!(!dom.contains("<form") && dom.contains("role=\"alert\""), "{dom}");
    app.finish().await;
}

#[tokio::test]
async fn the_front_page_leads_to_the_others() {
    let app = TestApp::spawn().await;
    let mut chromium = Chromium::new("front");
    let dom = chromium.dom(&app.base).await;
    for shown in ["href=\"/docs/\"", "href=\"/problems\"", "href=\"/metrics\"", "Описание API"]
    {
        assert!(dom.contains(shown), "{shown} is not on the page:\n{dom}");
    }
    assert!(dom.contains(env!("CARGO_PKG_VERSION")), "{dom}");
    assert_eq!(chromium.picture(&app.base, DESK).await, DESK);
    for path in ["/docs/", "/problems", "/metrics", "/openapi.json", "/readyz"] {
        assert!(app.get("", path).await.status.is_success(), "{path}");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_problem_leads_to_its_line_of_the_list() {
    let app = TestApp::spawn().await;
    let mut chromium = Chromium::new("problems");
    let answer = app.get("", "/v1/orders").await;
    let kind = answer.json()["type"].as_str().unwrap().to_owned();
    let code = answer.problem(401);
    assert_eq!(kind, format!("/problems#{code}"));
    let dom = chromium.dom(&format!("{}{kind}", app.base)).await;
    assert!(dom.contains(&format!("id=\"{code}\"")), "{code} is not on the page:\n{dom}");
    assert_eq!(chromium.picture(&format!("{}{kind}", app.base), DESK).await, DESK);
    app.finish().await;
}

#[tokio::test]
async fn the_act_of_a_closed_manifest_shows_its_parcels_and_runs_nothing() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let recipient = "<script>document.title='run'</script>Анна & Ко";
    let parcel = packed(&app, &world, recipient).await;
    let body = json!({ "warehouse_id": world.warehouse, "carrier": "Быстрая почта",
        "pickup_point": "ПВЗ 5", "day": "2026-06-01" });
    let manifest = app.post(world.admin(), "/v1/manifests", body).await.ok();
    let path = format!("/v1/manifests/{}", manifest["id"].as_str().unwrap());
    app.post(world.admin(), &format!("{path}/load"), json!({ "parcel": parcel })).await.ok();
    let closed = app.post(world.admin(), &format!("{path}/close"), json!({})).await.ok();
    let act = app.get(world.admin(), &format!("{path}/act.html")).await;
    assert!(act.status.is_success());

    // The act is for people who are logged in; a browser of its own gets it as a file.
    let mut chromium = Chromium::new("act");
    let file = chromium.folder().join("act.html");
    std::fs::write(&file, act.bytes).unwrap();
    let url = format!("file://{}", file.display());
    let dom = chromium.dom(&url).await;
    for shown in [&parcel, closed["act_number"].as_str().unwrap(), "WEB-77", "Всего: 1&nbsp;место"]
    {
        assert!(dom.contains(shown), "{shown} is not on the act:\n{dom}");
    }
    assert!(!dom.contains("<script") && dom.contains("&lt;script&gt;"), "{dom}");
    assert!(dom.contains("Анна &amp; Ко") && dom.contains("<title>Акт"), "{dom}");
    assert_eq!(chromium.picture(&url, DESK).await, DESK);
    app.finish().await;
}

/// Orders two pieces through the shop's key, picks and packs them; answers the parcel's number.
async fn packed(app: &TestApp, world: &World, recipient: &str) -> String {
    seed::stock(&app.app, world, 0, 0, world.bins[0], 5).await;
    let order = json!({ "external_number": "WEB-77", "carrier": "Быстрая почта",
        "pickup_point": "ПВЗ 5", "recipient": { "name": recipient },
        "lines": [{ "article": "A-1", "quantity": 2 }] });
    let order = app.post(&world.keys[0], "/v1/orders", order).await.ok();
    app.post(world.admin(), "/v1/waves", json!({})).await.ok();
    let own = |kind, code: &str| OwnCode::new(kind, code).unwrap().to_string();
    let (badge, tote) = (own(OwnKind::Badge, &world.badge), own(OwnKind::HandlingUnit, "T-01"));
    let scans = [&badge, "2580", "PICK", &tote, "S-01", "A-1", "A-1", "DONE"];
    let packing = ["MENU", "PACK", &tote, "A-1", "A-1", "SKIP", "600"];
    for (sequence, data) in (1..).zip(scans.into_iter().chain(packing)) {
        let body = json!({ "seq": sequence, "data": data });
        let token = &world.devices[0].1;
        let sent = app.send(Method::POST, token, "/v1/terminal/scans", None, Some(body)).await.ok();
        assert_ne!(sent["feedback"], "error", "{data}: {sent}");
    }
    let path = format!("/v1/parcels?order_id={}", order["id"].as_str().unwrap());
    let parcels: Value = app.get(world.admin(), &path).await.ok();
    parcels["items"][0]["number"].as_str().unwrap().to_owned()
}
