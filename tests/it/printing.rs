//! Labels on their way to printers: TCP servers that take them, are off, or break in the middle.

use std::sync::{Arc, Mutex};

use ambar::jobs::Workers;
use ambar::printing::PrintHandler;
use ambar::units::Clock;
use serde_json::{Value, json};
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;

use crate::seed::{self, World};
use crate::support::TestApp;

/// A printer that keeps what it is sent.
struct FakePrinter {
    port: u16,
    paper: Arc<Mutex<Vec<u8>>>,
}

impl FakePrinter {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let paper = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&paper);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut bytes = Vec::new();
                stream.read_to_end(&mut bytes).await.unwrap();
                kept.lock().unwrap().extend(bytes);
            }
        });
        Self { port, paper }
    }

    /// Labels that came out so far, once there are `count`.
    async fn labels(&self, count: usize) -> Vec<String> {
        for _ in 0..500 {
            let text = String::from_utf8_lossy(&self.paper.lock().unwrap()).into_owned();
            let labels: Vec<String> = text
                .split_inclusive("^XZ")
                .filter(|l| l.contains("^XA"))
                .map(|label| label.trim().to_owned())
                .collect();
            if labels.len() >= count {
                return labels;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        panic!("the printer did not get {count} labels");
    }
}

async fn add_printer(app: &TestApp, world: &World, name: &str, port: u16) -> Value {
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

fn workers(app: &TestApp) -> Workers {
    Workers::new(app.app.clone(), vec![Arc::new(PrintHandler::default())])
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
    let printer = FakePrinter::start().await;
    add_printer(&app, &world, "Стол 1", printer.port).await;
    let asked = label(&world, "A-1");
    let first = app.post_with_key(world.admin(), "/v1/labels", "once", asked.clone()).await.ok();
    let again = app.post_with_key(world.admin(), "/v1/labels", "once", asked).await.ok();
    assert_eq!(first, again);
    workers(&app).run_due().await.unwrap();
    let labels = printer.labels(1).await;
    assert_eq!(labels.len(), 1);
    assert!(!labels[0].contains("~JR"), "{}", labels[0]);
    assert_eq!(states(&app, &world).await, ["sent"]);
    app.finish().await;
}

#[tokio::test]
async fn a_label_waits_for_a_printer_that_is_off_and_goes_to_another() {
    let at = Clock::system().now();
    let clock = Clock::fixed(at);
    let app = TestApp::spawn_with(clock.clone()).await;
    let world = seed::world(&app.app).await;
    let off = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let broken = add_printer(&app, &world, "Стол 1", off).await;
    app.post(world.admin(), "/v1/labels", label(&world, "A-1")).await.ok();
    let workers = workers(&app);
    workers.run_due().await.unwrap();
    let jobs = app.get(world.admin(), "/v1/print-jobs?state=queued").await.ok();
    assert!(jobs["items"][0]["reason"].as_str().unwrap().contains("127.0.0.1"), "{jobs}");

    let printer = FakePrinter::start().await;
    add_printer(&app, &world, "Стол 2", printer.port).await;
    let pause = format!("/v1/printers/{}/pause", broken["id"].as_str().unwrap());
    app.post(world.admin(), &pause, json!({})).await.ok();
    clock.advance_seconds(600);
    workers.run_due().await.unwrap();
    assert_eq!(printer.labels(1).await.len(), 1);
    assert_eq!(states(&app, &world).await, ["sent"]);
    app.finish().await;
}

#[tokio::test]
async fn a_reprint_needs_a_reason_and_points_at_the_first() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let printer = FakePrinter::start().await;
    add_printer(&app, &world, "Стол 1", printer.port).await;
    let id = app.post(world.admin(), "/v1/labels", label(&world, "A-1")).await.ok();
    let path = format!("/v1/print-jobs/{}/reprint", id.as_str().unwrap());
    let refused = app.post(world.admin(), &path, json!({ "reason": " " })).await;
    assert_eq!(refused.problem(422), "reprint_reason_missing");
    app.post(world.admin(), &path, json!({ "reason": "порвалась" })).await.ok();
    let workers = workers(&app);
    workers.run_due().await.unwrap();
    let labels = printer.labels(2).await;
    assert_eq!(labels[0], labels[1], "the same bytes again");
    let jobs = app.get(world.admin(), "/v1/print-jobs").await.ok();
    assert_eq!(jobs["items"][0]["reprint_of"], id);
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
