//! The work of the queue: calling a courier, taking a call back.

use std::fmt::Display;

use serde_json::{Value, json};

use super::{PickupError, PickupRow, PickupState};
use crate::app::App;
use crate::carriers::model::{Pickup, PickupAsk, Reason};
use crate::carriers::registry::name_of;
use crate::carriers::{Answer, CarrierError, Pickups, PickupsBack, TwiceCalled};
use crate::db::{DbError, Tx};
use crate::fault::{Fault, Told};
use crate::ids::PickupId;
use crate::jobs::JobOutcome;
use crate::shipments::register::{check_pause, problem};
use crate::shipments::store::{accounts as account_store, pickups as store};
use crate::shipments::work::LEASE_SECONDS;
use crate::shipments::{AccountRow, Connected};
use crate::units::UtcMicros;

pub(in crate::shipments) const CALL: &str = "carrier_pickup";
pub(in crate::shipments) const CANCEL: &str = "carrier_pickup_cancel";

/// A run that told the carrier has ended by then: its lease has.
const TELLING_SECONDS: i64 = LEASE_SECONDS + 30;
const TELLING_PAUSE_SECONDS: i64 = 5;

/// A call with its contract.
struct Loaded {
    pickup: PickupRow,
    account: AccountRow,
}

async fn load(app: &App, id: PickupId) -> Result<Option<Loaded>, DbError> {
    let read = async move |tx: &mut Tx| -> Result<Option<Loaded>, DbError> {
        let Some(pickup) = store::pickup_find(tx, id).await? else { return Ok(None) };
        let account = account_store::account_find(tx, pickup.account).await?;
        Ok(account.map(|account| Loaded { pickup, account }))
    };
    app.db.read(read).await
}

fn connected(app: &App, account: &AccountRow) -> Result<Connected, PickupError> {
    Ok(app.connectors.of(&app.vault, account)?)
}

/// What an attempt came to, as it is stored; a guard looks whether it still fits.
enum Outcome {
    Checking {
        reference: String,
    },
    Told {
        reference: String,
        note: Option<Value>,
    },
    /// Nothing is at the carrier, and nothing will be without a person.
    Refused(Value),
    /// Nothing is at the carrier; another attempt may do better.
    NotSent(Value),
    /// The carrier may have it; another attempt is the way to know.
    Open(Value),
    /// The carrier may have it, and only a person learns whether.
    Unclear(Value),
}

type Run = Result<JobOutcome, String>;

fn text(error: impl Display) -> String {
    error.to_string()
}

/// One run of the work.
pub(in crate::shipments) async fn run(app: &App, id: PickupId) -> Run {
    let Some(Loaded { pickup, account }) = load(app, id).await.map_err(text)? else {
        return Ok(JobOutcome::Done);
    };
    if !matches!(pickup.state, PickupState::Waiting | PickupState::Checking) {
        return Ok(JobOutcome::Done);
    }
    if pickup.ends_at <= app.clock.now() {
        return keep(app, &pickup, too_late(&pickup)).await;
    }
    let carrier = match connected(app, &account) {
        Ok(carrier) => carrier,
        Err(error) => return keep(app, &pickup, not_connected(&pickup, &error)).await,
    };
    let ask = spoken(&pickup).map_err(text)?;
    let Some((twice, calling)) = carrier.pickups().map(|it| (it.twice(), call(it, ask))) else {
        let error = PickupError::NotOffered { carrier: name(&pickup) };
        return keep(app, &pickup, not_connected(&pickup, &error)).await;
    };
    let is_open = pickup.state == PickupState::Waiting && pickup.sent_at.is_some();
    if is_open && twice == TwiceCalled::TwoCome {
        return keep(app, &pickup, unclear(&pickup, "ответ на вызов потерян")).await;
    }
    if pickup.state == PickupState::Waiting && !write_down(app, &pickup).await.map_err(text)? {
        // Somebody else has just told it, or it was given up: the next run sees which.
        return Ok(JobOutcome::Later { seconds: 1 });
    }
    let outcome = match calling.await {
        Ok(answer) => answered(answer),
        Err(error) => failed(&pickup, twice, &error),
    };
    keep(app, &pickup, outcome).await
}

fn call(pickups: &dyn Pickups, ask: PickupAsk) -> Answer<'_, Pickup> {
    Box::pin(async move { pickups.pick_up(&ask).await })
}

