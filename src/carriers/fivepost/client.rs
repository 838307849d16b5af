//! Tokens and errors. A token lives about an hour: it is renewed once when it is refused.

use reqwest::{RequestBuilder, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::Mutex;

use super::wire::Token;
use super::{CODE, Credentials};
use crate::carriers::CarrierError;
use crate::carriers::exchange::{Effect, Exchange, Reply};

/// The line to the carrier under one contract.
pub(super) struct Client {
    exchange: Exchange,
    base: String,
    credentials: Credentials,
    token: Mutex<Option<String>>,
}

impl Client {
    pub(super) fn new(exchange: Exchange, base: String, credentials: Credentials) -> Self {
        Self { exchange, base, credentials, token: Mutex::new(None) }
    }

    pub(super) async fn post<B: Serialize + Sync + ?Sized, T: DeserializeOwned>(
        &self,
        path: &str,
        body: &B,
        effect: Effect,
    ) -> Result<T, CarrierError> {
        self.post_raw(path, body, effect).await?.json()
    }

    /// The answer as it came: labels are an archive.
    pub(super) async fn post_raw<B: Serialize + Sync + ?Sized>(
        &self,
        path: &str,
        body: &B,
        effect: Effect,
    ) -> Result<Reply, CarrierError> {
        let url = format!("{}{path}", self.base);
        self.send(|| self.exchange.post(&url).json(body), effect).await
    }

    pub(super) async fn delete(&self, path: &str) -> Result<(), CarrierError> {
        let url = format!("{}{path}", self.base);
        let reply = self.send(|| self.exchange.delete(&url), Effect::Changes).await?;
        // Nothing is needed of the answer; a page of a gateway is none.
        let is_answer = reply.bytes().is_empty() || reply.is_json();
        if is_answer { Ok(()) } else { Err(reply.unreadable()) }
    }

    async fn send(
        &self,
        request: impl Fn() -> RequestBuilder,
        effect: Effect,
    ) -> Result<Reply, CarrierError> {
        let token = self.token(None).await?;
        let reply = self.exchange.send(request().bearer_auth(&token), effect).await?;
        if reply.status() != StatusCode::UNAUTHORIZED {
            return checked(reply);
        }
        let token = self.token(Some(&token)).await?;
        checked(self.exchange.send(request().bearer_auth(&token), effect).await?)
    }

    /// The present token, or a new one in place of the one that has ended.
    async fn token(&self, ended: Option<&str>) -> Result<String, CarrierError> {
        let mut token = self.token.lock().await;
        if let Some(known) = token.as_deref()
            && ended != Some(known)
        {
            return Ok(known.to_owned());
        }
        *token = None;
        let url = format!("{}/jwt-generate-claims/rs256/1", self.base);
        let form = [("subject", "OpenAPI"), ("audience", "A122019!")];
        let request = self.exchange.post(&url).query(&[("apikey", &self.credentials.api_key)]);
        let reply = self.exchange.send(request.form(&form), Effect::Reads).await?.sound()?;
        if reply.status().is_client_error() {
            return Err(CarrierError::Credentials { carrier: CODE, said: reply.start() });
        }
        let said: Token = reply.json()?;
        let fresh = said.jwt.filter(|jwt| !jwt.is_empty()).ok_or_else(|| {
            let said = "no token is given for this key".to_owned();
            CarrierError::Credentials { carrier: CODE, said }
        })?;
        *token = Some(fresh.clone());
        Ok(fresh)
    }
}

/// Refusals in the carrier's words.
fn checked(reply: Reply) -> Result<Reply, CarrierError> {
    let reply = reply.sound()?;
    let status = reply.status();
    if !status.is_client_error() {
        return Ok(reply);
    }
    let error: Value = if reply.is_json() { reply.json()? } else { Value::Null };
    let words = ["message", "error"].iter().find_map(|name| error.get(*name)?.as_str());
    let said = words.map_or_else(|| reply.start(), str::to_owned);
    Err(match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
            CarrierError::Credentials { carrier: CODE, said }
        }
        StatusCode::NOT_FOUND => CarrierError::unknown(CODE, said),
        _ => CarrierError::refused(CODE, status.as_str(), said),
    })
}
