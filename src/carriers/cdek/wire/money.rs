//! `GET /v2/registries`, `GET /v2/payment` and `GET /v2/check`. Read leniently: types and names differ between what
//! is described and what came.

use serde::Deserialize;

use super::{Problem, Word, list};
use crate::carriers::amounts::JsonDecimal;

#[derive(Debug, Clone, Default, Deserialize)]
pub(in super::super) struct RegistriesAnswer {
    #[serde(default, deserialize_with = "list")]
    pub(in super::super) registries: Vec<Registry>,
    #[serde(default, deserialize_with = "list")]
    pub(in super::super) errors: Vec<Problem>,
}

#[derive(Debug, Clone, Default, Deserialize)]
pub(in super::super) struct Registry {
    #[serde(rename = "registry_number", default)]
    pub(in super::super) number: Word,
    #[serde(default)]
    pub(in super::super) date_created: Word,
    #[serde(default)]
    pub(in super::super) payment_date: Word,
    #[serde(default)]
    pub(in super::super) sum: Option<JsonDecimal>,
    #[serde(default)]
    pub(in super::super) payment_order_number: Word,
    #[serde(default, deserialize_with = "list")]
    pub(in super::super) orders: Vec<RegistryOrder>,
}

#[derive(Debug, Clone, Default, Deserialize)]
pub(in super::super) struct RegistryOrder {
    #[serde(default)]
    pub(in super::super) cdek_number: Word,
    /// Taken from the recipient.
    #[serde(default)]
    pub(in super::super) payment_sum: Option<JsonDecimal>,
    /// The carrier's remuneration for the transfer.
    #[serde(default)]
    pub(in super::super) agent_commission_sum: Option<JsonDecimal>,
    /// The cost of the order without that.
    #[serde(default)]
    pub(in super::super) total_sum_without_agent: Option<JsonDecimal>,
    /// What is credited.
    #[serde(default)]
    pub(in super::super) transfer_sum: Option<JsonDecimal>,
    /// `ORDER`, or `SAS` for services of fulfilment.
    #[serde(default)]
    pub(in super::super) basis_type: Word,
}

/// Orders paid out on a day: the only place that joins the carrier's number with ours.
#[derive(Debug, Clone, Default, Deserialize)]
pub(in super::super) struct PaymentAnswer {
    #[serde(default, deserialize_with = "list")]
    pub(in super::super) orders: Vec<PaidOrder>,
}

#[derive(Debug, Clone, Default, Deserialize)]
pub(in super::super) struct PaidOrder {
    #[serde(default, alias = "numberOrder")]
    pub(in super::super) cdek_number: Word,
    #[serde(default, alias = "imNumber")]
    pub(in super::super) number: Word,
}

/// `GET /v2/check`: what the carrier's cash registers gave to recipients.
#[derive(Debug, Clone, Default, Deserialize)]
pub(in super::super) struct CheckAnswer {
    #[serde(default, deserialize_with = "list")]
    pub(in super::super) check_info: Vec<Check>,
    #[serde(default, deserialize_with = "list")]
    pub(in super::super) errors: Vec<Problem>,
}

#[derive(Debug, Clone, Default, Deserialize)]
pub(in super::super) struct Check {
    #[serde(default)]
    pub(in super::super) cdek_number: Word,
    #[serde(default)]
    pub(in super::super) date: Word,
    #[serde(default)]
    pub(in super::super) fiscal_storage_number: Word,
    #[serde(default)]
    pub(in super::super) document_number: Word,
    #[serde(default)]
    pub(in super::super) fiscal_sign: Word,
    /// `CASH_RECEIPT_IN` or `CASH_RECEIPT_REFUND`.
    #[serde(rename = "type", default)]
    pub(in super::super) kind: Word,
    #[serde(default)]
    pub(in super::super) shift_no: Word,
    #[serde(default, deserialize_with = "list")]
    pub(in super::super) payment_info: Vec<CheckPayment>,
}

#[derive(Debug, Clone, Default, Deserialize)]
pub(in super::super) struct CheckPayment {
    #[serde(default)]
    pub(in super::super) sum: Option<JsonDecimal>,
    /// `CASH` or `CARD`.
    #[serde(rename = "type", default)]
    pub(in super::super) kind: Word,
}
