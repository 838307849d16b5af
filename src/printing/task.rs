//! One printer's task: the only writer to it, as long as it holds the lease.
//!
//! **Invariant:** the row of a job says `sending` before its first byte goes out, so that whoever
//! comes after a crash knows that it may be in the printer.

use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::bytes::label_for;
use super::link::{Link, LinkError};
use super::store::{self, LabelBytes, PrintJob, Printer, Seen};
use super::supervisor::PrintSettings;
use super::watch::Watch;
use super::{PrintState, PrinterState};
use crate::app::App;
use crate::db::{DbError, Tx};
use crate::devices::printer::{
    Confirmation, PrinterProtocol, PrinterStatus, Reply, Timings, with_copies,
};
use crate::units::UtcMicros;

/// The database is asked again so long after it failed.
const TROUBLE_PAUSE: Duration = Duration::from_secs(1);
/// After the node was told to stop, a label under way is watched so long.
const DRAIN: Duration = Duration::from_secs(5);

/// What a step came to.
pub(super) enum Step {
    /// Go on at once.
    Worked,
    /// Look again after this.
    Pause(Duration),
    /// The printer waits for somebody, or is off: look again after this.
    Halted(Duration),
    Idle,
}

/// What there is to do.
struct Work {
    printer: Option<Printer>,
    in_printer: Option<PrintJob>,
    next: Option<(PrintJob, Option<LabelBytes>)>,
}

pub(super) struct PrinterTask {
    pub(super) app: App,
    settings: PrintSettings,
    node: Uuid,
    pub(super) printer: Printer,
    pub(super) protocol: &'static PrinterProtocol,
    pub(super) timings: Timings,
    pub(super) link: Link,
    lease_until: UtcMicros,
    stop: CancellationToken,
    /// The job in the printer, if this task knows of one.
    pub(super) watch: Option<Watch>,
    /// Since when a printer without a job says that it has something.
    foreign_since: Option<Instant>,
    looked: bool,
    /// How often in a row the connection broke. One that breaks once was idle for too long.
    losses: u32,
    /// As it last said.
    pub(super) odometer: Option<i64>,
}

impl PrinterTask {
    pub(super) fn new(
        app: &App,
        settings: PrintSettings,
        node: Uuid,
        printer: Printer,
        lease_until: UtcMicros,
        stop: CancellationToken,
    ) -> Self {
        let silent = PrinterProtocol::find("zpl-silent").expect("it is built in");
        let protocol = PrinterProtocol::find(&printer.model).unwrap_or(silent);
        let timings = settings.timings.unwrap_or_else(|| protocol.timings());
        let link = Link::new(&printer.host, printer.port, timings);
        let app = app.clone();
        Self {
            app,
            settings,
            node,
            printer,
            protocol,
            timings,
            link,
            lease_until,
            stop,
            watch: None,
            foreign_since: None,
            looked: false,
            losses: 0,
            odometer: None,
        }
    }

    pub(super) async fn run(mut self) {
        let mut idle_since: Option<Instant> = None;
        let mut stopping_since: Option<Instant> = None;
        loop {
            let app = self.app.clone();
            let mut queued = std::pin::pin!(app.db.announced());
            queued.as_mut().enable();
            let step = match self.round().await {
                Ok(Some(step)) => step,
                // Another node has the printer now.
                Ok(None) => return,
                Err(error) => {
                    tracing::warn!(printer = %self.printer.name, %error, "a printer's task waits for the database");
                    Step::Pause(TROUBLE_PAUSE)
                }
            };
            if self.stop.is_cancelled() {
                let since = *stopping_since.get_or_insert_with(Instant::now);
                let is_over = self.watch.is_none() || since.elapsed() > DRAIN;
                if is_over || matches!(step, Step::Halted(_) | Step::Idle) {
                    break;
                }
            }
            match step {
                Step::Worked => idle_since = None,
                Step::Pause(pause) | Step::Halted(pause) => {
                    idle_since = None;
                    tokio::time::sleep(pause).await;
                }
                Step::Idle => {
                    let since = *idle_since.get_or_insert_with(Instant::now);
                    if since.elapsed() >= self.settings.linger {
                        break;
                    }
                    let rest = self.settings.linger.saturating_sub(since.elapsed());
                    tokio::select! {
                        () = self.stop.cancelled() => {}
                        () = &mut queued => {}
                        () = tokio::time::sleep(rest.min(self.settings.poll)) => {}
                    }
                }
            }
        }
        self.link.close().await;
        self.release().await;
    }

