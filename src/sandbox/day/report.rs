//! What a day came to: steps with their times, mistakes caught, and the table at its end.

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use super::money::shown;

/// Counts mistakes that were played and met with the expected verdict.
#[derive(Debug, Clone, Default)]
pub(super) struct Tally {
    caught: Arc<Mutex<BTreeMap<&'static str, u64>>>,
}

impl Tally {
    pub(super) fn caught(&self, kind: &'static str) {
        *self.caught.lock().expect("no holder panics").entry(kind).or_default() += 1;
    }

    fn by_kind(&self) -> Vec<(&'static str, u64)> {
        let caught = self.caught.lock().expect("no holder panics");
        caught.iter().map(|(kind, times)| (*kind, *times)).collect()
    }
}

/// Tells each step of the day as it goes.
pub(super) struct Steps {
    begun: Instant,
    interactive: bool,
}

impl Steps {
    pub(super) fn begin() -> Self {
        Self { begun: Instant::now(), interactive: std::io::stdout().is_terminal() }
    }

    /// Plays one step and prints what it came to. `at` is the hour of the played day.
    pub(super) async fn play<T>(
        &self,
        at: &str,
        title: &str,
        work: impl Future<Output = anyhow::Result<(T, String)>>,
    ) -> anyhow::Result<T> {
        let started = Instant::now();
        let spinner = self.interactive.then(|| spinner(&format!("{at}  {title}…")));
        let played = work.await;
        if let Some(spinner) = spinner {
            spinner.finish_and_clear();
        }
        let took = seconds(started.elapsed());
        match played {
            Ok((value, came_to)) => {
                println!("{at}  {title}: {came_to} [{took}]");
                Ok(value)
            }
            Err(error) => {
                println!("{at}  {title}: не получилось [{took}]");
                Err(error.context(title.to_owned()))
            }
        }
    }

    pub(super) fn elapsed(&self) -> Duration {
        self.begun.elapsed()
    }
}

fn spinner(message: &str) -> ProgressBar {
    let style = ProgressStyle::with_template("{spinner} {msg} {elapsed}");
    let bar = ProgressBar::new_spinner()
        .with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
    bar.set_message(message.to_owned());
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

/// `3,4 с`.
fn seconds(took: Duration) -> String {
    format!("{},{} с", took.as_secs(), took.subsec_millis() / 100)
}

/// A manifest that was handed over.
#[derive(Debug, Clone)]
pub(super) struct HandedOver {
    pub(super) number: String,
    pub(super) act: String,
    pub(super) carrier: String,
    pub(super) point: String,
    pub(super) parcels: usize,
}

/// What the devices of one language did.
#[derive(Debug, Clone)]
pub(super) struct DeviceFigures {
    pub(super) title: String,
    pub(super) devices: usize,
    pub(super) scans: i64,
    /// Scans that the server has more or fewer of than the devices sent.
    pub(super) differences: u64,
}

/// What a scale did.
#[derive(Debug, Clone)]
pub(super) struct ScaleFigures {
    pub(super) title: String,
    pub(super) parcels: usize,
    /// Parcels that do not say that this scale weighed them.
    pub(super) differences: usize,
}

/// What the money came to, in kopecks.
#[derive(Debug, Clone, Default)]
pub(super) struct MoneyFigures {
    pub(super) registers: usize,
    /// What the registers list, and what came of it.
    pub(super) registered: i64,
    pub(super) received: i64,
    pub(super) invoices: usize,
    /// By carriers, and what of it the shops bear.
    pub(super) invoiced: i64,
    pub(super) charged: i64,
    /// On the carriers' clearing accounts.
    pub(super) left: i64,
    pub(super) reports: usize,
    pub(super) fee: i64,
    pub(super) payouts: usize,
    pub(super) paid: i64,
}

/// The figures of the day.
#[derive(Debug, Clone, Default)]
pub(super) struct Figures {
    pub(super) received: i64,
    pub(super) placed: i64,
    pub(super) orders: usize,
    pub(super) lines: usize,
    pub(super) shipped: usize,
    pub(super) cancelled: usize,
    pub(super) waiting: usize,
    pub(super) picks: u64,
    pub(super) scans: i64,
    pub(super) labels: u64,
    pub(super) parcels: usize,
    pub(super) manifests: Vec<HandedOver>,
    pub(super) devices: Vec<DeviceFigures>,
    pub(super) scales: Vec<ScaleFigures>,
    /// Labels that came out, by the language of their printers.
    pub(super) printed: BTreeMap<&'static str, u64>,
    pub(super) money: MoneyFigures,
}

/// The table at the end of the day.
pub(super) fn print(figures: &Figures, tally: &Tally, steps: &Steps) {
    println!();
    println!("Итоги дня");
    let rows = [
        ("принято штук", figures.received.to_string()),
        ("размещено партий товара", figures.placed.to_string()),
        ("заказов", figures.orders.to_string()),
        ("  строк", figures.lines.to_string()),
        ("  отгружено", figures.shipped.to_string()),
        ("  отменено", figures.cancelled.to_string()),
        ("  ждут товара", figures.waiting.to_string()),
        ("отборов", figures.picks.to_string()),
        ("сканов", figures.scans.to_string()),
        ("этикеток напечатано", figures.labels.to_string()),
        ("мест упаковано", figures.parcels.to_string()),
    ];
    for (name, value) in rows {
        row(name, &value);
    }
    print_devices(figures);
    println!("Реестры и акты");
    for manifest in &figures.manifests {
        let HandedOver { number, act, carrier, point, parcels } = manifest;
        row(&format!("{carrier} {point}"), &format!("{number}, акт {act}, мест {parcels}"));
    }
    print_money(&figures.money);
    println!("Ошибки, которые пойманы");
    for (kind, times) in tally.by_kind() {
        row(kind, &times.to_string());
    }
    println!("Рабочий день с 08:00 до 22:00 сыгран за {}", seconds(steps.elapsed()));
}

fn print_money(figures: &MoneyFigures) {
    let MoneyFigures { registers, invoices, reports, payouts, .. } = figures;
    println!("Деньги");
    let rows = [
        ("реестры перевозчиков", format!("{registers} на {}", shown(figures.registered))),
        ("  поступило по ним", shown(figures.received)),
        ("счета перевозчиков", format!("{invoices} на {}", shown(figures.invoiced))),
        ("  из них магазинам, без наценки", shown(figures.charged)),
        ("счета-транзиты перевозчиков", shown(figures.left)),
        ("отчёты агента", format!("{reports}, вознаграждение {}", shown(figures.fee))),
        ("выплаты магазинам", format!("{payouts} на {}", shown(figures.paid))),
    ];
    for (name, value) in rows {
        row(name, &value);
    }
}

fn print_devices(figures: &Figures) {
    println!("Устройства");
    for DeviceFigures { title, devices, scans, .. } in &figures.devices {
        row(title, &format!("сканов {scans}, устройств {devices}"));
    }
    for ScaleFigures { title, parcels, .. } in &figures.scales {
        row(title, &format!("взвешено мест {parcels}"));
    }
    for (language, labels) in &figures.printed {
        row(&format!("принтеры {language}"), &format!("этикеток {labels}"));
    }
    let scans: u64 = figures.devices.iter().map(|device| device.differences).sum();
    let parcels: usize = figures.scales.iter().map(|scale| scale.differences).sum();
    row("расхождений устройств с сервером", &format!("сканов {scans}, мест {parcels}"));
}

fn row(name: &str, value: &str) {
    println!("  {name:.<44} {value}");
}
