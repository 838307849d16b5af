//! Watching a job that is in the printer until it is decided.

use std::time::Duration;

use tokio::time::Instant;

use super::PrintState;
use super::PrinterState;
use super::link::LinkError;
use super::store::{self, PrintJob};
use super::task::{PrinterTask, Step, words_of};
use super::verdict::{Activity, LinkHistory, Sending, Sight, Verdict};
use crate::db::{DbError, Tx};
use crate::devices::printer::{Confirmation, PrinterFault, PrinterStatus};
use crate::ids::{PrintJobId, PrinterId};

/// How often a printer is asked whether it forgot what it was told to forget.
const RECALL_LOOKS_MAX: u32 = 50;

const LOOK_FIRST: Duration = Duration::from_millis(10);
const LOOK_DOUBLINGS: u32 = 10;

/// What this task saw of a job since it was sent.
#[derive(Debug, Clone)]
pub(super) struct Watch {
    pub(super) job: PrintJobId,
    link: LinkHistory,
    activity: Activity,
    /// Since when the printer has nothing to do.
    quiet_since: Option<Instant>,
    /// The printer stands still with the job in it, for this reason.
    stopped: Option<String>,
    /// How often it was looked at while it prints.
    looks: u32,
}

impl Watch {
    pub(super) const fn of_sent(job: &PrintJob) -> Self {
        Self {
            job: job.id,
            link: LinkHistory::Unbroken,
            activity: Activity::NotSeen,
            quiet_since: None,
            stopped: None,
            looks: 0,
        }
    }

    /// Until the next look: a small label is out soon, a long batch is not asked about all the time.
    fn pause(&mut self, longest: Duration) -> Duration {
        let pause = LOOK_FIRST.saturating_mul(1 << self.looks.min(LOOK_DOUBLINGS));
        self.looks = self.looks.saturating_add(1);
        pause.min(longest)
    }

    /// Of a job whose connection or whose node is gone.
    pub(super) fn of_broken(job: &PrintJob) -> Self {
        Self { link: LinkHistory::Broken, ..Self::of_sent(job) }
    }

    fn broken(&mut self) {
        self.link = LinkHistory::Broken;
        self.activity = Activity::NotSeen;
        self.quiet_since = None;
    }

    fn see(&mut self, status: &PrinterStatus) -> Duration {
        if status.is_stopped() {
            // What is printed again after a stop has to be seen again.
            self.activity = Activity::NotSeen;
            self.quiet_since = None;
            return Duration::ZERO;
        }
        if status.is_busy() {
            self.activity = Activity::Seen;
            self.quiet_since = None;
            return Duration::ZERO;
        }
        self.quiet_since.get_or_insert_with(Instant::now).elapsed()
    }
}

impl PrinterTask {
    /// One look at the job in the printer.
    pub(super) async fn watch_once(&mut self, job: &PrintJob) -> Result<Step, DbError> {
        if self.watch.as_ref().is_none_or(|watch| watch.job != job.id) {
            self.watch = Some(Watch::of_broken(job));
            if job.state != PrintState::Unknown {
                self.lost(job, "interrupted".to_owned()).await?;
            }
        }
        if self.protocol.confirmation() == Confirmation::None {
            // Its node died in the middle, and the printer will never say.
            self.undecidable(job).await?;
            return Ok(Step::Worked);
        }
        if let Some(to) = job.recall_to {
            return self.recall(job, to).await;
        }
        let seen = match self.ask_status().await {
            // Behind half a format the question would be taken for its rest.
            Ok(status) if !is_idle(&status) => Ok((status, None)),
            Ok(status) => self.ask_odometer().await.map(|odometer| (status, odometer)),
            Err(error) => Err(error),
        };
        match seen {
            Ok((status, odometer)) => self.judge(job, status, odometer).await,
            Err(error) => self.unseen(job, &error).await,
        }
    }

