//! A handheld receives, puts away, moves, counts and looks up.

use ambar::args;
use ambar::barcodes::{OwnCode, OwnKind};
use ambar::db::{DbError, Tx};
use serde_json::{Value, json};

use crate::receiving;
use crate::seed::{self, World};
use crate::support::TestApp;
use crate::terminal::Handheld;

/// The barcode that both shops have.
const SHARED: &str = "4601234567893";

fn bin(code: &str) -> String {
    OwnCode::new(OwnKind::Bin, code).unwrap().to_string()
}

/// Nobody asks for sizes in these stories.
async fn measured(app: &TestApp) {
    let now = app.app.clock.now();
    let work = async move |tx: &mut Tx| {
        tx.execute("UPDATE product SET measured_at = $1", args![now]).await
    };
    app.app.db.write::<u64, DbError, _>(work).await.unwrap();
}

async fn say(handheld: &mut Handheld<'_>, data: &str, feedback: &str) -> Value {
    let answer = handheld.scan(data).await;
    assert_eq!(answer["feedback"], feedback, "{data}: {answer}");
    answer
}

async fn lines(app: &TestApp, world: &World, id: &str) -> Value {
    app.get(world.admin(), &format!("/v1/inbounds/{id}")).await.ok()
}

#[tokio::test]
async fn a_delivery_is_received_scan_by_scan() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    measured(&app).await;
    let id = receiving::started(&app, &world).await;
    let mut handheld = Handheld::logged_in(&app, &world, 0).await;
    let chosen = say(&mut handheld, "1", "ok").await;
    assert!(chosen["screen"]["lines"][0].as_str().unwrap().contains("IN-000001"));
    say(&mut handheld, "NO-SUCH", "error").await;
    say(&mut handheld, "ASN-1", "ok").await;
    say(&mut handheld, SHARED, "ok").await;
    say(&mut handheld, "9", "ok").await;
    let ten = say(&mut handheld, SHARED, "ok").await;
    assert_eq!(ten["screen"]["progress"], json!({ "done": 10, "all": 10 }));
    let more = say(&mut handheld, SHARED, "warn").await;
    assert_eq!(more["screen"]["expect"], "confirm");
    say(&mut handheld, SHARED, "ok").await;
    assert!(say(&mut handheld, "UNDO", "ok").await["message"].is_string());
    let foreign = say(&mut handheld, "B-2", "warn").await;
    assert_eq!(foreign["screen"]["expect"], "quantity");
    say(&mut handheld, "3", "ok").await;
    say(&mut handheld, "4600000000008", "warn").await;
    say(&mut handheld, "NO", "ok").await;
    say(&mut handheld, "DAMAGED", "ok").await;
    let labels = say(&mut handheld, "A-2", "ok").await;
    assert!(labels["message"].as_str().unwrap().contains("29"), "{labels}");
    say(&mut handheld, "DONE", "ok").await;
    say(&mut handheld, "YES", "ok").await;
    let inbound = lines(&app, &world, &id).await;
    assert_eq!(inbound["state"], "closed");
    assert_eq!(inbound["lines"][0]["received"], 10);
    assert_eq!(inbound["lines"][1]["damaged"], 1);
    let kinds: Vec<&str> = inbound["discrepancies"]
        .as_array()
        .unwrap()
        .iter()
        .map(|d| d["kind"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["other_owner", "shortage", "damage"]);
    app.finish().await;
}

#[tokio::test]
async fn who_still_counts_when_the_delivery_is_closed_is_told_and_changes_nothing() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    measured(&app).await;
    let id = receiving::started(&app, &world).await;
    let mut first = Handheld::logged_in(&app, &world, 0).await;
    let mut second = Handheld::logged_in(&app, &world, 1).await;
    for handheld in [&mut first, &mut second] {
        say(handheld, "1", "ok").await;
        say(handheld, "1", "ok").await;
        say(handheld, SHARED, "ok").await;
    }
    say(&mut first, "DONE", "ok").await;
    say(&mut first, "YES", "ok").await;
    let late = say(&mut second, SHARED, "error").await;
    assert!(late["message"].as_str().unwrap().contains("закрыта"), "{late}");
    assert_eq!(lines(&app, &world, &id).await["lines"][0]["received"], 2);
    app.finish().await;
}

