//! The crash test: servers killed under working handhelds, and the ledger held against every answer.

use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::{Context, ensure};
use rand::RngExt;
use tokio::process::{Child, Command};

use super::floor::{Floor, FloorDevice};
use super::handheld::Handheld;
use super::picker::{Acknowledged, Picker};
use super::{free_door, store};
use crate::db::{Db, Tx};
use crate::ids::DeviceId;
use crate::integrity;

const READY_ATTEMPTS_MAX: u32 = 600;
const READY_PAUSE: Duration = Duration::from_millis(50);
/// A server works between so and so many milliseconds before it is killed.
const WORK_MS: std::ops::Range<u64> = 300..1_200;

/// A server process that can be killed and started again.
pub struct Node {
    program: PathBuf,
    arguments: Vec<String>,
    address: SocketAddr,
    /// The door for scanners, if it has one.
    scanners: Option<SocketAddr>,
    child: Option<Child>,
}

impl Node {
    /// A node that will run `program arguments… --listen address`.
    pub fn new(program: PathBuf, arguments: Vec<String>) -> anyhow::Result<Self> {
        Ok(Self::at(program, arguments, free_door()?, None))
    }

    /// The same with the door for scanners open.
    pub fn with_scanners(program: PathBuf, arguments: Vec<String>) -> anyhow::Result<Self> {
        Ok(Self::at(program, arguments, free_door()?, Some(free_door()?)))
    }

    fn at(
        program: PathBuf,
        mut arguments: Vec<String>,
        address: SocketAddr,
        scanners: Option<SocketAddr>,
    ) -> Self {
        let door = scanners.map_or_else(|| "off".to_owned(), |door| door.to_string());
        arguments.extend(["--listen".to_owned(), address.to_string()]);
        arguments.extend(["--scanner-listen".to_owned(), door]);
        Self { program, arguments, address, scanners, child: None }
    }

    pub const fn scanners(&self) -> Option<SocketAddr> {
        self.scanners
    }

    /// The number of its process while it runs.
    pub fn process(&self) -> Option<u32> {
        self.child.as_ref()?.id()
    }

    pub fn base(&self) -> String {
        format!("http://{}", self.address)
    }

    pub async fn start(&mut self) -> anyhow::Result<()> {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).stdout(Stdio::null()).kill_on_drop(true);
        self.child = Some(command.spawn().context("the server does not start")?);
        let client = crate::net::client();
        for _ in 0..READY_ATTEMPTS_MAX {
            let answer = client.get(format!("{}/readyz", self.base())).send().await;
            if answer.is_ok_and(|response| response.status().is_success()) {
                return Ok(());
            }
            tokio::time::sleep(READY_PAUSE).await;
        }
        anyhow::bail!("the server at {} is not ready", self.address)
    }

    /// `kill -9`.
    pub async fn kill(&mut self) -> anyhow::Result<()> {
        if let Some(mut child) = self.child.take() {
            child.kill().await?;
        }
        Ok(())
    }
}

/// What handhelds were answered, by device.
pub type Answers = HashMap<DeviceId, Vec<Acknowledged>>;

/// Lets all handhelds work while nodes are killed in turn, `kills` times, and answers what they
/// were told.
pub async fn run(floor: &Arc<Floor>, nodes: &mut [Node], kills: u32) -> anyhow::Result<Answers> {
    let stop = Arc::new(AtomicBool::new(false));
    let answers = Arc::new(Mutex::new(Answers::new()));
    let bases: Vec<String> = nodes.iter().map(Node::base).collect();
    let client = crate::net::client();
    let mut tasks = tokio::task::JoinSet::new();
    for (index, device) in floor.devices.iter().enumerate() {
        let mut near = bases.clone();
        near.rotate_left(index % bases.len());
        let handheld = Handheld::http(client.clone(), near, &device.token);
        let picker = Picker::begin(handheld, floor, device).await?;
        let (floor, stop, answers) = (Arc::clone(floor), Arc::clone(&stop), Arc::clone(&answers));
        let device = device.clone();
        tasks.spawn(async move { scan_on(picker, &floor, &device, &stop, &answers).await });
    }
    for kill in 0..kills {
        let pause = rand::rng().random_range(WORK_MS);
        tokio::time::sleep(Duration::from_millis(pause)).await;
        let turn = usize::try_from(kill)? % nodes.len();
        let node = &mut nodes[turn];
        node.kill().await?;
        node.start().await?;
        let answered: usize =
            answers.lock().expect("no holder panics").values().map(Vec::len).sum();
        println!("kill {} of {kills}: {answered} scans answered so far", kill + 1);
    }
    stop.store(true, Ordering::Relaxed);
    while let Some(done) = tasks.join_next().await {
        done.context("a handheld ended early")??;
    }
    Ok(std::mem::take(&mut *answers.lock().expect("no holder panics")))
}

async fn scan_on(
    mut picker: Picker,
    floor: &Floor,
    device: &FloorDevice,
    stop: &AtomicBool,
    answers: &Mutex<Answers>,
) -> anyhow::Result<()> {
    picker
        .pick_all(floor, stop, |scan| {
            answers.lock().expect("no holder panics").entry(device.id).or_default().push(scan);
        })
        .await
}

/// What the audit found.
#[derive(Debug, serde::Serialize)]
pub struct CrashReport {
    pub scans_answered: usize,
    pub picks_answered: usize,
    pub picks_in_ledger: usize,
    /// Answered, but not in the ledger.
    pub lost: usize,
    /// In the ledger more than once.
    pub doubled: usize,
    /// In the ledger, though no handheld ever sent or finished it.
    pub unknown: usize,
    pub differences: usize,
}

impl CrashReport {
    pub const fn is_sound(&self) -> bool {
        self.lost == 0 && self.doubled == 0 && self.unknown == 0 && self.differences == 0
    }
}

/// Holds the ledger against what the handhelds were told.
pub async fn audit(db: &Db, answers: &Answers) -> anyhow::Result<CrashReport> {
    let rows = db.read(async |tx: &mut Tx| store::picks_by_scan(tx).await).await?;
    let report = integrity::verify(db).await?;
    let mut ledger: HashMap<(DeviceId, i64), i64> = HashMap::new();
    for row in rows {
        let sequence = row.key.parse().context("the key of a scan is a number")?;
        *ledger.entry((row.device, sequence)).or_default() += row.entries;
    }
    let told: HashSet<(DeviceId, i64)> = answers
        .iter()
        .flat_map(|(device, scans)| scans.iter().map(|scan| (*device, *scan)))
        .filter(|(_, scan)| scan.picked)
        .map(|(device, scan)| (device, scan.sequence))
        .collect();
    ensure!(!told.is_empty(), "no handheld picked anything");
    Ok(CrashReport {
        scans_answered: answers.values().map(Vec::len).sum(),
        picks_answered: told.len(),
        picks_in_ledger: ledger.len(),
        lost: told.iter().filter(|scan| !ledger.contains_key(scan)).count(),
        doubled: ledger.values().filter(|entries| **entries != 1).count(),
        unknown: ledger.keys().filter(|scan| !told.contains(scan)).count(),
        differences: report.differences.len(),
    })
}
