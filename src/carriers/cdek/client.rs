//! Requests to СДЭК: the token, the envelope, the codes of errors.

use std::num::NonZeroU32;

use reqwest::{RequestBuilder, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::account::{self, Credentials};
use super::tokens::{self, Slot, Token};
use super::wire::{AnswerRequest, Envelope, Problem, TokenAnswer};
use super::{CODE, map};
use crate::carriers::CarrierError;
use crate::carriers::exchange::{Effect, Exchange, Limits, Reply};
use crate::carriers::registry::Account;

/// How long a token lives when the answer does not say.
const TOKEN_LIVES_S: u64 = 3_000;
/// The token has ended, or was never one.
const TOKEN_CODES: [&str; 2] = ["v2_token_expired", "v2_authorization_incorrect"];
/// An earlier request about the same thing is not done.
const BUSY_CODES: [&str; 2] = ["v2_similar_request_still_processed", "v2_entity_not_ready"];
const BUSY_S: i64 = 5;
const UNKNOWN_CODES: [&str; 5] = [
    "v2_entity_not_found",
    "v2_entity_not_found_im_number",
    "v2_order_not_found",
    "v2_entity_forbidden",
    "v2_order_forbidden",
];

/// The carrier publishes no rate; a manifest of a thousand orders shall not take minutes.
fn usual() -> Limits {
    let per_second = NonZeroU32::new(30).expect("thirty is not zero");
    Limits { per_second, at_once: 8, ..Limits::default() }
}

/// The line to СДЭК for one contract.
pub(super) struct Client {
    exchange: Exchange,
    base: String,
    credentials: Credentials,
    slot: Slot,
}

impl Client {
    pub(super) fn new(account: &Account) -> Result<Self, CarrierError> {
        let credentials = account::credentials(account)?;
        let base = account::base_url(account)?;
        Ok(Self {
            exchange: Exchange::new(CODE, account.limits(usual()))?,
            slot: tokens::slot(&base, &credentials),
            base,
            credentials,
        })
    }

    pub(super) async fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<T, CarrierError> {
        let url = self.url(path);
        self.ask(|| self.exchange.get(&url).query(query), Effect::Reads).await?.json()
    }

    /// An entity. An answer without one says why, whatever its status is.
    pub(super) async fn entity<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<Envelope<T>, CarrierError> {
        let answer: Envelope<T> = self.get(path, query).await?;
        if answer.entity.is_some() || invalid(&answer.requests, "CREATE").is_some() {
            return Ok(answer);
        }
        let problems = answer.problems();
        if problems.is_empty() {
            let said = "the answer has neither an entity nor an error".to_owned();
            return Err(CarrierError::malformed(CODE, said));
        }
        Err(refusal(&problems, Effect::Reads))
    }

    pub(super) async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &(impl Serialize + Sync),
        effect: Effect,
    ) -> Result<T, CarrierError> {
        let url = self.url(path);
        self.ask(|| self.exchange.post(&url).json(body), effect).await?.json()
    }

    pub(super) async fn delete<T: DeserializeOwned>(&self, path: &str) -> Result<T, CarrierError> {
        let url = self.url(path);
        self.ask(|| self.exchange.delete(&url), Effect::Changes).await?.json()
    }

    /// A file. An answer that is none is read as an error.
    pub(super) async fn file(&self, path: &str) -> Result<Vec<u8>, CarrierError> {
        let url = self.url(path);
        let reply = self.ask(|| self.exchange.get(&url), Effect::Reads).await?;
        if reply.status().is_success() && reply.bytes().starts_with(b"%PDF") {
            return Ok(reply.into_bytes());
        }
        Err(strange(&reply, Effect::Reads))
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// Sends with a token; once more with a new one when it had ended. A request that was refused
    /// for its token was not done, so it may be sent again.
    async fn ask(
        &self,
        request: impl Fn() -> RequestBuilder,
        effect: Effect,
    ) -> Result<Reply, CarrierError> {
        let token = self.token(None).await?;
        let reply = self.exchange.send(request().bearer_auth(&token), effect).await?;
        if !wants_token(&reply) {
            return checked(reply, effect);
        }
        let token = self.token(Some(&token)).await?;
        let reply = self.exchange.send(request().bearer_auth(&token), effect).await?;
        if wants_token(&reply) {
            return Err(CarrierError::Credentials { carrier: CODE, said: reply.start() });
        }
        checked(reply, effect)
    }

    /// A token that is alive and not the one that was refused.
    async fn token(&self, refused: Option<&str>) -> Result<String, CarrierError> {
        let mut slot = self.slot.lock().await;
        if let Some(token) = slot.as_ref()
            && token.is_alive()
            && refused != Some(token.value.as_str())
        {
            return Ok(token.value.clone());
        }
        *slot = None;
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", self.credentials.client_id.as_str()),
            ("client_secret", self.credentials.client_secret.as_str()),
        ];
        let request = self.exchange.post(&self.url("/v2/oauth/token")).form(&form);
        let reply = self.exchange.send(request, Effect::Reads).await?.sound()?;
        let answer: TokenAnswer = reply.json().map_err(|_| no_token(&reply))?;
        let Some(value) = answer.access_token.filter(|token| !token.is_empty()) else {
            let said = [answer.error, answer.error_description];
            let said = said.into_iter().flatten().collect::<Vec<_>>().join(": ");
            return Err(CarrierError::Credentials { carrier: CODE, said });
        };
        let lives_s = answer.expires_in.0.parse().unwrap_or(TOKEN_LIVES_S);
        *slot = Some(Token::new(value.clone(), lives_s));
        Ok(value)
    }
}

