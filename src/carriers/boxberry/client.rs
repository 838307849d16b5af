//! One address, one token, errors inside answers with status 200.

use reqwest::RequestBuilder;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::CODE;
use super::wire::Posted;
use crate::carriers::CarrierError;
use crate::carriers::exchange::{Effect, Exchange, Reply};

/// The line to one account.
pub(super) struct Client {
    exchange: Exchange,
    base_url: String,
    /// It stands in addresses and in links of answers: [`Client::masked`].
    token: String,
}

impl Client {
    pub(super) fn new(exchange: Exchange, base_url: String, token: String) -> Self {
        Self { exchange, base_url, token }
    }

    /// A method that is asked with parameters in the address.
    pub(super) async fn get<T: DeserializeOwned>(
        &self,
        method: &str,
        params: &[(&str, &str)],
        effect: Effect,
    ) -> Result<T, CarrierError> {
        let request = self.exchange.get(&format!("{}/json.php", self.base_url));
        let request = request.query(&[("token", self.token.as_str()), ("method", method)]);
        self.ask(request.query(params), effect).await
    }

    /// A method that is asked with JSON.
    pub(super) async fn post<B: Serialize, T: DeserializeOwned>(
        &self,
        method: &'static str,
        rest: B,
        effect: Effect,
    ) -> Result<T, CarrierError> {
        let body = Posted { token: &self.token, method, rest };
        let request = self.exchange.post(&format!("{}/json.php", self.base_url)).json(&body);
        self.ask(request, effect).await
    }

    /// A file of `parcel-files`, as it comes. Links of answers are not followed: they are built here.
    pub(super) async fn file(
        &self,
        path: &str,
        params: &[(&str, &str)],
    ) -> Result<Vec<u8>, CarrierError> {
        let request = self.exchange.get(&format!("{}/parcel-files/{path}", self.base_url));
        let request = request.query(params).query(&[("token", self.token.as_str())]);
        let reply = self.exchange.send(request, Effect::Reads).await?;
        if reply.status().is_success() && reply.bytes().starts_with(b"%PDF") {
            return Ok(reply.into_bytes());
        }
        let said = reply.json::<Value>().ok().and_then(|answer| refusal(&answer));
        Err(said.map_or_else(|| self.masked(reply.unreadable()), |text| self.no(text)))
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        request: RequestBuilder,
        effect: Effect,
    ) -> Result<T, CarrierError> {
        let reply = self.exchange.send(request, effect).await?;
        self.read(reply).map_err(|error| self.masked(error))
    }

    fn read<T: DeserializeOwned>(&self, reply: Reply) -> Result<T, CarrierError> {
        let reply = reply.sound()?;
        let answer: Value = reply.json()?;
        if let Some(text) = refusal(&answer) {
            return Err(self.no(text));
        }
        serde_json::from_value(answer).map_err(|_| reply.unreadable())
    }

    /// The carrier's words without codes: those about the account are told apart by what they name.
    fn no(&self, text: String) -> CarrierError {
        let error = if is_about_keys(&text) {
            CarrierError::Credentials { carrier: CODE, said: text }
        } else {
            CarrierError::refused(CODE, "", text)
        };
        self.masked(error)
    }

    /// The error without our token.
    fn masked(&self, mut error: CarrierError) -> CarrierError {
        let hide = |text: &mut String| *text = hidden(text, &self.token);
        match &mut error {
            CarrierError::Refused { reasons, .. } => {
                for reason in reasons {
                    hide(&mut reason.text);
                }
            }
            CarrierError::Credentials { said, .. }
            | CarrierError::Limited { said, .. }
            | CarrierError::Unavailable { said, .. }
            | CarrierError::Unclear { said, .. }
            | CarrierError::Malformed { said, .. } => hide(said),
            CarrierError::Unknown { what, .. } => hide(what),
            CarrierError::NotSayable { .. }
            | CarrierError::Account { .. }
            | CarrierError::Document(_) => {}
        }
        error
    }
}

/// Fewer letters of a token tell nothing of it.
const TOKEN_START_MIN: usize = 4;

/// A text without a token, also where the text was cut within it.
pub(super) fn hidden(text: &str, token: &str) -> String {
    let text = text.replace(token, "***");
    let mut starts = (TOKEN_START_MIN..token.len()).rev().filter_map(|len| token.get(..len));
    let cut = starts.find_map(|start| text.strip_suffix(start));
    match cut {
        Some(kept) => format!("{kept}***"),
        None => text,
    }
}

/// Whether a refusal is about our keys or our account: by words from their beginnings, for "ключ" is
/// in "исключение" too, and a parcel may be blocked as well.
pub(super) fn is_about_keys(text: &str) -> bool {
    let lower = text.to_lowercase().replace('ё', "е");
    let words = lower.split(|letter: char| !letter.is_alphanumeric());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    let plain = format!(" {}", words.join(" "));
    let has = |phrases: &[&str]| phrases.iter().any(|phrase| plain.contains(phrase));
    has(&[" токен", " token", " ключ не", " ключ api", " неверный ключ"])
        || (has(&[" заблокирован"]) && has(&[" учетн", " аккаунт", " кабинет"]))
}

/// What an answer refuses, in any of the shapes that methods have: `err` or `error` as text or as
/// truth with a `message` beside it, in an object or in the first element of a list.
///
/// `{"err":false}` is how `CancelOrder` says yes.
pub(super) fn refusal(answer: &Value) -> Option<String> {
    let answer = answer.get(0).unwrap_or(answer);
    let message = answer.get("message").and_then(Value::as_str).unwrap_or_default();
    ["err", "error"].iter().find_map(|name| match answer.get(name)? {
        Value::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
        Value::Bool(true) => Some(message.to_owned()),
        _ => None,
    })
}
