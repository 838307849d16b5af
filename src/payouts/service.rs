//! Runs: proposing, making anew, approving, rejecting.

use std::collections::BTreeMap;

use chrono::Datelike;

use super::model::{LeftOutRow, Ordered, PayoutRow, Proposal, RunRow, RunState};
use super::position::{Found, found};
use super::rule::{LeftOut, Paper, purpose};
use super::{PayoutError, store};
use crate::agency;
use crate::bank::payment_order::{self, PaymentOrder, Requisites};
use crate::bank::{self, BankAccountRow, BankError, OrderedPayment};
use crate::cod;
use crate::commands::Ctx;
use crate::db::{Tx, from_json};
use crate::fault::{InputError, reason_checked};
use crate::ids::{BankAccountId, OwnerId, PayoutRunId, TransferId, UserId};
use crate::money::{Account, Posting, TransferReason, open_day, post};
use crate::series::numbers_next;
use crate::units::{Day, Kopecks, UtcMicros};

/// The Bank of Russia's rules refuse numbers that end with 000.
const NUMBER_ROUND: i64 = 1_000;

/// Proposes what shops are paid from an account: what was reported to them by a day.
pub async fn run_create(
    tx: &mut Tx,
    ctx: &Ctx,
    account: BankAccountId,
    cut_off: Day,
) -> Result<RunRow, PayoutError> {
    if cut_off > ctx.now.moscow_day() {
        return Err(InputError::one("cut_off", "too_large").into());
    }
    payer(tx, account).await?;
    let run = PayoutRunId::new();
    if !store::run_insert(tx, ctx, run, (account, cut_off)).await? {
        return Err(match store::run_draft(tx, account).await? {
            Some(run) => PayoutError::RunOpen { run },
            // It was decided since.
            None => tx.conflict().into(),
        });
    }
    fill(tx, ctx, run).await
}

/// Makes a draft anew, of what is due by now. Whoever does it has made it.
pub async fn run_refresh(tx: &mut Tx, ctx: &Ctx, run: PayoutRunId) -> Result<RunRow, PayoutError> {
    let row = hold(tx, run).await?;
    if row.state != RunState::Draft {
        return Err(PayoutError::RunDecided { run, state: row.state });
    }
    payer(tx, row.account).await?;
    store::forget(tx, run).await?;
    store::run_remake(tx, ctx, run).await?;
    fill(tx, ctx, run).await
}

/// Gives a draft up, with a reason. A second time changes nothing.
pub async fn run_reject(
    tx: &mut Tx,
    ctx: &Ctx,
    run: PayoutRunId,
    reason: &str,
) -> Result<RunRow, PayoutError> {
    let reason = reason_checked(reason)?;
    let row = hold(tx, run).await?;
    match row.state {
        RunState::Rejected => return Ok(row),
        RunState::Approved => return Err(PayoutError::RunDecided { run, state: row.state }),
        RunState::Draft => {}
    }
    store::run_reject(tx, ctx, run, reason).await?;
    run_find(tx, run).await
}

pub(super) async fn run_find(tx: &mut Tx, run: PayoutRunId) -> Result<RunRow, PayoutError> {
    store::run_find(tx, run).await?.ok_or(PayoutError::RunNotFound { run })
}

async fn hold(tx: &mut Tx, run: PayoutRunId) -> Result<RunRow, PayoutError> {
    store::run_hold(tx, run).await?.ok_or(PayoutError::RunNotFound { run })
}

/// The account that pays; one that is not in use does not.
async fn payer(tx: &mut Tx, account: BankAccountId) -> Result<BankAccountRow, PayoutError> {
    let row = bank::account_find(tx, account).await?;
    let row = row.ok_or(BankError::AccountNotFound { account })?;
    if row.active { Ok(row) } else { Err(PayoutError::AccountInactive { account }) }
}

async fn fill(tx: &mut Tx, ctx: &Ctx, run: PayoutRunId) -> Result<RunRow, PayoutError> {
    let row = run_find(tx, run).await?;
    let (proposals, left_out) = propose(tx, ctx, &row).await?;
    if store::payouts_insert(tx, run, &proposals).await? < proposals.len() as u64 {
        // Another run took one of the shops meanwhile.
        return Err(tx.conflict().into());
    }
    store::left_out_insert(tx, run, &left_out).await?;
    run_find(tx, run).await
}

