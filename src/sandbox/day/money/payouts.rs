//! Payouts: proposed, approved by the second person, ordered at the bank, and gone from the account.

use anyhow::ensure;
use serde_json::json;

use super::receipts::Bank;
use super::statement::{Document, Side, Way};
use super::{Office, number, shown, today};
use crate::bank::format::{self, Item};
use crate::bank::statement::{Payment, payment};
use crate::sandbox::day::site::text_of;

/// What the shops got.
pub(super) struct Paid {
    pub(super) payouts: usize,
    pub(super) sum: i64,
}

pub(super) async fn pay_all(
    office: &Office<'_>,
    bank: &Bank,
    to_pay: i64,
) -> anyhow::Result<(Paid, String)> {
    let body = json!({ "cut_off": today(), "bank_account_id": office.account });
    let run = office.clerk.post("/v1/payout-runs", &body).await?;
    let sum = number(&run, "net_kopecks")?;
    ensure!(sum == to_pay && sum > 0, "к выплате {}, по отчётам {}", shown(sum), shown(to_pay));
    let path = format!("/v1/payout-runs/{}", text_of(&run, "id")?);
    let approve = format!("{path}/approve");
    let seen = json!({ "made_at": run["made_at"] });
    office.clerk.refused(&approve, &seen, "payout_second_person").await?;
    office.tally.caught("свой реестр выплат утвердить нельзя");
    let approved = office.chief.post(&approve, &seen).await?;
    ensure!(approved["state"] == "approved", "реестр выплат: {approved}");
    let file = office.chief.download(&format!("{path}/orders.txt")).await?;
    office.keep("payment-orders.txt", &file).await?;
    let orders = orders(&file)?;
    let ordered: i64 = orders.iter().map(|order| order.amount.get()).sum();
    ensure!(ordered == sum, "поручений на {}, выплат на {}", shown(ordered), shown(sum));
    carried_out(office, bank, &orders).await?;
    let payouts = office.clerk.list("/v1/payouts").await?;
    ensure!(payouts.len() == orders.len(), "выплат {}", payouts.len());
    for payout in &payouts {
        ensure!(payout["state"] == "paid", "не выплачено: {payout}");
    }
    office.left_on(&["payout_clearing", "bank_outgoing"], payouts.len() + 1).await?;
    let came_to = format!("выплат {} на {}, банк исполнил все", payouts.len(), shown(sum));
    Ok((Paid { payouts: payouts.len(), sum }, came_to))
}

/// What the bank's client reads.
fn orders(file: &[u8]) -> anyhow::Result<Vec<Payment>> {
    let (mut faults, mut orders) = (Vec::new(), Vec::new());
    for item in format::read(file).1 {
        if let Item::Section(section) = item {
            orders.extend(payment(&section, &mut faults));
        }
    }
    ensure!(faults.is_empty(), "поручения с ошибками: {faults:?}");
    Ok(orders)
}

/// The bank's statement of the evening has all receipts of the day, and these orders.
async fn carried_out(office: &Office<'_>, bank: &Bank, orders: &[Payment]) -> anyhow::Result<()> {
    let known = bank.documents.len();
    let mut documents = bank.documents.clone();
    documents.extend(orders.iter().map(|order| Document {
        way: Way::Out,
        number: order.number.clone(),
        day: order.day,
        sum: order.amount.get(),
        other: Side {
            name: order.payee.name.clone(),
            inn: order.payee.inn.clone().unwrap_or_default(),
            account: order.payee.account.clone(),
        },
        purpose: order.purpose.clone(),
    }));
    let told = Bank { day: bank.day, documents }.says(office, "evening.txt").await?;
    let is_right = told["created"] == orders.len() && told["unchanged"] == known;
    ensure!(is_right, "выписка с выплатами: {told}");
    Ok(())
}
