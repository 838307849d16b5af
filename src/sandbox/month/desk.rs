//! The accountant of the month.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};

use super::files::{Edition, file};
use super::ground::{self, Ground};
use super::manners::{CARRIERS, CONTRACT};
use super::mistakes::taken_for;
use super::plan::{MonthSize, Plan, Register, WEEKS, plan};
use crate::app::App;
use crate::commands::Ctx;
use crate::db::{DbError, Tx};
use crate::ids::CodRegisterId;
use crate::imports::Source;
use crate::registers::{
    self, CodContract, FeeTerms, FindingKind, RegisterError, RegisterReport, RegisterRequest,
    Resolution, TermsMethod,
};
use crate::sandbox::{on_the_way, store};
use crate::units::{Day, Kopecks};

const REASON: &str = "Сверено с перевозчиком";
const REASON_MIXED_UP: &str = "Файл другого перевозчика";

/// What the month came to.
#[derive(Debug, Clone, Default)]
pub struct MonthReport {
    pub parcels: usize,
    pub registers: usize,
    pub lines: usize,
    /// How many of each kind were planted, and every one found. Of a file that was turned down only that it
    /// is another carrier's.
    pub found: BTreeMap<&'static str, usize>,
    /// How long each part took.
    pub parts: Vec<(&'static str, Duration)>,
}

impl MonthReport {
    pub(super) fn note(&mut self, part: &'static str, took: Duration) {
        match self.parts.iter_mut().find(|(name, _)| *name == part) {
            Some((_, sum)) => *sum += took,
            None => self.parts.push((part, took)),
        }
    }

    fn count(&mut self, kind: FindingKind) {
        *self.found.entry(kind.as_str()).or_default() += 1;
    }
}

/// A finding as people see it: its kind and its row; row 0 is the whole register.
type Seen = BTreeSet<(FindingKind, i64)>;

/// Plays the month.
///
/// # Errors
/// What was planted and not found, found and not planted, or changed by taking it in twice.
pub async fn play(app: &App, size: MonthSize) -> anyhow::Result<MonthReport> {
    let tag = on_the_way::tag();
    let plan = plan(size, &tag);
    let ground = ground::build(app, size.shops, &tag).await?;
    let mut desk = Desk { app, plan, ground, report: MonthReport::default(), taken: Vec::new() };
    desk.terms().await?;
    let started = Instant::now();
    desk.ground.send(app, &desk.plan).await?;
    desk.report.note("handed over", started.elapsed());
    for week in 0..WEEKS {
        desk.week(week).await?;
    }
    desk.again().await?;
    let account = desk.bank().await?;
    desk.pay_day(account).await?;
    desk.report.parcels = desk.plan.parcels.len();
    Ok(desk.report)
}

pub(super) struct Desk<'a> {
    pub(super) app: &'a App,
    pub(super) plan: Plan,
    pub(super) ground: Ground,
    pub(super) report: MonthReport,
    /// The registers that were taken in, as they are in the plan.
    pub(super) taken: Vec<CodRegisterId>,
}

