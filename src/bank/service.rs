//! Documents into the books, and receipts to registers.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use serde_json::Value;
use uuid::Uuid;

use super::BankError;
use super::model::{
    BankAccountRow, BankDocumentRow, BankMatchRow, Direction, MatchHow, MatchTarget,
};
use super::store::{self, NewDocument, OrderRow};
use crate::commands::Ctx;
use crate::db::{DbError, Tx};
use crate::ids::{
    BankAccountId, BankDocumentId, BankStatementId, CodRegisterId, OwnerId, TransferId,
};
use crate::money::{Account, MoneyError, Posting, TransferReason, open_day, post};
use crate::units::{Day, Kopecks};

/// A document as one of our accounts sees it.
#[derive(Debug, Clone)]
pub(super) struct Leg {
    pub(super) account: BankAccountId,
    pub(super) statement: BankStatementId,
    /// The account from which a transfer between our own accounts comes.
    pub(super) own_payer: Option<BankAccountId>,
    /// What makes it this document, hashed.
    pub(super) identity: Vec<u8>,
    pub(super) direction: Direction,
    pub(super) kind: String,
    pub(super) number: String,
    pub(super) day: Day,
    pub(super) booked_on: Day,
    pub(super) amount: Kopecks,
    pub(super) party_account: String,
    pub(super) party_inn: Option<String>,
    pub(super) party_name: String,
    pub(super) purpose: String,
    pub(super) fields: Value,
    /// Its file has what the account was opened with.
    pub(super) is_balanced: bool,
}

/// Takes documents; answers how many are new. Those that are there change nothing.
pub(super) async fn documents_take(tx: &mut Tx, ctx: &Ctx, legs: &[Leg]) -> Result<u64, BankError> {
    let known: HashSet<Vec<u8>> =
        store::identities(tx, legs).await?.into_iter().map(|row| row.identity).collect();
    let new: Vec<(BankDocumentId, &Leg)> = legs
        .iter()
        .filter(|leg| !known.contains(&leg.identity))
        .map(|leg| (BankDocumentId::new(), leg))
        .collect();
    if new.is_empty() {
        return Ok(0);
    }
    let contained = contained(tx, &new).await?;
    let settled = settle(tx, &new).await?;
    let mut days: HashMap<Day, Day> = HashMap::new();
    let mut postings = Vec::new();
    for (id, leg) in &new {
        let day = match days.get(&leg.booked_on) {
            Some(day) => *day,
            None => open_day(tx, leg.booked_on).await?,
        };
        days.insert(leg.booked_on, day);
        let reason = if leg.direction.is_incoming() {
            TransferReason::BankIn
        } else {
            TransferReason::BankOut
        };
        let sides = sides(leg, settled.contains(id));
        postings.push(Posting::new(reason, sides, leg.amount, day).with_document(id.uuid()));
    }
    post(tx, ctx, &postings).await?;
    for (account, day, moved) in &contained {
        let opened = account.opened_kopecks.checked_sub(*moved);
        reopen(tx, ctx, account, (*day, opened.map_err(|_| BankError::SumTooBig)?)).await?;
    }
    let rows: Vec<NewDocument<'_>> = new
        .iter()
        .zip(&postings)
        .map(|((id, leg), posting)| NewDocument {
            id: *id,
            transfer: posting.id,
            leg,
            is_ordered: settled.contains(id),
        })
        .collect();
    let inserted = store::documents_insert(tx, &rows).await?;
    if inserted == rows.len() as u64 {
        Ok(inserted)
    } else {
        // Another import took some of them since they were looked for.
        Err(tx.conflict().into())
    }
}

