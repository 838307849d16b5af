//! Telling a carrier of a parcel: the tariff is chosen, our number is written down, the carrier is
//! told, its answer is kept.

use std::ops::RangeInclusive;

use serde_json::{Value, json};

use super::compose::Known;
use super::goods::all_known;
use super::model::{Shipment, ShipmentState};
use super::quoting::candidates;
use super::store::shipments::{self as store, Choice};
use super::store::{accounts as account_store, facts};
use super::{Connected, ShipmentError, points, work};
use crate::app::App;
use crate::carriers::CarrierError;
use crate::carriers::attempt::{Sent, Undecided, register};
use crate::carriers::model::{Reason, Registered, Registration, ShipmentAsk, ShipmentRef};
use crate::commands::Ctx;
use crate::db::{DbError, Tx, from_json};
use crate::fault::{Fault, Told};
use crate::ids::ShipmentId;
use crate::jobs::JobOutcome;
use crate::points::PointRow;
use crate::rates;
use crate::rates::rule::{Chosen, NoChoice, Rule, choose};
use crate::units::UtcMicros;

/// How soon a carrier that checks is asked again, and how late at most: the longer it takes, the
/// less often.
const CHECK_SECONDS: RangeInclusive<i64> = 2..=600;
/// A pause is so much of the time that the carrier has taken.
const CHECK_SHARE: i64 = 10;
/// A carrier that has not decided for so long is a matter for people. It may never tell: 5post leaves
/// out what it has refused.
const PATIENCE_SECONDS: i64 = 3600;
const HOUR_SECONDS: i64 = 3600;
/// How long a carrier's gateway may keep what it was told: what is not there after that never will be.
const ECHO_SECONDS: i64 = 120;

/// A shipment with what it is composed of; the origin is that of its account, once it has one.
struct Loaded {
    shipment: Shipment,
    known: Known,
    /// Where it goes, as far as it is known.
    point: Option<PointRow>,
}

impl Loaded {
    /// Nothing is asked for or told to a carrier that its point would refuse.
    fn check(&self) -> Result<(), ShipmentError> {
        match self.shipment.sent_at {
            None => {
                let shipment = &self.shipment;
                let ask = self.known.quote_ask(shipment.mode, &shipment.point_code);
                points::check(self.point.as_ref(), &ask)
            }
            Some(_) => Ok(()),
        }
    }
}

/// One run of the work. An error is noted with the shipment, too, so that people see it there.
pub(super) async fn run(app: &App, id: ShipmentId) -> Result<JobOutcome, String> {
    match attempt(app, id).await {
        Ok(outcome) => Ok(outcome),
        Err(Trouble { error, sent }) => {
            // What the carrier may have is never given up: it would be told anew as another one.
            let is_open = sent == Sent::Perhaps || may_pass(&error);
            note(app, id, &Told::from(&error), is_open).await.map_err(|error| error.to_string())?;
            if is_open { Err(error.to_string()) } else { Ok(JobOutcome::Done) }
        }
    }
}

/// Why an attempt was not decided.
struct Trouble {
    error: ShipmentError,
    /// Whether the carrier may have the shipment.
    sent: Sent,
}

impl Trouble {
    /// Nothing went out in this run: it is as it was before.
    fn as_before(shipment: &Shipment) -> impl Fn(ShipmentError) -> Self + use<> {
        let sent = sent(shipment);
        move |error| Self { error, sent }
    }
}

fn sent(shipment: &Shipment) -> Sent {
    if shipment.sent_at.is_some() { Sent::Perhaps } else { Sent::Never }
}

/// Whether it may go better by itself.
pub(super) fn may_pass(error: &ShipmentError) -> bool {
    match error {
        ShipmentError::Carrier(error) => error.may_pass(),
        ShipmentError::Database(_) => true,
        // The key of secrets may come back, with what it opens.
        ShipmentError::Vault(error) => error.kind().is_trouble(),
        _ => false,
    }
}

/// A problem as it is stored: its code and what its sentence speaks of.
pub(super) fn problem(told: &Told) -> Value {
    let args: serde_json::Map<String, Value> =
        told.args.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
    json!({ "code": told.code, "args": args })
}

async fn note(app: &App, id: ShipmentId, told: &Told, is_open: bool) -> Result<(), DbError> {
    let problem = problem(told);
    let write = async move |tx: &mut Tx| {
        if is_open {
            store::shipment_problem(tx, id, problem.clone()).await
        } else {
            store::shipment_refused(tx, id, problem.clone()).await
        }
    };
    app.db.write::<bool, DbError, _>(write).await.map(drop)
}

