//! Looking at everything that is open: receipts to registers, and what is wrong after that.
//!
//! What is to be done is decided on what was read, and done in short transactions that look again: each
//! holds its registers first, and gives up when they or the receipts are not as they were. So two runs at
//! once, on two nodes or after a kill, do each thing once.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::json;

use super::findings::{self, NewFinding};
use super::model::{Delays, RunReport};
use super::rounds::{Group, Open, OpenReceipt, Pair, round};
use super::service::pair_up;
use super::{ReconciliationError, delays, store};
use crate::app::App;
use crate::bank::board::Board;
use crate::bank::matching::{Candidate, Receipt};
use crate::bank::{self, BankDocumentRow, BankError, MatchHow};
use crate::commands::{Command, Ctx, body_hash, command_insert};
use crate::db::{DbError, Tx};
use crate::ids::{BankDocumentId, CodRegisterId, UserId, new_uuid};
use crate::registers::{self, Due, FindingKind};
use crate::units::{Day, Kopecks};

/// Receipts may come so many days before the register that tells of them. Older ones are left to people.
const DAYS_BEFORE: u64 = 45;
const PAGE_RECEIPTS: i64 = 5_000;
const PAGE_FINDINGS: usize = 1_000;
const PAGE_PARCELS: i64 = 1_000;

fn count(rows: u64) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}

/// What is open, as it was read.
struct View {
    candidates: Vec<Candidate>,
    receipts: Vec<OpenReceipt>,
}

/// Matches receipts to registers, raises what is wrong and closes what is cured. For `actor`, or for the
/// system.
///
/// May be run at any time, at several places at once: what was done is not done again.
pub async fn run(app: &App, actor: Option<UserId>) -> Result<RunReport, ReconciliationError> {
    let ctx = Ctx { actor, ..Ctx::system(app.clock.now()) };
    let today = ctx.now.moscow_day();
    let mut report = RunReport::default();
    let mut view = view(app, today).await?;
    let open = loop {
        let found = round(&view.receipts, &view.candidates);
        if found.groups.is_empty() {
            break found.open;
        }
        for group in found.groups {
            let (documents, registers): (HashSet<BankDocumentId>, HashSet<CodRegisterId>) =
                group.pairs.iter().map(|pair| (pair.document, pair.register)).unzip();
            match_group(app, ctx, group, &mut report).await?;
            // Used up, or somebody else was faster: the next run sees what is left.
            view.receipts.retain(|one| !documents.contains(&one.document));
            view.candidates.retain(|one| !registers.contains(&one.register));
        }
    };
    let mut found = Vec::new();
    for one in &view.receipts {
        let told = open
            .get(&one.document)
            .and_then(|open: &Open| findings::of_receipt(one, open, &view.candidates));
        found.extend(told);
    }
    change(app, ctx, &view, &found, &mut report).await?;
    let delays = delays_of(app, &view.candidates).await?;
    let late = view.candidates.iter().filter_map(|one| {
        let days = delays.get(&one.carrier).map_or(0, |delays| delays.bank_days);
        findings::unpaid(one, today, days)
    });
    found.extend(late);
    raise(app, ctx, found, &mut report).await?;
    absent(app, ctx, today, &mut report).await?;
    note(app, ctx, report).await?;
    Ok(report)
}

async fn view(app: &App, today: Day) -> Result<View, DbError> {
    let read = async |tx: &mut Tx| {
        Ok::<_, DbError>((store::open_registers(tx).await?, store::payers_all(tx).await?))
    };
    let (registers, payers) = app.db.read(read).await?;
    let mut inns: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for one in &payers {
        inns.entry(&one.carrier).or_default().push(one.inn.clone());
    }
    let candidate = |one: &store::OpenRow| Candidate {
        register: one.register,
        carrier: one.carrier.clone(),
        payer_inns: inns.get(one.carrier.as_str()).cloned().unwrap_or_default(),
        number: one.number.clone(),
        payment_order: Some(one.payment_order.clone()).filter(|order| !order.is_empty()),
        net: one.open,
        day: one.day,
    };
    let candidates: Vec<Candidate> = registers.iter().map(candidate).collect();
    let board = Board::new(&candidates, payers.iter().map(|one| one.inn.clone()));
    let oldest = candidates.iter().map(|one| one.day).min().unwrap_or(today).min(today);
    let mut after = (oldest.minus_days(DAYS_BEFORE), nil());
    let mut receipts = Vec::new();
    loop {
        let read = async move |tx: &mut Tx| bank::to_match(tx, after, PAGE_RECEIPTS).await;
        let page: Vec<BankDocumentRow> = app.db.read::<_, DbError, _>(read).await?;
        let Some(last) = page.last() else { break };
        after = (last.booked_on, last.id);
        receipts.extend(
            page.into_iter()
                .map(|row| receipt(row, &board))
                .filter(|one| one.is_of_buyers || one.is_begun || board.concerns(&one.receipt)),
        );
    }
    let documents: Vec<BankDocumentId> = receipts.iter().map(|one| one.document).collect();
    let read = async move |tx: &mut Tx| bank::undone(tx, &documents).await;
    let undone: HashSet<BankDocumentId> = app.db.read(read).await?.into_iter().collect();
    for one in &mut receipts {
        one.is_of_person = one.is_begun || undone.contains(&one.document);
    }
    Ok(View { candidates, receipts })
}

