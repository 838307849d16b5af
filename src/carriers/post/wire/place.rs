//! Post offices, pick-up points and lockers.

use std::fmt;

use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// Answer of `GET /postoffice/1.0/{index}`.
#[derive(Debug, Default, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub(in super::super) struct Office {
    pub(in super::super) postal_code: String,
    /// ГОПС, СОПС, ПОЧТОМАТ, ПВЗ …
    pub(in super::super) type_code: String,
    pub(in super::super) region: String,
    pub(in super::super) settlement: String,
    pub(in super::super) address_source: String,
    pub(in super::super) is_closed: bool,
    pub(in super::super) is_temporary_closed: bool,
    pub(in super::super) temporary_closed_reason: Option<String>,
}

/// The file inside `GET /1.0/unloading-passport/zip`. Flags and numbers are texts more often than
/// not.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(in super::super) struct Passport {
    #[serde(deserialize_with = "elements")]
    pub(in super::super) passport_elements: Vec<PassportElement>,
}

/// Several times the points that the Post has of all kinds.
const ELEMENTS_MAX: usize = 200_000;

/// A list that would not end is refused before it fills the memory.
fn elements<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<PassportElement>, D::Error> {
    struct Elements;

    impl<'de> Visitor<'de> for Elements {
        type Value = Vec<PassportElement>;

        fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(out, "at most {ELEMENTS_MAX} points")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
            let mut all = Vec::new();
            while let Some(element) = list.next_element()? {
                if all.len() == ELEMENTS_MAX {
                    return Err(A::Error::invalid_length(all.len() + 1, &self));
                }
                all.push(element);
            }
            Ok(all)
        }
    }

    from.deserialize_seq(Elements)
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(in super::super) struct PassportElement {
    pub(in super::super) address: PassportAddress,
    #[serde(rename = "type")]
    pub(in super::super) kind: String,
    pub(in super::super) latitude: Value,
    pub(in super::super) longitude: Value,
    pub(in super::super) work_time: Vec<String>,
    pub(in super::super) ecom: Value,
    pub(in super::super) online_parcel: Value,
    pub(in super::super) ecom_options: EcomOptions,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(in super::super) struct PassportAddress {
    pub(in super::super) index: Value,
    pub(in super::super) region: Option<String>,
    pub(in super::super) area: Option<String>,
    pub(in super::super) place: Option<String>,
    pub(in super::super) location: Option<String>,
    pub(in super::super) street: Option<String>,
    pub(in super::super) house: Option<String>,
    pub(in super::super) corpus: Option<String>,
    pub(in super::super) building: Option<String>,
    pub(in super::super) letter: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(in super::super) struct EcomOptions {
    pub(in super::super) card_payment: Value,
    pub(in super::super) cash_payment: Value,
    pub(in super::super) partial_redemption: Value,
    pub(in super::super) return_available: Value,
    pub(in super::super) weight_limit: Value,
    pub(in super::super) typesize: Value,
}
