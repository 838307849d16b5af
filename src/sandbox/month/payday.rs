//! What the shops of the month are told and paid.

use std::time::Instant;

use anyhow::{Context, ensure};

use super::bank::{ACCOUNT, BIC};
use super::desk::Desk;
use crate::agency::{self, AgencyError, AgencyTermsIn};
use crate::bank::format::{Encoding, Item, Section, SectionKind, read, write};
use crate::bank::import::StatementRequest;
use crate::bank::payment_order::Requisites;
use crate::bank::{self, requisites};
use crate::commands::Ctx;
use crate::db::{DbError, Tx};
use crate::ids::{BankAccountId, OwnerId, UserId};
use crate::imports::Source;
use crate::money::{self, Account};
use crate::payouts::{self, PayoutError};
use crate::units::Kopecks;

/// Hundredths of a per cent of what was collected.
const FEE_BP: i64 = 100;
const CORR_ACCOUNT: &str = "30101810400000000225";

/// What a shop's parcels come to, by the plan alone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Dues {
    received: i64,
    refunded: i64,
    fee: i64,
}

impl Desk<'_> {
    /// Agents' reports, payouts and the statement by which they left the account.
    pub(super) async fn pay_day(&mut self, account: BankAccountId) -> anyhow::Result<()> {
        let (clerk, chief) = (UserId::new(), UserId::new());
        let mut net = 0;
        for index in 0..self.ground.shops.len() {
            let owner = self.ground.shops[index].owner;
            let dues = self.dues(index);
            self.terms_of(owner, index).await?;
            self.report_to(owner, dues, (clerk, chief)).await?;
            net += dues.received - dues.refunded - dues.fee;
        }
        let started = Instant::now();
        let orders = self.paid_out(account, net, (clerk, chief)).await?;
        self.report.note("payouts approved", started.elapsed());
        self.carried_out(&orders).await?;
        for shop in &self.ground.shops {
            for account in [Account::OwnerPayable(shop.owner), Account::CodReceived(shop.owner)] {
                ensure!(self.left(account.clone()).await? == 0, "something is left of {account:?}");
            }
        }
        ensure!(self.left(Account::BankOutgoing(account)).await? == 0, "an order is under way");
        Ok(())
    }

    fn dues(&self, shop: usize) -> Dues {
        let mut dues = Dues::default();
        let lines = self.plan.registers.iter().flat_map(|register| &register.lines);
        for line in lines.filter(|line| line.shop == shop && line.is_posted()) {
            if line.collected > 0 {
                dues.received += line.collected;
                dues.fee += (line.collected * FEE_BP + 5_000) / 10_000;
            } else {
                dues.refunded -= line.collected;
            }
        }
        dues
    }

    async fn left(&self, account: Account) -> anyhow::Result<i64> {
        let read = async move |tx: &mut Tx| money::balance(tx, &account).await;
        Ok(self.app.db.read::<Kopecks, DbError, _>(read).await?.get())
    }

    async fn terms_of(&self, owner: OwnerId, index: usize) -> anyhow::Result<()> {
        let terms = AgencyTermsIn {
            valid_from: self.sent(0),
            contract_number: format!("АГ-{}", index + 1),
            contract_day: self.sent(0),
            agent_name: "ООО «Амбар»".to_owned(),
            agent_inn: "7707083893".to_owned(),
            fee_bp: FEE_BP,
            fee_minimum_kopecks: Kopecks::ZERO,
            set_off: true,
            advance: false,
            payout_minimum_kopecks: Kopecks::ZERO,
            payee: Requisites {
                name: format!("ООО «Магазин {}»", index + 1),
                inn: "7740000076".to_owned(),
                kpp: Some("774001001".to_owned()),
                account: payee_account(index),
                bank_name: "ПАО СБЕРБАНК".to_owned(),
                bic: BIC.to_owned(),
                corr_account: CORR_ACCOUNT.to_owned(),
            },
        };
        let ctx = Ctx::system(self.app.clock.now());
        let work = async move |tx: &mut Tx| agency::terms_set(tx, &ctx, owner, &terms).await;
        self.app.db.write::<_, AgencyError, _>(work).await?;
        Ok(())
    }

    /// One person draws the report up, another accepts it; its sums are those of the plan.
    async fn report_to(
        &mut self,
        owner: OwnerId,
        dues: Dues,
        (clerk, chief): (UserId, UserId),
    ) -> anyhow::Result<()> {
        let now = self.app.clock.now();
        let period = (self.sent(0), now.moscow_day());
        let started = Instant::now();
        let ctx = Ctx { actor: Some(clerk), ..Ctx::system(now) };
        let work = async move |tx: &mut Tx| agency::draft(tx, &ctx, owner, period).await;
        let draft = self.app.db.write::<_, AgencyError, _>(work).await?;
        let ctx = Ctx { actor: Some(chief), ..ctx };
        let work =
            async move |tx: &mut Tx| agency::approve(tx, &ctx, draft.id, draft.made_at).await;
        let accepted = self.app.db.write::<_, AgencyError, _>(work).await?;
        self.report.note("agents' reports accepted", started.elapsed());
        let told = Dues {
            received: accepted.received.get(),
            refunded: accepted.refunded.get().abs(),
            fee: accepted.fee.get(),
        };
        ensure!(told == dues, "the report says {told:?}, the registers {dues:?}");
        Ok(())
    }

    /// The file of payment orders.
    async fn paid_out(
        &self,
        account: BankAccountId,
        net: i64,
        (clerk, chief): (UserId, UserId),
    ) -> anyhow::Result<Vec<u8>> {
        let now = self.app.clock.now();
        let ctx = Ctx { actor: Some(clerk), ..Ctx::system(now) };
        let day = now.moscow_day();
        let work = async move |tx: &mut Tx| payouts::run_create(tx, &ctx, account, day).await;
        let run = self.app.db.write::<_, PayoutError, _>(work).await?;
        ensure!(run.net.get() == net, "the run pays {}, the registers bring {net}", run.net);
        let ctx = Ctx { actor: Some(chief), ..ctx };
        let work =
            async move |tx: &mut Tx| payouts::run_approve(tx, &ctx, run.id, run.made_at).await;
        self.app.db.write::<_, PayoutError, _>(work).await?;
        let read = async move |tx: &mut Tx| payouts::run_orders(tx, run.id).await;
        Ok(self.app.db.read::<_, PayoutError, _>(read).await?)
    }

    /// The bank carries the orders out, and says so in a statement.
    async fn carried_out(&self, orders: &[u8]) -> anyhow::Result<()> {
        let day = self.app.clock.now().moscow_day().russian_text();
        let sections: Vec<Section> = read(orders)
            .1
            .into_iter()
            .filter_map(|item| match item {
                Item::Section(section) => Some(section),
                Item::Head(_) | Item::Fault(_) => None,
            })
            .collect();
        ensure!(sections.len() == self.ground.shops.len(), "an order for each shop");
        let documents = sections.iter().map(|section| {
            let fields = section.fields.iter().map(|one| (one.key.as_str(), one.value.as_str()));
            let fields = fields.chain(std::iter::once(("ДатаСписано", day.as_str())));
            (SectionKind::Document, section.title.as_str(), fields.collect())
        });
        let head = [("ВерсияФормата", "1.03"), ("Кодировка", "Windows"), ("РасчСчет", ACCOUNT)];
        let text = write(&head, documents);
        let bytes = Encoding::Windows.encode(&text).ok().context("orders can be written")?;
        let source = Source::Bytes(bytes.into());
        let request = StatementRequest { source, file: "kl_to_1c.txt".to_owned() };
        let taken = Box::pin(bank::import::run(self.app, request, None, |_| {})).await?;
        ensure!(taken.created == taken.documents, "payments of the statement: {taken:?}");
        Ok(())
    }
}

/// An account whose control digit is right.
fn payee_account(index: usize) -> String {
    let accounts = (0..10).map(|key| format!("40702810{key}{:011}", 1_000 + index));
    let mut right = accounts.filter(|account| requisites::is_account(account, BIC));
    right.next().expect("one of ten control digits is right")
}
