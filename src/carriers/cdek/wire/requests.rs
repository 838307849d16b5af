//! What is sent. Sums are in roubles, sides in centimetres, weights in grams.

use serde::Serialize;

use crate::carriers::amounts::JsonDecimal;

/// `POST /v2/orders`.
#[derive(Debug, Clone, Serialize)]
pub(in super::super) struct OrderAsk {
    /// 1: an order of a shop; only those can be paid on receipt.
    #[serde(rename = "type")]
    pub(in super::super) kind: i64,
    pub(in super::super) number: String,
    pub(in super::super) tariff_code: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) comment: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) shipment_point: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) from_location: Option<Location>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) delivery_point: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) to_location: Option<Location>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) delivery_recipient_cost: Option<Collected>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) sender: Option<Person>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) seller: Option<SellerIn>,
    pub(in super::super) recipient: Person,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(in super::super) services: Vec<Service>,
    pub(in super::super) packages: Vec<OrderPackage>,
}

/// An address of an order or of a call for a courier.
#[derive(Debug, Clone, Default, Serialize)]
pub(in super::super) struct Location {
    /// The carrier's code of the city.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) code: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) fias_guid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) postal_code: Option<String>,
    pub(in super::super) country_code: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) region: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) city: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) kladr_code: Option<String>,
    pub(in super::super) address: String,
}

/// A sum that is collected, with the VAT in it.
#[derive(Debug, Clone, Serialize)]
pub(in super::super) struct Collected {
    pub(in super::super) value: JsonDecimal,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) vat_sum: Option<JsonDecimal>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) vat_rate: Option<i64>,
}

#[derive(Debug, Clone, Serialize)]
pub(in super::super) struct Person {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) company: Option<String>,
    pub(in super::super) name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) tin: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) email: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(in super::super) phones: Vec<Phone>,
}

#[derive(Debug, Clone, Serialize)]
pub(in super::super) struct Phone {
    pub(in super::super) number: String,
}

/// Whose goods are sold: the buyer's receipt names it.
#[derive(Debug, Clone, Serialize)]
pub(in super::super) struct SellerIn {
    pub(in super::super) name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) inn: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) phone: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(in super::super) struct Service {
    pub(in super::super) code: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) parameter: Option<String>,
}

#[derive(Debug, Clone, Serialize)]
pub(in super::super) struct OrderPackage {
    pub(in super::super) number: String,
    pub(in super::super) weight: i64,
    pub(in super::super) length: i64,
    pub(in super::super) width: i64,
    pub(in super::super) height: i64,
    pub(in super::super) items: Vec<OrderItem>,
}

#[derive(Debug, Clone, Serialize)]
pub(in super::super) struct OrderItem {
    pub(in super::super) name: String,
    pub(in super::super) ware_key: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) marking: Option<String>,
    /// Of one piece; zero when it is paid.
    pub(in super::super) payment: Collected,
    /// Declared value of one piece.
    pub(in super::super) cost: JsonDecimal,
    pub(in super::super) weight: i64,
    pub(in super::super) amount: i64,
}

/// An order by its id, or by the carrier's number where the id is not known.
#[derive(Debug, Clone, Default, Serialize)]
pub(in super::super) struct OrderRef {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) order_uuid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) cdek_number: Option<i64>,
}

/// `POST /v2/print/barcodes`.
#[derive(Debug, Clone, Serialize)]
pub(in super::super) struct BarcodeAsk {
    pub(in super::super) orders: Vec<OrderRef>,
    pub(in super::super) copy_count: i64,
    pub(in super::super) format: &'static str,
    pub(in super::super) lang: &'static str,
}

/// `POST /v2/print/orders`.
#[derive(Debug, Clone, Serialize)]
pub(in super::super) struct WaybillAsk {
    pub(in super::super) orders: Vec<OrderRef>,
    pub(in super::super) copy_count: i64,
    #[serde(rename = "type")]
    pub(in super::super) kind: &'static str,
}

/// `POST /v2/prealert`.
#[derive(Debug, Clone, Serialize)]
pub(in super::super) struct PrealertAsk {
    pub(in super::super) planned_date: String,
    pub(in super::super) shipment_point: String,
    pub(in super::super) orders: Vec<OrderRef>,
}

/// `POST /v2/intakes`.
#[derive(Debug, Clone, Serialize)]
pub(in super::super) struct IntakeAsk {
    pub(in super::super) intake_date: String,
    pub(in super::super) intake_time_from: String,
    pub(in super::super) intake_time_to: String,
    pub(in super::super) name: String,
    pub(in super::super) weight: i64,
    pub(in super::super) length: i64,
    pub(in super::super) width: i64,
    pub(in super::super) height: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) comment: Option<String>,
    pub(in super::super) sender: Person,
    pub(in super::super) from_location: Location,
}

/// `POST /v2/webhooks`.
#[derive(Debug, Clone, Serialize)]
pub(in super::super) struct HookAsk<'a> {
    #[serde(rename = "type")]
    pub(in super::super) kind: &'static str,
    pub(in super::super) url: &'a str,
}
