//! Boxberry's own words: names, types and units of `json.php`.
//!
//! Requests: grams, whole centimetres, decimal roubles. Answers mix numbers and texts, so all
//! scalars of answers are read as texts ([`Loose`]) and turned into amounts by `map`.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::carriers::amounts::JsonDecimal;

/// A scalar that comes as text, number, truth value or nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(super) struct Loose(pub(super) String);

impl Loose {
    /// Yes/No, 1/0, true/false, Да/Нет.
    pub(super) fn flag(&self) -> Option<bool> {
        match self.0.trim().to_lowercase().as_str() {
            "yes" | "1" | "true" | "да" => Some(true),
            "no" | "0" | "false" | "нет" => Some(false),
            _ => None,
        }
    }
}

impl<'de> Deserialize<'de> for Loose {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(match Value::deserialize(deserializer)? {
            Value::String(text) => text,
            Value::Number(number) => number.to_string(),
            Value::Bool(is) => is.to_string(),
            // An empty object comes as an empty array.
            Value::Null | Value::Array(_) | Value::Object(_) => String::new(),
        }))
    }
}

/// What stands beside `token` and `method`.
#[derive(Debug, Serialize)]
pub(super) struct Posted<'a, T> {
    pub(super) token: &'a str,
    pub(super) method: &'static str,
    #[serde(flatten)]
    pub(super) rest: T,
}

#[derive(Debug, Serialize)]
pub(super) struct CreateOut {
    pub(super) sdata: OrderOut,
}

/// `sdata` of `ParselCreate`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct OrderOut {
    pub(super) order_id: String,
    pub(super) price: JsonDecimal,
    pub(super) payment_sum: JsonDecimal,
    pub(super) delivery_sum: JsonDecimal,
    pub(super) vid: u8,
    pub(super) shop: ShopOut,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) kurdost: Option<CourierOut>,
    pub(super) customer: CustomerOut,
    pub(super) items: Vec<ItemOut>,
    pub(super) weights: WeightsOut,
    pub(super) issue: u8,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) sender_name: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct ShopOut {
    /// Where it is handed out.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) name: String,
    /// Where it is taken in; the cabinet's setting without it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) name1: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct CourierOut {
    pub(super) index: String,
    pub(super) citi: String,
    pub(super) addressp: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) comentk: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct CustomerOut {
    pub(super) fio: String,
    /// Ten digits.
    pub(super) phone: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) email: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct ItemOut {
    pub(super) id: String,
    pub(super) name: String,
    #[serde(rename = "UnitName")]
    pub(super) unit_name: &'static str,
    /// Per cent; -1 without VAT.
    pub(super) nds: i64,
    pub(super) price: JsonDecimal,
    pub(super) quantity: i64,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) marking_crpt: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) supplier_name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) supplier_inn: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) supplier_phone: String,
}

/// The first place: grams and centimetres, whole numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct WeightsOut {
    pub(super) weight: i64,
    pub(super) x: i64,
    pub(super) y: i64,
    pub(super) z: i64,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(super) struct CreatedIn {
    pub(super) track: Loose,
    pub(super) notification: Loose,
}

#[derive(Debug, Serialize)]
pub(super) struct ParcelsOut {
    pub(super) parcels: Vec<OwnNumberOut>,
}

#[derive(Debug, Serialize)]
pub(super) struct OwnNumberOut {
    pub(super) order_id: String,
}

/// One answer of `ParcelInfo`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(super) struct ParcelIn {
    pub(super) order_id: Loose,
    pub(super) track_number: Loose,
}