/// Accounts that were opened with what some of these documents moved: the day, and how much that was. A
/// file without balances brings such documents when it is older than the earliest statement. The rows of
/// all accounts of such files are the caller's until the commit.
async fn contained(
    tx: &mut Tx,
    new: &[(BankDocumentId, &Leg)],
) -> Result<Vec<(BankAccountRow, Day, Kopecks)>, BankError> {
    let mut legs: BTreeMap<BankAccountId, Vec<&Leg>> = BTreeMap::new();
    for (_, leg) in new.iter().filter(|(_, leg)| !leg.is_balanced) {
        legs.entry(leg.account).or_default().push(leg);
    }
    let mut found = Vec::new();
    for (account, legs) in legs {
        let known = store::account_hold(tx, account).await?;
        let Some(opened_on) = known.opened_on else { continue };
        let mut moved = Kopecks::ZERO;
        for leg in legs.into_iter().filter(|leg| leg.booked_on < opened_on) {
            let sum = if leg.direction.is_incoming() {
                moved.checked_add(leg.amount)
            } else {
                moved.checked_sub(leg.amount)
            };
            moved = sum.map_err(|_| BankError::SumTooBig)?;
        }
        if !moved.is_zero() {
            found.push((known, opened_on, moved));
        }
    }
    Ok(found)
}

/// Debit and credit of a document.
fn sides(leg: &Leg, is_ordered: bool) -> (Account, Account) {
    let (bank, suspense) = (Account::Bank(leg.account), Account::BankSuspense(leg.account));
    match leg.direction {
        Direction::In => (bank, suspense),
        Direction::Out if is_ordered => (Account::BankOutgoing(leg.account), bank),
        Direction::Out | Direction::OwnOut => (suspense, bank),
        // It left the other account by that account's document: both meet there and come to zero.
        Direction::OwnIn => (bank, Account::BankSuspense(leg.own_payer.unwrap_or(leg.account))),
    }
}

/// A payment order of ours that the bank was told of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderedPayment {
    /// The payout's, or whatever it pays.
    pub id: Uuid,
    pub account: BankAccountId,
    pub number: String,
    pub day: Day,
    pub amount: Kopecks,
    pub payee_account: String,
}

/// Remembers payment orders, so that their documents are known when they come. Whoever orders posts
/// [`TransferReason::PaymentOrdered`] to [`Account::BankOutgoing`] in the same transaction.
pub async fn orders_note(tx: &mut Tx, orders: &[OrderedPayment]) -> Result<(), BankError> {
    let noted = store::orders_insert(tx, orders).await?;
    match orders.first() {
        Some(first) if noted < orders.len() as u64 => {
            Err(BankError::OrderTaken { number: first.number.clone() })
        }
        _ => Ok(()),
    }
}

/// [`orders_note`] for one.
pub async fn order_note(tx: &mut Tx, order: &OrderedPayment) -> Result<(), BankError> {
    orders_note(tx, std::slice::from_ref(order)).await
}

/// The bank did not carry an order out: no document that comes later is it. False if a document was it
/// before, or if it is withdrawn already.
pub async fn order_withdraw(tx: &mut Tx, order: Uuid, day: Day) -> Result<bool, BankError> {
    Ok(store::order_withdraw(tx, order, day).await?)
}

/// Takes so much of a receipt for a payment of ours that came back, and answers the account that it came
/// to. Whoever takes it debits [`Account::BankSuspense`] of that account in the same transaction.
pub async fn receipt_take(
    tx: &mut Tx,
    document: BankDocumentId,
    amount: Kopecks,
) -> Result<BankAccountId, BankError> {
    let row = incoming(tx, document).await?;
    take(tx, &row, amount).await?;
    Ok(row.account)
}

async fn take(tx: &mut Tx, row: &BankDocumentRow, amount: Kopecks) -> Result<(), BankError> {
    if store::matched_add(tx, row.id, amount).await? {
        Ok(())
    } else {
        Err(BankError::MatchTooBig { amount, open: row.open() })
    }
}

/// Which of the documents pay an order of ours, by number, sum and the payee's account. An order is
/// settled by one document and by no other.
async fn settle(
    tx: &mut Tx,
    new: &[(BankDocumentId, &Leg)],
) -> Result<HashSet<BankDocumentId>, DbError> {
    let outgoing = || new.iter().filter(|(_, leg)| leg.direction == Direction::Out);
    let mut numbers: BTreeMap<BankAccountId, BTreeSet<&str>> = BTreeMap::new();
    for (_, leg) in outgoing() {
        numbers.entry(leg.account).or_default().insert(&leg.number);
    }
    let mut open: Vec<(BankAccountId, OrderRow)> = Vec::new();
    for (account, numbers) in numbers {
        let rows = store::orders_open(tx, account, numbers).await?;
        open.extend(rows.into_iter().map(|row| (account, row)));
    }
    let mut settled = HashSet::new();
    for (document, leg) in outgoing() {
        let fits = |(account, row): &(BankAccountId, OrderRow)| {
            (*account, &row.number, row.amount, &row.payee_account)
                == (leg.account, &leg.number, leg.amount, &leg.party_account)
        };
        let Some(place) = open.iter().position(fits) else { continue };
        let (_, order) = open.remove(place);
        if store::order_settle(tx, order.id, *document).await? {
            settled.insert(*document);
        }
    }
    Ok(settled)
}

