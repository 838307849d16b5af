//! Rows of runs, payouts and holds.

use std::collections::{HashMap, HashSet};

use super::model::{HoldRow, LeftOutRow, Ordered, PayoutRow, PayoutState, Proposal, RunRow};
use super::rule::Paper;
use crate::bank::payment_order::Requisites;
use crate::commands::Ctx;
use crate::db::{Arg, Count, DbError, Tx};
use crate::ids::{BankAccountId, BankDocumentId, OwnerId, PayoutId, PayoutRunId, TransferId};
use crate::units::{Day, Kopecks, UtcMicros};
use crate::{args, record};

record! {
    struct RunIdRow {
        id: PayoutRunId,
    }
}

record! {
    struct OwnerRow {
        owner: OwnerId,
    }
}

record! {
    struct ReportRow {
        owner: OwnerId,
        number: String,
        accepted_at: UtcMicros,
    }
}

const RUN_INSERT: &str = "INSERT INTO payout_run (id, account_id, cut_off, state, made_by, made_at)
     VALUES ($1, $2, $3, 'draft', $4, $5) ON CONFLICT DO NOTHING";

const RUN_DRAFT: &str = "SELECT id FROM payout_run WHERE account_id = $1 AND state = 'draft'";

const RUN_REMAKE: &str = "UPDATE payout_run SET made_by = $2, made_at = $3
     WHERE id = $1 AND state = 'draft'";

/// The row is the caller's until the commit.
const RUN_HOLD: &str = "UPDATE payout_run SET state = state WHERE id = $1";

/// [`RunRow`] of the runs that fit what follows.
macro_rules! run_select {
    () => {
        "SELECT r.id, r.account_id, r.cut_off, r.state, r.made_by, r.made_at,
         r.decided_by, r.decided_at, r.reason, r.payer, r.order_day,
         (SELECT COUNT(*) FROM payout p WHERE p.run_id = r.id),
         (SELECT CAST(COALESCE(SUM(p.net_kopecks), 0) AS BIGINT) FROM payout p WHERE p.run_id = r.id)
     FROM payout_run r "
    };
}

const RUN_FIND: &str = concat!(run_select!(), "WHERE r.id = $1");

const RUN_LIST: &str = concat!(run_select!(), "WHERE r.id < $1 ORDER BY r.id DESC LIMIT $2");

const RUN_APPROVE: &str = "UPDATE payout_run
     SET state = 'approved', decided_by = $2, decided_at = $3, payer = $4, order_day = $5
     WHERE id = $1 AND state = 'draft'";

const RUN_REJECT: &str = "UPDATE payout_run
     SET state = 'rejected', decided_by = $2, decided_at = $3, reason = $4
     WHERE id = $1 AND state = 'draft'";

