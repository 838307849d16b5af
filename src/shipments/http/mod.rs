//! Accounts, terms, shipments, rates and carriers' acts over HTTP.

use utoipa_axum::router::OpenApiRouter;

use crate::app::App;

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
}
