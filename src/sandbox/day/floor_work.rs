//! Waves, and pickers and packers at the same time.

#![expect(clippy::similar_names, reason = "pickers and packers are what the floor calls them")]

use std::sync::Arc;

use anyhow::{Context, bail, ensure};
use futures::future::try_join_all;
use serde_json::{Value, json};
use tokio::sync::{Mutex, mpsc};

use super::carts::{self, Picker, Shift, Totes};
use super::first_cart;
use super::returns::put_back;
use super::sales::{Sales, carriers};
use super::shops::Market;
use super::site::{PACKERS, PICKERS, Site};
use super::tables::{self, Packed, Packer};

const SLOTS: i64 = 6;
const LATE_ROUNDS_MAX: usize = 4;

type Worked = (Vec<Packed>, u64);

fn wave(carrier: Option<&str>) -> Value {
    json!({
        "carrier": carrier,
        "cart": {
            "slots": SLOTS,
            "tote": { "volume_cm3": 60_000, "weight_g": 15_000 },
            "cart": { "volume_cm3": 360_000, "weight_g": 90_000 },
        },
    })
}

/// A wave for each carrier, and everything in them picked and packed.
pub(super) async fn first_round(
    site: &Site,
    market: &Market,
    sales: &mut Sales,
) -> anyhow::Result<(Worked, String)> {
    let (mut orders, mut tasks) = (0, 0);
    for carrier in carriers() {
        let report = site.dispatch.post("/v1/waves", &wave(Some(carrier))).await?;
        let left_out = report["left_out"].as_array().map_or(0, Vec::len);
        ensure!(left_out == 0, "волна {carrier} оставила {left_out} строк: {report}");
        orders += report["orders"].as_i64().context("нет числа заказов")?;
        tasks += report["tasks"].as_i64().context("нет числа заданий")?;
    }
    site.dispatch.refused("/v1/waves", &wave(Some("cdek")), "wave_empty").await?;
    site.tally.caught("пустая волна");

    let stock = Stock::new(site)?;
    let begun = first_cart::play(site, market, sales, &stock.totes).await?;
    let (mut pickers, mut packers) = (Vec::new(), Vec::new());
    for (number, slips) in PICKERS.zip(carts::SLIPS) {
        let picker = Picker::new(site.person(number).await?, site, market, slips);
        pickers.push((picker, site.fleet.shift(number)));
    }
    for (number, slips) in PACKERS.zip(tables::SLIPS) {
        packers.push(Packer::begin(site, number, market, slips).await?);
    }
    let (packed, picks) = stock.work(pickers, packers).await?;
    let came_to = format!(
        "волн {}, заказов {orders}, заданий {tasks}, упаковано {}",
        carriers().len(),
        packed.len()
    );
    Ok(((packed, picks + begun), came_to))
}

/// What got its goods later: waves until there is nothing to release.
pub(super) async fn late_rounds(site: &Site, market: &Market) -> anyhow::Result<(Worked, String)> {
    let (mut all, mut picks, mut waves) = (Vec::new(), 0, 0);
    for _ in 0..LATE_ROUNDS_MAX {
        let key = format!("late wave {waves}");
        let answer = site.dispatch.attempt("/v1/waves", &key, &wave(None)).await?;
        if !answer.is_success() {
            ensure!(answer.body["code"] == "wave_empty", "поздняя волна: {}", answer.body);
            return Ok(((all, picks), format!("волн {waves}")));
        }
        waves += 1;
        let picker = Picker::new(site.person(PICKERS.start).await?, site, market, &[]);
        let packer = Packer::begin(site, PACKERS.start, market, &[]).await?;
        let stock = Stock::new(site)?;
        let (packed, more) = stock.work(vec![(picker, Shift::Whole)], vec![packer]).await?;
        all.extend(packed);
        picks += more;
        put_back(site, market).await?;
    }
    bail!("поздние волны не кончаются")
}

/// Totes between the pickers and the tables.
struct Stock {
    totes: Totes,
    empty: mpsc::UnboundedSender<String>,
    queue: tables::Queue,
}

impl Stock {
    fn of(codes: &[String]) -> anyhow::Result<Self> {
        let (empty, empty_out) = mpsc::unbounded_channel();
        let (full, full_out) = mpsc::unbounded_channel();
        for tote in codes {
            empty.send(tote.clone())?;
        }
        let queue = Arc::new(Mutex::new(full_out));
        Ok(Self { totes: Totes::new(empty_out, full), empty, queue })
    }

    fn new(site: &Site) -> anyhow::Result<Self> {
        Self::of(&site.totes)
    }

    async fn work(
        self,
        pickers: Vec<(Picker<'_>, Shift)>,
        packers: Vec<Packer<'_>>,
    ) -> anyhow::Result<Worked> {
        let Self { totes, empty, queue } = self;
        let picking: Vec<_> =
            pickers.into_iter().map(|(picker, shift)| picker.work(totes.clone(), shift)).collect();
        let packing: Vec<_> = packers
            .into_iter()
            .map(|packer| packer.work(Arc::clone(&queue), empty.clone()))
            .collect();
        // The tables end when the last picker has gone home.
        drop(totes);
        let (pickers, packers) = tokio::try_join!(try_join_all(picking), try_join_all(packing))?;
        let mut picks = 0;
        for picker in &pickers {
            picks += picker.picks;
        }
        let mut packed = Vec::new();
        for packer in packers {
            packed.extend(packer.packed);
        }
        Ok((packed, picks))
    }
}
