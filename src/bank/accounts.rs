//! Our accounts at banks, described by people.

use serde::{Deserialize, Serialize};

use super::model::BankAccountRow;
use super::payment_order::{Requisites, side_check};
use super::{BankError, store};
use crate::commands::Ctx;
use crate::db::Tx;
use crate::fault::{InputError, InputFaults};
use crate::ids::BankAccountId;
use crate::units::Kopecks;

/// What a person says of an account.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BankAccountIn {
    /// Twenty digits (расчётный счёт).
    pub number: String,
    pub bic: String,
    pub bank_name: String,
    /// Of the bank (корреспондентский счёт).
    pub corr_account: String,
    /// Whose it is, as payment orders call him.
    pub name: String,
    pub inn: String,
    /// A person has none.
    pub kpp: Option<String>,
    /// False: statements and payment orders are refused.
    #[serde(default = "yes")]
    pub active: bool,
}

const fn yes() -> bool {
    true
}

/// What could not be written into an order to pay is no description.
fn check(input: &BankAccountIn) -> Result<(), InputError> {
    let mut faults = InputFaults::default();
    if input.corr_account.is_empty() {
        faults.note("corr_account", "missing");
    }
    let side = Requisites {
        name: input.name.clone(),
        inn: input.inn.clone(),
        kpp: input.kpp.clone(),
        account: input.number.clone(),
        bank_name: input.bank_name.clone(),
        bic: input.bic.clone(),
        corr_account: input.corr_account.clone(),
    };
    side_check(&mut faults, ("", "number"), &side);
    faults.finish()
}

fn row(id: BankAccountId, ctx: &Ctx, input: &BankAccountIn) -> BankAccountRow {
    BankAccountRow {
        id,
        number: input.number.clone(),
        bic: input.bic.clone(),
        bank_name: input.bank_name.trim().to_owned(),
        corr_account: input.corr_account.clone(),
        name: input.name.trim().to_owned(),
        inn: input.inn.clone(),
        kpp: input.kpp.clone(),
        active: input.active,
        opened_on: None,
        opened_kopecks: Kopecks::ZERO,
        created_at: ctx.now,
    }
}

/// Describes an account of ours.
pub async fn account_create(
    tx: &mut Tx,
    ctx: &Ctx,
    input: &BankAccountIn,
) -> Result<BankAccountRow, BankError> {
    check(input)?;
    let account = row(BankAccountId::new(), ctx, input);
    if store::account_insert(tx, &account).await? {
        Ok(account)
    } else {
        Err(BankError::AccountTaken { number: account.number })
    }
}

/// Changes the description. The number stays: it is in the books.
pub async fn account_update(
    tx: &mut Tx,
    ctx: &Ctx,
    id: BankAccountId,
    input: &BankAccountIn,
) -> Result<BankAccountRow, BankError> {
    let known = store::account_find(tx, id).await?;
    let known = known.ok_or(BankError::AccountNotFound { account: id })?;
    check(input)?;
    if known.number != input.number {
        return Err(InputError::one("number", "reserved").into());
    }
    let account = row(id, ctx, input);
    store::account_update(tx, &account).await?;
    let BankAccountRow { opened_on, opened_kopecks, created_at, .. } = known;
    Ok(BankAccountRow { opened_on, opened_kopecks, created_at, ..account })
}
