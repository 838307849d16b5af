//! The carrier's own types: metres and cubic metres of two decimals, kilograms, roubles.
//!
//! Fields that are not told are left out of requests; in answers every field may be missing.

#![expect(clippy::struct_field_names, reason = "the names are the carrier's")]

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::carriers::amounts::JsonDecimal;

/// `/calculator/calculateprice/`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "the carrier asks so")]
pub(super) struct PriceBody {
    pub(super) types: Vec<i64>,
    pub(super) planned_date_time: String,
    pub(super) is_pick_up: bool,
    pub(super) is_delivery: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) sender_warehouse_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) receiver_warehouse_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) pickup: Option<At>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) pickup_services: Option<Handling>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) delivery: Option<At>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) delivery_services: Option<Handling>,
    pub(super) is_insurance: bool,
    pub(super) is_insurance_price: JsonDecimal,
    pub(super) need_return_documents: bool,
    pub(super) need_arrange_transportation_documents: bool,
    pub(super) is_hyper_market: bool,
    pub(super) is_open_car_sender: bool,
    pub(super) is_open_car_receiver: bool,
    pub(super) cargos: Vec<PriceCargo>,
}

#[derive(Debug, Serialize)]
pub(super) struct At {
    pub(super) address: String,
}

/// Loading and carrying; we order none.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Handling {
    pub(super) is_loading: bool,
    pub(super) floor: i64,
    pub(super) is_elevator: bool,
    pub(super) carrying_distance: i64,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PriceCargo {
    #[serde(flatten)]
    pub(super) size: Size,
    #[serde(rename = "isHP")]
    pub(super) is_hp: bool,
    pub(super) sealing_positions_count: i64,
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct Size {
    pub(super) length: JsonDecimal,
    pub(super) width: JsonDecimal,
    pub(super) height: JsonDecimal,
    pub(super) volume: JsonDecimal,
    pub(super) weight: JsonDecimal,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Prices {
    pub(super) has_error: bool,
    pub(super) error_message: Option<String>,
    pub(super) transfers: Vec<Transfer>,
    pub(super) common_terms: Vec<Terms>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Transfer {
    #[serde(rename = "type")]
    pub(super) kind: i64,
    pub(super) has_error: bool,
    pub(super) cost_total: Option<JsonDecimal>,
    pub(super) est_delivery_time: Option<i64>,
    pub(super) services: Vec<Service>,
}

/// A part of a price. What its own parts cost is not in it.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Service {
    pub(super) info: Option<String>,
    pub(super) service_type: Option<String>,
    pub(super) cost: Option<JsonDecimal>,
    pub(super) services: Vec<Service>,
}

/// Calendar days as `2 - 3` or `3`, for each deadline of the handing over.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Terms {
    #[serde(rename = "type")]
    pub(super) kind: i64,
    pub(super) transporting: Vec<String>,
    pub(super) transporting_with_delivery: Vec<String>,
    pub(super) transporting_with_pickup: Option<String>,
    pub(super) transporting_with_delivery_with_pickup: Option<String>,
}

/// `/preregistration/submit/`.
#[derive(Debug, Serialize)]
pub(super) struct SubmitBody {
    pub(super) common: SubmitCommon,
    pub(super) sender: Sender,
    pub(super) cargos: Vec<Cargo>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SubmitCommon {
    pub(super) order_type: i64,
    pub(super) planned_date: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Sender {
    pub(super) legal_form: i64,
    pub(super) title: String,
    pub(super) fs: String,
    pub(super) inn: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) kpp: Option<String>,
    pub(super) person: String,
    pub(super) person_phones: Vec<Phone>,
    pub(super) country_of_registration_code: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) warehouse_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) address_stock: Option<String>,
}

/// `+` and digits.
#[derive(Debug, Serialize)]
pub(super) struct Phone {
    pub(super) phone: String,
}

#[derive(Debug, Serialize)]
pub(super) struct Cargo {
    pub(super) common: CargoCommon,
    pub(super) receiver: Receiver,
    pub(super) services: Services,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CargoCommon {
    #[serde(rename = "type")]
    pub(super) kind: i64,
    pub(super) positions_count: i64,
    pub(super) description: String,
    pub(super) order_number: String,
    pub(super) customer_correlation: String,
    #[serde(flatten)]
    pub(super) size: Size,
    pub(super) payment_form: i64,
    pub(super) accompanying_documents: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) client_positions_barcode: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) type_client_barcode: Option<&'static str>,
    pub(super) cargo_place_list: Vec<CargoPlace>,
}

