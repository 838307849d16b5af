//! Which printer a label goes to, and whether the label hangs on its parcel.

use ambar::barcodes::{OwnCode, OwnKind};
use ambar::sandbox::printer::{SandboxPrinter, Trouble};
use reqwest::Method;
use serde_json::{Value, json};

use crate::manifests::{Parcel, packed};
use crate::printing::{add_printer, decided, service, until};
use crate::seed::{self, World};
use crate::support::{TestApp, unique_name};
use crate::terminal::Handheld;

async fn put(app: &TestApp, world: &World, path: &str, body: Value) -> Value {
    app.send(Method::PUT, world.admin(), path, Some(&unique_name()), Some(body)).await.ok()
}

async fn zone(app: &TestApp, world: &World, code: &str) -> Value {
    let body = json!({ "warehouse_id": world.warehouse, "code": code, "name": code });
    app.post(world.admin(), "/v1/zones", body).await.ok()["id"].clone()
}

#[tokio::test]
async fn a_zone_has_its_own_printers_and_others_help_out() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let (here, there) = (zone(&app, &world, "PACK").await, zone(&app, &world, "RECV").await);
    let mut printers = Vec::new();
    for (name, zone) in [("Аз", &there), ("Буки", &here)] {
        let printer = SandboxPrinter::start().await.unwrap();
        let body = json!({
            "warehouse_id": world.warehouse, "name": name, "host": "127.0.0.1",
            "port": printer.address().port(), "media": "58x40", "dots_per_mm": 8,
            "zone_id": zone, "reroute_after_s": 0,
        });
        app.post(world.admin(), "/v1/printers", body).await.ok();
        printers.push(printer);
    }
    let service = service(&app);
    let mut wanted = json!({
        "warehouse_id": world.warehouse, "template": "tote", "subject": "T-1",
        "fields": { "code": "HU-T0123-1", "name": "T-0123" }, "zone_id": here,
    });
    app.post(world.admin(), "/v1/labels", wanted.clone()).await.ok();
    decided(&app, None).await;
    assert_eq!((printers[0].labels(), printers[1].labels()), (0, 1));
    // The zone's own printer stands still, and may do so for no time at all.
    printers[1].trouble(Trouble::HeadOpen);
    app.post(world.admin(), "/v1/labels", wanted.clone()).await.ok();
    decided(&app, None).await;
    assert_eq!((printers[0].labels(), printers[1].labels()), (1, 1));
    wanted["zone_id"] = Value::Null;
    app.post(world.admin(), "/v1/labels", wanted).await.ok();
    decided(&app, None).await;
    assert_eq!((printers[0].labels(), printers[1].labels()), (2, 1));
    service.stop().await;
    app.finish().await;
}

#[tokio::test]
async fn a_handheld_prints_where_its_scan_says_and_keeps_its_place() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let (first, second) =
        (SandboxPrinter::start().await.unwrap(), SandboxPrinter::start().await.unwrap());
    add_printer(&app, &world, "Аз", first.address().port()).await;
    let two = add_printer(&app, &world, "Буки", second.address().port()).await;
    let mut handheld = Handheld::logged_in(&app, &world, 0).await;
    handheld.scan("move").await;
    let before = handheld.scan("S-01").await["screen"].clone();
    let chosen = handheld.scan(two["barcode"].as_str().unwrap()).await;
    assert_eq!(chosen["feedback"], "ok");
    assert!(chosen["message"].as_str().unwrap().contains("«Буки»"), "{chosen}");
    assert_eq!(chosen["screen"], before, "the work goes on where it was");

    let unknown = OwnCode::new(OwnKind::Printer, "9999").unwrap().to_string();
    let refused = handheld.scan(&unknown).await;
    assert_eq!((&refused["feedback"], &refused["screen"]), (&json!("error"), &before));
    handheld.scan("MENU").await;
    assert_eq!(handheld.scan(two["barcode"].as_str().unwrap()).await["screen"]["flow"], "menu");

    // What this device wants comes out there, though the other comes first by name.
    let device = world.devices[0].0;
    let now = app.app.clock.now();
    let warehouse = world.warehouse;
    let work = async move |tx: &mut ambar::db::Tx| {
        let request = ambar::printing::LabelRequest {
            template: "tote",
            fields: [("code", "HU-T0123-1"), ("name", "T-0123")]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
            subject: "T-0123".to_owned(),
            warehouse,
            owner: None,
            printer: ambar::printing::PrinterChoice::Device(device),
            copies: 1,
            priority: ambar::printing::PrintPriority::Urgent,
        };
        ambar::printing::label_queue(tx, &ambar::commands::Ctx::system(now), &request).await
    };
    app.app.db.write(work).await.unwrap();
    let service = service(&app);
    decided(&app, None).await;
    assert_eq!((first.labels(), second.labels()), (0, 1));

    second.trouble(Trouble::PaperOut);
    let path = format!("/v1/printers/{}/test-label", two["id"].as_str().unwrap());
    app.post(world.admin(), &path, json!({})).await.ok();
    until("the printer stands still", async || {
        let printers = app.get(world.admin(), "/v1/printers").await.ok();
        printers[1]["state"] == "stopped"
    })
    .await;
    let warned = handheld.scan(two["barcode"].as_str().unwrap()).await;
    assert_eq!(warned["feedback"], "warn");
    assert!(warned["message"].as_str().unwrap().contains("media_out"), "{warned}");
    second.mend();
    decided(&app, None).await;

    let station = format!("/v1/devices/{device}/station");
    let zone = zone(&app, &world, "PACK").await;
    let set =
        put(&app, &world, &station, json!({ "printer_id": two["id"], "zone_id": zone })).await;
    assert_eq!(set["zone_id"], zone);
    service.stop().await;
    app.finish().await;
}

