//! Who prints what: labels get their printers, and printers with work get a task of this node.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use super::bytes::READY;
use super::choice::{self, Candidate};
use super::store::{self, PrintJob, Printer};
use super::task::PrinterTask;
use crate::app::App;
use crate::db::{DbError, Tx};
use crate::devices::printer::{PrinterProtocol, Timings};
use crate::ids::{PrinterId, WarehouseId, new_uuid};
use crate::units::UtcMicros;

/// How many labels without a printer are looked at in one round.
const UNASSIGNED_MAX: i64 = 200;

/// How the service works; the defaults fit a warehouse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PrintSettings {
    /// How long work of another node, or of a node that died, waits at most.
    pub poll: Duration,
    /// A node that was not heard of for so long loses its printers.
    pub lease_seconds: i64,
    /// A printer without work keeps its connection so long.
    pub linger: Duration,
    /// A printer that was not seen for so long is asked how it is.
    pub seen_seconds_max: i64,
    /// Instead of those of the printers' models.
    pub timings: Option<Timings>,
}

impl Default for PrintSettings {
    fn default() -> Self {
        Self {
            poll: Duration::from_secs(1),
            lease_seconds: 15,
            linger: Duration::from_secs(3),
            seen_seconds_max: 60,
            timings: None,
        }
    }
}

/// Sends what is queued.
#[derive(Clone)]
pub struct PrintService {
    app: App,
    settings: PrintSettings,
    node: Uuid,
    /// Printers that this node works with now.
    held: Arc<Mutex<HashSet<PrinterId>>>,
    /// Wakes the loop when a printer was let go.
    freed: Arc<Notify>,
    stop: CancellationToken,
    tasks: TaskTracker,
}

/// The running service. It stops when this is dropped; [`PrintServiceHandle::stop`] waits for it.
pub struct PrintServiceHandle {
    stop: DropGuard,
    supervisor: JoinHandle<()>,
    tasks: TaskTracker,
}

impl PrintServiceHandle {
    /// Begins no more labels and waits until those under way are decided or wait for somebody. What
    /// is in a printer then is found there at the next start.
    pub async fn stop(self) {
        drop(self.stop);
        if let Err(error) = self.supervisor.await {
            tracing::error!(%error, "the print service ended by a panic");
        }
        self.tasks.close();
        self.tasks.wait().await;
    }
}

impl PrintService {
    pub fn start(app: App, settings: PrintSettings) -> PrintServiceHandle {
        let stop = CancellationToken::new();
        let service = Self {
            app,
            settings,
            node: new_uuid(),
            held: Arc::default(),
            freed: Arc::new(Notify::new()),
            stop: stop.clone(),
            tasks: TaskTracker::new(),
        };
        let tasks = service.tasks.clone();
        let supervisor = tokio::spawn(service.supervise());
        PrintServiceHandle { stop: stop.drop_guard(), supervisor, tasks }
    }

    async fn supervise(self) {
        while !self.stop.is_cancelled() {
            // Registered before the look into the queue, so that no call in between is missed.
            let mut queued = std::pin::pin!(self.app.db.announced());
            queued.as_mut().enable();
            if let Err(error) = self.round().await {
                tracing::warn!(%error, "print jobs could not be looked at");
            }
            tokio::select! {
                () = self.stop.cancelled() => {}
                () = queued => {}
                () = self.freed.notified() => {}
                () = tokio::time::sleep(self.settings.poll) => {}
            }
        }
    }

    async fn round(&self) -> Result<(), DbError> {
        let now = self.app.clock.now();
        self.assign(now).await?;
        self.move_away(now).await?;
        let seen_before = now.plus_seconds(-self.settings.seen_seconds_max);
        let look = async move |tx: &mut Tx| store::printers_at_work(tx, seen_before, now).await;
        for printer in self.app.db.read(look).await? {
            self.take_up(printer, now).await?;
        }
        Ok(())
    }

    /// Gives labels their printers.
    async fn assign(&self, now: UtcMicros) -> Result<(), DbError> {
        let look = async |tx: &mut Tx| store::jobs_unassigned(tx, UNASSIGNED_MAX).await;
        let jobs = self.app.db.read(look).await?;
        if jobs.is_empty() {
            return Ok(());
        }
        let work = async move |tx: &mut Tx| {
            // By warehouse and media: many labels wait for the same few printers.
            let mut known: HashMap<(WarehouseId, &str), Vec<Candidate>> = HashMap::new();
            for job in &jobs {
                let candidates = match known.entry((job.warehouse, &job.media)) {
                    Entry::Occupied(known) => known.into_mut(),
                    Entry::Vacant(unknown) => {
                        let found = store::printers_of_media(tx, job.warehouse, &job.media);
                        unknown.insert(found.await?)
                    }
                };
                assign_one(tx, job, candidates, now).await?;
            }
            Ok::<_, DbError>(())
        };
        self.app.db.write(work).await
    }

