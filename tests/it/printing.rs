//! Labels on their way to printers, from the request to the paper.

use std::time::Duration;

use ambar::args;
use ambar::db::{DbError, Tx};
use ambar::devices::printer::Timings;
use ambar::ids::PrinterId;
use ambar::printing::{PrintService, PrintServiceHandle, PrintSettings};
use ambar::record;
use ambar::sandbox::printer::{Build, SandboxPrinter, Trouble};
use ambar::units::Clock;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::seed::{self, World};
use crate::support::TestApp;

/// Waits of milliseconds instead of those of real printers.
pub(crate) fn settings() -> PrintSettings {
    PrintSettings {
        poll: Duration::from_millis(20),
        linger: Duration::from_millis(60),
        timings: Some(Timings::quick()),
        ..PrintSettings::default()
    }
}

pub(crate) fn service(app: &TestApp) -> PrintServiceHandle {
    PrintService::start(app.app.clone(), settings())
}

/// Waits on a condition with a limit.
pub(crate) async fn until(what: &str, is_so: impl AsyncFn() -> bool) {
    for _ in 0..6_000 {
        if is_so().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it never came about: {what}");
}

record! {
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub(crate) struct JobRow {
        pub(crate) id: ambar::ids::PrintJobId,
        pub(crate) subject: String,
        pub(crate) state: String,
        pub(crate) copies: i64,
        pub(crate) reason: Option<String>,
        pub(crate) is_ended: bool,
    }
}

/// The jobs of a printer, or of all, oldest first.
pub(crate) async fn jobs(app: &TestApp, printer: Option<PrinterId>) -> Vec<JobRow> {
    let look = async move |tx: &mut Tx| {
        tx.fetch_all::<JobRow>(
            "SELECT id, subject, state, copies, reason, ended_at IS NOT NULL FROM print_job
             WHERE printer_id = $1 OR $1 IS NULL ORDER BY id",
            args![printer],
        )
        .await
    };
    app.app.db.read(look).await.map_err(|error: DbError| error).unwrap()
}

/// Waits until every label is decided, and answers how.
pub(crate) async fn decided(app: &TestApp, printer: Option<PrinterId>) -> Vec<JobRow> {
    for _ in 0..6_000 {
        let rows = jobs(app, printer).await;
        if rows.iter().all(|job| job.is_ended) {
            return rows;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("not decided: {:?}", jobs(app, printer).await);
}

async fn printer_of(app: &TestApp, world: &World, id: &str) -> Value {
    let printers = app.get(world.admin(), "/v1/printers").await.ok();
    let found = printers.as_array().unwrap().iter().find(|printer| printer["id"] == id);
    found.unwrap().clone()
}

fn texts(printer: &SandboxPrinter) -> Vec<String> {
    let text = |label: Vec<u8>| String::from_utf8_lossy(&label).into_owned();
    printer.printed().into_iter().map(text).collect()
}

pub(crate) async fn add_printer(app: &TestApp, world: &World, name: &str, port: u16) -> Value {
    let body = json!({
        "warehouse_id": world.warehouse, "name": name, "host": "127.0.0.1", "port": port,
        "media": "58x40", "dots_per_mm": 8,
    });
    app.post(world.admin(), "/v1/printers", body).await.ok()
}

fn label(world: &World, subject: &str) -> Value {
    json!({
        "warehouse_id": world.warehouse, "template": "item", "subject": subject,
        "fields": { "barcode": "2900000000018", "name": "Чайник ^XZ~JR", "article": "A-1", "owner": "Магазин" },
    })
}

async fn states(app: &TestApp, world: &World) -> Vec<String> {
    let jobs = app.get(world.admin(), "/v1/print-jobs").await.ok();
    let state = |job: &Value| job["state"].as_str().unwrap().to_owned();
    jobs["items"].as_array().unwrap().iter().map(state).collect()
}

#[tokio::test]
async fn a_label_comes_out_once_and_its_data_is_no_command() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let printer = SandboxPrinter::start().await.unwrap();
    let known = add_printer(&app, &world, "Стол 1", printer.address().port()).await;
    let asked = label(&world, "A-1");
    let first = app.post_with_key(world.admin(), "/v1/labels", "once", asked.clone()).await.ok();
    let again = app.post_with_key(world.admin(), "/v1/labels", "once", asked).await.ok();
    assert_eq!(first, again);
    let service = service(&app);
    decided(&app, None).await;
    let labels = texts(&printer);
    assert_eq!(labels.len(), 1);
    assert!(!labels[0].contains("~JR"), "{}", labels[0]);
    assert_eq!(states(&app, &world).await, ["confirmed"]);
    let job = &app.get(world.admin(), "/v1/print-jobs?subject=A-1").await.ok()["items"][0];
    assert_eq!((&job["printed"], &job["needs_decision"]), (&json!(1), &json!(false)));
    let none = app.get(world.admin(), "/v1/print-jobs?subject=A-2").await.ok();
    assert_eq!(none["items"], json!([]));
    until("the printer is ready again", async || {
        let shown = printer_of(&app, &world, known["id"].as_str().unwrap()).await;
        shown["state"] == "ready" && shown["odometer"] == 104_001
    })
    .await;
    let figures = String::from_utf8(app.get("", "/metrics").await.bytes).unwrap();
    assert!(figures.contains("ambar_labels_total{outcome=\"confirmed\"} 1"), "{figures}");
    assert!(figures.contains("ambar_printer_stopped{printer=\"Стол 1\"} 0"), "{figures}");
    service.stop().await;
    app.finish().await;
}

#[tokio::test]
async fn a_label_waits_for_a_printer_that_is_off_and_goes_to_another() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let off = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let broken = add_printer(&app, &world, "Стол 1", off).await;
    app.post(world.admin(), "/v1/labels", label(&world, "A-1")).await.ok();
    let service = service(&app);
    until("the label says why it waits", async || {
        let jobs = app.get(world.admin(), "/v1/print-jobs?state=queued").await.ok();
        jobs["items"][0]["reason"].as_str().is_some_and(|why| why.contains("offline"))
    })
    .await;
    let id = broken["id"].as_str().unwrap();
    until("the printer is seen", async || printer_of(&app, &world, id).await["state"] == "offline")
        .await;

    let printer = SandboxPrinter::start().await.unwrap();
    add_printer(&app, &world, "Стол 2", printer.address().port()).await;
    app.post(world.admin(), &format!("/v1/printers/{id}/pause"), json!({})).await.ok();
    decided(&app, None).await;
    assert_eq!(printer.labels(), 1);
    assert_eq!(states(&app, &world).await, ["confirmed"]);
    service.stop().await;
    app.finish().await;
}

#[tokio::test]
async fn a_reprint_needs_a_reason_and_sends_the_same_bytes() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let printer = SandboxPrinter::start().await.unwrap();
    add_printer(&app, &world, "Стол 1", printer.address().port()).await;
    let id = app.post(world.admin(), "/v1/labels", label(&world, "A-1")).await.ok();
    let service = service(&app);
    decided(&app, None).await;
    let path = format!("/v1/print-jobs/{}/reprint", id.as_str().unwrap());
    let refused = app.post(world.admin(), &path, json!({ "reason": " " })).await;
    assert_eq!(refused.problem(422), "reprint_reason_missing");
    app.post(world.admin(), &path, json!({ "reason": "порвалась" })).await.ok();
    decided(&app, None).await;
    let labels = printer.printed();
    assert_eq!(labels.len(), 2);
    assert_eq!(labels[0], labels[1], "the same bytes again");
    let jobs = app.get(world.admin(), "/v1/print-jobs").await.ok();
    assert_eq!(jobs["items"][0]["reprint_of"], id);
    service.stop().await;
    app.finish().await;
}