#[tokio::test]
async fn a_parcel_leaves_with_a_label_that_was_scanned_back() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let policy = format!("/v1/warehouses/{}/scan-back", world.warehouse);
    put(&app, &world, &policy, json!({ "scan_back": "packing" })).await;
    let first = packed(&app, &world, Parcel::default()).await;
    let second = packed(&app, &world, Parcel::default()).await;
    assert!(first.number.parse::<OwnCode>().is_ok(), "{}", first.number);

    let mut loader = Handheld::logged_in(&app, &world, 0).await;
    loader.scan("load").await;
    loader.scan("1").await;
    let refused = loader.scan(&first.number).await;
    assert_eq!((&refused["feedback"], &refused["sound"]), (&json!("error"), &json!("error")));
    assert!(refused["message"].as_str().unwrap().contains("считайте этикетку"), "{refused}");

    let mut packer = Handheld::logged_in(&app, &world, 1).await;
    let start = packer.scan("pack").await;
    let checked = packer.scan(&first.number).await;
    assert!(checked["message"].as_str().unwrap().contains(&first.number), "{checked}");
    assert_eq!(checked["screen"], start["screen"]);
    let unknown = OwnCode::new(OwnKind::Parcel, "0009999999").unwrap().to_string();
    assert_eq!(packer.scan(&unknown).await["feedback"], "error");
    assert_eq!(loader.scan(&first.number).await["feedback"], "ok");

    // Where the loader's scan is enough, a number chosen at a desk is not.
    put(&app, &world, &policy, json!({ "scan_back": "loading" })).await;
    let manifests = app.get(world.admin(), "/v1/manifests").await.ok();
    let path = format!("/v1/manifests/{}/load", manifests["items"][0]["id"].as_str().unwrap());
    let refused = app.post(world.admin(), &path, json!({ "parcel": second.number })).await;
    assert_eq!(refused.problem(409), "parcel_label_not_scanned");
    assert_eq!(loader.scan(&second.number).await["feedback"], "ok");
    app.finish().await;
}

#[tokio::test]
async fn printers_that_announce_themselves_are_found_and_not_touched() {
    let printer = SandboxPrinter::start().await.unwrap();
    let name = unique_name();
    let daemon = mdns_sd::ServiceDaemon::new().unwrap();
    let announced = mdns_sd::ServiceInfo::new(
        "_pdl-datastream._tcp.local.",
        &name,
        &format!("{name}.local."),
        "127.0.0.1",
        printer.address().port(),
        &[("ty", "Zebra ZT410")][..],
    );
    daemon.register(announced.unwrap()).unwrap();
    let found =
        ambar::printing::discovery::browse(std::time::Duration::from_secs(3)).await.unwrap();
    // A machine without multicast finds nobody, and says so without an error.
    if let Some(found) = found.iter().find(|found| found.name == name) {
        assert_eq!(found.port, i64::from(printer.address().port()));
        assert_eq!(found.product.as_deref(), Some("Zebra ZT410"));
    }
    assert_eq!(printer.connections_max(), 0, "nobody was connected to");
    daemon.shutdown().unwrap();
}
