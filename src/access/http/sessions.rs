//! Logging in and out, and who one is.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::access::caller::{AnyCaller, OwnToken, SESSION_COOKIE};
use crate::access::service::{self, SESSION_SECONDS, Session, users};
use crate::access::{AccessError, Principal, Right, Role};
use crate::app::App;
use crate::commands::Ctx;
use crate::db::Tx;
use crate::http::{Body, IdempotencyKey, Problem, ProblemBody};
use crate::i18n::Language;
use crate::ids::{OwnerId, UserId};
use crate::units::UtcMicros;

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(session_create))
        .routes(routes!(session_delete))
        .routes(routes!(me))
        .routes(routes!(own_pin_set))
        .routes(routes!(own_password_set))
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
struct LoginIn {
    login: String,
    password: String,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct SessionOut {
    user_id: UserId,
    /// For `Authorization: Bearer`; browsers get it as a cookie, too. Shown once.
    token: String,
    expires_at: UtcMicros,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct MeOut {
    /// `user`, `api_key` or `device`.
    kind: &'static str,
    id: String,
    user_id: Option<UserId>,
    login: Option<String>,
    name: Option<String>,
    language: Option<Language>,
    /// A shop's callers see this owner's data only.
    owner_id: Option<OwnerId>,
    roles: Vec<Role>,
    rights: Vec<Right>,
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub(super) struct PinIn {
    /// Four to eight digits, not all the same.
    pub(super) pin: String,
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
struct PasswordIn {
    current: String,
    /// At least eight characters.
    new: String,
}

/// The cookie that keeps a browser logged in. `Secure` is set where the outside is HTTPS.
pub(super) fn cookie(headers: &HeaderMap, token: &str, seconds: i64) -> HeaderValue {
    let https = headers.get("x-forwarded-proto").is_some_and(|scheme| scheme == "https");
    let secure = if https { "; Secure" } else { "" };
    let text = format!(
        "{SESSION_COOKIE}={token}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}"
    );
    HeaderValue::from_str(&text).expect("tokens are letters, digits and hyphens")
}

pub(super) fn session_cookie(headers: &HeaderMap, session: &Session) -> HeaderValue {
    cookie(headers, &session.token, SESSION_SECONDS)
}

/// Logs in at the desk (вход). Needs no idempotency key: a repeated log-in is another session.
#[utoipa::path(
    post, path = "/v1/sessions", tag = "access", request_body = LoginIn, security(()),
    responses((status = 201, body = SessionOut), (status = "default", body = ProblemBody))
)]
async fn session_create(
    State(app): State<App>,
    headers: HeaderMap,
    Body(input): Body<LoginIn>,
) -> Result<Response, Problem> {
    let session = service::login(&app, &input.login, &input.password).await?;
    let cookie = session_cookie(&headers, &session);
    let Session { user, token, expires_at } = session;
    let out = SessionOut { user_id: user, token, expires_at };
    Ok((StatusCode::CREATED, [(header::SET_COOKIE, cookie)], Json(out)).into_response())
}

/// Ends the session whose token is sent (выход).
#[utoipa::path(
    delete, path = "/v1/sessions/current", tag = "access",
    responses((status = 204), (status = "default", body = ProblemBody))
)]
async fn session_delete(
    State(app): State<App>,
    headers: HeaderMap,
    AnyCaller(principal): AnyCaller,
    OwnToken(token): OwnToken,
) -> Result<Response, Problem> {
    let user = own_user(&principal)?;
    service::logout(&app, user, &token).await?;
    let cookie = cookie(&headers, "", 0);
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response())
}

fn own_user(principal: &Principal) -> Result<UserId, AccessError> {
    principal.user().ok_or(AccessError::NotFound { what: "user" })
}

/// Who the caller is and what is allowed (кто я).
#[utoipa::path(
    get, path = "/v1/me", tag = "access",
    responses((status = 200, body = MeOut), (status = "default", body = ProblemBody))
)]
async fn me(
    State(app): State<App>,
    AnyCaller(principal): AnyCaller,
) -> Result<Json<MeOut>, Problem> {
    let rights = Right::ALL.iter().copied().filter(|right| principal.may(*right)).collect();
    let mut out = MeOut {
        kind: "user",
        id: String::new(),
        user_id: principal.user(),
        login: None,
        name: None,
        language: None,
        owner_id: principal.scope().owner(),
        roles: Vec::new(),
        rights,
    };
    match principal {
        Principal::User { id, .. } => {
            let read = async move |tx: &mut Tx| users::user_find(tx, id).await;
            let user = app.db.read(read).await?;
            out.id = id.to_string();
            out.login = Some(user.row.login);
            out.name = Some(user.row.name);
            out.language = Some(user.row.language);
            out.roles = user.roles;
        }
        Principal::ApiKey { id, .. } => {
            out.kind = "api_key";
            out.id = id.to_string();
        }
        Principal::Device { id, .. } => {
            out.kind = "device";
            out.id = id.to_string();
        }
    }
    Ok(Json(out))
}

/// Sets one's own PIN for the handheld (ПИН-код).
#[utoipa::path(
    put, path = "/v1/me/pin", tag = "access", request_body = PinIn,
    responses((status = 204), (status = "default", body = ProblemBody))
)]
async fn own_pin_set(
    State(app): State<App>,
    AnyCaller(principal): AnyCaller,
    key: IdempotencyKey,
    Body(input): Body<PinIn>,
) -> Result<StatusCode, Problem> {
    let user = own_user(&principal)?;
    let hash = users::pin_hashed(&input.pin).await?;
    let work = async move |tx: &mut Tx, _: &Ctx| users::pin_set(tx, user, &hash).await;
    app.command_of(&principal, key, "pin_set", &json!({ "user_id": user }), work).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Changes one's own password; all sessions end, also this one (смена пароля).
#[utoipa::path(
    put, path = "/v1/me/password", tag = "access", request_body = PasswordIn,
    responses((status = 204), (status = "default", body = ProblemBody))
)]
async fn own_password_set(
    State(app): State<App>,
    AnyCaller(principal): AnyCaller,
    key: IdempotencyKey,
    Body(input): Body<PasswordIn>,
) -> Result<StatusCode, Problem> {
    let user = own_user(&principal)?;
    let hash = service::password_change(&app, user, &input.current, &input.new).await?;
    let work = async move |tx: &mut Tx, _: &Ctx| users::password_set(tx, user, &hash).await;
    app.command_of(&principal, key, "password_set", &json!({ "user_id": user }), work).await?;
    app.tokens.clear();
    Ok(StatusCode::NO_CONTENT)
}
