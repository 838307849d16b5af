//! A picker on a floor: logs in, takes the next cart, and picks it piece by piece.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{bail, ensure};

use super::floor::{Cart, Floor, FloorDevice};
use super::handheld::{Handheld, Shown};

/// What one scan did, told to whoever measures or audits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Acknowledged {
    /// The number of the scan.
    pub sequence: i64,
    /// The scan confirmed a pick: the ledger must have it, once.
    pub picked: bool,
    /// From the scan to its answer.
    pub took: Duration,
}

/// A picker with a handheld.
pub struct Picker {
    handheld: Handheld,
    shown: Shown,
}

impl Picker {
    /// Logs in, takes a cart and puts the tote on it.
    pub async fn begin(
        mut handheld: Handheld,
        floor: &Floor,
        device: &FloorDevice,
    ) -> anyhow::Result<Self> {
        handheld.scan(&floor.badge).await?;
        let menu = handheld.scan(&floor.pin).await?;
        ensure!(menu.flow == "menu", "не вошёл: {}", menu.text());
        let cart = handheld.scan("PICK").await?;
        ensure!(!cart.is_error(), "нет тележки: {}", cart.text());
        let shown = handheld.scan(&device.tote).await?;
        ensure!(!shown.is_error(), "тара не принята: {}", shown.text());
        Ok(Self { handheld, shown })
    }

    /// Picks everything on the cart, or until it is told to stop, telling each answered scan.
    pub async fn pick_all(
        &mut self,
        floor: &Floor,
        stop: &AtomicBool,
        mut tell: impl FnMut(Acknowledged),
    ) -> anyhow::Result<()> {
        let cart = self.cart(floor)?.clone();
        for task in &cart.tasks {
            self.scan(&task.bin_label, false, &mut tell).await?;
            for _ in 0..task.pieces {
                if stop.load(Ordering::Relaxed) {
                    return Ok(());
                }
                self.scan(&task.item, true, &mut tell).await?;
            }
            if self.shown.expect == "confirm" {
                self.scan("YES", false, &mut tell).await?;
            }
        }
        Ok(())
    }

    /// The work that the screen shows, found by the code of its bin.
    fn cart<'f>(&self, floor: &'f Floor) -> anyhow::Result<&'f Cart> {
        let text = self.shown.text();
        let found = floor
            .carts
            .iter()
            .find(|cart| cart.tasks.first().is_some_and(|task| text.contains(&task.bin)));
        match found {
            Some(cart) => Ok(cart),
            None => bail!("на экране нет ячейки: {text}"),
        }
    }

    async fn scan(
        &mut self,
        data: &str,
        picks: bool,
        tell: &mut impl FnMut(Acknowledged),
    ) -> anyhow::Result<()> {
        let started = Instant::now();
        self.shown = self.handheld.scan(data).await?;
        let took = started.elapsed();
        ensure!(!self.shown.is_error(), "скан «{data}» не принят: {}", self.shown.text());
        tell(Acknowledged { sequence: self.handheld.sequence(), picked: picks, took });
        Ok(())
    }
}
