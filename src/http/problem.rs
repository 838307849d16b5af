//! RFC 9457 problems: the only place that knows which error is which status.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::fault::{Code, Fault, FieldFault, Kind, Told};
use crate::i18n::{self, Language};

/// The codes that come from the HTTP layer itself.
pub const HTTP_CODES: &[Code] = &[
    of_http("internal", Kind::Internal, &[]),
    of_http("database_unavailable", Kind::Unavailable, &[]),
    of_http("input_invalid", Kind::Invalid, &["fields"]),
    of_http("body_invalid", Kind::Invalid, &["why"]),
    of_http(BODY_TOO_LARGE, Kind::Invalid, &[]),
    of_http("timed_out", Kind::Unavailable, &[]),
    of_http("route_unknown", Kind::NotFound, &[]),
    of_http(METHOD_UNKNOWN, Kind::Invalid, &[]),
    of_http("id_invalid", Kind::Invalid, &["id", "prefix"]),
    of_http("cursor_invalid", Kind::Invalid, &[]),
    of_http("idempotency_key_missing", Kind::Invalid, &[]),
];

const BODY_TOO_LARGE: &str = "body_too_large";
const METHOD_UNKNOWN: &str = "method_unknown";

const fn of_http(code: &'static str, kind: Kind, facts: &'static [&'static str]) -> Code {
    Code { code, kind, facts }
}

/// An error answer. Its texts are put in by [`localise`], which knows the caller's language.
#[derive(Debug, Clone)]
pub struct Problem {
    told: Told,
    status: StatusCode,
}

/// The body of an error answer, `application/problem+json`.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ProblemBody {
    /// A relative reference to the code's page, `/problems#<code>`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Short, in the caller's language.
    pub title: String,
    pub status: u16,
    /// What happened and what to do.
    pub detail: String,
    /// The request id, to be found in the log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
    /// Stable, in `snake_case`.
    pub code: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldProblem>,
}

/// One wrong field with its sentence.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct FieldProblem {
    pub field: String,
    pub code: String,
    pub detail: String,
}

impl Problem {
    /// A problem of the HTTP layer; `code` is one of [`HTTP_CODES`].
    pub fn of(code: &'static str, args: Vec<(&'static str, String)>) -> Self {
        let known = HTTP_CODES.iter().find(|known| known.code == code);
        let kind = known.map_or(Kind::Internal, |known| known.kind);
        Self { told: Told { code, kind, args, fields: Vec::new() }, status: status_of(code, kind) }
    }

    pub const fn code(&self) -> &'static str {
        self.told.code
    }

    fn body(&self, language: Language, instance: Option<String>) -> ProblemBody {
        let field = |fault: &FieldFault| FieldProblem {
            field: fault.field.clone(),
            code: fault.code.to_owned(),
            detail: i18n::text(language, &format!("field-{}", fault.code), &[]),
        };
        ProblemBody {
            kind: format!("/problems#{}", self.told.code),
            title: i18n::text(language, title(self.told.kind), &[]),
            status: self.status.as_u16(),
            detail: i18n::fault_text(language, self.told.code, &self.told.args),
            instance,
            code: self.told.code.to_owned(),
            fields: self.told.fields.iter().map(field).collect(),
        }
    }
}

const fn title(kind: Kind) -> &'static str {
    match kind {
        Kind::Invalid => "title-invalid",
        Kind::Unauthenticated => "title-unauthenticated",
        Kind::Forbidden => "title-forbidden",
        Kind::NotFound => "title-not-found",
        Kind::Conflict => "title-conflict",
        Kind::Reused => "title-reused",
        Kind::TooMany => "title-too-many",
        Kind::Unavailable => "title-unavailable",
        Kind::Internal => "title-internal",
    }
}

/// The status of a code's answer.
pub fn status_of(code: &str, kind: Kind) -> StatusCode {
    match code {
        BODY_TOO_LARGE => StatusCode::PAYLOAD_TOO_LARGE,
        METHOD_UNKNOWN => StatusCode::METHOD_NOT_ALLOWED,
        _ => status(kind),
    }
}

const fn status(kind: Kind) -> StatusCode {
    match kind {
        Kind::Invalid | Kind::Reused => StatusCode::UNPROCESSABLE_ENTITY,
        Kind::Unauthenticated => StatusCode::UNAUTHORIZED,
        Kind::Forbidden => StatusCode::FORBIDDEN,
        Kind::NotFound => StatusCode::NOT_FOUND,
        Kind::Conflict => StatusCode::CONFLICT,
        Kind::TooMany => StatusCode::TOO_MANY_REQUESTS,
        Kind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Kind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

impl<F: Fault> From<F> for Problem {
    fn from(fault: F) -> Self {
        if fault.kind() == Kind::Internal {
            tracing::error!(error = %fault, code = fault.code(), "a request failed");
        } else {
            tracing::debug!(error = %fault, code = fault.code(), "a request was refused");
        }
        Self { status: status(fault.kind()), told: Told::from(&fault) }
    }
}

impl IntoResponse for Problem {
    /// Answers in Russian; [`localise`] writes the body anew for a caller who reads English.
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.body(Language::Russian, None))).into_response();
        mark(&mut response);
        response.extensions_mut().insert(self);
        response
    }
}

fn mark(response: &mut Response) {
    let problem_json = HeaderValue::from_static("application/problem+json");
    response.headers_mut().insert(header::CONTENT_TYPE, problem_json);
}

/// Writes the body of a problem in the caller's language and with the request's id.
pub(super) fn localise(
    language: Language,
    request_id: Option<String>,
    response: Response,
) -> Response {
    let Some(problem) = response.extensions().get::<Problem>().cloned() else { return response };
    let mut localised = (problem.status, Json(problem.body(language, request_id))).into_response();
    mark(&mut localised);
    if problem.told.kind == Kind::Unavailable {
        localised.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
    }
    localised
}
