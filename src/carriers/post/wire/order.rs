//! Orders of Отправка, version 2 of the schema.

use serde::{Deserialize, Serialize};

/// Centimetres.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(in super::super) struct Size {
    pub(in super::super) length: i64,
    pub(in super::super) width: i64,
    pub(in super::super) height: i64,
}

/// One order of `PUT /2.0/user/backlog`. Money is in kopecks, mass in grams.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(in super::super) struct OrderAsk<'a> {
    pub(in super::super) order_num: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub(in super::super) inner_num: &'a str,
    pub(in super::super) postoffice_code: &'a str,
    pub(in super::super) mail_type: &'static str,
    pub(in super::super) mail_category: &'static str,
    pub(in super::super) mail_direct: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) transport_type: Option<&'static str>,
    pub(in super::super) payment_method: &'static str,
    pub(in super::super) mass: i64,
    pub(in super::super) dimension: Size,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) dimension_type: Option<&'static str>,
    pub(in super::super) fragile: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) insr_value: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) payment: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) compulsory_payment: Option<i64>,
    #[serde(flatten)]
    pub(in super::super) address: Destination,
    pub(in super::super) surname: String,
    pub(in super::super) given_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) middle_name: Option<String>,
    pub(in super::super) recipient_name: &'a str,
    /// 79 and nine digits, as a number.
    pub(in super::super) tel_address: i64,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub(in super::super) sender_name: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub(in super::super) comment: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) ecom_data: Option<EcomData<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) goods: Option<Goods<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) fiscal_data: Option<FiscalData<'a>>,
    pub(in super::super) tariff_count: i64,
    pub(in super::super) with_discount: bool,
}

/// The address, its names ending in `-to`. Region, place, street and house are always sent: the
/// schema wants them.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[expect(clippy::struct_field_names, reason = "the names are the Post's")]
pub(in super::super) struct Destination {
    pub(in super::super) address_type_to: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) index_to: Option<i64>,
    pub(in super::super) region_to: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) area_to: Option<String>,
    pub(in super::super) place_to: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) location_to: Option<String>,
    pub(in super::super) street_to: String,
    pub(in super::super) house_to: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) slash_to: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) letter_to: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) building_to: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) corpus_to: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) room_to: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) hotel_to: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) num_address_type_to: Option<String>,
}

/// For pick-up points and lockers.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(in super::super) struct EcomData<'a> {
    pub(in super::super) delivery_point_index: &'a str,
    pub(in super::super) services: Vec<&'static str>,
    pub(in super::super) identity_methods: Vec<&'static str>,
}

/// What the buyer's receipt says (Federal law 54-FZ).
#[derive(Debug, Serialize)]
pub(in super::super) struct Goods<'a> {
    pub(in super::super) items: Vec<GoodsItem<'a>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(in super::super) struct GoodsItem<'a> {
    /// The marking code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) item_number: Option<&'a str>,
    pub(in super::super) goods_type: &'static str,
    pub(in super::super) description: &'a str,
    pub(in super::super) quantity: i64,
    /// Of one piece, VAT inside.
    pub(in super::super) value: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) insr_value: Option<i64>,
    pub(in super::super) vat_rate: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) weight: Option<i64>,
    pub(in super::super) payattr: i64,
    pub(in super::super) lineattr: i64,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub(in super::super) supplier_inn: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub(in super::super) supplier_name: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub(in super::super) supplier_phone: &'a str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
#[expect(clippy::struct_field_names, reason = "the names are the Post's")]
pub(in super::super) struct FiscalData<'a> {
    #[serde(skip_serializing_if = "str::is_empty")]
    pub(in super::super) customer_email: &'a str,
    pub(in super::super) customer_phone: i64,
    pub(in super::super) customer_name: &'a str,
}

/// An order as the searches and `GET /1.0/backlog/{id}` tell it.
#[derive(Debug, Default, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
#[expect(clippy::struct_field_names, reason = "the names are the Post's")]
pub(in super::super) struct Order {
    pub(in super::super) id: i64,
    pub(in super::super) order_num: String,
    pub(in super::super) barcode: Option<String>,
    /// Only of orders in a batch.
    pub(in super::super) batch_name: Option<String>,
    pub(in super::super) total_rate_wo_vat: Option<i64>,
    pub(in super::super) total_vat: Option<i64>,
}