const fn nil() -> BankDocumentId {
    BankDocumentId::from_uuid(uuid::Uuid::nil())
}

fn receipt(row: BankDocumentRow, board: &Board) -> OpenReceipt {
    let left = row.amount_kopecks.get() - row.matched_kopecks.get();
    let receipt = Receipt {
        amount: Kopecks::new(left),
        payer_inn: row.party_inn,
        number: row.number,
        purpose: row.purpose,
        day: row.booked_on,
    };
    OpenReceipt {
        document: row.id,
        is_begun: row.matched_kopecks.is_positive(),
        is_of_person: false,
        is_of_buyers: board.is_of_buyers(&receipt),
        receipt,
    }
}

/// Does what was found, if everything is still as it was.
async fn match_group(
    app: &App,
    ctx: Ctx,
    group: Group,
    report: &mut RunReport,
) -> Result<(), ReconciliationError> {
    let pairs = group.pairs.len();
    let sum = group.pairs.iter().map(|pair| pair.amount.get()).sum::<i64>();
    let write = async move |tx: &mut Tx| match_within(tx, &ctx, &group).await;
    let done = app.db.write::<Option<Matched>, ReconciliationError, _>(write).await;
    match done {
        Ok(Some(matched)) => {
            report.matched += i64::try_from(pairs).unwrap_or(i64::MAX);
            report.matched_kopecks = Kopecks::new(report.matched_kopecks.get().saturating_add(sum));
            report.settled += matched.settled;
            report.raised += matched.raised;
            Ok(())
        }
        // Somebody was faster; nothing of this was written.
        Ok(None) | Err(ReconciliationError::Bank(BankError::MatchTooBig { .. })) => Ok(()),
        Err(error) => Err(error),
    }
}

/// What a group came to.
#[derive(Debug, Default)]
struct Matched {
    settled: i64,
    raised: i64,
}

/// Nothing: a register or a receipt is not as it was.
async fn match_within(
    tx: &mut Tx,
    ctx: &Ctx,
    group: &Group,
) -> Result<Option<Matched>, ReconciliationError> {
    let Some(mut held) = hold(tx, group).await? else { return Ok(None) };
    let mut matched = Matched::default();
    for pair in &group.pairs {
        let Some(due) = held.get_mut(&pair.register) else { return Ok(None) };
        due.open = pair_up(tx, ctx, due, *pair, MatchHow::Rule).await?;
        matched.settled += i64::from(due.open.is_zero());
    }
    if group.is_of_stranger
        && let Some(pair) = group.pairs.first()
    {
        let row = bank::document_find(tx, pair.document).await?;
        let inn = row.and_then(|row| row.party_inn);
        let sum = group.pairs.iter().map(|pair| pair.amount.get()).sum();
        let what = (Kopecks::new(sum), inn.as_deref());
        let found = findings::stranger(pair.document, Some(pair.register), what);
        matched.raised += count(store::findings_insert(tx, ctx, &[found]).await?);
    }
    Ok(Some(matched))
}

/// The registers of a group, held in the order of their ids; nothing if what is to come of one is not what
/// the group gives it, or if something of a receipt is gone.
async fn hold(
    tx: &mut Tx,
    group: &Group,
) -> Result<Option<HashMap<CodRegisterId, Due>>, ReconciliationError> {
    let mut given: BTreeMap<CodRegisterId, i64> = BTreeMap::new();
    let mut taken: BTreeMap<BankDocumentId, i64> = BTreeMap::new();
    for Pair { document, register, amount } in &group.pairs {
        *given.entry(*register).or_default() += amount.get();
        *taken.entry(*document).or_default() += amount.get();
    }
    let mut held = HashMap::new();
    for (register, sum) in given {
        let due = registers::due(tx, register).await?;
        if due.settled_on.is_some() || due.open.get() != sum {
            return Ok(None);
        }
        held.insert(register, due);
    }
    for (document, sum) in taken {
        let row = bank::document_find(tx, document).await?;
        let left = row.map(|row| row.amount_kopecks.get() - row.matched_kopecks.get());
        if left != Some(sum) {
            return Ok(None);
        }
    }
    Ok(Some(held))
}