async fn attempt(app: &App, id: ShipmentId) -> Result<JobOutcome, Trouble> {
    // A database that is away changes nothing: the next run finds what is written.
    let away = |error: DbError| Trouble { error: error.into(), sent: Sent::Perhaps };
    let Some(loaded) = load(app, id).await.map_err(away)? else { return Ok(JobOutcome::Done) };
    let as_before = Trouble::as_before(&loaded.shipment);
    loaded.check().map_err(&as_before)?;
    let loaded = if loaded.shipment.tariff.is_empty() && loaded.shipment.sent_at.is_none() {
        choose_offer(app, &loaded).await.map_err(&as_before)?;
        match load(app, id).await.map_err(away)? {
            Some(loaded) => loaded,
            None => return Ok(JobOutcome::Done),
        }
    } else {
        loaded
    };
    // The carrier may have been chosen just now.
    loaded.check().map_err(&as_before)?;
    tell(app, &loaded).await
}

/// Tells the carrier, or asks it what became of what it may have been told.
async fn tell(app: &App, loaded: &Loaded) -> Result<JobOutcome, Trouble> {
    let shipment = &loaded.shipment;
    let as_before = Trouble::as_before(shipment);
    let sent = sent(shipment);
    let ask = match (&shipment.ask, sent) {
        (Some(ask), Sent::Perhaps) => from_json(ask).map_err(|error| as_before(error.into()))?,
        _ => loaded.known.shipment_ask(shipment),
    };
    let carrier = connected(app, shipment).await.map_err(&as_before)?;
    let Some(shipping) = carrier.shipping() else {
        let carrier = shipment.carrier.clone();
        return Err(as_before(ShipmentError::NoAccount { carrier }));
    };
    let asked_at = app.clock.now();
    // The run is cut off with its lease at the latest.
    let told_until = asked_at.plus_seconds(work::LEASE_SECONDS + ECHO_SECONDS);
    let written = write_down(app, shipment, &ask, told_until).await;
    if !written.map_err(|error| as_before(error.into()))? {
        // Somebody else has just sent it, or it was given up: the next run sees which.
        return Ok(JobOutcome::Later { seconds: 1 });
    }
    let known = ShipmentRef {
        number: ask.number.clone(),
        id: shipment.carrier_ref.clone(),
        track: shipment.track.clone(),
        day: Some(ask.day),
        goal: Some(ask.to.goal()),
    };
    let open = |error: ShipmentError| Trouble { error, sent: Sent::Perhaps };
    match register(shipping, &ask, &known, sent).await {
        Ok(registration) => settle(app, shipment, &ask, registration).await.map_err(open),
        Err(Undecided::RefusedAgain(reasons)) => {
            unsend(app, shipment, told_until).await.map_err(|error| open(error.into()))?;
            refused_again(app, shipment, asked_at, reasons).await.map_err(open)
        }
        Err(Undecided::Failed { error, sent, left }) => {
            let ended = match left {
                Sent::Never => unsend(app, shipment, told_until).await,
                Sent::Perhaps => run_ended(app, shipment.id, told_until).await,
            };
            ended.map_err(|error| open(error.into()))?;
            Err(Trouble { error: error.into(), sent })
        }
    }
}

/// Refused now; an earlier attempt may arrive still. It is decided once the carrier, asked after that
/// one would be there, does not know it.
async fn refused_again(
    app: &App,
    shipment: &Shipment,
    asked_at: UtcMicros,
    reasons: Vec<Reason>,
) -> Result<JobOutcome, ShipmentError> {
    let told = Told::from(&CarrierError::Refused { carrier: carrier_name(shipment), reasons });
    let Some(until) = shipment.told_until.filter(|until| asked_at < *until) else {
        note(app, shipment.id, &told, false).await?;
        return Ok(JobOutcome::Done);
    };
    note(app, shipment.id, &told, true).await?;
    Ok(JobOutcome::Later { seconds: until.seconds_since(asked_at) + 1 })
}

/// From here on the carrier may know of it.
async fn write_down(
    app: &App,
    shipment: &Shipment,
    ask: &ShipmentAsk,
    told_until: UtcMicros,
) -> Result<bool, DbError> {
    let (id, sent_at) = (shipment.id, shipment.sent_at);
    let (ask, now) = (ask.clone(), app.clock.now());
    let write = async move |tx: &mut Tx| match sent_at {
        None => store::shipment_send(tx, id, &ask, now, told_until).await,
        Some(_) => store::shipment_send_again(tx, id, told_until).await,
    };
    app.db.write(write).await
}

/// Nothing of the attempt goes out any more; it may arrive still.
async fn run_ended(app: &App, id: ShipmentId, told_until: UtcMicros) -> Result<(), DbError> {
    let arrives = app.clock.now().plus_seconds(ECHO_SECONDS);
    let write = async move |tx: &mut Tx| store::shipment_sent(tx, id, told_until, arrives).await;
    app.db.write::<bool, DbError, _>(write).await.map(drop)
}