/// Codes of the answer, whatever its form is.
fn problems(reply: &Reply) -> Vec<Problem> {
    let answer = reply.json::<Envelope<serde::de::IgnoredAny>>();
    answer.map(|answer| answer.problems()).unwrap_or_default()
}

fn has(problems: &[Problem], codes: &[&str]) -> bool {
    problems.iter().any(|problem| codes.contains(&problem.code.0.as_str()))
}

fn wants_token(reply: &Reply) -> bool {
    reply.status() == StatusCode::UNAUTHORIZED
        || reply.status().is_client_error() && has(&problems(reply), &TOKEN_CODES)
}

/// Gives an answer through, or says what kind of refusal it is. Refusals of an entity that lie in
/// its `requests` are read by whoever asked.
fn checked(reply: Reply, effect: Effect) -> Result<Reply, CarrierError> {
    let reply = reply.sound()?;
    if reply.status().is_success() {
        return Ok(reply);
    }
    let problems = problems(&reply);
    if problems.is_empty() {
        return Err(strange(&reply, effect));
    }
    Err(refusal(&problems, effect))
}

/// An answer that is not the carrier's. A gateway's «not found» is not the carrier's: that there is
/// no such order is believed only with the carrier's own code.
fn strange(reply: &Reply, effect: Effect) -> CarrierError {
    match (reply.unreadable(), effect) {
        (CarrierError::Unknown { what: said, .. }, Effect::Reads) => {
            CarrierError::malformed(CODE, said)
        }
        (CarrierError::Unknown { what: said, .. }, Effect::Changes) => {
            CarrierError::unclear(CODE, said)
        }
        (error, _) => error,
    }
}

/// An answer to the question for a token that cannot be read. One that gives a token is not quoted: the
/// token is in it.
fn no_token(reply: &Reply) -> CarrierError {
    if reply.status().is_success() {
        return CarrierError::malformed(CODE, "the answer with a token cannot be read");
    }
    strange(reply, Effect::Reads)
}

/// What a list of errors means.
pub(super) fn refusal(problems: &[Problem], effect: Effect) -> CarrierError {
    let said = || problems.iter().map(map::words).collect::<Vec<_>>().join("; ");
    if has(problems, &UNKNOWN_CODES) {
        return CarrierError::unknown(CODE, said());
    }
    if has(problems, &BUSY_CODES) {
        return CarrierError::Limited { carrier: CODE, said: said(), seconds: Some(BUSY_S) };
    }
    if has(problems, &["v2_internal_error"]) {
        return match effect {
            Effect::Reads => CarrierError::Unavailable { carrier: CODE, said: said() },
            Effect::Changes => CarrierError::unclear(CODE, said()),
        };
    }
    CarrierError::Refused { carrier: CODE, reasons: map::reasons(problems) }
}

/// Errors of the request of a kind, when the carrier found it wrong.
pub(super) fn invalid<'a>(requests: &'a [AnswerRequest], kind: &str) -> Option<&'a [Problem]> {
    let of_kind = requests.iter().filter(|request| request.kind.0 == kind);
    let mut wrong = of_kind.filter(|request| request.state.0 == "INVALID");
    wrong.next().map(|request| request.errors.as_slice())
}
