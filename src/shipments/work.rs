//! The work of the queue: telling carriers, fetching labels, taking shipments back, making acts,
//! calling couriers.

use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use futures::TryFutureExt;
use futures::future::{BoxFuture, ready};
use serde_json::json;

use super::model::{Shipment, ShipmentState};
use super::register::{check_pause, connected, may_pass, problem, taken_seconds, unconfirmed};
use super::store::shipments as store;
use super::{ShipmentError, acts, files, pickups, register};
use crate::app::App;
use crate::carriers::model::{CarrierFile, LabelAsk, LabelState, Registration, ShipmentRef};
use crate::carriers::{Answer, Labels, Shipping};
use crate::commands::Ctx;
use crate::db::{DbError, Tx};
use crate::devices::printer::Language;
use crate::fault::Told;
use crate::ids::{IdError, ShipmentId, WarehouseId};
use crate::jobs::{Job, JobHandler, JobOutcome, JobPolicy, enqueue, enqueue_with};
use crate::labels::{self, MediaSize, PrinterModel};
use crate::printing::{
    PrintError, PrintPriority, PrinterChoice, ReadyLabel, bytes_queue, speech_of,
};

const REGISTER: &str = "shipment_register";
const LABEL: &str = "shipment_label";
const CANCEL: &str = "shipment_cancel";
pub(super) const ACT: &str = "carrier_act";

/// Media that carriers' labels are printed on, the usual one first.
const LABEL_MEDIA: [(&str, MediaSize); 2] = [
    ("100x150", MediaSize { width_mm: 100, height_mm: 150 }),
    ("75x120", MediaSize { width_mm: 75, height_mm: 120 }),
];
/// How often a label that is being drawn is asked for in one run.
const LABEL_ASKS: usize = 20;
const LABEL_PAUSE: Duration = Duration::from_secs(1);
const LABEL_LATER_SECONDS: i64 = 10;
/// A run is cut off before that.
pub(super) const LEASE_SECONDS: i64 = 120;
/// People need the label while they stand at the table.
const PRIORITY: i64 = 10;

/// What the workers of a node do for shipments.
pub fn handlers() -> Vec<Arc<dyn JobHandler>> {
    [Kind::Register, Kind::Label, Kind::Cancel, Kind::Act, Kind::Call, Kind::CallBack]
        .map(|kind| Arc::new(kind) as Arc<dyn JobHandler>)
        .to_vec()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Register,
    Label,
    Cancel,
    Act,
    /// A courier.
    Call,
    CallBack,
}

impl JobHandler for Kind {
    fn kind(&self) -> &'static str {
        match self {
            Self::Register => REGISTER,
            Self::Label => LABEL,
            Self::Cancel => CANCEL,
            Self::Act => ACT,
            Self::Call => pickups::CALL,
            Self::CallBack => pickups::CANCEL,
        }
    }

    /// A carrier may be down all evening: about six hours, at most ten minutes apart.
    fn policy(&self) -> JobPolicy {
        JobPolicy {
            attempts_max: 45,
            lease_seconds: LEASE_SECONDS,
            pause_seconds_first: 2,
            pause_seconds_max: 600,
        }
    }

    fn run<'a>(&'a self, app: &'a App, job: &'a Job) -> BoxFuture<'a, Result<JobOutcome, String>> {
        match self {
            Self::Act => with_id(job, |id| acts::run(app, id, job.payload.clone())),
            Self::Call => with_id(job, |id| pickups::run(app, id)),
            Self::CallBack => with_id(job, |id| pickups::cancel(app, id)),
            Self::Label => with_id(job, |id| label(app, id).map_err(|error| error.to_string())),
            Self::Cancel => with_id(job, |id| cancel(app, id).map_err(|error| error.to_string())),
            Self::Register => with_id(job, |id| register::run(app, id)),
        }
    }
}

/// The work on what the job is about.
fn with_id<'a, I, F>(
    job: &Job,
    work: impl FnOnce(I) -> F,
) -> BoxFuture<'a, Result<JobOutcome, String>>
where
    I: FromStr<Err = IdError>,
    F: Future<Output = Result<JobOutcome, String>> + Send + 'a,
{
    match job.subject.parse() {
        Ok(id) => Box::pin(work(id)),
        Err(error) => Box::pin(ready(Err(IdError::to_string(&error)))),
    }
}

pub(super) async fn register_enqueue(
    tx: &mut Tx,
    ctx: &Ctx,
    id: ShipmentId,
) -> Result<(), DbError> {
    let job = crate::jobs::NewJob::new(REGISTER, id.to_string(), json!({}));
    enqueue_with(tx, ctx, &job.with_priority(PRIORITY)).await.map(drop)
}

