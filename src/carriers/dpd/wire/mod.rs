//! DPD's own words: names, types and units of its services.
//!
//! Kilograms, centimetres, cubic metres and roubles are decimals in texts; numbers of answers are
//! read as texts too and turned into amounts by `map`. Misspelt names are the carrier's.

mod order;
mod point;
mod track;

pub(super) use order::*;
pub(super) use point::*;
pub(super) use track::*;

use serde::{Deserialize, Serialize};

/// Whose contract it is. Not shown: the key is in it.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::carriers::dpd) struct AuthOut {
    pub(in crate::carriers::dpd) client_number: i64,
    pub(in crate::carriers::dpd) client_key: String,
}

/// What stands beside `auth`.
#[derive(Serialize)]
pub(in crate::carriers::dpd) struct Authorised<'a, T> {
    pub(in crate::carriers::dpd) auth: &'a AuthOut,
    #[serde(flatten)]
    pub(in crate::carriers::dpd) rest: &'a T,
}

/// Nothing beside `auth`.
#[derive(Serialize)]
pub(in crate::carriers::dpd) struct NothingOut {}

/// `return` that may repeat.
#[derive(Debug, Deserialize)]
#[serde(bound = "T: Deserialize<'de>")]
pub(in crate::carriers::dpd) struct ReturnsIn<T> {
    #[serde(default = "Vec::new", rename = "return")]
    pub(in crate::carriers::dpd) rows: Vec<T>,
}

/// `return` that is there once or not at all.
#[derive(Debug, Deserialize)]
#[serde(bound = "T: Deserialize<'de>")]
pub(in crate::carriers::dpd) struct ReturnIn<T> {
    #[serde(default = "Option::default", rename = "return")]
    pub(in crate::carriers::dpd) said: Option<T>,
}

/// The head of a service's description: what the service calls its namespace.
#[derive(Debug, Deserialize)]
pub(in crate::carriers::dpd) struct WsdlIn {
    #[serde(rename = "@targetNamespace")]
    pub(in crate::carriers::dpd) target_namespace: String,
}
