//! `geography2`.

use serde::{Deserialize, Serialize};

/// `getParcelShops`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ShopsOut {
    pub(crate) country_code: &'static str,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct ShopsIn {
    pub(crate) parcel_shop: Vec<PointIn>,
}

/// `getTerminalsSelfDelivery2`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct TerminalsIn {
    pub(crate) terminal: Vec<PointIn>,
}

/// A point or a terminal of DPD's own.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct PointIn {
    #[serde(alias = "terminalCode")]
    pub(crate) code: String,
    pub(crate) terminal_name: String,
    pub(crate) parcel_shop_type: String,
    pub(crate) state: String,
    pub(crate) address: PointAddressIn,
    pub(crate) brand: String,
    pub(crate) metro: String,
    pub(crate) geo_coordinates: GeoIn,
    pub(crate) limits: LimitsIn,
    pub(crate) schedule: Vec<ScheduleIn>,
    pub(crate) extra_service: Vec<ExtraServiceIn>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct PointAddressIn {
    pub(crate) region_name: String,
    pub(crate) city_name: String,
    pub(crate) index: String,
    pub(crate) street: String,
    pub(crate) street_abbr: String,
    pub(crate) house_no: String,
    pub(crate) building: String,
    pub(crate) structure: String,
    pub(crate) ownership: String,
    pub(crate) descript: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(crate) struct GeoIn {
    pub(crate) latitude: String,
    pub(crate) longitude: String,
}

/// Kilograms and centimetres.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct LimitsIn {
    pub(crate) max_shipment_weight: String,
    pub(crate) max_weight: String,
    pub(crate) max_length: String,
    pub(crate) max_width: String,
    pub(crate) max_height: String,
    pub(crate) dimension_sum: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(crate) struct ScheduleIn {
    pub(crate) operation: String,
    pub(crate) timetable: Vec<TimetableIn>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct TimetableIn {
    pub(crate) week_days: String,
    pub(crate) work_time: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(crate) struct ExtraServiceIn {
    #[serde(rename = "esCode")]
    pub(crate) code: String,
    pub(crate) params: Vec<ParamIn>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(crate) struct ParamIn {
    pub(crate) name: String,
    pub(crate) value: String,
}
