//! Taking a scan: find the device's state, run the flow's step, note the scan. One transaction.

mod count;
mod load;
mod lookup;
mod move_goods;
mod pack;
mod pick;
mod put_back;
mod putaway;
mod receive;
mod scanned;

use std::sync::Mutex;
use std::time::Duration;

use serde_json::json;
use uuid::Uuid;

use super::flows::{Flow, FlowState, menu};
use super::last_scans::LastScan;
use super::session::{Person, ScanOut, Session, UNDO_SECONDS};
use super::{Input, Step, TerminalError, Text, Who, store};
use crate::access::{AccessError, Principal};
use crate::app::App;
use crate::barcodes::{CommandCode, OwnKind};
use crate::commands::{self, Command, CommandError, Ctx};
use crate::db::Tx;
use crate::fault::{Fault, Told};
use crate::ids::{DeviceId, WarehouseId};
use crate::printing::station_printer_choose;
use crate::units::UtcMicros;

/// Digits of a sequence number in a key, so that keys sort like numbers.
const KEY_DIGITS: usize = 20;

/// A device that scans.
#[derive(Debug, Clone, Copy)]
pub struct Terminal {
    pub device: DeviceId,
    pub warehouse: WarehouseId,
}

impl Terminal {
    pub const fn of(principal: &Principal) -> Result<Self, TerminalError> {
        match principal {
            Principal::Device { id, warehouse } => Ok(Self { device: *id, warehouse: *warehouse }),
            Principal::User { .. } | Principal::ApiKey { .. } => Err(TerminalError::NotADevice),
        }
    }
}

/// One scan as it came from a device.
#[derive(Debug, Clone)]
pub struct ScanIn {
    /// Counted by the device; without one the server counts, and a lost answer cannot be replayed.
    pub sequence: Option<i64>,
    /// On the device's clock. Absent: now.
    pub happened_at: Option<UtcMicros>,
    pub data: String,
    pub symbology: Option<String>,
    /// For a device that does not count its scans but names its events.
    pub source: Option<Source>,
}

/// A device's own name for an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    pub key: String,
    /// The same name so soon after the last scan is that scan, delivered again.
    pub again_within: Duration,
}

impl Source {
    fn is_behind(&self, session: &Session, now: UtcMicros) -> bool {
        let within = i64::try_from(self.again_within.as_secs()).unwrap_or(i64::MAX);
        session.source_key.as_ref() == Some(&self.key) && now.seconds_since(session.at) <= within
    }
}

/// What has to be done outside the transaction before a scan can be noted.
#[derive(Debug, Clone)]
enum Aside {
    Nothing,
    /// The scan was refused and its effects are undone: it is noted with this message.
    Refused(Told),
    /// The PIN was checked, which takes too long for a transaction.
    PinChecked(Result<Person, Told>),
}

/// Why a transaction was left without noting the scan.
enum Left {
    Failed(TerminalError),
    Refused(Told),
    PinNeeded { badge: String },
}

impl From<crate::db::DbError> for Left {
    fn from(error: crate::db::DbError) -> Self {
        Self::Failed(error.into())
    }
}

/// Takes one scan and answers the next screen. The same sequence number again answers the same.
pub async fn scan(app: &App, terminal: Terminal, scan: ScanIn) -> Result<ScanOut, TerminalError> {
    if scan.sequence.is_some_and(|sequence| sequence <= 0) {
        return Err(TerminalError::SequenceInvalid);
    }
    let mut aside = Aside::Nothing;
    let mut remembered = app.last_scans.take(terminal.device);
    loop {
        let (clock, work_scan, work_aside) = (app.clock.clone(), scan.clone(), aside.clone());
        let from_memory = remembered.is_some();
        let memory = Mutex::new(remembered.take());
        let work = async move |tx: &mut Tx| {
            let remembered = memory.lock().expect("no holder panics").take();
            take(tx, terminal, remembered, &work_scan, &work_aside, clock.now()).await
        };
        match app.db.write(work).await {
            Ok(taken) => {
                app.presence.scanned(terminal.device, app.clock.now());
                app.metrics.scan(taken.session.flow.name(), taken.session.feedback.as_str());
                let answer = taken.session.answer(taken.sequence);
                app.last_scans.put(terminal.device, taken);
                return Ok(answer);
            }
            Err(Left::Failed(error)) => return Err(error),
            // Only what the database says is told; the memory may be older.
            Err(_) if from_memory => {}
            Err(Left::Refused(told)) => aside = Aside::Refused(told),
            Err(Left::PinNeeded { badge }) => {
                aside = Aside::PinChecked(check_pin(app, badge, scan.data.trim()).await?);
            }
        }
    }
}

