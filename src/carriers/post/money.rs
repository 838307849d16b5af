//! What became of collected money: the transfer (перевод) of each item.

use serde_json::Value;

use super::tracking::Answers;
use super::{Post, map};
use crate::carriers::model::{CodTransfer, KeptEvent, ShipmentRef, Track};
use crate::carriers::{Answer, MoneyNews};
use crate::units::Kopecks;

/// The transfer was paid to us.
const PAID: &str = "cod.3";
/// Of a day's questions this part is for money; the others are for histories.
pub(super) const PART_OF_A_DAY: usize = 2;

impl MoneyNews for Post {
    fn count_max(&self) -> usize {
        self.contract.settings.tracking_per_day / PART_OF_A_DAY
    }

    fn ask<'a>(&'a self, shipments: &'a [ShipmentRef]) -> Answer<'a, Vec<Track>> {
        Box::pin(async move {
            let line = self.tracking_line()?;
            let mut answers = Answers::default();
            for shipment in shipments.iter().filter(|shipment| !shipment.track.is_empty()) {
                // Who was answered for comes back, also where nothing happened.
                let events = line.transfers(&shipment.track).await;
                if !answers
                    .take(events.map(|events| Some(map::transfer_track(shipment, &events))))?
                {
                    break;
                }
            }
            answers.tracks()
        })
    }

    fn settled(&self, events: &[KeptEvent]) -> Option<CodTransfer> {
        // One payment may be kept in several readings of it.
        let mut paid: Vec<&KeptEvent> = Vec::new();
        for event in events.iter().filter(|event| event.code == PAID) {
            if !paid.iter().any(|one| (one.at, &one.raw) == (event.at, &event.raw)) {
                paid.push(event);
            }
        }
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