/// The account was opened with this much before the day of its earliest statement. A statement of an
/// earlier time moves the opening back.
pub(super) async fn account_opening(
    tx: &mut Tx,
    ctx: &Ctx,
    account: BankAccountId,
    (from, opening): (Day, Kopecks),
) -> Result<(), BankError> {
    let known = store::account_hold(tx, account).await?;
    if known.opened_on.is_some_and(|day| day <= from) {
        return Ok(());
    }
    let before = from.minus_days(1);
    // Documents of files without balances may be there already.
    let booked = store::booked(tx, account, before).await?;
    let opened = opening.checked_sub(booked).map_err(|_| BankError::SumTooBig)?;
    reopen(tx, ctx, &known, (from, opened)).await
}

/// An account was opened with this much before that day. What the books had of it is corrected.
async fn reopen(
    tx: &mut Tx,
    ctx: &Ctx,
    known: &BankAccountRow,
    (from, opened): (Day, Kopecks),
) -> Result<(), BankError> {
    let account = known.id;
    store::account_open(tx, account, (from, opened)).await?;
    let change = opened.checked_sub(known.opened_kopecks).map_err(|_| BankError::SumTooBig)?;
    if change.is_zero() {
        return Ok(());
    }
    let day = open_day(tx, from.minus_days(1)).await?;
    let (bank, before) = (Account::Bank(account), Account::BankOpening(account));
    let sides = if change.is_positive() { (bank, before) } else { (before, bank) };
    let amount = Kopecks::new(change.get().checked_abs().ok_or(BankError::SumTooBig)?);
    let posting = Posting::new(TransferReason::BankIn, sides, amount, day)
        .with_document(account.uuid())
        .with_note("opening balance");
    Ok(post(tx, ctx, &[posting]).await?)
}

/// What a receipt is said to be for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matching {
    pub document: BankDocumentId,
    pub register: CodRegisterId,
    /// The register's.
    pub carrier: String,
    pub amount: Kopecks,
    pub how: MatchHow,
}

/// Says that so much of a receipt is for a register: `BankSuspense` to `RegisterClearing`. Answers the
/// day on which the money came. The register is whoever's who calls: it holds the row, and counts what
/// is still to come.
pub async fn match_document(tx: &mut Tx, ctx: &Ctx, matching: &Matching) -> Result<Day, BankError> {
    let booking = Booking {
        document: matching.document,
        to: MatchTarget::Register,
        register: Some(matching.register),
        carrier: Some(matching.carrier.clone()),
        owner: None,
        amount: matching.amount,
        how: matching.how,
        note: None,
    };
    book(tx, ctx, booking).await
}

/// So much of a document, and what it is for.
pub(super) struct Booking {
    pub(super) document: BankDocumentId,
    pub(super) to: MatchTarget,
    pub(super) register: Option<CodRegisterId>,
    pub(super) carrier: Option<String>,
    pub(super) owner: Option<OwnerId>,
    pub(super) amount: Kopecks,
    pub(super) how: MatchHow,
    pub(super) note: Option<String>,
}

