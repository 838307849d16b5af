//! What the carrier has in its books.

use std::collections::BTreeMap;

use serde_json::Value;

use super::offices::office;
use super::reading::kopecks;
use crate::carriers::amounts::decimal;
use crate::sandbox::carriers::Held;
use crate::units::UtcMicros;

#[derive(Default)]
pub(super) struct State {
    pub(super) tokens: BTreeMap<String, UtcMicros>,
    pub(super) orders: Vec<Order>,
    pub(super) forms: BTreeMap<String, Form>,
    pub(super) prealerts: BTreeMap<String, Prealert>,
    pub(super) intakes: BTreeMap<String, Intake>,
    pub(super) hooks: Vec<Hook>,
    count: u64,
}

/// How far an order is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Stage {
    /// So many looks until it is decided.
    Checking(u32),
    Taken,
    Invalid(Vec<Value>),
    Deleting(u32),
    Deleted,
}

#[derive(Debug, Clone)]
pub(super) struct Order {
    pub(super) uuid: String,
    pub(super) number: String,
    pub(super) cdek_number: String,
    pub(super) body: Value,
    pub(super) stage: Stage,
    /// What will be found wrong when it is checked.
    pub(super) faults: Vec<Value>,
    pub(super) warnings: Vec<Value>,
    pub(super) created_at: UtcMicros,
    /// Oldest first.
    pub(super) statuses: Vec<Status>,
    pub(super) delivery_point: Option<String>,
    pub(super) is_handed_over: bool,
    /// The order that came back under a number of its own.
    pub(super) return_uuid: Option<String>,
    pub(super) direct_uuid: Option<String>,
}

#[derive(Debug, Clone)]
pub(super) struct Status {
    pub(super) code: &'static str,
    pub(super) name: &'static str,
    pub(super) at: UtcMicros,
    pub(super) reason: Option<i64>,
    pub(super) city: String,
}

/// A paper that is drawn.
pub(super) struct Form {
    pub(super) orders: Vec<String>,
    pub(super) looks: u32,
    pub(super) at: UtcMicros,
    pub(super) format: &'static str,
}

pub(super) struct Prealert {
    pub(super) number: String,
    pub(super) orders: Vec<String>,
    pub(super) body: Value,
    pub(super) looks: u32,
    pub(super) at: UtcMicros,
}

pub(super) struct Intake {
    pub(super) number: String,
    pub(super) body: Value,
    pub(super) looks: u32,
    pub(super) at: UtcMicros,
    pub(super) is_removed: bool,
    /// The check finds it wrong.
    pub(super) is_wrong: bool,
    pub(super) back: Back,
}

/// How far taking a call back is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Back {
    No,
    /// So many looks until it is decided.
    Asked {
        looks: u32,
        is_refused: bool,
    },
    Refused,
}

impl Intake {
    /// Each look brings the taking back nearer to its end.
    pub(super) const fn look(&mut self) {
        match self.back {
            Back::Asked { looks: 0, is_refused: true } => self.back = Back::Refused,
            Back::Asked { looks: 0, is_refused: false } => self.is_removed = true,
            Back::Asked { looks, is_refused } => {
                self.back = Back::Asked { looks: looks - 1, is_refused };
            }
            Back::No | Back::Refused => {}
        }
    }

    pub(super) const fn stands(&self) -> bool {
        !self.is_removed && !self.is_wrong
    }
}

pub(super) struct Hook {
    pub(super) uuid: String,
    pub(super) kind: String,
    pub(super) url: String,
}

impl Order {
    pub(super) fn add(&mut self, code: &'static str, name: &'static str, now: UtcMicros) {
        self.add_for(code, name, now, None);
    }

    /// Times of one order never stand still.
    pub(super) fn add_for(
        &mut self,
        code: &'static str,
        name: &'static str,
        now: UtcMicros,
        reason: Option<i64>,
    ) {
        let next = self.statuses.last().map(|status| status.at.plus_seconds(1));
        let at = next.map_or(now, |next| next.max(now));
        let city = self.city().to_owned();
        self.statuses.push(Status { code, name, at, reason, city });
    }

    fn city(&self) -> &str {
        let office = self.delivery_point.as_deref().and_then(office);
        match office {
            Some(office) => office.city,
            None => self.body["to_location"]["city"].as_str().unwrap_or("Офис СДЭК"),
        }
    }

    pub(super) fn last(&self) -> &'static str {
        self.statuses.last().map_or("", |status| status.code)
    }

    pub(super) fn packages(&self) -> &[Value] {
        self.body["packages"].as_array().map(Vec::as_slice).unwrap_or_default()
    }

    pub(super) fn cod_kopecks(&self) -> i64 {
        cod_kopecks(&self.body)
    }
}

/// What an order collects: every piece, and the delivery.
pub(super) fn cod_kopecks(body: &Value) -> i64 {
    let sum = |value: &Value| match value {
        Value::Number(number) => decimal(&number.to_string()).map(kopecks).unwrap_or_default(),
        _ => 0,
    };
    let packages = body["packages"].as_array().map(Vec::as_slice).unwrap_or_default();
    let items = packages.iter().flat_map(|one| one["items"].as_array().into_iter().flatten());
    let goods: i64 = items
        .map(|item| sum(&item["payment"]["value"]) * item["amount"].as_i64().unwrap_or_default())
        .sum();
    goods + sum(&body["delivery_recipient_cost"]["value"])
}

impl State {
    fn next(&mut self) -> u64 {
        self.count += 1;
        self.count
    }

    /// Ids look like real ones and are told apart by their end.
    pub(super) fn uuid(&mut self) -> String {
        format!("5a9d0bc4-{:04x}-4ade-9cde-{:012x}", self.count % 0xffff, self.next())
    }

    /// Ten digits.
    pub(super) fn cdek_number(&mut self) -> String {
        format!("11070{:05}", self.next())
    }

    pub(super) fn order(&self, uuid: &str) -> Option<usize> {
        self.orders.iter().position(|order| order.uuid == uuid && order.stage != Stage::Deleted)
    }

    /// The newest with that number of ours.
    pub(super) fn order_by_number(&self, number: &str) -> Option<usize> {
        self.orders.iter().rposition(|order| {
            order.number == number && order.stage != Stage::Deleted && order.direct_uuid.is_none()
        })
    }

    pub(super) fn order_by_track(&self, track: &str) -> Option<usize> {
        self.orders.iter().rposition(|order| {
            order.cdek_number == track && matches!(order.stage, Stage::Taken | Stage::Deleting(_))
        })
    }

    pub(super) fn held(&self) -> Vec<Held> {
        let ours = self.orders.iter().filter(|order| order.direct_uuid.is_none());
        ours.filter(|order| !is_refused(order))
            .map(|order| Held {
                number: order.number.clone(),
                track: order.cdek_number.clone(),
                is_cancelled: order.stage == Stage::Deleted,
                weight_g: order.packages().iter().filter_map(|one| one["weight"].as_i64()).sum(),
                cod_kopecks: order.cod_kopecks(),
                is_handed_over: order.is_handed_over,
            })
            .collect()
    }

    pub(super) fn hook_url(&self) -> Option<String> {
        let hook = self.hooks.iter().find(|hook| hook.kind == "ORDER_STATUS")?;
        Some(hook.url.clone())
    }
}

/// It was found wrong, or will be.
fn is_refused(order: &Order) -> bool {
    matches!(order.stage, Stage::Invalid(_)) || !order.faults.is_empty()
}
