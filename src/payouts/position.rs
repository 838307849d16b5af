//! What shops have with us, and holding their payouts back.

use std::collections::BTreeMap;

use super::model::{HoldRow, LeftOutRow};
use super::rule::{Facts, LeftOut, Limits, Sums, debt, left_out, sums};
use super::{PayoutError, store};
use crate::access::Scope;
use crate::agency::{self, AgencyTerms};
use crate::catalog::owner_find;
use crate::cod::{self, Unpaid};
use crate::commands::Ctx;
use crate::db::{DbError, Tx};
use crate::fault::reason_checked;
use crate::ids::OwnerId;
use crate::money::{self, Account, AccountKind};
use crate::units::{Day, Kopecks};

/// A shop's money as a payout sees it.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) owner: OwnerId,
    pub(super) parcels: i64,
    pub(super) disputed: Kopecks,
    pub(super) facts: Facts,
    pub(super) hold: Option<HoldRow>,
    pub(super) terms: Option<AgencyTerms>,
}

impl Found {
    fn limits(&self) -> Limits {
        let terms = self.terms.as_ref().map(|row| &row.terms);
        Limits {
            set_off: terms.is_some_and(|terms| terms.set_off),
            minimum: terms.map_or(Kopecks::ZERO, |terms| terms.payout_minimum_kopecks),
        }
    }

    pub(super) fn sums(&self) -> Sums {
        sums(self.facts, self.limits())
    }

    /// Why it is not paid, if it is not.
    pub(super) fn left_out(&self) -> Option<LeftOut> {
        if self.hold.is_some() {
            return Some(LeftOut::Held);
        }
        match left_out(self.facts, self.limits(), self.sums()) {
            // Nobody needs a contract to be paid nothing.
            Some(reason @ (LeftOut::NothingDue | LeftOut::Debt)) => Some(reason),
            _ if self.terms.is_none() => Some(LeftOut::NoTerms),
            reason => reason,
        }
    }

    pub(super) fn left_out_row(&self, reason: LeftOut) -> LeftOutRow {
        let Facts { due, debt, charges } = self.facts;
        LeftOutRow { owner: self.owner, reason, due, debt, charges }
    }
}

/// What shops have by a day, in their order: one of them, or all that something was reported to or that
/// owe something. The contracts are those of `today`.
pub(super) async fn found(
    tx: &mut Tx,
    owner: Option<OwnerId>,
    cut_off: Day,
    today: Day,
) -> Result<Vec<Found>, PayoutError> {
    let unpaid = cod::unpaid(tx, owner, cut_off).await?;
    let mut of: BTreeMap<OwnerId, Unpaid> =
        unpaid.into_iter().map(|one| (one.owner, one)).collect();
    let others = match owner {
        Some(owner) => vec![owner],
        None => money::owners_in_debit(tx, AccountKind::OwnerPayable).await?,
    };
    for owner in others {
        of.entry(owner).or_insert(Unpaid {
            owner,
            open: Kopecks::ZERO,
            disputed: Kopecks::ZERO,
            due: Kopecks::ZERO,
            parcels: 0,
        });
    }
    let owners: Vec<OwnerId> = of.keys().copied().collect();
    let excused = cod::excused(tx, owner, cut_off).await?;
    let facts = facts(tx, &owners, (&of, &excused), cut_off).await?;
    let mut holds = store::holds(tx, &owners).await?;
    let mut terms = agency::terms_of(tx, &owners, today).await?;
    let found = of.into_values().zip(facts).map(|(one, facts)| Found {
        owner: one.owner,
        parcels: one.parcels,
        disputed: one.disputed,
        facts,
        hold: holds.remove(&one.owner),
        terms: terms.remove(&one.owner),
    });
    Ok(found.collect())
}

