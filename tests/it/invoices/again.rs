//! Charges that come again by other names or words, and sums that stand on no line.

use ambar::args;
use ambar::db::{DbError, Tx};
use ambar::ids::OwnerId;
use ambar::money::Account;
use ambar::sandbox::on_the_way::{self, OnTheWay};
use calamine::{Data, Reader as _};
use serde_json::json;

use super::{Desk, HEAD, named};
use crate::road::NOW;

impl Desk {
    async fn run(&self, sql: &'static str, values: Vec<ambar::db::Arg>) {
        let work = async move |tx: &mut Tx| tx.execute(sql, values.clone()).await;
        assert_eq!(self.app.app.db.write::<u64, DbError, _>(work).await.unwrap(), 1, "{sql}");
    }

    /// Gives a line of no known parcel to a shop.
    async fn give(&self, id: &str, line: i64, owner: OwnerId) {
        let body = json!({
            "kind": "unknown_parcel", "lines": [line], "resolution": "owner", "owner_id": owner,
            "reason": "нашли по звонку",
        });
        self.post(id, "resolve", body).await.ok();
    }
}

#[tokio::test]
async fn a_discount_below_the_total_does_not_vanish() {
    let desk = Desk::open().await;
    let rows = "TA-1;;;Доставка;;;100\nTB-1;;;Доставка;;;81,11\nИтого;;;;;;181,11\n\
                Скидка по договору;;;;;;-10\nИтого к оплате;;;;;;171,11\n";
    let file = format!("{HEAD}{rows}");
    let alone = desk.import("1", file.clone(), "").await;
    assert_eq!((&alone["status"], &alone["code"]), (&json!(422), &json!("input_invalid")));
    assert_eq!(alone["fields"][0]["field"], "total_kopecks");
    let told = desk.import("1", file.clone(), "&total_kopecks=17111").await;
    let id = told["invoice_id"].as_str().unwrap();
    let open = [("amount_differs", 2), ("total_differs", 1)];
    assert_eq!(desk.open_exceptions(id).await, named(&open));
    let right = "&total_kopecks=17111&discount_kopecks=-1000";
    let id = desk.import("2", file, right).await["invoice_id"].as_str().unwrap().to_owned();
    let open = desk.open_exceptions(&id).await;
    assert!(!open.iter().any(|(kind, _)| kind == "total_differs"), "{open:?}");
    desk.app.finish().await;
}

#[tokio::test]
async fn what_is_given_back_by_other_words_is_not_the_shops_by_itself() {
    let desk = Desk::open().await;
    let rows = "TA-1;;;Доставка;;0,5;300\nTA-1;;;Доставка;;0,5;300\nИтого;;;;;;600\n";
    let charged = desk.draft("1", rows, "").await;
    let early = desk.draft("2", "TA-1;;;Возврат;;;-300\nИтого;;;;;;-300\n", "").await;
    assert_eq!(desk.open_exceptions(&early).await, []);
    desk.resolve(&charged, "duplicate", 3, "operator").await;
    desk.accept(&charged).await;
    assert_eq!((desk.charged().await[0], desk.written_off().await), (30_000, 30_000));
    assert_eq!(desk.post(&early, "accept", json!({})).await.problem(409), "invoice_unresolved");
    assert_eq!(desk.get(&early, "").await["state"], "draft", "nothing of it is posted");
    desk.post(&early, "check", json!({})).await.ok();
    assert_eq!(desk.open_exceptions(&early).await, named(&[("credit_of_operator", 1)]));
    desk.resolve(&early, "credit_of_operator", 2, "operator").await;
    desk.accept(&early).await;
    assert_eq!((desk.charged().await[0], desk.written_off().await), (30_000, 0));
    desk.app.finish().await;
}