/// Takes so much of a document to the account that it is for. Answers the day on which the money moved.
pub(super) async fn book(tx: &mut Tx, ctx: &Ctx, booking: Booking) -> Result<Day, BankError> {
    let Booking { document, amount, .. } = booking;
    let row = explainable(tx, document, booking.to).await?;
    if !amount.is_positive() {
        return Err(MoneyError::AmountNotPositive { amount }.into());
    }
    take(tx, &row, amount).await?;
    let matched = BankMatchRow {
        transfer: TransferId::new(),
        document,
        to: booking.to,
        register: booking.register,
        carrier: booking.carrier,
        owner: booking.owner,
        amount_kopecks: amount,
        how: booking.how,
        matched_by: ctx.actor,
        matched_at: ctx.now,
        undo: None,
    };
    let sides = row.sides(matched.account().ok_or(DbError::NoRow)?);
    let day = open_day(tx, row.booked_on).await?;
    let mut posting = Posting::new(TransferReason::BankMatched, sides, amount, day)
        .with_document(document.uuid());
    posting.id = matched.transfer;
    posting.note = booking.note;
    post(tx, ctx, &[posting]).await?;
    store::match_insert(tx, &matched).await?;
    Ok(row.booked_on)
}

/// What was taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Undone {
    pub amount: Kopecks,
    /// When the money had come.
    pub day: Day,
}

/// Takes all live matches of a receipt to a register back by correcting transfers.
pub async fn match_undo(
    tx: &mut Tx,
    ctx: &Ctx,
    (document, register): (BankDocumentId, CodRegisterId),
    why: &str,
) -> Result<Undone, BankError> {
    let row = incoming(tx, document).await?;
    let live = |one: &BankMatchRow| one.register == Some(register) && one.undo.is_none();
    let matches: Vec<BankMatchRow> =
        store::match_list(tx, document).await?.into_iter().filter(live).collect();
    if matches.is_empty() {
        return Err(BankError::MatchNotFound { document, register });
    }
    let amount = take_back(tx, ctx, &row, &matches, why).await?;
    Ok(Undone { amount, day: row.booked_on })
}

/// Takes matches of a document back by correcting transfers. Answers how much that was.
pub(super) async fn take_back(
    tx: &mut Tx,
    ctx: &Ctx,
    row: &BankDocumentRow,
    matches: &[BankMatchRow],
    why: &str,
) -> Result<Kopecks, BankError> {
    let document = row.id;
    let day = open_day(tx, row.booked_on).await?;
    let mut postings = Vec::new();
    for one in matches {
        let (debit, credit) = row.sides(one.account().ok_or(DbError::NoRow)?);
        let sides = (credit, debit);
        let posting = Posting::new(TransferReason::Correction, sides, one.amount_kopecks, day)
            .with_document(document.uuid())
            .with_note(why)
            .correcting(one.transfer);
        postings.push(posting);
    }
    post(tx, ctx, &postings).await?;
    let mut amount = Kopecks::ZERO;
    for (one, posting) in matches.iter().zip(&postings) {
        let is_first = store::match_undo(tx, one.transfer, posting.id).await?;
        if !is_first || !store::matched_take(tx, document, one.amount_kopecks).await? {
            return Err(tx.conflict().into());
        }
        amount = amount.checked_add(one.amount_kopecks).map_err(|_| BankError::SumTooBig)?;
    }
    Ok(amount)
}

/// No register is behind a receipt: nobody looks for one any more.
pub async fn set_aside(tx: &mut Tx, document: BankDocumentId) -> Result<(), DbError> {
    store::document_aside(tx, document).await
}

pub(super) async fn document(
    tx: &mut Tx,
    document: BankDocumentId,
) -> Result<BankDocumentRow, BankError> {
    let row = store::document_find(tx, document).await?;
    row.ok_or(BankError::DocumentNotFound { document })
}

/// A receipt from others.
async fn incoming(tx: &mut Tx, id: BankDocumentId) -> Result<BankDocumentRow, BankError> {
    let row = document(tx, id).await?;
    match row.direction {
        Direction::In => Ok(row),
        _ => Err(BankError::NotIncoming { document: id }),
    }
}

/// A receipt from others; or a payment to a carrier that no order of ours explains.
async fn explainable(
    tx: &mut Tx,
    id: BankDocumentId,
    to: MatchTarget,
) -> Result<BankDocumentRow, BankError> {
    let row = document(tx, id).await?;
    match (row.direction, to) {
        (Direction::In, _) => Ok(row),
        (Direction::Out, MatchTarget::CarrierSettlement) if !row.is_ordered => Ok(row),
        _ => Err(BankError::NotIncoming { document: id }),
    }
}
