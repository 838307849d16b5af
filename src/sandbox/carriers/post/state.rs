//! What the Post of the sandbox knows: orders, batches, histories, tickets.

use std::collections::BTreeMap;

use chrono::{NaiveDate, NaiveDateTime, TimeDelta};
use serde_json::{Value, json};

use super::super::Step;
use super::{POSTOFFICE, places, prices};

/// Where an order is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    Backlog,
    Batch(String),
    Gone,
}

/// One operation of a history.
#[derive(Debug, Clone)]
pub(super) struct Operation {
    pub(super) kind: i64,
    pub(super) attribute: i64,
    pub(super) index: String,
    /// In Moscow.
    pub(super) at: NaiveDateTime,
}

/// What happened to the collected money.
#[derive(Debug, Clone)]
pub(super) struct Transfer {
    pub(super) kind: i64,
    pub(super) at: NaiveDateTime,
}

#[derive(Debug, Clone)]
pub(super) struct HeldOrder {
    pub(super) id: i64,
    pub(super) number: String,
    pub(super) barcode: String,
    /// As it was sent.
    pub(super) body: Value,
    pub(super) place: Place,
    pub(super) history: Vec<Operation>,
    pub(super) transfers: Vec<Transfer>,
}

impl HeldOrder {
    pub(super) fn int(&self, field: &str) -> i64 {
        self.body[field].as_i64().unwrap_or(0)
    }

    pub(super) fn text(&self, field: &str) -> String {
        self.body[field].as_str().unwrap_or_default().to_owned()
    }

    /// The office, locker or pick-up point that it goes to.
    pub(super) fn destination(&self) -> String {
        let point = self.body["ecom-data"]["delivery-point-index"].as_str();
        point.map_or_else(|| self.int("index-to").to_string(), str::to_owned)
    }

    /// As the searches tell it.
    pub(super) fn told(&self, batch: Option<&HeldBatch>) -> Value {
        let mut told = self.body.clone();
        let (mail_type, mass) = (self.text("mail-type"), self.int("mass"));
        let (rate, vat) = prices::of(&mail_type, mass, &self.destination(), self.int("insr-value"));
        told["id"] = json!(self.id);
        told["barcode"] = json!(self.barcode);
        told["total-rate-wo-vat"] = json!(rate);
        told["total-vat"] = json!(vat);
        told["version"] = json!(0);
        if let Some(batch) = batch {
            told["batch-name"] = json!(batch.name);
            told["batch-status"] = json!(batch.status);
            told["batch-category"] = json!(batch.category);
        }
        told
    }

    fn happens(&mut self, base: NaiveDateTime, kind: i64, attribute: i64, index: &str) {
        let hours = i64::try_from(self.history.len()).unwrap_or(0);
        let at = base + TimeDelta::hours(hours);
        self.history.push(Operation { kind, attribute, index: index.to_owned(), at });
    }
}

#[derive(Debug, Clone)]
pub(super) struct HeldBatch {
    pub(super) name: String,
    /// CREATED, FROZEN, ACCEPTED, SENT.
    pub(super) status: &'static str,
    pub(super) mail_type: String,
    pub(super) category: String,
    pub(super) day: NaiveDate,
}

impl HeldBatch {
    pub(super) fn told(&self, orders: usize) -> Value {
        json!({
            "batch-name": self.name,
            "batch-status": self.status,
            "batch-status-date": format!("{}T09:00:00.000Z", self.day),
            "mail-type": self.mail_type,
            "mail-category": self.category,
            "list-number-date": self.day.to_string(),
            "postoffice-code": POSTOFFICE,
            "shipment-count": orders,
            "payment-method": "CASHLESS",
            "courier-order-statuses": ["NOT_REQUIRED"],
            "use-online-balance": false,
        })
    }
}

/// A ticket of the batch tracking: not ready when it is asked for first.
#[derive(Debug, Clone)]
pub(super) struct Ticket {
    pub(super) barcodes: Vec<String>,
    pub(super) polls: u32,
}

#[derive(Debug, Default)]
pub(super) struct Ledger {
    pub(super) orders: Vec<HeldOrder>,
    pub(super) batches: Vec<HeldBatch>,
    pub(super) tickets: BTreeMap<String, Ticket>,
    pub(super) requests: u64,
}

