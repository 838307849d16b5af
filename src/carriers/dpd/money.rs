//! What became of collected money: events of the queue say when it was taken and with which payment it
//! was sent to us.

use serde::Deserialize;

use super::Dpd;
use super::wire::ParameterIn;
use crate::carriers::amounts::kopecks;
use crate::carriers::local::moscow_instant;
use crate::carriers::model::{CodTransfer, KeptEvent, PayMethod, ShipmentRef, Track};
use crate::carriers::{Answer, MoneyNews};
use crate::units::UtcMicros;

/// `OrderCODConfirmed`, with `AmountNPP` and `PaymentWay`.
const TAKEN: &str = "2701";
/// `OrderCODSent`, with `Doc_Num` and `Doc_Date`.
const SENT: &str = "2801";

/// An event, as far as it speaks of money.
#[derive(Default, Deserialize)]
#[serde(default)]
struct MoneyIn {
    parameter: Vec<ParameterIn>,
}

impl MoneyIn {
    fn of(events: &[KeptEvent], code: &str) -> Option<(Self, UtcMicros)> {
        let event = events.iter().rev().find(|event| event.code == code)?;
        Some((serde_json::from_value(event.raw.clone()).ok()?, event.at))
    }

    fn value(&self, name: &str) -> Option<&str> {
        let found = self.parameter.iter().find(|parameter| parameter.param_name == name)?;
        let values = [&found.value_decimal, &found.value_date_time, &found.value_string];
        values.into_iter().map(|value| value.trim()).find(|value| !value.is_empty())
    }
}

impl MoneyNews for Dpd {
    fn count_max(&self) -> usize {
        0
    }

    /// The queue tells all of it.
    fn ask<'a>(&'a self, _shipments: &'a [ShipmentRef]) -> Answer<'a, Vec<Track>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    /// `Doc_Amount` is not used: whether it is the order's or the payment's is not published.
    fn settled(&self, events: &[KeptEvent]) -> Option<CodTransfer> {
        let (taken, _) = MoneyIn::of(events, TAKEN)?;
        let (sent, sent_at) = MoneyIn::of(events, SENT)?;
        let collected = kopecks(taken.value("AmountNPP")?).ok()?;
        let paid_at = sent.value("Doc_Date").and_then(moscow_instant).unwrap_or(sent_at);
        Some(CodTransfer {
            payment_order: sent.value("Doc_Num").unwrap_or_default().to_owned(),
            day: paid_at.moscow_day(),
            collected_kopecks: collected,
            transferred_kopecks: None,
            method: taken.value("PaymentWay").and_then(PayMethod::from_words),
        })
    }
}
