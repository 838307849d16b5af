//! Sessions, the envelope of answers and errors.
//!
//! Every body carries `appkey` and, once logged in, `sessionID`. How long a session lives is not
//! told: it is renewed once when it is refused.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::sync::Mutex;

use super::wire::SessionAnswer;
use super::{CODE, Credentials};
use crate::carriers::CarrierError;
use crate::carriers::exchange::{Effect, Exchange, Reply};
use crate::carriers::model::Reason;

/// The line to the carrier under one contract.
pub(super) struct Client {
    exchange: Exchange,
    base: String,
    credentials: Credentials,
    session: Mutex<Option<String>>,
}

#[derive(Serialize)]
struct Signed<'a, B> {
    appkey: &'a str,
    #[serde(rename = "sessionID", skip_serializing_if = "Option::is_none")]
    session_id: Option<&'a str>,
    #[serde(flatten)]
    body: &'a B,
}

/// What one request came to.
enum Outcome<T> {
    Done(T),
    /// The session has ended: nothing was done.
    SessionEnded(String),
}

impl Client {
    pub(super) fn new(exchange: Exchange, base: String, credentials: Credentials) -> Self {
        Self { exchange, base, credentials, session: Mutex::new(None) }
    }

    /// A request with a session; the session is renewed once.
    pub(super) async fn call<B: Serialize + Sync, T: DeserializeOwned>(
        &self,
        path: &str,
        body: &B,
        effect: Effect,
    ) -> Result<T, CarrierError> {
        let session = self.session(None).await?;
        match self.attempt(path, body, Some(&session), effect).await? {
            Outcome::Done(answer) => return Ok(answer),
            Outcome::SessionEnded(_) => {}
        }
        let session = self.session(Some(&session)).await?;
        match self.attempt(path, body, Some(&session), effect).await? {
            Outcome::Done(answer) => Ok(answer),
            Outcome::SessionEnded(said) => Err(CarrierError::Credentials { carrier: CODE, said }),
        }
    }

    /// A request that everybody with a key of an application may make.
    pub(super) async fn call_public<T: DeserializeOwned>(
        &self,
        path: &str,
    ) -> Result<T, CarrierError> {
        match self.attempt(path, &json!({}), None, Effect::Reads).await? {
            Outcome::Done(answer) => Ok(answer),
            Outcome::SessionEnded(said) => Err(CarrierError::Credentials { carrier: CODE, said }),
        }
    }

    /// A file of the carrier's that needs no key.
    pub(super) async fn file<T: DeserializeOwned>(&self, url: &str) -> Result<T, CarrierError> {
        self.exchange.send(self.exchange.get(url), Effect::Reads).await?.sound()?.json()
    }

    /// The present session, or a new one in place of the one that has ended.
    async fn session(&self, ended: Option<&str>) -> Result<String, CarrierError> {
        let mut session = self.session.lock().await;
        if let Some(known) = session.as_deref()
            && ended != Some(known)
        {
            return Ok(known.to_owned());
        }
        *session = None;
        let fresh = self.log_in().await?;
        *session = Some(fresh.clone());
        Ok(fresh)
    }

    async fn log_in(&self) -> Result<String, CarrierError> {
        let Credentials { pat, login, password, .. } = &self.credentials;
        let (path, body) = match pat {
            Some(pat) => ("/v4/auth/login.json", json!({ "pat": pat })),
            None => ("/v3/auth/login.json", json!({ "login": login, "password": password })),
        };
        let refused = |said| CarrierError::Credentials { carrier: CODE, said };
        let answer: SessionAnswer = match self.attempt(path, &body, None, Effect::Reads).await {
            Ok(Outcome::Done(answer)) => answer,
            Ok(Outcome::SessionEnded(said)) => return Err(refused(said)),
            Err(error @ CarrierError::Refused { .. }) => return Err(refused(error.said())),
            Err(error) => return Err(error),
        };
        let session = answer.data.and_then(|data| data.session_id).or(answer.session_id);
        session
            .filter(|session| !session.is_empty())
            .ok_or_else(|| CarrierError::malformed(CODE, "the answer to the login has no session"))
    }

