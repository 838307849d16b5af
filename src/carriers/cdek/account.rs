//! How a contract with СДЭК is described.

use serde::Deserialize;

use super::CODE;
use crate::carriers::CarrierError;
use crate::carriers::account::{Account, wrong};

const HOST: &str = "https://api.cdek.ru";

/// What the contract says beside the keys.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The office where parcels are brought, for orders that name none.
    pub shipment_point: Option<String>,
    /// The carrier's code of the sender's city: spares it guessing by the address.
    pub sender_city_code: Option<i64>,
    pub label_format: LabelFormat,
    pub prealert: Prealert,
}

/// The sheet that labels are drawn for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub enum LabelFormat {
    A4,
    A5,
    /// 105 by 148 mm: fits a roll of 100 by 150 mm.
    #[default]
    A6,
    A7,
}

impl LabelFormat {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::A4 => "A4",
            Self::A5 => "A5",
            Self::A6 => "A6",
            Self::A7 => "A7",
        }
    }
}

/// Whether the office is told before what will be brought: a service of some contracts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Prealert {
    #[default]
    Off,
    On,
}

/// The keys of the contract. Not to be shown.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Credentials {
    /// «Account» of the cabinet.
    pub client_id: String,
    /// «Secure password» of the cabinet.
    pub client_secret: String,
}

pub(super) fn settings(account: &Account) -> Result<Settings, CarrierError> {
    account.settings(CODE)
}

/// The keys.
pub(super) fn credentials(account: &Account) -> Result<Credentials, CarrierError> {
    if !account.credentials.is_object() {
        return Err(wrong(CODE, "credentials must be an object with client_id and client_secret"));
    }
    let keys: Credentials = account.credentials(CODE)?;
    for (name, key) in [("client_id", &keys.client_id), ("client_secret", &keys.client_secret)] {
        if key.trim().is_empty() {
            return Err(wrong(CODE, format!("credentials.{name} must not be empty")));
        }
    }
    Ok(keys)
}

pub(super) fn base_url(account: &Account) -> Result<String, CarrierError> {
    account.base(CODE, HOST)
}
