//! Reading the books, and closing their periods.

use super::store::{self, AccountFilter, AccountRow, KindRow, LineRow, PeriodRow};
use super::{AccountKind, MoneyError};
use crate::access::Scope;
use crate::commands::Ctx;
use crate::db::{DbError, Tx};
use crate::ids::{MoneyAccountId, OwnerId, TransferId};
use crate::units::{Day, Kopecks};

/// A page of an account's transfers, with what it had before and has after all of the span.
#[derive(Debug, Clone)]
pub(super) struct Statement {
    pub(super) account: AccountRow,
    /// Debit less credit, before the span.
    pub(super) opening: Kopecks,
    /// What went over it in the whole span.
    pub(super) debit: Kopecks,
    pub(super) credit: Kopecks,
    pub(super) closing: Kopecks,
    /// Debit less credit, before the first line of the page.
    pub(super) balance_before: Kopecks,
    /// One more than asked for, if there is another page.
    pub(super) lines: Vec<LineRow>,
}

/// Accounts that the caller may see; a shop sees its own.
pub(super) async fn accounts(
    tx: &mut Tx,
    scope: Scope,
    (kind, owner): (Option<AccountKind>, Option<OwnerId>),
    after: MoneyAccountId,
    limit: i64,
) -> Result<Vec<AccountRow>, DbError> {
    let filter = match (scope.owner().or(owner), kind) {
        (Some(owner), kind) => AccountFilter::Owner(owner, kind),
        (None, Some(kind)) => AccountFilter::Kind(kind),
        (None, None) => AccountFilter::All,
    };
    store::accounts(tx, filter, after, limit).await
}

/// A page of the statement of an account (карточка счёта) from a day to a day.
pub(super) async fn statement(
    tx: &mut Tx,
    scope: Scope,
    account: MoneyAccountId,
    (from, to): (Day, Day),
    after: Option<TransferId>,
    limit: i64,
) -> Result<Statement, MoneyError> {
    let row = store::account_find(tx, account).await?;
    // The operator's own accounts are nobody else's.
    let is_seen = |row: &AccountRow| match (scope.owner(), row.owner) {
        (None, _) => true,
        (own, owner) => own == owner,
    };
    let row = row.filter(is_seen).ok_or(MoneyError::AccountNotFound { account })?;
    if from > to {
        return Err(MoneyError::SpanReversed { from, to });
    }
    let opening = net(store::before(tx, account, from).await?)?;
    let (debit, credit) = store::span(tx, account, (from, to)).await?;
    let cursor = match after {
        None => None,
        Some(after) => {
            let day = store::transfer_day(tx, after).await?;
            Some((day.ok_or(MoneyError::TransferNotFound { transfer: after })?, after))
        }
    };
    let balance_before = match cursor {
        None => opening,
        Some((day, after)) => {
            let before = net(store::before(tx, account, day).await?)?;
            let part = net(store::day_part(tx, account, day, after).await?)?;
            before.checked_add(part).map_err(|_| MoneyError::SumTooBig)?
        }
    };
    let start = cursor.unwrap_or((from, TransferId::from_uuid(uuid::Uuid::nil())));
    let lines = store::lines(tx, account, start, to, limit).await?;
    let turnover = net((debit, credit))?;
    let closing = opening.checked_add(turnover).map_err(|_| MoneyError::SumTooBig)?;
    Ok(Statement { account: row, opening, debit, credit, closing, balance_before, lines })
}

fn net((debit, credit): (Kopecks, Kopecks)) -> Result<Kopecks, MoneyError> {
    debit.checked_sub(credit).map_err(|_| MoneyError::SumTooBig)
}

/// The trial balance (оборотно-сальдовая ведомость) up to a day, by kinds of accounts.
pub(super) async fn trial_balance(tx: &mut Tx, day: Day) -> Result<Vec<KindRow>, DbError> {
    let mut kinds = store::kinds(tx, day).await?;
    kinds.sort_by_key(|row| row.kind);
    Ok(kinds)
}

/// Closes all days up to `last_day`: nothing is posted on them any more. A day that is not over
/// cannot be closed; one that is closed already stays so.
pub(super) async fn period_close(tx: &mut Tx, ctx: &Ctx, last_day: Day) -> Result<Day, MoneyError> {
    let today = ctx.now.moscow_day();
    if last_day >= today {
        return Err(MoneyError::PeriodNotOver { day: last_day });
    }
    if !store::book_close(tx, ctx, last_day).await? {
        let closed_until = store::closed_until(tx).await?;
        let until = closed_until.ok_or(DbError::NoRow)?;
        return Err(MoneyError::PeriodClosed { day: until.min(last_day) });
    }
    Ok(last_day)
}

pub(super) async fn periods(tx: &mut Tx, limit: i64) -> Result<Vec<PeriodRow>, DbError> {
    store::periods(tx, limit).await
}
