//! The rows of the money ledger.

use std::collections::HashMap;

use super::account::Account;
use super::ledger::Posting;
use crate::commands::Ctx;
use crate::db::{Count, DbError, Tx};
use crate::ids::MoneyAccountId;
use crate::units::{Day, Kopecks};
use crate::{args, record};

record! {
    struct AccountIdRow {
        id: MoneyAccountId,
        key: String,
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

const CLOSED_UNTIL: &str = "SELECT closed_until FROM money_book WHERE name = 'money'";

pub(super) const QUERIES: &[&str] =
    &[ACCOUNT_IDS, ACCOUNT_INSERT, TRANSFER_INSERT, BALANCE, CLOSED_UNTIL];

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