/// In the order of `owners`.
async fn facts(
    tx: &mut Tx,
    owners: &[OwnerId],
    (of, excused): (&BTreeMap<OwnerId, Unpaid>, &BTreeMap<OwnerId, Kopecks>),
    cut_off: Day,
) -> Result<Vec<Facts>, PayoutError> {
    let payable: Vec<Account> = owners.iter().copied().map(Account::OwnerPayable).collect();
    let charges: Vec<Account> = owners.iter().copied().map(Account::OwnerCharges).collect();
    let payable = money::balances(tx, &payable).await?;
    let charged = money::balances(tx, &charges).await?;
    // A charge of a later day is of a later report.
    let later = money::debits_after(tx, cut_off, &charges).await?;
    let mut facts = Vec::new();
    for (place, one) in of.values().enumerate() {
        // The payable is a credit balance.
        let owed = Kopecks::new(payable[place].get().saturating_neg());
        let charges = charged[place].checked_sub(later[place]);
        let excused = excused.get(&one.owner).copied().unwrap_or_default();
        facts.push(Facts {
            due: one.due,
            debt: debt(one.open, owed, excused).map_err(|_| PayoutError::SumTooBig)?,
            charges: charges.map_err(|_| PayoutError::SumTooBig)?,
        });
    }
    Ok(facts)
}

/// A shop's money with us, as it is now.
#[derive(Debug, Clone)]
pub struct Position {
    /// Buyers or carriers have it, or it is on the way to the bank.
    pub pending: Kopecks,
    /// The bank has it, and no report lists it.
    pub received: Kopecks,
    /// Reported and not paid, less debts: negative is what the shop owes.
    pub payable: Kopecks,
    /// What refunds took that is not made good yet.
    pub debt: Kopecks,
    /// Of parcels that are held back.
    pub disputed: Kopecks,
    /// What the shop owes for services: negative is what it paid too much.
    pub charges: Kopecks,
    /// Promised before the bank has it.
    pub advance: Kopecks,
    /// Ordered to be paid, in all.
    pub paid: Kopecks,
    pub hold: Option<HoldRow>,
    /// What a payout would be today, and why it would not be made.
    pub next: Sums,
    pub left_out: Option<LeftOut>,
}

/// What a shop has with us; a shop sees its own.
pub async fn position(
    tx: &mut Tx,
    scope: Scope,
    owner: OwnerId,
    today: Day,
) -> Result<Position, PayoutError> {
    let owner = owner_find(tx, scope, owner).await?.id;
    let found = found(tx, Some(owner), today, today).await?;
    let found = found.into_iter().next().ok_or(DbError::NoRow)?;
    let accounts = [
        Account::CodPending(owner),
        Account::CodReceived(owner),
        Account::OwnerPayable(owner),
        Account::OwnerCharges(owner),
        Account::OwnerAdvance(owner),
    ];
    let balances = money::balances(tx, &accounts).await?;
    let debit = |place: usize| balances[place];
    let credit = |place: usize| Kopecks::new(balances[place].get().saturating_neg());
    Ok(Position {
        pending: credit(0),
        received: credit(1),
        payable: credit(2),
        debt: found.facts.debt,
        disputed: found.disputed,
        charges: debit(3),
        advance: debit(4),
        paid: store::paid_in_all(tx, owner).await?,
        next: found.sums(),
        left_out: found.left_out(),
        hold: found.hold,
    })
}

/// Holds payouts to a shop back until somebody releases them.
pub async fn hold(tx: &mut Tx, ctx: &Ctx, owner: OwnerId, reason: &str) -> Result<(), PayoutError> {
    let reason = reason_checked(reason)?;
    let owner = owner_find(tx, Scope::All, owner).await?.id;
    if store::hold_insert(tx, ctx, owner, reason).await? {
        Ok(())
    } else {
        Err(PayoutError::Held { owner })
    }
}

/// Lets a shop be paid again.
pub async fn release(tx: &mut Tx, ctx: &Ctx, owner: OwnerId) -> Result<(), PayoutError> {
    let owner = owner_find(tx, Scope::All, owner).await?.id;
    if store::hold_release(tx, ctx, owner).await? {
        Ok(())
    } else {
        Err(PayoutError::NotHeld { owner })
    }
}
