//! `tracing` and `event-tracking`. Answers are kept as they came, so they can be written too.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize, Serializer};

/// A field that is not used but kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(crate) struct OtherIn {
    #[serde(rename = "$text")]
    text: String,
}

impl Serialize for OtherIn {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

/// `getStatesByDPDOrder`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ByOrderOut {
    pub(crate) dpd_order_nr: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pickup_year: Option<i32>,
}

/// `getStatesByClientOrder`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ByClientOrderOut {
    pub(crate) client_order_nr: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pickup_date: Option<String>,
}

/// `getEvents`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EventsOut {
    pub(crate) max_row_count: i64,
}

/// `confirm` of both services.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ConfirmOut {
    pub(crate) doc_id: String,
}

/// States of parcels or events of orders.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct BatchIn {
    pub(crate) doc_id: String,
    pub(crate) doc_date: String,
    pub(crate) result_complete: String,
    pub(crate) states: Vec<StateIn>,
    pub(crate) event: Vec<EventIn>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct StateIn {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) client_order_nr: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) client_parcel_nr: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) dpd_order_nr: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) dpd_parcel_nr: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) pickup_date: String,
    /// The order on the way back, or the repeated one.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) dpd_order_re_nr: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) dpd_parcel_re_nr: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) is_return: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) plan_delivery_date: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) new_state: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) transition_time: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) terminal_code: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) terminal_city: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) incident_code: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) incident_name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) consignee: String,
    /// Weights and costs of `tracing1-1`, and what will be added.
    #[serde(flatten)]
    pub(crate) other: BTreeMap<String, OtherIn>,
}

/// The number is in `eventNumber`; `eventCode` is a word.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct EventIn {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) client_order_nr: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) client_code_internal: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) client_parcel_nr: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) dpd_order_nr: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) dpd_parcel_nr: String,
    pub(crate) event_number: String,
    pub(crate) event_code: String,
    pub(crate) event_name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) reason_code: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) reason_name: String,
    pub(crate) event_date: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) parameter: Vec<ParameterIn>,
    #[serde(flatten)]
    pub(crate) other: BTreeMap<String, OtherIn>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct ParameterIn {
    #[serde(rename = "@type", skip_serializing_if = "String::is_empty")]
    pub(crate) kind: String,
    pub(crate) param_name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) value_string: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) value_decimal: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) value_date_time: String,
    /// Goods.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) value: Vec<GoodsIn>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct GoodsIn {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) article: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) descript: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) npp_amount: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) count: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) state_name: String,
    #[serde(flatten)]
    pub(crate) other: BTreeMap<String, OtherIn>,
}