/// What the carrier hears: with our number, so that people can name the call on the phone.
fn spoken(pickup: &PickupRow) -> Result<PickupAsk, DbError> {
    let ask = pickup.ask()?;
    let comment = [ask.number.as_str(), ask.comment.as_str()];
    let comment: Vec<&str> = comment.into_iter().filter(|part| !part.is_empty()).collect();
    let reference = (!pickup.reference.is_empty()).then(|| pickup.reference.clone());
    Ok(PickupAsk { comment: comment.join(". "), reference, ..ask })
}

/// From here on the carrier may know of it.
async fn write_down(app: &App, pickup: &PickupRow) -> Result<bool, DbError> {
    let (id, before, now) = (pickup.id, pickup.sent_at, app.clock.now());
    let write = async move |tx: &mut Tx| store::pickup_send(tx, id, before, now).await;
    app.db.write(write).await
}

fn name(pickup: &PickupRow) -> String {
    name_of(&pickup.carrier).to_owned()
}

fn words(reasons: &[Reason]) -> String {
    let texts: Vec<&str> = reasons.iter().map(|reason| reason.text.as_str()).collect();
    texts.join("; ")
}

fn noted(code: &str, reasons: &[Reason]) -> Value {
    json!({ "code": code, "args": { "said": words(reasons) } })
}

fn answered(answer: Pickup) -> Outcome {
    match answer {
        Pickup::Pending { reference } => Outcome::Checking { reference },
        Pickup::Called { reference, warnings } => {
            let note = (!warnings.is_empty()).then(|| noted("pickup_warned", &warnings));
            Outcome::Told { reference, note }
        }
        Pickup::There { reasons } => {
            let note = Some(noted("pickup_there", &reasons));
            Outcome::Told { reference: String::new(), note }
        }
    }
}

fn open(error: &impl Fault) -> Outcome {
    Outcome::Open(problem(&Told::from(error)))
}

fn unclear(pickup: &PickupRow, said: &str) -> Outcome {
    let error = PickupError::Unclear {
        carrier: name(pickup),
        number: pickup.number.clone(),
        said: said.to_owned(),
    };
    Outcome::Unclear(problem(&Told::from(&error)))
}

fn too_late(pickup: &PickupRow) -> Outcome {
    if pickup.sent_at.is_some() {
        return unclear(pickup, "время забора прошло, а ответа нет");
    }
    let error = PickupError::TooLate { number: pickup.number.clone() };
    Outcome::Refused(problem(&Told::from(&error)))
}

/// The contract cannot be used: nothing went out in this run.
fn not_connected(pickup: &PickupRow, error: &PickupError) -> Outcome {
    let told = problem(&Told::from(error));
    match pickup.sent_at {
        Some(_) => Outcome::Open(told),
        None if error.kind().is_trouble() => Outcome::NotSent(told),
        None => Outcome::Refused(told),
    }
}

/// What an error means for the call: that depends on what may have gone out before.
fn failed(pickup: &PickupRow, twice: TwiceCalled, error: &CarrierError) -> Outcome {
    let told = problem(&Told::from(error));
    if pickup.state == PickupState::Checking {
        return match error {
            // The check found it wrong.
            CarrierError::Refused { .. } | CarrierError::Unknown { .. } => Outcome::Refused(told),
            _ => Outcome::Open(told),
        };
    }
    match (pickup.sent_at, error.nothing_happened()) {
        (None, true) if error.may_pass() => Outcome::NotSent(told),
        (None, true) => Outcome::Refused(told),
        (None, false) if twice == TwiceCalled::TwoCome => unclear(pickup, &error.said()),
        // This time it was refused; nobody knows what became of it the first time.
        (Some(_), true) if !error.may_pass() => unclear(pickup, &error.said()),
        _ => Outcome::Open(told),
    }
}

