//! The money of the day: registers of the carriers, the bank, carriers' invoices, agent's reports and
//! payouts, prepared by one person and approved by another.
//!
//! **Invariant:** what is found is what was planted, and nothing else; the carriers' clearing accounts
//! are zero in the end.

mod bills;
mod ground;
mod payouts;
mod receipts;
mod registers;
mod reports;
mod statement;

use std::path::Path;

use anyhow::{Context, ensure};
use serde_json::Value;

use self::ground::Partner;
use super::report::{MoneyFigures, Steps, Tally};
use super::shops::{Client, Market};
use super::site::Site;
use crate::sandbox::client::ApiClient;
use crate::units::{Clock, Day, Kopecks};

/// Who works with the money, and whose it is.
struct Office<'a> {
    /// Prepares.
    clerk: &'a ApiClient,
    /// Approves.
    chief: &'a ApiClient,
    tally: &'a Tally,
    shops: &'a [Client],
    partners: Vec<Partner>,
    /// Our account at the bank.
    account: String,
    papers: &'a Path,
}

/// From the buyers to the shops.
pub(super) async fn play(
    steps: &Steps,
    site: &Site,
    market: &Market,
    papers: &Path,
) -> anyhow::Result<MoneyFigures> {
    let open = ground::open(site, market, papers);
    let office = steps.play("19:30", "Договоры и счета", open).await?;
    let taken = steps.play("20:00", "Реестры", registers::take_all(&office)).await?;
    let matched = receipts::match_all(&office, &taken);
    let bank = steps.play("20:30", "Выписка", matched).await?;
    let billed = bills::take_all(&office, &taken);
    let bills = steps.play("21:00", "Счета перевозчиков", billed).await?;
    let due = steps.play("21:30", "Отчёты агента", reports::make_all(&office)).await?;
    let paid = payouts::pay_all(&office, &bank, due.to_pay);
    let paid = steps.play("22:00", "Выплаты", paid).await?;
    office.balanced().await?;
    Ok(MoneyFigures {
        registers: taken.len(),
        registered: taken.iter().map(|one| one.collected).sum(),
        received: taken.iter().map(|one| one.net).sum(),
        invoices: bills.invoices,
        invoiced: bills.invoiced,
        charged: bills.charged,
        left: bills.left,
        reports: due.reports,
        fee: due.fee,
        payouts: paid.payouts,
        paid: paid.sum,
    })
}

impl Office<'_> {
    /// Writes a paper of this name.
    async fn keep(&self, name: &str, bytes: &[u8]) -> anyhow::Result<()> {
        ensure!(!bytes.is_empty(), "{name} пуст");
        let path = self.papers.join(name);
        tokio::fs::write(&path, bytes).await.with_context(|| path.display().to_string())
    }

    /// What is left on the accounts of these kinds, all together: nothing. So many there have to be.
    async fn left_on(&self, kinds: &[&str], accounts: usize) -> anyhow::Result<i64> {
        let (mut seen, mut left) = (0, 0);
        for kind in kinds {
            for account in self.clerk.list(&format!("/v1/money/accounts?kind={kind}")).await? {
                let balance =
                    number(&account, "debit_kopecks")? - number(&account, "credit_kopecks")?;
                ensure!(balance == 0, "счёт не закрыт, осталось {}: {account}", shown(balance));
                left += balance.abs();
                seen += 1;
            }
        }
        ensure!(seen == accounts, "счетов {kinds:?} {seen} вместо {accounts}");
        Ok(left)
    }

    /// The books balance.
    async fn balanced(&self) -> anyhow::Result<()> {
        let trial = self.chief.get("/v1/money/trial-balance").await?;
        let (debit, credit) = (number(&trial, "debit_kopecks")?, number(&trial, "credit_kopecks")?);
        ensure!(debit == credit && debit > 0, "дебет {debit}, кредит {credit}");
        Ok(())
    }
}

fn today() -> Day {
    Clock::system().now().moscow_day()
}

/// A whole number of an answer.
fn number(value: &Value, field: &str) -> anyhow::Result<i64> {
    value[field].as_i64().with_context(|| format!("в ответе нет числа {field}: {value}"))
}

/// `1 234,50`; the blank does not break.
pub(super) fn shown(kopecks: i64) -> String {
    Kopecks::new(kopecks).to_roubles_text().trim_end_matches("\u{a0}₽").to_owned()
}
