//! Basic authentication and the two shapes of errors.

use reqwest::StatusCode;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{CODE, Credentials};
use crate::carriers::CarrierError;
use crate::carriers::exchange::{Effect, Exchange, Reply};
use crate::carriers::model::Reason;

/// The line to the carrier under one contract.
pub(super) struct Client {
    exchange: Exchange,
    base: String,
    credentials: Credentials,
}

impl Client {
    pub(super) fn new(exchange: Exchange, base: String, credentials: Credentials) -> Self {
        Self { exchange, base, credentials }
    }

    /// Everything is asked by POST, also what only reads.
    pub(super) async fn call<B: Serialize + Sync + ?Sized, T: DeserializeOwned>(
        &self,
        path: &str,
        body: &B,
        effect: Effect,
    ) -> Result<T, CarrierError> {
        let Credentials { login, key } = &self.credentials;
        let request = self.exchange.post(&format!("{}{path}", self.base));
        let request = request.basic_auth(login, Some(key));
        let request = request.header("accept", "application/json").json(body);
        let reply = self.exchange.send(request, effect).await?.sound()?;
        let answer: Value = reply.json()?;
        if let Some(error) = answer.get("error").filter(|error| error.is_object()) {
            check(error, effect, &reply)?;
        }
        if matches!(reply.status(), StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
            return Err(CarrierError::Credentials { carrier: CODE, said: reply.start() });
        }
        if reply.status().is_client_error() {
            return Err(CarrierError::refused(CODE, reply.status().as_str(), reply.start()));
        }
        reply.json()
    }
}

/// A refusal may come with HTTP 200: its own status counts, and 200 there is success.
fn check(error: &Value, effect: Effect, reply: &Reply) -> Result<(), CarrierError> {
    let told = error.get("status").and_then(Value::as_i64);
    let status = told.unwrap_or_else(|| i64::from(reply.status().as_u16()));
    let reasons = reasons(error);
    let said = || reasons.iter().map(|reason| reason.text.as_str()).collect::<Vec<_>>().join("; ");
    match status {
        200 => Ok(()),
        401 | 403 => Err(CarrierError::Credentials { carrier: CODE, said: said() }),
        429 => Err(CarrierError::Limited { carrier: CODE, said: said(), seconds: None }),
        500.. if effect == Effect::Changes => Err(CarrierError::unclear(CODE, said())),
        500.. => Err(CarrierError::Unavailable { carrier: CODE, said: said() }),
        _ => Err(CarrierError::Refused { carrier: CODE, reasons }),
    }
}

/// One reason a field, or the message. Keys come capitalised or not.
fn reasons(error: &Value) -> Vec<Reason> {
    let field = |field: &Value| {
        let of = |names: [&str; 2]| names.iter().find_map(|name| field.get(*name)).cloned();
        let texts = match of(["Value", "value"]) {
            Some(Value::Array(texts)) => {
                texts.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("; ")
            }
            Some(Value::String(text)) => text,
            _ => String::new(),
        };
        let key = of(["Key", "key"]).and_then(|key| key.as_str().map(str::to_owned));
        Reason::new(key.unwrap_or_default(), texts)
    };
    let fields: Vec<Reason> =
        error.get("fields").and_then(Value::as_array).into_iter().flatten().map(field).collect();
    if !fields.is_empty() {
        return fields;
    }
    let texts = ["title", "message", "error"].iter().filter_map(|name| error.get(*name)?.as_str());
    vec![Reason::new("", texts.collect::<Vec<_>>().join(": "))]
}
