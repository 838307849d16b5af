//! Which carrier serves which code.

use std::time::Duration;

use serde_json::Value;

use super::exchange::Limits;
use super::file::FileCarrier;
use super::{Carrier, CarrierError, boxberry, cdek, dellin, dpd, fivepost, pek, post};

/// The carrier of a code. Those without a program of their own get files.
pub fn carrier_of(code: &str) -> Box<dyn Carrier> {
    Box::new(FileCarrier::new(code))
}

/// How an operator's or a shop's contract is reached. Never shown: the credentials are in it.
#[derive(Clone)]
pub struct Account {
    /// Where the carrier listens; its usual address without it.
    pub base_url: Option<String>,
    /// What the contract says beside the keys, by the carrier's own rules: sender, points, options.
    pub settings: Value,
    /// Keys, by the carrier's own rules.
    pub credentials: Value,
    /// How long one answer may take; the carrier's usual time without it.
    pub time_max: Option<Duration>,
}

impl Account {
    /// The carrier's usual limits with what this account says otherwise.
    pub fn limits(&self, usual: Limits) -> Limits {
        Limits { time_max: self.time_max.unwrap_or(usual.time_max), ..usual }
    }
}

/// A carrier that can be talked to with this contract.
pub fn connect(code: &str, account: &Account) -> Result<Box<dyn Carrier>, CarrierError> {
    match code {
        boxberry::CODE => Ok(Box::new(boxberry::Boxberry::new(account)?)),
        fivepost::CODE => Ok(Box::new(fivepost::Fivepost::connect(account)?)),
        pek::CODE => Ok(Box::new(pek::Pek::connect(account)?)),
        dellin::CODE => Ok(Box::new(dellin::Dellin::connect(account)?)),
        cdek::CODE => Ok(Box::new(cdek::Cdek::new(account)?)),
        post::CODE => Ok(Box::new(post::Post::connect(account)?)),
        dpd::CODE => Ok(Box::new(dpd::Dpd::new(account)?)),
        _ => Err(CarrierError::Account {
            carrier: code.to_owned(),
            problem: "there is no program for this carrier: it is served by files".to_owned(),
        }),
    }
}

/// Carriers with a program of their own, and those whose codes old orders may have; with their names.
const NAMES: &[(&str, &str)] = &[
    ("cdek", "СДЭК"),
    ("boxberry", "Boxberry"),
    ("dpd", "DPD"),
    ("post", "Почта России"),
    ("pek", "ПЭК"),
    ("dellin", "Деловые Линии"),
    ("5post", "5post"),
    ("own", "Свои курьеры"),
    // They carry nothing any more.
    ("iml", "IML"),
    ("pickpoint", "PickPoint"),
];

/// What people call a carrier; one that nobody has programmed is just that.
pub fn name_of(code: &str) -> &'static str {
    NAMES.iter().find(|(known, _)| *known == code).map_or("Служба доставки", |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_nobody_knows_is_served_by_files_under_its_own_name() {
        let carrier = carrier_of("Быстрая почта");
        assert_eq!((carrier.code(), carrier.name()), ("Быстрая почта", "Быстрая почта"));
        assert!(carrier.manifests().is_some());
    }
}
