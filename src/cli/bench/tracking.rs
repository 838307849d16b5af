//! Events of parcels into the database: told once, and then all of them told again.

use std::time::Instant;

use clap::Args;
use serde_json::{Value, json};

use super::{peak_memory_kib, per_second};
use crate::carriers::model::{DeliveryStatus, Leg, Meaning, ShipmentRef, Track, TrackEvent};
use crate::cli::serve;
use crate::config::DataArgs;
use crate::sandbox::on_the_way;
use crate::tracking::ingest;
use crate::units::UtcMicros;

#[derive(Debug, Args)]
pub(in crate::cli) struct TrackingArgs {
    /// Parcels on their way; each gets five events.
    #[arg(long, default_value_t = 2_000)]
    parcels: usize,
}

/// The usual way to a buyer.
const WAY: [DeliveryStatus; 5] = [
    DeliveryStatus::Accepted,
    DeliveryStatus::InTransit,
    DeliveryStatus::ArrivedAtPoint,
    DeliveryStatus::OutForDelivery,
    DeliveryStatus::Delivered,
];

pub(super) async fn run(data: &DataArgs, args: &TrackingArgs) -> anyhow::Result<Value> {
    let app = serve::open_app(data).await?;
    let numbers = on_the_way::parcels(&app, args.parcels).await?;
    let now = app.clock.now();
    // Event by event, as they come over the days: every one of them moves its parcel.
    let rounds: Vec<Vec<Track>> = (0..)
        .zip(WAY)
        .map(|(hour, status)| {
            let at = now.plus_seconds(hour * 3600);
            numbers.iter().map(|number| track(number, status, at)).collect()
        })
        .collect();
    let (mut events, mut moved) = (0, 0);
    let started = Instant::now();
    for tracks in rounds.clone() {
        let done = ingest(&app, on_the_way::CARRIER, tracks).await?;
        events += done.events;
        moved += done.moved;
    }
    let took = started.elapsed();
    let started = Instant::now();
    let mut again = 0;
    for tracks in rounds {
        again += ingest(&app, on_the_way::CARRIER, tracks).await?.events;
    }
    let again_took = started.elapsed();
    anyhow::ensure!(again == 0, "{again} events were taken twice");
    let engine = app.db.dialect();
    app.db.close().await;
    Ok(json!({
        "bench": "tracking",
        "engine": format!("{engine:?}").to_lowercase(),
        "parcels": args.parcels,
        "events": events,
        "moved": moved,
        "took_ms": took.as_millis(),
        "events_per_second": per_second(usize::try_from(events)?, took),
        "told_again_took_ms": again_took.as_millis(),
        "peak_memory_kib": peak_memory_kib(),
    }))
}

fn track(number: &str, status: DeliveryStatus, at: UtcMicros) -> Track {
    let event = TrackEvent {
        code: status.as_str().to_owned(),
        words: "Перемещение посылки".to_owned(),
        at,
        place: "Нижний Новгород".to_owned(),
        leg: Leg::Direct,
        meaning: Some(Meaning { status: Some(status), flag: None }),
        raw: json!({ "status": status, "number": number }),
    };
    let reference = ShipmentRef { number: number.to_owned(), ..ShipmentRef::default() };
    Track { reference, events: vec![event] }
}