#[derive(Debug, Serialize)]
pub(super) struct CargoPlace {
    pub(super) quantity: i64,
    #[serde(flatten)]
    pub(super) size: Size,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Receiver {
    pub(super) legal_form: i64,
    pub(super) title: String,
    pub(super) individual: Individual,
    pub(super) person: String,
    pub(super) person_phones: Vec<Phone>,
    pub(super) country_of_registration_code: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) warehouse_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) address_stock: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) comment: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Individual {
    pub(super) last_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) first_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) patronymic: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Services {
    pub(super) transporting: Paid,
    pub(super) insurance: Insurance,
    pub(super) delivery: Delivery,
    pub(super) hard_packing: Switch,
    pub(super) sealing: Switch,
    pub(super) strapping: Switch,
    pub(super) documents_returning: Switch,
    pub(super) storing: Switch,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) cash_on_delivery: Option<CashOnDelivery>,
}

#[derive(Debug, Serialize)]
pub(super) struct Paid {
    pub(super) payer: Payer,
}

/// One is the sender.
#[derive(Debug, Serialize)]
pub(super) struct Payer {
    #[serde(rename = "type")]
    pub(super) kind: i64,
}

impl Payer {
    pub(super) const SENDER: Self = Self { kind: 1 };
}

#[derive(Debug, Default, Serialize)]
pub(super) struct Switch {
    pub(super) enabled: bool,
}

#[derive(Debug, Serialize)]
pub(super) struct Insurance {
    pub(super) enabled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) cost: Option<JsonDecimal>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) payer: Option<Payer>,
}

#[derive(Debug, Serialize)]
pub(super) struct Delivery {
    pub(super) enabled: bool,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub(super) to_door: Option<ToDoor>,
}

#[derive(Debug, Serialize)]
pub(super) struct ToDoor {
    #[serde(flatten)]
    pub(super) handling: Handling,
    pub(super) payer: Payer,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CashOnDelivery {
    pub(super) enabled: bool,
    /// The declared value.
    pub(super) actual_cost: JsonDecimal,
    pub(super) cash_on_delivery_sum: JsonDecimal,
    /// The sender pays the carrier: the buyer pays the sum and nothing on top.
    #[serde(rename = "includeTES")]
    pub(super) include_tes: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) seller_phone: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) seller_services: Vec<SellerService>,
    pub(super) specification: Specification,
}

#[derive(Debug, Serialize)]
pub(super) struct SellerService {
    #[serde(rename = "type")]
    pub(super) kind: i64,
    #[serde(rename = "sumIncludingVAT")]
    pub(super) sum_including_vat: JsonDecimal,
    #[serde(rename = "rateVAT")]
    pub(super) rate_vat: &'static str,
}

#[derive(Debug, Serialize)]
pub(super) struct Specification {
    pub(super) specifications: Vec<Line>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Line {
    pub(super) title: String,
    pub(super) vendor_code: String,
    pub(super) amount: i64,
    /// Zero: pieces.
    pub(super) measure_of_quantity: i64,
    pub(super) actual_cost_per_unit: JsonDecimal,
    pub(super) actual_cost_total: JsonDecimal,
    pub(super) sum_per_unit: JsonDecimal,
    pub(super) sum_total: JsonDecimal,
    #[serde(rename = "rateVAT")]
    pub(super) rate_vat: &'static str,
    /// 1 plain goods, 33 marked ones.
    pub(super) calculation_subject: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) group_marked_good: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) marking_code: Option<String>,
    pub(super) vendor_name: String,
    #[serde(rename = "vendorINN")]
    pub(super) vendor_inn: String,
    pub(super) vendor_phone: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Submitted {
    pub(super) cargos: Vec<SubmittedCargo>,
    pub(super) notifications: Option<Vec<Value>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct SubmittedCargo {
    pub(super) cargo_code: Option<String>,
    pub(super) barcode: Option<String>,
}

/// `/cargos/listallorderbylogin/`: all orders of a span of days.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ListBody {
    pub(super) date_begin: String,
    pub(super) date_end: String,
    /// One: by the day of the order.
    pub(super) select_by: i64,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Listed {
    pub(super) cargos: Option<Vec<ListedCargo>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct ListedCargo {
    pub(super) code: Option<String>,
    pub(super) order_number: Option<String>,
}

/// `/cargos/basicstatus/` and `/cargos/statusfullhistory/`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CodesBody {
    pub(super) cargo_codes: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Statuses {
    pub(super) cargos: Vec<Status>,
}

#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub(super) struct Status {
    pub(super) cargo: Option<StatusCargo>,
    pub(super) info: Option<StatusInfo>,
}

#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct StatusCargo {
    /// It changes when the carrier accepts the cargo.
    pub(super) code: Option<String>,
    pub(super) cargo_bar_code: Option<String>,
}