    /// One step, if the printer is still ours.
    async fn round(&mut self) -> Result<Option<Step>, DbError> {
        if !self.keep_lease().await? {
            return Ok(None);
        }
        let work = self.work().await?;
        let Some(printer) = work.printer else { return Ok(None) };
        if (&printer.host, printer.port) != (&self.printer.host, self.printer.port) {
            self.link = Link::new(&printer.host, printer.port, self.timings);
        }
        self.printer = printer;
        if let Some(job) = work.in_printer {
            self.foreign_since = None;
            return self.watch_once(&job).await.map(Some);
        }
        self.watch = None;
        if self.stop.is_cancelled() {
            return Ok(Some(Step::Idle));
        }
        match work.next {
            Some((job, kept)) if self.printer.active => self.send(&job, kept).await.map(Some),
            _ if !std::mem::replace(&mut self.looked, true) => self.look_only().await.map(Some),
            _ => {
                // Between two labels it is not called ready, which would be a row for each.
                if self.printer.state == PrinterState::Printing {
                    self.note(PrinterState::Ready, None, self.odometer).await?;
                }
                Ok(Some(Step::Idle))
            }
        }
    }

    async fn work(&self) -> Result<Work, DbError> {
        let id = self.printer.id;
        let look = async move |tx: &mut Tx| {
            let printer = store::printer_find(tx, id).await?;
            let in_printer = store::job_in_printer(tx, id).await?;
            let next = match &in_printer {
                Some(_) => None,
                None => store::job_next(tx, id).await?,
            };
            let next = match next {
                Some(job) => {
                    let kept = store::job_label(tx, job.id).await?;
                    Some((job, kept))
                }
                None => None,
            };
            Ok::<_, DbError>(Work { printer, in_printer, next })
        };
        self.app.db.read(look).await
    }

    /// Keeps the printer for this node; answers false if another one has it.
    async fn keep_lease(&mut self) -> Result<bool, DbError> {
        let now = self.app.clock.now();
        let left = self.lease_until.seconds_since(now);
        if left > self.settings.lease_seconds / 2 {
            return Ok(true);
        }
        let (id, node) = (self.printer.id, self.node);
        let until = now.plus_seconds(self.settings.lease_seconds);
        let keep = async move |tx: &mut Tx| store::lease_keep(tx, id, node, until).await;
        let is_ours = self.app.db.write(keep).await?;
        self.lease_until = until;
        Ok(is_ours)
    }

    async fn release(&self) {
        let (id, node) = (self.printer.id, self.node);
        let release = async move |tx: &mut Tx| store::lease_release(tx, id, node).await;
        let released: Result<(), DbError> = self.app.db.write(release).await;
        if let Err(error) = released {
            tracing::warn!(printer = %self.printer.name, %error, "a printer's lease runs out by itself");
        }
    }

    /// Asks a printer that has nothing to do how it is.
    async fn look_only(&mut self) -> Result<Step, DbError> {
        match self.ask_status().await {
            Ok(status) if status.is_stopped() => {
                self.note_stopped(&status).await?;
                Ok(Step::Idle)
            }
            Ok(_) => {
                self.note(PrinterState::Ready, None, self.odometer).await?;
                Ok(Step::Idle)
            }
            Err(error) => {
                self.note_trouble(&error).await?;
                Ok(Step::Idle)
            }
        }
    }

    /// The printer's status; of one that never answers, only whether it takes connections.
    pub(super) async fn ask_status(&mut self) -> Result<PrinterStatus, LinkError> {
        let Some(question) = self.protocol.status() else {
            self.link.drop_stream();
            self.link.open().await?;
            return Ok(PrinterStatus::default());
        };
        let reply = self.link.ask(self.protocol, question).await?;
        self.losses = 0;
        match reply {
            Reply::Status(status) | Reply::Errors { status, .. } => Ok(status),
            Reply::Identity(_) | Reply::Value(_) => Err(LinkError::Silent),
        }
    }