#[tokio::test]
async fn a_printer_without_labels_says_so_and_goes_on_by_itself() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let printer = SandboxPrinter::start().await.unwrap();
    let known = add_printer(&app, &world, "Стол 1", printer.address().port()).await;
    let id = known["id"].as_str().unwrap();
    printer.trouble_at(2, Trouble::PaperOut);
    let mut wanted = label(&world, "A-1");
    wanted["copies"] = json!(3);
    let job = app.post(world.admin(), "/v1/labels", wanted).await.ok();
    let service = service(&app);
    until("the label says why it stands still", async || {
        let job = &app.get(world.admin(), "/v1/print-jobs").await.ok()["items"][0];
        job["state"] == "sent" && job["reason"].as_str().is_some_and(|r| r.contains("media_out"))
    })
    .await;
    until("the printer, too", async || {
        let printer = printer_of(&app, &world, id).await;
        printer["state"] == "stopped" && printer["stopped_at"].is_string()
    })
    .await;
    let cancel = format!("/v1/print-jobs/{}/cancel", job.as_str().unwrap());
    let refused = app.post(world.admin(), &cancel, json!({})).await;
    assert_eq!(refused.problem(409), "print_job_not_queued", "it is in the printer");
    printer.mend();
    let done = decided(&app, None).await;
    assert_eq!((done[0].state.as_str(), &done[0].reason), ("confirmed", &None));
    assert_eq!((printer.labels(), printer.spoiled()), (3, 1));
    until("nothing stands still", async || {
        printer_of(&app, &world, id).await["stopped_at"] == Value::Null
    })
    .await;
    service.stop().await;
    app.finish().await;
}

