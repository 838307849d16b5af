//! Packing tables: each item verified, the box, the scale.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use tokio::sync::Mutex;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};

use super::devices::put_on;
use super::goods::{Trait, marking_code};
use super::person::{Person, between};
use super::shops::{Market, Product};
use super::site::{Site, tare};
use crate::sandbox::devices::SandboxScale;

/// Tape and filler.
const FILLER_G: i64 = 15;
/// Where nothing is proposed the largest box is taken.
const LARGEST: &str = "K5";

/// The scale of the table is read a few times a second; until then it has no weight.
const PRESSES_MAX: u32 = 60;
const PRESS_PAUSE: Duration = Duration::from_millis(100);

/// What a packer does wrong, once each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slip {
    WrongItem,
    Stranger,
    Weight,
}

pub(super) const SLIPS: [&[Slip]; 3] = [
    &[Slip::WrongItem, Slip::Weight],
    &[Slip::Stranger, Slip::Weight],
    &[Slip::Weight, Slip::WrongItem],
];

/// An order that is packed.
#[derive(Debug, Clone)]
pub(super) struct Packed {
    pub(super) order: String,
    pub(super) parcel: String,
    /// The handheld at whose table a scale weighed it; else the weight was typed.
    pub(super) scale: Option<usize>,
}

/// The queue in front of the tables; closed when no picker works any more.
pub(super) type Queue = Arc<Mutex<UnboundedReceiver<String>>>;

pub(super) struct Packer<'d> {
    pub(super) person: Person,
    market: &'d Market,
    number: usize,
    /// Pieces packed by their marking codes.
    marks: usize,
    slips: Vec<Slip>,
    /// The scale of the table, and the number of the table's handheld.
    scale: Option<(usize, SandboxScale)>,
    pub(super) packed: Vec<Packed>,
    /// Totes whose order was withdrawn: they wait to be put back.
    pub(super) set_aside: usize,
}

impl<'d> Packer<'d> {
    /// The packer of this number at the table of the same number.
    pub(super) async fn begin(
        site: &Site,
        number: usize,
        market: &'d Market,
        slips: &[Slip],
    ) -> anyhow::Result<Self> {
        let person = site.person(number).await?;
        let scale = site.fleet.scale(number).map(|scale| (number, scale));
        let slips = slips.iter().rev().copied().collect();
        let packed = Vec::new();
        Ok(Self { person, market, number, marks: 0, slips, scale, packed, set_aside: 0 })
    }

    /// Tote after tote. Empty ones go back to the pickers.
    pub(super) async fn work(
        mut self,
        queue: Queue,
        empty: UnboundedSender<String>,
    ) -> anyhow::Result<Self> {
        self.person.scan("PACK").await?;
        loop {
            let Some(tote) = queue.lock().await.recv().await else { break };
            let packed = self.pack(&tote).await.with_context(|| format!("тара {tote}"))?;
            if packed {
                // The pickers may have gone home.
                empty.send(tote).ok();
            }
        }
        self.person.scan("LOGOUT").await?;
        ensure!(self.slips.is_empty(), "{}: не сыграно {:?}", self.person.name(), self.slips);
        Ok(self)
    }

    /// Whether the tote had an order.
    async fn pack(&mut self, tote: &str) -> anyhow::Result<bool> {
        self.person.send(tote).await?;
        if self.person.says("нет заказа для упаковки") {
            self.set_aside += 1;
            return Ok(false);
        }
        ensure!(!self.person.shown().is_error(), "{}", self.person.text());
        let mut weight = 0;
        while self.person.shown().expect == "item" {
            weight += self.item().await?;
        }
        let case = self.case().await?;
        self.weigh(weight + tare(&case) + FILLER_G).await?;
        let text = self.person.text();
        let order = between(&text, "Заказ ", " упакован").context("не упакован")?;
        let parcel = between(&text, "Наклейте этикетку ", " ")
            .with_context(|| format!("нет этикетки: {text}"))?;
        let scale = self.scale.as_ref().map(|(number, _)| *number);
        self.packed.push(Packed { order: order.to_owned(), parcel: parcel.to_owned(), scale });
        Ok(true)
    }