    /// The printer gave no answer. Silence on the same connection decides nothing.
    async fn unseen(&mut self, job: &PrintJob, error: &LinkError) -> Result<Step, DbError> {
        let words = words_of(error);
        let is_broken = matches!(error, LinkError::Offline(_) | LinkError::Lost(_));
        if let Some(watch) = &mut self.watch {
            watch.quiet_since = None;
            if is_broken {
                watch.broken();
            }
        }
        if is_broken && job.state != PrintState::Unknown {
            self.lost(job, words).await?;
        } else if job.reason.as_ref() != Some(&words) {
            let id = job.id;
            let note = async move |tx: &mut Tx| store::job_stop(tx, id, words.clone(), 0).await;
            let noted: Result<(), DbError> = self.app.db.write(note).await;
            noted?;
        }
        if self.is_first_loss(error) {
            return Ok(Step::Pause(self.timings.poll()));
        }
        self.note_trouble(error).await?;
        Ok(Step::Halted(self.timings.poll_stopped()))
    }

    async fn judge(
        &mut self,
        job: &PrintJob,
        status: PrinterStatus,
        odometer: Option<i64>,
    ) -> Result<Step, DbError> {
        let sending = self.sending_of(job);
        let quiet = self.watch.as_mut().map_or(Duration::ZERO, |watch| watch.see(&status));
        let activity = self.watch.as_ref().map_or(Activity::NotSeen, |watch| watch.activity);
        let sending = Sending { activity, ..sending };
        let settle = self.timings.settle();
        let sight = Sight { status, odometer, quiet, settle, label: self.timings.label() };
        let verdict = sending.verdict(&sight);
        if verdict == Verdict::Stopped {
            return self.stopped(job, &sight.status).await;
        }
        self.goes_on(job).await?;
        match verdict {
            Verdict::Waits | Verdict::Stopped => {
                self.note(PrinterState::Printing, None, None).await?;
                let longest = self.timings.poll();
                let pause = self.watch.as_mut().map_or(longest, |watch| watch.pause(longest));
                return Ok(Step::Pause(pause));
            }
            Verdict::Printed => {
                self.end(job, PrintState::Confirmed, None, job.copies).await?;
            }
            Verdict::Missing { printed } => {
                self.missing(job, job.printed + printed, sending.link).await?;
            }
            Verdict::Stuck => {
                return self.stuck(job, sending.link).await;
            }
            Verdict::Undecidable => self.undecidable(job).await?,
        }
        self.odometer = odometer;
        self.note(PrinterState::Printing, None, None).await?;
        Ok(Step::Worked)
    }

    fn sending_of(&self, job: &PrintJob) -> Sending {
        let confirmation = match self.protocol.confirmation() {
            // A firmware without the counter: the next best proof.
            Confirmation::Odometer if job.odometer_before.is_none() => Confirmation::Counters,
            confirmation => confirmation,
        };
        Sending {
            confirmation,
            copies: job.copies - job.printed,
            odometer_before: job.odometer_before,
            stops: job.stops,
            link: self.watch.as_ref().map_or(LinkHistory::Broken, |watch| watch.link),
            activity: Activity::NotSeen,
        }
    }

    /// The job stays where it is: the printer goes on by itself.
    async fn stopped(&mut self, job: &PrintJob, status: &PrinterStatus) -> Result<Step, DbError> {
        let words = status.stop_words();
        let before = self.watch.as_mut().and_then(|watch| watch.stopped.replace(words.clone()));
        if before.as_ref() != Some(&words) {
            let spoils = status.faults.iter().any(|fault| PrinterFault::spoils(*fault));
            let spoiled = i64::from(before.is_none() && spoils);
            let id = job.id;
            let note =
                async move |tx: &mut Tx| store::job_stop(tx, id, words.clone(), spoiled).await;
            let noted: Result<(), DbError> = self.app.db.write(note).await;
            noted?;
        }
        self.note_stopped(status).await?;
        Ok(Step::Halted(self.timings.poll_stopped()))
    }

    async fn goes_on(&mut self, job: &PrintJob) -> Result<(), DbError> {
        let was_stopped = self.watch.as_mut().and_then(|watch| watch.stopped.take());
        if was_stopped.is_none() && (job.reason.is_none() || job.state != PrintState::Sent) {
            return Ok(());
        }
        let id = job.id;
        let note = async move |tx: &mut Tx| store::job_goes_on(tx, id).await;
        self.app.db.write(note).await
    }

