//! The page behind a one-time link: a form that sets a password and logs in.

use askama::Template;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use serde::Deserialize;

use super::sessions::session_cookie;
use crate::access::AccessError;
use crate::access::service::setup::{link_login, link_redeem};
use crate::app::App;
use crate::fault::{Fault, Kind};
use crate::i18n::{self, Language};

/// Nothing from elsewhere, no scripts, no frames; the link must not leave in a `Referer`.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'";

#[derive(Template)]
#[template(path = "setup.html")]
struct SetupPage<'a> {
    /// Whose password it is; none without a valid link.
    login: Option<&'a str>,
    error: &'a str,
}

/// Beside the API: a page for a person.
pub fn router() -> axum::Router<App> {
    axum::Router::new().route("/setup/{token}", get(form).post(submit))
}

#[derive(Deserialize)]
struct PasswordForm {
    password: String,
    repeated: String,
}

async fn form(State(app): State<App>, Path(token): Path<String>) -> Response {
    match link_login(&app, &token).await {
        Ok(login) => page(StatusCode::OK, Some(&login), ""),
        Err(error) => refused(None, &error),
    }
}

async fn submit(
    State(app): State<App>,
    Path(token): Path<String>,
    headers: HeaderMap,
    form: Result<Form<PasswordForm>, FormRejection>,
) -> Response {
    let login = match link_login(&app, &token).await {
        Ok(login) => login,
        Err(error) => return refused(None, &error),
    };
    let entered = form.ok().map(|Form(form)| form).filter(|form| form.password == form.repeated);
    let Some(PasswordForm { password, .. }) = entered else {
        let text = i18n::text(Language::Russian, "setup-passwords-differ", &[]);
        return page(StatusCode::UNPROCESSABLE_ENTITY, Some(&login), &text);
    };
    match link_redeem(&app, &token, &password).await {
        Ok(session) => {
            let mut response = StatusCode::SEE_OTHER.into_response();
            let headers_out = response.headers_mut();
            headers_out.insert(header::LOCATION, HeaderValue::from_static("/"));
            headers_out.insert(header::SET_COOKIE, session_cookie(&headers, &session));
            guarded(response)
        }
        Err(error) => refused(Some(&login), &error),
    }
}

/// The page with the sentence of an error. Without a valid link there is no form.
fn refused(login: Option<&str>, error: &AccessError) -> Response {
    let (status, login) = match error {
        AccessError::PasswordWeak { .. } => (StatusCode::UNPROCESSABLE_ENTITY, login),
        AccessError::LinkInvalid => (StatusCode::NOT_FOUND, None),
        _ => {
            tracing::error!(%error, "the set-up page failed");
            let down = error.kind() == Kind::Unavailable;
            let failed = StatusCode::INTERNAL_SERVER_ERROR;
            (if down { StatusCode::SERVICE_UNAVAILABLE } else { failed }, login)
        }
    };
    let text = i18n::fault_text(Language::Russian, error.code(), &error.args());
    page(status, login, &text)
}

fn page(status: StatusCode, login: Option<&str>, error: &str) -> Response {
    match (SetupPage { login, error }).render() {
        Ok(html) => guarded((status, Html(html)).into_response()),
        Err(error) => {
            tracing::error!(%error, "the set-up page was not written");
            guarded(StatusCode::INTERNAL_SERVER_ERROR.into_response())
        }
    }
}

fn guarded(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
