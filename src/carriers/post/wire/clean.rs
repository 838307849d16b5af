//! Cleaning (нормализация): addresses, names, phones. Answers come in any order: `id` tells which.

use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(in super::super) struct AddressAsk<'a> {
    pub(in super::super) id: &'a str,
    pub(in super::super) original_address: &'a str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(in super::super) struct NameAsk<'a> {
    pub(in super::super) id: &'a str,
    pub(in super::super) original_fio: &'a str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(in super::super) struct PhoneAsk<'a> {
    pub(in super::super) id: &'a str,
    pub(in super::super) original_phone: &'a str,
}

#[derive(Debug, Default, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub(in super::super) struct CleanAddress {
    pub(in super::super) id: String,
    pub(in super::super) index: Option<String>,
    pub(in super::super) region: Option<String>,
    pub(in super::super) area: Option<String>,
    pub(in super::super) place: Option<String>,
    pub(in super::super) location: Option<String>,
    pub(in super::super) street: Option<String>,
    pub(in super::super) house: Option<String>,
    pub(in super::super) slash: Option<String>,
    pub(in super::super) letter: Option<String>,
    pub(in super::super) building: Option<String>,
    pub(in super::super) corpus: Option<String>,
    pub(in super::super) room: Option<String>,
    pub(in super::super) hotel: Option<String>,
    pub(in super::super) num_address_type: Option<String>,
    pub(in super::super) address_type: Option<String>,
    pub(in super::super) quality_code: String,
    pub(in super::super) validation_code: String,
}

#[derive(Debug, Default, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub(in super::super) struct CleanName {
    pub(in super::super) id: String,
    pub(in super::super) surname: Option<String>,
    pub(in super::super) name: Option<String>,
    pub(in super::super) middle_name: Option<String>,
    pub(in super::super) quality_code: String,
}

#[derive(Debug, Default, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub(in super::super) struct CleanPhone {
    pub(in super::super) id: String,
    pub(in super::super) phone_country_code: Option<String>,
    pub(in super::super) phone_city_code: Option<String>,
    pub(in super::super) phone_number: Option<String>,
    pub(in super::super) quality_code: String,
}
