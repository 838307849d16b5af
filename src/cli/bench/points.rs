//! Delivery points: importing them, again and again, and finding the nearest.

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;
use serde_json::{Value, json};

use super::{PerCent, micros, peak_memory_kib, per_second};
use crate::app::App;
use crate::carriers::model::{Answers, Package, PointKind, PointLimits, PointModel, PointsPage};
use crate::carriers::{Answer, Carrier, Points};
use crate::cli::serve;
use crate::config::DataArgs;
use crate::points::find::{self, Place};
use crate::points::{self, Closing, Near, PointQuery};
use crate::shipments::Connected;
use crate::units::{Grams, Kopecks};

const CARRIER: &str = "bench";
const PAGE_POINTS: usize = 5_000;
const CITIES: usize = 1_000;
const NEAR_LIMIT: usize = 50;
const NEAR_RADIUS_M: i64 = 50_000;
/// Knuth's multiplier: neighbours in number lie far apart.
const SPREAD: usize = 2_654_435_761;

#[derive(Debug, Args)]
pub(in crate::cli) struct PointsArgs {
    /// Points of one carrier.
    #[arg(long, default_value_t = 50_000)]
    points: usize,
    /// Searches by distance.
    #[arg(long, default_value_t = 1_000)]
    searches: usize,
}

/// A carrier with so many points, of which some have changed since the last time.
struct Many {
    count: usize,
    round: usize,
}

impl Carrier for Many {
    fn code(&self) -> &str {
        CARRIER
    }

    fn name(&self) -> &str {
        CARRIER
    }

    fn points(&self) -> Option<&dyn Points> {
        Some(self)
    }
}

impl Points for Many {
    fn points<'a>(&'a self, from: Option<&'a str>) -> Answer<'a, PointsPage> {
        let first: usize = from.and_then(|from| from.parse().ok()).unwrap_or(0);
        let end = self.count.min(first + PAGE_POINTS);
        let points = (first..end).map(|index| point(index, self.round)).collect();
        let next = (end < self.count).then(|| end.to_string());
        Box::pin(async move { Ok(PointsPage { points, next }) })
    }
}

/// Millionths of a degree as a carrier writes them.
fn degrees(udeg: usize) -> Option<f64> {
    format!("{}.{:06}", udeg / 1_000_000, udeg % 1_000_000).parse().ok()
}

/// A place in the settled part of the country: around a city of its own.
fn place(index: usize) -> (usize, usize) {
    let city = (index % CITIES).wrapping_mul(SPREAD);
    let inside = index.wrapping_mul(SPREAD);
    let latitude = 44_000_000 + city % 18_000_000 + inside % 200_000;
    let longitude = 30_000_000 + city / 7 % 90_000_000 + inside / 11 % 300_000;
    (latitude, longitude)
}

fn point(index: usize, round: usize) -> PointModel {
    let (latitude, longitude) = place(index);
    let is_locker = index.is_multiple_of(3);
    // One in a hundred has new hours each time.
    let hours = if index.is_multiple_of(100) { round } else { 0 };
    PointModel {
        code: format!("BN{index:06}"),
        kind: if is_locker { PointKind::Locker } else { PointKind::Office },
        name: format!("Пункт выдачи {index}"),
        region: "Московская область".to_owned(),
        city: format!("г. Город-{}", index % CITIES),
        postcode: format!("{:06}", 100_000 + index % 500_000),
        address: format!("ул. Большая Садовая, д. {}, стр. 2, помещение 1", index % 300),
        latitude: degrees(latitude),
        longitude: degrees(longitude),
        hours: format!("Пн-Пт 09:00-21:00, Сб-Вс 10:00-{}", 18 + hours % 4),
        phone: "+78002501405".to_owned(),
        hint: "Вход со двора, домофон 17, пройти прямо до лестницы и подняться на второй этаж"
            .to_owned(),
        limits: PointLimits {
            weight_max_g: is_locker.then_some(Grams::new(15_000)),
            sides_max_mm: is_locker.then_some([600, 410, 380]),
            cod_max_kopecks: Some(Kopecks::new(25_000_000)),
            ..PointLimits::default()
        },
        cash: if is_locker { Answers::No } else { Answers::Yes },
        card: Answers::Yes,
        partial_buy_out: if is_locker { Answers::No } else { Answers::Unknown },
        hands_out: Answers::Yes,
        takes_in: Answers::Unknown,
        is_closed: false,
    }
}

pub(super) async fn run(data: &DataArgs, args: &PointsArgs) -> anyhow::Result<Value> {
    anyhow::ensure!(args.points > 0 && args.searches > 0, "нужен хотя бы один пункт и поиск");
    let app = serve::open_app(data).await?;
    let mut imports = Vec::new();
    for (name, round) in [("first", 0), ("unchanged", 0), ("one_in_a_hundred_changed", 1)] {
        let carrier: Connected = Arc::new(Many { count: args.points, round });
        let started = Instant::now();
        let report = points::import(&app, &carrier, Closing::Plausible).await?;
        let took = started.elapsed();
        imports.push(json!({
            "import": name,
            "points": report.points,
            "written": report.created + report.changed,
            "took_ms": took.as_millis(),
            "points_per_s": per_second(report.points, took),
        }));
    }
    let started = Instant::now();
    find::search(&app, &PointQuery::default()).await?;
    let indexed = started.elapsed();
    let mut times = searches(&app, args).await?;
    times.sort_unstable();
    let engine = app.db.dialect();
    app.db.close().await;
    Ok(json!({
        "bench": "points",
        "engine": format!("{engine:?}").to_lowercase(),
        "imports": imports,
        "index_ms": indexed.as_millis(),
        "searches": args.searches,
        "search_p50_us": micros(&times, PerCent(50)),
        "search_p99_us": micros(&times, PerCent(99)),
        "search_max_us": times.last().map(Duration::as_micros),
        "peak_memory_kib": peak_memory_kib(),
    }))
}

/// The nearest points that take a parcel with cash on delivery, from many places.
async fn searches(app: &App, args: &PointsArgs) -> anyhow::Result<Vec<Duration>> {
    let mut times = Vec::with_capacity(args.searches);
    for number in 0..args.searches {
        let (latitude, longitude) = place(number * 37);
        let place = Place::of_udeg(i64::try_from(latitude)?, i64::try_from(longitude)?);
        let place = place.expect("they are on the Earth");
        let query = PointQuery {
            package: Package {
                number: String::new(),
                weight_g: Grams::new(1_200),
                length_mm: 300,
                width_mm: 200,
                height_mm: 100,
            },
            cod: Kopecks::new(250_000),
            near: Some(Near { place, radius_m: NEAR_RADIUS_M }),
            limit: NEAR_LIMIT,
            ..PointQuery::default()
        };
        let started = Instant::now();
        let found = black_box(find::search(app, &query).await?);
        times.push(started.elapsed());
        anyhow::ensure!(!found.is_empty(), "рядом с пунктом ничего не нашлось");
    }
    Ok(times)
}
