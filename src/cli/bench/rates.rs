//! Prices of eight carriers for one order over HTTP: asked for the first time, and remembered.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;
use serde_json::{Value, json};

use super::timed::{Stopwatch, Timed};
use super::{PerCent, micros, quiet_doors};
use crate::app::App;
use crate::carriers::model::{DeliveryMode, Quote, QuoteAsk};
use crate::carriers::{Answer, Carrier, Quoting};
use crate::cli::serve;
use crate::commands::Ctx;
use crate::config::DataArgs;
use crate::db::Tx;
use crate::ids::OrderId;
use crate::orders::{self, DraftLine, OrderDraft, OrderError, Recipient};
use crate::sandbox::carriers::all::ALL;
use crate::sandbox::client::ApiClient;
use crate::sandbox::contracts;
use crate::sandbox::ground::{self, Ground};
use crate::units::{Kopecks, Pieces};

#[derive(Debug, Args)]
pub(in crate::cli) struct RatesArgs {
    /// Orders, each asked for twice: no other order is like it.
    #[arg(long, default_value_t = 50)]
    orders: usize,
    /// How long the slowest carrier takes.
    #[arg(long, default_value_t = 400)]
    slow_ms: u64,
}

/// The eighth carrier: it names one price, late.
struct Slow {
    pause: Duration,
}

impl Carrier for Slow {
    fn code(&self) -> &'static str {
        "slow"
    }

    fn name(&self) -> &'static str {
        "Неспешная доставка"
    }

    fn quoting(&self) -> Option<&dyn Quoting> {
        Some(self)
    }
}

impl Quoting for Slow {
    fn quote<'a>(&'a self, ask: &'a QuoteAsk) -> Answer<'a, Vec<Quote>> {
        Box::pin(async move {
            tokio::time::sleep(self.pause).await;
            Ok(vec![Quote {
                tariff: "late".to_owned(),
                tariff_name: "Не спеша".to_owned(),
                mode: ask.mode,
                price_kopecks: Kopecks::new(30_000),
                lines: Vec::new(),
                days_min: Some(7),
                days_max: Some(9),
                weight_max_g: None,
            }])
        })
    }
}

/// What the calls took, in the order of the orders.
#[derive(Default)]
struct Taken {
    slowest: Vec<Duration>,
    whole: Vec<Duration>,
    /// What the whole took beside its slowest carrier.
    besides: Vec<Duration>,
    remembered: Vec<Duration>,
    /// How often each carrier named a price.
    offered: BTreeMap<String, usize>,
}

pub(super) async fn run(data: &DataArgs, args: &RatesArgs) -> anyhow::Result<Value> {
    anyhow::ensure!(args.orders > 0, "нужен хотя бы один заказ");
    let server = serve::start(data, &quiet_doors()?).await?;
    let app = &server.app;
    let ground = ground::build(app).await?;
    let token = ground::administrator(app, &ground).await?;
    let watch = Stopwatch::default();
    let mut contracts = Vec::new();
    for known in &ALL {
        let contract = contracts::engage(app, &ground, known).await?;
        Timed::put(app, &contract.account, &watch)?;
        contracts.push(contract);
    }
    let slow =
        Timed::connected(Arc::new(Slow { pause: Duration::from_millis(args.slow_ms) }), &watch);
    contracts::engage_own(app, &ground, slow).await?;
    let orders = orders(app, &ground, args.orders).await?;
    let client = ApiClient::new(&format!("http://{}", server.http), &token);
    let taken = ask_all(&client, &watch, &orders).await?;
    let engine = app.db.dialect();
    drop(contracts);
    server.stop().await;
    Ok(told(args, &format!("{engine:?}").to_lowercase(), taken))
}