/// The attempt left nothing at the carrier: what is known of earlier ones stands again.
async fn unsend(app: &App, shipment: &Shipment, told_until: UtcMicros) -> Result<(), DbError> {
    let before = shipment.clone();
    let write = async move |tx: &mut Tx| store::shipment_unsend(tx, &before, told_until).await;
    app.db.write::<bool, DbError, _>(write).await.map(drop)
}

/// What is still to be told; nothing when there is nothing to do any more.
async fn load(app: &App, id: ShipmentId) -> Result<Option<Loaded>, DbError> {
    let day = app.clock.now().moscow_day();
    let read = async move |tx: &mut Tx| -> Result<Option<Loaded>, DbError> {
        let Some(shipment) = store::shipment_find(tx, id, None).await? else { return Ok(None) };
        let open = [ShipmentState::Choosing, ShipmentState::Waiting, ShipmentState::Checking];
        if !open.contains(&shipment.state) {
            return Ok(None);
        }
        let parcel = facts::parcel_facts(tx, shipment.parcel).await?.ok_or(DbError::NoRow)?;
        let account = match shipment.account {
            Some(account) => account_store::account_find(tx, account).await?,
            None => None,
        };
        let origin = account.map(|account| account.origin()).unwrap_or_default();
        let known = all_known(tx, shipment.parcel, parcel, origin, day).await?;
        let point = points::point_of(tx, &shipment).await?;
        Ok(Some(Loaded { shipment, known, point }))
    };
    app.db.read(read).await
}

/// The carrier of a shipment's account.
pub(super) async fn connected(app: &App, shipment: &Shipment) -> Result<Connected, ShipmentError> {
    let missing = || ShipmentError::NoAccount { carrier: shipment.carrier.clone() };
    let account = shipment.account.ok_or_else(missing)?;
    let read = async move |tx: &mut Tx| account_store::account_find(tx, account).await;
    let account = app.db.read::<_, DbError, _>(read).await?.ok_or_else(missing)?;
    app.connectors.of(&app.vault, &account)
}

/// Asks for prices and takes the best by the shop's terms: of all carriers, or of the given one.
async fn choose_offer(app: &App, loaded: &Loaded) -> Result<(), ShipmentError> {
    let shipment = &loaded.shipment;
    let candidates = candidates(app, shipment.warehouse, shipment.owner, shipment.account).await?;
    if candidates.is_empty() {
        return Err(ShipmentError::NoAccount { carrier: shipment.carrier.clone() });
    }
    // The carrier is given, and it has no prices to choose from.
    if shipment.account.is_some() && candidates.iter().all(|one| one.carrier.quoting().is_none()) {
        return Ok(());
    }
    let ask = loaded.known.quote_ask(shipment.mode, &shipment.point_code);
    let now = app.clock.now();
    let offers = rates::offers(&app.rates, now, &candidates, &ask, rates::DEADLINE).await;
    let terms = &loaded.known.terms;
    // A carrier that the order names is not for the shop's list to forbid.
    let carriers: &[String] = if shipment.account.is_some() { &[] } else { &terms.carriers };
    let rule = Rule { goal: terms.goal, carriers, price_max: terms.price_max_kopecks };
    let chosen = choose(&offers, &rule).map_err(|none| no_offer(&none))?;
    keep_choice(app, shipment, chosen).await
}

fn no_offer(none: &NoChoice) -> ShipmentError {
    match none {
        NoChoice::NoAnswer { said } => CarrierError::Unavailable {
            carrier: "Служба доставки",
            said: said.join("; "),
        }
        .into(),
        NoChoice::Nobody { said } if said.is_empty() => ShipmentError::NoOffer {
            why: "нет предложений на этот адрес и вес".to_owned(),
        },
        NoChoice::Nobody { said } => ShipmentError::NoOffer { why: said.join("; ") },
        NoChoice::TooDear { least, most } => ShipmentError::NoOffer {
            why: format!(
                "самое дешёвое {}, предел магазина {}",
                least.to_roubles_text(),
                most.to_roubles_text()
            ),
        },
    }
}

async fn keep_choice(app: &App, shipment: &Shipment, chosen: Chosen) -> Result<(), ShipmentError> {
    let (id, parcel) = (shipment.id, shipment.parcel);
    let mode = chosen.quote.mode;
    let choice =
        Choice { account: chosen.account, carrier: chosen.carrier, mode, quote: chosen.quote };
    let write = async move |tx: &mut Tx| {
        if store::shipment_choose(tx, id, &choice).await? {
            store::parcel_carrier(tx, parcel, &choice.carrier).await?;
        }
        Ok::<_, DbError>(())
    };
    Ok(app.db.write(write).await?)
}

