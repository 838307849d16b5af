//! Marking codes of packed pieces: each piece by its own, a code in one parcel only.

use ambar::args;
use ambar::db::{Count, DbError, Tx};
use ambar::ids::OrderId;
use ambar::orders::OrderPolicy;
use serde_json::Value;

use crate::packing::{packaging, parcels, picked};
use crate::picking::{A1, assert_refused, bin, cancel, is_state, number, order, scans, unit, wave};
use crate::seed::{self, World};
use crate::shipments::Site;
use crate::support::TestApp;
use crate::terminal::Handheld;

/// The code of a piece of A-1 (and B-1, which have the same maker).
fn code(piece: i64) -> String {
    format!("0104601234567893215<b&/GHij{piece:04}\u{1d}91EE06\u{1d}92{}", "kL+/".repeat(11))
}

fn piece(piece: i64) -> String {
    code(piece).split('\u{1d}').next().unwrap().to_owned()
}

/// The first product of each shop is marked goods from now on.
async fn mark(app: &TestApp, world: &World) {
    for own in world.products {
        let work = async move |tx: &mut Tx| {
            let sql = "UPDATE product SET marked = $2 WHERE id = $1";
            tx.execute(sql, args![own[0], true]).await
        };
        app.app.db.write::<u64, DbError, _>(work).await.unwrap();
    }
}

/// Another order of A-1, picked into a tote of its own.
async fn another(app: &TestApp, world: &World, called: &str, tote: &str, pieces: i64) -> OrderId {
    let order = order(app, world, called, OrderPolicy::Partial, &[(0, pieces)]).await;
    wave(app, world).await;
    let mut picker = Handheld::logged_in(app, world, 3).await;
    let typed = pieces.to_string();
    scans(&mut picker, &["PICK", &unit(tote), &bin("S-01"), &typed, A1, "DONE"]).await;
    order
}

async fn shown(app: &TestApp, token: &str, parcel: &Value) -> Vec<(String, String)> {
    let path = format!("/v1/parcels/{}", parcel["id"].as_str().unwrap());
    let shown = app.get(token, &path).await.ok();
    let text = |mark: &Value, field: &str| mark[field].as_str().unwrap().to_owned();
    let marks = shown["lines"].as_array().unwrap().iter();
    let marks = marks.flat_map(|line| line["marks"].as_array().unwrap().clone());
    marks.map(|mark| (text(&mark, "code"), text(&mark, "state"))).collect()
}

#[tokio::test]
async fn each_marked_piece_is_packed_by_its_own_code_which_its_shop_sees() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let order = picked(&app, &world, OrderPolicy::Partial, 2).await;
    mark(&app, &world).await;
    let mut packer = Handheld::logged_in(&app, &world, 1).await;
    let asked = scans(&mut packer, &["PACK", &unit("T-01")]).await;
    assert!(asked["screen"]["title"].as_str().unwrap().contains("код маркировки"), "{asked}");
    assert_refused(&packer.scan(A1).await, "отсканируйте код маркировки");
    assert_refused(&packer.scan("2").await, "отсканируйте код маркировки каждой штуки");
    assert_refused(
        &packer.scan(&code(1).replace("4601234567893", "4600000000008")).await,
        "не известен",
    );
    assert_refused(&packer.scan(&piece(1)).await, "не полностью");
    assert_refused(
        &packer.scan(&format!("0104601234567893215{}", "x".repeat(30))).await,
        "не полностью",
    );
    scans(&mut packer, &[&code(1)]).await;
    let again = packer.scan(&code(1)).await;
    assert_refused(&again, "заказа 7");
    assert_refused(&packer.scan("DONE").await, "Не хватает 1");
    scans(&mut packer, &["UNDO"]).await;
    assert_eq!(number(&app, "SELECT COUNT(*) FROM marking_code").await, 0, "it is free");
    // A scanner that loses separators, and one that types in Russian.
    scans(&mut packer, &[&code(1).replace('\u{1d}', "")]).await;
    let boxed = scans(&mut packer, &[&format!("]d2{}", code(2))]).await;
    assert_eq!(boxed["screen"]["expect"], "packaging", "{boxed}");
    scans(&mut packer, &["YES", "700"]).await;
    assert!(is_state(&app, order, "packed").await);
    let parcel = parcels(&app, &world, order).await.remove(0);
    let both = [code(1), code(2)].map(|code| (code, "in_parcel".to_owned()));
    assert_eq!(shown(&app, &world.keys[0], &parcel).await, both);
    let path = format!("/v1/parcels/{}", parcel["id"].as_str().unwrap());
    assert_eq!(app.get(&world.keys[1], &path).await.problem(404), "not_found");
    app.finish().await;
}

