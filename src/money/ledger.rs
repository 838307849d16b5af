//! Posting transfers.

use std::collections::{BTreeSet, HashMap};

use uuid::Uuid;

use super::account::Account;
use super::store;
use super::{MoneyError, TransferReason};
use crate::commands::Ctx;
use crate::db::{DbError, Tx};
use crate::ids::{MoneyAccountId, TransferId};
use crate::units::{Day, Kopecks};

/// A transfer that is to be made: so much from the credit side to the debit side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posting {
    pub id: TransferId,
    pub reason: TransferReason,
    pub debit: Account,
    pub credit: Account,
    /// More than zero: the direction is the sides, never a sign.
    pub amount: Kopecks,
    pub day: Day,
    /// The paper behind it.
    pub document: Option<Uuid>,
    /// The transfer that this one corrects.
    pub corrects: Option<TransferId>,
    pub note: Option<String>,
}

impl Posting {
    pub fn new(
        reason: TransferReason,
        (debit, credit): (Account, Account),
        amount: Kopecks,
        day: Day,
    ) -> Self {
        Self {
            id: TransferId::new(),
            reason,
            debit,
            credit,
            amount,
            day,
            document: None,
            corrects: None,
            note: None,
        }
    }

    #[must_use]
    pub fn with_document(mut self, document: Uuid) -> Self {
        self.document = Some(document);
        self
    }

    #[must_use]
    pub fn with_note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }

    #[must_use]
    pub const fn correcting(mut self, transfer: TransferId) -> Self {
        self.corrects = Some(transfer);
        self
    }
}

/// Writes transfers; the balances move with them. Nothing is written on a day of a closed period.
pub async fn post(tx: &mut Tx, ctx: &Ctx, postings: &[Posting]) -> Result<(), MoneyError> {
    if let Some(wrong) = postings.iter().find(|posting| !posting.amount.is_positive()) {
        return Err(MoneyError::AmountNotPositive { amount: wrong.amount });
    }
    let sides = postings.iter().flat_map(|posting| [&posting.debit, &posting.credit]);
    let ids = accounts_open(tx, ctx, sides.collect()).await?;
    let outcome = store::transfers_insert(tx, ctx, postings, &ids).await;
    outcome.map_err(|error| refusal(error, postings))
}

fn refusal(error: DbError, postings: &[Posting]) -> MoneyError {
    match postings.iter().map(|posting| posting.day).min() {
        Some(day) if error.is_check("money_period_closed") => MoneyError::PeriodClosed { day },
        _ => error.into(),
    }
}

/// The ids of accounts; those that are not there yet are opened.
async fn accounts_open(
    tx: &mut Tx,
    ctx: &Ctx,
    accounts: BTreeSet<&Account>,
) -> Result<HashMap<String, MoneyAccountId>, DbError> {
    let keys: Vec<String> = accounts.iter().map(|account| account.key()).collect();
    let found = store::account_ids(tx, &keys).await?;
    let missing: Vec<&Account> =
        accounts.into_iter().filter(|account| !found.contains_key(&account.key())).collect();
    if missing.is_empty() {
        return Ok(found);
    }
    store::accounts_insert(tx, ctx, &missing).await?;
    store::account_ids(tx, &keys).await
}

/// The first day that can be posted on; any day can while no period is closed.
pub async fn first_open_day(tx: &mut Tx) -> Result<Option<Day>, DbError> {
    Ok(store::closed_until(tx).await?.and_then(Day::next))
}

/// The first day on or after `day` that can be posted on.
pub async fn open_day(tx: &mut Tx, day: Day) -> Result<Day, DbError> {
    Ok(first_open_day(tx).await?.map_or(day, |first| first.max(day)))
}