/// The screen a device shows now.
pub async fn screen(app: &App, terminal: Terminal) -> Result<ScanOut, TerminalError> {
    let now = app.clock.now();
    let read = async move |tx: &mut Tx| {
        let last = commands::command_last(tx, terminal.device.uuid()).await?;
        Ok::<_, TerminalError>(last)
    };
    let last = app.db.read(read).await?;
    let fresh = || LastScan { sequence: 0, session: Session::fresh(now) };
    let last = last.map_or_else(fresh, |done| last_scan(&done, now));
    Ok(last.session.answer(last.sequence))
}

/// A refusal is noted with the scan; trouble of the database leaves the scan to be sent again.
async fn check_pin(
    app: &App,
    badge: String,
    pin: &str,
) -> Result<Result<Person, Told>, TerminalError> {
    match crate::access::service::badge_login(app, &badge, pin).await {
        Ok(person) => Ok(Ok(Person {
            user: person.user,
            name: person.name,
            language: person.language,
            roles: person.roles,
        })),
        Err(error) if error.kind().is_trouble() => Err(error.into()),
        Err(error) => Ok(Err(Told::from(&error))),
    }
}

/// The whole of one scan: replay, refuse, or run the dialogue and note it.
async fn take(
    tx: &mut Tx,
    terminal: Terminal,
    remembered: Option<LastScan>,
    scan: &ScanIn,
    aside: &Aside,
    now: UtcMicros,
) -> Result<LastScan, Left> {
    let scope = terminal.device.uuid();
    let hash = commands::body_hash(&(&scan.data, &scan.symbology));
    let last = match remembered {
        Some(last) => Some(last),
        None => commands::command_last(tx, scope).await?.map(|done| last_scan(&done, now)),
    };
    if let (Some(last), Some(source)) = (&last, &scan.source)
        && source.is_behind(&last.session, now)
    {
        return Ok(last.clone());
    }
    let last_sequence = last.as_ref().map_or(0, |last| last.sequence);
    let sequence = scan.sequence.unwrap_or(last_sequence + 1);
    if sequence <= last_sequence {
        let session = replay(tx, scope, sequence, last_sequence, &hash, now).await?;
        return Ok(LastScan { sequence, session });
    }
    let previous = if last.is_some() { key_of(last_sequence) } else { String::new() };
    let before = last.map_or_else(|| Session::fresh(now), |last| last.session);
    let secret = matches!(before.flow, FlowState::Pin { .. });
    let input = Input::read_as(&scan.data, scan.symbology.as_deref());
    let command = Command {
        scope,
        key: key_of(sequence),
        action: "scan",
        body_hash: if secret { secret_hash() } else { hash },
        request: (!secret).then(|| noted(scan, &input)),
        actor: before.person.as_ref().map(|person| person.user),
        device: Some(terminal.device),
        owner: None,
    };
    let ctx = Ctx::new(&command, now);
    let after = advance(tx, &ctx, terminal, before, scan, &input, aside).await?;
    let after = Session {
        repairs: input.scan.told_repairs(),
        source_key: scan.source.as_ref().map(|source| source.key.clone()),
        ..after
    };
    commands::command_insert(tx, &command, &ctx, Some(&previous), &after).await?;
    Ok(LastScan { sequence, session: after })
}

