//! Tokens: `POST /v2/oauth/token`, an hour each.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Query, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::reading::said_so;
use super::{Cdek, LOGIN, PASSWORD};
use crate::sandbox::carriers::BadManner;

const LIVES_S: i64 = 3_600;

pub(super) async fn token(
    State(cdek): State<Arc<Cdek>>,
    Query(query): Query<HashMap<String, String>>,
    body: Bytes,
) -> Response {
    let form: HashMap<String, String> = url::form_urlencoded::parse(&body).into_owned().collect();
    let said = |name: &str| form.get(name).or_else(|| query.get(name)).map(String::as_str);
    let is_known = said("grant_type") == Some("client_credentials")
        && said("client_id") == Some(LOGIN)
        && said("client_secret") == Some(PASSWORD);
    if !is_known || cdek.manners.takes(BadManner::KeysEnded, "/v2/oauth/token") {
        let error = json!({
            "error": "invalid_client",
            "error_description": "Bad client credentials"
        });
        return (StatusCode::UNAUTHORIZED, Json(error)).into_response();
    }
    let ends = cdek.clock.now().plus_seconds(LIVES_S);
    let mut state = cdek.state();
    let token = format!("sandbox.{}", state.uuid());
    let jti = state.uuid();
    state.tokens.insert(token.clone(), ends);
    let answer = json!({
        "access_token": token,
        "token_type": "bearer",
        "expires_in": LIVES_S,
        "scope": "location:all order:all payment:all",
        "jti": jti
    });
    Json(answer).into_response()
}

pub(super) async fn check(State(cdek): State<Arc<Cdek>>, request: Request, next: Next) -> Response {
    let header = request.headers().get(header::AUTHORIZATION);
    let token = header.and_then(|value| value.to_str().ok()).and_then(|value| {
        let (scheme, token) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then_some(token)
    });
    let now = cdek.clock.now();
    let is_alive =
        token.is_some_and(|token| cdek.state().tokens.get(token).is_some_and(|ends| *ends > now));
    let path = request.uri().to_string();
    if is_alive && !cdek.manners.takes(BadManner::KeysEnded, &path) {
        return next.run(request).await;
    }
    let problem = [said_so("v2_token_expired", "Срок действия токена авторизации истёк")];
    let body = json!({
        "requests": [{
            "type": "AUTH",
            "date_time": "2026-11-22T10:00:00+0000",
            "state": "INVALID",
            "errors": problem
        }]
    });
    (StatusCode::UNAUTHORIZED, Json(body)).into_response()
}