    async fn attempt<B: Serialize + Sync, T: DeserializeOwned>(
        &self,
        path: &str,
        body: &B,
        session_id: Option<&str>,
        effect: Effect,
    ) -> Result<Outcome<T>, CarrierError> {
        let signed = Signed { appkey: &self.credentials.appkey, session_id, body };
        let request = self.exchange.post(&format!("{}{path}", self.base)).json(&signed);
        let reply = self.exchange.send(request, effect).await?.sound()?;
        let answer: Value = reply.json()?;
        let reasons = reasons(&answer);
        let is_refused = !reasons.is_empty() || reply.status().is_client_error();
        if !is_refused {
            return reply.json().map(Outcome::Done);
        }
        if reply.status() == 401 || reply.status() == 403 || reasons.iter().any(is_of_session) {
            return Ok(Outcome::SessionEnded(words(&reasons, &reply)));
        }
        Err(CarrierError::Refused { carrier: CODE, reasons: known(reasons, &reply) })
    }
}

fn words(reasons: &[Reason], reply: &Reply) -> String {
    let texts: Vec<&str> = reasons.iter().map(|reason| reason.text.as_str()).collect();
    if texts.is_empty() { reply.status().to_string() } else { texts.join("; ") }
}

fn known(reasons: Vec<Reason>, reply: &Reply) -> Vec<Reason> {
    if reasons.is_empty() { vec![Reason::new("", reply.status().to_string())] } else { reasons }
}

/// The codes of a session that has ended are not told: the words are looked at.
fn is_of_session(reason: &Reason) -> bool {
    let text = reason.text.to_lowercase();
    ["sessionid", "сесси", "авториз", "appkey"].iter().any(|word| text.contains(word))
}

/// What `errors` says: a text, an object, or a list of either. HTTP 200 proves nothing.
fn reasons(answer: &Value) -> Vec<Reason> {
    match answer.get("errors") {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(list)) => list.iter().map(reason).collect(),
        Some(Value::Object(fields)) if fields.is_empty() => Vec::new(),
        Some(one) => vec![reason(one)],
    }
}

fn reason(error: &Value) -> Reason {
    let field = |name: &str| match error.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        Some(Value::Array(list)) => {
            list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", ")
        }
        _ => String::new(),
    };
    if let Value::String(text) = error {
        return Reason::new("", text.as_str());
    }
    let parts = ["title", "message", "detail", "fields"].map(field);
    let parts: Vec<&str> =
        parts.iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
    let text = if parts.is_empty() { error.to_string() } else { parts.join(": ") };
    Reason::new(field("code"), text)
}

/// The bytes of a file that came as text.
pub(super) fn bytes_of(base64: &str) -> Result<Vec<u8>, CarrierError> {
    STANDARD.decode(base64.trim()).map_err(|error| {
        CarrierError::malformed(CODE, format!("a file that is no base64: {error}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_of_all_shapes_become_reasons() {
        let read = |errors: Value| reasons(&json!({ "errors": errors }));
        assert!(reasons(&json!({ "data": {} })).is_empty());
        assert!(read(Value::Null).is_empty());
        assert!(read(json!([])).is_empty());
        assert_eq!(read(json!("нет доступа")), [Reason::new("", "нет доступа")]);
        assert_eq!(
            read(json!({ "code": 180_002, "message": "Укажите терминал" })),
            [Reason::new("180002", "Укажите терминал")]
        );
        assert_eq!(
            read(json!([{ "code": "180012", "title": "Дата", "detail": "недоступна",
                          "fields": ["delivery.derival.produceDate"] }])),
            [Reason::new("180012", "Дата: недоступна: delivery.derival.produceDate")]
        );
    }
}