#[tokio::test]
async fn what_waits_can_be_cancelled_and_urgent_labels_go_first() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let printer = SandboxPrinter::start_with(Build::default()).await.unwrap();
    let known = add_printer(&app, &world, "Стол 1", printer.address().port()).await;
    let base = format!("/v1/printers/{}", known["id"].as_str().unwrap());
    app.post(world.admin(), &format!("{base}/pause"), json!({})).await.ok();
    let mut ids = Vec::new();
    for (barcode, priority) in [
        ("2900000000018", "batch"),
        ("2900000000025", "batch"),
        ("2900000000032", "urgent"),
        ("2900000000049", "usual"),
    ] {
        let mut wanted = label(&world, barcode);
        wanted["fields"]["barcode"] = json!(barcode);
        wanted["priority"] = json!(priority);
        wanted["printer_id"] = known["id"].clone();
        ids.push(app.post(world.admin(), "/v1/labels", wanted).await.ok());
    }
    let cancel = format!("/v1/print-jobs/{}/cancel", ids[0].as_str().unwrap());
    app.post(world.admin(), &cancel, json!({})).await.ok();
    let service = service(&app);
    app.post(world.admin(), &format!("{base}/resume"), json!({})).await.ok();
    decided(&app, None).await;
    let labels = texts(&printer);
    let order: Vec<usize> = ["290000000003", "290000000004", "290000000002"]
        .iter()
        .map(|code| labels.iter().position(|label| label.contains(code)).unwrap())
        .collect();
    assert_eq!((labels.len(), order), (3, vec![0, 1, 2]));
    service.stop().await;
    app.finish().await;
}

#[tokio::test]
async fn a_printer_prints_a_test_and_its_own_label() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let printer = SandboxPrinter::start().await.unwrap();
    let known = add_printer(&app, &world, "Стол 1", printer.address().port()).await;
    let base = format!("/v1/printers/{}", known["id"].as_str().unwrap());
    app.post(world.admin(), &format!("{base}/test-label"), json!({})).await.ok();
    app.post(world.admin(), &format!("{base}/code-label"), json!({})).await.ok();
    let service = service(&app);
    decided(&app, None).await;
    let barcode = known["barcode"].as_str().unwrap();
    assert!(barcode.starts_with("PN-0001-"), "{barcode}");
    let labels = app.get(world.admin(), &format!("/v1/print-jobs?subject={barcode}")).await.ok();
    assert_eq!(labels["items"][0]["state"], "confirmed");
    assert_eq!(printer.labels(), 2);

    let port = printer.address().port();
    let asked = json!({ "host": "127.0.0.1", "port": port });
    let who = app.post(world.admin(), "/v1/printers/identify", asked).await.ok();
    assert_eq!((&who["product"], &who["dots_per_mm"]), (&json!("SANDBOX-200dpi"), &json!(8)));
    let models = app.get(world.admin(), "/v1/printer-models").await.ok();
    assert!(models.to_string().contains("tspl-bitmap-only"), "{models}");
    let wrong = json!({
        "warehouse_id": world.warehouse, "name": "Стол 2", "host": "127.0.0.1", "port": 9100,
        "media": "58x40", "dots_per_mm": 8, "model": "abacus",
    });
    app.post(world.admin(), "/v1/printers", wrong).await.problem(422);
    assert_eq!(printer.labels(), 2, "who is asked prints nothing");
    service.stop().await;
    app.finish().await;
}

#[tokio::test]
async fn labels_leave_a_printer_that_stood_still_for_too_long() {
    let clock = Clock::fixed(Clock::system().now());
    let app = TestApp::spawn_with(clock.clone()).await;
    let world = seed::world(&app.app).await;
    let (first, second) =
        (SandboxPrinter::start().await.unwrap(), SandboxPrinter::start().await.unwrap());
    let one = add_printer(&app, &world, "Стол 1", first.address().port()).await;
    first.trouble_at(1, Trouble::HeadOpen);
    for subject in ["in the printer", "waits", "waits, too"] {
        let mut wanted = label(&world, subject);
        wanted["printer_id"] = one["id"].clone();
        app.post(world.admin(), "/v1/labels", wanted).await.ok();
    }
    let service = service(&app);
    until("it stands still", async || {
        let jobs = app.get(world.admin(), "/v1/print-jobs?state=sent").await.ok();
        jobs["items"][0]["reason"].as_str() == Some("head_open, paused")
    })
    .await;
    add_printer(&app, &world, "Стол 2", second.address().port()).await;
    assert_eq!(second.labels(), 0);
    clock.advance_seconds(301);
    until("the two that wait go to the other", async || second.labels() == 2).await;
    assert_eq!(first.labels(), 0);
    first.mend();
    let done = decided(&app, None).await;
    assert!(done.iter().all(|job| job.state == "confirmed"), "{done:?}");
    assert_eq!((first.labels(), second.labels()), (1, 2));
    service.stop().await;
    app.finish().await;
}