impl Ledger {
    pub(super) fn batch_of(&self, order: &HeldOrder) -> Option<&HeldBatch> {
        let Place::Batch(name) = &order.place else { return None };
        self.batches.iter().find(|batch| batch.name == *name)
    }

    pub(super) fn order(&mut self, id: i64) -> Option<&mut HeldOrder> {
        self.orders.iter_mut().find(|order| order.id == id && order.place != Place::Gone)
    }

    /// Takes an order that was found right.
    pub(super) fn take(&mut self, body: Value) -> &HeldOrder {
        let count = i64::try_from(self.orders.len()).unwrap_or(0);
        let number = body["order-num"].as_str().unwrap_or_default().to_owned();
        let mut order = HeldOrder {
            id: 2_319_421_774 + count,
            number,
            barcode: barcode(count),
            body,
            place: Place::Backlog,
            history: Vec::new(),
            transfers: Vec::new(),
        };
        order.happens(base_time(None), 28, 0, POSTOFFICE);
        self.orders.push(order);
        self.orders.last().expect("it was just pushed")
    }

    pub(super) fn advance(&mut self, number: &str, step: Step) -> Result<(), String> {
        let found = self
            .orders
            .iter()
            .rposition(|order| order.number == number && order.place != Place::Gone);
        let at = found.ok_or_else(|| format!("there is no {number}"))?;
        let batch = self.batch_of(&self.orders[at]).map(|batch| batch.name.clone());
        let day = self.batch_of(&self.orders[at]).map(|batch| batch.day);
        if let Some(batch) = self.batches.iter_mut().find(|one| Some(&one.name) == batch.as_ref()) {
            if batch.status == "CREATED" {
                return Err(format!("the batch {} was not checked in", batch.name));
            }
            batch.status = if step == Step::Accept { "ACCEPTED" } else { "SENT" };
        }
        walk(&mut self.orders[at], step, base_time(day))
    }
}

/// The operations of a step.
fn walk(order: &mut HeldOrder, step: Step, base: NaiveDateTime) -> Result<(), String> {
    let last = order.history.last().map_or((0, 0), |last| (last.kind, last.attribute));
    if matches!(last.0, 2 | 18) {
        return Err(format!("{} came to its end", order.number));
    }
    let there = order.destination();
    let is_locker = places::find(&there).is_some_and(places::PostPlace::is_locker);
    let sorting = "101700";
    let operations: Vec<(i64, i64, &str)> = match step {
        Step::Accept => vec![(1, 2, POSTOFFICE)],
        Step::Transit => vec![(8, 1, POSTOFFICE), (8, 3, sorting), (8, 4, sorting)],
        Step::Arrive => vec![if is_locker { (8, 74, &there) } else { (8, 2, &there) }],
        Step::OutForDelivery => vec![(8, 15, &there)],
        Step::Deliver => vec![if is_locker { (2, 3, &there) } else { (2, 1, &there) }],
        Step::FailAttempt => vec![(12, 1, &there)],
        Step::Return => vec![(3, 4, &there), (8, 3, sorting), (8, 2, POSTOFFICE)],
        Step::Returned => vec![(2, 1, POSTOFFICE)],
        Step::Lose => vec![(18, 0, sorting)],
    };
    for (kind, attribute, index) in operations {
        order.happens(base, kind, attribute, index);
    }
    if step == Step::Deliver && order.int("payment").max(order.int("compulsory-payment")) > 0 {
        let at = order.history.last().map_or(base, |last| last.at);
        order.transfers.push(Transfer { kind: 1, at });
        order.transfers.push(Transfer { kind: 3, at: at + TimeDelta::days(1) });
    }
    Ok(())
}

/// Ten o'clock in Moscow on the day of the batch.
fn base_time(day: Option<NaiveDate>) -> NaiveDateTime {
    let day = day.or_else(|| NaiveDate::from_ymd_opt(2026, 11, 1));
    day.unwrap_or_default().and_hms_opt(10, 0, 0).unwrap_or_default()
}

/// 14 digits: range, month 26 (November 2026), serial, check digit.
fn barcode(count: i64) -> String {
    let body = format!("80093026{:05}", count.rem_euclid(100_000));
    let digits = body.bytes().map(|byte| u32::from(byte - b'0'));
    let sum: u32 = digits.enumerate().map(|(at, d)| if at % 2 == 0 { 3 * d } else { d }).sum();
    format!("{body}{}", (10 - sum % 10) % 10)
}