/// The answer to a scan that was taken before; a number that was passed over is too late.
async fn replay(
    tx: &mut Tx,
    scope: Uuid,
    sequence: i64,
    last: i64,
    hash: &[u8; 32],
    now: UtcMicros,
) -> Result<Session, Left> {
    let Some(done) = commands::command_find(tx, scope, &key_of(sequence)).await? else {
        return Err(Left::Failed(TerminalError::SequenceLate { sequence, last }));
    };
    // A PIN is noted without its digits.
    if done.body_hash != hash && done.body_hash != secret_hash() {
        return Err(Left::Failed(CommandError::KeyReused.into()));
    }
    Ok(session_of(&done, now))
}

/// What the audit keeps of a scan: as it came, and what was repaired in it.
fn noted(scan: &ScanIn, input: &Input) -> serde_json::Value {
    let repairs = &input.scan.repairs;
    if repairs.is_empty() {
        return json!({ "data": scan.data, "symbology": scan.symbology });
    }
    json!({
        "data": scan.data,
        "symbology": scan.symbology,
        "read_as": input.scan.text,
        "repairs": repairs,
    })
}

/// The session after the scan.
async fn advance(
    tx: &mut Tx,
    ctx: &Ctx,
    terminal: Terminal,
    before: Session,
    scan: &ScanIn,
    input: &Input,
    aside: &Aside,
) -> Result<Session, Left> {
    if let Aside::Refused(told) = aside {
        let step = Step::error(before.flow, told_text(told));
        return Ok(after(before.person, step, ctx.now));
    }
    let Some(person) = before.person else { return log_in(before, input, aside, ctx.now) };
    if input.is_command(CommandCode::Logout) {
        return Ok(after(None, Step::ok(FlowState::LoggedOut), ctx.now));
    }
    if input.is_command(CommandCode::Undo) && ctx.now.seconds_since(before.at) > UNDO_SECONDS {
        return Err(Left::Refused(Told::from(&TerminalError::NothingToUndo)));
    }
    let who = Who {
        device: terminal.device,
        warehouse: terminal.warehouse,
        user: person.user,
        roles: person.roles.clone(),
        happened_at: scan.happened_at.unwrap_or(ctx.now),
    };
    // From anywhere, and without losing the place in the work.
    let step = match input.own(OwnKind::Printer) {
        Some(code) => printer_choose(tx, &who, before.flow, code).await,
        None => dispatch(tx, ctx, &who, before.flow, input).await,
    };
    match step {
        Ok(step) => Ok(after(Some(person), step, ctx.now)),
        Err(error) => Err(left(error)),
    }
}

/// Labels of this device come out of the printer whose code was scanned.
async fn printer_choose(
    tx: &mut Tx,
    who: &Who,
    flow: FlowState,
    code: &str,
) -> Result<Step<FlowState>, TerminalError> {
    let printer = station_printer_choose(tx, who.device, who.warehouse, code).await?;
    let text =
        Text::new("printer-chosen").with("name", &printer.name).with("media", &printer.media);
    let state = printer.state;
    if printer.active && !state.is_stopped() {
        return Ok(Step::ok(flow).saying(text));
    }
    let reason = printer.state_reason.unwrap_or_else(|| state.to_string());
    let text = Text::new("printer-chosen-stopped")
        .with("name", &printer.name)
        .with("media", &printer.media)
        .with("reason", reason);
    Ok(Step::warn(flow, text))
}

fn after(person: Option<Person>, step: Step<FlowState>, now: UtcMicros) -> Session {
    Session {
        person,
        flow: step.state,
        feedback: step.feedback,
        message: step.message,
        repairs: Vec::new(),
        source_key: None,
        at: now,
    }
}

/// A refusal is told on the screen; trouble of the database or a defect is answered as an error.
fn left(error: TerminalError) -> Left {
    if error.kind().is_trouble() { Left::Failed(error) } else { Left::Refused(Told::from(&error)) }
}

fn told_text(told: &Told) -> Text {
    told.args.iter().fold(Text::new(&format!("problem-{}", told.code)), |text, (name, value)| {
        text.with(name, value)
    })
}