#[tokio::test]
async fn a_person_sends_a_label_elsewhere_only_when_its_printer_forgot_it() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let (first, second) =
        (SandboxPrinter::start().await.unwrap(), SandboxPrinter::start().await.unwrap());
    let one = add_printer(&app, &world, "Стол 1", first.address().port()).await;
    let two = add_printer(&app, &world, "Стол 2", second.address().port()).await;
    let service = service(&app);
    // Nothing came out: all of it goes elsewhere. One may have: somebody has to look.
    for (trouble_at, copies, ends) in [(1, 2, "confirmed"), (2, 3, "unknown")] {
        let before = first.labels();
        first.trouble_at(before + trouble_at, Trouble::PaperOut);
        let mut wanted = label(&world, ends);
        wanted["printer_id"] = one["id"].clone();
        wanted["copies"] = json!(copies);
        let job = app.post(world.admin(), "/v1/labels", wanted).await.ok();
        let path = format!("/v1/print-jobs/{}", job.as_str().unwrap());
        until("it stands still", async || {
            let jobs = app.get(world.admin(), &format!("/v1/print-jobs?subject={ends}")).await.ok();
            jobs["items"][0]["reason"].as_str().is_some_and(|why| why.contains("media_out"))
        })
        .await;
        let to = json!({ "printer_id": two["id"] });
        app.post(world.admin(), &format!("{path}/reroute"), to.clone()).await.ok();
        decided(&app, None).await;
        first.mend();
        let jobs = app.get(world.admin(), &format!("/v1/print-jobs?subject={ends}")).await.ok();
        let job = &jobs["items"][0];
        assert_eq!(job["state"], ends, "{job}");
        assert_eq!(job["needs_decision"], ends == "unknown");
        if ends == "unknown" {
            let missing = json!({ "copies": 2, "printer_id": two["id"] });
            app.post(world.admin(), &format!("{path}/print-again"), missing).await.ok();
            decided(&app, None).await;
        }
        let over = app.post(world.admin(), &format!("{path}/reroute"), to).await;
        assert_eq!(over.problem(409), "print_job_over");
        let known = app.post(world.admin(), &format!("{path}/confirm"), json!({})).await;
        assert_eq!(known.problem(409), "print_job_decided");
    }
    assert_eq!((first.labels(), second.labels()), (1, 4));
    service.stop().await;
    app.finish().await;
}

#[tokio::test]
async fn wrong_labels_are_refused_before_they_are_queued() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let mut wrong = label(&world, "A-1");
    wrong["template"] = json!("nothing");
    assert_eq!(app.post(world.admin(), "/v1/labels", wrong).await.problem(404), "template_unknown");
    let mut wrong = label(&world, "A-1");
    wrong["fields"]["barcode"] = json!("");
    assert_eq!(app.post(world.admin(), "/v1/labels", wrong).await.problem(422), "label_invalid");
    assert_eq!(states(&app, &world).await, Vec::<String>::new());
    app.finish().await;
}

#[tokio::test]
async fn a_label_can_be_seen_before_it_is_printed() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let example = app.get(world.admin(), "/v1/labels/item.png").await;
    assert!(example.bytes.starts_with(b"\x89PNG"));
    let path = "/v1/labels/tote.png?dpmm=12&code=HU-T0123-1&name=T-0123";
    let own = app.get(world.admin(), path).await;
    let width = own.bytes.get(16..20).unwrap();
    assert_eq!(width, (58_u32 * 12).to_be_bytes());
    for (path, status, code) in [
        ("/v1/labels/nothing.png", 404, "template_unknown"),
        ("/v1/labels/item", 404, "template_unknown"),
        ("/v1/labels/tote.png?name=T-0123", 422, "label_invalid"),
        ("/v1/labels/tote.png?dpmm=7", 422, "label_invalid"),
        ("/v1/labels/tote.png?dpmm=x", 422, "label_invalid"),
    ] {
        assert_eq!(app.get(world.admin(), path).await.problem(status), code, "{path}");
    }
    app.finish().await;
}
