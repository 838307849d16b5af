//! Accounting documents, and the tokens under which they are told.

use std::sync::{MutexGuard, PoisonError};

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::{At, PekStandIn, checks, invalid, one_wrong};
use crate::ids::new_uuid;
use crate::units::{Day, UtcMicros};

/// To whom documents are drawn up: a company with its КПП.
pub(super) const COMPANY: (&str, &str) = ("7707083893", "770701001");
/// And an entrepreneur, who has none.
pub(super) const ENTREPRENEUR: &str = "500100732259";
/// How long a token lives.
const TOKEN_SECONDS: i64 = 3_600;

#[derive(Debug, Default)]
pub(super) struct Books {
    /// With the time when they end.
    tokens: Vec<(String, UtcMicros)>,
    /// As they are told.
    documents: Vec<Value>,
}

impl PekStandIn {
    /// Tells this document from now on, as it is. One whose `date` is no date is told for any days.
    pub fn draw_up(&self, document: Value) {
        self.books().documents.push(document);
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(super) async fn token(State(stand_in): At, headers: HeaderMap, body: String) -> Response {
    let path = "/auth/createtokentoaccessprivatedata/";
    if let Err(refused) = stand_in.admitted(path, &headers, &body) {
        return *refused;
    }
    let token = new_uuid().simple().to_string();
    let ends_at = stand_in.clock.now().plus_seconds(TOKEN_SECONDS);
    let answer = json!({
        "accessToken": token,
        "expiresIn": ends_at.moscow_format("%Y-%m-%dT%H:%M:%S"),
        "expiresInUnix": ends_at.micros() / 1_000_000,
        "tokenType": "Bearer",
    });
    stand_in.books().tokens.push((token, ends_at));
    Json(answer).into_response()
}

pub(super) async fn documents(State(stand_in): At, headers: HeaderMap, body: String) -> Response {
    let path = "/accountingdocuments/listforcounterparty/";
    let body = match stand_in.admitted(path, &headers, &body) {
        Ok(body) => body,
        Err(refused) => return *refused,
    };
    let days = match checks::documents(&body) {
        Ok(days) => days,
        Err(wrong) => return invalid(&wrong),
    };
    let (now, books) = (stand_in.clock.now(), stand_in.books());
    let is_valid =
        |(token, ends_at): &(String, UtcMicros)| body["token"] == *token && now < *ends_at;
    if !books.tokens.iter().any(is_valid) {
        return one_wrong("token", "токен недействителен");
    }
    let is_asked = |document: &&Value| {
        let date = document["date"].as_str().and_then(|date| date.get(..10));
        date.and_then(|date| date.parse::<Day>().ok()).is_none_or(|day| days.contains(&day))
    };
    let told: Vec<&Value> = books.documents.iter().filter(is_asked).collect();
    Json(json!({ "documents": told })).into_response()
}
