//! Deliveries over HTTP.
use utoipa_axum::router::OpenApiRouter;
use crate::app::App;
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
}
