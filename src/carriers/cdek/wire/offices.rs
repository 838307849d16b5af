//! `GET /v2/deliverypoints`. Weights are kilograms, sides centimetres.

use serde::Deserialize;

use super::{Word, list};
use crate::carriers::amounts::JsonDecimal;

#[derive(Debug, Clone, Default, Deserialize)]
pub(in super::super) struct Office {
    #[serde(default)]
    pub(in super::super) code: Word,
    #[serde(default)]
    pub(in super::super) name: Word,
    /// `PVZ` or `POSTAMAT`.
    #[serde(rename = "type", default)]
    pub(in super::super) kind: Word,
    #[serde(default)]
    pub(in super::super) work_time: Word,
    #[serde(default, deserialize_with = "list")]
    pub(in super::super) phones: Vec<OfficePhone>,
    #[serde(default)]
    pub(in super::super) note: Word,
    #[serde(default)]
    pub(in super::super) address_comment: Word,
    #[serde(default)]
    pub(in super::super) take_only: Option<bool>,
    #[serde(default)]
    pub(in super::super) is_handout: Option<bool>,
    #[serde(default)]
    pub(in super::super) is_reception: Option<bool>,
    #[serde(default)]
    pub(in super::super) have_cash: Option<bool>,
    #[serde(default)]
    pub(in super::super) have_cashless: Option<bool>,
    #[serde(default)]
    pub(in super::super) allowed_cod: Option<bool>,
    #[serde(default)]
    pub(in super::super) weight_max: Option<JsonDecimal>,
    #[serde(default, deserialize_with = "list")]
    pub(in super::super) dimensions: Vec<Cell>,
    #[serde(default)]
    pub(in super::super) location: OfficeLocation,
}

#[derive(Debug, Clone, Default, Deserialize)]
pub(in super::super) struct OfficePhone {
    #[serde(default)]
    pub(in super::super) number: Word,
}

/// One size of cells of a locker.
#[derive(Debug, Clone, Default, Deserialize)]
pub(in super::super) struct Cell {
    #[serde(default)]
    pub(in super::super) width: JsonDecimal,
    #[serde(default)]
    pub(in super::super) height: JsonDecimal,
    #[serde(default)]
    pub(in super::super) depth: JsonDecimal,
}

#[derive(Debug, Clone, Default, Deserialize)]
pub(in super::super) struct OfficeLocation {
    #[serde(default)]
    pub(in super::super) region: Word,
    #[serde(default)]
    pub(in super::super) city: Word,
    #[serde(default)]
    pub(in super::super) postal_code: Word,
    #[serde(default)]
    pub(in super::super) longitude: Option<f64>,
    #[serde(default)]
    pub(in super::super) latitude: Option<f64>,
    #[serde(default)]
    pub(in super::super) address: Word,
}
