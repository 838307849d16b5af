//! How a contract with a carrier is described: three parts, read strictly, named when they are wrong.
//!
//! **Invariant:** an error names the field and never the value: keys are among them.

use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use url::Url;

use super::CarrierError;
use super::exchange::Limits;

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

    /// The settings as the carrier's program has them.
    pub fn settings<T: DeserializeOwned>(&self, carrier: &str) -> Result<T, CarrierError> {
        part(carrier, "settings", &self.settings)
    }

    /// The keys as the carrier's program has them.
    pub fn credentials<T: DeserializeOwned>(&self, carrier: &str) -> Result<T, CarrierError> {
        part(carrier, "credentials", &self.credentials)
    }

    /// The address without a slash at its end.
    pub fn base(&self, carrier: &str, usual: &str) -> Result<String, CarrierError> {
        let base = self.base_url.as_deref().unwrap_or(usual).trim_end_matches('/');
        let url = Url::parse(base).map_err(|error| wrong(carrier, format!("base_url: {error}")))?;
        if !["http", "https"].contains(&url.scheme()) {
            return Err(wrong(carrier, "base_url: must begin with https://"));
        }
        Ok(base.to_owned())
    }
}

/// An account that is described wrongly.
pub(super) fn wrong(carrier: &str, problem: impl Into<String>) -> CarrierError {
    CarrierError::Account { carrier: carrier.to_owned(), problem: problem.into() }
}

/// A part that is not there is an empty one.
fn part<T: DeserializeOwned>(carrier: &str, of: &str, value: &Value) -> Result<T, CarrierError> {
    let empty = Value::Object(Map::new());
    let value = if value.is_null() { &empty } else { value };
    T::deserialize(value).map_err(|error| {
        let said = error.to_string();
        let field = blamed::<T>(value, &said).map(|field| format!(".{field}")).unwrap_or_default();
        let is_harmless = ["missing field", "unknown field", "unknown variant"];
        if is_harmless.iter().any(|start| said.starts_with(start)) {
            wrong(carrier, format!("{of}{field}: {said}"))
        } else {
            wrong(carrier, format!("{of}{field}: has a wrong type"))
        }
    })
}

/// The field without which there is no such error.
fn blamed<T: DeserializeOwned>(value: &Value, said: &str) -> Option<String> {
    let object = value.as_object()?;
    let found = object.keys().find(|field| {
        let mut rest = object.clone();
        rest.remove(*field);
        T::deserialize(&Value::Object(rest)).err().is_none_or(|error| error.to_string() != said)
    });
    found.cloned()
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    struct Keys {
        number: i64,
        key: String,
    }

    fn said(credentials: Value) -> String {
        let account =
            Account { base_url: None, settings: Value::Null, credentials, time_max: None };
        account.credentials::<Keys>("test").unwrap_err().said()
    }

    #[test]
    fn a_wrong_part_names_its_field_and_never_a_value() {
        let wrong_type = said(json!({ "number": "s3cr3t", "key": "s3cr3t" }));
        assert_eq!(wrong_type, "credentials.number: has a wrong type");
        let unknown = said(json!({ "number": 1, "keys": "s3cr3t" }));
        assert!(unknown.starts_with("credentials.keys: unknown field `keys`"), "{unknown}");
        for credentials in [json!("s3cr3t"), json!(["s3cr3t"]), json!({ "key": 777 })] {
            let told = said(credentials);
            assert!(!told.contains("s3cr3t") && !told.contains("777"), "{told}");
        }
    }

    #[test]
    fn a_part_that_is_not_there_is_empty_and_an_address_is_one() {
        let account = |base_url: &str| Account {
            base_url: Some(base_url.to_owned()),
            settings: Value::Null,
            credentials: Value::Null,
            time_max: None,
        };
        assert_eq!(account("http://x/").settings::<Keys>("test").unwrap(), Keys::default());
        assert_eq!(account("https://x/api/").base("test", "").unwrap(), "https://x/api");
        for wrong in ["x", "", "ftp://x"] {
            assert!(account(wrong).base("test", "").is_err(), "{wrong}");
        }
    }
}
