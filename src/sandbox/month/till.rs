//! The accountant of the month at the bank.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use anyhow::{Context, ensure};

use super::bank::{self as papers, ACCOUNT, BIC, Receipt, Statements};
use super::desk::Desk;
use super::manners::CARRIERS;
use super::plan::WEEKS;
use crate::bank::format::Encoding;
use crate::bank::import::{StatementReport, StatementRequest};
use crate::bank::{self, BankAccountIn, BankError};
use crate::commands::Ctx;
use crate::db::{DbError, Tx};
use crate::ids::BankAccountId;
use crate::imports::Source;
use crate::money::{self, Account};
use crate::reconciliation::{self, DifferenceTo, Payer, Payers, ReconciliationError};
use crate::registers::FindingKind;
use crate::sandbox::store;
use crate::units::{Day, Kopecks, UtcMicros};

/// A finding about where the money is: its kind and the register, receipt or parcel.
type Seen = BTreeSet<(FindingKind, String)>;

impl Desk<'_> {
    /// The operator's account, and who pays for which carrier.
    pub(super) async fn bank_opens(&self) -> anyhow::Result<BankAccountId> {
        let ctx = Ctx::system(self.app.clock.now());
        let account = BankAccountIn {
            number: ACCOUNT.to_owned(),
            bic: BIC.to_owned(),
            bank_name: "ПАО СБЕРБАНК".to_owned(),
            corr_account: "30101810400000000225".to_owned(),
            name: "ООО «Амбар»".to_owned(),
            inn: "7707083893".to_owned(),
            kpp: Some("770701001".to_owned()),
            active: true,
        };
        let work = async move |tx: &mut Tx| bank::account_create(tx, &ctx, &account).await;
        let account = self.app.db.write::<_, BankError, _>(work).await?.id;
        let work = async move |tx: &mut Tx| {
            for manner in &CARRIERS {
                let payer = Payer { inn: manner.inn.to_owned(), name: manner.name.to_owned() };
                let set = Payers { carrier: manner.code.to_owned(), payers: vec![payer] };
                reconciliation::payers_set(tx, &ctx, &set).await?;
            }
            Ok(())
        };
        self.app.db.write::<(), ReconciliationError, _>(work).await?;
        Ok(account)
    }

    /// Week by week the bank's statements come; then what is wrong is told, decided about and gone.
    pub(super) async fn bank(&mut self) -> anyhow::Result<BankAccountId> {
        let sent: [Day; WEEKS] = self.ground.sent.map(UtcMicros::moscow_day);
        let Statements { receipts, late } = papers::receipts(&self.plan, &sent);
        let account = self.bank_opens().await?;
        let mut opening = 0;
        for week in 0..WEEKS {
            let own: Vec<&Receipt> = receipts.iter().filter(|one| one.week == week).collect();
            let taken = self.statement(&own, opening, Encoding::Windows).await?;
            ensure!(taken.created == taken.documents, "a statement of new receipts: {taken:?}");
            opening += own.iter().map(|one| one.sum).sum::<i64>();
            let started = Instant::now();
            reconciliation::run(self.app, None).await?;
            self.report.note("receipts matched", started.elapsed());
        }
        self.wrong_compare(&receipts).await?;
        // The whole month once more, in another encoding, and backwards.
        let all: Vec<&Receipt> = receipts.iter().rev().collect();
        let again = self.statement(&all, 0, Encoding::Utf8).await?;
        ensure!(again.created == 0, "receipts were taken in twice: {again:?}");
        let run = reconciliation::run(self.app, None).await?;
        ensure!((run.matched, run.raised) == (0, 0), "a run over the same: {run:?}");
        self.statement(&[&late], opening, Encoding::Windows).await?;
        reconciliation::run(self.app, None).await?;
        self.by_hand(&receipts).await?;
        self.settled().await?;
        Ok(account)
    }

    async fn statement(
        &mut self,
        receipts: &[&Receipt],
        opening: i64,
        encoding: Encoding,
    ) -> anyhow::Result<StatementReport> {
        let bytes = papers::statement(receipts, opening, encoding)?;
        let source = Source::Bytes(bytes.into());
        let request = StatementRequest { source, file: "kl_to_1c.txt".to_owned() };
        let started = Instant::now();
        let taken = Box::pin(bank::import::run(self.app, request, None, |_| {})).await?;
        self.report.note("statements taken in", started.elapsed());
        ensure!(taken.faults_total == 0, "the statement is right: {:?}", taken.faults);
        Ok(taken)
    }

    /// What was found about registers, receipts and parcels is what was planted.
    async fn wrong_compare(&mut self, receipts: &[Receipt]) -> anyhow::Result<()> {
        let number = |index: usize| self.plan.registers[index].number.clone();
        let mut planted: Seen = papers::unpaid()
            .into_iter()
            .map(|one| (FindingKind::RegisterUnpaid, number(one)))
            .collect();
        let absent = self.plan.absent.iter().map(|one| &self.plan.parcels[*one]);
        planted.extend(absent.map(|one| (FindingKind::AbsentFromRegisters, one.number.clone())));
        for receipt in receipts {
            planted.extend(receipt.planted.map(|(kind, _)| (kind, receipt.number.clone())));
        }
        let read = async move |tx: &mut Tx| store::wrong(tx).await;
        let rows = self.app.db.read::<_, DbError, _>(read).await?;
        let found: Seen = rows
            .into_iter()
            .filter(|row| row.kind.is_of_reconciliation())
            .map(|row| (row.kind, row.about))
            .collect();
        let missed: Vec<_> = planted.difference(&found).collect();
        let false_ones: Vec<_> = found.difference(&planted).collect();
        ensure!(missed.is_empty(), "planted and not found: {missed:?}");
        ensure!(false_ones.is_empty(), "found and not planted: {false_ones:?}");
        let mut counts: BTreeMap<&'static str, usize> = BTreeMap::new();
        for (kind, _) in &planted {
            *counts.entry(kind.as_str()).or_default() += 1;
        }
        self.report.found.extend(counts);
        Ok(())
    }

    /// What the rules leave to a person is given to its register; of a receipt that is too small the rest
    /// is set off.
    async fn by_hand(&self, receipts: &[Receipt]) -> anyhow::Result<()> {
        let ctx = Ctx::system(self.app.clock.now());
        for receipt in receipts {
            let Some((kind, Some(index))) = receipt.planted else { continue };
            let (number, register) = (receipt.number.clone(), self.taken[index]);
            let sum = Kopecks::new(receipt.sum);
            let work = async move |tx: &mut Tx| {
                let document = store::receipt(tx, &number).await?;
                if !document.is_matched {
                    reconciliation::match_by_hand(tx, &ctx, (document.id, register), sum).await?;
                }
                if kind == FindingKind::PaymentDiffers {
                    let why = "Зачёт счёта за доставку";
                    reconciliation::difference(tx, &ctx, register, DifferenceTo::SetOff, why)
                        .await?;
                }
                Ok(())
            };
            let done = self.app.db.write::<(), ReconciliationError, _>(work).await;
            done.with_context(|| format!("the receipt {} is not matched", receipt.number))?;
        }
        Ok(())
    }

    /// The clearing account of every register reads zero.
    async fn settled(&self) -> anyhow::Result<()> {
        for (register, id) in self.plan.registers.iter().zip(&self.taken) {
            let account = Account::RegisterClearing(register.manner().code.to_owned(), *id);
            let read = async move |tx: &mut Tx| money::balance(tx, &account).await;
            let left = self.app.db.read::<Kopecks, DbError, _>(read).await?;
            ensure!(left.is_zero(), "{left} are left of the register {}", register.number);
        }
        Ok(())
    }
}
