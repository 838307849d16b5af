//! Registers that carriers tell by their interfaces: one job for each account and day.
//!
//! A register may come days after its day, so each day of the last week is asked for again; what is
//! known adds nothing.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use super::about::About;
use super::load::{Incoming, Lines, run};
use super::model::{Line, LineKind, RegisterSource};
use super::read::{Digest, Read, Totals};
use super::store::registers::Head;
use super::store::settings;
use super::{RegisterError, RegisterReport};
use crate::app::App;
use crate::carriers::model::{CodRegister, CodRegisterLine, RegisterLineKind};
use crate::commands::Ctx;
use crate::db::{DbError, Tx};
use crate::ids::{CarrierAccountId, CodRegisterId, new_uuid};
use crate::jobs::{Job, JobHandler, JobOutcome, JobPolicy, enqueue};
use crate::shipments::accounts::{account_find, accounts_active};
use crate::units::Day;

/// How often a node looks whether registers are to be asked for.
pub const FETCH_CHECK_EVERY: Duration = Duration::from_mins(30);

const FETCH: &str = "cod_registers_fetch";
const DAYS_BACK: u64 = 7;

/// What a job of this kind is told, beside its account.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Fetch {
    day: Day,
}

/// Queues what is due, again and again until it is told to stop.
pub async fn fetch_regularly(app: App, every: Duration, stop: CancellationToken) {
    while !stop.is_cancelled() {
        if let Err(error) = queue_due(&app).await {
            tracing::warn!(%error, "registers of carriers are not asked for");
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(every) => {}
        }
    }
}

/// Queues a job for each account that tells registers and each day of the last week, once a day
/// whatever nodes there are. Answers how many jobs.
pub async fn queue_due(app: &App) -> Result<usize, DbError> {
    let now = app.clock.now();
    let today = now.moscow_day();
    let accounts =
        app.db.read::<_, DbError, _>(async |tx: &mut Tx| accounts_active(tx).await).await?;
    let mut queued = 0;
    for account in accounts {
        let program = app.connectors.of(&app.vault, &account);
        if !program.is_ok_and(|program| program.registers().is_some()) {
            continue;
        }
        let id = account.id;
        let write = async move |tx: &mut Tx| {
            let ctx = Ctx::system(now);
            if !settings::fetched(tx, id, today).await? {
                return Ok(0);
            }
            let days = days_before(today);
            for day in &days {
                let told = serde_json::to_value(Fetch { day: *day }).unwrap_or_default();
                enqueue(tx, &ctx, FETCH, &id.to_string(), told).await?;
            }
            Ok(days.len())
        };
        queued += app.db.write::<usize, DbError, _>(write).await?;
    }
    Ok(queued)
}

fn days_before(today: Day) -> Vec<Day> {
    let day = |back| today.date().checked_sub_days(chrono::Days::new(back)).map(Day::from_date);
    (0..DAYS_BACK).filter_map(day).collect()
}

/// What the workers of a node do for registers.
pub fn handlers() -> Vec<Arc<dyn JobHandler>> {
    vec![Arc::new(FetchJob)]
}

struct FetchJob;

impl JobHandler for FetchJob {
    fn kind(&self) -> &'static str {
        FETCH
    }

    /// A carrier that is down in the night is asked until the morning.
    fn policy(&self) -> JobPolicy {
        JobPolicy {
            attempts_max: 12,
            lease_seconds: 15 * 60,
            pause_seconds_first: 30,
            pause_seconds_max: 60 * 60,
        }
    }

    fn run<'a>(&'a self, app: &'a App, job: &'a Job) -> BoxFuture<'a, Result<JobOutcome, String>> {
        Box::pin(async move {
            let told = serde_json::from_value(job.payload.clone());
            let told: Fetch = told.map_err(|error| error.to_string())?;
            let account =
                job.subject.parse().map_err(|error: crate::ids::IdError| error.to_string())?;
            fetch(app, account, told.day).await.map_err(|error| error.to_string())?;
            Ok(JobOutcome::Done)
        })
    }
}

/// Asks an account for the registers of a day, and takes them in.
async fn fetch(
    app: &App,
    account: CarrierAccountId,
    day: Day,
) -> Result<Vec<RegisterReport>, RegisterError> {
    let read = async move |tx: &mut Tx| account_find(tx, account).await;
    let account = app.db.read(read).await?;
    if !account.active {
        return Ok(Vec::new());
    }
    let program = app.connectors.of(&app.vault, &account)?;
    let Some(asking) = program.registers().map(|registers| registers.registers(day)) else {
        return Ok(Vec::new());
    };
    let told = asking.await.map_err(crate::shipments::ShipmentError::from)?;
    let mut reports = Vec::new();
    for register in told {
        let incoming = from_carrier(&account.carrier, register)?;
        match Box::pin(run(app, incoming, None, 0, |_| {})).await {
            Ok(report) => reports.push(report),
            // It came by mail, or the carrier changed it: the one that is there is what people see.
            Err(RegisterError::NumberTaken { number, register }) => {
                tracing::warn!(number, %register, "a carrier tells a register with other lines");
            }
            Err(error) => return Err(error),
        }
    }
    Ok(reports)
}

fn from_carrier(carrier: &str, register: CodRegister) -> Result<Incoming, RegisterError> {
    let CodRegister { number, day, payment_order, total_kopecks, lines } = register;
    let lines: Vec<Line> = (1..).zip(lines).map(|(row, line)| line_of(row, line)).collect();
    let mut digest = Digest::default();
    for line in &lines {
        digest.add(&Read::Line(line.clone())).map_err(|_| RegisterError::SumTooBig)?;
    }
    digest.stated = Some(Totals { transferred: Some(total_kopecks), ..Totals::default() });
    let head = Head {
        id: CodRegisterId::new(),
        run: new_uuid(),
        carrier: carrier.to_owned(),
        number,
        day,
        payment_order,
        source: RegisterSource::Api,
        file: String::new(),
        sheet: String::new(),
        file_hash: None,
        content_hash: digest.hash(),
    };
    let (lines, about) = (Lines::Told(lines.into_iter()), About::default());
    Ok(Incoming { head, digest, lines, about, told: BTreeMap::new() })
}

fn line_of(row: i64, line: CodRegisterLine) -> Line {
    let kind = match line.kind {
        RegisterLineKind::Shipment => LineKind::of(line.collected_kopecks),
        RegisterLineKind::Service => LineKind::Service,
    };
    Line {
        row,
        kind,
        track: line.track,
        number: line.number,
        order_number: String::new(),
        day: None,
        collected: line.collected_kopecks,
        fee: line.fee_kopecks,
        delivery: line.delivery_kopecks,
        transferred: line.transferred_kopecks,
        vat: None,
        currency: String::new(),
        contract: String::new(),
        method: None,
    }
}