impl Desk<'_> {
    /// What the contracts let carriers keep.
    async fn terms(&self) -> anyhow::Result<()> {
        let valid_from = self.sent(0);
        let work = async move |tx: &mut Tx| {
            for manner in &CARRIERS {
                let terms = FeeTerms {
                    carrier: manner.code.to_owned(),
                    method: TermsMethod::Any,
                    valid_from,
                    rate_bp: manner.fee.0,
                    minimum_kopecks: Kopecks::new(manner.fee.1),
                };
                registers::terms_set(tx, &terms).await?;
                let contract = CodContract {
                    carrier: manner.code.to_owned(),
                    number: CONTRACT.to_owned(),
                    inn: String::new(),
                };
                registers::contract_add(tx, &contract).await?;
            }
            Ok::<(), DbError>(())
        };
        Ok(self.app.db.write(work).await?)
    }

    pub(super) fn sent(&self, week: usize) -> Day {
        self.ground.sent[week].moscow_day()
    }

    async fn week(&mut self, week: usize) -> anyhow::Result<()> {
        let started = Instant::now();
        self.ground.deliver(self.app, &self.plan, week).await?;
        self.report.note("delivered", started.elapsed());
        let own = self.plan.registers.iter().filter(|one| one.week == week).cloned();
        for register in own.collect::<Vec<Register>>() {
            self.mix_up(&register).await?;
            let started = Instant::now();
            let taken = self.take(&register, Edition::First).await?;
            ensure!(!taken.is_known, "the register {} is there already", register.number);
            self.report.note("registers taken in", started.elapsed());
            self.compare(&register, taken.register).await?;
            let started = Instant::now();
            self.decide(taken.register).await?;
            self.report.note("registers accepted", started.elapsed());
            self.taken.push(taken.register);
            self.report.registers += 1;
            self.report.lines += register.lines.len();
        }
        Ok(())
    }

    async fn take(
        &self,
        register: &Register,
        edition: Edition,
    ) -> Result<RegisterReport, RegisterError> {
        self.take_for(register, register, edition).await
    }

    /// Takes the file of one register in as that of another one.
    async fn take_for(
        &self,
        wanted: &Register,
        register: &Register,
        edition: Edition,
    ) -> Result<RegisterReport, RegisterError> {
        let sent = self.sent(register.week);
        let made = file(register, sent, edition).map_err(|error| DbError::Engine(error.into()))?;
        let request = RegisterRequest {
            carrier: wanted.manner().code.to_owned(),
            source: Source::Bytes(made.bytes.into()),
            file: made.name,
            number: wanted.number.clone(),
            day: Some(sent.plus_days(super::plan::REGISTER_AFTER)),
            payment_order: String::new(),
            map: String::new(),
        };
        Box::pin(registers::import(self.app, request, None, |_| {})).await
    }

    /// Another carrier's file comes first where the two are mixed up, and is turned down as a whole.
    async fn mix_up(&mut self, register: &Register) -> anyhow::Result<()> {
        let Some(other) = register.mixed_up_with else { return Ok(()) };
        let other = taken_for(&self.plan.registers[other], register.carrier);
        let started = Instant::now();
        let id = self.take_for(register, &other, Edition::First).await?.register;
        let mut planted = self.planted(&other)?;
        planted.insert((FindingKind::OtherCarrierFile, 0));
        self.agree(&other.number, &planted, id).await?;
        self.report.count(FindingKind::OtherCarrierFile);
        let ctx = Ctx::system(self.app.clock.now());
        let work = async move |tx: &mut Tx| registers::reject(tx, &ctx, id, REASON_MIXED_UP).await;
        self.app.db.write::<_, RegisterError, _>(work).await?;
        self.report.note("files turned down", started.elapsed());
        Ok(())
    }

    /// What was found is what was planted.
    async fn compare(&mut self, register: &Register, id: CodRegisterId) -> anyhow::Result<()> {
        let planted = self.planted(register)?;
        self.agree(&register.number, &planted, id).await?;
        for (kind, _) in planted {
            self.report.count(kind);
        }
        Ok(())
    }

    fn planted(&self, register: &Register) -> anyhow::Result<Seen> {
        let first_row = file(register, self.sent(register.week), Edition::First)?.first_row;
        let mut planted = Seen::new();
        for (row, line) in (first_row..).zip(&register.lines) {
            planted.extend(line.planted.iter().map(|kind| (*kind, row)));
        }
        let is_hurt = register.lines.iter().any(|line| line.garbage.is_some());
        if register.total_off != 0 || is_hurt {
            planted.insert((FindingKind::TotalDiffers, 0));
        }
        if register.has_second_sheet {
            planted.insert((FindingKind::SheetUnread, 0));
        }
        Ok(planted)
    }

    async fn agree(&self, number: &str, planted: &Seen, id: CodRegisterId) -> anyhow::Result<()> {
        let read = async move |tx: &mut Tx| store::found(tx, id).await;
        let rows = self.app.db.read::<_, DbError, _>(read).await?;
        let found: Seen = rows.iter().map(|row| (row.kind, row.line)).collect();
        let missed: Vec<_> = planted.difference(&found).collect();
        let false_ones: Vec<_> = found.difference(planted).collect();
        ensure!(missed.is_empty(), "{number}: planted and not found: {missed:?}");
        ensure!(false_ones.is_empty(), "{number}: found and not planted: {false_ones:?}");
        Ok(())
    }

    /// A person decides about each kind, and accepts the register.
    async fn decide(&self, id: CodRegisterId) -> anyhow::Result<()> {
        let ctx = Ctx::system(self.app.clock.now());
        let work = async move |tx: &mut Tx| {
            let found = store::found(tx, id).await?;
            let kinds: BTreeMap<FindingKind, Resolution> =
                found.into_iter().map(|row| (row.kind, row.proposed)).collect();
            for (kind, proposed) in kinds {
                let answer = (resolution(kind, proposed), REASON);
                registers::resolve_kind(tx, &ctx, id, kind, answer).await?;
            }
            registers::accept(tx, &ctx, id).await
        };
        let accepted = self.app.db.write::<_, RegisterError, _>(work).await;
        accepted.map(drop).with_context(|| format!("the register {id} is not accepted"))
    }

    /// Every register once more, from its other office.
    async fn again(&mut self) -> anyhow::Result<()> {
        let started = Instant::now();
        for (register, id) in self.plan.registers.iter().zip(&self.taken) {
            let taken = self.take(register, Edition::Second).await?;
            let is_same = taken.is_known && taken.register == *id;
            ensure!(is_same, "the register {} was taken in twice", register.number);
        }
        self.report.note("registers taken in again", started.elapsed());
        Ok(())
    }
}

/// What this accountant decides: mostly what is proposed. Nothing is claimed, so that the month ends.
const fn resolution(kind: FindingKind, proposed: Resolution) -> Resolution {
    match (kind, proposed) {
        (FindingKind::AmountDiffers, _) => Resolution::AcceptAmount,
        (_, Resolution::ClaimFromCarrier) => Resolution::Acknowledge,
        _ => proposed,
    }
}
