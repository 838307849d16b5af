//! `POST /v2/calculator/tarifflist` and `/v2/calculator/tariffAndService`.

use serde::{Deserialize, Serialize};

use super::{Problem, Service, Word, list};
use crate::carriers::amounts::JsonDecimal;

#[derive(Debug, Clone, Serialize)]
pub(in super::super) struct CalculatorAsk {
    pub(in super::super) date: String,
    #[serde(rename = "type")]
    pub(in super::super) kind: i64,
    /// The carrier's own code: 1 is the rouble.
    pub(in super::super) currency: i64,
    pub(in super::super) lang: &'static str,
    pub(in super::super) from_location: CalculatorSpot,
    pub(in super::super) to_location: CalculatorSpot,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(in super::super) services: Vec<Service>,
    pub(in super::super) packages: Vec<CalculatorPlace>,
}

#[derive(Debug, Clone, Default, Serialize)]
pub(in super::super) struct CalculatorSpot {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) code: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) postal_code: Option<String>,
    pub(in super::super) country_code: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) city: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) address: Option<String>,
}

#[derive(Debug, Clone, Serialize)]
pub(in super::super) struct CalculatorPlace {
    pub(in super::super) weight: i64,
    pub(in super::super) length: i64,
    pub(in super::super) width: i64,
    pub(in super::super) height: i64,
}

/// All tariffs with their names, without services.
#[derive(Debug, Clone, Default, Deserialize)]
pub(in super::super) struct TariffList {
    #[serde(default, deserialize_with = "list")]
    pub(in super::super) tariff_codes: Vec<Tariff>,
    #[serde(default, deserialize_with = "list")]
    pub(in super::super) errors: Vec<Problem>,
}

#[derive(Debug, Clone, Default, Deserialize)]
pub(in super::super) struct Tariff {
    #[serde(rename = "tariff_code", default)]
    pub(in super::super) code: Word,
    #[serde(rename = "tariff_name", default)]
    pub(in super::super) name: Word,
    #[serde(default)]
    pub(in super::super) delivery_mode: Word,
    #[serde(default)]
    pub(in super::super) calendar_min: Option<i64>,
    #[serde(default)]
    pub(in super::super) calendar_max: Option<i64>,
}

/// All tariffs with their services and totals, without names.
#[derive(Debug, Clone, Default, Deserialize)]
pub(in super::super) struct FullTariffs {
    #[serde(default, deserialize_with = "list")]
    pub(in super::super) tariff_codes: Vec<FullTariff>,
    #[serde(default, deserialize_with = "list")]
    pub(in super::super) errors: Vec<Problem>,
}

#[derive(Debug, Clone, Default, Deserialize)]
pub(in super::super) struct FullTariff {
    #[serde(default)]
    pub(in super::super) tariff_code: Word,
    #[serde(default)]
    pub(in super::super) result: Option<TariffResult>,
}

#[derive(Debug, Clone, Default, Deserialize)]
pub(in super::super) struct TariffResult {
    #[serde(default)]
    pub(in super::super) delivery_sum: Option<JsonDecimal>,
    /// With services.
    #[serde(default)]
    pub(in super::super) total_sum: Option<JsonDecimal>,
    #[serde(default)]
    pub(in super::super) calendar_min: Option<i64>,
    #[serde(default)]
    pub(in super::super) calendar_max: Option<i64>,
    #[serde(default, deserialize_with = "list")]
    pub(in super::super) services: Vec<ServicePrice>,
    #[serde(default, deserialize_with = "list")]
    pub(in super::super) errors: Vec<Problem>,
}

#[derive(Debug, Clone, Default, Deserialize)]
pub(in super::super) struct ServicePrice {
    #[serde(default)]
    pub(in super::super) code: Word,
    /// With VAT and discount.
    #[serde(default)]
    pub(in super::super) total_sum: Option<JsonDecimal>,
    #[serde(default)]
    pub(in super::super) sum: Option<JsonDecimal>,
}
