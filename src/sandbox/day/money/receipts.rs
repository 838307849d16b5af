//! The bank: receipts for the registers, and what is wrong about them.

use std::collections::BTreeMap;

use anyhow::{Context, ensure};
use serde_json::{Value, json};

use super::ground::account;
use super::registers::{TWICE, Taken};
use super::statement::{Document, Side, Way, of_day};
use super::{Office, number, shown, today};
use crate::sandbox::day::site::text_of;
use crate::units::Day;

/// Its payment is a kopeck short.
const SHORT: &str = "dellin";
/// It pays something that is in no register.
const LONE: &str = "post";
const LONE_NUMBER: &str = "9001";
const LONE_SUM: i64 = 77_777;
/// Accounts of payers, after those of the shops.
const PAYERS_FROM: usize = 101;
const RUNS_MAX: usize = 20;

/// What the bank said of the day so far.
pub(super) struct Bank {
    pub(super) day: Day,
    pub(super) documents: Vec<Document>,
}

fn receipt(day: Day, place: usize, one: &Taken, sum: i64) -> Document {
    Document {
        way: Way::In,
        number: (1_001 + place).to_string(),
        day,
        sum,
        other: Side {
            name: one.payer.clone(),
            inn: one.payer_inn.to_owned(),
            account: account(PAYERS_FROM + place),
        },
        purpose: format!("Перечисление наложенных платежей по реестру № {}", one.number),
    }
}

fn receipts(day: Day, taken: &[Taken]) -> Vec<Document> {
    let mut documents = Vec::new();
    let mut together: Option<Document> = None;
    for (place, one) in taken.iter().enumerate() {
        if one.carrier == TWICE {
            let known = together.get_or_insert_with(|| receipt(day, place, one, 0));
            known.sum += one.net;
            "Перечисление наложенных платежей за день".clone_into(&mut known.purpose);
            continue;
        }
        let short = i64::from(one.carrier == SHORT);
        documents.push(receipt(day, place, one, one.net - short));
        if one.carrier == LONE {
            documents.push(Document {
                number: LONE_NUMBER.to_owned(),
                purpose: "Наложенный платёж, уточнение".to_owned(),
                ..receipt(day, place, one, LONE_SUM)
            });
        }
    }
    documents.extend(together);
    documents
}

pub(super) async fn match_all(
    office: &Office<'_>,
    taken: &[Taken],
) -> anyhow::Result<(Bank, String)> {
    let day = today();
    let bank = Bank { day, documents: receipts(day, taken) };
    let count = bank.documents.len();
    let told = bank.says(office, "first.txt").await?;
    ensure!(told["created"] == count, "выписка: {told}");
    let again = bank.says(office, "again.txt").await?;
    ensure!(again["created"] == 0 && again["unchanged"] == count, "выписка ещё раз: {again}");
    office.tally.caught("выписка загружена дважды");
    reconciled(office).await?;
    found(office).await?;
    short_booked(office, taken).await?;
    lone_explained(office).await?;
    reconciled(office).await?;
    let open = office.clerk.list("/v1/findings").await?;
    ensure!(open.is_empty(), "не разобрано: {open:?}");
    for one in taken {
        let register = office.clerk.get(&format!("/v1/registers/{}", one.id)).await?;
        ensure!(register["settled_on"].is_string(), "реестр не закрыт: {register}");
    }
    let cleared = office.left_on(&["register_clearing"], taken.len()).await?;
    let received: i64 = bank.documents.iter().map(|one| one.sum).sum();
    let came_to = format!(
        "поступлений {count} на {}, реестров закрыто {}, на их счетах {}",
        shown(received),
        taken.len(),
        shown(cleared)
    );
    Ok((bank, came_to))
}

impl Bank {
    /// A statement of all that the bank knows of the day is taken in.
    pub(super) async fn says(&self, office: &Office<'_>, file: &str) -> anyhow::Result<Value> {
        let bytes = of_day(self.day, &self.documents)?;
        let told = office.clerk.upload(&format!("/v1/bank/statements?file={file}"), bytes).await?;
        ensure!(told["faults_total"] == 0, "выписка с ошибками: {told}");
        Ok(told)
    }
}

/// Runs until nothing is left to do: the job that runs by itself may be in between.
async fn reconciled(office: &Office<'_>) -> anyhow::Result<()> {
    for _ in 0..RUNS_MAX {
        let report = office.clerk.post("/v1/reconciliation/run", &json!({})).await?;
        let done = report.as_object().context("нет отчёта сверки")?;
        if done.values().all(|value| value == 0) {
            return Ok(());
        }
    }
    anyhow::bail!("сверка не кончается")
}

/// What is wrong about receipts is what was planted.
async fn found(office: &Office<'_>) -> anyhow::Result<()> {
    let mut seen = BTreeMap::new();
    for finding in office.clerk.list("/v1/findings").await? {
        seen.insert(text_of(&finding, "kind")?, number(&finding, "amount_kopecks")?);
    }
    let planted = [("payment_differs", -1), ("payment_without_register", LONE_SUM)];
    let planted = planted.map(|(kind, sum)| (kind.to_owned(), sum));
    ensure!(seen == BTreeMap::from(planted), "поступления: найдено {seen:?}");
    office.tally.caught("выписка: на копейку меньше реестра");
    office.tally.caught("выписка: деньги без реестра");
    Ok(())
}

/// The payment that is too small is given to its register, and the chief writes the kopeck off.
async fn short_booked(office: &Office<'_>, taken: &[Taken]) -> anyhow::Result<()> {
    let (place, one) = taken
        .iter()
        .enumerate()
        .find(|(_, one)| one.carrier == SHORT)
        .context("такого реестра нет")?;
    let wanted = (1_001 + place).to_string();
    let open = office.clerk.list("/v1/bank/documents?unmatched=true").await?;
    let document = open.iter().find(|document| document["number"] == wanted.as_str());
    let id = text_of(document.context("поступления нет")?, "id")?;
    let body = json!({ "register_id": one.id, "amount_kopecks": one.net - 1 });
    office.clerk.post(&format!("/v1/bank/documents/{id}/match"), &body).await?;
    let body = json!({ "to": "write_off", "reason": "Копейка округления у перевозчика" });
    let booked = office.chief.post(&format!("/v1/registers/{}/difference", one.id), &body).await?;
    ensure!(booked["open_kopecks"] == 0, "разница не закрыта: {booked}");
    Ok(())
}

async fn lone_explained(office: &Office<'_>) -> anyhow::Result<()> {
    let open = office.clerk.list("/v1/findings?kind=payment_without_register").await?;
    let id = text_of(open.first().context("расхождения нет")?, "id")?;
    let body = json!({
        "resolution": "acknowledge", "reason": "У перевозчика запрошена расшифровка платежа",
    });
    office.clerk.post(&format!("/v1/findings/{id}/resolve"), &body).await?;
    Ok(())
}
