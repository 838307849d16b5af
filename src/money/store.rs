//! The rows of the money ledger.

use std::collections::HashMap;

use uuid::Uuid;

use super::TransferReason;
use super::account::{Account, AccountKind};
use super::ledger::Posting;
use crate::commands::Ctx;
use crate::db::{Arg, Count, DbError, Tx};
use crate::ids::{MoneyAccountId, OwnerId, TransferId, UserId};
use crate::units::{Day, Kopecks, UtcMicros};
use crate::{args, record};

record! {
    struct AccountIdRow {
        id: MoneyAccountId,
        key: String,
    }
}

record! {
    struct KeySumRow {
        key: String,
        sum: Kopecks,
    }
}

record! {
    struct OwnerRow {
        owner: OwnerId,
    }
}

record! {
    /// A transfer of a document.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct DocumentTransfer {
        pub id: TransferId,
        pub reason: TransferReason,
        pub debit: AccountKind,
        pub credit: AccountKind,
        pub amount: Kopecks,
    }
}

record! {
    /// An account with what went over it.
    #[derive(Debug, Clone)]
    pub(super) struct AccountRow {
        pub(super) id: MoneyAccountId,
        pub(super) kind: AccountKind,
        pub(super) owner: Option<OwnerId>,
        pub(super) carrier: Option<String>,
        pub(super) document: Option<Uuid>,
        pub(super) debit: Kopecks,
        pub(super) credit: Kopecks,
    }
}

record! {
    /// A transfer, seen from one of its accounts.
    #[derive(Debug, Clone)]
    pub(super) struct LineRow {
        pub(super) id: TransferId,
        pub(super) day: Day,
        pub(super) reason: TransferReason,
        pub(super) debit: Kopecks,
        pub(super) credit: Kopecks,
        /// What stands on the other side.
        pub(super) other: AccountKind,
        pub(super) document: Option<Uuid>,
        pub(super) corrects: Option<TransferId>,
        pub(super) note: Option<String>,
        pub(super) recorded_at: UtcMicros,
    }
}

record! {
    /// The turnovers of a kind of account.
    #[derive(Debug, Clone)]
    pub(super) struct KindRow {
        pub(super) kind: AccountKind,
        pub(super) debit: Kopecks,
        pub(super) credit: Kopecks,
    }
}

record! {
    /// A period that was closed.
    #[derive(Debug, Clone)]
    pub(super) struct PeriodRow {
        pub(super) last_day: Day,
        pub(super) closed_by: Option<UserId>,
        pub(super) closed_at: UtcMicros,
    }
}

record! {
    struct DayRow {
        day: Day,
    }
}

record! {
    struct Sides {
        debit: Kopecks,
        credit: Kopecks,
    }
}

record! {
    struct BookRow {
        closed_until: Option<Day>,
    }
}

const ACCOUNT_IDS: &str = "SELECT id, key FROM money_account WHERE key IN (/*list*/)";

const ACCOUNT_INSERT: &str =
    "INSERT INTO money_account (id, key, kind, owner_id, carrier, document_id, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (key) DO NOTHING";

const TRANSFER_INSERT: &str =
    "INSERT INTO money_transfer (id, command_id, reason, debit_id, credit_id, amount_kopecks, day,
         document_id, corrects_id, note, actor_id, recorded_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";

const BALANCE: &str = "SELECT b.debit_kopecks - b.credit_kopecks
     FROM money_account a JOIN money_balance b ON b.account_id = a.id WHERE a.key = $1";

const BALANCES: &str = "SELECT a.key, b.debit_kopecks - b.credit_kopecks
     FROM money_account a JOIN money_balance b ON b.account_id = a.id WHERE a.key IN (/*list*/)";

const DEBITS_AFTER: &str = "SELECT a.key, CAST(SUM(t.debit_kopecks) AS BIGINT)
     FROM money_account a JOIN money_turnover t ON t.account_id = a.id
     WHERE t.day > $1 AND a.key IN (/*list*/) GROUP BY a.key";

const OWNERS_IN_DEBIT: &str = "SELECT a.owner_id
     FROM money_account a JOIN money_balance b ON b.account_id = a.id
     WHERE a.kind = $1 AND a.owner_id IS NOT NULL AND b.debit_kopecks > b.credit_kopecks";

const OF_DOCUMENT: &str = "SELECT t.id, t.reason, d.kind, c.kind, t.amount_kopecks
     FROM money_transfer t JOIN money_account d ON d.id = t.debit_id
     JOIN money_account c ON c.id = t.credit_id
     WHERE t.document_id = $1 ORDER BY t.id";