const PAYOUT_INSERT: &str = "INSERT INTO payout
     (id, run_id, owner_id, state, parcels, gross_kopecks, debt_kopecks, set_off_kopecks, net_kopecks,
         contract_number, contract_day, payee, purpose)
     VALUES ($1, $2, $3, 'draft', $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING";

/// A draft becomes an order; nothing else of it changes.
const PAYOUT_ORDER: &str = "INSERT INTO payout
     (id, run_id, owner_id, state, parcels, gross_kopecks, debt_kopecks, set_off_kopecks, net_kopecks,
         contract_number, contract_day, payee, purpose, order_number, transfer_id)
     VALUES ($1, $2, $3, 'ordered', $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
     ON CONFLICT (id) DO UPDATE SET state = excluded.state, order_number = excluded.order_number,
         transfer_id = excluded.transfer_id
     WHERE payout.state = 'draft'";

const PAYOUTS_FORGET: &str = "DELETE FROM payout WHERE run_id = $1 AND state = 'draft'";

const PAYOUTS_REJECT: &str =
    "UPDATE payout SET state = 'rejected' WHERE run_id = $1 AND state = 'draft'";

const LEFT_OUT_INSERT: &str = "INSERT INTO payout_left_out
     (run_id, owner_id, reason, due_kopecks, debt_kopecks, charges_kopecks)
     VALUES ($1, $2, $3, $4, $5, $6)";

const LEFT_OUT_FORGET: &str = "DELETE FROM payout_left_out WHERE run_id = $1";

const LEFT_OUT_LIST: &str = "SELECT owner_id, reason, due_kopecks, debt_kopecks, charges_kopecks
     FROM payout_left_out WHERE run_id = $1 ORDER BY owner_id";

const DRAFTED_ELSEWHERE: &str =
    "SELECT owner_id FROM payout WHERE state = 'draft' AND run_id <> $1";

/// [`PayoutRow`] of the payouts that fit what follows.
macro_rules! payout_select {
    () => {
        "SELECT p.id, p.run_id, r.account_id, p.owner_id, p.state, p.parcels,
         p.gross_kopecks, p.debt_kopecks, p.set_off_kopecks, p.net_kopecks, p.contract_number,
         p.contract_day, p.payee, p.purpose, p.order_number, r.order_day, d.booked_on, p.returned_on,
         p.return_reason, p.return_document_id
     FROM payout p JOIN payout_run r ON r.id = p.run_id
     LEFT JOIN bank_order o ON o.id = p.id LEFT JOIN bank_document d ON d.id = o.document_id "
    };
}

const PAYOUT_FIND: &str = concat!(payout_select!(), "WHERE p.id = $1");

const PAYOUTS_OF_RUN: &str = concat!(payout_select!(), "WHERE p.run_id = $1 ORDER BY p.owner_id");

const PAYOUTS_OF_OWNER: &str = concat!(
    payout_select!(),
    "WHERE p.owner_id = $1 AND p.id < $2 AND ($3 OR p.state IN ('ordered', 'returned'))
       AND ($4 OR p.run_id = $5)
     ORDER BY p.id DESC LIMIT $6"
);

const PAYOUTS: &str = concat!(payout_select!(), "WHERE p.id < $1 ORDER BY p.id DESC LIMIT $2");

/// A run has one for each shop at most.
const PAYOUTS_OF_RUN_BY_ID: &str =
    concat!(payout_select!(), "WHERE p.run_id = $1 AND p.id < $2 ORDER BY p.id DESC LIMIT $3");

const PAID_IN_ALL: &str = "SELECT CAST(COALESCE(SUM(net_kopecks), 0) AS BIGINT)
     FROM payout WHERE owner_id = $1 AND state = 'ordered'";

const PAYOUT_RETURN: &str = "UPDATE payout
     SET state = 'returned', returned_on = $2, returned_at = $3, returned_by = $4, return_reason = $5,
         return_document_id = $6, return_transfer_id = $7
     WHERE id = $1 AND state = 'ordered'";

const HOLD_INSERT: &str = "INSERT INTO payout_hold (id, owner_id, held_at, held_by, reason)
     VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";

const HOLD_RELEASE: &str = "UPDATE payout_hold SET released_at = $2, released_by = $3
     WHERE owner_id = $1 AND released_at IS NULL";

const HOLDS: &str = "SELECT owner_id, reason, held_by, held_at FROM payout_hold
     WHERE released_at IS NULL AND owner_id IN (/*list*/)";

/// The reports that list what is due, as the chain of COD counts it.
const REPORTS: &str = "SELECT DISTINCT c.owner_id, r.number, r.decided_at
     FROM cod c JOIN cod_step s ON s.parcel_id = c.parcel_id AND s.step IN ('reported', 'advanced')
     JOIN agent_report r ON r.id = s.document_id
     WHERE c.paid_kopecks < c.reported_kopecks AND c.disputed IS NULL AND c.reported_on <= $1
       AND r.number IS NOT NULL AND r.decided_at IS NOT NULL AND c.owner_id IN (/*list*/)
     ORDER BY c.owner_id, r.decided_at, r.number";

pub(super) const QUERIES: &[&str] = &[
    RUN_INSERT,
    RUN_DRAFT,
    RUN_REMAKE,
    RUN_HOLD,
    RUN_FIND,
    RUN_LIST,
    RUN_APPROVE,
    RUN_REJECT,
    PAYOUT_INSERT,
    PAYOUT_ORDER,
    PAYOUTS_FORGET,
    PAYOUTS_REJECT,
    LEFT_OUT_INSERT,
    LEFT_OUT_FORGET,
    LEFT_OUT_LIST,
    DRAFTED_ELSEWHERE,
    PAYOUT_FIND,
    PAYOUTS_OF_RUN,
    PAYOUTS_OF_OWNER,
    PAYOUTS,
    PAYOUTS_OF_RUN_BY_ID,
    PAID_IN_ALL,
    PAYOUT_RETURN,
    HOLD_INSERT,
    HOLD_RELEASE,
    HOLDS,
    REPORTS,
];

/// False: the account has a draft.
pub(super) async fn run_insert(
    tx: &mut Tx,
    ctx: &Ctx,
    run: PayoutRunId,
    (account, cut_off): (BankAccountId, Day),
) -> Result<bool, DbError> {
    let values = args![run, account, cut_off, ctx.actor, ctx.now];
    Ok(tx.execute(RUN_INSERT, values).await? == 1)
}

pub(super) async fn run_draft(
    tx: &mut Tx,
    account: BankAccountId,
) -> Result<Option<PayoutRunId>, DbError> {
    let row: Option<RunIdRow> = tx.fetch_optional(RUN_DRAFT, args![account]).await?;
    Ok(row.map(|row| row.id))
}

pub(super) async fn run_remake(tx: &mut Tx, ctx: &Ctx, run: PayoutRunId) -> Result<(), DbError> {
    tx.execute(RUN_REMAKE, args![run, ctx.actor, ctx.now]).await.map(drop)
}

/// The run, which is the caller's until the commit.
pub(super) async fn run_hold(tx: &mut Tx, run: PayoutRunId) -> Result<Option<RunRow>, DbError> {
    tx.execute(RUN_HOLD, args![run]).await?;
    run_find(tx, run).await
}

pub(super) async fn run_find(tx: &mut Tx, run: PayoutRunId) -> Result<Option<RunRow>, DbError> {
    tx.fetch_optional(RUN_FIND, args![run]).await
}

/// Newest first.
pub(super) async fn run_list(
    tx: &mut Tx,
    before: PayoutRunId,
    limit: i64,
) -> Result<Vec<RunRow>, DbError> {
    tx.fetch_all(RUN_LIST, args![before, limit]).await
}

pub(super) async fn run_approve(
    tx: &mut Tx,
    ctx: &Ctx,
    run: PayoutRunId,
    (payer, day): (&Requisites, Day),
) -> Result<(), DbError> {
    let values = args![run, ctx.actor, ctx.now, json(payer)?, day];
    tx.execute(RUN_APPROVE, values).await.map(drop)
}

pub(super) async fn run_reject(
    tx: &mut Tx,
    ctx: &Ctx,
    run: PayoutRunId,
    reason: &str,
) -> Result<(), DbError> {
    tx.execute(RUN_REJECT, args![run, ctx.actor, ctx.now, reason]).await?;
    tx.execute(PAYOUTS_REJECT, args![run]).await.map(drop)
}

fn json(side: &Requisites) -> Result<serde_json::Value, DbError> {
    serde_json::to_value(side).map_err(|e| DbError::Engine(Box::new(e)))
}

fn columns(id: PayoutId, run: PayoutRunId, one: &Proposal) -> Result<Vec<Arg>, DbError> {
    Ok(args![
        id,
        run,
        one.owner,
        one.parcels,
        one.sums.gross,
        one.sums.debt,
        one.sums.set_off,
        one.sums.net,
        &one.contract_number,
        one.contract_day,
        json(&one.payee)?,
        &one.purpose,
    ])
}

/// How many were written: a shop that another run drafts meanwhile is left out.
pub(super) async fn payouts_insert(
    tx: &mut Tx,
    run: PayoutRunId,
    proposals: &[Proposal],
) -> Result<u64, DbError> {
    let row = |one| columns(PayoutId::new(), run, one);
    let rows = proposals.iter().map(row).collect::<Result<Vec<_>, DbError>>()?;
    tx.insert_many(PAYOUT_INSERT, rows).await
}

/// How many drafts became orders.
pub(super) async fn payouts_order(
    tx: &mut Tx,
    run: PayoutRunId,
    ordered: &[Ordered],
) -> Result<u64, DbError> {
    let row = |one: &Ordered| {
        let mut values = columns(one.id, run, &one.proposal)?;
        values.extend(args![&one.number, one.transfer]);
        Ok(values)
    };
    let rows = ordered.iter().map(row).collect::<Result<Vec<_>, DbError>>()?;
    tx.insert_many(PAYOUT_ORDER, rows).await
}

/// What a draft proposed is forgotten.
pub(super) async fn forget(tx: &mut Tx, run: PayoutRunId) -> Result<(), DbError> {
    tx.execute(PAYOUTS_FORGET, args![run]).await?;
    tx.execute(LEFT_OUT_FORGET, args![run]).await.map(drop)
}

pub(super) async fn left_out_insert(
    tx: &mut Tx,
    run: PayoutRunId,
    rows: &[LeftOutRow],
) -> Result<(), DbError> {
    let row = |one: &LeftOutRow| args![run, one.owner, one.reason, one.due, one.debt, one.charges];
    tx.insert_many(LEFT_OUT_INSERT, rows.iter().map(row).collect()).await.map(drop)
}

/// At most one for each shop.
pub(super) async fn left_out(tx: &mut Tx, run: PayoutRunId) -> Result<Vec<LeftOutRow>, DbError> {
    tx.fetch_all(LEFT_OUT_LIST, args![run]).await
}

/// The shops that other open runs propose to pay.
pub(super) async fn drafted_elsewhere(
    tx: &mut Tx,
    run: PayoutRunId,
) -> Result<HashSet<OwnerId>, DbError> {
    let rows: Vec<OwnerRow> = tx.fetch_all(DRAFTED_ELSEWHERE, args![run]).await?;
    Ok(rows.into_iter().map(|row| row.owner).collect())
}

pub(super) async fn find(tx: &mut Tx, payout: PayoutId) -> Result<Option<PayoutRow>, DbError> {
    tx.fetch_optional(PAYOUT_FIND, args![payout]).await
}

/// At most one for each shop, in the order of shops.
pub(super) async fn of_run(tx: &mut Tx, run: PayoutRunId) -> Result<Vec<PayoutRow>, DbError> {
    tx.fetch_all(PAYOUTS_OF_RUN, args![run]).await
}

/// Which payouts to list.
#[derive(Debug, Clone, Copy)]
pub(super) struct PayoutFilter {
    pub(super) owner: Option<OwnerId>,
    pub(super) run: Option<PayoutRunId>,
    pub(super) stage: Stage,
    pub(super) before: PayoutId,
}

/// How far payouts must be to be listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    Any,
    /// What a shop may see.
    Ordered,
}

impl Stage {
    /// Whether a payout of this state is listed.
    pub(super) const fn shows(self, state: PayoutState) -> bool {
        matches!(self, Self::Any) || !matches!(state, PayoutState::Draft | PayoutState::Rejected)
    }
}

/// Newest first. Without an owner all stages are listed.
pub(super) async fn list(
    tx: &mut Tx,
    filter: PayoutFilter,
    limit: i64,
) -> Result<Vec<PayoutRow>, DbError> {
    let PayoutFilter { owner, run, stage, before } = filter;
    match (owner, run) {
        (Some(owner), run) => {
            let is_any = stage == Stage::Any;
            let values = args![owner, before, is_any, run.is_none(), run, limit];
            tx.fetch_all(PAYOUTS_OF_OWNER, values).await
        }
        (None, Some(run)) => tx.fetch_all(PAYOUTS_OF_RUN_BY_ID, args![run, before, limit]).await,
        (None, None) => tx.fetch_all(PAYOUTS, args![before, limit]).await,
    }
}

/// What was ordered to be paid to a shop and did not come back.
pub(super) async fn paid_in_all(tx: &mut Tx, owner: OwnerId) -> Result<Kopecks, DbError> {
    Ok(Kopecks::new(tx.fetch_one::<Count>(PAID_IN_ALL, args![owner]).await?.value))
}

/// How a payout came back.
pub(super) struct Returned<'a> {
    pub(super) day: Day,
    pub(super) reason: &'a str,
    pub(super) document: Option<BankDocumentId>,
    /// Of the steps that are taken back.
    pub(super) transfer: TransferId,
}