#[tokio::test]
async fn a_charge_of_a_parcel_that_nobody_knew_is_passed_on_once() {
    let desk = Desk::open().await;
    let rows = "TE-1;;;Доставка;;0,5;300\nИтого;;;;;;300\n";
    // Two drafts: the first is compared before the second is accepted.
    let early = desk.draft("1", rows, "").await;
    let late = desk.draft("2", rows, "").await;
    desk.give(&late, 2, desk.shops[0]).await;
    desk.resolve(&late, "duplicate", 2, "separate").await;
    let fourth = on_the_way::shop(&desk.app.app, "delta").await.unwrap();
    desk.send(fourth, "cdek", "E").await;
    desk.post(&early, "check", json!({})).await.ok();
    assert_eq!(desk.open_exceptions(&early).await, []);
    desk.accept(&late).await;
    assert_eq!(desk.charged().await, [30_000, 0, 0]);
    let refused = desk.post(&early, "accept", json!({})).await;
    assert_eq!(refused.problem(409), "invoice_charges_repeated");
    assert_eq!(desk.charged().await, [30_000, 0, 0], "nothing of it is posted");
    desk.post(&early, "check", json!({})).await.ok();
    assert_eq!(desk.open_exceptions(&early).await, named(&[("duplicate", 1)]));

    let again = desk.draft("3", rows, "").await;
    assert_eq!(desk.open_exceptions(&again).await, named(&[("duplicate", 1)]));
    let other = desk.draft("4", "TE-2;;;Доставка;;0,5;300\nИтого;;;;;;300\n", "").await;
    assert_eq!(desk.open_exceptions(&other).await, [], "another parcel of the same price");
    desk.resolve(&early, "duplicate", 2, "operator").await;
    desk.accept(&early).await;
    assert_eq!((desk.charged().await, desk.written_off().await), ([30_000, 0, 0], 30_000));
    desk.app.finish().await;
}

#[tokio::test]
async fn the_offer_for_a_delivery_stands_beside_deliveries_only() {
    let desk = Desk::open().await;
    let rows = "TA-1;;;Доставка;;0,7;300\nTA-1;;;Хранение;;0,7;20\nИтого;;;;;;320\n";
    let id = desk.draft("1", rows, "").await;
    assert_eq!(desk.open_exceptions(&id).await, named(&[("weight_above_ours", 2)]));
    let path = format!("/v1/carrier-invoices/{id}/disputes.xlsx");
    let paper = desk.app.get(desk.world.admin(), &path).await;
    let mut book: calamine::Xlsx<_> =
        calamine::open_workbook_from_rs(std::io::Cursor::new(paper.bytes)).unwrap();
    let range = book.worksheet_range_at(0).unwrap().unwrap();
    let track = Data::String("TA-1".to_owned());
    let offers: Vec<&Data> =
        range.rows().filter(|row| row.contains(&track)).map(|row| &row[7]).collect();
    assert_eq!(offers, [&Data::Float(300.0), &Data::Empty]);
    desk.app.finish().await;
}

#[tokio::test]
async fn a_parcel_is_found_by_a_former_number_and_without_zeros_but_not_once_it_is_cancelled() {
    let desk = Desk::open().await;
    let app = &desk.app.app;
    let fourth = on_the_way::shop(app, "delta").await.unwrap();
    let route = on_the_way::route(app, desk.world.warehouse, fourth, "cdek").await.unwrap();
    let zeros = OnTheWay { track: "000501".to_owned(), ..OnTheWay::new("Z-1") };
    let former = OnTheWay::new("Z-2");
    let shipment = former.shipment;
    on_the_way::send(app, &route, &[zeros, former], NOW).await.unwrap();
    let before = "INSERT INTO shipment_track (carrier, track, shipment_id) VALUES ($1, $2, $3)";
    desk.run(before, args!["cdek", "BEFORE", shipment]).await;
    let cancel = "UPDATE shipment SET state = 'cancelled', poll_at = NULL WHERE track = $1";
    desk.run(cancel, args!["TB-1"]).await;
    let rows = "501;;;Доставка;;0,5;300\nBEFORE;;;Доставка;;0,5;300\n\
                TB-1;;;Доставка;;0,5;300\n0501;;;Хранение;;;10\nИтого;;;;;;910\n";
    let id = desk.draft("1", rows, "").await;
    assert_eq!(desk.open_exceptions(&id).await, named(&[("unknown_parcel", 1)]));
    let unknown = desk.get(&id, "/lines?exception=unknown_parcel").await;
    assert_eq!(unknown["items"][0]["line"], 4, "somebody has to look at what it is charged for");
    desk.resolve(&id, "unknown_parcel", 4, "operator").await;
    desk.accept(&id).await;
    assert_eq!(desk.balance(Account::OwnerCharges(fourth)).await, 61_000);
    assert_eq!(desk.written_off().await, 30_000);
    desk.app.finish().await;
}