const CLOSED_UNTIL: &str = "SELECT closed_until FROM money_book WHERE name = 'money'";

const ACCOUNTS: &str =
    "SELECT a.id, a.kind, a.owner_id, a.carrier, a.document_id, b.debit_kopecks, b.credit_kopecks
     FROM money_account a JOIN money_balance b ON b.account_id = a.id
     WHERE a.id > $1 ORDER BY a.id LIMIT $2";

const ACCOUNTS_OF_KIND: &str =
    "SELECT a.id, a.kind, a.owner_id, a.carrier, a.document_id, b.debit_kopecks, b.credit_kopecks
     FROM money_account a JOIN money_balance b ON b.account_id = a.id
     WHERE a.kind = $3 AND a.id > $1 ORDER BY a.id LIMIT $2";

const ACCOUNTS_OF_OWNER: &str =
    "SELECT a.id, a.kind, a.owner_id, a.carrier, a.document_id, b.debit_kopecks, b.credit_kopecks
     FROM money_account a JOIN money_balance b ON b.account_id = a.id
     WHERE a.owner_id = $3 AND a.id > $1 AND (a.kind = $4 OR $4 IS NULL) ORDER BY a.id LIMIT $2";

const ACCOUNT_FIND: &str =
    "SELECT a.id, a.kind, a.owner_id, a.carrier, a.document_id, b.debit_kopecks, b.credit_kopecks
     FROM money_account a JOIN money_balance b ON b.account_id = a.id WHERE a.id = $1";

const SPAN: &str = "SELECT CAST(COALESCE(SUM(debit_kopecks), 0) AS BIGINT),
         CAST(COALESCE(SUM(credit_kopecks), 0) AS BIGINT)
     FROM money_turnover WHERE account_id = $1 AND day >= $2 AND day <= $3";

const BEFORE: &str = "SELECT CAST(COALESCE(SUM(debit_kopecks), 0) AS BIGINT),
         CAST(COALESCE(SUM(credit_kopecks), 0) AS BIGINT)
     FROM money_turnover WHERE account_id = $1 AND day < $2";

const TRANSFER_DAY: &str = "SELECT day FROM money_transfer WHERE id = $1";

/// What went over an account on a day up to a transfer.
const DAY_PART: &str = "SELECT CAST(COALESCE(SUM(debit), 0) AS BIGINT),
         CAST(COALESCE(SUM(credit), 0) AS BIGINT)
     FROM (SELECT amount_kopecks AS debit, 0 AS credit FROM money_transfer
               WHERE debit_id = $1 AND day = $2 AND id <= $3
           UNION ALL
           SELECT 0, amount_kopecks FROM money_transfer
               WHERE credit_id = $1 AND day = $2 AND id <= $3) AS sides";

// Each side is cut to the page before they are merged: a page costs the same at any length.
const LINES: &str = "SELECT l.id, l.day, l.reason, l.debit, l.credit, o.kind, l.document_id,
         l.corrects_id, l.note, l.recorded_at
     FROM (SELECT * FROM (
               SELECT id, day, reason, amount_kopecks AS debit, 0 AS credit, credit_id AS other_id,
                   document_id, corrects_id, note, recorded_at
               FROM money_transfer
               WHERE debit_id = $1 AND (day, id) > ($2, $3) AND day <= $4
               ORDER BY day, id LIMIT $5) AS debits
           UNION ALL
           SELECT * FROM (
               SELECT id, day, reason, 0, amount_kopecks, debit_id, document_id, corrects_id, note,
                   recorded_at
               FROM money_transfer
               WHERE credit_id = $1 AND (day, id) > ($2, $3) AND day <= $4
               ORDER BY day, id LIMIT $5) AS credits) AS l
     JOIN money_account o ON o.id = l.other_id
     ORDER BY l.day, l.id LIMIT $5";

// What went over the accounts, less what went over them later: only the days behind the one that is
// asked for are read, however long the history is.
const KINDS: &str = "SELECT kind, CAST(SUM(debit) AS BIGINT), CAST(SUM(credit) AS BIGINT)
     FROM (SELECT a.kind AS kind, b.debit_kopecks AS debit, b.credit_kopecks AS credit
           FROM money_account a JOIN money_balance b ON b.account_id = a.id
           WHERE a.kind IN (/*list*/)
           UNION ALL
           SELECT a.kind, -t.debit_kopecks, -t.credit_kopecks
           FROM money_turnover t CROSS JOIN money_account a
           WHERE t.day > $1 AND a.id = t.account_id) AS sides
     GROUP BY kind HAVING SUM(debit) <> 0 OR SUM(credit) <> 0";

