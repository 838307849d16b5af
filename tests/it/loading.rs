//! Loading on the handheld.

use ambar::barcodes::{OwnCode, OwnKind};
use serde_json::json;

use crate::manifests::{Parcel, packed};
use crate::seed;
use crate::support::TestApp;
use crate::terminal::Handheld;

#[tokio::test]
async fn a_truck_is_loaded_by_scans_and_closed_after_a_question() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let mut handheld = Handheld::logged_in(&app, &world, 0).await;
    assert_eq!(handheld.scan("load").await["screen"]["lines"], json!(["Упакованных мест нет"]));
    let first = packed(&app, &world, Parcel::default()).await;
    let second = packed(&app, &world, Parcel::default()).await;
    handheld.scan("MENU").await;
    let choice = handheld.scan("load").await;
    assert_eq!(choice["screen"]["expect"], "document");
    assert_eq!(choice["screen"]["lines"], json!(["1 pochta ПВЗ 5 · 2"]));
    assert_eq!(handheld.scan("7").await["feedback"], "error");

    let truck = handheld.scan("1").await;
    assert_eq!(truck["screen"]["progress"], json!({ "done": 0, "all": 2 }));
    assert_eq!(handheld.scan("DONE").await["feedback"], "error", "nothing is loaded");
    assert_eq!(handheld.scan("PR-NONE").await["feedback"], "error");
    let loaded = handheld.scan(&first.number).await;
    assert_eq!(loaded["feedback"], "ok");
    assert_eq!(loaded["screen"]["progress"], json!({ "done": 1, "all": 2 }));
    assert!(loaded["undo_until"].is_string());
    assert_eq!(handheld.scan(&first.number).await["feedback"], "warn");
    let undone = handheld.scan("UNDO").await;
    assert_eq!(undone["screen"]["progress"], json!({ "done": 0, "all": 2 }));
    assert_eq!(handheld.scan("UNDO").await["feedback"], "error");
    handheld.scan(&first.number).await;
    let missing = handheld.scan("LIST").await;
    assert!(missing["screen"]["lines"].to_string().contains(&second.number), "{missing}");

    let question = handheld.scan("DONE").await;
    assert_eq!(question["screen"]["expect"], "confirm");
    assert!(question["screen"]["lines"].to_string().contains(&second.number), "{question}");
    assert_eq!(handheld.scan("NO").await["screen"]["expect"], "parcel");
    handheld.scan("DONE").await;
    let closed = handheld.scan("YES").await;
    assert!(closed["message"].as_str().unwrap().contains("MSK-20"), "{closed}");
    assert_eq!(closed["sound"], "done");
    assert_eq!(closed["screen"]["lines"], json!(["1 pochta ПВЗ 5 · 1"]));
    app.finish().await;
}

#[tokio::test]
async fn a_manifest_is_resumed_on_another_device_by_its_code() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let first = packed(&app, &world, Parcel::default()).await;
    let mut one = Handheld::logged_in(&app, &world, 0).await;
    one.scan("load").await;
    one.scan("1").await;
    one.scan(&first.number).await;

    // Packed meanwhile: the other device expects it.
    let second = packed(&app, &world, Parcel::default()).await;
    let mut two = Handheld::logged_in(&app, &world, 1).await;
    two.scan("load").await;
    let code = OwnCode::new(OwnKind::Manifest, "M000001").unwrap().to_string();
    let truck = two.scan(&code).await;
    assert_eq!(truck["screen"]["progress"], json!({ "done": 1, "all": 2 }));
    assert_eq!(two.scan(&second.number).await["feedback"], "ok");
    let question = two.scan("DONE").await;
    assert_eq!(question["screen"]["lines"][1], "Погружены все: 2");
    two.scan("YES").await;

    let late = one.scan(&first.number).await;
    assert_eq!((&late["feedback"], &late["colour"]), (&json!("error"), &json!("red")));
    one.scan("CANCEL").await;
    let unknown = OwnCode::new(OwnKind::Manifest, "M999999").unwrap().to_string();
    assert_eq!(one.scan(&unknown).await["feedback"], "error");
    app.finish().await;
}
