//! The carrier's own types: metres, cubic metres, kilograms, roubles, days as `2026-11-25`.
//!
//! Fields that are not told are left out of requests; in answers every field may be missing.

#![expect(clippy::struct_field_names, reason = "the names are the carrier's")]

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::carriers::amounts::JsonDecimal;

/// `/v2/calculator.json`.
#[derive(Debug, Serialize)]
pub(super) struct CalculatorBody {
    pub(super) delivery: Delivery,
    pub(super) cargo: Cargo,
    pub(super) members: RequesterOnly,
    pub(super) payment: Payment,
}

/// `/v2/request.json`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RequestBody {
    pub(super) in_order: bool,
    /// The client's own number, by which `/v3/orders.json` finds it.
    pub(super) order_number: String,
    /// The client's number of the consignment note.
    pub(super) cargo_code: String,
    pub(super) delivery: Delivery,
    pub(super) members: Members,
    pub(super) cargo: Cargo,
    pub(super) payment: Payment,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Delivery {
    pub(super) delivery_type: DeliveryType,
    pub(super) derival: End,
    pub(super) arrival: End,
    /// Extra packing; we order none.
    pub(super) packages: Vec<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) comment: Option<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct DeliveryType {
    #[serde(rename = "type")]
    pub(super) kind: String,
}

/// Where it begins or ends.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct End {
    /// Of the beginning only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) produce_date: Option<String>,
    pub(super) variant: &'static str,
    #[serde(rename = "terminalID", skip_serializing_if = "Option::is_none")]
    pub(super) terminal_id: Option<String>,
    /// КЛАДР code of 25 digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) city: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) address: Option<AddressSearch>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) time: Option<WorkTime>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) requirements: Option<Vec<String>>,
}

#[derive(Debug, Serialize)]
pub(super) struct AddressSearch {
    pub(super) search: String,
}

/// `09:00`, local time.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct WorkTime {
    pub(super) worktime_start: String,
    pub(super) worktime_end: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Cargo {
    pub(super) quantity: i64,
    pub(super) length: JsonDecimal,
    pub(super) width: JsonDecimal,
    pub(super) height: JsonDecimal,
    pub(super) weight: JsonDecimal,
    pub(super) total_volume: JsonDecimal,
    pub(super) total_weight: JsonDecimal,
    #[serde(rename = "freightUID", skip_serializing_if = "Option::is_none")]
    pub(super) freight_uid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) insurance: Option<Insurance>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Insurance {
    pub(super) stated_value: JsonDecimal,
    pub(super) payer: &'static str,
    pub(super) term: bool,
}

#[derive(Debug, Serialize)]
pub(super) struct RequesterOnly {
    pub(super) requester: Requester,
}

#[derive(Debug, Serialize)]
pub(super) struct Members {
    pub(super) requester: Requester,
    pub(super) sender: Member,
    pub(super) receiver: Member,
}

#[derive(Debug, Serialize)]
pub(super) struct Requester {
    pub(super) role: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) uid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) email: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Member {
    pub(super) counteragent: Counteragent,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) contact_persons: Vec<ContactPerson>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) phone_numbers: Vec<PhoneNumber>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) email: Option<String>,
}

#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Counteragent {
    pub(super) form: String,
    pub(super) name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) inn: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) is_anonym: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) phone: Option<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct ContactPerson {
    pub(super) name: String,
}

/// Eleven digits that begin with 7.
#[derive(Debug, Serialize)]
pub(super) struct PhoneNumber {
    pub(super) number: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Payment {
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    pub(super) primary_payer: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) payment_city: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) cash_on_delivery: Option<CashOnDelivery>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CashOnDelivery {
    pub(super) order_number: String,
    pub(super) order_date: String,
    pub(super) payment_type: &'static str,
    pub(super) products: Vec<Product>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Product {
    pub(super) product_name: String,
    pub(super) product_code: String,
    pub(super) product_amount: i64,
    /// Of one piece.
    #[serde(rename = "costWithVAT")]
    pub(super) cost_with_vat: JsonDecimal,
    /// Nothing: without VAT. Zero is a rate.
    #[serde(rename = "VATRate", skip_serializing_if = "Option::is_none")]
    pub(super) vat_rate: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) marking: Option<bool>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) marking_codes: Vec<String>,
}

/// `/v3/orders.json`.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OrdersBody {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) doc_ids: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) order_number: Option<String>,
}

/// `/v3/orders/statuses_history.json`: up to five.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct HistoryBody {
    pub(super) doc_ids: Vec<String>,
}

/// `/v3/orders/cancel_pickup.json`.
#[derive(Debug, Serialize)]
pub(super) struct CancelBody {
    #[serde(rename = "orderID")]
    pub(super) order_id: String,
}

/// `/v2/request/cargo/shipment_labels.json`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LabelsBody {
    #[serde(rename = "orderID")]
    pub(super) order_id: String,
    pub(super) cargo_places: Vec<CargoPlace>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CargoPlace {
    pub(super) cargo_place: String,
    pub(super) amount: i64,
}