const BOOK_CLOSE: &str = "UPDATE money_book SET closed_until = $1
     WHERE name = 'money' AND (closed_until IS NULL OR closed_until < $1)";

const PERIOD_INSERT: &str = "INSERT INTO money_period (last_day, command_id, closed_by, closed_at)
     VALUES ($1, $2, $3, $4)";

const PERIODS: &str =
    "SELECT last_day, closed_by, closed_at FROM money_period ORDER BY last_day DESC LIMIT $1";

pub(super) const QUERIES: &[&str] = &[
    ACCOUNT_IDS,
    ACCOUNT_INSERT,
    TRANSFER_INSERT,
    BALANCE,
    BALANCES,
    DEBITS_AFTER,
    OWNERS_IN_DEBIT,
    OF_DOCUMENT,
    CLOSED_UNTIL,
    ACCOUNTS,
    ACCOUNTS_OF_KIND,
    ACCOUNTS_OF_OWNER,
    ACCOUNT_FIND,
    SPAN,
    BEFORE,
    TRANSFER_DAY,
    DAY_PART,
    LINES,
    KINDS,
    BOOK_CLOSE,
    PERIOD_INSERT,
    PERIODS,
];

pub(super) async fn account_ids(
    tx: &mut Tx,
    keys: &[String],
) -> Result<HashMap<String, MoneyAccountId>, DbError> {
    let keys = keys.iter().map(|key| key.as_str().into()).collect();
    let rows: Vec<AccountIdRow> = tx.fetch_in(ACCOUNT_IDS, vec![], keys).await?;
    Ok(rows.into_iter().map(|row| (row.key, row.id)).collect())
}

pub(super) async fn accounts_insert(
    tx: &mut Tx,
    ctx: &Ctx,
    accounts: &[&Account],
) -> Result<(), DbError> {
    let row = |account: &&Account| {
        args![
            MoneyAccountId::new(),
            account.key(),
            account.kind(),
            account.owner(),
            account.carrier(),
            account.document(),
            ctx.now,
        ]
    };
    tx.insert_many(ACCOUNT_INSERT, accounts.iter().map(row).collect()).await.map(drop)
}

pub(super) async fn transfers_insert(
    tx: &mut Tx,
    ctx: &Ctx,
    postings: &[Posting],
    ids: &HashMap<String, MoneyAccountId>,
) -> Result<(), DbError> {
    let id = |account: &Account| ids.get(&account.key()).copied().ok_or(DbError::NoRow);
    let row = |posting: &Posting| {
        Ok(args![
            posting.id,
            ctx.command,
            posting.reason,
            id(&posting.debit)?,
            id(&posting.credit)?,
            posting.amount,
            posting.day,
            posting.document,
            posting.corrects,
            posting.note.as_deref(),
            ctx.actor,
            ctx.now,
        ])
    };
    let rows = postings.iter().map(row).collect::<Result<Vec<_>, DbError>>()?;
    tx.insert_many(TRANSFER_INSERT, rows).await.map(drop)
}

pub(super) async fn closed_until(tx: &mut Tx) -> Result<Option<Day>, DbError> {
    Ok(tx.fetch_one::<BookRow>(CLOSED_UNTIL, vec![]).await?.closed_until)
}

/// Debit less credit; zero for an account that nobody has opened.
pub async fn balance(tx: &mut Tx, account: &Account) -> Result<Kopecks, DbError> {
    let row: Option<Count> = tx.fetch_optional(BALANCE, args![account.key()]).await?;
    Ok(row.map_or(Kopecks::ZERO, |row| Kopecks::new(row.value)))
}

