//! Printers that fail in each way at each point of a job of 100 labels: every label is printed exactly
//! once or reported, and what the database says is true of the paper.

use std::collections::BTreeMap;
use std::time::Duration;

use ambar::app::App;
use ambar::commands::Ctx;
use ambar::db::{Location, Tx, migrate};
use ambar::devices::printer::Language;
use ambar::ids::PrinterId;
use ambar::printing::service::{self, NewPrinter};
use ambar::printing::{
    PrintError, PrintPriority, PrintService, PrinterChoice, ReadyLabel, bytes_queue,
};
use ambar::sandbox::printer::{Answers, Build, Remnant, SandboxPrinter, Speech, Trouble};
use ambar::units::Clock;
use serde_json::json;

use crate::printing::{JobRow, decided, jobs, settings, until};
use crate::seed::{self, World};
use crate::support::TestApp;

/// When it goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Point {
    Before,
    Label(u64),
    After,
}

/// What is printed: many jobs, or one of many copies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Jobs,
    Copies,
}

/// One printer with its trouble.
struct Scene {
    about: String,
    printer: SandboxPrinter,
    id: PrinterId,
    point: Point,
    trouble: Trouble,
    count: u64,
}

#[derive(Debug, Clone, Copy)]
struct Stage {
    build: Build,
    model: &'static str,
    shape: Shape,
    count: u64,
}

fn language_of(build: Build) -> Language {
    if build.speech == Speech::Zpl { Language::Zpl } else { Language::Tspl }
}

fn label(language: Language, text: &str) -> Vec<u8> {
    match language {
        Language::Zpl => format!("^XA^FO1,1^FD{text}^FS^XZ").into_bytes(),
        Language::Tspl => {
            let width = text.len();
            let head = format!("SIZE 58 mm,40 mm\r\nCLS\r\nBITMAP 0,0,{width},1,0,");
            [head.as_bytes(), text.as_bytes(), b"\r\nPRINT 1,1\r\n"].concat()
        }
    }
}

async fn printer_add(
    app: &TestApp,
    world: &World,
    name: &str,
    printer: &SandboxPrinter,
    model: &str,
) -> PrinterId {
    let new = NewPrinter {
        warehouse: world.warehouse,
        name: name.to_owned(),
        model: model.to_owned(),
        zone: None,
        host: "127.0.0.1".to_owned(),
        port: i64::from(printer.address().port()),
        media: "58x40".to_owned(),
        dots_per_mm: 8,
        reroute_after_s: None,
    };
    let now = app.app.clock.now();
    let work = async move |tx: &mut Tx| service::printer_create(tx, &Ctx::system(now), &new).await;
    app.app.db.write(work).await.unwrap().id
}

/// Queues labels with texts of their own in one transaction.
async fn queue(
    app: &TestApp,
    world: &World,
    printer: PrinterId,
    language: Language,
    labels: Vec<(String, i64)>,
) {
    let (now, warehouse) = (app.app.clock.now(), world.warehouse);
    let work = async move |tx: &mut Tx| {
        for (text, copies) in &labels {
            let ready = ReadyLabel {
                label: label(language, text),
                language,
                dots_per_mm: 8,
                media: "58x40".to_owned(),
                subject: text.clone(),
                warehouse,
                owner: None,
                printer: PrinterChoice::Printer(printer),
                copies: *copies,
                priority: PrintPriority::Usual,
            };
            bytes_queue(tx, &Ctx::system(now), &ready).await?;
        }
        Ok::<_, PrintError>(())
    };
    app.app.db.write(work).await.unwrap();
}

/// How often each label came out.
fn counts(printer: &SandboxPrinter) -> BTreeMap<Vec<u8>, i64> {
    let mut counts = BTreeMap::new();
    for label in printer.printed() {
        *counts.entry(label).or_insert(0) += 1;
    }
    counts
}

async fn scenes(app: &TestApp, world: &World, stage: Stage, troubles: &[Trouble]) -> Vec<Scene> {
    let Stage { build, model, shape, count } = stage;
    let language = language_of(build);
    let mut scenes = Vec::new();
    for trouble in troubles {
        let points = [
            Point::Before,
            Point::Label(1),
            Point::Label(count / 2),
            Point::Label(count),
            Point::After,
        ];
        for point in points {
            let about = format!("{model} {shape:?} {trouble:?} {point:?}");
            let printer = SandboxPrinter::start_with(build).await.unwrap();
            match point {
                Point::Before => printer.trouble(*trouble),
                Point::Label(number) => printer.trouble_at(number, *trouble),
                Point::After => {}
            }
            let id = printer_add(app, world, &about, &printer, model).await;
            let labels: Vec<(String, i64)> = match shape {
                Shape::Jobs => (0..count).map(|n| (format!("{about} {n}"), 1)).collect(),
                Shape::Copies => vec![(about.clone(), i64::try_from(count).unwrap())],
            };
            queue(app, world, id, language, labels).await;
            scenes.push(Scene { about, printer, id, point, trouble: *trouble, count });
        }
    }
    scenes
}

