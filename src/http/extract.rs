//! Extractors that refuse with a problem instead of a bare text.

use std::str::FromStr;

use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, FromRequestParts, Json, Path, Query, Request};
use axum::http::StatusCode;
use axum::http::header::ACCEPT_LANGUAGE;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::Problem;
use crate::i18n::Language;

const KEY_LENGTH_MAX: usize = 128;

/// A JSON body.
pub struct Body<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        match Json::<T>::from_request(request, state).await {
            Ok(Json(value)) => Ok(Self(value)),
            Err(rejection) => Err(body_problem(&rejection)),
        }
    }
}

fn body_problem(rejection: &JsonRejection) -> Problem {
    if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return Problem::of("body_too_large", Vec::new());
    }
    Problem::of("body_invalid", vec![("why", rejection.body_text())])
}

/// Query parameters.
pub struct QueryParams<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for QueryParams<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Query::<T>::from_request_parts(parts, state).await {
            Ok(Query(value)) => Ok(Self(value)),
            Err(rejection) => {
                Err(Problem::of("body_invalid", vec![("why", rejection.body_text())]))
            }
        }
    }
}

/// The id in a path with one.
pub struct IdPath<T>(pub T);

impl<T, S> FromRequestParts<S> for IdPath<T>
where
    T: FromStr<Err = crate::ids::IdError>,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let text = match Path::<String>::from_request_parts(parts, state).await {
            Ok(Path(text)) => text,
            Err(rejection) => {
                return Err(Problem::of("body_invalid", vec![("why", rejection.body_text())]));
            }
        };
        text.parse().map(Self).map_err(|error: crate::ids::IdError| {
            Problem::of("id_invalid", vec![("id", text), ("prefix", error.prefix.to_owned())])
        })
    }
}

/// The header `Idempotency-Key`, which every mutating request carries.
#[derive(Debug, Clone)]
pub struct IdempotencyKey(pub String);

impl<S: Send + Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        let text = parts.headers.get("idempotency-key").and_then(|value| value.to_str().ok());
        match text.map(str::trim) {
            Some(key) if !key.is_empty() && key.len() <= KEY_LENGTH_MAX => Ok(Self(key.to_owned())),
            _ => Err(Problem::of("idempotency_key_missing", Vec::new())),
        }
    }
}

/// Why something is decided, for who reads it later.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReasonIn {
    pub reason: String,
}

/// The language that the caller reads.
#[derive(Debug, Clone, Copy)]
pub struct Reads(pub Language);

impl<S: Send + Sync> FromRequestParts<S> for Reads {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        let accept = parts.headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        Ok(Self(language_of(accept)))
    }
}

/// Russian unless the caller prefers English.
pub(super) fn language_of(accept: Option<&str>) -> Language {
    let first = accept.and_then(|list| list.split([',', ';']).next()).unwrap_or_default();
    if first.trim().to_ascii_lowercase().starts_with("en") {
        Language::English
    } else {
        Language::Russian
    }
}