/// What a run would pay now, and whom it leaves out; both in the order of shops.
async fn propose(
    tx: &mut Tx,
    ctx: &Ctx,
    run: &RunRow,
) -> Result<(Vec<Proposal>, Vec<LeftOutRow>), PayoutError> {
    let all = found(tx, None, run.cut_off, ctx.now.moscow_day()).await?;
    let elsewhere = store::drafted_elsewhere(tx, run.id).await?;
    let owners: Vec<_> = all.iter().map(|one| one.owner).collect();
    let mut reports = store::reports(tx, &owners, run.cut_off).await?;
    let (mut proposals, mut rest) = (Vec::new(), Vec::new());
    for one in all {
        let is_elsewhere = elsewhere.contains(&one.owner);
        let reason = one.left_out().or(is_elsewhere.then_some(LeftOut::InAnotherRun));
        if let Some(reason) = reason {
            rest.push(one.left_out_row(reason));
        } else {
            let reports = reports.remove(&one.owner).unwrap_or_default();
            proposals.extend(proposal(one, &reports));
        }
    }
    Ok((proposals, rest))
}

/// None without a contract: such a shop is left out.
fn proposal(one: Found, reports: &[Paper]) -> Option<Proposal> {
    let sums = one.sums();
    let terms = one.terms?.terms;
    let contract = Paper { number: terms.contract_number, day: terms.contract_day };
    Some(Proposal {
        owner: one.owner,
        parcels: one.parcels,
        sums,
        purpose: purpose(&contract, reports),
        contract_number: contract.number,
        contract_day: contract.day,
        payee: terms.payee,
    })
}

/// Approves a run as it was made at `made_at`: pays its parcels, takes debts and charges off, and orders the rest to be
/// paid, in one piece. A second time changes nothing.
///
/// # Errors
/// Whoever made it or wrote one of its payees down is refused, and so is a run after which something has
/// changed, or that was made anew since. A wrong requisite is named as `orders[2].payee.account`.
pub async fn run_approve(
    tx: &mut Tx,
    ctx: &Ctx,
    run: PayoutRunId,
    made_at: UtcMicros,
) -> Result<RunRow, PayoutError> {
    let row = hold(tx, run).await?;
    match row.state {
        RunState::Approved => return Ok(row),
        RunState::Rejected => return Err(PayoutError::RunDecided { run, state: row.state }),
        RunState::Draft => {}
    }
    if !ctx.is_second_person(&[row.made_by]) {
        return Err(PayoutError::SecondPerson);
    }
    if row.made_at != made_at {
        // Another one than who approves saw.
        return Err(PayoutError::RunStale { run });
    }
    let payer = payer(tx, row.account).await?;
    let drafted = store::of_run(tx, run).await?;
    if drafted.is_empty() {
        return Err(PayoutError::RunEmpty { run });
    }
    let (proposals, _) = propose(tx, ctx, &row).await?;
    let made = drafted.iter().map(PayoutRow::proposal).collect::<Result<Vec<_>, _>>()?;
    if made != proposals {
        return Err(PayoutError::RunStale { run });
    }
    check_payees(tx, ctx, &made).await?;
    let day = open_day(tx, ctx.now.moscow_day()).await?;
    let numbers = numbers(tx, row.account, day, drafted.len()).await?;
    let ordered: Vec<Ordered> = drafted
        .iter()
        .zip(made)
        .zip(numbers)
        .map(|((row, proposal), number)| Ordered {
            id: row.id,
            proposal,
            number: number.to_string(),
            transfer: TransferId::new(),
        })
        .collect();
    let payer = side(payer);
    let orders: Vec<PaymentOrder> =
        ordered.iter().map(|one| order(&one.proposal, &one.number, (&payer, day))).collect();
    payment_order::file(&orders, ctx.now)?;
    order_all(tx, ctx, &row, (&payer, day), &ordered).await?;
    run_find(tx, run).await
}

/// Who wrote down where money goes does not send it there. The terms are those of today, by which the
/// run would be made now.
async fn check_payees(tx: &mut Tx, ctx: &Ctx, made: &[Proposal]) -> Result<(), PayoutError> {
    let owners: Vec<OwnerId> = made.iter().map(|one| one.owner).collect();
    let terms = agency::terms_of(tx, &owners, ctx.now.moscow_day()).await?;
    let writers: Vec<Option<UserId>> = terms.values().map(|row| row.written_by).collect();
    if ctx.is_second_person(&writers) { Ok(()) } else { Err(PayoutError::SecondPerson) }
}

