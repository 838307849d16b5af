//! A manifest over HTTP: its parcels loaded, closed, its papers drawn, the carrier's act fetched.

use std::time::{Duration, Instant};

use anyhow::Context;
use clap::Args;
use serde_json::{Value, json};

use super::timed::{Stopwatch, Timed};
use super::{PerCent, micros, quiet_doors};
use crate::cli::serve;
use crate::config::DataArgs;
use crate::integrity;
use crate::sandbox::carriers::all::{ALL, Known};
use crate::sandbox::client::ApiClient;
use crate::sandbox::ground::Ground;
use crate::sandbox::{contracts, ground, packed};

/// How often the carrier's act is looked for.
const LOOK_EVERY: Duration = Duration::from_millis(5);
const PATIENCE: Duration = Duration::from_mins(2);
const PAPERS: [&str; 4] = ["register.xlsx", "register.csv", "act.pdf", "act.xlsx"];

#[derive(Debug, Args)]
pub(in crate::cli) struct ManifestArgs {
    /// Parcels that the carrier has.
    #[arg(long, default_value_t = 1_000)]
    parcels: usize,
    /// The code of a carrier of the sandbox.
    #[arg(long, default_value = "post")]
    carrier: String,
}

/// How long each part took.
struct Parts {
    opened: Duration,
    loads: Vec<Duration>,
    closed: Duration,
    /// From the end of the closing to the act in the database, with the carrier.
    act: Duration,
    /// In the order of [`PAPERS`].
    papers: Vec<(Duration, usize)>,
}

pub(super) async fn run(data: &DataArgs, args: &ManifestArgs) -> anyhow::Result<Value> {
    anyhow::ensure!(args.parcels > 0, "нужна хотя бы одна посылка");
    let known = ALL.iter().find(|known| known.code == args.carrier).with_context(|| {
        let codes: Vec<&str> = ALL.iter().map(|known| known.code).collect();
        format!("нет такого перевозчика; есть: {}", codes.join(", "))
    })?;
    let server = serve::start(data, &quiet_doors()?).await?;
    let ground = ground::build(&server.app).await?;
    let token = ground::administrator(&server.app, &ground).await?;
    let contract = contracts::engage(&server.app, &ground, known).await?;
    let started = Instant::now();
    let numbers = packed::parcels(&server.app, &ground, known, &contract, args.parcels).await?;
    let told = started.elapsed();
    let watch = Stopwatch::default();
    Timed::put(&server.app, &contract.account, &watch)?;
    let client = ApiClient::new(&format!("http://{}", server.http), &token);
    let parts = prepare(&client, &ground, known, &numbers).await?;
    let report = integrity::verify(&server.app.db).await?;
    let engine = server.app.db.dialect();
    drop(contract);
    server.stop().await;
    anyhow::ensure!(report.differences.is_empty(), "verify found {:?}", report.differences);
    let engine = format!("{engine:?}").to_lowercase();
    Ok(figures(args, &engine, told, parts, watch.take().iter().sum()))
}

async fn prepare(
    client: &ApiClient,
    ground: &Ground,
    known: &Known,
    numbers: &[String],
) -> anyhow::Result<Parts> {
    let point = known.buyers.first().map_or("", |buyer| buyer.point);
    let body = json!({
        "warehouse_id": ground.warehouse, "carrier": known.code, "pickup_point": point,
    });
    let started = Instant::now();
    let manifest = client.post("/v1/manifests", &body).await?;
    let opened = started.elapsed();
    let path = format!("/v1/manifests/{}", manifest["id"].as_str().unwrap_or_default());
    let mut loads = Vec::with_capacity(numbers.len());
    for number in numbers {
        let started = Instant::now();
        client.post(&format!("{path}/load"), &json!({ "parcel": number })).await?;
        loads.push(started.elapsed());
    }
    let started = Instant::now();
    let closing = client.post(&format!("{path}/close"), &json!({})).await?;
    let closed = started.elapsed();
    anyhow::ensure!(closing["parcels"] == numbers.len(), "handed over: {closing}");
    let started = Instant::now();
    act_made(client, &path).await?;
    let act = started.elapsed();
    let mut papers = Vec::with_capacity(PAPERS.len());
    for paper in PAPERS {
        let started = Instant::now();
        let bytes = client.download(&format!("{path}/{paper}")).await?;
        papers.push((started.elapsed(), bytes.len()));
    }
    Ok(Parts { opened, loads, closed, act, papers })
}

/// Waits until the carrier's act is in the database.
async fn act_made(client: &ApiClient, path: &str) -> anyhow::Result<()> {
    let begun = Instant::now();
    loop {
        let acts = client.get(&format!("{path}/carrier-acts")).await?;
        let acts = acts.as_array().context("acts are a list")?;
        anyhow::ensure!(!acts.is_empty(), "nobody asked for an act");
        if acts.iter().all(|act| act["state"] == "done") {
            let refused = acts.iter().filter_map(|act| act["refused"].as_array());
            let refused: usize = refused.map(Vec::len).sum();
            anyhow::ensure!(refused == 0, "the carrier left out {refused} parcels");
            return Ok(());
        }
        anyhow::ensure!(begun.elapsed() < PATIENCE, "no act came: {acts:?}");
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

fn figures(
    args: &ManifestArgs,
    engine: &str,
    told: Duration,
    mut parts: Parts,
    carrier: Duration,
) -> Value {
    let papers: Duration = parts.papers.iter().map(|(took, _)| *took).sum();
    let own = (parts.opened + parts.closed + parts.act + papers).saturating_sub(carrier);
    let loaded: Duration = parts.loads.iter().sum();
    parts.loads.sort_unstable();
    let each = PAPERS.iter().zip(&parts.papers).map(|(paper, (took, bytes))| {
        ((*paper).to_owned(), json!({ "took_ms": took.as_millis(), "bytes": bytes }))
    });
    json!({
        "bench": "manifest",
        "engine": engine,
        "carrier": args.carrier,
        "parcels": args.parcels,
        "told_to_carrier_ms": told.as_millis(),
        "opened_ms": parts.opened.as_millis(),
        "load_p50_us": micros(&parts.loads, PerCent(50)),
        "load_p99_us": micros(&parts.loads, PerCent(99)),
        "loaded_ms": loaded.as_millis(),
        "closed_ms": parts.closed.as_millis(),
        "act_ms": parts.act.as_millis(),
        "carrier_ms": carrier.as_millis(),
        "papers": each.collect::<serde_json::Map<_, _>>(),
        "besides_carrier_ms": own.as_millis(),
        "besides_carrier_with_loading_ms": (own + loaded).as_millis(),
    })
}