/// Keeps what the carrier answered.
async fn settle(
    app: &App,
    shipment: &Shipment,
    ask: &ShipmentAsk,
    registration: Registration,
) -> Result<JobOutcome, ShipmentError> {
    match registration {
        Registration::Pending(reference) => {
            let id = shipment.id;
            let kept = reference.clone();
            let taken = taken_seconds(shipment, app.clock.now());
            let problem = unconfirmed(shipment, taken);
            let write = async move |tx: &mut Tx| {
                store::shipment_checking(tx, id, &kept, problem.clone()).await
            };
            if app.db.write::<bool, DbError, _>(write).await? {
                return Ok(JobOutcome::Later { seconds: check_pause(taken) });
            }
            given_up_meanwhile(app, id, reference).await
        }
        Registration::Registered(registered) => {
            let id = shipment.id;
            let reference = registered.reference.clone();
            if registered_write(app, id, ask, registered).await? {
                return Ok(JobOutcome::Done);
            }
            given_up_meanwhile(app, id, reference).await
        }
        Registration::Refused(reasons) => {
            let error = CarrierError::Refused { carrier: carrier_name(shipment), reasons };
            let told = Told::from(&error);
            note(app, shipment.id, &told, false).await?;
            Ok(JobOutcome::Done)
        }
    }
}

/// How long a carrier has had a shipment; it is sent just now if that is not written down yet.
pub(super) fn taken_seconds(shipment: &Shipment, now: UtcMicros) -> i64 {
    shipment.sent_at.map_or(0, |sent_at| now.seconds_since(sent_at))
}

/// What people do about a carrier that has not decided for too long. It is never told anew by itself:
/// then it might carry two.
pub(super) fn unconfirmed(shipment: &Shipment, taken_seconds: i64) -> Option<Value> {
    let args = json!({
        "carrier": carrier_name(shipment),
        "number": shipment.number,
        "hours": taken_seconds / HOUR_SECONDS,
    });
    let is_long = taken_seconds >= PATIENCE_SECONDS;
    is_long.then(|| json!({ "code": "shipment_unconfirmed", "args": args }))
}

/// The longer a carrier has checked, the less often it is asked.
pub(super) fn check_pause(taken_seconds: i64) -> i64 {
    (taken_seconds / CHECK_SHARE).clamp(*CHECK_SECONDS.start(), *CHECK_SECONDS.end())
}

/// The Russian name of a shipment's carrier, for sentences.
fn carrier_name(shipment: &Shipment) -> &'static str {
    crate::carriers::registry::name_of(&shipment.carrier)
}

async fn registered_write(
    app: &App,
    id: ShipmentId,
    ask: &ShipmentAsk,
    registered: Registered,
) -> Result<bool, DbError> {
    let ctx = Ctx::system(app.clock.now());
    let warning = warning(ask, &registered);
    let write = async move |tx: &mut Tx| {
        let kept =
            store::shipment_registered(tx, id, &registered, warning.clone(), ctx.now).await?;
        if kept {
            // It may have been closed while the carrier was being told.
            points::mark_if_closed(tx, id).await?;
            work::label_enqueue(tx, &ctx, id).await?;
        }
        Ok::<_, DbError>(kept)
    };
    app.db.write(write).await
}

/// What the carrier changed: people see it with the shipment.
fn warning(ask: &ShipmentAsk, registered: &Registered) -> Option<Value> {
    if let Some(point) = &registered.point_changed_to {
        let asked = ask.to.point_code().unwrap_or_default();
        return Some(json!({
            "code": "shipment_point_changed",
            "args": { "asked": asked, "point": point },
        }));
    }
    let said: Vec<&str> = registered.warnings.iter().map(|warning| warning.text.as_str()).collect();
    (!said.is_empty())
        .then(|| json!({ "code": "shipment_warned", "args": { "said": said.join("; ") } }))
}

/// It was given up here while the carrier took it: it is taken back there.
async fn given_up_meanwhile(
    app: &App,
    id: ShipmentId,
    reference: ShipmentRef,
) -> Result<JobOutcome, ShipmentError> {
    let ctx = Ctx::system(app.clock.now());
    let write = async move |tx: &mut Tx| {
        if store::shipment_too_late(tx, id, &reference).await? {
            work::cancel_enqueue(tx, &ctx, id).await?;
        }
        Ok::<_, DbError>(())
    };
    app.db.write(write).await?;
    Ok(JobOutcome::Done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_carrier_that_takes_long_is_asked_less_often() {
        let pauses: Vec<i64> = [0, 19, 60, 3_600, 86_400].map(check_pause).to_vec();
        assert_eq!(pauses, [2, 2, 6, 360, 600]);
    }
}