    /// The first line that lacks something; answers what its pieces weigh.
    async fn item(&mut self) -> anyhow::Result<i64> {
        let (product, pieces) = self.wanted()?;
        self.wrong_item(product).await?;
        if product.good.is(Trait::Marked) {
            self.marked(product, pieces).await?;
            return Ok(product.good.weight * pieces);
        }
        if pieces > 1 {
            self.person.scan(&pieces.to_string()).await?;
        }
        self.person.scan(&product.code).await?;
        Ok(product.good.weight * pieces)
    }

    /// Each piece goes by a code of its own; the first packer of a table tries the maker's.
    async fn marked(&mut self, product: &Product, pieces: i64) -> anyhow::Result<()> {
        if self.marks == 0 {
            let kind = "на упаковке штрихкод вместо кода маркировки";
            self.person.refused(&product.code, "код маркировки", kind).await?;
        }
        for _ in 0..pieces {
            self.marks += 1;
            let code = marking_code(&product.code, self.number, self.marks);
            self.person.scan(&code).await?;
        }
        Ok(())
    }

    fn wanted(&self) -> anyhow::Result<(&'d Product, i64)> {
        let line = self.person.shown().lines.iter().find(|line| line.contains(": ещё "));
        let line = line.with_context(|| format!("нет строк: {}", self.person.text()))?;
        let product = self.market.on_screen(line).with_context(|| format!("товар: {line}"))?;
        let pieces = between(line, ": ещё ", " ").and_then(|pieces| pieces.parse().ok());
        Ok((product, pieces.with_context(|| format!("сколько: {line}"))?))
    }

    fn slips(&mut self, fitting: Slip) -> bool {
        if self.slips.last() == Some(&fitting) {
            self.slips.pop();
            return true;
        }
        false
    }

    async fn wrong_item(&mut self, wanted: &Product) -> anyhow::Result<()> {
        let text = self.person.text();
        let unlike = |other: &&Product| {
            other.code != wanted.code
                && !text.contains(&other.article)
                && !other.good.is(Trait::Shared)
        };
        if self.slips(Slip::WrongItem) {
            let mut same_shop = self.market.of_shop(wanted.shop);
            let other = same_shop.find(unlike).context("другого товара нет")?;
            let kind = "на упаковке товар не из заказа";
            return self.person.refused(&other.code, "нет в этом заказе", kind).await;
        }
        if self.slips(Slip::Stranger) {
            let mut others = self.market.products.iter();
            let other = others.find(|other| other.shop != wanted.shop && unlike(other));
            let other = other.context("чужого товара нет")?;
            let kind = "на упаковке товар другого магазина";
            return self.person.refused(&other.code, "не известен", kind).await;
        }
        Ok(())
    }

    /// Takes the proposed box, or the largest; answers its code, empty for none.
    async fn case(&mut self) -> anyhow::Result<String> {
        let text = self.person.text();
        if let Some(code) = between(&text, "Упаковка ", ":") {
            let code = code.to_owned();
            self.person.scan("YES").await?;
            return Ok(code);
        }
        if text.contains("Едет в своей коробке") {
            self.person.scan("YES").await?;
            return Ok(String::new());
        }
        if !text.contains("Выберите упаковку") {
            bail!("ожидалась упаковка: {text}");
        }
        self.person.scan(LARGEST).await?;
        Ok(LARGEST.to_owned())
    }

    /// On the scale of the table, or on one whose figures are typed.
    async fn weigh(&mut self, grams: i64) -> anyhow::Result<()> {
        if self.slips(Slip::Weight) {
            self.weigh_once(grams + 2_500).await?;
            self.person.is_told("warn", "Проверьте вложение", "вес не сходится")?;
        }
        self.weigh_once(grams).await?;
        ensure!(!self.person.shown().is_error(), "вес не принят: {}", self.person.text());
        Ok(())
    }

    async fn weigh_once(&mut self, grams: i64) -> anyhow::Result<()> {
        let Some((_, scale)) = self.scale.clone() else {
            return self.person.send(&grams.to_string()).await;
        };
        put_on(&scale, grams).await?;
        for _ in 0..PRESSES_MAX {
            self.person.send("ГОТОВО").await?;
            if !self.person.says("ещё не успокоился") && !self.person.says("нет весов")
            {
                // The next parcel is put there later.
                scale.unload();
                return Ok(());
            }
            tokio::time::sleep(PRESS_PAUSE).await;
        }
        bail!("весы молчат: {}", self.person.text())
    }
}