/// `DeliveryCalculation`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CalculationOut {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) target_start: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) recipient_city_id: String,
    pub(super) delivery_type: u8,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) zip: String,
    pub(super) order_sum: JsonDecimal,
    pub(super) pay_sum: JsonDecimal,
    pub(super) box_sizes: Vec<BoxSizeOut>,
    pub(super) use_shop_settings: u8,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct BoxSizeOut {
    pub(super) width: i64,
    pub(super) height: i64,
    pub(super) depth: i64,
    pub(super) weight: i64,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct CalculationIn {
    pub(super) result: CalculationResultIn,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct CalculationResultIn {
    #[serde(rename = "DeliveryCosts")]
    pub(super) costs: Vec<CalculatedIn>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct CalculatedIn {
    pub(super) delivery_type_id: Loose,
    pub(super) total_price: Loose,
    pub(super) price_base: Loose,
    pub(super) price_service: Loose,
    pub(super) delivery_period: Loose,
}

/// `DeliveryCosts`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct CostsIn {
    pub(super) price: Loose,
    pub(super) price_base: Loose,
    pub(super) price_service: Loose,
    pub(super) delivery_period: Loose,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct ZipIn {
    pub(super) express_delivery: Loose,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct CityIn {
    pub(super) code: Loose,
    pub(super) name: Loose,
    pub(super) region: Loose,
    pub(super) kladr: Loose,
}

/// `ParselSend`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(super) struct ActIn {
    pub(super) id: Loose,
    pub(super) url_tmc: Loose,
}

/// One line of `ParselSendStory`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(super) struct ActStoryIn {
    /// Tracks with commas between them.
    pub(super) track: Loose,
    /// The link of the act: its number is in it, and our token.
    pub(super) label: Loose,
}
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TracksOut {
    pub(super) track_numbers: Vec<String>,
}

/// `GetLastStatusData`, by track.
pub(super) type LastStatusesIn = BTreeMap<String, LastStatusIn>;

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(super) struct LastStatusIn {
    #[serde(rename = "lastStatusId")]
    pub(super) id: Loose,
    #[serde(rename = "lastStatusName")]
    pub(super) name: Loose,
    #[serde(rename = "lastStatusDate")]
    pub(super) date: Loose,
}

/// `ListStatusesFull`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(super) struct StatusesIn {
    /// Issued in part.
    #[serde(rename = "PD")]
    pub(super) partly: Loose,
    /// To be collected; after it was handed out, what was collected.
    pub(super) sum: Loose,
    #[serde(rename = "PaymentMethod")]
    pub(super) payment_method: Loose,
    pub(super) statuses: Vec<Value>,
}

/// One status; lists of both kinds have them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct StatusIn {
    pub(super) date: Loose,
    pub(super) name: Loose,
    pub(super) comment: Loose,
}

/// One point of `ListPoints`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct PointIn {
    pub(super) code: Loose,
    pub(super) name: Loose,
    pub(super) address: Loose,
    pub(super) address_reduce: Loose,
    pub(super) phone: Loose,
    #[serde(alias = "WorkSchedule")]
    pub(super) work_shedule: Loose,
    pub(super) trip_description: Loose,
    pub(super) city_name: Loose,
    pub(super) area: Loose,
    #[serde(rename = "GPS")]
    pub(super) gps: Loose,
    pub(super) only_prepaid_orders: Loose,
    pub(super) acquiring: Loose,
    pub(super) volume_limit: Loose,
    pub(super) load_limit: Loose,
    pub(super) postamat: Loose,
}

/// One line of `ListServices`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct ServiceIn {
    pub(super) name: Loose,
    /// With a decimal comma.
    pub(super) sum: Loose,
    pub(super) date: Loose,
}

/// `CreateIntake`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct IntakeOut {
    pub(super) zip: String,
    pub(super) city: String,
    pub(super) street: String,
    pub(super) house: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) building: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) housing: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) flat: String,
    pub(super) contact_person: String,
    pub(super) contact_phone: String,
    /// `dd.mm.yyyy`.
    pub(super) taking_date: String,
    pub(super) taking_time_from: String,
    pub(super) taking_time_to: String,
    pub(super) seats_count: i64,
    /// Cubic metres.
    pub(super) volume: String,
    /// Kilograms.
    pub(super) weight: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) comment: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(super) struct IntakeIn {
    /// The number of the request.
    pub(super) message: Loose,
}
