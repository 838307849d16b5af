//! Taking a register in: read through once to know what it is, and once more to write its lines.
//!
//! **Invariant:** lines are written some thousand at a time by the one run that the register names;
//! a run that was taken over writes nothing more.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use serde::Serialize;
use serde_json::{Value, json};

use super::RegisterError;
use super::about::About;
use super::findings::{self, Around, Beside, Goods, LineFacts, Raised};
use super::model::{FindingKind, Line, RegisterSource, RegisterState, Severity};
use super::read::{Digest, Read, Reader, Totals};
use super::store::lines::Range;
use super::store::registers::Head;
use super::store::{findings as finding_store, lines, matching, registers, settings};
use super::terms;
use crate::app::App;
use crate::carriers::model::ShipmentAsk;
use crate::commands::{Command, Ctx, body_hash, command_insert};
use crate::db::{DbError, Tx, from_json};
use crate::fault::InputFaults;
use crate::ids::{CodRegisterId, ParcelId, UserId, new_uuid};
use crate::imports::map::overrides;
use crate::imports::table::Survey;
use crate::imports::{ImportError, ImportProgress, Refusal, Source};
use crate::reconciliation;
use crate::shipments::AccountRow;
use crate::shipments::accounts::accounts_active;
use crate::units::Day;

/// Lines of one transaction.
const CHUNK_LINES: usize = 5_000;
const TEXT_MAX: usize = 100;
/// Rows that are told at once; all of them are findings of the register.
const WRONG_TOLD_MAX: usize = 1_000;

/// A register that came as a file.
#[derive(Debug, Clone)]
pub struct RegisterRequest {
    /// The code of the carrier.
    pub carrier: String,
    pub source: Source,
    /// How the file is called in messages.
    pub file: String,
    /// The carrier's number of the register; empty when there is none.
    pub number: String,
    /// The last day of its lines unless told.
    pub day: Option<Day>,
    /// The number of the payment order; empty when it is not known.
    pub payment_order: String,
    /// The column map, as [`overrides`] takes it; it is kept for the carrier's next files.
    pub map: String,
}

/// What taking a register in came to.
#[derive(Debug, Clone, Serialize, PartialEq, Eq)]
pub struct RegisterReport {
    pub register: CodRegisterId,
    /// It was there already, and nothing was added.
    pub is_known: bool,
    pub lines: i64,
    pub wrong_rows: i64,
    /// The first wrong rows, with row and column.
    pub refusals: Vec<Refusal>,
    pub findings: i64,
    pub blocking: i64,
}

/// A register that is to be taken in, read through once.
pub(super) struct Incoming {
    pub(super) head: Head,
    pub(super) digest: Digest,
    pub(super) lines: Lines,
    /// What is said of all lines.
    pub(super) about: About,
    /// Columns that a person told.
    pub(super) told: BTreeMap<String, String>,
}

/// Where the lines come from the second time.
pub(super) enum Lines {
    File(Box<Reader>),
    Told(std::vec::IntoIter<Line>),
}

impl Lines {
    fn next(&mut self) -> Result<Option<Read>, ImportError> {
        match self {
            Self::File(reader) => reader.next(),
            Self::Told(lines) => Ok(lines.next().map(Read::Line)),
        }
    }
}

/// Takes a file in for `actor`, or for the operator at the command line.
pub async fn import(
    app: &App,
    request: RegisterRequest,
    actor: Option<UserId>,
    progress: impl FnMut(ImportProgress) + Send,
) -> Result<RegisterReport, RegisterError> {
    let mut faults = InputFaults::default();
    faults.text("carrier", &request.carrier, TEXT_MAX);
    for (field, text) in [("number", &request.number), ("payment_order", &request.payment_order)] {
        if text.chars().count() > TEXT_MAX {
            faults.note(field, "too_long");
        }
    }
    let today = app.clock.now().moscow_day();
    if request.day.is_some_and(|day| day > today) {
        faults.note("day", "too_large");
    }
    faults.finish()?;
    let told = overrides(&request.map)?;
    let carrier = request.carrier.trim().to_owned();
    let kept = async move |tx: &mut Tx| settings::headings(tx, &carrier).await;
    let kept: BTreeMap<String, String> = app.db.read::<_, DbError, _>(kept).await?;
    let survey = request.source.survey(&request.file)?;
    let incoming = from_file(&request, &survey, told, &kept, today)?;
    Box::pin(run(app, incoming, actor, survey.lines, progress)).await
}