#[tokio::test]
async fn sizes_lots_and_dates_are_asked_for() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let product = world.products[0][0];
    let work = async move |tx: &mut Tx| {
        let sql = "UPDATE product SET lot_tracked = $1, expiry_tracked = $1 WHERE id = $2";
        tx.execute(sql, args![true, product]).await
    };
    app.app.db.write::<u64, DbError, _>(work).await.unwrap();
    let id = receiving::started(&app, &world).await;
    let mut handheld = Handheld::logged_in(&app, &world, 0).await;
    say(&mut handheld, "1", "ok").await;
    say(&mut handheld, "1", "ok").await;
    assert_eq!(say(&mut handheld, SHARED, "ok").await["screen"]["expect"], "lot");
    assert_eq!(say(&mut handheld, "L-7", "ok").await["screen"]["expect"], "date");
    say(&mut handheld, "завтра", "error").await;
    assert_eq!(say(&mut handheld, "31.12.2099", "ok").await["screen"]["expect"], "dimensions");
    assert_eq!(say(&mut handheld, "200 100 50 400", "ok").await["screen"]["expect"], "item");
    say(&mut handheld, SHARED, "ok").await;
    let gs1 = format!("]d2010{SHARED}1760123110L-8");
    say(&mut handheld, &gs1, "ok").await;
    let inbound = lines(&app, &world, &id).await;
    let mut lots: Vec<(String, i64)> = inbound["lots"]
        .as_array()
        .unwrap()
        .iter()
        .map(|lot| {
            (lot["lot_code"].as_str().unwrap().to_owned(), lot["received"].as_i64().unwrap())
        })
        .collect();
    lots.sort();
    assert_eq!(lots, [("L-7".to_owned(), 2), ("L-8".to_owned(), 1)]);
    app.finish().await;
}

#[tokio::test]
async fn goods_are_put_away_moved_counted_and_looked_up() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    measured(&app).await;
    receiving::started(&app, &world).await;
    let mut handheld = Handheld::logged_in(&app, &world, 0).await;
    for data in ["1", "1", "6", SHARED, "MENU"] {
        say(&mut handheld, data, "ok").await;
    }
    // Putaway: a part into the proposed bin, the rest into another one, scanned twice.
    say(&mut handheld, "2", "ok").await;
    let sent = say(&mut handheld, SHARED, "ok").await;
    assert!(sent["screen"]["title"].as_str().unwrap().contains("S-01"), "{sent}");
    say(&mut handheld, "4", "ok").await;
    say(&mut handheld, "99", "error").await;
    let rest = say(&mut handheld, &bin("S-01"), "ok").await;
    assert_eq!(rest["screen"]["expect"], "bin", "two are left: {rest}");
    say(&mut handheld, "nowhere", "error").await;
    say(&mut handheld, &bin("S-05"), "warn").await;
    let done = say(&mut handheld, &bin("S-05"), "ok").await;
    assert_eq!(done["screen"]["expect"], "item");
    say(&mut handheld, SHARED, "error").await;
    // Move: one piece from S-05 to S-06.
    say(&mut handheld, "MENU", "ok").await;
    for data in ["7", &bin("S-05"), SHARED, &bin("S-06")] {
        say(&mut handheld, data, "ok").await;
    }
    // Count: S-06 holds one piece of the first shop.
    say(&mut handheld, "MENU", "ok").await;
    say(&mut handheld, "6", "ok").await;
    say(&mut handheld, &bin("S-06"), "ok").await;
    say(&mut handheld, SHARED, "warn").await;
    say(&mut handheld, "NO", "ok").await;
    say(&mut handheld, "A-1", "ok").await;
    say(&mut handheld, "UNDO", "ok").await;
    say(&mut handheld, "A-1", "ok").await;
    say(&mut handheld, "DONE", "ok").await;
    let counted = say(&mut handheld, "YES", "ok").await;
    assert!(counted["message"].as_str().unwrap().contains('0'), "no difference: {counted}");
    // Look-up.
    say(&mut handheld, "MENU", "ok").await;
    say(&mut handheld, "8", "ok").await;
    let found = say(&mut handheld, "A-1", "ok").await;
    let text = found["screen"]["lines"].to_string();
    assert!(["S-01", "S-05", "S-06"].iter().all(|code| text.contains(code)), "{text}");
    say(&mut handheld, &bin("S-01"), "ok").await;
    say(&mut handheld, "4600000000008", "error").await;
    app.finish().await;
}
