//! A day of a warehouse, played through the real interfaces: the API, handhelds and scales in their own
//! languages, printers on TCP.
//!
//! **Invariant:** every mistake that somebody makes is checked against the verdict it must get; the
//! day fails at the first one that is answered otherwise.
//! **Invariant:** what is bought, sold and ordered is the same on every run.

mod carts;
mod couriers;
mod deliveries;
mod devices;
mod first_cart;
mod floor_work;
mod goods;
mod money;
mod person;
mod putaway;
mod report;
mod returns;
mod sales;
mod shops;
mod site;
mod tables;
mod trucks;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use anyhow::ensure;

use self::couriers::Couriers;
use self::report::{Figures, Steps, Tally};
use self::sales::{ORDERS, Sales};
use self::shops::Market;
use self::site::Site;
use self::tables::Packed;
use super::handheld::WaitingScanner;
use super::store;
use crate::db::{Db, DbError, Tx};

const ADMIN_LOGIN: &str = "admin";
const DISPATCHER_LOGIN: &str = "dorohov";

/// What tells a database from every other: the command that began it. None was given one yet.
pub async fn birth(db: &Db) -> Result<Option<uuid::Uuid>, DbError> {
    db.read(async |tx: &mut Tx| store::birth(tx).await).await
}

/// Where the server is.
#[derive(Debug, Clone)]
pub struct Doors {
    pub base: String,
    pub scanners: SocketAddr,
    /// The one-time link of the first start.
    pub setup_path: String,
}

/// A day that went as it should.
pub struct DayReport {
    /// Everything one can log in with, a line for each.
    pub log_ins: Vec<String>,
    /// Scanners to which the server stays connected as long as this is kept.
    pub scanners: Vec<Arc<WaitingScanner>>,
    /// The carriers go on as long as this is kept.
    pub couriers: Couriers,
}

/// Plays the day and prints how it goes. Acts and registers are written into `papers`.
pub async fn play(doors: &Doors, papers: &Path) -> anyhow::Result<DayReport> {
    let (steps, tally) = (Steps::begin(), Tally::default());
    let site = steps.play("08:00", "Склад", site::build(doors, &tally)).await?;
    let mut market = steps.play("08:30", "Магазины", shops::move_in(&site)).await?;
    let planned = sales::plan(&market);
    let received = deliveries::receive_all(&site, &market, &planned);
    let received = steps.play("09:00", "Приёмка", received).await?;
    steps.play("10:30", "Наклейки", labels(&mut market)).await?;
    let placed = steps.play("10:40", "Размещение", putaway::put_all(&site, &market)).await?;
    let taken = sales::take_in(&market, planned, &tally);
    let mut sales = steps.play("12:00", "Заказы", taken).await?;
    let worked = floor_work::first_round(&site, &market, &mut sales);
    let (mut packed, mut picks) = steps.play("12:30", "Отбор и упаковка", worked).await?;
    let back = cancel_packed(&site, &market, &mut sales, &mut packed);
    let cancelled = steps.play("16:00", "Отмены и возврат в ячейки", back).await?;
    let late = floor_work::late_rounds(&site, &market);
    let (more, more_picks) = steps.play("16:30", "Поздние волны", late).await?;
    packed.extend(more);
    picks += more_picks;
    let told = site.couriers.registered(&site.dispatch, &site.tally);
    steps.play("17:00", "Службы доставки", told).await?;
    let fetched = site.couriers.fetched(&site.dispatch, &site.warehouse);
    steps.play("17:15", "Вызов курьера", fetched).await?;
    let loading = trucks::load_all(&site, &sales, &packed, &cancelled, papers);
    let manifests = steps.play("17:30", "Погрузка", loading).await?;
    steps.play("18:00", "Акты служб", site.couriers.acted(&site.dispatch)).await?;
    let labels = steps.play("18:30", "Печать", printed(&site)).await?;
    steps.play("19:00", "Доставка", site.couriers.delivered(&site.dispatch)).await?;
    let money = money::play(&steps, &site, &market, papers).await?;

    let states = order_states(&site).await?;
    let devices = site.fleet.figures().await?;
    let scales = site.fleet.weighed(&site.dispatch, &sales, &packed).await?;
    let figures = Figures {
        received,
        placed,
        orders: ORDERS + sales.hopeless,
        lines: sales.lines() + sales.hopeless,
        shipped: states.shipped,
        cancelled: states.cancelled,
        waiting: states.waiting,
        picks,
        scans: devices.iter().map(|device| device.scans).sum(),
        labels,
        parcels: packed.len(),
        manifests,
        devices,
        scales,
        printed: site::labels_by_language(&site),
        money,
    };
    check(&figures, &sales)?;
    ensure!(
        usize::try_from(figures.labels)? > figures.parcels,
        "этикеток {}, мест {}",
        figures.labels,
        figures.parcels
    );
    report::print(&figures, &tally, &steps);
    let mut log_ins = site::log_ins(&site);
    for client in &market.clients {
        log_ins.push(format!("ключ API, {}: {}", client.shop.name, client.key));
    }
    let scanners = site.fleet.waiting();
    Ok(DayReport { log_ins, scanners, couriers: site.couriers })
}

