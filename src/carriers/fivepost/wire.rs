//! The carrier's own types: millimetres, milligrams, roubles.

#![expect(clippy::struct_field_names, reason = "the names are the carrier's")]

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::carriers::amounts::JsonDecimal;

#[derive(Debug, Deserialize)]
pub(super) struct Token {
    pub(super) jwt: Option<String>,
}

/// `/api/v1/pickuppoints/query`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PointsBody {
    pub(super) page_number: i64,
    pub(super) page_size: i64,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct PointsAnswer {
    /// Read one by one: a broken one does not spoil the others.
    pub(super) content: Vec<Value>,
    pub(super) total_pages: i64,
}

#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Point {
    pub(super) id: String,
    pub(super) name: String,
    /// `POSTAMAT`, `TOBACCO` (a till), `ISSUE_POINT`.
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) additional: Option<String>,
    pub(super) work_hours: Vec<WorkHours>,
    pub(super) full_address: String,
    pub(super) address: PointAddress,
    pub(super) cell_limits: Option<CellLimits>,
    pub(super) cash_allowed: Option<bool>,
    pub(super) card_allowed: Option<bool>,
    pub(super) phone: Option<String>,
    pub(super) ext_status: Option<String>,
    #[serde(rename = "deliverySL")]
    pub(super) delivery_sl: Vec<DeliveryDays>,
    pub(super) rate: Vec<Rate>,
}

#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct WorkHours {
    pub(super) day: String,
    pub(super) opens_at: String,
    pub(super) closes_at: String,
}

#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct PointAddress {
    pub(super) zip_code: Option<String>,
    pub(super) region: Option<String>,
    pub(super) city: Option<String>,
    pub(super) lat: Option<Value>,
    pub(super) lng: Option<Value>,
}

#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct CellLimits {
    pub(super) max_cell_width: Option<i64>,
    pub(super) max_cell_height: Option<i64>,
    pub(super) max_cell_length: Option<i64>,
    /// Milligrams.
    pub(super) max_weight: Option<i64>,
}

/// Days of the delivery.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub(super) struct DeliveryDays {
    #[serde(alias = "Sl", alias = "SL")]
    pub(super) sl: Option<i64>,
}

#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Rate {
    pub(super) zone: Option<String>,
    pub(super) rate_type: Option<String>,
    pub(super) rate_value_with_vat: Option<JsonDecimal>,
    /// For each kilogram above the base weight.
    pub(super) rate_extra_value_with_vat: Option<JsonDecimal>,
}

/// `/api/v3/orders`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OrdersBody {
    pub(super) partner_orders: Vec<PartnerOrder>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PartnerOrder {
    pub(super) sender_order_id: String,
    pub(super) client_order_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) brand_name: Option<String>,
    pub(super) client_name: String,
    pub(super) client_phone: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) client_email: Option<String>,
    pub(super) sender_location: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) return_location: Option<String>,
    pub(super) receiver_location: String,
    pub(super) undeliverable_option: &'static str,
    /// UTC.
    pub(super) shipment_date: String,
    pub(super) planned_receive_date: String,
    pub(super) rate_type_code: String,
    pub(super) cost: Cost,
    pub(super) cargoes: Vec<Cargo>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Cost {
    pub(super) price: JsonDecimal,
    pub(super) price_currency: &'static str,
    pub(super) payment_value: JsonDecimal,
    pub(super) payment_currency: &'static str,
    pub(super) payment_type: &'static str,
    pub(super) delivery_cost: JsonDecimal,
    pub(super) delivery_cost_currency: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Cargo {
    pub(super) sender_cargo_id: String,
    pub(super) barcodes: Vec<Barcode>,
    pub(super) height: i64,
    pub(super) width: i64,
    pub(super) length: i64,
    /// Milligrams.
    pub(super) weight: i64,
    pub(super) price: JsonDecimal,
    pub(super) currency: &'static str,
    pub(super) product_values: Vec<Product>,
}

#[derive(Debug, Serialize)]
pub(super) struct Barcode {
    pub(super) value: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Product {
    pub(super) name: String,
    /// How many of them.
    pub(super) value: i64,
    pub(super) price: JsonDecimal,
    pub(super) currency: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) vat: Option<i64>,
    pub(super) vendor_code: String,
    /// A marking code in base64.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) upi_code: Option<String>,
}

/// What became of one order of a request.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Created {
    pub(super) created: bool,
    pub(super) order_id: Option<String>,
    pub(super) errors: Option<Vec<CreateError>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct CreateError {
    pub(super) code: Option<Value>,
    pub(super) message: Option<String>,
    pub(super) conflicts_info: Option<Vec<Conflict>>,
}

/// The number is used already.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Conflict {
    pub(super) existed_sender_order_id: Option<String>,
}

/// Names an order in questions.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OrderName {
    pub(super) sender_order_id: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct OrderStatus {
    pub(super) order_id: Option<String>,
    pub(super) sender_order_id: Option<String>,
    pub(super) status: Option<String>,
    pub(super) execution_status: Option<String>,
    /// With its offset.
    pub(super) change_date: Option<String>,
}

/// `/api/v1/orderLabels/bySenderOrderId`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LabelsBody {
    pub(super) sender_order_ids: Vec<String>,
}

/// `results.txt` of the archive of labels.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct LabelResults {
    pub(super) results: Vec<LabelResult>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct LabelResult {
    /// `SUCCESS` or `FAILED`.
    pub(super) result: Option<String>,
    pub(super) file_name: Option<String>,
    pub(super) reason: Option<String>,
}