pub(super) async fn label_enqueue(tx: &mut Tx, ctx: &Ctx, id: ShipmentId) -> Result<(), DbError> {
    let job = crate::jobs::NewJob::new(LABEL, id.to_string(), json!({}));
    enqueue_with(tx, ctx, &job.with_priority(PRIORITY)).await.map(drop)
}

pub(super) async fn cancel_enqueue(tx: &mut Tx, ctx: &Ctx, id: ShipmentId) -> Result<(), DbError> {
    enqueue(tx, ctx, CANCEL, &id.to_string(), json!({})).await.map(drop)
}

async fn find(app: &App, id: ShipmentId) -> Result<Option<Shipment>, DbError> {
    app.db.read(async move |tx: &mut Tx| store::shipment_find(tx, id, None).await).await
}

pub(super) fn reference(shipment: &Shipment) -> ShipmentRef {
    let reference = ShipmentRef {
        number: shipment.number.clone(),
        id: shipment.carrier_ref.clone(),
        track: shipment.track.clone(),
        ..ShipmentRef::default()
    };
    reference.asked(shipment.ask.as_ref())
}

/// Fetches the carrier's label, keeps it, and prints it where the parcel was packed.
async fn label(app: &App, id: ShipmentId) -> Result<JobOutcome, ShipmentError> {
    let Some(shipment) = find(app, id).await? else { return Ok(JobOutcome::Done) };
    if shipment.state != ShipmentState::Registered || shipment.label.is_some() {
        return Ok(JobOutcome::Done);
    }
    let carrier = connected(app, &shipment).await?;
    let Some(drawing) = carrier.labels().map(|labels| drawn(labels, reference(&shipment))) else {
        return Ok(JobOutcome::Done);
    };
    match drawing.await? {
        Some(file) => label_keep(app, shipment, file).await.map(|()| JobOutcome::Done),
        None => Ok(JobOutcome::Later { seconds: LABEL_LATER_SECONDS }),
    }
}

/// The label as soon as the carrier has drawn it; nothing when that takes too long for one run.
fn drawn(labels: &dyn Labels, shipment: ShipmentRef) -> Answer<'_, Option<CarrierFile>> {
    Box::pin(async move {
        let mut ask = LabelAsk { shipment, reference: None };
        for _ in 0..LABEL_ASKS {
            match labels.label(&ask).await? {
                LabelState::Ready(file) => return Ok(Some(file)),
                LabelState::Pending { reference } => ask.reference = Some(reference),
            }
            tokio::time::sleep(LABEL_PAUSE).await;
        }
        Ok(None)
    })
}

/// A carrier's label for the printer that it goes to.
struct Printable {
    media: &'static str,
    language: Language,
    dots_per_mm: i64,
    bytes: Vec<u8>,
}

fn printer_choice(shipment: &Shipment) -> PrinterChoice {
    shipment.device.map_or(PrinterChoice::Any, PrinterChoice::Device)
}

async fn label_keep(app: &App, shipment: Shipment, file: CarrierFile) -> Result<(), ShipmentError> {
    let choice = printer_choice(&shipment);
    let printable = printable(app, shipment.warehouse, choice, file.bytes.clone()).await?;
    let ctx = Ctx::system(app.clock.now());
    let write = async move |tx: &mut Tx| -> Result<(), ShipmentError> {
        let kept = files::file_keep(tx, &ctx, &file).await?;
        if !store::shipment_label(tx, shipment.id, kept).await? {
            // Another run was faster; its label is the one. This file goes with the transaction.
            return Err(ShipmentError::WrongState { state: shipment.state });
        }
        if let Some(printable) = &printable {
            let label = ReadyLabel {
                label: printable.bytes.clone(),
                language: printable.language,
                dots_per_mm: printable.dots_per_mm,
                media: printable.media.to_owned(),
                subject: shipment.number.clone(),
                warehouse: shipment.warehouse,
                owner: Some(shipment.owner),
                printer: choice,
                copies: 1,
                priority: PrintPriority::Urgent,
            };
            bytes_queue(tx, &ctx, &label).await?;
        }
        Ok(())
    };
    match app.db.write(write).await {
        Err(ShipmentError::WrongState { .. }) => Ok(()),
        other => other,
    }
}

/// The first media of which there is a printer, and how that one is spoken to.
async fn media_there(
    tx: &mut Tx,
    warehouse: WarehouseId,
    choice: PrinterChoice,
) -> Result<Option<(usize, Language, i64)>, PrintError> {
    for (index, (media, _)) in LABEL_MEDIA.iter().enumerate() {
        if let Some((language, dots_per_mm)) = speech_of(tx, warehouse, choice, media).await? {
            return Ok(Some((index, language, dots_per_mm)));
        }
    }
    Ok(None)
}