async fn labels(market: &mut Market) -> anyhow::Result<((), String)> {
    let labelled = market.labels_read().await?;
    ensure!(labelled > 0, "ни один товар не получил внутренний штрихкод");
    Ok(((), format!("внутренних штрихкодов {labelled}")))
}

async fn printed(site: &Site) -> anyhow::Result<(u64, String)> {
    let labels = site::labels_out(site).await?;
    Ok((labels, format!("этикеток {labels}")))
}

/// An order is cancelled when it is packed already; what was picked for nobody goes back.
async fn cancel_packed(
    site: &Site,
    market: &Market,
    sales: &mut Sales,
    packed: &mut Vec<Packed>,
) -> anyhow::Result<(Packed, String)> {
    let cancelled = packed.swap_remove(0);
    sales.cancel(market, &cancelled.order).await?;
    site.tally.caught("заказ отменён после упаковки");
    let pieces = returns::put_back(site, market).await?;
    ensure!(pieces > 0, "возвращать было нечего");
    Ok((cancelled, format!("отменено {}, возвращено штук {pieces}", sales.cancelled)))
}

struct States {
    shipped: usize,
    cancelled: usize,
    waiting: usize,
}

async fn order_states(site: &Site) -> anyhow::Result<States> {
    let all = site.dispatch.list("/v1/orders").await?;
    let count = |wanted: &[&str]| {
        let is_it = |state: &str| wanted.contains(&state);
        all.iter().filter(|order| order["state"].as_str().is_some_and(is_it)).count()
    };
    Ok(States {
        shipped: count(&["shipped"]),
        cancelled: count(&["cancelled"]),
        waiting: count(&["accepted", "reserved"]),
    })
}

fn check(figures: &Figures, sales: &Sales) -> anyhow::Result<()> {
    let Figures { orders, shipped, cancelled, waiting, parcels, .. } = figures;
    ensure!(shipped == parcels, "отгружено заказов {shipped}, мест {parcels}");
    ensure!(*cancelled >= sales.cancelled, "отменено {cancelled} из {}", sales.cancelled);
    ensure!(
        shipped + cancelled + waiting == *orders,
        "заказов {orders}: отгружено {shipped}, отменено {cancelled}, ждут {waiting}"
    );
    for device in &figures.devices {
        ensure!(device.scans > 0, "никто не сканировал: {}", device.title);
        ensure!(device.differences == 0, "сканы {} разошлись с сервером", device.title);
    }
    for (language, labels) in &figures.printed {
        ensure!(*labels > 0, "принтеры {language} не напечатали ничего");
    }
    for scale in &figures.scales {
        ensure!(scale.parcels > 0, "весы не взвесили ничего: {}", scale.title);
        ensure!(scale.differences == 0, "места весов {} разошлись с сервером", scale.title);
    }
    Ok(())
}