#[tokio::test]
async fn a_parcel_that_is_given_up_frees_its_codes() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let first = picked(&app, &world, OrderPolicy::Partial, 1).await;
    mark(&app, &world).await;
    let mut packer = Handheld::logged_in(&app, &world, 1).await;
    scans(&mut packer, &["PACK", &unit("T-01"), &code(1), "YES", "400"]).await;
    let second = another(&app, &world, "8", "T-02", 1).await;
    scans(&mut packer, &[&unit("T-02")]).await;
    assert_refused(&packer.scan(&code(1)).await, "заказа 7");
    cancel(&app, first).await;
    scans(&mut packer, &[&code(1), "YES", "400"]).await;
    assert!(is_state(&app, second, "packed").await);
    let (old, new) = (parcels(&app, &world, first).await, parcels(&app, &world, second).await);
    let key = &world.keys[0];
    assert_eq!(shown(&app, key, &old[0]).await, [(code(1), "free".to_owned())]);
    assert_eq!(shown(&app, key, &new[0]).await, [(code(1), "in_parcel".to_owned())]);
    app.finish().await;
}

#[tokio::test]
async fn of_two_packers_with_one_code_only_one_packs_it() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    picked(&app, &world, OrderPolicy::Partial, 3).await;
    mark(&app, &world).await;
    another(&app, &world, "8", "T-02", 3).await;
    let mut one = Handheld::logged_in(&app, &world, 1).await;
    let mut other = Handheld::logged_in(&app, &world, 2).await;
    scans(&mut one, &["PACK", &unit("T-01")]).await;
    scans(&mut other, &["PACK", &unit("T-02")]).await;
    for piece in 1..=3 {
        let code = code(piece);
        let (first, second) = tokio::join!(one.scan(&code), other.scan(&code));
        let refused = [&first, &second].into_iter().filter(|said| said["feedback"] == "error");
        let refused: Vec<&Value> = refused.collect();
        assert_eq!(refused.len(), 1, "{first} {second}");
        assert_refused(refused[0], "Этот код маркировки уже в месте");
    }
    assert_eq!(number(&app, "SELECT COUNT(*) FROM marking_code").await, 3);
    assert_eq!(number(&app, "SELECT CAST(SUM(quantity) AS BIGINT) FROM parcel_line").await, 3);
    app.finish().await;
}

#[tokio::test]
async fn nothing_is_told_of_another_shops_parcel() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    app.post(world.admin(), "/v1/packagings", packaging("S", 150, false)).await.ok();
    mark(&app, &world).await;
    for shop in 0..2 {
        seed::stock(&app.app, &world, shop, 0, world.bins[shop], 1).await;
        let article = ["A-1", "B-1"][shop];
        let order = crate::orders::order_in(&format!("W-{shop}"), &[(article, 1)]);
        app.post(&world.keys[shop], "/v1/orders", order).await.ok();
    }
    wave(&app, &world).await;
    let mut picker = Handheld::logged_in(&app, &world, 0).await;
    scans(&mut picker, &["PICK", "T-01", "T-02", &bin("S-01"), A1, "T-01"]).await;
    scans(&mut picker, &["ДА", &bin("S-02"), A1, "T-02", "ДА", "готово"]).await;
    let mut packer = Handheld::logged_in(&app, &world, 1).await;
    scans(&mut packer, &["PACK", "T-01", &code(1), "YES", "400", "T-02"]).await;
    let refused = packer.scan(&code(1)).await;
    assert_refused(&refused, "уже упакован в другом месте");
    let said = refused["message"].as_str().unwrap();
    assert!(!said.contains("PR-") && !said.contains("W-0"), "{said}");
    scans(&mut packer, &[&code(2), "YES", "400"]).await;
    app.finish().await;
}