/// `/v2/request/cargo/shipment_labels/get.json`.
#[derive(Debug, Serialize)]
pub(super) struct LabelsGetBody {
    #[serde(rename = "orderID")]
    pub(super) order_id: String,
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    pub(super) format: String,
}

/// `/v1/webhooks/update`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct WebhookBody {
    pub(super) id: String,
    pub(super) url: String,
    pub(super) order_roles: Vec<&'static str>,
    pub(super) state: &'static str,
}

/// A number of theirs, told as a text or as a number.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Id(pub(super) String);

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::String(text) => Ok(Self(text)),
            Value::Number(number) => Ok(Self(number.to_string())),
            Value::Null => Ok(Self::default()),
            other => Err(serde::de::Error::custom(format!("not a number: {other}"))),
        }
    }
}

/// Most answers.
#[derive(Debug, Deserialize)]
pub(super) struct Answer<T> {
    pub(super) data: Option<T>,
}

#[derive(Debug, Deserialize)]
pub(super) struct SessionAnswer {
    #[serde(rename = "sessionID")]
    pub(super) session_id: Option<String>,
    pub(super) data: Option<SessionData>,
}

#[derive(Debug, Deserialize)]
pub(super) struct SessionData {
    #[serde(rename = "sessionID")]
    pub(super) session_id: Option<String>,
}

/// What a delivery costs. Nothing is told of prices by contract: they are null.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Calculation {
    pub(super) price: Option<JsonDecimal>,
    pub(super) derival: Option<Part>,
    pub(super) arrival: Option<Part>,
    pub(super) auto: Option<Part>,
    pub(super) express: Option<Part>,
    pub(super) avia: Option<Part>,
    pub(super) small: Option<Part>,
    pub(super) letter: Option<Part>,
    pub(super) insurance: Option<JsonDecimal>,
    pub(super) order_dates: Option<OrderDates>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Part {
    pub(super) price: Option<JsonDecimal>,
    pub(super) contract_price: Option<bool>,
}

/// `2026-09-08`, `2026-09-08 00:00:00` or null. Live answers spell some of them with a double r.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct OrderDates {
    pub(super) giveout_from_osp_receiver: Option<String>,
    pub(super) giveout_from_osp_receiver_max: Option<String>,
    #[serde(alias = "derrivalFromOspReceiver")]
    pub(super) derival_from_osp_receiver: Option<String>,
    #[serde(alias = "derrivalFromOspReceiverMax")]
    pub(super) derival_from_osp_receiver_max: Option<String>,
    #[serde(alias = "derrivalToAddress")]
    pub(super) derival_to_address: Option<String>,
    #[serde(alias = "derrivalToAddressMax")]
    pub(super) derival_to_address_max: Option<String>,
}

/// A request that was taken.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Taken {
    #[serde(rename = "requestID")]
    pub(super) request_id: Option<Id>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Orders {
    pub(super) orders: Vec<Order>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Order {
    pub(super) order_number: Option<Id>,
    pub(super) order_id: Option<Id>,
    pub(super) state: Option<String>,
    pub(super) state_name: Option<String>,
    pub(super) total_sum: Option<JsonDecimal>,
    pub(super) decline_reason: Option<String>,
    pub(super) ordered_delivery_from_address: Option<bool>,
    pub(super) ordered_delivery_to_address: Option<bool>,
    pub(super) return_state: Option<bool>,
    pub(super) return_date: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct History {
    /// By the number of the order.
    pub(super) status_history: BTreeMap<String, Vec<Value>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct HistoryRow {
    pub(super) state: Option<String>,
    pub(super) state_name: Option<String>,
    pub(super) state_date: Option<String>,
    pub(super) detailed_status: Option<String>,
    pub(super) detailed_status_rus: Option<String>,
    pub(super) detailed_status_date: Option<String>,
}

/// One sheet of labels.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct LabelFile {
    pub(super) base64: Option<String>,
}

/// Where all terminals are told.
#[derive(Debug, Deserialize)]
pub(super) struct Directory {
    pub(super) url: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct TerminalsFile {
    pub(super) city: Vec<City>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct City {
    pub(super) name: String,
    pub(super) terminals: CityTerminals,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct CityTerminals {
    /// Read one by one: a broken one does not spoil the others.
    pub(super) terminal: Vec<Value>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Terminal {
    pub(super) id: Id,
    pub(super) name: String,
    pub(super) address: String,
    pub(super) full_address: Option<String>,
    pub(super) latitude: Option<Value>,
    pub(super) longitude: Option<Value>,
    pub(super) main_phone: Option<String>,
    #[serde(rename = "isPVZ")]
    pub(super) is_pvz: Option<bool>,
    pub(super) cash_on_delivery: Option<bool>,
    pub(super) receive_cargo: Option<bool>,
    pub(super) giveout_cargo: Option<bool>,
    pub(super) calc_schedule: Option<Schedule>,
    pub(super) max_weight: Option<JsonDecimal>,
    pub(super) max_length: Option<JsonDecimal>,
    pub(super) max_width: Option<JsonDecimal>,
    pub(super) max_height: Option<JsonDecimal>,
    pub(super) max_volume: Option<JsonDecimal>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Schedule {
    pub(super) arrival: Option<String>,
}