/// Numbers of payment orders, counted for each account and year.
async fn numbers(
    tx: &mut Tx,
    account: BankAccountId,
    day: Day,
    count: usize,
) -> Result<Vec<i64>, PayoutError> {
    let series = format!("payment_order/{account}/{}", day.date().year());
    let mut numbers = Vec::new();
    while numbers.len() < count {
        let missing = i64::try_from(count - numbers.len()).map_err(|_| PayoutError::SumTooBig)?;
        let first = numbers_next(tx, &series, missing).await?;
        numbers.extend((first..first + missing).filter(|number| number % NUMBER_ROUND != 0));
    }
    Ok(numbers)
}

fn side(account: BankAccountRow) -> Requisites {
    Requisites {
        name: account.name,
        inn: account.inn,
        kpp: account.kpp,
        account: account.number,
        bank_name: account.bank_name,
        bic: account.bic,
        corr_account: account.corr_account,
    }
}

fn order(proposal: &Proposal, number: &str, (payer, day): (&Requisites, Day)) -> PaymentOrder {
    PaymentOrder {
        number: number.to_owned(),
        day,
        amount: proposal.sums.net,
        payer: payer.clone(),
        payee: proposal.payee.clone(),
        purpose: proposal.purpose.clone(),
    }
}

/// Writes everything that approving means.
async fn order_all(
    tx: &mut Tx,
    ctx: &Ctx,
    run: &RunRow,
    (payer, day): (&Requisites, Day),
    ordered: &[Ordered],
) -> Result<(), PayoutError> {
    let postings: Vec<Posting> =
        ordered.iter().flat_map(|one| postings(one, run.account, day)).collect();
    post(tx, ctx, &postings).await?;
    store::run_approve(tx, ctx, run.id, (payer, day)).await?;
    if store::payouts_order(tx, run.id, ordered).await? < ordered.len() as u64 {
        return Err(tx.conflict().into());
    }
    cod::pay(tx, run.id).await?;
    let payments: Vec<OrderedPayment> = ordered
        .iter()
        .map(|one| OrderedPayment {
            id: one.id.uuid(),
            account: run.account,
            number: one.number.clone(),
            day,
            amount: one.proposal.sums.net,
            payee_account: one.proposal.payee.account.clone(),
        })
        .collect();
    Ok(bank::orders_note(tx, &payments).await?)
}

/// What a payout moves: what its parcels bring comes to its clearing account, and all of it leaves.
fn postings(one: &Ordered, account: BankAccountId, day: Day) -> Vec<Posting> {
    let (owner, sums) = (one.proposal.owner, one.proposal.sums);
    let clearing = || Account::PayoutClearing(owner, one.id);
    let moves = [
        (TransferReason::CodPaid, (Account::OwnerPayable(owner), clearing()), sums.gross),
        (TransferReason::SetOff, (clearing(), Account::OwnerPayable(owner)), sums.debt),
        (TransferReason::SetOff, (clearing(), Account::OwnerCharges(owner)), sums.set_off),
        (TransferReason::PaymentOrdered, (clearing(), Account::BankOutgoing(account)), sums.net),
    ];
    let posting = |(reason, sides, amount): (TransferReason, (Account, Account), Kopecks)| {
        let mut posting = Posting::new(reason, sides, amount, day).with_document(one.id.uuid());
        if reason == TransferReason::CodPaid {
            posting.id = one.transfer;
        }
        posting
    };
    moves.into_iter().filter(|(_, _, amount)| amount.is_positive()).map(posting).collect()
}

/// The payment orders of an approved run as a file for the bank's client: the same bytes each time.
pub async fn run_orders(tx: &mut Tx, run: PayoutRunId) -> Result<Vec<u8>, PayoutError> {
    let row = run_find(tx, run).await?;
    let (Some(payer), Some(day), Some(made_at)) = (row.payer, row.order_day, row.decided_at) else {
        return Err(PayoutError::RunNotApproved { run, state: row.state });
    };
    let payer: Requisites = from_json(&payer)?;
    let mut by_number: BTreeMap<i64, PaymentOrder> = BTreeMap::new();
    for payout in store::of_run(tx, run).await? {
        let number = payout.order_number.clone().unwrap_or_default();
        let order = order(&payout.proposal()?, &number, (&payer, day));
        let place = number.parse().unwrap_or_default();
        by_number.insert(place, order);
    }
    let orders: Vec<PaymentOrder> = by_number.into_values().collect();
    Ok(payment_order::file(&orders, made_at)?)
}