fn log_in(before: Session, input: &Input, aside: &Aside, now: UtcMicros) -> Result<Session, Left> {
    if let Aside::PinChecked(outcome) = aside {
        return Ok(match outcome {
            Ok(person) => {
                let hello = Text::new("login-hello").with("name", &person.name);
                after(Some(person.clone()), Step::ok(FlowState::Menu).saying(hello), now)
            }
            Err(told) => after(None, Step::error(FlowState::LoggedOut, told_text(told)), now),
        });
    }
    if let Some(badge) = input.own(OwnKind::Badge) {
        let step = Step::ok(FlowState::Pin { badge: badge.to_owned() });
        return Ok(after(None, step, now));
    }
    if let FlowState::Pin { badge } = before.flow {
        return Err(Left::PinNeeded { badge });
    }
    Err(Left::Refused(Told::from(&AccessError::BadgeUnknown)))
}

/// Gives the scan to the flow on the screen.
async fn dispatch(
    tx: &mut Tx,
    ctx: &Ctx,
    who: &Who,
    flow: FlowState,
    input: &Input,
) -> Result<Step<FlowState>, TerminalError> {
    if input.is_command(CommandCode::Menu) {
        return Ok(Step::ok(FlowState::Menu));
    }
    match flow {
        FlowState::LoggedOut | FlowState::Pin { .. } | FlowState::Menu => {
            choose(tx, ctx, who, input).await
        }
        FlowState::Receive(state) => {
            Ok(receive::handle(tx, ctx, who, state, input).await?.map(FlowState::Receive))
        }
        FlowState::Putaway(state) => {
            Ok(putaway::handle(tx, ctx, who, state, input).await?.map(FlowState::Putaway))
        }
        FlowState::Pick(state) => pick::handle(tx, ctx, who, state, input).await,
        FlowState::Pack(state) => pack::handle(tx, ctx, who, state, input).await,
        FlowState::Load(state) => load::handle(tx, ctx, who, state, input).await,
        FlowState::Count(state) => {
            Ok(count::handle(tx, ctx, who, state, input).await?.map(FlowState::Count))
        }
        FlowState::Move(state) => {
            Ok(move_goods::handle(tx, ctx, who, state, input).await?.map(FlowState::Move))
        }
        FlowState::Lookup(state) => lookup::handle(tx, ctx, who, state, input).await,
        FlowState::PutBack(state) => {
            Ok(put_back::handle(tx, ctx, who, state, input).await?.map(FlowState::PutBack))
        }
    }
}

/// Starts the chosen flow, if the person still may.
async fn choose(
    tx: &mut Tx,
    ctx: &Ctx,
    who: &Who,
    input: &Input,
) -> Result<Step<FlowState>, TerminalError> {
    let Some(flow) = menu::choice(input) else {
        return Ok(Step::error(FlowState::Menu, Text::new("menu-unknown")));
    };
    let roles = store::roles_of_active(tx, who.user).await?;
    if !roles.iter().any(|role| role.rights().contains(&flow.right())) {
        return Err(TerminalError::FlowForbidden { flow: flow.to_string() });
    }
    match flow {
        Flow::Receive => receive::start(tx, ctx, who).await,
        Flow::Pick => pick::start(tx, ctx, who).await,
        Flow::Load => load::start(tx, ctx, who).await,
        Flow::Count => {
            count::allow(who)?;
            Ok(Step::ok(flow.start()))
        }
        Flow::Putaway | Flow::Pack | Flow::Move | Flow::Lookup | Flow::PutBack => {
            Ok(Step::ok(flow.start()))
        }
    }
}

fn key_of(sequence: i64) -> String {
    format!("{sequence:0KEY_DIGITS$}")
}

fn last_scan(done: &commands::Done, now: UtcMicros) -> LastScan {
    let sequence = done.key.parse().expect("keys of scans are written by key_of");
    LastScan { sequence, session: session_of(done, now) }
}

fn secret_hash() -> [u8; 32] {
    commands::body_hash(&"a PIN")
}

/// A state that an older or newer program wrote and this one cannot read starts afresh: the work
/// itself is in rows and is resumed from the menu.
fn session_of(done: &commands::Done, now: UtcMicros) -> Session {
    serde_json::from_str(&done.outcome).unwrap_or_else(|error| {
        tracing::warn!(%error, "a device's dialogue starts afresh");
        Session::fresh(now)
    })
}