/// Draws the label for the printers that there are. One that cannot be drawn is kept all the same.
async fn printable(
    app: &App,
    warehouse: WarehouseId,
    choice: PrinterChoice,
    file: Vec<u8>,
) -> Result<Option<Printable>, ShipmentError> {
    let read = async move |tx: &mut Tx| media_there(tx, warehouse, choice).await;
    let Some((index, language, dots_per_mm)) = app.db.read(read).await? else { return Ok(None) };
    let (media, size) = LABEL_MEDIA[index];
    let density = u32::try_from(dots_per_mm).unwrap_or(8);
    let model = match language {
        Language::Zpl => PrinterModel::zpl(density),
        Language::Tspl => PrinterModel::tspl(density),
    };
    let drawing = move || labels::graphic_label(&file, size, model);
    match tokio::task::spawn_blocking(drawing).await {
        Ok(Ok(bytes)) => Ok(Some(Printable { media, language, dots_per_mm, bytes })),
        Ok(Err(error)) => {
            tracing::warn!(%error, "a carrier's label is not drawn");
            Ok(None)
        }
        Err(error) => {
            tracing::error!(%error, "drawing a carrier's label panicked");
            Ok(None)
        }
    }
}

/// Takes a shipment back at its carrier. It is gone when the carrier said so after the last attempt at
/// telling it can have arrived.
async fn cancel(app: &App, id: ShipmentId) -> Result<JobOutcome, ShipmentError> {
    let Some(shipment) = find(app, id).await? else { return Ok(JobOutcome::Done) };
    if shipment.state != ShipmentState::Cancelling {
        return Ok(JobOutcome::Done);
    }
    let asked_at = app.clock.now();
    match taken_back(app, &shipment).await {
        Ok(true) => {}
        Ok(false) => return undecided(app, &shipment).await,
        Err(error) => return not_taken_back(app, id, error).await,
    }
    if let Some(until) = shipment.told_until.filter(|until| asked_at < *until) {
        return Ok(JobOutcome::Later { seconds: until.seconds_since(asked_at) + 1 });
    }
    let write = async move |tx: &mut Tx| store::shipment_cancelled(tx, &shipment).await;
    if app.db.write::<bool, DbError, _>(write).await? {
        return Ok(JobOutcome::Done);
    }
    // Somebody has just learnt more of it: the next run sees what.
    Ok(JobOutcome::Later { seconds: 1 })
}

async fn taken_back(app: &App, shipment: &Shipment) -> Result<bool, ShipmentError> {
    let carrier = connected(app, shipment).await?;
    let taking = carrier.shipping().map(|shipping| take_back(shipping, reference(shipment)));
    match taking {
        Some(taking) => Ok(taking.await?),
        None => Ok(true),
    }
}

/// People see why it is there still. What may pass is tried again; what may not waits for somebody who
/// gives it up once more.
async fn not_taken_back(
    app: &App,
    id: ShipmentId,
    error: ShipmentError,
) -> Result<JobOutcome, ShipmentError> {
    let told = problem(&Told::from(&error));
    let passes = may_pass(&error);
    let write = async move |tx: &mut Tx| {
        if passes {
            store::shipment_problem(tx, id, told.clone()).await
        } else {
            store::shipment_kept(tx, id, told.clone()).await
        }
    };
    app.db.write::<bool, DbError, _>(write).await?;
    if passes { Err(error) } else { Ok(JobOutcome::GiveUp { reason: error.to_string() }) }
}

/// What shall be taken back is still being checked: people see it when that takes too long.
async fn undecided(app: &App, shipment: &Shipment) -> Result<JobOutcome, ShipmentError> {
    let taken = taken_seconds(shipment, app.clock.now());
    if let Some(told) = unconfirmed(shipment, taken) {
        let id = shipment.id;
        let write = async move |tx: &mut Tx| store::shipment_problem(tx, id, told.clone()).await;
        app.db.write::<bool, DbError, _>(write).await?;
    }
    Ok(JobOutcome::Later { seconds: check_pause(taken) })
}

/// False: the carrier still checks it, and can take back only what it has decided on.
fn take_back(shipping: &dyn Shipping, shipment: ShipmentRef) -> Answer<'_, bool> {
    Box::pin(async move {
        match shipping.find(&shipment).await? {
            None | Some(Registration::Refused(_)) => Ok(true),
            Some(Registration::Pending(_)) => Ok(false),
            Some(Registration::Registered(registered)) => {
                shipping.cancel(&registered.reference).await?;
                Ok(true)
            }
        }
    })
}
