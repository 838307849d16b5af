//! `calculator2`, `order2` and `label-print`.

use serde::{Deserialize, Serialize};

/// `getServiceCostByParcels2`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CostOut {
    pub(crate) pickup: PlaceOut,
    pub(crate) delivery: PlaceOut,
    pub(crate) self_pickup: bool,
    pub(crate) self_delivery: bool,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) service_code: String,
    pub(crate) pickup_date: String,
    pub(crate) declared_value: String,
    pub(crate) parcel: Vec<CostParcelOut>,
}

/// A town: by postcode, or by name and region.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PlaceOut {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) index: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) city_name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) region_code: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) country_code: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct CostParcelOut {
    pub(crate) weight: String,
    pub(crate) length: i64,
    pub(crate) width: i64,
    pub(crate) height: i64,
    pub(crate) quantity: i64,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct CostIn {
    pub(crate) service_code: String,
    pub(crate) service_name: String,
    pub(crate) cost: String,
    pub(crate) days: String,
}

/// `createOrder2`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct OrdersOut {
    pub(crate) header: HeaderOut,
    pub(crate) order: Vec<OrderOut>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct HeaderOut {
    pub(crate) date_pickup: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) payer: Option<i64>,
    pub(crate) sender_address: AddressOut,
    pub(crate) pickup_time_period: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) regular_num: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OrderOut {
    pub(crate) order_number_internal: String,
    pub(crate) service_code: String,
    pub(crate) service_variant: String,
    pub(crate) cargo_num_pack: i64,
    pub(crate) cargo_weight: String,
    pub(crate) cargo_volume: String,
    pub(crate) cargo_registered: bool,
    pub(crate) cargo_value: String,
    pub(crate) cargo_category: String,
    pub(crate) receiver_address: AddressOut,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) extra_service: Vec<ExtraServiceOut>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) unit_load: Vec<UnitLoadOut>,
}

/// An address; its fields stand in the order of the schema.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AddressOut {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) code: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) terminal_code: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) country_name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) index: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) region: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) city: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) street: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) street_abbr: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) house: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) house_korpus: String,
    #[serde(rename = "str", skip_serializing_if = "String::is_empty")]
    pub(crate) building: String,
    #[serde(rename = "vlad", skip_serializing_if = "String::is_empty")]
    pub(crate) estate: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) extra_info: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) office: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) flat: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) contact_fio: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) contact_phone: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) contact_email: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) instructions: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct ExtraServiceOut {
    #[serde(rename = "esCode")]
    pub(crate) code: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) param: Vec<ParamOut>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct ParamOut {
    pub(crate) name: &'static str,
    pub(crate) value: String,
}

/// Goods of one line: amounts are of one piece.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct UnitLoadOut {
    pub(crate) article: String,
    pub(crate) descript: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) declared_value: Option<String>,
    pub(crate) npp_amount: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) vat_percent: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) without_vat: Option<bool>,
    pub(crate) count: i64,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) client_code: String,
}

/// What `createOrder2`, `getOrderStatus` and `cancelOrder` say of an order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct OrderIn {
    pub(crate) order_number_internal: String,
    pub(crate) order_num: String,
    pub(crate) status: String,
    #[serde(alias = "errorMassage")]
    pub(crate) error_message: String,
    pub(crate) pickup_date: String,
}

/// `getOrderStatus`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct OrderStatusOut {
    pub(crate) order: Vec<OrderNumberOut>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OrderNumberOut {
    pub(crate) order_number_internal: String,
}

/// `cancelOrder`: by one of both numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct CancelsOut {
    pub(crate) cancel: Vec<CancelOut>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CancelOut {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) order_number_internal: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) order_num: String,
}

/// `createLabelFile`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LabelsOut {
    pub(crate) file_format: &'static str,
    pub(crate) page_size: String,
    pub(crate) order: Vec<LabelOrderOut>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LabelOrderOut {
    pub(crate) order_num: String,
    pub(crate) parcels_number: i64,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(crate) struct LabelsIn {
    /// Base64.
    pub(crate) file: String,
    pub(crate) order: Vec<OrderIn>,
}

/// `getRegisterFile`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RegisterOut {
    pub(crate) date_pickup: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) regular_num: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) address_code: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(crate) struct FileIn {
    /// Base64.
    pub(crate) file: String,
}