/// Keeps what came of it; what is to be tried again is told to the queue with its problem.
async fn keep(app: &App, pickup: &PickupRow, outcome: Outcome) -> Run {
    let (id, now) = (pickup.id, app.clock.now());
    let next = match &outcome {
        Outcome::Checking { .. } => {
            let taken = now.seconds_since(pickup.sent_at.unwrap_or(now));
            Ok(JobOutcome::Later { seconds: check_pause(taken) })
        }
        Outcome::NotSent(told) | Outcome::Open(told) => Err(told.to_string()),
        Outcome::Told { .. } | Outcome::Refused(_) | Outcome::Unclear(_) => Ok(JobOutcome::Done),
    };
    let write = async move |tx: &mut Tx| store_outcome(tx, id, &outcome, now).await;
    app.db.write::<bool, DbError, _>(write).await.map_err(text)?;
    next
}

/// False: it was given up meanwhile and there is nothing to keep.
async fn store_outcome(
    tx: &mut Tx,
    id: PickupId,
    outcome: &Outcome,
    now: UtcMicros,
) -> Result<bool, DbError> {
    let is_kept = match outcome {
        Outcome::Checking { reference } => store::pickup_checking(tx, id, reference).await?,
        Outcome::Told { reference, note } => {
            store::pickup_told(tx, id, reference, note.clone(), now).await?
        }
        Outcome::Refused(told) => store::pickup_refused(tx, id, told.clone()).await?,
        Outcome::NotSent(told) => store::pickup_unsend(tx, id, told.clone()).await?,
        Outcome::Open(told) => store::pickup_problem(tx, id, told.clone()).await?,
        Outcome::Unclear(told) => store::pickup_unclear(tx, id, told.clone()).await?,
    };
    if is_kept {
        return Ok(true);
    }
    match outcome {
        // It is being taken back: for that the carrier's number is needed.
        Outcome::Checking { reference } | Outcome::Told { reference, .. } => {
            store::pickup_reference(tx, id, reference).await
        }
        Outcome::Refused(_) | Outcome::NotSent(_) => {
            store::pickup_cancelled(tx, id, PickupState::Cancelling, now).await
        }
        Outcome::Open(_) | Outcome::Unclear(_) => Ok(false),
    }
}

/// Takes a call back at its carrier.
pub(in crate::shipments) async fn cancel(app: &App, id: PickupId) -> Run {
    let Some(Loaded { pickup, account }) = load(app, id).await.map_err(text)? else {
        return Ok(JobOutcome::Done);
    };
    if pickup.state != PickupState::Cancelling {
        return Ok(JobOutcome::Done);
    }
    let now = app.clock.now();
    if pickup.reference.is_empty() {
        // The run that tells it may be going on, and brings the carrier's number.
        let told = now.seconds_since(pickup.sent_at.unwrap_or_default());
        if told < TELLING_SECONDS {
            return Ok(JobOutcome::Later { seconds: TELLING_PAUSE_SECONDS });
        }
        return by_phone(app, &pickup).await;
    }
    let carrier = match connected(app, &account) {
        Ok(carrier) => carrier,
        Err(error) => return keep(app, &pickup, open(&error)).await,
    };
    let back = carrier.pickups().and_then(Pickups::taking_back);
    let Some(taking) = back.map(|back| take_back(back, pickup.reference.clone())) else {
        return by_phone(app, &pickup).await;
    };
    let said = match taking.await {
        Ok(()) => None,
        Err(error) if error.may_pass() => return keep(app, &pickup, open(&error)).await,
        Err(error) => Some(problem(&Told::from(&error))),
    };
    let write = async move |tx: &mut Tx| match said.clone() {
        None => store::pickup_cancelled(tx, id, PickupState::Cancelling, now).await,
        // The courier comes after all.
        Some(said) => store::pickup_stands(tx, id, said, now).await,
    };
    app.db.write::<bool, DbError, _>(write).await.map_err(text)?;
    Ok(JobOutcome::Done)
}

fn take_back(back: &dyn PickupsBack, reference: String) -> Answer<'_, ()> {
    Box::pin(async move { back.pickup_cancel(&reference).await })
}

/// The carrier may have it and no number to take it back by: a person phones.
async fn by_phone(app: &App, pickup: &PickupRow) -> Run {
    let (id, number) = (pickup.id, pickup.number.clone());
    let error = PickupError::ByPhone { carrier: name(pickup), number };
    let told = problem(&Told::from(&error));
    let write = async move |tx: &mut Tx| store::pickup_lost(tx, id, told.clone()).await;
    app.db.write::<bool, DbError, _>(write).await.map_err(text)?;
    Ok(JobOutcome::Done)
}