    /// The printer's odometer. None: it keeps none that we can read.
    pub(super) async fn ask_odometer(&mut self) -> Result<Option<i64>, LinkError> {
        match self.protocol.odometer() {
            Some(question) if self.protocol.confirmation() == Confirmation::Odometer => {
                Ok(self.link.ask(self.protocol, question).await?.count())
            }
            _ => Ok(None),
        }
    }

    async fn send(&mut self, job: &PrintJob, kept: Option<LabelBytes>) -> Result<Step, DbError> {
        let bytes = match label_for(job, kept, &self.printer, self.protocol) {
            Ok(bytes) => bytes,
            Err(why) => {
                self.end(job, PrintState::Failed, Some(why), job.printed).await?;
                return Ok(Step::Worked);
            }
        };
        let odometer = match self.is_ready().await {
            Ok(odometer) => odometer,
            Err(NotReady::Busy) => return Ok(Step::Pause(self.timings.poll())),
            Err(NotReady::Stopped(status)) => {
                self.wait_because(job, status.stop_words()).await?;
                self.note_stopped(&status).await?;
                return Ok(Step::Halted(self.timings.poll_stopped()));
            }
            Err(NotReady::Trouble(error)) if self.is_first_loss(&error) => {
                return Ok(Step::Pause(self.timings.poll()));
            }
            Err(NotReady::Trouble(error)) => {
                self.wait_because(job, words_of(&error)).await?;
                self.note_trouble(&error).await?;
                return Ok(Step::Halted(self.timings.poll_stopped()));
            }
        };
        let copies = usize::try_from(job.copies - job.printed).unwrap_or(1).max(1);
        let wire = with_copies(self.protocol.language(), &bytes.label, copies);
        if !self.begin(job, bytes, odometer).await? {
            return Ok(Step::Worked);
        }
        self.note(PrinterState::Printing, None, odometer).await?;
        let written = self.link.write(&wire).await;
        self.written(job, written).await
    }

    /// Whether a connection broke for the first time: that says nothing about the printer.
    pub(super) const fn is_first_loss(&mut self, error: &LinkError) -> bool {
        if !matches!(error, LinkError::Lost(_)) {
            return false;
        }
        self.losses = self.losses.saturating_add(1);
        self.losses == 1
    }

    async fn written(
        &mut self,
        job: &PrintJob,
        written: Result<(), LinkError>,
    ) -> Result<Step, DbError> {
        let is_blind = self.protocol.confirmation() == Confirmation::None;
        let outcome = match written {
            Ok(()) if is_blind => self.link.finish(self.timings.settle()).await,
            outcome => outcome,
        };
        match outcome {
            Ok(()) => {
                let (id, now) = (job.id, self.app.clock.now());
                let note = async move |tx: &mut Tx| store::job_sent(tx, id, now).await;
                let noted: Result<(), DbError> = self.app.db.write(note).await;
                noted?;
                if is_blind {
                    // Nothing more will ever be known.
                    self.end(job, PrintState::Sent, None, job.printed).await?;
                }
                self.watch = Some(Watch::of_sent(job));
                Ok(Step::Worked)
            }
            Err(error) => {
                self.watch = Some(Watch::of_broken(job));
                self.lost(job, words_of(&error)).await?;
                Ok(Step::Worked)
            }
        }
    }

    /// Asks everything that must be known before the first byte; answers the odometer.
    async fn is_ready(&mut self) -> Result<Option<i64>, NotReady> {
        let status = self.ask_status().await.map_err(NotReady::Trouble)?;
        if status.is_stopped() {
            return Err(NotReady::Stopped(status));
        }
        if status.is_busy() || status.partial == Some(true) {
            let since = *self.foreign_since.get_or_insert_with(Instant::now);
            // Nobody else writes here: a format without an end is the rest of a broken one.
            if status.partial == Some(true)
                && !status.is_busy()
                && since.elapsed() > self.timings.settle()
                && let Some(clear) = self.protocol.clear()
            {
                self.link.write(clear).await.map_err(NotReady::Trouble)?;
                self.foreign_since = None;
            }
            return Err(NotReady::Busy);
        }
        self.foreign_since = None;
        self.ask_odometer().await.map_err(NotReady::Trouble)
    }