/// What accounts have, by their keys.
async fn by_key(
    tx: &mut Tx,
    (sql, values): (&'static str, Vec<Arg>),
    accounts: &[Account],
) -> Result<Vec<Kopecks>, DbError> {
    let list = accounts.iter().map(|account| account.key().into()).collect();
    let rows: Vec<KeySumRow> = tx.fetch_in(sql, values, list).await?;
    let sums: HashMap<String, Kopecks> = rows.into_iter().map(|row| (row.key, row.sum)).collect();
    let of = |account: &Account| sums.get(&account.key()).copied().unwrap_or_default();
    Ok(accounts.iter().map(of).collect())
}

/// [`balance`] of each.
pub async fn balances(tx: &mut Tx, accounts: &[Account]) -> Result<Vec<Kopecks>, DbError> {
    by_key(tx, (BALANCES, vec![]), accounts).await
}

/// What each account was debited on the days after that one.
pub async fn debits_after(
    tx: &mut Tx,
    day: Day,
    accounts: &[Account],
) -> Result<Vec<Kopecks>, DbError> {
    by_key(tx, (DEBITS_AFTER, args![day]), accounts).await
}

/// The owners whose account of this kind has more debit than credit.
pub async fn owners_in_debit(tx: &mut Tx, kind: AccountKind) -> Result<Vec<OwnerId>, DbError> {
    let rows: Vec<OwnerRow> = tx.fetch_all(OWNERS_IN_DEBIT, args![kind]).await?;
    Ok(rows.into_iter().map(|row| row.owner).collect())
}

/// The transfers behind which a paper stands, oldest first.
pub async fn of_document(tx: &mut Tx, document: Uuid) -> Result<Vec<DocumentTransfer>, DbError> {
    tx.fetch_all(OF_DOCUMENT, args![document]).await
}

/// Which accounts to list.
#[derive(Debug, Clone, Copy)]
pub(super) enum AccountFilter {
    All,
    Kind(AccountKind),
    Owner(OwnerId, Option<AccountKind>),
}

pub(super) async fn accounts(
    tx: &mut Tx,
    filter: AccountFilter,
    after: MoneyAccountId,
    limit: i64,
) -> Result<Vec<AccountRow>, DbError> {
    match filter {
        AccountFilter::All => tx.fetch_all(ACCOUNTS, args![after, limit]).await,
        AccountFilter::Kind(kind) => {
            tx.fetch_all(ACCOUNTS_OF_KIND, args![after, limit, kind]).await
        }
        AccountFilter::Owner(owner, kind) => {
            tx.fetch_all(ACCOUNTS_OF_OWNER, args![after, limit, owner, kind]).await
        }
    }
}

pub(super) async fn account_find(
    tx: &mut Tx,
    account: MoneyAccountId,
) -> Result<Option<AccountRow>, DbError> {
    tx.fetch_optional(ACCOUNT_FIND, args![account]).await
}

/// Debit and credit of the days of a span.
pub(super) async fn span(
    tx: &mut Tx,
    account: MoneyAccountId,
    (from, to): (Day, Day),
) -> Result<(Kopecks, Kopecks), DbError> {
    let row: Sides = tx.fetch_one(SPAN, args![account, from, to]).await?;
    Ok((row.debit, row.credit))
}

/// Debit and credit of all days before a day.
pub(super) async fn before(
    tx: &mut Tx,
    account: MoneyAccountId,
    day: Day,
) -> Result<(Kopecks, Kopecks), DbError> {
    let row: Sides = tx.fetch_one(BEFORE, args![account, day]).await?;
    Ok((row.debit, row.credit))
}

pub(super) async fn transfer_day(
    tx: &mut Tx,
    transfer: TransferId,
) -> Result<Option<Day>, DbError> {
    let row: Option<DayRow> = tx.fetch_optional(TRANSFER_DAY, args![transfer]).await?;
    Ok(row.map(|row| row.day))
}

/// Debit and credit of a day up to a transfer, with it.
pub(super) async fn day_part(
    tx: &mut Tx,
    account: MoneyAccountId,
    day: Day,
    transfer: TransferId,
) -> Result<(Kopecks, Kopecks), DbError> {
    let row: Sides = tx.fetch_one(DAY_PART, args![account, day, transfer]).await?;
    Ok((row.debit, row.credit))
}

/// Transfers of an account behind one of a day, up to a last day.
pub(super) async fn lines(
    tx: &mut Tx,
    account: MoneyAccountId,
    (day, after): (Day, TransferId),
    to: Day,
    limit: i64,
) -> Result<Vec<LineRow>, DbError> {
    tx.fetch_all(LINES, args![account, day, after, to, limit]).await
}

pub(super) async fn kinds(tx: &mut Tx, day: Day) -> Result<Vec<KindRow>, DbError> {
    let list = AccountKind::ALL.iter().map(|kind| (*kind).into()).collect();
    tx.fetch_in(KINDS, args![day], list).await
}

/// Nothing changes when the book is closed so far already.
pub(super) async fn book_close(tx: &mut Tx, ctx: &Ctx, last_day: Day) -> Result<bool, DbError> {
    if tx.execute(BOOK_CLOSE, args![last_day]).await? == 0 {
        return Ok(false);
    }
    let values = args![last_day, ctx.command, ctx.actor, ctx.now];
    tx.execute(PERIOD_INSERT, values).await?;
    Ok(true)
}

pub(super) async fn periods(tx: &mut Tx, limit: i64) -> Result<Vec<PeriodRow>, DbError> {
    tx.fetch_all(PERIODS, args![limit]).await
}