#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct StatusInfo {
    pub(super) cargo_status: Option<String>,
    /// Of the last mile: told for what goes to a door.
    pub(super) delivery_plan_date: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct CargoHistory {
    pub(super) cargo_code: Option<String>,
    pub(super) statuses: Vec<Value>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct HistoryRow {
    pub(super) name: Option<String>,
    pub(super) date: Option<String>,
    pub(super) is_cancel: Option<bool>,
}

/// `/order/print/`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PrintBody {
    pub(super) cargo_index: String,
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
}

/// A row of `/order/cancellation/`.
#[derive(Debug, Serialize)]
pub(super) struct CancelRow {
    pub(super) code: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Cancelled {
    pub(super) success: bool,
    pub(super) description: Option<String>,
}

/// `/auth/createtokentoaccessprivatedata/`. A secret: never shown.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Access {
    pub(super) access_token: Option<String>,
}

/// `/accountingdocuments/listforcounterparty/`. Never shown: the token is in it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DocumentsBody {
    pub(super) branch_id: String,
    pub(super) date_begin: String,
    pub(super) date_end: String,
    #[serde(rename = "INN")]
    pub(super) inn: String,
    #[serde(rename = "KPP", skip_serializing_if = "Option::is_none")]
    pub(super) kpp: Option<String>,
    pub(super) token: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Documents {
    pub(super) documents: Option<Vec<Document>>,
}

/// Sums hold their VAT.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Document {
    pub(super) date: Option<String>,
    pub(super) number: Option<String>,
    pub(super) sum: Option<JsonDecimal>,
    #[serde(rename = "sumVAT")]
    pub(super) sum_vat: Option<JsonDecimal>,
    pub(super) services: Option<Vec<DocumentService>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct DocumentService {
    pub(super) cargo_code: Option<String>,
    #[serde(rename = "type")]
    pub(super) kind: Option<String>,
    pub(super) sum: Option<JsonDecimal>,
    #[serde(rename = "sumVAT")]
    pub(super) sum_vat: Option<JsonDecimal>,
}

/// `/branches/all/`.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Branches {
    pub(super) branches: Vec<Branch>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Branch {
    pub(super) title: String,
    pub(super) cities: Vec<BranchCity>,
    /// Read one by one: a broken one does not spoil the others.
    pub(super) divisions: Vec<Value>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct BranchCity {
    pub(super) title: String,
    pub(super) divisions: Option<Vec<String>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Division {
    pub(super) id: String,
    pub(super) name: String,
    /// One: a small point (ПВЗ).
    pub(super) department_type_id: Option<i64>,
    pub(super) warehouses: Vec<Warehouse>,
    pub(super) kinds_of_transportation: Option<Vec<Kind>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Kind {
    pub(super) operations: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Warehouse {
    pub(super) id: String,
    pub(super) address: String,
    pub(super) address_division: Option<String>,
    pub(super) coordinatesobj: Option<Coordinates>,
    pub(super) telephone: Option<String>,
    pub(super) pointer_description: Option<String>,
    pub(super) department_closing_date: Option<String>,
    pub(super) max_weight: Option<JsonDecimal>,
    pub(super) max_volume: Option<JsonDecimal>,
    pub(super) max_weight_per_place: Option<JsonDecimal>,
    pub(super) max_dimension: Option<JsonDecimal>,
    pub(super) division_time_of_work: Option<Vec<WorkDay>>,
    pub(super) kinds_of_transportation: Option<Vec<Kind>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Coordinates {
    pub(super) latitude: Option<Value>,
    pub(super) longitude: Option<Value>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct WorkDay {
    pub(super) day_of_week: Option<Value>,
    pub(super) work_from: Option<String>,
    pub(super) work_to: Option<String>,
}
