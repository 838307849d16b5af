//! Sending labels to printers over TCP, usually port 9100.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use sha2::{Digest, Sha256};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::store::{self, PrintJob, Printer};
use super::{PRINT_JOB, PrintState, service};
use crate::app::App;
use crate::db::{DbError, Tx};
use crate::ids::{PrintJobId, PrinterId};
use crate::jobs::{Job, JobHandler, JobOutcome, JobPolicy};
use crate::labels::{self, PrinterModel};

const CONNECT_TIME_MAX: Duration = Duration::from_secs(3);
/// A printer that is stopped takes bytes until its buffer is full, and then none.
const WRITE_TIME_MAX: Duration = Duration::from_secs(10);
/// A label whose sender was not heard of for so long was interrupted.
const SENDING_SECONDS_MAX: i64 = 60;
const WAIT_SECONDS: i64 = 1;

/// Sends the labels of the queue, one at a time for each printer.
#[derive(Debug, Default)]
pub struct PrintHandler {
    printers: Mutex<HashMap<PrinterId, Arc<tokio::sync::Mutex<()>>>>,
}

impl JobHandler for PrintHandler {
    fn kind(&self) -> &'static str {
        PRINT_JOB
    }

    /// A printer may be off for a weekend.
    fn policy(&self) -> JobPolicy {
        JobPolicy { attempts_max: 500, pause_seconds_max: 300, ..JobPolicy::default() }
    }

    fn run<'a>(&'a self, app: &'a App, job: &'a Job) -> BoxFuture<'a, Result<JobOutcome, String>> {
        async move {
            let Ok(id) = job.subject.parse() else {
                return Ok(JobOutcome::GiveUp { reason: "not a print job".to_owned() });
            };
            self.print(app, id).await
        }
        .boxed()
    }
}

/// How far a label came.
enum Sending {
    Sent,
    /// Not a byte went out.
    NotStarted(String),
    /// Some bytes went out, and nobody knows what the printer made of them.
    Broken(String),
}

impl PrintHandler {
    async fn print(&self, app: &App, id: PrintJobId) -> Result<JobOutcome, String> {
        let (job, printer) = match find(app, id).await.map_err(|e| e.to_string())? {
            (None, _) => return Ok(JobOutcome::GiveUp { reason: "the label is gone".to_owned() }),
            (Some(job), _) if !matches!(job.state, PrintState::Queued | PrintState::Sending) => {
                return Ok(JobOutcome::Done);
            }
            (Some(job), None) => {
                let why = format!("no active printer with media {}", job.media);
                wait(app, id, &why).await?;
                return Err(why);
            }
            (Some(job), Some(printer)) => (job, printer),
        };
        let lock = self.lock(printer.id);
        let _turn = lock.lock().await;
        let zpl = match bytes(&job, &printer) {
            Ok(zpl) => zpl,
            Err(why) => return end(app, id, PrintState::Failed, why).await,
        };
        if !claim(app, &job, &printer, zpl.clone()).await.map_err(|e| e.to_string())? {
            return Ok(JobOutcome::Later { seconds: WAIT_SECONDS });
        }
        match send(&printer, &zpl).await {
            Sending::Sent => {
                let now = app.clock.now();
                let note = async move |tx: &mut Tx| store::job_sent(tx, id, now).await;
                app.db.write(note).await.map_err(|e: DbError| e.to_string())?;
                Ok(JobOutcome::Done)
            }
            Sending::NotStarted(why) => {
                wait(app, id, &why).await?;
                Err(why)
            }
            Sending::Broken(why) => end(app, id, PrintState::Unknown, why).await,
        }
    }

    fn lock(&self, printer: PrinterId) -> Arc<tokio::sync::Mutex<()>> {
        let mut printers = self.printers.lock().expect("no holder panics");
        Arc::clone(printers.entry(printer).or_default())
    }
}

async fn find(app: &App, id: PrintJobId) -> Result<(Option<PrintJob>, Option<Printer>), DbError> {
    app.db
        .read(async move |tx: &mut Tx| {
            let Some(job) = store::job_find(tx, id).await? else { return Ok((None, None)) };
            let chosen = match job.printer {
                Some(printer) => store::printer_find(tx, printer).await?.filter(|p| p.active),
                None => None,
            };
            let printer = match chosen {
                Some(printer) => Some(printer),
                None => store::printer_of_media(tx, job.warehouse, &job.media).await?,
            };
            Ok((Some(job), printer))
        })
        .await
}

/// The label's bytes for this printer, as many times as it is wanted.
fn bytes(job: &PrintJob, printer: &Printer) -> Result<Vec<u8>, String> {
    let template = labels::template(&job.template).map_err(|e| e.to_string())?;
    let dots_per_mm = u32::try_from(printer.dots_per_mm).map_err(|e| e.to_string())?;
    let fields = service::fields_of(job);
    let one = labels::fill(template, &fields, PrinterModel::zpl(dots_per_mm))
        .map_err(|e| e.to_string())?;
    Ok(one.repeat(usize::try_from(job.copies).map_err(|e| e.to_string())?))
}

async fn claim(
    app: &App,
    job: &PrintJob,
    printer: &Printer,
    zpl: Vec<u8>,
) -> Result<bool, DbError> {
    let (id, printer, now) = (job.id, printer.id, app.clock.now());
    let work = async move |tx: &mut Tx| {
        store::jobs_interrupted(tx, printer, now.plus_seconds(-SENDING_SECONDS_MAX)).await?;
        let sha256 = Sha256::digest(&zpl).to_vec();
        store::job_sending(tx, id, printer, zpl.clone(), sha256, now).await
    };
    match app.db.write(work).await {
        // Another node took the printer in the same moment.
        Err(DbError::Unique) => Ok(false),
        outcome => outcome,
    }
}

async fn send(printer: &Printer, zpl: &[u8]) -> Sending {
    let address = format!("{}:{}", printer.host, printer.port);
    let mut stream = match timeout(CONNECT_TIME_MAX, TcpStream::connect(&address)).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => return Sending::NotStarted(format!("{address}: {error}")),
        Err(_) => return Sending::NotStarted(format!("{address}: no answer")),
    };
    let write = async {
        stream.write_all(zpl).await?;
        stream.shutdown().await
    };
    match timeout(WRITE_TIME_MAX, write).await {
        Ok(Ok(())) => Sending::Sent,
        Ok(Err(error)) => Sending::Broken(format!("{address}: {error}")),
        Err(_) => Sending::Broken(format!("{address}: the printer stopped taking data")),
    }
}

async fn wait(app: &App, id: PrintJobId, why: &str) -> Result<(), String> {
    let why = why.to_owned();
    let note = async move |tx: &mut Tx| store::job_waits(tx, id, why.clone()).await;
    app.db.write(note).await.map_err(|e: DbError| e.to_string())
}

async fn end(
    app: &App,
    id: PrintJobId,
    state: PrintState,
    why: String,
) -> Result<JobOutcome, String> {
    let reason = why.clone();
    let note = async move |tx: &mut Tx| store::job_ends(tx, id, state, why.clone()).await;
    app.db.write(note).await.map_err(|e: DbError| e.to_string())?;
    Ok(JobOutcome::GiveUp { reason })
}