    /// The printer lost it with its power or our connection: it goes out again. Without that,
    /// somebody made the printer drop it, and is told.
    async fn missing(
        &mut self,
        job: &PrintJob,
        printed: i64,
        link: LinkHistory,
    ) -> Result<(), DbError> {
        match link {
            LinkHistory::Broken => {
                let to = self.printer.id;
                self.again(job, "requeued: the printer had lost it", printed, to).await
            }
            LinkHistory::Unbroken => {
                let why = "the printer took it and did not print it".to_owned();
                self.end(job, PrintState::Failed, Some(why), printed).await
            }
        }
    }

    /// The printer waits for an end that never comes. Of a label that went out whole, that end was
    /// never there.
    async fn stuck(&mut self, job: &PrintJob, link: LinkHistory) -> Result<Step, DbError> {
        let Some(clear) = self.protocol.clear() else {
            self.undecidable(job).await?;
            return Ok(Step::Worked);
        };
        if let Err(error) = self.link.write(clear).await {
            return self.unseen(job, &error).await;
        }
        if link == LinkHistory::Unbroken {
            let why = "the printer waits for the end of the label".to_owned();
            self.end(job, PrintState::Failed, Some(why), job.printed).await?;
        }
        Ok(Step::Pause(self.timings.poll()))
    }

    async fn again(
        &mut self,
        job: &PrintJob,
        why: &str,
        printed: i64,
        to: PrinterId,
    ) -> Result<(), DbError> {
        let (id, why) = (job.id, why.to_owned());
        let work = async move |tx: &mut Tx| {
            tx.announce();
            store::job_again(tx, id, why.clone(), printed, Some(to)).await
        };
        if self.app.db.write(work).await? {
            self.app.metrics.label("requeued");
        }
        self.watch = None;
        Ok(())
    }

    async fn undecidable(&mut self, job: &PrintJob) -> Result<(), DbError> {
        let why = job.reason.clone().unwrap_or_else(|| "printing_not_seen".to_owned());
        self.end(job, PrintState::Unknown, Some(why), job.printed).await
    }

    /// Takes a job out of the printer for another one: only when the printer has said that it holds
    /// nothing any more, and its odometer says how much came out before.
    async fn recall(&mut self, job: &PrintJob, to: PrinterId) -> Result<Step, DbError> {
        match self.forget(job).await {
            Ok(Some(printed)) => {
                let printed = job.printed + printed;
                if printed >= job.copies {
                    self.end(job, PrintState::Confirmed, None, job.copies).await?;
                } else {
                    self.again(job, "taken out of its printer", printed, to).await?;
                }
                Ok(Step::Worked)
            }
            Ok(None) => {
                self.undecidable(job).await?;
                Ok(Step::Worked)
            }
            Err(error) => self.unseen(job, &error).await,
        }
    }

    /// Makes the printer forget all it holds; answers how much came out before, if that is sure.
    async fn forget(&mut self, job: &PrintJob) -> Result<Option<i64>, LinkError> {
        let before = self.ask_status().await?;
        let Some(clear) = self.protocol.clear() else { return Ok(None) };
        self.link.write(clear).await?;
        let mut looks = 0;
        loop {
            // A question right behind it may be forgotten with the rest.
            tokio::time::sleep(self.timings.poll()).await;
            let status = self.ask_status().await?;
            if !status.is_busy() && status.partial != Some(true) {
                break;
            }
            looks += 1;
            if looks > RECALL_LOOKS_MAX {
                return Err(LinkError::Silent);
            }
        }
        // A label that was moving is counted by now.
        tokio::time::sleep(self.timings.settle()).await;
        let odometer = self.ask_odometer().await?;
        let sending = self.sending_of(job);
        if sending.confirmation == Confirmation::Odometer {
            return Ok(sending.printed_at_recall(odometer));
        }
        // Without an odometer only a format that waited untouched is sure not to have come out.
        let waited = before.formats_waiting.is_some_and(|count| count > 0) && before.is_stopped();
        Ok(waited.then_some(0))
    }
}

/// Whether the printer says that it holds nothing and that nothing is wrong.
fn is_idle(status: &PrinterStatus) -> bool {
    !status.is_stopped() && !status.is_busy() && status.partial != Some(true)
}