/// Somebody comes after a while and mends what is wrong.
async fn play(app: &TestApp, scene: &Scene) {
    until(&scene.about, async || {
        if scene.printer.is_troubled() {
            tokio::time::sleep(Duration::from_millis(60)).await;
            scene.printer.mend();
        }
        jobs(app, Some(scene.id)).await.iter().all(|job| job.is_ended)
    })
    .await;
    if scene.point == Point::After {
        scene.printer.trouble(scene.trouble);
        tokio::time::sleep(Duration::from_millis(30)).await;
        scene.printer.mend();
    }
}

/// What the database says of each job is so.
fn assert_true(scene: &Scene, language: Language, rows: &[JobRow]) {
    let counts = counts(&scene.printer);
    for row in rows {
        let came = counts.get(&label(language, &row.subject)).copied().unwrap_or(0);
        let is_true = match row.state.as_str() {
            "confirmed" => came == row.copies,
            "unknown" => came <= row.copies && row.reason.is_some(),
            _ => false,
        };
        assert!(is_true, "{}: {came} of {row:?}", scene.about);
    }
}

/// A person looks at the printer, counts, and decides about each unknown label.
async fn decide(app: &TestApp, world: &World, scene: &Scene, language: Language) -> usize {
    let rows = jobs(app, Some(scene.id)).await;
    let unknown: Vec<&JobRow> = rows.iter().filter(|row| row.state == "unknown").collect();
    for row in &unknown {
        let came = counts(&scene.printer).get(&label(language, &row.subject)).copied().unwrap_or(0);
        let path = format!("/v1/print-jobs/{}", row.id);
        if came == row.copies {
            app.post(world.admin(), &format!("{path}/confirm"), json!({})).await.ok();
        } else {
            let missing = json!({ "copies": row.copies - came });
            app.post(world.admin(), &format!("{path}/print-again"), missing).await.ok();
        }
    }
    unknown.len()
}

/// Plays all scenes at once, on printers of their own; answers how many labels a person decided on.
async fn play_all(stages: &[Stage], troubles: &[Trouble]) -> usize {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let mut all = Vec::new();
    for stage in stages {
        for scene in scenes(&app, &world, *stage, troubles).await {
            all.push((scene, language_of(stage.build)));
        }
    }
    let service = PrintService::start(app.app.clone(), settings());
    futures::future::join_all(all.iter().map(|(scene, _)| play(&app, scene))).await;
    let mut asked = 0;
    for (scene, language) in &all {
        assert_true(scene, *language, &jobs(&app, Some(scene.id)).await);
        asked += decide(&app, &world, scene, *language).await;
    }
    for (scene, language) in &all {
        // A printer that was not seen printing is asked about again.
        let rows = loop {
            let rows = decided(&app, Some(scene.id)).await;
            assert_true(scene, *language, &rows);
            if decide(&app, &world, scene, *language).await == 0 {
                break rows;
            }
        };
        assert!(rows.iter().all(|row| row.state == "confirmed"), "{}: {rows:?}", scene.about);
        assert_eq!(scene.printer.labels(), scene.count, "{}", scene.about);
        assert!(scene.printer.connections_max() <= 1, "{}", scene.about);
    }
    service.stop().await;
    app.finish().await;
    asked
}

