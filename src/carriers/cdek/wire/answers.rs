//! Answers around orders: the envelope and what lies in it.

use serde::Deserialize;
use serde_json::Value;

use super::{Word, list};
use crate::carriers::amounts::JsonDecimal;

/// `POST /v2/oauth/token`.
#[derive(Deserialize)]
pub(in super::super) struct TokenAnswer {
    pub(in super::super) access_token: Option<String>,
    /// Seconds, as a number or a text.
    #[serde(default)]
    pub(in super::super) expires_in: Word,
    pub(in super::super) error: Option<String>,
    pub(in super::super) error_description: Option<String>,
}

/// What every method answers with, also when it refuses.
#[derive(Debug, Clone, Deserialize)]
#[serde(bound = "T: Deserialize<'de>")]
pub(in super::super) struct Envelope<T> {
    #[serde(default = "Option::default")]
    pub(in super::super) entity: Option<T>,
    #[serde(default, deserialize_with = "list")]
    pub(in super::super) requests: Vec<AnswerRequest>,
    #[serde(default, deserialize_with = "list")]
    pub(in super::super) related_entities: Vec<Related>,
    #[serde(default, deserialize_with = "list")]
    pub(in super::super) errors: Vec<Problem>,
}

impl<T> Envelope<T> {
    /// All errors, wherever they stand.
    pub(in super::super) fn problems(&self) -> Vec<Problem> {
        let within = self.requests.iter().flat_map(|request| &request.errors);
        self.errors.iter().chain(within).cloned().collect()
    }
}

/// What became of one request about an entity.
#[derive(Debug, Clone, Default, Deserialize)]
pub(in super::super) struct AnswerRequest {
    #[serde(rename = "type", default)]
    pub(in super::super) kind: Word,
    #[serde(default)]
    pub(in super::super) state: Word,
    #[serde(default, deserialize_with = "list")]
    pub(in super::super) errors: Vec<Problem>,
    #[serde(default, deserialize_with = "list")]
    pub(in super::super) warnings: Vec<Problem>,
}

/// An error or a warning.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub(in super::super) struct Problem {
    #[serde(default)]
    pub(in super::super) code: Word,
    #[serde(default)]
    pub(in super::super) message: Word,
}

/// Another order or paper that belongs to this one.
#[derive(Debug, Clone, Default, Deserialize)]
pub(in super::super) struct Related {
    #[serde(default)]
    pub(in super::super) uuid: Word,
    #[serde(rename = "type", default)]
    pub(in super::super) kind: Word,
    #[serde(default)]
    pub(in super::super) cdek_number: Word,
}

/// Only who it is.
#[derive(Debug, Clone, Default, Deserialize)]
pub(in super::super) struct Entity {
    #[serde(default)]
    pub(in super::super) uuid: Word,
}

/// Entities that have an id.
pub(in super::super) trait Uuid {
    fn uuid(&self) -> &str;
}

impl Uuid for Entity {
    fn uuid(&self) -> &str {
        &self.uuid.0
    }
}

impl Uuid for OrderEntity {
    fn uuid(&self) -> &str {
        &self.uuid.0
    }
}

/// `GET /v2/orders/{uuid}`.
#[derive(Debug, Clone, Default, Deserialize)]
pub(in super::super) struct OrderEntity {
    #[serde(default)]
    pub(in super::super) uuid: Word,
    #[serde(default)]
    pub(in super::super) cdek_number: Word,
    #[serde(default)]
    pub(in super::super) number: Word,
    #[serde(default)]
    pub(in super::super) delivery_point: Word,
    #[serde(default, deserialize_with = "list")]
    pub(in super::super) statuses: Vec<Value>,
    #[serde(default, deserialize_with = "list")]
    pub(in super::super) packages: Vec<PackageSaid>,
    #[serde(default)]
    pub(in super::super) delivery_detail: Option<DeliveryDetail>,
}

#[derive(Debug, Clone, Default, Deserialize)]
pub(in super::super) struct PackageSaid {
    #[serde(default, deserialize_with = "list")]
    pub(in super::super) items: Vec<ItemSaid>,
}

#[derive(Debug, Clone, Default, Deserialize)]
pub(in super::super) struct ItemSaid {
    #[serde(default)]
    pub(in super::super) amount: Option<JsonDecimal>,
    /// Pieces that the buyer took.
    #[serde(default)]
    pub(in super::super) delivery_amount: Option<JsonDecimal>,
}

#[derive(Debug, Clone, Default, Deserialize)]
pub(in super::super) struct DeliveryDetail {
    /// Roubles, with services and VAT.
    #[serde(default)]
    pub(in super::super) total_sum: Option<JsonDecimal>,
}

/// One status of an order, a form or a call for a courier.
#[derive(Debug, Clone, Default, Deserialize)]
pub(in super::super) struct Status {
    #[serde(default)]
    pub(in super::super) code: Word,
    #[serde(default)]
    pub(in super::super) name: Word,
    #[serde(default)]
    pub(in super::super) date_time: Word,
    #[serde(default)]
    pub(in super::super) reason_code: Word,
    #[serde(default, alias = "city_name")]
    pub(in super::super) city: Word,
    #[serde(default)]
    pub(in super::super) deleted: Option<bool>,
}

/// `GET /v2/print/orders/{uuid}` and `/v2/print/barcodes/{uuid}`.
#[derive(Debug, Clone, Default, Deserialize)]
pub(in super::super) struct FormEntity {
    #[serde(default, deserialize_with = "list")]
    pub(in super::super) statuses: Vec<Status>,
}

/// `GET /v2/prealert/{uuid}`.
#[derive(Debug, Clone, Default, Deserialize)]
pub(in super::super) struct PrealertEntity {
    #[serde(default)]
    pub(in super::super) prealert_number: Word,
    #[serde(default, deserialize_with = "list")]
    pub(in super::super) orders: Vec<PrealertOrder>,
}

#[derive(Debug, Clone, Default, Deserialize)]
pub(in super::super) struct PrealertOrder {
    #[serde(default)]
    pub(in super::super) order_uuid: Word,
}

/// `GET /v2/intakes/{uuid}`.
#[derive(Debug, Clone, Default, Deserialize)]
pub(in super::super) struct IntakeEntity {
    #[serde(default, deserialize_with = "list")]
    pub(in super::super) statuses: Vec<Status>,
}

/// One line of `GET /v2/webhooks`.
#[derive(Debug, Clone, Default, Deserialize)]
pub(in super::super) struct CreatedHook {
    #[serde(rename = "type", default)]
    pub(in super::super) kind: Word,
    #[serde(default)]
    pub(in super::super) url: Word,
}

/// What a webhook brings.
#[derive(Debug, Clone, Default, Deserialize)]
pub(in super::super) struct HookEvent {
    #[serde(rename = "type", default)]
    pub(in super::super) kind: Word,
    #[serde(default)]
    pub(in super::super) uuid: Word,
    #[serde(default)]
    pub(in super::super) attributes: HookAttributes,
}

#[derive(Debug, Clone, Default, Deserialize)]
pub(in super::super) struct HookAttributes {
    #[serde(default)]
    pub(in super::super) cdek_number: Word,
    #[serde(default)]
    pub(in super::super) number: Word,
    #[serde(default, deserialize_with = "list")]
    pub(in super::super) related_entities: Vec<Related>,
}