/// Orders that differ in their price, so that no answer serves for another.
async fn orders(app: &App, ground: &Ground, count: usize) -> anyhow::Result<Vec<OrderId>> {
    let to = ALL[0].buyers[0];
    let draft = |index: i64| OrderDraft {
        external_number: format!("R-{index}"),
        policy: None,
        priority: 0,
        promised_at: None,
        carrier: crate::shipments::AUTO.to_owned(),
        pickup_point: String::new(),
        recipient: Recipient {
            name: "Иванов Иван Иванович".to_owned(),
            phone: "+79161234567".to_owned(),
            postcode: to.postcode.to_owned(),
            city: to.city.to_owned(),
            address: to.line.to_owned(),
            ..Recipient::default()
        },
        cod_kopecks: Kopecks::ZERO,
        lines: vec![DraftLine {
            product: ground.product,
            quantity: Pieces::new(2),
            price_kopecks: Kopecks::new(50_000 + index * 100),
        }],
    };
    let drafts: Vec<OrderDraft> = (0..i64::try_from(count)?).map(draft).collect();
    let mut taken = Vec::with_capacity(count);
    for part in drafts.chunks(orders::INTAKE_MAX) {
        let (part, ground, ctx) = (part.to_vec(), ground.clone(), Ctx::system(app.clock.now()));
        let work = async move |tx: &mut Tx| {
            orders::orders_intake(tx, &ctx, ground.owner, ground.warehouse, &part).await
        };
        let answers = app.db.write::<_, OrderError, _>(work).await?;
        taken.extend(answers.into_iter().map(|answer| answer.order));
    }
    Ok(taken)
}

async fn ask_all(
    client: &ApiClient,
    watch: &Stopwatch,
    orders: &[OrderId],
) -> anyhow::Result<Taken> {
    let carriers = ALL.len() + 1;
    // Connections and tokens of the carriers are made once a day, not for each order.
    let path = |order: &OrderId, mode: DeliveryMode| {
        format!("/v1/orders/{order}/rates?weight_g=1200&mode={mode}")
    };
    client.get(&path(&orders[0], DeliveryMode::Point)).await?;
    watch.take();
    let mut taken = Taken::default();
    for order in orders {
        let path = path(order, DeliveryMode::Door);
        let started = Instant::now();
        let offers = client.get(&path).await?;
        let whole = started.elapsed();
        let times = watch.take();
        anyhow::ensure!(times.len() == carriers, "asked were {} of {carriers}", times.len());
        let slowest = times.into_iter().max().unwrap_or_default();
        taken.slowest.push(slowest);
        taken.whole.push(whole);
        taken.besides.push(whole.saturating_sub(slowest));
        for offer in offers.as_array().into_iter().flatten() {
            if offer["quotes"].as_array().is_some_and(|quotes| !quotes.is_empty()) {
                let carrier = offer["carrier"].as_str().unwrap_or_default().to_owned();
                *taken.offered.entry(carrier).or_default() += 1;
            }
        }
    }
    for order in orders {
        let path = path(order, DeliveryMode::Door);
        let started = Instant::now();
        black_box(client.get(&path).await?);
        taken.remembered.push(started.elapsed());
    }
    Ok(taken)
}

fn told(args: &RatesArgs, engine: &str, mut taken: Taken) -> Value {
    for times in [&mut taken.slowest, &mut taken.whole, &mut taken.besides, &mut taken.remembered] {
        times.sort_unstable();
    }
    json!({
        "bench": "rates",
        "engine": engine,
        "carriers": ALL.len() + 1,
        "orders": args.orders,
        "offered": taken.offered,
        "slowest_p50_us": micros(&taken.slowest, PerCent(50)),
        "whole_p50_us": micros(&taken.whole, PerCent(50)),
        "besides_p50_us": micros(&taken.besides, PerCent(50)),
        "besides_p99_us": micros(&taken.besides, PerCent(99)),
        "remembered_p50_us": micros(&taken.remembered, PerCent(50)),
        "remembered_p99_us": micros(&taken.remembered, PerCent(99)),
    })
}