fn zebra(shape: Shape) -> Stage {
    Stage { build: Build::default(), model: "zebra-zpl", shape, count: 100 }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_jobs_come_out_exactly_once_whatever_happens() {
    assert_eq!(play_all(&[zebra(Shape::Jobs)], &Trouble::ALL).await, 0, "nobody is asked");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_copies_come_out_exactly_once_whatever_happens() {
    let keeps = Build { remnant: Remnant::Kept, ..Build::default() };
    let stages = [zebra(Shape::Copies), Stage { build: keeps, ..zebra(Shape::Copies) }];
    assert_eq!(play_all(&stages[..1], &Trouble::ALL).await, 0, "nobody is asked");
    assert_eq!(play_all(&stages[1..], &[Trouble::Reset, Trouble::PowerCut]).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn printers_that_cannot_count_print_exactly_once_or_ask() {
    let clone = Build { answers: Answers::NoOdometer, ..Build::default() };
    let tspl = Build { speech: Speech::TsplBitmapOnly, pace: Duration::from_millis(20), ..clone };
    let mut stages = Vec::new();
    for shape in [Shape::Jobs, Shape::Copies] {
        stages.push(Stage { build: clone, model: "zpl-clone", shape, count: 12 });
        stages.push(Stage { build: tspl, model: "tspl-bitmap-only", shape, count: 12 });
    }
    let asked = play_all(&stages, &Trouble::ALL).await;
    assert!(asked > 0, "what was lost without a counter is asked about");
}

/// A node that dies without a word when it is dropped.
struct Node(Option<tokio::runtime::Runtime>);

impl Node {
    fn start(location: &Location, clock: &Clock) -> Self {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let (location, clock) = (location.clone(), clock.clone());
        runtime.spawn(async move {
            let db = migrate::open_migrated(&location).await.unwrap();
            let _service =
                PrintService::start(App::new(db, clock, crate::support::vault()), settings());
            std::future::pending::<()>().await;
        });
        Self(Some(runtime))
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_node_loses_and_doubles_nothing() {
    let clock = Clock::fixed(Clock::system().now());
    let app = TestApp::spawn_with(clock.clone()).await;
    let world = seed::world(&app.app).await;
    let build = Build { pace: Duration::from_millis(3), ..Build::default() };
    let mut printers = Vec::new();
    for shape in [Shape::Jobs, Shape::Copies] {
        let printer = SandboxPrinter::start_with(build).await.unwrap();
        let id = printer_add(&app, &world, &format!("{shape:?}"), &printer, "zebra-zpl").await;
        let labels = match shape {
            Shape::Jobs => (0..100).map(|n| (format!("label {n}"), 1)).collect(),
            Shape::Copies => vec![("copies".to_owned(), 100)],
        };
        queue(&app, &world, id, Language::Zpl, labels).await;
        printers.push((id, printer));
    }
    for kill in 1..=8 {
        let node = Node::start(&app.location(), &clock);
        until("some labels came out", async || {
            let rows = jobs(&app, None).await;
            printers[0].1.labels() >= kill * 10 || rows.iter().all(|row| row.is_ended)
        })
        .await;
        drop(node);
        clock.advance_seconds(60);
    }
    let service = PrintService::start(app.app.clone(), settings());
    for (id, printer) in &printers {
        let rows = decided(&app, Some(*id)).await;
        assert!(rows.iter().all(|row| row.state == "confirmed"), "{rows:?}");
        assert_eq!(printer.labels(), 100);
        assert!(counts(printer).values().all(|count| *count == rows[0].copies));
    }
    service.stop().await;
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_never_write_to_one_printer_at_once() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let (other, _) = app.spawn_beside().await;
    let printer = SandboxPrinter::start().await.unwrap();
    let id = printer_add(&app, &world, "Стол", &printer, "zebra-zpl").await;
    let services = [
        PrintService::start(app.app.clone(), settings()),
        PrintService::start(other.clone(), settings()),
    ];
    for round in 0..4 {
        let labels = (0..15).map(|n| (format!("{round}-{n}"), 1)).collect();
        queue(&app, &world, id, Language::Zpl, labels).await;
        decided(&app, Some(id)).await;
        // Long enough for the printer to be let go, so that the other may take it.
        tokio::time::sleep(Duration::from_millis(90)).await;
    }
    assert_eq!(printer.labels(), 60);
    assert!(counts(&printer).values().all(|count| *count == 1));
    assert_eq!(printer.connections_max(), 1);
    for service in services {
        service.stop().await;
    }
    other.db.close().await;
    app.finish().await;
}

#[tokio::test]
async fn a_printer_that_never_answers_is_sent_to_and_not_believed() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    for (speech, model) in [(Speech::Zpl, "zpl-silent"), (Speech::TsplBitmapOnly, "tspl-silent")] {
        let build = Build { speech, answers: Answers::Nothing, ..Build::default() };
        let printer = SandboxPrinter::start_with(build).await.unwrap();
        let id = printer_add(&app, &world, model, &printer, model).await;
        let language = language_of(build);
        let labels = (0..3).map(|n| (format!("{model} {n}"), 2)).collect();
        queue(&app, &world, id, language, labels).await;
        let service = PrintService::start(app.app.clone(), settings());
        let rows = decided(&app, Some(id)).await;
        assert!(rows.iter().all(|row| row.state == "sent"), "sent, and no more: {rows:?}");
        until("it prints", async || printer.labels() == 6).await;
        service.stop().await;
    }
    app.finish().await;
}

#[tokio::test]
async fn a_label_without_an_end_fails_and_blocks_nobody() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let printer = SandboxPrinter::start().await.unwrap();
    let id = printer_add(&app, &world, "Стол", &printer, "zebra-zpl").await;
    let (now, warehouse) = (app.app.clock.now(), world.warehouse);
    for (label, language) in [
        (b"^XA^FO1,1^FDno end^FS".to_vec(), Language::Zpl),
        (label(Language::Tspl, "another language"), Language::Tspl),
        (label(Language::Zpl, "good"), Language::Zpl),
    ] {
        let ready = ReadyLabel {
            label,
            language,
            dots_per_mm: 8,
            media: "58x40".to_owned(),
            subject: language.to_string(),
            warehouse,
            owner: None,
            printer: PrinterChoice::Printer(id),
            copies: 1,
            priority: PrintPriority::Usual,
        };
        let work = async move |tx: &mut Tx| bytes_queue(tx, &Ctx::system(now), &ready).await;
        app.app.db.write(work).await.unwrap();
    }
    let service = PrintService::start(app.app.clone(), settings());
    let rows = decided(&app, Some(id)).await;
    let ends: Vec<&str> = rows.iter().map(|row| row.state.as_str()).collect();
    assert_eq!(ends, ["failed", "failed", "confirmed"]);
    assert!(rows[0].reason.as_ref().unwrap().contains("the end of the label"), "{rows:?}");
    assert_eq!(printer.printed(), [label(Language::Zpl, "good")]);
    service.stop().await;
    app.finish().await;
}
