//! Buyers' receipts: what carriers need for them, which rate of VAT they say, and those that came back.

use ambar::access::Role;
use ambar::args;
use ambar::carriers::model::{DeliveryStatus, FiscalReceipt, ReceiptKind};
use ambar::cod::{self, CodMove, Delivery, Step};
use ambar::commands::Ctx;
use ambar::db::{DbError, Tx};
use ambar::fiscal;
use ambar::ids::{CarrierAccountId, ParcelId};
use ambar::jobs::Workers;
use ambar::sandbox::carriers::Step as Way;
use ambar::shipments::daily;
use ambar::units::Kopecks;
use reqwest::Method;
use serde_json::{Value, json};

use crate::manifests::Packed;
use crate::picking::number;
use crate::shipments::Site;
use crate::support::{Answer, unique_name};

const DAY: i64 = 24 * 3600;
/// Two pieces of 499.95 and a delivery of 250.
const COD: i64 = 124_990;
const DRIVE: &str = "9960440300000001";

async fn run(site: &Site, sql: &'static str, values: Vec<ambar::db::Arg>) {
    let work = async move |tx: &mut Tx| tx.execute(sql, values.clone()).await;
    assert!(site.app.app.db.write::<u64, DbError, _>(work).await.unwrap() > 0);
}

/// A parcel whose buyer pays the goods and the delivery.
async fn parcel(site: &Site) -> Packed {
    let parcel = site.parcel().await;
    run(site, "UPDATE parcel SET cod_kopecks = $2 WHERE id = $1", args![parcel.id, COD]).await;
    parcel
}

async fn mode(site: &Site, day: &str, mode: &str, system: &str) -> Answer {
    let path = format!("/v1/owners/{}/vat-modes", site.world.owners[0]);
    let body = json!({ "valid_from": day, "mode": mode, "tax_system": system });
    let token = site.world.session(Role::Accountant);
    site.app.send(Method::PUT, token, &path, Some(&unique_name()), Some(body)).await
}

async fn lines(site: &Site, parcel: &Packed) -> Value {
    let path = format!("/v1/parcels/{}/receipt-lines", parcel.id);
    site.app.get(&site.world.keys[0], &path).await.ok()
}