fn from_file(
    request: &RegisterRequest,
    survey: &Survey,
    told: BTreeMap<String, String>,
    kept: &BTreeMap<String, String>,
    today: Day,
) -> Result<Incoming, RegisterError> {
    let mut digest = Digest::default();
    let mut reader = Reader::open(&request.source, survey, &told, kept)?;
    while let Some(read) = reader.next()? {
        digest.add(&read).map_err(|_| RegisterError::SumTooBig)?;
    }
    if digest.lines == 0 && digest.wrong.is_empty() {
        return Err(RegisterError::Empty { file: request.file.clone() });
    }
    let head = Head {
        id: CodRegisterId::new(),
        run: new_uuid(),
        carrier: request.carrier.trim().to_owned(),
        number: request.number.trim().to_owned(),
        // A mistyped day of a line must not put the whole register into the future.
        day: request.day.or(digest.day_last).map_or(today, |day| day.min(today)),
        payment_order: request.payment_order.trim().to_owned(),
        source: RegisterSource::File,
        file: request.file.clone(),
        sheet: reader.sheet().to_owned(),
        file_hash: Some(survey.hash),
        content_hash: digest.hash(),
    };
    let about = reader.about().clone();
    let reader = Reader::open(&request.source, survey, &told, kept)?;
    Ok(Incoming { head, digest, lines: Lines::File(Box::new(reader)), about, told })
}

/// How an import begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Beginning {
    /// The register is there.
    Known(CodRegisterId),
    New,
    /// Another run left this one unfinished.
    Again(CodRegisterId),
}

/// Writes a register, unless it is there.
pub(super) async fn run(
    app: &App,
    incoming: Incoming,
    actor: Option<UserId>,
    lines_total: u64,
    mut progress: impl FnMut(ImportProgress) + Send,
) -> Result<RegisterReport, RegisterError> {
    let Incoming { mut head, digest, mut lines, about, told } = incoming;
    let ctx = Ctx { actor, ..Ctx::system(app.clock.now()) };
    let begun = head.clone();
    let beginning = app.db.write(async move |tx: &mut Tx| begin(tx, &ctx, &begun).await).await?;
    match beginning {
        Beginning::Known(register) => return report(app, register, &digest, Known::Yes).await,
        Beginning::New => {}
        Beginning::Again(register) => {
            head.id = register;
            clear(app, register).await?;
        }
    }
    let (head, digest) = (Arc::new(head), Arc::new(digest));
    let (carrier, day) = (head.carrier.clone(), head.day);
    let around = async move |tx: &mut Tx| around(tx, &carrier, day).await;
    let around = Arc::new(app.db.read::<_, RegisterError, _>(around).await?);
    let mut written = 0;
    loop {
        let chunk = next_chunk(&mut lines)?;
        let Some(last) = chunk.last() else { break };
        let (from, until) = (written, last);
        let (head, around) = (Arc::clone(&head), Arc::clone(&around));
        let write = async move |tx: &mut Tx| {
            write_chunk(tx, &ctx, &head, &around, &chunk, (from, until)).await
        };
        app.db.write(write).await?;
        written = until;
        let lines = u64::try_from(until).unwrap_or(lines_total).min(lines_total);
        progress(ImportProgress { lines, lines_total });
    }
    let closing = Closing { head: Arc::clone(&head), digest: Arc::clone(&digest), around, about };
    let close = async move |tx: &mut Tx| close(tx, &ctx, &closing, &told).await;
    app.db.write(close).await?;
    report(app, head.id, &digest, Known::No).await
}

async fn begin(tx: &mut Tx, ctx: &Ctx, head: &Head) -> Result<Beginning, RegisterError> {
    for _ in 0..2 {
        if registers::insert(tx, ctx, head).await? {
            return Ok(Beginning::New);
        }
        if let Some(known) = registers::by_content(tx, head).await? {
            let again = Head { id: known.id, ..head.clone() };
            if known.state != RegisterState::Loading {
                complete(tx, ctx, head, &known).await?;
                return Ok(Beginning::Known(known.id));
            }
            let other = registers::by_number(tx, head).await?.filter(|other| other.id != known.id);
            match other {
                Some(other) => return Err(taken(head, other.id)),
                None if registers::take_over(tx, &again).await? => {
                    return Ok(Beginning::Again(known.id));
                }
                None => return Err(RegisterError::Taken),
            }
        }
        match registers::by_number(tx, head).await? {
            // Its number came with other lines, and was not finished.
            Some(known) if known.state == RegisterState::Loading => {
                registers::abandon(tx, ctx, known.id).await?;
                finding_store::clear(tx, known.id, i64::MAX).await?;
            }
            Some(known) => return Err(taken(head, known.id)),
            None => return Err(RegisterError::Taken),
        }
    }
    Err(RegisterError::Taken)
}