    /// Writes down that the first byte goes out now. Refused when the lease is nearly over.
    async fn begin(
        &mut self,
        job: &PrintJob,
        bytes: LabelBytes,
        odometer: Option<i64>,
    ) -> Result<bool, DbError> {
        let at = self.app.clock.now();
        if self.lease_until.seconds_since(at) < 1 {
            return Ok(false);
        }
        let (printer, node) = (self.printer.id, self.node);
        let start = store::Start { job: job.id, printer, node, bytes, odometer, at };
        let work = async move |tx: &mut Tx| store::job_sending(tx, &start).await;
        match self.app.db.write(work).await {
            // Another node took the printer in the same moment.
            Err(DbError::Unique) => Ok(false),
            outcome => outcome,
        }
    }

    async fn wait_because(&self, job: &PrintJob, why: String) -> Result<(), DbError> {
        if job.reason.as_ref() == Some(&why) {
            return Ok(());
        }
        let id = job.id;
        let note = async move |tx: &mut Tx| store::job_reason(tx, id, why.clone()).await;
        self.app.db.write(note).await
    }

    pub(super) async fn lost(&self, job: &PrintJob, why: String) -> Result<(), DbError> {
        let id = job.id;
        tracing::warn!(printer = %self.printer.name, job = %id, %why, "the connection to a printer broke");
        let note = async move |tx: &mut Tx| store::job_lost(tx, id, why.clone()).await;
        self.app.db.write(note).await
    }

    /// Ends a job, and counts how.
    pub(super) async fn end(
        &mut self,
        job: &PrintJob,
        state: PrintState,
        reason: Option<String>,
        printed: i64,
    ) -> Result<(), DbError> {
        let (job, now) = (job.clone(), self.app.clock.now());
        let work = async move |tx: &mut Tx| {
            store::job_ends(tx, &job, state, reason.clone(), printed, now).await
        };
        if self.app.db.write(work).await? {
            self.app.metrics.label(state.as_str());
        }
        self.watch = None;
        Ok(())
    }

    pub(super) async fn note_stopped(&mut self, status: &PrinterStatus) -> Result<(), DbError> {
        self.note(PrinterState::Stopped, Some(status.stop_words()), None).await
    }

    pub(super) async fn note_trouble(&mut self, error: &LinkError) -> Result<(), DbError> {
        let state = match error {
            LinkError::Offline(_) | LinkError::Lost(_) => PrinterState::Offline,
            LinkError::Silent => PrinterState::Silent,
        };
        self.note(state, Some(words_of(error)), None).await
    }

    /// Notes the printer's state when it changed, or was noted long ago.
    pub(super) async fn note(
        &mut self,
        state: PrinterState,
        reason: Option<String>,
        odometer: Option<i64>,
    ) -> Result<(), DbError> {
        let at = self.app.clock.now();
        let is_known = self.printer.state == state && self.printer.state_reason == reason;
        let is_fresh = self
            .printer
            .state_at
            .is_some_and(|seen| at.seconds_since(seen) < self.settings.seen_seconds_max / 2);
        if is_known && is_fresh {
            return Ok(());
        }
        let stopped_at = match (state.is_stopped(), self.printer.stopped_at) {
            (false, _) => None,
            (true, Some(before)) => Some(before),
            (true, None) => Some(at),
        };
        let (id, seen) = (self.printer.id, Seen { state, reason, at, odometer });
        self.app.metrics.printer(&self.printer.name, state);
        (self.printer.state, self.printer.stopped_at) = (state, stopped_at);
        self.printer.state_reason.clone_from(&seen.reason);
        self.printer.state_at = Some(at);
        let work = async move |tx: &mut Tx| store::printer_seen(tx, id, &seen, stopped_at).await;
        self.app.db.write(work).await
    }
}

/// Why nothing is sent now. Not a byte went out.
enum NotReady {
    /// It still has something.
    Busy,
    Stopped(PrinterStatus),
    Trouble(LinkError),
}

pub(super) fn words_of(error: &LinkError) -> String {
    match error {
        LinkError::Offline(why) => format!("offline: {why}"),
        LinkError::Lost(why) => format!("connection_lost: {why}"),
        LinkError::Silent => "silent".to_owned(),
    }
}
