//! Prices: by the contract (`POST /1.0/tariff`) and the public ones (`/v2/calculate`).

use serde::{Deserialize, Serialize};

use super::Size;

#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(in super::super) struct TariffAsk<'a> {
    pub(in super::super) index_from: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) index_to: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) delivery_point_index: Option<&'a str>,
    pub(in super::super) mail_type: &'static str,
    pub(in super::super) mail_category: &'static str,
    pub(in super::super) mail_direct: i64,
    pub(in super::super) mass: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) declared_value: Option<i64>,
    pub(in super::super) dimension: Size,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) dimension_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) transport_type: Option<&'static str>,
    pub(in super::super) payment_method: &'static str,
    pub(in super::super) fragile: bool,
}

/// Kopecks; the price is `rate + vat`.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(in super::super) struct Rate {
    pub(in super::super) rate: i64,
    pub(in super::super) vat: i64,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub(in super::super) struct TariffReply {
    pub(in super::super) total_rate: Option<i64>,
    pub(in super::super) total_vat: Option<i64>,
    pub(in super::super) ground_rate: Option<Rate>,
    pub(in super::super) avia_rate: Option<Rate>,
    pub(in super::super) insurance_rate: Option<Rate>,
    pub(in super::super) fragile_rate: Option<Rate>,
    pub(in super::super) oversize_rate: Option<Rate>,
    pub(in super::super) notice_rate: Option<Rate>,
    pub(in super::super) sms_notice_recipient_rate: Option<Rate>,
    pub(in super::super) delivery_time: DeliveryTime,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub(in super::super) struct DeliveryTime {
    pub(in super::super) min_days: Option<i64>,
    pub(in super::super) max_days: Option<i64>,
}

/// The public calculator. Its objects differ with and without errors: these are looked at first.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct PublicReply {
    pub(in super::super) errors: Vec<PublicError>,
    /// With VAT.
    pub(in super::super) paynds: Option<i64>,
    pub(in super::super) ground: Option<PublicRate>,
    pub(in super::super) cover: Option<PublicRate>,
    pub(in super::super) service: Option<PublicRate>,
    pub(in super::super) delivery: PublicDelivery,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct PublicError {
    pub(in super::super) code: Option<serde_json::Value>,
    pub(in super::super) msg: String,
}

#[derive(Debug, Default, Clone, Copy, Deserialize)]
#[serde(default)]
pub(in super::super) struct PublicRate {
    pub(in super::super) valnds: i64,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct PublicDelivery {
    pub(in super::super) min: Option<i64>,
    pub(in super::super) max: Option<i64>,
}
