//! `ambar sandbox carriers`: what it prints is enough to send a parcel by a carrier that is not there.

use std::io::{BufRead, BufReader, Lines};
use std::process::{Child, ChildStdout, Command, Stdio};

use ambar::jobs::Workers;
use ambar::units::Clock;
use serde_json::{Value, json};

use crate::manifests::{self, Parcel};
use crate::seed;
use crate::support::TestApp;

/// The program, until the test ends.
struct Stage {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Stage {
    fn open(arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ambar"));
        command.args(["sandbox", "carriers"]).args(arguments);
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines }
    }

    fn line(&mut self) -> String {
        self.lines.next().unwrap().unwrap()
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

#[tokio::test]
async fn what_is_printed_is_a_contract_and_the_way_to_bad_manners() {
    let app = TestApp::spawn_with(Clock::fixed(Clock::system().now())).await;
    let world = seed::world(&app.app).await;
    let warehouse = world.warehouse.to_string();
    let mut stage = Stage::open(&["--only", "cdek", "--warehouse", &warehouse]);
    let told = stage.line();
    let (code, url) = told.split_once(' ').unwrap();
    assert_eq!(code, "cdek");
    let body: Value = serde_json::from_str(&stage.line()).unwrap();
    let account = app.post(world.admin(), "/v1/carrier-accounts", body).await.ok();
    assert_eq!(account["carrier"], "cdek");
    let explained: Vec<String> = (0..9).map(|_| stage.line()).collect();
    assert!(explained.join("\n").contains("cut_after_accept"), "{explained:?}");

    let control = reqwest::Client::new();
    let manner = json!({ "manner": "cut_after_accept", "times": 1, "path": "POST /v2/orders" });
    let manners = format!("{url}/_sandbox/manners");
    let switched = control.post(manners).json(&manner).send().await.unwrap();
    assert_eq!(switched.status(), 204);
    let parcel = manifests::packed(&app, &world, Parcel::default()).await;
    let path = format!("/v1/parcels/{}/carrier", parcel.id);
    let by_cdek = json!({ "carrier": "cdek", "point_code": "SPB3" });
    let shipment = app.post(world.admin(), &path, by_cdek).await.ok();
    let path = format!("/v1/shipments/{}", shipment["id"].as_str().unwrap());
    let workers = Workers::new(app.app.clone(), ambar::shipments::handlers());
    let mut told_late = Value::Null;
    for _ in 0..20 {
        workers.run_due().await.unwrap();
        app.app.clock.advance_seconds(5);
        let shipment = app.get(world.admin(), &path).await.ok();
        if shipment["state"] == "registered" {
            break;
        }
        if !shipment["problem"].is_null() {
            told_late = shipment["problem"]["code"].clone();
        }
    }
    assert_eq!(app.get(world.admin(), &path).await.ok()["state"], "registered");
    assert_eq!(told_late, "carrier_unclear", "it misbehaved");
    let held = control.get(format!("{url}/_sandbox/shipments")).send().await.unwrap();
    let held: Vec<Value> = held.json().await.unwrap();
    assert_eq!((held.len(), &held[0]["number"]), (1, &shipment["number"]));
    let step = format!("{url}/_sandbox/shipments/{}/accept", parcel.number);
    assert_eq!(control.post(step).send().await.unwrap().status(), 204);
    app.finish().await;
}