#[tokio::test]
async fn goods_that_become_marked_while_they_are_packed_get_their_codes_before_closing() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let order = picked(&app, &world, OrderPolicy::Partial, 2).await;
    let mut packer = Handheld::logged_in(&app, &world, 1).await;
    scans(&mut packer, &["PACK", &unit("T-01"), A1]).await;
    mark(&app, &world).await;
    scans(&mut packer, &["SHORT", "бой", "YES"]).await;
    assert_refused(&packer.scan("400").await, "Нет кодов маркировки: 1 шт.");
    scans(&mut packer, &["CANCEL", "CANCEL"]).await;
    assert_refused(&packer.scan(A1).await, "отсканируйте код маркировки");
    let screen = scans(&mut packer, &[&code(1)]).await;
    assert_eq!(screen["screen"]["expect"], "item", "one more is wanted: {screen}");
    scans(&mut packer, &[&code(2), "YES", "700"]).await;
    assert!(is_state(&app, order, "packed").await);
    assert_eq!(number(&app, "SELECT COUNT(*) FROM parcel_line WHERE marked").await, 1);
    app.finish().await;
}

#[tokio::test]
async fn carriers_are_told_the_codes_and_a_returned_piece_may_go_again() {
    let site = Site::open().await;
    let (app, world) = (&site.app, &site.world);
    let parcel = site.parcel().await;
    mark(app, world).await;
    let (now, owner, product) = (app.app.clock.now(), world.owners[0], world.products[0][0]);
    for piece_number in 1..=2 {
        let (id, code, piece) = (parcel.id, code(piece_number), piece(piece_number));
        let work = async move |tx: &mut Tx| {
            let sql = "INSERT INTO marking_code (parcel_id, piece, code, gtin, owner_id, product_id,
                     order_line_id, lot_id, state, packed_at)
                 SELECT $1, $2, $3, '04601234567893', $4, $5, l.order_line_id, l.lot_id, 'in_parcel', $6
                 FROM parcel_line l WHERE l.parcel_id = $1";
            tx.execute(sql, args![id, &piece, &code, owner, product, now]).await
        };
        app.app.db.write::<u64, DbError, _>(work).await.unwrap();
    }
    let sent = site.send_by(&parcel, "cdek", "SPB3").await;
    site.work().await;
    let sent = site.shipment(&sent).await;
    assert_eq!(sent["state"], "registered", "{sent}");
    // What was told is kept as it was told; the stand-in wants a line for each code.
    let read = async move |tx: &mut Tx| {
        let sql = "SELECT COUNT(*) FROM shipment WHERE ask -> 'items' -> 0 -> 'marks' ->> 0 = $1
                 AND ask -> 'items' -> 0 -> 'marks' ->> 1 = $2";
        tx.fetch_one::<Count>(sql, args![&code(1), &code(2)]).await
    };
    assert_eq!(app.app.db.read::<Count, DbError, _>(read).await.unwrap().value, 1);
    let back = "UPDATE shipment SET status = 'returned'";
    picked(app, world, OrderPolicy::Partial, 1).await;
    let mut packer = Handheld::logged_in(app, world, 1).await;
    scans(&mut packer, &["PACK", &unit("T-01")]).await;
    assert_refused(&packer.scan(&code(1)).await, "уже в месте");
    let work = async move |tx: &mut Tx| tx.execute(back, vec![]).await;
    app.app.db.write::<u64, DbError, _>(work).await.unwrap();
    scans(&mut packer, &[&code(1), "YES", "400"]).await;
    assert_eq!(number(app, "SELECT COUNT(*) FROM marking_code WHERE state = 'free'").await, 1);
    site.app.finish().await;
}
