//! The router: all endpoints, and what surrounds each of them.

use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::{HeaderName, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer};
use utoipa::OpenApi;
use utoipa::openapi::Required;
use utoipa::openapi::path::{ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa_axum::router::OpenApiRouter;
use utoipa_swagger_ui::SwaggerUi;

use super::{Problem, problem};
use crate::app::App;

/// The largest body; files come in this way, too.
const BODY_BYTES_MAX: usize = 64 * 1024 * 1024;
const REQUEST_TIME_MAX: Duration = Duration::from_mins(2);
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

#[derive(OpenApi)]
#[openapi(
    info(
        title = "ambar",
        description = "Склад и доставка для фулфилмент-операторов. Все изменяющие запросы требуют заголовка `Idempotency-Key`; ошибки отвечаются по RFC 9457.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    security(("token" = []))
)]
struct Spec;

/// Everything under `/v1`, by capability.
fn api() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(Spec::openapi())
        .merge(crate::commands::http::router())
        .merge(crate::access::http::router())
        .merge(crate::agency::http::router())
        .merge(crate::catalog::http::router())
        .merge(crate::stock::http::router())
        .merge(crate::terminal::http::router())
        .merge(crate::connections::http::router())
        .merge(crate::jobs::http::router())
        .merge(crate::printing::http::router())
        .merge(crate::receiving::http::router())
        .merge(crate::picking::http::router())
        .merge(crate::packing::http::router())
        .merge(crate::orders::http::router())
        .merge(crate::manifests::http::router())
        .merge(crate::imports::http::router())
        .merge(crate::invoices::http::router())
        .merge(crate::shipments::http::router())
        .merge(crate::money::http::router())
        .merge(crate::tracking::http::router())
        .merge(crate::notices::http::router())
        .merge(crate::points::http::router())
        .merge(crate::bank::http::router())
        .merge(crate::cod::http::router())
        .merge(crate::reconciliation::http::router())
        .merge(crate::registers::http::router())
        .merge(crate::taxes::http::router())
        .merge(crate::fiscal::http::router())
        .merge(crate::payouts::http::router())
}

/// Changes that have another key, or none: log-in and log-out, scans with their number, messages that
/// are known by their content, and a sheet that is only drawn.
const OTHER_KEYS: [&str; 7] = [
    "DELETE /v1/sessions/current",
    "POST /v1/carrier-hooks/{hook}",
    "POST /v1/device-messages/{protocol}",
    "POST /v1/device-sheets",
    "POST /v1/sessions",
    "POST /v1/terminal/scans",
    "POST /v1/terminal/scans/batch",
];

/// All other changes want a key, so their description is written in one place.
fn describe_keys(spec: &mut utoipa::openapi::OpenApi) {
    let key = ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::True)
        .description(Some("The same request with the same key is done once."))
        .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
        .build();
    for (path, item) in &mut spec.paths.paths {
        let changes = [
            ("DELETE", &mut item.delete),
            ("PATCH", &mut item.patch),
            ("POST", &mut item.post),
            ("PUT", &mut item.put),
        ];
        for (method, operation) in changes {
            let Some(operation) = operation else { continue };
            if !OTHER_KEYS.contains(&format!("{method} {path}").as_str()) {
                operation.parameters.get_or_insert_default().push(key.clone().into());
            }
        }
    }
}

/// The OpenAPI description, made from the code.
pub fn openapi() -> utoipa::openapi::OpenApi {
    let mut spec = api().into_openapi();
    describe_keys(&mut spec);
    let bearer = SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build());
    spec.components.get_or_insert_default().add_security_scheme("token", bearer);
    spec
}

/// The whole HTTP service.
pub fn router(app: App) -> Router {
    let (routes, _) = api().split_for_parts();
    Router::new()
        .merge(routes)
        .merge(crate::access::http::setup_router())
        .merge(SwaggerUi::new("/docs").url("/openapi.json", openapi()))
        .merge(super::pages::router())
        .route("/livez", get(|| async { "ok" }))
        .route("/readyz", get(readyz))
        .route("/metrics", get(metrics))
        .fallback(|| async { Problem::of("route_unknown", vec![]) })
        .method_not_allowed_fallback(|| async { Problem::of("method_unknown", vec![]) })
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(middleware::from_fn_with_state(app.clone(), surround))
        .layer(CatchPanicLayer::custom(|_| Problem::of("internal", vec![]).into_response()))
        .layer(PropagateRequestIdLayer::new(REQUEST_ID))
        .layer(SetRequestIdLayer::new(REQUEST_ID, MakeRequestUuid))
        .layer(CompressionLayer::new())
        .with_state(app)
}

/// Limits the time, counts, logs, and writes problems in the caller's language.
async fn surround(State(app): State<App>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let language =
        super::extract::language_of(header_text(&request, &header::ACCEPT_LANGUAGE).as_deref());
    let request_id = header_text(&request, &REQUEST_ID);
    let method = request.method().to_string();
    let matched = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let route = matched.unwrap_or_else(|| "unknown".to_owned());
    let response = match tokio::time::timeout(REQUEST_TIME_MAX, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem::of("timed_out", vec![]).into_response(),
    };
    let status = response.status().as_u16();
    let took = started.elapsed();
    tracing::debug!(%method, %route, status, took_us = took.as_micros(), request_id, "request");
    app.metrics.request(method, route, status, took);
    problem::localise(language, request_id, response)
}

fn header_text(request: &Request, name: &HeaderName) -> Option<String> {
    request.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

async fn readyz(State(app): State<App>) -> Response {
    match app.db.ping().await {
        Ok(()) => "ok".into_response(),
        Err(error) => Problem::from(error).into_response(),
    }
}

async fn metrics(State(app): State<App>) -> Response {
    const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    (StatusCode::OK, [(header::CONTENT_TYPE, CONTENT_TYPE)], app.metrics.text()).into_response()
}
