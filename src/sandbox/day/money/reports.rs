//! Agent's reports: one person draws them up, another one accepts them, the shop reads its own.

use anyhow::ensure;
use serde_json::json;

use super::{Office, number, shown, today};
use crate::sandbox::day::shops::Client;
use crate::sandbox::day::site::text_of;

/// Before the day, for one that goes over midnight.
const DAYS_BEFORE: u64 = 6;

/// What the reports came to.
#[derive(Default)]
pub(super) struct Due {
    pub(super) reports: usize,
    pub(super) fee: i64,
    pub(super) to_pay: i64,
}

pub(super) async fn make_all(office: &Office<'_>) -> anyhow::Result<(Due, String)> {
    let to = today();
    let from = to.minus_days(DAYS_BEFORE);
    let (mut due, mut received) = (Due::default(), 0);
    for (index, shop) in office.shops.iter().enumerate() {
        let body = json!({ "owner_id": shop.owner, "from": from, "to": to });
        let draft = office.clerk.post("/v1/agent-reports", &body).await?;
        let path = format!("/v1/agent-reports/{}", text_of(&draft, "id")?);
        let approve = format!("{path}/approve");
        let seen = json!({ "made_at": draft["made_at"] });
        office.clerk.refused(&approve, &seen, "agent_report_same_person").await?;
        office.tally.caught("свой отчёт агента утвердить нельзя");
        let accepted = office.chief.post(&approve, &seen).await?;
        ensure!(accepted["state"] == "accepted", "отчёт не утверждён: {accepted}");
        let sum = |field: &str| number(&accepted, field);
        ensure!(sum("received_kopecks")? > 0, "{}: ничего не получено", shop.shop.name);
        received += sum("received_kopecks")?;
        due.fee += sum("fee_kopecks")?;
        due.to_pay += sum("to_pay_kopecks")?;
        due.reports += 1;
        let other = &office.shops[(index + 1) % office.shops.len()];
        other.api.get_refused(&path, "agent_report_not_found").await?;
        office.tally.caught("чужой отчёт агента не виден");
        read(office, shop, &path).await?;
    }
    let came_to = format!(
        "отчётов {}, получено за магазины {}, вознаграждение {}, к выплате {}",
        due.reports,
        shown(received),
        shown(due.fee),
        shown(due.to_pay)
    );
    Ok((due, came_to))
}

/// The shop reads its report.
async fn read(office: &Office<'_>, shop: &Client, path: &str) -> anyhow::Result<()> {
    for ending in ["pdf", "xlsx"] {
        let bytes = shop.api.download(&format!("{path}/report.{ending}")).await?;
        office.keep(&format!("{}-agent-report.{ending}", shop.shop.code), &bytes).await?;
    }
    Ok(())
}