/// False: it is not ordered, or came back before.
pub(super) async fn payout_return(
    tx: &mut Tx,
    ctx: &Ctx,
    payout: PayoutId,
    returned: &Returned<'_>,
) -> Result<bool, DbError> {
    let Returned { day, reason, document, transfer } = *returned;
    let values = args![payout, day, ctx.now, ctx.actor, reason, document, transfer];
    Ok(tx.execute(PAYOUT_RETURN, values).await? == 1)
}

/// False: they are held already.
pub(super) async fn hold_insert(
    tx: &mut Tx,
    ctx: &Ctx,
    owner: OwnerId,
    reason: &str,
) -> Result<bool, DbError> {
    Ok(tx.execute(HOLD_INSERT, args![ctx.command, owner, ctx.now, ctx.actor, reason]).await? == 1)
}

/// False: nobody holds them.
pub(super) async fn hold_release(tx: &mut Tx, ctx: &Ctx, owner: OwnerId) -> Result<bool, DbError> {
    Ok(tx.execute(HOLD_RELEASE, args![owner, ctx.now, ctx.actor]).await? == 1)
}

fn list_of(owners: &[OwnerId]) -> Vec<Arg> {
    owners.iter().map(|owner| Arg::from(*owner)).collect()
}

pub(super) async fn holds(
    tx: &mut Tx,
    owners: &[OwnerId],
) -> Result<HashMap<OwnerId, HoldRow>, DbError> {
    let rows: Vec<HoldRow> = tx.fetch_in(HOLDS, args![], list_of(owners)).await?;
    Ok(rows.into_iter().map(|row| (row.owner, row)).collect())
}

/// The agent's reports that list what is due to shops by a day, in the order in which they were accepted.
pub(super) async fn reports(
    tx: &mut Tx,
    owners: &[OwnerId],
    until: Day,
) -> Result<HashMap<OwnerId, Vec<Paper>>, DbError> {
    let rows: Vec<ReportRow> = tx.fetch_in(REPORTS, args![until], list_of(owners)).await?;
    let mut papers: HashMap<OwnerId, Vec<Paper>> = HashMap::new();
    for row in rows {
        let paper = Paper { number: row.number, day: row.accepted_at.moscow_day() };
        papers.entry(row.owner).or_default().push(paper);
    }
    Ok(papers)
}
