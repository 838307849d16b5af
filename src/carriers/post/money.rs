//! What became of collected money: the transfer (перевод) of each item.

use serde_json::Value;

use super::{Post, map};
use crate::carriers::model::{CodTransfer, KeptEvent, ShipmentRef, Track};
use crate::carriers::{Answer, MoneyNews};
use crate::units::Kopecks;

/// The transfer was paid to us.
const PAID: &str = "cod.3";
/// Of a day's questions this part is for money; the others are for histories.
const PART_OF_A_DAY: usize = 2;

impl MoneyNews for Post {
    fn count_max(&self) -> usize {
        self.contract.settings.tracking_per_day / PART_OF_A_DAY
    }

    fn ask<'a>(&'a self, shipments: &'a [ShipmentRef]) -> Answer<'a, Vec<Track>> {
        Box::pin(async move {
            let line = self.tracking_line()?;
            let mut tracks = Vec::new();
            for shipment in shipments.iter().filter(|shipment| !shipment.track.is_empty()) {
                match line.transfers(&shipment.track).await {
                    Ok(events) => tracks.push(map::transfer_track(shipment, &events)),
                    Err(error) if tracks.is_empty() => return Err(error),
                    // The day's number of questions may be used up: what was told is not lost.
                    Err(error) => {
                        tracing::warn!(%error, "the money of an item of the Post was not read");
                        break;
                    }
                }
            }
            Ok(tracks)
        })
    }

    fn settled(&self, events: &[KeptEvent]) -> Option<CodTransfer> {
        let paid: Vec<&KeptEvent> = events.iter().filter(|event| event.code == PAID).collect();
        let last = paid.iter().max_by_key(|event| event.at)?;
        let sum = paid.iter().try_fold(Kopecks::ZERO, |sum, event| {
            let part = event.raw.get("SumPaymentForward").and_then(Value::as_i64)?;
            sum.checked_add(Kopecks::new(part)).ok()
        })?;
        Some(CodTransfer {
            payment_order: String::new(),
            day: last.at.moscow_day(),
            collected_kopecks: sum,
            transferred_kopecks: Some(sum),
            method: None,
        })
    }
}