/// A register that is there is told again: its number or its payment order may be known only now.
async fn complete(
    tx: &mut Tx,
    ctx: &Ctx,
    head: &Head,
    known: &registers::Known,
) -> Result<(), RegisterError> {
    if !registers::complete(tx, known.id, head).await? {
        return Ok(());
    }
    note(tx, ctx, head, &json!({ "register": known.id })).await?;
    if known.state == RegisterState::Accepted {
        // A receipt may name what was not known before.
        reconciliation::queue(tx, ctx, &known.id.to_string()).await?;
    }
    Ok(())
}

fn taken(head: &Head, register: CodRegisterId) -> RegisterError {
    RegisterError::NumberTaken { number: head.number.clone(), register }
}

/// Takes away what an unfinished import wrote.
async fn clear(app: &App, register: CodRegisterId) -> Result<(), RegisterError> {
    let last = async move |tx: &mut Tx| lines::last(tx, register).await;
    let last = app.db.read::<i64, DbError, _>(last).await?;
    let step = i64::try_from(CHUNK_LINES).unwrap_or(i64::MAX);
    let mut until = 0;
    while until < last {
        until = (until + step).min(last);
        let part = async move |tx: &mut Tx| {
            finding_store::clear(tx, register, until).await?;
            lines::clear(tx, register, until).await
        };
        app.db.write::<(), DbError, _>(part).await?;
    }
    let rest = async move |tx: &mut Tx| finding_store::clear(tx, register, i64::MAX).await;
    Ok(app.db.write::<(), DbError, _>(rest).await?)
}

/// Rows that are written together.
#[derive(Debug, Default)]
struct Chunk {
    lines: Vec<Line>,
    wrong: Vec<Refusal>,
}

impl Chunk {
    /// The last row; nothing of an empty chunk.
    fn last(&self) -> Option<i64> {
        let line = self.lines.last().map(|line| line.row);
        line.max(self.wrong.last().map(|refusal| refusal.line))
    }
}

fn next_chunk(lines: &mut Lines) -> Result<Chunk, ImportError> {
    let mut chunk = Chunk::default();
    while chunk.lines.len() + chunk.wrong.len() < CHUNK_LINES {
        match lines.next()? {
            None => break,
            Some(Read::Line(line)) => chunk.lines.push(line),
            Some(Read::Wrong(refusal)) => chunk.wrong.push(refusal),
            Some(Read::Total(_)) => {}
        }
    }
    Ok(chunk)
}

fn count(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}

async fn write_chunk(
    tx: &mut Tx,
    ctx: &Ctx,
    head: &Head,
    around: &Around,
    chunk: &Chunk,
    range: Range,
) -> Result<(), RegisterError> {
    let (right, wrong) = (count(chunk.lines.len()), count(chunk.wrong.len()));
    if !registers::count(tx, head, right, wrong).await? {
        return Err(RegisterError::Taken);
    }
    lines::insert(tx, head.id, &chunk.lines).await?;
    let unreadable: Vec<finding_store::NewFinding> = chunk
        .wrong
        .iter()
        .map(|one| {
            let raised = Raised::unreadable(one.column.as_deref(), one.code, &one.value);
            (one.line, None, raised)
        })
        .collect();
    finding_store::insert(tx, ctx, head.id, &unreadable).await?;
    compare(tx, ctx, (head.id, &head.carrier), around, range).await?;
    Ok(())
}

/// What lines are compared with, beside their parcels.
pub(super) async fn around(tx: &mut Tx, carrier: &str, day: Day) -> Result<Around, RegisterError> {
    let terms = settings::terms(tx, carrier).await?;
    let contracts = settings::contracts(tx, carrier).await?;
    let accounts = accounts_active(tx).await?;
    let of_carrier = accounts.iter().filter(|account| account.carrier == carrier);
    let sender = |account: &AccountRow| {
        let inn = account.origin.pointer("/sender/inn").and_then(Value::as_str);
        inn.map(str::to_owned)
    };
    let known = terms::Known::new(contracts, of_carrier.filter_map(sender).collect());
    Ok(Around { day, terms, known })
}

/// Finds the parcels of some lines, and what does not agree.
pub(super) async fn compare(
    tx: &mut Tx,
    ctx: &Ctx,
    (register, carrier): (CodRegisterId, &str),
    around: &Around,
    range: Range,
) -> Result<(), DbError> {
    matching::find_parcels(tx, register, carrier, range).await?;
    let facts = lines::facts(tx, register, range).await?;
    let mut unfound = HashMap::new();
    if facts.iter().any(|one| one.parcel.is_none()) {
        let rows = matching::unfound(tx, register, carrier, range).await?;
        unfound.extend(rows.into_iter().map(|why| (why.line, why)));
    }
    let goods = goods(tx, &facts).await?;
    let mut carried = HashMap::new();
    if facts
        .iter()
        .any(|one| one.quoted.is_some() && one.delivery.is_some_and(|sum| Some(sum) != one.quoted))
    {
        let rows = lines::carried(tx, register, carrier, range).await?;
        carried.extend(rows.into_iter().map(|one| (one.line, one)));
    }
    let mut found = Vec::new();
    for one in &facts {
        let beside = Beside {
            unfound: unfound.get(&one.line).copied(),
            goods: one.parcel.and_then(|parcel| goods.get(&parcel)),
            carried: carried.get(&one.line).copied(),
        };
        let raised = findings::of_line(one, around, &beside);
        found.extend(raised.into_iter().map(|raised| (one.line, one.parcel, raised)));
    }
    finding_store::insert(tx, ctx, register, &found).await
}