/// Closes what is cured, and what is told of the receipts in another way by now.
async fn change(
    app: &App,
    ctx: Ctx,
    view: &View,
    found: &[NewFinding],
    report: &mut RunReport,
) -> Result<(), ReconciliationError> {
    let seen: HashSet<BankDocumentId> = view.receipts.iter().map(|one| one.document).collect();
    let now: HashSet<(BankDocumentId, FindingKind)> =
        found.iter().filter_map(|one| Some((one.document?, one.raised.kind))).collect();
    let write = async move |tx: &mut Tx| {
        let mut cleared = store::cure(tx, &ctx).await?;
        for one in store::findings_open(tx).await? {
            if seen.contains(&one.document) && !now.contains(&(one.document, one.kind)) {
                cleared += store::finding_clear(tx, &ctx, one.id, "told_otherwise").await?;
            }
        }
        Ok(cleared)
    };
    report.cleared += count(app.db.write::<u64, DbError, _>(write).await?);
    Ok(())
}

async fn raise(
    app: &App,
    ctx: Ctx,
    found: Vec<NewFinding>,
    report: &mut RunReport,
) -> Result<(), ReconciliationError> {
    for part in found.chunks(PAGE_FINDINGS) {
        let part = part.to_vec();
        let write = async move |tx: &mut Tx| store::findings_insert(tx, &ctx, &part).await;
        report.raised += count(app.db.write::<u64, DbError, _>(write).await?);
    }
    Ok(())
}

async fn delays_of(
    app: &App,
    candidates: &[Candidate],
) -> Result<BTreeMap<String, Delays>, DbError> {
    let carriers: Vec<String> = candidates.iter().map(|one| one.carrier.clone()).collect();
    let read = async move |tx: &mut Tx| delays_within(tx, &carriers).await;
    app.db.read(read).await
}

/// Once for each carrier.
pub(super) async fn delays_within(
    tx: &mut Tx,
    carriers: &[String],
) -> Result<BTreeMap<String, Delays>, DbError> {
    let mut found = BTreeMap::new();
    for carrier in carriers {
        if !found.contains_key(carrier) {
            found.insert(carrier.clone(), delays::of_carrier(tx, carrier).await?);
        }
    }
    Ok(found)
}

/// Raises parcels that buyers paid for and that no register lists in the carrier's usual time.
async fn absent(
    app: &App,
    ctx: Ctx,
    today: Day,
    report: &mut RunReport,
) -> Result<(), ReconciliationError> {
    let read = async |tx: &mut Tx| store::carriers_of_absent(tx).await;
    let carriers: Vec<String> =
        app.db.read(read).await?.into_iter().map(|row| row.carrier).collect();
    for carrier in carriers {
        let asked = carrier.clone();
        let read = async move |tx: &mut Tx| delays::of_carrier(tx, &asked).await;
        let days = app.db.read::<Delays, DbError, _>(read).await?.register_days;
        let until = today.minus_days(days.unsigned_abs().saturating_add(1));
        loop {
            let carrier = carrier.clone();
            let write = async move |tx: &mut Tx| {
                let rows = store::absent(tx, &carrier, until, PAGE_PARCELS).await?;
                let found = rows.iter().map(|row| {
                    let what = (row.collected, row.collected_on);
                    findings::absent(row.parcel, what, (today, days))
                });
                store::findings_insert(tx, &ctx, &found.collect::<Vec<_>>()).await
            };
            let raised = count(app.db.write::<u64, DbError, _>(write).await?);
            report.raised += raised;
            if raised < PAGE_PARCELS {
                break;
            }
        }
    }
    Ok(())
}

/// The line of the audit trail, when something was done.
async fn note(app: &App, ctx: Ctx, report: RunReport) -> Result<(), ReconciliationError> {
    if report == RunReport::default() {
        return Ok(());
    }
    let command = Command {
        scope: new_uuid(),
        key: "run".to_owned(),
        action: "reconciliation_run",
        body_hash: body_hash(&report),
        request: Some(json!(report)),
        actor: ctx.actor,
        device: None,
        owner: None,
    };
    let write =
        async move |tx: &mut Tx| command_insert(tx, &command, &ctx, None, &report).await.map(drop);
    Ok(app.db.write::<(), DbError, _>(write).await?)
}