/// Rates of all lines.
fn rates(told: &Value) -> Vec<&str> {
    let lines = told["lines"].as_array().unwrap();
    lines.iter().map(|line| line["vat"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn the_lines_of_a_receipt_are_the_cash_on_delivery_and_stay_as_the_carrier_was_told() {
    let site = Site::open().await;
    let (owner, product) = (site.world.owners[0], site.world.products[0][0]);
    run(&site, "UPDATE product SET marked = $2 WHERE id = $1", args![product, true]).await;
    let parcel = parcel(&site).await;
    let now = site.app.app.clock.now();
    let mark = "INSERT INTO marking_code (parcel_id, piece, code, gtin, owner_id, product_id,
             order_line_id, lot_id, state, packed_at)
         SELECT $1, 'piece', 'piece-and-more', '04601234567893', $2, $3, l.order_line_id, l.lot_id,
             'in_parcel', $4 FROM parcel_line l WHERE l.parcel_id = $1";
    run(&site, mark, args![parcel.id, owner, product, now]).await;

    let unsaid = lines(&site, &parcel).await;
    assert_eq!(unsaid["missing"], json!(["inn", "phone", "vat_mode"]), "{unsaid}");
    mode(&site, "2025-01-01", "general", "osn").await.ok();
    let draft = lines(&site, &parcel).await;
    assert_eq!((&draft["is_told"], &draft["total_kopecks"]), (&json!(false), &json!(COD)));
    assert_eq!(draft["missing"], json!(["inn", "phone"]), "{draft}");
    let of: Vec<Value> = draft["lines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| json!([line["subject_1212"], line["sum_kopecks"], line["vat_kopecks"]]))
        .collect();
    assert_eq!(
        of,
        [json!([33, 49_995, 9_015]), json!([32, 49_995, 9_015]), json!([4, 25_000, 4_508])]
    );
    assert_eq!(draft["lines"][0]["marking_code"], "piece-and-more");
    for (field, value) in [("vat_1199", 11), ("method_1214", 4), ("agent_1222", 64)] {
        assert_eq!(draft["lines"][2][field], value, "{field}");
    }

    let path = format!("/v1/owners/{owner}/delivery-terms");
    let terms = json!({ "goal": "cheapest", "phone": "+74951234567" });
    let key = unique_name();
    site.app.send(Method::PUT, &site.world.keys[0], &path, Some(&key), Some(terms)).await.ok();
    run(&site, "UPDATE owner SET inn = '7701234567' WHERE id = $1", args![owner]).await;
    site.send_by(&parcel, "cdek", "SPB3").await;
    site.work().await;
    mode(&site, "2026-01-01", "7", "usn_income").await.ok();
    run(&site, "UPDATE product SET vat_class = 'reduced' WHERE id = $1", args![product]).await;
    let told = lines(&site, &parcel).await;
    assert_eq!((&told["is_told"], &told["lines"]), (&json!(true), &draft["lines"]));
    assert_eq!((&told["supplier"]["inn"], &told["missing"]), (&json!("7701234567"), &json!([])));

    let foreign = &site.world.keys[1];
    for what in ["receipt-lines", "receipts"] {
        let path = format!("/v1/parcels/{}/{what}", parcel.id);
        let refused = site.app.get(foreign, &path).await;
        assert_eq!(refused.problem(404), "shipment_parcel_unknown");
    }
    site.app.finish().await;
}

#[tokio::test]
async fn a_sale_has_the_rate_of_its_day_for_ever() {
    let site = Site::open().await;
    let clock = &site.app.app.clock;
    let day = |told: &Value| told["day"].as_str().unwrap().to_owned();
    // From the end of November back over the new year.
    clock.advance_seconds(-330 * DAY);
    assert_eq!(
        mode(&site, "2024-12-31", "5", "usn_income").await.problem(422),
        "vat_mode_too_early"
    );
    assert_eq!(mode(&site, "2025-01-01", "5", "osn").await.problem(422), "vat_mode_system_unfit");
    mode(&site, "2025-01-01", "general", "osn").await.ok();
    let old = parcel(&site).await;
    site.send_by(&old, "boxberry", "00932").await;
    site.work().await;
    let told = lines(&site, &old).await;
    assert!(day(&told).starts_with("2025-12-"), "{told}");
    assert_eq!((rates(&told), &told["is_told"]), (vec!["20", "20"], &json!(true)));

    clock.advance_seconds(60 * DAY);
    assert_eq!(rates(&lines(&site, &old).await), ["20", "20"], "also when it comes back");
    let new = parcel(&site).await;
    assert_eq!(rates(&lines(&site, &new).await), ["22", "22"]);
    let product = site.world.products[0][0];
    run(&site, "UPDATE product SET vat_class = 'reduced' WHERE id = $1", args![product]).await;
    assert_eq!(rates(&lines(&site, &new).await), ["10", "22"], "the delivery is not");
    mode(&site, "2026-02-01", "5", "usn_profit").await.ok();
    assert_eq!(rates(&lines(&site, &new).await), ["5", "5"]);

    let path = format!("/v1/owners/{}/vat-modes", site.world.owners[0]);
    let own = site.app.get(&site.world.keys[0], &path).await.ok();
    assert_eq!(own.as_array().unwrap().len(), 2, "{own}");
    assert_eq!(site.app.get(&site.world.keys[1], &path).await.problem(404), "not_found");
    let operator = json!({ "valid_from": "2026-01-01", "mode": "general", "tax_system": "osn" });
    let (admin, key) = (site.world.admin(), unique_name());
    site.app
        .send(Method::PUT, admin, "/v1/vat-modes", Some(&key), Some(operator.clone()))
        .await
        .ok();
    assert_eq!(site.app.get(admin, "/v1/vat-modes").await.ok(), json!([operator]));
    assert_eq!(site.app.get(&site.world.keys[0], "/v1/vat-modes").await.problem(403), "forbidden");
    site.app.finish().await;
}

/// The buyer is to pay, and did if it was delivered.
async fn paid(site: &Site, parcel: ParcelId) {
    let ctx = Ctx::system(site.app.app.clock.now());
    let work = async move |tx: &mut Tx| {
        let (amount, day) = (Kopecks::new(COD), ctx.now.moscow_day());
        let one = CodMove { parcel, step: Step::Expected, amount, day };
        cod::advance(tx, &ctx, &[one]).await?;
        let told =
            Delivery { parcel, status: DeliveryStatus::Delivered, at: ctx.now, is_partial: false };
        Ok::<_, cod::CodError>(cod::follow(tx, &ctx, &[told]).await?)
    };
    site.app.app.db.write(work).await.unwrap();
}

/// How the buyer paid, as far as anybody said it.
async fn method(site: &Site, parcel: &Packed) -> Value {
    let list = site.app.get(&site.world.keys[0], "/v1/cod").await.ok();
    let items = list["items"].as_array().unwrap();
    items.iter().find(|one| one["parcel_id"] == json!(parcel.id)).unwrap()["method"].clone()
}

async fn attention(site: &Site, token: &str, days: i64) -> Vec<(String, i64)> {
    let path = format!("/v1/receipts/attention?days={days}");
    let list = site.app.get(token, &path).await.ok();
    let one = |item: &Value| {
        let said = item["receipts_kopecks"].as_i64().unwrap();
        (item["kind"].as_str().unwrap().to_owned(), said)
    };
    list["items"].as_array().unwrap().iter().map(one).collect()
}

fn receipt(document: i64, kind: &str, card: i64) -> Value {
    json!({
        "fiscal_drive": DRIVE, "document_number": document, "fiscal_sign": 1_234_567_890, "kind": kind,
        "issued_at": "2026-11-20T10:00:00Z", "shift": 3, "card_kopecks": card,
    })
}

#[tokio::test]
async fn receipts_of_carriers_are_kept_once_and_what_differs_from_the_money_is_seen() {
    let site = Site::open().await;
    let [told, late] = [parcel(&site).await, parcel(&site).await];
    let untold = parcel(&site).await;
    let shipment = site.send_by(&told, "cdek", "SPB3").await;
    site.send_by(&late, "cdek", "SPB3").await;
    site.work().await;
    let sent = site.shipment(&shipment).await;
    for step in Way::WAY {
        site.cdek.stand_in.advance(sent["number"].as_str().unwrap(), step).unwrap();
    }
    paid(&site, told.id).await;
    paid(&site, late.id).await;
    paid(&site, untold.id).await;
    let own = &site.world.keys[0];
    assert_eq!(attention(&site, own, 3).await, [], "they may come yet");
    assert_eq!(attention(&site, own, 0).await.len(), 2, "only of a carrier that tells them");
    let named = site.app.get(own, "/v1/receipts/attention?days=0&carrier=pochta").await.ok();
    assert_eq!(named["items"][0]["parcel_id"], json!(untold.id), "{named}");
    assert_eq!(named["items"].as_array().unwrap().len(), 1);

    let workers = Workers::new(site.app.app.clone(), daily::handlers(fiscal::ASKS));
    for queued in [10, 0] {
        assert_eq!(daily::queue_due(&site.app.app, fiscal::ASKS).await.unwrap(), queued);
        while workers.run_due().await.unwrap() > 0 {}
        assert_eq!(number(&site.app, "SELECT COUNT(*) FROM fiscal_receipt").await, 1);
    }
    assert_eq!(
        number(
            &site.app,
            "SELECT COUNT(*) FROM job
         WHERE kind = 'fiscal_receipts_fetch' AND state <> 'done'"
        )
        .await,
        0
    );
    let path = |parcel: &Packed| format!("/v1/parcels/{}/receipts", parcel.id);
    let kept = site.app.get(own, &path(&told)).await.ok()[0].clone();
    assert_eq!((&kept["cash_kopecks"], &kept["kind"]), (&json!(COD), &json!("sale")), "{kept}");
    let qr = kept["qr"].as_str().unwrap();
    assert!(qr.contains("&s=1249.90&fn=9960440300000017&i="), "{qr}");

    assert_eq!(
        (method(&site, &told).await, method(&site, &late).await),
        (json!("cash"), json!(null))
    );
    assert_eq!(attention(&site, own, 0).await, [("missing".to_owned(), 0)]);
    assert_eq!(attention(&site, &site.world.keys[1], 0).await, []);
    let desk = site.world.session(Role::Accountant);
    let enter = async |parcel: &Packed, body: Value| site.app.post(desk, &path(parcel), body).await;
    enter(&late, receipt(1, "sale", COD - 1)).await.ok();
    assert_eq!(attention(&site, own, 0).await, [("differs".to_owned(), COD - 1)]);
    assert_eq!(enter(&late, receipt(1, "sale", COD - 1)).await.ok()["document_number"], 1);
    assert_eq!(enter(&late, receipt(1, "sale", COD)).await.problem(409), "receipt_taken");
    assert_eq!(enter(&told, receipt(1, "sale", COD - 1)).await.problem(409), "receipt_taken");
    enter(&late, receipt(2, "refund", COD - 1)).await.ok();
    let mut in_cash = receipt(3, "sale", 0);
    in_cash["cash_kopecks"] = json!(COD);
    enter(&late, in_cash).await.ok();
    assert_eq!(method(&site, &late).await, "card", "as the first receipt said");
    assert_eq!(attention(&site, own, 0).await, []);
    let mut wrong = receipt(4, "sale", 0);
    wrong["fiscal_drive"] = json!("99604403");
    let refused = enter(&late, wrong).await.json();
    let fields: Vec<&Value> =
        refused["fields"].as_array().unwrap().iter().map(|one| &one["field"]).collect();
    assert_eq!(fields, ["fiscal_drive", "total_kopecks"], "{refused}");
    assert_eq!(
        site.app.post(own, &path(&late), receipt(5, "sale", 1)).await.problem(403),
        "forbidden"
    );
    enter(&untold, receipt(6, "sale", 1)).await.ok();
    site.app.app.clock.advance_seconds(3 * DAY);
    assert_eq!(
        daily::queue_due(&site.app.app, fiscal::ASKS).await.unwrap(),
        10,
        "the same days again"
    );
    while workers.run_due().await.unwrap() > 0 {}
    assert_eq!(number(&site.app, "SELECT COUNT(*) FROM fiscal_receipt").await, 5);
    assert_eq!(attention(&site, own, 3).await, [("differs".to_owned(), 1)], "whoever gave it");
    site.app.finish().await;
}

/// The contract with СДЭК.
async fn contract(site: &Site) -> CarrierAccountId {
    let accounts = site.app.get(site.world.admin(), "/v1/carrier-accounts").await.ok();
    let mut accounts = accounts["items"].as_array().unwrap().iter();
    let account = accounts.find(|one| one["carrier"] == "cdek").unwrap()["id"].clone();
    account.as_str().unwrap().parse().unwrap()
}

/// Numbers, source and whether it counts of each receipt of a parcel.
async fn kept(site: &Site, parcel: &Packed) -> Vec<(i64, String, bool)> {
    let path = format!("/v1/parcels/{}/receipts", parcel.id);
    let list = site.app.get(&site.world.keys[0], &path).await.ok();
    let one = |item: &Value| {
        let source = item["source"].as_str().unwrap().to_owned();
        (item["document_number"].as_i64().unwrap(), source, item["annulled_at"].is_null())
    };
    let mut all: Vec<_> = list.as_array().unwrap().iter().map(one).collect();
    all.sort_unstable();
    all
}

#[tokio::test]
async fn a_receipt_entered_by_mistake_is_annulled_and_the_carriers_own_takes_its_place() {
    let site = Site::open().await;
    let account = contract(&site).await;
    let [right, other] = [parcel(&site).await, parcel(&site).await];
    let shipment = site.send_by(&right, "cdek", "SPB3").await;
    site.work().await;
    let track = site.shipment(&shipment).await["track"].as_str().unwrap().to_owned();
    paid(&site, right.id).await;
    let (desk, own) = (site.world.session(Role::Accountant), &site.world.keys[0]);
    let path = |parcel: &Packed, end: &str| format!("/v1/parcels/{}/receipts{end}", parcel.id);
    let enter = async |parcel: &Packed, document: i64, card: i64| {
        site.app.post(desk, &path(parcel, ""), receipt(document, "sale", card)).await
    };
    let annul = async |parcel: &Packed, document: i64| {
        let which = json!({
            "fiscal_drive": DRIVE, "document_number": document, "reason": "опечатка",
        });
        site.app.post(desk, &path(parcel, "/annul"), which).await
    };

    enter(&right, 1, COD - 1).await.ok();
    assert_eq!(method(&site, &right).await, "card");
    assert_eq!(annul(&other, 1).await.problem(404), "receipt_unknown");
    assert_eq!(annul(&right, 2).await.problem(404), "receipt_unknown");
    let annulled = annul(&right, 1).await.ok();
    assert_eq!(annulled["annul_reason"], "опечатка");
    assert_eq!(annul(&right, 1).await.problem(404), "receipt_unknown", "it counts no more");
    assert_eq!(method(&site, &right).await, json!(null), "nobody has said it");
    assert_eq!(attention(&site, own, 0).await, [("missing".to_owned(), 0)]);
    enter(&right, 1, COD).await.ok();
    assert_eq!(attention(&site, own, 0).await, []);
    let hand = || "hand".to_owned();
    assert_eq!(kept(&site, &right).await, [(1, hand(), false), (1, hand(), true)]);

    // Of two others one has the wrong parcel and one the wrong sum.
    enter(&other, 2, COD).await.ok();
    enter(&right, 3, 500).await.ok();
    let now = site.app.app.clock.now();
    let told = |document: i64, kind: ReceiptKind, total: i64| FiscalReceipt {
        track: track.clone(),
        drive: DRIVE.to_owned(),
        document,
        sign: 1_234_567_890,
        kind,
        at: now,
        shift: None,
        cash_kopecks: Kopecks::ZERO,
        card_kopecks: Kopecks::new(total),
        total_kopecks: Kopecks::new(total),
    };
    let all = [
        told(1, ReceiptKind::Sale, COD),
        told(2, ReceiptKind::Sale, COD),
        told(3, ReceiptKind::Refund, COD),
    ];
    for new in [2, 0] {
        let all = all.to_vec();
        let work =
            async move |tx: &mut Tx| fiscal::keep(tx, &Ctx::system(now), account, &all).await;
        assert_eq!(site.app.app.db.write::<u64, DbError, _>(work).await.unwrap(), new);
    }
    assert_eq!(kept(&site, &other).await, [(2, hand(), false)]);
    let api = || "api".to_owned();
    let expected = [
        (1, hand(), false),
        (1, hand(), true),
        (2, api(), true),
        (3, api(), true),
        (3, hand(), false),
    ];
    assert_eq!(kept(&site, &right).await, expected);
    assert_eq!(attention(&site, own, 0).await, [], "two sales and a refund");
    assert_eq!(annul(&right, 2).await.problem(409), "receipt_of_carrier");

    // The money of the other parcel is expected only now: what was annulled is not counted.
    paid(&site, other.id).await;
    assert_eq!(method(&site, &other).await, json!(null));
    for sql in [
        "UPDATE fiscal_receipt SET annulled_at = NULL, annul_reason = NULL",
        "UPDATE fiscal_receipt SET total_kopecks = 1, annulled_at = recorded_at, annul_reason = ''",
        "UPDATE fiscal_receipt SET annulled_at = recorded_at, annul_reason = ''",
        "DELETE FROM fiscal_receipt",
    ] {
        let work = async move |tx: &mut Tx| tx.execute(sql, args![]).await;
        let refused = site.app.app.db.write::<u64, DbError, _>(work).await;
        assert!(matches!(refused, Err(DbError::Check { .. })), "{sql}: {refused:?}");
    }
    site.app.finish().await;
}

#[tokio::test]
async fn of_receipts_that_come_together_the_first_sale_says_how_the_buyer_paid() {
    let site = Site::open().await;
    let account = contract(&site).await;
    let [before, after] = [parcel(&site).await, parcel(&site).await];
    let mut tracks = Vec::new();
    for one in [&before, &after] {
        let shipment = site.send_by(one, "cdek", "SPB3").await;
        site.work().await;
        tracks.push(site.shipment(&shipment).await["track"].as_str().unwrap().to_owned());
    }
    // The buyer's money is expected of one of them only: of the other the receipts are told first.
    paid(&site, before.id).await;
    let now = site.app.app.clock.now();
    let mut told = Vec::new();
    for (shift, track) in (1..).zip(&tracks) {
        // Told in another order than they were given.
        for (document, kind, cash, card) in [
            (13, ReceiptKind::Sale, 0, COD),
            (11, ReceiptKind::Sale, COD, 0),
            (12, ReceiptKind::Refund, COD, 0),
        ] {
            told.push(FiscalReceipt {
                track: track.clone(),
                drive: DRIVE.to_owned(),
                document: document + 100 * shift,
                sign: 1,
                kind,
                at: now.plus_seconds(document - 3_600),
                shift: Some(shift),
                cash_kopecks: Kopecks::new(cash),
                card_kopecks: Kopecks::new(card),
                total_kopecks: Kopecks::new(COD),
            });
        }
    }
    let work = async move |tx: &mut Tx| {
        let ctx = Ctx::system(now);
        fiscal::keep(tx, &ctx, account, &told).await
    };
    assert_eq!(site.app.app.db.write::<u64, DbError, _>(work).await.unwrap(), 6);
    paid(&site, after.id).await;
    assert_eq!(method(&site, &before).await, "cash");
    assert_eq!(method(&site, &after).await, "cash");
    assert_eq!(attention(&site, &site.world.keys[0], 0).await, []);
    site.app.finish().await;
}