    /// Labels leave a printer that was taken out of use, or stood still for too long, if there is
    /// another one for them. Nothing of them was sent.
    async fn move_away(&self, now: UtcMicros) -> Result<(), DbError> {
        let look = async |tx: &mut Tx| store::printers_left(tx).await;
        let left = |printer: &Printer| {
            !printer.active || choice::is_given_up(printer.stopped_at, printer.reroute_after_s, now)
        };
        let printers: Vec<Printer> =
            self.app.db.read(look).await?.into_iter().filter(left).collect();
        if printers.is_empty() {
            return Ok(());
        }
        let work = async move |tx: &mut Tx| {
            let mut moved = 0;
            for printer in &printers {
                let media = &printer.media;
                let candidates = store::printers_of_media(tx, printer.warehouse, media).await?;
                let to = choice::instead(&candidates, printer.id, printer.zone, now);
                let other = candidates.iter().find(|other| Some(other.id) == to);
                if let Some(other) = other
                    && let Some(model) = PrinterProtocol::find(&other.model)
                {
                    let why = format!("moved from {}", printer.name);
                    let prints = (model.language(), other.dots_per_mm);
                    moved += store::jobs_move(tx, printer, other.id, prints, why).await?;
                }
            }
            Ok::<_, DbError>(moved)
        };
        let moved = self.app.db.write(work).await?;
        for _ in 0..moved {
            self.app.metrics.label("moved");
        }
        Ok(())
    }

    /// Starts a task for a printer, unless another node has it.
    async fn take_up(&self, id: PrinterId, now: UtcMicros) -> Result<(), DbError> {
        if !self.held.lock().expect("no holder panics").insert(id) {
            return Ok(());
        }
        let (node, until) = (self.node, now.plus_seconds(self.settings.lease_seconds));
        let take = async move |tx: &mut Tx| {
            if !store::lease_take(tx, id, node, until, now).await? {
                return Ok(None);
            }
            store::printer_find(tx, id).await
        };
        let taken: Result<Option<Printer>, DbError> = self.app.db.write(take).await;
        let printer = match taken {
            Ok(Some(printer)) => printer,
            outcome => {
                self.held.lock().expect("no holder panics").remove(&id);
                return outcome.map(drop);
            }
        };
        let task =
            PrinterTask::new(&self.app, self.settings, node, printer, until, self.stop.clone());
        let (held, freed) = (Arc::clone(&self.held), Arc::clone(&self.freed));
        self.tasks.spawn(async move {
            // A task that panics lets its printer go, too.
            let _let_go = LetGo { id, held, freed };
            task.run().await;
        });
        Ok(())
    }
}

/// Gives one label its printer, which has one more to print then.
async fn assign_one(
    tx: &mut Tx,
    job: &PrintJob,
    candidates: &mut [Candidate],
    now: UtcMicros,
) -> Result<(), DbError> {
    let kept = if job.template == READY { store::job_label(tx, job.id).await? } else { None };
    let fits = |other: &&Candidate| {
        kept.as_ref().is_none_or(|kept| other.takes(kept.language, kept.dots_per_mm))
    };
    let chosen = choice::choose(candidates.iter().filter(fits), job.zone, now);
    match chosen {
        Some(printer) => {
            for candidate in candidates.iter_mut().filter(|candidate| candidate.id == printer) {
                candidate.waiting += 1;
            }
            store::job_assign(tx, job.id, printer).await
        }
        None if job.reason.is_none() => {
            let why = format!("no active printer with media {}", job.media);
            store::job_reason(tx, job.id, why).await
        }
        None => Ok(()),
    }
}

/// Frees a printer at the end of its task.
struct LetGo {
    id: PrinterId,
    held: Arc<Mutex<HashSet<PrinterId>>>,
    freed: Arc<Notify>,
}

impl Drop for LetGo {
    fn drop(&mut self) {
        self.held.lock().expect("no holder panics").remove(&self.id);
        self.freed.notify_one();
    }
}