/// What the buyers of parcels that were taken in part were to pay for.
async fn goods(tx: &mut Tx, facts: &[LineFacts]) -> Result<HashMap<ParcelId, Goods>, DbError> {
    let partial = facts.iter().filter(|one| one.is_partial).filter_map(|one| one.parcel);
    let partial: Vec<ParcelId> = partial.collect::<BTreeSet<_>>().into_iter().collect();
    let mut goods: HashMap<ParcelId, Goods> = HashMap::new();
    for unit in lines::units(tx, &partial).await? {
        goods.entry(unit.parcel).or_default().units.push((unit.price, unit.count));
    }
    // The carrier takes what it was told: less than the prices where a part is paid, and the delivery.
    for told in lines::told(tx, &partial).await? {
        let Ok(ask) = from_json::<ShipmentAsk>(&told.ask) else { continue };
        let units = ask.items.iter().map(|item| (item.cod_kopecks, item.quantity)).collect();
        goods.insert(told.parcel, Goods { units, delivery_fee: ask.delivery_fee_kopecks });
    }
    Ok(goods)
}

/// What is known of a register whose lines are all written.
struct Closing {
    head: Arc<Head>,
    digest: Arc<Digest>,
    around: Arc<Around>,
    about: About,
}

/// Makes a register visible, with what is wrong about the whole of it.
async fn close(
    tx: &mut Tx,
    ctx: &Ctx,
    closing: &Closing,
    told: &BTreeMap<String, String>,
) -> Result<(), RegisterError> {
    let Closing { head, digest, around, about } = closing;
    if !registers::draft(tx, head, digest).await? {
        return Err(RegisterError::Taken);
    }
    let summed = Totals {
        collected: Some(digest.collected),
        fee: Some(digest.fee),
        delivery: Some(digest.delivery),
        transferred: Some(digest.transferred),
    };
    let elsewhere = finding_store::count_kind(tx, head.id, FindingKind::OtherCarrier).await?;
    let (parts, all) = ((elsewhere, digest.lines), digest.collected);
    let raised = [
        findings::of_totals(&digest.stated.unwrap_or_default(), &summed),
        terms::contract_of_all(about, &around.known, all),
        terms::file_of_other(about, &head.carrier, parts, all),
        findings::of_sheets(&about.sheets_unread),
    ];
    let found: Vec<_> = raised.into_iter().flatten().map(|raised| (0, None, raised)).collect();
    finding_store::insert(tx, ctx, head.id, &found).await?;
    settings::headings_keep(tx, ctx, &head.carrier, told).await?;
    Ok(note(tx, ctx, head, &json!({ "lines": digest.lines })).await?)
}

/// Notes in the trail of commands what was told.
async fn note(tx: &mut Tx, ctx: &Ctx, head: &Head, outcome: &Value) -> Result<(), DbError> {
    let file = json!({
        "carrier": head.carrier, "number": head.number, "payment_order": head.payment_order,
        "file": head.file, "sha256": head.file_hash.map(hex::encode),
    });
    let command = Command {
        scope: head.run,
        key: "import".to_owned(),
        action: "register_import",
        body_hash: body_hash(&file),
        request: Some(file),
        actor: ctx.actor,
        device: None,
        owner: None,
    };
    command_insert(tx, &command, ctx, None, outcome).await
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Known {
    Yes,
    No,
}

async fn report(
    app: &App,
    register: CodRegisterId,
    digest: &Digest,
    known: Known,
) -> Result<RegisterReport, RegisterError> {
    let read = async move |tx: &mut Tx| {
        let findings = finding_store::count_open(tx, register, None).await?;
        let blocking = finding_store::count_open(tx, register, Some(Severity::Blocking)).await?;
        Ok::<_, DbError>((findings, blocking))
    };
    let (findings, blocking) = app.db.read(read).await?;
    Ok(RegisterReport {
        register,
        is_known: known == Known::Yes,
        lines: digest.lines,
        wrong_rows: count(digest.wrong.len()),
        refusals: digest.wrong.iter().take(WRONG_TOLD_MAX).cloned().collect(),
        findings,
        blocking,
    })
}
